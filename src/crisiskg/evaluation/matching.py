"""Spans, and the one-to-one matching of predictions with gold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Span = tuple[int, int]
P = TypeVar("P")
G = TypeVar("G")

_ARTICLE = re.compile(r"(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_TAIL = re.compile(r"\.?\s*['’]s?\Z|\.\Z")


def trimmed(text: str, start: int, end: int) -> Span:
    """Return a span without leading article, closing possessive and full stop, in which annotated sets differ.

    >>> trimmed("the army's", 0, 10)
    (4, 8)
    """
    article = _ARTICLE.match(text[start:end])
    start += article.end() if article else 0
    tail = _TAIL.search(text[start:end])
    return start, start + tail.start() if tail else end


def overlap(one: Span, other: Span) -> int:
    """Return how many characters two spans share.

    >>> overlap((0, 5), (3, 9)), overlap((0, 2), (2, 4))
    (2, 0)
    """
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def matched(
    predicted: Sequence[P],
    gold: Sequence[G],
    degree: Callable[[P, G], float],
    keys: tuple[Callable[[P], Hashable], Callable[[G], Hashable]] | None = None,
) -> list[tuple[int, int]]:
    """Match predictions with gold one to one, the best fitting pairs first, earlier ones first where two fit alike.

    Args:
        predicted: Predictions.
        gold: Gold items.
        degree: How well two fit; 0 where they do not.
        keys: Keys that must be equal for two to fit at all; None where there are none.

    Returns:
        Places in `predicted` and `gold`.

    >>> matched([1, 5], [5, 1], lambda p, g: p == g)
    [(0, 1), (1, 0)]
    """
    candidates: dict[Hashable, list[int]] = defaultdict(list)
    for place, item in enumerate(gold):
        candidates[keys[1](item) if keys else None].append(place)
    ranked = []
    for i, one in enumerate(predicted):
        for j in candidates.get(keys[0](one) if keys else None, ()):
            fit = float(degree(one, gold[j]))
            if fit > 0:
                ranked.append((-fit, i, j))
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for _, i, j in sorted(ranked):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            pairs.append((i, j))
    return pairs
