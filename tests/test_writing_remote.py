"""The writer of a store that is a SPARQL server: the same checks before the server is told anything."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crisiskg import errors
from crisiskg.journal import canonical_digest
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore
from crisiskg.writing.conditions import graph_tag
from crisiskg.writing.remote import RemoteWriter
from crisiskg.writing.requests import GraphChange, WriteRequest
from crisiskg.writing.writer import open_writer

G, H = "https://example.org/graph/g", "https://example.org/graph/h"


@pytest.fixture(scope="module")
def writer() -> Iterator[RemoteWriter]:
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
    made = open_writer(load_settings(store=f"http://127.0.0.1:{port}"))
    assert isinstance(made, RemoteWriter)
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield made
    finally:
        made.close()
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def empty(writer: RemoteWriter) -> None:
    for graph in held(writer).graphs():
        held(writer).drop_graph(graph)


def held(writer: RemoteWriter) -> SparqlStore:
    return writer._opened()


def put(body: str, graph: str | None = G, **fields: object) -> WriteRequest:
    return WriteRequest("put", body.encode(), "text/turtle", graph=graph, **fields)  # type: ignore[arg-type]


def update(text: str) -> WriteRequest:
    return WriteRequest("update", text.encode())


def test_graphs_are_put_posted_and_deleted(writer: RemoteWriter) -> None:
    outcome = writer.write(put("<urn:s> <urn:p> 1 ."))
    assert (outcome.status, outcome.created, outcome.generation) == ("written", True, 0)
    writer.write(WriteRequest("post", b"<urn:s> <urn:p> 2 .", "text/turtle", graph=G))
    outcome = writer.write(put("<urn:s> <urn:p> 2 , 3 ."))
    assert (outcome.existed, outcome.changed) == (True, (GraphChange(G, 1, 1),))
    assert len(list(held(writer).quads(G))) == 2
    assert writer.write(WriteRequest("delete", graph=G)).changed == (GraphChange(G, 0, 2),)
    assert held(writer).graphs() == []
    with pytest.raises(errors.NotFound):
        writer.write(WriteRequest("delete", graph=G))


def test_updates_of_data_are_evaluated_here(writer: RemoteWriter) -> None:
    text = (
        f"INSERT DATA {{ GRAPH <{G}> {{ <urn:s> <urn:p> 1 , 2 }} }} ; COPY <{G}> TO <{H}> ; "
        f"DELETE DATA {{ GRAPH <{G}> {{ <urn:s> <urn:p> 1 }} }}"
    )
    outcome = writer.write(update(text))
    assert outcome.changed == (GraphChange(G, 1, 0), GraphChange(H, 2, 0))
    assert {graph: len(list(held(writer).quads(graph))) for graph in held(writer).graphs()} == {G: 1, H: 2}
    writer.write(update(f"MOVE <{H}> TO <{G}>"))
    assert held(writer).graphs() == [G]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (update("DELETE WHERE { GRAPH <urn:g> { ?s ?p ?o } }"), "with WHERE is not sent"),
        (update("DROP ALL"), "DROP ALL is not sent"),
        (update("INSERT DATA { <urn:s> <urn:p> 1 }"), "default graph"),
        (put("<urn:s> <urn:p> 1 .", "default"), "default graph"),
        (put("<urn:s> <urn:p> 1 .", None), "one graph at a time"),
        (put("<urn:s> <urn:p> [] ."), "blank nodes"),
    ],
)
def test_what_a_server_cannot_be_given_is_refused(writer: RemoteWriter, request_: WriteRequest, words: str) -> None:
    with pytest.raises(errors.WriteRefused, match=words):
        writer.write(request_)
    assert held(writer).graphs() == []


def test_shapes_conditions_and_dry_runs_hold_here_too(writer: RemoteWriter) -> None:
    with pytest.raises(errors.ShapesViolated) as found:
        writer.write(put("<urn:e> a <https://w3id.org/crisiskg/ontology#Event> ."))
    assert "sh:conforms false" in found.value.report
    assert writer.write(put("<urn:s> <urn:p> 1 .", dry_run=True)).status == "dry_run"
    assert held(writer).graphs() == []
    writer.write(put("<urn:s> <urn:p> 1 .", if_none_match=("*",)))
    tag = graph_tag(canonical_digest(held(writer).quads(G))[1])
    with pytest.raises(errors.PreconditionFailed):
        writer.write(put("<urn:s> <urn:p> 2 .", if_none_match=("*",)))
    assert writer.write(put("<urn:s> <urn:p> 2 .", if_match=(tag,))).status == "written"


def test_server_that_is_gone_is_told() -> None:
    gone = RemoteWriter(load_settings(store="http://127.0.0.1:9"))
    try:
        with pytest.raises(errors.StoreError):
            gone.write(put("<urn:s> <urn:p> 1 ."))
    finally:
        gone.close()
