"""Writes docs/conformance.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from conformance.cases import Case, Verdicts
from conformance.servers import Server
from conformance.tables import below, outcome, totals

_TEXT = """# Conformance

<!-- Written by bench/conformance; change that program, not this page. -->

The W3C test suites of SPARQL 1.1, run over HTTP against `crisiskg serve` and, with the same loader and comparer, against
`oxigraph serve`, whose engine crisiskg embeds. Run on {day}.

```sh
git clone https://github.com/w3c/rdf-tests
python bench/conformance rdf-tests            # the tables
python bench/conformance rdf-tests --write    # also this page and the EARL report
```

{machine}

A running instance shows the report at `/conformance`: a table for people, EARL for programs (`/conformance.ttl`).

## By specification

Numbers are tests passed. *Refused* is what crisiskg does not do on principle, see below.

{specifications}

## By suite

{suites}

## How tests are judged

- Content is loaded through the Graph Store Protocol into an emptied store, parsed before with the address that the file has on
  the web; queries and updates get that address as BASE, those that are no SPARQL excepted. crisiskg is started with
  `union_default_graph=false`: the suites expect a default graph of its own, where crisiskg otherwise shows the union of all.
- Solutions are compared as bags of rows, up to a one-to-one choice of blank nodes; numbers of one datatype by value. Graphs are
  compared by isomorphism, numbers by value. In CSV, which has no datatypes, what reads as a number is compared as one.
- The format of the expected answer is the one that is asked for: XML, JSON, CSV, TSV or Turtle.
- What is no SPARQL must get status 400. What is SPARQL must get a 2xx; where it cannot be carried out, as with an endpoint that
  may not be asked, the same text with an error at its end must get 400, which shows that the text was parsed.
- Whether an empty graph exists is left to the store by SPARQL 1.1 Update, so it is not looked at after an update.
- The Content-Type that the suite of the Graph Store Protocol writes down is looked at, that of HEAD included.
- Tests of SERVICE run with federation on; a loopback server stands for the endpoints that they name, by profiles
  ([federation](federation.md)). Oxigraph has no way to be told that one endpoint stands for another, so they are not run there.
- The description of the service is held to shapes of its vocabulary (`bench/conformance/service-description.ttl`).

## What is refused

The service calls no host but those of profiles that its operator wrote, so it refuses LOAD (with SILENT it does nothing, as the
standard has it for a LOAD that fails), and a SERVICE whose endpoint no profile can stand for: one that a variable names, or that
stands inside of another.

{refused}

## What is not run

{not_run}

## Tests that crisiskg fails and Oxigraph passes

{worse}

## Tests that crisiskg passes and Oxigraph does not

{better}

## Other tests that crisiskg fails

Oxigraph fails them too, or was not asked.

{others}
"""


def conformance_page(
    cases: Sequence[Case], verdicts: Verdicts, servers: Sequence[Server], day: date, machine: Sequence[str]
) -> str:
    """Return the page.

    Args:
        cases: All tests.
        verdicts: What came out for crisiskg and for Oxigraph.
        servers: The two.
        day: When.
        machine: Facts of the machine and of versions, one a line.
    """
    head = ["tests", *(f"{server.name} {server.version}" for server in servers), "refused", "not run"]
    worse = below(cases, verdicts)
    others = [case for case in cases if outcome(verdicts, "crisiskg", case) == "failed" and case not in worse]
    specifications = totals(cases, verdicts, servers, lambda case: case.specification)
    suites = totals(cases, verdicts, servers, lambda case: case.suite)
    refused = [case for case in cases if outcome(verdicts, "crisiskg", case) == "inapplicable"]
    return _TEXT.format(
        day=day.isoformat(),
        machine=_lines(f"- {fact}" for fact in machine),
        specifications=_lines(_table(["specification", *head], specifications)),
        suites=_lines(_table(["suite", *head], suites)),
        refused=_lines(_named(refused, verdicts, "crisiskg")),
        not_run=_lines(_not_run(cases, verdicts)),
        worse=_lines(_named(worse, verdicts, "crisiskg")),
        better=_lines(_named(below(cases, verdicts, "oxigraph", "crisiskg"), verdicts, "oxigraph")),
        others=_lines(_named(others, verdicts, "crisiskg")),
    )


def _lines(lines: Iterator[str]) -> str:
    return "\n".join(lines) or "None."


def _not_run(cases: Sequence[Case], verdicts: Verdicts) -> Iterator[str]:
    found: dict[tuple[str, str], int] = {}
    for case in cases:
        came_out = [outcomes[case.iri] for outcomes in verdicts.values() if case.iri in outcomes]
        if came_out and all(verdict.outcome == "untested" for verdict in came_out):
            place = (case.suite, came_out[0].why)
            found[place] = found.get(place, 0) + 1
    for (suite, why), number in found.items():
        yield f"- `{suite}`, {number} tests: {why}."


def _named(cases: Sequence[Case], verdicts: Verdicts, server: str) -> Iterator[str]:
    for case in cases:
        why = verdicts[server][case.iri].why.replace("<", "&lt;")
        yield f"- `{case.suite}#{case.iri.rpartition('#')[2]}` ({case.name}): {why.removeprefix('refused: ')}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
