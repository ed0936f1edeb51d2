"""Rows on conflicts, leaders and relationships are held to the shapes by their form as well as by the shapes themselves."""

from __future__ import annotations

import random

from test_import_checks import BASE, RELEASE, compare

from crisiskg.datasets.records import Actor, Claim, Membership, Record, Relationship, Situation, State


def a_row(number: int, chance: random.Random) -> list[Record]:
    """A row as UCDP/PRIO and Archigos together would make it."""
    state = State(f"{BASE}entity/Q1", "Tolmia", iso3="TOL")
    group = Actor(f"{BASE}dataset/tolm/actor/1", "ArmedGroup", "Front of Bel", ucdp_id="17")
    person = Actor(f"{BASE}dataset/tolm/actor/2", "Person", "Bel")
    year = 1950 + number
    begin, end = f"{year}-0{chance.randrange(1, 9)}-11", f"{year + 1}-03-0{chance.randrange(1, 9)}"
    war = Situation(
        f"{BASE}dataset/tolm/conflict/1", "Tolmia: Bel", located_in=(state.iri,), earliest_begin=begin, latest_begin=end
    )
    against = Relationship(
        f"{BASE}dataset/tolm/relationship/{number}",
        state.iri,
        "against",
        group.iri,
        qualifier=chance.choice([None, "territory"]),
        earliest_begin=begin,
        latest_begin=chance.choice([None, begin]),
        earliest_end=chance.choice([None, end]),
        latest_end=end,
    )
    rule = Membership(
        f"{BASE}dataset/tolm/membership/{number}",
        person.iri,
        state.iri,
        "head-of-government",
        chance.choice([None, "leader"]),
        earliest_begin=begin,
        latest_begin=begin,
        latest_end=chance.choice([None, end]),
    )
    claims = [
        Claim(f"{RELEASE}/record/{number}-{place}", RELEASE, about, f"{number}-{place}", str(number + 1), "row")
        for place, about in enumerate((war.iri, against.iri, rule.iri))
    ]
    return [state, group, person, war, against, rule, *claims]


def test_what_a_form_says_is_what_the_shapes_say() -> None:
    failed, validated = compare(rows=160, faults=90, seed=5, make=a_row)
    assert failed > 30
    assert validated < 150
