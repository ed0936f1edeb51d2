"""Links to Wikidata: same span and same item."""

from __future__ import annotations

from typing import Any

from crisiskg.annotation.calibration import link_group
from crisiskg.evaluation.matching import Span
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side, coarse
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare links of names.

    `end_to_end` counts spans with the right item, of entities whose type is of the contract (`any_type`: of all); `accuracy`
    is the share of right items among the names whose span was found; `qids` the share of the items of a document that
    are given anywhere in it. Where gold has no item and does not say `"nil": true` either, a link is neither right nor wrong.
    """
    del profile
    verdict = Verdict()
    names = {id(mention) for mention in gold.of_kind("name")}
    given: dict[Span, dict[str, Any]] = {}
    spans = set()
    for mention in predicted.mentions:
        spans.add(mention["span"])
        entity = predicted.entity_of(mention)
        if entity.get("wikidata") and mention["span"] not in given:
            given[mention["span"]] = {**entity, "start": mention["start"], "end": mention["end"]}
    for metric in ("end_to_end", "any_type"):
        wanted: dict[Span, str] = {}
        neutral = set()
        for mention in gold.mentions:
            entity = gold.entity_of(mention)
            asked = id(mention) in names and not mention.get("optional")
            asked = asked and (metric == "any_type" or coarse(mention["type"]) is not None)
            if asked and entity.get("wikidata"):
                wanted[mention["span"]] = entity["wikidata"]
            elif not asked or not entity.get("nil"):
                neutral.add(mention["span"])
        counted = {span: entity for span, entity in given.items() if span in wanted or span not in neutral}
        right = {span for span, entity in counted.items() if wanted.get(span) == entity["wikidata"]}
        verdict.tallies[metric] = Tally.matched(len(right), len(counted), len(wanted))
        if metric == "any_type":
            continue
        items = set(wanted.values())
        all_given = {entity.get("wikidata") for entity in predicted.entities.values()}
        verdict.tallies["accuracy"] = Tally.share(len(right), sum(span in spans for span in wanted))
        verdict.tallies["qids"] = Tally.share(len(items & all_given), len(items))
        for span, entity in counted.items():
            if isinstance(entity.get("score"), int | float):
                verdict.judgements.append(
                    Judgement("links", link_group(str(entity["type"])), float(entity["score"]), span in right)
                )
            if span not in right:
                verdict.mistakes.append(Mistake("links", entity["start"], entity["end"], wanted.get(span), entity["wikidata"]))
        for span in wanted.keys() & spans - counted.keys():
            verdict.mistakes.append(Mistake("links", *span, wanted[span], None))
    return verdict
