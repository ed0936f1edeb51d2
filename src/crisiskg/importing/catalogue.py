"""What the lines of a release say of the things that other lines refer to, in a file beside the import, not in memory."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from crisiskg.datasets.dataset import Dataset, Minter
from crisiskg.datasets.json_lines import read_values
from crisiskg.datasets.lines import Cut, Entry, Found
from crisiskg.datasets.tables import BadRow, Row
from crisiskg.errors import StoreError

NAME = "catalogue.sqlite"
#: Entries that are written at a time, and things that are known without asking the file.
_BATCH = 10_000
_MOST_RECENT = 1 << 16
_SCHEMA = """
create table entry (id text primary key, iri text not null, facts text not null) without rowid;
create table taken (iri text primary key) without rowid;
pragma journal_mode = off;
pragma synchronous = off;
pragma cache_size = -64000;
"""


class Catalogue:
    """A catalogue that is filled, then asked.

    Args:
        path: Its file, made where it does not exist; None means a temporary one.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        # While it is filled it has another name: what is there under its own is whole.
        self._partial = path.with_suffix(".partial") if path is not None else None
        self.is_whole = path is not None and path.exists()
        with self._told():
            if self._partial is not None and not self.is_whole:
                self._partial.unlink(missing_ok=True)
            self._database = sqlite3.connect(str(path if self.is_whole else self._partial or ""))
            if not self.is_whole:
                self._database.executescript(_SCHEMA)
        #: Tells what was noted of an id; None where nothing was.
        self.find = lru_cache(_MOST_RECENT)(self._find)

    def fill(self, entries: Iterator[Entry]) -> None:
        """Note entries; of two with one id the first counts.

        Args:
            entries: The entries, in the order of their lines.

        Raises:
            StoreError: the disk refuses.
        """
        with self._told():
            while batch := list(itertools.islice(entries, _BATCH)):
                for entry in batch:
                    self._add(entry)
                self._database.commit()
        self.find.cache_clear()

    def _add(self, entry: Entry) -> None:
        if entry.iris and self._database.execute("select 1 from entry where id = ?", (entry.id,)).fetchone():
            return
        iri = next((iri for iri in entry.iris if self._take(iri)), "")
        if entry.iris and not iri:
            return
        self._database.execute("insert or ignore into entry values (?, ?, ?)", (entry.id, iri, entry.facts))

    def _take(self, iri: str) -> bool:
        return self._database.execute("insert or ignore into taken values (?)", (iri,)).rowcount == 1

    def finish(self) -> None:
        """Say that all is in it.

        Raises:
            StoreError: the disk refuses.
        """
        with self._told():
            self._database.execute("drop table taken")
            self._database.commit()
            if self._path is not None and self._partial is not None:
                self._database.close()
                self._partial.replace(self._path)
                self._database = sqlite3.connect(str(self._path))
        self.is_whole = True

    def _find(self, id_: str) -> Found | None:
        with self._told():
            row = self._database.execute("select iri, facts from entry where id = ?", (id_,)).fetchone()
        return Found(*row) if row is not None else None

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"the catalogue of what the files describe cannot be used: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def open_catalogue(
    dataset: Dataset, minter: Minter, paths: Sequence[Path], folder: Path | None, limit: int | None = None
) -> Catalogue:
    """Return the catalogue of a release, filled; the minter knows it from then on.

    Args:
        dataset: A dataset of lines.
        minter: Makes the records of the release.
        paths: Its files.
        folder: Where the catalogue is kept for an import that goes on; None for one that keeps nothing.
        limit: Most rows that will be read: what stands behind them is not noted, as no row will describe it.

    Raises:
        MalformedSource: a file breaks off.
        StoreError: the disk refuses.
    """
    assert dataset.lines is not None
    catalogue = Catalogue(folder / NAME if folder is not None else None)
    try:
        minter.find = catalogue.find
        if not catalogue.is_whole:
            *before, last = dataset.lines.rounds
            for make in before:
                describe = make(minter)
                catalogue.fill(entry for _, text in _texts(paths) for entry in describe(text))
            cut = dataset.lines.cut(minter) if limit is not None else None
            describe = last(minter)
            catalogue.fill(entry for text in _within(paths, cut, limit) for entry in describe(text))
            catalogue.finish()
    except BaseException:
        catalogue.close()
        raise
    return catalogue


def rows_of(path: Path, cut: Cut, skip: int = 0) -> Iterator[Row | BadRow]:
    """Yield the rows of a file of lines.

    Args:
        path: The file, packed or not.
        cut: Cuts lines into rows.
        skip: Rows that are passed over.

    Raises:
        MalformedSource: the file breaks off.
    """
    return itertools.islice(_rows(path, cut), skip, None)


def _rows(path: Path, cut: Cut) -> Iterator[Row | BadRow]:
    for value in read_values(path):
        if isinstance(value, BadRow):
            yield value
        else:
            yield from cut(*value)


def _texts(paths: Sequence[Path]) -> Iterator[tuple[int, str]]:
    for path in paths:
        for value in read_values(path):
            if not isinstance(value, BadRow):
                yield value


def _within(paths: Sequence[Path], cut: Cut | None, limit: int | None) -> Iterator[str]:
    """Yield the lines of which a row will be read."""
    rows = 0
    for path in paths:
        for value in read_values(path):
            if limit is not None and rows >= limit:
                return
            if isinstance(value, BadRow):
                rows += 1
                continue
            if cut is not None:
                rows += sum(1 for _ in cut(*value))
            yield value[1]
