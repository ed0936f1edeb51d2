"""Keeps query workers, gives each a query at a time, kills those that are late and replaces them.

An answer is collected as a whole before anybody sees the first byte of it, on disk where it is large, so that a query that fails
half way is an error and never a short answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from crisiskg.errors import (
    CrisiskgError,
    InvalidParameter,
    LimitExceeded,
    NotAcceptable,
    NotFound,
    QuerySyntaxError,
    StoreBusy,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)
from crisiskg.namespaces import PREFIXES
from crisiskg.workers.scan import scan_query

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_MEMORY_BYTES = 1_048_576
_START_LIMIT_S = 20.0
_JSON = "application/sparql-results+json"


@dataclass(slots=True)
class Answer:
    """A whole answer to a query, as the engine serialised it. Close it, or use it as a context manager.

    Attributes:
        kind: "bindings", "boolean" or "graph".
        media_type: Media type of the body.
        generation: Number of the generation that was asked; 0 for a remote store.
        size: Length of the body in bytes.
        rows: Number of rows, as far as they were counted; None where they were not. In CSV, line breaks in values count.
    """

    kind: str
    media_type: str
    generation: int
    size: int
    _body: IO[bytes] = field(repr=False)
    rows: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def read(self) -> bytes:
        """Return the whole body."""
        self._body.seek(0)
        return self._body.read()

    def blocks(self, size: int = 65_536) -> Iterator[bytes]:
        """Yield the body in parts and close it."""
        with self._body:
            self._body.seek(0)
            while block := self._body.read(size):
                yield block

    def close(self) -> None:
        """Let go of the body."""
        self._body.close()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, store: Path, memory_mb: int, niceness: int) -> None:
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "2"  # each arena reserves 64 MiB of the address space that is limited
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crisiskg.workers.process", str(store), str(memory_mb), str(niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
            start_new_session=True,  # so that Ctrl-C reaches the parent alone
        )
        self.ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, letter: bytes, content: bytes) -> None:
        assert self._process.stdin is not None
        view = memoryview(letter + struct.pack(">I", len(content)) + content)
        while view:
            written = self._process.stdin.write(view)
            view = view[written or 0 :]

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        head = self._read(5, deadline)
        return head[:1], self._read(struct.unpack(">I", head[1:])[0], deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(number, select.POLLIN)
        parts = bytearray()
        while len(parts) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            block = os.read(number, min(size - len(parts), 1_048_576))
            if not block:
                raise EOFError
            parts += block
        return bytes(parts)

    def was_killed(self) -> bool:
        """Tell whether a process that ended was killed from outside, as no query can do it."""
        try:
            return self._process.wait(1.0) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Pool:
    """Worker processes over the published generations of one store. Any thread may call `run`.

    Args:
        store: Folder of the store.
        settings: Number of workers, length of the queue, and the limits.
        workers: Number of workers where it is not that of the settings.
        niceness: By how much the workers stand back for other processes, 0 to 19.
    """

    def __init__(self, store: Path, settings: Settings, workers: int | None = None, niceness: int = 0) -> None:
        self._store = store
        self._settings = settings
        self._size = workers or settings.query_workers
        self._niceness = niceness
        self._idle: deque[_Worker] = deque()
        self._running = 0
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self.killed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Start all workers now rather than with the first queries."""
        with self._changed:
            while len(self._idle) + self._running < self._size:
                self._idle.append(_Worker(self._store, self._settings.query_memory_mb, self._niceness))

    def run(
        self,
        query: str,
        accept: Sequence[str] = (_JSON, "text/turtle"),
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base_iri: str | None = None,
    ) -> Answer:
        """Answer one query.

        Args:
            query: SPARQL 1.1 query of anybody.
            accept: Media types by preference; the first that the kind of answer can have is used.
            default_graphs: IRIs of the graphs that make up the default graph; none means the union of all, unless the query says.
            named_graphs: IRIs of the graphs that GRAPH may name.
            base_iri: Base of relative IRIs in the query.

        Returns:
            The whole answer.

        Raises:
            QuerySyntaxError: it does not parse.
            QueryRefused: it is an update or has SERVICE.
            LimitExceeded: it is too long, too deep, or its answer or its need of memory is too large.
            NotAcceptable: its kind of answer has none of the media types.
            StoreTimeout: it took too long and was ended.
            StoreBusy: too many queries wait already.
            NotFound: nothing was published yet.
            InvalidParameter: a graph is no IRI.
        """
        settings = self._settings
        scan = scan_query(query, settings.max_query_bytes, settings.max_query_depth)
        request = {
            "query": query,
            "accept": list(accept),
            "default_graphs": [_iri(graph) for graph in default_graphs],
            "named_graphs": [_iri(graph) for graph in named_graphs],
            "names_dataset": scan.names_dataset,
            "base_iri": base_iri,
            "prefixes": PREFIXES,
            "max_rows": settings.max_result_rows,
            "max_bytes": settings.max_result_bytes,
        }
        body = json.dumps(request).encode("utf-8")
        deadline = time.monotonic() + settings.query_time_limit_s
        try:
            return self._run(body, deadline)
        except _Killed:  # not the query's fault: once more
            pass
        try:
            return self._run(body, deadline)
        except _Killed:
            raise StoreUnavailable("the process of the query was killed from outside, twice", hint="Ask again.") from None

    def _run(self, request: bytes, deadline: float) -> Answer:
        worker = self._take(deadline)
        fine = False
        try:
            answer = self._ask(worker, request, deadline)
            fine = True
            return answer
        except _Reported as reported:
            fine = reported.worker_is_fine
            raise reported.error from None
        finally:
            self._give_back(worker, fine)

    def _ask(self, worker: _Worker, request: bytes, deadline: float) -> Answer:
        body = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - the answer owns it
        try:
            if not worker.ready:  # starting is not the query's fault
                worker.receive(time.monotonic() + _START_LIMIT_S)
                worker.ready = True
                deadline = max(deadline, time.monotonic() + self._settings.query_time_limit_s)
            worker.send(b"Q", request)
            header: dict[str, Any] = {}
            while True:
                letter, content = worker.receive(deadline)
                if letter == b"D":
                    body.write(content)
                elif letter == b"H":
                    header = json.loads(content)
                elif letter == b"E":
                    size = body.tell()
                    body.seek(0)
                    rows = json.loads(content).get("rows")
                    return Answer(header["kind"], header["media_type"], header["generation"], size, body, rows)
                else:
                    raise _reported(json.loads(content))
        except TimeoutError:
            body.close()
            raise StoreTimeout(
                f"the query took longer than {self._settings.query_time_limit_s:g} s and was ended",
                hint="Ask for less: name an actor, a type or a time, or set a LIMIT.",
            ) from None
        except (EOFError, OSError):
            body.close()
            if worker.was_killed():
                raise _Killed from None
            raise LimitExceeded(
                f"the query ended its process: it needs more than {self._settings.query_memory_mb} MiB, or is nested too deeply",
                hint="Ask for less, or write the query in a simpler way.",
            ) from None
        except BaseException:
            body.close()
            raise

    def _take(self, deadline: float) -> _Worker:
        with self._changed:
            if self._waiting >= self._settings.query_queue and not self._idle and self._running >= self._size:
                raise StoreBusy("too many queries wait already", hint="Ask again in a few seconds.")
            self._waiting += 1
            try:
                while True:
                    if self._closed:
                        raise StoreUnavailable("the query workers are closed")
                    while self._idle:
                        worker = self._idle.pop()
                        if worker.alive():
                            self._running += 1
                            return worker
                        worker.kill()
                    if self._running < self._size:
                        self._running += 1
                        break
                    if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                        raise StoreBusy("no query worker became free in time", hint="Ask again in a few seconds.")
            finally:
                self._waiting -= 1
        try:
            return _Worker(self._store, self._settings.query_memory_mb, self._niceness)
        except OSError as error:
            with self._changed:
                self._running -= 1
                self._changed.notify()
            raise StoreUnavailable(f"a query worker cannot be started: {error.strerror}") from error

    def _give_back(self, worker: _Worker, fine: bool) -> None:
        if not fine:
            worker.kill()
        with self._changed:
            self._running -= 1
            if not fine:
                self.killed += 1
            elif self._closed:
                worker.kill()
            else:
                self._idle.append(worker)
            self._changed.notify()

    def close(self) -> None:
        """End all workers."""
        with self._changed:
            self._closed = True
            idle = list(self._idle)
            self._idle.clear()
            self._changed.notify_all()
        for worker in idle:
            worker.kill()


class _Killed(Exception):
    """The process was killed from outside."""


class _Reported(Exception):
    """An error that the worker reported; it may live on unless its memory ran out."""

    def __init__(self, error: CrisiskgError, worker_is_fine: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.worker_is_fine = worker_is_fine


_BY_CODE: dict[str, type[CrisiskgError]] = {
    "limit_exceeded": LimitExceeded,
    "memory": LimitExceeded,
    "query_syntax": QuerySyntaxError,
    "not_acceptable": NotAcceptable,
    "not_found": NotFound,
}


def _reported(problem: dict[str, str]) -> _Reported:
    code, message, hint = problem["error"], problem["message"], problem.get("hint") or None
    if code == "query_syntax":
        message = f"the query does not parse: {message}"
    kind = _BY_CODE.get(code, StoreError)
    if kind is StoreError:
        message = f"the query failed: {message}"
    return _Reported(kind(message, hint=hint), code != "memory")


def _iri(text: str) -> str:
    import pyoxigraph as ox

    try:
        return str(ox.NamedNode(text).value)
    except ValueError as error:
        raise InvalidParameter(f"{text[:200]!r} is not the IRI of a graph") from error
