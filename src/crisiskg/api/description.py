"""The SPARQL 1.1 Service Description of the endpoint: only what it does."""

from __future__ import annotations

import pyoxigraph as ox

from crisiskg.namespaces import RDF
from crisiskg.workers.process import RDF_FORMATS, RESULT_FORMATS

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON-LD",
    "application/n-quads": "N-Quads",
    "application/trig": "TriG",
}


def service_description(
    endpoint: str, media_type: str, *, updates: bool = False, union: bool = True, federation: bool = False
) -> bytes:
    """Return the description.

    Args:
        endpoint: Address of the endpoint as clients see it.
        media_type: One of the RDF media types of answers.
        updates: Whether this client may write.
        union: Whether the default graph is the union of all graphs.
        federation: Whether SERVICE asks the endpoints of profiles.

    >>> b"UnionDefaultGraph" in service_description("https://example.org/sparql", "text/turtle")
    True
    """

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SD + name)

    kind = ox.NamedNode(RDF + "type")
    service = ox.NamedNode(f"{endpoint}#service")
    dataset, graph = ox.NamedNode(f"{endpoint}#dataset"), ox.NamedNode(f"{endpoint}#default-graph")
    triples = [
        ox.Triple(service, kind, sd("Service")),
        ox.Triple(service, sd("endpoint"), ox.NamedNode(endpoint)),
        ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query")),
        ox.Triple(service, sd("defaultDataset"), dataset),
        ox.Triple(dataset, kind, sd("Dataset")),
        ox.Triple(dataset, sd("defaultGraph"), graph),
        ox.Triple(graph, kind, sd("Graph")),
    ]
    if union:
        triples.append(ox.Triple(service, sd("feature"), sd("UnionDefaultGraph")))
    if federation:
        triples.append(ox.Triple(service, sd("feature"), sd("BasicFederatedQuery")))
    if updates:
        triples.append(ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Update")))
    formats = ox.NamedNode("http://www.w3.org/ns/formats/").value
    for media in (*RESULT_FORMATS, *RDF_FORMATS):
        triples.append(ox.Triple(service, sd("resultFormat"), ox.NamedNode(formats + _FORMATS[media])))
    if updates:
        for media in RDF_FORMATS:
            triples.append(ox.Triple(service, sd("inputFormat"), ox.NamedNode(formats + _FORMATS[media])))
    rdf_format = ox.RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    body = ox.serialize(
        triples, format=rdf_format, prefixes={"sd": _SD, "formats": formats} if media_type == "text/turtle" else None
    )
    return body or b""
