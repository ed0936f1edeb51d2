"""Starts a service and watches its processes from outside, through /proc alone."""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hostile.cases import Variant

#: Command lines of processes that may be killed and replaced at any time. All others must live as long as the service.
_REPLACEABLE = re.compile(r"crisiskg\.(workers|sandbox)\b|resource_tracker|forkserver")
_OPTIONS: dict[Variant, tuple[str, ...]] = {"read": (), "tokens": ("--writable",), "open": ("--writable", "--open-writes")}


@functools.cache
def offers(variant: Variant) -> bool:
    """Tell whether this crisiskg can serve a variant."""
    shown = subprocess.run(
        [sys.executable, "-m", "crisiskg", "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout
    return all(option in shown for option in _OPTIONS[variant])


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as /proc shows it."""

    pid: int
    parent: int
    started: int
    state: str
    command: str


def _process(pid: int) -> Process | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return Process(pid, int(fields[1]), int(fields[19]), fields[0], command)


def family(root: int) -> list[Process]:
    """Return a process and all that come from it."""
    everyone = [found for entry in os.listdir("/proc") if entry.isdigit() and (found := _process(int(entry)))]
    chosen = {root}
    while True:
        more = {process.pid for process in everyone if process.parent in chosen} - chosen
        if not more:
            return [process for process in everyone if process.pid in chosen]
        chosen |= more


def resident_mb(pid: int) -> float:
    """Return the memory of a process that is in use, in MiB; 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def open_files(pid: int) -> int:
    """Return the number of open files of a process."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """One running `crisiskg serve`. Use it as a context manager.

    Args:
        store: Folder of the store.
        variant: Which kind of service.
        log: File for what it writes.
        settings: Settings by name, passed through the environment.
        ready_s: Seconds after which it must be ready.

    Attributes:
        address: Host and port.
        most_worker_mb: Most memory that all query workers together were seen to take, in MiB.
        most_workers: Most query workers that were seen at a time.
    """

    def __init__(self, store: Path, variant: Variant, log: Path, settings: Mapping[str, object], ready_s: float = 30.0) -> None:
        self.variant = variant
        self.log = log
        self.address = ("127.0.0.1", free_port())
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CRISISKG_")}
        environment |= {f"CRISISKG_{name.upper()}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-m", "crisiskg", "serve", "--store", str(store), "--port", str(self.address[1])]
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*command, *_OPTIONS[variant]], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment,
                cwd=log.parent, start_new_session=True,
            )  # fmt: skip
        self.most_worker_mb, self.most_workers = 0.0, 0
        self._done = threading.Event()
        try:
            self._wait(ready_s)
        except BaseException:
            self.stop()
            raise
        self.watched = {process.pid: process for process in self._lasting()}
        self.files_before = self.files()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait(self, ready_s: float) -> None:
        deadline = time.monotonic() + ready_s
        while time.monotonic() < deadline:
            if self._popen.poll() is not None:
                raise RuntimeError(f"serve ended with {self._popen.returncode}: {self.log.read_text('utf-8', 'replace')[-2000:]}")
            connection = http.client.HTTPConnection(*self.address, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"serve was not ready in {ready_s:g} s: {self.log.read_text('utf-8', 'replace')[-2000:]}")

    def _lasting(self) -> Iterator[Process]:
        return (process for process in family(self._popen.pid) if not _REPLACEABLE.search(process.command))

    def _sample(self) -> None:
        while not self._done.wait(0.3):
            workers = [process.pid for process in family(self._popen.pid) if "crisiskg.workers" in process.command]
            self.most_workers = max(self.most_workers, len(workers))
            self.most_worker_mb = max(self.most_worker_mb, sum(resident_mb(pid) for pid in workers))

    def exits(self) -> list[str]:
        """Return the processes that should have lived and did not."""
        now = {process.pid: process for process in family(self._popen.pid) if process.state != "Z"}
        return [
            f"{pid} ({process.command[-120:]})"
            for pid, process in self.watched.items()
            if pid not in now or now[pid].started != process.started
        ]

    def files(self) -> dict[int, int]:
        """Return the number of open files of each process that lasts."""
        return {process.pid: open_files(process.pid) for process in self._lasting()}

    def remember_files(self) -> None:
        """Take the open files of now, with pools and caches filled, as those that there should be at the end."""
        self.files_before = self.files()

    def zombies(self) -> int:
        """Return the number of ended processes that nobody waited for."""
        return sum(process.state == "Z" for process in family(self._popen.pid))

    def stop(self) -> int:
        """End the service as an operator would, and return its exit code."""
        self._done.set()
        if self._popen.poll() is None:
            members = family(self._popen.pid)
            self._popen.send_signal(signal.SIGTERM)
            try:
                self._popen.wait(20.0)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait(5.0)
            for member in members:  # what the service left behind
                left = _process(member.pid)
                if left and left.started == member.started and left.state != "Z" and member.pid != self._popen.pid:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(member.pid, signal.SIGKILL)
        return int(self._popen.wait())
