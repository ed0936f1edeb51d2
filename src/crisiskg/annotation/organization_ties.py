"""Ties of an organization that stand in its own words: to its state, its seat, and what it is part of."""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, PLACES, RelationFinder, RelationWriter

_STATE_BODIES = frozenset({"GovernmentBody", "SecurityForce"})
_OWN_STATE = frozenset(
    {"Company", "NongovernmentalOrganization", "MediaOrganization", "PoliticalParty", "Organization", "ArmedGroup"}
)
_LOCATIVE = frozenset({"in", "inside", "within"})


class OrganizationTies(RelationFinder):
    """Finds the ties of the organizations of one document."""

    def __init__(self, writer: RelationWriter) -> None:
        """Keep the words for parts of organizations."""
        super().__init__(writer)
        self.part_nouns = writer.words_of("organizations", "part")

    def read(self, mention: Mention) -> None:
        """Ties of one organization to its state, seat and parent."""
        head = self.index.head[mention.id]
        owner = self._owner(head, mention)
        if owner is not None:
            if owner.type == "State":
                if mention.type == "SecurityForce" and not self.w.named(mention) and self.syntax.tag[head] == "NNS":
                    return  # "French troops" are some troops, not an agency
                if mention.type in _STATE_BODIES:
                    ministry = any(w in mention.text.lower() for w in ("ministry", "department of"))
                    self.w.add("ministryOf" if ministry else "agencyOf", mention, owner, head, confidence=0.8)
                elif (
                    mention.type in _OWN_STATE and self.w.named(mention) and self.syntax.dep[self.index.head[owner.id]] != "pobj"
                ):
                    self.w.add("basedIn", mention, owner, head, confidence=0.6)
            elif owner.type in ORGANIZATIONS and self.w.named(owner):
                self.w.add("partOf", mention, owner, head, confidence=0.6 if self.w.named(mention) else 0.45)
        for name, x in self.syntax.prepositions(head):
            place = self.index.at(x)
            if (
                name in _LOCATIVE
                and place is not None
                and place.type in PLACES
                and place.kind == "name"
                and self.w.named(mention)
            ):
                self.w.add("basedIn", mention, place, head, confidence=0.45)
        self._appositive_organization(mention, head)

    def _owner(self, head: int, mention: Mention) -> Mention | None:
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
                and "," not in self.syntax.lower[x:head]  # "the Front, the Union" is a list that the parse took for one name
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
                if name == "in" and place is not None and place.type in PLACES and noun != head:
                    self.w.add("basedIn", mention, place, noun, confidence=0.6)
