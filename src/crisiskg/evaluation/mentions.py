"""Mentions: same span and coarse type, by type and by kind."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crisiskg.annotation.calibration import mention_group
from crisiskg.evaluation.matching import matched
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side, accepted, coarse, kind_of
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict

Record = dict[str, Any]


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare mentions.

    `exact` asks for span and coarse type, `span` for the span alone, `head` for the same end and type; they look at names. Where
    gold has nominals and pronouns, `all exact` and the like look at all kinds, and the recall of each kind is told.

    A gold mention that is optional, of no type of the contract, or of another kind is neutral: finding it is neither right nor
    wrong. Predicted types that the set does not annotate are ignored.
    """
    has_all = {"nominal", "pronoun"} <= profile.kinds
    verdict = Verdict()
    _compare(gold, predicted, profile, "name", "", verdict, is_deciding=not has_all)
    if has_all:
        _compare(gold, predicted, profile, "all", "all ", verdict, is_deciding=True)
    return verdict


def _compare(
    gold: Side, predicted: Side, profile: Profile, kind: str, prefix: str, verdict: Verdict, *, is_deciding: bool
) -> None:
    names = {id(mention) for mention in gold.of_kind(kind)}
    wanted = [
        mention
        for mention in gold.mentions
        if id(mention) in names and coarse(mention["type"]) in profile.mention_types and not mention.get("optional")
    ]
    wanted_spans = {mention["span"] for mention in wanted}
    neutral = {mention["span"] for mention in gold.mentions} - wanted_spans
    possible = {(mention["span"], type_) for mention in wanted for type_ in accepted(mention)}
    said = {(mention["span"], coarse(mention["type"])): mention for mention in predicted.of_kind(kind)}
    counted = [mention for key, mention in said.items() if key[1] in profile.mention_types or key in possible]

    def same_type(one: Record, other: Record) -> bool:
        return coarse(one["type"]) in accepted(other)

    pairs = matched(counted, wanted, same_type, (lambda mention: mention["span"], lambda mention: mention["span"]))
    right = {place for place, _ in pairs}
    wrong = [mention for place, mention in enumerate(counted) if place not in right and mention["span"] not in neutral]
    rest = [counted[place] for place in sorted(right)] + wrong
    spans = {mention["span"] for mention in rest}
    ends = matched(rest, wanted, same_type, (lambda mention: mention["span"][1], lambda mention: mention["span"][1]))
    tallies = verdict.tallies
    tallies[f"{prefix}exact"] = Tally.matched(len(pairs), len(rest), len(wanted))
    tallies[f"{prefix}span"] = Tally.matched(len(spans & wanted_spans), len(spans), len(wanted_spans))
    tallies[f"{prefix}head"] = Tally.matched(len(ends), len(rest), len(wanted))
    for type_ in sorted(profile.mention_types):
        good = sum(coarse(wanted[place]["type"]) == type_ for _, place in pairs)
        bad = sum(coarse(mention["type"]) == type_ for mention in wrong)
        tallies[f"{prefix}exact: {type_}"] = Tally.matched(
            good, good + bad, sum(coarse(mention["type"]) == type_ for mention in wanted)
        )
    if kind == "all":
        found = Counter(kind_of(wanted[place]) for _, place in pairs)
        of_kind = Counter(kind_of(mention) for mention in wanted)
        for name in sorted(of_kind):
            tallies[f"recall: {name}"] = Tally.share(found[name], of_kind[name])
    if not is_deciding:
        return
    for place in sorted(right):
        _judge(verdict, counted[place], True)
    for mention in wrong:
        _judge(verdict, mention, False)
    _explain(verdict, wanted, {place for _, place in pairs}, wrong, [counted[place] for place in sorted(right)], pairs, counted)


def _judge(verdict: Verdict, mention: Record, right: bool) -> None:
    confidence = mention.get("confidence")
    if isinstance(confidence, int | float):
        group = mention_group(kind_of(mention), str(mention["type"]))
        verdict.judgements.append(Judgement("mentions", group, float(confidence), right))


def _explain(
    verdict: Verdict,
    wanted: list[Record],
    found: set[int],
    wrong: list[Record],
    right: list[Record],
    pairs: list[tuple[int, int]],
    counted: list[Record],
) -> None:
    """Note confusions of types and the mistakes, a mistaken type as one."""
    for one, other in pairs:
        verdict.confuse("types of mentions", wanted[other]["type"], counted[one]["type"])
    mistaken = {mention["span"]: mention for mention in wrong}
    met = {mention["span"] for mention in right}
    for place, mention in enumerate(wanted):
        if place in found:
            continue
        instead: Record | None = mistaken.pop(mention["span"], None) if mention["span"] not in met else None
        type_ = str(instead["type"]) if instead else None
        verdict.confuse("types of mentions", mention["type"], type_)
        verdict.mistakes.append(Mistake("mentions", mention["start"], mention["end"], str(mention["type"]), type_))
    for mention in mistaken.values():
        verdict.confuse("types of mentions", None, mention["type"])
        verdict.mistakes.append(Mistake("mentions", mention["start"], mention["end"], None, str(mention["type"])))
