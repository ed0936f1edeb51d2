"""ACLED: sub-events, direction, precision, deaths, and the oddities of its exports."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_table

from crisiskg.datasets import find_dataset

NOW = [
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "iso",
    "region",
    "country",
    "admin1",
    "admin2",
    "admin3",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "source_scale",
    "notes",
    "fatalities",
    "tags",
    "timestamp",
]
OLD = [
    "data_id",
    "iso",
    "event_id_cnty",
    "event_id_no_cnty",
    "event_date",
    "year",
    "time_precision",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "region",
    "country",
    "admin1",
    "admin2",
    "admin3",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "source_scale",
    "notes",
    "fatalities",
    "timestamp",
    "iso3",
]
#: A row that we made up.
ROW = {
    "event_id_cnty": "TCD17",
    "event_date": "2021-03-04",
    "year": "2021",
    "time_precision": "1",
    "disorder_type": "Political violence",
    "event_type": "Battles",
    "sub_event_type": "Armed clash",
    "actor1": "Military Forces of Chad (1990-2021)",
    "inter1": "State forces",
    "actor2": "Front of Tolm",
    "inter2": "Rebel group",
    "iso": "148",
    "region": "Middle Africa",
    "country": "Chad",
    "admin1": "Tibesti",
    "location": "Bardai",
    "latitude": "21.3542",
    "longitude": "17.0000",
    "geo_precision": "2",
    "source": "Radio Tolm; The Bel Post",
    "source_scale": "National",
    "notes": "Soldiers and rebels fought near Bardai.",
    "fatalities": "3",
    "timestamp": "1700000000",
}


def read(folder: Path, *changes: dict[str, str], header: list[str] | None = None) -> Read:
    header = header or NOW
    return read_table(
        "acled", folder, header, [[{**ROW, **change}.get(name, "") for name in header] for change in changes or ({},)]
    )


def test_a_clash_has_two_sides_without_direction(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    assert event.iri.endswith("/dataset/acled/event/TCD17")
    assert (event.event_type, event.quad_class, event.mode) == ("ASSAULT", "material-conflict", None)
    assert found.actors(event) == ["Military Forces of Chad (1990-2021)", "Front of Tolm"]
    assert (event.recipients, event.recipient_gap) == ((), "not-directed")
    assert found.names[event.side_a or ""] == "Military Forces of Chad (1990-2021)"
    assert found.kinds == {"Military Forces of Chad (1990-2021)": "SecurityForce", "Front of Tolm": "ArmedGroup"}
    assert event.label == ROW["notes"]
    assert (event.earliest_begin, event.latest_end, event.time_precision) == ("2021-03-04", "2021-03-04", "day")
    assert event.place_precision == "near"
    (claim,) = found.claims
    assert (claim.source_type, claim.source_words, claim.record_id) == ("Armed clash", "Radio Tolm; The Bel Post", "TCD17")
    (dead,) = found.casualties
    assert (dead.kind, dead.low, dead.best, dead.high) == ("killed", "3", None, None)


def test_older_exports_have_numbers_for_kinds_and_another_order(tmp_path: Path) -> None:
    found = read(tmp_path, {"inter1": "1", "inter2": "7", "actor2": "Civilians (Chad)", "iso3": "TCD", "iso": ""}, header=OLD)
    (event,) = found.events
    assert found.recipients(event) == ["Civilians (Chad)"]
    assert found.kinds["Civilians (Chad)"] == "PopulationGroup"
    assert "Chad" in found.names.values()


@pytest.mark.parametrize(
    ("sub_event", "notes", "expected"),
    [
        ("Armed clash", "", [("ASSAULT", None, ())]),
        ("Government regains territory", "", [("ASSAULT", None, ("territory",))]),
        ("Non-state actor overtakes territory", "", [("ASSAULT", None, ("territory",))]),
        ("Peaceful protest", "", [("PROTEST", "PROTEST-demo", ())]),
        ("Violent demonstration", "", [("PROTEST", "PROTEST-riot", ())]),
        ("Mob violence", "", [("PROTEST", "PROTEST-riot", ())]),
        ("Chemical weapon", "", [("ASSAULT", "ASSAULT-unconventional", ("cbrn",))]),
        ("Air/drone strike", "", [("ASSAULT", None, ())]),
        ("Air/drone strike", "A drone hit a car.", [("ASSAULT", "ASSAULT-drone", ())]),
        ("Air/drone strike", "Warplanes hit a village.", [("ASSAULT", "ASSAULT-aerial", ())]),
        ("Air/drone strike", "Jets and drones hit it.", [("ASSAULT", None, ())]),
        ("Suicide bomb", "", [("ASSAULT", "ASSAULT-suicide-attack", ())]),
        ("Shelling/artillery/missile attack", "", [("ASSAULT", "ASSAULT-heavy-weapons", ())]),
        ("Remote explosive/landmine/IED", "", [("ASSAULT", "ASSAULT-explosives", ())]),
        ("Grenade", "", [("ASSAULT", "ASSAULT-explosives", ())]),
        ("Sexual violence", "", [("ASSAULT", "ASSAULT-sexual", ())]),
        ("Attack", "", [("ASSAULT", None, ())]),
        ("Abduction/forced disappearance", "", [("ASSAULT", "ASSAULT-abduct", ())]),
        ("Agreement", "", [("SUPPORT", None, ("diplomatic",))]),
        ("Agreement", "They declared a ceasefire.", [("CONCEDE", None, ("military",))]),
        ("Arrests", "", [("COERCE", "COERCE-arrest", ())]),
        ("Looting/property destruction", "", [("COERCE", "COERCE-seize", ())]),
        ("Looting/property destruction", "They burned twenty houses.", [("ASSAULT", "ASSAULT-destroy", ())]),
        ("Looting/property destruction", "They looted and burned houses.", [("COERCE", "COERCE-seize", ())]),
        ("Disrupted weapons use", "", [("COERCE", "COERCE-seize", ())]),
        ("Headquarters or base established", "", [("MOBILIZE", "MOBILIZE-troops", ())]),
        ("Non-violent transfer of territory", "", [("RETREAT", "RETREAT-withdraw", ("territory",))]),
        ("Change to group/activity", "", [("OTHER", None, ())]),
        ("Other", "", [("OTHER", None, ())]),
        ("Protest with intervention", "", [("PROTEST", "PROTEST-demo", ()), ("COERCE", "COERCE-restrict", ())]),
        ("Protest with intervention", "Five were detained.", [("PROTEST", "PROTEST-demo", ()), ("COERCE", "COERCE-arrest", ())]),
        (
            "Excessive force against protesters",
            "Police used tear gas.",
            [("PROTEST", "PROTEST-demo", ()), ("ASSAULT", "ASSAULT-crowd-control", ("repression",))],
        ),
    ],
)
def test_each_sub_event_is_an_act(
    tmp_path: Path, sub_event: str, notes: str, expected: list[tuple[str, str | None, tuple[str, ...]]]
) -> None:
    found = read(tmp_path, {"sub_event_type": sub_event, "notes": notes})
    assert [(event.event_type, event.mode, event.contexts) for event in found.events] == expected


def test_a_protest_with_intervention_is_two_events_with_the_dead_in_the_second(tmp_path: Path) -> None:
    protest = {
        "sub_event_type": "Excessive force against protesters",
        "actor1": "Protesters (Chad)",
        "inter1": "Protesters",
        "actor2": "Police Forces of Chad (1990-2021)",
        "inter2": "State forces",
    }
    found = read(tmp_path, protest)
    first, second = found.events
    assert (found.actors(first), found.recipients(first)) == (["Protesters (Chad)"], [])
    assert (found.actors(second), found.recipients(second)) == (["Police Forces of Chad (1990-2021)"], ["Protesters (Chad)"])
    assert second.iri == f"{first.iri}-2"
    assert [claim.about for claim in found.claims] == [first.iri, second.iri]
    assert (first.quantities, len(second.quantities)) == ((), 1)


def test_protesters_and_civilians_are_recipients_on_either_side(tmp_path: Path) -> None:
    attack = {"sub_event_type": "Attack", "actor1": "Civilians (Chad)", "inter1": "Civilians"}
    found = read(tmp_path, attack, {"actor2": "Civilians (Chad)", "inter2": "", "event_id_cnty": "TCD18"})
    assert [found.recipients(event) for event in found.events] == [["Civilians (Chad)"], ["Civilians (Chad)"]]
    assert found.actors(found.events[0]) == ["Front of Tolm"]


def test_civilian_targeting_gives_direction(tmp_path: Path) -> None:
    found = read(tmp_path, {"civilian_targeting": "Civilian targeting"})
    assert found.recipients(found.events[0]) == ["Front of Tolm"]


def test_one_actor_and_allies(tmp_path: Path) -> None:
    found = read(tmp_path, {"actor2": "", "inter2": "", "assoc_actor_1": "Militia of Bel; Women (Chad)"})
    (event,) = found.events
    assert found.actors(event) == ["Military Forces of Chad (1990-2021)", "Militia of Bel", "Women (Chad)"]
    assert (event.side_b, event.recipient_gap) == (None, "not-stated")


def test_precisions_widen_time_and_mark_the_place(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"time_precision": "2", "geo_precision": "3"},
        {"time_precision": "3", "event_id_cnty": "TCD18", "geo_precision": "1"},
    )
    week, month = found.events
    assert (week.earliest_begin, week.latest_end, week.time_precision) == ("2021-03-01", "2021-03-07", "week")
    assert (month.earliest_begin, month.latest_end, month.time_precision) == ("2021-03-01", "2021-03-31", "month")
    assert (week.place_precision, month.place_precision) == ("adm1", "exact")


def test_no_deaths_says_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, {"fatalities": "0"}, {"fatalities": "", "event_id_cnty": "TCD18"})
    assert found.casualties == []
    assert [event.quantities for event in found.events] == [(), ()]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event_id_cnty": ""}, "the id '' is none"),
        ({"event_id_cnty": "acled-undefined"}, "the id 'acled-undefined' is none"),
        ({"event_id_cnty": "undefined"}, "is none"),
        ({"sub_event_type": "Picnic", "event_type": "Leisure"}, "'Picnic' is no sub-event of ACLED"),
        ({"actor1": ""}, "actor1 is empty"),
        ({"event_date": ""}, "event_date is empty"),
        ({"event_date": "2020-03-04"}, "not in the year 2021"),
        ({"event_date": "0025-03-04"}, "no day of this dataset"),
        ({"time_precision": "9"}, "time_precision has 9"),
        ({"fatalities": "-1"}, "fatalities has -1"),
        ({"latitude": "121"}, "not on earth"),
        ({"country": ""}, "country is empty"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = read(tmp_path, {**({"iso": ""} if "country" in change else {}), **change})
    assert found.rows == []
    assert reason in found.refused[0]


def test_a_year_of_two_digits_is_mended_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, {"event_date": "0025-01-09", "year": "2025"}, {"event_date": "09 January 2025", "year": "2025"})
    assert [event.earliest_begin for event in found.events] == ["2025-01-09", "2025-01-09"]
    assert found.claims[0].repairs == ("the year of 0025-01-09 is read as 2025, as the column year has it",)
    assert found.claims[1].repairs == ()


def test_a_type_without_known_sub_event(tmp_path: Path) -> None:
    found = read(tmp_path, {"sub_event_type": "Some new kind", "event_type": "Battles"})
    assert (found.events[0].event_type, found.claims[0].source_type) == ("ASSAULT", "Some new kind")


def test_rows_may_not_be_passed_on() -> None:
    assert not find_dataset("acled").may_republish
