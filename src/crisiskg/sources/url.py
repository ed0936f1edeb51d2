"""Fetches http and https addresses of documents, under the egress policy of `crisiskg.egress`."""

from __future__ import annotations

from typing import Any

from crisiskg import __version__, egress
from crisiskg.egress import Fetched, Hints, Policy, Resolver, check, is_public, shown
from crisiskg.egress.policy import resolve as _resolve

__all__ = ["Fetched", "check", "fetch", "is_public", "shown"]

_HEADERS = {
    "User-Agent": f"crisiskg/{__version__} (reads documents into a knowledge graph)",
    "Accept": "text/html,application/pdf,application/feed+json,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5",
}
_HINTS = Hints(time="Set url_time_limit_s.", size="Set max_document_bytes.", private="Set url_allow_private to allow it.")


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
    """Fetch a document.

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
    policy = Policy(time_limit_s, max_bytes, max_redirects, allow_private, hints=_HINTS)
    return egress.fetch(url, policy, headers=_HEADERS, resolve=resolve, transport=transport)
