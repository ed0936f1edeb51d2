"""/q/: the named queries, as forms and tables for people and as data for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from crisiskg.api.answers import stream
from crisiskg.api.negotiation import HTML, choose
from crisiskg.api.presentation import view
from crisiskg.api.reading import table_of
from crisiskg.api.sparql import IDENTITY_OPENAPI
from crisiskg.asking import JSON
from crisiskg.errors import InvalidParameter, UnknownName
from crisiskg.queries import NamedQuery, asks_of_things, find_query, load_queries
from crisiskg.workers.process import RDF_FORMATS, RESULT_FORMATS

if TYPE_CHECKING:
    from crisiskg.api.reading import Graph
    from crisiskg.api.rendering import Renderer

_SCHEMAS: dict[str, dict[str, str]] = {
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
    "iri": {"type": "string"},
}
_SUFFIXES = ("csv", "tsv", "json", "xml", "ttl", "nt", "rdf", "jsonld", "html")


def named_router(graph: Graph, renderer: Renderer) -> APIRouter:
    """Return one route for each named query, and the list of them."""
    router = APIRouter(tags=["Named queries"])

    @router.get("/q", include_in_schema=False)
    @router.get("/q/", summary="All named queries")
    def listed(request: Request) -> Response:
        """List the named queries with their parameters."""
        queries = load_queries()
        if choose(request.headers.get("accept"), request.query_params.get("format"), ["application/json", HTML])[0] == HTML:
            return renderer.page(request, "queries.html", queries=list(queries.values()))
        return JSONResponse([described(query) for query in queries.values()], headers={"Vary": "Accept"})

    def route(query: NamedQuery, suffix: str | None) -> Callable[[Request], Response]:
        def ask(request: Request) -> Response:
            given = request.query_params.multi_items()
            names = [name for name, _ in given]
            for name in names:
                if names.count(name) > 1:
                    raise InvalidParameter(f"the parameter {name[:40]} is given {names.count(name)} times")
            values = {name: value for name, value in given if name != "format"}
            offered = list(RDF_FORMATS if query.form == "graph" else RESULT_FORMATS)
            wanted = choose(request.headers.get("accept"), suffix or request.query_params.get("format"), [*offered, HTML])
            if wanted[0] != HTML:
                answer = graph.answer(query.name, values, [media for media in wanted if media != HTML])
                following = next_values(query, values, answer.rows)
                link = f'<?{request.url.replace_query_params(**following).query}>; rel="next"' if following else None
                return stream(answer, {"Link": link} if link else None)
            return _page(request, query, values)

        return ask

    def _page(request: Request, query: NamedQuery, values: dict[str, str]) -> Response:
        """Show the form, and the answer where what is required is given."""
        missing = [p.name for p in query.parameters if p.required and not values.get(p.name, "").strip()]
        table = text = problem = shown = None
        previous: dict[str, str] = {}
        following: dict[str, str] = {}
        status = 200
        if not missing:
            try:
                with graph.answer(query.name, values, [JSON, "text/turtle"]) as answer:
                    if answer.kind == "bindings":
                        table = table_of(answer.read())
                        shown = view(table)
                        following = next_values(query, values, len(table.rows))
                        previous = previous_values(query, values)
                    else:
                        text = answer.read().decode("utf-8")
            except InvalidParameter as error:
                problem, status = error, error.status
        return renderer.page(
            request,
            "query.html",
            status=status,
            query=query,
            values=values,
            table=table,
            shown=shown,
            previous=previous,
            following=following,
            text=text,
            problem=problem,
        )

    for query in load_queries().values():
        extra = {"parameters": openapi_parameters(query)}
        router.add_api_route(
            f"/q/{query.name}",
            route(query, None),
            summary=query.summary,
            description=query.description,
            openapi_extra=extra,
            operation_id=f"query-{query.name}",
        )
        for suffix in _SUFFIXES:
            router.add_api_route(f"/q/{query.name}.{suffix}", route(query, suffix), include_in_schema=False)

    @router.get("/q/{name}", include_in_schema=False)
    def unknown(name: str) -> Response:
        """Say which queries there are."""
        query = find_query(name)
        raise UnknownName(f"the query {query.name} cannot be asked here")

    return router


def next_values(query: NamedQuery, values: Mapping[str, str], rows: int | None) -> dict[str, str]:
    """Return the parameters of the rows behind an answer; empty where it certainly is the last.

    Args:
        query: Named query.
        values: Its parameters, which it was answered with.
        rows: Rows of the answer.
    """
    if query.limit is None or rows is None:
        return {}
    limit, offset = _place(query, values)
    return {**values, "offset": str(offset + limit)} if rows >= limit else {}


def previous_values(query: NamedQuery, values: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of the rows before an answer; empty where it is the first."""
    if query.limit is None:
        return {}
    limit, offset = _place(query, values)
    return {**values, "offset": str(max(0, offset - limit))} if offset else {}


def _place(query: NamedQuery, values: Mapping[str, str]) -> tuple[int, int]:
    """Return limit and offset, which were held to be whole numbers when the query was bound."""
    return int(values.get("limit", "").strip() or query.limit or 0), int(values.get("offset", "").strip() or 0)


def openapi_parameters(query: NamedQuery) -> list[dict[str, Any]]:
    """Return the parameters of a query as OpenAPI 3.1 says them."""
    found: list[dict[str, Any]] = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": f"{parameter.text} ({parameter.kind})",
            "schema": _SCHEMAS.get(parameter.kind, {"type": "string"}),
        }
        for parameter in query.parameters
    ]
    if query.limit is not None:
        found.append(
            {"name": "limit", "in": "query", "description": "Most rows", "schema": {"type": "integer", "default": query.limit}}
        )
        found.append(
            {
                "name": "offset",
                "in": "query",
                "description": "Rows that are passed over",
                "schema": {"type": "integer", "default": 0},
            }
        )
    if asks_of_things(query):
        found += IDENTITY_OPENAPI
    found.append({"name": "format", "in": "query", "schema": {"type": "string"}, "description": "json, csv, tsv, xml, ttl, …"})
    return found


def described(query: NamedQuery) -> dict[str, Any]:
    """Return a query as JSON says it."""
    return {
        "name": query.name,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "path": f"/q/{query.name}",
        "example": dict(query.example),
        "parameters": [{"name": p.name, "kind": p.kind, "required": p.required, "text": p.text} for p in query.parameters],
    }
