"""A queue of bytes that keeps little in memory: what a client has not taken yet waits on disk."""

from __future__ import annotations

import tempfile
from collections import deque
from typing import IO

_MEMORY = 4 * 1_048_576
_BLOCK = 262_144


class Spool:
    """First in, first out.

    >>> spool = Spool(memory=4)
    >>> for part in (b"abc", b"def", b"g"):
    ...     spool.put(part)
    >>> spool.take(), spool.take(), spool.take()
    (b'abc', b'defg', b'')
    >>> spool.close()
    """

    def __init__(self, memory: int = _MEMORY) -> None:
        self._limit = memory
        self._parts: deque[bytes] = deque()
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._written = self._read = 0
        self.total = 0

    def __len__(self) -> int:
        return self._in_memory + self._written - self._read

    def put(self, data: bytes) -> None:
        """Add bytes at the end."""
        self.total += len(data)
        if self._written == self._read and self._in_memory + len(data) <= self._limit:
            self._parts.append(data)
            self._in_memory += len(data)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)

    def take(self) -> bytes:
        """Return some bytes from the front; none where there are none."""
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._in_memory = 0
            return data
        if self._file is None or self._read == self._written:
            return b""
        self._file.seek(self._read)
        data = self._file.read(min(_BLOCK, self._written - self._read))
        self._read += len(data)
        if self._read == self._written:
            self._file.seek(0)
            self._file.truncate()
            self._read = self._written = 0
        return data

    def close(self) -> None:
        """Forget everything."""
        self._parts.clear()
        self._in_memory = self._written = self._read = 0
        if self._file is not None:
            self._file.close()
            self._file = None
