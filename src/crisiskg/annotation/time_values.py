"""Stretches of the calendar, each with its value as written (ISO 8601, EDTF, TIMEX3) and its first and last day.

Sources: TIMEX3 as in TimeML 1.2.1 (values, modifiers), EDTF as in ISO 8601-2:2019 (intervals, unspecified digits).
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace

from crisiskg.documents import DateBasis, DateBounds, DatePrecision

#: First month of each season on the northern half of the globe, as the language of news uses them; each lasts three months.
SEASONS: dict[str, int] = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days.

    Attributes:
        value: How it is written: "2015-05-27", "2009-W17", "2014-07/2014-12", "199X".
        earliest: First day; None for what has none (open intervals, durations).
        latest: Last day.
        precision: Granularity of what was said.
        mod: TIMEX3 modifier that the value cannot hold.
    """

    value: str | None
    earliest: dt.date | None
    latest: dt.date | None
    precision: DatePrecision
    mod: str | None = None

    def bounds(self, basis: DateBasis, start: int, end: int) -> DateBounds | None:
        """Return the days as bounds that rest on the words [start, end); None where there is no bound at all."""
        if self.earliest is None and self.latest is None:
            return None
        return DateBounds(self.earliest, self.latest, self.precision, basis, start, end)


def day(date: dt.date) -> Period:
    """Return one day."""
    return Period(date.isoformat(), date, date, "day")


def make_day(year: int, month: int, number: int) -> Period | None:
    """Return a day of the calendar; None where there is no such day.

    >>> make_day(2021, 2, 29) is None
    True
    """
    try:
        return day(dt.date(year, month, number))
    except ValueError:
        return None


def week(date: dt.date) -> Period:
    """Return the ISO week that holds a date.

    >>> week(dt.date(2009, 4, 22)).value
    '2009-W17'
    """
    year, number, weekday = date.isocalendar()
    monday = date - dt.timedelta(days=weekday - 1)
    return Period(f"{year:04d}-W{number:02d}", monday, monday + dt.timedelta(days=6), "week")


def month(year: int, number: int) -> Period:
    """Return a month.

    >>> month(2020, 2).latest
    datetime.date(2020, 2, 29)
    """
    return Period(
        f"{year:04d}-{number:02d}",
        dt.date(year, number, 1),
        dt.date(year, number, calendar.monthrange(year, number)[1]),
        "month",
    )


def months(year: int, first: int, count: int, precision: DatePrecision, value: str | None = None) -> Period:
    """Return several months in a row.

    >>> months(2014, 7, 6, "half-year").value, months(2023, 12, 3, "season").value
    ('2014-07/2014-12', '2023-12/2024-02')
    """
    last_index = year * 12 + first - 1 + count - 1
    begin, end = month(year, first), month(last_index // 12, last_index % 12 + 1)
    return Period(value or f"{begin.value}/{end.value}", begin.earliest, end.latest, precision)


def quarter(year: int, number: int) -> Period:
    """Return a quarter of a year, 1 to 4."""
    return months(year, 3 * number - 2, 3, "quarter", f"{year:04d}-Q{number}")


def half_year(year: int, number: int) -> Period:
    """Return a half of a year, 1 or 2."""
    return months(year, 6 * number - 5, 6, "half-year")


def season(year: int, name: str) -> Period:
    """Return a season; a winter is that which begins in December of the year."""
    return months(year, SEASONS[name], 3, "season")


def year(number: int) -> Period:
    """Return a year."""
    return Period(f"{number:04d}", dt.date(number, 1, 1), dt.date(number, 12, 31), "year")


def years(first: int, last: int) -> Period:
    """Return several years in a row.

    >>> years(2003, 2011).value
    '2003/2011'
    """
    return Period(f"{first:04d}/{last:04d}", dt.date(first, 1, 1), dt.date(last, 12, 31), "interval")


def decade(first: int) -> Period:
    """Return the ten years of a decade.

    >>> decade(1990).value, decade(1990).latest
    ('199X', datetime.date(1999, 12, 31))
    """
    return Period(f"{first // 10:03d}X", dt.date(first, 1, 1), dt.date(first + 9, 12, 31), "decade")


def century(number: int) -> Period:
    """Return a century: the 19th is 1801 to 1900 by count, and written 18XX as people mean it."""
    first = (number - 1) * 100
    return Period(f"{number - 1:02d}XX", dt.date(max(first, 1), 1, 1), dt.date(first + 99, 12, 31), "interval")


def span(begin: Period, end: Period) -> Period | None:
    """Return the interval from one period to another; None where it would end before it begins."""
    if begin.earliest is None or end.latest is None or begin.earliest > end.latest or begin.value is None or end.value is None:
        return None
    return Period(f"{_plain(begin)}/{_plain(end)}", begin.earliest, end.latest, "interval")


def shift_months(date: dt.date, count: int) -> dt.date:
    """Return the date some months later (earlier for a negative count), on the last day where the month is shorter.

    >>> shift_months(dt.date(2020, 3, 31), -1)
    datetime.date(2020, 2, 29)
    """
    index = date.year * 12 + date.month - 1 + count
    target_year, target_month = index // 12, index % 12 + 1
    last = calendar.monthrange(target_year, target_month)[1]
    return date.replace(year=target_year, month=target_month, day=min(date.day, last))


def narrow(period: Period, mod: str) -> Period:
    """Keep the value and let the bounds follow a modifier START, MID or END: a third of the period.

    >>> narrow(year(2013), "START").latest, narrow(month(2015, 3), "END").earliest
    (datetime.date(2013, 4, 30), datetime.date(2015, 3, 21))
    """
    first, last = period.earliest, period.latest
    if first is None or last is None or period.precision == "day":
        return replace(period, mod=mod)
    if period.precision == "year":
        begin = {"START": 1, "MID": 5, "END": 9}[mod]
        part = months(first.year, begin, 4, "interval")
        return replace(period, earliest=part.earliest, latest=part.latest, mod=mod)
    if period.precision == "month":
        begin, end = {"START": (1, 10), "MID": (11, 20), "END": (21, last.day)}[mod]
        return replace(period, earliest=first.replace(day=begin), latest=first.replace(day=end), mod=mod)
    length = (last - first).days + 1
    third = length // 3
    if mod == "START":
        last = first + dt.timedelta(days=length - 2 * third - 1)
    elif mod == "MID":
        first, last = first + dt.timedelta(days=third), last - dt.timedelta(days=third)
    else:
        first = last - dt.timedelta(days=length - 2 * third - 1)
    return replace(period, earliest=first, latest=last, mod=mod)


def easter(year_number: int) -> dt.date:
    """Return Easter Sunday of the western churches. Source: the anonymous Gregorian algorithm (Meeus, Jones, Butcher).

    >>> easter(2024)
    datetime.date(2024, 3, 31)
    """
    a, b, c = year_number % 19, year_number // 100, year_number % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    number = h + j - 7 * m + 114
    return dt.date(year_number, number // 31, number % 31 + 1)


def _plain(period: Period) -> str:
    """The value of one end of an interval: its first part where it is an interval itself is left to the bounds."""
    assert period.value is not None
    return period.value.split("/")[0] if "/" in period.value else period.value
