"""The rows of a query with SERVICE are those of an engine that calls out itself: against a real server on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest
from federation_parts import soon

from crisiskg.errors import (
    LimitExceeded,
)
from crisiskg.federation import FederationClient, Profile, Profiles

PREFIX = "PREFIX : <http://e.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


# --- a real endpoint: the same rows as the engine's own SERVICE ---------------------------------------------------------


def oxigraph() -> str:
    """Return the path of the server, beside the interpreter or on the path."""
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    if not found:
        pytest.skip("the oxigraph server is not installed")
    return found


THERE = """
@prefix : <http://e.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:mali :label "Mali"@en, "Mali"@fr, "Republic of Mali" ; :capital :bamako ; :population 21000000 .
:niger :label "Niger"@en ; :capital :niamey ; :population "026000000"^^xsd:integer .
:chad :label "Tchad"@fr, "\\"a\\\\b\\"\\n{ } # <x> 'y' ?z \\u0007"@en-GB .
:bamako :label "Bamako" ; :founded "1650"^^xsd:gYear ; :area 245.0 ; :at _:b1 .
_:b1 :lat 12.6 ; :lon -8.0 .
:niamey :label "Niamey"@en ; :seen "2020-01-01T00:00:00Z"^^xsd:dateTime, "2021-05-05"^^xsd:date ; :big true ; :code "x"^^:code .
:togo :label "Togo"@en .
"""
HERE = """
@prefix : <http://e.org/> .
:e1 :in :mali ; :dead 3 ; :name "Mali"@en .
:e2 :in :niger ; :dead 5 ; :name "Niger" .
:e3 :in :benin .
:e4 :in :mali ; :dead 7 .
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = oxigraph()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("oxigraph") / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen([program, "serve", "--bind", f"127.0.0.1:{port}"], stdout=stream, stderr=stream)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        headers = {"Content-Type": "text/turtle"}
        urlopen(Request(f"{url}/store?default", data=THERE.encode(), headers=headers, method="PUT"), timeout=10).close()
        yield f"{url}/query"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def client(endpoint: str) -> FederationClient:
    profile = Profile(name="there", url=endpoint, iri=endpoint, allow_private=True, requests_per_minute=6000, bulk=2)
    return FederationClient(Profiles((profile,)))


@pytest.fixture(scope="module")
def here() -> ox.Store:
    store = ox.Store()
    store.load(HERE, format=ox.RdfFormat.TURTLE)
    store.load(
        "@prefix : <http://e.org/> . :mali :told :doc .", format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://e.org/g")
    )
    return store


def rows(store: ox.Store, query: str) -> tuple[set[str], Counter[tuple[str, ...]]]:
    """Return the variables and the multiset of rows of a SELECT query; blank nodes and what stands for them are all alike."""
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    names = sorted(variable.value for variable in found.variables)

    def cell(term: object) -> str:
        return "blank" if isinstance(term, ox.BlankNode) or "urn:crisiskg:blank:" in str(term) else str(term)

    return set(names), Counter(tuple(cell(row[name]) for name in names) for row in found)


QUERIES = [
    "SELECT * { SERVICE <E> { ?s ?p ?o } }",
    "SELECT * { ?e :in ?c SERVICE <E> { ?c :label ?l } }",
    "SELECT * { SERVICE <E> { ?c :label ?l } ?e :in ?c . }",
    "SELECT * { ?e :in ?c OPTIONAL { SERVICE <E> { ?c :label ?l } } }",
    "SELECT * { ?e :in ?c OPTIONAL { SERVICE <E> { ?c :label ?l } FILTER(lang(?l) = 'fr' || ?e = :e2) } }",
    "SELECT * { ?e :in ?c { SERVICE <E> { ?c :label ?l } } UNION { ?e :dead ?l } }",
    "SELECT * { ?e :in ?c SERVICE <E> { ?c :label ?l FILTER(langMatches(lang(?l), 'en')) } }",
    "SELECT * { ?e :dead ?n SERVICE <E> { ?c :population ?p FILTER(?p > 22000000) } FILTER(?n > 4) }",
    "SELECT * { SERVICE <E> { ?c :label ?l OPTIONAL { ?c :capital ?k OPTIONAL { ?k :founded ?y } } } }",
    "SELECT * { SERVICE <E> { { ?c :capital ?k } UNION { ?k :at ?b . ?b :lat ?x } } }",
    "SELECT * { SERVICE <E> { ?k :at ?b . ?b :lat ?x ; :lon ?y } }",
    "SELECT * { SERVICE <E> { :mali :capital :bamako } ?e :in :mali }",
    "SELECT * { SERVICE <E> { :mali :capital :paris } ?e :in :mali }",
    "SELECT * { SERVICE <E> { } ?e :in :mali }",
    "SELECT * { SERVICE <E> { ?s :nothing ?o } }",
    "SELECT * { OPTIONAL { SERVICE <E> { ?s :nothing ?o } } ?e :in ?c }",
    "SELECT ?c (COUNT(?l) AS ?n) { ?e :in ?c OPTIONAL { SERVICE <E> { ?c :label ?l } } } GROUP BY ?c",
    "SELECT * { ?e :in ?c MINUS { SERVICE <E> { ?c :label ?l } } }",
    "SELECT * { ?e :in ?c FILTER NOT EXISTS { SERVICE <E> { ?c :label ?l } } }",
    "SELECT * { ?e :in ?c FILTER EXISTS { SERVICE <E> { ?c :capital ?k } } }",
    "SELECT * { { SELECT ?c { SERVICE <E> { ?c :label ?l } } } ?e :in ?c }",
    "SELECT * { SERVICE <E> { SELECT ?c (COUNT(*) AS ?n) { ?c :label ?l } GROUP BY ?c } ?e :in ?c }",
    "SELECT * { SERVICE <E> { SELECT DISTINCT ?c { ?c :label ?l } ORDER BY ?c LIMIT 2 } }",
    "SELECT * { SERVICE <E> { ?c :label ?l } SERVICE <E> { ?c :capital ?k } ?e :in ?c }",
    "SELECT * { SERVICE <E> { VALUES (?c ?w) { (:mali 1) (UNDEF 2) } ?c :capital ?k } }",
    "SELECT * { SERVICE <E> { BIND('}' AS ?x) # }\n ?c :capital ?k } }",
    "SELECT * { GRAPH ?g { ?c :told ?d } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { SERVICE <E> { ?c :capital/:label ?l ; ^:capital|:label ?m } }",
    "SELECT * { ?e :name ?l SERVICE <E> { ?c :label ?l } }",
    "SELECT * { BIND(:mali AS ?c) SERVICE <E> { ?c :label ?l } }",
    "SELECT * { SERVICE <E> { ?c :label ?l BIND(strlen(?l) AS ?n) } BIND(?n + 1 AS ?m) }",
    # with VALUES that are passed on, or must not be
    "SELECT * { VALUES ?c { :mali :niger :benin :chad :togo } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES (?c ?w) { (:mali 1) (:mali 1) (:mali 2) (:chad UNDEF) } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES (?c ?l) { (:mali UNDEF) (UNDEF 'Niger'@en) (UNDEF UNDEF) } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES ?l { 'Bamako' 'Niger'@en 'Mali'@fr 'Mali' } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES ?p { 21000000 26000000 '026000000'^^xsd:integer } SERVICE <E> { ?c :population ?p } }",
    "SELECT * { VALUES (?c ?p) { (:mali 21000000) (:niger 1) } SERVICE <E> { ?c :population ?p } }",
    "SELECT * { VALUES ?c { :mali :niger } OPTIONAL { SERVICE <E> { ?c :capital ?k } } }",
    "SELECT * { VALUES ?c { :mali :benin } OPTIONAL { SERVICE <E> { ?c :capital ?k } OPTIONAL { ?c :nothing ?z } } }",
    "SELECT * { VALUES ?c { :mali :chad } { SERVICE <E> { ?c :capital ?k } } UNION { SERVICE <E> { ?c :label ?k } } }",
    "SELECT * { VALUES ?c { :mali } ?e :in ?c OPTIONAL { ?e :dead ?n } SERVICE <E> { ?x :capital ?k OPTIONAL { ?x :at ?c } } }",
    "SELECT * { VALUES ?c { :mali :niger } SERVICE <E> { ?k :label ?l FILTER(!bound(?c)) } }",
    "SELECT * { VALUES ?c { :mali :niger } SERVICE <E> { OPTIONAL { ?c :nothing ?x } ?k :founded ?y } }",
    "SELECT * { VALUES ?c { :mali :niger } SERVICE <E> { ?k :founded ?y OPTIONAL { ?k :nothing ?c } } }",
    "SELECT * { SERVICE <E> { ?k :founded ?y OPTIONAL { ?k :nothing ?c } } VALUES ?c { :mali :niger } }",
    "SELECT * { VALUES ?c { :mali } MINUS { SERVICE <E> { ?k :founded ?y OPTIONAL { ?k :nothing ?c } } } }",
    "SELECT * { VALUES ?c { :mali :togo } FILTER EXISTS { SERVICE <E> { ?c :capital ?k } } }",
    "SELECT * { VALUES ?c { :mali :togo } MINUS { SERVICE <E> { ?c :capital ?k } } }",
    "SELECT * { ?e :in ?c OPTIONAL { VALUES ?c { :mali } SERVICE <E> { ?c :capital ?k } } }",
    "SELECT * { VALUES ?c { } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES ?c { :mali } { SELECT ?k { SERVICE <E> { ?c :capital ?k } } } }",
    "SELECT * { VALUES ?c { :mali :niger } VALUES ?l { 'Niger'@en } SERVICE <E> { ?c :label ?l } }",
    "SELECT * { VALUES ?c { :mali :niger } SERVICE <E> { SELECT ?c ?l { ?c :label ?l } LIMIT 100 } }",
    "SELECT * { ?e :in ?c SERVICE <E> { ?c :label ?l } } VALUES ?c { :mali }",
]


@pytest.mark.server
@pytest.mark.parametrize("query", QUERIES)
def test_same_rows_as_the_engine_that_calls_out_itself(
    query: str, endpoint: str, client: FederationClient, here: ox.Store
) -> None:
    text = PREFIX + query.replace("<E>", f"<{endpoint}>")

    rewritten = client.rewrite(text, deadline=soon(10))

    assert "SERVICE" not in rewritten
    assert rows(here, rewritten) == rows(here, text)


@pytest.mark.server
def test_service_within_graph_asks_of_the_default_graph_there(endpoint: str, client: FederationClient, here: ox.Store) -> None:
    """The engine itself would ask for GRAPH :g there, which the standard does not say."""
    text = f"{PREFIX}SELECT * {{ GRAPH :g {{ ?c :told ?d SERVICE <{endpoint}> {{ ?c :label ?l }} }} }}"
    same = f"{PREFIX}SELECT * {{ GRAPH :g {{ ?c :told ?d }} SERVICE <{endpoint}> {{ ?c :label ?l }} }}"

    assert rows(here, client.rewrite(text, deadline=soon())) == rows(here, same)


@pytest.mark.server
def test_other_forms_of_queries(endpoint: str, client: FederationClient, here: ox.Store) -> None:
    ask = f"{PREFIX}ASK {{ SERVICE <{endpoint}> {{ :mali :capital ?k }} }}"
    construct = f"{PREFIX}CONSTRUCT {{ ?c :l ?l }} WHERE {{ ?e :in ?c SERVICE <{endpoint}> {{ ?c :label ?l }} }}"

    assert bool(here.query(client.rewrite(ask, deadline=soon())))
    assert set(here.query(client.rewrite(construct, deadline=soon()))) == set(here.query(construct))  # type: ignore[arg-type]


@pytest.mark.server
def test_rows_of_values_are_passed_on_in_several_requests(endpoint: str) -> None:
    profile = Profile(name="there", url=endpoint, iri=endpoint, allow_private=True, bulk=2, max_rows=3)
    client = FederationClient(Profiles((profile,)))
    text = f"{PREFIX}SELECT * {{ VALUES ?c {{ :bamako :togo :nowhere :niger :niger }} SERVICE <{endpoint}> {{ ?c :label ?l }} }}"

    client.rewrite(text, deadline=soon())
    assert client.requests == 2
    with pytest.raises(LimitExceeded, match="more than 3 rows") as caught:
        client.rewrite(text.replace(":niger", ":mali"), deadline=soon())
    assert "VALUES" in (caught.value.hint or "")


@pytest.mark.server
def test_check_of_an_endpoint(client: FederationClient) -> None:
    assert client.check() == {"there": "ok"}


# --- the same for queries that nobody thought of ------------------------------------------------------------------------

NAMES = ("?c", "?l", "?k", "?e")
TERMS = (":mali", ":niger", ":chad", "'Mali'@en", "'Bamako'", "UNDEF", ":bamako", "21000000")


def pattern(random: Random, depth: int) -> str:
    """Return what stands within SERVICE."""
    triple = f"{random.choice(NAMES)} :{random.choice(['label', 'capital', 'population', 'founded'])} {random.choice(NAMES)}"
    forms = [triple] * 4
    if depth:
        forms += [
            f"{triple} . OPTIONAL {{ {pattern(random, depth - 1)} }}",
            f"{{ {pattern(random, depth - 1)} }} UNION {{ {pattern(random, depth - 1)} }}",
            f"{triple} FILTER(bound({random.choice(NAMES)}))",
        ]
    return random.choice(forms)


def element(random: Random, depth: int) -> str:
    """Return a part of a group."""
    names = random.sample(NAMES, random.choice([1, 1, 2]))
    cells = " ".join(f"({' '.join(random.choice(TERMS) for _ in names)})" for _ in range(random.randrange(1, 5)))
    service = f"SERVICE <E> {{ {pattern(random, 2)} }}"
    triple = f"{random.choice(NAMES)} :{random.choice(['in', 'name', 'dead'])} {random.choice(NAMES)} ."
    forms = [f"VALUES ({' '.join(names)}) {{ {cells} }}"] * 3 + [service] * 3 + [triple]
    if depth:
        group = group_of(random, depth - 1)
        forms += [f"OPTIONAL {{ {group} }}", f"{{ {group} }}", f"MINUS {{ {group} }}", f"{{ SELECT {names[0]} {{ {group} }} }}"]
        forms += [f"{{ {group} }} UNION {{ {group_of(random, depth - 1)} }}", f"FILTER(!bound({names[0]}))"]
    return random.choice(forms)


def group_of(random: Random, depth: int) -> str:
    """Return the content of a group."""
    return " ".join(element(random, depth) for _ in range(random.randrange(1, 4)))


@pytest.mark.server
def test_same_rows_for_random_queries(endpoint: str, client: FederationClient, here: ox.Store) -> None:
    random = Random(7)
    compared = 0
    while compared < 80:
        text = f"{PREFIX}SELECT * {{ {group_of(random, 2)} }}".replace("<E>", f"<{endpoint}>")
        if "SERVICE" not in text:
            continue
        expected = rows(here, text)
        assert rows(here, client.rewrite(text, deadline=soon(10))) == expected, text
        compared += 1
