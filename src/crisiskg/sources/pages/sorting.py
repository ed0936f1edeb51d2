"""Sorts the lines of one document: title, captions, byline, body, notes, contributors, and page furniture, which goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import cast

from crisiskg.documents import DocumentKind, RegionKind
from crisiskg.sources.pages import contributors
from crisiskg.sources.pages.dates import find_dates
from crisiskg.sources.pages.lines import (
    Line,
    breadcrumb_kind,
    caption_label,
    fold,
    is_breadcrumb,
    is_byline,
    is_contents_heading,
    is_credit,
    is_date_line,
    is_furniture,
    is_note,
    is_separator,
    is_tail_heading,
    page_url,
)
from crisiskg.sources.pages.split import Segment


@dataclass(slots=True)
class Parts:
    """What the lines of one document turned out to be."""

    title: str | None = None
    pieces: list[tuple[RegionKind, list[str]]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    kind: DocumentKind | None = None
    url: str | None = None
    blocks: list[tuple[str, int]] = field(default_factory=list)  # part, index of the piece

    def add(self, kind: RegionKind, text: str) -> None:
        """Append a paragraph."""
        self.pieces.append((kind, [text]))


def sort_lines(lines: list[Line], segment: Segment, title_hint: str | None, captions: tuple[str, ...]) -> Parts:
    """Return what the lines of one document are.

    Args:
        lines: All lines of the page.
        segment: Which of them belong to the document.
        title_hint: Its title, where metadata names it for sure.
        captions: Captions of pictures that stand outside the text.
    """
    parts = Parts()
    title = lines[segment.title] if segment.title is not None else None
    parts.title = title_hint if title_hint else title.text if title else None
    title_folded = fold(parts.title) if parts.title else None
    if title is not None:
        _sort_head(lines[segment.start : title.index], parts, title_folded)
        rest = lines[title.index + 1 : segment.end]
    else:
        rest = lines[segment.start : segment.end]
    _sort_rest(
        rest, parts, title_folded, pure=not parts.dropped and title is None and not any(is_furniture(line) for line in rest)
    )
    _trim_tail(parts)
    for caption in captions:
        if not any(caption in "\n".join(piece) for _, piece in parts.pieces):
            parts.pieces.insert(0, ("caption", [caption]))
    return parts


def _sort_head(lines: list[Line], parts: Parts, title_folded: str | None) -> None:
    """Sort the lines before the title: captions, dates, breadcrumbs; all else is furniture."""
    for line in lines:
        text = line.text
        kind = breadcrumb_kind(text)
        if kind is not None:
            parts.kind = cast("DocumentKind", kind) if kind else parts.kind
            if find_dates(text):
                parts.add("byline", text)
            else:
                parts.dropped.append(text)
        elif page_url(text):
            parts.url = page_url(text)
        elif is_date_line(text):
            parts.add("byline", text)
        elif is_separator(text):
            continue
        elif is_furniture(line) or line.folded == title_folded:
            parts.dropped.append(text)
        elif (line.prose and line.words <= 70) or (is_credit(text) and line.words > 4):
            parts.add("caption", text[caption_label(text) :])
        else:
            parts.dropped.append(text)


def _sort_rest(lines: list[Line], parts: Parts, title_folded: str | None, pure: bool) -> None:
    """Sort the lines behind the title."""
    body_seen = False
    tail: list[Line] | None = None
    block: list[str] | None = None
    for number, line in enumerate(lines):
        text = line.text
        following = lines[number + 1] if number + 1 < len(lines) else None
        part = contributors.part_of_heading(line.folded) if line.words <= 5 else None
        if part and (body_seen or line.folded not in {"by", "with", "people", "author", "authors"}) and _is_block(lines, number):
            block = [text]
            parts.blocks.append((part, len(parts.pieces)))
            parts.pieces.append(("contributors", block))
            tail = None
        elif is_tail_heading(text) and not line.prose and (body_seen or not (following and following.prose)):
            parts.dropped.append(text)
            tail, block = [], None
        elif is_separator(text):
            continue
        elif not body_seen and line.title_like and _heads_later(lines, number):
            parts.dropped.append(text)  # an entry of a table of contents
        elif not body_seen and is_contents_heading(text):
            parts.dropped.append(text)
        elif not body_seen and _is_bare_byline(lines, number):
            parts.add("byline", text)
        elif line.folded == title_folded and (not body_seen or line.gap):
            parts.dropped.append(text)
        elif is_furniture(line):
            parts.dropped.append(text)
            if block is not None and is_breadcrumb(text):
                block = None
        elif tail is not None:
            # One teaser with its summary is no body; two paragraphs in a row are.
            if line.body and line.words >= 20 and tail and tail[-1].body:
                for kept in (tail[-1], line):
                    _add_paragraph(parts, kept)
                parts.dropped.remove(tail[-1].text)
                tail = None
            else:
                tail.append(line)
                parts.dropped.append(text)
        elif block is not None and (line.words <= 45 or contributors.has_role(text)) and not is_note(text):
            block.append(text)
        elif not body_seen and not line.prose and (kind := breadcrumb_kind(text)) is not None:
            parts.kind = parts.kind or (cast("DocumentKind", kind) if kind else None)
            if find_dates(text):
                parts.add("byline", text)
            else:
                parts.dropped.append(text)
        elif not body_seen and page_url(text):
            parts.url = parts.url or page_url(text)
        elif (is_byline(text) and (not body_seen or len(text) < 100)) or (
            is_date_line(text) and (not body_seen or _says_published(text))
        ):
            parts.add("byline", text)
        elif (
            (not body_seen and not pure and _is_caption(line, following))
            or (is_credit(text) and not line.body)
            or caption_label(text)
        ):
            parts.add("caption", text[caption_label(text) :])
        elif is_note(text):
            parts.add("note", text)
            block = None
        else:
            block = None
            _add_paragraph(parts, line)
            body_seen = body_seen or line.prose
    _merge_handles(parts)


def _merge_handles(parts: Parts) -> None:
    """Drop blocks of contributors that hold nothing but their heading."""
    empty = [index for _, index in parts.blocks if len(parts.pieces[index][1]) == 1]
    for index in empty:
        parts.dropped += parts.pieces[index][1]
        parts.pieces[index] = ("contributors", [])
    parts.blocks = [(part, index) for part, index in parts.blocks if index not in empty]


def _add_paragraph(parts: Parts, line: Line) -> None:
    parts.add("note" if is_note(line.text) and any(kind == "body" for kind, _ in parts.pieces) else "body", line.text)


def _heads_later(lines: list[Line], number: int) -> bool:
    """Tell whether a line stands in a list and comes again as a heading."""
    following = lines[number + 1] if number + 1 < len(lines) else None
    if following is None or following.prose:
        return False
    return any(other.folded == lines[number].folded for other in lines[number + 2 :])


def _is_bare_byline(lines: list[Line], number: int) -> bool:
    """Tell whether a line in the head of a document holds nothing but names: two or more, or one beside a date."""
    names = contributors.bare_names(lines[number].text)
    if not names:
        return False
    beside = [lines[place].text for place in (number - 1, number + 1) if 0 <= place < len(lines)]
    return len(names) > 1 or any(is_date_line(text) for text in beside)


def _is_block(lines: list[Line], number: int) -> bool:
    """Tell whether lines of persons follow a heading such as "Contributors"."""
    following = lines[number + 1 : number + 7]
    return any(
        contributors.is_name(line.text) or (contributors.has_role(line.text) and line.words <= 40)
        for line in following
        if not is_furniture(line)
    )


def _is_caption(line: Line, following: Line | None) -> bool:
    """Tell whether a line between title and body is a caption rather than the first paragraph."""
    if caption_label(line.text) or (is_credit(line.text) and not line.body):
        return True
    ends_with_credit = re.search(
        r"(?:\(|\[|©|\|\s*|Photo:?\s|Credit:?\s|/)\s*[^()\[\]]{0,60}(?:Getty|AFP|Reuters|REUTERS|AP|EPA|Anadolu|Photo|Xinhua|Flickr)[^()\[\]]{0,40}[)\]]?\.?\Z",
        line.text,
    )
    return bool(ends_with_credit) and following is not None


def _says_published(text: str) -> bool:
    return bool(
        re.match(
            r"(?:first |originally )?(?:published|posted|updated|last updated|issued|released|recorded|aired)\b",
            text,
            re.IGNORECASE,
        )
    )


def _trim_tail(parts: Parts) -> None:
    """Drop a run of short lines at the end that stands among furniture: the menu at the foot of a page."""
    run = 0
    while run < len(parts.pieces):
        kind, piece = parts.pieces[-1 - run]
        line = Line(piece[0]) if piece else None
        if kind != "body" or line is None or line.prose or not line.title_like or line.words > 9:
            break
        run += 1
    if run and run < len(parts.pieces) and not parts.pieces[-1 - run][1][-1:][0].endswith(":"):
        texts = [piece[0] for _, piece in parts.pieces[-run:]]
        near = sum(1 for text in parts.dropped[-run - 6 :] if len(text) < 80)
        if run <= 2 * near and near >= 2:
            parts.dropped += texts
            del parts.pieces[-run:]
