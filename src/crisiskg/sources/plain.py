"""Reads text: as written, or as copied from a browser, where one file may hold several documents among menus and captions."""

from __future__ import annotations

from crisiskg.documents import Document
from crisiskg.sources.pages.page import Hints, read_page
from crisiskg.sources.text import Origin, SourceFailure, clean, decode


def parse(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the documents of a text.

    Raises:
        SourceError: it is no text, or nothing of it is a document.
    """
    decoded = decode(data, origin.charset)
    text, changed = clean(decoded.text)
    return list(read_page(text, origin, Hints(url=origin.url, warnings=(*decoded.warnings, *changed))))
