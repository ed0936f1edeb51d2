"""Runs what parses in a sandbox, few at a time: more would start processes where two warm ones do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from crisiskg import sandbox
from crisiskg.errors import StoreTimeout

T = TypeVar("T")

#: Sandboxes that work at a time: as many as `crisiskg.sandbox` keeps warm.
AT_A_TIME = 2
_turns = threading.BoundedSemaphore(AT_A_TIME)


def run(function: Callable[..., T], *args: Any, deadline: float, limit_s: float, memory_mb: int) -> T:
    """Call a function in a sandbox when it is its turn.

    Args:
        function: What is called, of `crisiskg.federation.parsing`.
        *args: Its arguments.
        deadline: When it must be over, as `time.monotonic` tells it.
        limit_s: Seconds that it may take itself.
        memory_mb: Memory that it may take, in MiB.

    Raises:
        StoreTimeout: the deadline passed.
        CrisiskgError: as `crisiskg.sandbox.run`.
    """
    if not _turns.acquire(timeout=left_until(deadline)):
        raise too_late()
    try:
        return sandbox.run(function, *args, time_limit_s=min(limit_s, left_until(deadline)), memory_mb=memory_mb)
    finally:
        _turns.release()


def left_until(deadline: float) -> float:
    """Return the seconds until a deadline.

    Raises:
        StoreTimeout: it passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise too_late()
    return left


def too_late(name: str | None = None) -> StoreTimeout:
    """Return the error of a query whose time is over.

    Args:
        name: Endpoint that was waited for; None for none of them.
    """
    whom = f"the endpoint {name} had answered" if name else "the other endpoints had answered"
    return StoreTimeout(f"the time of the query was over before {whom}", hint="Ask for less within SERVICE.")
