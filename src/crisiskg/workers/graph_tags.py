"""Entity tags of the graphs of a generation, from the journal, so that nothing has to be read back for them."""

from __future__ import annotations

import json
from pathlib import Path

from crisiskg.generations import Generations
from crisiskg.writing.conditions import dataset_digest, graph_tag


class GraphTags:
    """Reads the journal as far as a generation shows it, and goes on from there for a later one.

    Args:
        store: Folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self._journal = store / "journal.jsonl"
        self._generations = Generations(store)
        self._digests: dict[str, str] = {}
        self._at = 0
        self._offset = 0

    def tag(self, generation: int, graph: str | None) -> str:
        """Return the tag of a graph, or of all with None; empty where it is not known.

        Args:
            generation: Number of the generation.
            graph: IRI, "default", or None.
        """
        wanted = self._generations.journal_number(generation)
        if not wanted or wanted < self._at or not self._read(wanted):
            return ""
        if graph is None:
            return graph_tag(dataset_digest(self._digests.items()))
        digest = self._digests.get(graph)
        return graph_tag(digest) if digest else ""

    def _read(self, wanted: int) -> bool:
        if self._at == wanted:
            return True
        try:
            with self._journal.open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    entry = json.loads(line)
                    if entry["operation"] == "drop":
                        self._digests.pop(entry["graph"], None)
                    else:
                        self._digests[entry["graph"]] = entry["sha256"]
                    self._offset += len(line)
                    self._at = entry["n"]
                    if self._at >= wanted:
                        break
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return self._at == wanted
