"""The sandbox: limits hold, results and errors come back, a killed worker is replaced."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crisiskg import sandbox
from crisiskg.documents import Document
from crisiskg.errors import InvalidParameter, LimitExceeded, MalformedSource, WorldError

LIMITS = {"time_limit_s": 20.0, "memory_mb": 512}


def double(value: int) -> int:
    return 2 * value


def document(text: str) -> Document:
    return Document(text=text)


def refuse(message: str) -> None:
    raise MalformedSource(message, hint="Mend it.")


def divide_by_zero() -> float:
    return 1 / 0


def allocate(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


def pid() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def die() -> None:
    os._exit(9)


def nest() -> int:
    return nest() + 1


def give_a_function() -> object:
    return subprocess.Popen


def connect(family: int) -> str:
    try:
        socket.socket(family)
    except PermissionError:
        return "refused"
    return "open"


def write_file(path: str) -> str:
    try:
        with open(path, "w") as file:
            file.write("text")
    except OSError:
        return "refused"
    return "written"


def start_program() -> str:
    try:
        subprocess.run([sys.executable, "-V"], check=True)
    except OSError:
        return "refused"
    return "started"


def print_noise() -> int:
    print("noise that must not get between the answers", flush=True)
    os.write(1, b"more of it")
    return 1


def environment() -> list[str]:
    return sorted(os.environ)


def test_results_come_back() -> None:
    assert sandbox.run(double, 21, **LIMITS) == 42
    assert sandbox.run(document, "Ünïcode", **LIMITS) == Document(text="Ünïcode")
    assert sandbox.run(print_noise, **LIMITS) == 1
    assert sandbox.run(double, 1, **LIMITS) == 2


def test_large_arguments_and_results_pass() -> None:
    text = "x" * (20 << 20)
    assert sandbox.run(document, text, **LIMITS).text == text


def test_errors_keep_type_message_and_hint() -> None:
    with pytest.raises(MalformedSource, match="line 3 is broken") as caught:
        sandbox.run(refuse, "line 3 is broken", **LIMITS)
    assert caught.value.hint == "Mend it."


def test_other_exceptions_become_one_sentence() -> None:
    with pytest.raises(WorldError, match="divide_by_zero failed: ZeroDivisionError"):
        sandbox.run(divide_by_zero, **LIMITS)
    with pytest.raises(WorldError, match="RecursionError"):
        sandbox.run(nest, **LIMITS)


def test_a_worker_stays_warm() -> None:
    first = sandbox.run(pid, **LIMITS)
    start = time.monotonic()
    assert {sandbox.run(pid, **LIMITS) for _ in range(1000)} == {first}
    assert time.monotonic() - start < 5


def test_a_slow_call_is_killed_and_its_worker_replaced() -> None:
    before = sandbox.run(pid, **LIMITS)
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match=r"spin took longer than 0\.3 s"):
        sandbox.run(spin, time_limit_s=0.3, memory_mb=512)
    assert time.monotonic() - start < 3
    assert sandbox.run(pid, **LIMITS) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_memory_is_limited_and_the_next_call_works() -> None:
    with pytest.raises(LimitExceeded, match="needs more than 256 MiB"):
        sandbox.run(allocate, 2000, time_limit_s=20, memory_mb=256)
    assert sandbox.run(allocate, 300, time_limit_s=20, memory_mb=800) == 300 << 20


def test_a_process_that_dies_is_reported() -> None:
    with pytest.raises(LimitExceeded, match="ended by itself"):
        sandbox.run(die, **LIMITS)
    assert sandbox.run(double, 4, **LIMITS) == 8


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_there_is_no_network(family: int) -> None:
    if "seccomp" not in sandbox.capabilities()["network"]:
        pytest.skip(sandbox.capabilities()["network"])
    assert sandbox.run(connect, int(family), **LIMITS) == "refused"


def test_no_program_starts_and_no_file_is_written(tmp_path: Path) -> None:
    assert sandbox.run(write_file, str(tmp_path / "file.txt"), **LIMITS) == "refused"
    if "seccomp" in sandbox.capabilities()["processes"]:
        assert sandbox.run(start_program, **LIMITS) == "refused"


def test_secrets_of_the_environment_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    sandbox.close()
    assert "SECRET_TOKEN" not in sandbox.run(environment, **LIMITS)


def test_only_known_types_come_out() -> None:
    with pytest.raises(WorldError, match="may not leave a sandbox"):
        sandbox.run(give_a_function, **LIMITS)


def test_a_pickle_that_runs_code_is_refused() -> None:
    import io
    import pickle

    hostile = b"cos\nsystem\n(S'true'\ntR."
    with pytest.raises(pickle.UnpicklingError, match="may not come out"):
        sandbox._AnswerReader(io.BytesIO(hostile)).load()
    for module, name in [
        ("crisiskg.sandbox", "os"),
        ("crisiskg.sandbox", "run"),
        ("crisiskg.sandbox", "subprocess"),
        ("builtins", "eval"),
    ]:
        with pytest.raises(pickle.UnpicklingError):
            sandbox._AnswerReader(io.BytesIO()).find_class(module, name)


@pytest.mark.parametrize(("time_limit_s", "memory_mb"), [(0, 100), (1, 0), (-1, 100)])
def test_limits_must_be_positive(time_limit_s: float, memory_mb: int) -> None:
    with pytest.raises(InvalidParameter, match="must be positive"):
        sandbox.run(double, 1, time_limit_s=time_limit_s, memory_mb=memory_mb)
    with pytest.raises(InvalidParameter, match="must be positive"):
        sandbox.limit_memory(0)


def test_a_function_within_a_function_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="top of a module"):
        sandbox.run(lambda: 1, **LIMITS)


def test_threads_share_the_workers() -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda n=n: results.append(sandbox.run(double, n, **LIMITS))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 2, 4, 6, 8, 10]


def test_block_network_and_limit_memory_in_a_process_of_ones_own() -> None:
    program = (
        "import socket; from crisiskg import sandbox; how = sandbox.block_network(); sandbox.limit_memory(400)\n"
        "try:\n    socket.socket(); answer = 'open'\nexcept PermissionError:\n    answer = 'refused'\n"
        "try:\n    bytearray(1 << 30); answer += ' much'\nexcept MemoryError:\n    answer += ' little'\n"
        "a, b = socket.socketpair(); a.sendall(b'x'); print(how, answer, b.recv(1).decode())"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    if answer[0] == "seccomp":
        assert answer == ["seccomp", "refused", "little", "x"]


def test_capabilities_say_what_holds() -> None:
    assert set(sandbox.capabilities()) == {"network", "processes", "memory", "time"}


def test_filter_program_has_the_shape_of_a_filter() -> None:
    for is_x86 in (True, False):
        program = sandbox._filter_program(0xC000003E, [41, 42], is_x86)
        assert len(program) % 8 == 0
        assert program[-8:] == b"\x06\x00\x00\x00\x00\x00\xff\x7f"
