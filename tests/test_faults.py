"""The fault harness and the load generator: that they find what is wrong, and in short that nothing is."""

from __future__ import annotations

import base64
import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyoxigraph as ox
import pytest

pytestmark = pytest.mark.alone

BENCH = Path(__file__).parent.parent / "bench"


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


def run_faults(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The harness forks, which only a process that never opened a store may do."""
    command = [sys.executable, BENCH / "faults.py", "--short", "--seed", "20", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def test_a_killed_writer_leaves_a_store_as_before_or_after_its_write() -> None:
    done = run_faults("--parts", "points")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as after the write") >= 9


def test_damaged_files_never_give_wrong_answers() -> None:
    done = run_faults("--parts", "damage")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "whole" in done.stdout
    assert "refused" in done.stdout


@pytest.mark.server
def test_a_service_whose_processes_are_killed_loses_nothing() -> None:
    done = run_faults("--parts", "service", "--ready", "60")
    assert done.returncode == 0, done.stdout + done.stderr
    for role in ("supervisor", "web", "host", "writer", "query worker"):
        assert f"{role}: ready in time, nothing lost" in done.stdout


def run_python(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=BENCH)
    assert done.returncode == 0, done.stderr


def test_the_harness_sees_a_loss_that_nobody_names(tmp_path: Path) -> None:
    run_python(
        f"""
from pathlib import Path
from fault_common import Tally
from fault_store import Image, judge, make_images
image = make_images(Path({str(tmp_path)!r}))["settled"]
graph, *_ = image.acknowledged
tally = Tally("damage", 0)
judge(tally, "nothing", image, image.folder)
assert tally.outcomes == {{"whole": 1}}, tally
other = {{graph: "0" * 64}}
judge(tally, "a loss", Image(image.folder, image.acknowledged | other, image.published, {{}}), image.folder)
assert len(tally.holes) == 1 and graph in tally.holes[0], tally
judge(tally, "an old generation", Image(image.folder, image.acknowledged, image.published | other, {{}}), image.folder)
assert "readers see wrong content" in tally.holes[1], tally
"""
    )


def test_half_of_a_write_of_several_graphs_is_seen() -> None:
    from fault_store import Image

    image = Image(Path(), {"a": "1", "b": "1"}, {}, {"a": "2", "b": "2"}, together=True)
    assert image.allows({"a": "1", "b": "1"}) == set()
    assert image.allows({"a": "2", "b": "2"}) == set()
    assert image.allows({"a": "2", "b": "1"}) == {"b"}
    assert image.allows({"a": "3", "b": "1"}) == {"a"}


def test_a_child_that_is_killed_tells_what_it_told_before() -> None:
    run_python(
        """
import os
from fault_common import in_child, killed
def work(tell):
    tell(["a", 1])
    os.kill(os.getpid(), 9)
ended = in_child(work)
assert killed(ended) and ended.told == (["a", 1],) and ended.result is None
assert "ZeroDivisionError" in in_child(lambda tell: 1 / 0).error
assert in_child(lambda tell: os.environ["FAULT"], {"FAULT": "x"}).result == "x"
"""
    )


def test_readers_of_the_load_see_torn_old_and_future_content() -> None:
    from fault_service import Ledger, Load, size_of

    load = Load.__new__(Load)
    load.ledger = Ledger()

    def answer(*rows: tuple[str, int, int]) -> bytes:
        found = [{"g": {"value": graph}, "v": {"value": str(v)}, "n": {"value": str(n)}} for graph, v, n in rows]
        return json.dumps({"results": {"bindings": found}}).encode()

    load._check(answer(("g", 3, size_of(3))), {"g": 2}, {"g": 3})
    assert load.ledger.wrong == []
    load._check(answer(("g", 1, size_of(1))), {"g": 2}, {"g": 3})
    load._check(answer(("g", 4, size_of(4))), {"g": 2}, {"g": 3})
    load._check(answer(("g", 3, size_of(3) - 1)), {"g": 2}, {"g": 3})
    load._check(answer(("g", 2, size_of(2)), ("g", 3, size_of(3))), {"g": 2}, {"g": 3})
    load._check(answer(), {"g": 2}, {"g": 3})
    assert len(load.ledger.wrong) == 5
    load._check(answer(("g", 3, size_of(3)), ("h", 2, size_of(2))), {"g": 2, "h": 2}, {"g": 3, "h": 3})
    assert "differ" in load.ledger.wrong[-1]


class _Answers(http.server.BaseHTTPRequestHandler):
    """Answers every third request with 503, and the others in turns with a length and in chunks."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []
    lock = threading.Lock()

    def do_GET(self) -> None:
        with self.lock:
            self.seen.append(self.path)
            number = len(self.seen)
        body = b'{"type"}' * 3
        self.send_response(503 if number % 3 == 0 else 200)
        if number % 2:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(body), 5):
                part = body[at : at + 5]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[int]:
    _Answers.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("rate", [None, 100.0])
def test_the_load_generator_counts_checks_and_numbers_requests(answering: int, rate: float | None) -> None:
    from load import COUNTER, Generator, Plan

    request = base64.b64encode(b"GET /" + COUNTER + b" HTTP/1.1\r\nHost: x\r\n\r\n").decode()
    plan = Plan(answering, [request, request], [3, 4], connections=3, seconds=0.5, rate=rate, warm=0.0, offset=5)
    found = Generator(plan).run()
    assert found.failed == 0
    assert found.sent == len(_Answers.seen) == sum(found.statuses.values())
    assert len(set(_Answers.seen)) == len(_Answers.seen)
    assert min(_Answers.seen) == "/0000000005"
    assert found.statuses["503"] == found.sent // 3
    # Half of all are to hold four terms, and hold three.
    assert found.wrong >= found.sent // 2
    assert found.wrong + len(found.latencies) == found.sent
    assert found.first_wrong
    if rate is not None:
        assert found.sent == pytest.approx(50, abs=2)


def test_prepared_documents_are_the_same_each_time_and_conform() -> None:
    from data import document_quads, make_world

    from crisiskg.validation import validate

    name, quads = document_quads(make_world(), 3)
    again, same = document_quads(make_world(), 3)
    assert (name, quads) == (again, same)
    assert document_quads(make_world(), 4)[0] != name
    assert validate(quads).conforms
    assert len(quads) > 500


def test_mixes_know_how_many_terms_their_answers_hold() -> None:
    from data import document_quads, make_world
    from mixes import answer, point_mix, rows_of

    store = ox.Store()
    for number in range(3):
        store.extend(document_quads(make_world(), number)[1])
    mix = point_mix(store, 8)
    assert len(mix.queries) == len(set(mix.queries)) == 8
    assert all(terms > 0 for terms in mix.terms)
    for query, terms in zip(mix.queries, mix.terms, strict=True):
        body = answer(store, query)
        assert body.count(b'"type"') == terms
        assert rows_of(body)
    assert mix == point_mix(store, 8)
    texts = [base64.b64decode(text) for text in mix.requests("/sparql", distinct=True)]
    assert all(text.startswith(b"GET /sparql?query=") and b"no-cache" in text for text in texts)


@pytest.mark.skipif(shutil.which("cp") is None, reason="needs cp")
def test_a_copy_of_a_store_keeps_its_hard_links(tmp_path: Path) -> None:
    from fault_common import copy_tree

    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"x")
    (tmp_path / "a" / "two").hardlink_to(tmp_path / "a" / "one")
    copy_tree(tmp_path / "a", tmp_path / "b")
    assert (
        (tmp_path / "b" / "one").stat().st_ino == (tmp_path / "b" / "two").stat().st_ino != (tmp_path / "a" / "one").stat().st_ino
    )
