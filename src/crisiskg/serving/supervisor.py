"""The supervisor: starts the processes of a service, starts again what ends, and stops them all in order.

It reads nothing from anybody. Were it killed, the system would kill its children, and whatever started it would start it again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.sandbox import PARENT
from crisiskg.serving.processes import sent_settings

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_log = logging.getLogger("crisiskg.supervisor")
#: Seconds that a process may take to stop before it is killed.
_PATIENCE_S = 12.0
#: A process that ends sooner after its start than this is started again more slowly each time, up to the longest wait.
_STEADY_S = 5.0
_LONGEST_WAIT_S = 5.0
_PREFIX = "crisiskg-serve-"


@dataclass(slots=True)
class Child:
    """One process that must always be there.

    Attributes:
        name: What it is.
        command: Arguments of Python.
        files: Open files that it gets.
    """

    name: str
    command: list[str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    wait_until: float = field(default=0.0)


class Supervisor:
    """Runs a service until it is told to stop.

    Args:
        settings: All settings.
        listening: The socket on which the web processes take requests.
    """

    def __init__(self, settings: Settings, listening: socket.socket) -> None:
        self._settings = settings
        self._listening = listening
        # Unix sockets have short names at most, so the folder is not in the store.
        _remove_left_behind()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        host, writer = str(self._folder / "host"), str(self._folder / "writer")
        several = settings.web_processes > 1
        self.children = [Child("host", ["-m", "crisiskg.serving.host", host])] if several else []
        if settings.writable:
            self.children.append(Child("writer", ["-m", "crisiskg.serving.writer", writer, host]))
        federation = str(self._folder / "federation")
        if settings.federation:
            self.children.append(Child("federation", ["-m", "crisiskg.federation.process", federation]))
        number = listening.fileno()
        # A single web process is the host too, which saves every query a way between two processes.
        paths = [host if several else "-", writer, federation, "-" if several else host]
        web = ["-m", "crisiskg.api.web", str(number), *paths]
        self.children += [Child(f"web {n}", web, (number,)) for n in range(1, settings.web_processes + 1)]
        self._stopping = False

    def run(self, on_start: Callable[[], None] = lambda: None) -> None:
        """Start all processes and keep them until SIGTERM or SIGINT.

        Args:
            on_start: Is called when all have been started.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # SIGCHLD must have a handler, so that it ends the sleep below.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            for child in self.children:
                self._start(child)
            on_start()
            import select

            while not self._stopping:
                self._look()
                select.select([reading], [], [], 0.2)
                with contextlib.suppress(BlockingIOError):
                    os.read(reading, 4096)
        finally:
            signal.set_wakeup_fd(-1)
            self._end()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        # The child must not take a signal for the terminal's group, nor the handlers of this process.
        child.process = subprocess.Popen(
            [sys.executable, *child.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=child.files,
            start_new_session=True,
            env={**os.environ, PARENT: str(os.getpid()), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert child.process.stdin is not None
        with contextlib.suppress(OSError):
            child.process.stdin.write(sent_settings(self._settings))
            child.process.stdin.close()

    def _look(self) -> None:
        """Start again what ended."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                code = child.process.returncode
                how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                child.failures = 0 if now - child.started > _STEADY_S else child.failures + 1
                wait = min(_LONGEST_WAIT_S, 0.25 * (2 ** (child.failures - 2))) if child.failures > 1 else 0.0
                _log.error("the process %s %s; it is started again%s", child.name, how, f" in {wait:g} s" if wait else "")
                child.process, child.wait_until = None, now + wait
            if child.process is None and now >= child.wait_until:
                self._start(child)

    def _end(self) -> None:
        """Stop all: first those that take requests, so that nothing new comes."""
        until = time.monotonic() + _PATIENCE_S
        web = [child for child in self.children if child.name.startswith("web")]
        for group in (web, [child for child in self.children if child not in web]):
            running = [child.process for child in group if child.process is not None and child.process.poll() is None]
            for process in running:
                process.terminate()
            for process in running:
                try:
                    process.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _remove_left_behind() -> None:
    """Remove the folders of supervisors that were killed and could not do so themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if number.isdigit() and not Path(f"/proc/{number}").exists() and folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder, ignore_errors=True)
