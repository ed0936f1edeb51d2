"""Any number of random requests from a seed: SPARQL from a grammar, valid and broken; RDF in every format; HTTP."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from crisiskg.namespaces import RDF
from hostile.cases import ANY, WRITTEN, Case, Request, encoded, graph_write, query_form, query_get, query_post, update_post

_VARIABLES = ("?s", "?p", "?o", "?x", "?y", "$z", "?SERVICE", "?été")
_IRIS = (
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<http://www.w3.org/2000/01/rdf-schema#label>", "ckg:Event",
    "ckg:hasActor", "ckg:quote", "a:b", "a:", "<urn:x>", "<>", "<#f>", "<../x>", "<urn:\\u0041>", "a:\\~x", "a:%41",
    "<urn:hostile:long>", "xsd:integer", "ckg:earliestBegin",
)  # fmt: skip
_LITERALS = (
    "1", "-1", "+1.5", "1e3", "01", "1.", ".5", "1e-400", "9999999999999999999999", "true", "false", "''", '""', "'x'", "'x'@en",
    "'x'@en-Latn-x-a", "'2020-01-01'^^xsd:date", "'nonsense'^^xsd:date", "'x'^^<urn:t>", "'''a\n'b'''", '"""a\n"b"""',
    "'\\t\\n\\\\'", "'\\u00e9'", "'\U0001f600'", "'\u202e'", "'INF'^^xsd:double", "'NaN'^^xsd:double", "'P1Y'^^xsd:duration",
    "'SERVICE <http://127.0.0.1/> {'",
)  # fmt: skip
_FUNCTIONS = (
    "STR", "LANG", "DATATYPE", "IRI", "BNODE", "ABS", "CEIL", "FLOOR", "ROUND", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI",
    "YEAR", "MONTH", "DAY", "HOURS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA512", "isIRI", "isBLANK", "isLITERAL", "isNUMERIC",
    "xsd:integer", "xsd:dateTime", "xsd:boolean",
)  # fmt: skip
_FUNCTIONS_2 = (
    "CONTAINS",
    "STRSTARTS",
    "STRENDS",
    "STRBEFORE",
    "STRAFTER",
    "STRDT",
    "STRLANG",
    "sameTerm",
    "LANGMATCHES",
    "REGEX",
    "CONCAT",
    "SUBSTR",
)
_OPERATORS = ("+", "-", "*", "/", "=", "!=", "<", ">=", "&&", "||")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")
_NASTY = (
    "{", "}", "(", ")", "[", "]", "<", ">", "<<", ">>", "<<(", ")>>", "{|", "|}", "'", '"', "'''", '"""', "\\", "\\u0000",
    "\\uD800", "#", "\n", "\r", "\x00", "@", "^^", "^", "/", "|", "*", "+", "?", "!", "!=", "&&", "||", ".", ";", ",", ":", "_:",
    "_:a", "SERVICE", "LOAD", "FROM", "FROM NAMED", "GRAPH", "UNION", "MINUS", "OPTIONAL", "VALUES", "UNDEF", "BIND", "AS",
    "FILTER", "EXISTS", "NOT", "IN", "SELECT", "DISTINCT", "REDUCED", "*", "WHERE", "LIMIT", "OFFSET", "ORDER BY", "GROUP BY",
    "HAVING", "INSERT", "DELETE", "DATA", "WITH", "USING", "CLEAR ALL", "BASE <urn:b>", "PREFIX z: <urn:z:>", "a", "\ufeff",
    "\u2028", "\U0010ffff", "é", "9" * 50, "x" * 300, "{" * 80, "VERSION '1.2'", "TRIPLE(1,2,3)", "LATERAL", "%", "%zz",
    "<http://127.0.0.1:9/>",
)  # fmt: skip
_PROLOGUE = (
    "PREFIX ckg: <https://w3id.org/crisiskg/ontology#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX a: <urn:a:>\n"
)
_ACCEPTS = (
    "*/*", "text/csv", "text/tab-separated-values", "application/sparql-results+xml", "application/sparql-results+json",
    "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/trig", "text/html",
    "image/png", "", "*/*;q=0",
)  # fmt: skip


class Writer:
    """Writes random SPARQL.

    Args:
        chance: Source of randomness.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def one(self, *makers: Callable[[], str]) -> str:
        """Return what one of the functions makes."""
        return self.chance.choice(makers)()

    def several(self, maker: Callable[[], str], most: int, between: str = " ", least: int = 1) -> str:
        """Return what a function makes, some times."""
        return between.join(maker() for _ in range(self.chance.randint(least, most)))

    def variable(self) -> str:
        """Return a variable."""
        return self.chance.choice(_VARIABLES)

    def iri(self) -> str:
        """Return an IRI, written in full or with a prefix."""
        return self.chance.choice(_IRIS)

    def literal(self) -> str:
        """Return a literal."""
        return self.chance.choice(_LITERALS)

    def term(self) -> str:
        """Return a term of a pattern."""
        return self.one(self.variable, self.variable, self.iri, self.iri, self.literal)

    def node(self, depth: int) -> str:
        """Return a subject or object, which may hold others."""
        if depth <= 0 or self.chance.random() < 0.85:
            return self.term()
        return self.one(
            lambda: f"[ {self.path(1)} {self.node(depth - 1)} ]",
            lambda: f"( {self.several(lambda: self.node(depth - 1), 3)} )",
            lambda: f"<<( {self.iri()} {self.iri()} {self.node(depth - 1)} )>>",
            lambda: "[]",
        )

    def path(self, depth: int) -> str:
        """Return a predicate or a property path."""
        if depth <= 0 or self.chance.random() < 0.6:
            return self.one(self.iri, self.iri, self.variable) if depth == 2 else self.iri()
        return self.one(
            lambda: f"({self.path(depth - 1)}/{self.path(depth - 1)})",
            lambda: f"({self.path(depth - 1)}|{self.path(depth - 1)})",
            lambda: f"({self.path(depth - 1)}){self.chance.choice('*+?')}",
            lambda: f"^({self.path(depth - 1)})",
            lambda: f"!({self.iri()}|^{self.iri()})",
        )

    def expression(self, depth: int) -> str:
        """Return an expression."""
        if depth <= 0:
            return self.one(self.variable, self.literal, self.iri)
        deeper = depth - 1
        return self.one(
            lambda: self.expression(0),
            lambda: f"({self.expression(deeper)} {self.chance.choice(_OPERATORS)} {self.expression(deeper)})",
            lambda: f"{self.chance.choice(_FUNCTIONS)}({self.expression(deeper)})",
            lambda: f"{self.chance.choice(_FUNCTIONS_2)}({self.expression(deeper)}, {self.expression(deeper)})",
            lambda: f"IF({self.expression(deeper)}, {self.expression(deeper)}, {self.expression(deeper)})",
            lambda: f"COALESCE({self.several(lambda: self.expression(deeper), 3, ', ')})",
            lambda: f"({self.expression(deeper)} IN ({self.several(lambda: self.expression(0), 3, ', ')}))",
            lambda: f"{self.chance.choice(['!', '-', '+'])}({self.expression(deeper)})",
            lambda: f"BOUND({self.variable()})",
            lambda: f"{self.chance.choice(['EXISTS', 'NOT EXISTS'])} {self.group(0)}",
            lambda: self.chance.choice(["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"]),
        )

    def triple(self) -> str:
        """Return a triple pattern."""
        return f"{self.node(2)} {self.path(2)} {self.node(2)} ."

    def element(self, depth: int) -> str:
        """Return one element of a group."""
        if depth <= 0:
            return self.triple()
        deeper = depth - 1
        return self.one(
            self.triple,
            self.triple,
            lambda: f"FILTER({self.expression(2)})",
            lambda: f"OPTIONAL {self.group(deeper)}",
            lambda: f"{self.group(deeper)} UNION {self.group(deeper)}",
            lambda: f"MINUS {self.group(deeper)}",
            lambda: f"GRAPH {self.one(self.variable, self.iri)} {self.group(deeper)}",
            lambda: f"BIND({self.expression(2)} AS ?b{self.chance.randrange(1000)})",
            lambda: (
                f"VALUES {self.variable()} {{ {self.several(lambda: self.one(self.iri, self.literal, lambda: 'UNDEF'), 4)} }}"
            ),
            lambda: f"{{ {self.select(deeper)} }}",
        )

    def group(self, depth: int) -> str:
        """Return a group graph pattern."""
        return f"{{ {self.several(lambda: self.element(depth), 3)} }}"

    def select(self, depth: int) -> str:
        """Return a SELECT without prologue."""
        if self.chance.random() < 0.2:
            key = self.variable()
            inner = (
                self.one(lambda: "*", lambda: f"DISTINCT {self.expression(1)}") if self.chance.random() < 0.5 else self.variable()
            )
            made = f"({self.chance.choice(_AGGREGATES)}({inner}) AS ?agg)"
            return f"SELECT {key} {made} WHERE {self.group(depth)} GROUP BY {key} LIMIT {self.chance.randint(0, 50)}"
        shown = self.one(lambda: "*", lambda: self.several(self.variable, 3), lambda: f"({self.expression(2)} AS ?e)")
        order = (
            f" ORDER BY {self.one(self.variable, lambda: f'DESC({self.expression(1)})')}" if self.chance.random() < 0.2 else ""
        )
        kept = self.chance.choice(("", "DISTINCT ", "REDUCED "))
        return f"SELECT {kept}{shown} WHERE {self.group(depth)}{order} LIMIT {self.chance.randint(0, 50)}"

    def query(self) -> str:
        """Return a query of any form."""
        return _PROLOGUE + self.one(
            lambda: self.select(2),
            lambda: self.select(2),
            lambda: f"ASK {self.group(2)}",
            lambda: f"CONSTRUCT {{ {self.several(self.triple, 2)} }} WHERE {self.group(2)} LIMIT 50",
            lambda: f"DESCRIBE {self.iri()}",
            lambda: f"DESCRIBE {self.variable()} WHERE {self.group(1)} LIMIT 3",
        )

    def data(self) -> str:
        """Return triples without variables."""
        return self.several(lambda: f"{self.iri()} {self.iri()} {self.one(self.iri, self.literal, lambda: '_:x')} .", 4)

    def update(self) -> str:
        """Return an update."""
        graph = f"<urn:hostile:{self.chance.randrange(20)}>"
        operations: tuple[Callable[[], str], ...] = (
            lambda: f"INSERT DATA {{ GRAPH {graph} {{ {self.data()} }} }}",
            lambda: f"DELETE DATA {{ GRAPH {graph} {{ {self.data().replace('_:x', '<urn:o>')} }} }}",
            lambda: f"INSERT {{ GRAPH {graph} {{ {self.triple()} }} }} WHERE {{ {self.select(1)} }}",
            lambda: f"DELETE WHERE {{ GRAPH {graph} {{ {self.triple()} }} }}",
            lambda: f"{self.chance.choice(['CLEAR', 'DROP', 'CREATE'])} {self.chance.choice(['', 'SILENT '])}GRAPH {graph}",
            lambda: f"{self.chance.choice(['COPY', 'MOVE', 'ADD'])} SILENT {graph} TO <urn:hostile:{self.chance.randrange(20)}>",
        )
        return _PROLOGUE + self.several(lambda: self.one(*operations), 3, " ;\n")


def mutated(text: str, chance: random.Random) -> str:
    """Return a text with some damage."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        until = min(len(text), at + chance.randint(1, 20))
        what = chance.randrange(7)
        if what == 0:
            text = text[:at] + text[until:]
        elif what == 1:
            text = text[:until] + text[at:until] * chance.randint(1, 30) + text[until:]
        elif what == 2:
            text = text[:at]
        elif what == 3:
            text = text[:at] + chr(chance.choice((chance.randrange(1, 128), chance.randrange(128, 0xD800)))) + text[at + 1 :]
        elif what == 4:
            text = text[at:] + text[:at]
        else:
            text = f"{text[:at]} {chance.choice(_NASTY)} {text[at:]}"
    return text[:100_000]


def _sparql(chance: random.Random) -> Request:
    writer = Writer(chance)
    text = writer.query()
    if chance.random() < 0.5:
        text = mutated(text, chance)
    way = chance.randrange(4)
    accept = (("Accept", chance.choice(_ACCEPTS)),)
    if way == 0 and len(text) < 5_000:
        return query_get(text, headers=accept)
    if way == 1:
        return query_form(
            text,
            *(
                [("default-graph-uri", chance.choice(("urn:x", "", "a b", "file:///etc/passwd")))]
                if chance.random() < 0.2
                else []
            ),
        )
    body = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        body = _damaged(body, chance)
    return query_post(body, accept[0][1])


def _update(chance: random.Random) -> Request:
    text = Writer(chance).update()
    if chance.random() < 0.5:
        text = mutated(text, chance)
        # Damage must not make a request that empties the store on which the others work.
        for word in ("ALL", "DEFAULT", "NAMED"):
            text = text.replace(word, word[:2])
    return update_post(text)


def _damaged(body: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        if not damaged:
            break
        at = chance.randrange(len(damaged))
        what = chance.randrange(4)
        if what == 0:
            damaged[at] = chance.randrange(256)
        elif what == 1:
            del damaged[at : at + chance.randint(1, 30)]
        elif what == 2:
            damaged[at:at] = damaged[at : at + 40] * chance.randint(1, 20)
        else:
            del damaged[at:]
    return bytes(damaged)


def _rdf(chance: random.Random) -> Request:
    names = [
        f"urn:hostile:{chance.choice(('s', 'p', 'o', 'é', 'x%20y'))}{chance.randrange(9)}"
        for _ in range(3 * chance.randint(1, 12))
    ]
    triples = list(zip(names[::3], names[1::3], names[2::3], strict=True))
    plain = "".join(f"<{s}> <{p}> {chance.choice((f'<{o}>', '_:b', chr(34) + o + chr(34) + '@en'))} .\n" for s, p, o in triples)
    elements = "".join(f'<r:Description r:about="{s}"><x:p r:resource="{o}"/></r:Description>' for s, _, o in triples)
    documents = {
        "text/turtle": f"@prefix a: <urn:a:> .\n{plain}",
        "application/n-triples": plain,
        "application/trig": f"<urn:hostile:g> {{ {plain} }}",
        "application/n-quads": plain,
        "application/ld+json": json.dumps(
            [{"@id": s, p: [{"@id": o}, 1.5, {"@value": "x", "@language": "en"}]} for s, p, o in triples]
        ),
        "application/rdf+xml": f'<r:RDF xmlns:r="{RDF}" xmlns:x="urn:x:">{elements}</r:RDF>',
    }
    media_type, text = chance.choice(list(documents.items()))
    body = text.encode("utf-8")
    if chance.random() < 0.6:
        body = _damaged(body, chance)
    if chance.random() < 0.1:
        media_type = chance.choice(list(documents))
    return graph_write(body, media_type, chance.choice(("PUT", "POST")), f"urn:hostile:{chance.randrange(20)}")


_PIECES = (
    "/", "q", "id", "sparql", "graphs", "search", "static", "docs", "events", "entity", "Q912", "..", "%2e%2e", "%00", "%ff",
    "//", ".ttl", ".csv", "é", ";", "=", "crisiskg.css", "healthz", "queries", "x" * 500, "%", "%0d%0a", "?", "#", "*", "~", "'",
    '"', "<", "\\",
)  # fmt: skip
_NAMES = (
    "query",
    "q",
    "text",
    "format",
    "limit",
    "offset",
    "graph",
    "default",
    "participant",
    "of",
    "iri",
    "factuality",
    "update",
    "revision",
    "token",
    "",
)
_HEADER_NAMES = (
    "Accept", "Accept-Language", "Range", "If-None-Match", "If-Match", "If-Modified-Since", "Content-Type", "Content-Encoding",
    "Expect", "Cookie", "Origin", "X-Forwarded-For", "X-Forwarded-Proto", "Authorization", "Cache-Control", "User-Agent",
    "Prefer", "X-Request-ID", "Host", "Upgrade", "TE",
)  # fmt: skip


def _words(chance: random.Random, pieces: Sequence[str], most: int) -> str:
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, most)))


def _http(chance: random.Random) -> Request:
    writer = Writer(chance)
    values: tuple[Callable[[], str], ...] = (
        writer.term,
        lambda: mutated("text", chance),
        lambda: chance.choice(_NASTY),
        lambda: str(chance.randint(-(2**70), 2**70)),
        lambda: writer.query(),
    )
    pairs = [(chance.choice(_NAMES), chance.choice(values)()) for _ in range(chance.randint(0, 4))]
    target = "/" + "/".join(_words(chance, _PIECES, 2) for _ in range(chance.randint(1, 4)))
    target = quote(target, safe="/%?#=;*~'.:@")[:6_000] + ("?" + encoded(pairs) if pairs else "")
    headers = tuple(
        (chance.choice(_HEADER_NAMES), mutated(chance.choice(_ACCEPTS), chance).translate({13: None, 10: None, 0: None})[:2_000])
        for _ in range(chance.randint(0, 4))
    )
    method = chance.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "TRACE"))
    body = _damaged(writer.query().encode(), chance) if method in {"POST", "PUT", "PATCH"} else b""
    request = Request(method, target, headers, body)
    if chance.random() < 0.3:
        return Request(method, target, raw=_damaged(request.wire("{host}").replace(b"{host}", b"x"), chance))
    return request


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield random requests; the same seed gives the same ones.

    Args:
        seed: Of the random choices.
        count: How many.
    """
    allowed = ANY | WRITTEN | {206, 301, 303, 304, 307, 308, 501, 505}
    for number in range(count):
        # A seed of its own for each, so that one of them can be made again alone.
        chance = random.Random(seed * 1_000_003 + number)
        draw = chance.random()
        if draw < 0.55:
            yield Case(f"random-query/{seed}-{number}", _sparql(chance), allowed, heavy=True)
        elif draw < 0.65:
            yield Case(f"random-update/{seed}-{number}", _update(chance), allowed, variant="open", heavy=True, slow_s=5.0)
        elif draw < 0.8:
            yield Case(f"random-rdf/{seed}-{number}", _rdf(chance), allowed, variant="open", heavy=True, slow_s=5.0)
        else:
            yield Case(f"random-http/{seed}-{number}", _http(chance), allowed, may_close=True, heavy=True)
