"""Measures how well entities are judged, and that merging and undoing leave nothing behind: `python bench/identity.py`.

The labelled pairs are tests/data/identity-actor-pairs.tsv; docs/identity.md says how they were made. Thresholds are chosen on one
half (`--choose` shows the sweep), figures are reported of the other.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crisiskg.crosswalk import load_crosswalk
from crisiskg.identity.comparison import Comparison, compare_entities
from crisiskg.identity.entities import Entity
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.matching import Thresholds
from crisiskg.identity.records import Judgement, now
from crisiskg.settings import Settings
from crisiskg.store import OxigraphStore

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "identity-actor-pairs.tsv"

Row = dict[str, str]


def read_pairs(path: Path = PAIRS) -> list[Row]:
    """Return the labelled pairs."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def entity(row: Row, side: str) -> Entity:
    """Return one side of a pair as matching sees it."""
    found = Entity(f"urn:{side}", {row[f"kind_{side}"]}, row[f"name_{side}"].split("|"))
    crosswalk = load_crosswalk()
    states = {state.iri for code in row[f"states_{side}"].split(",") if code and (state := crosswalk.state("iso3", code))}
    begin, end = row[f"begin_{side}"], row[f"end_{side}"]
    if row["dates"] == "active":
        found.seen_in = states
        if begin and end:
            found.years = (int(begin), int(end))
    else:
        found.states = states
        found.begin = f"{begin}-01-01" if begin else ""
        found.end = f"{end}-12-31" if end else ""
    return found


def compared(rows: list[Row]) -> list[tuple[Row, Comparison]]:
    """Compare both sides of each pair."""
    return [(row, compare_entities(entity(row, "a"), entity(row, "b"))) for row in rows]


def figures(found: list[tuple[Row, Comparison]], thresholds: Thresholds) -> dict[str, float]:
    """Return precision and recall of positive verdicts, and what share of the same pairs is positive or unsure."""
    verdicts = [(row["label"] == "same", thresholds.verdict(comparison)) for row, comparison in found]
    positive = sum(verdict == "positive" for _, verdict in verdicts)
    right = sum(same and verdict == "positive" for same, verdict in verdicts)
    same = sum(is_same for is_same, _ in verdicts)
    seen = sum(is_same and verdict in ("positive", "unsure") for is_same, verdict in verdicts)
    wrong_negative = sum(is_same and verdict == "negative" for is_same, verdict in verdicts)
    return {
        "pairs": len(verdicts),
        "same": same,
        "precision": right / positive if positive else 1.0,
        "recall": right / same if same else 1.0,
        "recall_with_review": seen / same if same else 1.0,
        "same_judged_different": wrong_negative,
    }


def undoing(count: int) -> dict[str, float | bool]:
    """Merge and undo pairs in a store; return times in seconds, and whether the graph of identity is as it was."""
    with tempfile.TemporaryDirectory() as folder, OxigraphStore(Path(folder) / "store") as store:
        log = JudgementLog(store)

        def judgement(one: str, other: str) -> Judgement:
            return Judgement(f"urn:{one}", f"urn:{other}", "entity", "positive", 0.95, ("measured",), "Ada", now())

        log.add([judgement(f"base{i}", f"base{i + 1}") for i in range(0, 200, 3)])
        before = store.digest(log.identity.graph)
        began = time.perf_counter()
        added = log.add([judgement(f"a{i}", f"base{i % 200}") for i in range(count)])
        merged = time.perf_counter()
        undone = log.undo(lambda one: one.subject.startswith("urn:a"), "Ada")
        ended = time.perf_counter()
        same = store.digest(log.identity.graph) == before and store.verify().sound
        return {
            "merges": len(added),
            "undos": len(undone),
            "merge_s": round(merged - began, 2),
            "undo_s": round(ended - merged, 2),
            "same_digest": same,
        }


def main() -> int:
    """Run the measurement; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--choose", action="store_true", help="show figures of the half that thresholds are chosen on, by threshold"
    )
    parser.add_argument("--wrong", action="store_true", help="show the wrong pairs of the half that thresholds are chosen on")
    parser.add_argument("--merges", type=int, default=1000, help="merges and undos")
    given = parser.parse_args()
    rows = read_pairs()
    settings = Settings()
    thresholds = Thresholds(settings.identity_positive, settings.identity_unsure)
    if given.choose or given.wrong:
        found = compared([row for row in rows if row["half"] == "choose"])
        if given.choose:
            for step in range(80, 100):
                print(step / 100, json.dumps(figures(found, Thresholds(step / 100, settings.identity_unsure))))
        if given.wrong:
            for row, comparison in found:
                verdict = thresholds.verdict(comparison)
                if (verdict == "positive") != (row["label"] == "same"):
                    print(
                        row["label"],
                        verdict,
                        comparison.score,
                        row["name_a"],
                        row["name_b"],
                        row["how"],
                        *comparison.reasons,
                        sep=" | ",
                    )
        return 0
    report = compared([row for row in rows if row["half"] == "report"])
    result = figures(report, thresholds)
    by_kind: dict[str, Counter[str]] = {}
    for row, comparison in report:
        by_kind.setdefault(f"{row['label']}: {row['how'].partition(';')[0]}", Counter())[
            thresholds.verdict(comparison) or "none"
        ] += 1
    hard = figures([(row, comparison) for row, comparison in report if row["difficulty"] == "hard"], thresholds)
    digests = undoing(given.merges)
    print(json.dumps({"all": result, "hard": hard, "undoing": digests, "by_kind": by_kind}, indent=2))
    return 0 if result["precision"] >= 0.97 and result["recall"] >= 0.8 and digests["same_digest"] else 1


if __name__ == "__main__":
    sys.exit(main())
