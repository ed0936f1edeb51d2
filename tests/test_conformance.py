"""The conformance runner with planted faults, the page of its report, and the suites against the running service."""

from __future__ import annotations

import gzip
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from helpers import SHARED

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

from conformance import graphs, solutions, tables
from conformance.cases import Case, ExchangeCase, QueryCase, SyntaxCase, UntestedCase, UpdateCase, Verdict
from conformance.command import REPORT, main
from conformance.description import check_description
from conformance.earl import write_earl
from conformance.endpoints import Endpoints, standing
from conformance.evaluation import Runner
from conformance.manifests import BASE, ManifestError, read_suites
from conformance.page import conformance_page
from conformance.servers import Server, addresses, crisiskg, oxigraph
from conformance.solutions import Blank, BrokenAnswer, Table, by_value, difference

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
XSD = "http://www.w3.org/2001/XMLSchema#"
SUITES = SHARED / "conformance" / "rdf-tests"


def table(*rows: tuple[object, ...], names: str = "x y", ordered: bool = False) -> Table:
    return Table(tuple(names.split()), rows, ordered)


A, B, C, P, Q = (Blank(label) for label in "abcpq")

# --- solutions


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (table((1, 2), (3, 4)), table((3, 4), (1, 2))),
        (table((1, 2), names="x y"), table((2, 1), names="y x")),
        (table((A, B), (B, A)), table((P, Q), (Q, P))),
        (table((A, B), (B, C), (C, A)), table((C, A), (B, C), (A, B))),
        (table((A, 1), (A, 2), (B, 3)), table((Q, 3), (P, 2), (P, 1))),
        (table((A, None)), table((P, None))),
        (table(), table()),
        (table((), (), names=""), table((), (), names="")),
        (table((1, A), (2, A), ordered=True), table((1, P), (2, P))),
        (True, True),
    ],
)
def test_answers_that_are_the_same(expected: Table | bool, got: Table | bool) -> None:
    assert difference(expected, got) is None


@pytest.mark.parametrize(
    ("expected", "got", "why"),
    [
        (table((1, 2)), table((1, 3)), "missing"),
        (table((1, 2)), table((1, 2), (1, 2)), "2 rows, not 1"),
        (table((1, 1), (1, 1), (2, 2)), table((1, 1), (2, 2), (2, 2)), "missing"),
        (table((1, 2), names="x y"), table((1, 2), names="x z"), "columns are x z, not x y"),
        (table((A, A)), table((P, Q)), "no choice"),
        (table((A, B)), table((P, P)), "no choice"),
        (table((A, 1), (A, 2)), table((P, 1), (Q, 2)), "no choice"),
        (table((A, B), (B, C), (C, A)), table((A, B), (B, A), (C, C)), "no choice"),
        (table((A, 1)), table((2, 1)), "0 rows with blank nodes, not 1"),
        (table((1, None)), table((1, 2)), "missing"),
        (table((1, 1), (2, 2), ordered=True), table((2, 2), (1, 1)), "order"),
        (True, False, "false, not true"),
        (False, table(), "a table, not a truth value"),
    ],
)
def test_answers_that_are_not_the_same(expected: Table | bool, got: Table | bool, why: str) -> None:
    assert why in str(difference(expected, got))


def test_blank_nodes_are_tried_until_they_fit_also_in_long_answers() -> None:
    ring = [(Blank(str(n)), Blank(str((n + 1) % 1200))) for n in range(1200)]
    turned = [(Blank(f"t{(n + 7) % 1200}"), Blank(f"t{(n + 8) % 1200}")) for n in range(1200)]
    assert difference(table(*ring), table(*turned)) is None
    pairs = table((A, B), (B, A), (C, C))
    assert difference(pairs, table((P, P), (Q, A), (A, Q))) is None  # the first choice for a leads nowhere


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("1", "integer"), ("01", "integer"), True),
        (("1", "integer"), ("1", "int"), False),
        (("1.50", "decimal"), ("1.5", "decimal"), True),
        (("1.5", "decimal"), ("1.50000000000000000000000000001", "decimal"), False),
        (("1.0e6", "double"), ("1E6", "double"), True),
        (("INF", "double"), ("+INF", "double"), True),
        (("NaN", "double"), ("NaN", "double"), True),
        (("1", "boolean"), ("true", "boolean"), True),
        (("x", "integer"), ("x", "integer"), True),
        (("x", "integer"), ("y", "integer"), False),
        (("1", "string"), ("1", "integer"), False),
        (("1", "string"), ("01", "string"), False),
    ],
)
def test_numbers_of_one_datatype_are_compared_by_value(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    left, right = (by_value(ox.Literal(text, datatype=ox.NamedNode(XSD + kind))) for text, kind in (one, other))
    assert (left == right) is same
    assert not same or hash(left) == hash(right)


def test_language_tags_have_no_case_and_texts_do() -> None:
    assert by_value(ox.Literal("a", language="EN")) == by_value(ox.Literal("a", language="en"))
    assert by_value(ox.Literal("a", language="en")) != by_value(ox.Literal("A", language="en"))
    assert by_value(ox.Literal("a", language="en")) != by_value(ox.Literal("a"))


def test_tables_are_read_from_every_format() -> None:
    json = b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"bnode","value":"b"}},{}]}}'
    xml = (
        b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="x"/></head><results>'
        b'<result><binding name="x"><bnode>z</bnode></binding></result><result/></results></sparql>'
    )
    found = [solutions.read(body, kind) for body, kind in ((json, JSON), (xml, XML), (b"?x\n_:k\n\n", TSV))]
    assert all(difference(found[0], other) is None for other in found[1:])
    assert solutions.read(b'{"head":{},"boolean":false}', JSON) is False


def test_csv_has_no_datatypes() -> None:
    expected = solutions.read(b'x,y\r\n1.0e6,"a, ""b"""\r\n_:a,_:a\r\n', CSV)
    assert difference(expected, solutions.read(b'x,y\n_:q,_:q\n1000000,"a, ""b"""\n', CSV)) is None
    assert difference(expected, solutions.read(b'x,y\n_:q,_:r\n1000000,"a, ""b"""\n', CSV))
    assert difference(expected, solutions.read(b'x,y\n_:q,_:q\n1000001,"a, ""b"""\n', CSV))
    assert solutions.read(b"x\r\n\r\n", CSV) == table(("",), names="x")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", JSON),
        (b"<sparql>", XML),
        (b"x\n1,2\n", CSV),
        (b"", CSV),
        (b"\xff", CSV),
        (b"<html>", "text/html"),
        (b"?x\n<a", TSV),
    ],
)
def test_a_broken_answer_is_no_answer(body: bytes, kind: str) -> None:
    with pytest.raises(BrokenAnswer):
        solutions.read(body, kind)


def test_result_sets_in_rdf() -> None:
    text = """@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> .
    [] a rs:ResultSet ; rs:resultVariable "x", "y" ;
       rs:solution [ rs:index 2 ; rs:binding [ rs:variable "x" ; rs:value _:a ] ],
                   [ rs:index 1 ; rs:binding [ rs:variable "x" ; rs:value 7 ], [ rs:variable "y" ; rs:value _:a ] ] ."""
    found = solutions.read_result_set(graphs.read(text, "text/turtle"))
    seven = (7, XSD + "integer")
    assert isinstance(found, Table)
    assert difference(found, table((seven, P), (P, None))) is None
    assert difference(found, table((P, None), (seven, P)))
    told = '[] <http://www.w3.org/2001/sw/DataAccess/tests/result-set#boolean> "true" .'
    assert solutions.read_result_set(graphs.read(told, "text/turtle")) is True
    assert solutions.read_result_set(graphs.read("<a:s> <a:p> 1 .", "text/turtle")) is None


# --- graphs


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("[] <a:p> [ <a:q> 1 ] .", "_:x <a:p> _:y . _:y <a:q> 01 .", True),
        ("[] <a:p> [ <a:q> 1 ] .", "_:x <a:p> _:y . _:x <a:q> 1 .", False),
        ("<a:s> <a:p> 1.0 .", "<a:s> <a:p> 1.00 .", True),
        ("<a:s> <a:p> 1 .", "<a:s> <a:p> 2 .", False),
        ("<a:s> <a:p> 1 .", "<a:s> <a:p> 1 , 2 .", False),
        ('<a:s> <a:p> "a"@en .', '<a:s> <a:p> "a" .', False),
        ("", "", True),
    ],
)
def test_graphs_are_compared_by_isomorphism(one: str, other: str, same: bool) -> None:
    left, right = graphs.read(one, "text/turtle"), graphs.read(other, "text/turtle")
    assert (graphs.difference(left, right) is None) is same


def test_a_broken_graph_is_no_answer() -> None:
    for body, kind in (("<a", "text/turtle"), ("", "text/html"), ("<a:s> <a:p> <a:o> <a:g> .", "application/n-quads")):
        with pytest.raises(BrokenAnswer):
            graphs.read(body, kind)


# --- manifests

PREFIXES = """@prefix : <urn:test#> . @prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
@prefix ut: <http://www.w3.org/2009/sparql/tests/test-update#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix ht: <http://www.w3.org/2011/http#> .
@prefix cnt: <http://www.w3.org/2011/content#> . @prefix hts: <http://www.w3.org/2011/http-statusCodes#> .
"""
MANIFEST = """<> a mf:Manifest ; mf:entries ( :ask :ask-wrong :rows :change :good :bad :talk :talk-store :elsewhere ) .
:ask a mf:QueryEvaluationTest ; mf:name "a truth" ; mf:action [ qt:query <ask.rq> ; qt:data <data.ttl> ] ; mf:result <true.srj> .
:ask-wrong a mf:QueryEvaluationTest ; mf:name "a lie" ; mf:action [ qt:query <ask.rq> ] ; mf:result <true.srj> .
:rows a mf:QueryEvaluationTest ; mf:name "rows" ;
  mf:action [ qt:query <rows.rq> ; qt:graphData <data.ttl> ] ; mf:result <rows.csv> .
:change a mf:UpdateEvaluationTest ; mf:name "a change" ;
  mf:action [ ut:request <change.ru> ; ut:data <data.ttl> ] ;
  mf:result [ ut:data <data.ttl> ; ut:graphData [ ut:graph <data.ttl> ; rdfs:label "http://example.org/g" ] ] .
:good a mf:PositiveSyntaxTest11 ; mf:name "a query" ; mf:action <ask.rq> .
:bad a mf:NegativeUpdateSyntaxTest11 ; mf:name "no update" ; mf:action <bad.ru> .
:talk a mf:ProtocolTest ; mf:name "a talk" ; ut:graphData [ ut:graph <data.ttl> ; rdfs:label "http://example.org/g" ] ;
  mf:action [ ht:requests ( [ ht:methodName "GET" ;
    ht:absolutePath "/sparql/?query=ASK%20%7B%20GRAPH%20%3Fg%20%7B%3Fs%20%3Fp%20%3Fo%7D%7D" ;
    ht:resp [ mf:expectedStatus hts:StatusCode2xx ; mf:expectedBoolean true ; mf:expectedFormat "boolean" ] ] ) ] .
:talk-store a mf:GraphStoreProtocolTest ; mf:name "a graph" ; mf:action [ ht:requests (
  [ ht:methodName "PUT" ; ht:absolutePath "/gsp?graph=http%3A%2F%2Fexample.org%2Fnew" ;
    ht:headers ( [ ht:fieldName "content-type" ; ht:fieldValue "text/turtle; charset=utf-8" ] ) ;
    ht:body [ cnt:characterEncoding "UTF-8" ; cnt:chars "<a:s> <a:p> [] ." ] ; ht:resp [ mf:expectedStatus hts:Created ] ]
  [ ht:methodName "GET" ; ht:absolutePath "/gsp?graph=http://example.org/new" ;
    ht:headers ( [ ht:fieldName "accept" ; ht:fieldValue "text/turtle" ] ) ;
    ht:resp [ mf:expectedStatus hts:OK ; ht:headers ( [ ht:fieldName "content-type" ; ht:fieldValue "text/turtle" ] ) ;
      ht:body [ cnt:chars "<a:s> <a:p> _:z ." ] ] ] ) ] .
:elsewhere a mf:QueryEvaluationTest ; mf:action [ qt:query <ask.rq> ; qt:data <data.ttl> ;
  qt:serviceData [ qt:endpoint <http://example.org/sparql> ; qt:data <data.ttl> ] ] ; mf:result <true.srj> .
"""
FILES = {
    "data.ttl": "<#s> <http://example.org/p> 1 , [] .",
    "ask.rq": "ASK { <data.ttl#s> ?p 1 }",
    "true.srj": '{"head": {}, "boolean": true}',
    "rows.rq": "SELECT ?g ?o { GRAPH ?g { ?s ?p ?o } } ORDER BY ?o",
    "rows.csv": f"g,o\r\n{BASE}small/data.ttl,1\r\n{BASE}small/data.ttl,_:b\r\n",
    "change.ru": "INSERT { GRAPH <http://example.org/g> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "bad.ru": "INSERT DATA { ?s ?p ?o }",
}


def suite(folder: Path, manifest: str = MANIFEST, **files: str) -> Path:
    """Write a suite of our own: a manifest that includes another."""
    (folder / "small").mkdir(parents=True)
    for name, text in (FILES | {name.replace("__", "."): text for name, text in files.items()}).items():
        (folder / "small" / name).write_text(text)
    (folder / "small" / "manifest.ttl").write_text(PREFIXES + manifest)
    (folder / "manifest-all.ttl").write_text(
        PREFIXES + "<> a mf:Manifest ; mf:include ( <small/manifest.ttl> ) ; mf:includedSpecifications ( <urn:spec> ) ."
        '<urn:spec> rdfs:label "A specification" ; mf:conformanceRequirement ( <small/manifest.ttl> ) .'
    )
    return folder


def test_a_manifest_is_read_into_cases(tmp_path: Path) -> None:
    cases = read_suites(suite(tmp_path))
    kinds = [QueryCase, QueryCase, QueryCase, UpdateCase, SyntaxCase, SyntaxCase, ExchangeCase, ExchangeCase, QueryCase]
    assert [type(case) for case in cases] == kinds
    assert {(case.suite, case.specification) for case in cases} == {("small", "A specification")}
    rows, change, talk = cases[2], cases[3], cases[7]
    assert isinstance(rows, QueryCase)
    assert rows.content.named == ((f"{BASE}small/data.ttl", tmp_path / "small" / "data.ttl"),)
    assert isinstance(change, UpdateCase)
    assert change.after.named == (("http://example.org/g", tmp_path / "small" / "data.ttl"),)
    assert isinstance(talk, ExchangeCase)
    assert talk.exchanges[0].statuses == {"Created"}
    assert talk.exchanges[1].answer_graph == "<a:s> <a:p> _:z ."


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ("<> a mf:Manifest", "cannot be read"),
        ("<urn:x> a mf:Manifest . <urn:y> a mf:Manifest .", "2 manifests"),
        ("<> a mf:Manifest ; mf:entries ( :x ) . :x a mf:DanceTest ; mf:action [] .", "unknown type 'DanceTest'"),
        ("<> a mf:Manifest ; mf:entries ( :x ) . :x a mf:PositiveSyntaxTest11 ; mf:action <gone.rq> .", "does not exist"),
        ("<> a mf:Manifest ; mf:entries ( :x ) . :x a mf:PositiveSyntaxTest11 ; mf:action <http://example.org/x> .", "no file"),
        ("<> a mf:Manifest ; mf:entries ( :x ) . :x a mf:QueryEvaluationTest .", "no action"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_refused(tmp_path: Path, manifest: str, why: str) -> None:
    with pytest.raises(ManifestError, match=why):
        read_suites(suite(tmp_path, manifest))


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([str(suite(tmp_path)), "--only", "nothing-like-it"]) == 2
    assert main([str(tmp_path), "--server", "oxigraph", "--oxigraph", "/nowhere/oxigraph"]) == 2
    error = capsys.readouterr().err
    assert "no manifest-all.ttl" in error
    assert "no test has any of nothing-like-it" in error
    assert "/nowhere/oxigraph" in error
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--write", "--only", "ask"])


# --- running, against a server that can be told to be wrong

Reply = tuple[int, str, str]


class Scripted:
    """A server that answers what it is told, and otherwise that all is well.

    Args:
        answers: Method, and what must stand in the address or the body, with the answer: status, media type, body.
    """

    def __init__(self, answers: dict[tuple[str, str], Reply]) -> None:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                script.asked.append((self.command, self.path, body))
                for (method, word), reply in answers.items():
                    if method == self.command and (word in self.path or word in body):
                        self.answer(*reply)
                        return
                self.answer(204, "", "")

            def answer(self, status: int, kind: str, text: str) -> None:
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.asked: list[tuple[str, str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    def __enter__(self) -> Server:
        self._thread.start()
        root = f"http://127.0.0.1:{self._http.server_address[1]}"
        return Server("crisiskg", "0", *addresses(root, ("/sparql", "/sparql", "/graphs")))

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def judged(folder: Path, name: str, answers: dict[tuple[str, str], Reply]) -> Verdict:
    case = next(case for case in read_suites(folder) if case.iri == f"urn:test#{name}")
    with Scripted(answers) as server:
        return Runner(server, folder).run(case)


TRUE, FALSE = '{"head": {}, "boolean": true}', '{"head": {}, "boolean": false}'
ROWS = f"g,o\n{BASE}small/data.ttl,1.0\n{BASE}small/data.ttl,_:q\n"
GRAPH = f'<{BASE}small/data.ttl#s> <http://example.org/p> "1"^^<{XSD}integer> , _:x .'
NAMES = '{"head": {"vars": ["g"]}, "results": {"bindings": [{"g": {"type": "uri", "value": "http://example.org/g"}}]}}'
NO_NAMES = '{"head": {"vars": ["g"]}, "results": {"bindings": []}}'
CHANGED = {
    ("POST", "SELECT DISTINCT"): (200, JSON, NAMES),
    ("GET", "/graphs"): (200, "text/turtle", GRAPH),
}


@pytest.mark.parametrize(
    ("name", "answers", "why"),
    [
        ("ask", {("POST", "ASK"): (200, JSON, TRUE)}, None),
        ("ask", {("POST", "ASK"): (200, JSON, FALSE)}, "false, not true"),
        ("ask", {("POST", "ASK"): (200, XML, TRUE)}, "was asked for"),
        ("ask", {("POST", "ASK"): (200, JSON, TRUE[:-1])}, "does not parse"),
        ("ask", {("POST", "ASK"): (500, "text/plain", "out of order")}, "status 500: out of order"),
        ("ask", {("PUT", "default"): (507, "", "")}, "the default graph cannot be loaded: status 507"),
        ("ask", {("POST", "DROP ALL"): (403, "", "")}, "cannot be emptied"),
        ("rows", {("POST", "SELECT"): (200, CSV, ROWS)}, None),
        ("rows", {("POST", "SELECT"): (200, CSV, ROWS + "again,1\n")}, "3 rows, not 2"),
        ("change", CHANGED, None),
        ("change", {("POST", "INSERT"): (500, "", ""), **CHANGED}, "the update was answered"),
        ("change", {**CHANGED, ("GET", "/graphs"): (200, "text/turtle", GRAPH[:-2] + ", 2 .")}, "3 triples, not 2"),
        (
            "change",
            {("GET", "?graph="): (404, "", ""), **CHANGED, ("POST", "SELECT DISTINCT"): (200, JSON, NO_NAMES)},
            "the graph <http://example.org/g>: there are 0 triples, not 2",
        ),
        (
            "change",
            {**CHANGED, ("POST", "SELECT DISTINCT"): (200, JSON, NAMES.replace("org/g", "org/other"))},
            "http://example.org/other",
        ),
        ("good", {("POST", "ASK"): (200, JSON, TRUE)}, None),
        ("good", {("POST", "ASK"): (400, "", "")}, "what is SPARQL was answered with status 400"),
        ("good", {("POST", "1 }\n}"): (400, "", ""), ("POST", "ASK"): (403, "", "")}, None),
        ("good", {("POST", "ASK"): (403, "", "")}, "status 403"),  # refused, and perhaps not parsed
        ("bad", {("POST", "INSERT"): (400, "", "")}, None),
        ("bad", {("POST", "INSERT"): (204, "", "")}, "status 204 instead of 400"),
        ("bad", {("POST", "INSERT"): (500, "", "")}, "status 500 instead of 400"),
        ("talk", {("GET", "query="): (200, JSON, TRUE)}, None),
        ("talk", {("GET", "query="): (200, JSON, FALSE)}, "not true"),
        ("talk", {("GET", "query="): (200, "text/html", TRUE)}, "type text/html"),
        ("talk", {("GET", "query="): (404, "", "")}, "instead of StatusCode2xx"),
        ("talk-store", {("PUT", ""): (201, "", ""), ("GET", ""): (200, "text/turtle", "<a:s> <a:p> _:y .")}, None),
        ("talk-store", {("PUT", ""): (204, "", "")}, "request 1, PUT"),
        ("talk-store", {("PUT", ""): (201, "", ""), ("GET", ""): (200, "text/turtle", "<a:s> <a:p> 1 .")}, "not isomorphic"),
        ("talk-store", {("PUT", ""): (201, "", ""), ("GET", ""): (200, "application/n-triples", "")}, "not text/turtle"),
    ],
)
def test_what_a_server_does_wrong_is_its_verdict(
    tmp_path: Path, name: str, answers: dict[tuple[str, str], Reply], why: str | None
) -> None:
    verdict = judged(suite(tmp_path), name, answers)
    if why is None:
        assert verdict == Verdict("passed")
    else:
        assert verdict.outcome == "failed"
        assert why in verdict.why


@pytest.mark.parametrize(("name", "word"), [("ask", "ASK"), ("change", "INSERT"), ("good", "ASK"), ("bad", "INSERT")])
def test_what_is_refused_on_principle_has_neither_passed_nor_failed(tmp_path: Path, name: str, word: str) -> None:
    body = '{"code": "federation_disabled", "detail": "LOAD is not allowed", "request_id": "1"}'
    verdict = judged(suite(tmp_path), name, {("POST", word): (403, "application/problem+json", body)})
    assert verdict == Verdict("inapplicable", "refused: LOAD is not allowed")


def test_a_server_that_is_gone_fails(tmp_path: Path) -> None:
    case = read_suites(suite(tmp_path))[0]
    with Scripted({}) as server:
        pass
    assert Runner(server, tmp_path).run(case).why.startswith("no answer to POST")


def test_other_endpoints_are_not_asked(tmp_path: Path) -> None:
    assert judged(suite(tmp_path), "elsewhere", {}).outcome == "untested"


def test_one_server_stands_for_other_endpoints(tmp_path: Path) -> None:
    queries = {"ask__rq": "ASK { SERVICE <http://example.org/sparql> { ?s ?p 1 } SERVICE SILENT <gone> {} }"}
    folder = suite(tmp_path, **queries)
    cases = read_suites(folder)
    case = next(case for case in cases if case.iri == "urn:test#elsewhere")
    assert isinstance(case, QueryCase)
    scripted = Scripted({("POST", "ASK"): (200, JSON, TRUE)})
    with scripted as server:
        endpoints = Endpoints(server, cases, folder)
        assert Runner(server, folder, endpoints).run(case) == Verdict("passed")
        profiles = tomllib.loads(endpoints.profiles())
    assert {found["iri"]: found["url"] for found in profiles.values()} == {
        "http://example.org/sparql": f"{server.query}?default-graph-uri=http%3A%2F%2Fexample.org%2Fsparql",
        f"{BASE}small/gone": f"{server.query}/nothing-here",
    }
    filled = [body for method, path, body in scripted.asked if method == "PUT" and path.endswith("example.org%2Fsparql")]
    assert [f"{BASE}small/data.ttl#s" in body for body in filled] == [True]


def test_a_fault_of_the_suite_is_not_the_servers(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"true\.srj"):
        judged(suite(tmp_path / "a", true__srj="{"), "ask", {})
    with pytest.raises(ManifestError, match=r"data\.ttl"):
        judged(suite(tmp_path / "b", data__ttl="<"), "ask", {})


# --- the description of the service

SD = """@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
<#service> a sd:Service ; sd:endpoint <ENDPOINT> ; sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:EmptyGraphs ;
  sd:defaultDataset [ a sd:Dataset ; sd:defaultGraph [ a sd:Graph ] ; sd:namedGraph [ a sd:NamedGraph ; sd:name <urn:g> ] ] ."""


@pytest.mark.parametrize(
    ("change", "check", "why"),
    [
        (("", ""), "returns-rdf", None),
        (("", ""), "has-endpoint-triple", None),
        (("", ""), "conforms-to-schema", None),
        ((SD, ""), "returns-rdf", "empty graph"),
        (("<#service>", "<#service"), "returns-rdf", "does not parse"),
        (("ENDPOINT", "http://example.org/other"), "has-endpoint-triple", "http://example.org/other"),
        (("a sd:Service ;", ""), "conforms-to-schema", "sd:Service"),
        (("sd:endpoint <ENDPOINT>", 'sd:endpoint "ENDPOINT"'), "conforms-to-schema", "sd:endpoint"),
        (("sd:SPARQL11Query", "sd:SPARQL11Dance"), "conforms-to-schema", "SPARQL11Dance"),
        (("sd:feature", "sd:hasFeature"), "conforms-to-schema", "no term"),
        (("sd:name <urn:g>", 'sd:name "g"'), "conforms-to-schema", "sd:name"),
        (("sd:name <urn:g>", "sd:name <urn:g>, <urn:h>"), "conforms-to-schema", "sd:name"),
        (("sd:defaultGraph [ a sd:Graph ]", "sd:defaultGraph [], []"), "conforms-to-schema", "sd:defaultGraph"),
    ],
)
def test_descriptions_are_held_to_their_vocabulary(change: tuple[str, str], check: str, why: str | None) -> None:
    text = SD.replace(*change) if change[0] else SD
    answers = {("GET", "/sparql"): (200, "text/turtle", text)}
    with Scripted(answers) as server:
        answers[("GET", "/sparql")] = (200, "text/turtle", "@base <http://x/> . " + text.replace("ENDPOINT", server.query))
        found = check_description(check, server.query)
    assert (found is None) if why is None else (why in str(found))


# --- what is written

CASES = [
    Case("urn:test#one", 'first "test" <b>', "small", "A specification"),
    Case("urn:test#two", "second", "small", "A specification"),
    Case("urn:test#load", "a call", "small", "A specification"),
    UntestedCase("urn:test#three", "third", "other", "Another one", "too far away"),
]
SERVERS = [Server("crisiskg", "9.9", "", "", ""), Server("oxigraph", "0.5", "", "", "")]
VERDICTS = {
    "crisiskg": {
        "urn:test#one": Verdict("passed"),
        "urn:test#two": Verdict("failed", "<script> | no rows"),
        "urn:test#load": Verdict("inapplicable", "refused: no calls"),
        "urn:test#three": Verdict("untested", "too far away"),
    },
    "oxigraph": {
        "urn:test#one": Verdict("failed", "no answer"),
        "urn:test#two": Verdict("passed"),
        "urn:test#load": Verdict("passed"),
        "urn:test#three": Verdict("untested", "too far away"),
    },
}
DAY = date(2026, 11, 22)


def test_totals_and_what_is_below() -> None:
    rows = tables.totals(CASES, VERDICTS, SERVERS, lambda case: case.suite)
    assert rows == [["small", "3", "1", "2", "1", ""], ["other", "1", "0", "0", "", "1"], ["all", "4", "1", "2", "1", "1"]]
    assert [case.iri for case in tables.below(CASES, VERDICTS)] == ["urn:test#two"]
    lines = "\n".join(tables.terminal(CASES, VERDICTS, SERVERS, every=False))
    assert "small#two: crisiskg failed, oxigraph passed" in lines
    assert "crisiskg: <script> | no rows" in lines
    assert "three" not in lines


def test_the_report_is_earl_and_comes_out_the_same() -> None:
    body = write_earl(CASES, VERDICTS, SERVERS, DAY)
    assert body == write_earl(CASES, VERDICTS, SERVERS, DAY)
    store = ox.Store()
    store.load(body, format=ox.RdfFormat.TURTLE)
    query = """PREFIX earl: <http://www.w3.org/ns/earl#> PREFIX doap: <http://usefulinc.com/ns/doap#> PREFIX dc: <http://purl.org/dc/terms/>
    SELECT ?version ?test ?outcome ?info ?day { ?a a earl:Assertion ; earl:assertedBy/dc:title ?by ; earl:mode earl:automatic ;
      earl:subject [ a earl:TestSubject ; doap:name ?name ; doap:release/doap:revision ?version ] ;
      earl:test ?test ; earl:result ?r . ?test a earl:TestCase ; dc:title ?title ; dc:isPartOf/dc:title ?suite .
      ?r a earl:TestResult ; earl:outcome ?outcome ; dc:date ?day OPTIONAL { ?r earl:info ?info } }"""
    result = store.query(query)
    assert isinstance(result, ox.QuerySolutions)
    found = {
        (row["version"].value, row["test"].value): (row["outcome"].value.rpartition("#")[2], row["info"] and row["info"].value)
        for row in result
    }
    names = {server.name: server.version for server in SERVERS}
    assert found == {
        (names[server], iri): (verdict.outcome, verdict.why or None)
        for server, verdicts in VERDICTS.items()
        for iri, verdict in verdicts.items()
    }


def test_the_page_of_the_documentation_names_every_difference() -> None:
    text = conformance_page(CASES, VERDICTS, SERVERS, DAY, ["a machine"])
    assert "| A specification | 3 | 1 | 2 | 1 |  |" in text
    assert "- `small#load` (a call): no calls" in text
    titles = ("Tests that crisiskg f", "Tests that crisiskg p", "Other")
    below, above, others = (text.partition(f"## {title}")[2].partition("##")[0] for title in titles)
    assert "`small#two` (second): &lt;script> | no rows" in below
    assert "`small#one`" in above
    assert "None." in others
    assert "- `other`, 1 tests: too far away." in text


# --- the page of the service


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., object]]:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from crisiskg.api import conformance, problems
    from crisiskg.api.rendering import Renderer

    monkeypatch.setattr(conformance, "_file", lambda: write_earl(CASES, VERDICTS, SERVERS, DAY))
    for kept in (conformance._report, conformance._tag, conformance._body):
        kept.cache_clear()
    app, renderer = FastAPI(), Renderer("https://w3id.org/crisiskg/id/")
    problems.install(app, problems.Problems(renderer))
    app.include_router(conformance.conformance_router(renderer))
    with TestClient(app) as client:
        yield client.get
    for kept in (conformance._report, conformance._tag, conformance._body):
        kept.cache_clear()


def test_people_get_tables(page: Callable[..., object]) -> None:
    answer = page("/conformance")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["vary"] == "Accept"
    text = answer.text
    assert "crisiskg 9.9" in text
    assert "Oxigraph 0.5" in text
    assert "22 November 2026" in text
    assert "crisiskg 9.9: &lt;script&gt; | no rows" in text
    assert ">refused<" in text
    assert "first &#34;test&#34; &lt;b&gt;" in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/conformance", "text/turtle", "text/turtle; charset=utf-8"),
        ("/conformance", "application/ld+json, text/html;q=0.5", "application/ld+json"),
        ("/conformance", "text/html, text/turtle;q=0.9", "text/html; charset=utf-8"),
        ("/conformance?format=ttl", "text/html", "text/turtle; charset=utf-8"),
        ("/conformance.ttl", "text/html", "text/turtle; charset=utf-8"),
        ("/conformance.nt", "*/*", "application/n-triples"),
        ("/conformance.rdf", "*/*", "application/rdf+xml"),
        ("/conformance.jsonld", "*/*", "application/ld+json"),
    ],
)
def test_programs_get_earl(page: Callable[..., object], path: str, accept: str, kind: str) -> None:
    answer = page(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    if kind.startswith("text/html"):
        return
    expected = graphs.read(write_earl(CASES, VERDICTS, SERVERS, DAY), "text/turtle")
    assert graphs.difference(expected, graphs.read(answer.content, kind.partition(";")[0])) is None
    again = page(path, headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_cannot_be_had_is_said(page: Callable[..., object]) -> None:
    assert page("/conformance", headers={"Accept": "image/png"}).status_code == 406
    assert page("/conformance?format=docx").json()["code"] == "unknown_name"
    assert page("/conformance.docx").status_code == 404


def test_a_report_that_is_not_turtle_is_refused() -> None:
    from crisiskg.api.conformance import read_report

    with pytest.raises(ValueError, match="not Turtle"):
        read_report(b"<")


def test_a_build_without_a_report_says_so(page: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    from crisiskg.api import conformance
    from crisiskg.errors import NotFound

    def missing() -> bytes:
        raise NotFound("this build has no report of conformance")

    monkeypatch.setattr(conformance, "_file", missing)
    assert page("/conformance.ttl").status_code == 404


@pytest.mark.skipif(not REPORT.exists(), reason="the report has not been written yet")
def test_the_report_that_is_shipped_has_nothing_below_oxigraph() -> None:
    from crisiskg.api.conformance import read_report

    report = read_report(gzip.decompress(REPORT.read_bytes()))
    assert [program.split()[0] for program in report.programs] == ["crisiskg", "Oxigraph"]
    tests = [test for suite in report.suites for test in suite.tests]
    assert len(tests) > 500
    worse = {test.iri for test in tests if (test.outcomes[0].word, test.outcomes[1].word) == ("failed", "passed")}
    assert not worse


# --- the suites of others against the service itself


#: What tests of HTTP itself have in their IRI.
ABOUT_HTTP = ("/protocol/", "/http-rdf-update/", "/service-description/")


@pytest.fixture(scope="module")
def suites() -> tuple[list[Case], Path]:
    if not SUITES.is_dir():
        pytest.skip("the W3C test suites are not here; CRISISKG_SHARED names the folder with conformance/rdf-tests")
    folder = SUITES / "sparql" / "sparql11"
    return read_suites(folder), folder


@pytest.fixture(scope="module")
def services(suites: tuple[list[Case], Path]) -> Iterator[tuple[Runner, Runner]]:
    """What runs tests against crisiskg, and against Oxigraph."""
    cases, folder = suites
    with standing(cases, folder) as endpoints, crisiskg(profiles=endpoints.profiles()) as ours, oxigraph() as theirs:
        yield Runner(ours, folder, endpoints), Runner(theirs, folder)


@pytest.mark.server
def test_the_suites_about_http_pass(suites: tuple[list[Case], Path], services: tuple[Runner, Runner]) -> None:
    cases = [case for case in suites[0] if any(word in case.iri for word in ABOUT_HTTP)]
    assert len(cases) == 50
    failed = {case.iri: verdict.why for case in cases if not (verdict := services[0].run(case)).passed}
    assert failed == {}


@pytest.mark.server
def test_a_sample_of_the_other_suites_is_not_below_oxigraph(
    suites: tuple[list[Case], Path], services: tuple[Runner, Runner]
) -> None:
    others = [case for case in suites[0] if not any(word in case.iri for word in ABOUT_HTTP)]
    sample: list[Case] = [case for case in others if case.suite in ("json-res", "csv-tsv-res", "syntax-fed")]
    for kind, step in ((SyntaxCase, 5), (QueryCase, 15), (UpdateCase, 16)):  # in the order of what one of them takes
        sample += [case for case in others if isinstance(case, kind)][::step]
    named = zip(("crisiskg", "oxigraph"), services, strict=True)
    verdicts = {name: {case.iri: runner.run(case) for case in sample} for name, runner in named}
    assert {case.iri: verdicts["crisiskg"][case.iri].why for case in tables.below(sample, verdicts)} == {}


@pytest.mark.server
def test_tests_of_service_ask_what_stands_for_the_endpoints(
    suites: tuple[list[Case], Path], services: tuple[Runner, Runner]
) -> None:
    first = next(case for case in suites[0] if case.iri.endswith("/service/manifest#service1"))
    assert services[0].run(first) == Verdict("passed")
    assert services[1].run(first).outcome == "untested"
