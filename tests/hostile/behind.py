"""What lies behind the look at the text: a query worker is given SERVICE itself, and must find no network."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from crisiskg.settings import load_settings
from crisiskg.workers.requests import query_request
from hostile.federation import disguises

#: A query worker for which every query looks harmless.
_WORKER = """
from crisiskg.workers import process, scan
look = scan.scan_query
scan.scan_query = lambda text, *rest, **more: look("ASK { ?s ?p ?o }", *rest, **more)
process.main()
"""


def unscanned(store: Path, port: int) -> dict[str, str]:
    """Hand every disguise of SERVICE to a query worker, past everything that would refuse it.

    Args:
        store: Folder of a published store.
        port: Port of the canary.

    Returns:
        By disguise, how the worker's answer ended: "X" for an error, "E" for a whole answer, "" where there was none.
    """
    settings = load_settings()
    names: list[str] = []
    frames = bytearray()
    for name, (before, where) in disguises(port).items():
        content = query_request(settings, f"{before} SELECT * WHERE {{ {where} }} LIMIT 5", ["text/csv"])
        frames += b"Q" + struct.pack(">I", len(content)) + content
        names.append(name)
    command = [sys.executable, "-c", _WORKER, str(store), "512", "0"]
    worker = subprocess.run(command, input=bytes(frames), stdout=subprocess.PIPE, timeout=60, check=False)
    ends = [letter for letter in _letters(worker.stdout) if letter in "EX"]
    return dict(zip_longest(names, ends[: len(names)], fillvalue=""))


def _letters(output: bytes) -> Iterator[str]:
    at = 0
    while at + 5 <= len(output):
        yield output[at : at + 1].decode("latin-1")
        at += 5 + int(struct.unpack(">I", output[at + 1 : at + 5])[0])
