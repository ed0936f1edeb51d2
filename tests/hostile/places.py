"""Paths that lead out, methods that nobody offers, formats that are none, tokens that are wrong, and text made for the log."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from hostile.cases import ANY, FORM, HARMLESS, OK, REFUSED, UPDATE, Case, Request, query_get

_TRAVERSALS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "..%5c..%5c..%5cetc%5cpasswd", "..\\..\\..\\etc\\passwd", "%252e%252e%252fetc%252fpasswd", "%c0%ae%c0%ae/etc/passwd",
    "..;/..;/etc/passwd", "/etc/passwd", "//etc/passwd", "events.rq", "../events.rq", "events.rq%00.csv", "../../pyproject.toml",
    "file:///etc/passwd", "C:%5cWindows%5cwin.ini", ".git/config", ".env", "tokens.json", "../store.json", "../journal.jsonl",
    "%00", "%0a", "con", "a/../../b", "./././events", "events/", "events.csv.csv", "EVENTS", "events%20", "x" * 3_000,
    "%u002e%u002e/x", "..%ef%bc%8f..%ef%bc%8fetc", "~root/.ssh/id_rsa", "proc/self/environ", "%2fproc%2fself%2fenviron",
)  # fmt: skip
_ELSEWHERE = (
    "//evil.example", "//evil.example/", "/\\evil.example", "/%5cevil.example", "/%2f%2fevil.example", "///evil.example",
    "/.//evil.example/", "//evil.example/..", "/q//evil.example/", "/q//evil.example", "/id//evil.example",
    "/id/%0d%0aLocation:%20http://evil.example", "/q?next=//evil.example", "/q/?url=http://evil.example",
    "/static//evil.example/", "/docs//evil.example", "/%09/evil.example", "/;@evil.example", "/q/..//evil.example/",
    "/id/http://evil.example/",
)  # fmt: skip
_METHODS = (
    "PUT",
    "DELETE",
    "PATCH",
    "POST",
    "PROPFIND",
    "MKCOL",
    "COPY",
    "LOCK",
    "SEARCH",
    "QUERY",
    "PURGE",
    "TRACE",
    "OPTIONS",
    "HEAD",
)
_PLACES = (
    "/", "/sparql", "/q/", "/q/events", "/id/entity/Q912", "/search", "/docs", "/openapi.json", "/healthz", "/readyz",
    "/static/crisiskg.css", "/graphs", "/graphs?graph=urn:x", "/graphs?default", "/queries", "/queries/1", "/metrics",
    "/conformance", "/revisions", "/admin", "/nowhere",
)  # fmt: skip
_FORMATS = (
    "", "docx", "../../../etc/passwd", "json,csv", "JSON", "json\x00", "text/html", "*/*", "x" * 3_000,
    "<script>alert(1)</script>", "%s%s%n", "application/sparql-results+json; q=0", "\r\nSet-Cookie: a=b", "None", "__class__",
    "ttl", "nt", "rdf", "jsonld", "html", "xml", "tsv", "trig",
)  # fmt: skip
_ACCEPTS = (
    "*", "*/", "/", "/*", "text", ";", ",", ",,,,", "q=1", "*/*;q=", "*/*;q=-1", "*/*;q=2", "*/*;q=nan", "*/*;q=inf",
    "*/*;q=1e400", "a/b/c", "text/html;level=1;q=0.5", "text/csv;q=0", "*/*;q=0", "image/webp,*/*;q=0.8", "application/*",
    "x" * 8_000, "a/b," * 2_000, "\xff/\xfe", 'text/csv;header="absent, x"', 'text/csv;x="', "text/csv;q=0.5;q=0.1",
    "application/sparql-results+json;charset=utf-16",
)  # fmt: skip
_FOR_THE_LOG = (
    "x\r\nERROR a line that nobody wrote", "x\nINFO a line that nobody wrote", "x\rINFO a line that nobody wrote",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07", "\u2028a line that nobody wrote", "\u2029x", "\x85x", "\x0bx\x0cx",
    '"}\n{"level":"error","event":"a line that nobody wrote"}', "%(name)s %s %d", "{0.__class__}", "\x00", "\u202eetirw",
    "\x08" * 50, "x" * 50_000, "${jndi:ldap://127.0.0.1/x}",
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield all of them."""
    yield from _paths()
    for method in _METHODS:
        for place in _PLACES:
            allowed = HARMLESS | {204} if method in {"OPTIONS", "HEAD", "QUERY", "POST"} else REFUSED | {501}
            request = Request(
                method, place, (("Content-Type", "text/turtle"),), b"" if method == "HEAD" else b"<urn:a> <urn:b> <urn:c> ."
            )
            yield Case(f"method/{method}{place}", request, allowed)
    yield from _formats()
    yield from _logged()
    yield from _tokens()


def _paths() -> Iterator[Case]:
    secrets = (b"root:x:0:0", b"[core]", b"PATH=", b"#+ summary", b'"sha256"', b"[build-system]")
    for number, path in enumerate(_TRAVERSALS):
        for before in ("/q/", "/id/", "/static/", "/", "/docs/", "/graphs/", "/queries/", "/conformance/"):
            target = before + path.replace(" ", "%20")
            yield Case(f"path/{before.strip('/') or 'root'}-{number}", Request(target=target), ANY | {307}, absent=secrets)
    for number, target in enumerate(_ELSEWHERE):
        yield Case(f"redirect/{number}", Request(target=target), ANY | {307, 308, 301, 302, 303})


def _formats() -> Iterator[Case]:
    for number, value in enumerate(_FORMATS):
        for place in ("/sparql", "/q/counts", "/q/", "/id/entity/Q912"):
            joined = f"{place}?query=ASK%20%7B%7D&format=" if place == "/sparql" else f"{place}?format="
            slow_s = 2.0 if place.startswith("/id/") else 0.0  # a page asks several queries, each with its own deadline
            asked_for = Request(target=joined + quote(value, safe=""))
            yield Case(f"format/{place.strip('/')}-{number}", asked_for, HARMLESS, slow_s=slow_s)
    for number, value in enumerate(_ACCEPTS):
        for place in ("/sparql?query=ASK%20%7B%7D", "/q/counts", "/id/entity/Q912", "/graphs?graph=urn:x"):
            name = f"accept/{place[1:4].strip('/')}-{number}"
            yield Case(
                name,
                Request(target=place, headers=(("Accept", value),)),
                HARMLESS,
                may_close=True,
                slow_s=2.0 if place.startswith("/id/") else 0.0,
            )


def _logged() -> Iterator[Case]:
    for number, text in enumerate(_FOR_THE_LOG):
        escaped = quote(text, safe="") if len(text) < 10_000 else "x" * 10_000
        yield Case(f"log/path-{number}", Request(target=f"/q/{escaped}"), HARMLESS)
        yield Case(f"log/query-{number}", query_get(f"ASK {{ }} # {text[:5000]}"), HARMLESS)
        yield Case(f"log/broken-query-{number}", query_get(f"ASK {{ {text[:5000]}"), HARMLESS)
        yield Case(f"log/parameter-{number}", Request(target=f"/q/events?{escaped[:5000]}=1"), HARMLESS)
        agent = text.replace("\r", "").replace("\n", "").encode("utf-8").decode("latin-1")
        for header in ("User-Agent", "X-Request-ID", "X-Forwarded-For", "Referer"):
            request = Request(target="/healthz", headers=((header, agent),))
            yield Case(f"log/{header.lower()}-{number}", request, HARMLESS, may_close=True)


def _tokens() -> Iterator[Case]:
    update = b"INSERT DATA { GRAPH <urn:hostile:token> { <urn:a> <urn:b> <urn:c> } }"
    wrong = frozenset({400, 401, 403, 429})
    credentials = (
        "", "Bearer", "Bearer ", "Bearer x", "bearer x", "Bearer  x", "Bearer x y", "Bearer null", "Bearer undefined",
        "Bearer *", "Bearer %", "Basic " + "YWRtaW46YWRtaW4=", "Basic !!!", "Digest username=x", "Negotiate x", "Token x", "x",
        "Bearer " + "x" * 30_000, "Bearer " + "é", "Bearer \xff\xfe", "Bearer ' OR '1'='1", "Bearer ../../tokens.json",
        "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer 0", "Bearer []", "Bearer ckg_" + "0" * 40, "Bearer x, Bearer y",
    )  # fmt: skip
    writes = {
        "update": ("POST", "/sparql", UPDATE, update),
        "form": ("POST", "/sparql", FORM, b"update=" + quote(update.decode()).encode()),
        "put": ("PUT", "/graphs?graph=urn:hostile:token", "text/turtle", b"<urn:a> <urn:b> <urn:c> ."),
        "post": ("POST", "/graphs?graph=urn:hostile:token", "text/turtle", b"<urn:a> <urn:b> <urn:c> ."),
        "delete": ("DELETE", "/graphs?graph=urn:hostile:token", "text/turtle", b""),
        "delete-all": ("DELETE", "/graphs?default", "text/turtle", b""),
        "put-all": ("PUT", "/graphs", "application/n-quads", b"<urn:a> <urn:b> <urn:c> <urn:d> ."),
    }
    for kind, (method, target, media_type, body) in writes.items():
        yield Case(f"token/{kind}-none", Request(method, target, (("Content-Type", media_type),), body), wrong, variant="tokens")
        for number, value in enumerate(credentials):
            headers = (("Content-Type", media_type), ("Authorization", value))
            request, odd = Request(method, target, headers, body), not value.isascii()
            yield Case(f"token/{kind}-{number}", request, wrong, variant="tokens", may_close=odd)
        for name in ("token", "access_token", "api_key", "key", "authorization", "bearer"):
            asked = f"{target}{'&' if '?' in target else '?'}{name}=x"
            request = Request(method, asked, (("Content-Type", media_type),), body)
            yield Case(f"token/{kind}-in-url-{name}", request, wrong, variant="tokens")
        twice = (("Content-Type", media_type), ("Authorization", "Bearer x"), ("Authorization", "Bearer y"))
        yield Case(f"token/{kind}-twice", Request(method, target, twice, body), wrong, variant="tokens")
        tried = (("Content-Type", media_type), ("Cookie", "token=x; session=y"), ("Origin", "http://evil.example"))
        yield Case(f"token/{kind}-cookie", Request(method, target, tried, body), wrong, variant="tokens")
        yield Case(f"token/{kind}-read-only", Request(method, target, (("Content-Type", media_type),), body), REFUSED)
    for place in ("/queries", "/metrics", "/healthz", "/readyz", "/sparql?query=ASK%20%7B%7D"):
        reading = Request(target=place, headers=(("Authorization", "Bearer wrong"),))
        yield Case(f"token/read{place[:9]}", reading, OK | REFUSED, variant="tokens")
