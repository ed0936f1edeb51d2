"""Quarantine: what could not be published waits here, with the reason, until somebody mends it or throws it away.

Each entry is a folder: `entry.json` says what and why, `report.ttl` is the SHACL report where shapes refused it, `quads.nq` what
would have been written. The input's bytes lie in the store's folder `raw`. The rows of a table that could not be imported are one
entry, with a line of JSON for each row in `rows.jsonl`; their table is not kept.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import pyoxigraph as ox

from crisiskg.errors import NotFound, StoreError
from crisiskg.journal import fsync_folder

Stage = Literal["read", "annotate", "build", "validate", "write", "import"]

_KEY = re.compile(r"[0-9a-f]{20}\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One document or input that waits, or the rows of one import that do.

    Attributes:
        key: `Document.key`; for what could not be read, twenty hexadecimal digits made of source and content.
        stage: Where it failed.
        reason: One sentence.
        code: Short name of the kind of error, such as "malformed_source" or "nonconforming".
        source: Where the input came from.
        location: Which part of the input, such as "line 12"; None means all of it.
        raw_sha256: SHA-256 of the input's bytes, under which they are kept; None where they were never received.
        media_type: Media type of the input, as far as it is known.
        title: Title of the document, as far as it is known.
        results: What the shapes found: mappings with focus_node, path, value, shape, message and severity. Of rows of a table the
            reasons: reason, count, example, lines.
        at: When it came here, UTC, ISO 8601.
    """

    key: str
    stage: Stage
    reason: str
    code: str
    source: str
    location: str | None = None
    raw_sha256: str | None = None
    media_type: str | None = None
    title: str | None = None
    results: tuple[Mapping[str, Any], ...] = field(default=())
    at: str = ""


class Quarantine:
    """The folder `quarantine` of a store.

    Args:
        folder: The folder itself; made with the first entry.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(
        self, entry: Entry, *, report: str | None = None, quads: Iterable[ox.Quad] | None = None, rows: Path | None = None
    ) -> Entry:
        """Keep an entry, in place of an older one of the same key.

        Args:
            entry: What and why; `at` is filled in.
            report: SHACL report in Turtle.
            quads: What would have been written.
            rows: File with a line of JSON for each row of a table; it is copied.

        Returns:
            The entry as it was kept.

        Raises:
            StoreError: the disk refuses.
        """
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = dataclasses.replace(entry, at=entry.at or now)
        target = self._path(entry.key)
        new = target.with_suffix(".tmp")
        try:
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(parents=True)
            if report is not None:
                (new / "report.ttl").write_text(report, encoding="utf-8")
            if quads is not None:
                lines = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
                (new / "quads.nq").write_bytes(lines or b"")
            if rows is not None:
                shutil.copyfile(rows, new / "rows.jsonl")
            with (new / "entry.json").open("w", encoding="utf-8") as file:
                json.dump(dataclasses.asdict(entry), file, ensure_ascii=False, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            shutil.rmtree(target, ignore_errors=True)
            new.rename(target)
            fsync_folder(self.folder)
        except OSError as error:
            raise StoreError(f"the quarantine {self.folder} cannot be written: {error.strerror or error}") from error
        return entry

    def entries(self) -> list[Entry]:
        """Return all entries, oldest first."""
        if not self.folder.is_dir():
            return []
        found = [self._read(path) for path in self.folder.iterdir() if _KEY.match(path.name)]
        return sorted(found, key=lambda entry: (entry.at, entry.key))

    def get(self, key: str) -> Entry:
        """Return one entry.

        Args:
            key: Its key, or the beginning of it where no other begins so.

        Raises:
            NotFound: there is none, or there are several.
        """
        names = [path.name for path in self.folder.iterdir()] if self.folder.is_dir() else []
        found = [name for name in names if _KEY.match(name) and key and name.startswith(key)]
        if len(found) != 1:
            what = "several entries begin" if found else "no entry begins"
            raise NotFound(f"in quarantine {what} with {key[:40]!r}", hint="crisiskg quarantine list shows the keys.")
        return self._read(self.folder / found[0])

    def report(self, key: str) -> str | None:
        """Return the SHACL report of an entry in Turtle; None where it has none."""
        path = self._path(key) / "report.ttl"
        return path.read_text("utf-8") if path.is_file() else None

    def rows(self, key: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of an entry of an import: line, file, code, reason, row, results; none where it is another entry.

        Raises:
            StoreError: they cannot be read.
        """
        path = self._path(key) / "rows.jsonl"
        try:
            with path.open(encoding="utf-8") as file:
                for line in file:
                    yield dict(json.loads(line))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise StoreError(f"the rows of the entry {key} of the quarantine cannot be read", hint=f"Look at {path}.") from error

    def remove(self, key: str) -> bool:
        """Remove an entry and tell whether there was one."""
        path = self._path(key)
        if not path.is_dir():
            return False
        shutil.rmtree(path, ignore_errors=True)
        return True

    def _path(self, key: str) -> Path:
        if not _KEY.match(key):
            raise NotFound(f"{key[:40]!r} is no key of the quarantine; these are twenty hexadecimal digits")
        return self.folder / key

    def _read(self, path: Path) -> Entry:
        try:
            found = json.loads((path / "entry.json").read_text("utf-8"))
            entry = Entry(**{**found, "results": tuple(found.get("results", ()))})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise StoreError(
                f"the entry {path.name} of the quarantine cannot be read", hint=f"Look at {path}, and remove it."
            ) from error
        if entry.stage not in get_args(Stage):
            raise StoreError(f"the entry {path.name} of the quarantine has an unknown stage {entry.stage!r}")
        return entry
