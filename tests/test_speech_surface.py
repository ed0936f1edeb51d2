"""What is said, where the parse does not hang it on its word of saying."""

import pytest
from reading_of import reading_of

from crisiskg.annotation.attributions import find_attributions
from crisiskg.annotation.speech_lexicon import speech_lexicon
from crisiskg.annotation.speech_surface import clause_with_that, sentence_before
from crisiskg.annotation.syntax import Syntax


def contents(text: str) -> list[str]:
    reading = reading_of(text)
    find_attributions(reading)
    return [text[a.content[0] : a.content[1]] for a in reading.attributions if not a.author]


SAID = [
    ("The spokesman of the militia said on the day of the raid that his men had left the town.", "his men had left the town"),
    ("Women from the village told a team of monitors that soldiers had burned the houses.", "soldiers had burned the houses"),
    ("The general warned that the army would step in; two nights later, troops seized the station.", "the army would step in"),
    ("Rebels fled the capital by boat and landed on the island, an aide to the governor said.", "Rebels fled the capital"),
]


@pytest.mark.parametrize(("text", "content"), SAID)
def test_content_is_found_by_the_order_of_words(text: str, content: str) -> None:
    assert any(found.startswith(content) for found in contents(text))


def test_a_clause_of_the_teller_is_no_content() -> None:
    text = "The general warned that the army would step in; two nights later, troops seized the station."
    assert not any("seized" in found for found in contents(text))


def test_the_clause_of_a_noun_that_says_something_is_not_what_the_verb_says() -> None:
    syntax = Syntax(reading_of("The ministry denied reports that soldiers had burned the houses.").doc)
    assert clause_with_that(syntax, speech_lexicon(), syntax.lower.index("denied")) is None


def test_words_of_saying_in_the_middle_take_no_clause_before_them() -> None:
    syntax = Syntax(reading_of("Rebels fled the town, an aide said before he closed the door and left.").doc)
    assert sentence_before(syntax, syntax.lower.index("said"), syntax.lower.index("aide")) is None


def test_a_circumstance_before_the_words_of_saying_is_no_content() -> None:
    assert "when the guns fell silent" not in " ".join(contents("When the guns fell silent, he said nothing."))
