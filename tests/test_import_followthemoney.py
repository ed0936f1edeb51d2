"""Entities of FollowTheMoney, all of them made up, as records, and from end to end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from commands import crisiskg
from json_entities import Read, ftm, write_lines

from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets.dataset import Minter, Release
from crisiskg.datasets.followthemoney_values import is_lei, state_of
from crisiskg.datasets.records import Actor, Claim, Event, Membership, Office, Relationship, State
from crisiskg.iris import mint_release_graph
from crisiskg.namespaces import CKG, DCTERMS
from crisiskg.store import OxigraphStore
from crisiskg.validation import validate

AMA = ftm("p-ama", "Person", name=["Ama Tolm", "A. Tolm"], nationality="ml", topics="role.pep")
BELA = ftm("p-bela", "Person", name="Bela Tolm")
POST = ftm("post-1", "Position", name="President of the Republic of Tolm", country="ml", topics=["gov.national", "gov.head"])
HOLDS = ftm("occ-1", "Occupancy", holder="p-ama", post="post-1", startDate="2015-03", endDate="2019", status="ended")
WELLS = ftm(
    "c-wells", "Company", {"caption": "Wells Ltd"}, name="Wells Limited", jurisdiction="ne", leiCode="5493001KJTIIGC8Y1R12"
)
SANCTION = ftm(
    "s-1",
    "Sanction",
    entity="p-ama",
    authority="Office of Wells",
    country="us",
    startDate="2014-03-17",
    program="TOLM-1",
    reason="x",
)


def read(tmp_path: Path, *entities: Any) -> Read:
    return Read("followthemoney", write_lines(tmp_path / "entities.ftm.json", entities))


def ties(found: Read) -> list[tuple[str, str, str]]:
    return [(found.names[each.subject], each.relation, found.names[each.object]) for each in found.all(Relationship)]


def a_file() -> list[Any]:
    """Entities that refer to others before and behind them, and lines that cannot be used."""
    return [
        HOLDS,
        AMA | {"datasets": ["tolm_list"], "first_seen": "2024-01-01", "referents": ["x-1"]},
        SANCTION,
        POST,
        ftm("own-1", "Ownership", owner="p-ama", asset="c-wells", percentage="60", startDate="2010"),
        WELLS,
        ftm("fam-1", "Family", person="p-ama", relative="p-bela", relationship="daughter"),
        BELA,
        ftm("emp-1", "Employment", employee="p-bela", employer="c-gone", role="engineer"),
        ftm("a-1", "Address", full="1 Well Street"),
        '{"id": "broken"',
    ]


def test_an_occupancy(tmp_path: Path) -> None:
    found = read(tmp_path, HOLDS, AMA, POST)
    held = found.one(Membership)
    assert (found.names[held.member], found.names[held.organization], found.names[held.office]) == (
        "Ama Tolm",
        "Mali",
        "President of the Republic of Tolm",
    )
    assert (held.role_kind, held.role_title) == ("head-of-state", "President of the Republic of Tolm")
    assert (held.earliest_begin, held.latest_begin, held.earliest_end, held.latest_end) == (
        *("2015-03-01", "2015-03-31"),
        *("2019-01-01", "2019-12-31"),
    )
    claim = next(each for each in found.all(Claim) if each.about == held.iri)
    assert (claim.record_id, claim.row_number, claim.source_type) == ("occ-1", "1", "Occupancy")
    assert json.loads(claim.row) == HOLDS


def test_the_order_of_lines_does_not_matter(tmp_path: Path) -> None:
    there, back = read(tmp_path, *a_file()), read(tmp_path, *reversed(a_file()))
    for kind in (Membership, Relationship, Actor, Event, Office):
        assert set(map(repr, there.all(kind))) == set(map(repr, back.all(kind)))


@pytest.mark.parametrize(
    ("name", "more", "role", "of"),
    [
        ("Prime Minister", {"country": "ml", "topics": ["gov.national", "gov.head"]}, "head-of-government", "Mali"),
        ("President of the Government", {"country": "es", "topics": ["gov.head"]}, "head-of-government", "Spain"),
        ("Great Elder", {"country": "ml", "topics": ["gov.head"]}, "head-of-state", "Mali"),
        ("Great Elder", {"country": "ml"}, "member", "Mali"),
        ("Minister of Wells", {"country": "suhh"}, "minister", "Soviet Union"),
        ("Minister of Wells", {"country": "ml", "subnationalArea": "The North"}, "member", "Mali"),
        ("Governor", {"country": "us-ca", "topics": ["gov.head", "gov.state"]}, "member", "United States"),
        ("Commissioner for Wells", {"country": "eu"}, "head", "European Union"),
        ("Chairman of the Board", {"organization": "c-wells"}, "head", "Wells Ltd"),
    ],
)
def test_what_kind_of_role_a_post_is(tmp_path: Path, name: str, more: dict[str, Any], role: str, of: str) -> None:
    found = read(tmp_path, HOLDS, AMA, WELLS, ftm("post-1", "Position", name=name, **more))
    held = found.one(Membership)
    assert (held.role_kind, found.names[held.organization]) == (role, of)
    assert {each.role_kind for each in found.all(Office)} == {role}


@pytest.mark.parametrize(
    ("entities", "reason"),
    [
        ([HOLDS, AMA], "the files do not describe the post 'post-1'"),
        ([HOLDS, AMA, ftm("post-1", "Position", name="Elder")], "the post 'post-1' names no state or organization that is known"),
        ([HOLDS, AMA, ftm("post-1", "Position", name="Elder", country="qq")], "the post 'post-1' names no state or organization"),
        ([ftm("o", "Occupancy", post="post-1"), POST], "the property holder names nobody"),
        ([ftm("o", "Occupancy", holder="post-1", post="post-1"), POST], "'post-1' is of the schema 'Position', and is no party"),
        (
            [HOLDS | {"properties": HOLDS["properties"] | {"endDate": ["2014"]}}, AMA, POST],
            "the end 2014-12-31 is before the begin",
        ),
    ],
)
def test_occupancies_that_cannot_be_used(tmp_path: Path, entities: list[Any], reason: str) -> None:
    found = read(tmp_path, *entities)
    assert found.all(Membership) == []
    assert any(reason in each for each in found.refused), found.refused


@pytest.mark.parametrize(
    ("entity", "kind", "title"),
    [
        (ftm("e", "Membership", member="p-ama", organization="c-wells", role="Chairwoman"), "head", "Chairwoman"),
        (ftm("e", "Membership", member="p-ama", organization="c-wells"), "member", None),
        (ftm("e", "Directorship", director="p-ama", organization="c-wells"), "member", "director"),
        (
            ftm("e", "Directorship", director="p-ama", organization="c-wells", role="Managing Director"),
            "head",
            "Managing Director",
        ),
        (ftm("e", "Employment", employee="p-ama", employer="c-wells"), "member", "employee"),
        (ftm("e", "Ownership", owner="p-ama", asset="c-wells", percentage="60"), "member", "owner, 60 %"),
        (ftm("e", "Ownership", owner="p-ama", asset="c-wells", role="Trustee", percentage="5%"), "member", "Trustee, 5%"),
    ],
)
def test_memberships(tmp_path: Path, entity: dict[str, Any], kind: str, title: str | None) -> None:
    found = read(tmp_path, entity, AMA, WELLS)
    held = found.one(Membership)
    assert (found.names[held.member], found.names[held.organization]) == ("Ama Tolm", "Wells Ltd")
    assert (held.role_kind, held.role_title) == (kind, title)


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        (ftm("e", "Ownership", owner="p-ama", asset="v"), "'v' is of the schema 'Vessel', and is no party"),
        (
            ftm("e", "Membership", member="c-wells", organization="p-ama"),
            "organization names 'Ama Tolm', and a Person has no members",
        ),
        (ftm("e", "Ownership", owner="c-wells", asset="c-wells"), "owner and asset name the same entity"),
        (ftm("e", "Directorship", organization="c-wells"), "the property director names nobody"),
        (
            ftm("e", "Family", person="c-wells", relative="p-ama", relationship="son"),
            "'Wells Ltd' is a Company, and only persons are",
        ),
    ],
)
def test_what_cannot_be_between_two(tmp_path: Path, entity: dict[str, Any], reason: str) -> None:
    found = read(tmp_path, entity, AMA, WELLS, ftm("v", "Vessel", name="Well"))
    assert any(reason in each for each in found.refused), found.refused


@pytest.mark.parametrize(
    ("word", "tie"),
    [
        ("daughter", ("Ama Tolm", "parentOf", "Bela Tolm")),
        ("Mother", ("Bela Tolm", "parentOf", "Ama Tolm")),
        ("wife", ("Ama Tolm", "spouseOf", "Bela Tolm")),
    ],
)
def test_kin(tmp_path: Path, word: str, tie: tuple[str, str, str]) -> None:
    found = read(tmp_path, ftm("f", "Family", person="p-ama", relative="p-bela", relationship=word), AMA, BELA)
    assert tie in ties(found)
    assert found.all(Relationship)[0].qualifier == word


@pytest.mark.parametrize("word", ["brother", "mother-in-law", "grandson", "ex-wife", ""])
def test_kin_that_the_graph_has_no_relation_for(tmp_path: Path, word: str) -> None:
    found = read(tmp_path, ftm("f", "Family", person="p-ama", relative="p-bela", relationship=word), AMA, BELA)
    assert len(found.refused) == 1
    assert "relationship" in found.refused[0]


def test_an_associate(tmp_path: Path) -> None:
    found = read(tmp_path, ftm("a", "Associate", person="p-ama", associate="p-bela", relationship="partner in wells"), AMA, BELA)
    assert ("Ama Tolm", "alliedWith", "Bela Tolm") in ties(found)
    assert found.all(Relationship)[0].qualifier == "partner in wells"


def test_a_sanction_is_an_event(tmp_path: Path) -> None:
    found = read(tmp_path, SANCTION, AMA)
    event = found.one(Event)
    assert (event.event_type, event.quad_class, event.label) == (
        "SANCTION",
        "material-conflict",
        "Sanction by Office of Wells on Ama Tolm",
    )
    assert [found.names[iri] for iri in (*event.actors, *event.recipients)] == ["Office of Wells", "Ama Tolm"]
    assert (event.earliest_begin, event.latest_end, event.time_precision, event.begin_year) == (
        "2014-03-17",
        "2014-03-17",
        "day",
        "2014",
    )
    assert found.kinds["Office of Wells"] == "GovernmentBody"
    claim = next(each for each in found.all(Claim) if each.about == event.iri)
    assert (claim.source_type, json.loads(claim.row)["properties"]["reason"]) == ("TOLM-1", ["x"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"endDate": ["2016"]}, ("2014-03-17", "2016-12-31", "interval", None)),
        ({"startDate": [], "listingDate": ["2013-02"]}, ("2013-02-01", "2013-02-28", "month", None)),
        ({"startDate": [], "endDate": ["2016-01-02"]}, (None, "2016-01-02", "interval", None)),
        ({"startDate": []}, (None, None, None, "not-stated")),
        ({"startDate": ["2014", "2014-03-17", "2014-04"]}, ("2014-03-17", "2014-03-17", "day", None)),
        ({"startDate": ["soon"], "date": ["2012"]}, ("2012-01-01", "2012-12-31", "year", None)),
    ],
)
def test_dates_of_a_sanction(tmp_path: Path, changes: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    found = read(tmp_path, SANCTION | {"properties": SANCTION["properties"] | changes}, AMA)
    event = found.one(Event)
    assert (event.earliest_begin, event.latest_end, event.time_precision, event.time_gap) == expected


@pytest.mark.parametrize(
    ("changes", "actor", "kind"),
    [
        ({"authority": ["UN Security Council"]}, "UN Security Council", "IntergovernmentalOrganization"),
        ({"authority": ["Niger"]}, "Niger", "State"),
        ({"authority": []}, "United States", "State"),
        ({"authority": [], "country": ["eu"]}, "European Union", "IntergovernmentalOrganization"),
        ({"authority": [], "country": []}, None, None),
    ],
)
def test_who_imposes_a_sanction(tmp_path: Path, changes: dict[str, Any], actor: str | None, kind: str | None) -> None:
    found = read(tmp_path, SANCTION | {"properties": SANCTION["properties"] | changes}, AMA)
    event = found.one(Event)
    assert [found.names[iri] for iri in event.actors] == ([actor] if actor else [])
    assert event.actor_gap == (None if actor else "not-stated")
    if actor is not None:
        assert found.kinds[actor] == kind


def test_sanctions_without_a_party(tmp_path: Path) -> None:
    found = read(tmp_path, ftm("s", "Sanction", entity="v"), ftm("v", "Vessel", name="Well"), ftm("s2", "Sanction"))
    assert "'v' is of the schema 'Vessel', and is no party" in found.refused
    assert "the property entity names nobody" in found.refused


@pytest.mark.parametrize(
    ("entity", "kind"),
    [
        (ftm("o", "Organization", name="O"), "Organization"),
        (ftm("o", "LegalEntity", name="O"), "Organization"),
        (ftm("o", "PublicBody", name="O"), "GovernmentBody"),
        (ftm("o", "Organization", name="O", topics=["sanction", "pol.party"]), "PoliticalParty"),
        (ftm("o", "Organization", name="O", topics="gov.igo"), "IntergovernmentalOrganization"),
        (ftm("o", "PublicBody", name="O", topics=["gov", "gov.security"]), "SecurityForce"),
        (ftm("o", "Company", name="O", topics="gov"), "Company"),
    ],
)
def test_classes(tmp_path: Path, entity: dict[str, Any], kind: str) -> None:
    assert read(tmp_path, entity).one(Actor).kind == kind


def test_states_of_parties(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        AMA,
        WELLS,
        ftm("b", "PublicBody", name="Body", country="yucs", parent="c-wells"),
        ftm("o", "Organization", name="Org", country=["ml", "ne", "xk"]),
        ftm("o2", "Organization", name="Small", country=["hk"]),
    )
    assert ties(found) == [
        ("Ama Tolm", "citizenOf", "Mali"),
        ("Wells Ltd", "basedIn", "Niger"),
        ("Body", "agencyOf", "Serbia and Montenegro"),
        ("Body", "partOf", "Wells Ltd"),
        ("Org", "activeIn", "Mali"),
        ("Org", "activeIn", "Niger"),
        ("Org", "activeIn", "Kosovo"),
        ("Small", "basedIn", "China"),
    ]
    claim = found.all(Claim)[0]
    assert json.loads(claim.row) == {
        "id": "p-ama",
        "schema": "Person",
        "properties": {"name": ["Ama Tolm", "A. Tolm"], "nationality": ["ml"]},
    }
    assert claim.record_id == "p-ama-citizenOf-Q912"


def test_a_code_that_no_state_has_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, ftm("p", "Person", name="P", nationality=["ml", "qq"]))
    assert found.one(Claim).repairs == ("no state has the code 'qq'; it is left out",)


@pytest.mark.parametrize(
    ("code", "label"),
    [
        *(
            ("ml", "Mali"),
            ("suhh", "Soviet Union"),
            ("yucs", "Serbia and Montenegro"),
            ("cshh", "Czechoslovakia"),
            ("csxx", "Serbia and Montenegro"),
        ),
        *(
            ("ddde", "East Germany"),
            ("xk", "Kosovo"),
            ("gb-nir", "United Kingdom"),
            ("uk", "United Kingdom"),
            ("hk", "China"),
            ("eu", "European Union"),
        ),
        *(("zz", None), ("", None), ("7", None), ("qqqq", None)),
    ],
)
def test_codes_of_states(code: str, label: str | None) -> None:
    found = state_of(Minter(Release("followthemoney", "1", load_crosswalk())), code)
    assert (found.label if found is not None else None) == label


def test_iris_meet_those_of_the_reference_data(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ftm("x-1", "Person", name="N. Modi", wikidataId="Q1058"),
        ftm("Q9999000001", "Person", name="Ama"),
        ftm("x-2", "Person", name="Another Modi", wikidataId="Q1058"),
        ftm("x-3", "PublicBody", name="Government of Mali", wikidataId="Q912"),
        ftm("x-4", "Position", name="Elder", country="ml", wikidataId="Q9999000002"),
    )
    assert found.one(Office).iri.endswith("/entity/Q9999000002")
    made = {each.label: each.iri.rpartition("/")[2] for each in found.all(Actor)}
    assert made["Narendra Modi"] in ("Q1058", "ftm-x-2")
    assert {each.iri.rpartition("/")[2] for each in found.all(Actor)} == {"Q1058", "Q9999000001", "ftm-x-2", "ftm-x-3"}
    modi = next(each for each in found.all(Actor) if each.iri.endswith("/Q1058"))
    assert (modi.label, modi.names, modi.same_as) == ("Narendra Modi", ("N. Modi",), ("http://www.wikidata.org/entity/Q1058",))


def test_identifiers_of_legal_entities(tmp_path: Path) -> None:
    assert read(tmp_path, WELLS).one(Actor).same_as == ("https://search.gleif.org/#/record/5493001KJTIIGC8Y1R12",)
    assert not is_lei("5493001KJTIIGC8Y1R13")
    assert not is_lei("5493001KJTIIGC8Y1R1")


def test_what_no_line_describes_is_called_by_its_id(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ftm("e", "Employment", employee="p-gone", employer={"id": "c-gone", "caption": "Gone Ltd", "schema": "Company"}),
    )
    held = found.one(Membership)
    assert (found.names[held.member], found.names[held.organization]) == ("p-gone", "Gone Ltd")
    assert found.kinds == {"p-gone": "Person", "Gone Ltd": "Organization"}
    assert found.one(Claim).repairs == (
        "'p-gone' is not described by the files; it is called by its id",
        "'c-gone' is not described by the files; it is called by its name in the line",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "the line is no JSON"),
        ("[1, 2]", "the line is no entity: it needs an id and a schema"),
        ('{"schema": "Person"}', "the line is no entity: it needs an id and a schema"),
        ('{"id": "\\ud800", "schema": "Person"}', "the line is no entity: it needs an id and a schema"),
        ('{"id": "x", "schema": "Person", "properties": [1]}', "the entity's properties are no object"),
        ('{"id": "x", "schema": "Family", "properties": {"person": 7}}', "the entity is none of the form that is published"),
        ('{"id": "x", "schema": "Address", "properties": {}}', "the schema 'Address' is not read: it belongs to a party"),
        ('{"id": "x", "schema": "Tolm", "properties": {}}', "the schema 'Tolm' is not read: it is no party"),
    ],
)
def test_lines_that_cannot_be_read(tmp_path: Path, line: str, reason: str) -> None:
    found = read(tmp_path, AMA, line)
    assert len(found.refused) == 1
    assert reason in found.refused[0]
    assert len(found.rows) == 1


def imported(tmp_path: Path, *paths: Path, code: int = 5, **more: object) -> dict[str, Any]:
    options = [part for name, value in more.items() for part in (f"--{name}", value)]
    ran = crisiskg("import", "followthemoney", *paths, "--store", tmp_path / "kg", "--release", "1", "--json", *options)
    assert ran.code == code, ran.err
    return dict(json.loads(ran.out))


def test_from_a_file_to_the_graph(tmp_path: Path) -> None:
    packed = tmp_path / "entities.ftm.json.gz"
    packed.write_bytes(gzip.compress(write_lines(tmp_path / "a.json", a_file()).read_bytes()))
    told = imported(tmp_path, packed)
    assert (told["rows"], told["records"], told["quarantined"], told["events"]) == (11, 9, 2, 1)
    assert {group["lines"][0] for group in told["reasons"]} == {"entities.ftm.json.gz:10", "entities.ftm.json.gz:11"}
    graph = mint_release_graph("followthemoney", "1")
    with OxigraphStore(tmp_path / "kg") as store:
        quads = list(store.quads(graph))
        assert len(quads) == told["quads"]
        report = validate(quads)
        assert report.conforms, report
        said = [quad.object.value for quad in store.match(None, CKG + "sourceWords", None, graph)]
        assert set(said) == {"tolm_list"}
        assert [quad.object.value for quad in store.match(None, DCTERMS + "license", None, graph)] == [
            "http://rightsstatements.org/vocab/CNE/1.0/"
        ]
    ran = crisiskg(
        "query", "offices", "--date", "2016-05-01", "--organization", "Mali", "--store", tmp_path / "kg", "--format", "json"
    )
    rows = [row for row in json.loads(ran.out)["results"]["bindings"] if row["personLabel"]["value"] == "Ama Tolm"]
    assert [(row["holds"]["value"], row["title"]["value"]) for row in rows] == [("surely", "President of the Republic of Tolm")]
    assert crisiskg("verify", "--store", tmp_path / "kg").code == 0
    # Rows are not passed on, whatever the licence, and another licence is another graph.
    assert imported(tmp_path, packed)["unchanged"]
    assert not imported(tmp_path, packed, license="https://creativecommons.org/licenses/by-nc/4.0/")["unchanged"]
    ran = crisiskg("export", "--part", "datasets", "--store", tmp_path / "kg")
    assert "Ama" not in ran.out
    ran = crisiskg("export", "--part", "datasets", "--store", tmp_path / "kg", "--include-restricted")
    assert "Ama" in ran.out
    assert "licenses/by-nc/4.0" in ran.out


def test_a_license_that_is_none(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.json", a_file())
    for dataset, license_, message in (
        ("followthemoney", "free", "--license needs an IRI"),
        ("followthemoney", "https://a b", "is no IRI"),
        ("wikidata", "https://creativecommons.org/licenses/by/4.0/", "--license goes with rml and followthemoney only"),
    ):
        ran = crisiskg("import", dataset, path, "--store", tmp_path / "kg", "--license", license_)
        assert ran.code == 2
        assert message in ran.err


def test_an_entity_that_stands_twice(tmp_path: Path) -> None:
    told = imported(tmp_path, write_lines(tmp_path / "a.json", [AMA, AMA, BELA]))
    assert (told["records"], told["quarantined"]) == (2, 1)
    assert told["reasons"][0]["lines"] == ["a.json:2"]
    assert isinstance(State("urn:s", "S"), State)


def test_of_what_is_not_read_the_first_rows_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.importing.rejected.MOST_UNREAD", 2)
    addresses = [ftm(f"a-{number}", "Address", full="1 Well Street") for number in range(5)]
    told = imported(tmp_path, write_lines(tmp_path / "a.json", [*addresses, AMA, "{"]))
    assert (told["rows"], told["records"], told["quarantined"]) == (7, 1, 6)
    assert {group["count"] for group in told["reasons"]} == {5, 1}
    ran = crisiskg("quarantine", "show", told["quarantine"], "--rows", "--store", tmp_path / "kg")
    assert [json.loads(line)["line"] for line in ran.out.splitlines()] == [1, 2, 7]
