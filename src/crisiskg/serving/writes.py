"""How a web process hands a write to the writer."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from typing import Any

from crisiskg.errors import LimitExceeded, ShapesViolated, StoreTimeout, StoreUnavailable
from crisiskg.workers.frames import FrameParser, pack
from crisiskg.workers.requests import error_of

_PATIENCE_S = 4.0
#: What a write begins with: when it was sent, by the clock of `time.monotonic`, which all processes of a machine share.
SENT = struct.Struct(">d")


class WriterClient:
    """Sends writes to the writer process.

    Args:
        path: Path of its Unix socket.
        limit_s: Seconds that a write may take, from when it is sent. An answer is waited for longer: what is being written down
            is done to the end, and only the answer says so.
    """

    def __init__(self, path: str, limit_s: float) -> None:
        self._path = path
        self._limit_s = limit_s

    async def write(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do one write.

        Args:
            request: `crisiskg.writing.WriteRequest.to_dict`.

        Returns:
            `crisiskg.writing.WriteOutcome.to_dict`.

        Raises:
            CrisiskgError: what the writer says.
            StoreUnavailable: it cannot be reached, or ended in the middle: then nobody knows whether the write was done.
        """
        frame = pack(b"Q", SENT.pack(time.monotonic()) + json.dumps(request).encode("utf-8"))
        try:
            async with asyncio.timeout(2 * self._limit_s + 10):
                return await self._exchange(frame)
        except TimeoutError:
            raise StoreTimeout("the writer gave no answer in time; whether the write was done is not known") from None

    async def _exchange(self, frame: bytes) -> dict[str, Any]:
        reader, writer = await self._connect()
        parser = FrameParser()
        try:
            writer.write(frame)
            await writer.drain()
            while True:
                data = await reader.read(1_048_576)
                if not data:
                    raise StoreUnavailable(
                        "the writer ended in the middle of the write; whether it was done is not known",
                        hint="Look, and send it again.",
                    )
                for letter, content in parser.feed(data):
                    answer = json.loads(content)
                    if letter == b"X":
                        raise _error(answer)
                    return dict(answer)
        except ConnectionError:
            raise StoreUnavailable(
                "the writer ended in the middle of the write; whether it was done is not known", hint="Look, and send it again."
            ) from None
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_S
        while True:
            try:
                return await asyncio.open_unix_connection(self._path)
            except OSError as error:
                if loop.time() > until:
                    raise StoreUnavailable("the writer is being started", hint="Send it again in a few seconds.") from error
                await asyncio.sleep(0.05)


def _error(problem: dict[str, Any]) -> Exception:
    if problem.get("error") == ShapesViolated.code:
        return ShapesViolated(problem["message"], hint=problem.get("hint") or None, report=problem.get("report", ""))
    found = error_of(problem)
    return LimitExceeded(found.message, hint=found.hint) if problem.get("error") == "memory" else found
