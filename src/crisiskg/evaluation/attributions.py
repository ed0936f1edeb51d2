"""Attributions: who says what."""

from __future__ import annotations

from typing import Any

from crisiskg.annotation.calibration import attribution_group
from crisiskg.evaluation.matching import matched
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict

#: Share of characters (Dice) from which on two spans count as the same.
SAME = 0.5


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare attributions: `both` asks that source and content each share half of their characters; absent sources are equal."""
    del profile
    verdict = Verdict()
    wanted = [_characters(item) for item in gold.attributions]
    said = [_characters(item) for item in predicted.attributions]
    for metric, parts in (("source", ("source",)), ("content", ("content",)), ("both", ("source", "content"))):
        is_single = len(parts) == 1
        ours = [item for item in said if not is_single or item[parts[0]]]
        theirs = [item for item in wanted if not is_single or item[parts[0]]]

        def fit(one: dict[str, set[int]], other: dict[str, set[int]], parts: tuple[str, ...] = parts) -> float:
            shares = [dice(one[part], other[part]) for part in parts]
            return sum(shares) if min(shares) >= SAME else 0.0

        pairs = matched(ours, theirs, fit)
        verdict.tallies[metric] = Tally.matched(len(pairs), len(ours), len(theirs))
    right, found = {one for one, _ in pairs}, {other for _, other in pairs}
    for place, item in enumerate(predicted.attributions):
        confidence = item.get("confidence")
        if isinstance(confidence, int | float):
            group = attribution_group(bool(item.get("author")), bool(item.get("source")))
            verdict.judgements.append(Judgement("attributions", group, float(confidence), place in right))
        if place not in right and said[place]["content"]:
            verdict.mistakes.append(_mistake(said[place], None, _voice(item)))
    for place, item in enumerate(gold.attributions):
        if place not in found and wanted[place]["content"]:
            verdict.mistakes.append(_mistake(wanted[place], _voice(item), None))
    return verdict


def dice(one: set[int], other: set[int]) -> float:
    """Return the Dice coefficient of two sets, in [0, 1]; 1 where both are empty.

    >>> dice({1, 2}, {2, 3}), dice(set(), set())
    (0.5, 1.0)
    """
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _characters(item: dict[str, Any]) -> dict[str, set[int]]:
    return {part: _positions(item.get(part)) for part in ("source", "content")}


def _positions(value: Any) -> set[int]:
    """Return the offsets of a span or of several."""
    spans = [value] if value and not isinstance(value[0], list | tuple) else value or []
    return {offset for start, end in spans for offset in range(start, end)}


def _voice(item: dict[str, Any]) -> str:
    return "the author says" if not item.get("source") else "somebody says"


def _mistake(item: dict[str, set[int]], gold: str | None, predicted: str | None) -> Mistake:
    # The first word of the content tells where it is; the whole of it may go over several sentences.
    start = min(item["content"])
    return Mistake("attributions", start, min(max(item["content"]) + 1, start + 40), gold, predicted)
