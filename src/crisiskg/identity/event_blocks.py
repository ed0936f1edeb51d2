"""Finds pairs of events that may be the same: of one state, of days that meet or nearly meet, and not too far apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from crisiskg.identity.event_comparison import SLACK_DAYS, reach_km
from crisiskg.identity.event_facts import COARSE, DOCUMENTS, EventFacts
from crisiskg.identity.names import folded

#: Events known no closer than this many days are not compared: each would meet thousands.
MOST_DAYS = 62

_KM_PER_DEGREE = 111.0


def candidate_pairs(events: Iterable[EventFacts]) -> Iterator[tuple[EventFacts, EventFacts]]:
    """Yield pairs of events of two datasets, of a dataset and a document, or of two documents, each once.

    A pair shares a state, or the name of a place where one is of no known state, and has days that meet or are one apart. Pairs
    whose points are too far apart are left out here, before the dear comparison.

    Args:
        events: All events.
    """
    by_state: dict[str, dict[str, list[EventFacts]]] = defaultdict(lambda: defaultdict(list))
    close = [event for event in events if event.days <= MOST_DAYS]
    # documents name villages that the reference data do not know: these are of no state, and meet their like by name
    names = {folded(event.place_name) for event in close if not event.states and event.place_name}
    for event in close:
        for state in event.states:
            by_state[state][event.source].append(event)
        if names and event.place_name and (name := folded(event.place_name)) in names:
            by_state[f"name:{name}"][event.source].append(event)
    for state in sorted(by_state):
        sources = sorted(by_state[state])
        for number, one in enumerate(sources):
            for other in sources[number:] if one == DOCUMENTS else sources[number + 1 :]:
                yield from _between(state, by_state[state][one], by_state[state][other], within=one == other)


def _between(
    state: str, some: list[EventFacts], others: list[EventFacts], *, within: bool
) -> Iterator[tuple[EventFacts, EventFacts]]:
    if len(some) < len(others):
        some, others = others, some
    by_day: dict[int, list[EventFacts]] = defaultdict(list)
    for event in some:
        for day in range(event.first, event.last + 1):
            by_day[day].append(event)
    for event in others:
        seen: set[str] = set()
        for day in range(event.first - SLACK_DAYS, event.last + SLACK_DAYS + 1):
            for found in by_day.get(day, ()):
                if found.iri in seen:
                    continue
                seen.add(found.iri)
                if within and (found.iri <= event.iri or found.graph == event.graph):
                    continue
                # a pair with several states in common is yielded for the first of them
                if state.startswith("name:"):
                    if set(event.states) & set(found.states):
                        continue
                elif len(event.states) > 1 and len(found.states) > 1 and state != min(set(event.states) & set(found.states)):
                    continue
                if not _too_far(event, found):
                    yield event, found


def _too_far(a: EventFacts, b: EventFacts) -> bool:
    """Tell by latitude alone that two points are too far apart, names or not."""
    if a.point is None or b.point is None or a.place_precision in COARSE or b.place_precision in COARSE:
        return False
    return abs(a.point[0] - b.point[0]) * _KM_PER_DEGREE > 2 * reach_km(a, b)
