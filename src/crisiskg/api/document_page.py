"""The text of a document with the passages marked that claims rest on."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from crisiskg.api.reading import Table


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text.

    Attributes:
        text: The words.
        claims: Numbers of the claims, from 1, that rest on it; empty for what nothing rests on.
        starts: Numbers of those of them whose passage begins here, for links to it.
    """

    text: str
    claims: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()


def highlighted(text: str, claims: Table) -> list[Part]:
    """Cut a text where passages begin and end.

    Args:
        text: Text of the document.
        claims: Answer of the query claims; the number of a claim is that of its row, from 1.

    Returns:
        Parts that joined give the text.

    >>> from crisiskg.api.reading import Cell
    >>> table = Table(["start", "end"], [{"start": Cell("2", "literal"), "end": Cell("4", "literal")}])
    >>> [(part.text, part.claims) for part in highlighted("abcdef", table)]
    [('ab', ()), ('cd', (1,)), ('ef', ())]
    """
    spans = []
    for number, row in enumerate(claims.rows, 1):
        start, end = int(row["start"].value), int(row["end"].value)
        if 0 <= start < end <= len(text):
            spans.append((start, end, number))
    spans.sort()
    cuts = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    parts: list[Part] = []
    following, active = 0, []
    for start, end in itertools.pairwise(cuts):
        while following < len(spans) and spans[following][0] <= start:
            active.append(spans[following])
            following += 1
        active = [span for span in active if span[1] > start]
        parts.append(
            Part(
                text[start:end],
                tuple(number for _, _, number in active),
                tuple(number for begin, _, number in active if begin == start),
            )
        )
    return parts
