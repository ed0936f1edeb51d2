"""The lexicon of saying, thinking and asking, read from `data/speech.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from crisiskg.annotation.records import StatementKind

Stance = Literal["factive", "neutral", "doubtful", "denied", "wanted", "feared"]


@dataclass(frozen=True, slots=True)
class Cue:
    """What a word of saying takes and implies.

    Attributes:
        name: Class of the word, such as "deny".
        kind: What sort of statement it makes.
        stance: What it says about the truth of its content.
        takes: Forms of the content: clause, quote, infinitive, object, small, as, or a preposition.
        also: Prepositions that go on with an object ("accused Pakistan of violations").
        hearer: Whether the direct object is the person spoken to.
    """

    name: str
    kind: StatementKind
    stance: Stance
    takes: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    hearer: bool = False


@dataclass(frozen=True, slots=True)
class SpeechLexicon:
    """Cues by lemma, and the words by which an author's own voice is known."""

    verbs: dict[str, Cue]
    nouns: dict[str, Cue]
    author: dict[str, frozenset[str]]


@cache
def speech_lexicon() -> SpeechLexicon:
    """Return the lexicon, read once.

    >>> speech_lexicon().verbs["deny"].stance, speech_lexicon().nouns["fear"].kind
    ('denied', 'forecast')
    """
    data = tomllib.loads(resources.files("crisiskg.annotation").joinpath("data/speech.toml").read_text(encoding="utf-8"))
    verbs: dict[str, Cue] = {}
    nouns: dict[str, Cue] = {}
    for section, table in (("verbs", verbs), ("nouns", nouns)):
        for entry in data[section]:
            assert entry["kind"] in get_args(StatementKind), entry
            assert entry["stance"] in get_args(Stance), entry
            cue = Cue(
                entry.get("name", section),
                entry["kind"],
                entry["stance"],
                frozenset(entry.get("takes", ())),
                frozenset(entry.get("also", ())),
                entry.get("hearer", False),
            )
            for lemma in entry["lemmas"].split():
                table.setdefault(lemma, cue)
    return SpeechLexicon(verbs, nouns, {name: frozenset(words.split()) for name, words in data["author"].items()})
