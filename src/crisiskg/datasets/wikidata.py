"""Wikidata in JSON: statements of items on persons, organizations, states, places, offices and conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crisiskg.crosswalk.things import things_by_item
from crisiskg.datasets.dataset import ACCURACY_M, Dataset, Minter, Reader
from crisiskg.datasets.lines import Known, Lines, Own
from crisiskg.datasets.periods import Period, bounds
from crisiskg.datasets.records import Actor, Claim, Membership, Place, Record, Relationship, Situation, State
from crisiskg.datasets.tables import Form, Row
from crisiskg.datasets.values import RowError
from crisiskg.datasets.wikidata_classes import AREAS, SITUATION_KINDS
from crisiskg.datasets.wikidata_items import NO_ITEM, Classes, Said, classes_of, cut_of, label_of, names_of, things_of
from crisiskg.datasets.wikidata_properties import COLUMNS, HOLDERS, RANGES, SEATS, Property
from crisiskg.datasets.wikidata_things import Thing, Things, kind_of
from crisiskg.datasets.wikidata_values import (
    BEGIN,
    END,
    POINT,
    current,
    interval,
    item_of,
    items,
    period_of,
    point_of,
    qualifier_items,
    sources,
    statements,
    value_of,
)
from crisiskg.iris import mint_dataset_part, mint_wikidata_entity
from crisiskg.namespaces import WD

#: Titles of offices that are known by what they are alone.
_TITLES = {"head-of-state": "head of state", "head-of-government": "head of government", "head": "head"}
_Records = list[Record | Own | Known]


class _Reader:
    """Reads the rows of a release.

    Args:
        minter: Makes its records.
    """

    def __init__(self, minter: Minter) -> None:
        self._minter = minter
        self._base = minter.release.base
        self._things = Things(minter)
        self._classes = Classes(minter)

    def read(self, row: Row) -> Sequence[Record | Own | Known]:
        """Return the records of an item, or of a statement."""
        said: Said = row.value
        try:
            if said.property is None:
                return self._item(row, said)
            return self._statement(row, said, said.property)
        except NO_ITEM as error:
            if isinstance(error, RowError):
                raise
            raise RowError(f"the statement is none of the form that Wikidata has: {type(error).__name__} {error}") from error

    # Items

    def _item(self, row: Row, said: Said) -> _Records:
        id_, item = said.item, said.entity
        if self._minter.find(id_) is None:
            raise RowError(f"the item {id_!r} is none of the form that Wikidata has")
        if said.kind == "Office":
            office = self._things.office(id_)
            if office is None:
                raise RowError(f"the office {id_!r} names no state or organization that is known")
            return [office[1], Own(office[0])]
        state: State | None = self._minter.state_by_code("wikidata", id_)
        if state is not None:
            return [state]
        thing = things_by_item().get(id_)
        label = thing.label if thing is not None else label_of(item)
        names, same, iri = names_of(item, label), (WD + id_,), mint_wikidata_entity(id_, self._base)
        if said.kind == "State":
            return [Own(State(iri, label, same))]
        if said.kind == "Place":
            return self._place(item, Place(iri, label, same_as=same))
        if said.kind == "Situation":
            return self._situation(row, item, Situation(iri, label, names=names, same_as=same))
        of = self._state_of(item) if said.kind in ("GovernmentBody", "SecurityForce") else None
        actor = Actor(iri, said.kind, label, names, same, state=of.iri if of is not None else None)
        return [of, Own(actor)] if of is not None else [Own(actor)]

    def _state_of(self, item: dict[str, Any]) -> State | None:
        """Return the state that an item lies in or belongs to today, as far as the reference data have it."""
        of = current(item, "P17")
        found: State | None = self._minter.state_by_code("wikidata", of) if of is not None else None
        return found

    def _place(self, item: dict[str, Any], place: Place) -> _Records:
        state, wkt = self._state_of(item), point_of(item)
        precision = next((AREAS[each] for each in map(self._classes.known, items(item, "P31")) if each in AREAS), "near")
        place = place._replace(
            wkt=wkt, accuracy_m=ACCURACY_M[precision] if wkt else None, state=state.iri if state is not None else None
        )
        return [state, Own(place)] if state is not None else [Own(place)]

    def _situation(self, row: Row, item: dict[str, Any], situation: Situation) -> _Records:
        repairs: list[str] = []
        along: dict[str, Thing | Known] = {}
        for property_, default in (("P17", "State"), ("P276", "Place")):
            for named in items(item, property_):
                try:
                    thing, with_it = self._things.find(named, default, repairs)
                except RowError as error:
                    repairs.append(f"{error}; it is left out of the places")
                    continue
                if kind_of(thing) in ("State", "Place"):
                    along[thing.iri] = with_it
                else:
                    repairs.append(f"{property_} names {named!r}, which is no place; it is left out")
        begin, end = self._date(item, BEGIN, repairs), self._date(item, END, repairs)
        if begin is None and end is None:
            begin = end = self._date(item, POINT, repairs)
        try:
            when = bounds(begin, end)
        except RowError as error:
            repairs.append(f"{error}; both are left out")
            when = {}
        kinds = (SITUATION_KINDS.get(each or "", "war") for each in map(self._classes.known, items(item, "P31")) if each)
        situation = situation._replace(kind=next(kinds, "named-event"), located_in=tuple(along), **when)  # type: ignore[arg-type]
        claim = self._minter.claim(
            row,
            situation.iri,
            item["id"],
            source_type=next(iter(items(item, "P31")), None),
            repairs=tuple(dict.fromkeys(repairs)),
        )
        return [*along.values(), Own(situation), claim]

    def _date(self, item: dict[str, Any], property_: str, repairs: list[str]) -> Period | None:
        for statement in statements(item, property_):
            try:
                return period_of(value_of(statement["mainsnak"], property_), property_)
            except RowError as error:
                repairs.append(f"{error}; it is left out")
        return None

    # Statements

    def _statement(self, row: Row, said: Said, property_: Property) -> _Records:
        statement = said.entity
        repairs: list[str] = []
        if property_.becomes in ("office", "holder"):
            return self._office_held(row, said, property_, repairs)
        named = item_of(statement["mainsnak"], property_.id)
        if named == said.item:
            raise RowError(f"{property_.id} of {named!r} names the item itself")
        subject, with_subject = self._things.find(said.item, said.kind, repairs)
        value, with_value = self._things.find(named, property_.default, repairs)
        along = {subject.iri: with_subject, value.iri: with_value}
        if property_.becomes == "relation":
            return self._relation(row, statement, property_, (subject, value), along, repairs)
        member, seat = (subject, value) if property_.becomes == "membership" else (value, subject)
        return self._membership(row, statement, property_, (member, seat), property_.code, property_.title, along, repairs)

    def _office_held(self, row: Row, said: Said, property_: Property, repairs: list[str]) -> _Records:
        """Return who holds an office, in the state or organization that the statement names, else in that of the office."""
        statement = said.entity
        named = item_of(statement["mainsnak"], property_.id)
        held, holder = (said.item, named) if property_.becomes == "holder" else (named, said.item)
        member, with_member = self._things.find(holder, "Person", repairs)
        office, facts = self._things.office(held), self._things.office_facts(held)
        title = facts["label"] if facts is not None else self._things.name(held)
        told = [item for name in ("P2389", "P1001", "P642", "P17") for item in qualifier_items(statement, name)]
        seat = self._things.seat(told)
        known = self._things.told_seat(held) if facts is None else None
        usual = office[0].organization if office is not None else known[1][0].iri if known is not None else None
        if seat is not None and seat[0].iri != usual:
            role = self._things.role(title, seat[0], facts["role"] if facts is not None else None)
            along = {member.iri: with_member, seat[0].iri: seat[1]}
            return self._membership(row, statement, property_, (member, seat[0]), role, title, along, repairs)
        if known is not None:  # the office has no line, but the state whose head has it
            role, (of, with_seat) = known
            along = {member.iri: with_member, of.iri: with_seat}
            return self._membership(row, statement, property_, (member, of), role, _TITLES[role], along, repairs)
        if office is None:
            if facts is None:
                raise RowError(f"the files do not describe the office {held!r}, and the statement names no state or organization")
            raise RowError(f"the office {held!r} names no state or organization that is known")
        along = {member.iri: with_member, office[0].organization: office[1], office[0].iri: Known(office[0])}
        seat_of_office = office[1].record if isinstance(office[1], Known) else office[1]
        return self._membership(
            row, statement, property_, (member, seat_of_office), office[0].role_kind, title, along, repairs, office=office[0].iri
        )

    def _membership(
        self,
        row: Row,
        statement: dict[str, Any],
        property_: Property,
        parties: tuple[Any, Any],
        role: str,
        title: str | None,
        along: dict[str, Any],
        repairs: list[str],
        office: str | None = None,
    ) -> _Records:
        member, seat = parties
        if kind_of(member) not in HOLDERS:
            raise RowError(f"{property_.id} has a member of the class {kind_of(member)!r}, and roles are held by parties")
        if kind_of(seat) not in SEATS:
            raise RowError(
                f"{property_.id} has a role in the class {kind_of(seat)!r}, and roles are held in states and organizations"
            )
        if member.iri == seat.iri:
            raise RowError(f"{property_.id} names the item itself")
        id_, iri = self._ids(statement, "membership")
        when = interval(statement, repairs)
        factuality = _factuality(statement)
        membership = Membership(iri, member.iri, seat.iri, role, title, factuality=factuality, office=office, **when)
        return [*along.values(), membership, self._claim(row, statement, property_, iri, id_, repairs)]

    def _relation(
        self,
        row: Row,
        statement: dict[str, Any],
        property_: Property,
        parties: tuple[Thing, Thing],
        along: dict[str, Any],
        repairs: list[str],
    ) -> _Records:
        subject, value = reversed(parties) if property_.is_inverse else parties
        subjects, objects = RANGES[property_.code]
        for thing, fitting in ((subject, subjects), (value, objects)):
            if kind_of(thing) not in fitting:
                raise RowError(
                    f"{property_.id} names {thing.label[:60]!r}, and a {kind_of(thing)} cannot be there in {property_.code}"
                )
        id_, iri = self._ids(statement, "relationship")
        when = interval(statement, repairs)
        relationship = Relationship(
            iri,
            subject.iri,
            property_.code,
            value.iri,
            factuality=_factuality(statement),
            **when,
        )
        return [*along.values(), relationship, self._claim(row, statement, property_, iri, id_, repairs)]

    def _ids(self, statement: dict[str, Any], kind: str) -> tuple[str, str]:
        """Return the id of a statement, and the IRI of what it tells of."""
        id_ = statement.get("id")
        if not isinstance(id_, str) or not id_.isprintable() or not id_:
            raise RowError(f"the statement has the id {str(id_)[:60]!r}, which is none")
        return id_, mint_dataset_part(self._minter.release.dataset, kind, id_, self._base)

    def _claim(self, row: Row, statement: dict[str, Any], property_: Property, about: str, id_: str, repairs: list[str]) -> Claim:
        return self._minter.claim(
            row,
            about,
            id_,
            certainty="possible" if statement.get("rank") == "deprecated" else "certain",
            source_type=property_.id,
            source_words=sources(statement, self._things.name),
            repairs=tuple(dict.fromkeys(repairs)),
        )


def _factuality(statement: dict[str, Any]) -> str:
    """Return whether a statement is told as true: one of deprecated rank is not."""
    return "claimed" if statement.get("rank") == "deprecated" else "happened"


def _reader(minter: Minter) -> Reader:
    return _Reader(minter).read


WIKIDATA = Dataset(
    name="wikidata",
    title="Wikidata",
    publisher="Wikimedia Foundation",
    homepage="https://www.wikidata.org/",
    license="https://creativecommons.org/publicdomain/zero/1.0/",
    may_republish=True,
    attribution="Wikidata, with the day of the dump",
    form=Form(COLUMNS),
    reader=_reader,
    lines=Lines((classes_of, things_of), cut_of),
    notes=(
        "The files are dumps in JSON, one entity a line, or documents of entities. A line gives one row for the item and one for "
        "each statement of a property that is read of things of its class; other properties are passed over. An item of no class "
        "that is read is one row in quarantine, which keeps its id, label and classes.",
        "Siblings (P3373) are not read: the graph has no relation for them.",
        "The row of a statement is its JSON, and its id that of the statement; an item's row has its names and classes.",
        "The files are read three times: for classes above classes, for class and name of each item, and for the rows. So the "
        "order of lines does not matter. An item that no line describes is looked for in the reference data, else called by its "
        "id, and ckg:repair says so.",
        "A statement of deprecated rank has the factuality claimed and the certainty possible; others count as true, each for "
        "its time. Statements without a value (somevalue, novalue) are in quarantine.",
        "A time is known to the day, month, year, decade or century; a day of the Julian calendar becomes one of ours. A "
        "statement with a point in time holds on that day, and perhaps before and after it.",
        "An office is one of the state or organization that it names (P1001, P17, P2389, P361), or whose head it is (P1906, "
        "P1313, P2388); a statement that names another one in a qualifier (P642, P1001, P17, P2389) is of that. What kind of "
        "role it is follows from these, from its class, or else from its title. The heads of a part of a state are members of "
        "the state, with their title.",
        "Things have the IRIs of the reference data, made of the item; where the reference data know the item, their name and "
        "class win.",
    ),
)
