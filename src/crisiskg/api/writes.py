"""Writes over HTTP: SPARQL Update, and what the Graph Store Protocol changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crisiskg.api.access import Caller, allow_write, header
from crisiskg.api.negotiation import accepted
from crisiskg.api.streaming import content_type, send_whole
from crisiskg.errors import InvalidParameter, LimitExceeded, ShapesViolated
from crisiskg.workers.requests import graph_iri
from crisiskg.writing.requests import WriteOutcome, WriteRequest

if TYPE_CHECKING:
    from starlette.types import Scope, Send

    from crisiskg.api.service import Service
    from crisiskg.serving.writes import WriterClient

_REPORTS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


class Writes:
    """Sends writes to the writer and tells what became of them.

    Args:
        service: What requests are answered with.
        writer: The writer.
    """

    def __init__(self, service: Service, writer: WriterClient) -> None:
        self._service = service
        self._writer = writer

    async def update(self, scope: Scope, send: Send, caller: Caller, given: list[tuple[str, str]]) -> int:
        """Do an update; return the status."""
        from crisiskg.api.sparql import one

        settings = self._service.settings
        allow_write(scope, caller, settings)
        text = one(given, "update") or ""
        body = text.encode("utf-8", "surrogatepass")
        if len(body) > settings.max_update_bytes:
            raise LimitExceeded(
                f"the update has {len(body)} bytes; {settings.max_update_bytes} are allowed",
                hint="The setting is max_update_bytes; graphs are written with PUT to /graphs.",
            )
        request = WriteRequest(
            "update",
            body,
            base_iri=self._service.address(scope),
            using_graphs=tuple(graph_iri(value) for name, value in given if name == "using-graph-uri"),
            using_named_graphs=tuple(graph_iri(value) for name, value in given if name == "using-named-graph-uri"),
            dry_run=wants_dry_run(given),
            **conditions(scope),
        )
        outcome = await self.do(scope, send, request)
        if outcome is None:
            return 422
        return await self.tell(scope, send, outcome, 204)

    async def do(self, scope: Scope, send: Send, request: WriteRequest) -> WriteOutcome | None:
        """Do a write. Where the shapes refuse it, send the report and return None."""
        try:
            outcome = WriteOutcome.from_dict(await self._writer.write(request.to_dict()))
        except ShapesViolated as error:
            await self._send_report(scope, send, error)
            return None
        if outcome.generation:
            self._service.client.saw(outcome.generation)
        return outcome

    async def tell(
        self, scope: Scope, send: Send, outcome: WriteOutcome, status: int, headers: list[tuple[bytes, bytes]] | None = None
    ) -> int:
        """Tell what became of a write: without a body, or for a dry run with what would change and the report."""
        from crisiskg.api.sparql import request_id_of

        sent = [*(headers or []), (b"x-crisiskg-generation", b"%d" % outcome.generation), request_id_of(scope), *self._closed()]
        if outcome.status == "dry_run":
            body = json.dumps(
                {
                    "status": "dry_run",
                    "conforms": True,
                    "changed": [{"graph": c.graph, "added": c.added, "removed": c.removed} for c in outcome.changed],
                    "report": outcome.report,
                }
            ).encode("utf-8")
            await send_whole(scope, send, 200, [*sent, (b"content-type", b"application/json")], body)
            return 200
        if status == 204:
            await send({"type": "http.response.start", "status": 204, "headers": sent})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send_whole(scope, send, status, sent, b"")
        return status

    async def _send_report(self, scope: Scope, send: Send, error: ShapesViolated) -> None:
        """Send the validation report as RDF."""
        from crisiskg.api.sparql import accept_of, request_id_of

        wanted = (accepted(accept_of(scope), _REPORTS) or list(_REPORTS))[0]
        body = error.report.encode("utf-8")
        if wanted != "text/turtle":
            body = await self._in_format(body, wanted)
        message = " ".join(error.message.split()).encode("ascii", "replace")[:500]
        headers = [(b"content-type", content_type(wanted)), (b"x-crisiskg-problem", message), request_id_of(scope)]
        await send_whole(scope, send, 422, [*headers, *self._closed()], body)

    async def _in_format(self, turtle: bytes, media_type: str) -> bytes:
        """Return our own report in another format."""
        import asyncio

        import pyoxigraph as ox

        def convert() -> bytes:
            wanted = ox.RdfFormat.from_media_type(media_type)
            assert wanted is not None
            triples = [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]
            return ox.serialize(triples, format=wanted) or b""

        return await asyncio.get_running_loop().run_in_executor(None, convert)

    def _closed(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of answers that pages of other sites may not read."""
        return [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


def wants_dry_run(given: list[tuple[str, str]]) -> bool:
    """Tell whether a write is only to be tried.

    Raises:
        InvalidParameter: the parameter is neither true nor false.

    >>> wants_dry_run([("dry-run", "")]), wants_dry_run([])
    (True, False)
    """
    values = [value.lower() for name, value in given if name == "dry-run"]
    if any(value not in ("", "true", "1", "false", "0") for value in values):
        raise InvalidParameter(f"dry-run is true or false, not {values[0][:40]!r}")
    return any(value in ("", "true", "1") for value in values)


def conditions(scope: Scope) -> dict[str, Any]:
    """Return the conditions of a conditional write, entity tags as they were sent but for their quotes."""
    found: dict[str, Any] = {}
    for name, key in ((b"if-match", "if_match"), (b"if-none-match", "if_none_match")):
        text = header(scope, name).decode("latin-1").strip()
        if text:
            found[key] = tuple(part.strip().replace('"', "") for part in text.split(",") if part.strip())
    return found
