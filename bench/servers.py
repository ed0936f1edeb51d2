"""Starts the servers that are compared and tells what their processes take. Loopback only, on free ports."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_oxigraph() -> Path:
    """Return the program oxigraph: that of this environment, otherwise the one on the path."""
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        raise SystemExit("the program oxigraph is missing: pip install oxigraph")
    return Path(found)


def descendants(pid: int) -> dict[int, str]:
    """Return the processes of a tree, its root included, each with its command line."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = {pid}, {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    lines = {}
    for number in found:
        with contextlib.suppress(OSError):
            lines[number] = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return {number: line for number, line in lines.items() if line}


def role(command: str) -> str:
    """Return what a process of a service is for, from its command line.

    >>> role("/usr/bin/python3 -m crisiskg.workers.process /srv/store 1024 0"), role("oxigraph serve-read-only -l x")
    ('query worker', 'server')
    """
    program = Path(command.split()[0]).name
    if program.startswith("oxigraph") or "servers.py" in command:
        return "server"
    for word, name in (
        ("workers.process", "query worker"),
        ("workers.remote", "query worker"),
        ("serving.writer", "writer"),
        ("serving.host", "host"),
        ("api.web", "web"),
        ("federation", "federation"),
        ("resource_tracker", "tracker"),
        ("sandbox", "sandbox"),
    ):
        if word in command:
            return name
    return "supervisor" if "serve" in command else "other"


@dataclass
class Server:
    """A server that runs.

    Attributes:
        name: What it is called in tables.
        process: The process that was started; its descendants belong to it.
        port: Where it listens.
        query_path: Path of the query endpoint.
        graphs_path: Path of the Graph Store endpoint.
        start_s: Seconds from start to the first answer.
    """

    name: str
    process: subprocess.Popen[bytes]
    port: int
    query_path: str
    graphs_path: str
    start_s: float = 0.0
    log: Path | None = field(default=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def processes(self) -> dict[int, str]:
        """Return the processes of the server, each with its role."""
        return {pid: role(command) for pid, command in descendants(self.process.pid).items()}

    def cpu_s(self, *, ended: bool = True) -> dict[str, float]:
        """Return for each role the processor seconds that its processes took.

        Args:
            ended: Whether processes that ended and were waited for count for the one that started them.
        """
        total: dict[str, float] = {}
        for pid, name in self.processes().items():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total[name] = total.get(name, 0.0) + sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS
        return total

    def reset_peaks(self) -> None:
        """Forget how much memory the processes took at most."""
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peaks_mb(self) -> dict[str, float]:
        """Return for each role how much memory one of its processes took at most, in MiB."""
        found: dict[str, float] = {}
        for pid, name in self.processes().items():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM"):
                        found[name] = max(found.get(name, 0.0), int(line.split()[1]) / 1024)
        return found

    def get(self, query: str, accept: str = "application/sparql-results+json", timeout: float = 60.0) -> tuple[int, bytes]:
        """Ask a query; return status and body."""
        return request(self.port, "GET", f"{self.query_path}?query={quote(query)}", {"Accept": accept}, timeout=timeout)

    def stop(self) -> None:
        """End it and everything it started."""
        children = descendants(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid, command in children.items():
            if pid != self.process.pid and descendants(pid).get(pid) == command:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def request(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None, timeout: float = 60.0
) -> tuple[int, bytes]:
    """Send one request on a connection of its own; return status and body.

    Raises:
        OSError: there was no whole answer; so too http.client.HTTPException.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def start(
    name: str,
    command: list[Any],
    port: int,
    query_path: str,
    graphs_path: str = "",
    environment: dict[str, str] | None = None,
    log: Path | None = None,
    limit_s: float = 60.0,
) -> Server:
    """Start a server and return when it answers."""
    began = time.perf_counter()
    with (log or Path(os.devnull)).open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    server = Server(name, process, port, query_path, graphs_path, log=log)
    while time.perf_counter() < began + limit_s:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.get("ASK { }", timeout=5)[0] == 200:
                server.start_s = time.perf_counter() - began
                return server
        time.sleep(0.005)
    server.stop()
    raise SystemExit(f"{name} did not start: {(log.read_text('utf-8', 'replace')[-2000:] if log else 'no log')}")


def start_crisiskg(
    store: Path | str, *, log: Path | None = None, port: int | None = None, limit_s: float = 60.0, **settings: object
) -> Server:
    """Start our service over a store.

    Args:
        store: Its folder, or the URL of a server.
        log: File for what it says.
        port: Where it listens; None for a free one.
        limit_s: Seconds in which it must answer.
        **settings: Settings other than the defaults, given in the environment.
    """
    environment = {f"CRISISKG_{key.upper()}": str(value) for key, value in settings.items()}
    environment["PYTHONUNBUFFERED"] = "1"
    port = port or free_port()
    command = [sys.executable, "-m", "crisiskg", "serve", "--store", store, "--port", port]
    return start("crisiskg serve", command, port, "/sparql", "/graphs", environment, log, limit_s)


def start_oxigraph(folder: Path, *, writable: bool = False, timeout_s: int | None = None) -> Server:
    """Start `oxigraph serve` over a folder of its own."""
    port = free_port()
    command = [find_oxigraph(), "serve" if writable else "serve-read-only", "--location", folder]
    command += ["--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    command += ["--timeout-s", str(timeout_s)] if timeout_s else []
    return start("oxigraph serve", command, port, "/query", "/store")


def start_rdflib_endpoint(generation: Path) -> Server:
    """Start rdflib-endpoint over a generation of our store."""
    port = free_port()
    return start("rdflib-endpoint", [sys.executable, __file__, generation, port], port, "/sparql")


def serve_rdflib_endpoint(generation: str, port: int) -> None:
    """Serve a folder by rdflib-endpoint over oxrdflib, in this process."""
    import pyoxigraph as ox
    import uvicorn
    from oxrdflib import OxigraphStore
    from rdflib import Dataset
    from rdflib_endpoint import SparqlEndpoint

    dataset = Dataset(OxigraphStore(store=ox.Store.read_only(generation)), default_union=True)
    uvicorn.run(SparqlEndpoint(graph=dataset, path="/sparql"), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    serve_rdflib_endpoint(sys.argv[1], int(sys.argv[2]))
