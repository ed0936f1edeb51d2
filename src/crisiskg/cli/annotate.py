"""The command annotate."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from crisiskg.cli.common import plural, settings_from
from crisiskg.errors import AnnotationError, CrisiskgError, SourceUnavailable

if TYPE_CHECKING:
    from crisiskg.annotating import Failure
    from crisiskg.documents import Document


@click.command("annotate")
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.pass_context
def annotate_command(context: click.Context, files: tuple[str, ...]) -> int:
    """Annotate texts: JSON Lines in, JSON Lines out.

    Each line of input is an object with "id" and "text", perhaps "published" and "lang"; each line of output is what was found,
    with offsets in Unicode code points. Files are read in order; without files, standard input. A line that cannot be read is
    named on standard error and passed over.

    Exit code 0; 3 when a line could not be read; 5 when a text could not be annotated.
    """
    from crisiskg.annotating import Failure, open_annotating
    from crisiskg.annotation.contract import to_line

    settings = settings_from(context)
    failures = _Failures()
    out = sys.stdout.buffer
    with open_annotating(settings) as annotating:
        for document, outcome in annotating.outcomes(_documents(files or ("-",), settings.max_line_bytes, failures)):
            if isinstance(outcome, Failure):
                failures.text(document.source_id or document.source, outcome)
                continue
            out.write(to_line(outcome).encode("utf-8") + b"\n")
            out.flush()
    if failures.lines or failures.texts:
        click.echo(
            f"{plural(failures.lines, 'line')} could not be read, {plural(failures.texts, 'text')} could not be annotated",
            err=True,
        )
    return 3 if failures.lines else 5 if failures.texts else 0


class _Failures:
    """Counts and names what failed."""

    def __init__(self) -> None:
        self.lines = 0
        self.texts = 0

    def line(self, file: str, error: CrisiskgError) -> None:
        self.lines += 1
        click.echo(f"error: {file}: {error.message}", err=True)

    def text(self, identifier: str, failure: Failure) -> None:
        self.texts += 1
        click.echo(f"error: {identifier}: {' '.join(failure.message.split())}", err=True)


def _documents(files: Iterable[str], limit: int, failures: _Failures) -> Iterator[Document]:
    from crisiskg.annotation.contract import read_line

    for file in files:
        try:
            stream: BinaryIO = sys.stdin.buffer if file == "-" else open(file, "rb")  # noqa: SIM115 - closed below
        except OSError as error:
            raise SourceUnavailable(f"{file} cannot be opened: {(error.strerror or str(error)).lower()}") from error
        try:
            for number, line in _lines(stream, limit):
                if line is not None and not line.strip():
                    continue
                try:
                    if line is None:
                        raise AnnotationError(f"line {number} is longer than {limit} bytes")
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                    yield read_line(text, number, file)
                except UnicodeDecodeError as error:
                    failures.line(file, AnnotationError(f"line {number} is not UTF-8 (byte {error.start})"))
                except CrisiskgError as error:
                    failures.line(file, error)
        finally:
            if file != "-":
                stream.close()


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and bytes of each line; None for one that is too long, of which no more than the limit is held."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)
        yield number, None
