"""The graphs that every store holds beside documents: the vocabulary, and the reference data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from crisiskg.errors import StoreError
from crisiskg.iris import mint_graph
from crisiskg.namespaces import BASE, CKGT, OWL
from crisiskg.resources import folder


def vocabulary_quads(base: str = BASE) -> list[ox.Quad]:
    """Return the graph of classes, properties and codes.

    Raises:
        StoreError: a file of the installation does not parse.
    """
    return _read(sorted(folder("ontology").glob("*.ttl")), mint_graph("vocabulary", base), base)


def reference_quads(base: str = BASE) -> list[ox.Quad]:
    """Return the graph of states, organizations and other entities that are known beforehand.

    Raises:
        StoreError: a file of the installation does not parse.
    """
    return _read(sorted((folder("ontology") / "reference").glob("*.ttl")), mint_graph("reference", base), base)


def codebook_version() -> str:
    """Return the version of the event types.

    Raises:
        StoreError: the file of the installation names none.
    """
    version = ox.NamedNode(OWL + "versionInfo")
    for quad in vocabulary_quads():
        if quad.subject == ox.NamedNode(CKGT + "scheme") and quad.predicate == version:
            return str(getattr(quad.object, "value", ""))
    raise StoreError("event-types.ttl of this installation names no version", hint="Install crisiskg again.")


def _read(paths: Iterable[Path], graph: str, base: str) -> list[ox.Quad]:
    name = ox.NamedNode(graph)
    quads: dict[ox.Quad, None] = {}
    nodes: dict[ox.BlankNode, ox.NamedNode] = {}

    def settle(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.Literal:
        """Move IRIs of data to the base in use, and give every blank node an IRI, by its place in the files."""
        if isinstance(term, ox.NamedNode):
            return ox.NamedNode(base + term.value[len(BASE) :]) if base != BASE and term.value.startswith(BASE) else term
        if isinstance(term, ox.BlankNode):
            return nodes.setdefault(term, ox.NamedNode(f"{graph}/node/{len(nodes) + 1}"))
        if isinstance(term, ox.Literal):
            return term
        raise StoreError(f"a file of the graph {graph} holds a triple as a term")

    for path in paths:
        try:
            for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=base):
                subject, value = settle(quad.subject), settle(quad.object)
                assert isinstance(subject, ox.NamedNode)
                quads[ox.Quad(subject, quad.predicate, value, name)] = None
        except (OSError, SyntaxError, ValueError) as error:
            raise StoreError(
                f"{path.name} of this installation cannot be read: {error}", hint="Install crisiskg again."
            ) from error
    return list(quads)
