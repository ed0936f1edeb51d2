"""The host: one process that keeps the query workers, for all web processes, which ask it over a Unix socket.

It parses nothing of a user but the frames of the web processes. A connection asks one thing at a time:

| letter | content | answer |
|---|---|---|
| `Q` | four bytes of length, JSON about the query, request for the worker | frames of the worker |
| `L` | JSON: owner, or null for all | `J`: the queries that are not over |
| `K` | JSON: id, owner or null for an operator | `J`: whether it was there |
| `M` | JSON: counts of the web process since it last told | `J`: metrics as text |
| `S` | nothing | `J`: state |
| `N` | nothing | `J`: state, after a look for a new generation |
| `W` | nothing | `G` with the newest generation, now and at each change |

A service of one web process has its host in that process, and asks it without a socket.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from crisiskg.errors import CrisiskgError
from crisiskg.generations import Generations
from crisiskg.serving.metrics import Metrics
from crisiskg.store import is_url
from crisiskg.workers.crew import Crew, Job, problem_of
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack, pack_json
from crisiskg.workers.pool import local_command, remote_command, remote_greeting

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_log = logging.getLogger("crisiskg.host")
#: Seconds between looks at which generation is the newest. A writer of this service tells of new ones itself.
_LOOK_S = 0.1
#: Seconds between two explanations of slow queries, and queries that are remembered as explained: an attack must not get further
#: work done by being slow.
_EXPLAIN_EVERY_S = 5.0
_EXPLAINED = 1000
#: Seconds that running queries get when the service stops.
_GRACE_S = 8.0


class Host:
    """The crew, and what is known of the store.

    Args:
        settings: Which store, and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        if is_url(settings.store):
            self.generations = None
            command, greeting = remote_command, remote_greeting(settings)
        else:
            store = Path(settings.store)
            self.generations = Generations(store)
            greeting = None

            def command(niceness: int) -> list[str]:
                return local_command(store, settings.query_memory_mb, niceness)

        self.crew = Crew(command, settings, greeting)
        self.metrics = Metrics(self.crew)
        self.crew.on_over = self._over
        self.newest: dict[str, Any] = {"generation": 0, "tag": ""}
        self.watchers: set[Watcher] = set()
        self._explaining = False
        self._explained: dict[str, None] = {}

    def _over(self, job: Job, seconds: float) -> None:
        self.metrics.over(job, seconds)
        if seconds >= self.settings.slow_query_s or job.outcome in ("late", "died"):
            _log.warning(
                "slow query",
                extra={
                    "request_id": job.request_id,
                    "query": job.digest,
                    "outcome": job.outcome,
                    "seconds": round(seconds, 3),
                    "rows": job.rows,
                    "lane": job.lane,
                    "killed": job.outcome in ("late", "died", "cancelled", "gone"),
                },
            )
            self.explain_later(job)

    def explain_later(self, job: Job) -> None:
        """Log in words why a query was slow; found out in a process of its own, one query at a time and each once."""
        if self._explaining or job.digest in self._explained:
            return
        self._explaining = True
        self._explained[job.digest] = None
        if len(self._explained) > _EXPLAINED:
            del self._explained[next(iter(self._explained))]
        done = asyncio.get_running_loop().run_in_executor(None, _explain, job.text, job.digest, job.request_id)
        done.add_done_callback(lambda _: asyncio.get_running_loop().call_later(_EXPLAIN_EVERY_S, self._explain_again))

    def _explain_again(self) -> None:
        self._explaining = False

    async def watch(self) -> None:
        """Look for new generations for ever."""
        while True:
            self.look()
            self.crew.reap()
            await asyncio.sleep(_LOOK_S)

    def look(self) -> None:
        """See which generation is the newest, and tell those who want to know."""
        if self.generations is None:
            return
        try:
            number = self.generations.current() or 0
            tag = store_tag(self.generations.pointer.parent)
        except (CrisiskgError, OSError):
            return
        if self.newest != (found := {"generation": number, "tag": tag}):
            self.newest = found
            for link in self.watchers:
                link.told(found)

    def handle(self, letter: bytes, asked: Any) -> Any:
        """Do what is asked and is no query: one of `L`, `K`, `M`, `S`, `N` of the table above."""
        if letter == b"L":
            owner = asked["owner"]
            return [described(job) for job in self.crew.jobs() if owner is None or job.owner == owner]
        if letter == b"K":
            number = asked["id"].removeprefix("q")
            job = next((one for one in self.crew.jobs() if str(one.number) == number), None)
            mine = job is not None and (asked["owner"] is None or job.owner == asked["owner"])
            return bool(mine and job and self.crew.cancel(job.number))
        if letter == b"M":
            self.metrics.tell(asked)
            return self.metrics.text(self.newest["generation"])
        if letter == b"N":  # a writer published: look at once
            self.look()
        return {**self.newest, "workers": self.crew.pids(), **self.crew.state()}

    def link(self) -> Link:
        """Return the protocol of a new connection."""
        return Link(self)


class Watcher(Protocol):
    """Wants to know of new generations."""

    def told(self, found: dict[str, Any]) -> None:
        """Know the newest generation."""


class Link(asyncio.Protocol):
    """One connection of a web process."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._parser = FrameParser()
        self._transport: asyncio.Transport | None = None
        self._job: Job | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Do what is asked."""
        try:
            for letter, content in self._parser.feed(data):
                self._handle(letter, content)
        except (BrokenFrames, ValueError, KeyError, struct.error):
            _log.exception("a web process sent what cannot be read")
            if self._transport is not None:
                self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what nobody waits for."""
        del exc
        self._transport = None
        self._host.watchers.discard(self)
        if self._job is not None:
            self._host.crew.abandon(self._job)

    def pause_writing(self) -> None:
        """Let the worker wait until the web process has read more."""
        if self._job is not None:
            self._host.crew.pause(self._job, True)

    def resume_writing(self) -> None:
        """Let the worker go on."""
        if self._job is not None:
            self._host.crew.pause(self._job, False)

    def told(self, found: dict[str, Any]) -> None:
        """Tell of a new generation."""
        self.push(pack_json(b"G", found))

    def push(self, data: bytes) -> None:
        """Send."""
        if self._transport is not None:
            self._transport.write(data)

    def frames(self, frames: list[tuple[bytes, bytes]]) -> None:
        """Send frames of an answer."""
        self.push(b"".join(pack(*frame) for frame in frames))

    def job_over(self, job: Job) -> None:
        """Be ready for the next query."""
        del job
        self._job = None

    def _handle(self, letter: bytes, content: bytes) -> None:
        host = self._host
        if letter == b"Q":
            self._ask(content)
        elif letter == b"W":
            host.watchers.add(self)
            self.push(pack_json(b"G", host.newest))
        else:
            self.push(pack_json(b"J", host.handle(letter, json.loads(content) if content else None)))

    def _ask(self, content: bytes) -> None:
        (size,) = struct.unpack(">I", content[:4])
        about = json.loads(content[4 : 4 + size])
        job = Job(
            content[4 + size :],
            about["text"],
            about["lane"],
            about["client"],
            about["owner"],
            about["limit_s"],
            self,
            about.get("request_id", ""),
        )
        self._job = job
        try:
            self._host.crew.submit(job)
        except CrisiskgError as error:
            self._job = None
            self.push(pack_json(b"X", problem_of(error)))


def described(job: Job) -> dict[str, Any]:
    """Return what a list of queries says of one."""
    return {
        "id": job.id,
        "owner": job.owner,
        "state": job.state,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(job.at)),
        "seconds": round(time.monotonic() - job.arrived, 3),
        "limit_s": job.limit_s,
        "request_id": job.request_id,
        "query": job.text,
    }


def store_tag(folder: Path) -> str:
    """Return what tells one store from another that was made in its place: entity tags of answers begin with it."""
    return f"{(folder / 'store.json').stat().st_mtime_ns & 0xFFFFFFFF:x}"


def _explain(text: str, digest: str, request_id: str) -> None:
    try:
        from crisiskg.explaining import causes_in_words

        cause = causes_in_words(text)
    except Exception:  # a log line is not worth a fault
        _log.debug("no explanation for %s", digest, exc_info=True)
        return
    if cause:
        _log.warning("why a query was slow", extra={"request_id": request_id, "query": digest, "cause": cause})


async def run(settings: Settings, path: str, ready: Any = None) -> None:
    """Serve until SIGTERM.

    Args:
        settings: Which store, and limits.
        path: Path of the Unix socket.
        ready: Is called when queries are taken.
    """
    host = Host(settings)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    host.crew.start()
    server = await loop.create_unix_server(host.link, path, backlog=1024)
    os.chmod(path, 0o600)
    watching = loop.create_task(host.watch())
    if ready is not None:
        ready()
    await stop.wait()
    server.close()
    watching.cancel()
    await host.crew.close(_GRACE_S)


def main() -> None:
    """Run the host. Standard input: settings as JSON; argument: path of the socket."""
    from crisiskg.sandbox import die_with_parent
    from crisiskg.serving.logs import configure
    from crisiskg.serving.processes import event_loop, received_settings

    die_with_parent()
    settings = received_settings(sys.stdin.buffer)
    configure(settings)
    with event_loop() as runner:
        runner.run(run(settings, sys.argv[1]))


if __name__ == "__main__":
    main()
