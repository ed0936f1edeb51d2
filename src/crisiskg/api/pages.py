"""The home page, search, and the page of the interface."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from crisiskg.api.answers import stream
from crisiskg.api.negotiation import HTML, choose
from crisiskg.api.reading import Table, table_of
from crisiskg.api.rendering import style_sheet
from crisiskg.asking import CSV, JSON
from crisiskg.queries import load_queries

if TYPE_CHECKING:
    from crisiskg.api.reading import Graph
    from crisiskg.api.rendering import Renderer

#: Seconds for which the numbers on the home page may be old: counting everything is the dearest of our queries.
_COUNTS_S = 60.0
#: Names of what is counted on the home page, in their order there.
_COUNTED = {
    "Document": "documents",
    "Event": "events",
    "Claim": "claims",
    "Statement": "statements",
    "Passage": "passages",
    "Relationship": "relationships",
    "Membership": "memberships",
    "Person": "persons",
    "State": "states",
    "Situation": "situations",
    "ChangeEvent": "changes of organizations",
}


def pages_router(graph: Graph, renderer: Renderer) -> APIRouter:
    """Return the routes of pages."""
    router = APIRouter(tags=["Pages"])
    kept: dict[str, Any] = {"at": float("-inf"), "counts": Table([], [])}

    @router.get("/", summary="Home")
    def home(request: Request) -> Response:
        """Show what the graph holds and how to ask it."""
        if time.monotonic() - kept["at"] > _COUNTS_S:
            kept.update(counts=graph.table("counts"), at=time.monotonic())
        order = {name: (place, words) for place, (name, words) in enumerate(_COUNTED.items())}
        rows = sorted(kept["counts"].rows, key=lambda row: order.get(row["class"].value, (len(order), ""))[0])
        counts = [(_COUNTED.get(row["class"].value, row["class"].value), int(row["number"].value)) for row in rows]
        examples = [query for query in load_queries().values() if query.example]
        return renderer.page(request, "home.html", counts=counts, examples=examples)

    @router.get("/search", summary="Entities, situations and documents by part of a name")
    def search(request: Request, q: str = "") -> Response:
        """Find things by part of a name."""
        wanted = choose(request.headers.get("accept"), request.query_params.get("format"), [JSON, CSV, HTML])[0]
        if wanted != HTML:
            return stream(graph.answer("search", {"text": q}, [wanted]))
        table = None
        if q.strip():
            with graph.answer("search", {"text": q}, [JSON]) as answer:
                table = table_of(answer.read())
        return renderer.page(request, "search.html", q=q, table=table)

    @router.get("/docs", summary="This interface", include_in_schema=False)
    def docs(request: Request) -> Response:
        """Describe every route."""
        return renderer.page(request, "docs.html", openapi=request.app.openapi())

    @router.get("/static/crisiskg.css", include_in_schema=False)
    def style() -> Response:
        """Return the style sheet."""
        return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    return router
