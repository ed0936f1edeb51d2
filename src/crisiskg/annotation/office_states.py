"""Which state an office belongs to where its own phrase does not say it: "President X said".

In this order: the state that the reference data give the person's office in, where the document speaks of that state; the state
to which the document ties the same person elsewhere; the state whose forces the person sends or withdraws; the one state that the
document speaks of at all, or that it clearly is about. Where none of these is there, no relation is written: the state that
happens to stand nearest is as often another one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import RelationWriter

#: Role kinds of the reference data that an office may be.
_KINDS = {
    "headOfState": ("head-of-state",),
    "headOfGovernment": ("head-of-government",),
    "ministerOf": ("minister",),
}
_TIES = ("headOfState", "headOfGovernment", "ministerOf", "citizenOf", "agentOf")
#: What a leader does with his own forces.
_COMMANDS = frozenset(
    {"withdraw", "deploy", "send", "pull", "mobilize", "mobilise", "commit", "dispatch", "recall", "command", "order"}
)
#: When a document is about a state: named so often, so many times as often as the next, first within so many sentences.
_OFTEN, _CLEARLY, _OPENING = 3, 1.5, 1
_BODIES = ("agencyOf", "ministryOf")


@dataclass(frozen=True, slots=True)
class OpenOffice:
    """An office of a state whose state is not said.

    Attributes:
        type: Relation type: headOfState, headOfGovernment or ministerOf.
        holder: Who holds it.
        token: The role noun.
        former: Whether the text says that it is over.
        title: Words of the role.
    """

    type: str
    holder: Mention
    token: int
    former: bool
    title: str | None


def find_states(writer: RelationWriter, offices: list[OpenOffice]) -> None:
    """Add the relations of offices whose state is found elsewhere than in their phrase.

    Args:
        writer: Relations that the phrases tell must be there.
        offices: The others.
    """
    if not offices:
        return
    by_iri: dict[str, Mention] = {}
    by_entity: dict[str, Mention] = {}
    for mention in writer.reading.mentions:
        entity = writer.reading.entity(mention.entity) if mention.type == "State" and writer.named(mention) else None
        if entity is not None:
            by_entity.setdefault(entity.id, mention)
            if entity.iri is not None:
                by_iri.setdefault(entity.iri, mention)
    subject, titled = _subject(writer, by_entity), _of_title(writer, by_entity)
    held = {(r.type, r.head) for r in writer.relations.values()}
    for office in offices:
        if (office.type, office.holder.entity) in held:
            continue
        state, sureness = _by_reference(writer, office, by_iri), 0.8
        if state is None:
            state, sureness = _by_document(writer, office, by_entity), 0.7
        if state is None:
            state, sureness = _by_heading(writer, office, by_entity), 0.75
        if state is None:
            state, sureness = _by_command(writer, office), 0.55
        if state is None and not writer.reading.holdings.get(office.holder.entity or ""):
            state, sureness = (next(iter(by_entity.values())), 0.45) if len(by_entity) == 1 else (titled or subject, 0.45)
        if state is not None:
            writer.add(
                office.type, office.holder, state, office.token, confidence=sureness, former=office.former, title=office.title
            )


def _subject(writer: RelationWriter, by_entity: dict[str, Mention]) -> Mention | None:
    """Return the state that a document is about: the first sentence names it, and nothing else is spoken of as often."""
    counts = Counter(m.entity for m in writer.reading.mentions if m.entity in by_entity)
    if not counts:
        return None
    (first, most), *others = counts.most_common(2)
    if most < _OFTEN or (others and others[0][1] * _CLEARLY > most):
        return None
    mention = by_entity[first or ""]
    opens = min(m.start for m in writer.reading.mentions if m.entity == first)
    head = writer.index.head.get(mention.id)
    return mention if head is not None and writer.syntax.sentence[writer.syntax.token_at(opens)] <= _OPENING else None


def _of_title(writer: RelationWriter, by_entity: dict[str, Mention]) -> Mention | None:
    """Return the one state that the title names: who is called a former minister without more is one of its ministers."""
    line, _, rest = writer.reading.document.text.partition("\n")
    if not rest.startswith("\n") or line.rstrip().endswith("."):
        return None
    named = {m.entity for m in writer.reading.mentions if m.end <= len(line) and m.entity in by_entity}
    return by_entity[named.pop() or ""] if len(named) == 1 else None


def _by_reference(writer: RelationWriter, office: OpenOffice, by_iri: dict[str, Mention]) -> Mention | None:
    """Return the state in which the reference data know the person in such an office, at best on the day of publication."""
    holdings = [h for h in writer.reading.holdings.get(office.holder.entity or "", ()) if h.organization in by_iri]
    fitting = [h for h in holdings if h.role in _KINDS[office.type]] or [h for h in holdings if h.role.startswith("head-of-")]
    published = writer.reading.published
    day = None if published is None else published.latest or published.earliest
    fitting.sort(key=lambda h: (day is None or not h.covers(day), h.organization))
    return by_iri[fitting[0].organization] if fitting else None


def _by_document(writer: RelationWriter, office: OpenOffice, by_entity: dict[str, Mention]) -> Mention | None:
    """Return the one state to which other words of the document tie the person."""
    person = office.holder.entity
    states_of = {r.head: r.tail for r in writer.relations.values() if r.type in _BODIES}
    tied = {
        state
        for r in writer.relations.values()
        if r.head == person and r.polarity == "positive" and (r.type in _TIES or r.tail in states_of)
        for state in (r.tail if r.tail in by_entity else states_of.get(r.tail),)
        if state in by_entity
    }
    return by_entity[tied.pop() or ""] if len(tied) == 1 else None


def _by_heading(writer: RelationWriter, office: OpenOffice, by_entity: dict[str, Mention]) -> Mention | None:
    """Return the state whose name alone is the last such line before an office, as in watch lists by country."""
    text, at = writer.reading.document.text, writer.syntax.start[office.token]
    found = None
    for mention in writer.reading.mentions:
        if mention.start >= at:
            break
        if mention.type == "State" and mention.kind == "name" and mention.entity in by_entity:
            before, behind = text[: mention.start], text[mention.end : mention.end + 40]
            line = before.rpartition("\n")[2].strip(" \t#*•·0123456789.") == "" and "\n" in before
            if line and behind.partition("\n")[0].strip(" \t:*#") == "" and "\n" in behind:
                found = mention
    return by_entity[found.entity or ""] if found is not None else None


def _by_command(writer: RelationWriter, office: OpenOffice) -> Mention | None:
    """Return the state whose forces the person sends, deploys or withdraws in the same sentence."""
    syntax, index = writer.syntax, writer.index
    first, behind = syntax.bounds[syntax.sentence[office.token]]
    for verb in range(first, behind):
        if syntax.pos[verb] != "VERB" or syntax.lemma[verb] not in _COMMANDS:
            continue
        subjects = writer.grammar.subjects(verb)
        if not any(
            syntax.lower[s] in ("he", "she") if (m := index.at(s)) is None else m.entity == office.holder.entity for s in subjects
        ):
            continue
        for force in writer.grammar.objects(verb):
            owned = index.at(force)
            if owned is None or owned.type != "SecurityForce":
                continue
            for x in [*writer.grammar.possessors(force), *writer.grammar.modifiers(force)]:
                state = index.at(x)
                if state is not None and state.type == "State" and writer.named(state):
                    return state
    return None
