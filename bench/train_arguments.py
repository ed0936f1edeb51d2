"""Trains the model of who takes part in events (crisiskg.annotation.argument_model) and writes its weights into the package.

    python bench/train_arguments.py --shared DIR

DIR/gold holds the training sets: prose (CC0, ours) and wikievents (MIT; Li et al. 2021; the labels as converted are noisy and
weigh less), train splits only. Their texts are not copied; the weights of features seen in at least three documents are kept.
Prints what held-out documents say first: shares of roles found by the rules alone, and by the model on top.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from weights_list import write_list

from crisiskg.annotation import pipeline as stages
from crisiskg.annotation.argument_model import ROLES, ArgumentWeigher
from crisiskg.annotation.contract import read_line
from crisiskg.annotation.event_types import settle_types
from crisiskg.annotation.events import EventFinder
from crisiskg.annotation.reading import Reading
from crisiskg.settings import load_settings

SETS = {"prose": 1.0, "wikievents": 0.3}
FOLDS, EPOCHS, DECAY, RATE, SEED = 5, 4, 3e-3, 0.03, 7
SCALE = 100
OUT = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data" / "argument_weights.json"


@dataclass
class Example:
    """One mention beside one trigger.

    Attributes:
        features: What the model sees.
        role: Number of the right role.
        rule: Number of the role that the rules give.
        weight: How much it counts.
        document: Number of its document.
        missed: Arguments of the event that no mention of the sentence stands for, noted at its first mention.
    """

    features: list[str]
    role: int
    rule: int
    weight: float
    document: int
    missed: int = 0


def overlap(a: dict, b: dict) -> float:
    """Return the shared characters of two spans beside those of both (Dice)."""
    shared = min(a["end"], b["end"]) - max(a["start"], b["start"])
    return 2 * shared / (a["end"] - a["start"] + b["end"] - b["start"]) if shared > 0 else 0.0


def examples_of(reading: Reading, gold: dict, weight: float, number: int) -> Iterator[Example]:
    """Yield the examples of one document: the mentions beside each trigger whose type the gold has too."""
    finder = EventFinder(reading)
    weigher = ArgumentWeigher(finder.grammar, finder.index)
    used: set[int] = set()
    for candidate in settle_types(finder.candidates.find(), finder.grammar, finder.index):
        span = dict(zip(("start", "end"), finder.syntax.span(candidate.token, candidate.token), strict=True))
        event = next(
            (i for i, e in enumerate(gold["events"]) if i not in used and e["type"] == candidate.type and overlap(e, span)), None
        )
        if event is None or candidate.type is None:
            continue
        used.add(event)
        arguments = finder.arguments.read(candidate.token, candidate.trigger, candidate.support)
        finder.places.read(candidate.token, candidate.support, arguments, candidate.trigger)
        wanted = [(r, x) for r in ROLES[1:] for x in gold["events"][event].get(r) or []]
        both = gold["events"][event].get("either") or []
        beside = weigher.examples(candidate, arguments)
        labels = [0] * len(beside)
        missed = 0
        for role, argument in [*wanted, *(("actor", x) for x in both)]:
            near = [(overlap(argument, {"start": m.start, "end": m.end}), i) for i, (m, _) in enumerate(beside)]
            score, best = max(near, default=(0.0, -1))
            if score > 0.15:
                labels[best] = ROLES.index(role)
            else:
                missed += 1
        for (mention, features), label in zip(beside, labels, strict=True):
            rule = 1 if mention in arguments.actor else 2 if mention in arguments.recipient else 0
            yield Example(features, label, rule, weight, number, missed)
            missed = 0


def train(examples: list[Example]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return weights by feature and the bias: multinomial logistic regression by Adagrad, with weight decay."""
    documents: dict[str, set[int]] = {}
    for example in examples:
        for feature in example.features:
            documents.setdefault(feature, set()).add(example.document)
    names = sorted(feature for feature, seen in documents.items() if len(seen) >= 3)
    index = {feature: i for i, feature in enumerate(names)}
    rows = [np.array([index[f] for f in e.features if f in index], dtype=np.int64) for e in examples]
    weights, bias = np.zeros((len(names), len(ROLES))), np.zeros(len(ROLES))
    squares, bias_squares = np.full_like(weights, 1e-3), np.full_like(bias, 1e-3)
    generator = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        for i in generator.permutation(len(examples)):
            example, row = examples[i], rows[i]
            logits = bias + weights[row].sum(axis=0)
            share = np.exp(logits - logits.max())
            share /= share.sum()
            share[example.role] -= 1.0
            gradient = share * example.weight
            here = gradient + DECAY * weights[row]
            squares[row] += here**2
            weights[row] -= RATE * here / np.sqrt(squares[row])
            bias_squares += gradient**2
            bias -= RATE * gradient / np.sqrt(bias_squares)
    return dict(zip(names, weights, strict=True)), bias


def figures(examples: list[Example], roles: list[int]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of roles over the examples of full weight."""
    counts: Counter[str] = Counter()
    for example, role in zip(examples, roles, strict=True):
        if example.weight < 1:
            continue
        counts["gold"] += (example.role > 0) + example.missed
        counts["given"] += role > 0
        counts["right"] += role > 0 and role == example.role
    precision, recall = counts["right"] / max(counts["given"], 1), counts["right"] / max(counts["gold"], 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def shares(examples: list[Example], weights: dict[str, np.ndarray], bias: np.ndarray) -> np.ndarray:
    """Return the probability of each role for each example."""
    zero = np.zeros(len(ROLES))
    logits = np.array([bias + sum((weights.get(f, zero) for f in e.features), zero) for e in examples])
    scaled = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: np.ndarray = scaled / scaled.sum(axis=1, keepdims=True)
    return found


def held_out(examples: list[Example]) -> None:
    """Print the figures of documents that each fold leaves out, for several thresholds."""
    tested: list[Example] = []
    found: list[np.ndarray] = []
    for fold in range(FOLDS):
        rest = [e for e in examples if e.document % FOLDS != fold]
        part = [e for e in examples if e.document % FOLDS == fold and e.weight >= 1]
        tested += part
        found.append(shares(part, *train(rest)))
    probabilities = np.concatenate(found)
    print("rules alone      P {:.3f} R {:.3f} F1 {:.3f}".format(*figures(tested, [e.rule for e in tested])))
    best = probabilities[:, 1:].argmax(axis=1) + 1
    top = probabilities[:, 1:].max(axis=1)
    for enough in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55):
        roles = [e.rule or (int(b) if t >= enough else 0) for e, b, t in zip(tested, best, top, strict=True)]
        print(f"model from {enough:.2f}  P {{:.3f}} R {{:.3f}} F1 {{:.3f}}".format(*figures(tested, roles)))


def readings(folder: Path) -> Iterator[tuple[Reading, dict, float]]:
    """Yield the documents of the training sets, read up to the events, with gold and weight."""
    stages.STAGES = tuple(stage for stage in stages.STAGES if stage[0] != "events")
    reader = stages.Pipeline(load_settings())
    for name, weight in SETS.items():
        lines = [
            line for line in (folder / "gold" / name / "train.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()
        ]
        golds = [json.loads(line) for line in lines]
        kept = ("id", "text", "published")
        documents = [read_line(json.dumps({k: v for k, v in gold.items() if k in kept})) for gold in golds]
        for reading, gold in zip(reader.readings(documents), golds, strict=True):
            yield reading, gold, weight


def write(examples: list[Example], out: Path) -> None:
    """Train on all examples and write the weights that matter as whole numbers."""
    weights, bias = train(examples)
    kept = {f: [round(float(n) * SCALE) for n in row] for f, row in weights.items() if np.abs(row).max() >= 0.05}
    content = {
        "trained_on": sorted(f"{name}/train" for name in SETS),
        "roles": list(ROLES),
        "seed": SEED,
        "scale": SCALE,
        "bias": [round(float(n), 4) for n in bias],
        "weights": kept,
    }
    out.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    write_list()
    print(f"{len(kept)} features, {out.stat().st_size // 1024} KB")


def main() -> int:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("CRISISKG_SHARED") or Path(__file__).parent.parent.parent / "shared")
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    found: list[Example] = []
    for number, (reading, gold, weight) in enumerate(readings(arguments.shared)):
        found += examples_of(reading, gold, weight, number)
    print(f"{len(found)} examples")
    held_out(found)
    write(found, arguments.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
