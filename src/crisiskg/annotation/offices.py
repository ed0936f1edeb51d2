"""Offices and roles: who heads, speaks for, serves in or belongs to what, from role nouns.

A role noun stands before a name ("President X"), in apposition, as predicate, behind "as", or behind "like" ("dictators like X").
What it is a role in stands in front of it ("the Malian president", "Mali's president") or behind a preposition. Where nothing
stands there, `office_states` looks for the state; `office_times` says on which day an office is held.
"""

from __future__ import annotations

from dataclasses import replace

from crisiskg.annotation.office_states import OpenOffice, find_states
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationWriter, Role
from crisiskg.documents import DateBounds

#: Offices that are always those of a state, so that one may ask which even where the text does not say it.
_STATE_OFFICES = frozenset({"headOfState", "headOfGovernment", "ministerOf"})
#: What one person holds, not several together.
_HEADSHIPS = frozenset({"headOfState", "headOfGovernment", "ministerOf", "headOf"})
_PLAIN = frozenset(
    {"new", "old", "current", "top", "powerful", "longtime", "supreme", "overall", "de", "facto", "first", "only", "elected"}
)
_BARE_OFFICES = {"state": "headOfState", "government": "headOfGovernment"}
_BECOME = frozenset({"be", "become", "remain", "serve", "stay"})
_NAMING = frozenset(
    {
        "name",
        "appoint",
        "elect",
        "choose",
        "make",
        "designate",
        "inaugurate",
        "install",
        "nominate",
        "reelect",
        "swear",
        "proclaim",
        "declare",
    }
)


def find_offices(writer: RelationWriter) -> None:
    """Add the relations that role nouns tell."""
    finder = _OfficeFinder(writer)
    syntax = writer.syntax
    for token in range(len(syntax)):
        if syntax.pos[token] in ("NOUN", "PROPN") and (role := finder.role(token)) is not None:
            finder.read(token, role)
    find_states(writer, finder.open)
    finder.write_ranks()


class _OfficeFinder:
    def __init__(self, writer: RelationWriter) -> None:
        self.w = writer
        self.syntax = writer.syntax
        self.grammar = writer.grammar
        self.index = writer.index
        self.roles = writer.words.roles
        self.former = writer.words_of("roles", "former")
        self.qualifiers = writer.words_of("roles", "qualifiers")
        self.lesser = writer.words_of("roles", "lesser")
        self.ranks = writer.words_of("roles", "ranks")
        #: Offices of a state whose state is not said.
        self.open: list[OpenOffice] = []

    # ------------------------------------------------------------------ the role noun

    def role(self, token: int) -> Role | None:
        """Return what a noun makes of its holder; longer names of a role win ("prime minister")."""
        syntax = self.syntax
        lemma = syntax.lemma[token]
        if lemma not in self.roles and syntax.lower[token] not in self.roles:
            return None
        name = self.index.in_name(token)
        if name is not None and name.type not in ("Person",):
            return None
        if (office := self._bare_office(token)) is not None:
            return Role(office, None, None)
        before = syntax.lower[token - 1] if token else ""
        if before in ("-", "–") and token > 1:
            before = syntax.lower[token - 2]
        return self.roles.get(f"{before} {lemma}") or self.roles.get(lemma) or self.roles.get(syntax.lower[token])

    def read(self, token: int, role: Role) -> None:
        """Write the relations of one role noun."""
        syntax = self.syntax
        holders = self.holders(token)
        if not holders:
            return
        words = self._words_before(token)
        lesser = bool(words & self.lesser)
        former = bool(words & self.former)
        partial = syntax.lemma[token] in ("chief", "head") and self._has_topic(token)
        qualifier = next((w for w in sorted(words & self.qualifiers)), None)
        begin, finish = self.interval(token)
        title = self._title(token)
        tails = self.tails(token, holders)
        for holder, own in holders:
            for tail, sureness in own or tails:
                type_ = self._type(role, tail, lesser or (partial and sureness < 0.85))
                if type_ is None or tail.entity == holder.entity or not self._is_one_office(type_, token, holder, tail):
                    continue
                if holder.type != "Person" and type_ in ("headOf", *_STATE_OFFICES):
                    continue  # several leaders of a country are not its head of state
                told = self.w.factuality.read(token) if syntax.dep[token] in ("attr", "oprd", "pobj") else None
                head, other = (tail, holder) if type_ == "foundedBy" else (holder, tail)
                self.w.add(
                    type_,
                    head,
                    other,
                    token,
                    confidence=sureness * (1.0 if self.w.named(holder) else 0.7),
                    told=told,
                    former=former or (finish is not None and finish.exact is not None),
                    title=title,
                    qualifier=qualifier,
                    begin=begin,
                    finish=finish,
                )
            if not (own or tails) and role.state in _STATE_OFFICES and not lesser and self.w.named(holder):
                self.open.append(OpenOffice(role.state, holder, token, former, title))

    def _type(self, role: Role, tail: Mention, lesser: bool) -> str | None:
        if tail.type == "State":
            type_ = role.state
        elif tail.type == "Place":
            type_ = role.place
        elif tail.type in ORGANIZATIONS:
            type_ = role.organization
        elif tail.type == "Person":
            return "spokespersonOf" if role.organization == "spokespersonOf" else None
        else:
            return None
        if lesser and type_ in ("headOf", "headOfState", "headOfGovernment"):
            return "memberOf" if tail.type in ORGANIZATIONS else "agentOf"
        return type_

    def _bare_office(self, token: int) -> str | None:
        """Return the office that "head of state" and "head of government" name, where no particular one is meant by "of"."""
        syntax = self.syntax
        if syntax.lemma[token] != "head":
            return None
        for x in self.grammar.of(token):
            if syntax.lower[x] in _BARE_OFFICES and x == token + 2:
                return _BARE_OFFICES[syntax.lower[x]]
        return None

    def _is_one_office(self, type_: str, token: int, holder: Mention, tail: Mention) -> bool:
        """Say whether one person holds one office of one thing: "leaders of the bloc" do not, nor "heads of both services"."""
        if tail.type == "State" and not self.w.named(tail):
            return False  # "the state", "the self-declared republic": which one is not said
        if self.index.head[tail.id] == token:
            return False  # "police officers" are no body that officers belong to
        if type_ not in _HEADSHIPS:
            return True
        plural = self.syntax.tag[token] in ("NNS", "NNPS")
        if plural and not self.w.named(holder):
            return False
        return self.w.named(tail) or self.syntax.tag[self.index.head[tail.id]] not in ("NNS", "NNPS")

    def _words_before(self, token: int) -> set[str]:
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

    def _has_topic(self, token: int) -> bool:
        """Say whether a head is one for a topic: "the Union's foreign policy chief" does not head the Union."""
        return any(
            self.index.at(m) is None
            and self.index.over(m) is None
            and self.syntax.dep[m] in ("compound", "amod")
            and self.syntax.lower[m] not in self.former | self.qualifiers | _PLAIN
            for m in self.grammar.modifiers(token)
        )

    def _title(self, token: int) -> str | None:
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

    # ------------------------------------------------------------------ who holds it

    def holders(self, token: int) -> list[tuple[Mention, list[tuple[Mention, float]]]]:
        """Return who holds a role, each with what his own words say he holds it in."""
        syntax = self.syntax
        dep, head = syntax.dep[token], syntax.head[token]
        found: list[int] = []
        if dep in ("compound", "nmod", "amod", "nsubj", "dobj", "pobj", "ROOT", "poss", "appos"):
            name = self._person_over(token)
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
            elif dep in ("attr", "oprd") and syntax.lemma[head] in _BECOME | _NAMING:
                found += self.grammar.objects(head) if syntax.lemma[head] in _NAMING else self.grammar.subjects(head)
            elif dep in ("dobj", "xcomp") and syntax.lemma[head] in ("become", "remain", "make"):
                found += self.grammar.subjects(head)
            elif dep == "pobj" and syntax.lower[head] == "as":
                verb = syntax.head[head]
                found += (self.grammar.objects(verb) or self.grammar.subjects(verb)) if syntax.pos[verb] == "VERB" else [verb]
            elif dep == "conj":
                found += (
                    [self.index_head(m) for m, _ in self.holders(head)]
                    if syntax.pos[head] in ("NOUN", "PROPN") and self.role(head)
                    else []
                )
            found += [x for name, x in syntax.prepositions(token) if name in ("like", "such as", "including")]
        # "President X and Y": the title in front of one name is that one's; "Presidents X and Y" hold it both
        alone = dep in ("compound", "nmod", "amod") and syntax.tag[token] not in ("NNS", "NNPS")
        out: list[tuple[Mention, list[tuple[Mention, float]]]] = []
        for x in found:
            for y in [x] if dep in ("attr", "pobj", "conj") or alone else syntax.series(x):
                mention = self._holder_mention(y)
                if mention is not None and mention not in [m for m, _ in out]:
                    own = [(m, 0.75) for p in self.grammar.possessors(y) if (m := self.index.at(p)) and m.type == "State"]
                    out.append((mention, own))
        if not out:
            own_mention = self.index.at(token)
            if own_mention is not None and own_mention.type in ("Person", "PopulationGroup") and own_mention.entity is not None:
                out.append((own_mention, []))
        return out

    def index_head(self, mention: Mention) -> int:
        """Return the head token of a mention."""
        return self.index.head[mention.id]

    def _appositive_host(self, head: int) -> list[int]:
        syntax = self.syntax
        while syntax.dep[head] == "appos" and self._holder_mention(head) is None:
            head = syntax.head[head]
        return [head]

    def _person_over(self, token: int) -> Mention | None:
        """Return the name of a person inside which a title stands ("President Emmanuel Macron" as one mention)."""
        name = self.index.in_name(token)
        return name if name is not None and name.type == "Person" and self.index.head[name.id] != token else None

    def _holder_mention(self, token: int) -> Mention | None:
        mention = self.index.at(token) or self.index.in_name(token)
        if mention is None or mention.entity is None:
            return None
        return mention if mention.type == "Person" else None

    # ------------------------------------------------------------------ in what

    def tails(self, token: int, holders: list[tuple[Mention, list[tuple[Mention, float]]]]) -> list[tuple[Mention, float]]:
        """Return states, organizations and places in which a role is held, with how sure that is."""
        syntax = self.syntax
        taken = {m.entity for m, _ in holders}
        out: list[tuple[Mention, float]] = []

        def take(x: int, sureness: float) -> None:
            mention = self.index.at(x) or self.index.in_name(x)
            if mention is None or mention.entity is None or mention.entity in taken:
                return
            if mention.type in ORGANIZATIONS or mention.type in ("State", "Place"):
                if mention.entity not in [m.entity for m, _ in out]:
                    out.append((mention, sureness))
            elif mention.type == "Person" and self.role(token) is not None and syntax.lemma[token].startswith("spokes"):
                out.append((mention, sureness))

        bare = self._bare_office(token) is not None
        for name, x in syntax.prepositions(token):
            if bare and name == "of":
                continue
            if name in ("for", "to") and self._abroad(token):
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
                        or (name == "in" and mention.type == "State" and self.role_state(token) not in (None, "headOfState"))
                    )
                    and name != "to"
                    and not self._abroad(token)
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

    def role_state(self, token: int) -> str | None:
        """Return what a role noun makes of its holder in a state."""
        role = self.role(token)
        return role.state if role is not None else None

    def _abroad(self, token: int) -> bool:
        return self.syntax.lemma[token] in (
            "ambassador",
            "envoy",
            "diplomat",
            "consul",
            "attaché",
            "representative",
            "correspondent",
        )

    # ------------------------------------------------------------------ when

    def interval(self, token: int) -> tuple[DateBounds | None, DateBounds | None]:
        """Return bounds of beginning and end that "since", "from", "until" and "to" state beside a role noun."""
        syntax = self.syntax
        nodes = [token]
        if syntax.dep[token] in ("attr", "oprd", "dobj"):
            nodes.append(syntax.head[token])
        elif syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] == "as":
            nodes.append(syntax.head[syntax.head[token]])
        begin = finish = None
        for node in nodes:
            for name, x in syntax.prepositions(node):
                bounds = self._bounds_at(x)
                if bounds is None:
                    continue
                if name in ("since", "from"):
                    begin = bounds
                elif name in ("until", "till", "to"):
                    finish = bounds
                elif begin is None and name in ("in", "on") and self._is_entry(node):
                    begin = bounds  # "was appointed president in March": the day of appointment
        return begin, finish

    def _is_entry(self, verb: int) -> bool:
        """Say whether a verb tells how an office was entered, as fact."""
        if self.syntax.lemma[verb] not in _NAMING | {"become"}:
            return False
        return self.w.factuality.read(verb, material=False).is_fact

    def _bounds_at(self, token: int) -> DateBounds | None:
        at = self.syntax.start[token]
        for time in self.w.reading.times:
            if time.start <= at < time.end:
                return time.bounds
        return None

    # ------------------------------------------------------------------ ranks

    def write_ranks(self) -> None:
        """Put a rank that stands before a person's name into all that the person holds."""
        rank_of: dict[str, str] = {}
        syntax = self.syntax
        for token in range(len(syntax)):
            if syntax.lower[token] not in self.ranks:
                continue
            head = syntax.head[token]
            mention = self._person_over(token) or (
                self._holder_mention(head) if syntax.dep[token] in ("compound", "nmod") else None
            )
            if mention is not None and mention.entity is not None:
                first = token
                while first and syntax.head[first - 1] == syntax.head[token] and syntax.lower[first - 1] in self.ranks:
                    first -= 1
                rank_of.setdefault(mention.entity, self.w.reading.document.text[syntax.start[first] : syntax.end[token]])
        for key, relation in list(self.w.relations.items()):
            if relation.head in rank_of and relation.type in (
                "headOf",
                "memberOf",
                "agentOf",
                "ministerOf",
                "headOfState",
                "spokespersonOf",
            ):
                self.w.change(key, replace(relation, rank=rank_of[relation.head]))
        self.w.rank_of.update(rank_of)
