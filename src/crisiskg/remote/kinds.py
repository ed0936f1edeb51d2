"""Kinds of SPARQL servers and where they differ from the protocol or from each other.

What is said here is taken as known of a kind. What depends on how one server is set up is found out by asking it, in
`crisiskg.remote.server`. `measured` says whether the tests run against this kind; the others are as their documentation says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crisiskg.errors import InvalidParameter


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of all servers of one kind.

    Attributes:
        name: Short name, for settings and reports.
        title: Name for people.
        measured: Whether the tests run against it.
        query_paths: Where queries are taken, below the address of the store, most likely first.
        update_path: Where updates are taken.
        graphs_path: Where the Graph Store Protocol is offered; None where it is not.
        union_parameters: Parameters of a query that make the union of all graphs its default graph.
        union_graph: IRI by which the union of all graphs can be named; empty for none.
        plain_default_graph: IRI by which the default graph alone can be named; empty for none.
        timeout_parameter: Name of the parameter that limits the time of a query, and how its seconds are written; empty for none.
            None is sent where the server answers in part when the time is over.
        cuts_answers: Whether it may leave rows out of an answer without an error; None where that is not known.
        whole_writes: Whether a graph is written as a whole or not at all.
        insert_triples: Most triples in one INSERT DATA; 0 for no limit.
        describes_by_graphs: Whether DESCRIBE finds nothing unless its graphs are named.
        own_graphs: Beginnings of the names of graphs that the server keeps for itself.
        changes: What it changes in literals that are stored.
        repeats: Whether a triple of several graphs stands several times in their union; None where that is not known.
    """

    name: str
    title: str
    measured: bool = False
    query_paths: tuple[str, ...] = ("/query", "/sparql", "")
    update_path: str = "/update"
    graphs_path: str | None = None
    union_parameters: tuple[tuple[str, str], ...] = ()
    union_graph: str = ""
    plain_default_graph: str = ""
    timeout_parameter: str = ""
    timeout_form: str = "{:g}"
    cuts_answers: bool | None = False
    whole_writes: bool = True
    insert_triples: int = 0
    describes_by_graphs: bool = False
    own_graphs: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    repeats: bool | None = None


OXIGRAPH = Kind(
    "oxigraph",
    "Oxigraph",
    measured=True,
    graphs_path="/store",
    union_parameters=(("union-default-graph", ""),),
    changes=("numbers, times and booleans in canonical form",),
    repeats=True,
)
JENA = Kind(
    "jena",
    "Apache Jena",
    measured=True,
    graphs_path="/data",
    union_graph="urn:x-arq:UnionGraph",
    plain_default_graph="urn:x-arq:DefaultGraph",
    timeout_parameter="timeout",
    changes=("numbers in canonical form",),
    repeats=False,
)
VIRTUOSO = Kind(
    "virtuoso",
    "Virtuoso",
    measured=True,
    query_paths=("/sparql", ""),
    update_path="/sparql",
    graphs_path="/sparql-graph-crud",
    # timeout= makes it answer in part, with status 200
    cuts_answers=True,
    whole_writes=False,
    insert_triples=1000,
    describes_by_graphs=True,
    own_graphs=(
        "http://www.openlinksw.com/schemas/virtrdf#",
        "http://www.w3.org/ns/ldp#",
        "http://www.w3.org/2002/07/owl#",
        "http://localuriqaserver/sparql",
        "http://localhost:8890/",
        "urn:activitystreams-owl:map",
        "urn:core:services:sparql",
    ),
    changes=("numbers in canonical form", "tags of languages in small letters"),
    repeats=True,
)
QLEVER = Kind(
    "qlever",
    "QLever",
    query_paths=("", "/api", "/query"),
    update_path="",
    graphs_path="",
    timeout_parameter="timeout",
    timeout_form="{:g}s",
    cuts_answers=None,
)
RDF4J = Kind(
    "rdf4j",
    "RDF4J or GraphDB",
    query_paths=("",),
    update_path="/statements",
    graphs_path="/rdf-graphs/service",
    plain_default_graph="http://rdf4j.org/schema/rdf4j#nil",
    timeout_parameter="timeout",
    timeout_form="{:.0f}",
    cuts_answers=None,
)
OTHER = Kind("other", "a SPARQL 1.1 server", cuts_answers=None, whole_writes=False)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (OXIGRAPH, JENA, VIRTUOSO, QLEVER, RDF4J, OTHER)}

_BY_SERVER_HEADER = (
    (re.compile(r"oxigraph", re.IGNORECASE), OXIGRAPH),
    (re.compile(r"jena|fuseki", re.IGNORECASE), JENA),
    (re.compile(r"virtuoso", re.IGNORECASE), VIRTUOSO),
    (re.compile(r"qlever", re.IGNORECASE), QLEVER),
    (re.compile(r"rdf4j|graphdb", re.IGNORECASE), RDF4J),
)


def find_kind(name: str) -> Kind:
    """Return the kind of a name.

    Raises:
        InvalidParameter: there is none.

    >>> find_kind("virtuoso").update_path
    '/sparql'
    """
    try:
        return KINDS[name]
    except KeyError:
        raise InvalidParameter(f"there is no kind of server {name[:60]!r}; there are {', '.join(KINDS)}") from None


def kind_of(headers: Mapping[str, str], url: str) -> Kind:
    """Return the kind of a server as far as the headers of an answer and the address tell; otherwise `OTHER`.

    Args:
        headers: Headers of an answer, with names in small letters.
        url: Address that was asked.

    >>> kind_of({"server": "Virtuoso/07.20 (Linux)"}, "http://127.0.0.1/sparql").name
    'virtuoso'
    >>> kind_of({}, "http://127.0.0.1:7200/repositories/crises").name
    'rdf4j'
    """
    named = headers.get("server", "")
    for pattern, kind in _BY_SERVER_HEADER:
        if pattern.search(named):
            return kind
    if any(name.startswith("fuseki-") for name in headers):
        return JENA
    if re.search(r"/repositories/[^/]+/?$", urlsplit(url).path):
        return RDF4J
    return OTHER
