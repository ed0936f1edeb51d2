"""Rules for dates, months, years, seasons, holidays and clock times: from the parts of a candidate to the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from crisiskg.annotation import time_values as tv
from crisiskg.annotation.number_words import parse_number, parse_ordinal, word_list
from crisiskg.annotation.time_context import Context
from crisiskg.annotation.time_grammar import MONTHS, PARTS_OF_DAY, WEEKDAYS, RawTime
from crisiskg.annotation.time_values import Period

_YEAR_STEPS = {"last": -1, "this": 0, "next": 1}


def month_number(word: str) -> int:
    """Return the number of a month's name or abbreviation, in lower case."""
    return MONTHS[word.rstrip(".")]


def _day_number(word: str) -> int:
    number = parse_ordinal(word) or parse_number(word)
    if number is None:
        raise ValueError(word)
    return int(number)


def _pick(candidates: list[Period], reference: dt.date, tense: int) -> Period:
    """Choose the candidate that is meant: the nearest one; what the tense speaks against counts as farther off.

    A day without a year is close by, whatever the tense: "the talks, which were to open on 10 March" may be past or to come.
    """
    behind_weight, ahead_weight = {-1: (1.0, 14.0), 0: (1.0, 2.5), 1: (8.0, 1.0), 2: (1.5, 1.0)}[tense]

    def distance(period: Period) -> float:
        assert period.earliest is not None
        assert period.latest is not None
        if period.latest < reference:
            return (reference - period.latest).days * behind_weight
        if period.earliest > reference:
            return (period.earliest - reference).days * ahead_weight
        return 0.0

    return min(candidates, key=distance)


def _of_year(make: Callable[[int], Period | None], context: Context, unknown: str) -> Period:
    """Give a period that comes round every year its year."""
    if context.year_hint is not None and (period := make(context.year_hint)) is not None:
        return period
    reference = context.reference
    if reference is None:
        return Period(unknown, None, None, "unknown")
    found = [period for number in range(reference.year - 8, reference.year + 9) if (period := make(number)) is not None]
    return _pick(found, reference, context.tense)


def _full_year(word: str) -> int:
    """Return the year of four digits, or of two: 70 to 99 are of the 20th century, others of the 21st; 0 for no word."""
    if not word:
        return 0
    number = int(word)
    return number if len(word) == 4 else number + (1900 if number >= 70 else 2000)


def _date(month: int, number: int, year: str, context: Context) -> Period | None:
    if year:
        return tv.make_day(int(year), month, number)
    if not 1 <= number <= 31 or tv.make_day(2000, month, number) is None:
        return None
    if context.year_hint is None and (known := context.years.get((month, number))) is not None:
        return tv.make_day(known, month, number)
    return _of_year(lambda y: tv.make_day(y, month, number), context, f"XXXX-{month:02d}-{number:02d}")


def _iso(raw: RawTime, _: Context) -> Period | None:
    period = tv.make_day(int(raw["y"]), int(raw["m"]), int(raw["d"]))
    return replace(period, value=f"{period.value}T{raw['t']}{raw['z'].upper()}") if period and raw["t"] else period


def _numeric(raw: RawTime, context: Context) -> Period | None:
    year = raw["y"]
    if len(year) == 2:
        if raw["sep"] == ".":
            return None
        year = str((2000 if int(year) < 70 else 1900) + int(year))
    first, second = int(raw["a"]), int(raw["b"])
    if second > 12 or (context.month_first and first <= 12 and raw["sep"] == "/"):
        first, second = second, first
    elif context.month_first is None and max(first, second) <= 12 and first != second and raw["sep"] == "/":
        return _either(int(year), first, second, context)
    return tv.make_day(int(year), second, first)


def _either(year: int, first: int, second: int, context: Context) -> Period | None:
    """Return what "03/04/2014" means where nothing says which number is the month: both days, unless one is yet to come."""
    found = [period for pair in ((first, second), (second, first)) if (period := tv.make_day(year, *pair)) is not None]
    reference = context.reference
    if reference is not None and context.tense <= 0:
        past = [period for period in found if period.latest is not None and period.latest <= reference]
        found = past if len(past) == 1 else found
    if len(found) == 1:
        return found[0]
    early, late = sorted(found, key=lambda period: str(period.value))
    return Period(f"[{early.value},{late.value}]", early.earliest, late.latest, "interval", "APPROX")


def _dmy(raw: RawTime, context: Context) -> Period | None:
    year = raw["y"]
    if raw["ry"] and context.reference is not None:
        year = str(context.reference.year + _YEAR_STEPS[raw["ry"]])
    return _date(month_number(raw["m"]), _day_number(raw["d"]), year, context)


def _day_range(raw: RawTime, context: Context) -> Period | None:
    month = month_number(raw["m"])
    begin = _date(month, _day_number(raw["d"]), raw["y"], context)
    if begin is None or begin.earliest is None:
        return begin
    end = tv.make_day(begin.earliest.year, month, _day_number(raw["e"]))
    return tv.span(begin, end) if end else None


def _month_year(raw: RawTime, context: Context) -> Period | None:
    year = _full_year(raw["y"] or raw["sy"])
    if year:
        return tv.month(year, month_number(raw["m"]))
    if context.reference is None:
        return Period(f"XXXX-{month_number(raw['m']):02d}", None, None, "unknown")
    return tv.month(context.reference.year + _YEAR_STEPS.get(raw["ry"], 0), month_number(raw["m"]))


def _month(raw: RawTime, context: Context) -> Period | None:
    number = month_number(raw["m"])
    return _of_year(lambda y: tv.month(y, number), context, f"XXXX-{number:02d}")


def _relative_month(raw: RawTime, context: Context) -> Period | None:
    number, direction = month_number(raw["m"]), raw["dir"]
    reference = context.here if direction in ("following", "that", "previous") else context.reference
    if reference is None:
        return Period(f"XXXX-{number:02d}", None, None, "unknown")
    if direction == "this":
        return tv.month(reference.year, number)
    if direction == "that":
        return tv.month(reference.year, number)
    if direction in ("next", "following"):
        return tv.month(reference.year + (number <= reference.month), number)
    return tv.month(reference.year - (number >= reference.month), number)


def _weekday(raw: RawTime, context: Context) -> Period | None:
    number = WEEKDAYS[raw["w"]]
    direction = raw["dir"].removeprefix("the ") or raw["after"]
    if raw["after"] == "last":
        direction = "last"
    reference = context.here if raw["dir"].startswith("the ") else context.reference
    if reference is None:
        return Period(f"XXXX-WXX-{number + 1}", None, None, "unknown")
    if raw["wk"]:
        monday = context.reference - dt.timedelta(days=context.reference.weekday()) if context.reference else reference
        return tv.day(monday + dt.timedelta(days=7 * _YEAR_STEPS[raw["wk"]] + number))
    back = (reference.weekday() - number) % 7
    ahead = (number - reference.weekday()) % 7
    if direction in ("last", "past", "previous"):
        date = reference - dt.timedelta(days=back or 7)
    elif direction in ("next", "following"):
        date = reference + dt.timedelta(days=ahead or 7)
    elif direction == "this":
        date = reference - dt.timedelta(days=back) if context.tense < 0 else reference + dt.timedelta(days=ahead)
    elif context.tense > 0:
        date = reference + dt.timedelta(days=ahead)
    else:
        date = reference - dt.timedelta(days=back)
    period = tv.day(date)
    return replace(period, value=f"{period.value}T{PARTS_OF_DAY[raw['p']]}") if raw["p"] else period


def _weekdays(raw: RawTime, _: Context) -> Period | None:
    return Period(f"XXXX-WXX-{WEEKDAYS[raw['w']] + 1}", None, None, "unknown")


def _weekday_pair(raw: RawTime, context: Context) -> Period | None:
    first = _weekday(RawTime("weekday", raw.start, raw.end, {"w": raw["w"]}), context)
    second = _weekday(RawTime("weekday", raw.start, raw.end, {"w": raw["v"]}), context)
    if first is None or second is None or first.earliest is None or second.earliest is None:
        return first
    if first.earliest > second.earliest:
        move = -7 if context.tense <= 0 else 0
        first = tv.day(first.earliest + dt.timedelta(days=move))
        if move == 0:
            second = tv.day(second.earliest + dt.timedelta(days=7))
    return tv.span(first, second)


def _year(raw: RawTime, _: Context) -> Period | None:
    return tv.year(int(raw["y"]))


def _year_range(raw: RawTime, _: Context) -> Period | None:
    first = int(raw["y"])
    last = int(raw["z"]) if len(raw["z"]) == 4 else first // 100 * 100 + int(raw["z"])
    return tv.years(first, last) if first < last <= first + 300 else None


_DECADES = {
    word: 10 * number
    for number, word in enumerate(word_list("twenties thirties forties fifties sixties seventies eighties nineties"), start=2)
}


def _decade(raw: RawTime, _: Context) -> Period | None:
    first = int(raw["y"]) if raw["y"] else 1900 + (int(raw["s"]) if raw["s"] else _DECADES[raw["w"]])
    period = tv.decade(first)
    mod = {"early": "START", "mid": "MID", "late": "END"}.get(raw["mod"])
    return tv.narrow(period, mod) if mod else period


def _century(raw: RawTime, _: Context) -> Period | None:
    number = parse_ordinal(raw["n"])
    if number is None or not 1 <= number <= 30:
        return None
    period = tv.century(number)
    mod = {"early": "START", "mid": "MID", "late": "END"}.get(raw["mod"])
    return tv.narrow(period, mod) if mod else period


def _season(raw: RawTime, context: Context) -> Period | None:
    name = raw["s"]
    if raw["y"]:
        year = int(raw["y"])
        if raw["z"] and int(raw["z"]) % 100 == (year + 1) % 100 and name == "summer":
            return tv.season(year, "winter")  # a summer of two years is one of the southern half of the globe
        return tv.season(year, name)
    reference = context.reference
    if reference is None:
        return Period(None, None, None, "unknown")
    if raw["dy"]:
        return tv.season(reference.year + {"last": -1, "this": 0, "next": 1}[raw["dy"]], name)
    candidates = [tv.season(number, name) for number in range(reference.year - 3, reference.year + 4)]
    direction = raw["dir"]
    if direction in ("last", "past", "previous"):
        return [period for period in candidates if period.latest is not None and period.latest < reference][-1]
    if direction in ("next", "coming", "following"):
        return next(period for period in candidates if period.earliest is not None and period.earliest > reference)
    if direction == "this":
        return min(candidates, key=lambda period: abs(((period.earliest or reference) - reference).days + 45))
    if context.year_hint is not None:
        return tv.season(context.year_hint, name)
    return _pick(candidates, reference, context.tense)


def _fiscal(raw: RawTime, _: Context) -> Period | None:
    """A fiscal year: where it begins differs from state to state, so its bounds are as wide as the customs of states."""
    first = _full_year(raw["y"] or raw["fy"])
    second = raw["z"] or raw["fz"]
    if second:
        last = int(second) if len(second) == 4 else first // 100 * 100 + int(second)
        if last != first + 1:
            return None
        return Period(f"{first}/{last}", dt.date(first, 4, 1), dt.date(last, 9, 30), "interval", "APPROX")
    return Period(f"FY{first}", dt.date(first - 1, 4, 1), dt.date(first + 1, 3, 31), "interval", "APPROX")


def _months_of(raw: RawTime, context: Context) -> Period | None:
    """“The first three months of 2014", "the last ten days of March"."""
    number, unit = _day_number(raw["n"]), raw["u"]
    if raw["m"]:
        whole = _month(raw, context) if not raw["my"] else tv.month(int(raw["my"]), month_number(raw["m"]))
    elif raw["y"]:
        whole = tv.year(int(raw["y"]))
    elif context.reference is not None:
        whole = tv.year(context.reference.year + _YEAR_STEPS.get(raw["ry"], 0))
    else:
        return Period(None, None, None, "unknown")
    if whole is None or whole.earliest is None or whole.latest is None:
        return whole
    opening = raw["e"] in ("first", "opening")
    if unit == "months":
        if raw["m"] or not 1 <= number <= 11:
            return None
        return tv.months(whole.earliest.year, 1 if opening else 13 - number, number, "interval")
    length = dt.timedelta(days=number * (7 if unit == "weeks" else 1) - 1)
    if length > whole.latest - whole.earliest:
        return None
    begin, end = (whole.earliest, whole.earliest + length) if opening else (whole.latest - length, whole.latest)
    return tv.span(tv.day(begin), tv.day(end))


def _part_of(raw: RawTime, context: Context) -> Period | None:
    word = raw["n"]
    is_half = raw["what"] == "half"
    number = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}.get(
        word, 2 if is_half else 4
    )
    if is_half and number > 2:
        return None
    reference = context.reference
    if raw["m"]:
        whole = (
            _month(RawTime("month", 0, 0, {"m": raw["m"]}), context)
            if not raw["my"]
            else tv.month(int(raw["my"]), month_number(raw["m"]))
        )
        if not is_half or whole is None or whole.earliest is None or whole.latest is None:
            return None
        middle = whole.earliest.replace(day=15)
        begin, end = (whole.earliest, middle) if number == 1 else (middle + dt.timedelta(days=1), whole.latest)
        return tv.span(tv.day(begin), tv.day(end))
    if raw["y"]:
        year = int(raw["y"])
    elif reference is None:
        return None
    elif raw["rel"] or raw["the"]:
        unit = raw["ru"] or raw["the"].split()[-1]
        if unit != "year":
            return None
        year = reference.year + {"last": -1, "past": -1, "previous": -1, "next": 1, "following": 1}.get(raw["rel"], 0)
    else:
        make = tv.half_year if is_half else tv.quarter
        if word in ("last", "final") and not is_half:
            before = tv.shift_months(reference, -3)
            return tv.quarter(before.year, (before.month + 2) // 3)
        return _pick([make(y, number) for y in range(reference.year - 2, reference.year + 3)], reference, context.tense)
    return tv.half_year(year, number) if is_half else tv.quarter(year, number)


def _quarter(raw: RawTime, context: Context) -> Period | None:
    number, is_half = int(raw["q"][1]), raw["q"][0] == "h"
    if is_half and number > 2:
        return None
    if raw["y"]:
        year = int(raw["y"])
        return tv.half_year(year, number) if is_half else tv.quarter(year, number)
    if context.reference is None or is_half:
        return None
    candidates = [tv.quarter(y, number) for y in range(context.reference.year - 1, context.reference.year + 2)]
    return _pick(candidates, context.reference, context.tense)


def _holiday(raw: RawTime, context: Context) -> Period | None:
    name = raw["h"].replace("’", "'")

    def make(year: int) -> Period | None:
        if name.startswith("easter") or name == "good friday":
            return tv.day(tv.easter(year) + dt.timedelta(days={"easter monday": 1, "good friday": -2}.get(name, 0)))
        month, number = {"christmas eve": (12, 24), "boxing day": (12, 26), "new year's eve": (12, 31)}.get(
            name, (12, 25) if name.startswith("christmas") else (1, 1)
        )
        return tv.make_day(year, month, number)

    return make(int(raw["y"])) if raw["y"] else _of_year(make, context, "XXXX")


def _ordinal_day(raw: RawTime, context: Context) -> Period | None:
    here, number = context.here, parse_ordinal(raw["d"])
    if here is None or number is None:
        return None
    if context.anchor is None and context.tense < 0:  # told as past, and no other day was spoken of
        for shift in (0, -1):
            moved = tv.shift_months(here, shift)
            period = tv.make_day(moved.year, moved.month, number)
            if period and period.earliest and period.earliest <= here:
                return period
        return None
    for shift in (0, 1):
        moved = tv.shift_months(here, shift)
        period = tv.make_day(moved.year, moved.month, number)
        if period and period.earliest and period.earliest >= here:
            return period
    return None


def _clock(raw: RawTime, context: Context) -> Period | None:
    hour, minute = int(raw["h"] or raw["hh"] or raw["h4"]), raw["i"] or raw["ii"] or raw["i4"] or "00"
    mark = raw["x"] or raw["x4"]
    if mark.startswith("p") and hour < 12:
        hour += 12
    elif mark.startswith("a") and hour == 12:
        hour = 0
    elif (mark in ("am", "pm", "a.m.", "p.m.") and hour > 12) or hour > 24:
        return None
    clock = f"T{hour:02d}:{minute}" + ("Z" if mark in ("utc", "gmt") else "")
    here = context.here
    if here is None:
        return Period(clock, None, None, "unknown")
    return replace(tv.day(here), value=f"{here.isoformat()}{clock}")


#: Rule by kind of candidate.
DATE_RULES: dict[str, Callable[[RawTime, Context], Period | None]] = {
    "iso": _iso,
    "numeric": _numeric,
    "dayrange": _day_range,
    "dmy": _dmy,
    "dashday": _dmy,
    "months_of": _months_of,
    "fiscal": _fiscal,
    "rangeday": _day_range,
    "mdy": _dmy,
    "my": _month_year,
    "weekend": _weekday_pair,
    "weekday": _weekday,
    "weekdays": _weekdays,
    "relmonth": _relative_month,
    "month": _month,
    "part_of": _part_of,
    "quarter": _quarter,
    "yearrange": _year_range,
    "decade": _decade,
    "century": _century,
    "season": _season,
    "holiday": _holiday,
    "ordinalday": _ordinal_day,
    "clock": _clock,
    "year": _year,
}
