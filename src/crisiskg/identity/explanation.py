"""Says in words what an IRI is the same as, and why two are or are not the same."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from crisiskg.identity.clusters import LeftOut, cluster
from crisiskg.identity.comparison import Comparison, compare_entities
from crisiskg.identity.entities import read_entity
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.matching import Thresholds
from crisiskg.identity.records import Judgement, effective, judgement_iri
from crisiskg.store import OxigraphStore


@dataclass(slots=True)
class Explanation:
    """What is known of the identity of one IRI, or of two.

    Attributes:
        asked: The IRIs that were asked for.
        canonical: Canonical IRI of the first.
        members: All IRIs of the thing that the first stands for, the canonical one first.
        judgements: Judgements with their ids: on the IRI, or on the pair.
        chain: Of two IRIs that are the same: the judgements that lead from one to the other.
        left_out: Positive judgements that join nothing, as they contradict negative ones.
        comparison: Of two entities: how they compare now.
        verdict: What the comparison alone would give.
    """

    asked: list[str]
    canonical: str
    members: list[str]
    judgements: list[tuple[str, Judgement]] = field(default_factory=list)
    chain: list[Judgement] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    comparison: Comparison | None = None
    verdict: str | None = None

    def iris(self) -> set[str]:
        """Return all IRIs that it names."""
        judged = [judgement for _, judgement in self.judgements] + self.chain + [one.judgement for one in self.left_out]
        return {*self.asked, *self.members, *(iri for judgement in judged for iri in judgement.pair)}

    @property
    def are_same(self) -> bool:
        """Whether the IRIs that were asked for stand for one thing."""
        return set(self.asked) <= set(self.members)

    def as_json(self, labels: dict[str, str]) -> dict[str, Any]:
        """Return it as a record."""
        return {
            "asked": self.asked,
            "same": self.are_same if len(self.asked) == 2 else None,
            "canonical": self.canonical,
            "members": [{"iri": iri, "label": labels.get(iri)} for iri in self.members],
            "judgements": [{"id": name, **_record(judgement)} for name, judgement in self.judgements],
            "chain": [_record(judgement) for judgement in self.chain],
            "left_out": [{"judgement": _record(one.judgement), "because": _record(one.because)} for one in self.left_out],
            "comparison": None
            if self.comparison is None
            else {"score": self.comparison.score, "reasons": list(self.comparison.reasons), "verdict": self.verdict},
        }

    def lines(self, labels: dict[str, str]) -> list[str]:
        """Return it as lines for people."""

        def named(iri: str) -> str:
            return f"{labels[iri]} <{iri}>" if iri in labels else f"<{iri}>"

        lines: list[str] = []
        if len(self.asked) == 2:
            one, other = self.asked
            lines.append(f"{named(one)}\n{named(other)}")
            lines.append("are the same." if self.are_same else "are not known to be the same.")
            for judgement in self.chain:
                lines.append(f"  {named(judgement.subject)} = {named(judgement.object)}: {_told(judgement)}")
        else:
            lines.append(named(self.asked[0]))
            if len(self.members) == 1:
                lines.append("is the same as nothing else that is known.")
            else:
                lines.append(f"stands for the same as {len(self.members) - 1} other(s); canonical: {named(self.canonical)}")
                lines += [f"  {named(iri)}" for iri in self.members if iri != self.asked[0]]
        if self.judgements:
            lines.append("Judgements:")
        for name, judgement in self.judgements:
            pair = "" if len(self.asked) == 2 else f" {named(judgement.other(self.asked[0]))}"
            lines.append(f"  {name}  {judgement.verdict}{pair}: {_told(judgement)}")
            lines += [f"    - {reason}" for reason in judgement.reasons]
        for left in self.left_out:
            lines.append(
                f"Left out: {named(left.judgement.subject)} = {named(left.judgement.object)} ({_told(left.judgement)}), because "
                f"{named(left.because.subject)} and {named(left.because.object)} are judged different ({_told(left.because)})."
            )
        if self.comparison is not None:
            lines.append(f"Compared now: score {self.comparison.score:.2f}, which would be {self.verdict or 'no judgement'}.")
            lines += [f"    - {reason}" for reason in self.comparison.reasons]
        return lines


def _record(judgement: Judgement) -> dict[str, Any]:
    return {**judgement._asdict(), "reasons": list(judgement.reasons)}


def _told(judgement: Judgement) -> str:
    score = "" if judgement.score is None else f"{judgement.score:.2f}, "
    undone = f"; undone {judgement.undone_at}" + (f" by {judgement.undone_by}" if judgement.undone_by else "")
    return f"{score}by {judgement.by}, {judgement.at}{undone if judgement.undone_at else ''}"


def explain_one(log: JudgementLog, iri: str) -> Explanation:
    """Say what an IRI is the same as, with all judgements on it, undone ones too.

    Args:
        log: The judgements.
        iri: IRI of an entity or event.
    """
    members = log.identity.members(iri)
    judgements = sorted(((_id(one), judgement) for one, judgement in log.items_of(iri)), key=lambda each: each[1].at)
    known = {judgement for member in members for judgement in log.of(member)}
    left_out = [one for one in _clusters(log, known).left_out if set(one.judgement.pair) & set(members)]
    return Explanation([iri], members[0], members, judgements, left_out=left_out)


def explain_two(log: JudgementLog, one: str, other: str, positive: float, unsure: float) -> Explanation:
    """Say whether two IRIs are the same, by which judgements, and how they compare now.

    Args:
        log: The judgements.
        one: An IRI.
        other: Another.
        positive: Score from which on two are judged the same.
        unsure: Score from which on a pair is left to a person.
    """
    members = log.identity.members(one)
    pair = tuple(sorted((one, other)))
    judgements = sorted(
        ((_id(iri), judgement) for iri, judgement in log.items_of(one) if judgement.pair == pair), key=lambda each: each[1].at
    )
    known = {judgement for iri in {*members, *log.identity.members(other)} for judgement in log.of(iri)}
    found = Explanation([one, other], members[0], members, judgements)
    if other in members:
        found.chain = _chain(known, one, other)
    else:
        sides = set(members) | set(log.identity.members(other))
        found.left_out = [left for left in _clusters(log, known).left_out if set(left.judgement.pair) <= sides]
    if isinstance(log.store, OxigraphStore):
        a, b = read_entity(log.store, one), read_entity(log.store, other)
        if a.names and b.names and not {"Event", "Situation"} & (a.classes | b.classes):
            found.comparison = compare_entities(a, b)
            found.verdict = Thresholds(positive, unsure).verdict(found.comparison)
    return found


def _id(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]


def _clusters(log: JudgementLog, known: set[Judgement]) -> Any:
    """Return the clusters of judgements and of all that are joined to them."""
    found = dict.fromkeys(known)
    region = {iri for judgement in known for iri in judgement.pair if judgement.verdict == "positive"}
    for iri in region:
        found.update(dict.fromkeys(log.of(iri)))
    return cluster(sorted(found, key=lambda judgement: judgement_iri(judgement, log.base)), log.base)


def _chain(known: set[Judgement], one: str, other: str) -> list[Judgement]:
    """Return the fewest judgements that lead from one IRI to another."""
    links: dict[str, list[Judgement]] = {}
    for judgement in sorted(effective(known).values(), key=lambda each: each.pair):
        if judgement.verdict == "positive":
            for iri in judgement.pair:
                links.setdefault(iri, []).append(judgement)
    reached: dict[str, list[Judgement]] = {one: []}
    waiting = deque([one])
    while waiting:
        iri = waiting.popleft()
        if iri == other:
            return reached[iri]
        for judgement in links.get(iri, ()):
            following = judgement.other(iri)
            if following not in reached:
                reached[following] = [*reached[iri], judgement]
                waiting.append(following)
    return []
