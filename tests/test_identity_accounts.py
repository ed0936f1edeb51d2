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
        ["import", "hxl", str(SAMPLE / "tables" / "incidents-hxl.csv"), "--release", "sample"],
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


def test_two_tables_and_a_document_tell_of_one_event(store: str) -> None:
    rows = asked(store, "accounts", "--event", BASE + "dataset/hxl/event/S-101")
    assert {row["account"].removeprefix(BASE).rpartition("/")[0] for row in rows} >= {
        "dataset/hxl/event",
        "dataset/ucdp-ged/event",
    }
    assert len({row["source"] for row in rows}) == 3


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


def test_named_queries_tell_of_rows_as_of_documents(store: str) -> None:
    event = asked(store, "records", "--of", ROW)[0]
    place = {row["where"] for row in asked(store, "accounts", "--event", ROW) if row["account"] == ROW}
    assert len(place) == 1
    for query in ("events", "place-timeline", "casualties"):
        rows = [row for row in asked(store, query, "--place", place.copy().pop()) if row["event"] == ROW]
        assert rows, query
        assert {(row["quote"], row["document"]) for row in rows} == {(event["row"], event["release"])}, query


def test_a_row_is_found_by_its_day_and_names_its_actors(store: str) -> None:
    found = asked(store, "events", "--from", "2019-01-19", "--until", "2019-01-19")
    assert [row["event"] for row in found] == [BASE + "dataset/ucdp-ged/event/9000004"]
    assert sorted(found[0]["actors"].split("; ")) == ["ELN", "Government of Colombia"]
