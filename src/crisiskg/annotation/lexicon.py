"""Word lists of this package's folder data, read once a process."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crisiskg.annotation.records import EntityType

#: Words of a company's legal form, and those that may stand between them.
LEGAL_FORMS = frozenset(
    [
        "Inc",
        "Inc.",
        "Corp",
        "Corp.",
        "Corporation",
        "Ltd",
        "Ltd.",
        "Limited",
        "LLC",
        "PLC",
        "plc",
        "Co",
        "Co.",
        "Company",
        "AG",
        "GmbH",
        "SA",
        "SpA",
        "SPA",
        "NV",
        "Group",
        "Holdings",
        "and",
        "&",
        "Bancorp",
    ]
)


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words that show what a name names.

    Attributes:
        organization: Head word of an organization's name → its kind.
        event: Head words of events' names, with a capital.
        event_lower: The same in lower case, after a name ("Iraq war").
        place: Head words of places' names.
        title: Titles before persons' names, with a capital.
        title_lower: The same in lower case.
        rank: Those titles that are military ranks.
        never_name: Words with a capital that name neither actor nor place.
        population: Names of peoples and of those who hold a faith, as nouns.
        adjective_population: The same as adjectives.
        capital_verb: Verbs whose subject, a capital, is the government there.
        capital_object: Verbs whose object, a capital, is the government there.
        capital_noun: What a government has and a city has not ("Moscow's envoy").
        capital_relation: What is between governments ("talks between Bamako and Paris").
        capital_suffix: Participles behind a capital and a hyphen ("Moscow-backed").
    """

    organization: dict[str, EntityType]
    event: frozenset[str]
    event_lower: frozenset[str]
    place: frozenset[str]
    title: frozenset[str]
    title_lower: frozenset[str]
    rank: frozenset[str]
    never_name: frozenset[str]
    population: frozenset[str]
    adjective_population: frozenset[str]
    capital_verb: frozenset[str]
    capital_object: frozenset[str]
    capital_noun: frozenset[str]
    capital_relation: frozenset[str]
    capital_suffix: frozenset[str]


@cache
def name_words() -> NameWords:
    """Return the words that show what a name names."""
    kinds = {row["kind"]: frozenset(row["words"].split()) for row in read_table("name_words.csv")}
    organization: dict[str, EntityType] = {}
    for row in read_table("organization_heads.csv"):
        for word in row["words"].split():
            organization.setdefault(word, row["type"])  # type: ignore[arg-type]
    return NameWords(organization=organization, **kinds)


@cache
def nominal_heads() -> dict[str, tuple[EntityType | None, EntityType | None]]:
    """Return the type of the singular and of the plural of each noun that stands for actors or places, by lemma or form."""
    found: dict[str, tuple[EntityType | None, EntityType | None]] = {}
    for row in read_table("nominal_heads.csv"):
        singular, plural = (None if row[key] == "-" else row[key] for key in ("singular", "plural"))
        for noun in row["nouns"].split():
            known = found.get(noun, (None, None))
            found[noun] = (known[0] or singular, plural if known[1] is None or singular is None else known[1])  # type: ignore[assignment]
    return found


def read_table(name: str) -> list[dict[str, str]]:
    """Read a table of the folder data; lines that begin with # are comments."""
    text = files("crisiskg.annotation").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if line and not line.startswith("#")))
