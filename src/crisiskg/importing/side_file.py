"""Side files of an import: records of a fixed length, added at the end, cut back to where a part of the import was noted."""

from __future__ import annotations

import os
from pathlib import Path

from crisiskg.errors import StoreError


class SideFile:
    """A file of records of one length.

    Args:
        path: The file; made where it does not exist.
        width: Bytes of a record.
        count: Records that count; what follows them was written by a process that did not come to note it, and is cut off.

    Raises:
        StoreError: the file is shorter, or the disk refuses.
    """

    def __init__(self, path: Path, width: int, count: int = 0) -> None:
        self._path = path
        self._width = width
        self.count = count
        try:
            self._file = path.open("a+b")
            if os.fstat(self._file.fileno()).st_size < count * width:
                self._file.close()
                raise StoreError(f"{path} is shorter than it was", hint="Give up the import with --abandon, and begin it again.")
            self._file.truncate(count * width)
            self._file.seek(0, os.SEEK_END)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error

    def add(self, record: bytes) -> None:
        """Add a record, or several at once."""
        self._file.write(record)
        self.count += len(record) // self._width

    def read(self) -> bytes:
        """Return all records."""
        self._file.flush()
        return self._path.read_bytes()

    def settle(self) -> int:
        """Return the number of records when the disk has them all.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error
        return self.count

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
