"""Runs a function in a process that can be killed: no network, limited memory and time.

Whatever parses bytes that strangers wrote runs here. A call goes to a warm worker over a pipe, so that a thousand small
documents cost one process and not a thousand; a worker that has to be killed is replaced by the next call.

What a worker cannot do: open a socket or start a program (a seccomp filter on x86-64 and aarch64, an empty network namespace
elsewhere), write a file, grow beyond its memory limit, or outlive its deadline. What it sends back is unpickled with an
allow-list of types, so that not even a worker that was taken over can run code in the caller.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import errno
import io
import json
import os
import pickle
import platform
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO, Literal, TypeVar

from crisiskg import errors
from crisiskg.errors import CrisiskgError, InvalidParameter, LimitExceeded, WorldError

T = TypeVar("T")
Guard = Literal["seccomp", "namespace", "none"]

#: Variable of the environment with the process id of who starts a process.
PARENT = "CRISISKG_PARENT"
#: Idle workers that are kept for the next call.
_KEPT = 2
#: A worker serves this many calls; then it makes room for a fresh one, so that leaks of parsers stay small.
_CALLS_PER_WORKER = 2000
#: Longest answer that is accepted, in bytes.
_MAX_ANSWER = 512 * 1024 * 1024
#: Seconds that a worker may take to start.
_START_LIMIT_S = 30.0

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_PR_SET_PDEATHSIG = 1
_SECCOMP_MODE_FILTER = 2
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000

# Numbers of system calls: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
# io_uring can open sockets without the calls that a filter sees, so it is refused with them.
_ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "seccomp": 317,
            "socket": 41,
            "connect": 42,
            "bind": 49,
            "listen": 50,
            "io_uring_setup": 425,
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "seccomp": 277,
            "socket": 198,
            "connect": 203,
            "bind": 200,
            "listen": 201,
            "io_uring_setup": 425,
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
        },
    ),
}
_NETWORK_CALLS = ("socket", "connect", "bind", "listen", "io_uring_setup")
_PROCESS_CALLS = ("execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev")


# --- guards, for use inside a process of one's own --------------------------------------------------------------------


def _filter_program(architecture: int, refused: list[int], is_x86: bool) -> bytes:
    """Return a BPF program that answers the refused calls with EACCES and allows the others."""

    def statement(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, refuse, kill = 0x7FFF0000, 0x00050000 | errno.EACCES, 0x80000000
    program = [statement(load, 4), statement(equal, architecture, 1, 0), statement(answer, kill), statement(load, 0)]
    if is_x86:  # numbers from 0x40000000 on are the x32 calls, which would get around the list
        program += [statement(at_least, 0x40000000, 0, 1), statement(answer, refuse)]
    for number in refused:
        program += [statement(equal, number, 0, 1), statement(answer, refuse)]
    program.append(statement(answer, allow))
    return b"".join(program)


def _refuse_calls(names: tuple[str, ...]) -> bool:
    """Install a seccomp filter on every thread of this process; return whether that worked."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCHITECTURES or struct.calcsize("P") != 8:
        return False
    architecture, numbers = _ARCHITECTURES[machine]
    program = _filter_program(architecture, [numbers[name] for name in names], machine == "x86_64")
    instructions = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions)), 16)
    libc = ctypes.CDLL(None, use_errno=True)
    unsigned = ctypes.c_ulong
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, unsigned(1), unsigned(0), unsigned(0), unsigned(0)) != 0:
        return False
    if libc.syscall(numbers["seccomp"], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, header) == 0:
        return True
    return bool(libc.prctl(_PR_SET_SECCOMP, unsigned(_SECCOMP_MODE_FILTER), header, unsigned(0), unsigned(0)) == 0)


def block_network() -> Guard:
    """Take the network away from this process and its children, for good.

    New sockets of every family are refused; pipes and socket pairs go on working. Call it before other threads start.

    Returns:
        How: "seccomp"; "namespace" where no filter can be set (this process then sees no interface but an unconfigured
        loopback); "none" where this system allows neither, so that the caller can report it.
    """
    if _refuse_calls(_NETWORK_CALLS):
        return "seccomp"
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
            return "namespace"
    return "none"


def block_processes() -> bool:
    """Take from this process the right to start programs and to look into other processes, for good.

    Returns:
        False where the system has no seccomp filter.
    """
    return _refuse_calls(_PROCESS_CALLS)


def die_with_parent() -> None:
    """Make the system kill this process when the one that started it ends, whatever that died of.

    Who starts it gives its own process id in the environment (`PARENT`): it may end before this process asks who it is.
    """
    if sys.platform != "linux":
        return
    parent = os.environ.get(PARENT) or str(os.getppid())
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if str(os.getppid()) != parent:  # it ended before this process came here
        os.kill(os.getpid(), signal.SIGKILL)


def limit_memory(memory_mb: int) -> bool:
    """Limit the address space of this process.

    Args:
        memory_mb: MiB; code and libraries, about 100 MiB, count as well.

    Returns:
        False where the system does not know such a limit.

    Raises:
        InvalidParameter: the number is not positive.
    """
    if memory_mb <= 0:
        raise InvalidParameter(f"memory_mb must be positive, not {memory_mb}")
    wanted = memory_mb * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ValueError, OSError):
        return False
    return True


def _limit_processor(seconds: float) -> None:
    """End this process when it used that much more processor time: the guard for a worker whose caller has died."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, hard))


# --- messages ---------------------------------------------------------------------------------------------------------


class _AnswerReader(pickle.Unpickler):  # noqa: S301 - it exists to restrict what is made
    """Unpickles plain data and crisiskg's own records, nothing else."""

    _PLAIN = frozenset(
        {
            ("builtins", name)
            for name in ("set", "frozenset", "bytearray", "complex", "range", "slice", "bytes", "list", "dict", "tuple", "object")
        }
        | {("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")}
        | {("decimal", "Decimal"), ("fractions", "Fraction"), ("collections", "OrderedDict"), ("copyreg", "_reconstructor")}
    )

    def find_class(self, module: str, name: str) -> Any:
        """Return the type of that name where it is allowed."""
        if (module, name) in self._PLAIN:
            return super().find_class(module, name)
        if module in {"pyoxigraph", "crisiskg"} or module.startswith("crisiskg."):
            found = super().find_class(module, name)
            if isinstance(found, type) and getattr(found, "__module__", "").split(".")[0] in {"crisiskg", "pyoxigraph"}:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} may not come out of a sandbox")


def _write_message(stream: BinaryIO, payload: bytes) -> None:
    stream.write(struct.pack("!Q", len(payload)))
    stream.write(payload)
    stream.flush()


def _read_exactly(stream: BinaryIO, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        chunk = stream.read(min(size - len(parts), 1 << 20))
        if not chunk:
            return None
        parts += chunk
    return bytes(parts)


# --- the worker's side ------------------------------------------------------------------------------------------------


def _find(module: str, qualname: str) -> Any:
    found: Any = __import__(module, fromlist=["_"])
    for part in qualname.split("."):
        found = getattr(found, part)
    return found


def _serve() -> None:
    """Answer calls from standard input on standard output until it closes."""
    calls = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # what a parser prints must not get between the answers
        os.dup2(null, number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    guard = block_network()
    if guard == "seccomp":
        _refuse_calls(_PROCESS_CALLS)
    with contextlib.suppress(OSError, ValueError):
        _write_message(answers, guard.encode())
        while (head := _read_exactly(calls, 8)) is not None:
            body = _read_exactly(calls, struct.unpack("!Q", head)[0])
            if body is None:
                return
            _write_message(answers, _answer(body))


def _answer(body: bytes) -> bytes:
    try:
        module, qualname, args, time_limit_s, memory_mb = pickle.loads(body)  # noqa: S301 - written by our own caller
        _limit_processor(time_limit_s)
        limit_memory(memory_mb)
        try:
            function = _find(module, qualname)
            return pickle.dumps(("value", function(*args)), protocol=5)
        finally:
            # The answer to a MemoryError needs a little memory itself.
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    except CrisiskgError as error:
        return pickle.dumps(("error", type(error).__name__, error.message, error.hint))
    except MemoryError:
        return pickle.dumps(("memory",))
    except RecursionError:
        return pickle.dumps(("failed", "RecursionError", "nested too deeply"))
    except BaseException as error:
        return pickle.dumps(("failed", type(error).__name__, str(error)[:500]))


# --- the caller's side ------------------------------------------------------------------------------------------------


class _Worker:
    """One process that answers calls, one at a time."""

    def __init__(self) -> None:
        start = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from crisiskg.sandbox import _serve; _serve()"
        environment = {name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "LC_", "LANG", "TZ"))}
        environment.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"})
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.calls, self.answers = self.process.stdin, self.process.stdout
        os.set_blocking(self.calls.fileno(), False)
        os.set_blocking(self.answers.fileno(), False)
        self.served = 0
        try:
            self.guard = self._receive(time.monotonic() + _START_LIMIT_S).decode()
        except (TimeoutError, EOFError) as error:
            self.kill()
            raise WorldError("a sandbox process could not be started", hint="Check the memory limit of this machine.") from error

    def call(self, payload: bytes, time_limit_s: float) -> bytes:
        """Return the answer to one call.

        Raises:
            TimeoutError: there was none in time.
            EOFError: the process ended.
        """
        deadline = time.monotonic() + time_limit_s
        self._send(struct.pack("!Q", len(payload)) + payload, deadline)
        self.served += 1
        return self._receive(deadline)

    def _wait(self, stream: Any, write: bool, deadline: float) -> None:
        poll = select.poll()  # select() fails for descriptors from 1024 on
        poll.register(stream.fileno(), select.POLLOUT if write else select.POLLIN)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self.calls, True, deadline)
            try:
                view = view[os.write(self.calls.fileno(), view[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise EOFError from error

    def _receive(self, deadline: float) -> bytes:
        size = struct.unpack("!Q", self._receive_exactly(8, deadline))[0]
        if size > _MAX_ANSWER:
            raise EOFError(f"an answer of {size} bytes")
        return self._receive_exactly(size, deadline)

    def _receive_exactly(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            self._wait(self.answers, False, deadline)
            try:
                chunk = os.read(self.answers.fileno(), min(size - len(parts), 1 << 20))
            except BlockingIOError:
                continue
            if not chunk:
                raise EOFError
            parts += chunk
        return bytes(parts)

    def kill(self) -> int | None:
        """End the process and return its exit status; negative is the number of a signal."""
        self.process.poll()
        status = self.process.returncode
        if status is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
        for stream in (self.calls, self.answers):
            with contextlib.suppress(OSError):
                stream.close()
        return status


_idle: list[_Worker] = []
_lock = threading.Lock()


def _take() -> _Worker:
    while True:
        with _lock:
            worker = _idle.pop() if _idle else None
        if worker is None:
            return _Worker()
        if worker.process.poll() is None:
            return worker
        worker.kill()


def _give_back(worker: _Worker) -> None:
    with _lock:
        if worker.served < _CALLS_PER_WORKER and len(_idle) < _KEPT:
            _idle.append(worker)
            return
    worker.kill()


def close() -> None:
    """End the idle workers. Calls that come later start new ones."""
    with _lock:
        workers, _idle[:] = list(_idle), []
    for worker in workers:
        worker.kill()


def _forget() -> None:
    """In a forked child: the workers belong to the parent."""
    global _lock
    _lock = threading.Lock()
    for worker in _idle:
        for stream in (worker.calls, worker.answers):
            with contextlib.suppress(OSError):
                stream.close()
        worker.process.returncode = 0  # so that its finalizer does not wait for a process that is not a child
    _idle.clear()


atexit.register(close)
os.register_at_fork(after_in_child=_forget)


def run(function: Callable[..., T], *args: Any, time_limit_s: float, memory_mb: int) -> T:
    """Call a function in a process that can be killed.

    Args:
        function: A function at the top of a module that a fresh process can import.
        *args: Its arguments; they are pickled.
        time_limit_s: Seconds after which the process is killed.
        memory_mb: Memory that the call may take, in MiB of address space.

    Returns:
        What the function returns: plain data, dates, records of crisiskg or terms of pyoxigraph.

    Raises:
        CrisiskgError: the function raised it; type, message and hint are kept.
        InvalidParameter: the function cannot be found by a fresh process, or a limit is not positive.
        LimitExceeded: it took longer or more memory than allowed, or its process died of it.
        WorldError: it raised anything else, or no process could be started.

    >>> from crisiskg.iris import slug
    >>> run(slug, "Islamic State", time_limit_s=20, memory_mb=256)
    'islamic-state'
    """
    if time_limit_s <= 0 or memory_mb <= 0:
        raise InvalidParameter(f"limits of a sandbox must be positive, not {time_limit_s} s and {memory_mb} MiB")
    module, qualname = function.__module__, function.__qualname__
    if module == "__main__" or "<" in qualname:
        raise InvalidParameter(f"{module}.{qualname} cannot run in a sandbox: only functions at the top of a module can")
    payload = pickle.dumps((module, qualname, args, time_limit_s, memory_mb), protocol=5)
    worker = _take()
    try:
        raw = worker.call(payload, time_limit_s)
    except TimeoutError:
        worker.kill()
        raise LimitExceeded(f"{qualname} took longer than {time_limit_s:g} s and was ended") from None
    except EOFError:
        time.sleep(0.01)  # the exit status follows the closed pipe
        status = worker.kill()
        why = f"signal {signal.Signals(-status).name}" if status is not None and status < 0 else "no answer"
        raise LimitExceeded(
            f"the process of {qualname} ended by itself ({why}), as it does when it needs more than {memory_mb} MiB"
        ) from None
    except BaseException:
        worker.kill()
        raise
    try:
        answer = _AnswerReader(io.BytesIO(raw)).load()
    except Exception as error:
        worker.kill()
        raise WorldError(f"{qualname} returned what may not leave a sandbox: {error}") from error
    if answer[0] == "memory":
        worker.kill()  # what it holds after running out is not known
        raise LimitExceeded(f"{qualname} needs more than {memory_mb} MiB")
    _give_back(worker)
    if answer[0] == "value":
        value: T = answer[1]
        return value
    if answer[0] == "error":
        kind = getattr(errors, answer[1], None)
        if not (isinstance(kind, type) and issubclass(kind, CrisiskgError)):
            kind = CrisiskgError
        raise kind(answer[2], hint=answer[3])
    raise WorldError(f"{qualname} failed: {answer[1]}: {answer[2]}")


def capabilities() -> dict[str, str]:
    """Tell what this system offers: one line each for network, memory, time and processes.

    >>> sorted(capabilities())
    ['memory', 'network', 'processes', 'time']
    """
    worker = _take()
    guard = worker.guard
    _give_back(worker)
    network = {
        "seccomp": "sockets are refused by a seccomp filter",
        "namespace": "an empty network namespace; no seccomp filter for this machine",
        "none": "NOT blocked: this system has neither seccomp nor network namespaces for this user",
    }
    return {
        "network": network[guard],
        "processes": "programs cannot be started (seccomp)" if guard == "seccomp" else "NOT blocked",
        "memory": "limited by RLIMIT_AS" if sys.platform == "linux" else "limited where RLIMIT_AS is honoured",
        "time": "the process is killed at its deadline",
    }
