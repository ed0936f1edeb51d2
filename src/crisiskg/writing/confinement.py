"""Takes from a process the right to write anywhere but below one folder, with Landlock of the Linux kernel (5.13 and later)."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from pathlib import Path

# include/uapi/linux/landlock.h; the numbers of the calls are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
#: Rights that change files: write, remove and make. The bit of the later right to truncate comes with the third version.
_WRITE_FILE, _REMOVE_AND_MAKE, _TRUNCATE = 1 << 1, sum(1 << bit for bit in range(4, 13)), 1 << 14


def allow_writing_only_in(folder: Path) -> bool:
    """Let this process write, make and remove files below one folder only, for good. Call it before other threads start.

    Files that are open already stay as they are. A symbolic link below the folder gives no right to what it leads to.

    Args:
        folder: An existing folder.

    Returns:
        False where the system has no such means, so that the caller can report it.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if version < 1:
        return False
    rights = _WRITE_FILE | _REMOVE_AND_MAKE | (_TRUNCATE if version >= 3 else 0)
    attributes = ctypes.create_string_buffer(struct.pack("Q", rights), 8)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(8), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle), 12)
        if libc.syscall(_ADD_RULE, ruleset, ctypes.c_int(_BENEATH), rule, ctypes.c_uint32(0)) != 0:
            return False
        one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, one, none, none, none) != 0:
            return False
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(handle)
        os.close(ruleset)
