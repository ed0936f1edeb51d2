"""Role nouns: what a noun makes of its holder, and what the words around it add ("former", "deputy", "of Defence")."""

from __future__ import annotations

from crisiskg.annotation.relation_writer import RelationFinder, RelationWriter, Role

_PLAIN_TEXT = """
new old current top powerful longtime supreme overall de facto first only elected
"""
#: Words before a role noun that do not narrow what it is a role in.
_PLAIN = frozenset(_PLAIN_TEXT.split())
_BARE_OFFICES = {"state": "headOfState", "government": "headOfGovernment"}
#: Roles in something else than what they are for: an envoy for a country is not that country's.
_ABROAD = frozenset({"ambassador", "envoy", "diplomat", "consul", "attaché", "representative", "correspondent"})


class RoleNouns(RelationFinder):
    """Reads the role nouns of one document."""

    def __init__(self, writer: RelationWriter) -> None:
        """Keep the words that come with roles."""
        super().__init__(writer)
        self.roles = writer.words.roles
        self.former = writer.words_of("roles", "former")
        self.qualifiers = writer.words_of("roles", "qualifiers")

    def role(self, token: int) -> Role | None:
        """Return what a noun makes of its holder; longer names of a role win ("prime minister")."""
        syntax = self.syntax
        lemma = syntax.lemma[token]
        if lemma not in self.roles and syntax.lower[token] not in self.roles:
            return None
        name = self.index.in_name(token)
        if name is not None and name.type not in ("Person",):
            return None
        if (office := self.bare_office(token)) is not None:
            return Role(office, None, None)
        before = syntax.lower[token - 1] if token else ""
        if before in ("-", "–") and token > 1:
            before = syntax.lower[token - 2]
        return self.roles.get(f"{before} {lemma}") or self.roles.get(lemma) or self.roles.get(syntax.lower[token])

    def role_state(self, token: int) -> str | None:
        """Return what a role noun makes of its holder in a state."""
        role = self.role(token)
        return role.state if role is not None else None

    def bare_office(self, token: int) -> str | None:
        """Return the office that "head of state" and "head of government" name, where no particular one is meant by "of"."""
        syntax = self.syntax
        if syntax.lemma[token] != "head":
            return None
        for x in self.grammar.of(token):
            if syntax.lower[x] in _BARE_OFFICES and x == token + 2:
                return _BARE_OFFICES[syntax.lower[x]]
        return None

    def words_before(self, token: int) -> set[str]:
        """Return the words that stand before a role noun, and those before the name it stands before that bear on it."""
        syntax = self.syntax
        words = self.grammar.modifier_words(token)
        if token > 1 and syntax.lower[token - 1] == "-":  # "vice-president" in three tokens
            words = words | {syntax.lower[token - 2]}
        head = syntax.head[token]
        if syntax.dep[token] in ("compound", "nmod", "amod"):
            words |= {w for w in self.grammar.modifier_words(head) if w in self.former or w in self.qualifiers}
        if token and syntax.lower[token - 1] in self.former | self.qualifiers:
            words = words | {syntax.lower[token - 1]}
        return words

    def has_topic(self, token: int) -> bool:
        """Say whether a head is one for a topic: "the Union's foreign policy chief" does not head the Union."""
        return any(
            self.index.at(m) is None
            and self.index.in_name(m) is None
            and self.syntax.dep[m] in ("compound", "amod")
            and self.syntax.lower[m] not in self.former | self.qualifiers | _PLAIN
            for m in self.grammar.modifiers(token)
        )

    def title(self, token: int) -> str | None:
        """Return the words of the role, with what belongs to them on both sides ("Minister of Defence")."""
        syntax = self.syntax
        first = token
        for m in reversed(self.grammar.modifiers(token)):
            mention = self.index.at(m)
            if mention is not None or m < first - 1 or syntax.dep[m] == "poss" or syntax.lower[m] in self.former:
                break
            first = m
        last = token
        for x in self.grammar.of(token):
            if self.index.at(x) is None and self.index.over(x) is None and x - token <= 4:
                last = max(last, x)
        if syntax.tag[token] == "NNS" and last == token:  # "dictators like X": X is a dictator
            return self.w.reading.document.text[syntax.start[first] : syntax.start[token]] + syntax.lemma[token]
        return self.w.reading.document.text[syntax.start[first] : syntax.end[last]]

    def is_abroad(self, token: int) -> bool:
        """Say whether a role is one that is held with others than those it is for or to: "ambassador to France"."""
        return self.syntax.lemma[token] in _ABROAD
