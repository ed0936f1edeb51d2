"""Annotation in several processes: order is kept, one text does not stop the others, a killed process is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from crisiskg.annotating import Failure, Here, Processes, failure_of
from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document
from crisiskg.errors import MalformedSource, ModelUnavailable, WorldError
from crisiskg.settings import load_settings

SETTINGS = load_settings()


class Told:
    """A pipeline that does what a text tells it."""

    def __init__(self, settings: object) -> None:
        self.settings = settings

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        for document in documents:
            word = document.text.partition(" ")[0]
            if word == "FAIL":
                raise RuntimeError("told to fail")
            if word == "DIE":
                os.kill(os.getpid(), signal.SIGKILL)
            if word == "SLEEP":
                time.sleep(0.3)
            yield Annotation(id=document.text)


class WithoutModel:
    def __init__(self, settings: object) -> None:
        del settings

    def pipe(self, _: Iterable[Document]) -> Iterator[Annotation]:
        raise ModelUnavailable("there is no model", hint="Install it.")
        yield


class Dying:
    def __init__(self, _: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def texts(*words: str) -> list[Document]:
    return [Document(text=word, source=word) for word in words]


def told(number: int = 2) -> Processes:
    return Processes(SETTINGS, number, "test_annotating:Told")


def shown(outcomes: Iterable[tuple[Document, Annotation | Failure]]) -> list[str]:
    """Return the identifier of each annotation, and ! for a failure; each must come with its own document."""
    found = []
    for document, outcome in outcomes:
        assert isinstance(outcome, Failure) or outcome.id == document.text
        found.append("!" if isinstance(outcome, Failure) else outcome.id)
    return found


def runs(pid: object) -> bool:
    """Tell whether a process goes on; one that ended and waits for its parent to notice does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_order_is_kept() -> None:
    words = ["SLEEP", *(f"t{n}" for n in range(20))]
    with told() as processes:
        assert shown(processes.outcomes(texts(*words))) == words
        assert shown(processes.outcomes(texts("again"))) == ["again"]


def test_no_documents() -> None:
    with told() as processes:
        assert list(processes.outcomes([])) == []


def test_one_text_does_not_stop_the_others() -> None:
    with told() as processes:
        found = list(processes.outcomes(texts("a", "FAIL", "b", "DIE", "c", "d", "e")))
    assert shown(found) == ["a", "!", "b", "!", "c", "d", "e"]
    failures = [outcome for _, outcome in found if isinstance(outcome, Failure)]
    assert failures[0] == Failure("a fault in crisiskg: RuntimeError: told to fail", "internal_error")
    assert "SIGKILL" in failures[1].message


def test_here_as_in_processes() -> None:
    words = ("a", "FAIL", "b", *(f"t{n}" for n in range(20)))
    assert shown(Here(Told(SETTINGS)).outcomes(texts(*words))) == ["a", "!", *words[2:]]


def test_missing_model_is_told_as_such() -> None:
    processes = Processes(SETTINGS, 2, "test_annotating:WithoutModel")
    with processes, pytest.raises(ModelUnavailable, match="there is no model") as caught:
        list(processes.outcomes(texts("a", "b")))
    assert caught.value.hint == "Install it."


@pytest.mark.parametrize("pipeline", ["test_annotating:Dying", "test_annotating:Nowhere"])
def test_processes_that_cannot_begin_end_it(pipeline: str) -> None:
    with Processes(SETTINGS, 2, pipeline) as processes, pytest.raises(WorldError, match=r"before it had begun|cannot begin"):
        list(processes.outcomes(texts("a", "b")))


def test_documents_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def endless() -> Iterator[Document]:
        for number in range(10**6):
            taken.append(number)
            yield Document(text=f"t{number}")

    with told() as processes:
        outcomes = processes.outcomes(endless())
        assert [next(outcomes)[0].text for _ in range(3)] == ["t0", "t1", "t2"]
        assert len(taken) < 30


def test_no_process_outlives_the_reader() -> None:
    processes = told()
    outcomes = processes.outcomes(texts("a", "b", "SLEEP", "c"))
    next(outcomes)
    pids = [worker._process.pid for worker in processes._workers]
    assert pids
    outcomes.close()  # type: ignore[attr-defined]
    assert not any(runs(pid) for pid in pids)


def test_failures_in_words() -> None:
    assert failure_of(MalformedSource("it is broken")) == Failure("it is broken", "malformed_source")
    assert "\n" not in failure_of(ValueError("two\nlines")).message


SCRIPT = """
import sys, test_annotating
from pathlib import Path
from crisiskg.annotating import Processes
from crisiskg.documents import Document
processes = Processes(test_annotating.SETTINGS, 2, "test_annotating:Told")
try:
    with processes:
        for _, outcome in processes.outcomes(Document(text=f"SLEEP {n}") for n in range(1000)):
            print(*(worker._process.pid for worker in processes._workers), flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to look at processes")
@pytest.mark.parametrize(("number", "says"), [(signal.SIGINT, "stopped"), (signal.SIGKILL, "")])
def test_processes_end_with_their_parent(number: signal.Signals, says: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pids = parent.stdout.readline().split()
        parent.send_signal(number)
        rest, complaints = parent.communicate(timeout=20)
    assert len(pids) == 2
    assert says in rest
    assert "Traceback" not in complaints
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(runs(pid) for pid in pids):
        time.sleep(0.05)
    assert not any(runs(pid) for pid in pids)
