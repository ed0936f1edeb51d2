"""Reads a backup, which is not trusted: only regular files with the names of a backup, each with the digest it should have."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, Any, cast

from crisiskg.backing_up.bundle import BLOCK, DESCRIPTION, FORMAT, SUMS, cannot_write, is_name
from crisiskg.errors import InvalidParameter, NotFound, StoreCorrupt, StoreError

_SUM = re.compile(rb"([0-9a-f]{64})  ([!-~]{1,200})\n")
_MOST_DESCRIPTION = 65_536
#: Room that is left free on a disk while a backup is unpacked, in bytes.
_RESERVE = 16_777_216
#: Most that is read from an archive at once, in bytes: headers of archives can claim any length.
_MOST_AT_ONCE = 4 * BLOCK
#: Errors of the libraries that read archives.
_UNREADABLE = (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, OverflowError, RecursionError, MemoryError)


def unpack(source: Path, place: Callable[[str], Path | None]) -> tuple[dict[str, Any], str]:
    """Read all of a backup, hold every file to its digest, and put down those that are wanted.

    Nothing that was put down may be used before this function has returned.

    Args:
        source: Folder, .tar or .tar.gz.
        place: Says for the name of a file where it goes; None means that it is only checked.

    Returns:
        The description in `backup.json`, and its SHA-256.

    Raises:
        NotFound: there is no backup.
        StoreCorrupt: it is damaged or was not finished; the files are named.
        StoreError: the disk refuses.
    """
    if not source.exists():
        raise NotFound(f"there is no backup {source}")
    found: dict[str, str] = {}
    own: dict[str, bytes] = {}
    members = _files_of(source) if source.is_dir() else _members_of(source)
    with contextlib.closing(members):
        for name, stream in members:
            if not is_name(name):
                raise _damaged(source, f"it holds {_shown(name)}, a name that no file of a backup has")
            if name in found:
                raise _damaged(source, f"it holds {name} twice")
            if name in (SUMS, DESCRIPTION):
                own[name] = _read_own(source, name, stream)
                found[name] = hashlib.sha256(own[name]).hexdigest()
            else:
                found[name] = _take(source, stream, place(name))
    return _description(source, found, own)


def _damaged(source: Path, what: str) -> StoreCorrupt:
    return StoreCorrupt(f"the backup {source} is not as it was made: {what}", hint="Take another backup.")


def _shown(name: str) -> str:
    """Return a name from an archive as something that can be printed."""
    return ascii(name if len(name) <= 80 else name[:77] + "...")


def _read_own(source: Path, name: str, stream: IO[bytes]) -> bytes:
    most = _MOST_DESCRIPTION if name == DESCRIPTION else 1 << 30
    kept = bytearray()
    for block in _blocks(source, stream):
        kept += block
        if len(kept) > most:
            raise _damaged(source, f"{name} is longer than {most} bytes")
    return bytes(kept)


def _take(source: Path, stream: IO[bytes], target: Path | None) -> str:
    """Digest a file, and write it to its place."""
    digest = hashlib.sha256()
    if target is None:
        for block in _blocks(source, stream):
            digest.update(block)
        return digest.hexdigest()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            for block in _blocks(source, stream):
                digest.update(block)
                if shutil.disk_usage(target.parent).free < len(block) + _RESERVE:
                    raise StoreError(f"the disk of {target.parent} has no room for the backup {source}", hint="Free some space.")
                file.write(block)
    except OSError as error:
        raise cannot_write(target, error) from error
    return digest.hexdigest()


def _blocks(source: Path, stream: IO[bytes]) -> Iterator[bytes]:
    while True:
        try:
            block = stream.read(BLOCK)
        except _UNREADABLE as error:
            raise _damaged(source, f"it cannot be read to its end ({error})") from error
        if not block:
            return
        yield block


def _files_of(source: Path) -> Generator[tuple[str, IO[bytes]], None, None]:
    """Yield the files of a backup that is a folder; links are not followed."""

    def refuse(error: OSError) -> None:
        raise _damaged(source, f"a folder in it cannot be read ({error.strerror})") from error

    for parent, folders, names in os.walk(source, onerror=refuse):
        folders.sort()
        below = Path(parent).relative_to(source)
        for folder in folders:
            if os.path.islink(os.path.join(parent, folder)):
                raise _damaged(source, f"{_shown((below / folder).as_posix())} is a link")
        for name in sorted(names):
            path = Path(parent, name)
            shown = (below / name).as_posix()
            if path.is_symlink() or not path.is_file():
                raise _damaged(source, f"{_shown(shown)} is no regular file")
            try:
                file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")
            except OSError as error:
                raise _damaged(source, f"{_shown(shown)} cannot be read ({error.strerror})") from error
            with file:
                yield shown, file


def _members_of(source: Path) -> Generator[tuple[str, IO[bytes]], None, None]:
    """Yield the files of a backup that is an archive, one after the other."""
    with contextlib.ExitStack() as left:
        try:
            file: Any = left.enter_context(source.open("rb"))
            if file.read(2) == b"\x1f\x8b":
                file.seek(0)
                file = left.enter_context(gzip.GzipFile(fileobj=file, mode="rb"))
            file.seek(0)
            tar = left.enter_context(tarfile.open(fileobj=cast(IO[bytes], _Sparing(file)), mode="r:"))
        except _UNREADABLE as error:
            raise _damaged(source, f"it is no tar archive ({error})") from error
        while True:
            try:
                member = tar.next()
                cast(Any, tar).members = []  # it would keep every one in memory
            except _UNREADABLE as error:
                raise _damaged(source, f"it cannot be read to its end ({error})") from error
            if member is None:
                return
            yield member.name, _content(source, tar, member)


def _content(source: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Return the bytes of a member that is nothing but a file within the folder."""
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        raise _damaged(source, f"{_shown(member.name)} is no regular file")
    try:
        safe = tarfile.data_filter(member, str(source.absolute().parent))
        stream = tar.extractfile(member) if safe.name == member.name else None
    except _UNREADABLE as error:
        raise _damaged(source, f"{_shown(member.name)} is refused ({error})") from error
    if stream is None:
        raise _damaged(source, f"{_shown(member.name)} lies outside of it")
    return stream


class _Sparing:
    """A stream that gives little at once, so that a header cannot have all memory filled with what it claims to be long."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.tell, self.seek = stream.tell, stream.seek

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise ValueError(f"a header claims {size} bytes")
        return self._stream.read(size)


def _description(source: Path, found: dict[str, str], own: dict[str, bytes]) -> tuple[dict[str, Any], str]:
    """Hold what was found to the list of digests, and the list to the description."""
    if DESCRIPTION not in own:
        raise _damaged(source, f"it has no {DESCRIPTION}, so it was never finished, or it is no backup")
    try:
        description = json.loads(own[DESCRIPTION])
        form, sums = description["format"], description["sums"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(source, f"{DESCRIPTION} cannot be read") from error
    if form != FORMAT:
        raise InvalidParameter(f"the backup {source} has format {form!r}; this version of crisiskg reads {FORMAT}")
    if found.get(SUMS) != sums:
        raise _damaged(source, f"{SUMS} is missing or has changed")
    listed = {}
    for line in own[SUMS].splitlines(keepends=True):
        match = _SUM.fullmatch(line)
        if match is None:
            raise _damaged(source, f"{SUMS} cannot be read")
        listed[match[2].decode("ascii")] = match[1].decode("ascii")
    present = {name: digest for name, digest in found.items() if name not in own}
    for what, names in (
        ("missing", listed.keys() - present.keys()),
        ("not in its list", present.keys() - listed.keys()),
        ("changed", {name for name in listed.keys() & present.keys() if listed[name] != present[name]}),
    ):
        if names:
            shown = ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            raise _damaged(source, f"{shown}: {what}")
    return description, found[DESCRIPTION]
