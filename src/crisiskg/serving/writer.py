"""The writer process: takes writes of all web processes over a Unix socket and does one after the other.

It opens the store for the first write and lets go of it when nothing was written for a while, so that `crisiskg ingest` can run
beside a service that takes writes. Text and RDF of users are evaluated in yet another process (`crisiskg.writing`), which is
started before the first write needs it.

The time of a write runs from when its web process sent it. What has waited for others that long is refused, not begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from crisiskg.errors import CrisiskgError, ShapesViolated, StoreBusy, StoreError, StoreUnavailable
from crisiskg.serving.writes import SENT
from crisiskg.workers.crew import problem_of
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack, pack_json

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_log = logging.getLogger("crisiskg.writer")
#: Seconds without a write after which the store is let go.
_IDLE_S = 1.0
#: Writes that may wait.
_QUEUE = 64
#: Seconds after the start of the writer when it starts the process that evaluates: the web processes come first.
_AHEAD_S = 1.0


class WriterService:
    """Does writes, one at a time, in one thread.

    Args:
        settings: Which store, and limits.
        host_path: Path of the socket of the host, which is told of new generations.
    """

    def __init__(self, settings: Settings, host_path: str) -> None:
        from crisiskg.writing.writer import open_writer

        self._settings = settings
        self._host_path = host_path
        self._writer: Any = None
        self._open = open_writer
        self._thread = ThreadPoolExecutor(1, "crisiskg-writer")
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._idle: asyncio.TimerHandle | None = None
        self._closing = False

    async def write(self, content: bytes) -> bytes:
        """Do one write and return the frame of its answer.

        Args:
            content: When it was sent (`SENT`), and the request in JSON.
        """
        if self._waiting >= _QUEUE:
            return pack_json(b"X", problem_of(StoreBusy("too many writes wait already", hint="Ask again in a few seconds.")))
        self._waiting += 1
        if self._idle is not None:
            self._idle.cancel()
        try:
            outcome = await self._in_turn(content)
            if outcome["generation"]:
                await self._tell_host()
            return pack_json(b"J", outcome)
        except ShapesViolated as error:
            return pack_json(b"X", {**problem_of(error), "report": error.report})
        except CrisiskgError as error:
            if isinstance(error, StoreError) and not isinstance(error, StoreBusy):
                _log.error("a write failed: %s", error.message)
            return pack_json(b"X", problem_of(error))
        except Exception:
            _log.exception("a fault in the writer")
            return pack_json(b"X", {"error": "store_error", "message": "a fault in the writer; its log says more", "hint": ""})
        finally:
            self._waiting -= 1
            if self._idle is not None:
                self._idle.cancel()
            self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._release)

    async def _in_turn(self, content: bytes) -> dict[str, Any]:
        """Do one write when those before it are done.

        Raises:
            StoreBusy: its time was over before its turn came.
            CrisiskgError: what the writer says.
        """
        limit_s = self._settings.write_time_limit_s
        now = time.monotonic()
        deadline = min(SENT.unpack_from(content)[0], now) + limit_s
        try:
            if deadline <= now:
                raise TimeoutError
            async with asyncio.timeout(deadline - now):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreBusy(
                f"the write waited {limit_s:g} s for others and was not begun; nothing was written",
                hint="Send it again later. The setting is write_time_limit_s.",
            ) from None
        try:
            if self._closing:
                raise StoreUnavailable("the service is being stopped; nothing was written", hint="Send it again later.")
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, content, deadline)
        finally:
            self._turn.release()
            if not self._closing:
                self._thread.submit(self._start)  # where the last one had to be ended, the next need not wait for another

    def _write(self, content: bytes, deadline: float) -> dict[str, Any]:
        from crisiskg.writing.requests import WriteRequest

        request = WriteRequest.from_dict(json.loads(content[SENT.size :]))
        outcome: dict[str, Any] = self._opened().write(request, deadline).to_dict()
        return outcome

    def _opened(self) -> Any:
        if self._writer is None:
            self._writer = self._open(self._settings)
        return self._writer

    def start_ahead(self) -> None:
        """Start the process that evaluates, soon, in the thread of the writes."""
        asyncio.get_running_loop().call_later(_AHEAD_S, lambda: self._closing or self._thread.submit(self._start))

    def _start(self) -> None:
        try:
            self._opened().start()
        except OSError as error:  # the next write tries again, and tells
            _log.warning("the process that evaluates writes could not be started: %s", error)

    async def _tell_host(self) -> None:
        """Let the host look for the new generation, so that every web process knows of it before the client does."""
        try:
            reader, writer = await asyncio.open_unix_connection(self._host_path)
            writer.write(pack(b"N"))
            await asyncio.wait_for(reader.readexactly(5), 1.0)
            writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            _log.warning("the host could not be told of a new generation; it will see it by itself")

    def _release(self) -> None:
        if self._writer is not None and not self._waiting and not self._closing:
            self._thread.submit(self._writer.release)

    async def close(self) -> None:
        """Finish the write that is being done, refuse those that wait, and close the store."""
        if self._closing:
            return
        self._closing = True
        if self._idle is not None:
            self._idle.cancel()

        def last() -> None:
            if self._writer is not None:
                self._writer.close()

        async with self._turn:
            await asyncio.get_running_loop().run_in_executor(self._thread, last)
        self._thread.shutdown()

    def link(self) -> WriterLink:
        """Return the protocol of a new connection."""
        return WriterLink(self)


class WriterLink(asyncio.Protocol):
    """One connection of a web process. It brings one write at a time."""

    def __init__(self, service: WriterService) -> None:
        self._service = service
        self._parser = FrameParser()
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that nobody reads the answer. The write is done all the same."""
        del exc
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Take writes."""
        try:
            frames = self._parser.feed(data)
        except BrokenFrames:
            if self._transport is not None:
                self._transport.abort()
            return
        for letter, content in frames:
            if letter == b"Q":
                task = asyncio.get_running_loop().create_task(self._do(content))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _do(self, content: bytes) -> None:
        answer = await self._service.write(content)
        if self._transport is not None:
            self._transport.write(answer)


async def run(settings: Settings, path: str, host_path: str) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = WriterService(settings, host_path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    server = await loop.create_unix_server(service.link, path, backlog=256)
    os.chmod(path, 0o600)
    service.start_ahead()
    await stop.wait()
    server.close()
    await service.close()


def main() -> None:
    """Run the writer. Standard input: settings as JSON; arguments: path of its socket, path of the socket of the host."""
    from crisiskg.sandbox import die_with_parent
    from crisiskg.serving.logs import configure
    from crisiskg.serving.processes import event_loop, received_settings

    die_with_parent()
    settings = received_settings(sys.stdin.buffer)
    configure(settings)
    with event_loop() as runner:
        runner.run(run(settings, sys.argv[1], sys.argv[2]))


if __name__ == "__main__":
    main()
