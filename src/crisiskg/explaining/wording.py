"""Writes parts of a query and numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from crisiskg.explaining.shape import RDF_TYPE, Group, Part, Path, Shape, Triple, Union, Values

#: Longest text of a literal, in characters.
_MAX_LITERAL = 40


class Words:
    """Writes parts of one query.

    Args:
        prefixes: Prefixes to write IRIs with.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes

    def triple(self, triple: Triple) -> str:
        """Return a pattern as a query has it.

        >>> Words({"x": "urn:x:"}).triple(Triple("?s", "<urn:x:p>", "_:b0"))
        '?s x:p []'
        """
        predicate = triple.predicate.text if isinstance(triple.predicate, Path) else triple.predicate
        predicate = "a" if predicate == RDF_TYPE else predicate
        return " ".join(self.short(term) for term in (triple.subject, predicate, triple.object))

    def parts(self, parts: list[Part]) -> str:
        """Return parts that belong together, the first two of them."""
        texts = [self._part(part) for part in parts if not isinstance(part, Values)]
        return f"{{ {_listed(texts)} }}" if len(texts) > 1 else texts[0] if texts else "{ }"

    def group(self, group: Group) -> str:
        """Return the inside of a group, the first two parts of it."""
        return _listed([self._part(part) for part in group.parts if not isinstance(part, Values)])

    def short(self, text: str) -> str:
        """Return a term or path with prefixes instead of IRIs; blank nodes as `[]`, long texts cut."""
        if text.startswith("_:"):
            return "[]"
        if text.startswith('"'):
            return text if len(text) <= _MAX_LITERAL else f"{text[: _MAX_LITERAL - 3]}…"
        for prefix, iri in self._prefixes.items():
            if f"<{iri}" in text:
                text = _shortened(text, prefix, iri)
        return text

    def _part(self, part: Part) -> str:
        if isinstance(part, Triple):
            return self.triple(part)
        if isinstance(part, Union):
            return " UNION ".join(f"{{ {self.group(branch)} }}" for branch in part.branches[:2])
        if isinstance(part, Shape):
            return f"{{ {part.form} {' '.join(part.columns)} … }}"
        return "SERVICE"


def _shortened(text: str, prefix: str, iri: str) -> str:
    """Write the IRIs of a text that begin with one IRI with its prefix, where that is a plain name."""
    first, *parts = text.split(f"<{iri}")
    found = first
    for part in parts:
        local, closing, rest = part.partition(">")
        plain = local.replace("-", "").replace("_", "").isalnum()
        found += f"{prefix}:{local}{rest}" if closing and plain else f"<{iri}{part}"
    return found


def _listed(texts: list[str]) -> str:
    return " . ".join(texts[:2]) + (f" . … {len(texts) - 2} more" if len(texts) > 2 else "")


def count(number: float) -> str:
    """Return a number as people say it.

    >>> count(12), count(14_632), count(2_300_000), count(4e12)
    ('12', '15,000', '2.3 million', '4,000 billion')
    """
    if number < 10_000:
        return f"{round(number):,}"
    if number < 999_500:
        return f"{round(number, -3):,.0f}"
    if number < 999_500_000:
        return f"{number / 1e6:.3g} million" if number < 1e8 else f"{number / 1e6:.0f} million"
    return f"{number / 1e9:,.0f} billion" if number < 1e15 else "more than a million billion"
