"""Frames: how the processes of a service talk. One letter, four bytes of length (big-endian), content.

| letter | from | content |
|---|---|---|
| `R` | worker | ready: JSON |
| `Q` | web, host | a query: see `crisiskg.workers.crew` and `crisiskg.workers.process` |
| `H` | worker | header of an answer: JSON |
| `D` | worker | a part of the answer |
| `E` | worker | end of the answer: JSON |
| `X` | worker, host | an error instead, or in the middle: JSON with error, message, hint |
"""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

#: Longest content that is accepted, in bytes: nothing that crisiskg sends comes near it.
MAX_CONTENT = 256 * 1024 * 1024
_HEAD = struct.Struct(">cI")


class BrokenFrames(Exception):
    """What came is no frame."""


def pack(letter: bytes, content: bytes = b"") -> bytes:
    r"""Return one frame.

    >>> pack(b"R", b"{}")
    b'R\x00\x00\x00\x02{}'
    """
    return _HEAD.pack(letter, len(content)) + content


def pack_json(letter: bytes, value: Any) -> bytes:
    """Return a frame whose content is JSON."""
    return pack(letter, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@functools.lru_cache(512)
def unpacked(content: bytes) -> Mapping[str, Any]:
    """Return the JSON object of a header or of an end; there are few different ones, so that they are remembered.

    >>> unpacked(b'{"rows": 2}')["rows"]
    2
    """
    found: dict[str, Any] = json.loads(content)
    return MappingProxyType(found)


class FrameParser:
    """Puts frames together from what comes in pieces."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take bytes, and return the frames that are whole now.

        Raises:
            BrokenFrames: a frame is longer than anything that is sent.

        >>> parser = FrameParser()
        >>> parser.feed(pack(b"D", b"ab")[:4]), parser.feed(pack(b"D", b"ab")[4:] + b"E")
        ([], [(b'D', b'ab')])
        """
        if self._rest:
            data = self._rest + data
        found = []
        place, size = 0, len(data)
        while size - place >= 5:
            length = int.from_bytes(data[place + 1 : place + 5], "big")
            if length > MAX_CONTENT:
                raise BrokenFrames(f"a frame of {length} bytes")
            end = place + 5 + length
            if end > size:
                break
            found.append((data[place : place + 1], data[place + 5 : end]))
            place = end
        self._rest = data[place:] if place < size else b""
        return found
