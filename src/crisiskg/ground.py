"""What every store holds beside documents and tables: vocabulary, reference data, and the runs that wrote into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.graph.runs import Run, runs_graph
from crisiskg.interruption import uninterrupted
from crisiskg.iris import mint_graph
from crisiskg.journal import canonical_digest
from crisiskg.vocabulary import reference_quads, vocabulary_quads

if TYPE_CHECKING:
    from crisiskg.store import Store


def lay_ground(store: Store, run: Run, base: str) -> bool:
    """Bring vocabulary, reference data and a run into a store, where they are missing or another version.

    Args:
        store: The store.
        run: What is about to write.
        base: Base of the IRIs of data.

    Returns:
        Whether anything was written.

    Raises:
        StoreError: the store or the installation is broken.
    """
    runs = mint_graph("runs", base)
    known = list(store.quads(runs)) if store.digest(runs) else []
    wanted = {
        mint_graph("vocabulary", base): vocabulary_quads(base),
        mint_graph("reference", base): reference_quads(base),
        runs: [*known, *(quad for quad in runs_graph(run, base) if quad not in known)],
    }
    changed = False
    for graph, quads in wanted.items():
        if store.digest(graph) != canonical_digest(quads)[1]:
            with uninterrupted():
                store.replace_graph(graph, quads)
                changed = True
    with uninterrupted():
        store.flush()
    return changed
