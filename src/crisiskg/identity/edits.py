"""Adds lines to graphs and takes lines out without reading the rest of them; all graphs at once or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from crisiskg.journal import SUM, LineSum, n_quads_lines, sum_digest
from crisiskg.store import OxigraphStore, Store
from crisiskg.writing.change import Change, GraphEdit


@dataclass(frozen=True, slots=True)
class Lines:
    """What goes and what comes in one graph.

    Attributes:
        removed: Quads that go; all of them are there.
        added: Quads that come; none of them is there, and their literals are as the store writes them.
    """

    removed: tuple[ox.Quad, ...] = ()
    added: tuple[ox.Quad, ...] = ()


def write_lines(store: Store, changes: Mapping[str, Lines]) -> None:
    """Write to several graphs.

    An embedded store takes all of it or nothing and is told only what changes. A server is given each graph anew.

    Args:
        store: Where to write.
        changes: What happens, by IRI of the graph.

    Raises:
        StoreError: the store refuses.
    """
    changing = {graph: lines for graph, lines in sorted(changes.items()) if lines.removed or lines.added}
    if not changing:
        return
    if isinstance(store, OxigraphStore):
        store.commit(Change(tuple(_edit(store, graph, lines) for graph, lines in changing.items())))
        return
    for graph, lines in changing.items():
        gone = set(lines.removed)
        store.replace_graph(graph, [*(quad for quad in store.quads(graph) if quad not in gone), *lines.added])
    store.flush()


def _edit(store: OxigraphStore, graph: str, lines: Lines) -> GraphEdit:
    store.flush()
    entry = store.entry(graph)
    if entry is not None and entry.sha256.startswith(SUM):
        count, total = entry.quads, LineSum(entry.sha256)
    else:  # new, or changed by an update of a user, which leaves the other kind of digest
        count, digest = sum_digest(store.quads(graph))
        total = LineSum(digest)
    total.remove(*_triple_lines(lines.removed))
    total.add(*_triple_lines(lines.added))
    count += len(lines.added) - len(lines.removed)
    return GraphEdit(
        graph,
        tuple(n_quads_lines(list(lines.removed))),
        tuple(n_quads_lines(list(lines.added))),
        existed=entry is not None,
        exists=count > 0,
        quads=count,
        sha256=total.digest if count else LineSum().digest,
    )


def _triple_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    text = ox.serialize([quad.triple for quad in quads], format=ox.RdfFormat.N_TRIPLES) or b""
    return text.split(b"\n")[:-1]
