"""What is said of slow queries, and that it is not said of quick ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import crisiskg

from crisiskg import sandbox
from crisiskg.errors import LimitExceeded, NotFound, QuerySyntaxError, StoreTimeout
from crisiskg.explaining import Explanation, Finding, Property, Statistics, causes_in_words, explain, explain_here, in_words
from crisiskg.explaining.algebra import read_prefixes, read_shape
from crisiskg.explaining.estimates import answer_relation
from crisiskg.explaining.records import CAUSES
from crisiskg.explaining.shape import Path as PropertyPath
from crisiskg.explaining.statistics import FILE, statistics_of
from crisiskg.queries import load_queries
from crisiskg.resources import folder
from crisiskg.store import OxigraphStore

X = "urn:x:"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
#: A million events, each with one of a thousand actors and a label.
LARGE = Statistics(
    7,
    {
        TYPE: Property(1_001_000, 1_001_000, 2),
        LABEL: Property(1_001_000, 1_001_000, 900_000),
        f"{X}actor": Property(1_000_000, 1_000_000, 1000),
        f"{X}partOf": Property(1000, 1000, 100),
    },
    {f"{X}Event": 1_000_000, f"{X}Actor": 1000},
    5000,
)
SMALL = Statistics(1, {name: Property(20, 20, 5) for name in LARGE.properties}, {f"{X}Event": 15, f"{X}Actor": 5}, 2)
PREFIXES = f"PREFIX x: <{X}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.fixture(scope="module", autouse=True)
def no_sandbox_left() -> Iterator[None]:
    yield
    sandbox.close()


def found(query: str, statistics: Statistics | None = None) -> dict[str, Finding]:
    return {finding.code: finding for finding in explain_here(PREFIXES + query, statistics).findings}


# --- findings ---------------------------------------------------------------------------------------------------------

SLOW = [
    ("product", "SELECT ?e { ?e x:actor ?a . ?f rdfs:label ?l }", "?e x:actor ?a and ?f rdfs:label ?l share no variable"),
    ("product", "SELECT ?e { ?e x:actor ?a { SELECT ?f { ?f rdfs:label ?l } } }", "share no variable"),
    ("product", "ASK { ?e x:actor ?a . { ?f rdfs:label ?l } UNION { ?f x:partOf ?l } }", "share no variable"),
    ("product", "ASK { { ?x x:partOf ?y } UNION { ?e x:actor ?a . ?f rdfs:label ?l } }", "share no variable"),
    ("product", "ASK { ?x x:partOf ?y OPTIONAL { ?x x:actor ?a . ?f rdfs:label ?l } }", "share no variable"),
    ("product", "ASK { ?x x:partOf ?y FILTER EXISTS { ?x x:actor ?a . ?f rdfs:label ?l } }", "share no variable"),
    ("product", "ASK { ?x x:partOf ?y FILTER(?y > 3 && NOT EXISTS { ?x x:actor ?a . ?f rdfs:label ?l }) }", "share no variable"),
    ("optional", "SELECT ?e { ?e x:actor ?a OPTIONAL { ?f rdfs:label ?l } }", "OPTIONAL { ?f rdfs:label ?l } shares no variable"),
    ("path", "SELECT ?a { ?a x:partOf* ?b }", "both ends of the path ?a x:partOf* ?b are open"),
    ("path", "SELECT ?a { x:mali (x:partOf|!x:actor)+ ?b }", "follows nearly all properties"),
    ("path", "SELECT ?a { x:mali (x:partOf*/x:actor)* ?b }", "repeats inside of a repetition"),
    ("everything", "SELECT ?s { ?s ?p ?o }", "?s ?p ?o looks at every statement of the store"),
    ("everything", "SELECT ?s { ?s ?p ?o . ?o ?q ?r } LIMIT 3", "looks at every statement"),
    ("sort", "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 10", "although only 10 are wanted"),
    ("sort", "SELECT ?s { ?e x:actor ?a . ?s ?p ?o } ORDER BY ?s", "ORDER BY needs all rows before the first is given"),
    ("mixed", "SELECT ?s { ?s ?p ?o } ORDER BY DESC(?o)", "ORDER BY ?o sorts values of all kinds"),
    ("group", "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s", "GROUP BY reads all rows"),
    ("distinct", "SELECT DISTINCT ?s { ?s ?p ?o }", "DISTINCT keeps all rows in memory"),
    (
        "search",
        "SELECT ?s { ?s rdfs:label ?l FILTER REGEX(?l, 'a') }",
        "REGEX on ?l reads every value that ?s rdfs:label ?l finds",
    ),
    ("search", "SELECT ?s { ?s rdfs:label ?l BIND(LCASE(?l) AS ?m) FILTER(?s != 1 && CONTAINS(?m, 'a')) }", "CONTAINS on ?m"),
    ("minus", "SELECT ?s { ?s x:partOf x:mali MINUS { ?f rdfs:label ?l } }", "removes nothing"),
    ("exists", "SELECT ?s { ?s x:partOf x:mali FILTER EXISTS { ?f rdfs:label ?l } }", "the same for every row"),
    ("graph", "SELECT ?e { GRAPH ?g { ?e x:actor ?a } ?e rdfs:label ?l }", "GRAPH ?g is joined with patterns outside"),
    ("unlimited", "SELECT ?s { ?s ?p ?o }", "there is no LIMIT"),
    ("offset", "SELECT ?s { ?s x:partOf x:mali } LIMIT 10 OFFSET 50000", "OFFSET 50000 computes as many rows"),
    ("columns", "SELECT * { x:mali x:a ?a; x:b ?b; x:c ?c; x:d ?d; x:e ?e; x:f ?f; x:g ?g }", "all 7 variables"),
]


@pytest.mark.parametrize(("code", "query", "words"), SLOW)
def test_slow_shapes(code: str, query: str, words: str) -> None:
    findings = found(query)
    assert code in findings
    assert words in findings[code].sentence
    assert findings[code].hint


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?e { ?e x:actor ?a ; rdfs:label ?l } LIMIT 10",
        "SELECT ?e { VALUES ?a { x:mali x:niger } ?e x:actor ?a } LIMIT 10",
        "SELECT ?e { VALUES ?k { x:mali } ?e x:actor ?a BIND(?a AS ?b) ?b rdfs:label ?l }",
        "SELECT ?e { ?e x:actor x:mali } ORDER BY ?e",
        "SELECT (COUNT(*) AS ?n) { ?e x:actor x:mali }",
        "SELECT ?a { x:mali x:partOf* ?a }",
        "SELECT ?a { ?e x:actor ?a . ?a x:partOf* ?b . ?b rdfs:label 'Africa' }",
        "SELECT ?a { VALUES ?b { x:mali } ?a x:partOf+ ?b }",
        "SELECT ?p { x:mali ?p ?o } ORDER BY ?o",
        "SELECT ?p { ?s ?p ?o FILTER(?s = x:mali) }",
        "SELECT ?l { x:mali rdfs:label ?l FILTER REGEX(?l, 'a') }",
        "SELECT ?l { ?e x:actor ?a OPTIONAL { ?e rdfs:label ?l FILTER(CONTAINS(?l, 'a')) } } LIMIT 4",
        "ASK { ?s x:actor ?o }",
        "SELECT ?e { GRAPH ?g { ?e x:actor x:mali . ?e rdfs:label ?l } }",
        "SELECT ?e { ?e x:actor x:mali MINUS { ?e rdfs:label 'a' } FILTER NOT EXISTS { ?e x:partOf ?p } }",
        "SELECT ?a ?b { x:mali x:actor ?a . x:niger rdfs:label ?b }",
        "SELECT ?a ?b { ?e x:actor ?a ; x:partOf ?b OPTIONAL { ?a rdfs:label ?l . ?b rdfs:label ?m } } LIMIT 9",
        "SELECT ?e ?n { ?e x:actor x:mali { SELECT (COUNT(*) AS ?n) { ?x x:partOf ?y } } }",
    ],
)
def test_quick_shapes(query: str) -> None:
    assert found(query) == {}


def test_comparison_in_filter_does_not_connect() -> None:
    findings = found("SELECT ?e { ?e x:actor ?a . ?f x:partOf ?b FILTER(?a = ?b) }", LARGE)
    assert "instead of comparing" in findings["product"].hint


def test_severity_follows_the_counts() -> None:
    query = "SELECT ?e { ?e x:actor ?a . ?f rdfs:label ?l } ORDER BY ?e LIMIT 5"
    large, small = found(query, LARGE), found(query, SMALL)
    assert large["product"].severity == "severe"
    assert "about 1 million × 1 million = 1,001 billion rows" in large["product"].sentence
    assert large["sort"].severity == "severe"
    assert (small["product"].severity, small["product"].sentence[-22:]) == ("note", "about 20 × 20 = 400 rows"[-22:])
    assert "sort" not in small
    assert found("SELECT ?s { ?s ?p ?o }", SMALL)["everything"].severity == "note"
    assert found("SELECT ?s { ?s ?p ?o }", LARGE)["everything"].severity == "warning"


def test_sorting_a_million_rows_by_class() -> None:
    findings = found("SELECT ?e { ?e a x:Event ; rdfs:label ?l } ORDER BY ?l LIMIT 5", LARGE)
    assert findings["sort"].severity == "warning"
    assert "about 1 million rows" in findings["sort"].sentence
    assert "sort" not in found("SELECT ?e { ?e a x:Actor ; rdfs:label ?l } ORDER BY ?l LIMIT 5", LARGE)


def test_what_the_store_does_not_have() -> None:
    findings = found("SELECT ?e { ?e a x:Event ; x:actors ?a }", LARGE)
    assert findings["absent"] == Finding("absent", "warning", "no statement has the property x:actors", "Did you mean x:actor?")
    assert found("SELECT ?e { ?e a x:Evnt }", LARGE)["absent"].sentence == "nothing belongs to the class x:Evnt"
    assert found("SELECT ?e { ?e <http://other.example/q> ?a }", LARGE)["absent"].severity == "note"
    assert "absent" not in found("SELECT ?e { ?e x:actor|x:none ?a }", LARGE)
    assert "absent" in found("SELECT ?e { ?e x:actor/x:none ?a }", LARGE)
    assert "absent" not in found("SELECT ?e { ?e x:actors ?a }")


def test_worst_comes_first() -> None:
    explanation = explain_here(PREFIXES + "SELECT * { ?e x:actor ?a . ?f rdfs:label ?l . ?s ?p ?o } ORDER BY ?o", LARGE)
    assert [finding.severity for finding in explanation.findings] == sorted(
        (finding.severity for finding in explanation.findings), key=("severe", "warning", "note").index
    )
    assert explanation.findings[0].code == "product"


# --- estimates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?e { ?e x:actor ?a }", 1_000_000),
        ("SELECT ?e { ?e x:actor x:mali }", 1000),
        ("SELECT ?e { ?e x:actor ?a FILTER(?a = x:mali) }", 1000),
        ("SELECT ?e { ?e x:actor ?a FILTER(?a IN (x:mali, x:niger)) }", 2000),
        ("SELECT ?e { VALUES ?a { x:mali x:niger x:chad } ?e x:actor ?a }", 3000),
        ("SELECT ?e { ?e a x:Event ; x:actor x:mali ; rdfs:label ?l }", 997),
        ("SELECT ?a (COUNT(*) AS ?n) { ?e x:actor ?a } GROUP BY ?a", 1000),
        ("SELECT (COUNT(*) AS ?n) { ?e x:actor ?a }", 1),
        ("SELECT DISTINCT ?a { ?e x:actor ?a }", 1000),
        ("SELECT ?e { ?e x:actor ?a } LIMIT 20", 20),
        ("SELECT ?e { ?e x:actor ?a OPTIONAL { ?a x:partOf ?b } }", 1_000_000),
        ("SELECT ?e { { ?e x:actor ?a } UNION { ?e x:partOf ?a } }", 1_001_000),
        ("SELECT ?e { ?e x:actor/x:partOf ?b }", 1_000_000),
        ("ASK { ?e x:actor ?a }", 1),
        ("SELECT ?e { ?e x:none ?a }", 0),
        ("SELECT ?e { VALUES ?e {} ?e x:actor ?a }", 0),
    ],
)
def test_rows_are_estimated(query: str, rows: int) -> None:
    assert answer_relation(read_shape(PREFIXES + query), LARGE).rows == pytest.approx(rows, rel=0.01)


def test_estimates_of_patterns() -> None:
    explanation = explain_here(PREFIXES + "SELECT ?e { ?e a x:Event OPTIONAL { ?e x:actor [ rdfs:label 'Mali' ] } }", LARGE)
    assert {(estimate.pattern, estimate.rows) for estimate in explanation.estimates} == {
        ("?e a x:Event", 1_000_000),
        ("?e x:actor []", 1_000_000),
        ('[] rdfs:label "Mali"', 1),
    }
    assert (explanation.rows, explanation.generation, explanation.form) == (1_000_000, 7, "SELECT")


# --- reading ----------------------------------------------------------------------------------------------------------


def test_shape_of_a_query() -> None:
    shape = read_shape(
        PREFIXES
        + """SELECT ?a (COUNT(?e) AS ?n) WHERE {
            VALUES (?a ?k) { (x:mali UNDEF) } ?e x:actor/x:partOf* ?a ; ^x:partOf ?z .
            GRAPH ?g { ?e rdfs:label ?l } { SELECT DISTINCT ?e { ?e ?p ?o } LIMIT 3 }
        } GROUP BY ?a HAVING(COUNT(?e) > 1) ORDER BY DESC(?n) STR(?a) LIMIT 4 OFFSET 2"""
    )
    assert (shape.limit, shape.offset, shape.order, shape.order_by) == (4, 2, True, frozenset({"?n"}))
    assert (shape.keys, shape.aggregates, shape.one_row, shape.columns) == (frozenset({"?a"}), True, False, ("?a", "?n"))
    paths = [triple.predicate for triple in shape.group.triples if isinstance(triple.predicate, PropertyPath)]
    assert [path.text for path in paths] == ["<urn:x:actor>/<urn:x:partOf>*", "^<urn:x:partOf>"]
    assert [path.repeats for path in paths] == [True, False]
    assert [triple.graph for triple in shape.group.triples].count("?g") == 1


def test_prefixes_of_a_query() -> None:
    assert read_prefixes("PREFIX a: <urn:a> prefix : <urn:b> ASK { ?s a: 'PREFIX c: <urn:c>' } # PREFIX d: <urn:d>") == {
        "a": "urn:a",
        "": "urn:b",
    }


@pytest.mark.parametrize("query", ["SELECT", "ASK { ?s ?p }", "INSERT DATA {}", "ASK { nope:x ?p ?o }"])
def test_query_that_does_not_parse(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match="the query does not parse: "):
        explain(query)


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p ?o {| ?q ?r |} }",
        "SELECT * { ?s ?p ?o LATERAL { ?o ?q ?r } }",
        "ASK " + "{" * 500 + "}" * 500,
    ],
)
def test_query_that_only_the_engine_reads(query: str) -> None:
    (finding,) = explain(query).findings
    assert (finding.code, finding.severity) == ("unread", "note")


def test_time_and_memory_are_limited() -> None:
    start = time.monotonic()
    hostile = "ASK { FILTER(" + "(" * 60 + "1" + ")" * 60 + ") " + "{ ?s ?p ?o } UNION " * 2000 + "{} }"
    with pytest.raises(LimitExceeded, match=r"more than 1 s or 512 MiB to be explained"):
        explain(hostile, time_limit_s=1.0, memory_mb=512)
    assert time.monotonic() - start < 5


def test_nothing_is_fetched_or_evaluated(tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:a> <urn:b> 'secret' .")
    for query in (f"SELECT * FROM <{secret.as_uri()}> {{ ?s ?p ?o }}", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"):
        assert "secret" not in str(explain(query)).replace(str(secret), "")


# --- in one line ------------------------------------------------------------------------------------------------------


def test_one_line() -> None:
    assert in_words(Explanation("SELECT", ())) == "nothing striking"
    assert in_words(explain_here("SELECT ?a { ?a <urn:p> ?b . ?c <urn:q> ?d } ORDER BY ?a")) == (
        "?a <urn:p> ?b and ?c <urn:q> ?d share no variable: all rows are combined with all rows; "
        "ORDER BY needs all rows before the first is given: every row that is found"
    )
    hostile = f"SELECT * {{ ?s <urn:{'x' * 400}\u202e> ?o . ?x ?y 'a\\nb\\u001b[2J' ; ?z 3 }}"
    words = in_words(explain_here(hostile))
    assert len(words) == 300
    assert words.isprintable()


def test_causes_tell_nothing_of_the_query() -> None:
    causes = causes_in_words("SELECT * { ?secret <urn:secret> 'secret' . ?c <urn:q> ?d . ?e <urn:r> ?f } ORDER BY ?secret")
    assert causes == "parts that share no variable, so that all rows are combined with all rows; ORDER BY over very many rows"
    assert causes_in_words("ASK { <urn:a> ?p ?o }") == ""


@pytest.mark.parametrize("query", ["nonsense", "ASK { ?s ?p }", "ASK " + "(" * 5000])
def test_causes_of_what_cannot_be_explained(query: str) -> None:
    assert causes_in_words(query).startswith("it cannot be explained (")


def test_every_kind_of_finding_has_a_cause_and_a_line_in_the_page() -> None:
    page = (Path(__file__).parent.parent / "docs" / "explain.md").read_text(encoding="utf-8")
    assert {code for code, _, _ in SLOW} | {"absent", "unread"} == set(CAUSES)
    assert [code for code in CAUSES if f"`{code}`" not in page] == []


# --- our own queries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", load_queries())
def test_named_queries_have_no_striking_shape(name: str) -> None:
    text = load_queries()[name].text
    if name in ("describe", "properties"):  # without the thing that they need, they look at everything
        text = text.replace("VALUES ?iri { UNDEF }", "VALUES ?iri { <urn:x> }")
    findings = explain_here(text).findings
    assert [finding.sentence for finding in findings if finding.severity != "note"] == []


def test_competency_queries_have_no_product() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (folder("queries") / "competency").glob("*.rq")]
    assert texts
    codes = {finding.code for text in texts for finding in explain_here(text).findings}
    assert codes <= {"search", "unlimited", "columns"}


# --- statistics -------------------------------------------------------------------------------------------------------


def count(store: OxigraphStore, path: Path, asked: list[str]) -> Statistics | None:
    def select(query: str) -> object:
        asked.append(query)
        return store.select(query)

    return statistics_of(select, path)  # type: ignore[arg-type]


def test_statistics_are_counted_once_a_generation(tmp_path: Path) -> None:
    import pyoxigraph as ox

    def fill(store: OxigraphStore, number: int) -> None:
        graph, label = ox.NamedNode(f"{X}graph"), ox.NamedNode(LABEL)
        store.replace_graph(
            graph.value, [ox.Quad(ox.NamedNode(f"{X}{n}"), label, ox.Literal(n % 3), graph) for n in range(number)]
        )
        store.publish()

    asked: list[str] = []
    with OxigraphStore(tmp_path / "store") as store:
        with pytest.raises(NotFound):
            count(store, store.folder, asked)
        fill(store, 10)
        first = count(store, store.folder, asked)
        assert first == Statistics(1, {LABEL: Property(10, 10, 3)}, {}, 1)
        before = len(asked)
        assert count(store, store.folder, asked) == first
        assert len(asked) == before
        fill(store, 20)
        second = count(store, store.folder, asked)
        assert second is not None
        assert (second.generation, second.properties[LABEL].quads) == (2, 20)
        for broken in ("", "[]", "{}", '{"format": 1, "generation": 2, "properties": 3}', "\x00"):
            (store.folder / FILE).write_text(broken)
            assert count(store, store.folder, asked) == second


def test_store_that_cannot_be_counted_in_time(tmp_path: Path) -> None:
    def never(query: str) -> list[object]:
        raise StoreTimeout("too slow")

    assert statistics_of(never) is None  # type: ignore[arg-type]


def test_counts_without_different_values() -> None:
    import pyoxigraph as ox

    def select(query: str) -> list[dict[str, object]]:
        if "DISTINCT" in query:
            raise LimitExceeded("too much memory")
        if "?property" in query:
            return [{"property": ox.NamedNode(LABEL), "quads": ox.Literal(1000)}]
        return []

    statistics = statistics_of(select)  # type: ignore[arg-type]
    assert statistics is not None
    assert statistics.properties[LABEL] == Property(1000, 252, 252)


# --- command ----------------------------------------------------------------------------------------------------------


def test_command(filled_store: Path) -> None:
    ran = crisiskg("explain", "SELECT ?s { ?s ckg:hasActr ?a . ?x rdfs:label ?l }", "--store", filled_store, "--run")
    assert ran.code == 0
    assert "no statement has the property ckg:hasActr" in ran.out
    assert "Did you mean ckg:hasActor?" in ran.out
    assert "Estimated from the counts of generation 1" in ran.out
    assert "?s ckg:hasActr ?a\t0" in ran.out
    assert "\n0 rows in 0." in ran.out


def test_command_in_json(filled_store: Path, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text("CONSTRUCT WHERE { ?s a ckg:State }")
    ran = crisiskg("explain", file, "--store", filled_store, "--json", "--run")
    found = json.loads(ran.out)
    assert found["form"] == "CONSTRUCT"
    assert found["run"]["rows"] == found["rows"] > 100
    assert found["estimates"] == [{"pattern": "?s a ckg:State", "rows": found["rows"]}]
    assert json.loads(crisiskg("explain", "ASK {}", "--store", filled_store, "--json").out)["run"] is None


def test_command_on_a_query_that_is_ended(filled_store: Path) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    limit = ("--set", "query_time_limit_s=1")
    ran = crisiskg(*limit, "explain", endless, "--store", filled_store, "--run")
    assert ran.code == 6
    assert ran.out.startswith("severe: ?a ?b ?c and ?d ?e ?f and ?g ?h ?i share no variable")
    assert "took longer than 1 s" in ran.err
    ran = crisiskg(*limit, "explain", endless, "--store", filled_store, "--run", "--json")
    assert (ran.code, json.loads(ran.out)["run"]["error"]) == (6, "store_timeout")


def test_command_without_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = crisiskg("explain", "SELECT ?s { ?s ?p ?o } LIMIT 1")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "warning: ?s ?p ?o looks at every statement of the store")
    assert crisiskg("explain", "ASK {}", "--store", "none").code == 4
    assert crisiskg("explain", "ASK {}", "--run").code == 4
    assert crisiskg("explain", "ASK {}").out == "nothing striking\n"


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("ASK { ?s ?p }", 2, "the query does not parse"),
        ("", 2, "the query is empty"),
        ("missing.rq", 3, "cannot be read"),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", 2, "INSERT is not allowed"),
        ("ASK { " + "?s ?p ?o ." * 101 + "}", 2, "more than 100 triple patterns"),
    ],
)
def test_command_refuses(query: str, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = crisiskg("explain", query)
    assert ran.code == code
    assert words in ran.err
