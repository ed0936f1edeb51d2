"""Who is against whom, from what they do to each other: fighting told as fact makes adversaries of groups."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from crisiskg.annotation.records import Event, Mention, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crisiskg.annotation.reading import Reading

_PARTIES = frozenset(
    {"ArmedGroup", "SecurityForce", "State", "GovernmentBody", "PoliticalParty", "IntergovernmentalOrganization"}
)
_RECIPROCAL = frozenset(
    {"fight", "clash", "battle", "skirmish", "war", "fighting", "conflict", "combat", "hostilities", "firefight"}
)
_FIGHTERS_TEXT = """
fighter militant rebel insurgent gunman terrorist jihadist guerrilla militiaman soldier troop force warplane jet target position
commando extremist separatist combatant unit militia
"""
#: Who fights for the group that their phrase names.
_FIGHTERS = frozenset(_FIGHTERS_TEXT.split())
_OWNING = frozenset({"of", "from", "the"})


def find_adversaries(events: list[Event], reading: Reading) -> list[Relation]:
    """Return the relation `against` for each pair of groups of which one fights the other.

    Args:
        events: Events of the document, with participants.
        reading: Their document.

    Returns:
        One relation a pair that the document does not relate so yet, in order of the events.
    """
    by_id = {m.id: m for m in reading.mentions}
    named = {m.entity for m in reading.mentions if m.kind == "name"}
    known = {frozenset((r.head, r.tail)) for r in reading.relations if r.type == "against"}
    found: list[Relation] = []
    for event in events:
        if event.type != "ASSAULT" or event.polarity == "negative" or event.status not in ("happened", "ongoing"):
            continue
        for one, other in _pairs(event, by_id, reading, named):
            pair = frozenset((one.entity or "", other.entity or ""))
            if len(pair) < 2 or pair in known:
                continue
            known.add(pair)
            found.append(
                Relation(
                    type="against",
                    head=one.entity or "",
                    tail=other.entity or "",
                    start=event.sentence[0],
                    end=event.sentence[1],
                    head_mention=one.id,
                    tail_mention=other.id,
                    status=event.status,
                    certainty=event.certainty,
                    attribution=event.attribution,
                    confidence=round(0.7 * event.confidence, 2),
                )
            )
    return found


def _pairs(
    event: Event, by_id: dict[str, Mention], reading: Reading, named: set[str | None]
) -> Iterator[tuple[Mention, Mention]]:
    """Yield the pairs of groups that an event sets against each other."""
    actors = [party for i in event.actor if (party := _party(by_id[i], reading, named)) is not None]
    recipients = [party for i in event.recipient if (party := _party(by_id[i], reading, named)) is not None]
    for one in actors:
        for other in recipients:
            yield one, other
    words = reading.document.text[event.start : event.end].lower()
    if not recipients and len(actors) == 2 and any(words.startswith(w) for w in _RECIPROCAL):
        yield from combinations(actors, 2)


def _party(mention: Mention, reading: Reading, named: set[str | None]) -> Mention | None:
    """Return the named party that a mention is or fights for: the Front for "fighters of the Front" and "Front fighters".

    Who is hurt is no party: an attack on civilians makes them nobody's adversary.
    """
    if _is_group(mention) and mention.entity in named:
        return mention
    if mention.kind != "nominal" or mention.type not in _PARTIES | {"PopulationGroup", "Organization"}:
        return None
    head = reading.head_of(mention)
    if mention.type in ("PopulationGroup", "Organization") and head.lemma_.lower() not in _FIGHTERS:
        return None
    first, last = reading.tokens_of(mention.start, mention.end)
    inside = [m for m in reading.mentions_in(first, last) if m.id != mention.id and m.entity in named and _is_group(m)]
    before = [m for m in inside if m.end <= head.idx]
    behind = [m for m in inside if m.start > head.idx and reading.doc[reading.tokens_of(m.start, m.end)[0] - 1].lower_ in _OWNING]
    found = before or behind
    return found[0] if found else None


def _is_group(mention: Mention) -> bool:
    """Say whether a mention is of a party that can be at odds with another, not of its victims."""
    return mention.entity is not None and (
        mention.type in _PARTIES or (mention.type == "PopulationGroup" and mention.kind == "name")
    )
