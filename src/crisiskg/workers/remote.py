"""What runs in a query worker over a remote store: sends one query after the other to the server, and passes its answers on.

It speaks as `crisiskg.workers.process` does. The first frame that it gets is `S`, the settings in JSON with what is secret, so
that no password stands among the arguments of a process. It has network, but runs nothing of a user: the text is looked at
(`crisiskg.workers.scan`) and goes to the server as it is, or with identity as `crisiskg.workers.expanding` makes it.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import CrisiskgError, InvalidParameter, NotAcceptable, NotFound
from crisiskg.remote.connection import Connection
from crisiskg.remote.graphs import graph_triples
from crisiskg.remote.passing import GRAPH_FORMATS, Question, answer_question, chosen, pass_on_quads
from crisiskg.remote.server import Dataset, Known, Server, find_server, list_graphs
from crisiskg.sandbox import die_with_parent, limit_memory
from crisiskg.settings import Settings
from crisiskg.workers.expanding import Wish, expand_query
from crisiskg.workers.foreign import look_at
from crisiskg.workers.frames import pack_json
from crisiskg.workers.process import QUAD_FORMATS, FrameWriter, TooLarge, receive, write_all
from crisiskg.workers.scan import Limits

_ADDRESS = re.compile(r"(?:(?<=the store)|,? (?:at|to)) https?://[^\s,;)]+")


class RemoteReader:
    """The server of the settings.

    Args:
        settings: Where it is, and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.connection = Connection.from_settings(settings)
        self._known = Known(lambda: find_server(self.connection, settings))

    @property
    def server(self) -> Server:
        """What is known of it; found out with the first request, so that a worker starts where the server is not there yet."""
        return self._known.get()

    def select(self, query: str) -> list[Any]:
        """Return the rows of a SELECT query of our own over all graphs."""
        json_, limits = "application/sparql-results+json", self.settings
        question = Question(query, "SELECT", (json_,), Dataset(), None, limits.max_identity_iris * 10, limits.query_time_limit_s)
        body = io.BytesIO()
        answer_question(self.connection, self.server, question, lambda *_: body)
        found: Any = ox.parse_query_results(body.getvalue(), format=ox.QueryResultsFormat.JSON)
        return list(found)


def answer(request: dict[str, Any], reader: RemoteReader, channel: int) -> None:
    """Answer one request.

    Args:
        request: As `crisiskg.workers.requests` makes it.
        reader: The server.
        channel: Number of the file to write frames to.

    Raises:
        CrisiskgError: it cannot be answered; the caller sends that as a frame.
    """
    if request.get("generation"):
        raise NotFound(
            f"there is no generation {request['generation']}: the store is a server, which shows its present state alone"
        )
    if "graph" in request:
        _answer_graph(request, reader, channel)
        return
    found = look_at(request["query"], Limits(*request["limits"]))
    dataset = Dataset(request.get("default_graphs", ()), request.get("named_graphs", ()), request["union"])
    if found.names_dataset and not (dataset.default_graphs or dataset.named_graphs):
        dataset = Dataset(found.default_graphs, found.named_graphs, in_query=True, readable=found.readable)
    query = request["query"]
    if "identity" in request:
        query = expand_query(
            query, Wish.of(request["identity"]), Limits(*request["limits"]), reader.select, request.get("base_iri")
        )
    question = Question(
        query,
        found.form,
        request["accept"],
        dataset,
        request.get("base_iri"),
        request["max_rows"],
        reader.settings.query_time_limit_s,
    )
    writers: list[FrameWriter] = []

    def begin(kind: str, media_type: str) -> FrameWriter:
        writers.append(_writer(request, channel, kind, media_type))
        return writers[0]

    rows = answer_question(reader.connection, reader.server, question, begin)
    writers[0].end(rows=rows)


def _answer_graph(request: dict[str, Any], reader: RemoteReader, channel: int) -> None:
    """Write one graph, or with None all graphs as quads."""
    graph, server = request["graph"], reader.server
    media_type = chosen("graph", request["accept"]) if graph is not None else _chosen_quads(request["accept"])
    found: Iterator[Any]
    if graph is None:
        found = _all_quads(reader.connection, server)
    else:
        found = graph_triples(reader.connection, server, graph)
        first = next(found, None)
        if first is None and graph != "default":
            raise NotFound(f"there is no graph {graph}")
        found = itertools.chain([] if first is None else [first], found)
        if media_type in ("application/n-quads", "application/trig"):
            name = ox.DefaultGraph() if graph == "default" else ox.NamedNode(graph)
            found = (ox.Quad(triple.subject, triple.predicate, triple.object, name) for triple in found)
    writer = _writer(request, channel, "graph", media_type)
    pass_on_quads(found, writer, GRAPH_FORMATS[media_type], request["max_rows"])
    writer.end()


def _all_quads(connection: Connection, server: Server) -> Iterator[ox.Quad]:
    with contextlib.suppress(InvalidParameter):  # a server that cannot tell its default graph apart has none of ours
        for triple in graph_triples(connection, server, "default"):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, ox.DefaultGraph())
    for graph in list_graphs(connection, server):
        name = ox.NamedNode(graph)
        for triple in graph_triples(connection, server, graph):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, name)


def _chosen_quads(accept: list[str]) -> str:
    for media_type in accept:
        if media_type in QUAD_FORMATS:
            return media_type
    raise NotAcceptable(f"an answer of this kind can be had as {', '.join(QUAD_FORMATS)}")


def _writer(request: dict[str, Any], channel: int, kind: str, media_type: str) -> FrameWriter:
    # Nothing tells when a server has changed, so that no answer may be kept for the next who asks.
    header = {"kind": kind, "media_type": media_type, "generation": 0, "volatile": True}
    return FrameWriter(channel, pack_json(b"H", header), request["max_bytes"], request["max_rows"])


def reply_to(request: dict[str, Any], reader: RemoteReader, channel: int) -> None:
    """Answer one request, or say what is wrong, in frames."""
    try:
        answer(request, reader, channel)
    except TooLarge as error:
        problem = {"error": "limit_exceeded", "message": str(error)}
    except MemoryError:
        problem = {"error": "memory", "message": "the answer needs more memory than it may take"}
    except CrisiskgError as error:
        # Where the server is, and where it leads to, is for those who run the service.
        problem = {"error": error.code, "message": _ADDRESS.sub("", error.message), "hint": error.hint or ""}
    except BrokenPipeError:
        raise
    except Exception as error:
        # A worker that ends is taken for one whose memory ran out; what is not foreseen shall be told by its name.
        problem = {"error": "store_error", "message": f"the store's answer cannot be used: {type(error).__name__}: {error}"}
    else:
        return
    write_all(channel, pack_json(b"X", problem))


def main() -> None:
    """Answer requests until the crew closes the pipe. Argument: niceness."""
    os.nice(int(sys.argv[-1]))
    die_with_parent()
    requests = os.fdopen(os.dup(0), "rb")
    channel = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # nothing that a library prints may get among the frames
        os.dup2(nothing, number)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    greeting = receive(requests)
    if greeting is None or greeting[0] != b"S":
        return
    settings = Settings(**json.loads(greeting[1]))
    reader = RemoteReader(settings)
    with contextlib.suppress(OSError):  # not Linux: no limit
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit_memory(pages * resource.getpagesize() // 1_048_576 + settings.query_memory_mb)
    write_all(channel, pack_json(b"R", {"network": "open"}))
    while (frame := receive(requests)) is not None:
        try:
            reply_to(json.loads(frame[1]), reader, channel)
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
