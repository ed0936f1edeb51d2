"""Redo file: a whole change on the disk before any of it is applied, so that a process that dies half way can be followed up.

The first line is the SHA-256 of all that follows. Next comes one line of JSON that tells of each graph, then the lines of N-Quads
that go and that come, graph after graph. A file whose sum is wrong was not finished: nothing of its change was applied.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crisiskg.journal import Operation, fsync_folder
from crisiskg.writing.change import GraphEdit


@dataclass(frozen=True, slots=True)
class Redo:
    """A change on its way into a store.

    Attributes:
        journal: Number of the last entry of the journal before the change.
        edits: What happens to each graph.
    """

    journal: int
    edits: tuple[GraphEdit, ...]

    def entries(self) -> list[tuple[Operation, str, int, str]]:
        """Return what the journal will say: operation, graph, number of quads and digest of each."""
        return [("replace" if edit.exists else "drop", edit.graph, edit.quads, edit.sha256) for edit in self.edits]

    def write(self, path: Path) -> None:
        """Write the file and return when the disk has it.

        Raises:
            OSError: the disk refuses; there may be an unfinished file.
        """
        graphs = [
            {
                "graph": edit.graph,
                "removed": None if edit.removed is None else len(edit.removed),
                "added": len(edit.added),
                "existed": edit.existed,
                "exists": edit.exists,
                "quads": edit.quads,
                "sha256": edit.sha256,
            }
            for edit in self.edits
        ]
        head = json.dumps({"journal": self.journal, "graphs": graphs}, ensure_ascii=False)
        lines = [line for edit in self.edits for line in (*(edit.removed or ()), *edit.added)]
        content = "".join(f"{line}\n" for line in (head, *lines)).encode("utf-8")
        with path.open("wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode("ascii") + b"\n")
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(path.parent)


def read_redo(path: Path) -> Redo | None:
    """Return what a redo file holds; None where there is no file, or one that was not finished or is damaged.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        sum_, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if hashlib.sha256(content).hexdigest().encode("ascii") != sum_:
        return None
    edits = []
    place = 0
    try:
        head, *lines = content.decode("utf-8").split("\n")[:-1]
        record = json.loads(head)
        journal = int(record["journal"])
        for graph in record["graphs"]:
            edit, place = _edit(graph, lines, place)
            edits.append(edit)
    except (ValueError, TypeError, KeyError, RecursionError):  # the sum is right, and it is none of ours
        return None
    return Redo(journal, tuple(edits))


def _edit(graph: dict[str, Any], lines: list[str], place: int) -> tuple[GraphEdit, int]:
    middle = place + (graph["removed"] or 0)
    end = middle + graph["added"]
    removed = None if graph["removed"] is None else tuple(lines[place:middle])
    fields = {name: graph[name] for name in ("graph", "existed", "exists", "quads", "sha256")}
    return GraphEdit(removed=removed, added=tuple(lines[middle:end]), **fields), end
