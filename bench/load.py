"""A load generator of one process: prepared requests over raw sockets that are kept alive, the same for every server.

As a program it reads a plan in JSON from standard input and writes what it measured to standard output, so that the benchmark
around it takes no part in its work. Requests have a counter of fixed width in them, so that no two texts are equal.
"""

from __future__ import annotations

import base64
import json
import re
import select
import socket
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field

#: Seconds after the end for which answers are waited for.
_PATIENCE_S = 15.0
#: Stands in a prepared request where the counter goes.
COUNTER = b"0000000000"

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)


@dataclass
class Plan:
    """What to ask.

    Attributes:
        port: Port on loopback.
        requests: Whole requests in Base64, with `COUNTER` where each is to differ.
        terms: How many terms the answer to each holds; None where it is not checked.
        connections: Connections at once; with `rate` the most there may be.
        seconds: How long to go on.
        rate: Requests a second whether or not answers come (open loop); None for one request after the other on each connection.
        warm: Seconds at the start that are not counted.
        offset: Where the counter starts.
    """

    port: int
    requests: list[str]
    terms: list[int | None]
    connections: int = 1
    seconds: float = 5.0
    rate: float | None = None
    warm: float = 0.5
    offset: int = 0


@dataclass
class Measured:
    """What came of it. Latencies are in seconds, in an open loop from when the request was due."""

    seconds: float = 0.0
    wrong: int = 0
    failed: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    first_wrong: str = ""
    latencies: list[float] = field(default_factory=list)
    sent: int = 0


class _Connection:
    """One connection and the answer that is coming in on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = self.socket.fileno()
        self.buffer = b""
        self.request = 0
        self.since = 0.0

    def answer(self) -> tuple[int, bytes, bool] | None:
        """Return status, body and whether the server closes; None where the answer is not whole yet."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head, body = self.buffer[:end], self.buffer[end + 4 :]
        if match := _LENGTH.search(head):
            if len(body) < int(match[1]):
                return None
        elif _CHUNKED.search(head):
            whole = joined_chunks(body)
            if whole is None:
                return None
            body = whole
        else:
            raise ValueError("an answer without a length")
        return int(head[9:12]), body, _CLOSE.search(head) is not None


def joined_chunks(text: bytes) -> bytes | None:
    """Return the content of a chunked body; None where it is not whole.

    >>> joined_chunks(bytes.fromhex("330d0a6162630d0a300d0a0d0a")), joined_chunks(b"3")
    (b'abc', None)
    """
    if not text.endswith(b"0\r\n\r\n"):
        return None
    parts: list[bytes] = []
    at = 0
    while True:
        line = text.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(text[at:line].partition(b";")[0], 16)
        if size == 0:
            return b"".join(parts)
        if line + 2 + size + 2 > len(text):
            return None
        parts.append(text[line + 2 : line + 2 + size])
        at = line + 2 + size + 2


class Generator:
    """Carries out one plan.

    Args:
        plan: What to ask.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.found = Measured(seconds=plan.seconds)
        self._requests: list[tuple[bytes, bytes | None]] = []
        for encoded in plan.requests:
            before, counted, after = base64.b64decode(encoded).partition(COUNTER)
            self._requests.append((before, after if counted else None))
        self._poll = select.epoll()
        self._busy: dict[int, _Connection] = {}
        self._idle: deque[_Connection] = deque()
        self._late: deque[float] = deque()

    def run(self) -> Measured:
        """Return what was measured."""
        plan = self.plan
        self._counted_from = time.perf_counter() + plan.warm
        self._end = self._counted_from + plan.seconds
        start, due = time.perf_counter(), 0
        if plan.rate is None:
            for _ in range(plan.connections):
                self._ask(time.perf_counter())
        while True:
            now, pause = time.perf_counter(), 0.05
            if plan.rate is not None:
                while (at := start + due / plan.rate) <= now and at < self._end:
                    self._late.append(at)
                    due += 1
                while self._late and (self._idle or len(self._busy) < plan.connections):
                    self._ask(self._late.popleft())
                pause = max(0.0, min(pause, start + due / plan.rate - time.perf_counter()))
            if now >= self._end and not (self._busy or self._late or (plan.rate and start + due / plan.rate < self._end)):
                break
            if now >= self._end + _PATIENCE_S:
                self.found.failed += len(self._busy) + len(self._late)
                break
            for number, _ in self._poll.poll(pause):
                self._receive(self._busy.get(number))
        for connection in (*self._busy.values(), *self._idle):
            connection.socket.close()
        self._poll.close()
        return self.found

    def _ask(self, since: float) -> None:
        """Send the next request, on a connection that is idle or on a new one."""
        if self._idle:
            connection = self._idle.pop()
        else:
            connection = _Connection(self.plan.port)
            self._poll.register(connection.number, select.EPOLLIN)
        self._busy[connection.number] = connection
        n = self.found.sent
        self.found.sent += 1
        connection.buffer, connection.since, connection.request = b"", since, n % len(self._requests)
        before, after = self._requests[connection.request]
        connection.socket.sendall(before if after is None else b"%b%010d%b" % (before, self.plan.offset + n, after))

    def _receive(self, connection: _Connection | None) -> None:
        if connection is None:  # an idle connection that the server closed
            for gone in list(self._idle):
                if not gone.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    self._idle.remove(gone)
                    self._close(gone)
            return
        try:
            data = connection.socket.recv(1_048_576)
        except OSError:
            data = b""
        connection.buffer += data
        whole = connection.answer() if data else (0, b"", True)
        if whole is None:
            return
        del self._busy[connection.number]
        self._count(connection, whole[0], whole[1])
        if whole[2]:
            self._close(connection)
        else:
            self._idle.append(connection)
        if self.plan.rate is None and time.perf_counter() < self._end:
            self._ask(time.perf_counter())

    def _count(self, connection: _Connection, status: int, body: bytes) -> None:
        found, wanted = self.found, self.plan.terms[connection.request]
        found.statuses[str(status)] = found.statuses.get(str(status), 0) + 1
        if status == 0:
            found.failed += 1
        elif status != 200 or (wanted is not None and body.count(b'"type"') != wanted):
            found.wrong += 1
            found.first_wrong = found.first_wrong or f"status {status}, request {connection.request}: {body[:300]!r}"
        elif connection.since >= self._counted_from:
            found.latencies.append(time.perf_counter() - connection.since)

    def _close(self, connection: _Connection) -> None:
        self._poll.unregister(connection.number)
        connection.socket.close()


def main() -> None:
    """Carry out the plan on standard input."""
    json.dump(asdict(Generator(Plan(**json.load(sys.stdin))).run()), sys.stdout)


if __name__ == "__main__":
    main()
