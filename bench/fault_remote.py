"""Puts a faulty proxy between us and a remote store, and compares every answer with what the store really holds."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from fault_common import Tally, digest_of, invented
from servers import Server, request, start_crisiskg, start_oxigraph

from crisiskg.errors import CrisiskgError
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore

#: What the proxy does to an answer.
FAULTS = ("hang", "reset before", "reset behind", "half", "short", "status 500", "status 503", "page", "error within")
_LIMIT_S = 1.0
_GRAPH = "https://example.org/remote/{}"
_SIZE = 60
_SAYS = "<https://example.org/says>"


@dataclass
class Proxy:
    """A proxy on loopback that spoils one answer of those that come.

    Args:
        target: Port of the server.
    """

    target: int

    def __post_init__(self) -> None:
        self.fault: str | None = None
        self.after = 0
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listening.getsockname()[1])
        self._closed = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @contextlib.contextmanager
    def spoiling(self, fault: str, after: int, lasting: bool) -> Iterator[None]:
        """Spoil an answer while the block runs.

        Args:
            fault: One of `FAULTS`.
            after: How many answers pass before.
            lasting: Whether all later ones are spoilt too.
        """
        self.fault, self.after, self.lasting = fault, after, lasting
        try:
            yield
        finally:
            self.fault = None

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._listening.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listening.accept()
                threading.Thread(target=self._handle, args=(connection,), daemon=True).start()

    def _handle(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            stream = connection.makefile("rb")
            while line := stream.readline():
                method, path, _ = line.decode("latin-1").split(" ", 2)
                headers = {}
                while (text := stream.readline().decode("latin-1").strip()) != "":
                    name, _, value = text.partition(":")
                    headers[name.lower()] = value.strip()
                body = self._body(stream, headers)
                if not self._answer(connection, method, path, headers, body):
                    return

    @staticmethod
    def _body(stream: Any, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(stream.readline(), 16):
                parts.append(stream.read(size))
                stream.readline()
            stream.readline()
            return b"".join(parts)
        return bytes(stream.read(int(headers.get("content-length", 0))))

    def _answer(self, connection: socket.socket, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        """Answer one request; return whether the connection stays."""
        fault = self.fault
        if fault is not None:
            if self.after > 0:
                self.after -= 1
                fault = None
            elif not self.lasting:
                self.fault = None
        if fault == "hang":
            self._closed.wait(_LIMIT_S * 3)
            return False
        if fault == "reset before":
            _reset(connection)
            return False
        status, kind, text = 500, "text/plain", b"something went wrong"
        if fault not in ("status 500", "status 503"):
            status, kind, text = self._forward(method, path, headers, body)
        if fault == "reset behind":
            _reset(connection)
            return False
        if fault == "status 503":
            status = 503
        elif fault == "page" and status < 400:
            status, kind, text = 200, "text/html", b"<html><body>Please log in</body></html>"
        elif fault == "error within" and status < 400:
            text = text[: len(text) // 2] + b"The operation has been cancelled"
        elif fault == "short":
            text = text[: len(text) // 2]
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n".encode("latin-1")
        if status == 204:
            head = b"HTTP/1.1 204 X\r\n\r\n"
        whole = head + (b"" if method == "HEAD" else text)
        connection.sendall(
            whole[: len(head) + len(text) // 2] if fault == "half" and text else whole[:20] if fault == "half" else whole
        )
        return fault != "half"

    def _forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        upstream = http.client.HTTPConnection("127.0.0.1", self.target, timeout=20)
        kept = {name: value for name, value in headers.items() if name in ("accept", "content-type", "user-agent")}
        upstream.request(method, path, body or None, kept)
        answer = upstream.getresponse()
        found = answer.status, answer.headers.get("Content-Type", "text/plain"), answer.read()
        upstream.close()
        return found


def _reset(connection: socket.socket) -> None:
    """Close with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def faulty_remote(tally: Tally, folder: Path, each: int) -> None:
    """Let every operation of a remote store meet every fault, directly and through the service.

    Args:
        tally: Where outcomes go; its seed draws which answer is spoilt.
        folder: Folder for the server's store.
        each: How often each operation meets each fault.
    """
    draw = random.Random(tally.seed)
    with start_oxigraph(folder / "remote", writable=True) as server:
        proxy = Proxy(server.port)
        try:
            _operations(tally, draw, server, proxy, each)
            _service(tally, draw, server, proxy, each, folder)
        finally:
            proxy.close()


def _fill(server: Server) -> None:
    """Put known content into the server, past the proxy."""
    for number in range(3):
        graph = _GRAPH.format(number)
        _put(server, graph, 1)


def _put(server: Server, graph: str, version: int) -> None:
    body = ox.serialize((quad.triple for quad in invented(graph, version, _SIZE)), format=ox.RdfFormat.N_TRIPLES)
    status, text = request(server.port, "PUT", f"/store?graph={graph}", {"Content-Type": "application/n-triples"}, body)
    assert status < 300, text


def _held(server: Server, graph: str) -> str | None:
    """Return the digest of what the server really holds, past the proxy."""
    status, body = request(server.port, "GET", f"/store?graph={graph}", {"Accept": "application/n-triples"})
    if status == 404:
        return None
    name = ox.NamedNode(graph)
    triples = ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
    return digest_of(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in triples)


def _operations(tally: Tally, draw: random.Random, server: Server, proxy: Proxy, each: int) -> None:
    """Meet the faults with `SparqlStore`."""
    _fill(server)
    graph = _GRAPH.format(1)
    content = invented(graph, 1, _SIZE)
    says = sorted(str(quad.object) for quad in content if str(quad.predicate) == _SAYS)
    where = f"WHERE {{ GRAPH <{graph}> {{ ?s {_SAYS} ?v }} }}"
    reads: dict[str, tuple[Callable[[SparqlStore], Any], Any]] = {
        "select": (lambda store: sorted(str(row["v"]) for row in store.select(f"SELECT ?v {where}")), says),
        "count": (lambda store: str(store.select(f"SELECT (COUNT(*) AS ?n) {where}")[0]["n"].value), str(_SIZE)),  # type: ignore[union-attr]
        "ask": (lambda store: store.ask(f"ASK {where}"), True),
        "construct": (
            lambda store: sorted(str(t.object) for t in store.construct(f"CONSTRUCT {{ ?s {_SAYS} ?v }} {where}")),
            says,
        ),
        "quads": (lambda store: digest_of(store.quads(graph)), digest_of(content)),
        "graphs": (lambda store: store.graphs(), [_GRAPH.format(number) for number in range(3)]),
    }
    version = 1
    settings = load_settings(store=f"http://127.0.0.1:{proxy.port}", store_time_limit_s=_LIMIT_S)
    for fault in FAULTS:
        for _ in range(each):
            for name, (read, wanted) in reads.items():
                with SparqlStore.from_settings(settings) as store:
                    store.ask("ASK { }")  # what kind of server it is
                    after, lasting = draw.choice((0, 0, 1)), draw.random() < 0.5
                    where_ = f"{name}, {fault}, answer {after + 1}{' and later ones' if lasting else ''}"
                    with proxy.spoiling(fault, after, lasting):
                        outcome, found = _tried(lambda: read(store))  # noqa: B023 - called at once
                if outcome == "raw":
                    tally.hole(where_, f"an error that is not of ours: {found}")
                elif outcome == "answer" and found != wanted:
                    tally.hole(where_, f"a wrong answer: {str(found)[:200]}")
                else:
                    tally.count(f"reads, {fault}: {'right answer' if outcome == 'answer' else 'error'}")
            for name in ("replace_graph", "drop_graph"):
                version += 1
                target = _GRAPH.format(9)
                _put(server, target, version)
                old = digest_of(invented(target, version, _SIZE))
                version += 1
                new = digest_of(invented(target, version, _SIZE)) if name == "replace_graph" else None
                with SparqlStore.from_settings(settings) as store:
                    store.ask("ASK { }")
                    after, lasting = draw.choice((0, 0, 1)), draw.random() < 0.5
                    where_ = f"{name}, {fault}, answer {after + 1}{' and later ones' if lasting else ''}"
                    with proxy.spoiling(fault, after, lasting):
                        if name == "replace_graph":
                            outcome, found = _tried(lambda: store.replace_graph(target, invented(target, version, _SIZE)))  # noqa: B023
                        else:
                            outcome, found = _tried(lambda: store.drop_graph(target))  # noqa: B023
                time.sleep(0.02)
                held = _held(server, target)
                if outcome == "raw":
                    tally.hole(where_, f"an error that is not of ours: {found}")
                elif held not in (old, new):
                    tally.hole(where_, "the graph is neither what it was nor what was sent")
                elif outcome == "answer" and held != new:
                    tally.hole(where_, "told of as written, and the server does not have it")
                else:
                    tally.count(f"writes, {fault}: {'done' if outcome == 'answer' else 'error, the graph is whole'}")
                request(server.port, "DELETE", f"/store?graph={target}")


def _tried(work: Callable[[], Any]) -> tuple[str, Any]:
    """Return "answer", "error" or "raw", and what came."""
    try:
        return "answer", work()
    except CrisiskgError as error:
        return "error", error.message
    except Exception as error:
        return "raw", f"{type(error).__name__}: {error}"


def _service(tally: Tally, draw: random.Random, server: Server, proxy: Proxy, each: int, folder: Path) -> None:
    """Meet the faults with a service over the remote store."""
    _fill(server)
    where = f"WHERE {{ GRAPH <{_GRAPH.format(1)}> {{ ?s {_SAYS} ?v }} }}"
    content = [quad for quad in invented(_GRAPH.format(1), 1, _SIZE) if str(quad.predicate) == _SAYS]
    says = sorted(quad.object.value for quad in content)  # type: ignore[union-attr]

    def json_values(body: bytes) -> list[str]:
        return sorted(row["v"].value for row in ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON))  # type: ignore[union-attr]

    def xml_values(body: bytes) -> list[str]:
        return sorted(row["v"].value for row in ox.parse_query_results(body, format=ox.QueryResultsFormat.XML))  # type: ignore[union-attr]

    def turtle_values(body: bytes) -> list[str]:
        return sorted(quad.object.value for quad in ox.parse(body, format=ox.RdfFormat.TURTLE))

    questions: tuple[tuple[str, str, Callable[[bytes], list[str]]], ...] = (
        (f"SELECT ?v {where}", "application/sparql-results+json", json_values),
        (f"SELECT ?v {where}", "application/sparql-results+xml", xml_values),
        (f"CONSTRUCT {{ ?s {_SAYS} ?v }} {where}", "text/turtle", turtle_values),
    )
    address, log = f"http://127.0.0.1:{proxy.port}", folder / "log"
    with start_crisiskg(address, log=log, store_time_limit_s=_LIMIT_S, query_time_limit_s=5, answer_cache_mb=0) as service:
        for fault in FAULTS:
            for number in range(each):
                for query, media_type, values in questions:
                    after, lasting = draw.choice((0, 0, 1)), draw.random() < 0.5
                    where_ = f"service, {media_type}, {fault}, answer {after + 1}{' and later ones' if lasting else ''}"
                    with proxy.spoiling(fault, after, lasting):
                        try:
                            status, body = service.get(f"{query} #{fault} {number}", media_type, timeout=15)
                        except (OSError, http.client.HTTPException):
                            tally.count(f"service, {fault}: a broken answer, and seen to be")
                            continue
                    if status >= 500:
                        tally.count(f"service, {fault}: an error")
                    elif status != 200:
                        tally.hole(where_, f"status {status}, which blames the client: {body[:200]!r}")
                    else:
                        outcome, found = _tried(lambda: values(body))  # noqa: B023 - called at once
                        if outcome != "answer":
                            tally.hole(where_, f"a broken body with status 200 and its whole length: {found}")
                        elif found != says:
                            tally.hole(where_, f"a wrong answer of {len(found)} of {len(says)} values")
                        else:
                            tally.count(f"service, {fault}: right answer")
