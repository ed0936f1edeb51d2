"""SparqlStore: any SPARQL 1.1 server as a store, through Query, Update and the Graph Store Protocol."""

from __future__ import annotations

import contextlib
import io
import urllib.error
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter, StoreError, StoreUnavailable
from crisiskg.journal import canonical_digest, canonical_lines, n_quads_lines
from crisiskg.remote import answers
from crisiskg.remote.connection import Connection, Parameters, Reply, failure, short, too_late
from crisiskg.remote.graphs import graph_triples
from crisiskg.remote.kinds import Kind, find_kind
from crisiskg.remote.passing import Question, answer_question
from crisiskg.remote.server import (
    Addresses,
    Dataset,
    Known,
    Server,
    dataset_parameters,
    examine,
    find_server,
    greet,
    list_graphs,
    root_of,
)
from crisiskg.store import Row, check_quads, n_triples, named_graph
from crisiskg.workers.foreign import look_at
from crisiskg.workers.scan import Limits

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_N_TRIPLES = "application/n-triples"
_BLOCK = 65_536


class SparqlStore:
    """A SPARQL 1.1 server.

    What kind of server it is and what it does is found out with the first request (`crisiskg.remote`). A graph is written with
    the Graph Store Protocol where the server offers it, otherwise with one update request; `crisiskg doctor` says whether the
    server takes that as a whole or not at all. Where it may not, the triples are counted after each write.

    Args:
        query_url: Endpoint for queries.
        update_url: Endpoint for updates; empty where only the Graph Store Protocol may write.
        graphs_url: Endpoint of the Graph Store Protocol; empty where the server has none.
        time_limit_s: Time in which the server must answer, in seconds.
        user: Name for HTTP authentication, Basic or Digest as the server wants it; None for none.
        password: Its password.
        token: Bearer token, instead of name and password.
        max_bytes: Largest answer to a query in bytes.
        kind: Name of the kind of server (`crisiskg.remote.kinds.KINDS`); None to find it out.

    Raises:
        InvalidParameter: there is no such kind.
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
        kind: str | None = None,
    ) -> None:
        self._addresses = Addresses(query_url, update_url, graphs_url)
        self._settings: Settings | None = None
        self._kind: Kind | None = find_kind(kind) if kind else None
        self._limit = time_limit_s
        self._max_bytes = max_bytes
        self._user, self._password, self._token = user, password, token
        self._connection = Connection(time_limit_s=time_limit_s, user=user, password=password, token=token, max_bytes=max_bytes)
        self._known = Known(self._find)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the store of the settings. Nothing is sent yet; addresses that are not set are found with the first request.

        Raises:
            InvalidParameter: the URL has no host.
        """
        made = cls(
            root_of(settings.store),
            time_limit_s=settings.store_time_limit_s,
            user=settings.store_user,
            password=settings.store_password.get_secret_value() if settings.store_password else None,
            token=settings.store_token.get_secret_value() if settings.store_token else None,
            max_bytes=settings.max_result_bytes,
        )
        made._settings = settings
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def connection(self) -> Connection:
        """How the server is reached."""
        return self._connection

    @property
    def server(self) -> Server:
        """What the server is and does.

        Raises:
            StoreUnavailable: it cannot be reached.
            StoreError: it does not speak SPARQL.
        """
        return self._known.get()

    def _find(self) -> Server:
        if self._settings is not None:
            return find_server(self._connection, self._settings, self._kind)
        kind, version, table = greet(self._connection, self._addresses.query)
        return examine(self._connection, self._addresses, self._kind or kind, version, table)

    # --- writing ------------------------------------------------------------------------------------------------------------

    def replace_graph(self, graph: str, quads: Iterable[ox.Quad]) -> None:
        """See `Store.replace_graph`."""
        content = list(quads)
        lines = n_quads_lines(content)
        check_quads(graph, content, lines)
        if not content:
            self.drop_graph(graph)
            return
        server = self.server
        if server.addresses.graphs:
            self._connection.send(
                "PUT",
                server.addresses.graphs,
                params={"graph": graph},
                content=n_triples(content),
                headers={"Content-Type": _N_TRIPLES},
            )
        else:
            self._insert(server, graph, content)
        if not server.kind.whole_writes:
            self._check_count(graph, len(canonical_lines(content, lines)))

    def _insert(self, server: Server, graph: str, content: list[ox.Quad]) -> None:
        name = named_graph(graph)
        size = server.kind.insert_triples or len(content)
        for start in range(0, len(content), size):
            triples = n_triples(content[start : start + size]).decode("utf-8")
            drop = f"DROP SILENT GRAPH {name} ; " if start == 0 else ""
            self._update(f"{drop}INSERT DATA {{ GRAPH {name} {{\n{triples}}} }}")

    def _check_count(self, graph: str, expected: int) -> None:
        found = self._count(graph)
        if found != expected:
            raise StoreError(
                f"the store took {found} of {expected} triples of the graph {graph}", hint="The graph must be written again."
            )

    def _count(self, graph: str) -> int:
        name = named_graph(graph)
        found = self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {name} {{ ?s ?p ?o }} }}")
        return int(found[0]["n"].value) if found and isinstance(found[0].get("n"), ox.Literal) else 0  # type: ignore[union-attr]

    def drop_graph(self, graph: str) -> bool:
        """See `Store.drop_graph`."""
        name = named_graph(graph)
        if not self.ask(f"ASK {{ GRAPH {name} {{ ?s ?p ?o }} }}"):
            return False
        server = self.server
        if server.addresses.graphs:
            self._connection.send("DELETE", server.addresses.graphs, params={"graph": graph}, fine=(404,))
        else:
            self._update(f"DROP SILENT GRAPH {name}")
        if not server.kind.whole_writes:
            self._check_count(graph, 0)
        return True

    def _update(self, update: str) -> None:
        address = self.server.addresses.update
        if not address:
            raise InvalidParameter("the store has no address for updates", hint="Set store_update_url or store_graphs_url.")
        headers = {"Content-Type": "application/sparql-update"}
        self._connection.send("POST", address, content=update.encode("utf-8"), headers=headers)

    # --- reading ------------------------------------------------------------------------------------------------------------

    def graphs(self) -> list[str]:
        """See `Store.graphs`. Graphs that the server keeps for itself are left out."""
        return list_graphs(self._connection, self.server)

    def digest(self, graph: str) -> str | None:
        """See `Store.digest`. The graph is read back for it."""
        count, digest = canonical_digest(self.quads(graph))
        return digest if count else None

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """See `Store.quads`.

        Raises:
            StoreError: the server gives another number of triples than it counts.
        """
        for name in self.graphs() if graph is None else [graph]:
            node = named_graph(name)
            for triple in graph_triples(self._connection, self.server, name):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, node)

    def select(self, query: str) -> list[Row]:
        """See `Store.select`."""
        with self._asked(query, answers.TABLES, self._whole(query)) as reply:
            result, body = answers.read_table(reply)
            found = [
                {name.value: term for name, term in zip(result.variables, solution, strict=True) if term is not None}
                for solution in answers.solutions(result, body, reply)
            ]
            answers.refuse_cut(reply, len(found), self.server.row_cap, None)
            return found

    def ask(self, query: str) -> bool:
        """See `Store.ask`."""
        with self._asked(query, answers.TABLES, self._whole(query)) as reply:
            result, body = answers.read_table(reply)
            return answers.truth(result, body, reply)

    def construct(self, query: str) -> list[ox.Triple]:
        """See `Store.construct`."""
        with self._asked(query, answers.GRAPHS, self._whole(query)) as reply:
            found = list(answers.triples(reply))
            answers.refuse_cut(reply, len(found), self.server.row_cap, None)
        return list(dict.fromkeys(found))

    def answer(self, query: str, media_type: str, dataset: dict[str, list[str]] | None = None) -> bytes:
        """Return the whole answer to a query in one format.

        Args:
            query: SPARQL 1.1 query.
            media_type: Media type of the answer.
            dataset: Graph IRIs by the protocol's parameter, "default-graph-uri" or "named-graph-uri".

        Raises:
            QuerySyntaxError: the query, or the server says that it, is malformed.
            NotAcceptable: there is no such format for it.
            LimitExceeded: the answer is larger than allowed, or the server may have cut it.
            StoreTimeout: no answer within the time limit.
            StoreError: any other failure.
        """
        found = look_at(query, Limits(max_bytes=max(1, len(query) * 4)))
        given = dataset or {}
        graphs = Dataset(given.get("default-graph-uri", ()), given.get("named-graph-uri", ()))
        if found.names_dataset and not (graphs.default_graphs or graphs.named_graphs):
            graphs = Dataset(found.default_graphs, found.named_graphs, in_query=True, readable=found.readable)
        output = io.BytesIO()
        question = Question(query, found.form, (media_type,), graphs)
        answer_question(self._connection, self.server, question, lambda *_: output)
        return output.getvalue()

    def _whole(self, query: str) -> Parameters:
        """Return the parameters that make the union of all graphs the default graph."""
        return dataset_parameters(self._connection, self.server, query, "SELECT", Dataset(union=True))

    @contextlib.contextmanager
    def _asked(self, query: str, accept: str, parameters: Parameters) -> Iterator[Reply]:
        """Send a query of ours with SPARQLWrapper and yield the answer."""
        from SPARQLWrapper import BASIC, DIGEST, POST, SPARQLWrapper

        url = self.server.addresses.query
        wrapper = SPARQLWrapper(url, agent="crisiskg")
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", accept)
        wrapper.setTimeout(max(1, round(self._limit)))
        if self._token:
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self._token}")
        elif self._user:
            wrapper.setHTTPAuth(DIGEST if self._connection.wants_digest else BASIC)
            wrapper.setCredentials(self._user, self._password or "")
        for name, value in parameters:
            wrapper.addParameter(name, value)
        wrapper.setQuery(self.server.encoded(query))
        response = self._opened(wrapper, url)
        try:
            if response.geturl() != url:
                raise failure(url, 307, "", "query", response.geturl())
            headers = dict(response.headers.items())
            yield Reply(url, 200, headers, _blocks(response, url, self._limit), self._limit, self._max_bytes)
        finally:
            response.close()

    def _opened(self, wrapper: Any, url: str) -> Any:
        from SPARQLWrapper import SPARQLExceptions

        try:
            return wrapper.query().response
        except SPARQLExceptions.SPARQLWrapperException as error:
            status = {"QueryBadFormed": 400, "Unauthorized": 401, "EndPointNotFound": 404, "URITooLong": 414}
            raise failure(url, status.get(type(error).__name__, 500), _said(error), "query") from error
        except TimeoutError as error:
            raise too_late(url, self._limit) from error
        except urllib.error.HTTPError as error:
            with error:
                raise failure(url, error.code, error.read(2000).decode("utf-8", "replace"), "query") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise too_late(url, self._limit) from error
            raise StoreUnavailable(f"the store {url} cannot be reached: {error.reason}") from error
        except (OSError, ValueError) as error:
            raise StoreUnavailable(f"the store {url} cannot be reached: {short(str(error))}") from error
        except Exception as error:  # http.client has errors that are no OSError, as for a status line that is none
            raise StoreUnavailable(f"the store {url} gave no usable answer: {short(repr(error))}") from error

    def flush(self) -> None:
        """See `Store.flush`; the server makes every write last by itself."""

    def publish(self) -> int:
        """See `Store.publish`."""
        return 0

    def close(self) -> None:
        """See `Store.close`."""
        self._connection.close()


def _blocks(response: Any, url: str, limit_s: float) -> Iterator[bytes]:
    """Yield the body of an answer; urllib itself says nothing of one that is shorter than its Content-Length."""
    announced = response.headers.get("Content-Length", "")
    left = int(announced) if announced.isdigit() else None
    while True:
        try:
            block = response.read(_BLOCK)
        except TimeoutError as error:
            raise too_late(url, limit_s) from error
        except Exception as error:
            raise StoreUnavailable(f"the answer of the store {url} broke off ({short(repr(error))})") from error
        if not block:
            break
        if left is not None:
            left -= len(block)
        yield block
    if left:
        raise StoreUnavailable(f"the answer of the store {url} broke off {left} bytes before its end")


def _said(error: Exception) -> str:
    """Return what the server said, of an error of SPARQLWrapper."""
    text = str(error).partition("Response:\n")[2] or str(error)
    return text.removeprefix("b'").removesuffix("'")


__all__ = ["SparqlStore"]
