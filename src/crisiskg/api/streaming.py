"""Sends answers: whole where they are small, piece by piece where they are not, and broken off where they end too early."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crisiskg.serving.cache import Headers, Kept

if TYPE_CHECKING:
    from starlette.types import Scope, Send

    from crisiskg.serving.exchanges import Exchange


#: Longest body in bytes that is copied to be sent together with its head.
_ONE_PIECE = 1_048_576


class BrokenAnswer(Exception):
    """An answer was cut off after its head had been sent."""


def content_type(media_type: str) -> bytes:
    """Return a Content-Type; text is UTF-8."""
    kind = media_type.encode("ascii")
    return kind + b"; charset=utf-8" if kind.startswith(b"text/") else kind


async def send_whole(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send an answer whose length is known, in one piece where the connection can."""
    reply = scope["extensions"].get("crisiskg.reply") if "extensions" in scope else None
    if reply is not None and len(body) < _ONE_PIECE and reply(status, headers, body):
        return
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def send_kept(scope: Scope, send: Send, kept: Kept, etags: Iterable[bytes], extra: Headers) -> int:
    """Send an answer that was kept, or that the client has it already; return the status."""
    if kept.etag and kept.etag in etags:
        headers = [pair for pair in kept.headers if pair[0] != b"content-type"]
        await send({"type": "http.response.start", "status": 304, "headers": [*headers, *extra]})
        await send({"type": "http.response.body", "body": b""})
        return 304
    await send_whole(scope, send, 200, [*kept.headers, *extra], kept.body)
    return 200


async def send_answer(scope: Scope, send: Send, exchange: Exchange, headers: Headers) -> bytes | None:
    """Send what a worker answers.

    Args:
        scope: The request.
        send: Where to.
        exchange: Its answer, held back so far.
        headers: Headers without length.

    Returns:
        The body, where the answer was whole before it was sent and is small; None otherwise.

    Raises:
        BrokenAnswer: the answer ended too early, and the connection cannot be cut off from here.
        CrisiskgError: the same, before anything was sent.
    """
    if not exchange.over and scope.get("http_version") == "1.0":
        # Such a client takes the end of the connection for the end of the answer, so it gets a length.
        while not exchange.over:
            await exchange.more()
        if exchange.error is not None:
            raise exchange.error
    if exchange.over:
        size = len(exchange.body)
        body = exchange.body.take()
        if len(body) == size:
            await send_whole(scope, send, 200, headers, body)
            return body
        length = (b"content-length", b"%d" % size)
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
        while body:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            body = exchange.body.take()
        await send({"type": "http.response.body", "body": b""})
        return None
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        while body := exchange.body.take():
            await send({"type": "http.response.body", "body": body, "more_body": True})
        if exchange.over:
            break
        await exchange.more()
    if exchange.error is not None:
        # No last chunk, no clean close: no client can take what it has for the whole.
        cut = scope.get("extensions", {}).get("crisiskg.abort")
        if cut is None:
            raise BrokenAnswer(exchange.error.message)
        cut()
        return None
    await send({"type": "http.response.body", "body": b""})
    return None
