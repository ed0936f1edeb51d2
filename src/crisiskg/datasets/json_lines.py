"""Reads files of JSON a value at a time: one a line, as dumps have them, between brackets and with commas or without."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from crisiskg.datasets.tables import BadRow, open_bytes
from crisiskg.errors import MalformedSource

#: Longest value, in bytes. The longest items of Wikidata have four million.
LONGEST = 1 << 25
_LOOK = 1 << 12
#: Characters of a line that cannot be used that are kept.
_KEPT = 2_000
_BROKEN = (OSError, EOFError, zipfile.BadZipFile, zlib.error)


def look_at(path: Path) -> None:
    """Look whether a file begins as JSON does.

    Args:
        path: The file, packed or not.

    Raises:
        MalformedSource: it does not, or it is empty or broken.
    """
    with open_bytes(path) as file:
        try:
            head = file.read(_LOOK)
        except _BROKEN as error:
            raise MalformedSource(f"{path.name} is broken: {error}") from error
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise MalformedSource(f"{path.name} is empty")
    if begin[:1] not in (b"{", b"["):
        shown = begin.split(b"\n", 1)[0][:100].decode("utf-8", "replace")
        raise MalformedSource(
            f"{path.name} is no file of JSON: it begins with {shown!r}",
            hint="Each line is one entity in JSON, which begins with a brace.",
        )


def read_values(path: Path) -> Iterator[tuple[int, str] | BadRow]:
    """Yield each value with the line on which it begins, as text that is not parsed yet.

    A value takes a line, or begins with a line that is nothing but a brace and ends with one.

    Args:
        path: The file, packed or not.

    Raises:
        MalformedSource: the file breaks off.
    """
    with open_bytes(path) as raw:
        number = 0
        pending: list[str] = []
        first = length = 0
        indent = ""
        while True:
            try:
                line, too_long = _line(raw)
            except _BROKEN as error:
                raise MalformedSource(f"{path.name} breaks off near line {number + 1}: {error}") from error
            if not line:
                break
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if too_long:
                yield BadRow(number, text[:_KEPT], f"the line is longer than {LONGEST:,} bytes")
                continue
            if "\ufffd" in text and not _is_utf8(line):
                yield BadRow(number, text[:_KEPT], "the line holds bytes that are not UTF-8")
                continue
            bare = text.strip()
            if pending:
                pending.append(text)
                length += len(line)
                if length > LONGEST:
                    yield BadRow(first, "\n".join(pending)[:_KEPT], f"a value that begins here is longer than {LONGEST:,} bytes")
                    pending = []
                elif text.startswith((indent + "}", indent + "]")) and bare in ("}", "},", "]", "],"):
                    yield first, "\n".join(pending).rstrip(", ")
                    pending = []
            elif bare == "{":
                pending, first, length, indent = [text], number, len(line), text[: text.index("{")]
            elif bare not in ("", "[", "]", ","):
                yield number, bare.rstrip(",")
        if pending:
            yield BadRow(first, "\n".join(pending)[:_KEPT], "a value begins here and does not end")


def parsed(text: str) -> Any:
    """Return what a text says.

    Raises:
        ValueError: it is no JSON; the message says why.

    >>> parsed('[{"id": "Q1"}'), parsed('{"id": "Q1"}]')
    ({'id': 'Q1'}, {'id': 'Q1'})
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError:
        # The bracket of the whole file may stand on the line of its first or its last value.
        bare = text.removeprefix("[") if text.startswith("[") else text.removesuffix("]")
        if bare == text:
            raise
        return json.loads(bare)


def compact(value: Any) -> str:
    """Return a value as JSON on one line.

    >>> compact({"id": "Q1", "rank": "normal"})
    '{"id":"Q1","rank":"normal"}'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def no_json(number: int, text: str, error: ValueError) -> BadRow:
    """Return a line that is no JSON as a row that cannot be read."""
    where = f"{error.msg} (character {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else str(error)
    return BadRow(number, text[:_KEPT], f"the line is no JSON: {where}")


def _line(raw: IO[bytes]) -> tuple[bytes, bool]:
    """Return the next line, and whether it was cut, as it is too long; what follows of it is passed over."""
    line = raw.readline(LONGEST + 1)
    if len(line) <= LONGEST:
        return line, False
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = raw.readline(LONGEST)
    return line, True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
