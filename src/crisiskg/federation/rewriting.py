"""Turns a query with SERVICE into one without: each block is asked at its endpoint, and its answer takes the place of the block.

The engine that evaluates the result calls nobody. Where a VALUES before the block, in the same group, binds variables of the
block, its rows are passed on, so that the endpoint gives what can be used and not all that it has. By the algebra of SPARQL the
result is the same: a block is evaluated for itself and joined, and so is a VALUES clause.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from crisiskg.errors import BudgetExhausted, LimitExceeded, SourceError, StoreTimeout, WorldError
from crisiskg.federation.blocks import Block, Federated, find_blocks
from crisiskg.federation.parsing import Scope, read_scopes
from crisiskg.federation.profiles import Profile, Profiles
from crisiskg.federation.sandboxes import left_until, run
from crisiskg.workers.scan import Limits

#: Asks an endpoint: profile, SELECT query, its variables, rows that are allowed (one more may come), deadline as `time.monotonic`
#: tells it. Gives rows of VALUES.
Ask = Callable[[Profile, str, Sequence[str], int, float], list[str]]

#: Longest query that comes out, in characters.
MAX_REWRITTEN_CHARS = 33_554_432

_log = logging.getLogger("crisiskg.federation")
_CHECK_S = 10.0
_CHECK_MB = 512


def federate(
    query: str, profiles: Profiles, ask: Ask, *, deadline: float, limits: Limits | None = None, base_iri: str | None = None
) -> str:
    """Ask what a query has in SERVICE, and return the query with the answers in place.

    Args:
        query: SPARQL query of anybody.
        profiles: The endpoints that may be asked.
        ask: Asks one of them.
        deadline: When all must be done, as `time.monotonic` tells it.
        limits: How large the query may be; None means the defaults.
        base_iri: Base of relative IRIs where the query has none of its own.

    Returns:
        The query without SERVICE; the same text where it has none. It may be longer than queries of users may be.

    Raises:
        FederationRefused: federation is off, or SERVICE names what no profile does. Nothing was asked then.
        QuerySyntaxError: the query does not parse. Nothing was asked then.
        LimitExceeded: the query or an answer is too large.
        StoreTimeout: the deadline passed.
        SourceError: an endpoint failed; not where SERVICE has SILENT.
        BudgetExhausted: an endpoint was asked too often; not where SERVICE has SILENT.
    """
    found = find_blocks(query, limits or Limits(), base_iri)
    if not found.blocks:
        return query
    called = [profiles.called(block.iri) for block in found.blocks]
    scopes = _scopes(found, base_iri, deadline)
    for profile, scope in zip(called, scopes, strict=True):
        _check_requests(profile, scope)
    answers: list[str] = []
    for block, profile, scope in zip(found.blocks, called, scopes, strict=True):
        answers.append(_answered(ask, found.prologue, block, profile, scope, deadline))
        if len(query) + sum(map(len, answers)) > MAX_REWRITTEN_CHARS:
            raise LimitExceeded(
                f"the answers of other endpoints have more than {MAX_REWRITTEN_CHARS:,} characters",
                hint="Ask for less within SERVICE.",
            )
    return found.replaced(answers)


def _scopes(found: Federated, base_iri: str | None, deadline: float) -> list[Scope]:
    blocks = [(block.body, block.values) for block in found.blocks]
    args = (found.without_services(), base_iri, found.prologue, blocks)
    try:
        return run(read_scopes, *args, deadline=deadline, limit_s=_CHECK_S, memory_mb=_CHECK_MB)
    except StoreTimeout:
        raise
    except (LimitExceeded, WorldError):
        left_until(deadline)
        raise LimitExceeded(
            "the query takes too much time or memory to be looked at", hint="Write it in a simpler way, or with fewer VALUES."
        ) from None


def _check_requests(profile: Profile, scope: Scope) -> None:
    """Refuse, before anything is asked, what needs more requests than the endpoint may get."""
    requests = -(-len(scope.rows or ()) // profile.bulk)
    if requests > profile.requests_per_minute:
        raise LimitExceeded(
            f"the VALUES before a SERVICE of {profile.name} has {len(scope.rows or ()):,} rows, {profile.bulk} a request: "
            f"{requests:,} requests, and {profile.requests_per_minute:,} a minute are allowed",
            hint="Give fewer rows, or have the operator set bulk or requests_per_minute of the profile.",
        )


def _answered(ask: Ask, prologue: str, block: Block, profile: Profile, scope: Scope, deadline: float) -> str:
    """Return the VALUES clause that takes the place of a block."""
    try:
        rows = _rows(ask, prologue, block, profile, scope, deadline)
    except (SourceError, BudgetExhausted) as error:
        left_until(deadline)
        if not block.silent:
            raise
        _log.warning("SERVICE SILENT failed", extra={"endpoint": profile.name, "reason": error.message})
        rows = [f"({' '.join('UNDEF' for _ in scope.variables)})"]
    return f"VALUES ({' '.join(f'?{name}' for name in scope.variables)}) {{ {' '.join(rows)} }}"


def _rows(ask: Ask, prologue: str, block: Block, profile: Profile, scope: Scope, deadline: float) -> list[str]:
    rows: list[str] = []
    for body in _bodies(block, profile, scope):
        left = profile.max_rows - len(rows)
        text = f"{prologue}SELECT * WHERE {{{body}}} LIMIT {left + 1}"
        left_until(deadline)
        rows += ask(profile, text, scope.variables, left, deadline)
        if len(rows) > profile.max_rows:
            raise LimitExceeded(
                f"the endpoint {profile.name} has more than {profile.max_rows:,} rows for a SERVICE of the query",
                hint="Ask for less within SERVICE: bind its variables by a VALUES before it, or write a sub-select with LIMIT.",
            )
    return rows


def _bodies(block: Block, profile: Profile, scope: Scope) -> list[str]:
    """Return what is asked, in one request or, with the rows of a VALUES, in several."""
    if scope.rows is None:
        return [block.body]
    names = " ".join(f"?{name}" for name in scope.bound)
    size = profile.bulk
    bulks = [" ".join(scope.rows[at : at + size]) for at in range(0, len(scope.rows), size)]
    # The block keeps its own braces: FILTER and BIND in it must not see what VALUES binds.
    return [f" VALUES ({names}) {{ {bulk} }} {{ {block.body} }} " for bulk in bulks]
