"""The application: joins the routes, and gives every answer its headers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crisiskg import __version__
from crisiskg.api import problems
from crisiskg.api.linked_data import linked_data_router
from crisiskg.api.named import named_router
from crisiskg.api.pages import pages_router
from crisiskg.api.reading import Graph
from crisiskg.api.rendering import SECURITY_HEADERS, Renderer
from crisiskg.api.sparql import sparql_router
from crisiskg.asking import Asker, base_iri, open_asker
from crisiskg.settings import Settings, load_settings

#: By how much processes that run SPARQL of users stand back for the others.
_NICENESS = 10


def create_app(settings: Settings | None = None, asker: Asker | None = None) -> FastAPI:
    """Return the application over one store.

    Args:
        settings: Which store, and limits; None means those of the environment.
        asker: Who answers all queries; None means worker processes over the store of the settings, those of named queries and
            pages apart from those of SPARQL, or its server.

    Returns:
        An ASGI application that writes nothing and opens no store itself.

    Raises:
        NotFound: there is no store.
    """
    settings = settings or load_settings()
    base = base_iri(settings)
    own = asker or open_asker(settings, settings.named_query_workers)
    strangers = asker or open_asker(settings, settings.query_workers, _NICENESS)
    graph, renderer = Graph(own, base, strangers), Renderer(base)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        own.close()
        strangers.close()

    app = FastAPI(
        title="crisiskg",
        version=__version__,
        description="A knowledge graph of conflict and crisis, every statement with the sentence that says it.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    problems.install(app, renderer)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=["X-Crisiskg-Generation", "Link"],
    )

    app.add_middleware(Wire)

    for router in (
        pages_router(graph, renderer),
        sparql_router(graph, renderer, settings),
        named_router(graph, renderer),
        linked_data_router(graph, renderer),
    ):
        app.include_router(router)
    return app


class Wire:
    """Gives every answer the security headers, and answers HEAD as GET without the body.

    Args:
        app: Application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"} if head else scope, receive, sending)
