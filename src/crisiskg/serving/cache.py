"""Answers that are kept for equal requests on one generation, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

#: Headers as ASGI has them.
Headers = list[tuple[bytes, bytes]]

#: What an entry costs beside its body and key, about.
_OVERHEAD = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was sent.

    Attributes:
        headers: All headers but the length.
        body: The whole body.
        etag: Entity tag, in quotes.
    """

    headers: Headers
    body: bytes
    etag: bytes


class AnswerCache:
    """Keeps answers; those that were not asked for longest go first.

    Args:
        max_bytes: Room for all of them together.

    >>> cache = AnswerCache(10_000)
    >>> cache.put("g1", "query", Kept([], b"answer", b'"1"'))
    >>> cache.get("g1", "query").body, cache.get("g2", "query")
    (b'answer', None)
    """

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._kept: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._revision = ""
        self.size = 0

    def get(self, revision: str, key: Hashable) -> Kept | None:
        """Return the answer to an equal request on the same revision of the store."""
        if revision != self._revision:
            return None
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, revision: str, key: Hashable, answer: Kept) -> None:
        """Keep an answer, where it is small enough. A new revision makes all others worthless."""
        if revision != self._revision:
            self._kept.clear()
            self.size = 0
            self._revision = revision
        size = (
            len(answer.body) + sum(len(part) for part in key if isinstance(part, bytes | str)) + _OVERHEAD
            if isinstance(key, tuple)
            else len(answer.body) + _OVERHEAD
        )
        if size > self._max // 8:
            return
        if key in self._kept:
            self.size -= self._kept.pop(key)[1]
        self._kept[key] = (answer, size)
        self.size += size
        while self.size > self._max:
            _, (_, gone) = self._kept.popitem(last=False)
            self.size -= gone
