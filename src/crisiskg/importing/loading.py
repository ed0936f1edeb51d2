"""Loads parts of a graph into a store while the next ones are being made."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a graph.

    Attributes:
        lines: Its lines of N-Triples.
        note: Notes how far the import came; called when the store has the lines.
    """

    lines: bytes
    note: Callable[[], None]


class Loader:
    """A thread that loads one chunk after the other. The engine lets other Python go on meanwhile.

    As a context manager it waits for the last chunk; where something else failed, for the one that is being loaded.

    Args:
        load: Writes the lines of a chunk to the store.
    """

    def __init__(self, load: Callable[[bytes], None]) -> None:
        self._load = load
        self._queue: queue.Queue[Chunk | None] = queue.Queue(maxsize=1)
        self._failed: BaseException | None = None
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._stop = True
        self._hand(None)
        self._thread.join()
        if error is None and self._failed is not None:
            raise self._failed

    def put(self, chunk: Chunk) -> None:
        """Hand a chunk over, and wait where one is waiting already.

        Raises:
            StoreError: the store refused one before it.
        """
        self._hand(chunk)
        if self._failed is not None:
            raise self._failed

    def _hand(self, chunk: Chunk | None) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(chunk, timeout=0.2)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        while (chunk := self._queue.get()) is not None:
            if self._stop:
                continue
            try:
                self._load(chunk.lines)
                chunk.note()
            except BaseException as error:
                self._failed = error
                return
