"""The command annotate."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from crisiskg.cli.common import plural, settings_from
from crisiskg.errors import AnnotationError, CrisiskgError, ModelUnavailable, SourceUnavailable

if TYPE_CHECKING:
    from crisiskg.annotation.pipeline import Pipeline
    from crisiskg.annotation.records import Annotation
    from crisiskg.documents import Document

#: Documents that are annotated together.
_BATCH = 16


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
    from crisiskg.annotation.contract import to_line
    from crisiskg.annotation.pipeline import Pipeline

    settings = settings_from(context)
    pipeline = Pipeline(settings)
    failures = _Failures()
    out = sys.stdout.buffer
    for batch in _batches(_documents(files or ("-",), settings.max_line_bytes, failures)):
        for annotation in _annotated(pipeline, batch, failures):
            out.write(to_line(annotation).encode("utf-8") + b"\n")
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

    def text(self, identifier: str, error: Exception) -> None:
        self.texts += 1
        what = error.message if isinstance(error, CrisiskgError) else f"a fault in crisiskg: {type(error).__name__}: {error}"
        click.echo(f"error: {identifier}: {' '.join(what.split())}", err=True)


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


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _annotated(pipeline: Pipeline, batch: list[Document], failures: _Failures) -> Iterator[Annotation]:
    """Yield annotations; where a batch fails, its texts are read one by one, so that only the one at fault is missing."""
    try:
        annotations = list(pipeline.pipe(batch))
    except ModelUnavailable:
        raise
    except Exception:
        annotations = []
    if len(annotations) == len(batch):
        yield from annotations
        return
    for document in batch:
        try:
            yield pipeline.annotate(document)
        except ModelUnavailable:
            raise
        except Exception as error:
            # One text must not stop the others; its failure is named and counted.
            failures.text(document.source_id or document.source, error)
