"""The one door to other hosts: addresses, redirects, limits, rates. No test leaves this machine."""

from __future__ import annotations

import gzip
import shutil
import ssl
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crisiskg.egress import Gate, Policy, check, fetch, origin, request
from crisiskg.errors import BudgetExhausted, EgressRefused, InvalidParameter, SourceTooLarge, SourceUnavailable


class Handler(BaseHTTPRequestHandler):
    """Answers with what it was asked, and redirects as the path says: /CODE/… leads to what follows."""

    seen: list[tuple[str, str, bytes, dict[str, str]]] = []  # noqa: RUF012 - one server for all tests

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, body, headers))
        code, _, rest = self.path.lstrip("/").partition("/")
        if code.isdigit():
            self.send_response(int(code))
            if 300 <= int(code) < 400:
                self.send_header("Location", rest.replace("PORT", str(self.server.server_address[1])))
            self.send_header("Retry-After", "7")
            self.end_headers()
            return
        data = {
            "members": gzip.compress(b"first") + gzip.compress(b"second"),
            "cut": gzip.compress(b"x" * 10_000)[:-12],
        }.get(code, body or b"fine")
        self.send_response(200)
        if code in ("members", "cut"):
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if code == "slow-body":
            time.sleep(1)
        try:
            self.wfile.write(data)
        except OSError:
            return

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_address[1]}"
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def seen(server: str) -> list[tuple[str, str, bytes, dict[str, str]]]:
    Handler.seen.clear()
    return Handler.seen


Seen = list[tuple[str, str, bytes, dict[str, str]]]
FREE = Policy(time_limit_s=5, max_bytes=100_000, allow_private=True)


# --- addresses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "0.0.0.0",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
        "192.0.0.1", "192.88.99.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1",
        "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "100::1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:10::1", "fe80::1%1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("among", [[], ["8.8.8.8"], ["2606:2800:220:1:248:1893:25c8:1946"]])
def test_a_name_that_leads_to_such_an_address_is_refused_whatever_else_it_leads_to(address: str, among: list[str]) -> None:
    for addresses in ([*among, address], [address, *among]):
        with pytest.raises(EgressRefused, match="no public address"):
            check("https://host.example/", resolve=lambda *_, found=addresses: found)  # type: ignore[misc]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "0",
     "localhost",     "LOCALHOST", "localhost.", "[fe80::1%25lo]", "①②⑦.0.0.1", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]"],
)  # fmt: skip
def test_no_way_of_writing_this_machine_is_let_through(host: str, seen: Seen, server: str) -> None:
    port = server.rsplit(":", 1)[1]
    with pytest.raises((EgressRefused, SourceUnavailable)):
        request(f"http://{host}:{port}/", Policy(time_limit_s=5, max_bytes=100))
    assert seen == []


@pytest.mark.parametrize(
    "url",
    [
        "http://", "http:///x", "http:/x", "//e.org/", "e.org", "", "http://e.org:0/", "http://e.org:65536/", "http://e.org:-1/",
        "http://e.org:80:80/", "http://[::1/", "http://[zz]/", "http://e..org/", "http://e.org\\@127.0.0.1/", "http://e.org/\n",
        "http://e.org/ x",        "http://me@e.org/", "http://me:pass@e.org/", "http://@e.org/",
        "file:///etc/hostname", "ftp://e.org/", "gopher://e.org/",
        "dict://e.org/", "javascript:alert(1)", "data:text/plain,x", "urn:x", "http://e$.org/", "http://e.org%2f@x/", "http://é\ud800.org/",
        "http://" + "a." * 3000 + "org/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_a_look_up(url: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(f"{host} was looked up")

    with pytest.raises(EgressRefused):
        check(url, resolve=resolve)
    with pytest.raises(EgressRefused):
        origin(url)


def test_hosts_that_are_not_on_the_list_are_not_even_looked_up() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError

    for url in ("https://other.org/", "https://e.org:8443/", "http://e.org/", "https://e.org.evil.org/", "https://sub.e.org/"):
        with pytest.raises(EgressRefused, match=r"not among the hosts that may be asked: e\.org:443"):
            check(url, origins=frozenset({"e.org:443"}), resolve=resolve)
    assert check("HTTPS://E.org./x", origins=frozenset({"e.org:443"}), resolve=lambda *_: ["8.8.8.8"]).host == "e.org"


def test_the_checked_address_is_the_one_that_is_called(server: str, seen: Seen) -> None:
    """A name that resolves to another address a moment later changes nothing."""
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.99"]

    port = server.rsplit(":", 1)[1]
    assert fetch(f"http://host.example:{port}/", FREE, resolve=rebinding).data == b"fine"
    assert (asked, seen[0][3]["host"]) == (["host.example"], f"host.example:{port}")


def test_a_redirect_is_resolved_and_checked_again(server: str, seen: Seen) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host == "first.example" else ["8.8.8.8", "10.0.0.1"]

    port = server.rsplit(":", 1)[1]
    policy = Policy(5, 1000, allow_private=True, origins=frozenset({f"first.example:{port}"}))
    with pytest.raises(EgressRefused, match=r"second\.example:80 is not among"):
        request(f"http://first.example:{port}/302/http://second.example/", policy, resolve=resolve)
    assert len(seen) == 1


def test_the_next_address_is_called_where_one_takes_no_connection(server: str) -> None:
    port = server.rsplit(":", 1)[1]
    found = fetch(f"http://host.example:{port}/", FREE, resolve=lambda *_: ["127.0.0.77", "127.0.0.1"])
    assert found.data == b"fine"
    with pytest.raises(SourceUnavailable):
        fetch(f"http://host.example:{port}/", FREE, resolve=lambda *_: ["127.0.0.77", "127.0.0.78"])


# --- requests -----------------------------------------------------------------------------------------------------------


def test_a_body_is_posted(server: str, seen: Seen) -> None:
    found = fetch(f"{server}/here?a=b", FREE, method="POST", body=b"query=x", headers={"Accept": "text/x", "User-Agent": "us"})

    method, path, body, headers = seen[0]
    assert (found.data, method, path, body) == (b"query=x", "POST", "/here?a=b", b"query=x")
    assert (headers["accept"], headers["user-agent"], headers["accept-encoding"]) == ("text/x", "us", "identity")


@pytest.mark.parametrize(
    ("code", "method", "body"), [(301, "POST", b"x"), (302, "POST", b"x"), (303, "GET", b""), (307, "POST", b"x")]
)
def test_what_becomes_of_a_body_at_a_redirect(server: str, seen: Seen, code: int, method: str, body: bytes) -> None:
    fetch(f"{server}/{code}//there", FREE, method="POST", body=b"x")

    assert [(one[0], one[1].lstrip("/"), one[2]) for one in seen[1:]] == [(method, "there", body)]


def test_secrets_stay_with_the_first_server(server: str, seen: Seen) -> None:
    secrets = {"Authorization": "Bearer abc", "X-Key": "def"}
    fetch(f"{server}/307/http://localhost:PORT/there", FREE, method="POST", body=b"x", headers={"X-Open": "1"}, secrets=secrets)

    first, second = (headers for _, _, _, headers in seen)
    assert (first["authorization"], first["x-key"], first["x-open"]) == ("Bearer abc", "def", "1")
    assert "authorization" not in second
    assert "x-key" not in second
    assert second["x-open"] == "1"


def test_a_status_is_told_and_its_body_not_read(server: str) -> None:
    found = request(f"{server}/503/", FREE)

    assert (found.status, found.data, found.headers["retry-after"]) == (503, b"", "7")
    with pytest.raises(SourceUnavailable, match="it answers 503 Service Unavailable"):
        fetch(f"{server}/503/", FREE)


def test_an_answer_that_is_compressed_and_cut_is_no_answer(server: str) -> None:
    for path in ("cut", "members"):
        with pytest.raises(SourceUnavailable, match="damaged or cut short"):
            fetch(f"{server}/{path}", FREE)


def test_limits_have_hints_of_the_caller(server: str) -> None:
    from crisiskg.egress import Hints

    hints = Hints("more time", "more bytes", "allow it")
    with pytest.raises(SourceTooLarge) as large:
        fetch(f"{server}/", Policy(5, 2, allow_private=True, hints=hints))
    with pytest.raises(SourceUnavailable) as late:
        fetch(f"{server}/slow-body", Policy(0.3, 100, allow_private=True, hints=hints))
    with pytest.raises(EgressRefused) as private:
        fetch(f"{server}/", Policy(5, 100, hints=hints))
    assert (large.value.hint, late.value.hint, private.value.hint) == ("more bytes", "more time", "allow it")


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    leave = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        leave.wait(10)
        return []

    start = time.monotonic()
    with pytest.raises(SourceUnavailable, match="no answer within"):
        fetch("http://host.example/", Policy(0.3, 100), resolve=resolve)
    leave.set()
    assert time.monotonic() - start < 2


def test_proxies_of_the_environment_are_not_used(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetch(server, FREE).data == b"fine"


# --- certificates -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Give the port of a server whose certificate is for host.example, and the file of that certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=host.example",
         "-addext", "subjectAltName=DNS:host.example", "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made.server_address[1], folder / "certificate.pem"
    made.shutdown()
    made.server_close()
    thread.join()


def test_certificates_are_checked_for_the_name_and_not_the_address(secure: tuple[int, Path]) -> None:
    port, certificate = secure
    trusting = Policy(5, 1000, allow_private=True, ca_file=certificate)

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    assert fetch(f"https://host.example:{port}/", trusting, resolve=here).data == b"fine"
    for url in (f"https://other.example:{port}/", f"https://127.0.0.1:{port}/"):
        with pytest.raises(SourceUnavailable, match=r"(?i)certificate"):
            fetch(url, trusting, resolve=here)
    with pytest.raises(SourceUnavailable, match=r"(?i)certificate"):
        fetch(f"https://host.example:{port}/", FREE, resolve=here)


def test_no_way_leads_from_https_to_http(secure: tuple[int, Path], server: str, seen: Seen) -> None:
    port, certificate = secure
    policy = Policy(5, 1000, allow_private=True, ca_file=certificate)
    with pytest.raises(EgressRefused, match="from https to http"):
        fetch(f"https://host.example:{port}/302/{server}/", policy, resolve=lambda *_: ["127.0.0.1"])
    assert len(seen) == 1


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("no certificate", encoding="utf-8")
    with pytest.raises(InvalidParameter, match=r"broken\.pem cannot be used"):
        fetch("https://host.example/", Policy(5, 1000, ca_file=tmp_path / "broken.pem"))


# --- rates --------------------------------------------------------------------------------------------------------------


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_calls_wait_for_the_minute_to_pass() -> None:
    clock = Clock()
    gate = Gate("there", 3, clock, clock.sleep)
    starts = []
    for _ in range(7):
        with gate.turn(clock.now + 1000):
            starts.append(clock.now - 1000)
            clock.sleep(1)

    assert starts == [0, 1, 2, 60, 61, 62, 120]


def test_a_call_that_would_wait_too_long_is_told_so() -> None:
    clock = Clock()
    gate = Gate("there", 1, clock, clock.sleep)
    with gate.turn(clock.now):
        clock.sleep(20)
    with pytest.raises(BudgetExhausted) as caught, gate.turn(clock.now + 39):
        pass
    assert caught.value.retry_after_s == 40
    with gate.turn(clock.now + 41):
        assert clock.now == 1060


def test_an_endpoint_that_wants_rest_gets_it() -> None:
    clock = Clock()
    gate = Gate("there", 60, clock, clock.sleep)
    gate.rest(30)
    gate.rest(-5)
    with pytest.raises(BudgetExhausted, match="asks not to be asked now"), gate.turn(clock.now + 29):
        pass
    with gate.turn(clock.now + 31):
        assert clock.now == 1030
    gate.rest(1e12)
    with pytest.raises(BudgetExhausted) as caught, gate.turn(clock.now + 29):
        pass
    assert caught.value.retry_after_s == 86_400


def test_calls_come_one_at_a_time() -> None:
    gate = Gate("there", 1000)
    running: list[int] = []
    most = []

    def call() -> None:
        with gate.turn(time.monotonic() + 5):
            running.append(1)
            most.append(len(running))
            time.sleep(0.01)
            running.pop()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_turn_that_does_not_come_is_told() -> None:
    gate = Gate("there", 1000)
    with (
        gate.turn(time.monotonic() + 5),
        pytest.raises(BudgetExhausted, match="one query at a time"),
        gate.turn(time.monotonic() + 0.05),
    ):
        pass


def test_nothing_is_left_behind(server: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(20):
            fetch(server, FREE)
    assert sum(thread.name == "crisiskg-egress" for thread in threading.enumerate()) <= 1
