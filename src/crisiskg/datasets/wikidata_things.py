"""The things that statements of Wikidata name: found in the files, in the reference data, or called by their ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from crisiskg.crosswalk.things import things_by_item
from crisiskg.datasets.dataset import Minter
from crisiskg.datasets.lines import Known
from crisiskg.datasets.records import Actor, Office, Place, Situation, State
from crisiskg.datasets.role_titles import is_deputy, role_of
from crisiskg.datasets.values import RowError
from crisiskg.datasets.wikidata_properties import SEATS
from crisiskg.iris import mint_wikidata_entity
from crisiskg.namespaces import WD

#: A thing that roles and relations are between.
Thing = Actor | State | Place | Situation


def kind_of(thing: Thing) -> str:
    """Return the class of a thing.

    >>> kind_of(State("urn:s", "Chad"))
    'State'
    """
    return thing.kind if isinstance(thing, Actor) else type(thing).__name__


class Things:
    """Finds the things that rows name, and makes their records.

    Args:
        minter: Makes the records of the release.
    """

    def __init__(self, minter: Minter) -> None:
        self._minter = minter
        self._base = minter.release.base
        #: Returns an office with the state or organization that it is one of; None where that, or the office, is not known.
        self.office = lru_cache(1 << 14)(self._office)

    def find(self, item: str, default: str, repairs: list[str]) -> tuple[Thing, Thing | Known]:
        """Return an item as a thing, and as it comes with a row.

        Args:
            item: The item.
            default: Its class, where nobody describes it.
            repairs: Gets a sentence where nobody does.

        Raises:
            RowError: it is an office.
        """
        state: State | None = self._minter.state_by_code("wikidata", item)
        if state is not None:
            return state, state
        found = self._minter.find(item)
        if found is not None:
            facts = json.loads(found.facts)
            if facts["kind"] == "Office":
                raise RowError(f"{item!r} is an office, and no party or place")
            known = self.thing(item, facts["kind"], facts["label"])
            return known, Known(known)
        told = things_by_item().get(item)
        if told is not None:
            made = self.thing(item, told.kind, told.label)
        else:
            made = self.thing(item, default, item)
            repairs.append(f"{item!r} is not described by the files; it is called by its id")
        return made, made

    def thing(self, item: str, kind: str, label: str) -> Thing:
        """Return the record of an item, with its name alone."""
        iri, same = mint_wikidata_entity(item, self._base), (WD + item,)
        if kind == "State":
            return State(iri, label, same)
        if kind == "Place":
            return Place(iri, label, same_as=same)
        if kind == "Situation":
            return Situation(iri, label, same_as=same)
        return Actor(iri, kind, label, same_as=same)

    def name(self, item: str) -> str:
        """Return the name of an item, or its id."""
        found = self._minter.find(item)
        if found is not None:
            return str(json.loads(found.facts)["label"])
        told = things_by_item().get(item)
        return told.label if told is not None else item

    def seat(self, items: Sequence[str]) -> tuple[Thing, Thing | Known] | None:
        """Return the first of several items that is a state or an organization; None where none is described as one."""
        for item in items:
            missing: list[str] = []
            try:
                found = self.find(item, "Organization", missing)
            except RowError:
                continue
            if not missing and kind_of(found[0]) in SEATS:
                return found
        return None

    def _office(self, item: str) -> tuple[Office, Thing | Known] | None:
        facts = self.office_facts(item)
        if facts is None:
            return None
        label = facts["label"]
        found = self.told_seat(item) or self._seat_of(facts)
        if found is None:
            return None
        role, (thing, along) = found
        return Office(mint_wikidata_entity(item, self._base), label, role, thing.iri), along

    def office_facts(self, item: str) -> dict[str, Any] | None:
        """Return what the files say of an office; None where they do not describe it."""
        found = self._minter.find(item)
        facts: dict[str, Any] = json.loads(found.facts) if found is not None else {}
        return facts if facts.get("kind") == "Office" else None

    def told_seat(self, item: str) -> tuple[str, tuple[Thing, Thing | Known]] | None:
        """Return role and seat, where a state or organization says that this is the office of its head."""
        told = self._minter.find(f"role:{item}")
        if told is None:
            return None
        role, of = json.loads(told.facts)
        seat = self.seat([of])
        return (role, seat) if seat is not None else None

    def _seat_of(self, facts: dict[str, Any]) -> tuple[str, tuple[Thing, Thing | Known]] | None:
        """Return role and seat by what the office says of itself.

        An office of a part of a state, as a governor's, is a role in that state, but not that of its head.
        """
        label = facts["label"]
        domain = self.seat(facts["domains"])
        state, body = domain or self.seat(facts["states"]), self.seat(facts["bodies"])
        if state is not None:
            role = self.role(label, state[0], facts["role"] if domain is not None or not facts["domains"] else None)
            if role != "member" or body is None:
                return role, state
        return (role_of(label), body) if body is not None else None

    def role(self, title: str, seat: Thing, known: str | None = None) -> str:
        """Return the kind of role of a title in a state or organization.

        Args:
            title: The title.
            seat: The state or organization.
            known: Kind of role by the class of the office, which counts in a state.
        """
        if isinstance(seat, State):
            return known if known is not None and not is_deputy(title) else role_of(title, seat.label)
        return role_of(title)
