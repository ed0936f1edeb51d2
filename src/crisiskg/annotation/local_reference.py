"""The local reference base: what a user has imported (`crisiskg reference import`), in one SQLite file that linking asks by name.

It stands beside the reference data of crisiskg itself, which win where both know a name.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.records import EntityType
from crisiskg.errors import ModelUnavailable

#: Raise it when the form of the file changes.
FORM = 1

SCHEMA = f"""
pragma user_version = {FORM};
create table source (name text primary key, kind text not null, file text not null, added text not null, items integer not null,
  refused integer not null);
create table item (id integer primary key, source text not null references source, iri text not null, type text not null,
  label text not null, wikidata text, geonames integer, country text, admin1 text, lat real, lon real, accuracy_m real,
  begin text, end text, weight real not null, unique (source, iri));
create table name (key text not null, item integer not null references item, main integer not null, primary key (key, item))
  without rowid;
create index item_of_source on item (source);
"""


@dataclass(frozen=True, slots=True)
class LocalItem:
    """Something of the local reference base under a name.

    Attributes:
        entry: What it is, in the form of the reference data.
        weight: How much is known of it: natural logarithm of inhabitants, or of the number of Wikipedias that have it.
        country: ISO 3166-1 alpha-2 code; empty where it is in none or it is unknown.
        admin1: GeoNames code of its first-order division; empty where unknown.
        main: Whether the name is its label.
    """

    entry: Entry
    weight: float
    country: str
    admin1: str
    main: bool


class LocalReference:
    """Reads a local reference base."""

    def __init__(self, path: Path) -> None:
        """Open the file for reading.

        Args:
            path: A file that `crisiskg reference import` wrote.

        Raises:
            ModelUnavailable: it is not there, or not of this form.
        """
        try:
            self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
            form = self._database.execute("pragma user_version").fetchone()[0]
        except sqlite3.Error as error:
            raise ModelUnavailable(
                f"the reference base {path} cannot be read: {error}", hint="crisiskg reference import makes it."
            ) from error
        if form != FORM:
            raise ModelUnavailable(
                f"the reference base {path} has form {form}, not {FORM}", hint="Remove the file and import its sources again."
            )
        self.named = lru_cache(maxsize=20_000)(self._named)

    def _named(self, key: str) -> tuple[LocalItem, ...]:
        rows = self._database.execute(
            "select i.iri, i.type, i.label, i.wikidata, i.geonames, i.country, i.admin1, i.lat, i.lon, i.accuracy_m,"
            " i.begin, i.end, i.weight, n.main from name n join item i on i.id = n.item where n.key = ?"
            " order by n.main desc, i.weight desc, i.iri",
            (key,),
        )
        return tuple(_item(row) for row in rows)

    def imports(self) -> str:
        """Return in words what was imported: name, kind, number of items and time of each import, oldest first."""
        rows = self._database.execute("select name, kind, items, added from source order by added, name")
        return "; ".join(f"{name} ({kind}, {items} items, {added})" for name, kind, items, added in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def imports_of(path: Path) -> str:
    """Return in words what was imported into a reference base, for provenance; empty where there is none.

    Raises:
        ModelUnavailable: the file is not of this form.
    """
    if not path.is_file():
        return ""
    reference = LocalReference(path)
    try:
        return reference.imports()
    finally:
        reference.close()


def _item(row: tuple[object, ...]) -> LocalItem:
    iri, kind, label, wikidata, geonames, country, admin1, lat, lon, accuracy, begin, end, weight, main = row
    entry = Entry(
        iri=str(iri),
        type=cast(EntityType, kind),
        label=str(label),
        wikidata=cast("str | None", wikidata),
        geonames=cast("int | None", geonames),
        lat=cast("float | None", lat),
        lon=cast("float | None", lon),
        accuracy_m=cast("float | None", accuracy),
        begin=dt.date.fromisoformat(str(begin)) if begin else None,
        end=dt.date.fromisoformat(str(end)) if end else None,
    )
    return LocalItem(entry, float(cast(float, weight)), str(country or ""), str(admin1 or ""), bool(main))
