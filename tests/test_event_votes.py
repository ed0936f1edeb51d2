"""The learned reader's votes on triggers, with a reader that says what the test wants."""

from dataclasses import dataclass

import numpy as np
from reading_of import event_of, reading_of

from crisiskg.annotation.event_candidates import CandidateFinder
from crisiskg.annotation.event_votes import vote
from crisiskg.annotation.events import find_events
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.syntax import MentionIndex, Syntax
from crisiskg.annotation.triggers import load_lexicon


@dataclass
class Told:
    """What a reader tells of one token."""

    token: int
    type: str | None
    probability: float
    event: float = 1.0


class Reader:
    """A learned reader of one sentence, which holds all words to be possible triggers unless the test says otherwise."""

    def __init__(self, events, length, nothing=()):
        self.events = events
        self.triggers = np.full((length, 2), 0.5)
        for token in nothing:
            self.triggers[token, 0] = 0.99


def votes(text, word=None, kind=None, probability=0.0, nothing=(), mentions=()):
    reading = reading_of(text, mentions)
    syntax = Syntax(reading.doc)
    index = MentionIndex(syntax, reading.mentions)
    finder = CandidateFinder(reading, Grammar(syntax), index, load_lexicon())
    told = [Told(syntax.lower.index(word), kind, probability)] if word else []
    reader = Reader(told, len(syntax), [syntax.lower.index(x) for x in nothing])
    found = vote(finder.find(), reader, finder)
    return {syntax.lower[c.token]: c.type for c in found if c.type is not None}


def test_a_word_without_an_entry_is_added_where_the_reader_is_sure():
    assert votes("Gunmen zapped the guard.", "zapped", "ASSAULT", 0.9) == {"zapped": "ASSAULT"}


def test_a_word_without_an_entry_is_left_where_it_is_not():
    assert votes("Gunmen zapped the guard.", "zapped", "ASSAULT", 0.3) == {}


def test_a_happening_of_no_type_is_not_added():
    assert votes("Gunmen zapped the guard.", "zapped", None, 0.9) == {}


def test_an_entry_keeps_its_type():
    assert votes("Rebels blasted the minister.", "blasted", "ACCUSE", 0.99) == {"blasted": "ASSAULT"}


def test_an_entry_that_tells_nothing_for_the_reader_is_dropped():
    assert votes("Rebels attacked the minister.", nothing=["attacked"]) == {}
    assert votes("Rebels attacked the minister.", nothing=["minister"]) == {"attacked": "ASSAULT"}


def test_what_only_the_reader_finds_is_less_sure():
    text, mentions = "Gunmen zapped the guard.", [("Gunmen", "PopulationGroup", "nominal"), ("guard", "Person", "nominal")]
    reading = reading_of(text, mentions)
    reading.learned = Reader([Told(1, "ASSAULT", 0.9)], len(reading.doc))
    find_events(reading)
    (event,) = reading.events
    assert event.type == "ASSAULT"
    assert event.confidence < event_of("attacked", "Gunmen attacked the guard.", mentions).confidence


def test_a_word_of_a_name_tells_nothing():
    text = "The Sword Brigade was calm."
    assert votes(text, "sword", "ASSAULT", 0.99, mentions=[("Sword Brigade", "ArmedGroup")]) == {}
