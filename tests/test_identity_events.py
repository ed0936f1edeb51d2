"""Judging which accounts tell of the same event."""

from __future__ import annotations

import datetime as dt
import math
import sys
from pathlib import Path

import pytest

from crisiskg.identity.event_blocks import candidate_pairs
from crisiskg.identity.event_comparison import compare_events, dead_range
from crisiskg.identity.event_facts import EventFacts, Party
from crisiskg.identity.events import POSITIVE, UNSURE, judge_events

BENCH = Path(__file__).parent.parent / "bench"
AT = "2026-01-01T00:00:00Z"
ARMY = Party("urn:army", "Government of Aland", "GovernmentBody", "urn:aland")
GROUP = Party("urn:group", "Northern Eagles", "ArmedGroup")
DAY = dt.date(2020, 5, 4).toordinal()
BASIC = EventFacts(
    "urn:a:1", "a", "urn:a", "ASSAULT", "", "material-conflict", DAY, DAY, "day", ("urn:aland",), "", "Ostby", (10.0, 20.0),
    "exact", (ARMY, GROUP), (), False, (5.0, 5.0, 5.0),
)  # fmt: skip


def other(**changes: object) -> EventFacts:
    fields = {name: getattr(BASIC, name) for name in EventFacts.__slots__}
    return EventFacts(**{**fields, "iri": "urn:b:1", "source": "b", "graph": "urn:b", **changes})


def test_same_account_is_positive() -> None:
    found = compare_events(BASIC, other())
    assert found.score >= POSITIVE
    assert "Both are of 2020-05-04." in found.reasons


@pytest.mark.parametrize(
    "changes",
    [
        {"first": DAY + 2, "last": DAY + 2},
        {"type": "PROTEST"},
        {"type": "AID", "quad": "material-cooperation"},
        {"point": (10.5, 20.0), "place_name": "Vestby"},
    ],
    ids=["days", "protest", "quad class", "distance"],
)
def test_what_excludes(changes: dict[str, object]) -> None:
    found = compare_events(BASIC, other(**changes))
    assert found.score == 0
    assert "exclude" in found.apart


def test_a_day_off_is_no_exclusion() -> None:
    assert compare_events(BASIC, other(first=DAY + 1, last=DAY + 1)).score >= POSITIVE


@pytest.mark.parametrize("precision", ["adm1", "area", "country"])
def test_distance_of_centroids_is_ignored(precision: str) -> None:
    found = compare_events(BASIC, other(point=(12.0, 23.0), place_precision=precision, place_name="East"))
    assert UNSURE <= found.score < POSITIVE
    assert any("ignored" in reason for reason in found.reasons)


def test_an_event_in_an_episode_is_unsure_at_most() -> None:
    found = compare_events(BASIC, other(first=DAY - 10, last=DAY + 10))
    assert found.score < POSITIVE
    assert any("episode" in reason for reason in found.reasons)


def test_reversal_counts_only_where_both_are_directed() -> None:
    one = other(iri="urn:a:1", source="a", actors=(ARMY,), recipients=(GROUP,), directed=True)
    back = other(actors=(GROUP,), recipients=(ARMY,), directed=True)
    assert compare_events(one, back).score < POSITIVE
    assert compare_events(one, other(actors=(GROUP, ARMY))).score >= POSITIVE


def test_other_actors_are_not_the_same() -> None:
    stranger = Party("urn:x", "Desert Guard", "ArmedGroup")
    second = Party("urn:y", "Blue Cartel", "ArmedGroup")
    assert compare_events(BASIC, other(actors=(stranger, second))).score < UNSURE


def test_more_than_a_hundred_has_no_highest_number() -> None:
    assert dead_range(other(dead=(100.0, 100.0, None))) == (100.0, 100.0, math.inf)
    assert dead_range(other(dead=(None, 7.0, None))) == (7.0, 7.0, 7.0)
    found = compare_events(other(dead=(150.0, 157.0, 170.0)), other(dead=(100.0, 100.0, None)))
    assert any("ranges meet" in reason for reason in found.reasons)


def test_blocks_take_states_days_and_sources() -> None:
    far = other(iri="urn:b:2", first=DAY + 5, last=DAY + 5)
    foreign = other(iri="urn:b:3", states=("urn:bland",))
    wide = other(iri="urn:b:4", first=DAY - 100, last=DAY + 100)
    same_source = other(iri="urn:a:2", source="a")
    pairs = list(candidate_pairs([BASIC, other(), far, foreign, wide, same_source]))
    assert {frozenset((a.iri, b.iri)) for a, b in pairs} == {
        frozenset(("urn:a:1", "urn:b:1")),
        frozenset(("urn:a:2", "urn:b:1")),
    }


def test_blocks_take_names_where_the_state_is_unknown() -> None:
    assert len(list(candidate_pairs([BASIC, other(states=())]))) == 1
    assert not list(candidate_pairs([BASIC, other(states=(), place_name="Vestby")]))


def test_events_of_one_document_are_not_compared() -> None:
    first, second = other(source="documents", graph="urn:d"), other(iri="urn:b:2", source="documents", graph="urn:d")
    assert not list(candidate_pairs([first, second]))
    assert len(list(candidate_pairs([first, other(iri="urn:b:2", source="documents", graph="urn:e")]))) == 1


def test_one_counterpart_and_the_next_best_is_kept() -> None:
    near = other(iri="urn:b:2", first=DAY + 1, last=DAY + 1)
    found = judge_events([BASIC, other(), near], AT)
    assert [(one.object, one.verdict) for one in found] == [("urn:b:1", "positive"), ("urn:b:2", "unsure")]
    assert "better match" in found[1].reasons[-1]


def test_two_that_are_as_good_are_unsure() -> None:
    found = judge_events([BASIC, other(), other(iri="urn:b:2")], AT)
    assert [one.verdict for one in found] == ["unsure", "unsure"]


def test_what_a_person_rejected_is_not_in_the_way() -> None:
    near = other(iri="urn:b:2", first=DAY + 1, last=DAY + 1)
    found = judge_events([BASIC, other(), near], AT, {("urn:a:1", "urn:b:1")})
    assert [(one.object, one.verdict) for one in found] == [("urn:b:2", "positive")]


def test_labelled_pairs() -> None:
    sys.path.insert(0, str(BENCH))
    try:
        from identity_events import figures
    finally:
        sys.path.remove(str(BENCH))
    found = figures("test")
    assert found["precision"] >= 0.90
    assert found["recall"] >= 0.70
