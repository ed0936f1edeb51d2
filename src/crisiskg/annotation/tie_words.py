"""Verbs and nouns that tell ties: founding, basing, marrying, leading, allying, opposing, "X-based", "X-backed"."""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import GROUPS, ORGANIZATIONS, PLACES, RelationFinder


class TieWords(RelationFinder):
    """Reads the verbs and nouns of one document that tell ties."""

    def verb(self, verb: int) -> None:
        """Founding, basing, marrying, belonging."""
        lemma = self.syntax.lemma[verb]
        w = self.w
        if lemma in w.words_of("organizations", "found"):
            for o in self.grammar.objects(verb):
                made = self.index.at(o)
                if made is None or made.type not in ORGANIZATIONS:
                    continue
                for s in self.grammar.subjects(verb):
                    maker = self.index.at(s)
                    if maker is not None and maker.type in (*ORGANIZATIONS, "Person", "State"):
                        told = w.factuality.read(verb, material=False)
                        days = (w.bounds_at(x) for name, x in self.syntax.prepositions(verb) if name in ("in", "on"))
                        begin = next((day for day in days if day is not None), None) if told.is_fact else None
                        w.add("foundedBy", made, maker, verb, confidence=0.7, told=told, begin=begin)
        elif lemma in ("base", "headquarter"):
            for o in self.grammar.objects(verb):
                based = self.index.at(o)
                for name, x in self.syntax.prepositions(verb):
                    place = self.index.at(x)
                    if (
                        based is not None
                        and based.type in ORGANIZATIONS
                        and name == "in"
                        and place is not None
                        and place.type in PLACES
                    ):
                        w.add("basedIn", based, place, verb, confidence=0.85)
        elif lemma == "marry":
            pair = [
                m
                for x in [*self.grammar.subjects(verb), *self.grammar.objects(verb)]
                if (m := self.index.at(x)) and m.type == "Person"
            ]
            if len(pair) == 2:
                w.add("spouseOf", pair[0], pair[1], verb, confidence=0.7, told=w.factuality.read(verb, material=False))
        elif lemma in ("ally", "align", "side"):
            self._pairs(verb, "alliedWith", [x for n, x in self.syntax.prepositions(verb) if n in ("with", "to")])
        elif lemma in ("back", "support", "arm", "fund", "sponsor") and not self.w.factuality.is_negated(verb):
            self._pairs(verb, "alliedWith", self.grammar.objects(verb), sureness=0.45)
        elif lemma in ("lead", "head", "command", "chair", "direct", "run", "preside"):
            self._leads(verb)
        elif lemma == "be":
            self._is_member(verb)
        elif lemma in ("include", "comprise"):
            self._has_members(verb)
        elif lemma in ("fight", "oppose", "battle", "combat"):
            against = [*self.grammar.objects(verb), *(x for n, x in self.syntax.prepositions(verb) if n in ("against", "with"))]
            self._pairs(verb, "against", against, sureness=0.6)

    def _leads(self, verb: int) -> None:
        """As in "X, who leads the group", "the junta, headed by X"."""
        told = self.w.factuality.read(verb, material=False)
        objects = self.grammar.objects(verb) or [x for name, x in self.syntax.prepositions(verb) if name == "over"]
        for s in self.grammar.subjects(verb):
            leader = self.index.at(s)
            if leader is None or leader.type != "Person":
                continue
            for o in objects:
                group = self.index.at(o)
                if group is None:
                    group = self._described(o)
                if group is not None and group.type in ORGANIZATIONS:
                    self.w.add("headOf", leader, group, verb, confidence=0.75, told=told)

    def _is_member(self, verb: int) -> None:
        """As in "Chad is a member of the Union", "the bloc, of which it is a member"; persons are read as holders of a role."""
        syntax = self.syntax
        for noun in syntax.kids(verb, "attr"):
            if syntax.lemma[noun] != "member":
                continue
            bodies = list(self.grammar.of(noun))
            bodies += [
                x
                for at in (verb, noun)
                for p in syntax.kids(at, "prep", "dep")
                if syntax.lower[p] == "of" and p < noun
                for x in syntax.kids(p, "pobj")
            ]
            told = self.w.factuality.read(verb, material=False)
            for s in self.grammar.subjects(verb):
                member = self.index.at(s)
                if member is not None and member.type in GROUPS:
                    self._joins(member, bodies, noun, told)

    def _has_members(self, verb: int) -> None:
        """As in "the bloc, whose members include Chad and Niger", "members of the bloc include Chad"."""
        told = self.w.factuality.read(verb, material=False)
        for s in self.grammar.subjects(verb):
            if self.syntax.lemma[s] != "member":
                continue
            bodies = [*self.grammar.possessors(s), *self.grammar.of(s)]
            for o in self.grammar.objects(verb):
                member = self.index.at(o)
                if member is not None and member.type in GROUPS | {"Person"}:
                    self._joins(member, bodies, verb, told)

    def _joins(self, member: Mention, bodies: list[int], at: int, told: Factuality) -> None:
        for x in bodies:
            body = self.index.at(x)
            if body is not None and body.type in ORGANIZATIONS:
                self.w.add("memberOf", member, body, at, confidence=0.75, told=told)

    def _described(self, noun: int) -> Mention | None:
        """Return the name that stands right before a description of it: "the Guard (NG), the force commanded by X"."""
        syntax = self.syntax
        first, _ = syntax.phrase(noun)
        before = first - 1
        if before < 1 or syntax.lower[before] != ",":
            return None
        before -= 1
        while before > 0 and syntax.lower[before] == ")":
            before -= 1
        return self.index.in_name(before)

    def _pairs(self, verb: int, type_: str, others: list[int], sureness: float = 0.65) -> None:
        told = self.w.factuality.read(verb, material=False)
        if told.polarity == "negative":
            return
        for s in self.grammar.subjects(verb) or (self.grammar.objects(verb) if self.syntax.is_passive(verb) else []):
            one = self.index.at(s)
            if one is None or one.type not in GROUPS | {"Person"}:
                continue
            for x in others:
                other = self.index.at(x)
                if other is not None and other.type in GROUPS and (self.w.named(one) or self.w.named(other)):
                    self.w.add(type_, one, other, verb, confidence=sureness, told=told)

    def noun(self, noun: int) -> None:
        """Allies and foes, "X-based", "X-backed"."""
        syntax, lemma = self.syntax, self.syntax.lemma[noun]
        for list_name, type_ in (("ally", "alliedWith"), ("foe", "against")):
            if lemma in self.w.words_of("organizations", list_name):
                owners = [*self.grammar.possessors(noun), *self.grammar.of(noun)]
                ones = [*syntax.kids(noun, "appos"), *([syntax.head[noun]] if syntax.dep[noun] in ("appos", "compound") else [])]
                if syntax.dep[noun] == "attr":
                    ones += self.grammar.subjects(syntax.head[noun])
                for a in ones:
                    one = self.index.at(a)
                    for b in owners:
                        other = self.index.at(b)
                        if one is not None and other is not None and one.type in GROUPS and other.type in GROUPS:
                            self.w.add(type_, one, other, noun, confidence=0.6)
        if syntax.lower[noun] in ("based", "backed", "led", "aligned") or lemma in ("base", "back"):
            self._hyphenated(noun)

    def _hyphenated(self, participle: int) -> None:
        """As in "the Geneva-based group X", "Turkish-backed factions"."""
        syntax, lower = self.syntax, self.syntax.lower[participle]
        if participle < 2 or syntax.lower[participle - 1] != "-" or participle + 1 >= len(syntax):
            return
        source = self.index.at(participle - 2) or self.index.in_name(participle - 2)
        head = syntax.head[participle]
        if syntax.dep[participle] not in ("amod", "compound", "nmod") or head < participle:
            return
        target = self.index.at(head) or next((m for a in syntax.kids(head, "appos") if (m := self.index.at(a))), None)
        if source is None or target is None:
            return
        if lower == "based" and source.type in PLACES and target.type in ORGANIZATIONS:
            self.w.add("basedIn", target, source, participle, confidence=0.85)
        elif lower in ("backed", "aligned") and source.type in GROUPS and target.type in GROUPS:
            self.w.add("alliedWith", source, target, participle, confidence=0.7)

    # "X-led coalition" tells who commands it, which is no relation of the model.
