"""What is seen in the text of queries and updates without parsing it: size, SERVICE in every disguise, graphs that may change."""

from __future__ import annotations

import contextlib
import random
import time

import pyoxigraph as ox
import pytest

from crisiskg.errors import CrisiskgError, FederationRefused, LimitExceeded, QueryRefused, QuerySyntaxError
from crisiskg.resources import folder
from crisiskg.settings import load_settings
from crisiskg.workers.scan import Limits, UpdateScan, scan_query, scan_update

XSD = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
ANY = Limits(10_000_000, 64, 1_000_000, 1_000_000)


def pieces(text: str) -> list[str]:
    return text.split()


def patterns(query: str) -> int:
    return scan_query(query, ANY).patterns


# --- size -------------------------------------------------------------------------------------------------------------


def test_limits_of_settings() -> None:
    settings = load_settings(max_query_bytes=7, max_update_bytes=8, max_query_depth=9, max_query_patterns=10, max_path_steps=11)
    assert Limits.of(settings) == Limits(7, 9, 10, 11)
    assert Limits.of_updates(settings) == Limits(8, 9, 10, 11)


def test_length_counts_in_bytes() -> None:
    scan_query("ASK {} #äää", Limits(max_bytes=14))
    with pytest.raises(LimitExceeded, match="query has 14 bytes; 13 are allowed") as caught:
        scan_query("ASK {} #äää", Limits(max_bytes=13))
    assert caught.value.hint == "The setting is max_query_bytes."
    with pytest.raises(LimitExceeded, match="update has 12 bytes; 9 are allowed") as caught:
        scan_update("CLEAR ALL # ", Limits(max_bytes=9))
    assert caught.value.hint == "The setting is max_update_bytes."


@pytest.mark.parametrize("scan", [scan_query, scan_update])
@pytest.mark.parametrize("text", ["ASK { ?s ?p '\ud800' }", "INSERT DATA { <urn:a> <urn:b> '\udfff' }"])
def test_half_a_character_is_named(scan: object, text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"at position \d+ half of a surrogate pair"):
        scan(text, ANY)  # type: ignore[operator]


@pytest.mark.parametrize(("opening", "closing"), [("{", "}"), ("(", ")"), ("[", "]")])
def test_depth(opening: str, closing: str) -> None:
    def nested(depth: int) -> str:
        return "SELECT * " + opening * depth + closing * depth

    assert scan_query(nested(64), ANY).depth == 64
    with pytest.raises(LimitExceeded, match="nested more than 64 brackets"):
        scan_query(nested(65), ANY)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("ASK {}", 0),
        ("ASK { ?s ?p ?o }", 1),
        ("ASK { ?s ?p ?o . }", 1),
        ("ASK { ?s ?p 1, 2, 3 ; ?q 4 ; . ?a ?b ?c }", 5),
        ("ASK { ?s a [ ?p ?o ; ?q ?r ] }", 3),
        ("ASK { [ ?p ?o ] . [] ?p [] }", 2),
        ("ASK { ?s ?p (1 2 3) . (4) ?q 5 }", 2 + 6 + 2),
        ("ASK { ?s <urn:a>|^<urn:b>|!(<urn:c>|<urn:d>) ?o }", 1),
        ("ASK { ?s <urn:a>/(<urn:b>/<urn:c>)* ?o }", 3),
        ('ASK { ?s ?p "1"^^<urn:t>, "x"@en, -5, .5 }', 4),
        (XSD + "ASK { ?s ?p ?o FILTER(?o > 3 && STR(?s) = 'a.b;c,d') FILTER xsd:boolean(?o) ?a ?b ?c }", 2),
        ("ASK { VALUES ?x { 1 2 3 } VALUES (?a ?b) { (1 2) (3 UNDEF) } ?s ?p ?x BIND(1 + 2 AS ?y) }", 1),
        ("SELECT (COUNT(?s) AS ?n) ?p { ?s ?p ?o } GROUP BY ?p HAVING(COUNT(*) > 1) ORDER BY ?n ?p LIMIT 3", 1),
        ("ASK { { SELECT ?s (1 AS ?x) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s LIMIT 4 } UNION { ?a ?b ?c } }", 2),
        ("ASK { GRAPH ?g { ?s ?p ?o } OPTIONAL { ?s ?q ?r } MINUS { ?s ?t ?u } FILTER NOT EXISTS { ?s ?v ?w } }", 4),
        ("CONSTRUCT { ?s ?p ?o . ?o ?p ?s } WHERE { ?s ?p ?o }", 1),
        ("CONSTRUCT WHERE { ?s ?p ?o . ?o ?p ?s }", 2),
        ("DESCRIBE <urn:a> <urn:b>", 0),
        ("ASK { ?s ?p ?o {| ?q 1 ; ?r 2 |} }", 3),
        ("ASK { << ?s ?p ?o >> ?q ?r }", 2),
        ("PREFIX x: <urn:> ASK { ?s ?p x:b.c.x:s ?p 1e0.x:s ?p 2 }", 3),
    ],
)
def test_triple_patterns_are_counted(query: str, number: int) -> None:
    ox.Store().query(query)
    assert patterns(query) == number


def test_our_own_queries_stay_far_below_the_limits() -> None:
    queries = sorted((folder("queries")).rglob("*.rq"))
    assert len(queries) > 20
    assert max(patterns(path.read_text(encoding="utf-8")) for path in queries) < 50


@pytest.mark.parametrize(
    "bomb",
    [
        " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(101)),
        "?s ?p ?o OPTIONAL { ?o ?p ?s } " * 51,
        "?s ?p " + ", ".join(f"?o{n}" for n in range(101)),
        "?s ?p ( " + "1 " * 51 + ")",
        "?s ?p 1 " + "; ?p [ ?p 1 ] " * 51,
        "?s a([])." * 51,
        "?s a?o.?s?p true." * 51,
        "?s " + "/".join(["a"] * 30) + " ?o . ?o " + "/".join(["a"] * 40) + " ?o . ?s " + "/".join(["a"] * 40) + " ?o",
    ],
)
def test_too_many_patterns(bomb: str) -> None:
    with pytest.raises(LimitExceeded, match="more than 100 triple patterns") as caught:
        scan_query("ASK {" + bomb + "}", Limits())
    assert caught.value.hint == "The setting is max_query_patterns."


@pytest.mark.parametrize("operator", ["/", "|", "/^", "|^"])
@pytest.mark.parametrize("brackets", ["%s", "(%s)*", "!x:a/(%s)?"])
def test_too_long_a_path(operator: str, brackets: str) -> None:
    def query(steps: int) -> str:
        return "ASK { ?s " + brackets % operator.join(f"<urn:p{n}>" for n in range(steps)) + " ?o . ?s <urn:a>/<urn:b> ?c }"

    assert scan_query(query(20), Limits())
    with pytest.raises(LimitExceeded, match="path of more than 50 steps"):
        scan_query(query(51), Limits())


def test_division_and_or_are_no_steps() -> None:
    divided = "/".join("?o" for _ in range(200))
    either = "||".join("?o" for _ in range(200))
    assert scan_query(f"ASK {{ ?s ?p ?o FILTER({divided} > 1) FILTER({either}) }}", Limits()).patterns == 1


@pytest.mark.parametrize(
    "hostile",
    pieces(
        r"""" ' "\ \" '''a < <a <\u <\u0041 \ a. a- x:a. x:%20 : _: _:a. ? @a- 1. 1e {| ^ # << a:b.c. '' "" ` · . ( [ { } * 0 <?a
        |} <a#> '"' x:\' ?a<?b#> ;a, [a ^x:p/ é"""
    ),
)
def test_time_grows_no_faster_than_the_text(hostile: str) -> None:
    for text in (hostile * (65_000 // len(hostile)), "ASK { ?s ?p " + hostile * (65_000 // len(hostile))):
        for scan in (scan_query, scan_update):
            start = time.process_time()
            with contextlib.suppress(CrisiskgError):
                scan(text, Limits(200_000, 1_000_000, 1_000_000, 1_000_000))
            assert time.process_time() - start < 1.5


# --- what a query says of itself --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("select * {}", "SELECT"),
        ("PREFIX ask: <urn:construct> # DESCRIBE\nASK {}", "ASK"),
        ("CONSTRUCT {} WHERE { { SELECT * {} } }", "CONSTRUCT"),
        ("BASE <http://ask/> DESCRIBE <select>", "DESCRIBE"),
    ],
)
def test_form(query: str, form: str) -> None:
    assert scan_query(query, ANY).form == form


@pytest.mark.parametrize("query", ["", "# ASK {}", "WHERE { { SELECT * {} } }", "?ask", "'ASK {}'"])
def test_text_without_form(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match="no SELECT, ASK, CONSTRUCT or DESCRIBE"):
        scan_query(query, ANY)


@pytest.mark.parametrize("text", ["ASK { ?s ?p 'a }", 'ASK { ?s ?p """a" }', "ASK { ?s ?p 'a\n' }"])
def test_string_that_does_not_end(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"string that begins at position 12 .* does not end"):
        scan_query(text, ANY)


@pytest.mark.parametrize("call", ["NOW()", "rand()", "UUID()", "STRUUID()", "BNODE()", "(1+NOW ( ))"])
def test_volatile_queries(call: str) -> None:
    assert scan_query(f"SELECT ({call} AS ?x) {{}}", ANY).volatile


def test_words_elsewhere_are_not_volatile() -> None:
    assert not scan_query("SELECT ?now { ?now <urn:NOW> 'NOW()' } # RAND()", ANY).volatile


def test_dataset() -> None:
    assert scan_query("SELECT * FROM <urn:a> { ?s ?p ?o }", ANY).names_dataset
    assert scan_query("SELECT * FROMNAMED<urn:a> { ?s ?p ?o }", ANY).names_dataset
    assert not scan_query("SELECT ?from { ?from <urn:FROM> 'FROM' }", ANY).names_dataset


# --- SERVICE ----------------------------------------------------------------------------------------------------------

REMOTE = "<http://127.0.0.1:9/>"
DISGUISES = [
    f"SELECT * {{ SERVICE {REMOTE} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ sErViCe silent {REMOTE} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICESILENT{REMOTE} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE#comment\n{REMOTE} {{ ?s ?p ?o }} }}",
    "SELECT * { SERVICE <http://2130706433/> { ?s ?p ?o } }",
    "SELECT * { SERVICE <http://127.0.0.\\u0031/> { ?s ?p ?o } }",
    "BASE <http://127.0.0.1/> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    f"PREFIX x: {REMOTE} SELECT * {{ SERVICE x:y {{ ?s ?p ?o }} }}",
    f"PREFIX : {REMOTE} SELECT * {{ SERVICE:y {{ ?s ?p ?o }} }}",
    f"PREFIX : {REMOTE} PREFIX service: <urn:x:> SELECT * {{ service:y#c\n {{ ?s ?p ?o }} }}",
    f"PREFIX x: {REMOTE} SELECT * {{ SERVICESILENTx:y {{ ?s ?p ?o }} }}",
    f"PREFIX x: {REMOTE} SELECT * {{ ?s ?p trueSERVICE x:y {{ ?s ?p ?o }} }}",
    f"PREFIX : {REMOTE} SELECT * {{ ?s ?p true.SERVICE:y {{ ?s ?p ?o }} }}",
    f"PREFIX x: {REMOTE} SELECT * {{ ?s ?p 1e0SERVICE x:y {{ ?s ?p ?o }} }}",
    f"PREFIX x: {REMOTE} SELECT * {{ ?s ?p x:b.c.SERVICE x:y {{ ?s ?p ?o }} }}",
    f"PREFIX x: {REMOTE} SELECT * {{ ?s ?p ?v FILTER(?v<?v)SERVICE x:y#>\n{{ ?s ?p ?o }} }}",
    f'PREFIX x: {REMOTE} SELECT * {{ ?s ?p ?v FILTER(?v<3#>"""\n) SERVICE x:y {{ ?s ?p ?o }} }} #"""',
    f"PREFIX x: {REMOTE} SELECT * {{ ?s ?p <<( ?s#>'''\n ?p ?o )>> . SERVICE x:y {{ ?s ?p ?o }} }} #'''",
    f"PREFIX x: {REMOTE} SELECT * {{ << ?s ?p ?o >> ?q <<?s#>'''\n ?p ?o >> . SERVICE x:y {{ ?s ?p ?o }} }} #'''",
    f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {REMOTE} {{ ?a ?b ?c }} }} }}",
    f"SELECT * {{ {{ SELECT * {{ SERVICE {REMOTE} {{ ?a ?b ?c }} }} }} }}",
    f"SELECT * {{ VALUES ?e {{ {REMOTE} }} SERVICE ?e {{ ?s ?p ?o }} }}",
    f"SELECT * {{ VALUES ?e {{ {REMOTE} }}SERVICE?e{{ ?s ?p ?o }} }}",
]


@pytest.mark.parametrize("query", DISGUISES)
def test_no_disguise_of_service_passes(query: str) -> None:
    with pytest.raises((FederationRefused, QuerySyntaxError)):
        scan_query(query, ANY)
    update = query.replace("SELECT *", "INSERT {} WHERE", 1)
    with pytest.raises((FederationRefused, QuerySyntaxError)):
        scan_update(update, ANY)


def test_service_where_it_is_allowed() -> None:
    scan = scan_query(DISGUISES[0], ANY, service=True)
    assert (scan.service, scan.volatile) == (True, True)
    assert not scan_query("ASK { ?s ?p ?o }", ANY, service=True).service


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service <http://example.org/service> 'SERVICE <http://x> {' } # SERVICE <http://x> {",
        "PREFIX service: <urn:s:> SELECT * { GRAPH service:g { service:a service:b service:c.service } }",
        "PREFIX service: <urn:s:> ASK FROM service:g { ?s service:p/service:q _:service }",
        'ASK { ?s ?p """SERVICE \\""" <x> { """, "a\\u0022 SERVICE <x>", "x"@en-service }',
        "ASK { ?s ?p ?o FILTER(?o < 3 && ?o> 2) FILTER(?s<?o) VALUES (?a ?b) { (<urn:a#b> <urn:c#d(e)>) } }",
        "ASK { ?s <urn:p#q> (<http://h/#a> <http://h/#'b'>) }",
    ],
)
def test_service_in_other_places_is_fine(query: str) -> None:
    ox.Store().query(query)
    assert not scan_query(query, ANY).service


def test_engine_that_replaces_escapes_first() -> None:
    for query in (
        "SELECT * { \\u0053ERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 'a\\u0027 . SERVICE <http://x/> { ?s ?p ?o } #' }",
        "SELECT * { \\U00000053ERVICE <http://x/> { ?s ?p ?o } }",
    ):
        with pytest.raises(FederationRefused):
            scan_query(query, ANY, unescape=True)
    with pytest.raises(SyntaxError):
        ox.Store().query("SELECT * { \\u0053ERVICE <http://x/> { ?s ?p ?o } }")
    assert scan_query("ASK { ?s ?p 'caf\\u00e9', '\\uD800' }", ANY, unescape=True).patterns == 2


@pytest.mark.parametrize("word", ["INSERT DATA { }", "delete where { }", "CLEAR ALL", "DROP ALL", "CREATE GRAPH <urn:x>"])
def test_updates_are_no_queries(word: str) -> None:
    with pytest.raises(QueryRefused, match=word.split()[0].upper()):
        scan_query(word, ANY)


def test_load_is_no_query() -> None:
    with pytest.raises(FederationRefused, match="LOAD"):
        scan_query("LOAD <http://127.0.0.1/>", ANY)


class Writer:
    """Writes random SPARQL from pieces, with and without space between them."""

    gaps = ("", "", " ", " ", "\n", "#c\n", "#>\n", "#'\n", '#"""\n')
    terms = pieces(
        """?s ?o $x <urn:a> <urn:a#b> <urn:SERVICE> <urn:a'b> x:a x:b.c x:b.c.d :a SERVICE:a SERVICEx:a a.SERVICE:b 1 1.5 1e0 .5
        true 's' "SERVICE" '''a'b''' "a"@en-SERVICE "1"^^x:t _:b _:b.SERVICE ?SERVICE x:SERVICE x:a.b.SERVICE x:a\\' []
        true.SERVICE:b ''"""
    )
    verbs = pieces("x:p a <urn:p> ?p :p SERVICE:p x:p/x:q (x:p|^x:q)* !x:p x:p? x:p*")
    tests = pieces(
        """?s<?o ?s<?o#> ?s<3#'> BOUND(?s) STR(?s)='SERVICE' x:f(?s) EXISTS{?s?p:SERVICE} ?s<(1) ?s=<urn:a#'> !true ?s<urn:x#>"""
    )
    prefixes = "".join(f"PREFIX {p}: <urn:{p}:> " for p in ("x", "", "SERVICE", "SERVICEx", "a.SERVICE", "true.SERVICE"))

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def join(self, *parts: str) -> str:
        return "".join(part + self.random.choice(self.gaps) for part in parts)

    def item(self, depth: int) -> str:
        pick = self.random.choice
        kind = pick("ttttffbvssg")
        if kind == "t":
            return self.join(pick(self.terms), pick(self.verbs), pick(self.terms), pick((".", "", ";", ".")))
        if kind == "f":
            return self.join("FILTER", "(", pick(self.tests), ")")
        if kind == "b":
            return self.join("BIND", "(", pick(self.tests), "AS", f"?v{depth}", ")")
        if kind == "v":
            return self.join("VALUES", "(?a ?b)", "{", "(", pick(self.terms[3:]), pick(self.terms[3:]), ")", "}")
        if kind == "s":
            silent = pick((("SILENT",), ()))
            name = pick(("x:a", ":a", "<urn:a>", "?x", "SERVICE:a"))
            return self.join(pick(("", "true", "1e0", "x:a.b.", "a.")) + "SERVICE", *silent, name, "{", "?s", "?p", "?o", "}")
        if depth > 2:
            return ""
        return self.join(pick(("OPTIONAL", "MINUS", "GRAPH SERVICE:g", "", "FILTER EXISTS")), "{", self.group(depth + 1), "}")

    def group(self, depth: int = 0) -> str:
        return self.join(*(self.item(depth) for _ in range(self.random.randint(1, 3))))


def reads(query: str) -> bool:
    try:
        ox.Store().query(query)
    except SyntaxError:
        return False
    except (OSError, RuntimeError):  # it was read and fails
        return True
    return True


def test_random_text_never_hides_service_from_us() -> None:
    """Where the engine reads a text only for the keyword that is in it, the scan must have seen that."""
    writer = Writer(20)
    keywords = false_alarms = accepted = 0
    for _ in range(8000):
        query = writer.prefixes + writer.join("SELECT * WHERE", "{", writer.group(), "}")
        if not reads(query):
            continue
        accepted += 1
        keyword = not reads(query.replace("SERVICE", "SERVICX"))
        keywords += keyword
        try:
            scan_query(query, Limits())
            refused = False
        except FederationRefused:
            refused = True
        except QuerySyntaxError:  # the < that has two readings
            continue
        assert refused >= keyword, query
        false_alarms += refused > keyword
    assert keywords > 300
    assert false_alarms == 0
    assert accepted > 3000


# --- updates ----------------------------------------------------------------------------------------------------------

X = "PREFIX x: <urn:x:> "


@pytest.mark.parametrize(
    ("update", "operations", "graphs", "default"),
    [
        ("", "", "", False),
        (";", "", "", False),
        ("INSERT DATA { <urn:a> <urn:b> 1 }", "INSERT DATA", "", True),
        ("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }", "INSERT DATA", "urn:g", False),
        (X + "DELETE DATA { x:a x:b 1 GRAPH x:g { x:a x:b 1 } . x:c a 2 }", "DELETE DATA", "urn:x:g", True),
        (X + "INSERT DATA { x:a x:b x:c.d . GRAPH x:g\\-h {} }", "INSERT DATA", "urn:x:g-h", True),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE WHERE", "", True),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", "DELETE WHERE", None, False),
        (
            "DELETE { ?s ?p ?o } INSERT { GRAPH <urn:h> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
            "DELETE INSERT",
            "urn:h",
            True,
        ),
        ("WITH <urn:g> DELETE { ?s ?p ?o } USING <urn:u> USING NAMED <urn:v> WHERE { ?s ?p ?o }", "DELETE", "urn:g", False),
        ("WITH <urn:g> INSERT { GRAPH <urn:h> { ?s ?p ?o } } WHERE { ?s ?p ?o }", "INSERT", "urn:h", False),
        ("CLEAR SILENT GRAPH <urn:g>; DROP DEFAULT", "CLEAR, DROP", "urn:g", True),
        ("CLEAR NAMED", "CLEAR", None, False),
        ("drop all", "DROP", None, True),
        ("CREATE SILENT GRAPH <urn:g> ;", "CREATE", "urn:g", False),
        ("COPY <urn:a> TO <urn:b>; ADD SILENT GRAPH <urn:c> TO DEFAULT", "COPY, ADD", "urn:b", True),
        ("MOVE <urn:a> TO GRAPH <urn:b>", "MOVE", "urn:a urn:b", False),
        ("MOVE DEFAULT TO <urn:b>", "MOVE", "urn:b", True),
        ("BASE <http://h/> CREATE GRAPH <g>", "CREATE", None, True),
        ("CREATE GRAPH <urn:\\u0041>", "CREATE", None, True),
        ("PREFIX x: <urn:1:> PREFIX x: <urn:2:> CREATE GRAPH x:g", "CREATE", None, True),
        (X + "PREFIX GRAPHx: <urn:y:> COPY x:a TO GRAPHx:b", "COPY", None, True),
        (X + "INSERT DATA { x:a x:b trueGRAPH x:g { x:a x:b 1 } }", "INSERT DATA", None, True),
        (X + "PREFIX GRAPHx: <urn:y:> INSERT DATA { GRAPHx:g { x:a x:b 1 } }", "INSERT DATA", None, True),
        ('INSERT DATA { <urn:a> <urn:b> \'GRAPH <urn:g> {\', """} ; DROP ALL""" } # ; DROP ALL', "INSERT DATA", "", True),
    ],
)
def test_updates(update: str, operations: str, graphs: str | None, default: bool) -> None:
    with contextlib.suppress(RuntimeError):  # a graph that does not exist; what the engine cannot read is a SyntaxError
        ox.Store().update(update)
    scan = scan_update(update, ANY)
    assert ", ".join(scan.operations) == operations
    assert scan.graphs == (None if graphs is None else frozenset(graphs.split()))
    assert scan.default is default


def test_what_updates_read() -> None:
    assert scan_update("INSERT DATA {}", ANY) == UpdateScan(("INSERT DATA",), frozenset(), False, False, False, 1)
    assert scan_update("DELETE WHERE { ?s ?p ?o }", ANY).reads
    scan = scan_update("INSERT {} USING NAMED <urn:g> WHERE { { } }", ANY)
    assert (scan.reads, scan.names_dataset, scan.depth) == (True, True, 2)
    assert scan_update("WITH <urn:g> INSERT {} WHERE {}", ANY).names_dataset


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://x/>",
        "load silent <http://x/> INTO GRAPH <urn:g>",
        "LOADSILENT<http://x/>",
        "CREATE GRAPH <urn:g>; LOAD#c\n<http://x/>",
        "PREFIX x: <http://x/> LOADx:a",
        "PREFIX : <http://x/> LOADSILENT:a",
        "PREFIX : <http://x/> CREATE GRAPH <urn:g>; LOAD:a",
    ],
)
def test_load_is_refused(update: str) -> None:
    with pytest.raises(FederationRefused, match="LOAD"):
        scan_update(update, ANY)


def test_load_in_other_places_is_fine() -> None:
    scan_update("PREFIX load: <urn:load:> INSERT DATA { load:a load:LOAD 'LOAD <http://x/>' } # LOAD <http://x/>", ANY)


@pytest.mark.parametrize("update", ["SELECT * {}", "ASK {}", "CONSTRUCT WHERE {}"])
def test_queries_are_no_updates(update: str) -> None:
    with pytest.raises(QuerySyntaxError, match="this is a query"):
        scan_update(update, ANY)


@pytest.mark.parametrize(
    "update", ["INSERTDATA {}", "CLEARALL", "COPY <urn:a> <urn:b>", "{ }", "nonsense", "COPYx:a TO x:b", "'a'"]
)
def test_updates_that_are_none(update: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"at position \d+ of the update is not expected there"):
        scan_update(update, ANY)


def test_patterns_count_for_each_operation_and_data_do_not() -> None:
    data = " . ".join(f"<urn:s{n}> <urn:p> {n}" for n in range(500))
    scan_update(f"INSERT DATA {{ {data} }}; DELETE {{ {data} }} WHERE {{}}", Limits())
    with pytest.raises(LimitExceeded, match="update has more than 100 triple patterns"):
        scan_update(f"DELETE WHERE {{ {data} }}", Limits())
    half = " . ".join(f"?s{n} <urn:p> {n}" for n in range(60))
    scan_update(f"DELETE WHERE {{ {half} }}; DELETE WHERE {{ {half} }}", Limits())


class UpdateWriter(Writer):
    """Writes random updates, few graphs and many ways to name them."""

    names = ("x", "", "GRAPH", "GRAPHx", "SILENTx", "DEFAULTx", "trueGRAPHx", "WITHx")
    graphs = (*(f"{name}:g" for name in names), "x:h", "<urn:x:g>", "<urn:other>", "x:g.a", "x:g.a.b", "<urn:x:\\u0067>")
    prefixes = "".join(f"PREFIX {name}: <urn:{name}:> " for name in names)
    subjects = ("<urn:a>", "x:b", "x:a.b")
    objects = (*subjects, "1", "true", "'s'", "1e0", "x:a.b.c", '"GRAPH"', "'''{'''", "<urn:a#b>")
    patterns = (
        "?s ?p ?o",
        "GRAPH ?g {?s ?p ?o}",
        "?s ?p ?o FILTER(?s<?o)",
        "GRAPH x:g {?s ?p ?o} FILTER(1<2#>'\n) #'\n",
        "BIND(<urn:z> AS ?g) ?s ?p ?o",
        "",
    )

    def quads(self, variables: bool) -> str:
        pick = self.random.choice
        more = ("?s", "?o") if variables else ()
        written = ""
        for _ in range(self.random.randint(1, 3)):
            triple = self.join(pick(self.subjects + more), pick(("<urn:p>", "x:p", "a")), pick(self.objects + more))
            if pick((True, False)):
                written += self.join(triple, pick((".", "", ".")))
            else:
                graph = pick((*self.graphs, "?g") if variables else self.graphs)
                written += self.join(pick(("GRAPH", "graph", "trueGRAPH")), graph, "{", triple, "}")
        return written

    def operation(self) -> str:
        pick, graph = self.random.choice, self.random.choice(self.graphs)
        silent = pick((("SILENT",), ()))
        kind = self.random.randrange(8)
        if kind < 2:
            return self.join(("INSERT", "DELETE")[kind], "DATA", "{", self.quads(False), "}")
        if kind == 2:
            return self.join("DELETE", "WHERE", "{", self.quads(True), "}")
        if kind in (3, 4):
            parts = ["WITH", graph] if pick((True, False)) else []
            parts += ["DELETE", "{", self.quads(True), "}"] if pick((True, False)) else []
            parts += ["INSERT", "{", self.quads(True), "}"]
            parts += ["USING", *pick(((), ("NAMED",))), pick(self.graphs)] if pick((True, False, False)) else []
            return self.join(*parts, "WHERE", "{", pick(self.patterns), "}")
        if kind == 5:
            return self.join(pick(("CLEAR", "DROP")), *silent, pick(("ALL", "NAMED", "DEFAULT", self.join("GRAPH", graph))))
        if kind == 6:
            return self.join("CREATE", *silent, "GRAPH", graph)
        ends = [pick((self.join("GRAPH", pick(self.graphs)), "DEFAULT", pick(self.graphs))) for _ in range(2)]
        return self.join(pick(("COPY", "MOVE", "ADD")), *silent, ends[0], "TO", ends[1])


def contents(store: ox.Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {graph.value: set() for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}
    for quad in store:
        name = getattr(quad.graph_name, "value", "default")
        found.setdefault(name, set()).add(str(quad.triple))
    return found


def test_random_updates_change_no_other_graphs() -> None:
    writer = UpdateWriter(21)
    start = " ".join(
        f"GRAPH <urn:{name}> {{ <urn:a> <urn:p> 2 }}" for name in ("x:g", "x:h", "other", "GRAPHx:g", ":g", "GRAPH:g")
    )
    known = changes = 0
    for _ in range(2500):
        update = writer.prefixes + " ; ".join(writer.operation() for _ in range(writer.random.choice((1, 1, 2))))
        try:
            scan = scan_update(update, ANY)
        except QuerySyntaxError:
            continue
        store = ox.Store()
        store.update(f"INSERT DATA {{ <urn:a> <urn:p> 1 . {start} }}")
        before = contents(store)
        try:
            store.update(update)
        except SyntaxError:
            continue
        except RuntimeError:  # a graph that does not exist
            pass
        after = contents(store)
        changed = {graph for graph in before.keys() | after.keys() if before.get(graph) != after.get(graph)}
        assert scan.default or "default" not in changed, update
        assert scan.graphs is None or changed - {"default"} <= scan.graphs, update
        known += scan.graphs is not None
        changes += bool(changed)
    assert known > 300
    assert changes > 300
