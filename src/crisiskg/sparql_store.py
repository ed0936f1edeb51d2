"""SparqlStore: any SPARQL 1.1 server as a store, through Query, Update and the Graph Store Protocol."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from crisiskg.errors import (
    InvalidParameter,
    LimitExceeded,
    QueryRefused,
    QuerySyntaxError,
    StoreError,
    StoreTimeout,
    StoreUnavailable,
)
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.store import Row, check_quads, n_triples, named_graph, rows

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_N_TRIPLES = "application/n-triples"
_JSON = "application/sparql-results+json"
_BLOCK = 65_536


class SparqlStore:
    """A SPARQL 1.1 server. Each write is one request, which the server takes as a whole or not at all.

    Graphs are written with the Graph Store Protocol where the server offers it, otherwise with one update request. The server
    must answer queries that name no graph from the union of all graphs (`oxigraph serve --union-default-graph`, Fuseki's
    `tdb2:unionDefaultGraph`, and so on): the queries of crisiskg look across documents.

    Args:
        query_url: Endpoint for queries.
        update_url: Endpoint for updates; empty where only the Graph Store Protocol may write.
        graphs_url: Endpoint of the Graph Store Protocol; empty where the server has none.
        time_limit_s: Time in which the server must answer, in seconds.
        user: Name for HTTP basic authentication; None for none.
        password: Its password.
        token: Bearer token, instead of name and password.
        max_bytes: Largest answer to a query in bytes.
    """

    def __init__(
        self,
        query_url: str,
        update_url: str = "",
        graphs_url: str = "",
        *,
        time_limit_s: float = 30.0,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        max_bytes: int = 104_857_600,
    ) -> None:
        import httpx2

        self.query_url = query_url
        self.update_url = update_url
        self.graphs_url = graphs_url
        self._limit = time_limit_s
        self._max_bytes = max_bytes
        self._user, self._password, self._token = user, password, token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        auth = (user, password or "") if user and not token else None
        self._client = httpx2.Client(timeout=time_limit_s, headers=headers, auth=auth, follow_redirects=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the store of the settings; addresses that are not set are those of `oxigraph serve`.

        Raises:
            InvalidParameter: the URL has no host.
        """
        root = settings.store.rstrip("/")
        if not root.partition("://")[2]:
            raise InvalidParameter(f"the store {settings.store!r} is no URL of a server")
        secret = settings.store_password.get_secret_value() if settings.store_password else None
        token = settings.store_token.get_secret_value() if settings.store_token else None
        return cls(
            settings.store_query_url or f"{root}/query",
            settings.store_update_url or f"{root}/update",
            settings.store_graphs_url or f"{root}/store",
            time_limit_s=settings.store_time_limit_s,
            user=settings.store_user,
            password=secret,
            token=token,
            max_bytes=settings.max_result_bytes,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def replace_graph(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        """See `Store.replace_graph`."""
        content = list(quads)
        check_quads(graph, content, n_quads_lines(content))
        if not content:
            self.drop_graph(graph)
            return
        triples = n_triples(content)
        if self.graphs_url:
            self._send("PUT", self.graphs_url, params={"graph": graph}, content=triples, headers={"Content-Type": _N_TRIPLES})
        else:
            name = named_graph(graph)
            body = f"DROP SILENT GRAPH {name} ; INSERT DATA {{ GRAPH {name} {{\n{triples.decode('utf-8')}}} }}"
            self._update(body)

    def drop_graph(self, graph: str) -> bool:
        """See `Store.drop_graph`."""
        name = named_graph(graph)
        if not self.ask(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}"):
            return False
        if self.graphs_url:
            self._send("DELETE", self.graphs_url, params={"graph": graph}, missing_is_fine=True)
        else:
            self._update(f"DROP SILENT GRAPH {name}")
        return True

    def _update(self, update: str) -> None:
        headers = {"Content-Type": "application/sparql-update"}
        self._send("POST", self.update_url, content=update.encode("utf-8"), headers=headers)

    def _send(self, method: str, url: str, *, missing_is_fine: bool = False, **request: Any) -> None:
        import httpx2

        try:
            response = self._client.request(method, url, **request)
        except httpx2.TimeoutException as error:
            raise StoreTimeout(f"the store {url} gave no answer within {self._limit:g} s") from error
        except httpx2.TransportError as error:
            raise StoreUnavailable(f"the store {url} cannot be reached: {error}") from error
        except httpx2.HTTPError as error:
            raise StoreError(f"the store {url} gave no usable answer: {error}") from error
        except (httpx2.InvalidURL, ValueError) as error:
            raise InvalidParameter(f"{url!r} is no address of a store: {error}") from error
        if response.is_success or (missing_is_fine and response.status_code == 404):
            return
        if response.status_code in (401, 403):
            raise StoreError(
                f"the store {url} refused to write ({response.status_code})",
                hint="Set store_user and store_password, or store_token, in the environment.",
            )
        raise StoreError(f"the store {url} answered {response.status_code} to {method}: {_short(response.text)}")

    def graphs(self) -> list[str]:
        """See `Store.graphs`."""
        found = self.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
        names = (row.get("g") for row in found)
        return sorted(name.value for name in names if isinstance(name, ox.NamedNode))

    def digest(self, graph: str) -> str | None:
        """See `Store.digest`. The graph is read back for it."""
        count, digest = canonical_digest(self.quads(graph))
        return digest if count else None

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """See `Store.quads`."""
        for name in self.graphs() if graph is None else [graph]:
            node = named_graph(name)
            for triple in self.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}"):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, node)

    def select(self, query: str) -> list[Row]:
        """See `Store.select`."""
        return rows(self._parse(self.answer(query, _JSON)))

    def ask(self, query: str) -> bool:
        """See `Store.ask`."""
        result = self._parse(self.answer(query, _JSON))
        if isinstance(result, ox.QuerySolutions):  # Virtuoso answers ASK with a table of one cell
            first = next(iter(rows(result)), {})
            return any(isinstance(term, ox.Literal) and term.value in ("1", "true") for term in first.values())
        return bool(result)

    def construct(self, query: str) -> list[ox.Triple]:
        """See `Store.construct`."""
        body = self.answer(query, _N_TRIPLES)
        try:
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)]
        except (SyntaxError, ValueError) as error:
            raise StoreError(f"the store {self.query_url} answered with broken N-Triples: {error}") from error

    def _parse(self, body: bytes) -> Any:
        try:
            return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise StoreError(f"the store {self.query_url} answered with broken JSON: {error}") from error

    def answer(self, query: str, media_type: str, dataset: dict[str, list[str]] | None = None) -> bytes:
        """Return the server's answer to a query as it sent it.

        Args:
            query: SPARQL 1.1 query.
            media_type: Media type to ask for.
            dataset: Graph IRIs by the protocol's parameter, "default-graph-uri" or "named-graph-uri".

        Returns:
            The body of the answer.

        Raises:
            QuerySyntaxError: the server says that the query is malformed.
            LimitExceeded: the answer is larger than allowed.
            StoreTimeout: no answer within the time limit.
            StoreError: any other failure.
        """
        from SPARQLWrapper import BASIC, POST, SPARQLExceptions, SPARQLWrapper

        wrapper = SPARQLWrapper(self.query_url, agent="crisiskg")
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", media_type)
        wrapper.setTimeout(max(1, round(self._limit)))
        if self._token:
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self._token}")
        elif self._user:
            wrapper.setHTTPAuth(BASIC)
            wrapper.setCredentials(self._user, self._password or "")
        for name, graphs in (dataset or {}).items():
            for graph in graphs:
                wrapper.addParameter(name, graph)
        wrapper.setQuery(query)
        try:
            response = wrapper.query().response
            return self._read(response.read)
        except SPARQLExceptions.QueryBadFormed as error:
            raise QuerySyntaxError(f"the store says that the query is malformed: {_short(str(error))}") from error
        except SPARQLExceptions.Unauthorized as error:
            raise QueryRefused(f"the store {self.query_url} asks for a name and password or refuses them") from error
        except SPARQLExceptions.SPARQLWrapperException as error:
            raise StoreError(f"the store {self.query_url} failed: {_short(str(error))}") from error
        except TimeoutError as error:
            raise StoreTimeout(f"the store {self.query_url} gave no answer within {self._limit:g} s") from error
        except urllib.error.HTTPError as error:
            raise StoreError(f"the store {self.query_url} answered {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise StoreTimeout(f"the store {self.query_url} gave no answer within {self._limit:g} s") from error
            raise StoreUnavailable(f"the store {self.query_url} cannot be reached: {error.reason}") from error
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"the store {self.query_url} cannot be reached: {error}") from error

    def _read(self, read: Callable[[int], bytes]) -> bytes:
        body = bytearray()
        while block := read(_BLOCK):
            body += block
            if len(body) > self._max_bytes:
                raise LimitExceeded(
                    f"the answer is larger than {self._max_bytes} bytes", hint="Ask for less, or with LIMIT for parts of it."
                )
        return bytes(body)

    def flush(self) -> None:
        """See `Store.flush`; the server makes every write last by itself."""

    def publish(self) -> int:
        """See `Store.publish`."""
        return 0

    def close(self) -> None:
        """See `Store.close`."""
        self._client.close()


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
