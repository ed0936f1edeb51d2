"""Where an event happens, where a movement starts and where it leads, as mentions of the document."""

from __future__ import annotations

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import PLACES
from crisiskg.annotation.syntax import MentionIndex
from crisiskg.annotation.triggers import Trigger

_STATIC_TEXT = """
in at near on outside inside across around throughout along within off over beside
"""
_STATIC = frozenset(_STATIC_TEXT.split())

#: Verbs of moving whose object is where it leads.
_REACHES = frozenset({"enter", "reach", "penetrate", "infiltrate"})
#: Verbs that bring their object, or those who are taken, to a place.
_BRINGS_TEXT = """
deliver ship send bring carry fly transport transfer smuggle supply export take move lead escort hand airlift dispatch return
deport exile banish extradite repatriate remove
"""
_BRINGS = frozenset(_BRINGS_TEXT.split())


class PlaceReader:
    """Finds the places of triggers of one document."""

    def __init__(self, grammar: Grammar, index: MentionIndex) -> None:
        """Keep the parse and the mentions."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.index = index

    def read(self, token: int, support: int | None, arguments: Arguments, trigger: Trigger) -> None:
        """Fill place, origin and destination.

        Args:
            token: Head word of the trigger.
            support: The verb that carries a nominal trigger, where there is one.
            arguments: Who takes part; the places are put in.
            trigger: Its entry in the lexicon.
        """
        moves = trigger.frame in ("move", "send", "visit", "noun_visit", "undergo", "undergo_by", "noun_of") or (
            trigger.type in ("RETREAT", "MOBILIZE", "SANCTION") or trigger.lemma in _BRINGS or trigger.mode == "deport"
        )
        taken = {m.id for m in arguments.actor}
        for name, x in self._around(token, support, arguments):
            mention = self._place(x)
            if mention is None or mention.id in taken:
                continue
            if name == "from" and moves and arguments.origin is None:
                arguments.origin = mention
            elif name in ("to", "into", "towards", "toward", "back to", "onto") and moves and arguments.destination is None:
                arguments.destination = mention
            elif name in _STATIC and arguments.place is None:
                arguments.place = mention
            elif name == "from" and not moves and arguments.place is None:
                arguments.place = mention  # "ousted them from towns in the north": that is where it happened
            elif name in ("through", "across") and arguments.place is None:
                arguments.place = mention  # "marched through the city"
        if trigger.verb and trigger.lemma in _REACHES and arguments.destination is None:
            reached = [m for x in self.grammar.objects(token) if (m := self._place(x)) is not None and m.id not in taken]
            arguments.destination = reached[0] if reached else None
        if arguments.place is None or arguments.place.type == "State":
            arguments.place = self._settlement(arguments) or arguments.place
        if arguments.place is None:
            arguments.place = self._else_place(token, support, arguments, trigger, taken)

    def _else_place(
        self, token: int, support: int | None, arguments: Arguments, trigger: Trigger, taken: set[str]
    ) -> Mention | None:
        for mention in arguments.recipient:  # what was taken, bombed, visited is where it happened
            if mention.type == "Place" or (mention.type == "State" and trigger.mode in ("seize", "visit")):
                return self._named_inside(mention) or mention
        for x in self.grammar.modifiers(token) if not trigger.verb else ():
            modifier = self.index.at(x)
            if modifier is not None and modifier.type == "Place":
                return modifier
        if arguments.destination is not None or arguments.origin is not None:
            return arguments.destination or arguments.origin
        for head in arguments.heads:
            for owner in self.grammar.of(head):  # "the positions of the army near Kidal"
                for name, x in self.syntax.prepositions(owner):
                    place = self._place(x) if name in _STATIC else None
                    if place is not None and place.id not in taken:
                        return place
        clause = self.grammar.clause_of(support if support is not None else token)
        for name, x in self._clause_prepositions(clause):
            place = self._place(x)
            if name in _STATIC and place is not None and place.id not in taken:
                return place
        return None

    def _settlement(self, arguments: Arguments) -> Mention | None:
        """Return the place that a recipient names by "of": "the town of Kidal in Mali"."""
        for mention in arguments.recipient:
            if mention.type != "Place" or mention.kind == "name":
                continue
            for name, x in self.syntax.prepositions(self.index.head[mention.id]):
                place = self.index.at(x) if name == "of" else None
                if place is not None and place.type == "Place" and self._names_a_place(place):
                    return place
        return None

    def _named_inside(self, mention: Mention) -> Mention | None:
        """Return the place named last in a phrase for a building: "the office of the party in Bamako"."""
        syntax = self.syntax
        if mention.kind == "name" or self._names_a_place(mention):
            return None
        for token in reversed(syntax.tokens((mention.start, mention.end))):
            place = self.index.at(token)
            if place is None or place.type not in PLACES or place.kind != "name" or place.id == mention.id:
                continue
            if syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] in _STATIC:
                return place
        return None

    def _place(self, x: int) -> Mention | None:
        """Return the place that the object of a preposition names or lies in: "in the north of Mali" is a place of its own."""
        mention = self.index.at(x)
        if mention is not None:
            if mention.type not in PLACES:
                return None
            if self._names_a_place(mention):
                return mention
            return self._named_within(x) or mention
        return self._named_within(x)

    def _named_within(self, x: int) -> Mention | None:
        """Return a place named inside a phrase that is no name: "in a village near Gao", "in the town of Kidal"."""
        syntax = self.syntax
        for child in syntax.children[x]:
            if (
                syntax.dep[child] in ("appos", "compound", "poss", "nmod")
                and (m := self.index.at(child))
                and m.type in PLACES
                and self._names_a_place(m)
            ):
                return m
        joined = [x, *syntax.conjuncts.get(x, ())]  # "cities and towns in the north": what stands behind the last is said of all
        for name, y in (pair for member in joined for pair in syntax.prepositions(member)):
            if (
                name in ("of", "in", "near", "outside", "around")
                and (m := self.index.at(y))
                and m.type in PLACES
                and self._names_a_place(m)
            ):
                return m
        return None

    def _names_a_place(self, mention: Mention) -> bool:
        """Say whether a mention holds the name of a place: "Mali", also "northern Mali", not "the town"."""
        return mention.kind == "name" or self.syntax.pos[self.index.head[mention.id]] == "PROPN"

    def _around(self, token: int, support: int | None, arguments: Arguments) -> list[tuple[str, int]]:
        """Return prepositional phrases at the trigger, at the verb that carries it, and at its participants."""
        syntax = self.syntax
        found = list(syntax.prepositions(token))
        if support is not None:
            found.extend(syntax.prepositions(support))
        for head in arguments.heads:
            found.extend((n, x) for n, x in syntax.prepositions(head) if n in _STATIC)
        for verb in (token, support):
            if verb is not None:
                for advmod in syntax.kids(verb, "advmod"):
                    found.extend(syntax.prepositions(advmod))
        return found

    def _clause_prepositions(self, clause: int) -> list[tuple[str, int]]:
        """Return prepositional phrases of a clause and of what governs it, nearest first."""
        syntax = self.syntax
        found: list[tuple[str, int]] = []
        for _ in range(4):
            found.extend(syntax.prepositions(clause))
            for child in syntax.children[clause]:
                if syntax.dep[child] in ("nsubj", "nsubjpass", "dobj"):
                    found.extend(syntax.prepositions(child))
            if syntax.head[clause] == clause:
                break
            clause = self.grammar.clause_of(syntax.head[clause])
        return found
