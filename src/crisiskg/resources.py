"""Finds the folders ontology, shapes and queries: in an installed wheel under `crisiskg/data`, in a checkout beside `src`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from crisiskg.errors import UnknownName

Folder = Literal["ontology", "shapes", "queries"]


@cache
def folder(name: Folder) -> Path:
    """Return the path of one of the three folders of data.

    Args:
        name: "ontology", "shapes" or "queries".

    Returns:
        An existing folder.

    Raises:
        UnknownName: neither the wheel nor a checkout holds it.

    >>> (folder("ontology") / "crisiskg.ttl").name
    'crisiskg.ttl'
    """
    package = Path(__file__).parent
    for candidate in (package / "data" / name, package.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise UnknownName(f"the folder {name} is missing from this installation of crisiskg", hint="Install the wheel again.")
