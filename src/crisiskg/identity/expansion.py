"""Puts all IRIs of a thing in the place of one, for one request: what is asked of one is then asked of all that are the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter
from crisiskg.iris import mint_graph
from crisiskg.namespaces import BASE, CKG, CKGC

#: How far an IRI is expanded: not at all, to what is judged the same, or also to what may be the same.
MODES = ("none", "exact", "close")
#: Least score of unsure judgements that `close` follows, where none is asked for.
LEAST_SCORE = 0.8

_Select = Callable[[str], Sequence[Mapping[str, Any]]]


class Expansion(NamedTuple):
    """What a request says of identity.

    Attributes:
        mode: One of `MODES`.
        least: With "close": least score of unsure judgements, 0 to 1.
    """

    mode: str = "none"
    least: float = LEAST_SCORE


def read_expansion(mode: str | None, least: str | None) -> Expansion:
    """Read what a request says of identity.

    Args:
        mode: One of `MODES`; None means none.
        least: A number from 0 to 1, with "close" only.

    Raises:
        InvalidParameter: a value is not possible.

    >>> read_expansion("close", "0.9")
    Expansion(mode='close', least=0.9)
    """
    if mode is not None and mode not in MODES:
        raise InvalidParameter(f"identity must be {', '.join(MODES[:-1])} or {MODES[-1]}, not {mode[:40]!r}")
    if least is None:
        return Expansion(mode or "none")
    if mode != "close":
        raise InvalidParameter("min goes with identity=close only")
    if not re.fullmatch(r"0(\.\d{1,9})?|1(\.0{1,9})?|\.\d{1,9}", least):
        raise InvalidParameter(f"min must be a number from 0 to 1, not {least[:40]!r}")
    return Expansion(mode, float(least))


def expand(iris: Sequence[str], expansion: Expansion, select: _Select, base: str = BASE) -> list[str]:
    """Return IRIs with all that stand for the same, the given ones first.

    Args:
        iris: IRIs of entities or events.
        expansion: How far they are expanded. Unsure judgements are followed for one step, and not on from there.
        select: Answers our own SELECT queries over all graphs.
        base: Base of the IRIs of data.
    """
    found = dict.fromkeys(iris)
    if expansion.mode == "none" or not found:
        return list(found)
    _add_same(found, select, base)
    if expansion.mode == "close":
        near = dict.fromkeys(iri for iri in _unsure(list(found), expansion.least, select, base) if iri not in found)
        _add_same(near, select, base)
        found.update(near)
    return list(found)


def _nodes(iris: Sequence[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)


def _add_same(found: dict[str, None], select: _Select, base: str) -> None:
    if not found:
        return
    graph, canonical = ox.NamedNode(mint_graph("identity", base)), ox.NamedNode(CKG + "canonical")
    rows = select(f"SELECT DISTINCT ?c WHERE {{ GRAPH {graph} {{ VALUES ?x {{ {_nodes(list(found))} }} ?x {canonical} ?c }} }}")
    roots = list(dict.fromkeys([*found, *(row["c"].value for row in rows)]))
    rows = select(
        f"SELECT DISTINCT ?x WHERE {{ GRAPH {graph} {{ VALUES ?c {{ {_nodes(roots)} }} ?x {canonical} ?c }} }} ORDER BY ?x"
    )
    found.update(dict.fromkeys([*roots, *(row["x"].value for row in rows)]))


def _unsure(iris: Sequence[str], least: float, select: _Select, base: str) -> list[str]:
    """Return what unsure judgements that stand join with IRIs, where nobody judged the pair different."""
    graph = ox.NamedNode(mint_graph("judgements", base))
    query = f"""PREFIX ckg: <{CKG}> PREFIX ckgc: <{CKGC}>
SELECT DISTINCT ?y WHERE {{ GRAPH {graph} {{
  VALUES ?x {{ {_nodes(iris)} }}
  {{ ?j ckg:hasSubject ?x ; ckg:hasObject ?y }} UNION {{ ?j ckg:hasObject ?x ; ckg:hasSubject ?y }}
  ?j ckg:verdict ckgc:verdict-unsure ; ckg:score ?score .
  FILTER(?score >= {least:.9f})
  FILTER NOT EXISTS {{ ?j ckg:undoneAt ?undone }}
  FILTER NOT EXISTS {{
    ?n ckg:verdict ckgc:verdict-negative .
    {{ ?n ckg:hasSubject ?x ; ckg:hasObject ?y }} UNION {{ ?n ckg:hasObject ?x ; ckg:hasSubject ?y }}
    FILTER NOT EXISTS {{ ?n ckg:undoneAt ?gone }}
  }}
}} }} ORDER BY ?y"""
    return [row["y"].value for row in select(query)]
