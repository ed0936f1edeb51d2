"""Which jobs were sent to busy workers ahead of time.

A small query takes less time than it takes a process to fall asleep and be woken. So a quick worker is sent a few queries while
it is busy with one, and goes from each to the next by itself. That holds only for as long as it is quick: what stands behind a
query that takes its time is taken back.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crisiskg.workers.crew import Job
    from crisiskg.workers.worker import Worker

#: Seconds that a query may run before nobody is to stand behind it.
PROMPT_S = 0.02


@dataclass(eq=False, slots=True)
class _Line:
    """The job that a worker is busy with, and those that it was sent besides."""

    head: Job
    followers: deque[Job] = field(default_factory=deque)


class Ahead:
    """Lines of jobs before quick workers.

    Args:
        most: How many jobs may stand behind one that runs; 0 for none at all.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[Worker, _Line] = {}

    def lead(self, worker: Worker, job: Job) -> None:
        """Know that a worker is busy with a job now."""
        line = self._lines.get(worker)
        if line is None:
            self._lines[worker] = _Line(job)
        else:
            line.head = job

    def room(self) -> Worker | None:
        """Return the worker with the shortest line where there is room behind a job that began just now; None without one."""
        since = time.monotonic() - PROMPT_S
        best, fewest = None, self._most
        for worker, line in self._lines.items():
            if len(line.followers) < fewest and worker.ready and (line.head.started or 0.0) > since:
                best, fewest = worker, len(line.followers)
        return best

    def follow(self, worker: Worker, job: Job) -> None:
        """Know that a job was sent to a worker ahead of time."""
        job.ahead = worker
        self._lines[worker].followers.append(job)

    def next(self, worker: Worker) -> Job | None:
        """Return the job that the worker goes on with."""
        line = self._lines.get(worker)
        if line is None or not line.followers:
            return None
        job = line.followers.popleft()
        job.ahead = None
        return job

    def leave(self, job: Job) -> None:
        """Take one job out of the line it stands in."""
        worker, job.ahead = job.ahead, None
        if worker is not None and worker in self._lines:
            self._lines[worker].followers.remove(job)
            if job.turn is not None:
                worker.take_back(job.turn)

    def end(self, worker: Worker) -> list[Job]:
        """Forget the line before a worker; return who stood behind, first first. They are taken back from the worker."""
        line = self._lines.pop(worker, None)
        if line is None:
            return []
        for job in line.followers:
            job.ahead = None
            if job.turn is not None:
                worker.take_back(job.turn)
        return list(line.followers)

    def stalled(self) -> Iterator[Worker]:
        """Yield the workers whose job takes its time while others stand behind it."""
        since = time.monotonic() - PROMPT_S
        for worker, line in list(self._lines.items()):
            if line.followers and (line.head.started or 0.0) < since:
                yield worker
