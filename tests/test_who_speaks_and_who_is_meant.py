"""Pronouns that the sentence itself tells apart, the first person of a speaker, spelt-out abbreviations, names at line breaks."""

import pytest
from annotated import entity, find, read

NOT_THE_OTHER = [
    ("Omar Faiz was a trader. After a quarrel with Jalil Amin, he left Herat.", "he", "Omar Faiz"),
    ("Omar Faiz was a trader. After meeting Jalil Amin in Herat, he left.", "he", "Omar Faiz"),
    ("Omar Faiz was a trader. In talks with the leader, Jalil Amin, he gave way.", "he", "Omar Faiz"),
    ("Omar Faiz came to Herat. President Jalil Amin made him governor.", "him", "Omar Faiz"),
    ("Omar Faiz came to Herat. Jalil Amin praised him.", "him", "Omar Faiz"),
    ("After the arrest of Omar Faiz, he was taken to Kabul.", "he", "Omar Faiz"),
]


@pytest.mark.parametrize(("text", "pronoun", "meant"), NOT_THE_OTHER)
def test_a_pronoun_is_not_the_other_one_of_its_sentence(text, pronoun, meant):
    assert entity(read(text), pronoun).name == meant


SPEAKERS = [
    "Briefing on Haiti\n\nAnna Vale, Special Representative and Head of the Mission\nNew York, 4 May 2019\n\nI met him in May.",
    "Remarks by Ambassador Anna Vale\n\nI met the minister in May.",
    "Quiet days\n\nReview: Did you go?\n\nAnna Vale: I went in May.\n\nReview: And then?\n\nVale: I came back.",
]


@pytest.mark.parametrize("text", SPEAKERS)
def test_i_is_who_speaks(text):
    assert entity(read(text), "I").name == "Anna Vale"


def test_i_is_not_just_anybody_named_at_the_start():
    reading = read("A walk in Goma\n\nAnna Vale, the head of the mission, left.\n\nI met Omar Faiz in Goma.")
    assert find(reading, "I").entity is None


SPELT_OUT = [
    "Two men of the Front patriotique de l'Ituri (FPI) attacked. The FPI fled.",
    "The Fertile Plains Initiative (FPI) met. The FPI helped farmers.",
    "The Free People's Institute, known as FPI, met. The FPI helped farmers.",
]


@pytest.mark.parametrize("text", SPELT_OUT)
def test_letters_that_the_text_spells_out_are_nobody_elses(text):
    reading = read(text)
    assert entity(reading, "FPI").iri is None
    assert entity(reading, "FPI").name != "FPI"
    assert entity(reading, "FPI", 1).id == entity(reading, "FPI").id


def test_letters_keep_their_holder_where_the_long_name_is_his():
    reading = read("The Mouvement national de libération de l'Azawad (MNLA) attacked. The MNLA fled.")
    assert entity(reading, "MNLA").iri is not None


def test_two_names_at_a_line_break_are_two():
    for text in (
        "Interview: Peter Albrecht\n\nAna Munteanu was a minister.",
        "Present were:\nPeter Albrecht\nAna Munteanu\n\nThey met in May.",
    ):
        reading = read(text)
        assert entity(reading, "Peter Albrecht").id != entity(reading, "Ana Munteanu").id
    assert find(read("They met Peter\tAlbrecht in May."), "Peter\tAlbrecht").kind == "name"


def test_the_official_name_of_a_state_is_the_state():
    reading = read("The Republic of Kenya sent soldiers. Kenya lost some.")
    assert entity(reading, "Republic of Kenya").id == entity(reading, "Kenya").id
    assert "Home" not in entity(reading, "Kenya").name


def test_a_place_is_taken_back():
    reading = read("The rebels of the Dawn Front took Tabrin in May. French and Malian soldiers retook it in June.")
    assert entity(reading, "it").name == "Tabrin"


@pytest.mark.parametrize("who", ["Karim Bio, an organizer of the National Union,", "A National Union organizer, Karim Bio,"])
def test_his_party_is_the_one_that_his_own_words_name(who):
    reading = read(f"{who} was beaten by men of the National Bloc, according to his party.")
    assert "National Union" in entity(reading, "his party").name
