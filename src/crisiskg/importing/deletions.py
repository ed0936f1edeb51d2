"""Reads lists of events that a publisher deleted: ids one a line, or a table with a column of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from crisiskg.datasets.dataset import Dataset
from crisiskg.datasets.tables import open_bytes
from crisiskg.errors import MalformedSource

_DELIMITERS = ",\t;|"


def read_deletions(path: Path, dataset: Dataset) -> Iterator[str]:
    """Yield the ids of a list of deletions.

    Args:
        path: Text with an id a line, or a table whose header names the column that holds the dataset's ids; packed or not.
        dataset: The dataset.

    Raises:
        MalformedSource: it cannot be read, or is empty.
    """
    try:
        with open_bytes(path) as file:
            text = file.read().decode("utf-8-sig", "replace")
    except (OSError, EOFError) as error:
        raise MalformedSource(f"{path.name} is broken: {error}") from error
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise MalformedSource(f"{path.name} is empty")
    delimiter = next((each for each in _DELIMITERS if each in lines[0]), ",")
    header = [cell.strip().lower() for cell in next(csv.reader(lines[:1], delimiter=delimiter))]
    names = [name for name in id_columns(dataset) if name in header]
    if not names and len(header) > 1:
        raise MalformedSource(
            f"{path.name} has no column of ids; for {dataset.name} it is called {' or '.join(id_columns(dataset))}",
            hint=f"Its first line is {lines[0][:200]!r}.",
        )
    place = header.index(names[0]) if names else 0
    for cells in csv.reader(lines[1:] if names else lines, delimiter=delimiter):
        if len(cells) > place and (found := cells[place].strip()):
            yield found[:-2] if found.endswith(".0") and found[:-2].isdigit() else found


def id_columns(dataset: Dataset) -> tuple[str, ...]:
    """Return what the column of a dataset's ids may be called, lower case.

    >>> from crisiskg.datasets import find_dataset
    >>> id_columns(find_dataset("ucdp-ged"))
    ('id',)
    """
    columns = [column for column in dataset.form.columns if "ckg:recordId" in column.use]
    return tuple(name.lower() for column in columns for name in (column.name, *column.other_names))
