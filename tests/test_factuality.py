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
