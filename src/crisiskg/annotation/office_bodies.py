"""In what a role is held: the state, organization or place before a role noun, behind a preposition, or beside its holder."""

from __future__ import annotations

from crisiskg.annotation.office_holders import Holder
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, PLACES, RelationFinder
from crisiskg.annotation.role_nouns import RoleNouns


class OfficeBodies(RelationFinder):
    """Finds in what the roles of one document are held."""

    def __init__(self, nouns: RoleNouns) -> None:
        """Keep the role nouns."""
        super().__init__(nouns.w)
        self.nouns = nouns

    def of(self, token: int, holders: list[Holder]) -> list[tuple[Mention, float]]:
        """Return states, organizations and places in which a role is held, with how sure that is."""
        syntax = self.syntax
        taken = {m.entity for m, _ in holders}
        out: list[tuple[Mention, float]] = []

        def take(x: int, sureness: float) -> None:
            mention = self.index.at(x) or self.index.in_name(x)
            if mention is None or mention.entity is None or mention.entity in taken:
                return
            if mention.type in ORGANIZATIONS or mention.type in PLACES:
                if mention.entity not in [m.entity for m, _ in out]:
                    out.append((mention, sureness))
            elif mention.type == "Person" and self.nouns.role(token) is not None and syntax.lemma[token].startswith("spokes"):
                out.append((mention, sureness))

        bare = self.nouns.bare_office(token) is not None
        for name, x in syntax.prepositions(token):
            if bare and name == "of":
                continue
            if name in ("for", "to") and self.nouns.is_abroad(token):
                continue  # an envoy for a country is not that country's
            if name in ("of", "for", "from"):
                take(x, 0.85)
                if not out:
                    for y in self._renamed(x):
                        take(y, 0.8)
            elif name in ("at", "with", "in", "to") and not out:
                mention = self.index.at(x)
                if (
                    mention is not None
                    and (
                        mention.type in ORGANIZATIONS
                        or (
                            name == "in" and mention.type == "State" and self.nouns.role_state(token) not in (None, "headOfState")
                        )
                    )
                    and name != "to"
                    and not self.nouns.is_abroad(token)
                ):
                    take(x, 0.6)
        if out:
            return out
        nodes = [token]
        if syntax.dep[token] in ("compound", "nmod", "amod"):
            nodes.append(syntax.head[token])
        for node in nodes:
            for x in reversed([m for m in self.grammar.modifiers(node) if m < token]):
                if out and syntax.dep[x] == "poss":
                    break
                take(x, 0.8)
            if out:
                return out[:1]
        for holder, _ in holders:
            # "Crisis Group's Richard Moncrieff", "Sahel analyst X of Crisis Group"
            for name, x in syntax.prepositions(self.index.head[holder.id]):
                if name in ("of", "from", "with", "at"):
                    take(x, 0.7)
        return out[:1]

    def _renamed(self, x: int) -> list[int]:
        """Return the name that stands behind a description: "a paramilitary police unit (OMON)"."""
        syntax = self.syntax
        out = list(syntax.kids(x, "appos"))
        _, last = syntax.phrase(x)
        if last + 2 < len(syntax) and syntax.lower[last + 1] == "(" and self.index.in_name(last + 2) is not None:
            out.append(last + 2)
        return out
