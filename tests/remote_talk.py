"""A worker process over a remote store, spoken to by hand, and quads to write."""

from __future__ import annotations

import contextlib
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from crisiskg.settings import Settings, load_settings, plain_settings
from crisiskg.workers.requests import error_of, graph_request, query_request

G = "https://example.org/graph/a"
H = "https://example.org/graph/b"
P = ox.NamedNode("https://example.org/p")
JSON = "application/sparql-results+json"


def quad(value: object, graph: str = G, subject: str = "s") -> ox.Quad:
    term = value if isinstance(value, ox.NamedNode | ox.Literal) else ox.Literal(value)  # type: ignore[arg-type]
    return ox.Quad(ox.NamedNode(f"https://example.org/{subject}"), P, term, ox.NamedNode(graph))


class Talk:
    """A worker process over a remote store."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crisiskg.workers.remote", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.send(b"S", json.dumps(plain_settings(settings)).encode())
        assert self.receive()[0] == b"R"

    def send(self, letter: bytes, content: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(letter + struct.pack(">I", len(content)) + content)
        self.process.stdin.flush()

    def receive(self) -> tuple[bytes, bytes]:
        assert self.process.stdout is not None
        head = self.process.stdout.read(5)
        return head[:1], self.process.stdout.read(struct.unpack(">I", head[1:])[0])

    def ask(self, query: str, *accept: str, **given: Any) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
        """Return header, body and end; raise what the worker reports."""
        return self.request(query_request(self.settings, query, accept or (JSON, "application/n-triples"), **given))

    def graph(self, graph: str | None, *accept: str) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
        return self.request(graph_request(self.settings, graph, accept))

    def request(self, content: bytes) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
        self.send(b"Q", content)
        header, body = {}, b""
        while True:
            letter, content = self.receive()
            if letter == b"H":
                header = json.loads(content)
            elif letter == b"D":
                body += content
            elif letter == b"E":
                return header, body, json.loads(content)
            else:
                raise error_of(json.loads(content))

    def rows(self, query: str, **given: Any) -> list[list[str]]:
        _, body, _ = self.ask(query, JSON, **given)
        parsed: Any = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        return sorted([str(term) for term in row] for row in parsed)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


@contextlib.contextmanager
def talking(**settings: Any) -> Iterator[Talk]:
    talk = Talk(load_settings(**settings))
    try:
        yield talk
    finally:
        talk.close()
