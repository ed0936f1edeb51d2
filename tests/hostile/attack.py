"""Joins it all: stores, services, canary, normal clients, and an account of what happened."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path
from types import TracebackType
from typing import Self

from hostile import bodies, bombs, data, federation, generated, nesting, places, texts, tokens, wire
from hostile.canary import Canary
from hostile.cases import Case, Request, Variant, query_get
from hostile.client import Answer, ask
from hostile.judging import Rules, judge, outcome
from hostile.normal import Normal, Seen
from hostile.service import Service, offers
from hostile.slow import Held, half_requests, unread_answers

#: Limits that the services run with: short, so that an attack takes minutes and not hours.
SETTINGS: dict[str, object] = {
    "query_time_limit_s": 2.0,
    "request_time_limit_s": 4.0,
    "send_time_limit_s": 4.0,
    "write_time_limit_s": 5.0,
    "query_memory_mb": 512,
    "write_memory_mb": 1024,
    "max_result_bytes": 20_000_000,
    "log_format": "json",
}
#: Memory that a query worker has before any query: the engine, Python, and the pages of the store that it shares, in MiB.
_BASE_MB = 256
#: Seconds in which a service must have tidied up.
_PATIENCE = 15
#: Ended processes that may wait to be noticed, at most one a worker; and files that may be open beyond those before.
_MOST_ZOMBIES, _MORE_FILES = 8, 16
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(slots=True)
class Group:
    """Account of one class of attack.

    Attributes:
        cases: How many were sent.
        statuses: How often which status came.
        worst_overrun_s: Longest time that an answer took beyond what its case may take before the grace, in seconds.
    """

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    worst_overrun_s: float = float("-inf")


@dataclass(slots=True)
class Report:
    """Account of an attack.

    Attributes:
        groups: By class of attack.
        findings: What was wrong, a sentence each.
        next_ask_s: Times of an innocent query right after each nested one, in seconds.
        skipped: Cases that this crisiskg offers no service for.
    """

    groups: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    findings: list[str] = field(default_factory=list)
    next_ask_s: list[float] = field(default_factory=list)
    skipped: int = 0

    @property
    def cases(self) -> int:
        """Number of requests that were sent and judged."""
        return sum(group.cases for group in self.groups.values())

    @property
    def worst_overrun_s(self) -> float:
        """Longest time beyond a deadline, in seconds; negative where every answer came before it."""
        return max((group.worst_overrun_s for group in self.groups.values()), default=0.0)


def fixed_cases(canary: Canary) -> list[Case]:
    """Return all fixed cases."""
    return [
        *federation.cases(canary),
        *nesting.cases(),
        *bombs.cases(),
        *texts.cases(),
        *bodies.cases(canary),
        *wire.cases(),
        *places.cases(),
    ]


class Attack:
    """Services over a generated store, and what watches them. Use it as a context manager.

    Args:
        folder: Where stores, logs and the canary's file are put.
        grace_s: Seconds by which an answer may be later than the deadline.
        settings: Settings of the services beside those of `SETTINGS`.
        quads: Size of the store.
    """

    def __init__(
        self, folder: Path, grace_s: float = 0.5, settings: dict[str, object] | None = None, quads: int = 100_000
    ) -> None:
        self.folder = folder
        self.grace_s = grace_s
        self.settings = SETTINGS | (settings or {})
        self.canary = Canary(folder / "canary")
        self.report = Report()
        self._unlogged = {self.canary.secret}
        self._services: dict[Variant, Service] = {}
        self._stores: dict[str, Path] = {}
        # There is one writer, so that a write is timed alone; what waiting for it does is another question.
        self._writing = threading.Lock()
        self._original = folder / "store"
        self.iris = data.build(self._original, quads)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for service in self._services.values():
            service.stop()
        self.canary.close()

    def service(self, variant: Variant) -> Service:
        """Return a running service, started where it is not yet."""
        if variant not in self._services:
            self._services[variant] = self.start(variant, variant)
        return self._services[variant]

    def services(self) -> list[Service]:
        """Return the services that run."""
        return list(self._services.values())

    def start(self, name: str, variant: Variant, **settings: object) -> Service:
        """Start a further service over a copy of the store; the caller stops it."""
        store = self.folder / f"store-{name}"
        shutil.copytree(self._original, store)
        self._stores[name] = store
        return Service(store, variant, self.folder / f"{name}.log", self.settings | settings)

    def rules(self, service: Service) -> Rules:
        """Return what holds for every answer of a service."""
        return Rules(
            deadline_s=_seconds(self.settings["query_time_limit_s"]),
            grace_s=self.grace_s,
            request_limit_s=_seconds(self.settings["request_time_limit_s"]),
            secrets=(self.canary.secret.encode("ascii"),),
            hidden=tuple(str(path).encode() for path in (self.folder / "store", _ROOT, sys.prefix)),
            host=f"{service.address[0]}:{service.address[1]}",
        )

    def placed(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Yield cases for which there is a service; random writes are sent to one that only reads where there is no other."""
        for case in cases:
            if case.variant == "read" or offers(case.variant):
                yield case
            elif case.group.startswith("random"):
                yield replace(case, variant="read")
            else:
                self.report.skipped += 1

    def send(self, cases: Iterable[Case], threads: int = 4) -> list[str]:
        """Send cases, several at a time, judge the answers, and return what was wrong.

        Args:
            cases: What is sent, in this order.
            threads: Requests at a time.
        """
        before = len(self.report.findings)
        chosen = list(self.placed(cases))
        for variant in sorted({case.variant for case in chosen}):
            self.service(variant)
        with ThreadPoolExecutor(threads) as pool:
            for case, answer, wrong, follow in pool.map(self._one, chosen):
                group = self.report.groups[case.group]
                group.cases += 1
                group.statuses[outcome(answer)] += 1
                if not (case.may_close and answer.status in {0, 408}):
                    over = answer.seconds - _seconds(self.settings["query_time_limit_s"]) - case.slow_s
                    group.worst_overrun_s = max(group.worst_overrun_s, over)
                self.report.findings += [f"{case.variant}: {case.name}: {one}" for one in wrong]
                if follow is not None:
                    self.report.next_ask_s.append(follow.seconds)
                    if follow.status not in {200, 503}:
                        self.report.findings.append(f"{case.name}: the next ASK was answered {follow.status}")
        return self.report.findings[before:]

    def _one(self, case: Case) -> tuple[Case, Answer, list[str], Answer | None]:
        service = self.service(case.variant)
        rules = self.rules(service)
        patience = rules.deadline_s + rules.request_limit_s + case.slow_s + 10.0
        try:
            with self._writing if case.variant == "open" else contextlib.nullcontext():
                answer = ask(service.address, case.request, patience)
        except OSError as error:
            return case, Answer(0, {}, b"", 0.0), [f"no connection: {error}"], None
        follow = None
        if case.group == "nesting" and case.variant == "read":
            follow = ask(service.address, query_get(f"ASK {{ ?s ?p {time.monotonic_ns()} }}"), patience)
        return case, answer, judge(case, answer, rules), follow

    def storm(self, seconds: float, threads: int) -> list[str]:
        """Send twelve bombs again and again, several at a time, and return what was wrong.

        Args:
            seconds: For how long new ones are sent.
            threads: Bombs at a time.
        """
        end = time.monotonic() + seconds
        turn = cycle(replace(case, name=case.name.replace("evaluation/", "storm/")) for case in bombs.worst())
        wrong: list[str] = []
        while time.monotonic() < end:
            wrong += self.send(islice(turn, threads), threads)
        return wrong

    def normal(self, variant: Variant = "read", rate: float = 5.0) -> Normal:
        """Return a normal client of a service, to be used around `send`."""
        return Normal(self.service(variant).address, rate, self.iris[::7])

    def half_open(self, count: int, seconds: float) -> tuple[Held, dict[str, Seen]]:
        """Hold half-open connections while normal requests come at ten a second."""
        limit = _seconds(self.settings["request_time_limit_s"])
        client = self.normal(rate=10 / 3)
        with client:
            held = half_requests(self.service("read").address, count, seconds, limit + 3.0)
        return held, client.seen

    def unread(self, count: int) -> Held:
        """Ask for large answers and read nothing."""
        limit = _seconds(self.settings["query_time_limit_s"]) + 2 * _seconds(self.settings["send_time_limit_s"]) + 3.0
        return unread_answers(self.service("read").address, count, limit)

    def budgets(self) -> list[str]:
        """Use up the budget of one client, and return what is wrong with how it and others are treated."""
        service = self.start("budget", "read", client_budget_exempt="", client_budget_s=3, client_errors=10)
        wrong: list[str] = []
        try:
            wrong += _greedy(service.address)
        finally:
            service.stop()
        return wrong

    def tokens(self) -> list[str]:
        """Misuse a real token, and return what is wrong with how it is treated."""
        service = self.start("own-tokens", "tokens")
        store = self._stores["own-tokens"]
        try:
            writer, reader = (tokens.make(store, name, scope) for name, scope in (("writer", "write"), ("reader", "query")))
            self._unlogged |= {writer, reader}
            return tokens.misuse(service.address, store, writer, reader)
        finally:
            service.stop()

    def most_memory_mb(self) -> float:
        """Return the memory that all query workers of one service may take together, in MiB."""
        settings = self.settings
        names = ("query_workers", "quick_query_workers", "named_query_workers")
        workers = sum(int(str(settings.get(name, 2))) for name in names)
        return workers * (int(str(settings["query_memory_mb"])) + _BASE_MB)

    def generations(self) -> dict[Variant, str | None]:
        """Return the generation that each running service shows."""
        shown: dict[Variant, str | None] = {}
        for variant, service in self._services.items():
            try:
                answer = ask(service.address, Request(target="/q/counts.json"), 10.0)
                shown[variant] = answer.headers.get("x-crisiskg-generation")
            except OSError:
                shown[variant] = None
        return shown

    def aftermath(self) -> list[str]:
        """Return what is wrong after all: canary, processes, memory, files, stores, logs. Stops the services."""
        wrong: list[str] = []
        time.sleep(1.0)
        for variant, shown in self.generations().items():
            if variant != "open" and shown != "1":
                wrong.append(f"{variant}: the graph is of generation {shown}, though nobody may have written")
        for variant, service in self._services.items():
            wrong += [f"{variant}: the process {one} has ended" for one in service.exits()]
            if service.most_worker_mb > self.most_memory_mb():
                wrong.append(f"{variant}: the query workers took {service.most_worker_mb:.0f} MiB together")
            wrong += [f"{variant}: {one}" for one in self._left_over(service)]
            code = service.stop()
            if code != 0:
                wrong.append(f"{variant}: serve ended with {code}")
        for name, store in self._stores.items():
            verified = subprocess.run(
                [sys.executable, "-m", "crisiskg", "verify", "--store", str(store)], capture_output=True, text=True, check=False
            )
            if verified.returncode != 0:
                wrong.append(f"{name}: verify says {verified.returncode}: {(verified.stdout + verified.stderr)[-300:]}")
            wrong += self._log(self.folder / f"{name}.log")
        if self.canary.hits:
            wrong.append(f"the canary was called {self.canary.hits} times")
        self.report.findings += wrong
        return wrong

    def _left_over(self, service: Service) -> list[str]:
        """Return what a service has not let go of, some seconds after the last request."""
        wrong: list[str] = []
        for _ in range(_PATIENCE):
            wrong = []
            if service.zombies() > _MOST_ZOMBIES:
                wrong.append(f"{service.zombies()} ended processes that nobody waited for")
            for pid, count in service.files().items():
                if count > (before := service.files_before.get(pid, count)) + _MORE_FILES:
                    wrong.append(f"process {pid} has {count} files open, {before} before")
            if not wrong:
                break
            time.sleep(1.0)
        return wrong

    def _log(self, path: Path) -> list[str]:
        wrong = []
        text = path.read_bytes().decode("utf-8", "replace")
        if any(secret in text for secret in self._unlogged):
            wrong.append(f"{path.name} holds what must not be seen")
        for line in text.split("\n"):
            if _CONTROL.search(line):
                wrong.append(f"{path.name} has a line with control characters: {line[:200]!r}")
            elif line.startswith(("Traceback", "ERROR a line", "INFO a line", "thread '")) or "panicked" in line:
                wrong.append(f"{path.name} has the line {line[:200]!r}")
            elif line.startswith("{"):
                try:
                    entry = json.loads(line)
                except ValueError:
                    wrong.append(f"{path.name} has a line that is no JSON: {line[:200]!r}")
                    continue
                if entry.get("event") == "a line that nobody wrote":
                    wrong.append(f"{path.name} has a line that a client wrote")
                if "Traceback" in line:
                    wrong.append(f"{path.name} tells of a fault: …{line[-400:]}")
        return wrong[:20]


def _greedy(address: tuple[str, int]) -> list[str]:
    """Let one client spend, and look at it and at another."""
    wrong: list[str] = []
    point = query_get("ASK { ?s a <https://w3id.org/crisiskg/ontology#Event> }")
    refusals = 0
    for number in range(12):
        spent = query_get(f"SELECT (COUNT(*) AS ?n{number}) WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}")
        answer = ask(address, spent, 10.0, "127.0.0.2")
        if answer.status == 429:
            refusals += 1
            if not answer.headers.get("retry-after", "").isdigit():
                wrong.append("a 429 without Retry-After")
            break
    if not refusals:
        wrong.append("a client that spent twelve times the deadline was never refused")
    else:
        for name, value in (("X-Forwarded-For", "127.0.0.77"), ("Forwarded", "for=127.0.0.77"), ("X-Real-IP", "127.0.0.77")):
            if ask(address, replace(point, headers=((name, value),)), 10.0, "127.0.0.2").status != 429:
                wrong.append(f"{name} gave a client a new budget")
    if ask(address, point, 10.0, "127.0.0.3").status != 200:
        wrong.append("another client was refused with the one that spent")
    statuses = [ask(address, query_get(f"ASK {{ {number}"), 10.0, "127.0.0.4").status for number in range(20)]
    if 429 not in statuses:
        wrong.append(f"twenty queries that do not parse were all answered: {Counter(statuses)}")
    return wrong


def suffering(seen: dict[str, Seen], most_s: float, busy: Sequence[int] = (503, 504)) -> list[str]:
    """Return in what a normal client suffered from an attack.

    Args:
        seen: What it saw.
        most_s: Largest 95th percentile of times, in seconds.
        busy: Statuses that SPARQL queries, which share their workers with the attacker, may get beside 200.
    """
    wrong: list[str] = []
    for kind in ("point", "named", "ready"):
        one = seen.get(kind, Seen())
        if not one.statuses[200]:
            wrong.append(f"a normal client got no answer to {kind} requests: {dict(one.statuses)}")
        if one.quantile(0.95) > most_s:
            wrong.append(f"95 of 100 {kind} requests of a normal client took up to {one.quantile(0.95):.2f} s")
        if one.failures(busy if kind == "point" else ()):
            wrong.append(f"{kind} requests of a normal client failed: {dict(one.statuses)}")
    return wrong


def _seconds(value: object) -> float:
    return float(str(value))


__all__ = ["SETTINGS", "Attack", "Report", "fixed_cases", "generated", "suffering"]
