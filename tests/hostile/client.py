"""Sends bytes, whatever they are, and takes what comes back."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from dataclasses import dataclass

from hostile.cases import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status; 0 where the connection ended without an answer.
        headers: Headers by lower-case name; of several equal ones the last.
        body: Body, as far as it came.
        seconds: Time from connecting to the end of the answer.
        whole: Whether the body came to its end.
        late: Whether nothing more came in time.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    whole: bool = True
    late: bool = False


def ask(address: tuple[str, int], request: Request, limit_s: float, source: str | None = None) -> Answer:
    """Send one request over a connection of its own.

    Args:
        address: Host and port of the service.
        request: What to send.
        limit_s: Seconds of silence after which to give up.
        source: Address to come from, one of 127.0.0.0/8; None for the usual.

    Returns:
        The answer; one with status 0 where there was none.
    """
    start = time.monotonic()

    def taken() -> float:
        return time.monotonic() - start

    with socket.create_connection(address, limit_s, (source, 0) if source else None) as connection:
        connection.settimeout(limit_s)
        # The service may refuse before it has taken everything; its answer may still wait to be read.
        with contextlib.suppress(OSError):
            connection.sendall(request.wire(f"{address[0]}:{address[1]}"))
        response = http.client.HTTPResponse(connection, method=request.method)
        try:
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
        except TimeoutError:
            return Answer(0, {}, b"", taken(), whole=False, late=True)
        except (OSError, http.client.HTTPException):
            return Answer(0, {}, b"", taken(), whole=False)
        try:
            body = response.read()
        except TimeoutError:
            return Answer(response.status, headers, b"", taken(), whole=False, late=True)
        except (OSError, http.client.HTTPException) as error:
            return Answer(response.status, headers, getattr(error, "partial", b""), taken(), whole=False)
        finally:
            response.close()
        return Answer(response.status, headers, body, taken())
