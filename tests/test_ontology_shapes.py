"""shapes/ontology.ttl: the vocabulary conforms, and each rule has a vocabulary that breaks it."""

from __future__ import annotations

import re
from functools import cache

import pyshacl
import pytest
import rdflib
from ontology_files import ROOT, graph
from rdflib.namespace import RDF

from crisiskg.namespaces import PREFIXES

TOY = (ROOT / "tests" / "data" / "ontology" / "toy-vocabulary.ttl").read_text(encoding="utf-8")


@cache
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "shapes" / "ontology.ttl", format="turtle")


def results(data: rdflib.Graph) -> list[tuple[str, str]]:
    """Source shape and focus node of each result, as short names."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes())
    sh = rdflib.Namespace(PREFIXES["sh"])
    found = []
    for result in report.subjects(RDF.type, sh.ValidationResult):
        # A SPARQL constraint is named by itself, since its source shape is the node shape that holds it.
        source = report.value(result, sh.sourceConstraint) or report.value(result, sh.sourceShape)
        found.append(tuple(re.split("[#/]", str(term))[-1] for term in (source, report.value(result, sh.focusNode))))
    return sorted(found)


def toy(old: str = "", new: str = "") -> rdflib.Graph:
    assert old in TOY
    return rdflib.Graph().parse(data=TOY.replace(old, new, 1) if old else TOY + new, format="turtle")


def test_the_vocabulary_conforms_to_its_shapes() -> None:
    assert results(graph()) == []


def test_the_toy_vocabulary_conforms() -> None:
    assert results(toy()) == []


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ('skos:prefLabel "intensity"@en ; ', "", ("term-prefLabel", "intensity")),
        ('skos:prefLabel "intensity"@en', 'skos:prefLabel "intensity"@en, "strength"@en', ("term-prefLabel", "intensity")),
        ('skos:prefLabel "intensity"@en', 'skos:prefLabel "intensity."@en', ("term-prefLabel", "intensity")),
        ('skos:definition "A code has an intensity."@en ;', "", ("term-definition", "intensity")),
        ('"A code has an intensity."@en', '"how intense"@en', ("term-definition", "intensity")),
        ('"A code has an intensity."@en', '"A code has an intensity"@en', ("term-definition", "intensity")),
        ('"A code has an intensity."@en', '"Ein Code hat eine Stärke."@de', ("term-definition", "intensity")),
        ("ckg:requiresRecipient false", 'ckg:requiresRecipient "no"', ("type-requiresRecipient", "ASSAULT")),
        ("ckg:requiresRecipient false ;", "", ("type-requiresRecipient", "ASSAULT")),
        ("ckg:intensity -9.0", "ckg:intensity -11.0", ("code-intensity", "ASSAULT")),
        ("  ckg:allowsMode ckgt:ASSAULT-beat ;", "", ("type-mode-both-ways", "ASSAULT")),
        ('skos:notation "ASSAULT-beat"', 'skos:notation "ASSAULT"', ("scheme-unique-notation", "scheme")),
        ('skos:notation "ASSAULT-beat" ; ', "", ("code-notation", "ASSAULT-beat")),
        ("ckgt:ASSAULT-beat a skos:Concept, ckg:EventMode ; skos:inScheme ckgt:scheme ;",
         "ckgt:ASSAULT-beat a skos:Concept, ckg:EventMode ;", ("code-inScheme", "ASSAULT-beat")),
        ('owl:versionInfo "1.0.0" .', 'owl:versionInfo "one" .', ("header-versionInfo", "ontology")),
        ("owl:versionIRI <https://w3id.org/crisiskg/ontology/1.0.0> ;", "", ("header-versionIRI", "ontology")),
        ('dcterms:title "toy"@en ; dcterms:license <urn:licence> ;', 'dcterms:title "toy"@en ;', ("header-license", "ontology")),
        ('dcterms:title "toy"@en ;', "", ("header-title", "ontology")),
        ('"2024-01-01"^^xsd:date', '"last year"', ("header-modified", "ontology")),
        ("", "ckgt:ASSAULT skos:related ckgt:FIGHT .", ("closed-namespace", "ontology")),
        ("", "ckgt:ASSAULT ckg:hasActr <urn:a> .", ("closed-namespace", "ontology")),
        ("", "<urn:a> a ckg:Organisation .", ("closed-namespace", "ontology")),
        ("", "ckg:intensity a owl:ObjectProperty .", ("PropertyKindShape", "intensity")),
    ],
)  # fmt: skip
def test_a_planted_fault_gives_its_one_result(old: str, new: str, result: tuple[str, str]) -> None:
    assert results(toy(old, new)) == [result]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('skos:example "A toy."@en ; rdfs:isDefinedBy <https://w3id.org/crisiskg/ontology> .\nckgt:scheme',
         "rdfs:isDefinedBy <https://w3id.org/crisiskg/ontology> .\nckgt:scheme", {"term-example"}),
        ("; rdfs:isDefinedBy <https://w3id.org/crisiskg/ontology> .\nckgt:scheme", ".\nckgt:scheme", {"term-isDefinedBy"}),
        ("skos:broader ckgt:ASSAULT ;", "", {"mode-broader", "type-mode-both-ways"}),
        ("ckg:allowsMode ckgt:ASSAULT-beat ;", "ckg:allowsMode ckgt:ASSAULT-beat, ckgt:ASSAULT ;",
         {"type-allowsMode", "type-mode-both-ways"}),
        ("ckgt:ASSAULT a skos:Concept, ckg:EventType", "ckgt:ASSAULT a skos:Concept", {"CodeShape", "mode-broader"}),
        ("", 'ckg:lower a owl:Class ; skos:prefLabel "x"@en .',
         {"ClassShape", "term-definition", "term-example", "term-isDefinedBy", "term-prefLabel"}),
        ("", 'ckg:Upper a owl:ObjectProperty ; skos:prefLabel "up"@en ;'
         ' skos:definition "One thing is up there."@en ; skos:example "A toy."@en ;'
         " rdfs:isDefinedBy <https://w3id.org/crisiskg/ontology> .", {"PropertyNameShape"}),
    ],
)  # fmt: skip
def test_a_planted_fault_is_seen_by_every_rule_that_it_breaks(old: str, new: str, expected: set[str]) -> None:
    assert {shape for shape, _ in results(toy(old, new))} == expected
