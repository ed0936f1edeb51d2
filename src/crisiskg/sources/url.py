"""Fetches http and https addresses under an egress policy: only to hosts of the public internet.

The policy: no other scheme; no user name or password in the address; every address to which the host resolves must be global, or
none is used; the connection goes to an address that was checked, not to the name; each redirect is checked likewise; none leads
from https to http; size, time and number of redirects are limited. Proxies of the environment are not used:
behind one the policy could not be kept.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from crisiskg.errors import EgressRefused, SourceError, SourceTooLarge, SourceUnavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Resolves a host and port to addresses; `socket.getaddrinfo` by default.
Resolver = Callable[[str, int], list[str]]

_AGENT = "crisiskg (reads documents into a knowledge graph)"
#: NAT64, 6to4 and Teredo carry an IPv4 address, which is checked as well (RFC 6052, RFC 3056, RFC 4380).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Special-purpose blocks that some versions of Python take for global (IANA IPv4 and IPv6 special-purpose registries).
_SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "100::/64",
        "2001:2::/48",
        "2001:10::/28",
        "3fff::/20",
        "5f00::/16",
    )
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a URL led to.

    Attributes:
        url: Address of the last redirect, without fragment.
        data: The bytes.
        media_type: What the server says it is; None where it says nothing.
        charset: Character encoding that the server names.
    """

    url: str
    data: bytes
    media_type: str | None
    charset: str | None


def shown(url: str) -> str:
    """Return an address for messages: without user name, password and fragment, and not too long.

    >>> shown("https://user:secret@example.org/a#b")
    'https://example.org/a'
    """
    bare = re.sub(r"//[^/?#]*@", "//", url.split("#")[0])
    return "".join(char if char.isprintable() else "\ufffd" for char in bare)[:300]


def is_public(address: Address) -> bool:
    """Tell whether an address is of the public internet: no loopback, private, link-local, shared, multicast, reserved one.

    >>> is_public(ipaddress.ip_address("93.184.216.34")), is_public(ipaddress.ip_address("169.254.169.254"))
    (True, False)
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local or int(address) >> 96 == 0:  # also the old IPv4-compatible form ::a.b.c.d
            return False
    if any(address in block for block in _SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


def _resolve(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class _Target:
    """An address that passed the policy."""

    url: str
    host: str
    host_header: str
    port: int
    address: str
    scheme: str


def check(url: str, *, allow_private: bool = False, resolve: Resolver = _resolve) -> _Target:
    """Check an address against the policy and resolve it.

    Args:
        url: The address.
        allow_private: Whether private and loopback addresses are allowed.
        resolve: How names are resolved.

    Returns:
        The host and the checked address to connect to.

    Raises:
        EgressRefused: the policy forbids it.
        SourceUnavailable: the host is not known.
    """
    if len(url) > 4000 or re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressRefused("the address holds white space, a backslash or control characters, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise EgressRefused(f"it is not an address: {error}") from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise EgressRefused(f"the scheme must be http or https, not {parts.scheme[:20]!r}")
    if "@" in parts.netloc:
        raise EgressRefused("the address must not hold a user name or password")
    if not host:
        raise EgressRefused("the address names no host")
    scheme = parts.scheme.lower()
    port = port if port is not None else {"http": 80, "https": 443}[scheme]
    if port == 0:
        raise EgressRefused("the port must be from 1 to 65535, not 0")
    name = _ascii_host(host)
    try:
        candidates = [str(ipaddress.ip_address(name.split("%")[0]))]
    except ValueError:
        candidates = _addresses(name, port, resolve)
    if not allow_private:
        for candidate in candidates:
            if not is_public(ipaddress.ip_address(candidate.split("%")[0])):
                raise EgressRefused(
                    f"{name} leads to {candidate}, which is no public address", hint="Set url_allow_private to allow it."
                )
    bracketed = f"[{name}]" if ":" in name else name
    header = bracketed if port == {"http": 80, "https": 443}[scheme] else f"{bracketed}:{port}"
    clean = urlunsplit((scheme, header, parts.path or "/", parts.query, ""))
    return _Target(clean, name, header, port, candidates[0], scheme)


def _ascii_host(host: str) -> str:
    if ":" in host:
        return host
    try:
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        raise EgressRefused(f"{host[:80]!r} is not the name of a host") from None
    if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", name):
        raise EgressRefused(f"{host[:80]!r} is not the name of a host")
    return name


def _addresses(name: str, port: int, resolve: Resolver) -> list[str]:
    try:
        found = resolve(name, port)
    except OSError:
        found = []
    if not found:
        raise SourceUnavailable(f"the host {name} is not known")
    return found


def fetch(
    url: str,
    *,
    time_limit_s: float,
    max_bytes: int,
    max_redirects: int = 5,
    allow_private: bool = False,
    resolve: Resolver = _resolve,
    transport: Any = None,
) -> Fetched:
    """Fetch an address.

    Args:
        url: An http or https address.
        time_limit_s: Time for all of it, redirects included, in seconds.
        max_bytes: Largest answer, in bytes, after decompression.
        max_redirects: Redirects that are followed.
        allow_private: Whether private and loopback addresses are allowed.
        resolve: How names are resolved.
        transport: Transport of the HTTP client; None means the network.

    Returns:
        The bytes and what the server says of them.

    Raises:
        EgressRefused: the policy forbids the address or one that it redirects to.
        SourceTooLarge: the answer is too large.
        SourceUnavailable: there is no answer in time, or it is an error.
    """
    box: list[Fetched | BaseException] = []
    deadline = time.monotonic() + time_limit_s

    def work() -> None:
        try:
            box.append(_fetch(url, deadline, max_bytes, max_redirects, allow_private, resolve, transport))
        except BaseException as error:  # handed to the caller below
            box.append(error)

    # In a thread, because neither name resolution nor a server that sends a byte a second can be ended from within.
    thread = threading.Thread(target=work, daemon=True, name="crisiskg-fetch")
    thread.start()
    thread.join(time_limit_s)
    if not box:
        raise SourceUnavailable(f"there was no answer within {time_limit_s:g} s", hint="Set url_time_limit_s.")
    result = box[0]
    if isinstance(result, BaseException):
        if isinstance(result, SourceError) or not isinstance(result, Exception):
            raise result
        raise SourceUnavailable(f"it cannot be fetched: {_reason(result)}") from result
    return result


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())[:160]
    return words or type(error).__name__


def _fetch(
    url: str, deadline: float, max_bytes: int, max_redirects: int, allow_private: bool, resolve: Resolver, transport: Any
) -> Fetched:
    import httpx2

    seen_https = False
    with httpx2.Client(trust_env=False, follow_redirects=False, transport=transport) as client:
        for _ in range(max_redirects + 1):
            target = check(url, allow_private=allow_private, resolve=resolve)
            if seen_https and target.scheme == "http":
                raise EgressRefused("it redirects from https to http")
            seen_https = seen_https or target.scheme == "https"
            left = deadline - time.monotonic()
            if left <= 0:
                raise SourceUnavailable("there was no answer in time", hint="Set url_time_limit_s.")
            # The address that was checked is connected to; the name goes into the Host header and the TLS handshake, by which
            # the certificate is checked.
            pinned = target.url.replace(
                f"//{target.host_header}",
                f"//{f'[{target.address}]' if ':' in target.address else target.address}:{target.port}",
                1,
            )
            headers = {
                "Host": target.host_header,
                "User-Agent": _AGENT,
                "Accept": "text/html,application/pdf,application/feed+json,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5",
                "Accept-Encoding": "identity",
            }
            request = client.build_request(
                "GET",
                pinned,
                headers=headers,
                timeout=left,
                extensions={"sni_hostname": target.host, "timeout": dict.fromkeys(("connect", "read", "write", "pool"), left)},
            )
            response = client.send(request, stream=True)
            try:
                if response.status_code in {301, 302, 303, 307, 308}:
                    location = response.headers.get("location")
                    if not location:
                        raise SourceUnavailable(f"it answers {response.status_code} without saying where to")
                    url = urljoin(target.url, location)
                    continue
                if response.status_code != 200:
                    raise SourceUnavailable(f"it answers {response.status_code} {response.reason_phrase[:60]}".rstrip())
                data = _body(response, max_bytes, deadline)
                media_type, charset = _content_type(response.headers.get("content-type", ""))
                return Fetched(target.url, data, media_type, charset)
            finally:
                response.close()
    raise SourceUnavailable(f"it redirects more than {max_redirects} times")


def _body(response: Any, max_bytes: int, deadline: float) -> bytes:
    """Return the body, decompressed piece by piece so that a small answer cannot become a large one."""
    encoding = response.headers.get("content-encoding", "identity").lower().strip()
    if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise SourceUnavailable(f"it answers compressed with {encoding[:20]!r}, which was not asked for")
    inflate = None if encoding in {"identity", ""} else zlib.decompressobj(wbits=47)
    length = response.headers.get("content-length", "")
    if length.isdigit() and len(length) < 19 and int(length) > max_bytes:
        raise _too_large(max_bytes)
    data = bytearray()
    for chunk in response.iter_raw():
        if time.monotonic() > deadline:
            raise SourceUnavailable("it was not received in time", hint="Set url_time_limit_s.")
        try:
            data += inflate.decompress(chunk, max_bytes + 1 - len(data)) if inflate else chunk
        except zlib.error:
            raise SourceUnavailable("its compressed answer is damaged") from None
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(data)


def _too_large(limit: int) -> SourceTooLarge:
    return SourceTooLarge(f"it is larger than {limit:,} bytes", hint="Set max_document_bytes.")


def _content_type(value: str) -> tuple[str | None, str | None]:
    media_type = value.split(";")[0].strip().lower() or None
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", value, re.IGNORECASE)
    return media_type, charset[1] if charset else None
