"""Times that an event borrows: from another telling of it, from the lead of the report that it opens, or from the report.

A report names the day once and tells the deed several times: in its title, its first sentences and again below. What is
borrowed is marked (`Event.time_lent`), so that the graph says "inferred" of it and not "stated".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Event, TimeExpression

#: Sentences at the top, title included, whose events are the news; and sentences in which their day is looked for.
_NEWS_SENTENCES = 4
_LEAD_SENTENCES = 6
#: Days before publication within which a day in the lead is that of the news, not of what led to it.
_NEWS_DAYS = 10
#: Characters at the beginning of a report within which an event is its main one, and within which that event's day is named.
_MAIN_CHARS = 600
_MAIN_DAY_CHARS = 1000


def lend_times(events: list[Event], reading: Reading) -> list[Event]:
    """Give times to events that have none, where another telling or the lead says when.

    Only what is told as a fact borrows or lends: a plan has no day before it is given one. Nothing is lent where the tellings
    disagree about the day.

    Args:
        events: Events of the document, in order of the text.
        reading: Its mentions, times and sentences are read.

    Returns:
        The events in the same order, those that borrow a time with `time_lent` set.
    """
    times = {time.id: time for time in reading.times if _is_date(time)}
    if not times:
        return events
    parties = _Parties(reading)
    tellings: dict[tuple[str | None, str | None], list[Event]] = {}
    for event in events:
        if event.time in times and _is_fact(event):
            tellings.setdefault((event.type, event.mode), []).append(event)
    lead = _lead(reading, times.values())
    starts = [time.start for time in reading.times]
    out = []
    for event in events:
        if event.time is None and _is_fact(event):
            others = tellings.get((event.type, event.mode), ())
            lent = _agreed(times[other.time] for other in others if other.time is not None and parties.retells(event, other))
            if lent is None and lead is not None and event.start < lead[0] and not _speaks_of_time(event, starts):
                lent = lead[1]
            if lent is not None:
                out.append(replace(event, time=lent.id, time_gap=None, time_lent=True))
                continue
        out.append(event)
    return out


def date_main_event(reading: Reading, told: Sequence[tuple[int, Event]]) -> None:
    """Give the main event of a report the first day that the report names, where no sentence says when it was.

    The first sentences tell what happened, and the first day they name is that of what they tell. A report that dates none of
    its events at all is dated by the first day that stands anywhere in it. Days behind the publication are those of plans; a text
    of unknown publication is no report, and nothing in it is dated so.

    Args:
        reading: Its events and times must be there; at most one event is replaced, with `time_lent` set.
        told: Events of which one may be the main one, with their numbers in the reading, in order of the text.
    """
    published = reading.published.latest if reading.published is not None else None
    main = next(((number, event) for number, event in told if _is_fact(event)), None)
    if published is None or main is None or main[1].time is not None:
        return
    number, event = main
    days = [
        time
        for time in reading.times
        if _is_date(time) and time.bounds is not None and time.bounds.earliest is not None and time.bounds.earliest <= published
    ]
    if not days or reading.in_credits(days[0].start):
        return
    leads = event.start < _MAIN_CHARS and days[0].start < _MAIN_DAY_CHARS
    if leads and _speaks_of_time(event, [time.start for time in reading.times]):
        return
    if leads or all(other.time is None for _, other in told):
        reading.events[number] = replace(event, time=days[0].id, time_gap=None, time_lent=True)


class _Parties:
    """Who takes part in events, by entity."""

    def __init__(self, reading: Reading) -> None:
        self.entity = {mention.id: mention.entity for mention in reading.mentions}

    def retells(self, event: Event, other: Event) -> bool:
        """Whether two events of one type and mode are one deed: same recipient, or same doer where only one has a recipient.

        The same doer alone does much ("the group attacked two towns"), and two different places are two deeds.
        """
        recipients, others = self._entities(event.recipient), self._entities(other.recipient)
        place, elsewhere = self.entity.get(event.place or ""), self.entity.get(other.place or "")
        if place is not None and elsewhere is not None and place != elsewhere:
            return False
        if recipients and others:
            return bool(recipients & others)
        return bool(self._entities(event.actor) & self._entities(other.actor)) and bool(recipients or others)

    def _entities(self, mentions: Iterable[str]) -> set[str]:
        return {entity for key in mentions if (entity := self.entity.get(key)) is not None}


def _is_fact(event: Event) -> bool:
    return event.status in ("happened", "ongoing") and event.polarity == "positive"


def _is_date(time: TimeExpression) -> bool:
    """Whether an expression says when something was: closed on both sides, and no longer than a year."""
    bounds = time.bounds
    if bounds is None or bounds.earliest is None or bounds.latest is None or not (time.value or "")[:1].isdigit():
        return False
    return time.mod not in ("BEFORE", "AFTER", "SINCE", "UNTIL") and (bounds.latest - bounds.earliest).days <= 366


def _speaks_of_time(event: Event, starts: list[int]) -> bool:
    """Whether the sentence of an event has a time of its own, which is then not that of the event ("years after the attack")."""
    start, end = event.sentence
    return any(start <= at < end for at in starts)


def _agreed(found: Iterable[TimeExpression]) -> TimeExpression | None:
    """Return the first of several times; None where there is none or they are of different days."""
    first: TimeExpression | None = None
    for time in found:
        if first is None:
            first = time
        elif (time.value or "")[:10] != (first.value or "")[:10]:
            return None
    return first


def _lead(reading: Reading, times: Iterable[TimeExpression]) -> tuple[int, TimeExpression] | None:
    """Return where the events that are the news end, and the one day that the lead gives them.

    None where the lead names no day, names several, or a day that was long past when the text was published.
    """
    sentences = reading.sentences
    if not sentences:
        return None
    ends = sentences[min(_LEAD_SENTENCES, len(sentences)) - 1].end_char
    published = reading.published.latest if reading.published is not None else None
    if published is None:
        return None
    days = [time for time in times if time.start < ends and time.bounds is not None and time.bounds.precision == "day"]
    day = _agreed(days)
    if day is None or day.bounds is None or day.bounds.earliest is None:
        return None
    if not published - dt.timedelta(days=_NEWS_DAYS) <= day.bounds.earliest <= published:
        return None
    return sentences[min(_NEWS_SENTENCES, len(sentences)) - 1].end_char, day
