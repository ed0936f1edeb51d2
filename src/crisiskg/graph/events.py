"""Writes events with their roles, places, times and numbers, and the claim that each rests on."""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode

from crisiskg.annotation.records import Event, TimeExpression
from crisiskg.codebook import QUAD_CLASSES
from crisiskg.graph import terms
from crisiskg.graph.entities import Entities, Node
from crisiskg.graph.factuality import factuality
from crisiskg.graph.quantities import write_quantity
from crisiskg.graph.relations import Holding
from crisiskg.graph.statements import Statements
from crisiskg.graph.terms import ckg, code, event_type_term
from crisiskg.graph.writer import Bounds, Writer, look_up


def write_events(
    writer: Writer, entities: Entities, statements: Statements, times: dict[str, TimeExpression], holdings: list[Holding]
) -> None:
    """Write all events of the annotation.

    Args:
        writer: The document's graph.
        entities: Its entities.
        statements: Its statements.
        times: Its time expressions by id.
        holdings: Memberships in which actors may have acted.
    """
    for event in writer.annotation.events:
        _write_event(writer, entities, statements, times, holdings, event)


def _write_event(
    writer: Writer,
    entities: Entities,
    statements: Statements,
    times: dict[str, TimeExpression],
    holdings: list[Holding],
    event: Event,
) -> None:
    what = f"event {event.id}"
    type_ = event.type or "OTHER"
    node = _event_iri(writer, event, type_)
    writer.add(node, terms.TYPE, ckg("Event"))
    writer.add(node, terms.LABEL, terms.label(writer.words((event.start, event.end), what)))
    writer.add(node, ckg("eventType"), event_type_term(type_))
    if event.mode is not None:
        writer.add(node, ckg("mode"), event_type_term(f"{type_}-{event.mode}"))
    for context in event.contexts:
        writer.add(node, ckg("context"), event_type_term(f"context-{context}"))
    if type_ in QUAD_CLASSES:
        writer.add(node, ckg("quadClass"), event_type_term(f"quad-{QUAD_CLASSES[type_]}"))
    fact = factuality(event.status, event.polarity, event.certainty, threatened=event.threatened, feared=event.feared)
    writer.add(node, ckg("factuality"), code("fact", fact))
    bounds = _write_time(writer, times, node, event)
    _write_places(writer, entities, node, event)
    evidence = [writer.passage(event.sentence, f"the sentence of {what}")]
    for part, keys in (("actor", event.actor), ("recipient", event.recipient)):
        _write_roles(writer, entities, node, part, keys, event, bounds, holdings)
    source = statements.source_of(event.attribution)
    for quantity in event.quantities:
        writer.add(node, ckg("hasQuantity"), write_quantity(writer, entities, quantity, source))
    statements.claim(
        node,
        status=event.status,
        polarity=event.polarity,
        certainty=event.certainty,
        attribution=event.attribution,
        evidence=evidence,
        confidence=event.confidence,
        what=what,
        condition=event.condition,
    )


def _event_iri(writer: Writer, event: Event, type_: str) -> NamedNode:
    """Return an IRI by trigger and type; a second event of one trigger and type gets a number behind it."""
    name = f"{event.start}-{event.end}-{event_type_term(type_).value.rpartition('/')[2]}"
    node, number = writer.part("event", name), 1
    while not writer.first(node):
        number += 1
        node = writer.part("event", f"{name}-{number}")
    return node


def _write_time(writer: Writer, times: dict[str, TimeExpression], node: NamedNode, event: Event) -> Bounds:
    if event.time is None:
        writer.add(node, ckg("timeGap"), code("gap", event.time_gap or "not-stated"))
        return Bounds()
    time = look_up(times, event.time, "time expression", f"event {event.id}")
    writer.add(node, ckg("statedTime"), writer.part("time", f"{time.start}-{time.end}"))
    bounds = Bounds.of_span(time.bounds)
    if bounds == Bounds():
        writer.add(node, ckg("timeGap"), code("gap", event.time_gap or "unresolved"))
    else:
        days = replace(time.bounds, basis="inferred") if event.time_lent and time.bounds is not None else time.bounds
        writer.bounds(node, bounds, days)
    return bounds


def _write_places(writer: Writer, entities: Entities, node: NamedNode, event: Event) -> None:
    gap = event.place_gap or "not-stated"
    for name, key in (("hasPlace", event.place), ("hasOrigin", event.origin), ("hasDestination", event.destination)):
        if key is None:
            continue
        place = entities.of_mention(entities.mention(key, f"event {event.id}"))
        if place is not None and place.is_place:
            writer.add(node, ckg(name), place.iri)
            if name == "hasPlace" and event.place_lent:
                writer.add(node, ckg("placeBasis"), code("basis", "inferred"))
        elif name == "hasPlace":
            gap = "unresolved" if place is None else "not-a-place"
    if event.place is None or gap != (event.place_gap or "not-stated"):
        writer.add(node, ckg("placeGap"), code("gap", gap))


def _write_roles(
    writer: Writer,
    entities: Entities,
    node: NamedNode,
    part: str,
    keys: tuple[str, ...],
    event: Event,
    bounds: Bounds,
    holdings: list[Holding],
) -> None:
    """Write the fillers of one slot; a gap says why there are none, or that one of those that the text names is left out."""
    gap = None if keys else "not-stated"
    for key in keys:
        mention = entities.mention(key, f"event {event.id}")
        filler = entities.of_mention(mention)
        if filler is None or not filler.is_actor:
            gap = gap or ("unresolved" if filler is None else "not-an-actor")
            continue
        role = NamedNode(f"{node.value}/role/{part}-{mention.start}-{mention.end}")
        if not writer.first(role):  # another reading of the same words fills the slot already
            gap = gap or "ambiguous"
            continue
        writer.add(node, ckg("hasRole"), role)
        writer.add(node, ckg("hasActor" if part == "actor" else "hasRecipient"), filler.iri)
        writer.add(role, terms.TYPE, ckg("Role"))
        writer.add(role, ckg("roleType"), code("role", part))
        writer.add(role, ckg("filler"), filler.iri)
        writer.add(role, ckg("denotedBy"), writer.part("mention", f"{mention.start}-{mention.end}"))
        writer.add(role, ckg("inMembership"), _membership(filler, event, bounds, holdings))
    if gap is not None:
        writer.add(node, ckg("actorGap" if part == "actor" else "recipientGap"), code("gap", gap))


def _membership(filler: Node, event: Event, bounds: Bounds, holdings: list[Holding]) -> NamedNode | None:
    """Return the role in which the filler acted: one surely held on the event's date, else one that the same sentence names.

    The second kind must be possible on that date and must not be over when the document is written.
    """
    if bounds == Bounds():
        return None
    candidates = []
    for holding in holdings:
        if holding.member != filler.iri:
            continue
        if holding.bounds.surely_covers(bounds):
            candidates.append((0, holding.iri.value, holding.iri))
        elif not holding.former and event.sentence in holding.sentences and holding.bounds.may_cover(bounds):
            candidates.append((1, holding.iri.value, holding.iri))
    return min(candidates, key=lambda candidate: candidate[:2])[2] if candidates else None
