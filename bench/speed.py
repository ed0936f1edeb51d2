"""Measures what `make bench` prints: reading beside bare spaCy, the way from annotation to disk, start-up, memory.

Both sides of each ratio are measured in one run, on the same texts, in processor time of one thread, the better of several rounds
each. Texts are the sample corpus; with CRISISKG_SHARED (or ../shared) present also news articles of the gold sets.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

ROOT = Path(__file__).parent.parent
TARGETS = {
    "annotate / spaCy speed": ("≥", 0.4),
    "write / annotate time": ("<", 1 / 3),
    "--help CPU s": ("<", 0.3),
    "RSS MB": ("<", 1500.0),
}


def shared_folder() -> Path | None:
    """Return the folder with the gold sets, where there is one."""
    for candidate in (os.environ.get("CRISISKG_SHARED"), ROOT.parent / "shared"):
        if candidate and (Path(candidate) / "gold").is_dir():
            return Path(candidate)
    return None


def cpu(work: Callable[[], object]) -> float:
    """Return the processor seconds that a call takes."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def texts(limit: int) -> list:
    """Return the documents to read."""
    from crisiskg.documents import Document
    from crisiskg.settings import load_settings
    from crisiskg.sources import read

    found = []
    for path in sorted((ROOT / "sample" / "documents").iterdir()):
        found += [item for item in read(path, load_settings()) if isinstance(item, Document)]
    folder = shared_folder()
    if folder is not None:
        lines = (folder / "gold" / "dwie" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[:limit]
        found += [Document(text=row["text"], source_id=row["id"]) for row in map(json.loads, lines)]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=30, help="news articles of the gold sets to add")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    from crisiskg import __version__
    from crisiskg.annotation.nlp import load_language
    from crisiskg.annotation.pipeline import Pipeline
    from crisiskg.graph import build
    from crisiskg.ingest import describe_run
    from crisiskg.settings import load_settings
    from crisiskg.store import OxigraphStore
    from crisiskg.validation import validate

    settings = load_settings()
    documents = texts(options.articles)
    language = load_language(settings.spacy_model)
    plain = [document.text for document in documents]
    n_tokens = sum(len(doc) for doc in language.pipe(plain))
    pipeline = Pipeline(settings)
    annotations = list(pipeline.pipe(documents))  # loads the gazetteer
    run = describe_run(settings)
    validate(build(documents[0], annotations[0], run, settings.base_iri))  # parses the shapes

    # The sides take turns, so that whatever else the machine does falls on all of them.
    rounds = []
    for _ in range(options.rounds):
        bare = cpu(lambda: list(language.pipe(plain, batch_size=64)))
        annotate = cpu(lambda: list(pipeline.pipe(documents)))
        gc.collect()
        with tempfile.TemporaryDirectory() as folder, OxigraphStore(Path(folder) / "store") as store:
            start = time.process_time()
            graphs = [
                build(document, annotation, run, settings.base_iri)
                for document, annotation in zip(documents, annotations, strict=True)
            ]
            mapped = time.process_time()
            conforming = sum(validate(quads).conforms for quads in graphs)
            validated = time.process_time()
            for quads in graphs:
                store.replace_graph(quads[0].graph_name.value, quads)
            store.flush()
            written = time.process_time()
        rounds.append((bare, annotate, mapped - start, validated - mapped, written - validated))
    bare, annotate, *best = (min(times) for times in zip(*rounds, strict=True))
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def help_cpu() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "crisiskg", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    start_s = min(help_cpu() for _ in range(5))
    n_quads = sum(map(len, graphs))
    figures = {
        "annotate / spaCy speed": bare / annotate,
        "write / annotate time": sum(best) / annotate,
        "--help CPU s": start_s,
        "RSS MB": rss_mb,
    }
    versions = ", ".join(f"{name} {version(name)}" for name in ("spacy", "pyshacl", "rdflib", "pyoxigraph"))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"machine   {machine}; crisiskg {__version__}, {versions}")
    print(f"texts     {len(documents)} documents, {n_tokens:,} tokens, {n_quads:,} quads, {conforming} conform")
    print(f"spaCy     {bare:7.2f} CPU s   {n_tokens / bare:8,.0f} tokens/s")
    print(f"annotate  {annotate:7.2f} CPU s   {n_tokens / annotate:8,.0f} tokens/s")
    print(f"map       {best[0]:7.2f} CPU s   {1000 * best[0] / len(documents):8.1f} ms/document")
    print(f"validate  {best[1]:7.2f} CPU s   {1000 * best[1] / len(documents):8.1f} ms/document")
    print(f"write     {best[2]:7.2f} CPU s   {1000 * best[2] / len(documents):8.1f} ms/document, flush included")
    missed = []
    for name, value in figures.items():
        sign, target = TARGETS[name]
        met = value >= target if sign == "≥" else value < target
        missed += [] if met else [name]
        print(f"{name:24} {value:8.3f}   target {sign} {target:.3f}   {'met' if met else 'MISSED'}")
    if missed:
        sys.exit("missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
