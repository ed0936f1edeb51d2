"""Reads small tables that were written for tests, as an import does: rows to records, and records to the shapes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from crisiskg.crosswalk import load_crosswalk
from crisiskg.datasets import find_dataset
from crisiskg.datasets.dataset import Minter, Release
from crisiskg.datasets.records import Actor, Casualties, Claim, Event, Place, Record, State
from crisiskg.datasets.tables import BadRow, Row, find_layout, read_rows
from crisiskg.datasets.values import RowError
from crisiskg.importing.checks import Checks
from crisiskg.validation import validate

BASE = "https://w3id.org/crisiskg/id/"


class Read(NamedTuple):
    """What a table became: the records of each row that was read, and the reasons why others were not."""

    rows: list[list[Record]]
    refused: list[str]

    @property
    def events(self) -> list[Event]:
        return [record for row in self.rows for record in row if isinstance(record, Event)]

    @property
    def claims(self) -> list[Claim]:
        return [record for row in self.rows for record in row if isinstance(record, Claim)]

    @property
    def casualties(self) -> list[Casualties]:
        return [record for row in self.rows for record in row if isinstance(record, Casualties)]

    @property
    def names(self) -> dict[str, str]:
        """Labels of actors, states and places by IRI."""
        kinds = (Actor, State, Place)
        return {record.iri: record.label for row in self.rows for record in row if isinstance(record, kinds)}

    @property
    def kinds(self) -> dict[str, str]:
        """Classes of actors by label."""
        return {record.label: record.kind for row in self.rows for record in row if isinstance(record, Actor)}

    def actors(self, event: Event) -> list[str]:
        return [self.names[iri] for iri in event.actors]

    def recipients(self, event: Event) -> list[str]:
        return [self.names[iri] for iri in event.recipients]


def read_file(dataset: str, path: Path, *, shapes: bool = True, most: int | None = None) -> Read:
    """Read a table; with `shapes` its records are held to the shapes, and must conform."""
    found = find_dataset(dataset)
    layout = find_layout(path, found.form)
    release = Release(dataset, "1", load_crosswalk())
    reader = found.reader(Minter(release))
    checks = Checks(release.graph, release_triples(release.iri), validate)
    read = Read([], [])
    for number, row in enumerate(read_rows(path, found.form, layout)):
        if most is not None and number >= most:
            break
        if isinstance(row, BadRow):
            read.refused.append(row.reason)
            continue
        assert isinstance(row, Row)
        try:
            records = list(reader(row))
        except RowError as error:
            read.refused.append(str(error))
            continue
        read.rows.append(records)
        if shapes:
            report = checks.check(records)
            assert report is None, f"{row.text}: {report}"
    return read


def read_table(
    dataset: str, folder: Path, header: Sequence[str] | None, rows: Sequence[Sequence[str]], delimiter: str = ","
) -> Read:
    """Write a table and read it."""
    path = folder / "table.csv"
    lines = ([header] if header is not None else []) + list(rows)
    quote = delimiter == ","
    text = "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' if quote and ("," in cell or '"' in cell) else cell for cell in line)
        + "\n"
        for line in lines
    )
    path.write_text(text, encoding="utf-8")
    return read_file(dataset, path)


def release_triples(iri: str) -> str:
    """Return what an import writes of a release, as far as the shapes ask for it."""
    ckg = "https://w3id.org/crisiskg/ontology#"
    return (
        f"<{iri}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{ckg}Release> .\n"
        f'<{iri}> <http://www.w3.org/2000/01/rdf-schema#label> "Release"@en .\n'
        f'<{iri}> <{ckg}datasetName> "tolm" .\n'
        f'<{iri}> <{ckg}releaseName> "1" .\n'
        f"<{iri}> <http://purl.org/dc/terms/license> <https://creativecommons.org/licenses/by/4.0/> .\n"
        f"<{iri}> <http://www.w3.org/ns/prov#wasGeneratedBy> <{BASE}run/1> .\n"
    )
