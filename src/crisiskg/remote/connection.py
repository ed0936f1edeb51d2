"""HTTP with a SPARQL server: one request at a time, streamed, with each way of failing as the error that it is."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Self

import httpx2

from crisiskg.errors import (
    CrisiskgError,
    InvalidParameter,
    LimitExceeded,
    QuerySyntaxError,
    StoreBusy,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_HINT = "Set store_user and store_password, or store_token, in the environment."
_LATE = re.compile(r"time[ds]?[ -]?out|S1T00|S1TAT|deadline|cancell?ed", re.IGNORECASE)
_LARGE = re.compile(
    r"estimated execution time|memory (?:limit|exhausted)|out of memory|tried to allocate|OutOfMemory", re.IGNORECASE
)
_SHOWN = 2000

Parameters = Sequence[tuple[str, str]]


class BasicOrDigest(httpx2.Auth):
    """Name and password as the server wants them: Basic first, Digest where it asks for that.

    Args:
        user: Name.
        password: Password.
    """

    requires_response_body = False

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._digest: httpx2.DigestAuth | None = None

    @property
    def is_digest(self) -> bool:
        """Whether the server has asked for Digest."""
        return self._digest is not None

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """See `httpx2.Auth`."""
        if self._digest is None:
            response = yield from self._basic(request)
            offered = response.headers.get("www-authenticate", "")
            if response.status_code != 401 or not offered.lower().startswith("digest"):
                return
            del request.headers["Authorization"]
            self._digest = httpx2.DigestAuth(self._user, self._password)
        yield from self._digest.auth_flow(request)

    def _basic(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, httpx2.Response]:
        for prepared in httpx2.BasicAuth(self._user, self._password).auth_flow(request):
            return (yield prepared)
        raise AssertionError("basic authentication sends one request")


class Reply:
    """An answer that is being received. `read` raises when it stops short, so that no part is taken for the whole.

    Args:
        url: Address that was asked.
        status: HTTP status.
        headers: Headers.
        blocks: The body, in parts.
        limit_s: Time in which it must be there, in seconds from now.
        max_bytes: Largest body in bytes.

    Attributes:
        url: Address that was asked.
        status: HTTP status.
        headers: Headers, names in small letters.
        media_type: Content type without parameters, in small letters.
        has_end: Whether its end can be told from a connection that broke: by a length, or by a last chunk.
        total: Bytes received so far.
    """

    def __init__(
        self, url: str, status: int, headers: Mapping[str, str], blocks: Iterator[bytes], limit_s: float, max_bytes: int
    ) -> None:
        self.url = url
        self.status = status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in headers.items()}
        self.media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        self.has_end = "content-length" in self.headers or "chunked" in self.headers.get("transfer-encoding", "").lower()
        self.total = 0
        self._blocks = blocks
        self._rest = b""
        self._deadline, self._limit = time.monotonic() + limit_s, limit_s
        self._max_bytes = max_bytes

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, or all that are left; nothing at the end.

        Raises:
            StoreTimeout: the time is over.
            StoreUnavailable: the answer broke off.
            LimitExceeded: it is larger than allowed.
        """
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(65_536), b""))
        while not self._rest:
            if time.monotonic() > self._deadline:
                raise too_late(self.url, self._limit)
            try:
                self._rest = next(self._blocks)
            except StopIteration:
                return b""
            except httpx2.TimeoutException as error:
                raise too_late(self.url, self._limit) from error
            except httpx2.HTTPError as error:
                raise StoreUnavailable(f"the answer of the store {self.url} broke off after {self.total} bytes") from error
            self.total += len(self._rest)
            if self.total > self._max_bytes:
                raise LimitExceeded(
                    f"the answer is larger than {self._max_bytes} bytes", hint="Ask for less, or with LIMIT for parts of it."
                )
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


class Connection:
    """Requests to one server. Use it from one thread at a time.

    Args:
        time_limit_s: Time in which the server must have answered, in seconds.
        user: Name at the server; None for none.
        password: Its password.
        token: Bearer token, instead of name and password.
        max_bytes: Largest answer in bytes.
    """

    def __init__(
        self,
        *,
        time_limit_s: float = 30.0,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        max_bytes: int = 104_857_600,
    ) -> None:
        headers = {"User-Agent": "crisiskg"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.limit_s = time_limit_s
        self.max_bytes = max_bytes
        self._auth = BasicOrDigest(user, password or "") if user and not token else None
        self._client = httpx2.Client(timeout=time_limit_s, headers=headers, auth=self._auth, follow_redirects=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the connection of the settings; nothing is sent yet."""
        return cls(
            time_limit_s=settings.store_time_limit_s,
            user=settings.store_user,
            password=settings.store_password.get_secret_value() if settings.store_password else None,
            token=settings.store_token.get_secret_value() if settings.store_token else None,
            max_bytes=settings.max_result_bytes,
        )

    @contextlib.contextmanager
    def query(self, url: str, query: str, accept: str, parameters: Parameters = ()) -> Iterator[Reply]:
        """Send a query and yield the answer, whose status is fine.

        It is sent once more where the server could not be reached or closed the connection before it said anything.

        Args:
            url: Endpoint for queries.
            query: SPARQL 1.1 query.
            accept: Value of the Accept header.
            parameters: Further parameters of the protocol.

        Raises:
            QuerySyntaxError: the server says that the query is malformed.
            LimitExceeded: the server says that the query needs too much.
            StoreTimeout: no answer within the time limit.
            StoreUnavailable: the server cannot be reached.
            StoreError: any other failure.
        """
        form: dict[str, list[str]] = {"query": [query]}
        for name, value in parameters:
            form.setdefault(name, []).append(value)
        request = self._build("POST", url, data=form, headers={"Accept": accept})
        with self._sent(request, url, "query", again=True) as reply:
            yield reply

    @contextlib.contextmanager
    def get(self, url: str, parameters: Mapping[str, str], accept: str) -> Iterator[Reply]:
        """Send a GET and yield the answer, which may be 404.

        Args:
            url: Address.
            parameters: Parameters of the address.
            accept: Value of the Accept header.

        Raises:
            StoreError: any failure, as of `query`.
        """
        request = self._build("GET", url, params=dict(parameters), headers={"Accept": accept})
        with self._sent(request, url, "read", again=True, fine=(404,)) as reply:
            yield reply

    def send(self, method: str, url: str, *, fine: tuple[int, ...] = (), **request: object) -> tuple[int, bytes]:
        """Send a request that writes, or that asks for little, and return status and body.

        Args:
            method: HTTP method.
            url: Address.
            fine: Statuses that are no error beside those of success.
            **request: As httpx2 takes it: params, content, headers.

        Raises:
            StoreTimeout: no answer within the time limit.
            StoreUnavailable: the server cannot be reached.
            StoreError: any other failure.
        """
        again = method in ("GET", "HEAD")
        with self._sent(self._build(method, url, **request), url, "read" if again else "write", again=again, fine=fine) as reply:
            return reply.status, reply.read()

    @property
    def wants_digest(self) -> bool:
        """Whether the server has asked for Digest authentication."""
        return self._auth is not None and self._auth.is_digest

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _build(self, method: str, url: str, **request: object) -> httpx2.Request:
        try:
            return self._client.build_request(method, url, **request)  # type: ignore[arg-type]
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            raise InvalidParameter(f"{url!r} is no address of a store: {error}") from error

    @contextlib.contextmanager
    def _sent(self, request: httpx2.Request, url: str, what: str, *, again: bool, fine: tuple[int, ...] = ()) -> Iterator[Reply]:
        started = time.monotonic()
        try:
            response = self._first_bytes(request, again)
        except httpx2.TimeoutException as error:
            raise too_late(url, self.limit_s, unknown=what == "write") from error
        except (httpx2.ConnectError, httpx2.ProxyError) as error:
            raise StoreUnavailable(f"the store {url} cannot be reached: {short(str(error))}") from error
        except httpx2.TransportError as error:
            unknown = "; whether it was written is not known" if what == "write" else ""
            raise StoreUnavailable(f"the store {url} cannot be reached: it broke off{unknown} ({short(str(error))})") from error
        except (httpx2.InvalidURL, httpx2.HTTPError, ValueError) as error:
            raise InvalidParameter(f"{url!r} is no address of a store: {error}") from error
        try:
            left = max(0.0, self.limit_s - (time.monotonic() - started))
            reply = Reply(url, response.status_code, response.headers, response.iter_bytes(), left, self.max_bytes)
            if not (response.is_success or response.status_code in fine):
                raise failure(url, reply.status, _beginning(reply), what, reply.headers.get("location"))
            yield reply
        finally:
            response.close()

    def _first_bytes(self, request: httpx2.Request, again: bool) -> httpx2.Response:
        try:
            return self._client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError):
            if not again:
                raise
        return self._client.send(request, stream=True)


def failure(url: str, status: int, text: str, what: str, location: str | None = None) -> CrisiskgError:
    """Return the error that a status and what the server says with it mean.

    Args:
        url: Address that was asked.
        status: HTTP status, not one of success.
        text: Beginning of the body.
        what: "query", "write" or "read".
        location: Where a redirect leads.

    >>> type(failure("http://x/", 503, "Query timed out", "query")).__name__
    'StoreTimeout'
    >>> type(failure("http://x/", 400, "syntax error", "query")).__name__
    'QuerySyntaxError'
    """
    said = short(text)
    if status in (401, 403, 407):
        return StoreError(f"the store {url} refused to {what} ({status})", hint=_HINT)
    if 300 <= status < 400:
        return StoreError(
            f"the store {url} leads elsewhere ({status}{f', to {location[:200]}' if location else ''}), which is not followed",
            hint="Set the address of the store to where it leads.",
        )
    if _LARGE.search(text):
        return LimitExceeded(f"the store refuses it as too much: {said}", hint="Ask for less, or with a LIMIT.")
    if status in (408, 504) or (status in (400, 500, 502, 503) and _LATE.search(text)):
        return StoreTimeout(f"the store {url} gave up: {said or status}")
    if status == 429:
        return StoreBusy(f"the store {url} has too much to do: {said or status}")
    if status == 503:
        return StoreUnavailable(f"the store {url} cannot be reached: it answered 503 {said}".rstrip())
    if status == 400 and what == "query":
        return QuerySyntaxError(f"the store says that the query is malformed: {said}")
    if status == 413:
        return LimitExceeded(f"the store {url} says that the request is too large: {said}")
    return StoreError(f"the store {url} failed to {what}: it answered {status} {said}".rstrip())


def short(text: str) -> str:
    r"""Return the beginning of what a server says, in one line, without the marks of HTML.

    >>> short("<h1>Error</h1>\n no  such thing")
    'Error no such thing'
    """
    return " ".join(
        re.sub(
            r"</?(?:html|head|body|title|h\d|p|pre|br|hr|xmp|div|center|!doctype)\b[^<>]*>", " ", text, flags=re.IGNORECASE
        ).split()
    )[:200]


def _beginning(reply: Reply) -> str:
    found = bytearray()
    with contextlib.suppress(CrisiskgError):
        while len(found) < _SHOWN and (block := reply.read(_SHOWN)):
            found += block
    return bytes(found).decode("utf-8", "replace")


def too_late(url: str, limit_s: float, *, unknown: bool = False) -> StoreTimeout:
    """Return the error of a server that is late.

    Args:
        url: Address that was asked.
        limit_s: Time that it had, in seconds.
        unknown: Whether it may have written what it was sent.
    """
    end = "; whether it was written is not known" if unknown else ""
    return StoreTimeout(f"the store {url} gave no answer within {limit_s:g} s{end}")
