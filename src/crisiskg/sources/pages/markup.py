"""Text of HTML, block by block."""

from __future__ import annotations

import re

from crisiskg.errors import MalformedSource, SourceTooLarge
from crisiskg.sources.pages.lexicon import load
from crisiskg.sources.pages.lines import Line
from crisiskg.sources.text import clean

_MAX_TAGS = 200_000
_MAX_ATTRIBUTES = 400_000
_MAX_TAG_CHARS = 200_000
_MAX_DEPTH = 2_000


def check_markup(text: str) -> None:
    """Check that markup is not made to be expensive.

    Raises:
        SourceTooLarge: it has too many tags or attributes, too large a tag, or is nested too deeply.
        MalformedSource: it declares entities.
    """
    if re.search(r"<!ENTITY\b", text[:100_000], re.IGNORECASE):
        raise MalformedSource("it declares XML entities, which are not read")
    tags = text.count("<")
    if tags > _MAX_TAGS:
        raise SourceTooLarge(f"it has {tags:,} tags; at most {_MAX_TAGS:,} are read")
    if (attributes := text.count("=")) > _MAX_ATTRIBUTES:
        raise SourceTooLarge(f"it has {attributes:,} attributes; at most {_MAX_ATTRIBUTES:,} are read")
    depth = deepest = 0
    for match in re.finditer(
        r"<(/?)(?:div|span|ul|ol|li|table|tr|td|blockquote|section|article|b|i|em|strong|font|a|p)\b", text, re.IGNORECASE
    ):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    unclosed = len(re.findall(r"(?i)<(?:li|p|td|tr)\b", text)) - len(re.findall(r"(?i)</(?:li|p|td|tr)\b", text))
    if deepest - max(0, unclosed) > _MAX_DEPTH:
        raise SourceTooLarge(f"its tags are nested {deepest:,} deep; at most {_MAX_DEPTH:,} are read")
    for match in re.finditer(r"<[a-zA-Z][^<>]*", text):
        if match.end() - match.start() > _MAX_TAG_CHARS or match[0].count("=") > 1000:
            raise SourceTooLarge(f"one of its tags has {match.end() - match.start():,} characters or more than 1,000 attributes")


def text_lines(markup: str) -> list[Line]:
    """Return the text of a fragment of HTML, a line for each block.

    >>> [line.text for line in text_lines("<p>One <b>two</b>.</p><script>x()</script><h2>Three</h2>")]
    ['One two.', 'Three']
    """
    if "<" not in markup and "&" not in markup:
        return [Line(part) for line in clean(markup)[0].split("\n") if (part := " ".join(line.split()))]
    from lxml import html

    check_markup(markup)
    try:
        tree = html.fromstring(f"<div>{clean(markup)[0]}</div>")
    except Exception:  # lxml raises several kinds
        tree = None
    if tree is None:
        raise MalformedSource("its markup cannot be read")
    return blocks(tree)


def blocks(tree: object) -> list[Line]:
    """Return the text of an lxml element, a line for each block; scripts, styles and controls are left out."""
    block_tags, silent_tags = frozenset(load("markup")["blocks"].split()), frozenset(load("markup")["silent"].split())
    lines: list[Line] = []
    parts: list[str] = []
    level = 0

    def end_block() -> None:
        text = " ".join(clean("".join(parts))[0].split())
        parts.clear()
        if text:
            lines.append(Line(text, len(lines), True, level))

    # Without recursion: markup may be nested more deeply than Python's stack.
    stack: list[tuple[object, bool]] = [(tree, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""  # type: ignore[attr-defined]
        if leaving:
            if tag in block_tags:
                end_block()
                level = 0 if re.fullmatch(r"h[1-6]", tag) else level
            parts.append(node.tail or "")  # type: ignore[attr-defined]
            continue
        if not tag or tag in silent_tags:
            parts.append(node.tail or "")  # type: ignore[attr-defined]
            continue
        if tag in block_tags:
            end_block()
            level = int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else level
        parts.append(node.text or "")  # type: ignore[attr-defined]
        stack.append((node, True))
        stack += [(child, False) for child in reversed(node)]  # type: ignore[call-overload]
    end_block()
    return lines
