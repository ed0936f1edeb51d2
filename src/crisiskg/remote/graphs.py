"""Reading what a graph of a server holds, all of it, also where the server gives only so many triples in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import InvalidIdentifier, InvalidParameter, StoreError
from crisiskg.remote import answers
from crisiskg.remote.connection import Connection
from crisiskg.remote.server import Server

_HEXADECIMAL = "0123456789abcdef"
#: Letters of a digest after which a part is taken as it is.
_DEEPEST = 6
#: Cap that is assumed where the store held too little for one to be seen.
_CAUTIOUS = 1000


def graph_triples(connection: Connection, server: Server, graph: str) -> Iterator[ox.Triple]:
    """Yield the triples of a graph as they come.

    Args:
        connection: How to reach the server.
        server: The server.
        graph: IRI, or "default".

    Raises:
        InvalidIdentifier: it is no IRI.
        InvalidParameter: the server cannot be asked for its default graph alone.
        StoreError: an answer is broken, or another number of triples comes than the server counts.
    """
    if graph == "default":
        yield from _default_graph(connection, server)
        return
    try:
        name = ox.NamedNode(graph)
    except ValueError as error:
        raise InvalidIdentifier(f"{graph[:200]!r} is no IRI that a graph can have") from error
    if server.row_cap is None and server.cap_tried:
        yield from _constructed(connection, server, f"GRAPH {name} {{ ?s ?p ?o }}")
    else:
        yield from _in_parts(connection, server, name, server.row_cap or _CAUTIOUS, "")


def _constructed(connection: Connection, server: Server, pattern: str) -> Iterator[ox.Triple]:
    query = server.encoded(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}")
    with connection.query(server.addresses.query, query, answers.GRAPHS) as reply:
        yield from answers.triples(reply)


def _in_parts(connection: Connection, server: Server, graph: ox.NamedNode, cap: int, digest: str) -> Iterator[ox.Triple]:
    """Yield the triples whose subjects have a digest that begins so: each part is small enough to come as a whole."""
    part = f' FILTER(STRSTARTS(LCASE(MD5(STR(?s))), "{digest}"))' if digest else ""
    pattern = f"GRAPH {graph} {{ ?s ?p ?o }}{part}"
    expected = _count(connection, server, pattern)
    if expected >= cap and len(digest) < _DEEPEST:
        for letter in _HEXADECIMAL:
            yield from _in_parts(connection, server, graph, cap, digest + letter)
        return
    found = 0
    if expected:
        for triple in _constructed(connection, server, pattern):
            found += 1
            yield triple
    if found != expected:
        raise StoreError(f"the store counts {expected} triples in a part of the graph {graph.value} and gives {found}")


def _count(connection: Connection, server: Server, pattern: str) -> int:
    query = server.encoded(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    with connection.query(server.addresses.query, query, answers.TABLES) as reply:
        result, body = answers.read_table(reply)
        cells: list[Any] = [term for row in answers.solutions(result, body, reply) for term in row]
    return int(cells[0].value) if cells and isinstance(cells[0], ox.Literal) else 0


def _default_graph(connection: Connection, server: Server) -> Iterator[ox.Triple]:
    kind = server.kind
    if server.default_is_union is False:
        yield from _constructed(connection, server, "?s ?p ?o")
    elif kind.plain_default_graph and server.takes_dataset:
        query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        dataset = [("default-graph-uri", kind.plain_default_graph)]
        with connection.query(server.addresses.query, query, answers.GRAPHS, dataset) as reply:
            yield from answers.triples(reply)
    elif server.addresses.graphs and kind.cuts_answers is False:
        with connection.get(server.addresses.graphs, {"default": ""}, answers.GRAPHS) as reply:
            if reply.status != 404:
                yield from answers.triples(reply)
    else:
        raise InvalidParameter(f"{kind.title} cannot be asked for its default graph alone")
