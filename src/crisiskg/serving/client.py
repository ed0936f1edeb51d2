"""How a web process asks the host of the query workers, without ever waiting for anything but its answer."""

from __future__ import annotations

import abc
import asyncio
import concurrent.futures
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisiskg.errors import CrisiskgError, StoreUnavailable
from crisiskg.serving.exchanges import Connection, Direct, Exchange
from crisiskg.workers.crew import Job
from crisiskg.workers.frames import pack, pack_json
from crisiskg.workers.pool import Answer, Collector
from crisiskg.workers.requests import query_request

if TYPE_CHECKING:
    from crisiskg.serving.host import Host
    from crisiskg.settings import Settings

#: Seconds for which a host that is being started again is waited for.
_PATIENCE_S = 4.0
_KEPT_CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom a query is asked.

    Attributes:
        lane: "own" for named queries and pages, "user" for queries of users.
        client: Whose budget it counts for; empty for nobody's.
        owner: Who may see and cancel it.
        limit_s: Seconds that it may take.
        request_id: What the log calls the request.
        text: The query as lists and logs show it, where it is not that of the request.
    """

    lane: str
    client: str
    owner: str
    limit_s: float
    request_id: str = ""
    text: str = ""


class HostClient(abc.ABC):
    """Asks the host; `SocketClient` in another process, `DirectClient` in this one.

    Args:
        settings: Limits.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        #: Newest generation as the host told it last, and what stands for the store in entity tags.
        self.generation = 0
        self.tag = ""
        self._store = ""
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def revision(self) -> str:
        """What names the state of the store; empty where it is not known."""
        return f"{self.tag}-{self.generation}" if self.tag and self.generation else ""

    async def start(self) -> None:
        """Begin to listen for new generations."""
        self._loop = asyncio.get_running_loop()

    def saw(self, generation: int) -> None:
        """Know of a generation before the host tells of it."""
        self.generation = max(self.generation, generation)

    def told(self, found: dict[str, Any]) -> None:
        """Know what the host tells. It may be late: of the same store, never go back to what was before."""
        generation, tag = found["generation"], found["tag"]
        if tag == self._store:
            generation = max(self.generation, generation)
        self.generation, self.tag, self._store = generation, tag, tag

    @abc.abstractmethod
    async def ask(self, request: bytes, asking: Asking, gone: list[Callable[[], None]] | None = None) -> Exchange:
        """Send a request of `crisiskg.workers.requests`. `release` the exchange when done.

        Args:
            request: The request.
            asking: For whom.
            gone: What is called when the client leaves; the exchange adds itself.

        Returns:
            The exchange; its answer is held back until it is whole or large.

        Raises:
            CrisiskgError: what the worker or the host says, or that they cannot be reached.
        """

    @abc.abstractmethod
    def release(self, exchange: Exchange) -> None:
        """Give an exchange back. What it still waits for is not wanted any more."""

    @abc.abstractmethod
    async def call(self, letter: bytes, content: Any = None) -> Any:
        """Ask the host something that is no query, and return its answer."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Let go of everything."""

    def own(self) -> Asking:
        """Return for whom our own queries are asked."""
        return Asking("own", "", "", self.settings.query_time_limit_s)

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
        exchange = await self.ask(request, self.own())
        try:
            collector = Collector()
            collector.frames([(b"H", json.dumps(dict(exchange.header or {})).encode("ascii"))])
            while True:
                while data := exchange.body.take():
                    collector.frames([(b"D", data)])
                if exchange.over:
                    break
                await exchange.more()
            if exchange.error is not None:
                raise exchange.error
            collector.frames([(b"E", json.dumps(dict(exchange.trailer or {})).encode("ascii"))])
            return collector.done.result()
        finally:
            self.release(exchange)


class SocketClient(HostClient):
    """Asks a host in another process.

    Args:
        path: Path of its Unix socket.
        settings: Limits.
    """

    def __init__(self, path: str, settings: Settings) -> None:
        super().__init__(settings)
        self._path = path
        self._idle: list[Connection] = []
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See `HostClient.start`."""
        await super().start()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            try:
                connection = await self._connect(_PATIENCE_S)
                connection.send(pack(b"W"))
                while connection.transport is not None:
                    if connection.replied:
                        found, connection.replied = connection.reply, False
                        self.told(found)
                    await connection.more()
            except CrisiskgError:
                pass
            self.tag = ""
            await asyncio.sleep(0.1)

    async def _connect(self, patience_s: float) -> Connection:
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while True:
            try:
                _, connection = await loop.create_unix_connection(Connection, self._path)
                return connection
            except OSError as error:
                if loop.time() > until:
                    raise StoreUnavailable("the query workers are being started", hint="Ask again in a few seconds.") from error
                await asyncio.sleep(0.05)

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.transport is not None and not connection.transport.is_closing():
                return connection
        return await self._connect(_PATIENCE_S)

    def release(self, exchange: Exchange) -> None:
        """See `HostClient.release`."""
        exchange.body.close()
        assert isinstance(exchange, Connection)
        if exchange.over and exchange.transport is not None and len(self._idle) < _KEPT_CONNECTIONS:
            self._idle.append(exchange)
        else:
            exchange.leave()

    async def ask(self, request: bytes, asking: Asking, gone: list[Callable[[], None]] | None = None) -> Exchange:
        """See `HostClient.ask`."""
        about = json.dumps({name: getattr(asking, name) for name in Asking.__slots__}).encode("ascii")
        frame = pack(b"Q", struct.pack(">I", len(about)) + about + request)
        for attempt in (1, 2):
            connection = await self._connection()
            connection.send(frame)
            if gone is not None:
                gone[:] = [connection.give_up]
            try:
                await connection.held()
                return connection
            except StoreUnavailable:
                again = attempt == 1 and connection.transport is None and not connection.heard
                self.release(connection)
                if not again:  # otherwise the host ended before it did anything
                    raise
            except BaseException:
                self.release(connection)
                raise
        raise AssertionError

    async def call(self, letter: bytes, content: Any = None) -> Any:
        """See `HostClient.call`."""
        connection = await self._connection()
        connection.send(pack_json(letter, content))
        try:
            while not connection.over:
                await connection.more()
            if connection.error is not None:
                raise connection.error
            return connection.reply
        finally:
            self.release(connection)

    async def close(self) -> None:
        """See `HostClient.close`."""
        if self._watching is not None:
            self._watching.cancel()
        for connection in self._idle:
            connection.leave()
        self._idle.clear()


class DirectClient(HostClient):
    """Asks a host in the same process.

    Args:
        host: The host.
    """

    def __init__(self, host: Host) -> None:
        super().__init__(host.settings)
        self._host = host

    async def start(self) -> None:
        """See `HostClient.start`."""
        await super().start()
        self._host.watchers.add(self)
        self.told(self._host.newest)

    def release(self, exchange: Exchange) -> None:
        """See `HostClient.release`."""
        exchange.body.close()
        if not exchange.over:
            exchange.leave()

    async def ask(self, request: bytes, asking: Asking, gone: list[Callable[[], None]] | None = None) -> Exchange:
        """See `HostClient.ask`."""
        exchange = Direct(self._host)
        exchange.job = Job(
            request,
            asking.text,
            asking.lane,
            asking.client,
            asking.owner,
            asking.limit_s,
            exchange,
            asking.request_id,
        )
        self._host.crew.submit(exchange.job)
        if gone is not None:
            gone[:] = [exchange.give_up]
        try:
            await exchange.held()
        except BaseException:
            self.release(exchange)
            raise
        return exchange

    async def call(self, letter: bytes, content: Any = None) -> Any:
        """See `HostClient.call`."""
        return self._host.handle(letter, content)

    async def close(self) -> None:
        """See `HostClient.close`."""
        self._host.watchers.discard(self)
