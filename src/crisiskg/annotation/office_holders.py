"""Who holds a role: the person whose name the role noun stands before, beside, or is said of."""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import RelationFinder
from crisiskg.annotation.role_nouns import RoleNouns

_BECOME = frozenset({"be", "become", "remain", "serve", "stay"})
_NAMING_TEXT = """
name appoint elect choose make designate inaugurate install nominate reelect swear proclaim declare
"""
#: Verbs that give a role to their object.
NAMING = frozenset(_NAMING_TEXT.split())

#: Verbs whose subject gets a role that their object, if any, had before.
SUCCEEDING = frozenset({"succeed", "replace", "follow", "take"})

#: A holder of a role, with the states that his own words say he holds it in and how sure that is.
Holder = tuple[Mention, list[tuple[Mention, float]]]


class OfficeHolders(RelationFinder):
    """Finds the holders of the roles of one document."""

    def __init__(self, nouns: RoleNouns) -> None:
        """Keep the role nouns."""
        super().__init__(nouns.w)
        self.nouns = nouns

    def of(self, token: int) -> list[Holder]:
        """Return who holds a role, each with what his own words say he holds it in."""
        syntax = self.syntax
        dep, head = syntax.dep[token], syntax.head[token]
        found: list[int] = []
        if dep in ("compound", "nmod", "amod", "nsubj", "dobj", "pobj", "ROOT", "poss", "appos"):
            name = self.person_over(token)
            if name is not None:
                return [(name, [])]
        if dep in ("compound", "nmod", "amod"):
            while syntax.dep[head] in ("compound", "nmod") and syntax.pos[head] == "PROPN":
                head = syntax.head[head]
            found = [head]
        else:
            found += syntax.kids(token, "appos")
            if dep == "appos":
                found += self._appositive_host(head)
            elif syntax.lemma[head] in NAMING and (named := self._named_to(token, head)):
                found += named
            elif dep in ("attr", "oprd") and syntax.lemma[head] in _BECOME | NAMING:
                found += self.grammar.objects(head) if syntax.lemma[head] in NAMING else self.grammar.subjects(head)
            elif dep in ("dobj", "xcomp") and syntax.lemma[head] in ("become", "remain", "make"):
                found += self.grammar.subjects(head)
            elif dep == "pobj" and syntax.lower[head] == "as":
                verb = syntax.head[head]
                if syntax.lemma[verb] in SUCCEEDING and not syntax.is_passive(verb):
                    found += self.grammar.subjects(verb)  # "X succeeded Y as governor"
                else:
                    found += (self.grammar.objects(verb) or self.grammar.subjects(verb)) if syntax.pos[verb] == "VERB" else [verb]
            elif dep == "conj":
                found += (
                    [self.index.head[m.id] for m, _ in self.of(head)]
                    if syntax.pos[head] in ("NOUN", "PROPN") and self.nouns.role(head)
                    else []
                )
            found += [x for name, x in syntax.prepositions(token) if name in ("like", "such as", "including")]
        # "President X and Y": the title in front of one name is that one's; "Presidents X and Y" hold it both
        alone = dep in ("compound", "nmod", "amod") and syntax.tag[token] not in ("NNS", "NNPS")
        out: list[Holder] = []
        for x in found:
            for y in [x] if dep in ("attr", "pobj", "conj") or alone else syntax.series(x):
                mention = self.person_at(y)
                if mention is not None and mention not in [m for m, _ in out]:
                    own = [(m, 0.75) for p in self.grammar.possessors(y) if (m := self.index.at(p)) and m.type == "State"]
                    out.append((mention, own))
        if not out:
            own_mention = self.index.at(token)
            if own_mention is not None and own_mention.type in ("Person", "PopulationGroup") and own_mention.entity is not None:
                out.append((own_mention, []))
        return out

    def _named_to(self, token: int, verb: int) -> list[int]:
        """Return who is named to an office by an active verb: "made him governor", "elected X mayor", "appointed him head"."""
        syntax = self.syntax
        if syntax.is_passive(verb) or token < verb or syntax.dep[token] not in ("ccomp", "dobj", "oprd", "xcomp", "attr"):
            return []
        before = [x for x in syntax.kids(token, "nsubj", "compound", "nmod", "poss") if verb < x < token]
        before += [x for x in syntax.kids(verb, "dobj", "dative", "iobj") if verb < x < token]
        return [x for x in before if (m := self.person_at(x)) is not None and syntax.token_at(m.end - 1) < token]

    def _appositive_host(self, head: int) -> list[int]:
        syntax = self.syntax
        while syntax.dep[head] == "appos" and self.person_at(head) is None:
            head = syntax.head[head]
        return [head]

    def person_over(self, token: int) -> Mention | None:
        """Return the name of a person inside which a title stands ("President Emmanuel Macron" as one mention)."""
        name = self.index.in_name(token)
        return name if name is not None and name.type == "Person" and self.index.head[name.id] != token else None

    def person_at(self, token: int) -> Mention | None:
        """Return the known person whom a token names or stands for."""
        mention = self.index.at(token) or self.index.in_name(token)
        if mention is None or mention.entity is None:
            return None
        return mention if mention.type == "Person" else None
