"""Questions to the host of the query workers, and their answers as they come."""

from __future__ import annotations

import abc
import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from crisiskg.errors import Cancelled, CrisiskgError, StoreError, StoreUnavailable
from crisiskg.serving.spool import Spool
from crisiskg.workers.frames import BrokenFrames, FrameParser, unpacked
from crisiskg.workers.requests import error_of

if TYPE_CHECKING:
    from crisiskg.serving.host import Host
    from crisiskg.workers.crew import Job

#: An answer is sent from so many bytes on, or so many seconds after its first byte; before, an error can still be told cleanly.
HELD_BYTES = 262_144
HELD_S = 1.0


class Exchange(abc.ABC):
    """One question and its answer, as it comes."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None
        self.reset()

    def reset(self) -> None:
        """Be ready for another question."""
        self.header: Mapping[str, Any] | None = None
        self.trailer: Mapping[str, Any] | None = None
        self.error: CrisiskgError | None = None
        self.reply: Any = None
        self.replied = False
        self.body = Spool()
        self.heard = False

    def frames(self, frames: list[tuple[bytes, bytes]]) -> None:
        """Take frames of the answer."""
        for letter, content in frames:
            if letter == b"D":
                self.body.put(content)
            elif letter == b"H":
                self.header = unpacked(content)
            elif letter == b"E":
                self.trailer = unpacked(content)
            elif letter == b"X":
                self.error = error_of(json.loads(content))
            else:
                self.reply, self.replied = json.loads(content), True
        if frames:
            self.heard = True
            self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def give_up(self) -> None:
        """Know that the client has left: nobody wants what is still to come."""
        if not self.over:
            self.error = Cancelled("the client left")
            self.leave()
            self.wake()

    @abc.abstractmethod
    def leave(self) -> None:
        """Let the other side know that nobody waits any more."""

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.trailer is not None or self.error is not None or self.replied

    async def more(self, timeout_s: float | None = None) -> None:
        """Wait until something came, or the time is over."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            if timeout_s is None:
                await self._waiter
            else:
                await asyncio.wait((self._waiter,), timeout=timeout_s)
        finally:
            self._waiter = None

    async def held(self) -> None:
        """Wait until the answer is whole, or so large or so old that it must be sent while it comes.

        Raises:
            CrisiskgError: there is no answer but an error.
        """
        loop = asyncio.get_running_loop()
        since: float | None = None
        while not self.over and self.body.total < HELD_BYTES:
            if since is None and self.body.total:
                since = loop.time()
            left = None if since is None else since + HELD_S - loop.time()
            if left is not None and left <= 0:
                break
            await self.more(left)
        if self.error is not None:
            raise self.error
        if self.header is None:
            raise StoreError("a query worker answered without saying what")


class Connection(Exchange, asyncio.Protocol):
    """A connection to the host. It carries one question at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._parser = FrameParser()
        super().__init__()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        del exc
        self.transport = None
        if self.trailer is None and self.error is None and not self.replied:
            self.error = StoreUnavailable("the host of the query workers ended; it is being started again", hint="Ask again.")
        self.wake()

    def data_received(self, data: bytes) -> None:
        """Take frames."""
        try:
            frames = self._parser.feed(data)
        except BrokenFrames:
            self.leave()
            return
        self.frames(frames)

    def leave(self) -> None:
        """Close the connection."""
        if self.transport is not None:
            self.transport.abort()

    def send(self, data: bytes) -> None:
        """Send a question."""
        self.reset()
        if self.transport is None:
            self.error = StoreUnavailable("the host of the query workers is gone", hint="Ask again.")
        else:
            self.transport.write(data)


class Direct(Exchange):
    """A question to a host in the same process.

    Args:
        host: The host.
    """

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self.job: Job | None = None

    def job_over(self, job: Job) -> None:
        """Do nothing: the last frame said so."""

    def leave(self) -> None:
        """Let the host know."""
        if self.job is not None:
            self._host.crew.abandon(self.job)
