"""Reads and checks gold: JSON Lines in the form of docs/evaluation.md. A bad line is named and passed over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from crisiskg.annotation.contract import read_line
from crisiskg.annotation.records import EntityType, MentionKind, Polarity, Status
from crisiskg.documents import Document
from crisiskg.errors import AnnotationError

_LISTS = ("mentions", "entities", "relations", "events", "times", "attributions")
_TYPES = frozenset(get_args(EntityType))
_ONE_OF: dict[str, dict[str, frozenset[str]]] = {
    "mentions": {"type": _TYPES, "kind": frozenset(get_args(MentionKind))},
    "entities": {"type": _TYPES},
    "events": {"status": frozenset(get_args(Status)), "polarity": frozenset(get_args(Polarity))},
}


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document with what is right.

    Attributes:
        document: What is read.
        record: The whole line.
    """

    document: Document
    record: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Id of the line."""
        return self.document.source_id or ""


@dataclass(frozen=True, slots=True)
class GoldFault:
    """A line that cannot be used.

    Attributes:
        line: Number of the line, from 1.
        message: One sentence that names the line and what is wrong with it.
    """

    line: int
    message: str


def read_gold(lines: Iterable[str], source: str = "-") -> Iterator[GoldDocument | GoldFault]:
    """Read gold.

    Args:
        lines: Lines of a file; empty ones are passed over.
        source: Name of the file, for the documents.

    Yields:
        A document, or why the line is none.

    >>> [fault.message for fault in read_gold(['{"id": "a", "text": "Mali", "mentions": [{"start": 2, "end": 9}]}'])]
    ['line 1: mentions[0] ends at 9, behind the end of the text at 4']
    """
    met: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            document = read_line(line, number, source)
            record = json.loads(line)
            fault = fault_of(record, document.text)
        except AnnotationError as error:
            yield GoldFault(number, error.message)
            continue
        identifier = document.source_id or ""
        if fault is None and identifier in met:
            fault = f"the id {identifier[:60]!r} is that of line {met[identifier]} already"
        if fault is not None:
            yield GoldFault(number, f"line {number}: {fault}")
            continue
        met[identifier] = number
        yield GoldDocument(document, record)


def fault_of(record: Mapping[str, Any], text: str) -> str | None:
    """Say what is wrong with an object of the annotation contract; None where nothing is.

    Args:
        record: Gold or a prediction.
        text: The text into which its offsets lead.
    """
    for key in _LISTS:
        items = record.get(key)
        if items is None:
            continue
        if not isinstance(items, list):
            return f"{key} must be a list, not {_shown(items)}"
        for place, item in enumerate(items):
            where = f"{key}[{place}]"
            if not isinstance(item, dict):
                return f"{where} must be an object, not {_shown(item)}"
            fault = _fault_of_item(item, key, where, text)
            if fault is not None:
                return fault
    scope = record.get("scope")
    if scope is not None and not _is_span(scope):
        return f"scope must be a list of two offsets, not {_shown(scope)}"
    annotates = record.get("annotates")
    if annotates is not None and not (
        isinstance(annotates, dict)
        and all(isinstance(value, list) and all(isinstance(x, str) for x in value) for value in annotates.values())
    ):
        return f"annotates must be an object of lists of names, not {_shown(annotates)}"
    return _fault_of_references(record)


def _fault_of_item(item: Mapping[str, Any], key: str, where: str, text: str) -> str | None:
    needs_span = key in ("mentions", "times")
    start, end = item.get("start"), item.get("end")
    if needs_span or start is not None or end is not None:
        if key in ("mentions", "times", "events") and not _is_span([start, end]):
            return f"{where} needs start and end, two offsets with start before end, not {_shown(start)} and {_shown(end)}"
        if key in ("mentions", "times", "events") and isinstance(end, int) and end > len(text):
            return f"{where} ends at {end}, behind the end of the text at {len(text)}"
        said = item.get("text")
        if key == "mentions" and isinstance(said, str) and text[start:end] != said:
            return f"{where} says {_shown(said)}, and the text has {_shown(text[start:end])} there"
    for name, possible in _ONE_OF.get(key, {}).items():
        value = item.get(name)
        if value is not None and value not in possible:
            return f"{where}.{name} must be one of {', '.join(sorted(possible))}, not {_shown(value)}"
    if key == "entities" and not isinstance(item.get("id"), str | int):
        return f"{where} needs an id"
    if key == "attributions":
        for name in ("source", "content"):
            value = item.get(name)
            if value and not (_is_span(value) or (isinstance(value, list) and all(_is_span(part) for part in value))):
                return f"{where}.{name} must be a span, a list of spans or null, not {_shown(value)}"
    return None


def _fault_of_references(record: Mapping[str, Any]) -> str | None:
    known = {entity["id"] for entity in record.get("entities") or []}
    for place, mention in enumerate(record.get("mentions") or []):
        if known and mention.get("entity") is not None and mention["entity"] not in known:
            return f"mentions[{place}].entity is {_shown(mention['entity'])}, and there is no such entity"
    for place, relation in enumerate(record.get("relations") or []):
        for end in ("head", "tail"):
            if relation.get(end) not in known:
                return f"relations[{place}].{end} is {_shown(relation.get(end))}, and there is no such entity"
    return None


def _is_span(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int) and not isinstance(part, bool) for part in value)
        and 0 <= value[0] < value[1]
    )


def _shown(value: object) -> str:
    shown = "null" if value is None else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
