"""Validates RDF that somebody else wrote: parsed by the store's own parser, without network."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat, parse

from crisiskg.errors import MalformedSource, SourceUnavailable, UnsupportedSource
from crisiskg.validation.report import Report
from crisiskg.validation.validate import validate

#: Formats of RDF by name and by file ending.
FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ttl": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nt": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "n3": RdfFormat.N3,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
    "rdf": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
}


def validate_turtle(data: bytes, format: str = "turtle") -> Report:
    """Parse RDF and validate it. A plain function of the module, so that it can be run in a process that can be killed.

    Args:
        data: RDF in UTF-8.
        format: A name or file ending of FORMATS.

    Returns:
        The report; each named graph is validated alone.

    Raises:
        UnsupportedSource: the format is not known.
        MalformedSource: the data do not parse, or RDF/XML declares a document type.

    >>> validate_turtle(b"<urn:a> a <https://w3id.org/crisiskg/ontology#Evnt> .").conforms
    False
    """
    name = format.lower().lstrip(".")
    if name not in FORMATS:
        raise UnsupportedSource(f"RDF format {format!r} is not known; possible are {', '.join(FORMATS)}")
    if FORMATS[name] == RdfFormat.RDF_XML and b"<!DOCTYPE" in data.upper():
        raise MalformedSource(
            "RDF/XML with a DOCTYPE is refused, because entities of a few lines can fill the memory",
            hint="Convert it to Turtle, or remove the DOCTYPE and write entities out.",
        )
    try:
        return validate(parse(data, format=FORMATS[name]))
    except (SyntaxError, ValueError) as error:
        raise MalformedSource(f"the {name} data do not parse: {error}") from error


def validate_file(path: str | Path, format: str | None = None) -> Report:
    """Parse a file of RDF and validate it.

    Args:
        path: The file.
        format: A name or file ending of FORMATS; None takes it from the file's name.

    Returns:
        The report.

    Raises:
        SourceUnavailable: the file cannot be read.
        UnsupportedSource: the format is not known.
        MalformedSource: the data do not parse, or RDF/XML declares a document type.
    """
    file = Path(path)
    name = format or file.suffix.lstrip(".")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SourceUnavailable(f"{file.name} cannot be read: {error.strerror or error}") from error
    if name.lower() not in FORMATS:
        raise UnsupportedSource(f"{file.name} has no ending of an RDF format; possible are {', '.join(FORMATS)}")
    return validate_turtle(data, name)
