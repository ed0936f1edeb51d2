"""Writes relations: memberships where somebody holds a role in an organization or state, relationships otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pyoxigraph import NamedNode

from crisiskg.annotation.records import Relation, Span
from crisiskg.documents import DateBounds
from crisiskg.graph import terms
from crisiskg.graph.entities import Entities, Node
from crisiskg.graph.factuality import Factuality, factuality
from crisiskg.graph.quantities import write_quantity
from crisiskg.graph.statements import Statements
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Bounds, Writer
from crisiskg.iris import digest

#: Relation types that say that a role is held, with the kind of role.
ROLE_KINDS = {
    "headOfState": "head-of-state",
    "headOfGovernment": "head-of-government",
    "ministerOf": "minister",
    "headOf": "head",
    "leaderOf": "head",
    "memberOf": "member",
    "spokespersonOf": "spokesperson",
}
#: Kinds of role that make an office, with its label where the text gives no title.
OFFICES = {"head-of-state": "Head of state", "head-of-government": "Head of government", "minister": None, "head": None}


@dataclass(frozen=True, slots=True)
class Holding:
    """A membership that an event may have been acted in.

    Attributes:
        member: Who holds the role.
        iri: IRI of the membership.
        bounds: When it is held.
        former: Whether the text says that it is over.
        sentences: Where it is told.
    """

    member: NamedNode
    iri: NamedNode
    bounds: Bounds
    former: bool
    sentences: frozenset[Span]


@dataclass(frozen=True, slots=True)
class Written:
    """What later stages need to know of the relations of a document.

    Attributes:
        holdings: Memberships that are said to be, or to have been, held.
        situations: For each situation, what the relations to it say of its factuality, begin and end.
    """

    holdings: list[Holding]
    situations: dict[NamedNode, list[tuple[Factuality, DateBounds | None, DateBounds | None]]]


def write_relations(writer: Writer, entities: Entities, statements: Statements) -> Written:
    """Write all relations of the annotation, each with the claim that it rests on."""
    holdings: dict[NamedNode, Holding] = {}
    situations: dict[NamedNode, list[tuple[Factuality, DateBounds | None, DateBounds | None]]] = {}
    for number, relation in enumerate(writer.annotation.relations):
        what = f"relation {number} ({relation.type})"
        head, tail = entities.get(relation.head, what), entities.get(relation.tail, what)
        fact = factuality(relation.status, relation.polarity, relation.certainty)
        if relation.type in ROLE_KINDS and head.is_actor and tail.has_members:
            node, bounds = _write_membership(writer, relation, head, tail, fact)
            if fact in {"happened", "ongoing"}:
                sentences = frozenset(writer.sentences_of((relation.start, relation.end)))
                if node in holdings:
                    sentences |= holdings[node].sentences
                holdings[node] = Holding(head.iri, node, bounds, relation.former, sentences)
        else:
            node = _write_relationship(writer, entities, statements, relation, head, tail, fact)
            for side in (head, tail):
                if side.is_situation:
                    situations.setdefault(side.iri, []).append((fact, relation.begin, relation.finish))
        evidence = writer.evidence((relation.start, relation.end), what)
        statements.claim(
            node,
            status=relation.status,
            polarity=relation.polarity,
            certainty=relation.certainty,
            attribution=relation.attribution,
            evidence=evidence,
            confidence=relation.confidence,
            what=what,
        )
    return Written(list(holdings.values()), situations)


def held_on_publication(writer: Writer, relation: Relation) -> Bounds:
    """Return the bounds of a role: as said, and for what is told as the case that it lasts over the day of publication.

    A role that is over ended before that day at the latest. The day adds nothing to what the text says itself of begin and
    end, and nothing that contradicts it.
    """
    bounds = Bounds.of_ends(relation.begin, relation.finish)
    published = writer.annotation.published or writer.document.published  # what was inferred is the closer of the two
    if published is None or factuality(relation.status, relation.polarity, relation.certainty) not in {"happened", "ongoing"}:
        return bounds
    latest_begin, earliest_end, latest_end = bounds.latest_begin, bounds.earliest_end, bounds.latest_end
    if relation.former or relation.finish is not None:
        if latest_end is None and relation.former:
            latest_end = _not_before(published.latest, bounds.earliest_begin, bounds.earliest_end)
    else:
        earliest_end = _not_before(published.earliest, bounds.earliest_begin)
    if latest_begin is None:
        latest_begin = _not_before(published.latest, bounds.earliest_begin)
        if latest_begin is not None and latest_end is not None:
            latest_begin = min(latest_begin, latest_end)
    return Bounds(bounds.earliest_begin, latest_begin, earliest_end, latest_end)


def _not_before(day: dt.date | None, *others: dt.date | None) -> dt.date | None:
    return None if day is None or any(other is not None and day < other for other in others) else day


def _write_membership(
    writer: Writer, relation: Relation, member: Node, organization: Node, fact: Factuality
) -> tuple[NamedNode, Bounds]:
    kind = ROLE_KINDS[relation.type]
    bounds = held_on_publication(writer, relation)
    title = " ".join(relation.title.split()) if relation.title else None
    identity = (kind, member.iri.value, organization.iri.value, title, relation.rank, relation.qualifier, relation.former, fact)
    days = relation.begin or relation.finish
    node = writer.part("membership", digest(*identity, bounds, *_kind_of_days(days)))
    writer.add(node, terms.TYPE, ckg("Membership"))
    writer.add(node, ckg("hasMember"), member.iri)
    writer.add(node, ckg("inOrganization"), organization.iri)
    writer.add(node, ckg("roleKind"), code("rolekind", kind))
    writer.add(node, ckg("roleTitle"), terms.text(title) if title else None)
    writer.add(node, ckg("rank"), terms.text(relation.rank) if relation.rank else None)
    writer.add(node, ckg("qualifier"), terms.text(relation.qualifier) if relation.qualifier else None)
    writer.add(node, ckg("isFormer"), terms.boolean(True) if relation.former else None)
    writer.add(node, ckg("factuality"), code("fact", fact))
    writer.add(node, ckg("holdsOffice"), _write_office(writer, kind, title, organization))
    writer.bounds(node, bounds, days)
    return node, bounds


def _kind_of_days(days: DateBounds | None) -> tuple[str | None, str | None]:
    return (days.precision, days.basis) if days else (None, None)


def _write_office(writer: Writer, kind: str, title: str | None, organization: Node) -> NamedNode | None:
    name = (title or OFFICES[kind]) if kind in OFFICES else None
    if name is None:
        return None
    office = writer.part("office", digest(kind, organization.iri.value, name.casefold()))
    if not writer.first(office):  # two spellings of one title are one office, labelled with the first
        return office
    writer.add(office, terms.TYPE, ckg("Office"))
    writer.add(office, terms.LABEL, terms.label(f"{name[:1].upper()}{name[1:]}, {organization.name}"))
    writer.add(office, ckg("roleKind"), code("rolekind", kind))
    writer.add(office, ckg("inOrganization"), organization.iri)
    return office


def _write_relationship(
    writer: Writer, entities: Entities, statements: Statements, relation: Relation, head: Node, tail: Node, fact: Factuality
) -> NamedNode:
    bounds = Bounds.of_ends(relation.begin, relation.finish)
    identity = (relation.type, head.iri.value, tail.iri.value, relation.qualifier, relation.order, fact, bounds)
    days = relation.begin or relation.finish
    node = writer.part("relationship", digest(*identity, relation.quantity, *_kind_of_days(days)))
    writer.add(node, terms.TYPE, ckg("Relationship"))
    writer.add(node, ckg("relationType"), code("relation", relation.type))
    writer.add(node, ckg("hasSubject"), head.iri)
    writer.add(node, ckg("hasObject"), tail.iri)
    writer.add(node, ckg("qualifier"), terms.text(relation.qualifier) if relation.qualifier else None)
    writer.add(node, ckg("sequence"), terms.integer(relation.order) if relation.order is not None else None)
    writer.add(node, ckg("factuality"), code("fact", fact))
    if relation.quantity is not None:
        source = statements.source_of(relation.attribution)
        writer.add(node, ckg("hasQuantity"), write_quantity(writer, entities, relation.quantity, source))
    writer.bounds(node, bounds, days)
    return node
