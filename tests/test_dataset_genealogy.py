"""Splits, joinings, alliances and renamings of the UCDP Actor Dataset as change events, in rows that are all made up."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from commands import crisiskg
from dataset_tables import Read, read_table
from starlette.testclient import TestClient

from crisiskg.api import create_app
from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets import find_dataset
from crisiskg.datasets.dataset import Release
from crisiskg.datasets.records import CHANGE_KINDS, ChangeEvent, Claim, Relationship
from crisiskg.datasets.tables import Row
from crisiskg.importing.mapping import Refused
from crisiskg.importing.rml_mapping import ROW
from crisiskg.importing.rml_rows import MadeRows, RowLines
from crisiskg.settings import load_settings
from crisiskg.store import OxigraphStore

COLUMNS = (
    *("ActorId", "NameData", "NameOrig", "NameOrigFullEng", "NameChange", "NewName", "NewNameFullEng", "Org"),
    *("Splinter", "NamePrev", "ActorIdPrev", "SplitTemp", "NameSplitTemp", "ActorIdSplitTemp"),
    *("Alliance", "NameAlliance", "ActorIdAlliance", "JoinGroup", "GroupName", "ActorIdGroup", "GWNOLoc"),
)
ACTOR = {"ActorId": "9001", "NameData": "Front of Bel", "NameOrig": "Front of Bel", "Org": "1"}
SPLIT = {"Splinter": "1", "NamePrev": "Army of Tolm, Old Army", "ActorIdPrev": "9002, 9003"}
FOR_A_TIME = {"SplitTemp": "1", "NameSplitTemp": "Army of Tolm", "ActorIdSplitTemp": "9002"}
ALLIED = {"Alliance": "1", "NameAlliance": "United Front", "ActorIdAlliance": "9004"}
JOINED = {"JoinGroup": "1", "GroupName": "Government of Mali", "ActorIdGroup": "9005"}
RENAMED = {"NameChange": "1", "NameOrig": "Guard", "NewName": "Old Front, Front of Bel"}


def read(folder: Path, *cells: dict[str, str]) -> Read:
    row: dict[str, str] = {}
    for each in (ACTOR, *cells):
        row |= each
    return read_table("ucdp-actors", folder, COLUMNS, [[row.get(name, "") for name in COLUMNS]])


def changes(found: Read) -> list[ChangeEvent]:
    return [record for row in found.rows for record in row if isinstance(record, ChangeEvent)]


def told(found: Read) -> list[tuple[str, str, str]]:
    """Kind, from whom, to whom."""
    return [(change.kind, found.names[change.original], found.names[change.resulting]) for change in changes(found)]


def claim_of(found: Read, change: ChangeEvent) -> Claim:
    return next(claim for claim in found.claims if claim.about == change.iri)


@pytest.mark.parametrize(
    ("cells", "expected", "label", "source_type"),
    [
        (
            SPLIT,
            [("split", "Army of Tolm", "Front of Bel"), ("split", "Old Army", "Front of Bel")],
            "Front of Bel split off from Army of Tolm",
            "Splinter",
        ),
        (
            FOR_A_TIME,
            [("temporary-split", "Army of Tolm", "Front of Bel")],
            "Front of Bel split for a time from Army of Tolm",
            "SplitTemp",
        ),
        (
            ALLIED,
            [("alliance", "Front of Bel", "United Front")],
            "Front of Bel entered the alliance United Front",
            "Alliance",
        ),
        (JOINED, [("joining", "Front of Bel", "Government of Mali")], "Front of Bel joined Government of Mali", "JoinGroup"),
    ],
    ids=["split", "temporary split", "alliance", "joining"],
)
def test_a_change_between_organizations(
    tmp_path: Path, cells: dict[str, str], expected: list[tuple[str, str, str]], label: str, source_type: str
) -> None:
    found = read(tmp_path, cells)
    assert told(found) == expected
    change = changes(found)[0]
    assert (change.label, change.time_gap, change.former_name, change.new_name) == (label, "not-stated", None, None)
    assert change.iri.startswith("https://w3id.org/crisiskg/id/dataset/ucdp-actors/change/9001-")
    assert claim_of(found, change).source_type == source_type
    # The relationship is told beside it, as before.
    assert len([record for record in found.rows[0] if isinstance(record, Relationship)]) == len(expected)
    assert len({claim.iri for claim in found.claims}) == 2 * len(expected)


def test_names_are_taken_one_after_another(tmp_path: Path) -> None:
    found = read(tmp_path, RENAMED)
    assert told(found) == [("renaming", "Front of Bel", "Front of Bel")] * 2
    assert [(change.former_name, change.new_name) for change in changes(found)] == [
        ("Guard", "Old Front"),
        ("Old Front", "Front of Bel"),
    ]
    assert [change.sequence for change in changes(found)] == ["1", "2"]
    assert changes(found)[0].label == "Guard took the name Old Front"
    # A row that names no place and no other actor still tells of its names, and its first claim bears its number.
    assert [claim.source_type for claim in found.claims] == ["NameChange", "NameChange"]
    assert found.claims[0].record_id == "9001"


def test_a_name_whose_predecessor_is_not_known(tmp_path: Path) -> None:
    found = read(tmp_path, RENAMED, {"NameOrig": "n/a", "NewName": "Front of Bel"})
    assert [(change.former_name, change.new_name) for change in changes(found)] == [(None, "Front of Bel")]


def test_a_new_full_name_with_the_old_short_one(tmp_path: Path) -> None:
    names = {
        "NameOrig": "FB",
        "NameData": "FB",
        "NameOrigFullEng": "Front of Bel",
        "NewName": "FB",
        "NewNameFullEng": "Fist of Bel",
    }
    found = read(tmp_path, RENAMED, names)
    assert [(change.former_name, change.new_name) for change in changes(found)] == [("Front of Bel", "Fist of Bel")]


def test_full_names_are_told_one_by_one(tmp_path: Path) -> None:
    found = read(tmp_path, RENAMED, {"NewNameFullEng": "Old Front of Bel, Front of All Bel"})
    actor = next(record for record in found.rows[0] if record.iri.endswith("/ucdp-9001"))
    assert actor.names == ("Guard", "Old Front", "Old Front of Bel", "Front of All Bel")  # type: ignore[union-attr]


def test_all_kinds_of_changes_are_read_and_are_codes_of_the_vocabulary(tmp_path: Path) -> None:
    found = read(tmp_path, SPLIT, FOR_A_TIME, ALLIED, JOINED, RENAMED)
    assert {change.kind for change in changes(found)} == set(CHANGE_KINDS)
    assert len({change.iri for change in changes(found)}) == 7


def test_the_same_change_twice_is_told_once(tmp_path: Path) -> None:
    found = read(tmp_path, SPLIT, {"NamePrev": "Army of Tolm, Army of Tolm", "ActorIdPrev": "9002, 9002"})
    assert told(found) == [("split", "Army of Tolm", "Front of Bel")]
    assert len(found.claims) == 2


def test_a_name_taken_again_is_told_and_the_same_step_only_once(tmp_path: Path) -> None:
    found = read(tmp_path, RENAMED, {"NewName": "Fist, Guard, Fist, Front of Bel"})
    assert [(change.sequence, change.former_name, change.new_name) for change in changes(found)] == [
        ("1", "Guard", "Fist"),
        ("2", "Fist", "Guard"),
        ("4", "Fist", "Front of Bel"),
    ]


def test_a_change_has_the_same_iri_in_every_release(tmp_path: Path) -> None:
    first, second = (changes(read(tmp_path, SPLIT, more)) for more in ({}, {"GWNOLoc": "432"}))
    assert [change.iri for change in first] == [change.iri for change in second]


@pytest.mark.parametrize(
    ("cells", "repair", "expected"),
    [
        ({**SPLIT, "NamePrev": "", "ActorIdPrev": ""}, "Splinter is 1 and NamePrev is empty; nothing is made of it", []),
        ({**SPLIT, "ActorIdPrev": "9002, 9003, 9004"}, "NamePrev has 2 names and ActorIdPrev 3 numbers; they are left out", []),
        (
            {**FOR_A_TIME, "ActorIdSplitTemp": "9001"},
            "NameSplitTemp names the actor itself; it is left out",
            [],
        ),
        ({**ALLIED, "ActorIdAlliance": ""}, "NameAlliance has 1 names and ActorIdAlliance 0 numbers; they are left out", []),
        (
            {**JOINED, "Org": "3"},
            "a population group is no organization, so that GroupName makes no change event",
            [],
        ),
        (
            {**JOINED, "GroupName": "Civilians"},
            "a population group is no organization, so that GroupName makes no change event",
            [],
        ),
        ({**RENAMED, "NewName": ""}, "NameChange is 1 and NewName is empty; nothing is made of it", []),
        (
            {**RENAMED, "NewName": "Guard, Front of Bel"},
            "NewName repeats the name Guard; no change event is made of it",
            [("renaming", "Front of Bel", "Front of Bel")],
        ),
        ({**RENAMED, "Org": "3"}, "a population group is no organization, so that NewName makes no change event", []),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_told_is_told_as_repair(
    tmp_path: Path, cells: dict[str, str], repair: str, expected: list[tuple[str, str, str]]
) -> None:
    found = read(tmp_path, cells, {"GWNOLoc": "432"})
    assert told(found) == expected
    assert repair in found.claims[0].repairs
    assert not any(claim.repairs for claim in found.claims[1:])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store into which two rows were imported."""
    folder = tmp_path_factory.mktemp("genealogy")
    rows = [ACTOR | SPLIT | ALLIED | RENAMED, ACTOR | ALLIED | {"ActorId": "9006", "NameData": "Guards", "NameOrig": "Guards"}]
    with (folder / "actors.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisiskg.ground.reference_quads", lambda *_: [])
        ran = crisiskg("import", "ucdp-actors", folder / "actors.csv", "--store", folder / "kg", "--release", "1")
    assert ran.code == 0, ran.err
    return folder / "kg"


def ask(store: Path, **values: str) -> list[tuple[str, str, str]]:
    """Answer of the named query: kind, and from what to what; names, where it is a renaming."""
    given = [part for name, value in values.items() for part in (f"--{name}", value)]
    answer = crisiskg("query", "genealogy", "--store", store, "--format", "json", *given)
    assert answer.code == 0, answer.err
    rows = [{name: cell["value"] for name, cell in row.items()} for row in json.loads(answer.out)["results"]["bindings"]]
    assert all(row["quote"].startswith("900") for row in rows)
    assert {row["documentLabel"] for row in rows} <= {"UCDP Actor Dataset, 1"}
    assert {row["timeGap"] for row in rows} <= {"not-stated"}
    return [(row["kindName"], row.get("formerName", row["fromLabel"]), row.get("newName", row["toLabel"])) for row in rows]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"entity": "United Front"},
            [("alliance", "Front of Bel", "United Front"), ("alliance", "Guards", "United Front")],
        ),
        (
            {"entity": "Front of Bel", "kind": "split"},
            [("split", "Army of Tolm", "Front of Bel"), ("split", "Old Army", "Front of Bel")],
        ),
        ({"kind": "renaming"}, [("renaming", "Guard", "Old Front"), ("renaming", "Old Front", "Front of Bel")]),
        ({"entity": "Old Army"}, [("split", "Old Army", "Front of Bel")]),
        ({"entity": "Front of Bel", "factuality": "denied"}, []),
        ({"entity": "Guards", "kind": "split"}, []),
    ],
    ids=["alliance", "split", "all renamings", "from it", "denied", "none of the kind"],
)
def test_genealogy_is_asked_for_by_organization_and_kind(
    store: Path, values: dict[str, str], expected: list[tuple[str, str, str]]
) -> None:
    assert ask(store, **values) == expected


def test_an_organization_with_all_that_it_came_from_is_one_property_path(store: Path) -> None:
    path = "(^ckg:resultingOrganization/ckg:originalOrganization)+"
    query = (
        "PREFIX ckg: <https://w3id.org/crisiskg/ontology#> SELECT DISTINCT ?before WHERE {"
        f" <https://w3id.org/crisiskg/id/entity/ucdp-9004> {path} ?before }}"
    )
    with OxigraphStore(store) as opened:
        found = {str(row["before"]).rpartition("-")[2].rstrip(">") for row in opened.select(query)}
    assert found == {"9001", "9002", "9003", "9006"}


def test_the_page_of_an_organization_shows_its_genealogy(store: Path) -> None:
    with TestClient(create_app(load_settings(store=str(store), query_workers=1, query_memory_mb=512))) as client:
        page = client.get("/id/entity/ucdp-9001", headers={"Accept": "text/html"})
        change = client.get("/q/genealogy", params={"entity": "Old Army"}, headers={"Accept": "application/sparql-results+json"})
        iri = change.json()["results"]["bindings"][0]["change"]["value"]
        page_of_change = client.get(iri.partition("/crisiskg")[2], headers={"Accept": "text/html"})
    assert page.status_code == 200
    for words in ("Splits, alliances and names", "Army of Tolm", "Old Front", "United Front", "renaming"):
        assert words in page.text
    assert page_of_change.status_code == 200
    for words in ("Front of Bel split off from Old Army", "Rows of datasets"):
        assert words in page_of_change.text


def test_change_events_of_a_mapping_are_completed_as_events_are(tmp_path: Path) -> None:
    ckg, base = "https://w3id.org/crisiskg/ontology#", "https://example.org/"
    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [f'<{base}{name}> {a} <{ckg}ArmedGroup> .\n<{base}{name}> {label} "{name}"@en .' for name in ("front", "army")]
    for number, end in ((2, "front"), (3, "army")):  # the second leads from the army to itself
        change = f"<{base}change/{number}>"
        lines += [f'{change} {a} <{ckg}ChangeEvent> .\n{change} {label} "a split"@en .']
        lines += [f"{change} <{ckg}changeKind> <https://w3id.org/crisiskg/code/change-split> ."]
        lines += [f"{change} <{ckg}originalOrganization> <{base}army> .\n{change} <{ckg}resultingOrganization> <{base}{end}> ."]
        lines += [f'{change} <{ROW}> "0:{number}" .']
    made = tmp_path / "made.nt"
    made.write_text("\n".join(lines) + "\n", encoding="utf-8")
    release = Release("tolm", "1", load_crosswalk())
    rows = MadeRows(made, tmp_path / "triples", release, find_dataset("ucdp-actors"), f"{base}run")
    good, bad = rows.take([(0, Row(2, "2,split", {})), (0, Row(3, "3,split", {}))])
    assert isinstance(good, RowLines)
    text = b"\n".join(good.lines).decode()
    assert re.search(r"change/2> \S+timeGap> \S+gap-not-stated>", text)
    assert re.search(r"change/2> \S+factuality> \S+fact-happened>", text)
    assert "actorGap" not in text
    assert re.search(r"record/1-2> \S+isAbout> \S+change/2>", text)
    assert isinstance(bad, Refused)
    assert "every other change lead to another one" in bad.reason
