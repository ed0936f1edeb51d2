"""What a suite asks for: one record a test. Nothing here knows RDF of manifests or a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Content:
    """What a store must hold: one file for a graph; several for one graph are merged.

    Attributes:
        default: Files of the default graph.
        named: Names of graphs with their files.
    """

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One test.

    Attributes:
        iri: Name of the test in its manifest.
        name: What it tests, in words.
        suite: Key of the suite, the folder of its manifest.
        specification: Title of what the suite tests.
    """

    iri: str
    name: str
    suite: str
    specification: str


@dataclass(frozen=True, slots=True)
class QueryCase(Case):
    """A query must give an answer.

    Attributes:
        query: File of the query.
        content: What is in the store.
        result: File of the answer expected: `.srx`, `.srj`, `.csv`, `.tsv`, or a graph.
        services: Addresses of other endpoints that the query names, with the file of what each holds.
    """

    query: Path
    content: Content
    result: Path
    services: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateCase(Case):
    """An update must leave the store with what is expected.

    Attributes:
        update: File of the update.
        before: What is in the store.
        after: What must be in it then.
    """

    update: Path
    before: Content
    after: Content


@dataclass(frozen=True, slots=True)
class SyntaxCase(Case):
    """A text is SPARQL, or is not.

    Attributes:
        text: File of the text.
        update: Whether it is an update rather than a query.
        valid: Whether it must be accepted.
    """

    text: Path
    update: bool
    valid: bool


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what must come back.

    Attributes:
        method: HTTP method.
        path: Path and query as the manifest has them, with `$NAME$` for what an earlier answer said.
        headers: Header fields of the request.
        body: Body of the request; None for none.
        statuses: Names of statuses that are right, such as `Created` or `StatusCode2xx`; empty means any.
        truth: The answer to an ASK query.
        form: `boolean`, `tabular` or `RDF`: which kind of media type the answer must have.
        location: `$NAME$` that stands for the Location of the answer in later requests.
        answer_type: Media type that the answer must have.
        answer_graph: Turtle of the graph that the answer must hold.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    statuses: frozenset[str] = frozenset()
    truth: bool | None = None
    form: str | None = None
    location: str | None = None
    answer_type: str | None = None
    answer_graph: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeCase(Case):
    """Requests, one after the other, with what must come back.

    Attributes:
        graph_store: Whether they go to the graph store rather than to query and update.
        exchanges: The requests.
        content: What is in the store.
    """

    graph_store: bool
    exchanges: tuple[Exchange, ...]
    content: Content = field(default_factory=Content)


@dataclass(frozen=True, slots=True)
class DescriptionCase(Case):
    """The description of the service must be right.

    Attributes:
        check: `returns-rdf`, `has-endpoint-triple` or `conforms-to-schema`.
    """

    check: str


@dataclass(frozen=True, slots=True)
class UntestedCase(Case):
    """A test that is not run.

    Attributes:
        why: Why not.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of one test.

    Attributes:
        outcome: `passed`, `failed`, `inapplicable` (the server refuses on principle what is asked) or `untested`, as in EARL.
        why: What was wrong, refused, or why it was not run; empty where it passed.
    """

    outcome: str
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.outcome == "passed"


#: Name of a server, then IRI of a test, to what came out.
Verdicts = Mapping[str, Mapping[str, Verdict]]
