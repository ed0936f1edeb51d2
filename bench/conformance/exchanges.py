"""Runs the tests that are written as requests and answers: the SPARQL 1.1 Protocol and the Graph Store Protocol."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from conformance import graphs, solutions
from conformance.cases import Exchange, ExchangeCase
from conformance.client import Reply, send
from conformance.servers import Server

_CLASSES = {f"StatusCode{digit}xx": range(digit * 100, digit * 100 + 100) for digit in range(1, 6)}
_STATUSES = {"OK": 200, "Created": 201, "Accepted": 202, "NoContent": 204, "NotFound": 404, "MethodNotAllowed": 405}
_BOOLEAN = ("application/sparql-results+xml", "application/sparql-results+json")
_FORMS = {"boolean": _BOOLEAN, "tabular": (*_BOOLEAN, "text/csv", "text/tab-separated-values"), "RDF": graphs.MEDIA_TYPES}


def run_exchanges(case: ExchangeCase, server: Server) -> str | None:
    """Send the requests of a test.

    Returns:
        What was wrong with the first answer that is not as it should be; None where all are.
    """
    known: dict[str, str] = {}
    for number, exchange in enumerate(case.exchanges, 1):
        path, body = exchange.path, exchange.body
        for name, value in known.items():
            path = path.replace(name, quote(value, safe=""))
            body = body.replace(name.encode(), value.encode()) if body else body
        url = _address(case, exchange, path, server)
        reply = send(exchange.method, url, exchange.headers, body)
        if wrong := _judge(exchange, reply):
            return f"request {number}, {exchange.method} {exchange.path[:80]}: {wrong}"
        if exchange.location:
            location = reply.headers.get("location")
            if not location:
                return f"request {number}, {exchange.method} {exchange.path[:80]}: the answer has no Location"
            known[exchange.location] = urljoin(url, location)
    return None


def _address(case: ExchangeCase, exchange: Exchange, path: str, server: Server) -> str:
    """Return where a request goes: paths begin with `/gsp` for the graph store and with `/sparql/` for query and update."""
    if case.graph_store:
        return server.graphs + path.removeprefix("/gsp")
    base = server.update if _is_update(case, exchange) else server.query
    query = urlsplit(path).query
    return base + (f"?{query}" if query else "")


def _is_update(case: ExchangeCase, exchange: Exchange) -> bool:
    """Tell whether a request is an update; where it does not say so itself, as some that must fail do, the test's name does."""
    kind = dict(exchange.headers).get("content-type", "").partition(";")[0].strip()
    if kind == "application/sparql-update":
        return True
    if kind == "application/sparql-query":
        return False
    given = {name for name, _ in parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True)}
    if kind == "application/x-www-form-urlencoded" and exchange.body:
        given |= {name for name, _ in parse_qsl(exchange.body.decode("utf-8"), keep_blank_values=True)}
    if given & {"query", "update"}:
        return "update" in given
    return "update" in case.iri.rpartition("#")[2]


def _judge(exchange: Exchange, reply: Reply) -> str | None:
    if exchange.statuses and not any(_fits(reply.status, name) for name in exchange.statuses):
        return f"{reply} instead of {' or '.join(sorted(exchange.statuses))}"
    if exchange.form is not None and reply.media_type not in _FORMS[exchange.form]:
        return f"the answer is of the type {reply.media_type or 'nothing'}, none of {', '.join(_FORMS[exchange.form])}"
    if exchange.truth is not None and solutions.read(reply.body, reply.media_type) is not exchange.truth:
        return f"the answer is not {str(exchange.truth).lower()}"
    if exchange.answer_type is not None and not _same_type(exchange.answer_type, reply.headers.get("content-type", "")):
        return f"the answer is of the type {reply.headers.get('content-type', 'nothing')}, not {exchange.answer_type}"
    if exchange.answer_graph is not None and exchange.method != "HEAD":
        return graphs.difference(graphs.read(exchange.answer_graph, "text/turtle"), graphs.read(reply.body, reply.media_type))
    return None


def _fits(status: int, name: str) -> bool:
    return status in _CLASSES[name] if name in _CLASSES else status == _STATUSES[name]


def _same_type(wanted: str, got: str) -> bool:
    """Tell whether two content types say the same; where one leaves the charset out, it is UTF-8, as it always is in Turtle."""
    (kind, charset), (other, other_charset) = _type_and_charset(wanted), _type_and_charset(got)
    return kind == other and charset == other_charset


def _type_and_charset(header: str) -> tuple[str, str]:
    kind, *parameters = (part.strip().lower() for part in header.split(";"))
    charsets = [value.strip('" ') for name, _, value in (part.partition("=") for part in parameters) if name.strip() == "charset"]
    return kind, (charsets or ["utf-8"])[0]
