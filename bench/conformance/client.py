"""HTTP as the suites need it: requests go out exactly as they are written, also wrong ones."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status.
        headers: Header fields, names in lower case.
        body: The whole body.
    """

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Media type without parameters, in lower case; empty where none is said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def fine(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @property
    def problem(self) -> dict[str, str]:
        """Members of a body in problem details (RFC 9457); none where it is not."""
        if self.media_type == "application/problem+json":
            with contextlib.suppress(ValueError, AttributeError):
                return {name: str(value) for name, value in json.loads(self.body).items()}
        return {}

    def __str__(self) -> str:
        # Of problem details only what is the same in every run.
        text = self.problem.get("detail") or self.body[:300].decode("utf-8", "replace")
        text = " ".join(text.split())[:300]
        return f"status {self.status}" + (f": {text}" if text and not self.fine else "")


class Unreachable(Exception):
    """A server gave no answer."""


def send(method: str, url: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None) -> Reply:
    """Send one request.

    Args:
        method: HTTP method.
        url: Where to; it is sent as it is, with its percent-encoding.
        headers: Header fields; no others are added than Host and Content-Length.
        body: Body; None for none.

    Raises:
        Unreachable: no answer came, or what came is no HTTP.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_LIMIT_S)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None or method in ("POST", "PUT"):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders()
        if body:
            connection.send(body)
        answer = connection.getresponse()
        content = answer.read()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"no answer to {method} {url}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()
