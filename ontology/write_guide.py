"""Writes the tables of docs/ontology.md from the Turtle files beside this script: `python ontology/write_guide.py`.

The prose above the marker is written by hand and kept. A test says when the tables are behind the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox

from crisiskg.namespaces import CKG, OWL, PREFIXES, RDF, RDFS, SCHEMA, SKOS

ONTOLOGY = Path(__file__).parent
GUIDE = ONTOLOGY.parent / "docs" / "ontology.md"
FILES = ("crisiskg.ttl", "event-types.ttl", "codes.ttl")
MARKER = "<!-- Below this line: written by ontology/write_guide.py, not by hand. -->"

Column = tuple[str, Callable[[str], str]]


class Vocabulary:
    """What the Turtle files say, by subject and predicate."""

    def __init__(self) -> None:
        """Read the files."""
        self.values: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.subjects: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in FILES:
            for quad in ox.parse(path=str(ONTOLOGY / name), format=ox.RdfFormat.TURTLE):
                subject, predicate, value = (str(term.value) for term in (quad.subject, quad.predicate, quad.object))
                self.values[subject, predicate].append(value)
                self.subjects[predicate, value].append(subject)

    def one(self, subject: str, predicate: str) -> str:
        """Return the first value, or an empty text."""
        return next(iter(self.values[subject, predicate]), "")

    def of_kind(self, kind: str) -> list[str]:
        """Return all subjects of a class, in order."""
        return sorted(self.subjects[RDF + "type", kind])

    def names(self, subject: str, *predicates: str) -> str:
        """Return the values of properties as names in code style."""
        found = {short(value) for predicate in predicates for value in self.values[subject, predicate]}
        return ", ".join(f"`{name.removeprefix('ckg:')}`" for name in sorted(found))


def short(iri: str) -> str:
    """Return an IRI as a prefixed name, where a prefix of the package fits.

    >>> short("https://w3id.org/crisiskg/code/status-happened")
    'ckgc:status-happened'
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri}>"


def table(terms: Iterable[str], first: str, *columns: Column) -> list[str]:
    """Return the lines of a table with one row a term."""
    lines = [f"| {first} | " + " | ".join(name for name, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for term in terms:
        cells = [f"`{short(term)}`", *(value(term).replace("|", "\\|").replace("\n", " ") for _, value in columns)]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def tables() -> str:
    """Return all tables, with their headings."""
    words = Vocabulary()
    definition: Column = ("definition", lambda term: words.one(term, SKOS + "definition"))
    example: Column = ("example", lambda term: words.one(term, SKOS + "example"))
    note: Column = ("boundary", lambda term: words.one(term, SKOS + "scopeNote"))
    intensity: Column = ("intensity", lambda term: words.one(term, CKG + "intensity"))
    start: Column = ("from", lambda term: words.names(term, RDFS + "domain", SCHEMA + "domainIncludes"))
    to: Column = ("to", lambda term: words.names(term, RDFS + "range", SCHEMA + "rangeIncludes"))
    datatype: Column = ("datatype", lambda term: words.names(term, RDFS + "range") or "`rdf:langString`")
    under: Column = ("under", lambda term: words.names(term, RDFS + "subClassOf"))
    quad: Column = ("quad class", lambda term: words.one(term, CKG + "quadClass").rpartition("quad-")[2].replace("-", " "))
    needed: Column = ("recipient needed", lambda term: "yes" if words.one(term, CKG + "requiresRecipient") == "true" else "no")
    notation: Column = ("notation", lambda term: words.one(term, SKOS + "notation"))
    lines = [
        "## Classes\n",
        *table(words.of_kind(OWL + "Class"), "class", under, definition, example),
        "## Object properties\n",
        *table(words.of_kind(OWL + "ObjectProperty"), "property", start, to, definition, example),
        "## Datatype properties\n",
        *table(words.of_kind(OWL + "DatatypeProperty"), "property", start, datatype, definition, example),
        "## Event types in full\n",
        *table(words.of_kind(CKG + "EventType"), "type", quad, intensity, needed, definition, example, note),
        "## Event modes\n",
        *table(words.of_kind(CKG + "EventMode"), "mode", intensity, definition, example, note),
        "## Event contexts\n",
        *table(words.of_kind(CKG + "EventContext"), "context", definition, example, note),
        "## Quad classes\n",
        *table(words.of_kind(CKG + "QuadClass"), "quad class", definition, example),
        "## Other codes\n",
    ]
    for scheme in words.of_kind(SKOS + "ConceptScheme"):
        if short(scheme).startswith("ckgc:"):
            label = words.one(scheme, SKOS + "prefLabel")
            lines.append(f"### {label[0].upper()}{label[1:]}\n\n`{short(scheme)}`: {words.one(scheme, SKOS + 'definition')}\n")
            lines += table(sorted(words.subjects[SKOS + "inScheme", scheme]), "code", notation, definition, example)
    return "\n".join(lines).rstrip() + "\n"


def page(old: str) -> str:
    """Return the guide with its tables renewed.

    Raises:
        ValueError: the guide has no marker.
    """
    prose, marker, _ = old.partition(MARKER)
    if not marker:
        raise ValueError(f"docs/ontology.md lacks the line {MARKER!r}, above which its prose stands")
    return f"{prose}{MARKER}\n\n{tables()}"


if __name__ == "__main__":
    GUIDE.write_text(page(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
