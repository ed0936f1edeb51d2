"""Where and when the violence of a report happened when no sentence says so: in the country that the report is about.

Reports name the country in the dateline, or not at all beyond "Indian police": the place of the main event is then the state
of which the whole text speaks. It is given to that one event, never to events of which the text says where they were, and
marked (`Event.place_lent`), so that the graph says "inferred" of it. Its day is found by `event_time_lending`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from crisiskg.annotation.event_time_lending import date_main_event
from crisiskg.annotation.records import Event, Mention

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: Types of events that take place somewhere, unlike demands and agreements.
VIOLENT = frozenset({"ASSAULT", "COERCE"})
#: Share of the mentions of places and states that the country must have.
LEAST_SHARE = 0.55
#: Mentions of the country that there must be.
LEAST_MENTIONS = 2
#: Violent events that there must be, where there is none at the beginning, for a text to be a report of violence.
LEAST_EVENTS = 4
#: Characters at the beginning of a text in which a mention counts more: headline, dateline and first sentence.
LEAD = 400


def find_setting(reading: Reading) -> None:
    """Give the main violence of a document its day, and the country it is about where no violence in it has a country.

    Args:
        reading: Its events must be there; at most one of them is given a day, and one a place.
    """
    violent = [
        (number, event)
        for number, event in enumerate(reading.events)
        if event.type in VIOLENT and event.polarity == "positive" and event.status in ("happened", "ongoing")
    ]
    is_report = len(violent) >= LEAST_EVENTS or any(event.start < LEAD for _, event in violent)
    if not is_report:
        return
    date_main_event(reading, violent)
    violent = [(number, reading.events[number]) for number, _ in violent]
    if any(_country_of(reading, event.place) for _, event in violent):
        return
    free = [(number, event) for number, event in violent if event.place is None]
    country = _country_spoken_of(reading)
    if not free or country is None:
        return
    number, event = max(free, key=lambda pair: (_has_named_party(reading, pair[1]), bool(pair[1].recipient), -pair[0]))
    mention = _nearest(reading, country, event)
    if mention is not None:
        reading.events[number] = replace(event, place=mention.id, place_gap=None, place_lent=True)


def _country_of(reading: Reading, mention_id: str | None) -> str | None:
    if mention_id is None:
        return None
    entity = reading.entity_of(reading.mention(mention_id))
    return entity.iso3 if entity is not None else None


def _named_places(reading: Reading) -> list[tuple[Mention, str]]:
    """Names of states and places in one state, with its ISO 3166-1 alpha-3 code."""
    found = []
    for mention in reading.mentions:
        if mention.kind == "name" and mention.type in ("State", "Place"):
            entity = reading.entity_of(mention)
            if entity is not None and entity.iso3 is not None and not reading.in_credits(mention.start):
                found.append((mention, entity.iso3))
    return found


def _country_spoken_of(reading: Reading) -> str | None:
    """ISO 3166-1 alpha-3 code of the state that most names of places lie in; None where there is no such state."""
    votes: Counter[str] = Counter()
    mentions: Counter[str] = Counter()
    for mention, code in _named_places(reading):
        mentions[code] += 1
        votes[code] += (2 if mention.start < LEAD else 1) + (1 if mention.type == "Place" else 0)
    if not votes:
        return None
    code, weight = votes.most_common(1)[0]
    return code if mentions[code] >= LEAST_MENTIONS and weight / votes.total() >= LEAST_SHARE else None


def _has_named_party(reading: Reading, event: Event) -> bool:
    return any(reading.mention(party).kind == "name" for party in (*event.recipient, *event.actor))


def _nearest(reading: Reading, code: str, event: Event) -> Mention | None:
    """Return the name nearest to an event that lies in a state; one that takes part in the event is no place of it."""
    taken = {*event.actor, *event.recipient}
    found = [mention for mention, other in _named_places(reading) if other == code and mention.id not in taken]
    return min(found, key=lambda mention: abs(mention.start - event.start), default=None)
