"""Queries of users in which each constant stands for all that are the same: what is rewritten, what stays, what is refused."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from helpers import SHARED
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crisiskg import errors
from crisiskg.identity.expansion import Expansion
from crisiskg.iris import mint_graph
from crisiskg.namespaces import BASE, CKG
from crisiskg.workers import expanding
from crisiskg.workers.expanding import Wish, expand_query
from crisiskg.workers.measure import Limits
from crisiskg.workers.substitution import Substitution
from crisiskg.workers.tokens import tokens

E = BASE + "entity/"
HEAD = f"PREFIX e: <{E}>\nPREFIX : <urn:p/>\n"
#: a and b are one thing, and c, d and f; x stands for itself. Three events of ever other accounts.
DATA = """
e:1 :actor e:a ; :recipient e:c ; :day 1 . e:2 :actor e:b ; :recipient e:d ; :day 2 . e:3 :actor e:x ; :recipient e:f ; :day 3 .
e:4 :actor e:a ; :actor e:b ; :day 4 . e:a :name "A" . e:b :name "B" ; :color "red" . e:c :part e:b . e:5 :list (e:b e:x) .
e:6 :by [ :who e:b ; :hour 6 ] . e:b :part e:x .
"""
SAME = {"b": "a", "d": "c", "f": "c"}
EXACT = Wish(Expansion("exact"), BASE)


@pytest.fixture(scope="module")
def db() -> ox.Store:
    made = ox.Store()
    made.load((HEAD + DATA).encode(), format=ox.RdfFormat.TURTLE)
    graph = ox.NamedNode(mint_graph("identity"))
    for other, canonical in SAME.items():
        made.add(ox.Quad(ox.NamedNode(E + other), ox.NamedNode(CKG + "canonical"), ox.NamedNode(E + canonical), graph))
    return made


Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def ask(db: ox.Store) -> Ask:
    """Answers a query with identity: rows by their variables, truth, or triples; IRIs short."""
    return lambda query: answer(db, expanded(db, query))


def expanded(db: ox.Store, query: str, wish: Wish = EXACT, limits: Limits | None = None) -> str:
    return expand_query(HEAD + query, wish, limits or Limits(), lambda own: list(db.query(own)), "https://example.org/sparql")


def answer(db: ox.Store, query: str) -> Any:
    found: Any = db.query(query, base_iri="https://example.org/sparql")
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return sorted(short(str(triple)) for triple in found)
    names = sorted(variable.value for variable in found.variables)
    return names, sorted(tuple(short(str(row[name])) for name in names) for row in found)


def short(text: str) -> str:
    return text.replace(E, "").replace("^^<http://www.w3.org/2001/XMLSchema#integer>", "").translate(str.maketrans("", "", '<>"'))


def rows(ask: Ask, query: str) -> list[str]:
    return [" ".join(row) for row in ask(query)[1]]


# --- patterns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT DISTINCT ?e { ?e :actor e:a }", ["1", "2", "4"]),
        (f"SELECT DISTINCT ?e {{ ?e :actor <{E}b> }}", ["1", "2", "4"]),
        (f"BASE <{BASE}graph/> SELECT DISTINCT ?e {{ ?e :actor <../entity/a> }}", ["1", "2", "4"]),
        (f"SELECT DISTINCT ?e {{ ?e :actor <{E}\\u0061> }}", ["1", "2", "4"]),
        ("SELECT ?e { ?e :actor e:a }", ["1", "2", "4", "4"]),
        ("SELECT ?e { ?e :actor e:x }", ["3"]),
        ("SELECT ?e { ?e :actor e:a ; :recipient e:c }", ["1", "2"]),
        ("SELECT ?e{?e:actor e:a;:recipient e:c.}", ["1", "2"]),
        ("SELECT ?n ?c { e:a :name ?n ; :color ?c }", ["red A", "red B"]),
        ("SELECT ?n ?c { e:a :name ?n . e:a :color ?c }", ["red A", "red B"]),
        ("SELECT ?n ?c { e:a :name ?n , ?c . FILTER(?n < ?c) }", ["B A"]),
        ("SELECT ?n { e:c :part/:name ?n }", ["B"]),
        ("SELECT ?n { e:d :part ?p . ?p :name ?n }", ["B"]),
        ("SELECT ?x { ?x :part+ e:x }", ["b", "c"]),
        ("SELECT ?x { ?x :part+ e:a }", ["c"]),
        ("SELECT ?x { ?x ^(:actor|:recipient)/:day 2 }", ["b", "d"]),
        ("SELECT ?x { e:a !(:name|:part) ?x }", ["red"]),
        ("SELECT ?l { ?l :list ( e:a ?x ) }", ["5"]),
        ("SELECT ?l { ?l :list [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> e:a ] }", ["5"]),
        ("SELECT ?x { ?x :by [ :who e:a ; :hour 6 ] }", ["6"]),
        ("SELECT ?d { [ :who e:a ] :hour ?d }", ["6"]),
        ("SELECT ?d { [ :who e:a ; :hour ?d ] }", ["6"]),
        ("SELECT DISTINCT ?e { ?e :day ?d # e:a }\n FILTER(?d > 1) ?e :actor e:a }", ["2", "4"]),
        ("SELECT ?d { _:e :actor e:x FILTER(true) _:e :recipient e:c . _:e :day ?d }", ["3"]),
        ("SELECT ?e { ?e :day 1 MINUS { ?e :actor e:b } }", []),
        ("SELECT ?e { ?e :day ?d MINUS { ?e :actor e:b } }", ["3"]),
        ("SELECT ?e { ?e :day ?d FILTER NOT EXISTS { ?e :actor e:b } }", ["3"]),
        ("SELECT ?e { ?e :day ?d FILTER EXISTS { ?e :recipient e:d FILTER NOT EXISTS { ?e :actor e:b } } }", ["3"]),
        ("SELECT ?e { { ?e :actor e:x } UNION { ?e :recipient e:f } UNION { ?e :day 4 } }", ["1", "2", "3", "3", "4"]),
        ("SELECT ?e ?r { ?e :actor e:x OPTIONAL { ?e :recipient ?r . ?e :recipient e:c } }", ["3 f"]),
        ("SELECT ?d ?n { ?e :day ?d OPTIONAL { ?e :recipient e:c . e:a :color ?n FILTER(?d > 2) } }",
         ["1 None", "2 None", "3 red", "4 None"]),
        ("SELECT ?e { ?e :day ?d OPTIONAL { ?e :actor ?x } ?e :recipient e:c }", ["1", "2", "3"]),
        ("SELECT ?e { { SELECT ?e { ?e :actor e:a } ORDER BY ?e LIMIT 1 } }", ["1"]),
        ("SELECT ?e ?x { ?e :day 3 LATERAL { SELECT ?e ?x { ?e :recipient e:d , ?x } } }", ["3 f"]),
        ("SELECT ?e { GRAPH ?g { ?e :actor e:a } }", []),
        ("SELECT ?s { << e:a :actor ?o >> :day ?s }", []),
        ("SELECT ?s { ?s :actor e:b {| :day ?d |} }", []),
        ("SELECT ?s { ?s :actor e:b ~ e:r {| :day ?d |} . ?s :day <<( e:a :name ?n )>> }", []),
    ],
)  # fmt: skip
def test_a_constant_of_a_pattern_stands_for_all_that_are_the_same(ask: Ask, query: str, found: list[str]) -> None:
    assert rows(ask, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT ?e { ?e :actor ?x FILTER(?x = e:b) }", ["1", "2", "4", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(e:b = ?x) }", ["1", "2", "4", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(?x != e:b) }", ["3"]),
        ("SELECT ?e { ?e :actor ?x FILTER(e:b != (?x)) }", ["3"]),
        ("SELECT ?e { ?e :actor ?x FILTER((e:b) != (?x) || ?x=e:a && ?e=e:1) }", ["1", "3"]),
        ("SELECT ?e { ?e :actor ?x FILTER(?x IN (e:b, e:x)) }", ["1", "2", "3", "4", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(?x NOT IN (e:x, e:b)) }", []),
        ("SELECT ?e { ?e :actor ?x ; :recipient ?y FILTER(e:d IN (?x, ?y)) }", ["1", "2", "3"]),
        ("SELECT ?e { ?e :actor ?x ; :recipient ?y FILTER(e:d NOT IN (?x, ?y)) }", []),
        ("SELECT ?e { ?e :actor ?x FILTER(e:d IN ()) }", []),
        ("SELECT ?e { ?e :actor ?x FILTER(sameTerm(?x, e:b)) }", ["1", "2", "4", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(!sameTerm(e:b, ?x)) }", ["3"]),
        ("SELECT ?e { ?e :actor ?x FILTER(e:a = IF(?e = e:1, ?x, e:x)) }", ["1"]),
        ("SELECT ?e { ?e :actor ?x FILTER(COALESCE(?none, ?x) = e:a) }", ["1", "2", "4", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(STR(?x) = STR(e:b)) }", ["2", "4"]),
        ("SELECT ?e { ?e :actor ?x FILTER(STR(?x) = 'e:b' || STRENDS(STR(?x), '/b')) }", ["2", "4"]),
        ("SELECT ?e { ?e :day ?d FILTER(?d + 1 = -1 * -2 && 'x'^^e:b != e:b) }", ["1"]),
        ("SELECT ?e { ?e :day ?d FILTER <http://www.w3.org/2001/XMLSchema#boolean>(?d = 1) }", ["1"]),
        ("SELECT ?x ?e { BIND(e:b AS ?x) ?e :actor ?x }", ["1 a", "2 b", "4 a", "4 b"]),
        ("SELECT ?y ?e { ?e :actor ?x BIND(IF(?x = e:b, 7, 8) AS ?y) FILTER(?y = 7) }", ["1 7", "2 7", "4 7", "4 7"]),
        ("SELECT ?e ?x { VALUES ?x { e:b 'e:a'@en 1 true UNDEF } ?e :actor ?x ; :day 1 }", ["1 a", "1 a"]),
        ("SELECT ?e { VALUES (?x ?y) { (e:b e:d) (e:x UNDEF) } ?e :actor ?x ; :recipient ?y }", ["1", "2", "3"]),
        ("SELECT ?e { ?e :actor ?x } VALUES ?x { e:a }", ["1", "2", "4", "4"]),
        ("SELECT ?x { VALUES ?x { e:a e:b } }", ["a", "b"]),
        ("SELECT ?x ?y { VALUES (?x ?y) { (e:a 1) (e:b 1) (e:b 2) } }", ["1 a", "1 b", "2 a", "2 b"]),
        ("SELECT (COUNT(*) AS ?n) { ?e :actor ?x } GROUP BY (?x = e:a) ORDER BY DESC(?x = e:a) ?n", ["1", "4"]),
        ("SELECT (SUM(IF(?x = e:a, 1, 0)) AS ?n) { ?e :actor ?x } HAVING(SUM(IF(?x = e:a, 1, 0)) = 4)", ["4"]),
        ("SELECT (GROUP_CONCAT(DISTINCT ?n ; SEPARATOR = 'e:a') AS ?all) { e:x :actor|:name ?n }", [""]),
        ("SELECT (e:b AS ?x) { }", ["b"]),
    ],
)  # fmt: skip
def test_what_is_compared_or_given_stands_for_all_that_are_the_same(ask: Ask, query: str, found: list[str]) -> None:
    assert sorted(" ".join(sorted(row)) for row in ask(query)[1]) == found


def test_star_shows_what_it_showed(ask: Ask) -> None:
    assert ask("SELECT * { ?e :actor e:a ; :day ?d FILTER(?d < 4) }") == (["d", "e"], [("1", "1"), ("2", "2")])
    assert ask("SELECT DISTINCT * { ?e :actor e:a } VALUES ?z { 1 }") == (["e", "z"], [("1", "1"), ("2", "1"), ("4", "1")])
    assert ask("SELECT ?d { { SELECT * { ?e :actor e:a ; :day ?d } } FILTER(?d > 3) }") == (["d"], [("4",), ("4",)])
    assert ask("SELECT * { e:2 :actor e:a }") == ([], [()])
    assert ask("SELECT * { e:2 :actor e:x }") == ([], [])
    assert ask("SELECT ?d { { SELECT * { e:4 :actor e:a } } e:4 :day ?d }") == (["d"], [("4",)])


def test_distinct_solutions_are_counted_without_the_accounts(ask: Ask) -> None:
    assert rows(ask, "SELECT (COUNT(*) AS ?n) { ?e :actor e:a }") == ["4"]
    assert rows(ask, "SELECT (COUNT(DISTINCT *) AS ?n) { ?e :actor e:a }") == ["3"]
    assert rows(ask, "SELECT (COUNT(DISTINCT ?e) AS ?n) { ?e :actor e:a }") == ["3"]
    assert rows(ask, "SELECT ?e { ?e :day ?d { SELECT (COUNT(DISTINCT *) AS ?d) { ?x :actor e:a } } }") == ["3"]
    assert rows(ask, "SELECT ?e { ?e :actor e:a } GROUP BY ?e HAVING(COUNT(DISTINCT *) > 1)") == []


def test_other_forms(ask: Ask) -> None:
    assert ask("ASK { e:2 :actor e:a }") is True
    assert ask("ASK FROM <urn:g> WHERE { e:2 :actor e:a }") is False
    assert ask("CONSTRUCT { e:a :did ?e } WHERE { ?e :actor e:a }") == ["a urn:p/did 1", "a urn:p/did 2", "a urn:p/did 4"]
    assert sorted(set(ask("CONSTRUCT WHERE { ?e :actor e:a }"))) == ["1 urn:p/actor a", "2 urn:p/actor a", "4 urn:p/actor a"]
    assert ask("CONSTRUCT FROM <urn:g> WHERE { ?e :actor e:a }") == []
    named = ask("DESCRIBE e:a")
    assert "a urn:p/name A" in named
    assert "b urn:p/name B" in named
    assert ask("DESCRIBE ?e { ?e :actor e:a ; :day 2 }") == ["2 urn:p/actor b", "2 urn:p/day 2", "2 urn:p/recipient d"]
    assert ask("DESCRIBE * { ?e :actor e:a ; :day 2 }") == ["2 urn:p/actor b", "2 urn:p/day 2", "2 urn:p/recipient d"]
    assert ask("DESCRIBE * WHERE { e:2 :actor e:a }") == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?e { ?e :actor e:x }",
        "SELECT ?e { ?e e:a ?x }",
        "SELECT ?e { ?e e:a/^e:b|!e:c ?x }",
        "SELECT ?e FROM e:a FROM NAMED <urn:g> { GRAPH e:b { ?e ?p 'x'^^e:a } }",
        "SELECT ?e { ?e :actor 'e:a', \"<urn:a>\", '''e:a''' } # e:a",
        "CONSTRUCT { ?e :actor e:a } WHERE { ?e ?p ?o }",
        "SELECT (STR(e:a) AS ?x) { FILTER e:a(?x, e:b) }",
        "ASK {}",
    ],
)
def test_what_names_no_thing_with_others_stays_as_it_is(db: ox.Store, query: str) -> None:
    assert expanded(db, query) == HEAD + query


def test_fresh_variables_are_not_those_of_the_query(db: ox.Store) -> None:
    found = expanded(db, "SELECT ?same1 { ?same1 :actor e:a . ?same_2 :day ?d }")
    assert "VALUES ?same__1 {" in found


# --- held against other ways to say it --------------------------------------------------------------------------------

_SUBJECTS, _VERBS, _OBJECTS = (
    ("e:a", "e:b", "e:c", "?u", "?v"),
    (":actor", ":name", ":part", ":recipient", "?w"),
    ("e:a", "e:d", "e:x", "?u", "?v"),
)
_triple = st.tuples(st.sampled_from(_SUBJECTS), st.sampled_from(_VERBS), st.sampled_from(_OBJECTS))  # fmt: skip


def abbreviated(triples: Sequence[tuple[str, str, str]]) -> str:
    """Return triples as SPARQL writes them, those of one subject and verb together."""
    parts = []
    for subject, same in itertools.groupby(triples, lambda one: one[0]):
        verbs = [
            f"{verb} {' , '.join(one[2] for one in group)}" for verb, group in itertools.groupby(list(same), lambda one: one[1])
        ]
        parts.append(f"{subject} {' ; '.join(verbs)}")
    return " . ".join(parts)


@settings(max_examples=60, deadline=None)
@given(triples=st.lists(_triple, min_size=1, max_size=4))
@example(triples=[("e:a", ":name", "?u"), ("e:a", ":name", "?v"), ("e:a", ":part", "?u")])
def test_a_pattern_finds_what_all_its_variants_find_together(db: ox.Store, triples: list[tuple[str, str, str]]) -> None:
    accounts = {"e:a": ("e:a", "e:b"), "e:b": ("e:a", "e:b"), "e:c": ("e:c", "e:d", "e:f"), "e:d": ("e:c", "e:d", "e:f")}
    places = [place for triple in triples for place in triple]
    wanted: set[tuple[str, ...]] = set()
    for choice in itertools.product(*(accounts.get(place, (place,)) for place in places)):
        text = " . ".join(" ".join(choice[n : n + 3]) for n in range(0, len(choice), 3))
        wanted |= set(answer(db, f"{HEAD} SELECT ?u ?v ?w {{ {text} }}")[1])

    found = answer(db, expanded(db, f"SELECT ?u ?v ?w {{ {abbreviated(triples)} }}"))[1]

    assert set(found) == wanted


def suite_queries() -> Iterator[Path]:
    yield from sorted((SHARED / "conformance" / "rdf-tests" / "sparql").rglob("*.rq"))


@pytest.mark.skipif(not (SHARED / "conformance").is_dir(), reason="the suites are not here")
def test_others_that_occur_nowhere_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each constant of the queries of the W3C gets another IRI, which no data have: all is read, and no answer changes."""
    monkeypatch.setattr(expanding, "equivalents", lambda iris, *_: {iri: [iri, "urn:nowhere"] for iri in iris})
    monkeypatch.setattr(expanding, "_VOCABULARY", ("urn:none",))
    limits = Limits(max_patterns=1000)
    seen, base = Counter[str](), "http://suite/"
    for folder, files in itertools.groupby(suite_queries(), lambda path: path.parent):
        db = suite_data(folder)
        for file in files:
            text = file.read_text("utf-8")
            try:
                before = counted(db, text, base)
            except (SyntaxError, ValueError, RuntimeError, OSError):
                continue
            try:
                after = expand_query(text, EXACT, limits, lambda _: [], base)
            except errors.QueryRefused as error:
                seen["refused" if "SERVICE" in error.message else f"{file} {error}"] += 1
                continue
            seen["read"] += 1
            volatile = any(word in text.upper() for word in ("RAND(", "UUID(", "BNODE(", "NOW("))
            if after == text or volatile or (folder.name, file.stem) in ROWS_ADDED:
                continue
            seen["rewritten"] += 1
            assert counted(db, after, base) == before, file
    assert set(seen) == {"read", "refused", "rewritten"}
    assert seen["read"] > 340
    assert seen["rewritten"] > 130


#: Rows of VALUES are data, and have one more for the other IRI.
ROWS_ADDED = {("bindings", "graph"), ("bindings", "values07")}


def suite_data(folder: Path) -> ox.Store:
    made = ox.Store()
    for file in folder.glob("*.ttl"):
        for graph in (ox.DefaultGraph(), ox.NamedNode(f"http://suite/{file.name}")):
            try:
                made.load(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=f"http://suite/{file.name}", to_graph=graph)
            except SyntaxError:
                break
    return made


def counted(db: ox.Store, query: str, base: str) -> object:
    """Return an answer so that two are equal where only blank nodes and the order differ."""
    found: Any = db.query(query, base_iri=base)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        triples = set(found)
        return len(triples), sorted(text for text in map(str, triples) if "_:" not in text)
    names = sorted(variable.value for variable in found.variables)
    return names, Counter(
        tuple("_:" if isinstance(row[name], ox.BlankNode) else str(row[name]) for name in names) for row in found
    )


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "error", "said"),
    [
        ("SELECT ?x { ?x :actor }", errors.QuerySyntaxError, "does not parse: error at 3:23"),
        ("SELECT ?x { ?x nope:actor e:a }", errors.QuerySyntaxError, "does not parse"),
        ("INSERT DATA { e:a :actor e:b }", errors.QueryRefused, "INSERT is not allowed"),
        ("SELECT ?x { ?x :actor e:a SERVICE <urn:s> { ?x ?y ?z } }", errors.QueryRefused, "identity and SERVICE"),
        ("SELECT ?x { ?x :actor e:a } ORDERBY ?x", errors.QueryRefused, "'ORDERBY' at position [0-9]+ cannot be read"),
        ("SELECT ?x { ?x :actor e:a FILTERNOT EXISTS { ?x :day 1 } }", errors.QueryRefused, "'FILTERNOT' at position"),
        ("SELECT ?x { ?x :actor ?a FILTER(?x<?a&&?a>?x) }", errors.QueryRefused, "cannot be read"),
        ("SELECT ?x { ?x :actor ?a FILTER(?a NOTIN (e:a)) }", errors.QueryRefused, "'NOTIN'"),
    ],
)
def test_what_cannot_be_read_for_sure_is_refused(db: ox.Store, query: str, error: type[errors.CrisiskgError], said: str) -> None:
    with pytest.raises(error, match=said):
        expanded(db, query)


def test_a_name_whose_prefix_is_not_declared_is_refused(db: ox.Store) -> None:
    # The engine reads `a:actor` as `a` and `:actor`.
    with pytest.raises(errors.QueryRefused, match="'a:actor' at position"):
        expanded(db, "SELECT ?x { ?x a:actor }")


def test_iris_that_are_written_in_are_bounded(db: ox.Store) -> None:
    few = Wish(Expansion("exact"), BASE, most=5)
    assert "VALUES" in expanded(db, "ASK { ?x :actor e:a ; :recipient e:c }", few)
    for query in (
        "ASK { ?x :actor e:a , e:b ; :recipient e:c }",
        "ASK { ?x :actor ?a FILTER(?a IN (e:a, e:c, e:d, e:b)) }",
        "ASK { VALUES (?x ?y) { (e:a e:c) } }",
        "DESCRIBE e:a e:c e:a e:c",
    ):
        with pytest.raises(errors.LimitExceeded, match="more than 5 IRIs") as raised:
            expanded(db, query, few)
        assert raised.value.hint is not None
        assert "max_identity_iris" in raised.value.hint


def test_a_query_that_grows_too_long_is_refused() -> None:
    query = f"ASK {{ <urn:a> <urn:{'p' * 50}> ?x {', ?x' * 50} }}"
    read = Substitution(
        query, list(tokens(query, "query", 10_000, 9)), lambda _: ("<urn:a>", "<urn:b>"), lambda _: (), 1000, 3000
    )
    with pytest.raises(errors.LimitExceeded, match="longer than 3000 characters"):
        read.query()


def test_deep_nesting_is_an_error_and_no_crash(db: ox.Store) -> None:
    query = f"ASK {'{' * 900} ?x :actor e:a {'}' * 900}"
    with pytest.raises(errors.LimitExceeded, match="nested"):
        expanded(db, query)


def test_expressions_are_read_as_deep_as_queries_may_be(db: ox.Store) -> None:
    text = "?x = e:a"
    for _ in range(60):
        text = f"({text})"
    assert "IN (" in expanded(db, f"ASK {{ ?e :actor ?x FILTER({text}) }}")


def test_close_takes_what_may_be_the_same_from_the_request(db: ox.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Expansion] = []

    def equivalents(iris: Mapping[str, None], expansion: Expansion, *_: object) -> dict[str, list[str]]:
        asked.append(expansion)
        return {iri: [iri] for iri in iris}

    monkeypatch.setattr(expanding, "equivalents", equivalents)
    expanded(db, "ASK { ?x :actor e:a }", Wish.of(["close", 0.9, BASE, 7]))
    assert asked == [Expansion("close", 0.9)]
