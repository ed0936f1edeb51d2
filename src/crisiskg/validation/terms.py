"""Turns terms of the store into those of rdflib, on which pyshacl works, and back into text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize
from rdflib import BNode, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.namespace import XSD, Namespace

# rdflib logs each literal that its type cannot read, with a stack trace; here such a literal is a result of the report.
logging.getLogger("rdflib.term").addFilter(lambda record: "Failed to convert Literal" not in record.getMessage())

SH = Namespace("http://www.w3.org/ns/shacl#")


def rdflib_triples(quads: list[Quad], known: dict[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the triples of quads in rdflib's terms.

    They go through N-Quads: to take each quad apart would make four new objects, and to hash them takes longer than this.
    """
    if not quads:
        return
    text = (serialize(quads, format=RdfFormat.N_QUADS) or b"").decode("utf-8")
    get = known.get
    for line in text.split(f" {quads[0].graph_name} .\n" if quads[0].graph_name != DefaultGraph() else " .\n"):
        if not line:
            continue
        subject, predicate, value = line.split(" ", 2)
        yield (
            get(subject) or _read_term(subject, known),
            get(predicate) or _read_term(predicate, known),
            found if (found := get(value)) is not None else _read_term(value, known),
        )


def _read_term(text: str, known: dict[str, Any]) -> Any:
    """Return the term that a piece of N-Quads stands for, and remember it."""
    if text[0] == "<" and "\\" not in text and " " not in text:
        # The engine has checked it; rdflib would look at each character again.
        found: Any = str.__new__(URIRef, text[1:-1])
    elif text[0] == '"' and "\\" not in text:
        form, _, tail = text[1:].rpartition('"')
        if not tail:
            found = RdflibLiteral(form)
        elif tail[0] == "@":
            found = RdflibLiteral(form, lang=tail[1:])
        else:
            datatype = tail[2:]
            found = RdflibLiteral(form, datatype=known.get(datatype) or _read_term(datatype, known), normalize=False)
    else:
        (triple,) = parse(f"<urn:x> <urn:x> {text} .", format=RdfFormat.N_TRIPLES)
        found = rdflib_term(triple.object, {})
    known[text] = found
    return found


def rdflib_term(term: Any, known: dict[Any, Any]) -> Any:
    """Return a term as rdflib spells it; the lexical form of a literal is kept."""
    found = known.get(term)
    if found is None:
        if isinstance(term, NamedNode):
            found = str.__new__(URIRef, term.value)  # the parser has checked it; rdflib would look at each character again
        elif isinstance(term, Literal):
            if term.language:
                found = RdflibLiteral(term.value, lang=term.language)
            else:
                datatype = term.datatype.value
                # rdflib leaves out the datatype of plain strings, as RDF 1.1 allows.
                plain = datatype == str(XSD.string)
                found = RdflibLiteral(term.value, datatype=None if plain else URIRef(datatype), normalize=False)
        elif isinstance(term, BlankNode):
            found = BNode(term.value)
        else:
            assert isinstance(term, Triple)
            found = URIRef("urn:crisiskg:triple-term")  # RDF 1.2; no shape allows it as a value
        known[term] = found
    return found


def plain_text(term: Any) -> str:
    """Return a term of the store as a report shows it: an IRI plain, a literal as in N-Triples."""
    if isinstance(term, NamedNode):
        return term.value
    return str(term)


def rdflib_text(term: Any) -> str:
    """Return a term of rdflib as a report shows it."""
    if isinstance(term, URIRef):
        return str(term)
    if isinstance(term, BNode):
        return f"_:{term}"
    if term.language:
        return str(Literal(str(term), language=term.language))
    return str(Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term)))


def path_text(graph: Any, path: Any) -> str:
    """Return a path in SPARQL's notation; a single property is its plain IRI."""
    return str(path) if isinstance(path, URIRef) else _path_step(graph, path)


def _path_step(graph: Any, path: Any) -> str:
    if isinstance(path, URIRef):
        return f"<{path}>"
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{_path_step(graph, inverse)}"
    return "/".join(_path_step(graph, step) for step in graph.items(path))
