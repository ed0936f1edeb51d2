import pytest
from annotated import find, mentioned, tokens, types

from crisiskg.annotation.lexicon import name_words, nominal_heads
from crisiskg.annotation.name_types import name_typer
from crisiskg.annotation.pronouns import find_pronouns
from crisiskg.documents import Document


@pytest.mark.parametrize(
    ("text", "name", "type_"),
    [
        ("Tajik troops crossed the river.", "Tajik", "State"),
        ("Many Tajiks work abroad.", "Tajiks", "PopulationGroup"),
        ("Colonel Karim Tolibov left the city.", "Karim Tolibov", "Person"),
        ("Talks between Bamako and Paris have stalled.", "Bamako", "State"),
        ("Paris accused the junta of breaking the deal.", "Paris", "State"),
        ("The Moscow-backed militia withdrew.", "Moscow", "State"),
        ("He was born in Paris and studied there.", "Paris", "Place"),
        ("The Ministry of Defence denied it.", "Ministry of Defence", "GovernmentBody"),
        ("Fighters of the Taliban entered the town.", "Taliban", "ArmedGroup"),
        ("The treaty ended the Iraq war.", "Iraq war", "NamedEvent"),
        ("Voters rejected him in the 2001 Italian general election.", "2001 Italian general election", "NamedEvent"),
    ],
)
def test_names(text, name, type_):
    assert types(mentioned(text)).get(name) == type_


def test_names_have_no_article_and_no_possessive_ending():
    found = types(mentioned("The United Nations’ envoy met Mali’s government at the European Union's office."))
    assert {"United Nations", "Mali", "European Union"} <= set(found)
    assert not any(name.lower().startswith("the ") or name.endswith(("'s", "’s", "’")) for name in found)


def test_state_inside_the_name_of_its_force_is_a_mention_too():
    found = mentioned("The Malian army has left Kidal.")
    assert find(found, "Malian").type == "State"
    assert find(found, "Malian army").type == "SecurityForce"
    found = mentioned("Three Malian soldiers have left Kidal.")
    assert find(found, "Malian").type == "State"
    soldiers = find(found, "Three Malian soldiers")
    assert (soldiers.kind, soldiers.type) == ("nominal", "SecurityForce")


def test_states_within_the_name_of_an_event_are_mentions_too():
    found = types(mentioned("It was written before Russia’s invasion of Ukraine."))
    assert found["Russia"] == found["Ukraine"] == "State"
    assert "NamedEvent" in found.values()


def test_two_persons_are_two_names():
    found = types(mentioned("Ibrahim Keita and Samuel Ouedraogo met in Dakar."))
    assert found["Ibrahim Keita"] == found["Samuel Ouedraogo"] == "Person"


def test_surname_of_a_known_person_is_a_person():
    found = mentioned("Rustam Mahkamov fled. Later Mahkamov appeared in a video. The film shows Mahkamov armed.")
    assert [m.type for m in found.mentions if m.text == "Mahkamov"] == ["Person", "Person"]


@pytest.mark.parametrize("text", ["There are no states in Islam.", "Islamic law is strict.", "On Monday in March it rained."])
def test_faiths_and_days_are_no_actors(text):
    assert types(mentioned(text)) == {}


def test_caliphate_is_a_group_only_beside_its_other_names():
    assert types(mentioned("The Islamic State lost Raqqa. He died for the Caliphate."))["Caliphate"] == "ArmedGroup"
    assert types(mentioned("Historians study the Caliphate of the tenth century.")).get("Caliphate") != "ArmedGroup"


def test_verb_in_capitals_is_no_group():
    assert "IS" not in types(mentioned("THE WAR IS NOT OVER YET"))


def test_unit_behind_a_number_is_no_state():
    assert "GB" not in types(mentioned("The disk holds 16 GB of data."))


@pytest.mark.parametrize(
    ("text", "words", "type_"),
    [
        ("The junta closed the border.", "The junta", "GovernmentBody"),
        ("Suspected jihadists attacked a village.", "Suspected jihadists", "ArmedGroup"),
        ("Hundreds of soldiers mutinied.", "Hundreds of soldiers", "SecurityForce"),
        ("A rebel group claimed the attack.", "A rebel group", "ArmedGroup"),
        ("The head of the police resigned.", "The head of the police", "Person"),
        ("At least 31 were killed.", "At least 31", "PopulationGroup"),
        ("They buried the dead.", "the dead", "PopulationGroup"),
    ],
)
def test_nominals(text, words, type_):
    found = find(mentioned(text), words)
    assert (found.kind, found.type) == ("nominal", type_)


def test_nominal_ends_before_its_relative_clause():
    assert find(mentioned("The rebels who had fled came back."), "The rebels").kind == "nominal"


def test_a_state_of_emergency_is_no_state():
    assert not any(m.type == "State" for m in mentioned("He declared a state of emergency.").mentions)


def test_empty_it_is_no_pronoun():
    assert find_pronouns(tokens(Document("It is clear that he will go.")).doc)[0].i != 0


def test_titles_are_kept_beside_the_mention():
    reading = mentioned("Deputy Prime Minister Karim Tolibov spoke.")
    assert "Minister" in reading.titles[find(reading, "Karim Tolibov").id]


def test_ids_follow_the_text_and_spans_hold_their_words():
    text = "French forces and Chadian troops ousted jihadists from Gao, officials said."
    mentions = mentioned(text).mentions
    assert [m.id for m in mentions] == [f"m{n}" for n in range(len(mentions))]
    assert all(text[m.start : m.end] == m.text and 0 <= m.confidence <= 1 for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)


@pytest.mark.parametrize("text", ["", " \n ", "?!", "…\n\n—", "a" * 3000, "((((" * 500, "\u200b", "İ" * 50, "NATO" * 300])
def test_odd_texts_do_no_harm(text):
    mentioned(text)


def test_word_lists_are_whole():
    words = name_words()
    assert words.organization["Army"] == "SecurityForce"
    assert nominal_heads()["soldier"] == ("Person", "PopulationGroup")
    assert nominal_heads()["soldiers"][1] == "SecurityForce"
    name_typer()
