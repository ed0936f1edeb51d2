"""Passes an answer on in the format that the client wants.

It goes row by row, so that memory stays flat, and through a parser, so that nothing broken gets through.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

import pyoxigraph as ox

from crisiskg.errors import LimitExceeded, NotAcceptable
from crisiskg.namespaces import PREFIXES
from crisiskg.remote import answers
from crisiskg.remote.connection import Connection, Reply
from crisiskg.remote.server import Dataset, Server, dataset_parameters

#: Formats of SELECT and ASK by media type.
TABLE_FORMATS: dict[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
#: Formats of CONSTRUCT and DESCRIBE by media type.
GRAPH_FORMATS: dict[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}
_WITH_PREFIXES = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)
_FORMS = {"SELECT": "bindings", "ASK": "boolean"}
_LIMIT = re.compile(r"\bLIMIT\s+(\d+)", re.IGNORECASE)


#: What stands once a row outside of values, and how many rows there are before the first of it.
_ROW_MARKS: dict[ox.QueryResultsFormat, tuple[tuple[bytes, ...], int]] = {
    ox.QueryResultsFormat.JSON: ((b"[{", b",{"), 0),
    ox.QueryResultsFormat.XML: ((b"<result>",), 0),
    ox.QueryResultsFormat.CSV: ((b"\r\n",), -1),
    ox.QueryResultsFormat.TSV: ((b"\n",), -1),
}


class Output(Protocol):
    """Where an answer goes."""

    def write(self, data: bytes, /) -> int:
        """Take a part of it."""


class RowCounter:
    r"""Counts rows in what is serialised, and stops at a limit.

    Args:
        output: Where it goes on to.
        format_: Format of the rows.
        limit: Most rows.

    >>> import io
    >>> counter = RowCounter(io.BytesIO(), ox.QueryResultsFormat.CSV, 10)
    >>> counter.write(b'a\r\n"1\r\n2"\r\n'), counter.rows
    (11, 1)
    """

    def __init__(self, output: Output, format_: ox.QueryResultsFormat, limit: int) -> None:
        self._output = output
        self._limit = limit
        self._marks, self._count = _ROW_MARKS[format_]
        self._quoted = format_ in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.JSON)
        self._escapes = format_ == ox.QueryResultsFormat.JSON
        self._before = b""
        self._held = b""
        self._inside = False

    @property
    def rows(self) -> int:
        """Rows so far."""
        return max(0, self._count)

    def write(self, data: bytes) -> int:
        """Take a part of the answer.

        Raises:
            LimitExceeded: there are too many rows.
        """
        if self._quoted:
            self._take_quoted(data)
        else:
            self._take(data)
        if self._count > self._limit:
            raise LimitExceeded(f"the answer has more than {self._limit} rows")
        return self._output.write(data)

    def _take(self, part: bytes) -> None:
        """Count in a part that is outside of values; a mark may be in two parts."""
        window = self._before + part
        self._count += sum(window.count(mark) for mark in self._marks)
        keep = max(map(len, self._marks)) - 1
        self._before = window[-keep:] if keep else b""

    def _take_quoted(self, data: bytes) -> None:
        """Leave out what stands in quotation marks, which may be in two parts too."""
        if self._escapes:
            data = (self._held + data).replace(b"\\\\", b"")
            self._held = b"\\" if data.endswith(b"\\") else b""
            data = data.removesuffix(self._held).replace(b'\\"', b"")
        parts = data.split(b'"')
        if self._inside:
            self._before = b""
        # Parts by turns lie outside and inside; joined with a mark between them, so that none makes one with the next.
        self._take(b'"'.join(parts[1 if self._inside else 0 :: 2]))
        if len(parts) % 2 == 0:
            self._inside = not self._inside
        if self._inside:
            self._before = b""

    def flush(self) -> None:
        """Do nothing; the serialiser asks for it."""


def kind_of_answer(form: str) -> str:
    """Return "bindings", "boolean" or "graph" for a form of query.

    >>> kind_of_answer("DESCRIBE")
    'graph'
    """
    return _FORMS.get(form, "graph")


def chosen(kind: str, accept: Sequence[str]) -> str:
    """Return the first media type that a kind of answer can have.

    Raises:
        NotAcceptable: it can have none of them.

    >>> chosen("graph", ["text/csv", "text/turtle"])
    'text/turtle'
    """
    offered = list(GRAPH_FORMATS if kind == "graph" else TABLE_FORMATS)
    for media_type in accept:
        if media_type in offered:
            return media_type
    raise NotAcceptable(f"an answer of this kind can be had as {', '.join(offered)}")


def least_limit(query: str) -> int | None:
    """Return the number after the last LIMIT of a query where it is that of the whole query; None otherwise.

    It need not see through strings: behind it may stand nothing but OFFSET, so that it is never one inside of brackets.

    >>> least_limit("SELECT * WHERE { { SELECT ?s { ?s ?p ?o } LIMIT 3 } }")
    >>> least_limit("SELECT * { ?s ?p ?o } LIMIT 7 OFFSET 2")
    7
    """
    found = None
    for match in _LIMIT.finditer(query):
        rest = query[match.end() :]
        if (
            re.fullmatch(r"\s*(?:OFFSET\s+\d+\s*)?", rest, re.IGNORECASE)
            and "#" not in query[query.rfind("\n", 0, match.start()) + 1 :]
        ):
            found = int(match[1])
    return found


@dataclass(frozen=True, slots=True)
class Question:
    """A query on its way to a server.

    Attributes:
        query: SPARQL 1.1, looked at by `crisiskg.workers.scan`.
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        accept: Media types by preference.
        dataset: Which graphs it looks at.
        base_iri: Base of its relative IRIs; None for none.
        max_rows: Most rows of the answer.
        time_limit_s: Time that the server is told to take at most, in seconds; None for that of the connection.
    """

    query: str
    form: str
    accept: Sequence[str]
    dataset: Dataset
    base_iri: str | None = None
    max_rows: int = 1_000_000
    time_limit_s: float | None = None


def answer_question(
    connection: Connection, server: Server, question: Question, begin: Callable[[str, str], Output]
) -> int | None:
    """Send a query to a server and pass its answer on.

    Args:
        connection: How to reach the server.
        server: What it is.
        question: The query.
        begin: Is given the kind of answer and its media type once the server answers, and returns where it goes.

    Returns:
        Number of rows of SELECT; otherwise None.

    Raises:
        NotAcceptable: the answer can have none of the media types.
        CrisiskgError: anything else that goes wrong, before `begin` or after it.
    """
    kind = kind_of_answer(question.form)
    media_type = chosen(kind, question.accept)
    parameters = [*dataset_parameters(connection, server, question.query, question.form, question.dataset)]
    if server.kind.timeout_parameter:
        seconds = min(connection.limit_s, question.time_limit_s or connection.limit_s)
        parameters.append((server.kind.timeout_parameter, server.kind.timeout_form.format(math.ceil(seconds))))
    query = question.query
    if question.base_iri is not None:
        query = f"BASE {ox.NamedNode(question.base_iri)}\n{query}"
    accept = answers.GRAPHS if kind == "graph" else answers.TABLES
    cap = server.row_cap
    with connection.query(server.addresses.query, server.encoded(query), accept, parameters) as reply:
        output = begin(kind, media_type)
        if kind == "graph":
            pass_on_graph(reply, output, GRAPH_FORMATS[media_type], max_rows=question.max_rows, cap=cap)
            return None
        return pass_on_table(
            reply,
            question.form,
            output,
            TABLE_FORMATS[media_type],
            max_rows=question.max_rows,
            cap=cap,
            limit=least_limit(question.query),
        )


def pass_on_table(
    reply: Reply, form: str, output: Output, format_: ox.QueryResultsFormat, *, max_rows: int, cap: int | None, limit: int | None
) -> int | None:
    """Pass on the answer to SELECT or ASK.

    Args:
        reply: What the server answers.
        form: SELECT or ASK.
        output: Where it goes.
        format_: Format that is wanted.
        max_rows: Most rows.
        cap: Most rows that the server gives, as far as that is known.
        limit: What LIMIT of the query says.

    Returns:
        Number of rows; None for ASK.

    Raises:
        LimitExceeded: there are more rows, or the server may have left some out.
        StoreError: the answer is broken or in part.
    """
    result, body = answers.read_table(reply)
    if form == "ASK":
        word = b"true" if answers.truth(result, body, reply) else b"false"
        made: Any = ox.parse_query_results(b'{"head":{},"boolean":%s}' % word, format=ox.QueryResultsFormat.JSON)
        made.serialize(output=cast(IO[bytes], _Flushing(output)), format=format_)
        return None
    answers.expect_rows(result, reply)
    counter = RowCounter(output, format_, max_rows)
    with answers.broken_as_error(reply):
        result.serialize(output=cast(IO[bytes], counter), format=format_)
    body.finish()
    answers.refuse_cut(reply, counter.rows, cap, limit)
    return counter.rows


def pass_on_graph(
    reply: Reply,
    output: Output,
    format_: ox.RdfFormat,
    *,
    max_rows: int,
    cap: int | None,
) -> None:
    """Pass on the answer to CONSTRUCT or DESCRIBE, each triple once.

    Args:
        reply: What the server answers.
        output: Where it goes.
        format_: Format that is wanted.
        max_rows: Most triples.
        cap: Most triples that the server gives, as far as that is known.

    Raises:
        LimitExceeded: there are more triples, or the server may have left some out.
        StoreError: the answer is broken or in part.
    """
    count = 0

    def distinct(triples: Iterator[ox.Triple]) -> Iterator[ox.Triple]:
        nonlocal count
        seen: set[ox.Triple] = set()
        for triple in triples:
            count += 1
            if triple not in seen:
                seen.add(triple)
                if len(seen) > max_rows:
                    raise LimitExceeded(f"the answer has more than {max_rows} rows")
                yield triple

    prefixes = dict(PREFIXES) if format_ in _WITH_PREFIXES else None
    ox.serialize(distinct(answers.triples(reply)), output=cast(IO[bytes], _Flushing(output)), format=format_, prefixes=prefixes)
    answers.refuse_cut(reply, count, cap, None)  # LIMIT counts solutions, of which each can make several triples


def pass_on_quads(quads: Iterable[Any], output: Output, format_: ox.RdfFormat, max_rows: int) -> None:
    """Pass on what graphs hold.

    Args:
        quads: Triples of one graph, or quads of several.
        output: Where they go.
        format_: Format that is wanted.
        max_rows: Most of them.

    Raises:
        LimitExceeded: there are more.
    """

    def counted() -> Iterator[Any]:
        for number, one in enumerate(quads):
            if number >= max_rows:
                raise LimitExceeded(f"the answer has more than {max_rows} rows")
            yield one

    prefixes = dict(PREFIXES) if format_ in _WITH_PREFIXES else None
    ox.serialize(counted(), output=cast(IO[bytes], _Flushing(output)), format=format_, prefixes=prefixes)


class _Flushing:
    """An output with the method that serialisers call beside `write`."""

    def __init__(self, output: Output) -> None:
        self.write: Callable[[bytes], int] = output.write

    def flush(self) -> None:
        """Do nothing."""
