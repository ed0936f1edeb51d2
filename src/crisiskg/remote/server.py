"""What one server does: found by asking it, as two servers of a kind can be set up differently."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from crisiskg.errors import CrisiskgError, FederationRefused, InvalidParameter, QuerySyntaxError, StoreError, StoreUnavailable
from crisiskg.remote import answers
from crisiskg.remote.connection import Connection, Parameters
from crisiskg.remote.kinds import JENA, OTHER, Kind, find_kind, kind_of

if TYPE_CHECKING:
    from crisiskg.settings import Settings

#: Rows that are asked for to see whether a server gives them all. Usual caps are 1,000 and 10,000.
_MANY = 20_001
#: Graphs that may be named one by one in a query, where the server cannot name their union.
MOST_NAMED = 5_000
#: Seconds for which is believed what was found out.
_BELIEVED_S = 300.0
#: Triples by which it is told whether the default graph of a server is the union of all.
_SAMPLES = 3
_NO_GRAPH = "urn:crisiskg:no-such-graph"
_GRAPH_WORD = re.compile(r"\bGRAPH\b", re.IGNORECASE)
_ALL = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Endpoints of a server.

    Attributes:
        query: For queries.
        update: For updates; empty for none.
        graphs: For the Graph Store Protocol; empty for none.
    """

    query: str
    update: str = ""
    graphs: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """What was found out of a server.

    Attributes:
        kind: Its kind.
        version: What it says of its version; may be empty.
        addresses: Its endpoints.
        default_is_union: Whether a query that names no graph looks at all graphs; None where there was nothing to tell it by.
        takes_dataset: Whether it takes the graphs of a query as parameters of the protocol; None where that was not tried.
        regards_from: Whether it regards FROM in a query; None where that was not tried.
        decodes_percent: Whether it decodes %41 in a query once too often, so that percent signs must be encoded.
        row_cap: Most rows of an answer, where it leaves out more without an error; None where no such number was seen.
        cap_tried: Whether there was enough in the store to see a cap of up to 20,000 rows.
        ask_is_table: Whether it answers ASK with a table.
        found_at: When this was found out, by the clock `time.monotonic`.
    """

    kind: Kind
    version: str
    addresses: Addresses
    default_is_union: bool | None
    takes_dataset: bool | None
    regards_from: bool | None
    decodes_percent: bool
    row_cap: int | None
    cap_tried: bool
    ask_is_table: bool
    found_at: float

    def encoded(self, text: str) -> str:
        """Return a query as it must be sent; updates are not decoded so."""
        return text.replace("%", "%25") if self.decodes_percent else text


class Known:
    """What is known of a server; found out when it is needed first, and again after a while, as it may have been set up anew.

    Args:
        find: Finds it out.
    """

    def __init__(self, find: Callable[[], Server]) -> None:
        self._find = find
        self._server: Server | None = None

    def get(self) -> Server:
        """Return it.

        Raises:
            StoreUnavailable: the server cannot be reached.
            StoreError: it does not speak SPARQL.
        """
        known = self._server
        # An empty store cannot tell what its default graph is, and may not be empty any more.
        if known is None or known.default_is_union is None or time.monotonic() - known.found_at > _BELIEVED_S:
            known = self._server = self._find()
        return known


def candidates(settings: Settings, kind: Kind = OTHER) -> list[str]:
    """Return where queries may be taken: what is set, or the usual places below the address of the store.

    Raises:
        InvalidParameter: the URL has no host.
    """
    root = root_of(settings.store)
    if settings.store_query_url:
        return [settings.store_query_url]
    return list(dict.fromkeys(root + path for path in (*kind.query_paths, *OTHER.query_paths)))


def root_of(store: str) -> str:
    """Return the address of a store without its last slash.

    Raises:
        InvalidParameter: it has no host.
    """
    root = store.rstrip("/")
    if not root.partition("://")[2]:
        raise InvalidParameter(f"the store {store!r} is no URL of a server")
    return root


def find_server(connection: Connection, settings: Settings, kind: Kind | None = None) -> Server:
    """Find out what the server of the settings does. Nothing is written.

    Args:
        connection: How to reach it.
        settings: Where it is.
        kind: Kind that is known; None for that of the settings, or to tell it by the server's headers.

    Raises:
        StoreUnavailable: it cannot be reached.
        StoreError: no SPARQL is spoken at any of the addresses.
    """
    if kind is None and settings.store_kind:
        kind = find_kind(settings.store_kind)
    failed: CrisiskgError | None = None
    for url in candidates(settings, kind or OTHER):
        try:
            found, version, table = greet(connection, url)
        except StoreUnavailable:
            raise
        except CrisiskgError as error:
            failed = failed or error
            continue
        known = kind or found
        root = root_of(settings.store)
        graphs = settings.store_graphs_url
        if graphs is None:
            graphs = "" if known.graphs_path is None else root + known.graphs_path
        update = settings.store_update_url or (url if known is OTHER and url == root else root + known.update_path)
        return examine(connection, Addresses(url, update, graphs), known, version, table)
    assert failed is not None
    raise failed


def greet(connection: Connection, url: str) -> tuple[Kind, str, bool]:
    """Ask a server the simplest question; return its kind, its version, and whether it answers ASK with a table.

    Raises:
        StoreError: what is there does not speak SPARQL.
    """
    try:
        with connection.query(url, "ASK {}", answers.TABLES) as reply:
            result, body = answers.read_table(reply)
            answers.truth(result, body, reply)
            kind = kind_of(reply.headers, url)
            version = reply.headers.get("server", "").strip()
            table = not isinstance(result, ox.QueryBoolean)
        # Fuseki behind a proxy may not say its name; this graph is in Jena alone.
        if kind is OTHER and _Questions(connection, url).ask(f"ASK {{ GRAPH <{JENA.union_graph}> {{ ?s ?p ?o }} }}"):
            kind = JENA
        return kind, version, table
    except QuerySyntaxError as error:
        raise StoreError(f"{url} does not take queries: {error.message}") from error


def examine(connection: Connection, addresses: Addresses, kind: Kind, version: str = "", ask_is_table: bool = False) -> Server:
    """Find out what depends on how a server is set up.

    Raises:
        StoreError: it does not answer.
    """
    questions = _Questions(connection, addresses.query)
    union, dataset, clause = _default_graph(questions)
    percent = not questions.ask('ASK { FILTER(STRLEN("%41") = 3) }')
    cap, tried = (None, True) if kind.cuts_answers is False else _row_cap(questions)
    return Server(kind, version, addresses, union, dataset, clause, percent, cap, tried, ask_is_table, time.monotonic())


class _Questions:
    """Small questions to one endpoint."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection, self._url = connection, url

    def ask(self, query: str, parameters: Parameters = ()) -> bool:
        with self._connection.query(self._url, query, answers.TABLES, parameters) as reply:
            result, body = answers.read_table(reply)
            return answers.truth(result, body, reply)

    def rows(self, query: str, parameters: Parameters = ()) -> list[list[Any]]:
        with self._connection.query(self._url, query, answers.TABLES, parameters) as reply:
            result, body = answers.read_table(reply)
            return [list(row) for row in answers.solutions(result, body, reply)]

    def count(self, query: str) -> int:
        with self._connection.query(self._url, query, answers.TABLES) as reply:
            result, body = answers.read_table(reply)
            return sum(1 for _ in answers.solutions(result, body, reply))


def _default_graph(questions: _Questions) -> tuple[bool | None, bool | None, bool | None]:
    """Tell by a triple of a named graph whether it is seen without naming the graph, and whether naming graphs has an effect.

    Returns:
        Whether the default graph is the union, whether graphs are taken as parameters, and whether FROM is regarded.
    """
    plain = 'FILTER(isIRI(?s) && !CONTAINS(STR(?s), "%") && !CONTAINS(STR(?g), "%"))'
    for further in (' FILTER(isIRI(?o) && !CONTAINS(STR(?o), "%"))', ""):
        sample = questions.rows(f"SELECT ?g ?s ?p ?o WHERE {{ GRAPH ?g {{ ?s ?p ?o }} {plain}{further} }} LIMIT {_SAMPLES}")
        if sample:
            break
    else:
        return None, None, None
    # By most of a few: some servers do not find again, by its exact terms, what they just told, and others may write meanwhile.
    seen = []
    for _, subject, predicate, object_ in sample:
        pattern = f"{{ {subject} {predicate} {object_ if isinstance(object_, ox.NamedNode) else '?o'} }}"
        seen.append((questions.ask(f"ASK {pattern}"), pattern))
    union = 2 * sum(found for found, _ in seen) > len(seen)
    place = next(number for number, (found, _) in enumerate(seen) if found is union)
    graph, pattern = sample[place][0], seen[place][1]
    elsewhere = f"<{_NO_GRAPH}>"

    def has_effect(here: tuple[str, Parameters], there: tuple[str, Parameters]) -> bool:
        try:
            if not questions.ask(*here):
                return False
        except CrisiskgError:
            return False
        try:
            return not questions.ask(*there)
        except CrisiskgError:  # some do not like graphs that are not there
            return True

    dataset = has_effect(
        (f"ASK {pattern}", [("default-graph-uri", graph.value)]), (f"ASK {pattern}", [("default-graph-uri", _NO_GRAPH)])
    )
    clause = has_effect((f"ASK FROM {graph} {pattern}", ()), (f"ASK FROM {elsewhere} {pattern}", ()))
    return union, dataset, clause


def _row_cap(questions: _Questions) -> tuple[int | None, bool]:
    """Ask for many rows, and see whether they come."""
    many = f"SELECT ?s WHERE {{ ?s ?p ?o . ?a ?b ?c }} LIMIT {_MANY}"
    said = questions.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ {{ {many} }} }}")
    expected = int(said[0][0].value) if said and said[0] and said[0][0] is not None else 0
    came = questions.count(many)
    return (came if came < expected else None), expected >= _MANY or came < expected


@dataclass(frozen=True, slots=True)
class Dataset:
    """Which graphs a query looks at.

    Attributes:
        default_graphs: Graphs of the default graph, "default" among them; empty for none.
        named_graphs: Graphs that GRAPH may name.
        union: Whether a query that says nothing looks at all graphs.
        in_query: Whether the graphs are those of FROM and FROM NAMED in the query.
        readable: Whether all of these could be read there.
    """

    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    union: bool = True
    in_query: bool = False
    readable: bool = True


def dataset_parameters(connection: Connection, server: Server, query: str, form: str, dataset: Dataset) -> Parameters:
    """Return the parameters that make a server look at the graphs that are wanted.

    Args:
        connection: How to reach it; its graphs are listed where they must be named one by one.
        server: The server.
        query: The query.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        dataset: What is wanted.

    Raises:
        InvalidParameter: this server cannot look at these graphs.
        FederationRefused: it could take FROM for an address to fetch from.
    """
    if dataset.in_query:
        return _in_query(connection, server, query, dataset)
    if dataset.default_graphs or dataset.named_graphs:
        if server.takes_dataset is False:
            raise InvalidParameter(
                "the graphs of a query cannot be given as parameters: the store's server does not regard them",
                hint="Name them in the query, with GRAPH.",
            )
        return _given(server, query, dataset)
    wanted = _wanted(connection, server, dataset.union)
    if not wanted and server.kind.describes_by_graphs and form == "DESCRIBE":
        wanted = named_graphs(connection, server)
    if isinstance(wanted, tuple):
        return list(wanted)
    found = [("default-graph-uri", graph) for graph in wanted]
    if wanted and _GRAPH_WORD.search(query):
        found += [("named-graph-uri", graph) for graph in named_graphs(connection, server)]
    return found


def _in_query(connection: Connection, server: Server, query: str, dataset: Dataset) -> Parameters:
    if server.kind is OTHER:  # rdflib, for one, fetches what it has no graph of
        known = set(list_graphs(connection, server))
        strange = [graph for graph in (*dataset.default_graphs, *dataset.named_graphs) if graph not in known]
        if strange or not dataset.readable:
            shown = strange[0][:200] if strange else "another graph"
            raise FederationRefused(
                f"FROM names {shown}, which is no graph of the store", hint="The server could take it for an address to fetch."
            )
    if server.takes_dataset and dataset.readable:
        return _given(server, query, dataset)
    if server.regards_from is False:
        raise InvalidParameter("the store's server does not regard FROM", hint="Name the graphs with GRAPH.")
    return []


def _given(server: Server, query: str, dataset: Dataset) -> Parameters:
    named = list(dataset.named_graphs)
    if not named and _GRAPH_WORD.search(query):
        named = [_NO_GRAPH]  # Virtuoso takes no named graph for all of them
    return [("default-graph-uri", _default_name(server, graph)) for graph in dataset.default_graphs] + [
        ("named-graph-uri", graph) for graph in named
    ]


def _wanted(connection: Connection, server: Server, union: bool) -> list[str] | tuple[tuple[str, str], ...]:
    """Return the graphs to name where a query names none, or other parameters; nothing where the server does it by itself."""
    kind = server.kind
    if server.default_is_union is union:
        return []
    if union and kind.union_parameters:
        return kind.union_parameters
    if union and kind.union_graph:
        return [kind.union_graph]
    if server.default_is_union is None:  # there is nothing in its graphs, or nothing that could tell
        return []
    if not union:
        if kind.plain_default_graph and server.takes_dataset:
            return [kind.plain_default_graph]
        raise InvalidParameter(
            f"{kind.title} at {server.addresses.query} always looks at all graphs", hint="Set union_default_graph to true."
        )
    if server.takes_dataset is False:
        raise InvalidParameter(
            f"{kind.title} at {server.addresses.query} looks at no named graph unless the query names it, and cannot be told to",
            hint="Set the server up with the union of all graphs as default graph, or union_default_graph to false.",
        )
    return named_graphs(connection, server)


def named_graphs(connection: Connection, server: Server) -> list[str]:
    """Return the names of all graphs of a server that hold something and are not its own, sorted.

    Raises:
        InvalidParameter: there are too many to be named one by one.
    """
    found = list_graphs(connection, server)
    if len(found) > MOST_NAMED:
        raise InvalidParameter(
            f"the store has {len(found)} graphs, which are too many to be named in a query",
            hint="Set the server up with the union of all graphs as default graph.",
        )
    return found


def list_graphs(connection: Connection, server: Server) -> list[str]:
    """Return the names of all graphs of a server that hold something and are not its own, sorted.

    Where the server gives only so many rows, they are asked for in parts.
    """
    questions = _Questions(connection, server.addresses.query)
    if server.row_cap is None:
        rows = questions.rows(_ALL)
    else:
        rows = []
        size = max(1, server.row_cap - 1)
        while True:
            part = questions.rows(f"SELECT ?g WHERE {{ {{ {_ALL} }} }} ORDER BY ?g LIMIT {size} OFFSET {len(rows)}")
            rows += part
            if len(part) < size:
                break
    names = {row[0].value for row in rows if row and isinstance(row[0], ox.NamedNode)}
    own = server.kind.own_graphs
    return sorted(name for name in names if not name.startswith(own or ("\0",)))


def _default_name(server: Server, graph: str) -> str:
    if graph != "default":
        return graph
    if not server.kind.plain_default_graph:
        raise InvalidParameter(f"{server.kind.title} has no name for its default graph")
    return server.kind.plain_default_graph
