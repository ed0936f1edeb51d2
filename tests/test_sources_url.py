"""Fetching under the egress policy: what it refuses, what it follows, what it gives up. No test leaves this machine."""

# ruff: noqa: E501 - texts of test pages stay on their lines
from __future__ import annotations

import gzip
import ipaddress
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from crisiskg import sources
from crisiskg.documents import Document
from crisiskg.errors import EgressRefused, SourceTooLarge, SourceUnavailable
from crisiskg.settings import load_settings
from crisiskg.sources import SourceFailure
from crisiskg.sources.url import Fetched, check, fetch, is_public, shown

TEXT = b"Soldiers left the town of Ansongo on Wednesday after two days of fighting, a regional official said."


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/loop":
            self._redirect("/loop")
        elif self.path == "/there":
            self._redirect("/text")
        elif self.path == "/metadata":
            self._redirect("http://169.254.169.254/latest/meta-data/")
        elif self.path == "/file":
            self._redirect("file:///etc/hostname")
        elif self.path == "/nowhere":
            self.send_response(302)
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                try:
                    self.wfile.write(b"x")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
        elif self.path == "/large":
            self._send(b"x" * 100_000)
        elif self.path == "/lying":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 100_000)
        elif self.path == "/bomb":
            self._send(gzip.compress(b"x" * 5_000_000), **{"Content-Encoding": "gzip"})
        elif self.path == "/damaged":
            self._send(b"no gzip at all", **{"Content-Encoding": "gzip"})
        elif self.path == "/brotli":
            self._send(b"x", **{"Content-Encoding": "br"})
        elif self.path == "/gzip":
            self._send(gzip.compress(TEXT), **{"Content-Encoding": "gzip"})
        elif self.path == "/missing":
            self.send_error(404)
        else:
            self._send(TEXT, **{"Content-Type": "text/plain; charset=utf-8", "X-Host": self.headers["Host"]})

    def _redirect(self, location: str) -> None:
        self.send_response(302)
        self.send_header("Location", location)
        self.end_headers()

    def _send(self, data: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self.wfile.write(data)
        except OSError:
            return

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


def get(url: str, *, time_limit_s: float = 5, max_bytes: int = 50_000, allow_private: bool = True) -> Fetched:
    return fetch(url, time_limit_s=time_limit_s, max_bytes=max_bytes, allow_private=allow_private)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "192.0.0.8",
        "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fec0::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(EgressRefused, match="no public address"):
        check("http://host.example/", resolve=lambda *_: [address])


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::808:808"])
def test_addresses_that_are_public(address: str) -> None:
    assert check("https://host.example/a?b#c", resolve=lambda *_: [address]).url == "https://host.example/a?b"


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(EgressRefused, match=r"10\.0\.0\.1"):
        check("http://mixed.example/", resolve=lambda *_: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname", "ftp://example.org/", "gopher://example.org/", "data://text/plain", "javascript://x",
        "http://user:secret@example.org/", "http://user@example.org/", "http://", "http:///path", "http://exa mple.org/",
        "http://example.org:0/", "http://example.org:99999/", "http://example.org:x/", "http://[::1/", "http://ex\\ample.org/",
        "http://example.org/\r\nHost:evil", "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://[fe80::1%25eth0]/",
        "http://ａ..b/", "http://" + "a" * 300 + ".org/", "http://example.org/" + "a" * 5000,
    ],
)  # fmt: skip
def test_addresses_that_the_policy_refuses(url: str) -> None:
    with pytest.raises((EgressRefused, SourceUnavailable)):
        check(url, resolve=lambda *_: ["127.0.0.1"])


def test_a_host_that_is_not_known() -> None:
    def fail(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(SourceUnavailable, match="not known"):
        check("http://host.example/", resolve=fail)


def test_the_checked_address_is_connected_to_and_the_name_is_sent(server: str) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    port = server.rsplit(":", 1)[1]
    found = fetch(f"http://host.example:{port}/text", time_limit_s=5, max_bytes=1000, allow_private=True, resolve=rebinding)
    assert found.data == TEXT
    assert asked == ["host.example"]
    assert (found.url, found.media_type, found.charset) == (f"http://host.example:{port}/text", "text/plain", "utf-8")


def test_redirects_are_followed(server: str) -> None:
    found = get(f"{server}/there")
    assert (found.url, found.data) == (f"{server}/text", TEXT)


def test_redirects_are_checked(server: str) -> None:
    with pytest.raises(EgressRefused, match="scheme"):
        get(f"{server}/file")
    port = server.rsplit(":", 1)[1]

    def only_the_first_is_public(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with pytest.raises(EgressRefused, match="no public address"):
        fetch(f"http://host.example:{port}/metadata", time_limit_s=5, max_bytes=1000, resolve=only_the_first_is_public)


def test_no_redirect_from_https_to_http() -> None:
    import httpx2

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(302, headers={"Location": "http://host.example/"})

    with pytest.raises(EgressRefused, match="https to http"):
        fetch(
            "https://host.example/", time_limit_s=5, max_bytes=1000,
            resolve=lambda *_: ["8.8.8.8"], transport=httpx2.MockTransport(answer),
        )  # fmt: skip


def test_a_redirect_to_a_private_address_is_refused() -> None:
    import httpx2

    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"Location": "http://169.254.169.254/latest/"})

    with pytest.raises(EgressRefused, match=r"169\.254"):
        fetch(
            "http://host.example/", time_limit_s=5, max_bytes=1000,
            resolve=lambda *_: ["8.8.8.8"], transport=httpx2.MockTransport(answer),
        )  # fmt: skip
    assert asked == ["http://8.8.8.8/"]


@pytest.mark.parametrize("path", ["/loop", "/missing", "/damaged", "/brotli", "/nowhere"])
def test_answers_that_are_of_no_use(server: str, path: str) -> None:
    with pytest.raises(SourceUnavailable):
        get(server + path)


@pytest.mark.parametrize("path", ["/large", "/lying", "/bomb"])
def test_answers_that_are_too_large(server: str, path: str) -> None:
    with pytest.raises(SourceTooLarge):
        get(server + path)


def test_compressed_answers_are_read(server: str) -> None:
    assert get(f"{server}/gzip").data == TEXT


def test_an_answer_that_drips_is_given_up(server: str) -> None:
    start = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"no answer within|not received in time"):
        get(f"{server}/slow", time_limit_s=0.4)
    assert time.monotonic() - start < 2


def test_proxies_of_the_environment_are_not_used(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert get(f"{server}/text").data == TEXT


def test_read_of_a_url(server: str) -> None:
    settings = load_settings(url_allow_private=True)
    (document,) = sources.read(f"{server}/text", settings)
    assert isinstance(document, Document)
    assert (document.url, document.text) == (f"{server}/text", TEXT.decode())
    (failure,) = sources.read(f"{server}/text")
    assert isinstance(failure, SourceFailure)
    assert isinstance(failure.error, EgressRefused)


def test_messages_hold_no_password() -> None:
    assert "secret" not in shown("https://user:secret@example.org/a")
    (failure,) = sources.read("https://user:secret@example.org/a")
    assert isinstance(failure, SourceFailure)
    assert "secret" not in failure.message
