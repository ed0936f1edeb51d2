"""Reads Markdown: headings and paragraphs without their marks; title, date, authors and address from its front matter."""

from __future__ import annotations

import re

from crisiskg.documents import Document
from crisiskg.errors import EmptySource
from crisiskg.sources.pages.dates import from_metadata
from crisiskg.sources.pages.lines import Line
from crisiskg.sources.pages.page import Hints, read_lines
from crisiskg.sources.text import Origin, SourceFailure, check_length, clean, decode, one_line, safe_url

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:[ \t]*(.*)\Z")


def parse(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the document of a Markdown text.

    Raises:
        SourceError: it is no text, or holds nothing but marks.
    """
    decoded = decode(data, origin.charset)
    text, changed = clean(decoded.text)
    check_length(text, origin.max_chars)
    front, text = _front_matter(text)
    lines = _lines(text)
    if not lines:
        raise EmptySource("there is nothing to read in it: it holds no text besides marks and front matter")
    title = one_line(front.get("title", [""])[0]) or None
    hints = Hints(
        title=title,
        single=title is not None,
        authors=tuple(one_line(name) for key in ("author", "authors") for name in front.get(key, []) if name),
        published=next(
            (bounds for key in ("date", "published") for value in front.get(key, []) if (bounds := from_metadata(value))), None
        ),
        url=next(
            (url for key in ("url", "canonical", "link") for value in front.get(key, []) if (url := safe_url(value))), origin.url
        ),
        publisher=one_line(front.get("publisher", [""])[0]) or None,
        language=one_line(front.get("lang", front.get("language", [""]))[0], 35) or None,
        warnings=(*decoded.warnings, *changed),
    )
    return list(read_lines(lines, origin, hints))


def _front_matter(text: str) -> tuple[dict[str, list[str]], str]:
    """Return the plain pairs and lists of YAML front matter, and the text behind it. Nothing else of YAML is read."""
    match = _FRONT.match(text)
    if not match:
        return {}, text
    found: dict[str, list[str]] = {}
    key = None
    for line in match[1].split("\n"):
        pair = _PAIR.match(line)
        if pair:
            key = pair[1].lower()
            value = pair[2].strip()
            items = value[1:-1].split(",") if value.startswith("[") and value.endswith("]") else [value]
            found[key] = [item.strip().strip("\"'") for item in items if item.strip()]
        elif key and (item := re.match(r"\s*-\s+(.*)\Z", line)):
            found[key].append(item[1].strip().strip("\"'"))
    return {name: values for name, values in found.items() if values}, text[match.end() :]


def _lines(text: str) -> list[Line]:
    from markdown_it import MarkdownIt

    lines: list[Line] = []
    level = 0
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "inline":
            content = "".join(
                child.content
                if child.type in {"text", "code_inline"}
                else " "
                if child.type in {"softbreak", "hardbreak"}
                else ""
                for child in token.children or []
            )
            content = " ".join(content.split())
            if content:
                lines.append(Line(content, len(lines), True, level))
        elif token.type == "heading_close":
            level = 0
    return lines
