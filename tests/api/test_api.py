"""The HTTP interface over a filled store, through the real application and real query workers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest
import uvicorn
from conftest import HOSTILE
from graph_records import story
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from crisiskg.api import create_app
from crisiskg.api.connections import PromptRequests
from crisiskg.api.presentation import view
from crisiskg.api.reading import Cell, Table
from crisiskg.documents import Document
from crisiskg.queries import load_queries
from crisiskg.settings import Settings

JSON = "application/sparql-results+json"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
KEY = story()[0].key
HOSTILE_KEY = Document(text=f"{HOSTILE}\n\nNothing happened.").key
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def client(filled_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(filled_settings), raise_server_exceptions=False) as opened:
        yield opened


def rows(response: object) -> list[dict[str, str]]:
    found = response.json()  # type: ignore[attr-defined]
    return [{name: term["value"] for name, term in row.items()} for row in found["results"]["bindings"]]


# --- SPARQL Protocol --------------------------------------------------------------------------------------------------

ASK = "ASK { ?s a <https://w3id.org/crisiskg/ontology#Event> }"


def test_query_by_get(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": ASK})
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON
    assert response.headers["x-crisiskg-generation"] == "1"
    assert int(response.headers["content-length"]) == len(response.content)
    assert response.json()["boolean"] is True


def test_query_by_form(client: TestClient) -> None:
    assert client.post("/sparql", data={"query": ASK}).json()["boolean"] is True


def test_query_by_direct_post(client: TestClient) -> None:
    response = client.post("/sparql", content=ASK, headers={"Content-Type": "application/sparql-query; charset=utf-8"})
    assert response.json()["boolean"] is True


@pytest.mark.parametrize("accept", ["application/sparql-results+xml", "text/csv", "text/tab-separated-values", JSON])
def test_formats_of_bindings(client: TestClient, accept: str) -> None:
    response = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o } LIMIT 1"}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == accept
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"])
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s a <https://w3id.org/crisiskg/ontology#Event> }", "DESCRIBE <urn:x>"])
def test_formats_of_graphs(client: TestClient, accept: str, query: str) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.headers["content-type"].split(";")[0] == accept
    list(ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept)))


def test_graphs_of_the_protocol(client: TestClient) -> None:
    graph = f"https://w3id.org/crisiskg/id/graph/document/{KEY}"
    count = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert rows(client.get("/sparql", params={"query": count, "named-graph-uri": graph})) == [{"n": "1"}]
    assert rows(client.get("/sparql", params={"query": count, "default-graph-uri": graph})) == [{"n": "0"}]
    posted = client.post("/sparql", params={"named-graph-uri": graph}, data={"query": count})
    assert rows(posted) == [{"n": "1"}]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"method": "GET", "params": [("query", ASK), ("query", ASK)]}, 400, "invalid_parameter"),
        ({"method": "GET", "params": {"query": "SELECT nonsense"}}, 400, "query_syntax"),
        ({"method": "GET", "params": {"query": ""}}, 400, "query_syntax"),
        ({"method": "GET", "params": {"update": "CLEAR ALL"}}, 403, "query_refused"),
        ({"method": "GET", "params": {"query": "CLEAR ALL"}}, 403, "query_refused"),
        ({"method": "GET", "params": {"query": "ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}}, 403, "federation_disabled"),
        ({"method": "GET", "params": {"query": "ASK " + "{" * 5000 + "}" * 5000}}, 413, "limit_exceeded"),
        ({"method": "GET", "params": {"query": ASK, "default-graph-uri": "no iri"}}, 400, "invalid_parameter"),
        ({"method": "GET", "params": {"query": ASK, "format": "docx"}}, 404, "unknown_name"),
        ({"method": "GET", "params": {"query": ASK, "format": "ttl"}}, 406, "not_acceptable"),
        ({"method": "GET", "params": {"query": ASK}, "headers": {"Accept": "image/png"}}, 406, "not_acceptable"),
        ({"method": "POST", "data": {"update": "CLEAR ALL"}}, 403, "write_refused"),
        ({"method": "POST", "data": {"other": "x"}}, 400, "invalid_parameter"),
        ({"method": "POST", "content": ASK}, 415, "unsupported_source"),
        ({"method": "POST", "content": ASK, "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_source"),
        (
            {
                "method": "POST",
                "content": ASK.encode("utf-16"),
                "headers": {"Content-Type": "application/sparql-query; charset=UTF-16"},
            },
            415,
            "unsupported_source",
        ),
        (
            {"method": "POST", "content": b"\xff", "headers": {"Content-Type": "application/sparql-query"}},
            400,
            "invalid_parameter",
        ),
        (
            {"method": "POST", "content": "CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}},
            403,
            "write_refused",
        ),
        (
            {"method": "POST", "content": b"x" * 4_000_000, "headers": {"Content-Type": "application/sparql-query"}},
            413,
            "limit_exceeded",
        ),
        ({"method": "PUT", "params": {"query": ASK}}, 405, "method_not_allowed"),
    ],
)
def test_wrong_requests(client: TestClient, request_: dict[str, object], status: int, code: str) -> None:
    response = client.request(url="/sparql", **request_)  # type: ignore[arg-type]
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_late_query_is_never_a_200(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": ENDLESS})
    assert (response.status_code, response.json()["code"]) == (504, "store_timeout")
    assert response.headers["retry-after"]
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"])
def test_service_description(client: TestClient, accept: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept})
    triples = {str(quad.triple) for quad in ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept))}
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert any(f"<{sd}endpoint> <http://testserver/sparql>" in triple for triple in triples)
    assert any(f"<{sd}feature> <{sd}UnionDefaultGraph>" in triple for triple in triples)
    assert not any("Update" in triple for triple in triples)


def test_head_has_the_headers_of_get(client: TestClient) -> None:
    response = client.head("/sparql", params={"query": ASK})
    assert response.status_code == 200
    assert response.headers["content-type"] == JSON


# --- named queries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", load_queries().values(), ids=lambda query: query.name)
def test_every_named_query_answers(client: TestClient, query: object) -> None:
    by_kind = {"entity": "River Front", "place": "Tolm", "iri": f"document/{KEY}", "text": "war"}
    required = {parameter.name: by_kind[parameter.kind] for parameter in query.parameters if parameter.required}  # type: ignore[attr-defined]
    response = client.get(f"/q/{query.name}", params=required)  # type: ignore[attr-defined]
    assert response.status_code == 200, response.text
    page = client.get(f"/q/{query.name}", params=required, headers=HTML)  # type: ignore[attr-defined]
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")


def test_events_show_only_what_happened_unless_asked(client: TestClient) -> None:
    usual = rows(client.get("/q/events"))
    everything = rows(client.get("/q/events", params={"factuality": "all"}))
    assert usual
    assert {row["factuality"].rpartition("-")[2] for row in usual} <= {"happened", "ongoing"}
    assert len(everything) > len(usual)
    text = story()[0].text
    assert all(row["quote"] in text for row in everything)


def test_events_by_name_of_actor(client: TestClient) -> None:
    found = rows(client.get("/q/events", params={"recipient": "river front", "from": "2021-03-01", "until": "2021-03-31"}))
    assert [row["type"].rpartition("/")[2] for row in found] == ["ASSAULT"]
    assert client.get("/q/events", params={"recipient": "river front", "until": "2020-01-01"}).json()["results"]["bindings"] == []


def test_statements_by_source(client: TestClient) -> None:
    found = rows(client.get("/q/statements", params={"source": "Ivo Marek"}))
    assert found
    assert all(row["sourceLabel"] == "Ivo Marek" for row in found)


def test_casualties_have_their_source(client: TestClient) -> None:
    found = rows(client.get("/q/casualties", params={"factuality": "all"}))
    assert any(row["kind"] == "killed" and row["low"] == "12" for row in found)


def test_describe_gives_rdf(client: TestClient) -> None:
    response = client.get("/q/describe", params={"iri": f"document/{KEY}"})
    assert response.headers["content-type"].startswith("text/turtle")


def test_suffix_chooses_the_format(client: TestClient) -> None:
    response = client.get("/q/states.csv", params={"state": "Mali"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.text.splitlines()[1].startswith("https://w3id.org/crisiskg/id/entity/Q912,Mali,MLI")


@pytest.mark.parametrize(
    ("path", "status", "code", "detail"),
    [
        ("/q/evnts", 404, "unknown_name", "there are: accounts, borders"),
        ("/q/events?actr=Mali", 404, "unknown_name", "no parameter 'actr'"),
        ("/q/events?from=yesterday", 400, "invalid_parameter", "2015-05-29"),
        ("/q/events?actor=Atlantis", 400, "invalid_parameter", "no entity is called 'Atlantis'"),
        ("/q/events?actor=a&actor=b", 400, "invalid_parameter", "2 times"),
        ("/q/events?actor=a%00b", 400, "invalid_parameter", "U+0000"),
        ("/q/borders", 400, "invalid_parameter", "needs state"),
        ("/q/events?limit=99999", 400, "invalid_parameter", "10000"),
        ("/nowhere", 404, "not_found", "/nowhere"),
        ("/id/entity/Q999999999", 404, "not_found", "Q999999999"),
        ("/id/a%20b", 404, "not_found", "nothing in the graph"),
    ],
)
def test_errors_are_problem_details(client: TestClient, path: str, status: int, code: str, detail: str) -> None:
    response = client.get(path)
    found = response.json()
    assert (response.status_code, found["status"], found["code"]) == (status, status, code)
    assert detail in found["detail"]
    assert response.headers["content-type"] == "application/problem+json"
    page = client.get(path, headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    assert page.status_code == (200 if path == "/q/borders" else status)  # people get the form to fill in
    assert "Traceback" not in page.text


def test_list_of_queries(client: TestClient) -> None:
    found = client.get("/q/", headers={"Accept": "application/json"}).json()
    assert {query["name"] for query in found} == set(load_queries())


# --- linked data and pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("*/*", "text/turtle"),
        ("text/html;q=0.5, application/n-triples", "application/n-triples"),
    ],
)
def test_thing_as_rdf(client: TestClient, accept: str, media_type: str) -> None:
    response = client.get("/id/entity/x-river-front", headers={"Accept": accept})
    assert response.headers["content-type"].split(";")[0] == media_type
    quads = list(ox.parse(response.content, format=ox.RdfFormat.from_media_type(media_type)))
    assert any(str(quad.subject) == "<https://w3id.org/crisiskg/id/entity/x-river-front>" for quad in quads)


def test_document_as_rdf_is_its_whole_graph(client: TestClient, filled_store: Path) -> None:
    response = client.get(f"/id/document/{KEY}.nt")
    graph = ox.NamedNode(f"https://w3id.org/crisiskg/id/graph/document/{KEY}")
    from crisiskg.generations import Generations

    stored = ox.Store.read_only(str(Generations(filled_store).newest()[1]))
    assert len(response.content.splitlines()) == len(list(stored.quads_for_pattern(None, None, None, graph)))


def test_page_of_an_entity_shows_events_with_their_sentences(client: TestClient) -> None:
    page = client.get("/id/entity/x-river-front", headers=HTML).text
    assert "On 3 March 2021 soldiers of the Veranian Army attacked the River Front near Tolm." in page
    assert f'href="/id/document/{KEY}"' in page
    assert "fact-happened" in page
    assert "fact-denied" not in page
    assert "fact-denied" in client.get("/id/entity/x-river-front?factuality=all", headers=HTML).text


def test_page_of_a_document_marks_its_evidence(client: TestClient) -> None:
    document = story()[0]
    page = client.get(f"/id/document/{KEY}", headers=HTML).text
    body = re.search(r'<div class="text"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert body is not None
    import html

    shown = html.unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", body[1]))
    assert shown == document.text
    assert "<mark" in body[1]
    anchors = set(re.findall(r'href="#(c\d+)"', page))
    assert anchors
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_page_of_an_event_shows_its_evidence(client: TestClient) -> None:
    event = rows(client.get("/q/events"))[0]
    page = client.get(event["event"].replace("https://w3id.org/crisiskg", ""), headers=HTML).text
    assert event["quote"] in page.replace("&#39;", "'")


@pytest.mark.parametrize(
    "path",
    [f"/id/document/{HOSTILE_KEY}", "/search?q=script", "/q/documents", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/"],
)
def test_hostile_text_is_only_text(client: TestClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200
    assert "<script" not in response.text
    assert "\u202e" not in response.text


@pytest.mark.parametrize(
    "path", ["/", "/q/", "/q/events", "/sparql", "/search", "/search?q=river", "/docs", "/id/entity/Q912", "/nowhere"]
)
def test_pages_are_closed_and_accessible(client: TestClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    page = response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert '<html lang="en">' in page
    assert "viewport" in page
    assert len(re.findall(r"<h1", page)) == 1
    assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*\.(?:js|css)', page)
    assert " style=" not in page
    assert not re.findall(r"\son\w+=", page)
    for identifier in re.findall(r'<(?:input|select|textarea)[^>]*id="([^"]+)"', page):
        assert f'for="{identifier}"' in page
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_search_finds_by_part_of_a_name(client: TestClient) -> None:
    found = rows(client.get("/search", params={"q": "RIVER fr"}))
    assert found[0]["thingLabel"] == "River Front"


def test_answers_may_be_read_from_other_sites_without_credentials(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": ASK}, headers={"Origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


def test_description_of_the_interface(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    parameters = found["paths"]["/q/borders"]["get"]["parameters"]
    assert next(parameter for parameter in parameters if parameter["name"] == "state")["required"] is True
    identifiers = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(identifiers) == len(set(identifiers))
    json.dumps(found)


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "generation": 1}


def test_not_ready_before_the_first_generation(tmp_path: Path, filled_settings: Settings) -> None:
    from crisiskg.store import OxigraphStore

    OxigraphStore(tmp_path / "s").close()
    settings = filled_settings.model_copy(update={"store": str(tmp_path / "s")})
    with TestClient(create_app(settings), raise_server_exceptions=False) as empty:
        assert empty.get("/healthz").status_code == 200
        assert empty.get("/readyz").status_code == 503
        assert empty.get("/").status_code == 404


def test_store_that_is_not_there(tmp_path: Path, filled_settings: Settings) -> None:
    from crisiskg.errors import NotFound

    with pytest.raises(NotFound, match="no store"):
        create_app(filled_settings.model_copy(update={"store": str(tmp_path / "none")}))


# --- how answers are shown, and how the service stands up to strangers ------------------------------------------------


def test_rows_that_differ_in_their_sentence_are_one_record() -> None:
    rows = [{"event": Cell("urn:e", "uri"), "quote": Cell(words, "literal")} for words in ("One.", "Two.")]
    rows.append({"event": Cell("urn:f", "uri"), "quote": Cell("One.", "literal")})
    found = view(Table(["event", "quote"], rows))
    assert [len(record.said) for record in found.records] == [2, 1]


def test_offsets_are_no_days() -> None:
    row = {name: Cell(value, "literal") for name, value in {"start": "3", "end": "9", "quote": "One.", "kind": "Event"}.items()}
    assert view(Table(list(row), [row])).columns == ["kind"]


def test_pages_speak_in_words(client: TestClient) -> None:
    page = client.get("/id/entity/x-river-front", headers=HTML).text
    assert "3 March 2021" in page
    assert "2021-03-03" not in page
    assert "code/fact-" not in re.sub(r'(?:href|title|value)="[^"]*"', "", page)
    shown = re.sub(r"<[^>]+>", " ", re.sub(r'<p class="dim iri">.*?</p>', "", page))
    assert not re.search(r"document/[0-9a-f]{20}/", shown)


def test_answers_that_may_go_on_say_so(client: TestClient) -> None:
    first = client.get("/q/events", params={"limit": "1"})
    assert 'rel="next"' in first.headers["link"]
    assert re.match(r"<\?[^>]*offset=1", first.headers["link"])
    assert "link" not in client.get("/q/events", params={"limit": "1000"}).headers
    page = client.get("/q/events", params={"limit": "1", "offset": "1"}, headers=HTML).text
    assert 'rel="next"' in page
    assert 'rel="prev"' in page


@pytest.mark.parametrize(
    ("path", "methods"), [("/sparql", "GET, HEAD, OPTIONS, POST, QUERY"), ("/q/events", "GET, HEAD, OPTIONS")]
)
def test_methods_that_a_path_has(client: TestClient, path: str, methods: str) -> None:
    refused = client.delete(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, methods)
    assert refused.json()["detail"] == f"DELETE is not possible at {path}; possible are {methods}"
    options = client.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, methods)


@pytest.mark.parametrize(
    "path", ["/id/../../etc/passwd", "/id/..%2f..%2fetc", "/q/..%2fevents", "/q/events.rq", "/static/..%2fapp.py"]
)
def test_paths_lead_nowhere_else(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "text", ['" }', "\\u0022", '"""', "> ?p", "# x", "x } UNION { ?s ?p ?o }", "UNDEF", "?x", "'; DROP", "\u202e"]
)
def test_no_value_gets_out_of_its_cell(client: TestClient, text: str) -> None:
    for query in load_queries().values():
        for parameter in query.parameters:
            needed = {p.name: query.example.get(p.name, "entity/Q912") for p in query.parameters if p.required}
            response = client.get(f"/q/{query.name}", params={**needed, parameter.name: text})
            assert response.status_code in (200, 400)
            assert response.status_code == 200 or response.json()["code"] == "invalid_parameter", response.text


def test_named_queries_are_answered_while_strangers_keep_their_workers_busy(filled_settings: Settings) -> None:
    with TestClient(create_app(filled_settings)) as busy, ThreadPoolExecutor(4) as threads:
        busy.get("/q/states", params={"state": "Mali"})
        asked = [threads.submit(busy.get, "/sparql", params={"query": ENDLESS}) for _ in range(4)]
        time.sleep(0.3)
        begun = time.monotonic()
        for _ in range(5):
            assert busy.get("/q/states", params={"state": "Mali"}).status_code == 200
        assert time.monotonic() - begun < 2.5
        assert {one.result().status_code for one in asked} <= {503, 504}


@pytest.mark.parametrize(
    ("sent", "closed"),
    [
        (b"", True),
        (b"GET / HTTP/1.1\r\nHost:", True),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", True),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False),
    ],
)
def test_requests_must_come_in_time(sent: bytes, closed: bool) -> None:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    class Hasty(PromptRequests):
        limit_s = 0.3

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(answers, http=Hasty, lifespan="off", log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with socket.create_connection(listening.getsockname(), timeout=5) as connection:
                connection.sendall(sent)
                if not closed:
                    assert connection.recv(100).startswith(b"HTTP/1.1 204")
                    time.sleep(0.6)
                    connection.sendall(sent)  # an idle connection may be used again
                    assert connection.recv(100).startswith(b"HTTP/1.1 204")
                else:
                    with contextlib.suppress(ConnectionResetError):
                        assert connection.recv(100) == b""
        finally:
            server.should_exit = True
            thread.join(10)


def test_client_that_goes_away_is_no_fault(filled_settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(filled_settings)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/sparql-query"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/sparql", "query_string": b"", "headers": headers, "root_path": ""}
    asyncio.run(app(scope, receive, send))
    assert not sent  # there is nobody to tell
    assert caplog.records == []
