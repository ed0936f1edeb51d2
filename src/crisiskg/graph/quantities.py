"""Writes stated numbers; numbers of people killed, injured, displaced, abducted or arrested are casualty estimates."""

from __future__ import annotations

from pyoxigraph import NamedNode

from crisiskg.annotation.records import Quantity
from crisiskg.errors import AnnotationError
from crisiskg.graph import terms
from crisiskg.graph.entities import Entities, Node
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Writer
from crisiskg.iris import digest

CASUALTIES = frozenset({"killed", "injured", "displaced", "abducted", "arrested"})


def write_quantity(writer: Writer, entities: Entities, quantity: Quantity, source: Node | None = None) -> NamedNode:
    """Write a stated number with the sentence that states it and return its IRI.

    Args:
        writer: The document's graph.
        entities: Its entities.
        quantity: The number.
        source: Who gives it, where somebody does.

    Raises:
        AnnotationError: neither low, best nor high is known, or one of them is not finite.
    """
    what = f"the quantity at offset {quantity.start}"
    values = (("low", quantity.low), ("best", quantity.best), ("high", quantity.high))
    if all(value is None for _, value in values):
        raise AnnotationError(f"{what} has neither low nor best nor high")
    identity = (quantity.kind, quantity.start, quantity.end, quantity.low, quantity.best, quantity.high, quantity.unit)
    node = writer.part("quantity", digest(*identity, quantity.subject, source.iri.value if source else None))
    writer.add(node, terms.TYPE, ckg("CasualtyEstimate" if quantity.kind in CASUALTIES else "Quantity"))
    writer.add(node, ckg("quantityKind"), code("quantity", quantity.kind))
    for name, value in values:
        if value is not None:
            writer.add(node, ckg(name), terms.decimal(value, f"{name} of {what}"))
    writer.add(node, ckg("unit"), terms.text(quantity.unit))
    if quantity.subject is not None:
        counted = entities.of_mention(entities.mention(quantity.subject, what))
        # What is counted has to be an entity; a war can be mentioned beside a number, and is not counted by it.
        if counted is not None and not counted.is_situation:
            writer.add(node, ckg("counts"), counted.iri)
    writer.add(node, ckg("hasEvidence"), writer.evidence((quantity.start, quantity.end), what)[0])
    writer.add(node, ckg("accordingTo"), source.iri if source else None)
    return node
