"""Journal of a store: one line for each graph that was written or dropped, on the disk before the write is acknowledged.

The store's own log may lose its tail in a power cut without saying so; the journal is what tells. It knows for every graph how
many quads it must hold and the SHA-256 of their sorted N-Quads lines; for the graphs of releases of datasets, which may be larger
than the memory, the sum of the SHA-256 of each line instead ("sum:…").
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

import pyoxigraph as ox

from crisiskg.errors import StoreCorrupt, StoreError

Operation = Literal["replace", "drop"]

#: What digests begin with that are sums over the lines.
SUM = "sum:"
#: Quads that are read back and summed up at a time.
_BLOCK = 20_000

#: Digest of a graph without quads.
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal.

    Attributes:
        n: Number of the entry, from 1, without gaps.
        at: When it was written, UTC, ISO 8601.
        operation: "replace" (also for a first write) or "drop".
        graph: IRI of the named graph.
        quads: Number of distinct quads that the graph holds after it.
        sha256: Digest of the graph after it, as `canonical_digest` gives it; with "sum:" before it, as `sum_digest` does.
    """

    n: int
    at: str
    operation: Operation
    graph: str
    quads: int
    sha256: str


_XSD = "http://www\\.w3\\.org/2001/XMLSchema#"
#: A typed literal that a store leaves as it is: integers, decimals, days and booleans in canonical form.
_CANONICAL = re.compile(
    rf'"(?:(?:0|-?[1-9][0-9]{{0,17}})"\^\^<{_XSD}(?:integer|decimal)|-?(?:0|[1-9][0-9]{{0,14}})\.[0-9]{{0,14}}[1-9]"\^\^<{_XSD}decimal'
    rf'|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"\^\^<{_XSD}date|(?:true|false)"\^\^<{_XSD}boolean)>'
)


def canonical_lines(quads: Iterable[ox.Quad], lines: list[str] | None = None) -> list[str]:
    """Return the distinct quads as sorted N-Quads lines in Oxigraph's canonical lexical forms.

    A store rewrites typed literals ("01"^^xsd:integer becomes "1"), so those that are not seen to be in canonical form pass
    through a store in memory: only so are the lines of what was written and of what is read back the same.

    Args:
        quads: The quads.
        lines: Their lines, where `n_quads_lines` was asked for them already.

    >>> one = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(1), ox.NamedNode("urn:g"))
    >>> canonical_lines([one, one])
    ['<urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g> .']
    """
    content = list(quads)
    kept = set()
    typed = []
    for quad, line in zip(content, lines if lines is not None else n_quads_lines(content), strict=True):
        if '"^^<' in line and not _CANONICAL.search(line):
            typed.append(quad)
        else:
            kept.add(line)
    if typed:
        scratch = ox.Store()
        scratch.extend(typed)
        kept.update(n_quads_lines(list(scratch)))
    return sorted(kept)


def n_quads_lines(quads: list[ox.Quad]) -> list[str]:
    """Return the N-Quads line of each quad; a line break within a literal is escaped there."""
    text = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").decode("utf-8")
    return text.split("\n")[:-1]


def canonical_digest(quads: Iterable[ox.Quad], lines: list[str] | None = None) -> tuple[int, str]:
    """Return the number of distinct quads and the SHA-256, in hexadecimal, of their sorted N-Quads lines.

    Args:
        quads: The quads.
        lines: Their lines, where `n_quads_lines` was asked for them already.

    >>> canonical_digest([]) == (0, EMPTY_SHA256)
    True
    """
    ordered = canonical_lines(quads, lines)
    total = hashlib.sha256()
    for line in ordered:
        total.update(line.encode("utf-8"))
        total.update(b"\n")
    return len(ordered), total.hexdigest()


class LineSum:
    """A digest of a graph that takes its lines in any order, one at a time, and forgets them.

    It is the sum of the SHA-256 of each line of N-Triples, modulo 2**256. Each triple must come once.

    Args:
        digest: What it was before, as `digest` gave it.

    >>> both, one = LineSum(), LineSum()
    >>> both.add(b"<urn:a> <urn:p> <urn:b> .", b"<urn:c> <urn:p> <urn:d> .")
    >>> one.add(b"<urn:c> <urn:p> <urn:d> .")
    >>> both.remove(b"<urn:a> <urn:p> <urn:b> .")
    >>> both.digest == one.digest
    True
    """

    def __init__(self, digest: str = "") -> None:
        self._total = int(digest.removeprefix(SUM) or "0", 16)

    def add(self, *lines: bytes) -> None:
        """Take in lines, without their line breaks."""
        sha256, from_bytes = hashlib.sha256, int.from_bytes
        total = self._total
        for line in lines:
            total += from_bytes(sha256(line).digest(), "big")
        self._total = total % (1 << 256)

    def remove(self, *lines: bytes) -> None:
        """Take out lines that are in it."""
        gone = LineSum()
        gone.add(*lines)
        self._total = (self._total - gone._total) % (1 << 256)

    @property
    def digest(self) -> str:
        """The digest as the journal has it."""
        return f"{SUM}{self._total:064x}"


def sum_digest(quads: Iterable[ox.Quad]) -> tuple[int, str]:
    """Return the number of quads, each of which comes once, and the sum over their lines; memory stays the same at any length.

    Args:
        quads: All quads of one graph, as a store yields them.

    >>> sum_digest([])
    (0, 'sum:0000000000000000000000000000000000000000000000000000000000000000')
    """
    total, count = LineSum(), 0
    rest = iter(quads)
    while block := [quad.triple for quad in itertools.islice(rest, _BLOCK)]:
        text = ox.serialize(block, format=ox.RdfFormat.N_TRIPLES) or b""
        total.add(*text.split(b"\n")[:-1])
        count += len(block)
    return count, total.digest


def digest_like(known: str | None, quads: Iterable[ox.Quad]) -> tuple[int, str]:
    """Return the number of quads and their digest, of the kind that a known digest is.

    Args:
        known: A digest with which it shall be compared; None means that of `canonical_digest`.
        quads: All quads of one graph.
    """
    return sum_digest(quads) if known is not None and known.startswith(SUM) else canonical_digest(quads)


class Journal:
    """The journal file of one store, opened by its one writer.

    A last line that is torn (the process ended while writing it) belongs to a write that nobody was told of: it is cut off.

    Args:
        path: File; made on the first entry.

    Raises:
        StoreCorrupt: a line other than the last is not readable, or the numbers have a gap.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._latest: dict[str, Entry] = {}
        self._tail: list[Entry] = []
        self._n = 0
        self._end = 0
        for entry in read_entries(path):
            self._keep(entry)
        if path.exists():
            self._end = _readable_length(path)
            if self._end < path.stat().st_size:
                with path.open("r+b") as file:
                    file.truncate(self._end)
                    os.fsync(file.fileno())

    def _keep(self, entry: Entry) -> None:
        self._n = entry.n
        if entry.operation == "drop":
            self._latest.pop(entry.graph, None)
        else:
            self._latest[entry.graph] = entry
        self._tail = [*self._tail[-15:], entry]

    @property
    def last(self) -> int:
        """Number of the last entry; 0 where there is none."""
        return self._n

    def recent(self) -> list[Entry]:
        """Return up to sixteen last entries, oldest first."""
        return list(self._tail)

    def graph(self, graph: str) -> Entry | None:
        """Return the entry that says what a graph holds now; None where it should not exist."""
        return self._latest.get(graph)

    def graphs(self) -> dict[str, Entry]:
        """Return for every graph that should exist the entry that says what it holds."""
        return dict(self._latest)

    def append(self, writes: Iterable[tuple[Operation, str, int, str]]) -> list[Entry]:
        """Add entries and return when the disk has them.

        Args:
            writes: Operation, graph IRI, number of quads and digest of each.

        Returns:
            The new entries.

        Raises:
            StoreError: the file cannot be written; the journal is then as it was.
        """
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entries = [Entry(self._n + i, at, *write) for i, write in enumerate(writes, 1)]
        if not entries:
            return []
        lines = "".join(json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries).encode("utf-8")
        try:
            new = not self.path.exists()
            with self.path.open("ab") as file:
                try:
                    file.write(lines)
                    file.flush()
                    os.fsync(file.fileno())
                except BaseException:
                    file.truncate(self._end)
                    raise
            if new:
                fsync_folder(self.path.parent)
        except OSError as error:
            raise StoreError(f"the journal {self.path.name} cannot be written: {error.strerror}") from error
        self._end += len(lines)
        for entry in entries:
            self._keep(entry)
        return entries


def read_entries(path: Path) -> Iterator[Entry]:
    """Yield the entries of a journal file, leaving out a torn last line.

    Raises:
        StoreCorrupt: a line before the last is not readable, or the numbers have a gap.
    """
    if not path.exists():
        return
    expected = 1
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            entry = _parse(line)
            if entry is None:
                if file.read(1) == b"":
                    return
                raise StoreCorrupt(f"line {number} of {path.name} cannot be read", hint="Restore the store from a copy.")
            if entry.n != expected:
                raise StoreCorrupt(
                    f"line {number} of {path.name} has the number {entry.n} where {expected} was due",
                    hint="Restore the store from a copy.",
                )
            expected += 1
            yield entry


def _parse(line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    types = (
        isinstance(entry.n, int)
        and isinstance(entry.quads, int)
        and isinstance(entry.graph, str)
        and isinstance(entry.sha256, str)
        and entry.operation in get_args(Operation)
    )
    return entry if types else None


def _readable_length(path: Path) -> int:
    length = 0
    with path.open("rb") as file:
        for line in file:
            if _parse(line) is None:
                break
            length += len(line)
    return length


def fsync_folder(folder: Path) -> None:
    """Make new and renamed names of a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
