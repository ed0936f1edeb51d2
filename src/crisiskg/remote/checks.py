"""What crisiskg promises, and which of it holds at one server: for `crisiskg doctor` and the matrix of docs/remote-stores.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crisiskg.errors import CrisiskgError
from crisiskg.remote import answers
from crisiskg.remote.connection import Connection
from crisiskg.remote.server import Server

_XSD = "http://www.w3.org/2001/XMLSchema#"
_DAYS = f'"2021-03-04"^^<{_XSD}date> > "2021-03-03"^^<{_XSD}date>'


class Promise(NamedTuple):
    """A promise and what becomes of it at a server.

    Attributes:
        name: What is promised, in a few words.
        state: "fine", "downgraded" where less holds than at an embedded store, or "wrong" where something must be set up.
        detail: What holds.
    """

    name: str
    state: str
    detail: str


def promises(connection: Connection, server: Server, union: bool) -> Iterator[Promise]:
    """Yield the promises for one server. Nothing is changed; an update without any triple is sent to see whether it is allowed.

    Args:
        connection: How to reach the server.
        server: What was found out of it.
        union: Whether queries that name no graph shall look at all of them.

    Raises:
        StoreError: the server does not answer.
    """
    kind = server.kind
    known = "tests of crisiskg run against this kind" if kind.measured else "no tests run against this kind"
    yield Promise("store: server", "fine", f"{kind.title} ({server.version or 'version not told'}); {known}")
    addresses = server.addresses
    yield Promise(
        "store: addresses",
        "fine",
        f"queries {addresses.query}, updates {addresses.update or 'none'}, graphs {addresses.graphs or 'none'}",
    )
    yield _union(server, union)
    yield _datasets(server)
    yield _whole_answers(server)
    yield _dates(connection, server)
    yield from _writing(connection, server)
    yield Promise(
        "store: revisions", "downgraded", "generations and repeated reads are not available: the server shows its present state"
    )
    told = (
        f"told by {kind.timeout_parameter}="
        if kind.timeout_parameter
        else "not told; it may go on with a query that was given up"
    )
    yield Promise(
        "store: time limits", "fine" if kind.timeout_parameter else "downgraded", f"queries end here; the server is {told}"
    )
    notes = []
    if server.ask_is_table:
        notes.append("ASK is answered with a table")
    if server.decodes_percent:
        notes.append("percent signs are decoded twice, so they are sent encoded")
    if kind.describes_by_graphs:
        notes.append("DESCRIBE needs its graphs named, which is done")
    if kind.repeats:
        notes.append("a triple of several graphs stands several times in their union")
    if kind.own_graphs:
        notes.append("the server's own graphs are seen by queries that name no graph")
    notes += [f"changes {change}" for change in kind.changes]
    if notes:
        yield Promise("store: ways", "fine", "; ".join(notes))


def _union(server: Server, union: bool) -> Promise:
    name = "store: all graphs" if union else "store: default graph"
    if server.default_is_union is union:
        return Promise(name, "fine", "so by the server itself")
    if union and (server.kind.union_parameters or server.kind.union_graph):
        return Promise(name, "fine", "asked for with each query")
    if server.default_is_union is None:
        return Promise(name, "downgraded", "not known: the store holds no graph to tell it by")
    if not union:
        if server.kind.plain_default_graph and server.takes_dataset:
            return Promise(name, "fine", "asked for with each query")
        return Promise(name, "wrong", "the server always looks at all graphs. Set union_default_graph to true")
    if server.takes_dataset:
        return Promise(
            name, "downgraded", "each graph is named in each query, which is slow and possible for 5,000 graphs at most"
        )
    return Promise(name, "wrong", "queries see no named graph. Set the server up with the union of all graphs as default graph")


def _datasets(server: Server) -> Promise:
    name = "store: graphs of a query"
    if server.takes_dataset is None:
        return Promise(name, "downgraded", "not known: the store holds no graph to tell it by")
    if server.takes_dataset:
        return Promise(name, "fine", "taken as parameters")
    if server.regards_from:
        return Promise(name, "downgraded", "not taken as parameters, which are refused; FROM works")
    return Promise(name, "downgraded", "neither parameters nor FROM work; both are refused; GRAPH works")


def _whole_answers(server: Server) -> Promise:
    name = "store: whole answers"
    if server.row_cap is not None:
        return Promise(
            name, "downgraded", f"the server leaves out what is beyond {server.row_cap} rows; such answers are refused here"
        )
    if not server.cap_tried:
        return Promise(name, "downgraded", "not known: the store holds too little to see whether the server leaves rows out")
    if server.kind.cuts_answers is False:
        return Promise(name, "fine", "servers of this kind leave nothing out")
    return Promise(name, "fine", "20,000 rows came as asked for")


def _dates(connection: Connection, server: Server) -> Promise:
    compared = _yes(connection, server, f"ASK {{ FILTER({_DAYS}) }}")
    year = _yes(connection, server, f'ASK {{ FILTER(YEAR("2021-03-04"^^<{_XSD}date>) = 2021) }}')
    if compared:
        return Promise("store: days", "fine", "days can be compared" + ("" if year else "; YEAR() takes none"))
    return Promise("store: days", "wrong", "days cannot be compared: named queries with from or until leave out everything")


def _yes(connection: Connection, server: Server, query: str) -> bool:
    try:
        with connection.query(server.addresses.query, query, answers.TABLES) as reply:
            result, body = answers.read_table(reply)
            return answers.truth(result, body, reply)
    except CrisiskgError:
        return False


def _writing(connection: Connection, server: Server) -> Iterator[Promise]:
    addresses = server.addresses
    if addresses.update:
        try:
            headers = {"Content-Type": "application/sparql-update"}
            connection.send("POST", addresses.update, content=b"INSERT DATA { }", headers=headers)
            yield Promise("store: writing", "fine", f"allowed, {'as graphs' if addresses.graphs else 'as updates'}")
        except CrisiskgError as error:
            yield Promise("store: writing", "downgraded", f"not by updates: {error.message}")
    else:
        yield Promise("store: writing", "fine" if addresses.graphs else "downgraded", "as graphs" if addresses.graphs else "none")
    if server.kind.whole_writes:
        yield Promise("store: whole graphs", "fine", "a graph is written as a whole or not at all")
    else:
        yield Promise(
            "store: whole graphs",
            "downgraded",
            "a failure may leave a part of a graph; its triples are counted after each write, and it is written again",
        )
    yield Promise("store: several graphs", "downgraded", "no transaction over several graphs; each is written by itself")
