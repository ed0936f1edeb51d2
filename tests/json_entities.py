"""Makes entities of Wikidata and of FollowTheMoney for tests, all of them invented but for states and classes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets import find_dataset
from crisiskg.datasets.dataset import Minter, Release
from crisiskg.datasets.lines import unwrapped
from crisiskg.datasets.records import Record
from crisiskg.datasets.tables import BadRow
from crisiskg.datasets.values import RowError
from crisiskg.importing.catalogue import open_catalogue, rows_of

_numbers = itertools.count(1)
MALI, NIGER = "Q912", "Q1032"


def q(number: int) -> str:
    """An item that Wikidata does not have."""
    return f"Q99990000{number:02}"


def item_value(id_: str) -> dict[str, Any]:
    return {"value": {"entity-type": "item", "numeric-id": int(id_[1:]), "id": id_}, "type": "wikibase-entityid"}


def time_value(text: str, calendar: str = "Q1985727") -> dict[str, Any]:
    """A time: "2014", "2014-05" or "2014-05-03" with the precision of what is there."""
    year, month, day = (*text.split("-"), "00", "00")[:3]
    precision = {4: 9, 7: 10}.get(len(text), 11)
    value = {
        "time": f"+{year}-{month}-{day}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": precision,
        "calendarmodel": f"http://www.wikidata.org/entity/{calendar}",
    }
    return {"value": value, "type": "time"}


def snak(property_: str, value: Any) -> dict[str, Any]:
    """A snak: of an item, of a time, of text, or of "somevalue" and "novalue"."""
    if value in ("somevalue", "novalue"):
        return {"snaktype": value, "property": property_}
    if isinstance(value, dict):
        data = value
    elif str(value)[:1] == "Q":
        data = item_value(value)
    elif str(value)[:4].isdigit():
        data = time_value(value)
    else:
        data = {"value": value, "type": "string"}
    return {"snaktype": "value", "property": property_, "datavalue": data}


def statement(
    property_: str, value: Any, rank: str = "normal", refs: dict[str, Any] | None = None, **qualifiers: Any
) -> dict[str, Any]:
    """A statement with its qualifiers, each a value or a list of them."""
    found: dict[str, Any] = {
        "mainsnak": snak(property_, value),
        "type": "statement",
        "id": f"Q1$0000-{next(_numbers):06}",
        "rank": rank,
    }
    if qualifiers:
        found["qualifiers"] = {
            name: [snak(name, each) for each in (values if isinstance(values, list) else [values])]
            for name, values in qualifiers.items()
        }
    if refs:
        found["references"] = [{"snaks": {name: [snak(name, each)] for name, each in refs.items()}}]
    return found


def entity(
    id_: str, label: str | None, classes: str | list[str], *statements: dict[str, Any], aliases: Iterable[str] = ()
) -> dict[str, Any]:
    """An item of Wikidata."""
    claims: dict[str, list[Any]] = {}
    named = [classes] if isinstance(classes, str) else classes
    for each in (*(statement("P31", class_) for class_ in named), *statements):
        claims.setdefault(each["mainsnak"]["property"], []).append(each)
    return {
        "type": "item",
        "id": id_,
        "labels": {"en": {"language": "en", "value": label}} if label is not None else {},
        "aliases": {"en": [{"language": "en", "value": alias} for alias in aliases]},
        "claims": claims or [],
        "sitelinks": {},
    }


def write_dump(path: Path, entities: Iterable[Any]) -> Path:
    """Write a dump as Wikidata has it: an array with an entity a line; text is written as it is."""
    lines = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in entities]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    return path


def ftm(id_: str, schema: str, more: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """An entity of FollowTheMoney; a property is a value or a list of them."""
    told = {name: value if isinstance(value, list) else [value] for name, value in properties.items()}
    return {"id": id_, "schema": schema, "properties": told} | (more or {})


def write_lines(path: Path, entities: Iterable[Any]) -> Path:
    """Write one entity a line; text is written as it is."""
    lines = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in entities]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


class Read:
    """What files became: the records of each row, and why others were refused."""

    def __init__(self, dataset: str, *paths: Path) -> None:
        found = find_dataset(dataset)
        assert found.lines is not None
        minter = Minter(Release(dataset, "1", load_crosswalk()))
        catalogue = open_catalogue(found, minter, paths, None)
        reader, cut = found.reader(minter), found.lines.cut(minter)
        self.rows: list[list[Record]] = []
        self.refused: list[str] = []
        for path in paths:
            for row in rows_of(path, cut):
                if isinstance(row, BadRow):
                    self.refused.append(row.reason)
                    continue
                try:
                    self.rows.append([unwrapped(record) for record in reader(row)])
                except RowError as error:
                    self.refused.append(str(error))
        catalogue.close()

    def all(self, kind: type[Any]) -> list[Any]:
        """All records of a class."""
        return [record for row in self.rows for record in row if type(record) is kind]

    def one(self, kind: type[Any]) -> Any:
        """The one record of a class."""
        found = self.all(kind)
        assert len(found) == 1, found
        return found[0]

    @property
    def names(self) -> dict[str, str]:
        """Labels by IRI."""
        return {record.iri: record.label for row in self.rows for record in row if hasattr(record, "label")}

    @property
    def kinds(self) -> dict[str, str]:
        """Classes by label."""
        found = [record for row in self.rows for record in row if hasattr(record, "label")]
        return {
            record.label: getattr(record, "kind", type(record).__name__)
            if type(record).__name__ == "Actor"
            else type(record).__name__
            for record in found
        }
