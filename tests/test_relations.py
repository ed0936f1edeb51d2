import dataclasses
import datetime as dt

import pytest
from reading_of import reading_of, relations_of, told

from crisiskg.annotation.gazetteer import OfficeHolding
from crisiskg.annotation.relations import find_relations
from crisiskg.documents import DateBounds

MACRON = [("Emmanuel Macron", "Person"), ("France", "State"), ("French", "State")]

STATED = [
    ("French President Emmanuel Macron spoke.", ("headOfState", "Emmanuel Macron", "France")),
    ("Emmanuel Macron, the president of France, spoke.", ("headOfState", "Emmanuel Macron", "France")),
    ("Emmanuel Macron is the president of France.", ("headOfState", "Emmanuel Macron", "France")),
    ("France's president, Emmanuel Macron, spoke.", ("headOfState", "Emmanuel Macron", "France")),
    ("Emmanuel Macron became president of France in 2017.", ("headOfState", "Emmanuel Macron", "France")),
    ("Emmanuel Macron, the French prime minister, spoke.", ("headOfGovernment", "Emmanuel Macron", "France")),
    ("The French defence minister, Emmanuel Macron, spoke.", ("ministerOf", "Emmanuel Macron", "France")),
    ("French general Emmanuel Macron spoke.", ("agentOf", "Emmanuel Macron", "France")),
    ("French journalist Emmanuel Macron spoke.", ("citizenOf", "Emmanuel Macron", "France")),
]


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_offices_of_states(text, expected):
    aliases = {"French": "France"}
    assert expected in told(relations_of(text, MACRON, aliases=aliases), MACRON, aliases)


NADIR = [
    ("Nadir Shah", "Person"),
    ("the Dawn Front", "ArmedGroup"),
    ("Amina Diallo", "Person"),
    ("Gao", "Place"),
    ("Mali", "State"),
    ("Malian", "State"),
]
ALIASES = {"Malian": "Mali"}

OTHERS = [
    ("Nadir Shah, the leader of the Dawn Front, was there.", ("headOf", "Nadir Shah", "the Dawn Front")),
    ("Nadir Shah leads the Dawn Front.", ("headOf", "Nadir Shah", "the Dawn Front")),
    ("the Dawn Front, led by Nadir Shah, was there.", ("headOf", "Nadir Shah", "the Dawn Front")),
    ("Nadir Shah, a spokesman for the Dawn Front, spoke.", ("spokespersonOf", "Nadir Shah", "the Dawn Front")),
    ("Nadir Shah joined the Dawn Front.", ("memberOf", "Nadir Shah", "the Dawn Front")),
    ("Nadir Shah, a member of the Dawn Front, spoke.", ("memberOf", "Nadir Shah", "the Dawn Front")),
    ("the Dawn Front was founded by Nadir Shah.", ("foundedBy", "the Dawn Front", "Nadir Shah")),
    ("the Dawn Front, based in Gao, grew.", ("basedIn", "the Dawn Front", "Gao")),
    ("Amina Diallo, the wife of Nadir Shah, spoke.", ("spouseOf", "Amina Diallo", "Nadir Shah")),
    ("Amina Diallo, the daughter of Nadir Shah, spoke.", ("parentOf", "Nadir Shah", "Amina Diallo")),
    ("They met in Gao, Mali.", ("locatedIn", "Gao", "Mali")),
    ("They met in the Malian town of Gao.", ("locatedIn", "Gao", "Mali")),
    ("Mali's capital, Gao, is calm.", ("capitalOf", "Gao", "Mali")),
    ("Gao is the capital of Mali.", ("capitalOf", "Gao", "Mali")),
    ("the Dawn Front is active in Gao.", ("activeIn", "the Dawn Front", "Gao")),
    ("the Dawn Front operates in Gao.", ("activeIn", "the Dawn Front", "Gao")),
]


@pytest.mark.parametrize(("text", "expected"), OTHERS)
def test_other_relations(text, expected):
    assert expected in told(relations_of(text, NADIR, aliases=ALIASES), NADIR, ALIASES)


NOT_STATED = [
    ("Nadir Shah condemned the Dawn Front.", {"headOf", "memberOf", "foundedBy"}),
    ("Nadir Shah may join the Dawn Front.", set()),
    ("They went to Gao, Mali and Niger.", {"capitalOf"}),
    ("Nadir Shah, the deputy leader of the Dawn Front, spoke.", {"headOf"}),
    ("Nadir Shah, the foreign policy chief, spoke in Mali.", {"headOf", "headOfState"}),
]


@pytest.mark.parametrize(("text", "forbidden"), NOT_STATED)
def test_what_is_not_stated_is_not_written(text, forbidden):
    found = relations_of(text, NADIR, aliases=ALIASES)
    assert not {r.type for r in found} & forbidden
    assert all(r.status != "happened" for r in found if r.type == "memberOf" and "may" in text)


def test_former_acting_and_title_are_kept():
    (former,) = relations_of("Nadir Shah, a former president of Mali, spoke.", NADIR, aliases=ALIASES)
    assert former.former
    (acting,) = relations_of("Nadir Shah, the acting president of Mali, spoke.", NADIR, aliases=ALIASES)
    assert (acting.qualifier, acting.former) == ("acting", False)
    (minister,) = relations_of("Nadir Shah, the Minister of Defence of Mali, spoke.", NADIR, aliases=ALIASES)
    assert minister.type == "ministerOf"
    assert minister.title is not None
    assert "Defence" in minister.title


def test_rank_stands_with_the_post():
    found = relations_of("Colonel Nadir Shah, the commander of the Dawn Front, spoke.", NADIR)
    assert [(r.type, r.rank) for r in found if r.type == "headOf"] == [("headOf", "Colonel")]


def test_until_and_since_bound_an_office():
    (relation,) = [
        r
        for r in relations_of("Nadir Shah was president of Mali until 2012.", NADIR, aliases=ALIASES, times={"2012": "2012"})
        if r.type == "headOfState"
    ]
    assert relation.finish is not None
    assert relation.finish.latest is not None
    assert relation.finish.latest.year == 2012


def test_a_defector_leaves_one_side_and_is_with_the_other():
    mentions = [
        ("Nadir Shah", "Person"),
        ("the Guard", "SecurityForce"),
        ("the Dawn Front", "ArmedGroup"),
        ("His", "Person", "pronoun"),
    ]
    text = (
        "Nadir Shah, the head of the Guard, appeared in a the Dawn Front video on 27 May 2015. His defection shocked the elite."
    )
    text = text.replace("a the", "a video of the").replace(" video on", " on")
    found = relations_of(text, mentions, times={"27 May 2015": "2015-05-27"}, aliases={"His": "Nadir Shah"})
    by_type = {r.type: r for r in found}
    assert by_type["headOf"].former
    assert by_type["headOf"].finish is not None
    assert str(by_type["headOf"].finish.latest) == "2015-05-27"
    assert str(by_type["memberOf"].begin.latest) == "2015-05-27"
    assert not by_type["memberOf"].former


def test_appearing_in_a_video_without_defection_is_only_probable():
    mentions = [("Nadir Shah", "Person"), ("the Dawn Front", "ArmedGroup")]
    (relation,) = relations_of("Nadir Shah appeared in a video of the Dawn Front.", mentions)
    assert (relation.type, relation.certainty) == ("memberOf", "probable")


def test_a_president_without_a_state_is_given_the_one_whose_troops_he_commands():
    mentions = [
        ("Emmanuel Macron", "Person"),
        ("French", "State"),
        ("all French troops", "SecurityForce", "nominal"),
        ("Mali", "State"),
    ]
    found = relations_of("President Emmanuel Macron said he would withdraw all French troops from Mali. Mali is large.", mentions)
    assert ("headOfState", "Emmanuel Macron", "French") in told(found, mentions)
    assert all(r.confidence < 0.7 for r in found if r.type == "headOfState")


def test_leaders_in_a_series_have_each_their_state():
    mentions = [("Rahmon", "Person"), ("Karimov", "Person"), ("Uzbekistan", "State")]
    found = relations_of("They worked with dictators like Rahmon and Uzbekistan's Karimov.", mentions)
    assert ("headOfState", "Karimov", "Uzbekistan") in told(found, mentions)


def test_borders_keep_their_directions():
    mentions = [("Badakhshan", "Place"), ("Afghanistan", "State"), ("Kyrgyzstan", "State"), ("China", "State")]
    text = "Badakhshan has a long border with Afghanistan to the south, Kyrgyzstan to the north and China to the east."
    found = {(r.tail, r.qualifier) for r in relations_of(text, mentions) if r.type == "borders"}
    assert found == {("e1", "south"), ("e2", "north"), ("e3", "east")}


def test_spread_keeps_its_order():
    mentions = [("militants", "ArmedGroup", "nominal"), ("Mali", "State"), ("Niger", "State"), ("Burkina Faso", "State")]
    text = "The militants have extended their reach from Mali to parts of Niger and Burkina Faso."
    found = {r.order: r.tail for r in relations_of(text, mentions) if r.type == "activeIn"}
    assert found == {1: "e1", 2: "e2", 3: "e3"}


def test_a_feared_presence_is_no_presence():
    mentions = [("the Front", "ArmedGroup"), ("Gao", "Place")]
    found = relations_of("Diplomats fear that the Front will operate in Gao.", mentions)
    assert all(r.status != "happened" for r in found if r.type == "activeIn")


def test_people_live_where_they_work_if_they_are_migrants():
    mentions = [("Tajik migrants", "PopulationGroup"), ("Russia", "State")]
    text = "More than one million Tajik migrants work low-paid jobs in Russia."
    found = [r for r in relations_of(text, mentions, quantities=[("one million", "people", 1e6)]) if r.type == "livesIn"]
    assert found[0].quantity is not None
    assert found[0].quantity.best == 1e6
    assert not [
        r
        for r in relations_of("Officials work in Russia.", [("Officials", "PopulationGroup", "nominal"), ("Russia", "State")])
        if r.type == "livesIn"
    ]


def test_a_war_without_a_name_has_sides_and_an_end():
    mentions = [
        ("Rahmon", "Person"),
        ("Islamists", "PopulationGroup"),
        ("Pamiris", "PopulationGroup"),
        ("the rebels", "ArmedGroup", "nominal"),
    ]
    text = (
        "Rahmon consolidated his power in a civil war against Islamists that ended in 1997. "
        "The Pamiris were with the rebels in the civil war."
    )
    reading = reading_of(text, mentions, times={"1997": "1997"})
    find_relations(reading)
    (war,) = [e for e in reading.entities if e.type == "NamedEvent"]
    assert war.subtype == "war"
    sides = {r.head: r for r in reading.relations if r.type == "sideIn"}
    assert sides["e1"].qualifier == "opponent"
    assert sides["e1"].finish.latest.year == 1997
    assert sides["e2"].qualifier == "with the rebels"
    assert {"e0", "e3"} <= set(sides)


def test_a_metaphor_is_no_war():
    reading = reading_of("The trade war goes on. They fear a war on drugs or any war.")
    find_relations(reading)
    assert [m.text for m in reading.mentions if "trade" in m.text or "any" in m.text] == []


def test_a_force_in_a_state_is_not_its_agency():
    mentions = [("UN", "IntergovernmentalOrganization"), ("UN force in Mali", "SecurityForce"), ("Mali", "State")]
    found = told(relations_of("The UN force in Mali is large.", mentions), mentions)
    assert ("partOf", "UN force in Mali", "UN") in found
    assert ("agencyOf", "UN force in Mali", "Mali") not in found


def test_relations_inside_reported_speech_keep_the_attribution():
    mentions = [("Nadir Shah", "Person"), ("the Dawn Front", "ArmedGroup")]
    text = "Nadir Shah leads the Dawn Front, an envoy said."
    (relation,) = relations_of(text, mentions, attributions=[("an envoy", "said", "Nadir Shah leads the Dawn Front")])
    assert (relation.attribution, relation.certainty) == ("a0", "probable")


def test_an_empty_text_has_no_relations():
    assert relations_of("", []) == []


# ------------------------------------------------------------------ whose office, and when


HOLDINGS_TEXT = "Norland sent troops to the border. President Vera Osk protested. Sudmark is small."
HOLDINGS = [("Norland", "State"), ("Sudmark", "State"), ("Vera Osk", "Person")]


def _read_with_holding(text, mentions, *, role="head-of-state", published=None, end=None, **more):
    reading = reading_of(text, mentions, **more)
    reading.published = published
    entities = [dataclasses.replace(e, iri=f"x:{e.name}") for e in reading.entities]
    reading.set_entities(entities)
    person = next(e for e in entities if e.name == "Vera Osk")
    reading.holdings[person.id] = (OfficeHolding(person.iri, "x:Sudmark", role, dt.date(2010, 1, 1), end),)
    find_relations(reading)
    return reading.relations


def test_the_state_of_a_president_comes_from_the_reference_data_not_from_the_nearest_state():
    found = _read_with_holding(HOLDINGS_TEXT, HOLDINGS)
    assert ("headOfState", "Vera Osk", "Sudmark") in told(found, HOLDINGS)
    assert ("headOfState", "Vera Osk", "Norland") not in told(found, HOLDINGS)


def test_a_president_of_nobody_knows_which_state_heads_none():
    found = relations_of(HOLDINGS_TEXT, HOLDINGS)
    assert not [r for r in found if r.type == "headOfState"]


def test_the_document_ties_a_person_to_a_state_elsewhere():
    text = "Norland closed the border. Prime Minister Vera Osk protested. Vera Osk is the defence minister of Sudmark."
    assert ("headOfGovernment", "Vera Osk", "Sudmark") in told(relations_of(text, HOLDINGS), HOLDINGS)


def test_each_of_two_presidents_heads_his_own_state():
    mentions = [("Vera Osk", "Person"), ("Ruben Tal", "Person"), ("Norland", "State"), ("Sudmark", "State")]
    found = told(relations_of("President Vera Osk of Norland and President Ruben Tal of Sudmark met.", mentions), mentions)
    assert {x for x in found if x[0] == "headOfState"} == {
        ("headOfState", "Vera Osk", "Norland"),
        ("headOfState", "Ruben Tal", "Sudmark"),
    }


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (
            "Leaders of the River Union met.",
            [("the River Union", "IntergovernmentalOrganization"), ("Leaders of the River Union", "Person", "nominal")],
        ),
        ("Norland's military leaders fled.", [("Norland", "State"), ("Norland's military leaders", "Person", "nominal")]),
    ],
)
def test_several_leaders_together_are_not_one_head(text, mentions):
    assert not [r for r in relations_of(text, mentions) if r.type in ("headOf", "headOfState")]


def test_names_distribute_a_plural_office():
    mentions = [("Vera Osk", "Person"), ("Ruben Tal", "Person"), ("the Dawn Front", "ArmedGroup")]
    found = told(relations_of("The leaders of the Dawn Front, Vera Osk and Ruben Tal, fled.", mentions), mentions)
    assert ("headOf", "Vera Osk", "the Dawn Front") in found


def test_an_envoy_for_a_country_is_not_its_agent():
    mentions = [("Vera Osk", "Person"), ("the River Union", "IntergovernmentalOrganization"), ("Norland", "State")]
    found = told(relations_of("Vera Osk, the River Union envoy for Norland, spoke.", mentions), mentions)
    assert not [x for x in found if x[2] == "Norland"]


def test_head_of_state_is_an_office_and_state_is_no_state():
    mentions = [("Vera Osk", "Person"), ("Norland", "State"), ("state", "State", "nominal")]
    found = told(relations_of("Vera Osk is the head of state. Norland is calm.", mentions), mentions)
    assert ("headOfState", "Vera Osk", "Norland") in found
    assert not [x for x in found if x[2] == "state"]


def test_who_commands_a_force_described_behind_its_name():
    mentions = [("the Army", "SecurityForce"), ("the Swift Guard", "SecurityForce"), ("Vera Osk", "Person")]
    text = "The war pits the Army against the Swift Guard, the paramilitary commanded by Vera Osk."
    assert ("headOf", "Vera Osk", "the Swift Guard") in told(relations_of(text, mentions), mentions)


def test_an_office_is_held_on_the_day_that_its_sentence_speaks_of():
    mentions = [("Vera Osk", "Person"), ("Sudmark", "State")]
    times = {"3 May 2016": "2016-05-03"}
    (office,) = relations_of("On 3 May 2016, President Vera Osk of Sudmark signed the accord.", mentions, times=times)[:1]
    day = dt.date(2016, 5, 3)
    assert office.begin is not None
    assert office.finish is not None
    assert (office.begin.earliest, office.begin.latest) == (None, day)
    assert (office.finish.earliest, office.finish.latest) == (day, None)


def test_an_office_is_not_held_on_a_day_that_is_only_planned():
    mentions = [("Vera Osk", "Person"), ("Sudmark", "State")]
    times = {"3 May 2016": "2016-05-03"}
    (office,) = relations_of("President Vera Osk of Sudmark will sign the accord on 3 May 2016.", mentions, times=times)[:1]
    assert office.begin is None


def test_an_office_begins_with_the_appointment():
    mentions = [("Vera Osk", "Person"), ("the River Council", "GovernmentBody")]
    times = {"3 May 2016": "2016-05-03"}
    found = relations_of("Vera Osk was appointed president of the River Council on 3 May 2016.", mentions, times=times)
    office = next(r for r in found if r.type == "headOf")
    assert office.begin is not None
    assert office.begin.exact == dt.date(2016, 5, 3)


def test_an_office_that_the_reference_data_know_as_over_is_not_held_on_publication():
    published = DateBounds(dt.date(2020, 1, 1), dt.date(2020, 1, 1), "day", "stated")
    text = "Sudmark's President Vera Osk protested against the coup."
    over = _read_with_holding(text, HOLDINGS, published=published, end=dt.date(2018, 1, 1))
    still = _read_with_holding(text, HOLDINGS, published=published)
    assert next(r for r in over if r.type == "headOfState").finish is not None
    assert next(r for r in still if r.type == "headOfState").finish is None


# ------------------------------------------------------------------ sides of wars


def test_sides_of_an_invasion_by_name():
    mentions = [("Norland's invasion of Sudmark", "NamedEvent"), ("Norland", "State"), ("Sudmark", "State")]
    found = relations_of("It was recorded before Norland's invasion of Sudmark.", mentions)
    assert sorted(r.qualifier or "" for r in found if r.type == "sideIn") == ["", "opponent"]


def test_sides_of_a_war_that_is_unlikely_are_hypothetical():
    mentions = [("Norland", "State"), ("Sudmark", "State")]
    found = [r for r in relations_of("A new war between Norland and Sudmark is unlikely.", mentions) if r.type == "sideIn"]
    assert len(found) == 2
    assert {r.status for r in found} == {"hypothetical"}
