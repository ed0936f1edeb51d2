"""Which addresses may be called.

No other scheme than http and https; no user name or password in the address; where there is a list of hosts, none but these;
every address to which the name resolves must be of the public internet, or none is used.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from crisiskg.errors import EgressRefused, SourceUnavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Resolves a host and port to addresses; `socket.getaddrinfo` by default.
Resolver = Callable[[str, int], list[str]]

_PORTS = {"http": 80, "https": 443}
#: Addresses of one host that are tried. All are checked.
_TRIED = 4
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
class Target:
    """An address that passed the policy.

    Attributes:
        url: The address in clean form, without fragment.
        scheme: http or https.
        host: Name of the host in ASCII, or its address.
        port: Port, also where it is the usual one.
        host_header: Value of the Host header.
        addresses: Addresses to connect to, each checked, in the order of the resolver.
    """

    url: str
    scheme: str
    host: str
    port: int
    host_header: str
    addresses: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Host and port, as lists of hosts write them."""
        return _origin(self.host, self.port)

    def pinned(self, address: str) -> str:
        """Return the URL with a checked address in the place of the name."""
        parts = urlsplit(self.url)
        return urlunsplit((self.scheme, f"{_bracketed(address)}:{self.port}", parts.path, parts.query, ""))


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


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host as this system knows them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def origin(url: str) -> str:
    """Return host and port of an address, as lists of hosts write them. Nothing is resolved.

    Args:
        url: An http or https address.

    Raises:
        EgressRefused: it is no address that could be called.

    >>> origin("https://Query.Example.org/sparql"), origin("http://[::1]:7878/")
    ('query.example.org:443', '[::1]:7878')
    """
    _, _, host, port = _parts(url)
    return _origin(host, port)


def check(
    url: str,
    *,
    allow_private: bool = False,
    origins: frozenset[str] | None = None,
    resolve: Resolver = resolve,
    hint: str | None = None,
) -> Target:
    """Check an address against the policy and resolve it.

    Args:
        url: The address.
        allow_private: Whether private and loopback addresses are allowed.
        origins: Hosts with ports that may be called, as `origin` writes them; None means every host.
        resolve: How names are resolved.
        hint: What to do about a refused private address.

    Returns:
        The host and the checked addresses to connect to.

    Raises:
        EgressRefused: the policy forbids it.
        SourceUnavailable: the host is not known.
    """
    parts, scheme, name, port = _parts(url)
    if origins is not None and _origin(name, port) not in origins:
        raise EgressRefused(f"{_origin(name, port)} is not among the hosts that may be asked: {', '.join(sorted(origins))}")
    try:
        candidates = [str(ipaddress.ip_address(name.split("%")[0]))]
    except ValueError:
        candidates = _addresses(name, port, resolve)
    if not allow_private:
        for candidate in candidates:
            if not is_public(ipaddress.ip_address(candidate.split("%")[0])):
                raise EgressRefused(f"{name} leads to {candidate}, which is no public address", hint=hint)
    header = _bracketed(name) if port == _PORTS[scheme] else _origin(name, port)
    clean = urlunsplit((scheme, header, parts.path or "/", parts.query, ""))
    return Target(clean, scheme, name, port, header, tuple(dict.fromkeys(candidates))[:_TRIED])


def _parts(url: str) -> tuple[SplitResult, str, str, int]:
    """Return parts, scheme, host and port of an address, or refuse it for its form."""
    if len(url) > 4000 or re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressRefused("the address holds white space, a backslash or control characters, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise EgressRefused(f"it is not an address: {error}") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise EgressRefused(f"the scheme must be http or https, not {parts.scheme[:20]!r}")
    if "@" in parts.netloc:
        raise EgressRefused("the address must not hold a user name or password")
    if not host:
        raise EgressRefused("the address names no host")
    port = port if port is not None else _PORTS[scheme]
    if port == 0:
        raise EgressRefused("the port must be from 1 to 65535, not 0")
    return parts, scheme, _ascii_host(host), port


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


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _origin(host: str, port: int) -> str:
    return f"{_bracketed(host)}:{port}"


def _addresses(name: str, port: int, resolve: Resolver) -> list[str]:
    try:
        found = resolve(name, port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise SourceUnavailable(f"the host {name} is not known")
    return found
