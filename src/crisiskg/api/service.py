"""What all requests are answered with: the host of the query workers, the writer, tokens, kept answers, the renderer of pages."""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from typing import TYPE_CHECKING, Any

from crisiskg.access import Tokens, tokens_path
from crisiskg.api.writes import Writes
from crisiskg.asking import base_iri
from crisiskg.errors import CrisiskgError
from crisiskg.serving.cache import AnswerCache, Headers
from crisiskg.serving.client import Asking, DirectClient, HostClient, SocketClient
from crisiskg.serving.exchanges import Exchange
from crisiskg.serving.host import Host
from crisiskg.serving.logs import RequestLog
from crisiskg.serving.writes import WriterClient

if TYPE_CHECKING:
    from starlette.types import Scope

    from crisiskg.api.access import Caller
    from crisiskg.api.rendering import Renderer
    from crisiskg.settings import Settings

_SERVICE = re.compile("service", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
#: Seconds between two times that counts are told to the host.
_TELL_S = 2.0
#: Seconds for which lines of the log are gathered.
_LOG_S = 0.1


class Service:
    """One web process.

    Args:
        settings: Which store, and limits.
        renderer: Renders pages.
        host_path: Path of the socket of the host; empty to be the host too, as where there is one web process.
        writer_path: Path of the socket of the writer; empty to be the writer too, as tests are.
        notice_path: Where a host in this process listens for a writer in another one.
        federation_path: Path of the socket of the process that asks other endpoints; empty likewise.
    """

    def __init__(
        self,
        settings: Settings,
        renderer: Renderer,
        host_path: str = "",
        writer_path: str = "",
        federation_path: str = "",
        notice_path: str = "",
    ) -> None:
        from crisiskg.api.rendering import SECURITY_HEADERS

        self.settings = settings
        self.renderer = renderer
        self.base_iri = base_iri(settings)
        self._host = None if host_path else Host(settings)
        self._own_writer = settings.writable and not writer_path
        self._folder = tempfile.mkdtemp(prefix="crisiskg-") if self._own_writer else ""
        self._notice_path = notice_path or (f"{self._folder}/host" if self._folder else "")
        self._writer_path = writer_path or f"{self._folder}/writer"
        self._federation_path = federation_path
        self.client: HostClient = DirectClient(self._host) if self._host else SocketClient(host_path, settings)
        self.tokens = Tokens(tokens_path(settings))
        self.cache = AnswerCache(settings.answer_cache_mb * 1_048_576)
        self.writes = Writes(self, WriterClient(self._writer_path, settings.write_time_limit_s))
        self.federation: Any = None
        self.open_headers: Headers = [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", b"X-Crisiskg-Generation, X-Request-Id, ETag, Link, Retry-After"),
            *((name.lower().encode("ascii"), value.encode("ascii")) for name, value in SECURITY_HEADERS.items()),
        ]
        self.counts: dict[str, float] = {}
        self.log = RequestLog(settings)
        self._page_settings: Settings | None = None
        self._started: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._closing: list[Any] = []

    # --- start and stop ---------------------------------------------------------------------------------------------------

    async def started(self) -> None:
        """Start, the first time that it is called."""
        if self._started is None:
            self._started = asyncio.get_running_loop().create_task(self._start())
        await asyncio.shield(self._started)

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._host is not None:
            await self._start_host(self._host, loop)
        await self.client.start()
        if self.settings.federation:
            from crisiskg.federation import open_federation

            self.federation = open_federation(self.settings, self._federation_path or None)
        self._tasks.append(loop.create_task(self._tell()))

    async def _start_host(self, host: Host, loop: asyncio.AbstractEventLoop) -> None:
        host.crew.start()
        host.look()
        self._tasks.append(loop.create_task(host.watch()))
        if self._notice_path:
            self._closing.append(await loop.create_unix_server(host.link, self._notice_path))
        self._closing.append(host.crew)
        if self._own_writer:
            from crisiskg.serving.writer import WriterService

            writer = WriterService(self.settings, self._notice_path)
            self._closing += [await loop.create_unix_server(writer.link, self._writer_path), writer]

    async def close(self) -> None:
        """Let go of everything."""
        for task in self._tasks:
            task.cancel()
        self.log.flush()
        await self.client.close()
        for thing in self._closing:
            closing = thing.close()
            if closing is not None:
                await closing
        if self._folder:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)
        if self.federation is not None:
            self.federation.close()

    async def _tell(self) -> None:
        """Write the log, and tell the host what was counted here, from time to time."""
        told = 0.0
        while True:
            await asyncio.sleep(_LOG_S)
            self.log.flush()
            told += _LOG_S
            if told >= _TELL_S:
                told = 0.0
                with contextlib.suppress(CrisiskgError):
                    await self.metrics()

    # --- what routes use --------------------------------------------------------------------------------------------------

    def count(self, name: str, number: float = 1.0) -> None:
        """Count something for the metrics."""
        self.counts[name] = self.counts.get(name, 0.0) + number

    async def metrics(self) -> str:
        """Tell the host what was counted here, and return the metrics of the whole service."""
        counts, self.counts = self.counts, {}
        return str(await self.client.call(b"M", counts))

    async def ask(self, scope: Scope, caller: Caller, request: bytes, text: str = "") -> Exchange:
        """Send a request of a user to a query worker; `text` is the query in lists and logs, where the request has another."""
        limits = self.settings
        limit_s = limits.token_query_time_limit_s if caller.may("query") else limits.query_time_limit_s
        asking = Asking("user", caller.name, caller.name, limit_s, scope["state"]["request_id"], text)
        return await self.client.ask(request, asking, scope.get("extensions", {}).get("crisiskg.gone"))

    def page_settings(self, rows: int, size: int) -> Settings:
        """Return the settings with the limits of what a page shows."""
        if self._page_settings is None:
            limits = {
                "max_result_rows": min(rows, self.settings.max_result_rows),
                "max_result_bytes": min(size, self.settings.max_result_bytes),
            }
            self._page_settings = self.settings.model_copy(update=limits)
        return self._page_settings

    def address(self, scope: Scope) -> str:
        """Return the address of a request as its client sees it, without what follows the path."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        if not _HOST.fullmatch(host):
            server = scope.get("server") or ("localhost", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        path = scope.get("raw_path") or scope["path"].encode("utf-8")
        return f"{scope['scheme']}://{host}{path.partition(b'?')[0].decode('latin-1')}"

    async def federated(self, query: str, base_iri: str) -> str:
        """Return a query whose SERVICE blocks were answered by the endpoints of the profiles; itself where it has none."""
        if not _SERVICE.search(query):
            return query

        def rewrite() -> str:
            return str(self.federation.rewrite(query, limit_s=self.settings.query_time_limit_s, base_iri=base_iri))

        return await asyncio.get_running_loop().run_in_executor(None, rewrite)
