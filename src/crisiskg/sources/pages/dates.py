"""Dates of publication, as pages and their metadata write them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from crisiskg.documents import DateBasis, DateBounds, DatePrecision

_MONTHS = {
    name: number for number in range(1, 13) for name in (calendar.month_name[number].lower(), calendar.month_abbr[number].lower())
} | {"sept": 9}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>(?:1[89]|20|21)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)"
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-]|\.\d)", re.IGNORECASE)
    for form in (
        rf"{_DAY}(?:st|nd|rd|th)?(?:\s+of)?[ -]{_MONTH},?[ -]{_YEAR}",
        rf"{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_YEAR}-(?P<month>\d\d)-{_DAY}(?=T|\b)",
        rf"{_YEAR}/(?P<month>\d\d)/{_DAY}",
        rf"{_DAY}\.(?P<month>[01]?\d)\.{_YEAR}",
        rf"(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}",
    )
)
_MONTH_YEAR = re.compile(rf"(?<!\w){_MONTH},?\s+{_YEAR}(?!\w)", re.IGNORECASE)
#: The season of a quarterly, at the end of a line: "Peace Review, Spring 2017"; not "the Arab Spring 2011".
_SEASON_YEAR = re.compile(rf"(?:\A|(?<=[,|·] ))(?P<season>Spring|Summer|Autumn|Fall)\s+{_YEAR}\s*\Z")
_SEASONS = {"Spring": 3, "Summer": 6, "Autumn": 9, "Fall": 9}
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date in a text.

    Attributes:
        earliest: First day that the words allow.
        latest: Last day that the words allow.
        precision: day or month.
        start: Offset of the words in the text that was searched.
        end: Offset behind them.
    """

    earliest: dt.date
    latest: dt.date
    precision: DatePrecision
    start: int
    end: int

    def bounds(self, basis: DateBasis, shift: int = 0) -> DateBounds:
        """Return the bounds, with the offsets moved by `shift`."""
        return DateBounds(self.earliest, self.latest, self.precision, basis, self.start + shift, self.end + shift)


def _make(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def find_dates(text: str) -> list[FoundDate]:
    """Return the calendar dates with a year in a text, in its order; at most its first 20,000 characters are searched.

    A numeric date that can be read as day/month and as month/day spans from the one to the other.

    >>> [str(found.earliest) for found in find_dates("Published 27 May 2015, updated June 1st, 2015")]
    ['2015-05-27', '2015-06-01']
    """
    text = text[:20_000]
    found: list[FoundDate] = []
    for form in _FORMS:
        for match in form.finditer(text):
            groups = match.groupdict()
            year = int(groups["year"])
            if "first" in groups:
                first, second = int(groups["first"]), int(groups["second"])
                days = sorted({day for day in (_make(year, second, first), _make(year, first, second)) if day is not None})
            else:
                month = groups["month"].lower()
                day = _make(year, int(month) if month.isdigit() else _MONTHS[month], int(groups["day"]))
                days = [day] if day is not None else []
            if days:
                precision: DatePrecision = "day" if days[0] == days[-1] else "interval"
                found.append(FoundDate(days[0], days[-1], precision, *match.span()))
    for match in _MONTH_YEAR.finditer(text):
        if not any(other.start <= match.start() < other.end for other in found):
            year, month_number = int(match["year"]), _MONTHS[match["month"].lower()]
            last = calendar.monthrange(year, month_number)[1]
            found.append(FoundDate(dt.date(year, month_number, 1), dt.date(year, month_number, last), "month", *match.span()))
    if season := _SEASON_YEAR.search(text):
        year, first_month = int(season["year"]), _SEASONS[season["season"]]
        until = dt.date(year, first_month + 2, calendar.monthrange(year, first_month + 2)[1])
        found.append(FoundDate(dt.date(year, first_month, 1), until, "interval", season.start(), season.end()))
    return sorted(found, key=lambda date: date.start)


def from_metadata(value: object) -> DateBounds | None:
    """Return the bounds of a date in metadata: ISO 8601, also a month or year alone, RFC 2822, or words.

    Args:
        value: What the metadata holds; anything but a text gives None.

    Returns:
        Bounds with basis "metadata"; None where no date can be read from it.

    >>> from_metadata("2015-05-29T10:00:00Z").exact
    datetime.date(2015, 5, 29)
    >>> from_metadata("2015-05").latest
    datetime.date(2015, 5, 31)
    >>> from_metadata("soon") is None
    True
    """
    if not isinstance(value, str):
        return None
    value = value.strip()[:64]  # what is longer is no date, and costs time
    match = _ISO.match(value)
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        if not 1000 <= year <= 2999 or (month is not None and not 1 <= month <= 12):
            return None
        if month is None:
            return DateBounds(dt.date(year, 1, 1), dt.date(year, 12, 31), "year", "metadata")
        if day is None:
            return DateBounds(
                dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]), "month", "metadata"
            )
        exact = _make(year, month, day)
        return DateBounds(exact, exact, "day", "metadata") if exact else None
    found = find_dates(value)
    return DateBounds(found[0].earliest, found[0].latest, found[0].precision, "metadata") if found else None
