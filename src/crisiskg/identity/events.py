"""Judges which accounts tell of the same event, across datasets and documents.

Between two datasets an event has one counterpart at most. Pairs are taken by score, best first; what is left over, and is nearly
as good, is kept as unsure with the reason, so that nothing that a person might want to see is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from crisiskg.identity.event_blocks import candidate_pairs
from crisiskg.identity.event_comparison import compare_events
from crisiskg.identity.event_facts import DOCUMENTS, EventFacts, read_events
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.records import Judgement, now
from crisiskg.store import OxigraphStore

#: Name of this matcher in the log; the number is raised when it judges otherwise than before.
JUDGE = "crisiskg:events-1"
#: Score from which on two accounts are judged to be of one event.
POSITIVE = 0.8
#: Score from which on a pair is left to a person.
UNSURE = 0.68
#: A best pair must be better by this than the next one of either event; else which is meant is unsure.
MARGIN = 0.04
#: Unsure pairs of one event that are kept, at most.
MOST_UNSURE = 2


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A pair that is worth judging.

    Attributes:
        one: One event.
        other: The other.
        score: 0 to 1.
        reasons: Why, a sentence each.
    """

    one: EventFacts
    other: EventFacts
    score: float
    reasons: tuple[str, ...]


def match_events(store: OxigraphStore, log: JudgementLog | None = None) -> list[Judgement]:
    """Judge the events of all graphs of a store.

    Args:
        store: An embedded store.
        log: Its log; a pair that a person judged negative does not stand in the way of another.

    Returns:
        Positive and unsure judgements of kind "event", in the order of their IRIs. Nothing is written.
    """
    rejected: set[tuple[str, str]] = set()
    if log is not None:
        rejected = {one.pair for one in log.all() if one.is_of_person and one.verdict == "negative" and one.undone_at is None}
    return judge_events(read_events(store), now(), rejected)


def judge_events(events: Iterable[EventFacts], at: str, rejected: Iterable[tuple[str, str]] = ()) -> list[Judgement]:
    """Judge events.

    Args:
        events: All events.
        at: Time of the judgements.
        rejected: Pairs of IRIs, the lower first, that are known to be different.

    Returns:
        Positive and unsure judgements, in the order of their IRIs.
    """
    known = frozenset(rejected)
    groups: dict[tuple[str, str], list[ScoredPair]] = defaultdict(list)
    for a, b in candidate_pairs(events):
        found = compare_events(a, b)
        if found.score < UNSURE:
            continue
        one, other = (a, b) if a.iri <= b.iri else (b, a)
        if (one.iri, other.iri) not in known:
            groups[_sources(one, other)].append(ScoredPair(one, other, found.score, found.reasons))
    judgements = [judgement for pairs in groups.values() for judgement in _assign(pairs, at)]
    return sorted(judgements, key=lambda judgement: (judgement.subject, judgement.object))


def _sources(one: EventFacts, other: EventFacts) -> tuple[str, str]:
    """Return within what a pair is one to one: two datasets, or a dataset and a document, or two documents."""
    first, second = sorted(event.graph if event.source == DOCUMENTS else event.source for event in (one, other))
    return first, second


def _assign(pairs: list[ScoredPair], at: str) -> list[Judgement]:
    """Give each event its best counterpart, and keep the next best as unsure."""
    scores: dict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        scores[pair.one.iri].append(pair.score)
        scores[pair.other.iri].append(pair.score)
    for values in scores.values():
        values.sort(reverse=True)
    taken: dict[str, ScoredPair] = {}
    unsure: dict[str, int] = defaultdict(int)
    judgements: list[Judgement] = []
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.one.iri, pair.other.iri)):
        one, other = pair.one.iri, pair.other.iri
        better = taken.get(one) or taken.get(other)
        rival = max((values[1] for iri in (one, other) if len(values := scores[iri]) > 1), default=0.0)
        if better is None and pair.score >= POSITIVE and pair.score - rival >= MARGIN:
            taken[one] = taken[other] = pair
            judgements.append(Judgement(one, other, "event", "positive", pair.score, pair.reasons, JUDGE, at))
            continue
        if unsure[one] >= MOST_UNSURE or unsure[other] >= MOST_UNSURE:
            continue
        reasons = pair.reasons
        if better is not None:
            if better.score - pair.score > 0.15:
                continue
            reasons += (f"A better match was found: {better.one.iri} and {better.other.iri}, {better.score:.2f}.",)
        elif pair.score >= POSITIVE:
            reasons += (f"Another pair of one of the two is as good: {rival:.2f}.",)
        unsure[one] += 1
        unsure[other] += 1
        judgements.append(Judgement(one, other, "event", "unsure", pair.score, reasons, JUDGE, at))
    return judgements
