"""Maps a document and its annotation to quads: the graph that docs/model.md describes, and nothing without evidence."""

from __future__ import annotations

from crisiskg.graph.build import build
from crisiskg.graph.factuality import factuality
from crisiskg.graph.rdflib_terms import to_rdflib
from crisiskg.graph.runs import Run, run_iri, runs_graph

__all__ = ["Run", "build", "factuality", "run_iri", "runs_graph", "to_rdflib"]
