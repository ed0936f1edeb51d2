"""Keeps the calls of one endpoint apart: one at a time, so many a minute, none while the endpoint asks to be left alone."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crisiskg.errors import BudgetExhausted

_WINDOW_S = 60.0
#: Longest time for which an endpoint is left alone because it asked for it, in seconds.
_LONGEST_REST_S = 86_400.0


class Gate:
    """What every call of one endpoint goes through. Any thread may use it.

    Args:
        name: Name of the endpoint, for messages.
        requests_per_minute: Most calls in any 60 seconds, at least 1.
        clock: Tells the time in seconds, as `time.monotonic`.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        name: str,
        requests_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._limit = requests_per_minute
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._starts: deque[float] = deque(maxlen=requests_per_minute)
        self._closed_until = float("-inf")

    @contextmanager
    def turn(self, deadline: float) -> Iterator[None]:
        """Wait for a turn, and hold it.

        Args:
            deadline: Time, as the clock tells it, until which waiting makes sense.

        Raises:
            BudgetExhausted: there is no turn before the deadline.

        >>> gate = Gate("there", 1, clock=lambda: 5.0)
        >>> with gate.turn(deadline=10.0):
        ...     pass
        >>> with gate.turn(deadline=10.0):
        ...     pass
        Traceback (most recent call last):
            ...
        crisiskg.errors.BudgetExhausted: the endpoint there may be asked 1 time a minute, and was
        """
        if not self._turn.acquire(timeout=max(0.0, deadline - self._clock())):
            raise BudgetExhausted(
                f"the endpoint {self._name} is asked one query at a time, and others took all of the time",
                hint="Ask again in a few seconds.",
                retry_after_s=5.0,
            )
        try:
            self._wait(deadline)
            self._starts.append(self._clock())
            yield
        finally:
            self._turn.release()

    def rest(self, seconds: float) -> None:
        """Leave the endpoint alone for a time, because it asked for it; a day at most."""
        self._closed_until = max(self._closed_until, self._clock() + min(max(seconds, 0.0), _LONGEST_REST_S))

    def _wait(self, deadline: float) -> None:
        now = self._clock()
        if now < self._closed_until:
            self._wait_until(self._closed_until, deadline, f"the endpoint {self._name} asks not to be asked now")
        if len(self._starts) == self._limit:
            times = f"{self._limit} time{'s' if self._limit > 1 else ''}"
            why = f"the endpoint {self._name} may be asked {times} a minute, and was"
            self._wait_until(self._starts[0] + _WINDOW_S, deadline, why)

    def _wait_until(self, moment: float, deadline: float, why: str) -> None:
        now = self._clock()
        if moment >= deadline and moment > now:
            left = moment - now
            raise BudgetExhausted(why, hint=f"Ask again in {left:.0f} s.", retry_after_s=left)
        while (left := moment - self._clock()) > 0:
            self._sleep(left)
