"""Every shape has data that conform and data that do not: a file `invalid-…` holds one fault and gives exactly one result."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from crisiskg.namespaces import CKG, CKGC, CKGSH, CKGT, PREFIXES, RDF, SH, SKOS
from crisiskg.validation import validate_turtle

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "shapes"
VALID = sorted(FOLDER.glob("valid-*.ttl"))
INVALID = sorted(FOLDER.glob("invalid-*.ttl"))
#: Classes of a node shape that stands for more than one, or has another name than its class.
FILE_OF_SHAPE = {"KnownClassShape": "actor"}
#: Property shapes that close a shape and leave the check to a rule or to the shape of the value's class.
WITHOUT_CONSTRAINT = {"Event-hasActor", "Event-hasRecipient", "Event-quadClass", "Situation-place", "Thing-hasQuantity"}
#: Parameters of SHACL that can fail, with the constraint component that reports it.
PARAMETERS = {
    "minCount": "MinCount",
    "maxCount": "MaxCount",
    "datatype": "Datatype",
    "in": "In",
    "class": "Class",
    "nodeKind": "NodeKind",
    "pattern": "Pattern",
    "minLength": "MinLength",
    "languageIn": "LanguageIn",
    "minInclusive": "MinInclusive",
    "maxInclusive": "MaxInclusive",
    "lessThan": "LessThan",
    "lessThanOrEquals": "LessThanOrEquals",
    "equals": "Equals",
    "hasValue": "HasValue",
    "closed": "Closed",
}
#: What cannot fail alone, with the reason.
NOT_ALONE: dict[tuple[str, str], str] = {}


def named(path: Path) -> str:
    return path.stem


@cache
def shapes() -> Store:
    store = Store()
    store.bulk_load(path=str(ROOT / "shapes" / "data.ttl"), format=RdfFormat.TURTLE)
    return store


def of_type(name: str) -> list[str]:
    quads = shapes().quads_for_pattern(None, NamedNode(RDF + "type"), NamedNode(SH + name))
    return sorted(quad.subject.value.removeprefix(CKGSH) for quad in quads)


def values(shape: str, parameter: str) -> list[object]:
    return [quad.object for quad in shapes().quads_for_pattern(NamedNode(CKGSH + shape), NamedNode(SH + parameter), None)]


def shorten(iri: str) -> str:
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def header(path: Path) -> dict[str, str]:
    """The lines `# name: value` at the head of a file."""
    lines = path.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    return dict(line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("# "))


@pytest.mark.parametrize("path", VALID, ids=named)
def test_valid_file_conforms(path: Path) -> None:
    report = validate_turtle(path.read_bytes())
    assert [(result.shape, result.path, result.value) for result in report.results] == []
    assert report.checked > 0


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_invalid_file_gives_exactly_the_result_that_it_names(path: Path) -> None:
    expected = header(path)
    results = validate_turtle(path.read_bytes()).results
    found = [
        {
            "shape": shorten(result.shape),
            "path": re.sub(r"<([^>]+)>", lambda part: shorten(part[1]), result.path)
            if "<" in result.path
            else shorten(result.path) or "-",
            "component": result.component.removeprefix(SH),
        }
        for result in results
    ]
    assert found == [{name: expected[name] for name in ("shape", "path", "component")}]
    assert " MUST " in results[0].message


def test_every_node_shape_has_a_valid_and_an_invalid_file() -> None:
    missing = []
    for shape in of_type("NodeShape"):
        name = FILE_OF_SHAPE.get(shape) or re.sub(r"(?<=[a-z])(?=[A-Z])", "-", shape.removesuffix("Shape")).lower()
        if not (FOLDER / f"valid-{name}.ttl").exists():
            missing.append(f"valid-{name}.ttl for ckgsh:{shape}")
        if not any(path.stem.startswith(f"invalid-{name}-") for path in INVALID):
            missing.append(f"invalid-{name}-….ttl for ckgsh:{shape}")
    assert missing == []


def test_every_constraint_has_a_file_in_which_it_alone_fails() -> None:
    failing = {(header(path)["shape"], header(path)["component"].removesuffix("ConstraintComponent")) for path in INVALID}
    missing = [
        f"{shape} {component}"
        for shape in (*of_type("PropertyShape"), *of_type("NodeShape"))
        for parameter, component in PARAMETERS.items()
        if values(shape, parameter) and (shape, component) not in NOT_ALONE and (f"ckgsh:{shape}", component) not in failing
    ]
    missing += [rule for rule in of_type("SPARQLConstraint") if (f"ckgsh:{rule}", "SPARQL") not in failing]
    assert missing == []


def test_only_known_property_shapes_have_no_constraint() -> None:
    bare = {shape for shape in of_type("PropertyShape") if not any(values(shape, parameter) for parameter in PARAMETERS)}
    assert bare == WITHOUT_CONSTRAINT


def test_every_shape_says_what_must_be_and_why() -> None:
    wrong = []
    for kind in ("PropertyShape", "SPARQLConstraint"):
        for shape in of_type(kind):
            messages = [message.value for message in values(shape, "message")]  # type: ignore[attr-defined]
            if len(messages) != 1 or not re.fullmatch(r"[A-Z].* MUST .*, because .*\.", messages[0]):
                wrong.append(shape)
    for shape in of_type("PropertyShape"):
        if len(values(shape, "name")) != 1 or len(values(shape, "severity")) != 1:
            wrong.append(shape)
    assert wrong == []


def test_every_class_of_a_shape_is_closed() -> None:
    classless = {"KnownClassShape"}
    assert [shape for shape in of_type("NodeShape") if not values(shape, "closed") and shape not in classless] == []


def test_every_property_shape_is_used() -> None:
    used = {quad.object.value for quad in shapes().quads_for_pattern(None, NamedNode(SH + "property"), None)}  # type: ignore[union-attr]
    assert [shape for shape in of_type("PropertyShape") if CKGSH + shape not in used] == []


def test_patterns_are_anchored_and_repeat_nothing_twice() -> None:
    for shape in of_type("PropertyShape"):
        for pattern in values(shape, "pattern"):
            text = pattern.value  # type: ignore[attr-defined]
            assert text.startswith("^"), shape
            assert text.endswith("$"), shape
            # A group that is repeated without limit and holds a repetition is what takes exponential time.
            assert not re.search(r"[*+][^()]*\)[*+]|\)[*+]", text), shape


def vocabulary(scheme: str) -> set[str]:
    """Codes of a scheme, as the vocabulary declares them."""
    name = "event-types.ttl" if scheme.startswith("ckgt:") else "codes.ttl"
    found = set()
    for quad in parse(path=str(ROOT / "ontology" / name), format=RdfFormat.TURTLE):
        if quad.predicate.value == SKOS + "inScheme" and isinstance(quad.object, NamedNode) and isinstance(quad, Quad):
            found.add((shorten(quad.object.value), quad.subject.value))  # type: ignore[union-attr]
    return {iri for name, iri in found if name == scheme}


def listed(shape: str) -> set[str]:
    """Members of the list of sh:in of a property shape."""
    query = f"""SELECT ?member WHERE {{
        <{CKGSH}{shape}> <{SH}in>/<{RDF}rest>*/<{RDF}first> ?member
    }}"""
    return {row["member"].value for row in shapes().query(query)}  # type: ignore[union-attr, index]


CODES = [
    ("Document-documentKind", "kind"),
    ("Document-publishedPrecision", "precision"),
    ("Document-publishedBasis", "basis"),
    ("Contribution-part", "part"),
    ("Mention-mentionKind", "mention"),
    ("Bounds-timePrecision", "precision"),
    ("Bounds-timeBasis", "basis"),
    ("Entity-linkGap", "gap"),
    ("Thing-factuality", "fact"),
    ("ChangeEvent-changeKind", "change"),
    ("Situation-situationKind", "situation"),
    ("Event-actorGap", "gap"),
    ("Event-recipientGap", "gap"),
    ("Event-placeBasis", "basis"),
    ("Event-placeGap", "gap"),
    ("Event-timeGap", "gap"),
    ("Role-roleType", "role"),
    ("Relationship-relationType", "relation"),
    ("Thing-roleKind", "rolekind"),
    ("Claim-voice", "voice"),
    ("Claim-status", "status"),
    ("Claim-polarity", "polarity"),
    ("Claim-certainty", "certainty"),
    ("IdentityJudgement-verdict", "verdict"),
]


@pytest.mark.parametrize(("shape", "scheme"), CODES, ids=[shape for shape, _ in CODES])
def test_list_of_codes_is_that_of_the_vocabulary(shape: str, scheme: str) -> None:
    # A contributor's role is a membership, so that its relation is never written.
    unwritten = {f"{CKGC}relation-contributorTo"}
    assert listed(shape) == vocabulary(f"ckgc:scheme-{scheme}") - unwritten


def test_kinds_of_numbers_are_those_of_the_vocabulary() -> None:
    both = listed("Quantity-quantityKind") | listed("CasualtyEstimate-quantityKind")
    assert both == vocabulary("ckgc:scheme-quantity")


def event_terms(kind: str) -> set[str]:
    return {
        quad.subject.value  # type: ignore[union-attr]
        for quad in parse(path=str(ROOT / "ontology" / "event-types.ttl"), format=RdfFormat.TURTLE)
        if quad.predicate.value == RDF + "type" and quad.object == NamedNode(CKG + kind)
    }


@pytest.mark.parametrize(
    ("shape", "kind"),
    [("Event-eventType", "EventType"), ("Event-mode", "EventMode"), ("Event-context", "EventContext")],
)
def test_list_of_event_terms_is_that_of_the_vocabulary(shape: str, kind: str) -> None:
    assert listed(shape) == event_terms(kind)


def test_every_mode_begins_with_a_type_that_allows_it() -> None:
    allowed = {
        (quad.subject.value, quad.object.value)  # type: ignore[union-attr]
        for quad in parse(path=str(ROOT / "ontology" / "event-types.ttl"), format=RdfFormat.TURTLE)
        if quad.predicate.value == CKG + "allowsMode"
    }
    assert {
        (mode.rpartition("/")[0] + "/" + mode.rpartition("/")[2].split("-")[0], mode) for mode in listed("Event-mode")
    } == allowed


def test_quad_class_of_each_type_is_that_of_the_vocabulary() -> None:
    from crisiskg.graph.events import QUAD_CLASSES

    declared = {
        quad.subject.value.removeprefix(CKGT): quad.object.value.removeprefix(CKGT + "quad-")  # type: ignore[union-attr]
        for quad in parse(path=str(ROOT / "ontology" / "event-types.ttl"), format=RdfFormat.TURTLE)
        if quad.predicate.value == CKG + "quadClass"
    }
    assert declared == QUAD_CLASSES
    rule = str(values("Event-quadClass-type", "select")[0])
    for type_, class_ in QUAD_CLASSES.items():
        line = next(line for line in rule.splitlines() if f"?class != ckgt:quad-{class_})" in line)
        assert f"ckgt:{type_}," in line or f"ckgt:{type_})" in line


def test_every_path_is_a_term_of_the_ontology() -> None:
    declared = {
        quad.subject.value  # type: ignore[union-attr]
        for quad in parse(path=str(ROOT / "ontology" / "crisiskg.ttl"), format=RdfFormat.TURTLE)
    }
    paths = {quad.object.value for quad in shapes().quads_for_pattern(None, NamedNode(SH + "path"), None)}  # type: ignore[union-attr]
    assert {path for path in paths if path.startswith(CKG)} <= declared
