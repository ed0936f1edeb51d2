"""Statements of Wikidata, all of them made up, as records, and from end to end."""

from __future__ import annotations

import bz2
import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from commands import crisiskg
from dataset_tables import release_triples
from json_entities import MALI, NIGER, Read, entity, q, snak, statement, time_value, write_dump, write_lines

from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets import find_dataset
from crisiskg.datasets.dataset import Release
from crisiskg.datasets.records import Actor, Claim, Membership, Office, Place, Record, Relationship, Situation
from crisiskg.importing.checks import Checks
from crisiskg.importing.plan import Table
from crisiskg.importing.run import Import, Outcome
from crisiskg.iris import mint_release_graph
from crisiskg.namespaces import CKG, RDF, RDFS
from crisiskg.store import OxigraphStore
from crisiskg.validation import Report, validate

PERSON, OTHER, PARTY, OFFICE, MINISTRY, WAR, TOWN, ARMY = (q(number) for number in range(1, 9))
HUMAN, POSITION = "Q5", "Q4164871"


def read(tmp_path: Path, *entities: Any) -> Read:
    return Read("wikidata", write_dump(tmp_path / "dump.json", entities))


def president(*more: dict[str, Any], label: str = "President of Mali", id_: str = OFFICE) -> dict[str, Any]:
    return entity(id_, label, POSITION, statement("P1001", MALI), *more)


def person(*statements: dict[str, Any], id_: str = PERSON, label: str | None = "Ama Tolm") -> dict[str, Any]:
    return entity(id_, label, HUMAN, *statements)


def a_dump() -> list[Any]:
    """Items of each class that refer to one another, the later to the earlier and the other way round."""
    return [
        person(
            statement("P39", OFFICE, P580="2015-03-01", P582="2019-05-04", P1365=OTHER, refs={"P854": "https://tolm.example/a"}),
            statement("P102", PARTY, P580="2001"),
            statement("P27", MALI),
            statement("P40", OTHER),
            statement("P607", WAR),
            statement("P39", "somevalue"),
        ),
        entity(PARTY, "Party of Tolm", "Q7278", statement("P112", PERSON), statement("P17", MALI), aliases=["PT"]),
        president(),
        person(id_=OTHER, label="Bela Tolm"),
        entity(
            WAR,
            "War of Tolm",
            "Q198",
            statement("P580", "1990"),
            statement("P582", "1992-06"),
            statement("P17", MALI),
            statement("P710", ARMY),
        ),
        entity(
            TOWN,
            "Tolmville",
            "Q515",
            statement("P17", MALI),
            statement(
                "P625",
                {
                    "value": {
                        "latitude": 12.5,
                        "longitude": -8.0,
                        "precision": 0.01,
                        "globe": "http://www.wikidata.org/entity/Q2",
                    },
                    "type": "globecoordinate",
                },
            ),
        ),
        entity(ARMY, "Army of Tolm", "Q37726", statement("P17", MALI), statement("P159", TOWN)),
        entity(
            MALI,
            "Mali",
            "Q3624078",
            statement("P35", PERSON, P580="2015-03-01", P582="2019-05-04"),
            statement("P47", NIGER),
            statement("P463", "Q1065", P580="1960-09-28"),
        ),
        entity(q(50), "A Film of Tolm", "Q11424"),
        "{broken",
    ]


def test_an_office_that_a_person_held(tmp_path: Path) -> None:
    found = read(tmp_path, person(statement("P39", OFFICE, P580="2015-03-01", P582="2019-05")), president())
    held = found.one(Membership)
    assert (found.names[held.member], found.names[held.organization]) == ("Ama Tolm", "Mali")
    assert (held.role_kind, held.role_title, found.names[held.office]) == (
        "head-of-state",
        "President of Mali",
        "President of Mali",
    )
    assert (held.earliest_begin, held.latest_begin) == ("2015-03-01", "2015-03-01")
    assert (held.earliest_end, held.latest_end) == ("2019-05-01", "2019-05-31")
    claim = found.one(Claim)
    assert (claim.about, claim.source_type, claim.certainty) == (held.iri, "P39", "certain")
    assert json.loads(claim.row)["id"] == claim.record_id
    assert claim.row_number == "2"
    assert len(claim.row) < 1000


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    here = person(statement("P39", OFFICE, P580="2015"), statement("P102", PARTY))
    there = [president(), entity(PARTY, "Party of Tolm", "Q7278")]
    first, last = read(tmp_path, here, *there), read(tmp_path, *there, here)
    assert sorted(map(repr, first.all(Membership))) == sorted(map(repr, last.all(Membership)))
    assert first.names == last.names
    assert first.kinds == last.kinds


@pytest.mark.parametrize(
    ("office", "role", "of"),
    [
        (president(label="Prime Minister of Mali"), "head-of-government", "Mali"),
        (president(label="Minister of Water"), "minister", "Mali"),
        (president(label="Vice President of Mali"), "member", "Mali"),
        (president(statement("P2389", MINISTRY), label="Director-General of Wells"), "head", "Ministry of Wells"),
        (president(label="Keeper of the Seal"), "member", "Mali"),
        (entity(OFFICE, "Premier of the North", "Q14212", statement("P1001", TOWN), statement("P17", MALI)), "member", "Mali"),
        (entity(OFFICE, "First of Tolm", "Q30461", statement("P17", MALI)), "head-of-state", "Mali"),
        (president(statement("P279", "Q30461"), label="Great Elder"), "head-of-state", "Mali"),
        (president(statement("P279", "Q30461"), label="Vice Elder"), "member", "Mali"),
        (entity(OFFICE, "Spokesperson", POSITION, statement("P361", MINISTRY)), "spokesperson", "Ministry of Wells"),
    ],
)
def test_what_kind_of_role_an_office_is(tmp_path: Path, office: dict[str, Any], role: str, of: str) -> None:
    ministry = entity(MINISTRY, "Ministry of Wells", "Q192350")
    town = entity(TOWN, "Tolmville", "Q515")
    found = read(tmp_path, person(statement("P39", OFFICE)), ministry, office, town)
    held = found.one(Membership)
    assert (held.role_kind, found.names[held.organization]) == (role, of)
    assert {each.role_kind for each in found.all(Office)} == {role}


def test_a_state_says_which_office_is_that_of_its_head(tmp_path: Path) -> None:
    state = entity(MALI, "Mali", "Q3624078", statement("P1906", OFFICE))
    found = read(tmp_path, person(statement("P39", OFFICE)), entity(OFFICE, "Great Elder", POSITION), state)
    assert (found.one(Membership).role_kind, found.names[found.one(Membership).organization]) == ("head-of-state", "Mali")
    found = read(tmp_path, person(statement("P39", OFFICE)), state)
    assert (found.one(Membership).role_kind, found.one(Membership).role_title) == ("head-of-state", "head of state")
    found = read(tmp_path, person(statement("P39", OFFICE)), entity(OFFICE, "Great Elder", POSITION))
    assert found.all(Membership) == []
    assert f"the office {OFFICE!r} names no state or organization that is known" in found.refused


def test_a_statement_names_the_state_of_an_office_itself(tmp_path: Path) -> None:
    held = statement("P39", OFFICE, P642=NIGER)
    found = read(tmp_path, person(held), entity(OFFICE, "minister", POSITION))
    assert (found.one(Membership).role_kind, found.names[found.one(Membership).organization]) == ("minister", "Niger")
    assert found.one(Membership).office is None
    found = read(tmp_path, person(held))
    assert found.names[found.one(Membership).organization] == "Niger"
    found = read(tmp_path, person(statement("P39", OFFICE)))
    assert f"the files do not describe the office {OFFICE!r}, and the statement names no state or organization" in found.refused


def test_heads_that_states_and_organizations_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        entity(MALI, "Mali", "Q3624078", statement("P35", PERSON, P580="2015"), statement("P6", OTHER)),
        entity(PARTY, "Party of Tolm", "Q7278", statement("P488", OTHER)),
        person(),
        person(id_=OTHER, label="Bela"),
        president(statement("P1308", PERSON, P580="2016")),
    )
    told = [(each.role_kind, found.names[each.member], found.names[each.organization]) for each in found.all(Membership)]
    assert told == [
        ("head-of-state", "Ama Tolm", "Mali"),
        ("head-of-government", "Bela", "Mali"),
        ("head", "Bela", "Party of Tolm"),
        ("head-of-state", "Ama Tolm", "Mali"),
    ]


def test_relations(tmp_path: Path) -> None:
    found = read(tmp_path, *a_dump()[:-1])
    told = {(found.names[each.subject], each.relation, found.names[each.object]) for each in found.all(Relationship)}
    assert told == {
        ("Ama Tolm", "citizenOf", "Mali"),
        ("Ama Tolm", "parentOf", "Bela Tolm"),
        ("Ama Tolm", "sideIn", "War of Tolm"),
        ("Party of Tolm", "foundedBy", "Ama Tolm"),
        ("Party of Tolm", "basedIn", "Mali"),
        ("Army of Tolm", "sideIn", "War of Tolm"),
        ("Tolmville", "locatedIn", "Mali"),
        ("Army of Tolm", "agencyOf", "Mali"),
        ("Army of Tolm", "basedIn", "Tolmville"),
        ("Mali", "borders", "Niger"),
    }


def test_a_relation_between_things_that_cannot_be_in_it(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        person(statement("P22", PARTY), statement("P27", TOWN)),
        entity(PARTY, "Party", "Q7278"),
        entity(TOWN, "T", "Q515"),
    )
    assert found.all(Relationship) == []
    assert "P22 names 'Party', and a PoliticalParty cannot be there in parentOf" in found.refused
    assert "P27 names 'T', and a Place cannot be there in citizenOf" in found.refused


def test_a_war_with_its_bounds_and_places(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        entity(
            WAR,
            "War of Tolm",
            "Q8465",
            statement("P580", "1990"),
            statement("P582", "1992-06"),
            statement("P17", MALI),
            statement("P276", TOWN),
        ),
        entity(TOWN, "Tolmville", "Q515"),
    )
    war = next(each for each in found.all(Situation) if each.located_in)
    assert (war.kind, war.earliest_begin, war.latest_begin, war.earliest_end, war.latest_end) == (
        "war",
        "1990-01-01",
        "1990-12-31",
        "1992-06-01",
        "1992-06-30",
    )
    assert {found.names[iri] for iri in war.located_in} == {"Mali", "Tolmville"}
    assert found.one(Claim).about == war.iri
    battle = read(tmp_path, entity(WAR, "Battle", "Q178561", statement("P585", "1991-02-03"))).one(Situation)
    assert (battle.kind, battle.earliest_begin, battle.latest_end) == ("named-event", "1991-02-03", "1991-02-03")


def test_a_war_that_ends_before_it_begins_loses_both(tmp_path: Path) -> None:
    found = read(tmp_path, entity(WAR, "War", "Q198", statement("P580", "1990"), statement("P582", "1980")))
    assert found.one(Situation).earliest_begin is None
    assert found.one(Claim).repairs == ("the end 1980-12-31 is before the begin 1990-01-01; both are left out",)


def test_a_place_has_its_point_and_state(tmp_path: Path) -> None:
    point = {
        "value": {"latitude": 12.5, "longitude": -8, "globe": "http://www.wikidata.org/entity/Q2"},
        "type": "globecoordinate",
    }
    moon = {"value": {"latitude": 1, "longitude": 2, "globe": "http://www.wikidata.org/entity/Q405"}, "type": "globecoordinate"}
    found = read(
        tmp_path,
        entity(TOWN, "T", "Q515", statement("P625", point), statement("P17", NIGER, P582="1960"), statement("P17", MALI)),
    )
    place = found.all(Place)[0]
    assert (place.wkt, place.accuracy_m, found.names[place.state]) == ("POINT(-8 12.5)", "25000", "Mali")
    assert read(tmp_path, entity(TOWN, "T", "Q515", statement("P625", moon))).one(Place).wkt is None


def test_classes_below_known_ones(tmp_path: Path) -> None:
    below, further = q(60), q(61)
    classes = [
        entity(below, "court of Tolm", [], statement("P279", further)),
        entity(further, "higher court", [], statement("P279", "Q41487")),
    ]
    court = entity(q(62), "First Court of Tolm", below)
    assert read(tmp_path, court, *classes).kinds["First Court of Tolm"] == "GovernmentBody"
    assert f"the item {q(62)!r} is of no class that is read: {below!r}" in read(tmp_path, court).refused
    # Round and round.
    turning = [entity(below, "a", [], statement("P279", further)), entity(further, "b", [], statement("P279", below))]
    assert f"the item {q(62)!r} is of no class that is read: {below!r}" in read(tmp_path, court, *turning).refused


def test_ranks_and_missing_values(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        person(
            statement("P102", PARTY, rank="deprecated"),
            statement("P102", PARTY, rank="preferred"),
            statement("P102", "somevalue"),
            statement("P102", "novalue"),
        ),
        entity(PARTY, "Party", "Q7278"),
    )
    assert [each.factuality for each in found.all(Membership)] == ["claimed", "happened"]
    assert [each.certainty for each in found.all(Claim)] == ["possible", "certain"]
    assert found.refused == [
        "P102 has a value that Wikidata does not know",
        "P102 says that there is none, which the graph cannot hold",
    ]


@pytest.mark.parametrize(
    ("qualifiers", "bounds"),
    [
        ({"P580": "2014-05"}, ("2014-05-01", "2014-05-31", None, None)),
        ({"P582": "2014"}, (None, None, "2014-01-01", "2014-12-31")),
        ({"P580": "2014", "P582": "2014-05-03"}, ("2014-01-01", "2014-05-03", "2014-05-03", "2014-05-03")),
        ({"P580": "2014-05-03", "P582": "2014"}, ("2014-05-03", "2014-05-03", "2014-05-03", "2014-12-31")),
        ({"P585": "2014-05-03"}, (None, "2014-05-03", "2014-05-03", None)),
        ({"P1319": "2010", "P1326": "2012"}, ("2010-01-01", None, None, "2012-12-31")),
        ({"P582": "somevalue"}, (None, None, None, None)),
        ({"P580": time_value("1917-10-25", "Q1985786")}, ("1917-11-07", "1917-11-07", None, None)),
        ({"P580": ["2016", "2014"]}, ("2014-01-01", "2014-12-31", None, None)),
        (
            {"P580": {"value": {"time": "+1990-00-00T00:00:00Z", "precision": 8}, "type": "time"}},
            ("1990-01-01", "1999-12-31", None, None),
        ),
        (
            {"P580": {"value": {"time": "+1950-00-00T00:00:00Z", "precision": 7}, "type": "time"}},
            ("1901-01-01", "2000-12-31", None, None),
        ),
        ({"P580": {"value": {"time": "-0044-03-15T00:00:00Z", "precision": 11}, "type": "time"}}, (None, None, None, None)),
        ({"P580": {"value": {"time": "+2014-02-30T00:00:00Z", "precision": 11}, "type": "time"}}, (None, None, None, None)),
    ],
)
def test_times(tmp_path: Path, qualifiers: dict[str, Any], bounds: tuple[str | None, ...]) -> None:
    found = read(tmp_path, person(statement("P102", PARTY, **qualifiers)), entity(PARTY, "Party", "Q7278"))
    held = found.one(Membership)
    assert (held.earliest_begin, held.latest_begin, held.earliest_end, held.latest_end) == bounds
    told = found.one(Claim).repairs
    is_odd = any(isinstance(value, list) or (isinstance(value, dict) and bounds[0] is None) for value in qualifiers.values())
    assert bool(told) == is_odd


def test_a_statement_that_ends_before_it_begins(tmp_path: Path) -> None:
    found = read(tmp_path, person(statement("P102", PARTY, P580="2014", P582="2013")), entity(PARTY, "Party", "Q7278"))
    assert found.refused == ["the end 2013-12-31 is before the begin 2014-01-01"]


def test_what_the_files_do_not_describe_is_called_as_the_reference_data_do_or_by_its_id(tmp_path: Path) -> None:
    found = read(tmp_path, person(statement("P463", "Q1065"), statement("P102", PARTY)))
    assert [found.names[each.organization] for each in found.all(Membership)] == [PARTY, "United Nations"]
    assert [each.repairs for each in found.all(Claim)] == [
        (f"{PARTY!r} is not described by the files; it is called by its id",),
        (),
    ]
    assert found.kinds[PARTY] == "PoliticalParty"


def test_names_and_languages(tmp_path: Path) -> None:
    item = entity(PERSON, None, HUMAN, aliases=["Ama  T."])
    item["labels"] = {"fr": {"language": "fr", "value": "Ama de Tolm"}, "xx": {"language": "xx", "value": "X"}}
    actor = read(tmp_path, item).one(Actor)
    assert (actor.label, actor.names, actor.same_as) == (
        "Ama de Tolm",
        ("Ama T.",),
        (f"http://www.wikidata.org/entity/{PERSON}",),
    )
    item["labels"] = []
    assert read(tmp_path, item).one(Actor).label == PERSON
    assert read(tmp_path, entity("Q1058", "N. Modi", HUMAN)).one(Actor)[2:4] == ("Narendra Modi", ("N. Modi",))


def test_sources_of_a_statement(tmp_path: Path) -> None:
    refs = {"P248": PARTY, "P854": "https://tolm.example/a"}
    found = read(tmp_path, person(statement("P27", MALI, refs=refs), statement("P27", NIGER)), entity(PARTY, "Gazette", "Q11032"))
    assert [each.source_words for each in found.all(Claim)] == ["Gazette; https://tolm.example/a", None]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "the line is no JSON: Expecting property name enclosed in double quotes (character 2)"),
        ("[" * 100_000, "the line is no JSON: it is nested too deeply"),
        ('"text"', "the line has the id 'None', which is no item such as 'Q863'"),
        ('{"id": "P31", "type": "property"}', "the line has the id 'P31', which is no item such as 'Q863'"),
        ('{"id": "Q99990001", "claims": {"P31": "human"}}', "the line is no entity of the form that Wikidata has"),
        ('{"id": "Q99990001", "claims": []}', "is of no class that is read"),
        ("{}", "the line has the id 'None', which is no item such as 'Q863'"),
    ],
)
def test_lines_that_cannot_be_read(tmp_path: Path, line: str, reason: str) -> None:
    found = read(tmp_path, person(), line)
    assert len(found.rows) == 1
    assert len(found.refused) == 1
    assert reason in found.refused[0]


def test_lines_that_are_too_long_or_no_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.datasets.json_lines.LONGEST", 3_000)
    path = write_lines(
        tmp_path / "a.json", [person(label="x" * 4_000), person(id_=OTHER), "{", '"id": "' + "y" * 2_000, "z" * 2_000, "{"]
    )
    with path.open("ab") as file:
        file.write(b'{"id": "\xff"}\n')
    found = Read("wikidata", path)
    assert [each.label for each in found.all(Actor)] == ["Ama Tolm"]
    assert found.refused == [
        "the line is longer than 3,000 bytes",
        "a value that begins here is longer than 3,000 bytes",
        "the line holds bytes that are not UTF-8",
        "a value begins here and does not end",
    ]


def test_an_office_comes_with_its_membership(tmp_path: Path) -> None:
    found = read(tmp_path, person(statement("P39", OFFICE)), president())
    release = Release("wikidata", "1", load_crosswalk())
    checks = Checks(release.graph, release_triples(release.iri), validate)
    row = next(each for each in found.rows if any(isinstance(record, Membership) for record in each))
    assert checks.check(row) is None
    for without in (Office, Claim):
        report = checks.check([record for record in row if not isinstance(record, without)])
        assert report is not None
        assert not report.conforms
    office = next(each for each in found.rows if isinstance(each[-1], Office))
    assert checks.check(office) is None
    assert checks.check([office[0], office[-1]._replace(role_kind="king")]) is not None  # type: ignore[call-arg]


def test_forms_of_files(tmp_path: Path) -> None:
    entities = [person(statement("P102", PARTY)), entity(PARTY, "Party", "Q7278")]
    dump = write_dump(tmp_path / "a.json", entities).read_bytes()
    forms = {
        "lines.jsonl": write_lines(tmp_path / "b.json", entities).read_bytes(),
        "array.json": json.dumps(entities).encode(),
        "document.json": json.dumps({"entities": {each["id"]: each for each in entities}}).encode(),
        "pretty.json": json.dumps(entities, indent=1).encode(),
        "bom.json": b"\xef\xbb\xbf" + dump,
        "windows.json": dump.replace(b"\n", b"\r\n"),
        "joined.json": dump.replace(b"[\n", b"[").replace(b"\n]", b"]"),
        "dump.json.gz": gzip.compress(dump),
        "dump.json.bz2": bz2.compress(dump),
    }
    with zipfile.ZipFile(tmp_path / "dump.zip", "w") as archive:
        archive.writestr("dump.json", dump)
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
    expected = [each[1:] for each in Read("wikidata", tmp_path / "a.json").all(Membership)]
    for name in (*forms, "dump.zip"):
        found = Read("wikidata", tmp_path / name)
        assert found.refused == [], name
        assert [each[1:] for each in found.all(Membership)] == expected, name


class Accepting:
    """Lets every row pass."""

    def check(self, records: Sequence[Record]) -> Report | None:  # noqa: ARG002 - the protocol's signature
        return None


def take(folder: Path, *paths: Path) -> Outcome:
    with OxigraphStore(folder) as store:
        tables = [Table.of(path) for path in paths]
        return Import(find_dataset("wikidata"), "1", tables, store, store.base_iri, check=Accepting()).run()


@pytest.fixture(autouse=True)
def _few_reference_data(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Lay less ground under stores, where no named query is asked."""
    if "graph" not in request.node.name:
        monkeypatch.setattr("crisiskg.ground.reference_quads", lambda *_: [])
        monkeypatch.setattr("crisiskg.ground.vocabulary_quads", lambda *_: [])
    for module in ("provenance", "run"):  # the code may be edited while tests run
        monkeypatch.setattr(f"crisiskg.importing.{module}.made_with", lambda: "test")


def imported(tmp_path: Path, *paths: Path, **more: object) -> dict[str, Any]:
    options = [part for name, value in more.items() for part in (f"--{name}", value)]
    ran = crisiskg("import", "wikidata", *paths, "--store", tmp_path / "kg", "--release", "1", "--json", *options)
    assert ran.out, ran.err
    return dict(json.loads(ran.out)) | {"code": ran.code}


def test_from_a_dump_to_the_graph(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "dump.json", a_dump())
    told = imported(tmp_path, dump)
    assert told["code"] == 5
    assert told["rows"] == told["records"] + told["quarantined"]
    assert told["quarantined"] == 3
    assert {group["reason"]: group["lines"] for group in told["reasons"]} == {
        "P39 has a value that Wikidata does not know": ["dump.json:2"],
        "the item … is of no class that is read: …": ["dump.json:10"],
        "the line is no JSON: Expecting property name enclosed in double quotes (character …)": ["dump.json:11"],
    }
    graph = mint_release_graph("wikidata", "1")
    with OxigraphStore(tmp_path / "kg") as store:
        quads = list(store.quads(graph))
        assert len(quads) == told["quads"]
        report = validate(quads)
        assert report.conforms, report
        iri = f"https://w3id.org/crisiskg/id/entity/{PERSON}"
        assert [quad.object.value for quad in store.match(iri, RDFS + "label", None, graph)] == ["Ama Tolm"]
        assert [quad.object.value for quad in store.match(iri, RDF + "type", None, graph)] == [CKG + "Person"]
    verified = crisiskg("verify", "--store", tmp_path / "kg")
    assert verified.code == 0, verified.err
    for date, names in (("2016-01-01", {"Ama Tolm"}), ("2020-01-01", set())):
        ran = crisiskg(
            "query", "offices", "--date", date, "--organization", "Mali", "--store", tmp_path / "kg", "--format", "json"
        )
        rows = json.loads(ran.out)["results"]["bindings"]
        mine = [row for row in rows if iri in row["person"]["value"]]
        assert {row["personLabel"]["value"] for row in mine} == names, ran.err
        assert {row["holds"]["value"] for row in mine} <= {"surely"}
    again = imported(tmp_path, dump)
    assert again["unchanged"]


def test_each_thing_is_written_once_whatever_the_order(tmp_path: Path) -> None:
    counts = []
    for number, entities in enumerate((a_dump(), list(reversed(a_dump())))):
        told = imported(tmp_path / str(number), write_dump(tmp_path / f"{number}.json", entities))
        assert told["differing"] == 0
        with OxigraphStore(tmp_path / str(number) / "kg") as store:
            quads = list(store.quads(mint_release_graph("wikidata", "1")))
        assert len(quads) == told["quads"]
        counts.append((told["rows"], told["records"], told["quads"]))
    assert counts[0] == counts[1]


def test_files_of_one_release_refer_to_one_another(tmp_path: Path) -> None:
    first = write_dump(tmp_path / "people.json", [person(statement("P39", OFFICE), statement("P102", PARTY))])
    second = write_dump(tmp_path / "others.json", [president(), entity(PARTY, "Party of Tolm", "Q7278")])
    told = imported(tmp_path, first, second)
    assert (told["rows"], told["records"], told["repaired"]) == (5, 5, 0)
    with OxigraphStore(tmp_path / "kg") as store:
        quads = list(store.quads(mint_release_graph("wikidata", "1")))
    assert len(quads) == told["quads"]
    assert validate(quads).conforms


def test_an_item_that_stands_twice(tmp_path: Path) -> None:
    told = imported(tmp_path, write_dump(tmp_path / "a.json", [person(), person(label="Another")]))
    assert (told["records"], told["quarantined"]) == (1, 1)
    assert told["reasons"][0]["example"] == f"the id {PERSON!r} stands on line 2 already"


def test_a_limit_describes_what_is_read(tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "a.json", [person(statement("P102", PARTY)), entity(PARTY, "Party", "Q7278")])
    told = imported(tmp_path, dump, limit=2)
    assert (told["rows"], told["records"]) == (2, 2)
    with OxigraphStore(tmp_path / "kg") as store:
        assert validate(list(store.quads(mint_release_graph("wikidata", "1")))).conforms


def test_files_that_are_none(tmp_path: Path) -> None:
    for name, data, message in (
        ("a.csv", b"id,name\n1,x\n", "a.csv is no file of JSON: it begins with 'id,name'"),
        ("b.json", b"  \n", "b.json is empty"),
        ("c.json.gz", gzip.compress(write_dump(tmp_path / "c.json", a_dump()).read_bytes())[:-40], "breaks off near line"),
    ):
        (tmp_path / name).write_bytes(data)
        ran = crisiskg("import", "wikidata", tmp_path / name, "--store", tmp_path / "kg", "--release", "1")
        assert ran.code == 3
        assert message in ran.err


def test_snaks_of_tests_are_as_the_site_has_them() -> None:
    assert snak("P31", "Q5")["datavalue"]["value"]["numeric-id"] == 5
    assert time_value("2014-05")["value"] == {
        "time": "+2014-05-00T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": 10,
        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
    }


def test_an_import_that_was_interrupted_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [
        person(statement("P102", PARTY), statement("P39", OFFICE), id_=q(100 + number), label=f"Person {number}")
        for number in range(60)
    ]
    dump = write_dump(tmp_path / "a.json", [*people[:30], president(), *people[30:], entity(PARTY, "Party", "Q7278"), "{"])
    monkeypatch.setattr("crisiskg.importing.run.CHUNK_QUADS", 300)
    whole = take(tmp_path / "whole", dump)
    seen: list[str] = []

    def stop(point: str) -> None:
        seen.append(point)
        if seen.count("chunk-noted") == 3:
            seen.clear()
            raise KeyboardInterrupt

    monkeypatch.setattr("crisiskg.importing.run.reached", stop)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path / "halting", dump)
    catalogue = tmp_path / "halting" / "imports" / "wikidata" / "1" / "catalogue.sqlite"
    before = catalogue.stat().st_mtime_ns
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path / "halting", dump)
    assert catalogue.stat().st_mtime_ns == before
    monkeypatch.setattr("crisiskg.importing.run.reached", lambda _: None)
    outcome = take(tmp_path / "halting", dump)
    assert outcome.resumed_rows > 0
    assert not outcome.begun_anew
    assert outcome.tally == whole.tally
    assert not catalogue.exists()
    with OxigraphStore(tmp_path / "whole") as one, OxigraphStore(tmp_path / "halting") as other:
        graph = mint_release_graph("wikidata", "1")
        assert sorted(map(str, one.quads(graph))) == sorted(map(str, other.quads(graph)))


def test_an_import_of_other_files_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [person(statement("P102", PARTY), id_=q(100 + number), label=f"Person {number}") for number in range(30)]
    monkeypatch.setattr("crisiskg.importing.run.CHUNK_QUADS", 100)
    seen: list[str] = []

    def stop(point: str) -> None:
        seen.append(point)
        if seen.count("chunk-noted") == 2:
            seen.clear()
            raise KeyboardInterrupt

    monkeypatch.setattr("crisiskg.importing.run.reached", stop)
    with pytest.raises(KeyboardInterrupt):
        take(tmp_path / "kg", write_dump(tmp_path / "a.json", people))
    monkeypatch.setattr("crisiskg.importing.run.reached", lambda _: None)
    outcome = take(tmp_path / "kg", write_dump(tmp_path / "b.json", [*people, entity(PARTY, "Party", "Q7278")]))
    assert outcome.begun_anew == "it was begun with other files"
    with OxigraphStore(tmp_path / "kg") as store:
        labels = {quad.object.value for quad in store.match(None, RDFS + "label", None, mint_release_graph("wikidata", "1"))}
    assert "Party" in labels
    assert PARTY not in labels


def test_states_that_are_no_more_and_territories(tmp_path: Path) -> None:
    kingdom, territory = q(70), "Q40362"
    found = read(
        tmp_path,
        person(statement("P27", kingdom), statement("P27", "Q15180"), statement("P551", territory)),
        entity(kingdom, "Kingdom of Tolm", "Q3024240"),
        entity(territory, "Western Sahara", "Q3624078"),
    )
    told = [(each.relation, found.names[each.object]) for each in found.all(Relationship)]
    assert told == [("citizenOf", "Kingdom of Tolm"), ("citizenOf", "Soviet Union"), ("livesIn", "Western Sahara")]
    assert (found.kinds["Kingdom of Tolm"], found.kinds["Western Sahara"]) == ("State", "Place")


def test_heads_of_places_are_not_read_as_heads_of_states(tmp_path: Path) -> None:
    found = read(tmp_path, entity(TOWN, "Tolmville", "Q515", statement("P6", PERSON), statement("P36", q(71))), person())
    assert found.all(Membership) == []
    assert [each.relation for each in found.all(Relationship)] == ["capitalOf"]


def test_nothing_is_a_part_of_itself(tmp_path: Path) -> None:
    found = read(tmp_path, entity(PARTY, "Party", "Q7278", statement("P749", PARTY)))
    assert found.refused == [f"P749 of {PARTY!r} names the item itself"]


def test_statements_that_are_broken(tmp_path: Path) -> None:
    broken = [statement("P102", PARTY) for _ in range(4)]
    broken[0]["mainsnak"]["datavalue"] = {"value": {"entity-type": "property", "id": "P31"}, "type": "wikibase-entityid"}
    del broken[1]["mainsnak"]["datavalue"]
    broken[2]["qualifiers"] = {"P580": ["x"]}
    broken[3]["id"] = None
    found = read(tmp_path, person(*broken), entity(PARTY, "Party", "Q7278"))
    assert found.all(Membership) == []
    assert found.refused[:2] == ["P102 has 'P31', which is no item", "P102 has no value"]
    assert "the statement is none of the form that Wikidata has" in found.refused[2]
    assert "the statement has the id 'None', which is none" in found.refused[3]
