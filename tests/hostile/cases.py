"""What is sent, and what must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode

#: Which service a case is for: one that only reads, one that writes with a token, one that writes for everybody.
Variant = Literal["read", "tokens", "open"]

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"

OK = frozenset({200})
#: Stands for a 200 that was broken off, so that no client takes it for whole: an answer that is sent while it is made may end so.
CUT = 1200
#: What an error of the client may be answered with. 500 and 502 are in none of these sets.
REFUSED = frozenset({400, 401, 403, 404, 405, 406, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431})
#: The query was late, or too much went on; never a part of an answer that looks like the whole.
LATE = frozenset({503, 504, CUT})
HARMLESS = OK | REFUSED
ANY = HARMLESS | LATE
#: What a request that may write can be answered with on a service that takes writes.
WRITTEN = frozenset({200, 201, 204})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        method: Method.
        target: Path and query, encoded as they are sent.
        headers: Further headers; Host, Connection and Content-Length are added where they are missing.
        body: Body.
        raw: Bytes that are sent instead of all of that; "{host}" in them becomes the address of the service.
    """

    method: str = "GET"
    target: str = "/sparql"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes | None = None

    def wire(self, host: str) -> bytes:
        """Return the bytes to send to a host ("address:port")."""
        if self.raw is not None:
            return self.raw.replace(b"{host}", host.encode("ascii"))
        given = {name.lower() for name, _ in self.headers}
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        if "host" not in given:
            lines.append(f"Host: {host}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if "connection" not in given:
            lines.append("Connection: close")
        if "content-length" not in given and "transfer-encoding" not in given and (self.body or self.method in {"POST", "PUT"}):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Case:
    """One request and what must hold of the answer, beside what must hold of every answer (`judging`).

    Attributes:
        name: Class of attack, a slash, and what is special; unique.
        request: What is sent.
        statuses: HTTP statuses of which one must come.
        codes: Problem codes of which one must come with an error; empty for any.
        variant: Which service it is for.
        may_close: Whether the service may close the connection without an answer, or after half of a request.
        heavy: Whether it may keep a worker busy until the deadline.
        slow_s: Seconds beyond the deadline of a query that the request itself may need.
        absent: Bytes that an answer, if it is no error, must not hold.
    """

    name: str
    request: Request
    statuses: frozenset[int] = ANY
    codes: frozenset[str] = frozenset()
    variant: Variant = "read"
    may_close: bool = False
    heavy: bool = False
    slow_s: float = 0.0
    absent: tuple[bytes, ...] = field(default=())

    @property
    def group(self) -> str:
        """Class of attack."""
        return self.name.partition("/")[0]


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return parameters as they stand in a URL or a form; half a surrogate pair is sent as the bytes it would have."""
    return urlencode(list(pairs), errors="surrogatepass")


def query_get(query: str, *pairs: tuple[str, str], headers: tuple[tuple[str, str], ...] = ()) -> Request:
    """Return a query by GET."""
    return Request(target="/sparql?" + encoded([("query", query), *pairs]), headers=headers)


def query_post(query: str | bytes, accept: str | None = None, target: str = "/sparql") -> Request:
    """Return a query as the body of a POST."""
    headers = (("Content-Type", QUERY), *((("Accept", accept),) if accept else ()))
    return Request("POST", target, headers, query if isinstance(query, bytes) else query.encode("utf-8", "surrogatepass"))


def query_form(query: str, *pairs: tuple[str, str]) -> Request:
    """Return a query as a form."""
    return Request("POST", "/sparql", (("Content-Type", FORM),), encoded([("query", query), *pairs]).encode("ascii"))


def update_post(update: str | bytes, target: str = "/sparql") -> Request:
    """Return an update as the body of a POST."""
    body = update if isinstance(update, bytes) else update.encode("utf-8", "surrogatepass")
    return Request("POST", target, (("Content-Type", UPDATE),), body)


def graph_write(body: bytes, media_type: str, method: str = "PUT", graph: str = "https://example.org/hostile") -> Request:
    """Return a write of the Graph Store Protocol."""
    return Request(method, f"/graphs?graph={quote(graph, safe='')}", (("Content-Type", media_type),), body)
