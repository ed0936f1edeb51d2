"""Store: where the graph lies. `OxigraphStore` is embedded in a folder, `SparqlStore` is any SPARQL 1.1 server.

Ingest replaces whole named graphs: a write counts only when `flush` has returned; until then a crash may undo it, but never half
of a graph. Writes of users come as a `Change` that was made elsewhere, which `commit` applies to all of its graphs or to none.
Queries and updates of users never come here: `crisiskg.workers` and `crisiskg.writing` run them in processes that can be killed.

The default graph has the name "default" wherever a graph has a name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import pyoxigraph as ox

from crisiskg.errors import (
    InvalidIdentifier,
    InvalidParameter,
    NotFound,
    QuerySyntaxError,
    StoreCorrupt,
    StoreError,
    StoreLocked,
)
from crisiskg.generations import Generations
from crisiskg.journal import Entry, Journal, Operation, canonical_digest, fsync_folder, n_quads_lines
from crisiskg.writing.change import DEFAULT, Change, GraphEdit
from crisiskg.writing.points import reached
from crisiskg.writing.redo import Redo, read_redo

if TYPE_CHECKING:
    from crisiskg.settings import Settings
    from crisiskg.sparql_store import SparqlStore

FORMAT = 1

#: Quads from which on new graphs are loaded in bulk.
_BULK = 10_000
#: Quads of new graphs that may wait in memory until they are written together.
_MOST_WAITING = 100_000

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
    """

    graphs: int
    quads: int
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

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

    Raises:
        StoreLocked: another process writes to it.
        StoreCorrupt: the store lost what the journal says was acknowledged.
        InvalidParameter: the folder is no store, or one with another base or of a later format.
    """

    def __init__(self, folder: Path, base_iri: str | None = None, keep: int = 3, *, check: bool = True) -> None:
        self.folder = folder
        self.base_iri = _open_folder(folder, base_iri)
        self._keep = keep
        self._pending_path = folder / "pending"
        self._redo_path = folder / "redo"
        self._written: dict[str, tuple[Operation, int, str]] = {}
        #: New graphs that wait to be written together: alone, each would cost three times as much processor time.
        self._waiting: dict[str, list[ox.Quad]] = {}
        self._n_waiting = 0
        self._broken: str | None = None
        try:
            # Resolved, because the engine tells its own open stores apart by the names of their folders.
            self._db: ox.Store | None = ox.Store((folder / "db").resolve())
        except OSError as error:
            if "lock" in str(error).lower():
                raise StoreLocked(
                    f"another process writes to the store {folder}",
                    hint="Wait until it has ended; queries and serve go on meanwhile.",
                ) from error
            if not os.access(folder, os.W_OK) or not os.access(folder / "db", os.W_OK):
                raise StoreError(
                    f"the store {folder} cannot be written by this user", hint="Queries and serve need only to read it."
                ) from error
            raise StoreCorrupt(f"the store {folder} cannot be opened: {error}", hint="Restore it from a copy.") from error
        try:
            self.journal = Journal(folder / "journal.jsonl")
            self.generations = Generations(folder)
            self._redo()
            self._adopt_unacknowledged()
            if check:
                self._check()
        except BaseException:
            self._db = None
            raise

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
            self._broken = error.message if isinstance(error, StoreError) else str(error.strerror or error)
            raise StoreError(
                f"the store {self.folder} could not end the write: {self._broken}",
                hint="It will be ended when the store is opened again; look then whether it is there before you repeat it.",
            ) from error

    def _redo(self) -> None:
        """End the change during which a process died. What it had not written down whole was told to nobody and is forgotten."""
        try:
            redo = read_redo(self._redo_path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreCorrupt(f"the file redo of the store {self.folder} cannot be read: {error}") from error
        if redo is not None and redo.journal <= self.journal.last <= redo.journal + len(redo.edits):
            self._finish(redo)
        else:  # unfinished, or from before entries that followed it: a removal of the file that a power cut undid
            self._redo_path.unlink(missing_ok=True)

    def _finish(self, redo: Redo) -> None:
        """Apply a change of which nothing, a part or all is applied already: each step has the same outcome when repeated."""
        for number, edit in enumerate(redo.edits):
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
        if not self._pending_path.exists():
            return
        names = sorted(set(self._pending_path.read_text("utf-8").splitlines()))
        present = {name for name in names if _is_graph(name)} & set(self.graphs())
        found: list[tuple[Operation, str, int, str]] = []
        for name in names:
            known = self.journal.graph(name)
            if name in present:
                count, digest = canonical_digest(self.quads(name))
                if known is None or known.sha256 != digest:
                    found.append(("replace", name, count, digest))
            elif known is not None and _is_graph(name):
                found.append(("drop", name, 0, canonical_digest([])[1]))
        self._flush_db()
        self.journal.append(found)
        self._pending_path.unlink()

    def _check(self) -> None:
        """Compare the graphs there are, and the content of those written last, with the journal.

        A log that lost its tail lost the newest writes, so these are enough to find any loss; `verify` reads everything.
        """
        known = self.journal.graphs()
        lost = sorted(set(known) - set(self.graphs()))
        for entry in {entry.graph: entry for entry in self.journal.recent()}.values():
            if entry.operation == "replace" and known.get(entry.graph) is entry and entry.graph not in lost:
                _, digest = canonical_digest(self.quads(entry.graph))
                if digest != entry.sha256:
                    lost.append(entry.graph)
        if lost:
            shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
            raise StoreCorrupt(
                f"the store {self.folder} lost acknowledged content of {len(lost)} graphs: {shown}",
                hint="Run crisiskg verify --repair, then ingest the documents again that it names.",
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
        if graph not in self._waiting and self._database.contains_named_graph(ox.NamedNode(graph)):
            self._update(graph, content)
        else:
            self._check_writable()
            self._n_waiting += len(content) - len(self._waiting.get(graph, ()))
            self._waiting[graph] = content
            if self._n_waiting >= _MOST_WAITING:
                self._write_waiting()
        self._written.pop(graph, None)  # the journal keeps the order of the last writes
        self._written[graph] = ("replace", count, digest)

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
        except OSError as error:
            raise StoreError(f"the store {self.folder} did not take {what}: {error.strerror or error}") from error
        except SyntaxError as error:
            raise StoreError(f"{what} cannot be written: {error}") from error

    def graphs(self) -> list[str]:
        """See `Store.graphs`."""
        names = [name.value for name in self._open.named_graphs() if isinstance(name, ox.NamedNode)]
        return sorted([*names, DEFAULT] if self.has_graph(DEFAULT) else names)

    def has_graph(self, graph: str) -> bool:
        """Tell whether there is a graph. A named one may be empty; the default graph counts where it holds something.

        Raises:
            InvalidIdentifier: it is no name that a graph can have.
        """
        name = graph_term(graph)
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
        yield from self._open.quads_for_pattern(None, None, None, pattern)

    def select(self, query: str) -> list[Row]:
        """See `Store.select`."""
        return rows(self._query(query))

    def ask(self, query: str) -> bool:
        """See `Store.ask`."""
        return bool(self._query(query))

    def construct(self, query: str) -> list[ox.Triple]:
        """See `Store.construct`."""
        return list(self._query(query))

    def _query(self, query: str) -> Any:
        try:
            return self._open.query(query, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise QuerySyntaxError(f"the query does not parse: {error}") from error

    def _flush_db(self) -> None:
        try:
            self._open.flush()
        except OSError as error:
            # After a failed flush nobody knows what the disk has, so a second try would prove nothing.
            self._broken = str(error.strerror or error)
            raise StoreError(f"the store {self.folder} could not be flushed: {self._broken}") from error

    def flush(self) -> None:
        """See `Store.flush`."""
        if not self._written:
            return
        self._check_writable()
        self._flush_db()
        self.journal.append((operation, graph, count, digest) for graph, (operation, count, digest) in self._written.items())
        self._written.clear()
        self._pending_path.unlink(missing_ok=True)

    def publish(self) -> int:
        """See `Store.publish`."""
        self.flush()
        return self.generations.publish(
            lambda target: self._open.backup(target), self._keep, journal=self.journal.last, base_iri=self.base_iri
        )

    def is_published(self) -> bool:
        """Tell whether the newest generation shows all that was flushed."""
        number = self.generations.current()
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
        for graph in present:
            count, digest = canonical_digest(self.quads(graph))
            total += count
            if graph in known and known[graph].sha256 != digest:
                changed.append(graph)
        return Verification(
            graphs=len(present),
            quads=total,
            missing=tuple(sorted(set(known) - set(present))),
            changed=tuple(changed),
            extra=tuple(sorted(set(present) - set(known))),
        )

    def accept(self, verification: Verification) -> None:
        """Make the journal say what the store holds, for the graphs in which they differ.

        What was lost stays lost; its documents must be ingested again.
        """
        self._flush_db()
        writes: list[tuple[Operation, str, int, str]] = [
            ("replace", graph, *canonical_digest(self.quads(graph))) for graph in (*verification.changed, *verification.extra)
        ]
        self.journal.append([*writes, *(("drop", graph, 0, canonical_digest([])[1]) for graph in verification.missing)])

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


def is_url(store: str) -> bool:
    """Tell whether the setting `store` names a server.

    >>> is_url("http://localhost:7878"), is_url("crisiskg-store")
    (True, False)
    """
    return store.startswith(("http://", "https://"))


def existing_folder(store: str | Path) -> Path:
    """Return the folder of an embedded store that exists.

    Raises:
        NotFound: there is no store.
    """
    folder = Path(store)
    if not (folder / "store.json").is_file():
        raise NotFound(
            f"there is no store in {folder}", hint="Name it with --store DIR, or make it with crisiskg ingest --store DIR FILE."
        )
    return folder


def stored_base_iri(folder: Path) -> str:
    """Return the base IRI that an existing store was made with."""
    return str(_read_description(folder)["base_iri"])


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / "store.json"
    try:
        description = json.loads(path.read_text("utf-8"))
        found, base = description["format"], description["base_iri"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreCorrupt(f"{path} cannot be read", hint="Restore it from a copy.") from error
    if found != FORMAT or not isinstance(base, str):
        raise InvalidParameter(f"the store {folder} has format {found!r}; this version of crisiskg reads {FORMAT}")
    return dict(description)


def _open_folder(folder: Path, base_iri: str | None) -> str:
    path = folder / "store.json"
    if path.is_file():
        stored = str(_read_description(folder)["base_iri"])
        if base_iri is not None and stored != base_iri:
            raise InvalidParameter(
                f"the store {folder} was made with the base IRI {stored}, not {base_iri}",
                hint=f"Set base_iri to {stored}, or use another folder.",
            )
        return stored
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InvalidParameter(f"{folder} exists and is no store of crisiskg", hint="Name an empty or a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        from crisiskg.namespaces import BASE

        base_iri = base_iri or BASE
        new = path.with_suffix(".tmp")
        with new.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"format": FORMAT, "base_iri": base_iri}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        fsync_folder(folder)
    except OSError as error:
        raise StoreError(f"the folder {folder} cannot be used as a store: {error.strerror or error}") from error
    return base_iri


def _is_graph(text: str) -> bool:
    try:
        graph_term(text)
    except InvalidIdentifier:
        return False
    return True


def graph_term(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    """Return the name of a graph as a term; "default" is the default graph.

    Raises:
        InvalidIdentifier: it is no name that a graph can have.

    >>> graph_term("default")
    <DefaultGraph>
    """
    return ox.DefaultGraph() if graph == DEFAULT else named_graph(graph)


def graph_name(term: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    """Return how the graph of a quad is named.

    >>> graph_name(ox.DefaultGraph()), graph_name(ox.NamedNode("urn:g"))
    ('default', 'urn:g')
    """
    return DEFAULT if isinstance(term, ox.DefaultGraph) else term.value


def parse_lines(lines: Iterable[str]) -> Iterator[ox.Quad]:
    """Yield the quads of N-Quads lines that a store has written; blank nodes keep their ids."""
    for quad in ox.parse("\n".join(lines).encode("utf-8"), format=ox.RdfFormat.N_QUADS):
        assert isinstance(quad, ox.Quad)
        yield quad


def named_graph(graph: str) -> ox.NamedNode:
    """Return the name of a graph as a term.

    Raises:
        InvalidIdentifier: it is no IRI.
    """
    try:
        return ox.NamedNode(graph)
    except ValueError as error:
        raise InvalidIdentifier(f"{graph!r} is no IRI that a graph can have") from error


def check_quads(graph: str, quads: list[ox.Quad], lines: list[str]) -> None:
    """Refuse quads that are not all in the graph, or that have a blank node.

    Args:
        graph: IRI of the graph.
        quads: The quads.
        lines: Their N-Quads lines, which are quick to look at: each term that is taken out of a quad is a new object.

    Raises:
        InvalidIdentifier: a quad is in another graph or has a blank node.
    """
    name = named_graph(graph)
    end = f" {name} ."
    if all(line.endswith(end) and " _:" not in line and line[0] == "<" for line in lines):
        return
    for quad in quads:
        if quad.graph_name != name:
            raise InvalidIdentifier(f"a quad for the graph {graph} is in {quad.graph_name}")
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            raise InvalidIdentifier(f"the graph {graph} holds a blank node, of {quad.predicate}; every thing needs an IRI")


def n_triples(quads: Iterable[ox.Quad]) -> bytes:
    """Return the triples of quads as N-Triples."""
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


def rows(solutions: Any) -> list[Row]:
    """Return all solutions of a SELECT query, each as a mapping from variable to term."""
    names = [variable.value for variable in solutions.variables]
    return [{name: term for name, term in zip(names, solution, strict=True) if term is not None} for solution in solutions]
