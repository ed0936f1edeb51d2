"""Endpoints that do what they should not, federation that is off, and its process. No test leaves this machine."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from federation_parts import BOMB, JSON, XML, bindings, soon, write

from crisiskg.errors import (
    BudgetExhausted,
    CrisiskgError,
    EgressRefused,
    FederationRefused,
    LimitExceeded,
    QuerySyntaxError,
    SourceUnavailable,
    StoreTimeout,
    StoreUnavailable,
)
from crisiskg.federation import Federation, FederationClient, Profile, Profiles, load_profiles, open_federation
from crisiskg.settings import load_settings

# --- an endpoint that does what it should not ---------------------------------------------------------------------------

ONE = bindings({"s": {"type": "uri", "value": "x:y"}}, names="s").encode()


class Endpoint(BaseHTTPRequestHandler):
    """Behaves as its path says, and keeps what it is asked."""

    seen: list[tuple[str, str, dict[str, str]]] = []  # noqa: RUF012 - one endpoint for all tests
    leave = threading.Event()

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        self.seen.append((self.path, form.get("query", [""])[0], dict(self.headers)))
        getattr(self, "at_" + self.path.strip("/").replace("-", "_"))()

    def do_GET(self) -> None:
        self.seen.append((self.path, "", dict(self.headers)))
        self.give(ONE)

    def give(self, data: bytes, media_type: str = JSON, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            return

    def at_good(self) -> None:
        self.give(ONE)

    def at_xml(self) -> None:
        text = XML.replace('"a"', '"s"').format("", "<result><binding name='s'><uri>x:y</uri></binding></result>")
        self.give(text.encode(), "application/sparql-results+xml; charset=utf-8")

    def at_hang(self) -> None:
        self.leave.wait(20)

    def at_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.end_headers()
        for byte in itertools.cycle(b" "):
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except OSError:
                return
            if self.leave.wait(0.05):
                return

    def at_large(self) -> None:
        self.give(b" " * 2_000_000)

    def at_many(self) -> None:
        self.give(bindings(*[{"s": {"type": "uri", "value": f"x:{n}"}} for n in range(50)], names="s").encode())

    def at_elsewhere(self) -> None:
        self.give(b"", status=307, Location=f"http://localhost:{self.server.server_address[1]}/good")

    def at_metadata(self) -> None:
        self.give(b"", status=302, Location="http://169.254.169.254/latest/")

    def at_here(self) -> None:
        self.give(b"", status=307, Location="/good")

    def at_loop(self) -> None:
        self.give(b"", status=307, Location="/loop")

    def at_error(self) -> None:
        self.give(b"secret inner workings", "text/plain", 500)

    def at_refuses(self) -> None:
        self.give(b"", status=400)

    def at_busy(self) -> None:
        self.give(b"", status=429, Retry_After="120")

    def at_html(self) -> None:
        self.give(b"<html></html>", "text/html; charset=utf-8")

    def at_csv(self) -> None:
        self.give(b"s\r\nx:y\r\n", "text/csv")

    def at_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(ONE)

    def at_broken(self) -> None:
        self.give(ONE[:-4])

    def at_deep(self) -> None:
        self.give(b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":' + b'{"a":' * 300_000)

    def at_deep_triples(self) -> None:
        triple = (
            '{"type":"triple","value":{"subject":{"type":"uri","value":"x:s"},"predicate":{"type":"uri","value":"x:p"},"object":'
        )
        text = '{"head":{"vars":["s"]},"results":{"bindings":[{"s":' + triple * 20_000 + '{"type":"uri","value":"x:o"}'
        self.give((text + "}}" * 20_000 + "}]}}").encode())

    def at_bomb(self) -> None:
        self.give(XML.format(BOMB, "<result><binding name='s'><literal>&l9;</literal></binding></result>").encode(), "text/xml")

    def at_gzip(self) -> None:
        import gzip

        self.give(gzip.compress(b" " * 5_000_000), Content_Encoding="gzip")

    def at_partial(self) -> None:
        self.give(ONE, X_SQL_State="S1TAT")

    def at_capped(self) -> None:
        self.give(ONE, X_SPARQL_MaxRows="1")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Endpoint.leave.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hits(web: str) -> list[tuple[str, str, dict[str, str]]]:
    Endpoint.seen.clear()
    return Endpoint.seen


Ask = Callable[..., str]


@pytest.fixture
def ask(web: str) -> Ask:
    """Give a function that rewrites a query with SERVICE at a path of the endpoint."""

    def run(path: str, *, silent: bool = False, seconds: float = 20.0, query: str = "", **knobs: object) -> str:
        url = f"{web}/{path}"
        settings = {
            "time_limit_s": 0.6 if path in ("hang", "drip") else 10.0,
            "max_bytes": 1_000_000,
            "allow_private": True,
            **knobs,
        }
        client = FederationClient(Profiles((Profile(name="there", url=url, iri="x:there", **settings),)))  # type: ignore[arg-type]
        word = "SERVICE SILENT" if silent else "SERVICE"
        return client.rewrite(query or f"SELECT * {{ {word} <x:there> {{ ?s a <x:c> }} }}", deadline=soon(seconds))

    return run


@pytest.mark.parametrize("path", ["good", "xml", "here"])
def test_answers_that_are_right(ask: Ask, path: str) -> None:
    assert "VALUES (?s) { (<x:y>) }" in ask(path)


def test_what_an_endpoint_is_told(ask: Ask, hits: list[tuple[str, str, dict[str, str]]]) -> None:
    ask("good", user_agent="us (mail@example.org)")

    (_, query, headers) = hits[0]
    assert query == "SELECT * WHERE {?s a <x:c>} LIMIT 10001"
    assert headers["User-Agent"] == "us (mail@example.org)"
    assert headers["Accept"].startswith(JSON)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("hang", SourceUnavailable, "no answer within 0.6 s"),
        ("drip", SourceUnavailable, "no answer within 0.6 s|not received in time"),
        ("large", LimitExceeded, "larger than 1,000,000 bytes"),
        ("gzip", LimitExceeded, "larger than 1,000,000 bytes"),
        ("many", LimitExceeded, "more than 10 rows"),
        ("elsewhere", EgressRefused, r"localhost:\d+ is not among the hosts"),
        ("metadata", EgressRefused, "169.254.169.254:80 is not among the hosts"),
        ("loop", SourceUnavailable, "redirects more than 3 times"),
        ("error", SourceUnavailable, "answers 500"),
        ("refuses", SourceUnavailable, "answers 400"),
        ("busy", SourceUnavailable, "answers 429"),
        ("html", SourceUnavailable, "'text/html' where a table"),
        ("csv", SourceUnavailable, "'text/csv' where a table"),
        ("cut", SourceUnavailable, "cannot be fetched"),
        ("broken", SourceUnavailable, "its answer is broken"),
        ("deep", SourceUnavailable, "nested too deeply"),
        ("deep-triples", SourceUnavailable, "nested too deeply"),
        ("bomb", SourceUnavailable, "document type"),
        ("partial", SourceUnavailable, "only a part"),
        ("capped", LimitExceeded, "cuts its answers at 1 rows"),
    ],
)
def test_endpoints_that_fail(ask: Ask, path: str, error: type[CrisiskgError], message: str) -> None:
    start = time.monotonic()
    with pytest.raises(error, match=message) as caught:
        ask(path, max_rows=10, max_bytes=10_000_000 if path.startswith("deep") else 1_000_000)

    assert time.monotonic() - start < 10
    assert "there" in caught.value.message
    assert "secret" not in caught.value.message + (caught.value.hint or "")


@pytest.mark.parametrize("path", ["hang", "error", "html", "broken", "bomb", "elsewhere"])
def test_silent_endpoints_that_fail_leave_the_variables_unbound(ask: Ask, path: str) -> None:
    assert "VALUES (?s) { (UNDEF) }" in ask(path, silent=True)


def test_silent_does_not_hide_that_an_answer_is_too_large(ask: Ask) -> None:
    with pytest.raises(LimitExceeded):
        ask("many", silent=True, max_rows=10)


def test_an_endpoint_that_is_not_there(ask: Ask) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceUnavailable, match="cannot be fetched"):
        FederationClient(
            Profiles((Profile(name="there", url=f"http://127.0.0.1:{port}/", iri="x:there", allow_private=True),))
        ).rewrite("SELECT * { SERVICE <x:there> { ?s ?p ?o } }", deadline=soon())


def test_a_private_address_is_refused_unless_the_profile_allows_it(ask: Ask, hits: list[object]) -> None:
    with pytest.raises(EgressRefused, match="no public address") as caught:
        ask("good", allow_private=False)
    assert caught.value.hint == "Set allow_private of the profile there."
    assert hits == []


@pytest.mark.parametrize("silent", [False, True])
def test_the_deadline_of_the_query_holds(ask: Ask, silent: bool) -> None:
    start = time.monotonic()
    with pytest.raises(StoreTimeout, match="before the"):
        ask("hang", silent=silent, seconds=0.5, time_limit_s=10.0)
    assert time.monotonic() - start < 3


def test_the_rate_of_an_endpoint_holds(web: str, hits: list[object]) -> None:
    profile = Profile(name="there", url=f"{web}/good", iri="x:there", allow_private=True, requests_per_minute=2)
    client = FederationClient(Profiles((profile,)))
    query = "SELECT * { SERVICE <x:there> { ?s a <x:c> } }"
    for _ in range(2):
        client.rewrite(query, deadline=soon())
    with pytest.raises(BudgetExhausted, match="may be asked 2 times a minute") as caught:
        client.rewrite(query, deadline=soon())

    assert 50 < caught.value.retry_after_s <= 60
    assert len(hits) == 2
    assert "(UNDEF)" in client.rewrite(query.replace("SERVICE", "SERVICE SILENT"), deadline=soon())


def test_an_endpoint_that_asks_to_be_left_alone_is(web: str, hits: list[object]) -> None:
    profile = Profile(name="there", url=f"{web}/busy", iri="x:there", allow_private=True)
    client = FederationClient(Profiles((profile,)))
    query = "SELECT * { SERVICE <x:there> { ?s a <x:c> } }"
    with pytest.raises(SourceUnavailable, match="429") as caught:
        client.rewrite(query, deadline=soon())
    assert caught.value.hint == "It asks to be left alone for 120 s."
    with pytest.raises(BudgetExhausted, match="asks not to be asked now"):
        client.rewrite(query, deadline=soon())
    assert len(hits) == 1


def test_tokens_go_to_the_endpoint_alone(tmp_path: Path, web: str, hits: list[tuple[str, str, dict[str, str]]]) -> None:
    text = f'[there]\nurl = "{web}/here"\niri = "x:there"\nallow_private = true\ntoken_env = "TOKEN"\n'
    client = FederationClient(Profiles(load_profiles(write(tmp_path, text), {"TOKEN": "abc"})))
    client.rewrite("SELECT * { SERVICE <x:there> { ?s a <x:c> } }", deadline=soon())

    assert [headers.get("Authorization") for _, _, headers in hits] == ["Bearer abc", "Bearer abc"]


# --- off ----------------------------------------------------------------------------------------------------------------

DISGUISES = [
    "SELECT * { SERVICE <C> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE <C> { ?s ?p ?o } }",
    "SELECT * { SERVICE#c\n<C> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <C> { ?s ?p ?o } }",
    "SELECT * { SERVICE <\\u0068ttp://127.0.0.1:PORT/good> { ?s ?p ?o } }",
    "PREFIX x: <http://127.0.0.1:PORT/> SELECT * { SERVICE x:good { ?s ?p ?o } }",
    "BASE <http://127.0.0.1:PORT/> SELECT * { SERVICE <good> { ?s ?p ?o } }",
    "SELECT * { FILTER EXISTS { SERVICE <C> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { SERVICE <C> { ?s ?p ?o } } } }",
    "SELECT * { SERVICE <http://2130706433:PORT/good> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://localhost:PORT/good> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://[::ffff:127.0.0.1]:PORT/good> { ?s ?p ?o } }",
    "SELECT * { BIND(<C> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <C> } SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<C>{ ?s ?p ?o } }",
    "ASK { MINUS { SERVICE <C> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <C> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("query", DISGUISES)
def test_nothing_is_called_with_federation_off(query: str, web: str, hits: list[object]) -> None:
    text = query.replace("<C>", f"<{web}/good>").replace("PORT", web.rsplit(":", 1)[1])
    off = FederationClient.of(load_settings(federation=False))
    other = FederationClient(Profiles((Profile(name="there", url=f"{web}/xml", iri="x:there", allow_private=True),)))

    for client in (off, other):
        with pytest.raises(FederationRefused) as caught:
            client.rewrite(text, deadline=soon())
        assert caught.value.code == "federation_disabled"
    assert hits == []


# --- the process --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory, web: str) -> Iterator[Federation]:
    text = f'[there]\nurl = "{web}/good"\nallow_private = true\n'
    text += f'[slow]\nurl = "{web}/hang"\nallow_private = true\ntime_limit_s = 0.4\n'
    text += f'[locked]\nurl = "{web}/good"\niri = "x:locked"\nallow_private = true\ntoken_env = "CRISISKG_TEST_KEY"\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRISISKG_TEST_KEY", "abc")
        path = write(tmp_path_factory.mktemp("federation"), text)
        settings = load_settings(federation=True, federation_profiles=path, query_time_limit_s=30.0)
        with open_federation(settings) as opened:
            yield opened


def test_the_process_rewrites(federation: Federation, web: str, hits: list[tuple[str, str, dict[str, str]]]) -> None:
    assert federation.rewrite("SELECT * { ?s ?p ?o }") == "SELECT * { ?s ?p ?o }"
    text = f"SELECT * {{ SERVICE <{web}/good> {{ ?s a <c> }} }}"
    assert "VALUES (?s) { (<x:y>) }" in federation.rewrite(text, base_iri="http://e.org/")
    assert hits[-1][1].startswith("BASE <http://e.org/>\n")
    federation.rewrite("SELECT * { SERVICE <x:locked> { ?s a <x:c> } }")
    assert hits[-1][2]["Authorization"] == "Bearer abc"
    assert federation.query_settings.max_query_bytes > 10_000_000


def test_errors_come_through_from_the_process(federation: Federation, web: str) -> None:
    with pytest.raises(FederationRefused, match=r"may not ask <http://x\.org/>"):
        federation.rewrite("SELECT * { SERVICE <http://x.org/> { ?s ?p ?o } }")
    with pytest.raises(QuerySyntaxError, match="no character"):
        federation.rewrite("SELECT * { SERVICE <x:locked> { ?s ?p '\ud800' } }")
    with pytest.raises(SourceUnavailable, match="the endpoint slow: there was no answer within"):
        federation.rewrite(f"SELECT * {{ SERVICE <{web}/hang> {{ ?s ?p ?o }} }}")


def test_the_process_checks_its_endpoints(federation: Federation) -> None:
    found = federation.check()

    assert "?s, which was not asked for" in found["there"]
    assert found["slow"] == "the endpoint slow: there was no answer within 0.4 s"
    assert set(found) == {"there", "slow", "locked"}


def test_many_queries_at_a_time(federation: Federation, web: str) -> None:
    found: list[str] = []

    def one(name: str) -> None:
        try:
            found.append(federation.rewrite(f"SELECT * {{ SERVICE <{web}/{name}> {{ ?s ?p ?o }} }}"))
        except CrisiskgError as error:
            found.append(error.code)

    threads = [threading.Thread(target=one, args=("hang" if number < 4 else "good",)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum("VALUES" in text for text in found) == 6, found
    assert found.count("source_unavailable") == 4


def test_another_web_process_may_use_the_same_one(federation: Federation, web: str) -> None:
    with open_federation(federation.query_settings, federation._path) as other:
        assert "VALUES" in other.rewrite(f"SELECT * {{ SERVICE <{web}/good> {{ ?s ?p ?o }} }}")
    assert "VALUES" in federation.rewrite(f"SELECT * {{ SERVICE <{web}/good> {{ ?s ?p ?o }} }}")


def test_a_process_that_ended_is_started_again(federation: Federation, web: str) -> None:
    text = f"SELECT * {{ SERVICE <{web}/good> {{ ?s ?p ?o }} }}"
    assert federation._process is not None
    federation._process.kill()
    federation._process.wait()

    assert "VALUES" in federation.rewrite(text)
    process = federation._process
    federation.close()
    assert process.poll() is not None
    with pytest.raises(StoreUnavailable):
        federation.rewrite(text)
