"""Every way in which a server can fail is an error of ours and never an answer; and the small parts that see to it."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from remote_servers import SERVERS, Absent, Running, free_port
from remote_talk import JSON, G, P, quad, talking

from crisiskg import errors
from crisiskg.cli import root
from crisiskg.remote import answers
from crisiskg.remote.connection import Reply, failure
from crisiskg.remote.kinds import find_kind, kind_of
from crisiskg.remote.passing import TABLE_FORMATS, RowCounter, least_limit
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore
from crisiskg.workers.foreign import look_at
from crisiskg.workers.scan import Limits

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def oxigraph() -> Iterator[Running]:
    try:
        with SERVERS["oxigraph"]() as running:
            yield running
    except Absent as absent:
        pytest.skip(str(absent))


@pytest.mark.parametrize(
    "query",
    [
        'SELECT (bif:http_get("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'SELECT (BIF:http_get("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'SELECT (<bif:http_get>("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'SELECT (<\\u0062if:http_get>("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'PREFIX x: <bif:> SELECT (x:http_get("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'PREFIX x: <bi> SELECT (x:f:http_get("http://127.0.0.1:1/") AS ?x) WHERE {}',
        'PREFIX x: <> SELECT (x:bif:http_get("http://127.0.0.1:1/") AS ?x) WHERE {}',
        "SELECT * WHERE { ?s ?p ?o FILTER(sql:rdf_load(?s)) }",
        'DEFINE get:soft "replace" SELECT * FROM <http://127.0.0.1:1/> WHERE { ?s ?p ?o }',
        'define input:grab-all "yes" SELECT * WHERE { ?s ?p ?o }',
    ],
)
def test_functions_of_an_engines_own_are_refused(query: str) -> None:
    with pytest.raises(errors.QueryRefused):
        look_at(query, Limits())


@pytest.mark.parametrize(
    "query",
    [
        'PREFIX sql: <https://example.org/sql#> SELECT * WHERE { ?s sql:p "bif:x", "define" }',
        "BASE <https://example.org/> PREFIX : <> SELECT * WHERE { ?s :p <bif> }",
        "# define get:soft\nPREFIX b: <urn:b:> ASK { b:if ?p ?o }",
    ],
)
def test_like_words_are_not_refused(query: str) -> None:
    assert look_at(query, Limits()).form in ("SELECT", "ASK")


# --- faults -------------------------------------------------------------------------------------------------------------

_ROWS = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"one"}}%s]}}'
_TURTLE = b"<urn:s> <urn:p> 1 .\n"


class Faulty(ThreadingHTTPServer):
    """Passes requests on to a server, and fails as it is told, after what it was told to let through."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Failing)
        host, _, port = target.removeprefix("http://").partition(":")
        self.target = (host, int(port))
        self.fault: Callable[[Failing], None] | None = None
        self.asked = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class Failing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Faulty

    def log_message(self, *_: object) -> None:
        pass

    def handle_one(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.fault is not None:
            self.close_connection = True
            self.server.fault(self)
            return
        connection = http.client.HTTPConnection(*self.server.target, timeout=10)
        try:
            given = {name: self.headers[name] for name in ("Accept", "Content-Type") if name in self.headers}
            connection.request(self.command, self.path, body or None, given)
            answer = connection.getresponse()
            content = answer.read()
            self.answer(answer.status, answer.headers.get("Content-Type", ""), content, answer.headers.get("Server", ""))
        finally:
            connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815

    def answer(self, status: int, kind: str, content: bytes, server: str = "", length: int | None = None) -> None:
        self.send_response_only(status)
        if kind:
            self.send_header("Content-Type", kind)
        if server:
            self.send_header("Server", server)
        if status != 204:
            self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()


def _hang(failing: Failing) -> None:
    failing.server.over.wait(20)


def _hang_half_way(failing: Failing) -> None:
    failing.answer(200, JSON, _ROWS[:60], length=500)
    failing.server.over.wait(20)


def _reset(failing: Failing) -> None:
    failing.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    failing.connection.close()


def _cut_chunks(failing: Failing) -> None:
    content = _ROWS % b""
    failing.send_response_only(200)
    failing.send_header("Content-Type", JSON)
    failing.send_header("Transfer-Encoding", "chunked")
    failing.end_headers()
    failing.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))  # all of it, but without the last chunk


def _without_length(kind: str, content: bytes) -> Callable[[Failing], None]:
    def fail(failing: Failing) -> None:
        failing.send_response_only(200)
        failing.send_header("Content-Type", kind)
        failing.send_header("Connection", "close")
        failing.end_headers()
        failing.wfile.write(content)

    return fail


def _says(status: int, kind: str, content: bytes, length: int | None = None) -> Callable[[Failing], None]:
    return lambda failing: failing.answer(status, kind, content, length=length)


def _trickle(failing: Failing) -> None:
    failing.answer(200, JSON, _ROWS[:60], length=100_000)
    with contextlib.suppress(OSError):
        while not failing.server.over.wait(0.1):
            failing.wfile.write(b" ")


FAULTS: dict[str, tuple[Callable[[Failing], None], type[errors.CrisiskgError]]] = {
    "500": (_says(500, "text/plain", b"boom"), errors.StoreError),
    "503": (_says(503, "text/plain", b"later"), errors.StoreUnavailable),
    "503-late": (_says(503, "text/plain", b"Query timed out"), errors.StoreTimeout),
    "429": (_says(429, "text/plain", b"slow down"), errors.StoreBusy),
    "redirect": (_says(307, "text/plain", b""), errors.StoreError),
    "hang": (_hang, errors.StoreTimeout),
    "hang-half-way": (_hang_half_way, errors.StoreTimeout),
    "trickle": (_trickle, errors.StoreTimeout),
    "reset": (_reset, errors.StoreUnavailable),
    "cut": (_says(200, JSON, _ROWS % b"", length=500), errors.StoreUnavailable),
    "cut-chunks": (_cut_chunks, errors.StoreUnavailable),
    "cut-without-length": (_without_length(JSON, (_ROWS % b"")[:-3]), errors.StoreError),
    "wrong-type": (_says(200, "text/html", b"<html><h1>Welcome</h1></html>"), errors.StoreError),
    "error-in-200": (_says(200, JSON, b'{"error":"out of memory"}'), errors.StoreError),
    "text-in-200": (_says(200, JSON, b"Query was cancelled"), errors.StoreError),
    "error-in-the-middle": (_says(200, JSON, _ROWS % b",The SPARQL operation has been cancelled"), errors.StoreError),
    "error-at-the-end": (_says(200, JSON, _ROWS % b"" + b"The SPARQL operation has been cancelled"), errors.StoreError),
    "empty": (_says(200, JSON, b""), errors.StoreError),
    "cut-xml": (
        _says(
            200,
            "application/sparql-results+xml",
            b"<sparql xmlns='http://www.w3.org/2005/sparql-results#'><head><variable name='o'/></head><results>",
        ),
        errors.StoreError,
    ),
    "entities": (_says(200, "application/sparql-results+xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><sparql/>"), errors.StoreError),
}


@pytest.fixture
def faulty(oxigraph: Running) -> Iterator[Faulty]:
    proxy = Faulty(oxigraph.url)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()


def test_every_fault_is_an_error_and_passes(faulty: Faulty) -> None:
    """Ten times each: never an answer, always the right error, and the same worker answers again at once."""
    with SparqlStore.from_settings(load_settings(store=faulty.url)) as store:
        store.replace_graph(G, [quad("one")])
    with talking(store=faulty.url, store_time_limit_s=0.3) as talk:
        query = "SELECT ?o WHERE { ?s <https://example.org/p> ?o }"
        good = talk.rows(query)
        for name, (fault, error) in FAULTS.items():
            for _ in range(10 if error is not errors.StoreTimeout or name == "503-late" else 3):
                faulty.fault = fault
                with pytest.raises(errors.CrisiskgError) as caught:
                    talk.ask(query)
                assert type(caught.value) is error, f"{name}: {caught.value!r}"
                assert "http" not in caught.value.message, "where the store is does not concern who asks"
                faulty.fault = None
                assert talk.rows(query) == good, name


def test_graphs_that_are_cut_are_errors(faulty: Faulty) -> None:
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    with talking(store=faulty.url, store_time_limit_s=0.3) as talk:
        talk.ask(query)
        for fault in (
            _says(200, "application/n-triples", _TURTLE, length=500),
            _says(200, "text/turtle", _TURTLE + b"<urn:s> <urn:p> "),
            _without_length("application/n-triples", _TURTLE),
            _without_length("application/rdf+xml", b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'),
            _says(200, "application/n-triples", b"Virtuoso S1T00 Error"),
            _says(200, "text/html", b"<html/>"),
        ):
            faulty.fault = fault
            with pytest.raises(errors.StoreError):
                talk.ask(query)
            faulty.fault = None


def test_our_own_queries_see_every_fault(faulty: Faulty) -> None:
    with SparqlStore.from_settings(load_settings(store=faulty.url, store_time_limit_s=0.3)) as store:
        store.replace_graph(G, [quad("one")])
        assert store.ask("ASK { ?s ?p ?o }")
        for name, (fault, error) in FAULTS.items():
            if error is errors.StoreTimeout and name.startswith(("hang", "trickle")):
                continue  # its time limit is in whole seconds
            faulty.fault = fault
            with pytest.raises(error):
                store.select("SELECT ?o WHERE { ?s ?p ?o }")
            faulty.fault = None


def test_query_is_sent_once_more_after_a_reset_and_a_write_is_not(faulty: Faulty) -> None:
    with SparqlStore.from_settings(load_settings(store=faulty.url)) as store:
        store.replace_graph(G, [quad("one")])

        def once(failing: Failing) -> None:
            faulty.fault = None
            _reset(failing)

        with talking(store=faulty.url) as talk:
            talk.rows("SELECT ?o WHERE { ?s <https://example.org/p> ?o }")
            faulty.fault = once
            assert talk.rows("SELECT ?o WHERE { ?s <https://example.org/p> ?o }") == [['"one"']]
        assert store.server.default_is_union
        faulty.asked = 0
        faulty.fault = _reset
        with pytest.raises(errors.StoreUnavailable, match="not known"):
            store.replace_graph(G, [quad("two")])
        assert faulty.asked == 1
        faulty.fault = None
        assert list(store.quads(G)) == [quad("one")]
        for name, (fault, _) in FAULTS.items():
            if name[:3] in ("500", "503", "429", "res"):
                faulty.fault = fault
                with pytest.raises(errors.StoreError):
                    store.replace_graph(G, [quad("two")])
                faulty.fault = None
                assert list(store.quads(G)) == [quad("one")]


def test_server_that_comes_late_is_asked_when_it_is_there() -> None:
    with talking(store=f"http://127.0.0.1:{free_port()}", store_time_limit_s=0.5) as talk:
        for _ in range(2):
            with pytest.raises(errors.StoreUnavailable, match="cannot be reached"):
                talk.ask("ASK {}")


def test_doctor_tells_of_a_server(oxigraph: Running) -> None:
    def doctor(url: str) -> dict[str, tuple[str, str]]:
        run = CliRunner().invoke(root, ["doctor", "--store", url, "--json"])
        return {line["check"]: (line["state"], line["detail"]) for line in json.loads(run.stdout)}

    found = doctor(oxigraph.url)
    assert found["store: server"][1].startswith("Oxigraph")
    assert found["store: several graphs"] == ("downgraded", "no transaction over several graphs; each is written by itself")
    state, detail = doctor(f"http://127.0.0.1:{free_port()}")["store"]
    assert state == "wrong"
    assert "cannot be reached" in detail


def test_virtuoso_answer_in_part_is_late() -> None:
    reply = Reply("http://x/", 200, {"X-SQL-State": "S1TAT", "Content-Type": JSON}, iter([b"{}"]), 1.0, 100)
    with pytest.raises(errors.StoreTimeout, match="only in part"):
        answers.read_table(reply)


# --- small parts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "url", "name"),
    [
        ({"server": "Oxigraph/0.5.13"}, "http://x/query", "oxigraph"),
        ({"server": "Apache Jena Fuseki (5.0.0)"}, "http://x/ds/query", "jena"),
        ({"server": "nginx", "fuseki-request-id": "5"}, "http://x/ds/query", "jena"),
        ({"server": "Virtuoso/08.03 (Linux)"}, "http://x/sparql", "virtuoso"),
        ({"server": "nginx"}, "http://x/repositories/a", "rdf4j"),
        ({}, "http://x/sparql", "other"),
    ],
)
def test_kinds_are_told_apart(headers: dict[str, str], url: str, name: str) -> None:
    assert kind_of(headers, url).name == name


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(errors.InvalidParameter, match="no kind of server 'fuzeki'; there are"):
        find_kind("fuzeki")


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (400, "syntax error", errors.QuerySyntaxError),
        (400, "Virtuoso S1T00 Error SR171: Transaction timed out", errors.StoreTimeout),
        (400, "The estimated execution time 4000 (sec) exceeds the limit of 60 (sec).", errors.LimitExceeded),
        (401, "", errors.StoreError),
        (404, "", errors.StoreError),
        (504, "", errors.StoreTimeout),
    ],
)
def test_statuses_mean_what_they_say(status: int, text: str, error: type[errors.CrisiskgError]) -> None:
    assert type(failure("http://x/", status, text, "query")) is error


@pytest.mark.parametrize("format_", TABLE_FORMATS.values())
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_rows_are_counted_in_any_pieces(format_: ox.QueryResultsFormat, step: int) -> None:
    store = ox.Store()
    for value in ('a\r\n"b"\r\n', "}},{ <result> \n", "", '\\"},{"\\'):
        store.add(ox.Quad(ox.NamedNode("urn:s"), P, ox.Literal(value)))
    found: Any = store.query("SELECT ?o ?none WHERE { ?s ?p ?o }")
    text = found.serialize(format=format_)
    counter = RowCounter(io.BytesIO(), format_, 1000)
    for start in range(0, len(text), step):
        counter.write(text[start : start + step])
    assert counter.rows == 4
    found = store.query("SELECT ?o WHERE { ?s ?p <urn:none> }")
    counter = RowCounter(io.BytesIO(), format_, 1000)
    counter.write(found.serialize(format=format_))
    assert counter.rows == 0


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("SELECT * { ?s ?p ?o } LIMIT 5", 5),
        ("SELECT * { ?s ?p ?o } limit 5 offset 3 ", 5),
        ("SELECT * { ?s ?p ?o } # LIMIT 5", None),
        ("SELECT * { { SELECT * { ?s ?p ?o } LIMIT 5 } }", None),
        ('SELECT * { ?s ?p "LIMIT 5" }', None),
    ],
)
def test_limit_of_the_whole_query_is_found(query: str, limit: int | None) -> None:
    assert least_limit(query) == limit


def test_unknown_kind_in_the_settings_is_refused_before_anything_is_sent() -> None:
    from crisiskg.remote.connection import Connection
    from crisiskg.remote.server import find_server

    settings = load_settings(store="http://127.0.0.1:9", store_kind="nonsense")
    with pytest.raises(errors.InvalidParameter, match=r"nonsense.*there are"):
        find_server(Connection.from_settings(settings), settings)
