"""Makes probabilities of the confidences that the stages give.

The stages order what they find by how sure they are; how often such a thing is right was counted on texts labelled for training
(`bench/fit_calibration.py`), and is looked up here: a slope and a shift for each group of predictions, then a monotone curve.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from crisiskg.annotation.records import Annotation
from crisiskg.annotation.weights import read_weights
from crisiskg.errors import ModelUnavailable

FILE = "calibration.json"
#: Confidences are kept this far from 0 and 1, where a logarithm ends.
_EDGE = 0.01


def mention_group(kind: str, type_: str) -> str:
    """Return the group of a mention.

    >>> mention_group("name", "State")
    'name State'
    """
    return f"{kind} {type_}"


def link_group(type_: str) -> str:
    """Return the group of a link: the type of its entity."""
    return type_


def relation_group(type_: str) -> str:
    """Return the group of a relation: its type."""
    return type_


def event_group() -> str:
    """Return the group of an event: all are one, or types would turn round the order that tells what a document is about."""
    return "event"


def attribution_group(author: bool, has_source: bool) -> str:
    """Return the group of an attribution.

    >>> attribution_group(False, True)
    'source'
    """
    return "author" if author else "source" if has_source else "nobody"


@dataclass(frozen=True, slots=True)
class Curve:
    """Calibration of one kind of prediction.

    Attributes:
        slope: Factor of the logit of a confidence; not negative, so that order within a group is kept.
        intercept: Shift of the logit.
        groups: Further shift by group; 0 for those that are not named.
        knots: Points (probability of the logistic part, calibrated probability), ascending in both, joined by straight lines;
            empty leaves the logistic part as it is.
    """

    slope: float
    intercept: float
    groups: Mapping[str, float]
    knots: tuple[tuple[float, float], ...] = ()

    def logistic(self, confidence: float, group: str) -> float:
        """Return the probability before the curve, in (0, 1)."""
        kept = min(max(confidence, _EDGE), 1 - _EDGE)
        shifted = self.slope * math.log(kept / (1 - kept)) + self.intercept + self.groups.get(group, 0.0)
        return 1 / (1 + math.exp(-shifted))

    def calibrated(self, confidence: float, group: str) -> float:
        """Return the probability that a prediction is right, in [0, 1], to three places.

        Args:
            confidence: What its stage says, in [0, 1].
            group: Group of the prediction.

        >>> Curve(1.0, 0.0, {"rare": -1.0}).calibrated(0.5, "rare")
        0.269
        """
        value = self.logistic(confidence, group)
        if self.knots:
            value = _on_curve(self.knots, value)
        return round(min(max(value, 0.0), 1.0), 3)


def _on_curve(knots: tuple[tuple[float, float], ...], value: float) -> float:
    place = bisect_right(knots, value, key=lambda knot: knot[0])
    if place == 0:
        return knots[0][1]
    if place == len(knots):
        return knots[-1][1]
    (x0, y0), (x1, y1) = knots[place - 1], knots[place]
    return y0 + (y1 - y0) * (value - x0) / (x1 - x0)


def curves_from(found: Mapping[str, Any]) -> dict[str, Curve]:
    """Make curves of what a file of weights holds.

    Raises:
        ModelUnavailable: it is not of that form, or a curve would turn an order round.
    """
    made = {}
    try:
        for kind, item in found["curves"].items():
            knots = tuple((float(x), float(y)) for x, y in item["knots"])
            slope = float(item["slope"])
            groups = {str(name): float(shift) for name, shift in item["groups"].items()}
            if slope < 0 or any(right[0] <= left[0] or right[1] < left[1] for left, right in pairwise(knots)):
                raise ValueError(f"the curve of {kind} falls")
            made[kind] = Curve(slope, float(item["intercept"]), groups, knots)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"the calibration of this installation cannot be used: {error}") from error
    return made


@cache
def load_curves() -> dict[str, Curve]:
    """Return the curves of this installation, by kind: mentions, links, relations, events, attributions.

    Raises:
        ModelUnavailable: the file is missing or not the expected one.
    """
    return curves_from(json.loads(read_weights(FILE)))


def calibrate(annotation: Annotation, curves: Mapping[str, Curve] | None = None) -> Annotation:
    """Return an annotation with probabilities in the place of its confidences; nothing else changes.

    Args:
        annotation: What the stages found.
        curves: Curves by kind; None means those of this installation. A kind without one stays as it is.
    """
    known = load_curves() if curves is None else curves
    changed: dict[str, Any] = {}
    if curve := known.get("mentions"):
        changed["mentions"] = tuple(
            replace(item, confidence=curve.calibrated(item.confidence, mention_group(item.kind, item.type)))
            for item in annotation.mentions
        )
    if curve := known.get("links"):
        changed["entities"] = tuple(
            item if item.score is None else replace(item, score=curve.calibrated(item.score, link_group(item.type)))
            for item in annotation.entities
        )
    if curve := known.get("relations"):
        changed["relations"] = tuple(
            replace(item, confidence=curve.calibrated(item.confidence, relation_group(item.type)))
            for item in annotation.relations
        )
    if curve := known.get("events"):
        changed["events"] = tuple(
            replace(item, confidence=curve.calibrated(item.confidence, event_group())) for item in annotation.events
        )
    if curve := known.get("attributions"):
        changed["attributions"] = tuple(
            replace(item, confidence=curve.calibrated(item.confidence, attribution_group(item.author, item.source is not None)))
            for item in annotation.attributions
        )
    return replace(annotation, **changed)
