"""From when until when an office is held: what is stated beside the role noun, else the day that its sentence speaks of.

"On 3 May 2016 President X signed" says that X held the office on that day, not on the day of publication. An office told without
a day is held on the day of publication (`crisiskg.graph` adds that), unless the reference data know that it was over by then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.office_holders import NAMING, SUCCEEDING
from crisiskg.annotation.relation_writer import RelationWriter
from crisiskg.annotation.triggers import load_lexicon
from crisiskg.documents import DateBounds, DatePrecision

if TYPE_CHECKING:
    from crisiskg.annotation.records import Relation

_OFFICES = frozenset({"headOfState", "headOfGovernment", "ministerOf", "headOf", "spokespersonOf"})
#: Words for an office that was told of before, and verbs that say that it is held or given up.
_POSTS = frozenset({"post", "office", "position", "job", "role", "power", "seat"})
_KEEPING = frozenset({"hold", "keep", "occupy", "retain", "be", "remain", "stay", "serve"})
_LEAVING = frozenset({"leave", "resign", "relinquish", "vacate", "quit"})
_KINDS = {"headOfState": "head-of-state", "headOfGovernment": "head-of-government", "ministerOf": "minister"}


def stated_interval(writer: RelationWriter, token: int) -> tuple[DateBounds | None, DateBounds | None]:
    """Return bounds of beginning and end that "since", "from", "until" and "to" state beside a role noun."""
    syntax = writer.syntax
    nodes = [token]
    if syntax.dep[token] in ("attr", "oprd", "dobj"):
        nodes.append(syntax.head[token])
    elif syntax.dep[token] in ("ccomp", "xcomp") and syntax.lemma[syntax.head[token]] in NAMING:
        nodes.append(syntax.head[token])  # "made him governor in 2003"
    elif syntax.dep[token] == "pobj" and syntax.lower[syntax.head[token]] == "as":
        nodes.append(syntax.head[syntax.head[token]])
    begin = finish = None
    for node in nodes:
        for name, x in syntax.prepositions(node):
            bounds = writer.bounds_at(x)
            if bounds is None:
                continue
            if name in ("from", "between", "in", "during") and (ends := _ends_of(bounds)) is not None:
                begin, finish = ends  # "from 2019 to 2021" is one expression of time
            elif name in ("since", "from"):
                begin = bounds
            elif name in ("until", "till", "to"):
                finish = bounds
            elif begin is None and name in ("in", "on") and _is_entry(writer, node):
                begin = bounds  # "was appointed president in March": the day of appointment
    return begin, finish


def _ends_of(bounds: DateBounds) -> tuple[DateBounds, DateBounds] | None:
    """Return begin and end of a stretch of time, as exact as its words: years, months or days; None for a single time."""
    first, last = bounds.earliest, bounds.latest
    if bounds.precision != "interval" or first is None or last is None:
        return None
    behind = last + dt.timedelta(days=1)
    if (first.month, first.day, behind.month, behind.day) == (1, 1, 1, 1):
        opened, closing = dt.date(first.year, 12, 31), dt.date(last.year, 1, 1)
        precision: DatePrecision = "year"
    elif first.day == behind.day == 1:
        opened = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        closing, precision = last.replace(day=1), "month"
    else:
        opened, closing, precision = first, last, "day"
    begin = DateBounds(first, opened, precision, bounds.basis, bounds.start, bounds.end)
    return begin, DateBounds(closing, last, precision, bounds.basis, bounds.start, bounds.end)


def _is_entry(writer: RelationWriter, verb: int) -> bool:
    """Say whether a verb tells how an office was entered, as fact."""
    if writer.syntax.lemma[verb] not in NAMING | SUCCEEDING | {"become"}:
        return False
    return writer.factuality.read(verb, material=False).is_fact


def find_spells(writer: RelationWriter) -> None:
    """Bound offices that are taken up by a word for them: "He held the post until 2006", "has been in office since 2012"."""
    syntax = writer.syntax
    for noun in range(len(syntax)):
        if syntax.lemma[noun] not in _POSTS or syntax.pos[noun] != "NOUN":
            continue
        verb = syntax.head[noun]
        if syntax.dep[noun] == "pobj" and syntax.lower[verb] in ("in", "from"):
            name, verb = syntax.lower[verb], syntax.head[verb]
            held = (syntax.lemma[verb] in _KEEPING) == (name == "in") and syntax.lemma[verb] in _KEEPING | _LEAVING
        else:
            held = syntax.dep[noun] == "dobj" and syntax.lemma[verb] in _KEEPING | _LEAVING
        if not held or not writer.factuality.read(verb, material=False).is_fact:
            continue
        begin = finish = None
        for name, x in syntax.prepositions(verb):
            bounds = writer.bounds_at(x)
            if bounds is None:
                continue
            if syntax.lemma[verb] in _LEAVING:
                finish = bounds if name in ("in", "on") else finish
            elif name in ("from", "between", "during") and (ends := _ends_of(bounds)) is not None:
                begin, finish = ends
            elif name in ("since", "from"):
                begin = bounds
            elif name in ("until", "till", "to"):
                finish = bounds
        for subject in writer.grammar.subjects(verb) if begin or finish else ():
            found = _taken_up(writer, subject, verb)
            if found is not None:
                office = writer.relations[found]
                writer.change(found, replace(office, begin=office.begin or begin, finish=office.finish or finish))


def _taken_up(writer: RelationWriter, subject: int, verb: int) -> tuple[object, ...] | None:
    """Return the office that "the post" takes up: the last one that was told of its holder.

    Behind "made him governor" a pronoun is the one who got the office, whoever was spoken of beside him.
    """
    syntax, holder = writer.syntax, writer.index.at(subject)
    if holder is None:
        return None
    since = syntax.start[syntax.bounds[max(syntax.sentence[verb] - 1, 0)][0]]
    told = [(r.start, key) for key, r in writer.relations.items() if r.type in _OFFICES and r.start <= syntax.start[verb]]
    entered = [(a, key) for a, key in told if a >= since and writer.relations[key].begin is not None]
    if syntax.tag[subject] == "PRP" and entered:
        return max(entered, key=lambda row: row[0])[1]
    own = [(a, key) for a, key in told if writer.relations[key].head == holder.entity]
    return max(own, key=lambda row: row[0])[1] if own else None


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
