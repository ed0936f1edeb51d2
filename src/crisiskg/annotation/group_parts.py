"""What a group is made of: "as part of the coalition", "the bloc comprises A, B and C", "1st Battalion, 5th Regiment".

What belongs to a group is part of it (`partOf`); a person, and a state in an intergovernmental organization, is its member
(`memberOf`).
"""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter

#: Verbs whose subject is the whole and whose object lists its parts; the second list names the parts after "of".
_LISTING = frozenset({"include", "comprise", "unite", "encompass"})
_LISTING_OF = frozenset({"consist", "compose", "make", "comprise"})
#: Nouns for what a group is made of; before or behind them stands the group.
_PARTS_TEXT = "member nation country state partner party faction participant signatory component unit constituent"
_PARTS = frozenset(_PARTS_TEXT.split())
#: Nouns of what is made of groups; an organization that is none of these includes other things than its parts.
_COLLECTIVES_TEXT = """
coalition alliance bloc union front league movement federation confederation council group grouping axis pact umbrella
partnership cabinet command corps army division brigade regiment force forces
"""
_COLLECTIVES = frozenset(_COLLECTIVES_TEXT.split())
#: Military units from small to large: each is part of a larger one named right behind it.
_UNITS = (
    frozenset({"squad", "platoon", "battery", "company", "troop"}),
    frozenset({"battalion", "squadron"}),
    frozenset({"regiment", "group", "brigade", "wing"}),
    frozenset({"division", "fleet"}),
    frozenset({"corps", "army", "command"}),
)
_FORMING = frozenset({"form", "create", "establish"})
_JOINING = frozenset({"merge", "join", "unite", "ally", "combine", "team", "band", "amalgamate", "fuse"})
#: Nouns after which "of" names the parts, where it names two groups at least.
_ALLIANCES = frozenset({"coalition", "alliance", "bloc", "grouping", "merger", "umbrella", "federation", "partnership"})
_EXAMPLES = frozenset({"including", "like", "as"})
_BECOMING = frozenset({"be", "become", "remain", "form", "make"})


def find_parts(writer: RelationWriter) -> None:
    """Add the relations partOf and memberOf that words for parts, lists of members and names of units tell."""
    finder = _PartFinder(writer)
    syntax = writer.syntax
    for token in range(len(syntax)):
        lemma, pos = syntax.lemma[token], syntax.pos[token]
        if lemma == "part" and pos == "NOUN":
            finder.part(token)
        elif pos in ("VERB", "AUX") and (lemma in _LISTING or lemma in _LISTING_OF):
            finder.listed(token)
        elif pos == "VERB" and lemma in _FORMING:
            finder.formed(token)
        elif lemma.lower() in _ALLIANCES and pos in ("NOUN", "PROPN"):
            finder.alliance(token)
        elif lemma in _PARTS and pos == "NOUN" and writer.index.in_name(token) is None:
            finder.examples(token)
    for mention in writer.reading.mentions:
        if mention.kind == "name" and mention.type in ORGANIZATIONS and mention.id in writer.index.head:
            finder.unit(mention)


class _PartFinder(RelationFinder):
    def __init__(self, writer: RelationWriter) -> None:
        super().__init__(writer)
        #: Names of alliances: what "coalition nations" are nations of.
        self._alliances = [
            m
            for m in writer.reading.mentions
            if m.kind == "name"
            and m.type in ORGANIZATIONS
            and m.id in writer.index.head
            and writer.syntax.lower[writer.index.head[m.id]] in _ALLIANCES
        ]

    def part(self, noun: int) -> None:
        """As in "X is part of Y", "X, part of Y", "X acted as part of Y"."""
        wholes = [w for x in self.grammar.of(noun) if (w := self._group(x)) is not None]
        if not wholes:
            return
        syntax, above = self.syntax, self.syntax.head[noun]
        dep, at = syntax.dep[noun], noun
        hosts: list[int] = []
        if dep == "appos":
            hosts = syntax.series(above)
        elif dep in ("attr", "dobj") and syntax.lemma[above] in _BECOMING:
            hosts, at = self.grammar.subjects(above), above
        elif dep == "pobj" and syntax.lower[above] == "as":
            doing = syntax.head[above]
            # "as part of Y" says what X is, whatever X will do
            hosts = self.grammar.subjects(doing) if syntax.pos[doing] in ("VERB", "AUX") else [doing]
        for whole in wholes:
            self._write(hosts, whole, at, 0.7)

    def listed(self, verb: int) -> None:
        """As in "the bloc comprises A, B and C", "the coalition is made up of A and B", "nations of the coalition include A"."""
        syntax, lemma = self.syntax, self.syntax.lemma[verb]
        passive = syntax.is_passive(verb)
        if passive or lemma == "consist":
            if lemma not in _LISTING_OF:
                return
            parts = [x for name, x in syntax.prepositions(verb) if name == "of"]
            if lemma == "make":
                parts += [y for up in syntax.kids(verb, "prt", "prep", "advmod") for n, y in syntax.prepositions(up) if n == "of"]
            holders = self.grammar.objects(verb) if passive else self.grammar.subjects(verb)
        elif lemma in _LISTING:
            parts = syntax.kids(verb, "dobj", "attr", "oprd")
            holders = self.grammar.subjects(verb)
            if not holders and syntax.dep[verb] in ("acl", "advcl"):
                holders = [syntax.head[verb]]
        else:
            return
        parts = [y for x in parts for y in syntax.series(x)]
        for x in holders:
            whole = self._whole(x)
            if whole is not None:
                self._write(parts, whole, verb, 0.65)

    def formed(self, verb: int) -> None:
        """As in "A merged with B to form Z", "A and B formed the alliance Z"."""
        syntax = self.syntax
        joining = syntax.head[verb]
        joint = syntax.dep[verb] in ("advcl", "xcomp") and syntax.lemma[joining] in _JOINING
        makers = self.grammar.subjects(verb)
        if joint:
            makers = [*makers, *self.grammar.subjects(joining), *self.grammar.objects(joining)]
            makers += [y for name, x in syntax.prepositions(joining) if name == "with" for y in syntax.series(x)]
            forces = [x for x in self.grammar.objects(joining) if syntax.lemma[x] == "force"]
            makers += [y for x in forces for name, z in syntax.prepositions(x) if name == "with" for y in syntax.series(z)]
        elif len({m.entity for x in makers if (m := self._group(x)) is not None}) < 2:
            return  # who alone forms a group is its founder
        for x in self.grammar.objects(verb):
            whole = self._group(x)
            if whole is not None and (joint or self._whole(x) is not None):
                self._write(makers, whole, verb, 0.65)

    def alliance(self, noun: int) -> None:
        """As in "the Z coalition of A and B", "Z, an alliance of A and B"."""
        parts = self.grammar.of(noun)
        named = {m.entity for x in parts if (m := self.index.at(x)) is not None and (m.type == "State" or self._group(x) == m)}
        if len(named) < 2:
            return
        syntax, above = self.syntax, self.syntax.head[noun]
        holders = [noun]
        if syntax.dep[noun] == "appos":
            holders.append(above)
        elif syntax.dep[noun] == "attr":
            holders += self.grammar.subjects(above)
        for x in holders:
            whole = self._group(x)
            if whole is not None:
                self._write(parts, whole, noun, 0.65)
                return

    def examples(self, noun: int) -> None:
        """As in "members of the bloc, including A and B", "coalition partners such as A", "the bloc's members A and B"."""
        syntax = self.syntax
        whole = self._owner(noun)
        if whole is None:
            return
        parts = [y for x in syntax.kids(noun, "appos") for y in syntax.series(x)]
        for prep in syntax.kids(noun, "prep"):
            lower = syntax.lower[prep]
            if lower in _EXAMPLES and (lower != "as" or syntax.lower[prep - 1] == "such"):
                parts += [y for x in syntax.kids(prep, "pobj") for y in syntax.series(x)]
        self._write(parts, whole, noun, 0.6)

    def unit(self, mention: Mention) -> None:
        """As in "1st Battalion, 5th Regiment": a unit, a comma, and the larger unit that it belongs to."""
        size = self._size(mention)
        if size is None:
            return
        syntax = self.syntax
        behind = syntax.tokens((mention.start, mention.end)).stop
        if behind + 1 >= len(syntax) or syntax.lower[behind] != ",":
            return
        start = syntax.start[behind + 1]
        over = next((m for m in self.index.cover.get(behind + 1, ()) if m.kind == "name" and m.start == start), None)
        larger = None if over is None or over.type not in ORGANIZATIONS else self._size(over)
        if larger is not None and larger > size:
            self.w.add("partOf", mention, over, behind, confidence=0.75)

    def _size(self, mention: Mention) -> int | None:
        """Return how large a military unit is that is named by its number, from 0; None where a name is of no such unit."""
        words = mention.text.lower().split()
        if not any(word[0].isdigit() for word in words):
            return None
        return next((size for size, nouns in enumerate(_UNITS) if words[-1] in nouns), None)

    def _group(self, token: int) -> Mention | None:
        """Return the organization with a name that a token stands for."""
        found = self.index.at(token) or self.index.in_name(token)
        return found if found is not None and found.type in ORGANIZATIONS and self.w.named(found) else None

    def _owner(self, noun: int) -> Mention | None:
        """Return the organization of which a noun names the parts: "the bloc's members", "coalition nations"."""
        around = [*self.grammar.of(noun), *self.grammar.possessors(noun), *self.grammar.modifiers(noun)]
        found = next((whole for x in around if (whole := self._group(x)) is not None), None)
        if found is not None:
            return found
        kinds = {self.syntax.lower[x] for x in self.syntax.kids(noun, "compound", "amod")} & _ALLIANCES
        if not kinds:
            return None
        known = next((m for m in self._alliances if self.syntax.lower[self.index.head[m.id]] in kinds), None)
        if known is not None:
            return known
        here = self.index.at(noun)  # a document's "coalition nations" are those of one coalition, however often it lists them
        same = (
            m
            for m in self.w.reading.mentions
            if here is not None and m.text.lower() == here.text.lower() and m.entity is not None
        )
        return next((m for m in same if m.id in self.index.head), here)

    def _whole(self, token: int) -> Mention | None:
        """Return the organization that a list is of: the subject itself where it is made of groups, else whose parts it names."""
        if self.syntax.lemma[token].lower() in _PARTS and self.index.in_name(token) is None:
            owner = self._owner(token)
            if owner is not None:
                return owner
        found = self._group(token)
        if found is None:
            return None
        inside = self.syntax.tokens((found.start, found.end))
        words = {*self.syntax.lower[inside.start : inside.stop], self.syntax.lower[token]}
        return found if words & _COLLECTIVES or found.type == "IntergovernmentalOrganization" else None

    def _write(self, parts: list[int], whole: Mention, at: int, sureness: float) -> None:
        """Write what each part is to the whole, unless it is denied or only thought of."""
        told = None
        for x in parts:
            part = self.index.at(x) or self.index.in_name(x)
            if part is None or not self.w.named(part) or part.entity == whole.entity:
                continue
            if part.type == "Person" or (part.type == "State" and whole.type == "IntergovernmentalOrganization"):
                type_ = "memberOf"
            elif part.type in ORGANIZATIONS or part.type == "State":
                type_ = "partOf"
            else:
                continue
            if told is None:
                told = self.w.factuality.read(at, material=False)
                if told.polarity == "negative" or told.status in ("planned", "hypothetical"):
                    return
            self.w.add(type_, part, whole, at, confidence=sureness, told=told)
