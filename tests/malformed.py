"""Makes malformed inputs; each must give one clear sentence and a SourceError, and leave the good ones beside it alone."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GOOD = "Soldiers left the town of Ansongo on Wednesday after two days of fighting, a regional official said on Thursday morning."


@dataclass(frozen=True, slots=True)
class Malformed:
    """One malformed input: a file name and what makes its bytes (late, because some are large)."""

    name: str
    file: str
    make: Callable[[], bytes]


def make_pdf(lines: list[str], *, title: str | None = None, compress: bool = False) -> bytes:
    """Return a small valid PDF file with one page of text."""
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in lines]
    content = ("BT /F1 11 Tf 50 800 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET").encode(
        "cp1252", "replace"
    )
    stream = zlib.compress(content) if compress else content
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d%s >>\nstream\n" % (len(stream), b" /Filter /FlateDecode" if compress else b"")
            + stream
            + b"\nendstream",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            b"<< /Title (%s) >>" % (title or "").encode("cp1252"),
        ],
        info=6,
    )


def pdf_of_objects(objects: list[bytes], info: int | None = None, extra: bytes = b"") -> bytes:
    """Return a PDF file of numbered objects, the first of which is the catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % offset for offset in offsets
    )
    out += (
        b"trailer\n<< /Size %d /Root 1 0 R" % (len(objects) + 1) + (b" /Info %d 0 R" % info if info else b"") + extra + b" >>\n"
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % xref)


def _encrypted_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([GOOD]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _flate_bomb_pdf() -> bytes:
    deflate = zlib.compressobj(9)
    stream = b"".join(deflate.compress(b" " * (1 << 20)) for _ in range(300)) + deflate.flush()
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        ]
    )


def _page_loop_pdf() -> bytes:
    return pdf_of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])


def _no_pages_pdf() -> bytes:
    return pdf_of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def _picture_pdf() -> bytes:
    return pdf_of_objects(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ]
    )


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("../../escape.txt")
        member.size = 4
        archive.addfile(member, io.BytesIO(b"text"))
    return out.getvalue()


def _entities(kind: str) -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    body = f"<?xml version='1.0'?><!DOCTYPE {kind} [<!ENTITY e0 'x'>{levels}]>"
    return (
        body
        + (
            "<rss version='2.0'><channel><item><title>&e8;</title></item></channel></rss>"
            if kind == "rss"
            else "<html><body>&e8;</body></html>"
        )
    ).encode()


def _json(value: object) -> Callable[[], bytes]:
    return lambda: json.dumps(value).encode()


def _raw(data: bytes) -> Callable[[], bytes]:
    return lambda: data


_RSS = "<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{}</channel></rss>"

CASES: tuple[Malformed, ...] = (
    # nothing in it
    Malformed("empty", "empty.txt", _raw(b"")),
    Malformed("empty-html", "empty.html", _raw(b"")),
    Malformed("empty-pdf", "empty.pdf", _raw(b"")),
    Malformed("empty-jsonl", "empty.jsonl", _raw(b"")),
    Malformed("blank", "blank.txt", _raw(b" \n\t\r\n ")),
    Malformed("bom-only", "bom.txt", _raw(b"\xef\xbb\xbf")),
    Malformed("utf16-bom-only", "bom16.txt", _raw(b"\xff\xfe")),
    Malformed("nuls", "nuls.txt", _raw(b"\x00" * 5000)),
    Malformed("blank-lines-jsonl", "blank.jsonl", _raw(b"\n\n\n")),
    Malformed("furniture-only", "menu.txt", _raw(b"Menu\nSearch\nShare on Facebook\nLog in\nAccept all cookies\n")),
    Malformed(
        "html-without-text",
        "blank.html",
        _raw(b"<!DOCTYPE html><html><head><title></title></head><body><script>x()</script></body></html>"),
    ),
    Malformed("markdown-without-text", "blank.md", _raw(b"---\ntitle: A title\n---\n\n---\n")),
    # not a text
    Malformed("binary", "noise.txt", lambda: bytes((n * 7919 + n // 251) % 256 for n in range(20_000))),
    Malformed("control-characters", "control.txt", lambda: b"a\x01\x02\x03" * 2000),
    Malformed("gzip-named-txt", "bomb.txt", lambda: gzip.compress(b"0" * (20 << 20))),
    Malformed("bzip2-named-txt", "bz.txt", lambda: bz2.compress(b"text " * 1000)),
    Malformed("xz-named-md", "xz.md", lambda: lzma.compress(b"text " * 1000)),
    Malformed("zstd-named-txt", "zst.txt", _raw(b"\x28\xb5\x2f\xfd" + b"\x00\x11" * 50)),
    Malformed("zip-named-txt", "zip.txt", lambda: _zip("a.txt", b"text")),
    Malformed("zip-slip", "slip.txt", lambda: _zip("../../etc/cron.d/x", b"text")),
    Malformed("docx-named-pdf", "letter.pdf", lambda: _zip("word/document.xml", b"<w/>")),
    Malformed("old-office", "letter.txt", _raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)),
    Malformed("tar", "archive.txt", _tar),
    Malformed("png", "picture.txt", _raw(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)),
    Malformed("jpeg", "picture.html", _raw(b"\xff\xd8\xff\xe0" + b"\x10" * 64)),
    Malformed("program", "program.txt", _raw(b"\x7fELF\x02\x01\x01" + b"\x00" * 64)),
    Malformed("sqlite", "base.txt", _raw(b"SQLite format 3\x00" + b"\x00" * 64)),
    Malformed("rich-text", "letter.text", _raw(b"{\\rtf1\\ansi Soldiers left.}")),
    Malformed("audio", "episode.txt", _raw(b"ID3\x03\x00" + b"\x00" * 64)),
    # PDF
    Malformed("pdf-truncated", "cut.pdf", lambda: make_pdf([GOOD])[:120]),
    Malformed("pdf-header-only", "head.pdf", _raw(b"%PDF-1.7\n")),
    Malformed("pdf-noise", "noise.pdf", lambda: b"%PDF-1.7\n" + bytes(n * 31 % 256 for n in range(5000))),
    Malformed("pdf-encrypted", "locked.pdf", _encrypted_pdf),
    Malformed("pdf-page-loop", "loop.pdf", _page_loop_pdf),
    Malformed("pdf-no-pages", "nopages.pdf", _no_pages_pdf),
    Malformed("pdf-pictures-only", "scan.pdf", _picture_pdf),
    Malformed("pdf-flate-bomb", "bomb.pdf", _flate_bomb_pdf),
    Malformed("pdf-named-pdf-is-text", "text.pdf", _raw(b"\x01\x02" + b"%PD" * 3000 + b"\x00\x03" * 4000)),
    # JSON
    Malformed("json-cut", "cut.json", _raw(b'{"text": "Soldiers left')),
    Malformed("json-number", "number.json", _raw(b"42")),
    Malformed("json-empty-array", "none.json", _raw(b"[]")),
    Malformed("json-nested", "deep.json", lambda: b"[" * 100_000 + b"]" * 100_000),
    Malformed("json-no-text", "notext.json", _json({"title": "A", "body": "B"})),
    Malformed("json-text-is-number", "typed.json", _json({"text": 5})),
    Malformed("json-text-is-null", "null.json", _json({"text": None})),
    Malformed("json-nan", "nan.json", _raw(b'{"text": NaN}')),
    Malformed("jsonl-cut", "cut.jsonl", _raw(b'{"id": "1", "text": "Sold')),
    Malformed("jsonl-array", "array.jsonl", _raw(b'["text"]\n')),
    Malformed("jsonl-title-is-list", "title.jsonl", _json({"text": GOOD, "title": ["A"]})),
    Malformed("jsonl-unknown-kind", "kind.jsonl", _json({"text": GOOD, "kind": "poem"})),
    Malformed("jsonl-authors-number", "authors.jsonl", _json({"text": GOOD, "authors": 7})),
    Malformed("jsonl-huge-number", "digits.jsonl", lambda: b'{"text": "a", "n": ' + b"9" * 100_000 + b"}"),
    Malformed("jsonl-50-mb-line", "long.jsonl", lambda: b'{"text": "' + b"a " * (25 << 20) + b'"}'),
    Malformed("jsonl-utf16", "wide.jsonl", lambda: '{"text": "Soldiers left."}\n'.encode("utf-16")),
    # feeds
    Malformed("feed-without-items", "none.rss", lambda: _RSS.format("").encode()),
    Malformed("feed-cut", "cut.rss", _raw(b"<?xml version='1.0'?><rss version='2.0'><channel>")),
    Malformed("feed-entity-bomb", "bomb.rss", lambda: _entities("rss")),
    Malformed(
        "feed-external-entity",
        "xxe.xml",
        _raw(
            b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><rss><channel><item><title>&x;</title></item></channel></rss>"
        ),
    ),
    Malformed("feed-utf16-entity-bomb", "bomb16.xml", lambda: _entities("rss").decode().encode("utf-16")),
    Malformed("feed-empty-item", "blank.rss", lambda: _RSS.format("<item></item>").encode()),
    Malformed("xml-not-a-feed", "other.xml", _raw(b"<?xml version='1.0'?><note><to>You</to></note>")),
    Malformed("json-feed-items-object", "feed.json", _json({"version": "https://jsonfeed.org/version/1.1", "items": {}})),
    Malformed("json-feed-without-items", "feed0.json", _json({"version": "https://jsonfeed.org/version/1.1", "items": []})),
    # HTML
    Malformed("html-entity-bomb", "bomb.xhtml", lambda: _entities("html")),
    Malformed(
        "html-many-attributes",
        "attributes.html",
        lambda: b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">text</p></body></html>",
    ),
    Malformed("html-many-tags", "tags.html", lambda: b"<html><body>" + b"<i></i>" * 200_000 + b"</body></html>"),
    Malformed("html-deep", "deep.html", lambda: b"<html><body>" + b"<div>" * 50_000 + b"text" + b"</div>" * 50_000),
    Malformed(
        "html-huge-tag", "hugetag.html", lambda: b"<html><body><p title='" + b"a" * 2_000_000 + b"'>text</p></body></html>"
    ),
    # too large
    Malformed("text-too-large", "large.txt", lambda: b"word " * (6 << 20)),
    Malformed("text-too-long", "longtext.txt", lambda: b"Soldiers left the town. " * 100_000),
    Malformed("utf16-bom-lies", "liar.txt", lambda: b"\xff\xfe" + b"\x00\xd8" * 4000),
)


def write_folder(folder: Path) -> None:
    """Write all cases, and what only a file system can hold, into a folder."""
    for case in CASES:
        (folder / case.file).write_bytes(case.make())
    (folder / "circle.txt").symlink_to("circle.txt")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    os.mkfifo(folder / "pipe.txt")


#: Names that `write_folder` adds to the cases.
ODD_FILES = ("circle.txt", "dangling.txt", "pipe.txt")
