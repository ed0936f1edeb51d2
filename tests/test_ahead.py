"""Queries that are sent to busy workers ahead of time: each gets its own answer, whatever happens to those before it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from crisiskg.settings import Settings, load_settings
from crisiskg.store import OxigraphStore
from crisiskg.tidiness import Tidiness
from crisiskg.workers.crew import Crew, Job
from crisiskg.workers.frames import FrameParser, pack
from crisiskg.workers.inbox import Inbox
from crisiskg.workers.pool import local_command
from crisiskg.workers.requests import query_request

G = "https://example.org/graph/a"
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SETTINGS = load_settings(
    query_time_limit_s=20.0, query_workers=1, quick_query_workers=1, named_query_workers=1, query_queue=50, query_memory_mb=512
)


def quads(count: int, graph: str = G) -> list[ox.Quad]:
    return [
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode("urn:p"), ox.Literal(f"value {n}"), ox.NamedNode(graph))
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ahead") / "store"
    with OxigraphStore(path) as store:
        store.replace_graph(G, quads(400))
        store.publish()
    return path


@pytest.fixture(autouse=True)
def _one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lines form behind one worker, however many processors there are."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)


class Sink:
    """Keeps the answer to one query."""

    def __init__(self) -> None:
        self.body = b""
        self.header: dict[str, Any] = {}
        self.error = ""
        self.over = asyncio.Event()

    def frames(self, frames: list[tuple[bytes, bytes]]) -> None:
        for letter, content in frames:
            assert not self.over.is_set()
            if letter == b"D":
                self.body += content
            elif letter == b"H":
                assert not self.header
                self.header = json.loads(content)
            elif letter == b"X":
                self.error = json.loads(content)["error"]

    def job_over(self, _: Job) -> None:
        self.over.set()

    def values(self) -> list[str]:
        return sorted(row["o"]["value"] for row in json.loads(self.body)["results"]["bindings"])


def ask(crew: Crew, query: str, settings: Settings = SETTINGS) -> tuple[Job, Sink]:
    sink = Sink()
    request = query_request(settings, query, ["application/sparql-results+json"])
    job = Job(request, query, "user", "", "", settings.query_time_limit_s, sink)
    crew.submit(job)
    return job, sink


def one(number: int) -> str:
    return f"SELECT ?o {{ <urn:s{number}> <urn:p> ?o }} # {number}"


async def until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.005)


def run(folder: Path, story: Callable[[Crew], Awaitable[None]], settings: Settings = SETTINGS) -> None:
    async def with_crew() -> None:
        crew = Crew(lambda niceness: local_command(folder, settings.query_memory_mb, niceness), settings)
        crew.start()
        try:
            _, first = ask(crew, one(1))
            await asyncio.wait_for(first.over.wait(), 20)
            await story(crew)
        finally:
            await crew.close()

    asyncio.run(with_crew())


def in_line(jobs: list[Job]) -> int:
    return sum(job.ahead is not None for job in jobs)


def test_each_gets_its_own_answer(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        asked = [ask(crew, one(n)) for n in range(60)]
        assert in_line([job for job, _ in asked]) == 7
        pid = crew.pids()[1]
        for n, (job, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 20)
            assert sink.values() == [f"value {n}"], n
            assert (job.outcome, job.rows) == ("answered", 1)
        assert crew.pids()[1] == pid  # one process answered all of them
        assert crew.state() == dict.fromkeys(crew.state(), 0)

    run(folder, story)


def test_nobody_waits_behind_a_query_that_takes_its_time(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        endless, _ = ask(crew, ENDLESS)
        asked = [ask(crew, one(n)) for n in range(5)]
        assert in_line([job for job, _ in asked]) == 5
        begun = time.monotonic()
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            assert sink.values() == [f"value {n}"]
        assert time.monotonic() - begun < 5
        assert endless.state == "long"

    run(folder, story)


def test_after_a_query_of_some_time_the_others_are_taken_back_and_the_worker_stays_in_step(folder: Path) -> None:
    settings = SETTINGS.model_copy(update={"quick_query_s": 5.0})

    async def story(crew: Crew) -> None:
        heavy, heavy_sink = ask(crew, "SELECT (COUNT(*) AS ?o) { ?a ?b ?c . ?d ?e ?f . FILTER(?a = ?d) }")
        asked = [ask(crew, one(n)) for n in range(5)]
        await until(lambda: in_line([job for job, _ in asked]) == 0)
        assert heavy.state == "quick"
        await asyncio.wait_for(heavy_sink.over.wait(), 10)
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            assert sink.values() == [f"value {n}"]
        assert heavy_sink.values() == ["400"]
        assert crew.killed == 0

    run(folder, story, settings)


def test_one_in_line_can_be_cancelled(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        asked = [ask(crew, one(n)) for n in range(6)]
        assert crew.cancel(asked[3][0].number)
        assert asked[3][1].error == "cancelled"
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            if n != 3:
                assert sink.values() == [f"value {n}"]
        assert asked[3][1].body == b""

    run(folder, story)


def test_those_in_line_outlive_their_worker(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        asked = [ask(crew, one(n)) for n in range(6)]
        worker = asked[0][0].worker
        assert worker is not None
        os.kill(worker.pid, signal.SIGKILL)
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            assert sink.values() == [f"value {n}"]

    run(folder, story)


def test_those_in_line_do_not_pay_for_a_query_that_ends_its_worker(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        aggregate = "SELECT (GROUP_CONCAT(?c) AS ?o) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        _, greedy = ask(crew, aggregate)
        asked = [ask(crew, one(n)) for n in range(4)]
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            assert sink.values() == [f"value {n}"]
        await asyncio.wait_for(greedy.over.wait(), 25)
        assert greedy.error

    run(folder, story)


def test_those_in_line_do_not_wait_for_a_slow_client(folder: Path) -> None:
    async def story(crew: Crew) -> None:
        large, _ = ask(crew, "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 50000")
        asked = [ask(crew, one(n)) for n in range(4)]
        crew.pause(large, True)
        assert in_line([job for job, _ in asked]) == 0
        for n, (_, sink) in enumerate(asked):
            await asyncio.wait_for(sink.over.wait(), 10)
            assert sink.values() == [f"value {n}"]

    run(folder, story)


def test_whatever_happens_nobody_gets_the_answer_of_another(folder: Path) -> None:
    draw = random.Random(5)

    async def story(crew: Crew) -> None:
        asked: list[tuple[int, Job, Sink]] = []
        for n in range(300):
            query = ENDLESS.replace("?n)", f"?n{n})") if draw.random() < 0.01 else one(n)
            asked.append((n if query != ENDLESS and "COUNT" not in query else -1, *ask(crew, query)))
            if draw.random() < 0.1:
                crew.cancel(draw.choice(asked)[1].number)
            if draw.random() < 0.02:
                busy = [job.worker for job in crew.jobs() if job.worker is not None]
                if busy:
                    os.kill(draw.choice(busy).pid, signal.SIGKILL)
            if draw.random() < 0.05:
                crew.abandon(draw.choice(asked)[1])
            if draw.random() < 0.2:
                await asyncio.sleep(draw.random() * 0.03)
        await until(lambda: all(sink.over.is_set() for n, _, sink in asked if n >= 0), 20)
        answered = 0
        for n, job, sink in asked:
            if n >= 0 and job.outcome == "answered" and job.wanted:
                assert sink.values() == [f"value {n}"]
                answered += 1
            elif n >= 0:
                assert job.outcome in ("cancelled", "gone", "died", "busy") or not job.wanted
        assert answered > 200

    run(folder, story, SETTINGS.model_copy(update={"query_queue": 200}))


def test_requests_that_are_taken_back_later_are_left_out() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        inbox = Inbox(theirs.fileno())
        ours.send(pack(b"Q", b"first") + pack(b"Q", b"second") + pack(b"Q", b"third"))
        assert (inbox.next(), inbox.fresh) == (b"first", True)
        inbox.fresh = False
        ours.send(pack(b"C", b"3") + pack(b"C", b"1"))
        assert (inbox.next(), inbox.fresh) == (b"second", False)
        time.sleep(0.01)  # a request that took its time: it is worth asking
        assert (inbox.next(), inbox.fresh) == (b"", True)
        ours.send(pack(b"Q", b"fourth")[:3])
        ours.send(pack(b"Q", b"fourth")[3:])
        assert inbox.next() == b"fourth"
        ours.shutdown(socket.SHUT_WR)
        assert inbox.next() is None
        inbox.close()
    assert FrameParser().feed(b"") == []


# --- files of a store in order ----------------------------------------------------------------------------------------


def test_a_store_is_put_in_order_when_much_of_it_is_new(tmp_path: Path) -> None:
    with OxigraphStore(tmp_path / "s") as store:
        for part in range(3):
            store.replace_graph(f"{G}{part}", quads(50_000, f"{G}{part}"))
            store.flush()
        files = len(list((tmp_path / "s" / "db").glob("*.sst")))
        assert store.tidy()
        assert len(list((tmp_path / "s" / "db").glob("*.sst"))) < files
        assert not store.tidy()
        before = {name: store.digest(name) for name in store.graphs()}
        store.replace_graph(G, quads(5))
        store.publish()
        assert not Tidiness(tmp_path / "s").is_due()  # too little of it is new
        assert {name: store.digest(name) for name in store.graphs() if name != G} == before
        (tmp_path / "s" / "tidy").write_text("no number")
        assert Tidiness(tmp_path / "s").is_due()
        store.publish()
        assert not Tidiness(tmp_path / "s").is_due()
    with OxigraphStore(tmp_path / "s") as store:
        assert store.verify().changed == ()


def test_nothing_is_put_in_order_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with OxigraphStore(tmp_path / "s") as store:
        store.replace_graph(G, quads(100_000))
        store.flush()
        monkeypatch.setattr("crisiskg.tidiness.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
        assert not store.tidy()
        monkeypatch.undo()
        assert store.tidy()
