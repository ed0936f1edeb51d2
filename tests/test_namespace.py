"""Every name in a namespace of crisiskg that any file uses is declared in ontology/, and a prefix means the same everywhere."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.namespaces import BASE, CKG, CKGC, CKGT, PREFIXES, RDF

ROOT = Path(__file__).parent.parent
VOCABULARY = ("crisiskg.ttl", "codes.ttl", "event-types.ttl")
NAMESPACES = {"ckg": CKG, "ckgt": CKGT, "ckgc": CKGC}
#: The name behind a prefix or namespace. Where code puts it together from parts, it ends in a hyphen or is not there at all.
LOCAL = r"([A-Za-z0-9](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9]))*-?)"
PREFIXED = re.compile(rf"(?<![\w:/.<#-])(ckgt|ckgc|ckg):{LOCAL}")
WHOLE_IRI = re.compile(rf"({re.escape(CKGT)}|{re.escape(CKGC)}|{re.escape(CKG)}){LOCAL}")
#: The ways in which modules name a term: `ckg("hasRole")`, `code("status", "happened")`, `CKG + "hasRole"`, `f"{CKG}hasRole"`.
CALLED = re.compile(r"\bckg\(\s*\"([A-Za-z]\w*)\"\s*\)")
CODED = re.compile(r"\bcode\(\s*\"([a-z-]+)\"\s*,\s*\"([A-Za-z0-9-]+)\"\s*\)")
TYPED = re.compile(r"\bevent_type_term\(\s*\"([A-Za-z0-9-]+)\"\s*\)")
ADDED = re.compile(rf"\b(CKGT|CKGC|CKG)\s*\+\s*\"{LOCAL}\"")
FORMATTED = re.compile(rf"\{{(CKGT|CKGC|CKG)\}}{LOCAL}")
TURTLE_PREFIX = re.compile(r"^\s*(?:@prefix|PREFIX)\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
#: Prefixes of toy data; the rest of their IRIs are under the base or under a name reserved for examples.
TOY = (BASE, "https://example.org/", "http://example.org/", "urn:")


@cache
def declared() -> frozenset[str]:
    """IRIs of all terms that ontology/ declares: what has a type and stands in one of the three namespaces."""
    found = set()
    for name in VOCABULARY:
        for triple in ox.parse(path=str(ROOT / "ontology" / name), format=ox.RdfFormat.TURTLE):
            if triple.predicate.value == RDF + "type" and isinstance(triple.subject, ox.NamedNode):
                found.add(triple.subject.value)
    return frozenset(iri for iri in found if iri.startswith(tuple(NAMESPACES.values())))


def without_comments(text: str, suffix: str) -> str:
    """Text without what a reader of the language skips.

    Python keeps its docstrings, since they are the documentation of the code, without the examples, which may show a fault.
    """
    if suffix == ".py":
        kept = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type != tokenize.COMMENT]
        return re.sub(r"^\s*(?:>>>|\.\.\.) .*$", "", tokenize.untokenize(kept), flags=re.MULTILINE)
    # In Turtle and SPARQL, a "#" inside an IRI or a string is none of a comment.
    piece = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*', re.DOTALL)
    return piece.sub(lambda found: "" if found[0].startswith("#") else found[0], text)


def used(text: str, suffix: str) -> Iterator[str]:
    """IRIs of our namespaces that a file uses; one that ends in a hyphen is the start of names put together later."""
    text = without_comments(text, suffix)
    for found in PREFIXED.finditer(text):
        yield NAMESPACES[found[1]] + found[2]
    for found in WHOLE_IRI.finditer(text):
        yield found[1] + found[2]
    if suffix == ".py":
        names = {"CKG": CKG, "CKGT": CKGT, "CKGC": CKGC}
        yield from (CKG + found[1] for found in CALLED.finditer(text))
        yield from (f"{CKGC}{found[1]}-{found[2]}" for found in CODED.finditer(text))
        yield from (CKGT + found[1] for found in TYPED.finditer(text))
        for pattern in (ADDED, FORMATTED):
            yield from (names[found[1]] + found[2] for found in pattern.finditer(text))


def is_declared(iri: str) -> bool:
    # Data that must be refused say of a name that it is none; a name that ends in a hyphen is the start of others.
    local = re.split("[#/]", iri)[-1]
    return "no-such-" in local or (iri in declared()) or (iri.endswith("-") and any(name.startswith(iri) for name in declared()))


def undeclared(text: str, suffix: str) -> list[str]:
    return sorted({iri for iri in used(text, suffix) if not is_declared(iri)})


def files() -> list[Path]:
    found = []
    for folder, suffixes in (
        ("ontology", {".ttl", ".py"}),
        ("shapes", {".ttl"}),
        ("queries", {".rq", ".ttl"}),
        ("src", {".py", ".rq", ".ttl"}),
        ("tests", {".ttl", ".trig", ".rq"}),
    ):
        for path in sorted((ROOT / folder).rglob("*")):
            # A data file whose only fault is a name that nobody declared says so in its own name.
            if path.suffix in suffixes and path.is_file() and "undeclared" not in path.stem:
                found.append(path)
    return found


def wrong_prefixes(text: str) -> list[str]:
    return [
        f"{prefix}: <{iri}>"
        for prefix, iri in TURTLE_PREFIX.findall(text)
        if PREFIXES.get(prefix, iri if iri.startswith(TOY) else None) != iri
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_name_that_a_file_uses_is_declared(path: Path) -> None:
    missing = undeclared(path.read_text(encoding="utf-8"), path.suffix)
    assert not missing, f"{path.relative_to(ROOT)} uses names that ontology/ does not declare: {', '.join(missing)}"


@pytest.mark.parametrize(
    "path",
    [path for path in files() if path.suffix in {".ttl", ".rq", ".trig"}],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_prefixes_are_those_of_the_package(path: Path) -> None:
    wrong = wrong_prefixes(path.read_text(encoding="utf-8"))
    assert not wrong, f"{path.relative_to(ROOT)} has prefixes that differ from crisiskg.namespaces.PREFIXES: {wrong}"


def test_something_is_declared_in_each_namespace() -> None:
    for namespace in NAMESPACES.values():
        assert any(iri.startswith(namespace) for iri in declared())


@pytest.mark.parametrize(
    ("text", "suffix", "missing"),
    [
        ("?event ckg:hasActr ?actor .", ".rq", CKG + "hasActr"),
        ("<a> a ckg:Organisation .", ".ttl", CKG + "Organisation"),
        ("<a> ckg:status ckgc:status-happend .", ".ttl", CKGC + "status-happend"),
        ("<a> ckg:eventType ckgt:ASSULT .", ".ttl", CKGT + "ASSULT"),
        ("FILTER(?t = <https://w3id.org/crisiskg/event-type/FIGHT>)", ".rq", CKGT + "FIGHT"),
        ('writer.add(node, ckg("hasRolle"), role)', ".py", CKG + "hasRolle"),
        ('x = code("precision", "fortnight")', ".py", CKGC + "precision-fortnight"),
        ('x = event_type_term("OTHR")', ".py", CKGT + "OTHR"),
        ('x = CKG + "Perzon"', ".py", CKG + "Perzon"),
        ('x = f"{CKGC}fcat-{y}"', ".py", CKGC + "fcat-"),
        ('"""Codes of ckgc:presision-…"""', ".py", CKGC + "presision-"),
    ],
)
def test_a_misspelling_is_found(text: str, suffix: str, missing: str) -> None:
    assert undeclared(text, suffix) == [missing]


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("?event ckg:hasActor ?actor . # not ckg:hasActr", ".rq"),
        ("<https://w3id.org/crisiskg/ontology#Person> a <b> . # ckg:Nothing", ".ttl"),
        ('<a> ckg:text "the # sign"; ckg:cue "x" .', ".ttl"),
        ("# ckg:hasActr\nx = 1", ".py"),
        ('"""Shows a fault.\n\n>>> check("ckg:hasActr")\n"""', ".py"),
        ("<a> ckg:status ckgc:no-such-status ; ckg:mode ckgt:ASSAULT-no-such-mode .", ".ttl"),
        ('x = f"{CKGC}{scheme}-{value}"', ".py"),
        ('x = f"{CKGC}precision-{value}"', ".py"),
        ('"""Codes of ckgc:precision-…"""', ".py"),
        ("PREFIX ckg: <https://w3id.org/crisiskg/ontology#>", ".rq"),
    ],
)
def test_what_is_no_misspelling_passes(text: str, suffix: str) -> None:
    assert undeclared(text, suffix) == []


def test_a_wrong_or_unknown_prefix_is_found() -> None:
    assert wrong_prefixes("@prefix schema: <http://schema.org/> .") == ["schema: <http://schema.org/>"]
    assert wrong_prefixes("prefix foo: <https://foo.test/>") == ["foo: <https://foo.test/>"]
    assert wrong_prefixes(f"@prefix id: <{BASE}> .\n@prefix ckg: <{CKG}> .") == []
