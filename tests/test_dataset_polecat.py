"""POLECAT: lists in step, nulls in words, modes off the list, malformed files."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_file, read_table

from crisiskg.datasets.polecat import POLECAT

COLUMNS = list(POLECAT.form.layouts["events"])
#: A row that we made up.
ROW = {
    "Event ID": "TOLM_20210304_1",
    "Event Date": "2021-03-04",
    "Event Type": "ASSAULT",
    "Event Mode": "firearms",
    "Intensity": "-9",
    "Quad Code": "MATERIAL CONFLICT",
    "Contexts": "election; military",
    "Actor Name": "Chad; None",
    "Actor Country": "TCD; SDN",
    "Actor COW": "483; 625",
    "Primary Actor Sector": "MIL; REB",
    "Actor Title": "None",
    "Actor Name Raw": "the army; rebels of Bel",
    "Recipient Name": "None",
    "Recipient Country": "TCD",
    "Primary Recipient Sector": "CVL",
    "Recipient Name Raw": "villagers",
    "Placename": "Bardai",
    "Province": "Tibesti",
    "Country": "TCD",
    "Latitude": "21.35",
    "Longitude": "17.0",
    "GeoNames ID": "2436000",
    "Feature Type": "PPL",
    "Source": "The Bel Post",
    "Language": "en",
}


def row(change: dict[str, str]) -> list[str]:
    return [{**ROW, **change}.get(name, "None") for name in COLUMNS]


def read(folder: Path, *changes: dict[str, str]) -> Read:
    return read_table("polecat", folder, COLUMNS, [row(change) for change in changes or ({},)], "\t")


def test_a_row(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    assert (event.event_type, event.mode, event.quad_class) == ("ASSAULT", "ASSAULT-firearms", "material-conflict")
    assert event.contexts == ()
    assert (found.actors(event), found.recipients(event)) == (["Chad", "rebels of Bel"], ["villagers"])
    assert found.kinds == {"rebels of Bel": "ArmedGroup", "villagers": "PopulationGroup"}
    assert (found.names[event.place or ""], event.place_precision) == ("Bardai", "exact")
    (claim,) = found.claims
    assert (claim.source_type, claim.source_quad_class, claim.source_words) == (
        "ASSAULT firearms",
        "MATERIAL CONFLICT",
        "The Bel Post",
    )
    place = next(record for record in found.rows[0] if type(record).__name__ == "Place")
    assert place.same_as == ("https://sws.geonames.org/2436000/",)


def test_the_second_country_is_that_of_the_second_name(tmp_path: Path) -> None:
    found = read(tmp_path)
    states = {record.iri: record.label for record in found.rows[0] if type(record).__name__ == "State"}
    rebels = next(record for record in found.rows[0] if record.label == "rebels of Bel")
    assert states[rebels.state] == "Sudan"


@pytest.mark.parametrize(
    ("type_", "modes", "mode", "repairs"),
    [
        ("ASSAULT", "None", None, 0),
        ("ASSAULT", "firearms; drone", None, 0),
        ("assault", "Firearms", "ASSAULT-firearms", 0),
        ("THREATEN", "ban", "THREATEN-restrict", 1),
        ("COERCE", "ban; restrict", "COERCE-restrict", 1),
        ("RETREAT", "return", "RETREAT-return", 0),
        ("AGREE", "visit", None, 1),
        ("CONSULT", "third-party", "CONSULT-third-party", 0),
    ],
)
def test_modes(tmp_path: Path, type_: str, modes: str, mode: str | None, repairs: int) -> None:
    found = read(tmp_path, {"Event Type": type_, "Event Mode": modes})
    assert (found.events[0].mode, len(found.claims[0].repairs)) == (mode, repairs)


def test_a_title_and_a_name_make_a_person(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"Actor Name": "Ada Tolm", "Primary Actor Sector": "GOV", "Actor Title": "None"},
        {"Actor Name": "Tolm", "Primary Actor Sector": "GOV", "Actor Title": "minister", "Event ID": "2"},
        {"Actor Name": "Tolm", "Primary Actor Sector": "GOV", "Event ID": "3"},
        {"Actor Name": "Police of Bel", "Primary Actor Sector": "None", "Event ID": "4"},
    )
    first, second, third, fourth = (
        next(iter({r.label: r.kind for r in row if hasattr(r, "kind")}.values())) for row in found.rows
    )
    assert (first, second, third, fourth) == ("Person", "Person", "GovernmentBody", "SecurityForce")


@pytest.mark.parametrize(
    ("change", "precision"),
    [
        ({"Feature Type": "ADM1"}, "adm1"),
        ({"Feature Type": "PCLI"}, "country"),
        ({"Feature Type": "None", "Placename": "None"}, "adm1"),
        ({"Feature Type": "None", "Placename": "None", "Province": "None"}, "country"),
        ({"Feature Type": "AIRP"}, "near"),
    ],
)
def test_precision_of_places(tmp_path: Path, change: dict[str, str], precision: str) -> None:
    assert read(tmp_path, change).events[0].place_precision == precision


def test_nothing_known_is_a_gap(tmp_path: Path) -> None:
    nothing = {name: "None" for name in COLUMNS if "Actor" in name or "Recipient" in name or name in ("Placename", "Province")}
    event = read(tmp_path, {**nothing, "Country": "None"}).events[0]
    assert (event.actor_gap, event.recipient_gap, event.place_gap) == ("not-stated", "not-stated", "not-stated")
    assert event.label == "ASSAULT"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Event ID": "None"}, "Event ID is empty"),
        ({"Event Date": "None"}, "Event Date is empty"),
        ({"Event Type": "FIGHT"}, "'FIGHT' is no type of PLOVER"),
        ({"Event Type": "None"}, "Event Type is empty"),
        ({"Latitude": "99"}, "not on earth"),
    ],
)
def test_what_cannot_be_read_goes_to_quarantine(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    found = read(tmp_path, change)
    assert found.rows == []
    assert reason in found.refused[0]


def test_a_header_may_name_a_column_that_rows_lack(tmp_path: Path) -> None:
    header = [*COLUMNS[:5], "Headline", *COLUMNS[5:]]
    found = read_table("polecat", tmp_path, header, [row({})], "\t")
    assert found.events[0].mode == "ASSAULT-firearms"
    assert found.claims[0].source_quad_class == "MATERIAL CONFLICT"


def test_tabs_at_the_end_of_a_row_do_no_harm(tmp_path: Path) -> None:
    found = read_table("polecat", tmp_path, COLUMNS, [[*row({}), "", ""], [*row({}), "more"]], "\t")
    assert len(found.events) == 1
    assert "cells where the table has" in found.refused[0]


def test_latin_1(tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    path.write_bytes(("\t".join(COLUMNS) + "\n" + "\t".join(row({"Placename": "Abéché"})) + "\n").encode("latin-1"))
    found = read_file("polecat", path)
    assert found.names[found.events[0].place or ""] == "Abéché"


def test_without_header(tmp_path: Path) -> None:
    assert len(read_table("polecat", tmp_path, None, [row({})], "\t").events) == 1
