"""Whom a deed concerns that is done to a thing or a building of theirs: "stormed the headquarters of the party".

The owner stands behind "of", before a possessive ending, as a modifier ("the party's office", "UN vehicles") or behind a
participle ("a warehouse belonging to the agency"). Towns and airports have no owner: "the capital of Mali" only lies in Mali.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.records import Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crisiskg.annotation.arguments import ArgumentReader
    from crisiskg.annotation.event_agreement import FoundEvent

#: Types of deeds that hit whoever owns what they are done to.
_DEEDS = frozenset({"ASSAULT", "COERCE", "PROTEST"})
#: Things of which the owner is hit.
_PROPERTY_TEXT = """
headquarters hq office bureau home house residence hut villa apartment flat shop store kiosk stall business hotel restaurant
farm field crop granary harvest garden land plantation cattle cow goat sheep camel herd livestock property possession belonging
building compound premise facility warehouse depot clinic hospital centre center school church mosque temple monastery chapel
shrine grave tent camp car vehicle truck lorry bus motorcycle motorbike bicycle boat canoe workshop garage factory plant mine
newsroom studio station radio press server account website hideout stronghold
"""
#: Things that states and forces own as well.
_INSTITUTION_TEXT = """
embassy consulate mission ship vessel tanker frigate aircraft plane jet helicopter drone tank base barracks outpost post
position trench convoy checkpoint ambulance patrol garrison
"""
_PROPERTY = frozenset(_PROPERTY_TEXT.split())
_INSTITUTIONS = frozenset(_INSTITUTION_TEXT.split())
#: Participles behind a thing that bring its owner, and the preposition that does it.
_OWNING = {"belong": "to", "own": "by", "run": "by", "operate": "by", "use": "by", "rent": "by", "manage": "by", "hold": "by"}
_NO_OWNERS = frozenset({"Place", "NamedEvent"})
#: Prepositions that bring what a deed without an object is done to: "set fire to the house", "fired on the office".
_BEHIND = frozenset({"of", "on", "against", "at", "upon", "to", "into"})


def add_owners(found: list[FoundEvent], reader: ArgumentReader) -> None:
    """Add the owners of what a deed is done to, as its recipients; what they own stays.

    Args:
        found: Events of a document, changed in place.
        reader: Finds the mentions of phrases.
    """
    for event in found:
        if event.candidate.type not in _DEEDS or event.candidate.mode == "arrest":
            continue
        arguments = event.arguments
        taken = {m.entity or m.id for m in (*arguments.actor, *arguments.recipient)} | arguments.barred
        for thing in _things(event, reader):
            for owner in owners_of(thing, reader):
                if (owner.entity or owner.id) not in taken:
                    taken.add(owner.entity or owner.id)
                    arguments.recipient.append(owner)


def owners_of(thing: int, reader: ArgumentReader) -> list[Mention]:
    """Return who owns what a noun stands for; empty where it is nothing that one owns, or nobody is named."""
    grammar, syntax, index = reader.grammar, reader.syntax, reader.index
    lemma = syntax.lemma[thing]
    institution = lemma in _INSTITUTIONS
    if not institution and lemma not in _PROPERTY:
        return []
    mention = index.at(thing)
    if mention is not None and mention.kind == "name":
        return []
    heads: list[int] = list(grammar.possessors(thing))
    for participle in syntax.kids(thing, "acl"):
        wanted = _OWNING.get(syntax.lemma[participle])
        if wanted is not None:
            heads += [y for name, y in syntax.prepositions(participle) if name == wanted]
    heads += grammar.of(thing)
    heads += [x for x in grammar.modifiers(thing) if syntax.head[x] == thing and syntax.dep[x] != "poss"]
    for head in heads:
        owners = [
            m
            for m in _parties(head, reader)
            if m.type not in _NO_OWNERS and (institution or m.type != "State") and not (m.start <= syntax.start[thing] < m.end)
        ]
        if owners:
            return owners
    return []


def _parties(head: int, reader: ArgumentReader) -> list[Mention]:
    """Return the mention that a phrase stands for, or the name that stands beside it: "the newspaper Le Soir"."""
    mention = reader.index.at(head)
    if mention is not None and mention.kind != "name":
        for apposition in reader.syntax.kids(head, "appos"):
            named = reader.index.at(apposition)
            if named is not None and named.kind == "name":
                return [named]
    return reader.fillers(head)


def _things(event: FoundEvent, reader: ArgumentReader) -> Iterator[int]:
    """Yield the heads of what the deed is done to."""
    grammar, syntax = reader.grammar, reader.syntax
    token, support = event.candidate.token, event.candidate.support
    if event.candidate.trigger.verb:
        objects = grammar.objects(token)
        yield from objects
        if objects and event.candidate.trigger.frame == "act":
            return
    for verb in (token, support):
        if verb is not None:
            yield from (x for name, x in syntax.prepositions(verb) if name in _BEHIND)
