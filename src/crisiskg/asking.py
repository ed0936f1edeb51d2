"""Who answers queries of users: worker processes over an embedded store, or a remote SPARQL server. One interface for both."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from crisiskg.errors import NotAcceptable, StoreError
from crisiskg.store import Row, existing_folder, is_url, rows, stored_base_iri
from crisiskg.workers import Answer, Pool
from crisiskg.workers.process import RDF_FORMATS, RESULT_FORMATS
from crisiskg.workers.scan import scan_query

if TYPE_CHECKING:
    from crisiskg.settings import Settings
    from crisiskg.sparql_store import SparqlStore

JSON = "application/sparql-results+json"
CSV = "text/csv"


class Asker(Protocol):
    """Answers one query at a time for any number of threads. `crisiskg.workers.Pool` is one."""

    def run(
        self,
        query: str,
        accept: Sequence[str] = ...,
        *,
        default_graphs: Sequence[str] = ...,
        named_graphs: Sequence[str] = ...,
        base_iri: str | None = ...,
    ) -> Answer:
        """Answer one query; see `crisiskg.workers.pool.Pool.run`."""

    def close(self) -> None:
        """Let go of processes and connections."""


class RemoteAsker:
    """Sends queries to a SPARQL server, under the same limits on their text.

    Args:
        store: The server.
        settings: Limits.
    """

    def __init__(self, store: SparqlStore, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def run(
        self,
        query: str,
        accept: Sequence[str] = (JSON, "text/turtle"),
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base_iri: str | None = None,
    ) -> Answer:
        """Answer one query; see `crisiskg.workers.pool.Pool.run`."""
        scan = scan_query(query, self._settings.max_query_bytes, self._settings.max_query_depth)
        kind = {"SELECT": "bindings", "ASK": "boolean"}.get(scan.form, "graph")
        offered: Sequence[str] = tuple(RDF_FORMATS) if kind == "graph" else tuple(RESULT_FORMATS)
        media_type = next((media for media in accept if media in offered), None)
        if media_type is None:
            raise NotAcceptable(f"an answer of this kind can be had as {', '.join(offered)}")
        if base_iri is not None:
            query = f"BASE {ox.NamedNode(base_iri)}\n{query}"
        dataset = {"default-graph-uri": list(default_graphs), "named-graph-uri": list(named_graphs)}
        body = self._store.answer(query, media_type, dataset)
        return Answer(kind, media_type, 0, len(body), io.BytesIO(body))

    def close(self) -> None:
        """Close the connection."""
        self._store.close()


def open_asker(settings: Settings, workers: int | None = None, niceness: int = 0) -> Asker:
    """Return who answers for the store of the settings.

    Args:
        settings: Which store, and limits.
        workers: Number of worker processes where it is not that of the settings.
        niceness: By how much worker processes stand back for others, 0 to 19.

    Raises:
        NotFound: there is no store.
    """
    if is_url(settings.store):
        from crisiskg.sparql_store import SparqlStore

        return RemoteAsker(SparqlStore.from_settings(settings), settings)
    return Pool(existing_folder(settings.store), settings, workers, niceness)


def base_iri(settings: Settings) -> str:
    """Return the base IRI of the store's data: what an embedded store was made with, otherwise that of the settings."""
    return settings.base_iri if is_url(settings.store) else stored_base_iri(existing_folder(Path(settings.store)))


def selector(asker: Asker) -> Callable[[str], list[Row]]:
    """Return a function that gives the rows of a SELECT query as terms.

    The function raises what `Asker.run` raises.
    """

    def select(query: str) -> list[Row]:
        with asker.run(query, (JSON,)) as answer:
            body = answer.read()
        try:
            parsed: Any = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise StoreError(f"the store answered with broken JSON: {error}") from error
        return rows(parsed)

    return select
