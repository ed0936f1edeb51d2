"""Queries and parameters of odd bytes and sizes: giant literals, numbers, names; broken encodings; control characters."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, quote_from_bytes

from hostile.cases import ANY, FORM, HARMLESS, QUERY, REFUSED, Case, Request, query_form, query_get, query_post

_LIMIT = 65_536

#: Bytes that are no UTF-8, or UTF-8 that is no text.
BROKEN: dict[str, bytes] = {
    "lone-continuation": b"\x80",
    "cut-sequence": b"\xe2\x82",
    "overlong-slash": b"\xc0\xaf",
    "overlong-nul": b"\xc0\x80",
    "surrogate-high": b"\xed\xa0\x80",
    "surrogate-pair": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond-unicode": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "ff": b"\xff\xfe\xfd",
    "utf-16": "ASK { ?s ?p ?o }".encode("utf-16"),
    "utf-16-be": "ASK { ?s ?p ?o }".encode("utf-16-be"),
    "utf-32": "ASK { ?s ?p ?o }".encode("utf-32"),
    "latin-1": "ASK { ?s ?p 'Côte' }".encode("latin-1"),
    "nul": b"\x00",
    "nul-inside": b"ASK { ?s ?p 'a\x00b' }",
    "control": bytes(range(1, 32)),
    "delete": b"\x7f\xc2\x85",
    "bom": b"\xef\xbb\xbfASK { ?s ?p ?o }",
    "bom-inside": "ASK { ?s \ufeff?p ?o }".encode(),
    "bidi": "ASK { ?s ?p '\u202eolleh\u2066' }".encode(),
    "noncharacter": "ASK { ?s ?p '\ufffe\uffff\U0010ffff' }".encode(),
    "line-separators": "ASK { ?s ?p 'a\u2028b\u2029c' }".encode(),
    "combining": ("ASK { ?s ?p 'a" + "\u0301" * 10_000 + "' }").encode(),
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 40,
}
#: Queries as text, by name.
_ODD: dict[str, str] = {
    "escaped-surrogate": "ASK { ?s ?p '\\uD800' }",
    "escaped-surrogate-pair": "ASK { ?s ?p '\\uD83D\\uDE00' }",
    "escaped-beyond": "ASK { ?s ?p '\\U00110000' }",
    "escaped-nul": "ASK { ?s ?p '\\u0000' }",
    "escaped-cut": "ASK { ?s ?p '\\u00' }",
    "escaped-brackets": "ASK \\u007B ?s ?p ?o \\u007D",
    "literal-60k": "ASK { ?s ?p '" + "x" * 60_000 + "' }",
    "literal-at-limit": "ASK { ?s ?p '" + "x" * (_LIMIT - 15) + "' }",
    "literal-over-limit": "ASK { ?s ?p '" + "x" * _LIMIT + "' }",
    "literal-1mb": "ASK { ?s ?p '" + "x" * 1_000_000 + "' }",
    "literal-wide": "ASK { ?s ?p '" + "𒐫" * 16_000 + "' }",
    "iri-60k": "ASK { ?s ?p <urn:" + "x" * 60_000 + "> }",
    "iri-escapes": "ASK { ?s ?p <urn:" + "\\u0041" * 10_000 + "> }",
    "iri-bad": "ASK { ?s ?p <urn:a b> }",
    "iri-script": "SELECT (<javascript:alert(1)> AS ?x) WHERE {}",
    "variable-60k": "ASK { ?" + "x" * 60_000 + " ?p ?o }",
    "variables-10k": "SELECT " + " ".join(f"?v{n}" for n in range(9_000)) + " WHERE { ?v0 ?p ?o } LIMIT 1",
    "prefixes-3k": " ".join(f"PREFIX p{n}: <urn:{n}:>" for n in range(2_500)) + " ASK { ?s ?p ?o }",
    "prefix-itself": "PREFIX a: <urn:a:> PREFIX a: <urn:b:> ASK { a:x a:y a:z }",
    "prefix-unknown": "ASK { nowhere:x ?p ?o }",
    "language-60k": "ASK { ?s ?p 'x'@" + "-".join(["en"] * 20_000) + " }",
    "language-odd": "ASK { ?s ?p 'x'@--ltr }",
    "integer-60k": "SELECT (" + "9" * 60_000 + " + 1 AS ?x) WHERE {}",
    "decimal-60k": "SELECT (0." + "9" * 60_000 + " * 2 AS ?x) WHERE {}",
    "double-huge": "SELECT (1e999999999 AS ?x) (-1e-999999999 AS ?y) WHERE {}",
    "overflow": "SELECT (9223372036854775807 + 1 AS ?x) (9223372036854775807 * 9223372036854775807 AS ?y) WHERE {}",
    "negated-least": "SELECT (-(-9223372036854775807 - 1) AS ?x) (ABS(-9223372036854775807 - 1) AS ?y) WHERE {}",
    "divided-by-zero": "SELECT (1/0 AS ?x) (1.0/0 AS ?y) (1e0/0 AS ?z) (0e0/0e0 AS ?w) WHERE {}",
    "limit-huge": "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999999",
    "limit-negative": "SELECT * { ?s ?p ?o } LIMIT -1",
    "offset-huge": "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615 LIMIT 18446744073709551615",
    "offset-beyond": "SELECT * { ?s ?p ?o } OFFSET 18446744073709551616",
    "year-huge": "SELECT (YEAR('99999999999999-01-01T00:00:00Z'^^<http://www.w3.org/2001/XMLSchema#dateTime>) AS ?x) WHERE {}",
    "year-negative": "SELECT (YEAR('-9999999999-01-01T00:00:00Z'^^<http://www.w3.org/2001/XMLSchema#dateTime>) AS ?x) WHERE {}",
    "duration-huge": "SELECT ('P999999999999999999999Y'^^<http://www.w3.org/2001/XMLSchema#duration> AS ?x) WHERE {}",
    "date-sum": "SELECT (NOW() + 'P9999999999D'^^<http://www.w3.org/2001/XMLSchema#dayTimeDuration> AS ?x) WHERE {}",
    "substring": "SELECT (SUBSTR('abc', -9223372036854775807, 9223372036854775807) AS ?x) (SUBSTR('aé𒐫', 2, 1) AS ?y) WHERE {}",
    "substring-nan": "SELECT (SUBSTR('abc', 0e0/0e0) AS ?x) WHERE {}",
    "repeated-string": "SELECT (STRLEN(REPLACE('" + "x" * 30_000 + "', 'x', '" + "y" * 30_000 + "')) AS ?n) WHERE {}",
    "casts": "SELECT (<http://www.w3.org/2001/XMLSchema#integer>('" + "1" * 50_000 + "') AS ?x) WHERE {}",
    "function-unknown": "SELECT (<file:///etc/passwd>(1) AS ?x) WHERE {}",
    "function-60": "SELECT (COALESCE(" + ", ".join(["1/0"] * 12_000) + ") AS ?x) WHERE {}",
    "group-concat-separator": "SELECT (GROUP_CONCAT(STR(?p); separator='" + "z" * 60_000 + "') AS ?x) WHERE { ?s ?p ?o }",
    "comment-60k": "#" + "x" * 60_000 + "\nASK { ?s ?p ?o }",
    "comments-20k": "#\n" * 20_000 + "ASK { ?s ?p ?o }",
    "spaces-60k": " " * 60_000 + "ASK { ?s ?p ?o }",
    "string-open": "ASK { ?s ?p '",
    "string-open-60k": "ASK { ?s ?p '''" + "x" * 60_000,
    "quotes-60k": "ASK { ?s ?p " + "'" * 60_000,
    "double-quotes-60k": "ASK { ?s ?p " + '"' * 60_000,
    "backslashes-60k": "ASK { ?s ?p '" + "\\" * 60_000,
    "less-than-60k": "ASK { ?s ?p " + "<" * 60_000,
    "open-iris": "ASK { " + "<a" * 30_000,
    "ats-60k": "ASK { ?s ?p 'x'" + "@" * 60_000,
    "colons-60k": "ASK { " + ":" * 60_000 + " }",
    "dots-60k": "ASK { a:" + "." * 60_000 + " }",
    "percents-60k": "ASK { a:" + "%4" * 30_000 + " }",
    "questions-60k": "ASK { " + "?" * 60_000 + " }",
    "underscores": "ASK { _:" + "a." * 30_000 + " ?p ?o }",
    "hashes-60k": "#" * 60_000,
    "empty": "",
    "blank": " \t\r\n",
    "only-words": "SELECT " * 9_000,
    "two-queries": "ASK { ?s ?p ?o } ; ASK { ?s ?p ?o }",
    "query-and-update": "ASK { ?s ?p ?o } ; CLEAR ALL",
    "update": "DROP ALL",
    "insert-in-comment": "ASK { ?s ?p ?o } #\r INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "select-star-group": "SELECT * WHERE { ?s ?p ?o } GROUP BY ?s",
    "aggregate-nested": "SELECT (SUM(COUNT(?s)) AS ?x) WHERE { ?s ?p ?o }",
    "values-odd": "SELECT * WHERE { VALUES (?a ?b) { (1) } }",
    "undef-joined": "SELECT * WHERE { VALUES (?a ?b) { (UNDEF 1) (2 UNDEF) } VALUES (?a ?b) { (UNDEF UNDEF) } }",
    "version": "VERSION '9.9' ASK { ?s ?p ?o }",
    "html": "<!DOCTYPE html><script>alert(1)</script>",
    "sql": "'; DROP TABLE users; --",
    "template": "{{7*7}}${7*7}<%= 7*7 %>",
    "format": "%s%n%x{0.__class__}",
}


def cases() -> Iterator[Case]:
    """Yield all of them."""
    for name, text in _ODD.items():
        size = len(text.encode("utf-8"))
        allowed = REFUSED if size > _LIMIT else ANY
        yield Case(f"text/{name}", query_post(text), allowed, heavy=True)
        if size < 2_000:
            yield Case(f"text/{name}-get", query_get(text), allowed)
    for name, body in BROKEN.items():
        yield Case(f"encoding/direct-{name}", query_post(body), HARMLESS)
        yield Case(f"encoding/direct-charset-{name}", _charset(body, "utf-16"), HARMLESS)
        form = Request("POST", "/sparql", (("Content-Type", FORM),), b"query=" + body)
        yield Case(f"encoding/form-{name}", form, HARMLESS)
        escaped = quote_from_bytes(body, safe="")
        for kind, target in {
            "query": f"/sparql?query={escaped}",
            "graph": f"/sparql?query=ASK%20%7B%7D&default-graph-uri={escaped}",
            "search": f"/search?q={escaped}",
            "named": f"/q/search?text={escaped}",
            "named-date": f"/q/events?from={escaped}",
            "named-iri": f"/q/describe?iri={escaped}",
            "named-unknown": f"/q/events?{escaped}={escaped}",
            "thing": f"/id/entity/{escaped}",
            "format": f"/q/counts?format={escaped}",
        }.items():
            if len(target) < 8_000:
                yield Case(f"encoding/{kind}-{name}", Request(target=target), HARMLESS)
    for charset in (
        "utf-7",
        "utf-16",
        "ebcdic",
        "",
        '"',
        "utf-8; charset=utf-16",
        "x" * 5_000,
        "\x00",
        "rot13",
        "unicode_escape",
    ):
        if "\x00" not in charset:
            yield Case(f"encoding/charset-{charset[:20] or 'none'}", _charset(b"ASK { ?s ?p ?o }", charset), HARMLESS)
    for number, payload in enumerate(_INJECTED):
        for named, parameter in (("search", "text"), ("events", "participant"), ("events", "from"), ("describe", "iri")):
            target = f"/q/{named}?{parameter}={quote(payload, safe='')}"
            yield Case(
                f"injection/{named}-{parameter}-{number}", Request(target=target), HARMLESS, absent=(b"stolen-by-injection",)
            )
    for name in ("limit", "offset"):
        for value in ("-1", "0", "1e9", "99999999999999999999", "1; DROP ALL", "١٢", "0x10", " 1", "1_000", "NaN", "true", "1.0"):
            yield Case(f"injection/{name}-{value}", Request(target=f"/q/events?{name}={quote(value)}"), HARMLESS)
    everywhere = "ASK { ?s ?p ?o }"
    yield Case("injection/two-queries", query_form(everywhere, ("query", "DROP ALL")), REFUSED)
    yield Case("injection/query-and-update", query_form(everywhere, ("update", "DROP ALL")), REFUSED)


_INJECTED = (
    "x' } UNION { BIND('stolen-by-injection' AS ?thingLabel) } #",
    'x" } UNION { BIND("stolen-by-injection" AS ?thingLabel) } #',
    "\\u0022 } BIND('stolen-by-injection' AS ?thingLabel) #",
    '""" } BIND("stolen-by-injection" AS ?thingLabel) #',
    "> ?p ?o } UNION { ?thing ?y 'stolen-by-injection' } #",
    "urn:x> } UNION { BIND('stolen-by-injection' AS ?value) } #",
    "x\n} #",
    "x\r\n} #",
    "\\",
    "\\\\' }",
    "}}}}}",
    "?x",
    "UNDEF",
    "<urn:x>",
    "'^^<urn:x>",
    "'@en } #",
    "2020-01-01' || true || '",
    "../../../etc/passwd",
    "%00",
    "%25%32%37",
)


def _charset(body: bytes, charset: str) -> Request:
    return Request("POST", "/sparql", (("Content-Type", f"{QUERY}; charset={charset}"),), body)
