"""What the engine raises where its files are damaged or the disk fails, as errors that say what is wrong and what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, overload

from crisiskg.errors import StoreCorrupt, StoreError

#: What to do where journal and database disagree.
REPAIR = "Run crisiskg verify --repair, then ingest the documents again that it names."
#: What to do where the files of the database cannot be read: no repair brings them back.
RESTORE = "Check the disk. Then restore a backup with crisiskg restore, or ingest the documents into a new folder."

_LONGEST = 200


def reason(error: OSError | RuntimeError) -> str:
    r"""Return in one line what an error of the engine or of the system says.

    >>> reason(RuntimeError("Corruption: Corruption: block checksum\n mismatch"))
    'block checksum mismatch'
    """
    text = " ".join(str(getattr(error, "strerror", None) or error).split())
    while True:
        for start in ("Corruption: ", "IO error: "):
            if text.startswith(start):
                text = text.removeprefix(start)
                break
        else:
            return text[:_LONGEST]


def is_lock(error: OSError) -> bool:
    """Tell whether a store could not be opened because somebody else has it open."""
    return any(words in str(error) for words in ("lock hold", "No locks available", "temporarily unavailable"))


@overload
def damage(error: OSError | RuntimeError, folder: Path, what: str, *, always: Literal[True]) -> StoreCorrupt: ...
@overload
def damage(error: OSError | RuntimeError, folder: Path, what: str) -> StoreCorrupt | None: ...
def damage(error: OSError | RuntimeError, folder: Path, what: str, *, always: bool = False) -> StoreCorrupt | None:
    """Return the error to raise where files of the engine are damaged or missing; None where the error means something else.

    Args:
        error: What the engine raised.
        folder: Folder of the store.
        what: What could not be done.
        always: Whether every error means that.
    """
    if not (always or "orruption" in str(error) or isinstance(error, FileNotFoundError)):
        return None
    why = reason(error).replace(f"{folder.resolve()}/", "")
    return StoreCorrupt(f"the store {folder} is damaged: {what}: {why}", hint=RESTORE)


@contextlib.contextmanager
def engine_errors(folder: Path, what: str) -> Iterator[None]:
    """Raise what the engine raises inside as errors of this program.

    Args:
        folder: Folder of the store.
        what: What cannot be done where it raises.

    Raises:
        StoreCorrupt: files are damaged or missing.
        StoreError: the engine or the disk failed otherwise.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        # Not kept in a variable: the frame would then keep the error, and the error with the frames the store open and locked.
        raise damage(error, folder, what) or StoreError(f"the store {folder} failed: {what}: {reason(error)}") from error
