"""FollowTheMoney in JSON: persons and organizations with their offices, memberships, kin and sanctions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from crisiskg.crosswalk.states import fold
from crisiskg.datasets.actor_kinds import kind_of_name
from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.followthemoney_kin import kin_of
from crisiskg.datasets.followthemoney_lines import NO_ENTITY, cut_of, things_of
from crisiskg.datasets.followthemoney_schemas import COLUMNS, EDGES, SANCTION, Edge
from crisiskg.datasets.followthemoney_values import (
    Reference,
    date,
    kind_of,
    label_of,
    names_of,
    references,
    same_as,
    state_of,
    states_of,
    told,
)
from crisiskg.datasets.json_lines import compact
from crisiskg.datasets.lines import Known, Lines, Own
from crisiskg.datasets.periods import bounds
from crisiskg.datasets.records import ACTOR_KINDS, Actor, Claim, Event, Membership, Office, Record, Relationship, State
from crisiskg.datasets.role_titles import head_role, role_of
from crisiskg.datasets.tables import Form, Row
from crisiskg.datasets.values import RowError
from crisiskg.iris import mint_dataset_entity, mint_dataset_part

_Records = list[Record | Own | Known]
_ORGANIZATIONS = frozenset(ACTOR_KINDS) - {"Person", "PopulationGroup"}
_UNIONS = re.compile(r"\b(?:united nations|un|unsc|european union|eu|council of the european)\b")


class _Facts(NamedTuple):
    """What the catalogue has of an entity."""

    iri: str
    kind: str
    label: str
    more: dict[str, Any]


class _Reader:
    """Reads the rows of a release.

    Args:
        minter: Makes its records.
    """

    def __init__(self, minter: Minter) -> None:
        self._minter = minter
        self._base = minter.release.base
        self._dataset = minter.release.dataset

    def read(self, row: Row) -> Sequence[Record | Own | Known]:
        """Return the records of an entity."""
        entity: dict[str, Any] = row.value
        try:
            schema = entity["schema"]
            kind = kind_of(entity)
            if kind == "Office":
                return self._position(entity)
            if kind is not None:
                return self._party(row, entity)
            if schema == SANCTION:
                return self._sanction(row, entity)
            return self._edge(row, entity, EDGES[schema])
        except NO_ENTITY as error:
            if isinstance(error, RowError):
                raise
            raise RowError(f"the entity is none of the form that is published: {type(error).__name__} {error}") from error

    # Parties and offices

    def _facts(self, id_: str) -> _Facts | None:
        found = self._minter.find(id_)
        if found is None:
            return None
        more: dict[str, Any] = json.loads(found.facts)
        return _Facts(found.iri, more.get("kind", ""), more.get("label", ""), more)

    def _thing(self, reference: Reference, default: str, repairs: list[str]) -> tuple[Actor, Actor | Known]:
        """Return the party that a reference names, and how it comes with the row.

        Raises:
            RowError: it is no party.
        """
        facts = self._facts(reference.id)
        if facts is None:
            called = "name in the line" if reference.label else "id"
            repairs.append(f"{reference.id!r} is not described by the files; it is called by its {called}")
            # Not the IRI of an item: another entity may have that one.
            made = Actor(mint_dataset_entity("ftm", reference.id, self._base), default, reference.label or reference.id)
            return made, made
        if facts.kind in ("", "Office"):
            raise RowError(f"{reference.id!r} is of the schema {facts.more.get('schema', 'Position')!r}, and is no party")
        known = Actor(facts.iri, facts.kind, facts.label)
        return known, Known(known)

    def _party(self, row: Row, entity: dict[str, Any]) -> _Records:
        id_ = entity["id"]
        facts = self._facts(id_)
        if facts is None:
            raise RowError(f"the entity {id_!r} is none of the form that is published")
        repairs: list[str] = []
        is_person = facts.kind == "Person"
        own = ("nationality", "citizenship") if is_person else ("jurisdiction", "mainCountry")
        first = states_of(self._minter, [code for name in own for code in told(entity, name)], repairs)
        others = states_of(self._minter, told(entity, "country"), repairs)
        states = {state.iri: state for state in (*first, *others)}
        actor = Actor(
            facts.iri,
            facts.kind,
            facts.label,
            tuple(
                dict.fromkeys((*((label_of(entity),) if label_of(entity) != facts.label else ()), *names_of(entity, facts.label)))
            ),
            same_as(entity, facts.more.get("item")),
            state=next(iter(states), None),
        )
        ties: list[tuple[str, str, Any]] = []
        if is_person:
            ties = [("citizenOf", state.iri, state) for state in first]
        elif facts.kind in ("GovernmentBody", "SecurityForce"):
            ties = [("agencyOf", state.iri, state) for state in states.values()]
        elif facts.kind in _ORGANIZATIONS:
            here = first or (others if len(others) == 1 else [])
            ties = [("basedIn", state.iri, state) for state in here]
            ties += [("activeIn", state.iri, state) for state in others if state not in here]
        if facts.kind in _ORGANIZATIONS:
            for reference in references(entity, "parent"):
                whole, along = self._thing(reference, "Organization", repairs)
                if whole.kind in _ORGANIZATIONS and whole.iri != facts.iri:
                    ties.append(("partOf", whole.iri, along))
        return [*states.values(), *self._ties(row, entity, actor, ties, repairs), Own(actor)]

    def _ties(
        self, row: Row, entity: dict[str, Any], actor: Actor, ties: Sequence[tuple[str, str, Any]], repairs: list[str]
    ) -> _Records:
        """Return what an entity's own line says of relations: a claim each, with the part of the line that matters."""
        part: dict[str, Any] = {name: entity[name] for name in ("id", "schema", "caption", "datasets") if name in entity}
        names = ("nationality", "citizenship", "jurisdiction", "mainCountry", "country", "parent")
        properties = entity.get("properties") or {}
        part["properties"] = {name: properties[name] for name in ("name", *names) if name in properties}
        short = row._replace(text=compact(part))
        records: _Records = []
        for number, (relation, other, along) in enumerate(ties):
            id_ = f"{entity['id']}-{relation}-{other.rpartition('/')[2]}"
            iri = mint_dataset_part(self._dataset, "relationship", id_, self._base)
            records += [along, Relationship(iri, actor.iri, relation, other)]
            records.append(self._claim(short, entity, iri, id_, repairs if number == 0 else []))
        return records

    def _position(self, entity: dict[str, Any]) -> _Records:
        office = self._office(entity["id"])
        if office is None:
            raise RowError(f"the post {entity['id']!r} names no state or organization that is known")
        return [office[1], Own(office[0])]

    def _office(self, id_: str) -> tuple[Office, Any] | None:
        """Return an office with the state or organization that it is one of; None where that, or the office, is not known."""
        facts = self._facts(id_)
        if facts is None or facts.kind != "Office":
            return None
        for organization in facts.more.get("organization", ()):
            body = self._facts(organization)
            if body is not None and body.kind in _ORGANIZATIONS:
                known = Actor(body.iri, body.kind, body.label)
                return Office(facts.iri, facts.label, role_of(facts.label), body.iri), Known(known)
        found = next((state for code in facts.more.get("country", ()) if (state := state_of(self._minter, code))), None)
        if found is None:
            return None
        return Office(facts.iri, facts.label, _role(facts, found), found.iri), found

    # What is between parties

    def _edge(self, row: Row, entity: dict[str, Any], edge: Edge) -> _Records:
        ones, others = references(entity, edge.source), references(entity, edge.target)
        for name, found in ((edge.source, ones), (edge.target, others)):
            if not found:
                raise RowError(f"the property {name} names nobody")
        repairs: list[str] = []
        begin, end = date(entity, ("startDate", "date"), repairs), date(entity, ("endDate",), repairs)
        when = bounds(begin, end)
        records: _Records = []
        number = 0
        for one in ones:
            for other in others:
                number += 1
                id_ = entity["id"] if number == 1 else f"{entity['id']}-{number}"
                notes = [*repairs] if number == 1 else []
                source, along = self._thing(one, edge.default, notes)
                if edge.becomes == "office":
                    made = self._held(id_, source, other, when)
                elif edge.becomes == "membership":
                    made = self._membership(entity, edge, id_, source, other, when, notes)
                else:
                    made = self._relation(entity, edge, id_, source, other, when, notes)
                records += [along, *made, self._claim(row, entity, _told_of(made).iri, id_, notes)]
        return records

    def _held(self, id_: str, holder: Actor, post: Reference, when: dict[str, str]) -> _Records:
        office = self._office(post.id)
        if office is None:
            facts = self._facts(post.id)
            if facts is not None and facts.kind == "Office":
                raise RowError(f"the post {post.id!r} names no state or organization that is known")
            raise RowError(f"the files do not describe the post {post.id!r}")
        iri = mint_dataset_part(self._dataset, "membership", id_, self._base)
        held, seat = office
        made = Membership(iri, holder.iri, held.organization, held.role_kind, held.label, office=held.iri, **when)
        return [seat, Known(held), made]

    def _membership(
        self, entity: dict[str, Any], edge: Edge, id_: str, member: Actor, body: Reference, when: dict[str, str], notes: list[str]
    ) -> _Records:
        organization, along = self._thing(body, "Company" if edge.schema == "Ownership" else "Organization", notes)
        if organization.kind not in _ORGANIZATIONS:
            raise RowError(f"{edge.target} names {organization.label[:60]!r}, and a {organization.kind} has no members")
        if organization.iri == member.iri:
            raise RowError(f"{edge.source} and {edge.target} name the same entity")
        title = next(iter(told(entity, "role")), None)
        kind = role_of(title) if title is not None and edge.has_heads and fold(title) not in ("director", "member") else "member"
        title = title or edge.title
        share = next(iter(told(entity, "percentage")), None)
        if share is not None:
            title = f"{title or edge.schema}, {share if share.endswith('%') else f'{share} %'}"
        iri = mint_dataset_part(self._dataset, "membership", id_, self._base)
        return [along, Membership(iri, member.iri, organization.iri, kind, title, **when)]

    def _relation(
        self, entity: dict[str, Any], edge: Edge, id_: str, one: Actor, other: Reference, when: dict[str, str], notes: list[str]
    ) -> _Records:
        second, along = self._thing(other, edge.default, notes)
        if one.iri == second.iri:
            raise RowError(f"{edge.source} and {edge.target} name the same entity")
        for actor in (one, second):
            if actor.kind != "Person":
                raise RowError(f"{actor.label[:60]!r} is a {actor.kind}, and only persons are in {edge.schema}")
        word = next(iter(told(entity, "relationship")), None)
        relation, is_inverse = ("alliedWith", False) if edge.schema == "Associate" else kin_of(word)
        subject, object_ = (second, one) if is_inverse else (one, second)
        iri = mint_dataset_part(self._dataset, "relationship", id_, self._base)
        qualifier = word or (edge.title if edge.schema == "Associate" else None)
        return [along, Relationship(iri, subject.iri, relation, object_.iri, qualifier=qualifier, **when)]

    def _sanction(self, row: Row, entity: dict[str, Any]) -> _Records:
        on = references(entity, "entity")
        if not on:
            raise RowError("the property entity names nobody")
        repairs: list[str] = []
        recipients: dict[str, Any] = {}
        labels = []
        for reference in on:
            made, along = self._thing(reference, "Organization", repairs)
            recipients[made.iri] = along
            labels.append(made.label)
        states = states_of(self._minter, told(entity, "country"), repairs)
        authority = next(iter(told(entity, "authority")), None)
        actor: Actor | State | None = next(
            (each for code in told(entity, "country") if (each := state_of(self._minter, code)) is not None), None
        )
        if authority is not None:
            actor = self._authority(authority, states[0] if states else None)
        begin = date(entity, ("startDate", "listingDate", "date"), repairs)
        end = date(entity, ("endDate",), repairs)
        when: dict[str, Any] = bounds(begin, end)
        if end is None and begin is not None:
            when = time_fields(begin.first, begin.last, begin.precision)
        elif when:
            when |= {"time_precision": "interval", "time_basis": "stated"}
            when |= {"begin_year": str(int(begin.first[:4]))} if begin is not None else {}
        else:
            when = {"time_gap": "not-stated"}
        by = f" by {actor.label}" if actor is not None else ""
        label = f"Sanction{by} on {', '.join(labels)}"
        event = self._minter.event(entity["id"])
        program = next((each for name in ("program", "programId") for each in told(entity, name)), None)
        claim = self._claim(row, entity, event, entity["id"], repairs)._replace(source_type=program or "Sanction")
        return [
            *states[:1],
            *([actor] if actor is not None else []),
            *recipients.values(),
            Event(
                event,
                label if len(label) <= 200 else f"{label[:199]}…",
                **event_of("SANCTION"),
                actors=(actor.iri,) if actor is not None else (),
                recipients=tuple(recipients),
                actor_gap=None if actor is not None else "not-stated",
                place_gap="not-stated",
                **when,
            ),
            claim,
        ]

    def _authority(self, name: str, state: State | None) -> Actor | State:
        named: State | None = self._minter.state_by_name(name)
        if named is not None:
            return named
        kind = "IntergovernmentalOrganization" if _UNIONS.search(fold(name)) else kind_of_name(name)
        if kind not in ("GovernmentBody", "SecurityForce", "IntergovernmentalOrganization"):
            kind = "GovernmentBody"
        of = state.iri if state is not None and kind != "IntergovernmentalOrganization" else None
        made: Actor = self._minter.actor(kind, name, None, of)
        return made

    def _claim(self, row: Row, entity: dict[str, Any], about: str, id_: str, repairs: Sequence[str]) -> Claim:
        datasets = entity.get("datasets")
        said = [*(str(each) for each in datasets if each)] if isinstance(datasets, list) else []
        said += told(entity, "sourceUrl")[:3]
        return self._minter.claim(
            row,
            about,
            id_,
            source_type=entity["schema"],
            source_words="; ".join(said)[:1_000] or None,
            repairs=tuple(dict.fromkeys(repairs)),
        )


def _told_of(records: _Records) -> Membership | Relationship:
    return next(record for record in records if isinstance(record, Membership | Relationship))


def _role(facts: _Facts, seat: State | Actor) -> str:
    """Return the kind of role of a post by its title and its topics."""
    if not isinstance(seat, State):
        return role_of(facts.label)
    role = role_of(facts.label, seat.label)
    topics = facts.more.get("topics", ())
    if facts.more.get("subnationalArea") or {"gov.state", "gov.muni"} & set(topics):
        return "spokesperson" if role == "spokesperson" else "member"
    if "gov.head" in topics and role == "member":
        return head_role(facts.label)
    return role


def _reader(minter: Minter) -> Reader:
    return _Reader(minter).read


FOLLOWTHEMONEY = Dataset(
    name="followthemoney",
    title="Entities of FollowTheMoney",
    publisher="the publisher of the file",
    homepage="https://followthemoney.tech/",
    license="http://rightsstatements.org/vocab/CNE/1.0/",
    may_republish=False,
    attribution="the publisher of the file, as its page says; OpenSanctions with its name",
    form=Form(COLUMNS),
    reader=_reader,
    lines=Lines((things_of,), cut_of),
    terms_vary=True,
    notes=(
        "The files have one entity in JSON a line, as OpenSanctions publishes them (entities.ftm.json). Persons, organizations "
        "and posts are described by their own lines; Occupancy, Membership, Directorship, Employment, Ownership, Family, "
        "Associate and Sanction tell of what is between them. Entities of other schemas are in quarantine, by schema.",
        "The files are read twice, for class and name of each entity, and for the rows. So the order of lines does not matter. A "
        "party that no line describes is called by its id, and ckg:repair says so. Fragments of one entity are to be merged "
        "before.",
        "A line of a party gives records where it names states or a whole that it is part of; each keeps that part of the line.",
        "IRIs are those of the reference data: that of the Wikidata item, where the entity has one, else one of its id.",
        "Codes of states that are no more (suhh, yucs) give these; those of territories and of parts of a state give the state.",
        "A sanction is an event of the day on which it was imposed; where its end is told it lasts until then.",
        "The shares and roles of owners stand in the title of their membership.",
        "Terms are those of the publisher: --license names them (OpenSanctions: "
        "https://creativecommons.org/licenses/by-nc/4.0/). As crisiskg does not know what they allow, exports leave the rows "
        "out.",
    ),
)
