"""The templates as an RML document over CSV tables of prepared records, for any RML engine.

`mapping` is `crisiskg.datasets.templates` said again in the vocabulary of RML and R2RML. `write_tables` writes records as the
tables that it reads: one a kind of record, and one for each field that holds several values. An engine that runs the document on
the tables makes the same triples as the templates do (docs/rml.md).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crisiskg.datasets.templates import DATATYPES, TEMPLATES, Constant, Line, Template, is_many

_PREFIXES = (
    "@prefix rr: <http://www.w3.org/ns/r2rml#> .\n"
    "@prefix rml: <http://semweb.mmlab.be/ns/rml#> .\n"
    "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n"
)
#: Longest cell that is read back, in characters.
_LONGEST_CELL = 1 << 24
#: Names that an engine may use for what it makes, so that columns of these names would be overwritten (morph-kgc does so).
_TAKEN = ("subject", "predicate", "object", "graph", "triple")
#: Column of a table of a field with several values.
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class _Made:
    """A column that is no field: the record's IRI with something behind it, and empty where a field is."""

    suffix: str
    needs: str | None

    @property
    def name(self) -> str:
        """Name of the column, such as "iri/geometry if wkt"."""
        return f"iri{self.suffix}" + (f" if {self.needs}" if self.needs is not None else "")


def tables_of(template: Template) -> dict[str, tuple[str, ...]]:
    """Return the tables of a kind of record: names of the files and of their columns.

    >>> from crisiskg.datasets.records import Place
    >>> from crisiskg.datasets.templates import template_of
    >>> for name, columns in tables_of(template_of(Place)).items():
    ...     print(name, columns)
    place.csv ('iri', 'label', 'wkt', 'accuracy_m', 'state', 'iri if wkt', 'iri/geometry', 'iri/geometry if wkt')
    place-same-as.csv ('iri', 'value')
    """
    return {name: (*map(_column, fields), *(column.name for column in made)) for name, fields, made in _tables(template)}


def _tables(template: Template) -> Iterator[tuple[str, tuple[str, ...], tuple[_Made, ...]]]:
    """Yield name, fields and further columns of each table; the first has what a record holds once."""
    record = template.record
    many = [field for field in record._fields if is_many(template, field)]
    single = tuple(field for field in record._fields if field not in many)
    yield f"{_stem(template)}.csv", single, _made(template, None)
    for field in many:
        yield _name(template, field), ("iri", _VALUE), _made(template, field)


def _column(field: str) -> str:
    """Return the name of the column of a field."""
    return f"{field}_" if field in _TAKEN else field


def _stem(template: Template) -> str:
    return template.record.__name__.lower()


def _name(template: Template, field: str | None) -> str:
    return f"{_stem(template)}.csv" if field is None else f"{_stem(template)}-{field.replace('_', '-')}.csv"


def _field_of(template: Template, triple: Constant | Line) -> str | None:
    """Return the field by whose table a triple is made; None means the table of single values."""
    return triple.field if isinstance(triple, Line) and is_many(template, triple.field) else None


def _subject(triple: Constant | Line) -> _Made:
    return _Made(triple.below, triple.needs)


def _made(template: Template, field: str | None) -> tuple[_Made, ...]:
    found: dict[_Made, None] = {}
    for triple in template.triples:
        if _field_of(template, triple) == field:
            found[_subject(triple)] = None
            if isinstance(triple, Constant) and triple.own:
                found[_Made(triple.object, None)] = None
    return tuple(column for column in found if column.name != "iri")


def mapping(folder: str = "") -> str:
    """Return the document, in Turtle.

    Args:
        folder: Where an engine finds the tables, written before their names; "" means where it runs.

    >>> "<#event-actors> a rr:TriplesMap" in mapping()
    True
    """
    maps = [each for template in TEMPLATES for each in _maps(template, folder)]
    return _PREFIXES + "".join(maps)


def _maps(template: Template, folder: str) -> Iterator[str]:
    for name, _, _ in _tables(template):
        triples = [triple for triple in template.triples if _name(template, _field_of(template, triple)) == name]
        subjects = dict.fromkeys(_subject(triple) for triple in triples)
        for number, subject in enumerate(subjects):
            of = [triple for triple in triples if _subject(triple) == subject]
            identifier = name.removesuffix(".csv") + (f"-{number + 1}" if number else "")
            yield _map(identifier, folder + name, subject, template, of)


def _map(identifier: str, source: str, subject: _Made, template: Template, triples: list[Constant | Line]) -> str:
    lines = [
        f"\n<#{identifier}> a rr:TriplesMap ;",
        f"    rml:logicalSource [ rml:source {_quoted(source)} ; rml:referenceFormulation ql:CSV ] ;",
        f"    rr:subjectMap [ rml:reference {_quoted(subject.name)} ; rr:termType rr:IRI ]",
    ]
    for triple in triples:
        lines[-1] += " ;"
        lines.append(
            f"    rr:predicateObjectMap [ rr:predicate <{triple.predicate}> ; rr:objectMap [ {_object(template, triple)} ] ]"
        )
    return "\n".join(lines) + " .\n"


def _object(template: Template, triple: Constant | Line) -> str:
    if isinstance(triple, Constant):
        if triple.own:
            return f"rml:reference {_quoted(_Made(triple.object, None).name)} ; rr:termType rr:IRI"
        return f"rr:constant <{triple.object}>"
    column = _VALUE if is_many(template, triple.field) else _column(triple.field)
    if triple.kind == "code":
        return f'rr:template "{triple.prefix}{{{column}}}" ; rr:termType rr:IRI'
    reference = f"rml:reference {_quoted(column)}"
    if triple.kind == "iri":
        return f"{reference} ; rr:termType rr:IRI"
    if triple.kind == "english":
        return f'{reference} ; rr:termType rr:Literal ; rr:language "en"'
    if triple.kind == "string":
        return f"{reference} ; rr:termType rr:Literal"
    return f"{reference} ; rr:termType rr:Literal ; rr:datatype <{DATATYPES[triple.kind]}>"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def write_tables(records: Iterable[Any], folder: Path) -> int:
    """Write records as the tables that `mapping` reads; all tables are written, some perhaps with a header only.

    A cell is empty where a field is None. So a text that is empty cannot be told from one that is missing, and is refused.

    Args:
        records: Records of any kinds.
        folder: Where to write; it is made where it is missing.

    Returns:
        The number of records.

    Raises:
        ValueError: a value is an empty text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with ExitStack() as stack:

        def writer(name: str, columns: Iterable[str]) -> Any:
            file = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            made = csv.writer(file, lineterminator="\n")
            made.writerow(columns)
            return made

        tables = {
            template.record: [
                (
                    None if number == 0 else name,
                    fields,
                    made,
                    writer(name, (*map(_column, fields), *(column.name for column in made))),
                )
                for number, (name, fields, made) in enumerate(_tables(template))
            ]
            for template in TEMPLATES
        }
        many = {
            template.record: [field for field in template.record._fields if is_many(template, field)] for template in TEMPLATES
        }
        for record in records:
            count += 1
            _, fields, made, main = tables[type(record)][0]
            main.writerow([*(_cell(record, field) for field in fields), *(_made_cell(record, column) for column in made)])
            for field, (_, _, further, table) in zip(many[type(record)], tables[type(record)][1:], strict=True):
                for value in getattr(record, field):
                    if value == "":
                        raise ValueError(f"{record.iri}: an empty text among {field}")
                    table.writerow([record.iri, value, *(_made_cell(record, column) for column in further)])
    return count


def _cell(record: Any, field: str) -> str | None:
    value: str | None = getattr(record, field)
    if value == "":
        raise ValueError(f"{record.iri}: the text of {field} is empty")
    return value


def _made_cell(record: Any, column: _Made) -> str | None:
    if column.needs is not None and getattr(record, column.needs) is None:
        return None
    return f"{record.iri}{column.suffix}"


def read_tables(folder: Path) -> Iterator[Any]:
    """Yield the records of tables that `write_tables` wrote, a kind after the other, each in its order.

    Args:
        folder: Where they are.
    """
    csv.field_size_limit(_LONGEST_CELL)
    for template in TEMPLATES:
        yield from _read(template, folder)


def _read(template: Template, folder: Path) -> Iterator[Any]:
    record = template.record
    fields = record._fields
    many = [field for field in fields if is_many(template, field)]
    width = len(fields) - len(many)
    with ExitStack() as stack:

        def rows(name: str) -> Iterator[list[str]]:
            reader = csv.reader(stack.enter_context((folder / name).open(encoding="utf-8", newline="")))
            next(reader, None)
            return reader

        further = [(fields.index(field), _Values(rows(_name(template, field)))) for field in many]
        made = record._make
        if not further:
            for cells in rows(_name(template, None)):
                yield made([cell or None for cell in cells[:width]])
            return
        for cells in rows(_name(template, None)):
            values: list[Any] = [cell or None for cell in cells[:width]]
            iri = cells[0]
            for place, table in further:  # in the order of the fields, so that each finds its place
                values.insert(place, table.take(iri) if table.next_iri == iri else ())
            yield made(values)


class _Values:
    """Hands out the values of one field, whose table has the records' order."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self._rows = rows
        self.next_iri: str | None = None
        self._value = ""
        self._advance()

    def _advance(self) -> None:
        row = next(self._rows, None)
        self.next_iri, self._value = (None, "") if row is None else (row[0], row[1])

    def take(self, iri: str) -> tuple[str, ...]:
        """Return the values of the record of this IRI, which comes next."""
        found = []
        while self.next_iri == iri:
            found.append(self._value)
            self._advance()
        return tuple(found)
