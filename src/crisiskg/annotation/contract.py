"""The annotation contract: what `crisiskg annotate` reads and writes, one JSON object a line.

`read_line` makes a document of an input line, `to_json` an output object of an annotation, `from_json` the annotation again.
Keys that the contract knows are written in its form; the others are ours, and other readers ignore them.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import json
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from crisiskg.annotation.records import Annotation
from crisiskg.documents import DateBounds, Document
from crisiskg.errors import AnnotationError

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?\Z")
_KINDS = {int: "a number without fraction", float: "a number", str: "a text", bool: "true or false"}


def read_line(text: str, line: int | None = None, source: str = "-") -> Document:
    """Make a document of one line of input.

    Args:
        text: One JSON object with "id" and "text", perhaps "published" and "lang"; other keys are ignored.
        line: Number of the line, from 1, for messages.
        source: Name of the file, for the document.

    Returns:
        A document whose `source_id` is the id.

    Raises:
        AnnotationError: the line is not of this form; the message names line, key, value and what was possible.

    >>> read_line('{"id": "a", "text": "One.", "published": "2015-05-29"}').published.exact
    datetime.date(2015, 5, 29)
    """
    where = f"line {line}: " if line is not None else ""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise AnnotationError(f"{where}not JSON: {reason}") from error
    if not isinstance(found, dict):
        raise AnnotationError(f"{where}a JSON object is needed, not {_shown(found)}")
    for key in ("id", "text"):
        if key not in found:
            raise AnnotationError(
                f"{where}the key {key!r} is missing; needed are 'id' and 'text', possible also 'published' and 'lang'"
            )
    identifier, body = found["id"], found["text"]
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    if not isinstance(identifier, str) or not identifier:
        raise AnnotationError(f"{where}'id' must be a text that is not empty, not {_shown(found['id'])}")
    if not isinstance(body, str):
        raise AnnotationError(f"{where}'text' must be a text, not {_shown(body)}")
    if any("\ud800" <= character <= "\udfff" for character in body + identifier):
        raise AnnotationError(f"{where}'id' and 'text' must be Unicode text; one holds half of a surrogate pair")
    language = found.get("lang")
    if language is None:
        language = "en"
    if not isinstance(language, str) or not _LANGUAGE.match(language):
        raise AnnotationError(f"{where}'lang' must be a language tag such as 'en', not {_shown(language)}")
    return Document(
        text=body, published=_published(found.get("published"), where), language=language, source=source, source_id=identifier
    )


def read_lines(lines: Iterable[str], source: str = "-") -> Iterator[Document]:
    """Make documents of the lines of a file; empty lines are passed over.

    Raises:
        AnnotationError: as `read_line`, with the number of the line.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield read_line(line, number, source)


def to_json(annotation: Annotation) -> dict[str, Any]:
    """Return an annotation in the form of the contract, with JSON types only."""
    found: dict[str, Any] = {"id": annotation.id}
    for name in ("mentions", "entities", "times", "relations", "events", "attributions", "quantities"):
        found[name] = [_plain(record) for record in getattr(annotation, name)]
    for event, record in zip(found["events"], annotation.events, strict=True):
        for kind, key in (("killed", "fatalities"), ("injured", "injured"), ("displaced", "displaced")):
            counted = [quantity for quantity in record.quantities if quantity.kind == kind]
            if counted:
                event[key] = {"low": counted[0].low, "best": counted[0].best, "high": counted[0].high}
    for relation, item in zip(found["relations"], annotation.relations, strict=True):
        relation["begin_bounds"], relation["finish_bounds"] = relation["begin"], relation["finish"]
        relation["begin"], relation["finish"] = edtf(item.begin), edtf(item.finish)
    found["sentences"] = [list(span) for span in annotation.sentences]
    found["published"] = _plain(annotation.published)
    found["warnings"] = list(annotation.warnings)
    return found


def to_line(annotation: Annotation) -> str:
    """Return an annotation as one line of JSON, without line break."""
    return json.dumps(to_json(annotation), ensure_ascii=False, separators=(",", ":"))


def from_json(found: Mapping[str, Any]) -> Annotation:
    """Return the annotation that `to_json` wrote.

    Args:
        found: An object of the contract; keys that are unknown are ignored.

    Raises:
        AnnotationError: a key is missing or has a value of a wrong type; the message names both.
    """
    if not isinstance(found, Mapping):
        raise AnnotationError(f"a JSON object is needed, not {_shown(found)}")
    value = dict(found)
    value["relations"] = [
        {**relation, "begin": relation.get("begin_bounds"), "finish": relation.get("finish_bounds")}
        if isinstance(relation, Mapping)
        else relation
        for relation in value.get("relations") or []
    ]
    for key in ("mentions", "entities", "times", "events", "attributions", "quantities", "sentences", "warnings"):
        value[key] = value.get(key) or []
    made = _record(Annotation, value, "annotation")
    assert isinstance(made, Annotation)
    return made


def edtf(bounds: DateBounds | None) -> str | None:
    """Return bounds as ISO 8601 or EDTF, as coarse as they are; None where nothing bounds them.

    >>> edtf(DateBounds(dt.date(2019, 1, 1), dt.date(2019, 12, 31), "year", "stated"))
    '2019'
    """
    if bounds is None or (bounds.earliest is None and bounds.latest is None):
        return None
    first, last = bounds.earliest, bounds.latest
    if first is None or last is None:
        return f"{first.isoformat() if first else ''}/{last.isoformat() if last else ''}".replace("//", "/")
    if first == last:
        return first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first.year:04}" if first.year == last.year else f"{first.year:04}/{last.year:04}"
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        begin, end = f"{first.year:04}-{first.month:02}", f"{last.year:04}-{last.month:02}"
        return begin if begin == end else f"{begin}/{end}"
    return f"{first.isoformat()}/{last.isoformat()}"


def _published(value: object, where: str) -> DateBounds | None:
    if value is None or value == "":
        return None
    wrong = f"{where}'published' must be a date such as '2015-05-29', '2015-05' or '2015', or null, not {_shown(value)}"
    match = _DAY.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise AnnotationError(wrong)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        if month is None:
            return DateBounds(dt.date(year, 1, 1), dt.date(year, 12, 31), "year", "metadata")
        if day is None:
            last = calendar.monthrange(year, month)[1]
            return DateBounds(dt.date(year, month, 1), dt.date(year, month, last), "month", "metadata")
        exact = dt.date(year, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise AnnotationError(wrong) from error
    return DateBounds(exact, exact, "day", "metadata")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _record(kind: type, value: object, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise AnnotationError(f"{where} must be an object, not {_shown(value)}")
    made: dict[str, Any] = {}
    for item in dataclasses.fields(kind):
        if item.name in value:
            made[item.name] = _value(_hints(kind)[item.name], value[item.name], f"{where}.{item.name}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            if type(None) not in typing.get_args(_hints(kind)[item.name]):
                raise AnnotationError(f"{where} lacks the key {item.name!r}")
            made[item.name] = None
    return kind(**made)


def _value(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _value(next(part for part in arguments if part is not type(None)), value, where)
    if origin is typing.Literal:
        if value not in arguments:
            raise AnnotationError(f"{where} must be one of {', '.join(map(str, arguments))}, not {_shown(value)}")
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise AnnotationError(f"{where} must be a list, not {_shown(value)}")
        if arguments[-1:] == (Ellipsis,):
            return tuple(_value(arguments[0], part, f"{where}[{number}]") for number, part in enumerate(value))
        if len(value) != len(arguments):
            raise AnnotationError(f"{where} must have {len(arguments)} members, not {len(value)}")
        return tuple(_value(part_hint, part, where) for part_hint, part in zip(arguments, value, strict=True))
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return _record(hint, value, where)
    if hint is dt.date:
        try:
            return dt.date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise AnnotationError(f"{where} must be a date such as '2015-05-29', not {_shown(value)}") from error
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is not bool and isinstance(value, bool)):
        raise AnnotationError(f"{where} must be {_KINDS.get(hint, hint.__name__)}, not {_shown(value)}")
    return value


def _shown(value: object) -> str:
    """Show a value in a message, cut where it is long."""
    if value is None:
        return "null"
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
