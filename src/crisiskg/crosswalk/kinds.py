"""Tells of which class the reference data are that a name stands for: "Taliban" is an armed group."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox

from crisiskg.crosswalk.states import fold
from crisiskg.namespaces import BASE, CKG, RDF, RDFS, SKOS
from crisiskg.vocabulary import reference_quads

_CLASSES = frozenset(
    CKG + name
    for name in (
        "ArmedGroup",
        "GovernmentBody",
        "IntergovernmentalOrganization",
        "MediaOrganization",
        "NongovernmentalOrganization",
        "Person",
        "Place",
        "PoliticalParty",
        "SecurityForce",
        "State",
    )
)
_NAMES = frozenset((RDFS + "label", SKOS + "altLabel", CKG + "acronym"))


@cache
def kinds_by_name(base: str = BASE) -> dict[str, str]:
    """Return the class of each name of the reference data, by the name folded; names of several classes are left out.

    Args:
        base: Base of the IRIs of data.

    >>> kinds_by_name()["taliban"]
    'ArmedGroup'
    """
    classes: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    for quad in reference_quads(base):
        if not isinstance(quad.object, ox.NamedNode | ox.Literal):
            continue
        subject, predicate, value = str(quad.subject), quad.predicate.value, quad.object.value
        if predicate == RDF + "type" and value in _CLASSES:
            classes[subject] = value.removeprefix(CKG)
        elif predicate in _NAMES:
            names.append((subject, value))
    found: dict[str, set[str]] = {}
    for subject, name in names:
        if subject in classes:
            found.setdefault(fold(name), set()).add(classes[subject])
    return {name: next(iter(kinds)) for name, kinds in found.items() if len(kinds) == 1 and name}
