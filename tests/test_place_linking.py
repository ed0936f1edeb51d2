import pytest
from annotated import entity, find, gazetteer, mentioned, read

from crisiskg.annotation.place_hints import count_counties, count_us_states, read_hints, us_state_of
from crisiskg.annotation.place_linking import Context, Hints, choose, division_candidate, settlement_candidate
from crisiskg.annotation.settlements import Division, Settlement


def town(number, country, admin1, people, lat, lon, main=True):
    return settlement_candidate(Settlement(number, "Oakton", lat, lon, country, people, admin1, main))


LARGE, SMALL = town(1, "GB", "ENG", 90_000, 52.0, 0.0), town(2, "US", "OH", 9_000, 40.0, -82.0)
NEAR = town(3, "US", "OH", 30_000, 40.2, -82.1)


def best(names, hints=None, context=None):
    return [
        found.target.geonames if found else None
        for found, _ in choose(names, hints or [Hints()] * len(names), context or Context())
    ]


def test_the_larger_place_wins_where_nothing_else_is_said():
    assert best([[LARGE, SMALL]]) == [1]
    assert best([[SMALL, LARGE]]) == [1]
    assert choose([[]], [Hints()], Context()) == [(None, 0.0)]


def test_what_stands_beside_the_name_wins_over_size():
    assert best([[LARGE, SMALL]], [Hints(regions=frozenset({("US", "OH")}))]) == [2]
    assert best([[LARGE, SMALL]], [Hints(countries=frozenset({"US"}))]) == [2]
    assert best([[LARGE, SMALL]], [Hints(countries=frozenset({"FR"}))]) == [1]


def test_places_near_by_settle_each_other():
    assert best([[LARGE, SMALL], [NEAR], [town(4, "US", "OH", 20_000, 40.1, -82.3)]])[0] == 2
    far = town(5, "US", "CA", 20_000, 34.0, -118.0)
    assert best([[LARGE, SMALL], [far]], context=Context())[0] in (1, 2)


def test_a_small_place_under_another_name_needs_a_sign():
    assert best([[town(6, "US", "OH", 900, 40.0, -82.0, main=False)]]) == [None]


def test_a_word_says_which_kind_of_place_it_is():
    province = division_candidate(Division("AF.23", "Kandahar", 31.6, 65.7, 90.0, 500_000, True))
    city = town(7, "AF", "23", 600_000, 31.6, 65.7)
    (found, share), *_ = choose([[city, province]], [Hints(division=True)], Context())
    assert found is province
    assert share > 0.9  # city and province around it are one answer
    small = town(8, "AF", "23", 20_000, 31.6, 65.7)
    assert choose([[small, province]], [Hints()], Context())[0][0] is small
    assert choose([[city, province]], [Hints(settlement=True)], Context())[0][0] is city


def test_abbreviations_of_states_need_their_dot():
    assert [us_state_of(name) for name in ("Conn.", "W.Va.", "WV", "Ore", "La", "Or", "Mali")] == [
        "CT",
        "WV",
        "WV",
        None,
        None,
        None,
        None,
    ]
    assert count_us_states("He went to La Paz, Ore and Miss Wash.") == {}
    assert count_us_states("Oakton, S.C., and the Ohio Supreme Court") == {("US", "SC"): 1, ("US", "OH"): 1}


@pytest.mark.parametrize(
    ("text", "name", "lat", "lon"),
    [
        ("Flooding closed roads in Kanawha County on Monday.", "Kanawha County", 38.3, -81.6),
        ("Officials in Ohio said the bridge was closed.", "Ohio", 40.4, -82.8),
        ("The clinic in Athens, Ohio, was closed. Ohio officials sent help.", "Athens", 39.3, -82.1),
        ("The clinic in Athens was closed, Greek officials said.", "Athens", 38.0, 23.7),
        ("Gunmen attacked a village in Zamfara State in Nigeria.", "Zamfara State", 12.2, 6.3),
    ],
)
def test_counties_states_and_homonyms_of_capitals(text, name, lat, lon):
    place = next(e for e in read(text).entities if name in (e.name, *e.aliases))
    assert (place.lat, place.lon) == (pytest.approx(lat, abs=0.8), pytest.approx(lon, abs=0.8))


def test_georgia_is_the_state_of_the_us_among_others_of_these():
    reading = read("Police in Atlanta, Georgia, and in Savannah, Georgia, said that Alabama and Florida had sent help.")
    assert next(e for e in reading.entities if "Georgia" in e.name).wikidata == "Q1428"
    assert entity(read("Georgia said that Russian troops had left Tbilisi."), "Georgia").wikidata == "Q230"


def test_a_county_speaks_of_its_state_unless_several_have_it():
    assert count_counties("The Tarrant County Medical Examiner came to Tarrant County.", gazetteer()) == {("US", "TX"): 2}
    assert count_counties("The Madison County Sheriff met the Oakton County Council in the County.", gazetteer()) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Troops left Gao, Kidal and Mopti regions.", True),
        ("Troops left Gao and Mopti regions.", True),
        ("Troops left Gao and Mopti.", False),
        ("Troops left Gao for other regions.", False),
        ("Troops left Gao, Kidal and the regions.", False),
    ],
)
def test_the_word_behind_a_list_of_divisions_counts_for_each(text, expected):
    assert read_hints(text, [find(mentioned(text), "Gao")], gazetteer()).division is expected
