"""Finds all IRIs of a thing, for one request: what is asked of one is then asked of all that are the same.

Named queries put them in the place of a parameter; `crisiskg.workers.expanding` puts them in the place of the IRIs in a query of
a user.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
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
    found = equivalents(iris, expansion, select, base)
    return list(dict.fromkeys([*iris, *(iri for same in found.values() for iri in same)]))


def equivalents(iris: Iterable[str], expansion: Expansion, select: _Select, base: str = BASE) -> dict[str, list[str]]:
    """Return for each of several IRIs all that stand for the same, itself first. It asks as often for many as for one.

    Args:
        iris: IRIs of entities or events; others stand for themselves.
        expansion: How far they are expanded. Unsure judgements are followed for one step, and not on from there.
        select: Answers our own SELECT queries over all graphs.
        base: Base of the IRIs of data.
    """
    found = {iri: {iri: None} for iri in iris}
    if expansion.mode == "none" or not found:
        return {iri: list(same) for iri, same in found.items()}
    things = _things(list(found), select, base)
    for iri, same in found.items():
        same.update(dict.fromkeys(things[iri]))
    if expansion.mode == "close":
        near = _unsure(list(dict.fromkeys(chain.from_iterable(found.values()))), expansion.least, select, base)
        things = _things(list(dict.fromkeys(chain.from_iterable(near.values()))), select, base)
        for same in found.values():
            for one in [one for member in same for one in near.get(member, ())]:
                same.update(dict.fromkeys(things[one]))
    return {iri: list(same) for iri, same in found.items()}


def _nodes(iris: Sequence[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in iris)


def _things(iris: Sequence[str], select: _Select, base: str) -> dict[str, list[str]]:
    """Return for each IRI all IRIs of its thing: the canonical one, then the others in order."""
    if not iris:
        return {}
    graph, canonical = ox.NamedNode(mint_graph("identity", base)), ox.NamedNode(CKG + "canonical")
    rows = select(f"SELECT DISTINCT ?x ?c WHERE {{ GRAPH {graph} {{ VALUES ?x {{ {_nodes(iris)} }} ?x {canonical} ?c }} }}")
    root = {iri: iri for iri in iris} | {row["x"].value: row["c"].value for row in rows}
    members: dict[str, list[str]] = {iri: [iri] for iri in root.values()}
    roots = _nodes(list(members))
    rows = select(f"SELECT DISTINCT ?c ?x WHERE {{ GRAPH {graph} {{ VALUES ?c {{ {roots} }} ?x {canonical} ?c }} }} ORDER BY ?x")
    for row in rows:
        members[row["c"].value].append(row["x"].value)
    return {iri: members[root[iri]] for iri in iris}


def _unsure(iris: Sequence[str], least: float, select: _Select, base: str) -> dict[str, list[str]]:
    """Return what unsure judgements that stand join with each IRI, where nobody judged the pair different."""
    graph = ox.NamedNode(mint_graph("judgements", base))
    query = f"""PREFIX ckg: <{CKG}> PREFIX ckgc: <{CKGC}>
SELECT DISTINCT ?x ?y WHERE {{ GRAPH {graph} {{
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
}} }} ORDER BY ?x ?y"""
    found: dict[str, list[str]] = {}
    for row in select(query):
        found.setdefault(row["x"].value, []).append(row["y"].value)
    return found
