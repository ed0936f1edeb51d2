"""The command explain."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from, store_option
from crisiskg.errors import CrisiskgError, NotFound

if TYPE_CHECKING:
    from crisiskg.asking import Asker
    from crisiskg.explaining import Explanation, Statistics
    from crisiskg.settings import Settings
    from crisiskg.workers import Pool


@dataclass(frozen=True, slots=True)
class _Run:
    """What asking the query showed.

    Attributes:
        seconds: Time until the whole answer was there.
        rows: Rows or triples; None for a yes or no.
        size: Length of the answer in bytes.
    """

    seconds: float
    rows: int | None
    size: int


@click.command("explain")
@click.argument("query", default="-", metavar="[QUERY|FILE|-]")
@store_option
@click.option("--run", "also_run", is_flag=True, help="Ask the query too, and measure its time and rows.")
@json_option
@click.pass_context
def explain_command(context: click.Context, query: str, store: str | None, also_run: bool, as_json: bool) -> int:
    """Say what a SPARQL query will do and why it may be slow, without asking it.

    With a store, rows are estimated from what it holds. The prefixes of crisiskg need not be declared.
    """
    from crisiskg.cli.query import query_text, with_prefixes
    from crisiskg.explaining import explain
    from crisiskg.workers.scan import Limits, scan_query

    settings = settings_from(context, store=store)
    text = with_prefixes(query_text(query, settings.max_query_bytes))
    scan_query(text, Limits.of(settings), service=True)
    asker = _asker(settings, given=store is not None or also_run)
    ran: _Run | None = None
    failed: CrisiskgError | None = None
    try:
        statistics = None if asker is None else _statistics(asker, settings)
        explanation = explain(text, statistics, time_limit_s=settings.query_time_limit_s)
        if asker is not None and also_run:
            try:
                ran = _ask(asker, text)
            except CrisiskgError as error:
                failed = error
    finally:
        if asker is not None:
            asker.close()
    if as_json:
        found = asdict(explanation)
        found["run"] = None if ran is None else asdict(ran)
        if failed is not None:
            found["run"] = {"error": failed.code, "message": failed.message}
        print_json(found)
        return 0 if failed is None else failed.exit_code
    _print(explanation, ran)
    if failed is not None:
        raise failed
    return 0


def _asker(settings: Settings, given: bool) -> Pool | None:
    """Return who answers; None where no store was named and there is none."""
    from crisiskg.asking import open_asker

    try:
        return open_asker(settings, workers=1)
    except NotFound:
        if given:
            raise
        return None


def _statistics(asker: Asker, settings: Settings) -> Statistics | None:
    from crisiskg.asking import selector
    from crisiskg.explaining import statistics_of
    from crisiskg.store import is_url

    return statistics_of(selector(asker), None if is_url(settings.store) else Path(settings.store))


def _ask(asker: Asker, text: str) -> _Run:
    """Ask a query and measure it; the process that answers is started before."""
    import json

    asker.run("ASK {}").close()
    start = time.perf_counter()
    with asker.run(text, ("application/sparql-results+json", "application/n-triples")) as answer:
        seconds = time.perf_counter() - start
        if answer.kind == "graph":
            rows: int | None = answer.read().count(b"\n")
        elif answer.kind == "boolean":
            rows = None
        else:
            many = answer.rows is not None and answer.rows > 1  # without any, one is counted as well
            rows = answer.rows if many else len(json.loads(answer.read())["results"]["bindings"])
        return _Run(round(seconds, 4), rows, answer.size)


def _print(explanation: Explanation, ran: _Run | None) -> None:
    for finding in explanation.findings:
        click.echo(f"{finding.severity}: {finding.sentence}")
        if finding.hint:
            click.echo(f"  {finding.hint}")
    if not explanation.findings:
        click.echo("nothing striking")
    if explanation.estimates:
        click.echo(f"\nEstimated from the counts of {_source(explanation)}:\n")
        lines = [(estimate.pattern, f"{estimate.rows:,}") for estimate in explanation.estimates]
        print_table(("pattern", "rows"), [*lines, ("the answer", f"{explanation.rows:,}")])
    if ran is not None:
        what = "answered" if ran.rows is None else plural(ran.rows, "row")
        click.echo(f"\n{what} in {ran.seconds:.3f} s, {plural(ran.size, 'byte')}")


def _source(explanation: Explanation) -> str:
    return f"generation {explanation.generation}" if explanation.generation else "the store"
