"""What is told as happened, and who says so: claims with their verdicts, what is taken for granted, own voice, resolutions."""

from __future__ import annotations

import pytest
from annotated import read as read_entities
from reading_of import event_of

from crisiskg.annotation.attributions import find_attributions
from crisiskg.annotation.content_nouns import noun_of_clause, verdict
from crisiskg.annotation.events import find_events
from crisiskg.annotation.quantities import find_quantities
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Event
from crisiskg.annotation.times import find_times


def read(text: str) -> Reading:
    reading = read_entities(text)
    find_times(reading)
    find_quantities(reading)
    find_attributions(reading)
    find_events(reading)
    return reading


def event(reading: Reading, word: str) -> Event:
    return next(e for e in reading.events if reading.document.text[e.start :].startswith(word))


def sources(reading: Reading) -> dict[str, str | None]:
    """Return content → source, in words."""
    text = reading.document.text
    return {
        text[a.content[0] : a.content[1]]: text[a.source[0] : a.source[1]] if a.source else None for a in reading.attributions
    }


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("The claim by the ministry that rebels had burned the village is false.", "false"),
        ("The government's allegation that troops had burned the village proved untrue.", "false"),
        ("The claim of the Ruritanian side that the guards burned first is false.", "false"),
        ("Reports from the opposition that police had burned the village were baseless.", "false"),
        ("A rumour that the militia had burned the village spread fast. It was false.", "false"),
        ("The ministry dismissed as false the claim that soldiers had burned the village.", "false"),
        ("The ministry called the claim that its soldiers had burned the village a lie.", "false"),
        ("There was speculation that the army had burned the village, but it was denied by the envoy.", "false"),
        ("The claim that the army had burned the village has no basis in fact.", "false"),
        ("The report that soldiers had burned the village turned out to be true.", "true"),
        ("The suspicion that the police had burned the village was later confirmed by a court.", "true"),
        ("Claims by the front that the army had burned the village remain unverified.", "open"),
        ("The allegation that the army had burned the village has not been proven.", "open"),
        ("The mission examined reports that rebels had burned the village but could not confirm them.", "open"),
        ("The claim that the army had burned the village angered the mayor. The mayor was false to his friends.", None),
    ],
)
def test_the_verdict_on_a_claim(text: str, judged: str | None) -> None:
    syntax = read_entities(text).syntax
    clause = syntax.lower.index("burned")
    noun = noun_of_clause(syntax, clause)
    assert noun is not None
    assert verdict(syntax, noun, clause) == judged


@pytest.mark.parametrize(
    "text",
    [
        "The report that convinced the army said that rebels burned the village.",
        "The statement that the rebels who burned the village published was short.",
        "The men whose claim failed burned the village.",
    ],
)
def test_a_relative_clause_is_no_content(text: str) -> None:
    syntax = read_entities(text).syntax
    assert noun_of_clause(syntax, syntax.lower.index("burned")) is None


@pytest.mark.parametrize(
    ("text", "polarity", "certainty"),
    [
        ("The claim by the ministry that rebels had burned the village is false.", "negative", "certain"),
        ("The claim by the ministry that rebels had burned the village angered many.", "positive", "possible"),
        ("The report that soldiers had burned the village turned out to be true.", "positive", "certain"),
        ("We found no evidence that soldiers had burned the village.", "negative", "certain"),
        ("There is no indication that the rebels have burned the village.", "negative", "certain"),
        ("The envoy did not find any proof that the militia had burned the village.", "negative", "certain"),
        ("There are no reports that the rebels burned the village.", "negative", "certain"),
        ("The court found evidence that the militia had burned the village.", "positive", "certain"),
        ("There is no doubt that the army burned the village.", "positive", "certain"),
        ("State television falsely claimed that rebels had burned the village.", "negative", "possible"),
        ("It is false that our soldiers burned the village.", "negative", "certain"),
        ("Contrary to claims by the army that rebels burned the village, nobody fled.", "negative", "certain"),
        ("The fact that the army burned the village shocked the town.", "positive", "certain"),
    ],
)
def test_what_is_claimed_happened_only_where_the_text_confirms_it(text: str, polarity: str, certainty: str) -> None:
    found = event_of("burned", text)
    assert (found.status, found.polarity, found.certainty) == ("happened", polarity, certainty)


@pytest.mark.parametrize(
    ("text", "trigger", "status"),
    [
        ("Fears that the army will shell the town are growing.", "shell", "hypothetical"),
        ("The demand that the junta release the men was ignored.", "release", "hypothetical"),
        ("3. Demand that the junta withdraw its troops from the town;", "withdraw", "hypothetical"),
        ("The envoy appealed to the rebels to free the hostages and leave the town.", "leave", "hypothetical"),
        ("3. Condemn the attack on the convoy;", "Condemn", "happened"),
        ("Condemn the attack on the convoy!", "Condemn", "hypothetical"),
        ("The minister expressed concern about the arrest of the journalist.", "arrest", "happened"),
        ("Aid groups expressed concern over a new offensive.", "offensive", "hypothetical"),
        ("Fears over the offensive grew.", "offensive", "hypothetical"),
        ("The ministers welcomed the expected withdrawal of the troops.", "withdrawal", "planned"),
        ("The doctor assured the envoy that rebels had burned the village.", "burned", "happened"),
        ("The doctor assured the envoy that rebels would leave the town.", "leave", "planned"),
    ],
)
def test_what_lies_ahead_and_what_has_been(text: str, trigger: str, status: str) -> None:
    assert event_of(trigger, text).status == status


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        (
            "The claim of the Defence Ministry of Kenya that rebels burned the camp is false.",
            "rebels burned the camp",
            "the Defence Ministry of Kenya",
        ),
        ("The Kenyan claim that rebels had burned the camp is false.", "rebels had burned the camp", "Kenyan"),
        ("Reports from the opposition that police burned the camp were baseless.", "police burned the camp", "the opposition"),
        ("The ministry dismissed the claim that soldiers had burned the camp.", "soldiers had burned the camp", None),
        (
            "Some 300 people fled the town of Bor, the World Food Programme (WFP) reports.",
            "Some 300 people fled the town of Bor",
            None,
        ),
        ("The mayor spoke of forty dead in the raid.", "forty dead", "The mayor"),
    ],
)
def test_who_claims_it(text: str, content: str, source: str | None) -> None:
    found = sources(read(text))
    assert content in found
    if source is not None or "dismissed" in text:
        assert found[content] == source
    else:
        assert "World Food Programme" in (found[content] or "")


@pytest.mark.parametrize(
    ("text", "trigger", "certainty"),
    [
        ("The Council condemned the attack of 11 October on the convoy.", "attack", "certain"),
        ("The Union welcomed the ceasefire signed on 14 October between Sudan and the rebels.", "signed", "certain"),
        ("The killing of the mayor was condemned by the bishop.", "killing", "certain"),
        ("The Council recalls that Eritrea expelled the mission in 2021.", "expelled", "certain"),
        ("The president deplored the alleged killing of ten farmers by the army.", "killing", "possible"),
        ("The Union condemned threats of violence against the judges.", "violence", "probable"),
        ("The envoy welcomed reports that the rebels had freed the nuns.", "freed", "probable"),
        ("The army said that rebels had attacked the camp.", "attacked", "probable"),
        ("The group claimed responsibility for the attack on the mosque.", "attack", "certain"),
        ("The front denied any involvement in the attack on the convoy.", "attack", "certain"),
        ("The group claimed responsibility for an attack on the mosque.", "attack", "possible"),
    ],
)
def test_who_judges_an_event_takes_it_for_granted(text: str, trigger: str, certainty: str) -> None:
    reading = read(text)
    assert event(reading, trigger).certainty == certainty


_REPORT = "Report of the Commission of Inquiry on Burundi\n\n12 March 2020\n\n"


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        (_REPORT + "The Commission finds that the police killed 12 students in Ngozi.", "certain"),
        (_REPORT + "This report documents that the police killed 12 students in Ngozi.", "certain"),
        (_REPORT + "The Commission of Human Rights found that the police killed 12 students in Ngozi.", "probable"),
        ("Army blamed for deaths\n\nThe Commission of Inquiry found that the police killed 12 students in Ngozi.", "probable"),
    ],
)
def test_a_report_speaks_in_its_own_voice(text: str, certainty: str) -> None:
    assert event(read(text), "killed").certainty == certainty


def test_a_resolution_has_its_subject_above() -> None:
    reading = read(
        "The Security Council,\n\nCondemning the killing of two peacekeepers in Gao,\n\n1. Demands that the rebels leave Gao;\n\n"
        "Police arrested ten men."
    )
    by_id = {m.id: m.text for m in reading.mentions}
    assert [by_id[x] for x in event(reading, "Demands").actor] == ["Security Council"]
    assert [by_id[x] for x in event(reading, "Condemning").actor] == ["Security Council"]
    assert [by_id[x] for x in event(reading, "arrested").actor] == ["Police"]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("We call upon Rwanda to withdraw its troops from North Kivu.", "Rwanda"),
        ("The bloc appealed to Kenya to withdraw from the talks.", "Kenya"),
        ("The bloc called on Uganda and asked Kenya to withdraw.", "Kenya"),
    ],
)
def test_who_is_called_upon_is_to_act(text: str, actor: str) -> None:
    reading = read(text)
    by_id = {m.id: m.text for m in reading.mentions}
    assert actor in [by_id[x] for x in event(reading, "withdraw").actor]


def test_a_counted_noun_is_no_plan() -> None:
    reading = read("The envoy fears that Chad will attack Sudan. The doctor spoke of 600 dead.")
    assert event(reading, "dead").status == "happened"


@pytest.mark.parametrize(
    ("text", "content", "source"),
    [
        (
            "Police shot a student, the opposition claims.",
            "Police shot a student",
            "opposition",
        ),
        ("Two drivers were killed near Bor, the Red Crescent reports.", "Two drivers were killed near Bor", "Red Crescent"),
    ],
)
def test_words_of_saying_at_the_end(text: str, content: str, source: str) -> None:
    assert source in (sources(read(text)).get(content) or "")


@pytest.mark.parametrize(
    "text", ["Soldiers burned the files, the maps and the police reports.", "They read the rebels' reports."]
)
def test_a_noun_at_the_end_says_nothing(text: str) -> None:
    assert not sources(read(text))


def test_who_could_not_verify_it_says_nothing() -> None:
    reading = read("The mission could not verify that the army had burned the clinic.")
    assert "The mission" not in sources(reading).values()
    assert event(reading, "burned").polarity == "negative"


def test_who_mourns_a_murder_did_not_commit_it() -> None:
    assert event(read("The bishops mourned the murder of the priest."), "murder").actor == ()


_INTERVIEW = """A conversation with Paul Okello

Lake Review: Who burned the market?
Okello: The militia burned the market.
Lake Review: And then?
Okello: The general said that police shot two traders.
"""


def test_the_speaker_of_a_turn_is_the_source_and_tells_it_plainly() -> None:
    reading = read(_INTERVIEW)
    assert sources(reading)["The militia burned the market"] == "Okello"
    told = [e for e in reading.events if reading.document.text[e.start :].startswith("burned")]
    assert [e.certainty for e in told] == ["certain", "certain"]
    assert event(reading, "shot").certainty == "probable"


def test_headings_are_no_turns() -> None:
    reading = read("Kabul: Two men died.\nHerat: Rebels burned a school.\nKunduz: Police shot a man.\nBalkh: All quiet.\n")
    assert not sources(reading)
