"""Whom a deed concerns that is done to a thing of theirs: "rejected the plan drawn up by X", "lifted the ban imposed on Y".

The verb's object is no mention then, but says whose it is: by a participle with its agent, by its possessor, or by a preposition.
And who speaks in "X issued a statement urging Y" is the one who issues it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.records import Mention

if TYPE_CHECKING:
    from crisiskg.annotation.arguments import ArgumentReader
    from crisiskg.annotation.event_agreement import FoundEvent

#: Prepositions behind the object of a deed of each type that bring its recipient, with those behind a participle of the object.
_BEHIND_OBJECT: dict[str, frozenset[str]] = {
    "REJECT": frozenset({"by", "from", "of"}),
    "SUPPORT": frozenset({"by", "from", "of"}),
    "AGREE": frozenset({"by", "from", "to", "for"}),
    "CONCEDE": frozenset({"by", "from", "on", "against", "to"}),
    "RETREAT": frozenset({"on", "against"}),
    "SANCTION": frozenset({"on", "against", "to", "for"}),
    "AID": frozenset({"to", "for"}),
}
#: Types whose object somebody may own: "opposed the minister's plan".
_OWNED = frozenset({"REJECT", "SUPPORT"})
#: What says something, and who makes it says that.
_STATEMENTS = frozenset(
    {"statement", "letter", "message", "resolution", "appeal", "communiqué", "declaration", "petition", "report"}
)
#: Types of mentions that do nothing and have nothing done to them.
_NO_PARTIES = frozenset({"Place", "NamedEvent"})


def lend_from_objects(found: list[FoundEvent], reader: ArgumentReader) -> None:
    """Give events the parties that their object, or the statement that tells them, names.

    Args:
        found: Events of a document; those that lack a recipient or an actor are filled in place.
        reader: Finds the mentions of phrases.
    """
    for event in found:
        if not event.candidate.trigger.verb:
            continue
        if event.candidate.type in _BEHIND_OBJECT and _has_no_other(event):
            event.arguments.recipient = _owners(event, reader) or event.arguments.recipient
        if not event.arguments.actor:
            event.arguments.actor = _issuers(event, reader)


def _has_no_other(event: FoundEvent) -> bool:
    """Say whether an event has no recipient, or only the doer's own "its": "suspended its support for the state"."""
    own = {m.entity for m in event.arguments.actor if m.entity is not None}
    return all(m.kind == "pronoun" and m.entity in own for m in event.arguments.recipient)


def _owners(event: FoundEvent, reader: ArgumentReader) -> list[Mention]:
    grammar, syntax = reader.grammar, reader.syntax
    kind = event.candidate.type
    assert kind is not None
    wanted = _BEHIND_OBJECT[kind]
    taken = {mention.entity or mention.id for mention in event.arguments.actor} | event.arguments.barred
    for x in grammar.objects(event.candidate.token):
        if reader.index.at(x) is not None or syntax.pos[x] != "NOUN":
            continue
        heads: list[int] = []
        for participle in syntax.kids(x, "acl"):
            if syntax.tag[participle] == "VBN":
                if "by" in wanted:
                    heads += [y for c in syntax.kids(participle, "agent") for y in syntax.kids(c, "pobj")]
                heads += [y for name, y in syntax.prepositions(participle) if name in wanted]
        if kind in _OWNED:
            heads += grammar.possessors(x)
        heads += [y for name, y in syntax.prepositions(x) if name in wanted]
        for head in heads:
            parties = [m for m in reader.fillers(head) if m.type not in _NO_PARTIES and (m.entity or m.id) not in taken]
            if parties:
                return parties
    return []


def _issuers(event: FoundEvent, reader: ArgumentReader) -> list[Mention]:
    """Return who makes the statement that a participle goes on from: "issued a statement calling on Y"."""
    grammar, syntax = reader.grammar, reader.syntax
    verb = event.candidate.token
    noun = syntax.head[verb]
    if syntax.dep[verb] != "acl" or syntax.tag[verb] != "VBG" or syntax.lemma[noun] not in _STATEMENTS:
        return []
    if syntax.dep[noun] != "dobj" or reader.index.at(noun) is not None:
        return []
    taken = {mention.id for mention in event.arguments.recipient}
    parties = [m for x in grammar.subjects(syntax.head[noun]) for m in reader.fillers(x)]
    return [m for m in parties if m.id not in taken and m.type not in _NO_PARTIES]
