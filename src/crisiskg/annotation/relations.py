"""Relations between entities, for a time: offices and memberships, ties of organizations and places, activity, sides of wars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.activity import find_activity
from crisiskg.annotation.borders import find_borders
from crisiskg.annotation.group_parts import find_parts
from crisiskg.annotation.leaderships import find_leaderships
from crisiskg.annotation.memberships import find_changes
from crisiskg.annotation.office_times import bound_offices, find_spells
from crisiskg.annotation.offices import find_offices
from crisiskg.annotation.opposition import find_opposition
from crisiskg.annotation.relation_model import add_learned
from crisiskg.annotation.relation_writer import RelationWriter
from crisiskg.annotation.situations import find_situations
from crisiskg.annotation.ties import find_ties
from crisiskg.annotation.war_sides import find_sides

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading


def find_relations(reading: Reading) -> None:
    """Add the relations of a document to its reading, in order of their evidence.

    Wars and other situations that are spoken of without a name become mentions and entities on the way.

    Args:
        reading: Mentions, entities, times, quantities and attributions must be there.
    """
    writer = find_by_rules(reading)
    add_learned(writer)
    bound_offices(writer)
    found = [r for r in writer.relations.values() if not reading.in_credits(r.start)]
    reading.relations.extend(sorted(found, key=lambda r: (r.start, r.type, r.head, r.tail, r.order or 0)))


def find_by_rules(reading: Reading) -> RelationWriter:
    """Find the relations that rules tell.

    Args:
        reading: As for `find_relations`.

    Returns:
        What they told; nothing is in the reading yet.
    """
    find_situations(reading)
    writer = RelationWriter(reading)
    find_offices(writer)
    find_spells(writer)
    find_changes(writer)
    find_ties(writer)
    find_parts(writer)
    find_leaderships(writer)
    find_opposition(writer)
    find_activity(writer)
    find_borders(writer)
    find_sides(writer)
    return writer
