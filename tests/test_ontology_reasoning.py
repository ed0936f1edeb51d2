"""What OWL 2 RL reasoning makes of the vocabulary, its alignments and data: no contradiction, and nothing said by accident."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
import rdflib
from ontology_files import ONTOLOGY, ROOT, ancestors, graph
from rdflib.namespace import OWL, RDF, RDFS

from crisiskg.namespaces import CKG, PREFIXES

INSTANCES = (ROOT / "tests" / "data" / "ontology" / "instances.ttl").read_text(encoding="utf-8")


def closure(text: str) -> tuple[rdflib.Graph, list[str]]:
    """OWL 2 RL closure of vocabulary, alignments and a text of Turtle, and the inconsistencies found."""
    data = rdflib.Graph()
    data += graph("crisiskg.ttl", "alignments.ttl")
    # Of the codes, their types are all that reasoning can use here; labels would only make it slow.
    for name in ("codes.ttl", "event-types.ttl"):
        data += graph(name).triples((None, RDF.type, None))
    data.parse(data=text, format="turtle")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)
    error = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    return data, [str(message) for message in data.objects(None, error)]


@cache
def closed_instances() -> tuple[rdflib.Graph, list[str]]:
    return closure(INSTANCES)


def test_vocabulary_alignments_and_instances_are_consistent() -> None:
    data, errors = closed_instances()
    assert errors == []
    assert not list(data.subjects(RDF.type, OWL.Nothing))


def test_reasoning_gives_each_thing_the_classes_above_its_own_and_no_other() -> None:
    """No domain or range says more than the model does."""
    data, _ = closed_instances()
    asserted = rdflib.Graph().parse(data=INSTANCES, format="turtle")
    for thing in set(asserted.subjects()):
        (kind,) = asserted.objects(thing, RDF.type)
        inferred = {term for term in data.objects(thing, RDF.type) if str(term).startswith(CKG)}
        assert inferred == {term for term in ancestors(kind) if str(term).startswith(CKG)}, thing


def test_alignments_give_others_their_types() -> None:
    data, _ = closed_instances()
    id_ = rdflib.Namespace("https://w3id.org/crisiskg/id/")
    sem, foaf, geo, prov, org = (rdflib.Namespace(PREFIXES[prefix]) for prefix in ("sem", "foaf", "geo", "prov", "org"))
    for thing, kind in (
        ("e", sem.Event),
        ("rebels", sem.Actor),
        ("rebels", org.Organization),
        ("person", foaf.Person),
        ("state", geo.Feature),
        ("state", prov.Agent),
        ("run", prov.Activity),
        ("claim", prov.Entity),
        ("office", org.Post),
        ("change", org.ChangeEvent),
        ("change", sem.Event),
    ):
        assert (id_[thing], RDF.type, kind) in data
    assert (id_.state, RDF.type, org.Organization) not in data
    assert (id_.c, RDF.type, org.Membership) not in data
    assert (id_.e, sem.hasActor, id_.rebels) in data
    assert (id_.change, org.originalOrganization, id_.movement) in data
    assert (id_.change, org.resultingOrganization, id_.rebels) in data
    assert (id_.state2, rdflib.URIRef(CKG + "borders"), id_.state) in data
    assert (id_.movement, rdflib.URIRef(CKG + "succeededBy"), id_.rebels) in data


#: What other vocabularies say of the terms that the alignments name, as far as a contradiction could come of it.
#: Sources: the specifications of FOAF, PROV-O, ORG, GeoSPARQL and SKOS.
OTHERS = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
foaf:Person rdfs:subClassOf foaf:Agent ; owl:disjointWith foaf:Organization, foaf:Project .
foaf:Organization rdfs:subClassOf foaf:Agent ; owl:disjointWith foaf:Document .
org:Organization owl:equivalentClass foaf:Organization .
org:Membership owl:disjointWith org:Organization .
org:Post owl:disjointWith org:Membership .
org:ChangeEvent rdfs:subClassOf prov:Activity .
org:originalOrganization rdfs:subPropertyOf prov:used ; rdfs:domain org:ChangeEvent ; rdfs:range org:Organization .
org:resultingOrganization rdfs:subPropertyOf prov:generated ; rdfs:domain org:ChangeEvent ; rdfs:range org:Organization .
prov:used rdfs:domain prov:Activity ; rdfs:range prov:Entity .
prov:generated rdfs:domain prov:Activity ; rdfs:range prov:Entity .
prov:Activity owl:disjointWith prov:Entity .
prov:wasGeneratedBy rdfs:domain prov:Entity ; rdfs:range prov:Activity .
prov:generatedAtTime rdfs:domain prov:Entity .
prov:invalidatedAtTime rdfs:domain prov:Entity .
geo:Feature owl:disjointWith geo:Geometry .
skos:Concept owl:disjointWith skos:Collection, skos:ConceptScheme .
skos:inScheme rdfs:range skos:ConceptScheme .
"""


def test_alignments_agree_with_what_other_vocabularies_say_of_their_terms() -> None:
    _, errors = closure(INSTANCES + OTHERS)
    assert errors == []


def test_a_planted_contradiction_with_another_vocabulary_is_found() -> None:
    _, errors = closure(OTHERS + f"<urn:x> a <{CKG}Person>, org:Organization .")
    assert any("urn:x" in error for error in errors)


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("<x> a ckg:Person, ckg:Organization .", "x"),
        ("<x> a ckg:Event, ckg:Situation .", "x"),
        ("<x> a ckg:Event, ckg:ChangeEvent .", "x"),
        ("<e> ckg:hasActor <p> .", "id/p"),
        ("<p> ckg:hasPlace <town> .", "id/p"),
    ],
)
def test_a_planted_contradiction_is_found(planted: str, named: str) -> None:
    prefix = (
        "@base <https://w3id.org/crisiskg/id/> .\n@prefix ckg: <https://w3id.org/crisiskg/ontology#> .\n"
        "<p> a ckg:Passage .\n<e> a ckg:Event .\n"
    )
    _, errors = closure(prefix + planted)
    assert any(named in error for error in errors), errors


def outside(data: rdflib.Graph | list[ox.Quad | ox.Triple]) -> set[str]:
    """Uses of a property whose subject or object is of no class under its domain or range."""
    core = graph("crisiskg.ttl")
    above = {term: {str(top) for top in ancestors(term)} for term in core.subjects(RDF.type, OWL.Class)}
    types: dict[str, set[str]] = {}
    for triple in data:
        if triple.predicate.value == str(RDF.type) and triple.object.value.startswith(CKG):
            types.setdefault(triple.subject.value, set()).update(above[rdflib.URIRef(triple.object.value)])
    domains = {str(p): str(o) for p, o in core.subject_objects(RDFS.domain)}
    ranges = {str(p): str(o) for p, o in core.subject_objects(RDFS.range)}
    found = set()
    for triple in data:
        name = triple.predicate.value
        for term, limit in ((triple.subject, domains.get(name)), (triple.object, ranges.get(name))):
            if limit is None or isinstance(term, ox.BlankNode):
                continue
            if isinstance(term, ox.Literal):
                if term.datatype.value != limit:
                    found.add(f"{name} {term}")
            elif limit.startswith(CKG) and term.value in types and limit not in types[term.value]:
                found.add(f"{name} {term}")
    return found


@pytest.mark.parametrize("path", sorted((ONTOLOGY / "reference").glob("*.ttl")), ids=lambda path: path.name)
def test_reference_data_keep_to_domains_and_ranges(path: Path) -> None:
    assert not outside(list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)))


def test_a_use_outside_domain_or_range_is_found() -> None:
    text = f"<urn:a> a <{CKG}Person> ; <{CKG}hasCapital> <urn:b> ; <{CKG}iso3> 5 . <urn:b> a <{CKG}Person> ."
    assert len(outside(list(ox.parse(text, format=ox.RdfFormat.TURTLE)))) == 4
