"""Queries of users: what is refused, what is ended, and that nothing else suffers from it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.settings import load_settings
from crisiskg.store import OxigraphStore
from crisiskg.workers import Pool
from crisiskg.workers.process import RESULT_FORMATS
from crisiskg.workers.scan import Limits, scan_query

G, H = "https://example.org/graph/a", "https://example.org/graph/b"
SETTINGS = load_settings(query_time_limit_s=2.0, query_workers=2, query_queue=2, query_memory_mb=512)
#: Joins everything with everything, four times: no machine finishes it.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def fill(store: OxigraphStore, graph: str, values: range) -> None:
    p, g = ox.NamedNode("https://example.org/p"), ox.NamedNode(graph)
    store.replace_graph(graph, [ox.Quad(ox.NamedNode(f"https://example.org/s{n}"), p, ox.Literal(n), g) for n in values])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workers") / "store"
    with OxigraphStore(path) as store:
        fill(store, G, range(300))
        fill(store, H, range(200, 400))
        store.publish()
    return path


@pytest.fixture(scope="module")
def pool(folder: Path) -> Iterator[Pool]:
    with Pool(folder, SETTINGS) as made:
        made.run(COUNT).close()  # its workers are started now, before those of the next fixture
        yield made


@pytest.fixture(scope="module")
def unscanned(folder: Path, pool: Pool) -> Iterator[Pool]:
    """A pool whose workers do not look at the words of a query."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisiskg.workers.pool.local_command", unscanned_command)
        with Pool(folder, SETTINGS, workers=1) as made:
            assert values(made.run(COUNT)) == ["400"]
            yield made


def unscanned_command(store: Path, memory_mb: int, niceness: int) -> list[str]:
    program = (
        "import crisiskg.workers.scan as scan; scan.scan_query = lambda *_, **__: scan.Scan('SELECT', 1, False);"
        "from crisiskg.workers.process import main; main()"
    )
    return ["-c", program, str(store), str(memory_mb), str(niceness)]


def values(answer: object) -> list[str]:
    with answer as open_answer:  # type: ignore[attr-defined]
        found = json.loads(open_answer.read())
    return [row[name]["value"] for row in found["results"]["bindings"] for name in row]


COUNT = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s ?p ?o }"


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_union_is_the_default_graph(pool: Pool) -> None:
    answer = pool.run(COUNT)
    assert (answer.kind, answer.media_type, answer.generation) == ("bindings", "application/sparql-results+json", 1)
    assert values(answer) == ["400"]


def test_query_that_names_its_graphs_gets_those(pool: Pool) -> None:
    assert values(pool.run(f"SELECT (COUNT(DISTINCT ?o) AS ?n) FROM <{G}> WHERE {{ ?s ?p ?o }}")) == ["300"]


def test_graphs_of_the_protocol_win_over_those_of_the_query(pool: Pool) -> None:
    assert values(pool.run(COUNT, default_graphs=[H])) == ["200"]
    both = f"SELECT (COUNT(*) AS ?n) FROM <{G}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert values(pool.run(both, named_graphs=[H])) == ["200"]


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("application/sparql-results+json", b'{"head"'),
        ("application/sparql-results+xml", b"<?xml"),
        ("text/csv", b"n\r\n"),
        ("text/tab-separated-values", b"?n\n"),
    ],
)
def test_formats_of_bindings(pool: Pool, media_type: str, start: bytes) -> None:
    with pool.run(COUNT, [media_type]) as answer:
        assert answer.read().startswith(start)
        assert b"400" in b"".join(answer.blocks())


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig"]
)
def test_formats_of_graphs(pool: Pool, media_type: str) -> None:
    with pool.run("CONSTRUCT { <urn:s> <urn:p> ?o } WHERE { ?s ?p ?o } ORDER BY ?o LIMIT 3", [media_type]) as answer:
        assert (answer.kind, answer.media_type) == ("graph", media_type)
        assert len(list(ox.parse(answer.read(), format=ox.RdfFormat.from_media_type(media_type)))) == 3


def test_construct_repeats_no_triple(pool: Pool) -> None:
    with pool.run("CONSTRUCT WHERE { ?s ?p ?o }", ["application/n-triples"]) as answer:
        lines = answer.read().splitlines()
    assert len(lines) == len(set(lines)) == 400


def test_ask(pool: Pool) -> None:
    with pool.run("ASK { ?s ?p 12 }") as answer:
        assert json.loads(answer.read())["boolean"] is True


def test_format_that_cannot_be_had(pool: Pool) -> None:
    with pytest.raises(errors.NotAcceptable, match="text/csv"):
        pool.run(COUNT, ["text/turtle"])


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }",
        "SELECT * WHERE { sErViCe SILENT <http://127.0.0.1:%d/> { ?s ?p ?o } }",
        "SELECT * WHERE { SERVICE#comment\n<http://127.0.0.1:%d/> { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:%d/> SELECT * WHERE { SERVICE x:y { ?s ?p ?o } }",
        "SELECT * WHERE { ?s ?p ?o FILTER EXISTS { SERVICE <http://127.0.0.1:%d/> { ?a ?b ?c } } }",
        "SELECT * WHERE { VALUES ?e { <http://127.0.0.1:%d/> } SERVICE ?e { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1:%d/x>",
        "SELECT * FROM <http://127.0.0.1:%d/x> WHERE { ?s ?p ?o }",
    ],
)
@pytest.mark.parametrize("scanned", [True, False])
def test_no_query_reaches_the_network(pool: Pool, unscanned: Pool, query: str, scanned: bool) -> None:
    """With the look at the words, and without it: the worker alone must hold."""
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.settimeout(0.05)
        with contextlib.suppress(errors.CrisiskgError):
            (pool if scanned else unscanned).run(query % canary.getsockname()[1]).close()
        with pytest.raises(TimeoutError):
            canary.accept()


@pytest.mark.parametrize(
    "word", ["INSERT DATA", "DELETE DATA", "CLEAR ALL", "DROP ALL", "CREATE GRAPH <urn:x>", "COPY", "MOVE", "ADD"]
)
def test_updates_are_refused(pool: Pool, word: str) -> None:
    with pytest.raises(errors.QueryRefused, match=word.split()[0]):
        pool.run(f"{word} {{ <urn:a> <urn:b> <urn:c> }}")


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * WHERE { ?s ?p "SERVICE <http://x> { LOAD" }',
        "SELECT * WHERE { ?s ?p '''INSERT \\''' DATA''' }",
        "PREFIX load: <urn:x:> SELECT ?drop WHERE { ?drop load:service <urn:delete> } # INSERT",
        "PREFIX x: <urn:x:> SELECT * WHERE { ?s x:add ?o ; x:a.clear ?p ; x:copy-move ?q }",
        'SELECT * WHERE { ?s ?p "x"@add }',
        "SELECT ?from WHERE { ?s ?p ?from FILTER(?from <5 && ?from> 3) }",
    ],
)
def test_words_in_other_places_are_fine(pool: Pool, query: str) -> None:
    pool.run(query).close()
    assert scan_query(query, Limits(10_000, 10)).names_dataset is False


def test_brackets_in_strings_are_not_nesting() -> None:
    assert scan_query('SELECT * { ?s ?p "((((", \'{{\', """[["[[""" # {{{{\n, <urn:((> }', Limits(1000, 3)).depth == 1


@pytest.mark.parametrize("bracket", ["{}", "()"])
def test_deep_nesting_is_refused_before_parsing(pool: Pool, bracket: str) -> None:
    with pytest.raises(errors.LimitExceeded, match="64 brackets"):
        pool.run("SELECT * WHERE " + bracket[0] * 6000 + bracket[1] * 6000)


def test_too_long_a_query_is_refused(pool: Pool) -> None:
    with pytest.raises(errors.LimitExceeded, match="65536 are allowed"):
        pool.run("ASK {} #" + "x" * 70_000)


@pytest.mark.parametrize(
    "query", ["", "nonsense", "SELECT", "SELECT * WHERE { ?s ?p }", "SELECT * WHERE { ?s ?p ?o ", "\ud800 ASK {}"]
)
def test_malformed_queries(pool: Pool, query: str) -> None:
    with pytest.raises(errors.QuerySyntaxError):
        pool.run(query)


def test_graph_that_is_no_iri(pool: Pool) -> None:
    with pytest.raises(errors.InvalidParameter, match="not the IRI"):
        pool.run(COUNT, default_graphs=["a b"])


# --- what is ended ----------------------------------------------------------------------------------------------------


def test_endless_query_is_ended_in_time(pool: Pool) -> None:
    killed, start = pool.killed, time.monotonic()
    with pytest.raises(errors.StoreTimeout, match="longer than 2 s"):
        pool.run(ENDLESS)
    assert time.monotonic() - start < 4
    assert pool.killed == killed + 1
    assert values(pool.run(COUNT)) == ["400"]


def test_query_that_takes_all_memory_is_ended(folder: Path) -> None:
    parts = ", ".join(f"STR(?{name})" for name in "adgbeh")
    hungry = f"SELECT (GROUP_CONCAT(CONCAT({parts})) AS ?x) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
    with Pool(folder, load_settings(query_time_limit_s=20.0, query_memory_mb=128), workers=1) as small:
        with pytest.raises(errors.LimitExceeded, match=r"memory|MiB"):
            small.run(hungry)
        assert values(small.run(COUNT)) == ["400"]


def test_query_that_crashes_its_worker(folder: Path) -> None:
    """Without brackets no depth is counted; whatever the engine does then, the next query must be answered."""
    deep = "SELECT * WHERE { ?s ?p ?o FILTER(" + "!" * 60_000 + "true) }"
    with Pool(folder, SETTINGS, workers=1) as one:
        with contextlib.suppress(errors.CrisiskgError):
            one.run(deep).close()
        assert values(one.run(COUNT)) == ["400"]


def test_answers_beyond_the_limits_are_refused_whole(folder: Path) -> None:
    every = "SELECT DISTINCT ?s ?o WHERE { ?s ?p ?o }"
    with Pool(folder, load_settings(max_result_rows=399), workers=1) as few:
        for media_type in RESULT_FORMATS:
            with pytest.raises(errors.LimitExceeded, match="more than 399 rows"):
                few.run(every, [media_type])
            few.run(every + " LIMIT 399", [media_type]).close()
        with pytest.raises(errors.LimitExceeded, match="more than 399 rows"):
            few.run("CONSTRUCT WHERE { ?s ?p ?o }")
    with (
        Pool(folder, load_settings(max_result_bytes=1000), workers=1) as small,
        pytest.raises(errors.LimitExceeded, match="1000 bytes"),
    ):
        small.run(every)


def test_queries_that_find_the_queue_full_are_told_at_once(folder: Path) -> None:
    settings = load_settings(query_time_limit_s=1.5, query_workers=1, query_queue=1)
    with Pool(folder, settings) as one, ThreadPoolExecutor(6) as threads:
        one.run(COUNT).close()
        first = threads.submit(one.run, ENDLESS)
        time.sleep(0.2)
        others = [threads.submit(one.run, COUNT) for _ in range(5)]
        failures = [other.exception() for other in others]
        for other in others:
            if other.exception() is None:
                other.result().close()
        assert isinstance(first.exception(), errors.StoreTimeout)
    assert sum(isinstance(failure, errors.StoreBusy) for failure in failures) >= 4


def test_short_queries_go_on_beside_endless_ones(pool: Pool) -> None:
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(pool.run, ENDLESS)
        time.sleep(0.2)
        start = time.monotonic()
        assert values(pool.run(COUNT)) == ["400"]
        assert time.monotonic() - start < 1.5
        assert isinstance(endless.exception(), errors.StoreTimeout)


# --- which generation -------------------------------------------------------------------------------------------------


def test_new_generation_is_seen_by_the_next_query(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s", keep=1) as store, Pool(tmp_path / "s", SETTINGS, workers=1) as one:
        with pytest.raises(errors.NotFound, match="no published generation"):
            one.run(COUNT)
        for n in range(1, 6):
            fill(store, G, range(n))
            store.publish()
            answer = one.run(COUNT)
            assert answer.generation == n
            assert values(answer) == [str(n)]
        fill(store, G, range(100))
        store.flush()
        assert values(one.run(COUNT)) == ["5"]  # flushed, not published


def test_process_that_is_killed_from_outside_is_no_fault_of_the_query(folder: Path) -> None:
    settings = load_settings(query_time_limit_s=2.0, query_workers=1, query_memory_mb=512)
    with Pool(folder, settings) as pool, ThreadPoolExecutor(1) as threads:
        assert values(pool.run(COUNT)) == ["400"]
        first = pool.pids()
        assert len(first) == 1
        os.kill(first[0], signal.SIGKILL)
        assert values(pool.run(COUNT)) == ["400"]
        second = pool.pids()
        assert first != second
        late = threads.submit(pool.run, ENDLESS)
        time.sleep(0.5)
        os.kill(second[0], signal.SIGKILL)  # the query goes on in another process, up to its time limit
        with pytest.raises(errors.StoreTimeout):
            late.result(20)
        assert values(pool.run(COUNT)) == ["400"]


def test_generation_that_is_missing_is_named(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "store") as store:
        fill(store, G, range(3))
        store.publish()
        shutil.rmtree(store.generations.path(1))
    with Pool(tmp_path / "store", SETTINGS) as pool, pytest.raises(errors.StoreError, match=r"generation 1 .* missing") as caught:
        pool.run(COUNT)
    assert str(tmp_path) not in str(caught.value)


def test_rows_are_counted(pool: Pool) -> None:
    for media_type in RESULT_FORMATS:
        with pool.run("SELECT DISTINCT ?s WHERE { ?s ?p ?o } LIMIT 7", [media_type]) as answer:
            assert answer.rows == 7
