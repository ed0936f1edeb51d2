"""Keeps the process in which writes are evaluated, gives it one task at a time, and kills it when it is late."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from crisiskg import errors
from crisiskg.errors import CrisiskgError, LimitExceeded, StoreBusy, StoreError, StoreTimeout, WorldError
from crisiskg.sandbox import PARENT
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack, pack_json
from crisiskg.writing.change import Change, GraphEdit

_START_LIMIT_S = 30.0
#: Longest change that is taken, in bytes of N-Quads.
_MAX_CHANGE = 2 * 1024 * 1024 * 1024


class _Late(Exception):
    """The deadline has passed."""


class _Starting(Exception):
    """The deadline has passed while the process was still starting."""


class _Ended(Exception):
    """The process has ended."""


class _Process:
    """One process and the pipes to it."""

    def __init__(self, scratch: Path, memory_mb: int) -> None:
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "2"  # each arena reserves 64 MiB of the address space that is limited
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment[PARENT] = str(os.getpid())
        self.begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crisiskg.writing.process", str(scratch), str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
            start_new_session=True,  # so that Ctrl-C reaches the parent alone
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._parser = FrameParser()
        self._frames: list[tuple[bytes, bytes]] = []
        #: What the process says of itself when it has started; None before.
        self.facts: dict[str, Any] | None = None

    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, frame: bytes, deadline: float) -> None:
        view = memoryview(frame)
        while view:
            self._wait(self._in, select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                try:
                    view = view[os.write(self._in, view[:65_536]) :]
                except OSError as error:
                    if isinstance(error, BlockingIOError):
                        raise
                    raise _Ended from error

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        while not self._frames:
            self._wait(self._out, select.POLLIN, deadline)
            with contextlib.suppress(BlockingIOError):
                data = os.read(self._out, 1_048_576)
                if not data:
                    raise _Ended
                try:
                    self._frames = self._parser.feed(data)
                except BrokenFrames as error:
                    raise _Ended from error
        return self._frames.pop(0)

    def _wait(self, number: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(number, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise _Late

    def started(self, deadline: float) -> dict[str, Any]:
        """Wait until the process takes tasks, and return what it says of itself."""
        if self.facts is None:
            letter, content = self.receive(deadline)
            if letter != b"R":
                raise _Ended
            self.facts = dict(json.loads(content))
        return self.facts

    def how_it_ended(self) -> str:
        """Return by which signal the process ended by itself; "" for none."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # the exit status follows the closed pipe
            self._process.wait(0.05)
        status = self._process.poll()
        return signal.Signals(-status).name if status is not None and status < 0 else ""

    def kill(self) -> None:
        """End the process. The system may take a moment to clear away what it held in memory; `reap` waits for that."""
        if self._process.poll() is None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def reap(self) -> None:
        """Wait until a process that was killed is gone."""
        self._process.wait()


class Evaluator:
    """Evaluates writes in a process of its own, one at a time.

    Args:
        scratch: Folder for scratch files, of which nobody else makes use; made and emptied here.
        memory_mb: Memory that evaluating one write may take, in MiB.
    """

    def __init__(self, scratch: Path, memory_mb: int) -> None:
        self._scratch = scratch
        self._memory_mb = memory_mb
        self._process: _Process | None = None
        self._killed: list[_Process] = []
        self._idle = True

    def evaluate(self, task: dict[str, Any], generation: Path | None, time_limit_s: float) -> Change:
        """Return what a write would change.

        Args:
            task: "request" (`WriteRequest.to_dict`), "limits" (fields of `Limits`), and where there is no generation "quads".
            generation: Folder of the generation that holds what the store holds now.
            time_limit_s: Seconds after which the process is killed.

        Raises:
            CallerError: the request cannot be read, is not allowed, or asks for what is not there.
            LimitExceeded: it needs more memory than it may take, or nests too deeply for the engine.
            StoreBusy: the process was still starting when the time was over.
            StoreTimeout: it took longer than allowed.
            StoreError: the engine failed.
            WorldError: no process could be started.
        """
        if generation is not None:
            task = task | {"generation": str(generation.resolve())}
        found = self._run(task, generation, time_limit_s)
        assert isinstance(found, Change)
        return found

    def needed_graphs(self, task: dict[str, Any], time_limit_s: float) -> list[str]:
        """Return the names of the graphs that a write to a remote store reads or changes.

        Args:
            task: "request" and "limits", as for `evaluate`.
            time_limit_s: Seconds after which the process is killed.

        Raises:
            WriteRefused: it would need all graphs, or cannot be validated beforehand.
            CrisiskgError: as for `evaluate`.
        """
        found = self._run(task | {"needs": True}, None, time_limit_s)
        assert isinstance(found, list)
        return found

    def start(self) -> None:
        """Start the process where it does not run, without waiting for it, so that the next write need not.

        The thread that calls must live on: when it ends, the system ends the process.

        Raises:
            OSError: the system starts no process.
        """
        self._reap()
        if self._process is None or not self._process.alive():
            self.close()
            self._scratch.mkdir(exist_ok=True)
            self._process = _Process(self._scratch.resolve(), self._memory_mb)

    def _run(self, task: dict[str, Any], generation: Path | None, time_limit_s: float) -> Change | list[str]:
        deadline = time.monotonic() + time_limit_s
        try:
            process = self._started(deadline)
            self._idle = False
            process.send(pack_json(b"Q", task), deadline)
            return self._answer(process, generation, deadline)
        except _Starting:
            raise StoreBusy(
                f"the process that evaluates writes did not start within the {time_limit_s:.3g} s that were left; "
                "nothing was written",
                hint="Send it again.",
            ) from None
        except _Late:
            self.close()
            raise StoreTimeout(
                f"evaluating the write took longer than {time_limit_s:.3g} s and was ended; nothing was written",
                hint="Change less at a time. The setting is write_time_limit_s, and what a write waits for others counts.",
            ) from None
        except _Ended:
            why = self._process.how_it_ended() if self._process else ""
            self.close()
            raise LimitExceeded(
                f"the write ended its process{f' ({why})' if why else ''}, as it does when it needs more than "
                f"{self._memory_mb} MiB or nests too deeply; nothing was written",
                hint="Change less at a time. The setting is write_memory_mb.",
            ) from None
        except BaseException:
            if not self._idle:  # it is in the middle of something
                self.close()
            raise
        finally:
            self._empty()

    def _started(self, deadline: float) -> _Process:
        """Return the process when it takes tasks."""
        try:
            self.start()
            process = self._process
            assert process is not None
            latest = process.begun + _START_LIMIT_S
            try:
                process.started(min(deadline, latest))
            except _Late:
                if time.monotonic() < latest:  # the next write will find it
                    raise _Starting from None
                raise
        except (_Late, _Ended, OSError):
            self.close()
            raise WorldError(
                "the process that evaluates writes could not be started", hint="Check the memory limit of this machine."
            ) from None
        return process

    def _answer(self, process: _Process, generation: Path | None, deadline: float) -> Change | list[str]:
        head: dict[str, Any] = {}
        lines = bytearray()
        while True:
            letter, content = process.receive(deadline)
            if letter == b"C" and generation is not None:
                process.send(pack(b"P", str(self._copy(generation)).encode("utf-8")), deadline)
            elif letter == b"H":
                head = json.loads(content)
            elif letter == b"D":
                lines += content
                if len(lines) > _MAX_CHANGE:
                    raise LimitExceeded(f"the write changes more than {_MAX_CHANGE} bytes of quads")
            elif letter == b"E":
                self._idle = True
                return _change(head, lines.decode("utf-8"))
            elif letter == b"G":
                self._idle = True
                return [str(name) for name in json.loads(content)]
            elif letter == b"X":
                self._idle = True
                raise self._error(json.loads(content))
            else:
                raise _Ended

    def _error(self, problem: dict[str, Any]) -> CrisiskgError:
        if problem["error"] == "memory":
            self.close()  # what it holds after running out is not known
            return LimitExceeded(
                f"the write needs more than {self._memory_mb} MiB; nothing was written",
                hint="Change less at a time. The setting is write_memory_mb.",
            )
        kind = getattr(errors, problem["error"], None)
        if isinstance(kind, type) and issubclass(kind, CrisiskgError):
            return kind(problem["message"], hint=problem["hint"])
        return StoreError(f"the write could not be evaluated: {problem['message']}")

    def _copy(self, generation: Path) -> Path:
        """Return a copy of a generation that may be written. Its tables are symbolic links: the engine never changes one."""
        self._empty()  # a process that was killed may have left something behind its back
        copy = self._scratch.resolve() / "copy"
        copy.mkdir()
        for path in generation.resolve().iterdir():
            if path.suffix == ".sst":
                (copy / path.name).symlink_to(path)
            else:
                shutil.copyfile(path, copy / path.name)
        return copy

    def _empty(self) -> None:
        """Remove what is left of the last write, or of a process that died."""
        if self._scratch.is_dir():
            for path in self._scratch.iterdir():
                shutil.rmtree(path, ignore_errors=True)

    def facts(self) -> dict[str, Any]:
        """Return how the process is held: "network" as in `crisiskg.sandbox.block_network`, "files" whether to its folder."""
        deadline = time.monotonic() + _START_LIMIT_S
        return dict(self._started(deadline).started(deadline))

    def _reap(self) -> None:
        """Let go of the processes that were killed and are gone."""
        self._killed = [process for process in self._killed if process.alive()]

    def close(self, *, wait: bool = False) -> None:
        """End the process. The next task starts another.

        Args:
            wait: Whether to return only when all processes that were ended are gone.
        """
        process, self._process = self._process, None
        self._idle = True
        if process is not None:
            process.kill()
            self._killed.append(process)
        if wait:
            for killed in self._killed:
                killed.reap()
        self._reap()


def _change(head: dict[str, Any], text: str) -> Change:
    lines = text.split("\n")[:-1]
    edits = []
    place = 0
    for edit in head["edits"]:
        middle = place + (edit["removed"] or 0)
        end = middle + edit["added"]
        removed = None if edit["removed"] is None else tuple(lines[place:middle])
        fields = {name: edit[name] for name in ("graph", "existed", "exists", "quads", "sha256")}
        edits.append(GraphEdit(removed=removed, added=tuple(lines[middle:end]), **fields))
        place = end
    return Change(tuple(edits), head["violations"], head["report"], head["existed"])
