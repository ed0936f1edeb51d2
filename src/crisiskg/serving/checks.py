"""What must be right before a store is served."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.errors import InvalidParameter, StoreCorrupt, StoreLocked
from crisiskg.store import OxigraphStore, existing_folder, is_url

if TYPE_CHECKING:
    from crisiskg.settings import Settings


def check_before_serving(settings: Settings, *, repair: bool = False) -> Iterator[str]:
    """Look whether the store lost anything that was acknowledged; publish it where nothing is published.

    Where another process writes to the store it did this itself when it began.

    Args:
        settings: Which store.
        repair: Whether a store that lost something is served all the same.

    Yields:
        What an operator should know, a line each.

    Raises:
        NotFound: there is no store.
        InvalidParameter: it is to take writes and cannot be written.
        StoreCorrupt: something was lost, and it is not to be served so.
    """
    if is_url(settings.store):
        return
    folder = existing_folder(Path(settings.store))
    if not (folder / "db").is_dir() or not os.access(folder, os.W_OK) or not os.access(folder / "db", os.W_OK):
        # A replica of generations, or a store of somebody else: nothing is written, nothing can be compared.
        if settings.writable:
            raise InvalidParameter(f"the store {folder} cannot be written here", hint="Serve it without --writable.")
        yield "the store cannot be written here; it is served as published"
        return
    try:
        with OxigraphStore(folder, keep=settings.generations_kept) as store:
            if not store.generations.is_published() or _is_behind(store):
                yield f"generation {store.publish()} was published"
    except StoreLocked:
        yield "another process writes to the store; it is served as published"
    except StoreCorrupt as error:
        if not repair:
            raise StoreCorrupt(error.message, hint=f"{error.hint} Or serve what is left, with --repair.") from error
        with OxigraphStore(folder, keep=settings.generations_kept, check=False) as store:
            found = store.verify()
            for word, graphs in (("lost", found.missing), ("changed", found.changed), ("not in the journal", found.extra)):
                for graph in graphs:
                    yield f"{word}: {graph}"
            store.accept(found)
            yield f"generation {store.publish()} was published"


def _is_behind(store: OxigraphStore) -> bool:
    """Tell whether something was acknowledged and not published, as when a process was killed between the two."""
    number = store.generations.current()
    shown = store.generations.journal_number(number) if number else None
    return shown is None or shown < store.journal.last
