"""What is parsed in a process that can be killed: queries of strangers, and the answers of endpoints.

Call these functions by `crisiskg.sandbox.run` only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from crisiskg.errors import MalformedSource, QuerySyntaxError

_JSON = frozenset({"application/sparql-results+json", "application/json"})
_XML = frozenset({"application/sparql-results+xml", "application/xml", "text/xml"})
#: Media types that an answer may have.
MEDIA_TYPES = _JSON | _XML
#: What the IRIs begin with that stand for blank nodes of other endpoints.
BLANK = "urn:crisiskg:blank:"
_MAX_XML_DEPTH = 500
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables of a SERVICE block.

    Attributes:
        variables: Those that its solutions can have, without question mark.
        bound: Those of them that a VALUES of the query binds in each of its rows.
        rows: The values of `bound`, each row once, as rows of VALUES; None where nothing is bound.
    """

    variables: tuple[str, ...]
    bound: tuple[str, ...] = ()
    rows: tuple[str, ...] | None = None


def read_scopes(text: str, base_iri: str | None, prologue: str, blocks: list[tuple[str, tuple[str, ...]]]) -> list[Scope]:
    """Check a query, and find out which variables its SERVICE blocks have.

    Args:
        text: The query, its SERVICE blocks turned into plain groups.
        base_iri: Base of its relative IRIs; None for none.
        prologue: Its declarations.
        blocks: Of each SERVICE block the body and the VALUES clauses that bind it.

    Raises:
        QuerySyntaxError: the query or one of its blocks does not parse.
    """
    import pyoxigraph as ox

    store = ox.Store()
    try:
        store.query(text, base_iri=base_iri)
    except SyntaxError as error:
        raise QuerySyntaxError(f"the query does not parse: {error}") from None
    except (ValueError, OSError, RuntimeError):  # it parses; evaluating it is not the matter here
        pass
    return [_scope(store, prologue, body, values) for body, values in blocks]


def _scope(store: Any, prologue: str, body: str, clauses: tuple[str, ...]) -> Scope:
    # Sorted, because the engine gives them in another order each time.
    variables = tuple(sorted(variable.value for variable in _select(store, f"{prologue}SELECT * WHERE {{{body}}}").variables))
    best = Scope(variables)
    for clause in clauses:
        found = _bound(_select(store, f"{prologue}SELECT * WHERE {{ {clause} }}"), variables)
        if found.rows is not None and (best.rows is None or len(found.rows) < len(best.rows)):
            best = found
    return best


def _select(store: Any, query: str) -> Any:
    try:
        return store.query(query)
    except SyntaxError as error:
        raise QuerySyntaxError(f"a part of the query at SERVICE does not parse: {error}") from None


def _bound(solutions: Any, variables: tuple[str, ...]) -> Scope:
    """Return what a VALUES clause says of the variables of a block, as far as it can be passed on.

    Only IRIs and text are: of numbers and dates the engine keeps the value and not how it was written, by which other endpoints
    may compare.
    """
    shared = sorted(variable.value for variable in solutions.variables if variable.value in variables)
    rows = [[solution[name] for name in shared] for solution in solutions]
    places = [place for place in range(len(shared)) if all(_can_be_passed_on(row[place]) for row in rows)]
    if not places:
        return Scope(variables)
    distinct = dict.fromkeys(f"({' '.join(str(row[place]) for place in places)})" for row in rows)
    return Scope(variables, tuple(shared[place] for place in places), tuple(distinct))


def _can_be_passed_on(term: Any) -> bool:
    import pyoxigraph as ox

    if isinstance(term, ox.Literal):
        return term.datatype.value == _XSD_STRING or (term.language is not None and term.direction is None)
    return isinstance(term, ox.NamedNode)


def read_answer(data: bytes, media_type: str, variables: tuple[str, ...], max_rows: int, salt: str) -> list[str]:
    """Read the answer of an endpoint.

    Args:
        data: The answer as it came.
        media_type: One of `MEDIA_TYPES`.
        variables: The variables that were asked for, without question mark; the rows have their order.
        max_rows: Rows that are read; one more is given where there are more.
        salt: Tells the blank nodes of this answer from those of others.

    Returns:
        Rows of a VALUES clause.

    Raises:
        MalformedSource: it is no table of the variables asked for.

    >>> data = b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "uri", "value": "urn:x"}}, {}]}}'
    >>> read_answer(data, "application/sparql-results+json", ("a", "b"), 10, "")
    ['(<urn:x> UNDEF)', '(UNDEF UNDEF)']
    """
    import pyoxigraph as ox

    if media_type in _XML:
        _check_xml(data)
    else:
        _check_json(data)
    formats = ox.QueryResultsFormat
    try:
        solutions = ox.parse_query_results(data, format=formats.XML if media_type in _XML else formats.JSON)
        if isinstance(solutions, ox.QueryBoolean):
            raise MalformedSource("it answers yes or no where rows were asked for")
        given = [variable.value for variable in solutions.variables]
        for name in given:
            if name not in variables:
                raise MalformedSource(f"its answer has the variable ?{name[:60]}, which was not asked for")
        rows = []
        for solution in solutions:
            cells = (_cell(solution[name], salt) if name in given else "UNDEF" for name in variables)
            rows.append(f"({' '.join(cells)})")
            if len(rows) > max_rows:
                break
        return rows
    except (SyntaxError, ValueError) as error:
        raise MalformedSource(f"its answer is broken: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise MalformedSource("its answer is nested too deeply") from None


def _cell(term: Any, salt: str) -> str:
    import pyoxigraph as ox

    if term is None:
        return "UNDEF"
    if isinstance(term, ox.BlankNode):
        return f"<{BLANK}{hashlib.sha256(f'{salt} {term.value}'.encode()).hexdigest()[:32]}>"
    if isinstance(term, ox.Triple):
        return f"<<( {' '.join(_cell(part, salt) for part in term)} )>>"
    return str(term)


def _check_json(data: bytes) -> None:
    """Refuse JSON that is nested deeply: for terms in terms, the engine takes time that grows with the square of the depth."""
    try:
        json.loads(data)
    except RecursionError:
        raise MalformedSource("its answer is nested too deeply") from None
    except ValueError as error:
        raise MalformedSource(f"its answer is broken: {error}") from None


def _check_xml(data: bytes) -> None:
    """Refuse XML that is nested deeply, is cut short (which the engine does not notice), or declares a document type."""
    from xml.parsers import expat

    def refuse(*_: object) -> None:
        raise MalformedSource("its answer declares a document type, which may hide anything")

    depth = 0

    def enter(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_XML_DEPTH:
            raise MalformedSource("its answer is nested too deeply")

    def leave(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise MalformedSource(f"its answer is broken: {error}") from None
