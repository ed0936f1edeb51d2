"""Tables of dated entries, as CrisisWatch has them: each row is a text, and becomes a document for `crisiskg ingest`.

Such a row is read as any other document, so that its events have their sentences as evidence:
`python -m crisiskg.datasets.entries entries.csv > entries.jsonl`, then `crisiskg ingest entries.jsonl`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crisiskg.datasets.tables import BadRow, Column, Form, find_layout, read_rows
from crisiskg.datasets.values import RowError, day, needed, text
from crisiskg.errors import CrisiskgError

C = Column
FORM = Form(
    (
        C("link", "address of the entry", "address of the document", ("url", "uri")),
        C("region", "region of the world", "not read"),
        C("countries", "countries that it is about", "title of the document", ("country",)),
        C("date", "day or month", "day of publication", ("published", "month")),
        C("status", "whether things became better or worse", "first line of the text", ("trend",)),
        C("title", "heading", "title of the document", ("headline", "heading")),
        C("content", "the text", "text of the document", ("text", "body", "description"), is_needed=True),
    )
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = re.compile(r"(?P<name>[A-Za-z]{3,9})\.? (?P<year>\d{4})\Z")
_NUMBERS = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})\Z")


def documents(path: Path, publisher: str | None = None) -> Iterator[dict[str, Any] | str]:
    """Yield the documents of a table, as objects that `crisiskg ingest` reads, or why a row gives none.

    Args:
        path: The table, packed or not.
        publisher: Who published it.

    Raises:
        MalformedSource: it has no column with a text.
    """
    layout = find_layout(path, FORM)
    for row in read_rows(path, FORM, layout):
        if isinstance(row, BadRow):
            yield f"{path.name}, line {row.number}: {row.reason}"
            continue
        try:
            yield _document(row.cells, publisher)
        except RowError as error:
            yield f"{path.name}, line {row.number}: {error}"


def _document(cells: dict[str, str], publisher: str | None) -> dict[str, Any]:
    body = needed(cells, "content")
    status, title, countries = text(cells, "status"), text(cells, "title"), text(cells, "countries")
    heading = ": ".join(part for part in (countries, title) if part) or None
    found: dict[str, Any] = {"text": f"{status}.\n\n{body}" if status else body}
    link = text(cells, "link")
    more = {
        "title": heading,
        "url": link if link is not None and link.startswith(("http://", "https://")) else None,
        "published": published_of(cells),
        "publisher": publisher,
    }
    return found | {name: value for name, value in more.items() if value is not None}


def published_of(cells: dict[str, str]) -> str | None:
    """Return the day or month of an entry.

    Raises:
        RowError: it is neither.

    >>> published_of({"date": "February 2024"}), published_of({"date": "2024-02-29"})
    ('2024-02', '2024-02-29')
    """
    value = text(cells, "date")
    if value is None:
        return None
    if match := _MONTH.match(value):
        months = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(match["name"].lower())]
        if len(months) == 1:
            return f"{match['year']}-{months[0]:02}"
    elif (match := _NUMBERS.match(value)) and 1 <= int(match["month"]) <= 12:
        return f"{match['year']}-{int(match['month']):02}"
    return day(cells, "date")


def main(arguments: Sequence[str]) -> int:
    """Write the documents of tables to standard output, a line of JSON each; rows that give none are told on standard error."""
    if not arguments:
        sys.stderr.write("error: name the tables: python -m crisiskg.datasets.entries FILE…\n")
        return 2
    code = 0
    for name in arguments:
        try:
            for found in documents(Path(name)):
                if isinstance(found, str):
                    sys.stderr.write(f"{found}\n")
                    code = 5
                else:
                    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        except CrisiskgError as error:
            sys.stderr.write(f"error: {error.message}\n")
            return error.exit_code
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
