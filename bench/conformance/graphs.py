"""Graphs: how files and answers are read, and when two graphs are the same."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyoxigraph as ox

from conformance.manifests import ManifestError
from conformance.solutions import Blank, BrokenAnswer, by_value

#: Media types of graphs, those of datasets included: they can hold a graph alone.
MEDIA_TYPES = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-quads",
    "application/trig",
)
_SUFFIXES = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML}


def read_file(path: Path, base_iri: str) -> list[ox.Triple]:
    """Return the triples of a file of the suites.

    Args:
        path: The file; its suffix says the format.
        base_iri: What relative IRIs in it are resolved against.

    Raises:
        ManifestError: the suffix stands for no format, or the file does not parse.
    """
    if path.suffix not in _SUFFIXES:
        raise ManifestError(f"{path} has none of the suffixes {', '.join(_SUFFIXES)}")
    try:
        quads = ox.parse(path=str(path), format=_SUFFIXES[path.suffix], base_iri=base_iri, without_named_graphs=True)
        return [quad.triple for quad in quads]
    except (OSError, SyntaxError, ValueError) as error:
        raise ManifestError(f"{path} cannot be read: {error}") from error


def read(body: bytes | str, media_type: str) -> list[ox.Triple]:
    """Return the triples of an answer.

    Raises:
        BrokenAnswer: it does not parse, or the format is none of a graph.
    """
    if media_type not in MEDIA_TYPES:
        raise BrokenAnswer(f"{media_type or 'no media type'} is none of a graph")
    found = ox.RdfFormat.from_media_type(media_type)
    try:
        return [quad.triple for quad in ox.parse(body, format=found, without_named_graphs=True)]
    except (SyntaxError, ValueError) as error:  # a named graph is an error, too
        raise BrokenAnswer(f"the answer does not parse as {media_type}: {error}") from error


def n_triples(triples: Iterable[ox.Triple]) -> bytes:
    """Return triples as they are sent to a store."""
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def difference(expected: Iterable[ox.Triple], got: Iterable[ox.Triple]) -> str | None:
    """Return what is different, in words; None where the graphs are isomorphic, numbers compared by value.

    >>> a, b = (list(ox.parse(text, format=ox.RdfFormat.TURTLE)) for text in ("<a:s> <a:p> 1.0, [] .", "<a:s> <a:p> _:x, 1.00 ."))
    >>> difference([quad.triple for quad in a], [quad.triple for quad in b])
    """
    from rdflib.compare import isomorphic

    wanted, found = set(expected), set(got)
    if len(wanted) != len(found):
        return f"there are {len(found)} triples, not {len(wanted)}"
    if isomorphic(_rdflib(wanted), _rdflib(found)):
        return None
    missing = next((triple for triple in sorted(wanted - found, key=str) if "_:" not in str(triple)), None)
    return "the graph is not isomorphic to the one expected" + (f"; {missing} is missing" if missing else "")


def _rdflib(triples: Iterable[ox.Triple]) -> object:
    import rdflib

    def convert(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> object:
        if isinstance(term, ox.NamedNode):
            return rdflib.URIRef(term.value)
        value = by_value(term)
        if isinstance(value, Blank):
            return rdflib.BNode(value.label)
        assert isinstance(value, tuple)
        # One text for all literals of one value, without datatype: rdflib would have its own mind about the lexical form.
        number, kind = value
        return rdflib.Literal(f"{Fraction(number) if isinstance(number, Decimal) else number}^^{kind}")

    graph = rdflib.Graph()
    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph
