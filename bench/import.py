"""Measures what `make bench-import` prints: importing UCDP GED beside an RML engine and beside bare bulk loading, in one run.

1. The templates beside morph-kgc: the same CSV tables of prepared records, the same triples, processor time of each.
2. `crisiskg import` whole beside `pyoxigraph.Store.bulk_load` of the same N-Triples: time and memory of each, each in a process.
3. The import of 10⁴, 10⁵ and 10⁶ rows, the table repeated with shifted ids, with a plot.

The table is UCDP GED where it is present (--shared, or CRISISKG_SHARED), else made-up rows, and the output says which.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import import_tables as tables

TARGETS = {
    "templates / morph-kgc, rows per CPU s": ("≥", 10.0),
    "import / bulk_load alone, wall": ("≥", 0.6),
    "peak memory, MB": ("<", 1000.0),
    "a million rows, minutes": ("<", 10.0),
    "cost of a row, most rows / fewest": ("<", 1.5),
}
#: Rounds of templates and engine.
ROUNDS = 2
_BULK = (
    "import sys, pyoxigraph as ox; store = ox.Store(sys.argv[2]); "
    "store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode('urn:graph')); store.flush()"
)


@dataclass(frozen=True)
class Cost:
    """What a process took.

    Attributes:
        wall_s: Seconds.
        cpu_s: Seconds of processor time, of all its threads.
        peak_mb: Largest resident memory, in MB.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


def measured(command: list[str], output: Path | None = None) -> Cost:
    """Run a process and return what it took; exit codes 0 and 5 (rows in quarantine) are fine."""
    began = time.monotonic()
    with (output or Path(os.devnull)).open("wb") as file, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=file, stderr=said)
        peak = 0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            # Not ru_maxrss: it counts the memory of this process too, of which the other began as a copy.
            peak = max(peak, _peak_kb(process.pid))
            time.sleep(0.05)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 5):
            said.seek(0)
            told = said.read().decode("utf-8", "replace")[-500:]
            raise SystemExit(f"{' '.join(command[:4])} ended with {process.returncode}: {told}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak * 1024 / 1e6)


def _peak_kb(process: int) -> int:
    """Return the largest resident memory of a process so far, in KiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def compare_engines(table: Path, folder: Path, rows: int, python: Path | None) -> dict[str, object]:
    """Run templates and engine on the same tables of prepared records."""
    from crisiskg.datasets.rml import mapping, read_tables, write_tables
    from crisiskg.datasets.templates import write
    from crisiskg.importing.rml_engine import find_engine, run_engine

    prepared = folder / "prepared"
    write_tables(tables.records_of(table), prepared)
    ours, made = prepared / "ours.nt", prepared / "made.nt"

    def templates() -> float:
        began = time.process_time()
        with ours.open("w", encoding="utf-8") as file:
            file.writelines(map(write, read_tables(prepared)))
        return time.process_time() - began

    def engine() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run_engine(find_engine(python), mapping(), prepared)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    records = list(read_tables(prepared))
    gc.freeze()
    began = time.process_time()
    for record in records:
        write(record)
    alone = time.process_time() - began
    del records, record
    gc.unfreeze()
    gc.collect()
    # In turn, so that what else the machine does hits both alike; of each the better round counts.
    rounds = [(templates(), engine() if python is not None else 0.0) for _ in range(ROUNDS)]
    cpu, theirs = (min(times) for times in zip(*rounds, strict=True))
    found: dict[str, object] = {
        "rows": rows,
        "rounds": rounds,
        "templates_cpu_s": cpu,
        "templates_rows_per_cpu_s": rows / cpu,
        "templates_alone_rows_per_cpu_s": rows / alone,
    }
    if python is None:
        return found
    count, digest = tables.digest_of_triples(ours)
    other_count, other_digest = tables.digest_of_triples(made)
    shutil.rmtree(prepared)
    return found | {
        "engine": f"morph-kgc {find_engine(python).version}",
        "engine_cpu_s": theirs,
        "engine_rows_per_cpu_s": rows / theirs,
        "ratio": theirs / cpu,
        "triples": count,
        "engine_triples": other_count,
        "equal": (count, digest) == (other_count, other_digest),
    }


def import_rows(table: Path, folder: Path, *, with_bulk: bool) -> dict[str, object]:
    """Import a table into a store of its own; with `with_bulk` also load the same N-Triples with the engine alone."""
    store, said = folder / "store", folder / "said.json"
    program = [sys.executable, "-m", "crisiskg"]
    command = [*program, "import", "ucdp-ged", str(table), "--store", str(store), "--release", "bench", "--json"]
    cost = measured(command, said)
    outcome = json.loads(said.read_text(encoding="utf-8"))
    found: dict[str, object] = {
        **{name: outcome[name] for name in ("rows", "records", "quarantined", "quads")},
        "import": asdict(cost),
        "rows_per_s": outcome["rows"] / cost.wall_s,
        "rows_per_cpu_s": outcome["rows"] / cost.cpu_s,
    }
    if with_bulk:
        lines = folder / "release.nt"
        tables.write_lines(table, lines)
        bulk = measured([sys.executable, "-c", _BULK, str(lines), str(folder / "bulk")])
        found |= {"bulk_load": asdict(bulk), "wall_ratio": bulk.wall_s / cost.wall_s, "cpu_ratio": bulk.cpu_s / cost.cpu_s}
    shutil.rmtree(folder)
    folder.mkdir()
    return found


def plot(points: list[tuple[int, float]], path: Path) -> None:
    """Draw seconds over rows, both logarithmic, with the straight line of a cost that is linear, as SVG."""
    from math import log10

    left, top, width, height = 70, 30, 560, 330
    low_x, high_x = log10(points[0][0]), log10(points[-1][0])
    rate = points[-1][1] / points[-1][0]
    seconds = [second for _, second in points] + [points[0][0] * rate]
    low_y, high_y = log10(min(seconds)) - 0.1, log10(max(seconds)) + 0.1

    def at(rows: float, second: float) -> tuple[float, float]:
        x = left + width * (log10(rows) - low_x) / max(high_x - low_x, 1e-9)
        return x, top + height * (high_y - log10(second)) / (high_y - low_y)

    (x1, y1), (x2, y2) = at(points[0][0], points[0][0] * rate), at(points[-1][0], points[-1][1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 40}" height="{top + height + 60}" '
        'font-family="sans-serif" font-size="13">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{left}" y="18">crisiskg import ucdp-ged: seconds by rows; dashed: a cost that is linear</text>',
        f'<path d="M{left} {top}V{top + height}H{left + width}" fill="none" stroke="black"/>',
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="gray" stroke-dasharray="5 4"/>',
    ]
    coordinates = [at(*point) for point in points]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in coordinates)
    parts.append(f'<polyline points="{corners}" fill="none" stroke="#1b5e9b" stroke-width="2"/>')
    for (rows, second), (x, y) in zip(points, coordinates, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1b5e9b"/>')
        parts.append(f'<text x="{x - 8:.1f}" y="{y - 10:.1f}" text-anchor="end">{second:.1f} s</text>' if x > left else "")
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 18:.1f}">{second:.1f} s</text>' if x <= left else "")
        parts.append(f'<text x="{x:.1f}" y="{top + height + 20}" text-anchor="middle">{rows:,}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 44}" text-anchor="middle">rows</text></svg>')
    path.write_text("\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def machine() -> str:
    """Return machine and versions in a line."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("crisiskg", "pyoxigraph", "pyshacl"))
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, {packages}"


def judge(name: str, value: float) -> bool:
    """Print a figure beside its target, and tell whether it is reached."""
    sign, wanted = TARGETS[name]
    good = value >= wanted if sign == "≥" else value < wanted
    print(f"  {name}: {value:.2f} (wanted {sign} {wanted:g}) {'yes' if good else 'NO'}", flush=True)
    return good


def main() -> int:
    """Measure, print, and return 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, help="folder with ucdp_ged_176k.csv.gz")
    parser.add_argument("--quick", action="store_true", help="a look: 2,000 and 20,000 rows; targets are not judged")
    parser.add_argument("--engine", type=Path, help="Python of an environment that has morph-kgc; otherwise .venv-rml")
    parser.add_argument("--plot", type=Path, default=tables.ROOT / "docs" / "import-cost.svg", help="where the plot is written")
    parser.add_argument("--json", type=Path, help="where all figures are written")
    parser.add_argument("--only", choices=("engine", "bulk", "sizes"), action="append", help="measure this part alone")
    options = parser.parse_args()
    parts = options.only or ["engine", "bulk", "sizes"]
    whole, sizes = (20_000, (2_000, 6_000, 20_000)) if options.quick else (176_579, (10_000, 100_000, 1_000_000))
    source = tables.ged_file(options.shared)
    figures: dict[str, object] = {"machine": machine(), "table": "UCDP GED" if source else "made-up rows"}
    print(f"{figures['machine']}\ntable: {figures['table']}", flush=True)
    good = True
    peak = 0.0
    with tempfile.TemporaryDirectory(prefix="crisiskg-bench-") as temporary:
        folder, table = Path(temporary) / "work", Path(temporary) / "table.csv"
        folder.mkdir()
        if "engine" in parts:
            tables.write_repeated(source, table, whole)
            found = figures["engines"] = compare_engines(table, folder, whole, tables.engine_python(options.engine))
            print(
                f"templates: {found['templates_rows_per_cpu_s']:,.0f} rows per CPU s, tables read and lines written; "
                f"{found['templates_alone_rows_per_cpu_s']:,.0f} of records in memory"
            )
            if "ratio" in found:
                print(f"{found['engine']}: {found['engine_rows_per_cpu_s']:,.0f} rows per CPU s, on the same tables")
                print(f"  {found['triples']:,} triples, {'equal' if found['equal'] else 'NOT EQUAL'}")
                good &= bool(found["equal"]) and judge("templates / morph-kgc, rows per CPU s", found["ratio"])
            else:
                print("  no morph-kgc: make bench-import makes an environment for it; nothing to compare with")
        if "bulk" in parts:
            tables.write_repeated(source, table, whole)
            found = figures["whole"] = import_rows(table, folder, with_bulk=True)
            print(f"crisiskg import: {found['rows']:,} rows = {found['records']:,} in the graph + {found['quarantined']:,} aside")
            for name in ("import", "bulk_load"):
                cost = found[name]
                print(f"  {name}: {cost['wall_s']:.1f} s, {cost['cpu_s']:.1f} CPU s, peak {cost['peak_mb']:.0f} MB")
            print(f"  ratio of CPU: {found['cpu_ratio']:.2f}; {found['quads']:,} quads; {found['rows_per_s']:,.0f} rows/s")
            good &= judge("import / bulk_load alone, wall", found["wall_ratio"])
            peak = max(peak, found["import"]["peak_mb"])
        if "sizes" in parts:
            results = []
            for rows in sizes:
                tables.write_repeated(source, table, rows)
                results.append(import_rows(table, folder, with_bulk=False))
                cost = results[-1]["import"]
                print(
                    f"{rows:,} rows: {cost['wall_s']:.1f} s, {cost['cpu_s']:.1f} CPU s, {1e6 * cost['cpu_s'] / rows:.0f} µs of "
                    f"CPU a row, peak {cost['peak_mb']:.0f} MB",
                    flush=True,
                )
                peak = max(peak, cost["peak_mb"])
            figures["sizes"] = results
            plot([(rows, result["import"]["wall_s"]) for rows, result in zip(sizes, results, strict=True)], options.plot)
            print(f"plot: {options.plot.name}")
            costs = [result["import"]["cpu_s"] / rows for rows, result in zip(sizes, results, strict=True)]
            if not options.quick:
                good &= judge("a million rows, minutes", results[-1]["import"]["wall_s"] / 60)
            good &= judge("cost of a row, most rows / fewest", costs[-1] / costs[0])
        if peak:
            good &= judge("peak memory, MB", peak)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if good or options.quick else 1


if __name__ == "__main__":
    raise SystemExit(main())
