"""The run that imports tables, for provenance."""

from __future__ import annotations

from crisiskg import __version__
from crisiskg.graph.runs import Run, run_iri
from crisiskg.importing.releases import made_with
from crisiskg.vocabulary import codebook_version


def import_run() -> Run:
    """Return what imports tables."""
    return Run(__version__, codebook_version=codebook_version(), settings=(("tables", made_with()),))


def import_run_iri(base: str) -> str:
    """Return the IRI of the run that imports tables."""
    return str(run_iri(import_run(), base).value)
