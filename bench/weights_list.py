"""Writes the list of the SHA-256 of all weights in the package, which are held to it when they are read.

    python bench/weights_list.py

Whatever trains a model calls `write_list` when it has written the weights.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from crisiskg.annotation.weights import LIST

DATA = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data"
#: Files that come out of training.
WEIGHTS = (
    "antecedents.npz",
    "argument_weights.json",
    "calibration.json",
    "name_types.json",
    "reader.onnx",
    "reader_pieces.json",
    "relation_model.npz",
)


def write_list(folder: Path = DATA) -> None:
    """Write the list for those of the files that are in a folder."""
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in WEIGHTS if (folder / name).is_file()}
    (folder / LIST).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_list()
