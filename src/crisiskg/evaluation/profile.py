"""Profile: what a set of gold documents annotates, and so what a prediction may be held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crisiskg.evaluation.gold import GoldDocument
from crisiskg.evaluation.sides import coarse, kind_of

TASKS = ("mentions", "links", "relations", "events", "times", "places", "attributions", "coreference")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is annotated. What a prediction says beyond it is neither right nor wrong.

    Attributes:
        tasks: Tasks that are scored, of `TASKS`.
        mention_types: Coarse types of mentions.
        kinds: Kinds of mentions: name, nominal, pronoun.
        relation_types: Types of relations.
        event_types: Types of events.
    """

    tasks: tuple[str, ...] = ()
    mention_types: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset({"name"})
    relation_types: frozenset[str] = frozenset()
    event_types: frozenset[str] = frozenset()


def profile_of(documents: Iterable[GoldDocument]) -> Profile:
    """Return what documents annotate: what occurs in them, and what their key "annotates" adds.

    A set without a single event of a type cannot tell that type's absence from its not being annotated; "annotates" can:
    `{"types": [...], "relations": [...], "events": [...], "tasks": [...]}`.
    """
    tasks: set[str] = set()
    types: set[str] = set()
    kinds: set[str] = {"name"}
    relations: set[str] = set()
    events: set[str] = set()
    for document in documents:
        record, said = document.record, document.record.get("annotates") or {}
        mentions, entities = record.get("mentions") or [], record.get("entities") or []
        types |= {
            found
            for type_ in (*(mention.get("type") for mention in mentions), *said.get("types", ()))
            if (found := coarse(type_))
        }
        kinds |= {kind_of(mention) for mention in mentions if coarse(mention.get("type"))}
        relations |= {item["type"] for item in record.get("relations") or [] if item.get("type")} | set(said.get("relations", ()))
        spanned = [event for event in record.get("events") or [] if isinstance(event.get("start"), int)]
        events |= {event["type"] for event in spanned if event.get("type")} | set(said.get("events", ()))
        owners = [mention["entity"] for mention in mentions if mention.get("entity") is not None]
        tasks |= set(said.get("tasks", ()))
        tasks |= {
            task
            for task, present in (
                ("mentions", any(coarse(mention.get("type")) for mention in mentions)),
                ("links", any(entity.get("wikidata") for entity in entities)),
                ("relations", bool(record.get("relations"))),
                ("events", bool(spanned)),
                ("times", bool(record.get("times"))),
                ("places", any(entity.get("lat") is not None for entity in entities)),
                ("attributions", bool(record.get("attributions"))),
                ("coreference", len(owners) > len(set(owners))),
            )
            if present
        }
    return Profile(
        tuple(task for task in TASKS if task in tasks),
        frozenset(types),
        frozenset(kinds),
        frozenset(relations),
        frozenset(events),
    )
