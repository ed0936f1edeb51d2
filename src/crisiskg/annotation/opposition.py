"""Who is said to stand against whom, and with whom: fights, wars and strikes against somebody, efforts to defeat, support.

What a verb of fighting itself tells is in `tie_words`, what acts of violence tell in `adversaries`. Here are the nouns: "the
coalition's strikes against the group", "X conducted an operation against Y", "the fight against Y", "in support of Y", and the
rivals of politics: "X defeated Y", "X faced Y in the election", "his rival Y".
"""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import GROUPS, RelationFinder, RelationWriter

_STRUGGLE_TEXT = """
strike airstrike air-strike attack operation offensive fight struggle war campaign battle raid assault insurgency jihad rebellion
uprising revolt crackdown resistance warfare action push drive fighting combat
"""
_STRUGGLES = frozenset(_STRUGGLE_TEXT.split())
#: Verbs that say that their subject does what their object names.
_LIGHT_TEXT = """
conduct launch wage carry lead mount start begin continue resume intensify join support back step make execute perform stage
escalate coordinate pursue prosecute declare
"""
_LIGHT = frozenset(_LIGHT_TEXT.split())
_AGAINST = frozenset(
    {"fight", "rebel", "rise", "run", "compete", "campaign", "revolt", "battle", "struggle", "stand", "ally", "unite"}
)
#: Verbs whose subject and object are adversaries; the second list is of what persons do to each other in politics.
_DEFEAT = frozenset(
    {"defeat", "destroy", "degrade", "counter", "repel", "crush", "eradicate", "resist", "confront", "topple", "rout"}
)
_OUST = frozenset({"overthrow", "topple", "oust", "unseat", "depose", "defeat", "beat", "face", "challenge", "rival", "oppose"})
_EFFORTS = frozenset(
    {"effort", "campaign", "mission", "operation", "fight", "struggle", "bid", "attempt", "coalition", "strategy"}
)
_FIGHT = _DEFEAT | {"fight", "battle", "combat", "recapture", "retake", "liberate", "repulse", "oust", "overthrow", "seize"}
#: Verbs of standing by somebody; they make allies where what they help with is a fight.
_HELP = frozenset({"help", "assist", "aid", "support", "back", "join"})
_RIVALS = frozenset(
    {"rival", "opponent", "challenger", "enemy", "foe", "adversary", "critic", "archrival", "arch-rival", "nemesis"}
)
#: Who may stand against a named party without a name.
_FORCES = frozenset({"ArmedGroup", "SecurityForce"})
_PARTIES = GROUPS | {"Person"}


def find_opposition(writer: RelationWriter) -> None:
    """Add the relations against and alliedWith that nouns, and verbs of defeating, tell."""
    finder = _OppositionFinder(writer)
    syntax = writer.syntax
    for token in range(len(syntax)):
        lower, lemma = syntax.lower[token], syntax.lemma[token]
        if lower == "against" and syntax.dep[token] == "prep":
            finder.against(token)
        elif syntax.pos[token] == "VERB" and (lemma in _DEFEAT or lemma in _OUST):
            finder.defeat(token)
        elif lemma in _HELP and syntax.pos[token] == "VERB":
            finder.helped(token)
        elif lower in ("support", "alongside") or (lower == "with" and syntax.lower[token - 1] in ("partnership", "alliance")):
            finder.support(token)
        elif syntax.pos[token] == "NOUN" and lemma in _RIVALS:
            finder.rival(token)


class _OppositionFinder(RelationFinder):
    def against(self, token: int) -> None:
        """As in "X conducted strikes against Y", "X's war against Y", "X fought against Y"."""
        syntax = self.syntax
        others = [y for x in syntax.kids(token, "pobj") for y in syntax.series(x)]
        above = syntax.head[token]
        ones: list[int] = []
        if syntax.lemma[above] in _STRUGGLES and syntax.pos[above] == "NOUN":
            ones = self._fighters(above)
        elif syntax.pos[above] == "VERB":
            while syntax.lemma[above] == "use" and syntax.dep[above] in ("acl", "advcl", "xcomp") and syntax.pos[above] == "VERB":
                above = self.grammar.clause_of(syntax.head[above])  # "conducted strikes using artillery against Y"
            done = [x for x in self.grammar.objects(above) if syntax.lemma[x] in _STRUGGLES]
            if done and syntax.lemma[above] in _LIGHT:
                ones = self._doers(above)
            elif syntax.lemma[above] in _AGAINST:
                ones = self.grammar.subjects(above)
        self._write("against", ones, others, above, 0.65)

    def defeat(self, verb: int) -> None:
        """As in "the coalition's efforts to defeat Y", "X toppled Y"."""
        syntax = self.syntax
        ones = self._doers(verb)
        political = syntax.lemma[verb] in _OUST
        if not ones and syntax.dep[verb] in ("acl", "relcl", "advcl"):
            noun = syntax.head[verb]
            if syntax.lemma[noun].lower() in _EFFORTS or syntax.lemma[noun] in _STRUGGLES:
                ones = [noun, *self._fighters(noun)] if self.index.at(noun) is not None else self._fighters(noun)
        others = [y for x in self.grammar.objects(verb) for y in syntax.series(x)]
        persons = political and not (syntax.lemma[verb] in ("face", "beat") and not self._speaks_of_election(verb))
        self._write("against", ones, others, verb, 0.6, persons=persons, groups=syntax.lemma[verb] not in ("face", "beat"))

    def support(self, token: int) -> None:
        """As in "strikes in support of Y", "X fights alongside Y"."""
        syntax = self.syntax
        if syntax.lower[token] == "support":
            if syntax.dep[token] != "pobj" or syntax.lower[syntax.head[token]] != "in":
                return
            others, above = self.grammar.of(token), syntax.head[syntax.head[token]]
        else:
            others = [y for x in syntax.kids(token, "pobj") for y in syntax.series(x)]
            above = syntax.head[token]
        verb = above
        while syntax.pos[verb] not in ("VERB", "AUX") and syntax.head[verb] != verb:
            verb = syntax.head[verb]
        if syntax.pos[verb] != "VERB":
            return
        ones = self._doers(verb)
        while not ones and syntax.dep[verb] in ("conj", "xcomp", "advcl") and syntax.pos[syntax.head[verb]] == "VERB":
            verb = syntax.head[verb]
            ones = self._doers(verb)
        if not ones and syntax.dep[verb] == "acl" and syntax.lemma[syntax.head[verb]] in _STRUGGLES:
            ones = self._fighters(syntax.head[verb])  # "X conducted strikes coordinated with Y"
        self._write("alliedWith", ones, others, verb, 0.55, persons=False)

    def helped(self, verb: int) -> None:
        """As in "X helped Y to defeat Z", "Y, aided by X, fought Z": who helps in a fight is an ally."""
        syntax = self.syntax
        if not any(
            syntax.lemma[x] in _FIGHT and syntax.pos[x] == "VERB" for x in [*syntax.kids(verb, "xcomp", "ccomp", "advcl")]
        ) and not (syntax.is_passive(verb) and self._fights(verb)):
            return
        helped = [y for x in self.grammar.objects(verb) for y in syntax.series(x)]
        self._write("alliedWith", self._doers(verb), helped, verb, 0.6, persons=False)

    def _fights(self, verb: int) -> bool:
        """Say whether a participle describes those who fight in the clause above it."""
        syntax, above = self.syntax, self.syntax.head[verb]
        if syntax.dep[verb] == "acl" and syntax.dep[above] in ("nsubj", "nsubjpass"):
            above = syntax.head[above]
        return above != verb and syntax.pos[above] == "VERB" and syntax.lemma[above] in _FIGHT

    def rival(self, noun: int) -> None:
        """As in "his rival X", "X, a critic of Y"; persons only, groups are read elsewhere."""
        syntax = self.syntax
        owners = [*self.grammar.possessors(noun), *self.grammar.of(noun)]
        ones = [*syntax.kids(noun, "appos")]
        if syntax.dep[noun] in ("appos", "compound", "nmod"):
            ones.append(syntax.head[noun])
        elif syntax.dep[noun] == "attr":
            ones += self.grammar.subjects(syntax.head[noun])
        if not owners and syntax.dep[noun] in ("compound", "nmod"):
            owners = self.grammar.possessors(syntax.head[noun])
        self._write("against", ones, owners, noun, 0.6)

    def _doers(self, verb: int) -> list[int]:
        """Return the subjects of a verb, of the verb that it complements, or what "by" names."""
        syntax = self.syntax
        found = self.grammar.subjects(verb)
        if not found and syntax.dep[verb] in ("xcomp", "advcl", "conj") and syntax.pos[syntax.head[verb]] == "VERB":
            found = self.grammar.subjects(syntax.head[verb])
        return found

    def _fighters(self, noun: int) -> list[int]:
        """Return who leads a struggle: its owner, what stands before it, what "by" names, the subject of its light verb."""
        syntax = self.syntax
        found = [*self.grammar.possessors(noun), *(x for name, x in syntax.prepositions(noun) if name in ("by", "of"))]
        found += [x for x in self.grammar.modifiers(noun) if self.index.at(x) is not None or self.index.in_name(x) is not None]
        verb = syntax.head[noun]
        if syntax.dep[noun] in ("dobj", "attr") and syntax.lemma[verb] in _LIGHT:
            found += self._doers(verb)
        elif syntax.dep[noun] == "pobj" and syntax.lower[verb] in ("in", "with", "for"):
            above = syntax.head[verb]
            if syntax.pos[above] == "NOUN":  # "support for X in the fight against Y"
                found += [x for name, x in syntax.prepositions(above) if name in ("for", "of", "to")]
            elif syntax.pos[above] == "VERB" and syntax.lemma[above] in ("join", "help", "assist", "engage", "support", "aid"):
                found += [*self.grammar.objects(above), *self._doers(above)]
        return found

    def _speaks_of_election(self, verb: int) -> bool:
        first, behind = self.syntax.bounds[self.syntax.sentence[verb]]
        words = set(self.syntax.lemma[first:behind])
        return bool(
            words & {"election", "primary", "vote", "poll", "runoff", "run-off", "ballot", "candidate", "nomination", "campaign"}
        )

    def _party(self, token: int) -> Mention | None:
        """Return the named party that a token names, or for which those fight that it names; else unnamed forces."""
        found = self.index.at(token) or self.index.in_name(token)
        if found is not None and found.type in _PARTIES and (self.w.named(found) or found.type == "GovernmentBody"):
            return found  # "the government of X" is not X
        for x in [*self.grammar.modifiers(token), *self.grammar.possessors(token), *self.grammar.of(token)]:
            owner = self.index.at(x) or self.index.in_name(x)
            if owner is not None and owner.type in GROUPS and self.w.named(owner):
                return owner
        return found if found is not None and found.type in _FORCES else None

    def _is_identified(self, party: Mention) -> bool:
        """Say whether a party has a name, or is the government of a state that has one."""
        if self.w.named(party):
            return True
        head = self.index.head[party.id]
        around = [*self.grammar.modifiers(head), *self.grammar.possessors(head), *self.grammar.of(head)]
        return party.type == "GovernmentBody" and any((m := self.index.at(x)) is not None and m.type == "State" for x in around)

    def _write(
        self, type_: str, ones: list[int], others: list[int], at: int, sureness: float, persons: bool = True, groups: bool = True
    ) -> None:
        """Write a relation between each of the first and each of the others, unless it is denied or only thought of."""
        if not ones or not others:
            return
        told = self.w.factuality.read(at, material=False)
        if told.polarity == "negative":
            return
        for a in ones:
            one = self._party(a)
            if one is None:
                continue
            for b in others:
                other = self._party(b)
                if other is None or not (self._is_identified(one) or self._is_identified(other)):
                    continue
                kinds = {one.type == "Person", other.type == "Person"}
                if (True in kinds and not persons) or (False in kinds and not groups):
                    continue
                self.w.add(type_, one, other, at, confidence=sureness, told=told)
