"""Runs commands of crisiskg inside of the test's process, which saves starting Python and loading the model each time."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from crisiskg.cli import run


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


def crisiskg(*arguments: object, joined: bool = False) -> Ran:
    """Run a command.

    Args:
        *arguments: Words after the program's name.
        joined: Whether messages come among the output, as on a terminal.

    Returns:
        Exit code, standard output, standard error.
    """
    raw, messages = io.BytesIO(), io.StringIO()
    # Answers are written as bytes, so that the stream needs a buffer below.
    out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out if joined else messages):
        code = run([str(argument) for argument in arguments])
        out.flush()
    return Ran(code, raw.getvalue().decode("utf-8"), messages.getvalue())
