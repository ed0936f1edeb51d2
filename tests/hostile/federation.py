"""Requests that want the service to call another host or to read a file: SERVICE in its disguises, LOAD, FROM."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from hostile.canary import Canary
from hostile.cases import HARMLESS, OK, REFUSED, Case, Request, encoded, query_form, query_get, query_post, update_post

_REFUSED = frozenset({"federation_disabled"})
#: Where an engine or a scan may also find that it is no SPARQL at all.
_OR_SYNTAX = _REFUSED | {"query_syntax"}
#: On a service that takes no updates, that may be said first.
_OR_WRITING = _REFUSED | {"write_refused", "query_refused", "unauthorized", "forbidden"}


def disguises(port: int) -> dict[str, tuple[str, str]]:
    """Return thirteen ways to write a call to a port of loopback: what comes before the query, and what stands in WHERE."""
    iri = f"http://127.0.0.1:{port}/sparql"
    inner = "{ ?s ?p ?o }"
    return {
        "plain": ("", f"SERVICE <{iri}> {inner}"),
        "mixed-case": ("", f"sErViCe SiLeNt <{iri}> {inner}"),
        "comment-between": ("", f"SERVICE#a comment\n<{iri}>#another\n{inner}"),
        "escape-in-iri": ("", f"SERVICE <http://\\u0031\\u0032\\u0037.0.0.1:{port}/sparql> {inner}"),
        "prefixed-name": (f"PREFIX x: <http://127.0.0.1:{port}/>", f"SERVICE x:sparql {inner}"),
        "relative-to-base": (f"BASE <http://127.0.0.1:{port}/>", f"SERVICE <sparql> {inner}"),
        "in-exists": ("", f"?a ?b ?c FILTER EXISTS {{ SERVICE <{iri}> {inner} }}"),
        "decimal-address": ("", f"SERVICE <http://2130706433:{port}/sparql> {inner}"),
        "localhost": ("", f"SERVICE <http://localhost:{port}/sparql> {inner}"),
        "escaped-keyword": ("", f"\\u0053ERVICE <{iri}> {inner}"),
        "bound-variable": ("", f"BIND(IRI('{iri}') AS ?e) SERVICE ?e {inner}"),
        "mapped-address": ("", f"SERVICE <http://[::ffff:127.0.0.1]:{port}/sparql> {inner}"),
        "values-variable": ("", f"VALUES ?e {{ <{iri}> }} SERVICE ?e {inner}"),
    }


def cases(canary: Canary) -> Iterator[Case]:
    """Yield all of them; the canary must hear and give nothing."""
    yield from _service(canary.port)
    yield from _innocent(canary.port)
    yield from _load(canary)
    yield from _from(canary)


def _service(port: int) -> Iterator[Case]:
    for name, (before, where) in disguises(port).items():
        codes = _OR_SYNTAX if name == "escaped-keyword" else _REFUSED
        query = f"{before} SELECT * WHERE {{ {where} }}"
        yield Case(f"service/query-{name}", query_post(query), REFUSED, codes)
        inside = f"{before} SELECT * WHERE {{ {{ SELECT * WHERE {{ {where} }} }} }}"
        yield Case(f"service/subselect-{name}", query_get(inside), REFUSED, codes)
        update = f"{before} INSERT {{ GRAPH <urn:hostile> {{ ?s ?p ?o }} }} WHERE {{ {where} }}"
        yield Case(f"service/update-{name}", update_post(update), REFUSED, codes, "open")
        yield Case(f"service/update-closed-{name}", update_post(update), REFUSED, _OR_WRITING | codes)
        for named, parameter in (("describe", "iri"), ("search", "text")):
            target = f"/q/{named}?" + encoded([(parameter, f"x> }} {where} #")])
            yield Case(f"service/named-{named}-{name}", Request(target=target), HARMLESS)


def _innocent(port: int) -> Iterator[Case]:
    """Yield what looks like a call and is none: it must be answered."""
    iri = f"http://127.0.0.1:{port}/"
    queries = {
        "literal": f"SELECT ('SERVICE <{iri}> {{' AS ?text) WHERE {{}}",
        "long-literal": f'SELECT ("""\nSERVICE <{iri}> {{ "" """ AS ?text) WHERE {{}}',
        "comment": f"SELECT * WHERE {{ # SERVICE <{iri}> {{ ?s ?p ?o }}\n}}",
        "variable": "SELECT ?SERVICE ?load WHERE { BIND(1 AS ?SERVICE) BIND(2 AS ?load) }",
        "prefix": "PREFIX service: <urn:x:> PREFIX load: <urn:y:> SELECT * WHERE { service:SERVICE load:LOAD ?o }",
        "iri": "SELECT * WHERE { <urn:SERVICE> <urn:service> <urn:LOAD> }",
        "local-name": "PREFIX : <urn:x:> SELECT * WHERE { :service :load :SERVICE }",
        "language": "SELECT * WHERE { ?s ?p 'x'@load }",
    }
    for name, query in queries.items():
        yield Case(f"innocent/{name}", query_post(query), OK)


def _load(canary: Canary) -> Iterator[Case]:
    addresses = {
        "http": f"http://127.0.0.1:{canary.port}/x.ttl",
        "https": f"https://127.0.0.1:{canary.port}/x.ttl",
        "file": canary.file.as_uri(),
        "ftp": f"ftp://127.0.0.1:{canary.port}/x.ttl",
        "data": "data:text/turtle,%3Curn:a%3E%20%3Curn:b%3E%20%3Curn:c%3E%20.",
    }
    for scheme, address in addresses.items():
        for word in ("LOAD", "LOAD SILENT", "lOaD#\n"):
            shown = word.lower().replace(" ", "-").replace("#\n", "-comment")
            for into in ("", " INTO GRAPH <urn:hostile>"):
                name = f"{shown}-{scheme}{'-into' if into else ''}"
                update = f"{word} <{address}>{into}"
                # SILENT asks that a failure be none, so that it may also be answered as done, with nothing done.
                allowed = frozenset({403, 204} if "SILENT" in word else {403})
                yield Case(f"load/open-{name}", update_post(update), allowed, _REFUSED, "open")
                yield Case(f"load/read-{name}", update_post(update), REFUSED, _OR_WRITING)
        after = f"INSERT DATA {{ <urn:a> <urn:b> <urn:c> }} ; LOAD <{address}>"
        yield Case(f"load/open-second-{scheme}", update_post(after), frozenset({403}), _REFUSED, "open")
        yield Case(f"load/as-query-{scheme}", query_get(f"LOAD <{address}>"), REFUSED)
    for name, target in (
        ("graph-store-source", f"/graphs?graph=urn:x&url={quote(addresses['http'], safe='')}"),
        ("graph-store-uri", f"/graphs?graph={quote(addresses['http'], safe='')}"),
        ("graph-store-file", f"/graphs?graph={quote(addresses['file'], safe='')}"),
    ):
        yield Case(f"load/{name}", Request(target=target), HARMLESS)
        headers = (("Content-Type", "text/uri-list"), ("Content-Location", addresses["http"]))
        yield Case(f"load/{name}-list", Request("PUT", target, headers, addresses["http"].encode() + b"\r\n"), REFUSED)
    body = Request("POST", "/sparql", (("Content-Type", "message/external-body"),), addresses["http"].encode())
    yield Case("load/external-body", body, REFUSED)


def _from(canary: Canary) -> Iterator[Case]:
    addresses = {
        "http": f"http://127.0.0.1:{canary.port}/x.ttl",
        "file": canary.file.as_uri(),
        "file-host": canary.file.as_uri().replace("file://", "file://localhost"),
        "ftp": f"ftp://127.0.0.1:{canary.port}/x.ttl",
        "relative": f"../../../../..{canary.file}",
    }
    everything = "SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } LIMIT 100"
    for scheme, address in addresses.items():
        for clause in ("FROM", "FROM NAMED", "from#\n", "From\tnamed"):
            shown = clause.lower().replace(" ", "-").replace("#\n", "-comment").replace("\t", "-tab-")
            query = f"SELECT * {clause} <{address}> WHERE {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }} LIMIT 100"
            yield Case(f"from/{shown}-{scheme}", query_post(query), HARMLESS)
        for parameter in ("default-graph-uri", "named-graph-uri"):
            yield Case(f"from/{parameter}-{scheme}", query_form(everything, (parameter, address)), HARMLESS)
        for parameter in ("using-graph-uri", "using-named-graph-uri"):
            update = f"INSERT {{ GRAPH <urn:stolen-{scheme}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
            target = "/sparql?" + encoded([(parameter, address)])
            yield Case(f"from/{parameter}-{scheme}", update_post(update, target), HARMLESS | {204}, variant="open")
            yield Case(f"from/{parameter}-{scheme}-read", update_post(update, target), REFUSED)
        yield Case(f"from/graph-{scheme}", query_post(f"SELECT * WHERE {{ GRAPH <{address}> {{ ?s ?p ?o }} }}"), HARMLESS)
        yield Case(f"from/describe-{scheme}", query_post(f"DESCRIBE <{address}>"), HARMLESS)
