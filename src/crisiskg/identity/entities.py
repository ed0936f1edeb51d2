"""Entities as they are compared: what all graphs of a store say of each actor, state and place, gathered by IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import pyoxigraph as ox

from crisiskg.iris import mint_graph
from crisiskg.namespaces import BASE, CKG, GN, RDF, RDFS, SKOS, WD
from crisiskg.store import OxigraphStore

#: Classes whose members are compared as actors.
ACTOR_CLASSES = (
    "ArmedGroup",
    "Company",
    "GovernmentBody",
    "IntergovernmentalOrganization",
    "MediaOrganization",
    "NongovernmentalOrganization",
    "Organization",
    "Person",
    "PoliticalParty",
    "PopulationGroup",
    "SecurityForce",
    "State",
)
#: Events of an actor that are looked at for where and when it was active.
_EVENTS = 60

_NAMES = frozenset({RDFS + "label", SKOS + "altLabel", CKG + "acronym"})
_STATES = frozenset({CKG + "isPartOf", CKG + "activeIn", CKG + "basedIn"})
_BEGINS = (CKG + "earliestBegin", CKG + "latestBegin")
_ENDS = (CKG + "earliestEnd", CKG + "latestEnd")
#: Properties that hold identifiers, each with its scheme. Of one scheme an entity has one identifier.
_CODES = {
    CKG + "ucdpId": "UCDP id",
    CKG + "iso3": "ISO 3166-1 code",
    CKG + "gwCode": "Gleditsch-Ward number",
    CKG + "cowCode": "COW number",
}
_ITEM = re.compile(r"Q[1-9][0-9]*\Z")


@dataclass(slots=True)
class Entity:
    """What is known of one IRI.

    Attributes:
        iri: The IRI.
        classes: Local names of its classes.
        names: Its names, the label first.
        identifiers: Identifiers by scheme, such as "Wikidata item".
        states: States of which the data say that it is part, based or active there, by their IRIs below the usual base.
        seen_in: States in which its events took place, by the same IRIs.
        begin: Day from which on it existed, as far as the data say: "YYYY-MM-DD" or "".
        end: Day to which it existed, or "".
        years: First and last year of its events; (0, 0) where none is known.
        situations: IRIs of wars and other situations that its events belong to.
        is_reference: Whether the reference data have it.
        sources: Names of the graphs that speak of it.
    """

    iri: str
    classes: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    identifiers: dict[str, set[str]] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)
    seen_in: set[str] = field(default_factory=set)
    begin: str = ""
    end: str = ""
    years: tuple[int, int] = (0, 0)
    situations: set[str] = field(default_factory=set)
    is_reference: bool = False
    sources: set[str] = field(default_factory=set)

    @property
    def label(self) -> str:
        """Its first name, or its IRI."""
        return self.names[0] if self.names else self.iri

    def identify(self, scheme: str, value: str) -> None:
        """Note an identifier."""
        self.identifiers.setdefault(scheme, set()).add(value)


def read_entities(store: OxigraphStore, classes: Iterable[str] = ACTOR_CLASSES) -> dict[str, Entity]:
    """Gather the entities of some classes from all graphs of a store.

    Args:
        store: An embedded store.
        classes: Local names of classes.

    Returns:
        Entities by IRI.
    """
    iris: dict[str, None] = {}
    for name in classes:
        for quad in store.match(None, RDF + "type", CKG + name):
            if isinstance(quad.subject, ox.NamedNode):
                iris[quad.subject.value] = None
    return {iri: read_entity(store, iri) for iri in sorted(iris)}


def read_entity(store: OxigraphStore, iri: str) -> Entity:
    """Gather what all graphs say of one IRI; an unknown one has no names."""
    entity = Entity(iri)
    reference = mint_graph("reference", store.base_iri)
    derived = {mint_graph("identity", store.base_iri), mint_graph("judgements", store.base_iri)}
    labels: list[str] = []
    others: list[str] = []
    for quad in store.match(iri):
        graph = str(getattr(quad.graph_name, "value", "default"))
        if graph in derived:  # what follows from judgements is no ground for judging
            continue
        entity.sources.add(graph)
        _note(entity, quad.predicate.value, str(getattr(quad.object, "value", "")), labels, others)
    entity.is_reference = reference in entity.sources
    entity.names = list(dict.fromkeys([*sorted(labels), *sorted(others)]))
    local = iri.removeprefix(store.base_iri + "entity/")
    if _ITEM.match(local):
        entity.identify("Wikidata item", local)
    elif local.startswith("ucdp-"):
        entity.identify("UCDP id", local.removeprefix("ucdp-"))
    elif local.startswith("gn-"):
        entity.identify("GeoNames id", local.removeprefix("gn-"))
    if "Person" not in entity.classes or not entity.states:
        _note_events(store, entity)
    if store.base_iri != BASE:
        entity.states, entity.seen_in = (_with_usual_base(found, store.base_iri) for found in (entity.states, entity.seen_in))
    return entity


def _with_usual_base(states: set[str], base: str) -> set[str]:
    """Return states by the IRIs of the crosswalk, to which names in words lead too."""
    return {BASE + iri.removeprefix(base) if iri.startswith(base) else iri for iri in states}


def _note(entity: Entity, property_: str, value: str, labels: list[str], others: list[str]) -> None:
    if property_ == RDF + "type":
        if value.startswith(CKG):
            entity.classes.add(value.removeprefix(CKG))
    elif property_ in _NAMES:
        (labels if property_ == RDFS + "label" else others).append(value)
    elif property_ == SKOS + "exactMatch":
        if value.startswith(WD):
            entity.identify("Wikidata item", value.removeprefix(WD))
        elif value.startswith(GN):
            entity.identify("GeoNames id", value.removeprefix(GN).strip("/"))
        else:
            entity.identify("IRI", value)
    elif property_ in _CODES:
        entity.identify(_CODES[property_], value)
    elif property_ in _STATES:
        entity.states.add(value)
    elif property_ in _BEGINS:
        entity.begin = min(entity.begin or value, value)
    elif property_ in _ENDS:
        entity.end = max(entity.end, value)


def _note_events(store: OxigraphStore, entity: Entity) -> None:
    years: list[int] = []
    for event in _events_of(store, entity.iri):
        for quad in store.match(event):
            value = str(getattr(quad.object, "value", ""))
            if quad.predicate.value == CKG + "earliestBegin" and value[:4].isdigit():
                years.append(int(value[:4]))
            elif quad.predicate.value == CKG + "partOfSituation":
                entity.situations.add(value)
            elif quad.predicate.value == CKG + "hasPlace":
                states = [str(getattr(each.object, "value", "")) for each in store.match(value, CKG + "isPartOf")]
                is_state = next(store.match(value, RDF + "type", CKG + "State"), None) is not None
                entity.seen_in.update([value] if is_state else states)
    if years:
        entity.years = (min(years), max(years))


def _events_of(store: OxigraphStore, iri: str) -> Iterator[str]:
    found: dict[str, None] = {}
    for property_ in ("hasActor", "hasRecipient"):
        for quad in islice(store.match(None, CKG + property_, iri), _EVENTS):
            if isinstance(quad.subject, ox.NamedNode):
                found[quad.subject.value] = None
    return iter(found)
