import pytest
from annotated import entity, find, mentioned, read, types

from crisiskg.documents import Contribution, Region


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Shells hit the town of Karim on Monday.", "Karim"),
        ("Militants attacked Harun, a village south of the river.", "Harun"),
        ("Clashes went on in the regions of Gao and Ménaka.", "Ménaka"),
        ("The siege of Darayya lasted four years.", "Darayya"),
    ],
)
def test_what_a_text_calls_a_place_is_one(text, name):
    assert types(mentioned(text)).get(name) == "Place"


def test_person_with_a_place_noun_behind_stays_a_person():
    found = types(mentioned("Amina Sodiqova, a village elder, spoke. President Karim Tolibov left the city."))
    assert found["Amina Sodiqova"] == "Person"
    assert found["Karim Tolibov"] == "Person"


def test_part_of_a_state_is_a_place_of_its_own():
    reading = read("Rebels hold most of northern Mali. Mali has asked for help.")
    part = find(reading, "northern Mali")
    assert (part.kind, part.type) == ("nominal", "Place")
    assert part.entity != find(reading, "Mali").entity
    assert entity(reading, "northern Mali").iri is None
    assert entity(reading, "northern Mali").iso3 == "MLI"
    assert entity(reading, "Mali").wikidata == "Q912"


def test_settlements_and_regions_carry_the_code_of_their_state():
    reading = read("French troops reached Kidal. Refugees from Darfur crossed into Chad.")
    assert entity(reading, "Kidal").iso3 == "MLI"
    assert entity(reading, "Darfur").iso3 == "SDN"


def test_a_river_is_no_town_of_its_name():
    reading = read("Troops withdrew across the Dnipro. Others waited.")
    assert entity(reading, "Dnipro").geonames is None


def test_plural_states_are_no_names():
    reading = read("The deal worries other countries in the region and a half-dozen ex-Soviet republics.")
    assert all(m.kind != "name" for m in reading.mentions if m.text.endswith(("countries", "republics", "region")))


def test_side_of_a_border_is_a_place():
    assert find(mentioned("The Afghan side of that border is calm."), "The Afghan side of that border").type == "Place"
    assert find(mentioned("Farmers fled to the eastern bank of the river."), "the eastern bank of the river").type == "Place"


def test_bylines_and_contributors_hold_only_the_names_of_contributors():
    text = "A Title\nBy Awa Diallo, Senior Analyst, Mali\nFrance left.\nIlse Brandt\nConsulting Analyst, Eastern Europe"
    start, body, end = text.index("By"), text.index("France"), text.index("Ilse")
    reading = mentioned(
        text,
        regions=(
            Region("title", 0, start),
            Region("byline", start, body),
            Region("body", body, end),
            Region("contributors", end, len(text)),
        ),
        contributions=(Contribution("Awa Diallo", "author"), Contribution("Ilse Brandt", "contributor")),
    )
    found = types(reading)
    assert found["Awa Diallo"] == found["Ilse Brandt"] == "Person"
    assert "France" in found
    assert not {"Senior Analyst", "Consulting Analyst", "Mali", "Eastern Europe"} & set(found)


@pytest.mark.parametrize("text", ["OAKTON, W.Va. -- Crews cleared a road.", "A bridge fell near Oakton, W.Va."])
def test_an_abbreviated_state_keeps_its_last_dot(text):
    found = types(mentioned(text))
    assert found["W.Va."] == "Place"
    assert "W.Va" not in found


def test_a_dot_that_ends_the_sentence_is_no_part_of_a_name():
    found = types(mentioned("Farmers left Bamako. They had fled Mali."))
    assert {"Bamako", "Mali"} <= set(found)
    assert not {"Bamako.", "Mali."} & set(found)
