"""Whole answers to named queries, as responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.responses import StreamingResponse

if TYPE_CHECKING:
    from crisiskg.workers import Answer


def stream(answer: Answer, headers: dict[str, str] | None = None) -> StreamingResponse:
    """Return an answer as it was serialised; its length is known, so that a cut transfer is noticed."""
    sent = {
        "Content-Length": str(answer.size),
        "Vary": "Accept",
        "X-Crisiskg-Generation": str(answer.generation),
        **(headers or {}),
    }
    kind = answer.media_type
    if kind.startswith("text/") and "charset" not in kind:
        kind += "; charset=utf-8"
    return StreamingResponse(answer.blocks(), headers=sent, media_type=kind)
