"""Reads feeds: each item of RSS, Atom or JSON Feed is a document. All their fields are treated as text of strangers."""

from __future__ import annotations

import re
from typing import Any

from crisiskg.documents import Document
from crisiskg.errors import EmptySource, MalformedSource, SourceError
from crisiskg.sources import jsonl
from crisiskg.sources.pages.dates import from_metadata
from crisiskg.sources.pages.lines import Line
from crisiskg.sources.pages.markup import text_lines
from crisiskg.sources.pages.page import Hints, read_lines
from crisiskg.sources.text import Origin, SourceFailure, decode, one_line, safe_url

_MAX_ITEMS = 5000


def parse_xml_feed(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the documents, or what is wrong, of the items of an RSS or Atom feed.

    Raises:
        MalformedSource: it is no feed, no XML, or declares entities.
        EmptySource: it has no items.
    """
    import feedparser

    decoded = decode(data, origin.charset or _declared(data))
    if re.search(r"<!ENTITY\b", decoded.text[:100_000], re.IGNORECASE):
        raise MalformedSource("it declares XML entities, which are not read")
    text = re.sub(r"\A\s*<\?xml[^>]*\?>", "", decoded.text)
    text = re.sub(r"<!DOCTYPE[^>\[]*>", "", text[:2000], flags=re.IGNORECASE) + text[2000:]
    parsed = feedparser.parse(text.encode("utf-8", "replace"), sanitize_html=False, resolve_relative_uris=False)
    entries = parsed.get("entries", [])
    if not entries:
        if parsed.get("bozo") and not parsed.get("version"):
            reason = one_line(str(parsed.get("bozo_exception", "")), 100)
            raise MalformedSource(f"it is XML or a feed that cannot be read: {reason or 'no feed'}")
        if not parsed.get("version"):
            raise MalformedSource("it is XML, and neither RSS nor Atom")
        raise EmptySource("there is nothing to read in it: the feed has no items")
    channel = one_line(str(parsed.get("feed", {}).get("title", ""))) or None
    warnings = list(decoded.warnings)
    if parsed.get("bozo"):
        warnings.append("the feed is not well-formed; what could be read of it was read")
    return [
        _entry(entry, number, channel, origin, tuple(warnings)) for number, entry in enumerate(entries[:_MAX_ITEMS], start=1)
    ] + _beyond(len(entries), origin)


def _declared(data: bytes) -> str | None:
    match = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)[\"']", data[:300])
    return match[1].decode("ascii") if match else None


def _beyond(count: int, origin: Origin) -> list[Document | SourceFailure]:
    if count <= _MAX_ITEMS:
        return []
    error = MalformedSource(f"the feed has {count:,} items; the first {_MAX_ITEMS:,} were read")
    return [SourceFailure(origin.source, error, f"items from {_MAX_ITEMS + 1}", None, origin.raw_sha256)]


def _entry(entry: Any, number: int, channel: str | None, origin: Origin, warnings: tuple[str, ...]) -> Document | SourceFailure:
    contents = [str(content.get("value", "")) for content in entry.get("content", [])]
    content = max([*contents, str(entry.get("summary", ""))], key=len)
    link = str(entry.get("link", "") or "")
    authors = [str(author.get("name", "")) for author in entry.get("authors", []) if author.get("name")] or [
        str(entry.get("author", ""))
    ]
    published = str(entry.get("published", "") or entry.get("updated", ""))
    raw = f"{entry.get('title', '')}\n\n{content}".encode("utf-8", "replace")
    return _item(
        location=f"item {number}",
        title=str(entry.get("title", "")),
        content=content,
        link=link,
        identifier=str(entry.get("id", "") or ""),
        authors=authors,
        published=published,
        channel=channel,
        language=None,
        origin=origin,
        warnings=warnings,
        raw=raw,
    )


def parse_json_feed(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the documents, or what is wrong, of the items of a JSON feed.

    Raises:
        MalformedSource: it is not JSON, or `items` is no array.
        EmptySource: it has no items.
    """
    feed = jsonl.load_json(data, origin.charset)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise MalformedSource("it is no JSON feed: 'items' must be an array")
    if not items:
        raise EmptySource("there is nothing to read in it: the feed has no items")
    channel = one_line(feed["title"]) if isinstance(feed.get("title"), str) else None
    found: list[Document | SourceFailure] = []
    for number, item in enumerate(items[:_MAX_ITEMS], start=1):
        raw = repr(item).encode("utf-8", "replace")
        if not isinstance(item, dict):
            error = MalformedSource("an item must be an object")
            found.append(SourceFailure(origin.source, error, f"item {number}", raw, origin.raw_sha256))
            continue
        fields = {key: value for key, value in item.items() if isinstance(value, str)}
        listed = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
        authors = [author["name"] for author in listed or [] if isinstance(author, dict) and isinstance(author.get("name"), str)]
        is_html = "content_html" in fields
        content = fields.get("content_html") or fields.get("content_text") or fields.get("summary", "")
        found.append(
            _item(
                location=f"item {number}",
                title=fields.get("title", ""),
                content=content,
                link=fields.get("url", ""),
                identifier=str(item.get("id", "")),
                authors=authors,
                published=fields.get("date_published", ""),
                channel=channel,
                language=fields.get("language"),
                origin=origin,
                warnings=(),
                raw=raw,
                is_html=is_html,
            )
        )
    return found + _beyond(len(items), origin)


def _item(
    *,
    location: str,
    title: str,
    content: str,
    link: str,
    identifier: str,
    authors: list[str],
    published: str,
    channel: str | None,
    language: str | None,
    origin: Origin,
    warnings: tuple[str, ...],
    raw: bytes,
    is_html: bool = True,
) -> Document | SourceFailure:
    try:
        notes = list(warnings)
        url = safe_url(link)
        if link and not url:
            notes.append(f"the address {one_line(link, 80)!r} is not an http or https address and was left out")
        lines = text_lines(content) if is_html else [Line(part) for part in content.split("\n") if part.strip()]
        name = one_line(" ".join(line.text for line in text_lines(title))) or None
        if not lines and not name:
            raise EmptySource("there is nothing to read in it: the item has neither title nor text")
        if not lines or not any(line.text != name for line in lines):
            lines = [Line(name or "")] if name else lines
            name = None if len(lines) == 1 else name
        lines = [Line(line.text, index, True) for index, line in enumerate(lines)]
        bounds = from_metadata(published)
        if published and not bounds:
            notes.append(f"the date {one_line(published, 40)!r} could not be read")
        hints = Hints(
            title=name,
            single=True,
            publisher=channel,
            published=bounds,
            url=url,
            language=language,
            authors=tuple(author for value in authors if (author := one_line(value, 120)) and "@" not in author),
            source_id=one_line(identifier, 300) or None,
            warnings=tuple(notes),
        )
        return read_lines(lines, origin, hints)[0]
    except SourceError as error:
        return SourceFailure(origin.source, error, location, raw, origin.raw_sha256)
