"""Parts of imports: sums over lines, what was seen, shared records, side files, graphs that are not finished."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.datasets.records import Actor, Place, State
from crisiskg.errors import StoreError
from crisiskg.importing import seen as seen_module
from crisiskg.importing.loading import Chunk, Loader
from crisiskg.importing.plan import Group, Progress, Tally, count_in
from crisiskg.importing.seen import WIDTH, Seen, Where, key_of
from crisiskg.importing.shared import LINE_WIDTH, RECORD_WIDTH, Shared
from crisiskg.importing.side_file import SideFile
from crisiskg.journal import LineSum, canonical_digest, digest_like, sum_digest
from crisiskg.store import OxigraphStore
from crisiskg.unfinished_graphs import UnfinishedGraphs

G = "urn:g"
Side = Callable[..., SideFile]


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    """Opens side files, and closes them after the test."""
    with contextlib.ExitStack() as left:

        def open_side(name: str, width: int, count: int = 0) -> SideFile:
            return left.enter_context(contextlib.closing(SideFile(tmp_path / name, width, count)))

        yield open_side


def quads(count: int) -> list[ox.Quad]:
    return [
        ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(f"a\n{n}"), ox.NamedNode(G)) for n in range(count)
    ]


def lines(count: int) -> list[bytes]:
    return (ox.serialize([quad.triple for quad in quads(count)], format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")[:-1]


def test_a_sum_is_the_same_in_any_order_and_another_when_a_line_differs() -> None:
    one, other = quads(50), quads(50)
    random.Random(1).shuffle(other)
    assert sum_digest(one) == sum_digest(other)
    assert sum_digest(one)[1] != sum_digest(one[:-1])[1]
    assert sum_digest([*one[:-1], one[0]])[1] != sum_digest(one)[1]
    total = LineSum()
    total.add(*lines(50))
    assert total.digest == sum_digest(one)[1]
    assert LineSum(total.digest).digest == total.digest
    assert digest_like(total.digest, one) == (50, total.digest)
    assert digest_like(None, one) == canonical_digest(one)


def test_a_store_tells_a_large_graph_from_a_changed_one(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "store") as store:
        store.begin_graph(G)
        store.load_lines(G, b"\n".join(lines(20)))
        store.load_lines(G, b"\n".join(lines(20)))  # the same part again
        assert store.verify().unfinished == (G,)
        store.finish_graph(G, *sum_digest(quads(20)))
        assert store.verify().sound
        assert store.unfinished == frozenset()
    database = ox.Store(str((tmp_path / "store" / "db").resolve()))
    database.remove(quads(1)[0])
    database.flush()
    del database
    with OxigraphStore(tmp_path / "store") as store:  # opening does not read it
        assert store.verify().changed == (G,)


def test_a_large_graph_that_is_lost_is_told_at_opening(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "store") as store:
        store.begin_graph(G)
        store.load_lines(G, b"\n".join(lines(2)))
        store.finish_graph(G, *sum_digest(quads(2)))
    database = ox.Store(str((tmp_path / "store" / "db").resolve()))
    database.remove_graph(ox.NamedNode(G))
    database.flush()
    del database
    with pytest.raises(StoreError, match="lost acknowledged content"):
        OxigraphStore(tmp_path / "store")


def test_a_graph_must_be_begun_and_only_once(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "store") as store:
        with pytest.raises(StoreError, match="was not begun"):
            store.load_lines(G, b"")
        store.replace_graph(G, quads(1))
        with pytest.raises(StoreError, match="there already"):
            store.begin_graph(G)
        store.begin_graph("urn:other")
        with pytest.raises(StoreError, match="cannot be written"):
            store.load_lines("urn:other", b"no line")


def test_a_graph_of_several_parts_is_removed_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.store._PART", 7)
    gone: list[int] = []
    with OxigraphStore(tmp_path / "store") as store:
        store.replace_graph(G, quads(20))
        store.replace_graph(
            "urn:h", [ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode("urn:h")) for quad in quads(5)]
        )
        store.remove_large(G, gone.append)
        assert (store.graphs(), gone) == (["urn:h"], [7, 14, 20])
        assert store.verify().sound


def test_a_graph_that_the_journal_knows_is_finished(tmp_path: Path) -> None:
    UnfinishedGraphs(tmp_path).add("urn:a")
    UnfinishedGraphs(tmp_path).add("urn:b")
    assert UnfinishedGraphs(tmp_path).graphs == {"urn:a", "urn:b"}
    assert UnfinishedGraphs(tmp_path, {"urn:a"}).graphs == {"urn:b"}
    (tmp_path / "unfinished").write_bytes(b"\xff\n")
    with pytest.raises(StoreError, match="cannot be read"):
        UnfinishedGraphs(tmp_path)


def test_seen_rows_are_found_when_they_are_packed_and_after_a_restart(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_module, "_FRESH", 10)
    monkeypatch.setattr(seen_module, "_MOST_PACKED", 45)
    file = side("seen", WIDTH)
    seen = Seen(file)
    for number in range(200):
        seen.add(key_of(str(number % 150)), Where(number + 2, number // 100))
    noted = file.settle()
    seen.add(key_of("later"), Where(1, 0))
    file.settle()
    for found in (seen, Seen(side("seen", WIDTH, noted))):
        assert found.find(key_of("149")) == Where(151, 1)
        assert found.find(key_of("0")) == Where(2, 0)
        assert (found.count(key_of("0")), found.count(key_of("149")), found.count(key_of("x"))) == (2, 1, 0)
        assert found.find(key_of("200")) is None
    assert found.find(key_of("later")) is None
    with pytest.raises(StoreError, match="shorter than it was"):
        side("seen", WIDTH, noted + 5)


def test_shared_records_are_written_once_and_what_differs_is_settled(side: Side) -> None:
    sides = side("r", RECORD_WIDTH), side("l", LINE_WIDTH)
    shared = Shared(*sides)
    first = Actor("urn:a", "ArmedGroup", "Front", names=("F",), state="urn:s")
    assert len(shared.lines(first).splitlines()) == 4
    assert shared.lines(first) == ""
    counts = [each.settle() for each in sides]
    again = Shared(side("r", RECORD_WIDTH, counts[0]), side("l", LINE_WIDTH, counts[1]))
    for known in (shared, again):
        assert known.lines(Actor(*first)) == ""
        added = known.lines(first._replace(label="The Front", names=("F", "TF"), state="urn:t")).splitlines()
        assert [line.split(" ", 2)[2] for line in added] == ['"The Front"@en .', '"TF"@en .']
        assert known.differing == 1
        assert "urn:t" in known.examples[0]
        assert known.lines(first._replace(label="TF", state="urn:s", names=())) == ""
    assert shared.lines(State("urn:c", "A state")) != ""
    assert shared.lines(State("urn:c", "Another state")) == ""
    assert shared.differing == 2
    assert shared.lines(Place("urn:a", "Front")) != ""  # another kind of record with the same IRI


def test_a_loader_stops_at_the_first_failure_and_tells_it() -> None:
    loaded: list[bytes] = []

    def load(data: bytes) -> None:
        if data == b"bad":
            raise StoreError("full")
        loaded.append(data)

    def hand_over(*parts: bytes) -> None:
        with Loader(load, threads=1) as loader:
            for data in parts:
                loader.put(Chunk(data, lambda: None))

    def fail() -> None:
        with Loader(load) as loader:
            loader.put(Chunk(b"x", lambda: None))
            raise ZeroDivisionError

    with pytest.raises(StoreError, match="full"):
        hand_over(b"a", b"bad", b"b", b"c", b"d")
    assert loaded == [b"a"]
    with pytest.raises(ZeroDivisionError):
        fail()


def test_chunks_are_noted_in_their_order_whichever_is_loaded_first() -> None:
    second_is_loaded, noted, loaded = threading.Event(), [], []

    def load(data: bytes) -> None:
        if data == b"0":
            assert second_is_loaded.wait(10)
        loaded.append(data)
        second_is_loaded.set()

    with Loader(load) as loader:
        for number in range(5):
            loader.put(Chunk(b"%d" % number, lambda number=number: noted.append(number)))  # type: ignore[misc]
    assert loaded[0] == b"1"
    assert noted == [0, 1, 2, 3, 4]


def test_nothing_is_noted_after_a_chunk_that_the_store_refused() -> None:
    first_may_fail, noted = threading.Event(), []

    def load(data: bytes) -> None:
        if data == b"0":
            assert first_may_fail.wait(10)
            raise StoreError("full")
        first_may_fail.set()

    def hand_over() -> None:
        with Loader(load) as loader:
            for number in range(4):
                loader.put(Chunk(b"%d" % number, lambda number=number: noted.append(number)))  # type: ignore[misc]

    with pytest.raises(StoreError, match="full"):
        hand_over()
    assert noted == []


def test_progress_is_read_as_it_was_written() -> None:
    tally = Tally(rows=3, reasons={"a": Group("a", 1, "a 1", ["f:1"])})
    progress = Progress("d", "r", "m", ["00"], file=1, seen={"seen": 4}, tally=tally)
    assert Progress.from_json(progress.to_json()) == progress
    for text in ("", "{}", "[]", '{"tally": 1}'):
        with pytest.raises(ValueError, match=r".*"):
            Progress.from_json(text)


def test_reasons_without_end_are_counted_together() -> None:
    groups: dict[str, Group] = {}
    for number in range(500):
        count_in(groups, f"reason {number}", "example", f"f:{number}")
    assert len(groups) == 201
    assert groups["other reasons"].count == 300
    assert sum(group.count for group in groups.values()) == 500
