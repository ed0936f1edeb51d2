"""A store of about a hundred thousand quads, so that a product of everything with everything does harm."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox

from crisiskg.namespaces import BASE, CKG, CKGC, CKGT, RDF, RDFS, XSD
from crisiskg.store import OxigraphStore
from crisiskg.vocabulary import reference_quads, vocabulary_quads

#: Events of one document, each with its claim and its passage.
_EVENTS = 20
#: Quads of one event with what belongs to it.
_QUADS = 16
_TYPES = ("fight", "assault", "protest", "accuse", "threaten", "agree", "aid")
_FACTS = ("happened", "ongoing", "planned", "claimed")


def build(folder: Path, quads: int = 100_000, seed: int = 1) -> list[str]:
    """Make and publish a store.

    Args:
        folder: Where; must not exist.
        quads: About how many quads it holds.
        seed: Of the random values; the same seed gives the same store.

    Returns:
        IRIs of events in it.
    """
    chance = random.Random(seed)
    vocabulary, reference = vocabulary_quads(), reference_quads()
    label = ox.NamedNode(RDFS + "label")
    entities = sorted(
        {
            quad.subject.value
            for quad in reference
            if quad.predicate == label and isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(BASE)
        }
    )
    events: list[str] = []
    with OxigraphStore(folder) as store:
        store.replace_graph(BASE + "graph/vocabulary", vocabulary)
        store.replace_graph(BASE + "graph/reference", reference)
        for number in range(max(1, (quads - len(vocabulary) - len(reference)) // (_EVENTS * _QUADS))):
            key = f"{number:020x}"
            document, graph = ox.NamedNode(f"{BASE}document/{key}"), ox.NamedNode(f"{BASE}graph/document/{key}")
            rows: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
                (document, RDF + "type", ox.NamedNode(CKG + "Document")),
                (document, RDFS + "label", ox.Literal(f"Report {number}", language="en")),
            ]
            for place in range(_EVENTS):
                event, claim, passage = (
                    ox.NamedNode(f"{document.value}/{part}/{place}") for part in ("event", "claim", "passage")
                )
                events.append(event.value)
                day = f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
                rows += [
                    (event, RDF + "type", ox.NamedNode(CKG + "Event")),
                    (event, RDFS + "label", ox.Literal(f"Event {place} of report {number}", language="en")),
                    (event, CKG + "eventType", ox.NamedNode(CKGT + chance.choice(_TYPES))),
                    (event, CKG + "factuality", ox.NamedNode(CKGC + "fact-" + chance.choice(_FACTS))),
                    (event, CKG + "hasActor", ox.NamedNode(chance.choice(entities))),
                    (event, CKG + "hasRecipient", ox.NamedNode(chance.choice(entities))),
                    (event, CKG + "hasPlace", ox.NamedNode(chance.choice(entities))),
                    (event, CKG + "earliestBegin", ox.Literal(day, datatype=ox.NamedNode(XSD + "date"))),
                    (event, CKG + "latestEnd", ox.Literal(day, datatype=ox.NamedNode(XSD + "date"))),
                    (claim, RDF + "type", ox.NamedNode(CKG + "Claim")),
                    (claim, CKG + "isAbout", event),
                    (claim, CKG + "hasEvidence", passage),
                    (passage, CKG + "quote", ox.Literal(f"On {day} something happened, for the {place}th time.")),
                    (passage, CKG + "inDocument", document),
                    (passage, CKG + "start", ox.Literal(place * 60)),
                    (passage, CKG + "end", ox.Literal(place * 60 + 50)),
                ]
            if number < 3:
                rows.append((document, "urn:hostile:long", ox.Literal("a" * 30_000 + "!")))
            store.replace_graph(graph.value, [ox.Quad(s, ox.NamedNode(p), o, graph) for s, p, o in rows])
        store.publish()
    return events
