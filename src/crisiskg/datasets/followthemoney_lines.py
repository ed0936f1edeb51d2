"""Lines of FollowTheMoney: what a line tells others of its entity, and the row that it gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crisiskg.crosswalk.things import things_by_item
from crisiskg.datasets.dataset import Minter
from crisiskg.datasets.followthemoney_schemas import EDGES, SANCTION, UNREAD
from crisiskg.datasets.followthemoney_values import (
    ASSETS,
    PARTIES,
    UNION,
    is_id,
    kind_of,
    label_of,
    references,
    told,
    wikidata_of,
)
from crisiskg.datasets.json_lines import no_json, parsed
from crisiskg.datasets.lines import Cut, Describe, Entry
from crisiskg.datasets.records import ACTOR_KINDS
from crisiskg.datasets.tables import BadRow, Row
from crisiskg.iris import mint_dataset_entity, mint_wikidata_entity

#: What an entity of another form than the one that is published raises.
NO_ENTITY = (AttributeError, KeyError, TypeError, ValueError, IndexError)
#: Schemas that are read.
READ = frozenset({*PARTIES, *EDGES, SANCTION})
#: Characters of a line that cannot be used that are kept.
_KEPT = 2_000


def things_of(minter: Minter) -> Describe:
    """Return the function that notes class and name of each party and office, and the schema of other things."""
    base = minter.release.base

    def entry(entity: dict[str, Any]) -> Entry | None:
        id_, schema = entity.get("id"), str(entity.get("schema"))
        if not is_id(id_):
            return None
        kind = kind_of(entity)
        if kind is None:
            return Entry(str(id_), (), json.dumps({"schema": schema})) if schema in ASSETS else None
        iris = [mint_dataset_entity("ftm", str(id_), base)]
        item = wikidata_of(entity)
        facts: dict[str, Any] = {"kind": kind, "label": label_of(entity)}
        if kind == "Office":
            facts |= {name: told(entity, name) for name in ("country", "topics", "subnationalArea") if told(entity, name)}
            facts["organization"] = [each.id for each in references(entity, "organization")]
            if item is not None and item not in things_by_item():
                iris.insert(0, mint_wikidata_entity(item, base))
        elif item is not None and item != UNION and minter.crosswalk.state("wikidata", item) is None:
            # An item that the reference data know has their class and name; such as are no parties there are not meant.
            thing = things_by_item().get(item)
            if thing is None or thing.kind in ACTOR_KINDS:
                iris.insert(0, mint_wikidata_entity(item, base))
                facts["item"] = item
                if thing is not None:
                    facts |= {"kind": thing.kind, "label": thing.label}
        return Entry(str(id_), tuple(iris), json.dumps(facts))

    def describe(text: str) -> Iterator[Entry]:
        try:
            found = entry(parsed(text))
        except NO_ENTITY:
            return
        if found is not None:
            yield found

    return describe


def cut_of(_minter: Minter) -> Cut:
    """Return the function that gives a row for each line."""

    def cut(number: int, text: str) -> Iterator[Row | BadRow]:
        try:
            entity = parsed(text)
        except ValueError as error:
            yield no_json(number, text, error)
            return
        if not isinstance(entity, dict) or not is_id(entity.get("id")) or not isinstance(entity.get("schema"), str):
            yield BadRow(number, text[:_KEPT], "the line is no entity: it needs an id and a schema")
        elif not isinstance(entity.get("properties") or {}, dict):
            yield BadRow(number, text[:_KEPT], "the entity's properties are no object")
        elif entity["schema"] not in READ:
            schema = entity["schema"]
            why = UNREAD.get(schema, "it is no party, and nothing that happens between parties")
            yield BadRow(number, text[:_KEPT], f"the schema {schema[:60]!r} is not read: {why}", "unread")
        else:
            yield Row(number, text, {}, entity)

    return cut
