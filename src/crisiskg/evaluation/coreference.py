"""Coreference over annotated mentions: B³, MUC, CEAF and LEA.

B³: Bagga and Baldwin 1998; MUC: Vilain et al. 1995; CEAF with the entity-based similarity φ₄: Luo 2005; LEA: Moosavi and
Strube 2016.
"""

from __future__ import annotations

from collections.abc import Mapping

from crisiskg.evaluation.assignment import best_assignment
from crisiskg.evaluation.matching import Span
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side, coarse
from crisiskg.evaluation.tallies import Tally, Verdict

Cluster = frozenset[Span]


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare the clusters of mentions; those without any type of the contract are left out on both sides."""
    del profile
    keys, responses = _clusters(gold), _clusters(predicted)
    of_key, of_response = _owners(keys), _owners(responses)
    verdict = Verdict()
    verdict.tallies["b3"] = Tally.matched(
        _b_cubed(of_response, of_key), len(of_response), len(of_key), _b_cubed(of_key, of_response)
    )
    (right, predicted_links), (found, gold_links) = _muc(responses, of_key), _muc(keys, of_response)
    verdict.tallies["muc"] = Tally.matched(right, predicted_links, gold_links, found)
    places = {cluster: place for place, cluster in enumerate(responses)}
    common: dict[tuple[int, int], float] = {}
    for number, key in enumerate(keys):
        for response in {of_response[span] for span in key if span in of_response}:
            common[number, places[response]] = 2 * len(key & response) / (len(key) + len(response))
    verdict.tallies["ceaf"] = Tally.matched(best_assignment(common), len(responses), len(keys))
    verdict.tallies["lea"] = Tally.matched(
        _lea(responses, of_key), sum(map(len, responses)), sum(map(len, keys)), _lea(keys, of_response)
    )
    return verdict


def _clusters(side: Side) -> list[Cluster]:
    found = [
        frozenset(mention["span"] for mention in mentions)
        for mentions in side.clusters().values()
        if any(coarse(mention["type"]) for mention in mentions)
    ]
    return list(dict.fromkeys(found))


def _owners(clusters: list[Cluster]) -> dict[Span, Cluster]:
    return {span: cluster for cluster in clusters for span in cluster}


def _b_cubed(these: Mapping[Span, Cluster], others: Mapping[Span, Cluster]) -> float:
    """Return the sum over mentions of the share of a mention's cluster that it shares with its cluster on the other side."""
    return sum(len(cluster & others.get(span, frozenset())) / len(cluster) for span, cluster in these.items())


def _muc(clusters: list[Cluster], others: Mapping[Span, Cluster]) -> tuple[int, int]:
    """Return how many links of the clusters the other side has, and how many there are."""
    parts = [len({others.get(span, span) for span in cluster}) for cluster in clusters]
    return sum(len(cluster) - part for cluster, part in zip(clusters, parts, strict=True)), sum(len(c) - 1 for c in clusters)


def _lea(clusters: list[Cluster], others: Mapping[Span, Cluster]) -> float:
    """Return the sum of the clusters' sizes, each times the share of its links that the other side has.

    A single mention is resolved where it is single on the other side too.
    """
    total = 0.0
    for cluster in clusters:
        size = len(cluster)
        if size == 1:
            total += others.get(next(iter(cluster))) == cluster
            continue
        met = {others[span] for span in cluster if span in others}
        total += size * sum(_links(len(cluster & other)) for other in met) / _links(size)
    return total


def _links(size: int) -> float:
    return size * (size - 1) / 2
