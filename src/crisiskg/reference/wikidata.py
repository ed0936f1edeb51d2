"""Reads Wikidata in JSON: a dump (one entity a line between brackets), or a document of entities as the site serves it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from crisiskg.annotation.records import EntityType
from crisiskg.datasets.wikidata_classes import CLASSES as IMPORTED
from crisiskg.reference.items import BadRow, Item, open_text, read_day

_ITEM = re.compile(r"Q[1-9]\d*\Z")

#: Classes of Wikidata and the types of ours that their instances have; the first class of an item that stands here counts.
CLASSES: dict[str, EntityType] = {
    class_: cast(EntityType, "NamedEvent" if kind == "Situation" else kind)
    for class_, kind in IMPORTED.items()
    if kind != "Office"
}


def read_wikidata(path: Path, default: EntityType | None = None) -> Iterator[Item | BadRow]:
    """Yield the items of a file, line by line; nothing but one line is in memory where each entity has a line of its own.

    Args:
        path: A file of JSON, also packed.
        default: Type of items whose classes are none of `CLASSES`; None means that they cannot be used.
    """
    with open_text(path) as stream:
        yield from _read(stream, default)


def _read(stream: IO[str], default: EntityType | None) -> Iterator[Item | BadRow]:
    pending, first = "", 0  # an entity document that is written over several lines
    for number, line in enumerate(stream, 1):
        text = line.strip().rstrip(",")
        if not pending and text in ("", "[", "]"):
            continue
        pending, first = pending + text if not pending else pending + "\n" + line, first or number
        try:
            value = json.loads(pending)
        except ValueError as error:
            # Lines of a dump are whole; only a document that starts with a brace alone goes on.
            if text != "{" and first == number:
                yield BadRow(number, f"is no JSON: {error}")
                pending, first = "", 0
            continue
        for entity in _entities(value):
            yield _item(entity, first, default)
        pending, first = "", 0
    if pending:
        yield BadRow(first, "starts JSON that does not end")


def _entities(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("entities"), dict):
        return list(value["entities"].values())
    return value if isinstance(value, list) else [value]


def _item(entity: Any, line: int, default: EntityType | None) -> Item | BadRow:
    try:
        return _read_entity(entity, line, default)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        return BadRow(line, f"is no entity of the form that Wikidata has: {type(error).__name__} {error}")


def _read_entity(entity: dict[str, Any], line: int, default: EntityType | None) -> Item | BadRow:
    key = str(entity.get("id", ""))
    if not _ITEM.match(key):
        return BadRow(line, f"has the id {key[:40]!r}, which is no item such as 'Q863'")
    labels, claims = entity.get("labels") or {}, entity.get("claims") or {}
    label = next((labels[language]["value"] for language in ("en", "mul", "en-gb") if language in labels), None)
    if not label:
        return BadRow(line, f"{key} has no English label")
    classes = [value["id"] for value in _values(claims, "P31") if isinstance(value, dict) and "id" in value]
    kind = next((CLASSES[name] for name in classes if name in CLASSES), None)
    points = [value for value in _values(claims, "P625") if isinstance(value, dict)]
    if kind is None:
        kind = default or ("Place" if points and _first(claims, "P1566") else None)
    if kind is None:
        return BadRow(line, f"{key} is of no known class ({', '.join(classes[:3]) or 'none'}); --type gives such items a type")
    aliases = entity.get("aliases") or {}
    names = [alias["value"] for language in ("en", "mul") for alias in aliases.get(language) or []]
    geonames = _first(claims, "P1566")
    country = _first(claims, "P297")
    begin, end = (_first(claims, *one) for one in (("P571", "P569"), ("P576", "P570")))
    is_person = kind == "Person"
    return Item(
        key=key,
        type=kind,
        label=str(label),
        names=tuple(str(name) for name in names),
        wikidata=key,
        geonames=int(geonames) if isinstance(geonames, str) and geonames.isdigit() else None,
        country=str(country) if isinstance(country, str) else None,
        lat=float(points[0]["latitude"]) if points else None,
        lon=float(points[0]["longitude"]) if points else None,
        accuracy_m=10_000.0 if points else None,
        begin=read_day(begin["time"]) if isinstance(begin, dict) else None,
        # Texts speak of the dead; what is no more is spoken of as long as it was.
        end=read_day(end["time"], last=True) if isinstance(end, dict) and not is_person else None,
        weight=math.log1p(len(entity.get("sitelinks") or {})),
    )


def _values(claims: dict[str, Any], name: str) -> list[Any]:
    """Return the values of a property, those of preferred rank first, none of deprecated rank."""
    kept = [claim for claim in claims.get(name) or [] if claim.get("rank") != "deprecated"]
    kept.sort(key=lambda claim: claim.get("rank") != "preferred")
    return [
        claim["mainsnak"]["datavalue"]["value"]
        for claim in kept
        if claim.get("mainsnak", {}).get("datavalue", {}).get("value") is not None
    ]


def _first(claims: dict[str, Any], *names: str) -> Any:
    return next((value for name in names for value in _values(claims, name)), None)
