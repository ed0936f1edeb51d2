"""One contract for both stores: embedded Oxigraph, and a real SPARQL 1.1 server on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore
from crisiskg.store import OxigraphStore, Store, Verification, existing_folder, open_store
from crisiskg.writing.change import Change, GraphEdit

G = "https://example.org/graph/a"
H = "https://example.org/graph/b"


def quad(value: object, graph: str = G, subject: str = "s") -> ox.Quad:
    return ox.Quad(
        ox.NamedNode(f"https://example.org/{subject}"),
        ox.NamedNode("https://example.org/p"),
        ox.Literal(value),  # type: ignore[arg-type]
        ox.NamedNode(graph),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    binary = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
    if not Path(binary).exists():
        pytest.skip("the PyPI package oxigraph, which holds the server, is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [binary, "serve", "--bind", f"127.0.0.1:{port}", "--union-default-graph"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            pytest.fail("oxigraph serve did not start within ten seconds")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["oxigraph", "server", "server-update"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: OxigraphStore | SparqlStore
    if request.param == "oxigraph":
        made = OxigraphStore(tmp_path / "store")
    else:
        url = request.getfixturevalue("server")
        graphs = f"{url}/store" if request.param == "server" else ""
        made = SparqlStore(f"{url}/query", f"{url}/update", graphs)
    for graph in made.graphs():
        made.drop_graph(graph)
    yield made
    made.close()


def test_replace_is_whole(store: Store) -> None:
    store.replace_graph(G, [quad("one"), quad("two")])
    store.replace_graph(H, [quad("other", H)])
    store.replace_graph(G, [quad("three")])
    store.flush()
    assert list(store.quads(G)) == [quad("three")]
    assert store.graphs() == [G, H]
    assert sorted(map(str, store.quads())) == sorted(map(str, [quad("three"), quad("other", H)]))


@pytest.mark.parametrize(
    "value",
    [
        "a\\u0041b",
        'quotes " and \\ and \n and \t',
        "é 😀 \u202e",
        "} INSERT DATA { <a:b> <a:b> <a:b>",
        "",
        "\x01\x7f",
        12,
        0.5,
        True,
    ],
)
def test_literals_come_back(store: Store, value: object) -> None:
    store.replace_graph(G, [quad(value)])
    assert list(store.quads(G)) == [quad(value)]


def test_large_graphs_come_back(store: Store) -> None:
    content = [quad(n) for n in range(10_500)]
    store.replace_graph(G, content)
    store.replace_graph(H, [quad("small", H)])
    store.flush()
    assert len(list(store.quads(G))) == 10_500
    assert store.digest(G) == canonical_digest(content)[1]
    store.replace_graph(G, [quad("one")])
    assert list(store.quads(G)) == [quad("one")]


def test_drop_tells_whether_there_was_one(store: Store) -> None:
    store.replace_graph(G, [quad("one")])
    assert store.drop_graph(G) is True
    assert store.drop_graph(G) is False
    assert store.graphs() == []
    assert store.digest(G) is None


def test_replacing_with_nothing_drops(store: Store) -> None:
    store.replace_graph(G, [quad("one")])
    store.replace_graph(G, [])
    assert store.graphs() == []


def test_digest_is_that_of_the_content(store: Store) -> None:
    content = [quad("b"), quad("a"), quad("a")]
    store.replace_graph(G, content)
    assert store.digest(G) == canonical_digest(content)[1]
    store.flush()
    assert store.digest(G) == canonical_digest(content)[1]


def test_digest_does_not_depend_on_lexical_form(store: Store) -> None:
    integer = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
    store.replace_graph(
        G, [ox.Quad(quad("x").subject, quad("x").predicate, ox.Literal("007", datatype=integer), ox.NamedNode(G))]
    )
    store.flush()
    assert store.digest(G) == canonical_digest([quad(7)])[1]


def test_select_ask_construct_see_the_union(store: Store) -> None:
    store.replace_graph(G, [quad("one")])
    store.replace_graph(H, [quad("two", H)])
    found = store.select("SELECT ?o ?none WHERE { ?s ?p ?o } ORDER BY ?o")
    assert found == [{"o": ox.Literal("one")}, {"o": ox.Literal("two")}]
    assert store.ask('ASK { ?s ?p "two" }') is True
    assert store.ask('ASK { ?s ?p "three" }') is False
    assert len(store.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")) == 2


def test_malformed_query_is_the_callers_fault(store: Store) -> None:
    with pytest.raises(errors.QuerySyntaxError):
        store.select("SELECT nonsense")


def test_quad_of_another_graph_is_refused(store: Store) -> None:
    with pytest.raises(errors.InvalidIdentifier, match="graph/b"):
        store.replace_graph(G, [quad("x", H)])
    assert store.graphs() == []


def test_blank_node_is_refused(store: Store) -> None:
    node = ox.Quad(ox.BlankNode(), quad("x").predicate, ox.Literal("x"), ox.NamedNode(G))
    with pytest.raises(errors.InvalidIdentifier, match="blank node"):
        store.replace_graph(G, [node])


def test_graph_that_is_no_iri_is_refused(store: Store) -> None:
    with pytest.raises(errors.InvalidIdentifier, match="no IRI"):
        store.replace_graph("> } ; DROP ALL", [quad("x")])


# --- embedded only ----------------------------------------------------------------------------------------------------


def test_second_writer_is_told(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s"), pytest.raises(errors.StoreLocked, match="another process"):
        OxigraphStore(tmp_path / "s")
    OxigraphStore(tmp_path / "s").close()


def test_reopened_store_is_the_same(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s", "https://example.org/id/") as store:
        store.replace_graph(G, [quad("one")])
    with OxigraphStore(tmp_path / "s") as store:
        assert store.base_iri == "https://example.org/id/"
        assert list(store.quads()) == [quad("one")]
        assert store.verify().sound


def test_another_base_is_refused(tmp_path: Path) -> None:
    OxigraphStore(tmp_path / "s", "https://example.org/id/").close()
    with pytest.raises(errors.InvalidParameter, match=r"made with the base IRI https://example\.org/id/"):
        OxigraphStore(tmp_path / "s", "https://example.org/other/")


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(errors.InvalidParameter, match="no store"):
        OxigraphStore(tmp_path)
    with pytest.raises(errors.NotFound, match="no store"):
        existing_folder(tmp_path)


def test_later_format_is_refused(tmp_path: Path) -> None:
    OxigraphStore(tmp_path / "s").close()
    (tmp_path / "s" / "store.json").write_text('{"format": 99, "base_iri": "https://example.org/"}')
    with pytest.raises(errors.InvalidParameter, match="format 99"):
        OxigraphStore(tmp_path / "s")


def test_generations_are_published_and_pruned(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s", keep=2) as store:
        for n in range(1, 5):
            store.replace_graph(G, [quad(n)])
            assert store.publish() == n
        assert store.generations.numbers() == [3, 4]
        number, path = store.generations.newest()
        assert (number, path.name) == (4, "000000000004")
        reader = ox.Store.read_only(str(path))
        store.replace_graph(G, [quad("later")])
        store.flush()
        assert list(reader) == [quad(4)]


def test_publish_goes_on_after_a_torn_publication(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s") as store:
        store.replace_graph(G, [quad(1)])
        store.publish()
        (store.generations.folder / "000000000002.tmp").mkdir()
        (store.generations.folder / "000000000003").mkdir()  # renamed, but CURRENT was not replaced any more
        assert store.publish() == 4
        assert store.generations.current() == 4
        assert not list(store.generations.folder.glob("*.tmp"))


def test_verify_finds_what_was_lost_changed_and_added(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s") as store:
        for name in "abc":
            store.replace_graph(f"https://example.org/graph/{name}", [quad(name, f"https://example.org/graph/{name}")])
    db = ox.Store(tmp_path / "s" / "db")  # behind the journal's back, as a torn log or another program would
    db.update("DROP GRAPH <https://example.org/graph/a>")
    db.add(quad("more", "https://example.org/graph/b"))
    db.add(quad("new", "https://example.org/graph/d"))
    db.flush()
    del db
    with pytest.raises(errors.StoreCorrupt, match="lost acknowledged content of 2 graphs"):
        OxigraphStore(tmp_path / "s")
    with OxigraphStore(tmp_path / "s", check=False) as store:
        found = store.verify()
        assert found.missing == ("https://example.org/graph/a",)
        assert found.changed == ("https://example.org/graph/b",)
        assert found.extra == ("https://example.org/graph/d",)
        assert not found.sound
        store.accept(found)
        assert store.verify().sound
    OxigraphStore(tmp_path / "s").close()


def test_unflushed_write_of_a_killed_process_is_adopted(tmp_path: Path) -> None:
    program = """
import os, sys
import pyoxigraph as ox
from pathlib import Path
from crisiskg.store import OxigraphStore
store = OxigraphStore(Path(sys.argv[1]))
g = ox.NamedNode("https://example.org/graph/a")
quad = ox.Quad(ox.NamedNode("https://example.org/s"), ox.NamedNode("https://example.org/p"), ox.Literal("one"), g)
store.replace_graph(g.value, [quad])
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "s")], check=False)
    with OxigraphStore(tmp_path / "s") as store:
        assert store.graphs() in ([], [G])
        assert store.verify().sound


def test_every_acknowledged_write_survives_kill_9(tmp_path: Path) -> None:
    """A process writes and says what was flushed; it is killed at a time of chance; nothing it said may be missing or torn."""
    program = """
import sys
import pyoxigraph as ox
from pathlib import Path
from crisiskg.store import OxigraphStore
store = OxigraphStore(Path(sys.argv[1]))
start = int(sys.argv[2])
n = start
while True:
    n += 1
    name = f"https://example.org/graph/{n % 40}"
    g, p = ox.NamedNode(name), ox.NamedNode("https://example.org/p")
    store.replace_graph(name, [ox.Quad(ox.NamedNode(f"https://example.org/{i}"), p, ox.Literal(n), g) for i in range(50)])
    if n % 3 == 0:
        store.flush()
        print(n, flush=True)
    if n % 10 == 0:
        store.publish()
"""
    import random

    chance = random.Random(20240611)
    acknowledged = 0
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "s"), str(acknowledged)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.5))
        process.kill()
        lines = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        acknowledged = max([acknowledged, *map(int, lines)])
        with OxigraphStore(tmp_path / "s") as store:
            assert store.verify().sound
            for n in range(max(1, acknowledged - 39), acknowledged + 1):
                content = list(store.quads(f"https://example.org/graph/{n % 40}"))
                assert len(content) == 50
                values = {int(found.object.value) for found in content}  # type: ignore[union-attr]
                assert len(values) == 1
                assert values.pop() >= n
            number, path = store.generations.newest() if store.generations.current() else (0, None)
            if path:
                assert len(ox.Store.read_only(str(path))) % 50 == 0, number


# --- remote only ------------------------------------------------------------------------------------------------------


def test_server_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    store = open_store(load_settings(store=url))
    with pytest.raises(errors.StoreUnavailable, match="cannot be reached"):
        store.select("SELECT * WHERE { ?s ?p ?o }")
    with pytest.raises(errors.StoreUnavailable, match="cannot be reached"):
        store.replace_graph(G, [quad("x")])
    store.close()


def test_server_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = SparqlStore(url, url, url, time_limit_s=0.5)
        with pytest.raises(errors.StoreTimeout, match="no answer within"):
            store.ask("ASK { ?s ?p ?o }")
        with pytest.raises(errors.StoreTimeout, match="no answer within"):
            store.replace_graph(G, [quad("x")])
        store.close()


def test_answer_that_is_too_large(server: str) -> None:
    store = SparqlStore(f"{server}/query", f"{server}/update", max_bytes=200)
    store.replace_graph(G, [quad("long" * 200)])
    with pytest.raises(errors.LimitExceeded, match="larger than 200 bytes"):
        store.select("SELECT * WHERE { ?s ?p ?o }")
    store.close()


def test_ingest_and_named_queries_on_a_server(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way with a server as store: written by ingest, asked through the same interface as worker processes."""
    from conftest import ByHand, accept
    from graph_records import RUN, story

    from crisiskg.asking import open_asker, selector
    from crisiskg.ingest import Ingest
    from crisiskg.queries import bind, find_query
    from crisiskg.vocabulary import reference_quads

    few = reference_quads()[:50]
    monkeypatch.setattr("crisiskg.ground.reference_quads", lambda _: few)
    settings = load_settings(store=server)
    document, annotation = story()
    store = open_store(settings)
    for _ in range(2):
        run = Ingest(settings, ByHand({document.key: annotation}), accept, RUN, store, tmp_path)
        run.prepare()
        summary = run.ingest([document])
    assert (summary.published, summary.unchanged) == (1, 1)
    store.close()
    asker = open_asker(settings)
    select = selector(asker)
    found = select(bind(find_query("events"), {"recipient": "River Front"}, select))
    assert [row["typeLabel"].value for row in found if isinstance(row["typeLabel"], ox.Literal)] == ["assault"]
    with asker.run("CONSTRUCT WHERE { ?s a <https://w3id.org/crisiskg/ontology#Event> }", ["text/turtle"]) as answer:
        assert answer.media_type == "text/turtle"
        assert list(ox.parse(answer.read(), format=ox.RdfFormat.TURTLE))
    with pytest.raises(errors.QueryRefused):
        asker.run("SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")
    with pytest.raises(errors.NotAcceptable):
        asker.run("ASK { ?s ?p ?o }", ["text/turtle"])
    asker.close()


def test_store_that_may_only_be_read_is_not_called_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("IO error: Permission denied")

    OxigraphStore(tmp_path / "store").close()
    monkeypatch.setattr("crisiskg.store.ox.Store", refuse)
    monkeypatch.setattr("crisiskg.store.os.access", lambda *_: False)
    with pytest.raises(errors.StoreError, match="cannot be written by this user") as caught:
        OxigraphStore(tmp_path / "store")
    assert not isinstance(caught.value, errors.StoreCorrupt)


def test_default_graph_is_a_graph_like_the_others(tmp_path: Path) -> None:
    node = ox.NamedNode("https://example.org/s")
    content = [ox.Quad(node, node, ox.BlankNode("b1")), ox.Quad(node, node, ox.Literal(2))]
    lines = tuple(n_quads_lines(content))
    count, digest = canonical_digest(content)
    with OxigraphStore(tmp_path / "s") as store:
        store.replace_graph(G, [quad("one")])
        store.commit(Change((GraphEdit("default", (), lines, True, True, count, digest),)))
        assert store.graphs() == ["default", G]
        assert store.digest("default") == digest
        assert set(store.quads("default")) == set(content)
        assert store.verify().sound
    with OxigraphStore(tmp_path / "s") as store:
        assert store.verify() == Verification(2, 3)
        assert store.drop_graph("default") is True
        assert store.drop_graph("default") is False
        assert store.graphs() == [G]
    with OxigraphStore(tmp_path / "s") as store:
        assert store.verify().sound


def test_loss_of_the_default_graph_is_found(tmp_path: Path) -> None:
    node = ox.NamedNode("https://example.org/s")
    content = [ox.Quad(node, node, node)]
    with OxigraphStore(tmp_path / "s") as store:
        store.commit(Change((GraphEdit("default", (), tuple(n_quads_lines(content)), True, True, *canonical_digest(content)),)))
    db = ox.Store(tmp_path / "s" / "db")
    db.clear()
    db.flush()
    del db
    with pytest.raises(errors.StoreCorrupt, match="1 graphs: default"):
        OxigraphStore(tmp_path / "s")


def test_commit_is_of_all_graphs_and_keeps_ids_of_blank_nodes(tmp_path: Path) -> None:
    node, blank = ox.NamedNode("https://example.org/s"), ox.BlankNode("abc")
    new = [ox.Quad(blank, node, blank, ox.NamedNode(H))]
    edits = (
        GraphEdit(G, None, (), True, False),
        GraphEdit(H, (), tuple(n_quads_lines(new)), False, True, *canonical_digest(new)),
        GraphEdit("https://example.org/graph/c", (), (), False, True),
    )
    with OxigraphStore(tmp_path / "s") as store:
        store.replace_graph(G, [quad("one")])
        store.commit(Change(edits))
        assert store.graphs() == [H, "https://example.org/graph/c"]
        assert list(store.quads()) == new
        assert store.journal.last == 4
        assert store.verify().sound
        store.commit(Change(edits[1:]))  # each step has the same outcome when repeated
        assert list(store.quads()) == new


def test_large_commit(tmp_path: Path) -> None:
    content = [quad(n) for n in range(25_000)]
    with OxigraphStore(tmp_path / "s") as store:
        store.commit(Change((GraphEdit(G, (), tuple(n_quads_lines(content)), False, True, *canonical_digest(content)),)))
        assert store.verify() == Verification(1, 25_000)
