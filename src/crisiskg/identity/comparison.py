"""Compares two entities: a score from 0 to 1 with its reasons in words, and what shows that they are different."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from crisiskg.crosswalk import load_crosswalk
from crisiskg.identity.entities import ACTOR_CLASSES, Entity
from crisiskg.identity.names import NameMatch, compare, form_of

#: Highest score where the names are letters alone and no identifier is shared: several groups are called SDF, ADF or SPLA-IO.
ACRONYM_CAP = 0.85
#: Highest score where nothing but words that many names have says that two are the same.
COMMON_CAP = 0.8
#: Highest score of persons of whom it is not known that they are of the same state.
PERSON_CAP = 0.85
#: Highest score where something tells the two apart for certain.
APART_CAP = 0.2
#: Names that are compared of each entity, at most.
_MOST_NAMES = 40

_ORGANIZATIONS = frozenset(ACTOR_CLASSES) - {"Person", "PopulationGroup", "State"}
#: Pairs of classes that one actor can have in two sources, with what that takes off the score.
_COMPATIBLE = {
    frozenset(pair.split()): cost
    for pair, cost in {
        "ArmedGroup PoliticalParty": 0.0,
        "ArmedGroup SecurityForce": 0.02,
        "ArmedGroup PopulationGroup": 0.02,
        "ArmedGroup GovernmentBody": 0.05,
        "SecurityForce GovernmentBody": 0.02,
        "PoliticalParty GovernmentBody": 0.05,
        "PoliticalParty NongovernmentalOrganization": 0.05,
        "NongovernmentalOrganization MediaOrganization": 0.05,
        "NongovernmentalOrganization IntergovernmentalOrganization": 0.05,
        "Company MediaOrganization": 0.02,
        "Company GovernmentBody": 0.05,
        "GovernmentBody IntergovernmentalOrganization": 0.08,
    }.items()
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing two entities found.

    Attributes:
        score: 0 to 1.
        reasons: Why, a sentence each, the most telling first.
        apart: What shows that they are different, a sentence; "" where nothing does.
        name_score: How alike their names are, 0 to 1.
    """

    score: float
    reasons: tuple[str, ...]
    apart: str = ""
    name_score: float = 0.0


def compare_entities(a: Entity, b: Entity) -> Comparison:
    """Compare two entities.

    Args:
        a: One entity.
        b: The other.

    >>> one, other = Entity("urn:a", {"ArmedGroup"}, ["SDF"]), Entity("urn:b", {"ArmedGroup"}, ["SDF"])
    >>> compare_entities(one, other).score
    0.85
    >>> one.identify("UCDP id", "1"); other.identify("UCDP id", "1")
    >>> compare_entities(one, other).reasons[0]
    'Both have the UCDP id 1.'
    """
    reasons: list[str] = []
    match = best_names(a, b)
    shared, contradicted = _identifiers(a, b)
    if shared and not contradicted:
        kind = _kinds(a, b)
        cost = 0.0 if kind is None else 0.1
        reasons.append(f"Both have the {shared}.")
        if match.score >= 0.5:
            reasons.append(_told(match))
        if kind is not None:
            reasons.append(kind)
        return Comparison(0.99 - cost, tuple(reasons), "", match.score)
    apart = contradicted or _kinds(a, b) or _lifetimes(a, b) or (match.differs if match.is_certain else "")
    reasons.append(_told(match))
    score = match.score
    score -= _class_cost(a, b) or 0.0
    if a.classes != b.classes and not apart:
        reasons.append(f"The classes {_classes(a)} and {_classes(b)} are compatible.")
    score, of_states, known = _with_states(a, b, match, score)
    reasons += of_states
    different = next((reason for reason in of_states if "different states" in reason), "")
    if different and (match.is_common or _is_body(a) or _is_body(b)):
        apart = apart or different
    score, of_time = _with_years(a, b, score)
    reasons += of_time
    if a.situations & b.situations:
        score = min(1.0, score + 0.02)
        reasons.append("Events of both belong to the same conflict.")
    is_person = "Person" in a.classes or "Person" in b.classes
    if match.is_acronym and score > ACRONYM_CAP:
        score = ACRONYM_CAP
        reasons.append("Their names agree in letters alone, which other actors may share, and no identifier is the same.")
    if match.is_common and not known and score > COMMON_CAP:
        score = COMMON_CAP
        reasons.append("Their names are of words that many names have, and it is not known that both are of one state.")
    if is_person and score > PERSON_CAP and (not known or len(form_of(match.one).words) < 2):
        score = PERSON_CAP
        reasons.append("Several persons may have this name.")
    if apart:
        score = min(score, APART_CAP)
        reasons.insert(0, apart if apart.endswith(".") else f"{apart[0].upper()}{apart[1:]}.")
    return Comparison(round(max(0.0, min(1.0, score)), 4), tuple(dict.fromkeys(reasons)), apart, match.score)


def best_names(a: Entity, b: Entity) -> NameMatch:
    """Return the match of the two names that are most alike; of equals one that rests on more than letters.

    What is told apart for certain by the labels is not undone by other names that are less alike than equal.
    """
    persons = "Person" in a.classes and "Person" in b.classes
    best: NameMatch | None = None
    for one in a.names[:_MOST_NAMES]:
        for other in b.names[:_MOST_NAMES]:
            found = compare(one, other, persons=persons)
            if best is None or _quality(found) > _quality(best):
                best = found
    if best is None:
        return NameMatch(0.0, a.label, b.label, "without names")
    return best


def _quality(match: NameMatch) -> tuple[float, bool, bool]:
    capped = min(match.score, ACRONYM_CAP) if match.is_acronym else match.score
    return capped, not match.is_acronym, not match.is_common


def _told(match: NameMatch) -> str:
    told = f"The names {match.one!r} and {match.other!r} are {match.score:.2f} alike: {match.how}"
    return f"{told}; {match.differs}." if match.differs else f"{told}."


def _identifiers(a: Entity, b: Entity) -> tuple[str, str]:
    """Return the identifier that both have, and what says that they have different ones of one scheme."""
    shared, apart = "", ""
    for scheme in sorted(a.identifiers.keys() & b.identifiers.keys()):
        both = a.identifiers[scheme] & b.identifiers[scheme]
        if both:
            shared = shared or f"{scheme} {min(both)}"
        elif scheme != "IRI":
            apart = apart or (
                f"Their identifiers differ: {scheme} {min(a.identifiers[scheme])} and {min(b.identifiers[scheme])}."
            )
    return shared, apart


def _kinds(a: Entity, b: Entity) -> str | None:
    """Return what says that their classes exclude one another; None where they do not."""
    if _class_cost(a, b) is None:
        return f"Their classes exclude one another: {_classes(a)} and {_classes(b)}."
    return None


def _class_cost(a: Entity, b: Entity) -> float | None:
    costs = [_cost(one, other) for one in sorted(a.classes) for other in sorted(b.classes)]
    possible = [cost for cost in costs if cost is not None]
    return min(possible) if possible else (0.0 if not costs else None)


@lru_cache(1024)
def _cost(one: str, other: str) -> float | None:
    if one == other:
        return 0.0
    if "Organization" in (one, other) and {one, other} <= _ORGANIZATIONS:
        return 0.0
    if {one, other} == {"State", "Place"}:
        return 0.0
    return _COMPATIBLE.get(frozenset((one, other)))


def _classes(entity: Entity) -> str:
    return "/".join(sorted(entity.classes))


def _is_body(entity: Entity) -> bool:
    return any(form_of(name).body for name in entity.names[:4])


def _lifetimes(a: Entity, b: Entity) -> str:
    """Return what says that one ended long before the other began."""
    for one, other in ((a, b), (b, a)):
        if one.end and other.begin and one.end < other.begin:
            return f"Their lifetimes do not meet: one ended by {one.end}, the other began in {other.begin[:4]} or later."
    return ""


def _states_of(entity: Entity) -> set[str]:
    """Return the states that an entity is of: said outright, or in its names, or where its events are."""
    named = {state for name in entity.names[:_MOST_NAMES] for state in form_of(name).states if len(form_of(name).words) > 1}
    stated = entity.states | (set() if "Person" in entity.classes else named)  # "Bill English" is of no state
    if "State" in entity.classes:
        stated = stated | {entity.iri}
    return stated or set(entity.seen_in)


def _with_states(a: Entity, b: Entity, match: NameMatch, score: float) -> tuple[float, list[str], bool]:
    """Return the score with the states of both, the reasons, and whether both are known to be of one state."""
    one, other = _states_of(a), _states_of(b)
    if not one or not other:
        return score, [], False
    shared = (one | a.seen_in) & (other | b.seen_in) if not (one & other) else one & other
    if shared:
        return min(1.0, score + 0.03), [f"Both are of {_labels(shared)}."], bool(one & other) or bool(shared)
    if _related(one, other):
        return score, ["One is of a state that followed the other's."], False
    cost = 0.35 if match.is_common or match.is_acronym or "Person" in a.classes else 0.22
    told = f"They are of different states: {_labels(one)} and {_labels(other)}."
    return score - cost, [told], False


def _related(one: set[str], other: set[str]) -> bool:
    crosswalk = load_crosswalk()
    for first, second in ((one, other), (other, one)):
        for iri in first:
            state = crosswalk.get(iri)
            if state is not None and set(state.successors) & second:
                return True
    return False


def _labels(states: set[str]) -> str:
    crosswalk = load_crosswalk()
    names = sorted(found.label if (found := crosswalk.get(iri)) else iri.rsplit("/", 1)[-1] for iri in states)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _with_years(a: Entity, b: Entity, score: float) -> tuple[float, list[str]]:
    """Hold the years of events of one against events and lifetime of the other; what was reported proves no end."""
    for one, other in ((a, b), (b, a)):
        if one.years != (0, 0):
            if other.end and int(other.end[:4]) + 2 < one.years[0]:
                return score - 0.3, [f"One ended by {other.end}, and events of the other begin in {one.years[0]}."]
            if other.begin and int(other.begin[:4]) - 2 > one.years[1]:
                return score - 0.3, [f"One began in {other.begin[:4]}, and events of the other end in {one.years[1]}."]
    if a.years != (0, 0) and b.years != (0, 0):
        gap = max(a.years[0] - b.years[1], b.years[0] - a.years[1])
        if gap > 15 and not (_is_body(a) or _is_body(b)):  # bodies of states last when nothing is told of them
            return score - 0.08, [f"Between the events of one and of the other lie {gap} years."]
        if gap <= 0:
            return score, [f"Events of both are told of {max(a.years[0], b.years[0])}–{min(a.years[1], b.years[1])}."]
    return score, []
