from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.errors import StoreCorrupt, StoreError
from crisiskg.journal import EMPTY_SHA256, Journal, Operation, canonical_digest, canonical_lines, read_entries

A, B = "https://example.org/a", "https://example.org/b"


def write(operation: Operation, graph: str, sha256: str = "x") -> tuple[Operation, str, int, str]:
    return (operation, graph, 1, sha256)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_entries_come_back_in_order(path: Path) -> None:
    journal = Journal(path)
    journal.append([write("replace", A, "1"), write("replace", B, "2")])
    journal.append([write("replace", A, "3"), write("drop", B)])
    again = Journal(path)
    assert again.last == 4
    assert {graph: entry.sha256 for graph, entry in again.graphs().items()} == {A: "3"}
    assert again.graph(B) is None
    assert [entry.n for entry in again.recent()] == [1, 2, 3, 4]
    assert all(entry.at.endswith("Z") for entry in again.recent())


def test_nothing_to_append_writes_nothing(path: Path) -> None:
    assert Journal(path).append([]) == []
    assert not path.exists()


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_torn_last_line_is_cut_off(path: Path, cut: int) -> None:
    Journal(path).append([write("replace", A), write("replace", B)])
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    journal = Journal(path)
    assert journal.last == 1
    journal.append([write("replace", B)])
    assert [entry.n for entry in read_entries(path)] == [1, 2]


def test_broken_line_in_the_middle_is_told(path: Path) -> None:
    Journal(path).append([write("replace", A), write("replace", B)])
    lines = path.read_bytes().splitlines(True)
    path.write_bytes(b"{}\n" + lines[1])
    with pytest.raises(StoreCorrupt, match="line 1"):
        Journal(path)


def test_gap_is_told(path: Path) -> None:
    Journal(path).append([write("replace", A), write("replace", B)])
    path.write_bytes(path.read_bytes().splitlines(True)[1])
    with pytest.raises(StoreCorrupt, match="number 2 where 1 was due"):
        Journal(path)


@pytest.mark.parametrize("line", [b"[]\n", b'"x"\n', b'{"n": "1"}\n', b"\xff\n", b"null\n"])
def test_lines_of_another_form_are_not_taken(path: Path, line: bytes) -> None:
    Journal(path).append([write("replace", A)])
    path.write_bytes(line + path.read_bytes())
    with pytest.raises(StoreCorrupt, match="line 1"):
        Journal(path)


def test_disk_that_refuses_is_told_and_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "missing" / "journal.jsonl")
    with pytest.raises(StoreError, match="cannot be written"):
        journal.append([write("replace", A)])
    assert journal.last == 0


def test_digest_knows_neither_order_nor_repetition() -> None:
    quads = [
        ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(value), ox.NamedNode("urn:g"))
        for value in ("b", "a", "a")
    ]
    assert canonical_digest(quads) == canonical_digest(reversed(quads))
    assert canonical_digest(quads)[0] == 2
    assert canonical_digest(quads[:1])[1] != canonical_digest(quads[1:])[1]
    assert canonical_digest([]) == (0, EMPTY_SHA256)


@pytest.mark.parametrize(
    "literal",
    [
        ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + name))
        for name, values in {
            "integer": ["0", "7", "-7", "01", "+7", "-0", "12345678901234567890"],
            "decimal": ["0.5", "-0.5", "1.0", "1", ".5", "00.25", "1.10", "-0.0", "1234567.000001"],
            "date": ["2015-05-27", "2015-05-27Z", "0025-01-01", "2015-05-27+02:00"],
            "boolean": ["true", "false", "1", "0"],
            "double": ["1.5", "1E0"],
            "dateTime": ["2015-05-27T00:00:00.000Z"],
        }.items()
        for value in values
    ]
    + [ox.Literal('say "1"^^<http://www.w3.org/2001/XMLSchema#integer> twice')],
    ids=str,
)
def test_canonical_lines_are_what_a_store_gives_back(literal: ox.Literal) -> None:
    quad = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), literal, ox.NamedNode("urn:g"))
    store = ox.Store()
    store.add(quad)

    assert canonical_lines([quad]) == [f"{back} ." for back in store]
