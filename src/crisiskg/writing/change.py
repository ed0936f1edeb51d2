"""Change: what a write does to each graph, as lines of N-Quads, so that it can be sent, kept and applied again."""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.journal import EMPTY_SHA256

#: How the default graph is named wherever a graph has a name.
DEFAULT = "default"
#: Most results that a validation report of a write has.
MAX_RESULTS = 1000


@dataclass(frozen=True, slots=True)
class GraphEdit:
    """What happens to one graph.

    Attributes:
        graph: IRI of the graph, or "default".
        removed: Lines of the quads that go, with the ids of stored blank nodes; None means all that it holds.
        added: Lines of the quads that come.
        existed: Whether it was there before.
        exists: Whether it is there afterwards; a named graph may be there and empty, the default graph may not.
        quads: Number of quads that it holds afterwards.
        sha256: Digest of what it holds afterwards.
    """

    graph: str
    removed: tuple[str, ...] | None
    added: tuple[str, ...]
    existed: bool
    exists: bool
    quads: int = 0
    sha256: str = EMPTY_SHA256


@dataclass(frozen=True, slots=True)
class Change:
    """What a write does to a store.

    Attributes:
        edits: One for each graph that changes, sorted by graph.
        violations: Number of results of the validation of the changed graphs; 0 means that they conform.
        report: The validation report as Turtle.
        existed: Whether the graph of the request was there before; True where the request names none.
    """

    edits: tuple[GraphEdit, ...] = ()
    violations: int = 0
    report: str = ""
    existed: bool = True
