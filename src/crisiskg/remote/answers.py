"""Reading what a server answers: rows, truth or triples, as they come. What is cut, mixed with an error or no result is an error.

Servers answer in what they like best of what can be read safely, whatever format the client wants in the end.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import IO, Any, cast

import pyoxigraph as ox

from crisiskg.errors import CrisiskgError, LimitExceeded, StoreError, StoreTimeout
from crisiskg.remote.connection import Reply, short

#: What is asked for. XML comes last: its end is not seen by the parser.
TABLES = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
GRAPHS = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"

_TABLE_FORMATS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
_GRAPH_FORMATS = {
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "text/plain": ox.RdfFormat.N_TRIPLES,  # the type of N-Triples before RDF 1.1
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/x-turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/xml": ox.RdfFormat.RDF_XML,
}
_XML = (ox.QueryResultsFormat.XML, ox.RdfFormat.RDF_XML)
_BEYOND_XML = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: How an answer ends that is whole; what is empty has no N-Triples, and may have comments.
_ENDS = {
    ox.QueryResultsFormat.JSON: re.compile(rb"\}\s*\Z"),
    ox.QueryResultsFormat.XML: re.compile(rb"(?:</(?:\w+:)?sparql\s*>)\s*\Z"),
    ox.RdfFormat.RDF_XML: re.compile(rb"(?:</(?:\w+:)?RDF\s*>|<(?:\w+:)?RDF\b[^<>]*/>)\s*\Z"),
    ox.RdfFormat.N_TRIPLES: re.compile(rb"(?:\A|[.\n])\s*\Z"),
    ox.RdfFormat.TURTLE: re.compile(rb"(?:\A|[.}\n])\s*\Z"),
}


class Body:
    """What a parser reads: passes the bytes on, and looks at their end.

    Args:
        reply: The answer.
        format_: Its format.
    """

    def __init__(self, reply: Reply, format_: ox.QueryResultsFormat | ox.RdfFormat) -> None:
        self._reply = reply
        self._format = format_
        self._tail = b""
        self.is_empty = True

    def read(self, size: int = -1) -> bytes:
        """Return bytes; see `Reply.read`."""
        data = self._reply.read(size)
        if data:
            window = self._tail + data
            if self._format in _XML and _BEYOND_XML.search(window):
                raise StoreError(f"the store {self._reply.url} answered with XML that has a DOCTYPE, which is not read")
            self._tail = window[-400:]
            self.is_empty = False
        return data

    def finish(self) -> None:
        """Read what the parser left, and see that the end is one.

        Raises:
            StoreError: the answer is cut.
        """
        while self.read(65_536):
            pass
        if not _ENDS[self._format].search(self._tail):
            raise _broken(self._reply, f"it ends with {short(self._tail[-80:].decode('utf-8', 'replace'))!r}")


def read_table(reply: Reply) -> tuple[Any, Body]:
    """Return the answer to SELECT or ASK as pyoxigraph reads it, and its body, to be finished when all was read.

    Raises:
        StoreError: it is no answer to SELECT or ASK.
    """
    format_ = _TABLE_FORMATS.get(reply.media_type)
    if format_ is None:
        raise _no_result(reply)
    refuse_parts(reply)
    body = Body(reply, format_)
    with broken_as_error(reply):
        return ox.parse_query_results(cast(IO[bytes], body), format=format_), body


def truth(result: Any, body: Body, reply: Reply) -> bool:
    """Return the answer to ASK. Virtuoso answers with a table of one cell, or without rows for false.

    Raises:
        StoreError: it is neither.
    """
    if isinstance(result, ox.QueryBoolean):
        body.finish()
        return bool(result)
    cells = [term for solution in solutions(result, body, reply) for term in solution]
    if not cells and len(result.variables) == 1:
        return False
    if len(cells) == 1 and isinstance(cells[0], ox.Literal) and cells[0].value in ("0", "1", "false", "true"):
        return cells[0].value in ("1", "true")
    raise _broken(reply, "ASK is answered with neither true nor false")


def solutions(result: Any, body: Body, reply: Reply) -> Iterator[Any]:
    """Yield the rows of an answer to SELECT, and see to its end.

    Raises:
        StoreError: the answer is cut or broken.
    """
    expect_rows(result, reply)
    with broken_as_error(reply):
        yield from result
    body.finish()


def expect_rows(result: Any, reply: Reply) -> None:
    """Refuse an answer to SELECT that is none.

    Raises:
        StoreError: it has no rows, not even none.
    """
    if not isinstance(result, ox.QuerySolutions):
        raise _broken(reply, "SELECT is answered without rows")


@contextlib.contextmanager
def broken_as_error(reply: Reply) -> Iterator[None]:
    """Turn what a parser says into the error that the store gave a broken answer."""
    try:
        yield
    except (SyntaxError, ValueError) as error:
        raise _broken(reply, str(error)) from error


def triples(reply: Reply) -> Iterator[ox.Triple]:
    """Yield the triples of an answer to CONSTRUCT or DESCRIBE, and see to its end.

    Raises:
        StoreError: the answer is cut, broken or no RDF.
    """
    format_ = _GRAPH_FORMATS.get(reply.media_type)
    if format_ is None:
        raise _no_result(reply)
    refuse_parts(reply)
    if not reply.has_end and format_ not in _XML:
        raise StoreError(
            f"the store {reply.url} answers without saying how long its answer is, so that a cut one could not be told",
            hint="Let the server or the proxy before it speak HTTP/1.1.",
        )
    body = Body(reply, format_)
    with broken_as_error(reply):
        for quad in ox.parse(cast(IO[bytes], body), format=format_):
            yield quad.triple
    body.finish()


def refuse_parts(reply: Reply) -> None:
    """Refuse an answer that says of itself that it is one in part.

    Raises:
        StoreTimeout: the server says that its time was over.
    """
    if "s1tat" in reply.headers.get("x-sql-state", "").lower():
        raise StoreTimeout(f"the store {reply.url} answered only in part, as its time was over")


def refuse_cut(reply: Reply, found: int, cap: int | None, limit: int | None) -> None:
    """Refuse an answer that the server may have cut at its own limit.

    Args:
        reply: The answer.
        found: Rows or triples that it has.
        cap: Most rows or triples that the server gives, as far as that is known.
        limit: What LIMIT of the query asks for at most; None where it has none.

    Raises:
        LimitExceeded: it may lack something.
    """
    said = reply.headers.get("x-sparql-maxrows", "")
    if said.isdigit():
        cap = int(said)
    if cap is None or found < cap or (limit is not None and limit <= cap):
        return
    raise LimitExceeded(
        f"the store {reply.url} gives at most {cap} rows, so that this answer may lack some",
        hint=f"Ask for parts of it, with ORDER BY, LIMIT of at most {cap} and OFFSET.",
    )


def _no_result(reply: Reply) -> CrisiskgError:
    try:
        text = short(reply.read(2000).decode("utf-8", "replace"))
    except LimitExceeded:
        text = ""
    return StoreError(
        f"the store {reply.url} answered {reply.status} with {reply.media_type or 'no type'} instead of results: {text}".rstrip(
            ": "
        )
    )


def _broken(reply: Reply, reason: str) -> StoreError:
    return StoreError(f"the store {reply.url} gave a cut or broken answer ({reply.media_type}): {short(reason)}")
