"""Loads the word lists of this package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Return a word list by its name, such as "furniture"; see `data/README.md` for what each holds.

    >>> "en" in load("languages")
    True
    """
    found: dict[str, Any] = json.loads((files("crisiskg.sources.pages") / "data" / f"{name}.json").read_text("utf-8"))
    return found
