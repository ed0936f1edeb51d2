"""What a page is called: things without a label of their own are called by what they join."""

from __future__ import annotations

import re

from crisiskg.api.presentation import when
from crisiskg.api.reading import Cell, Table
from crisiskg.namespaces import CKG, RDF, RDFS

#: Class of things: properties whose values, in this order, call it.
_PARTS: dict[str, tuple[str, ...]] = {
    "Event": ("hasActor", "eventType", "hasRecipient"),
    "Relationship": ("hasSubject", "relationType", "hasObject"),
    "Membership": ("hasMember", "roleKind", "inOrganization"),
    "Contribution": ("hasContributor", "part", "inOrganization"),
    "Role": ("roleType", "filler"),
    "Quantity": ("quantityKind", "best", "unit"),
    "CasualtyEstimate": ("quantityKind", "best", "unit"),
}
_CLASS = re.compile(r"/([a-z]+)/[^/]+\Z")


def values(properties: Table, name: str) -> list[Cell]:
    """Return the values of one property, by its IRI."""
    return [row["value"] for row in properties.rows if row["property"].value == name]


def types(properties: Table) -> list[str]:
    """Return the names of a thing's classes."""
    return [cell.value.removeprefix(CKG) for cell in values(properties, RDF + "type")]


def heading(properties: Table, iri: str) -> str:
    """Return what to call a thing.

    Args:
        properties: Answer of the query properties.
        iri: Its IRI.
    """
    labels = values(properties, RDFS + "label") or values(properties, CKG + "quote")
    for kind in types(properties):
        parts = [sorted({str(cell) for cell in values(properties, CKG + name)}) for name in _PARTS.get(kind, ())]
        if len([part for part in parts if part]) > 1:
            return " – ".join(", ".join(part) for part in parts if part)
    if labels:
        return labels[0].value
    return unlabelled(iri)


def unlabelled(iri: str) -> str:
    """Return what stands for an IRI that has no label: its class where it says it, else its end.

    >>> unlabelled("https://w3id.org/crisiskg/id/document/00/event/5-9-REQUEST/role/actor-0-4")
    'role'
    >>> unlabelled("https://w3id.org/crisiskg/id/entity/Q912")
    'Q912'
    """
    match = _CLASS.search(iri)
    if match and match[1] not in ("entity", "document", "run", "graph"):
        return match[1]
    return iri.rpartition("/")[2]


def time(properties: Table) -> str:
    """Return when something took place or lasted, in words; empty where nothing says it."""
    found = [next((cell.value for cell in values(properties, CKG + name)), "") for name in ("earliestBegin", "latestEnd")]
    return when(found[0], found[1])
