"""Clients that are slow on purpose: they send half of a request, or take nothing of an answer."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from dataclasses import dataclass

from hostile.cases import encoded

_HALVES = (
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half: ",
    b"GET /hea",
    b"",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 5000\r\n\r\nASK {",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nASK",
    b"PUT /graphs?graph=urn:x HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
)


@dataclass(slots=True)
class Held:
    """What became of slow connections.

    Attributes:
        opened: How many were opened.
        refused: How many could not be opened.
        longest_s: Longest time that one stayed open, in seconds.
        left: How many were still open at the end.
    """

    opened: int = 0
    refused: int = 0
    longest_s: float = 0.0
    left: int = 0


def half_requests(address: tuple[str, int], count: int, seconds: float, limit_s: float) -> Held:
    """Hold half-open connections for some time; where one is closed, open another.

    Every third one sends a byte a second, which must not give it more time.

    Args:
        address: Host and port.
        count: How many at a time.
        seconds: For how long new ones are opened.
        limit_s: Seconds that a connection is waited for after that.
    """
    held = Held()
    connections: dict[int, tuple[socket.socket, float, bool]] = {}
    poll = select.poll()
    start = time.monotonic()
    end, drip, number = start + seconds, start + 1.0, 0
    while True:
        now = time.monotonic()
        while now < end and len(connections) < count:
            try:
                connection = socket.create_connection(address, 5.0)
                connection.sendall(_HALVES[number % len(_HALVES)])
            except OSError:
                held.refused += 1
                break
            number += 1
            held.opened += 1
            connection.setblocking(False)
            connections[connection.fileno()] = (connection, time.monotonic(), number % 3 == 0)
            poll.register(connection, select.POLLIN)
        for descriptor, _ in poll.poll(200):
            connection, since, _ = connections[descriptor]
            try:
                over = not connection.recv(65_536)
            except BlockingIOError:
                continue
            except OSError:
                over = True
            if over:
                held.longest_s = max(held.longest_s, time.monotonic() - since)
                poll.unregister(connection)
                connection.close()
                del connections[descriptor]
        if time.monotonic() > drip:
            drip += 1.0
            for connection, _, drips in connections.values():
                if drips:
                    with contextlib.suppress(OSError):
                        connection.send(b"x")
        if time.monotonic() > end and (not connections or time.monotonic() > end + limit_s):
            break
    now = time.monotonic()
    for connection, since, _ in connections.values():
        held.longest_s = max(held.longest_s, now - since)
        connection.close()
    held.left = len(connections)
    return held


def unread_answers(address: tuple[str, int], count: int, limit_s: float) -> Held:
    """Ask for large answers and read nothing of them.

    Args:
        address: Host and port.
        count: How many at a time.
        limit_s: Seconds after which each must have been closed by the service.
    """
    held = Held()
    target = "/sparql?" + encoded([("query", "SELECT * WHERE { ?s ?p ?o } LIMIT 90000")])
    request = f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nConnection: close\r\n\r\n".encode("ascii")
    connections: dict[int, tuple[socket.socket, float]] = {}
    poll = select.poll()
    for _ in range(count):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            connection.connect(address)
            connection.sendall(request)
        except OSError:
            held.refused += 1
            connection.close()
            continue
        held.opened += 1
        connections[connection.fileno()] = (connection, time.monotonic())
        poll.register(connection, select.POLLRDHUP)  # told of an end also while bytes wait to be read
    end = time.monotonic() + limit_s
    while connections and time.monotonic() < end:
        for descriptor, _ in poll.poll(200):
            connection, since = connections.pop(descriptor)
            held.longest_s = max(held.longest_s, time.monotonic() - since)
            poll.unregister(connection)
            connection.close()
    held.left = len(connections)
    for connection, since in connections.values():
        held.longest_s = max(held.longest_s, time.monotonic() - since)
        connection.close()
    return held
