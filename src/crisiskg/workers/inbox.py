"""What a query worker is sent: requests, of which a few may be there ahead of time, and words to leave some of them out."""

from __future__ import annotations

import os
import select
import time
from collections import deque

from crisiskg.workers.frames import FrameParser

_BLOCK = 262_144
#: Seconds of work on one request after which it is worth asking whether the others are still wanted: asking costs a system call.
_LONG_S = 0.005


class Inbox:
    """Hands out requests in the order in which they came.

    Requests (`Q`) count from 1. `C` with such a number takes one back that may be here already. The sender counts answers, so
    that one that is taken back must be answered all the same, as shortly as can be.

    Args:
        file: Number of the socket or pipe. It is not closed here.

    >>> import socket
    >>> from crisiskg.workers.frames import pack
    >>> ours, theirs = socket.socketpair()
    >>> ours.send(b"".join(pack(b"Q", text) for text in (b"a", b"b", b"c")) + pack(b"C", b"2"))
    24
    >>> inbox = Inbox(theirs.fileno())
    >>> inbox.next(), inbox.next(), inbox.next()
    (b'a', b'', b'c')
    >>> ours.close(); inbox.next() is None
    True
    >>> inbox.close(); theirs.close()
    """

    def __init__(self, file: int) -> None:
        self._file = os.dup(file)
        self._parser = FrameParser()
        self._waiting: deque[bytes] = deque()
        self._number = 0
        self._taken_back: set[int] = set()
        self._since = 0.0
        #: Whether something came since this was last set to false. What came together may be answered from one look at the store.
        self.fresh = False

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def next(self) -> bytes | None:
        """Return the next request, empty where it was taken back; None where no more come."""
        if not self._waiting:
            while not self._waiting:
                if not self._receive():
                    return None
        elif time.perf_counter() - self._since > _LONG_S and select.select([self._file], [], [], 0)[0]:
            self._receive()
        self._since = time.perf_counter()
        self._number += 1
        request = self._waiting.popleft()
        if self._number in self._taken_back:
            self._taken_back.discard(self._number)
            return b""
        return request

    def _receive(self) -> bool:
        """Take what is there, or wait for it; tell whether more may come."""
        try:
            data = os.read(self._file, _BLOCK)
        except ConnectionError:
            return False
        if not data:
            return False
        self.fresh = True
        for letter, content in self._parser.feed(data):
            if letter == b"Q":
                self._waiting.append(content)
            elif letter == b"C" and int(content) > self._number:
                self._taken_back.add(int(content))
        return True
