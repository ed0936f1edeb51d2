"""Attributions: who says what, by each kind of cue, and the author's own voice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crisiskg.annotation.attributions import find_attributions
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.quotes import find_quotes
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Attribution, Entity, Mention, Span
from crisiskg.annotation.speech_lexicon import speech_lexicon
from crisiskg.annotation.times import find_times
from crisiskg.documents import Document, DocumentKind

Read = Callable[..., Reading]


@pytest.fixture(scope="module")
def read() -> Read:
    language = load_language()

    def read_text(text: str, kind: DocumentKind = "news", person: str | None = None) -> Reading:
        document, doc = next(iter(read_docs(language, [Document(text=text, kind=kind)])))
        reading = Reading(document, doc)
        if person is not None:
            start = text.index(person)
            reading.set_mentions([Mention("m0", start, start + len(person), person, "Person", "name", "e0")])
            reading.set_entities([Entity("e0", "Person", person)])
        find_times(reading)
        find_attributions(reading)
        return reading

    return read_text


def words(reading: Reading, span: Span | None) -> str | None:
    return reading.document.text[span[0] : span[1]] if span else None


def told(reading: Reading) -> list[tuple[str | None, str | None, str | None]]:
    return [
        (words(reading, a.source), words(reading, a.cue), words(reading, a.content)) for a in reading.attributions if not a.author
    ]


def own(reading: Reading) -> list[Attribution]:
    return [a for a in reading.attributions if a.author]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The minister said that the army had left.", ("The minister", "said", "the army had left")),
        ("The army had left the town, the minister said.", ("the minister", "said", "The army had left the town")),
        ("“We will not leave the town,” said the minister.", ("the minister", "said", "We will not leave the town")),
        ("According to the police, three men died.", ("the police", "According to", "three men died")),
        ("Three men died, according to the police.", ("the police", "according to", "Three men died")),
        ("An official told reporters that the border was closed.", ("An official", "told", "the border was closed")),
        ("The rebels promised to return.", ("The rebels", "promised", "to return")),
        ("The army denied any role in the raid.", ("The army", "denied", "any role in the raid")),
        ("The opposition called the vote a farce.", ("The opposition", "called", "the vote a farce")),
        ("Moscow accused Kyiv of sabotage.", ("Moscow", "accused", "Kyiv of sabotage")),
        ("The group called for an inquiry.", ("The group", "called", "an inquiry")),
        ("He rejected the claim that soldiers had fired.", ("He", "rejected", "the claim that soldiers had fired")),
    ],
)
def test_source_cue_content(read: Read, text: str, expected: tuple[str, str, str]) -> None:
    assert expected in told(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "The army left the town.",
        "Nobody said that the army had left.",
        "Three men ran to the river and crossed it.",
        "The so-called “republic” was a town.",
    ],
)
def test_nothing_is_said(read: Read, text: str) -> None:
    assert told(read(text)) == []


def test_hearsay_names_nobody(read: Read) -> None:
    assert (None, "reportedly", "Three men were killed") in [
        (source, cue, (content or "").replace(" reportedly", ""))
        for source, cue, content in told(read("Three men were reportedly killed."))
    ]


def test_a_quotation_goes_on_behind_the_words_of_saying(read: Read) -> None:
    text = "“We are ready to die,” the colonel said. “Nobody will stop us in this valley.”"
    (found,) = [content for _, _, content in told(read(text))]
    assert found is not None
    assert found.startswith("We are ready")
    assert found.endswith("in this valley.")


def test_a_second_speaker_keeps_his_own_words(read: Read) -> None:
    text = "“We are ready to die,” the colonel said. “Nobody will believe him,” the judge said."
    assert [(source, content) for source, _, content in told(read(text))] == [
        ("the colonel", "We are ready to die"),
        ("the judge", "Nobody will believe him"),
    ] or [source for source, _, _ in told(read(text))] == ["the colonel", "the judge"]


def test_one_statement_inside_another(read: Read) -> None:
    reading = read("The minister said that the rebels had promised to leave the town.")
    outer, inner = reading.attributions
    assert (inner.within, outer.within) == (outer.id, None)


def test_the_subject_of_a_participle_is_that_of_its_clause(read: Read) -> None:
    reading = read("The group has worked there for years, arguing that the state is fragile.")
    assert ("The group", "arguing", "the state is fragile") in told(reading)


def test_entity_and_time_of_saying(read: Read) -> None:
    reading = read("On 3 May 2014 Ahmad Karimi said that the army had left.", person="Ahmad Karimi")
    (found,) = reading.attributions
    assert found.entity == "e0"
    assert found.time == "t0"


def test_condition_belongs_to_what_is_said(read: Read) -> None:
    reading = read("A diplomat said privately that if the state requested it, Moscow would return troops.")
    (_, _, content) = told(reading)[0]
    assert content is not None
    assert content.startswith("if the state requested it")


def test_the_author_recommends_and_expects(read: Read) -> None:
    text = "The government should lift the ban at once. It may only be a matter of time before the war spreads. Shops opened."
    reading = read(text, "commentary")
    assert [(a.kind, words(reading, a.content)) for a in own(reading)] == [
        ("recommendation", "The government should lift the ban at once"),
        ("forecast", "It may only be a matter of time before the war spreads"),
    ]
    assert all(a.source is None for a in own(reading))


def test_news_plans_are_no_forecasts_of_the_author(read: Read) -> None:
    assert own(read("The delegation will travel to Geneva on Monday. It is to meet the envoy.")) == []


def test_what_may_come_is_a_forecast_of_the_author_in_any_text(read: Read) -> None:
    [forecast] = own(read("The delegation arrived in Geneva on Monday. The truce may collapse within weeks."))
    assert (forecast.kind, forecast.source) == ("forecast", None)


def test_an_inverted_condition_is_no_recommendation(read: Read) -> None:
    kinds = [found.kind for found in own(read("The army will stay in the town should the feud outlast the spring."))]
    assert "recommendation" not in kinds
    assert [found.kind for found in own(read("The army should leave the town."))] == ["recommendation"]


@pytest.mark.parametrize(
    ("text", "source", "content"),
    [
        ("Five men were held in the port, the governor told reporters.", "the governor", "Five men were held in the port"),
        ("The envoy left for Oman; no one was hurt, the police said.", "the police", "no one was hurt"),
        ("The envoy left at noon; according to the police, no one was hurt.", "the police", "no one was hurt"),
        (
            "Two thousand had fled by July, according to the Red Cross, which counted them.",
            "the Red Cross",
            "Two thousand had fled by July",
        ),
        ("The ministry let it be known that the treaty stays suspended.", "The ministry", "the treaty stays suspended"),
        ("LIMA, 3 May – The army has left the town, the minister said.", "the minister", "The army has left the town"),
    ],
)
def test_bounds_of_what_is_said(read: Read, text: str, source: str, content: str) -> None:
    assert (source, content) in [(who, what) for who, _, what in told(read(text))]


@pytest.mark.parametrize(
    "text",
    [
        "The minister did not say how many had died.",
        "The convoy is expected to arrive on Monday.",
        "The rebel is known to live in the hills.",
        "He asked the neighbours for bread.",
        "She was told where the others were held.",
    ],
)
def test_nothing_is_reported(read: Read, text: str) -> None:
    assert told(read(text)) == []


def test_a_description_longer_than_the_name_is_left_out(read: Read) -> None:
    [(source, _, _)] = told(read("The acting governor of the northern province, Anna Berg, said that the road was open."))
    assert source == "Anna Berg"
    [(source, _, _)] = told(read("The mayor, Annabelle Bergström, said that the road was open."))
    assert source == "The mayor, Annabelle Bergström"


def test_a_quotation_goes_on_in_the_paragraph_below(read: Read) -> None:
    text = "“We will not leave the town,” said the minister.\n\n“Nor shall we pay for it.”\n\nThe rebels denied it."
    assert told(read(text))[0][2] == "We will not leave the town,” said the minister.\n\n“Nor shall we pay for it."
    other = "“We will not leave the town,” said the minister.\n\n“Nor shall we pay for it,” the rebels replied."
    assert told(read(other))[0][2] == "We will not leave the town"


@pytest.mark.parametrize(
    ("title", "person", "expected"),
    [
        ("Anna Berg: army has left the town", "Anna Berg", ("Anna Berg", ":", "army has left the town")),
        ("Army has left the town: Anna Berg", "Anna Berg", ("Anna Berg", ":", "Army has left the town")),
        ("Minister Anna Berg: army has left", "Anna Berg", ("Minister Anna Berg", ":", "army has left")),
    ],
)
def test_headline_with_a_colon(read: Read, title: str, person: str, expected: tuple[str, str, str]) -> None:
    assert expected in told(read(f"{title}\n\nIt rained on Monday.", person=person))


@pytest.mark.parametrize(
    "title", ["Anna Berg: a life", "Truce: what Anna Berg left behind", "Army left: Anna Berg and the others"]
)
def test_headline_that_reports_nothing(read: Read, title: str) -> None:
    assert [cue for _, cue, _ in told(read(f"{title}\n\nIt rained on Monday.", person="Anna Berg"))] == []


def test_what_somebody_else_recommends_is_not_the_author_s(read: Read) -> None:
    assert own(read("The envoy said that the government should lift the ban.", "commentary")) == []


def test_first_person_of_an_analyst(read: Read) -> None:
    (found,) = own(read("We fear that the truce will not hold.", "commentary"))
    assert found.kind == "forecast"


def test_no_attribution_leaves_the_text(read: Read) -> None:
    reading = read("“He said, “she said, “they said that, according to, said said told.”")
    for found in reading.attributions:
        for span in (found.source, found.cue, found.content):
            assert span is None or 0 <= span[0] < span[1] <= len(reading.document.text)
    assert read("").attributions == []


def test_quotes_do_not_cross_paragraphs() -> None:
    assert find_quotes("“Never closed.\n\nNext paragraph.") == []
    assert len(find_quotes('"One," he said. "Two."')) == 2


def test_every_cue_has_one_class() -> None:
    lexicon = speech_lexicon()
    assert lexicon.verbs["announce"].stance == "neutral"
    assert not set(lexicon.verbs) & {"run", "leave"}


def test_turns_of_a_conversation(read: Read) -> None:
    text = "HOST: Did the army leave?\nBERG: It left at noon.\nHOST: And the rebels?"
    assert ("BERG", ":", "It left at noon") in told(read(text))


@pytest.mark.parametrize("text", ["NOTE: It left at noon.\nSOURCE: the army.", "NOTE: a b c.\nUPDATE: d e f.\nSOURCE: g h i."])
def test_headings_are_no_turns(read: Read, text: str) -> None:
    assert [cue for _, cue, _ in told(read(text))] == []


def test_i_in_a_turn_is_the_speaker(read: Read) -> None:
    assert own(read("HOST: Did the army leave?\nBERG: I think it left at noon.\nHOST: And the rebels?")) == []
    assert len(own(read("I think that the army left at noon."))) == 1


@pytest.mark.parametrize("text", ["What should the army do?", "The rebels need forty trucks to leave the town."])
def test_questions_and_needs_are_no_recommendations(read: Read, text: str) -> None:
    assert own(read(text)) == []
