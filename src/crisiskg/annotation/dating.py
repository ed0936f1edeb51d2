"""Dating: the day on which a text was written, where nothing but the text says it, and the dates that then can be resolved.

What bounds the day: a dateline, the latest date told as past, a date told as yet to come, a situation of the reference data that
the text says it was made before. A day and month without a year are read as written about soon after (within `RECENT_DAYS`): who
writes much later gives the year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from crisiskg.annotation.number_words import word_list
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import TimeExpression
from crisiskg.annotation.time_clauses import clause_of
from crisiskg.annotation.time_context import Context
from crisiskg.annotation.time_grammar import RawTime
from crisiskg.annotation.time_resolution import resolve
from crisiskg.annotation.time_values import make_day
from crisiskg.annotation.times import find_candidates, resolve_times, stated_years
from crisiskg.documents import DateBasis, DateBounds, DatePrecision
from crisiskg.errors import UnknownName
from crisiskg.resources import folder

#: Days within which a text gives a past day without its year. Source: in 98 dated texts of crisis prose with such days, the
#: youngest
#: of them lay at most 95 days before publication in 96.
RECENT_DAYS = 92

_FULL_DATES = frozenset({"iso", "numeric", "dashday", "dmy", "mdy"})
_DATED = _FULL_DATES | {"my", "year", "part_of", "season", "quarter", "dayrange", "rangeday", "yearrange"}
_MAKING = re.compile(
    r"\b(?:recorded|published|written|filmed|taped|finali[sz]ed|completed|conducted|posted|aired|broadcast|released|submitted|updated|filed"
    r"|went\sto\spress|prepared)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:before|prior\sto|ahead\sof|on\sthe\seve\sof)\s", re.IGNORECASE)
_STOPWORDS = frozenset(word_list("the and war of in on for against its with from first second third"))


@dataclass(frozen=True, slots=True)
class DatedSituation:
    """A situation of the reference data with the day on which it began.

    Attributes:
        names: For each name, the beginnings of its content words.
        begin: First day.
    """

    names: tuple[frozenset[str], ...]
    begin: dt.date


def infer_publication(reading: Reading) -> None:
    """Find bounds for the day of writing where it is not known, and resolve the times of the document again.

    Sets `reading.published` and replaces `reading.times`; does nothing where the day is known exactly or the text says
    nothing about it.

    Args:
        reading: Its times are found already.
    """
    given = reading.published
    if given is not None and given.exact is not None:
        return
    candidates = find_candidates(reading)
    if (dateline := _dateline(reading, candidates)) is not None and given is None:
        reading.published = dateline
        reading.times = resolve_times(reading, candidates, dateline.exact, "resolved")
        return
    lower, lower_raw = _latest_past(reading, candidates)
    upper = _earliest_future(reading, candidates)
    made_before = _made_before(reading, candidates)
    upper = _earlier_of(upper, made_before)
    if given is not None:
        lower = (
            _later_of(lower, given.earliest) if given.latest is None or lower is None or lower <= given.latest else given.earliest
        )
        upper = _earlier_of(given.latest, upper) if lower is None or upper is None or upper >= lower else given.latest
    if lower is not None and upper is not None and upper < lower:
        upper = None
    known, last_bare, bare_raw = _bare_days(reading, candidates, lower, upper)
    if last_bare is not None:
        lower = _later_of(lower, last_bare)
        upper = _earlier_of(upper, last_bare + dt.timedelta(days=RECENT_DAYS))
        lower_raw = bare_raw if lower == last_bare else lower_raw
    if lower is None and upper is None:
        return
    start, end = (lower_raw.start, lower_raw.end) if lower_raw is not None else (None, None)
    if given is None:
        precision: DatePrecision = "day" if lower is not None and lower == upper else "interval"
        reading.published = DateBounds(lower, upper, precision, "inferred", start, end)
    else:
        reading.published = replace(given, earliest=lower, latest=upper)
    first = resolve_times(reading, candidates, lower if upper is not None else None, "inferred", known)
    last = resolve_times(reading, candidates, upper, "inferred", known) if lower is not None and upper is not None else first
    reading.times = [_agreed(one, other) for one, other in zip(first, last, strict=True)] if len(first) == len(last) else first


# ---- evidence
# -------------------------------------------------------------------------------------------------------------------


def _period(raw: RawTime) -> tuple[dt.date | None, dt.date | None]:
    """Return first and last day of a candidate that carries its own year."""
    period = resolve(replace(raw, relation=None), Context(None, None, 0, {}))
    return (period.earliest, period.latest) if period is not None else (None, None)


def _has_year(raw: RawTime) -> bool:
    return raw.kind in _DATED and (bool(raw["y"]) or raw.kind == "iso")


def _dateline(reading: Reading, candidates: Iterable[RawTime]) -> DateBounds | None:
    """Return the day that stands alone on a line near the top; None where there is none or there are several."""
    text = reading.document.text
    found: dict[dt.date, RawTime] = {}
    for raw in candidates:
        if raw.start > 600:
            break
        if raw.kind not in _FULL_DATES or not _has_year(raw):
            continue
        begin = text.rfind("\n", 0, raw.start) + 1
        stop = text.find("\n", raw.end)
        line = text[begin : stop if stop >= 0 else len(text)]
        rest = line.replace(text[raw.start : raw.end], "").strip(" ,.|–—-")
        if stop < 0 or not re.fullmatch(
            r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|published|updated|date:?|posted)?(?:\son)?:?", rest, re.I
        ):
            continue
        first, last = _period(raw)
        if first is not None and first == last:
            found.setdefault(first, raw)
    if len(found) != 1:
        return None
    day, raw = next(iter(found.items()))
    return DateBounds(day, day, "day", "stated", raw.start, raw.end)


def _latest_past(reading: Reading, candidates: Iterable[RawTime]) -> tuple[dt.date | None, RawTime | None]:
    """Return the first day of the latest period that the text tells of as past."""
    best: tuple[dt.date | None, RawTime | None] = (None, None)
    for raw in candidates:
        if not _has_year(raw) or raw.relation in ("UNTIL", "BEFORE"):
            continue
        first, _ = _period(raw)
        if first is None or (best[0] is not None and first <= best[0]):
            continue
        clause = clause_of(reading, raw)
        if clause.tense < 0 or (reading.region_at(raw.start) == "caption" and clause.tense == 0):
            best = (first, raw)
    return best


def _earliest_future(reading: Reading, candidates: Iterable[RawTime]) -> dt.date | None:
    """Return the last day of the earliest full date that the text tells of as yet to come."""
    days = []
    for raw in candidates:
        if raw.kind in _FULL_DATES and _has_year(raw) and clause_of(reading, raw).tense == 1:
            _, last = _period(raw)
            if last is not None:
                days.append(last)
    return min(days, default=None)


def _made_before(reading: Reading, candidates: Iterable[RawTime]) -> dt.date | None:
    """Return the day before which the text says it was made: a date, or the beginning of a situation of the reference data."""
    text = reading.document.text
    dated = [raw for raw in candidates if _has_year(raw)]
    best: dt.date | None = None
    for sentence in reading.sentences:
        start, end = sentence.start_char, sentence.end_char
        made = _MAKING.search(text, start, end)
        if made is None:
            continue
        before = _BEFORE.search(text, made.end(), min(end, made.end() + 60))
        if before is None:
            continue
        limit = min(end, before.end() + 120)
        day = next((_period(raw)[1] for raw in dated if before.end() - 1 <= raw.start < min(limit, before.end() + 8)), None)
        words = _stems(text[before.end() : limit])
        matched = [(len(name), situation.begin) for situation in _situations() for name in situation.names if name <= words]
        if matched and day is None:
            day = max(matched)[1]  # the name of most words is the most special one
        best = _earlier_of(best, day)
    return best


def _bare_days(
    reading: Reading, candidates: Iterable[RawTime], lower: dt.date | None, upper: dt.date | None
) -> tuple[dict[tuple[int, int], int], dt.date | None, RawTime | None]:
    """Find the year of days that stand without one.

    A day that stands elsewhere in the text with its year has that year; it bounds the writing only where the text speaks of it
    as fresh (present perfect) or a caption dates it, for stories of long ago leave years out as well. Any other day told as past
    must lie between the latest period with a year of its own and the latest possible day of writing; only one year may do that.

    Returns:
        Year by (month, day); the latest of the days that bound the writing; the words that say it.
    """
    found = list(candidates)
    stated = stated_years(found)
    captioned = set()
    for raw in found:
        if raw.kind in _FULL_DATES and _has_year(raw) and reading.region_at(raw.start) == "caption":
            first, _ = _period(raw)
            if first is not None:
                captioned.add((first.month, first.day))
    known: dict[tuple[int, int], int] = {}
    best: tuple[dt.date | None, RawTime | None] = (None, None)
    for raw in found:
        if raw.kind not in ("dmy", "mdy") or raw["y"] or raw["ry"] or raw.relation in ("UNTIL", "BEFORE"):
            continue
        probe = resolve(replace(raw, relation=None), Context(dt.date(2000, 1, 1), None, 0, {}))
        if probe is None or probe.earliest is None:
            continue
        key = (probe.earliest.month, probe.earliest.day)
        clause = clause_of(reading, raw)
        year = stated.get(key)
        if year is None:
            year = _only_year(key, lower, upper) if clause.tense <= 0 else None
            if year is None:
                continue
            known[key] = year
        elif not clause.recent and key not in captioned:
            continue
        period = make_day(year, *key)
        if period is None or period.earliest is None or clause.tense > 0 or (lower is not None and period.earliest < lower):
            continue
        if best[0] is None or period.earliest > best[0]:
            best = (period.earliest, raw)
    return known, best[0], best[1]


def _only_year(key: tuple[int, int], lower: dt.date | None, upper: dt.date | None) -> int | None:
    """Return the only year in which a day lies within both bounds; None where one is missing or several years do."""
    if lower is None or upper is None or (upper - lower).days > 732:
        return None
    fitting = [
        year
        for year in range(lower.year, upper.year + 1)
        if (period := make_day(year, *key)) is not None and period.earliest is not None and lower <= period.earliest <= upper
    ]
    return fitting[0] if len(fitting) == 1 else None


def _agreed(one: TimeExpression, other: TimeExpression) -> TimeExpression:
    """Join what an expression means on the first and on the last possible day of writing."""
    if one.value == other.value:
        if one.bounds is not None and other.bounds is not None and one.bounds != other.bounds:
            return replace(one, bounds=_union(one.bounds, other.bounds))
        return one
    bounds = _union(one.bounds, other.bounds) if one.bounds is not None and other.bounds is not None else None
    value = None
    if one.value and other.value and one.value[:4] == other.value[:4] and one.value[:4].isdigit():
        value = (
            one.value[:7]
            if one.value[:7] == other.value[:7] and len(one.value) >= 7 and one.value[5:7].isdigit()
            else one.value[:4]
        )
    return replace(one, value=value, mod=one.mod or ("APPROX" if value else None), bounds=bounds)


def _union(one: DateBounds, other: DateBounds) -> DateBounds:
    earliest = min(one.earliest, other.earliest) if one.earliest and other.earliest else None
    latest = max(one.latest, other.latest) if one.latest and other.latest else None
    basis: DateBasis = "inferred"
    return DateBounds(
        earliest, latest, one.precision if one.precision == other.precision else "interval", basis, one.start, one.end
    )


def _later_of(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max((date for date in (one, other) if date is not None), default=None)


def _earlier_of(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return min((date for date in (one, other) if date is not None), default=None)


# ---- reference situations
# -------------------------------------------------------------------------------------------------------


def _stems(text: str) -> frozenset[str]:
    """Return the beginnings of the content words of a phrase: "Russia's" and "Russian" begin alike."""
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return frozenset(word[:5] for word in words if word not in _STOPWORDS)


@cache
def _situations() -> tuple[DatedSituation, ...]:
    """Return the situations of `ontology/reference/situations.ttl` that have a first day; none where the file is not there."""
    import pyoxigraph

    from crisiskg.namespaces import CKG

    try:
        path = folder("ontology") / "reference" / "situations.ttl"
    except UnknownName:
        return ()
    if not path.is_file():
        return ()
    names: dict[str, set[str]] = {}
    begins: dict[str, dt.date] = {}
    labels = {"http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#altLabel"}
    for quad in pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE):
        if not isinstance(quad.object, pyoxigraph.Literal) or not isinstance(quad.subject, pyoxigraph.NamedNode):
            continue
        subject = quad.subject.value
        if quad.predicate.value in labels:
            names.setdefault(subject, set()).add(quad.object.value)
        elif quad.predicate.value == f"{CKG}earliestBegin":
            begins[subject] = dt.date.fromisoformat(quad.object.value[:10])
    return tuple(
        DatedSituation(tuple(stems for name in sorted(names[subject]) if len(stems := _stems(name)) >= 2), begin)
        for subject, begin in sorted(begins.items())
        if subject in names
    )
