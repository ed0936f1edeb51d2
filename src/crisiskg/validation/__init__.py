"""Holds quads to the shapes of shapes/data.ttl and reports what does not conform."""

from __future__ import annotations

from crisiskg.validation.files import FORMATS, validate_file, validate_turtle
from crisiskg.validation.report import Report, Result
from crisiskg.validation.validate import validate

__all__ = ["FORMATS", "Report", "Result", "validate", "validate_file", "validate_turtle"]
