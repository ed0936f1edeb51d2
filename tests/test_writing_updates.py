"""Updates as they are evaluated: against the engine's own, over the union of graphs, with the dataset of the protocol."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.store import graph_name
from crisiskg.workers.measure import Limits
from crisiskg.writing.change import Change
from crisiskg.writing.dataset import Dataset
from crisiskg.writing.operations import split
from crisiskg.writing.updates import update

LIMITS = Limits(max_bytes=100_000)


def filled() -> ox.Store:
    store = ox.Store()
    p, q = ox.NamedNode("urn:p"), ox.NamedNode("urn:q")
    s = [ox.NamedNode(f"urn:s{n}") for n in range(4)]
    a, b = ox.NamedNode("urn:a"), ox.NamedNode("urn:b")
    x, d = ox.BlankNode("x0"), ox.BlankNode("d0")
    for subject, predicate, value, graph in [
        (s[1], p, ox.Literal(1), None),
        (s[1], p, ox.Literal(2), None),
        (s[2], q, d, None),
        (d, q, ox.Literal("in the default graph"), None),
        (s[1], p, ox.Literal(1), a),
        (s[1], p, ox.Literal(3), a),
        (s[2], q, x, a),
        (x, q, ox.Literal("one", language="en"), a),
        (s[1], p, ox.Literal(1), b),
        (s[3], q, s[1], b),
    ]:
        store.add(ox.Quad(subject, predicate, value, graph or ox.DefaultGraph()))
    store.add_graph(ox.NamedNode("urn:empty"))
    return store


def copied(store: ox.Store) -> ox.Store:
    copy = ox.Store()
    copy.extend(store)
    for name in store.named_graphs():
        copy.add_graph(name)
    return copy


def applied(store: ox.Store, change: Change) -> ox.Store:
    result = copied(store)
    for edit in change.edits:
        name = ox.DefaultGraph() if edit.graph == "default" else ox.NamedNode(edit.graph)
        if edit.removed is None:
            result.remove_graph(name)
        for quad in ox.parse("\n".join(edit.removed or ()), format=ox.RdfFormat.N_QUADS):
            assert quad in result  # type: ignore[operator]
            result.remove(quad)  # type: ignore[arg-type]
        added = list(ox.parse("\n".join(edit.added), format=ox.RdfFormat.N_QUADS))
        assert not any(quad in result for quad in added)  # type: ignore[operator]
        result.extend(added)  # type: ignore[arg-type]
        if edit.graph != "default":
            if edit.exists:
                result.add_graph(name)
            else:
                result.remove_graph(name)
    return result


def run(text: str, store: ox.Store, **options: object) -> ox.Store:
    dataset = Dataset(store, lambda: copied(store))
    update(dataset, text, limits=LIMITS, **{"union_default_graph": False, **options})  # type: ignore[arg-type]
    return applied(store, dataset.change(check=False))


def content(store: ox.Store) -> tuple[set[str], bytes]:
    """Return the named graphs and the quads, in a form that does not depend on the ids of blank nodes."""
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(str(quad) for quad in dataset)
    return {graph_name(name) for name in store.named_graphs()}, "\n".join(lines).encode()


def the_same(text: str, store: ox.Store, **options: object) -> None:
    expected = copied(store)
    expected.update(text, base_iri="http://x/")
    assert content(run(text, store, base_iri="http://x/", **options)) == content(expected), text


UPDATES = [
    "INSERT DATA { <s> <p> 5 . GRAPH <urn:new> { <s> <p> _:b , _:c . _:b <p> 'x' } }",
    "DELETE DATA { <urn:s1> <urn:p> 1 . GRAPH <urn:a> { <urn:s1> <urn:p> 3 } GRAPH <urn:none> { <a> <b> <c> } }",
    "DELETE WHERE { GRAPH ?g { ?s <urn:p> ?o } }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 'new' ; <urn:seen> [] } WHERE { ?s ?p ?o FILTER(isNumeric(?o)) }",
    "WITH <urn:a> DELETE { ?s ?p ?o } INSERT { ?o ?p ?s . GRAPH <urn:b> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "WITH <urn:a> INSERT { ?s <urn:n> ?o } WHERE { ?s ?p 1 . GRAPH <urn:b> { ?x ?p ?o } }",
    "INSERT { GRAPH ?g { ?s ?p ?o } } USING <urn:a> USING NAMED <urn:b> "
    "WHERE { { ?s ?p ?o BIND(<urn:c> AS ?g) } UNION { GRAPH ?g { ?s ?p ?o } } }",
    "WITH <urn:b> DELETE { ?s ?p ?o } USING <urn:a> WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?g <urn:size> ?n } WHERE { SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p ?unbound . ?o ?p ?s } WHERE { ?s ?p ?o }",
    "INSERT { <urn:x> ?o 1 } WHERE { ?s ?p ?o }",
    "INSERT { _:new <urn:of> ?s } WHERE { ?s ?p ?o }",
    "INSERT { ?s <urn:list> ( ?o 'end' ) } WHERE { ?s <urn:p> ?o }",
    "INSERT { <urn:always> <urn:is> 1 } WHERE { }",
    "INSERT { <urn:never> <urn:is> 1 } WHERE { <urn:none> ?p ?o }",
    "CLEAR DEFAULT",
    "CLEAR NAMED",
    "CLEAR ALL",
    "CLEAR GRAPH <urn:a> ; INSERT DATA { GRAPH <urn:a> { <urn:s1> <urn:p> 3 , 4 } }",
    "DROP DEFAULT",
    "DROP NAMED",
    "DROP ALL ; INSERT DATA { <urn:s1> <urn:p> 1 , 9 }",
    "DROP GRAPH <urn:a>",
    "DROP SILENT GRAPH <urn:none>",
    "CLEAR SILENT GRAPH <urn:none>",
    "CREATE GRAPH <urn:c> ; CREATE SILENT GRAPH <urn:a>",
    "COPY <urn:a> TO <urn:b>",
    "COPY DEFAULT TO <urn:b>",
    "COPY GRAPH <urn:a> TO DEFAULT",
    "COPY <urn:a> TO <urn:a>",
    "COPY <urn:empty> TO <urn:a>",
    "MOVE <urn:a> TO <urn:c>",
    "MOVE <urn:a> TO <urn:a>",
    "MOVE DEFAULT TO <urn:b>",
    "ADD <urn:a> TO <urn:b>",
    "ADD <urn:b> TO DEFAULT",
    "INSERT DATA { <a> <b> <c> } ; DELETE { <a> <b> ?o } INSERT { <a> <b> 'changed' } WHERE { <a> <b> ?o }",
    "DROP GRAPH <urn:a> ; INSERT { GRAPH <urn:c> { ?g <urn:has> ?s } } WHERE { GRAPH ?g { ?s ?p ?o } } ; CLEAR GRAPH <urn:b> ; "
    "INSERT { ?s <urn:left> ?o } WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ; "
    "CREATE GRAPH <urn:d> ; MOVE <urn:c> TO <urn:d>",
    "DELETE DATA { <urn:s1> <urn:p> 1 } ; INSERT DATA { <urn:s1> <urn:p> 1 }",
    "INSERT DATA { <urn:s1> <urn:p> 77 } ; DELETE DATA { <urn:s1> <urn:p> 77 }",
    'INSERT DATA { <a> <b> \'}\' , """{ ; # no comment """ } # ; DROP ALL\n;',
    "INSERT DATA { <a> <b> <<( <a> <b> _:t )>> , 'dir'@ar--rtl }",
    "PREFIX x: <urn:> BASE <http://y/> INSERT DATA { x:s1 <p> x:a\\-b }",
    "insert data { <a> <b> 01 } ; delete { ?s ?p ?o } where { ?s ?p ?o filter(?o = 1) }",
    "",
    "PREFIX x: <urn:>",
]


@pytest.mark.parametrize("text", UPDATES)
def test_outcome_is_that_of_the_engine(text: str) -> None:
    the_same(text, filled())


def test_outcome_of_sequences_by_chance_is_that_of_the_engine() -> None:
    """Two hundred requests of several operations; the seed is fixed, so that a failure can be repeated."""
    chance = random.Random(20_817)
    single = [text.rstrip(";") for text in UPDATES if text and "PREFIX" not in text and "_:" not in text and "#" not in text]
    for _ in range(200):
        parts = [chance.choice(single) for _ in range(chance.randint(2, 4))]
        text = " ;\n".join(parts)
        try:
            expected = copied(filled())
            expected.update(text, base_iri="http://x/")
        except RuntimeError:  # the engine finds a graph there or not there
            with pytest.raises((errors.InvalidParameter, errors.NotFound)):
                run(text, filled(), base_iri="http://x/")
            continue
        if any(part.startswith(("COPY", "ADD")) for part in parts[1:]):
            continue  # the engine takes a source that is not there for an empty one
        the_same(text, filled())


def test_prologue_may_stand_before_every_operation() -> None:
    text = "PREFIX x: <urn:> INSERT DATA { x:n x:p 1 } ; PREFIX y: <urn:> DELETE { ?s y:p ?o } WHERE { ?s x:p ?o FILTER(?o = 1) }"
    found = run(text, filled())
    assert not list(found.quads_for_pattern(None, None, ox.Literal(1), ox.DefaultGraph()))


# --- what a WHERE looks at ----------------------------------------------------------------------------------------------


def subjects(store: ox.Store, predicate: str, graph: str | None = None) -> Iterator[str]:
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None, name):
        yield quad.subject.value  # type: ignore[union-attr]


COUNTED = "INSERT { <urn:c> <urn:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"


def counted(store: ox.Store) -> int:
    (quad,) = store.quads_for_pattern(ox.NamedNode("urn:c"), ox.NamedNode("urn:n"), None, None)
    return int(quad.object.value)  # type: ignore[union-attr]


def test_where_looks_at_the_union_where_the_setting_says_so() -> None:
    assert counted(run(COUNTED, filled(), union_default_graph=True)) == 10
    assert counted(run(COUNTED, filled(), union_default_graph=False)) == 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WITH <urn:a> " + COUNTED, 4),
        (COUNTED.replace("WHERE", "USING <urn:b> WHERE", 1), 2),
        (COUNTED.replace("WHERE", "USING NAMED <urn:b> WHERE", 1), 0),
    ],
)
def test_graphs_that_the_text_names_win_over_the_union(text: str, expected: int) -> None:
    assert counted(run(text, filled(), union_default_graph=True)) == expected


def test_templates_write_to_the_default_graph_also_with_the_union() -> None:
    found = run("DELETE { ?s <urn:p> ?o } INSERT { ?s <urn:r> ?o } WHERE { ?s <urn:p> ?o }", filled(), union_default_graph=True)
    assert sorted(subjects(found, "urn:p", "urn:a")) == ["urn:s1", "urn:s1"]
    assert list(subjects(found, "urn:p")) == []
    assert len(list(subjects(found, "urn:r"))) == 3  # 1, 2 and 3


def test_dataset_of_the_protocol_holds_for_every_operation() -> None:
    text = COUNTED + " ; INSERT { <urn:c> <urn:m> ?n } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } }"
    found = run(text, filled(), using_graphs=("urn:a",), using_named_graphs=("urn:b",))
    assert counted(found) == 4
    (quad,) = found.quads_for_pattern(None, ox.NamedNode("urn:m"), None, None)
    assert quad.object == ox.Literal(2)


@pytest.mark.parametrize("clause", ["USING <urn:a>", "USING NAMED <urn:a>"])
def test_dataset_in_text_and_protocol_is_a_conflict(clause: str) -> None:
    with pytest.raises(errors.InvalidParameter, match="USING or WITH"):
        run(COUNTED.replace("WHERE", f"{clause} WHERE", 1), filled(), using_graphs=("urn:b",))
    with pytest.raises(errors.InvalidParameter, match="USING or WITH"):
        run("WITH <urn:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", filled(), using_named_graphs=("urn:b",))


def test_using_that_is_no_iri_is_told() -> None:
    with pytest.raises(errors.InvalidParameter, match="using-graph-uri is 'no iri'"):
        run(COUNTED, filled(), using_graphs=("no iri",))


# --- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("INSERT DATA { <urn:a> <urn:b> }", errors.QuerySyntaxError, "does not parse"),
        ("SELECT * { ?s ?p ?o }", errors.QuerySyntaxError, "no update"),
        ("INSERT DATA { <a> <b> <c> }", errors.QuerySyntaxError, "does not parse"),
        ("INSERT DATA { ?s <urn:b> 1 }", errors.QuerySyntaxError, "does not parse"),
        ("DELETE DATA { _:b <urn:b> 1 }", errors.QuerySyntaxError, "does not parse"),
        ("DELETE { _:b <urn:b> 1 } WHERE { ?s ?p ?o }", errors.QuerySyntaxError, "does not parse"),
        ("INSERT DATA { _:b <urn:b> 1 } ; INSERT DATA { _:b <urn:b> 2 }", errors.QuerySyntaxError, "_:b"),
        ("INSERT DATA { <urn:a> <urn:b> 1 } DROP ALL", errors.QuerySyntaxError, "DROP"),
        ("INSERT DATA { <urn:a> <urn:b> 1", errors.QuerySyntaxError, "too early"),
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", errors.QuerySyntaxError, "LIMIT"),
        ("LOAD <http://127.0.0.1/x>", errors.FederationRefused, "LOAD"),
        ("LOADx:a", errors.FederationRefused, "LOAD"),
        ("LOAD <http://127.0.0.1/x> INTO", errors.QuerySyntaxError, "too early"),
        ("LOAD SILENT <http://127.0.0.1/x> ; LOAD <http://127.0.0.1/x>", errors.FederationRefused, "LOAD"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/x> { ?s ?p ?o } }", errors.FederationRefused, "SERVICE"),
        ("INSERT { ?s ?p 1 } WHERE { FILTER EXISTS { SERVICE SILENT ?e { ?s ?p ?o } } }", errors.FederationRefused, "SERVICE"),
        ("DROP GRAPH <urn:none>", errors.NotFound, "no graph urn:none"),
        ("CLEAR GRAPH <urn:none>", errors.NotFound, "no graph urn:none"),
        ("CREATE GRAPH <urn:a>", errors.InvalidParameter, "exists already"),
        ("COPY <urn:none> TO <urn:a>", errors.NotFound, "no graph urn:none"),
        ("MOVE <urn:none> TO <urn:a>", errors.NotFound, "no graph urn:none"),
        ("ADD <urn:none> TO <urn:a>", errors.NotFound, "no graph urn:none"),
        (
            "INSERT DATA { <urn:a> <urn:b> " + "<<( <urn:a> <urn:b> " * 80 + "1" + ")>>" * 80 + " }",
            errors.LimitExceeded,
            "nested",
        ),
        ("INSERT DATA { <urn:a> <urn:b> '" + "x" * 100_001 + "' }", errors.LimitExceeded, "bytes"),
    ],
)
def test_refused(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        run(text, filled())


def test_silent_leaves_the_target_as_it_was() -> None:
    assert content(run("COPY SILENT <urn:none> TO <urn:a>", filled())) == content(filled())


def test_place_of_a_syntax_error_is_that_of_the_text() -> None:
    with pytest.raises(errors.QuerySyntaxError, match="line 3, column 25"):
        run("PREFIX x: <urn:>\nINSERT DATA { x:a x:b 1 } ;\n  INSERT DATA { x:a x:b }", filled())


def test_words_in_strings_iris_and_comments_are_no_operations() -> None:
    text = "INSERT DATA { <urn:a> <urn:SERVICE> 'LOAD <x> ; DROP ALL' } # LOAD <x>"
    operations, _ = split(text, LIMITS)
    assert [operation.kind for operation in operations] == ["INSERT DATA"]
    assert len(run(text, filled())) == 11


def test_blank_node_names_no_graph() -> None:
    found = run("INSERT { GRAPH ?o { <urn:x> <urn:y> 1 } } WHERE { ?s ?p ?o }", filled())
    assert {graph_name(name) for name in found.named_graphs()} == {"urn:a", "urn:b", "urn:empty"}
    found = run("INSERT { GRAPH ?o { <urn:x> <urn:y> 1 } } WHERE { GRAPH <urn:b> { ?s ?p ?o } }", filled())
    assert {graph_name(name) for name in found.named_graphs()} == {"urn:a", "urn:b", "urn:empty", "urn:s1"}


def test_solutions_beyond_one_batch_are_all_used() -> None:
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(n)) for n in range(5_001))
    found = run("DELETE { ?s ?p ?o } INSERT { GRAPH <urn:g> { ?s ?p ?o ; <urn:x> [] } } WHERE { ?s ?p ?o }", store)
    assert len(list(found.quads_for_pattern(None, None, None, ox.NamedNode("urn:g")))) == 10_002
    assert not list(found.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def test_literals_of_every_kind_pass_through_a_template() -> None:
    values = ['quote " and \\ and \n', "é 😀 \u202e", "\x7f\u0085\u2028", "} ; DROP ALL #", "'''", ""]
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(value)) for value in values)
    found = run("DELETE { ?s ?p ?o } INSERT { GRAPH <urn:g> { ?s ?p ?o } } WHERE { ?s ?p ?o }", store)
    assert {quad.object.value for quad in found} == set(values)  # type: ignore[union-attr]
