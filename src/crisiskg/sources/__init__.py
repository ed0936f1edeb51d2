"""Reads documents: copied pages, text, Markdown, HTML, PDF, feeds, JSON Lines, from files, folders, standard input and URLs.

`read` yields a `Document` or a `SourceFailure` for everything it is given: one bad input never stops the others, and the bytes
that could not be read come with the failure. Nothing here parses what strangers wrote: readers run in `crisiskg.sandbox`.
"""

from __future__ import annotations

import dataclasses
import glob
import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from crisiskg import sandbox
from crisiskg.documents import Document
from crisiskg.errors import (
    CrisiskgError,
    EmptySource,
    LimitExceeded,
    MalformedSource,
    SourceError,
    SourceTooLarge,
    SourceUnavailable,
    UnsupportedSource,
    WorldError,
)
from crisiskg.settings import Settings, load_settings
from crisiskg.sources import detection, feed, html, jsonl, markdown, pdf, plain, url
from crisiskg.sources.detection import detect
from crisiskg.sources.text import Origin, SourceFailure

__all__ = ["Document", "Origin", "SourceFailure", "detect", "read", "read_bytes"]

Keep = Callable[[str, bytes], None]
Reader = Callable[[bytes, Origin], list[Document | SourceFailure]]

_READERS: dict[str, Reader] = {
    "application/json": jsonl.parse_json,
    "application/feed+json": feed.parse_json_feed,
    "application/atom+xml": feed.parse_xml_feed,
    "application/rss+xml": feed.parse_xml_feed,
    "application/pdf": pdf.parse,
    "text/html": html.parse,
    "text/markdown": markdown.parse,
    "text/plain": plain.parse,
}
#: Lines of JSON that one call of a worker reads.
_BATCH_LINES = 200
_BATCH_BYTES = 4 * 1024 * 1024
#: Names of files that a folder is searched for.
_SUFFIXES = frozenset(detection.SUFFIXES)


def read(
    source: str | Path | BinaryIO | Iterable[str | Path], settings: Settings | None = None, *, keep: Keep | None = None
) -> Iterator[Document | SourceFailure]:
    """Read everything that a source leads to.

    Args:
        source: Path of a file or folder, glob pattern, "-" for standard input, http or https address, stream of bytes, or
            several of the first five. Folders are searched through in the order of names; links to folders are not followed.
        settings: Limits; None means the defaults.
        keep: Is given the SHA-256 and the bytes of each input before it is parsed, so that it can be stored; of JSON Lines
            each line is an input of its own.

    Yields:
        Documents and failures, in the order of the inputs.
    """
    settings = settings or load_settings()
    if isinstance(source, (str, Path)):
        yield from _read_one(str(source), settings, keep)
    elif isinstance(source, Iterable) and not hasattr(source, "read"):
        for one in source:
            yield from _read_one(str(one), settings, keep)
    else:
        yield from _read_stream(cast("BinaryIO", source), str(getattr(source, "name", "-")), settings, keep)


def _read_one(source: str, settings: Settings, keep: Keep | None) -> Iterator[Document | SourceFailure]:
    if source == "-":
        yield from _read_stream(sys.stdin.buffer, "-", settings, keep)
    elif "://" in source.split("?")[0]:
        yield from _read_url(source, settings, keep)
    else:
        try:
            paths = _expand(source)
        except SourceError as error:
            yield SourceFailure(_shown(source), error)
            return
        for path in paths:
            yield from _read_file(path, settings, keep)


def _shown(path: str) -> str:
    name = os.path.basename(path.rstrip("/")) or path
    return name.encode("utf-8", "replace").decode("utf-8")


def _expand(source: str) -> list[str]:
    """Return the files that a path or pattern leads to."""
    if "\0" in source or len(source) > 4096:
        raise SourceUnavailable("it is not the name of a file")
    is_folder, exists = os.path.isdir(source), os.path.lexists(source)
    if is_folder:
        found = sorted(_walk(source))
        if not found:
            raise EmptySource(f"there is no document in the folder; names end in {', '.join(sorted(_SUFFIXES))}")
        return found
    if exists or not glob.has_magic(source):
        return [source]
    found = sorted(glob.glob(source, recursive=True))
    if not found:
        raise SourceUnavailable("no file matches this pattern")
    return [file for path in found for file in (sorted(_walk(path)) if os.path.isdir(path) else [path])]


def _walk(folder: str) -> Iterator[str]:
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in _SUFFIXES:
                yield os.path.join(root, name)


def _read_file(path: str, settings: Settings, keep: Keep | None) -> Iterator[Document | SourceFailure]:
    name = _shown(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise UnsupportedSource("it is neither a file nor a folder")
        # O_NONBLOCK: a pipe that took the file's place in between must not block.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as stream:
            yield from _read_stream(stream, name, settings, keep)
    except SourceError as error:
        yield SourceFailure(name, error)
    except OSError as error:
        yield SourceFailure(name, SourceUnavailable(f"it cannot be opened: {(error.strerror or str(error)).lower()}"))


def _read_url(address: str, settings: Settings, keep: Keep | None) -> Iterator[Document | SourceFailure]:
    try:
        fetched = url.fetch(
            address,
            time_limit_s=settings.url_time_limit_s,
            max_bytes=settings.max_document_bytes,
            max_redirects=settings.url_max_redirects,
            allow_private=settings.url_allow_private,
        )
    except SourceError as error:
        yield SourceFailure(url.shown(address), error)
        return
    yield from read_bytes(
        fetched.data,
        url.shown(address),
        settings,
        keep=keep,
        media_type=fetched.media_type,
        charset=fetched.charset,
        url=fetched.url,
    )


def _read_stream(stream: BinaryIO, name: str, settings: Settings, keep: Keep | None) -> Iterator[Document | SourceFailure]:
    name = _shown(name)
    limit = settings.max_document_bytes
    try:
        head = stream.read(65536) or b""
        if _is_json_lines(head, name):
            yield from _read_lines(head, stream, name, settings, keep)
            return
        rest = bytearray(head)
        while len(rest) <= limit and (chunk := stream.read(1 << 20)):
            rest += chunk
    except OSError as error:
        yield SourceFailure(name, SourceUnavailable(f"it cannot be read: {(error.strerror or str(error)).lower()}"))
        return
    if len(rest) > limit:
        yield SourceFailure(name, _too_large(limit))
        return
    yield from read_bytes(bytes(rest), name, settings, keep=keep)


def _is_json_lines(head: bytes, name: str) -> bool:
    try:
        return detect(head, name) == "application/jsonl"
    except SourceError:
        return False  # it is read to its end, so that the failure can hold all of it


def _too_large(limit: int) -> SourceTooLarge:
    return SourceTooLarge(f"it is larger than {limit:,} bytes", hint="Split it, or set max_document_bytes.")


def read_bytes(
    data: bytes,
    name: str,
    settings: Settings | None = None,
    *,
    keep: Keep | None = None,
    media_type: str | None = None,
    charset: str | None = None,
    url: str | None = None,
) -> Iterator[Document | SourceFailure]:
    """Read one input that is in memory.

    Args:
        data: Its bytes.
        name: A file name without folders, a URL or "-".
        settings: Limits; None means the defaults.
        keep: As for `read`.
        media_type: What the transport says it is; the content is looked at first.
        charset: Character encoding that the transport names.
        url: Address at which it is published.

    Yields:
        Documents and failures.
    """
    settings = settings or load_settings()
    digest = hashlib.sha256(data).hexdigest()
    try:
        kind = detect(data[:65536], name, media_type)
        if kind == "application/jsonl":
            yield from _read_lines(data, io.BytesIO(), name, settings, keep)
            return
        if keep is not None:
            keep(digest, data)
        origin = Origin(name, kind, url, digest, charset, settings.max_document_chars)
        yield from _in_sandbox(_READERS[kind], data, origin, settings)
    except SourceError as error:
        yield SourceFailure(name, error, raw=data, raw_sha256=digest)


def _in_sandbox(
    reader: Callable[..., list[Document | SourceFailure]], data: object, origin: Origin, settings: Settings
) -> list[Document | SourceFailure]:
    """Run a reader in the sandbox; whatever goes wrong becomes a SourceError.

    Raises:
        SourceError: the reader refuses the input, needs too much for it, or fails on it.
    """
    try:
        found = sandbox.run(reader, data, origin, time_limit_s=settings.read_time_limit_s, memory_mb=settings.read_memory_mb)
    except SourceError:
        raise
    except LimitExceeded as error:
        raise SourceTooLarge(
            f"reading it takes more than {settings.read_time_limit_s:g} s or {settings.read_memory_mb} MiB",
            hint=f"Set read_time_limit_s or read_memory_mb. ({error.message})",
        ) from error
    except WorldError as error:
        raise MalformedSource(f"it is damaged in a way that the reader does not know ({error.message})") from error
    except CrisiskgError as error:
        raise MalformedSource(error.message, hint=error.hint) from error
    if not found:
        raise EmptySource("there is nothing to read in it")
    return found


def _read_lines(
    head: bytes, stream: BinaryIO, name: str, settings: Settings, keep: Keep | None
) -> Iterator[Document | SourceFailure]:
    """Read JSON Lines as a stream: the file may be larger than memory, a line may not."""
    batch: list[tuple[int, bytes]] = []
    size = 0
    found_any = False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # What comes behind the first bytes is kept too; of more than an input may have, nothing is.
        data = head + stream.read(settings.max_document_bytes)
        whole = data if len(data) <= settings.max_document_bytes else None
        yield SourceFailure(name, MalformedSource("JSON Lines must be UTF-8, not UTF-16"), raw=whole)
        return
    for number, line in _lines(head, stream, settings.max_line_bytes):
        if line is None:
            yield from _read_batch(batch, name, settings, keep)
            batch, size, found_any = [], 0, True
            limit = SourceTooLarge(f"the line is longer than {settings.max_line_bytes:,} bytes", hint="Set max_line_bytes.")
            yield SourceFailure(name, limit, f"line {number}")
            continue
        if not line.strip(b" \t\r\n\xef\xbb\xbf"):
            continue
        found_any = True
        batch.append((number, line))
        size += len(line)
        if len(batch) >= _BATCH_LINES or size >= _BATCH_BYTES:
            yield from _read_batch(batch, name, settings, keep)
            batch, size = [], 0
    yield from _read_batch(batch, name, settings, keep)
    if not found_any:
        yield SourceFailure(name, EmptySource("there is nothing to read in it: it holds no line with JSON"), raw=head)


def _lines(head: bytes, stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and bytes of each line; None for bytes of a line that is too long, which is passed over."""
    buffer, number, skipping, done = bytearray(head), 1, False, False
    while True:
        start = 0
        while (end := buffer.find(b"\n", start)) >= 0:
            line = bytes(buffer[start:end])
            if skipping:
                skipping = False
            else:
                yield number, (line if len(line) <= limit else None)
            number, start = number + 1, end + 1
        del buffer[:start]
        if len(buffer) > limit:
            if not skipping:
                yield number, None
            skipping = True
            buffer.clear()
        if done:
            if buffer and not skipping:
                yield number, bytes(buffer)
            return
        chunk = stream.read(1 << 20)
        if chunk:
            buffer += chunk
        else:
            done = True


def _read_batch(
    batch: list[tuple[int, bytes]], name: str, settings: Settings, keep: Keep | None
) -> Iterator[Document | SourceFailure]:
    """Read lines in one call; where that fails, each line in a call of its own, so that only the bad one is lost."""
    if not batch:
        return
    digests = [hashlib.sha256(line).hexdigest() for _, line in batch]
    if keep is not None:
        for digest, (_, line) in zip(digests, batch, strict=True):
            keep(digest, line)
    origin = Origin(name, "application/jsonl", max_chars=settings.max_document_chars)
    try:
        results = _in_sandbox(jsonl.parse_lines, batch, origin, settings)
    except SourceError as error:
        if len(batch) == 1:
            yield SourceFailure(name, error, f"line {batch[0][0]}", batch[0][1], digests[0])
            return
        for item in batch:
            yield from _read_batch([item], name, settings, None)
        return
    for digest, result in zip(digests, results, strict=True):
        yield _with_digest(result, digest)


def _with_digest(result: Document | SourceFailure, digest: str) -> Document | SourceFailure:
    return dataclasses.replace(result, raw_sha256=digest)
