"""Dataset: what a store holds, with changes on top that have not been written, and what they come to in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.namespaces import CKG, CKGC, CKGSH, CKGT
from crisiskg.validation import Report, Result, validate
from crisiskg.writing.change import DEFAULT, MAX_RESULTS, Change, GraphEdit

Term = ox.NamedNode | ox.DefaultGraph
_OURS = tuple(f"<{namespace}" for namespace in (CKG, CKGC, CKGT, CKGSH))


class _Edit:
    """What has happened to one graph so far."""

    __slots__ = ("added", "emptied", "existed", "exists", "removed")

    def __init__(self, existed: bool) -> None:
        self.existed = self.exists = existed
        self.emptied = False  # nothing of what the store holds is left
        self.added: set[ox.Quad] = set()
        self.removed: set[ox.Quad] = set()


class Dataset:
    """A store that is not written to, and changes on top of it.

    Args:
        base: What the store holds.
        copy: Returns another store that holds the same and may be written; called at most once, when a query must see changes.
        validate: Holds the quads of one graph to the shapes.
    """

    def __init__(
        self, base: ox.Store, copy: Callable[[], ox.Store], validate: Callable[[Iterable[ox.Quad]], Report] = validate
    ) -> None:
        self._base = base
        self._make_copy = copy
        self._validate = validate
        self._copy: ox.Store | None = None
        self._edits: dict[str, _Edit] = {}

    # --- looking -------------------------------------------------------------------------------------------------------

    def exists(self, graph: str) -> bool:
        """Tell whether there is a graph; the default graph is always there."""
        edit = self._edits.get(graph)
        if edit is not None:
            return edit.exists
        return graph == DEFAULT or self._in_base(graph)

    def _in_base(self, graph: str) -> bool:
        if graph == DEFAULT:
            return True
        return bool(self._base.contains_named_graph(ox.NamedNode(graph)))

    def named_graphs(self) -> list[str]:
        """Return the IRIs of all named graphs."""
        names = {name.value for name in self._base.named_graphs() if isinstance(name, ox.NamedNode)}
        return sorted(name for name in names | (self._edits.keys() - {DEFAULT}) if self.exists(name))

    def quads(self, graph: str) -> Iterator[ox.Quad]:
        """Yield what a graph holds."""
        edit = self._edits.get(graph)
        if edit is None or not edit.emptied:
            for quad in self._base.quads_for_pattern(None, None, None, _term(graph)):
                if edit is None or quad not in edit.removed:
                    yield quad
        if edit is not None:
            yield from edit.added

    def query(self, query: str, **options: Any) -> Any:
        """Evaluate a query over what there is now; the options are those of the engine."""
        if self._copy is None and self._edits:
            copy = self._make_copy()
            for graph, edit in self._edits.items():
                _apply(copy, graph, edit)
            self._copy = copy
        store = self._base if self._copy is None else self._copy  # an empty store is false
        return store.query(query, **options)

    # --- changing ------------------------------------------------------------------------------------------------------

    def _edit(self, graph: str) -> _Edit:
        if graph not in self._edits:
            self._edits[graph] = _Edit(self._in_base(graph))
        return self._edits[graph]

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads; graphs that were not there come into being."""
        new = list(quads)
        for quad in new:
            edit = self._edit(_name(quad))
            edit.exists = True
            if quad in edit.removed:
                edit.removed.discard(quad)
            elif edit.emptied or quad not in self._base:
                edit.added.add(quad)
        if self._copy is not None:
            self._copy.extend(new)

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Remove quads, as far as they are there; graphs that become empty stay."""
        for quad in quads:
            edit = self._edit(_name(quad))
            if quad in edit.added:
                edit.added.discard(quad)
            elif not edit.emptied and quad in self._base:
                edit.removed.add(quad)
            if self._copy is not None:
                self._copy.remove(quad)

    def create(self, graph: str) -> None:
        """Make a graph, empty where it was not there."""
        self._edit(graph).exists = True
        if self._copy is not None and graph != DEFAULT:
            self._copy.add_graph(ox.NamedNode(graph))

    def clear(self, graph: str) -> None:
        """Empty a graph, which stays."""
        edit = self._edit(graph)
        edit.emptied = True
        edit.added.clear()
        edit.removed.clear()
        if self._copy is not None and edit.exists:
            self._copy.clear_graph(_term(graph))

    def drop(self, graph: str) -> None:
        """Remove a graph; the default graph is emptied."""
        self.clear(graph)
        self._edit(graph).exists = graph == DEFAULT
        if self._copy is not None:
            self._copy.remove_graph(_term(graph))

    # --- the outcome ---------------------------------------------------------------------------------------------------

    def change(self, *, check: bool = True) -> Change:
        """Return what all changes come to, with the validation report of the graphs that changed.

        Args:
            check: Whether the graphs are held to the shapes.
        """
        edits = []
        results: list[Result] = []
        checked = 0
        for graph, edit in sorted(self._edits.items()):
            removed, added = self._net(graph, edit)
            if not (removed is None or removed or added or edit.exists != edit.existed):
                continue
            content = list(self.quads(graph)) if edit.exists else []
            exists = bool(content) if graph == DEFAULT else edit.exists
            lines = n_quads_lines(content)
            count, digest = canonical_digest(content, lines)
            gone = None if removed is None else tuple(sorted(n_quads_lines(removed)))
            edits.append(GraphEdit(graph, gone, tuple(sorted(n_quads_lines(added))), edit.existed, exists, count, digest))
            if check and uses_our_terms(lines):
                report = self._validate(content)
                results += report.results
                checked += report.checked
        total = Report(not results, tuple(sorted(results)[:MAX_RESULTS]), checked)
        return Change(tuple(edits), len(results), total.turtle())

    def _net(self, graph: str, edit: _Edit) -> tuple[list[ox.Quad] | None, list[ox.Quad]]:
        """Return what goes and what comes; None for all that the store holds, where that is anything."""
        if not edit.emptied:
            return list(edit.removed), list(edit.added)
        held = self._base.quads_for_pattern(None, None, None, _term(graph))
        if not edit.added:
            return (None if next(held, None) is not None else []), []
        removed = [quad for quad in held if quad not in edit.added]
        return removed, [quad for quad in edit.added if quad not in self._base]


def uses_our_terms(lines: Iterable[str]) -> bool:
    """Tell whether a graph says anything with a term of crisiskg: only then has it shapes to conform to.

    The shapes know the classes and properties of crisiskg alone, and refuse every other class beside them. A graph of other
    vocabularies, as of another project in the same store, is kept as it is.

    Args:
        lines: N-Quads lines of the graph.

    >>> uses_our_terms(["<urn:a> <urn:a> <urn:a> ."]), uses_our_terms([f"<urn:a> <urn:a> <{CKG}Event> ."])
    (False, True)
    """
    return any(start in line for line in lines for start in _OURS)


def _apply(store: ox.Store, graph: str, edit: _Edit) -> None:
    if edit.emptied:
        store.remove_graph(_term(graph))
    for quad in edit.removed:
        store.remove(quad)
    store.extend(edit.added)
    if graph != DEFAULT:
        if edit.exists:
            store.add_graph(ox.NamedNode(graph))
        else:
            store.remove_graph(ox.NamedNode(graph))


def _term(graph: str) -> Term:
    return ox.DefaultGraph() if graph == DEFAULT else ox.NamedNode(graph)


def _name(quad: ox.Quad) -> str:
    name = quad.graph_name
    if isinstance(name, ox.BlankNode):
        raise InvalidParameter("a blank node cannot name a graph; use an IRI")
    return DEFAULT if isinstance(name, ox.DefaultGraph) else name.value
