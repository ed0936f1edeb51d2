"""Imports any CSV tables by an RML mapping: an RML engine makes the triples, and each row is held to the shapes."""

from __future__ import annotations

import codecs
import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Record
from crisiskg.datasets.tables import DELIMITERS, BadRow, Column, Form, Row, open_bytes, read_rows
from crisiskg.errors import MalformedSource
from crisiskg.importing.mapping import Refused, group_of
from crisiskg.importing.plan import ImportFolder, Progress, Table, Tally, count_in
from crisiskg.importing.rejected import Rejected
from crisiskg.importing.rml_engine import Engine, run_engine
from crisiskg.importing.rml_mapping import ROW_COLUMN, RmlMapping, column, match_sources, prepared
from crisiskg.importing.rml_rows import MadeRows, RowLines
from crisiskg.importing.run import CHUNK_BYTES, CHUNK_QUADS, Import
from crisiskg.journal import LineSum
from crisiskg.writing.points import reached

if TYPE_CHECKING:
    from crisiskg.store import OxigraphStore

_LOOK = 1 << 18
#: Rows whose graphs the shapes see together.
_BATCH = 100


def table_form(tables: list[Table]) -> Form:
    """Return the form of tables that no codebook describes: the columns that their first lines name.

    Args:
        tables: The files.

    Raises:
        MalformedSource: one has no columns.
    """
    names: dict[str, None] = {}
    for table in tables:
        with open_bytes(table.path) as file:
            try:
                head = file.read(_LOOK)
            except (OSError, EOFError) as error:
                raise MalformedSource(f"{table.path.name} is broken: {error}") from error
        text = codecs.getincrementaldecoder("utf-8-sig")("replace").decode(head)
        first = text.split("\n", 1)[0].rstrip("\r")
        cells = max((next(csv.reader([first], delimiter=each), []) for each in DELIMITERS), key=len)
        if not any(cell.strip() for cell in cells):
            raise MalformedSource(f"{table.path.name} has no line that names its columns")
        names.update(dict.fromkeys(cell for cell in cells if cell.strip()))
    return Form(tuple(Column(name, "a column of the table", "what the mapping makes of it") for name in names))


def mapped_dataset(name: str, license_: str, form: Form, mapping: str = "") -> Dataset:
    """Return a dataset that a mapping describes.

    Args:
        name: Name in IRIs.
        license_: IRI of its licence or terms.
        form: What its tables look like.
        mapping: Name of the mapping.
    """
    return Dataset(
        name=name,
        title=f"{name}, by the mapping {mapping}" if mapping else name,
        publisher=name,
        homepage=license_,
        license=license_,
        may_republish=False,
        attribution=name,
        form=form,
        reader=_no_reader,
    )


def _no_reader(_minter: Minter) -> Reader:
    def read(_row: Row) -> list[Record]:
        return []

    return read


class RmlImport(Import):
    """The import of one release by a mapping. An interrupted one is begun anew: an engine gives its triples in no order.

    Args:
        name: Name of the dataset in IRIs.
        license_: IRI of its licence or terms.
        mapping: The mapping.
        engine: The RML engine.
        release: Name of the release.
        tables: Its files.
        store: Where to write; None only tries.
        base: Base of the IRIs of data, where there is no store.
        keep_old: Whether older releases stay.

    Raises:
        InvalidParameter: the mapping does not read these files, or the name is none that a release can have.
        MalformedSource: a file is no table.
    """

    def __init__(
        self,
        name: str,
        license_: str,
        mapping: RmlMapping,
        engine: Engine,
        release: str,
        tables: list[Table],
        store: OxigraphStore | None,
        base: str,
        *,
        keep_old: bool = False,
    ) -> None:
        self._rml, self._engine = mapping, engine
        self._sources = match_sources(mapping, [table.path for table in tables])
        dataset = mapped_dataset(name, license_, table_form(tables), mapping.name)
        super().__init__(dataset, release, tables, store, base, keep_old=keep_old)

    def _begun(self) -> Progress:
        progress = super()._begun()
        said = "\n".join(sorted(str(quad) for quad in self._rml.quads if "_:" not in str(quad)))
        whole = f"{progress.made_with} {self._engine.version} {len(self._rml.quads)} {said}"
        progress.made_with = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:16]
        return progress

    def _cannot_go_on(self, known: Progress, store: OxigraphStore) -> str:
        if known.phase == "loading":
            return "an import by a mapping is always begun anew"
        return super()._cannot_go_on(known, store)

    def run(self, show: Callable[[Tally], None] | None = None) -> object:  # type: ignore[override]
        """Import the tables.

        Args:
            show: Is called now and then with what became of the rows so far.

        Returns:
            What was done (`crisiskg.importing.run.Outcome`).

        Raises:
            MalformedSource: a file breaks off, or the engine cannot run the mapping.
            LimitExceeded: the engine took too long.
            StoreError: the store refuses.
        """
        if self.store is None:
            with tempfile.TemporaryDirectory(prefix="crisiskg-rml-") as work:
                rejected = Rejected(None)
                for _ in self._parts(Path(work), rejected, show):
                    pass
            return self.outcome
        return super().run(show)

    def _load(self, store: OxigraphStore, folder: ImportFolder, show: Callable[[Tally], None] | None) -> None:
        folder.path.mkdir(parents=True, exist_ok=True)
        rejected = Rejected(folder.rejected)
        try:
            # In the store's folder, whose disk has room for tables of that size, as one for temporary files may not.
            with tempfile.TemporaryDirectory(prefix="work-", dir=folder.path) as work:
                for lines in self._parts(Path(work), rejected, show):
                    self._load_lines(store, lines)
            self.progress.rejected = rejected.settle()
        finally:
            rejected.close()
        folder.note(self.progress)
        self.outcome.tally = self.progress.tally
        reached("import-loaded")

    def _parts(self, work: Path, rejected: Rejected, show: Callable[[Tally], None] | None) -> Iterator[bytes]:
        """Yield parts of the graph, and count what became of the rows."""
        names = {source: f"table-{number}.csv" for source, number in self._sources.items()}
        for number in range(len(self.tables)):
            self._prepare_table(number, work / f"table-{number}.csv")
        made = run_engine(self._engine, prepared(self._rml, names), work)
        rows = MadeRows(made, work / "triples", self.release, self.dataset, self._run)
        total, progress = LineSum(self.progress.digest), self.progress
        parts: list[bytes] = []
        n_bytes = n_quads = 0
        batch: list[tuple[int, Row]] = []
        for number, row in self._rows():
            if isinstance(row, BadRow):
                self._count(number, row, Refused("unreadable", row.reason), rejected)
                continue
            batch.append((number, row))
            if len(batch) < _BATCH:
                continue
            for lines in self._outcomes(rows, batch, rejected):
                total.add(*lines)
                n_quads += len(lines)
                parts.append(b"".join(line + b"\n" for line in lines))
                n_bytes += len(parts[-1])
            batch = []
            if n_quads >= CHUNK_QUADS or n_bytes >= CHUNK_BYTES:
                yield b"".join(parts)
                parts, n_bytes, n_quads = [], 0, 0
            if show is not None:
                show(progress.tally)
        for lines in self._outcomes(rows, batch, rejected):
            total.add(*lines)
            parts.append(b"".join(line + b"\n" for line in lines))
        progress.digest = total.digest
        yield b"".join(parts)

    def _outcomes(self, rows: MadeRows, batch: list[tuple[int, Row]], rejected: Rejected) -> Iterator[list[bytes]]:
        tally = self.progress.tally
        for (number, row), outcome in zip(batch, rows.take(batch), strict=True):
            if isinstance(outcome, RowLines):
                tally.rows += 1
                tally.records += 1
                tally.events += outcome.events
                tally.quads += len(outcome.lines)
                yield outcome.lines
            else:
                self._count(number, row, outcome, rejected)

    def _count(self, number: int, row: Row | BadRow, refused: Refused, rejected: Rejected) -> None:
        tally = self.progress.tally
        tally.rows += 1
        tally.quarantined += 1
        count_in(tally.reasons, group_of(refused.reason), refused.reason, f"{self.names[number]}:{row.number}")
        rejected.add(row, self.names[number], refused)

    def _rows(self) -> Iterator[tuple[int, Row | BadRow]]:
        for number, table in enumerate(self.tables):
            for row in read_rows(table.path, self.dataset.form, self._layouts[number]):
                yield number, row

    def _prepare_table(self, number: int, path: Path) -> None:
        """Write a file as the engine reads it: UTF-8, commas, and a column that says which row it is."""
        names = [name for name in self._layouts[number].names if name is not None]
        with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*map(column, names), ROW_COLUMN])
            for row in read_rows(self.tables[number].path, self.dataset.form, self._layouts[number]):
                if isinstance(row, Row):
                    writer.writerow([*(row.cells.get(name, "") for name in names), f"{number}:{row.number}"])
