"""Makes documents of the lines of a page: keeps title, captions, byline, body, notes and contributors, drops page furniture."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass

from crisiskg.documents import Contribution, DateBounds, Document, DocumentKind, Region, RegionKind
from crisiskg.errors import EmptySource
from crisiskg.sources.pages import contributors, kinds, publishers
from crisiskg.sources.pages.dates import find_dates
from crisiskg.sources.pages.language import detect_language
from crisiskg.sources.pages.lines import (
    Line,
    fold,
    split_lines,
)
from crisiskg.sources.pages.sorting import Parts, sort_lines
from crisiskg.sources.pages.split import Segment, split
from crisiskg.sources.text import Origin, check_length


@dataclass(frozen=True, slots=True)
class Hints:
    """What metadata says about a document; it wins over what the text seems to say.

    Attributes:
        title: Its title.
        kind: What it is.
        publisher: Who published it.
        authors: Names of its authors.
        published: When.
        url: Where.
        language: In which language.
        source_id: Identifier that the source gives.
        captions: Captions of pictures that stand outside the text.
        single: Whether the input surely holds one document.
        warnings: What was doubtful so far.
    """

    title: str | None = None
    kind: DocumentKind | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    published: DateBounds | None = None
    url: str | None = None
    language: str | None = None
    source_id: str | None = None
    captions: tuple[str, ...] = ()
    single: bool = False
    warnings: tuple[str, ...] = ()


def read_page(text: str, origin: Origin, hints: Hints | None = None, *, hyphens: bool = False) -> list[Document]:
    """Return the documents of a page.

    Args:
        text: Clean text, as copied from a browser or taken out of a file.
        origin: Where it comes from.
        hints: What metadata says.
        hyphens: Whether hyphens at ends of lines were set by a typesetter.

    Raises:
        EmptySource: nothing but page furniture is in it.
        SourceTooLarge: it is too long.
    """
    check_length(text, origin.max_chars)
    return read_lines(split_lines(text, hyphens=hyphens), origin, hints)


def read_lines(lines: list[Line], origin: Origin, hints: Hints | None = None) -> list[Document]:
    """Return the documents of lines; see `read_page`."""
    hints = hints or Hints()
    segments = [_single(lines, hints)] if hints.single else split(lines)
    parted = [sort_lines(lines, segment, hints.title if hints.single else None, hints.captions) for segment in segments]
    parted = [parts for parts in parted if any(kind == "body" for kind, _ in parts.pieces)] or [
        parts for parts in parted if parts.title or parts.pieces
    ]
    if not parted or not any(parts.pieces for parts in parted):
        raise EmptySource("there is nothing to read in it: it holds page furniture only")
    documents = [_build(parts, origin, hints) for parts in parted]
    return _share_publisher(documents)


def _single(lines: list[Line], hints: Hints) -> Segment:
    title = None
    if hints.title:
        wanted = fold(hints.title)
        title = next((line.index for line in lines[:40] if line.folded == wanted), None)
    return Segment(0, title, len(lines))


def _build(parts: Parts, origin: Origin, hints: Hints) -> Document:
    pieces: list[tuple[RegionKind, str, int]] = []  # kind, text, index of the piece that it comes from (-1: title)
    if parts.title:
        pieces.append(("title", parts.title, -1))
    pieces += [(kind, "\n".join(piece), index) for index, (kind, piece) in enumerate(parts.pieces) if piece]
    text, regions, places = _lay_out(pieces)
    body = "\n".join(piece for kind, piece, _ in pieces if kind in {"body", "note"})
    warnings = list(hints.warnings)
    if parts.dropped:
        warnings.append(f"page furniture was left out: {len(parts.dropped)} {'line' if len(parts.dropped) == 1 else 'lines'}")
    url = hints.url or parts.url or origin.url
    publisher = (
        publishers.canonical(hints.publisher) or publishers.by_url(url) or publishers.by_voice(body, "\n".join(parts.dropped))
    )
    fallback: DocumentKind = "web-page" if parts.dropped or origin.media_type == "text/html" else "text"
    kind = parts.kind or hints.kind
    if kind is None or kind == "news":
        signed = any(piece_kind == "byline" for piece_kind, _, _ in pieces)
        worded = kinds.by_wording(parts.title or "", body, kind or fallback, furniture="\n".join(parts.dropped), signed=signed)
        kind = worded if kind is None or worded in {"podcast-episode", "interview"} else kind
    contributions = _contributions(parts, pieces, places, text, publisher, hints, warnings)
    language = hints.language or detect_language(body or text)
    if language.split("-")[0] != "en":
        warnings.append(f"the text is not in English but in {language!r}; little will be found in it")
    return Document(
        text=text,
        kind=kind,
        title=parts.title,
        publisher=publisher,
        contributions=tuple(contributions),
        published=hints.published or _published(pieces, places),
        language=language,
        source=origin.source,
        source_id=hints.source_id,
        url=url,
        media_type=origin.media_type,
        raw_sha256=origin.raw_sha256,
        regions=regions,
        warnings=tuple(warnings),
    )


def _lay_out(pieces: list[tuple[RegionKind, str, int]]) -> tuple[str, tuple[Region, ...], dict[int, tuple[int, int]]]:
    """Return the text, its regions, and where each piece stands in it."""
    texts: list[str] = []
    regions: list[Region] = []
    places: dict[int, tuple[int, int]] = {}
    offset = 0
    for kind, piece, index in pieces:
        if texts:
            offset += 2
        start, end = offset, offset + len(piece)
        if regions and regions[-1].kind == kind and kind == "body":
            regions[-1] = Region(kind, regions[-1].start, end)
        else:
            regions.append(Region(kind, start, end))
        places[index] = (start, end)
        texts.append(piece)
        offset = end
    return "\n\n".join(texts), tuple(regions), places


def _contributions(
    parts: Parts,
    pieces: list[tuple[RegionKind, str, int]],
    places: dict[int, tuple[int, int]],
    text: str,
    publisher: str | None,
    hints: Hints,
    warnings: list[str],
) -> list[Contribution]:
    prose = "\n".join(piece for kind, piece, _ in pieces if kind in {"title", "body", "note", "caption"})
    talk = contributors.parts_in_talk(prose)
    found: list[Contribution] = []
    for kind, piece, index in pieces:
        if kind == "byline":
            start, _ = places[index]
            names = contributors.parse_byline(piece) or contributors.bare_names(piece)
            found += [_placed(Contribution(name, "author"), start, 0, piece) for name in names]
    for part, index in parts.blocks:
        lines = parts.pieces[index][1]
        entries, unmatched = contributors.parse_block(lines[1:], part, prose + "\n" + "\n".join(c.name for c in found), publisher)
        entries += contributors.expand_both(lines[1:], part, publisher, prose)
        warnings += [f"no name was found to the account {handle!r} among the contributors" for handle in unmatched]
        starts = _line_starts(lines, places[index][0])
        for entry in sorted(entries, key=lambda entry: entry.lines):
            first, last = entry.lines[0] + 1, entry.lines[1] + 1
            who = entry.contribution
            if part == "contributor":
                who = dataclasses.replace(who, part=talk.get(who.name, part))
            found.append(dataclasses.replace(who, start=starts[first], end=starts[last] + len(lines[last])))
    named = {contribution.name for contribution in found}
    found += [Contribution(name, "author") for name in hints.authors if name not in named]
    named |= set(hints.authors)
    if not parts.blocks and any(part == "host" for part in talk.values()):
        for name, part in talk.items():
            place = text.find(name)
            if name not in named and place >= 0:
                found.append(Contribution(name, part, start=place, end=place + len(name)))
    return _with_bylines_merged(found)


def _with_bylines_merged(found: list[Contribution]) -> list[Contribution]:
    """Leave a bare byline out where a block says the same person's role as author."""
    detailed = {contribution.name for contribution in found if contribution.role}
    return [
        contribution
        for contribution in found
        if contribution.role or contribution.part != "author" or contribution.name not in detailed
    ]


def _placed(contribution: Contribution, start: int, shift: int, piece: str) -> Contribution:
    place = piece.find(contribution.name, shift)
    if place < 0:
        return contribution
    return dataclasses.replace(contribution, start=start + place, end=start + place + len(contribution.name))


def _line_starts(lines: list[str], start: int) -> list[int]:
    starts = []
    for line in lines:
        starts.append(start)
        start += len(line) + 1
    return starts


def _published(pieces: list[tuple[RegionKind, str, int]], places: dict[int, tuple[int, int]]) -> DateBounds | None:
    """Return the date that the head of the document states; else a lower bound from a caption; else None."""
    updated: DateBounds | None = None
    for kind, piece, index in pieces:
        if kind != "byline":
            continue
        dates = find_dates(piece)
        if not dates:
            continue
        shift = places[index][0]
        lead = piece[: dates[0].start].lower()
        if re.search(r"updated|modified|reviewed", lead) and not re.search(r"published|posted|issued", lead):
            bounds = dates[0].bounds("stated", shift)
            updated = updated or DateBounds(None, bounds.latest, "interval", "stated", bounds.start, bounds.end)
            continue
        return dates[0].bounds("stated", shift)
    body = next(((piece, index) for kind, piece, index in pieces if kind == "body"), None)
    if body is not None:
        dateline = re.match(r"\(?[A-Z][\w .,'’/-]{1,60}?[,(/ ]+(?=\w+ \d|\d)", body[0][:100])
        dates = [
            date
            for date in find_dates(body[0][:140])
            if dateline and date.start <= dateline.end() + 2 and date.precision == "day"
        ]
        if dates and re.match(r"\s*\)?\s*(?:\([^)]{2,20}\))?\s*[—–:-]", body[0][dates[0].end :]):
            return dates[0].bounds("stated", places[body[1]][0])
    if updated is not None:
        return updated
    captioned: list[DateBounds] = []
    for kind, piece, index in pieces:
        if kind == "caption":
            for date in find_dates(piece):
                shift = places[index][0]
                captioned.append(DateBounds(date.earliest, None, "interval", "caption", date.start + shift, date.end + shift))
    return max(captioned, key=lambda bounds: bounds.earliest or dt.date.min) if captioned else None


def _share_publisher(documents: list[Document]) -> list[Document]:
    """Give documents of one page the publisher of the others, where these agree."""
    names = {document.publisher for document in documents if document.publisher}
    if len(documents) < 2 or len(names) != 1:
        return documents
    name = names.pop()
    note = f"the publisher {name!r} is taken from another document of the same page"
    return [
        document
        if document.publisher
        else dataclasses.replace(
            document,
            publisher=name,
            contributions=tuple(
                dataclasses.replace(who, organization=name) if who.role and who.organization is None else who
                for who in document.contributions
            ),
            warnings=(*document.warnings, note),
        )
        for document in documents
    ]
