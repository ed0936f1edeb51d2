"""Tells what kind of file bytes are: by content first, then by the name, then by what the transport says."""

from __future__ import annotations

import os
import re

from crisiskg.sources.text import refuse_binary

#: Media type by the end of a file's name.
SUFFIXES: dict[str, str] = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".pdf": "application/pdf",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".xml": "application/rss+xml",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
}
_HTML = re.compile(rb"(?is)\A(?:\s|<\?xml[^>]*>|<!--.*?-->)*<(?:!doctype\s+html|html|head|body|meta|title)[\s>/]")
_MARKUP = re.compile(rb"(?i)<(?:p|div|article|section|h1|br|table)[\s>]")
_FEED = re.compile(
    rb"(?is)\A(?:\s|<\?xml[^>]*>|<\?xml-stylesheet[^>]*>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>)*<(\w+:)?(rss|feed|rdf)\b"
)
_LINES_OF_JSON = re.compile(rb"\A[ \t]*\{[^\n]*\}[ \t]*\r?\n[ \t\r\n]*(?:\{|\Z)")
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:(?:\\?/){2}jsonfeed\.org', re.IGNORECASE)
_TRANSPORT = {
    "application/xhtml+xml": "text/html",
    "application/xml": "application/rss+xml",
    "text/xml": "application/rss+xml",
    "application/x-ndjson": "application/jsonl",
    "application/jsonlines": "application/jsonl",
    "text/x-markdown": "text/markdown",
    "application/ld+json": "application/json",
}


def detect(head: bytes, name: str = "", media_type: str | None = None) -> str:
    """Return the media type by which an input is read.

    Args:
        head: Its first bytes, 64 KiB are enough.
        name: A file name or URL.
        media_type: What the transport says.

    Returns:
        One of the media types that there is a reader for, or "application/jsonl".

    Raises:
        EmptySource: there are no bytes, or nothing in them.
        UnsupportedSource: they are an archive, image, program or the like.

    >>> detect(b"%PDF-1.7 ", "report.txt")
    'application/pdf'
    >>> detect(b'{"text": "a"}', "a.jsonl")
    'application/jsonl'
    """
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    refuse_binary(head)
    by_name = SUFFIXES.get(os.path.splitext(name.split("?")[0].lower())[1])
    bare = _ascii_view(head).lstrip()
    if by_name == "application/jsonl":
        return by_name
    if _FEED.match(bare):
        return "application/rss+xml"
    if _HTML.match(bare):
        return "text/html"
    if bare[:1] == b"{" and _JSON_FEED.search(bare):
        return "application/feed+json"
    if _LINES_OF_JSON.match(bare) and by_name not in {"application/json", "text/markdown"}:
        return "application/jsonl"
    if by_name:
        return by_name
    by_transport = (media_type or "").split(";")[0].strip().lower()
    by_transport = _TRANSPORT.get(by_transport, by_transport)
    if by_transport in {*SUFFIXES.values(), "application/feed+json"} and by_transport != "text/plain":
        return by_transport
    if bare[:1] in {b"{", b"["} and bare[:2].strip() != b"[":
        first = bare[1:200].lstrip()[:1]
        if first in {b'"', b"{", b"}", b"]"}:
            return "application/json"
    return "text/html" if bare[:1] == b"<" and _MARKUP.search(bare) else "text/plain"


def _ascii_view(head: bytes) -> bytes:
    """Return the bytes without byte order mark, UTF-16 and UTF-32 thinned to their ASCII letters."""
    if head.startswith(b"\xef\xbb\xbf"):
        return head[3:]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4].count(0) >= 2:
        return head.lstrip(b"\xff\xfe").replace(b"\x00", b"")
    return head
