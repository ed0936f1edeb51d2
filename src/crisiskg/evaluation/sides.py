"""One document as gold or as a prediction has it, with what the metrics ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crisiskg.evaluation.matching import Span, trimmed

#: Types that are told apart when mentions are compared: those of the contract without the kinds of organizations, and states as
#: locations, because sets differ in where a country ends and its government begins.
COARSE: dict[str, str] = {
    **dict.fromkeys(
        (
            "Organization",
            "ArmedGroup",
            "GovernmentBody",
            "SecurityForce",
            "PoliticalParty",
            "IntergovernmentalOrganization",
            "NongovernmentalOrganization",
            "MediaOrganization",
            "Company",
        ),
        "Organization",
    ),
    "Person": "Person",
    "State": "Location",
    "Place": "Location",
    "PopulationGroup": "PopulationGroup",
    "NamedEvent": "NamedEvent",
}

Record = Mapping[str, Any]


class Side:
    """Gold or prediction of one document; what has no valid span or no ends is left out.

    Args:
        record: An object of the annotation contract.
        text: The document's text.
        scope: The part of the text that is annotated; None means all of it.

    Attributes:
        mentions: Mentions within the scope.
        entities: Entities by id.
        times: Time expressions within the scope.
        events: All events; those without a span have no "start".
        relations: Relations with type, head and tail.
        attributions: As they are.
        spans: Span of each mention, in their order, trimmed.
    """

    def __init__(self, record: Record, text: str, scope: Span | None = None) -> None:
        def records(key: str) -> list[dict[str, Any]]:
            return [{"id": None, "type": None, **item} for item in record.get(key) or [] if isinstance(item, Mapping)]

        def inside(item: Record) -> bool:
            return _has_span(item) and (scope is None or (scope[0] <= item["start"] and item["end"] <= scope[1]))

        self.text = text
        self.entities: dict[Any, dict[str, Any]] = {entity["id"]: entity for entity in records("entities")}
        self.times = [time for time in records("times") if inside(time)]
        self.events = [event if _has_span(event) else {**event, "start": None} for event in records("events")]
        self.relations = [
            relation
            for relation in records("relations")
            if None not in (relation["type"], relation.get("head"), relation.get("tail"))
        ]
        self.attributions = records("attributions")
        self.mentions = [
            {**mention, "span": trimmed(text, mention["start"], mention["end"])}
            for mention in records("mentions")
            if inside(mention)
        ]
        self.by_id = {mention["id"]: mention for mention in self.mentions}

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the names, or with "all" the nominals and pronouns too."""
        return [mention for mention in self.mentions if kind == "all" or kind_of(mention) == "name"]

    def entity_of(self, mention: Record) -> dict[str, Any]:
        """Return what a mention refers to; an empty record where that is not said."""
        return self.entities.get(mention.get("entity")) or {}

    def fillers(self, event: Record, role: str) -> list[dict[str, Any]]:
        """Return the mentions that fill a role of a predicted event, whose roles hold ids of mentions."""
        value = event.get(role) or []
        ids = value if isinstance(value, list | tuple) else [value]
        return [self.by_id[item] for item in ids if isinstance(item, str) and item in self.by_id]

    def clusters(self) -> dict[Any, list[dict[str, Any]]]:
        """Return the mentions of each entity."""
        found: dict[Any, list[dict[str, Any]]] = {}
        for mention in self.mentions:
            if mention.get("entity") is not None:
                found.setdefault(mention["entity"], []).append(mention)
        return found


def kind_of(mention: Record) -> str:
    """Return name, nominal or pronoun; name where it is not said."""
    return mention.get("kind") or "name"


def coarse(type_: object) -> str | None:
    """Return the coarse type of a type; None where it is no type of the contract.

    >>> coarse("ArmedGroup"), coarse("State"), coarse(None)
    ('Organization', 'Location', None)
    """
    return COARSE.get(type_) if isinstance(type_, str) else None


def accepted(mention: Record) -> set[str]:
    """Return the coarse types that are right for a gold mention."""
    return {found for type_ in (mention.get("type"), *(mention.get("alt") or ())) if (found := coarse(type_)) is not None}


def _has_span(item: Record) -> bool:
    start, end = item.get("start"), item.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end
