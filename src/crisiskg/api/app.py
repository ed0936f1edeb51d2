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
from crisiskg.api.conformance import conformance_router
from crisiskg.api.edge import Edge
from crisiskg.api.linked_data import linked_data_router
from crisiskg.api.named import named_router
from crisiskg.api.operation import operation_router
from crisiskg.api.pages import pages_router
from crisiskg.api.reading import Graph
from crisiskg.api.rendering import SECURITY_HEADERS, Renderer
from crisiskg.api.service import Service
from crisiskg.asking import base_iri
from crisiskg.settings import Settings, load_settings


class Application(FastAPI):
    """FastAPI's application behind the edge."""

    edge: Edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not scope.get("crisiskg.edge"):
            scope["crisiskg.edge"] = True
            await self.edge(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    host_path: str = "",
    writer_path: str = "",
    federation_path: str = "",
    notice_path: str = "",
) -> FastAPI:
    """Return the application over one store.

    Args:
        settings: Which store, and limits; None means those of the environment.
        host_path: Path of the socket of the host of the query workers; empty to be the host too.
        writer_path: Path of the socket of the writer; empty likewise, where the settings let it write.
        federation_path: Path of the socket of the process that asks other endpoints; empty likewise, where the settings have any.
        notice_path: Where a host in this process listens for a writer in another one.

    Returns:
        An ASGI application that opens no store itself.

    Raises:
        NotFound: there is no store.
    """
    settings = settings or load_settings()
    renderer = Renderer(base_iri(settings))
    service = Service(settings, renderer, host_path, writer_path, federation_path, notice_path)
    graph = Graph(service.client, service.base_iri)
    answering = problems.Problems(renderer)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.started()
        yield
        await service.close()

    app = Application(
        title="crisiskg",
        version=__version__,
        description="A knowledge graph of conflict and crisis, every statement with the sentence that says it.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # they would lead to whatever host the request names
        lifespan=lifespan,
    )
    app.edge = Edge(app, service, answering)
    problems.install(app, answering)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "OPTIONS", "QUERY"],
        allow_headers=["*"],
        expose_headers=["X-Crisiskg-Generation", "X-Request-Id", "ETag", "Link", "Retry-After"],
    )

    app.add_middleware(Wire)

    for router in (
        pages_router(graph, renderer),
        operation_router(service),
        named_router(graph, renderer),
        linked_data_router(graph, renderer),
        conformance_router(renderer),
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
