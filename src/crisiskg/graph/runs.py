"""Run: one set-up of the software that reads documents, and its graph."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from crisiskg.graph import terms
from crisiskg.graph.terms import ckg
from crisiskg.iris import digest, mint, mint_graph
from crisiskg.namespaces import BASE


@dataclass(frozen=True, slots=True)
class Run:
    """What a reading of a document depends on beside the document. Time of day is left out: the same set-up is one run.

    Attributes:
        software_version: Version of crisiskg.
        model_name: Name and version of the language model; None where none was used.
        model_sha256: SHA-256 of the model's files, in hexadecimal.
        codebook_version: Version of the event types.
        settings: Names and values of settings that change what is read, in any order.
    """

    software_version: str
    model_name: str | None = None
    model_sha256: str | None = None
    codebook_version: str = ""
    settings: tuple[tuple[str, str], ...] = ()


def run_iri(run: Run, base: str = BASE) -> NamedNode:
    """Return the IRI of a run.

    >>> run_iri(Run("0.1.0", codebook_version="1")) == run_iri(Run("0.1.0", codebook_version="1"))
    True
    """
    settings = (part for pair in sorted(run.settings) for part in pair)
    return NamedNode(
        mint(f"run/{digest(run.software_version, run.model_name, run.model_sha256, run.codebook_version, *settings)}", base)
    )


def runs_graph(run: Run, base: str = BASE) -> list[Quad]:
    """Return what the graph of runs says of one run.

    >>> len(runs_graph(Run("0.1.0", codebook_version="1")))
    4
    """
    node, graph = run_iri(run, base), NamedNode(mint_graph("runs", base))
    name = f"crisiskg {run.software_version}" + (f" with {run.model_name}" if run.model_name else "")
    quads = [
        Quad(node, terms.TYPE, ckg("Run"), graph),
        Quad(node, terms.LABEL, terms.label(name), graph),
        Quad(node, ckg("softwareVersion"), terms.text(run.software_version), graph),
        Quad(node, ckg("codebookVersion"), terms.text(run.codebook_version), graph),
    ]
    if run.model_name:
        quads.append(Quad(node, ckg("modelName"), terms.text(run.model_name), graph))
    if run.model_sha256:
        quads.append(Quad(node, ckg("modelSha256"), terms.text(run.model_sha256), graph))
    return quads
