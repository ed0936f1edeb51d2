"""Who takes part in an event: actors, recipients, place, origin and destination, time, as mentions of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisiskg.annotation.grammar import MEASURES, Grammar
from crisiskg.annotation.records import Mention
from crisiskg.annotation.syntax import MentionIndex, Syntax
from crisiskg.annotation.triggers import Lexicon, Trigger

if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE_TYPES = frozenset({"Place", "State"})
#: Verbs of moving whose object moves.
_MOVES_ITS_OBJECT = frozenset({"withdraw", "pull", "remove", "evacuate", "recall", "bring", "take"})
#: Types of what nobody takes part in by ending, mediating or refusing it.
_DEEDS = frozenset({"ASSAULT", "COERCE", "PROTEST", "SANCTION", "MOBILIZE", "RETREAT"})
#: Verbs that answer with a deed: "retaliated with air strikes".
ANSWERS = frozenset({"reply", "respond", "answer", "react", "retaliate", "counter", "intervene", "strike", "hit"})
_LOCATIVE_TEXT = """
in at near on outside inside across around throughout along within off over above beyond between beside amid towards
toward from into through to
"""
LOCATIVE = frozenset(_LOCATIVE_TEXT.split())
_STATIC_TEXT = """
in at near on outside inside across around throughout along within off over beside
"""
_STATIC = frozenset(_STATIC_TEXT.split())


@dataclass(slots=True)
class Arguments:
    """The participants found for one trigger; ids of mentions and of a time expression."""

    actor: list[Mention] = field(default_factory=list)
    recipient: list[Mention] = field(default_factory=list)
    place: Mention | None = None
    origin: Mention | None = None
    destination: Mention | None = None
    heads: list[int] = field(default_factory=list)


class ArgumentReader:
    """Finds participants of triggers of one document."""

    def __init__(self, grammar: Grammar, index: MentionIndex, lexicon: Lexicon) -> None:
        """Keep the parse, the mentions and the lexicon."""
        self.grammar: Grammar = grammar
        self.syntax: Syntax = grammar.syntax
        self.index = index
        self.lexicon = lexicon

    # ------------------------------------------------------------------ from phrase to mention

    def fillers(self, head: int, depth: int = 0) -> list[Mention]:
        """Return the mentions that a noun phrase stands for.

        The mention that the phrase's head heads; else what a word of measure brings with "of"; else the mention that modifies or
        owns it ("army jets", "RSF positions").
        """
        syntax = self.syntax
        mention = self.index.at(head)
        if mention is not None and mention.type != "NamedEvent":
            return [mention]
        if depth > 3:
            return []
        if syntax.pos[head] == "NUM" or syntax.lemma[head] in MEASURES:
            inner = [m for x in self.grammar.of(head) for m in self.fillers(x, depth + 1)]
            if inner:
                return inner
        covering = self.index.in_name(head)
        if covering is not None and covering.type != "NamedEvent" and syntax.dep[head] not in ("poss",):
            return [covering]
        for apposition in syntax.kids(head, "appos"):
            if (found := self.index.at(apposition)) is not None:
                return [found]
        near = [m for x in self.grammar.modifiers(head) if (m := self.index.at(x)) is not None and m.type != "NamedEvent"]
        if near:
            return [near[-1]] if not syntax.kids(head, "poss") else [near[0]]
        for name, x in syntax.prepositions(head):
            if name in ("of", "from", "in") and (inner := self.fillers(x, depth + 1)):
                return inner[:1]
        return []

    def _all(self, heads: Iterable[int]) -> list[Mention]:
        out: list[Mention] = []
        for head in heads:
            out.extend(m for m in self.fillers(head) if m not in out)
        return out

    # ------------------------------------------------------------------ roles

    def read(self, token: int, trigger: Trigger, support: int | None) -> Arguments:
        """Return the participants of one trigger.

        Args:
            token: Head word of the trigger.
            trigger: Its entry in the lexicon.
            support: The verb that carries a nominal trigger ("carried out an attack"), where there is one.
        """
        frame = self.lexicon.frames[trigger.frame]
        arguments = Arguments()
        actors = self._role(token, frame["actor"], trigger, support, acts=True)
        recipients = self._role(token, frame["recipient"], trigger, support, acts=False)
        if support is not None:
            self._from_support(token, trigger, support, actors, recipients)
        actors += self._together(actors)
        arguments.actor = [m for m in self._all(actors) if m.type != "Place"]
        arguments.recipient = [m for m in self._all(recipients) if m not in arguments.actor]
        self._left_places(token, trigger, arguments)
        arguments.heads = [*actors, *recipients]
        return arguments

    def _left_places(self, token: int, trigger: Trigger, arguments: Arguments) -> None:
        """Make what is left or fled the origin, not one who takes part: "left the country", "fled the city"."""
        if trigger.frame not in ("move", "undergo") or not trigger.verb or self.syntax.is_passive(token):
            return
        objects = {m.id for x in self.grammar.objects(token) for m in self.fillers(x)}
        left = [m for m in (*arguments.actor, *arguments.recipient) if m.id in objects and m.type in PLACE_TYPES]
        left += [
            m for x in self.grammar.objects(token) if (m := self.index.at(x)) is not None and m.type == "Place" and m not in left
        ]
        if not left or self.syntax.lemma[token] in _MOVES_ITS_OBJECT:
            return
        arguments.actor = [m for m in arguments.actor if m not in left]
        arguments.recipient = [m for m in arguments.recipient if m not in left]
        arguments.origin = left[0]

    def _together(self, actors: list[int]) -> list[int]:
        """Return those who act together with the actors: "French forces together with Chadian troops"."""
        syntax = self.syntax
        out: list[int] = []
        for actor in actors:
            for child in syntax.children[actor]:
                if syntax.lower[child] in ("together", "along", "jointly", "alongside"):
                    out.extend(x for name, x in syntax.prepositions(child) if name == "with")
                    out.extend(y for x in syntax.kids(child, "pobj") for y in syntax.series(x))
                elif syntax.lower[child] == "with" and child and syntax.lower[child - 1] in ("together", "along", "jointly"):
                    out.extend(y for x in syntax.kids(child, "pobj") for y in syntax.series(x))
        return out

    def _role(self, token: int, sources: Sequence[str], trigger: Trigger, support: int | None, *, acts: bool) -> list[int]:
        out: list[int] = []
        for source in sources:
            if source == "subject":
                found = self.grammar.subjects(token) if trigger.verb else []
            elif source == "object":
                found = self.grammar.objects(token) if trigger.verb else []
            elif source == "indirect":
                found = [
                    x for c in self.syntax.kids(token, "dative") if self.syntax.pos[c] != "ADP" for x in self.syntax.series(c)
                ]
            elif source == "agent":
                found = [x for name, x in self._prepositions(token, support) if name == "by" and self._may_act(x)]
            elif source == "possessor":
                found = [] if out else self.grammar.possessors(token)
            elif source == "modifier":
                found = [] if out else self._modifying(token, acts)
            else:
                found = [x for name, x in self._prepositions(token, support) if name == source and self._fits(source, x, trigger)]
                if source == "between" and len(found) == 1:
                    found += self._second_side(found[0])
            out.extend(x for x in found if x not in out)
        return out

    def _prepositions(self, token: int, support: int | None) -> list[tuple[str, int]]:
        found = list(self.syntax.prepositions(token))
        for member in self._shared(token):
            found.extend(self.syntax.prepositions(member))
        if support is not None:
            found.extend(self.syntax.prepositions(support))
        return found

    def _shared(self, token: int) -> list[int]:
        """Return the coordinated noun behind a nominal trigger that holds its complements: "arrest and detention of X"."""
        syntax = self.syntax
        if syntax.pos[token] == "VERB" or list(syntax.prepositions(token)):
            return []
        return [x for x in syntax.conjuncts.get(token, ()) if syntax.pos[x] == "NOUN" and x - token <= 3]

    def _fits(self, source: str, x: int, trigger: Trigger) -> bool:
        """Say whether the object of a preposition can take part at all: a time or a mere place cannot."""
        mention = self.index.at(x)
        if source in ("in", "at", "to", "from", "into", "over", "for", "of") and mention is None and not self.fillers(x):
            return False
        if source in ("at", "in", "over") and mention is not None and mention.type in ("Place",):
            return trigger.frame == "visit" or (source == "at" and trigger.frame in ("act_on", "noun_attack"))
        if source == "of" and trigger.type == "ASSAULT" and trigger.frame in ("noun_between", "noun_attack"):
            return mention is None or mention.type not in ("Place",)
        return True

    def _second_side(self, first: int) -> list[int]:
        """Return the other side of "between X and Y" where the parser has hung Y elsewhere."""
        syntax = self.syntax
        _, last = syntax.phrase(first)
        if last + 2 >= len(syntax) or syntax.lower[last + 1] != "and":
            return []
        behind = syntax.start[last + 2]
        for token in range(last + 2, min(last + 8, len(syntax))):
            mention = self.index.at(token)
            if mention is not None and mention.start <= behind + 4:
                return [token]
        return []

    def _may_act(self, x: int) -> bool:
        mention = self.index.at(x)
        return mention is None or mention.type not in ("Place", "NamedEvent")

    def _modifying(self, noun: int, acts: bool) -> list[int]:
        """Return the mentions in front of a nominal trigger: "Russian air strikes", but not the place of "Paris attacks"."""
        out = []
        for x in self.grammar.modifiers(noun):
            mention = self.index.at(x)
            if mention is None or self.syntax.dep[x] == "poss":
                continue
            if acts and mention.type == "Place":
                continue
            if not acts and mention.type not in ("Person", "PopulationGroup", "Organization", "PoliticalParty", "ArmedGroup"):
                continue
            out.append(x)
        return out[:1]

    def _answers_with(self, token: int, support: int) -> bool:
        syntax = self.syntax
        return syntax.lemma[support] in ANSWERS and syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] == "with"

    def _from_support(self, token: int, trigger: Trigger, support: int, actors: list[int], recipients: list[int]) -> None:
        """Fill roles from the verb that carries the noun."""
        syntax, light = self.syntax, self.lexicon.light_verbs
        lemma = syntax.lemma[support]
        subjects = self.grammar.subjects(support)
        is_subject = syntax.dep[token] in ("nsubj",) and syntax.head[token] == support
        if is_subject:
            # "the attack killed 12 people": its object had it done
            return
        if lemma in light["suffer"]:
            recipients.extend(x for x in subjects if x not in recipients and x not in actors)
            return
        if lemma in light["apart"] and trigger.type in _DEEDS:
            return
        if (lemma in light["act"] or lemma in light["apart"] or self._answers_with(token, support)) and not actors:
            actors.extend(x for x in subjects if x not in recipients)

    # ------------------------------------------------------------------ places

    def places(self, token: int, support: int | None, arguments: Arguments, trigger: Trigger) -> None:
        """Fill place, origin and destination."""
        moves = trigger.frame in ("move", "send", "visit", "noun_visit", "undergo", "undergo_by", "noun_of") or (
            trigger.type in ("RETREAT", "MOBILIZE", "SANCTION")
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
        if arguments.place is None:
            arguments.place = self._else_place(token, support, arguments, trigger, taken)

    def _else_place(
        self, token: int, support: int | None, arguments: Arguments, trigger: Trigger, taken: set[str]
    ) -> Mention | None:
        for mention in arguments.recipient:  # what was taken, bombed, visited is where it happened
            if mention.type == "Place" or (mention.type == "State" and trigger.mode in ("seize", "visit")):
                return mention
        for x in self.grammar.modifiers(token) if not trigger.verb else ():
            modifier = self.index.at(x)
            if modifier is not None and modifier.type == "Place":
                return modifier
        if arguments.destination is not None or arguments.origin is not None:
            return arguments.destination or arguments.origin
        clause = self.grammar.clause_of(support if support is not None else token)
        for name, x in self._clause_prepositions(clause):
            place = self._place(x)
            if name in _STATIC and place is not None and place.id not in taken:
                return place
        return None

    def _place(self, x: int) -> Mention | None:
        """Return the place that the object of a preposition names or lies in: "in the north of Mali" is a place of its own."""
        mention = self.index.at(x)
        if mention is not None:
            if mention.type not in PLACE_TYPES:
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
                and m.type in PLACE_TYPES
                and self._names_a_place(m)
            ):
                return m
        joined = [x, *syntax.conjuncts.get(x, ())]  # "cities and towns in the north": what stands behind the last is said of all
        for name, y in (pair for member in joined for pair in syntax.prepositions(member)):
            if (
                name in ("of", "in", "near", "outside", "around")
                and (m := self.index.at(y))
                and m.type in PLACE_TYPES
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
