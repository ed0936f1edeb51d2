"""Trains the model that types names (crisiskg.annotation.name_types) and writes its weights into the package.

    python bench/train_name_types.py --shared DIR

DIR/gold holds the training sets: prose (CC0, ours), crossner-politics and crossner-other (MIT; CrossNER, Liu et al. 2021) and
redocred (MIT; Re-DocRED, Tan et al. 2022), train splits only. Their texts are not copied; the weights of words seen in at
least four documents are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from weights_list import write_list

from crisiskg.annotation.contract import read_line
from crisiskg.annotation.gazetteer import load_gazetteer
from crisiskg.annotation.name_spans import find_candidates, is_settled
from crisiskg.annotation.name_types import CLASSES, all_features, meaning
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.settings import load_settings

SETS = {"prose": 2.0, "crossner-politics": 1.5, "redocred": 1.0, "crossner-other": 0.5}
COARSE = {
    "State": "Place",
    "Place": "Place",
    "Person": "Person",
    "PopulationGroup": "PopulationGroup",
    "NamedEvent": "NamedEvent",
}
LEXICAL = ("last=", "first=", "end3=", "end4=", "start3=", "governor=", "noun=", "previous", "following")
DROPPED = 0.5
OUT = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data" / "name_types.json"


def examples(folder: Path):
    """Yield features, class, weight and document of each candidate."""
    language, gazetteer = load_language(), load_gazetteer(load_settings())
    number = 0
    for name, weight in SETS.items():
        lines = [
            line for line in (folder / "gold" / name / "train.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()
        ]
        golds = [json.loads(line) for line in lines]
        documents = [read_line(json.dumps({"id": "x", "text": gold["text"]})) for gold in golds]
        for gold, (document, doc) in zip(golds, read_docs(language, documents), strict=True):
            number += 1
            reading = Reading(document, doc)
            candidates = find_candidates(reading, gazetteer)
            spans = {}
            for mention in gold["mentions"]:
                if mention.get("kind", "name") == "name":
                    spans[(mention["start"], mention["end"])] = mention["type"], mention.get("label")
            for candidate, features in zip(candidates, all_features(doc, candidates, gazetteer), strict=True):
                if is_settled(candidate):
                    continue
                start = doc[candidate.start].idx
                end = doc[candidate.end - 1].idx + len(doc[candidate.end - 1])
                found = spans.get((start, end)) or spans.get((start - 4, end))
                if found is None:
                    near = [value for (a, b), value in spans.items() if a < end and start < b]
                    # The same last word: the span is off, the type is right. Elsewhere nothing is learnt from overlaps.
                    near_end = [value for (a, b), value in spans.items() if b == end and a < end]
                    if near and not near_end:
                        continue
                    found = near_end[0] if near_end else ("Other", None)
                kind = found[0]
                if kind is None:
                    kind = (
                        "Other"
                        if found[1] not in ("TIME", "NUM", "misc", "MISC", "event")
                        else ("Other" if found[1] == "TIME" else None)
                    )
                    if kind is None:
                        continue
                label = kind if kind == "Other" else COARSE.get(kind, "Organization")
                yield features, label, weight, number, meaning(doc, candidate)


def train(data, epochs: int = 14, rate: float = 0.25, decay: float = 2e-6):
    """Fit a multinomial logistic regression by AdaGrad; returns features and weights."""
    seen: dict[str, set[int]] = defaultdict(set)
    for features, _, _, number, _ in data:
        for feature in features:
            if len(seen[feature]) < 4:
                seen[feature].add(number)
    kept = {feature: index for index, feature in enumerate(sorted(f for f, documents in seen.items() if len(documents) >= 4))}
    rows = [
        (np.array([kept[f] for f in set(features) if f in kept]), CLASSES.index(label), weight, vector)
        for features, label, weight, _, vector in data
    ]
    size = next(len(vector) for *_, vector in data if vector is not None)
    dense, dense_squares, dense_total = (
        np.zeros((size, len(CLASSES))),
        np.full((size, len(CLASSES)), 1e-2),
        np.zeros((size, len(CLASSES))),
    )
    weights, squares = np.zeros((len(kept), len(CLASSES))), np.full((len(kept), len(CLASSES)), 1e-3)
    bias, order = np.zeros(len(CLASSES)), list(range(len(rows)))
    total = np.zeros_like(weights)
    steps = 0
    shuffle, chance = random.Random(7), np.random.default_rng(7)
    lexical = np.array([DROPPED if feature.startswith(LEXICAL) else 0.1 for feature in kept])
    for epoch in range(epochs):
        shuffle.shuffle(order)
        for number in order:
            index, label, weight, vector = rows[number]
            # Words are taken away half the time, so that the model learns to do without those that it knows.
            index = index[lexical[index] <= chance.random(len(index))]
            scores = bias + weights[index].sum(axis=0)
            if vector is not None:
                scores += vector @ dense
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            shares[label] -= 1.0
            step = weight * shares
            gradient = step + decay * 50 * weights[index]
            squares[index] += gradient**2
            weights[index] -= rate * 0.2 * gradient / np.sqrt(squares[index])
            bias -= 0.002 * step
            if vector is not None:
                turn = np.outer(vector, step) + 2e-5 * dense
                dense_squares += turn**2
                dense -= rate * 0.2 * turn / np.sqrt(dense_squares)
        if epoch >= epochs // 2:
            total += weights
            dense_total += dense
            steps += 1
    return kept, total / steps, dense_total / steps, bias


def main() -> None:
    """Train, report and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("CRISISKG_SHARED", "../shared")))
    arguments = parser.parse_args()
    data = list(examples(arguments.shared))
    print(len(data), Counter(label for _, label, *_ in data))
    kept, weights, dense, bias = train(data)
    scale = 100
    found = {
        feature: [int(value) for value in np.rint(weights[index] * scale)]
        for feature, index in kept.items()
        if np.abs(weights[index]).max() >= 0.06
    }
    OUT.write_text(
        json.dumps(
            {
                "about": "Weights of crisiskg.annotation.name_types, by bench/train_name_types.py",
                "trained_on": sorted(f"{name}/train" for name in SETS),
                "scale": scale,
                "classes": CLASSES,
                "bias": [round(float(value), 4) for value in bias],
                "dense": [[int(value) for value in np.rint(row * scale)] for row in dense],
                "weights": found,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).replace('],"', '],\n"')
        + "\n",
        encoding="utf-8",
    )
    write_list()
    print(len(found), OUT.stat().st_size)


if __name__ == "__main__":
    main()
