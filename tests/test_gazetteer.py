import datetime as dt

import pytest
from annotated import gazetteer

from crisiskg.annotation.gazetteer import Entry, Gazetteer, fold_text, read_reference
from crisiskg.annotation.settlements import Settlements, build, fold_name, open_settlements

TURTLE = """
@base <https://w3id.org/crisiskg/id/> .
@prefix ckg: <https://w3id.org/crisiskg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ckgc: <https://w3id.org/crisiskg/code/> .
<entity/Q1> a ckg:State ; rdfs:label "Sylvania"@en ; skos:altLabel "Silvania"@en , "Sylvanien"@de ;
  ckg:demonym "Sylvanian"@en ;
  ckg:acronym "SYL"@en ; ckg:iso2 "SY" ; ckg:iso3 "SYL" ;
  ckg:hasCapital <entity/gn-7> ;
  ckg:earliestBegin "1950-01-01"^^xsd:date ;
  skos:exactMatch <http://www.wikidata.org/entity/Q1> , <https://sws.geonames.org/70/> ;
  geo:hasDefaultGeometry <entity/Q1/geometry> .
<entity/Q1/geometry> geo:asWKT "POINT(10.5 -3.25)" ; geo:hasMetricSpatialAccuracy 1000 .
<entity/gn-7> a ckg:Place ; rdfs:label "Oakton"@en .
<entity/ucdp-9> a ckg:ArmedGroup ; rdfs:label "Forest Front"@en ; ckg:contextualName "the Front"@en ; ckg:activeIn <entity/Q1> .
<entity/x-oak> a ckg:Person ; rdfs:label "Ada Oak"@en .
<entity/x-oak/membership/1> a ckg:Membership ; ckg:hasMember <entity/x-oak> ; ckg:inOrganization <entity/Q1> ;
  ckg:roleKind ckgc:rolekind-head-of-state ; ckg:earliestBegin "2001-01-01"^^xsd:date ; ckg:latestEnd "2005-01-01"^^xsd:date .
"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "a.ttl").write_text(TURTLE, encoding="utf-8")
    return Gazetteer(*read_reference(tmp_path))


def test_turtle_gives_entries_with_codes_and_point(small):
    ((state, kind),) = small.senses("Silvania")
    assert (state.label, kind, state.wikidata, state.geonames, state.iso3) == ("Sylvania", "name", "Q1", 70, "SYL")
    assert (state.lat, state.lon, state.accuracy_m, state.begin) == (-3.25, 10.5, 1000.0, dt.date(1950, 1, 1))
    assert small.senses("Sylvanien") == ()


def test_longest_name_wins_and_words_are_whole(small):
    text = fold_text("Sylvanian troops met the Forest Front near Sylvaniana.")
    starts = [0, 10, 17, 21, 25, 32, 38, 43]
    assert [text[m.start : m.end] for m in small.matches(text, starts)] == ["Sylvanian", "Forest Front"]


def test_contextual_names_are_no_names_of_their_own(small):
    assert small.senses("the Front") == ()
    assert [entry.label for entry in small.contextual("the Front")] == ["Forest Front"]


def test_capital_and_office(small):
    assert small.state_of_capital("Oakton").label == "Sylvania"
    assert small.state_of_capital("Elmton") is None
    state = small.senses("Sylvania")[0][0]
    assert [p.label for p in small.persons_in_office(state.iri, "head-of-state", dt.date(2003, 1, 1))] == ["Ada Oak"]
    assert small.persons_in_office(state.iri, "head-of-state", dt.date(2013, 1, 1)) == []


def test_folded_text_has_the_same_length():
    for text in ("Côte d’Ivoire – al‑Qaïda", "ﬁnal Ǆ ß İ 𝔘", "ascii-only"):
        assert len(fold_text(text)) == len(text)
    assert fold_text("Côte d’Ivoire") == "Cote d'Ivoire"


def test_entry_covers_days():
    entry = Entry("i", "State", "S", begin=dt.date(1990, 1, 1), end=dt.date(1999, 1, 1))
    assert entry.covers(dt.date(1995, 5, 5))
    assert entry.covers(None)
    assert not entry.covers(dt.date(2000, 1, 1))


def test_settlements_are_ranked_by_main_name_and_size():
    found = gazetteer().places("Gao")
    assert found[0].country == "ML"
    assert found[0].population > found[-1].population or len(found) == 1
    assert gazetteer().places("saint-étienne")[0].country == "FR"
    assert gazetteer().places("No Such Village At All") == ()


def test_names_in_other_scripts_and_codes_are_left_out(tmp_path):
    source = tmp_path / "cities.json"
    source.write_text(
        '{"1": {"geonameid": 1, "name": "Oakton", "latitude": 1, "longitude": 2, "countrycode": "XX", "population": 5000,'
        ' "admin1code": "1", "alternatenames": ["OAK", "oktn", "Оактон", "Oaktown"]}, "2": {"geonameid": 2, "name": "Tiny",'
        ' "latitude": 1, "longitude": 2, "countrycode": "XX", "population": 10, "admin1code": "1", "alternatenames": []}}',
        encoding="utf-8",
    )
    build(source, tmp_path / "s.sqlite", 1000)
    settlements = Settlements(tmp_path / "s.sqlite")
    assert settlements.named("Oaktown")[0].main is False
    assert [settlements.named(name) for name in ("OAK", "oktn", "Оактон", "Tiny")] == [(), (), (), ()]
    settlements.close()


def test_the_file_of_settlements_is_built_once(tmp_path):
    first = open_settlements(15_000, tmp_path)
    first.close()
    (path,) = tmp_path.glob("*.sqlite")
    before = path.stat().st_mtime_ns
    open_settlements(15_000, tmp_path).close()
    assert path.stat().st_mtime_ns == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("left", "right"), [("N’Djamena", "n'djamena"), ("Port-au-Prince", "port au prince")])
def test_folded_names_agree(left, right):
    assert fold_name(left) == fold_name(right)
