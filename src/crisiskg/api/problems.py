"""Errors on the wire: problem details of RFC 9457, or a page for browsers. One handler for all of them."""

from __future__ import annotations

import http
import logging
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from crisiskg.api.negotiation import HTML, accepted
from crisiskg.api.rendering import SECURITY_HEADERS
from crisiskg.errors import BudgetExhausted, CrisiskgError, MethodNotAllowed, Unauthorized

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

    from crisiskg.api.rendering import Renderer

PROBLEM = "application/problem+json"
#: Longest detail in characters: what was sent is not sent back at length.
_LONGEST = 600
_log = logging.getLogger("crisiskg.api")


def problem(status: int, code: str, detail: str, hint: str | None = None) -> dict[str, object]:
    """Return problem details.

    >>> problem(404, "not_found", "no such thing")["title"]
    'Not Found'
    """
    found: dict[str, object] = {
        "type": f"https://w3id.org/crisiskg/problem/{code}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail if len(detail) <= _LONGEST else detail[: _LONGEST - 1] + "…",
        "code": code,
    }
    if hint:
        found["hint"] = hint
    return found


def allowed_methods(request: Request) -> list[str]:
    """Return the methods that the path of a request can be asked with; OPTIONS and, with GET, HEAD always can."""
    found = {"OPTIONS"}
    for route in _routes(request.app.routes):
        if route.matches(request.scope)[0] != Match.NONE:
            found |= set(getattr(route, "methods", None) or ())
    return sorted(found | {"HEAD"} if "GET" in found else found)


def _routes(routes: Iterable[Any]) -> Iterator[Any]:
    """Yield routes, those of included routers one by one."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _routes(included.routes)


class Problems:
    """Answers with errors.

    Args:
        renderer: Renders them for browsers.
    """

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def response(self, request: Request, error: CrisiskgError) -> Response:
        """Return the answer to what went wrong."""
        headers: dict[str, str] = {}
        if isinstance(error, BudgetExhausted):
            headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        elif error.status in (503, 504):
            headers["Retry-After"] = "5"
        elif isinstance(error, Unauthorized):
            headers["WWW-Authenticate"] = "Bearer"
        elif isinstance(error, MethodNotAllowed):
            headers["Allow"] = ", ".join(error.allowed)
        return self.answer(request, problem(error.status, error.code, error.message, error.hint), headers)

    def fault(self, request: Request, error: Exception) -> Response:
        """Log a fault of ours, and return the answer."""
        _log.error("a fault in %s", request.url.path[:200], exc_info=error)
        return self.answer(request, problem(500, "internal_error", "a fault in crisiskg; the log of the server says more"))

    def answer(self, request: Request, details: dict[str, object], headers: dict[str, str] | None = None) -> Response:
        """Return problem details, or a page."""
        status = int(str(details["status"]))
        sent = {"Access-Control-Allow-Origin": "*", **SECURITY_HEADERS, **(headers or {})}
        request_id = request.scope.get("state", {}).get("request_id")
        if request_id:
            details = {**details, "request_id": request_id}
            sent["X-Request-Id"] = str(request_id)
        accept = request.headers.get("accept")
        if accept and accepted(accept, [PROBLEM, "application/json", HTML])[:1] == [HTML]:
            return self._renderer.page(request, "problem.html", status=status, headers=sent, problem=details)
        return JSONResponse(details, status, sent, PROBLEM)


def install(app: FastAPI, problems: Problems) -> None:
    """Give an app its handlers of errors."""

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, CrisiskgError)
        return problems.response(request, error)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, StarletteHTTPException)
        if error.status_code == 405 and request.method == "OPTIONS":
            return Response(None, 204, {"Allow": ", ".join(allowed_methods(request))})
        codes = {404: "not_found", 405: "method_not_allowed"}
        code = codes.get(error.status_code, "http_error")
        headers = dict(error.headers or {})
        path = request.url.path[:200]
        if error.status_code == 404:
            detail = f"there is nothing at {path}"
        elif error.status_code == 405:
            headers["Allow"] = ", ".join(allowed_methods(request))
            detail = f"{request.method[:20]} is not possible at {path}; possible are {headers['Allow']}"
        else:
            detail = str(error.detail)
        return problems.answer(request, problem(error.status_code, code, detail), headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0] if error.errors() else {"loc": (), "msg": "the request is not valid"}
        where = " ".join(str(part) for part in first["loc"])
        return problems.answer(request, problem(400, "invalid_parameter", f"{where}: {str(first['msg']).lower()}"))

    async def unknown(request: Request, error: Exception) -> Response:
        return problems.fault(request, error)

    async def gone(request: Request, error: Exception) -> Response:
        del request, error
        return Response(None, 408)  # nobody reads it; without an answer the server would log a fault

    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(CrisiskgError, known)
    app.add_exception_handler(StarletteHTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unknown)
