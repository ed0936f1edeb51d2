"""The outermost layer: gives every request a name, counts and logs it, and takes /sparql and /graphs past FastAPI."""

from __future__ import annotations

import itertools
import os
import re
import time
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

from crisiskg.api.access import header
from crisiskg.api.graphs import GraphStore
from crisiskg.api.problems import Problems
from crisiskg.api.sparql import SparqlEndpoint
from crisiskg.api.streaming import BrokenAnswer
from crisiskg.errors import CrisiskgError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crisiskg.api.service import Service

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "QUERY"}
_ROUTES = {
    "",
    "sparql",
    "graphs",
    "id",
    "q",
    "search",
    "docs",
    "static",
    "healthz",
    "readyz",
    "metrics",
    "queries",
    "conformance",
}


class Edge:
    """Handles every request first.

    Args:
        app: FastAPI's application, for all other routes.
        service: What requests are answered with.
        problems: Answers with errors.
    """

    def __init__(self, app: ASGIApp, service: Service, problems: Problems) -> None:
        self._app = app
        self._service = service
        self._problems = problems
        self._run, self._numbers = os.urandom(4).hex(), itertools.count(1)
        self._sparql = SparqlEndpoint(service)
        self._graphs = GraphStore(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        given = header(scope, b"x-request-id")
        request_id = given.decode("ascii") if given and _REQUEST_ID.fullmatch(given) else f"{self._run}{next(self._numbers):08x}"
        scope.setdefault("state", {})["request_id"] = request_id
        await self._service.started()
        path, method = scope["path"], scope["method"]
        if method == "OPTIONS":
            status = await self._other(scope, receive, send, request_id)
        elif path == "/sparql":
            status = await self._direct(self._sparql, scope, receive, send)
        elif path == "/graphs" or path.startswith("/graphs/"):
            status = await self._direct(self._graphs, scope, receive, send)
        else:
            status = await self._other(scope, receive, send, request_id)
        first = path.split("/", 2)[1] if path.count("/") else ""
        route = (first if first in _ROUTES else "other") or "home"
        self._service.count(f"{route} {method if method in _METHODS else 'OTHER'} {status}")
        client = scope.get("client")
        self._service.log.add(
            request_id=request_id,
            method=method if method in _METHODS else "OTHER",
            route=route,
            status=status,
            ms=round((time.perf_counter() - begin) * 1000, 1),
            client=str(client[0]) if client else "",
        )

    async def _direct(self, endpoint: SparqlEndpoint | GraphStore, scope: Scope, receive: Receive, send: Send) -> int:
        started = 0

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message["status"]
            await send(message)

        try:
            return await endpoint(scope, receive, sending if scope["method"] != "HEAD" else _without_body(sending))
        except ClientDisconnect:
            return started or 499
        except BrokenAnswer:
            raise
        except CrisiskgError as error:
            if started:
                raise
            response = self._problems.response(Request(scope, receive), error)
        except Exception as error:
            if started:
                raise
            response = self._problems.fault(Request(scope, receive), error)
        await response(scope, receive, send)
        return response.status_code

    async def _other(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode("ascii"))]
            await send(message)

        await self._app(scope, receive, sending)
        return status


def _without_body(send: Send) -> Send:
    """Answer HEAD as GET without the body."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return sending
