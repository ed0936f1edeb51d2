"""Reads the tables of this folder: tab-separated text, one line a thing, "|" between the values of a list.

A table is refused with one sentence that names file, line, column and value; nothing is skipped.
"""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent / "tables"

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z")


class TableError(Exception):
    """A table holds something that cannot be written into the reference graph."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        table: File name.
        line: Line number, from 1.
        cells: Text by column; a column that the table does not have reads as empty.
    """

    table: str
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """Return a cell without surrounding blanks; "" where empty."""
        return self.cells.get(column, "").strip()

    def required(self, column: str) -> str:
        """Return a cell that must not be empty.

        Raises:
            TableError: it is empty.
        """
        value = self.text(column)
        if not value:
            raise self.error(column, "is empty")
        return value

    def items(self, column: str) -> list[str]:
        """Return the values of a list, in the order of the table, each once."""
        return list(dict.fromkeys(part.strip() for part in self.text(column).split("|") if part.strip()))

    def error(self, column: str, what: str) -> TableError:
        """Return the error to raise about one cell."""
        return TableError(f"{self.table}, line {self.line}, column {column}: {self.text(column)!r} {what}")

    def bounds(self) -> Bounds:
        """Return the four bounds that the columns begin and end give."""
        values: list[str | None] = []
        for column in ("begin", "end"):
            try:
                values += parse_period(self.text(column))
            except ValueError as error:
                raise self.error(column, str(error)) from error
        bounds = Bounds(*values)
        if not bounds.ordered():
            raise self.error("end", f"lies before the begin {self.text('begin')!r}")
        return bounds


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which days something began and ended, ISO 8601, None where open; what is known exactly has equal bounds."""

    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None

    def ordered(self) -> bool:
        """Tell whether no bound contradicts another.

        >>> Bounds("1990-01-01", "1990-12-31", "1989-01-01", "1989-12-31").ordered()
        False
        """
        pairs = (
            (self.earliest_begin, self.latest_begin),
            (self.earliest_end, self.latest_end),
            (self.earliest_begin, self.latest_end),
        )
        return all(first is None or second is None or first <= second for first, second in pairs)

    def may_overlap(self, other: Bounds) -> bool:
        """Tell whether the two may be valid on one day; a day that ends the one and begins the other does not count."""
        first, second = (self, other)
        return not (
            (first.latest_end is not None and second.earliest_begin is not None and first.latest_end <= second.earliest_begin)
            or (second.latest_end is not None and first.earliest_begin is not None and second.latest_end <= first.earliest_begin)
        )


def parse_period(text: str) -> tuple[str | None, str | None]:
    """Return the first and the last day that a date in a table allows.

    Args:
        text: "1991", "1991-09", "1991-09-09", "1991/1993" (between), "../1816" (not after), "2024-06-01/.." (not before),
            or "" (not known, or not ended).

    Raises:
        ValueError: it is none of these.

    >>> parse_period("1991-02")
    ('1991-02-01', '1991-02-28')
    >>> parse_period("../1816")
    (None, '1816-12-31')
    >>> parse_period("")
    (None, None)
    """
    if not text:
        return None, None
    first, slash, last = text.partition("/")
    if not slash:
        last = first
    return (
        None if first == ".." else _days(first)[0],
        None if last == ".." else _days(last)[1],
    )


def _days(text: str) -> tuple[str, str]:
    found = _DAY.match(text)
    if not found:
        raise ValueError("is no date; possible are 1991, 1991-09, 1991-09-09, 1991/1993, ../1816, 2024-06-01/.. and nothing")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    if month is None:
        return f"{year:04}-01-01", f"{year:04}-12-31"
    if not 1 <= month <= 12:
        raise ValueError("has no such month")
    length = calendar.monthrange(year, month)[1]
    if day is None:
        return f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{length:02}"
    if not 1 <= day <= length:
        raise ValueError("has no such day")
    return text, text


def read_table(name: str, columns: frozenset[str]) -> Iterator[Row]:
    """Read a table.

    Args:
        name: File name in the folder tables, without ".tsv".
        columns: Columns that it may have.

    Yields:
        Its rows in their order.

    Raises:
        TableError: the file is missing, has another column, or a line with more or fewer cells.
    """
    path = TABLES / f"{name}.tsv"
    if not path.is_file():
        raise TableError(f"the table {path.name} is missing in {path.parent.name}/")
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = next(lines)
        unknown = sorted(set(header) - columns)
        if unknown:
            raise TableError(f"{path.name} has the column {unknown[0]!r}; possible are {', '.join(sorted(columns))}")
        for number, cells in enumerate(lines, start=2):
            if len(cells) != len(header):
                raise TableError(f"{path.name}, line {number} has {len(cells)} cells, the header has {len(header)}")
            yield Row(path.name, number, dict(zip(header, cells, strict=True)))
