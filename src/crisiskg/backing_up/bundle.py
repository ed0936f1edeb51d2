"""A backup as files: a folder, a .tar or a .tar.gz, with a SHA-256 for every file.

`SHA256SUMS` lists all files in the form of coreutils (`sha256sum -c SHA256SUMS` checks a folder without crisiskg), and
`backup.json`, written last, holds the digest of that list. What lacks `backup.json` was never finished.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from crisiskg.backing_up.unfinished import make_last, settle, unfinished_file, unfinished_folder
from crisiskg.errors import InvalidParameter, StoreError

FORMAT = 1
DESCRIPTION = "backup.json"
SUMS = "SHA256SUMS"

#: Every name that a file of a backup can have. Nothing else is written, and nothing else is unpacked.
_NAMES = re.compile(
    r"store\.json|tokens\.json|journal\.jsonl|graphs\.jsonl|graphs\.nq"
    r"|generation/[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
    r"|raw/[0-9a-f]{2}/[0-9a-f]{64}"
    r"|quarantine/[0-9a-f]{20}/[a-z0-9][a-z0-9._-]{0,99}"
)
BLOCK = 1_048_576
_OTHER_ARCHIVES = (".zip", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".rar")


def is_name(name: str) -> bool:
    """Tell whether a file of a backup can have this name.

    >>> is_name("generation/000012.sst"), is_name("raw/../store.json"), is_name("/etc/passwd")
    (True, False, False)
    """
    return name in (SUMS, DESCRIPTION) or _NAMES.fullmatch(name) is not None


def form_of(target: Path) -> str:
    """Return the form that the name of a backup stands for: "folder", "tar" or "tar.gz".

    Raises:
        InvalidParameter: it is that of another kind of archive.

    >>> form_of(Path("kg.tgz")), form_of(Path("kg-2026.01"))
    ('tar.gz', 'folder')
    """
    name = target.name.lower()
    if name.endswith(".tar"):
        return "tar"
    if name.endswith((".tar.gz", ".tgz")):
        return "tar.gz"
    if name.endswith(_OTHER_ARCHIVES) or not name:
        raise InvalidParameter(f"a backup is a folder, a .tar or a .tar.gz, not {target.name!r}")
    return "folder"


class BundleWriter:
    """Writes a backup under a temporary name; only `finish` gives it its own. Use it as a context manager.

    Args:
        target: Where the backup shall be. It must not exist yet; the folder in which it shall lie must.

    Raises:
        InvalidParameter: the target exists, its folder does not, or another process is making it.
        StoreError: the disk refuses.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.bytes = 0
        self._form = form_of(target)
        self._sums: dict[str, str] = {}
        self._left = contextlib.ExitStack()
        self._tar: tarfile.TarFile | None = None
        self._streams: list[IO[bytes]] = []
        if os.path.lexists(target):
            raise InvalidParameter(f"{target} exists already", hint="Name a new file or folder; a backup replaces nothing.")
        if not target.absolute().parent.is_dir():
            raise InvalidParameter(f"the folder {target.absolute().parent}, where the backup should go, does not exist")

    def __enter__(self) -> Self:
        try:
            if self._form == "folder":
                self._place = self._left.enter_context(unfinished_folder(self.target))
            else:
                self._place, file = self._left.enter_context(unfinished_file(self.target))
                self._streams.append(file)
                if self._form == "tar.gz":
                    packing = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file)
                    self._streams.append(cast(IO[bytes], packing))
                self._tar = tarfile.open(fileobj=self._streams[-1], mode="w", format=tarfile.PAX_FORMAT)
        except OSError as error:
            raise cannot_write(self.target, error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for stream in reversed(self._streams[1:]):
            with contextlib.suppress(OSError, ValueError):  # what the disk did not take cannot be closed well
                stream.close()
        with contextlib.suppress(OSError):
            self._left.close()

    @property
    def files(self) -> int:
        """Number of files so far."""
        return len(self._sums)

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Add a file.

        Args:
            name: Its name in the backup.
            source: Its bytes, from where the stream stands.
            size: How many of them.

        Returns:
            Its SHA-256 in hexadecimal.

        Raises:
            StoreError: the disk refuses, or the source ends before `size`.
        """
        if not is_name(name):
            raise ValueError(f"no file of a backup is called {name!r}")
        counted = _Counted(source, size)
        try:
            if self._tar is not None:
                member = tarfile.TarInfo(name)
                member.size, member.mode = size, 0o600
                self._tar.addfile(member, cast(IO[bytes], counted))
                cast(Any, self._tar).members = []  # it would keep every one in memory
            else:
                path = self._place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    while block := counted.read(BLOCK):
                        file.write(block)
                    if counted.left:
                        raise OSError(f"{name} became shorter meanwhile")
        except OSError as error:
            raise cannot_write(self.target, error) from error
        self.bytes += size
        self._sums[name] = counted.digest.hexdigest()
        return self._sums[name]

    def add_bytes(self, name: str, data: bytes) -> str:
        """Add a file whose bytes are at hand; see `add`."""
        return self.add(name, io.BytesIO(data), len(data))

    def finish(self, description: Mapping[str, Any]) -> str:
        """Add the list of digests and the description, wait for the disk, and give the backup its name.

        Returns:
            SHA-256 of `backup.json`, from which everything in the backup follows.

        Raises:
            StoreError: the disk refuses.
            InvalidParameter: meanwhile something else got the name.
        """
        described = {"format": FORMAT, **description, "files": self.files, "bytes": self.bytes}
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._sums.items()))
        sums = self.add_bytes(SUMS, lines.encode("ascii"))
        text = json.dumps({**described, "sums": sums}, ensure_ascii=False, indent=2) + "\n"
        fingerprint = self.add_bytes(DESCRIPTION, text.encode("utf-8"))
        try:
            if self._tar is not None:
                self._tar.close()
                for stream in reversed(self._streams[1:]):
                    stream.close()
                self._streams[0].flush()
                os.fsync(self._streams[0].fileno())
            else:
                settle(self._place)
            make_last(self._place, self.target)
        except FileExistsError as error:
            raise InvalidParameter(f"{self.target} was made by somebody else meanwhile") from error
        except OSError as error:
            raise cannot_write(self.target, error) from error
        return fingerprint


class _Counted:
    """Gives the first bytes of a stream, and digests them."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source, self.left = source, size
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        block = self._source.read(min(size, self.left))
        self.left -= len(block)
        self.digest.update(block)
        return block


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Return the error for what the disk did not take."""
    return StoreError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}", hint="Nothing half-made was left.")
