"""Reads the fresh texts of `tests/data/fresh` into a store, asks every question about them, and judges the answers.

    python bench/fresh_questions.py                    all texts and questions, a minute or two
    python bench/fresh_questions.py --part a           only the questions of questions-a.tsv, and their texts
    python bench/fresh_questions.py --show 03-2        the answer to one question, row by row; repeatable
    python bench/fresh_questions.py --store FOLDER     ask a store that holds the texts already
    python bench/fresh_questions.py --update           and write to the tables how the questions come out now
    python bench/fresh_questions.py --markdown         the tables of docs/fresh-texts.md, from the tables of questions alone

The texts were written, and the answers decided, before the reading code saw them; neither is changed afterwards. An answer is
right when each expected string stands in some cell and no forbidden one in any; a question whose right answer is nothing (kind
`negative`) when there is no row. The tables keep how a question came out when its text was first read (`outcome`), which never
changes, and how it comes out now. The exit code is 1 where that differs from what the tables keep.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crisiskg.cli.ingest import open_ingest
from crisiskg.settings import load_settings
from crisiskg.sources import read
from crisiskg.store import OxigraphStore

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "data" / "fresh"
COLUMNS = ("id", "text", "kind", "question", "expected", "forbidden", "query", "outcome", "now", "cause")
KINDS = ("who", "when", "where", "office", "number", "said", "relation", "status", "negative")
OUTCOMES = ("answered", "failed", "dropped")

#: The values of one answer's rows, as written.
Answer = list[tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """One row of a table of questions.

    Attributes:
        id: Number of the text and of the question in it.
        text: Name of the text's file.
        kind: What is asked for; `negative` where the right answer is nothing.
        question: As a researcher asks it.
        expected: What the answer must hold.
        forbidden: What it must not hold.
        query: Name of the query's file.
        outcome: How it came out when the texts were first read: answered, failed or dropped.
        now: How it comes out with the code of today.
        cause: What the reading did wrong at first, or why the question was dropped.
        part: Name of the table that it stands in.
    """

    id: str
    text: str
    kind: str
    question: str
    expected: tuple[str, ...]
    forbidden: tuple[str, ...]
    query: str
    outcome: str
    now: str
    cause: str
    part: str


def questions(folder: Path = FOLDER) -> list[Question]:
    """Return the questions of all tables of a folder, in order."""
    found = []
    for path in sorted(folder.glob("questions-*.tsv")):
        with path.open(encoding="utf-8", newline="") as handle:
            table = csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)
            if tuple(table.fieldnames or ()) != COLUMNS:
                raise SystemExit(f"{path.name}: the header must be {' '.join(COLUMNS)}")
            for row in table:
                given = {name: (row[name] or "").strip() for name in COLUMNS}
                found.append(
                    Question(
                        **{name: given[name] for name in COLUMNS if name not in {"expected", "forbidden"}},
                        expected=strings(given["expected"]),
                        forbidden=strings(given["forbidden"]),
                        part=path.stem.removeprefix("questions-"),
                    )
                )
    return found


def strings(cell: str) -> tuple[str, ...]:
    """Return the strings of a cell that keeps several, with ` | ` between."""
    return tuple(part.strip() for part in cell.split(" | ") if part.strip())


def occurs(wanted: str, cells: Iterable[str]) -> bool:
    """Tell whether a string stands in some cell, in any case of letters; a number only as a whole one."""
    pattern = rf"(?<![\d.]){wanted}(?!\.?\d)" if wanted.isdigit() else re.escape(wanted)
    return any(re.search(pattern, cell, re.IGNORECASE) for cell in cells)


def judge(question: Question, answer: Answer) -> str:
    """Return `answered` or `failed` for what a query gave, by nothing but the strings of the table."""
    cells = [cell for row in answer for cell in row]
    if any(occurs(one, cells) for one in question.forbidden):
        return "failed"
    if question.expected:
        return "answered" if all(occurs(one, cells) for one in question.expected) else "failed"
    return "answered" if question.forbidden or not answer else "failed"


def ingest(folder: Path, texts: Sequence[str], store: Path) -> None:
    """Read texts into a new store.

    Raises:
        SystemExit: a text was not published.
    """
    settings = load_settings(store=str(store))
    with open_ingest(settings) as run:
        summary = run.ingest(read([str(folder / text) for text in texts], settings, keep=run.keep))
    if summary.published < len(texts) or summary.quarantined or summary.failed:
        raise SystemExit(f"{len(texts)} texts, {summary.published} published, {summary.quarantined} in quarantine")


def ask(store: OxigraphStore, query: str) -> Answer:
    """Return the rows of a query as written values; what is unbound is left out."""
    return [tuple(getattr(value, "value", str(value)) for value in row.values()) for row in store.select(query)]


def table(asked: Sequence[tuple[Question, str]]) -> list[str]:
    """Return the lines of the table by kind, and the total of each part."""
    lines = [f"{'':12} {'questions':>9} {'dropped':>8} {'answered':>9} {'share':>7}"]
    groups = [(kind, [pair for pair in asked if pair[0].kind == kind]) for kind in KINDS]
    parts = sorted({question.part for question, _ in asked})
    if len(parts) > 1:
        groups += [(f"part {part}", [pair for pair in asked if pair[0].part == part]) for part in parts]
    for name, pairs in (*groups, ("all", list(asked))):
        if not pairs:
            continue
        counts = Counter(outcome for _, outcome in pairs)
        counted = len(pairs) - counts["dropped"]
        share = f"{counts['answered'] / counted:7.1%}" if counted else "      –"
        lines.append(f"{name:12} {len(pairs):9} {counts['dropped']:8} {counts['answered']:9} {share}")
    return lines


def markdown(asked: Sequence[Question]) -> str:
    """Return the tables of docs/fresh-texts.md: shares at first and now, by part and kind, and each failure with its cause."""

    def share(some: Sequence[Question], column: str) -> str:
        counted = [one for one in some if one.outcome != "dropped"]
        right = sum(getattr(one, column) == "answered" for one in counted)
        return f"{right} of {len(counted)} ({right / len(counted):.0%})" if counted else "–"

    lines = ["| | questions | when first read | now |", "|---|---:|---:|---:|"]
    parts = sorted({one.part for one in asked})
    groups = [(f"part {part}", [one for one in asked if one.part == part]) for part in parts]
    groups += [(kind, [one for one in asked if one.kind == kind]) for kind in KINDS]
    for name, some in (*groups, ("all", list(asked))):
        if some:
            lines.append(f"| {name} | {len(some)} | {share(some, 'outcome')} | {share(some, 'now')} |")
    lines += ["", "| question | | why it failed when first read | now |", "|---|---|---|---|"]
    for one in asked:
        if one.outcome != "answered" or one.now != "answered":
            lines.append(f"| {one.id} | {one.question} | {one.cause or '–'} | {one.now} |")
    return "\n".join(lines) + "\n"


def update(folder: Path, outcomes: dict[str, str]) -> None:
    """Write to the tables how questions come out now."""
    for path in sorted(folder.glob("questions-*.tsv")):
        lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        now = lines[0].index("now")
        for line in lines[1:]:
            line[now] = outcomes.get(line[0], line[now])
        path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def main() -> int:
    """Read, ask, judge, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of texts, tables of questions and queries")
    parser.add_argument("--part", help="only the questions of one table, such as a")
    parser.add_argument("--store", type=Path, help="folder of a store that holds the texts; else a temporary one")
    parser.add_argument("--show", action="append", default=[], metavar="ID", help="print the answer to this question")
    parser.add_argument("--update", action="store_true", help="write to the tables how the questions come out now")
    parser.add_argument("--markdown", action="store_true", help="print the tables of docs/fresh-texts.md and read nothing")
    options = parser.parse_args()
    wanted = [question for question in questions(options.folder) if options.part in {None, question.part}]
    if not wanted:
        parser.error("no questions")
    if options.markdown:
        print(markdown(wanted), end="")
        return 0
    asked: list[tuple[Question, str]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.store
        if folder is None:
            folder = Path(temporary) / "store"
            ingest(options.folder, sorted({question.text for question in wanted}), folder)
        with OxigraphStore(folder) as store:
            for question in wanted:
                answer = ask(store, (options.folder / "queries" / question.query).read_text(encoding="utf-8"))
                asked.append((question, "dropped" if question.outcome == "dropped" else judge(question, answer)))
                if question.id in options.show:
                    print(f"{question.id} {question.question}", *(f"    {row}" for row in answer), sep="\n")
    print(*table(asked), sep="\n")
    for question, outcome in asked:
        if outcome == "failed":
            print(f"\n{question.id} ({question.kind}) {question.question}\n    {question.cause or 'no cause is noted'}")
    differing = [(question, outcome) for question, outcome in asked if outcome != question.now]
    for question, outcome in differing:
        print(f"\n{question.id}: {outcome}, and the table says {question.now or 'nothing'}")
    if options.update:
        update(options.folder, {question.id: outcome for question, outcome in asked})
        return 0
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
