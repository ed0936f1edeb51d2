"""Which relation a word for kin stands for."""

from __future__ import annotations

import re

from crisiskg.crosswalk.states import fold
from crisiskg.datasets.values import RowError

#: Words for kin that the graph has relations for: from the person's view, what the relative is.
_KIN: tuple[tuple[str, str, bool], ...] = (
    (r"father|mother|parent|padre|madre|step ?(?:father|mother)", "parentOf", True),
    (r"son|daughter|child|children|hijo|hija|step ?(?:son|daughter)", "parentOf", False),
    (r"spouse|wife|husband|married|marriage|partner|civil partner|first lady", "spouseOf", False),
)
_LAW = re.compile(r"\b(?:in law|grand|great|god|ex|former|half)\b|grand(?:father|mother|parent|son|daughter|child)")


def kin_of(word: str | None) -> tuple[str, bool]:
    """Return the relation that a word for kin stands for, and whether the relative is its subject.

    Args:
        word: What the relative is to the person, as "mother".

    Raises:
        RowError: the graph has no relation for it.

    >>> kin_of("Mother"), kin_of("son"), kin_of("wife")
    (('parentOf', True), ('parentOf', False), ('spouseOf', False))
    """
    if word is None:
        raise RowError("the property relationship is empty, so that nobody knows what kin they are")
    words = fold(word)
    if not _LAW.search(words):
        for pattern, relation, is_inverse in _KIN:
            if re.search(rf"\b(?:{pattern})\b", words):
                return relation, is_inverse
    raise RowError(f"the relationship {word[:60]!r} is none that the graph has: parents, children and spouses")
