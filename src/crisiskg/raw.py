"""Raw inputs by the SHA-256 of their bytes, so that whatever was read can be read again."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from crisiskg.errors import NotFound, StoreCorrupt, StoreError

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class RawInputs:
    """The folder `raw` of a store.

    Args:
        folder: The folder itself; made with the first input.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, sha256: str, data: bytes) -> None:
        """Keep bytes under their digest; what is there already is left alone.

        Raises:
            StoreError: the disk refuses, or the digest is not that of the bytes.
        """
        path = self._path(sha256)
        if path.is_file() and path.stat().st_size == len(data):
            return
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(f"the bytes given for {sha256} have another digest")
        new = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            raise StoreError(f"the input {sha256} cannot be kept: {error.strerror or error}") from error

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a digest.

        Raises:
            NotFound: they are not kept.
            StoreCorrupt: they are not what they were.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"no input with the SHA-256 {sha256} is kept") from error
        except OSError as error:
            raise StoreError(f"the input {sha256} cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreCorrupt(f"the kept input {sha256} has changed on disk", hint="Ingest its source again.")
        return data

    def _path(self, sha256: str) -> Path:
        if not _SHA256.match(sha256):
            raise NotFound(f"{sha256[:80]!r} is no SHA-256 in hexadecimal")
        return self.folder / sha256[:2] / sha256
