"""Ties stated numbers (killed, injured, displaced, …) to the events that brought them about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crisiskg.annotation.records import Event, Quantity
from crisiskg.annotation.syntax import Syntax

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: Which events can bring about which number: types, and modes where only some do.
_CAUSES: Mapping[str, frozenset[tuple[str | None, str | None]]] = {
    "killed": frozenset({("ASSAULT", None), (None, None)}),
    "injured": frozenset({("ASSAULT", None), (None, None)}),
    "abducted": frozenset({("ASSAULT", None)}),
    "displaced": frozenset({("SANCTION", "expel"), ("ASSAULT", None), (None, None)}),
    "moved": frozenset(
        {(None, None), ("SANCTION", "expel"), ("RETREAT", "withdraw"), ("MOBILIZE", "troops"), ("COERCE", "deport")}
    ),
    "arrested": frozenset({("COERCE", "arrest")}),
}


def attach_quantities(events: list[Event], reading: Reading, syntax: Syntax) -> list[Event]:
    """Return the events with the quantities that belong to them.

    A number goes to the event whose recipient or actor it counts; a number of casualties else to the nearest event of its
    sentence that can have caused it. Each goes to one event.
    """
    if not reading.quantities or not events:
        return events
    spans = {m.id: (m.start, m.end) for m in reading.mentions}
    by_sentence: dict[int, list[int]] = {}
    for i, event in enumerate(events):
        by_sentence.setdefault(syntax.sentence[syntax.token_at(event.start)], []).append(i)
    added: dict[int, list[Quantity]] = {}
    for quantity in reading.quantities:
        if quantity.kind in ("money", "share") or not len(syntax):
            continue
        token = min(syntax.token_at(quantity.start), len(syntax) - 1)
        choices = by_sentence.get(syntax.sentence[token], [])
        best = max(choices, key=lambda i: _fit(events[i], quantity, spans), default=None)
        if best is not None and _fit(events[best], quantity, spans) > 0:
            added.setdefault(best, []).append(quantity)
    return [replace(e, quantities=(*e.quantities, *added[i])) if i in added else e for i, e in enumerate(events)]


def _fit(event: Event, quantity: Quantity, spans: Mapping[str, tuple[int, int]]) -> float:
    """Return how well a number fits an event, in [0, 2]; 0 where it does not."""
    near = 1.0 / (1.0 + abs(event.start - quantity.start) / 40.0)
    for mention_id in (*event.recipient, *event.actor):
        start, end = spans[mention_id]
        counts = mention_id == quantity.subject or start <= quantity.start < end or quantity.start <= start < quantity.end
        if counts and (quantity.kind in ("people", "other", "displaced", "moved") or _causes(event, quantity.kind)):
            return 1.0 + near
    if quantity.kind not in _CAUSES or not _causes(event, quantity.kind):
        return 0.0
    return near if event.type is not None else near / 10.0  # what has no type only where nothing else tells it


def _causes(event: Event, kind: str) -> bool:
    causes = _CAUSES.get(kind, frozenset())
    return (event.type, event.mode) in causes or ((event.type, None) in causes and event.type is not None)
