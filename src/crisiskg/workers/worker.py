"""One worker process, as its crew sees it: a socket to it, and signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crisiskg.sandbox import PARENT
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack

Frames = list[tuple[bytes, bytes]]
_BLOCK = 262_144
#: Settings of glibc's allocator, others ignore them. A small query makes and frees thousands of small things; with the defaults,
#: a quarter of its time goes to putting freed ones together and taking them apart again.
_ALLOCATOR = ":".join(
    (
        "glibc.malloc.tcache_count=2000",
        "glibc.malloc.mxfast=0",
        "glibc.malloc.trim_threshold=67108864",
        "glibc.malloc.mmap_threshold=67108864",
    )
)


@dataclass(eq=False, slots=True)
class Turn:
    """One request that a worker has been sent, and who gets the answer.

    Attributes:
        number: How many requests the worker was sent up to this one.
        on_frames: Is called with frames of the answer; None where nobody wants it any more.
        on_end: Is called where the process ends before the answer does.
    """

    number: int
    on_frames: Callable[[Frames], None] | None
    on_end: Callable[[], None] | None


class Worker:
    """A worker process. Made in an event loop; its callbacks are called there.

    It may be sent requests ahead of time: it answers one after the other, and goes on without waiting to be told.

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
        environment["GLIBC_TUNABLES"] = _ALLOCATOR
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
        self._turns: deque[Turn] = deque()
        self._numbers = 0
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
        start = 0
        for place, (letter, _) in enumerate(frames, 1):
            if letter in (b"E", b"X"):
                self._hand_on(frames[start:place], over=True)
                start = place
        if start < len(frames):
            self._hand_on(frames[start:], over=False)

    def _hand_on(self, frames: Frames, *, over: bool) -> None:
        """Give frames of one answer to who wants them."""
        if not self._turns:  # it was killed just now
            return
        turn = self._turns.popleft() if over else self._turns[0]
        if turn.on_frames is not None:
            turn.on_frames(frames)

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
        """Say that the process ended, where it had something to do, to the last that waits first."""
        self._close()
        turns, self._turns = self._turns, deque()
        for turn in reversed(turns):
            if turn.on_end is not None:
                turn.on_end()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Tell whether the process runs: the end of its socket would have been heard of."""
        return self._file >= 0

    def begin(self, request: bytes, on_frames: Callable[[Frames], None], on_end: Callable[[], None]) -> Turn:
        """Send a request, to be answered after those that were sent before.

        Args:
            request: Its frame.
            on_frames: Is called with frames of the answer.
            on_end: Is called where the process ends before.

        Returns:
            What `take_back` wants.
        """
        self._numbers += 1
        turn = Turn(self._numbers, on_frames, on_end)
        self._turns.append(turn)
        if self._file < 0:
            self._loop.call_soon(self._ended)
        else:
            self._send(request)
        return turn

    def take_back(self, turn: Turn) -> None:
        """Take a request back that was sent ahead of time; where it is begun already its answer leads nowhere."""
        turn.on_frames = turn.on_end = None
        self._send(pack(b"C", b"%d" % turn.number))

    def end(self) -> None:
        """Know that the answer is over."""
        self.on_ready = None
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
        self._turns.clear()
        self.on_ready = None
        self._close()
        self._signal(signal.SIGKILL)

    def reap(self, patience_s: float) -> bool:
        """Take leave of a process that was killed; tell whether it is gone."""
        try:
            self._process.wait(patience_s) if patience_s else self._process.poll()
        except subprocess.TimeoutExpired:
            return False
        return self._process.returncode is not None
