"""Fits the calibration of confidences (crisiskg.annotation.calibration) and writes its curves into the package.

    python bench/fit_calibration.py --shared DIR [--measure SET …]

DIR/gold holds the sets. Fitted on prose/train (ours), the one training set on which every kind of prediction is labelled
throughout. Others were tried and left out: in redocred a relation is what Wikidata knows of an article of Wikipedia, far from
what a report says, and wikievents labels some events of each type only. The model that types names was trained on prose/train
too, so that names there are a little easier than new ones; `--measure` says what that comes to. No text is copied: a slope, a
shift for each group and a few points of a curve are kept.

A model is surer of texts that it was trained on than of others. training/train_reader.py --held-out keeps every tenth document
of a set back, from the first on; on these documents the curves are moved so that they are right on the whole. A reader that was
trained without --held-out must not be calibrated in this way. The model of relations learnt from all of prose/train: here it is
trained twice, on one half each, and reads the other half (needs scikit-learn).

Run it again whenever a stage of the reader changed. It prints the expected calibration error before, and after by
cross-validation over documents; `--measure prose/dev` says how the new curves do on sets that were not used.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import train_relations
from weights_list import DATA, write_list

from crisiskg.annotation import relation_model
from crisiskg.annotation.calibration import FILE, Curve, curves_from
from crisiskg.annotation.contract import to_json
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.relation_model import RelationModel
from crisiskg.evaluation import GoldDocument, Profile, evaluate, profile_of, read_gold
from crisiskg.evaluation.reliability import Reliability, reliability_of
from crisiskg.evaluation.tallies import Judgement
from crisiskg.settings import load_settings

#: Set → kinds of prediction that are fitted on it, and the weight of one of its predictions.
SETS: dict[str, dict[str, float]] = {
    "prose": {"mentions": 1.0, "links": 1.0, "relations": 1.0, "events": 1.0, "attributions": 1.0},
}
KINDS = ("mentions", "links", "relations", "events", "attributions")
#: Documents of one set that are read at most.
MOST = 250
#: Pull of a group towards the others, in predictions; least weight of a step of the curve.
PULL, STEP = 16.0, 40.0
FOLDS = 5
#: The learned reader has not seen every so-many-th document of a set, from the first on (training/train_reader.py --held-out).
UNSEEN = 10

Sample = tuple[int, float, Judgement]


@dataclass(frozen=True)
class Source:
    """Where annotations with the confidences of the stages come from.

    Attributes:
        pipeline: Annotates now.
        models: Models of relations that read the even and the odd documents; None means that of the package for all.
    """

    pipeline: Pipeline
    models: tuple[RelationModel, RelationModel] | None = None

    def annotations(self, golds: list[GoldDocument]) -> Iterator[tuple[GoldDocument, dict[str, Any]]]:
        found: dict[int, dict[str, Any]] = {}
        for half in (0, 1):
            own = self.models[half] if self.models is not None else relation_model.relation_model()
            with patch.object(relation_model, "relation_model", lambda own=own: own):
                numbers = range(half, len(golds), 2)
                readings = self.pipeline.readings(golds[number].document for number in numbers)
                found |= {number: to_json(reading.annotation()) for number, reading in zip(numbers, readings, strict=True)}
        for number, gold in enumerate(golds):
            yield gold, found[number]


def golds_of(shared: Path, name: str, split: str) -> list[GoldDocument]:
    """Return the documents of a set."""
    lines = (shared / "gold" / name / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")
    return [item for item in read_gold(lines) if isinstance(item, GoldDocument)][: MOST if split == "train" else None]


def judged(
    shared: Path, name: str, split: str, source: Source, tasks: tuple[str, ...] | None = None
) -> Iterator[list[Judgement]]:
    """Yield the judgements of each document of a set, on confidences as the stages give them."""
    golds = golds_of(shared, name, split)
    whole = profile_of(golds)
    wanted = whole.tasks if tasks is None else tuple(task for task in whole.tasks if task in tasks)
    profile = Profile(wanted, whole.mention_types, whole.kinds, whole.relation_types, whole.event_types)
    for gold, annotation in source.annotations(golds):
        yield list(evaluate([gold], {gold.id: annotation}, profile).judgements)


def logit(values: np.ndarray) -> np.ndarray:
    kept = np.clip(values, 0.01, 0.99)
    return np.log(kept / (1 - kept))


def fit(samples: list[Sample]) -> Curve:
    """Fit logistic regression with a shift for each group, then the monotone curve that fits best (isotonic regression)."""
    count = Counter(judgement.group for _, _, judgement in samples)
    groups = sorted(group for group, number in count.items() if number >= PULL)
    place = {group: number for number, group in enumerate(groups, start=2)}
    x = np.zeros((len(samples), 2 + len(groups)))
    x[:, 1] = 1.0
    x[:, 0] = logit(np.array([judgement.confidence for _, _, judgement in samples]))
    for row, (_, _, judgement) in enumerate(samples):
        if judgement.group in place:
            x[row, place[judgement.group]] = 1.0
    y = np.array([judgement.right for _, _, judgement in samples], dtype=float)
    weight = np.array([sample[1] for sample in samples])
    spread = float(np.average((x[:, 0] - np.average(x[:, 0], weights=weight)) ** 2, weights=weight))
    # A confidence that hardly differs says nothing of a slope.
    free = spread > 1e-3
    penalty = np.array([PULL / 4 if free else 1e6, 0.01, *[PULL / 4] * len(groups)])
    start = np.array([1.0 if free else 0.0, 0.0, *[0.0] * len(groups)])
    beta = start.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        gradient = x.T @ (weight * (y - p)) - penalty * (beta - np.where(np.arange(len(beta)) == 0, start, 0))
        hessian = (x.T * (weight * p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            break
    if beta[0] < 0:  # order within a group is kept or dropped, never turned round
        return fit([(document, heavy, Judgement(j.kind, j.group, 0.5, j.right)) for document, heavy, j in samples])
    flat = Curve(round(float(beta[0]), 4), round(float(beta[1]), 4), {g: round(float(beta[n]), 3) for g, n in place.items()})
    values = np.array([flat.logistic(judgement.confidence, judgement.group) for _, _, judgement in samples])
    return Curve(flat.slope, flat.intercept, flat.groups, isotonic(values, y, weight))


def isotonic(values: np.ndarray, right: np.ndarray, weight: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Return the knots of a monotone curve: pools of neighbours, none lighter than STEP, whose shares of right ones rise."""
    pools: list[list[float]] = [[0.0, 0.0, 0.0]]  # weight, weighted sum of values, weighted sum of right ones
    for index in np.argsort(values, kind="stable"):
        if pools[-1][0] >= STEP and values[index] > pools[-1][1] / pools[-1][0]:
            pools.append([0.0, 0.0, 0.0])
        w = float(weight[index])
        pools[-1] = [pools[-1][0] + w, pools[-1][1] + w * float(values[index]), pools[-1][2] + w * float(right[index])]
    if len(pools) > 1 and pools[-1][0] < STEP:
        last = pools.pop()
        pools[-1] = [one + other for one, other in zip(pools[-1], last, strict=True)]
    merged: list[list[float]] = []
    for pool in pools:  # pools of adjacent violators become one
        merged.append(pool)
        while len(merged) > 1 and merged[-2][2] / merged[-2][0] >= merged[-1][2] / merged[-1][0]:
            last = merged.pop()
            merged[-1] = [one + other for one, other in zip(merged[-1], last, strict=True)]
    if len(merged) < 2:
        return ()
    # A little towards one half, so that no pool claims to be never or always right.
    knots = {round(value / w, 3): round((good + 0.5) / (w + 1), 3) for w, value, good in merged}
    rising: list[tuple[float, float]] = []
    for x, y in sorted(knots.items()):
        rising.append((x, max(y, rising[-1][1]) if rising else y))
    return tuple(rising)


def calibrated(samples: list[Sample], curve: Curve) -> Reliability:
    """Return how reliable confidences are after calibration."""
    return reliability_of(
        "", [Judgement(j.kind, j.group, curve.calibrated(j.confidence, j.group), j.right) for _, _, j in samples]
    )


def moved(curve: Curve, samples: list[Sample]) -> tuple[Curve, float]:
    """Return a curve moved, in logits, to where it is right on the whole for unseen documents; and by how much."""
    p = np.array([curve.calibrated(j.confidence, j.group) for _, _, j in samples])
    y = np.array([j.right for _, _, j in samples], dtype=float)
    if not len(p):
        return curve, 0.0
    start, shift = logit(p), 0.0
    for _ in range(50):  # Newton's method, pulled towards no move at all
        q = 1 / (1 + np.exp(-(start + shift)))
        shift += float((np.sum(y - q) - shift * PULL / 4) / (np.sum(q * (1 - q)) + PULL / 4))
    if not curve.knots:
        return Curve(curve.slope, round(curve.intercept + shift, 4), curve.groups), shift
    knots = tuple((x, round(float(1 / (1 + np.exp(-(logit(np.array(value)) + shift)))), 3)) for x, value in curve.knots)
    return Curve(curve.slope, curve.intercept, curve.groups, knots), shift


def error(samples: list[Sample], curve: Curve | None) -> float:
    """Return the expected calibration error, unweighted."""
    return (reliability_of("", [j for _, _, j in samples]) if curve is None else calibrated(samples, curve)).error


def cross_validated(samples: list[Sample]) -> float:
    """Return the error of curves on documents on which they were not fitted."""
    documents = sorted({document for document, _, _ in samples})
    random.Random(7).shuffle(documents)
    fold = {document: number % FOLDS for number, document in enumerate(documents)}
    judged_again: list[Judgement] = []
    for number in range(FOLDS):
        curve = fit([sample for sample in samples if fold[sample[0]] != number])
        judged_again += [
            Judgement(j.kind, j.group, curve.calibrated(j.confidence, j.group), j.right)
            for document, _, j in samples
            if fold[document] == number
        ]
    return reliability_of("", judged_again).error


def main() -> int:
    """Fit, say how well, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("CRISISKG_SHARED", "shared")))
    parser.add_argument("--measure", nargs="*", default=[], metavar="SET", help="sets with a split, such as prose/dev")
    parser.add_argument("--out", type=Path, default=DATA / FILE)
    arguments = parser.parse_args()
    if not (arguments.shared / "gold").is_dir():
        print(f"no gold sets in {arguments.shared}: nothing to fit on; give their folder with --shared or CRISISKG_SHARED")
        return 0
    now, document = Source(Pipeline(load_settings())), 0
    texts = list(train_relations.texts(arguments.shared, ["prose"], MOST))
    threshold = float(relation_model.relation_model().thresholds.max())
    source = Source(now.pipeline, tuple(train_relations.model_of(texts[1 - half :: 2], threshold) for half in (0, 1)))
    samples: dict[str, list[Sample]] = defaultdict(list)
    unseen: dict[str, list[Sample]] = defaultdict(list)
    for name, weights in SETS.items():
        for number, judgements in enumerate(judged(arguments.shared, name, "train", source, tuple(weights))):
            document += 1
            for judgement in judgements:
                samples[judgement.kind].append((document, weights[judgement.kind], judgement))
                if number % UNSEEN == 0:
                    unseen[judgement.kind].append((document, 1.0, judgement))
    curves = {}
    print("expected calibration error, after by cross-validation; and what unseen documents move it by, in logits")
    print(f"{'kind':14}{'count':>8}{'before':>9}{'after':>9}{'unseen':>9}{'moved':>9}")
    for kind in KINDS:
        curves[kind], shift = moved(fit(samples[kind]), unseen[kind])
        folds = cross_validated(samples[kind])
        print(f"{kind:14}{len(samples[kind]):8}{error(samples[kind], None):9.3f}{folds:9.3f}{len(unseen[kind]):9}{shift:9.2f}")
    fitted = {
        "fitted_on": {name: sorted(weights) for name, weights in SETS.items()},
        "curves": {
            kind: {
                "slope": c.slope,
                "intercept": c.intercept,
                "groups": dict(c.groups),
                "knots": [list(knot) for knot in c.knots],
            }
            for kind, c in curves.items()
        },
    }
    curves_from(fitted)
    arguments.out.write_text(json.dumps(fitted, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_list()
    for place in arguments.measure:
        name, _, split = place.partition("/")
        measured: dict[str, list[Sample]] = defaultdict(list)
        for judgements in judged(arguments.shared, name, split or "dev", now):
            for judgement in judgements:
                measured[judgement.kind].append((0, 1.0, judgement))
        for kind, some in measured.items():
            after = calibrated(some, curves[kind])
            print(
                f"{place:18}{kind:14}{len(some):6}  before {error(some, None):.3f}  after {after.error:.3f}  "
                f"(a perfect one of this size: {after.chance:.3f})"
            )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
