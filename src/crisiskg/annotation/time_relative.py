"""Rules for what is said from the day of writing or another day ("two years ago", "the next day"), for durations and sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from crisiskg.annotation import time_values as tv
from crisiskg.annotation.number_words import parse_number, parse_ordinal
from crisiskg.annotation.time_context import Context
from crisiskg.annotation.time_dates import month_number
from crisiskg.annotation.time_grammar import PARTS_OF_DAY, WEEKDAYS, RawTime
from crisiskg.annotation.time_values import Period

_LETTERS = {
    "day": "D",
    "night": "D",
    "weekend": "W",
    "week": "W",
    "fortnight": "W",
    "month": "M",
    "quarter": "M",
    "year": "Y",
    "decade": "Y",
}
_DAYS = {"day": 1, "night": 1, "weekend": 7, "week": 7, "fortnight": 14}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}
_SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
_VAGUE = {"several", "few", "a few", "many", "some"}


def _unit(word: str) -> str:
    word = word.rstrip("s") if word != "centuries" else "century"
    return {"centurie": "century"}.get(word, word)


def _count(word: str) -> float | None:
    """Return the number of a count; None where it is vague."""
    if word in _VAGUE or word == "":
        return None
    return {"a": 1.0, "an": 1.0, "a couple of": 2.0, "couple of": 2.0, "a quarter of a": 0.25}.get(word) or parse_number(word)


def _length(count: float | None, unit: str) -> str | None:
    """Write a duration: P3D, PT2H, P10Y, PXY for a vague count."""
    if unit in ("second", "minute", "hour"):
        return f"PT{_trim(count)}{unit[0].upper()}"
    factor = {"decade": 10, "century": 100, "fortnight": 2, "quarter": 3}.get(unit, 1)
    letter = "Y" if unit == "century" else _LETTERS.get(unit)
    return f"P{_trim(None if count is None else count * factor)}{letter}" if letter else None


def _trim(count: float | None) -> str:
    return "X" if count is None else f"{count:g}"


def _moved(date: dt.date, count: float, unit: str) -> dt.date:
    """Return the date some units later (earlier where the count is negative)."""
    if unit in ("second", "minute", "hour"):
        return date + dt.timedelta(hours=0 if abs(count) < 24 else count)
    if unit in _DAYS:
        return date + dt.timedelta(days=round(count * _DAYS[unit]))
    return tv.shift_months(date, round(count * _MONTHS[unit]))


def _ago(raw: RawTime, context: Context) -> Period | None:
    unit, direction = _unit(raw["u"]), raw["dir"]
    count = _count(raw["n"])
    if count is not None and (raw["half"] or raw["half2"]):
        count += 0.5
    sign = -1 if direction in ("ago", "earlier", "previously", "before") else 1
    base = context.reference if direction in ("ago", "from now", "hence") else context.here
    if base is None:
        return Period(None, None, None, "unknown")
    if count is None:
        if unit in ("second", "minute", "hour"):
            return replace(tv.day(base), mod="APPROX")
        limit = _moved(base, sign * {"day": 10, "night": 10, "week": 8, "month": 11, "year": 9}.get(unit, 5), unit)
        earliest, latest = min(base, limit), max(base, limit)
        return Period(None, earliest, latest, "interval", "APPROX")
    date = _moved(base, sign * count, unit)
    if unit in ("second", "minute", "hour", "day", "night"):
        return tv.day(date)
    if unit in ("week", "fortnight", "weekend"):
        return Period(date.isoformat(), date - dt.timedelta(days=3), date + dt.timedelta(days=3), "week", "APPROX")
    if unit in ("month", "quarter"):
        return tv.month(date.year, date.month)
    if unit == "year" and count == int(count):
        return tv.year(date.year)
    if unit == "year":
        return replace(tv.month(date.year, date.month), mod="APPROX")
    slack = 2 if unit == "decade" else 10
    whole = tv.year(date.year)
    return Period(
        whole.value,
        tv.year(max(date.year - slack, 1)).earliest,
        tv.year(date.year + slack).latest,
        "decade" if unit == "decade" else "interval",
        "APPROX",
    )


def _current(unit: str, date: dt.date) -> Period | None:
    """Return the unit of the calendar that holds a date."""
    if unit in ("day", "night"):
        return tv.day(date)
    if unit == "week":
        return tv.week(date)
    if unit == "weekend":
        monday = date - dt.timedelta(days=date.weekday())
        period = tv.span(tv.day(monday + dt.timedelta(days=5)), tv.day(monday + dt.timedelta(days=6)))
        return replace(period, precision="week") if period else None
    if unit == "month":
        return tv.month(date.year, date.month)
    if unit == "quarter":
        return tv.quarter(date.year, (date.month + 2) // 3)
    if unit == "year":
        return tv.year(date.year)
    if unit == "decade":
        return tv.decade(date.year // 10 * 10)
    if unit == "century":
        return tv.century(date.year // 100 + 1)
    return None


def _earlier(raw: RawTime, context: Context) -> Period | None:
    reference = context.reference
    if reference is None:
        return Period(None, None, None, "unknown")
    if raw["today"]:
        return tv.day(reference - dt.timedelta(days=raw["today"] == "yesterday"))
    unit = raw["u"]
    move = {"last": -1, "next": 1}.get(raw["rel"], 0)
    anaphoric = raw["rel"] in ("that", "the same") or (unit == "day" and raw["rel"] == "the")
    base = context.here if anaphoric else _moved(reference, move, unit)
    if base is None or (period := _current(unit, base)) is None:
        return None
    first, last = period.earliest, period.latest
    if raw["dir"] == "early":
        return tv.narrow(period, "START")
    if raw["dir"] == "late":
        return tv.narrow(period, "END")
    if move == 0 and first and last and raw["rel"] in ("the", "this") and first <= reference <= last:
        if raw["dir"] == "earlier":
            return replace(period, latest=reference)
        return replace(period, earliest=reference)
    return period


def _deictic(raw: RawTime, context: Context) -> Period | None:
    reference = context.reference
    word = raw["d"] or raw["x"]
    if reference is None:
        return Period(None, None, None, "unknown")
    first, _, part = word.partition(" ")
    move = {"before": -2, "after": 2}.get(first) if raw["x"] else {"yesterday": -1, "tomorrow": 1, "last": -1}.get(first, 0)
    assert move is not None
    period = tv.day(reference + dt.timedelta(days=move))
    part = "" if raw["x"] else {"tonight": "night"}.get(word, part)
    return replace(period, value=f"{period.value}T{PARTS_OF_DAY[part]}") if part in PARTS_OF_DAY else period


def _anaphor(raw: RawTime, context: Context) -> Period | None:
    here = context.here
    if here is None:
        return Period(None, None, None, "unknown")
    unit = raw["u"] or raw["v"] or raw["z"]
    part = unit if unit in PARTS_OF_DAY else ""
    step = {"next": 1, "following": 1, "previous": -1, "preceding": -1, "after": 1, "before": -1}.get(raw["x"] or raw["dir"], 0)
    last = context.anchor.latest if step > 0 and context.anchor and context.anchor.precision == "day" else here
    base = last or here
    period = _current("day" if part else unit, _moved(base, step, "day" if part else unit))
    if period and part and not (step == 0 and part == "night"):
        period = replace(period, value=f"{period.value}T{PARTS_OF_DAY[part]}")
    return period


def _relative(raw: RawTime, context: Context) -> Period | None:
    unit, direction = _unit(raw["u"]), raw["dir"]
    if unit in ("second", "minute", "hour"):
        return Period(_length(_count(raw["n"]) or (None if raw["u"].endswith("s") else 1.0), unit), None, None, "unknown")
    plural = (raw["u"].endswith("s") and raw["u"] != "centuries") or raw["u"] == "centuries"
    anaphoric = direction in ("same", "that", "those", "following", "ensuing", "previous", "preceding")
    base = context.here if anaphoric else context.reference
    if base is None:
        return (
            Period(_length(_count(raw["n"]), unit), None, None, "unknown")
            if raw["n"] or plural
            else Period(None, None, None, "unknown")
        )
    back = direction in ("last", "past", "previous", "preceding")
    ahead = direction in ("next", "coming", "following", "ensuing", "upcoming")
    if raw["n"] or plural or (direction == "past" and unit != "weekend"):
        count = _count(raw["n"]) if raw["n"] or plural else 1.0
        value = _length(count, unit)
        if not back and not ahead:
            return Period(value, None, None, "unknown")
        far = _moved(base, (-1 if back else 1) * (count if count is not None else 9), unit)
        earliest, latest = (far, base) if back else (base, far)
        vague = count is None or raw["n"] in ("a couple of", "couple of")
        return Period(value, earliest, latest, "interval", "APPROX" if vague else None)
    step = -1 if back else 1 if ahead else 0
    return _current(unit, _moved(base, step, unit))


def _edge(raw: RawTime, context: Context) -> Period | None:
    if context.reference is None:
        return Period(None, None, None, "unknown")
    if raw["out"]:
        return tv.narrow(tv.year(context.reference.year), "END")
    if raw["we"]:
        move = 0 if context.tense > 0 or context.reference.weekday() >= 5 else -7
        return _current("weekend", context.reference + dt.timedelta(days=move))
    period = _current(raw["u"], context.reference)
    mod = {"beginning": "START", "start": "START", "onset": "START", "end": "END", "close": "END", "middle": "MID"}.get(raw["e"])
    return tv.narrow(period, mod) if period and mod else period


def _turn(raw: RawTime, context: Context) -> Period | None:
    """“The turn of the century", of the 20th century, of the year: some years, or weeks, on both sides."""
    reference = context.reference
    if raw["n"]:
        number = parse_ordinal(raw["n"])
        year = (number - 1) * 100 if number is not None else 0
    elif reference is None:
        return Period(None, None, None, "unknown")
    elif raw["u"] == "year":
        year = reference.year + (reference.month >= 7)
        return Period(f"{year - 1}-12/{year}-01", dt.date(year - 1, 12, 1), dt.date(year, 1, 31), "interval", "APPROX")
    else:
        unit = 1000 if raw["u"] == "millennium" else 100
        year = (reference.year + unit // 2) // unit * unit
    if year < 100:
        return None
    return Period(f"{year}", dt.date(year - 5, 1, 1), dt.date(year + 4, 12, 31), "interval", "APPROX")


def _twice_removed(raw: RawTime, context: Context) -> Period | None:
    if context.reference is None:
        return Period(None, None, None, "unknown")
    return _current(raw["u"], _moved(context.reference, -2 if raw["x"].startswith("before") else 2, raw["u"]))


def _frequency(raw: RawTime, _: Context) -> Period | None:
    return Period(_length(1.0, raw["u"]), None, None, "unknown")


def _recent(raw: RawTime, context: Context) -> Period | None:
    unit = _unit(raw["u"])
    value = _length(None, unit)
    if context.reference is None:
        return Period(value, None, None, "unknown")
    return Period(value, _moved(context.reference, -9, unit), context.reference, "interval", "APPROX")


def _since_then(_: RawTime, context: Context) -> Period | None:
    anchor = context.anchor
    if anchor is None or anchor.value is None:
        return Period(None, None, None, "unknown", "SINCE")
    return Period(anchor.value, anchor.earliest, None, anchor.precision, "SINCE")


def _duration(raw: RawTime, _: Context) -> Period | None:
    count = _count(raw["n"])
    if count is not None and (raw["half"] or raw["half2"]):
        count += 0.5
    if raw["n2"] and (upper := _count(raw["n2"])) is not None and count is not None and upper > count:
        unit = _unit(raw["u"])
        return Period(f"{_length(count, unit)}/{_length(upper, unit)}", None, None, "unknown", "APPROX")
    return Period(_length(count, _unit(raw["u"])), None, None, "unknown")


def _compound(raw: RawTime, _: Context) -> Period | None:
    if raw["lu"]:
        return Period(_length(None if raw["lu"] == "decade" else 1.0, raw["lu"]), None, None, "unknown")
    if raw["ru"]:
        return Period(
            f"{_length(_count(raw['ru']), raw['rx'])}/{_length(_count(raw['rn']), raw['rx'])}", None, None, "unknown", "APPROX"
        )
    word = f"{raw['n']}-{raw['n2']}" if raw["n2"] else raw["n"]
    count = {"decade": 10.0, "multi": None}.get(word, _count(word))
    return Period(_length(count, _unit(raw["u"])), None, None, "unknown")


def _bare_units(raw: RawTime, _: Context) -> Period | None:
    return Period(_length(None, _unit(raw["u"])), None, None, "unknown")


def _set(raw: RawTime, _: Context) -> Period | None:
    if raw["w"]:
        value: str | None = f"XXXX-WXX-{WEEKDAYS[raw['w']] + 1}"
    elif raw["m"]:
        value = f"XXXX-{month_number(raw['m']):02d}"
    elif raw["p"]:
        value = f"XXXX-XX-XXT{PARTS_OF_DAY[raw['p']]}"
    elif raw["u"]:
        count = 2.0 if raw["n"] in ("other", "second") else 1.0 if not raw["n"] else _count(raw["n"])
        value = _length(count, _unit(raw["u"]))
    else:
        value = f"XXXX-{_SEASONS[raw['s']]}"
    return Period(value, None, None, "unknown")


def _adverb_set(raw: RawTime, _: Context) -> Period | None:
    value = {
        "daily": "P1D",
        "nightly": "P1D",
        "weekly": "P1W",
        "fortnightly": "P2W",
        "monthly": "P1M",
        "quarterly": "P3M",
        "biannual": "P6M",
    }
    return Period(value.get(raw["a"], "P1Y"), None, None, "unknown")


#: Rule by kind of candidate.
RELATIVE_RULES: dict[str, Callable[[RawTime, Context], Period | None]] = {
    "ago": _ago,
    "earlier": _earlier,
    "day_deictic": _deictic,
    "anaphor": _anaphor,
    "relative": _relative,
    "edge_of_year": _edge,
    "span_before": _duration,
    "set": _set,
    "adverbset": _adverb_set,
    "recent": _recent,
    "turn": _turn,
    "twice_removed": _twice_removed,
    "frequency": _frequency,
    "since_then": _since_then,
    "compound": _compound,
    "duration": _duration,
    "bareunits": _bare_units,
}
