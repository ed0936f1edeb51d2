"""Wikidata items of cities and organizations that news speak of often, where the reference data have no item of their own.

The table data/wikidata_items.tsv was compiled by the maintainers. It is asked after the reference data, and makes no word a
name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from crisiskg.annotation.records import EntityType
from crisiskg.annotation.senses import fits
from crisiskg.annotation.settlements import fold_name


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A row of the table.

    Attributes:
        wikidata: Wikidata item.
        type: Its type.
        label: Its name.
        country: ISO 3166-1 alpha-2 code of the state without which a text does not mean it; empty where it needs none.
    """

    wikidata: str
    type: EntityType
    label: str
    country: str


@cache
def _table() -> tuple[dict[int, str], dict[str, KnownItem]]:
    """Return items by GeoNames id, and organizations by folded name."""
    text = files("crisiskg.annotation").joinpath("data", "wikidata_items.tsv").read_text(encoding="utf-8")
    places: dict[int, str] = {}
    others: dict[str, KnownItem] = {}
    for line in text.splitlines()[1:]:
        wikidata, kind, label, aliases, geonames, country = line.split("\t")
        if geonames:
            places[int(geonames)] = wikidata
            continue
        item = KnownItem(wikidata, cast(EntityType, kind), label, country)
        for name in (label, *aliases.split("|")):
            if name:
                others[fold_name(name)] = item
    return places, others


def item_of_place(geonames: int | None) -> str | None:
    """Return the Wikidata item of a place by its GeoNames id; None where the table has none.

    >>> item_of_place(2460596), item_of_place(None)
    ('Q3703', None)
    """
    return _table()[0].get(geonames) if geonames is not None else None


def item_of_organization(name: str, kind: EntityType, countries: Counter[str]) -> KnownItem | None:
    """Return the organization that a name stands for; None where the table has none, or the type or the country does not fit.

    Args:
        name: The whole name.
        kind: Type that the text gives.
        countries: How often the text speaks of which state, by ISO 3166-1 alpha-2 code.
    """
    item = _table()[1].get(fold_name(name.removeprefix("the ").removeprefix("The ")))
    if item is None or not fits(item.type, kind, "name") or (item.country and not countries[item.country]):
        return None
    return item
