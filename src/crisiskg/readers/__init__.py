"""Optional readers behind the same pipeline, chosen by the setting `reader`; docs/readers.md.

`make_pipeline` is what annotates under the settings; `described` names the reader for the provenance of claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.errors import InvalidParameter

if TYPE_CHECKING:
    from crisiskg.annotation.pipeline import Pipeline, Reader
    from crisiskg.settings import Settings

__all__ = ["described", "make_pipeline", "open_reader"]


def make_pipeline(settings: Settings) -> Pipeline:
    """Return what annotates under the settings.

    Raises:
        InvalidParameter: the chosen reader lacks a setting.
        ModelUnavailable: the chosen reader is not installed.
    """
    from crisiskg.annotation.pipeline import Pipeline

    reader = open_reader(settings)
    return Pipeline(settings) if reader is None else Pipeline(settings, reader)


def open_reader(settings: Settings) -> Reader | None:
    """Return the reader that the settings choose; None for the rules alone.

    Raises:
        InvalidParameter: it lacks a setting.
        ModelUnavailable: it is not installed.
    """
    if settings.reader == "gliner":
        from crisiskg.readers.gliner import GlinerReader

        if settings.gliner_model is None:
            raise InvalidParameter(
                "the reader gliner needs the setting gliner_model", hint="Set it to the folder of a GLiNER model on this machine."
            )
        return GlinerReader(settings.gliner_model)
    if settings.reader == "language-model":
        from crisiskg.readers.endpoint import Endpoint
        from crisiskg.readers.language_model import LanguageModelReader

        return LanguageModelReader(Endpoint.from_settings(settings))
    return None


def described(settings: Settings) -> str | None:
    """Return name and version of the chosen reader for the provenance of claims; None for the rules alone.

    >>> from crisiskg.settings import Settings
    >>> described(Settings())
    """
    reader = open_reader(settings)
    return None if reader is None else reader.description
