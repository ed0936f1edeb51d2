"""Lets the constants of a user's query stand for all that are the same, as the request asks. Runs in query workers.

The query is parsed as it was written before anything is done to it, so that what is wrong with it is said in its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisiskg.errors import LimitExceeded, QueryRefused, QuerySyntaxError
from crisiskg.identity.expansion import Expansion, equivalents
from crisiskg.namespaces import PREFIXES
from crisiskg.workers.measure import Limits
from crisiskg.workers.scan import scan_query
from crisiskg.workers.substitution import Substitution
from crisiskg.workers.tokens import tokens

if TYPE_CHECKING:
    import pyoxigraph as ox

#: So many times as long as what users may write is what becomes of it at most, and so much deeper its brackets.
_LONGER, _DEEPER = 64, 16
#: What no judgement is on: terms of vocabularies.
_VOCABULARY = tuple(iri for prefix, iri in PREFIXES.items() if prefix not in ("wd", "gn"))

_Select = Callable[[str], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says of identity.

    Attributes:
        expansion: How far constants are expanded.
        base: Base of the IRIs of data.
        most: Most IRIs that are written into the query.
    """

    expansion: Expansion
    base: str
    most: int = 10_000

    @classmethod
    def of(cls, content: Sequence[Any]) -> Wish:
        """Return what `crisiskg.workers.requests` wrote into a request: mode, least score, base and most IRIs."""
        mode, least, base, most = content
        return cls(Expansion(mode, least), base, most)


def expand_query(text: str, wish: Wish, limits: Limits, select: _Select, base_iri: str | None = None) -> str:
    """Return a query in which each constant stands for all that are the same; the query itself where none has others.

    Args:
        text: SPARQL of anybody.
        wish: What the request says of identity.
        limits: How large queries of users may be.
        select: Answers our own SELECT queries over all graphs of what the query asks.
        base_iri: Base of relative IRIs in the query.

    Raises:
        CallerError: as for `crisiskg.workers.scan.scan_query`.
        QuerySyntaxError: it does not parse.
        QueryRefused: it has SERVICE, or something that cannot be told for sure.
        LimitExceeded: it grows too large, or is nested too deeply.
    """
    if scan_query(text, limits, service=True).service:
        raise QueryRefused(
            "identity and SERVICE do not go together in one query",
            hint="Ask the other endpoint in a query of its own, and give what it says in VALUES.",
        )
    engine = _Engine(base_iri)
    engine.parse(text)
    try:
        return _expanded(text, wish, limits, select, engine)
    except RecursionError:
        raise LimitExceeded("the query is nested too deeply for identity", hint="Ask it without identity.") from None


def _expanded(text: str, wish: Wish, limits: Limits, select: _Select, engine: _Engine) -> str:
    pieces = list(tokens(text, "query", limits.max_bytes, limits.max_depth))
    longest = limits.max_bytes * _LONGER
    first = Substitution(text, pieces, lambda _: (), lambda _: (), wish.most, longest)
    first.query()
    iris = engine.resolve(first.prologue, list(first.constants))
    asked = dict.fromkeys(iri for iri in iris.values() if not iri.startswith(_VOCABULARY))
    same = equivalents(asked, wish.expansion, select, wish.base) if asked else {}
    if not any(len(found) > 1 for found in same.values()):
        return text
    alternatives = {constant: [f"<{one}>" for one in same.get(iri, (iri,))] for constant, iri in iris.items()}
    changed = Substitution(text, pieces, alternatives.__getitem__, engine.variables, wish.most, longest).query()
    scan_query(changed, Limits(longest * 4, limits.max_depth + _DEEPER, limits.max_patterns, limits.max_path_steps))
    try:
        engine.parse(changed)
    except QuerySyntaxError as error:
        raise QueryRefused("the query cannot be asked with identity", hint="Ask it without identity.") from error
    return changed


class _Engine:
    """The parser of the engine, over a store without data."""

    def __init__(self, base_iri: str | None) -> None:
        import pyoxigraph as ox

        self._store = ox.Store()
        self._base_iri = base_iri

    def parse(self, query: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | None:
        """Parse a query.

        Raises:
            QuerySyntaxError: it does not parse.
        """
        try:
            return self._store.query(query, base_iri=self._base_iri)
        except SyntaxError as error:
            raise QuerySyntaxError(f"the query does not parse: {error}") from None
        except (ValueError, OSError, RuntimeError):  # it parses; evaluating it is not the matter here
            return None

    def variables(self, query: str) -> list[str]:
        """Return the variables that a SELECT query shows, with question marks."""
        found: Any = self.parse(query)
        return [] if found is None else [str(variable) for variable in found.variables]

    def resolve(self, prologue: str, constants: Sequence[str]) -> dict[str, str]:
        """Return the IRIs of constants as they are written, prefixed or relative."""
        rows = " ".join(f"({number} {constant} )" for number, constant in enumerate(constants))
        found: Any = self.parse(f"{prologue}\nSELECT ?n ?x {{ VALUES (?n ?x) {{ {rows} }} }}")
        return {constants[int(row["n"].value)]: row["x"].value for row in found or ()}
