import datetime as dt

import pytest
from annotated import entity, read

from crisiskg.documents import DateBounds


def published(year):
    day = dt.date(year, 6, 1)
    return DateBounds(day, day, "day", "metadata")


def test_states_carry_codes():
    mali = entity(read("Malian troops left Kidal."), "Malian")
    assert (mali.name, mali.type, mali.wikidata, mali.iso3, mali.gap) == ("Mali", "State", "Q912", "MLI", None)
    assert mali.iri is not None
    assert mali.iri.endswith("/entity/Q912")
    assert mali.lat is not None
    assert mali.accuracy_m is not None


def test_settlements_carry_point_and_geonames_id():
    kidal = entity(read("French troops reached Kidal in northern Mali."), "Kidal")
    assert (kidal.geonames, kidal.iri) == (2455290, "https://w3id.org/crisiskg/id/entity/gn-2455290")
    assert kidal.lat == pytest.approx(18.44, abs=0.1)
    assert 0.5 <= kidal.score <= 1


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("He was born in Alexandria, Egypt.", 30.0),
        ("He was born in Alexandria, Louisiana.", -92.0),
        ("Rebels in Mali attacked Gao. Malian soldiers fled from Gao.", 0.0),
    ],
)
def test_homonyms_are_told_apart_by_the_text(text, country):
    place = entity(read(text), "Gao" if "Gao" in text else "Alexandria")
    assert place.lon == pytest.approx(country, abs=1.5)


def test_a_place_that_nobody_knows_says_so():
    place = entity(read("Gunmen burned the village of Umm al-Xyzzy near the town of Qwertabad."), "Qwertabad")
    assert place.gap in ("not-in-gazetteer", "below-threshold", "ambiguous")
    assert place.iri is None
    assert place.score is None


def test_a_person_of_the_text_alone_has_no_link():
    person = entity(read("Rustam Mahkamov fled."), "Rustam Mahkamov")
    assert (person.iri, person.wikidata, person.gap) == (None, None, "not-in-gazetteer")


def test_leader_by_surname_title_and_state():
    reading = read("President Rahmon of Tajikistan met officials in Dushanbe.", published=published(2015))
    rahmon = entity(reading, "Rahmon")
    assert rahmon.iri is not None
    assert "Rahmon" in rahmon.name


def test_nominals_have_neither_link_nor_gap():
    rebels = entity(read("The rebels left."), "The rebels")
    assert (rebels.iri, rebels.gap, rebels.score) == (None, None, None)


def test_group_by_alias():
    group = entity(read("Daesh lost the town to the SDF in Syria."), "Daesh")
    assert group.name == "Islamic State"
    assert "Daesh" in group.aliases
