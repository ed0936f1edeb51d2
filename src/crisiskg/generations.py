"""Generations of a store: numbered checkpoints that readers open, so that they never touch what the writer holds.

A checkpoint is a folder of hard links. `CURRENT` holds the number of the newest one and is replaced by renaming, so a reader
sees either the old number or the new one. A generation that is pruned while a reader has it open lives on until it is closed.

Beside each lies a small file of facts: which entry of the journal it shows last, when it was made, and the base IRI of its data.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

from crisiskg.errors import NotFound, StoreError
from crisiskg.journal import fsync_folder
from crisiskg.writing.points import reached

#: Digits of the names of generations, and the most that are read.
_DIGITS = 12
_MOST_DIGITS = 18


class Generations:
    """The folder `generations` and the file `CURRENT` of one store.

    Args:
        store: Folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self.folder = store / "generations"
        self.pointer = store / "CURRENT"

    def current(self) -> int | None:
        """Return the number of the newest generation; None where none was published."""
        try:
            text, _, check = self.pointer.read_text("ascii").strip().partition("\n")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError("the file CURRENT of the store cannot be read") from error
        if not _is_number(text):
            raise StoreError(f"the file CURRENT of the store holds {text[:40]!r} where a number was due")
        if check and check != _check(text):  # the number of another generation that is kept would be believed
            raise StoreError(
                "the file CURRENT of the store is damaged",
                hint="Run crisiskg ingest with any input, or serve: it is written anew.",
            )
        return int(text)

    def path(self, number: int) -> Path:
        """Return the folder of a generation, whether or not it exists."""
        return self.folder / f"{number:0{_DIGITS}d}"

    def _facts_path(self, number: int) -> Path:
        return self.folder / f"{number:0{_DIGITS}d}.json"

    def exists(self, number: int) -> bool:
        """Tell whether a generation is kept."""
        return number > 0 and self.path(number).is_dir()

    def journal_number(self, number: int) -> int | None:
        """Return the number of the last entry of the journal that a generation shows; None where nobody wrote it down."""
        try:
            found = json.loads(self._facts_path(number).read_text("utf-8"))["journal"]
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None
        return found if isinstance(found, int) else None

    def newest(self) -> tuple[int, Path]:
        """Return number and folder of the newest generation.

        Raises:
            NotFound: nothing was published yet.
            StoreError: what was published is gone.
        """
        number = self.current()
        if number is None:
            raise NotFound(
                f"the store {self.folder.parent.name} has no published generation",
                hint="Run crisiskg ingest to fill and publish it.",
            )
        if not self.path(number).is_dir():
            raise StoreError(
                f"generation {number} of the store {self.folder.parent.name} is missing",
                hint="Run crisiskg ingest with any input: it publishes the store again.",
            )
        return number, self.path(number)

    def is_published(self) -> bool:
        """Tell whether readers find a generation."""
        try:
            self.newest()
        except (NotFound, StoreError):
            return False
        return True

    def numbers(self) -> list[int]:
        """Return the numbers of all generations that are kept, lowest first."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.name) for path in self.folder.iterdir() if _is_number(path.name))

    def publish(self, checkpoint: Callable[[Path], None], keep: int, *, journal: int = 0, base_iri: str = "") -> int:
        """Make a new generation and point readers to it.

        Args:
            checkpoint: Writes a checkpoint to a folder that does not exist yet.
            keep: How many of the newest generations stay, at least 1.
            journal: Number of the last entry of the journal that the checkpoint shows.
            base_iri: Base of the IRIs of its data.

        Returns:
            Number of the new generation, from 1.

        Raises:
            StoreError: the disk refuses.
        """
        try:
            current = self.current() or 0
        except StoreError:  # it is about to be written anew
            current = 0
        number = max([current, *self.numbers()]) + 1
        target = self.path(number)
        unfinished = target.with_suffix(".tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(unfinished, ignore_errors=True)
            checkpoint(unfinished)
            reached("checkpointed")
            at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            _write_file(self._facts_path(number), json.dumps({"journal": journal, "at": at, "base": base_iri}))
            unfinished.rename(target)
            fsync_folder(self.folder)
            reached("generation-renamed")
            new = self.pointer.with_suffix(".tmp")
            _write_file(new, f"{number}\n{_check(str(number))}")
            new.replace(self.pointer)
            fsync_folder(self.pointer.parent)
            reached("published")
        except OSError as error:
            raise StoreError(f"generation {number} cannot be published: {error.strerror or error}") from error
        self.prune(keep)
        return number

    def prune(self, keep: int) -> None:
        """Remove all but the newest generations, and what an interrupted publication left behind."""
        current = self.current()
        for number in self.numbers()[: -max(keep, 1)]:
            if number != current:
                shutil.rmtree(self.path(number), ignore_errors=True)
        for unfinished in self.folder.glob("*.tmp"):
            shutil.rmtree(unfinished, ignore_errors=True)
        for facts in self.folder.glob("*.json"):
            if _is_number(facts.stem) and not self.exists(int(facts.stem)):
                facts.unlink(missing_ok=True)


def _is_number(text: str) -> bool:
    """Tell whether a text can be the number of a generation: plain digits, and not more than any store will count to."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _check(number: str) -> str:
    """Return what stands below the number in CURRENT, by which a damaged one is told."""
    return f"{zlib.crc32(number.encode('ascii')):08x}"


def _write_file(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
