"""Who takes part in an event: actors and recipients, as mentions of the document; `event_places` adds the places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisiskg.annotation.grammar import MEASURES, Grammar
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import PLACES
from crisiskg.annotation.syntax import MentionIndex, Syntax
from crisiskg.annotation.triggers import Lexicon, Trigger

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Verbs of moving whose object moves.
_MOVES_ITS_OBJECT = frozenset({"withdraw", "pull", "remove", "evacuate", "recall", "bring", "take"})
#: Verbs of harm whose participle is easily read as an active verb.
_HARMS = frozenset({"injure", "wound", "kill", "hurt", "arrest", "detain", "displace", "abduct", "kidnap"})
#: Prepositions behind a noun that bring whom it is about, the most telling first: "sanctions against X", "a request from X".
_BEHIND = ("of", "from", "by", "against", "on", "with", "into", "to", "towards", "toward", "in")
_FIGHTERS_TEXT = """
fighters combatants soldiers troops units elements militants gunmen men members commandos guerrillas rebels insurgents militiamen
forces cadres recruits policemen agents marines paratroopers warplanes jets
"""
_FIGHTERS = frozenset(_FIGHTERS_TEXT.split())
_COMMANDING = frozenset({"ArmedGroup", "SecurityForce", "Organization", "PoliticalParty"})
#: What is said of followers who have no name of their own.
_FOLLOWING = frozenset(
    {"loyal", "allied", "affiliate", "affiliated", "faithful", "belong", "align", "aligned", "command", "lead"}
)
#: Frames of what several do together.
_RECIPROCAL = frozenset({"noun_between", "meet"})
#: Types of what nobody takes part in by ending, mediating or refusing it.
_DEEDS = frozenset({"ASSAULT", "COERCE", "PROTEST", "SANCTION", "MOBILIZE", "RETREAT"})
#: Verbs that answer with a deed: "retaliated with air strikes".
ANSWERS = frozenset({"reply", "respond", "answer", "react", "retaliate", "counter", "intervene", "strike", "hit"})


@dataclass(slots=True)
class Arguments:
    """The participants found for one trigger.

    Attributes:
        actor: Who did it.
        recipient: Who had it done to them.
        place: Where it was.
        origin: Where a movement starts.
        destination: Where it leads.
        heads: Head words of the phrases that stand for actors and recipients.
        barred: Ids of mentions that cannot take part: who ends or mediates a deed does not do it.
    """

    actor: list[Mention] = field(default_factory=list)
    recipient: list[Mention] = field(default_factory=list)
    place: Mention | None = None
    origin: Mention | None = None
    destination: Mention | None = None
    heads: list[int] = field(default_factory=list)
    barred: set[str] = field(default_factory=set)


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
        if syntax.kids(head, "poss") and syntax.lemma[head] in self.lexicon.people:
            return []  # "injured his bodyguard": not him
        near = [
            m
            for x in self.grammar.modifiers(head)
            if (m := self.index.at(x)) is not None and m.type != "NamedEvent" and syntax.dep[x] != "npadvmod"
        ]
        if near:
            return [near[-1]] if not syntax.kids(head, "poss") else [near[0]]
        for x in syntax.kids(head, "amod", "acl"):
            if syntax.lemma[x] in _FOLLOWING:  # "elements loyal to the general"
                inner = [
                    m for name, y in syntax.prepositions(x) if name in ("to", "with", "by") for m in self.fillers(y, depth + 1)
                ]
                if inner:
                    return inner[:1]
        phrases = list(syntax.prepositions(head))
        for wanted in _BEHIND:
            for name, x in phrases:
                if name == wanted and (inner := self.fillers(x, depth + 1)):
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
        if trigger.verb and trigger.frame == "act" and self._is_bare(token, trigger):
            recipients, actors = [*recipients, *actors], []  # "and dozens wounded"
        if support is not None:
            self._from_support(token, trigger, support, actors, recipients)
            arguments.barred = self._apart(trigger, support)
        actors += self._together(actors)
        if trigger.type in _DEEDS and recipients:
            recipients += [x for x in self._others(token) if x not in recipients]
        arguments.actor = [m for m in self._all(actors) if m.type != "Place"]
        arguments.recipient = [m for m in self._all(recipients) if m not in arguments.actor]
        if trigger.type in _DEEDS:
            arguments.actor += self._commands(arguments.actor)
            arguments.recipient += [m for m in self._commands(arguments.recipient) if m not in arguments.actor]
        self._left_places(token, trigger, arguments)
        arguments.heads = [*actors, *recipients]
        return arguments

    def _commands(self, parties: list[Mention]) -> list[Mention]:
        """Return the forces whose fighters take part: "combatants of the front" and "Front fighters" act for the front."""
        known = {m.entity or m.id for m in parties}
        out: list[Mention] = []
        for party in parties:
            head = self.index.head.get(party.id)
            if party.kind != "nominal" or head is None or self.syntax.lower[head] not in _FIGHTERS:
                continue
            for x in (
                *(x for name, x in self.syntax.prepositions(head) if name in ("of", "from")),
                *self.syntax.kids(head, "compound", "poss", "nmod"),
            ):
                force = self.index.at(x)
                if (
                    force is not None
                    and force.kind == "name"
                    and force.type in _COMMANDING
                    and (force.entity or force.id) not in known
                ):
                    known.add(force.entity or force.id)
                    out.append(force)
        return out

    def _is_bare(self, verb: int, trigger: Trigger) -> bool:
        """Say whether a verb of harm without object tells what its subject suffered: "12 were killed and 79 injured"."""
        syntax = self.syntax
        if trigger.lemma not in _HARMS or syntax.tag[verb] not in ("VBD", "VBN") or self.grammar.objects(verb):
            return False
        return not syntax.kids(verb, "aux", "auxpass", "prep", "prt") and bool(syntax.kids(verb, "nsubj"))

    def _apart(self, trigger: Trigger, support: int) -> set[str]:
        """Return the ids of those who end, demand or mediate a deed: "brokered a ceasefire"."""
        if trigger.type not in _DEEDS or self.syntax.lemma[support] not in self.lexicon.light_verbs["apart"]:
            return set()
        return {m.id for x in self.grammar.subjects(support) for m in self.fillers(x)}

    def _left_places(self, token: int, trigger: Trigger, arguments: Arguments) -> None:
        """Make what is left or fled the origin, not one who takes part: "left the country", "fled the city"."""
        if trigger.frame not in ("move", "undergo", "undergo_by") or not trigger.verb or self.syntax.is_passive(token):
            return
        objects = {m.id for x in self.grammar.objects(token) for m in self.fillers(x)}
        left = [m for m in (*arguments.actor, *arguments.recipient) if m.id in objects and m.type in PLACES]
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

    def _others(self, token: int) -> list[int]:
        """Return those who suffer a deed as well: "took Omar away with eleven other men", "was killed along with two others"."""
        syntax = self.syntax
        return [
            x
            for name, x in syntax.prepositions(token)
            if name in ("with", "along with", "together with")
            and (syntax.lemma[x] == "other" or any(syntax.lower[c] == "other" for c in syntax.kids(x, "amod")))
        ]

    def _role(self, token: int, sources: Sequence[str], trigger: Trigger, support: int | None, *, acts: bool) -> list[int]:
        out: list[int] = []
        for source in sources:
            if source == "subject":
                found = self.grammar.subjects(token) if trigger.verb else []
            elif source == "object":
                found = self.grammar.objects(token) if trigger.verb else []
            elif source.startswith("object:"):
                names = source[7:].split("|")
                objects = self.grammar.objects(token) if trigger.verb else []
                found = [y for x in objects for name, y in self.syntax.prepositions(x) if name in names]
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
        if syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] == "under":
            recipients.extend(x for x in subjects if x not in recipients and x not in actors)  # "came under fire"
            behind = (*syntax.prepositions(token), *syntax.prepositions(support))
            actors.extend(x for name, x in behind if name == "from" and self._may_act(x) and x not in actors)
            return
        engaged = syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] in ("in", "on", "into")
        together = trigger.frame in _RECIPROCAL and trigger.type in ("CONSULT", "AGREE", "COOPERATE") and lemma in light["act"]
        acts = engaged or lemma in light["act"] or lemma in light["apart"] or self._answers_with(token, support)
        if acts and (together or not actors):
            actors[:0] = [x for x in subjects if x not in recipients and x not in actors]
