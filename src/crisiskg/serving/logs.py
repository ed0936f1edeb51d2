"""Logs of the processes of a service: lines of text, or of JSON. No query text at level info."""

from __future__ import annotations

import logging
import logging.config
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
