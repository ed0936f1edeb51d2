"""Chooses among names that overlap."""

from __future__ import annotations

from collections import defaultdict

from spacy.tokens import Doc

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import SHORT_FORMS, Name


def join_names(doc: Doc, matches: list[Name], marked: list[Name], runs: list[Name]) -> list[Name]:
    """Choose among names that overlap.

    A name of the reference data beats the model on the same words, a longer name a shorter one.

    Args:
        doc: The document in tokens.
        matches: Names of the reference data.
        marked: Names that the model or a pattern marked.
        runs: Runs of words with capitals.
    """
    taken: list[Name | None] = [None] * len(doc)
    chosen: list[Name] = []
    dropped: set[int] = set()

    def place(name: Name) -> None:
        chosen.append(name)
        for index in range(name.start, name.end):
            taken[index] = name

    at: dict[int, list[Name]] = defaultdict(list)
    for name in matches:
        for index in range(name.start, name.end):
            at[index].append(name)
    by_span = {(name.start, name.end): name for name in matches}
    claimed: set[tuple[int, int]] = set()
    for name in marked:
        same = by_span.get((name.start, name.end))
        if same is not None:
            continue
        touching = list({id(m): m for index in range(name.start, name.end) for m in at.get(index, ())}.values())
        within = [m for m in touching if name.start <= m.start and m.end <= name.end]
        crossing = [m for m in touching if m not in within]
        inner = [m for m in within if not any(m is not o and o.start <= m.start and m.end <= o.end for o in within)]
        if crossing and not all(m.demonym for m in crossing):
            continue
        if inner and not _holds_together(name, inner):
            continue
        if any(taken[index] is not None for index in range(name.start, name.end)):
            continue
        place(name)
        for part in inner:
            claimed.add((part.start, part.end))
    for name in matches:
        outer = taken[name.start]
        if outer is not None and outer.source == "reference" and name is not outer and _stands_inside(name, outer):
            chosen.append(name)
            continue
        if (name.start, name.end) in claimed:
            owner = taken[name.start]
            if owner is not None and owner.type != "Person" and _stands_inside(name, owner):
                chosen.append(name)
            continue
        if all(taken[index] is None for index in range(name.start, name.end)):
            place(name)
    for name in runs:
        inside = [taken[index] for index in range(name.start, name.end)]
        if all(owner is None for owner in inside):
            place(name)
            continue
        owners = {id(owner): owner for owner in inside if owner is not None}
        if len(owners) >= 1 and _extends(doc, name, list(owners.values())):
            for owner in owners.values():
                if not (owner.source == "reference" and _stands_inside(owner, name)):
                    dropped.add(id(owner))
            place(name)
    return [name for name in chosen if id(name) not in dropped]


def _holds_together(name: Name, inner: list[Name]) -> bool:
    """Whether the model's longer name is one name and not two beside one another."""
    if name.type == "Person":
        first = inner[0]
        # "Malian President X": the demonym is no part of the person's name.
        return not (first.start == name.start and (first.demonym or first.type == "State") and name.end - first.end >= 2)
    first, last = inner[0], inner[-1]
    if len(inner) == 2 and first.demonym and first.start == name.start and last.start == first.end and last.end == name.end:
        return last.type not in ("ArmedGroup", "Company")  # "Russian Wagner Group", but "Australian Labor Party"
    return not (name.type == "PopulationGroup" and len(inner) == 1 and inner[0].demonym)


def _stands_inside(name: Name, owner: Name) -> bool:
    """Whether a state or demonym that begins an organization's name is a mention of its own."""
    if name.type not in ("State", "Place", "IntergovernmentalOrganization") or owner.end - owner.start < 2:
        return False
    if owner.type == "NamedEvent":
        return name.type == "State" and owner.source == "reference" and name.source == "part"
    return name.start == owner.start and name.end < owner.end and (name.type == "State" or name.demonym)


def _extends(doc: Doc, run: Name, owners: list[Name]) -> bool:
    """Whether a run of capitals is a better span than the names it covers: its head word says what it is."""
    words = name_words()
    last, first = doc[run.end - 1].text, doc[run.start].text
    covered = all(run.start <= owner.start and owner.end <= run.end for owner in owners)
    if not covered or any(owner.type == "Person" for owner in owners):
        return False
    if any(owner.source == "legal" and owner.end < run.end and doc[owner.end - 1].text in SHORT_FORMS for owner in owners):
        return False  # "Avenir LLC Jean Press"
    outer_end = max(owner.end for owner in owners)
    if outer_end < run.end and (last in words.organization or last in words.event or last in words.place):
        return True
    if any(owner.start == run.start and owner.end == run.end for owner in owners):
        return False
    return (
        first in words.organization
        and any(token.text in ("of", "for") for token in doc[run.start : run.end])
        and run.end - run.start <= 8
    )
