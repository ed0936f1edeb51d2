"""The writer of an embedded store: what is promised of one write, and what may go wrong with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.journal import EMPTY_SHA256, canonical_digest, read_entries
from crisiskg.settings import load_settings
from crisiskg.store import OxigraphStore
from crisiskg.writing.change import Change
from crisiskg.writing.conditions import check_conditions, dataset_digest, graph_tag
from crisiskg.writing.points import POINTS
from crisiskg.writing.redo import Redo, read_redo
from crisiskg.writing.requests import GraphChange, WriteOutcome, WriteRequest
from crisiskg.writing.writer import Writer, limits

G, H = "https://example.org/graph/g", "https://example.org/graph/h"
TTL = "text/turtle"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def writer(folder: Path) -> Iterator[Writer]:
    made = Writer(load_settings(store=str(folder)))
    yield made
    made.close()


def put(body: str, graph: str | None = G, **fields: Any) -> WriteRequest:
    return WriteRequest("put", body.encode(), TTL, graph=graph, **fields)


def post(body: str, graph: str | None = G, **fields: Any) -> WriteRequest:
    return WriteRequest("post", body.encode(), TTL, graph=graph, **fields)


def update(text: str, **fields: Any) -> WriteRequest:
    return WriteRequest("update", text.encode(), **fields)


def shown(folder: Path) -> list[str]:
    """Return what readers see, without blank nodes' ids."""
    from crisiskg.generations import Generations

    _, path = Generations(folder).newest()
    return sorted(str(quad) for quad in ox.Store.read_only(str(path)))


def sound(writer: Writer) -> bool:
    return writer._opened().verify().sound


# --- the Graph Store Protocol ---------------------------------------------------------------------------------------------


def test_put_creates_replaces_and_knows_what_changed(writer: Writer, folder: Path) -> None:
    first = writer.write(put("<urn:s> <urn:p> 1 , 2 ."))
    assert (first.status, first.created, first.existed) == ("written", True, False)
    assert first.changed == (GraphChange(G, 2, 0),)
    second = writer.write(put("<urn:s> <urn:p> 2 , 3 , 4 ."))
    assert (second.created, second.existed, second.changed) == (False, True, (GraphChange(G, 2, 1),))
    assert second.generation == first.generation + 1
    assert [line.split('"')[1] for line in shown(folder)] == ["2", "3", "4"]
    assert "sh:conforms true" in second.report
    assert sound(writer)


def test_same_content_changes_nothing(writer: Writer) -> None:
    first = writer.write(put("<urn:s> <urn:p> 1 ."))
    again = writer.write(put("<urn:s> <urn:p> 01 ."))
    assert (again.status, again.generation, again.changed) == ("unchanged", first.generation, ())


def test_post_merges_and_new_blank_nodes_do_not_meet_old_ones(writer: Writer) -> None:
    body = "_:a <urn:p> 1 ."
    writer.write(post(body))
    outcome = writer.write(post(body))
    assert outcome.changed == (GraphChange(G, 1, 0),)
    assert len(list(writer._opened().quads(G))) == 2
    assert sound(writer)


def test_parts_are_merged_and_each_has_its_own_blank_nodes(writer: Writer) -> None:
    parts = ((TTL, b"_:a <urn:p> 1 ."), ("application/n-triples", b"_:a <urn:p> <urn:x> ."))
    outcome = writer.write(WriteRequest("post", parts=parts, graph=G))
    assert outcome.changed == (GraphChange(G, 2, 0),)
    assert len({quad.subject for quad in writer._opened().quads(G)}) == 2


def test_empty_graphs_exist_until_they_are_deleted(writer: Writer) -> None:
    assert writer.write(put("")).created is True
    assert writer._opened().graphs() == [G]
    assert writer._opened().digest(G) == EMPTY_SHA256
    assert writer.write(put("")).status == "unchanged"
    assert sound(writer)
    writer.release()
    assert writer.write(WriteRequest("delete", graph=G)).status == "written"
    assert writer._opened().graphs() == []
    assert sound(writer)


def test_posting_nothing_makes_no_graph(writer: Writer) -> None:
    outcome = writer.write(post(""))
    assert (outcome.status, outcome.created) == ("unchanged", False)


def test_default_graph_has_its_place(writer: Writer) -> None:
    first = writer.write(put("<urn:s> <urn:p> 1 .", "default"))
    assert (first.created, first.existed) == (True, False)
    store = writer._opened()
    assert store.graphs() == ["default"]
    assert store.digest("default") == canonical_digest(store.quads("default"))[1]
    assert writer.write(put("<urn:s> <urn:p> 2 .", "default")).existed is True
    writer.release()
    assert sound(writer)
    assert writer.write(WriteRequest("delete", graph="default")).changed == (GraphChange("default", 0, 1),)
    assert writer._opened().graphs() == []
    assert writer.write(WriteRequest("delete", graph="default")).status == "unchanged"
    assert sound(writer)


def test_delete_of_what_is_not_there(writer: Writer) -> None:
    with pytest.raises(errors.NotFound, match="no graph"):
        writer.write(WriteRequest("delete", graph=G))


def test_whole_dataset(writer: Writer, folder: Path) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    body = f'<urn:s> <urn:p> "2" <{H}> .\n<urn:s> <urn:p> "3" .'.encode()
    outcome = writer.write(WriteRequest("post", body, "application/n-quads"))
    assert {change.graph for change in outcome.changed} == {"default", H}
    assert (outcome.created, outcome.existed) == (False, True)
    assert writer._opened().graphs() == ["default", G, H]
    outcome = writer.write(WriteRequest("put", body, "application/n-quads"))
    assert outcome.changed == (GraphChange(G, 0, 1),)
    assert writer._opened().graphs() == ["default", H]
    writer.write(WriteRequest("delete"))
    assert shown(folder) == []
    assert sound(writer)


def test_formats_without_graphs_do_not_fill_a_dataset(writer: Writer) -> None:
    with pytest.raises(errors.InvalidParameter, match="no names of graphs"):
        writer.write(put("<urn:s> <urn:p> 1 .", None))


def test_broken_bodies_and_names_change_nothing(writer: Writer) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    before = writer._opened().journal.last
    for request, error in [
        (put("<urn:s> <urn:p>"), errors.MalformedBody),
        (WriteRequest("put", b"x", "text/html", graph=G), errors.UnsupportedSource),
        (put("<urn:s> <urn:p> '\\u0001' ."), errors.MalformedBody),
        (put("<urn:s> <urn:p> 1 .", "no iri"), errors.InvalidIdentifier),
        (WriteRequest("patch", graph=G), errors.InvalidParameter),  # type: ignore[arg-type]
        (WriteRequest("update", parts=((TTL, b""),)), errors.InvalidParameter),
        (WriteRequest("update", b"\xff"), errors.QuerySyntaxError),
        (update("INSERT DATA { <urn:s> <urn:p> '\\u0002' }"), errors.MalformedBody),
    ]:
        with pytest.raises(error):
            writer.write(request)
    assert writer._opened().journal.last == before
    assert sound(writer)


def test_size_of_bodies_and_updates_is_limited(folder: Path) -> None:
    writer = Writer(load_settings(store=str(folder), max_body_bytes=10, max_update_bytes=40))
    try:
        with pytest.raises(errors.LimitExceeded, match="10 are allowed"):
            writer.write(put("<urn:s> <urn:p> 1 ."))
        with pytest.raises(errors.LimitExceeded, match="40 are allowed"):
            writer.write(update("INSERT DATA { <urn:s> <urn:p> 1 , 2 , 3 , 4 }"))
    finally:
        writer.close()


# --- updates --------------------------------------------------------------------------------------------------------------


def test_update_over_several_graphs_is_one_write(writer: Writer, folder: Path) -> None:
    writer.write(put("<urn:s> <urn:p> 1 , _:b . _:b <urn:p> 2 ."))
    text = (
        f"INSERT {{ GRAPH <{H}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }} ; "
        f"DELETE WHERE {{ GRAPH <{G}> {{ ?s ?p 2 }} }} ; "
        "INSERT { <urn:sum> <urn:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"
    )
    outcome = writer.write(update(text))
    assert outcome.changed == (GraphChange("default", 1, 0), GraphChange(G, 0, 1), GraphChange(H, 3, 0))
    store = writer._opened()
    (blank,) = {quad.object for quad in store.quads(G)} - {ox.Literal(1)}
    assert blank in {quad.subject for quad in store.quads(H)}  # blank nodes keep their ids
    assert [quad.object for quad in store.quads("default")] == [ox.Literal(5)]
    assert [entry.n for entry in read_entries(folder / "journal.jsonl")] == [1, 2, 3, 4]
    assert sound(writer)
    assert not list((folder / "scratch").iterdir())


def test_failing_operation_undoes_those_before_it(writer: Writer) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    with pytest.raises(errors.NotFound, match="no graph"):
        writer.write(update(f"CLEAR ALL ; DROP GRAPH <{H}>"))
    assert len(list(writer._opened().quads(G))) == 1


def test_union_is_what_the_setting_says(folder: Path) -> None:
    for union, expected in ((True, 1), (False, 0)):
        writer = Writer(load_settings(store=str(folder), union_default_graph=union))
        writer.write(put("<urn:s> <urn:p> 1 ."))
        text = f"DROP SILENT GRAPH <{H}> ; INSERT {{ GRAPH <{H}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
        writer.write(update(text))
        assert len(list(writer._opened().quads(H))) == expected
        writer.close()


def test_emptied_graph_stays_and_dropped_graph_goes(writer: Writer) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    assert writer.write(update(f"DELETE WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}")).changed == (GraphChange(G, 0, 1),)
    assert writer._opened().graphs() == [G]
    assert writer.write(update("DROP ALL")).changed == (GraphChange(G, 0, 0),)
    assert writer._opened().graphs() == []
    assert sound(writer)


# --- validation, conditions, dry runs -------------------------------------------------------------------------------------

BROKEN = "<urn:e> a <https://w3id.org/crisiskg/ontology#Event> ."


@pytest.mark.parametrize(
    "request_",
    [
        put(BROKEN),
        post(BROKEN),
        update(f"INSERT DATA {{ GRAPH <{G}> {{ {BROKEN} }} }}"),
        update(f"INSERT {{ {BROKEN} }} WHERE {{ }}"),
    ],
)
def test_shapes_refuse_with_a_report(writer: Writer, request_: WriteRequest) -> None:
    writer.write(put("<urn:s> <urn:p> 1 .", H))
    with pytest.raises(errors.ShapesViolated, match="refuse the write") as found:
        writer.write(request_)
    assert "sh:conforms false" in found.value.report
    assert "<urn:e>" in found.value.report
    assert writer._opened().graphs() == [H]
    assert sound(writer)


def test_long_reports_are_cut_and_say_so(writer: Writer) -> None:
    body = "".join(f"<urn:e{n}> a <https://w3id.org/crisiskg/ontology#Event> .\n" for n in range(700))
    with pytest.raises(errors.ShapesViolated, match="of which the report has 1000") as found:
        writer.write(put(body))
    assert found.value.report.count("sh:ValidationResult") == 1000


def test_graphs_of_other_vocabularies_are_kept_as_they_are(writer: Writer) -> None:
    assert writer.write(put("<urn:e> a <http://xmlns.com/foaf/0.1/Person> .")).status == "written"


def test_dry_run_tells_and_writes_nothing(writer: Writer) -> None:
    outcome = writer.write(put("<urn:s> <urn:p> 1 .", dry_run=True))
    assert (outcome.status, outcome.created, outcome.changed) == ("dry_run", True, (GraphChange(G, 1, 0),))
    assert "sh:conforms true" in outcome.report
    assert writer._opened().graphs() == []
    with pytest.raises(errors.ShapesViolated):
        writer.write(put(BROKEN, dry_run=True))


def test_conditional_writes(writer: Writer) -> None:
    writer.write(put("<urn:s> <urn:p> 1 .", if_none_match=("*",)))
    digest = writer._opened().digest(G)
    assert digest is not None
    tag = graph_tag(digest)
    with pytest.raises(errors.PreconditionFailed, match="If-None-Match"):
        writer.write(put("<urn:s> <urn:p> 2 .", if_none_match=("*",)))
    with pytest.raises(errors.PreconditionFailed, match="If-Match"):
        writer.write(put("<urn:s> <urn:p> 2 .", if_match=("0" * 32,)))
    with pytest.raises(errors.PreconditionFailed, match="there is none"):
        writer.write(put("<urn:s> <urn:p> 2 .", H, if_match=("*",)))
    assert writer.write(put("<urn:s> <urn:p> 2 .", if_match=("other", f"{tag}.ttl"))).status == "written"
    with pytest.raises(errors.PreconditionFailed):
        writer.write(WriteRequest("delete", graph=G, if_match=(tag,)))
    dataset = graph_tag(dataset_digest((name, entry.sha256) for name, entry in writer._opened().journal.graphs().items()))
    assert writer.write(update("INSERT DATA { <urn:s> <urn:p> 1 }", if_match=(dataset,))).status == "written"
    with pytest.raises(errors.PreconditionFailed):
        writer.write(update("INSERT DATA { <urn:s> <urn:p> 3 }", if_match=(dataset,)))


def test_weak_tags_match_only_where_they_may() -> None:
    digest = "ab" * 32
    with pytest.raises(errors.PreconditionFailed):
        check_conditions(digest, (f"W/{graph_tag(digest)}",), None)
    with pytest.raises(errors.PreconditionFailed):
        check_conditions(digest, None, (f'W/"{graph_tag(digest)}"',))
    check_conditions(digest, (f'"{graph_tag(digest)}"',), ("other",))


def test_records_pass_the_wire() -> None:
    request = WriteRequest("post", b"\x00\xff", TTL, ((TTL, b"\xfe"),), G, "http://x/", (G,), (H,), True, (), None)
    assert WriteRequest.from_dict(request.to_dict()) == request
    outcome = WriteOutcome("dry_run", True, False, 3, (GraphChange(G, 1, 2),), "report")
    assert WriteOutcome.from_dict(outcome.to_dict()) == outcome


# --- what must not take the service down ----------------------------------------------------------------------------------


def with_limits(folder: Path, **given: Any) -> Writer:
    return Writer(load_settings(store=str(folder), **given))


def test_update_that_does_not_end_is_ended_and_the_next_one_written(writer: Writer) -> None:
    writer.write(put(" ".join(f"<urn:s{n}> <urn:p> {n} ." for n in range(2_000))))
    patient = writer._settings
    writer._settings = patient.model_copy(update={"write_time_limit_s": 1.0})
    started = time.monotonic()
    with pytest.raises(errors.StoreTimeout, match="longer than"):
        writer.write(update("INSERT { ?a <urn:q> ?c } WHERE { ?a <urn:p> ?b . ?c <urn:p> ?d . ?e <urn:p> ?f }"))
    assert time.monotonic() - started < 1.5
    writer._settings = patient
    assert writer.write(put("<urn:s> <urn:p> 1 .", H)).status == "written"
    assert writer._opened().graphs() == [G, H]
    assert sound(writer)


def test_update_that_fills_the_memory_is_ended_and_the_next_one_written(folder: Path) -> None:
    writer = with_limits(folder, write_memory_mb=128)
    try:
        writer.write(put(" ".join(f"<urn:s{n}> <urn:p> {n} ." for n in range(2_000))))
        doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
        with pytest.raises(errors.LimitExceeded, match="128 MiB"):
            writer.write(update(f"INSERT {{ <urn:a> <urn:q> ?x30 }} WHERE {{ BIND('0123456789' AS ?x0) {doubled} }}"))
        assert writer.write(put("<urn:s> <urn:p> 1 .", H)).status == "written"
        assert sound(writer)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (update("INSERT DATA " + "{" * 5_000), errors.LimitExceeded),
        (WriteRequest("put", b"[" * 50_000, "application/ld+json", graph=G), errors.LimitExceeded),
        (WriteRequest("put", b"<urn:a> <urn:b> " + b"( " * 100_000, TTL, graph=G), errors.CallerError),
        (
            WriteRequest("put", b"<u:a> <u:b> " + b"<<( <u:a> <u:b> " * 50_000 + b"1" + b" )>>" * 50_000 + b" .", TTL, graph=G),
            errors.LimitExceeded,
        ),
        (
            WriteRequest("put", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "application/rdf+xml", graph=G),
            errors.MalformedBody,
        ),
    ],
    ids=["braces", "json", "collections", "triple-terms", "entities"],
)
def test_bombs_harm_nobody(writer: Writer, request_: WriteRequest, error: type[Exception]) -> None:
    with pytest.raises(error):
        writer.write(request_)
    assert writer.write(put("<urn:s> <urn:p> 1 .", H)).status == "written"
    assert sound(writer)


def test_process_that_evaluates_can_write_nothing_but_scratch(writer: Writer, folder: Path) -> None:
    writer._opened()
    facts = writer._evaluator.facts()
    if not facts["files"]:
        pytest.skip("this kernel has no Landlock")
    program = """
import sys
from pathlib import Path
from crisiskg.writing.confinement import allow_writing_only_in
scratch, other = Path(sys.argv[1]), Path(sys.argv[2])
(other / "linked").write_text("before")
(scratch / "link").symlink_to(other / "linked")
assert allow_writing_only_in(scratch)
(scratch / "new").write_text("fine")
for act in (
    lambda: (other / "new").write_text("x"),
    lambda: (other / "linked").unlink(),
    lambda: (scratch / "link").write_text("x"),
    lambda: (other / "linked").open("ab"),
    lambda: (other / "folder").mkdir(),
    lambda: (other / "linked").rename(scratch / "y"),
):
    try:
        act()
    except OSError:
        continue
    sys.exit("a write outside of the folder was possible")
assert (other / "linked").read_text() == "before"
"""
    for name in ("a", "b"):
        (folder.parent / name).mkdir()
    result = subprocess.run(
        [sys.executable, "-c", program, str(folder.parent / "a"), str(folder.parent / "b")], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr


def test_process_that_evaluates_has_no_network(writer: Writer) -> None:
    writer._opened()
    assert writer._evaluator.facts()["network"] in ("seccomp", "namespace")


# --- durability -----------------------------------------------------------------------------------------------------------

#: Applies a change of two graphs and the default graph, which was made before and is read from a redo file.
PROGRAM = """
import sys
from pathlib import Path
from crisiskg.store import OxigraphStore
from crisiskg.writing.change import Change
from crisiskg.writing.redo import read_redo
store = OxigraphStore(Path(sys.argv[1]))
store.commit(Change(read_redo(Path(sys.argv[2])).edits))
print("written", flush=True)
store.publish()
"""
TWO_GRAPHS = (
    f"DELETE {{ GRAPH <{G}> {{ ?s <urn:p> 1 }} }} INSERT {{ GRAPH <{H}> {{ ?s <urn:p> 1 , _:b }} <urn:d> <urn:p> 1 }} "
    f"WHERE {{ GRAPH <{G}> {{ ?s <urn:p> 1 }} }}"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store that holds one graph, and the change of an update as a redo file."""
    folder = tmp_path_factory.mktemp("prepared")
    writer = Writer(load_settings(store=str(folder / "store")))
    writer.write(put("<urn:s> <urn:p> 1 , 2 ."))
    _, generation = writer._opened().generations.newest()
    task = {"request": update(TWO_GRAPHS).to_dict(), "limits": limits(writer._settings)}
    change = writer._evaluator.evaluate(task, generation, 60)
    writer.close()
    Redo(0, change.edits).write(folder / "change")
    return folder


def killed(prepared: Path, folder: Path, point: str) -> subprocess.CompletedProcess[bytes]:
    shutil.copytree(prepared / "store", folder)
    environment = os.environ | {"CRISISKG_KILL_AT": point}
    command = [sys.executable, "-c", PROGRAM, str(folder), str(prepared / "change")]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize("point", [point for point in POINTS if point not in ("evaluated", "graph-written")])
def test_killed_at_a_point_leaves_all_or_nothing(prepared: Path, folder: Path, point: str) -> None:
    result = killed(prepared, folder, point)
    assert result.returncode == -9, result.stderr
    assert (b"written" in result.stdout) == (point in ("checkpointed", "generation-renamed", "published"))
    for _ in range(2):
        with OxigraphStore(folder) as store:
            assert store.verify().sound
            assert not (folder / "redo").exists()
            assert {graph: len(list(store.quads(graph))) for graph in store.graphs()} == {"default": 1, G: 1, H: 2}
            assert store.journal.last == 4
            store.publish()
    assert len(shown(folder)) == 4


def test_killed_before_anything_is_written_down_leaves_nothing(prepared: Path, folder: Path) -> None:
    shutil.copytree(prepared / "store", folder)
    program = """
import sys
from crisiskg.settings import load_settings
from crisiskg.writing.requests import WriteRequest
from crisiskg.writing.writer import Writer
Writer(load_settings(store=sys.argv[1])).write(WriteRequest("update", sys.argv[2].encode()))
"""
    environment = os.environ | {"CRISISKG_KILL_AT": "evaluated"}
    result = subprocess.run([sys.executable, "-c", program, str(folder), TWO_GRAPHS], env=environment, capture_output=True)
    assert result.returncode == -9, result.stderr
    with OxigraphStore(folder) as store:
        assert store.verify().sound
        assert store.graphs() == [G]


def test_ingest_killed_when_a_graph_is_written_adopts_it(folder: Path) -> None:
    program = """
import sys
import pyoxigraph as ox
from pathlib import Path
from crisiskg.store import OxigraphStore
store = OxigraphStore(Path(sys.argv[1]))
g, a = ox.NamedNode(sys.argv[2]), ox.NamedNode("urn:a")
store.replace_graph(g.value, [ox.Quad(a, a, a, g)])
store.flush()
"""
    environment = os.environ | {"CRISISKG_KILL_AT": "graph-written"}
    assert subprocess.run([sys.executable, "-c", program, str(folder), G], env=environment).returncode == -9
    with OxigraphStore(folder) as store:
        assert store.verify().sound


def test_torn_redo_file_is_forgotten_and_a_stale_one_too(prepared: Path, folder: Path) -> None:
    assert killed(prepared, folder, "redo-written").returncode == -9
    redo = folder / "redo"
    whole = redo.read_bytes()
    for torn in (whole[:-1], whole[: len(whole) // 2], b"", whole.replace(b"urn:d", b"urn:t")):
        redo.write_bytes(torn)
        assert read_redo(redo) is None
        with OxigraphStore(folder) as store:
            assert store.graphs() == [G]
        assert not redo.exists()
    redo.write_bytes(whole)
    with OxigraphStore(folder) as store:
        assert store.graphs() == ["default", G, H]
        for graph in store.graphs():
            store.drop_graph(graph)
    redo.write_bytes(whole)  # as after a power cut that undid its removal
    with OxigraphStore(folder) as store:
        assert store.graphs() == []


def test_flush_comes_before_journal_and_journal_before_the_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of what reaches the disk is what makes an answer a promise."""
    order: list[str] = []

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            order.append(name)
            return function(*args, **options)

        return call

    from crisiskg import journal
    from crisiskg.writing import redo

    monkeypatch.setattr(redo.Redo, "write", noted("redo", redo.Redo.write))
    monkeypatch.setattr(OxigraphStore, "_apply", noted("apply", OxigraphStore._apply))
    monkeypatch.setattr(OxigraphStore, "_flush_db", noted("flush", OxigraphStore._flush_db))
    monkeypatch.setattr(journal.Journal, "append", noted("journal", journal.Journal.append))
    monkeypatch.setattr(OxigraphStore, "publish", noted("publish", OxigraphStore.publish))
    writer = Writer(load_settings(store=str(folder)))
    try:
        order.clear()
        writer.write(put("<urn:s> <urn:p> 1 ."))
        assert order[-5:] == ["redo", "apply", "flush", "journal", "publish"]
    finally:
        writer.close()


def test_failed_flush_is_no_answer_and_the_next_opening_ends_it(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))

    def refuse(store: OxigraphStore) -> None:
        raise errors.StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(OxigraphStore, "_flush_db", refuse)
        with pytest.raises(errors.StoreError, match="could not end the write"):
            writer.write(put("<urn:s> <urn:p> 2 .", H))
    assert writer._opened().graphs() == [G, H]
    assert sound(writer)


def test_write_that_cannot_be_shown_is_kept(writer: Writer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))

    def refuse(*args: object, **options: object) -> int:
        raise errors.StoreError("generation 3 cannot be published: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(OxigraphStore, "publish", refuse)
        with pytest.raises(errors.StoreError, match="is kept, and cannot be shown"):
            writer.write(put("<urn:s> <urn:p> 2 .", H))
    assert len(shown(folder)) == 1
    assert writer.write(put("<urn:s> <urn:p> 2 .", H)).status == "unchanged"
    assert len(shown(folder)) == 2


def test_disk_that_takes_no_redo_file_leaves_the_store_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crisiskg.writing import redo

    with OxigraphStore(folder) as store:

        def refuse(*args: object) -> None:
            (folder / "redo").write_bytes(b"half")
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(redo.Redo, "write", refuse)
            with pytest.raises(errors.StoreError, match="No space left"):
                store.commit(Change())
        assert not (folder / "redo").exists()
        store.commit(Change())


# --- beside others --------------------------------------------------------------------------------------------------------


def test_release_lets_others_write_and_their_writes_are_seen(writer: Writer, folder: Path) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    with pytest.raises(errors.StoreLocked):
        OxigraphStore(folder)
    writer.release()
    name, a = ox.NamedNode(H), ox.NamedNode("urn:a")
    with OxigraphStore(folder) as store:
        store.replace_graph(H, [ox.Quad(a, a, a, name)])  # flushed when it is closed, and not published
        with pytest.raises(errors.StoreLocked):
            writer.write(put("<urn:s> <urn:p> 2 ."))
    writer.write(update(f"DELETE WHERE {{ GRAPH <{H}> {{ ?s ?p ?o }} }}"))
    assert len(shown(folder)) == 1
    assert sound(writer)


def test_each_generation_knows_its_place_in_the_journal(writer: Writer) -> None:
    numbers = [writer.write(put(f"<urn:s> <urn:p> {n} .")).generation for n in range(5)]
    store = writer._opened()
    assert store.generations.journal_number(numbers[-1]) == store.journal.last == 5
    assert store.generations.exists(numbers[-1])
    assert not store.generations.exists(numbers[0])
    assert store.generations.journal_number(numbers[0]) is None
    assert len(list(store.generations.folder.glob("*.json"))) == len(store.generations.numbers()) == 3
    assert store.is_published()


def test_corrupt_store_is_told(writer: Writer, folder: Path) -> None:
    writer.write(put("<urn:s> <urn:p> 1 ."))
    writer.release()
    db = ox.Store(folder / "db")
    db.clear()
    db.flush()
    del db
    with pytest.raises(errors.StoreCorrupt):
        writer.write(put("<urn:s> <urn:p> 2 .", H))
