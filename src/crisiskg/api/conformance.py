"""/conformance: what came out of the W3C test suites of SPARQL 1.1, for people as tables, for programs as EARL."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import pyoxigraph as ox
from fastapi import APIRouter, Request
from fastapi.responses import Response

from crisiskg.api.negotiation import HTML, choose
from crisiskg.errors import NotFound
from crisiskg.namespaces import DCTERMS, RDF, XSD

if TYPE_CHECKING:
    from crisiskg.api.rendering import Renderer

_TURTLE = "text/turtle"
_EARL = "http://www.w3.org/ns/earl#"
_DOAP = "http://usefulinc.com/ns/doap#"
#: Media types of the report, with the suffix that stands for each.
_FORMATS = {_TURTLE: "ttl", "application/n-triples": "nt", "application/rdf+xml": "rdf", "application/ld+json": "jsonld"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one test for one program.

    Attributes:
        word: `passed`, `failed`, `inapplicable` (refused on principle) or `untested`.
        why: What was wrong, refused, or why it was not run; may be empty.
    """

    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        iri: Its IRI.
        title: What it tests, in words.
        outcomes: What came out, one for each program of the report, in its order.
    """

    iri: str
    title: str
    outcomes: tuple[Outcome, ...]

    @property
    def name(self) -> str:
        """Its name in the suite."""
        return self.iri.rpartition("#")[2]

    def notes(self, programs: Sequence[str]) -> list[str]:
        """Return what is said of the outcomes, with the program where not all are said the same of.

        Args:
            programs: Names of the programs, one for each outcome.

        >>> Case("urn:x#a", "", (Outcome("passed", ""), Outcome("failed", "no answer"))).notes(["one", "two"])
        ['two: no answer']
        """
        said = [outcome.why for outcome in self.outcomes]
        if said and said[0] and len(set(said)) == 1:
            return said[:1]
        return [f"{program}: {why}" for program, why in zip(programs, said, strict=True) if why]


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one manifest.

    Attributes:
        title: Name of the suite.
        specification: Title of what it tests.
        tests: Its tests.
    """

    title: str
    specification: str
    tests: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many tests of a group came out how.

    Attributes:
        name: Name of the group.
        tests: How many there are.
        passed: How many each program passed.
        refused: How many ask what a program refuses on principle.
        untested: How many were run for no program.
    """

    name: str
    tests: int
    passed: tuple[int, ...]
    refused: int
    untested: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report of conformance.

    Attributes:
        day: When the tests ran, as a date of ISO 8601; empty in a report without any.
        programs: What was tested, with the version.
        suites: The suites, in the order of the report.
    """

    day: str
    programs: tuple[str, ...]
    suites: tuple[Suite, ...]

    def counted(self, key: Callable[[Suite], str]) -> list[Count]:
        """Return what came out for each group of suites.

        The last row counts all of them.

        Args:
            key: Name of the group of a suite.
        """
        groups: dict[str, list[Case]] = {}
        for suite in self.suites:
            groups.setdefault(key(suite), []).extend(suite.tests)
        groups["all"] = [test for suite in self.suites for test in suite.tests]
        return [self._count(name, tests) for name, tests in groups.items()]

    def _count(self, name: str, tests: Sequence[Case]) -> Count:
        words = [[outcome.word for outcome in test.outcomes] for test in tests]
        return Count(
            name,
            len(tests),
            tuple(sum(found[place] == "passed" for found in words) for place in range(len(self.programs))),
            sum("inapplicable" in found for found in words),
            sum(set(found) <= {"untested"} for found in words),
        )


def read_report(body: bytes) -> Report:
    """Read a report in EARL.

    Args:
        body: Turtle as bench/conformance writes it.

    Raises:
        ValueError: it is not Turtle.

    >>> read_report(b"").programs
    ()
    """
    try:
        triples = [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ValueError(f"the report of conformance is not Turtle: {error}") from error
    about: dict[str, dict[str, list[str]]] = {}
    for triple in triples:
        subject, value = triple.subject, triple.object
        if not isinstance(subject, ox.Triple) and not isinstance(value, ox.Triple):
            about.setdefault(_name(subject), {}).setdefault(triple.predicate.value, []).append(_name(value))
    programs = _of_type(about, "TestSubject")
    outcomes: dict[str, dict[str, Outcome]] = {}
    day = ""
    for assertion in _of_type(about, "Assertion"):
        said = about[assertion]
        result = about.get(_first(said, _EARL + "result"), {})
        word = _first(result, _EARL + "outcome").removeprefix(_EARL) or "untested"
        found = Outcome(word, _first(result, _EARL + "info"))
        outcomes.setdefault(_first(said, _EARL + "test"), {})[_first(said, _EARL + "subject")] = found
        day = max(day, _first(result, DCTERMS + "date"))
    suites: dict[str, list[Case]] = {}
    for test in _of_type(about, "TestCase"):
        came_out = outcomes.get(test, {})
        held = Case(
            test, _first(about[test], DCTERMS + "title"), tuple(came_out.get(one, Outcome("untested", "")) for one in programs)
        )
        suites.setdefault(_first(about[test], DCTERMS + "isPartOf"), []).append(held)
    titles = {suite: _first(about.get(suite, {}), DCTERMS + "title") or suite for suite in suites}
    subjects = {suite: _first(about.get(suite, {}), DCTERMS + "subject") for suite in suites}
    return Report(
        day,
        tuple(_program(about, program) for program in programs),
        tuple(Suite(titles[suite], subjects[suite], tuple(tests)) for suite, tests in suites.items()),
    )


def _name(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else term.value


def _of_type(about: Mapping[str, Mapping[str, Sequence[str]]], name: str) -> list[str]:
    return [subject for subject, said in about.items() if _EARL + name in said.get(RDF + "type", ())]


def _first(said: Mapping[str, Sequence[str]], predicate: str) -> str:
    return next(iter(said.get(predicate, ())), "")


def _program(about: Mapping[str, Mapping[str, Sequence[str]]], program: str) -> str:
    said = about[program]
    release = about.get(_first(said, _DOAP + "release"), {})
    return f"{_first(said, _DOAP + 'name') or program} {_first(release, _DOAP + 'revision')}".strip()


@cache
def _file() -> bytes:
    """Return the report as Turtle."""
    try:
        return gzip.decompress(resources.files("crisiskg.api").joinpath("static", "conformance.ttl.gz").read_bytes())
    except FileNotFoundError as error:
        raise NotFound("this build has no report of conformance", hint="bench/conformance --write makes it.") from error


@cache
def _report() -> Report:
    return read_report(_file())


@cache
def _tag() -> str:
    return hashlib.sha256(_file()).hexdigest()[:16]


@cache
def _body(media_type: str) -> bytes:
    """Return the report in a format."""
    if media_type == _TURTLE:
        return _file()
    found = ox.RdfFormat.from_media_type(media_type)
    assert found is not None
    prefixes = None if media_type == "application/n-triples" else {"earl": _EARL, "doap": _DOAP, "dcterms": DCTERMS, "xsd": XSD}
    triples = (quad.triple for quad in ox.parse(_file(), format=ox.RdfFormat.TURTLE))
    return ox.serialize(triples, format=found, prefixes=prefixes) or b""


def conformance_router(renderer: Renderer) -> APIRouter:
    """Return the route of the report of conformance, with a suffix for each of its formats."""
    router = APIRouter(tags=["Conformance"])

    def route(suffix: str | None) -> Callable[[Request], Response]:
        def show(request: Request) -> Response:
            """Show what came out of the W3C test suites, as a page or as EARL."""
            format_ = suffix or request.query_params.get("format")
            wanted = choose(request.headers.get("accept"), format_, [HTML, *_FORMATS])[0]
            if wanted == HTML:
                report = _report()
                by_specification = report.counted(lambda suite: suite.specification or suite.title)
                return renderer.page(
                    request, "conformance.html", report=report, totals=by_specification, suffixes=list(_FORMATS.values())
                )
            tag = f'"{_tag()}-{_FORMATS[wanted]}"'
            headers = {"Vary": "Accept", "ETag": tag, "Cache-Control": "max-age=3600"}
            if tag in request.headers.get("if-none-match", ""):
                return Response(None, 304, headers)
            charset = "; charset=utf-8" if wanted.startswith("text/") else ""
            return Response(_body(wanted), media_type=wanted + charset, headers=headers)

        return show

    router.get("/conformance", summary="Conformance with the W3C test suites", name="conformance")(route(None))
    for suffix in _FORMATS.values():
        router.get(f"/conformance.{suffix}", include_in_schema=False, name=f"conformance_{suffix}")(route(suffix))
    return router
