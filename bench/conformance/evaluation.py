"""Runs one test against a server."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from conformance import graphs, solutions
from conformance.cases import (
    Case,
    Content,
    DescriptionCase,
    ExchangeCase,
    QueryCase,
    SyntaxCase,
    UntestedCase,
    UpdateCase,
    Verdict,
)
from conformance.client import Reply, Unreachable, send
from conformance.description import check_description
from conformance.endpoints import Endpoints
from conformance.exchanges import run_exchanges
from conformance.manifests import ManifestError, file_iri
from conformance.servers import Server
from conformance.solutions import BrokenAnswer, Table

_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
#: Suffix of the file of an expected answer, and the media type that is asked for.
_ASKED = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
}


class _Wrong(Exception):
    """A test failed; the text says why."""


class _Refused(Exception):
    """The server refuses on principle what a test asks; the text is what it says."""


class Runner:
    """Runs tests, one at a time, each over the content that it asks for.

    Args:
        server: Who is tested. Everything in its store is deleted.
        folder: Folder of the suites.
        endpoints: What stands for the endpoints that tests of SERVICE name; None where the server cannot be told of it.
    """

    def __init__(self, server: Server, folder: Path, endpoints: Endpoints | None = None) -> None:
        self._server = server
        self._folder = folder
        self._endpoints = endpoints
        self._loaded: Content | None = None  # what is in the store, as long as nothing but queries went out

    def run(self, case: Case) -> Verdict:
        """Run one test; whatever the server does wrong is its verdict."""
        try:
            if isinstance(case, UntestedCase):
                return Verdict("untested", case.why)
            if isinstance(case, QueryCase) and case.services and self._endpoints is None:
                return Verdict("untested", "asks endpoints on the web that do not exist")
            self._run(case)
        except _Refused as refused:
            self._loaded = None
            return Verdict("inapplicable", f"refused: {refused}")
        except (_Wrong, BrokenAnswer, Unreachable) as error:
            self._loaded = None
            return Verdict("failed", str(error))
        return Verdict("passed")

    def _run(self, case: Case) -> None:
        if isinstance(case, QueryCase):
            self._query(case)
        elif isinstance(case, UpdateCase):
            self._update(case)
        elif isinstance(case, SyntaxCase):
            self._syntax(case)
        elif isinstance(case, ExchangeCase):
            self._load(case.content)
            self._loaded = None
            _say(run_exchanges(case, self._server))
        elif isinstance(case, DescriptionCase):
            _say(check_description(case.check, self._server.query))
        else:
            raise TypeError(f"there is no way to run {case!r}")

    def _query(self, case: QueryCase) -> None:
        self._load(case.content)
        if self._endpoints is not None and case.services and (wrong := self._endpoints.fill(case.services)):
            raise RuntimeError(f"what stands for other endpoints cannot be filled: {wrong}")
        expected = self._expected(case.result)
        if isinstance(expected, list):
            reply = self._ask(self._text(case.query), "text/turtle")
            _say(graphs.difference(expected, graphs.read(reply.body, reply.media_type)))
            return
        media_type = _ASKED.get(case.result.suffix, _ASKED[".srj"])
        reply = self._ask(self._text(case.query), media_type)
        if reply.media_type != media_type:
            raise _Wrong(f"{media_type} was asked for, and {reply.media_type or 'no media type'} came")
        _say(solutions.difference(expected, solutions.read(reply.body, media_type)))

    def _expected(self, path: Path) -> Table | bool | list[ox.Triple]:
        """Return the answer that a file of the suites holds."""
        try:
            if path.suffix in _ASKED:
                return solutions.read(path.read_bytes(), _ASKED[path.suffix])
        except BrokenAnswer as error:
            raise ManifestError(f"{path}: {error}") from error
        triples = graphs.read_file(path, self._iri(path))
        described = solutions.read_result_set(triples)
        return triples if described is None else described

    def _update(self, case: UpdateCase) -> None:
        self._load(case.before)
        self._loaded = None
        reply = _allowed(self._post(self._server.update, _UPDATE, self._text(case.update)))
        if not reply.fine:
            raise _Wrong(f"the update was answered with {reply}")
        expected = self._content(case.after)
        names = {str(row[0].value) for row in self._names()}
        for name in sorted(name for name in expected if name):
            names.add(name)
        for name in ["", *sorted(names)]:
            found = self._graph(name)
            if difference := graphs.difference(expected.get(name, []), found):
                raise _Wrong(f"in {f'the graph <{name}>' if name else 'the default graph'}: {difference}")

    def _syntax(self, case: SyntaxCase) -> None:
        url, kind = (self._server.update, _UPDATE) if case.update else (self._server.query, _QUERY)
        text = self._text(case.text) if case.valid else case.text.read_text("utf-8")
        if case.update:
            self._loaded = None
        reply = _allowed(self._post(url, kind, text))
        if not case.valid:
            if reply.status != 400:
                raise _Wrong(f"what is no SPARQL was answered with status {reply.status} instead of 400")
        elif not reply.fine and (reply.status == 400 or self._post(url, kind, f"{text}\n}}").status != 400):
            # SPARQL that cannot be carried out (a graph that is not there, an endpoint that may not be asked) is not a fault of
            # its syntax. That it was parsed at all is seen by what becomes of the same text with an error at its end.
            raise _Wrong(f"what is SPARQL was answered with {reply}")

    def _text(self, path: Path) -> str:
        """Return a query or update with the base that its relative IRIs have on the web."""
        return f"BASE <{self._iri(path)}>\n{path.read_text('utf-8')}"

    def _iri(self, path: Path) -> str:
        return file_iri(path, self._folder)

    def _ask(self, query: str, accept: str) -> Reply:
        reply = _allowed(self._post(self._server.query, _QUERY, query, accept))
        if not reply.fine:
            raise _Wrong(f"the query was answered with {reply}")
        return reply

    def _names(self) -> list[tuple[ox.NamedNode]]:
        """Return the names of the graphs that hold something."""
        reply = self._ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", _ASKED[".srj"])
        table = solutions.read(reply.body, reply.media_type)
        assert not isinstance(table, bool)
        return [(name,) for (name,) in table.rows if isinstance(name, ox.NamedNode)]

    def _graph(self, name: str) -> list[ox.Triple]:
        reply = send("GET", self._address(name), [("Accept", "application/n-triples")])
        if reply.status == 404 and name:
            return []  # whether an empty graph exists is left to the store (SPARQL 1.1 Update, section 3.2)
        if not reply.fine:
            raise _Wrong(f"a graph cannot be read: {reply}")
        return graphs.read(reply.body, reply.media_type)

    def _address(self, name: str) -> str:
        return self._server.graphs + (f"?graph={quote(name, safe='')}" if name else "?default")

    def _content(self, content: Content) -> dict[str, list[ox.Triple]]:
        """Return the graphs by name; that of the default graph is empty."""
        found: dict[str, list[ox.Triple]] = {}
        for name, path in [("", path) for path in content.default] + list(content.named):
            found.setdefault(name, []).extend(graphs.read_file(path, self._iri(path)))
        return found

    def _load(self, content: Content) -> None:
        """Make the store hold exactly this."""
        if self._loaded == content:
            return
        self._loaded = None
        emptied = self._post(self._server.update, _UPDATE, "DROP ALL")
        if not emptied.fine:
            raise _Wrong(f"the store cannot be emptied: {emptied}")
        for name, triples in self._content(content).items():
            headers = [("Content-Type", "application/n-triples")]
            reply = send("PUT", self._address(name), headers, graphs.n_triples(triples))
            if not reply.fine:
                raise _Wrong(f"{name or 'the default graph'} cannot be loaded: {reply}")
        self._loaded = content

    @staticmethod
    def _post(url: str, kind: str, text: str, accept: str | None = None) -> Reply:
        headers = [("Content-Type", kind)] + ([("Accept", accept)] if accept else [])
        return send("POST", url, headers, text.encode("utf-8"))


def _allowed(reply: Reply) -> Reply:
    """Return an answer, unless it says that calling other hosts is not allowed."""
    if reply.status == 403 and reply.problem.get("code") == "federation_disabled":
        raise _Refused(reply.problem.get("detail", "calls of other hosts"))
    return reply


def _say(difference: str | None) -> None:
    if difference is not None:
        raise _Wrong(difference)
