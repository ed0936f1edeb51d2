"""Content negotiation: which of the formats that can be had does the client like best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crisiskg.errors import NotAcceptable, UnknownName

HTML = "text/html"

#: Short names of formats, for `?format=` and suffixes, and the media types that they stand for.
SHORT: dict[str, tuple[str, ...]] = {
    "html": (HTML,),
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
    "ttl": ("text/turtle",),
    "turtle": ("text/turtle",),
    "nt": ("application/n-triples",),
    "ntriples": ("application/n-triples",),
    "rdf": ("application/rdf+xml",),
    "rdfxml": ("application/rdf+xml",),
    "jsonld": ("application/ld+json",),
    "nq": ("application/n-quads",),
    "trig": ("application/trig",),
}
#: General types that stand for special ones.
_ALSO = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
    "application/xhtml+xml": HTML,
}


@dataclass(frozen=True, slots=True)
class _Range:
    """One part of an Accept header."""

    main: str
    sub: str
    quality: float

    def fit(self, media_type: str) -> int:
        """Return how exactly it names a media type: 3 by itself, 2 by its main type, 1 as anything, 0 not at all."""
        main, _, sub = media_type.partition("/")
        if (self.main, self.sub) == (main, sub):
            return 3
        if (self.main, self.sub) == (main, "*"):
            return 2
        return 1 if (self.main, self.sub) == ("*", "*") else 0


def accepted(header: str | None, offered: Sequence[str]) -> list[str]:
    """Return the offered media types that an Accept header allows, best first.

    Args:
        header: Accept header; None or empty means anything.
        offered: What can be had, the server's favourite first.

    Returns:
        Media types; empty where none is allowed.

    >>> accepted("text/html;q=0.8, text/turtle", ["application/ld+json", "text/turtle", "text/html"])
    ['text/turtle', 'text/html']
    >>> accepted("*/*;q=0.1, text/csv", ["application/json", "text/csv"])
    ['text/csv', 'application/json']
    """
    if not header or not header.strip():
        return list(offered)
    ranges = _parse(header[:4000])
    scored = []
    for place, media_type in enumerate(offered):
        quality = _quality(media_type, ranges)
        if quality > 0:
            scored.append((-quality, place, media_type))
    return [media_type for _, _, media_type in sorted(scored)]


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    best, quality = 0, 0.0
    for one in ranges:
        fit = one.fit(media_type)
        if fit > best:
            best, quality = fit, one.quality
    return quality


def _parse(header: str) -> list[_Range]:
    ranges = []
    for part in header.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        name = name.lower()
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value.strip())))
                except ValueError:
                    quality = 0.0
        for alias in (name, _ALSO.get(name)):
            if alias and "/" in alias:
                main, _, sub = alias.partition("/")
                # An alias counts a little less than the type itself, so that asking for both gives the one that was named.
                ranges.append(_Range(main, sub, quality if alias == name else quality * 0.999))
    return ranges


def choose(header: str | None, format_: str | None, offered: Sequence[str]) -> list[str]:
    """Return the media types to answer with, best first, from `format` where it is given, else from the Accept header.

    Raises:
        UnknownName: there is no such format.
        NotAcceptable: none of what is asked for can be had.
    """
    if format_:
        if format_ in offered:
            return [format_]
        if format_ not in SHORT:
            raise UnknownName(f"there is no format {format_[:40]!r}; there are: {', '.join(SHORT)}")
        found = [media_type for media_type in SHORT[format_] if media_type in offered]
    else:
        found = accepted(header, offered)
    if not found:
        raise NotAcceptable(f"none of the formats asked for can be had; there are: {', '.join(offered)}")
    return found
