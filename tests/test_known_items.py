from collections import Counter

from annotated import entity, read

from crisiskg.annotation.known_items import item_of_organization, item_of_place
from crisiskg.resources import folder


def test_cities_and_organizations_get_their_item():
    reading = read("The director of Deutsche Bank met officials in Hamburg and in Bamako.")
    assert entity(reading, "Hamburg").wikidata == "Q1055"
    assert entity(reading, "Bamako").wikidata == "Q3703"
    assert item_of_place(1) is None


def test_type_and_country_must_fit():
    assert item_of_organization("Ford", "Person", Counter()) is None
    assert item_of_organization("Ford", "Company", Counter()).wikidata == "Q44294"
    assert item_of_organization("Democratic Party", "PoliticalParty", Counter({"IT": 2})) is None
    assert item_of_organization("the Democratic Party", "PoliticalParty", Counter({"US": 1})).wikidata == "Q29552"
    assert item_of_organization("Oakton Mining", "Company", Counter()) is None


def test_a_homonym_of_a_city_does_not_get_its_item():
    assert entity(read("Police in Hamburg, New York, closed a road."), "Hamburg").wikidata is None


def test_an_item_stands_once_in_the_table():
    path = folder("ontology").parent / "src" / "crisiskg" / "annotation" / "data" / "wikidata_items.tsv"
    items = [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(items) == len(set(items))
