"""Measures serving, for `make bench-serve`: our service, `oxigraph serve` and rdflib-endpoint over the same million quads.

All servers run at the same time on loopback and take turns, so that whatever else the machine does falls on all of them; each
figure is the median of the rounds. Answers are checked: status, number of terms, and for a sample all rows.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from data import Prepared, document_quads, make_world, n_triples, prepare
from fault_common import write_between
from load import Plan
from mixes import ENDLESS, EVERYTHING, JSON, Mix, answer, point_mix, rows_of
from servers import Server, find_oxigraph, request, start_crisiskg, start_oxigraph, start_rdflib_endpoint

HERE = Path(__file__).parent
CSV = "text/csv"
#: Bytes that stand once a row in a streamed answer, and how many more or fewer of them than rows there are.
ROW_MARKS = {CSV: (b"\r\n", -1), JSON: (b"}},{", 1)}
TARGETS = {
    "point queries, share of oxigraph serve at 8 connections": (">=", 0.5),
    "cached queries, share of oxigraph serve at 8 connections": (">=", 1.2),
    "point queries, times rdflib-endpoint at 8 connections": (">=", 60.0),
    "streamed rows, share of the bare engine": (">=", 0.7),
    "p99 at 100 requests/s, ms": ("<", 60.0),
}
#: The bare engine: what a process takes that has no server around it.
BARE = """
import sys, time, pyoxigraph as ox
store = ox.Store.read_only(sys.argv[1])
start = time.perf_counter()
found = store.query(sys.argv[2], use_default_graph_as_union=True)
with open("/dev/null", "wb") as output:
    found.serialize(output=output, format=getattr(ox.QueryResultsFormat, sys.argv[3]))
print(time.perf_counter() - start)
"""


class Report:
    """What is printed: tables, and figures that have a target.

    Args:
        markdown: Whether tables are Markdown.
    """

    def __init__(self, markdown: bool) -> None:
        self.markdown = markdown
        self.figures: dict[str, float] = {}
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        """Print lines."""
        self.lines.append(text)
        print(text, flush=True)

    def title(self, text: str) -> None:
        """Print a heading."""
        self.say(f"\n### {text}\n" if self.markdown else f"\n{text}")

    def table(self, head: list[str], rows: list[list[object]]) -> None:
        """Print a table."""
        lines = [head, *([_shown(cell) for cell in row] for row in rows)]
        if self.markdown:
            lines.insert(1, ["---"] * len(head))
            self.say("\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n")
            return
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        for line in lines:
            self.say("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    def targets(self) -> list[str]:
        """Print the figures that have a target; return those that miss it."""
        rows: list[list[object]] = []
        missed = []
        for name, (sign, target) in TARGETS.items():
            value = self.figures.get(name)
            met = value is not None and (value >= target if sign == ">=" else value < target)
            missed += [] if met or value is None else [name]
            verdict = "met" if met else "" if value is None else "MISSED"
            rows.append(
                [name, "not measured" if value is None else value, f"{'≥' if sign == '>=' else sign} {target:g}", verdict]
            )
        self.title("Targets")
        self.table(["figure", "value", "target", ""], rows)
        return missed

    def write(self, path: Path) -> None:
        """Put what was printed into a file, between the two lines that mark the place."""
        write_between(path, "\n".join(self.lines))


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies, in the unit of the values; not a number where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Load:
    """Runs the load generator in its own process and numbers its requests, so that no text comes twice.

    Args:
        report: Where answers that are not as they should be are told.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._offset = 1

    def run(self, server: Server, mix: Mix, *, distinct: bool, **plan: Any) -> dict[str, Any]:
        """Carry out a plan; the result has also the processor time a request by role, in ms."""
        requests = mix.requests(server.query_path, distinct)
        whole = Plan(server.port, requests, list(mix.terms), offset=self._offset, **plan)
        before = server.cpu_s()
        done = subprocess.run(
            [sys.executable, HERE / "load.py"], input=json.dumps(asdict(whole)), capture_output=True, text=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        self._offset += found["sent"]
        spent = {name: seconds - before.get(name, 0.0) for name, seconds in server.cpu_s().items()}
        found["cpu_ms"] = {name: 1000 * seconds / max(1, found["sent"]) for name, seconds in spent.items()}
        if found["wrong"] or found["failed"]:
            counts = f"{found['wrong']} refused or wrong, {found['failed']} without answer, of {found['sent']}"
            self._report.say(f"  {server.name}, {whole.connections} connections: {counts}; first: {found['first_wrong'][:120]}")
        return found


def closed_loop(report: Report, load: Load, servers: list[Server], mix: Mix, options: argparse.Namespace, distinct: bool) -> None:
    """Measure requests a second, latencies and processor time at 1, 8 and 32 connections."""
    kind = "point" if distinct else "cached"
    rates: dict[tuple[str, int], float] = {}
    for connections in (1, 8, 32):
        rounds: dict[str, list[dict[str, Any]]] = {server.name: [] for server in servers}
        for number in range(options.rounds):
            for server in servers:
                if server.name == "rdflib-endpoint" and number:
                    continue  # sixty times slower: once is enough
                rounds[server.name].append(
                    load.run(server, mix, distinct=distinct, connections=connections, seconds=options.seconds)
                )
        rows: list[list[object]] = []
        for name, found in rounds.items():
            rate = median(len(one["latencies"]) / one["seconds"] for one in found)
            rates[name, connections] = rate
            p50, p99 = (1000 * median(percentile(one["latencies"], share) for one in found) for share in (0.5, 0.99))
            refused = sum(one["statuses"].get("503", 0) for one in found)
            total = median(sum(one["cpu_ms"].values()) for one in found)
            parts = {role: median(one["cpu_ms"].get(role, 0.0) for one in found) for role in found[0]["cpu_ms"]}
            split = ", ".join(f"{role} {ms:.2f}" for role, ms in sorted(parts.items()) if ms >= 0.01) if len(parts) > 1 else ""
            rows.append([connections, name, rate, p50, p99, total, split, refused])
        head = ["connections", "server", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "of which", "refused (503)"]
        report.table(head, rows)
    ours = rates["crisiskg serve", 8]
    report.figures[f"{kind} queries, share of oxigraph serve at 8 connections"] = ours / rates["oxigraph serve", 8]
    if slow := rates.get(("rdflib-endpoint", 8)):
        report.figures["point queries, times rdflib-endpoint at 8 connections"] = ours / slow


def agreement(report: Report, servers: list[Server], store: ox.Store, mix: Mix) -> None:
    """Compare all rows of a sample of answers with those of the engine."""
    sample = mix.queries[:40]
    wanted = [rows_of(answer(store, query)) for query in sample]
    for server in servers:
        same = sum(rows_of(server.get(query)[1]) == rows for query, rows in zip(sample, wanted, strict=True))
        report.say(f"- {server.name}: {same} of {len(sample)} answers have the rows that the engine gives")


def streamed(server: Server, query: str, media_type: str) -> tuple[float, float, int, int]:
    """Take a streamed answer; return seconds, seconds to its first byte, bytes and rows.

    Raises:
        RuntimeError: it is not 200, or not whole.
    """
    mark, more = ROW_MARKS[media_type]
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=180)
    connection.request(
        "GET", f"{server.query_path}?query={quote(query)}", headers={"Accept": media_type, "Cache-Control": "no-cache"}
    )
    reply = connection.getresponse()
    if reply.status != 200:
        raise RuntimeError(f"{server.name}: status {reply.status}: {reply.read()[:300]!r}")
    first, total, rows, before = 0.0, 0, more, b""
    while block := reply.read1(1_048_576):
        first = first or time.perf_counter() - start
        total += len(block)
        window = before + block
        rows += window.count(mark)
        before = window[1 - len(mark) :]
    connection.close()
    return time.perf_counter() - start, first, total, rows


def streaming(report: Report, servers: list[Server], generation: Path, options: argparse.Namespace) -> None:
    """Measure an answer of a million rows."""
    query = EVERYTHING.format(rows=options.rows)
    rows: list[list[object]] = []
    for media_type, name in ((CSV, "CSV"), (JSON, "JSON")):
        times: dict[str, list[float]] = {"bare engine": [], **{server.name: [] for server in servers}}
        firsts: dict[str, float] = {}
        for _ in range(options.rounds):
            command = [sys.executable, "-c", BARE, str(generation), query, name]
            times["bare engine"].append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
            for server in servers:
                server.reset_peaks()
                seconds, firsts[server.name], _, n = streamed(server, query, media_type)
                if n != options.rows:
                    raise SystemExit(f"{server.name} sent {n} rows of {options.rows}")
                times[server.name].append(seconds)
        bare = options.rows / median(times["bare engine"])
        rows.append([name, "bare engine", bare, 1.0, "", ""])
        for server in servers:
            rate = options.rows / median(times[server.name])
            peaks = ", ".join(f"{role} {mb:.0f}" for role, mb in sorted(server.peaks_mb().items()))
            rows.append([name, server.name, rate, rate / bare, 1000 * firsts[server.name], peaks])
            if server.name == "crisiskg serve":
                key = "streamed rows, share of the bare engine"
                report.figures[key] = min(report.figures.get(key, 9.0), rate / bare)
    report.table(["format", "server", "rows/s", "share of bare engine", "first byte ms", "peak memory MiB"], rows)


def open_loop(report: Report, load: Load, servers: list[Server], mix: Mix, options: argparse.Namespace) -> None:
    """Measure latencies at 100 requests a second, whether or not answers come."""
    rows: list[list[object]] = []
    for server in servers:
        seconds = 15.0 if options.quick else 60.0
        found = load.run(server, mix, distinct=True, connections=64, rate=100.0, seconds=seconds, warm=1.0)
        shares = [1000 * percentile(found["latencies"], share) for share in (0.5, 0.95, 0.99)]
        rows.append([server.name, *shares, 1000 * max(found["latencies"], default=0.0), found["wrong"] + found["failed"]])
        if server.name == "crisiskg serve":
            report.figures["p99 at 100 requests/s, ms"] = shares[2]
    report.table(["server", "p50 ms", "p95 ms", "p99 ms", "worst ms", "wrong or failed"], rows)


def long_beside_short(report: Report, load: Load, prepared: Prepared, mix: Mix) -> None:
    """Measure short queries while four run that would take hours, all under a limit of ten seconds."""
    rows: list[list[object]] = []
    starters: tuple[Callable[[], Server], ...] = (
        lambda: start_crisiskg(prepared.store),
        lambda: start_oxigraph(prepared.oxigraph, timeout_s=10),
    )
    for start in starters:
        with start() as server:
            load.run(server, mix, distinct=True, connections=2, seconds=1.0)
            ended: list[str] = []

            def ask(server: Server = server, ended: list[str] = ended) -> None:
                began = time.perf_counter()
                try:
                    status, body = server.get(ENDLESS, timeout=40)
                    what = str(status) if status != 200 or _is_json(body) else "200, broken"
                except (OSError, http.client.HTTPException) as error:
                    what = type(error).__name__
                ended.append(f"{what} after {time.perf_counter() - began:.1f} s")

            threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(1.0)
            found = load.run(server, mix, distinct=True, connections=64, rate=50.0, seconds=7.0, warm=0.5)
            for thread in threads:
                thread.join(45)
            before = sum(server.cpu_s(ended=False).values())
            time.sleep(2.0)
            left = max(0.0, sum(server.cpu_s(ended=False).values()) - before) / 2.0
            shares = [1000 * percentile(found["latencies"], share) for share in (0.5, 0.99)]
            worst = 1000 * max(found["latencies"], default=float("nan"))
            bad = found["wrong"] + found["failed"]
            rows.append([server.name, *shares, worst, bad, "; ".join(sorted(set(ended))), left])
    head = [
        "server",
        "short p50 ms",
        "short p99 ms",
        "worst ms",
        "wrong or failed",
        "how the long ones ended",
        "cores busy after",
    ]
    report.table(head, rows)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def writing(report: Report, prepared: Prepared, options: argparse.Namespace) -> None:
    """Measure the PUT of documents of about 1,000 quads, and how long until a query sees each."""
    world = make_world()
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory(dir=prepared.folder) as folder:
        ours, theirs = Path(folder) / "store", Path(folder) / "oxigraph"
        shutil.copytree(prepared.store, ours)
        shutil.copytree(prepared.oxigraph, theirs)
        starters: tuple[Callable[[], Server], ...] = (
            lambda: start_crisiskg(ours, writable="true", open_writes="true"),
            lambda: start_oxigraph(theirs, writable=True),
        )
        for start in starters:
            with start() as server:
                times: list[float] = []
                seen: list[float] = []
                status = 0
                for number in range(10 if options.quick else 40):
                    graph, quads = document_quads(world, 1_000_000 + number, 9)
                    path = f"{server.graphs_path}?graph={quote(graph, safe='')}"
                    body = n_triples(quads)
                    began = time.perf_counter()
                    status, text = request(server.port, "PUT", path, {"Content-Type": "application/n-triples"}, body)
                    if status not in (200, 201, 204):
                        report.say(f"  {server.name} does not take writes: {status} {text[:200]!r}")
                        break
                    times.append(time.perf_counter() - began)
                    count = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
                    while f'"{len(quads)}"'.encode() not in server.get(count)[1]:
                        if time.perf_counter() - began > 20:
                            raise SystemExit(f"{server.name}: {graph} was not seen within 20 s")
                    seen.append(time.perf_counter() - began)
                if times:
                    shares = [1000 * percentile(values[1:], share) for values in (times, seen) for share in (0.5, 0.95)]
                    rows.append([server.name, len(times), 1000 * times[0], *shares])
    head = ["server", "documents", "first PUT ms", "PUT p50 ms", "PUT p95 ms", "until seen p50 ms", "until seen p95 ms"]
    report.table(head, rows)


def starting(report: Report, prepared: Prepared, options: argparse.Namespace) -> None:
    """Measure the time from start to the first answer."""
    rows: list[list[object]] = []
    starters: tuple[Callable[[], Server], ...] = (
        lambda: start_crisiskg(prepared.store),
        lambda: start_oxigraph(prepared.oxigraph),
    )
    for start in starters:
        times = []
        for _ in range(options.rounds):
            with start() as server:
                times.append(server.start_s)
        rows.append([server.name, median(times)])
    report.table(["server", "start to first answer s"], rows)


@contextlib.contextmanager
def running(prepared: Prepared, generation: Path, options: argparse.Namespace) -> Iterator[list[Server]]:
    """Run the servers that take turns."""
    with contextlib.ExitStack() as stack:
        limits = {"max_result_bytes": 2_000_000_000, "max_result_rows": options.rows + 1, "query_time_limit_s": 120}
        servers = [
            stack.enter_context(start_crisiskg(prepared.store, **limits)),
            stack.enter_context(start_oxigraph(prepared.oxigraph)),
        ]
        if find_spec("rdflib_endpoint") and find_spec("oxrdflib"):
            servers.append(stack.enter_context(start_rdflib_endpoint(generation)))
        else:
            print("rdflib-endpoint is left out: pip install rdflib-endpoint oxrdflib")
        yield servers


def describe_machine(prepared: Prepared) -> str:
    """Return one paragraph on machine and versions."""
    names = ("crisiskg", "pyoxigraph", "oxigraph", "uvicorn", "fastapi", "rdflib", "oxrdflib", "rdflib-endpoint")
    found = []
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    versions = ", ".join(found)
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Machine: {platform.machine()} {model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} at the start.\n"
        f"Versions: {versions}.\nData: {prepared.quads:,} quads in {prepared.documents + 3:,} graphs."
    )


PARTS = ("point", "cached", "stream", "open", "long", "write", "start")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, for a look")
    parser.add_argument("--markdown", action="store_true", help="print tables in Markdown, for docs/performance.md")
    parser.add_argument("--write", type=Path, help="file whose marked part gets the figures; with --markdown")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)}")
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the data is kept; otherwise the folder for temporary files")
    options = parser.parse_args()
    options.rounds, options.seconds = (2, 2.0) if options.quick else (3, 5.0)
    options.rows = min(1_000_000, options.quads)
    parts = options.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")

    from crisiskg.generations import Generations

    socket.setdefaulttimeout(60)
    prepared = prepare(options.quads, options.folder, find_oxigraph())
    generation = Generations(prepared.store).newest()[1]
    store = ox.Store.read_only(str(generation))
    many, few = point_mix(store, 1_000 if options.quick else 4_000), point_mix(store, 50, seed=8)
    report = Report(options.markdown)
    load = Load(report)
    report.say(describe_machine(prepared))
    if {"point", "cached", "stream", "open"} & set(parts):
        with running(prepared, generation, options) as servers:
            report.title("Answers")
            agreement(report, servers, store, many)
            both = [server for server in servers if server.name != "rdflib-endpoint"]
            if "point" in parts:
                report.title("Point queries, every text another one, none from a cache")
                closed_loop(report, load, servers, many, options, distinct=True)
            if "cached" in parts:
                report.title("Fifty queries again and again, cached where the server can")
                closed_loop(report, load, both, few, options, distinct=False)
            if "open" in parts:
                report.title("100 requests a second, open loop")
                open_loop(report, load, both, many, options)
            if "stream" in parts:
                report.title(f"One answer of {options.rows:,} rows")
                streaming(report, both, generation, options)
    if "long" in parts:
        report.title("50 short queries a second beside four endless ones")
        long_beside_short(report, load, prepared, many)
    if "write" in parts:
        report.title("PUT of documents of about 1,000 quads")
        writing(report, prepared, options)
    if "start" in parts:
        report.title("Start")
        starting(report, prepared, options)
    missed = report.targets()
    if options.write:
        report.write(options.write)
    if missed:
        sys.exit("missed: " + ", ".join(missed))


if __name__ == "__main__":
    main()
