"""The rows of a table that could not be used: kept one a line while the import goes on, then one entry of the quarantine."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import IO

from crisiskg.datasets.tables import BadRow, Row
from crisiskg.errors import StoreError
from crisiskg.importing.mapping import Refused
from crisiskg.importing.plan import Tally
from crisiskg.iris import digest
from crisiskg.quarantine import Entry, Quarantine

#: Most rows that are kept of classes and schemas that are not read: of a whole dump of Wikidata these are a hundred million.
MOST_UNREAD = 10_000


class Rejected:
    """Writes rows that could not be used to a file.

    Args:
        path: The file; None throws them away.
        length: Bytes of it that count.

    Raises:
        StoreError: the disk refuses.
    """

    def __init__(self, path: Path | None, length: int = 0) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._unread = 0
        if path is not None:
            try:
                self._file = path.open("a+b")
                self._file.truncate(length)
                self._file.seek(0, os.SEEK_END)
            except OSError as error:
                raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error

    def add(self, row: Row | BadRow, file: str, refused: Refused) -> None:
        """Keep a row with its reason; of those that are not read the first ones."""
        if self._file is None:
            return
        if refused.code == "unread":
            self._unread += 1
            if self._unread > MOST_UNREAD:
                return
        found = {"line": row.number, "file": file, "code": refused.code, "reason": refused.reason, "row": row.text}
        if refused.results:
            found["results"] = list(refused.results)
        self._file.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")

    def settle(self) -> int:
        """Return the length of the file when the disk has it.

        Raises:
            StoreError: the disk refuses.
        """
        if self._file is None:
            return 0
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            return self._file.tell()
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


def entry_key(dataset: str, release: str) -> str:
    """Return the key of the entry of the quarantine for the rows of a release."""
    return digest("import", dataset, release, length=20)


def put_aside(quarantine: Quarantine, dataset: str, release: str, files: str, tally: Tally, rows: Path) -> Entry | None:
    """Keep the rows of an import that could not be used, in place of those of the one before; None where all could be.

    Args:
        quarantine: The quarantine of the store.
        dataset: Name of the dataset.
        release: Name of the release.
        files: Names of its files.
        tally: What became of its rows.
        rows: File of the rows.
    """
    key = entry_key(dataset, release)
    if not tally.quarantined:
        quarantine.remove(key)
        return None
    groups = tally.groups()
    more = f"; and {len(groups) - 1} more reasons" if len(groups) > 1 else ""
    reason = f"{tally.quarantined} of {tally.rows} rows could not be used. {groups[0].count}: {groups[0].reason}{more}"
    results = tuple(dataclasses.asdict(group) for group in groups)
    entry = Entry(key, "import", reason, "rows", files, title=f"{dataset} {release}", results=results)
    return quarantine.put(entry, rows=rows)
