"""Temporary names for files and folders that are being made, which nobody takes for finished ones.

What is being made lies beside its place under a name that begins with a dot and ends in `.unfinished`, locked by the process that
makes it. When that process fails or is interrupted, it is removed; when the process was killed outright, by the next one that
makes the same thing.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crisiskg.errors import InvalidParameter
from crisiskg.journal import fsync_folder


def unfinished_name(target: Path) -> Path:
    """Return the temporary name of a file or folder.

    >>> unfinished_name(Path("copies/kg.tar")).as_posix()
    'copies/.kg.tar.unfinished'
    """
    return target.with_name(f".{target.name}.unfinished")


@contextlib.contextmanager
def unfinished_file(target: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Open a new file under its temporary name, and remove that name at the end.

    Raises:
        InvalidParameter: another process is making the same file.
    """
    path = unfinished_name(target)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        _lock(handle, target)
        try:
            file.truncate()
            yield path, file
        finally:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def unfinished_folder(target: Path, path: Path | None = None) -> Iterator[Path]:
    """Make an empty folder under its temporary name, which only its owner may read, and remove it at the end.

    Args:
        target: What it shall become.
        path: The temporary name, where it is not the usual one.

    Raises:
        InvalidParameter: another process is making the same folder.
    """
    path = path or unfinished_name(target)
    path.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        _lock(handle, target)
        try:
            for left in path.iterdir():
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int, target: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InvalidParameter(f"another process is making {target} now", hint="Wait until it has ended.") from error
    except OSError as error:  # a file system without locks
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise


def settle(folder: Path) -> None:
    """Return when the disk has all files and folders below a folder.

    Raises:
        OSError: the disk refuses.
    """
    os.sync()  # writes all at once; what follows then waits for little, but is told of errors
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                os.fsync(file.fileno())
        fsync_folder(Path(parent))


def make_last(path: Path, target: Path) -> None:
    """Give what is finished its own name, which must be free (or an empty folder, where it is a folder).

    Raises:
        FileExistsError: the name is taken.
        OSError: the disk refuses.
    """
    if path.is_dir():
        try:
            path.rename(target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise FileExistsError(errno.EEXIST, "it exists", str(target)) from error
            raise
    else:
        try:
            os.link(path, target)  # unlike a renaming, it replaces nothing
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, "it exists", str(target)) from error
            path.rename(target)
    fsync_folder(target.absolute().parent)
