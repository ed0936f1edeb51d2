"""Remembers which rows were read, in fourteen bytes a row, so that a table of any length can be told from its repetitions."""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crisiskg.importing.side_file import SideFile

#: Rows that are kept in a dictionary until they are packed, and most that one packed part holds.
_FRESH = 250_000
_MOST_PACKED = 8_000_000
_RECORD = struct.Struct("<QIH")
WIDTH = _RECORD.size
_TYPE = np.dtype([("key", "<u8"), ("line", "<u4"), ("file", "<u2")])


def key_of(text: str) -> int:
    """Return 64 bits that stand for an identifier. Two of forty million have the same with a chance of 1 to 20,000.

    >>> key_of("a") == key_of("a") != key_of("b")
    True
    """
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Where(NamedTuple):
    """Where a row stands.

    Attributes:
        line: Line of its file, from 1.
        file: Number of the file, from 0.
    """

    line: int
    file: int


class Seen:
    """The keys of all rows so far, with where they stand.

    Args:
        side: File in which they are kept for an import that goes on; None keeps them in memory alone.

    >>> seen = Seen()
    >>> seen.add(key_of("12"), Where(2, 0))
    >>> seen.find(key_of("12"))
    Where(line=2, file=0)
    >>> seen.find(key_of("13")) is None
    True
    """

    def __init__(self, side: SideFile | None = None) -> None:
        self._side = side
        self._fresh: dict[int, list[Where]] = {}
        self._n_fresh = 0
        self._packed: list[NDArray[np.void]] = []
        if side is not None and side.count:
            found = np.frombuffer(side.read(), _TYPE)
            for start in range(0, len(found), _MOST_PACKED):
                self._packed.append(np.sort(found[start : start + _MOST_PACKED], order="key", kind="stable"))

    def add(self, key: int, where: Where) -> None:
        """Remember a row; the same key may come several times."""
        self._fresh.setdefault(key, []).append(where)
        self._n_fresh += 1
        if self._side is not None:
            self._side.add(_RECORD.pack(key, min(where.line, 0xFFFFFFFF), min(where.file, 0xFFFF)))
        if self._n_fresh >= _FRESH:
            self._pack()

    def find(self, key: int) -> Where | None:
        """Return where a row with this key stood first; None where there was none."""
        for part in self._packed:
            place = int(np.searchsorted(part["key"], np.uint64(key)))
            if place < len(part) and int(part["key"][place]) == key:
                return Where(int(part["line"][place]), int(part["file"][place]))
        found = self._fresh.get(key)
        return found[0] if found else None

    def count(self, key: int) -> int:
        """Return how often a key came."""
        total = len(self._fresh.get(key, ()))
        for part in self._packed:
            first, last = (np.searchsorted(part["key"], np.uint64(key), side) for side in ("left", "right"))
            total += int(last) - int(first)
        return total

    def _pack(self) -> None:
        rows = [(key, min(where.line, 0xFFFFFFFF), where.file) for key, places in self._fresh.items() for where in places]
        part = np.sort(np.array(rows, _TYPE), order="key", kind="stable")
        self._fresh, self._n_fresh = {}, 0
        while self._packed and len(self._packed[-1]) <= len(part) and len(self._packed[-1]) + len(part) <= _MOST_PACKED:
            part = np.sort(np.concatenate([self._packed.pop(), part]), order="key", kind="stable")
        self._packed.append(part)
