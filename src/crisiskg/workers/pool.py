"""The crew of workers for programs that are no servers: one call, one whole answer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from crisiskg.errors import CrisiskgError, StoreUnavailable
from crisiskg.namespaces import BASE
from crisiskg.workers.crew import Crew, Job
from crisiskg.workers.frames import pack_json
from crisiskg.workers.requests import error_of, query_request

if TYPE_CHECKING:
    from crisiskg.identity.expansion import Expansion
    from crisiskg.settings import Settings

_MEMORY_BYTES = 1_048_576
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


class Collector:
    """A sink that keeps a whole answer, on disk where it is large. `answer` gives it, or raises the error."""

    def __init__(self) -> None:
        self._body = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - the answer owns it
        self._header: dict[str, Any] = {}
        self._trailer: dict[str, Any] = {}
        self.done: concurrent.futures.Future[Answer] = concurrent.futures.Future()

    def frames(self, frames: list[tuple[bytes, bytes]]) -> None:
        """Take frames of the answer."""
        for letter, content in frames:
            if letter == b"D":
                self._body.write(content)
            elif letter == b"H":
                self._header = json.loads(content)
            elif letter == b"E":
                self._finish(json.loads(content))
            elif letter == b"X":
                self.fail(error_of(json.loads(content)))

    def _finish(self, trailer: dict[str, Any]) -> None:
        size = self._body.tell()
        self._body.seek(0)
        header = self._header
        self.done.set_result(
            Answer(header["kind"], header["media_type"], header["generation"], size, self._body, trailer.get("rows"))
        )

    def fail(self, error: CrisiskgError) -> None:
        """End with an error."""
        if not self.done.done():
            self._body.close()
            self.done.set_exception(error)

    def job_over(self, job: Job) -> None:
        """Make sure that there is an end."""
        del job
        self.fail(StoreUnavailable("the answer ended early", hint="Ask again."))


def local_command(store: Path, memory_mb: int, niceness: int) -> list[str]:
    """Return the arguments of a worker over an embedded store."""
    return ["-m", "crisiskg.workers.process", str(store), str(memory_mb), str(niceness)]


def remote_command(niceness: int) -> list[str]:
    """Return the arguments of a worker that asks a remote store."""
    return ["-m", "crisiskg.workers.remote", str(niceness)]


def remote_greeting(settings: Settings) -> bytes:
    """Return the frame from which a worker learns which remote store it asks."""
    from crisiskg.settings import plain_settings

    return pack_json(b"S", plain_settings(settings))


class Pool:
    """Worker processes over one store. Any thread may call `run`.

    Args:
        store: Folder of an embedded store, of which they open the published generations; None for the remote one of the settings.
        settings: Number of workers, length of the queue, and the limits.
        workers: Number of workers where it is not that of the settings.
    """

    def __init__(self, store: Path | None, settings: Settings, workers: int | None = None) -> None:
        self._settings = settings
        size = workers or settings.query_workers
        sizes = settings.model_copy(update={"named_query_workers": size, "quick_query_workers": 1})
        if store is None:
            self._crew = Crew(remote_command, sizes, remote_greeting(settings))
        else:
            self._crew = Crew(lambda niceness: local_command(store, settings.query_memory_mb, niceness), sizes)
        self._loop = asyncio.new_event_loop()
        # Workers end with the thread that started them, so there is one for as long as the pool lives.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="crisiskg-pool")
        self._closed = False
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def killed(self) -> int:
        """Workers that had to be ended."""
        return self._crew.killed

    def pids(self) -> list[int]:
        """Return the process ids of the workers."""
        return self._crew.pids()

    def run(
        self,
        query: str,
        accept: Sequence[str] = (_JSON, "text/turtle"),
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base_iri: str | None = None,
        identity: Expansion | None = None,
        data_base: str = BASE,
    ) -> Answer:
        """Answer one query.

        Args:
            query: SPARQL 1.1 query of anybody.
            accept: Media types by preference; the first that the kind of answer can have is used.
            default_graphs: IRIs of the graphs that make up the default graph; none means the union of all, unless the query says.
            named_graphs: IRIs of the graphs that GRAPH may name.
            base_iri: Base of relative IRIs in the query.
            identity: How far the constants of the query stand for all that are the same; None for not at all.
            data_base: Base of the IRIs of data, which is needed for identity.

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
        if self._closed:
            raise StoreUnavailable("the query workers are closed")
        request = query_request(
            self._settings,
            query,
            accept,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            base_iri=base_iri,
            identity=identity,
            data_base=data_base,
        )
        collector = Collector()
        job = Job(request, query, "own", "", "", self._settings.query_time_limit_s, collector)
        self._loop.call_soon_threadsafe(self._submit, job, collector)
        return collector.done.result()

    def _submit(self, job: Job, collector: Collector) -> None:
        try:
            self._crew.submit(job)
        except CrisiskgError as error:
            collector.fail(error)

    def close(self) -> None:
        """End all workers."""
        if self._closed:
            return
        self._closed = True
        asyncio.run_coroutine_threadsafe(self._crew.close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
