"""Queries that are short and well formed and take for ever, or all memory there is: in planning or in evaluating."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hostile.cases import ANY, HARMLESS, LATE, OK, Case, query_get, query_post, update_post

_BOMB = OK | LATE | {400, 413, 429}
#: What ends a bomb may say. Neither a crash of a process nor a fault of the engine belongs here.
_CODES = frozenset({"store_timeout", "store_busy", "limit_exceeded", "query_syntax", "query_refused", "budget_exhausted"})
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def _several(count: int, one: Callable[[int], str], between: str = " ") -> str:
    return between.join(one(number) for number in range(count))


_PLANNED: dict[str, Callable[[int], str]] = {
    "star": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"?s ?p{i} ?o{i} .") + " } LIMIT 1",
    "chain": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"?v{i} ?p{i} ?v{i + 1} .") + " } LIMIT 1",
    "circle": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"?v{i} ?p{i} ?v{(i + 1) % n} .") + " } LIMIT 1",
    "apart": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"?a{i} ?b{i} ?c{i} .") + " } LIMIT 1",
    "typed": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"?v{i} a ?t{i} .") + " } LIMIT 1",
    "clique": lambda n: (
        "SELECT * WHERE { " + _several(n, lambda i: f"?v{i % 14} <urn:p{i}> ?v{(i * 5 + 3) % 14} .") + " } LIMIT 1"
    ),
    "sequence": lambda n: "ASK { ?s " + "/".join(["<urn:p>"] * n) + " ?o }",
    "sequence-any": lambda n: "ASK { ?s " + "/".join(["!<urn:p>"] * n) + " ?o }",
    "alternatives": lambda n: "ASK { ?s (" + "|".join(f"<urn:p{i}>" for i in range(n)) + ")* ?o }",
    "inverse": lambda n: "ASK { ?s " + "/".join(["^<urn:p>"] * n) + " ?o }",
    "nodes": lambda n: "ASK { ?s ?p " + "[ ?p " * n + "?o" + " ]" * n + " }",
    "lists": lambda n: "ASK { ?s ?p " + "( " * n + "?o" + " )" * n + " }",
    "optionals": lambda n: "SELECT * WHERE { ?s ?p ?o " + _several(n, lambda i: f"OPTIONAL {{ ?s ?p{i} ?o{i} }}") + " } LIMIT 1",
    "unions": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"{{ ?s ?p ?o{i} }}", " UNION ") + " } LIMIT 1",
    "joined-unions": lambda n: (
        "SELECT * WHERE { " + _several(n, lambda i: f"{{ ?s ?p{i} 1 }} UNION {{ ?s ?p{i} 2 }} .") + " } LIMIT 1"
    ),
    "exists": lambda n: (
        "SELECT * WHERE { ?s ?p ?o " + _several(n, lambda i: f"FILTER EXISTS {{ ?s ?p{i} ?o{i} }}") + " } LIMIT 1"
    ),
    "conditions": lambda n: "SELECT * WHERE { ?s ?p ?o " + _several(n, lambda i: f"FILTER(?o != {i})") + " } LIMIT 1",
    "sub-selects": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"{{ SELECT ?a{i} {{ ?a{i} ?b ?c }} }}") + " } LIMIT 1",
    "values": lambda n: "SELECT * WHERE { " + _several(n, lambda i: f"VALUES ?v{i} {{ 1 2 3 4 }}") + " } LIMIT 1",
    "minus": lambda n: "SELECT * WHERE { ?s ?p ?o " + _several(n, lambda i: f"MINUS {{ ?s ?p{i} {i} }}") + " } LIMIT 1",
}
_EVALUATED = {
    "product-3": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "product-4": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "product-of-types": f"SELECT (COUNT(*) AS ?n) WHERE {{ ?a {_TYPE} ?b . ?c {_TYPE} ?d . ?e {_TYPE} ?f }}",
    "distinct": "SELECT DISTINCT ?a ?f WHERE { ?a ?b ?c . ?d ?e ?f }",
    "distinct-count": "SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?f))) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f }",
    "ordered": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 10",
    "ordered-by-text": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY DESC(CONCAT(STR(?c), STR(?f)))",
    "ordered-at-random": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()",
    "grouped": "SELECT ?a ?f (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f } GROUP BY ?a ?f",
    "group-concat": "SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?x) WHERE { ?a ?b ?c . ?d ?e ?f }",
    "group-concat-distinct": "SELECT (GROUP_CONCAT(DISTINCT CONCAT(STR(?c), STR(?f))) AS ?x) WHERE { ?a ?b ?c . ?d ?e ?f }",
    "sampled": "SELECT (SAMPLE(?c) AS ?x) (AVG(STRLEN(STR(?f))) AS ?y) WHERE { ?a ?b ?c . ?d ?e ?f } GROUP BY ?f",
    "offset": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } OFFSET 9000000000000000 LIMIT 1",
    "everything": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }",
    "everything-csv": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "constructed": "CONSTRUCT { ?a ?e ?f . ?d ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f }",
    "constructed-nodes": "CONSTRUCT { [] ?b [ ?e ?f ] } WHERE { ?a ?b ?c . ?d ?e ?f }",
    "described": "DESCRIBE ?a ?f WHERE { ?a ?b ?c . ?d ?e ?f }",
    "described-all": "DESCRIBE * WHERE { ?a ?b ?c }",
    "minus": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f MINUS { ?a ?x ?f . ?y ?z ?c } }",
    "not-exists": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f FILTER NOT EXISTS { ?c ?x ?f . ?y ?z ?w . ?q ?r ?w } }",
    "optional": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } }",
    "compared": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?c)) + 1 = STRLEN(STR(?f)) * 7919) }",
    "never-true": "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?d && ?d != ?a) }",
    "sub-select-product": "SELECT (COUNT(*) AS ?n) WHERE { { SELECT ?a { ?a ?b ?c } } { SELECT ?d { ?d ?e ?f } } }",
    "named-graphs": "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } GRAPH ?i { ?j ?k ?l } }",
    "path-star-any": "SELECT (COUNT(*) AS ?n) WHERE { ?s (<urn:p>|!<urn:p>)* ?o }",
    "path-star-nested": "SELECT (COUNT(*) AS ?n) WHERE { ?s ((<urn:p>|!<urn:q>)*/(<urn:r>|!<urn:s>)*)* ?o }",
    "path-plus-both-ways": "SELECT (COUNT(*) AS ?n) WHERE { ?s (!<urn:p>|^!<urn:p>)+ ?o }",
    "path-optional-both-ways": "SELECT (COUNT(*) AS ?n) WHERE { ?s (!<urn:p>|^!<urn:p>)?/(!<urn:q>|^!<urn:q>)*/^(!<urn:r>)+ ?o }",
    "path-distinct": "SELECT DISTINCT ?s ?o WHERE { ?s (!<urn:p>)*/^(!<urn:p>)* ?o }",
    "path-inverse": "SELECT (COUNT(*) AS ?n) WHERE { ?s (!<urn:p>/^!<urn:p>)+ ?o . ?o (!<urn:p>)* ?z }",
    "path-types": f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s ({_TYPE}/^{_TYPE})+ ?o }}",
    "path-in-exists": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o FILTER EXISTS { ?o (!<urn:p>|^!<urn:p>)* ?s } }",
    "hashes": "SELECT (SHA512(GROUP_CONCAT(SHA512(CONCAT(STR(?c), STR(?f))))) AS ?x) WHERE { ?a ?b ?c . ?d ?e ?f }",
    "uuids": "SELECT (COUNT(DISTINCT ?u) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f BIND(STRUUID() AS ?u) }",
    "blank-nodes": "SELECT (COUNT(DISTINCT ?u) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f BIND(BNODE() AS ?u) }",
    "big-numbers": "SELECT (SUM(?n * 1e300) AS ?x) WHERE { ?a ?b ?c . ?d ?e ?f BIND(STRLEN(STR(?c)) * STRLEN(STR(?f)) AS ?n) }",
    "values-product": "SELECT (COUNT(*) AS ?n) WHERE { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(str(i) for i in range(50))} }}" for n in range(12))
    + " }",
    "values-ordered": "SELECT * WHERE { "
    + " ".join(f"VALUES ?v{n} {{ {' '.join(str(i) for i in range(50))} }}" for n in range(5))
    + " } ORDER BY ?v4 ?v3 ?v2 ?v1 ?v0",
    "unions-squared": "SELECT (COUNT(*) AS ?n) WHERE { "
    + " ".join("{ { ?a ?b ?c } UNION { ?c ?b ?a } }" for _ in range(8))
    + " }",
    "doubling": "SELECT (STRLEN(?v40) AS ?n) WHERE { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
    + " }",
    "doubling-shown": "SELECT ?v24 WHERE { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(24))
    + " }",
    "doubling-replaced": "SELECT (STRLEN(?v12) AS ?n) WHERE { BIND('aaaa' AS ?v0) "
    + " ".join(f"BIND(REPLACE(?v{n}, 'a', 'aaaaaaaa') AS ?v{n + 1})" for n in range(12))
    + " }",
    "doubling-encoded": "SELECT (STRLEN(?v16) AS ?n) WHERE { BIND('%%%%' AS ?v0) "
    + " ".join(f"BIND(ENCODE_FOR_URI(CONCAT(?v{n}, ?v{n})) AS ?v{n + 1})" for n in range(16))
    + " }",
    "doubling-iri": "SELECT (STRLEN(STR(?i)) AS ?n) WHERE { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(22))
    + " BIND(IRI(CONCAT('urn:', ?v22)) AS ?i) }",
    "regex-over-product": "ASK { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(.*a){8}z$') }",
}
#: Patterns that make a matcher that tries all ways take exponential or cubic time, or need a huge automaton.
PATTERNS = (
    "(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*b", "(x+x+)+y", "(.*)*#",
    "(a?){64}a{64}", "((a{1,100}){1,100}){1,100}", "a{1,1000}{1,1000}", "(?:a{0,999}){0,999}", "(\\p{L}{1,500}){1,500}",
    "[\\s\\S]*[\\s\\S]*[\\s\\S]*!", "(?i)(" + "|".join("straße" * 3 for _ in range(50)) + ")+!", "(" * 60 + "a*" + ")*" * 60,
    "a" * 5000 + "*", "[" + "a-z" * 5000 + "]", "(?:" * 300 + "a" + ")" * 300, "\\", "(", "[", "*", "(?<=a)b", "(a)\\1",
    "(?P<n>a)(?P=n)", "\\x{110000}", "\\uD800", "a{99999999999}", "",
)  # fmt: skip
_HEAVY_TYPES = {
    "everything-csv": "text/csv",
    "everything": "application/sparql-results+xml",
    "constructed": "application/rdf+xml",
}


def cases() -> Iterator[Case]:
    """Yield all of them."""
    for name, text in _PLANNED.items():
        for size in (50, 100, 101, 300, 1000):
            yield Case(f"planner/{name}-{size}", query_post(text(size)), _BOMB, _CODES, heavy=True)
    for name, query in _EVALUATED.items():
        yield Case(f"evaluation/{name}", query_post(query, _HEAVY_TYPES.get(name)), _BOMB, _CODES, heavy=True)
    for name in ("product-3", "path-star-nested", "ordered", "group-concat"):
        yield Case(f"evaluation/{name}-get", query_get(_EVALUATED[name]), _BOMB, _CODES, heavy=True)
        yield Case(
            f"evaluation/{name}-page",
            query_get(_EVALUATED[name], headers=(("Accept", "text/html"),)),
            _BOMB,
            heavy=True,
        )
    for media_type in (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ):
        query = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 1000001"
        yield Case(
            f"evaluation/rows-{media_type.rpartition('/')[2]}", query_post(query, media_type), LATE | {413}, _CODES, heavy=True
        )
    yield from _patterns()
    yield from _updates()


def worst() -> list[Case]:
    """Return twelve bombs of as many kinds."""
    names = (
        "product-4", "distinct", "ordered-by-text", "group-concat", "path-star-nested", "path-plus-both-ways", "values-ordered",
        "doubling", "everything-csv", "constructed", "uuids", "regex-over-product",
    )  # fmt: skip
    return [
        Case(f"evaluation/{name}", query_post(_EVALUATED[name], _HEAVY_TYPES.get(name)), _BOMB, _CODES, heavy=True)
        for name in names
    ]


def _patterns() -> Iterator[Case]:
    long = "a" * 20_000 + "!"
    for number, pattern in enumerate(PATTERNS):
        literal = "'" + pattern.replace("\\", "\\\\").replace("'", "\\'") + "'"
        expressions = {
            "regex": f"SELECT (REGEX('{long}', {literal}) AS ?x) WHERE {{}}",
            "replace": f"SELECT (STRLEN(REPLACE('{long}', {literal}, '$0$0')) AS ?x) WHERE {{}}",
            "stored": f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <urn:hostile:long> ?o FILTER REGEX(?o, {literal}, 'i') }}",
        }
        for name, query in expressions.items():
            yield Case(f"pattern/{name}-{number}", query_post(query), HARMLESS | LATE, heavy=True)


def _updates() -> Iterator[Case]:
    """Yield bombs in updates: the writer must live and take the next write."""
    for name in ("product-3", "path-star-nested", "ordered-by-text", "group-concat", "values-product", "regex-over-product"):
        where = _EVALUATED[name]
        update = f"INSERT {{ GRAPH <urn:hostile> {{ <urn:s> <urn:p> ?x }} }} WHERE {{ {{ {where} }} BIND('x' AS ?x) }}"
        yield Case(f"update-bomb/{name}", update_post(update), ANY, variant="open", heavy=True, slow_s=5.0)
    many = {
        "insert-product": "INSERT { GRAPH <urn:hostile> { ?a ?e ?f } } WHERE { ?a ?b ?c . ?d ?e ?f }",
        "delete-product": "DELETE { GRAPH <urn:hostile> { ?a ?e ?f } } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "sequence": " ; ".join(["INSERT { GRAPH <urn:hostile> { ?a <urn:p> ?c } } WHERE { ?a ?b ?c . ?d ?e ?f }"] * 50),
        "names": " ; ".join(f"CREATE SILENT GRAPH <urn:hostile:{n}>" for n in range(15_000)),
    }
    for name, update in many.items():
        yield Case(f"update-bomb/{name}", update_post(update), ANY | {204}, variant="open", heavy=True, slow_s=5.0)
