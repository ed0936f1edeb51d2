"""Words that tell events: the lexicon of triggers, and which entry fits a word in its sentence.

The lexicon is `data/event_triggers.csv`, its frames and word classes `data/event_frames.toml`. A row says for one or several
lemmas (joined by ``|``) under which conditions they tell an event of which type, mode and context, and in which frame.
Of the rows that fit, the one with most conditions wins, the later one where they have equally many. Type ``-`` says that it
tells no event, ``none`` that none of the sixteen types fits.

Conditions, all of which must hold (``!`` turns one round)::

    obj:a|b    obj@Class   obj      its object (the subject of a passive) is one of the lemmas, of the class, is there
    subj:… subj@…                   the same for its subject (the agent of a passive)
    prt:a|b                         a particle or adverb beside it
    prep:a|b   prep:on=x|y          a preposition, with one of these objects
    prep:into@Class                 the same with an object of the class
    of:…  of@Class                  what "of" joins to it
    mod:a|b                         a modifier of the noun
    oprd:a|b                        an object complement ("held hostage")
    to   to=a|b   that   that=a|b   an infinitive, a clause with one of these verbs
    head:a                          the word it depends on, through a preposition
    passive  number  parataxis      what the names say
    happens                         it is said to take place, or to be held
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from crisiskg.annotation.grammar import Grammar
from crisiskg.codebook import MODES, QUAD_CLASSES
from crisiskg.errors import CrisiskgError

TYPES = frozenset(QUAD_CLASSES)

#: Types of mentions that belong to a class of words: "dismissed Mr Diallo" dismisses a person as "dismissed the minister" does.
_CLASS_TYPES: Mapping[str, frozenset[str]] = {
    "People": frozenset({"Person", "PopulationGroup"}),
    "Places": frozenset({"Place"}),
    "Buildings": frozenset({"Place"}),
    "Forces": frozenset({"SecurityForce", "ArmedGroup"}),
    "Armed": frozenset({"SecurityForce", "ArmedGroup"}),
    "Civilians": frozenset({"PopulationGroup"}),
}
Condition = Callable[[Grammar, int], bool]


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of the lexicon, for one lemma.

    Attributes:
        lemma: Head word.
        verb: True for verbs, False for nouns and adjectives.
        type: Event type; None where none of the sixteen fits; "-" where the row says that it is no event.
        mode: Mode of the type.
        contexts: Contexts that come with the word.
        frame: Name of the frame.
        conditions: What must hold in the sentence.
    """

    lemma: str
    verb: bool
    type: str | None
    mode: str | None
    contexts: tuple[str, ...]
    frame: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All triggers, frames and word classes.

    Attributes:
        verbs: Rows by lemma, in order of rising precedence.
        nouns: The same for nouns and adjectives.
        frames: Sources of actor and recipient by name of frame.
        light_verbs: Verbs that lend a noun their subject as actor ("act") or as recipient ("suffer").
        instruments: Mode of an assault by lemma of the instrument.
        not_generic: Verbs that tell no event unless a row says so.
        people: Nouns of people.
    """

    verbs: Mapping[str, tuple[Trigger, ...]]
    nouns: Mapping[str, tuple[Trigger, ...]]
    frames: Mapping[str, Mapping[str, tuple[str, ...]]]
    light_verbs: Mapping[str, frozenset[str]]
    instruments: Mapping[str, str]
    not_generic: frozenset[str]
    people: frozenset[str] = frozenset()

    def match(self, grammar: Grammar, token: int) -> Trigger | None:
        """Return the row that fits a word best; None where none fits or the best says that it is no event."""
        row = self.row_for(grammar, token)
        return None if row is None or row.type == "-" else row

    def row_for(self, grammar: Grammar, token: int) -> Trigger | None:
        """Return the row that fits a word best, also one that says that it is no event; None where none fits."""
        syntax = grammar.syntax
        pos = syntax.pos[token]
        table = self.verbs if pos == "VERB" else self.nouns
        rows = table.get(syntax.lemma[token])
        lower = syntax.lower[token]
        if lower != syntax.lemma[token] and (by_form := table.get(lower)):
            rows = by_form
        if rows is None:
            return None
        for row in reversed(rows):
            if all(holds(grammar, token) for holds in row.conditions):
                return row
        return None


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that comes with the package, read once.

    Raises:
        CrisiskgError: a row names a type, mode, frame or condition that does not exist.

    >>> load_lexicon().verbs["abduct"][0].mode
    'abduct'
    """
    folder = resources.files("crisiskg.annotation") / "data"
    frames = tomllib.loads((folder / "event_frames.toml").read_text(encoding="utf-8"))
    return read_lexicon((folder / "event_triggers.csv").read_text(encoding="utf-8"), frames)


def read_lexicon(rows: str, tables: Mapping[str, Any]) -> Lexicon:
    """Return the lexicon written in a table of rows and the tables of frames, light verbs, instruments and classes.

    Args:
        rows: CSV with the header ``lemma,pos,when,type,mode,contexts,frame``.
        tables: Content of `event_frames.toml`.

    Raises:
        CrisiskgError: a row names a type, mode, frame or condition that does not exist.
    """
    classes = {name: frozenset(words) for name, words in tables["classes"].items()}
    frames = {name: {role: tuple(sources) for role, sources in frame.items()} for name, frame in tables["frames"].items()}
    verbs: dict[str, list[tuple[int, int, Trigger]]] = {}
    nouns: dict[str, list[tuple[int, int, Trigger]]] = {}
    for number, row in enumerate(csv.DictReader(rows.splitlines()), start=2):
        where = f"event_triggers.csv line {number}"
        kind: str | None = row["type"]
        if kind not in TYPES and kind not in ("none", "-"):
            raise CrisiskgError(f"{where}: type {kind!r} is none of the sixteen event types, 'none' or '-'")
        if row["frame"] not in frames:
            raise CrisiskgError(f"{where}: frame {row['frame']!r} is not one of {', '.join(sorted(frames))}")
        mode = row["mode"] or None
        if mode and mode not in MODES.get(kind or "", frozenset()):
            raise CrisiskgError(f"{where}: mode {mode!r} does not belong to {kind}")
        if row["pos"] not in ("verb", "noun", "adj"):
            raise CrisiskgError(f"{where}: part of speech {row['pos']!r} is not verb, noun or adj")
        try:
            conditions = tuple(_condition(word, classes) for word in row["when"].split())
        except (KeyError, ValueError) as error:
            raise CrisiskgError(f"{where}: condition not understood: {error}") from error
        table = verbs if row["pos"] == "verb" else nouns
        for lemma in row["lemma"].split("|"):
            trigger = Trigger(
                lemma,
                row["pos"] == "verb",
                None if kind == "none" else kind,
                mode,
                tuple(row["contexts"].split("|")) if row["contexts"] else (),
                row["frame"],
                conditions,
            )
            table.setdefault(lemma, []).append((len(conditions), number, trigger))

    def ordered(table: dict[str, list[tuple[int, int, Trigger]]]) -> dict[str, tuple[Trigger, ...]]:
        return {lemma: tuple(trigger for *_, trigger in sorted(found, key=lambda x: x[:2])) for lemma, found in table.items()}

    return Lexicon(
        verbs=ordered(verbs),
        nouns=ordered(nouns),
        frames=frames,
        light_verbs={name: frozenset(words) for name, words in tables["light_verbs"].items()},
        instruments={word: mode for mode, words in tables["instruments"].items() for word in words},
        not_generic=frozenset(tables.get("generic", {}).get("skip", ())),
        people=classes.get("People", frozenset()),
    )


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


def _condition(text: str, classes: Mapping[str, frozenset[str]]) -> Condition:
    """Return the test that a condition stands for."""
    if text.startswith("!"):
        inner = _condition(text[1:], classes)
        return lambda g, t: not inner(g, t)
    simple: dict[str, Condition] = {
        "obj": lambda g, t: bool(g.objects(t)),
        "passive": lambda g, t: g.syntax.is_passive(t),
        "to": lambda g, t: any(True for _ in g.infinitives(t)),
        "that": lambda g, t: bool(g.syntax.kids(t, "ccomp")),
        "parataxis": lambda g, t: g.syntax.dep[t] == "parataxis",
        "number": lambda g, t: g.is_counted(t),
        "happens": lambda g, t: g.is_said_to_happen(t),
    }
    if text in simple:
        return simple[text]
    kinds: frozenset[str] = frozenset()
    if text.startswith("prep:") and "@" in text:
        names, _, name = text[5:].partition("@")
        before, members, kinds_of = _words(names), classes[name], _CLASS_TYPES.get(name, frozenset())
        return lambda g, t: any(
            name in before and (g.syntax.lemma[x] in members or g.syntax.lower[x] in members or g.kinds.get(x) in kinds_of)
            for name, x in g.syntax.prepositions(t)
        )
    if "@" in text:
        place, name = text.split("@", 1)
        words, kinds = classes[name], _CLASS_TYPES.get(name, frozenset())
    else:
        place, _, rest = text.partition(":")
        if not rest:
            place, _, rest = text.partition("=")
            if place not in ("to", "that") or not rest:
                raise ValueError(text)
        words = _words(rest)
    lemma_of: dict[str, Callable[[Grammar, int], list[int]]] = {
        "obj": lambda g, t: g.objects(t),
        "subj": lambda g, t: g.subjects(t),
        "of": lambda g, t: g.of(t),
        "oprd": lambda g, t: g.syntax.kids(t, "oprd", "acomp", "dobj", "xcomp", "ccomp", "advmod", "prt"),
        "to": lambda g, t: list(g.infinitives(t)),
        "that": lambda g, t: [m for c in g.syntax.kids(t, "ccomp", "xcomp", "dobj") for m in g.syntax.series(c)],
        "head": lambda g, t: [g.syntax.head[g.syntax.head[t]]],
    }
    if place in lemma_of:
        find = lemma_of[place]
        return lambda g, t: any(
            g.syntax.lemma[x] in words or g.syntax.lower[x] in words or g.kinds.get(x) in kinds
            for y in find(g, t)
            for x in g.content(y)
        )
    if place == "prt":
        return lambda g, t: any(
            g.syntax.lower[c] in words
            for c in g.syntax.children[t]
            if g.syntax.dep[c] in ("prt", "advmod", "prep", "acomp", "ccomp")
        )
    if place == "mod":
        return lambda g, t: not words.isdisjoint(g.modifier_words(t))
    if place == "prep":
        names, _, wanted = text[5:].partition("=")
        prepositions, objects = _words(names), _words(wanted) if wanted else None
        if objects is None:
            return lambda g, t: any(
                g.syntax.lower[c] in prepositions
                for c in g.syntax.children[t]
                if g.syntax.dep[c] in ("prep", "dative", "agent", "advmod")
            )
        found = objects
        return lambda g, t: any(
            name in prepositions and (g.syntax.lemma[x] in found or g.syntax.lower[x] in found)
            for name, x in g.syntax.prepositions(t)
        )
    raise ValueError(text)
