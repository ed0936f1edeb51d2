"""Imports the tables of a release: rows to a named graph, in parts that last; at the end it takes the place of older ones."""

from __future__ import annotations

import copy
import dataclasses
import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets.dataset import Dataset, Minter, Release
from crisiskg.datasets.json_lines import look_at
from crisiskg.datasets.tables import BadRow, Row, find_layout, read_rows
from crisiskg.errors import InvalidParameter, MalformedSource
from crisiskg.ground import lay_ground
from crisiskg.importing import catalogue
from crisiskg.importing.checks import Checks
from crisiskg.importing.loading import Chunk, Loader
from crisiskg.importing.mapping import Check, Mapping, Refused
from crisiskg.importing.plan import ImportFolder, Progress, Table, Tally
from crisiskg.importing.provenance import import_run, import_run_iri
from crisiskg.importing.rejected import Rejected, put_aside
from crisiskg.importing.releases import checked_name, made_with, n_triples_lines, prefix_of, release_triples
from crisiskg.importing.seen import WIDTH, Seen
from crisiskg.importing.shared import LINE_WIDTH, RECORD_WIDTH, Shared
from crisiskg.importing.side_file import SideFile
from crisiskg.importing.withdrawing import Withdrawal, events_of, now, withdraw
from crisiskg.iris import digest, safe
from crisiskg.journal import LineSum
from crisiskg.quarantine import Entry, Quarantine
from crisiskg.validation import validate
from crisiskg.writing.points import reached

if TYPE_CHECKING:
    from crisiskg.store import OxigraphStore

_log = logging.getLogger("crisiskg.importing")
#: Quads that are loaded at a time. The engine needs 1 KB for each while it loads, and less time for each the more they are.
CHUNK_QUADS = 300_000
#: Bytes of lines that are loaded at a time at most: long cells make long lines.
CHUNK_BYTES = 64_000_000
#: Quads of a release up to which the files of the store are put in order at its end.
_MOST_TIDIED = 5_000_000


@dataclass(slots=True)
class Outcome:
    """What an import did.

    Attributes:
        release: IRI of the release.
        graph: IRI of its graph.
        tally: What became of its rows.
        unchanged: Whether the store held just this already, so that nothing was done.
        resumed_rows: Rows that an import which was interrupted had done before.
        begun_anew: Why what an interrupted import had done could not be used; "" where it could, or there was none.
        replaced: Names of the releases in whose place it came.
        withdrawal: Which events are told of no longer; None where nothing was replaced.
        withdrawn_file: File that lists them, and what in other graphs speaks of them.
        quarantine: The entry of the rows that could not be used; None where all could be, or nothing was kept.
        generation: Number of the generation that shows it; 0 where nothing was published.
        unknown_columns: Columns of the files that the codebook does not have; their cells are kept in the row alone.
    """

    release: str
    graph: str
    tally: Tally
    unchanged: bool = False
    resumed_rows: int = 0
    begun_anew: str = ""
    replaced: list[str] = field(default_factory=list)
    withdrawal: Withdrawal | None = None
    withdrawn_file: Path | None = None
    quarantine: Entry | None = None
    generation: int = 0
    unknown_columns: list[str] = field(default_factory=list)


class Import:
    """The import of one release.

    Args:
        dataset: What the tables are.
        release: Name of the release.
        tables: Its files, in their order.
        store: Where to write; None only tries.
        base: Base of the IRIs of data, where there is no store.
        keep_old: Whether older releases of the dataset stay.
        limit: Most rows that are read; older releases stay then.
        check: Holds rows to the shapes; None means `crisiskg.importing.checks`.

    Raises:
        InvalidParameter: the name is none that a release can have.
        MalformedSource: a file is no table of the dataset.
    """

    def __init__(
        self,
        dataset: Dataset,
        release: str,
        tables: list[Table],
        store: OxigraphStore | None,
        base: str,
        *,
        keep_old: bool = False,
        limit: int | None = None,
        check: Check | None = None,
    ) -> None:
        base = store.base_iri if store is not None else base
        self.dataset, self.tables, self.store = dataset, tables, store
        self.release = Release(dataset.name, checked_name(release), load_crosswalk(base), base)
        self._keep_old, self._limit = keep_old, limit
        self.names = _names(tables)
        if dataset.lines is not None:
            for table in tables:
                look_at(table.path)
        self._layouts = [find_layout(table.path, dataset.form) for table in tables] if dataset.lines is None else []
        self._run = import_run_iri(base)
        lines = n_triples_lines(release_triples(dataset, self.release, self._run))
        self._check = check or Checks(self.release.graph, b"".join(line + b"\n" for line in lines).decode("utf-8"), validate)
        self._folder = ImportFolder(store.folder, dataset.name, safe(release)) if store is not None else None
        self.progress = self._begun()
        unknown = [name for layout in self._layouts for name in layout.unknown]
        self.outcome = Outcome(
            self.release.iri, self.release.graph, self.progress.tally, unknown_columns=list(dict.fromkeys(unknown))
        )

    def _begun(self) -> Progress:
        made = made_with()
        if self.dataset.terms_vary:  # the graph names them
            made = digest(made, self.dataset.license, length=16)
        return Progress(self.dataset.name, self.release.name, made, [table.sha256 for table in self.tables], limit=self._limit)

    def run(self, show: Callable[[Tally], None] | None = None) -> Outcome:
        """Import the tables, or go on with it where an import of the same tables was interrupted.

        Args:
            show: Is called now and then with what became of the rows so far.

        Returns:
            What was done.

        Raises:
            MalformedSource: a file breaks off. What was read stays, and the same command goes on when the file is mended.
            StoreError: the store refuses; the same command goes on.
        """
        if self.store is None:
            for _ in self._chunks(Mapper(self), show):
                pass
            return self.outcome
        assert self._folder is not None
        try:
            return self._import(self.store, self._folder, show)
        except MalformedSource as error:
            hint = "What was read stays. Mend the file, and give the same command again."
            raise MalformedSource(error.message, hint=hint) from error

    def _import(self, store: OxigraphStore, folder: ImportFolder, show: Callable[[Tally], None] | None) -> Outcome:
        if self._is_done(store, folder):
            return self.outcome
        self._prepare(store, folder)
        if self.progress.phase == "loading":
            self._load(store, folder, show)
        if self.progress.tally.records:
            self._finish(store, folder)
        else:
            self._give_up(store, folder)
        return self.outcome

    def _is_done(self, store: OxigraphStore, folder: ImportFolder) -> bool:
        """Tell whether the store holds just these tables, read by this code, as this release."""
        done = folder.done()
        if done is None or store.entry(self.release.graph) is None or folder.progress() is not None:
            return False
        mine = self.progress
        if (done.files, done.made_with, done.limit) != (mine.files, mine.made_with, mine.limit):
            return False
        entry = store.entry(self.release.graph)
        if entry is None or entry.sha256 != done.digest:
            return False  # deletions or updates came since
        if not self._keep_old and self._limit is None and self._older(store):
            return False
        self.outcome.unchanged, self.outcome.tally = True, done.tally
        return True

    def _older(self, store: OxigraphStore) -> list[str]:
        """Return the graphs of the other releases of the dataset."""
        prefix = prefix_of(self.dataset.name, self.release.base)
        found = {*store.journal.graphs(), *store.unfinished}
        return sorted(graph for graph in found if graph.startswith(prefix) and graph != self.release.graph)

    def _prepare(self, store: OxigraphStore, folder: ImportFolder) -> None:
        """Find how far an interrupted import came, or make room for a new one."""
        lay_ground(store, import_run(), self.release.base)
        known = folder.progress()
        graph = self.release.graph
        if known is not None:
            why = self._cannot_go_on(known, store)
            if not why:
                self.progress = known
                self.outcome.tally = known.tally
                self.outcome.resumed_rows = known.tally.rows
                return
            self.outcome.begun_anew = why
        if known is None and store.entry(graph) is not None:
            # What the release told of before is needed at the end, to see what it tells of no longer.
            folder.write_lines(folder.before, events_of(store, graph))
        if store.entry(graph) is not None or graph in store.unfinished:
            store.remove_large(graph)
        for path in (folder.path / name for name in (*_SIDE, catalogue.NAME)):
            path.unlink(missing_ok=True)
        folder.note(self.progress)
        store.begin_graph(graph)
        reached("import-begun")

    def _cannot_go_on(self, known: Progress, store: OxigraphStore) -> str:
        """Return why an interrupted import cannot be continued; "" where it can."""
        graph, mine = self.release.graph, self.progress
        if known.phase != "loading" and store.entry(graph) is not None and (known.files, known.limit) == (mine.files, mine.limit):
            return ""  # what is left to do is the same for all versions
        if known.made_with != mine.made_with:
            return "it was begun by another version of crisiskg"
        if known.limit != mine.limit:
            return "it was begun with another --limit"
        if graph not in store.unfinished:
            return "its graph is not there"
        if known.phase != "loading":
            return "" if known.files == mine.files else "it was begun with other files"
        if known.files[: known.file] != mine.files[: known.file] or len(mine.files) <= known.file:
            return "it was begun with other files"
        if known.files != mine.files and self.dataset.lines is not None:
            return "it was begun with other files"  # rows say of one another what stands anywhere in them
        if known.files != mine.files and not self._begins_alike(known):
            return "the rows that were read before are others now"
        known.files = mine.files
        return ""

    def _begins_alike(self, known: Progress) -> bool:
        """Tell whether a file that is another one now, as it was mended, begins with the rows that were read of it before."""
        crc, count = 0, 0
        rows = read_rows(self.tables[known.file].path, self.dataset.form, self._layouts[known.file])
        while count < known.rows_of_file and (row := next(rows, None)) is not None:
            crc = zlib.crc32(row.text.encode("utf-8", "replace"), crc)
            count += 1
        return (crc, count) == (known.crc, known.rows_of_file)

    def _load(self, store: OxigraphStore, folder: ImportFolder, show: Callable[[Tally], None] | None) -> None:
        mapper = Mapper(self, folder)
        try:
            with Loader(lambda lines: self._load_lines(store, lines)) as loader:
                for chunk, noted in self._chunks(mapper, show):
                    loader.put(Chunk(chunk, _noting(folder, noted)))
        finally:
            mapper.close()
        progress = self.progress
        self.outcome.tally = progress.tally
        reached("import-loaded")

    def _load_lines(self, store: OxigraphStore, lines: bytes) -> None:
        if lines:
            store.load_lines(self.release.graph, lines)
        reached("chunk-loaded")

    def _chunks(self, mapper: Mapper, show: Callable[[Tally], None] | None) -> Iterator[tuple[bytes, Progress]]:
        """Yield parts of the graph, each with how far the import is when it is loaded."""
        parts: list[bytes] = []
        n_quads = n_bytes = 0
        for lines in mapper.rows():
            n_quads += lines.count(b"\n")
            n_bytes += len(lines)
            parts.append(lines)
            if n_quads >= CHUNK_QUADS or n_bytes >= CHUNK_BYTES:
                yield b"".join(parts), mapper.settled()
                parts, n_quads, n_bytes = [], 0, 0
                if show is not None:
                    show(self.progress.tally)
        yield b"".join(parts), mapper.settled()
        if show is not None:
            show(self.progress.tally)

    def _finish(self, store: OxigraphStore, folder: ImportFolder) -> None:
        """Write the release itself, tell the journal, and let it take the place of older releases; each step can be repeated."""
        progress, graph = self.progress, self.release.graph
        triples = release_triples(self.dataset, self.release, self._run, progress.files, progress.tally)
        if progress.phase == "loading":
            lines = n_triples_lines(triples)
            total = LineSum(progress.digest)
            total.add(*lines)
            progress.digest, progress.at, progress.phase = total.digest, now(), "whole"
            progress.tally.quads += len(lines)
            folder.note(progress)
        reached("import-whole")
        if store.entry(graph) is None:
            store.load_lines(graph, b"".join(line + b"\n" for line in n_triples_lines(triples)))
            store.finish_graph(graph, progress.tally.quads, progress.digest)
        reached("import-journalled")
        self._replace(store, folder)
        self.outcome.quarantine = self._put_aside(store, folder)
        # Putting all files of a large store in order takes minutes; the engine has merged most of them while it loaded.
        self.outcome.generation = store.publish(tidy=progress.tally.quads < _MOST_TIDIED)
        reached("import-published")
        folder.finish(progress)

    def _give_up(self, store: OxigraphStore, folder: ImportFolder) -> None:
        """Keep nothing but the quarantine of a table of which no row could be used: it takes nobody's place."""
        self.outcome.quarantine = self._put_aside(store, folder)
        store.remove_large(self.release.graph)
        folder.clear()

    def _put_aside(self, store: OxigraphStore, folder: ImportFolder) -> Entry | None:
        quarantine = Quarantine(store.folder / "quarantine")
        files = ", ".join(self.names)
        return put_aside(quarantine, self.dataset.name, self.release.name, files, self.progress.tally, folder.rejected)

    def _replace(self, store: OxigraphStore, folder: ImportFolder) -> None:
        """Withdraw the events that are told of no longer, and remove the older releases."""
        older = self._older(store)
        kept = older if self._keep_old or self._limit is not None else []
        gone = [graph for graph in older if graph not in kept]
        if self.progress.phase == "withdrawn":  # before the process ended that began to remove the older ones
            self.outcome.withdrawal = Withdrawal.read(folder.withdrawn)
        elif gone or folder.before.exists():
            before = _before(store, folder, gone)
            found = withdraw(store, self.dataset.name, self.release.iri, self.release.graph, before, self.progress.at, kept)
            folder.write_lines(folder.withdrawn, found.lines())
            self.progress.phase = "withdrawn"
            folder.note(self.progress)
            self.outcome.withdrawal = found
        if self.outcome.withdrawal is not None and self.outcome.withdrawal.events:
            self.outcome.withdrawn_file = folder.withdrawn
        reached("import-withdrawn")
        prefix = prefix_of(self.dataset.name, self.release.base)
        for graph in gone:
            name = graph[len(prefix) :]
            store.remove_large(graph)
            ImportFolder(store.folder, self.dataset.name, name).clear(everything=True)
            self.outcome.replaced.append(name)


class Mapper:
    """Reads the rows of an import and remembers what is needed to go on with it.

    Args:
        job: The import.
        folder: Where it is remembered; None where nothing is kept.
    """

    def __init__(self, job: Import, folder: ImportFolder | None = None) -> None:
        self._job = job
        self._sides: dict[str, SideFile] = {}
        progress, minter, lines = job.progress, Minter(job.release), job.dataset.lines
        if folder is not None:
            folder.path.mkdir(parents=True, exist_ok=True)
        self._catalogue = self._cut = None
        if lines is not None:
            paths, of = [table.path for table in job.tables], folder.path if folder is not None else None
            self._catalogue = catalogue.open_catalogue(job.dataset, minter, paths, of, job._limit)
            self._cut = lines.cut(minter)
        if folder is not None:
            self._sides = {name: SideFile(folder.path / name, width, progress.seen.get(name, 0)) for name, width in _SIDE.items()}
        self._rejected = Rejected(folder.rejected if folder is not None else None, progress.rejected)
        seen, shared = Seen(self._sides.get("seen")), Shared(self._sides.get("shared"), self._sides.get("lines"))
        shared.differing, shared.examples = progress.tally.differing, progress.tally.examples
        self._mapping = Mapping(job.dataset, minter, seen, shared, progress.tally, job._check)
        self._mapping.files = job.names
        self._sum = LineSum(progress.digest)

    def rows(self) -> Iterator[bytes]:
        """Yield the lines of each row that can be used."""
        job, progress, tally = self._job, self._job.progress, self._job.progress.tally
        limit = job._limit
        for number in range(progress.file, len(job.tables)):
            if number != progress.file:
                progress.file, progress.rows_of_file, progress.crc = number, 0, 0
            rows = self._rows_of(number, progress.rows_of_file)
            while limit is None or tally.rows < limit:
                row = next(rows, None)
                if row is None:
                    break
                outcome = self._mapping.take(row, number)
                progress.rows_of_file += 1
                progress.crc = zlib.crc32(row.text.encode("utf-8", "replace"), progress.crc)
                if isinstance(outcome, Refused):
                    self._rejected.add(row, job.names[number], outcome)
                    continue
                data = outcome.encode("utf-8", "replace")
                lines = data.split(b"\n")
                lines.pop()
                self._sum.add(*lines)
                tally.quads += len(lines)
                yield data

    def _rows_of(self, number: int, skip: int) -> Iterator[Row | BadRow]:
        job = self._job
        path = job.tables[number].path
        if self._cut is not None:
            return catalogue.rows_of(path, self._cut, skip)
        return read_rows(path, job.dataset.form, job._layouts[number], skip)

    def settled(self) -> Progress:
        """Return how far the import is, when the disk has what is remembered beside it."""
        progress = self._job.progress
        progress.digest = self._sum.digest
        progress.seen = {name: side.settle() for name, side in self._sides.items()}
        progress.rejected = self._rejected.settle()
        return dataclasses.replace(progress, tally=copy.deepcopy(progress.tally))

    def close(self) -> None:
        """Let go of all files."""
        for side in self._sides.values():
            side.close()
        self._rejected.close()
        if self._catalogue is not None:
            self._catalogue.close()


#: Side files of an import with the bytes of a record.
_SIDE = {"seen": WIDTH, "shared": RECORD_WIDTH, "lines": LINE_WIDTH}


def _noting(folder: ImportFolder, progress: Progress) -> Callable[[], None]:
    def note() -> None:
        folder.note(progress)
        reached("chunk-noted")

    return note


def _before(store: OxigraphStore, folder: ImportFolder, gone: list[str]) -> Iterator[str]:
    """Yield the events that were told of before, some perhaps twice."""
    if folder.before.exists():
        with folder.before.open(encoding="utf-8") as file:
            for line in file:
                yield line.rstrip("\n")
    for graph in gone:
        if graph not in store.unfinished:  # nobody was told of what is not finished
            yield from events_of(store, graph)


def _names(tables: list[Table]) -> list[str]:
    """Return how files are named in messages.

    Raises:
        InvalidParameter: there is none, or one stands twice.
    """
    if not tables:
        raise InvalidParameter("an import needs a file")
    twice = [table.path.name for place, table in enumerate(tables) if table.sha256 in {other.sha256 for other in tables[:place]}]
    if twice:
        raise InvalidParameter(f"{twice[0]} has the same content as a file before it", hint="Name each file once.")
    return [table.path.name for table in tables]


def abandon(store: OxigraphStore, dataset: str, release: str) -> bool:
    """Undo an import that was not finished, and tell whether there was one.

    Args:
        store: The store.
        dataset: Name of the dataset.
        release: Name of the release.

    Raises:
        InvalidParameter: the release is whole.
    """
    name = Release(dataset, checked_name(release), load_crosswalk(store.base_iri), store.base_iri)
    folder = ImportFolder(store.folder, dataset, safe(release))
    if store.entry(name.graph) is not None:
        raise InvalidParameter(
            f"the release {release} of {dataset} is whole", hint="crisiskg import DATASET --remove RELEASE removes it."
        )
    if name.graph not in store.unfinished and folder.progress() is None:
        return False
    return remove(store, dataset, release)


def remove(store: OxigraphStore, dataset: str, release: str) -> bool:
    """Remove a release, finished or not, and tell whether there was one."""
    name = Release(dataset, checked_name(release), load_crosswalk(store.base_iri), store.base_iri)
    there = store.entry(name.graph) is not None or name.graph in store.unfinished
    folder = ImportFolder(store.folder, dataset, safe(release))
    there = there or folder.progress() is not None
    if there:
        store.remove_large(name.graph)
        folder.clear(everything=True)
        put_aside(Quarantine(store.folder / "quarantine"), dataset, release, "", Tally(), folder.rejected)
        store.publish()
    return there
