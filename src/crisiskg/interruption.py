"""Keeps Ctrl-C out of what must not be left half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until what is inside is done; it is raised then. Keep what is inside short.

    Outside of the main thread, which alone is interrupted, this does nothing.

    Raises:
        KeyboardInterrupt: Ctrl-C came meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, somebody else's, or already waiting
        yield
        return
    came = False

    def remember(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal came
        came = True

    signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt
