"""Tables of dated entries, made up: each row becomes a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crisiskg.datasets.entries import documents, main
from crisiskg.sources.jsonl import to_document
from crisiskg.sources.text import Origin

TABLE = """link,region,countries,date,status,title,content
https://example.org/1,Africa,Mali,February 2024,Deteriorated,Clashes at Bel,"Rebels fought soldiers at Bel, killing 7."
https://example.org/2,Africa,Niger,2024-02-29,,,Troops left Tolm.
https://example.org/3,Africa,Chad,soon,,,A text.
https://example.org/4,Africa,Chad,2024-02,,,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "entries.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_rows_become_documents_that_ingest_reads(table: Path) -> None:
    found = list(documents(table, "Tolm Group"))
    assert found[0] == {
        "text": "Deteriorated.\n\nRebels fought soldiers at Bel, killing 7.",
        "title": "Mali: Clashes at Bel",
        "url": "https://example.org/1",
        "published": "2024-02",
        "publisher": "Tolm Group",
    }
    first = to_document(found[0], Origin("entries.jsonl", "application/jsonl"))
    assert first.title == "Mali: Clashes at Bel"
    assert found[2:] == [
        "entries.csv, line 4: the column date has 'soon', which is no day",
        "entries.csv, line 5: the column content is empty",
    ]


def test_command(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(table)]) == 5
    told = capsys.readouterr()
    assert [json.loads(line)["published"] for line in told.out.splitlines()] == ["2024-02", "2024-02-29"]
    assert "line 4" in told.err
    assert main([]) == 2
    assert main([str(tmp_path / "none.csv")]) == 3
