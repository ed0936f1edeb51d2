"""The command serve."""

from __future__ import annotations

import click

from crisiskg.cli.common import settings_from, store_option


@click.command("serve")
@store_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--query-time-limit", "query_time_limit_s", type=float, metavar="SECONDS", help="Time a query may take.")
@click.option("--workers", "query_workers", type=int, help="Processes that run queries.")
@click.pass_context
def serve_command(
    context: click.Context,
    store: str | None,
    host: str | None,
    port: int | None,
    query_time_limit_s: float | None,
    query_workers: int | None,
) -> None:
    """Serve a store: SPARQL, linked data, named queries and pages, read-only.

    What crisiskg ingest publishes meanwhile is shown by the next query. Behind a proxy that ends TLS, let it set
    X-Forwarded-Proto and X-Forwarded-For; they are believed from 127.0.0.1 only.
    """
    import errno
    import socket

    import uvicorn

    from crisiskg.api import create_app
    from crisiskg.api.connections import PromptRequests
    from crisiskg.errors import InvalidParameter

    settings = settings_from(
        context, store=store, host=host, port=port, query_time_limit_s=query_time_limit_s, query_workers=query_workers
    )
    app = create_app(settings)
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=256)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0].lower()
        other = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
        raise InvalidParameter(
            f"cannot listen on {settings.host}, port {settings.port}: {why}", hint=f"Give another one with {other}."
        ) from error
    address = f"[{settings.host}]" if ":" in settings.host else settings.host
    with listening:
        click.echo(f"serving {settings.store} on http://{address}:{listening.getsockname()[1]}/", err=True)
        config = uvicorn.Config(
            app,
            http=type("Prompt", (PromptRequests,), {"limit_s": settings.request_time_limit_s}),
            log_level=settings.log_level,
            server_header=False,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
            limit_concurrency=200,
            h11_max_incomplete_event_size=65_536,
        )
        uvicorn.Server(config).run(sockets=[listening])
