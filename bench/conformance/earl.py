"""Writes what came out as EARL, the vocabulary of the W3C for results of tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pyoxigraph as ox

from conformance.cases import Case, Verdict, Verdicts
from conformance.manifests import BASE
from conformance.servers import Server

_EARL = "http://www.w3.org/ns/earl#"
_DOAP = "http://usefulinc.com/ns/doap#"
_DCTERMS = "http://purl.org/dc/terms/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPE = ox.NamedNode(_RDF + "type")

#: What is tested, by name of the server: its IRI and its name for people.
SOFTWARE = {
    "crisiskg": ("https://w3id.org/crisiskg/", "crisiskg"),
    "oxigraph": ("https://github.com/oxigraph/oxigraph", "Oxigraph"),
}
_RUNNER = "https://w3id.org/crisiskg/bench/conformance"


def write_earl(cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server], day: date) -> bytes:
    """Return the report as Turtle, the same bytes for the same outcome.

    Args:
        cases: All tests, in their order.
        verdicts: Name of server, then IRI of test, to what came out.
        servers: Who was tested.
        day: When.
    """
    prefixes = {case.suite: case.iri.rpartition("#")[0] + "#" for case in cases if "#" in case.iri}
    prefixes |= {"earl": _EARL, "doap": _DOAP, "dcterms": _DCTERMS, "xsd": _XSD}
    return ox.serialize(_triples(cases, verdicts, servers, day), format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""


def _triples(cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server], day: date) -> Iterator[ox.Triple]:
    runner, when = ox.NamedNode(_RUNNER), ox.Literal(day.isoformat(), datatype=ox.NamedNode(_XSD + "date"))
    yield ox.Triple(runner, _TYPE, _earl("Software"))
    yield ox.Triple(runner, _dcterms("title"), ox.Literal("the conformance runner of crisiskg"))
    for server in servers:
        yield from _subject(server)
    for title in dict.fromkeys(case.specification for case in cases):
        for suite in dict.fromkeys(case.suite for case in cases if case.specification == title):
            yield ox.Triple(_suite(suite), _dcterms("title"), ox.Literal(suite))
            yield ox.Triple(_suite(suite), _dcterms("subject"), ox.Literal(title))
    for case in cases:
        test = ox.NamedNode(case.iri)
        yield ox.Triple(test, _TYPE, _earl("TestCase"))
        yield ox.Triple(test, _dcterms("title"), ox.Literal(case.name))
        yield ox.Triple(test, _dcterms("isPartOf"), _suite(case.suite))
    # Results that say the same are one node: the report stays small enough to be read.
    results: dict[Verdict, ox.BlankNode] = {}
    for place, server in enumerate(servers):
        subject = ox.NamedNode(SOFTWARE[server.name][0])
        for number, case in enumerate(cases):
            verdict = verdicts[server.name].get(case.iri)
            if verdict is None:
                continue
            result = results.setdefault(verdict, ox.BlankNode(f"r{len(results)}"))
            assertion = ox.BlankNode(f"a{place}x{number}")
            yield ox.Triple(assertion, _TYPE, _earl("Assertion"))
            yield ox.Triple(assertion, _earl("assertedBy"), runner)
            yield ox.Triple(assertion, _earl("subject"), subject)
            yield ox.Triple(assertion, _earl("test"), ox.NamedNode(case.iri))
            yield ox.Triple(assertion, _earl("mode"), _earl("automatic"))
            yield ox.Triple(assertion, _earl("result"), result)
    for verdict, result in results.items():
        yield ox.Triple(result, _TYPE, _earl("TestResult"))
        yield ox.Triple(result, _earl("outcome"), _earl(verdict.outcome))
        yield ox.Triple(result, _dcterms("date"), when)
        if verdict.why:
            yield ox.Triple(result, _earl("info"), ox.Literal(verdict.why))


def _subject(server: Server) -> Iterator[ox.Triple]:
    iri, name = SOFTWARE[server.name]
    subject, release = ox.NamedNode(iri), ox.BlankNode(f"v{server.name}")
    for kind in (_earl("TestSubject"), _earl("Software"), ox.NamedNode(_DOAP + "Project")):
        yield ox.Triple(subject, _TYPE, kind)
    yield ox.Triple(subject, ox.NamedNode(_DOAP + "name"), ox.Literal(name))
    yield ox.Triple(subject, ox.NamedNode(_DOAP + "release"), release)
    yield ox.Triple(release, _TYPE, ox.NamedNode(_DOAP + "Version"))
    yield ox.Triple(release, ox.NamedNode(_DOAP + "revision"), ox.Literal(server.version))


def _suite(key: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}{key}/manifest")


def _earl(name: str) -> ox.NamedNode:
    return ox.NamedNode(_EARL + name)


def _dcterms(name: str) -> ox.NamedNode:
    return ox.NamedNode(_DCTERMS + name)
