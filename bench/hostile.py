"""Attacks a running service with everything that `tests/hostile` knows, and says what held: counts, canary, exits, times.

    python bench/hostile.py                 all of it, about twenty minutes on two cores
    python bench/hostile.py --quick         the short form
    python bench/hostile.py --seed 7 --generated 50000

Everything stays on loopback. The exit code is 1 where anything did not hold.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Before the folder of this file, which has the name of the package that is meant.
sys.path.insert(0, str(ROOT / "tests"))

from hostile import generated  # noqa: E402
from hostile.attack import Attack, Group, fixed_cases, suffering  # noqa: E402
from hostile.behind import unscanned  # noqa: E402
from hostile.cases import CUT  # noqa: E402
from hostile.normal import Seen  # noqa: E402

#: Outcomes that are no status.
_NAMES = {0: "closed", CUT: "cut"}


class Account:
    """What is printed: one line a promise, and what did not hold."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str, bool]] = []
        self.findings: list[str] = []

    def add(self, promise: str, target: str, found: str, held: bool) -> None:
        """Take one line."""
        self.lines.append((promise, target, found, held))
        print(f"{'held  ' if held else 'BROKEN'}  {promise}: {found} (target {target})", flush=True)

    def take(self, phase: str, wrong: list[str]) -> None:
        """Take what was wrong in a phase."""
        self.findings += [f"{phase}: {one}" for one in wrong]

    def client(self, phase: str, seen: dict[str, Seen], busy: tuple[int, ...] = (503, 504)) -> None:
        """Take what a normal client saw."""
        wrong = suffering(seen, 1.0, busy)
        self.take(phase, wrong)
        found = "; ".join(
            f"{kind} {sum(one.statuses.values())} requests, p50 {one.quantile(0.5):.3f} s, p95 {one.quantile(0.95):.3f} s, "
            f"{one.failures()} without 200"
            for kind, one in seen.items()
        )
        self.add(f"normal client, {phase}", "p95 < 1 s, named and ready never an error", found, not wrong)


def main() -> None:
    """Attack, print, and tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few minutes: fewer random requests, shorter storms")
    parser.add_argument("--seed", type=int, default=None, help="of the random requests; chosen and printed where not given")
    parser.add_argument("--generated", type=int, default=None, help="number of random requests")
    parser.add_argument("--markdown", action="store_true", help="end with the tables of docs/hostile.md")
    parser.add_argument("--keep", action="store_true", help="leave stores and logs where they are")
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    count = options.generated or (500 if options.quick else 10_000)
    seconds = 20.0 if options.quick else 60.0
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    account = Account()
    start = time.monotonic()
    print(f"seed {seed}, {count} random requests, in {folder}", flush=True)
    try:
        with Attack(folder) as attack:
            run(attack, account, seed, count, seconds)
            report = attack.report
            groups = dict(report.groups)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{'class':<14}{'cases':>7}{'worst s':>9}  statuses")
    for name, group in groups.items():
        print(f"{name:<14}{group.cases:>7}{group.worst_overrun_s:>9.2f}  {statuses(group.statuses)}")
    broken = sum(not held for *_, held in account.lines)
    print(f"\n{report.cases} requests in {time.monotonic() - start:.0f} s; {len(account.findings)} findings")
    for kind, number in Counter(one.partition("/")[0] for one in account.findings).most_common():
        print(f"  {number:>5}  {kind[:100]}")
    for one in account.findings[:200]:
        print(f"- {one[:500]}")
    if options.markdown:
        print(markdown(account, groups, seed))
    sys.exit(1 if account.findings or broken else 0)


def run(attack: Attack, account: Account, seed: int, count: int, seconds: float) -> None:
    """Do all phases, one after the other, so that each finding has one cause."""
    fixed = fixed_cases(attack.canary)
    with attack.normal() as client:
        account.take("fixed", attack.send((case for case in fixed if not case.heavy), 4))
    account.client("fixed cases", client.seen, ())
    # As many at a time as there are workers for long queries, so that each of them really gets one.
    with attack.normal() as client:
        account.take("bombs", attack.send((case for case in fixed if case.heavy), 2))
    account.client("bombs one by one", client.seen)
    for service in attack.services():
        service.remember_files()
    workers = int(str(attack.settings.get("query_workers", 2))) + int(str(attack.settings.get("quick_query_workers", 2)))
    with attack.normal() as client:
        account.take("storm", attack.storm(seconds, 4 * workers))
    account.client(f"storm of 12 bombs, {4 * workers} at a time, {seconds:g} s", client.seen)
    with attack.normal() as client:
        account.take("random", attack.send(generated.cases(seed, count), 6))
    account.client(f"{count} random requests", client.seen)
    sent = attack.report.cases
    account.add("fixed cases", ">= 400", str(sum(case.variant == "read" for case in fixed)) + f" and {len(fixed)} in all", True)
    worst = attack.report.worst_overrun_s
    account.add("worst time over a deadline", "<= 0.5 s", f"{worst:.2f} s of {sent} requests", worst <= 0.5)
    following = sorted(attack.report.next_ask_s)
    late = following[int(0.95 * len(following))] if following else 0.0
    account.add("ASK after a nested query", "p95 <= 0.5 s", f"{late:.3f} s of {len(following)}", late <= 0.5)

    limit = float(str(attack.settings["request_time_limit_s"]))
    held, seen = attack.half_open(200, seconds)
    fine = held.longest_s <= limit + 1 and not held.left and not held.refused
    found = f"{held.opened} connections, longest {held.longest_s:.2f} s, {held.left} left open, {held.refused} refused"
    account.add(f"200 half-open connections for {seconds:g} s", f"closed within {limit + 1:g} s", found, fine)
    account.client("half-open connections", seen, ())
    unread = attack.unread(20)
    found = f"{unread.opened} connections, longest {unread.longest_s:.2f} s, {unread.left} left open"
    account.add("20 clients that read nothing", "closed", found, not unread.left)
    wrong = attack.budgets()
    account.take("budgets", wrong)
    account.add("budget of one client", "429 for it alone", "; ".join(wrong) or "429 for it alone", not wrong)
    wrong = attack.tokens()
    account.take("tokens", wrong)
    account.add("a token where it must not count", "refused", "; ".join(wrong) or "refused", not wrong)
    ends = unscanned(attack.folder / "store", attack.canary.port)
    account.add(
        "SERVICE given to a worker itself", "0 calls", f"{len(ends)} forms, {attack.canary.hits} calls", not attack.canary.hits
    )
    memory = max((service.most_worker_mb for service in attack.services()), default=0.0)
    bound = attack.most_memory_mb()
    account.add("memory of all query workers", f"<= {bound:.0f} MiB", f"{memory:.0f} MiB", memory <= bound)
    exits = [one for service in attack.services() for one in service.exits()]
    account.add("processes of the service that ended", "0", str(len(exits)), not exits)
    wrong = attack.aftermath()
    account.take("afterwards", wrong)
    account.add("canary", "0 calls", f"{attack.canary.hits} calls", not attack.canary.hits)
    account.add("files, stores, logs, exit code", "as before", "; ".join(wrong)[:300] or "as before", not wrong)
    if attack.report.skipped:
        account.add("cases that this crisiskg has no service for", "0", str(attack.report.skipped), False)


def statuses(found: Counter[int]) -> str:
    """Return statuses and how often they came, in one line."""
    return ", ".join(f"{_NAMES.get(status, status)}: {number}" for status, number in sorted(found.items()))


def markdown(account: Account, groups: dict[str, Group], seed: int) -> str:
    """Return the tables of docs/hostile.md."""
    names = ("crisiskg", "pyoxigraph", "uvicorn", "starlette", "fastapi")
    lines = [
        "",
        f"Measured on {dt.date.today().isoformat()}: {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {', '.join(f'{name} {version(name)}' for name in names)}; seed {seed}.",
        "",
        "| what | must be | was | |",
        "|---|---|---|---|",
        *(
            f"| {promise} | {target} | {found} | {'held' if held else '**broken**'} |"
            for promise, target, found, held in account.lines
        ),
        "",
        "| class | requests | worst time over the deadline, s | statuses |",
        "|---|---|---|---|",
    ]
    for name, group in groups.items():
        lines.append(f"| {name} | {group.cases} | {group.worst_overrun_s:.2f} | {statuses(group.statuses)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
