"""Offices and roles: who heads, speaks for, serves in or belongs to what, from role nouns.

A role noun (`role_nouns`) stands before a name ("President X"), in apposition, as predicate, behind "as", or behind "like"
("dictators like X"): `office_holders`. What it is a role in stands in front of it ("the Malian president", "Mali's president")
or behind a preposition: `office_bodies`. Where nothing stands there, `office_states` looks for the state; `office_times` says
from when until when an office is held, `ranks` adds military ranks.
"""

from __future__ import annotations

from crisiskg.annotation.office_bodies import OfficeBodies
from crisiskg.annotation.office_holders import Holder, OfficeHolders
from crisiskg.annotation.office_states import OpenOffice, find_states
from crisiskg.annotation.office_times import stated_interval
from crisiskg.annotation.ranks import write_ranks
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter, Role
from crisiskg.annotation.role_nouns import RoleNouns

#: Offices that are always those of a state, so that one may ask which even where the text does not say it.
_STATE_OFFICES = frozenset({"headOfState", "headOfGovernment", "ministerOf"})
#: What one person holds, not several together.
_HEADSHIPS = frozenset({"headOfState", "headOfGovernment", "ministerOf", "headOf"})

#: What a deputy is in a state: a deputy prime minister is one of the ministers.
_LESSER = {"headOfGovernment": "ministerOf", "ministerOf": "ministerOf"}
#: Who acts for the organization that sent him, as others do for a state.
_ENVOYS = frozenset({"envoy", "mediator", "emissary", "negotiator", "ambassador", "rapporteur", "coordinator", "representative"})


def find_offices(writer: RelationWriter) -> None:
    """Add the relations that role nouns tell."""
    finder = _OfficeFinder(writer)
    syntax = writer.syntax
    for token in range(len(syntax)):
        if syntax.pos[token] in ("NOUN", "PROPN") and (role := finder.nouns.role(token)) is not None:
            finder.read(token, role)
    find_states(writer, finder.open)
    write_ranks(writer, finder.holders)


class _OfficeFinder(RelationFinder):
    def __init__(self, writer: RelationWriter) -> None:
        super().__init__(writer)
        self.nouns = RoleNouns(writer)
        self.holders = OfficeHolders(self.nouns)
        self.bodies = OfficeBodies(self.nouns)
        self.lesser = writer.words_of("roles", "lesser")
        #: Offices of a state whose state is not said.
        self.open: list[OpenOffice] = []

    def read(self, token: int, role: Role) -> None:
        """Write the relations of one role noun."""
        syntax = self.syntax
        holders = self.holders.of(token)
        if not holders:
            return
        holders = [(m, own) for m, own in holders if not self._is_sender_of(token, m)]
        words = self.nouns.words_before(token)
        lesser = bool(words & self.lesser)
        former = bool(words & self.nouns.former)
        partial = syntax.lemma[token] in ("chief", "head") and self.nouns.has_topic(token)
        qualifier = next((w for w in sorted(words & self.nouns.qualifiers)), None)
        begin, finish = stated_interval(self.w, token)
        title = self.nouns.title(token)
        tails = self.bodies.of(token, holders)
        if self.nouns.is_high_commissioner(token) and all(m.type in ("Organization", "Place") for m, _ in tails):
            tails = []  # "for Human Rights" and "for Refugees" are topics
        if not tails and self._is_sent_by_united_nations(token):
            self._writes_for_united_nations(token, holders, title, former)
            return
        for holder, own in holders:
            for tail, sureness in own or tails:
                type_ = self._type(role, tail, lesser, partial and sureness < 0.85, syntax.lemma[token])
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
            if not (own or tails) and role.state in _STATE_OFFICES and self.w.named(holder):
                office = _LESSER.get(role.state, "agentOf") if lesser else role.state
                if office in _STATE_OFFICES:
                    self.open.append(OpenOffice(office, holder, token, former, title))

    def _is_sender_of(self, token: int, holder: Mention) -> bool:
        """Say whether a role is that of who sent the holder: "the Envoy of the Secretary-General, X" is no Secretary-General."""
        head = self.syntax.head[token]
        over = self.syntax.head[head] if self.syntax.dep[token] == "pobj" else token
        if over == token or self.nouns.sender(over) != token:
            return False
        return self.index.at(over) is None or any(m.entity == holder.entity for m, _ in self.holders.of(over))

    def _is_sent_by_united_nations(self, token: int) -> bool:
        """Say whether somebody is sent by the Secretary-General of the United Nations, whom no other body is named beside."""
        sender = self.nouns.sender(token)
        if sender is None:
            return self.nouns.is_high_commissioner(token)
        at = self.syntax.end[sender]
        return self.w.reading.document.text[max(at - 17, 0) : at].lower().replace(" ", "-").endswith("secretary-general")

    def _writes_for_united_nations(self, token: int, holders: list[Holder], title: str | None, former: bool) -> None:
        found = (m for m in self.w.reading.mentions if m.kind == "name" and m.type == "IntergovernmentalOrganization")
        body = next((m for m in found if (e := self.w.reading.entity(m.entity)) is not None and e.name == "United Nations"), None)
        for holder, _ in holders:
            if holder.type == "Person" and self.w.named(holder):
                self.w.add("memberOf", holder, body, token, confidence=0.75, former=former, title=title)

    def _type(self, role: Role, tail: Mention, lesser: bool, partial: bool, lemma: str) -> str | None:
        """Return the relation that a role makes in what it is held in.

        Args:
            role: What the role noun makes of its holder.
            tail: In what it is held.
            lesser: Whether it is a deputy's.
            partial: Whether it heads a part or topic only ("the Union's foreign policy chief").
            lemma: The role noun.
        """
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
        if tail.type == "IntergovernmentalOrganization" and ((partial and type_ == "headOf") or lemma in _ENVOYS):
            return "agentOf"
        if (lesser or partial) and type_ in ("headOf", "headOfState", "headOfGovernment"):
            return "memberOf" if tail.type in ORGANIZATIONS else _LESSER.get(type_, "agentOf")
        return type_

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
