"""Where event types meet: each boundary rule of the event codebook in a sentence of our own, beside one that breaks it."""

import pytest
from reading_of import events_of

PEOPLE = [
    ("Kasra", "State"),
    ("Belin", "State"),
    ("Dovar Front", "ArmedGroup"),
    ("Ilda Maren", "Person"),
    ("army", "SecurityForce", "nominal"),
    ("soldiers", "SecurityForce", "nominal"),
    ("police", "SecurityForce", "nominal"),
    ("gunmen", "PopulationGroup", "nominal"),
    ("students", "PopulationGroup", "nominal"),
    ("villagers", "PopulationGroup", "nominal"),
    ("Villagers", "PopulationGroup", "nominal"),
    ("refugees", "PopulationGroup", "nominal"),
    ("hostages", "PopulationGroup", "nominal"),
]


def types_in(text):
    """Return type and mode of each event of a text that is not denied, without those of no type."""
    return {(e.type, e.mode) for e in events_of(text, PEOPLE) if e.type is not None and e.polarity == "positive"}


def has(found, wanted):
    kind, _, mode = wanted.partition(" ")
    return any(t == kind and (not mode or m == mode) for t, m in found)


#: Rule, sentence, what must be told, what must not.
RULES = [
    # 1. What is promised is agreed or conceded; what is done is done.
    ("future aid", "Kasra promised to send food to Belin.", ["AGREE"], []),
    ("aid", "Kasra sent food to Belin.", ["AID"], ["AGREE"]),
    ("future withdrawal", "Kasra announced the withdrawal of its troops from Belin.", ["CONCEDE"], []),
    ("withdrawal", "Kasra withdrew its troops from Belin.", ["RETREAT withdraw"], ["CONCEDE"]),
    # 2. An ambassador who is summoned is rebuked; an invitation is an offer; a visit is a visit.
    ("summoning", "Kasra summoned the ambassador of Belin.", ["ACCUSE disapprove"], ["CONSULT"]),
    ("invitation", "Kasra invited the president of Belin.", ["AGREE"], ["CONSULT"]),
    ("visit", "The president of Belin visited Kasra.", ["CONSULT visit"], ["ACCUSE", "AGREE"]),
    # 3. A pardon is conceded, a release is a retreat, a rescue is help.
    ("pardon", "Kasra pardoned the rebels.", ["CONCEDE"], ["RETREAT", "AID"]),
    ("release", "The Dovar Front released the hostages.", ["RETREAT release"], ["CONCEDE", "AID"]),
    ("rescue", "The army rescued the hostages.", ["AID"], ["RETREAT", "CONCEDE"]),
    # 4. Who promises to sign agrees, who signs supports; a joint exercise is cooperation.
    ("promise to sign", "Kasra promised to sign the treaty.", ["AGREE"], []),
    ("signing", "Kasra signed the treaty.", ["SUPPORT"], ["AGREE"]),
    ("joint exercise", "Kasra and Belin held a joint military exercise.", ["COOPERATE"], ["MOBILIZE"]),
    ("own exercise", "Kasra held a military exercise.", ["MOBILIZE"], ["COOPERATE"]),
    # 5. Compensation that is paid freely is aid, what a court orders is a sanction; cancelled debt is aid.
    ("reparations", "Kasra paid compensation to the villagers.", ["AID"], ["SANCTION"]),
    ("court-ordered payment", "A court ordered Kasra to pay compensation to the villagers.", ["SANCTION"], ["AID"]),
    ("debt relief", "Kasra forgave the debt of Belin.", ["AID"], ["SANCTION"]),
    # 6. What demonstrators demand is in their protest; a protest on paper is criticism.
    ("demand by demonstrating", "Students marched through the capital, demanding new elections.", ["PROTEST demo"], ["REQUEST"]),
    ("demand in words", "The students demanded new elections.", ["REQUEST"], ["PROTEST"]),
    ("diplomatic protest", "Kasra lodged a protest with Belin.", ["ACCUSE disapprove"], ["PROTEST"]),
    # 7. Ends and refusals.
    ("both sides call for an end", "Both sides called for an end to the fighting.", ["AGREE"], ["REQUEST"]),
    ("one side calls for an end", "Kasra called for an end to the fighting.", ["REQUEST"], ["AGREE"]),
    ("withdrawn demand", "The Dovar Front dropped its demand for independence.", ["CONCEDE"], []),
    ("cancelled meeting", "Kasra cancelled the meeting with Belin.", ["REJECT meet"], []),
    ("held meeting", "Kasra held a meeting with Belin.", ["CONSULT"], ["REJECT"]),
    ("stopped aid", "Kasra suspended its aid to Belin.", ["SANCTION discontinue"], ["RETREAT"]),
    ("barred from entry", "Kasra barred the envoy from entering the country.", ["REJECT"], ["SANCTION expel"]),
    ("expelled", "Kasra expelled the ambassador of Belin.", ["SANCTION expel"], ["REJECT", "COERCE deport"]),
    ("deported", "Kasra deported Ilda Maren to Belin.", ["COERCE deport"], ["SANCTION expel"]),
    # 8. A conviction with prison is an arrest too, and no accusation; a warrant in absence threatens.
    (
        "prison sentence",
        "A court sentenced Ilda Maren to ten years in prison.",
        ["SANCTION convict", "COERCE arrest"],
        ["ACCUSE"],
    ),
    ("fine", "A court fined Ilda Maren.", ["SANCTION convict"], ["COERCE arrest", "ACCUSE"]),
    ("charge", "Prosecutors charged Ilda Maren with treason.", ["ACCUSE"], ["SANCTION convict"]),
    ("warrant", "A court issued an arrest warrant for Ilda Maren in her absence.", ["THREATEN arrest"], ["COERCE arrest"]),
    ("captured combatant", "The Dovar Front captured three soldiers.", ["ASSAULT abduct"], ["COERCE arrest"]),
    ("arrested person", "Police arrested three students.", ["COERCE arrest"], ["ASSAULT"]),
    # 9. Moving in the course of an attack is the attack; soldiers who help are help.
    ("advance that kills", "Soldiers advanced on the village, killing twelve villagers.", ["ASSAULT"], ["MOBILIZE"]),
    ("deployment", "Kasra deployed soldiers to the border.", ["MOBILIZE troops"], ["ASSAULT", "AID"]),
    ("disaster relief", "Kasra deployed soldiers to help victims of the flood.", ["AID"], ["MOBILIZE"]),
    ("ships", "Kasra deployed warships off the coast.", ["MOBILIZE weapons"], ["MOBILIZE troops"]),
    # 10. The instrument decides the mode.
    ("fists", "Police beat the students with their fists.", ["ASSAULT beat"], ["ASSAULT primitive"]),
    ("knives", "Men attacked the villagers with knives.", ["ASSAULT primitive"], ["ASSAULT beat"]),
    ("tear gas", "Police fired tear gas at the students.", ["ASSAULT crowd-control"], ["ASSAULT firearms"]),
    ("dispersal", "Police dispersed the students.", [], ["ASSAULT crowd-control"]),
    ("destruction", "Soldiers burned down the village.", ["ASSAULT destroy"], []),
    ("incidental damage", "A bomb killed two villagers and shattered windows.", ["ASSAULT"], ["ASSAULT destroy"]),
]


@pytest.mark.parametrize(("rule", "text", "wanted", "unwanted"), RULES, ids=[r[0].replace(" ", "-") for r in RULES])
def test_where_types_meet(rule, text, wanted, unwanted):
    found = types_in(text)
    assert all(has(found, w) for w in wanted), (rule, found)
    assert not any(has(found, u) for u in unwanted), (rule, found)


def parties(text, kind):
    """Return the words of actors and recipients of the first event of a type."""
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events

    reading = reading_of(text, PEOPLE)
    find_events(reading)
    words = {m.id: m.text for m in reading.mentions}
    event = next(e for e in reading.events if e.type == kind)
    return {words[m] for m in event.actor}, {words[m] for m in event.recipient}


def test_who_flees_is_expelled_by_what_he_flees():
    assert parties("Villagers fled from the Dovar Front.", "SANCTION") == ({"Dovar Front"}, {"Villagers"})


def test_who_only_leaves_is_not_expelled():
    assert not has(types_in("The president of Belin left for Kasra."), "SANCTION")


def test_two_sides_that_fight_both_act():
    assert parties("The army clashed with the Dovar Front.", "ASSAULT") == ({"army", "Dovar Front"}, set())


def test_one_side_that_attacks_acts_alone():
    assert parties("The army attacked the Dovar Front.", "ASSAULT") == ({"army"}, {"Dovar Front"})


def test_a_visitor_acts_and_the_host_receives():
    assert parties("Ilda Maren visited Belin.", "CONSULT") == ({"Ilda Maren"}, {"Belin"})


def test_those_who_meet_all_act():
    assert parties("Ilda Maren met the Dovar Front.", "CONSULT") == ({"Ilda Maren", "Dovar Front"}, set())
