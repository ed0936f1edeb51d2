"""Rows on conflicts, leaders and relationships are held to the shapes by their form as well as by the shapes themselves."""

from __future__ import annotations

import random

import pytest
from test_import_checks import BASE, RELEASE, checks, compare

from crisiskg.datasets.records import Actor, ChangeEvent, Claim, Membership, Record, Relationship, Situation, State


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


def a_change(number: int, chance: random.Random) -> list[Record]:
    """A row on how organizations changed."""
    army = Actor(f"{BASE}entity/ucdp-1", "ArmedGroup", "Army of Tolm", ucdp_id="1")
    front = Actor(f"{BASE}entity/ucdp-2", chance.choice(["ArmedGroup", "GovernmentBody"]), "Front of Bel", ucdp_id="2")
    kind = chance.choice(["split", "temporary-split", "alliance", "joining", "renaming"])
    day = chance.choice([None, f"{1990 + number}-03-11"])
    change = ChangeEvent(
        f"{BASE}dataset/tolm/change/{number}",
        "a change",
        kind,
        front.iri if kind == "renaming" else army.iri,
        front.iri,
        chance.choice([None, "Army"]) if kind == "renaming" else None,
        "Front" if kind == "renaming" else None,
        chance.choice([None, "2"]) if kind == "renaming" else None,
        earliest_begin=day,
        latest_end=day,
        time_gap=None if day else "not-stated",
    )
    return [army, front, change, Claim(f"{RELEASE}/record/{number}", RELEASE, change.iri, str(number), str(number + 1), "row")]


def test_what_a_form_says_of_changes_is_what_the_shapes_say() -> None:
    failed, validated = compare(rows=240, faults=140, seed=9, make=a_change)
    assert failed > 60
    assert validated < 170


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "renaming"},
        {"new_name": "Front"},
        {"resulting": f"{BASE}entity/ucdp-1"},
        {"original": f"{BASE}entity/Q1"},
        {"time_gap": None},
        {"kind": "renaming", "original": f"{BASE}entity/ucdp-2", "new_name": "Front", "former_name": "Front"},
        {"kind": "renaming", "original": f"{BASE}entity/ucdp-2", "former_name": "Front"},
    ],
    ids=lambda fault: ", ".join(fault),
)
def test_a_change_with_a_fault_is_found_after_one_without(fault: dict[str, str | None]) -> None:
    """The form of a faulty change is none of those that conform."""
    army = Actor(f"{BASE}entity/ucdp-1", "ArmedGroup", "Army of Tolm", ucdp_id="1")
    front = Actor(f"{BASE}entity/ucdp-2", "ArmedGroup", "Front of Bel", ucdp_id="2")
    state = State(f"{BASE}entity/Q1", "Tolmia")
    split = ChangeEvent(f"{BASE}dataset/tolm/change/1", "a split", "split", army.iri, front.iri, time_gap="not-stated")
    renaming = split._replace(kind="renaming", original=front.iri, former_name="Front", new_name="Fist")
    by_form = checks()
    for change in (split, renaming):
        claim = Claim(f"{RELEASE}/record/1", RELEASE, change.iri, "1", "2", "row")
        assert by_form.check([army, front, state, change, claim]) is None
    report = by_form.check([army, front, state, split._replace(**fault), claim])  # type: ignore[arg-type]
    assert report is not None
    assert not report.conforms
