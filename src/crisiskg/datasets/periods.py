"""Dates that are known to the day, the month or the year only: the days between which they lie, and the bounds of an interval."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from crisiskg.datasets.values import RowError, month_bounds, ymd

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?\Z", re.ASCII)
#: Days from which and to which dates can be reckoned with.
_FIRST, _LAST = dt.date.min, dt.date.max


class Period(NamedTuple):
    """A date as far as it is known.

    Attributes:
        first: First day that may be meant, "YYYY-MM-DD".
        last: Last day that may be meant.
        precision: Code: "day", "month", "year", "decade" or "interval".
    """

    first: str
    last: str
    precision: str


def period(value: str, what: str) -> Period:
    """Return the period that a date stands for.

    Args:
        value: Year, month or day, a time behind it or not: "2014", "2014-05", "2014-05-03".
        what: What has the date, for messages.

    Raises:
        RowError: it is no date.

    >>> period("2014-02", "startDate")
    Period(first='2014-02-01', last='2014-02-28', precision='month')
    """
    match = _PARTIAL.match(value.strip())
    year, month, day = (int(part) for part in match.groups("0")) if match is not None else (0, 0, 0)
    if year < 1 or month > 12 or (not month and match is not None and match[2]):
        raise RowError(f"{what} has {value[:40]!r}, which is no date")
    if not month:
        return Period(f"{year:04}-01-01", f"{year:04}-12-31", "year")
    if not day:
        return Period(*months(year, month), "month")
    found = ymd(year, month, day)
    return Period(found, found, "day")


def months(year: int, month: int) -> tuple[str, str]:
    """Return the first and the last day of a month, also of the last one of the calendar.

    >>> months(9999, 12)
    ('9999-12-01', '9999-12-31')
    """
    return ("9999-12-01", "9999-12-31") if (year, month) == (9999, 12) else month_bounds(year, month)


def bounds(begin: Period | None, end: Period | None) -> dict[str, str]:
    """Return the bounds of what lasts from one date to another; what is not known has none.

    Args:
        begin: When it began.
        end: When it ended.

    Raises:
        RowError: it ends before it begins.

    >>> bounds(Period("2014-01-01", "2014-12-31", "year"), Period("2014-05-03", "2014-05-03", "day"))["latest_begin"]
    '2014-05-03'
    """
    if begin is not None and end is not None and end.last < begin.first:
        raise RowError(f"the end {end.last} is before the begin {begin.first}")
    found: dict[str, str] = {}
    if begin is not None:
        found |= {"earliest_begin": begin.first, "latest_begin": min(begin.last, end.last) if end is not None else begin.last}
    if end is not None:
        found |= {"earliest_end": max(end.first, begin.first) if begin is not None else end.first, "latest_end": end.last}
    return found


def on(date: Period) -> dict[str, str]:
    """Return the bounds of what is known to hold on a date, and perhaps before and after it.

    >>> on(Period("2014-05-03", "2014-05-03", "day"))
    {'latest_begin': '2014-05-03', 'earliest_end': '2014-05-03'}
    """
    return {"latest_begin": date.last, "earliest_end": date.first}


def from_julian(year: int, month: int, day: int) -> str:
    """Return the day of our calendar on which a day of the Julian calendar fell, "YYYY-MM-DD".

    Raises:
        RowError: there is no such day.

    >>> from_julian(1917, 10, 25)
    '1917-11-07'
    """
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise RowError(f"there is no day {year}-{month}-{day}")
    # Days since 1 March of the year 0, by which leap days fall on the end of a year.
    since = year - (month < 3)
    passed = since * 365 + since // 4 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    # 1 March of the year 1 was, in the Julian calendar, two days before that day of ours.
    found = dt.date(1, 3, 1).toordinal() + passed - 365 - 2
    if not _FIRST.toordinal() <= found <= _LAST.toordinal():
        raise RowError(f"the day {year}-{month}-{day} lies outside of the years 1 to 9999")
    return dt.date.fromordinal(found).isoformat()
