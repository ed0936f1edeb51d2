"""Words that may tell events: verbs and nouns with an entry in the lexicon, and verbs that tell a happening of no type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.arguments import ANSWERS
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.syntax import MentionIndex
from crisiskg.annotation.title_participles import title_end
from crisiskg.annotation.triggers import Lexicon, Trigger

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

_HEADLINE_REGIONS = frozenset({"title", "caption"})
#: What makes of a noun's event a lasting quality: "war-torn".
_SUFFIXES = frozenset(
    {"prone", "like", "era", "torn", "hit", "ridden", "affected", "proof", "plagued", "weary", "ravaged", "related", "free"}
)
_MONTHS = frozenset({"march", "may"})


class CandidateFinder:
    """Finds the candidates of one document."""

    def __init__(self, reading: Reading, grammar: Grammar, index: MentionIndex, lexicon: Lexicon) -> None:
        """Keep the parse, the mentions and the lexicon."""
        self.reading = reading
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.index = index
        self.lexicon = lexicon
        self._title_end = title_end(reading.document)

    def find(self) -> list[Candidate]:
        """Return the words that tell events, in order."""
        out: list[Candidate] = []
        for token in range(len(self.syntax)):
            pos = self.syntax.pos[token]
            if pos == "VERB":
                candidate = self._verb(token)
            elif pos in ("NOUN", "PROPN", "ADJ"):
                candidate = self._noun(token, pos)
            else:
                continue
            if candidate is not None:
                out.append(candidate)
        return out

    def _verb(self, token: int) -> Candidate | None:
        syntax = self.syntax
        if self.reading.in_credits(syntax.start[token]):
            return None
        if syntax.lemma[token] not in self.lexicon.verbs:
            if not self._is_generic(token):
                return None
            row = Trigger(syntax.lemma[token], True, None, None, (), "act", ())
            return Candidate(token, row, None, None, None, (), generic=True)
        if syntax.dep[token] in ("aux", "auxpass") or self._is_people(token):
            return None
        attributive = syntax.dep[token] in ("amod", "compound", "nmod") and syntax.tag[token] != "VBN"
        if attributive and not self.grammar.objects(token):
            return None
        return self._entered(token)

    def may_tell(self, token: int) -> bool:
        """Say whether a word may tell an event without an entry in the lexicon: no auxiliary, no modifier, no part of a name."""
        syntax = self.syntax
        if self.reading.in_credits(syntax.start[token]) or self.index.in_name(token) is not None:
            return False
        if syntax.pos[token] == "VERB":
            return syntax.dep[token] not in ("aux", "auxpass") and not self._is_people(token)
        return syntax.pos[token] in ("NOUN", "PROPN", "ADJ")

    def is_settled(self, token: int) -> bool:
        """Say whether a row with conditions says that a word has no type here: "the virus killed", "hit cinemas"."""
        row = self.lexicon.row_for(self.grammar, token) if self.syntax.pos[token] in ("VERB", "NOUN") else None
        return row is not None and bool(row.conditions) and row.type in (None, "-")

    def _is_people(self, token: int) -> bool:
        """Say whether a participle stands for people: "the displaced", "the defeated"."""
        syntax = self.syntax
        if syntax.tag[token] != "VBN" or not syntax.kids(token, "det") or syntax.kids(token, "aux", "auxpass"):
            return False
        return syntax.dep[token] in ("nsubj", "nsubjpass", "dobj", "pobj", "conj")

    def _noun(self, token: int, pos: str) -> Candidate | None:
        syntax, nouns = self.syntax, self.lexicon.nouns
        if syntax.lemma[token] not in nouns and syntax.lower[token] not in nouns:
            return None
        if not self._is_nominal(token, pos) or self.reading.in_credits(syntax.start[token]):
            return None
        if syntax.lemma[token] == "patrol" and self.index.at(token) is not None and self.support_of(token) is None:
            return None  # "the patrol came under fire": those who patrol
        return self._entered(token)

    def _entered(self, token: int) -> Candidate | None:
        """Return the candidate of a word by its entry in the lexicon, where one fits."""
        trigger = self.lexicon.match(self.grammar, token)
        if trigger is None:
            return None
        support = None if trigger.verb else self.support_of(token)
        return Candidate(token, trigger, support, trigger.type, trigger.mode, trigger.contexts)

    def _is_generic(self, verb: int) -> bool:
        """Say whether a verb without an entry may tell a happening that fits no type: finite, and no state or speech."""
        syntax = self.syntax
        if syntax.lemma[verb] in self.lexicon.not_generic or syntax.tag[verb] not in ("VBD", "VBN", "VB", "VBG"):
            return False
        if syntax.dep[verb] not in ("ROOT", "conj", "ccomp", "relcl", "advcl"):
            return False
        return syntax.tag[verb] == "VBD" or bool(syntax.kids(verb, "aux", "auxpass"))

    def _is_nominal(self, token: int, pos: str) -> bool:
        """Say whether a noun can tell an event here: not inside a name, not as modifier of a thing."""
        syntax = self.syntax
        name = self.index.in_name(token)
        if name is not None and name.type != "NamedEvent":
            return False
        if token + 2 < len(syntax) and syntax.lower[token + 1] == "-" and syntax.lower[token + 2] in _SUFFIXES:
            return False  # "coup-prone"
        if (
            pos == "PROPN"
            and name is None
            and (syntax.lower[token] in _MONTHS or (self._title_case(token) and not self.is_headline(token)))
        ):
            return False
        if pos == "ADJ":
            return syntax.lower[token] in self.lexicon.nouns
        if syntax.dep[token] in ("compound", "nmod", "npadvmod") and syntax.pos[syntax.head[token]] in ("NOUN", "PROPN"):
            above = syntax.lemma[syntax.head[token]]
            return (
                above in ("attempt", "wave", "series", "campaign", "spree", "bid", "effort") and above not in self.lexicon.nouns
            )
        return True

    def is_headline(self, token: int) -> bool:
        """Say whether a word stands in a title, where capitals mean nothing."""
        if self.reading.region_at(self.syntax.start[token]) in _HEADLINE_REGIONS:
            return True
        title = self.reading.document.title
        return title is not None and self.syntax.start[token] < len(title) and self.reading.document.text.startswith(title)

    def is_title(self, token: int) -> bool:
        """Say whether a word stands in a title, or in a first line that reads like one: its present tense tells the past."""
        return self.syntax.start[token] < self._title_end or self.is_headline(token)

    def _title_case(self, token: int) -> bool:
        return self.reading.document.text[self.syntax.start[token]].isupper()

    def support_of(self, noun: int) -> int | None:
        """Return the verb that carries a nominal event: of which it is object or subject, perhaps through a series."""
        syntax = self.syntax
        while syntax.dep[noun] == "conj":
            noun = syntax.head[noun]
        head, dep = syntax.head[noun], syntax.dep[noun]
        light = self.lexicon.light_verbs
        if dep in ("dobj", "nsubjpass") and syntax.lemma[head] in (light["act"] | light["apart"] | light["suffer"]):
            return head
        if dep == "pobj":
            verb = syntax.head[head]
            if syntax.lower[head] == "in" and syntax.lemma[verb] in ("engage", "participate", "part", "involve"):
                if syntax.lemma[verb] == "part" and syntax.dep[verb] == "dobj":
                    return syntax.head[verb]  # "took part in the raid"
                return verb if syntax.pos[verb] == "VERB" else None
            if syntax.lower[head] == "under" and syntax.lemma[verb] in ("come", "be", "remain"):
                return verb
            if syntax.lower[head] in ("on", "into") and syntax.lemma[verb] in ("go", "be", "embark", "enter"):
                return verb  # "went on strike"
            if syntax.lower[head] == "with" and syntax.lemma[verb] in ANSWERS and syntax.pos[verb] == "VERB":
                return verb
        return None
