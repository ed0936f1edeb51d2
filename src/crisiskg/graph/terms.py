"""Makes RDF terms: properties, codes and literals in the lexical form that the store keeps."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from functools import cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from crisiskg.errors import AnnotationError, InvalidIdentifier
from crisiskg.namespaces import CKG, CKGC, CKGT, GEO, OA, PROV, RDF, RDFS, SKOS, XSD

TYPE = NamedNode(RDF + "type")
LABEL = NamedNode(RDFS + "label")
ALT_LABEL = NamedNode(SKOS + "altLabel")
EXACT_MATCH = NamedNode(SKOS + "exactMatch")
GENERATED_BY = NamedNode(PROV + "wasGeneratedBy")
GEOMETRY = NamedNode(GEO + "Geometry")
HAS_GEOMETRY = NamedNode(GEO + "hasDefaultGeometry")
AS_WKT = NamedNode(GEO + "asWKT")
ACCURACY = NamedNode(GEO + "hasMetricSpatialAccuracy")
WKT_LITERAL = NamedNode(GEO + "wktLiteral")
INTEGER = NamedNode(XSD + "integer")
DECIMAL = NamedNode(XSD + "decimal")
DATE = NamedNode(XSD + "date")

_CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z")
# Characters that an IRI may hold (RFC 3987), "%" included so that what is escaped stays so.
_IRI_SAFE = "%:/?#[]@!$&'()*+,;=-._~"


@cache
def ckg(name: str) -> NamedNode:
    """Return a class or property of the ontology.

    >>> ckg("hasRole").value
    'https://w3id.org/crisiskg/ontology#hasRole'
    """
    return NamedNode(CKG + name)


@cache
def oa(name: str) -> NamedNode:
    """Return a term of Web Annotation."""
    return NamedNode(OA + name)


@cache
def code(scheme: str, value: str) -> NamedNode:
    """Return a code such as ckgc:status-happened.

    Args:
        scheme: What stands before the value ("status").
        value: The value as the records spell it.

    Raises:
        AnnotationError: the value cannot be the end of a code.

    >>> code("status", "happened").value
    'https://w3id.org/crisiskg/code/status-happened'
    """
    if not _CODE.match(value):
        raise AnnotationError(f"{scheme} {value!r} is no code; these are of letters, digits and hyphens")
    return NamedNode(f"{CKGC}{scheme}-{value}")


@cache
def event_type_term(local: str) -> NamedNode:
    """Return a term of the event types: a type, a mode ("ASSAULT-aerial"), a context or a quad class.

    Raises:
        AnnotationError: the name cannot be one of a type, mode or context.

    >>> event_type_term("context-human_rights").value
    'https://w3id.org/crisiskg/event-type/context-human-rights'
    """
    local = local.replace("_", "-")
    if not _CODE.match(local):
        raise AnnotationError(f"{local!r} names no event type, mode or context; these are of letters, digits and hyphens")
    return NamedNode(CKGT + local)


def text(value: str) -> Literal:
    """Return a plain string.

    Raises:
        AnnotationError: the text holds half of a surrogate pair, which no RDF literal can.

    >>> text("a").datatype.value
    'http://www.w3.org/2001/XMLSchema#string'
    """
    try:
        return Literal(value)
    except ValueError as error:
        raise AnnotationError(f"text cannot be written as an RDF literal: {_surrogate(value)}") from error


def label(value: str, language: str = "en") -> Literal:
    """Return a string with a language.

    Args:
        value: Any text; white space at its ends is dropped and a line break inside becomes a space.
        language: BCP 47 tag.

    Raises:
        AnnotationError: the tag is not well formed, or the text holds half of a surrogate pair.

    >>> label(" Mali ").value
    'Mali'
    """
    plain = " ".join(value.split())
    try:
        return Literal(plain, language=language)
    except ValueError as error:
        if (fault := _surrogate(plain)) is not None:
            raise AnnotationError(f"label cannot be written as an RDF literal: {fault}") from error
        raise AnnotationError(f"language {language!r} is not a BCP 47 tag such as 'en' or 'pt-BR'") from error


def _surrogate(value: str) -> str | None:
    for position, character in enumerate(value):
        if 0xD800 <= ord(character) <= 0xDFFF:
            return f"U+{ord(character):04X} at offset {position} is half of a surrogate pair"
    return None


def integer(value: int) -> Literal:
    """Return an xsd:integer in canonical form."""
    return Literal(str(value), datatype=INTEGER)


def decimal(value: float, name: str, places: int = 6) -> Literal:
    """Return an xsd:decimal in canonical form.

    Args:
        value: A finite number.
        name: What it is, for the error.
        places: Digits kept behind the point.

    Raises:
        AnnotationError: the number is infinite or no number.

    >>> decimal(12.50, "best").value, decimal(200000, "best").value, decimal(-0.0, "best").value
    ('12.5', '200000', '0')
    """
    if not math.isfinite(value):
        raise AnnotationError(f"{name} must be a finite number, not {value!r}")
    rounded = f"{Decimal(repr(value)):.{places}f}"
    plain = rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
    return Literal("0" if plain in {"-0", ""} else plain, datatype=DECIMAL)


def date(day: dt.date) -> Literal:
    """Return an xsd:date without zone."""
    return Literal(day.isoformat(), datatype=DATE)


def typed(value: str, datatype: NamedNode) -> Literal:
    """Return a literal of another datatype, as it is spelt."""
    return Literal(value, datatype=datatype)


def boolean(value: bool) -> Literal:
    """Return an xsd:boolean."""
    return Literal(value)


def web_address(url: str) -> NamedNode:
    """Return a URL as an IRI; what an IRI may not hold is percent-encoded.

    Raises:
        InvalidIdentifier: it is no absolute URL.

    >>> web_address("https://example.org/a b").value
    'https://example.org/a%20b'
    """
    try:
        return NamedNode(url)
    except ValueError:
        pass
    try:
        return NamedNode(quote(url, safe=_IRI_SAFE))
    except ValueError as error:
        raise InvalidIdentifier(f"url {url!r} is no absolute address such as 'https://example.org/page'") from error


def iri(value: str, name: str) -> NamedNode:
    """Return an IRI that a record holds.

    Args:
        value: An absolute IRI.
        name: Whose IRI it is, for the error.

    Raises:
        InvalidIdentifier: it is not absolute or holds a character that no IRI may hold.
    """
    try:
        return NamedNode(value)
    except ValueError as error:
        raise InvalidIdentifier(f"the IRI of {name}, {value!r}, is no absolute IRI") from error
