"""Writes the local reference base: sources are added whole, listed, and removed whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crisiskg.annotation.local_reference import FORM, SCHEMA
from crisiskg.annotation.settlements import fold_name
from crisiskg.errors import InvalidParameter, NotFound, StoreUnavailable
from crisiskg.iris import mint
from crisiskg.reference.items import BadRow, Item


@dataclass(frozen=True, slots=True)
class Source:
    """One import.

    Attributes:
        name: By which it is removed.
        kind: Kind of file: "wikidata", "sparql", "geonames", "ftm" or "ucdp".
        file: Name of the file, without its folders.
        added: When, ISO 8601 in UTC.
        items: Things that it gave.
        refused: Rows that could not be used.
    """

    name: str
    kind: str
    file: str
    added: str
    items: int
    refused: int


class ReferenceBase:
    """A local reference base that is open for writing; a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            StoreUnavailable: it cannot be opened, or is no reference base of this form.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=30.0, isolation_level=None)
            form = self._database.execute("pragma user_version").fetchone()[0]
            tables = self._database.execute("select count(*) from sqlite_master").fetchone()[0]
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"the reference base {path} cannot be opened: {error}") from error
        if not tables:
            self._database.executescript(SCHEMA)
        elif form != FORM:
            self._database.close()
            raise StoreUnavailable(f"{path} is no reference base of form {FORM}", hint="Give another path, or remove the file.")

    def __enter__(self) -> ReferenceBase:
        """Return itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self._database.close()

    def sources(self) -> list[Source]:
        """Return the imports, oldest first."""
        rows = self._database.execute("select name, kind, file, added, items, refused from source order by added, name")
        return [Source(*row) for row in rows]

    def remove(self, name: str) -> int:
        """Remove an import and return how many items it had.

        Raises:
            NotFound: there is none of this name.
        """
        if name not in {source.name for source in self.sources()}:
            raise NotFound(f"there is no import {name!r}", hint="crisiskg reference list shows them.")
        with self._transaction():
            return self._drop(name)

    def add(self, name: str, kind: str, file: str, rows: Iterable[Item | BadRow], refused: Callable[[BadRow], None]) -> Source:
        """Add an import, in one transaction; an earlier one of the same name is replaced.

        Args:
            name: By which it is listed and removed.
            kind: Kind of file.
            file: Name of the file.
            rows: Items, and rows that cannot be used.
            refused: Is told each row that cannot be used.

        Returns:
            What was added.

        Raises:
            InvalidParameter: the name is empty.
        """
        if not name.strip():
            raise InvalidParameter("an import needs a name")
        items = bad = 0
        added = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._transaction():
            self._drop(name)
            self._database.execute("insert into source values (?,?,?,?,0,0)", (name, kind, file, added))
            for row in rows:
                if isinstance(row, BadRow):
                    bad += 1
                    refused(row)
                else:
                    items += self._insert(name, row)
            self._database.execute("update source set items = ?, refused = ? where name = ?", (items, bad, name))
        return Source(name, kind, file, added, items, bad)

    def _insert(self, source: str, item: Item) -> int:
        """Insert an item, or add its names to the one of the same IRI; return how many items were new."""
        cursor = self._database.execute(
            "insert or ignore into item (source, iri, type, label, wikidata, geonames, country, admin1, lat, lon, accuracy_m,"
            " begin, end, weight) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                source,
                mint(f"entity/{item.key}"),
                item.type,
                item.label,
                item.wikidata,
                item.geonames,
                item.country,
                item.admin1,
                item.lat,
                item.lon,
                item.accuracy_m,
                item.begin.isoformat() if item.begin else None,
                item.end.isoformat() if item.end else None,
                item.weight if math.isfinite(item.weight) else 0.0,
            ),
        )
        new = cursor.rowcount
        number = self._database.execute(
            "select id from item where source = ? and iri = ?", (source, mint(f"entity/{item.key}"))
        ).fetchone()[0]
        keys = {fold_name(name): 0 for name in item.names if len(name.strip()) > 1} | {fold_name(item.label): 1}
        self._database.executemany(
            "insert or ignore into name values (?,?,?)", [(key, number, main) for key, main in keys.items() if key]
        )
        return int(new)

    def _drop(self, name: str) -> int:
        self._database.execute("delete from name where item in (select id from item where source = ?)", (name,))
        count = self._database.execute("delete from item where source = ?", (name,)).rowcount
        self._database.execute("delete from source where name = ?", (name,))
        return int(count)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")
