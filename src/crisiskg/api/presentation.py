"""How answers are shown to people: days in words, codes as words, what is empty left out, each sentence under what it tells."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field

from crisiskg.api.reading import Cell, Table

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
#: Columns of the sentence that tells a row, and of where it stands.
_SAID = ("quote", "document", "url", "start", "end")
#: Columns whose values are codes written together.
_CODES = ("relation", "role", "kind", "kindName", "type", "basis", "ground", "side", "timeGap")
#: Columns whose values are addresses, with "; " between them.
_ADDRESSES = ("reference",)


@dataclass(slots=True)
class Record:
    """One thing that an answer tells, with the sentences that tell it.

    Attributes:
        cells: Cells by column.
        said: The cells quote and document of each sentence.
    """

    cells: dict[str, Cell]
    said: list[dict[str, Cell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class View:
    """An answer as pages show it.

    Attributes:
        columns: Names of the columns that are shown.
        records: What they hold.
    """

    columns: list[str]
    records: list[Record]


def view(table: Table, about: str | None = None) -> View:
    """Return a table as people read it.

    Columns without any value are left out, and those that only repeat what the page is about; begin and end become one column;
    rows that differ in their sentence alone become one record.

    Args:
        table: Answer of a named query.
        about: IRI of what the page is about.

    >>> rows = [{"x": Cell("a", "literal"), "quote": Cell(words, "literal"), "y": Cell()} for words in ("One.", "Two.")]
    >>> found = view(Table(["x", "y", "quote"], rows))
    >>> found.columns, [[said["quote"].value for said in record.said] for record in found.records]
    (['x'], [['One.', 'Two.']])
    """
    quoted = "quote" in table.columns
    spans = quoted and "start" in table.columns  # there, start and end are offsets in a text
    apart = [name for name in _SAID if quoted and name in table.columns and (spans or name not in ("start", "end"))]
    dated = {"begin", "end"} <= set(table.columns) and not spans
    records: list[Record] = []
    for row in table.rows:
        cells: dict[str, Cell] = {}
        for name in table.columns:
            if name in apart:
                continue
            if dated and name in ("begin", "end"):
                cells["when"] = Cell(when(row["begin"].value, row["end"].value), "literal")
                continue
            cells[name] = _readable(name, row[name])
        if not (records and records[-1].cells == cells and quoted):
            records.append(Record(cells))
        said = {name: row[name] for name in apart}
        if quoted and said["quote"] and said not in records[-1].said:
            records[-1].said.append(said)
    columns = list(records[0].cells) if records else []
    for name in list(columns):
        values = {record.cells[name].value for record in records}
        if values == {""} or (about is not None and values == {about}):
            columns.remove(name)
    return View(columns, records)


def _readable(name: str, cell: Cell) -> Cell:
    if name in _CODES and cell.kind == "literal":
        code = cell.value.lower() if cell.value.isupper() else cell.value  # event types
        return Cell(words(code), cell.kind, cell.label, cell.language)
    if name in _ADDRESSES:
        return Cell(cell.value, "addresses")
    if cell.kind == "literal" and _DAY.match(cell.value):
        return Cell(day(cell.value), cell.kind)
    return cell


def words(code: str) -> str:
    """Return a code as words.

    >>> words("head-of-government"), words("agencyOf"), words("ArmedGroup"), words("NATO")
    ('head of government', 'agency of', 'armed group', 'NATO')
    """
    if " " in code or code.isupper():
        return code
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code).replace("-", " ").replace("_", " ").lower()


def day(text: str) -> str:
    """Return an ISO day in words; anything else as it is.

    >>> day("2013-04-30"), day("soon")
    ('30 April 2013', 'soon')
    """
    found = _date(text)
    return _words(found) if found else text


def when(begin: str, end: str) -> str:
    """Return a time between two days in words, as exactly as they say and no more.

    Args:
        begin: First day in ISO form; empty where it is not known.
        end: Last day.

    >>> when("2013-04-30", "2013-04-30"), when("2013-01-01", "2013-12-31"), when("2013-04-01", "2013-04-30")
    ('30 April 2013', '2013', 'April 2013')
    >>> when("2013-04-02", "2013-04-05"), when("2012-12-30", "2013-01-02"), when("2011-01-01", "2012-12-31")
    ('2–5 April 2013', '30 December 2012 – 2 January 2013', '2011–2012')
    >>> when("2013-04-30", ""), when("", "2013-04-30"), when("", "")
    ('from 30 April 2013', 'until 30 April 2013', '')
    """
    first, last = _date(begin), _date(end)
    if first is None or last is None:
        if begin and end:
            return f"{begin} – {end}"
        return f"from {day(begin)}" if begin else f"until {day(end)}" if end else ""
    if first == last:
        return _words(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        months = [f"{calendar.month_name[one.month]} {one.year}" for one in (first, last)]
        if months[0] == months[1]:
            return months[0]
        return f"{months[0] if first.year != last.year else calendar.month_name[first.month]} – {months[1]}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_words(last)}"
    if first.year == last.year:
        return f"{first.day} {calendar.month_name[first.month]} – {_words(last)}"
    return f"{_words(first)} – {_words(last)}"


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None


def _words(one: dt.date) -> str:
    return f"{one.day} {calendar.month_name[one.month]} {one.year}"
