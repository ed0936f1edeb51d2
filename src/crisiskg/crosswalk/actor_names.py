"""Reads names of actors as UCDP and ACLED write them: which state they belong to, and between which years."""

from __future__ import annotations

import re
from typing import NamedTuple

from crisiskg.crosswalk.states import CodedState, Crosswalk

#: Years in brackets at the end or before a branch: "(2001-2014)", "(2021-)", "(1999-2015) Prison Guards".
_YEARS = re.compile(r"\s*\((?P<begin>\d{4})?\s*[-–]\s*(?P<end>\d{4})?\)\s*(?P<branch>.*)\Z")
_BODY = re.compile(
    r"(?P<body>(?:Former |Mutiny of |Unified )?"
    r"(?:Government|Military Forces|Police Forces|Military|Police|Armed Forces|Security Forces|"
    r"Air Force|Navy|Coast Guard|Gendarmerie|Presidential Guard|Republican Guard)) of (?:the )?(?P<rest>.+)\Z",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?P<body>Civilians|Protesters|Rioters|Unidentified Armed Groups?|Unidentified Gang|Students|Farmers|Women|Labour Group|"
    r"Refugees|Private Security Forces|Vigilante Group|Prisoners|Journalists)\s*\((?P<rest>[^()]+)\)",
    re.IGNORECASE,
)


class ActorName(NamedTuple):
    """What a name of an actor says.

    Attributes:
        state: The state whose body or people it is; None where the name tells none.
        body: Which body or people, as written: "Military Forces"; None for other names.
        begin: First year of the regime, as the name has it.
        end: Last year of the regime.
        branch: What stands behind the years, such as "Prison Guards".
    """

    state: CodedState | None
    body: str | None = None
    begin: int | None = None
    end: int | None = None
    branch: str | None = None


def read_actor_name(crosswalk: Crosswalk, name: str, at: str | None = None) -> ActorName:
    """Read the name of an actor.

    Args:
        crosswalk: Finds states by name.
        name: As the dataset writes it.
        at: Day of the event, "YYYY-MM-DD"; None takes the last year of the regime, else today.

    Returns:
        What the name says; without a state where it is that of no state's body or people, or of bodies of several states.

    >>> from crisiskg.crosswalk import load_crosswalk
    >>> found = read_actor_name(load_crosswalk(), "Military Forces of Yugoslavia (1992-1999) Border Guard", "1995-03-01")
    >>> found.state.label, found.body, found.begin, found.branch
    ('Serbia and Montenegro', 'Military Forces', 1992, 'Border Guard')
    >>> read_actor_name(load_crosswalk(), "Government of DR Congo (Zaire)", "1980-05-01").state.label
    'Democratic Republic of the Congo'
    >>> read_actor_name(load_crosswalk(), "Government of Mali, Government of Niger").state is None
    True
    """
    begin = end = None
    branch: str | None = None
    whole = name
    years = _YEARS.search(name)
    if years is not None:
        name = name[: years.start()]
        begin = int(years["begin"]) if years["begin"] else None
        end = int(years["end"]) if years["end"] else None
        branch = years["branch"] or None
    found = _BODY.match(name) or _PEOPLE.match(name)
    if found is None:
        return ActorName(None)
    if ", Government of " in whole:
        return ActorName(None, found["body"])
    day = at or (f"{end}-01-01" if end else None)
    state = crosswalk.named(found["rest"].strip(), day)
    return ActorName(state, found["body"], begin, end, branch)
