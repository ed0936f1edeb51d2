"""The named queries at a server, compared with the same over the embedded store."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from crisiskg.errors import CrisiskgError
from crisiskg.queries import bind, find_query, load_queries
from crisiskg.sparql_store import SparqlStore
from crisiskg.store import OxigraphStore, Row

XSD = "http://www.w3.org/2001/XMLSchema#"


def outcomes(folder: Path, remote: SparqlStore) -> dict[str, str]:
    """Copy a store to a server, ask both, and return by named query: same, empty, differs, or refused.

    Args:
        folder: An embedded store; of the vocabulary and the reference data, only what the queries need is taken.
        remote: The server.
    """
    copy = ox.Store()
    with OxigraphStore(folder) as embedded:
        for graph in embedded.graphs():
            content = list(embedded.quads(graph))
            if graph.endswith("/vocabulary"):  # what the queries need of it: the servers of tests are slow
                content = [one for one in content if one.predicate.value.rpartition("/")[2].partition("#")[2] in _NEEDED]
            elif graph.endswith("/reference"):
                content = content[:300]
            copy.extend(content)
            remote.replace_graph(graph, content)
    found = {}
    for name in load_queries():
        try:
            found[name] = _outcome(name, copy, remote)
        except CrisiskgError:
            found[name] = "refused"
    return found


_NEEDED = ("subClassOf", "type", "prefLabel")
_GIVEN = {
    "borders": {"state": "Verania"},
    "co-actors": {"actor": "River Front"},
    "events": {"recipient": "River Front"},
    "genealogy": {},
    "memberships": {},
    "offices": {"date": "2021-03-03"},
    "opponents": {"actor": "River Front"},
    "place-timeline": {"place": "Tolm"},
    "relationships": {"entity": "River Front"},
    "search": {"text": "river"},
    "states": {},
    "statements": {},
}


def _outcome(name: str, embedded: ox.Store, remote: SparqlStore) -> str:

    def locally(query: str) -> list[Row]:
        found: Any = embedded.query(query, use_default_graph_as_union=True)
        names = [variable.value for variable in found.variables]
        return [{key: term for key, term in zip(names, row, strict=True) if term is not None} for row in found]

    ckg = "https://w3id.org/crisiskg/ontology#"
    query = find_query(name)
    given = dict(_GIVEN.get(name, query.example))
    for parameter, type_ in (("document", "Document"), ("of", "Event"), ("iri", "Event"), ("event", "Event")):
        if any(one.name == parameter and one.required for one in query.parameters):
            given[parameter] = locally(f"SELECT ?x WHERE {{ ?x a <{ckg}{type_}> }} ORDER BY ?x LIMIT 1")[0]["x"].value  # type: ignore[union-attr]
    text = bind(query, given, locally)
    if query.form == "graph":
        here = set(embedded.query(text, use_default_graph_as_union=True))  # type: ignore[arg-type]
        return _word(here, set(remote.construct(text)))
    joined = set(re.findall(r"GROUP_CONCAT\(.*?\) AS \?(\w+)", text))
    rows, others = (sorted(_comparable(row, joined) for row in found) for found in (locally(text), remote.select(text)))
    return _word(rows, others)


def _word(here: Collection[Any], there: Collection[Any]) -> str:
    return "differs" if here != there else "same" if here else "empty"


def _comparable(row: Row, joined: set[str]) -> list[tuple[str, list[str], str]]:
    """Return a row without what the specification leaves open of GROUP_CONCAT: order, language, and what nothing makes."""
    found = []
    for name, term in sorted(row.items()):
        if isinstance(term, ox.Literal):
            kind = (term.language or "") + ("number" if term.datatype.value in (XSD + "integer", XSD + "decimal") else "")
            if name not in joined:
                found.append((name, [term.value], kind))
            elif term.value:
                found.append((name, sorted(term.value.split("; ")), ""))
        else:
            found.append((name, [str(term)], ""))
    return found
