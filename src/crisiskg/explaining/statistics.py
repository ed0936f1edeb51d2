"""Counts of what a store holds, for estimates: gathered by two queries and kept beside the store until the next generation."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crisiskg.errors import CrisiskgError
from crisiskg.generations import Generations

if TYPE_CHECKING:
    from crisiskg.store import Row

#: Name of the file in the folder of a store.
FILE = "statistics.json"
_FORMAT = 1
_PROPERTIES = """SELECT ?property (COUNT(*) AS ?quads) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
WHERE { ?s ?property ?o } GROUP BY ?property"""
_PROPERTIES_ALONE = "SELECT ?property (COUNT(*) AS ?quads) WHERE { ?s ?property ?o } GROUP BY ?property"
_CLASSES = "SELECT ?class (COUNT(*) AS ?members) WHERE { ?s a ?class } GROUP BY ?class"
_GRAPHS = "SELECT (COUNT(*) AS ?graphs) WHERE { GRAPH ?g {} }"


@dataclass(frozen=True, slots=True)
class Property:
    """Counts of one property, over all graphs.

    Attributes:
        quads: Statements that have it.
        subjects: Different subjects of them.
        objects: Different objects of them.
    """

    quads: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a store holds.

    Attributes:
        generation: The generation that was counted; 0 for a remote store.
        properties: Counts by IRI of the property.
        classes: Members by IRI of the class.
        graphs: Number of named graphs.
    """

    generation: int
    properties: dict[str, Property]
    classes: dict[str, int]
    graphs: int

    @property
    def total(self) -> Property:
        """Counts of all properties together; subjects and objects are those of the most frequent one at least."""
        quads = sum(each.quads for each in self.properties.values())
        subjects = max((each.subjects for each in self.properties.values()), default=0)
        objects = sum(each.objects for each in self.properties.values())
        return Property(quads, subjects, objects)


def statistics_of(select: Callable[[str], list[Row]], folder: Path | None = None) -> Statistics | None:
    """Return counts of a store: those that were kept, or new ones, which are then kept.

    Args:
        select: Gives the rows of a SELECT query, under the usual limits; see `crisiskg.asking.selector`.
        folder: Folder of an embedded store; None where it is remote, and nothing is kept.

    Returns:
        The counts; None where the store cannot be counted within the limits.

    Raises:
        CrisiskgError: the store has no published generation, or cannot be read at all.
    """
    generation = 0 if folder is None else Generations(folder).newest()[0]
    if folder is not None and (kept := _kept(folder, generation)) is not None:
        return kept
    try:
        found = _count(select, generation)
    except CrisiskgError:
        return None
    if folder is not None and Generations(folder).current() == generation:
        _keep(folder, found)
    return found


def _count(select: Callable[[str], list[Row]], generation: int) -> Statistics:
    try:
        rows = select(_PROPERTIES)
    except CrisiskgError:  # different values need much memory
        rows = select(_PROPERTIES_ALONE)
    properties = {}
    for row in rows:
        quads = _number(row, "quads") or 0
        guess = math.ceil(quads**0.8)
        properties[_iri(row, "property")] = Property(quads, _number(row, "subjects") or guess, _number(row, "objects") or guess)
    classes = {_iri(row, "class"): _number(row, "members") or 0 for row in select(_CLASSES)}
    graphs = sum(_number(row, "graphs") or 0 for row in select(_GRAPHS))
    return Statistics(generation, properties, classes, graphs)


def _number(row: Row, name: str) -> int | None:
    term = row.get(name)
    return None if term is None else int(str(getattr(term, "value", "0")))


def _iri(row: Row, name: str) -> str:
    return str(getattr(row.get(name), "value", ""))


def _kept(folder: Path, generation: int) -> Statistics | None:
    """Return the counts of a file, where it holds those of that generation."""
    try:
        found = json.loads((folder / FILE).read_text("utf-8"))
        if found["format"] != _FORMAT or found["generation"] != generation:
            return None
        properties = {str(iri): Property(*map(int, counts)) for iri, counts in found["properties"].items()}
        classes = {str(iri): int(number) for iri, number in found["classes"].items()}
        return Statistics(generation, properties, classes, int(found["graphs"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent or broken: it is only a cache


def _keep(folder: Path, statistics: Statistics) -> None:
    """Write the counts, unless the folder may not be written to."""
    written = {
        "format": _FORMAT,
        "generation": statistics.generation,
        "graphs": statistics.graphs,
        "classes": statistics.classes,
        "properties": {iri: [each.quads, each.subjects, each.objects] for iri, each in statistics.properties.items()},
    }
    unfinished = folder / f"{FILE}.{os.getpid()}.tmp"
    with contextlib.suppress(OSError):
        unfinished.write_text(json.dumps(written, ensure_ascii=False), "utf-8")
        unfinished.replace(folder / FILE)
