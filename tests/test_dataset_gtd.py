"""Rows of the Global Terrorism Database, all of them made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_table

from crisiskg.datasets.gtd_columns import COLUMNS

HEADER = [column.name for column in COLUMNS]
ROW = {
    "eventid": "201503140001",
    "iyear": "2015",
    "imonth": "3",
    "iday": "14",
    "country": "123",
    "country_txt": "Mali",
    "provstate": "Gao",
    "city": "Bel",
    "latitude": "16.25",
    "longitude": "-0.05",
    "specificity": "1",
    "vicinity": "0",
    "doubtterr": "0",
    "success": "1",
    "suicide": "0",
    "attacktype1": "3",
    "attacktype1_txt": "Bombing/Explosion",
    "targtype1": "4",
    "targtype1_txt": "Military",
    "corp1": "Army of Bel",
    "target1": "Checkpoint",
    "natlty1_txt": "Mali",
    "gname": "Front of Bel",
    "guncertain1": "0",
    "weaptype1": "6",
    "nkill": "7",
    "nkillter": "2",
    "nwound": "-99",
    "scite1": '"Blast at Bel," Tolm Times, March 15, 2015.',
}


def read(folder: Path, **changes: str) -> Read:
    cells = ROW | changes
    return read_table("gtd", folder, HEADER, [[cells.get(name, "") for name in HEADER]])


def test_an_attack(tmp_path: Path) -> None:
    found = read(tmp_path)
    (event,) = found.events
    (claim,) = found.claims
    assert len(HEADER) == 135
    assert (event.event_type, event.mode, event.quad_class) == ("ASSAULT", "ASSAULT-explosives", "material-conflict")
    assert event.contexts == ("terrorism",)
    assert (found.actors(event), found.recipients(event)) == (["Front of Bel"], ["Army of Bel"])
    assert found.kinds == {"Front of Bel": "ArmedGroup", "Army of Bel": "SecurityForce"}
    assert (event.earliest_begin, event.latest_end, event.time_precision) == ("2015-03-14", "2015-03-14", "day")
    assert event.place_precision == "exact"
    assert event.factuality == "happened"
    assert event.iri.endswith("/gtd/event/201503140001")
    assert event.label == "Bombing/Explosion by Front of Bel on Checkpoint"
    assert (claim.status, claim.certainty, claim.source_type) == ("happened", "certain", "Bombing/Explosion")
    assert claim.source_words == '"Blast at Bel," Tolm Times, March 15, 2015.'
    assert [(dead.kind, dead.best, dead.counts is not None) for dead in found.casualties] == [
        ("killed", "7", False),
        ("killed", "2", True),
    ]


def test_an_attempt_that_hurt_nobody_did_not_happen(tmp_path: Path) -> None:
    found = read(tmp_path, success="0", nkill="0", nkillter="")
    assert found.events[0].factuality == "planned"
    assert found.claims[0].status == "planned"


def test_an_attempt_that_hurt_somebody_happened(tmp_path: Path) -> None:
    found = read(tmp_path, success="0", nkill="1", nkillter="")
    assert found.events[0].factuality == "happened"


@pytest.mark.parametrize(("column", "contexts"), [("doubtterr", ()), ("guncertain1", ("terrorism",))])
def test_doubts_are_kept(tmp_path: Path, column: str, contexts: tuple[str, ...]) -> None:
    found = read(tmp_path, **{column: "1"})
    assert found.claims[0].certainty == "probable"
    assert found.events[0].factuality == "claimed"
    assert found.events[0].contexts == contexts


@pytest.mark.parametrize(
    ("changes", "bounds", "precision"),
    [
        ({"iday": "0"}, ("2015-03-01", "2015-03-31"), "month"),
        ({"imonth": "0", "iday": "0"}, ("2015-01-01", "2015-12-31"), "year"),
        ({"extended": "1", "resolution": "3/20/2015"}, ("2015-03-14", "2015-03-20"), "interval"),
    ],
)
def test_days_that_are_not_known_have_bounds(
    tmp_path: Path, changes: dict[str, str], bounds: tuple[str, str], precision: str
) -> None:
    (event,) = read(tmp_path, **changes).events
    assert (event.earliest_begin, event.latest_end) == bounds
    assert event.time_precision == precision


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({"attacktype1": "1"}, "ASSAULT-targeted"),
        ({"attacktype1": "2", "weaptype1": "5"}, "ASSAULT-firearms"),
        ({"attacktype1": "2", "weaptype1": "9"}, "ASSAULT-primitive"),
        ({"attacktype1": "2", "weaptype1": "13"}, None),
        ({"attacktype1": "3", "suicide": "1"}, "ASSAULT-suicide-attack"),
        ({"attacktype1": "6", "nhostkid": "4"}, "ASSAULT-abduct"),
        ({"attacktype1": "7"}, "ASSAULT-destroy"),
        ({"attacktype1": "8", "weaptype1": "13"}, "ASSAULT-beat"),
        ({"attacktype1": "8", "weaptype1": "2"}, "ASSAULT-unconventional"),
        ({"attacktype1": "9"}, None),
    ],
)
def test_modes(tmp_path: Path, changes: dict[str, str], mode: str | None) -> None:
    (event,) = read(tmp_path, **changes).events
    assert event.mode == mode


@pytest.mark.parametrize(
    ("changes", "precision"),
    [
        ({"vicinity": "1"}, "near"),
        ({"specificity": "3"}, "adm2"),
        ({"specificity": "4"}, "adm1"),
        ({"specificity": "5"}, "country"),
    ],
)
def test_place_precision(tmp_path: Path, changes: dict[str, str], precision: str) -> None:
    assert read(tmp_path, **changes).events[0].place_precision == precision


def test_unknown_attackers_are_a_gap(tmp_path: Path) -> None:
    (event,) = read(tmp_path, gname="Unknown").events
    assert (event.actors, event.actor_gap) == ((), "not-stated")


def test_chemical_weapons_are_told(tmp_path: Path) -> None:
    assert read(tmp_path, weaptype1="2").events[0].contexts == ("terrorism", "cbrn")


def test_states_of_the_day(tmp_path: Path) -> None:
    found = read(tmp_path, country_txt="Zaire", iyear="1980", natlty1_txt="Soviet Union", corp1="", target1="")
    assert {"Democratic Republic of the Congo", "Soviet Union", "Military (Soviet Union)"} <= set(found.names.values())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"eventid": ""}, "the column eventid is empty"),
        ({"iyear": "15"}, "the column iyear has '15'"),
        ({"imonth": "13"}, "the column imonth has 13"),
        ({"iday": "32"}, "there is no day 2015-3-32"),
        ({"attacktype1": "12"}, "the column attacktype1 has 12"),
        ({"nkill": "-5"}, "the column nkill has -5, which is no number of people"),
        ({"latitude": "95"}, "is not on earth"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    found = read(tmp_path, **changes)
    assert found.rows == []
    assert reason in found.refused[0]
