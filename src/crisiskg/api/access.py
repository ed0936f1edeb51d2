"""Who asks: the address of a client, its token, and what that is good for."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisiskg.errors import Forbidden, Unauthorized, WriteRefused

if TYPE_CHECKING:
    from starlette.types import Scope

    from crisiskg.access import Token, Tokens
    from crisiskg.settings import Settings


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    Attributes:
        address: Address of the client, or of the proxy's client where the proxy is trusted.
        token: Its token; None where it has none.
    """

    address: str
    token: Token | None = None

    @property
    def name(self) -> str:
        """Who its queries belong to, and whose budget they use."""
        return f"token:{self.token.name}" if self.token else self.address

    def may(self, scope: str) -> bool:
        """Tell whether its token has a scope."""
        return self.token is not None and scope in self.token.scopes


def header(scope: Scope, name: bytes) -> bytes:
    """Return the first value of a header; empty where it is missing."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def caller_of(scope: Scope, tokens: Tokens) -> Caller:
    """Return who sends a request.

    Raises:
        Unauthorized: it brings a token that is not good; the answer is the same for a wrong, an expired and a malformed one.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    given = header(scope, b"authorization")
    if not given:
        return Caller(address)
    kind, _, secret = given.decode("latin-1").partition(" ")
    token = tokens.find(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise Unauthorized("the token is not known here, or no longer good", hint="Send it as Authorization: Bearer TOKEN.")
    return Caller(address, token)


def require(caller: Caller, scope: str) -> None:
    """Refuse a caller whose token has not the scope.

    Raises:
        Unauthorized: it brings no token.
        Forbidden: its token is for something else.
    """
    if caller.token is None:
        raise Unauthorized(f"this needs a token with the scope {scope}", hint="Send it as Authorization: Bearer TOKEN.")
    if scope not in caller.token.scopes:
        raise Forbidden(f"the token {caller.token.name} has not the scope {scope}")


def allow_write(scope: Scope, caller: Caller, settings: Settings) -> None:
    """Refuse a write that is not allowed.

    Without tokens, writes are taken from this machine only, and not from pages of other sites that a browser here shows: such a
    page can send a form anywhere.

    Raises:
        WriteRefused: nothing may be written here, or not from there.
        Unauthorized: it brings no token.
        Forbidden: its token is for something else.
    """
    if not settings.writable:
        raise WriteRefused("this service takes no writes", hint="Its operator can start it with --writable.")
    if not settings.open_writes:
        require(caller, "write")
        return
    host = header(scope, b"host").decode("latin-1")
    origin = header(scope, b"origin").decode("latin-1")
    if not is_loopback(caller.address) or not is_loopback(_host_of(host)):
        raise WriteRefused("open writes are taken from this machine only")
    if origin and origin.partition("://")[2] != host:
        raise WriteRefused("open writes are not taken from pages of other sites")


def _host_of(host: str) -> str:
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("example.org")
    (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
