"""Reads from the parse how an event is told.

The walk goes from the trigger up to the root of its sentence. At the trigger its own auxiliaries, negation and adverbs count
(`verb_modality`); further up, each word that governs it (`governors`) may weaken what the levels below left. Nothing on the way
makes an event more certain than it was: in doubt, it has not happened.
"""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality, load_cues
from crisiskg.annotation.governors import Ascent
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import Certainty
from crisiskg.annotation.verb_modality import VerbModality

_DEFINITE = frozenset(
    {"the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your", "both", "each"}
)
_DOUBTS: tuple[Certainty, ...] = ("probable", "possible")


class FactualityReader:
    """Reads the factuality of triggers of one document."""

    def __init__(self, grammar: Grammar) -> None:
        """Keep the parse and the cues."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.cues = load_cues()
        self.verbs = VerbModality(self.syntax, self.cues)

    def read(self, token: int, *, material: bool = True, headline: bool = False) -> Factuality:
        """Return how the event of a trigger is told.

        Args:
            token: The head word of the trigger.
            material: Whether the type is one of deeds; in the simple present these go on, while acts of speech are done.
            headline: Whether it stands in a title or caption, where the present tense tells what has happened.
        """
        told = Factuality()
        verbal = self.syntax.pos[token] in ("VERB", "AUX")
        if verbal:
            self.verbs.read(token, told, material=material, headline=headline)
        else:
            self._own_noun(token, told)
        Ascent(self.verbs, told, definite=verbal or self.is_known(token)).climb(token, nominal=not verbal)
        if told.is_fact and self._is_asked(token):
            told.weaken("hypothetical")
        return told

    def is_negated(self, verb: int) -> bool:
        """Say whether a verb stands under a negation of its own clause."""
        return self.verbs.clauses.is_negated(verb)

    def is_known(self, noun: int) -> bool:
        """Say whether a nominal event is spoken of as known: "the attack", "its withdrawal", not "further attacks"."""
        syntax = self.syntax
        words = {syntax.lower[c] for c in syntax.children[noun] if syntax.dep[c] in ("det", "poss", "amod", "nummod")}
        named = bool(syntax.kids(noun, "poss"))
        return (named or not words.isdisjoint(_DEFINITE)) and words.isdisjoint(self.cues.adjectives["open"])

    def _is_asked(self, token: int) -> bool:
        """Say whether the sentence is a question: what is asked is not told."""
        syntax = self.syntax
        first, behind = syntax.bounds[syntax.sentence[token]]
        for last in range(behind - 1, max(first, behind - 4), -1):
            if syntax.lower[last] == "?":
                return True
            if syntax.pos[last] not in ("PUNCT", "SPACE"):
                return False
        return False

    def _own_noun(self, noun: int, told: Factuality) -> None:
        syntax, adjectives = self.syntax, self.cues.adjectives
        for child in syntax.children[noun]:
            lower, dep = syntax.lower[child], syntax.dep[child]
            if dep in ("amod", "det", "compound", "neg", "preconj", "advmod"):
                if lower in ("no", "neither") or dep == "neg":
                    told.polarity = "negative"
                if lower == "any":
                    told.weaken("hypothetical")
                if lower in adjectives["negative"]:
                    told.polarity = "negative"
                if lower in adjectives["planned"]:
                    told.weaken("planned")
                if lower in adjectives["hypothetical"]:
                    told.weaken("hypothetical", "possible")
                if lower in adjectives["possible"]:
                    told.weaken(None, "possible")
                if lower in adjectives["probable"]:
                    told.weaken(None, "probable")
                if lower in adjectives["ongoing"] and told.status == "happened":
                    told.status = "ongoing"
                for certainty in _DOUBTS:  # "a probably deadly attack"
                    if any(syntax.lower[x] in self.cues.adverbs[certainty] for x in syntax.children[child]):
                        told.weaken(None, certainty)
