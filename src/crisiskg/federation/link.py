"""How a web process has queries rewritten by the federation process, which it starts itself where nobody else did."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from crisiskg.errors import StoreTimeout, StoreUnavailable
from crisiskg.federation.profiles import Profiles
from crisiskg.federation.rewriting import MAX_REWRITTEN_CHARS
from crisiskg.settings import Settings, plain_settings
from crisiskg.workers.frames import BrokenFrames, FrameParser, pack, pack_json
from crisiskg.workers.requests import error_of

_BLOCK = 65_536
#: Longest rewritten query in bytes: the answers stand in it.
_MAX_REWRITTEN_BYTES = 2 * MAX_REWRITTEN_CHARS
#: Seconds in which the process must listen, and by which an answer may come after the limit of its query.
_START_S = 30.0
_SLACK_S = 1.0


class Federation:
    """The federation process, as those see it who use it. Any thread may call it.

    Args:
        settings: Federation and its profiles.
        path: Path of the Unix socket of a process that somebody else keeps; None means to start one.
    """

    def __init__(self, settings: Settings, path: str | None = None) -> None:
        self._settings = settings
        #: Settings for requests to query workers with what `rewrite` gives: such queries may be longer than those of users.
        self.query_settings = settings.model_copy(update={"max_query_bytes": _MAX_REWRITTEN_BYTES})
        self._folder = None if path else tempfile.mkdtemp(prefix="crisiskg-federation-")
        self._path = path or str(Path(self._folder or "") / "socket")
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def rewrite(self, query: str, *, limit_s: float | None = None, base_iri: str | None = None) -> str:
        """Return a query with the answers of other endpoints in the place of SERVICE.

        Args:
            query: SPARQL query of anybody.
            limit_s: Seconds for all of it; None means the limit of queries in the settings.
            base_iri: Base of relative IRIs where the query has none of its own.

        Returns:
            The query without SERVICE; the same text where it has none. It may be longer than queries of users may be, so ask a
            worker with `query_settings`.

        Raises:
            FederationRefused: SERVICE names what no profile does.
            QuerySyntaxError: the query does not parse.
            LimitExceeded: the query or an answer is too large.
            StoreTimeout: there was no answer in time.
            SourceError: an endpoint failed.
            BudgetExhausted: an endpoint was asked too often.
            StoreBusy: too many queries with SERVICE wait already.
            StoreUnavailable: the federation process cannot be reached.
        """
        if "SERVICE" not in query.upper():
            return query
        limit_s = self._settings.query_time_limit_s if limit_s is None else limit_s
        content = {"query": query, "base_iri": base_iri, "limit_s": limit_s}
        return str(self._call(pack_json(b"Q", content), limit_s)["query"])

    def check(self) -> dict[str, str]:
        """Ask each endpoint a small question; by name of profile, "ok" or what is wrong.

        Raises:
            StoreUnavailable: the federation process cannot be reached.
        """
        return {str(name): str(found) for name, found in self._call(pack(b"C"), 10.0 * 60).items()}

    def start(self) -> None:
        """Start the process, without waiting until it is ready; nothing where it runs, or somebody else keeps it.

        Raises:
            StoreUnavailable: it cannot be started.
        """
        if self._folder is None:
            return
        with self._starting:
            if self._closed:
                raise StoreUnavailable("the service is stopping", hint="Ask again in a few seconds.")
            if self._process is not None and self._process.poll() is None:
                return
            self._forget()
            self._process = self._spawn()

    def close(self) -> None:
        """End the process where it was started here."""
        with self._starting:
            self._closed = True
            self._forget()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "crisiskg.federation.process", self._path, "stdin"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,  # so that Ctrl-C reaches the parent alone
            )
        except OSError as error:
            raise StoreUnavailable(f"the federation process cannot be started: {error.strerror}") from error
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it ended at once; connecting tells
            process.stdin.write(json.dumps(plain_settings(self._settings)).encode("ascii") + b"\n")
            process.stdin.flush()
        return process

    def _forget(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)

    def _connect(self) -> socket.socket:
        until = time.monotonic() + _START_S
        while True:
            self.start()
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(self._path)
                return connection
            except OSError as error:
                connection.close()
                ended = self._process is not None and self._process.poll() is not None
                if ended or time.monotonic() > until:
                    raise StoreUnavailable(
                        "the federation process cannot be reached", hint="Ask again in a few seconds."
                    ) from error
            time.sleep(0.02)

    def _call(self, frame: bytes, limit_s: float) -> dict[str, Any]:
        parser = FrameParser()
        with self._connect() as connection:
            connection.settimeout(limit_s + _SLACK_S)
            try:
                connection.sendall(frame)
                while data := connection.recv(_BLOCK):
                    for letter, content in parser.feed(data):
                        if letter == b"X":
                            raise error_of(json.loads(content))
                        found: dict[str, Any] = json.loads(content)
                        return found
            except TimeoutError:
                raise StoreTimeout(
                    f"the other endpoints took longer than {limit_s:g} s", hint="Ask for less within SERVICE."
                ) from None
            except (OSError, BrokenFrames):
                pass
        raise StoreUnavailable("the federation process ended; it is being started again", hint="Ask again.")


def open_federation(settings: Settings, path: str | None = None) -> Federation:
    """Return the federation that the settings describe, after a look at its profiles.

    Args:
        settings: Federation must be on.
        path: Path of the Unix socket of a federation process that runs already; None means to start one.

    Raises:
        InvalidParameter: the file of profiles is wrong, or there is none.
        StoreUnavailable: the process cannot be started.
    """
    Profiles.of(settings)
    federation = Federation(settings, path)
    federation.start()
    return federation
