"""What must never be touched: a server on loopback that counts who connects, and a file whose content must never be seen."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self


class Canary:
    """Listens on loopback, counts connections, and serves a secret as Turtle; the same secret lies in a file.

    Args:
        folder: Where the file is put. It must not be the folder of a store.

    Attributes:
        secret: Random word of the answer and of the file.
        file: The file, as an N-Triples document, so that something that reads it as RDF finds it well-formed.
        port: Port of the server.
        hits: Number of connections so far.
    """

    def __init__(self, folder: Path) -> None:
        self.secret = "canary" + secrets.token_hex(12)
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "canary.nt"
        self.file.write_text(f'<urn:canary> <urn:canary> "{self.secret}" .\n', "ascii")
        self.hits = 0
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _serve(self) -> None:
        body = self.file.read_bytes()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.hits += 1
            with connection:
                connection.settimeout(0.5)
                try:
                    connection.recv(65_536)
                    connection.sendall(head.encode("ascii") + body)
                except OSError:
                    continue

    def close(self) -> None:
        """Stop listening."""
        # shutdown wakes the thread that waits in accept; close alone would leave it there.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(2.0)
