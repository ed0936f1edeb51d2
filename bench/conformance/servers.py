"""The servers that are tested: where they answer, and how they are started."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from conformance.client import Unreachable, send

_START_S = 60.0


class NotStarted(Exception):
    """A server did not start."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers.

    Attributes:
        name: Its name, as in `crisiskg`.
        version: Its version.
        query: Address of queries, and of the description of the service.
        update: Address of updates.
        graphs: Address of the graph store; graphs that are named by the address of a request stand below it.
    """

    name: str
    version: str
    query: str
    update: str
    graphs: str


def addresses(root: str, paths: Sequence[str]) -> tuple[str, str, str]:
    """Return the addresses of query, update and graph store below one root."""
    query, update, graphs = (root.rstrip("/") + path for path in paths)
    return query, update, graphs


#: Paths of query, update and graph store.
PATHS = {"crisiskg": ("/sparql", "/sparql", "/graphs"), "oxigraph": ("/sparql", "/sparql", "/store")}


@contextlib.contextmanager
def oxigraph(program: str | None = None) -> Iterator[Server]:
    """Start Oxigraph over an empty store on a free port of loopback, and stop it at the end.

    Args:
        program: Path of its program; None means the one beside this Python or on the path.

    Raises:
        NotStarted: there is none, it ended at once, or did not answer in time.
    """
    found = program or shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if found is None:
        raise NotStarted("there is no program oxigraph; it is in requirements/test.txt")
    try:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotStarted(f"{found} cannot be run: {error}") from error
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    root = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        command = [found, "serve", "--bind", f"127.0.0.1:{port}", "--location", f"{folder}/db"]
        with _running(command) as output:
            _wait(f"{root}/", output)
            yield Server("oxigraph", said.split()[-1], *addresses(root, PATHS["oxigraph"]))


@contextlib.contextmanager
def crisiskg(settings: Sequence[str] = (), profiles: str = "") -> Iterator[Server]:
    """Start crisiskg over an empty store on a free port of loopback, as the suites want it, and stop it at the end.

    Args:
        settings: Further settings, as in `name=value`.
        profiles: TOML of the endpoints that SERVICE may ask; empty where it may ask none.

    Raises:
        NotStarted: it ended at once, or did not answer in time.
    """
    from crisiskg.store import OxigraphStore

    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        with OxigraphStore(Path(folder) / "store") as store:
            store.publish()
        given = ["union_default_graph=false"]
        if profiles:
            path = Path(folder) / "profiles.toml"
            path.write_text(profiles, encoding="utf-8")
            given += ["federation=true", f"federation_profiles={path}"]
        command = [sys.executable, "-m", "crisiskg"]
        for setting in [*given, *settings]:
            command += ["--set", setting]
        command += ["serve", "--store", f"{folder}/store", "--port", "0", "--writable", "--open-writes"]
        with _running(command) as output:
            root = output.find(re.compile(r"on (http://\S+?)/?(?:\s|$)"))
            _wait(f"{root}/readyz", output)
            yield Server("crisiskg", version("crisiskg"), *addresses(root, PATHS["crisiskg"]))


class _Output:
    """What a process prints, read as it comes so that the pipe never fills up."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):  # closed meanwhile
            for line in self.process.stdout:
                self.lines.append(line.rstrip())

    def find(self, pattern: re.Pattern[str]) -> str:
        """Return the first group of a pattern as soon as a line has it."""
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            for line in list(self.lines):
                if match := pattern.search(line):
                    return match[1]
            self.check()
            time.sleep(0.05)
        raise NotStarted(f"the server did not say where it answers: {self.last()}")

    def check(self) -> None:
        """Raise where the process has ended."""
        if self.process.poll() is not None:
            time.sleep(0.1)
            raise NotStarted(f"the server ended with exit code {self.process.returncode}: {self.last()}")

    def last(self) -> str:
        """Return its last lines."""
        return " | ".join(self.lines[-5:])[-600:] or "it printed nothing"


@contextlib.contextmanager
def _running(command: Sequence[str]) -> Iterator[_Output]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
    try:
        yield _Output(process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait(url: str, output: _Output) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        with contextlib.suppress(Unreachable):
            if send("GET", url).status < 500:
                return
        output.check()
        time.sleep(0.05)
    raise NotStarted(f"the server did not answer in {_START_S:g} s: {output.last()}")
