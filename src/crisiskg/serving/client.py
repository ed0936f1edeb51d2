"""How a web process asks the host of the query workers, without ever waiting for anything but its answer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from crisiskg.errors import Cancelled, CrisiskgError, StoreError, StoreUnavailable
from crisiskg.serving.spool import Spool
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack, pack_json
from crisiskg.workers.pool import Answer, Collector
from crisiskg.workers.requests import error_of, query_request

if TYPE_CHECKING:
    from crisiskg.settings import Settings

#: An answer is sent from so many bytes on, or so many seconds after its first byte; before, an error can still be told cleanly.
HELD_BYTES = 262_144
HELD_S = 1.0
#: Seconds for which a host that is being started again is waited for.
_PATIENCE_S = 4.0
_KEPT_CONNECTIONS = 64


class Exchange(asyncio.Protocol):
    """One connection to the host. It carries one question at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._parser = FrameParser()
        self._waiter: asyncio.Future[None] | None = None
        self._reset()

    def _reset(self) -> None:
        self.header: dict[str, Any] | None = None
        self.trailer: dict[str, Any] | None = None
        self.error: CrisiskgError | None = None
        self.reply: Any = None
        self.replied = False
        self.body = Spool()
        self.heard = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        del exc
        self.transport = None
        if self.trailer is None and self.error is None and not self.replied:
            self.error = StoreUnavailable("the host of the query workers ended; it is being started again", hint="Ask again.")
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take frames."""
        try:
            frames = self._parser.feed(data)
        except BrokenFrames:
            if self.transport is not None:
                self.transport.abort()
            return
        for letter, content in frames:
            self.heard = True
            if letter == b"D":
                self.body.put(content)
            elif letter == b"H":
                self.header = json.loads(content)
            elif letter == b"E":
                self.trailer = json.loads(content)
            elif letter == b"X":
                self.error = error_of(json.loads(content))
            else:
                self.reply, self.replied = json.loads(content), True
        if frames:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def give_up(self) -> None:
        """Know that the client has left: nobody wants what is still to come."""
        if not self.over:
            self.error = Cancelled("the client left")
            if self.transport is not None:
                self.transport.abort()
            self._wake()

    def send(self, data: bytes) -> None:
        """Send a question."""
        self._reset()
        if self.transport is None:
            self.error = StoreUnavailable("the host of the query workers is gone", hint="Ask again.")
        else:
            self.transport.write(data)

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


class HostClient:
    """Asks the host.

    Args:
        path: Path of its Unix socket.
        settings: Limits.
    """

    def __init__(self, path: str, settings: Settings) -> None:
        self._path = path
        self.settings = settings
        self._idle: list[Exchange] = []
        #: Newest generation as the host told it last, and what stands for the store in entity tags.
        self.generation = 0
        self.tag = ""
        self._store = ""
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def revision(self) -> str:
        """What names the state of the store; empty where it is not known."""
        return f"{self.tag}-{self.generation}" if self.tag and self.generation else ""

    async def start(self) -> None:
        """Begin to listen for new generations."""
        self._loop = asyncio.get_running_loop()
        self._watching = self._loop.create_task(self._watch())

    def saw(self, generation: int) -> None:
        """Know of a generation before the host tells of it."""
        self.generation = max(self.generation, generation)

    def _told(self, generation: int, tag: str) -> None:
        """Know what the host tells. It may be late: of the same store, never go back to what was before."""
        if tag == self._store:
            generation = max(self.generation, generation)
        self.generation, self.tag, self._store = generation, tag, tag

    async def _watch(self) -> None:
        while True:
            try:
                exchange = await self._connect(_PATIENCE_S)
                exchange.send(pack(b"W"))
                while exchange.transport is not None:
                    if exchange.replied:
                        found, exchange.replied = exchange.reply, False
                        self._told(found["generation"], found["tag"])
                    await exchange.more()
            except CrisiskgError:
                pass
            self.tag = ""
            await asyncio.sleep(0.1)

    async def _connect(self, patience_s: float) -> Exchange:
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while True:
            try:
                _, exchange = await loop.create_unix_connection(Exchange, self._path)
                return exchange
            except OSError as error:
                if loop.time() > until:
                    raise StoreUnavailable("the query workers are being started", hint="Ask again in a few seconds.") from error
                await asyncio.sleep(0.05)

    async def _exchange(self) -> Exchange:
        while self._idle:
            exchange = self._idle.pop()
            if exchange.transport is not None and not exchange.transport.is_closing():
                return exchange
        return await self._connect(_PATIENCE_S)

    def release(self, exchange: Exchange) -> None:
        """Give an exchange back. What it still waits for is not wanted any more."""
        exchange.body.close()
        if exchange.over and exchange.transport is not None and len(self._idle) < _KEPT_CONNECTIONS:
            self._idle.append(exchange)
        elif exchange.transport is not None:
            exchange.transport.abort()

    async def ask(
        self,
        request: bytes,
        *,
        lane: str = "user",
        client: str = "",
        owner: str = "",
        limit_s: float = 0.0,
        request_id: str = "",
        text: str = "",
        gone: list[Callable[[], None]] | None = None,
    ) -> Exchange:
        """Send a request of `crisiskg.workers.requests`. `release` the exchange when done.

        Args:
            request: The request.
            lane: "own" for named queries and pages, "user" for queries of users.
            client: Whose budget it counts for.
            owner: Who may see and cancel it.
            limit_s: Seconds that it may take; 0 means that of the settings.
            request_id: What the log calls the request.
            text: The query as lists and logs show it, where it is not that of the request.
            gone: What is called when the client leaves; the exchange adds itself.

        Returns:
            The exchange; its answer is held back until it is whole or large.

        Raises:
            CrisiskgError: what the worker or the host says, or that they cannot be reached.
        """
        about = json.dumps(
            {
                "lane": lane,
                "client": client,
                "owner": owner,
                "limit_s": limit_s or self.settings.query_time_limit_s,
                "request_id": request_id,
                "text": text,
            }
        ).encode("ascii")
        frame = pack(b"Q", struct.pack(">I", len(about)) + about + request)
        for attempt in (1, 2):
            exchange = await self._exchange()
            exchange.send(frame)
            if gone is not None:
                gone[:] = [exchange.give_up]
            try:
                await exchange.held()
                return exchange
            except StoreUnavailable:
                again = attempt == 1 and exchange.transport is None and not exchange.heard
                self.release(exchange)
                if not again:  # otherwise the host ended before it did anything
                    raise
            except BaseException:
                self.release(exchange)
                raise
        raise AssertionError

    async def call(self, letter: bytes, content: Any = None) -> Any:
        """Ask the host something that is no query, and return its answer."""
        exchange = await self._exchange()
        exchange.send(pack_json(letter, content))
        try:
            while not exchange.over:
                await exchange.more()
            if exchange.error is not None:
                raise exchange.error
            return exchange.reply
        finally:
            self.release(exchange)

    async def close(self) -> None:
        """Close all connections."""
        if self._watching is not None:
            self._watching.cancel()
        for exchange in self._idle:
            if exchange.transport is not None:
                exchange.transport.abort()
        self._idle.clear()

    # --- for code that runs in threads ------------------------------------------------------------------------------------

    def run(
        self,
        query: str,
        accept: Sequence[str] = ("application/sparql-results+json", "text/turtle"),
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base_iri: str | None = None,
    ) -> Answer:
        """Answer one of our own queries, from a thread beside that of the event loop; see `crisiskg.workers.pool.Pool.run`."""
        request = query_request(
            self.settings, query, accept, default_graphs=default_graphs, named_graphs=named_graphs, base_iri=base_iri
        )
        if self._loop is None:
            raise StoreUnavailable("the service is starting", hint="Ask again in a second.")
        future: concurrent.futures.Future[Answer] = asyncio.run_coroutine_threadsafe(self._collect(request), self._loop)
        return future.result()

    async def _collect(self, request: bytes) -> Answer:
        exchange = await self.ask(request, lane="own")
        try:
            collector = Collector()
            assert exchange.header is not None
            collector.frames(pack_json(b"H", exchange.header))
            while True:
                while data := exchange.body.take():
                    collector.frames(pack(b"D", data))
                if exchange.over:
                    break
                await exchange.more()
            if exchange.error is not None:
                raise exchange.error
            collector.frames(pack_json(b"E", exchange.trailer))
            return collector.done.result()
        finally:
            self.release(exchange)
