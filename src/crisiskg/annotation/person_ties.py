"""Ties of a person that stand in his own words: kin, citizenship, and the group that a preposition names."""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder


class PersonTies(RelationFinder):
    """Finds the ties of the persons of one document."""

    def read(self, mention: Mention) -> None:
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
