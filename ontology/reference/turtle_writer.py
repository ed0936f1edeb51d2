"""Writes nodes as Turtle, always in the same order, so that a change of a table is a readable change of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from crisiskg.namespaces import BASE, PREFIXES

#: Order of the properties of a node; what is not named here follows in alphabetical order.
_ORDER = (
    "rdfs:label",
    "skos:altLabel",
    "ckg:acronym",
    "ckg:contextualName",
    "ckg:demonym",
    "ckg:familyName",
    "ckg:placeKind",
    "ckg:situationKind",
    "ckg:earliestBegin",
    "ckg:latestBegin",
    "ckg:earliestEnd",
    "ckg:latestEnd",
)
_LAST = ("skos:exactMatch", "dcterms:source")


@dataclass(slots=True)
class Node:
    """A subject with its class and properties.

    Attributes:
        path: IRI below the base.
        kind: Class as a prefixed name ("ckg:State").
        values: Objects in Turtle by property as a prefixed name.
    """

    path: str
    kind: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, *values: str | None) -> None:
        """Add objects; None and what is there already are left out."""
        known = self.values.setdefault(name, [])
        known += [value for value in dict.fromkeys(values) if value is not None and value not in known]
        if not known:
            del self.values[name]


def link(path: str) -> str:
    """Return a reference to a node below the base, or to an absolute IRI."""
    return f"<{path}>"


def words(text: str) -> str:
    """Return an English literal."""
    return f'"{_escape(text)}"@en'


def string(text: str) -> str:
    """Return a plain literal."""
    return f'"{_escape(text)}"'


def day(text: str | None) -> str | None:
    """Return a date literal, None for None."""
    return None if text is None else f'"{text}"^^xsd:date'


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def write_turtle(nodes: Iterable[Node], comment: str) -> str:
    """Return a Turtle document.

    Args:
        nodes: What to write, in this order.
        comment: First lines of the document, without "#".

    Returns:
        Text that ends in a line feed, with the prefixes that it uses.
    """
    blocks = [write_node(node) for node in nodes]
    body = "\n".join(blocks)
    used = [name for name in PREFIXES if f" {name}:" in body or f"^^{name}:" in body]
    head = [f"# {line}" for line in comment.splitlines()] + [""]
    head += [f"@base <{BASE}> ."] + [f"@prefix {name}: <{PREFIXES[name]}> ." for name in used]
    return "\n".join(head) + "\n\n" + body


def write_node(node: Node) -> str:
    """Return one node with all its properties; the text ends in a line feed."""
    names = [name for name in _ORDER if name in node.values]
    names += sorted(name for name in node.values if name not in _ORDER and name not in _LAST)
    names += [name for name in _LAST if name in node.values]
    lines = [f"<{node.path}> a {node.kind}"]
    lines += [f"    {name} {' , '.join(node.values[name])}" for name in names]
    return " ;\n".join(lines) + " .\n"
