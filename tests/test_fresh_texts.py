"""Texts that the reading code had not seen when it was written, and questions about them (`bench/fresh_questions.py`).

The whole of them is asked by the bench; here are three questions, and what holds of all tables.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.graph import build
from crisiskg.ingest import describe_run
from crisiskg.settings import load_settings
from crisiskg.sources import read

BENCH = Path(__file__).parent.parent / "bench"
ASKED = ("02-2", "02-3", "02-5")


@pytest.fixture(scope="module")
def bench() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield importlib.import_module("fresh_questions")
        sys.modules.pop("fresh_questions", None)


@pytest.fixture(scope="module")
def graph(bench: Any) -> ox.Store:
    """The text of the three questions, read."""
    settings = load_settings()
    texts = sorted({question.text for question in bench.questions() if question.id in ASKED})
    documents = [item for item in read([str(bench.FOLDER / text) for text in texts], settings) if isinstance(item, Document)]
    assert len(documents) == len(texts)
    store = ox.Store()
    for document, annotation in zip(documents, Pipeline(settings).pipe(documents), strict=True):
        store.extend(build(document, annotation, describe_run(settings), settings.base_iri))
    return store


def answer(graph: ox.Store, path: Path) -> list[tuple[str, ...]]:
    solutions = graph.query(path.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [tuple(value.value for name in names if (value := solution[name]) is not None) for solution in solutions]


@pytest.mark.parametrize("number", ASKED)
def test_a_question_gets_the_outcome_that_its_table_keeps(bench: Any, graph: ox.Store, number: str) -> None:
    question = next(question for question in bench.questions() if question.id == number)

    assert bench.judge(question, answer(graph, bench.FOLDER / "queries" / question.query)) == question.now == "answered"


def test_each_question_has_its_text_its_query_and_its_outcome(bench: Any) -> None:
    found = bench.questions()

    assert found
    assert not [number for number, count in Counter(question.id for question in found).items() if count > 1]
    for question in found:
        assert (bench.FOLDER / question.text).is_file(), question.id
        assert (bench.FOLDER / "queries" / question.query).is_file(), question.id
        assert question.query == f"{question.id}.rq"
        assert question.text.startswith(question.id.split("-")[0]), question.id
        assert question.kind in bench.KINDS, question.id
        assert question.outcome in bench.OUTCOMES, question.id
        assert question.now in bench.OUTCOMES, question.id
        assert (question.now == "dropped") == (question.outcome == "dropped"), question.id
        assert (question.kind == "negative") == (not question.expected), question.id
        assert bool(question.cause) == ({question.outcome, question.now} != {"answered"}), question.id


def test_no_text_and_no_query_is_left_over(bench: Any) -> None:
    found = bench.questions()

    assert {path.name for path in bench.FOLDER.glob("*.txt")} == {question.text for question in found}
    assert {path.name for path in (bench.FOLDER / "queries").glob("*.rq")} == {question.query for question in found}


def question_with(bench: Any, **given: Any) -> Any:
    return dataclasses.replace(bench.questions()[0], **{"expected": (), "forbidden": (), "kind": "who", **given})


def test_an_answer_needs_all_that_is_expected_and_nothing_forbidden(bench: Any) -> None:
    question = question_with(bench, expected=("Amal Idris", "2023-06"), forbidden=("Mustafa",))

    assert bench.judge(question, [("amal idris Bakheit",), ("x", "2023-06-15")]) == "answered"
    assert bench.judge(question, [("Amal Idris Bakheit",)]) == "failed"
    assert bench.judge(question, [("Amal Idris", "2023-06-15"), ("Mustafa",)]) == "failed"
    assert bench.judge(question, []) == "failed"


def test_a_number_is_right_only_as_a_whole_one(bench: Any) -> None:
    question = question_with(bench, expected=("4", "19"))

    assert bench.judge(question, [("4", "the ministry"), ("19", "the party")]) == "answered"
    assert bench.judge(question, [("14",), ("19",)]) == "failed"
    assert bench.judge(question, [("4.5",), ("19",)]) == "failed"


def test_where_nothing_is_right_any_row_is_wrong(bench: Any) -> None:
    question = question_with(bench, kind="negative")

    assert bench.judge(question, []) == "answered"
    assert bench.judge(question, [("mutiny",)]) == "failed"
    assert bench.judge(question_with(bench, kind="negative", forbidden=("mutiny",)), [("raid",)]) == "answered"
    assert bench.judge(question_with(bench, kind="negative", forbidden=("mutiny",)), [("a Mutiny",)]) == "failed"


def test_the_table_counts_shares_without_what_was_dropped(bench: Any) -> None:
    pairs = [(question_with(bench), outcome) for outcome in ("answered", "failed", "answered", "dropped")]

    assert bench.table(pairs)[-1].split() == ["all", "4", "1", "2", "66.7%"]


def test_the_page_has_the_tables_of_the_questions(bench: Any) -> None:
    page = (BENCH.parent / "docs" / "fresh-texts.md").read_text(encoding="utf-8")

    assert bench.markdown(bench.questions()) in page
