"""A glance lets nothing pass that a closer look would not."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crisiskg.errors import QuerySyntaxError
from crisiskg.queries import load_queries
from crisiskg.workers.glance import is_plain
from crisiskg.workers.scan import Limits, scan_query

SMALL = Limits(400, 4, 6, 3)
# fmt: off
PIECES = [
    "SELECT", "ASK", "*", "?s", "?p", "ex:o", "a", "<urn:p>", "<http://x/y#z>", "{", "}", "(", ")", "[", "]", ".", ";", ",", "/",
    "|", "^", "+", "<", ">", '"', "'", '"a { b"', "'c ( d'", "#", "# x\n", "\n", " ", "FILTER", "FILTER(", "COUNT(", "IN (",
    "VALUES", "OPTIONAL", "UNION", "GRAPH", "SERVICE", "FROM", "NOW()", "1", "true", "!", "&&", "\\", "PREFIX ex: <urn:x:>",
    "LIMIT 1", '"""', "@en", "^^",
]
# fmt: on


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=3, max_size=40), st.sampled_from(["", " "]))
@example(["SELECT", "*", "{", "?s", "?p", "(", "1", "1", "1", "1", "1", "1", "1", ")", "}"], " ")
@example(["SELECT * {", '# "', "\n", "?s", "?p", "?o", ".", "?s", "?p", '"', "x", '"', "}"], " ")
def test_what_is_plain_passes_a_closer_look(pieces: list[str], between: str) -> None:
    text = between.join(["SELECT * {", *pieces, "}"])
    if is_plain(text, SMALL):
        try:
            scan = scan_query(text, SMALL)
        except QuerySyntaxError:
            return  # what does not even hold together is left to the engine, which refuses it
        assert not scan.names_dataset
        assert not scan.volatile
        assert not scan.service


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <urn:x> { ?s ?p ?o } }",
        "SELECT * FROM <urn:g> { ?s ?p ?o }",
        "INSERT DATA { <urn:a> <urn:b> 1 }",
        "SELECT (NOW() AS ?n) {}",
        "SELECT * { ?s ?p (1 2 3) }",
        "SELECT * { " + "{" * 70 + "}" * 70 + " }",
        "SELECT * { " + "?s ?p ?o . " * 101 + "}",
        "SELECT * { ?s " + "/".join(["<urn:p>"] * 52) + " ?o }",
        'SELECT * { ?s ?p """ " } """ }',
        "SELECT * { ?s ?p 'é' }",
        "?s ?p ?o",
    ],
)
def test_what_is_not_plain(text: str) -> None:
    assert not is_plain(text, Limits())


def test_some_of_our_own_queries_are_plain() -> None:
    assert is_plain("SELECT ?p ?o { <urn:a> ?p ?o . FILTER(?o > 3) } ORDER BY ?p LIMIT 5", Limits())
    assert load_queries()
