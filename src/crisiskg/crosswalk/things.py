"""What the reference data know under an item of Wikidata: states, organizations, persons, places and situations."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from crisiskg.namespaces import BASE, CKG, RDF, RDFS, SKOS, WD
from crisiskg.vocabulary import reference_quads


class Thing(NamedTuple):
    """A thing of the reference data.

    Attributes:
        iri: Its IRI.
        kind: Its class, such as "ArmedGroup".
        label: Its name in English.
    """

    iri: str
    kind: str
    label: str


@cache
def things_by_item(base: str = BASE) -> dict[str, Thing]:
    """Return the things of the reference data by their Wikidata items; such as have none are left out.

    Args:
        base: Base of the IRIs of data.

    >>> things_by_item()["Q1065"].label
    'United Nations'
    """
    kinds: dict[str, str] = {}
    labels: dict[str, str] = {}
    items: dict[str, str] = {}
    for quad in reference_quads(base):
        if not isinstance(quad.object, ox.NamedNode | ox.Literal) or not isinstance(quad.subject, ox.NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object.value
        if predicate == RDF + "type" and value.startswith(CKG):
            kinds[subject] = value.removeprefix(CKG)
        elif predicate == RDFS + "label":
            labels[subject] = value
        elif predicate == SKOS + "exactMatch" and value.startswith(WD):
            items[value.removeprefix(WD)] = subject
    return {item: Thing(iri, kinds[iri], labels[iri]) for item, iri in items.items() if iri in kinds and iri in labels}
