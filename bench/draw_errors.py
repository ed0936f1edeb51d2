"""Draws errors of reading at random from the developers' gold sets, to be labelled by cause (docs/error-analysis.md).

    python bench/draw_errors.py --shared DIR [--number 200] [--seed 20261123] [--documents 20] [--out errors.tsv]

DIR/gold holds the sets; without it there is nothing to do. Of each set some documents are drawn, read, and compared with gold.
The differences are drawn in equal numbers for each task, and within a task from the sets in turn, so that no large set and no
frequent task has all of them. Differences of a task at the same words of a document count once. The same seed and the same
reader draw the same errors.

The table has a line for each error: set, document, start, end, task, what gold has, what we have, and the sentence with the words
at fault in 【…】. It holds texts that may not be passed on: write it outside of the project. On standard error stands how many
errors of each task there were to draw from.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crisiskg.annotation.contract import to_json
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.evaluation import (
    GoldDocument,
    attributions,
    events,
    links,
    mentions,
    places,
    profile_of,
    read_gold,
    relations,
    times,
)
from crisiskg.evaluation.matching import matched, overlap
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side
from crisiskg.settings import load_settings

DEFAULT = Path(os.environ.get("CRISISKG_SHARED") or Path(__file__).parent.parent.parent / "shared")
#: Tasks in the order of the table.
TASKS = (
    "mentions",
    "links",
    "relations",
    "events",
    "status",
    "participants",
    "times",
    "attributions",
    "coreference",
    "places",
)
#: Sets with their split and what each was annotated for. Sets whose gold has no spans (hrdsattack, muc4) are not here: an error
#: in them has no sentence.
SETS: dict[str, tuple[str, frozenset[str]]] = {
    "cameo": ("train", frozenset({"participants"})),
    "crossner-politics": ("dev", frozenset({"mentions"})),
    "crossre-politics": ("dev", frozenset({"relations"})),
    "dwie": ("dev", frozenset({"mentions", "links", "relations", "coreference"})),
    "lgl": ("dev", frozenset({"places"})),
    "meantime": ("dev", frozenset({"mentions", "links", "participants", "times", "coreference"})),
    "oke": ("dev", frozenset({"links"})),
    "polnear": ("dev", frozenset({"attributions"})),
    "prose": ("dev", frozenset(TASKS) - {"links", "places"}),
    "re3d": ("dev", frozenset({"mentions", "relations"})),
    "reuters-128": ("dev", frozenset({"mentions", "links"})),
    "wikievents": ("dev", frozenset({"mentions", "events", "participants", "coreference"})),
}
_SCORES = {
    "mentions": mentions.score,
    "links": links.score,
    "relations": relations.score,
    "events": events.score,
    "times": times.score,
    "attributions": attributions.score,
    "places": places.score,
}
_STATUSES = frozenset({"happened", "ongoing", "planned", "hypothetical", "positive", "negative"})
_ROLES = ("actor", "recipient")
#: Roles of a set whose participants are those of PropBank.
_NUMBERED = {"Arg0": "actor", "Arg1": "recipient"}


@dataclass(frozen=True, order=True)
class Error:
    """One difference from gold, with where it is, what both sides say, and its sentence."""

    dataset: str
    document: str
    start: int
    end: int
    task: str
    gold: str
    ours: str
    sentence: str = ""


def errors_of(
    dataset: str, document: GoldDocument, record: Mapping[str, Any], tasks: frozenset[str], profile: Profile
) -> Iterator[Error]:
    """Compare one document with gold and yield the differences of the tasks, each once."""
    text, scope = document.document.text, document.record.get("scope")
    gold, said = Side(document.record, text), Side(record, text, (scope[0], scope[1]) if scope else None)
    found: list[tuple[str, int, int, str, str]] = []
    for task, score in _SCORES.items():
        if task in tasks:
            for mistake in score(gold, said, profile).mistakes:
                is_status = task == "events" and mistake.gold in _STATUSES
                found.append(
                    ("status" if is_status else task, mistake.start, mistake.end, mistake.gold or "—", mistake.predicted or "—")
                )
    if "places" in tasks:
        found += unrecognized(gold, said)
    if "participants" in tasks:
        found += participants(gold, said)
    if "coreference" in tasks:
        found += antecedents(gold, said)
    bounds = sorted(tuple(span) for span in record.get("sentences") or [(0, len(text))])
    starts = [start for start, _ in bounds]
    for task, start, end, theirs, ours in dict.fromkeys(found):
        first, last = bounds[max(bisect_right(starts, start) - 1, 0)]
        last = max(last, end)
        shown = f"{text[first:start]}【{text[start:end]}】{text[end:last]}"
        yield Error(dataset, document.id, start, end, task, theirs, ours, " ".join(shown.split()))


def unrecognized(gold: Side, said: Side) -> Iterator[tuple[str, int, int, str, str]]:
    """Yield places and states of gold that have no mention of ours, and ours that gold does not have."""
    theirs = {m["span"]: m for m in gold.mentions}
    ours = {m["span"]: m for m in said.of_kind("name") if m["type"] in ("Place", "State")}
    for one, other, sides in ((theirs, ours, ("a place", "—")), (ours, theirs, ("—", "a place"))):
        for span in one.keys() - other.keys():
            yield "places", *span, *sides


def participants(gold: Side, said: Side) -> Iterator[tuple[str, int, int, str, str]]:
    """Yield missed and wrong actors and recipients of the events that were found.

    Gold without triggers has one event in its text: what any event says of actor and recipient counts there.
    """
    clusters = gold.clusters()

    def spans(item: Mapping[str, Any]) -> list[tuple[int, int]]:
        entity = (gold.by_id.get(item.get("mention")) or {}).get("entity")
        return [(m["start"], m["end"]) for m in clusters.get(entity, [item])]

    triggered = [event for event in gold.events if event["start"] is not None]
    if triggered:
        ours = [event for event in said.events if event["start"] is not None]
        pairs = [
            ([ours[one]], triggered[other])
            for one, other in matched(
                ours,
                triggered,
                lambda a, b: overlap((a["start"], a["end"]), (b["start"], b["end"])) * (a["type"] == b["type"] or not b["type"]),
            )
        ]
    else:
        pairs = [(said.events, event) for event in gold.events]
    for events_said, event in pairs:
        wanted: dict[str, list[Mapping[str, Any]]] = {role: list(event.get(role) or []) for role in (*_ROLES, "either")}
        for item in event.get("participants") or []:
            if item.get("role") in _NUMBERED:
                wanted[_NUMBERED[item["role"]]].append(item)
        if not any(wanted.values()):
            continue
        trigger = event.get("text") or "the event"
        for role in _ROLES:
            fillers = [m for one in events_said for m in said.fillers(one, role)]
            for item in wanted[role]:
                if not any(overlap(span, (m["start"], m["end"])) for span in spans(item) for m in fillers):
                    shown = "; ".join(dict.fromkeys(m["text"] for m in fillers)) or "—"
                    yield "participants", item["start"], item["end"], f"{role} of “{trigger}”", shown
            possible = [span for item in (*wanted[role], *wanted["either"]) for span in spans(item)]
            for m in fillers:
                if triggered and not any(overlap(span, (m["start"], m["end"])) for span in possible):
                    yield "participants", m["start"], m["end"], f"not {role} of “{trigger}”", role


def antecedents(gold: Side, said: Side) -> Iterator[tuple[str, int, int, str, str]]:
    """Yield mentions that both sides have and whose nearest earlier mention of the same entity differs.

    A missed tie: gold ties the mention to an earlier one, and we to none. A wrong tie: ours is of another entity in gold.
    """
    theirs = {m["span"]: m for m in gold.mentions if m.get("entity") is not None}
    ours = {m["span"]: m for m in said.mentions if m.get("entity") is not None}
    common = sorted(theirs.keys() & ours.keys())
    for place, span in enumerate(common):
        wanted = [one for one in common[:place] if theirs[one]["entity"] == theirs[span]["entity"]]
        tied = [one for one in common[:place] if ours[one]["entity"] == ours[span]["entity"]]
        if set(wanted) & set(tied) or not (wanted or tied):
            continue
        shown = [f"“{gold.text[one[-1][0] : one[-1][1]]}”" if one else "—" for one in (wanted, tied)]
        yield "coreference", span[0], span[1], shown[0], shown[1]


def read_set(folder: Path, split: str, count: int, draw: random.Random) -> tuple[list[GoldDocument], Profile]:
    """Return documents of a set, drawn at random, and what the whole set annotates."""
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").split("\n")
    documents = [item for item in read_gold(lines, folder.name) if isinstance(item, GoldDocument)]
    return draw.sample(documents, min(count, len(documents))), profile_of(documents)


def drawn(errors: Sequence[Error], number: int, draw: random.Random) -> list[Error]:
    """Draw errors: as many of each task as there are places for, and within a task from the sets in turn.

    Args:
        errors: All errors.
        number: How many to draw.
        draw: Source of chance.

    Returns:
        Errors by task and place; fewer than `number` where there are fewer.
    """
    left: dict[str, list[Error]] = {}
    for task in TASKS:
        by_set: dict[str, list[Error]] = defaultdict(list)
        met: set[tuple[str, str, str]] = set()
        for error in sorted(error for error in errors if error.task == task):
            words = (error.dataset, error.document, error.sentence.partition("【")[2].partition("】")[0])
            if words not in met:
                met.add(words)
                by_set[error.dataset].append(error)
        queues = [draw.sample(found, len(found)) for found in by_set.values()]
        left[task] = [queue[turn] for turn in range(max(map(len, queues), default=0)) for queue in queues if turn < len(queue)]
    chosen: list[Error] = []
    while len(chosen) < number and any(left.values()):
        chosen += [queue.pop(0) for queue in left.values() if queue][: number - len(chosen)]
    return sorted(chosen, key=lambda error: (TASKS.index(error.task), error))


def inputs(documents: Iterable[GoldDocument]) -> list[Document]:
    """Return what the reader is given: the document without its gold."""
    return [document.document for document in documents]


def main() -> int:
    """Read, compare, draw and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=DEFAULT)
    parser.add_argument("--number", type=int, default=200, help="errors to draw")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--documents", type=int, default=20, help="documents of each set at most")
    parser.add_argument("--out", type=Path, help="file for the table, outside of the project; default: standard output")
    arguments = parser.parse_args()
    gold = arguments.shared / "gold"
    if not gold.is_dir():
        print(f"no gold sets in {gold}: nothing to draw from; give their folder with --shared or CRISISKG_SHARED")
        return 0
    draw, pipeline = random.Random(arguments.seed), Pipeline(load_settings())
    errors: list[Error] = []
    for name, (split, tasks) in SETS.items():
        if not (gold / name / f"{split}.jsonl").is_file():
            print(f"{name}: not there, passed over", file=sys.stderr)
            continue
        documents, profile = read_set(gold / name, split, arguments.documents, draw)
        for document, annotation in zip(documents, pipeline.pipe(inputs(documents)), strict=True):
            record = json.loads(json.dumps(to_json(annotation)))
            errors += errors_of(name, document, record, tasks, profile)
        print(f"{name}: {len(documents)} documents", file=sys.stderr, flush=True)
    counts = Counter(error.task for error in errors)
    print(", ".join(f"{task} {counts[task]}" for task in TASKS), file=sys.stderr)
    target = arguments.out.open("w", encoding="utf-8", newline="") if arguments.out else sys.stdout
    writer = csv.writer(target, delimiter="\t", lineterminator="\n")
    writer.writerow(("set", "document", "start", "end", "task", "gold", "ours", "sentence"))
    for e in drawn(errors, arguments.number, draw):
        writer.writerow((e.dataset, e.document, e.start, e.end, e.task, e.gold, e.ours, e.sentence))
    if arguments.out:
        target.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
