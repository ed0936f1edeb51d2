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


#: Threads that load at the same time. One leaves the second core idle while a chunk is sorted; more would need more memory.
LOADERS = 2


class Loader:
    """Threads that load chunks. The engine lets other Python go on meanwhile.

    A chunk is noted when it and all before it are loaded: an import that is interrupted goes on from there.
    As a context manager it waits for the last chunk; where something else failed, for those that are being loaded.

    Args:
        load: Writes the lines of a chunk to the store; is called by several threads at a time.
        threads: How many chunks are loaded at a time.
    """

    def __init__(self, load: Callable[[bytes], None], threads: int = LOADERS) -> None:
        self._load = load
        self._queue: queue.Queue[tuple[int, Chunk] | None] = queue.Queue(maxsize=1)
        self._failed: BaseException | None = None
        self._stop = False
        self._put = 0
        self._noted = 0
        self._loaded: dict[int, Callable[[], None]] = {}
        self._noting = threading.Lock()
        self._threads = [threading.Thread(target=self._run, name=f"loader-{n}", daemon=True) for n in range(threads)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._stop = True
        for _ in self._threads:
            self._hand(None)
        for thread in self._threads:
            thread.join()
        if error is None and self._failed is not None:
            raise self._failed

    def put(self, chunk: Chunk) -> None:
        """Hand a chunk over, and wait where one is waiting already.

        Raises:
            StoreError: the store refused one before it.
        """
        self._hand((self._put, chunk))
        self._put += 1
        if self._failed is not None:
            raise self._failed

    def _hand(self, item: tuple[int, Chunk] | None) -> None:
        while any(thread.is_alive() for thread in self._threads):
            try:
                self._queue.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._stop or self._failed is not None:
                continue
            try:
                number, chunk = item
                self._load(chunk.lines)
                self._note(number, chunk.note)
            except BaseException as error:
                self._failed = self._failed or error

    def _note(self, number: int, note: Callable[[], None]) -> None:
        """Note a chunk that is loaded, and those after it that had to wait for it."""
        with self._noting:
            self._loaded[number] = note
            while (waiting := self._loaded.pop(self._noted, None)) is not None:
                waiting()
                self._noted += 1
