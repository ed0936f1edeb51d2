"""A web process: takes requests on a socket that the supervisor opened."""

from __future__ import annotations

import gc
import socket
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

    from crisiskg.settings import Settings


def server(settings: Settings, host_path: str, writer_path: str, federation_path: str, notice_path: str) -> uvicorn.Server:
    """Return the server of a web process, which does not run yet.

    Args:
        settings: Which store, and limits.
        host_path: Path of the socket of the host.
        writer_path: Path of the socket of the writer.
        federation_path: Path of the socket of the process that asks other endpoints.
        notice_path: Where a host in this process listens for the writer.
    """
    import uvicorn

    from crisiskg.api import create_app
    from crisiskg.api.connections import PromptRequests

    limits = {
        "limit_s": settings.request_time_limit_s,
        "send_limit_s": settings.send_time_limit_s,
        "most": settings.max_connections,
    }
    config = uvicorn.Config(
        create_app(settings, host_path, writer_path, federation_path, notice_path),
        http=type("Prompt", (PromptRequests,), limits),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies.strip()),
        forwarded_allow_ips=settings.trusted_proxies.replace(",", " ").split(),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
        backlog=2048,
    )
    return uvicorn.Server(config)


def main() -> None:
    """Run a web process. Standard input: settings; arguments: the socket, paths of host, writer, federation, notices."""
    import resource

    from crisiskg.sandbox import die_with_parent
    from crisiskg.serving.logs import configure
    from crisiskg.serving.processes import event_loop, received_settings

    die_with_parent()
    settings = received_settings(sys.stdin.buffer)
    configure(settings)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    listening = socket.socket(fileno=int(sys.argv[1]))
    made = server(settings, *("" if path == "-" else path for path in sys.argv[2:6]))

    async def run() -> None:
        await made.serve(sockets=[listening])

    gc.freeze()  # what is loaded now stays, and need not be looked through again and again
    gc.set_threshold(50_000, 20, 50)
    with event_loop() as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
