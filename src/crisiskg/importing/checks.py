"""Holds the rows of a table to the shapes, at the speed of a lookup.

Rows of one dataset have few forms. Two rows whose records have the same fields filled, codes that the shapes name in the same
places, and values of the same classes (a day, a number that is not negative, a text that is not empty, …) in the same order
(earliest before latest, low below high) make graphs that no shape can tell apart. So the shapes, by pyshacl, see the first row of
each form; a form that conforms is remembered, and a row of a form that does not is validated by itself, so that its report
names its own values.

What a form holds is everything that `shapes/data.ttl` asks of the terms of these records. A test holds the outcome against
pyshacl on thousands of rows with faults of all kinds, and another looks that no shape asks for what a form does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from crisiskg.datasets.records import Record
from crisiskg.datasets.templates import Line, is_many, template_of, write
from crisiskg.namespaces import PREFIXES, RDF, SH
from crisiskg.resources import folder

if TYPE_CHECKING:
    from crisiskg.validation import Report

#: Forms that are remembered; a table that has more of them is validated row by row from there on.
_MOST_FORMS = 200_000

_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?\Z")
_DATE = re.compile(
    r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))\Z"
)
_NAME = re.compile(r"\b[a-z]+:[A-Za-z][A-Za-z0-9-]*")
_TEXTS = ("english", "string", "wkt")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+\Z")
_UNIT = ("1",)


def _of_integer(value: str) -> str:
    if not _INTEGER.match(value):
        return "bad"
    return "-" if value[0] == "-" else "0" if value == "0" else "+"


def _of_decimal(value: str) -> str:
    return "bad" if not _DECIMAL.match(value) else "-" if value[0] == "-" else "+"


def _of_date(value: str) -> str:
    if _DATE.match(value):
        return "day"
    return "day" if value[4:] == "-02-29" and _is_leap(value[:4]) else "bad"


def _is_leap(year: str) -> bool:
    return year.isdigit() and int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)


def _of_text(value: str) -> str:
    return "text" if value else "empty"


def _of_iri(value: str) -> str:
    return "iri" if _IRI.match(value) else "bad"


#: What matters of a value, by the kind of its line.
_CLASSES: dict[str, Callable[[str], str]] = {
    "integer": _of_integer,
    "decimal": _of_decimal,
    "date": _of_date,
    "english": _of_text,
    "string": _of_text,
    "wkt": _of_text,
}

#: Fields of one record that shapes compare with one another, lower first.
_ORDERED: tuple[tuple[tuple[str, ...], Callable[[str], Any]], ...] = (
    (("earliest_begin", "latest_begin", "earliest_end", "latest_end"), str),
    (("published_earliest", "published_latest"), str),
    (("low", "best", "high"), Decimal),
)


class Checks:
    """Tells whether the records of a row conform to the shapes.

    Args:
        graph: IRI of the named graph of the release.
        release: Triples of the release that records refer to, as lines of N-Triples.
        validate: Holds quads to the shapes.
    """

    def __init__(self, graph: str, release: str, validate: Callable[[Iterable[ox.Quad]], Report]) -> None:
        self._graph = ox.NamedNode(graph)
        self._release = release
        # What every row may refer to: what the triples of the release describe.
        self._known = tuple(sorted({line.split(" ", 1)[0].strip("<>") for line in release.splitlines() if line}))
        self._validate = validate
        self._conforming: set[Any] = set()
        #: How many rows the shapes themselves saw.
        self.validated = 0

    def check(self, records: Sequence[Record]) -> Report | None:
        """Hold the records of one row to the shapes.

        Args:
            records: All records that the row stands for, shared ones included.

        Returns:
            The report; None where they conform.
        """
        form = form_of(records, self._known)
        if form in self._conforming:
            return None
        self.validated += 1
        report = self._validate(self.quads(records))
        if not report.conforms:
            return report
        if len(self._conforming) < _MOST_FORMS:
            self._conforming.add(form)
        return None

    def quads(self, records: Sequence[Record]) -> list[ox.Quad]:
        """Return the graph of one row, complete in itself.

        A term that cannot be written, such as an IRI with a space in it, is escaped in a way that no shape accepts.
        """
        unique = {record.iri: record for record in records}
        text = self._release + "".join(write(record) for record in unique.values())
        quads: dict[ox.Quad, None] = {}
        for line in text.split("\n")[:-1]:
            for triple in _parsed(line):
                quads[ox.Quad(triple.subject, triple.predicate, triple.object, self._graph)] = None
        return list(quads)


def _parsed(line: str) -> list[ox.Quad]:
    try:
        return list(ox.parse(line.encode("utf-8", "replace"), format=ox.RdfFormat.N_TRIPLES))
    except SyntaxError:
        # The object cannot be read as the IRI that the template makes of it: it is a literal then, which shapes refuse.
        subject, predicate, rest = line.split(" ", 2)
        value = ox.Literal(rest.removesuffix(" .").strip("<>"))
        try:
            return [ox.Quad(ox.NamedNode(subject.strip("<>")), ox.NamedNode(predicate.strip("<>")), value)]
        except ValueError:
            return [ox.Quad(ox.BlankNode(), ox.NamedNode(predicate.strip("<>")), value)]


def form_of(records: Sequence[Record], known: Sequence[str] = ()) -> tuple[Any, ...]:
    """Return what the shapes can tell of the records of one row.

    Args:
        records: All records of the row.
        known: IRIs of other things that its graph describes.
    """
    places = {iri: -number for number, iri in enumerate(known, 1)}
    for record in records:
        places.setdefault(record.iri, len(places))
    return tuple(_form_function(type(record))(record, places) for record in records)


_FORMS: dict[type[Any], Callable[[Any, dict[str, int]], tuple[Any, ...]]] = {}


def _form_function(record: type[Any]) -> Callable[[Any, dict[str, int]], tuple[Any, ...]]:
    """Return a function that classifies a record of this class, made once."""
    found = _FORMS.get(record)
    return found if found is not None else _FORMS.setdefault(record, _make_form_function(record))


def _make_form_function(record: type[Any]) -> Callable[[Any, dict[str, int]], tuple[Any, ...]]:
    template = template_of(record)
    name = record.__name__
    fields = record._fields
    parts = ["places[iri]", "_iri(iri)"]
    scope: dict[str, Any] = {f"_{kind}": classify for kind, classify in _CLASSES.items()}
    scope["_iri"] = _of_iri
    scope["_counted"] = _counted
    lines = {triple.field: triple for triple in template.triples if isinstance(triple, Line)}
    needed = {triple.needs for triple in template.triples if triple.needs is not None}
    for field in fields:
        if field == "iri" or (field not in lines and field not in needed):
            continue
        line = lines.get(field)
        value = "value" if is_many(template, field) else field
        if line is None:
            made = f"bool({value})"
        elif line.kind == "code":
            scope[f"_{field}"] = partial(_of_code, line.prefix)
            made = f"_{field}({value})"
        elif line.kind in _TEXTS and (patterns := patterns_of(line.predicate)):
            scope[f"_{field}"] = _matcher(patterns)
            made = f"_{field}({value})"
        elif line.kind == "iri":
            # Which record of the row it is, or that it is none of them: then the shapes find nothing known about it.
            made = f"places.get({value}) if {value} in places else _iri({value})"
        else:
            made = f"_{line.kind}({value})"
        if is_many(template, field):
            # Values that are written twice are one triple, and what comes from a list is in no order.
            many = f"_counted([{made} for value in dict.fromkeys({field})])"
            parts.append(f"({many} if {field} else None)")
        else:
            parts.append(f"(None if {field} is None else {made})")
    if name == "Event":  # the one rule that compares the names of two codes
        parts.append("mode is None or mode.startswith(event_type + '-')")
    if name == "ChangeEvent":  # the one rule that compares two texts
        parts.append("former_name is not None and former_name == new_name")
    if "published_year" in fields:  # the one rule that compares a year with days
        parts.append("_year_fits(published_year, published_earliest, published_latest)")
        scope["_year_fits"] = _year_fits
    for number, (compared, key) in enumerate(_ORDERED):
        present = [field for field in compared if field in fields]
        if len(present) > 1:
            parts.append(f"_ranks_{number}(({', '.join(present)},))")
            scope[f"_ranks_{number}"] = _ranker(key)
    unpack = f"({', '.join(fields)},) = record"
    exec(f"def form(record, places):\n    {unpack}\n    return ({name!r}, {', '.join(parts)},)", scope)  # noqa: S102
    made_form: Callable[[Any, dict[str, int]], tuple[Any, ...]] = scope["form"]
    return made_form


def _year_fits(year: str | None, *days: str | None) -> bool:
    return year is None or all(day is not None and day.split("-")[0].lstrip("0") == year for day in days)


def _counted(classes: list[Any]) -> Any:
    """Return how many values there are of each class; shapes may ask for one at most, and tell no larger numbers apart."""
    if len(classes) == 1:
        return (classes[0], 1)
    return (*sorted((repr(found), min(classes.count(found), 2)) for found in dict.fromkeys(classes)), min(len(classes), 2))


@cache
def _of_code(prefix: str, value: str) -> tuple[str, int]:
    """Return where the shapes name a code: those that are named in the same lists and rules cannot be told apart by them."""
    iri = prefix + value
    return _of_iri(iri), _places_of_codes().get(iri, 0)


@cache
def _places_of_codes() -> dict[str, int]:
    """Return for each IRI a number that stands for the lists of sh:in, the shapes and the parts of rules that name it."""
    found: dict[str, set[str]] = {}
    store = ox.Store()
    store.bulk_load((folder("shapes") / "data.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    lists = store.query(f"SELECT ?list ?code {{ ?shape <{SH}in> ?list . ?list <{RDF}rest>*/<{RDF}first> ?code }}")
    direct = store.query(
        f"SELECT ?list ?code {{ VALUES ?named {{ <{SH}class> <{SH}targetClass> <{SH}hasValue> }} ?list ?named ?code }}"
    )
    for solution in (*lists, *direct):  # type: ignore[misc]
        found.setdefault(solution["code"].value, set()).add(str(solution["list"]))
    for quad in store.quads_for_pattern(None, ox.NamedNode(SH + "select"), None):
        query = str(quad.object.value)  # type: ignore[union-attr]
        # What stands in one list of IN means the same there; what stands elsewhere means itself.
        parts = re.split(r"(\bIN\s*\([^()]*\))", query)
        for number, part in enumerate(parts):
            for name in _NAME.findall(part):
                prefix, _, local = name.partition(":")
                if prefix in PREFIXES:
                    where = f"{quad.subject} {number}" if number % 2 else f"{quad.subject} {name}"
                    found.setdefault(PREFIXES[prefix] + local, set()).add(where)
    numbers: dict[frozenset[str], int] = {}
    return {iri: numbers.setdefault(frozenset(places), len(numbers) + 1) for iri, places in found.items()}


def _ranker(key: Callable[[str], Any]) -> Callable[[tuple[str | None, ...]], Any]:
    """Return a function that tells the order of values: equal ones have one rank, missing ones none."""

    def ranks(values: tuple[str | None, ...]) -> Any:
        first = values[0]
        if first is not None and all(value == first for value in values):
            return _UNIT
        try:
            keys = [None if value is None else key(value) for value in values]
        except (ValueError, ArithmeticError):
            return values  # one of them is no number: such a row is looked at by itself
        order = sorted({found for found in keys if found is not None})
        return tuple(None if found is None else order.index(found) for found in keys)

    return ranks


@cache
def patterns_of(predicate: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns to which shapes hold the values of a property.

    Args:
        predicate: IRI of the property.
    """
    quads = list(ox.parse((folder("shapes") / "data.ttl").read_bytes(), format=ox.RdfFormat.TURTLE))
    shapes = {quad.subject for quad in quads if quad.predicate.value == SH + "path" and quad.object == ox.NamedNode(predicate)}
    found = (quad.object.value for quad in quads if quad.predicate.value == SH + "pattern" and quad.subject in shapes)
    return tuple(re.compile(pattern) for pattern in sorted(found))


def _matcher(patterns: tuple[re.Pattern[str], ...]) -> Callable[[str], Any]:
    if len(patterns) == 1:
        search = patterns[0].search
        return lambda value: (bool(value), search(value) is not None)
    return lambda value: (bool(value), *(pattern.search(value) is not None for pattern in patterns))
