"""Ties of organizations, places and kin: seats, parents, states, capitals, founders, allies and foes."""

from __future__ import annotations

from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.relation_writer import GROUPS, ORGANIZATIONS, RelationWriter

_STATE_BODIES = frozenset({"GovernmentBody", "SecurityForce"})
_OWN_STATE = frozenset(
    {"Company", "NongovernmentalOrganization", "MediaOrganization", "PoliticalParty", "Organization", "ArmedGroup"}
)
_DIRECTIONAL = frozenset(
    {
        "the",
        "a",
        "northern",
        "southern",
        "eastern",
        "western",
        "central",
        "greater",
        "north",
        "south",
        "east",
        "west",
        "far",
        "northeastern",
        "northwestern",
        "southeastern",
        "southwestern",
        "north-eastern",
        "north-western",
        "south-eastern",
        "south-western",
        "upper",
        "lower",
    }
)
_LOCATIVE = frozenset({"in", "inside", "within"})


def find_ties(writer: RelationWriter) -> None:
    """Add the ties that noun phrases, appositions and a few verbs tell."""
    finder = _TieFinder(writer)
    for mention in list(writer.reading.mentions):
        if mention.entity is None or mention.id not in writer.index.head:
            continue
        if mention.type in ORGANIZATIONS:
            finder.organization(mention)
        elif mention.type == "Place":
            finder.place(mention)
        elif mention.type == "Person":
            finder.person(mention)
    syntax = writer.syntax
    for token in range(len(syntax)):
        if syntax.pos[token] == "VERB":
            finder.verb(token)
        elif syntax.pos[token] in ("NOUN", "ADJ", "ADP", "ADV", "PROPN"):
            finder.noun(token)


class _TieFinder:
    def __init__(self, writer: RelationWriter) -> None:
        self.w = writer
        self.syntax = writer.syntax
        self.grammar = writer.grammar
        self.index = writer.index
        self.place_nouns = writer.words_of("places", "nouns")
        self.part_nouns = writer.words_of("organizations", "part")
        self._states: dict[str, list[Mention]] = {}
        for mention in writer.reading.mentions:
            state = writer.reading.entity(mention.entity) if mention.type == "State" else None
            if state is not None and state.iso3 is not None and mention.id in writer.index.head:
                self._states.setdefault(state.iso3, []).append(mention)
        self.ministries = writer.words_of("roles", "ministries")

    # ------------------------------------------------------------------ organizations

    def organization(self, mention: Mention) -> None:
        """Ties of one organization to its state, seat and parent."""
        head = self.index.head[mention.id]
        owner = self.owner(head, mention)
        if owner is not None:
            if owner.type == "State":
                if mention.type == "SecurityForce" and not self.w.named(mention) and self.syntax.tag[head] == "NNS":
                    return  # "French troops" are some troops, not an agency
                if mention.type in _STATE_BODIES:
                    ministry = any(w in mention.text.lower() for w in ("ministry", "department of"))
                    self.w.add("ministryOf" if ministry else "agencyOf", mention, owner, head, confidence=0.8)
                elif mention.type in _OWN_STATE and self.w.named(mention) and self.syntax.dep[self._token(owner)] != "pobj":
                    self.w.add("basedIn", mention, owner, head, confidence=0.6)
            elif owner.type in ORGANIZATIONS and self.w.named(owner):
                self.w.add("partOf", mention, owner, head, confidence=0.6 if self.w.named(mention) else 0.45)
        for name, x in self.syntax.prepositions(head):
            place = self.index.at(x)
            if (
                name in _LOCATIVE
                and place is not None
                and place.type in ("Place", "State")
                and place.kind == "name"
                and self.w.named(mention)
            ):
                self.w.add("basedIn", mention, place, head, confidence=0.45)
        self._appositive_organization(mention, head)

    def _token(self, mention: Mention) -> int:
        return self.index.head[mention.id]

    def owner(self, head: int, mention: Mention) -> Mention | None:
        """Return the state or organization to which a phrase says that an organization belongs."""
        # inside its own name: "Malian army", "UN Security Council", "Ministry of Defence of Mali"
        inside = self.syntax.tokens((mention.start, mention.end))
        nested = [
            m
            for token in inside
            for m in self.index.headed.get(token, ())
            if m.id != mention.id and mention.start <= m.start and m.end <= mention.end and m.entity not in (None, mention.entity)
        ]
        first = mention.start + (4 if mention.text[:4].lower() == "the " else 0)
        for m in nested:
            if (m.type == "State" and self._belongs(m)) or (m.type in ORGANIZATIONS and m.start == first):
                return m
        for x in [*self.grammar.possessors(head), *reversed(self.grammar.modifiers(head))]:
            found = self.index.at(x)
            if (
                found is not None
                and found.entity not in (None, mention.entity)
                and (found.type == "State" or found.type in ORGANIZATIONS)
                and self._belongs(found)
            ):
                return found
        for x in self.grammar.of(head):
            found = self.index.at(x)
            if (
                found is not None
                and found.entity not in (None, mention.entity)
                and found.type == "State"
                and mention.type in _STATE_BODIES
            ):
                return found
        return None

    def _belongs(self, owner: Mention) -> bool:
        """Say whether a state inside or before a name owns it: not in "the UN force in Mali" or "the Moscow-led bloc"."""
        syntax, head = self.syntax, self.index.head[owner.id]
        if syntax.dep[head] == "pobj" and syntax.lower[syntax.head[head]] != "of":
            return False
        behind = syntax.tokens((owner.start, owner.end)).stop
        return not (behind + 1 < len(syntax) and syntax.lower[behind] == "-" and syntax.tag[behind + 1] in ("VBN", "VBD"))

    def _appositive_organization(self, mention: Mention, head: int) -> None:
        """As in "X, the armed wing of Y", "X, a think tank in Z"."""
        syntax = self.syntax
        hosts = [*syntax.kids(head, "appos")]
        if syntax.dep[head] == "nsubj" and syntax.lemma[syntax.head[head]] == "be":
            hosts += syntax.kids(syntax.head[head], "attr")
        if syntax.dep[head] == "appos":
            hosts.append(syntax.head[head])
        for noun in hosts:
            lemma = syntax.lemma[noun]
            if self.index.in_name(noun) is not None and syntax.dep[head] != "appos":
                continue
            if lemma in self.part_nouns:
                for x in [*self.grammar.of(noun), *self.grammar.possessors(noun), *self.grammar.modifiers(noun)]:
                    parent = self.index.at(x)
                    if parent is not None and parent.type in ORGANIZATIONS and parent.entity != mention.entity:
                        self.w.add("partOf", mention, parent, noun, confidence=0.7)
                        break
            if lemma == "part":
                for x in self.grammar.of(noun):
                    parent = self.index.at(x)
                    if parent is not None and parent.type in ORGANIZATIONS:
                        self.w.add("partOf", mention, parent, noun, confidence=0.75)
            if not self.w.named(mention):
                continue
            for x in self.grammar.modifiers(noun):
                state = self.index.at(x)
                if state is not None and state.type == "State" and noun != head:
                    body = mention.type in _STATE_BODIES
                    self.w.add("agencyOf" if body else "basedIn", mention, state, noun, confidence=0.6)
            for name, x in syntax.prepositions(noun):
                place = self.index.at(x)
                if name == "in" and place is not None and place.type in ("Place", "State") and noun != head:
                    self.w.add("basedIn", mention, place, noun, confidence=0.6)

    # ------------------------------------------------------------------ places

    def place(self, mention: Mention) -> None:
        """What a place lies in, and whose capital it is."""
        entity = self.w.reading.entity(mention.entity)
        if (entity is not None and entity.type == "State") or not self.w.named(mention):
            return
        syntax, head = self.syntax, self.index.head[mention.id]
        for token in syntax.tokens((mention.start, mention.end)):  # "northern Mali"
            for m in self.index.headed.get(token, ()):
                if (
                    m.id != mention.id
                    and m.type in ("State", "Place")
                    and mention.start <= m.start
                    and m.end <= mention.end
                    and m.entity != mention.entity
                    and self._has_own_name(mention, m)
                ):
                    self.w.add("locatedIn", mention, m, head, confidence=0.6)
        for x in [*self.grammar.possessors(head), *self.grammar.modifiers(head)]:  # "Mali's Gao region"
            other = self.index.at(x)
            if other is not None and other.type == "State" and not (mention.start <= other.start and other.end <= mention.end):
                self.w.add("locatedIn", mention, other, head, confidence=0.65)
        self._by_gazetteer(mention, entity, head)
        if mention.kind != "name":
            return
        self._after_comma(mention)
        for name, x in syntax.prepositions(head):
            other = self.index.at(x)
            if other is not None and other.type in ("State", "Place") and name in ("in", "of") and other.kind == "name":
                self.w.add("locatedIn", mention, other, head, confidence=0.65)
        nouns = [*syntax.kids(head, "appos")]
        if syntax.dep[head] in ("appos", "compound", "nmod", "pobj"):
            above = syntax.head[head]
            nouns.append(syntax.head[above] if syntax.dep[head] == "pobj" and syntax.lower[above] == "of" else above)
        if syntax.dep[head] == "nsubj" and syntax.lemma[syntax.head[head]] == "be":
            nouns += syntax.kids(syntax.head[head], "attr")
        for noun in nouns:
            if syntax.lemma[noun] not in self.place_nouns and syntax.lemma[noun] != "part":
                continue
            capital = syntax.lemma[noun] == "capital"
            around = [(x, 0.7) for x in [*self.grammar.possessors(noun), *self.grammar.modifiers(noun)]]
            around += [(x, 0.7) for n, x in syntax.prepositions(noun) if n in ("of", "in") or (n == "on" and not capital)]
            for x, sureness in around:
                other = self.index.at(x)
                if other is None or other.entity == mention.entity or other.type not in ("State", "Place"):
                    continue
                if capital and (other.type == "State" or syntax.dep[x] in ("poss", "pobj")):
                    self.w.add("capitalOf", mention, other, noun, confidence=0.85)
                elif other.kind == "name" or other.type == "State":
                    self.w.add("locatedIn", mention, other, noun, confidence=sureness)

    def _by_gazetteer(self, mention: Mention, entity: Entity | None, head: int) -> None:
        """A settlement and its state: the gazetteer says that it lies there, the document speaks of both."""
        if entity is None or entity.iso3 is None or entity.geonames is None:
            return
        sentence = self.syntax.sentence[head]
        states = self._states.get(entity.iso3, [])
        if states and self.w.named(mention):
            near = min(states, key=lambda m: abs(self.syntax.sentence[self.index.head[m.id]] - sentence))
            together = self.syntax.sentence[self.index.head[near.id]] == sentence
            if together:  # a sentence that speaks of one of them only says nothing of where it lies
                self.w.add("locatedIn", mention, near, head, confidence=0.6)

    def _has_own_name(self, outer: Mention, inner: Mention) -> bool:
        """Say whether a place lies in another one that stands inside its phrase: "Mali's Gao region", "a clinic in Gao".

        "Northern Mali" is no place of its own, and what is near or outside another place is not in it.
        """
        syntax, head = self.syntax, self.index.head[inner.id]
        if syntax.dep[head] == "pobj":
            name = syntax.lower[syntax.head[head]]
            if name == "of" and syntax.lemma[self.index.head[outer.id]] in self.place_nouns:
                return False  # "the city of Khujand" is Khujand
            return name in ("in", "at", "of", "inside", "within")
        rest = outer.text.replace(inner.text, " ").replace("’s", "").replace("'s", "")
        return any(word.lower() not in _DIRECTIONAL and word.isalpha() for word in rest.split())

    def _after_comma(self, mention: Mention) -> None:
        """As in "Gao, Mali": a place, a comma, and the state or region right behind, not a list."""
        syntax = self.syntax
        behind = syntax.tokens((mention.start, mention.end)).stop
        if behind + 1 >= len(syntax) or syntax.lower[behind] != ",":
            return
        over = next(
            (m for m in self.index.cover.get(behind + 1, ()) if m.kind == "name" and m.start == syntax.start[behind + 1]), None
        )
        if over is None or over.entity == mention.entity:
            return
        following = syntax.tokens((over.start, over.end)).stop
        after = syntax.lower[following] if following < len(syntax) else "."
        if after in ("and", "or", "'s", "’s") or (over.type == "Place" and after == ","):
            return
        if over.type == "State" and not self._listed(mention):
            self.w.add("locatedIn", mention, over, behind, confidence=0.7)
        elif (
            over.type == "Place"
            and not self._listed(mention)
            and syntax.dep[self.index.head[over.id]] in ("appos", "npadvmod", "nmod")
        ):
            self.w.add("locatedIn", mention, over, behind, confidence=0.55)

    def _listed(self, mention: Mention) -> bool:
        syntax, head = self.syntax, self.index.head[mention.id]
        return syntax.dep[head] == "conj" or head in syntax.conjuncts

    # ------------------------------------------------------------------ persons

    def person(self, mention: Mention) -> None:
        """Kin and citizenship from the noun phrase of a person."""
        syntax, head = self.syntax, self.index.head[mention.id]
        nouns = [head, *syntax.kids(head, "appos"), *syntax.kids(head, "compound")]
        if syntax.dep[head] == "appos":
            nouns.append(syntax.head[head])
        if syntax.dep[head] == "nsubj" and syntax.lemma[syntax.head[head]] == "be":
            nouns += syntax.kids(syntax.head[head], "attr")
        for noun in nouns:
            lemma = syntax.lemma[noun]
            kin = next((k for k in ("parent", "child", "spouse") if lemma in self.w.words_of("kin", k)), None)
            if kin is None:
                continue
            owners = [*self.grammar.possessors(noun), *self.grammar.of(noun)]
            if noun != head and not owners and syntax.dep[noun] == "compound":
                owners = self.grammar.possessors(head)
            for x in owners:
                other = self.index.at(x)
                if other is None or other.type != "Person":
                    continue
                if kin == "parent":
                    self.w.add("parentOf", mention, other, noun, confidence=0.7)
                elif kin == "child":
                    self.w.add("parentOf", other, mention, noun, confidence=0.7)
                else:
                    self.w.add("spouseOf", mention, other, noun, confidence=0.75)
        if mention.kind == "name":
            for name, x in syntax.prepositions(head):  # "Nawaf Salam of the Court"
                group = self.index.at(x)
                if (
                    name in ("of", "from", "with", "at")
                    and group is not None
                    and group.type in ORGANIZATIONS
                    and syntax.head[syntax.head[x]] == head
                ):
                    self.w.add("memberOf", mention, group, head, confidence=0.65)
            for x in self.grammar.possessors(head):  # "Uzbekistan's Karimov"
                state = self.index.at(x)
                if state is not None and state.type == "State":
                    self.w.add("citizenOf", mention, state, head, confidence=0.6)

    # ------------------------------------------------------------------ words

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
                        w.add("foundedBy", made, maker, verb, confidence=0.7, told=w.factuality.read(verb, material=False))
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
                        and place.type in ("Place", "State")
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
        if lower == "based" and source.type in ("Place", "State") and target.type in ORGANIZATIONS:
            self.w.add("basedIn", target, source, participle, confidence=0.85)
        elif lower in ("backed", "aligned") and source.type in GROUPS and target.type in GROUPS:
            self.w.add("alliedWith", source, target, participle, confidence=0.7)

    # "X-led coalition" tells who commands it, which is no relation of the model.
