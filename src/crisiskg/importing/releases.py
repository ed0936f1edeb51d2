"""The node of a release, and what a store holds of releases."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from crisiskg import __version__
from crisiskg.datasets.dataset import Dataset, Release
from crisiskg.errors import InvalidParameter
from crisiskg.importing.plan import Tally
from crisiskg.iris import mint, mint_graph
from crisiskg.namespaces import CKG, DCTERMS, PROV, RDF, RDFS, XSD
from crisiskg.resources import folder

_MOST_NAME = 100


def checked_name(release: str) -> str:
    """Return the name of a release.

    Raises:
        InvalidParameter: no release can be called so.

    >>> checked_name("24.1")
    '24.1'
    """
    if not release.strip() or len(release) > _MOST_NAME or not release.isprintable() or release in (".", ".."):
        raise InvalidParameter(
            f"{release[:60]!r} is no name of a release",
            hint=f"A name has up to {_MOST_NAME} characters, such as 24.1 or 2026-03.",
        )
    return release


def release_triples(
    dataset: Dataset, release: Release, run: str, sha256: Sequence[str] = (), tally: Tally | None = None
) -> list[ox.Triple]:
    """Return what the graph of a release says of the release itself.

    Args:
        dataset: The dataset.
        release: The release.
        run: IRI of the run that imported it.
        sha256: SHA-256 of its files.
        tally: What became of its rows; None leaves the counts out.
    """
    node = ox.NamedNode(release.iri)

    def literal(value: str) -> ox.Literal:
        return ox.Literal(value)

    found: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (RDF + "type", ox.NamedNode(CKG + "Release")),
        (RDFS + "label", ox.Literal(f"{dataset.title}, {release.name}", language="en")),
        (CKG + "datasetName", literal(dataset.name)),
        (CKG + "releaseName", literal(release.name)),
        (DCTERMS + "license", ox.NamedNode(dataset.license)),
        (DCTERMS + "publisher", literal(dataset.publisher)),
        (CKG + "url", ox.NamedNode(dataset.homepage)),
        (PROV + "wasGeneratedBy", ox.NamedNode(run)),
        *((CKG + "rawSha256", literal(digest)) for digest in dict.fromkeys(sha256)),
    ]
    if tally is not None:
        for name, number in (("rowCount", tally.rows), ("eventCount", tally.events), ("quarantinedCount", tally.quarantined)):
            found.append((CKG + name, ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))))
    return [ox.Triple(node, ox.NamedNode(name), value) for name, value in found]


def n_triples_lines(triples: Sequence[ox.Triple]) -> list[bytes]:
    """Return triples as lines of N-Triples, without line breaks."""
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")[:-1]


@functools.cache
def made_with() -> str:
    """Return a digest of everything that decides what a row becomes: the modules of datasets and of imports, and the shapes.

    An import that other code began cannot go on, as its second half would not fit its first.
    """
    package = Path(__file__).parent.parent
    total = hashlib.sha256(__version__.encode("ascii"))
    for name in ("datasets", "crosswalk", "importing"):
        for path in sorted((package / name).rglob("*.py")):
            total.update(path.read_bytes())
    for path in sorted(folder("shapes").glob("*.ttl")):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def prefix_of(dataset: str, base: str) -> str:
    """Return how the IRIs of the graphs of all releases of a dataset begin."""
    return f"{mint_graph('dataset', base)}/{dataset}/"


def withdrawn_graph(base: str) -> str:
    """Return the IRI of the graph of events that were withdrawn."""
    return mint("graph/withdrawn", base)
