"""What all parts of the fault harness share: the count of outcomes, processes that may die, and graphs whose content is known."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from crisiskg.journal import canonical_lines

#: Content of a store: for each graph the digest of its sorted lines.
State = dict[str, str]


@dataclass
class Tally:
    """Outcomes of one part.

    Attributes:
        part: Name of the part.
        seed: What repeats it.
        outcomes: How often each came.
        holes: One sentence for each outcome that must not be.
        notes: What else was measured.
    """

    part: str
    seed: int
    outcomes: Counter[str] = field(default_factory=Counter)
    holes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, outcome: str, number: int = 1) -> None:
        """Count an outcome that may be."""
        self.outcomes[outcome] += number

    def hole(self, where: str, what: str) -> None:
        """Keep an outcome that must not be."""
        self.outcomes["HOLE"] += 1
        self.holes.append(f"{self.part}, seed {self.seed}, {where}: {what}")

    def table(self, seconds: float) -> list[str]:
        """Return what came out as lines of Markdown."""
        total = sum(self.outcomes.values())
        lines = [f"### {self.part}: {total} trials, {len(self.holes)} holes", ""]
        lines += [f"{note}\n" for note in self.notes]
        lines += [
            "| outcome | trials |",
            "|---|---:|",
            *(f"| {what} | {number} |" for what, number in sorted(self.outcomes.items())),
        ]
        return [*lines, "", *(f"- {hole}" for hole in self.holes), f"{seconds:.0f} s.", ""]

    def show(self) -> None:
        """Print what came out."""
        total = sum(self.outcomes.values())
        print(f"\n{self.part} (seed {self.seed}): {total} trials, {len(self.holes)} holes")
        for outcome, number in sorted(self.outcomes.items()):
            print(f"  {number:5}  {outcome}")
        for note in self.notes:
            print(f"  {note}")
        for hole in self.holes[:20]:
            print(f"  !! {hole}")
        sys.stdout.flush()


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        result: What its function returned; None where it did not come to that.
        told: What it told on the way, in order.
        signal: Signal that ended it, or 0.
        error: Traceback of an exception that came out of the function.
    """

    result: Any
    told: tuple[Any, ...]
    signal: int
    error: str


def in_child(work: Callable[[Callable[[Any], None]], Any], environment: dict[str, str] | None = None) -> Ended:
    """Run a function in a process forked from this one, which may be killed in it.

    This process must never have opened a store: the engine's threads do not live on in a fork.

    Args:
        work: Gets a function by which it tells what JSON can carry, at once; what it returns is sent too.
        environment: Variables that are set in the child alone.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            os.environ.update(environment or {})
            random.seed()

            def tell(what: Any) -> None:
                os.write(writing, (json.dumps(["told", what]) + "\n").encode())

            try:
                last = ["result", work(tell)]
            except BaseException:
                last = ["error", traceback.format_exc()]
            with os.fdopen(writing, "wb") as stream:
                stream.write((json.dumps(last) + "\n").encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as heard:
        lines = [json.loads(line) for line in heard if line.endswith(b"\n")]
    _, status = os.waitpid(pid, 0)
    told = tuple(content for kind, content in lines if kind == "told")
    found = {kind: content for kind, content in lines if kind != "told"}
    return Ended(found.get("result"), told, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, found.get("error", ""))


def copy_tree(source: Path, target: Path) -> None:
    """Copy a store with its hard links, so that a generation shares its files with the database in the copy too."""
    subprocess.run(["cp", "-a", source, target], check=True)


def invented(graph: str, version: int, size: int) -> list[ox.Quad]:
    """Return the content of a graph in a version: the same for the same arguments, and no quad of it in two versions."""
    name = ox.NamedNode(graph)
    quads = []
    for number in range(size):
        subject = ox.NamedNode(f"{graph}/thing/{number}")
        value = f"{version}.{number} " + hashlib.sha256(f"{graph} {version} {number}".encode()).hexdigest()
        quads.append(ox.Quad(subject, ox.NamedNode("https://example.org/says"), ox.Literal(value, language="en"), name))
        quads.append(ox.Quad(subject, ox.NamedNode("https://example.org/version"), ox.Literal(version), name))
    return quads


def digest_of(quads: Iterable[ox.Quad]) -> str:
    """Return the digest of a graph's content."""
    return hashlib.sha256("\n".join(canonical_lines(quads)).encode()).hexdigest()


def content_of(db: ox.Store) -> State:
    """Return the digest of each graph that an open store holds; empty graphs are not looked at."""
    by_graph: dict[str, list[ox.Quad]] = {}
    for quad in db:
        name = quad.graph_name
        by_graph.setdefault(name.value if isinstance(name, ox.NamedNode) else "default", []).append(quad)
    return {graph: digest_of(quads) for graph, quads in by_graph.items()}


def differing(found: State, wanted: State) -> set[str]:
    """Return the graphs whose content is not what was wanted."""
    return {graph for graph in {*found, *wanted} if found.get(graph) != wanted.get(graph)}


def killed(ended: Ended) -> bool:
    """Tell whether a process was ended by the kill of the harness."""
    return ended.signal == signal.SIGKILL


def write_between(path: Path, text: str) -> None:
    """Put text into a file of documentation, between the two lines that mark the place of figures.

    Raises:
        SystemExit: the file has no such lines.
    """
    begin, end = "<!-- figures -->", "<!-- end of figures -->"
    before, _, rest = path.read_text("utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{path} has no place for figures: the lines {begin} and {end}")
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", "utf-8")
