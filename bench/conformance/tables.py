"""Counts what came out, and shows it on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from conformance.cases import Case, Verdicts
from conformance.servers import Server


def below(cases: Sequence[Case], verdicts: Verdicts, one: str = "crisiskg", other: str = "oxigraph") -> list[Case]:
    """Return the tests that one server fails and the other passes; what a server refuses on principle is counted apart."""
    return [case for case in cases if outcome(verdicts, one, case) in ("failed", "untested") and _passed(verdicts, other, case)]


def totals(cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server], key: Callable[[Case], str]) -> list[list[str]]:
    """Return rows of a table: what is counted, its number of tests, those that each server passed, those that one
    refuses on principle, those that were not run.

    Args:
        cases: The tests.
        verdicts: What came out.
        servers: Who was tested, a column each.
        key: What a test is counted under.
    """
    rows = []
    for group in dict.fromkeys(key(case) for case in cases):
        rows.append(_row(group, [case for case in cases if key(case) == group], verdicts, servers))
    rows.append(_row("all", cases, verdicts, servers))
    return rows


def _row(name: str, cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server]) -> list[str]:
    passed = [str(sum(_passed(verdicts, server.name, case) for case in cases)) for server in servers]
    refused = sum(any(outcome(verdicts, server.name, case) == "inapplicable" for server in servers) for case in cases)
    untested = sum(all(outcome(verdicts, server.name, case) == "untested" for server in servers) for case in cases)
    return [name, str(len(cases)), *passed, str(refused or ""), str(untested or "")]


def outcome(verdicts: Verdicts, server: str, case: Case) -> str:
    """Return `passed`, `failed`, `inapplicable` or `untested`."""
    found = verdicts.get(server, {}).get(case.iri)
    return found.outcome if found else "untested"


def _passed(verdicts: Verdicts, server: str, case: Case) -> bool:
    return outcome(verdicts, server, case) == "passed"


def terminal(cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server], every: bool) -> Iterator[str]:
    """Yield the lines of the tables: totals by suite, then tests one by one.

    Args:
        cases: The tests.
        verdicts: What came out.
        servers: Who was tested.
        every: Whether tests that all servers passed, or that were not run, are listed too.
    """
    head = ["suite", "tests", *(server.name for server in servers), "refused", "not run"]
    yield from _aligned([head, *totals(cases, verdicts, servers, lambda case: case.suite)])
    yield ""
    for case in cases:
        outcomes = [outcome(verdicts, server.name, case) for server in servers]
        if every or {"failed", "inapplicable"} & set(outcomes):
            short = case.iri.rpartition("#")[2]
            yield f"{case.suite}#{short}: " + ", ".join(
                f"{server.name} {word}" for server, word in zip(servers, outcomes, strict=True)
            )
            for server in servers:
                verdict = verdicts[server.name].get(case.iri)
                if verdict and verdict.why and verdict.outcome != "untested":
                    yield f"    {server.name}: {verdict.why}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
