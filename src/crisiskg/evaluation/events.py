"""Events: triggers, arguments, and what is said of those that are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crisiskg.annotation.calibration import event_group
from crisiskg.evaluation.matching import matched, overlap
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict
from crisiskg.evaluation.times import same_value

Record = Mapping[str, Any]
_ROLES = ("actor", "recipient", "place")


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare events.

    `trigger`: the triggers overlap and the types are equal; `trigger_untyped`: they overlap. `arguments`: of such events the
    role, and any mention of the same gold entity. On found triggers `status`, `polarity`, `mode`, `time`; `kept_apart`
    is the share of what did not happen (planned, hypothetical, negated) that is not told as if it had.
    """
    verdict = Verdict()
    annotated = profile.event_types | {event["type"] for event in gold.events if event["type"]}
    events = [event for event in predicted.events if event["start"] is not None and event["type"] in annotated]
    wanted = [event for event in gold.events if event["start"] is not None]
    pairs = matched(events, wanted, lambda one, other: one["type"] == other["type"] and _touch(one, other) > 0)
    used, found = {one for one, _ in pairs}, {other for _, other in pairs}
    neutral = {
        place
        for place, event in enumerate(events)
        if place not in used and any(_touch(event, other) and (not other["type"] or other.get("optional")) for other in wanted)
    }
    needed = [place for place, event in enumerate(wanted) if event["type"] and (place in found or not event.get("optional"))]
    counted = len(events) - len(neutral)
    verdict.tallies["trigger"] = Tally.matched(len(pairs), counted, len(needed))
    untyped = matched(events, [wanted[place] for place in needed], _touch)
    verdict.tallies["trigger_untyped"] = Tally.matched(len(untyped), counted, len(needed))
    verdict.tallies["arguments"] = _arguments(gold, predicted, events, wanted, pairs, neutral, needed)
    _qualities(gold, predicted, wanted, verdict)
    for place, event in enumerate(events):
        if place in neutral:
            continue
        if isinstance(event.get("confidence"), int | float):
            judged = Judgement("events", event_group(), float(event["confidence"]), place in used)
            verdict.judgements.append(judged)
    _explain(verdict, events, wanted, used, found, neutral, needed)
    return verdict


def _touch(one: Record, other: Record) -> int:
    return overlap((one["start"], one["end"]), (other["start"], other["end"]))


def _gold_fillers(gold: Side, event: Record, role: str) -> list[dict[str, Any]]:
    """Return the fillers of a role in gold: spans, or ids of mentions as in predictions."""
    value = event.get(role) or []
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping) and isinstance(item.get("start"), int):
            found.append(dict(item))
        elif isinstance(item, str) and item in gold.by_id:
            mention = gold.by_id[item]
            found.append({"mention": item, "start": mention["start"], "end": mention["end"]})
    return found


def _arguments(
    gold: Side,
    predicted: Side,
    events: list[dict[str, Any]],
    wanted: list[dict[str, Any]],
    pairs: list[tuple[int, int]],
    neutral: set[int],
    needed: list[int],
) -> Tally:
    clusters = gold.clusters()

    def fits(candidate: tuple[str, dict[str, Any]], filler: tuple[str, dict[str, Any]]) -> bool:
        if not (filler[0] == candidate[0] or (filler[0] == "either" and candidate[0] != "place")):
            return False
        entity = (gold.by_id.get(filler[1].get("mention")) or {}).get("entity")
        return any(_touch(candidate[1], mention) for mention in clusters.get(entity, [filler[1]]))

    right = 0
    for one, other in pairs:
        candidates = [(role, mention) for role in _ROLES for mention in predicted.fillers(events[one], role)]
        fillers = [(role, item) for role in (*_ROLES, "either") for item in _gold_fillers(gold, wanted[other], role)]
        # Roles in the order actor, recipient, either, place, which decides between pairs that fit alike.
        fillers.sort(key=lambda filler: ("actor", "recipient", "either", "place").index(filler[0]))
        right += len(matched(candidates, fillers, fits))
    matched_gold = {other for _, other in pairs}
    total = sum(
        len(_gold_fillers(gold, wanted[place], role)) for place in {*needed, *matched_gold} for role in (*_ROLES, "either")
    )
    said = sum(
        len(predicted.fillers(event, role)) for place, event in enumerate(events) if place not in neutral for role in _ROLES
    )
    return Tally.matched(right, said, total)


def _qualities(gold: Side, predicted: Side, wanted: list[dict[str, Any]], verdict: Verdict) -> None:
    """Compare status, polarity, mode and time where triggers overlap, whatever their types."""
    events = [event for event in predicted.events if event["start"] is not None]
    pairs = matched(events, wanted, lambda one, other: (1 + (one["type"] == other["type"])) if _touch(one, other) else 0)
    right = dict.fromkeys(("status", "polarity", "mode", "time", "kept_apart"), 0)
    total = dict.fromkeys(right, 0)

    def note(metric: str, is_right: bool) -> None:
        total[metric] += 1
        right[metric] += is_right

    for one, other in pairs:
        said, true = events[one], wanted[other]
        for metric, default in (("status", "happened"), ("polarity", "positive")):
            if true.get(metric):
                note(metric, (said.get(metric) or default) == true[metric])
                verdict.confuse(f"{metric} of events", true[metric], said.get(metric) or default)
                if (said.get(metric) or default) != true[metric]:
                    verdict.mistakes.append(
                        Mistake("events", true["start"], true["end"], str(true[metric]), str(said.get(metric) or default))
                    )
        if true.get("mode"):
            note("mode", said.get("mode") == true["mode"])
        if true.get("time"):
            note("time", same_value(_time_of(predicted, said), _time_of(gold, true)))
        if not _is_fact(true):
            note("kept_apart", not _is_fact(said))
    verdict.tallies.update({metric: Tally.share(right[metric], total[metric]) for metric in right})


def _is_fact(event: Record) -> bool:
    is_real = (event.get("status") or "happened") in ("happened", "ongoing")
    return is_real and (event.get("polarity") or "positive") == "positive"


def _time_of(side: Side, event: Record) -> str | None:
    return next((time.get("value") for time in side.times if time["id"] == event.get("time")), None)


def _explain(
    verdict: Verdict,
    events: list[dict[str, Any]],
    wanted: list[dict[str, Any]],
    used: set[int],
    found: set[int],
    neutral: set[int],
    needed: list[int],
) -> None:
    """Note confusions of types and the mistakes, a mistaken type as one."""
    left = [place for place in range(len(events)) if place not in used and place not in neutral]
    missed = [place for place in needed if place not in found]
    crossed = matched([events[place] for place in left], [wanted[place] for place in missed], _touch)
    for place in found:
        verdict.confuse("types of events", wanted[place]["type"], wanted[place]["type"])
    for one, other in crossed:
        said, true = events[left[one]], wanted[missed[other]]
        verdict.confuse("types of events", true["type"], said["type"])
        verdict.mistakes.append(Mistake("events", true["start"], true["end"], true["type"], said["type"]))
    for place, event in enumerate(left):
        if place not in {one for one, _ in crossed}:
            verdict.confuse("types of events", None, events[event]["type"])
            verdict.mistakes.append(Mistake("events", events[event]["start"], events[event]["end"], None, events[event]["type"]))
    for place, event in enumerate(missed):
        if place not in {other for _, other in crossed}:
            verdict.confuse("types of events", wanted[event]["type"], None)
            verdict.mistakes.append(Mistake("events", wanted[event]["start"], wanted[event]["end"], wanted[event]["type"], None))
