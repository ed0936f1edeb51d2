"""One published generation, held against pruning, and the part of the journal that belongs to it."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import resource
import shutil
import tempfile
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from crisiskg.errors import StoreCorrupt, StoreError
from crisiskg.generations import Generations
from crisiskg.journal import SUM, Entry, canonical_digest, digest_like, read_entries
from crisiskg.writing.change import DEFAULT

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Pinned:
    """The files of a generation, open: they can be read though the generation is pruned meanwhile.

    Attributes:
        number: Number of the generation.
        files: Its files by name.
        journal: Number of the last journal entry that it holds; None where it was published by a version that did not note it.
    """

    number: int
    files: dict[str, IO[bytes]]
    journal: int | None


@contextlib.contextmanager
def pinned(store: Path) -> Iterator[Pinned]:
    """Open all files of the newest generation of a store.

    Args:
        store: Folder of the store.

    Raises:
        NotFound: nothing was published yet.
        StoreError: it cannot be opened.
    """
    generations = Generations(store)
    for _ in range(_ATTEMPTS):
        with contextlib.ExitStack() as left:
            number, path = generations.newest()
            try:
                files = {entry.name: left.enter_context(_opened(entry.path)) for entry in os.scandir(path)}
                journal = generations.journal_number(number)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(f"generation {number} of the store {store} cannot be read: {error.strerror}") from error
            # While a generation is the newest one nothing of it is removed, so that this is all of it.
            if generations.current() == number:
                yield Pinned(number, files, journal)
                return
    raise StoreError(f"the store {store} publishes faster than it can be read", hint="Run the backup again.")


def _opened(path: str) -> IO[bytes]:
    """Open a file; where too many are open, as many are allowed as an administrator allows, and it is tried again."""
    try:
        return open(path, "rb")
    except OSError as error:
        if error.errno != errno.EMFILE:
            raise
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        return open(path, "rb")


def journal_of(store: Path, generation: Pinned, scratch: Path) -> int:
    """Return the number of the last journal entry that a generation holds.

    Args:
        store: Folder of the store.
        generation: The generation.
        scratch: Folder in which a copy of it may be made for a while.

    Raises:
        StoreCorrupt: no part of the journal describes the generation.
        StoreError: the disk refuses.
    """
    if generation.journal is not None:
        return generation.journal
    try:
        with tempfile.TemporaryDirectory(dir=scratch, prefix=".generation-") as place:
            for name, file in generation.files.items():
                with open(os.path.join(place, name), "xb") as copy:
                    file.seek(0)
                    shutil.copyfileobj(file, copy)
                file.seek(0)
            sums = {entry.graph for entry in read_entries(store / "journal.jsonl") if entry.sha256.startswith(SUM)}
            content = digests(ox.Store.read_only(place), sums)
    except OSError as error:
        raise StoreError(f"generation {generation.number} cannot be looked at in {scratch}: {error.strerror or error}") from error
    found = _matching(store / "journal.jsonl", content)
    if found is None:
        raise StoreCorrupt(
            f"the journal of the store {store} does not describe its generation {generation.number}",
            hint="Run crisiskg verify --repair, then ingest the documents again that it names, and back up then.",
        )
    return found


def digests(db: ox.Store, sums: Container[str] = ()) -> dict[str, str]:
    """Return the digest of every graph of a database, by the graph's IRI or "default".

    Args:
        db: The database.
        sums: Graphs whose digest is a sum over their lines.
    """
    found = {}
    for name in db.named_graphs():
        if isinstance(name, ox.NamedNode):
            kind = SUM if name.value in sums else None
            found[name.value] = digest_like(kind, db.quads_for_pattern(None, None, None, name))[1]
    count, digest = canonical_digest(db.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    if count:
        found[DEFAULT] = digest
    return found


def _matching(path: Path, content: dict[str, str]) -> int | None:
    """Return the number of the last entry after which the journal says what the content is; None where there is none."""
    wrong = set(content)
    found = 0 if not wrong else None
    for entry in read_entries(path):
        right = content.get(entry.graph) == (None if entry.operation == "drop" else entry.sha256)
        wrong.discard(entry.graph) if right else wrong.add(entry.graph)
        if not wrong:
            found = entry.n
    return found


def state_after(path: Path, last: int) -> tuple[dict[str, Entry], int]:
    """Return what a journal says of every graph after an entry, and the length of the journal up to there in bytes.

    Args:
        path: The journal.
        last: Number of the entry.

    Raises:
        StoreCorrupt: the journal cannot be read, or is shorter.
    """
    state: dict[str, Entry] = {}
    count = 0
    for entry in itertools.islice(read_entries(path), last):
        count += 1
        if entry.operation == "drop":
            state.pop(entry.graph, None)
        else:
            state[entry.graph] = entry
    if count < last:
        raise StoreCorrupt(
            f"{path} ends after entry {count}, and the newest generation holds {last}", hint="Run crisiskg verify --repair."
        )
    length = 0
    if last:
        with path.open("rb") as file:
            length = sum(len(line) for line in itertools.islice(file, last))
    return state, length
