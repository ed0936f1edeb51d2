"""A client that wants nothing but answers, in a process of its own, so that its times are not those of the harness.

`python -m hostile.normal HOST PORT RATE IRI…` asks until its input ends, and then prints one line of JSON: by kind of request
the times, and how often which status came.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from hostile.cases import Request, encoded, query_get
from hostile.client import ask

#: Seconds after which a request of a normal client counts as lost.
_PATIENCE_S = 15.0


@dataclass(slots=True)
class Seen:
    """What a normal client saw of one kind of request.

    Attributes:
        seconds: Times of all answers, in seconds.
        statuses: How often which status came; 0 for no answer.
    """

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def quantile(self, share: float) -> float:
        """Return the time below which a share of the answers lies; 0 where there is none."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def failures(self, allowed: Sequence[int] = ()) -> int:
        """Return the number of answers that were neither 200 nor one of the allowed."""
        return sum(count for status, count in self.statuses.items() if status != 200 and status not in allowed)


def _request(kind: str, number: int, iris: Sequence[str]) -> Request:
    iri = iris[number % len(iris)]
    if kind == "point":
        return query_get(f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }} # {number}")
    if kind == "named":
        return Request(target="/q/evidence.json?" + encoded([("of", iri)]))
    return Request(target="/readyz")


class Normal:
    """Runs a normal client beside an attack. Use it as a context manager; `seen` has the outcome afterwards.

    Args:
        address: Host and port of the service.
        rate: Requests a second of each kind.
        iris: Events of the store.
    """

    def __init__(self, address: tuple[str, int], rate: float, iris: Sequence[str]) -> None:
        self.seen: dict[str, Seen] = {}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, sys.path)])}
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "hostile.normal", address[0], str(address[1]), str(rate), *iris[:200]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        out, _ = self._popen.communicate(timeout=_PATIENCE_S * 2)
        for name, (seconds, statuses) in json.loads(out or "{}").items():
            self.seen[name] = Seen(seconds, Counter({int(status): count for status, count in statuses.items()}))


def main() -> None:
    """Ask until the input ends."""
    host, port, rate, iris = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    seen = {kind: Seen() for kind in ("point", "named", "ready")}
    done = threading.Event()

    def go(kind: str) -> None:
        number, due = 0, time.monotonic()
        while not done.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / rate, time.monotonic() - 1.0)
            number += 1
            try:
                answer = ask((host, port), _request(kind, number, iris), _PATIENCE_S)
            except OSError:
                seen[kind].statuses[0] += 1
                continue
            seen[kind].seconds.append(answer.seconds)
            seen[kind].statuses[answer.status] += 1

    threads = [threading.Thread(target=go, args=(kind,)) for kind in seen]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    done.set()
    for thread in threads:
        thread.join()
    print(json.dumps({kind: (one.seconds, one.statuses) for kind, one in seen.items()}))


if __name__ == "__main__":
    main()
