"""Queries of users with identity, end to end: over HTTP, by the command, on an embedded store and on a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from commands import crisiskg
from remote_servers import SERVERS, Absent
from serving import Reply, Serving

from crisiskg import errors
from crisiskg.identity.expansion import Expansion
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.records import Judgement
from crisiskg.namespaces import BASE, CKG, RDFS
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore
from crisiskg.store import OxigraphStore, Store
from crisiskg.workers import Pool

A, B, C = BASE + "entity/Q1", BASE + "dataset/icews/actor/b", BASE + "document/0a/entity/c"
GRAPH = BASE + "graph/dataset/test/1"
EVENTS = f"SELECT DISTINCT ?e {{ ?e <{CKG}hasActor> <{A}> }} ORDER BY ?e"


def fill(store: Store) -> None:
    graph = ox.NamedNode(GRAPH)
    turtle = f"PREFIX ckg: <{CKG}> PREFIX rdfs: <{RDFS}>\n"
    for number, iri in enumerate((A, B, C)):
        turtle += f'<urn:e{number}> ckg:hasActor <{iri}> . <{iri}> a ckg:ArmedGroup ; rdfs:label "Group {number}"@en .\n'
    triples = ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
    store.replace_graph(GRAPH, [ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples])
    unsure = Judgement(A, C, "entity", "unsure", 0.85, ("names alike",), "crisiskg:entities-1", "2026-01-01T00:00:00Z")
    JudgementLog(store).add([unsure])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity-queries") / "store"
    with OxigraphStore(folder) as store:
        fill(store)
        store.publish()
    return folder


@pytest.fixture(scope="module")
def service(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("identity-served") / "store"
    shutil.copytree(made, folder)
    with Serving(folder, ("--writable", "--open-writes"), {"max_identity_iris": 4}) as started:
        yield started


def get(service: Serving, query: str, /, sent: dict[str, str] | None = None, **parameters: str) -> Reply:
    return service.request("GET", "/sparql?" + urlencode({"query": query, **parameters}), **(sent or {}))


def events(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [row["e"]["value"].removeprefix("urn:") for row in reply.json()["results"]["bindings"]]


def test_a_merge_is_followed_and_so_is_its_undoing(service: Serving) -> None:
    def counts() -> list[list[str]]:
        close = {"identity": "close"}
        asked = [{}, {"identity": "none"}, {"identity": "exact"}, close, {**close, "min": "0.9"}]
        return [events(get(service, EVENTS, **parameters)) for parameters in asked]

    assert counts() == [["e0"], ["e0"], ["e0"], ["e0", "e2"], ["e0"]]
    generation = int(get(service, EVENTS).headers["X-Crisiskg-Generation"])

    accepted = crisiskg("identity", "accept", A, B, "--by", "Ada", "--reason", "Known.", "--store", service.store)
    assert accepted.code == 0, accepted.err
    await_newer(service, generation)
    assert counts() == [["e0"], ["e0"], ["e0", "e1"], ["e0", "e1", "e2"], ["e0", "e1"]]
    assert counts() == [["e0"], ["e0"], ["e0", "e1"], ["e0", "e1", "e2"], ["e0", "e1"]]  # the answers that are kept
    assert events(get(service, EVENTS, identity="exact", generation=str(generation))) == ["e0"]
    posted = urlencode({"query": EVENTS, "identity": "exact"}).encode()
    reply = service.request("POST", "/sparql", posted, Content_Type="application/x-www-form-urlencoded")
    assert events(reply) == ["e0", "e1"]
    asked = service.request("POST", "/sparql?identity=exact", EVENTS.encode(), Content_Type="application/sparql-query")
    assert events(asked) == ["e0", "e1"]

    generation = int(get(service, EVENTS).headers["X-Crisiskg-Generation"])
    assert crisiskg("identity", "undo", "--by", "Ada", "--as", "Ada", "--store", service.store).code == 0
    await_newer(service, generation)
    assert counts() == [["e0"], ["e0"], ["e0"], ["e0", "e2"], ["e0"]]


def await_newer(service: Serving, generation: int) -> None:
    import time

    until = time.monotonic() + 10
    while int(service.query("ASK {}").headers["X-Crisiskg-Generation"]) <= generation:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_answers_of_other_identity_have_other_entity_tags(service: Serving) -> None:
    asked = [{}, {"identity": "exact"}, {"identity": "close"}, {"identity": "close", "min": "0.9"}]
    tags = [get(service, EVENTS, **parameters).headers["ETag"] for parameters in asked]
    assert len(set(tags)) == len(asked)
    for tag, parameters in zip(tags, asked, strict=True):
        for other in asked:
            reply = get(service, EVENTS, {"If_None_Match": tag}, **other)
            assert reply.status == (304 if other is parameters else 200)


@pytest.mark.parametrize(
    ("query", "parameters", "status", "said"),
    [
        (EVENTS, {"identity": "some"}, 400, "none, exact or close"),
        (EVENTS, {"identity": "exact", "min": "0.5"}, 400, "close only"),
        (EVENTS, {"min": "0.5"}, 400, "close only"),
        (EVENTS, {"identity": "close", "min": "2"}, 400, "from 0 to 1"),
        ("SELECT ?e { ?e ", {"identity": "exact"}, 400, "does not parse"),
        ("SELECT ?e { ?e a <urn:x> } ORDERBY ?e", {"identity": "exact"}, 403, "ORDERBY"),
        (f"ASK {{ ?e ?p <{A}> , <{A}> , <{A}> }}", {"identity": "close"}, 413, "more than 4 IRIs"),
        ("ASK { SERVICE <urn:s> { ?s ?p ?o } }", {"identity": "exact"}, 403, "SERVICE"),
    ],
)
def test_what_is_wrong_is_said(service: Serving, query: str, parameters: dict[str, str], status: int, said: str) -> None:
    reply = get(service, query, **parameters)
    assert said in reply.body.decode(), reply.body
    assert reply.status == status


def test_an_update_takes_no_identity(service: Serving) -> None:
    body = urlencode({"update": f"DELETE WHERE {{ ?s ?p <{A}> }}", "identity": "exact"}).encode()
    reply = service.request("POST", "/sparql", body, Content_Type="application/x-www-form-urlencoded")
    assert reply.status == 400
    assert "not with an update" in reply.body.decode()


def test_the_form_offers_identity_and_keeps_what_was_chosen(service: Serving) -> None:
    page = get(service, EVENTS, identity="close", format="html").body.decode()
    assert "urn:e2" in page
    assert '<option value="close" selected>' in page
    assert "urn:e2" not in get(service, EVENTS, identity="", format="html").body.decode()


def test_the_command_takes_identity(made: Path) -> None:
    def asked(*options: str) -> list[str]:
        found = crisiskg("sparql", EVENTS, "--store", made, "--format", "json", *options)
        assert found.code == 0, found.err
        return [row["e"]["value"].removeprefix("urn:") for row in json.loads(found.out)["results"]["bindings"]]

    assert asked() == asked("--identity", "exact") == asked("--identity", "close", "--min", "0.9") == ["e0"]
    assert asked("--identity", "close") == ["e0", "e2"]
    wrong = crisiskg("sparql", EVENTS, "--store", made, "--identity", "same")
    assert wrong.code != 0
    assert "none, exact or close" in wrong.err


@pytest.mark.server
def test_a_server_is_asked_for_what_is_the_same() -> None:
    try:
        with SERVERS["oxigraph"]() as running:
            settings = load_settings(store=running.url)
            with SparqlStore.from_settings(settings) as store:
                fill(store)
            with Pool(None, settings, workers=1) as pool:
                for identity, wanted in ((None, 1), (Expansion("exact"), 1), (Expansion("close", 0.8), 2)):
                    with pool.run(EVENTS, identity=identity) as answer:
                        assert len(json.loads(answer.read())["results"]["bindings"]) == wanted
                with pytest.raises(errors.QuerySyntaxError, match="does not parse"):
                    pool.run("SELECT ?e { ?e ", identity=Expansion("exact"))
    except Absent as absent:
        pytest.skip(str(absent))
