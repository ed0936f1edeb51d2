"""Headers of named queries, and how values get into them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisiskg.errors import InvalidParameter, UnknownName
from crisiskg.namespaces import BASE, CKG, CKGC, CKGT, PREFIXES, RDFS, XSD
from crisiskg.queries import NamedQuery, Parameter, bind, find_query, load_queries, lookup, parse, read_value
from crisiskg.store import Row, rows
from crisiskg.vocabulary import vocabulary_quads

HEADER = "#+ summary: Test\n"


def never(query: str) -> list[Row]:
    raise AssertionError(f"asked the store: {query}")


def selecting(store: ox.Store) -> Callable[[str], list[Row]]:
    return lambda query: rows(store.query(query, use_default_graph_as_union=True))


@pytest.fixture(scope="module")
def names() -> Callable[[str], list[Row]]:
    """A store with the classes, and entities that share names."""
    store = ox.Store()
    store.extend(vocabulary_quads())
    turtle = f"""
      @prefix ckg: <{CKG}> . @prefix rdfs: <{PREFIXES["rdfs"]}> . @prefix skos: <{PREFIXES["skos"]}> .
      @base <{BASE}> .
      <entity/Q1> a ckg:State ; rdfs:label "Aland"@en ; skos:altLabel "the Island"@en ; ckg:acronym "ALD"@en .
      <entity/gn-1> a ckg:Place ; rdfs:label "Aland"@en .
      <entity/gn-2> a ckg:Place ; rdfs:label "Springfield"@en .
      <entity/gn-3> a ckg:Place ; rdfs:label "Springfield"@en .
      <entity/Q2> a ckg:ArmedGroup ; rdfs:label "Front"@en ; skos:altLabel "Movement"@en .
      <entity/Q3> a ckg:PoliticalParty ; rdfs:label "Movement"@en .
      <document/0a/entity/jane-1> a ckg:Person ; rdfs:label "Jane Roe"@en .
      <document/0b/entity/jane-2> a ckg:Person ; rdfs:label "Jane Roe"@en .
      <document/0a/entity/x-1> a ckg:Person ; rdfs:label "Mix"@en .
      <document/0b/entity/x-2> a ckg:Company ; rdfs:label "Mix"@en .
    """
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:g"))
    return selecting(store)


# --- headers ----------------------------------------------------------------------------------------------------------


def test_header_is_read() -> None:
    query = parse(
        "who-what",
        HEADER
        + '#+ description: One.\n#+ description: Two.\n#+ tags: a, b\n#+ limit: 7\n#+ parameter: actor entity required "Who"\n'
        + "#+ example: actor=Mali\nSELECT * WHERE { VALUES ?actor { UNDEF } ?actor ?p ?o } ORDER BY ?actor ?p ?o",
    )
    assert (query.summary, query.description, query.tags, query.limit, query.form) == (
        "Test",
        "One. Two.",
        ("a", "b"),
        7,
        "bindings",
    )
    assert query.parameters == (Parameter("actor", "entity", True, "Who"),)
    assert query.example == {"actor": "Mali"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * {}", "exactly one line"),
        (HEADER + HEADER + "SELECT * {}", "exactly one line"),
        ("#+ sumary: Test\nSELECT * {}", "unknown key 'sumary'"),
        ("#+ title: Test\nSELECT * {}", "unknown key 'title'"),
        (HEADER + "#+ parameters: x\nSELECT * {}", "unknown key 'parameters'"),
        (HEADER + '#+ parameter: x iri "X"\nSELECT * {}', "no cell VALUES"),
        (HEADER + '#+ parameter: x uri "X"\nSELECT * { VALUES ?x { UNDEF } }', "no kind 'uri'"),
        (HEADER + "#+ parameter: x iri\nSELECT * { VALUES ?x { UNDEF } }", "not of the form"),
        (HEADER + '#+ parameter: limit integer "X"\nSELECT * { VALUES ?limit { UNDEF } }', "cannot be called limit"),
        (HEADER + '#+ parameter: x iri "X"\n' * 2 + "SELECT * { VALUES ?x { UNDEF } }", "twice"),
        (HEADER + '#+ parameter: x text "X"\nSELECT * { VALUES ?x { UNDEF } VALUES ?x { "a" } }', "different defaults"),
        (HEADER + "#+ example: x=1\nSELECT * {}", "parameter=value"),
        (HEADER + "#+ limit: many\nSELECT * {}", "whole number"),
        (HEADER + "SELECT * { ?s ?p ?o # only with: x\n}", "only with 'x'"),
        (HEADER + '#+ parameter: x text "X"\nSELECT * { VALUES ?x { UNDEF } # only without: x, z\n}', "only without 'z'"),
        (HEADER + "# nothing", "no SELECT"),
    ],
)
def test_wrong_headers_are_errors(text: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        parse("test", text)


def test_misspelt_key_is_guessed() -> None:
    with pytest.raises(InvalidParameter) as caught:
        parse("test", "#+ sumary: Test\nSELECT * {}")
    assert caught.value.hint == "Did you mean summary?"


@pytest.mark.parametrize("name", ["Events", "two words", "a/b", "..", ""])
def test_wrong_names_are_errors(name: str) -> None:
    with pytest.raises(InvalidParameter, match="cannot name a query"):
        parse(name, HEADER + "SELECT * {}")


def test_unknown_query_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "events.rq").write_text(HEADER + "SELECT * {}")
    with pytest.raises(UnknownName, match="there are: events") as caught:
        find_query("evnts", tmp_path)
    assert caught.value.hint == "Did you mean events?"


# --- binding ----------------------------------------------------------------------------------------------------------

ONE = parse(
    "one",
    HEADER
    + '#+ limit: 10\n#+ parameter: x text "X"\n#+ parameter: y integer "Y"\n'
    + "SELECT ?x ?y WHERE {\n VALUES ?x { UNDEF }\n VALUES ?y { UNDEF }\n FILTER(?y > 3) # only with: y\n} ORDER BY ?x",
)


def test_unbound_parameters_leave_no_trace() -> None:
    text = bind(ONE, {}, never)
    assert "VALUES" not in text
    assert "FILTER" not in text
    assert text.endswith("LIMIT 10\nOFFSET 0\n")


def test_bound_parameters_are_terms() -> None:
    text = bind(ONE, {"x": 'a "b" \\ {}', "y": "12", "limit": "5", "offset": "3"}, never)
    assert 'VALUES ?x { "a \\"b\\" \\\\ {}" }' in text
    assert "FILTER(?y > 3)" in text
    assert text.endswith("LIMIT 5\nOFFSET 3\n")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_hostile_text_stays_one_literal(value: str) -> None:
    """Whatever somebody writes comes back as that text, in one row, and nothing else happens."""
    found = rows(ox.Store().query(bind(ONE, {"x": value}, never)))
    assert [row["x"] for row in found] == [ox.Literal(value.strip())]


def test_default_of_the_file_holds_until_given() -> None:
    query = parse(
        "facts",
        HEADER
        + '#+ parameter: factuality factuality "F"\n'
        + "SELECT ?factuality WHERE { VALUES ?factuality { <urn:a> <urn:b> } }",
    )
    assert query.parameters[0].default == "<urn:a> <urn:b>"
    assert "<urn:a> <urn:b>" in bind(query, {}, never)
    assert "VALUES" not in bind(query, {"factuality": "all"}, never)
    assert bind(query, {"factuality": "planned, feared"}, never).count("code/fact-") == 2


def test_every_cell_of_a_parameter_is_bound() -> None:
    query = parse("two", HEADER + '#+ parameter: x text "X"\nSELECT * { { VALUES ?x { UNDEF } } UNION { VALUES ?x {  UNDEF } } }')
    assert bind(query, {"x": "a"}, never).count('VALUES ?x { "a" }') == 2


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"z": "1"}, UnknownName, "no parameter 'z'; there are: x, y, limit, offset"),
        ({"y": "three"}, InvalidParameter, "whole number"),
        ({"y": "1e3"}, InvalidParameter, "whole number"),
        ({"y": "٣"}, InvalidParameter, "whole number"),
        ({"limit": "0"}, InvalidParameter, "from 1 to 10000"),
        ({"limit": "5; DROP ALL"}, InvalidParameter, "whole number"),
        ({"offset": "-1"}, InvalidParameter, "from 0"),
        ({"x": "a\x00b"}, InvalidParameter, r"U\+0000"),
        ({"x": "a\ud800b"}, InvalidParameter, r"U\+D800"),
        ({"x": "a" * 3000}, InvalidParameter, "2000 are allowed"),
    ],
)
def test_wrong_values_are_errors(values: dict[str, str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        bind(ONE, values, never)


def test_missing_required_parameter_is_named() -> None:
    query = parse("r", HEADER + '#+ parameter: x text required "What to find"\nSELECT * { VALUES ?x { UNDEF } }')
    with pytest.raises(InvalidParameter, match="needs x: What to find"):
        bind(query, {"x": "  "}, never)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("iri", "https://example.org/a", "<https://example.org/a>"),
        ("iri", "urn:x:y", "<urn:x:y>"),
        ("iri", "entity/Q912", f"<{BASE}entity/Q912>"),
        ("iri", "Q912", f"<{BASE}entity/Q912>"),
        ("iri", "ckgt:ASSAULT", "<https://w3id.org/crisiskg/event-type/ASSAULT>"),
        ("entity", "wd:Q912", f"<{BASE}entity/Q912>"),
        ("date", "2015-05-29", '"2015-05-29"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("integer", "-7", '"-7"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("language", "pt-BR", '"pt-br"'),
        ("text", "a b", '"a b"'),
    ],
)
def test_values_by_kind(kind: str, value: str, expected: str) -> None:
    assert [str(term) for term in read_value(Parameter("x", kind, False, "X"), value, never)] == [expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("iri", "no iri"),
        ("iri", "relative"),
        ("iri", "https://example.org/<>"),
        ("iri", "javascript:alert(1)"),
        ("date", "29 May 2015"),
        ("date", "2015-02-30"),
        ("date", "2015"),
        ("integer", "1.5"),
        ("language", "english language"),
        ("factuality", "true"),
    ],
)
def test_wrong_values_by_kind(kind: str, value: str) -> None:
    with pytest.raises(InvalidParameter, match=r"^x "):
        read_value(Parameter("x", kind, False, "X"), value, never)  # type: ignore[arg-type]


# --- names ------------------------------------------------------------------------------------------------------------


def found(names: Callable[[str], list[Row]], value: str, kind: str = "entity") -> list[str]:
    terms = read_value(Parameter("x", kind, False, "X"), value, names)  # type: ignore[arg-type]
    return [term.value.removeprefix(BASE) for term in terms]


@pytest.mark.parametrize("value", ["Aland", "aland", "ALAND", "ALD", "ald", "the island", "THE Island"])
def test_names_in_any_case(names: Callable[[str], list[Row]], value: str) -> None:
    assert found(names, value) == ["entity/Q1"]


def test_label_wins_over_other_names(names: Callable[[str], list[Row]]) -> None:
    assert found(names, "Movement") == ["entity/Q3"]


def test_person_of_several_documents(names: Callable[[str], list[Row]]) -> None:
    assert found(names, "jane roe") == ["document/0a/entity/jane-1", "document/0b/entity/jane-2"]


@pytest.mark.parametrize("value", ["Springfield", "Mix"])
def test_ambiguous_names_list_the_candidates(names: Callable[[str], list[Row]], value: str) -> None:
    with pytest.raises(InvalidParameter, match=r"several entities.*; ") as caught:
        found(names, value)
    assert caught.value.hint


def test_unknown_names(names: Callable[[str], list[Row]]) -> None:
    with pytest.raises(InvalidParameter, match="no entity is called 'Nowhere'"):
        found(names, "Nowhere")
    with pytest.raises(InvalidParameter, match="no place is called 'Front'"):
        found(names, "Front", "place")


def test_hostile_name_is_only_a_name(names: Callable[[str], list[Row]]) -> None:
    assert lookup('" ) } DROP ALL #', names) == []


def test_event_types_are_those_of_the_vocabulary(names: Callable[[str], list[Row]]) -> None:
    assert found(names, "assault", "event-type") == ["https://w3id.org/crisiskg/event-type/ASSAULT"]
    with pytest.raises(InvalidParameter, match=r"there are: .*ASSAULT"):
        found(names, "HUGGING", "event-type")


# --- the queries that are shipped -------------------------------------------------------------------------------------

QUERIES = list(load_queries().values())


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_shipped_query_runs_as_it_stands(query: NamedQuery) -> None:
    ox.Store().query(query.text)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_shipped_query_is_ordered_and_documented(query: NamedQuery) -> None:
    assert query.description
    assert query.tags
    if query.limit is not None:
        assert re.search(r"ORDER BY [^{}]*\Z", query.text), "a LIMIT without a total order gives pages that overlap"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_shipped_query_runs_with_all_parameters(query: NamedQuery, names: Callable[[str], list[Row]]) -> None:
    by_kind = {
        "iri": "entity/Q1",
        "entity": "Aland",
        "place": "Aland",
        "date": "2015-05-29",
        "integer": "3",
        "event-type": "ASSAULT",
        "factuality": "all",
        "text": "war",
        "language": "en",
    }
    values = {parameter.name: by_kind[parameter.kind] for parameter in query.parameters}
    ox.Store().query(bind(query, values, names))
    required = {parameter.name: by_kind[parameter.kind] for parameter in query.parameters if parameter.required}
    ox.Store().query(bind(query, required, names))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_shipped_query_tells_only_what_happened_unless_asked(query: NamedQuery) -> None:
    uses = "ckg:factuality ?factuality" in query.text
    parameter = next((parameter for parameter in query.parameters if parameter.kind == "factuality"), None)
    if uses:
        assert parameter is not None
        assert parameter.default == "ckgc:fact-happened, ckgc:fact-ongoing"


def test_a_sub_select_takes_as_many_as_the_page_needs() -> None:
    text = (
        "#+ summary: Things\n#+ limit: 10\nSELECT ?s ?o WHERE {\n"
        "  { SELECT ?s WHERE { ?s a <urn:T> } ORDER BY ?s LIMIT 10  # enough for the page\n  }\n  ?s <urn:p> ?o\n} ORDER BY ?s ?o"
    )
    store = ox.Store()
    thing, kind, value = (
        ox.NamedNode("urn:T"),
        ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ox.NamedNode("urn:p"),
    )
    for number in range(30):
        subject = ox.NamedNode(f"urn:s{number:02}")
        store.add(ox.Quad(subject, kind, thing))
        store.extend(ox.Quad(subject, value, ox.Literal(each)) for each in range(2))
    query = parse("things", text)
    whole = [tuple(row) for row in store.query(text.replace("LIMIT 10", "LIMIT 99"))]  # type: ignore[union-attr]
    for limit, offset in ((1, 0), (10, 0), (7, 11), (50, 20)):
        bound = bind(query, {"limit": str(limit), "offset": str(offset)}, lambda _: [])
        assert f"LIMIT {limit + offset}  # enough" in bound
        assert [tuple(row) for row in store.query(bound)] == whole[offset : offset + limit]  # type: ignore[union-attr]


def test_lines_stay_only_with_or_without_a_parameter() -> None:
    query = parse(
        "two",
        HEADER + '#+ parameter: x text "X"\n#+ parameter: y text "Y"\nSELECT * {\n VALUES ?x { UNDEF }\n VALUES ?y { UNDEF }\n'
        "?s <urn:either> ?o .  # only with: x, y\n?s <urn:y> ?o .  # only with: y\n?s <urn:none> ?o .  # only without: x, y\n}",
    )

    def predicates(**values: str) -> list[str]:
        return re.findall(r"urn:\w+", bind(query, values, never))

    assert predicates() == ["urn:none"]
    assert predicates(x="a") == ["urn:either"]
    assert predicates(y="a") == predicates(x="a", y="b") == ["urn:either", "urn:y"]


def events_store() -> ox.Store:
    """Forty events of two types: several on each day, some without first or last day, each told by one or two claims."""
    day = ox.NamedNode(XSD + "date")
    lines = []
    for number in range(40):
        event = f"<urn:e{number * 7 % 40:02}>"
        lines += [
            f"{event} <{CKG}eventType> <{CKGT}{('ASSAULT', 'CONSULT')[number % 2]}> .",
            f"{event} <{CKG}factuality> <{CKGC}fact-{('happened', 'happened', 'ongoing', 'denied')[number % 4]}> .",
        ]
        if number % 5:
            lines.append(f"{event} <{CKG}earliestBegin> {ox.Literal(f'2015-01-0{1 + number % 3}', datatype=day)} .")
        if number % 3:
            lines.append(f"{event} <{CKG}latestEnd> {ox.Literal(f'2015-01-0{4 + number % 3}', datatype=day)} .")
        for claim in range(1 + number % 2):
            name = f"<urn:c{number}-{claim}>"
            lines += [
                f"{name} <{CKG}isAbout> {event} .",
                f'{name} <{CKG}row> "row {number} {claim}" .',
                f"{name} <{CKG}inRelease> <urn:r> .",
            ]
    lines.append(f'<urn:r> <{RDFS}label> "A release" .')
    store = ox.Store()
    store.load("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


@pytest.mark.parametrize(
    ("values", "n_events"),
    [
        ({}, 30),
        ({"factuality": "all"}, 40),
        ({"type": "ASSAULT"}, 20),
        ({"from": "2015-01-05"}, 28),
        ({"until": "2015-01-01", "factuality": "all"}, 16),
        ({"from": "2020-01-01"}, 8),
    ],
)
def test_pages_of_events_are_the_whole_list_in_order(values: dict[str, str], n_events: int) -> None:
    store = events_store()

    def ask(**page: str) -> list[tuple[str, ...]]:
        text = bind(find_query("events"), {**values, **page}, lambda _: [{"t": ox.NamedNode(CKGT + "ASSAULT")}])
        return [tuple(str(value) for value in row) for row in store.query(text)]  # type: ignore[union-attr]

    whole = ask(limit="10000")
    assert len({row[0] for row in whole}) == n_events
    assert whole == sorted(whole, key=lambda row: (row[4].replace("None", ""), row[5].replace("None", ""), row[0], row[10]))
    assert [row for offset in range(0, len(whole) + 1, 7) for row in ask(limit="7", offset=str(offset))] == whole


def test_a_thing_with_a_label_in_each_graph_comes_once() -> None:
    lines = [
        f"<urn:tie> <{CKG}hasSubject> <urn:a> <urn:g1> .",
        f"<urn:tie> <{CKG}hasObject> <urn:b> <urn:g1> .",
        f"<urn:tie> <{CKG}relationType> <{CKGC}relation-partOf> <urn:g1> .",
        f"<urn:tie> <{CKG}factuality> <{CKGC}fact-happened> <urn:g1> .",
        f"<urn:claim> <{CKG}isAbout> <urn:tie> <urn:g1> .",
        f'<urn:claim> <{CKG}row> "a row" <urn:g1> .',
        f"<urn:claim> <{CKG}inRelease> <urn:r> <urn:g1> .",
        f'<urn:r> <{RDFS}label> "Release" <urn:g1> .',
        *(f'<urn:{thing}> <{RDFS}label> "{label}"@en <urn:{graph}> .' for thing, label, graph in (
            ("a", "Front", "g1"), ("a", "Popular Front", "g2"), ("b", "Union", "g1"), ("b", "Union", "g2"), ("b", "Z", "g2"),
        )),
    ]  # fmt: skip
    store = ox.Store()
    store.load("\n".join(lines).encode(), format=ox.RdfFormat.N_QUADS)
    text = bind(find_query("relationships"), {"entity": "urn:a"}, never)
    found = [(row["subjectLabel"].value, row["objectLabel"].value) for row in store.query(text, use_default_graph_as_union=True)]  # type: ignore[union-attr]
    assert found == [("Front", "Union")]
