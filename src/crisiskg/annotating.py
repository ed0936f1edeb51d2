"""Annotates documents, here or in several processes, one outcome for each in their order.

One text that cannot be annotated never stops the others: its outcome is a `Failure`. A process that dies takes one document
with it and is replaced.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document
from crisiskg.errors import CrisiskgError, ModelUnavailable, WorldError

if TYPE_CHECKING:
    from crisiskg.settings import Settings

#: Documents that are annotated together in one process.
_BATCH = 8
#: Documents that are handed out ahead of the one that is waited for, for each process.
_AHEAD = 4
#: What makes the pipeline in a process; takes the settings.
PIPELINE = "crisiskg.readers:make_pipeline"


class Annotator(Protocol):
    """What is needed of `crisiskg.annotation.pipeline.Pipeline`."""

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        """Yield one annotation for each document, in their order."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one document has no annotation.

    Attributes:
        message: One sentence.
        code: Short stable name, as of `crisiskg.errors`.
    """

    message: str
    code: str


Outcome = tuple[Document, Annotation | Failure]


def failure_of(error: BaseException) -> Failure:
    """Return what an error means for the document at fault.

    >>> failure_of(KeyError("x"))
    Failure(message="a fault in crisiskg: KeyError: 'x'", code='internal_error')
    """
    if isinstance(error, CrisiskgError):
        return Failure(error.message, error.code)
    return Failure(" ".join(f"a fault in crisiskg: {type(error).__name__}: {error}".split())[:500], "internal_error")


class Annotating(Protocol):
    """Gives outcomes. `Here` and `Processes` are two."""

    def outcomes(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """Yield the outcome of each document, in their order; documents are taken as they are needed.

        Raises:
            ModelUnavailable: nothing can be annotated.
        """


class Here:
    """Annotates in this process.

    Args:
        pipeline: What annotates.
    """

    def __init__(self, pipeline: Annotator) -> None:
        self._pipeline = pipeline

    def outcomes(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """See `Annotating.outcomes`."""
        following = iter(documents)
        while batch := list(itertools.islice(following, _BATCH)):
            yield from zip(batch, _annotated(self._pipeline, batch), strict=True)


def _annotated(pipeline: Annotator, batch: list[Document]) -> Iterator[Annotation | Failure]:
    """Yield an outcome for each; where a batch fails, its documents are read one by one, so that only one is at fault."""
    try:
        annotations = list(pipeline.pipe(batch))
    except ModelUnavailable:
        raise
    except Exception:
        annotations = []
    if len(annotations) == len(batch):
        yield from annotations
        return
    for document in batch:
        try:
            yield next(iter(pipeline.pipe([document])))
        except ModelUnavailable:
            raise
        except Exception as error:
            yield failure_of(error)


class _Worker:
    """One process that annotates a document at a time."""

    def __init__(self, settings: Settings, pipeline: str) -> None:
        self.connection, other = Pipe()
        # The terminal's Ctrl-C reaches the whole group; in a session of its own a worker is ended by its parent alone.
        start = "import sys; sys.path[:] = sys.argv[2:]; from crisiskg.annotating import serve; serve(int(sys.argv[1]))"
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-c", start, str(other.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[other.fileno()],
                start_new_session=True,
            )
        self.busy_with: int | None = None
        self.ready = False
        self.connection.send((settings, pipeline))

    def death(self) -> str:
        """Say how the process ended."""
        status = self._process.wait()
        return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"

    def kill(self) -> None:
        """End the process."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self.connection.close()


class Processes:
    """Annotates in processes of its own. Use it as a context manager, or close it.

    Args:
        settings: Which spaCy pipeline and which part of the gazetteer are used.
        number: How many processes; each loads the model, which takes some 600 MB.
        pipeline: Where the pipeline is made, as `module:name`.
    """

    def __init__(self, settings: Settings, number: int, pipeline: str = PIPELINE) -> None:
        self._settings = settings
        self._number = number
        self._pipeline = pipeline
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, whatever they do."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill()

    def outcomes(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """See `Annotating.outcomes`.

        Raises:
            ModelUnavailable: nothing can be annotated.
            WorldError: no process can be started.
        """
        following = enumerate(documents)
        ahead: deque[tuple[int, Document]] = deque()
        waiting: deque[tuple[int, Document]] = deque()
        found: dict[int, Annotation | Failure] = {}
        try:
            while True:
                # New input is read only while the processes have something to do.
                while len(ahead) < self._number * _AHEAD and (item := next(following, None)) is not None:
                    ahead.append(item)
                    waiting.append(item)
                    self._hand_out(waiting)
                    self._collect(found, 0.0)
                if not ahead:
                    return
                while ahead[0][0] not in found:
                    self._hand_out(waiting)
                    self._collect(found, None)
                self._hand_out(waiting)
                number, document = ahead.popleft()
                yield document, found.pop(number)
        except BaseException:
            self.close()
            raise
        finally:
            if ahead:  # nobody wants the rest
                self.close()

    def _hand_out(self, waiting: deque[tuple[int, Document]]) -> None:
        """Give documents to processes that have none."""
        while waiting:
            worker = next((worker for worker in self._workers if worker.busy_with is None), None)
            if worker is None:
                if len(self._workers) >= self._number:
                    return
                worker = self._start()
            number, document = waiting.popleft()
            worker.busy_with = number
            # A dead process is noticed where its answer is awaited.
            with contextlib.suppress(OSError):
                worker.connection.send(document)

    def _start(self) -> _Worker:
        try:
            worker = _Worker(self._settings, self._pipeline)
        except OSError as error:
            raise WorldError(f"a process that annotates cannot be started: {error.strerror or error}") from error
        self._workers.append(worker)
        return worker

    def _collect(self, found: dict[int, Annotation | Failure], timeout_s: float | None) -> None:
        """Take the answers that are there; with None, wait for one."""
        busy: dict[Any, _Worker] = {worker.connection: worker for worker in self._workers if worker.busy_with is not None}
        for ready in wait(list(busy), timeout_s) if busy else ():
            worker = busy[ready]
            try:
                answer = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                how = worker.death()
                worker.kill()
                if not worker.ready:
                    raise WorldError(
                        f"a process that annotates ended before it had begun ({how})",
                        hint="Free memory, or set processes to fewer.",
                    ) from None
                answer = Failure(f"the process that annotated it ended by itself ({how})", WorldError.code)
            if not worker.ready:
                if isinstance(answer, CrisiskgError):
                    raise answer
                worker.ready = True
                continue
            assert worker.busy_with is not None
            found[worker.busy_with] = answer
            worker.busy_with = None


def serve(descriptor: int) -> None:
    """Run in a process: annotate what comes over a pipe until it closes.

    Args:
        descriptor: Number of the pipe's file descriptor.
    """
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, OSError):
        settings, name = connection.recv()
        module, _, attribute = name.partition(":")
        try:
            pipeline: Annotator = getattr(importlib.import_module(module), attribute)(settings)
            list(pipeline.pipe([Document(text="")]))  # loads the model
        except Exception as error:
            connection.send(_sendable(error))
            return
        connection.send(None)
        while True:
            document = connection.recv()
            try:
                answer: object = next(iter(pipeline.pipe([document])))
            except Exception as error:
                answer = failure_of(error)
            connection.send(answer)


def _sendable(error: Exception) -> CrisiskgError:
    """Return an error of why nothing can be annotated, as one that goes through a pipe."""
    if isinstance(error, ModelUnavailable):
        return ModelUnavailable(error.message, hint=error.hint)
    return WorldError(f"a process that annotates cannot begin: {failure_of(error).message}")


@contextlib.contextmanager
def open_annotating(settings: Settings) -> Iterator[Here | Processes]:
    """Open what annotates under the settings: in this process, or in as many as they say."""
    if settings.processes == 1:
        from crisiskg.readers import make_pipeline

        yield Here(make_pipeline(settings))
        return
    with Processes(settings, settings.processes, PIPELINE) as processes:
        yield processes
