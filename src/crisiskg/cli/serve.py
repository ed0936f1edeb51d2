"""The command serve."""

from __future__ import annotations

import click

from crisiskg.cli.common import settings_from, store_option


@click.command("serve")
@store_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--query-time-limit", "query_time_limit_s", type=float, metavar="SECONDS", help="Time a query may take.")
@click.option("--workers", "query_workers", type=int, help="Processes in which queries go on that take long.")
@click.option("--web-processes", type=int, help="Processes that take requests.")
@click.option("--writable/--read-only", default=None, help="Take updates and Graph Store writes, with a token.")
@click.option("--open-writes", is_flag=True, default=None, help="Take them without a token; on loopback only, for tests.")
@click.option("--repair", is_flag=True, help="Serve a store that lost acknowledged content; what is lost is named.")
@click.pass_context
def serve_command(
    context: click.Context,
    store: str | None,
    host: str | None,
    port: int | None,
    query_time_limit_s: float | None,
    query_workers: int | None,
    web_processes: int | None,
    writable: bool | None,
    open_writes: bool | None,
    repair: bool,
) -> None:
    """Serve a store: SPARQL, graph store, linked data, named queries and pages; read-only unless --writable.

    What crisiskg ingest publishes meanwhile is shown by the next query. Behind a proxy that ends TLS, let it set
    X-Forwarded-Proto and X-Forwarded-For; they are believed from the addresses of trusted_proxies.
    """
    import errno
    import socket

    from crisiskg.api.access import is_loopback
    from crisiskg.errors import InvalidParameter
    from crisiskg.serving.checks import check_before_serving
    from crisiskg.serving.logs import configure
    from crisiskg.serving.supervisor import Supervisor

    settings = settings_from(
        context,
        store=store,
        host=host,
        port=port,
        query_time_limit_s=query_time_limit_s,
        query_workers=query_workers,
        web_processes=web_processes,
        writable=writable,
        open_writes=open_writes,
    )
    if settings.open_writes and not settings.writable:
        raise InvalidParameter("--open-writes needs --writable")
    if settings.open_writes and not is_loopback(settings.host):
        raise InvalidParameter(
            f"--open-writes takes writes from anybody, so it listens on loopback only, not on {settings.host}",
            hint="Leave it out and make a token with crisiskg token add, or listen on 127.0.0.1.",
        )
    configure(settings)
    for line in check_before_serving(settings, repair=repair):
        click.echo(line, err=True)
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0].lower()
        other = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
        raise InvalidParameter(
            f"cannot listen on {settings.host}, port {settings.port}: {why}", hint=f"Give another one with {other}."
        ) from error
    address = f"[{settings.host}]" if ":" in settings.host else settings.host
    with listening:
        line = f"serving {settings.store} on http://{address}:{listening.getsockname()[1]}/"
        Supervisor(settings, listening).run(lambda: click.echo(line, err=True))
