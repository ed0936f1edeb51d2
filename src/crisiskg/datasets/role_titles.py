"""Tells what kind of role an office is by its title, where a dataset does not say so otherwise."""

from __future__ import annotations

import re

from crisiskg.crosswalk.states import fold

_GOVERNMENT = (
    "prime minister",
    "premier",
    "chancellor",
    "federal chancellor",
    "taoiseach",
    "head of government",
    "head of the government",
)
_STATE = (
    *("head of state", "president", "state president", "federal president", "monarch", "king", "queen", "emperor", "empress"),
    *("sultan", "emir", "amir", "grand duke", "grand duchess", "shah", "tsar", "supreme leader", "prince"),
)
_DEPUTY = re.compile(
    r"\b(?:deputy|vice|assistant|under|shadow|aide|adviser|advisor|spouse|member of|first lady|candidate|parliamentary|"
    r"permanent secretary|minister counsell?or|plenipotentiary|private secretary|chief of staff|crown prince|heir|consort|"
    r"ambassador|envoy|mother|elect)\b"
)
_MINISTER = re.compile(
    r"\b(?:ministers?|secretary of state|secretary of (?:defen[cs]e|the treasury|homeland security|the interior|energy|labor|"
    r"commerce|education|agriculture|transportation)|attorney general|chancellor of the exchequer|"
    r"deputy prime minister|vice prime minister|vice premier|vice chancellor|home secretary|foreign secretary)\b"
)
_HEAD = re.compile(
    r"(?:head|president|chair|chairman|chairwoman|chairperson|director|director general|executive director|managing director|"
    r"secretary general|general secretary|national secretary|first secretary|commander|commandant|chief|leader|ceo|governor|"
    r"high commissioner|commissioner|rector|emir|inspector general|speaker)\b"
)
_HEADS_GOVERNMENT = re.compile(
    r"\b(?:prime minister|premier|chancellor|taoiseach|first minister|minister president|governments?|council of ministers|"
    r"cabinet)\b"
)
#: Heads of the government of a part of a state.
_FIRST_MINISTER = re.compile(r"(?:prime|first|chief) minister\b|minister president\b")
_SPOKESPERSON = re.compile(r"\b(?:spokes(?:man|woman|person)|press secretary)\b")


def role_of(title: str, state: str | None = None) -> str:
    """Return the code of the kind of role.

    Args:
        title: Title of the office, in English.
        state: Name of the state that it is an office of; None where it is one of an organization. Only a state has ministers.

    >>> role_of("Prime Minister of Mali", "Mali"), role_of("President of Mali", "Mali"), role_of("President", "Mali")
    ('head-of-government', 'head-of-state', 'head-of-state')
    >>> role_of("Vice President of Mali", "Mali"), role_of("President of the Senate", "Mali"), role_of("Secretary-General")
    ('member', 'member', 'head')
    >>> role_of("Deputy Prime Minister", "Mali"), role_of("Deputy Minister of Defence", "Mali")
    ('minister', 'member')
    """
    words = fold(title)
    if _SPOKESPERSON.search(words):
        return "spokesperson"
    if state is None:
        return "head" if _HEAD.match(words) and not _DEPUTY.search(words) else "member"
    if re.search(r"\b(?:deputy|vice) (?:prime minister|premier|chancellor)\b", words):
        return "minister"
    if _DEPUTY.search(words):
        return "member"
    if any(_is_of(words, office, state) for office in _STATE):
        return "head-of-state"
    if any(_is_of(words, office, state) for office in _GOVERNMENT):
        return "head-of-government"
    return "minister" if _MINISTER.search(words) and not _FIRST_MINISTER.match(words) else "member"


def is_deputy(title: str) -> bool:
    """Tell whether a title is that of somebody beside or below the one who holds the office.

    >>> is_deputy("Vice President of Mali"), is_deputy("President of Mali")
    (True, False)
    """
    return _DEPUTY.search(fold(title)) is not None


def head_role(title: str) -> str:
    """Return the kind of role of an office that is known to be that of a head of state or of government.

    >>> head_role("President of the Government"), head_role("President of the Tolmian Republic"), head_role("Deputy Head")
    ('head-of-government', 'head-of-state', 'member')
    """
    words = fold(title)
    if _DEPUTY.search(words):
        return "member"
    return "head-of-government" if _HEADS_GOVERNMENT.search(words) else "head-of-state"


def _is_of(words: str, office: str, state: str) -> bool:
    """Tell whether a title names an office, and nothing beside it but the state.

    >>> _is_of("president of the united states of america", "president", "United States")
    True
    >>> _is_of("president of the republic of chad", "president", "Chad"), _is_of("premier of ontario", "premier", "Canada")
    (True, False)
    """
    if words == office:
        return True
    rest = words.removeprefix(f"{office} of ")
    if rest == words:
        return False
    name, rest = fold(state), fold(rest)
    return rest in (name, f"{name} of america", "republic", "state", "nation", "federation") or bool(
        re.fullmatch(
            rf"(?:\w+ ){{0,3}}(?:republic|kingdom|state|union|federation|commonwealth|emirate) of (?:the )?{re.escape(name)}",
            rest,
        )
    )
