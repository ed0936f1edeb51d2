"""Answers to SELECT and ASK: how they are read, and when two of them are the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

import pyoxigraph as ox

_XSD = "http://www.w3.org/2001/XMLSchema#"
_RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_INTEGERS = {
    _XSD + name
    for name in (
        *("integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger", "long", "int"),
        *("short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
}
_FLOATS = {_XSD + "double", _XSD + "float"}

#: Media types of answers that are tables or truth values, with what reads them.
FORMATS = {
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
CSV = "text/csv"

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
#: A cell of a row, comparable with ==; None where nothing is bound. Blank nodes are the one kind that == does not settle.
Cell = Hashable


class BrokenAnswer(Exception):
    """An answer cannot be read."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node in an answer.

    Attributes:
        label: Its label, which says nothing outside of the answer.
    """

    label: str


#: Stands for whatever blank node.
_ANY = Blank("")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of an answer. Their order counts only where `ordered`.

    Attributes:
        variables: Names of the columns.
        rows: A cell for each column.
        ordered: Whether the order of rows matters.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    ordered: bool = False


def by_value(term: Term | None) -> Cell:
    """Return a term so that numbers of one datatype are equal when their values are.

    >>> by_value(ox.Literal("01.0", datatype=ox.NamedNode(_XSD + "decimal"))) == by_value(
    ...     ox.Literal("1", datatype=ox.NamedNode(_XSD + "decimal")))
    True
    >>> by_value(ox.Literal(1)) == by_value(ox.Literal("1", datatype=ox.NamedNode(_XSD + "decimal")))
    False
    """
    if isinstance(term, ox.BlankNode):
        return Blank(term.value)
    if not isinstance(term, ox.Literal):
        return term
    if term.language:
        return (term.value, term.language.lower())
    datatype, text = term.datatype.value, term.value
    try:
        if datatype in _INTEGERS:
            return (int(text), datatype)
        if datatype == _XSD + "decimal" and not set(text) & set("eENnIi"):
            return (Decimal(text), datatype)
        if datatype in _FLOATS:
            return (_float(text), datatype)
        if datatype == _XSD + "boolean" and text in ("0", "1"):
            return ("true" if text == "1" else "false", datatype)
    except (ValueError, InvalidOperation):
        pass  # not a number, whatever its datatype says: it is equal to itself alone
    return (text, datatype)


def _float(text: str) -> float | str:
    """Return a number; NaN, which is unequal to itself, by its name."""
    number = float(text.replace("INF", "inf"))
    return "NaN" if number != number else number


def read(body: bytes, media_type: str) -> Table | bool:
    """Return an answer.

    Args:
        body: What the server sent.
        media_type: One of `FORMATS`, or CSV.

    Raises:
        BrokenAnswer: it does not parse, or the format is none of a table.
    """
    if media_type == CSV:
        return _read_csv(body)
    if media_type not in FORMATS:
        raise BrokenAnswer(f"{media_type or 'no media type'} is none of an answer with rows")
    try:
        if media_type.endswith("+json"):  # the reader of results stops at the last thing that it needs
            json.loads(body)
        elif media_type.endswith("+xml"):
            ElementTree.fromstring(body)
        found = ox.parse_query_results(body, format=FORMATS[media_type])
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        assert isinstance(found, ox.QuerySolutions)
        names = tuple(variable.value for variable in found.variables)
        return Table(names, tuple(tuple(by_value(row[name]) for name in names) for row in found))
    except (SyntaxError, ValueError, OSError, RecursionError) as error:
        raise BrokenAnswer(f"the answer does not parse as {media_type}: {error}") from error


def _read_csv(body: bytes) -> Table:
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BrokenAnswer(f"the answer does not parse as CSV: {error}") from error
    if not lines:
        raise BrokenAnswer("the answer has no line with the names of the columns")
    names, *rows = lines
    for row in rows:
        if len(row) != len(names) and not (len(names) <= 1 and not row):
            raise BrokenAnswer(f"a row has {len(row)} cells for {len(names)} columns")
    return Table(tuple(names), tuple(tuple(_csv_cell(cell) for cell in (row or [""])[: len(names)]) for row in rows))


def _csv_cell(text: str) -> Cell:
    """Return a cell of CSV, which has no datatypes: what reads as a number is one, `_:` begins a blank node."""
    if text.startswith("_:"):
        return Blank(text[2:])
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def read_result_set(triples: Sequence[ox.Triple]) -> Table | bool | None:
    """Return the answer that a graph describes with the vocabulary of result sets; None where it describes none."""
    about: dict[object, dict[str, list[Term]]] = {}
    for triple in triples:
        if triple.predicate.value.startswith(_RESULT_SET):
            name = triple.predicate.value.removeprefix(_RESULT_SET)
            about.setdefault(triple.subject, {}).setdefault(name, []).append(triple.object)
    for found in about.values():
        if "boolean" in found:
            return found["boolean"][0].value in ("true", "1")  # type: ignore[union-attr]
    head = next((found for found in about.values() if "resultVariable" in found or "solution" in found), None)
    if head is None:
        return None
    names = tuple(sorted(str(name.value) for name in head.get("resultVariable", []) if isinstance(name, ox.Literal)))
    numbered = []
    for solution in head.get("solution", []):
        said = about.get(solution, {})
        row: dict[str, Term] = {}
        for binding in said.get("binding", []):
            (variable,), (value,) = about[binding]["variable"], about[binding]["value"]
            assert isinstance(variable, ox.Literal)
            row[variable.value] = value
        index = said.get("index", [])
        place = int(index[0].value) if index and isinstance(index[0], ox.Literal) else 0
        numbered.append((place, tuple(by_value(row.get(name)) for name in names)))
    numbered.sort(key=lambda pair: pair[0])
    return Table(names, tuple(row for _, row in numbered), ordered=len({place for place, _ in numbered}) == len(numbered) > 1)


def difference(expected: Table | bool, got: Table | bool) -> str | None:
    """Return what is different, in words; None where the answers are the same up to the labels of blank nodes.

    >>> one = Table(("x", "y"), ((Blank("a"), Blank("b")), (Blank("b"), 1)))
    >>> difference(one, Table(("y", "x"), ((1, Blank("p")), (Blank("p"), Blank("q")))))
    >>> difference(one, Table(("x", "y"), ((Blank("p"), Blank("q")), (Blank("p"), 1))))
    'no choice of blank nodes makes the 2 rows those expected'
    """
    if isinstance(expected, bool) or isinstance(got, bool):
        if isinstance(expected, bool) and isinstance(got, bool):
            return None if expected == got else f"the answer is {_word(got)}, not {_word(expected)}"
        return f"the answer is {_kind(got)}, not {_kind(expected)}"
    if set(expected.variables) != set(got.variables):
        return f"the columns are {_names(got)}, not {_names(expected)}"
    if len(expected.rows) != len(got.rows):
        return f"there are {len(got.rows)} rows, not {len(expected.rows)}"
    order = [got.variables.index(name) for name in expected.variables]
    rows = [tuple(row[place] for place in order) for row in got.rows]
    if expected.ordered:
        same = _Matching(rows).all_in_order(expected.rows)
        return None if same else f"the {len(rows)} rows are not those expected, or in another order"
    return _unordered(list(expected.rows), rows)


def _unordered(expected: list[tuple[Cell, ...]], got: list[tuple[Cell, ...]]) -> str | None:
    """Compare rows as a bag. Those without blank nodes are settled by ==, the others by trying."""
    left: dict[tuple[Cell, ...], int] = {}
    open_got = []
    for row in got:
        if any(isinstance(cell, Blank) for cell in row):
            open_got.append(row)
        else:
            left[row] = left.get(row, 0) + 1
    open_expected = []
    for row in expected:
        if any(isinstance(cell, Blank) for cell in row):
            open_expected.append(row)
        elif not left.get(row):
            return f"the row {_row(row)} is missing"
        else:
            left[row] -= 1
    if len(open_expected) != len(open_got):
        return f"there are {len(open_got)} rows with blank nodes, not {len(open_expected)}"
    if _Matching(open_got).all(open_expected):
        return None
    return f"no choice of blank nodes makes the {len(open_got)} rows those expected"


class _Matching:
    """Looks for a one-to-one choice of blank nodes that makes rows equal, going back where a choice leads nowhere."""

    def __init__(self, rows: Sequence[tuple[Cell, ...]]) -> None:
        self._rows = rows
        self._forth: dict[Blank, Blank] = {}
        self._back: dict[Blank, Blank] = {}

    def all(self, expected: Sequence[tuple[Cell, ...]]) -> bool:
        """Tell whether the rows can be made those expected, in any order."""
        alike: dict[tuple[Cell, ...], list[int]] = {}
        for place, row in enumerate(self._rows):
            alike.setdefault(_without_labels(row), []).append(place)
        may_be = [alike.get(_without_labels(wanted), []) for wanted in expected]
        order = sorted(range(len(expected)), key=lambda place: len(may_be[place]))  # the least choice first
        if not order:
            return True
        used: set[int] = set()
        # A stack of our own rather than recursion: answers may have more rows than Python has frames.
        untried = [iter(may_be[order[0]])]
        chosen: list[tuple[int, list[Blank]]] = []
        while untried:
            wanted = expected[order[len(chosen)]]
            for place in untried[-1]:
                new = None if place in used else self._bind(wanted, self._rows[place])
                if new is not None:
                    used.add(place)
                    chosen.append((place, new))
                    break
            else:
                untried.pop()
                if chosen:
                    place, new = chosen.pop()
                    used.discard(place)
                    self._release(new)
                continue
            if len(chosen) == len(order):
                return True
            untried.append(iter(may_be[order[len(chosen)]]))
        return False

    def all_in_order(self, expected: Sequence[tuple[Cell, ...]]) -> bool:
        """Tell whether each row can be made the one expected at its place."""
        return all(self._bind(wanted, row) is not None for wanted, row in zip(expected, self._rows, strict=True))

    def _bind(self, wanted: tuple[Cell, ...], row: tuple[Cell, ...]) -> list[Blank] | None:
        """Take the blank nodes of two rows for the same; return those newly chosen, or None, with nothing changed."""
        new: list[Blank] = []
        for one, other in zip(wanted, row, strict=True):
            if isinstance(one, Blank) and isinstance(other, Blank):
                if one not in self._forth and other not in self._back:
                    self._forth[one], self._back[other] = other, one
                    new.append(one)
                elif self._forth.get(one) != other:
                    self._release(new)
                    return None
            elif one != other:
                self._release(new)
                return None
        return new

    def _release(self, chosen: Sequence[Blank]) -> None:
        for one in chosen:
            del self._back[self._forth.pop(one)]


def _without_labels(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(_ANY if isinstance(cell, Blank) else cell for cell in row)


def _kind(answer: Table | bool) -> str:
    return "a truth value" if isinstance(answer, bool) else "a table"


def _word(truth: bool) -> str:
    return str(truth).lower()


def _names(table: Table) -> str:
    return " ".join(table.variables) or "none"


def _row(row: tuple[Cell, ...]) -> str:
    return "(" + ", ".join(_shown(cell) for cell in row)[:300] + ")"


def _shown(cell: Cell) -> str:
    if cell is None:
        return "unbound"
    if isinstance(cell, tuple):
        value, kind = cell
        return f'"{value}"' + ("" if kind == _XSD + "string" else f"^^{kind}" if ":" in kind else f"@{kind}")
    return f"_:{cell.label}" if isinstance(cell, Blank) else str(cell)
