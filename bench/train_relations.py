"""Trains the model of relations between pairs of entities (crisiskg.annotation.relation_model) and writes its weights.

    python bench/train_relations.py --shared DIR            # choose the threshold on held-out parts, train, write
    python bench/train_relations.py --shared DIR --dry-run  # the figures only

DIR/gold holds the training set: prose (CC0, ours), the train split only. Its texts are not copied; the weights belong to hashed
features. Needs scikit-learn, which crisiskg itself does not need. redocred was tried beside it and changed nothing: it relates
all that is true, not what its text says.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from weights_list import write_list

from crisiskg.annotation.contract import read_line
from crisiskg.annotation.pair_features import ROWS, PairReader
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.relation_model import CARD, WEIGHTS, RelationModel
from crisiskg.annotation.relation_writer import SYMMETRIC
from crisiskg.annotation.relations import find_by_rules
from crisiskg.settings import load_settings

OFFICES = "headOfState headOfGovernment ministerOf headOf memberOf spokespersonOf agentOf citizenOf"
TIES = "ministryOf agencyOf basedIn locatedIn partOf foundedBy against alliedWith borders capitalOf parentOf spouseOf"
#: Set → the types that it annotates.
SETS = {"prose": frozenset(f"{OFFICES} {TIES}".split())}
#: A type is learnt from so many examples at least, a feature from so many texts.
FEWEST, FEWEST_TEXTS = 6, 3
#: Inverse of the strength of the penalty on large weights.
LOOSENESS = 3.0
FOLDS = 3
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
OUT = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data"


@dataclass
class Text:
    """One training text: its pairs, what is right, and what the rules said."""

    set: str
    rows: list[tuple[int, ...]] = field(default_factory=list)
    labels: list[frozenset[str]] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    gold: set[tuple[str, str, str]] = field(default_factory=set)
    ruled: dict[tuple[str, str, str], float] = field(default_factory=dict)


def key(type_: str, head: str, tail: str) -> tuple[str, str, str]:
    """Return what makes two statements of a relation the same."""
    if type_ in SYMMETRIC and tail < head:
        head, tail = tail, head
    return type_, head, tail


def aligned(reading: Reading, gold: dict) -> dict[str, str]:
    """Return the gold entity that each entity found stands for: the one with most mentions in the same places."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    spans = [(m["start"], m["end"], m["entity"], m.get("kind", "name")) for m in gold["mentions"] if m.get("entity") is not None]
    for mention in reading.mentions:
        if mention.entity is None:
            continue
        for start, end, entity, kind in spans:
            if start < mention.end and mention.start < end:
                if abs(start - mention.start) <= 4 and abs(end - mention.end) <= 2:
                    votes[mention.entity][entity] += 2
                elif kind == "name" and mention.kind == "name":
                    votes[mention.entity][entity] += 1
    return {entity: counts.most_common(1)[0][0] for entity, counts in votes.items()}


def texts(folder: Path, names: list[str], limit: int = 0):
    """Yield the training texts."""
    pipeline = Pipeline(load_settings())
    pipeline._stages = [
        stage for stage in pipeline.stages if stage.__name__ in ("find_times", "infer_publication", "find_quantities")
    ]
    for name in names:
        lines = (folder / "gold" / name / "train.jsonl").read_text(encoding="utf-8").split("\n")
        golds = [json.loads(line) for line in lines if line.strip()]
        golds = golds[:limit] if limit else golds
        documents = [
            read_line(json.dumps({"id": "x", "text": gold["text"], "published": gold.get("published")})) for gold in golds
        ]
        for gold, reading in zip(golds, pipeline.readings(documents), strict=True):
            yield read_text(name, gold, reading)


def read_text(name: str, gold: dict, reading: Reading) -> Text:
    """Return one training text."""
    best = aligned(reading, gold)
    types = SETS[name]
    found = Text(name)
    found.gold = {key(r["type"], r["head"], r["tail"]) for r in gold["relations"] if r["type"] in types}
    between: dict[tuple[str, str], set[str]] = defaultdict(set)
    for type_, head, tail in found.gold:
        between[head, tail].add(type_)
        between[tail, head].add(type_ if type_ in SYMMETRIC else f"~{type_}")
    writer = find_by_rules(reading)
    for relation in writer.relations.values():
        head, tail = best.get(relation.head, f"?{relation.head}"), best.get(relation.tail, f"?{relation.tail}")
        if relation.type in types and head != tail:
            same = key(relation.type, head, tail)
            found.ruled[same] = max(found.ruled.get(same, 0.0), relation.confidence)
    for pair in PairReader(writer).pairs():
        one, other = pair.first.entity or "", pair.second.entity or ""
        head, tail = best.get(one, f"?{one}"), best.get(other, f"?{other}")
        if head == tail:
            continue
        found.rows.append(pair.features)
        found.labels.append(frozenset(between.get((head, tail), ())))
        found.pairs.append((head, tail))
    return found


def matrix(found: list[Text]):
    """Return the features of all pairs of some texts, one row a pair."""
    from scipy.sparse import csr_matrix

    rows = [row for text in found for row in text.rows]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    index = np.array([number for row in rows for number in row])
    return csr_matrix((np.ones(len(index), np.float32), index, ends), shape=(len(rows), ROWS))


def fit(found: list[Text]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Fit one logistic regression for each type; returns types, weights (one column a type) and biases."""
    from sklearn.linear_model import LogisticRegression

    texts_with = Counter(feature for text in found for feature in {number for row in text.rows for number in row})
    kept = np.array(sorted(feature for feature, count in texts_with.items() if count >= FEWEST_TEXTS))
    counts = Counter(label for text in found for labels in text.labels for label in labels)
    types = sorted(label for label, count in counts.items() if count >= FEWEST)
    columns = matrix(found)[:, kept]
    weights, bias = np.zeros((ROWS, len(types)), np.float32), np.zeros(len(types), np.float32)
    for number, type_ in enumerate(types):
        right = np.array([type_ in labels for text in found for labels in text.labels])
        model = LogisticRegression(C=LOOSENESS, solver="liblinear", random_state=0).fit(columns, right)
        weights[kept, number], bias[number] = model.coef_[0], model.intercept_[0]
    return types, weights, bias


def model_of(found: list[Text], threshold: float) -> RelationModel:
    """Return a model of some texts, in full precision."""
    types, weights, bias = fit(found)
    return RelationModel(tuple(types), weights, bias, np.full(len(types), threshold, np.float32))


def said(text: Text, types: list[str], probabilities: np.ndarray, threshold: float) -> set[tuple[str, str, str]]:
    """Return the relations that a model finds in a text from a probability on."""
    found = set()
    for number, column in zip(*np.nonzero(probabilities >= threshold), strict=True):
        one, other = text.pairs[number]
        type_ = types[column]
        found.add(key(type_[1:], other, one) if type_.startswith("~") else key(type_, one, other))
    return found


def f1(pairs: list[tuple[set, set]]) -> float:
    """Return the micro F1 of sets found beside the right ones."""
    right = sum(len(found & gold) for found, gold in pairs)
    return 2 * right / max(sum(len(found) + len(gold) for found, gold in pairs), 1)


def choose_threshold(found: list[Text]) -> float:
    """Return the threshold at which rules and model together are best on parts held out in turn; print the figures."""
    held: list[tuple[Text, list[str], np.ndarray]] = []
    for fold in range(FOLDS):
        types, weights, bias = fit([text for number, text in enumerate(found) if number % FOLDS != fold])
        for text in found[fold::FOLDS]:
            held.append((text, types, 1 / (1 + np.exp(-(matrix([text]) @ weights + bias)))))
    print(f"rules alone {f1([(set(text.ruled), text.gold) for text in found]):.3f}")
    figures = {}
    for threshold in THRESHOLDS:
        figures[threshold] = f1([(said(t, types, p, threshold) | set(t.ruled), t.gold) for t, types, p in held])
        print(f"with the model from {threshold} on {figures[threshold]:.3f}")
    return max(THRESHOLDS, key=lambda threshold: figures[threshold])


def main() -> None:
    """Train, report and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("CRISISKG_SHARED", "../shared")))
    parser.add_argument("--dry-run", action="store_true", help="print the figures on held-out parts and write nothing")
    arguments = parser.parse_args()
    found = list(texts(arguments.shared, list(SETS)))
    threshold = choose_threshold(found)
    if arguments.dry_run:
        return
    types, weights, bias = fit(found)
    scale = float(np.abs(weights).max()) / 127
    np.savez_compressed(
        OUT / WEIGHTS,
        types=np.array(types),
        weights=np.rint(weights / scale).astype(np.int8),
        scale=np.float32(scale),
        bias=bias,
        thresholds=np.full(len(types), threshold, np.float32),
    )
    card = {
        "about": "Weights of crisiskg.annotation.relation_model, by bench/train_relations.py",
        "trained_on": [f"{name}/train" for name in SETS],
        "types": types,
        "threshold": threshold,
    }
    write_list()
    (OUT / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(len(types), (OUT / WEIGHTS).stat().st_size)


if __name__ == "__main__":
    main()
