"""Who stands against whom and who leads what, from nouns and verbs that say so; and what is not worth a relation."""

import pytest
from reading_of import relations_of, told

NAMES = [
    ("the Dawn Front", "ArmedGroup"),
    ("the Northern Coalition", "ArmedGroup"),
    ("Mali", "State"),
    ("Malian", "State"),
    ("Nadir Shah", "Person"),
    ("Amina Diallo", "Person"),
    ("the River Guard", "SecurityForce"),
]
ALIASES = {"Malian": "Mali"}
FOES = ("against", "the Dawn Front", "the Northern Coalition")
RIVALS = ("against", "Nadir Shah", "Amina Diallo")


def tell(text, names=NAMES):
    return told(relations_of(text, names, aliases=ALIASES), names, ALIASES)


def pair(found, relation):
    type_, one, other = relation
    return bool({(type_, one, other), (type_, other, one)} & found)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday the Northern Coalition conducted nine strikes against the Dawn Front.",
        "The war of the Northern Coalition against the Dawn Front goes on.",
        "Last year the Northern Coalition fought against the Dawn Front.",
        "On Monday the Northern Coalition defeated the Dawn Front.",
    ],
)
def test_struggles_make_adversaries(text):
    assert pair(tell(text), FOES)


@pytest.mark.parametrize(
    "text",
    [
        "In May the Northern Coalition did not fight against the Dawn Front.",
        "On Monday the Northern Coalition heard evidence against the Dawn Front.",
        "On Monday the Northern Coalition met the Dawn Front.",
    ],
)
def test_what_is_no_struggle_makes_none(text):
    assert not pair(tell(text), FOES)


def test_rivals_and_the_ousted():
    assert pair(tell("Nadir Shah ousted Amina Diallo in March."), RIVALS)
    assert pair(tell("Nadir Shah faced Amina Diallo in the election."), RIVALS)


def test_to_face_somebody_is_no_rivalry_without_an_election():
    assert not pair(tell("Nadir Shah faced Amina Diallo at the table."), RIVALS)


def test_support_makes_allies():
    found = tell("On Monday the Northern Coalition fought alongside the River Guard.")
    assert pair(found, ("alliedWith", "the Northern Coalition", "the River Guard"))
    found = tell("On Monday the Northern Coalition conducted strikes in support of Mali.")
    assert pair(found, ("alliedWith", "the Northern Coalition", "Mali"))


def test_bodies_are_led_by_whom_they_are_called_after():
    names = [*NAMES, ("cabinet", "GovernmentBody", "nominal")]
    assert ("headOf", "Nadir Shah", "cabinet") in tell("The cabinet of Nadir Shah resigned.", names)
    assert ("headOf", "Nadir Shah", "the River Guard") in tell("On Monday the River Guard under Nadir Shah took the town.")


def test_a_party_is_not_led_by_each_who_calls_it_his():
    names = [*NAMES, ("party", "PoliticalParty", "nominal")]
    assert ("headOf", "Nadir Shah", "party") not in tell("The party of Nadir Shah lost.", names)


def test_what_unnamed_people_belong_to_stays_in_their_phrase():
    names = [("officials", "PopulationGroup", "nominal"), *NAMES]
    assert not {r for r in tell("Malian officials spoke.", names) if r[0] in ("agentOf", "citizenOf", "memberOf")}
    named = tell("Malian official Nadir Shah spoke.")
    assert ("agentOf", "Nadir Shah", "Mali") in named


def test_deputy_prime_ministers_are_ministers():
    assert ("ministerOf", "Nadir Shah", "Mali") in tell("Mali's deputy prime minister, Nadir Shah, spoke.")
    assert ("headOfGovernment", "Nadir Shah", "Mali") not in tell("Mali's deputy prime minister, Nadir Shah, spoke.")


def test_places_between_commas():
    names = [("Tessa", "Place"), ("Kayle", "Place")]
    assert ("locatedIn", "Tessa", "Kayle") in tell("The convoy was stopped near Tessa, in northern Kayle, on Monday.", names)
    assert ("locatedIn", "Tessa", "Kayle") not in tell("They came from Tessa, and in Kayle nobody was left.", names)


def test_who_helps_in_a_fight_is_an_ally():
    found = tell("Mali helped the Northern Coalition to defeat the Dawn Front.")
    assert pair(found, ("alliedWith", "Mali", "the Northern Coalition"))
    assert pair(found, FOES)


def test_who_helps_with_something_else_is_no_ally():
    assert not pair(tell("Mali helped the Northern Coalition to count votes."), ("alliedWith", "Mali", "the Northern Coalition"))


def test_a_strike_that_uses_arms_against_a_group_is_a_fight_with_it():
    assert pair(tell("On Monday the Northern Coalition conducted nine strikes using artillery against the Dawn Front."), FOES)


def test_using_words_against_a_group_is_no_fight():
    assert not pair(tell("On Monday the Northern Coalition published a report using words against the Dawn Front."), FOES)
