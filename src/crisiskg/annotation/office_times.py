"""From when until when an office is held: what is stated beside the role noun, else the day that its sentence speaks of.

"On 3 May 2016 President X signed" says that X held the office on that day, not on the day of publication. An office told without
a day is held on the day of publication (`crisiskg.graph` adds that), unless the reference data know that it was over by then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.office_holders import NAMING
from crisiskg.annotation.relation_writer import RelationWriter
from crisiskg.annotation.triggers import load_lexicon
from crisiskg.documents import DateBounds

if TYPE_CHECKING:
    from crisiskg.annotation.records import Relation

_OFFICES = frozenset({"headOfState", "headOfGovernment", "ministerOf", "headOf", "spokespersonOf"})
_KINDS = {"headOfState": "head-of-state", "headOfGovernment": "head-of-government", "ministerOf": "minister"}


def stated_interval(writer: RelationWriter, token: int) -> tuple[DateBounds | None, DateBounds | None]:
    """Return bounds of beginning and end that "since", "from", "until" and "to" state beside a role noun."""
    syntax = writer.syntax
    nodes = [token]
    if syntax.dep[token] in ("attr", "oprd", "dobj"):
        nodes.append(syntax.head[token])
    elif syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] == "as":
        nodes.append(syntax.head[syntax.head[token]])
    begin = finish = None
    for node in nodes:
        for name, x in syntax.prepositions(node):
            bounds = writer.bounds_at(x)
            if bounds is None:
                continue
            if name in ("since", "from"):
                begin = bounds
            elif name in ("until", "till", "to"):
                finish = bounds
            elif begin is None and name in ("in", "on") and _is_entry(writer, node):
                begin = bounds  # "was appointed president in March": the day of appointment
    return begin, finish


def _is_entry(writer: RelationWriter, verb: int) -> bool:
    """Say whether a verb tells how an office was entered, as fact."""
    if writer.syntax.lemma[verb] not in NAMING | {"become"}:
        return False
    return writer.factuality.read(verb, material=False).is_fact


def bound_offices(writer: RelationWriter) -> None:
    """Give offices that are told as held, without begin and end of their own, the day that their sentence speaks of."""
    times: EventTimes | None = None
    for key, relation in list(writer.relations.items()):
        if relation.type not in _OFFICES or relation.former or relation.begin is not None or relation.finish is not None:
            continue
        if relation.polarity == "negative" or relation.status not in ("happened", "ongoing"):
            continue
        if times is None:
            times = EventTimes(writer.grammar, load_lexicon(), writer.reading.times)
        day = _day_told(writer, relation, times)
        if day is not None:
            begin, finish = _around(day)
            writer.change(key, replace(relation, begin=begin, finish=finish))
        elif _is_over(writer, relation):
            published = writer.reading.published
            if published is not None and published.latest is not None:
                over = DateBounds(None, published.latest, published.precision, "inferred")
                writer.change(key, replace(relation, finish=over))


def _around(day: DateBounds) -> tuple[DateBounds, DateBounds]:
    """Return the bounds of begin and end of what holds on a day: begun by its last moment, not ended before its first."""
    begin = DateBounds(None, day.latest, day.precision, day.basis, day.start, day.end)
    return begin, DateBounds(day.earliest, None, day.precision, day.basis, day.start, day.end)


def _day_told(writer: RelationWriter, relation: Relation, times: EventTimes) -> DateBounds | None:
    """Return the day on which the clause of an office's holder tells something that has happened."""
    syntax, head = writer.syntax, writer.index.head.get(relation.head_mention or "")
    if head is None:
        return None
    verb = writer.grammar.clause_of(head)
    tensed = [syntax.tag[verb], *(syntax.tag[a] for a in syntax.kids(verb, "aux", "auxpass"))]
    if syntax.pos[verb] not in ("VERB", "AUX") or "VBD" not in tensed:
        return None
    if not writer.factuality.read(verb, material=False).is_fact:
        return None
    time = times.time_of(verb, None, is_fact=True)
    day = time.bounds if time is not None else None
    if day is None or day.earliest is None or day.latest is None:
        return None
    published = writer.reading.published
    return None if published is not None and published.latest is not None and day.earliest > published.latest else day


def _is_over(writer: RelationWriter, relation: Relation) -> bool:
    """Say whether the reference data know that an office was over on the day of publication."""
    published = writer.reading.published
    state = writer.reading.entity(relation.tail)
    if published is None or published.earliest is None or state is None:
        return False
    known = [
        h
        for h in writer.reading.holdings.get(relation.head, ())
        if h.organization == state.iri and h.role == _KINDS.get(relation.type)
    ]
    return bool(known) and all(h.end is not None and h.end < published.earliest for h in known)
