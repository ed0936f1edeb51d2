"""What every reader needs: where bytes come from, what they decode to, and text that is safe to store."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass, field

from crisiskg.errors import EmptySource, MalformedSource, SourceError, SourceTooLarge, UnsupportedSource


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an input comes from, and the limits under which it is read.

    Attributes:
        source: A URL, a file name without its folders, or "-" for standard input.
        media_type: Media type of the input.
        url: Address at which it was published, where it was fetched from one.
        raw_sha256: SHA-256 of its bytes, in hexadecimal.
        charset: Character encoding that the transport names; None where it names none.
        max_chars: Longest text of one document, in characters.
    """

    source: str
    media_type: str = "text/plain"
    url: str | None = None
    raw_sha256: str | None = None
    charset: str | None = None
    max_chars: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and what was found out about its bytes.

    Attributes:
        text: The decoded text.
        encoding: Name of the encoding that was used.
        warnings: What was doubtful or had to be replaced.
    """

    text: str
    encoding: str
    warnings: tuple[str, ...] = field(default=())


_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: First bytes of what is surely no text, with its name and what to do about it.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", "Decompress it first: gunzip FILE."),
    (b"BZh", "a bzip2 archive", "Decompress it first: bunzip2 FILE."),
    (b"\xfd7zXZ\x00", "an xz archive", "Decompress it first: unxz FILE."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Decompress it first: unzstd FILE."),
    (b"PK\x03\x04", "a zip archive or an office document", "Save it as text, HTML or PDF."),
    (b"PK\x05\x06", "an empty zip archive", "Save its content as text, HTML or PDF."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first."),
    (b"Rar!", "a RAR archive", "Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "an old office document", "Save it as text, HTML or PDF."),
    (b"\x89PNG", "a PNG image", "Only text can be read; recognize its letters first."),
    (b"\xff\xd8\xff", "a JPEG image", "Only text can be read; recognize its letters first."),
    (b"GIF8", "a GIF image", "Only text can be read."),
    (b"\x7fELF", "a program", "Only text can be read."),
    (b"MZ\x90", "a program", "Only text can be read."),
    (b"SQLite format 3\x00", "an SQLite database", "Export its texts as JSON Lines."),
    (b"ID3", "an audio file", "Transcribe it first."),
    (b"OggS", "an audio file", "Transcribe it first."),
    (b"RIFF", "an audio or video file", "Transcribe it first."),
    (b"{\\rtf", "a rich text document", "Save it as text, HTML or PDF."),
    (b"%!PS", "a PostScript document", "Convert it to PDF."),
)
#: Characters that stand for bytes which Windows-1252 uses and ISO 8859-1 does not.
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf©¨ª«¯±³´º¼]|â€[™œ\x9d\x9c“”˜¢–—]|Â[\xa0°»«£]")


def refuse_binary(data: bytes) -> None:
    """Check that bytes can be text.

    Raises:
        EmptySource: there are none, or only white space, or only a byte order mark.
        UnsupportedSource: they are an archive, image, program or other binary file.
    """
    for signature, what, hint in _SIGNATURES:
        if data.startswith(signature):
            raise UnsupportedSource(f"it is {what}, not a text", hint=hint)
    if len(data) > 262 and data[257:262] == b"ustar":
        raise UnsupportedSource("it is a tar archive, not a text", hint="Unpack it first.")
    bare = data
    for bom, _ in _BOMS:
        if data.startswith(bom):
            bare = data[len(bom) :]
            break
    if not bare.strip(b" \t\r\n\v\f\x00"):
        what = "no bytes" if not data else "nothing but white space, zero bytes or a byte order mark"
        raise EmptySource(f"there is nothing to read in it: it holds {what}")


def decode(data: bytes, charset: str | None = None) -> Decoded:
    """Decode bytes: byte order mark, UTF-16 without one, the named encoding, UTF-8, then the likeliest single-byte encoding.

    Args:
        data: The bytes of a text.
        charset: Encoding that a header or the text itself names; it is checked and not believed.

    Returns:
        The text with a warning for everything that was doubtful.

    Raises:
        EmptySource: there is nothing to read.
        UnsupportedSource: the bytes are no text.
        MalformedSource: no encoding gives a text.

    >>> decode("Brześć".encode("utf-16")).text
    'Brześć'
    >>> decode("naïve café".encode("cp1252")).text
    'naïve café'
    """
    refuse_binary(data)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decode_with_bom(data[len(bom) :], encoding)
    wide = _guess_utf16(data)
    if wide is not None:
        return _checked(data.decode(wide, "replace"), wide, (f"read as {wide}, which it does not say",))
    warnings: list[str] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        named = _codec(charset)
        if named and named not in {"utf-8", "ascii"}:
            try:
                return _checked(data.decode(named), named, ())
            except (UnicodeDecodeError, LookupError):
                warnings.append(f"it is not {charset}, as it says")
        broken = data.decode("utf-8", "replace")
        wrong, beyond = broken.count("\ufffd"), sum(byte > 127 for byte in data)
        if wrong * 10 <= beyond and wrong <= 50:  # UTF-8 with a few damaged places
            place = error.start
            return _checked(
                broken, "utf-8", (f"{wrong} places are not UTF-8, the first at byte {place}; they are marked U+FFFD",)
            )
        guessed = _guess(data)
        warnings.append(f"it is not UTF-8 (byte {error.start}); read as {guessed}")
        return _checked(data.decode(guessed, "replace"), guessed, tuple(warnings))
    if charset and (named := _codec(charset)) and named not in {"utf-8", "ascii"}:
        warnings.append(f"it is UTF-8, not {charset} as it says")
    return _checked(text, "utf-8", tuple(warnings))


def _decode_with_bom(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    if wrong and wrong * 20 > len(text):
        raise MalformedSource(f"its byte order mark says {encoding}, and its bytes are not {encoding}")
    return _checked(text, encoding, (f"{wrong} places are not {encoding}; they are marked U+FFFD",) if wrong else ())


def _codec(charset: str | None) -> str | None:
    if not charset:
        return None
    try:
        found = codecs.lookup(charset.strip().strip("\"'")[:40])
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding:
        return None
    # The encodings that browsers know under these names: https://encoding.spec.whatwg.org/#names-and-labels
    return {"iso8859-1": "cp1252", "latin-1": "cp1252", "ascii": "ascii", "utf-7": None}.get(found.name, found.name)


def _guess_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    if len(sample) < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.3 and even < len(sample) * 0.02:
        return "utf-16-le"
    if even > len(sample) * 0.3 and odd < len(sample) * 0.02:
        return "utf-16-be"
    return None


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:65536], steps=5, chunk_size=512, cp_exclusion=["utf_7"]).best()
    if best is None:
        return "cp1252"
    name = codecs.lookup(best.encoding).name
    # Western text fits dozens of single-byte encodings; the one that browsers assume is by far the likeliest.
    western = {
        "iso8859-1",
        "iso8859-15",
        "cp1250",
        "cp437",
        "cp850",
        "cp858",
        "mac-roman",
        "iso8859-9",
        "cp1254",
        "ascii",
        "hp-roman8",
    }
    if name in western or name.startswith(("cp03", "cp5", "cp10")):
        try:
            data[:65536].decode("cp1252")
        except UnicodeDecodeError:
            return name
        return "cp1252"
    return name


def _checked(text: str, encoding: str, warnings: tuple[str, ...]) -> Decoded:
    sample = text[:65536]
    odd = sum(
        1 for char in sample if (char < " " and char not in "\t\n\r\f\v") or char in "\x7f\ufffd" or "\x80" <= char < "\xa0"
    )
    if sample and odd > max(2, len(sample) * 0.1):
        raise UnsupportedSource(
            f"it is not text: {odd} of its first {len(sample)} characters are control characters or undecodable"
        )
    wrong = len(_MOJIBAKE.findall(sample))
    if wrong >= 3:
        repaired = _repair_mojibake(text)
        if repaired is not None:
            return Decoded(
                repaired, encoding, (*warnings, f"{wrong} places held UTF-8 that had been read as Windows-1252; repaired")
            )
        warnings = (*warnings, f"{wrong} places look like UTF-8 that was read in a wrong encoding")
    return Decoded(text, encoding, warnings)


def _repair_mojibake(text: str) -> str | None:
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


_C0 = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff\ud800-\udfff]")
# Embeddings, overrides and isolates can make a quote read otherwise than it is stored (CVE-2021-42574).
# The marks that Arabic and Hebrew need (LRM, RLM, ALM) and the joiners of Persian and Indic scripts stay.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u180e\U000e0000-\U000e007f]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Return text as it may be stored, and what was changed.

    Line ends become LF; form feeds and vertical tabs too. Other control characters become U+FFFD; bidirectional embeddings,
    overrides and isolates, soft hyphens and zero-width spaces go; spaces of every width become a space; the result is in NFC.

    >>> clean("a\u00adb\r\nc\x00")
    ('ab\nc�', ('1 control characters were replaced by U+FFFD',))
    """
    warnings = []
    text = re.sub("\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text)
    text, count = _C0.subn("\ufffd", text)
    if count:
        warnings.append(f"{count} control characters were replaced by U+FFFD")
    text, count = _BIDI.subn("", text)
    if count:
        warnings.append(
            f"{count} bidirectional control characters were left out; they can make text read otherwise than it is stored"
        )
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", text), tuple(warnings)


def clean_keeping_offsets(text: str) -> tuple[str, tuple[str, ...]]:
    """Return text in which no character moved: control characters are replaced one for one, and nothing else is changed."""
    text, count = _C0.subn("\ufffd", text)
    warnings = [f"{count} control characters were replaced by U+FFFD"] if count else []
    if _BIDI.search(text):
        warnings.append("the text holds bidirectional control characters; they can make it read otherwise than it is stored")
    return text, tuple(warnings)


def one_line(text: str, limit: int = 500) -> str:
    r"""Return text on one line, for titles and names out of metadata.

    >>> one_line(" A\n  title ")
    'A title'
    """
    return " ".join(clean(text)[0].split())[:limit].strip()


def check_length(text: str, limit: int) -> None:
    """Check that a document is not too long.

    Raises:
        SourceTooLarge: it is.
    """
    if len(text) > limit:
        raise SourceTooLarge(
            f"its text has {len(text):,} characters; at most {limit:,} are read", hint="Split it, or set max_document_chars."
        )


def safe_url(value: object) -> str | None:
    """Return an http or https address without user name, or None where the value is none.

    >>> safe_url("https://example.org/a"), safe_url("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    if not isinstance(value, str):
        return None
    value = value.strip()
    if len(value) > 2000 or not re.match(r"https?://[^\s/@\\]+(?:[/?#]|\Z)", value, re.IGNORECASE):
        return None
    return None if re.search(r"[\s<>\"{}|\\^`\x00-\x20\x7f]", value) else value


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """An input, or one document of it, that could not be read.

    Attributes:
        source: Where the input came from.
        error: What is wrong with it, in one sentence.
        location: Which part of the input, such as "line 12"; None means all of it.
        raw: The bytes that could not be read, so that nothing is lost; None where they were not received, or not all of
            them, because there are too many.
        raw_sha256: SHA-256 of the whole input, in hexadecimal.
    """

    source: str
    error: SourceError
    location: str | None = None
    raw: bytes | None = None
    raw_sha256: str | None = None

    @property
    def message(self) -> str:
        """One sentence that names the source, the place in it and what is wrong.

        >>> SourceFailure("a.jsonl", MalformedSource("it is not JSON"), "line 3").message
        'a.jsonl, line 3: it is not JSON'
        """
        place = f"{self.source}, {self.location}" if self.location else self.source
        return f"{place}: {self.error.message}"
