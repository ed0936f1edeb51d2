"""The three tests of the SPARQL 1.1 Service Description, whose manifest says in words alone what they are."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from conformance import graphs
from conformance.client import send
from conformance.solutions import BrokenAnswer

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SHAPES = Path(__file__).parent / "service-description.ttl"


def check_description(check: str, endpoint: str) -> str | None:
    """Get the description of an endpoint and look at it.

    Args:
        check: `returns-rdf`, `has-endpoint-triple` or `conforms-to-schema`.
        endpoint: Address of queries.

    Returns:
        What is wrong; None where nothing is.
    """
    reply = send("GET", endpoint)
    if not reply.fine:
        return f"the description was answered with {reply}"
    try:
        triples = graphs.read(reply.body, reply.media_type)
    except BrokenAnswer as error:
        return str(error)
    if check == "returns-rdf":
        return None if triples else "the description is an empty graph"
    if check == "has-endpoint-triple":
        found = [triple.object for triple in triples if triple.predicate.value == _SD + "endpoint"]
        return None if ox.NamedNode(endpoint) in found else f"sd:endpoint is {found or 'not there'}, not <{endpoint}>"
    if check == "conforms-to-schema":
        return _conforms(triples)
    raise ValueError(f"there is no check {check!r}")


def _conforms(triples: list[ox.Triple]) -> str | None:
    """Hold a description to the shapes of the vocabulary, and to the terms that it has."""
    import rdflib
    from pyshacl import validate

    shapes = ox.Store()
    shapes.load(path=str(_SHAPES), format=ox.RdfFormat.TURTLE)
    known = {quad.object for quad in shapes if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(_SD)}
    for triple in triples:
        for term in (triple.predicate, triple.object if triple.predicate == _TYPE else None):
            if isinstance(term, ox.NamedNode) and term.value.startswith(_SD) and term not in known:
                return f"the vocabulary has no term {term}"
    data = rdflib.Graph().parse(data=graphs.n_triples(triples), format="nt")
    held = rdflib.Graph().parse(str(_SHAPES), format="turtle")
    conforms, report, _ = validate(data, shacl_graph=held, advanced=False, inference="none")
    if conforms:
        return None
    sh = rdflib.SH
    found = []
    for result in sorted(report.subjects(rdflib.RDF.type, sh.ValidationResult)):
        focus, path, value = (report.value(result, name) for name in (sh.focusNode, sh.resultPath, sh.value))
        kind = str(report.value(result, sh.sourceConstraintComponent)).removeprefix(str(sh)).removesuffix("ConstraintComponent")
        about = " ".join(str(part) for part in (focus, path, value) if isinstance(part, rdflib.URIRef | rdflib.Literal))
        found.append(f"{kind}: {about.replace(_SD, 'sd:')}")
    return "; ".join(sorted(found))[:400]
