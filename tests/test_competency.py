"""Every competency question: its query over the graph of its corpus gives the expected answer, and each answer's quote is found.

A file `queries/competency/<name>.rq` has its expected answer beside it in `<name>.tsv` (SPARQL 1.1 TSV). Its header says which
corpus it is about (`sample`, or `seed`: a page that is no part of the project) and whether the answer must be equal to what is
expected or include it. The columns document, quote, start and end are the evidence: they are not listed, they are checked.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from helpers import SHARED

from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.graph import build
from crisiskg.ingest import describe_run
from crisiskg.namespaces import CKG
from crisiskg.settings import load_settings
from crisiskg.sources import read
from crisiskg.validation import validate

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "queries" / "competency"
EVIDENCE = ("document", "quote", "start", "end")
CORPORA = {"sample": ROOT / "sample" / "documents", "seed": SHARED / "seeds" / "crisisgroup-pages.txt"}


def header(path: Path) -> dict[str, str]:
    """Return the `#+ key: value` lines of a query."""
    return dict(re.findall(r"^#\+ (\w+): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def graphs() -> dict[str, ox.Store]:
    """Read each corpus once, through every stage."""
    settings = load_settings()
    pipeline = Pipeline(settings)
    stores = {}
    for corpus, path in CORPORA.items():
        if not path.exists():
            continue
        store = ox.Store()
        documents = [item for item in read(path, settings) if isinstance(item, Document)]
        for document, annotation in zip(documents, pipeline.pipe(documents), strict=True):
            quads = build(document, annotation, describe_run(settings), settings.base_iri)
            report = validate(quads)
            assert report.conforms, report.results
            store.extend(quads)
        stores[corpus] = store
    return stores


def rows_of(solutions: ox.QuerySolutions) -> list[dict[str, ox.NamedNode | ox.Literal]]:
    """Return solutions as dictionaries without unbound variables."""
    names = [variable.value for variable in solutions.variables]
    return [{name: value for name in names if (value := solution[name]) is not None} for solution in solutions]


def expected_rows(path: Path) -> list[dict[str, ox.NamedNode | ox.Literal]]:
    """Read an expected answer."""
    parsed = ox.parse_query_results(path.read_bytes(), ox.QueryResultsFormat.TSV)
    assert isinstance(parsed, ox.QuerySolutions)
    return rows_of(parsed)


def as_set(rows: list[dict[str, ox.NamedNode | ox.Literal]]) -> set[tuple[tuple[str, str], ...]]:
    """Return the answer columns of rows, comparable."""
    return {tuple(sorted((name, str(value)) for name, value in row.items() if name not in EVIDENCE)) for row in rows}


def test_each_query_has_an_answer_and_a_header() -> None:
    queries = sorted(path.stem for path in FOLDER.glob("*.rq"))

    assert queries == sorted(path.stem for path in FOLDER.glob("*.tsv"))
    assert {header(FOLDER / f"{name}.rq").get("corpus") for name in queries} == {"sample", "seed"}
    assert {header(FOLDER / f"{name}.rq").get("compare") for name in queries} <= {"equal", "includes"}
    numbers = {name.split("-")[0] for name in queries if header(FOLDER / f"{name}.rq")["corpus"] == "seed"}
    assert numbers == {f"cq{number:02d}" for number in range(1, 28)}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.rq")))
def test_competency(name: str, graphs: dict[str, ox.Store]) -> None:
    path = FOLDER / f"{name}.rq"
    fields = header(path)
    store = graphs.get(fields["corpus"])
    if store is None:
        pytest.skip(f"the corpus {fields['corpus']} is not here: {CORPORA[fields['corpus']].name}")
    solutions = store.query(path.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    found = rows_of(solutions)
    expected = as_set(expected_rows(FOLDER / f"{name}.tsv"))

    if fields["compare"] == "equal":
        assert as_set(found) == expected
    else:
        assert expected, "an answer that must only be included cannot be empty"
        assert expected - as_set(found) == set()

    texts = {quad.subject: quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(CKG + "text"), None)}
    for row in found:
        if "quote" in row and "start" in row:
            text = texts[row["document"]]
            assert text[int(row["start"].value) : int(row["end"].value)] == row["quote"].value
