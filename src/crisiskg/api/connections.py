"""Connections that cannot be held for nothing.

uvicorn itself would wait for ever for the rest of a request, and for ever for a client that does not take its answer. Here both
have a time limit, heads of requests have a size limit, and of too many connections the one that was idle longest is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

_MAX_HEAD = 65_536


class PromptRequests(HttpToolsProtocol):
    """Closes a connection whose request, head and body, is not there in time; the time runs from the connection or first byte on.

    Between requests the time limit of uvicorn for idle connections holds.
    """

    #: Seconds in which a request must be there.
    limit_s = 15.0
    #: Seconds in which a client must have taken what waits for it, as far as to let more follow.
    send_limit_s = 30.0
    #: Most connections of this process.
    most = 1000

    _waiting: ClassVar[dict[PromptRequests, None]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        """Keep what uvicorn gives."""
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_head = True
        self._gone: list[Callable[[], None]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the time; make room where there are too many connections."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._waiting[self] = None
        self._start()
        if len(self.connections) > self.most:
            for other in self._waiting:
                if other is not self:
                    other.cut_off()
                    break

    def data_received(self, data: bytes) -> None:
        """Take data; stop the time when the request is there."""
        self._start()
        if self._in_head:
            self._head += len(data)
            if self._head > _MAX_HEAD and not data.count(b"\r\n\r\n"):
                self._refuse_head()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Count a new head; let the application cut off an answer."""
        super().on_message_begin()
        self._in_head, self._head = True, 0
        self._gone = []
        self.scope["extensions"] = {"crisiskg.abort": self.cut_off, "crisiskg.gone": self._gone, "crisiskg.reply": self.reply}  # type: ignore[dict-item]

    def on_headers_complete(self) -> None:
        """Stop counting."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the time."""
        super().on_message_complete()
        self._stop()
        self._waiting.pop(self, None)
        self._in_head, self._head = True, 0

    def on_response_complete(self) -> None:
        """Count as idle again."""
        super().on_response_complete()
        self._gone.clear()
        self._waiting[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._stop()
        self._waiting.pop(self, None)
        self.resume_sending()
        super().connection_lost(exc)
        for leave in self._gone:
            leave()

    def pause_writing(self) -> None:
        """Give the client some time to take what waits for it."""
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(self.send_limit_s, self.cut_off)

    def resume_writing(self) -> None:
        """Stop the time: the client took something."""
        super().resume_writing()
        self.resume_sending()

    def resume_sending(self) -> None:
        """Stop the time for sending."""
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def reply(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send a whole answer in one piece, which costs one call of the system instead of two.

        Args:
            status: HTTP status.
            headers: Headers of ours, without Content-Length and Date.
            body: The body.

        Returns:
            Whether it was sent; otherwise it is to be sent as ASGI has it.
        """
        cycle = self.cycle
        if (
            cycle is None
            or cycle.response_started
            or cycle.disconnected
            or self.flow.write_paused
            or cycle.scope["method"] == "HEAD"
        ):
            return False
        parts = [STATUS_LINE[status]]
        for name, value in (*cycle.default_headers, *headers):
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"content-length: %d\r\n" % len(body))
        if not cycle.keep_alive:
            parts.append(b"connection: close\r\n")
        parts += (b"\r\n", body)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"".join(parts))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def cut_off(self) -> None:
        """End the connection so that the client sees it, in the middle of whatever it was."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        if self.transport is None or self.transport.is_closing():
            return
        with contextlib.suppress(OSError, RuntimeError):  # where the other side has reset it just now
            connected = self.transport.get_extra_info("socket")
            if connected is not None:  # a reset, not an end
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _refuse_head(self) -> None:
        message = b"the head of the request is longer than 65536 bytes"
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(message), message)
        )
        self.transport.close()

    def _start(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.limit_s, self._late)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.cut_off()
