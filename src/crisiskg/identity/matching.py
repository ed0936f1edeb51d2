"""Finds pairs of entities that may be the same, and judges each.

Candidates share a block: a distinctive word of a name in its consonants, an acronym, or an identifier. Blocks that are too large
to compare all pairs of are left out, unless their pairs share a smaller one; the outcome says how many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from crisiskg.identity.comparison import Comparison, compare_entities
from crisiskg.identity.entities import Entity
from crisiskg.identity.names import block_keys, form_of
from crisiskg.identity.records import Judgement, Verdict

#: Name of this matcher in the log; the number is raised when it judges otherwise than before.
JUDGE = "crisiskg:entities-1"
#: Most members of a block whose pairs are all compared.
MOST_IN_BLOCK = 250
#: How alike the names of two entities must be for it to be worth saying that they are different.
WORTH_SAYING = 0.9


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the score of a pair means.

    Attributes:
        positive: Score from which on two entities are judged the same.
        unsure: Score from which on a pair is left to a person.
    """

    positive: float = 0.9
    unsure: float = 0.75

    def verdict(self, found: Comparison) -> Verdict | None:
        """Return the verdict on a comparison; None where nothing is worth saying."""
        if found.apart:
            return "negative" if found.name_score >= WORTH_SAYING else None
        if found.score >= self.positive:
            return "positive"
        return "unsure" if found.score >= self.unsure else None


@dataclass(slots=True)
class Matching:
    """What matching found.

    Attributes:
        judgements: Judgements of this run.
        entities: Number of entities.
        pairs: Number of pairs that were compared.
        large_blocks: Number of blocks that were too large.
    """

    judgements: list[Judgement] = field(default_factory=list)
    entities: int = 0
    pairs: int = 0
    large_blocks: int = 0


def candidate_pairs(entities: Mapping[str, Entity], outcome: Matching | None = None) -> Iterator[tuple[Entity, Entity]]:
    """Yield pairs of entities that may be the same, each once.

    Args:
        entities: Entities by IRI.
        outcome: Takes the number of blocks that were too large.
    """
    blocks: dict[str, list[str]] = defaultdict(list)
    for iri, entity in entities.items():
        for key in _keys(entity):
            blocks[key].append(iri)
    seen: set[tuple[str, str]] = set()
    for key in sorted(blocks):
        members = blocks[key]
        if len(members) > MOST_IN_BLOCK:
            if outcome is not None:
                outcome.large_blocks += 1
            continue
        for one, other in combinations(members, 2):
            a, b = entities[one], entities[other]
            if (a.is_reference and b.is_reference) or (one, other) in seen:
                continue  # the reference data tell their entities apart by hand
            seen.add((one, other))
            yield a, b


def _keys(entity: Entity) -> set[str]:
    keys = {f"i:{scheme}:{value}" for scheme, values in entity.identifiers.items() for value in values}
    for name in entity.names:
        keys |= block_keys(name)
        keys.add("n:" + " ".join(form_of(name).words))
    return keys


def match_entities(entities: Mapping[str, Entity], at: str, thresholds: Thresholds = Thresholds()) -> Matching:
    """Judge all candidate pairs.

    Args:
        entities: Entities by IRI.
        at: Time of the judgements.
        thresholds: What scores mean.

    >>> group = Entity("urn:a", {"ArmedGroup"}, ["Hezbollah"]), Entity("urn:b", {"PoliticalParty"}, ["Hizbullah"])
    >>> found = match_entities({entity.iri: entity for entity in group}, "2026-01-01T00:00:00Z")
    >>> found.judgements[0].verdict
    'positive'
    """
    outcome = Matching(entities=len(entities))
    for a, b in candidate_pairs(entities, outcome):
        outcome.pairs += 1
        found = compare_entities(a, b)
        verdict = thresholds.verdict(found)
        if verdict is not None:
            outcome.judgements.append(Judgement(a.iri, b.iri, "entity", verdict, found.score, found.reasons, JUDGE, at))
    return outcome


def renewal(known: Iterable[tuple[str, Judgement]], found: Iterable[Judgement], judge: str) -> tuple[list[Judgement], list[str]]:
    """Return what a run adds to the log, and the IRIs of judgements of earlier runs that it takes back.

    A pair that a person judged is left alone. What the same judge said before, and says again, stays as it is.

    Args:
        known: IRIs and judgements of the log.
        found: Judgements of this run.
        judge: Name of the judge, without the number of its version.
    """
    by_pair: dict[tuple[str, str], list[tuple[str, Judgement]]] = defaultdict(list)
    persons: set[tuple[str, str]] = set()
    for iri, judgement in known:
        if judgement.undone_at is not None:
            continue
        if judgement.is_of_person:
            persons.add(judgement.pair)
        elif judgement.by.rpartition("-")[0] == judge.rpartition("-")[0]:
            by_pair[judgement.pair].append((iri, judgement))
    new: list[Judgement] = []
    taken_back: list[str] = []
    for judgement in found:
        before = by_pair.pop(judgement.pair, [])
        if judgement.pair in persons:
            taken_back += [iri for iri, _ in before]
            continue
        same = [iri for iri, one in before if _says_the_same(one, judgement)]
        taken_back += [iri for iri, _ in before if iri not in same[:1]]
        if not same:
            new.append(judgement)
    taken_back += [iri for rest in by_pair.values() for iri, _ in rest]
    return new, taken_back


def _says_the_same(one: Judgement, other: Judgement) -> bool:
    score = None if other.score is None else round(other.score, 4)
    return (one.verdict, one.score, sorted(one.reasons)) == (other.verdict, score, sorted(other.reasons))


__all__ = [
    "JUDGE",
    "Matching",
    "Thresholds",
    "candidate_pairs",
    "match_entities",
    "renewal",
]
