"""validate: the same results as plain pyshacl, without changing what it is given; RDF of others is parsed with care."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path

import pytest
from graph_records import RUN, long_story, story
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from crisiskg.errors import MalformedSource, SourceUnavailable, UnsupportedSource
from crisiskg.graph import build
from crisiskg.namespaces import CKG, CKGSH, RDF, SH
from crisiskg.validation import Report, Result, validate, validate_file, validate_turtle
from crisiskg.validation.report import term

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "shapes"
SPAN = b"""
@prefix ckg: <https://w3id.org/crisiskg/ontology#> .
<urn:m> a ckg:Mention ; ckg:inDocument <urn:d> ; ckg:quote "Mali" ; ckg:start 0 ; ckg:end 4 ; ckg:confidence 0.5 .
"""


def plain_pyshacl(quads: list[Quad]) -> list[tuple[str, str, str]]:
    """Focus node, shape or rule, and component of each result of pyshacl as it comes."""
    import pyshacl
    import rdflib

    from crisiskg.graph import to_rdflib

    data, shapes = rdflib.Graph(), rdflib.Graph()
    for graph, source in ((data, quads), (shapes, parse((ROOT / "shapes" / "data.ttl").read_bytes(), RdfFormat.TURTLE))):
        # Not by rdflib's own parser, which rewrites lexical forms.
        for subject, predicate, value, _ in to_rdflib(source).quads():
            graph.add((subject, predicate, value))
    report = pyshacl.validate(data, shacl_graph=shapes)[1]
    sh = rdflib.Namespace(SH)
    return sorted(
        (
            str(report.value(node, sh.focusNode)),
            str(report.value(node, sh.sourceConstraint) or report.value(node, sh.sourceShape)),
            str(report.value(node, sh.sourceConstraintComponent)),
        )
        for node in report.subjects(rdflib.RDF.type, sh.ValidationResult)
    )


def results_of(report: Report) -> list[tuple[str, str, str]]:
    return sorted((result.focus_node, result.shape, result.component) for result in report.results)


# A sample, since plain pyshacl takes half a second for a file; the slow test takes all.
RULES = [path for path in sorted(FOLDER.glob("invalid-*.ttl")) if "component: SPARQL" in path.read_text(encoding="utf-8")]
OTHERS = [path for path in sorted(FOLDER.glob("*.ttl")) if path not in RULES]


@pytest.mark.parametrize("path", [*RULES[::6], *OTHERS[::60]], ids=lambda path: path.stem)
def test_results_are_those_of_plain_pyshacl(path: Path) -> None:
    quads = list(parse(path.read_bytes(), RdfFormat.TURTLE))
    assert results_of(validate(quads)) == plain_pyshacl(quads)


@pytest.mark.slow
@pytest.mark.skipif("CRISISKG_SLOW_TESTS" not in os.environ, reason="takes minutes; set CRISISKG_SLOW_TESTS to run it")
def test_all_results_are_those_of_plain_pyshacl() -> None:
    wrong = []
    for path in [*RULES, *OTHERS]:
        quads = list(parse(path.read_bytes(), RdfFormat.TURTLE))
        if results_of(validate(quads)) != plain_pyshacl(quads):
            wrong.append(path.stem)
    assert wrong == []


def test_many_faults_at_once_are_those_of_plain_pyshacl() -> None:
    quads = list(parse((FOLDER / "valid-event.ttl").read_bytes(), RdfFormat.TURTLE))
    dropped = {CKG + name for name in ("filler", "status", "quote", "mentionKind", "eventType", "unit")}
    broken = [quad for quad in quads if quad.predicate.value not in dropped]
    report = validate(broken)
    assert len(report.results) > 5
    assert results_of(report) == plain_pyshacl(broken)


def test_input_is_not_changed() -> None:
    quads = build(*story(), RUN)
    before = list(quads)
    validate(quads)
    assert quads == before


def test_an_iterator_is_enough() -> None:
    assert validate(iter(build(*story(), RUN))).conforms


def test_a_second_validation_knows_nothing_of_the_first() -> None:
    good, bad = build(*story(), RUN), list(parse(SPAN, RdfFormat.TURTLE))
    assert [validate(quads).conforms for quads in (bad, good, bad, good)] == [False, True, False, True]
    assert validate(bad) == validate(bad)


def test_each_named_graph_is_validated_alone() -> None:
    quads = build(*story(), RUN)
    document = next(quad for quad in quads if quad.object == NamedNode(CKG + "Document"))
    moved = [
        Quad(quad.subject, quad.predicate, quad.object, NamedNode("urn:other")) if quad.subject == document.subject else quad
        for quad in quads
    ]
    report = validate(moved)
    assert not report.conforms
    assert {result.shape for result in report.results} >= {CKGSH + "Thing-inDocument"}


def test_report_says_how_much_was_checked() -> None:
    nothing = validate_turtle(b"<urn:a> <urn:b> <urn:c> .")
    assert (nothing.conforms, nothing.checked) == (True, 0)
    assert validate(build(*story(), RUN)).checked > 50


def test_result_names_focus_path_value_shape_and_reason() -> None:
    report = validate_turtle((FOLDER / "invalid-event-mode-of-other-type.ttl").read_bytes())
    assert report.results == (
        Result(
            focus_node="https://w3id.org/crisiskg/id/document/00000000000000000001/event/7-15-ASSAULT",
            path=CKG + "mode",
            value="https://w3id.org/crisiskg/event-type/PROTEST-riot",
            shape=CKGSH + "Event-mode-type",
            component=SH + "SPARQLConstraintComponent",
            message="A mode MUST be one that the event's type has, because modes divide types.",
            severity=SH + "Violation",
        ),
    )


def test_report_in_turtle_is_a_shacl_report_and_always_the_same() -> None:
    report = validate_turtle(SPAN)
    text = report.turtle()
    assert text == validate_turtle(SPAN).turtle()
    quads = list(parse(text.encode(), RdfFormat.TURTLE))
    kinds = [quad.object.value for quad in quads if quad.predicate == NamedNode(RDF + "type")]
    assert kinds.count(SH + "ValidationResult") == len(report.results) > 0
    assert Quad(next(q.subject for q in quads), NamedNode(SH + "conforms"), Literal(False)) in quads


@pytest.mark.parametrize(
    "value",
    ["urn:a", '"a"', '"a \\"b\\"\\n"@en', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', "_:b0"],
)
def test_term_of_a_result_is_read_back(value: str) -> None:
    read = term(value)
    assert (read.value if isinstance(read, NamedNode) else str(read)) == value


@pytest.mark.parametrize("format_", ["turtle", ".ttl", "TTL", "trig", "n3"])
def test_formats(format_: str) -> None:
    assert not validate_turtle(SPAN, format_).conforms


def test_unknown_format_is_refused() -> None:
    with pytest.raises(UnsupportedSource, match="'docx' is not known; possible are turtle"):
        validate_turtle(SPAN, "docx")


def test_data_that_do_not_parse_are_refused_with_the_place() -> None:
    with pytest.raises(MalformedSource, match=r"turtle data do not parse: .* line 1"):
        validate_turtle(b"<urn:a> <urn:b> .")


def test_doctype_in_rdf_xml_is_refused() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DoctypE r [<!ENTITY a "b">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    )
    with pytest.raises(MalformedSource, match="DOCTYPE is refused"):
        validate_turtle(bomb, "rdfxml")


def test_file_by_its_ending(tmp_path: Path) -> None:
    file = tmp_path / "span.ttl"
    file.write_bytes(SPAN)
    assert validate_file(file) == validate_turtle(SPAN)
    assert validate_file(str(file), "trig").conforms is False


def test_file_without_known_ending_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Quiet day.", encoding="utf-8")
    with pytest.raises(UnsupportedSource, match=r"notes\.txt has no ending of an RDF format"):
        validate_file(tmp_path / "notes.txt")


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r"gone\.ttl cannot be read: No such file"):
        validate_file(tmp_path / "gone.ttl")


def test_blank_nodes_and_triple_terms_of_others_do_no_harm() -> None:
    data = b"""PREFIX ckg: <https://w3id.org/crisiskg/ontology#>
    [] a ckg:Run ; ckg:softwareVersion "1" . <urn:r> <urn:says> <<( <urn:a> <urn:b> <urn:c> )>> ."""
    report = validate_turtle(data)
    assert {result.focus_node[:2] for result in report.results} == {"_:"}
    assert "sh:focusNode" in report.turtle()


def test_literals_that_their_type_cannot_read_are_results_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    data = b"""PREFIX ckg: <https://w3id.org/crisiskg/ontology#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    <urn:q> a ckg:Quantity ; ckg:low "abc"^^xsd:decimal ; ckg:best "x"^^xsd:decimal .
    <urn:d> a ckg:Document ; ckg:publishedEarliest "2021-13-45"^^xsd:date ; ckg:publishedLatest "soon"^^xsd:date .
    <urn:e> a ckg:Claim ; ckg:confidence "NaN"^^xsd:double ; ckg:earliestBegin "-99999999-01-01"^^xsd:date ."""
    report = validate_turtle(data)
    broken = {
        result.path.removeprefix(CKG) for result in report.results if result.component == SH + "DatatypeConstraintComponent"
    }
    assert broken == {"low", "best", "publishedEarliest", "publishedLatest", "confidence"}
    assert capsys.readouterr().err == ""


def test_functions_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(validate_turtle)) is validate_turtle
    assert pickle.loads(pickle.dumps(validate_file)) is validate_file
    report = validate_turtle(SPAN)
    assert pickle.loads(pickle.dumps(report)) == report


def test_a_document_of_1200_words_takes_a_fraction_of_a_second() -> None:
    document, annotation = long_story(9)
    assert len(annotation.mentions) > 150
    build(document, annotation, RUN)
    validate([])
    quads = build(document, annotation, RUN)
    validate(quads)  # the shapes are read once in a process
    started = time.process_time()
    validate(build(document, annotation, RUN))
    # Measured: 0.13 s of processor time for 6,500 statements. The bound leaves room for a slow and busy machine.
    assert time.process_time() - started < 1.0
