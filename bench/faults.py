"""Kills, damages and starves the service and its store, and says whether anybody was ever told wrong things.

Parts: `points` kills the writer at each named point of a write; `damage` cuts files short and flips bits; `disk` fills the disk;
`service` kills processes of a running service under load; `remote` puts a faulty proxy before a remote store. The seed is
printed; the same seed draws the same faults. The exit code is 1 where there was a hole.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fault_common import Tally, write_between
from fault_remote import faulty_remote
from fault_service import kill_processes
from fault_store import damage, full_disk, kill_points

PARTS = ("points", "damage", "disk", "service", "remote")


def main() -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help=f"which of {', '.join(PARTS)}")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--short", action="store_true", help="a few trials of each kind, for the tests")
    parser.add_argument("--write", type=Path, help="file whose marked part gets the counts")
    parser.add_argument("--rounds", type=int, help="how many processes of the service are killed; otherwise 200")
    parser.add_argument("--ready", type=float, default=5.0, help="seconds in which a service must answer again")
    parser.add_argument("--folder", type=Path, help="where the stores are made; otherwise a temporary folder")
    options = parser.parse_args()
    short = options.short
    work: dict[str, Callable[[Tally, Path], None]] = {
        "points": lambda tally, folder: kill_points(tally, folder, 1 if short else 10, 0 if short else 5),
        "damage": lambda tally, folder: damage(tally, folder, 0.05 if short else 1.0),
        "disk": lambda tally, folder: full_disk(tally, folder, 2 if short else 20),
        "service": lambda tally, folder: kill_processes(tally, folder, options.rounds or (5 if short else 200), options.ready),
        "remote": lambda tally, folder: faulty_remote(tally, folder, 1 if short else 10),
    }
    asked = options.parts.split(",")
    if unknown := set(asked) - set(work):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    holes = []
    lines = [f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; seed {options.seed}.", ""]
    for part in asked:
        tally = Tally(part, options.seed)
        with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
            began = time.perf_counter()
            work[part](tally, Path(folder))
        tally.show()
        seconds = time.perf_counter() - began
        print(f"  {seconds:.0f} s")
        lines += tally.table(seconds)
        holes += tally.holes
    print(f"\n{len(holes)} holes" + ("" if holes else ": nobody was told wrong things"))
    if options.write:
        write_between(options.write, "\n".join(lines))
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
