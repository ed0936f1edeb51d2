"""People who go home: from where they are said to live or work, to the state whose people they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.records import Mention
from crisiskg.annotation.syntax import MentionIndex, Syntax

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading


def settle_movement(candidate: Candidate, arguments: Arguments, reading: Reading, syntax: Syntax, index: MentionIndex) -> None:
    """Give a return home the origin and destination that the document tells elsewhere of the same people.

    Args:
        candidate: The trigger; only untyped verbs of migration are looked at.
        arguments: Its participants; origin and destination are filled in where they are open.
        reading: The document, with its relations.
        syntax: Its parse.
        index: Its mentions by token.
    """
    if candidate.type is not None or "migration" not in candidate.contexts or not candidate.trigger.verb:
        return
    home = any(syntax.lower[c] in ("home", "back") for c in syntax.children[candidate.token])
    movers = {m.entity for m in (*arguments.actor, *arguments.recipient) if m.entity is not None}
    if not movers or not (home or candidate.trigger.lemma == "return"):
        return
    if arguments.origin is None:
        lived = [r for r in reading.relations if r.type == "livesIn" and r.head in movers and r.polarity == "positive"]
        if len({r.tail for r in lived}) == 1:
            arguments.origin = index.by_id.get(lived[0].tail_mention or "")
    if arguments.destination is None:
        origin = arguments.origin.entity if arguments.origin is not None else None
        homes = _states_within([m for m in reading.mentions if m.entity in movers], syntax, index)
        if len({m.entity for m in homes}) == 1 and homes[0].entity != origin:
            arguments.destination = homes[0]


def _states_within(people: list[Mention], syntax: Syntax, index: MentionIndex) -> list[Mention]:
    """Return the states whose names modify mentions of people: "Tajik migrants"."""
    found = []
    for mention in people:
        for token in syntax.tokens((mention.start, mention.end)):
            for inner in index.headed.get(token, ()):
                if inner.type == "State" and inner.id != mention.id and syntax.dep[token] in ("amod", "compound", "nmod"):
                    found.append(inner)
    return found
