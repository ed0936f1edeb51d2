"""/graphs: the SPARQL 1.1 Graph Store HTTP Protocol, indirect (?graph=, ?default), direct (the address is the graph), and whole.

Like /sparql an ASGI application of its own.
"""

from __future__ import annotations

import asyncio
import email.parser
import email.policy
import hashlib
from typing import TYPE_CHECKING, Any

from crisiskg.api.access import Caller, allow_write, caller_of, header
from crisiskg.api.negotiation import choose
from crisiskg.api.sparql import accept_of, etags_of, generation_of, media_type_of, one, parameters, read_body, request_id_of
from crisiskg.api.streaming import content_type, send_answer
from crisiskg.api.writes import conditions, wants_dry_run
from crisiskg.errors import InvalidParameter, MethodNotAllowed, UnsupportedSource
from crisiskg.workers.process import QUAD_FORMATS, RDF_FORMATS
from crisiskg.workers.requests import graph_iri, graph_request
from crisiskg.writing.requests import WriteRequest

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from crisiskg.api.service import Service

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
_BODIES = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "application/n-quads",
    "application/trig",
)
_SUFFIX = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/n-quads": "nq",
    "application/trig": "trig",
}
#: Media types by the ends of file names, for parts of a form that say no type.
_ENDS = {f".{suffix}": media for media, suffix in _SUFFIX.items()} | {
    ".xml": "application/rdf+xml",
    ".json": "application/ld+json",
}
_MOST_PARTS = 100
OPENAPI: dict[str, Any] = {
    "parameters": [
        {"name": "graph", "in": "query", "schema": {"type": "string"}, "description": "IRI of the graph"},
        {"name": "default", "in": "query", "schema": {"type": "string"}, "description": "The default graph"},
        {"name": "dry-run", "in": "query", "schema": {"type": "boolean"}, "description": "Try the write and change nothing"},
        {"name": "format", "in": "query", "schema": {"type": "string"}, "description": "ttl, nt, rdf, jsonld, nq or trig"},
    ]
}


class GraphStore:
    """The graph store.

    Args:
        service: What requests are answered with.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer one request; return the status.

        Raises:
            CrisiskgError: what is to be told to the client.
        """
        method = scope["method"]
        given = parameters(scope["query_string"])
        if method not in _METHODS:
            raise MethodNotAllowed(f"{method[:20]} is not possible at {scope['path'][:100]}", allowed=_METHODS)
        caller = caller_of(scope, self._service.tokens)
        graph = self._graph(scope, given)
        if method in ("GET", "HEAD"):
            return await self._read(scope, send, caller, given, graph)
        allow_write(scope, caller, self._service.settings)
        return await self._write(scope, receive, send, given, graph)

    def _graph(self, scope: Scope, given: list[tuple[str, str]]) -> str | None:
        """Return the graph that a request means; None for the whole dataset."""
        named, default = one(given, "graph"), any(name == "default" for name, _ in given)
        direct = scope["path"].rstrip("/") != "/graphs"
        if (named is not None) + default + direct > 1:
            raise InvalidParameter("a graph is named once: by ?graph=, by ?default, or by the address")
        if named is not None:
            return graph_iri(named)
        if default:
            return "default"
        return self._service.address(scope) if direct else None

    async def _read(self, scope: Scope, send: Send, caller: Caller, given: list[tuple[str, str]], graph: str | None) -> int:
        service = self._service
        offered = list(QUAD_FORMATS if graph is None else RDF_FORMATS)
        wanted = choose(accept_of(scope), one(given, "format"), offered)
        request = graph_request(service.settings, graph, wanted, generation_of(given))
        exchange = await service.ask(scope, caller, request)
        try:
            assert exchange.header is not None
            found = exchange.header
            media = found["media_type"]
            headers = [
                (b"vary", b"Accept"),
                (b"cache-control", b"no-cache"),
                (b"x-crisiskg-generation", b"%d" % found["generation"]),
                (b"content-type", content_type(media)),
                *service.open_headers,
                request_id_of(scope),
            ]
            if found.get("tag"):
                etag = f'"{found["tag"]}.{_SUFFIX[media]}"'.encode("ascii")
                headers.append((b"etag", etag))
                if etag in etags_of(scope):
                    await send({"type": "http.response.start", "status": 304, "headers": headers})
                    await send({"type": "http.response.body", "body": b""})
                    return 304
            await send_answer(scope, send, exchange, headers)
            return 200
        finally:
            service.client.release(exchange)

    async def _write(self, scope: Scope, receive: Receive, send: Send, given: list[tuple[str, str]], graph: str | None) -> int:
        service, method = self._service, scope["method"]
        body = await read_body(scope, receive, service.settings.max_body_bytes)
        fields: dict[str, Any] = {"dry_run": wants_dry_run(given), **conditions(scope)}
        headers: list[tuple[bytes, bytes]] = []
        if method == "DELETE":
            request = WriteRequest("delete", graph=graph, **fields)
        else:
            sent_as = header(scope, b"content-type")
            kind, charset = media_type_of(sent_as)
            if charset not in ("", "utf-8", "utf8", "us-ascii") and kind != "application/rdf+xml":
                raise UnsupportedSource(f"the body must be in UTF-8, not {charset[:40]!r}")
            if method == "POST" and graph is None and kind not in QUAD_FORMATS:
                # The store is asked for a graph with a name of its choice: the same content gets the same name.
                name = hashlib.sha256(sent_as + b"\n" + body).hexdigest()[:20]
                graph = f"{service.address(scope).rstrip('/')}/{name}"
                headers.append((b"location", graph.encode("ascii")))
            fields["base_iri"] = graph if graph not in (None, "default") else service.address(scope)
            if kind == "multipart/form-data":
                fields["parts"] = await asyncio.get_running_loop().run_in_executor(None, parts_of, sent_as, body)
            elif kind in _BODIES:
                fields |= {"body": body, "media_type": kind}
            else:
                raise UnsupportedSource(
                    f"a graph is sent as {', '.join(_BODIES)} or as a form of files, not as {kind[:60] or 'nothing'!r}"
                )
            request = WriteRequest("put" if method == "PUT" else "post", graph=graph, **fields)
        outcome = await service.writes.do(scope, send, request)
        if outcome is None:
            return 422
        return await service.writes.tell(scope, send, outcome, 201 if outcome.created else 204, headers)


def parts_of(sent_as: bytes, body: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return media type and content of each file of a form.

    Raises:
        InvalidParameter: it is no form, or has too many parts.
        UnsupportedSource: neither the type nor the name of a part says what it is.
    """
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(b"Content-Type: " + sent_as + b"\r\n\r\n" + body)
    if not message.is_multipart():
        raise InvalidParameter("the form cannot be read: its boundary is missing or wrong")
    found: list[tuple[str, bytes]] = []
    for part in message.iter_parts():
        if len(found) >= _MOST_PARTS:
            raise InvalidParameter(f"the form has more than {_MOST_PARTS} parts")
        kind = part.get_content_type() if part.get("content-type") else ""
        name = str(part.get_filename() or "")
        if kind not in _BODIES:
            kind = next((media for end, media in _ENDS.items() if name.lower().endswith(end)), "")
        if not kind:
            raise UnsupportedSource(f"a part of the form is neither by its type nor by its name RDF: {name[:80] or 'no name'!r}")
        content = part.get_payload(decode=True)
        found.append((kind, content if isinstance(content, bytes) else b""))
    return tuple(found)
