"""Writer: takes one write after the other, has it evaluated elsewhere, and applies it as a whole or not at all."""

from __future__ import annotations

import contextlib
import time
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crisiskg.errors import InvalidParameter, ShapesViolated, StoreBusy, StoreError, StoreTimeout
from crisiskg.store import OxigraphStore, graph_term, is_url
from crisiskg.workers.measure import Limits
from crisiskg.writing.change import MAX_RESULTS, Change, GraphEdit
from crisiskg.writing.conditions import check_conditions, dataset_digest
from crisiskg.writing.evaluator import Evaluator
from crisiskg.writing.points import reached
from crisiskg.writing.requests import GraphChange, WriteOutcome, WriteRequest

if TYPE_CHECKING:
    from crisiskg.settings import Settings
    from crisiskg.writing.remote import RemoteWriter


#: Seconds that applying a change takes for each quad, before this machine has shown how fast it is.
_QUAD_S = 20e-6
#: Fewest quads of a change that shows it.
_TELLING = 20_000
#: Seconds by which a write may miss its deadline.
_GRACE_S = 0.25


class Writer:
    """Writes to an embedded store. One thread uses it at a time.

    The store is opened by the first write, and stays open and locked until `release`.

    Args:
        settings: Which store, and limits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = Path(settings.store)
        self._store: OxigraphStore | None = None
        self._evaluator = Evaluator(self._folder / "scratch", settings.write_memory_mb)
        self._quad_s = _QUAD_S
        self._checked = 0

    def start(self) -> None:
        """Start the process that evaluates, so that the next write need not wait for it. Does nothing where it runs.

        The thread that calls must live on: when it ends, the system ends the process.

        Raises:
            OSError: the system starts no process.
        """
        self._evaluator.start()

    def write(self, request: WriteRequest, deadline: float | None = None) -> WriteOutcome:
        """Evaluate, validate and apply one write.

        Args:
            request: What is asked for.
            deadline: Time of `time.monotonic` until which it must be done; None is the setting `write_time_limit_s` from now.
                A change that would take longer to apply is refused before any of it is written down.

        Returns:
            What became of it. It is on the disk, and queries see it.

        Raises:
            CallerError: it cannot be read, is not allowed, or asks for what is not there; nothing was written.
            PreconditionFailed: a condition does not hold.
            ShapesViolated: the changed graphs do not conform; the report is with it.
            LimitExceeded: it is too large.
            StoreBusy: its time was over before it could be evaluated.
            StoreTimeout: it took, or would take, too long.
            StoreLocked: another process writes to the store.
            StoreCorrupt: the store lost what was acknowledged.
            StoreError: the disk refused.
        """
        check_request(request)
        try:
            return self._write(request, deadline or time.monotonic() + self._settings.write_time_limit_s)
        except (StoreTimeout, StoreBusy):  # nothing was begun
            raise
        except StoreError:
            self.release()  # opening it again ends what was begun, and finds what was lost
            self._checked = 0
            raise

    def _write(self, request: WriteRequest, deadline: float) -> WriteOutcome:
        store = self._opened()
        if not store.is_published():
            store.publish()
        number, generation = store.generations.newest()
        task = {"request": request.to_dict(), "limits": limits(self._settings)}
        change = self._evaluator.evaluate(task, generation, seconds_left(deadline))
        reached("evaluated")
        check_conditions(self._digest(store, request.graph), request.if_match, request.if_none_match)
        changed = tuple(_counted(edit, store) for edit in change.edits)
        check_shapes(change)
        if change.edits and not request.dry_run:
            number = self._apply(store, change, sum(c.added + c.removed for c in changed), deadline)
        return outcome(request, change, changed, number)

    def _apply(self, store: OxigraphStore, change: Change, quads: int, deadline: float) -> int:
        """Apply a change that can be applied in time, and return the number of the generation that shows it.

        Once it is written down it is done to the end, so how long that will take is reckoned from how long it took lately.
        """
        begun = time.monotonic()
        needed_s = quads * self._quad_s
        if begun + needed_s > deadline + _GRACE_S:
            self._quad_s = (self._quad_s + _QUAD_S) / 2  # the disk may be faster again, and only a change that is tried shows it
            raise StoreTimeout(
                f"applying the write, which changes {quads} quads, would take about {needed_s:.2g} s, and "
                f"{max(0.0, deadline - begun):.2g} s were left; nothing was written",
                hint="Change less at a time. The setting is write_time_limit_s, and what a write waits for others counts.",
            )
        store.commit(change)
        number = self._publish(store)
        if quads >= _TELLING:
            took_s = (time.monotonic() - begun) / quads
            self._quad_s = max(took_s, (self._quad_s + took_s) / 2)  # slower at once, faster little by little
        return number

    @staticmethod
    def _publish(store: OxigraphStore) -> int:
        try:
            return store.publish(tidy=False)  # a client waits
        except StoreError as error:
            raise StoreError(
                f"the write is kept, and cannot be shown to queries yet: {error.message}",
                hint="Do not repeat it. It is shown with the next write, when the disk takes that.",
            ) from error

    @staticmethod
    def _digest(store: OxigraphStore, graph: str | None) -> str | None:
        if graph is None:
            return dataset_digest((name, entry.sha256) for name, entry in store.journal.graphs().items())
        return store.digest(graph)

    def _opened(self) -> OxigraphStore:
        if self._store is None:
            base_iri = None if (self._folder / "store.json").is_file() else self._settings.base_iri
            self._store = OxigraphStore(self._folder, base_iri, self._settings.generations_kept, checked=self._checked)
        return self._store

    def release(self) -> None:
        """Close the store, so that another process can write to it. The next write opens it again.

        Where much was written its files are put in order before, which nobody waits for.

        Raises:
            StoreError: the disk refused to flush.
        """
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(StoreError):  # they are as good as before
                store.tidy()
            store.close()
            self._checked = store.journal.last

    def close(self) -> None:
        """Close the store and end the process that evaluates."""
        try:
            self.release()
        finally:
            self._evaluator.close(wait=True)


def seconds_left(deadline: float) -> float:
    """Return how many seconds there are until a deadline.

    Args:
        deadline: A time of `time.monotonic`.

    Raises:
        StoreBusy: it has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise StoreBusy(
            "the time for the write was over before it could be evaluated; nothing was written",
            hint="Send it again. The setting is write_time_limit_s, and what a write waits for others counts.",
        )
    return left


def open_writer(settings: Settings) -> Writer | RemoteWriter:
    """Return who writes to the store of the settings, a folder or a server."""
    if is_url(settings.store):
        from crisiskg.writing.remote import RemoteWriter

        return RemoteWriter(settings)
    return Writer(settings)


def limits(settings: Settings) -> dict[str, Any]:
    """Return the fields of `crisiskg.writing.evaluation.Limits` that the settings say."""
    return {
        "union_default_graph": settings.union_default_graph,
        "max_body_bytes": settings.max_body_bytes,
        "update": astuple(Limits.of_updates(settings)),
    }


def check_request(request: WriteRequest) -> None:
    """Refuse a request that makes no sense, before anything is done for it.

    Raises:
        InvalidIdentifier: the graph has no name that a graph can have.
        InvalidParameter: the kind is not known, or an update has a body of several parts.
    """
    if request.kind not in ("update", "put", "post", "delete"):
        raise InvalidParameter(f"{request.kind!r} is no kind of write; possible are update, put, post and delete")
    if request.kind == "update" and request.parts:
        raise InvalidParameter("an update has one body and not several parts")
    if request.graph is not None:
        graph_term(request.graph)


def check_shapes(change: Change) -> None:
    """Refuse a change whose graphs do not conform.

    Raises:
        ShapesViolated: they do not.
    """
    if change.violations:
        shown = f", of which the report has {MAX_RESULTS}" if change.violations > MAX_RESULTS else ""
        raise ShapesViolated(
            f"the shapes refuse the write: {change.violations} {'result' if change.violations == 1 else 'results'}{shown}",
            hint="The report says which node breaks which shape, and why. Nothing was written.",
            report=change.report,
        )


def outcome(request: WriteRequest, change: Change, changed: tuple[GraphChange, ...], generation: int) -> WriteOutcome:
    """Return what to tell of a change that was applied, or would have been."""
    created = any(edit.graph == request.graph and edit.exists for edit in change.edits) and not change.existed
    return WriteOutcome(
        status="dry_run" if request.dry_run else "written" if change.edits else "unchanged",
        created=created,
        existed=change.existed,
        generation=generation,
        changed=changed,
        report=change.report,
    )


def _counted(edit: GraphEdit, store: OxigraphStore) -> GraphChange:
    """Return how many quads an edit adds and removes; the journal knows how many there were of those that all go."""
    if edit.removed is not None:
        return GraphChange(edit.graph, len(edit.added), len(edit.removed))
    entry = store.entry(edit.graph)
    return GraphChange(edit.graph, len(edit.added), entry.quads if entry else 0)
