"""Reads the manifests of the W3C test suites into cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from conformance.cases import (
    Case,
    Content,
    DescriptionCase,
    Exchange,
    ExchangeCase,
    QueryCase,
    SyntaxCase,
    UntestedCase,
    UpdateCase,
)

#: Where the files of the suites stand on the web; relative IRIs in them are resolved against it.
BASE = "https://w3c.github.io/rdf-tests/sparql/sparql11/"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"

_Node = ox.NamedNode | ox.BlankNode

#: Types of tests whose action is a text, with (is an update, is valid).
_SYNTAX = {
    "PositiveSyntaxTest11": (False, True),
    "NegativeSyntaxTest11": (False, False),
    "PositiveUpdateSyntaxTest11": (True, True),
    "NegativeUpdateSyntaxTest11": (True, False),
}
#: Suites that are not run, and why.
_UNTESTED = {"entailment": "no entailment regime is offered: what is asked is what was stored"}


class ManifestError(Exception):
    """A manifest says something that this program does not understand."""


def read_suites(root: Path) -> list[Case]:
    """Return all tests that the manifest of a folder leads to, each once, by specification and in its order.

    Args:
        root: Folder with `manifest-all.ttl`, or a manifest.

    Raises:
        ManifestError: there is none, it does not parse, or has a test of an unknown type.
    """
    start = root / "manifest-all.ttl" if root.is_dir() else root
    folder = start.parent.resolve()
    found: dict[str, Case] = {}
    first = _Manifest(start.resolve(), folder, "SPARQL 1.1")
    for case in first.cases():
        found.setdefault(case.iri, case)
    order = first.titles()
    return sorted(found.values(), key=lambda case: order.index(case.specification) if case.specification in order else len(order))


def file_iri(path: Path, folder: Path) -> str:
    """Return the IRI on the web of a file below the folder of the suites."""
    return BASE + path.resolve().relative_to(folder.resolve()).as_posix()


class _Manifest:
    """One manifest file."""

    def __init__(self, path: Path, folder: Path, specification: str) -> None:
        self._path, self._folder, self._specification = path, folder, specification
        self._iri = file_iri(path, folder)
        self._store = ox.Store()
        try:
            self._store.load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=self._iri)
        except (OSError, SyntaxError, ValueError) as error:
            raise ManifestError(f"the manifest {path} cannot be read: {error}") from error

        found = self._store.quads_for_pattern(None, _node(_RDF + "type"), _node(_MF + "Manifest"), None)
        heads = [quad.subject for quad in found]
        if len(heads) != 1 or isinstance(heads[0], ox.Triple):
            raise ManifestError(f"{path} has {len(heads)} manifests; one was expected")
        self._head: _Node = heads[0]

    def cases(self) -> Iterator[Case]:
        """Yield its tests and those of manifests that it includes."""
        specifications = self._specifications()
        for included in self._list(self._one(self._head, _MF + "include")):
            title = specifications.get(included, self._specification)
            yield from _Manifest(self._file(included), self._folder, title).cases()
        for entry in self._list(self._one(self._head, _MF + "entries")):
            yield self._case(entry)

    def titles(self) -> list[str]:
        """Return the titles of the specifications that it is about, in its order."""
        listed = self._list(self._one(self._head, _MF + "includedSpecifications"))
        return [title for title in (self._text(node, _RDFS + "label") for node in listed) if title]

    def _specifications(self) -> dict[_Node, str]:
        """Return the manifests that are said to test a specification, each with its title."""
        found = {}
        for quad in self._store.quads_for_pattern(None, _node(_MF + "conformanceRequirement"), None, None):
            assert not isinstance(quad.subject, ox.Triple)
            title = self._text(quad.subject, _RDFS + "label")
            if title and isinstance(quad.object, ox.NamedNode | ox.BlankNode):
                found.update(dict.fromkeys(self._list(quad.object), title))
        return found

    @property
    def _suite(self) -> str:
        """Name of the suite: its folder, with what the manifest's own name adds."""
        more = self._path.stem.removeprefix("manifest").strip("-")
        return self._path.parent.relative_to(self._folder).as_posix() + (f"-{more}" if more else "")

    def _case(self, entry: _Node) -> Case:
        iri = entry.value
        name = " ".join((self._text(entry, _MF + "name") or iri.rpartition("#")[2]).split())
        kind = self._iri_of(entry, _RDF + "type").rpartition("#")[2]
        suite = self._suite
        about = (iri, name, suite, self._specification)
        if suite in _UNTESTED:
            return UntestedCase(*about, _UNTESTED[suite])
        if kind == "ServiceDescriptionTest":
            return DescriptionCase(*about, iri.rpartition("#")[2])
        action = self._one(entry, _MF + "action")
        if kind in _SYNTAX:
            update, valid = _SYNTAX[kind]
            text = self._file(action)
            return SyntaxCase(*about, text, update or text.suffix == ".ru", valid)
        if action is None:
            raise ManifestError(f"the test {iri} has no action")
        if kind in ("QueryEvaluationTest", "CSVResultFormatTest"):
            query = self._file(self._one(action, _QT + "query"))
            content = self._content(action, _QT)
            services = tuple(
                (self._iri_of(service, _QT + "endpoint"), self._file(self._one(service, _QT + "data")))
                for service in self._all(action, _QT + "serviceData")
            )
            return QueryCase(*about, query, content, self._file(self._one(entry, _MF + "result")), services)
        if kind == "UpdateEvaluationTest":
            result = self._one(entry, _MF + "result")
            after = Content() if result is None else self._content(result, _UT)
            update_file = self._file(self._one(action, _UT + "request"))
            return UpdateCase(*about, update_file, self._content(action, _UT), after)
        if kind in ("ProtocolTest", "GraphStoreProtocolTest"):
            exchanges = tuple(self._exchange(request) for request in self._list(self._one(action, _HT + "requests")))
            return ExchangeCase(*about, kind == "GraphStoreProtocolTest", exchanges, self._content(entry, _UT))
        raise ManifestError(f"the test {iri} is of the unknown type {kind!r}")

    def _content(self, node: _Node, vocabulary: str) -> Content:
        default = tuple(self._file(data) for data in self._all(node, vocabulary + "data"))
        named = []
        for graph in self._all(node, vocabulary + "graphData"):
            inner = self._one(graph, vocabulary + "graph")
            if inner is None:
                named.append((graph.value, self._file(graph)))
            else:
                named.append((self._text(graph, _RDFS + "label") or inner.value, self._file(inner)))
        return Content(tuple(sorted(default)), tuple(sorted(named)))

    def _exchange(self, request: _Node) -> Exchange:
        reply = self._one(request, _HT + "resp")
        if reply is None:
            raise ManifestError(f"a request in {self._path} has no response")
        truth = self._text(reply, _MF + "expectedBoolean")
        answer_headers = dict(self._headers(reply))
        answer_graph = self._text(self._one(reply, _HT + "body"), _CNT + "chars")
        return Exchange(
            method=self._text(request, _HT + "methodName") or "GET",
            path=self._text(request, _HT + "absolutePath") or "",
            headers=self._headers(request),
            body=self._body(self._one(request, _HT + "body")),
            statuses=frozenset(status.value.rpartition("#")[2] for status in self._all(reply, _MF + "expectedStatus")),
            truth=None if truth is None else truth in ("true", "1"),
            form=self._text(reply, _MF + "expectedFormat"),
            location=self._text(reply, _MF + "expectedLocation"),
            answer_type=answer_headers.get("content-type"),
            answer_graph=answer_graph,
        )

    def _headers(self, node: _Node) -> tuple[tuple[str, str], ...]:
        return tuple(
            ((self._text(field, _HT + "fieldName") or "").lower(), self._text(field, _HT + "fieldValue") or "")
            for field in self._list(self._one(node, _HT + "headers"))
        )

    def _body(self, node: _Node | None) -> bytes | None:
        text = self._text(node, _CNT + "chars")
        if text is None:
            return None
        return text.encode(self._text(node, _CNT + "characterEncoding") or "utf-8")

    def _objects(self, node: _Node | None, predicate: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        if node is None:
            return []
        return [quad.object for quad in self._store.quads_for_pattern(node, _node(predicate), None, None)]

    def _all(self, node: _Node | None, predicate: str) -> list[_Node]:
        return [found for found in self._objects(node, predicate) if isinstance(found, ox.NamedNode | ox.BlankNode)]

    def _one(self, node: _Node | None, predicate: str) -> _Node | None:
        found = self._all(node, predicate)
        if len(found) > 1:
            raise ManifestError(f"in {self._path}, {node} has {len(found)} values of {predicate}; one was expected")
        return found[0] if found else None

    def _text(self, node: _Node | None, predicate: str) -> str | None:
        found = [value.value for value in self._objects(node, predicate) if isinstance(value, ox.Literal)]
        return found[0] if found else None

    def _iri_of(self, node: _Node, predicate: str) -> str:
        found = self._one(node, predicate)
        if not isinstance(found, ox.NamedNode):
            raise ManifestError(f"in {self._path}, {node} has no {predicate}")
        return found.value

    def _list(self, node: _Node | None) -> list[_Node]:
        found: list[_Node] = []
        while node is not None and node.value != _RDF + "nil":
            first = self._one(node, _RDF + "first")
            if first is None:
                raise ManifestError(f"a list in {self._path} is broken")
            found.append(first)
            node = self._one(node, _RDF + "rest")
        return found

    def _file(self, node: _Node | None) -> Path:
        if not isinstance(node, ox.NamedNode) or not node.value.startswith(BASE):
            raise ManifestError(f"in {self._path}, {node} is no file of the suites")
        path = self._folder / unquote(node.value.removeprefix(BASE))
        if not path.is_file():
            raise ManifestError(f"{self._path} names {path}, which does not exist")
        return path


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)
