"""What pages ask the graph: named queries, with their answers as rows of cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crisiskg.asking import JSON, Asker, selector
from crisiskg.queries import bind, find_query
from crisiskg.workers import Answer


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in a table.

    Attributes:
        value: IRI or lexical form.
        kind: "uri", "literal" or "bnode"; "" where there is no value.
        label: Label, where the answer has one beside the value.
        language: Language tag of a literal.
    """

    value: str = ""
    kind: str = ""
    label: str = ""
    language: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        return self.label or self.value


@dataclass(frozen=True, slots=True)
class Table:
    """Answer to a SELECT query.

    Attributes:
        columns: Names of columns; labels are not columns of their own.
        rows: Cells by column.
    """

    columns: list[str]
    rows: list[dict[str, Cell]]


def table_of(body: bytes) -> Table:
    """Return an answer in SPARQL JSON as a table; a column `xLabel` beside `x` becomes the label of its cells."""
    found = json.loads(body)
    names: list[str] = found["head"]["vars"]
    columns = [name for name in names if not (name.endswith("Label") and name[:-5] in names)]
    rows = [{name: _cell(binding, name) for name in columns} for binding in found["results"]["bindings"]]
    return Table(columns, rows)


def _cell(binding: Mapping[str, Any], name: str) -> Cell:
    term = binding.get(name)
    if term is None:
        return Cell()
    label = binding.get(f"{name}Label", {}).get("value", "")
    return Cell(str(term["value"]), str(term["type"]), str(label), str(term.get("xml:lang", "")))


class Graph:
    """Asks named queries.

    Args:
        asker: Who answers named queries and what pages ask.
        base_iri: Base of the IRIs of data.
    """

    def __init__(self, asker: Asker, base_iri: str) -> None:
        self.asker = asker
        self.base_iri = base_iri

    def text(self, name: str, values: Mapping[str, str]) -> str:
        """Return the SPARQL text of a named query with its parameters bound."""
        return bind(find_query(name), values, selector(self.asker), self.base_iri)

    def answer(self, name: str, values: Mapping[str, str], accept: list[str]) -> Answer:
        """Answer a named query in the first possible of the media types."""
        return self.asker.run(self.text(name, values), accept)

    def table(self, name: str, **values: str) -> Table:
        """Answer a named query as a table."""
        with self.answer(name, values, [JSON]) as answer:
            return table_of(answer.read())
