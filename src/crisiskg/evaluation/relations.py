"""Relations: type, head and tail over entities."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from crisiskg.annotation.calibration import relation_group
from crisiskg.evaluation.matching import overlap
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side, kind_of
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict

#: Relations that hold either way round.
SYMMETRIC = frozenset({"against", "alliedWith", "borders", "spouseOf"})
#: What a more special relation says as well.
ENTAILED: dict[str, frozenset[str]] = {
    "headOfState": frozenset({"agentOf", "citizenOf"}),
    "headOfGovernment": frozenset({"agentOf", "citizenOf"}),
    "ministerOf": frozenset({"agentOf", "citizenOf"}),
    "headOf": frozenset({"memberOf"}),
    "spokespersonOf": frozenset({"agentOf", "memberOf"}),
    "ministryOf": frozenset({"agencyOf", "basedIn"}),
    "agencyOf": frozenset({"basedIn"}),
    "capitalOf": frozenset({"locatedIn"}),
}
#: Names that the contract has for one relation.
_SAME = {"leaderOf": "headOf"}
#: What an equal span and overlapping names say for two entities being the same; equality decides where both are found.
_EQUAL, _TOUCHING = 1.01, 0.5

Key = tuple[str, str, str]


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare relations.

    A predicted entity stands for the gold entity with which it shares most mentions. A more special relation counts for what it
    entails: where its own type is not annotated, as the most special one that is; otherwise entailed ones add to recall and
    never harm precision.
    """
    verdict, types = Verdict(), profile.relation_types
    stands_for = aligned(gold, predicted)
    wanted = {_key(item["type"], item["head"], item["tail"]): item for item in gold.relations if item["type"] in types}
    said: dict[Key, dict[str, Any]] = {}
    implied: set[Key] = set()
    for item in predicted.relations:
        type_ = _SAME.get(item["type"], item["type"])
        head, tail = (stands_for.get(item[end], f"?{item[end]}") for end in ("head", "tail"))
        if head == tail:
            continue
        more = entailed(type_) & types
        if type_ in types:
            said.setdefault(_key(type_, head, tail), item)
            confidence = item.get("confidence")
            if isinstance(confidence, int | float):
                right = _key(type_, head, tail) in wanted
                verdict.judgements.append(Judgement("relations", relation_group(item["type"]), float(confidence), right))
        else:
            for special in {one for one in more if not any(one in entailed(other) for other in more)} or more:
                said.setdefault(_key(special, head, tail), item)
        implied |= {_key(one, head, tail) for one in more}
    right_ones = said.keys() & wanted.keys()
    found = wanted.keys() & (said.keys() | implied)
    verdict.tallies["micro"] = Tally.matched(len(right_ones), len(said), len(wanted), len(found))
    for type_ in sorted(types):
        verdict.tallies[f"micro: {type_}"] = Tally.matched(
            _count(right_ones, type_), _count(said, type_), _count(wanted, type_), _count(found, type_)
        )
    for key, item in said.items():
        if key not in wanted:
            verdict.mistakes.append(_mistake(predicted, item, None, item["type"]))
    for key, item in wanted.items():
        if key not in found:
            verdict.mistakes.append(_mistake(gold, item, item["type"], None))
    return verdict


def aligned(gold: Side, predicted: Side) -> dict[Any, Any]:
    """Return for each predicted entity the gold entity with which it shares most mentions."""
    referring = [mention for mention in gold.mentions if mention.get("entity") is not None]
    by_span: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for mention in referring:
        by_span[mention["span"]].append(mention)
    names = [mention for mention in referring if mention.get("kind") == "name"]
    found = {}
    for entity, mentions in predicted.clusters().items():
        votes: Counter[Any] = Counter()
        for mention in mentions:
            for other in by_span.get(mention["span"], ()):
                votes[other["entity"]] += _EQUAL  # type: ignore[assignment]
            if kind_of(mention) != "name":
                continue
            for other in names:
                if other["span"] != mention["span"] and overlap(mention["span"], other["span"]):
                    votes[other["entity"]] += _TOUCHING  # type: ignore[assignment]
        if votes:
            found[entity] = max(votes, key=lambda candidate: votes[candidate])
    return found


def entailed(type_: str) -> frozenset[str]:
    """Return all types that a type entails.

    >>> sorted(entailed("ministryOf"))
    ['agencyOf', 'basedIn']
    """
    direct = ENTAILED.get(type_, frozenset())
    return direct.union(*(entailed(one) for one in direct))


def _key(type_: str, head: object, tail: object) -> Key:
    first, second = sorted((str(head), str(tail))) if type_ in SYMMETRIC else (str(head), str(tail))
    return type_, first, second


def _count(keys: Any, type_: str) -> int:
    return sum(key[0] == type_ for key in keys)


def _mistake(side: Side, item: dict[str, Any], gold: str | None, predicted: str | None) -> Mistake:
    """Point to the evidence, or to the first mention of the head where there is none."""
    start, end = item.get("start"), item.get("end")
    ends = [next((m for m in side.mentions if m.get("entity") == item[name]), None) for name in ("head", "tail")]
    if not (isinstance(start, int) and isinstance(end, int)):
        start, end = (ends[0]["start"], ends[0]["end"]) if ends[0] else (0, 1)
    head, tail = (side.text[m["start"] : m["end"]] if m else "?" for m in ends)
    shown = f"({head}, {tail})"
    return Mistake("relations", start, end, gold and f"{gold} {shown}", predicted and f"{predicted} {shown}")
