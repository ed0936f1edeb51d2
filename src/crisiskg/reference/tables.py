"""Reads tables: results of a SPARQL query on Wikidata, GeoNames dumps, and the actors of UCDP."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from crisiskg.annotation.records import EntityType
from crisiskg.errors import MalformedSource
from crisiskg.reference.items import TYPES, BadRow, Item, open_text, read_day, read_point
from crisiskg.reference.wikidata import CLASSES

_ITEM = re.compile(r"(?:.*/entity/)?(Q[1-9]\d*)\Z")

#: What a variable of a query may be called.
_VARIABLES = {
    "item": ("item", "entity", "qid"),
    "label": ("itemLabel", "label", "name", "entityLabel"),
    "alias": ("itemAltLabel", "alias", "aliases", "altLabel"),
    "type": ("type", "class", "instance", "instanceOf"),
    "country": ("iso2", "countryCode"),
    "point": ("coord", "coordinates", "location", "point"),
    "geonames": ("geonames", "geonamesId"),
    "begin": ("begin", "inception", "start", "birth"),
    "end": ("end", "dissolved"),
    "sitelinks": ("sitelinks", "links"),
}


def read_sparql(path: Path, default: EntityType | None = None) -> Iterator[Item | BadRow]:
    """Yield the items of a result in JSON or CSV.

    The variables are `item` and `itemLabel`, and where there are any `itemAltLabel` (several parted by "|" or ", "), `type`
    (a type of ours or a class of Wikidata), `coord`, `iso2`, `geonames`, `begin`, `end`, `sitelinks`. Rows of one item add
    their names to it.

    Args:
        path: The result, also packed.
        default: Type of rows without a usable `type`; None means that they cannot be used.

    Raises:
        MalformedSource: it is no result, or has no variable for the item.
    """
    with open_text(path) as stream:
        if path.name.removesuffix(".gz").removesuffix(".bz2").endswith((".json", ".srj")):
            try:
                bindings = json.load(stream)["results"]["bindings"]
                rows = [{name: str(cell["value"]) for name, cell in row.items()} for row in bindings]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise MalformedSource(f"{path.name} is no result of a SPARQL query in JSON: {error}") from error
            numbered: Any = enumerate(rows, 1)
            names = set().union(*(row for row in rows)) if rows else {"item"}
        else:
            table = csv.DictReader(stream)
            numbered, names = enumerate(table, 2), set(table.fieldnames or ())
        if not names & set(_VARIABLES["item"]):
            raise MalformedSource(f"{path.name} has no variable ?item", hint="Name the item ?item and its label ?itemLabel.")
        for number, row in numbered:
            yield _sparql_item({key: str(value or "") for key, value in row.items() if key}, number, default)


def _sparql_item(row: dict[str, str], number: int, default: EntityType | None) -> Item | BadRow:
    def cell(name: str) -> str:
        return next((row[one].strip() for one in _VARIABLES[name] if row.get(one, "").strip()), "")

    match, label = _ITEM.match(cell("item")), cell("label")
    if match is None:
        return BadRow(number, f"has {cell('item')[:60]!r} as item, which is none of Wikidata")
    key = match.group(1)
    if not label or label == key:
        return BadRow(number, f"{key} has no label")
    given = cell("type")
    found = _ITEM.match(given)
    kind = cast(EntityType, given) if given in TYPES else CLASSES.get(found.group(1) if found else "", default)
    if kind is None:
        return BadRow(number, f"{key} has the type {given[:60]!r}, which is not known; --type gives such rows a type")
    point = read_point(cell("point"))
    if cell("point") and point is None:
        return BadRow(number, f"{key} lies at {cell('point')[:60]!r}, which is no point")
    return Item(
        key=key,
        type=kind,
        label=label,
        names=tuple(part.strip() for part in re.split(r"\||, ", cell("alias")) if part.strip()),
        wikidata=key,
        geonames=int(cell("geonames")) if cell("geonames").isdigit() else None,
        country=cell("country").upper() or None,
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        accuracy_m=10_000.0 if point else None,
        begin=read_day(cell("begin")),
        end=read_day(cell("end"), last=True),
        weight=math.log1p(float(cell("sitelinks"))) if cell("sitelinks").isdigit() else 0.0,
    )


def read_geonames(path: Path) -> Iterator[Item | BadRow]:
    """Yield the places of a GeoNames dump (allCountries, cities500, a country), as zip or text.

    Roads, forests and the like are reported by their feature class.

    Args:
        path: The dump: tab-separated, 19 columns, without header.
    """
    with open_text(path) as stream:
        for number, line in enumerate(stream, 1):
            cells = line.rstrip("\r\n").split("\t")
            if cells == [""]:
                continue
            if len(cells) != 19:
                yield BadRow(number, f"has {len(cells)} columns, not 19")
                continue
            yield _geonames_item(cells, number)


#: Radius in metres for which a point stands, by feature class; settlements have theirs by inhabitants.
_RADIUS = {"A": 50_000.0, "H": 20_000.0, "T": 10_000.0, "L": 10_000.0, "S": 1_000.0, "V": 10_000.0}


def _geonames_item(cells: list[str], number: int) -> Item | BadRow:
    identifier, name, ascii_name, alternates, lat, lon, feature, code, country = cells[:9]
    try:
        point, people = (float(lat), float(lon)), int(cells[14] or 0)
    except ValueError:
        return BadRow(number, "has a latitude, longitude or population that is no number")
    if not identifier.isdigit() or not name.strip():
        return BadRow(number, "has no id or no name")
    if not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        return BadRow(number, f"lies at {lat}, {lon}, which is not on the globe")
    if feature not in _RADIUS and feature != "P":
        return BadRow(
            number, f"{identifier} is of feature class {feature or 'none'} ({code}), which is no place that texts speak of"
        )
    names = dict.fromkeys(part.strip() for part in (ascii_name, *alternates.split(",")))
    radius = min(max(1000.0, 25.0 * people**0.5), 40_000.0) if feature == "P" else _RADIUS[feature]
    return Item(
        key=f"gn-{identifier}",
        type="Place",
        label=name.strip(),
        names=tuple(one for one in names if len(one) > 2 and not (one.isupper() and len(one) < 5)),
        geonames=int(identifier),
        country=country or None,
        admin1=cells[10] or None,
        lat=point[0],
        lon=point[1],
        accuracy_m=radius,
        weight=0.75 * math.log(people + 300.0) - (0.0 if feature in "PA" else 2.0),
    )


def read_ucdp_actors(path: Path) -> Iterator[Item | BadRow]:
    """Yield the non-state actors of the UCDP actor dataset in CSV; governments and alliances are reported, they are states.

    Args:
        path: The dataset with its header: ActorId, NameData, NameOrig, NameFull, Org (1 armed groups, 2 and 3 others, 4 states).

    Raises:
        MalformedSource: columns for id and name are missing.
    """
    with open_text(path) as stream:
        table = csv.DictReader(stream)
        columns = {name.lower().replace("_", ""): name for name in table.fieldnames or ()}
        identifier, label = columns.get("actorid"), columns.get("namedata") or columns.get("name")
        if identifier is None or label is None:
            raise MalformedSource(f"{path.name} has no columns ActorId and NameData")
        others = [
            columns[name] for name in ("nameorig", "namefull", "namefullorig", "namefulleng", "nameorigfull") if name in columns
        ]
        for number, row in enumerate(table, 2):
            key, name = (row.get(identifier) or "").strip(), (row.get(label) or "").strip()
            if not key.isdigit() or not name:
                yield BadRow(number, "has no ActorId or no name")
            elif (row.get(columns.get("org", "")) or "").strip() == "4" or name.startswith("Government of"):
                yield BadRow(number, f"{name!r} is a state, which crisiskg knows")
            else:
                names = (part.strip() for column in others for part in re.split(r"[;/]", row.get(column) or ""))
                yield Item(key=f"ucdp-{key}", type="ArmedGroup", label=name, names=tuple(n for n in names if n and n != name))
