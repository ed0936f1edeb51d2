"""Runs pyshacl over one graph.

pyshacl evaluates SHACL Core. Two things make it fast enough for one document at a time, and a test holds both to what plain
pyshacl says of every file in tests/shapes:

- A property shape gets the targets of the node shapes that name it and is evaluated once for all its focus nodes, not once for
  each; the node shape keeps the list of properties that close it.
- A constraint in SPARQL is evaluated once for the whole graph, by the store's engine. Its query binds `$this` in every branch,
  so that this gives what one evaluation for each focus node would give; rdflib would parse and run it for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyoxigraph import Quad, QuerySolutions, Store
from pyshacl.pytypes import SHACLExecutor
from rdflib.namespace import RDF

from crisiskg.validation.index import Index
from crisiskg.validation.plan import Plan, Targets, shapes_plan
from crisiskg.validation.report import Result
from crisiskg.validation.terms import SH, path_text, plain_text, rdflib_term, rdflib_text, rdflib_triples


def check(quads: list[Quad]) -> tuple[list[Result], int]:
    """Validate the quads of one graph.

    Args:
        quads: Quads of one graph; not changed.

    Returns:
        The results, and the number of nodes that a shape was held against.
    """
    plan = shapes_plan()
    terms = plan.terms.copy()
    data = Index(rdflib_triples(quads, terms))
    executor = SHACLExecutor()
    nodes: dict[Targets, dict[Any, None]] = {}
    results: dict[Result, None] = {}
    for planned in plan.shapes:
        focus = nodes.get(planned.targets)
        if focus is None:
            focus = nodes[planned.targets] = planned.targets.nodes(data)
        if focus:
            values = planned.value_nodes(data, list(focus))
            for constraint in planned.constraints:
                for _, node, triples in constraint.evaluate(executor, data, values, [planned.shape, constraint])[1]:
                    results[_result(node, triples)] = None
    for result in _broken_rules(plan, quads, data):
        results[result] = None
    return list(results), len(plan.all.nodes(data))


def _broken_rules(plan: Plan, quads: list[Quad], data: Index) -> Iterator[Result]:
    store = Store()
    store.bulk_extend(quads)
    for rule in plan.rules:
        solutions = store.query(rule.query, use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        names = {variable.value for variable in solutions.variables}
        for solution in solutions:
            focus = solution["this"]
            if not _is_target(rule.targets, data, focus):
                continue
            path = solution["path"] if "path" in names else None
            value = solution["value"] if "value" in names else None
            yield Result(
                focus_node=plain_text(focus),
                path=plain_text(path) if path is not None else "",
                value=plain_text(value if value is not None else focus),
                shape=rule.iri,
                component=str(SH.SPARQLConstraintComponent),
                message=rule.message,
                severity=rule.severity,
            )


def _is_target(targets: Targets, data: Index, focus: Any) -> bool:
    node = rdflib_term(focus, {})
    if any(class_ in targets.classes for class_ in data.objects(node, RDF.type)):
        return True
    return any(next(data.objects(node, property_), None) is not None for property_ in targets.properties)


def _result(node: Any, triples: list[Any]) -> Result:
    """Return a result of pyshacl, which gives it as triples of a report."""
    found: dict[Any, Any] = {}
    graph = None
    for subject, predicate, value in triples:
        if subject != node:
            continue
        if isinstance(value, tuple):
            source, value = value
            if predicate == SH.resultPath:
                graph = source
        found[predicate] = value
    path = found.get(SH.resultPath)
    value = found.get(SH.value)
    return Result(
        focus_node=rdflib_text(found[SH.focusNode]),
        path=path_text(graph, path) if path is not None else "",
        value=rdflib_text(value) if value is not None else "",
        shape=str(found[SH.sourceShape]),
        component=str(found[SH.sourceConstraintComponent]),
        message=str(found.get(SH.resultMessage, "")),
        severity=str(found[SH.resultSeverity]),
    )
