"""The weights of our own models: files of the package, each held to the SHA-256 that `data/weights.json` names.

`bench/weights_list.py` writes that list whenever a model was trained. No weights are pickled, so reading them runs nothing.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crisiskg.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

#: The file that names all others.
LIST = "weights.json"
_AGAIN = "Install crisiskg again."


def data_folder() -> Traversable:
    """Return the folder of the package in which weights lie."""
    return files("crisiskg.annotation").joinpath("data")


def read_weights(name: str, folder: Traversable | None = None) -> bytes:
    """Return the content of a file of weights.

    Args:
        name: Its name.
        folder: Where it lies with the list; None means the package.

    Raises:
        ModelUnavailable: the file or the list is missing, or the file is not the one that the list names.
    """
    place = data_folder() if folder is None else folder
    expected = _listed(place).get(name)
    try:
        content = place.joinpath(name).read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"the weights {name} are missing: {error.strerror}", hint=_AGAIN) from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ModelUnavailable(f"the weights {name} have the SHA-256 {found}, not {expected}", hint=_AGAIN)
    return content


def _listed(folder: Traversable) -> Mapping[str, str]:
    try:
        found = json.loads(folder.joinpath(LIST).read_bytes())
        return {str(name): str(digest) for name, digest in found.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"the list of weights {LIST} cannot be read: {error}", hint=_AGAIN) from error


@cache
def weights_sha256() -> str:
    """Return one SHA-256 that stands for all weights of this installation.

    Raises:
        ModelUnavailable: the list is missing.
    """
    lines = (f"{name} {digest}\n" for name, digest in sorted(_listed(data_folder()).items()))
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
