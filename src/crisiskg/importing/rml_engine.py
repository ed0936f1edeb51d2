"""Runs morph-kgc, an RML engine, in a process without network, with limited memory and time.

morph-kgc pins other versions of packages that crisiskg needs. So it has an environment of its own, whose Python is found here.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from crisiskg.errors import LimitExceeded, MalformedSource, ModelUnavailable
from crisiskg.sandbox import PARENT

#: Variable of the environment that names the Python of the environment that has morph-kgc.
VARIABLE = "CRISISKG_RML_PYTHON"
#: How to make such an environment.
HINT = (
    "Make an environment for it: python -m venv rml-engine && rml-engine/bin/pip install 'morph-kgc>=2.10,<3', "
    "then name its Python with --engine rml-engine/bin/python or the variable CRISISKG_RML_PYTHON."
)
#: Guards itself, then becomes the engine. A filter of system calls and limits outlast the change.
_START = (
    "import os, sys; sys.path[:] = eval(sys.argv[1]); "
    "from crisiskg.sandbox import block_network, die_with_parent, limit_memory; "
    "die_with_parent(); block_network(); limit_memory(int(sys.argv[2])); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
_PROBE = "import importlib.metadata as m, morph_kgc; print(m.version('morph-kgc'))"
_PROBE_LIMIT_S = 60.0
#: Lines of the engine's complaint that are shown.
_TOLD = 300


@dataclass(frozen=True, slots=True)
class Engine:
    """An installed RML engine.

    Attributes:
        python: The Python of its environment.
        version: Version of morph-kgc.
    """

    python: Path
    version: str


def find_engine(python: Path | None = None) -> Engine:
    """Find the engine: with the Python that is named, else with that of `CRISISKG_RML_PYTHON`, else with this one.

    Args:
        python: Python of the environment that has morph-kgc.

    Raises:
        ModelUnavailable: there is none; the hint says how it is installed.
    """
    named = python or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    # Not resolved: the Python of an environment is a link, and its name is what tells the environment.
    chosen = Path(os.path.abspath(named if named is not None else sys.executable))
    version = _version(chosen)
    if version is None:
        where = f"{chosen} has no morph-kgc" if chosen.exists() else f"there is no {chosen}"
        raise ModelUnavailable(f"the RML engine is not installed: {where}", hint=HINT)
    return Engine(chosen, version)


@functools.cache
def _version(python: Path) -> str | None:
    try:
        asked = subprocess.run([str(python), "-I", "-c", _PROBE], capture_output=True, timeout=_PROBE_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.decode("ascii", "replace").strip() or None if asked.returncode == 0 else None


def run_engine(engine: Engine, mapping: str, folder: Path, *, time_limit_s: float = 3600.0, memory_mb: int = 16384) -> Path:
    """Run a mapping, and return the file of N-Triples that it made.

    Args:
        engine: The engine.
        mapping: The mapping, in Turtle; relative names of its sources are looked for in `folder`.
        folder: Where the tables are; the engine runs there, and writes there.
        time_limit_s: Seconds after which it is killed.
        memory_mb: MiB of addresses that it may use; libraries count as well.

    Raises:
        LimitExceeded: it took too long.
        MalformedSource: it failed; the message has its last words.
    """
    made = folder / "made.nt"
    (folder / "mapping.ttl").write_text(mapping, encoding="utf-8")
    (folder / "engine.ini").write_text(
        "[CONFIGURATION]\nna_values=\noutput_file=made.nt\noutput_format=N-TRIPLES\nnumber_of_processes=1\n"
        "logging_level=WARNING\n\n[tables]\nmappings=mapping.ttl\n",
        encoding="ascii",
    )
    command = [sys.executable, "-c", _START, repr(sys.path), str(memory_mb)]
    command += [str(engine.python), "-I", "-m", "morph_kgc", "engine.ini"]
    # Nothing of this process's environment, so no key or proxy, reaches the engine.
    environment = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", PARENT: str(os.getpid())}
    log = folder / "engine.log"
    with log.open("wb") as complaints:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints
        )
        began = time.monotonic()
        try:
            code = process.wait(time_limit_s)
        except subprocess.TimeoutExpired:
            raise LimitExceeded(f"the RML engine took longer than {time.monotonic() - began:.0f} s") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if code != 0:
        raise MalformedSource(f"the RML engine cannot run this mapping: {_last_words(log)}")
    if not made.exists():
        made.touch()  # it made no triples at all
    return made


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:_TOLD] if lines else "it said nothing"
