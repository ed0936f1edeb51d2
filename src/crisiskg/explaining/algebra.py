"""Turns the text of a query into its shape, with the parser of rdflib. For use in a sandbox only; nothing is evaluated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crisiskg.explaining.shape import Bind, Filter, Group, Path, Service, Shape, Triple, Union, Values, is_variable

_FORMS = {"SelectQuery": "SELECT", "AskQuery": "ASK", "ConstructQuery": "CONSTRUCT", "DescribeQuery": "DESCRIBE"}
_SEARCHES = {
    "Builtin_REGEX": ("REGEX", "text"),
    "Builtin_CONTAINS": ("CONTAINS", "arg1"),
    "Builtin_STRSTARTS": ("STRSTARTS", "arg1"),
    "Builtin_STRENDS": ("STRENDS", "arg1"),
}


def read_shape(query: str, base_iri: str | None = None) -> Shape:
    """Return the shape of a query.

    Args:
        query: SPARQL 1.1 query that the engine reads.
        base_iri: Base of relative IRIs.

    Raises:
        ValueError: rdflib does not read it, as with what is new in SPARQL 1.2.
        RecursionError: it is nested too deeply.

    >>> read_shape("SELECT * { ?s ?p ?o } LIMIT 3").group.triples
    [Triple(subject='?s', predicate='?p', object='?o', graph='')]
    """
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        parsed = parseQuery(query)
        star = "projection" not in parsed[1]
        algebra = translateQuery(parsed, base=base_iri).algebra
    except RecursionError:
        raise
    except Exception as error:  # pyparsing's, and whatever else its actions meet
        raise ValueError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    form = _FORMS[algebra.name]
    shape = _shape(algebra.p, form)
    shape.star = form == "SELECT" and star
    if form == "CONSTRUCT":
        shape.columns = ()
    return shape


def _shape(node: Any, form: str = "SELECT") -> Shape:
    """Return the shape of a query from its modifiers down to its WHERE."""
    shape = Shape(form, Group())
    while True:
        name = node.name
        if name == "Slice":
            shape.offset, shape.limit = int(node.start or 0), None if node.length is None else int(node.length)
        elif name in ("Distinct", "Reduced"):
            shape.distinct = shape.distinct or (name == "Distinct" and form == "SELECT")
        elif name == "Project":
            shape.columns = tuple(_term(variable) for variable in node.PV if is_variable(_term(variable)))
        elif name == "OrderBy":
            shape.order = True
            shape.order_by = frozenset(_term(key.expr) for key in node.expr) - {""}
        elif name == "AggregateJoin":
            shape.aggregates = True
        elif name == "Group":
            shape.keys = frozenset().union(*(_variables(key) for key in node.expr or ())) if node.expr else None
        elif name not in ("Extend", "Filter", "ToMultiSet") or not _has_modifier(node):
            break
        node = node.p
    _fill(shape.group, node, "")
    return shape


def _has_modifier(node: Any) -> bool:
    """Tell whether GROUP BY lies below: then EXTEND is a column and FILTER is HAVING."""
    while getattr(node, "name", None) in ("Extend", "Filter", "ToMultiSet"):
        node = node.p
    return getattr(node, "name", None) == "AggregateJoin"


def _fill(group: Group, node: Any, graph: str) -> None:
    """Add a part of the algebra to a group."""
    name = node.name
    if name == "BGP":
        group.parts += [Triple(_term(s), _predicate(p), _term(o), graph) for s, p, o in node.triples]
    elif name == "Join":
        _fill(group, node.p1, graph)
        _fill(group, node.p2, graph)
    elif name == "LeftJoin":
        _fill(group, node.p1, graph)
        optional = _group(node.p2, graph)
        if getattr(node.expr, "name", None) != "TrueFilter":
            optional.filters.append(_condition(node.expr, graph))
        group.optionals.append(optional)
    elif name == "Minus":
        _fill(group, node.p1, graph)
        group.minuses.append(_group(node.p2, graph))
    elif name == "Filter":
        _fill(group, node.p, graph)
        group.filters.append(_condition(node.expr, graph))
    elif name == "Extend":
        _fill(group, node.p, graph)
        group.binds.append(Bind(_term(node.var), frozenset(_variables(node.expr))))
    elif name == "Union":
        group.parts.append(Union(list(_branches(node, graph))))
    elif name == "Graph":
        _fill(group, node.p, _term(node.term))
    elif name == "ServiceGraphPattern":
        group.parts.append(Service(frozenset(_variables(node))))
    elif name == "ToMultiSet" and getattr(node.p, "name", "values") == "values":
        rows = getattr(node.p, "res", None) or []  # data without rows have no node
        bound = [{_term(variable) for variable, value in row.items() if value != "UNDEF"} for row in rows]
        variables = set.intersection(*bound) if bound else set()
        group.parts.append(Values(frozenset(variables), len(rows)))
    elif name == "ToMultiSet":
        if node.p.name in ("Project", "Distinct", "Reduced", "Slice", "OrderBy"):
            group.parts.append(_shape(node.p))
        else:
            _fill(group, node.p, graph)
    elif name in ("Project", "Distinct", "Reduced", "Slice", "OrderBy"):
        group.parts.append(_shape(node))


def _group(node: Any, graph: str) -> Group:
    group = Group()
    _fill(group, node, graph)
    return group


def _branches(node: Any, graph: str) -> Iterator[Group]:
    while node.name == "Union":  # the first branches are nested deepest
        yield _group(node.p2, graph)
        node = node.p1
    yield _group(node, graph)


def _condition(expression: Any, graph: str) -> Filter:
    found = Filter(frozenset(_variables(expression, exists=False)))
    alternatives = _always(expression)
    for node in alternatives:
        if getattr(node, "name", None) == "RelationalExpression":
            _compare(found, node)
    for node in _nodes(expression):
        name = getattr(node, "name", None)
        if name in _SEARCHES:
            word, argument = _SEARCHES[name]
            found.searches += [(word, variable) for variable in sorted(_variables(node.get(argument)))]
        elif name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            found.exists.append(_group(_translated(node.graph), graph))
    return found


def _compare(found: Filter, node: Any) -> None:
    """Take what `=` and IN say of variables."""
    left = _term(node.expr)
    if node.op == "IN" and is_variable(left):
        values = node.other if isinstance(node.other, list) else []
        if not any(is_variable(_term(value)) or hasattr(value, "name") for value in values):
            found.equals[left] = max(1, len(values))
    elif node.op == "=":
        right = _term(node.other)
        if is_variable(left) and is_variable(right):
            found.links.append(frozenset((left, right)))
        elif is_variable(left) and not hasattr(node.other, "name"):
            found.equals[left] = 1
        elif is_variable(right) and not hasattr(node.expr, "name"):
            found.equals[right] = 1


def _always(expression: Any) -> Iterator[Any]:
    """Yield the conditions that must hold together."""
    name = getattr(expression, "name", None)
    if name == "ConditionalAndExpression":
        for part in (expression.expr, *(expression.other or ())):
            yield from _always(part)
    elif name == "ConditionalOrExpression" and not expression.other:
        yield from _always(expression.expr)
    elif name is not None:
        yield expression


def _translated(graph: Any) -> Any:
    """Return the algebra of an EXISTS, which rdflib translates where it is alone in its FILTER only."""
    from rdflib.plugins.sparql.algebra import translateGroupGraphPattern

    return translateGroupGraphPattern(graph) if graph.name in ("GroupGraphPatternSub", "SubSelect") else graph


def _nodes(expression: Any) -> Iterator[Any]:
    """Yield the nodes of an expression, without those inside of an EXISTS."""
    name = getattr(expression, "name", None)
    if isinstance(expression, (list, tuple)):
        for each in expression:
            yield from _nodes(each)
    elif name is not None:
        yield expression
        if name not in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            for key, value in expression.items():
                if key != "_vars":
                    yield from _nodes(value)


def _variables(node: Any, exists: bool = True) -> set[str]:
    """Return the variables anywhere in a node."""
    from rdflib.term import Variable

    if isinstance(node, Variable):
        return {_term(node)}
    name = getattr(node, "name", None)
    if isinstance(node, (list, tuple)):
        return set().union(*(_variables(each, exists) for each in node))
    if name is None or (not exists and name in ("Builtin_EXISTS", "Builtin_NOTEXISTS")):
        return set()
    return set().union(*(_variables(value, exists) for key, value in node.items() if key != "_vars"))


def _term(term: Any) -> str:
    """Return a term in N-Triples form; what is no term, an expression, is empty."""
    from rdflib.term import BNode, Literal, URIRef, Variable

    if isinstance(term, Variable):
        return f"?{term}"
    if isinstance(term, BNode):
        return f"_:{term}"
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, Literal):
        kind = f"@{term.language}" if term.language else f"^^<{term.datatype}>" if term.datatype else ""
        return json.dumps(str(term), ensure_ascii=False) + kind
    return ""


def _predicate(predicate: Any) -> str | Path:
    from rdflib.paths import Path as PropertyPath
    from rdflib.paths import SequencePath

    if not isinstance(predicate, PropertyPath):
        return _term(predicate)
    steps = predicate.args if isinstance(predicate, SequencePath) else ()
    plain = all(not isinstance(step, PropertyPath) for step in steps)
    properties, repeats, nested, excludes = _path(predicate, False)
    text = _path_text(predicate)
    return Path(text, properties, repeats, nested, excludes, tuple(_term(step) for step in steps) if plain else ())


def _path(path: Any, inside: bool) -> tuple[tuple[str, ...], bool, bool, bool]:
    """Return the properties of a path, whether it repeats, repeats inside of a repetition, and excludes."""
    from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath

    if isinstance(path, MulPath):
        again = path.mod in ("*", "+")
        properties, _, nested, excludes = _path(path.path, inside or again)
        return properties, again or _path(path.path, False)[1], nested or (again and inside), excludes
    if isinstance(path, InvPath):
        return _path(path.arg, inside)
    if isinstance(path, NegatedPath):
        return (), False, False, True
    if isinstance(path, (AlternativePath, SequencePath)):
        parts = [_path(each, inside) for each in path.args]
        return (
            tuple(name for part in parts for name in part[0]),
            any(part[1] for part in parts),
            any(part[2] for part in parts),
            any(part[3] for part in parts),
        )
    return (_term(path),), False, False, False


def _path_text(path: Any) -> str:
    from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath

    if isinstance(path, MulPath):
        return f"{_in_brackets(path.path)}{path.mod}"
    if isinstance(path, InvPath):
        return f"^{_in_brackets(path.arg)}"
    if isinstance(path, NegatedPath):
        excluded = "|".join(_path_text(each) for each in path.args)
        return f"!({excluded})" if len(path.args) > 1 else f"!{excluded}"
    if isinstance(path, (AlternativePath, SequencePath)):
        return ("|" if isinstance(path, AlternativePath) else "/").join(_in_brackets(each) for each in path.args)
    return _term(path)


def _in_brackets(path: Any) -> str:
    from rdflib.paths import AlternativePath, SequencePath

    text = _path_text(path)
    return f"({text})" if isinstance(path, (AlternativePath, SequencePath)) else text


def read_prefixes(query: str) -> dict[str, str]:
    """Return the prefixes that a query declares, as far as they are full IRIs.

    >>> read_prefixes("PREFIX x: <urn:x:> BASE <http://h/> ASK {}")
    {'x': 'urn:x:'}
    """
    from crisiskg.workers.tokens import tokens

    found: dict[str, str] = {}
    before = last = None
    for token in tokens(query, "query", 2**30, 2**30):
        if token.kind == "iri" and before is not None and last is not None:
            if before.text.upper() == "PREFIX" and last.kind == "name":
                found[last.text.removesuffix(":")] = token.text[1:-1]
        elif token.kind == "open":
            break
        before, last = last, token
    return found
