"""ontology/context.jsonld: complete, typed as the ontology is, and read as meant."""

from __future__ import annotations

import json
from functools import cache

import pyoxigraph as ox
import rdflib
from ontology_files import ONTOLOGY, graph, terms
from rdflib.namespace import OWL, RDFS

from crisiskg.namespaces import CKG, PREFIXES


@cache
def context() -> dict[str, str | dict[str, str]]:
    """Terms of the context, without the keyword of its version."""
    found = dict(json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"])
    assert found.pop("@version") == 1.1
    return found


def test_the_context_has_every_class_and_property_and_no_other() -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for iri in terms(kind, "crisiskg.ttl"):
            name = iri.removeprefix(CKG)
            entry = context()[name]
            assert (entry if isinstance(entry, str) else entry["@id"]) == f"ckg:{name}"
    declared = {str(term).removeprefix(CKG) for term in graph("crisiskg.ttl").subjects() if str(term).startswith(CKG)}
    ours = {name for name, entry in context().items() if (entry if isinstance(entry, str) else entry["@id"]).startswith("ckg:")}
    assert ours == declared


def test_the_context_types_links_and_literals_as_the_ontology_does() -> None:
    core = graph("crisiskg.ttl")
    for iri in terms(OWL.ObjectProperty, "crisiskg.ttl"):
        assert context()[iri.removeprefix(CKG)]["@type"] == "@id"
    for iri in terms(OWL.DatatypeProperty, "crisiskg.ttl"):
        entry, limit = context()[iri.removeprefix(CKG)], core.value(rdflib.URIRef(iri), RDFS.range)
        if limit is None:
            assert entry["@language"] == "en"
        else:
            assert entry["@type"] == "xsd:" + str(limit).removeprefix(PREFIXES["xsd"])


def test_the_context_has_prefixes_of_the_package() -> None:
    for name, entry in context().items():
        if isinstance(entry, str) and not entry.startswith(("@", "ckg:")):
            assert PREFIXES[name] == entry


def test_a_json_ld_document_becomes_the_expected_quads() -> None:
    document = {
        "@context": {"@version": 1.1, **context()},
        "id": "https://w3id.org/crisiskg/id/graph/document/0a",
        "@graph": [
            {
                "id": "https://w3id.org/crisiskg/id/document/0a/event/0-7-ASSAULT",
                "type": "Event",
                "label": "shelled",
                "eventType": "ckgt:ASSAULT",
                "factuality": "ckgc:fact-happened",
                "hasActor": [{"id": "https://w3id.org/crisiskg/id/entity/Q1", "type": "ArmedGroup", "acronym": "XYZ"}],
                "earliestBegin": "2015-05-27",
                "beginYear": 2015,
                "hasQuantity": {"id": "urn:n", "low": "2.5"},
            }
        ],
    }
    event = "<https://w3id.org/crisiskg/id/document/0a/event/0-7-ASSAULT>"
    expected = f"""
    GRAPH <https://w3id.org/crisiskg/id/graph/document/0a> {{
      {event} a ckg:Event ; rdfs:label "shelled"@en ; ckg:eventType ckgt:ASSAULT ; ckg:factuality ckgc:fact-happened ;
        ckg:hasActor <https://w3id.org/crisiskg/id/entity/Q1> ; ckg:earliestBegin "2015-05-27"^^xsd:date ; ckg:beginYear 2015 ;
        ckg:hasQuantity <urn:n> .
      <urn:n> ckg:low 2.5 .
      <https://w3id.org/crisiskg/id/entity/Q1> a ckg:ArmedGroup ; ckg:acronym "XYZ"@en .
    }}"""
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    found = ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)
    assert set(found) == set(ox.parse(prefixes + expected, format=ox.RdfFormat.TRIG))
