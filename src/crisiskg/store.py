"""Store: where the graph lies. `OxigraphStore` is embedded in a folder, `SparqlStore` is any SPARQL 1.1 server.

Ingest replaces whole named graphs: a write counts only when `flush` has returned; until then a crash may undo it, but never half
of a graph. Writes of users come as a `Change` that was made elsewhere, which `commit` applies to all of its graphs or to none.
Queries and updates of users never come here: `crisiskg.workers` and `crisiskg.writing` run them in processes that can be killed.

The default graph has the name "default" wherever a graph has a name.
"""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import pyoxigraph as ox

from crisiskg.engine_errors import REPAIR, damage, engine_errors, is_lock, reason
from crisiskg.errors import QuerySyntaxError, StoreCorrupt, StoreError, StoreLocked
from crisiskg.generations import Generations
from crisiskg.graph_terms import check_quads, graph_name, graph_term, is_graph, n_triples, named_graph, parse_lines
from crisiskg.journal import EMPTY_SHA256, SUM, Entry, Journal, Operation, canonical_digest, digest_like, n_quads_lines
from crisiskg.store_folder import existing_folder, is_url, open_folder, stored_base_iri
from crisiskg.tidiness import Tidiness
from crisiskg.unfinished_graphs import UnfinishedGraphs
from crisiskg.writing.change import DEFAULT, Change, GraphEdit
from crisiskg.writing.points import reached
from crisiskg.writing.redo import Redo, read_redo

if TYPE_CHECKING:
    from crisiskg.settings import Settings
    from crisiskg.sparql_store import SparqlStore

__all__ = [
    "OxigraphStore",
    "Row",
    "Store",
    "Verification",
    "check_quads",
    "existing_folder",
    "graph_name",
    "graph_term",
    "is_url",
    "n_triples",
    "named_graph",
    "open_store",
    "parse_lines",
    "rows",
    "stored_base_iri",
]

_log = logging.getLogger("crisiskg.store")
#: Quads from which on new graphs are loaded in bulk.
_BULK = 10_000
#: Quads of new graphs that may wait in memory until they are written together.
_MOST_WAITING = 100_000

#: Quads of a large graph that are removed at a time.
_PART = 50_000

#: A row of a SELECT query: terms by the names of their variables; an unbound variable is missing.
Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class Store(Protocol):
    """What every store can do. Only one thread uses an instance at a time."""

    def replace_graph(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        """Replace what a named graph holds, in one transaction; no quads means that the graph goes.

        Args:
            graph: IRI of the named graph.
            quads: All of its new quads, each in this graph, without blank nodes.

        Raises:
            InvalidIdentifier: a quad is in another graph or has a blank node.
            StoreError: the store refused; the graph is as it was.
        """

    def drop_graph(self, graph: str) -> bool:
        """Remove a named graph and tell whether there was one."""

    def graphs(self) -> list[str]:
        """Return the names of all graphs, sorted: IRIs, and "default" where the default graph holds something."""

    def digest(self, graph: str) -> str | None:
        """Return the digest of a graph (`crisiskg.journal.canonical_digest`); None where there is no such graph."""

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the quads of one graph, or of all."""

    def select(self, query: str) -> list[Row]:
        """Answer one of our own SELECT queries over the union of all graphs."""

    def ask(self, query: str) -> bool:
        """Answer one of our own ASK queries over the union of all graphs."""

    def construct(self, query: str) -> list[ox.Triple]:
        """Answer one of our own CONSTRUCT queries over the union of all graphs."""

    def flush(self) -> None:
        """Make all writes so far last; only now they may be told of.

        Raises:
            StoreError: the disk refused; nothing more may be written through this instance.
        """

    def publish(self) -> int:
        """Show all that was flushed to readers.

        Returns:
            Number of the new generation; 0 where the store has none, as a server, which shows every write at once.
        """

    def close(self) -> None:
        """Flush and let go of the store."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading every graph back found.

    Attributes:
        graphs: Number of graphs read.
        quads: Number of quads read.
        missing: Graphs that the journal knows and the store has lost.
        changed: Graphs whose content is not what the journal says.
        extra: Graphs that the journal does not know.
        unfinished: Graphs that an import has begun to write or to remove; the journal does not know them yet, or no more.
    """

    graphs: int
    quads: int
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether store and journal agree."""
        return not (self.missing or self.changed or self.extra)


class OxigraphStore:
    """A store in a folder, of which this instance is the only writer. Use it as a context manager.

    Args:
        folder: Folder of the store; made where it does not exist.
        base_iri: Base of the IRIs of data; what an existing store was made with wins over None.
        keep: How many published generations are kept.
        check: Whether journal and store are compared at opening; only `verify` leaves it out.
        checked: Number of the entry of the journal up to which this process has compared the content of graphs before, or
            written it itself. What was there then can only be lost with the process: a power cut ends both.

    Raises:
        StoreLocked: another process writes to it.
        StoreCorrupt: the store lost what the journal says was acknowledged, or its files are damaged.
        InvalidParameter: the folder is no store, or one with another base or of a later format.
    """

    def __init__(self, folder: Path, base_iri: str | None = None, keep: int = 3, *, check: bool = True, checked: int = 0) -> None:
        self.folder = folder
        self.base_iri = open_folder(folder, base_iri)
        self._keep = keep
        self._pending_path = folder / "pending"
        self._redo_path = folder / "redo"
        self._written: dict[str, tuple[Operation, int, str]] = {}
        #: New graphs that wait to be written together: alone, each would cost three times as much processor time.
        self._waiting: dict[str, list[ox.Quad]] = {}
        self._n_waiting = 0
        self._broken: str | None = None
        self._db: ox.Store | None = self._opened()
        try:
            self.journal = Journal(folder / "journal.jsonl")
            self.generations = Generations(folder)
            self._tidiness = Tidiness(folder)
            self._unfinished = UnfinishedGraphs(folder, self.journal.graphs())
            unread = not self._redo()
            self._adopt_unacknowledged()
            if check:
                if unread:
                    self._forget_redo()
                self._check(checked)
        except BaseException:
            self._db = None
            raise

    def _opened(self) -> ox.Store:
        db = self.folder / "db"
        try:
            # Resolved, because the engine tells its own open stores apart by the names of their folders.
            return ox.Store(db.resolve())
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) and is_lock(error):
                raise StoreLocked(
                    f"another process writes to the store {self.folder}",
                    hint="Wait until it has ended; queries and serve go on meanwhile.",
                ) from error
            if isinstance(error, OSError) and not (os.access(self.folder, os.W_OK) and os.access(db, os.W_OK)):
                raise StoreError(
                    f"the store {self.folder} cannot be written by this user", hint="Queries and serve need only to read it."
                ) from error
            raise damage(error, self.folder, "it cannot be opened", always=True) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def _open(self) -> ox.Store:
        """The database, in which all is that was written."""
        if self._waiting:
            self._write_waiting()
        return self._database

    @property
    def _database(self) -> ox.Store:
        if self._db is None:
            raise StoreError(f"the store {self.folder} is closed")
        return self._db

    def commit(self, change: Change) -> None:
        """Apply a change to all of its graphs or to none, and return when the disk has it.

        Args:
            change: What happens to each graph; made from what the store holds now.

        Raises:
            StoreError: the disk refused. Either nothing was written, or the message says that opening the store again ends it.
        """
        self.flush()
        self._check_writable()
        redo = Redo(self.journal.last, change.edits)
        try:
            redo.write(self._redo_path)
        except OSError as error:
            self._redo_path.unlink(missing_ok=True)
            raise StoreError(f"the store {self.folder} did not take the change: {error.strerror or error}") from error
        reached("redo-written")
        try:
            self._finish(redo)
        except (OSError, StoreError) as error:
            # Part of it may be in the database. The redo file has all of it, so the next opening ends what was begun.
            self._broken = error.message if isinstance(error, StoreError) else reason(error)
            raise StoreError(
                f"the store {self.folder} could not end the write: {self._broken}",
                hint="It will be ended when the store is opened again; look then whether it is there before you repeat it.",
            ) from error

    def _redo(self) -> bool:
        """End the change during which a process died; tell whether the file that has it, if there is one, could be read."""
        try:
            redo = read_redo(self._redo_path)
        except OSError as error:
            raise StoreError(f"the file redo of the store {self.folder} cannot be read: {error.strerror or error}") from error
        if redo is None:
            return not self._redo_path.exists()
        if redo.journal <= self.journal.last <= redo.journal + len(redo.edits):
            self._finish(redo)
        else:  # from before entries that followed it: a removal of the file that a power cut undid
            self._redo_path.unlink(missing_ok=True)
        return True

    def _forget_redo(self) -> None:
        """Remove a change that cannot be read: it was not written down whole, so nothing of it was applied or told.

        Were the file damaged after it had been written, a part of the change may be in the store. So all graphs must be as the
        journal says.
        """
        if self._redo_path.stat().st_size and not self.verify().sound:
            raise StoreCorrupt(
                f"the store {self.folder} has a part of a change, and its file redo, which would end the change, is damaged",
                hint=REPAIR,
            )
        self._redo_path.unlink(missing_ok=True)

    def _finish(self, redo: Redo) -> None:
        """Apply a change of which nothing, a part or all is applied already: each step has the same outcome when repeated."""
        for number, edit in enumerate(redo.edits):
            with engine_errors(self.folder, f"{edit.graph} cannot be written"):
                self._apply(edit, first=number == 0)
        reached("applied")
        self._flush_db()
        reached("flushed")
        self.journal.append(redo.entries()[self.journal.last - redo.journal :])
        reached("journalled")
        self._redo_path.unlink(missing_ok=True)
        reached("redo-removed")

    def _apply(self, edit: GraphEdit, *, first: bool) -> None:
        db = self._open
        name = graph_term(edit.graph)
        if edit.removed is None:
            db.remove_graph(name)
        else:
            for quad in parse_lines(edit.removed):
                db.remove(quad)
        middle = len(edit.added) // 2 if first else 0
        for part in (edit.added[:middle], edit.added[middle:]):
            quads = parse_lines(part)
            if len(part) >= _BULK:
                db.bulk_extend(quads)
            elif part:
                db.extend(quads)
            if first:
                reached("half-applied")
        if isinstance(name, ox.NamedNode):
            if edit.exists:
                db.add_graph(name)
            else:
                db.remove_graph(name)

    def _adopt_unacknowledged(self) -> None:
        """Enter into the journal what was written, whole, just before a process was killed."""
        try:
            lines = self._pending_path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreError(f"the file pending of the store {self.folder} cannot be read: {error.strerror or error}") from error
        held = set(self.graphs())
        names = {line.decode("utf-8", "replace") for line in lines} - {""}
        if any("\ufffd" in name for name in names):
            # Damaged: which graphs were being written is not known. Those that the journal does not know were, and are whole;
            # a known one that changed is found when it is compared with the journal.
            names |= held - set(self.journal.graphs()) - self._unfinished.graphs
        present = {name for name in names if is_graph(name)} & held
        found: list[tuple[Operation, str, int, str]] = []
        for name in sorted(names):
            known = self.journal.graph(name)
            if name in present:
                count, digest = digest_like(known.sha256 if known else None, self.quads(name))
                if known is None or known.sha256 != digest:
                    found.append(("replace", name, count, digest))
            elif known is not None and is_graph(name):
                found.append(("drop", name, 0, canonical_digest([])[1]))
        self._flush_db()
        self.journal.append(found)
        self._pending_path.unlink()

    def _check(self, checked: int) -> None:
        """Compare the graphs there are, and the content of those written last, with the journal.

        A log that lost its tail lost the newest writes, so these are enough to find any loss; `verify` reads everything.
        """
        known = self.journal.graphs()
        present = self.graphs()
        if set(present) - self._unfinished.graphs and not self.journal.last:
            raise StoreCorrupt(
                f"the journal of the store {self.folder} is lost: it knows none of {len(present)} graphs", hint=REPAIR
            )
        lost = sorted(set(known) - set(present))
        recent = [entry for entry in self.journal.recent() if entry.n > checked or self.journal.last < checked]
        for entry in {entry.graph: entry for entry in recent}.values():
            # Graphs with a sum are too large to be read at each start; `verify` does.
            small = not entry.sha256.startswith(SUM)
            if small and entry.operation == "replace" and known.get(entry.graph) is entry and entry.graph not in lost:
                _, digest = canonical_digest(self.quads(entry.graph))
                if digest != entry.sha256:
                    lost.append(entry.graph)
        if lost:
            shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
            raise StoreCorrupt(
                f"the store {self.folder} lost acknowledged content of {len(lost)} graphs: {shown}",
                hint=REPAIR,
            )

    def replace_graph(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        """See `Store.replace_graph`."""
        content = list(quads)
        lines = n_quads_lines(content)
        check_quads(graph, content, lines)
        if not content:
            self.drop_graph(graph)
            return
        count, digest = canonical_digest(content, lines)
        if graph not in self._waiting and self._contains(ox.NamedNode(graph)):
            self._update(graph, content)
        else:
            self._check_writable()
            self._n_waiting += len(content) - len(self._waiting.get(graph, ()))
            self._waiting[graph] = content
            if self._n_waiting >= _MOST_WAITING:
                self._write_waiting()
        self._written.pop(graph, None)  # the journal keeps the order of the last writes
        self._written[graph] = ("replace", count, digest)

    def _contains(self, name: ox.NamedNode) -> bool:
        """Tell whether a named graph was written to the database."""
        with engine_errors(self.folder, f"the graph {name.value} cannot be looked up"):
            return bool(self._database.contains_named_graph(name))

    def _update(self, graph: str, content: list[ox.Quad]) -> None:
        name = ox.NamedNode(graph)
        triples = n_triples(content).decode("utf-8")
        update = f"DROP SILENT GRAPH {name} ; INSERT DATA {{ GRAPH {name} {{\n{triples}}} }}"
        self._write([graph], lambda db: db.update(update))

    def _write_waiting(self) -> None:
        """Write the graphs that wait, in one transaction."""
        waiting, count = self._waiting, self._n_waiting
        self._waiting, self._n_waiting = {}, 0
        quads = [quad for content in waiting.values() for quad in content]
        # In bulk is atomic too and takes half the time; for few quads it would make files that are not worth it.
        try:
            self._write(list(waiting), lambda db: db.bulk_extend(quads) if count >= _BULK else db.extend(quads))
        except StoreError as error:
            self._broken = error.message  # they were taken before, and must not be told of as written
            raise

    def drop_graph(self, graph: str) -> bool:
        """See `Store.drop_graph`."""
        if not self.has_graph(graph):
            return False
        target = "DEFAULT" if graph == DEFAULT else f"GRAPH {named_graph(graph)}"
        self._write([graph], lambda db: db.update(f"DROP SILENT {target}"))
        self._written.pop(graph, None)
        self._written[graph] = ("drop", 0, canonical_digest([])[1])
        return True

    def _check_writable(self) -> None:
        if self._broken:
            raise StoreError(
                f"the store {self.folder} takes no more writes: {self._broken}", hint="Free the disk and start again."
            )

    def _write(self, graphs: list[str], write: Callable[[ox.Store], None]) -> None:
        self._check_writable()
        what = graphs[0] if len(graphs) == 1 else f"{len(graphs)} graphs, {graphs[0]} and others"
        try:
            with self._pending_path.open("a", encoding="utf-8") as file:
                file.writelines(graph + "\n" for graph in graphs)
            write(self._open)
            reached("graph-written")
        except (OSError, RuntimeError) as error:
            told = damage(error, self.folder, f"{what} cannot be written")
            raise told or StoreError(f"the store {self.folder} did not take {what}: {reason(error)}") from error
        except SyntaxError as error:
            raise StoreError(f"{what} cannot be written: {error}") from error

    @property
    def unfinished(self) -> frozenset[str]:
        """Graphs that were begun (`begin_graph`) and are not finished, and those that are not removed to the end."""
        return self._unfinished.graphs

    def begin_graph(self, graph: str) -> None:
        """Note that a named graph will be written in parts, too large for `replace_graph`.

        Until `finish_graph` it counts as unfinished: the journal does not know it, and nobody may rely on it. What the store
        is told of it by `load_lines` stays through a crash, but part by part.

        Args:
            graph: IRI of a named graph that the journal does not know.

        Raises:
            StoreError: the disk refuses, or the graph is there already.
        """
        self.flush()
        self._check_writable()
        if self.journal.graph(graph) is not None:
            raise StoreError(f"the graph {graph} is there already")
        self._unfinished.add(graph)

    def load_lines(self, graph: str, lines: bytes) -> None:
        """Load a part of an unfinished graph; the same part may be loaded again.

        Args:
            graph: IRI of a graph that was begun.
            lines: N-Triples. The engine needs about 1 KB of memory for each while it loads.

        Raises:
            StoreError: the disk refuses, or a line is no N-Triples.
        """
        self._check_unfinished(graph)
        try:
            with engine_errors(self.folder, f"{graph} cannot be written"):
                self._open.bulk_load(lines, format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
        except SyntaxError as error:
            raise StoreError(f"{graph} cannot be written: {error}") from error

    def finish_graph(self, graph: str, quads: int, digest: str) -> None:
        """Tell the journal of a graph that is whole now, and return when the disk has it all.

        Args:
            graph: IRI of a graph that was begun.
            quads: Number of its quads.
            digest: Their sum (`crisiskg.journal.LineSum`).
        """
        known = self.journal.graph(graph)
        if known is None or (known.quads, known.sha256) != (quads, digest):
            self._check_unfinished(graph)
            self._flush_db()
            self.journal.append([("replace", graph, quads, digest)])
        self._unfinished.discard(graph)

    def remove_large(self, graph: str, progress: Callable[[int], None] | None = None) -> None:
        """Remove a graph of any size in parts, finished or not.

        From the first moment the journal does not know it any more; after a crash it counts as unfinished, and is removed by
        calling this again.

        Args:
            graph: IRI of a named graph.
            progress: Is called with the number of quads that are gone.
        """
        self.flush()
        self._check_writable()
        self._unfinished.add(graph)
        if self.journal.graph(graph) is not None:
            self.journal.append([("drop", graph, 0, EMPTY_SHA256)])
        name, gone = ox.NamedNode(graph), 0
        with engine_errors(self.folder, f"the graph {graph} cannot be removed"):
            db = self._open
            quads = db.quads_for_pattern(None, None, None, name)
            while part := [quad.triple for quad in itertools.islice(quads, _PART)]:
                lines = (ox.serialize(part, format=ox.RdfFormat.N_TRIPLES) or b"").decode("utf-8")
                db.update(f"DELETE DATA {{ GRAPH {name} {{\n{lines}}} }}")
                gone += len(part)
                reached("part-removed")
                if progress is not None:
                    progress(gone)
            db.remove_graph(name)
        self._flush_db()
        self._unfinished.discard(graph)

    def _check_unfinished(self, graph: str) -> None:
        self._check_writable()
        if graph not in self._unfinished.graphs:
            raise StoreError(f"the graph {graph} was not begun")

    def match(
        self, subject: str | None = None, predicate: str | None = None, value: str | None = None, graph: str | None = None
    ) -> Iterator[ox.Quad]:
        """Yield the quads with these IRIs; None stands for any.

        Args:
            subject: IRI of the subject.
            predicate: IRI of the property.
            value: IRI of the object.
            graph: IRI of the named graph.
        """
        terms = [None if iri is None else ox.NamedNode(iri) for iri in (subject, predicate, value, graph)]
        with engine_errors(self.folder, "its quads cannot be read"):
            yield from self._open.quads_for_pattern(*terms)

    def graphs(self) -> list[str]:
        """See `Store.graphs`."""
        with engine_errors(self.folder, "the names of its graphs cannot be read"):
            names = [name.value for name in self._open.named_graphs() if isinstance(name, ox.NamedNode)]
        return sorted([*names, DEFAULT] if self.has_graph(DEFAULT) else names)

    def has_graph(self, graph: str) -> bool:
        """Tell whether there is a graph. A named one may be empty; the default graph counts where it holds something.

        Raises:
            InvalidIdentifier: it is no name that a graph can have.
        """
        name = graph_term(graph)
        with engine_errors(self.folder, f"the graph {graph} cannot be looked up"):
            if isinstance(name, ox.NamedNode):
                return bool(self._open.contains_named_graph(name))
            return next(self._open.quads_for_pattern(None, None, None, name), None) is not None

    def entry(self, graph: str) -> Entry | None:
        """Return the journal's entry of what a graph holds, as far as it was flushed."""
        return self.journal.graph(graph)

    def digest(self, graph: str) -> str | None:
        """See `Store.digest`."""
        if graph in self._written:
            operation, _, digest = self._written[graph]
            return None if operation == "drop" else digest
        entry = self.journal.graph(graph)
        return entry.sha256 if entry else None

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """See `Store.quads`."""
        pattern = None if graph is None else graph_term(graph)
        with engine_errors(self.folder, "its quads cannot be read" if graph is None else f"the graph {graph} cannot be read"):
            yield from self._open.quads_for_pattern(None, None, None, pattern)

    def select(self, query: str) -> list[Row]:
        """See `Store.select`."""
        with engine_errors(self.folder, "a query cannot be answered"):
            return rows(self._query(query))

    def ask(self, query: str) -> bool:
        """See `Store.ask`."""
        with engine_errors(self.folder, "a query cannot be answered"):
            return bool(self._query(query))

    def construct(self, query: str) -> list[ox.Triple]:
        """See `Store.construct`."""
        with engine_errors(self.folder, "a query cannot be answered"):
            return list(self._query(query))

    def _query(self, query: str) -> Any:
        try:
            return self._open.query(query, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise QuerySyntaxError(f"the query does not parse: {error}") from error

    def _flush_db(self) -> None:
        try:
            self._open.flush()
        except (OSError, RuntimeError) as error:
            # After a failed flush nobody knows what the disk has, so a second try would prove nothing.
            self._broken = reason(error)
            told = damage(error, self.folder, "it cannot be flushed")
            raise told or StoreError(f"the store {self.folder} could not be flushed: {self._broken}") from error

    def flush(self) -> None:
        """See `Store.flush`."""
        if not self._written:
            return
        self._check_writable()
        self._flush_db()
        self.journal.append((operation, graph, count, digest) for graph, (operation, count, digest) in self._written.items())
        self._written.clear()
        self._pending_path.unlink(missing_ok=True)

    def publish(self, *, tidy: bool = True) -> int:
        """See `Store.publish`.

        Args:
            tidy: Whether the store may take time to put its files in order first, where enough of them are new.
        """
        self.flush()
        if tidy:
            self.tidy()
        return self.generations.publish(self._checkpoint, self._keep, journal=self.journal.last, base_iri=self.base_iri)

    def tidy(self) -> bool:
        """Put the files in order where enough of them are new, which makes small queries faster; tell whether it was done.

        Raises:
            StoreCorrupt: files of the store are damaged.
        """
        self.flush()
        if not self._tidiness.is_due():
            return False
        try:
            self._open.optimize()
            self._tidiness.done()
        except (OSError, RuntimeError) as error:
            told = damage(error, self.folder, "its files cannot be put in order")
            if told is not None:
                raise told from error
            _log.warning("the files of the store could not be put in order, so queries stay slower: %s", reason(error))
            return False
        return True

    def _checkpoint(self, target: Path) -> None:
        try:
            self._open.backup(target)
        except RuntimeError as error:
            raise damage(error, self.folder, "it cannot be published", always=True) from error

    def is_published(self) -> bool:
        """Tell whether the newest generation shows all that was flushed."""
        try:
            number = self.generations.current()
        except StoreError:  # publishing writes the pointer anew
            return False
        return (
            number is not None
            and self.generations.exists(number)
            and self.generations.journal_number(number) == self.journal.last
            and not self._written
        )

    def verify(self) -> Verification:
        """Read every graph back and compare it with the journal."""
        self.flush()
        known = self.journal.graphs()
        present = self.graphs()
        changed: list[str] = []
        total = 0
        unfinished = self._unfinished.graphs
        for graph in present:
            if graph in unfinished:
                continue
            count, digest = digest_like(known[graph].sha256 if graph in known else None, self.quads(graph))
            total += count
            if graph in known and known[graph].sha256 != digest:
                changed.append(graph)
        return Verification(
            graphs=len(set(present) - unfinished),
            quads=total,
            missing=tuple(sorted(set(known) - set(present))),
            changed=tuple(changed),
            extra=tuple(sorted(set(present) - set(known) - unfinished)),
            unfinished=tuple(sorted(unfinished)),
        )

    def accept(self, verification: Verification) -> None:
        """Make the journal say what the store holds, for the graphs in which they differ.

        What was lost stays lost; its documents must be ingested again.
        """
        self._flush_db()
        known = self.journal.graphs()
        writes: list[tuple[Operation, str, int, str]] = [
            ("replace", graph, *digest_like(known[graph].sha256 if graph in known else None, self.quads(graph)))
            for graph in (*verification.changed, *verification.extra)
        ]
        self.journal.append([*writes, *(("drop", graph, 0, canonical_digest([])[1]) for graph in verification.missing)])
        self._redo_path.unlink(missing_ok=True)  # a part of a change that can no longer be ended is part of what was accepted

    def close(self) -> None:
        """See `Store.close`."""
        if self._db is None:
            return
        try:
            if not self._broken:
                self.flush()
        finally:
            # The last reference holds the lock of the folder.
            self._db = None


def open_store(settings: Settings) -> OxigraphStore | SparqlStore:
    """Return the store that the settings name: a folder or the URL of a SPARQL 1.1 server.

    Raises:
        StoreError: it cannot be opened or reached.
    """
    if is_url(settings.store):
        from crisiskg.sparql_store import SparqlStore

        return SparqlStore.from_settings(settings)
    return OxigraphStore(Path(settings.store), settings.base_iri, settings.generations_kept)


def rows(solutions: Any) -> list[Row]:
    """Return all solutions of a SELECT query, each as a mapping from variable to term."""
    names = [variable.value for variable in solutions.variables]
    return [{name: term for name, term in zip(names, solution, strict=True) if term is not None} for solution in solutions]
