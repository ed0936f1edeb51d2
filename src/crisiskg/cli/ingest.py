"""The command ingest."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import json_option, plural, print_json, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.ingest import Ingest, Summary
    from crisiskg.settings import Settings


@click.command("ingest")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|DIR|GLOB|URL|- …")
@store_option
@json_option
@click.option("--dry-run", is_flag=True, help="Read, annotate and validate, but keep nothing anywhere.")
@click.option("--base-iri", metavar="IRI", help="Base of the IRIs of data, for a new store.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary; errors only.")
@click.pass_context
def ingest_command(
    context: click.Context,
    sources: tuple[str, ...],
    store: str | None,
    as_json: bool,
    dry_run: bool,
    base_iri: str | None,
    quiet: bool,
) -> int:
    """Read documents into a store.

    Text, copied web pages, Markdown, HTML, PDF, feeds and JSON Lines; folders are searched through. What does not conform or
    cannot be read goes to quarantine (crisiskg quarantine list). A document that was read before replaces its former version.

    Exit code 0; 5 when something went to quarantine; 3 when nothing at all could be read.
    """
    from crisiskg.sources import read

    settings = settings_from(context, store=store, base_iri=base_iri)
    with open_ingest(settings, dry_run=dry_run) as run, _progress(quiet or as_json) as progress:
        try:
            run.ingest(read(list(sources), settings, keep=run.keep), progress)
        except KeyboardInterrupt:
            report_summary(run.summary, settings, as_json=as_json, quiet=quiet, dry_run=dry_run, interrupted=True)
            return 130
    return report_summary(run.summary, settings, as_json=as_json, quiet=quiet, dry_run=dry_run)


@contextlib.contextmanager
def open_ingest(settings: Settings, *, dry_run: bool = False) -> Iterator[Ingest]:
    """Open store, model and shapes for one run of the write path, with vocabulary and reference data in place."""
    from crisiskg.annotating import open_annotating
    from crisiskg.ingest import Ingest, describe_run
    from crisiskg.interruption import uninterrupted
    from crisiskg.store import existing_folder, is_url, open_store, stored_base_iri
    from crisiskg.validation import validate

    if dry_run:
        with open_annotating(settings) as annotating:
            yield Ingest(settings, annotating, validate, describe_run(settings))
        return
    if (
        "base_iri" not in settings.model_fields_set
        and not is_url(settings.store)
        and (Path(settings.store) / "store.json").is_file()
    ):
        settings = settings.model_copy(update={"base_iri": stored_base_iri(existing_folder(settings.store))})
    folder = Path(settings.work_folder if is_url(settings.store) else settings.store)
    store = open_store(settings)
    try:
        with open_annotating(settings) as annotating:
            run = Ingest(settings, annotating, validate, describe_run(settings), store, folder)
            run.prepare()
            yield run
    finally:
        with uninterrupted():
            store.close()


@contextlib.contextmanager
def _progress(silent: bool) -> Iterator[Any]:
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(summary: Summary) -> None:
            waiting = f", {summary.quarantined} in quarantine" if summary.quarantined else ""
            bar.update(task, description=f"{summary.received} received, {summary.published} published{waiting}")

        yield show


def report_summary(
    summary: Summary,
    settings: Settings,
    *,
    as_json: bool = False,
    quiet: bool = False,
    dry_run: bool = False,
    interrupted: bool = False,
) -> int:
    """Say what became of the inputs, and return the exit code."""
    if as_json:
        found = dataclasses.asdict(summary)
        found["waiting"] = [{name: value for name, value in entry.items() if value} for entry in found["waiting"]]
        found["warnings"] = [{"source": source, "message": message} for source, message in summary.warnings]
        print_json({"store": None if dry_run else settings.store, "dry_run": dry_run, "interrupted": interrupted, **found})
    elif not quiet:
        for source, message in summary.warnings:
            click.echo(f"warning: {source}: {message}", err=True)
        would = "would be " if dry_run else ""
        click.echo(
            f"{plural(summary.received, 'document')} received: {summary.published} {would}published"
            + (f" ({summary.unchanged} unchanged)" if summary.unchanged else "")
            + (f", {summary.quarantined} {would}in quarantine" if summary.quarantined else "")
            + (f" ({summary.failed} unreadable)" if summary.failed else ""),
            err=True,
        )
        if any(summary.withheld.values()):
            click.echo(
                f"below publish_threshold {settings.publish_threshold:g}, kept out of the graph: "
                + ", ".join(plural(count, kind[:-1]) for kind, count in summary.withheld.items() if count),
                err=True,
            )
    if not as_json:
        for entry in summary.waiting[:20]:
            click.echo(f"quarantine: {entry.key}: {entry.reason}", err=True)
        if len(summary.waiting) > 20:
            click.echo(f"quarantine: and {len(summary.waiting) - 20} more; crisiskg quarantine list shows them", err=True)
    if summary.received and summary.failed == summary.received:
        return 3
    return 5 if summary.quarantined else 0
