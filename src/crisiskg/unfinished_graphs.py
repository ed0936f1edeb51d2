"""The graphs of a store that an import has begun to write, or to remove, and has not come to the end of."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from crisiskg.errors import StoreError
from crisiskg.journal import fsync_folder


class UnfinishedGraphs:
    """The file `unfinished` of a store: a graph a line, on the disk before the first quad is touched.

    A graph that the journal knows is whole: the process ended just before it was removed from the file, or just after it had
    come into it.

    Args:
        folder: Folder of the store.
        known: Graphs that the journal knows.

    Raises:
        StoreError: the file cannot be read.
    """

    def __init__(self, folder: Path, known: Container[str] = ()) -> None:
        self._path = folder / "unfinished"
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self._path} cannot be read", hint="Remove it, and import again what was not finished.") from error
        self._graphs = {line for line in lines if line and line not in known}

    @property
    def graphs(self) -> frozenset[str]:
        """IRIs of the graphs."""
        return frozenset(self._graphs)

    def add(self, graph: str) -> None:
        """Note a graph and return when the disk has it.

        Raises:
            StoreError: the disk refuses.
        """
        if graph not in self._graphs:
            self._write({*self._graphs, graph})

    def discard(self, graph: str) -> None:
        """Forget a graph.

        Raises:
            StoreError: the disk refuses.
        """
        if graph in self._graphs:
            self._write(self._graphs - {graph})

    def _write(self, graphs: set[str]) -> None:
        try:
            if graphs:
                new = self._path.with_suffix(".tmp")
                with new.open("w", encoding="utf-8") as file:
                    file.writelines(f"{graph}\n" for graph in sorted(graphs))
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self._path)
            else:
                self._path.unlink(missing_ok=True)
            fsync_folder(self._path.parent)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror or error}") from error
        self._graphs = graphs
