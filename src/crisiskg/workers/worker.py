"""One worker process, as its crew sees it: a socket to it, and signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

from crisiskg.sandbox import PARENT
from crisiskg.workers.frames import BrokenFrames, FrameParser

Frames = list[tuple[bytes, bytes]]


class Worker(asyncio.Protocol):
    """A worker process. Made in an event loop; its callbacks are called there.

    Args:
        command: Arguments of its program.
        greeting: Frame that it gets first; None for none.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: list[str], greeting: bytes | None = None) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
        environment["MALLOC_ARENA_MAX"] = "2"  # each arena reserves 64 MiB of the address space that is limited
        environment[PARENT] = str(os.getpid())
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, *command],
                    stdin=theirs.fileno(),
                    stdout=theirs.fileno(),
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    start_new_session=True,  # so that Ctrl-C reaches the parent alone
                )
        except OSError:
            ours.close()
            raise
        self.ready = False
        self.on_ready: Callable[[], None] | None = None
        self._parser = FrameParser()
        self._on_frames: Callable[[Frames], None] | None = None
        self._on_end: Callable[[], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._waiting: list[bytes] = [greeting] if greeting else []
        self._paused = False
        self._stopped = False
        self._ended = False
        self._killed = False
        self._connecting = asyncio.get_running_loop().create_task(self._connect(ours))

    async def _connect(self, ours: socket.socket) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, sock=ours)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send what waits."""
        self._transport = cast(asyncio.Transport, transport)
        if self._killed:
            self._transport.abort()
            return
        for data in self._waiting:
            self._transport.write(data)
        self._waiting.clear()
        if self._paused:
            self._transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Hand frames on."""
        try:
            frames = self._parser.feed(data)
        except BrokenFrames:
            self.kill()
            return
        if frames and frames[0][0] == b"R":
            self.ready = True
            if self.on_ready is not None:
                self.on_ready()
                self.on_ready = None
            frames = frames[1:]
        if frames and self._on_frames is not None:
            self._on_frames(frames)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that the process ended, where it had something to do."""
        del exc
        self._ended = True
        on_end, self._on_end, self._on_frames = self._on_end, None, None
        if on_end is not None:
            on_end()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Tell whether the process runs: the end of its socket would have been heard of."""
        return not self._ended

    def begin(self, request: bytes, on_frames: Callable[[Frames], None], on_end: Callable[[], None]) -> None:
        """Send a request.

        Args:
            request: Its frame.
            on_frames: Is called with frames of the answer.
            on_end: Is called where the process ends before.
        """
        self._on_frames, self._on_end = on_frames, on_end
        if self._transport is None:
            self._waiting.append(request)
        else:
            self._transport.write(request)

    def end(self) -> None:
        """Know that the answer is over."""
        self._on_frames = self._on_end = self.on_ready = None
        self.pause(False)

    def pause(self, paused: bool) -> None:
        """Stop or go on reading what the process writes, which makes it wait."""
        if paused == self._paused:
            return
        self._paused = paused
        if self._transport is not None and not self._transport.is_closing():
            if paused:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def stop(self) -> None:
        """Stop the process where it is."""
        self._signal(signal.SIGSTOP)
        self._stopped = True

    def go_on(self) -> None:
        """Let a stopped process go on."""
        self._signal(signal.SIGCONT)
        self._stopped = False

    def renice(self, niceness: int) -> None:
        """Make the process stand back for others."""
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness)

    def _signal(self, number: int) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)

    def processor_s(self) -> float:
        """Return the seconds of processor that the process has had; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def was_killed(self) -> bool:
        """Tell whether a process that ended was killed from outside, as no query can do it."""
        try:
            return self._process.wait(1.0) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False

    def kill(self) -> None:
        """End the process now; `reap` later."""
        self._on_frames = self._on_end = self.on_ready = None
        self._killed = True  # where there is no transport yet, it is cut off as soon as it is there
        if self._transport is not None:
            self._transport.abort()
        self._signal(signal.SIGKILL)

    def reap(self, patience_s: float) -> bool:
        """Take leave of a process that was killed; tell whether it is gone."""
        try:
            self._process.wait(patience_s) if patience_s else self._process.poll()
        except subprocess.TimeoutExpired:
            return False
        return self._process.returncode is not None
