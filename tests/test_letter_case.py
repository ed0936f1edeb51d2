import pytest
from annotated import gazetteer

from crisiskg.annotation.letter_case import has_lost_capitals, restore_capitals
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
