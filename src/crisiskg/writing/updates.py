"""Evaluates the operations of an update on a `Dataset`.

A WHERE is evaluated by the engine as a query, so that the settings of queries hold for it: which graphs are looked at when none
is named. The engine also fills in the templates: the solutions are put into a small store in memory, from which a template makes
its quads. What results are exact sets of quads, so the cost of a write depends on what it changes and not on how much there is.
"""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import FederationRefused, InvalidParameter, NotFound, QuerySyntaxError, WriteRefused
from crisiskg.workers.measure import Limits
from crisiskg.writing.change import DEFAULT
from crisiskg.writing.dataset import Dataset
from crisiskg.writing.operations import Operation, split, variables

#: An operation that parses and fails, so that what stands behind it is parsed and not evaluated.
_STOP = " DROP GRAPH <urn:x-crisiskg:none> ; "
#: Solutions of which the templates make quads at a time.
_BATCH = 2000
_EXPECTED = re.compile(r"(error at (\d+):(\d+)): expected (one of )?(.*)", re.DOTALL)


def update(
    dataset: Dataset,
    text: str,
    *,
    base_iri: str = "",
    using_graphs: tuple[str, ...] = (),
    using_named_graphs: tuple[str, ...] = (),
    union_default_graph: bool = True,
    limits: Limits,
) -> None:
    """Evaluate an update. When it fails, the dataset is of no further use.

    Args:
        dataset: What it is evaluated on, and changed.
        text: SPARQL 1.1 Update.
        base_iri: What relative IRIs are resolved against; empty means that they are an error.
        using_graphs: Default graph of every WHERE, as the protocol gives it.
        using_named_graphs: Named graphs of every WHERE, as the protocol gives them.
        union_default_graph: Whether a WHERE that names no graph looks at all graphs rather than at the default graph.
        limits: How large the text may be.

    Raises:
        QuerySyntaxError: it does not parse.
        FederationRefused: it has SERVICE or LOAD.
        LimitExceeded: it is too long, nested too deeply, or has too many patterns.
        InvalidParameter: it says USING or WITH and the protocol too, or names a graph that is not there (or is, for CREATE).
    """
    operations, prologue = split(text, limits)
    _check_base(base_iri, prologue)
    for operation in operations:
        _check_syntax(operation, text, base_iri)
    for operation in operations:
        if operation.kind == "LOAD" and not operation.silent:  # told only of what parses
            raise FederationRefused("LOAD is not allowed: nothing is fetched here", hint="Send the data with POST to /graphs.")
    protocol = bool(using_graphs or using_named_graphs)
    for operation in operations:
        if protocol and (operation.within or operation.using or operation.using_named):
            raise InvalidParameter(
                "the update names its graphs with USING or WITH, and the request with using-graph-uri or using-named-graph-uri",
                hint="Name them in one place.",
            )
    run = _Run(dataset, base_iri or None, union_default_graph)
    if protocol:
        run.given = {
            "default_graph": [_iri(one, "using-graph-uri") for one in using_graphs],
            "named_graphs": [_iri(one, "using-named-graph-uri") for one in using_named_graphs],
        }
    for operation in operations:
        run.operation(operation)


def syntax_message(error: SyntaxError, line: int = 1, shift: int = 0) -> str:
    """Return what is wrong with a text, short.

    Args:
        error: What the engine said.
        line: Number of the line in which the text begins.
        shift: How many columns the first line of the text stands further to the right than the engine saw it.

    >>> syntax_message(SyntaxError('error at 1:50: expected one of "$", "?"'), 3, -40)
    'error at line 3, column 10: expected one of "$", "?"'
    """
    message = str(error)
    match = _EXPECTED.match(message)
    if match is None:
        return " ".join(message.split())[:300]
    below, column = int(match[2]) - 1, int(match[3])
    expected = " ".join(match[5].split())
    if len(expected) > 120:
        expected = expected[:120].rpartition(",")[0] + ", …"
    place = max(1, column if below else column + shift)
    return f"error at line {line + below}, column {place}: expected {match[4] or ''}{expected}"


def _check_base(base_iri: str, prologue: str) -> None:
    """Have the engine look at the base IRI and the prologue."""
    if base_iri:
        _iri(base_iri, "the base IRI")
    try:
        ox.Store().update(f"{prologue} INSERT DATA {{}}", base_iri=base_iri or None)
    except SyntaxError as error:
        raise QuerySyntaxError(f"the update does not parse: {syntax_message(error)}") from error


def _check_syntax(operation: Operation, text: str, base_iri: str) -> None:
    """Have the engine parse an operation without evaluating it."""
    before = f"{operation.prologue}{_STOP}"
    try:
        ox.Store().update(before + operation.text, base_iri=base_iri or None)
    except SyntaxError as error:
        line = text.count("\n", 0, operation.start) + 1
        column = operation.start - (text.rfind("\n", 0, operation.start) + 1)
        raise QuerySyntaxError(f"the update does not parse: {syntax_message(error, line, column - len(before))}") from error
    except RuntimeError:  # the graph that is not there
        return


def _iri(text: str, name: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(text)
    except ValueError as error:
        raise InvalidParameter(f"{name} is {text[:200]!r}, which is no IRI") from error


class _Run:
    """One update under way."""

    def __init__(self, dataset: Dataset, base_iri: str | None, union: bool) -> None:
        self.dataset = dataset
        self.base_iri = base_iri
        self.union = union
        self.given: dict[str, Any] = {}

    def operation(self, operation: Operation) -> None:
        """Evaluate one operation."""
        if operation.kind == "INSERT DATA":
            self.dataset.add(self.data(operation))
        elif operation.kind == "DELETE DATA":
            self.dataset.remove(self.data(operation))
        elif operation.kind == "MODIFY":
            self._modify(operation)
        elif operation.kind == "CREATE":
            self._create(operation)
        elif operation.kind in ("CLEAR", "DROP"):
            self._empty(operation)
        elif operation.kind == "LOAD":
            return  # it fails, as each LOAD does here, and SILENT asks not to be told
        else:
            self._transfer(operation)

    def _engine(self, store: ox.Store, text: str) -> None:
        try:
            store.update(text, base_iri=self.base_iri)
        except SyntaxError as error:
            raise QuerySyntaxError(f"the update does not parse: {syntax_message(error)}") from error

    def data(self, operation: Operation) -> list[ox.Quad]:
        """Return the quads of INSERT DATA or DELETE DATA."""
        store = ox.Store()
        self._engine(store, f"{operation.prologue} INSERT DATA {operation.data}")
        return list(store)

    def graph(self, operation: Operation, written: str) -> str:
        """Return the IRI of a graph that is written with a prefix or relative to the base."""
        if written == "DEFAULT":
            return DEFAULT
        store = ox.Store()
        self._engine(store, f"{operation.prologue} CREATE GRAPH {written}")
        (name,) = store.named_graphs()
        return str(name.value)

    def _create(self, operation: Operation) -> None:
        graph = self.graph(operation, operation.targets[0])
        if self.dataset.exists(graph) and not operation.silent:
            raise InvalidParameter(f"CREATE: the graph {graph} exists already", hint="CREATE SILENT accepts that.")
        self.dataset.create(graph)

    def _empty(self, operation: Operation) -> None:
        (target,) = operation.targets
        act = self.dataset.clear if operation.kind == "CLEAR" else self.dataset.drop
        if target in ("NAMED", "ALL"):
            for graph in [*self.dataset.named_graphs(), *([DEFAULT] if target == "ALL" else [])]:
                act(graph)
            return
        graph = self.graph(operation, target)
        if self._is_there(operation, graph):
            act(graph)

    def _is_there(self, operation: Operation, graph: str) -> bool:
        if self.dataset.exists(graph):
            return True
        if operation.silent:
            return False
        raise NotFound(f"{operation.kind}: there is no graph {graph}", hint=f"{operation.kind} SILENT does nothing in that case.")

    def _transfer(self, operation: Operation) -> None:
        source, target = (self.graph(operation, written) for written in operation.targets)
        if source == target or not self._is_there(operation, source):
            return
        name = ox.DefaultGraph() if target == DEFAULT else ox.NamedNode(target)
        quads = [ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in self.dataset.quads(source)]
        if operation.kind != "ADD":
            self.dataset.drop(target)
        self.dataset.add(quads)
        if operation.kind == "MOVE":
            self.dataset.drop(source)

    # --- operations with WHERE -------------------------------------------------------------------------------------------

    def _modify(self, operation: Operation) -> None:
        removed: set[ox.Quad] = set()
        added: set[ox.Quad] = set()
        names = variables(operation.delete + operation.insert)
        for solutions in self._solutions(operation, names):
            rows = _Rows(names, solutions)
            if operation.delete:
                removed.update(self._filled(operation, operation.delete, rows))
            if operation.insert:
                added.update(self._filled(operation, operation.insert, rows))
        self.dataset.remove(removed)
        self.dataset.add(added)

    def _solutions(self, operation: Operation, names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the solutions of WHERE in parts, each with the values of the variables that the templates use."""
        # A blank node in a template is a new one for each solution, so equal solutions count there.
        distinct = "" if any(mark in operation.insert for mark in ("_:", "[", "(", "<<", "{|", "~")) else "DISTINCT "
        shown = " ".join(f"?{name}" for name in names) or "?none"
        graphs = [f"FROM {one}" for one in operation.using] + [f"FROM NAMED {one}" for one in operation.using_named]
        options: dict[str, Any] = {}
        if self.given:
            options = self.given
        elif operation.within and not graphs:
            options = {"default_graph": [ox.NamedNode(self.graph(operation, operation.within))]}
        elif not graphs:
            options = {"use_default_graph_as_union": self.union}
        query = f"{operation.prologue} SELECT {distinct}{shown} {' '.join(graphs)} WHERE {operation.where}"
        try:
            found = self.dataset.query(query, base_iri=self.base_iri, **options)
        except SyntaxError as error:
            raise QuerySyntaxError(f"the update does not parse: {syntax_message(error)}") from error
        width = len(names)
        while part := [tuple(row)[:width] for row in itertools.islice(found, _BATCH)]:
            yield part

    def _filled(self, operation: Operation, template: str, rows: _Rows) -> Iterator[ox.Quad]:
        """Yield the quads that a template makes of solutions."""
        store = ox.Store()
        store.extend(rows.quads)
        within = f"WITH {operation.within} " if operation.within else ""
        self._engine(store, f"{operation.prologue} {within}INSERT {template} USING {rows.graph} WHERE {rows.pattern}")
        for quad in store:
            # A solution may bind the name of a graph to a blank node, which makes no quad.
            if quad.graph_name != rows.graph and not isinstance(quad.graph_name, ox.BlankNode):
                yield quad


class _Rows:
    """Solutions as quads in a graph that no template can know of, and the pattern that gives them back."""

    def __init__(self, names: list[str], solutions: list[tuple[Any, ...]]) -> None:
        base = f"urn:x-crisiskg:{secrets.token_hex(16)}"
        self.graph = ox.NamedNode(base)
        row_variable = f"?row{secrets.token_hex(8)}"
        properties = [ox.NamedNode(f"{base}:p{number}") for number in range(len(names))]
        is_row = ox.NamedNode(f"{base}:")
        optional = "".join(
            f" OPTIONAL {{ {row_variable} {property_} ?{name} }}" for name, property_ in zip(names, properties, strict=True)
        )
        self.pattern = f"{{ {row_variable} {is_row} {is_row}{optional} }}"
        self.quads = []
        for number, values in enumerate(solutions):
            row = ox.NamedNode(f"{base}:{number}")
            self.quads.append(ox.Quad(row, is_row, is_row, self.graph))
            for property_, value in zip(properties, values, strict=True):
                if value is not None:
                    self.quads.append(ox.Quad(row, property_, value, self.graph))


def graphs_of(text: str, base_iri: str, limits: Limits) -> list[str]:
    """Return the names of all graphs that an update without WHERE reads or changes.

    Raises:
        WriteRefused: it has a WHERE, or speaks of all graphs.
        CallerError: it cannot be read or is not allowed, as for `update`.
    """
    operations, prologue = split(text, limits)
    _check_base(base_iri, prologue)
    run = _Run(Dataset(ox.Store(), ox.Store), base_iri or None, False)
    found: set[str] = set()
    for operation in operations:
        _check_syntax(operation, text, base_iri)
        if operation.kind == "LOAD":
            continue
        if operation.kind == "MODIFY":
            raise WriteRefused(
                "an update with WHERE is not sent to a remote store: what it changes could not be validated before it is done",
                hint="Ask for what it would change, and send INSERT DATA and DELETE DATA, or PUT the graph.",
            )
        if operation.data:
            found |= {
                DEFAULT if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value for quad in run.data(operation)
            }
        for written in operation.targets:
            if written in ("NAMED", "ALL"):
                raise WriteRefused(f"{operation.kind} {written} is not sent to a remote store", hint="Name each graph.")
            found.add(run.graph(operation, written))
    return sorted(found)
