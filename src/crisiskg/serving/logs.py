"""Logs of the processes of a service: lines of text, or of JSON. No query text at level info."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import logging.config
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_FIELDS = (
    "request_id",
    "query",
    "outcome",
    "seconds",
    "rows",
    "lane",
    "killed",
    "cause",
    "method",
    "route",
    "status",
    "bytes",
    "ms",
    "client",
    "generation",
    "cached",
)


#: Lines that are written at once at the latest.
_MOST_LINES = 500


class TextFormatter(logging.Formatter):
    """One line of text; what is told beside the message follows as name=value. Control characters are escaped."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of an exception."""
        text = super().format(record)
        head, _, trace = text.partition("\n")
        more = " ".join(f"{name}={getattr(record, name)}" for name in _FIELDS if getattr(record, name, None) not in (None, ""))
        line = "".join(char if char.isprintable() else repr(char)[1:-1] for char in f"{head} {more}".rstrip())
        return f"{line}\n{trace}" if trace else line


class RequestLog:
    """One line for each request, in the form of the other logs. Lines are gathered and written together, several times a second.

    Args:
        settings: Form and level of logs.
        write: Takes text; standard error by default.
    """

    def __init__(self, settings: Settings, write: Callable[[str], object] | None = None) -> None:
        self._on = settings.log_level in ("debug", "info")
        self._json = settings.log_format == "json"
        self._write = write or sys.stderr.write
        self._lines: list[str] = []
        self._second = (0, "")

    def add(self, *, request_id: str, method: str, route: str, status: int, ms: float, client: str) -> None:
        """Add a line. All of it is our own words but the id, which has harmless characters only, and the method, which is cut."""
        if not self._on:
            return
        now = time.time()
        if int(now) != self._second[0]:
            self._second = (int(now), time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now)))
        if self._json:
            at = dt.datetime.fromtimestamp(now, dt.UTC).isoformat()
            fields: dict[str, object] = {
                "level": "INFO",
                "logger": "crisiskg.requests",
                "message": "request",
                "request_id": request_id,
            }
            fields |= {"method": method, "route": route, "status": status, "ms": ms, "client": client, "timestamp": at}
            self._lines.append(json.dumps(fields))
        else:
            self._lines.append(
                f"{self._second[1]} INFO crisiskg.requests: request request_id={request_id} method={method} route={route} "
                f"status={status} ms={ms} client={client}"
            )
        if len(self._lines) >= _MOST_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        if self._lines:
            lines, self._lines = self._lines, []
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
                self._write("\n".join(lines) + "\n")


def configure(settings: Settings) -> None:
    """Send all logs of this process to standard error, in the form of the settings."""
    json_form = {
        "()": "pythonjsonlogger.json.JsonFormatter",
        "fmt": ["levelname", "name", "message"],
        "rename_fields": {"levelname": "level", "name": "logger"},
        "timestamp": True,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"text": {"()": TextFormatter}, "json": json_form},
            "handlers": {"err": {"class": "logging.StreamHandler", "formatter": settings.log_format}},
            "root": {"handlers": ["err"], "level": settings.log_level.upper()},
            "loggers": {"uvicorn.access": {"level": "WARNING"}, "uvicorn.error": {"level": "WARNING"}},
        }
    )
