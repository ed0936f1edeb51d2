"""Validates quads: each named graph for itself, as it is written for itself."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Quad

from crisiskg.validation.report import Report, Result


def validate(quads: Iterable[Quad]) -> Report:
    """Hold quads to the shapes; each named graph is validated alone.

    Args:
        quads: What would be written; it is read once and not changed.

    Returns:
        The report over all graphs. Data that no shape speaks of conform; `checked` tells how much was held to a shape.

    Raises:
        UnknownName: the folder of shapes is missing from this installation.

    >>> validate([]).conforms
    True
    """
    graphs: dict[object, list[Quad]] = {}
    for quad in quads:
        graphs.setdefault(quad.graph_name, []).append(quad)
    if not graphs:
        return Report(conforms=True)
    from crisiskg.validation.engine import check  # rdflib and pyshacl take half a second to import

    results: list[Result] = []
    checked = 0
    for members in graphs.values():
        found, nodes = check(members)
        results += found
        checked += nodes
    return Report(conforms=not results, results=tuple(sorted(results)), checked=checked)
