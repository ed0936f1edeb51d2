"""The crew: keeps query workers, gives each one query at a time, ends those that are late, and replaces them.

There are two lanes. `own` is for named queries and pages. In `user`, every query of a user starts in a *quick* worker; one that
takes longer moves with its worker to the *long* ones, of which there are few, and a fresh quick worker takes its place. So
queries that take long, however many, never stand in the way of short ones. Where no long place is free, a few are stopped where
they are and go on later; the others are told to come back. A query of a form that took long lately waits for a long place at
once.

Everything here runs in one event loop; nothing of a user is parsed here.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import logging
import os
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from crisiskg.errors import (
    Cancelled,
    CrisiskgError,
    LimitExceeded,
    StoreBusy,
    StoreTimeout,
    StoreUnavailable,
)
from crisiskg.workers.ahead import PROMPT_S, Ahead
from crisiskg.workers.budgets import Budgets
from crisiskg.workers.frames import pack, unpacked
from crisiskg.workers.worker import Turn, Worker

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_log = logging.getLogger("crisiskg.queries")
_SHAPES = 2000
_SHAPE_S = 600.0
#: Share of the time of a quick query that must have been seen to be used, once it has been running for all of that time.
_MEASURED = 0.5
#: A query that got no processor may wait so many times as long as a quick one may take before it counts as long.
_PATIENCE = 4.0
#: By how much the queue before quick workers, which moves fast, may be longer than the others.
_QUICK_QUEUE = 4
#: How many queries a busy quick worker is sent besides the one that it is at.
_AHEAD = 7
_LITERALS = re.compile(r"\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|[?$]\w{1,80}|\d+")
Outcome = Literal["answered", "failed", "late", "busy", "cancelled", "died", "refused", "gone"]


class Sink(Protocol):
    """Takes the frames of an answer."""

    def frames(self, frames: list[tuple[bytes, bytes]]) -> None:
        """Take frames: letter and content of each."""

    def job_over(self, job: Job) -> None:
        """Know that no more frames come."""


@dataclass(eq=False, slots=True)
class Job:
    """One query on its way.

    Attributes:
        request: Frame content for the worker.
        given_text: The query, for lists and logs, where it is not that of the request.
        lane: "own" or "user".
        client: Who it counts for; empty for nobody.
        owner: Who may see and cancel it: the name of a token or an address.
        limit_s: Seconds that it may take in all.
        sink: Where the answer goes.
        request_id: What the log calls the request.
    """

    request: bytes
    given_text: str
    lane: str
    client: str
    owner: str
    limit_s: float
    sink: Sink
    request_id: str = ""
    number: int = 0
    arrived: float = field(default_factory=time.monotonic)
    at: float = field(default_factory=time.time)
    started: float | None = None
    ran_s: float = 0.0
    worker: Worker | None = None
    #: The busy worker that it was sent to ahead of time, and what takes it back from there.
    ahead: Worker | None = None
    turn: Turn | None = None
    #: "waiting", "quick", "long", "parked", "over"
    state: str = "waiting"
    sent: bool = False
    wanted: bool = True
    tried: int = 0
    outcome: Outcome = "answered"
    rows: int | None = None
    #: When it must be over, and when it is to be looked at again because it takes long: seconds of the monotonic clock.
    due: float = 0.0
    look_at: float | None = None
    sampled: float | None = None

    @property
    def id(self) -> str:
        """Short name for lists and cancellation."""
        return f"q{self.number}"

    @property
    def text(self) -> str:
        """The query, for lists and logs."""
        if not self.given_text:
            asked = json.loads(self.request)
            self.given_text = str(asked.get("query") or f"graph {asked.get('graph') or 'of all names'}")
        return self.given_text

    @property
    def digest(self) -> str:
        """Digest of the text, by which logs name it."""
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(eq=False, slots=True)
class _Group:
    """Workers of one kind, and the jobs that wait for them."""

    name: str
    size: int
    niceness: int
    idle: deque[Worker] = field(default_factory=deque)
    busy: int = 0
    waiting: deque[Job] = field(default_factory=deque)


class Crew:
    """Worker processes over one store. All methods are called in one event loop.

    Args:
        command: Arguments of a worker's program for a niceness.
        settings: Numbers and limits.
        greeting: Frame that each worker gets first; None for none.
    """

    def __init__(self, command: Callable[[int], list[str]], settings: Settings, greeting: bytes | None = None) -> None:
        self._command = command
        self._settings = settings
        self._greeting = greeting
        self._own = _Group("own", settings.named_query_workers, 0)
        self._quick = _Group("quick", settings.quick_query_workers, 5)
        self._long = _Group("long", settings.query_workers, 10)
        self._ahead = Ahead(0 if greeting else _AHEAD)  # a remote store answers when it likes
        self._ticking: asyncio.TimerHandle | None = None
        self._at_once = max(1, (os.cpu_count() or 2) - 1)  # one is for the web process
        self._shapes: OrderedDict[str, float] = OrderedDict()
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)
        self._dying: list[Worker] = []
        self._closed = False
        self.budgets = Budgets(settings.client_budget_s, settings.client_errors, settings.client_budget_exempt)
        self.counts: dict[str, int] = {}
        self.killed = 0
        self.on_over: Callable[[Job, float], None] = lambda *_: None

    # --- what others call -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the workers that are always there."""
        for group in (self._own, self._quick):
            while len(group.idle) + group.busy < group.size:
                group.idle.append(self._spawn(group))

    def submit(self, job: Job) -> None:
        """Take a job; its sink gets the answer, or one `X` frame.

        Raises:
            BudgetExhausted: its client has no time left.
            StoreBusy: too many wait already.
            StoreUnavailable: the service is stopping, or a worker cannot be started.
        """
        if self._closed:
            raise StoreUnavailable("the service is stopping", hint="Ask again in a few seconds.")
        job.number = next(self._numbers)
        if job.lane == "own":
            group = self._own
        else:
            if job.client and not self.budgets.is_exempt(job.client):
                running = sum(self._elapsed(one) for one in self._jobs.values() if one.client == job.client)
                self.budgets.check(job.client, running)
            group = self._long if self._took_long(job) else self._quick
        free = group.idle or group.busy < group.size
        if not free and len(group.waiting) >= self._settings.query_queue * (_QUICK_QUEUE if group is self._quick else 1):
            self._count("shed")
            raise StoreBusy("too many queries wait already", hint="Ask again in a few seconds.")
        ahead = self._ahead_of(group)
        worker = self._take(group) if free and ahead is None else None  # before anything knows of the job: it may not be possible
        self._jobs[job.number] = job
        job.due = time.monotonic() + job.limit_s
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(PROMPT_S, self._tick)
        if worker is not None:
            self._begin(job, group, worker)
        elif ahead is not None:
            self._send_ahead(job, ahead)
        else:
            group.waiting.append(job)

    def cancel(self, number: int, why: str = "the query was cancelled") -> bool:
        """End a job; tell whether it was there."""
        job = self._jobs.get(number)
        if job is None:
            return False
        self._end(job, Cancelled(why, hint="Its owner or an operator did so."), "cancelled")
        return True

    def abandon(self, job: Job) -> None:
        """Know that nobody wants the answer any more. What is nearly done is let go on: a worker costs more to start anew."""
        job.wanted = False
        if job.number not in self._jobs:
            return
        if job.state in ("waiting", "parked", "long"):
            self._end(job, Cancelled("the client left"), "gone")

    def jobs(self) -> list[Job]:
        """Return the jobs that are not over, oldest first."""
        return list(self._jobs.values())

    def state(self) -> dict[str, int]:
        """Return numbers for metrics."""
        groups = (self._own, self._quick, self._long)
        found = {f"busy_{group.name}": group.busy for group in groups}
        found |= {f"waiting_{group.name}": len(group.waiting) for group in groups}
        return found

    def reap(self) -> None:
        """Take leave of the processes that were killed and have ended."""
        self._dying = [worker for worker in self._dying if not worker.reap(0.0)]

    def pids(self) -> list[int]:
        """Return the process ids of all workers."""
        idle = [worker for group in (self._own, self._quick, self._long) for worker in group.idle]
        return [worker.pid for worker in (*idle, *(job.worker for job in self._jobs.values() if job.worker))]

    async def close(self, grace_s: float = 0.0) -> None:
        """End all workers, after giving running jobs some seconds."""
        self._closed = True
        until = time.monotonic() + grace_s
        while self._jobs and time.monotonic() < until:
            await asyncio.sleep(0.02)
        for job in list(self._jobs.values()):
            self._end(job, StoreUnavailable("the service is stopping", hint="Ask again in a few seconds."), "busy")
        for group in (self._own, self._quick, self._long):
            while group.idle:
                self._kill(group.idle.pop())
        for worker in self._dying:
            worker.reap(2.0)
        self._dying.clear()

    # --- workers ----------------------------------------------------------------------------------------------------------

    def _spawn(self, group: _Group) -> Worker:
        self.reap()
        try:
            worker = Worker(self._command(group.niceness), self._greeting)
        except OSError as error:
            raise StoreUnavailable(f"a query worker cannot be started: {error.strerror}") from error
        self._count("spawned")
        return worker

    def _take(self, group: _Group) -> Worker:
        while group.idle:
            worker = group.idle.pop()
            if worker.alive():
                return worker
            self._kill(worker)
        return self._spawn(group)

    def _kill(self, worker: Worker) -> None:
        self._take_back(worker)
        worker.kill()
        self._dying.append(worker)

    def _refill(self, group: _Group) -> None:
        """Give waiting jobs to free places, and keep the workers that are always there."""
        while group.waiting and group.busy < group.size:
            job = group.waiting.popleft()
            if job.state == "parked":
                self._unpark(job)
                continue
            if group is self._quick and self._took_long(job):  # seen since it began to wait
                self._divert(job)
                continue
            try:
                self._begin(job, group, self._take(group))
            except CrisiskgError as error:
                self._end(job, error, "failed")
        if group is self._quick:
            while group.waiting and (ahead := self._ahead.room()) is not None:
                job = group.waiting.popleft()
                if self._took_long(job):
                    self._divert(job)
                else:
                    self._send_ahead(job, ahead)
        if group is not self._long and not self._closed:
            while len(group.idle) + group.busy < group.size:
                try:
                    group.idle.append(self._spawn(group))
                except CrisiskgError:
                    _log.exception("a query worker cannot be started")
                    return

    def _divert(self, job: Job) -> None:
        """Let a job wait for a long place instead."""
        if self._long.busy >= self._long.size and len(self._long.waiting) >= self._settings.query_queue:
            self._end(job, StoreBusy("too many queries that take long run already", hint="Ask again later, or for less."), "busy")
            return
        self._long.waiting.append(job)
        self._refill(self._long)

    # --- the way of a job -------------------------------------------------------------------------------------------------

    def _begin(self, job: Job, group: _Group, worker: Worker) -> None:
        worker.begin(pack(b"Q", job.request), lambda frames: self._frames(job, frames), lambda: self._died(job))
        self._run(job, group, worker)
        if group is self._quick:
            if worker.ready:
                self._watch(job)
            else:
                worker.on_ready = lambda: self._watch(job)

    def _run(self, job: Job, group: _Group, worker: Worker) -> None:
        """Count a job as running."""
        group.busy += 1
        job.worker, job.state = worker, group.name
        job.tried += 1
        job.started = time.monotonic()
        if group is self._quick:
            self._ahead.lead(worker, job)

    def _ahead_of(self, group: _Group) -> Worker | None:
        """Return the busy worker that a new job is best sent to; None where an idle one is better, or others wait already.

        More busy processes than processors only push each other aside, and each begins with cold caches.
        """
        if group is not self._quick or group.waiting or group.busy < self._at_once:
            return None
        return self._ahead.room()

    def _send_ahead(self, job: Job, worker: Worker) -> None:
        """Send a job to a busy worker, so that it need not wait for us when it is done."""
        job.turn = worker.begin(pack(b"Q", job.request), lambda frames: self._frames(job, frames), lambda: self._died(job))
        self._ahead.follow(worker, job)

    def _take_back(self, worker: Worker) -> bool:
        """Let the jobs that were sent to a worker ahead of time wait before all others; tell whether there were any."""
        followers = self._ahead.end(worker)
        self._quick.waiting.extendleft(reversed(followers))
        return bool(followers)

    def _tick(self) -> None:
        """Look after jobs that take their time: one timer for all, as two for each would cost a tenth of a small query."""
        self._ticking = None
        now = time.monotonic()
        for job in list(self._jobs.values()):
            if now >= job.due:
                self._late(job)
            elif job.look_at is not None and now >= job.look_at:
                self._looks_long(job)
        # Nobody is to stand behind one of them.
        stalled = list(self._ahead.stalled())
        for worker in stalled:
            self._take_back(worker)
        if stalled:
            self._refill(self._quick)
        if self._jobs:
            self._ticking = asyncio.get_running_loop().call_later(PROMPT_S, self._tick)

    def _watch(self, job: Job) -> None:
        """Look at a quick job again when it takes long."""
        if job.state == "quick" and job.worker is not None:
            job.look_at = time.monotonic() + self._settings.quick_query_s

    def _looks_long(self, job: Job) -> None:
        """Judge by the time of the processor that it had: on a busy machine a small query takes its time too."""
        job.look_at = None
        if job.state != "quick" or job.worker is None:
            return
        had = job.worker.processor_s()
        if job.sampled is None:
            job.sampled = had  # what it had before is not known: to ask at the start of each query would cost more than some
        elapsed = time.monotonic() - (job.started or 0.0)
        left = self._settings.quick_query_s * _MEASURED - (had - job.sampled)
        if job.wanted and left > 0.005 and elapsed < self._settings.quick_query_s * _PATIENCE:
            job.look_at = time.monotonic() + max(0.02, left)
        else:
            self._takes_long(job)

    def _frames(self, job: Job, frames: list[tuple[bytes, bytes]]) -> None:
        if job.state == "over":
            return
        letter, content = frames[-1]
        if job.wanted:
            job.sent = True
            job.sink.frames(frames)
        if letter == b"E":
            job.rows = unpacked(content).get("rows")
            self._over(job, "answered", worker_is_fine=True)
        elif letter == b"X":
            code = json.loads(content).get("error")
            self._over(job, "failed", worker_is_fine=code != "memory")

    def pause(self, job: Job, paused: bool) -> None:
        """Stop or go on reading the answer of a job."""
        if job.worker is not None:
            job.worker.pause(paused)
            if paused and self._take_back(job.worker):
                self._refill(self._quick)

    def _takes_long(self, job: Job) -> None:
        if job.state != "quick" or job.worker is None:
            return
        if not job.wanted:
            self._end(job, Cancelled("the client left"), "gone")
            return
        self._remember(job)
        self._take_back(job.worker)
        for other in [one for one in self._quick.waiting if self._took_long(one)]:
            self._quick.waiting.remove(other)
            self._divert(other)
        if self._long.busy < self._long.size:
            self._quick.busy -= 1
            self._promote(job)
        elif sum(one.state == "parked" for one in self._long.waiting) < self._long.size:
            self._quick.busy -= 1
            job.worker.stop()
            job.state = "parked"
            job.ran_s = self._elapsed(job)
            job.started = None
            self._long.waiting.append(job)
        else:
            self._end(job, StoreBusy("too many queries that take long run already", hint="Ask again later, or for less."), "busy")
            return
        self._refill(self._quick)

    def _promote(self, job: Job) -> None:
        assert job.worker is not None
        self._long.busy += 1
        job.state = "long"
        job.worker.renice(self._long.niceness)

    def _unpark(self, job: Job) -> None:
        assert job.worker is not None
        job.started = time.monotonic()
        self._promote(job)
        job.worker.go_on()

    def _died(self, job: Job) -> None:
        """Deal with a worker that ended by itself while it had a job."""
        if job.ahead is not None:  # it stood behind another
            self._ahead.leave(job)
            self._quick.waiting.appendleft(job)
            return
        if job.state == "over" or job.worker is None:
            return
        killed = job.worker.was_killed()
        group = self._group(job)
        if killed and job.tried < 2 and not job.sent and group is not None:  # not the query's fault: once more
            self._leave(job, worker_is_fine=False)
            try:
                self._begin(job, group, self._take(group))
            except CrisiskgError as failure:
                self._end(job, failure, "died")
            return
        error: CrisiskgError
        if killed:
            error = StoreUnavailable("the process of the query was killed from outside", hint="Ask again.")
        else:
            error = LimitExceeded(
                f"the query ended its process: it needs more than {self._settings.query_memory_mb} MiB, or the engine failed",
                hint="Ask for less, or write it in a simpler way. To sort values of different kinds, use ORDER BY STR(?x).",
            )
        self._end(job, error, "died")

    def _late(self, job: Job) -> None:
        if job.worker is None or job.state == "parked" or self._elapsed(job) < job.limit_s / 4:
            self._end(job, StoreBusy("no query worker became free in time", hint="Ask again in a few seconds."), "busy")
            return
        error = StoreTimeout(
            f"the query took longer than {job.limit_s:g} s and was ended",
            hint="Ask for less: name an actor, a type or a time, or set a LIMIT.",
        )
        self._end(job, error, "late")

    def _end(self, job: Job, error: CrisiskgError, outcome: Outcome) -> None:
        """End a job with an error, and its worker with it."""
        if job.state == "over":
            return
        if job.wanted:
            job.sink.frames([(b"X", json.dumps(problem_of(error)).encode("ascii"))])
        self._over(job, outcome, worker_is_fine=False)

    def _over(self, job: Job, outcome: Outcome, *, worker_is_fine: bool) -> None:
        seconds = self._elapsed(job)
        group = self._group(job)
        if job in self._long.waiting:
            self._long.waiting.remove(job)
        for waiting in (self._own.waiting, self._quick.waiting):
            if job in waiting:
                waiting.remove(job)
        self._ahead.leave(job)
        self._leave(job, worker_is_fine=worker_is_fine)
        job.state, job.outcome = "over", outcome
        self._jobs.pop(job.number, None)
        if job.lane != "own":
            self.budgets.spend(job.client, seconds, failed=outcome in ("failed", "late", "died"))
        self._count(f"over_{outcome}")
        self.on_over(job, seconds)
        job.sink.job_over(job)
        if group is not None:
            self._refill(group)

    def _leave(self, job: Job, *, worker_is_fine: bool) -> None:
        """Take the worker from a job, and its place from the group."""
        worker, group = job.worker, self._group(job)
        job.worker = None
        if group is not None:
            group.busy -= 1
        if worker is None:
            return
        follower = self._ahead.next(worker) if worker_is_fine else None
        if follower is not None:
            worker.end()
            self._run(follower, self._quick, worker)
            self._watch(follower)
        elif worker_is_fine and group is not None and not self._closed and len(group.idle) + group.busy < group.size:
            worker.end()
            self._ahead.end(worker)
            group.idle.append(worker)
        else:
            if not worker_is_fine:
                self.killed += 1
            self._kill(worker)

    def _group(self, job: Job) -> _Group | None:
        """Return the group in which a job takes a place."""
        return {"own": self._own, "quick": self._quick, "long": self._long}.get(job.state)

    def _elapsed(self, job: Job) -> float:
        return job.ran_s + (time.monotonic() - job.started if job.started is not None else 0.0)

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    # --- forms of queries that took long ----------------------------------------------------------------------------------

    def _remember(self, job: Job) -> None:
        shape = shape_of(job.text)
        self._shapes[shape] = time.monotonic()
        self._shapes.move_to_end(shape)
        if len(self._shapes) > _SHAPES:
            self._shapes.popitem(last=False)

    def _took_long(self, job: Job) -> bool:
        if not self._shapes:
            return False
        shape = shape_of(job.text)
        at = self._shapes.get(shape)
        if at is None:
            return False
        if time.monotonic() - at > _SHAPE_S:
            del self._shapes[shape]
            return False
        return True


def shape_of(text: str) -> str:
    """Return a digest of a query without its literals, numbers and names of variables.

    >>> shape_of('SELECT ?a { ?a ?b "x" } LIMIT 1') == shape_of("SELECT ?c { ?c ?d 'y' } LIMIT 20")
    True
    """
    bare = " ".join(_LITERALS.sub("?", text).split())
    return hashlib.blake2b(bare.encode("utf-8", "replace"), digest_size=12).hexdigest()


def problem_of(error: CrisiskgError) -> dict[str, Any]:
    """Return an error as the content of an `X` frame."""
    found: dict[str, Any] = {"error": error.code, "message": error.message, "hint": error.hint or ""}
    retry_after = getattr(error, "retry_after_s", None)
    if retry_after is not None:
        found["retry_after_s"] = retry_after
    return found
