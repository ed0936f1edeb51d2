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

from crisiskg.sandbox import PARENT
from crisiskg.workers.frames import BrokenFrames, FrameParser

Frames = list[tuple[bytes, bytes]]
_BLOCK = 262_144


class Worker:
    """A worker process. Made in an event loop; its callbacks are called there.

    The file of its socket belongs to this object alone, which opens and closes it by its number. Were it shared with a transport
    of the event loop, either could close it after the other, when its number is that of another connection already.

    Args:
        command: Arguments of its program.
        greeting: Frame that it gets first; None for none.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: list[str], greeting: bytes | None = None) -> None:
        ours, theirs = socket.socketpair()
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
        ours.setblocking(False)
        self._file = ours.detach()
        self._loop = asyncio.get_running_loop()
        self.ready = False
        self.on_ready: Callable[[], None] | None = None
        self._parser = FrameParser()
        self._on_frames: Callable[[Frames], None] | None = None
        self._on_end: Callable[[], None] | None = None
        self._unsent = bytearray()
        self._paused = False
        self._loop.add_reader(self._file, self._read)
        if greeting:
            self._send(greeting)

    def _read(self) -> None:
        """Take what the process has written, and hand frames on."""
        try:
            data = os.read(self._file, _BLOCK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._ended()
            return
        try:
            frames = self._parser.feed(data)
        except BrokenFrames:
            self._signal(signal.SIGKILL)
            self._ended()
            return
        if frames and frames[0][0] == b"R":
            self.ready = True
            if self.on_ready is not None:
                self.on_ready()
                self.on_ready = None
            frames = frames[1:]
        if frames and self._on_frames is not None:
            self._on_frames(frames)

    def _send(self, data: bytes) -> None:
        """Send, now as far as the socket takes it."""
        if self._file < 0:
            return
        if not self._unsent:
            try:
                data = data[os.write(self._file, data) :]
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:  # it has ended, which reading will tell
                return
        if data:
            if not self._unsent:
                self._loop.add_writer(self._file, self._send_more)
            self._unsent += data

    def _send_more(self) -> None:
        try:
            del self._unsent[: os.write(self._file, self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            self._loop.remove_writer(self._file)

    def _close(self) -> None:
        """Close the socket, once."""
        if self._file < 0:
            return
        self._loop.remove_reader(self._file)
        self._loop.remove_writer(self._file)
        os.close(self._file)
        self._file = -1

    def _ended(self) -> None:
        """Say that the process ended, where it had something to do."""
        self._close()
        on_end, self._on_end, self._on_frames = self._on_end, None, None
        if on_end is not None:
            on_end()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Tell whether the process runs: the end of its socket would have been heard of."""
        return self._file >= 0

    def begin(self, request: bytes, on_frames: Callable[[Frames], None], on_end: Callable[[], None]) -> None:
        """Send a request.

        Args:
            request: Its frame.
            on_frames: Is called with frames of the answer.
            on_end: Is called where the process ends before.
        """
        self._on_frames, self._on_end = on_frames, on_end
        if self._file < 0:
            self._loop.call_soon(self._ended)
        else:
            self._send(request)

    def end(self) -> None:
        """Know that the answer is over."""
        self._on_frames = self._on_end = self.on_ready = None
        self.pause(False)

    def pause(self, paused: bool) -> None:
        """Stop or go on reading what the process writes, which makes it wait."""
        if paused == self._paused:
            return
        self._paused = paused
        if self._file >= 0:
            if paused:
                self._loop.remove_reader(self._file)
            else:
                self._loop.add_reader(self._file, self._read)

    def stop(self) -> None:
        """Stop the process where it is."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a stopped process go on."""
        self._signal(signal.SIGCONT)

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
        self._close()
        self._signal(signal.SIGKILL)

    def reap(self, patience_s: float) -> bool:
        """Take leave of a process that was killed; tell whether it is gone."""
        try:
            self._process.wait(patience_s) if patience_s else self._process.poll()
        except subprocess.TimeoutExpired:
            return False
        return self._process.returncode is not None
