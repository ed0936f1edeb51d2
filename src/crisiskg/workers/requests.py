"""Requests to query workers, and errors that come back: made by those who ask, read by `crisiskg.workers.process`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crisiskg import errors
from crisiskg.errors import CrisiskgError, InvalidParameter, StoreError
from crisiskg.namespaces import BASE

if TYPE_CHECKING:
    from crisiskg.identity.expansion import Expansion
    from crisiskg.settings import Settings

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]*")


def query_request(
    settings: Settings,
    query: str,
    accept: Sequence[str],
    *,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    base_iri: str | None = None,
    generation: int | None = None,
    identity: Expansion | None = None,
    data_base: str = BASE,
) -> bytes:
    """Return the request for a query.

    Args:
        settings: Limits.
        query: SPARQL of anybody; the worker looks at it.
        accept: Media types by preference; the first that the kind of answer can have is used.
        default_graphs: IRIs of the graphs that make up the default graph; none means as the settings and the query say.
        named_graphs: IRIs of the graphs that GRAPH may name.
        base_iri: Base of relative IRIs in the query.
        generation: Number of the generation to ask; None means the newest.
        identity: How far the constants of the query stand for all that are the same; None for not at all.
        data_base: Base of the IRIs of data, which is needed for identity.

    Raises:
        InvalidParameter: a graph is no absolute IRI.
    """
    content: dict[str, Any] = {
        "query": query,
        "accept": list(accept),
        "default_graphs": [graph_iri(graph) for graph in default_graphs],
        "named_graphs": [graph_iri(graph) for graph in named_graphs],
        "base_iri": base_iri,
        "generation": generation,
        "union": settings.union_default_graph,
        "limits": [settings.max_query_bytes, settings.max_query_depth, settings.max_query_patterns, settings.max_path_steps],
        "max_rows": settings.max_result_rows,
        "max_bytes": settings.max_result_bytes,
    }
    if identity is not None and identity.mode != "none":
        content["identity"] = [identity.mode, identity.least, data_base, settings.max_identity_iris]
    return json.dumps(content).encode("ascii")


def graph_request(settings: Settings, graph: str | None, accept: Sequence[str], generation: int | None = None) -> bytes:
    """Return the request for what a graph holds.

    Args:
        settings: Limits.
        graph: IRI, "default", or None for all graphs as quads.
        accept: Media types by preference.
        generation: Number of the generation to ask; None means the newest.

    Raises:
        InvalidParameter: the graph is no absolute IRI.
    """
    content = {
        "graph": graph if graph in (None, "default") else graph_iri(graph),
        "accept": list(accept),
        "generation": generation,
        "max_rows": settings.max_result_rows,
        "max_bytes": settings.max_result_bytes,
    }
    return json.dumps(content).encode("ascii")


def graph_iri(text: str) -> str:
    """Return the IRI of a graph.

    Raises:
        InvalidParameter: it is no absolute IRI.

    >>> graph_iri("https://example.org/g")
    'https://example.org/g'
    """
    if not _IRI.fullmatch(text):
        raise InvalidParameter(f"{text[:200]!r} is not the IRI of a graph", hint="An absolute IRI is needed.")
    return text


_EXTRA = {"memory": errors.LimitExceeded, "failed": StoreError}


def _by_code() -> dict[str, type[CrisiskgError]]:
    found: dict[str, type[CrisiskgError]] = dict(_EXTRA)
    waiting: list[type[CrisiskgError]] = [CrisiskgError]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return found


_CODES: dict[str, type[CrisiskgError]] = {}


def error_of(problem: Mapping[str, Any]) -> CrisiskgError:
    """Return the error that an `X` frame tells of.

    >>> type(error_of({"error": "query_syntax", "message": "no"})).__name__
    'QuerySyntaxError'
    """
    if not _CODES:
        _CODES.update(_by_code())
    kind = _CODES.get(str(problem.get("error")), StoreError)
    message, hint = str(problem.get("message")), str(problem.get("hint") or "") or None
    if kind is errors.BudgetExhausted:
        return errors.BudgetExhausted(message, hint=hint, retry_after_s=float(problem.get("retry_after_s", 60.0)))
    return kind(message, hint=hint)
