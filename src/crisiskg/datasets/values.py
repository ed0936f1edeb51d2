"""Reads cells: numbers, days and coordinates, in the lexical form in which the graph holds them.

An empty cell gives None. What is not empty and cannot be read raises `RowError` with the column and the value, and the row goes
to quarantine.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

#: Words that publishers write where they mean that there is nothing.
NULLS = frozenset({"", "na", "n/a", "nan", "none", "null", "nil", "-"})

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?\Z", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?\Z", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})\Z", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class RowError(ValueError):
    """A row cannot be read; the message is the reason, in a sentence."""


def text(cells: dict[str, str], column: str) -> str | None:
    """Return what a cell says; None where it is empty or a word for nothing.

    >>> text({"city": "NA"}, "city") is None
    True
    """
    value = cells.get(column, "")
    return None if not value or (len(value) < 5 and value.lower() in NULLS) else value


def needed(cells: dict[str, str], column: str) -> str:
    """Return what a cell says.

    Raises:
        RowError: it is empty.
    """
    value = text(cells, column)
    if value is None:
        raise RowError(f"the column {column} is empty")
    return value


def decimal(cells: dict[str, str], column: str) -> str | None:
    """Return a number in canonical form.

    Raises:
        RowError: it is none.

    >>> decimal({"best": "600.0"}, "best"), decimal({"best": "-0.50"}, "best")
    ('600', '-0.5')
    """
    value = text(cells, column)
    return None if value is None else _decimal(value, column)


@lru_cache(1 << 14)
def _decimal(value: str, column: str) -> str:
    if not _NUMBER.match(value):
        raise RowError(f"the column {column} has {value[:60]!r}, which is no number")
    if "e" in value or "E" in value:
        value = format(float(value), "f")
    whole, _, rest = value.lstrip("+-").partition(".")
    whole, rest = whole.lstrip("0") or "0", rest.rstrip("0")
    number = f"{whole}.{rest}" if rest else whole
    return f"-{number}" if value.startswith("-") and number != "0" else number


def integer(cells: dict[str, str], column: str) -> int | None:
    """Return a whole number; "7.0", as tables that went through a spreadsheet have it, is 7.

    Raises:
        RowError: it is none.

    >>> integer({"year": "2017.0"}, "year")
    2017
    """
    value = text(cells, column)
    if value is None:
        return None
    number = _decimal(value, column)
    if "." in number or len(number) > 18:
        raise RowError(f"the column {column} has {value[:60]!r}, which is no whole number")
    return int(number)


def code(cells: dict[str, str], column: str) -> str | None:
    """Return an identifier that is a number, without the ".0" that spreadsheets add; others as they are.

    >>> code({"id": "244657.0"}, "id"), code({"id": "ETH1042"}, "id")
    ('244657', 'ETH1042')
    """
    value = text(cells, column)
    return value[:-2] if value is not None and value.endswith(".0") and value[:-2].isdigit() else value


def day(cells: dict[str, str], column: str, *, month_first: bool = False) -> str | None:
    """Return a day as "YYYY-MM-DD".

    Args:
        cells: The row.
        column: Its column; understood are 2016-01-31, with a time behind it or not, 20160131, 31 January 2016 and 1/31/2016.
        month_first: Whether 1/2/2016 is the second of January; otherwise it cannot be told and is refused.

    Raises:
        RowError: it is no day.

    >>> day({"d": "2016-1-31 00:00:00"}, "d"), day({"d": "31-Jan-2016"}, "d"), day({"d": "1/2/2016"}, "d", month_first=True)
    ('2016-01-31', '2016-01-31', '2016-01-02')
    """
    value = text(cells, column)
    return None if value is None else _day(value, column, month_first)


@lru_cache(1 << 14)
def _day(value: str, column: str, month_first: bool) -> str:
    found: tuple[int, int, int] | None = None
    if match := _DAY.match(value) or _COMPACT.match(value):
        found = (int(match[1]), int(match[2]), int(match[3]))
    elif match := _NAMED.match(value):
        month = match[2][:3].lower()
        found = (int(match[3]), _MONTHS.index(month) + 1, int(match[1])) if month in _MONTHS else None
    elif match := _SLASHED.match(value):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if month_first or second > 12:
            found = (year, first, second)
        elif first > 12:
            found = (year, second, first)
    try:
        return dt.date(*found).isoformat() if found is not None else _no_day(value, column)
    except ValueError:
        return _no_day(value, column)


def _no_day(value: str, column: str) -> str:
    raise RowError(f"the column {column} has {value[:60]!r}, which is no day")


def ymd(year: int, month: int, day_of_month: int) -> str:
    """Return a day as "YYYY-MM-DD".

    Raises:
        RowError: there is no such day.

    >>> ymd(2016, 2, 29)
    '2016-02-29'
    """
    try:
        return dt.date(year, month, day_of_month).isoformat()
    except ValueError as error:
        raise RowError(f"there is no day {year}-{month}-{day_of_month}") from error


def month_bounds(year: int, month: int) -> tuple[str, str]:
    """Return the first and the last day of a month.

    >>> month_bounds(2016, 2)
    ('2016-02-01', '2016-02-29')
    """
    first = dt.date(year, month, 1)
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return first.isoformat(), last.isoformat()


def shifted(value: str, days: int) -> str:
    """Return the day so many days after another.

    >>> shifted("2016-02-28", 2)
    '2016-03-01'
    """
    return (dt.date.fromisoformat(value) + dt.timedelta(days=days)).isoformat()


def point(cells: dict[str, str], latitude: str, longitude: str) -> str | None:
    """Return "POINT(longitude latitude)"; None where one of the two is missing.

    Raises:
        RowError: a value is out of range or no number.

    >>> point({"lat": "34.50", "lon": "69.1"}, "lat", "lon")
    'POINT(69.1 34.5)'
    """
    north, east = decimal(cells, latitude), decimal(cells, longitude)
    if north is None or east is None:
        return None
    if abs(float(north)) > 90 or abs(float(east)) > 180:
        raise RowError(f"the point {north}, {east} (latitude, longitude) is not on earth")
    return f"POINT({east} {north})"
