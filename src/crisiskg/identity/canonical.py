"""The graph of identity: what follows from the judgements, derived from them alone and written anew where they change.

For each IRI of a thing that is not its canonical one it says `ckg:canonical` and `skos:exactMatch`. No other graph is rewritten:
an IRI goes on resolving to what its document or release says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

import pyoxigraph as ox

from crisiskg.identity.clusters import Clusters, cluster
from crisiskg.identity.edits import Lines, write_lines
from crisiskg.identity.records import Judgement, effective, judgement_iri
from crisiskg.iris import mint_graph
from crisiskg.namespaces import BASE, CKG, SKOS
from crisiskg.store import OxigraphStore, Store

CANONICAL = CKG + "canonical"
_CANONICAL = ox.NamedNode(CANONICAL)
_EXACT = ox.NamedNode(SKOS + "exactMatch")

#: IRIs from which on all judgements are read at once, instead of those on each IRI.
_MANY = 500


class IdentityGraph:
    """The named graph `graph/identity`.

    Args:
        store: The store.
        base: Base of the IRIs of data.
        judgements_of: Gives the stored judgements on an IRI.
    """

    def __init__(self, store: Store, base: str, judgements_of: Callable[[str], list[Judgement]]) -> None:
        self.store = store
        self.base = base
        self.graph = mint_graph("identity", base)
        self._name = ox.NamedNode(self.graph)
        self._judgements_of = judgements_of

    def members(self, iri: str) -> list[str]:
        """Return all IRIs of the thing that an IRI stands for, as the graph has them; the canonical one first."""
        canonical = self._canonical(iri) or iri
        return [canonical, *sorted(self._others(canonical))]

    def canonical(self, iri: str) -> str:
        """Return the canonical IRI of what an IRI stands for; the IRI itself where nothing else is known."""
        return self._canonical(iri) or iri

    def changes(
        self,
        touched: Iterable[str],
        new: Mapping[str, Judgement],
        undone: set[str],
        everything: Callable[[], list[Judgement]],
    ) -> dict[str, Lines]:
        """Return what changes in the graph by judgements that are about to be written.

        Args:
            touched: The IRIs that they judge.
            new: New judgements by IRI, not in the store yet.
            undone: IRIs of stored judgements that are about to be undone.
            everything: Reads all stored judgements.
        """
        iris = set(touched)
        if len(iris) > _MANY:
            stored: list[Judgement] = everything()
            region: set[str] | None = None
        else:
            region, stored = self._region(iris, new.values())
        standing = [judgement for judgement in stored if not (undone and judgement_iri(judgement, self.base) in undone)]
        clusters = cluster(chain(standing, new.values()), self.base)
        return self._difference(clusters, region)

    def rebuild(self, judgements: Iterable[Judgement]) -> Clusters:
        """Write the whole graph anew, where it differs, and return what it says."""
        clusters = cluster(judgements, self.base)
        write_lines(self.store, self._difference(clusters, None))
        return clusters

    def _region(self, touched: set[str], new: Iterable[Judgement]) -> tuple[set[str], list[Judgement]]:
        """Return all IRIs whose canonical IRI may change, and the judgements on them."""
        links: dict[str, set[str]] = {}
        for judgement in new:
            links.setdefault(judgement.subject, set()).add(judgement.object)
            links.setdefault(judgement.object, set()).add(judgement.subject)
        region: set[str] = set()
        found: dict[Judgement, None] = {}
        waiting = list(touched)
        while waiting:
            iri = waiting.pop()
            if iri in region:
                continue
            region.add(iri)
            judgements = self._judgements_of(iri)
            found.update(dict.fromkeys(judgements))
            joined = {one.other(iri) for one in effective(judgements).values() if one.verdict == "positive"}
            waiting += joined | links.get(iri, set()) | set(self.members(iri))
        return region, list(found)

    def _difference(self, clusters: Clusters, region: set[str] | None) -> dict[str, Lines]:
        wanted = {
            ox.Quad(ox.NamedNode(iri), property_, ox.NamedNode(canonical), self._name)
            for iri, canonical in clusters.canonical.items()
            if iri != canonical and (region is None or iri in region)
            for property_ in (_CANONICAL, _EXACT)
        }
        held = set(self.store.quads(self.graph)) if region is None else set(chain.from_iterable(map(self._about, region)))
        return {self.graph: Lines(tuple(held - wanted), tuple(wanted - held))}

    def _about(self, iri: str) -> list[ox.Quad]:
        if isinstance(self.store, OxigraphStore):
            return list(self.store.match(iri, None, None, self.graph))
        canonical = self._canonical(iri)
        properties = (_CANONICAL, _EXACT) if canonical else ()
        return [ox.Quad(ox.NamedNode(iri), each, ox.NamedNode(canonical or iri), self._name) for each in properties]

    def _canonical(self, iri: str) -> str | None:
        if isinstance(self.store, OxigraphStore):
            found = next(self.store.match(iri, CANONICAL, None, self.graph), None)
            return None if found is None else str(getattr(found.object, "value", iri))
        rows = self.store.select(f"SELECT ?o WHERE {{ GRAPH {self._name} {{ {ox.NamedNode(iri)} {_CANONICAL} ?o }} }}")
        return str(getattr(rows[0]["o"], "value", iri)) if rows else None

    def _others(self, canonical: str) -> list[str]:
        if isinstance(self.store, OxigraphStore):
            quads = self.store.match(None, CANONICAL, canonical, self.graph)
            return [quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)]
        rows = self.store.select(f"SELECT ?s WHERE {{ GRAPH {self._name} {{ ?s {_CANONICAL} {ox.NamedNode(canonical)} }} }}")
        return [str(getattr(row["s"], "value", "")) for row in rows]


def mint_identity_graph(base: str = BASE) -> str:
    """Return the IRI of the graph of identity."""
    return mint_graph("identity", base)
