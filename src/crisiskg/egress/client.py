"""Calls addresses under the policy of `crisiskg.egress.policy`.

The connection goes to an address that was checked, not to the name, so that a name which resolves to something else a moment
later changes nothing; the certificate is checked for the name. Each redirect is checked like the first address; none leads from
https to http; what is secret goes to the first server only. Size, time and number of redirects are limited. Proxies of the
environment are not used: behind one the policy could not be kept.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crisiskg.egress.policy import Resolver, Target, check, resolve
from crisiskg.errors import EgressRefused, InvalidParameter, SourceError, SourceTooLarge, SourceUnavailable

if TYPE_CHECKING:
    import ssl

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Hints:
    """What the reader of an error can do about a limit, one sentence each; None where nothing is to be said.

    Attributes:
        time: On an answer that does not come in time.
        size: On one that is too large.
        private: On an address that is not public.
    """

    time: str | None = None
    size: str | None = None
    private: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How far a call may go.

    Attributes:
        time_limit_s: Time for all of it, redirects included, in seconds; positive.
        max_bytes: Largest answer, in bytes, after decompression.
        max_redirects: Redirects that are followed, from 0.
        allow_private: Whether private and loopback addresses are allowed.
        origins: Hosts with ports that may be called, as `origin` writes them; None means every public host.
        ca_file: Certificates, in PEM, to trust in the place of the usual ones; None means the usual ones.
        hints: What errors say beside.
    """

    time_limit_s: float
    max_bytes: int
    max_redirects: int = 5
    allow_private: bool = False
    origins: frozenset[str] | None = None
    ca_file: Path | None = None
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address led to.

    Attributes:
        url: Address of the last redirect, without fragment.
        data: The bytes; empty where the status is not 200.
        media_type: What the server says it is; None where it says nothing.
        charset: Character encoding that the server names.
        status: HTTP status.
        reason: Short text beside the status; may be empty.
        headers: Other headers of the answer, names in lower case.
    """

    url: str
    data: bytes
    media_type: str | None
    charset: str | None
    status: int = 200
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    body: bytes | None
    headers: Mapping[str, str]
    secrets: Mapping[str, str]


def fetch(
    url: str,
    policy: Policy,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    resolve: Resolver = resolve,
    transport: Any = None,
) -> Fetched:
    """Call an address, and take only an answer of status 200. Arguments and errors are those of `request`.

    Raises:
        SourceUnavailable: also where the answer has another status.
    """
    answer = request(
        url, policy, method=method, body=body, headers=headers, secrets=secrets, resolve=resolve, transport=transport
    )
    if answer.status != 200:
        raise SourceUnavailable(f"it answers {answer.status} {answer.reason}".rstrip())
    return answer


def request(
    url: str,
    policy: Policy,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    resolve: Resolver = resolve,
    transport: Any = None,
) -> Fetched:
    """Call an address.

    Args:
        url: An http or https address.
        policy: Limits, and what may be called.
        method: GET or POST. A redirect of status 303 turns POST into GET without body; the others keep both.
        body: Body of a POST.
        headers: Headers to send to every host on the way.
        secrets: Headers to send to the server of `url` only, as it may redirect to others.
        resolve: How names are resolved.
        transport: Transport of the HTTP client; None means the network.

    Returns:
        The answer, whatever its status is; only of status 200 the body is read.

    Raises:
        EgressRefused: the policy forbids the address or one that it redirects to.
        SourceTooLarge: the answer is too large.
        SourceUnavailable: there is no answer in time, it is broken, or it leads nowhere.
        InvalidParameter: the file of certificates cannot be used.
    """
    import httpx2

    box: list[Fetched | BaseException] = []
    deadline = time.monotonic() + policy.time_limit_s
    call = _Call(method, url, body, dict(headers or {}), dict(secrets or {}))
    client = _client(policy, transport)

    def work() -> None:
        try:
            with client:
                box.append(_follow(client, call, policy, deadline, resolve))
        except BaseException as error:  # handed to the caller below
            box.append(error)

    # In a thread, because neither name resolution nor a server that sends a byte a second can be ended from within.
    thread = threading.Thread(target=work, daemon=True, name="crisiskg-egress")
    thread.start()
    thread.join(policy.time_limit_s)
    late = SourceUnavailable(f"there was no answer within {policy.time_limit_s:g} s", hint=policy.hints.time)
    if not box:
        client.close()  # so that the next byte of a server that drips ends the thread
        raise late
    result = box[0]
    if isinstance(result, BaseException):
        if isinstance(result, httpx2.TimeoutException):
            raise late from result
        if isinstance(result, SourceError) or not isinstance(result, Exception):
            raise result
        raise SourceUnavailable(f"it cannot be fetched: {_reason(result)}") from result
    return result


def _client(policy: Policy, transport: Any) -> Any:
    import httpx2

    return httpx2.Client(trust_env=False, follow_redirects=False, transport=transport, verify=_certificates(policy.ca_file))


@lru_cache(maxsize=8)
def _certificates(ca_file: Path | None) -> ssl.SSLContext:
    """Return what certificates are checked against; making it takes longer than many a call."""
    import ssl

    import httpx2

    if ca_file is None:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise InvalidParameter(f"the certificates in {ca_file.name} cannot be used: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())[:160]
    return words or type(error).__name__


def _follow(client: Any, call: _Call, policy: Policy, deadline: float, resolve: Resolver) -> Fetched:
    """Call an address and those that it redirects to."""
    first: Target | None = None
    was_https = False
    for _ in range(policy.max_redirects + 1):
        target = check(
            call.url, allow_private=policy.allow_private, origins=policy.origins, resolve=resolve, hint=policy.hints.private
        )
        if was_https and target.scheme == "http":
            raise EgressRefused("it redirects from https to http")
        was_https = target.scheme == "https"
        first = first or target
        response = _send(client, call, target, _is_same_server(first, target), policy, deadline)
        try:
            if response.status_code in _REDIRECTS:
                location = response.headers.get("location")
                if not location:
                    raise SourceUnavailable(f"it answers {response.status_code} without saying where to")
                call = replace(call, url=urljoin(target.url, location))
                if response.status_code == 303:
                    call = replace(call, method="GET", body=None)
                continue
            media_type, charset = _content_type(response.headers.get("content-type", ""))
            return Fetched(
                target.url,
                _body(response, policy, deadline) if response.status_code == 200 else b"",
                media_type,
                charset,
                response.status_code,
                response.reason_phrase[:60],
                {name.lower(): value[:1000] for name, value in response.headers.items()},
            )
        finally:
            response.close()
    raise SourceUnavailable(f"it redirects more than {policy.max_redirects} times")


def _is_same_server(first: Target, target: Target) -> bool:
    """Tell whether a redirect stays at the server that was asked, if only by going over to https."""
    upgraded = (first.scheme, first.port, target.scheme, target.port) == ("http", 80, "https", 443)
    return target.origin == first.origin or (upgraded and target.host == first.host)


def _send(client: Any, call: _Call, target: Target, may_know: bool, policy: Policy, deadline: float) -> Any:
    """Send a request to the first of the checked addresses that takes a connection, and return the open response."""
    import httpx2

    headers = {
        "Accept-Encoding": "identity",
        **call.headers,
        **(call.secrets if may_know else {}),
        "Host": target.host_header,
    }
    for place, address in enumerate(target.addresses):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        others = len(target.addresses) - place - 1
        limits = {**dict.fromkeys(("read", "write", "pool"), left), "connect": left / 2 if others else left}
        # The address that was checked is connected to; the name goes into the Host header and the TLS handshake, by which the
        # certificate is checked.
        request = client.build_request(
            call.method,
            target.pinned(address),
            content=call.body,
            headers=headers,
            extensions={"sni_hostname": target.host, "timeout": limits},
        )
        try:
            return client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if not others:
                raise
    raise SourceUnavailable("there was no answer in time", hint=policy.hints.time)


def _body(response: Any, policy: Policy, deadline: float) -> bytes:
    """Return the body, decompressed piece by piece so that a small answer cannot become a large one."""
    encoding = response.headers.get("content-encoding", "identity").lower().strip()
    if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise SourceUnavailable(f"it answers compressed with {encoding[:20]!r}, which was not asked for")
    inflate = None if encoding in {"identity", ""} else zlib.decompressobj(wbits=47)
    length = response.headers.get("content-length", "")
    if length.isdigit() and len(length) < 19 and int(length) > policy.max_bytes:
        raise _too_large(policy)
    data = bytearray()
    for chunk in response.iter_raw():
        if time.monotonic() > deadline:
            raise SourceUnavailable("it was not received in time", hint=policy.hints.time)
        try:
            data += inflate.decompress(chunk, policy.max_bytes + 1 - len(data)) if inflate else chunk
        except zlib.error:
            raise SourceUnavailable("its compressed answer is damaged") from None
        if len(data) > policy.max_bytes:
            raise _too_large(policy)
    if inflate and (not inflate.eof or inflate.unused_data):
        raise SourceUnavailable("its compressed answer is damaged or cut short")
    return bytes(data)


def _too_large(policy: Policy) -> SourceTooLarge:
    return SourceTooLarge(f"it is larger than {policy.max_bytes:,} bytes", hint=policy.hints.size)


def _content_type(value: str) -> tuple[str | None, str | None]:
    media_type = value.split(";")[0].strip().lower() or None
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", value, re.IGNORECASE)
    return media_type, charset[1] if charset else None
