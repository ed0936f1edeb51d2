"""The service as a whole, started as its users start it: its promises one by one."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph as ox
import pytest
from serving import Reply, Serving

from crisiskg.access import Tokens
from crisiskg.cli import main as crisiskg_main
from crisiskg.store import OxigraphStore

pytestmark = pytest.mark.alone

#: Joins everything with everything: no machine finishes it.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
#: The same, with rows from the first moment on.
FLOOD = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COUNT = "SELECT (COUNT(DISTINCT ?o) AS ?n) WHERE { ?s <https://example.org/p> ?o }"
G = "https://example.org/graph/a"


def quads(graph: str, values: range) -> list[ox.Quad]:
    p, g = ox.NamedNode("https://example.org/p"), ox.NamedNode(graph)
    return [ox.Quad(ox.NamedNode(f"https://example.org/s{n}"), p, ox.Literal(n), g) for n in values]


def filled(folder: Path, number: int = 2000) -> Path:
    with OxigraphStore(folder) as store:
        store.replace_graph(G, quads(G, range(number)))
        store.publish()
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("serving") / "store")


@pytest.fixture(scope="module")
def token(store: Path) -> str:
    return Tokens(store / "tokens.json").add("ops", ["query", "write", "operate"])


@pytest.fixture(scope="module")
def service(store: Path, token: str) -> Iterator[Serving]:
    settings = {"query_time_limit_s": 2.5, "slow_query_s": 0.5, "max_result_bytes": 4_000_000, "token_query_time_limit_s": 20}
    with Serving(store, ("--writable", "--web-processes", "2"), settings) as started:
        yield started


def number(reply: Reply) -> str:
    assert reply.status == 200, reply.body
    return str(reply.json()["results"]["bindings"][0]["n"]["value"])


# --- answers and revisions --------------------------------------------------------------------------------------------


def test_answers_carry_generation_and_entity_tag(service: Serving) -> None:
    first = service.query(COUNT)
    assert number(first) == "2000"
    assert first.headers["x-crisiskg-generation"].isdigit()
    again = service.query(COUNT, If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = service.query(COUNT, If_None_Match=first.headers["etag"], Accept="text/csv")
    assert other.status == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_answers_that_differ_each_time_have_no_entity_tag(service: Serving) -> None:
    first = service.query("SELECT (STRUUID() AS ?n) {}")
    assert first.headers["etag"] is None
    assert number(first) != number(service.query("SELECT (STRUUID() AS ?n) {}"))


def test_query_method(service: Serving) -> None:
    reply = service.request("QUERY", "/sparql", b"ASK {}", Content_Type="application/sparql-query")
    assert reply.json()["boolean"] is True
    refused = service.request("QUERY", "/sparql", b"CLEAR ALL", Content_Type="application/sparql-update")
    assert refused.status == 403


def test_what_generations_held(tmp_path: Path) -> None:
    with Serving(filled(tmp_path / "s", 10), ("--writable", "--open-writes"), {"generations_kept": 2}) as service:
        path = "/sparql?" + urllib.parse.urlencode({"query": COUNT})
        before = service.get(path).headers["x-crisiskg-generation"]
        assert service.update('INSERT DATA { GRAPH <urn:g> { <urn:s> <https://example.org/p> "more" } }').status == 204
        now = service.get(path)
        assert (number(now), int(now.headers["x-crisiskg-generation"])) == ("11", int(before) + 1)
        assert number(service.get(f"{path}&generation={before}")) == "10"
        assert service.update('INSERT DATA { GRAPH <urn:g> { <urn:s> <https://example.org/p> "yet more" } }').status == 204
        gone = service.get(f"{path}&generation={before}")
        assert (gone.status, gone.json()["code"]) == (410, "gone")
        assert service.get(f"{path}&generation=99").status == 404
        assert service.get(f"{path}&generation=x").status == 400


def test_ingest_beside_the_service_is_seen_within_two_seconds(service: Serving, store: Path) -> None:
    number(service.query(COUNT))
    with OxigraphStore(store) as other:
        other.replace_graph("urn:beside", quads("urn:beside", range(5000, 5003)))
        other.publish()
    begin = time.monotonic()
    while number(service.query(COUNT)) != "2003":
        assert time.monotonic() - begin < 2
        time.sleep(0.02)
    with OxigraphStore(store) as other:
        other.drop_graph("urn:beside")
        other.publish()
    time.sleep(0.5)


# --- limits -----------------------------------------------------------------------------------------------------------


def test_late_query_is_ended_at_its_deadline(service: Serving) -> None:
    begin = time.monotonic()
    reply = service.query(ENDLESS)
    assert (reply.status, reply.json()["code"]) == (504, "store_timeout")
    assert 2.4 < time.monotonic() - begin < 3.0
    assert reply.headers["retry-after"]
    assert "SELECT" not in reply.body.decode()


@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/csv", "text/tab-separated-values"])
def test_answer_that_a_limit_cuts_is_unmistakably_broken(service: Serving, accept: str) -> None:
    host = urllib.parse.urlsplit(service.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=20)
    connection.request("GET", "/sparql?" + urllib.parse.urlencode({"query": FLOOD}), headers={"Accept": accept})
    response = connection.getresponse()
    assert response.status == 200
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        response.read()
    connection.close()


def test_old_clients_get_no_cut_answer_at_all(service: Serving) -> None:
    """Before HTTP/1.1 the end of a connection is the end of an answer, so nothing is sent before the end is known."""
    host = urllib.parse.urlsplit(service.url)
    path = "/sparql?" + urllib.parse.urlencode({"query": FLOOD})
    with socket.create_connection((str(host.hostname), host.port or 80), timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_short_queries_go_on_while_long_ones_fill_all_places(service: Serving) -> None:
    with ThreadPoolExecutor(12) as threads:
        long = [threads.submit(service.query, ENDLESS + f" LIMIT {n}") for n in range(12)]
        time.sleep(0.6)
        times = []
        for n in range(20):
            begin = time.monotonic()
            assert service.query(f"ASK {{ ?s ?p {n} }}").json()["boolean"] is True
            times.append(time.monotonic() - begin)
        statuses = [future.result().status for future in long]
    assert sorted(times)[18] < 1.0
    assert set(statuses) <= {503, 504}


def test_client_with_a_budget_is_told_to_come_back(store: Path) -> None:
    with Serving(store, (), {"client_budget_s": 1.0, "client_budget_exempt": "", "query_time_limit_s": 1.5}) as service:
        assert service.query(ENDLESS, X_Forwarded_For="192.0.2.7").status == 504
        refused = service.query("ASK {}", X_Forwarded_For="192.0.2.7")
        assert (refused.status, refused.json()["code"]) == (429, "budget_exhausted")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert service.query("ASK {}", X_Forwarded_For="192.0.2.8").status == 200
        assert service.query("ASK { ?s ?p 1 }", X_Forwarded_For="203.0.113.1, 192.0.2.7").status == 429  # the proxy added


def test_client_that_only_makes_errors_is_told_to_come_back(store: Path) -> None:
    with Serving(store, (), {"client_errors": 3, "client_budget_exempt": ""}) as service:
        statuses = [service.query(f"SELECT nonsense {n}", X_Forwarded_For="192.0.2.9").status for n in range(5)]
    assert statuses == [400, 400, 400, 429, 429]


# --- running queries --------------------------------------------------------------------------------------------------


def test_running_queries_are_listed_and_cancelled(service: Serving, token: str) -> None:
    operator = {"Authorization": f"Bearer {token}"}
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(service.query, ENDLESS, 30)
        found = []
        until = time.monotonic() + 2
        while not found and time.monotonic() < until:
            found = [one for one in service.get("/queries", **operator).json() if one["query"] == ENDLESS]
        assert found[0]["owner"] == "127.0.0.1"
        workers = set(service.pids("process"))
        begin = time.monotonic()
        assert service.request("DELETE", f"/queries/{found[0]['id']}", **operator).status == 204
        reply = running.result(5)
        assert time.monotonic() - begin < 0.5
        assert (reply.status, reply.json()["code"]) == (503, "cancelled")
        time.sleep(max(0.0, 0.5 - (time.monotonic() - begin)))
        assert workers - set(service.pids("process"))
    assert service.request("DELETE", f"/queries/{found[0]['id']}", **operator).status == 404


def test_nobody_cancels_the_queries_of_others(service: Serving, token: str) -> None:
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(service.query, ENDLESS, 30, Authorization=f"Bearer {token}")
        time.sleep(0.7)
        assert service.get("/queries").json() == []
        every = service.get("/queries", Authorization=f"Bearer {token}").json()
        found = [one for one in every if one["query"] == ENDLESS]
        assert found[0]["limit_s"] == 20.0
        assert service.request("DELETE", f"/queries/{found[0]['id']}").status == 404
        assert not running.done()
        service.request("DELETE", f"/queries/{found[0]['id']}", Authorization=f"Bearer {token}")
        assert running.result(5).status == 503


def test_query_of_a_client_that_left_is_ended(service: Serving, token: str) -> None:
    host = urllib.parse.urlsplit(service.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=20)
    connection.request("GET", "/sparql?" + urllib.parse.urlencode({"query": FLOOD + " ORDER BY ?a"}))
    time.sleep(0.6)
    connection.close()
    until = time.monotonic() + 1.5
    while service.get("/queries", Authorization=f"Bearer {token}").json():
        assert time.monotonic() < until
        time.sleep(0.05)


# --- writes and tokens ------------------------------------------------------------------------------------------------


def test_writes_need_a_token_with_the_scope(service: Serving, store: Path, token: str) -> None:
    tokens = Tokens(store / "tokens.json")
    reader = tokens.add(f"reader-{time.time_ns()}", ["query"])
    expired = tokens.add(f"expired-{time.time_ns()}", ["write"], days=-1)
    update = "INSERT DATA { GRAPH <urn:w> { <urn:a> <urn:b> <urn:c> } }"
    missing, wrong = service.update(update), service.update(update, Authorization="Bearer nothing")
    assert missing.status == wrong.status == service.update(update, Authorization=f"Bearer {expired}").status == 401
    assert wrong.headers["www-authenticate"] == missing.headers["www-authenticate"] == "Bearer"
    assert service.update(update, Authorization=f"Bearer {reader}").status == 403
    assert (
        service.request("POST", f"/sparql?token={token}", update.encode(), Content_Type="application/sparql-update").status == 401
    )
    assert service.update(update, Authorization=f"Bearer {token}").status == 204
    assert service.query("ASK { GRAPH <urn:w> { ?s ?p ?o } }").json()["boolean"] is True
    assert service.request("DELETE", "/graphs?graph=urn:w", Authorization=f"Bearer {token}").status == 204
    assert token not in service.logged()


def test_write_that_breaks_the_shapes_is_refused_with_the_report(service: Serving, token: str) -> None:
    turtle = b"<urn:e> a <https://w3id.org/crisiskg/ontology#Event> ."
    headers = {"Content_Type": "text/turtle", "Authorization": f"Bearer {token}"}
    for dry in ("", "&dry-run=true"):
        refused = service.request("PUT", f"/graphs?graph=urn:bad{dry}", turtle, **headers)
        assert refused.status == 422
        assert refused.headers["content-type"].startswith("text/turtle")
        report = list(ox.parse(refused.body, format=ox.RdfFormat.TURTLE))
        assert any(str(quad.predicate).endswith("shacl#focusNode>") for quad in report)
    assert service.get("/graphs?graph=urn:bad").status == 404
    as_json = service.request("PUT", "/graphs?graph=urn:bad", turtle, Accept="application/ld+json", **headers)
    assert json.loads(as_json.body)


def test_dry_run_changes_nothing(service: Serving, token: str) -> None:
    headers = {"Content_Type": "text/turtle", "Authorization": f"Bearer {token}"}
    tried = service.request("PUT", "/graphs?graph=urn:dry&dry-run", b"<urn:a> <urn:b> 1 .", **headers)
    assert (tried.status, tried.json()["changed"]) == (200, [{"graph": "urn:dry", "added": 1, "removed": 0}])
    assert service.get("/graphs?graph=urn:dry").status == 404


def test_conditional_writes(service: Serving, token: str) -> None:
    headers = {"Content_Type": "text/turtle", "Authorization": f"Bearer {token}"}
    path = "/graphs?graph=urn:conditional"
    assert service.request("PUT", path, b"<urn:a> <urn:b> 1 .", If_None_Match="*", **headers).status == 201
    assert service.request("PUT", path, b"<urn:a> <urn:b> 2 .", If_None_Match="*", **headers).status == 412
    tag = service.get(path, Accept="text/turtle").headers["etag"]
    assert service.get(path, Accept="text/turtle", If_None_Match=tag).status == 304
    assert service.request("PUT", path, b"<urn:a> <urn:b> 3 .", If_Match=tag, **headers).status == 204
    assert service.request("PUT", path, b"<urn:a> <urn:b> 4 .", If_Match=tag, **headers).status == 412
    assert b'"3"' in service.get(path, Accept="application/n-triples").body
    assert service.request("DELETE", path, Authorization=f"Bearer {token}").status == 204


def test_conditional_updates(service: Serving, token: str) -> None:
    """The conditions of an update are about the whole dataset, of which GET /graphs gives the entity tag."""
    headers = {"Authorization": f"Bearer {token}"}
    insert = "INSERT DATA {{ GRAPH <urn:conditional-update> {{ <urn:a> <urn:b> {} }} }}"
    assert service.update(insert.format(0), **headers).status == 204
    tag = service.get("/graphs", Accept="application/n-quads").headers["etag"]
    assert service.update(insert.format(1), If_Match='"0123456789abcdef0123456789abcdef"', **headers).status == 412
    assert service.update(insert.format(1), If_None_Match="*", **headers).status == 412
    assert service.update(insert.format(2), If_Match=tag, **headers).status == 204
    refused = service.update(insert.format(3), If_Match=tag, **headers)
    assert (refused.status, refused.json()["code"]) == (412, "precondition_failed")
    held = service.get("/graphs?graph=urn:conditional-update", Accept="application/n-triples").body
    assert [b'"%d"' % n in held for n in range(4)] == [True, False, True, False]
    assert service.request("DELETE", "/graphs?graph=urn:conditional-update", **headers).status == 204


def test_service_that_is_not_writable_takes_no_writes(store: Path, token: str) -> None:
    with Serving(store) as service:
        refused = service.update("CLEAR ALL", Authorization=f"Bearer {token}")
        assert (refused.status, refused.json()["code"]) == (403, "write_refused")
        assert b"Update" not in service.get("/sparql", Accept="text/turtle").body
        assert not service.pids("writer")


def test_open_writes_are_taken_from_this_machine_only(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        crisiskg_main(["serve", "--store", str(filled(tmp_path / "s", 1)), "--host", "0.0.0.0", "--writable", "--open-writes"])
    with Serving(tmp_path / "s", ("--writable", "--open-writes")) as service:
        update = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
        assert service.update(update, Origin="https://example.org").status == 403
        assert service.update(update, Host="example.org").status == 403
        assert service.update(update, X_Forwarded_For="192.0.2.1").status == 403
        assert service.update(update).status == 204


# --- processes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["process", "host", "web", "writer"])
def test_process_that_is_killed_is_replaced(service: Serving, kind: str, token: str) -> None:
    victims = service.pids(kind)
    assert victims
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    begin = time.monotonic()
    while True:
        assert time.monotonic() - begin < 5
        try:
            if service.query(COUNT, 5).status == 200 and service.is_ready():
                break
        except OSError:
            time.sleep(0.05)
    until = time.monotonic() + 5
    while not service.pids(kind) or set(service.pids(kind)) & set(victims):
        assert time.monotonic() < until
        time.sleep(0.05)
    reply = service.update("INSERT DATA { GRAPH <urn:k> { <urn:a> <urn:b> <urn:c> } }", Authorization=f"Bearer {token}")
    assert reply.status == 204
    assert service.process is not None
    assert service.process.poll() is None


def test_stopping_lets_running_queries_finish(store: Path) -> None:
    service = Serving(store, (), {"query_time_limit_s": 6})
    service.start()
    slow = "SELECT (COUNT(*) AS ?n) WHERE { ?a <https://example.org/p> ?b . ?c <https://example.org/p> ?d FILTER(?b < ?d) }"
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(service.query, slow)
        time.sleep(0.3)
        begin = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - begin < 10
        assert running.result().status == 200
    assert not service.pids("process")


def test_children_end_with_the_supervisor(store: Path) -> None:
    service = Serving(store)
    service.start()
    children = [*service.pids("host"), *service.pids("web"), *service.pids("process")]
    assert len(children) >= 4
    assert service.process is not None
    service.process.kill()
    service.process.wait()
    until = time.monotonic() + 3
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < until
        time.sleep(0.05)


# --- operation --------------------------------------------------------------------------------------------------------


def test_metrics_and_logs(service: Serving) -> None:
    service.query("ASK { <urn:secret> ?p ?o }", X_Request_Id="abc-1")
    service.query(ENDLESS)
    time.sleep(2.5)
    text = service.get("/metrics").body.decode()
    assert 'crisiskg_queries_total{lane="user",outcome="answered"}' in text
    assert 'crisiskg_http_requests_total{method="GET",route="sparql",status="200"}' in text
    logged = service.logged()
    assert "request_id=abc-1" in logged
    assert "slow query" in logged
    assert "urn:secret" not in logged
    assert "?a ?b ?c" not in logged


def test_logs_as_json(store: Path) -> None:
    with Serving(store, (), {"log_format": "json"}) as service:
        service.query("ASK {}", User_Agent='evil"}{')
        service.get("/nothing/%0d%0aforged")
        time.sleep(0.2)
        lines = [json.loads(line) for line in service.logged().splitlines() if line.startswith("{")]
    assert [line["route"] for line in lines if line["message"] == "request"][-2:] == ["sparql", "other"]


def test_half_open_connections_are_closed(store: Path) -> None:
    with Serving(store, (), {"request_time_limit_s": 2.0}) as service:
        host = urllib.parse.urlsplit(service.url)
        opened = [socket.create_connection((str(host.hostname), host.port or 80)) for _ in range(200)]
        for one in opened:
            one.sendall(b"GET /sparql HTTP/1.1\r\nHost: x\r\nX-")
        for _ in range(10):
            assert service.query("ASK {}").status == 200
        time.sleep(2.5)
        for one in opened:
            one.settimeout(0.5)
            with contextlib.closing(one), contextlib.suppress(ConnectionResetError):
                assert one.recv(10) == b""


def test_client_that_does_not_take_its_answer_is_let_go(store: Path) -> None:
    with Serving(store, (), {"send_time_limit_s": 1.0}) as service:
        host = urllib.parse.urlsplit(service.url)
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((str(host.hostname), host.port or 80))
            query = urllib.parse.urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 400000"})
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
            time.sleep(4)
            with pytest.raises(ConnectionResetError):
                read_all(connection)


def read_all(connection: socket.socket) -> None:
    while connection.recv(1_000_000):
        pass


def test_new_text_is_seen_through_every_web_process(service: Serving, token: str) -> None:
    """Right after the acknowledgement, whichever process answers."""
    for n in range(8):
        update = f"DELETE WHERE {{ GRAPH <urn:r> {{ ?s ?p ?o }} }} ; INSERT DATA {{ GRAPH <urn:r> {{ <urn:x> <urn:n> {n} }} }}"
        assert service.update(update, Authorization=f"Bearer {token}").status == 204
        found = set()

        def read(found: set[str] = found) -> None:
            found.add(number(service.query("SELECT ?n { <urn:x> <urn:n> ?n }")))

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        assert found == {str(n)}


def test_what_cannot_be_evaluated_is_the_query_s_fault_and_no_syntax_error(service: Serving) -> None:
    reply = service.query("SELECT (<http://example.org/function>(1) AS ?x) {}")
    assert (reply.status, reply.json()["code"]) == (422, "query_failed")
