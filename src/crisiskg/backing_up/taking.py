"""Takes backups, of a store in a folder while others read and write it, or of a server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crisiskg import __version__
from crisiskg.backing_up.bundle import BundleWriter, cannot_write
from crisiskg.backing_up.pinned import journal_of, pinned, state_after
from crisiskg.backing_up.trees import quarantine_entries, raw_inputs
from crisiskg.errors import InvalidParameter, StoreError
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.store import existing_folder, is_url, open_store, stored_base_iri

if TYPE_CHECKING:
    from crisiskg.settings import Settings


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        path: Where it is.
        kind: "folder" of an embedded store, or "server".
        at: When it was taken, UTC, ISO 8601.
        version: Version of crisiskg that took it.
        base_iri: Base of the IRIs of data.
        generation: Number of the generation that it holds; 0 for a server.
        journal: Number of its last journal entry; 0 for a server.
        graphs: Number of graphs.
        quads: Number of quads.
        raw: Number of kept inputs.
        quarantined: Number of entries of the quarantine.
        fingerprint: SHA-256 of its `backup.json`, from which every file follows.
        left_out: Files within `raw` and `quarantine` that are none of crisiskg's, and are not in it.
    """

    path: str
    kind: str
    at: str
    version: str
    base_iri: str
    generation: int
    journal: int
    graphs: int
    quads: int
    raw: int
    quarantined: int
    fingerprint: str = ""
    left_out: tuple[str, ...] = ()

    def description(self) -> dict[str, Any]:
        """Return what `backup.json` says of it."""
        own = dataclasses.asdict(self)
        return {name: value for name, value in own.items() if name not in ("path", "fingerprint", "left_out")}


def back_up(settings: Settings, target: Path) -> Backup:
    """Take a backup of the store of the settings.

    A store in a folder may be written, published and served meanwhile: the backup holds its newest generation and exactly the
    journal entries of that. Of a server, each graph is taken as it is when its turn comes.

    Args:
        settings: The store.
        target: Folder, .tar or .tar.gz that does not exist yet.

    Returns:
        What it holds.

    Raises:
        InvalidParameter: the target exists or cannot be one.
        NotFound: there is no store, or nothing was published yet.
        StoreError: the store cannot be read, or the target not be written; nothing is left of it then.
    """
    if is_url(settings.store):
        return _back_up_server(settings, target)
    store = existing_folder(settings.store)
    if target.resolve().is_relative_to(store.resolve()):
        raise InvalidParameter(f"the backup {target} would lie within the store {store}", hint="Name another place.")
    return _back_up_folder(store, target)


def _back_up_folder(store: Path, target: Path) -> Backup:
    at, base_iri = _now(), stored_base_iri(store)
    left_out: list[str] = []
    with BundleWriter(target) as writer:
        # Before the generation: a document that leaves the quarantine meanwhile is then in one of the two.
        quarantined = _add_quarantine(writer, store / "quarantine", left_out)
        with pinned(store) as generation:
            last = journal_of(store, generation, target.absolute().parent)
            state, length = state_after(store / "journal.jsonl", last)
            for name, file in sorted(generation.files.items()):
                _add(writer, f"generation/{name}", file)
        if length:
            with (store / "journal.jsonl").open("rb") as file:
                writer.add("journal.jsonl", file, length)
        for name in ("store.json", "tokens.json"):
            _add_file(writer, store, name)
        raw = _add_raw(writer, store / "raw", left_out)
        backup = Backup(
            path=str(target),
            kind="folder",
            at=at,
            version=__version__,
            base_iri=base_iri,
            generation=generation.number,
            journal=last,
            graphs=len(state),
            quads=sum(entry.quads for entry in state.values()),
            raw=raw,
            quarantined=quarantined,
            left_out=tuple(left_out),
        )
        return dataclasses.replace(backup, fingerprint=writer.finish(backup.description()))


def _back_up_server(settings: Settings, target: Path) -> Backup:
    work = Path(settings.work_folder)
    left_out: list[str] = []
    at = _now()
    with BundleWriter(target) as writer, open_store(settings) as store:
        quarantined = _add_quarantine(writer, work / "quarantine", left_out)
        listed = []
        total = 0
        try:
            with tempfile.TemporaryFile(dir=target.absolute().parent) as file:
                for graph in store.graphs():
                    quads = list(store.quads(graph))
                    lines = sorted(set(n_quads_lines(quads)))
                    count, digest = canonical_digest(quads)
                    listed.append({"graph": graph, "lines": len(lines), "quads": count, "sha256": digest})
                    total += count
                    file.writelines(line.encode("utf-8") + b"\n" for line in lines)
                length = file.tell()
                file.seek(0)
                writer.add("graphs.nq", file, length)
        except OSError as error:
            raise cannot_write(target, error) from error
        text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in listed)
        writer.add_bytes("graphs.jsonl", text.encode("utf-8"))
        _add_file(writer, work, "tokens.json")
        raw = _add_raw(writer, work / "raw", left_out)
        backup = Backup(
            path=str(target),
            kind="server",
            at=at,
            version=__version__,
            base_iri=settings.base_iri,
            generation=0,
            journal=0,
            graphs=len(listed),
            quads=total,
            raw=raw,
            quarantined=quarantined,
            left_out=tuple(left_out),
        )
        return dataclasses.replace(backup, fingerprint=writer.finish(backup.description()))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(writer: BundleWriter, name: str, file: IO[bytes]) -> None:
    writer.add(name, file, os.fstat(file.fileno()).st_size)


def _add_file(writer: BundleWriter, folder: Path, name: str) -> None:
    """Add a file where there is one."""
    try:
        with (folder / name).open("rb") as file:
            _add(writer, name, file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{folder / name} cannot be read: {(error.strerror or str(error)).lower()}") from error


def _add_quarantine(writer: BundleWriter, folder: Path, left_out: list[str]) -> int:
    count = 0
    for files in quarantine_entries(folder, left_out):
        for name, file in files.items():
            _add(writer, name, file)
        count += 1
    return count


def _add_raw(writer: BundleWriter, folder: Path, left_out: list[str]) -> int:
    count = 0
    for name, file in raw_inputs(folder, left_out):
        _add(writer, name, file)
        count += 1
    return count
