"""What every reader of reference data yields: an item, or a row that cannot be used and why."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, get_args

from crisiskg.annotation.records import EntityType
from crisiskg.errors import MalformedSource

TYPES = frozenset(get_args(EntityType))
_DAY = re.compile(r"[+]?(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_POINT = re.compile(r"point\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of reference data.

    Attributes:
        key: Local name of its IRI: "Q863", "gn-2455290", "ucdp-234", "os-NK-abc".
        type: Its type.
        label: Its main name.
        names: Other names.
        wikidata: Wikidata item.
        geonames: GeoNames id.
        country: ISO 3166-1 alpha-2 code.
        admin1: GeoNames code of its first-order division.
        lat: Latitude in degrees, WGS 84.
        lon: Longitude in degrees, WGS 84.
        accuracy_m: Radius in metres within which the point stands for the place.
        begin: First day on which it existed.
        end: Last day on which it existed.
        weight: How likely a text means it, as a natural logarithm.
    """

    key: str
    type: EntityType
    label: str
    names: tuple[str, ...] = ()
    wikidata: str | None = None
    geonames: int | None = None
    country: str | None = None
    admin1: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    begin: dt.date | None = None
    end: dt.date | None = None
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used.

    Attributes:
        line: Number of the line or row, from 1.
        reason: Why, in words.
    """

    line: int
    reason: str


def read_day(text: str, *, last: bool = False) -> dt.date | None:
    """Return the first or last day of a year, month or day; None where there is none that a calendar has.

    >>> read_day("2015-02-00", last=True), read_day("+1991-12-26T00:00:00Z"), read_day("soon")
    (datetime.date(2015, 2, 28), datetime.date(1991, 12, 26), None)
    """
    match = _DAY.match(text.strip())
    if match is None:
        return None
    year, month, day = int(match.group(1)), int(match.group(2) or 0), int(match.group(3) or 0)
    try:
        if month and day:
            return dt.date(year, month, day)
        if not last:
            return dt.date(year, month or 1, 1)
        following = dt.date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
        return following - dt.timedelta(days=1)
    except ValueError:
        return None


def read_point(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude of a WKT point; None where it is none on the globe.

    >>> read_point("Point(-0.04 16.27)"), read_point("Point(10 99)")
    ((16.27, -0.04), None)
    """
    match = _POINT.search(text)
    if match is None:
        return None
    try:
        lon, lat = float(match.group(1)), float(match.group(2))
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """Open a text file for reading, also one that is packed with gzip or bzip2, or the one text in a zip file.

    Raises:
        MalformedSource: a zip file holds no text, or is none.
    """
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:
            yield stream
    elif path.suffix == ".bz2":
        with bz2.open(path, "rt", encoding="utf-8", errors="replace") as stream:
            yield stream
    elif path.suffix == ".zip":
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise MalformedSource(f"{path.name} is no zip file") from error
        with archive:
            texts = [n for n in archive.namelist() if n.endswith((".txt", ".csv", ".json")) and "readme" not in n.lower()]
            if not texts:
                raise MalformedSource(f"{path.name} holds no text file")
            with archive.open(texts[0]) as raw, io.TextIOWrapper(raw, encoding="utf-8", errors="replace") as stream:
                yield stream
    else:
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            yield stream
