"""Readings for tests of relations and events: a text, the mentions and times that matter, and the real parse."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from crisiskg.annotation.events import find_events
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Attribution, Entity, Event, Mention, Quantity, Relation, TimeExpression
from crisiskg.annotation.relations import find_relations
from crisiskg.documents import DateBounds, Document


@cache
def _language() -> Any:
    return load_language(None)


def reading_of(
    text: str,
    mentions: list[tuple[str, str]] | list[tuple[str, str, str]] = (),  # type: ignore[assignment]
    times: dict[str, str] | None = None,
    attributions: list[tuple[str | None, str, str]] = (),  # type: ignore[assignment]
    quantities: list[tuple[str, str, float]] = (),  # type: ignore[assignment]
    aliases: dict[str, str] | None = None,
) -> Reading:
    """Return a reading of a text with every occurrence of the given words as a mention.

    Args:
        text: What is read.
        mentions: Words and type of each, with "nominal" or "pronoun" as a third member where it is no name.
        times: Words of each time expression, with the day, month or year that they mean.
        attributions: Source (None for the author), cue and content.
        quantities: Words, kind and number.
        aliases: Words that refer to what other words name.
    """
    ((_, doc),) = list(read_docs(_language(), [Document(text=text)]))
    aliases = aliases or {}
    entity_ids: dict[str, str] = {}
    entities, found = [], []
    for words, type_, *kind in mentions:
        name = aliases.get(words, words)
        if name not in entity_ids:
            entity_ids[name] = f"e{len(entity_ids)}"
            entities.append(Entity(entity_ids[name], type_, name))  # type: ignore[arg-type]
        for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text):
            found.append((match.start(), match.end(), words, type_, kind[0] if kind else "name", entity_ids[name]))
    found.sort()
    records = [Mention(f"m{i}", a, b, w, t, k, e) for i, (a, b, w, t, k, e) in enumerate(found)]  # type: ignore[arg-type]
    reading = Reading(Document(text=text), doc, mentions=records)
    reading.set_entities(entities)
    for i, (words, value) in enumerate((times or {}).items()):
        start = text.index(words)
        reading.times.append(TimeExpression(f"t{i}", start, start + len(words), words, value, bounds=_bounds(value)))
    for i, (source, cue, content) in enumerate(attributions):
        at = [(text.index(x), text.index(x) + len(x)) if x else None for x in (source, cue, content)]
        reading.attributions.append(Attribution(f"a{i}", at[0], at[1], at[2] or (0, 0), author=source is None))
    for words, quantity, number in quantities:
        start = text.index(words)
        reading.quantities.append(Quantity(quantity, number, number, number, start, start + len(words)))  # type: ignore[arg-type]
    return reading


def _bounds(value: str) -> DateBounds:
    year, *rest = (int(x) for x in value.split("-"))
    if len(rest) == 2:
        day = dt.date(year, rest[0], rest[1])
        return DateBounds(day, day, "day", "stated")
    return DateBounds(dt.date(year, 1, 1), dt.date(year, 12, 31), "year", "stated")


def events_of(text: str, mentions: Any = (), **more: Any) -> list[Event]:
    """Return the events of a text."""
    reading = reading_of(text, mentions, **more)
    find_events(reading)
    return reading.events


def event_of(trigger: str, text: str, mentions: Any = (), **more: Any) -> Event:
    """Return the event whose trigger starts with some words."""
    found = [e for e in events_of(text, mentions, **more) if text[e.start :].startswith(trigger)]
    assert found, f"no event at {trigger!r}: {[text[e.start : e.end] for e in events_of(text, mentions, **more)]}"
    return found[0]


def relations_of(text: str, mentions: Any, **more: Any) -> list[Relation]:
    """Return the relations of a text."""
    reading = reading_of(text, mentions, **more)
    find_relations(reading)
    return reading.relations


def told(relations: list[Relation], reading_mentions: Any, aliases: dict[str, str] | None = None) -> set[tuple[str, str, str]]:
    """Return relations as (type, head, tail) by the words of their mentions."""
    names: list[str] = []
    for words, *_ in reading_mentions:
        name = (aliases or {}).get(words, words)
        if name not in names:
            names.append(name)
    by_id = {f"e{i}": name for i, name in enumerate(names)}
    return {(r.type, by_id.get(r.head, r.head), by_id.get(r.tail, r.tail)) for r in relations}
