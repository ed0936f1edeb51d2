"""The records that many rows name: each is written once, and what a later row says otherwise of it is settled.

The first row wins where the shapes allow one value. Another label becomes another name, where such records have names; other
names and links are added. What remains is counted, with examples.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from crisiskg.datasets.templates import Line, is_many, template_of, write
from crisiskg.importing.seen import key_of
from crisiskg.namespaces import RDFS, SKOS

if TYPE_CHECKING:
    from crisiskg.importing.side_file import SideFile

_LABEL, _NAME = f"<{RDFS}label>", f"<{SKOS}altLabel>"
_PAIR = struct.Struct("<QQ")
_ONE = struct.Struct("<Q")
RECORD_WIDTH, LINE_WIDTH = _PAIR.size, _ONE.size
#: Records that are known by themselves, which saves digesting those that most rows name.
_MOST_RECENT = 1 << 16
#: Examples of differences that are told.
_EXAMPLES = 20


class Shared:
    """Which shared records are written.

    Args:
        records: File in which they are kept for an import that goes on; None keeps them in memory alone.
        lines: File of their lines.

    Attributes:
        differing: Number of values that a later row had otherwise and that were not written.
        examples: The first of them, a sentence each.
    """

    def __init__(self, records: SideFile | None = None, lines: SideFile | None = None) -> None:
        self._record_file, self._line_file = records, lines
        self._written: dict[int, int] = {}
        self._lines: set[int] = set()
        self._recent: set[Any] = set()
        self.differing = 0
        self.examples: list[str] = []
        if records is not None:
            self._written = dict(_PAIR.iter_unpack(records.read()))
        if lines is not None:
            self._lines = {line for (line,) in _ONE.iter_unpack(lines.read())}

    def lines(self, record: Any) -> str:
        """Return the lines of N-Triples that a record adds to the graph; "" where all is there already."""
        if record in self._recent:
            return ""
        if len(self._recent) >= _MOST_RECENT:
            self._recent.clear()
        self._recent.add(record)
        text = write(record)
        key, content = key_of(f"{type(record).__name__} {record.iri}"), key_of(text)
        known = self._written.get(key)
        if known == content:
            return ""
        lines = list(dict.fromkeys(text.split("\n")[:-1]))
        if known is None:
            self._note(key, content)
            added = [line for line in lines if self._is_new(line)]
        else:
            added = self._settle(record, lines)
        return "".join(f"{line}\n" for line in added)

    def _settle(self, record: Any, lines: list[str]) -> list[str]:
        """Return what a record adds that differs from the one of the same IRI that was written."""
        added = []
        many = _many(cast(Hashable, type(record)))
        for line in lines:
            if key_of(line) in self._lines:
                continue
            _, predicate, value = line.split(" ", 2)
            if predicate == _LABEL and _NAME in many:
                line = f"<{record.iri}> {_NAME} {value}"
                predicate = _NAME
            if predicate not in many:
                self._differ(record, f"{predicate} {value.removesuffix(' .')}")
            elif self._is_new(line):
                added.append(line)
        return added

    def _is_new(self, line: str) -> bool:
        """Note a line that is about to be written, and tell whether it was not there yet."""
        key = key_of(line)
        if key in self._lines:
            return False
        self._lines.add(key)
        if self._line_file is not None:
            self._line_file.add(_ONE.pack(key))
        return True

    def _differ(self, record: Any, what: str) -> None:
        self.differing += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{record.iri} was written by an earlier row; this one has {what}")

    def _note(self, key: int, content: int) -> None:
        self._written[key] = content
        if self._record_file is not None:
            self._record_file.add(_PAIR.pack(key, content))


@cache
def _many(record: Any) -> frozenset[str]:
    """Return the properties of which a record of this class may have several values."""
    template = template_of(record)
    return frozenset(
        f"<{line.predicate}>" for line in template.triples if isinstance(line, Line) and is_many(template, line.field)
    )
