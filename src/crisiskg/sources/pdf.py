"""Reads PDF: the text layer of each page, without running heads and page numbers; title, author and date from its metadata."""

from __future__ import annotations

import io
import re
import warnings as python_warnings
from collections import Counter

from crisiskg.documents import Document
from crisiskg.errors import EmptySource, MalformedSource, SourceTooLarge, UnsupportedSource
from crisiskg.sources.pages.dates import from_metadata
from crisiskg.sources.pages.page import Hints, read_page
from crisiskg.sources.text import Origin, SourceFailure, clean, one_line

_MAX_PAGES = 2000
_NUMBER = re.compile(r"(?:page\s*)?[\divxlc]+(?:\s*(?:/|of)\s*\d+)?\Z", re.IGNORECASE)


def parse(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the document of a PDF file.

    Raises:
        MalformedSource: it is damaged.
        UnsupportedSource: it is encrypted, or holds pictures of pages and no text.
        SourceTooLarge: it has too many pages or too long a text.
    """
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        try:
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise UnsupportedSource("it is encrypted", hint="Remove the password first.")
            count = len(reader.pages)
            if count > _MAX_PAGES:
                raise SourceTooLarge(f"it has {count:,} pages; at most {_MAX_PAGES:,} are read")
            pages, failed = _pages(reader, origin.max_chars)
            hints = _metadata(reader)
        except DependencyError:
            raise UnsupportedSource(
                "it is encrypted in a way that is not supported", hint="Remove the encryption first."
            ) from None
        except (
            PyPdfError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OSError,
            RecursionError,
            OverflowError,
        ) as error:
            raise MalformedSource(f"it is a damaged PDF file: {one_line(str(error), 120) or type(error).__name__}") from None
    if count == 0:
        raise EmptySource("there is nothing to read in it: the PDF file has no pages")
    text, changed = clean("\n\n".join(_without_running_heads(pages)))
    if not text.strip():
        if failed:
            raise MalformedSource(f"it is a damaged PDF file: none of its {count} pages can be read")
        raise UnsupportedSource("it holds no text, only pictures of pages", hint="Recognize its letters (OCR) first.")
    notes = (f"{failed} of its {count} pages could not be read",) if failed else ()
    return list(read_page(text, origin, _with(hints, (*changed, *notes), origin), hyphens=True))


def _pages(reader: object, limit: int) -> tuple[list[str], int]:
    pages: list[str] = []
    failed = size = 0
    for page in reader.pages:  # type: ignore[attr-defined] # typed as object so that pypdf is imported by the sandbox only
        try:
            text = page.extract_text() or ""
        except MemoryError:
            raise
        except Exception:
            failed += 1  # it is counted and told
            continue
        size += len(text)
        if size > limit:
            raise SourceTooLarge(f"its text has more than {limit:,} characters", hint="Split it, or set max_document_chars.")
        pages.append(text)
    return pages, failed


def _without_running_heads(pages: list[str]) -> list[str]:
    """Drop page numbers, and first and last lines that stand on most pages."""
    split = [[line.strip() for line in page.split("\n")] for page in pages]
    ends: Counter[str] = Counter()
    for lines in split:
        kept = [line for line in lines if line]
        ends.update({re.sub(r"\d+", "#", line) for line in kept[:2] + kept[-2:]})
    common = {line for line, count in ends.items() if count >= 3 and count > 0.4 * len(pages) and len(line) <= 100}
    result = []
    for lines in split:
        kept_lines = [line for line in lines if re.sub(r"\d+", "#", line) not in common or not line]
        while kept_lines and (not kept_lines[0] or _NUMBER.match(kept_lines[0])):
            kept_lines.pop(0)
        while kept_lines and (not kept_lines[-1] or _NUMBER.match(kept_lines[-1])):
            kept_lines.pop()
        result.append("\n".join(kept_lines))
    return result


def _metadata(reader: object) -> dict[str, str]:
    try:
        info = reader.metadata  # type: ignore[attr-defined]
    except Exception:
        return {}
    found = {}
    for key in ("/Title", "/Author", "/CreationDate"):
        value = info.get(key) if info else None
        if isinstance(value, str) and value.strip():
            found[key] = one_line(value)
    return found


def _with(info: dict[str, str], warnings: tuple[str, ...], origin: Origin) -> Hints:
    created = re.match(r"D:(\d{4})(\d\d)(\d\d)", info.get("/CreationDate", ""))
    title = info.get("/Title")
    if title and (
        re.search(r"\.(?:docx?|indd|pdf|odt|tex|dvi|pptx?)\Z|\AMicrosoft Word|\Auntitled", title, re.IGNORECASE) or len(title) < 6
    ):
        title = None  # the name of a file
    names = re.split(r"\s*(?:;|,| and )\s*", info.get("/Author", ""))
    return Hints(
        title=title,
        single=True,
        authors=tuple(name for name in names if re.match(r"[A-Z]\S+ .*[A-Z]", name)),
        published=from_metadata("-".join(created.groups())) if created else None,
        url=origin.url,
        warnings=warnings,
    )
