"""/sparql: the SPARQL 1.1 Protocol for queries and updates, and the service description.

This is an ASGI application of its own, not a route of FastAPI: what FastAPI does for each request costs more than a small query.
"""

from __future__ import annotations

import binascii
import functools
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from crisiskg.api.access import Caller, caller_of, header
from crisiskg.api.description import service_description
from crisiskg.api.negotiation import HTML, SHORT, choose
from crisiskg.api.reading import table_of
from crisiskg.api.streaming import content_type, send_answer, send_kept, send_whole
from crisiskg.asking import JSON
from crisiskg.errors import InvalidParameter, LimitExceeded, MethodNotAllowed, QueryRefused, UnsupportedSource
from crisiskg.identity.expansion import LEAST_SCORE, MODES, Expansion, read_expansion
from crisiskg.serving.cache import Kept
from crisiskg.workers.process import RDF_FORMATS, RESULT_FORMATS
from crisiskg.workers.requests import query_request

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from crisiskg.api.service import Service

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
#: Most rows and bytes that the page of an answer shows.
_PAGE_ROWS, _PAGE_BYTES = 10_000, 8_388_608
_FORMATS = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
_SUFFIX = {media: name for name, medias in SHORT.items() for media in medias if name not in ("json", "xml")} | {
    JSON: "json",
    "application/sparql-results+xml": "xml",
}
#: A percent sign that escapes nothing.
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
#: How far the IRIs in a query stand for all that are the same.
IDENTITY_OPENAPI: list[dict[str, Any]] = [
    {
        "name": "identity",
        "in": "query",
        "description": "How far an IRI stands for all that are the same",
        "schema": {"type": "string", "enum": list(MODES), "default": "none"},
    },
    {
        "name": "min",
        "in": "query",
        "description": "With identity=close: least score of unsure judgements",
        "schema": {"type": "number", "minimum": 0, "maximum": 1, "default": LEAST_SCORE},
    },
]
_ETAG = re.compile(rb'(?:W/)?("[^"]*")')
OPENAPI: dict[str, Any] = {
    "parameters": [
        {"name": "query", "in": "query", "schema": {"type": "string"}, "description": "SPARQL 1.1 query"},
        {
            "name": "default-graph-uri",
            "in": "query",
            "description": "Graph of the default graph",
            "schema": {"type": "array", "items": {"type": "string"}},
        },
        {
            "name": "named-graph-uri",
            "in": "query",
            "description": "Graph that GRAPH can name",
            "schema": {"type": "array", "items": {"type": "string"}},
        },
        {
            "name": "format",
            "in": "query",
            "schema": {"type": "string"},
            "description": "json, xml, csv, tsv, ttl, nt, rdf, jsonld, nq, trig or html",
        },
        {
            "name": "generation",
            "in": "query",
            "schema": {"type": "integer"},
            "description": "Number of the generation to ask, while it is kept; without it the newest",
        },
        *IDENTITY_OPENAPI,
    ]
}


@functools.lru_cache(1024)
def _wanted(accept: str | None, format_: str | None) -> tuple[str, ...]:
    """Return the formats to answer with, best first; remembered, because clients ask for the same ones over and over."""
    return tuple(choose(accept, format_, _FORMATS))


class SparqlEndpoint:
    """The endpoint.

    Args:
        service: What requests are answered with.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._settings = service.settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer one request; return the status.

        Raises:
            CrisiskgError: what is to be told to the client.
        """
        method = scope["method"]
        query_string: bytes = scope["query_string"]
        accept = header(scope, b"accept")
        if method in ("GET", "HEAD"):
            body, sent_as = b"", b""
        elif method in ("POST", "QUERY"):
            body = await read_body(
                scope, receive, max(self._settings.max_query_bytes, self._settings.max_update_bytes) * 3 + 16_384
            )
            sent_as = header(scope, b"content-type")
        else:
            raise MethodNotAllowed(
                f"{method[:20]} is not possible at /sparql", allowed=("GET", "HEAD", "OPTIONS", "POST", "QUERY")
            )
        client = self._service.client
        key = (query_string, accept, sent_as, body)
        revision = client.revision
        if revision and (kept := self._service.cache.get(revision, key)) is not None:
            self._service.count("answers_from_cache")
            if header(scope, b"authorization"):
                caller_of(scope, self._service.tokens)
            return await send_kept(scope, send, kept, etags_of(scope), [request_id_of(scope)])
        caller = caller_of(scope, self._service.tokens)
        given = self._given(method, query_string, sent_as, body)
        names = {name for name, _ in given}
        if "update" in names:
            if method != "POST" or "query" in names:
                raise QueryRefused("an update is sent alone, with POST")
            if "identity" in names or "min" in names:
                raise InvalidParameter("identity and min go with a query, not with an update")
            return await self._service.writes.update(scope, send, caller, given)
        if "query" not in names:
            if method in ("POST", "QUERY"):
                raise InvalidParameter("exactly one parameter query or update is needed, not 0")
            return await self._describe(scope, receive, send, given, caller)
        return await self._answer(scope, receive, send, caller, given, key)

    def _given(self, method: str, query_string: bytes, sent_as: bytes, body: bytes) -> list[tuple[str, str]]:
        """Return the parameters of the protocol, in the address and in the body."""
        given = parameters(query_string)
        if method in ("GET", "HEAD"):
            if any(name == "update" for name, _ in given):
                raise QueryRefused("an update is not possible with GET")
            return given
        kind, charset = media_type_of(sent_as)
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            raise UnsupportedSource(f"the body must be in UTF-8, not {charset[:40]!r}")
        if kind == FORM:
            return given + parameters(body)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidParameter(f"the body is not UTF-8 (byte {error.start})") from error
        if kind == QUERY:
            return [*given, ("query", text)]
        if kind == UPDATE:
            if method != "POST":
                raise QueryRefused("an update is sent with POST")
            return [*given, ("update", text)]
        allowed = f"{QUERY}, {UPDATE} or {FORM}" if method == "POST" else f"{QUERY} or {FORM}"
        raise UnsupportedSource(f"a query or update is sent as {allowed}, not as {kind[:60] or 'nothing'!r}")

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        caller: Caller,
        given: list[tuple[str, str]],
        key: tuple[bytes, ...],
    ) -> int:
        query = one(given, "query") or ""
        settings, service = self._settings, self._service
        limit = settings.max_query_bytes
        if len(query) > limit or (len(query) * 4 > limit and len(query.encode("utf-8", "surrogatepass")) > limit):
            raise LimitExceeded(
                f"the query is longer than the {limit} bytes that are allowed", hint="The setting is max_query_bytes."
            )
        wanted = _wanted(accept_of(scope), one(given, "format"))
        generation = generation_of(given)
        identity = identity_of(given)
        page = wanted[0] == HTML
        medias = (JSON, "text/turtle") if page else tuple(media for media in wanted if media != HTML)
        if not page and (seen := self._unchanged(scope, medias, generation, identity)) is not None:
            headers = [*self._headers(seen[1]), (b"etag", seen[0]), request_id_of(scope)]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return 304
        asked, limits = query, settings if not page else service.page_settings(_PAGE_ROWS, _PAGE_BYTES)
        if service.federation is not None and identity is None:  # with identity a worker refuses SERVICE
            query = await service.federated(query, service.address(scope))
            if query is not asked:  # what endpoints answered stands in it, so it may be longer
                limits = limits.model_copy(update={"max_query_bytes": service.federation.query_settings.max_query_bytes})
        request = query_request(
            limits,
            query,
            medias,
            default_graphs=[value for name, value in given if name == "default-graph-uri"],
            named_graphs=[value for name, value in given if name == "named-graph-uri"],
            base_iri=service.address(scope),
            generation=generation,
            identity=identity,
            data_base=service.base_iri,
        )
        exchange = await service.ask(scope, caller, request, text=asked if query is not asked else "")
        try:
            assert exchange.header is not None
            if page:
                return await self._page(scope, receive, send, asked, exchange, identity)
            found = exchange.header
            media, number = found["media_type"], found["generation"]
            service.client.saw(number)  # or an answer that is kept for the generation before could follow this one
            headers = [*self._headers(number), (b"content-type", content_type(media))]
            etag = b""
            if not found["volatile"] and service.client.tag and number and query is asked:
                etag = f'"{service.client.tag}-{number}-{_SUFFIX[media]}{_marked(identity)}"'.encode("ascii")
                headers.append((b"etag", etag))
            body = await send_answer(scope, send, exchange, [*headers, request_id_of(scope)])
            if body is not None and etag and number == service.client.generation and generation is None:
                service.cache.put(service.client.revision, key, Kept(headers, body, etag))
            return 200
        finally:
            service.client.release(exchange)

    def _unchanged(
        self, scope: Scope, medias: tuple[str, ...], generation: int | None, identity: Expansion | None
    ) -> tuple[bytes, int] | None:
        """Return the entity tag, and the generation, where the client has the very answer that it would get."""
        client = self._service.client
        number = generation or client.generation
        if not client.tag or not number or number > client.generation:
            return None
        for family in (RESULT_FORMATS, RDF_FORMATS):
            best = next((media for media in medias if media in family), None)
            if best is not None:
                etag = f'"{client.tag}-{number}-{_SUFFIX[best]}{_marked(identity)}"'.encode("ascii")
                if etag in etags_of(scope):
                    return etag, number
        return None

    def _headers(self, generation: int) -> list[tuple[bytes, bytes]]:
        return [
            (b"vary", b"Accept"),
            (b"cache-control", b"no-cache"),
            (b"x-crisiskg-generation", b"%d" % generation),
            *self._service.open_headers,
        ]

    async def _page(
        self, scope: Scope, receive: Receive, send: Send, query: str, exchange: Any, identity: Expansion | None
    ) -> int:
        while not exchange.over:
            await exchange.more()
        if exchange.error is not None:
            raise exchange.error
        body = bytearray()
        while part := exchange.body.take():
            body += part
        found: dict[str, Any] = {"table": None, "text": None, "truth": None, "identity": identity.mode if identity else None}
        kind = exchange.header["kind"]
        if kind == "bindings":
            found["table"] = table_of(bytes(body))
        elif kind == "boolean":
            found["truth"] = bool(json.loads(body)["boolean"])
        else:
            found["text"] = body.decode("utf-8")
        request = Request(scope, receive)
        headers = {"X-Crisiskg-Generation": str(exchange.header["generation"])}
        response = self._service.renderer.page(request, "sparql.html", headers=headers, query=query, **found)
        response.raw_headers.append(request_id_of(scope))
        await response(scope, receive, send)
        return 200

    async def _describe(self, scope: Scope, receive: Receive, send: Send, given: list[tuple[str, str]], caller: Caller) -> int:
        wanted = choose(accept_of(scope), one(given, "format"), [*RDF_FORMATS, HTML])[0]
        if wanted == HTML:
            page = self._service.renderer.page(
                Request(scope, receive), "sparql.html", query=EXAMPLE, table=None, text=None, truth=None, identity=None
            )
            await page(scope, receive, send)
            return 200
        settings = self._settings
        body = service_description(
            self._service.address(scope),
            wanted,
            updates=settings.writable and (settings.open_writes or caller.may("write")),
            union=settings.union_default_graph,
            federation=self._service.federation is not None,
        )
        headers = [(b"vary", b"Accept, Authorization"), (b"content-type", content_type(wanted)), *self._service.open_headers]
        await send_whole(scope, send, 200, [*headers, request_id_of(scope)], body)
        return 200


EXAMPLE = """PREFIX ckg: <https://w3id.org/crisiskg/ontology#>
PREFIX ckgc: <https://w3id.org/crisiskg/code/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?event ?eventLabel ?begin ?quote WHERE {
  ?event a ckg:Event ; rdfs:label ?eventLabel ; ckg:factuality ckgc:fact-happened .
  OPTIONAL { ?event ckg:earliestBegin ?begin }
  ?claim ckg:isAbout ?event ; ckg:hasEvidence/ckg:quote ?quote .
} ORDER BY ?begin ?event ?quote LIMIT 50
"""


# --- the parts of a request -------------------------------------------------------------------------------------------


def parameters(text: bytes) -> list[tuple[str, str]]:
    """Return the parameters of a query string or form.

    Raises:
        InvalidParameter: there are too many, or they are not UTF-8.

    >>> parameters(b"query=ASK+%7B%7D&x")
    [('query', 'ASK {}'), ('x', '')]
    """
    try:
        plain = text.decode("ascii" if text.isascii() else "utf-8")
        if plain.startswith("query=") and "&" not in plain and "%" in plain:
            return [("query", unescaped(plain[6:]))]
        return parse_qsl(plain, keep_blank_values=True, max_num_fields=1000, errors="strict")
    except ValueError as error:
        raise InvalidParameter(f"the parameters cannot be read: {str(error)[:200]}") from error


def unescaped(text: str) -> str:
    """Return `urllib.parse.unquote_plus` of ASCII text, which takes a fifth of the time.

    Raises:
        ValueError: it is not UTF-8.

    >>> unescaped("ASK+%7B+%3fs+%3D+'%C3%A9'+%7D="), unescaped("100%+%zz")
    ("ASK { ?s = 'é' }=", '100% %zz')
    """
    if _NO_ESCAPE.search(text):
        return unquote_plus(text, errors="strict")
    # Quoted-printable writes a byte as = and two hexadecimal digits, and its decoder is in C.
    plain = text.replace("=", "%3D").replace("+", " ").replace("%", "=")
    return binascii.a2b_qp(plain).decode("utf-8")


def one(given: list[tuple[str, str]], name: str) -> str | None:
    """Return the value of a parameter that may be given once.

    Raises:
        InvalidParameter: it is given more often.
    """
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise InvalidParameter(f"exactly one parameter {name} is needed, not {len(values)}")
    return values[0] if values else None


def generation_of(given: list[tuple[str, str]]) -> int | None:
    """Return the number of the generation that is asked for.

    Raises:
        InvalidParameter: it is no number.
    """
    text = one(given, "generation")
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise InvalidParameter(f"generation must be a number, not {text[:40]!r}")
    return int(text)


def identity_of(given: list[tuple[str, str]]) -> Expansion | None:
    """Return how far constants of the query stand for all that are the same; None for not at all.

    Raises:
        InvalidParameter: identity or min has a value that is not possible.

    >>> identity_of([("query", "ASK {}"), ("identity", "close"), ("min", "0.9")])
    Expansion(mode='close', least=0.9)
    """
    if len(given) == 1:
        return None
    # What a form leaves empty is not asked for.
    found = read_expansion(one(given, "identity") or None, one(given, "min") or None)
    return None if found.mode == "none" else found


def _marked(identity: Expansion | None) -> str:
    """Return what tells the entity tag of an answer with identity from that of one without."""
    if identity is None:
        return ""
    return f"-{identity.mode}{identity.least:g}" if identity.mode == "close" else f"-{identity.mode}"


def accept_of(scope: Scope) -> str | None:
    """Return the Accept headers as one."""
    values = [value for name, value in scope["headers"] if name == b"accept"]
    return b",".join(values).decode("latin-1") if values else None


def etags_of(scope: Scope) -> list[bytes]:
    """Return the entity tags of If-None-Match, in quotes."""
    given = header(scope, b"if-none-match")
    return _ETAG.findall(given) if given else []


def request_id_of(scope: Scope) -> tuple[bytes, bytes]:
    """Return the header with the name of the request."""
    return (b"x-request-id", scope["state"]["request_id"].encode("ascii"))


def media_type_of(value: bytes) -> tuple[str, str]:
    """Return media type and charset of a Content-Type.

    >>> media_type_of(b'Text/Turtle; charset="UTF-8"')
    ('text/turtle', 'utf-8')
    """
    kind, *rest = value.decode("latin-1").split(";")
    charset = ""
    for parameter in rest:
        if match := re.fullmatch(r'\s*charset\s*=\s*"?([^"\s]*)"?\s*', parameter, re.IGNORECASE):
            charset = match[1].lower()
    return kind.strip().lower(), charset


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        LimitExceeded: it is too large; the rest is not read.
        ClientDisconnect: the client left.
    """
    from starlette.requests import ClientDisconnect

    length = header(scope, b"content-length")
    if length.isdigit() and (len(length) > 15 or int(length) > limit):
        raise LimitExceeded(f"the body is larger than {limit} bytes")
    parts = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise LimitExceeded(f"the body is larger than {limit} bytes")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
