"""The vocabulary in ontology/: its form, its content, what reasoning makes of it, and its guide in docs/ontology.md."""

from __future__ import annotations

import importlib.util
import re
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
import rdflib
from ontology_files import ONTOLOGY, ROOT, ancestors, graph, terms
from rdflib.namespace import OWL, RDF, SKOS

import crisiskg
from crisiskg import codebook, documents
from crisiskg.annotation import records
from crisiskg.namespaces import CKG, CKGC, CKGT, PREFIXES

SECTIONS = ("Classes", "Object properties", "Datatype properties")
ROOTS = [
    "Claim",
    "Code",
    "Contribution",
    "Document",
    "Entity",
    "IdentityJudgement",
    "Occurrence",
    "Office",
    "Quantity",
    "Relationship",
    "Release",
    "Role",
    "Run",
    "Span",
]
#: Each place in a graph where a class of Python values must have the same members as a scheme of codes.
VALUES = {
    "kind": documents.DocumentKind,
    "basis": documents.DateBasis,
    "precision": documents.DatePrecision,
    "mention": records.MentionKind,
    "status": records.Status,
    "polarity": records.Polarity,
    "certainty": records.Certainty,
    "quantity": records.QuantityKind,
}


def read(name: str) -> str:
    return (ONTOLOGY / name).read_text(encoding="utf-8")


def codes(scheme: str) -> set[str]:
    found = graph("codes.ttl").subjects(SKOS.inScheme, rdflib.URIRef(f"{CKGC}scheme-{scheme}"))
    return {str(code).removeprefix(f"{CKGC}{scheme}-") for code in found}


def event_codes(kind: str) -> set[str]:
    return {str(code).removeprefix(CKGT) for code in graph("event-types.ttl").subjects(RDF.type, rdflib.URIRef(CKG + kind))}


# Form


def blocks(text: str, prefix: str) -> list[tuple[str, list[str]]]:
    """Sections of a file by heading, with the local names of the blocks in them."""
    sections: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("# "):
            sections.append((line[2:], []))
        elif (start := re.match(rf"{prefix}:([\w-]+) ", line)) and sections:
            sections[-1][1].append(start[1])
    return sections


def out_of_order(sections: list[tuple[str, list[str]]]) -> list[str]:
    """What to move, in words."""
    return [
        f"{heading}: {name} stands after {before}"
        for heading, names in sections
        for before, name in pairwise(names)
        if name <= before
    ]


def unused_prefixes(text: str) -> list[str]:
    body = re.sub(r"^@prefix.*\n", "", text, flags=re.MULTILINE)
    return [
        prefix
        for prefix in re.findall(r"^@prefix ([\w-]*):", text, re.MULTILINE)
        if not re.search(rf"(?<![\w-]){prefix}:\w", body)
    ]


def test_sections_are_three_and_their_blocks_in_order_of_name() -> None:
    sections = blocks(read("crisiskg.ttl"), "ckg")
    assert tuple(heading for heading, _ in sections) == SECTIONS
    assert not out_of_order(sections)


@pytest.mark.parametrize("name", ["codes.ttl", "event-types.ttl"])
def test_codes_are_in_order_of_name(name: str) -> None:
    prefix = "ckgc" if name == "codes.ttl" else "ckgt"
    sections = [
        (heading, [code for code in names if not code.startswith("scheme")]) for heading, names in blocks(read(name), prefix)
    ]
    assert not out_of_order(sections)


def test_alignments_are_in_order_of_name() -> None:
    for prefix in ("ckg", "ckgc", "ckgt"):
        assert not out_of_order(blocks(read("alignments.ttl"), prefix))


def test_a_block_out_of_order_or_repeated_is_found() -> None:
    assert out_of_order([("Classes", ["Actor", "Event", "Claim"])]) == ["Classes: Claim stands after Event"]
    assert out_of_order([("Classes", ["Actor", "Actor"])]) == ["Classes: Actor stands after Actor"]


@pytest.mark.parametrize("path", [*sorted(ONTOLOGY.glob("*.ttl")), ROOT / "shapes" / "ontology.ttl"], ids=lambda path: path.name)
def test_no_prefix_is_unused(path: Path) -> None:
    assert not unused_prefixes(path.read_text(encoding="utf-8"))


def test_an_unused_prefix_is_found() -> None:
    assert unused_prefixes("@prefix a: <urn:a> .\n@prefix b: <urn:b> .\nb:c a b:d .") == ["a"]


def test_nothing_of_the_vocabulary_is_a_blank_node() -> None:
    assert not [triple for triple in graph() if any(isinstance(term, rdflib.BNode) for term in triple)]


def test_one_header_each_with_the_version_of_the_package() -> None:
    for name, iri in (
        ("crisiskg.ttl", "https://w3id.org/crisiskg/ontology"),
        ("alignments.ttl", "https://w3id.org/crisiskg/alignments"),
    ):
        header = rdflib.URIRef(iri)
        assert list(graph(name).subjects(RDF.type, OWL.Ontology)) == [header]
        assert str(graph(name).value(header, OWL.versionIRI)) == f"{iri}/{crisiskg.__version__}"
    versions = {str(version) for version in graph().objects(None, OWL.versionInfo)}
    assert versions == {crisiskg.__version__}


def test_core_and_code_files_stand_on_their_own() -> None:
    assert not terms(OWL.Ontology, "codes.ttl", "event-types.ttl")
    described = set(graph("alignments.ttl").subjects()) - {rdflib.URIRef("https://w3id.org/crisiskg/alignments")}
    assert described <= set(graph("crisiskg.ttl", "codes.ttl", "event-types.ttl").subjects())


# Content


def test_every_class_lies_under_a_root() -> None:
    tops = {rdflib.URIRef(CKG + name) for name in ROOTS}
    loose = [str(term) for term in graph("crisiskg.ttl").subjects(RDF.type, OWL.Class) if not ancestors(term) & tops]
    assert not loose
    assert {rdflib.URIRef(iri) for iri in terms(OWL.Class, "crisiskg.ttl")} >= tops


def test_roots_exclude_one_another() -> None:
    core = graph("crisiskg.ttl")
    for one in ROOTS:
        for other in ROOTS:
            pair = (rdflib.URIRef(CKG + one), rdflib.URIRef(CKG + other))
            said = (pair[0], OWL.disjointWith, pair[1]) in core or (pair[1], OWL.disjointWith, pair[0]) in core
            assert said == (one != other), pair


def test_a_state_is_an_actor_and_a_place_and_no_organization() -> None:
    above = ancestors(rdflib.URIRef(CKG + "State"))
    assert {rdflib.URIRef(CKG + name) for name in ("Actor", "Place", "Entity")} <= above
    assert rdflib.URIRef(CKG + "Organization") not in above


@pytest.mark.parametrize("scheme", VALUES)
def test_codes_are_the_values_that_the_records_allow(scheme: str) -> None:
    assert codes(scheme) == set(get_args(VALUES[scheme]))


def test_entity_types_of_the_records_are_classes() -> None:
    types = set(get_args(records.EntityType)) - {"NamedEvent"}
    assert {CKG + name for name in types} <= terms(OWL.Class, "crisiskg.ttl")


def test_event_types_modes_contexts_and_quad_classes_are_complete() -> None:
    plover = {
        "ACCUSE",
        "AGREE",
        "AID",
        "ASSAULT",
        "COERCE",
        "CONCEDE",
        "CONSULT",
        "COOPERATE",
        "MOBILIZE",
        "PROTEST",
        "REJECT",
        "REQUEST",
        "RETREAT",
        "SANCTION",
        "SUPPORT",
        "THREATEN",
    }
    assert event_codes("EventType") == plover | {"OTHER"}
    # PLOVER 0.8 lists 67 modes; RETREAT-return is added.
    assert len(event_codes("EventMode")) == 68
    assert "RETREAT-return" in event_codes("EventMode")
    assert len(event_codes("EventContext")) == 37
    assert event_codes("QuadClass") == {
        f"quad-{kind}-{side}" for kind in ("verbal", "material") for side in ("cooperation", "conflict")
    }


def test_each_mode_bears_the_name_of_its_type() -> None:
    types = graph("event-types.ttl")
    for mode in event_codes("EventMode"):
        above = [str(code).removeprefix(CKGT) for code in types.objects(rdflib.URIRef(CKGT + mode), SKOS.broader)]
        assert above == [mode.partition("-")[0]]


def test_every_type_but_other_has_a_quad_class_and_a_match() -> None:
    types = graph("event-types.ttl")
    for name in event_codes("EventType") - {"OTHER"}:
        code = rdflib.URIRef(CKGT + name)
        assert len(list(types.objects(code, rdflib.URIRef(CKG + "quadClass")))) == 1
        matches = [str(o) for p in (SKOS.closeMatch, SKOS.narrowMatch, SKOS.broadMatch) for o in types.objects(code, p)]
        assert any(match.startswith("http://gdelt.org/cameo/") for match in matches), name
        assert types.value(code, SKOS.scopeNote) is not None


def test_conflict_and_cooperation_have_the_sign_of_their_intensity() -> None:
    types = graph("event-types.ttl")
    for name in event_codes("EventType"):
        code = rdflib.URIRef(CKGT + name)
        score, quad = types.value(code, rdflib.URIRef(CKG + "intensity")), types.value(code, rdflib.URIRef(CKG + "quadClass"))
        if score is not None and quad is not None and float(score):
            assert (float(score) > 0) == str(quad).endswith("cooperation"), name


def test_the_event_types_that_the_code_works_with_are_those_of_the_vocabulary() -> None:
    types = graph("event-types.ttl")
    for name in event_codes("EventType") - {"OTHER"}:
        allowed = {
            str(mode).removeprefix(f"{CKGT}{name}-")
            for mode in types.objects(rdflib.URIRef(CKGT + name), rdflib.URIRef(CKG + "allowsMode"))
        }
        assert codebook.MODES.get(name, frozenset()) == allowed, name
        quad = types.value(rdflib.URIRef(CKGT + name), rdflib.URIRef(CKG + "quadClass"))
        assert str(quad) == f"{CKGT}quad-{codebook.QUAD_CLASSES[name]}"
    assert set(codebook.QUAD_CLASSES) | {"OTHER"} == event_codes("EventType")


def test_codes_of_other_datasets_are_complete_and_matched_to_declared_types() -> None:
    assert len([code for code in codes("acled") if "type-" not in code]) == 25
    assert codes("ucdp-violence") == {"1", "2", "3"}
    ours = {str(code) for code in graph("event-types.ttl").subjects(RDF.type, SKOS.Concept)}
    for predicate in (SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch):
        assert {str(o) for o in graph("codes.ttl").objects(None, predicate)} <= ours


def test_the_model_page_names_only_declared_terms() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    declared = {str(term) for term in graph("crisiskg.ttl", "codes.ttl", "event-types.ttl").subjects(RDF.type, None)}
    # A page may shorten a list of codes: "`ckgc:part-author`, -host, -guest".
    for scheme, first, rest in re.findall(r"`ckgc:([a-z]+)-([\w-]+)`((?:, `?-[\w-]+`?)+)", page):
        page += "".join(f" ckgc:{scheme}-{name}" for name in [first, *re.findall(r"-([\w-]+)", rest)])
    assert "ckgc:part-guest" in page.split()
    named = {(PREFIXES[prefix] + name) for prefix, name in re.findall(r"\b(ckg[tc]?):([A-Za-z0-9](?:[\w-]*\w)?)(?![\w-])", page)}
    assert len(named) > 100
    assert not {iri for iri in named - declared if not any(other.startswith(iri + "-") for other in declared)}


# The guide


def write_guide() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_guide", ONTOLOGY / "write_guide.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def short(iri: str) -> str:
    prefix = next(prefix for prefix in ("ckgt", "ckgc", "ckg") if iri.startswith(PREFIXES[prefix]))
    return f"{prefix}:{iri.removeprefix(PREFIXES[prefix])}"


def test_the_guide_has_every_class_property_and_code() -> None:
    page = (ROOT / "docs" / "ontology.md").read_text(encoding="utf-8")
    declared: set[str] = set()
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, SKOS.Concept):
        declared |= {short(iri) for iri in terms(kind, "crisiskg.ttl", "codes.ttl", "event-types.ttl")}
    assert set(re.findall(r"^\| `(ckg[tc]?:[\w-]+)` \|", page, re.MULTILINE)) == declared


def test_the_guide_is_up_to_date() -> None:
    page = (ROOT / "docs" / "ontology.md").read_text(encoding="utf-8")
    assert write_guide().page(page) == page, "docs/ontology.md is behind ontology/: run python ontology/write_guide.py"


def test_a_guide_without_its_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the line"):
        write_guide().page("# The ontology\n")
