"""The process in which writes are evaluated: no network, no programs, no files but scratch, limited memory, killed when late.

Messages are frames (`crisiskg.workers.frames`). The writer sends `Q`, a task in JSON. Where an update must see its own changes,
the process asks with `C` for a copy of the generation that may be written, and gets `P` with its folder. It answers with `H`,
what happens to each graph in JSON, any number of `D` with the lines of N-Quads, and `E`; with `G`, names of graphs in JSON, where
the task asks which ones it needs; or with `X`, an error in JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from crisiskg.sandbox import block_network, block_processes, die_with_parent, limit_memory
from crisiskg.workers.frames import pack, pack_json
from crisiskg.writing.confinement import allow_writing_only_in

_CHUNK = 4 * 1_048_576
#: Address space that threads of the engine reserve and hardly use, in MiB.
_RESERVED_MB = 192
#: Time without a task after which what validation needs is loaded, in milliseconds.
_MOMENT_MS = 300


def receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read one frame; None where the stream ended."""
    head = stream.read(5)
    if len(head) < 5:
        return None
    return head[:1], stream.read(struct.unpack(">I", head[1:])[0])


class _Memory:
    """Limits what evaluating may take on top of what libraries and open stores take."""

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb

    def lift(self) -> None:
        """Take the limit away."""
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))

    def limit(self) -> None:
        """Set the limit anew, from what is taken now."""
        limit_memory(_taken_mb() + _RESERVED_MB + self._memory_mb)

    @contextlib.contextmanager
    def free(self) -> Iterator[None]:
        """Leave out of account what is taken inside: a store reserves address space that no update can help."""
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        before = _taken_mb()
        self.lift()
        yield
        if soft != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_AS, (soft + (_taken_mb() - before) * 1_048_576, hard))


def _taken_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:  # not Linux
        return 512
    return pages * resource.getpagesize() // 1_048_576


class _Tasks:
    """Evaluates one task after the other."""

    def __init__(self, tasks: BinaryIO, answers: BinaryIO, memory: _Memory) -> None:
        self._tasks, self._answers = tasks, answers
        self._memory = memory
        self._path = ""
        self._identity: tuple[int, int, int] | None = None
        self._base: Any = None

    def answer(self, task: dict[str, Any]) -> None:
        """Evaluate a task and send the answer, or what is wrong with it."""
        from crisiskg.errors import CrisiskgError

        try:
            problem = self._answer(task)
        except CrisiskgError as error:
            problem = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
        except MemoryError:
            problem = {"error": "memory", "message": ""}
        except RecursionError:
            problem = {"error": "LimitExceeded", "message": "the write is nested too deeply"}
        except (ValueError, OSError, RuntimeError, SyntaxError) as error:
            problem = {"error": "failed", "message": " ".join(str(error).replace(self._path, "the store").split())[:300]}
        if problem is not None:
            self._memory.lift()
            self._send(pack_json(b"X", problem))

    def _send(self, frame: bytes) -> None:
        self._answers.write(frame)
        self._answers.flush()

    def _answer(self, task: dict[str, Any]) -> dict[str, Any] | None:
        from crisiskg.validation import Report, validate
        from crisiskg.writing.dataset import Dataset
        from crisiskg.writing.evaluation import Limits, evaluate, needed_graphs
        from crisiskg.writing.requests import WriteRequest

        request, limits = WriteRequest.from_dict(task["request"]), Limits(**task["limits"])
        self._memory.lift()
        if task.get("needs"):
            self._memory.limit()
            self._send(pack_json(b"G", needed_graphs(request, limits)))
            return None
        base = self._open(task)
        self._memory.limit()

        def validated(quads: Iterable[Any]) -> Report:
            with self._memory.free():
                _prepare()
            return validate(quads)

        change = evaluate(Dataset(base, self._copy, validated), request, limits)
        head = {
            "violations": change.violations,
            "report": change.report,
            "existed": change.existed,
            "edits": [
                {
                    "graph": edit.graph,
                    "removed": None if edit.removed is None else len(edit.removed),
                    "added": len(edit.added),
                    "existed": edit.existed,
                    "exists": edit.exists,
                    "quads": edit.quads,
                    "sha256": edit.sha256,
                }
                for edit in change.edits
            ],
        }
        self._send(pack_json(b"H", head))
        waiting = bytearray()
        for edit in change.edits:
            for line in (*(edit.removed or ()), *edit.added):
                waiting += line.encode("utf-8") + b"\n"
                if len(waiting) >= _CHUNK:
                    self._send(pack(b"D", bytes(waiting)))
                    waiting.clear()
        self._send(pack(b"D", bytes(waiting)) + pack(b"E"))
        return None

    def _open(self, task: dict[str, Any]) -> Any:
        """Return what the store holds: a generation, or lines of N-Quads that the task brings."""
        import pyoxigraph as ox

        from crisiskg.store import parse_lines

        if "quads" in task:
            store = ox.Store()
            store.extend(parse_lines(task["quads"]))
            return store
        found = os.stat(task["generation"])
        identity = (found.st_dev, found.st_ino, found.st_mtime_ns)  # a restored store has folders of the same names
        if self._identity != identity:
            self._identity, self._base = None, None
            self._path = task["generation"]
            self._base = ox.Store.read_only(self._path)
            self._identity = identity
        return self._base

    def _copy(self) -> Any:
        import pyoxigraph as ox

        self._send(pack(b"C"))
        frame = receive(self._tasks)
        if frame is None or frame[0] != b"P":
            raise RuntimeError("no copy of the generation could be made")
        with self._memory.free():
            return ox.Store(frame[1].decode("utf-8"))


def _load() -> None:
    """Load what every task needs."""
    import crisiskg.writing.requests  # noqa: F401


def _prepare() -> None:
    """Load what validation needs, once."""
    from crisiskg.validation.plan import shapes_plan

    shapes_plan()


def _is_waiting(tasks: BinaryIO) -> bool:
    """Tell whether the next task comes within a moment."""
    poll = select.poll()
    poll.register(tasks.fileno(), select.POLLIN)
    return bool(poll.poll(_MOMENT_MS))


def main() -> None:
    """Answer tasks until the writer closes the pipe. Arguments: folder for scratch files, memory limit in MiB."""
    scratch, memory_mb = Path(sys.argv[1]), int(sys.argv[2])
    die_with_parent()
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # nothing that a library prints may get among the frames
        os.dup2(nothing, number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = memory_mb * 1_048_576
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    network = block_network()  # before the engine is loaded: SERVICE and LOAD would call out
    block_processes()
    files = allow_writing_only_in(scratch)
    worker = _Tasks(tasks, answers, _Memory(memory_mb))
    answers.write(pack_json(b"R", {"network": network, "files": files}))
    answers.flush()
    with contextlib.suppress(Exception):  # the first task says what is wrong
        _load()
    with contextlib.suppress(BrokenPipeError):
        while True:
            if not _is_waiting(tasks):
                with contextlib.suppress(Exception):
                    _prepare()
            frame = receive(tasks)
            if frame is None:
                break
            worker.answer(json.loads(frame[1]))


if __name__ == "__main__":
    main()
