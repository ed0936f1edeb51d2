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
_PARTS = ("all", "documents", "reference", "vocabulary")


@click.command("export")
@store_option
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="nquads", show_default=True, help="Format.")
@click.option("--part", type=click.Choice(_PARTS), default="all", show_default=True, help="Which graphs.")
@click.option("--graph", metavar="IRI", help="One named graph only.")
@click.pass_context
def export_command(context: click.Context, store: str | None, format_: str, part: str, graph: str | None) -> None:
    """Write the graph to standard output, sorted: the same content always gives the same bytes.

    turtle, ntriples and rdfxml have no named graphs; they give each triple once.
    """
    import pyoxigraph as ox

    from crisiskg.namespaces import PREFIXES

    settings = settings_from(context, store=store)
    name, keeps_graphs = FORMATS[format_]
    quads: Iterable[ox.Quad] = sorted(_chosen(settings, part, graph), key=str)
    out = sys.stdout.buffer
    kind = getattr(ox.RdfFormat, name)
    prefixes = None if name.startswith("N_") else PREFIXES
    if keeps_graphs:
        ox.serialize(quads, output=out, format=kind, prefixes=prefixes)
    else:
        triples = sorted({quad.triple for quad in quads}, key=str)
        ox.serialize(triples, output=out, format=kind, prefixes=prefixes)
    out.flush()


def _chosen(settings: Settings, part: str, graph: str | None) -> Iterator[ox.Quad]:
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
        "reference": f"{base}graph/reference",
        "vocabulary": f"{base}graph/vocabulary",
    }
    start = prefix.get(part, "")
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
            yield quad
    if wanted is not None and not found:
        raise NotFound(f"the store has no graph {wanted.value}")
