"""What happened, to whom and how many: owners of property, fighters and their force, set phrases, titles, counts."""

import pytest
from annotated import read, types
from reading_of import event_of, events_of, reading_of

from crisiskg.annotation.events import find_events
from crisiskg.annotation.quantities import find_quantities

PARTY = [("Harvest Party", "PoliticalParty"), ("Bamba", "Place"), ("Red Lantern", "NongovernmentalOrganization")]
ARMED = [("gunmen", "ArmedGroup", "nominal"), ("Soldiers", "SecurityForce", "nominal"), ("soldiers", "SecurityForce", "nominal")]


def _names(text, event, role, mentions):
    reading = reading_of(text, mentions)
    find_events(reading)
    by_id = {m.id: m.text for m in reading.mentions}
    found = next(e for e in reading.events if text[e.start :].startswith(event))
    value = getattr(found, role)
    return {by_id[i] for i in value} if isinstance(value, tuple) else by_id.get(value)


# ------------------------------------------------------------------ owners


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Soldiers stormed the headquarters of the Harvest Party in Bamba.", "stormed"),
        ("Soldiers searched the Harvest Party's office.", "searched"),
        ("Soldiers burned a warehouse belonging to the Harvest Party.", "burned"),
        ("The car of the Harvest Party was set on fire by gunmen.", "set"),
        ("Attacks on the offices of the Harvest Party continued.", "Attacks"),
    ],
)
def test_who_owns_what_is_hit_is_a_recipient(text, event):
    assert "Harvest Party" in _names(text, event, "recipient", [*PARTY, *ARMED])


TARVIAN = [(f"the {x} of Tarvia", "Place", "nominal") for x in ("capital", "airport", "headquarters")]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Soldiers attacked the capital of Tarvia.", "attacked"),
        ("Soldiers bombed the airport of Tarvia.", "bombed"),
        ("Soldiers left the headquarters of Tarvia.", "left"),
    ],
)
def test_a_state_does_not_own_its_towns(text, event):
    assert "Tarvia" not in _names(text, event, "recipient", [("Tarvia", "State"), *TARVIAN, *ARMED])


def test_the_town_named_in_the_phrase_of_a_building_is_the_place():
    phrase = "the office of the Harvest Party in Bamba"
    mentions = [*PARTY, *ARMED, (phrase, "Place", "nominal")]
    assert _names(f"Soldiers looted {phrase}.", "looted", "place", mentions) == "Bamba"


# ------------------------------------------------------------------ fighters and their force


@pytest.mark.parametrize(
    "text",
    [
        "On 3 May combatants of the Lulu Front attacked a patrol.",
        "On 12 June 2019 fighters of the Lulu Front ambushed a convoy.",
        "In the morning men of the Lulu Front came into the market.",
        "Elements loyal to the Lulu Front shelled the town.",
        "Fighters of the Lulu Front killed a trader.",
    ],
)
def test_the_force_whose_fighters_act_is_an_actor(text):
    mentions = [("Lulu Front", "ArmedGroup"), ("Fighters of the Lulu Front", "ArmedGroup", "nominal")]
    reading = reading_of(text, mentions)
    find_events(reading)
    front = reading.mentions[-1].id
    assert any(front in e.actor for e in reading.events)


def test_a_modifier_of_time_stays_with_its_noun():
    event = event_of("punished", "In the June elections voters punished the party.", [("voters", "PopulationGroup", "nominal")])
    assert event.actor == ("m0",)


def test_the_force_named_before_its_fighters_is_an_actor():
    mentions = [("Lulu Front", "ArmedGroup"), ("Lulu Front fighters", "ArmedGroup", "nominal")]
    assert _names("Lulu Front fighters attacked a patrol.", "attacked", "actor", mentions) == {
        "Lulu Front",
        "Lulu Front fighters",
    }


def test_supporters_do_not_act_for_their_party():
    text = "Supporters of the Harvest Party beat a student."
    mentions = [*PARTY, ("Supporters of the Harvest Party", "PopulationGroup", "nominal")]
    assert _names(text, "beat", "actor", mentions) == {"Supporters of the Harvest Party"}


# ------------------------------------------------------------------ several participles


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("Two monks were arrested, beaten and deported.", "beaten"),
        ("Two monks were arrested, beaten and deported.", "deported"),
        ("Two monks were abducted and tortured by soldiers.", "abducted"),
    ],
)
def test_participles_in_a_series_share_who_suffers(text, event):
    found = event_of(event, text, [("Two monks", "PopulationGroup", "nominal"), *ARMED])
    assert "m0" in found.recipient
    assert "m0" not in found.actor


def test_an_agent_at_the_end_goes_for_the_whole_series():
    found = event_of("abducted", "Two monks were abducted and tortured by soldiers.", ARMED)
    assert found.actor == ("m0",)


def test_an_active_verb_behind_a_passive_keeps_its_subject():
    found = event_of("killed", "The soldiers were attacked and killed two rebels.", [*ARMED, ("rebels", "ArmedGroup", "nominal")])
    assert found.actor == ("m0",)


# ------------------------------------------------------------------ set phrases


@pytest.mark.parametrize(
    ("text", "type_", "mode"),
    [
        ("Gunmen stole ballot boxes.", "COERCE", "seize"),
        ("Bandits robbed a bus.", "COERCE", "seize"),
        ("Rebels laid siege to Bamba.", "COERCE", "restrict"),
        ("The council placed the firm under sanctions.", "SANCTION", None),
        ("The ministry hit the company with sanctions.", "SANCTION", None),
        ("The patrol came under fire near Bamba.", "ASSAULT", None),
        ("Rebels planted mines along the road.", "ASSAULT", "explosives"),
        ("A convoy hit a mine near Bamba.", "ASSAULT", "explosives"),
        ("A car bomb went off in Bamba.", "ASSAULT", "explosives"),
        ("Rockets rained down on Bamba.", "ASSAULT", "heavy-weapons"),
        ("Fighters came into the village at dawn.", "MOBILIZE", "troops"),
        ("The army fell back to Bamba.", "RETREAT", "withdraw"),
        ("The agency handed out rice.", "AID", None),
        ("Villagers were forced out of their homes.", "SANCTION", "expel"),
        ("Attackers cut the throat of a trader.", "ASSAULT", "primitive"),
        ("Soldiers dragged the mayor from his house.", "ASSAULT", "abduct"),
        ("The men were taken to prison.", "COERCE", "arrest"),
        ("The rebels handed over the hostages.", "RETREAT", "release"),
        ("The council secured a seat.", None, None),
        ("Troops desecrated a church.", "ASSAULT", "destroy"),
        ("The soldiers forcibly disappeared nine students.", "ASSAULT", "abduct"),
        ("The force lost control of the town.", "RETREAT", None),
        ("The warlord turned himself in to the court.", "RETREAT", "disarm"),
        ("The army conducted a patrol near the river.", "MOBILIZE", "troops"),
    ],
)
def test_common_deeds_have_a_type(text, type_, mode):
    found = {(e.type, e.mode) for e in events_of(text)}
    assert ((type_, mode) in found) if type_ else not found


@pytest.mark.parametrize(
    "text",
    [
        "The band stole the show.",
        "The minister came under fire from critics.",
        "The plan came under attack.",
        "The agency came under fire for its record.",
        "The film hit cinemas in May.",
        "They took the bus away from the city.",
        "He took his wife away for the weekend.",
        "Workers came into the office late.",
        "The children broke into song.",
        "The team beat Ghana in the final.",
        "The firm raided its reserves.",
        "The prize was handed over in Bamba.",
        "The album was released in May.",
        "The student exchange took place in May.",
        "Some 400 displaced persons live in the camp.",
        "She was struck by the beauty of the place.",
    ],
)
def test_figures_of_speech_are_no_deeds(text):
    assert [e.type for e in events_of(text) if e.type] == []


def test_those_who_patrol_are_no_event():
    text = "The patrol was ambushed near Bamba."
    assert [text[e.start : e.end] for e in events_of(text, [("The patrol", "SecurityForce", "nominal")])] == ["ambushed"]


def test_a_sanction_is_told_once():
    text = "The council placed the firm under sanctions."
    assert [text[e.start : e.end] for e in events_of(text)] == ["placed"]


@pytest.mark.parametrize("text", ["The exchange took place on Monday.", "The exchange of views took place on Monday."])
def test_an_exchange_alone_is_none_of_prisoners(text):
    assert "RETREAT" not in {e.type for e in events_of(text)}


def test_an_exchange_behind_a_release_is_one_of_prisoners():
    event = event_of("exchange", "Both sides released 40 detainees. The exchange took place on Monday.")
    assert (event.type, event.mode) == ("RETREAT", "release")


# ------------------------------------------------------------------ where it leads


@pytest.mark.parametrize(
    "text",
    [
        "Soldiers deported the families to Bamba.",
        "The army shipped rifles to Bamba.",
        "Soldiers entered Bamba.",
        "The convoy drove towards Bamba.",
    ],
)
def test_what_is_moved_has_a_destination(text):
    (event, *_) = events_of(text, PARTY)
    assert event.destination == "m0"


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    "title", ["Villagers Shelled and Detained", "Villagers attacked in the north", "Villagers Beaten, Robbed"]
)
def test_past_forms_without_object_are_passive_in_titles(title):
    found = events_of(f"{title}\n\nThe governor spoke on Monday.", [("Villagers", "PopulationGroup", "nominal")])
    assert found
    assert all("m0" in e.recipient and "m0" not in e.actor for e in found if e.start < len(title))


@pytest.mark.parametrize("title", ["Villagers Attacked the Depot", "Villagers attack in the north"])
def test_other_verbs_of_titles_stay_active(title):
    (found, *_) = events_of(f"{title}\n\nThe governor spoke on Monday.", [("Villagers", "PopulationGroup", "nominal")])
    assert found.actor == ("m0",)


# ------------------------------------------------------------------ how many


def _counted(text):
    reading = reading_of(text)
    find_quantities(reading)
    return [(q.kind, q.best if q.best is not None else q.low) for q in reading.quantities]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The mission verified 318 civilian casualties, 97 of them killed.", [("people", 318), ("killed", 97)]),
        ("Raiders killed eight soldiers; government put toll at two.", [("killed", 8), ("killed", 2)]),
        ("The toll was put at two by the army.", [("killed", 2)]),
        ("Eleven people were killed; the police spoke of seven.", [("killed", 11), ("killed", 7)]),
        ("The blast left 11 people dead.", [("killed", 11)]),
        ("The death toll rose from 12 to 15.", [("killed", 15)]),
        ("They handed over three hostages.", [("abducted", 3)]),
        ("The blast left 11 people behind.", [("people", 11)]),
        ("The toll on the bridge was put at two.", []),
    ],
)
def test_counts_and_what_they_count(text, numbers):
    assert _counted(text) == numbers


# ------------------------------------------------------------------ types by role


@pytest.mark.parametrize(
    ("text", "name", "type_"),
    [
        ("Two soldiers took Zawiya away near the border.", "Zawiya", "Person"),
        ("Policemen led Haroun into custody.", "Haroun", "Person"),
        ("A court sentenced Sousse to death.", "Sousse", "Person"),
        ("The army shelled Gharyan for two days.", "Gharyan", "Place"),
        ("Soldiers captured Gharyan and burned the market.", "Gharyan", "Place"),
        ("Policemen led Haroun into custody. They had come to Haroun by car.", "Haroun", "Place"),
    ],
)
def test_what_is_done_to_a_name_tells_its_type(text, name, type_):
    assert types(read(text))[name] == type_
