"""What a graph of a release refers to and every store holds: vocabulary, reference data, and the run that imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from crisiskg import __version__
from crisiskg.graph.runs import Run, run_iri, runs_graph
from crisiskg.importing.releases import made_with
from crisiskg.iris import mint_graph
from crisiskg.journal import canonical_digest
from crisiskg.vocabulary import reference_quads, vocabulary_quads

if TYPE_CHECKING:
    from crisiskg.store import OxigraphStore


def import_run() -> Run:
    """Return what imports tables, for provenance."""
    return Run(__version__, codebook_version=_codebook_version(), settings=(("tables", made_with()),))


def import_run_iri(base: str) -> str:
    """Return the IRI of the run that imports tables."""
    return str(run_iri(import_run(), base).value)


def prepare(store: OxigraphStore, base: str) -> None:
    """Bring vocabulary, reference data and the run into a store, where they are missing or another version.

    Raises:
        StoreError: the store or the installation is broken.
    """
    runs = mint_graph("runs", base)
    known = list(store.quads(runs)) if store.digest(runs) else []
    wanted = {
        mint_graph("vocabulary", base): vocabulary_quads(base),
        mint_graph("reference", base): reference_quads(base),
        runs: [*known, *(quad for quad in runs_graph(import_run(), base) if quad not in known)],
    }
    for graph, quads in wanted.items():
        if store.digest(graph) != canonical_digest(quads)[1]:
            store.replace_graph(graph, quads)
    store.flush()


def _codebook_version() -> str:
    from crisiskg.namespaces import CKGT, OWL

    scheme, version = ox.NamedNode(CKGT + "scheme"), ox.NamedNode(OWL + "versionInfo")
    found = (quad.object for quad in vocabulary_quads() if quad.subject == scheme and quad.predicate == version)
    return str(getattr(next(found, None), "value", ""))
