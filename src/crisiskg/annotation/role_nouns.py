"""Role nouns: what a noun makes of its holder, and what the words around it add ("former", "deputy", "of Defence")."""

from __future__ import annotations

from crisiskg.annotation.relation_writer import RelationFinder, RelationWriter, Role

_PLAIN_TEXT = """
new old current top powerful longtime supreme overall de facto first only elected
"""
#: Words before a role noun that do not narrow what it is a role in.
_PLAIN = frozenset(_PLAIN_TEXT.split())
_BARE_OFFICES = {"state": "headOfState", "government": "headOfGovernment"}
_SENT_TEXT = """
envoy representative emissary rapporteur coordinator adviser advisor mediator delegate
"""
#: Roles of those who act for somebody or something else.
_SENT = frozenset(_SENT_TEXT.split())
#: Words in lower case within a title in capitals, and such as open a sentence before it.
_IN_TITLES = frozenset({"of", "the", "for", "on", "to", "in", "and", "-"})
_OPENING = frozenset({"the", "a", "an", "mr", "mr.", "ms", "ms.", "mrs.", "dr.", "for", "in", "as"})
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
        if self.is_sent(token) and syntax.tag[token].startswith("NNP"):
            return self._whole_title(token)
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

    def _whole_title(self, token: int) -> str:
        """Return a title in capitals with all that belongs to it: "Deputy Special Envoy of the Secretary-General for Haiti"."""
        syntax, text = self.syntax, self.w.reading.document.text
        first, behind = syntax.bounds[syntax.sentence[token]]

        def capital(x: int) -> bool:
            return first <= x < behind and text[syntax.start[x]].isupper()

        begin = token
        while (
            begin > first and (capital(begin - 1) or syntax.lower[begin - 1] == "-") and syntax.lower[begin - 1] not in _OPENING
        ):
            at = self.index.at(begin - 1) or self.index.in_name(begin - 1)
            if at is not None and at.kind == "name" and at.type != "Person":
                break
            begin -= 1
        last = x = token
        while x + 1 < behind and (capital(x + 1) or syntax.lower[x + 1] in _IN_TITLES) and x - token < 14:
            x += 1
            if syntax.lower[x] == "and" and capital(x + 1) and self.role(x + 1) is not None:
                break  # another title
            last = x if capital(x) else last
        return text[syntax.start[begin] : syntax.end[last]]

    def is_sent(self, token: int) -> bool:
        """Say whether a role is that of one who is sent or set to work by another: an envoy, a representative, an adviser."""
        return self.syntax.lemma[token] in _SENT or self.is_high_commissioner(token)

    def is_high_commissioner(self, token: int) -> bool:
        """Say whether a role is that of a High Commissioner, whose topic stands behind "for"."""
        return self.syntax.lemma[token] == "commissioner" and token > 0 and self.syntax.lower[token - 1] == "high"

    def sender(self, token: int) -> int | None:
        """Return the role noun of whom somebody is sent by: "General" in "Special Envoy of the Secretary-General"."""
        if not self.is_sent(token):
            return None
        return next((x for name, x in self.syntax.prepositions(token) if name in ("of", "to") and self.role(x) is not None), None)

    def is_abroad(self, token: int) -> bool:
        """Say whether a role is one that is held with others than those it is for or to: "ambassador to France"."""
        return self.syntax.lemma[token] in _ABROAD
