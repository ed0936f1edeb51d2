"""Who answers queries of users: worker processes over an embedded store, or a remote SPARQL server. One interface for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from crisiskg.errors import StoreError
from crisiskg.store import Row, existing_folder, is_url, rows, stored_base_iri
from crisiskg.workers import Answer, Pool

if TYPE_CHECKING:
    from crisiskg.settings import Settings

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


def open_asker(settings: Settings, workers: int | None = None) -> Pool:
    """Return who answers for the store of the settings.

    Args:
        settings: Which store, and limits.
        workers: Number of worker processes where it is not that of the settings.

    Raises:
        NotFound: there is no store.
    """
    return Pool(None if is_url(settings.store) else existing_folder(settings.store), settings, workers)


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
