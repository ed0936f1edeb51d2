"""/sparql: the SPARQL 1.1 Protocol for queries, the service description, and a form for people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from crisiskg.api.description import service_description
from crisiskg.api.negotiation import HTML, choose
from crisiskg.api.reading import table_of
from crisiskg.asking import JSON
from crisiskg.errors import InvalidParameter, LimitExceeded, QueryRefused, UnsupportedSource
from crisiskg.workers.process import RDF_FORMATS, RESULT_FORMATS
from crisiskg.workers.scan import scan_query

if TYPE_CHECKING:
    from crisiskg.api.reading import Graph
    from crisiskg.api.rendering import Renderer
    from crisiskg.settings import Settings
    from crisiskg.workers import Answer

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_OPENAPI: dict[str, Any] = {
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
            "description": "json, xml, csv, tsv, ttl, nt, rdf or jsonld",
        },
    ]
}


def sparql_router(graph: Graph, renderer: Renderer, settings: Settings) -> APIRouter:
    """Return the routes of the SPARQL endpoint."""
    router = APIRouter(tags=["SPARQL"])

    @router.get("/sparql", summary="Query, or service description", openapi_extra=_OPENAPI)
    async def sparql_get(request: Request) -> Response:
        """Answer `query`; without one, describe the service."""
        given = request.query_params.multi_items()
        if any(name == "update" for name, _ in given):
            raise QueryRefused("update is not possible with GET, nor at all: this service is for queries")
        if not any(name == "query" for name, _ in given):
            return _describe(request)
        return await _answer(request, given)

    @router.post("/sparql", summary="Query", openapi_extra={"requestBody": {"content": {_QUERY: {}, _FORM: {}}}})
    async def sparql_post(request: Request) -> Response:
        """Answer a query in the body, as a form or directly."""
        kind, charset = _content_type(request.headers.get("content-type", ""))
        if charset not in ("", "utf-8", "utf8", "us-ascii"):
            raise UnsupportedSource(f"the body must be in UTF-8, not {charset[:40]!r}")
        body = await _body(request, 3 * settings.max_query_bytes + 16_384)
        given = request.query_params.multi_items()
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidParameter(f"the body is not UTF-8 (byte {error.start})") from error
        if kind == _FORM:
            try:
                given += parse_qsl(text, keep_blank_values=True, max_num_fields=200, errors="strict")
            except ValueError as error:
                raise InvalidParameter(f"the form cannot be read: {error}") from error
        elif kind == _QUERY:
            given.append(("query", text))
        elif kind == "application/sparql-update":
            raise QueryRefused("update is not possible: this service is for queries")
        else:
            raise UnsupportedSource(f"a query is sent as {_QUERY} or {_FORM}, not as {kind[:60] or 'nothing'!r}")
        if any(name == "update" for name, _ in given):
            raise QueryRefused("update is not possible: this service is for queries")
        return await _answer(request, given)

    async def _answer(request: Request, given: list[tuple[str, str]]) -> Response:
        queries = [value for name, value in given if name == "query"]
        if len(queries) != 1:
            raise InvalidParameter(f"exactly one parameter query is needed, not {len(queries)}")
        format_ = next((value for name, value in given if name == "format"), None)
        scan = scan_query(queries[0], settings.max_query_bytes, settings.max_query_depth)
        offered = list(RDF_FORMATS if scan.form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS)
        wanted = choose(request.headers.get("accept"), format_, [*offered, HTML])
        page = wanted[0] == HTML
        accept = [JSON, "text/turtle"] if page else [media for media in wanted if media != HTML]

        def run() -> Answer:
            return graph.strangers.run(
                queries[0],
                accept,
                default_graphs=[value for name, value in given if name == "default-graph-uri"],
                named_graphs=[value for name, value in given if name == "named-graph-uri"],
                base_iri=str(request.url.replace(query="", fragment="")),
            )

        answer = await run_in_threadpool(run)
        if page:
            with answer:
                return renderer.page(request, "sparql.html", query=queries[0], **_shown(answer))
        return stream(answer)

    def _describe(request: Request) -> Response:
        wanted = choose(request.headers.get("accept"), request.query_params.get("format"), [*RDF_FORMATS, HTML])[0]
        if wanted == HTML:
            return renderer.page(request, "sparql.html", query=_EXAMPLE, table=None, text=None, truth=None)
        body = service_description(str(request.url.replace(query="", fragment="")), wanted)
        return Response(body, media_type=wanted, headers={"Vary": "Accept"})

    return router


_EXAMPLE = """PREFIX ckg: <https://w3id.org/crisiskg/ontology#>
PREFIX ckgc: <https://w3id.org/crisiskg/code/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?event ?eventLabel ?begin ?quote WHERE {
  ?event a ckg:Event ; rdfs:label ?eventLabel ; ckg:factuality ckgc:fact-happened .
  OPTIONAL { ?event ckg:earliestBegin ?begin }
  ?claim ckg:isAbout ?event ; ckg:hasEvidence/ckg:quote ?quote .
} ORDER BY ?begin ?event ?quote LIMIT 50
"""


def stream(answer: Answer, headers: dict[str, str] | None = None) -> StreamingResponse:
    """Return an answer as it was serialised; its length is known, so that a cut transfer is noticed."""
    sent = {
        "Content-Length": str(answer.size),
        "Vary": "Accept",
        "X-Crisiskg-Generation": str(answer.generation),
        **(headers or {}),
    }
    kind = answer.media_type
    if kind.startswith("text/") and "charset" not in kind:
        kind += "; charset=utf-8"
    return StreamingResponse(answer.blocks(), headers=sent, media_type=kind)


def _shown(answer: Answer) -> dict[str, Any]:
    """Return what the page of an answer shows."""
    import json

    found: dict[str, Any] = {"table": None, "text": None, "truth": None}
    body = answer.read()
    if answer.kind == "bindings":
        found["table"] = table_of(body)
    elif answer.kind == "boolean":
        found["truth"] = bool(json.loads(body)["boolean"])
    else:
        found["text"] = body.decode("utf-8")
    return found


def _content_type(header: str) -> tuple[str, str]:
    kind, *parameters = header.split(";")
    charset = ""
    for parameter in parameters:
        if match := re.fullmatch(r'\s*charset\s*=\s*"?([^"\s]*)"?\s*', parameter, re.IGNORECASE):
            charset = match[1].lower()
    return kind.strip().lower(), charset


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > limit:
            raise LimitExceeded(f"the body is larger than {limit} bytes")
    return bytes(body)
