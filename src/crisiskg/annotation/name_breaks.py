"""Cuts names that go on over the end of a paragraph or a separator of a list: two names stand there, not one."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc

from crisiskg.annotation.names import Name

#: Characters that part the items of a list or a line of credits.
_SEPARATORS = frozenset({"|", "•", "·", "‖"})
#: A line that is at least so long may be wrapped within a name.
_WRAPPED = 45


def cut_at_breaks(doc: Doc, names: list[Name]) -> list[Name]:
    """Return the names, those over a break cut in two; parts of a name known as a whole keep its type.

    Args:
        doc: The document.
        names: What was found, with any extent.
    """
    found: list[Name] = []
    for name in names:
        start = name.start
        for index in range(name.start, name.end):
            inside = name.start < index < name.end - 1
            if inside and (doc[index].text in _SEPARATORS or (doc[index].is_space and _ends_line(doc, index))):
                if start < index:
                    found.append(replace(name, start=start, end=index))
                start = index + 1
        if start == name.start:
            found.append(name)
        elif start < name.end:
            found.append(replace(name, start=start))
    return found


def _ends_line(doc: Doc, index: int) -> bool:
    """Whether white space ends a paragraph or a line too short to be wrapped."""
    text = doc[index].text
    if "\n" not in text:
        return False
    if text.count("\n") > 1:
        return True
    before = index - 1
    while before > 0 and "\n" not in doc[before].text:
        before -= 1
    return doc[index].idx - doc[before].idx < _WRAPPED
