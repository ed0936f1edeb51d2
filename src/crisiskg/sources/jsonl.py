"""Reads JSON Lines and JSON: objects with a text and what is known of it; JSON feeds are read by `feed`.

Text is kept as it is, so that offsets that the giver knows stay right: only control characters are replaced, one for one.
"""

from __future__ import annotations

import json
from typing import Any, get_args

from crisiskg.documents import Contribution, DateBounds, Document, DocumentKind, Region
from crisiskg.errors import EmptySource, MalformedSource, SourceError
from crisiskg.sources.pages.dates import from_metadata
from crisiskg.sources.pages.language import detect_language
from crisiskg.sources.text import Origin, SourceFailure, check_length, clean_keeping_offsets, decode, one_line, safe_url

_PARTS = ("author", "host", "guest", "speaker", "editor", "contributor")


def parse_lines(lines: list[tuple[int, bytes]], origin: Origin) -> list[Document | SourceFailure]:
    """Return the document, or what is wrong, of each line.

    Args:
        lines: Number and bytes of each line; blank ones are left out.
        origin: Where the lines come from.
    """
    return [_one(data, f"line {number}", origin) for number, data in lines]


def parse_json(data: bytes, origin: Origin) -> list[Document | SourceFailure]:
    """Return the documents of a JSON file: one object, or an array of objects.

    Raises:
        MalformedSource: it is not JSON, or holds neither.
        EmptySource: it is an empty array.
    """
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith(b"{") and line.rstrip().endswith(b"}") for _, line in lines):
        return parse_lines(lines, origin)  # JSON Lines by another name
    value = load_json(data, origin.charset)
    if isinstance(value, dict):
        return [_guarded(value, None, data, origin)]
    if not isinstance(value, list):
        raise MalformedSource(f"it must hold a JSON object with 'text', or an array of such, not {_kind(value)}")
    if not value:
        raise EmptySource("there is nothing to read in it: its JSON array is empty")
    return [
        _guarded(item, f"item {number}", json.dumps(item).encode("utf-8", "surrogatepass"), origin)
        for number, item in enumerate(value, start=1)
    ]


def load_json(data: bytes, charset: str | None = None) -> Any:
    """Return the value of JSON bytes.

    Raises:
        MalformedSource: they are not JSON.
    """
    text = decode(data, charset).text
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedSource(
            f"it is not JSON: {error.msg.lower().removesuffix(' at')} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise MalformedSource("its JSON is nested too deeply") from None
    except ValueError as error:
        digits = "digits" in str(error)
        raise MalformedSource(
            "it holds a number of too many digits" if digits else f"it is not JSON: {one_line(str(error), 120)}"
        ) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return "null" if value is None else names.get(type(value), "something else")


def _one(data: bytes, location: str, origin: Origin) -> Document | SourceFailure:
    try:
        value = load_json(data, origin.charset)
    except SourceError as error:
        return SourceFailure(origin.source, error, location, data, origin.raw_sha256)
    return _guarded(value, location, data, origin)


def _guarded(value: object, location: str | None, data: bytes, origin: Origin) -> Document | SourceFailure:
    try:
        return to_document(value, origin)
    except SourceError as error:
        return SourceFailure(origin.source, error, location, data, origin.raw_sha256)


def to_document(value: object, origin: Origin) -> Document:
    """Return the document that a JSON object describes.

    Args:
        value: `text` is required; `id`, `title`, `url`, `published`, `language` (or `lang`), `kind`, `publisher`, `authors` and
            `contributions` are read, other keys are left alone.
        origin: Where it comes from.

    Raises:
        MalformedSource: it is no object, or a key has a value of the wrong type.
        EmptySource: `text` holds nothing but white space.
        SourceTooLarge: `text` is too long.
    """
    if not isinstance(value, dict):
        raise MalformedSource(f"it must be a JSON object with 'text', not {_kind(value)}")
    if "text" not in value:
        known = ", ".join(repr(str(key)[:30]) for key in list(value)[:6]) or "none"
        raise MalformedSource(f"the key 'text' is missing; its keys are {known}")
    text = _string(value, "text")
    if text is None or not text.strip():
        raise EmptySource("there is nothing to read in it: 'text' is empty")
    check_length(text, origin.max_chars)
    text, warnings = clean_keeping_offsets(text)
    title = _string(value, "title")
    published = _string(value, "published")
    bounds = _published(published, warnings_to := list(warnings))
    url = safe_url(raw_url := _string(value, "url"))
    if raw_url and not url:
        warnings_to.append(f"the address {one_line(raw_url, 80)!r} is not an http or https address and was left out")
    kind = _string(value, "kind") or "text"
    if kind not in get_args(DocumentKind):
        raise MalformedSource(f"'kind' must be one of {', '.join(get_args(DocumentKind))}, not {one_line(kind, 40)!r}")
    language = _string(value, "language") or _string(value, "lang") or detect_language(text)
    if language.split("-")[0] != "en":
        warnings_to.append(f"the text is not in English but in {one_line(language, 20)!r}; little will be found in it")
    return Document(
        text=text,
        kind=kind,  # type: ignore[arg-type] # checked above
        title=one_line(title) if title else None,
        publisher=one_line(_string(value, "publisher") or "") or None,
        contributions=(*_authors(value), *_contributions(value)),
        published=bounds,
        language=one_line(language, 35),
        source=origin.source,
        source_id=_identifier(value),
        url=url,
        media_type=origin.media_type,
        raw_sha256=origin.raw_sha256,
        regions=_regions(text, title),
        warnings=tuple(warnings_to),
    )


def _string(value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    if found is None or isinstance(found, str):
        return found
    raise MalformedSource(f"'{key}' must be a string, not {_kind(found)}")


def _identifier(value: dict[str, Any]) -> str | None:
    found = value.get("id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return one_line(_string(value, "id") or "") or None


def _published(published: str | None, warnings: list[str]) -> DateBounds | None:
    bounds = from_metadata(published)
    if published and not bounds:
        warnings.append(f"'published' is {one_line(published, 40)!r}, which is no date such as 2015-05-29; it was left out")
    return bounds


def _regions(text: str, title: str | None) -> tuple[Region, ...]:
    if not title or not title.strip() or not text.startswith(title.strip()):
        return ()
    end = len(title.strip())
    rest = len(text) - len(text[end:].lstrip())
    if rest == end or rest >= len(text):
        return ()
    return Region("title", 0, end), Region("body", rest, len(text))


def _list(value: dict[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    if found is None:
        return []
    if isinstance(found, (str, dict)):
        return [found]
    if not isinstance(found, list):
        raise MalformedSource(f"'{key}' must be an array, not {_kind(found)}")
    return found


def _authors(value: dict[str, Any]) -> list[Contribution]:
    return [_contribution(item, "authors", "author") for key in ("authors", "author") for item in _list(value, key)]


def _contributions(value: dict[str, Any]) -> list[Contribution]:
    return [_contribution(item, "contributions", "contributor") for item in _list(value, "contributions")]


def _contribution(item: object, key: str, part: str) -> Contribution:
    if isinstance(item, str) and item.strip():
        return Contribution(one_line(item), part)
    if not isinstance(item, dict):
        raise MalformedSource(f"'{key}' must hold names or objects with 'name', not {_kind(item)}")
    name = one_line(_string(item, "name") or "")
    if not name:
        raise MalformedSource(f"'{key}' holds an object without 'name'")
    part = _string(item, "part") or part
    if part not in _PARTS:
        raise MalformedSource(f"'part' must be one of {', '.join(_PARTS)}, not {one_line(part, 40)!r}")
    return Contribution(name, part, _string(item, "role"), _string(item, "organization"))
