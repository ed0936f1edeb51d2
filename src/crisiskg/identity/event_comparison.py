"""Compares two accounts of events: a score from 0 to 1 with its reasons in words, and what shows that they are different."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from crisiskg.identity.event_facts import COARSE, EventFacts, Party
from crisiskg.identity.names import compare, folded

#: Kilometres within which a point stands for the place, by precision.
RADIUS_KM = {"exact": 3.0, "near": 25.0, "adm2": 40.0}
#: Days by which sources may differ that take the day of the report for that of the event.
SLACK_DAYS = 1
#: From this number of days on an event is an episode, or its time is hardly known.
EPISODE_DAYS = 7
#: Highest score of pairs that a person should look at: nothing above it is without place, nor an event held against an episode.
UNSURE_CAP = 0.74

#: What the comparison of places must give at least for a positive judgement, 0 to 1.
NEAR_ENOUGH = 0.6

_WEIGHTS = {"days": 0.26, "place": 0.30, "actors": 0.26, "type": 0.06, "dead": 0.12}
_NAMELESS = frozenset(("unknown", "unidentified", "unidentified armed group", "civilians", "people", "unknown gunmen", "none"))
#: Words of names that sources use where they do not know, or do not tell, which group it was.
_GENERIC = frozenset(("insurgents", "rebels", "militants", "gunmen", "unidentified", "unknown", "militiamen", "extremists"))
_BODIES = frozenset(("GovernmentBody", "SecurityForce", "State"))
#: Types of one quad class of which one is never the other.
_EXCLUDE = frozenset((frozenset(("PROTEST", "ASSAULT")), frozenset(("PROTEST", "MOBILIZE")), frozenset(("SANCTION", "ASSAULT"))))


class EventComparison(NamedTuple):
    """What comparing two events found.

    Attributes:
        score: 0 to 1.
        reasons: Why, a sentence each.
        apart: What shows that they are different, a sentence; "" where nothing does.
    """

    score: float
    reasons: tuple[str, ...] = ()
    apart: str = ""


def compare_events(a: EventFacts, b: EventFacts) -> EventComparison:
    """Compare two events.

    Args:
        a: One event.
        b: The other.

    Returns:
        The score. It is 0 where days, types or places exclude one another.
    """
    days, told_days = _days(a, b)
    if days == 0:
        return EventComparison(0.0, apart=told_days)
    type_, told_type = _types(a, b)
    if type_ == 0:
        return EventComparison(0.0, apart=told_type)
    place, told_place = _places(a, b)
    if place == 0:
        return EventComparison(0.0, apart=told_place)
    actors, told_actors = _actors(a, b)
    dead, told_dead = _dead(a, b)
    parts = {"days": days, "place": place, "actors": actors, "type": type_, "dead": dead}
    known = {name: value for name, value in parts.items() if value is not None}
    score = sum(_WEIGHTS[name] * value for name, value in known.items()) / sum(_WEIGHTS[name] for name in known)
    reasons = [told_days, told_place, told_actors, told_type, told_dead]
    if _is_reversed(a, b):
        score -= 0.25
        reasons.append("Who acts in one is acted upon in the other, and both tell directions.")
    if actors is not None and actors < 0.3:
        score = min(score, UNSURE_CAP) - 0.1
    score = _capped(a, b, score, parts, reasons)
    return EventComparison(round(max(0.0, min(1.0, score)), 4), tuple(reason for reason in reasons if reason))


def _capped(a: EventFacts, b: EventFacts, score: float, parts: dict[str, float | None], reasons: list[str]) -> float:
    shorter, longer = sorted((a.days, b.days))
    if longer >= EPISODE_DAYS and shorter * 2 < longer and score > UNSURE_CAP:
        score = UNSURE_CAP
        reasons.append(f"One is an episode, or known no closer than to {longer} days: the other may be only a part of it.")
    if parts["place"] is not None and parts["place"] < NEAR_ENOUGH and score > UNSURE_CAP:
        score = UNSURE_CAP
        reasons.append("Their places may be two that are near each other.")
    if parts["place"] is None and score > UNSURE_CAP:
        score = UNSURE_CAP
        reasons.append("Nothing says how near their places are.")
    if parts["actors"] is None and parts["dead"] is None and score > UNSURE_CAP:
        score = UNSURE_CAP
        reasons.append("Neither actors nor dead can be compared, and other events of the day may be as near.")
    return score


def _date(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _when(event: EventFacts) -> str:
    return _date(event.first) if event.days == 1 else f"{_date(event.first)} to {_date(event.last)}"


def _days(a: EventFacts, b: EventFacts) -> tuple[float, str]:
    gap = max(a.first, b.first) - min(a.last, b.last)
    if gap > SLACK_DAYS:
        return 0.0, f"Their days exclude one another: {_when(a)} and {_when(b)}."
    if gap > 0:
        return 0.6, f"Their days are one apart, as those of event and report may be: {_when(a)} and {_when(b)}."
    longest = max(a.days, b.days)
    if longest == 1:
        return 1.0, f"Both are of {_when(a)}."
    value = 1.0 if (a.first, a.last) == (b.first, b.last) else 0.9 if longest <= 3 else 0.8 if longest < EPISODE_DAYS else 0.65
    return value, f"Their days meet: {_when(a)} and {_when(b)}."


def _types(a: EventFacts, b: EventFacts) -> tuple[float, str]:
    if a.type == b.type:
        if a.mode and b.mode:
            if a.mode == b.mode:
                return 1.0, f"Both are {a.type} of the mode {a.mode}."
            return 0.5, f"Both are {a.type}, of the modes {a.mode} and {b.mode}."
        return 0.9, f"Both are {a.type}."
    if frozenset((a.type, b.type)) not in _EXCLUDE:
        if a.quad and a.quad == b.quad:
            return 0.5, f"The types {a.type} and {b.type} are of one quad class."
        if "OTHER" in (a.type, b.type):
            return 0.4, f"The types {a.type} and {b.type} do not exclude one another."
    return 0.0, f"The types exclude one another: {a.type} and {b.type}."


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two points, latitude and longitude in degrees, in kilometres.

    >>> round(distance_km((33.3, 44.4), (33.3, 45.4)))
    93
    """
    lat, lat2 = math.radians(one[0]), math.radians(other[0])
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 12742.0 * math.asin(min(1.0, math.sqrt(half)))


def reach_km(a: EventFacts, b: EventFacts) -> float:
    """Return how far the points of two events may lie apart if they are one, in kilometres, by their precisions."""
    return 4.0 + RADIUS_KM.get(a.place_precision, 25.0) + RADIUS_KM.get(b.place_precision, 25.0)


def _places(a: EventFacts, b: EventFacts) -> tuple[float | None, str]:
    alike = _place_names(a.place_name, b.place_name)
    if a.place and a.place == b.place and a.place_precision not in COARSE:
        return 1.0, f"Both are of the same place, {a.place_name or a.place}."
    named = f"the names {a.place_name!r} and {b.place_name!r} are alike"
    if a.point is None or b.point is None or a.place_precision in COARSE or b.place_precision in COARSE:
        # the point of a centroid says nothing, and the name of a province is no town
        fine = [event for event in (a, b) if event.place_precision not in COARSE or event.point is None]
        if alike >= 0.85 and len(fine) == 2 and not {a.place_precision, b.place_precision} & {"country", "international"}:
            return 0.9, f"Distance is not known; {named}."
        return None, "Distance is ignored: one place is known as an area only." if len(fine) < 2 else ""
    reach = reach_km(a, b)
    distance = distance_km(a.point, b.point)
    told = f"{distance:.1f} km lie between them, {a.place_precision} and {b.place_precision}"
    if distance > reach and not (alike >= 0.9 and distance < 2 * reach):
        return 0.0, f"Their places exclude one another: {told}."
    if alike >= 0.85:
        return (1.0 if distance <= 10 else 0.85), f"{told}; {named}."
    value = 1.0 if distance <= 2 else max(0.2, 1.0 - 0.08 * (distance - 2))
    if distance > 2 and a.place_name and b.place_name and alike < 0.6:
        value = min(value, 0.4)  # two towns, though near
    return value, f"{told}."


#: Words of names of places that tell nothing apart.
_PLACE_WORDS = frozenset(
    ("town", "city", "village", "district", "province", "governorate", "region", "area", "near", "the", "of", "camp", "al", "el")
)


@lru_cache(1 << 17)
def _place_names(one: str, other: str) -> float:
    """Return how alike two names of places are, 0 to 1."""
    if not one or not other:
        return 0.0
    first, second = (" ".join(word for word in folded(name).split() if word not in _PLACE_WORDS) for name in (one, other))
    if not first or not second:
        return 0.0
    from rapidfuzz.fuzz import ratio

    return 1.0 if first == second else ratio(first, second) / 100


def _named(parties: Iterable[Party]) -> list[Party]:
    """Leave out who is only described, such as "22 cadets": nothing is told by their names."""
    return [
        party
        for party in parties
        if party.name.lower() not in _NAMELESS
        and party.kind != "PopulationGroup"
        and not (party.name[:1].islower() or party.name[:1].isdigit())
    ]


def _likeness(one: Party, other: Party) -> float:
    if one.iri == other.iri:
        return 1.0
    if one.state and one.state == other.state and one.kind in _BODIES and other.kind in _BODIES:
        return 0.9
    generic = (_is_generic(one), _is_generic(other))
    if any(generic) and not {one.kind, other.kind} & _BODIES:
        return 0.9 if all(generic) else 0.6  # "rebels" may be any armed group
    if not one.name or not other.name:
        return 0.0
    if one.state and other.state and one.state != other.state:
        return 0.0
    return _name_likeness(one.name, other.name)


@lru_cache(1 << 17)
def _name_likeness(one: str, other: str) -> float:
    return compare(one, other).score


def _is_generic(party: Party) -> bool:
    return party.kind != "Person" and not _GENERIC.isdisjoint(folded(party.name).split())


def _actors(a: EventFacts, b: EventFacts) -> tuple[float | None, str]:
    one = list(dict.fromkeys(_named((*a.actors, *a.recipients))))
    other = list(dict.fromkeys(_named((*b.actors, *b.recipients))))
    if not one or not other:
        return None, ""
    if len(one) > len(other):
        one, other = other, one
    total, told = 0.0, []
    free = list(other)
    for party in one:
        best = max(free, key=lambda each: _likeness(party, each), default=None)
        value = 0.0 if best is None else _likeness(party, best)
        if best is not None and value >= 0.6:
            free.remove(best)
            total += value
            told.append(party.name if best.iri == party.iri else f"{party.name} as {best.name}")
    value = total / len(one)
    if len(one) < len(other):
        value *= 0.95
    if told:
        return value, f"Both have {', '.join(told)}." + ("" if len(told) == len(one) else " Others differ.")
    names = (", ".join(party.name for party in parties[:3]) for parties in (one, other))
    return 0.0, f"Their actors differ: {next(names)}; {next(names)}."


def _is_reversed(a: EventFacts, b: EventFacts) -> bool:
    if not (a.directed and b.directed):
        return False

    def meet(some: tuple[Party, ...], others: tuple[Party, ...]) -> bool:
        return any(_likeness(one, other) >= 0.8 for one in some for other in others)

    crossed = meet(a.actors, b.recipients) and meet(a.recipients, b.actors)
    return crossed and not meet(a.actors, b.actors)


def dead_range(event: EventFacts) -> tuple[float, float, float] | None:
    """Return lowest, best and highest number of dead, what is not given taken from the others; None where nothing is."""
    if event.dead is None:
        return None
    low, best, high = event.dead
    given = [number for number in (best, low, high) if number is not None]
    if not given:
        return None
    middle = given[0]
    if high is None:
        high = math.inf if low is not None else middle  # "more than 100" has no highest number
    return (middle if low is None else low, middle, high)


def _dead(a: EventFacts, b: EventFacts) -> tuple[float | None, str]:
    one, other = dead_range(a), dead_range(b)
    if one is None or other is None:
        return None, ""
    told = f"dead {_told(one)} and {_told(other)}"
    if one[1] == other[1] and math.inf not in (one[2], other[2]):
        # small numbers are equal by chance
        return (1.0 if one[1] >= 5 else 0.85 if one[1] >= 2 else 0.75), f"The numbers agree: {told}."
    if max(one[0], other[0]) <= min(one[2], other[2]):
        return 0.75, f"The ranges meet: {told}."
    smaller, larger = sorted((one[1], other[1]))
    if larger - smaller <= 2:
        return 0.55, f"The numbers are near: {told}."
    share = smaller / larger
    return (0.6 * share if share >= 0.4 else 0.0), f"The numbers exclude one another: {told}."


def _told(numbers: tuple[float, float, float]) -> str:
    low, best, high = (f"{number:g}" for number in numbers)
    if numbers[2] == math.inf:
        return f"{low} or more"
    return best if low == high else f"{low}–{high} (best {best})"
