"""Time expressions: span and value."""

from __future__ import annotations

import re

from crisiskg.evaluation.matching import matched, overlap
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side
from crisiskg.evaluation.tallies import Mistake, Tally, Verdict

_WEEKS = re.compile(r"P(\d+)W\Z")


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare time expressions: `strict` asks for equal spans, `relaxed` for overlapping ones, `…_value` for equal values too."""
    del profile
    verdict = Verdict()
    for metric in ("strict", "relaxed"):
        pairs = matched(
            predicted.times,
            gold.times,
            (lambda one, other: (one["start"], one["end"]) == (other["start"], other["end"]))
            if metric == "strict"
            else (lambda one, other: overlap((one["start"], one["end"]), (other["start"], other["end"]))),
        )
        right = [pair for pair in pairs if same_value(predicted.times[pair[0]].get("value"), gold.times[pair[1]].get("value"))]
        verdict.tallies[metric] = Tally.matched(len(pairs), len(predicted.times), len(gold.times))
        verdict.tallies[f"{metric}_value"] = Tally.matched(len(right), len(predicted.times), len(gold.times))
    partner = {other: one for one, other in pairs}
    for place, time in enumerate(gold.times):
        said = predicted.times[partner[place]].get("value") if place in partner else None
        if place not in partner or not same_value(said, time.get("value")):
            shown = (str(said) if said else "no value") if place in partner else None
            verdict.mistakes.append(Mistake("times", time["start"], time["end"], str(time.get("value")), shown))
    for place, time in enumerate(predicted.times):
        if place not in partner.values():
            verdict.mistakes.append(Mistake("times", time["start"], time["end"], None, str(time.get("value"))))
    return verdict


def same_value(one: object, other: object) -> bool:
    """Say whether two values are equal, weeks counted in days; nothing equals nothing.

    >>> same_value("P2W", "P14D"), same_value(None, None)
    (True, False)
    """
    return bool(one) and _tidy(one) == _tidy(other)


def _tidy(value: object) -> str:
    text = str(value or "").strip().upper()
    weeks = _WEEKS.match(text)
    return f"P{int(weeks[1]) * 7}D" if weeks else text
