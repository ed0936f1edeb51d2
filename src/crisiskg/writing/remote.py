"""Writer for a store that is a SPARQL server: each write is evaluated and validated here, before the server is told of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from crisiskg.errors import InvalidIdentifier, StoreError, WriteRefused
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.sparql_store import SparqlStore
from crisiskg.store import parse_lines
from crisiskg.writing.change import DEFAULT, Change, GraphEdit
from crisiskg.writing.conditions import check_conditions
from crisiskg.writing.evaluator import Evaluator
from crisiskg.writing.requests import GraphChange, WriteOutcome, WriteRequest
from crisiskg.writing.writer import check_request, check_shapes, limits, outcome, seconds_left

if TYPE_CHECKING:
    from crisiskg.settings import Settings


class RemoteWriter:
    """Writes to a SPARQL server. One thread uses it at a time.

    The graphs that a write reads or changes are fetched, the write is evaluated on them as for an embedded store, and those that
    changed are sent. So an update with WHERE cannot be done, the default graph and blank nodes cannot be written, an empty graph
    is none, and between two graphs of one write a failure leaves the first one written.

    Args:
        settings: Which server, and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: SparqlStore | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._evaluator: Evaluator | None = None

    def start(self) -> None:
        """Start the process that evaluates, as `crisiskg.writing.writer.Writer.start` does."""
        self._evaluating().start()

    def write(self, request: WriteRequest, deadline: float | None = None) -> WriteOutcome:
        """Evaluate, validate and send one write.

        Args:
            request: What is asked for.
            deadline: Time of `time.monotonic` until which it must be evaluated; None is the setting `write_time_limit_s` from
                now. Sending has the limits of requests to the server.

        Returns:
            What became of it; the number of the generation is 0.

        Raises:
            CallerError: as for `crisiskg.writing.writer.Writer.write`.
            WriteRefused: the write is of a kind that is not sent to a server.
            StoreError: the server failed; the message says which graphs were written, if any.
        """
        check_request(request)
        until = deadline or time.monotonic() + self._settings.write_time_limit_s
        evaluator, store = self._evaluating(), self._opened()
        task = {"request": request.to_dict(), "limits": limits(self._settings)}
        graphs = evaluator.needed_graphs(task, seconds_left(until))
        if DEFAULT in graphs:
            raise WriteRefused("the default graph of a remote store is not written", hint="Name a graph.")
        held = {graph: list(store.quads(graph)) for graph in graphs}
        lines = [line for quads in held.values() for line in n_quads_lines(quads)]
        change = evaluator.evaluate(task | {"quads": lines}, None, seconds_left(until))
        now = held.get(request.graph or "")
        digest = canonical_digest(now)[1] if now else None
        check_conditions(digest, request.if_match, request.if_none_match)
        changed = tuple(
            GraphChange(edit.graph, len(edit.added), len(held.get(edit.graph, ())) if edit.removed is None else len(edit.removed))
            for edit in change.edits
        )
        check_shapes(change)
        if not request.dry_run:
            self._send(store, change, held)
        return outcome(request, change, changed, 0)

    def _opened(self) -> SparqlStore:
        if self._store is None:
            self._store = SparqlStore.from_settings(self._settings)
        return self._store

    def _evaluating(self) -> Evaluator:
        if self._evaluator is None:
            self._folder = tempfile.TemporaryDirectory(prefix="crisiskg-")
            self._evaluator = Evaluator(Path(self._folder.name) / "scratch", self._settings.write_memory_mb)
        return self._evaluator

    def _send(self, store: SparqlStore, change: Change, held: dict[str, list[ox.Quad]]) -> None:
        contents = [(edit.graph, _content(edit, held.get(edit.graph, []))) for edit in change.edits]
        for graph, content in contents:
            if any(isinstance(term, ox.BlankNode) for quad in content for term in (quad.subject, quad.object)):
                raise WriteRefused(
                    f"the graph {graph} would hold blank nodes, which a remote store cannot be given twice alike",
                    hint="Give each node an IRI.",
                )
        written: list[str] = []
        for graph, content in contents:
            try:
                store.replace_graph(graph, content)
            except (StoreError, InvalidIdentifier) as error:
                if not written:
                    raise
                shown = ", ".join(written[:3])
                raise StoreError(
                    f"the write failed after {len(written)} of {len(contents)} graphs ({shown}): {error.message}",
                    hint="Repeat it.",
                ) from error
            written.append(graph)

    def release(self) -> None:
        """Let go of the connection. The next write makes another."""
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def close(self) -> None:
        """Let go of the connection and end the process that evaluates."""
        self.release()
        if self._evaluator is not None:
            self._evaluator.close(wait=True)
            self._evaluator = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _content(edit: GraphEdit, held: list[ox.Quad]) -> list[ox.Quad]:
    """Return what a graph holds after an edit."""
    removed = set(held) if edit.removed is None else set(parse_lines(edit.removed))
    return [*(quad for quad in held if quad not in removed), *parse_lines(edit.added)]
