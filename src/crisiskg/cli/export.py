"""The command export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from crisiskg.cli.common import settings_from, store_option

if TYPE_CHECKING:
    import pyoxigraph as ox

    from crisiskg.settings import Settings

#: Format by name: attribute of RdfFormat, and whether it keeps named graphs.
FORMATS: dict[str, tuple[str, bool]] = {
    "nquads": ("N_QUADS", True),
    "trig": ("TRIG", True),
    "jsonld": ("JSON_LD", True),
    "turtle": ("TURTLE", False),
    "ntriples": ("N_TRIPLES", False),
    "rdfxml": ("RDF_XML", False),
}
_PARTS = ("all", "documents", "datasets", "reference", "vocabulary")


@click.command("export")
@store_option
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="nquads", show_default=True, help="Format.")
@click.option("--part", type=click.Choice(_PARTS), default="all", show_default=True, help="Which graphs.")
@click.option("--graph", metavar="IRI", help="One named graph only.")
@click.option("--include-restricted", is_flag=True, help="Also datasets whose rows may not be republished.")
@click.pass_context
def export_command(
    context: click.Context, store: str | None, format_: str, part: str, graph: str | None, include_restricted: bool
) -> None:
    """Write the graph to standard output, sorted: the same content always gives the same bytes.

    turtle, ntriples and rdfxml have no named graphs; they give each triple once. Releases of datasets whose rows may not be
    republished are left out, and named on standard error, unless --include-restricted is given.
    """
    import pyoxigraph as ox

    from crisiskg.namespaces import PREFIXES

    settings = settings_from(context, store=store)
    name, keeps_graphs = FORMATS[format_]
    left_out: set[str] = set()
    quads: Iterable[ox.Quad] = sorted(_chosen(settings, part, graph, None if include_restricted else left_out), key=str)
    for restricted in sorted(left_out):
        click.echo(
            f"left out: {restricted}, whose terms do not let its rows be republished; --include-restricted writes it", err=True
        )
    out = sys.stdout.buffer
    kind = getattr(ox.RdfFormat, name)
    prefixes = None if name.startswith("N_") else PREFIXES
    if keeps_graphs:
        ox.serialize(quads, output=out, format=kind, prefixes=prefixes)
    else:
        triples = sorted({quad.triple for quad in quads}, key=str)
        ox.serialize(triples, output=out, format=kind, prefixes=prefixes)
    out.flush()


def _chosen(settings: Settings, part: str, graph: str | None, left_out: set[str] | None) -> Iterator[ox.Quad]:
    """Yield the quads; those of graphs that may not be republished only where `left_out`, which takes their names, is None."""
    import pyoxigraph as ox

    from crisiskg.asking import base_iri
    from crisiskg.errors import InvalidParameter, NotFound
    from crisiskg.generations import Generations
    from crisiskg.store import existing_folder, is_url, open_store

    base = base_iri(settings)
    if graph is not None:
        try:
            wanted: ox.NamedNode | None = ox.NamedNode(graph if "://" in graph else base + graph)
        except ValueError as error:
            raise InvalidParameter(f"--graph must be an IRI, not {graph!r}") from error
    else:
        wanted = None
    prefix = {
        "documents": f"{base}graph/document/",
        "datasets": f"{base}graph/dataset/",
        "reference": f"{base}graph/reference",
        "vocabulary": f"{base}graph/vocabulary",
    }
    start = prefix.get(part, "")
    releases = _Releases(base)
    found = 0
    if is_url(settings.store):
        remote = open_store(settings)
        quads = remote.quads(wanted.value if wanted else None)
    else:
        _, path = Generations(existing_folder(settings.store)).newest()
        quads = ox.Store.read_only(str(path)).quads_for_pattern(None, None, None, wanted)
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(start):
            found += 1
            if left_out is not None and not releases.may_republish(quad.graph_name.value):
                left_out.add(quad.graph_name.value)
                continue
            yield quad
    if wanted is not None and not found:
        raise NotFound(f"the store has no graph {wanted.value}")


class _Releases:
    """Tells which graphs may be republished: all but those of datasets whose terms forbid it, or that nobody knows."""

    def __init__(self, base: str) -> None:
        self._prefix = f"{base}graph/dataset/"
        self._known: dict[str, bool] = {}

    def may_republish(self, graph: str) -> bool:
        if not graph.startswith(self._prefix):
            return True
        found = self._known.get(graph)
        if found is None:
            from crisiskg.datasets import all_datasets

            dataset = all_datasets().get(graph[len(self._prefix) :].partition("/")[0])
            found = self._known[graph] = dataset is not None and dataset.may_republish
        return found
