"""Reads RDF that came in a request. Everything here runs in the process that can be killed.

Before the engine's parsers see the bytes, what is known to fill the memory or end the process is refused: document types in
RDF/XML, whose entities grow without limit, and deep nesting in JSON-LD. Every blank node gets a new id, so that none meets one of
the store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message

import pyoxigraph as ox

from crisiskg.errors import LimitExceeded, MalformedBody, UnsupportedSource

#: Formats by media type, and whether they can name graphs.
FORMATS: dict[str, tuple[ox.RdfFormat, bool]] = {
    "text/turtle": (ox.RdfFormat.TURTLE, False),
    "application/n-triples": (ox.RdfFormat.N_TRIPLES, False),
    "application/rdf+xml": (ox.RdfFormat.RDF_XML, False),
    "application/ld+json": (ox.RdfFormat.JSON_LD, True),
    "application/trig": (ox.RdfFormat.TRIG, True),
    "application/n-quads": (ox.RdfFormat.N_QUADS, True),
}
#: Deepest nesting of objects and arrays in JSON-LD: the engine's parser ends its process on deep ones.
MAX_JSON_DEPTH = 64
#: Deepest nesting of triples as terms, for the same reason.
MAX_TERM_DEPTH = 16
_DOCUMENT_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
#: Control characters in a line of N-Quads, where they are escaped: XML has no way to write them.
_CONTROL = re.compile(r"(?<!\\)(?:\\\\)*(\\[bf]|\\u(?:00(?:0[0-8BCEFbcef]|1[0-9A-Fa-f])|[Ff]{3}[EeFf]))")
_BOM = b"\xef\xbb\xbf"


def media_format(media_type: str) -> tuple[str, ox.RdfFormat, bool]:
    """Return name and format of a media type with or without parameters, and whether the format can name graphs.

    Raises:
        UnsupportedSource: it is no format of RDF that is read here, or not in UTF-8.

    >>> media_format("text/turtle; charset=UTF-8")[0]
    'text/turtle'
    """
    header = Message()
    header["Content-Type"] = media_type.replace("\r", " ").replace("\n", " ")
    name = media_type.partition(";")[0].strip().lower()
    if name not in FORMATS:
        raise UnsupportedSource(
            f"the media type {media_type[:100]!r} is not read here; possible are {', '.join(FORMATS)}"
            if media_type
            else f"the media type of the body is missing; possible are {', '.join(FORMATS)}"
        )
    charset = str(header.get_param("charset") or "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedSource(f"the body is in {charset[:40]!r}; only UTF-8 is read", hint="Send it in UTF-8.")
    return name, *FORMATS[name]


def read_body(body: bytes, media_type: str, graph: str | None, base_iri: str = "") -> list[ox.Quad]:
    """Parse one body.

    Args:
        body: RDF in UTF-8.
        media_type: Its media type.
        graph: Graph that all of it goes to, "default" for the default graph; None where the body itself may name graphs.
        base_iri: What relative IRIs are resolved against; empty means that they are an error.

    Returns:
        The quads as a store keeps them, each once, with new ids for blank nodes.

    Raises:
        UnsupportedSource: the media type is not read here.
        MalformedBody: the body is broken, names graphs where one is given, or has what is refused.
        LimitExceeded: it is nested too deeply.

    >>> [str(quad) for quad in read_body(b"<s> <a:p> 1 .", "text/turtle", "urn:g", "http://x/")]
    ['<http://x/s> <a:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g>']
    """
    name, format, _ = media_format(media_type)
    body = body.removeprefix(_BOM)
    if format == ox.RdfFormat.RDF_XML:
        _check_xml(body)
    elif format == ox.RdfFormat.JSON_LD:
        _check_json(body)
    try:
        found = ox.parse(
            body, format=format, base_iri=base_iri or None, without_named_graphs=graph is not None, rename_blank_nodes=True
        )
        return list(_stored(found, graph))
    except SyntaxError as error:
        raise _malformed(error, name, graph) from error
    except ValueError as error:
        raise MalformedBody(f"the body cannot be read as {name}: {str(error)[:300]}") from error


def check_lines(lines: Iterable[str]) -> None:
    r"""Refuse quads that could not be written in every format or read back by every process.

    Args:
        lines: Lines of N-Quads, as a store writes them.

    Raises:
        MalformedBody: a line has a control character other than tab and line break.
        LimitExceeded: a line has triples as terms that are nested too deeply.

    >>> check_lines(['<a:s> <a:p> "tab and line break \t\n" .'])
    """
    for line in lines:
        match = _CONTROL.search(line) if "\\" in line else None
        if match is not None:
            raise MalformedBody(
                f"there is the control character {match[1]} in {line[:100]}",
                hint="Remove it, or write something else in its place.",
            )
        if line.count("<<(") > MAX_TERM_DEPTH:
            raise LimitExceeded(f"a triple as a term is nested more than {MAX_TERM_DEPTH} deep")


def _stored(found: Iterable[ox.Quad | ox.Triple], graph: str | None) -> Iterable[ox.Quad]:
    """Return quads in the forms that a store keeps, so that equal ones are equal."""
    target = None if graph is None else ox.DefaultGraph() if graph == "default" else ox.NamedNode(graph)
    store = ox.Store()
    quads = []
    for quad in found:
        name = target if target is not None else getattr(quad, "graph_name", ox.DefaultGraph())
        if isinstance(name, ox.BlankNode):
            raise MalformedBody("a graph of the body has no IRI but a blank node as its name", hint="Give each graph an IRI.")
        quads.append(ox.Quad(quad.subject, quad.predicate, quad.object, name))
    store.extend(quads)  # in bulk would start threads, whose stacks count as memory
    return store


def _check_xml(body: bytes) -> None:
    if b"\x00" in body[:4] or body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise MalformedBody("the RDF/XML is not in UTF-8", hint="Send it in UTF-8.")
    if _DOCUMENT_TYPE.search(body):
        raise MalformedBody(
            "RDF/XML with a DOCTYPE or ENTITY is refused, because entities of a few lines can fill the memory",
            hint="Remove the declaration and write entities out, or send Turtle.",
        )


def _check_json(body: bytes) -> None:
    depth = 0
    for match in _JSON_TOKEN.finditer(body):
        mark = match.group()
        if mark in (b"{", b"["):
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise LimitExceeded(f"the JSON-LD is nested more than {MAX_JSON_DEPTH} deep")
        elif mark in (b"}", b"]"):
            depth -= 1


def _malformed(error: SyntaxError, name: str, graph: str | None) -> MalformedBody:
    message = " ".join(str(error).split())[:300]
    if "LoadDocumentCallback" in message:
        return MalformedBody(
            "the JSON-LD takes its @context from a URL, and nothing is fetched", hint="Put the context itself into the body."
        )
    if "Named graphs are not allowed" in message:
        where = "the default graph" if graph == "default" else f"the graph {graph}"
        return MalformedBody(f"the body names graphs, and it is meant for {where}", hint="Send it to the whole dataset.")
    return MalformedBody(f"the body does not parse as {name}: {message}")
