"""From a text file to an answer over HTTP, through the command line and the application, with nothing replaced by a stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import crisiskg
from starlette.testclient import TestClient

from crisiskg.api import create_app
from crisiskg.settings import load_settings

pytestmark = pytest.mark.slow

NOTE = (
    "Uganda rejects charge\n"
    "\n"
    "On 3 March 2021 Kenya’s foreign minister accused Uganda of arming rebels.\n"
    "Uganda denied the charge.\n"
    "Soldiers shelled the town of Kitale on 5 March 2021.\n"
)
ADDRESS = "https://news.example.org/kitale"
FIRST = "Rebels attacked the town of Kitale on 5 March 2021. The army said that four soldiers had been killed."
SECOND = "Rebels attacked the town of Kitale on 6 March 2021. The army said that nine soldiers had been killed."


def ingest(store: Path, *sources: Path) -> dict[str, object]:
    """Ingest sources and return the summary."""
    ran = crisiskg("ingest", "--store", store, "--json", *sources)
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    assert isinstance(summary, dict)
    return summary


def export(store: Path, *options: str) -> list[str]:
    """Return the lines of an export."""
    ran = crisiskg("export", "--store", store, *options)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()


def edition(path: Path, text: str) -> Path:
    """Write one edition of an article that is published at a fixed address."""
    record = {"title": "Attack on Kitale", "url": ADDRESS, "published": "2021-03-07", "text": text}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the note, read into a store once."""
    folder = tmp_path_factory.mktemp("end-to-end")
    (folder / "note.txt").write_text(NOTE, encoding="utf-8")
    summary = ingest(folder / "store", folder / "note.txt")
    assert (summary["received"], summary["published"], summary["unchanged"], summary["quarantined"]) == (1, 1, 0, 0)
    return folder


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    """The application over the store, as a browser or program meets it."""
    with TestClient(create_app(load_settings(store=str(home / "store"), query_workers=1))) as found:
        yield found


def test_a_note_is_answered_over_http_with_its_sentence(client: TestClient) -> None:
    asked = {"recipient": "Uganda", "type": "ACCUSE", "from": "2021-03-01", "until": "2021-03-31"}
    answer = client.get("/q/events", params=asked, headers={"Accept": "application/json"})

    assert answer.status_code == 200, answer.text
    rows = answer.json()["results"]["bindings"]
    assert [(row["begin"]["value"], row["end"]["value"]) for row in rows] == [("2021-03-03", "2021-03-03")]
    assert rows[0]["quote"]["value"] == NOTE.splitlines()[2]
    assert rows[0]["documentLabel"]["value"] == "Uganda rejects charge"


def test_sparql_gives_quotes_at_their_offsets(client: TestClient) -> None:
    query = """
        PREFIX ckg: <https://w3id.org/crisiskg/ontology#>
        SELECT DISTINCT ?text ?quote ?start ?end {
          ?claim ckg:hasEvidence ?passage .
          ?passage ckg:quote ?quote ; ckg:start ?start ; ckg:end ?end ; ckg:inDocument/ckg:text ?text }
    """
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "application/sparql-results+json"})

    assert answer.status_code == 200, answer.text
    rows = answer.json()["results"]["bindings"]
    assert rows
    for row in rows:
        text, start, end = row["text"]["value"], int(row["start"]["value"]), int(row["end"]["value"])
        assert text[start:end] == row["quote"]["value"]


def test_what_a_source_only_claims_is_not_told_as_fact(client: TestClient) -> None:
    """Kenya's minister says that Uganda arms rebels; that Uganda does so must not be among the facts."""
    answer = client.get("/q/events", params={"actor": "Uganda"}, headers={"Accept": "application/json"})

    assert answer.status_code == 200, answer.text
    told = [(row["type"]["value"], row["quote"]["value"]) for row in answer.json()["results"]["bindings"]]
    assert [one for one in told if one[0].endswith(("/AID", "/ASSAULT", "/MOBILIZE")) and "arming" in one[1]] == []


def test_home_page_shows_the_store(client: TestClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<script src=" not in page.text


def test_the_same_document_again_is_unchanged(home: Path) -> None:
    before = export(home / "store")
    summary = ingest(home / "store", home / "note.txt")

    assert (summary["published"], summary["unchanged"]) == (1, 1)
    assert export(home / "store") == before


def test_export_is_sorted_and_the_same_from_another_store(home: Path, tmp_path: Path) -> None:
    """The other store reads the note from another folder and beside another document."""
    copy = tmp_path / "elsewhere" / "note.txt"
    copy.parent.mkdir()
    copy.write_bytes((home / "note.txt").read_bytes())
    other = tmp_path / "other"
    ingest(other, copy)
    first, second = export(home / "store", "--part", "documents"), export(other, "--part", "documents")

    assert first
    assert first == sorted(set(first))
    assert first == second
    assert export(home / "store") == export(other)


def test_a_changed_edition_replaces_the_former_one(tmp_path: Path) -> None:
    store = tmp_path / "store"
    ingest(store, edition(tmp_path / "first.jsonl", FIRST))
    former = "\n".join(export(store, "--part", "documents"))
    summary = ingest(store, edition(tmp_path / "second.jsonl", SECOND))
    now = "\n".join(export(store, "--part", "documents"))

    assert (summary["published"], summary["unchanged"]) == (1, 0)
    assert former.count(f"<{ADDRESS}>") == now.count(f"<{ADDRESS}>") == 1
    assert "four soldiers" in former
    assert "four soldiers" not in now
    assert "nine soldiers" in now
    ran = crisiskg("query", "documents", "--store", store, "--format", "csv")
    assert ran.code == 0, ran.err
    assert ran.out.count("Attack on Kitale") == 1


def test_stats_and_verify(home: Path) -> None:
    ran = crisiskg("stats", "--store", home / "store", "--json")
    assert ran.code == 0, ran.err
    counts = json.loads(ran.out)
    assert (counts["Document"], counts["quarantined"]) == (1, 0)
    assert counts["Event"] >= 2
    assert counts["generation"] >= 1

    ran = crisiskg("verify", "--store", home / "store", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["sound"] is True


def test_the_exported_graph_conforms(home: Path, tmp_path: Path) -> None:
    """What was written can be taken elsewhere and still holds to the shapes."""
    path = tmp_path / "graph.nq"
    path.write_text("\n".join(export(home / "store", "--part", "documents")) + "\n", encoding="utf-8")
    ran = crisiskg("validate", path)

    assert (ran.code, ran.err) == (0, "")
    assert "conforms" in ran.out


def test_a_graph_that_lost_its_evidence_does_not_conform(home: Path, tmp_path: Path) -> None:
    kept = [line for line in export(home / "store", "--part", "documents") if "ontology#hasEvidence>" not in line]
    path = tmp_path / "graph.nq"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    ran = crisiskg("validate", path)

    assert ran.code == 5
    assert "hasEvidence" in ran.out


def test_asking_a_store_that_is_not_there(tmp_path: Path) -> None:
    ran = crisiskg("query", "events", "--store", tmp_path / "none")

    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("error: ")
    assert "none" in ran.err
