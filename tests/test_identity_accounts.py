"""Documents and tables meet: events of the sample corpus and rows of the sample table are joined, and queries show both."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import crisiskg

from crisiskg.namespaces import BASE

SAMPLE = Path(__file__).parent.parent / "sample"
ROW = BASE + "dataset/ucdp-ged/event/9000001"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("accounts") / "store")
    documents = [str(SAMPLE / "documents" / name) for name in ("03-colombia-talks.md", "04-myanmar-junta-podcast.txt")]
    for arguments in (
        ["ingest", *documents],
        ["import", "ucdp-ged", str(SAMPLE / "tables" / "ucdp-ged-form.csv"), "--release", "sample"],
        ["identity", "run", "--events"],
    ):
        done = crisiskg(*arguments, "--store", folder)
        assert done.code == 0, done.err
    return folder


def asked(store: str, *arguments: str) -> list[dict[str, str]]:
    done = crisiskg("query", *arguments, "--store", store, "--format", "json")
    assert done.code == 0, done.err
    bindings = json.loads(done.out)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in bindings]


def test_a_row_and_a_document_tell_of_one_event(store: str) -> None:
    rows = asked(store, "accounts", "--event", ROW)
    assert {row["account"].startswith(BASE + "dataset/") for row in rows} == {True, False}
    assert {row["begin"] for row in rows} == {"2019-01-17"}
    assert {row["best"] for row in rows} == {"22"}


def test_a_row_of_which_no_document_tells_stands_alone(store: str) -> None:
    rows = asked(store, "accounts", "--event", BASE + "dataset/ucdp-ged/event/9000004")
    assert len({row["account"] for row in rows}) == 1


def test_contradictions_are_asked(store: str) -> None:
    assert all(row["in"] in ("days", "places", "dead") for row in asked(store, "contradictions"))


def test_the_row_of_an_event_is_shown(store: str) -> None:
    rows = asked(store, "records", "--of", ROW)
    assert len(rows) == 1
    assert rows[0]["row"].startswith("9000001,2019")
    assert asked(store, "records", "--of", BASE + "dataset/ucdp-ged/event/77") == []
