"""SERVICE: what of the text of a query is asked elsewhere, what takes its place, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import pytest
from federation_parts import soon

from crisiskg.errors import (
    CrisiskgError,
    FederationRefused,
    LimitExceeded,
    QuerySyntaxError,
)
from crisiskg.federation import Profile, Profiles, federate
from crisiskg.federation.blocks import find_blocks
from crisiskg.workers.scan import Limits

PREFIX = "PREFIX : <http://e.org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


# --- what is found in the text of a query -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o } }",
        "SELECT * { service<http://e.org/q>{ ?s ?p ?o } }",
        "SELECT * { SeRvIcE # <http://x/> {\n <http://e.org/q> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://e.org/\\u0071> { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT <http://e.org/q> { ?s ?p ?o } }",
        "PREFIX s: <http://e.org/> SELECT * { SERVICE s:q { ?s ?p ?o } }",
        "PREFIX : <http://e.org/q> SELECT * { SERVICE : { ?s ?p ?o } }",
        "BASE <http://e.org/a/b> SELECT * { SERVICE <../q> { ?s ?p ?o } }",
        "BASE <http://e.org/> PREFIX a: <x/> BASE <y/z> PREFIX b: <../q> SELECT * { SERVICE b: { ?s ?p ?o } }",
        "SELECT * { FILTER EXISTS { SERVICE <http://e.org/q> { ?s ?p ?o } } }",
        "SELECT * { { SELECT ?s { SERVICE <http://e.org/q> { ?s ?p ?o } } } }",
        "VERSION '1.2' SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o } }",
    ],
)
def test_targets_are_resolved(text: str) -> None:
    (block,) = find_blocks(text, Limits()).blocks

    assert (block.iri, block.body) == ("http://e.org/q", "?s ?p ?o")


def test_the_base_of_the_request_is_the_base_of_the_target() -> None:
    found = find_blocks("SELECT * { SERVICE <q> { ?s ?p <o> } }", Limits(), "http://e.org/sparql")

    assert (found.blocks[0].iri, found.prologue) == ("http://e.org/q", "BASE <http://e.org/sparql>\n")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?p 'SERVICE <http://x/> { ?s ?p ?o }' }",
        "PREFIX service: <http://e.org/> SELECT * { service:SERVICE ?p ?o }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> { ?s ?p ?o }",
        "SELECT * { ?s <http://e.org/SERVICE> ?o }",
        'SELECT * { ?s ?p """ " SERVICE <x:y> { """ }',
    ],
)
def test_what_only_looks_like_service_stays(text: str) -> None:
    assert federate(text, Profiles(enabled=False), refuse_to_ask, deadline=soon()) == text


def refuse_to_ask(*_: object) -> list[str]:
    raise AssertionError("nothing may be asked")


PROFILE = Profile(name="there", url="https://e.org/sparql", iri="http://e.org/q")


def test_the_short_form_and_the_iri_name_a_profile() -> None:
    profiles = Profiles((PROFILE,))

    assert profiles.called("http://e.org/q") is PROFILE
    assert profiles.called("urn:crisiskg:service:there") is PROFILE
    with pytest.raises(FederationRefused, match=r"<https://e.org/sparql>; it may ask <http://e.org/q>"):
        profiles.called("https://e.org/sparql")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("SELECT * { SERVICE ?e { ?s ?p ?o } }", FederationRefused, r"SERVICE \?e is not allowed"),
        ("SELECT * { VALUES ?e { <http://e.org/q> } SERVICE ?e { ?s ?p ?o } }", FederationRefused, "must stand in the query"),
        (
            "SELECT * { SERVICE <http://other.org/q> { ?s ?p ?o } }",
            FederationRefused,
            "may not ask <http://other.org/q>; it may ask",
        ),
        ("SELECT * { SERVICE <http://e.org/Q> { ?s ?p ?o } }", FederationRefused, "may not ask"),
        ("SELECT * { SERVICE <q> { ?s ?p ?o } }", FederationRefused, "may not ask <q>"),
        (
            "SELECT * { SERVICE <http://e.org/q> { SERVICE <http://e.org/q> { ?s ?p ?o } } }",
            FederationRefused,
            "may not stand inside of another",
        ),
        (
            "SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o } SERVICE <http://x.org/> { ?s ?p ?o } }",
            FederationRefused,
            "<http://x.org/>",
        ),
        ("SELECT * { SERVICE nix:q { ?s ?p ?o } }", QuerySyntaxError, "the prefix nix: of the query is not declared"),
        ("SELECT * { SERVICE 'x' { ?s ?p ?o } }", QuerySyntaxError, "there must be an IRI"),
        ("SELECT * { SERVICE <http://e.org/q> ?s ?p ?o }", QuerySyntaxError, "must follow the IRI"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o }", QuerySyntaxError, "does not parse"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o", QuerySyntaxError, "is not closed"),
        ("SELECT * { SERVICE <http://e.org/q>", QuerySyntaxError, "ends within"),
        ("SELECT * { SERVICE", QuerySyntaxError, "ends within"),
        ("SELECT * { xSERVICE <http://e.org/q> { ?s ?p ?o } }", QuerySyntaxError, "written together"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p } }", QuerySyntaxError, "does not parse"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o } FILTER }", QuerySyntaxError, "does not parse"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p ?o } BIND(1 AS ?s) }", QuerySyntaxError, "does not parse"),
        ("SELECT * { SERVICE <http://e.org/q> { } } } { ?s ?p ?o", QuerySyntaxError, "does not parse"),
        ("SELECT * " + "{" * 70 + " SERVICE <http://e.org/q> { }" + "}" * 70, LimitExceeded, "brackets deep"),
        ("SELECT * { SERVICE <http://e.org/q> { ?s ?p '" + "x" * 70_000 + "' } }", LimitExceeded, "bytes"),
        (
            "SELECT * { VALUES ?s { " + " ".join(f"<x:{n}>" for n in range(3001)) + " } SERVICE <http://e.org/q> { ?s ?p ?o } }",
            LimitExceeded,
            "3,001 rows, 50 a request: 61 requests, and 60 a minute",
        ),
    ],
)
def test_queries_that_are_refused_before_anything_is_asked(text: str, error: type[CrisiskgError], message: str) -> None:
    with pytest.raises(error, match=message):
        federate(text, Profiles((PROFILE,)), refuse_to_ask, deadline=soon())


def asked_for(text: str, given: Sequence[str] = ()) -> tuple[list[str], str]:
    """Return what an endpoint is asked for a query, and the query that it becomes with an answer of the given rows."""
    asked: list[str] = []

    def ask(profile: Profile, query: str, variables: Sequence[str], max_rows: int, deadline: float) -> list[str]:
        asked.append(query)
        return list(given)

    return asked, federate(text, Profiles((PROFILE,)), ask, deadline=soon())


def test_what_the_endpoint_is_asked_and_what_becomes_of_the_query() -> None:
    asked, rewritten = asked_for(
        "PREFIX : <http://e.org/> # secret\nSELECT ?s { ?s :p 1 . SERVICE :q { ?s :l ?l # secret }\n } . FILTER(?l > 1) }",
        ["('b' <x:a>)", "(UNDEF <x:c>)"],
    )

    assert asked == ["PREFIX : <http://e.org/>\nSELECT * WHERE {?s :l ?l} LIMIT 10001"]
    assert " ".join(rewritten.splitlines()[1].split()) == (
        "SELECT ?s { ?s :p 1 . VALUES (?l ?s) { ('b' <x:a>) (UNDEF <x:c>) } . FILTER(?l > 1) }"
    )


def test_values_are_passed_on_in_a_group_of_their_own() -> None:
    asked, _ = asked_for("SELECT * { VALUES (?s ?n) { (<x:a> 1) (<x:a> 2) (<x:b> 3) } SERVICE <http://e.org/q> { ?s ?p ?n } }")

    assert asked == ["SELECT * WHERE { VALUES (?s) { (<x:a>) (<x:b>) } { ?s ?p ?n } } LIMIT 10001"]


@pytest.mark.parametrize(
    "text",
    [
        "{ VALUES ?s { UNDEF <x:a> } SERVICE <http://e.org/q> { ?s ?p ?o } }",
        "{ VALUES ?s { 1 2 } SERVICE <http://e.org/q> { ?s ?p ?o } }",
        "{ VALUES ?z { <x:a> } SERVICE <http://e.org/q> { ?s ?p ?o } }",
        "{ SERVICE <http://e.org/q> { ?s ?p ?o } VALUES ?s { <x:a> } }",
        "{ SERVICE <http://e.org/q> { ?s ?p ?o } } VALUES ?s { <x:a> }",
        "{ VALUES ?s { <x:a> } MINUS { SERVICE <http://e.org/q> { ?s ?p ?o } } }",
        "{ VALUES ?s { <x:a> } FILTER EXISTS { SERVICE <http://e.org/q> { ?s ?p ?o } } }",
        "{ VALUES ?s { <x:a> } GRAPH <x:g> { SERVICE <http://e.org/q> { ?s ?p ?o } } }",
        "{ VALUES ?s { <x:a> } { SELECT ?s { SERVICE <http://e.org/q> { ?s ?p ?o } } } }",
        "{ VALUES ?s { <x:a> } OPTIONAL { SERVICE <http://e.org/q> { ?s ?p ?o } OPTIONAL { ?s ?p 1 } } }",
        "{ VALUES ?s { <x:a> } { OPTIONAL { SERVICE <http://e.org/q> { ?s ?p ?o } } } }",
        "{ VALUES ?o { <x:a> } SERVICE <http://e.org/q> { SELECT ?s { ?s ?p ?o } } }",
    ],
)
def test_values_that_are_not_passed_on(text: str) -> None:
    asked, _ = asked_for(f"SELECT * {text}")

    assert "VALUES" not in asked[0]


def test_empty_values_ask_nothing() -> None:
    asked, rewritten = asked_for("SELECT * { VALUES ?s { } SERVICE <http://e.org/q> { ?s ?p ?o } }")

    assert asked == []
    assert not list(ox.Store().query(rewritten))  # type: ignore[arg-type]


def test_answers_that_make_the_query_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.federation.rewriting.MAX_REWRITTEN_CHARS", 1000)
    with pytest.raises(LimitExceeded, match="more than 1,000 characters"):
        asked_for("SELECT * { SERVICE <http://e.org/q> { ?s a ?c } }", ["(<x:a> <x:b>)"] * 100)
