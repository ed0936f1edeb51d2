"""Document: text as published, with where it came from. Readers in `crisiskg.sources` make them; every later stage reads them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Literal

DocumentKind = Literal[
    "commentary", "analysis", "news", "report", "statement", "podcast-episode", "interview", "entry", "web-page", "text"
]
DateBasis = Literal["stated", "caption", "metadata", "inferred", "resolved", "publication"]
DatePrecision = Literal["day", "week", "month", "season", "quarter", "half-year", "year", "decade", "interval", "unknown"]
RegionKind = Literal["title", "byline", "caption", "body", "note", "contributors"]


@dataclass(frozen=True, slots=True)
class DateBounds:
    """A day, or all that is known of it.

    Attributes:
        earliest: First day that is possible; None where nothing bounds it.
        latest: Last day that is possible; None where nothing bounds it.
        precision: Granularity of what was said.
        basis: What the date rests on.
        start: Offset of the words that say it, in the document's text; None where they are not in it.
        end: Offset behind these words.
    """

    earliest: dt.date | None
    latest: dt.date | None
    precision: DatePrecision
    basis: DateBasis
    start: int | None = None
    end: int | None = None

    @property
    def exact(self) -> dt.date | None:
        """The day, where both bounds are the same day; otherwise None."""
        return self.earliest if self.earliest is not None and self.earliest == self.latest else None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One person's part in a document.

    Attributes:
        name: The person's name as a reader would write it.
        part: author, host, guest, speaker, editor or contributor.
        role: Title of the role that the person holds, such as "Consulting Analyst, Sahel".
        organization: Name of the organization in which the role is held; None where it is not said.
        start: Offset of the words in the document's text that say it; None where they are in metadata.
        end: Offset behind these words.
    """

    name: str
    part: str
    role: str | None = None
    organization: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the text with one purpose; regions do not overlap and are in order.

    Attributes:
        kind: What the stretch is for. Only title, caption, body and note are read for events and relations.
        start: Offset of its first character.
        end: Offset behind its last character.
    """

    kind: RegionKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """Text as published, with source and dates.

    Offsets everywhere are Unicode code points into `text`, half-open.

    Attributes:
        text: The stored text, page furniture dropped, lines and paragraphs kept; starts with the title where there is one.
        kind: What the document is.
        title: Its title; None where it has none.
        publisher: Name of the organization that published it.
        contributions: Who contributed, in which part and role.
        published: Publication date, or its bounds.
        language: BCP 47 tag.
        source: Where the input came from: a URL, a file name without its folders, or "-" for standard input.
        source_id: Identifier that the source itself gives; None where it gives none.
        url: Address at which the document is published.
        media_type: Media type of the input.
        raw_sha256: SHA-256 of the input's bytes, in hexadecimal; several documents of one copied file share it.
        regions: What the parts of the text are for; empty means that all of it is body.
    """

    text: str
    kind: DocumentKind = "text"
    title: str | None = None
    publisher: str | None = None
    contributions: tuple[Contribution, ...] = ()
    published: DateBounds | None = None
    language: str = "en"
    source: str = "-"
    source_id: str | None = None
    url: str | None = None
    media_type: str = "text/plain"
    raw_sha256: str | None = None
    regions: tuple[Region, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    @property
    def sha256(self) -> str:
        """SHA-256 of the stored text in UTF-8, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @property
    def key(self) -> str:
        """Twenty hexadecimal digits that identify the document for good.

        Taken from what identifies it best: its URL, else the source's own identifier, else its text. So a new edition at the
        same URL replaces the old one, and the same text twice is one document.

        >>> Document(text="a", url="https://example.org/x").key == Document(text="b", url="https://example.org/x").key
        True
        """
        if self.url:
            name = f"url:{self.url}"
        elif self.source_id:
            name = f"id:{self.source}:{self.source_id}"
        else:
            name = f"text:{self.sha256}"
        return hashlib.sha256(name.encode("utf-8")).hexdigest()[:20]
