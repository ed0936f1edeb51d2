"""When an event takes place: which time expression of its sentence belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import TimeExpression
from crisiskg.annotation.syntax import Syntax
from crisiskg.annotation.triggers import Lexicon

_CLAUSE_EDGES = frozenset({"conj", "advcl", "xcomp", "relcl", "acl", "pcomp", "dep", "parataxis"})
#: Tokens from the beginning of a sentence within which the head of a time that opens it stands.
_FRONT = 4
_MODIFIER_EDGES = frozenset({"nmod", "amod", "pobj"})
#: Nouns that only part or name the event behind "of": "the start of the war".
_STAGES = frozenset(
    {
        "start",
        "beginning",
        "end",
        "outbreak",
        "wave",
        "series",
        "day",
        "month",
        "first",
        "night",
        "eve",
        "aftermath",
        "height",
        "course",
    }
)
_PUBLICATIONS = frozenset(
    {
        "video",
        "statement",
        "letter",
        "speech",
        "message",
        "interview",
        "recording",
        "communiqué",
        "broadcast",
        "address",
        "footage",
        "tape",
        "clip",
        "declaration",
        "report",
    }
)


def _is_dateline(syntax: Syntax, inside: range) -> bool:
    """Say whether a time is the one in front of a report: "LIMA, 3 May 2021 – ..." says when it was written."""
    first, behind = syntax.bounds[syntax.sentence[inside[0]]]
    if inside[0] - first > 5 or inside.stop >= behind or syntax.lower[inside.stop] not in ("–", "—", "-", "--"):
        return False
    return all(syntax.pos[t] in ("PROPN", "PUNCT", "SPACE") for t in range(first, inside[0]))


class TimesByToken:
    """Time expressions by sentence, with the token that heads each."""

    def __init__(self, syntax: Syntax, times: list[TimeExpression]) -> None:
        self.by_sentence: dict[int, list[TimeAt]] = {}
        for time in times:
            inside = syntax.tokens((time.start, time.end))
            if not inside or (time.value or "").startswith("P"):
                continue  # a duration says how long, not when
            if _is_dateline(syntax, inside):
                continue
            head = next((t for t in inside if syntax.head[t] not in inside or syntax.head[t] == t), inside[-1])
            self.by_sentence.setdefault(syntax.sentence[head], []).append(TimeAt(time, head))

    def in_sentence(self, sentence: int) -> list[TimeAt]:
        """Return the time expressions of a sentence."""
        return self.by_sentence.get(sentence, [])


@dataclass(slots=True)
class TimeAt:
    """A time expression and the token that heads it."""

    time: TimeExpression
    token: int

    def clause(self, grammar: Grammar) -> int:
        """Return the verb of the clause in which it stands."""
        return grammar.clause_of(self.token)


class EventTimes:
    """Finds the times of the events of one document."""

    def __init__(self, grammar: Grammar, lexicon: Lexicon, times: list[TimeExpression]) -> None:
        """Index the time expressions."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.lexicon = lexicon
        self.times = TimesByToken(self.syntax, times)

    def time_of(self, token: int, support: int | None, *, is_fact: bool) -> TimeExpression | None:
        """Return the time expression of an event: in its own phrase, in its clause, or in the clause that governs it.

        What is only planned or possible does not take the time of the word that plans it: "announced on Monday that
        it will leave".
        """
        syntax = self.syntax
        sentence = syntax.sentence[token]
        here = self.times.in_sentence(sentence)
        if not here:
            return self._time_of_publication(token) if is_fact else None
        within = [t for t in here if self._below(t.token, token)]
        if within:
            return min(within, key=lambda t: abs(t.token - token)).time
        if support is None and self._is_background(token):
            return None
        clause = self.grammar.clause_of(support if support is not None else token)
        for _ in range(5):
            same = [t for t in here if t.clause(self.grammar) == clause and not self._belongs_elsewhere(t.token, token)]
            if same:
                return min(same, key=lambda t: abs(t.token - token)).time
            dep, head = syntax.dep[clause], syntax.head[clause]
            if (
                head == clause
                or dep not in _CLAUSE_EDGES | _MODIFIER_EDGES
                or (dep in ("xcomp", "acl", "pcomp", "relcl") and not is_fact)
            ):
                return self._time_in_front(here, token, support) if is_fact else None
            clause = self.grammar.clause_of(head)
        return None

    def _time_in_front(self, here: list[TimeAt], token: int, support: int | None) -> TimeExpression | None:
        """Return the time that opens a sentence: "On 25 June crowds broke in; part of the building was set on fire".

        It holds for the main clause and those that go on with it, but for what is told in the present perfect ("has denied it").
        """
        syntax = self.syntax
        if len(here) != 1:
            return None
        first, _ = syntax.bounds[syntax.sentence[token]]
        if here[0].token - first > _FRONT or syntax.pos[first] not in ("ADP", "DET", "PROPN", "NUM", "NOUN", "ADJ"):
            return None
        clause = self.grammar.clause_of(support if support is not None else token)
        if any(syntax.lower[k] in ("has", "have") for k in syntax.kids(clause, "aux")):
            return None
        while syntax.dep[clause] in ("conj", "parataxis") and syntax.head[clause] != clause:
            clause = syntax.head[clause]
        return here[0].time if syntax.head[clause] == clause else None

    def _is_background(self, token: int) -> bool:
        """Say whether a known event only describes another noun: "supporters of the coup marched on Sunday"."""
        syntax = self.syntax
        above = syntax.head[token]
        if syntax.pos[token] != "NOUN" or syntax.dep[token] != "pobj" or syntax.lower[above] != "of":
            return False
        noun = syntax.head[above]
        if syntax.pos[noun] != "NOUN" or syntax.lemma[noun] in self.lexicon.nouns or syntax.lemma[noun] in _STAGES:
            return False
        return any(syntax.lower[c] in ("the", "this", "that") for c in syntax.kids(token, "det"))

    def _time_of_publication(self, token: int) -> TimeExpression | None:
        """Return the time of the video or statement that a clause points back to: "in the video he vowed"."""
        syntax = self.syntax
        clause = self.grammar.clause_of(token)
        for name, x in syntax.prepositions(clause):
            if name not in ("in", "on") or syntax.lemma[x] not in _PUBLICATIONS:
                continue
            if not any(
                syntax.lower[c] in ("the", "this", "that", "his", "her", "its", "their") for c in syntax.kids(x, "det", "poss")
            ):
                continue
            for earlier in range(x - 1, max(-1, x - 400), -1):
                if syntax.lemma[earlier] == syntax.lemma[x]:
                    times = self.times.in_sentence(syntax.sentence[earlier])
                    if times:
                        return min(times, key=lambda t: abs(t.token - earlier)).time
        return None

    def _below(self, inner: int, outer: int) -> bool:
        """Say whether a token stands below another without a clause of its own in between."""
        syntax = self.syntax
        for _ in range(12):
            if inner == outer:
                return True
            if syntax.dep[inner] in ("ccomp", "relcl", "advcl", "conj", "xcomp", "acl", "pcomp") or syntax.head[inner] == inner:
                return False
            inner = syntax.head[inner]
        return False

    def _belongs_elsewhere(self, time: int, token: int) -> bool:
        """Say whether a time stands inside another noun phrase: "the 2013 coup", "the attack on Monday"."""
        syntax = self.syntax
        above = time
        for _ in range(4):
            above = syntax.head[above]
            if syntax.pos[above] in ("VERB", "AUX"):
                return False
            if syntax.pos[above] == "NOUN" and above != token and syntax.lemma[above] in self.lexicon.nouns:
                return True
        return False
