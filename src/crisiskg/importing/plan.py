"""What an import is asked to do, how far it came, and what became of the rows."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crisiskg.errors import MalformedSource, NotFound, StoreError
from crisiskg.journal import fsync_folder

#: Groups of reasons that are told apart, and lines that are named of each.
_MOST_GROUPS = 200
_LINES = 5


@dataclass(slots=True)
class Group:
    """Rows that something was said of for the same reason.

    Attributes:
        reason: The reason, values left out.
        count: Number of rows.
        example: The reason of the first of them, whole.
        lines: Where the first of them stand: "file:line".
    """

    reason: str
    count: int = 0
    example: str = ""
    lines: list[str] = field(default_factory=list)

    def add(self, example: str, place: str) -> None:
        """Count a row."""
        self.count += 1
        self.example = self.example or example
        if len(self.lines) < _LINES:
            self.lines.append(place)


@dataclass(slots=True)
class Tally:
    """What became of the rows: rows = records + quarantined, at any time.

    Attributes:
        rows: Rows that were read.
        records: Rows that are in the graph.
        quarantined: Rows that are not.
        events: Events in the graph; several rows may tell of one.
        quads: Distinct quads.
        repaired: Rows in which something was put right.
        differing: Values of shared records that an earlier row had otherwise.
        reasons: Why rows are in quarantine.
        repairs: What was put right.
        examples: The first of the differing values, a sentence each.
    """

    rows: int = 0
    records: int = 0
    quarantined: int = 0
    events: int = 0
    quads: int = 0
    repaired: int = 0
    differing: int = 0
    reasons: dict[str, Group] = field(default_factory=dict)
    repairs: dict[str, Group] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def groups(self) -> list[Group]:
        """Return why rows are in quarantine, the most frequent first."""
        return sorted(self.reasons.values(), key=lambda group: -group.count)


def count_in(groups: dict[str, Group], reason: str, example: str, place: str) -> None:
    """Count a row in its group; where there are too many groups, in that of all others."""
    if reason not in groups and len(groups) >= _MOST_GROUPS:
        reason = "other reasons"
    groups.setdefault(reason, Group(reason)).add(example, place)


@dataclass(frozen=True, slots=True)
class Table:
    """A file of an import.

    Attributes:
        path: Where it is.
        sha256: SHA-256 of its bytes as they are, packed or not.
    """

    path: Path
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Table:
        """Look at a file.

        Raises:
            NotFound: there is none.
            MalformedSource: it cannot be read.
        """
        if not path.is_file():
            raise NotFound(f"there is no file {path}")
        try:
            with path.open("rb") as file:
                return cls(path, hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            raise MalformedSource(f"{path} cannot be read: {error.strerror or error}") from error


@dataclass(slots=True)
class Progress:
    """How far an import came; on the disk after each part that was loaded.

    Attributes:
        dataset: Name of the dataset.
        release: Name of the release.
        made_with: Digest of the code and the tables by which rows are read; other code would read them otherwise.
        files: SHA-256 of the files.
        limit: Most rows that are read; None means all.
        phase: "loading"; "whole" when only what follows the last row is left; "withdrawn" when only older releases have to go.
        file: Number of the file that is being read, from 0.
        rows_of_file: Rows of it that are done.
        crc: CRC-32 of these rows, by which a file that was mended behind them is known again.
        digest: Sum over the lines so far.
        at: When the import came to the end of its rows, UTC, ISO 8601.
        seen: Records of each side file that count.
        rejected: Bytes of the file of quarantined rows that count.
        tally: What became of the rows.
    """

    dataset: str
    release: str
    made_with: str
    files: list[str]
    limit: int | None = None
    phase: str = "loading"
    file: int = 0
    rows_of_file: int = 0
    crc: int = 0
    digest: str = ""
    at: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    tally: Tally = field(default_factory=Tally)

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            found: dict[str, Any] = json.loads(text)
            tally = Tally(**found.pop("tally"))
            tally.reasons, tally.repairs = _groups(tally.reasons), _groups(tally.repairs)
            return cls(**found, tally=tally)
        except (TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError("it has other fields") from error


def _groups(found: dict[str, Any]) -> dict[str, Group]:
    return {reason: Group(**group) for reason, group in found.items()}


class ImportFolder:
    """The folder of one release below `imports` of a store.

    Args:
        store: Folder of the store.
        dataset: Name of the dataset.
        release: Name of the release as one segment of a path.
    """

    def __init__(self, store: Path, dataset: str, release: str) -> None:
        self.path = store / "imports" / dataset / release
        self._progress = self.path / "progress.json"
        self.rejected = self.path / "rows.jsonl"
        self.before = self.path / "before.txt"
        self.withdrawn = self.path / "withdrawn.jsonl"
        self._done = self.path / "done.json"

    def progress(self) -> Progress | None:
        """Return how far an import came; None where none is under way, or nobody can tell."""
        return self._read(self._progress)

    def done(self) -> Progress | None:
        """Return what the import that was finished last was made of; None where there is none."""
        return self._read(self._done)

    def _read(self, path: Path) -> Progress | None:
        try:
            return Progress.from_json(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return None

    def note(self, progress: Progress) -> None:
        """Write how far it came, and return when the disk has it.

        Raises:
            StoreError: the disk refuses.
        """
        self._write(self._progress, [progress.to_json()])

    def finish(self, progress: Progress) -> None:
        """Note that all is done, and remove what only an import under way needs.

        Raises:
            StoreError: the disk refuses.
        """
        self._write(self._done, [progress.to_json()])
        self.clear()

    def write_lines(self, path: Path, lines: Iterable[str]) -> None:
        """Write a file of lines, whole or not at all.

        Raises:
            StoreError: the disk refuses.
        """
        self._write(path, lines)

    def _write(self, path: Path, lines: Iterable[str]) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".tmp")
            with new.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
            fsync_folder(self.path)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error

    def clear(self, *, everything: bool = False) -> None:
        """Remove the files of an import that is under way; with `everything` also what was noted of a finished one."""
        if not self.path.is_dir():
            return
        kept = () if everything else (self._done, self.withdrawn)
        # The progress first: without it the others mean nothing.
        for path in sorted(self.path.iterdir(), key=lambda path: path != self._progress):
            if path not in kept and path.is_file():
                path.unlink(missing_ok=True)
        if everything:
            for folder in (self.path, self.path.parent):
                if not any(folder.iterdir()):
                    folder.rmdir()
