"""Quotations: where they open and close, across sentences of one paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKS = re.compile(r"[“”\"«»]|\n|''|``")
#: A quotation longer than this is a mark that was never closed.
MAX_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation.

    Attributes:
        start: Offset of the first character inside the marks.
        end: Offset behind the last character inside the marks.
        words: How many words it has; short ones are often not speech but words set apart.
    """

    start: int
    end: int
    words: int


def find_quotes(text: str) -> list[Quote]:
    """Return the quotations in double marks, in order.

    A mark that is not closed before the end of its paragraph closes there, where the next paragraph opens with a mark again (the
    custom of long quotations); otherwise it is ignored. Single marks are not read: they are apostrophes too often.

    >>> [(text[q.start:q.end], q.words) for text in ["“We stay,” she said."] for q in find_quotes(text)]
    [('We stay,', 2)]
    """
    found: list[Quote] = []
    opened: int | None = None
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        if mark == "\n":
            if opened is not None and at > opened:
                if (
                    text[at:].lstrip()[:1] in ("“", '"')
                    if at + 1 < len(text) and text[at + 1 : at + 6].strip()[:1] in ("“", '"', "")
                    else False
                ):
                    _add(found, text, opened, at)
                    opened = None
                elif text[at + 1 : at + 2] == "\n" or at - opened > MAX_CHARS:
                    opened = None
            continue
        opens = (mark in "“«``" and mark != '"') or (mark == '"' and opened is None)
        if opened is None:
            if opens or mark == "''":
                opened = match.end()
        elif mark in ("“", "«", "``"):
            opened = match.end()
        elif at - opened <= MAX_CHARS:
            _add(found, text, opened, at)
            opened = None
        else:
            opened = match.end() if mark == '"' else None
    return found


def _add(found: list[Quote], text: str, start: int, end: int) -> None:
    if end > start:
        found.append(Quote(start, end, len(text[start:end].split())))
