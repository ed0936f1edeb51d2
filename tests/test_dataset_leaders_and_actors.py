"""Rows of Archigos and of the UCDP Actor Dataset, all of them made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from dataset_tables import Read, read_file, read_table

from crisiskg.datasets.records import Actor, Membership, Relationship

LEADERS = ["obsid", "leadid", "ccode", "idacr", "leader", "startdate", "enddate", "entry", "exit", "dbpedia-uri"]
LEADER = [
    "TOL-1990",
    "L-1",
    "365",
    "RUS",
    "Bel",
    "1985-03-11",
    "1991-12-25",
    "Regular",
    "Irregular",
    "http://dbpedia.org/resource/Bel",
]
ACTORS = [
    *("ActorId", "NameData", "NameOrig", "NameOrigFull", "NewName", "Org", "NamePrev", "ActorIdPrev", "NameAlliance"),
    *("ActorIdAlliance", "GroupName", "ActorIdGroup", "Location", "GWNOLoc"),
]
ACTOR = {
    "ActorId": "9001",
    "NameData": "Front of Bel",
    "NameOrig": "Frénte",
    "NewName": "New Front, Newer Front",
    "Org": "1",
    "NamePrev": "Army of Tolm, Old Army",
    "ActorIdPrev": "9002, 9003",
    "NameAlliance": "Guard",
    "ActorIdAlliance": "9004",
    "GroupName": "Union, Great",
    "ActorIdGroup": "9005",
    "Location": "Mali, Niger",
    "GWNOLoc": "432, 436",
}


def leader(folder: Path, **changes: str) -> Read:
    row = dict(zip(LEADERS, LEADER, strict=True)) | changes
    return read_table("archigos", folder, LEADERS, [list(row.values())])


def actor(folder: Path, **changes: str) -> Read:
    cells = ACTOR | changes
    return read_table("ucdp-actors", folder, ACTORS, [[cells.get(name, "") for name in ACTORS]])


def ties(found: Read) -> list[tuple[str, str, str | None]]:
    return [
        (record.relation, found.names[record.object], record.qualifier)
        for row in found.rows
        for record in row
        if isinstance(record, Relationship)
    ]


def test_a_leader(tmp_path: Path) -> None:
    found = leader(tmp_path)
    membership = next(record for record in found.rows[0] if isinstance(record, Membership))
    assert found.names[membership.member] == "Bel"
    assert found.names[membership.organization] == "Soviet Union"
    assert membership.role_kind == "head-of-government"
    assert (membership.earliest_begin, membership.latest_end) == ("1985-03-11", "1991-12-25")
    assert found.claims[0].about == membership.iri
    assert found.claims[0].source_type == "Regular"
    person = next(record for record in found.rows[0] if isinstance(record, Actor))
    assert (person.kind, person.same_as) == ("Person", ("http://dbpedia.org/resource/Bel",))


def test_a_leader_in_office(tmp_path: Path) -> None:
    found = leader(tmp_path, ccode="255", startdate="2005-11-22", enddate="2015-12-31", exit="Still in Office")
    membership = next(record for record in found.rows[0] if isinstance(record, Membership))
    assert (membership.earliest_end, membership.latest_end) == ("2015-12-31", None)
    assert found.names[membership.organization] == "Germany"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"leader": ""}, "the column leader is empty"),
        ({"startdate": ""}, "the column startdate is empty"),
        ({"enddate": "1980-01-01"}, "enddate 1980-01-01 is before startdate 1985-03-11"),
        ({"ccode": ""}, "the column ccode is empty"),
        ({"ccode": "99999"}, "no state had the code 99999 from 1985-03-11 to 1991-12-25"),
    ],
)
def test_leaders_that_cannot_be_read(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    found = leader(tmp_path, **changes)
    assert found.rows == []
    assert reason in found.refused[0]


def test_an_actor_with_its_genealogy(tmp_path: Path) -> None:
    found = actor(tmp_path)
    assert ties(found) == [
        ("partOf", "Army of Tolm", "before it split off"),
        ("partOf", "Old Army", "before it split off"),
        ("alliedWith", "Guard", None),
        ("partOf", "Union, Great", "joined it"),
        ("activeIn", "Mali", None),
        ("activeIn", "Niger", None),
    ]
    whole = next(record for record in found.rows[0] if isinstance(record, Actor))
    assert whole.iri.endswith("/entity/ucdp-9001")
    assert whole.names == ("Frénte", "New Front", "Newer Front")
    assert found.claims[0].record_id == "9001"
    assert len({claim.iri for claim in found.claims}) == 12  # six relationships and six change events


def test_latin_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes("ActorId,NameData,NameOrig,GWNOLoc\n9001,Front,Frénte,432\n".encode("latin-1"))
    found = read_file("ucdp-actors", path)
    assert next(record for record in found.rows[0] if isinstance(record, Actor)).names == ("Frénte",)


def test_people_and_governments_are_no_armed_groups(tmp_path: Path) -> None:
    assert actor(tmp_path, Org="3").kinds["Front of Bel"] == "PopulationGroup"
    assert actor(tmp_path, NameData="Government of Mali").kinds["Government of Mali"] == "GovernmentBody"


@pytest.mark.parametrize(
    ("changes", "repair"),
    [
        ({"ActorIdPrev": "1, 2, 3"}, "NamePrev has 2 names and ActorIdPrev 3 numbers; they are left out"),
        ({"ActorIdAlliance": "9001"}, "NameAlliance names the actor itself; it is left out"),
        ({"GWNOLoc": "432, 99999"}, "no state has the Gleditsch-Ward code 99999; it is left out"),
    ],
)
def test_repairs_are_told(tmp_path: Path, changes: dict[str, str], repair: str) -> None:
    assert repair in actor(tmp_path, **changes).claims[0].repairs


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ActorId": ""}, "the column ActorId is empty"),
        ({"NameData": ""}, "the column NameData is empty"),
        (
            {name: "" for name in ACTOR if name not in ("ActorId", "NameData")},
            "the row names no place, no other actor and no new name",
        ),
    ],
)
def test_actors_that_cannot_be_read(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    found = actor(tmp_path, **changes)
    assert found.rows == []
    assert reason in found.refused[0]
