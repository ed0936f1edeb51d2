"""Trains the model of relations between pairs of entities (crisiskg.annotation.relation_model) and writes its weights.

    python bench/train_relations.py --shared DIR            # choose the threshold on held-out parts, train, write
    python bench/train_relations.py --shared DIR --dry-run  # the figures only

DIR/gold holds the training sets: prose (CC0, ours) and redocred (MIT; Re-DocRED, Tan et al. 2022), train splits only. Their
texts are not copied; the weights belong to hashed features. Needs scikit-learn, which crisiskg itself does not need.

A set says nothing of types that it does not annotate: each type is learnt from the sets that have it. Examples of sets other than
prose carry a copy of the features of the pair as a whole that only they have, so that it is prose, which relates what its
text says, and not an encyclopedia, which relates all that is true, that says how often things are related.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from crisiskg.annotation.contract import read_line
from crisiskg.annotation.pair_features import PairReader
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.relation_writer import SYMMETRIC
from crisiskg.annotation.relations import find_by_rules
from crisiskg.settings import load_settings

OFFICES = "headOfState headOfGovernment ministerOf headOf memberOf spokespersonOf agentOf citizenOf"
TIES = "ministryOf agencyOf basedIn locatedIn partOf foundedBy against alliedWith borders capitalOf parentOf spouseOf"
#: Set → the types that it annotates, and how much one of its examples counts.
SETS = {
    "prose": (frozenset(f"{OFFICES} {TIES}".split()), 1.0),
    "redocred": (
        frozenset(
            ["locatedIn", "basedIn", "citizenOf", "memberOf", "partOf", "parentOf", "spouseOf", "headOfState", "headOfGovernment", "capitalOf", "foundedBy"]
        ),
        0.3,
    ),
}
FEWEST = 6
FOLDS = 5
OUT = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data" / "relation_model.npz"


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
    types = SETS[name][0]
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
