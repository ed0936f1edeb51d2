"""Writes docs/datasets.md of the datasets' own tables: `python -m crisiskg.datasets.guide > docs/datasets.md`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from crisiskg.datasets import Dataset, all_datasets
from crisiskg.datasets.cameo_codes import REPAIRED
from crisiskg.datasets.plover import OFF_LIST

_HEAD = """# Datasets

`crisiskg import NAME FILE… --release R` brings a table into the graph. This page says for each dataset what becomes of each
column, what is put right, and under which terms rows may be passed on. It is written of the same tables that the import reads:
`python -m crisiskg.datasets.guide > docs/datasets.md`.

## What a row becomes

- A **record** (`ckg:Record`): the row as one account of its event. It keeps the row as delivered, its line, the dataset's own id,
  type and quad class unchanged, who said so, and a sentence for each repair.
- An **event** (`ckg:Event`) with type, mode and contexts of PLOVER. Its IRI is made of the dataset's id and stays from release to
  release. The quad class follows from the type, because datasets draw its borders otherwise.
- **Actors, places, states, conflicts and numbers of victims** that the row names. States are those of the reference data, by code
  and day. Actors are known by the dataset's id, or by class and name.

An empty slot has a reason: `ckgc:gap-not-stated`, `ckgc:gap-not-directed` where two sides are told but no direction, or
`ckgc:gap-not-an-actor`. Days that are not known have bounds and a precision. A point has `ckg:placePrecision`: from "adm2" on it
is the middle of an area, and distances from it mean nothing.

A row of a list of conflicts, leaders, states or actors is no event: it is an account of a **conflict** (`ckg:Situation`), of a
**relationship** (`ckg:Relationship`: who is against, allied with or part of whom) or of a **membership** (`ckg:Membership`: who
governs what), each with bounds, or of a **change event** (`ckg:ChangeEvent`: which organization split from, joined or allied with
which, or took what name).

A row that cannot be read goes to quarantine with its line and the reason. Nothing is left out silently.

## Lines of JSON

Wikidata and FollowTheMoney publish lines of JSON that refer to one another by ids. A line of FollowTheMoney is a row; a line of
Wikidata gives a row for its item and one for each of its statements, which has its own id and is kept as it stands. The line that
describes a person, organization, place or office writes it once, with its names; the other rows name its IRI. So the order of
lines does not matter, and nothing is kept in memory: the files are read beforehand, and what rows need to know of each thing
lies in a file beside the import. What no line describes is called by its id, and `ckg:repair` says so.

## Tables of texts

A table of dated entries, as CrisisWatch has them (link, region, countries, date, status, title, content), holds texts. They are
read as documents, so that their events have sentences as evidence:

```sh
python -m crisiskg.datasets.entries entries.csv > entries.jsonl
crisiskg ingest entries.jsonl --store kg
```

## Classes of actors in machine-coded datasets

GDELT, ICEWS and POLECAT do not say whether a name is a person's. The class is decided in this order: a state by its name and the
day; a word for unnamed people or bodies, as in "Police (Chad)"; the sector, where the dataset gives one; the reference data
(`Taliban`); words of the name (`ministry`, `party`, `army`, …); the form of a person's name; else `ckg:Organization`. In a sample
of 200 bare names of ICEWS, drawn after the words were chosen, 9 had a wrong class: 3 were bodies taken for persons, 4 persons
taken for something else, and 2 bodies of another class. A body that is only known as `ckg:Organization` was not counted as wrong.

## CAMEO and PLOVER

GDELT and ICEWS write codes of CAMEO, which `crisiskg.datasets.cameo_codes` takes to PLOVER, all 318 of them. Statements, root 01,
are `ckgt:OTHER`. The table follows the conversion table of PLOVER's makers, except where that names what PLOVER does not have or
contradicts its manual:
"""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def section(dataset: Dataset) -> str:
    """Return the section of one dataset in Markdown."""
    republish = "may be passed on" if dataset.may_republish else "may not be passed on; exports leave them out"
    identity = {"id": "its own id", "content": "its content; equal rows are numbered"}[dataset.identity]
    facts = [
        ("Published by", dataset.publisher),
        ("At", f"<{dataset.homepage}>"),
        ("Terms", f"<{dataset.license}>; rows {republish}"),
        ("To be cited as", dataset.attribution),
        ("A row is known by", identity),
    ]
    layouts = [f"{name} ({len(order)} columns)" for name, order in dataset.form.layouts.items()]
    if layouts:
        facts.append(("Read without a header", ", ".join(layouts)))
    notes = "".join(f"- {note}\n" for note in dataset.notes)
    columns = [
        (
            f"`{column.name}`" + "".join(f", `{other}`" for other in column.other_names),
            column.meaning + (" (needed)" if column.is_needed else ""),
            column.use,
        )
        for column in dataset.form.columns
    ]
    head = "Property" if dataset.lines is not None else "Column"
    return (
        f"## {dataset.title} (`{dataset.name}`)\n\n"
        f"{''.join(f'- {name}: {value}.{chr(10)}' for name, value in facts)}\n{notes}\n"
        f"{_table((head, 'Meaning', 'What becomes of it'), columns)}"
    )


def guide() -> str:
    """Return the whole page in Markdown."""
    repaired = _table(("There", "Codes", "Here"), list(REPAIRED))
    modes = _table(
        ("Type", "Mode", "Read as"),
        [(type_, mode, instead or "no mode") for (type_, mode), instead in OFF_LIST.items()],
    )
    sections = "\n".join(section(dataset) for dataset in all_datasets().values())
    return f"{_HEAD}\n{repaired}\nModes that coders of PLOVER write and the codebook does not have:\n\n{modes}\n{sections}"


if __name__ == "__main__":
    sys.stdout.write(guide())
