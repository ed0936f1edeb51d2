"""Names of graphs as text and as terms, and quads of one graph as lines.

The default graph has the name "default" wherever a graph has a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from crisiskg.errors import InvalidIdentifier
from crisiskg.writing.change import DEFAULT


def is_graph(text: str) -> bool:
    """Tell whether a graph can have this name.

    >>> is_graph("urn:g"), is_graph("default"), is_graph("no IRI")
    (True, True, False)
    """
    try:
        graph_term(text)
    except InvalidIdentifier:
        return False
    return True


def graph_term(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    """Return the name of a graph as a term; "default" is the default graph.

    Raises:
        InvalidIdentifier: it is no name that a graph can have.

    >>> graph_term("default")
    <DefaultGraph>
    """
    return ox.DefaultGraph() if graph == DEFAULT else named_graph(graph)


def graph_name(term: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    """Return how the graph of a quad is named.

    >>> graph_name(ox.DefaultGraph()), graph_name(ox.NamedNode("urn:g"))
    ('default', 'urn:g')
    """
    return DEFAULT if isinstance(term, ox.DefaultGraph) else term.value


def parse_lines(lines: Iterable[str]) -> Iterator[ox.Quad]:
    """Yield the quads of N-Quads lines that a store has written; blank nodes keep their ids."""
    for quad in ox.parse("\n".join(lines).encode("utf-8"), format=ox.RdfFormat.N_QUADS):
        assert isinstance(quad, ox.Quad)
        yield quad


def named_graph(graph: str) -> ox.NamedNode:
    """Return the name of a graph as a term.

    Raises:
        InvalidIdentifier: it is no IRI.
    """
    try:
        return ox.NamedNode(graph)
    except ValueError as error:
        raise InvalidIdentifier(f"{graph!r} is no IRI that a graph can have") from error


def check_quads(graph: str, quads: list[ox.Quad], lines: list[str]) -> None:
    """Refuse quads that are not all in the graph, or that have a blank node.

    Args:
        graph: IRI of the graph.
        quads: The quads.
        lines: Their N-Quads lines, which are quick to look at: each term that is taken out of a quad is a new object.

    Raises:
        InvalidIdentifier: a quad is in another graph or has a blank node.
    """
    name = named_graph(graph)
    end = f" {name} ."
    if all(line.endswith(end) and " _:" not in line and line[0] == "<" for line in lines):
        return
    for quad in quads:
        if quad.graph_name != name:
            raise InvalidIdentifier(f"a quad for the graph {graph} is in {quad.graph_name}")
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            raise InvalidIdentifier(f"the graph {graph} holds a blank node, of {quad.predicate}; every thing needs an IRI")


def n_triples(quads: Iterable[ox.Quad]) -> bytes:
    """Return the triples of quads as N-Triples."""
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
