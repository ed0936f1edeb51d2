"""What the processes of a service share: how settings are handed over, and the event loop."""

from __future__ import annotations

import asyncio
import json
from typing import BinaryIO

from crisiskg.settings import Settings, plain_settings


def sent_settings(settings: Settings) -> bytes:
    r"""Return the settings for another process of the service, one line of JSON, with what is secret.

    >>> sent_settings(Settings())[-1:]
    b'\n'
    """
    return json.dumps(plain_settings(settings)).encode("ascii") + b"\n"


def received_settings(stream: BinaryIO) -> Settings:
    """Return the settings that came from `sent_settings`."""
    return Settings(**json.loads(stream.readline()))


def event_loop() -> asyncio.Runner:
    """Return a runner of an event loop, uvloop's where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
