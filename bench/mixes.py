"""The queries that are measured, as requests, and what their answers must hold."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from urllib.parse import quote

import pyoxigraph as ox
from load import COUNTER

from crisiskg.namespaces import CKG, RDFS, SKOS

_PREFIXES = f"PREFIX ckg: <{CKG}> PREFIX rdfs: <{RDFS}> PREFIX skos: <{SKOS}> "

#: Everything that any document says of a thing, and which document.
DESCRIBE = "SELECT DISTINCT ?graph ?property ?value WHERE {{ GRAPH ?graph {{ <{iri}> ?property ?value }} }}"
#: What a page shows of an event: twelve patterns, of which nine may be missing. Names are taken from the event's own document:
#: over all graphs, each name would come as often as there are documents that have it.
CARD = (
    _PREFIXES
    + """SELECT DISTINCT ?label ?type ?typeLabel ?begin ?factuality ?actor ?recipient ?place ?quote ?document WHERE {{
  GRAPH ?graph {{
    <{iri}> rdfs:label ?label ; ckg:eventType ?type ; ckg:factuality ?factuality .
    OPTIONAL {{ <{iri}> ckg:earliestBegin ?begin }}
    OPTIONAL {{ <{iri}> ckg:hasActor/rdfs:label ?actor }}
    OPTIONAL {{ <{iri}> ckg:hasRecipient/rdfs:label ?recipient }}
    OPTIONAL {{ <{iri}> ckg:hasPlace/rdfs:label ?place }}
    OPTIONAL {{
      ?claim ckg:isAbout <{iri}> ; ckg:hasEvidence ?passage .
      ?passage ckg:quote ?quote ; ckg:inDocument/rdfs:label ?document
    }}
  }}
  OPTIONAL {{ ?type skos:prefLabel ?typeLabel }}
}}"""
)
#: A million rows.
EVERYTHING = "SELECT ?subject ?property ?value WHERE {{ ?subject ?property ?value }} LIMIT {rows}"
#: Work for hours: every pair of passages with every event.
ENDLESS = _PREFIXES + "SELECT (COUNT(*) AS ?n) WHERE { ?a a ckg:Passage . ?b a ckg:Passage . ?c a ckg:Event }"

JSON = "application/sparql-results+json"


@dataclass(frozen=True)
class Mix:
    """Queries and how many terms the answer to each must hold.

    Attributes:
        queries: Their texts.
        terms: Number of terms of each answer, as the engine gives it without any server.
    """

    queries: tuple[str, ...]
    terms: tuple[int, ...]

    def requests(self, query_path: str, distinct: bool) -> list[str]:
        """Return whole GET requests in Base64 for the load generator.

        Args:
            query_path: Path of the query endpoint.
            distinct: Whether each request gets a comment with a counter and forbids cached answers.
        """
        return [
            base64.b64encode(get(query_path, query + "\n#" + COUNTER.decode() if distinct else query, distinct)).decode()
            for query in self.queries
        ]


def get(query_path: str, query: str, fresh: bool) -> bytes:
    """Return a GET request for a query as it goes over the wire."""
    lines = [f"GET {query_path}?query={quote(query)} HTTP/1.1", "Host: 127.0.0.1", f"Accept: {JSON}"]
    lines += ["Cache-Control: no-cache"] if fresh else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def point_mix(store: ox.Store, size: int, seed: int = 7) -> Mix:
    """Return a mix of half descriptions of things and half event cards, each about another thing.

    Args:
        store: Where the things are, and what says how many terms an answer holds.
        size: Number of queries.
        seed: Makes the choice the same each time.
    """
    draw = random.Random(seed)

    def things(pattern: str) -> list[str]:
        found = store.query(f"{_PREFIXES} SELECT DISTINCT ?x WHERE {{ {pattern} }}", use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        names = sorted(row["x"].value for row in found if isinstance(row["x"], ox.NamedNode))
        draw.shuffle(names)
        return names

    events = things("?x a ckg:Event")
    described = things("{ ?x a ckg:Place } UNION { ?x a ckg:ArmedGroup } UNION { ?x a ckg:Event } UNION { ?x a ckg:Claim }")
    queries = []
    for event, thing in zip(events[: size // 2], described[: size // 2], strict=True):
        queries += [CARD.format(iri=event), DESCRIBE.format(iri=thing)]
    return Mix(tuple(queries), tuple(answer(store, query).count(b'"type"') for query in queries))


def answer(store: ox.Store, query: str) -> bytes:
    """Return what the engine answers, in JSON."""
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(format=ox.QueryResultsFormat.JSON) or b""


def rows_of(body: bytes) -> set[tuple[str, ...]]:
    """Return the rows of an answer in JSON, to compare answers of servers that write them in another order."""
    found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return {tuple(str(term) for term in row) for row in found}
