"""Identity of entities: names, comparison, matching, the labelled pairs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.errors import InvalidParameter
from crisiskg.identity.comparison import ACRONYM_CAP, compare_entities
from crisiskg.identity.entities import Entity, read_entities, read_entity
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.matching import Thresholds, candidate_pairs, match_entities, renewal
from crisiskg.identity.names import compare, form_of
from crisiskg.identity.records import Judgement
from crisiskg.identity.running import run_entities
from crisiskg.namespaces import BASE, CKG, PREFIXES, WD
from crisiskg.store import OxigraphStore

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
import identity as bench

AT = "2026-01-01T00:00:00Z"
IRAQ, SYRIA, UGANDA, AUSTRALIA = (f"{BASE}entity/Q{number}" for number in (796, 858, 1036, 408))


def entity(iri: str, kind: str, *names: str, states: tuple[str, ...] = (), **more: object) -> Entity:
    made = Entity(f"urn:{iri}", {kind}, list(names), states=set(states))
    for name, value in more.items():
        setattr(made, name, value)
    return made


# --- names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Al-Shabaab", "al-Shabab"),
        ("Lashkar-e-Taiba", "Lashkar-i-Tayyiba"),
        ("Jabhat al-Nusra", "Al-Nusra Front"),
        ("Government of Iraq", "Iraqi government"),
        ("Military (Iraq)", "Iraqi Armed Forces"),
        ("Government of DR Congo (Zaire)", "Government of Zaire"),
        ("Séléka", "Seleka"),
        ("BokoHaram", "Boko Haram"),
        ("Inkatha Freedom Party (IFP)", "Inkatha Freedom Party"),
        ("Janjaweed", "Janjaweed militia"),
        ("Mai-Mai", "Mayi Mayi"),
    ],
)
def test_spellings_of_one_name_are_alike(one: str, other: str) -> None:
    assert compare(one, other).score >= 0.9
    assert compare(other, one).score == compare(one, other).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lashkar-e-Taiba", "Lashkar-e-Jhangvi"),
        ("Anti-Balaka", "Anti-Balaka - Mokom"),
        ("Shan State Army - North", "Shan State Army - South"),
        ("Government of Iraq", "Military Forces of Iraq"),
        ("Government of Niger", "Government of Nigeria"),
        ("Military Forces of Iraq (1979-2003)", "Military Forces of Iraq (2003-2014)"),
        ("Ahrar al-Sham", "Ahrar al-Sham, FSA"),
        ("M23", "M19"),
        ("Los Mayos", "Los Memos"),
        ("Liwa al-Aqsa", "Jund al-Aqsa"),
        ("Supporters of ANPP", "Supporters of UNPP"),
    ],
)
def test_names_that_differ_in_what_matters_are_not_alike(one: str, other: str) -> None:
    found = compare(one, other)

    assert found.score < 0.9
    assert found.differs


def test_persons_may_have_initials_and_middle_names() -> None:
    assert compare("Joseph Rao Kony", "Joseph Kony", persons=True).score >= 0.85
    assert compare("J. Kony", "Joseph Kony", persons=True).score >= 0.85
    assert compare("George H. W. Bush", "George W. Bush", persons=True).score <= 0.6
    assert compare("Ferdinand Marcos", "Ferdinand Marcos Jr.", persons=True).score <= 0.6


def test_letters_alone_are_told_from_names() -> None:
    assert compare("SDF", "SDF").is_acronym
    assert compare("LTTE", "Liberation Tigers of Tamil Eelam").is_acronym
    assert not compare("Hezbollah", "Hizbullah").is_acronym
    assert form_of("S.D.F.").letters == "sdf"


# --- comparison -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acronym", ["SDF", "ADF", "SPLA-IO"])
@pytest.mark.parametrize("states", [((SYRIA,), (SYRIA,)), ((SYRIA,), (UGANDA,)), ((), ())])
def test_homonyms_of_an_acronym_are_never_merged_without_an_identifier(
    acronym: str, states: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    one = entity("a", "ArmedGroup", acronym, states=states[0])
    other = entity("b", "ArmedGroup", acronym, states=states[1])

    found = compare_entities(one, other)
    assert found.score <= ACRONYM_CAP
    assert Thresholds().verdict(found) != "positive"

    for each in (one, other):
        each.identify("UCDP id", "4")
    assert Thresholds().verdict(compare_entities(one, other)) == "positive"


def test_a_full_name_beside_the_acronym_may_merge() -> None:
    one = entity("a", "ArmedGroup", "SDF", "Syrian Democratic Forces")
    other = entity("b", "ArmedGroup", "Syrian Democratic Forces", "SDF")

    assert Thresholds().verdict(compare_entities(one, other)) == "positive"


def test_different_identifiers_of_one_scheme_keep_apart() -> None:
    one, other = entity("a", "ArmedGroup", "Al-Shabaab"), entity("b", "ArmedGroup", "Al-Shabaab")
    one.identify("Wikidata item", "Q1")
    other.identify("Wikidata item", "Q2")

    found = compare_entities(one, other)

    assert found.apart.startswith("Their identifiers differ")
    assert Thresholds().verdict(found) == "negative"


def test_a_shared_identifier_does_not_outweigh_a_contradiction() -> None:
    one, other = entity("a", "ArmedGroup", "Al-Shabaab"), entity("b", "ArmedGroup", "Al-Shabaab")
    for each, item in ((one, "Q1"), (other, "Q2")):
        each.identify("Wikidata item", item)
        each.identify("UCDP id", "7")

    assert compare_entities(one, other).apart


def test_lifetimes_that_do_not_meet_keep_apart() -> None:
    one = entity("a", "ArmedGroup", "Jundullah", states=(IRAQ,), begin="1950-01-01", end="1960-12-31")
    other = entity("b", "ArmedGroup", "Jundullah", states=(IRAQ,), begin="1999-01-01")

    assert "lifetimes do not meet" in compare_entities(one, other).apart
    other.begin = "1955-01-01"
    assert not compare_entities(one, other).apart


def test_classes_that_exclude_one_another_keep_apart() -> None:
    one, other = entity("a", "Person", "Abu Sayyaf"), entity("b", "ArmedGroup", "Abu Sayyaf")

    assert "exclude one another" in compare_entities(one, other).apart
    other.classes = {"Person"}
    assert not compare_entities(one, other).apart


def test_bodies_of_different_states_keep_apart() -> None:
    one = entity("a", "PoliticalParty", "Democratic Party", states=(IRAQ,))
    other = entity("b", "PoliticalParty", "Democratic Party", states=(AUSTRALIA,))

    assert Thresholds().verdict(compare_entities(one, other)) == "negative"


def test_a_name_of_common_words_needs_a_state() -> None:
    one, other = (entity(iri, "ArmedGroup", "National Liberation Army") for iri in "ab")

    assert Thresholds().verdict(compare_entities(one, other)) == "unsure"
    one.states, other.states = {IRAQ}, {IRAQ}
    assert Thresholds().verdict(compare_entities(one, other)) == "positive"


def test_a_persons_name_needs_a_state() -> None:
    one, other = (entity(iri, "Person", "Ahmed Hassan") for iri in "ab")

    assert Thresholds().verdict(compare_entities(one, other)) == "unsure"
    one.states, other.states = {IRAQ}, {IRAQ}
    assert Thresholds().verdict(compare_entities(one, other)) == "positive"


def test_reasons_are_sentences() -> None:
    one = entity("a", "ArmedGroup", "Hezbollah", states=(IRAQ,), situations={"urn:w"})
    other = entity("b", "PoliticalParty", "Hizbullah", states=(IRAQ,), situations={"urn:w"})

    found = compare_entities(one, other)

    assert "Both are of Iraq." in found.reasons
    assert "Events of both belong to the same conflict." in found.reasons
    assert "The classes ArmedGroup and PoliticalParty are compatible." in found.reasons
    assert all(reason.endswith(".") for reason in found.reasons)


# --- matching -------------------------------------------------------------------------------------------------------------


def test_reference_entities_are_not_compared_with_each_other() -> None:
    pair = {one.iri: one for one in (entity("a", "ArmedGroup", "Hezbollah"), entity("b", "ArmedGroup", "Hezbollah"))}

    assert len(list(candidate_pairs(pair))) == 1
    for one in pair.values():
        one.is_reference = True
    assert list(candidate_pairs(pair)) == []


def test_large_blocks_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.identity.matching.MOST_IN_BLOCK", 3)
    many = {one.iri: one for one in (entity(str(number), "Person", f"Mohammed Xy{number}zq") for number in range(5))}

    found = match_entities(many, AT)

    assert found.large_blocks >= 1
    assert found.entities == 5


def test_a_second_run_says_only_what_is_new() -> None:
    def said(one: str, other: str, score: float, by: str = "crisiskg:entities-1") -> Judgement:
        return Judgement(f"urn:{one}", f"urn:{other}", "entity", "positive", score, ("r",), by, AT)

    known = [
        ("urn:j1", said("a", "b", 0.9)),
        ("urn:j2", said("c", "d", 0.9)),
        ("urn:j3", said("e", "f", 0.9)),
        ("urn:j4", said("g", "h", 0.9, "Ada")),
        ("urn:j5", said("i", "j", 0.9, "crisiskg:events-1")),
    ]
    found = [said("a", "b", 0.9), said("c", "d", 0.95), said("g", "h", 0.99), said("k", "l", 0.92)]

    new, taken_back = renewal(known, found, "crisiskg:entities-1")

    assert [one.pair for one in new] == [("urn:c", "urn:d"), ("urn:k", "urn:l")]
    assert sorted(taken_back) == ["urn:j2", "urn:j3"]


# --- over a store ---------------------------------------------------------------------------------------------------------

_DATA = f"""
<{BASE}entity/Q41053> a ckg:ArmedGroup ; rdfs:label "Hezbollah"@en ; ckg:acronym "HZB"@en ; ckg:activeIn <{BASE}entity/Q822> .
<{BASE}dataset/icews/actor/hizbullah> a ckg:PoliticalParty ; rdfs:label "Hizbullah"@en ; ckg:isPartOf <{BASE}entity/Q822> .
<{BASE}dataset/ged/actor/h> a ckg:ArmedGroup ; rdfs:label "Party of God"@en ; skos:exactMatch <{WD}Q41053> .
<{BASE}document/0a/entity/sdf> a ckg:ArmedGroup ; rdfs:label "SDF"@en .
<{BASE}dataset/ged/actor/sdf> a ckg:ArmedGroup ; rdfs:label "SDF"@en ; ckg:isPartOf <{SYRIA}> .
<urn:event> a ckg:Event ; ckg:hasActor <{BASE}dataset/ged/actor/sdf> ; ckg:hasPlace <urn:place> ;
  ckg:earliestBegin "2016-05-01"^^xsd:date ; ckg:partOfSituation <urn:war> .
<urn:place> a ckg:Place ; rdfs:label "Town"@en ; ckg:isPartOf <{SYRIA}> .
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OxigraphStore]:
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    graph = BASE + "graph/dataset/test/1"
    triples = ox.parse((head + _DATA).encode(), format=ox.RdfFormat.TURTLE)
    with OxigraphStore(tmp_path / "store") as opened:
        opened.replace_graph(graph, [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(graph)) for t in triples])
        opened.flush()
        yield opened


def test_entities_are_gathered_with_their_events(store: OxigraphStore) -> None:
    found = read_entities(store)

    assert len(found) == 5
    sdf = found[BASE + "dataset/ged/actor/sdf"]
    assert (sdf.seen_in, sdf.years, sdf.situations) == ({SYRIA}, (2016, 2016), {"urn:war"})
    assert found[BASE + "dataset/ged/actor/h"].identifiers == {"Wikidata item": {"Q41053"}}
    assert read_entity(store, "urn:nothing").names == []


def test_a_run_writes_judgements_and_leaves_those_of_persons_alone(store: OxigraphStore) -> None:
    log = JudgementLog(store)

    first = run_entities(log, 0.9, 0.75)

    assert first.verdicts == {"positive": 2, "unsure": 1}
    assert log.identity.members(BASE + "entity/Q41053") == [
        BASE + "entity/Q41053",
        BASE + "dataset/ged/actor/h",
        BASE + "dataset/icews/actor/hizbullah",
    ]
    again = run_entities(log, 0.9, 0.75)
    assert (again.new, again.taken_back) == (0, 0)

    rejected = Judgement(
        BASE + "dataset/icews/actor/hizbullah", BASE + "entity/Q41053", "entity", "negative", None, ("no",), "Ada", AT
    )
    log.add([rejected])
    third = run_entities(log, 0.9, 0.75)
    assert third.new == 0
    assert BASE + "dataset/icews/actor/hizbullah" not in log.identity.members(BASE + "entity/Q41053")


def test_a_dry_run_writes_nothing(store: OxigraphStore) -> None:
    log = JudgementLog(store)

    assert run_entities(log, 0.9, 0.75, dry_run=True).new == 3
    assert log.all() == []


def test_thresholds_in_the_wrong_order_are_refused(store: OxigraphStore) -> None:
    with pytest.raises(InvalidParameter, match="must not be above"):
        run_entities(JudgementLog(store), 0.5, 0.9)


def test_what_follows_from_judgements_is_no_ground_for_judging(store: OxigraphStore) -> None:
    log = JudgementLog(store)
    one, other = BASE + "document/0a/entity/sdf", BASE + "dataset/ged/actor/sdf"
    log.add([Judgement(one, other, "entity", "positive", None, ("yes",), "Ada", AT)])

    assert read_entity(store, other).identifiers == {}
    assert CKG not in "".join(read_entity(store, one).sources)


# --- the labelled pairs ---------------------------------------------------------------------------------------------------


def test_the_labelled_pairs_are_as_described() -> None:
    rows = bench.read_pairs()

    assert len(rows) >= 1500
    assert sum(row["difficulty"] == "hard" for row in rows) >= len(rows) / 3
    assert {row["label"] for row in rows} == {"same", "different"}
    halves = {half: {(row["name_a"], row["name_b"]) for row in rows if row["half"] == half} for half in ("choose", "report")}
    assert not halves["choose"] & halves["report"]


def test_precision_and_recall_hold_on_the_reported_half() -> None:
    found = bench.compared([row for row in bench.read_pairs() if row["half"] == "report"])

    result = bench.figures(found, Thresholds())

    assert result["precision"] >= 0.97
    assert result["recall"] >= 0.8


def test_figures_fall_where_everything_is_merged() -> None:
    found = bench.compared(bench.read_pairs()[:200])

    assert bench.figures(found, Thresholds(0.0, 0.0))["precision"] < 0.97
    assert bench.figures(found, Thresholds(1.1, 1.1))["recall"] == 0


def test_states_are_compared_whatever_the_base_of_the_store(tmp_path: Path) -> None:
    base = "https://graph.example.org/id/"
    police, graph = ox.NamedNode(base + "dataset/x/actor/1"), ox.NamedNode(base + "graph/dataset/x/1")
    with OxigraphStore(tmp_path / "store", base_iri=base) as store:
        quads = [
            ox.Quad(police, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(CKG + "SecurityForce"), graph),
            ox.Quad(police, ox.NamedNode(PREFIXES["rdfs"] + "label"), ox.Literal("Iraqi Police"), graph),
            ox.Quad(police, ox.NamedNode(CKG + "isPartOf"), ox.NamedNode(base + "entity/Q796"), graph),
        ]
        store.replace_graph(graph.value, quads)
        found = read_entity(store, police.value)
    assert found.states == {IRAQ}
    same = entity("b", "SecurityForce", "Police of Iraq", states=(IRAQ,))
    assert (
        compare_entities(found, same).score
        == compare_entities(entity("a", "SecurityForce", "Iraqi Police", states=(IRAQ,)), same).score
    )
