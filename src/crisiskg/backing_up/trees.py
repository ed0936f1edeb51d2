"""The folders `raw` and `quarantine` of a store, to which others may write while they are read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crisiskg.backing_up.bundle import is_name
from crisiskg.errors import StoreError

_ATTEMPTS = 5
#: End of the names of what is being written.
_UNFINISHED = ".tmp"


def raw_inputs(folder: Path, left_out: list[str]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield every kept input with its name in a backup; an input never changes once it has its name.

    Args:
        folder: The folder `raw`; need not exist.
        left_out: Takes the names of files that are none of crisiskg's.

    Raises:
        StoreError: the disk refuses.
    """
    for path in _below(folder, left_out):
        for name in sorted(_listed(path)):
            shown = f"raw/{path.name}/{name}"
            if not _belongs(shown, (path / name).is_file(), left_out):
                continue
            try:
                with (path / name).open("rb") as file:
                    yield shown, file
            except FileNotFoundError:
                continue


def quarantine_entries(folder: Path, left_out: list[str]) -> Iterator[dict[str, IO[bytes]]]:
    """Yield for every entry its files by their names in a backup, as they were at one time.

    Args:
        folder: The folder `quarantine`; need not exist.
        left_out: Takes the names of files that are none of crisiskg's.

    Raises:
        StoreError: the disk refuses.
    """
    for path in _below(folder, left_out):
        if not is_name(f"quarantine/{path.name}/entry.json"):
            _belongs(f"quarantine/{path.name}", False, left_out)
            continue
        with contextlib.ExitStack() as left:
            files = _entry(path, left, left_out)
            if files:
                yield files


def _entry(path: Path, left: contextlib.ExitStack, left_out: list[str]) -> dict[str, IO[bytes]]:
    """Open all files of an entry; return none where it was removed meanwhile."""
    for _ in range(_ATTEMPTS):
        with contextlib.ExitStack() as opened:
            try:
                before = path.stat()
                names = sorted(_listed(path))
                ours = [name for name in names if _belongs(f"quarantine/{path.name}/{name}", (path / name).is_file(), left_out)]
                files: dict[str, IO[bytes]] = {
                    f"quarantine/{path.name}/{name}": opened.enter_context((path / name).open("rb")) for name in ours
                }
                after = path.stat()
            except FileNotFoundError:
                continue
            # An entry is replaced as a whole by another folder, and removed file by file.
            if (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns) and "entry.json" in names:
                left.push(opened.pop_all())
                return files
    return {}


def _below(folder: Path, left_out: list[str]) -> Iterator[Path]:
    """Yield the folders within a folder, in the order of their names."""
    for name in sorted(_listed(folder)):
        if (folder / name).is_dir():
            if not name.endswith(_UNFINISHED):
                yield folder / name
        else:
            _belongs(f"{folder.name}/{name}", False, left_out)


def _listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"{folder} cannot be read: {(error.strerror or str(error)).lower()}") from error


def _belongs(name: str, is_file: bool, left_out: list[str]) -> bool:
    """Tell whether a file belongs into a backup; what is neither that nor unfinished is noted."""
    if is_file and is_name(name):
        return True
    if not name.endswith(_UNFINISHED) and name not in left_out:
        left_out.append(name)
    return False
