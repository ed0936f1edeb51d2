"""Reads ontology/ for the tests of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import rdflib
from rdflib.namespace import RDF, RDFS

ROOT = Path(__file__).parent.parent
ONTOLOGY = ROOT / "ontology"
VOCABULARY = ("crisiskg.ttl", "codes.ttl", "event-types.ttl", "alignments.ttl")


@cache
def graph(*names: str) -> rdflib.Graph:
    """Files of ontology/ as one graph, all of the vocabulary where none is named; not to be changed."""
    found = rdflib.Graph()
    for name in names or VOCABULARY:
        found.parse(ONTOLOGY / name, format="turtle")
    return found


def terms(kind: rdflib.URIRef, *names: str) -> set[str]:
    """IRIs of what is of a kind in some files of ontology/, or in all of the vocabulary."""
    return {str(term) for term in graph(*names).subjects(RDF.type, kind)}


def ancestors(term: rdflib.URIRef) -> set[rdflib.URIRef]:
    """A class and all above it."""
    return set(graph("crisiskg.ttl").transitive_objects(term, RDFS.subClassOf))
