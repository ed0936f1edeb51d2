"""Reads from the parse how an event is told.

The walk goes from the trigger up to the root of its sentence. At the trigger its own auxiliaries, negation and adverbs count
(`verb_modality`); further up, each word that governs it (`governors`) may weaken what the levels below left. Nothing on the way
makes an event more certain than it was: in doubt, it has not happened.
"""

from __future__ import annotations

from crisiskg.annotation.content_nouns import weigh_content
from crisiskg.annotation.factuality import Factuality, load_cues
from crisiskg.annotation.governors import Ascent
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import Certainty
from crisiskg.annotation.verb_modality import FUTURE, VerbModality

_DEFINITE = frozenset(
    {"the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your", "both", "each"}
)
#: Words of questions that take for granted what they ask about.
_PRESUPPOSING = frozenset({"who", "why", "when", "where", "how"})
#: Participles before a noun that say how somebody or something still is: "the detained president".
_STATES = frozenset(
    {"detained", "imprisoned", "jailed", "occupied", "besieged", "blockaded", "encircled", "contested", "embattled"}
)
#: States that lie on somebody: "in custody", "under siege", "on trial".
_CONDITIONS = frozenset(
    {"custody", "detention", "siege", "curfew", "occupation", "blockade", "review", "trial", "investigation", "embargo", "arrest"}
)
#: Verbs that bring somebody into such a state, which then has happened.
_BEGINNINGS = frozenset({"place", "put", "take", "come", "bring", "go", "fall"})
#: Nominal events that last: where the clause tells of them in the present, they go on.
_LASTING_TEXT = """
truce ceasefire cease-fire armistice siege blockade embargo sanction curfew occupation war conflict fighting hostility insurgency
rebellion crackdown offensive displacement unrest violence emergency lockdown boycott purge standoff
"""
_LASTING = frozenset(_LASTING_TEXT.split())
_DOUBTS: tuple[Certainty, ...] = ("probable", "possible")


class FactualityReader:
    """Reads the factuality of triggers of one document."""

    def __init__(self, grammar: Grammar) -> None:
        """Keep the parse and the cues."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.cues = load_cues()
        self.verbs = VerbModality(self.syntax, self.cues)

    def read(self, token: int, *, material: bool = True, headline: bool = False, said: bool = False) -> Factuality:
        """Return how the event of a trigger is told.

        Args:
            token: The head word of the trigger.
            material: Whether the type is one of deeds; in the simple present these go on, while acts of speech are done.
            headline: Whether it stands in a title or caption, where the present tense tells what has happened.
            said: Whether it is what somebody says ("the charge"), which is there although others reject it.
        """
        told = Factuality()
        verbal = self.syntax.pos[token] in ("VERB", "AUX")
        if verbal:
            self.verbs.read(token, told, material=material, headline=headline)
            if told.status == "happened" and material and self._is_state(token):
                told.status = "ongoing"
        else:
            self._own_noun(token, told)
        definite = verbal or self.is_known(token)
        Ascent(self.verbs, told, definite=definite, said=said and not verbal).climb(token, nominal=not verbal)
        weigh_content(self.verbs.clauses, token, told, known=definite and not verbal)
        if not verbal and told.status == "happened" and told.polarity == "positive" and self._lasts(token):
            told.status = "ongoing"
        asserted = not self._is_presupposed(token, verbal=verbal)
        if told.is_fact and asserted and self._is_asked(token, passed=told.status == "happened" and verbal):
            told.weaken("hypothetical")
        elif verbal and told.status == "planned" and self._is_asked(token, passed=False) and self._has_future(token):
            told.weaken("hypothetical")  # "will the rebels accept it?"
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

    def _is_state(self, verb: int) -> bool:
        """Say whether a participle tells how its noun still is: "the detained president", "families sheltering in a school"."""
        syntax = self.syntax
        if syntax.dep[verb] == "amod" and syntax.tag[verb] in ("VBN", "VBD", "JJ"):
            return syntax.lower[verb] in _STATES and verb < syntax.head[verb]
        return syntax.dep[verb] == "acl" and syntax.tag[verb] == "VBG" and syntax.lemma[verb] in self.cues.lasting

    def _lasts(self, noun: int) -> bool:
        """Say whether a nominal event goes on: "under siege", "the truce holds"; not "the siege ended", "the truce is over"."""
        syntax, head = self.syntax, self.syntax.head[noun]
        if syntax.dep[noun] == "pobj" and syntax.lower[head] in ("in", "on", "under") and syntax.lemma[noun] in _CONDITIONS:
            begun = syntax.lemma[syntax.head[head]] in _BEGINNINGS  # "placed him under house arrest"
            return not begun and not syntax.kids(noun, "det", "poss", "prep", "nummod")
        if syntax.lemma[noun] not in _LASTING or syntax.dep[noun] not in ("nsubj", "nsubjpass"):
            return False
        auxiliaries = self.verbs.clauses.auxiliaries(head)
        if self.is_negated(head) or any(syntax.tag[a] == "MD" for a in auxiliaries):
            return False
        if any(syntax.lower[c] in ("over", "dead", "finished") for c in syntax.children[head]):
            return False
        ended = syntax.lemma[head] in self.cues.enders or syntax.lemma[head] in self.cues.failing
        if ended or self.cues.governors.get(syntax.lemma[head]) == "negative":
            return False
        return syntax.tag[head] in ("VBZ", "VBP") and not syntax.is_passive(head)

    def _has_future(self, verb: int) -> bool:
        return any(self.syntax.lower[a] in FUTURE for a in self.verbs.clauses.auxiliaries(verb))

    def _is_presupposed(self, token: int, *, verbal: bool) -> bool:
        """Say whether a question would take an event for granted: "the threat", "the village that rebels burned"."""
        syntax = self.syntax
        if not verbal:
            return self.is_known(token)
        return syntax.dep[token] in ("relcl", "acl", "amod") and syntax.tag[token] in ("VBD", "VBN")

    def _is_asked(self, token: int, *, passed: bool) -> bool:
        """Say whether the sentence is a question: what is asked is not told; who did what has passed is."""
        syntax = self.syntax
        first, behind = syntax.bounds[syntax.sentence[token]]
        for last in range(behind - 1, max(first, behind - 4), -1):
            if syntax.lower[last] == "?":
                return not (passed and self._takes_as_known(first, last))
            if syntax.pos[last] not in ("PUNCT", "SPACE"):
                return False
        return False

    def _is_scheduled(self, participle: int) -> bool:
        """Say whether a participle sets a date for its noun: "the summit due in May", not "the truce due to lapse in May"."""
        syntax = self.syntax
        if syntax.lower[participle] not in ("set", "due", "scheduled", "slated", "planned", "called"):
            return False
        if any(syntax.lemma[x] in ("lapse", "expire", "end", "finish", "close") for x in syntax.kids(participle, "xcomp")):
            return False
        if syntax.lower[participle] == "called":
            return any(name == "for" for name, _ in syntax.prepositions(participle))
        return bool(syntax.kids(participle, "xcomp")) or any(
            name in ("for", "in", "on", "at") for name, _ in syntax.prepositions(participle)
        )

    def _takes_as_known(self, first: int, last: int) -> bool:
        """Say whether a question asks only who, when, why or how many, and takes it as known that something happened."""
        words = [t for t in range(first, min(first + 3, last)) if self.syntax.pos[t] not in ("PUNCT", "SPACE")]
        opening = [self.syntax.lower[t] for t in words]
        return bool(opening) and opening[0] in _PRESUPPOSING and opening[1:2] != ["about"]

    def _own_noun(self, noun: int, told: Factuality) -> None:
        syntax, adjectives = self.syntax, self.cues.adjectives
        first, _ = syntax.edges(noun)
        if first > 1 and syntax.lower[first - 1] == "than" and syntax.lower[first - 2] == "rather":
            told.weaken("hypothetical")  # "a pause rather than a clash"
            told.polarity = "negative"
        for child in syntax.children[noun]:
            lower, dep = syntax.lower[child], syntax.dep[child]
            if dep in ("acl", "amod") and child > noun and self._is_scheduled(child):
                told.weaken("planned")
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
