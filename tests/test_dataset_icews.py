"""ICEWS: the published columns and the derived ones, codes without zeros, parties of all kinds."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_file, read_table
from helpers import SHARED

from crisiskg.datasets.actor_kinds import kind_of_group, kind_of_name
from crisiskg.datasets.cameo import cameo_by_phrase
from crisiskg.datasets.icews import ICEWS, split_group

COLUMNS = [name for layout in ICEWS.form.layouts.values() for name in layout]
#: A row that we made up.
ROW = {
    "Event ID": "901",
    "Event Date": "2014-05-06",
    "Source Name": "Police (Chad)",
    "Source Sectors": "Government,Police",
    "Source Country": "Chad",
    "Event Text": "Arrest, detain, or charge with legal action",
    "CAMEO Code": "173",
    "Intensity": "-5.0",
    "Target Name": "Ada Tolm",
    "Target Sectors": "Dissident",
    "Target Country": "Chad",
    "Story ID": "77",
    "Sentence Number": "2",
    "Publisher": "The Bel Post",
    "City": "Moundou",
    "Province": "Logone Occidental",
    "Country": "Chad",
    "Latitude": "8.5667",
    "Longitude": "16.0833",
}


def read(folder: Path, *changes: dict[str, str]) -> Read:
    rows = [[{**ROW, **change}.get(name, "") for name in COLUMNS] for change in changes or ({},)]
    return read_table("icews", folder, COLUMNS, rows, "\t")


def derived(folder: Path, *rows: tuple[str, str, str, str]) -> Read:
    return read_table("icews", folder, ["source", "event", "target", "date", "origin"], [[*row, "tolm"] for row in rows], "\t")


def test_a_row_of_the_published_table(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    assert event.iri.endswith("/dataset/icews/event/901-2014-05-06")
    assert (event.event_type, event.mode, event.contexts) == ("COERCE", "COERCE-arrest", ("legal",))
    assert (found.actors(event), found.recipients(event)) == (["Police (Chad)"], ["Ada Tolm"])
    assert found.kinds == {"Police (Chad)": "SecurityForce", "Ada Tolm": "Person"}
    assert (event.place_precision, found.names[event.place or ""]) == ("near", "Moundou")
    (claim,) = found.claims
    assert (claim.source_type, claim.source_words, claim.repairs) == ("173", "The Bel Post", ())


def test_one_id_on_two_days_is_two_events(tmp_path: Path) -> None:
    found = read(tmp_path, {}, {"Event Date": "2014-05-07"})
    assert len({event.iri for event in found.events}) == 2


def test_days_with_the_month_first(tmp_path: Path) -> None:
    found = read(tmp_path, {"Event Date": "2/1/2017"}, {"Event Date": "12/31/2017"})
    assert [event.earliest_begin for event in found.events] == ["2017-02-01", "2017-12-31"]


@pytest.mark.parametrize(
    ("phrase", "code", "type_", "is_repaired"),
    [
        ("Make statement", "10", "OTHER", False),
        ("Make a visit", "042", "CONSULT", False),
        ("Make a visit", "42", "CONSULT", False),
        ("Demand", "173", "REQUEST", True),
        ("", "13y", "THREATEN", True),
        ("A phrase of tomorrow", "190", "ASSAULT", False),
        ("fight with small arms and light weapons", "", "ASSAULT", False),
    ],
)
def test_the_phrase_decides_the_code(tmp_path: Path, phrase: str, code: str, type_: str, is_repaired: bool) -> None:
    found = read(tmp_path, {"Event Text": phrase, "CAMEO Code": code})
    assert found.events[0].event_type == type_
    assert bool(found.claims[0].repairs) is is_repaired


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Event Text": "A phrase of tomorrow", "CAMEO Code": ""}, "is no event of CAMEO"),
        ({"Event Text": "", "CAMEO Code": "99"}, "there is no CAMEO code '99'"),
        ({"Event Date": ""}, "Event Date is empty"),
        ({"Event Date": "31/31/2017"}, "no day"),
        ({"Source Name": ""}, "Source Name is empty"),
        ({"Latitude": "north"}, "no number"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = read(tmp_path, change)
    assert found.rows == []
    assert reason in found.refused[0]


def test_a_derived_table_has_no_ids_and_equal_rows_are_numbered(tmp_path: Path) -> None:
    row = ("Sudan", "Consult", "Chad", "2009-01-02")
    found = derived(tmp_path, row, row, ("Chad", "Consult", "Sudan", "2009-01-02"))
    first, second, third = found.events
    assert second.iri == f"{first.iri}-2"
    assert third.iri not in (first.iri, second.iri)
    assert (found.actors(first), found.recipients(first)) == (["Sudan"], ["Chad"])
    assert first.place_gap == "not-stated"


def test_the_host_of_a_visit_is_visited(tmp_path: Path) -> None:
    found = derived(tmp_path, ("Chad", "Host a visit", "Sudan", "2009-01-02"), ("Sudan", "Make a visit", "Chad", "2009-01-02"))
    assert [(found.actors(event), found.recipients(event)) for event in found.events] == [(["Sudan"], ["Chad"])] * 2
    assert [claim.source_type for claim in found.claims] == ["043", "042"]


def test_nobody_in_particular_is_a_gap(tmp_path: Path) -> None:
    found = derived(tmp_path, ("Unspecified Actor", "Threaten", "Chad", "2009-01-02"))
    assert (found.events[0].actors, found.events[0].actor_gap) == ((), "not-stated")


def test_states_are_those_of_the_day(tmp_path: Path) -> None:
    found = derived(
        tmp_path,
        ("Police (Palestinian Territory, Occupied)", "Threaten", "Clergy (Holy See (Vatican City State))", "2009-01-02"),
    )
    states = {record.label for record in found.rows[0] if type(record).__name__ == "State"}
    assert states == {"Palestine", "Holy See"}


@pytest.mark.parametrize("name", ["(x)", "a) b)", ")", "()", "a ("])
def test_odd_brackets_are_no_groups(name: str) -> None:
    found = split_group(name)
    assert found is None or all(part is not None for part in found)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Citizen", "PopulationGroup"),
        ("Media Personnel", "PopulationGroup"),
        ("Newspaper", "MediaOrganization"),
        ("Defense / Security Ministry", "GovernmentBody"),
        ("Military Personnel - Special", "SecurityForce"),
        ("Armed Gang", "ArmedGroup"),
        ("Muslim Militant", "ArmedGroup"),
        ("Main Opposition", "PoliticalParty"),
        ("Human Rights Group", "NongovernmentalOrganization"),
        ("Airline", "Company"),
    ],
)
def test_words_for_many(words: str, kind: str) -> None:
    assert kind_of_group(words) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Angela Merkel", "Person"),
        ("A.K. Tolm", "Person"),
        ("Juan Manuel de la Tolm", "Person"),
        ("Boko Haram", "ArmedGroup"),
        ("Bel Volunteer Force", "ArmedGroup"),
        ("Republican Party of Bel", "PoliticalParty"),
        ("Ministry of Tolm", "GovernmentBody"),
        ("Bel National Police", "SecurityForce"),
        ("Tolm Airlines", "Company"),
        ("Middle East", "PopulationGroup"),
        ("Alstom", "Organization"),
        ("bel", "Organization"),
    ],
)
def test_names(name: str, kind: str) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.skipif(not (SHARED / "throughput").exists(), reason="the real tables are not here")
def test_the_real_derived_table(tmp_path: Path) -> None:
    path = SHARED / "throughput" / "icews_events_named.tsv.gz"
    found = read_file("icews", path, most=4000)
    assert (len(found.rows), found.refused) == (4000, [])
    assert all(cameo_by_phrase(record.label.split(":")[0]) for record in found.events)
