"""Kills processes of a running service under load: readers and writers check every answer against what was acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from fault_common import Tally, digest_of, in_child, invented
from fault_store import inspect
from servers import Server, descendants, free_port, role, start_crisiskg

#: Who is killed; of two, the second dies while the first is being started again.
ROLES = ("supervisor", "web", "host", "writer", "query worker", "evaluator", "web+supervisor", "writer+supervisor")
_READY_S = 5.0
_GRAPH = "https://example.org/served/{}/{}"
_VERSION = "https://example.org/version"
_WRITERS, _EACH = 2, 4


def size_of(version: int) -> int:
    """Return the number of subjects that a graph has in a version, so that a mixture of two is seen by its size too."""
    return 5 + version % 13


def triples(graph: str, version: int) -> bytes:
    """Return the content of a graph in a version as N-Triples."""
    quads = invented(graph, version, size_of(version))
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


def replacing(graph: str, version: int) -> str:
    """Return the update that puts a graph into a version."""
    content = triples(graph, version).decode()
    return f"DROP SILENT GRAPH <{graph}> ; INSERT DATA {{ GRAPH <{graph}> {{ {content} }} }}"


class Ledger:
    """What was sent and what was acknowledged, for each graph, and what readers found wrong."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, int] = {}
        self.tried: dict[str, int] = {}
        #: Versions that a graph may have besides the acknowledged one: writes whose answer did not come.
        self.uncertain: dict[str, set[int]] = {}
        self.wrong: list[str] = []
        self.answers: Counter[str] = Counter()
        self.lock = threading.Lock()

    def may_be(self, graph: str) -> set[int]:
        """Return the versions that a graph may have while nobody writes; 0 means that it is not there."""
        return {self.acknowledged.get(graph, 0), *self.uncertain.get(graph, set())}

    def report(self, what: str) -> None:
        """Keep a wrong answer."""
        with self.lock:
            self.wrong.append(what)


class Client:
    """One client: a connection that is kept, and opened again after an error."""

    def __init__(self, port: int, ledger: Ledger) -> None:
        self._port, self._ledger = port, ledger
        self._connection: http.client.HTTPConnection | None = None

    def send(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None, expected: int = 200
    ) -> tuple[int, bytes, str]:
        """Return status, body and generation; status 0 where there was no whole answer.

        Statuses from 400 to 499 are reported as wrong answers, but for the one that is expected.
        """
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read()
            found = answer.status, text, answer.headers.get("X-Crisiskg-Generation", "")
        except (OSError, http.client.HTTPException):
            self.close()
            found = 0, b"", ""
        with self._ledger.lock:
            self._ledger.answers[f"{method} {found[0] or 'no answer'}"] += 1
        if found[0] not in (0, 200, 201, 204, expected) and found[0] < 500:
            self._ledger.report(f"{method} {path[:200]} was answered with {found[0]}: {found[1][:200]!r}")
        return found

    def query(self, text: str) -> tuple[int, bytes, str]:
        """Ask a query."""
        headers = {"Accept": "application/sparql-results+json", "Cache-Control": "no-cache"}
        return self.send("GET", f"/sparql?query={quote(text)}", headers)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Load:
    """Readers and writers in threads, until told to pause or to stop.

    Args:
        port: Where the service listens.
        seed: What is written and read when.
    """

    def __init__(self, port: int, seed: int) -> None:
        self.port, self.ledger = port, Ledger()
        self.going, self.stopping = threading.Event(), threading.Event()
        self.busy = 0
        self._threads = [
            threading.Thread(target=self._write, args=(n, random.Random(seed + n)), daemon=True) for n in range(_WRITERS)
        ]
        self._threads += [
            threading.Thread(target=self._read, args=(random.Random(seed + 100 + n),), daemon=True) for n in range(2)
        ]
        for thread in self._threads:
            thread.start()

    def graphs(self) -> list[str]:
        """Return all graphs; the last two of each writer are always written together."""
        return [_GRAPH.format(writer, n) for writer in range(_WRITERS) for n in range(_EACH)]

    def pause(self) -> None:
        """Return when no request is on its way."""
        self.going.clear()
        while self.busy:
            time.sleep(0.01)

    def stop(self) -> None:
        """End the threads."""
        self.stopping.set()
        self.going.set()
        for thread in self._threads:
            thread.join(30)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[bool]:
        """Wait until requests may be sent; yield False when they may no more."""
        on = False
        while not on and not self.stopping.is_set():
            self.going.wait(0.2)
            with self.ledger.lock:
                if on := self.going.is_set() and not self.stopping.is_set():
                    self.busy += 1
        try:
            yield on
        finally:
            if on:
                with self.ledger.lock:
                    self.busy -= 1

    def _write(self, writer: int, draw: random.Random) -> None:
        client, ledger = Client(self.port, self.ledger), self.ledger
        own = [_GRAPH.format(writer, n) for n in range(_EACH)]
        version = 0
        while True:
            with self._turn() as on:
                if not on:
                    break
                version += 1
                together = draw.random() < 0.3
                graphs = own[-2:] if together else [draw.choice(own[:-2])]
                with ledger.lock:
                    for graph in graphs:
                        ledger.tried[graph] = version
                        ledger.uncertain.setdefault(graph, set()).add(version)
                if together:
                    text = " ; ".join(replacing(graph, version) for graph in graphs)
                    status, _, _ = client.send("POST", "/sparql", {"Content-Type": "application/sparql-update"}, text.encode())
                else:
                    path = f"/graphs?graph={quote(graphs[0], safe='')}"
                    body = triples(graphs[0], version)
                    status, _, _ = client.send("PUT", path, {"Content-Type": "application/n-triples"}, body)
                if status in (200, 201, 204):
                    with ledger.lock:
                        for graph in graphs:
                            ledger.acknowledged[graph] = version
                            ledger.uncertain[graph] = set()
                else:
                    time.sleep(0.05)
        client.close()

    def _read(self, draw: random.Random) -> None:
        client, ledger = Client(self.port, self.ledger), self.ledger
        newest = 0
        while True:
            with self._turn() as on:
                if not on:
                    break
                writer = draw.randrange(_WRITERS)
                own = [_GRAPH.format(writer, n) for n in range(_EACH)]
                graphs = own[-2:] if draw.random() < 0.4 else [draw.choice(own)]
                with ledger.lock:
                    least = {graph: ledger.acknowledged.get(graph, 0) for graph in graphs}
                names = " ".join(f"<{graph}>" for graph in graphs)
                where = f"VALUES ?g {{ {names} }} GRAPH ?g {{ ?s <{_VERSION}> ?v }}"
                status, body, generation = client.query(f"SELECT ?g ?v (COUNT(*) AS ?n) WHERE {{ {where} }} GROUP BY ?g ?v")
                if status != 200:
                    time.sleep(0.02)
                    continue
                with ledger.lock:
                    most = {graph: ledger.tried.get(graph, 0) for graph in graphs}
                self._check(body, least, most)
                if generation:
                    if int(generation) < newest:
                        ledger.report(f"generation {generation} was shown after {newest}")
                    newest = max(newest, int(generation))
        client.close()

    def _check(self, body: bytes, least: dict[str, int], most: dict[str, int]) -> None:
        found: dict[str, list[tuple[int, int]]] = {graph: [] for graph in least}
        for row in json.loads(body)["results"]["bindings"]:
            found[row["g"]["value"]].append((int(row["v"]["value"]), int(row["n"]["value"])))
        for graph, versions in found.items():
            if not versions:
                if least[graph]:
                    self.ledger.report(f"{graph} is empty, version {least[graph]} was acknowledged before")
            elif len(versions) > 1 or versions[0][1] != size_of(versions[0][0]):
                self.ledger.report(f"{graph} is torn: versions and counts {versions}")
            elif not least[graph] <= versions[0][0] <= most[graph]:
                self.ledger.report(f"{graph} shows version {versions[0][0]}, not {least[graph]} to {most[graph]}")
        if len(found) == 2 and len({tuple(versions[:1] and [versions[0][0]]) for versions in found.values()}) > 1:
            self.ledger.report(f"two graphs that are written together differ: {found}")

    def check_all(self) -> set[str]:
        """Compare every graph, as a whole, with what was sent; return those that are not as acknowledged. Nobody may write."""
        client, lost = Client(self.port, self.ledger), set()
        for graph in self.graphs():
            path = f"/graphs?graph={quote(graph, safe='')}"
            until = time.monotonic() + _READY_S
            while True:  # a process that was killed last may only now be missed
                status, body, _ = client.send("GET", path, {"Accept": "application/n-triples"}, expected=404)
                if status in (200, 404) or time.monotonic() > until:
                    break
                time.sleep(0.05)
            allowed = self.ledger.may_be(graph)
            lines = sorted(line for line in body.decode().splitlines() if line)
            if status == 404 and 0 in allowed:
                continue
            if status != 200 or not any(
                version and lines == sorted(triples(graph, version).decode().splitlines()) for version in allowed
            ):
                lost.add(f"{graph} (status {status}, {len(lines)} triples, one of {sorted(allowed)} was due)")
        client.close()
        return lost


def pids_of(server: Server, name: str) -> list[int]:
    """Return the processes of a role."""
    return [pid for pid, command in descendants(server.process.pid).items() if role(command) == name]


def kill_supervisor(server: Server, patience_s: float = 3.0) -> list[str]:
    """Kill a supervisor and return those of its processes that outlive it; they are killed then."""
    os.kill(server.process.pid, signal.SIGSTOP)  # so that it starts nothing between the look and its death
    below = {pid: command for pid, command in descendants(server.process.pid).items() if pid != server.process.pid}
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    until = time.monotonic() + patience_s
    while below and time.monotonic() < until:
        below = {pid: command for pid, command in below.items() if descendants(pid).get(pid) == command}
        time.sleep(0.02)
    for pid in below:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [role(command) for command in below.values()]


def ready_after(port: int, limit_s: float) -> float | None:
    """Return after how many seconds queries and writes are answered again; None where they are not in time."""
    ledger, began = Ledger(), time.perf_counter()
    client = Client(port, ledger)
    graph = "https://example.org/served/probe"
    while time.perf_counter() - began < limit_s:
        body = triples(graph, random.randrange(1000))
        path = f"/graphs?graph={quote(graph, safe='')}"
        reads = client.query("ASK { }")[0] == 200 and client.send("GET", "/readyz", {})[0] == 200
        if reads and client.send("PUT", path, {"Content-Type": "application/n-triples"}, body)[0] in (200, 201, 204):
            client.close()
            return time.perf_counter() - began
        client.close()
        time.sleep(0.02)
    return None


def make_store(folder: Path) -> Path:
    """Make a small store that is published."""

    def work(_: object) -> None:
        from crisiskg.store import OxigraphStore

        with OxigraphStore(folder) as store:
            for n in range(20):
                graph = f"https://example.org/at-rest/{n}"
                store.replace_graph(graph, invented(graph, 1, 50))
            store.publish()

    ended = in_child(work)
    assert not ended.error, ended.error
    return folder


def kill_processes(tally: Tally, folder: Path, rounds: int, ready_s: float = _READY_S) -> None:
    """Kill a random process of the service again and again while it is read and written.

    Args:
        tally: Where outcomes go; its seed draws who dies when.
        folder: Folder for the store and the log.
        rounds: How many processes are killed.
        ready_s: Seconds in which queries and writes must be answered again.
    """
    draw = random.Random(tally.seed)
    store, log, port = make_store(folder / "store"), folder / "log", free_port()
    settings: dict[str, Any] = {"writable": "true", "open_writes": "true", "web_processes": 2}
    server = start_crisiskg(store, log=log, port=port, **settings)
    load = Load(port, tally.seed)
    waits: list[float] = []
    try:
        if ready_after(port, 20) is None:
            tally.hole("start", f"the service takes no writes: {log.read_text('utf-8', 'replace')[-500:]}")
            return
        for number in range(rounds):
            victim = ROLES[number % len(ROLES)] if rounds < 20 else draw.choice(ROLES)
            where = f"round {number}, {victim} killed"
            load.going.set()
            time.sleep(draw.uniform(0.1, 0.8))
            first, _, second = victim.partition("+")
            pids = pids_of(server, first)
            if not pids and first != "evaluator":
                tally.hole(where, f"there is no such process among {Counter(server.processes().values())}")
                return
            if pids:  # the one that evaluates writes is there only when there are any
                os.kill(draw.choice(pids), signal.SIGKILL)
            if second:
                time.sleep(draw.uniform(0.0, 0.4))
            if "supervisor" in (first, second):
                for left in kill_supervisor(server):
                    tally.hole(where, f"{left} lived on without its supervisor")
                try:
                    server = start_crisiskg(store, log=log, port=port, limit_s=20.0, **settings)
                except SystemExit as error:
                    tally.hole(where, str(error)[-400:])
                    return
            wait = ready_after(port, 20.0)
            if "supervisor" in (first, second) and wait is not None:
                wait += server.start_s
            if wait is None:
                tally.hole(where, f"not ready within 20 s: {log.read_text('utf-8', 'replace')[-300:]}")
                return
            time.sleep(draw.uniform(0.0, 0.3))
            load.pause()
            waits.append(wait)
            lost = load.check_all()
            told = log.read_text("utf-8", "replace")
            silent = [what for what in lost if what.split()[0] not in told]
            with load.ledger.lock:
                wrong, load.ledger.wrong = load.ledger.wrong, []
            if silent or wrong:
                tally.hole(
                    where, f"{len(silent)} graphs not as acknowledged, {len(wrong)} wrong answers: {[*silent, *wrong][:3]}"
                )
                if silent:
                    return
            elif wait > ready_s:
                tally.hole(where, f"ready only after {wait:.1f} s")
            else:
                tally.count(f"{victim}: ready in time, nothing lost" + (", losses named" if lost else ""))
        load.stop()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(20)
        if code:
            tally.hole("stop", f"SIGTERM ended the service with exit code {code}")
        _check_at_rest(tally, store, load)
    finally:
        load.stop()
        server.stop()
        found = load.ledger.answers
        well = sum(number for what, number in found.items() if what.split()[1] in ("200", "201", "204"))
        tally.notes.append(f"Requests: {sum(found.values()):,}, of them {well:,} answered well.")
        if waits:
            tally.notes.append(f"Ready again after {sorted(waits)[len(waits) // 2]:.1f} s (median), {max(waits):.1f} s at most.")


def _check_at_rest(tally: Tally, store: Path, load: Load) -> None:
    """Look at the store when the service has ended."""
    found = in_child(inspect(store))
    if found.result is None or not isinstance(found.result["content"], dict):
        tally.hole("end", f"the store does not open: {found.result or found.error}"[:400])
        return
    if found.result["verify"]:
        tally.hole("end", f"verify is not content: {found.result['verify']}"[:300])
    for graph in load.graphs():
        allowed = {
            digest_of(invented(graph, version, size_of(version))) if version else None for version in load.ledger.may_be(graph)
        }
        if found.result["content"].get(graph) not in allowed:
            tally.hole("end", f"{graph} is not as acknowledged")
