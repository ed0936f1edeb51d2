import pytest
from reading_of import event_of, events_of, reading_of

from crisiskg.annotation.events import find_events
from crisiskg.annotation.relations import find_relations
from crisiskg.annotation.triggers import TYPES, load_lexicon, read_lexicon
from crisiskg.documents import Contribution, Document
from crisiskg.errors import CrisiskgError

# ------------------------------------------------------------------ the lexicon


def test_every_type_has_triggers():
    lexicon = load_lexicon()
    found = {row.type for table in (lexicon.verbs, lexicon.nouns) for rows in table.values() for row in rows}
    assert found >= TYPES
    assert sum(len(rows) for table in (lexicon.verbs, lexicon.nouns) for rows in table.values()) > 600


def _tables():
    return {
        "classes": {"People": ["man"]},
        "frames": {"act": {"actor": ["subject"], "recipient": ["object"]}},
        "light_verbs": {},
        "instruments": {},
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("hit,verb,,ASSAULTS,,,act", "type 'ASSAULTS'"),
        ("hit,verb,,ASSAULT,arrest,,act", "mode 'arrest'"),
        ("hit,verb,,ASSAULT,,,acts", "frame 'acts'"),
        ("hit,verb,nonsense:x,ASSAULT,,,act", "condition"),
        ("hit,verb,obj@Nobody,ASSAULT,,,act", "condition"),
        ("hit,adverb,,ASSAULT,,,act", "part of speech"),
    ],
)
def test_a_broken_row_is_named(row, message):
    with pytest.raises(CrisiskgError, match=message) as raised:
        read_lexicon("lemma,pos,when,type,mode,contexts,frame\n" + row, _tables())
    assert "line 2" in raised.value.message


# ------------------------------------------------------------------ types and modes

TYPED = [
    ("Soldiers shot a student.", "shot", "ASSAULT", "firearms"),
    ("A drone struck the depot.", "struck", "ASSAULT", "drone"),
    ("Men with machetes attacked the village.", "attacked", "ASSAULT", None),
    ("Gunmen kidnapped a priest.", "kidnapped", "ASSAULT", "abduct"),
    ("The army shelled the town.", "shelled", "ASSAULT", "heavy-weapons"),
    ("Rebels captured the town of Sevare.", "captured", "COERCE", "seize"),
    ("Police arrested the editor.", "arrested", "COERCE", "arrest"),
    ("The junta imposed a curfew.", "curfew", "COERCE", "curfew"),
    ("The ministry banned the party.", "banned", "COERCE", "restrict"),
    ("The council deployed 300 soldiers.", "deployed", "MOBILIZE", "troops"),
    ("Workers marched through the capital.", "marched", "PROTEST", "demo"),
    ("Youths threw stones at the police.", "threw", "PROTEST", "riot"),
    ("The union called a strike.", "strike", "PROTEST", "strike"),
    ("The kingdom expelled the ambassador.", "expelled", "SANCTION", "expel"),
    ("A court convicted the general.", "convicted", "SANCTION", "convict"),
    ("The bloc imposed sanctions on the bank.", "sanctions", "SANCTION", None),
    ("The minister resigned.", "resigned", "RETREAT", "resign"),
    ("The rebels released the pilot.", "released", "RETREAT", "release"),
    ("The fighters laid down their weapons.", "laid", "RETREAT", "disarm"),
    ("The opposition rejected the plan.", "rejected", "REJECT", None),
    ("The union demanded an inquiry.", "demanded", "REQUEST", "yield"),
    ("The envoy accused the army of murder.", "accused", "ACCUSE", "allege"),
    ("The agency delivered food to the camp.", "delivered", "AID", None),
    ("The two presidents met in Nairobi.", "met", "CONSULT", None),
    ("The envoy visited the camp.", "visited", "CONSULT", "visit"),
    ("The bloc welcomed the accord.", "welcomed", "SUPPORT", None),
    ("The two navies cooperated at sea.", "cooperated", "COOPERATE", None),
]


@pytest.mark.parametrize(("text", "trigger", "type_", "mode"), TYPED)
def test_types_and_modes(text, trigger, type_, mode):
    event = event_of(trigger, text)
    assert event.type == type_
    if mode is not None:
        assert event.mode == mode


NO_EVENT = [
    "The firm released a report on Monday.",
    "The country fights corruption.",
    "He suffered a heart attack.",
    "The cold war ended long ago.",
    "The team beat its rival.",
    "On 3 March the council sat.",
    "The attack helicopter is new.",
]


@pytest.mark.parametrize("text", NO_EVENT)
def test_words_that_only_look_like_events(text):
    assert not [e for e in events_of(text) if e.type in ("ASSAULT", "RETREAT", "PROTEST")]


# ------------------------------------------------------------------ boundary rules


def test_rule_1_promising_to_yield_is_concede_and_to_help_is_agree():
    assert event_of("promised", "The colonel promised to withdraw from the town.").type == "CONCEDE"
    assert event_of("promised", "The king promised to visit the camp.").type == "AGREE"
    planned = event_of("withdraw", "The colonel promised to withdraw from the town.")
    assert (planned.type, planned.status) == ("RETREAT", "planned")


def test_rule_2_summoning_an_ambassador_accuses_and_inviting_agrees():
    assert event_of("summoned", "The ministry summoned the ambassador.").type == "ACCUSE"
    assert event_of("invited", "The king invited the president.").type == "AGREE"


def test_rule_3_pardon_release_and_rescue_differ():
    assert event_of("pardoned", "The president pardoned 20 prisoners.").type == "CONCEDE"
    assert event_of("released", "The prison released 20 men.").type == "RETREAT"
    mentions = [("The army", "SecurityForce", "nominal"), ("The Front", "ArmedGroup")]
    assert event_of("freed", "The army freed the hostages.", mentions).type == "AID"
    assert event_of("freed", "The Front freed the hostages.", mentions).type == "RETREAT"


def test_rule_4_signing_supports_and_joint_exercises_cooperate():
    text = "The two sides signed the accord."
    assert event_of("signed", text).type == "SUPPORT"
    assert [e.type for e in events_of(text)] == ["SUPPORT"]
    assert event_of("exercise", "The navies began a joint exercise.").type == "COOPERATE"
    assert event_of("exercise", "The navy began a naval exercise.").type == "MOBILIZE"


def test_rule_5_compensation_is_aid_unless_a_court_orders_it():
    assert {e.type for e in events_of("The state paid compensation to the families.")} == {"AID"}
    assert event_of("ordered", "A court ordered the company to pay the families.").type == "SANCTION"


def test_rule_6_a_demand_made_by_marching_is_one_event():
    assert [e.type for e in events_of("Thousands marched to demand justice.")] == ["PROTEST"]


def test_rule_7_stopping_aid_cancelling_and_barring():
    assert event_of("suspended", "The bank suspended aid to the ministry.").type == "SANCTION"
    assert event_of("cancelled", "The envoy cancelled the meeting.").mode == "meet"
    assert event_of("barred", "The state barred the reporter from entering.").type == "REJECT"
    assert event_of("deported", "The state deported the reporter.").mode == "deport"
    assert event_of("called", "Both sides called for an end to the fighting.").type == "AGREE"
    assert event_of("dropped", "The party dropped its demand.").type == "CONCEDE"


def test_rule_8_conviction_with_prison_is_two_events():
    found = {(e.type, e.mode) for e in events_of("The court sentenced the editor to five years in prison.")}
    assert {("SANCTION", "convict"), ("COERCE", "arrest")} <= found
    assert event_of("captured", "The rebels captured two soldiers.").mode == "abduct"


def test_rule_9_moving_in_the_course_of_an_assault_is_the_assault():
    assert "MOBILIZE" not in {e.type for e in events_of("Rebels advanced on the town, killing twelve men.")}
    assert event_of("deployed", "The army deployed soldiers to distribute food.").type == "AID"


def test_rule_10_the_instrument_makes_the_mode():
    assert event_of("attacked", "They attacked the driver with knives.").mode == "primitive"
    assert event_of("dispersed", "Police dispersed the crowd with teargas.").mode == "crowd-control"
    assert event_of("dispersed", "Police dispersed the crowd.").type == "COERCE"


def test_rule_11_flight_is_expulsion_of_those_who_flee():
    mentions = [("Families", "PopulationGroup", "nominal")]
    event = event_of("fled", "Families fled the town.", mentions)
    assert (event.type, event.mode, event.actor, event.recipient) == ("SANCTION", "expel", (), ("m0",))


def test_rule_12_both_sides_of_a_fight_act():
    mentions = [("the army", "SecurityForce", "nominal"), ("the Front", "ArmedGroup")]
    event = event_of("clashes", "There were clashes between the army and the Front.", mentions)
    assert event.actor == ("m0", "m1")
    assert event.recipient == ()


# ------------------------------------------------------------------ participants

ARMY = ("The army", "SecurityForce", "nominal")
FRONT = ("the Front", "ArmedGroup")

PARTICIPANTS = [
    ("The army attacked the Front.", "attacked", ("The army",), ("the Front",)),
    ("the Front was attacked by The army.", "attacked", ("The army",), ("the Front",)),
    ("The army, which attacked the Front, lost two men.", "attacked", ("The army",), ("the Front",)),
    ("The army entered the valley and attacked the Front.", "attacked", ("The army",), ("the Front",)),
    ("The army carried out an attack on the Front.", "attack", ("The army",), ("the Front",)),
    ("The army's attack on the Front failed.", "attack", ("The army",), ("the Front",)),
    ("Entering the valley, The army attacked the Front.", "attacked", ("The army",), ("the Front",)),
    ("Hamid wants The army to attack the Front.", "attack", ("The army",), ("the Front",)),
    ("The army began to attack the Front.", "attack", ("The army",), ("the Front",)),
    ("The army bombed and shelled the Front.", "bombed", ("The army",), ("the Front",)),
    ("Fighters attacked by The army fled.", "attacked", ("The army",), ("Fighters",)),
    ("The army arrested dozens of Fighters.", "arrested", ("The army",), ("Fighters",)),
    ("The army together with Hamid attacked the Front.", "attacked", ("The army", "Hamid"), ("the Front",)),
]


@pytest.mark.parametrize(("text", "trigger", "actor", "recipient"), PARTICIPANTS)
def test_participants(text, trigger, actor, recipient):
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events

    mentions = [ARMY, FRONT, ("Hamid", "Person"), ("Fighters", "ArmedGroup", "nominal")]
    reading = reading_of(text, mentions)
    find_events(reading)
    words = {m.id: m.text for m in reading.mentions}
    event = next(e for e in reading.events if text[e.start :].startswith(trigger))
    assert tuple(words[i] for i in event.actor) == actor
    assert tuple(words[i] for i in event.recipient) == recipient


def test_place_origin_and_destination():
    text = "France withdrew its troops from Mali to Niger."
    event = event_of("withdrew", text, [("France", "State"), ("Mali", "State"), ("Niger", "State")])
    assert (event.origin, event.destination) == ("m1", "m2")
    bombed = event_of("bombed", "Jets bombed a market in Gao.", [("Gao", "Place")])
    assert bombed.place == "m0"
    assert event_of("bombed", "Jets bombed a market.").place_gap == "not-stated"


def test_a_plan_does_not_take_the_day_of_its_announcement():
    text = "On 17 February the president announced that he would withdraw the troops."
    times = {"17 February": "2022-02-17"}
    assert event_of("announced", text, times=times).time == "t0"
    assert event_of("withdraw", text, times=times).time is None


def test_a_plan_takes_its_own_day():
    text = "The president announced that the troops would withdraw on 3 May."
    assert event_of("withdraw", text, times={"3 May": "2022-05-03"}).time == "t0"


def test_what_is_said_in_a_video_is_as_old_as_the_video():
    text = "He appeared in a video on 27 May. In the video he vowed to attack the capital."
    assert event_of("vowed", text, times={"27 May": "2015-05-27"}).time == "t0"


def test_casualties_go_to_the_event_that_caused_them():
    text = "The blast killed 12 people and the police arrested 40 men."
    quantities = [("12", "killed", 12.0), ("40", "arrested", 40.0)]
    mentions = [("12 people", "PopulationGroup", "nominal"), ("40 men", "PopulationGroup", "nominal")]
    assert [q.best for q in event_of("killed", text, mentions, quantities=quantities).quantities] == [12.0]
    assert [q.best for q in event_of("arrested", text, mentions, quantities=quantities).quantities] == [40.0]


def test_a_promise_of_violence_is_a_threat():
    event = event_of("promised", "He promised to return to wage violent jihad.")
    assert (event.type, event.mode, event.status) == ("THREATEN", "violence", "happened")
    jihad = event_of("jihad", "He promised to return to wage violent jihad.")
    assert jihad.status in ("planned", "hypothetical")


def test_bylines_and_contributors_tell_no_events():
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events
    from crisiskg.documents import Document, Region

    text = "Hanna Berg attacked the problem."
    reading = reading_of(text)
    reading.document = Document(text=text, regions=(Region("contributors", 0, len(text)),))
    find_events(reading)
    assert reading.events == []


def test_an_empty_text_has_no_events():
    assert events_of("") == []


def test_fighting_makes_adversaries():
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events

    reading = reading_of(
        "Hamas attacked Israel. Israel may attack Iran.", [("Hamas", "ArmedGroup"), ("Israel", "State"), ("Iran", "State")]
    )
    find_events(reading)
    assert [(r.type, r.head, r.tail) for r in reading.relations] == [("against", "e0", "e1")]


def test_who_announces_a_withdrawal_concedes_to_those_left():
    text = "Macron announced that France would withdraw its troops from Mali."
    event = event_of("announced", text, [("Macron", "Person"), ("France", "State"), ("Mali", "State")])
    assert (event.type, event.actor, event.recipient) == ("CONCEDE", ("m0",), ("m2",))


def test_a_hyphenated_trigger_is_whole():
    text = "By side-lining the party, the king lost friends."
    (event,) = [e for e in events_of(text, [("the party", "PoliticalParty", "nominal")]) if e.type == "COERCE"]
    assert text[event.start : event.end] == "side-lining"
    assert event.recipient == ("m0",)


def test_a_verb_without_an_entry_needs_a_named_party_and_something_more():
    mentions = [("Chad", "State"), ("Libya", "State")]
    (event,) = events_of("Chad outpaced Libya.", mentions)
    assert (event.type, event.actor, event.recipient) == (None, ("m0",), ("m1",))
    assert events_of("Somebody outpaced somebody.", mentions) == []
    assert events_of("Chad knows Libya.", mentions) == []


# ------------------------------------------------------------------ what is no event


NO_EVENTS = [
    ("The civil war was long.", "war", [("civil war", "NamedEvent")]),
    ("We call on all parties to respect the laws of war.", "war", []),
    ("They agreed to a cessation of hostilities.", "hostilities", []),
    ("Norland is poor and coup-prone.", "coup", [("Norland", "State")]),
    ("The group's appeal is worldly.", "appeal", []),
    ("They ask what a future presence might look like.", "ask", [("They", "Person", "pronoun")]),
    ("The River Union warned that famine is spreading.", "warned", [("The River Union", "IntergovernmentalOrganization")]),
    ("Drought threatens the Red Coast.", "threatens", [("the Red Coast", "Place")]),
    ("Vera Osk gave an interview on Monday.", "interview", [("Vera Osk", "Person")]),
    ("She has struggled against corruption.", "struggled", [("She", "Person", "pronoun")]),
    ("The rebels barely accept central power.", "accept", [("The rebels", "ArmedGroup", "nominal")]),
    ("Vera Osk talks with experts about the coast.", "talks", [("Vera Osk", "Person"), ("experts", "Person", "nominal")]),
    ("If the promise is not kept, all is lost.", "promise", []),
]


@pytest.mark.parametrize(("text", "word", "mentions"), NO_EVENTS)
def test_words_that_tell_no_event(text, word, mentions):
    assert not [e for e in events_of(text, mentions) if text[e.start :].startswith(word)]


STILL_EVENTS = [
    ("Norland warned that it would bomb the port.", "warned", [("Norland", "State")]),
    ("Norland threatened Sudmark with war.", "threatened", [("Norland", "State"), ("Sudmark", "State")]),
    ("The minister asked the army to leave.", "asked", [("The minister", "Person", "nominal")]),
    ("Vera Osk spoke with Ruben Tal.", "spoke", [("Vera Osk", "Person"), ("Ruben Tal", "Person")]),
]


@pytest.mark.parametrize(("text", "word", "mentions"), STILL_EVENTS)
def test_words_that_tell_an_event_beside_their_look_alikes(text, word, mentions):
    assert event_of(word, text, mentions).type in ("THREATEN", "REQUEST", "CONSULT")


def test_who_made_the_document_does_not_act_in_it():
    mentions = [("Vera Osk", "Person"), ("Ruben Tal", "Person")]
    text = "Vera Osk talks with Ruben Tal about the coast."
    reading = reading_of(text, mentions)
    contributors = (Contribution("Vera Osk", "host"), Contribution("Ruben Tal", "guest"))
    reading.document = Document(text=text, contributions=contributors)
    find_events(reading)
    assert not reading.events


# ------------------------------------------------------------------ participants


def _words(text, mentions, ids, **more):
    by_id = {m.id: m.text for m in reading_of(text, mentions, **more).mentions}
    return [by_id[i] for i in ids]


def test_who_ends_or_mediates_the_fighting_does_not_fight():
    mentions = [("the River Union", "IntergovernmentalOrganization"), ("Norland", "State")]
    text = "Neither the River Union nor Norland stopped the fighting."
    assert all(not e.actor for e in events_of(text, mentions) if text[e.start :].startswith("fighting"))
    assert not event_of("ceasefire", "Norland brokered a ceasefire in May.", mentions).actor


def test_who_denies_a_deed_is_not_its_doer():
    mentions = [("Norland", "State"), ("it", "State", "pronoun")]
    assert not event_of("attacks", "Norland denied that it directs the attacks.", mentions).actor


def test_who_retaliates_with_a_deed_does_it():
    mentions = [("Norland", "State")]
    text = "Norland retaliated with air strikes."
    assert _words(text, mentions, event_of("strikes", text, mentions).actor) == ["Norland"]


def test_a_country_that_people_leave_is_the_origin():
    mentions = [("Residents", "PopulationGroup", "nominal"), ("the country", "State", "nominal")]
    event = event_of("left", "Residents left the country.", mentions)
    assert (event.type, event.origin, event.recipient) == (None, "m1", ())
    fled = event_of("fled", "Residents fled the country.", mentions)
    assert (fled.origin, fled.recipient) == ("m1", ("m0",))


def test_soldiers_who_leave_retreat():
    mentions = [("The soldiers", "SecurityForce", "nominal"), ("Norland", "State")]
    assert event_of("left", "The soldiers left Norland.", mentions).type == "RETREAT"


def test_people_go_home_from_where_they_work_to_the_state_whose_they_are():
    text = "Many Tavian migrants work in Norland. Some 9,000 of the migrants went home in June."
    mentions = [
        ("Many Tavian migrants", "PopulationGroup", "nominal"),
        ("the migrants", "PopulationGroup", "nominal"),
        ("Tavian", "State"),
        ("Norland", "State"),
    ]
    reading = reading_of(text, mentions, aliases={"the migrants": "Many Tavian migrants"})
    find_relations(reading)
    find_events(reading)
    event = next(e for e in reading.events if text[e.start :].startswith("went"))
    by_id = {m.id: m.text for m in reading.mentions}
    assert [by_id[i] for i in event.actor] == ["the migrants"]
    assert by_id[event.origin or ""] == "Norland"
    assert by_id[event.destination or ""] == "Tavian"


def test_who_agrees_to_the_deployment_of_others_agrees_with_them():
    mentions = [("The junta", "GovernmentBody", "nominal"), ("foreign contractors", "SecurityForce", "nominal")]
    text = "The junta had agreed to the deployment of foreign contractors."
    assert _words(text, mentions, event_of("agreed", text, mentions).recipient) == ["foreign contractors"]


def test_both_parties_of_an_invasion():
    mentions = [("Norland", "State"), ("Sudmark", "State")]
    event = event_of("invasion", "Norland's invasion of Sudmark shocked the region.", mentions)
    assert (event.actor, event.recipient) == (("m0",), ("m1",))


def test_the_accused_is_the_doer_of_what_he_is_accused_of():
    mentions = [("Norland", "State"), ("the retreating army", "SecurityForce", "nominal")]
    text = "Norland accused the retreating army of destroying bridges."
    assert _words(text, mentions, event_of("destroying", text, mentions).actor) == ["the retreating army"]


# ------------------------------------------------------------------ times and numbers


def test_the_date_of_a_dateline_is_not_that_of_the_event():
    text = "LIMA, 6 May 2021 – Rebels killed the mayor, the police said."
    assert event_of("killed", text, times={"6 May 2021": "2021-05-06"}).time is None


def test_an_event_that_only_describes_a_noun_does_not_take_the_time_of_its_clause():
    text = "Supporters of the coup marched on 3 May 2016."
    times = {"3 May 2016": "2016-05-03"}
    assert event_of("coup", text, times=times).time is None
    assert event_of("marched", text, times=times).time == "t0"


def test_a_number_of_evacuated_people_goes_to_the_evacuation():
    text = "More than 100 people were killed, and Norland evacuated some 900 of its citizens."
    mentions = [
        ("Norland", "State"),
        ("its citizens", "PopulationGroup", "nominal"),
        ("More than 100 people", "PopulationGroup", "nominal"),
    ]
    numbers = [("More than 100 people", "killed", 100.0), ("some 900 of its citizens", "displaced", 900.0)]
    found = {text[e.start : e.end]: [q.best for q in e.quantities] for e in events_of(text, mentions, quantities=numbers)}
    assert found == {"killed": [100.0], "evacuated": [900.0]}


def test_what_is_taken_control_of_is_the_recipient_and_the_place():
    mentions = [("The Dawn Front", "ArmedGroup"), ("Osk", "Place")]
    event = event_of(
        "took", "The Dawn Front took control of Osk, the capital of the coast, after the soldiers had surrendered.", mentions
    )
    assert (event.type, event.mode, event.recipient, event.place) == ("COERCE", "seize", ("m1",), "m1")


def test_a_place_named_behind_a_series_is_that_of_all_its_members():
    mentions = [("cities", "Place", "nominal"), ("northern Norland", "Place", "nominal"), ("rebels", "ArmedGroup", "nominal")]
    text = "The army ousted rebels from cities and towns in northern Norland."
    event = event_of("ousted", text, mentions)
    assert _words(text, mentions, [event.place or ""]) == ["northern Norland"]


# ------------------------------------------------------------------ who takes part: longer ways


PARTIES = [
    ("Norland", "State"),
    ("Sudria", "State"),
    ("River Union", "IntergovernmentalOrganization"),
    ("Ivo Brandt", "Person"),
    ("police", "SecurityForce", "nominal"),
    ("rebels", "ArmedGroup", "nominal"),
    ("workers", "PopulationGroup", "nominal"),
    ("they", "ArmedGroup", "pronoun"),
    ("his", "Person", "pronoun"),
]


def _parties(trigger, text, aliases=None):
    reading = reading_of(text, PARTIES, aliases=aliases)
    find_events(reading)
    words = {m.id: m.text for m in reading.mentions}
    event = next(e for e in reading.events if text[e.start :].startswith(trigger))
    return {words[m] for m in event.actor}, {words[m] for m in event.recipient}


@pytest.mark.parametrize(
    ("text", "trigger", "actors", "recipients"),
    [
        # the subject of what holds the talks talks too
        ("Norland held talks with Sudria.", "talks", {"Norland", "Sudria"}, set()),
        # an infinitive under an adjective
        ("Norland is willing to attack Sudria.", "attack", {"Norland"}, {"Sudria"}),
        ("Norland is hard to attack.", "attack", set(), set()),
        # on strike; on the list
        ("The workers went on strike.", "strike", {"workers"}, set()),
        ("The workers waited for the strike.", "strike", set(), set()),
        # came under fire
        ("The police came under attack.", "attack", set(), {"police"}),
        # what is joined to the object
        ("The River Union lifted its sanctions against Sudria.", "lifted", {"River Union"}, {"Sudria"}),
        ("The rebels surrendered to the police.", "surrendered", {"rebels"}, {"police"}),
        # participles without auxiliary
        ("Two rebels were killed and three workers injured.", "injured", set(), {"workers"}),
        ("The rebels injured three workers.", "injured", {"rebels"}, {"workers"}),
        # whose bodyguards they are is not whom it hit
        ("The blast injured his bodyguards.", "injured", set(), set()),
    ],
)
def test_who_takes_part(text, trigger, actors, recipients):
    assert _parties(trigger, text) == (actors, recipients)


def test_a_pronoun_gives_way_to_the_subject_it_stands_for():
    text = "The rebels said they would attack Norland."
    assert _parties("attack", text, aliases={"they": "rebels"}) == ({"rebels"}, {"Norland"})


def test_a_pronoun_for_somebody_else_stays():
    assert _parties("attack", "The police said they would attack Norland.") == ({"they"}, {"Norland"})


def test_a_name_counts_as_the_class_of_its_type():
    assert event_of("dismissed", "Norland dismissed Ivo Brandt.", PARTIES).type == "SANCTION"
    assert event_of("dismissed", "Norland dismissed the claim.", PARTIES).type == "REJECT"


def test_the_displaced_are_people():
    assert [e.type for e in events_of("The displaced went to the coast.", PARTIES)] == []
    assert event_of("displaced", "The rebels displaced the workers.", PARTIES).type == "SANCTION"


def test_fired_a_shot_is_one_event():
    text = "Police fired a shot at the rebels."
    assert [text[e.start : e.end] for e in events_of(text, PARTIES) if e.type] == ["fired"]


def test_confidence_is_highest_in_the_main_clause():
    text = "Norland accused Sudria of arming the rebels who attacked the workers."
    main, deep = event_of("accused", text, PARTIES), event_of("attacked", text, PARTIES)
    assert 0.6 < deep.confidence < main.confidence < 0.9


# ------------------------------------------------------------------ the numbers of an event


@pytest.mark.parametrize(
    ("text", "trigger", "kind", "low", "best", "high"),
    [
        ("The bombing killed between 20 and 30 workers.", "killed", "killed", 20, None, 30),
        ("At least 148 workers were killed and 79 injured when rebels attacked.", "injured", "injured", 79, 79, 79),
        ("The blast left 12 dead and dozens wounded.", "wounded", "injured", 24, None, None),
        ("The bombing killed two workers and wounded 40 more.", "wounded", "injured", 40, 40, 40),
        ("Up to 300,000 workers have been displaced.", "displaced", "displaced", None, None, 300_000),
        ("Thirteen workers lost their lives in the ambush.", "lost", "killed", 13, 13, 13),
        ("The death toll of the raid rose to 31.", "raid", "killed", 31, 31, 31),
        ("The rebels beheaded 21 hostages.", "beheaded", "killed", 21, 21, 21),
        ("The raid killed an estimated 3,000 to 4,000.", "killed", "killed", 3000, None, 4000),
    ],
)
def test_casualties_with_their_range(text, trigger, kind, low, best, high):
    from crisiskg.annotation.quantities import find_quantities

    reading = reading_of(text, PARTIES)
    find_quantities(reading)
    find_events(reading)
    event = next(e for e in reading.events if text[e.start :].startswith(trigger))
    assert (kind, low, best, high) in [(q.kind, q.low, q.best, q.high) for q in event.quantities]


def test_a_corrected_number_is_no_number():
    from crisiskg.annotation.quantities import find_quantities

    reading = reading_of("The raid killed 12 workers, not 20.", PARTIES)
    find_quantities(reading)
    assert [q.best for q in reading.quantities] == [12]


def test_the_number_of_strikes_or_toll_of_a_road_counts_nobody():
    from crisiskg.annotation.quantities import find_quantities

    reading = reading_of("The toll on the road rose to 31.", PARTIES)
    find_quantities(reading)
    assert [q for q in reading.quantities if q.kind == "killed"] == []
