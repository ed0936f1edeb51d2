"""Clusters: the things that follow from judgements. IRIs joined by positive judgements are one thing, with one canonical IRI.

No cluster holds two IRIs that are judged different: where positive judgements would join such, the weakest of them is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crisiskg.identity.records import Judgement, effective
from crisiskg.namespaces import BASE


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A positive judgement that joins nothing.

    Attributes:
        judgement: The judgement.
        because: The negative judgement between members of what it would join.
    """

    judgement: Judgement
    because: Judgement


@dataclass(slots=True)
class Clusters:
    """What judgements amount to.

    Attributes:
        members: Clusters of two IRIs or more, by canonical IRI; each sorted, the canonical IRI first.
        canonical: Canonical IRI of each of their members.
        left_out: Positive judgements that would join IRIs that are judged different.
    """

    members: dict[str, list[str]] = field(default_factory=dict)
    canonical: dict[str, str] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def of(self, iri: str) -> list[str]:
        """Return all IRIs of the thing that an IRI stands for, the canonical one first."""
        return self.members.get(self.canonical.get(iri, iri), [iri])


def preference(iri: str, base: str = BASE) -> tuple[int, int, str]:
    """Return a sort key of IRIs of one thing; the lowest is canonical.

    An entity of the reference data comes first (of a Wikidata item before others), then things of datasets, then of documents.

    >>> iris = [BASE + "document/0a/entity/x", BASE + "entity/ucdp-12", BASE + "entity/Q12", BASE + "entity/Q7"]
    >>> min(iris, key=preference).removeprefix(BASE)
    'entity/Q7'
    """
    path = iri.removeprefix(base)
    if path.startswith("entity/"):
        local = path.removeprefix("entity/")
        is_item = local[:1] == "Q" and local[1:].isdigit()
        return (0, int(local[1:]), iri) if is_item else (1, 0, iri)
    return (2 if path.startswith("dataset/") else 3 if path.startswith("document/") else 4), 0, iri


def strength(judgement: Judgement) -> tuple[bool, float, str, str]:
    """Return a sort key of positive judgements; the strongest is the highest: of persons first, then by score."""
    return judgement.is_of_person, 1.0 if judgement.score is None else judgement.score, *judgement.pair


def cluster(judgements: Iterable[Judgement], base: str = BASE, *, least_unsure: float | None = None) -> Clusters:
    """Join what is judged the same.

    Args:
        judgements: Judgements, undone ones too.
        base: Base of the IRIs of data.
        least_unsure: Unsure judgements count as positive ones from this score on; None leaves them all out.

    >>> def same(one, two, score):
    ...     return Judgement(one, two, "entity", "positive", score, (), "crisiskg:x", "2026-01-01T00:00:00Z")
    >>> apart = Judgement("urn:a", "urn:c", "entity", "negative", None, (), "Ada", "2026-01-01T00:00:00Z")
    >>> found = cluster([same("urn:a", "urn:b", 0.9), same("urn:b", "urn:c", 0.8), apart])
    >>> found.members, found.left_out[0].judgement.pair
    ({'urn:a': ['urn:a', 'urn:b']}, ('urn:b', 'urn:c'))
    """
    positive: list[Judgement] = []
    apart: dict[str, dict[str, Judgement]] = defaultdict(dict)
    for (one, other), judgement in effective(judgements).items():
        if judgement.verdict == "negative":
            apart[one][other] = apart[other][one] = judgement
        elif judgement.verdict == "positive" or (
            least_unsure is not None and judgement.score is not None and judgement.score >= least_unsure
        ):
            positive.append(judgement)
    positive.sort(key=lambda judgement: (judgement.verdict == "positive", *strength(judgement)), reverse=True)
    groups: dict[str, list[str]] = {}
    of: dict[str, str] = {}
    left_out = []
    for judgement in positive:
        roots = [of.get(iri, iri) for iri in judgement.pair]
        if roots[0] == roots[1]:
            continue
        small, large = sorted((groups.get(root, [root]) for root in roots), key=len)
        between = _between(small, large, apart)
        if between is not None:
            left_out.append(LeftOut(judgement, between))
            continue
        root = of.get(large[0], large[0])
        joined = groups.setdefault(root, [root])
        joined.extend(small)
        groups.pop(of.get(small[0], small[0]), None)
        for iri in (root, *small):
            of[iri] = root
    made = Clusters(left_out=left_out)
    for group in groups.values():
        ordered = sorted(group, key=lambda iri: preference(iri, base))
        made.members[ordered[0]] = ordered
        made.canonical.update(dict.fromkeys(ordered, ordered[0]))
    return made


def _between(small: list[str], large: list[str], apart: dict[str, dict[str, Judgement]]) -> Judgement | None:
    """Return a negative judgement between a member of one group and one of the other; the same one at each call."""
    if not any(iri in apart for iri in small):
        return None
    others = set(large)
    found = [judgement for iri in small for other, judgement in apart.get(iri, {}).items() if other in others]
    return min(found, key=lambda judgement: judgement.pair, default=None)
