"""Writes entities, and finds the entity that a name in the document's metadata stands for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from crisiskg.annotation.records import Annotation, Entity, Mention
from crisiskg.errors import AnnotationError
from crisiskg.graph import terms
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Writer, index, look_up
from crisiskg.iris import digest, mint_dataset_entity, mint_wikidata_entity, slug
from crisiskg.namespaces import GN, WD

#: Classes of ckg:Organization, most special first; of two types of one entity the earlier one is kept.
ORGANIZATIONS = (
    "ArmedGroup",
    "SecurityForce",
    "GovernmentBody",
    "PoliticalParty",
    "IntergovernmentalOrganization",
    "NongovernmentalOrganization",
    "MediaOrganization",
    "Company",
    "Organization",
)
ACTORS = frozenset({"Person", "State", "PopulationGroup", *ORGANIZATIONS})
PLACES = frozenset({"State", "Place"})
_RANK = {name: rank for rank, name in enumerate(("State", "Person", *ORGANIZATIONS, "PopulationGroup", "Place", "NamedEvent"))}


@dataclass(slots=True)
class Node:
    """An entity as it is written; several records with one IRI are one node.

    Attributes:
        iri: Its IRI.
        type: Entity type of the contract.
        name: Its label.
        names: Folded forms of all names that the document gives it.
        records: The records of the annotation that it stands for; empty where only metadata names it.
        names_used: Whether the text calls it by a name.
    """

    iri: NamedNode
    type: str
    name: str
    names: set[str] = field(default_factory=set)
    records: list[Entity] = field(default_factory=list)
    names_used: bool = False

    @property
    def is_actor(self) -> bool:
        """Whether it can act."""
        return self.type in ACTORS

    @property
    def is_place(self) -> bool:
        """Whether something can be there."""
        return self.type in PLACES

    @property
    def is_situation(self) -> bool:
        """Whether it is a war, treaty, election or the like."""
        return self.type == "NamedEvent"

    @property
    def has_members(self) -> bool:
        """Whether roles can be held in it: an organization or a state."""
        return self.type == "State" or self.type in ORGANIZATIONS


def fold(name: str) -> str:
    """Return a form of a name that is equal for spellings that differ in case, accents, spaces or a leading article.

    >>> fold("The  Économist") == fold("Economist")
    True
    """
    plain = unicodedata.normalize("NFKD", name.replace("’", "'")).casefold()
    kept = " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())
    return kept.removeprefix("the ")


class Entities:
    """All entities of one document, by id and by name."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._by_iri: dict[NamedNode, Node] = {}
        self._by_id: dict[str, Node] = {}
        annotation: Annotation = writer.annotation
        for record in index(annotation.entities, "entity", lambda entity: entity.id).values():
            self._by_id[record.id] = self._take(record)
        self._mentions = index(annotation.mentions, "mention", lambda mention: mention.id)
        for mention in annotation.mentions:
            if mention.kind == "name" and mention.entity is not None and mention.entity in self._by_id:
                self._by_id[mention.entity].names.add(fold(mention.text))
                self._by_id[mention.entity].names_used = True

    def nodes(self) -> list[Node]:
        """Return the entities in the order in which they came up."""
        return list(self._by_iri.values())

    def is_kept(self, node: Node) -> bool:
        """Tell whether an entity comes into the graph: it has a name or a link, or something is said of it.

        "Roads" and "other forces" that are only mentioned are in the annotation and nowhere else. Ask when all else is written.
        """
        known = node.names_used or any(record.iri or record.wikidata or record.geonames for record in node.records)
        return known or self._writer.is_used(node.iri)

    def get(self, key: str, user: str) -> Node:
        """Return the entity with an id.

        Raises:
            AnnotationError: there is none.
        """
        return look_up(self._by_id, key, "entity", user)

    def mention(self, key: str, user: str) -> Mention:
        """Return the mention with an id.

        Raises:
            AnnotationError: there is none.
        """
        return look_up(self._mentions, key, "mention", user)

    def of_mention(self, mention: Mention) -> Node | None:
        """Return the entity that a mention refers to; None where it is unresolved."""
        return None if mention.entity is None else self.get(mention.entity, f"mention {mention.id}")

    def named(self, name: str, types: tuple[str, ...], default: str) -> Node:
        """Return the entity of a name that stands in metadata: one that the text mentions by this name, or a new one.

        Args:
            name: The name as metadata spells it.
            types: Entity types that it may have.
            default: Type of the new one.
        """
        folded = fold(name)
        for node in self._by_iri.values():
            if node.type in types and folded in node.names:
                return node
        iri = self._local_iri(default, name)
        return self._by_iri.setdefault(iri, Node(iri, default, name, {folded}))

    def _take(self, record: Entity) -> Node:
        if not record.name.strip():
            raise AnnotationError(f"entity {record.id} has no name")
        if record.type not in _RANK:
            raise AnnotationError(f"entity {record.id} has the type {record.type!r}; possible are {', '.join(_RANK)}")
        iri = self._iri(record)
        node = self._by_iri.get(iri)
        if node is None:
            node = self._by_iri[iri] = Node(iri, record.type, record.name)
        elif _RANK[record.type] < _RANK[node.type]:
            node.type = record.type
        node.records.append(record)
        node.names.update(fold(name) for name in (record.name, *record.aliases))
        return node

    def _iri(self, record: Entity) -> NamedNode:
        base = self._writer.base
        if record.iri is not None:
            return terms.iri(record.iri, f"entity {record.id}")
        if record.wikidata is not None:
            return NamedNode(mint_wikidata_entity(record.wikidata, base))
        if record.geonames is not None:
            return NamedNode(mint_dataset_entity("gn", str(record.geonames), base))
        return self._local_iri(record.type, record.name)

    def _local_iri(self, type_: str, name: str) -> NamedNode:
        folded = fold(name)
        if type_ == "NamedEvent":
            return self._writer.part("situation", digest(folded))
        return self._writer.part("entity", f"{slug(name)}-{digest(type_, folded, length=8)}")


def write_entity(writer: Writer, node: Node) -> None:
    """Write what the document's graph repeats of an entity: class, names, links, codes and point."""
    writer.add(node.iri, terms.TYPE, ckg("Situation" if node.is_situation else node.type))
    label = terms.label(node.name)
    writer.add(node.iri, terms.LABEL, label)
    for record in node.records:
        for name in (record.name, *record.aliases):
            alternative = terms.label(name)
            if alternative.value and alternative != label:
                writer.add(node.iri, terms.ALT_LABEL, alternative)
    _write_links(writer, node)
    if node.is_place:
        _write_point(writer, node)


def _write_links(writer: Writer, node: Node) -> None:
    scores = [record.score for record in node.records if record.score is not None]
    gaps = [record.gap for record in node.records if record.gap is not None]
    for record in node.records:
        if record.wikidata is not None:
            writer.add(node.iri, terms.EXACT_MATCH, terms.iri(WD + record.wikidata, f"entity {record.id}"))
        if record.geonames is not None:
            writer.add(node.iri, terms.EXACT_MATCH, NamedNode(f"{GN}{record.geonames}/"))
    if scores:
        writer.add(node.iri, ckg("linkScore"), terms.decimal(max(scores), "the score of a link", 4))
    if node.is_situation:
        return
    iso3 = next((record.iso3 for record in node.records if record.iso3 is not None), None)
    if iso3 is not None and node.is_place:  # territories that are no states have codes too
        writer.add(node.iri, ckg("iso3"), terms.text(iso3))
    if gaps and not scores:
        writer.add(node.iri, ckg("linkGap"), code("gap", gaps[0]))


def _write_point(writer: Writer, node: Node) -> None:
    """Write the point of a place; one whose accuracy is unknown says nothing and is left out."""
    for record in node.records:
        if record.lat is None or record.lon is None or record.accuracy_m is None:
            continue
        name = f"entity {record.id}"
        if not (-90 <= record.lat <= 90 and -180 <= record.lon <= 180):
            raise AnnotationError(f"{name} lies at {record.lat}, {record.lon}; degrees of latitude and longitude are possible")
        geometry = NamedNode(f"{node.iri.value}/geometry")
        latitude, longitude = (terms.decimal(value, name, 5).value for value in (record.lat, record.lon))
        writer.add(node.iri, terms.HAS_GEOMETRY, geometry)
        writer.add(geometry, terms.TYPE, terms.GEOMETRY)
        writer.add(geometry, terms.AS_WKT, terms.typed(f"POINT({longitude} {latitude})", terms.WKT_LITERAL))
        writer.add(geometry, terms.ACCURACY, terms.decimal(record.accuracy_m, f"the accuracy of {name}", 1))
        return
