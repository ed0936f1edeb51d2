"""What a trigger with its participants shows: whether it tells an event at all, and of which type where who acts decides.

A noun that only names a situation ("the war", "the truce") is a situation (`situations`), no further act. Persons who made the
document talk about the world, they do not act in it. Who warns of what others do threatens nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import Mention
from crisiskg.annotation.syntax import MentionIndex
from crisiskg.annotation.triggers import load_lexicon

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: Nouns that name a lasting state of violence; an act of it has parties, or a verb that tells it.
_WARS = frozenset({"war", "warfare", "conflict", "hostility", "hostilities", "insurgency"})
_PEACES = frozenset({"truce", "ceasefire", "cease-fire", "armistice"})
_AGREEMENTS = frozenset(
    {"agreement", "deal", "accord", "pact", "treaty", "settlement", "compromise", "understanding", "promise", "pledge"}
)
_TALKING = frozenset({"talk", "speak", "chat", "converse", "discuss", "conversation", "discussion", "interview", "dialogue"})
_MEETING = frozenset({"meet", "visit", "travel", "receive"})
#: Nouns of persons who explain: their talk is about politics, not part of it.
_COMMENTATORS = frozenset(
    {
        "expert",
        "analyst",
        "researcher",
        "host",
        "guest",
        "author",
        "journalist",
        "scholar",
        "colleague",
        "reader",
        "listener",
        "we",
        "i",
    }
)
_CIVILIANS = frozenset({"PopulationGroup"})
_QUESTION_WORDS = frozenset({"what", "who", "whom", "which", "why", "how", "when", "where", "whether", "if"})


class EventChecks:
    """Checks the events of one document."""

    def __init__(self, reading: Reading, grammar: Grammar, index: MentionIndex) -> None:
        """Keep the parse and who contributed to the document."""
        self.reading = reading
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.index = index
        names = {c.name.casefold() for c in reading.document.contributions}
        self._contributors = {
            e.id for e in reading.entities if e.type == "Person" and {e.name.casefold(), *map(str.casefold, e.aliases)} & names
        }

    # ------------------------------------------------------------------ types

    def retype(self, candidate: Candidate, arguments: Arguments) -> None:
        """Let the participants decide the type where they must: civilians who leave do not retreat."""
        if (
            candidate.type == "RETREAT"
            and candidate.mode == "withdraw"
            and candidate.trigger.verb
            and arguments.actor
            and all(m.type in _CIVILIANS for m in arguments.actor)
        ):
            candidate.type, candidate.mode, candidate.contexts = None, None, ("migration",)

    # ------------------------------------------------------------------ events that are none

    def tells_nothing(self, candidate: Candidate, arguments: Arguments, told: Factuality, *, dated: bool, headline: bool) -> bool:
        """Say whether a trigger tells no event after all.

        Args:
            candidate: The trigger with its final type.
            arguments: Its participants.
            told: How it is told.
            dated: Whether a time is stated for it.
            headline: Whether it stands in a title, where a bare noun asserts nothing.
        """
        parties = bool(arguments.actor or arguments.recipient)
        if not candidate.trigger.verb and self._is_situation(candidate, parties=parties, headline=headline, dated=dated):
            return True
        if candidate.type == "CONSULT" and not self._is_met(candidate, dated=dated) and self._is_commentary(candidate, arguments):
            return True
        if candidate.type == "THREATEN" and candidate.trigger.lemma == "warn" and not self._threatens(candidate, arguments):
            return True
        if candidate.trigger.verb and candidate.trigger.lemma == "ask" and self._asks_a_question(candidate.token):
            return True
        if candidate.type == "THREATEN" and candidate.trigger.lemma == "threaten" and self._endangers(candidate.token):
            return True
        if candidate.generic:
            return (not told.is_fact and not arguments.actor) or self._object_tells(candidate.token)
        if candidate.type is None and not arguments.actor:
            placed = arguments.place or arguments.origin or arguments.destination
            named = any(m.kind == "name" or self._is_named(m) for m in arguments.recipient)
            return not (placed or dated or named or self._is_counted(candidate.token))
        return False

    def _is_situation(self, candidate: Candidate, *, parties: bool, headline: bool, dated: bool) -> bool:
        """Say whether a noun only names what is or may be: a war, a truce, an agreement nobody is said to make."""
        token, lemma = candidate.token, candidate.trigger.lemma
        named = any(m.type == "NamedEvent" for m in self.index.cover.get(token, ()))
        if lemma in _WARS:
            return named or self._is_ended(token)
        if headline and not parties:
            return True
        if lemma in _PEACES and candidate.support is None and not parties:
            return self._is_subject(token) and not dated
        if lemma in _AGREEMENTS and candidate.support is None and not parties:
            return not dated and self._is_known(token)
        return False

    def _is_ended(self, noun: int) -> bool:
        """Say whether a noun only says what ends: "a cessation of hostilities"."""
        syntax = self.syntax
        above = syntax.head[noun]
        return syntax.lower[above] == "of" and syntax.lemma[syntax.head[above]] in ("cessation", "suspension", "halt")

    def _is_known(self, noun: int) -> bool:
        """Say whether a noun points at something known: "the deal", "this agreement"."""
        syntax = self.syntax
        return any(syntax.lower[c] in ("the", "this", "that", "its", "their") for c in syntax.kids(noun, "det", "poss"))

    def _is_subject(self, noun: int) -> bool:
        """Say whether something is said of a noun, so that the noun itself is taken as known."""
        syntax = self.syntax
        if syntax.kids(noun, "acl", "relcl"):
            return False  # "the ceasefire mediated by X" tells that it was made
        return (
            self._is_known(noun)
            and syntax.dep[noun] in ("nsubj", "nsubjpass")
            and syntax.lemma[syntax.head[noun]] not in ("begin", "take", "start")
        )

    def _is_commentary(self, candidate: Candidate, arguments: Arguments) -> bool:
        """Say whether those who talk are who made the document, or experts: that is about the document."""
        people = [*arguments.actor, *arguments.recipient]
        if candidate.trigger.lemma in _TALKING and candidate.trigger.verb and len({m.entity or m.id for m in people}) < 2:
            others = [x for name, x in self.syntax.prepositions(candidate.token) if name in ("to", "with")]
            if others and not any(self.index.at(x) or self.syntax.pos[x] in ("PRON", "PROPN") for x in others):
                return True  # "he speaks to the hopes of many": nobody is there to be talked with
        return any(self._explains(m) for m in people) and all(self._explains(m) or m.type == "Person" for m in people)

    def _is_met(self, candidate: Candidate, *, dated: bool) -> bool:
        """Say whether a meeting or visit is told as one that took place, which who made the document may do as others do."""
        if candidate.trigger.lemma not in _MEETING or not candidate.trigger.verb:
            return False
        syntax = self.syntax
        past = syntax.tag[candidate.token] == "VBD" or any(
            syntax.lower[x] in ("have", "has", "had") for x in syntax.kids(candidate.token, "aux")
        )
        return past and (dated or any(self.index.at(x) for x in self.grammar.objects(candidate.token)))

    def _explains(self, mention: Mention) -> bool:
        if mention.entity in self._contributors:
            return True
        head = self.index.head.get(mention.id)
        return mention.kind != "name" and head is not None and self.syntax.lemma[head] in _COMMENTATORS

    def _threatens(self, candidate: Candidate, arguments: Arguments) -> bool:
        """Say whether a warning is a threat: of what the one who warns would do himself, or against somebody."""
        syntax, verb = self.syntax, candidate.token
        clauses = syntax.kids(verb, "ccomp")
        if not clauses:
            return not any(name in ("of", "about") for name, _ in syntax.prepositions(verb))
        own = {m.entity for m in arguments.actor}
        for clause in clauses:
            for subject in self.grammar.subjects(clause) or self.grammar.objects(clause):
                mention = self.index.at(subject)
                if mention is not None and mention.entity in own:
                    return True
                if mention is None and syntax.lower[subject] in ("it", "he", "she", "they", "we", "i"):
                    return True
                owners = [self.index.at(x) for x in self.grammar.possessors(subject)]
                if any(o is not None and o.entity in own for o in owners):
                    return True
        return False

    def _asks_a_question(self, verb: int) -> bool:
        """Say whether "ask" governs a question rather than a request: "ask what it means", "asked whether"."""
        syntax = self.syntax
        for clause in syntax.kids(verb, "ccomp"):
            words = [syntax.lower[x] for x in syntax.children[clause] if x < clause]
            first, _ = syntax.edges(clause)
            if syntax.lower[first] in _QUESTION_WORDS or any(w in _QUESTION_WORDS for w in words):
                return True
        return False

    def _object_tells(self, verb: int) -> bool:
        """Say whether the object of a verb without an entry tells the event: "completed the withdrawal"."""
        return any(self.syntax.lemma[x] in load_lexicon().nouns for x in self.syntax.kids(verb, "dobj", "nsubjpass"))

    def _is_named(self, mention: Mention) -> bool:
        return (
            any(m.kind == "name" and m.entity == mention.entity for m in self.index.by_id.values()) if mention.entity else False
        )

    def _is_counted(self, token: int) -> bool:
        """Say whether the sentence of a token counts people."""
        start, end = self.syntax.sentence_span(token)
        return any(start <= q.start < end and q.kind not in ("money", "share", "other") for q in self.reading.quantities)

    def _endangers(self, verb: int) -> bool:
        """Say whether "threaten" only means to endanger: "drought threatens the coast"."""
        syntax = self.syntax
        if syntax.pos[verb] != "VERB" or any(True for _ in self.grammar.infinitives(verb)) or syntax.kids(verb, "ccomp"):
            return False
        if any(name == "with" for name, _ in syntax.prepositions(verb)):
            return False
        objects = [self.index.at(x) for x in self.grammar.objects(verb)]
        return bool(objects) and all(m is not None and m.type == "Place" for m in objects)

    # ------------------------------------------------------------------ who made the document

    def leave_out_contributors(self, arguments: Arguments) -> None:
        """Take who made the document out of the actors where others act too: a parse of "talk with X about Y's plan" errs so."""
        others = [m for m in arguments.actor if m.entity not in self._contributors]
        if others:
            arguments.actor = others
