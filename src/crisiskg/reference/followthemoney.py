"""Reads entities of FollowTheMoney, one JSON object a line, as OpenSanctions publishes them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crisiskg.annotation.records import EntityType
from crisiskg.reference.items import BadRow, Item, open_text, read_day

#: Schemas and the types of ours; other schemas (addresses, ownerships, vessels) are no parties of events.
SCHEMAS: dict[str, EntityType] = {
    "Person": "Person",
    "Organization": "Organization",
    "PublicBody": "GovernmentBody",
    "Company": "Company",
    "LegalEntity": "Organization",
}
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*\Z")


def read_entities(path: Path) -> Iterator[Item | BadRow]:
    """Yield persons, companies and organizations.

    Args:
        path: JSON Lines, also packed.
    """
    with open_text(path) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    yield _item(json.loads(line), number)
                except (ValueError, TypeError, AttributeError, KeyError) as error:
                    yield BadRow(number, f"is no entity in JSON: {error}")


def _item(entity: dict[str, Any], number: int) -> Item | BadRow:
    key, schema = str(entity.get("id", "")), str(entity.get("schema", ""))
    if not _SAFE.match(key):
        return BadRow(number, f"has the id {key[:40]!r}, which cannot be part of an IRI")
    kind = SCHEMAS.get(schema)
    if kind is None:
        return BadRow(number, f"{key} has the schema {schema[:40]!r}, which is no person or organization")
    properties: dict[str, list[str]] = entity.get("properties") or {}
    names = [*properties.get("name", []), *properties.get("alias", []), *properties.get("weakAlias", [])]
    label = str(entity.get("caption") or (names[0] if names else ""))
    if not label or label == key:
        return BadRow(number, f"{key} has no name")
    wikidata = next((one for one in [*properties.get("wikidataId", []), key] if re.fullmatch(r"Q[1-9]\d*", one)), None)
    country = next((one for one in [*properties.get("country", []), *properties.get("nationality", [])] if len(one) == 2), None)
    begin = properties.get("incorporationDate") or []
    end = properties.get("dissolutionDate") or []
    return Item(
        key=wikidata or f"ftm-{key}",
        type=kind,
        label=label,
        names=tuple(name for name in names if name != label),
        wikidata=wikidata,
        country=country.upper() if country else None,
        begin=read_day(begin[0]) if begin else None,
        end=read_day(end[0], last=True) if end else None,
        weight=math.log1p(len(entity.get("datasets") or [])),
    )
