"""Rows of the UCDP/PRIO Armed Conflict Dataset, all of them made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_file, read_table
from helpers import SHARED

from crisiskg.datasets.records import Claim, Relationship, Situation
from crisiskg.datasets.ucdp_prio import UCDP_PRIO

HEADER = [column.name for column in UCDP_PRIO.form.columns]
ROW = {
    "conflict_id": "9901",
    "location": "Mali",
    "side_a": "Government of Mali",
    "side_a_id": "72",
    "side_a_2nd": "Government of France",
    "side_b": "Front of Bel, Army of Tolm",
    "side_b_id": "9001, 9002",
    "incompatibility": "1",
    "territory_name": "Bel",
    "year": "2013",
    "intensity_level": "1",
    "type_of_conflict": "4",
    "start_date": "1990-06-28",
    "start_prec": "1",
    "start_date2": "2013-02-10",
    "start_prec2": "2",
    "ep_end": "1",
    "ep_end_date": "2013-11-20",
    "ep_end_prec": "1",
    "gwno_a": "432",
    "gwno_a_2nd": "220",
    "gwno_loc": "432",
    "region": "4",
    "version": "23.1",
}
DERIVED = ["conflict_id", "year", "gwno_a", "gwno_a_2nd", "gwno_b", "gwno_b_2nd", "incompatibility", "intensity_level"]
REAL = SHARED / "throughput" / "ps_ucdp_acd.csv"


def read(folder: Path, **changes: str) -> Read:
    cells = ROW | changes
    return read_table("ucdp-prio", folder, HEADER, [[cells.get(name, "") for name in HEADER]])


def relationships(found: Read) -> list[tuple[str, str, str]]:
    return [
        (found.names[record.subject], record.relation, found.names[record.object])
        for row in found.rows
        for record in row
        if isinstance(record, Relationship)
    ]


def situation(found: Read) -> Situation:
    return next(record for row in found.rows for record in row if isinstance(record, Situation))


def test_a_year_of_a_conflict(tmp_path: Path) -> None:
    found = read(tmp_path)
    war = situation(found)
    assert war.iri.endswith("/dataset/ucdp/conflict/9901")
    assert war.label == "Mali: Bel"
    assert (war.earliest_begin, war.latest_begin) == ("1990-06-28", "1990-06-28")
    assert found.names[war.located_in[0]] == "Mali"
    assert relationships(found) == [
        ("Government of Mali", "against", "Front of Bel"),
        ("Government of Mali", "against", "Army of Tolm"),
        ("Government of France", "against", "Front of Bel"),
        ("Government of France", "against", "Army of Tolm"),
        ("Government of France", "alliedWith", "Government of Mali"),
    ]
    first = next(record for record in found.rows[0] if isinstance(record, Relationship))
    assert first.qualifier == "territory, minor armed conflict"
    assert (first.earliest_begin, first.latest_begin) == ("2013-02-04", "2013-02-16")
    assert (first.earliest_end, first.latest_end) == ("2013-11-20", "2013-11-20")
    claims = [record for record in found.rows[0] if isinstance(record, Claim)]
    assert claims[0].about == war.iri
    assert claims[0].record_id == "9901-2013"
    assert claims[0].source_type == "internationalized intrastate"
    assert len({claim.iri for claim in claims}) == 6


def test_numbers_are_those_of_ged(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert {iri.rpartition("/")[2] for iri, label in found.names.items() if label == "Front of Bel"} == {"ucdp-9001"}


def test_a_conflict_about_government(tmp_path: Path) -> None:
    assert situation(read(tmp_path, territory_name="", incompatibility="2")).label == "Mali: Government"


def test_states_of_the_year(tmp_path: Path) -> None:
    found = read(tmp_path, side_a="Government of Russia (Soviet Union)", gwno_a="365", year="1990", start_date2="1990-01-01")
    assert "Soviet Union" in found.names.values()


def test_a_derived_table_has_codes_alone(tmp_path: Path) -> None:
    rows = [
        ["9903.0", "2011.0", "626.0", "500.0", "625.0", "", "territory", "1.0"],
        ["9903.0", "2011.0", "626.0", "500.0", "625.0", "", "territory", "1.0"],
        ["9903.0", "2011.0", "99999.0", "", "625.0", "", "territory", "1.0"],
    ]
    found = read_table("ucdp-prio", tmp_path, DERIVED, rows)
    assert relationships(found)[:3] == [
        ("South Sudan", "against", "Sudan"),
        ("Uganda", "against", "Sudan"),
        ("Uganda", "alliedWith", "South Sudan"),
    ]
    assert len({claim.iri for claim in found.claims}) == len(found.claims)
    repairs = [repair for claim in found.claims for repair in claim.repairs]
    assert repairs == ["no state had the Gleditsch-Ward code 99999 in 2011; it is left out"]


def test_names_that_do_not_fit_their_numbers_are_one_actor(tmp_path: Path) -> None:
    found = read(tmp_path, side_b_id="9001")
    assert "Front of Bel, Army of Tolm" in found.names.values()
    assert "2 names and 1 numbers" in found.claims[0].repairs[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"conflict_id": ""}, "the column conflict_id is empty"),
        ({"year": ""}, "the column year has ''"),
        ({"year": "20x5"}, "the column year has '20x5'"),
        ({"intensity_level": "7"}, "the column intensity_level has 7"),
        ({"start_date": "soon"}, "the column start_date has 'soon', which is no day"),
    ],
)
def test_rows_that_cannot_be_read(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    found = read(tmp_path, **changes)
    assert found.rows == []
    assert reason in found.refused[0]


@pytest.mark.skipif(not REAL.is_file(), reason="the real table is not here")
def test_the_real_table() -> None:
    found = read_file("ucdp-prio", REAL, most=400)
    assert len(found.rows) == 400
    assert found.refused == []
