"""Times: finds the words that say when, how long or how often, and sets them into the calendar.

The words come from `time_grammar`, their meaning from `time_resolution`, which of them are times at all from `time_checks`, and
the tense from `time_clauses`; this module keeps the story: what was said before, and what belongs together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from crisiskg.annotation import time_values as tv
from crisiskg.annotation.nlp import paragraph_breaks
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import TimeExpression
from crisiskg.annotation.time_checks import is_time
from crisiskg.annotation.time_clauses import PLAIN, clause_of
from crisiskg.annotation.time_context import Context
from crisiskg.annotation.time_dates import month_number
from crisiskg.annotation.time_grammar import DAYLIKE, RawTime, scan
from crisiskg.annotation.time_resolution import resolve
from crisiskg.annotation.time_values import Period
from crisiskg.documents import DateBasis, DateBounds

_STATED = frozenset({"iso", "numeric", "dashday", "fiscal", "my", "year", "yearrange", "decade", "century"})
_NO_BOUNDS = frozenset(
    {"duration", "span_before", "compound", "bareunits", "set", "adverbset", "frequency", "weekdays", "oldage"}
)
#: Kinds that are read against the day last spoken of, where they do not count from the day of writing.
_ANAPHORIC = frozenset({"ago", "anaphor"})
#: What may stand between a day and the words that go back to it: no new paragraph, and at most about two sentences.
_NEAR = re.compile(r"(?:[^\n]|\n(?!\n)){0,300}")
_JOIN = re.compile(r"\s?(?:,|on|at|of)?\s?\Z")
_LIST_JOIN = re.compile(r"\s?(?:,|and|or|to|until|till|through|[-–—/]|,\s(?:and|or))\s?", re.IGNORECASE)
_SAME_SENTENCE = re.compile(r"(?:[^.!?;\n]|[.](?=\S)){0,60}")
_RANGE_JOIN = re.compile(r"\s?(?:[-–—]|to|and|until|till|through|up to)\s(?:the\s)?|\s?[-–—]\s?", re.IGNORECASE)
_RANGE_OPEN = re.compile(r"\b(between|from)\s(?:the\s)?(?:mid|early|late)?[\s-]?\Z", re.IGNORECASE)


def find_times(reading: Reading) -> None:
    """Find the time expressions of a document and append them to `reading.times`, in order.

    What can be read only against the day of writing stays without value until `crisiskg.annotation.dating.infer_publication` has
    looked for it.

    Args:
        reading: Its sentences and mentions are read.
    """
    published = reading.published
    day = published.exact if published else None
    if day is None and published and published.earliest and published.latest and published.precision != "unknown":
        day = published.latest
    reading.times = resolve_times(reading, find_candidates(reading), day, "resolved" if published else "inferred")


def find_candidates(reading: Reading) -> list[RawTime]:
    """Return the candidates that are times in their context, in order.

    Paragraphs are scanned, not sentences: a parser may cut "June 07, 2011" in two. They are scanned once for each set of
    mentions, on which it depends what is a time.
    """
    if reading.time_candidates is None:
        reading.time_candidates = _find_candidates(reading)
    return reading.time_candidates


def _find_candidates(reading: Reading) -> list[RawTime]:
    text = reading.document.text
    if not len(reading.doc):
        return []
    found: list[RawTime] = []
    lower_case = not any(character.isupper() for character in text[:4000])
    start = 0
    for end in [*paragraph_breaks(reading.document), len(text)]:
        found.extend(raw for raw in scan(text, start, end) if is_time(reading, raw, text, lower_case))
        start = end
    return found


def resolve_times(
    reading: Reading,
    candidates: Iterable[RawTime],
    day: dt.date | None,
    basis: DateBasis,
    known_years: Mapping[tuple[int, int], int] | None = None,
) -> list[TimeExpression]:
    """Set candidates into the calendar.

    Args:
        reading: The document.
        candidates: What `find_candidates` returns.
        day: Day of writing; None where nothing is known of it.
        basis: What dates rest on that are resolved against it.
        known_years: Year by (month, day) of days whose year was found elsewhere.

    Returns:
        Time expressions in order of the text, numbered from t0.
    """
    text = reading.document.text
    found = _share_years(list(candidates), text)
    years = stated_years(found) | dict(known_years or {})
    month_first = _month_first(found)
    day_told: tuple[int, Period] | None = None  # the last day that was said, and where its words end
    near: tuple[int, Period] | None = None  # the last day or week that was told, in any clause
    anchor: Period | None = None
    wide: Period | None = None  # like anchor, and also years and longer stretches: what "since then" goes back to
    hint: dt.date | None = None  # the last date said with its year, and where it ends
    hint_end = 0
    out: list[tuple[RawTime, Period, DateBasis]] = []
    for raw in found:
        year_hint = None
        if hint is not None and (day is None or hint.year < day.year - 1) and _hinted(raw, hint_end, text):
            year_hint = hint.year
        clause = PLAIN
        if (raw.kind not in _STATED and raw.kind not in _NO_BOUNDS) or raw.kind in ("my", "year", "yearrange"):
            clause = clause_of(reading, raw)
        base = wide if raw.kind == "since_then" else anchor
        if raw.kind == "clock" and day_told is not None and _SAME_SENTENCE.fullmatch(text[day_told[0] : raw.start]):
            base = day_told[1]
        counted = raw.kind in _ANAPHORIC and raw["u"].rstrip("s") not in ("month", "quarter", "year", "decade", "century")
        if counted and near is not None and _NEAR.fullmatch(text[near[0] : raw.start]):
            base = near[1]  # "on 30 August rebels opened the gates ...; the next day", in whatever clause the day stands
        period = resolve(raw, Context(day, base, clause.tense, years, year_hint, month_first))
        if period is None:
            continue
        if period.precision == "day" and raw.kind != "clock":
            day_told = (raw.end, period)
        stated = raw.kind in _STATED or bool(raw["y"]) or (period.earliest is None and period.latest is None)
        out.append((raw, period, "stated" if stated else basis))
        if raw["y"] and raw.kind in ("my", "dmy", "dashday", "mdy", "dayrange", "rangeday") and period.earliest is not None:
            hint, hint_end = period.earliest, raw.end
        elif raw.kind == "year" and raw.relation is None:
            hint = None
        told = period.earliest is not None and raw.kind not in _NO_BOUNDS and raw.relation not in ("UNTIL", "BEFORE")
        if told and period.precision in ("day", "week"):
            near = (raw.end, replace(period, mod=None))
        if told and clause.main and clause.tense <= 0:
            wide = replace(period, mod=None)
        if told and period.precision in ("day", "week", "month") and (anchor is None or (clause.main and clause.tense <= 0)):
            anchor = replace(period, mod=None)
    merged = [found for found in _merge(text, out) if not _is_dateline(text, found[0], found[1], reading.document.published)]
    return [
        TimeExpression(
            f"t{number}",
            raw.start,
            raw.end,
            text[raw.start : raw.end],
            period.value,
            period.mod,
            period.bounds(why, raw.start, raw.end),
        )
        for number, (raw, period, why) in enumerate(merged)
    ]


def _month_first(candidates: Iterable[RawTime]) -> bool | None:
    """Whether dates in numbers put the month first, as those show that only one reading fits; None where none or both do."""
    shown = {
        int(raw["b"]) > 12
        for raw in candidates
        if raw.kind == "numeric" and raw["sep"] == "/" and max(int(raw["a"]), int(raw["b"])) > 12
    }
    return next(iter(shown)) if len(shown) == 1 else None


def _share_years(candidates: list[RawTime], text: str) -> list[RawTime]:
    """Give the members of a list the year that only its last one carries: "in January and February 2014".

    A month later in the year than the next one of the list lies in the year before: "from November to March 2014".
    """
    out: list[RawTime] = []
    after: RawTime | None = None
    for raw in reversed(candidates):
        kinds = ("month", "my") if raw.kind == "month" else (raw.kind,)
        if (
            after is not None
            and raw.kind in ("month", "dmy", "mdy")
            and not (raw["y"] or raw["ry"])
            and after["y"]
            and after.kind in kinds
            and _LIST_JOIN.fullmatch(text[raw.end : after.start])
        ):
            year = int(after["y"]) - (month_number(raw["m"]) > month_number(after["m"]))
            raw = replace(raw, kind="my" if raw.kind == "month" else raw.kind, slots={**raw.slots, "y": str(year)})
        out.append(raw)
        after = raw
    return out[::-1]


def _is_dateline(text: str, raw: RawTime, period: Period, published: DateBounds | None) -> bool:
    """Whether a date stands alone on its line and only repeats the day of publication, which the document itself has."""
    if published is None or period.precision != "day" or period.earliest is None or period.earliest != published.exact:
        return False
    around = text[max(raw.start - 2, 0) : raw.start], text[raw.end : raw.end + 2]
    return raw.start > 0 and "\n" in around[0] and ("\n" in around[1] or not around[1])


def _hinted(raw: RawTime, hint_end: int, text: str) -> bool:
    """Whether a date goes on with the story of the dated one before it: a day in its paragraph, a month in its sentence."""
    if raw.start - hint_end > 600:
        return False
    between = text[hint_end : raw.start]
    if raw.kind in ("dmy", "mdy", "dayrange", "rangeday", "holiday"):
        return "\n" not in between
    return len(between) < 200 and not re.search(r"[.!?\n]\s", between)


def stated_years(candidates: Iterable[RawTime]) -> dict[tuple[int, int], int]:
    """Return the year of each day and month that stands somewhere with exactly one year."""
    years: dict[tuple[int, int], set[int]] = {}
    for raw in candidates:
        if raw.kind in ("dmy", "mdy", "iso") and raw["y"]:
            period = resolve(raw, Context(None, None, 0, {}))
            if period is not None and period.earliest is not None:
                date = period.earliest
                years.setdefault((date.month, date.day), set()).add(date.year)
    return {key: next(iter(found)) for key, found in years.items() if len(found) == 1}


def _merge(text: str, found: list[tuple[RawTime, Period, DateBasis]]) -> list[tuple[RawTime, Period, DateBasis]]:
    """Join what is said in pieces: weekday and date, clock and day, the two ends of a range."""
    out: list[tuple[RawTime, Period, DateBasis]] = []
    for raw, period, basis in found:
        if out:
            before, earlier, why = out[-1]
            gap = text[before.end : raw.start]
            if len(gap) <= 16 and (joined := _joined(text, before, earlier, raw, period, gap)) is not None:
                out[-1] = (joined[0], joined[1], "stated" if "stated" in (basis, why) else basis)
                continue
        out.append((raw, period, basis))
    return out


def _joined(text: str, before: RawTime, earlier: Period, raw: RawTime, period: Period, gap: str) -> tuple[RawTime, Period] | None:
    """Return two neighbours as one expression; None where they are two."""
    if raw.start < before.end:
        if raw.mod in ("START", "MID", "END") and raw.end > before.end:  # "the last days" + "of March"
            return replace(raw, start=min(before.start, raw.start)), period
        return before, earlier if before.end - before.start >= raw.end - raw.start else period
    whole = replace(raw, start=before.start)
    if before.kind == "weekday" and raw.kind in DAYLIKE and _JOIN.match(gap):
        return whole, period
    if raw.kind == "weekday" and before.kind in DAYLIKE and gap.strip() in (",", "(") and not gap.startswith("\n"):
        return replace(before, end=raw.end), earlier
    if raw.kind == "clock" and earlier.precision == "day" and earlier.earliest and re.fullmatch(r",?\s", gap):
        clock = (period.value or "").partition("T")[2]
        return replace(before, end=raw.end), replace(earlier, value=f"{earlier.earliest.isoformat()}T{clock}")
    if (
        before.kind == "clock"
        and period.precision == "day"
        and period.earliest
        and re.fullmatch(r"\s(?:on\s|local time on\s)?", gap)
    ):
        clock = (earlier.value or "").partition("T")[2]
        return whole, replace(period, value=f"{period.earliest.isoformat()}T{clock}")
    if (
        _RANGE_JOIN.fullmatch(gap)
        and earlier.earliest
        and period.latest
        and before.kind not in _NO_BOUNDS
        and raw.kind not in _NO_BOUNDS
    ):
        opened = _RANGE_OPEN.search(text[max(0, before.start - 20) : before.start])
        word = gap.strip().lower()
        if opened or (
            word in ("-", "–", "—", "to", "through")
            and {before.kind, raw.kind} <= {"year", "my", "month", "dmy", "mdy", "weekday"}
        ):
            start = earlier
            if before.kind == "month" and raw.kind in ("month", "my") and period.earliest:
                late = earlier.earliest.month > period.earliest.month
                start = tv.month(period.earliest.year - late, earlier.earliest.month)
            elif before.kind in ("dmy", "mdy") and not before["y"] and raw["y"] and period.earliest:
                start = tv.make_day(period.earliest.year, earlier.earliest.month, earlier.earliest.day) or earlier
            begin = replace(start, earliest=start.earliest, latest=start.latest or start.earliest)
            if (joined := tv.span(begin, period)) is not None:
                low = before.start - (len(opened[0]) if opened else 0)
                return replace(raw, start=low, kind="dayrange"), joined
    return None
