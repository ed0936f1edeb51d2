"""The writer process: whose turn it is, how long a write may take, and what is started before it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crisiskg.errors import StoreBusy, StoreTimeout
from crisiskg.serving.writer import WriterService
from crisiskg.serving.writes import SENT
from crisiskg.settings import load_settings
from crisiskg.writing import writer as writing
from crisiskg.writing.requests import WriteOutcome, WriteRequest

pytestmark = pytest.mark.alone


class Slow:
    """A writer that takes a while for each write, and knows when it was started and what it was given."""

    def __init__(self, took_s: float) -> None:
        self.took_s = took_s
        self.started = threading.Event()
        self.deadlines: list[float] = []
        self.bodies: list[bytes] = []

    def start(self) -> None:
        self.started.set()

    def write(self, request: WriteRequest, deadline: float) -> WriteOutcome:
        self.deadlines.append(deadline)
        self.bodies.append(request.body)
        time.sleep(self.took_s)
        return WriteOutcome("written", False, False, 0, (), "")

    def release(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def with_service(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs a coroutine function on a service whose writer takes a while."""

    def run(slow: Slow, limit_s: float, use: Callable[[WriterService], Any]) -> Any:
        monkeypatch.setattr(writing, "open_writer", lambda _: slow)

        async def main() -> Any:
            service = WriterService(load_settings(write_time_limit_s=limit_s), "/nowhere")
            try:
                return await use(service)
            finally:
                await service.close()

        return asyncio.run(main())

    return run


def sent(body: str, ago_s: float = 0.0) -> bytes:
    request = WriteRequest("update", body.encode())
    return SENT.pack(time.monotonic() - ago_s) + json.dumps(request.to_dict()).encode()


def told(frame: bytes) -> tuple[str, dict[str, Any]]:
    letter, size = struct.unpack(">cI", frame[:5])
    assert size == len(frame) - 5
    return letter.decode(), json.loads(frame[5:])


def test_time_of_a_write_runs_while_it_waits(with_service: Callable[..., Any]) -> None:
    slow = Slow(0.4)

    async def use(service: WriterService) -> tuple[list[bytes], list[float]]:
        begun, took = time.monotonic(), []

        async def one(n: int) -> bytes:
            answer = await service.write(sent(str(n)))
            took.append(time.monotonic() - begun)
            return answer

        return await asyncio.gather(*(one(n) for n in range(6))), took

    answers, took = with_service(slow, 1.0, use)
    found = [told(answer) for answer in answers]
    assert [letter for letter, _ in found] == ["J", "J", "J", "X", "X", "X"]
    assert {problem["error"] for letter, problem in found if letter == "X"} == {"store_busy"}
    assert "waited 1 s" in found[-1][1]["message"]
    assert max(took) < 1.5  # the last that was begun had 0.2 s left
    assert slow.bodies == [b"0", b"1", b"2"]
    assert max(slow.deadlines) - min(slow.deadlines) < 0.2  # each runs from its arrival, not from its turn


def test_time_on_the_way_counts(with_service: Callable[..., Any]) -> None:
    slow = Slow(0)

    async def use(service: WriterService) -> list[bytes]:
        return [
            await service.write(sent("late", 2)),
            await service.write(sent("in time", 0.5)),
            await service.write(sent("x", -9)),
        ]

    late, *others = [told(answer) for answer in with_service(slow, 1.0, use)]
    assert (late[0], late[1]["error"]) == ("X", "store_busy")
    assert [letter for letter, _ in others] == ["J", "J"]
    assert slow.bodies == [b"in time", b"x"]
    assert slow.deadlines[1] - time.monotonic() < 1.0  # a clock that runs ahead gives nobody more time


def test_writes_that_wait_when_the_service_stops_are_refused(with_service: Callable[..., Any]) -> None:
    slow = Slow(0.3)

    async def use(service: WriterService) -> list[bytes]:
        tasks = [asyncio.ensure_future(service.write(sent(str(n)))) for n in range(3)]
        await asyncio.sleep(0.1)
        await service.close()
        return await asyncio.gather(*tasks)

    first, *others = [told(answer) for answer in with_service(slow, 5.0, use)]
    assert first[0] == "J"
    assert {problem["error"] for _, problem in others} == {"store_unavailable"}
    assert slow.bodies == [b"0"]


def test_process_that_evaluates_is_started_ahead_and_after_each_write(
    with_service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crisiskg.serving.writer._AHEAD_S", 0.05)
    slow = Slow(0)

    async def use(service: WriterService) -> None:
        service.start_ahead()
        assert await asyncio.to_thread(slow.started.wait, 5)
        assert not slow.bodies
        slow.started.clear()
        await service.write(sent("x"))
        assert await asyncio.to_thread(slow.started.wait, 5)

    with_service(slow, 5.0, use)


def test_garbage_is_answered(with_service: Callable[..., Any]) -> None:
    async def use(service: WriterService) -> list[bytes]:
        return [await service.write(content) for content in (b"", b"12345678", b"12345678{", SENT.pack(0) + b"[]", sent("x"))]

    letters = [told(answer)[0] for answer in with_service(Slow(0), 5.0, use)]
    assert letters == ["X", "X", "X", "X", "J"]


# --- with a store -----------------------------------------------------------------------------------------------------


def put(body: str, **fields: Any) -> WriteRequest:
    return WriteRequest("put", body.encode(), "text/turtle", graph="https://example.org/g", **fields)


#: With a store of some quads: joins all with all.
ENDLESS = WriteRequest("update", b"INSERT { ?a <urn:q> ?c } WHERE { ?a <urn:p> ?b . ?c <urn:p> ?d . ?e <urn:p> ?f }")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[writing.Writer]:
    made = writing.Writer(load_settings(store=str(tmp_path / "store")))
    made.write(put(" ".join(f"<urn:s{n}> <urn:p> {n} ." for n in range(2_000))))
    yield made
    made.close()


def test_process_started_ahead_is_the_one_that_evaluates(writer: writing.Writer) -> None:
    evaluator = writer._evaluator
    first = evaluator._process
    writer.start()
    assert evaluator._process is first
    with pytest.raises(StoreTimeout, match="longer than"):
        writer.write(ENDLESS, time.monotonic() + 0.5)
    assert evaluator._process is None
    writer.start()
    second = evaluator._process
    assert second is not None
    assert writer.write(put("<urn:s> <urn:p> 2 .")).status == "written"
    assert evaluator._process is second
    writer.close()
    assert first is not None
    assert not first.alive()
    assert not second.alive()


def test_late_write_is_ended_at_its_deadline(writer: writing.Writer) -> None:
    begun = time.monotonic()
    with pytest.raises(StoreTimeout, match="longer than"):
        writer.write(ENDLESS, begun + 0.6)
    assert time.monotonic() - begun < 1.1
    with pytest.raises(StoreBusy, match="before it could be evaluated"):
        writer.write(ENDLESS, time.monotonic() - 0.1)


def test_process_that_is_still_starting_is_waited_for_no_longer_than_the_deadline(writer: writing.Writer) -> None:
    writer._evaluator.close(wait=True)
    with pytest.raises(StoreBusy, match="did not start within"):
        writer.write(put("<urn:s> <urn:p> 3 ."), time.monotonic() + 0.01)
    starting = writer._evaluator._process
    assert writer.write(put("<urn:s> <urn:p> 3 .")).status == "written"
    assert writer._evaluator._process is starting


def test_change_that_cannot_be_applied_in_time_is_not_begun(writer: writing.Writer) -> None:
    before = writer.write(put("<urn:s> <urn:p> 1 .")).generation
    writer._quad_s = 1.0
    with pytest.raises(StoreTimeout, match="2 quads, would take about 2 s"):
        writer.write(put("<urn:s> <urn:p> 2 ."), time.monotonic() + 1.5)
    assert writer._quad_s < 0.6  # so that a disk that was slow once does not refuse for ever
    outcome = writer.write(put("<urn:s> <urn:p> 1 ."))
    assert (outcome.status, outcome.generation) == ("unchanged", before)


@pytest.mark.parametrize("depth", [20_000, 100_000])
def test_deep_lists_end_in_time(writer: writing.Writer, depth: int) -> None:
    body = b"<urn:s> <urn:p> " + b"(" * depth + b"1" + b")" * depth + b" ."
    begun = time.monotonic()
    with contextlib.suppress(StoreTimeout):
        writer.write(WriteRequest("put", body, "text/turtle", graph="https://example.org/g"), begun + 1.5)
    assert time.monotonic() - begun < 2.0
