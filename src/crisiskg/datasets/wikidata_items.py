"""Lines of Wikidata: of which class an item is, what it is called, and which rows it gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from crisiskg.crosswalk.things import things_by_item
from crisiskg.datasets.dataset import Minter
from crisiskg.datasets.json_lines import compact, no_json, parsed
from crisiskg.datasets.lines import Cut, Describe, Entry
from crisiskg.datasets.tables import BadRow, Row
from crisiskg.datasets.wikidata_classes import CLASSES, OFFICE_ROLES, TOO_BROAD
from crisiskg.datasets.wikidata_properties import PROPERTIES, SEATS, Property
from crisiskg.datasets.wikidata_values import BEGIN, END, POINT, is_item, items, point_of, statements
from crisiskg.iris import mint_wikidata_entity

NO_ITEM = (AttributeError, KeyError, TypeError, ValueError, IndexError)
#: Languages whose label stands for the English one, in the order in which they are looked for.
_LANGUAGES = ("en", "mul", "en-gb", "en-us", "en-ca", "fr", "es", "de", "pt", "it", "nl", "sv", "pl", "tr", "id")
_ENGLISH = ("en", "mul", "en-gb", "en-us", "en-ca")
#: Most classes above a class that are looked at.
_MOST_ABOVE = 400
#: Properties by which a state or an organization names the offices of its heads.
_OFFICES_OF = {"P1906": "head-of-state", "P1313": "head-of-government", "P2388": "head"}
_MOST_NAMES = 100
_KEPT = 2_000


class Said(NamedTuple):
    """What a row of Wikidata says: an item with its class, or one of its statements."""

    item: str
    kind: str
    entity: dict[str, Any]
    property: Property | None = None


class Classes:
    """Tells of which class items are."""

    def __init__(self, minter: Minter) -> None:
        self._minter = minter
        self.known = lru_cache(1 << 16)(self._known)

    def _known(self, class_: str) -> str | None:
        """Return the class of `CLASSES` that a class is, or that stands next above it."""
        if class_ in CLASSES:
            return class_
        seen, level = {class_}, [class_]
        while level and len(seen) < _MOST_ABOVE:
            above: list[str] = []
            for each in level:
                found = self._minter.find(f"class:{each}")
                above += [one for one in json.loads(found.facts) if one not in seen] if found is not None else []
                seen.update(above)
            fitting = [one for one in above if one in CLASSES and one not in TOO_BROAD]
            if fitting:
                return fitting[0]
            level = above
        return None

    def of(self, item: dict[str, Any]) -> tuple[str, str] | None:
        """Return the class of the ontology of an item, and the class of Wikidata by which it was told; None for others."""
        id_ = item["id"]
        told = [known for class_ in items(item, "P31") if (known := self.known(class_)) is not None]
        told = told or [known for class_ in items(item, "P279") if (known := self.known(class_)) and CLASSES[known] == "Office"]
        why = told[0] if told else ""
        if self._minter.state_by_code("wikidata", id_) is not None:
            return "State", why
        thing = things_by_item().get(id_)
        kind = thing.kind if thing is not None else CLASSES.get(why)
        if kind == "State" and self._minter.crosswalk.state("wikidata", id_) is not None:
            kind = "Place"  # a territory that the reference data take for no state
        if kind is None and point_of(item) is not None and statements(item, "P1566"):
            kind = "Place"
        return (kind, why) if kind is not None else None


def entities_of(value: Any) -> list[Any]:
    """Return the entities of a line: one, a list of them, or those of a document as the site serves it."""
    if isinstance(value, dict) and isinstance(value.get("entities"), dict):
        return list(value["entities"].values())
    return value if isinstance(value, list) else [value]


def label_of(item: dict[str, Any]) -> str:
    """Return the English label, else another, else the id."""
    labels = item.get("labels") or {}
    found = next((labels[language]["value"] for language in _LANGUAGES if language in labels), None)
    if not found and labels:
        found = next(iter(labels.values()))["value"]
    return " ".join(str(found).split()) if found and str(found).strip() else str(item["id"])


def names_of(item: dict[str, Any], label: str) -> tuple[str, ...]:
    """Return the English names of an item beside its label."""
    aliases, labels = item.get("aliases") or {}, item.get("labels") or {}
    told = [labels[language]["value"] for language in _ENGLISH if language in labels]
    told += [alias["value"] for language in _ENGLISH for alias in aliases.get(language) or ()]
    names = dict.fromkeys(" ".join(str(name).split()) for name in told)
    return tuple(name for name in names if name and name != label)[:_MOST_NAMES]


def classes_of(minter: Minter) -> Describe:  # noqa: ARG001 - all functions of a round are made alike
    """Return the function that notes which classes stand above which."""

    def describe(text: str) -> Iterator[Entry]:
        if '"P279"' not in text:
            return
        try:
            for item in entities_of(parsed(text)):
                above = items(item, "P279") if is_item(item.get("id")) else []
                if above:
                    yield Entry(f"class:{item['id']}", (), json.dumps(above))
        except NO_ITEM:
            return

    return describe


def things_of(minter: Minter) -> Describe:
    """Return the function that notes class and name of each item, and the offices of heads."""
    classes = Classes(minter)
    base = minter.release.base

    def entries(item: dict[str, Any]) -> Iterator[Entry]:
        found = classes.of(item)
        if found is None:
            return
        id_, (kind, _) = item["id"], found
        thing = things_by_item().get(id_)
        facts: dict[str, Any] = {"kind": kind, "label": thing.label if thing is not None else label_of(item)}
        if kind == "Office":
            facts["domains"], facts["states"] = items(item, "P1001"), items(item, "P17")
            facts["bodies"] = [*items(item, "P2389"), *items(item, "P361")]
            above = map(classes.known, (*items(item, "P31"), *items(item, "P279")))
            facts["role"] = next((OFFICE_ROLES[class_] for class_ in above if class_ in OFFICE_ROLES), None)
        yield Entry(id_, (mint_wikidata_entity(id_, base),), json.dumps(facts))
        for property_, role in _OFFICES_OF.items():
            for office in items(item, property_) if kind in SEATS else ():
                yield Entry(f"role:{office}", (), json.dumps([role, id_]))

    def describe(text: str) -> Iterator[Entry]:
        try:
            for item in entities_of(parsed(text)):
                if isinstance(item, dict) and is_item(item.get("id")):
                    yield from list(entries(item))
        except NO_ITEM:
            return

    return describe


def cut_of(minter: Minter) -> Cut:
    """Return the function that cuts a line into a row for each item, and one for each of its statements that is read."""
    classes = Classes(minter)

    def rows(number: int, item: Any) -> Iterator[Row | BadRow]:
        id_: Any = item.get("id") if isinstance(item, dict) else None
        if not is_item(id_):
            yield BadRow(number, compact(item)[:_KEPT], f"the line has the id {str(id_)[:40]!r}, which is no item such as 'Q863'")
            return
        found = classes.of(item)
        if found is None:
            named = ", ".join(items(item, "P31")[:5]) or "none"
            short = {"id": id_, "label": label_of(item), "P31": items(item, "P31")}
            yield BadRow(number, compact(short)[:_KEPT], f"the item {id_!r} is of no class that is read: {named!r}", "unread")
            return
        kind, _ = found
        yield Row(number, compact(_summary(item, kind)), {}, Said(id_, kind, item))
        claims = item.get("claims") or {}
        for each in PROPERTIES:
            if kind in each.subjects:
                for statement in claims.get(each.id) or ():
                    yield Row(number, compact(statement), {}, Said(id_, kind, statement, each))

    def cut(number: int, text: str) -> Iterator[Row | BadRow]:
        try:
            found = entities_of(parsed(text))
        except ValueError as error:
            yield no_json(number, text, error)
            return
        if not found:
            yield BadRow(number, text[:_KEPT], "the line holds no entity")
        for item in found:
            try:
                made = list(rows(number, item))
            except NO_ITEM as error:
                made = [BadRow(number, text[:_KEPT], f"the line is no entity of the form that Wikidata has: {error}")]
            yield from made

    return cut


def _summary(item: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return what an item says of itself, without statements that are rows of their own."""
    label = label_of(item)
    found: dict[str, Any] = {"id": item["id"], "label": label, "aliases": list(names_of(item, label)), "P31": items(item, "P31")}
    claims = item.get("claims") or {}
    if kind == "Situation":
        found["claims"] = {name: claims[name] for name in (BEGIN, END, POINT, "P17", "P276") if claims.get(name)}
    elif kind == "Office":
        found |= {name: items(item, name) for name in ("P279", "P1001", "P17", "P2389", "P361") if claims.get(name)}
    return found
