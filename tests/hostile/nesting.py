"""Queries and documents that are nested, or chained, more deeply than a parser's stack may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hostile.cases import ANY, OK, REFUSED, Case, graph_write, query_post, update_post

#: Depths: the limit, one beyond, where parsers of 8 MB stack come to their end, and what only the size limit stops.
DEPTHS = (64, 65, 2_000, 5_000, 20_000, 100_000)


def _around(before: str, opening: str, middle: str, closing: str, after: str) -> Callable[[int], str]:
    return lambda depth: before + opening * depth + middle + closing * depth + after


def _chain(before: str, part: str, between: str, after: str) -> Callable[[int], str]:
    return lambda length: before + between.join([part] * length) + after


#: By name, functions that return a query of a depth.
GENERATORS: dict[str, Callable[[int], str]] = {
    "groups": _around("ASK ", "{", "?s ?p ?o", "}", ""),
    "parentheses": _around("ASK { FILTER(", "(", "true", ")", ") }"),
    "optional": _around("ASK { ", "OPTIONAL { ", "?s ?p ?o", " }", " }"),
    "not": _around("ASK { FILTER(", "!", "true", "", ") }"),
    "minus-sign": _around("ASK { FILTER(", "-", "1", "", " > 0) }"),
    "path-groups": _around("ASK { ?s ", "(", "<urn:p>", ")", " ?o }"),
    "path-inverse": _around("ASK { ?s ", "^(", "<urn:p>", ")", " ?o }"),
    "path-stars": _around("ASK { ?s ", "(", "<urn:p>", ")*", " ?o }"),
    "path-sequence": _chain("ASK { ?s ", "<urn:p>", "/", " ?o }"),
    "path-alternative": _chain("ASK { ?s ", "<urn:p>", "|", " ?o }"),
    "path-negated": _chain("ASK { ?s !(", "<urn:p>", "|", ") ?o }"),
    "union-chain": _chain("ASK { ", "{ ?s ?p ?o }", " UNION ", " }"),
    "union-nested": _around("ASK { ", "{ { } UNION ", "{ ?s ?p ?o }", " }", " }"),
    "or": _chain("ASK { FILTER(", "true", " || ", ") }"),
    "plus": _chain("ASK { FILTER(0 < ", "1", " + ", ") }"),
    "compared": _chain("ASK { FILTER(", "1", " = ", ") }"),
    "blank-nodes": _around("ASK { ?s ?p ", "[ <urn:p> ", "1", " ]", " }"),
    "collections": _around("ASK { ?s ?p ", "( ", "1", " )", " }"),
    "collection-long": _chain("ASK { ?s ?p ( ", "1", " ", " ) }"),
    "exists": _around("ASK { ", "FILTER EXISTS { ", "?s ?p ?o", " }", " }"),
    "sub-selects": _around("", "SELECT * WHERE { { ", "SELECT * WHERE { ?s ?p ?o }", " } }", ""),
    "triple-terms": _around("ASK { ?s ?p ", "<<( <urn:s> <urn:p> ", "<urn:o>", " )>>", " }"),
    "reifiers": _around("ASK { <urn:s> <urn:p> <urn:o> ", "{| <urn:p> <urn:o> ", "", " |}", " }"),
    "values": _chain("ASK { ", "VALUES ?x { 1 }", " ", " }"),
    "values-row": _chain("ASK { VALUES ?x { ", "1", " ", " } }"),
    "functions": _around("ASK { FILTER(", "STR(", "1", ")", " = '1') }"),
    "conditions": _around("ASK { FILTER(", "IF(true, ", "true", ", false)", ") }"),
    "in-lists": _around("ASK { FILTER(1 IN ", "(1 IN ", "(1)", ")", ") }"),
    "minus": _around("ASK { ?s ?p ?o ", "MINUS { ?s ?p ?o ", "", "}", " }"),
    "graphs": _around("ASK { ", "GRAPH ?g { ", "?s ?p ?o", " }", " }"),
    "binds": lambda depth: (
        "ASK { BIND(1 AS ?v0) " + " ".join(f"BIND(?v{n} + 1 AS ?v{n + 1})" for n in range(min(depth, 20_000))) + " }"
    ),
    "objects": _chain("ASK { ?s ?p ", "1", ", ", " }"),
    "predicates": _chain("ASK { ?s ", "?p ?o", " ; ", " }"),
    "prologue": _around("", "BASE <urn:x> ", "ASK { ?s ?p ?o }", "", ""),
    "unclosed": _around("ASK ", "{", "", "", ""),
    "unopened": _around("ASK { ?s ?p ?o ", "}", "", "", ""),
}
#: Of the same look, and harmless: brackets in a literal and in a comment.
_LOOKS_NESTED: dict[str, Callable[[int], str]] = {
    "in-literal": _around("ASK { BIND('", "({[", "", "", "' AS ?x) }"),
    "in-comment": _around("ASK { # ", "({[", "", "", "\n ?s ?p ?o }"),
    "in-long-literal": _around('ASK { BIND("""', '({["', "", "", ' """ AS ?x) }'),
}
_LIMIT_BYTES = 65_536


def cases() -> Iterator[Case]:
    """Yield every generator at every depth."""
    for name, generator in GENERATORS.items():
        for depth in DEPTHS:
            text = generator(depth)
            allowed = REFUSED if len(text) > _LIMIT_BYTES else ANY
            codes = frozenset({"limit_exceeded"}) if len(text) > _LIMIT_BYTES else frozenset()
            yield Case(f"nesting/{name}-{depth}", query_post(text), allowed, codes, heavy=depth < _LIMIT_BYTES)
    for name, generator in _LOOKS_NESTED.items():
        for depth in DEPTHS[:4]:
            text = generator(depth)
            yield Case(f"nesting/{name}-{depth}", query_post(text), OK if len(text) <= _LIMIT_BYTES else REFUSED)
    for depth in DEPTHS:
        for name in ("groups", "parentheses", "union-chain", "path-sequence", "not", "blank-nodes"):
            where = GENERATORS[name](depth).removeprefix("ASK")
            update = "INSERT { GRAPH <urn:hostile> { <urn:s> <urn:p> <urn:o> } } WHERE" + where
            wanted = ANY | {204}
            yield Case(
                f"nesting/update-{name}-{depth}", update_post(update), wanted, variant="open", heavy=depth > 5_000, slow_s=3.0
            )
        data = "INSERT DATA { GRAPH <urn:hostile> { <urn:s> <urn:p> " + "[ <urn:p> " * depth + "1" + " ]" * depth + " } }"
        yield Case(f"nesting/update-data-{depth}", update_post(data), wanted, variant="open", heavy=depth > 5_000, slow_s=3.0)
        for kind, (media_type, body) in documents(depth).items():
            request = graph_write(body, media_type)
            allowed = ANY | {201, 204}
            yield Case(f"nesting/{kind}-{depth}", request, allowed, variant="open", heavy=depth > 5_000, slow_s=3.0)
            yield Case(f"nesting/{kind}-{depth}-read", request, REFUSED)


def documents(depth: int) -> dict[str, tuple[str, bytes]]:
    """Return RDF documents of a depth: media type and content, by name."""
    opened, closed = "[" * depth, "]" * depth
    texts = {
        "json-ld-lists": ("application/ld+json", '{"@id":"urn:s","urn:p":' + opened + "1" + closed + "}"),
        "json-ld-nodes": ("application/ld+json", '{"@id":"urn:s","urn:p":' * depth + "1" + "}" * depth),
        "json-ld-graphs": ("application/ld+json", '{"@graph":' * depth + "[]" + "}" * depth),
        "json-ld-unclosed": ("application/ld+json", opened),
        "turtle-nodes": ("text/turtle", "<urn:s> <urn:p> " + "[ <urn:p> " * depth + "1" + " ]" * depth + " ."),
        "turtle-lists": ("text/turtle", "<urn:s> <urn:p> " + "( " * depth + "1" + " )" * depth + " ."),
        "turtle-triples": ("text/turtle", "<urn:s> <urn:p> " + "<<( <urn:s> <urn:p> " * depth + "1" + " )>>" * depth + " ."),
        "trig-open": ("application/trig", "{ " * depth),
        "xml-elements": (
            "application/rdf+xml",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="urn:x:">'
            + "<x:A><x:p>" * depth
            + "</x:p></x:A>" * depth
            + "</r:RDF>",
        ),
    }
    return {name: (media_type, text.encode("ascii")) for name, (media_type, text) in texts.items()}
