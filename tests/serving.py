"""Starts `crisiskg serve` as its users do, and asks it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self


@dataclass
class Reply:
    """An answer over HTTP."""

    status: int
    headers: Any
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Serving:
    """A running service. Use it as a context manager.

    Args:
        store: Folder of the store, or URL of a server.
        arguments: Further arguments of the command.
        settings: `--set` for each.
    """

    store: Path | str
    arguments: tuple[str, ...] = ()
    settings: dict[str, object] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    url: str = ""
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self, port: int = 0) -> None:
        import tempfile

        descriptor, name = tempfile.mkstemp(prefix="serve-", suffix=".log")
        os.close(descriptor)
        self.log = Path(name)
        sets = [part for key, value in self.settings.items() for part in ("--set", f"{key}={value}")]
        command = [
            sys.executable,
            "-m",
            "crisiskg",
            *sets,
            "serve",
            "--store",
            str(self.store),
            "--port",
            str(port),
            *self.arguments,
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log, env={**os.environ, **self.environment})
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = re.search(r"on (http://\S+)/\n", self.log.read_text("utf-8"))
            if found:
                self.url = found[1]
                if self.is_ready():
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the service did not start: {self.log.read_text('utf-8')}")

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(20)
        finally:
            if self.process.poll() is None:
                self.process.kill()
        return code

    def logged(self) -> str:
        assert self.log is not None
        return self.log.read_text("utf-8")

    def pids(self, kind: str) -> list[int]:
        """Process ids of a kind: "host", "writer", "web", or "process" for query workers."""
        assert self.process is not None
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    words = (folder / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                wanted = f"crisiskg.{ {'process': 'workers', 'web': 'api'}.get(kind, 'serving') }.{kind}"
                if wanted.encode() in words and self.process.pid in _ancestors(int(folder.name)):
                    found.append(int(folder.name))
        return found

    def request(self, method: str, path: str, body: bytes | None = None, timeout: float = 30, **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, body, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                return Reply(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, error.headers, error.read())

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, **headers)

    def query(self, query: str, timeout: float = 30, **headers: str) -> Reply:
        return self.request("GET", "/sparql?" + urllib.parse.urlencode({"query": query}), None, timeout, **headers)

    def update(self, update: str, **headers: str) -> Reply:
        return self.request("POST", "/sparql", update.encode(), Content_Type="application/sparql-update", **headers)


def _ancestors(pid: int) -> set[int]:
    found = set()
    while pid > 1:
        try:
            text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        except OSError:
            break
        pid = int(text.rpartition(")")[2].split()[1])
        found.add(pid)
    return found
