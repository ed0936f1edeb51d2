"""Tables and engines for bench/import.py: UCDP GED repeated or made up, records as CSV tables, and morph-kgc's environment."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).parent.parent
#: Environment of the RML engine, made where none is named.
ENGINE_FOLDER = ROOT / ".venv-rml"
#: Ids of a repetition are this much higher than those of the one before.
SHIFT = 10_000_000

_COUNTRIES = ("Chad", "Mali", "Niger", "Sudan", "Somalia", "Yemen", "Iraq", "Colombia")
_SYNTHETIC_HEADER = [
    "id",
    "year",
    "type_of_violence",
    "conflict_new_id",
    "conflict_name",
    "dyad_name",
    "side_a",
    "side_b",
    "where_coordinates",
    "latitude",
    "longitude",
    "country",
    "date_start",
    "date_end",
    "best",
    "high",
    "low",
]


def ged_file(shared: Path | None) -> Path | None:
    """Return the table of UCDP GED, where there is one."""
    for folder in (shared, Path(os.environ["CRISISKG_SHARED"]) if "CRISISKG_SHARED" in os.environ else ROOT.parent / "shared"):
        if folder is not None:
            for path in (folder / "ucdp_ged_176k.csv.gz", folder / "throughput" / "ucdp_ged_176k.csv.gz"):
                if path.is_file():
                    return path
    return None


def synthetic_rows(count: int, seed: int = 1) -> Iterator[list[str]]:
    """Yield made-up rows of UCDP GED, the header first."""
    chance = random.Random(seed)
    yield _SYNTHETIC_HEADER
    for number in range(1, count + 1):
        country, group, kind = chance.choice(_COUNTRIES), chance.randrange(400), chance.choice("1123")
        sides = (f"Front {group}", "Civilians") if kind == "3" else (f"Government of {country}", f"Front {group}")
        day = f"{chance.randrange(1990, 2021)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        best = chance.randrange(0, 60)
        yield [
            str(number),
            day[:4],
            kind,
            str(group + 1),
            f"{country}: Province {group}",
            " - ".join(sides),
            *sides,
            f'Town "{group % 97}", {country}',
            f"{chance.uniform(-30, 30):.4f}",
            f"{chance.uniform(-70, 70):.4f}",
            country,
            day,
            day,
            str(best),
            str(best + chance.randrange(5)),
            str(max(0, best - 3)),
        ]


def source_rows(table: Path | None, count: int) -> Iterator[list[str]]:
    """Yield the rows of a table, the header first; made-up ones where there is no table."""
    if table is None:
        yield from synthetic_rows(count)
        return
    with gzip.open(table, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def write_repeated(table: Path | None, path: Path, rows: int) -> None:
    """Write that many rows to a CSV file: the table from its beginning, again with shifted ids where it ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        written, round_ = 0, 0
        while written < rows:
            source = source_rows(table, rows)
            header = next(source)
            place = header.index("id")
            if round_ == 0:
                writer.writerow(header)
            for row in source:
                if written == rows:
                    return
                row[place] = str(int(float(row[place])) + round_ * SHIFT)
                writer.writerow(row)
                written += 1
            round_ += 1


def records_of(path: Path) -> Iterator[object]:
    """Yield the records of a table of UCDP GED, those that rows share once."""
    from crisiskg.crosswalk import load_crosswalk
    from crisiskg.datasets import find_dataset
    from crisiskg.datasets.dataset import Minter, Release
    from crisiskg.datasets.tables import Row, find_layout, read_rows
    from crisiskg.datasets.values import RowError

    dataset = find_dataset("ucdp-ged")
    read = dataset.reader(Minter(Release(dataset.name, "bench", load_crosswalk())))
    written: set[str] = set()
    for row in read_rows(path, dataset.form, find_layout(path, dataset.form)):
        if not isinstance(row, Row):
            continue
        try:
            records = read(row)
        except RowError:
            continue
        for record in records:
            key = f"{type(record).__name__} {record.iri}"
            if key not in written:
                written.add(key)
                yield record


def write_lines(path: Path, lines: Path) -> None:
    """Write the N-Triples that an import of a table of UCDP GED loads, without the release's own."""
    from crisiskg.datasets import find_dataset
    from crisiskg.importing.plan import Table
    from crisiskg.importing.run import Import, Mapper
    from crisiskg.namespaces import BASE

    job = Import(find_dataset("ucdp-ged"), "bench", [Table.of(path)], None, BASE)
    with lines.open("wb") as file:
        file.writelines(Mapper(job).rows())


def engine_python(named: Path | None) -> Path | None:
    """Return a Python that has morph-kgc: the one that is named, else that of `make bench-import`; None where there is none."""
    from crisiskg.errors import ModelUnavailable
    from crisiskg.importing.rml_engine import find_engine

    own = ENGINE_FOLDER / "bin" / "python"
    for candidate in (named, None, own if own.exists() else None):
        try:
            return find_engine(candidate).python
        except ModelUnavailable:
            continue
    return None


def digest_of_triples(path: Path) -> tuple[int, str]:
    """Return number and SHA-256 of the distinct triples of a file of N-Triples, however they are ordered and escaped.

    Sorting is left to sort(1), which needs little memory.
    """
    plain, ordered = path.with_suffix(".plain"), path.with_suffix(".sorted")
    with plain.open("wb") as file:
        batch: list[ox.Triple] = []
        for quad in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES):
            batch.append(quad.triple)
            if len(batch) == 50_000:
                file.write(ox.serialize(batch, format=ox.RdfFormat.N_TRIPLES) or b"")
                batch.clear()
        if batch:
            file.write(ox.serialize(batch, format=ox.RdfFormat.N_TRIPLES) or b"")
    command = ["sort", "-u", "-S", "200M", "-T", str(path.parent), "-o", str(ordered), str(plain)]
    subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C"})
    with ordered.open("rb") as file:
        count = sum(1 for _ in file)
    with ordered.open("rb") as file:
        total = hashlib.file_digest(file, "sha256").hexdigest()
    plain.unlink()
    ordered.unlink()
    return count, total
