"""Reads delimited files a row at a time: packed or not, in whatever encoding, with or without a header.

Nothing is held but the row at hand. A row keeps its own text and the line on which it begins, so that whoever doubts an event
can look at what the publisher delivered.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import itertools
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

from crisiskg.errors import MalformedSource, SourceTooLarge, UnsupportedSource

#: Bytes at the beginning of a file by which encoding, delimiter and columns are told.
_LOOK = 1 << 18
#: Longest cell, in characters; the longest of GDELT's knowledge graph stay below.
_LONGEST_CELL = 1 << 24
#: How much larger a packed file may unpack than it is; text of tables packs to a twentieth.
_MOST_UNPACKED = 400
#: Rows among which a row of hashtags is looked for.
_TAG_ROWS = 25
DELIMITERS = (",", "\t", ";", "|")


class Column(NamedTuple):
    """A column of a dataset, as its publisher's codebook describes it.

    Attributes:
        name: Its name in the codebook.
        meaning: What it holds, in our words.
        use: What becomes of it in the graph.
        other_names: What else it was called in other releases and copies.
        is_needed: Whether no row can be read without it.
    """

    name: str
    meaning: str
    use: str
    other_names: tuple[str, ...] = ()
    is_needed: bool = False


class Row(NamedTuple):
    """One row.

    Attributes:
        number: Line of the file on which it begins, from 1.
        text: The row as delivered, without its line break.
        cells: Values by the codebook's names of columns, white space around them removed.
        value: What a line of JSON says, where there are lines in place of cells.
    """

    number: int
    text: str
    cells: dict[str, str]
    value: Any = None


class BadRow(NamedTuple):
    """A row that cannot be read.

    Attributes:
        number: Line of the file on which it begins, from 1.
        text: The row as delivered.
        reason: Why, in a sentence.
        code: "unreadable", or "unread" where it is of a class or schema that is not read.
    """

    number: int
    text: str
    reason: str
    code: str = "unreadable"


@dataclass(frozen=True, slots=True)
class Form:
    """What tables of a dataset look like.

    Attributes:
        columns: All columns that any release has.
        layouts: Orders of columns of files without a header, by name.
        delimiter: The delimiter; None where it is told from the file.
        quoted: Whether cells may stand in quotes.
        encoding: What is tried after UTF-8.
        tags: Where columns are known by a row of hashtags near the top, under whatever heads: gives the codebook's name of a
            column for its hashtag, or None.
    """

    columns: tuple[Column, ...]
    layouts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    delimiter: str | None = None
    quoted: bool = True
    encoding: str = "cp1252"
    tags: Callable[[str], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What one file was found to be.

    Attributes:
        names: The codebook's name of each column, in the order of the file; None for columns that the codebook does not know.
        unknown: Names of these.
        has_header: Whether the first row names the columns.
        delimiter: Character between cells.
        encoding: Encoding of the text.
        head_rows: Rows before the first that holds data.
    """

    names: tuple[str | None, ...]
    unknown: tuple[str, ...]
    has_header: bool
    delimiter: str
    encoding: str
    head_rows: int = 1


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file that may be packed with gzip, bzip2 or zip (one file in it).

    Raises:
        MalformedSource: it is missing, unreadable or broken.
        UnsupportedSource: a zip file holds several tables.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if head[:2] == b"\x1f\x8b":
            return cast("IO[bytes]", gzip.open(path))
        if head[:3] == b"BZh":
            return cast("IO[bytes]", bz2.open(path))
        if head == b"PK\x03\x04":
            archive = zipfile.ZipFile(path)
            tables = [item for item in archive.infolist() if not item.is_dir() and not item.filename.startswith("__MACOSX/")]
            if len(tables) > 1:
                tables = [item for item in tables if item.filename.lower().endswith((".csv", ".tsv", ".tab", ".txt"))]
            if len(tables) != 1:
                raise UnsupportedSource(
                    f"{path.name} holds {len(tables)} tables, and one can be read",
                    hint="Unpack it and name the one that you mean.",
                )
            if tables[0].file_size > max(1 << 30, _MOST_UNPACKED * max(1, tables[0].compress_size)):
                raise SourceTooLarge(f"{path.name} would unpack to {tables[0].file_size:,} bytes")
            return archive.open(tables[0])
        return path.open("rb")
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise MalformedSource(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def find_layout(path: Path, form: Form) -> Layout:
    """Tell encoding, delimiter and columns of a file from its beginning.

    Args:
        path: The file, packed or not.
        form: What tables of the dataset look like.

    Raises:
        MalformedSource: the columns that are needed are not there; the message names them.
    """
    with open_bytes(path) as file:
        try:
            head = file.read(_LOOK)
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise MalformedSource(f"{path.name} is broken: {error}") from error
    if not head.strip():
        raise MalformedSource(f"{path.name} is empty")
    encoding = _encoding(head, form.encoding)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if form.tags is not None:
        return _tagged(path, form, form.tags, text, encoding)
    first = text.split("\n", 1)[0].rstrip("\r")
    known = {_fold(name): column.name for column in form.columns for name in (column.name, *column.other_names)}
    best: Layout | None = None
    for delimiter in (form.delimiter,) if form.delimiter else DELIMITERS:
        cells = next(csv.reader([first], delimiter=delimiter, quoting=_quoting(form)), [])
        names = tuple(known.get(_fold(cell)) for cell in cells)
        found = Layout(
            names, tuple(cell for cell, name in zip(cells, names, strict=True) if name is None), True, delimiter, encoding
        )
        if any(names) and (best is None or _known(found) > _known(best)):
            best = found
    needed = {column.name for column in form.columns if column.is_needed}
    if best is not None and needed <= set(best.names):
        twice = {name for name in best.names if name is not None and best.names.count(name) > 1}
        if twice:
            raise MalformedSource(f"{path.name} has the column {sorted(twice)[0]} twice")
        return best
    if best is None or _known(best) * 2 < len(best.names):
        for order in form.layouts.values():
            for delimiter in (form.delimiter,) if form.delimiter else DELIMITERS:
                width = len(next(csv.reader([first], delimiter=delimiter, quoting=_quoting(form)), []))
                if width == len(order):
                    return Layout(order, (), False, delimiter, encoding)
    missing = sorted(needed - set(best.names if best is not None else ()))
    raise MalformedSource(
        f"{path.name} is no table of this dataset: it lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
        hint=f"Its first line is {first[:200]!r}.",
    )


def _tagged(path: Path, form: Form, name_of: Callable[[str], str | None], text: str, encoding: str) -> Layout:
    """Find the row of hashtags; of two columns of one meaning the first counts.

    Raises:
        MalformedSource: there is none near the top, or a column that is needed is not there.
    """
    best: Layout | None = None
    for delimiter in (form.delimiter,) if form.delimiter else DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=_quoting(form))
        for number, row in enumerate(itertools.islice(rows, _TAG_ROWS), 1):
            filled = [cell.strip() for cell in row if cell.strip()]
            if not filled or not all(cell.startswith("#") for cell in filled):
                continue
            names: list[str | None] = []
            for cell in row:
                found = name_of(cell.strip())
                names.append(None if found in names else found)
            unknown = tuple(cell for cell, name in zip(row, names, strict=True) if name is None)
            layout = Layout(tuple(names), unknown, True, delimiter, encoding, number)
            if best is None or _known(layout) > _known(best):
                best = layout
            break
    if best is not None:
        needed = sorted({column.name for column in form.columns if column.is_needed} - set(best.names))
        if needed or not any(best.names):
            raise MalformedSource(f"{path.name} has no column with the hashtag {', '.join(needed) or 'of any event'}")
        return best
    raise MalformedSource(
        f"{path.name} has no row of hashtags among its first {_TAG_ROWS} rows",
        hint="Each column has a cell such as #event or #date there.",
    )


def read_rows(path: Path, form: Form, layout: Layout, skip: int = 0) -> Iterator[Row | BadRow]:
    """Yield the rows of a file.

    Args:
        path: The file.
        form: What tables of the dataset look like.
        layout: What `find_layout` found.
        skip: Rows to pass over, as they were read before.

    Raises:
        MalformedSource: the file breaks off, as a damaged archive does.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, layout.encoding, "replace", newline="") as text:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=layout.delimiter, quoting=_quoting(form), strict=False)
        for _ in range(layout.head_rows if layout.has_header else 0):
            next(reader, None)
        lines.take()
        width, names, known = len(layout.names), layout.names, named_columns(layout.names)
        passed = 0
        while True:
            number = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(number, lines.take(), f"the row cannot be read: {error}")
                continue
            except (OSError, EOFError, zipfile.BadZipFile) as error:
                raise MalformedSource(f"{path.name} breaks off near line {number}: {error}") from error
            told = lines.take()
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                continue
            passed += 1
            if passed <= skip:
                continue
            if len(cells) > width and not any(cells[width:]):
                del cells[width:]  # delimiters at the end of a row, as spreadsheets leave them
            if len(cells) == len(known) != width:
                # The header names a column that the rows lack.
                yield Row(number, told, {name: cell.strip() for name, cell in zip(known, cells, strict=True)})
            elif len(cells) != width:
                yield BadRow(number, told, f"the row has {len(cells)} cells where the table has {width} columns")
            elif "\ufffd" in told and layout.encoding == "utf-8":
                yield BadRow(number, told, "the row holds bytes that are not UTF-8")
            else:
                yield Row(number, told, {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name is not None})


class _Lines:
    """Hands lines on and remembers those since it was last asked."""

    def __init__(self, text: IO[str]) -> None:
        self._text = text
        self._taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self._taken.append(line)
        return line.replace("\0", "") if "\0" in line else line

    def take(self) -> str:
        text = "".join(self._taken) if len(self._taken) != 1 else self._taken[0]
        self._taken.clear()
        return text.rstrip("\r\n")


def _quoting(form: Form) -> Literal[0, 3]:
    return csv.QUOTE_MINIMAL if form.quoted else csv.QUOTE_NONE


def _known(layout: Layout) -> int:
    return sum(name is not None for name in layout.names)


def _fold(name: str) -> str:
    """Return a column's name for comparing: "Event ID", "event_id" and "EventID" are one."""
    return "".join(char for char in name.lower() if char.isalnum() or char == "#" or char == "+")


def _encoding(head: bytes, otherwise: str) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return otherwise
    return "utf-8"


def named_columns(names: Sequence[str | None]) -> tuple[str, ...]:
    """Return the columns that are known, in their order."""
    return tuple(name for name in names if name is not None)
