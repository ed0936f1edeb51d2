"""Tricks with HTTP itself: framing that can be read in two ways, headers and lines beyond measure, half requests."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from hostile.cases import ANY, FORM, HARMLESS, LATE, OK, QUERY, REFUSED, Case, Request, encoded

_ASK = b"ASK { ?s ?p ?o }"
#: A server may also say that it does not know a coding or a version.
_WIRE = HARMLESS | {204, 304, 501, 505}
_START = b"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query\r\nConnection: close\r\n"
_GET = b"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"


def cases() -> Iterator[Case]:
    """Yield all of them."""
    for name, raw in _framing().items():
        yield Case(f"framing/{name}", Request("POST", raw=raw), _WIRE, may_close=True)
    for name, raw in _lines().items():
        yield Case(f"line/{name}", Request(raw=raw), _WIRE, may_close=True)
    for name, headers in _headers().items():
        for target in ("/sparql?query=ASK%20%7B%7D", "/static/crisiskg.css"):
            shown = f"header/{name}-{target[1:7].strip('/')}"
            yield Case(shown, Request(target=target, headers=headers), _WIRE | {206}, may_close=True)
    yield from _forms()
    yield from _ranges()


def _framing() -> dict[str, bytes]:
    size = str(len(_ASK)).encode()
    smuggled = b"GET /q/counts?stolen HTTP/1.1\r\nHost: {host}\r\n\r\n"
    return {
        "two-lengths-equal": _START + b"Content-Length: " + size + b"\r\nContent-Length: " + size + b"\r\n\r\n" + _ASK,
        "two-lengths": _START + b"Content-Length: " + size + b"\r\nContent-Length: 3\r\n\r\n" + _ASK,
        "lengths-in-list": _START + b"Content-Length: 3, " + size + b"\r\n\r\n" + _ASK,
        "length-negative": _START + b"Content-Length: -1\r\n\r\n" + _ASK,
        "length-plus": _START + b"Content-Length: +16\r\n\r\n" + _ASK,
        "length-hexadecimal": _START + b"Content-Length: 0x10\r\n\r\n" + _ASK,
        "length-huge": _START + b"Content-Length: 99999999999999999999999\r\n\r\n" + _ASK,
        "length-1tb": _START + b"Content-Length: 1099511627776\r\n\r\n" + _ASK,
        "length-words": _START + b"Content-Length: sixteen\r\n\r\n" + _ASK,
        "length-other-digits": _START + "Content-Length: ١٦\r\n\r\n".encode() + _ASK,
        "length-short": _START + b"Content-Length: 3\r\n\r\n" + _ASK,
        "length-long": _START + b"Content-Length: 200\r\n\r\n" + _ASK,
        "length-and-chunked": _START + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "chunked-and-length": _START + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + smuggled,
        "chunked-twice": _START + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "chunked-and-identity": _START + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled,
        "chunked-not-last": _START + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "coding-space": _START + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "coding-tab": _START + b"Transfer-Encoding:\tchunked\r\n\r\n10\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "coding-vertical-tab": _START + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + smuggled,
        "coding-case": _START + b"Transfer-Encoding: ChUnKeD\r\n\r\n10\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "coding-unknown": _START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
        "chunk-garbage": _START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "chunk-negative": _START + b"Transfer-Encoding: chunked\r\n\r\n-10\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "chunk-huge": _START + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n" + _ASK,
        "chunk-zeroes": _START + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 100_000 + b"10\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "chunk-extension": _START + b"Transfer-Encoding: chunked\r\n\r\n10;" + b"x" * 100_000 + b"\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "chunk-too-long": _START + b"Transfer-Encoding: chunked\r\n\r\n8\r\n" + _ASK + b"\r\n0\r\n\r\n",
        "chunk-unfinished": _START + b"Transfer-Encoding: chunked\r\n\r\n10\r\n" + _ASK,
        "chunk-bytes": _START
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"1\r\n%c\r\n" % byte for byte in _ASK + b" " * 20_000)
        + b"0\r\n\r\n",
        "trailers": _START + b"Transfer-Encoding: chunked\r\n\r\n10\r\n" + _ASK + b"\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
        "trailers-many": _START
        + b"Transfer-Encoding: chunked\r\n\r\n10\r\n"
        + _ASK
        + b"\r\n0\r\n"
        + b"X: y\r\n" * 30_000
        + b"\r\n",
        "get-with-body": _GET + b"Content-Length: " + str(len(smuggled)).encode() + b"\r\n\r\n" + smuggled,
        "expect-continue": _START + b"Expect: 100-continue\r\nContent-Length: " + size + b"\r\n\r\n" + _ASK,
        "expect-and-wait": _START + b"Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n",
        "expect-nonsense": _START + b"Expect: the-unexpected\r\nContent-Length: " + size + b"\r\n\r\n" + _ASK,
        "gzip-body": _START + b"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n" + gzip.compress(_ASK)[:30].ljust(30, b"\0"),
        "body-never": _START + b"Content-Length: 16\r\n\r\n",
        "pipelined": (_GET.replace(b"Connection: close\r\n", b"") + b"\r\n") * 50 + _GET + b"\r\n",
    }


def _lines() -> dict[str, bytes]:
    rest = b"Host: {host}\r\nConnection: close\r\n\r\n"
    return {
        "nothing": b"\r\n\r\n",
        "http-0.9": b"GET /healthz\r\n\r\n",
        "http-1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
        "http-2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "http-9": b"GET /healthz HTTP/9.9\r\n" + rest,
        "version-words": b"GET /healthz HTTP/one\r\n" + rest,
        "tls-hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
        "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
        "binary": bytes(range(256)) * 4,
        "no-host": b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
        "two-hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        "host-odd": b"GET / HTTP/1.1\r\nHost: evil.example/@{host}?#\r\nConnection: close\r\n\r\n",
        "host-script": b"GET / HTTP/1.1\r\nHost: <script>alert(1)</script>\r\nConnection: close\r\n\r\n",
        "host-elsewhere": b"GET /q HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "host-bad-port": b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1:99999999\r\nConnection: close\r\n\r\n",
        "host-bracket": b"GET /sparql HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
        "absolute": b"GET http://evil.example/healthz HTTP/1.1\r\n" + rest,
        "absolute-odd": b"GET gopher://[::1/ HTTP/1.1\r\n" + rest,
        "asterisk": b"GET * HTTP/1.1\r\n" + rest,
        "options-asterisk": b"OPTIONS * HTTP/1.1\r\n" + rest,
        "connect": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + rest,
        "trace": b"TRACE / HTTP/1.1\r\n" + rest,
        "no-slash": b"GET healthz HTTP/1.1\r\n" + rest,
        "spaces": b"GET  /healthz  HTTP/1.1\r\n" + rest,
        "space-in-target": b"GET /q/a b HTTP/1.1\r\n" + rest,
        "nul-in-target": b"GET /q/\x00 HTTP/1.1\r\n" + rest,
        "bytes-in-target": b"GET /q/\xff\xfe\xc0\xaf HTTP/1.1\r\n" + rest,
        "lf-only": b"GET /healthz HTTP/1.1\nHost: {host}\nConnection: close\n\n",
        "cr-only": b"GET /healthz HTTP/1.1\rHost: {host}\r\r",
        "target-30k": b"GET /q/" + b"x" * 30_000 + b" HTTP/1.1\r\n" + rest,
        "target-1mb": b"GET /q/" + b"x" * 1_000_000 + b" HTTP/1.1\r\n" + rest,
        "query-60k": b"GET /q/search?text=" + b"x" * 60_000 + b" HTTP/1.1\r\n" + rest,
        "parameters-10k": b"GET /q/events?" + b"a=1&" * 10_000 + b" HTTP/1.1\r\n" + rest,
        "parameters-sparql": b"GET /sparql?" + b"query=ASK%7B%7D&" * 3_000 + b" HTTP/1.1\r\n" + rest,
        "graphs-2k": b"GET /sparql?query=ASK%7B%7D" + b"&default-graph-uri=urn:x" * 2_000 + b" HTTP/1.1\r\n" + rest,
        "fragment": b"GET /healthz#../../etc/passwd HTTP/1.1\r\n" + rest,
        "method-60k": b"G" * 60_000 + b" / HTTP/1.1\r\n" + rest,
        "method-odd": b"G<script>ET / HTTP/1.1\r\n" + rest,
        "method-lower": b"get /healthz HTTP/1.1\r\n" + rest,
        "header-no-colon": b"GET /healthz HTTP/1.1\r\nnonsense\r\n" + rest,
        "header-space": b"GET /healthz HTTP/1.1\r\nX : y\r\n" + rest,
        "header-empty-name": b"GET /healthz HTTP/1.1\r\n: y\r\n" + rest,
        "header-folded": b"GET /healthz HTTP/1.1\r\nX: y\r\n z\r\n" + rest,
        "header-folded-first": b"GET /healthz HTTP/1.1\r\n X: y\r\n" + rest,
        "header-nul": b"GET /healthz HTTP/1.1\r\nX: y\x00z\r\n" + rest,
        "header-cr": b"GET /healthz HTTP/1.1\r\nX: y\rSet-Cookie: a=b\r\n" + rest,
        "header-bytes": b"GET /healthz HTTP/1.1\r\nX: \xff\xfe\x80\r\n" + rest,
        "headers-64k": b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 65_600 + b"\r\n" + rest,
        "headers-many": b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(8_000)) + rest,
        "headers-1mb": b"GET /healthz HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(1_000)) + rest,
    }


def _headers() -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "web-socket": (
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ),
        "http-2-upgrade": (("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")),
        "override-method": (("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "PUT")),
        "forwarded": (("X-Forwarded-For", "1.2.3.4, " * 2_000 + "127.0.0.1"),),
        "forwarded-odd": (
            ("X-Forwarded-For", "not an address; DROP"),
            ("X-Forwarded-Proto", "javascript"),
            ("X-Forwarded-Host", "evil"),
        ),
        "forwarded-header": (("Forwarded", 'for="[::1]";proto=gopher;host="evil.example"'),),
        "original-url": (("X-Original-URL", "/admin"), ("X-Rewrite-URL", "/admin")),
        "cookie-60k": (("Cookie", "a=b; " * 10_000),),
        "origin-null": (("Origin", "null"), ("Access-Control-Request-Method", "DELETE")),
        "origin-odd": (("Origin", "http://evil.example\t<script>"),),
        "accept-10k": (("Accept", ", ".join(f"a{n}/b;q=0.{n}" for n in range(3_000))),),
        "accept-language-60k": (("Accept-Language", "en;q=0.1, " * 5_000),),
        "accept-encoding-odd": (("Accept-Encoding", "gzip;q=NaN, br;q=-1, *;q=1e99"),),
        "if-none-match-many": (("If-None-Match", ", ".join(f'"{n}"' for n in range(5_000))),),
        "if-none-match-open": (("If-None-Match", '"' * 30_000),),
        "if-none-match-any": (("If-None-Match", "*"),),
        "if-match-weak": (("If-Match", 'W/"x", "y'),),
        "if-modified-odd": (("If-Modified-Since", "Thu, 32 Foo 99999 25:61:61 GMT"), ("If-Unmodified-Since", "0")),
        "if-range": (("If-Range", '"x"'), ("Range", "bytes=0-1")),
        "request-id": (("X-Request-ID", "x" * 30_000), ("traceparent", "00-zz-zz-zz")),
        "cache-control": (("Cache-Control", "max-age=-1, no-cache=" + "x" * 10_000), ("Pragma", "\t")),
        "prefer": (("Prefer", "wait=99999999, respond-async, return=" + "x" * 5_000),),
        "connection-names": (("Connection", "close, Host, Content-Length, Authorization"),),
        "range-1000": (("Range", "bytes=" + ",".join(f"{n}-{n + 1}" for n in range(1_000))),),
        "range-overlapping": (("Range", "bytes=" + ",".join("0-" for _ in range(1_000))),),
        "range-huge": (("Range", "bytes=99999999999999999999-999999999999999999999"),),
        "range-negative": (("Range", "bytes=--1,-0,5-1"),),
        "range-unit": (("Range", "rows=0-5"),),
    }


def _forms() -> Iterator[Case]:
    form = (("Content-Type", FORM),)
    ten_thousand = encoded((f"field{n}", "x") for n in range(10_000)).encode()
    yield Case("form/fields-10k", Request("POST", "/sparql", form, ten_thousand), REFUSED)
    yield Case("form/fields-equal", Request("POST", "/sparql", form, b"query=" * 30_000), REFUSED)
    yield Case("form/ampersands", Request("POST", "/sparql", form, b"&" * 150_000), REFUSED)
    yield Case("form/field-1mb", Request("POST", "/sparql", form, b"query=" + b"x" * 1_000_000), REFUSED, slow_s=1.0)
    yield Case("form/percents", Request("POST", "/sparql", form, b"query=" + b"%" * 100_000), REFUSED)
    yield Case("form/plus", Request("POST", "/sparql", form, b"query=" + b"+" * 60_000), REFUSED)
    multipart = (("Content-Type", "multipart/form-data; boundary=b"),)
    part = b'--b\r\nContent-Disposition: form-data; name="query"\r\n\r\nASK {}\r\n--b--\r\n'
    yield Case("form/multipart", Request("POST", "/sparql", multipart, part), REFUSED)
    yield Case("form/multipart-10k", Request("POST", "/sparql", multipart, part[:-4] * 10_000), REFUSED, slow_s=1.0)
    body = Request("POST", "/sparql", (("Content-Type", QUERY),), b"x" * 30_000_000)
    yield Case("form/body-30mb", body, REFUSED, may_close=True, slow_s=2.0)
    yield Case("form/json", Request("POST", "/sparql", (("Content-Type", "application/json"),), b'{"query":"ASK {}"}'), REFUSED)
    yield Case("form/no-type", Request("POST", "/sparql", (), _ASK), REFUSED)
    for named in ("/q/events", "/search", "/id/entity/Q912", "/healthz", "/"):
        yield Case(f"form/post-to{named}", Request("POST", named, form, b"q=x&limit=1"), ANY)


def _ranges() -> Iterator[Case]:
    for target in (
        "/static/crisiskg.css",
        "/openapi.json",
        "/q/states.csv",
        "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D",
    ):
        for value in (
            "bytes=0-0",
            "bytes=-5",
            "bytes=5-1",
            "bytes=0-0,-1",
            "bytes=" + "0-0," * 900 + "0-0",
            "bytes=0-999999999999",
        ):
            request = Request(target=target, headers=(("Range", value),))
            name = f"range/{target[1:9].strip('/')}-{value[:24]}-{len(value)}"
            yield Case(name, request, OK | LATE | {206, 400, 413, 416}, heavy="sparql" in target, slow_s=1.0)
