"""The federation process: the one part of a running service that calls other hosts. It has no store and evaluates no query.

It listens on a Unix socket. A connection asks one thing at a time, in the frames of `crisiskg.workers.frames`:

| letter | content | answer |
|---|---|---|
| `Q` | JSON: query, base_iri or null, limit_s | `J` with JSON: query, or `X` with an error |
| `C` | nothing | `J` with JSON: by profile, "ok" or what is wrong |

Whatever happens to it, the worst is that queries with SERVICE fail until it is started again.
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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from crisiskg import sandbox
from crisiskg.errors import CrisiskgError, StoreBusy, StoreError
from crisiskg.federation.client import FederationClient
from crisiskg.federation.parsing import read_scopes
from crisiskg.federation.sandboxes import AT_A_TIME
from crisiskg.settings import Settings
from crisiskg.workers.crew import problem_of
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack_json

T = TypeVar("T")

_log = logging.getLogger("crisiskg.federation")
#: Queries that are worked on at a time; most of them wait for endpoints. As many again may wait for a place.
_THREADS = 8
_BLOCK = 65_536


class _Server:
    """Answers connections; what takes time goes on in threads.

    Args:
        client: Asks the endpoints.
    """

    def __init__(self, client: FederationClient) -> None:
        self._client = client
        self._threads = ThreadPoolExecutor(_THREADS, "crisiskg-federation")
        self._running = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        parser = FrameParser()
        try:
            while data := await reader.read(_BLOCK):
                for letter, content in parser.feed(data):
                    writer.write(await self._answer(letter, content))
                    await writer.drain()
        except (BrokenFrames, OSError):
            _log.warning("a connection to the federation process broke")
        finally:
            writer.close()

    async def _answer(self, letter: bytes, content: bytes) -> bytes:
        try:
            if letter == b"Q":
                asked = json.loads(content)
                deadline = time.monotonic() + asked["limit_s"]  # waiting for a thread counts as well
                rewrite = partial(self._client.rewrite, asked["query"], deadline=deadline, base_iri=asked["base_iri"])
                return pack_json(b"J", {"query": await self._run(rewrite)})
            if letter == b"C":
                return pack_json(b"J", await self._run(self._client.check))
            raise StoreError(f"the federation process does not know {letter!r}")
        except CrisiskgError as error:
            return pack_json(b"X", problem_of(error))
        except Exception:  # one query must not end the process for the others
            _log.exception("a query with SERVICE failed for a fault of crisiskg")
            return pack_json(b"X", problem_of(StoreError("the query failed for a fault of crisiskg", hint="Tell its operator.")))

    async def _run(self, function: Callable[[], T]) -> T:
        if self._running >= 2 * _THREADS:
            raise StoreBusy("too many queries with SERVICE wait already", hint="Ask again in a few seconds.")
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function)
        finally:
            self._running -= 1


def _warm_sandbox() -> None:
    """Start a sandbox and have it load the engine, so that no query waits for that."""
    with contextlib.suppress(CrisiskgError):
        sandbox.run(read_scopes, "ASK {}", None, "", [], time_limit_s=30.0, memory_mb=512)


async def run(settings: Settings, path: str, ready: Callable[[], None] | None = None, *, with_stdin: bool = False) -> None:
    """Serve until SIGTERM.

    Args:
        settings: Federation, its profiles, and limits of queries.
        path: Path of the Unix socket.
        ready: Is called when queries are taken.
        with_stdin: Whether to end when standard input does.

    Raises:
        InvalidParameter: the file of profiles is wrong.
    """
    server = _Server(FederationClient.of(settings))
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_stdin:  # nothing more is ever written to it
        loop.add_reader(sys.stdin.fileno(), stop.set)
    await asyncio.gather(*(asyncio.to_thread(_warm_sandbox) for _ in range(AT_A_TIME)))
    listening = await asyncio.start_unix_server(server.connected, path, backlog=256)
    os.chmod(path, 0o600)
    if ready is not None:
        ready()
    await stop.wait()
    listening.close()


def main() -> None:
    """Run the process.

    Standard input: settings as one line of JSON. Arguments: path of the socket; "stdin" where the process is to end when standard
    input does, and not when the thread that started it ends.
    """
    from crisiskg.sandbox import die_with_parent

    with_stdin = sys.argv[2:] == ["stdin"]
    if not with_stdin:
        die_with_parent()
    settings = Settings(**json.loads(sys.stdin.buffer.readline()))
    asyncio.run(run(settings, sys.argv[1], with_stdin=with_stdin))
    os._exit(0)  # threads that wait for an endpoint must not hold up the end


if __name__ == "__main__":
    main()
