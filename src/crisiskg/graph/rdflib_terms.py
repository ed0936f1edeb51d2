"""Hands quads to rdflib, for who wants its tools; the only place outside validation that imports it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from crisiskg.namespaces import PREFIXES

if TYPE_CHECKING:
    from rdflib import Dataset


def to_rdflib(quads: Iterable[Quad]) -> Dataset:
    """Return quads as an rdflib dataset, with crisiskg's prefixes bound.

    Lexical forms are kept as they are; quads of the default graph go into the dataset's default graph.

    Args:
        quads: Quads; they are not changed.

    Raises:
        ValueError: a quad speaks about a triple (RDF 1.2), which rdflib cannot hold.

    >>> from pyoxigraph import NamedNode as N, Quad
    >>> len(to_rdflib([Quad(N("urn:s"), N("urn:p"), N("urn:o"), N("urn:g"))]))
    1
    """
    import rdflib

    def convert(term: NamedNode | BlankNode | Literal | Triple) -> rdflib.term.Identifier:
        if isinstance(term, NamedNode):
            return rdflib.URIRef(term.value)
        if isinstance(term, BlankNode):
            return rdflib.BNode(term.value)
        if isinstance(term, Literal):
            if term.language:
                return rdflib.Literal(term.value, lang=term.language)
            # rdflib leaves the datatype of plain strings out, as RDF 1.1 allows.
            plain = term.datatype.value == str(rdflib.XSD.string)
            return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)
        raise ValueError(f"rdflib cannot hold the triple term {term}")

    dataset = rdflib.Dataset(default_union=True)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace)
    for quad in quads:
        name = quad.graph_name
        graph = dataset.graph(convert(name)) if isinstance(name, NamedNode | BlankNode) else dataset.default_graph
        graph.add((convert(quad.subject), convert(quad.predicate), convert(quad.object)))
    return dataset
