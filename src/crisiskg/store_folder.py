"""The folder of an embedded store: whether there is one, and what it was made with (`store.json`)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter, NotFound, StoreCorrupt, StoreError
from crisiskg.journal import fsync_folder

#: Format of the folder that this version writes and reads.
FORMAT = 1


def is_url(store: str) -> bool:
    """Tell whether the setting `store` names a server.

    >>> is_url("http://localhost:7878"), is_url("crisiskg-store")
    (True, False)
    """
    return store.startswith(("http://", "https://"))


def existing_folder(store: str | Path) -> Path:
    """Return the folder of an embedded store that exists.

    Raises:
        NotFound: there is no store.
    """
    folder = Path(store)
    if not (folder / "store.json").is_file():
        raise NotFound(
            f"there is no store in {folder}", hint="Name it with --store DIR, or make it with crisiskg ingest --store DIR FILE."
        )
    return folder


def stored_base_iri(folder: Path) -> str:
    """Return the base IRI that an existing store was made with."""
    return str(_read_description(folder)["base_iri"])


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / "store.json"
    try:
        description = json.loads(path.read_text("utf-8"))
        found, base = description["format"], description["base_iri"]
        if isinstance(base, str):
            ox.NamedNode(base)  # raises ValueError where it is no IRI
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise StoreCorrupt(
            f"{path} cannot be read, or has no format and base IRI",
            hint='Restore it from a copy, or write it anew: {"format": 1, "base_iri": "the base IRI of your data"}.',
        ) from error
    if found != FORMAT or not isinstance(base, str):
        raise InvalidParameter(f"the store {folder} has format {found!r}; this version of crisiskg reads {FORMAT}")
    return dict(description)


def open_folder(folder: Path, base_iri: str | None) -> str:
    """Make a folder a store where it is none, and return the base IRI of its data.

    Args:
        folder: The folder; made where it does not exist.
        base_iri: Base IRI for a new store, or what that of an existing one must be; None is the standard, or any.

    Raises:
        InvalidParameter: the folder is something else, or a store with another base IRI or of a later format.
        StoreCorrupt: its description cannot be read.
        StoreError: the disk refuses.
    """
    path = folder / "store.json"
    if path.is_file():
        stored = str(_read_description(folder)["base_iri"])
        if base_iri is not None and stored != base_iri:
            raise InvalidParameter(
                f"the store {folder} was made with the base IRI {stored}, not {base_iri}",
                hint=f"Set base_iri to {stored}, or use another folder.",
            )
        return stored
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InvalidParameter(f"{folder} exists and is no store of crisiskg", hint="Name an empty or a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        from crisiskg.namespaces import BASE

        base_iri = base_iri or BASE
        new = path.with_suffix(".tmp")
        with new.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"format": FORMAT, "base_iri": base_iri}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        fsync_folder(folder)
    except OSError as error:
        raise StoreError(f"the folder {folder} cannot be used as a store: {error.strerror or error}") from error
    return base_iri
