"""What the tests of federation share."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

JSON = "application/sparql-results+json"
XML = (
    '<?xml version="1.0"?>{}<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
    '<head><variable name="a"/></head><results>{}</results></sparql>'
)
BOMB = "<!DOCTYPE x [<!ENTITY l0 'lol'>" + "".join(f"<!ENTITY l{n + 1} '{f'&l{n};' * 10}'>" for n in range(9)) + "]>"


def soon(seconds: float = 20.0) -> float:
    """Return a deadline."""
    return time.monotonic() + seconds


def write(folder: Path, text: str) -> Path:
    """Return a file of profiles."""
    path = folder / "profiles.toml"
    path.write_text(text, encoding="utf-8")
    return path


def bindings(*found: object, names: Sequence[str] = ("a",)) -> str:
    """Return an answer in JSON."""
    return json.dumps({"head": {"vars": list(names)}, "results": {"bindings": found}})
