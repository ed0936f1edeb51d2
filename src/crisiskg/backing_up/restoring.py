"""Restores backups: to a folder that is put in place only when it was read back and found sound, or to a server."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from crisiskg.backing_up.bundle import cannot_write
from crisiskg.backing_up.pinned import state_after
from crisiskg.backing_up.taking import Backup
from crisiskg.backing_up.unfinished import make_last, settle, unfinished_folder
from crisiskg.backing_up.unpacking import unpack
from crisiskg.errors import CrisiskgError, InvalidIdentifier, InvalidParameter, StoreCorrupt
from crisiskg.journal import SUM, canonical_digest, digest_like, fsync_folder, n_quads_lines
from crisiskg.store import OxigraphStore, Store, graph_term, is_url, open_store
from crisiskg.writing.change import Change, GraphEdit

if TYPE_CHECKING:
    from crisiskg.settings import Settings

#: What a new file system has, and what a restore that was killed left.
_NOTHING = {"lost+found", ".restore.unfinished"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        backup: What the backup holds.
        store: Folder or URL of the store that was made of it.
        generation: Number of the generation that readers see; 0 for a server.
        differing: Graphs that a server gives back otherwise than they were written.
    """

    backup: Backup
    store: str
    generation: int
    differing: tuple[str, ...] = ()


def restore(settings: Settings, source: Path) -> Restored:
    """Make the store of the settings out of a backup.

    A folder gets its name only when all was checked, read back, compared with the journal, published, and is on the disk. To a
    server graph after graph is written; if that fails, those that were written are dropped again.

    Args:
        settings: The store, which must not exist yet: a new or empty folder, or a server without any of the graphs.
        source: Folder, .tar or .tar.gz that `back_up` made.

    Returns:
        What was done.

    Raises:
        NotFound: there is no backup.
        InvalidParameter: the store exists already.
        StoreCorrupt: the backup is damaged; what is wrong is named.
        StoreError: the disk or the server refuses; nothing is left then.
    """
    if is_url(settings.store):
        return _restore_server(settings, source)
    target = Path(settings.store)
    with _place_for(target) as place, _disk(target):
        backup = _unpacked(source, place)
        made = place / "made"
        generation = _make_store(settings, place, made, backup)
        settle(made)
        _put(made, target)
    return Restored(backup, str(target), generation)


def check(settings: Settings, source: Path) -> Backup:
    """Check a backup as a restore would, in a temporary folder (TMPDIR) that is removed again.

    Args:
        settings: Whatever a restore would have.
        source: The backup.

    Returns:
        What it holds.

    Raises:
        NotFound: there is no backup.
        StoreCorrupt: it is damaged; what is wrong is named.
        StoreError: there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="crisiskg-") as folder, _disk(Path(folder)):
        backup = _unpacked(source, Path(folder), inputs=False)
        _make_store(settings, Path(folder), Path(folder) / "made", backup)
    return backup


def _unpacked(source: Path, place: Path, *, inputs: bool = True) -> Backup:
    """Unpack a backup to the folder `read` of a place, with or without its inputs and quarantine."""
    read = place / "read"
    read.mkdir()
    skipped = () if inputs else ("raw/", "quarantine/")
    description, fingerprint = unpack(source, lambda name: None if name.startswith(skipped) else read / name)
    kinds: dict[str, type] = {field.name: int if field.type == "int" else str for field in dataclasses.fields(Backup)}
    described: dict[str, Any] = {name: description.get(name) for name in description.keys() & kinds.keys()}
    try:
        backup = Backup(**{**described, "path": str(source), "fingerprint": fingerprint, "left_out": ()})
    except TypeError as error:
        raise _wrong(source, "backup.json lacks something") from error
    if any(type(described[name]) is not kinds[name] for name in described) or backup.kind not in ("folder", "server"):
        raise _wrong(source, "backup.json cannot be read")
    needed = ("store.json", "generation/CURRENT") if backup.kind == "folder" else ("graphs.jsonl", "graphs.nq")
    for name in needed:
        if not (read / name).is_file():
            raise _wrong(source, f"{name} is missing")
    return backup


def _wrong(source: str | Path, what: str) -> StoreCorrupt:
    return StoreCorrupt(f"the backup {source} cannot be restored: {what}", hint="Take another backup.")


def _make_store(settings: Settings, place: Path, made: Path, backup: Backup) -> int:
    """Make a store of what was unpacked, read it back, and publish it; return the number of its generation."""
    read = place / "read"
    made.mkdir()
    if backup.kind == "folder":
        (read / "generation").rename(made / "db")
        for name in ("store.json", "journal.jsonl"):
            if (read / name).exists():
                (read / name).rename(made / name)
        if backup.generation > 1:  # so that the number that people may have noted means the same content again
            (made / "CURRENT").write_text(f"{backup.generation - 1}\n", "ascii")
    try:
        with OxigraphStore(
            made, None if backup.kind == "folder" else backup.base_iri, settings.generations_kept, check=False
        ) as store:
            if backup.kind == "server":
                for graph, quads, _ in _graphs(place, backup):
                    _write_graph(store, graph, quads)
                store.flush()
            _remove_unfinished(store, backup)
            found = store.verify()
            wrong = [*found.missing, *found.changed, *found.extra]
            if wrong:
                more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
                raise _wrong(backup.path, f"journal and content do not agree on {wrong[0]}{more}")
            counts = (store.journal.last if backup.kind == "folder" else 0, found.graphs, found.quads)
            if counts != (backup.journal, backup.graphs, backup.quads):
                raise _wrong(backup.path, "its counts are not those of its content")
            generation = store.publish()
    except InvalidParameter as error:
        raise _wrong(backup.path, error.message) from error
    for name in ("raw", "quarantine", "tokens.json"):
        if (read / name).exists():
            (read / name).rename(made / name)
    _shut_tokens(made)
    return generation


def _remove_unfinished(store: OxigraphStore, backup: Backup) -> None:
    """Remove graphs of releases that were being imported when the generation was made; the journal does not have them."""
    known = store.journal.graphs()
    prefix = f"{store.base_iri}graph/dataset/"
    for graph in store.graphs() if backup.kind == "folder" else ():
        if graph.startswith(prefix) and graph not in known:
            store.remove_large(graph)


def _shut_tokens(folder: Path) -> None:
    """Let only their owner read the tokens."""
    if (folder / "tokens.json").exists():
        (folder / "tokens.json").chmod(0o600)


def _write_graph(store: OxigraphStore, graph: str, quads: list[ox.Quad]) -> None:
    """Write a graph, which may be the default graph or have blank nodes, neither of which ingest would write."""
    try:
        store.replace_graph(graph, quads)
    except InvalidIdentifier:
        count, digest = canonical_digest(quads)
        edit = GraphEdit(graph, (), tuple(n_quads_lines(quads)), existed=False, exists=True, quads=count, sha256=digest)
        store.commit(Change((edit,)))


def _graphs(place: Path, backup: Backup) -> Iterator[tuple[str, list[ox.Quad], str]]:
    """Yield every graph of an unpacked backup: IRI or "default", quads, digest.

    Raises:
        StoreCorrupt: a graph is not what it should be.
    """
    read = place / "read"
    if backup.kind == "folder":
        db = ox.Store.read_only(str(read / "generation"))
        state, _ = state_after(read / "journal.jsonl", backup.journal)
        for graph, entry in state.items():
            quads = list(db.quads_for_pattern(None, None, None, graph_term(graph)))
            if digest_like(entry.sha256, quads)[1] != entry.sha256:
                raise _wrong(backup.path, f"journal and content do not agree on {graph}")
            # A server knows the usual digest alone.
            yield graph, quads, canonical_digest(quads)[1] if entry.sha256.startswith(SUM) else entry.sha256
        return
    with (read / "graphs.jsonl").open("rb") as listed, (read / "graphs.nq").open("rb") as lines:
        for line in listed:
            try:
                entry = json.loads(line)
                graph, count, digest = str(entry["graph"]), int(entry["lines"]), str(entry["sha256"])
                quads = list(ox.parse(b"".join(itertools.islice(lines, count)), format=ox.RdfFormat.N_QUADS))
            except (ValueError, TypeError, KeyError, SyntaxError) as error:
                raise _wrong(backup.path, f"graphs.jsonl or graphs.nq cannot be read ({error})") from error
            if canonical_digest(quads)[1] != digest:
                raise _wrong(backup.path, f"{graph} is not what it was")
            yield graph, quads, digest
        if lines.read(1):
            raise _wrong(backup.path, "graphs.nq is longer than graphs.jsonl says")


def _restore_server(settings: Settings, source: Path) -> Restored:
    work = Path(settings.work_folder)
    with _place_for(work) as place, _disk(work), open_store(settings) as store:
        backup = _unpacked(source, place)
        written = _write_graphs(store, place, backup, settings.store)
        try:
            differing = [graph for graph, digest in written.items() if store.digest(graph) != digest]
            parts = ("raw", "quarantine", "tokens.json")
            inputs = [place / "read" / name for name in parts if (place / "read" / name).exists()]
            if inputs:
                made = place / "made"
                made.mkdir()
                for path in inputs:
                    path.rename(made / path.name)
                _shut_tokens(made)
                settle(made)
                _put(made, work)
        except BaseException:
            _drop(store, written)
            raise
    return Restored(backup, settings.store, 0, tuple(differing))


def _write_graphs(store: Store, place: Path, backup: Backup, server: str) -> dict[str, str]:
    """Write all graphs to a server that has none of them; return their digests."""
    present = set(store.graphs())
    written: dict[str, str] = {}
    try:
        for graph, quads, digest in _graphs(place, backup):
            if graph in present:
                raise InvalidParameter(
                    f"the server {server} has the graph {graph} of the backup already", hint="Use an empty one."
                )
            written[graph] = digest
            store.replace_graph(graph, quads)
        store.flush()
    except BaseException:
        _drop(store, written)
        raise
    return written


def _drop(store: Store, graphs: dict[str, str]) -> None:
    for graph in graphs:
        with contextlib.suppress(CrisiskgError):
            store.drop_graph(graph)


@contextlib.contextmanager
def _disk(target: Path) -> Iterator[None]:
    """Say in one sentence what the disk refuses."""
    try:
        yield
    except FileExistsError as error:
        raise InvalidParameter(f"{target} was made by somebody else meanwhile") from error
    except OSError as error:
        raise cannot_write(target, error) from error


@contextlib.contextmanager
def _place_for(target: Path) -> Iterator[Path]:
    """Make a temporary folder on the same disk as a new or empty folder, and remove it at the end.

    Raises:
        InvalidParameter: the folder is not empty.
    """
    if os.path.lexists(target) and (not target.is_dir() or set(os.listdir(target)) - _NOTHING):
        raise InvalidParameter(f"{target} exists and is not empty", hint="A restore makes a new folder; name another one.")
    parent = target.absolute().parent
    if not parent.is_dir():
        raise InvalidParameter(f"the folder {parent}, where {target.name} should go, does not exist")
    inside = target.is_dir() and (target.is_symlink() or os.path.ismount(target) or not os.access(parent, os.W_OK))
    with contextlib.ExitStack() as left:
        with _disk(target):
            place = left.enter_context(unfinished_folder(target, target / ".restore.unfinished" if inside else None))
        yield place


def _put(made: Path, target: Path) -> None:
    """Put a finished folder in its place: as a whole, or into a folder that cannot be replaced, such as a mounted disk."""
    if made.parent.parent.resolve() != target.resolve():
        make_last(made, target)
        return
    # A folder counts as a store once it has store.json.
    names = sorted(os.listdir(made), key=lambda name: name == "store.json")
    moved: list[Path] = []
    try:
        for name in names:
            if os.path.lexists(target / name):
                raise FileExistsError(errno.EEXIST, "it exists", str(target / name))
            (made / name).rename(target / name)
            moved.append(target / name)
    except BaseException:
        for path in reversed(moved):
            path.rename(made / path.name)
        raise
    fsync_folder(target)
