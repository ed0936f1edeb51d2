import pytest
from reading_of import event_of, events_of

FACTS = [
    ("The army attacked the village on Monday.", "attacked", "happened"),
    ("Rebels have captured the town.", "captured", "happened"),
    ("Police are beating protesters in the square.", "beating", "ongoing"),
    ("The soldiers began to shell the camp.", "shell", "happened"),
    ("The minister condemned the attack on the convoy.", "attack", "happened"),
    ("Gunmen managed to kill the governor.", "kill", "happened"),
]
NOT_FACTS = [
    ("The army will attack the village.", "attack", "planned"),
    ("The ministry announced that it would withdraw the troops.", "withdraw", "planned"),
    ("The rebels promised to release the hostages.", "release", "planned"),
    ("The government plans to deploy 300 soldiers.", "deploy", "planned"),
    ("The president announced the withdrawal of the troops.", "withdrawal", "planned"),
    ("Envoys are to meet in Geneva.", "meet", "planned"),
    ("The army sent soldiers to arrest the mayor.", "arrest", "planned"),
    ("The rebels may attack the capital.", "attack", "hypothetical"),
    ("The group demanded the release of its leaders.", "release", "hypothetical"),
    ("The envoy urged the army to withdraw.", "withdraw", "hypothetical"),
    ("The militia threatened to bomb the bridge.", "bomb", "hypothetical"),
    ("Residents fear that the army will shell the town.", "shell", "hypothetical"),
    ("If the rebels attack the town, the army will respond.", "attack", "hypothetical"),
    ("The government should arrest the commanders.", "arrest", "hypothetical"),
    ("Neighbours would be troubled by serious unrest in the capital.", "unrest", "hypothetical"),
    ("There is a risk of clashes in the east.", "clashes", "hypothetical"),
    ("Further attacks are likely.", "attacks", "hypothetical"),
    ("The group tried to kill the governor.", "kill", "hypothetical"),
]
DENIED = [
    ("The army did not attack the village.", "attack"),
    ("The army denied that it had bombed the hospital.", "bombed"),
    ("The rebels failed to capture the town.", "capture"),
    ("The junta refused to release the president.", "release"),
    ("Police prevented protesters from storming the palace.", "storming"),
    ("Soldiers entered the town without killing anybody.", "killing"),
    ("No soldiers were killed.", "killed"),
    ("There was no attack on the town.", "attack"),
    ("The rebels never kidnapped the priest.", "kidnapped"),
    ("The army neither shelled nor bombed the town.", "shelled"),
]


@pytest.mark.parametrize(("text", "trigger", "status"), FACTS)
def test_facts_stay_facts(text, trigger, status):
    event = event_of(trigger, text)
    assert (event.status, event.polarity) == (status, "positive")


@pytest.mark.parametrize(("text", "trigger", "status"), NOT_FACTS)
def test_what_has_not_happened_is_not_told_as_fact(text, trigger, status):
    event = event_of(trigger, text)
    assert event.status == status
    assert event.polarity == "positive"


@pytest.mark.parametrize(("text", "trigger"), DENIED)
def test_what_is_denied_is_negative(text, trigger):
    assert event_of(trigger, text).polarity == "negative"


def test_threats_and_fears_are_marked():
    assert event_of("bomb", "The militia threatened to bomb the bridge.").threatened
    assert event_of("shell", "Residents fear that the army will shell the town.").feared
    assert not event_of("bombed", "The militia bombed the bridge.").threatened


def test_certainty_follows_the_words():
    assert event_of("killed", "Soldiers reportedly killed two farmers.").certainty == "probable"
    assert event_of("killed", "Soldiers allegedly killed two farmers.").certainty == "possible"
    assert event_of("killed", "Soldiers may have killed two farmers.").certainty == "possible"
    assert event_of("killed", "Soldiers killed two farmers.").certainty == "certain"


def test_may_have_is_not_hypothetical():
    assert event_of("killed", "Soldiers may have killed two farmers.").status == "happened"
    assert event_of("kill", "Soldiers may kill two farmers.").status == "hypothetical"


def test_the_condition_is_kept_as_a_span():
    text = "If the government asked, Russia would return troops to the border."
    event = event_of("return", text)
    assert event.condition is not None
    assert text[slice(*event.condition)].startswith("If the government asked")
    assert event.status == "hypothetical"


def test_a_condition_of_another_clause_leaves_a_fact_alone():
    text = "The army shelled the town, and if the rebels return, it will attack again."
    assert event_of("shelled", text).status == "happened"


def test_negation_does_not_reach_the_next_verb():
    text = "The soldiers did not fight and fled to the hills."
    assert event_of("fight", text).polarity == "negative"
    assert event_of("fled", text).polarity == "positive"


def test_a_failed_denial_is_of_the_content_not_of_the_denying():
    text = "The ministry denied the attack."
    assert event_of("denied", text).polarity == "positive"
    assert event_of("attack", text).polarity == "negative"


def test_reported_speech_is_probable_and_keeps_its_attribution():
    text = "Police killed two farmers, a union leader said."
    event = event_of("killed", text, attributions=[("a union leader", "said", "Police killed two farmers")])
    assert (event.attribution, event.certainty, event.status) == ("a0", "probable", "happened")


def test_a_forecast_of_the_author_is_hypothetical():
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events
    from crisiskg.annotation.records import Attribution

    text = "Clashes are bound to spread to the south."
    reading = reading_of(text)
    reading.attributions.append(Attribution("a0", None, None, (0, len(text)), author=True, kind="forecast"))
    find_events(reading)
    assert all(not (e.status == "happened" and e.polarity == "positive") for e in reading.events)


def test_an_announced_withdrawal_named_again_is_still_planned():
    text = (
        "France's withdrawal from Mali will change the region. On Thursday the president announced that France would withdraw "
        "from Mali."
    )
    mentions = [("France", "State"), ("Mali", "State")]
    statuses = {text[e.start : e.end]: e.status for e in events_of(text, mentions) if e.type == "RETREAT"}
    assert statuses == {"withdrawal": "planned", "withdraw": "planned"}


def test_headlines_in_the_present_tell_what_happened():
    from reading_of import reading_of

    from crisiskg.annotation.events import find_events
    from crisiskg.documents import Document

    text = "Army seizes port\n\nThe army seized the port on Friday."
    reading = reading_of(text)
    reading.document = Document(text=text, title="Army seizes port")
    find_events(reading)
    assert [e.status for e in reading.events] == ["happened", "happened"]


SECOND_ROUND = [
    ("The army said that the guards had fled and insisted that rebels killed the mayor.", "killed", "happened"),
    ("The envoy announced that the rebels had accepted the truce.", "accepted", "happened"),
    ("The envoy announced that the rebels would accept the truce.", "accept", "planned"),
    ("The envoy insisted that the army withdraw.", "withdraw", "hypothetical"),
    ("The governor signed a decree that dissolves the council.", "dissolves", "planned"),
    ("The state suspended the deployment of its soldiers.", "deployment", "hypothetical"),
    ("The state would respond to any attack on its citizens.", "attack", "hypothetical"),
    ("The rebels will talk if attacks on the town stop.", "attacks", "hypothetical"),
    ("Who is attacking the ships?", "attacking", "hypothetical"),
]


@pytest.mark.parametrize(("text", "trigger", "status"), SECOND_ROUND)
def test_what_governs_a_clause_says_whether_it_happened(text, trigger, status):
    assert event_of(trigger, text, [("soldiers", "SecurityForce", "nominal"), ("aid", "Organization")]).status == status


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("Kenya accused the ADF of massacres.", "massacres"),
        ("The governor accused the rebels of genocide in an interview.", "genocide"),
        ("Malawi blamed Uganda for the bombing.", "bombing"),
    ],
)
def test_what_somebody_is_accused_of_is_only_claimed(text, trigger):
    assert event_of(trigger, text, [("Kenya", "State"), ("ADF", "ArmedGroup"), ("Uganda", "State")]).certainty == "possible"


def test_what_somebody_named_did_is_told_as_certain():
    assert event_of("attack", "The attack by the ADF shocked the town.", [("ADF", "ArmedGroup")]).certainty == "certain"


# ------------------------------------------------------------------ what goes on, what is presupposed, what never came about

STATUS_PAIRS = [
    # a thing that is to be ended is under way; what was ended has happened
    ("The council urged the rebels to halt the offensive.", "offensive", "ongoing", "positive"),
    ("The rebels halted the offensive.", "offensive", "happened", "positive"),
    # what is kept up goes on, where it is spoken of as known
    ("The ministry will extend the curfew.", "curfew", "ongoing", "positive"),
    ("The rebels would respect a ceasefire.", "ceasefire", "hypothetical", "positive"),
    # in force, holding
    ("A curfew remains in force in both cities.", "curfew", "ongoing", "positive"),
    ("A curfew remained unpopular in both cities.", "curfew", "happened", "positive"),
    ("A truce was holding on Sunday.", "truce", "ongoing", "positive"),
    # since: a lasting act goes on, a completed one does not
    ("The militia has besieged the town since March.", "besieged", "ongoing", "positive"),
    ("Some 40,000 villagers have fled since March.", "fled", "happened", "positive"),
    # begun in the present perfect, begun in the past
    ("Students have begun to march in the capital.", "march", "ongoing", "positive"),
    ("Students began to march in the capital.", "march", "happened", "positive"),
    # meanwhile
    ("The envoy left while soldiers were shelling the town.", "shelling", "ongoing", "positive"),
    # charges that are rejected were made; a plan that is rejected was not carried out
    ("The minister rejected the charges.", "charges", "happened", "positive"),
    ("The minister rejected the deployment of troops.", "deployment", "hypothetical", "negative"),
    # a threat or fear of what has been, beside one of what may come
    ("Elders fear that the boys may have been abducted.", "abducted", "happened", "positive"),
    ("Elders fear that the boys may be abducted.", "abducted", "hypothetical", "positive"),
    # none, not one
    ("Not a shot was fired.", "fired", "happened", "negative"),
    ("A shot was fired.", "fired", "happened", "positive"),
    ("The minister has no power to dismiss the judges.", "dismiss", "hypothetical", "negative"),
    ("The minister has the power to dismiss the judges.", "dismiss", "planned", "positive"),
    ("The envoy stopped short of accusing the army.", "accusing", "happened", "negative"),
    ("Observers expect a pause rather than a clash.", "clash", "hypothetical", "negative"),
    ("It was not a coup.", "coup", "happened", "negative"),
    ("The coup failed.", "coup", "happened", "negative"),
    ("The offensive failed.", "offensive", "happened", "positive"),
    ("The deal collapsed before it could be signed.", "signed", "hypothetical", "negative"),
    # dates and calls
    ("A summit due in May is at risk.", "summit", "planned", "positive"),
    ("A ceasefire due to lapse in May is holding.", "ceasefire", "ongoing", "positive"),
    ("A second rally is called for Friday.", "rally", "planned", "positive"),
    # questions
    ("Why did the army attack the village?", "attack", "happened", "positive"),
    ("Did rebels attack the village?", "attack", "hypothetical", "positive"),
    # clauses that take something for granted
    ("How many villagers the rebels killed may never be known.", "killed", "happened", "positive"),
    ("The judges will ask whether the army shelled the town.", "shelled", "hypothetical", "positive"),
    # infinitives: one of purpose, one that is asked for, one that tells what came next
    ("The bishops call on the government to free the students.", "free", "hypothetical", "positive"),
    ("The office went on to ban the party.", "ban", "happened", "positive"),
    ("The rebels will most likely reject the offer.", "reject", "hypothetical", "positive"),
    ("The rebels will reject the offer.", "reject", "planned", "positive"),
]


@pytest.mark.parametrize(("text", "trigger", "status", "polarity"), STATUS_PAIRS)
def test_status_and_polarity_by_what_governs(text, trigger, status, polarity):
    event = event_of(trigger, text)
    assert (event.status, event.polarity) == (status, polarity)


def test_what_is_dated_after_publication_is_planned():
    import datetime as dt

    from reading_of import reading_of

    from crisiskg.annotation.events import find_events
    from crisiskg.documents import DateBounds

    for text, status in (
        ("The talks on 15 October will be in Geneva.", "planned"),
        ("The talks on 15 October.", "planned"),
        ("Envoys met in Geneva on 15 October.", "happened"),
    ):
        reading = reading_of(text, times={"15 October": "2024-10-15"})
        reading.published = DateBounds(dt.date(2024, 10, 1), dt.date(2024, 10, 1), "day", "stated")
        find_events(reading)
        assert [e.status for e in reading.events] == [status], text


def test_a_first_line_without_full_stop_tells_in_the_present_what_has_happened():
    body = "\n\nThe ministry confirmed it on Monday."
    assert event_of("arrests", "Police arrests forty after riot in the capital" + body).status == "happened"
    assert event_of("arrest", "Police arrest forty men a day." + body).status == "ongoing"
