"""What operators and watchers ask: health, metrics, the queries that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from crisiskg.api.access import caller_of
from crisiskg.api.graphs import OPENAPI as GRAPHS_OPENAPI
from crisiskg.api.sparql import FORM, QUERY, UPDATE
from crisiskg.api.sparql import OPENAPI as SPARQL_OPENAPI
from crisiskg.asking import JSON
from crisiskg.errors import CrisiskgError, NotFound
from crisiskg.workers.requests import query_request

if TYPE_CHECKING:
    from crisiskg.api.access import Caller
    from crisiskg.api.service import Service


def operation_router(service: Service) -> APIRouter:
    """Return the routes of operation."""
    router = APIRouter()

    def caller_in(request: Request) -> Caller:
        return caller_of(request.scope, service.tokens)

    @router.get("/healthz", summary="Whether the process is up", tags=["Operation"])
    async def healthz() -> Response:
        """Say that the process is up."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz", summary="Whether queries are answered", tags=["Operation"])
    async def readyz() -> Response:
        """Ask a small query; say whether it is answered, and of which generation."""
        try:
            exchange = await service.client.ask(query_request(service.settings, "ASK { ?s ?p ?o }", [JSON]), service.client.own())
        except CrisiskgError as error:
            return JSONResponse({"status": "not ready", "code": error.code, "detail": error.message}, 503, {"Retry-After": "5"})
        try:
            assert exchange.header is not None
            return JSONResponse({"status": "ready", "generation": exchange.header["generation"]})
        finally:
            service.client.release(exchange)

    @router.get("/metrics", summary="Metrics for Prometheus", tags=["Operation"])
    async def metrics() -> Response:
        """Return the metrics of all processes of the service."""
        return PlainTextResponse(await service.metrics(), media_type="text/plain; version=0.0.4")

    @router.get("/queries", summary="The queries that run", tags=["Operation"])
    async def queries(request: Request) -> Response:
        """List the caller's own queries; with a token of the scope operate, those of everybody."""
        caller = caller_in(request)
        owner = None if caller.may("operate") else caller.name
        found: list[dict[str, Any]] = await service.client.call(b"L", {"owner": owner})
        return JSONResponse(found, headers={"Cache-Control": "no-store", "Vary": "Authorization"})

    @router.delete("/queries/{query_id}", summary="Cancel a query", tags=["Operation"], status_code=204)
    async def cancel(request: Request, query_id: str) -> Response:
        """Cancel one of the caller's own queries; with a token of the scope operate, anybody's."""
        caller = caller_in(request)
        owner = None if caller.may("operate") else caller.name
        if not await service.client.call(b"K", {"id": query_id[:40], "owner": owner}):
            raise NotFound(f"there is no query {query_id[:40]!r} of yours that runs")
        return Response(None, 204)

    # /sparql and /graphs are answered before requests come here (`crisiskg.api.edge`); the routes describe them.

    async def elsewhere() -> Response:
        """Answered by the endpoint itself."""
        return Response(None, 500)

    bodies: dict[str, Any] = {"requestBody": {"content": {QUERY: {}, UPDATE: {}, FORM: {}}}}
    for path, methods, summary, extra, tag in (
        ("/sparql", ["GET"], "Query, or service description", SPARQL_OPENAPI, "SPARQL"),
        ("/sparql", ["POST"], "Query or update", {**SPARQL_OPENAPI, **bodies}, "SPARQL"),
        ("/graphs", ["GET"], "What a graph holds, or the whole dataset", GRAPHS_OPENAPI, "Graph store"),
        ("/graphs", ["PUT"], "Replace a graph, or the whole dataset", GRAPHS_OPENAPI, "Graph store"),
        ("/graphs", ["POST"], "Merge into a graph, or make one", GRAPHS_OPENAPI, "Graph store"),
        ("/graphs", ["DELETE"], "Remove a graph, or the whole dataset", GRAPHS_OPENAPI, "Graph store"),
    ):
        router.add_api_route(
            path,
            elsewhere,
            methods=methods,
            summary=summary,
            openapi_extra=extra,
            tags=[tag],
            operation_id=f"{path[1:]}-{methods[0].lower()}",
        )
    router.add_api_route("/sparql", elsewhere, methods=["QUERY"], include_in_schema=False)
    router.add_api_route("/graphs/{name:path}", elsewhere, methods=["GET", "PUT", "POST", "DELETE"], include_in_schema=False)
    return router
