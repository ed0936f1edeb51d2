import pytest
import spacy
from annotated import gazetteer

from crisiskg.annotation.english_words import EnglishWords
from crisiskg.annotation.letter_case import has_lost_capitals, restore_capitals
from crisiskg.annotation.nlp import load_language
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.settings import load_settings

LOWER = (
    "the taliban attacked a post in afghanistan. soldiers of the malian army fled. officials in bamako blamed the islamic state. "
    * 3
)


def test_names_and_sentence_starts_get_their_capitals_back():
    found = restore_capitals(LOWER, gazetteer())
    assert found.lower() == LOWER
    assert (
        found.startswith("The Taliban attacked a post in Afghanistan. Soldiers of the Malian Army fled.")
        or "Malian army" in found
    )
    assert "Islamic State" in found


@pytest.mark.parametrize("text", ["The army left. " * 40, "short", "", "ἀβγ " * 100, "ß" * 400])
def test_other_texts_stay_as_they_are(text):
    assert restore_capitals(text, gazetteer()) == text or has_lost_capitals(text)
    assert len(restore_capitals(text, gazetteer())) == len(text)


def test_mentions_keep_the_letters_of_the_text():
    found = Pipeline(load_settings()).annotate(Document(LOWER))
    names = {mention.text: mention.type for mention in found.mentions if mention.kind == "name"}
    assert names["taliban"] == "ArmedGroup"
    assert names["afghanistan"] == "State"


def english():
    return EnglishWords(load_language())


SPANISH = (
    "fernando orduz, mayor of salento, was killed by the liberation army of the south (lass). "
    "lass guerrillas said that mrs. zapateiro and carlos iriarte knew orduz. the peasants of the town fled on tuesday. "
) * 2


def test_words_that_are_no_english_are_names_in_a_row_behind_titles_and_in_brackets():
    found = restore_capitals(SPANISH, gazetteer(), english())
    assert found.lower() == SPANISH
    for name in ("Fernando Orduz", "Zapateiro", "Carlos Iriarte", "knew Orduz", "on Tuesday"):
        assert name in found
    assert "(LASS)" not in found  # "lass" is English
    assert "(XQZF)" in restore_capitals(SPANISH.replace("lass", "xqzf"), gazetteer(), english())


def test_english_words_and_single_strange_words_keep_their_small_letter():
    text = (
        "a spokesman said that orduzes and the peasants fought. he walked; wuggish soldiers killed the young, of all ages. " * 3
    )
    found = restore_capitals(text, gazetteer(), english())
    assert "said that orduzes and the peasants fought" in found
    assert "wuggish soldiers killed the young" in found
    assert "said" in restore_capitals("orduz said so. they killed orduz. " * 12, gazetteer(), english())


def test_no_sentence_starts_behind_an_abbreviation():
    text = "the officials of the u.s. troops there spoke of it. they said so again. " * 4
    assert "troops there" in restore_capitals(text, gazetteer(), english())


def test_without_a_list_of_words_only_known_names_are_restored():
    assert "fernando orduz" in restore_capitals("they spoke of fernando orduz. " * 10, gazetteer())
    bare = EnglishWords(spacy.blank("en"))
    assert not bare
    assert "fernando orduz" in restore_capitals("they spoke of fernando orduz. " * 10, gazetteer(), bare)


def test_a_person_in_lower_case_is_killed():
    found = Pipeline(load_settings()).annotate(Document(SPANISH))
    victims = {found_mention.text for found_mention in found.mentions if found_mention.type == "Person"}
    assert "fernando orduz" in victims
    killed = [event for event in found.events if event.type == "ASSAULT" and event.recipient]
    by_id = {mention.id: mention for mention in found.mentions}
    assert {by_id[party].text for event in killed for party in event.recipient} & {"fernando orduz", "orduz"}


@pytest.mark.parametrize("word", ["peasants", "went", "reclassified", "planned", "undid", "anti-government", "cities"])
def test_english_words_in_their_forms(word):
    assert word in english()


@pytest.mark.parametrize("word", ["orduz", "zapateiro", "xqzf", "castellar"])
def test_words_that_are_not_english(word):
    assert word not in english()


def test_what_may_be_a_name():
    words = english()
    assert words.may_be_given_name("hector")
    assert words.may_be_surname("ortega")
    assert not words.may_be_given_name("said")
    assert not words.may_be_surname("young")
