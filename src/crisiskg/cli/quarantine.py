"""The commands of quarantine."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.quarantine import Entry, Quarantine
    from crisiskg.settings import Settings

#: Rows of a table that are shown one by one.
SHOWN = 20


@click.group("quarantine")
def quarantine_command() -> None:
    """Show what could not be published, and try it again."""


def _open(settings: Settings) -> Quarantine:
    from crisiskg.quarantine import Quarantine
    from crisiskg.store import existing_folder, is_url

    folder = Path(settings.work_folder) if is_url(settings.store) else existing_folder(settings.store)
    return Quarantine(folder / "quarantine")


@quarantine_command.command("list")
@store_option
@json_option
@click.pass_context
def list_command(context: click.Context, store: str | None, as_json: bool) -> None:
    """List the entries, oldest first."""
    entries = _open(settings_from(context, store=store)).entries()
    if as_json:
        print_json([dataclasses.asdict(entry) for entry in entries])
        return
    print_table(("key", "stage", "source", "reason"), [(e.key, e.stage, e.title or e.source, e.reason) for e in entries])


@quarantine_command.command("show")
@click.argument("key")
@store_option
@json_option
@click.option("--report", is_flag=True, help="Write the SHACL report in Turtle.")
@click.option("--rows", is_flag=True, help="Write the rows of a table, a line of JSON each.")
@click.pass_context
def show_command(context: click.Context, key: str, store: str | None, as_json: bool, report: bool, rows: bool) -> None:
    """Show one entry; KEY may be the beginning of its key."""
    import json

    from crisiskg.errors import NotFound

    quarantine = _open(settings_from(context, store=store))
    entry = quarantine.get(key)
    if report:
        text = quarantine.report(entry.key)
        if text is None:
            raise NotFound(f"the entry {entry.key} has no SHACL report: it failed at {entry.stage}")
        click.echo(text)
    elif rows:
        if entry.stage != "import":
            raise NotFound(f"the entry {entry.key} has no rows: it is no import of a table")
        for row in quarantine.rows(entry.key):
            click.echo(json.dumps(row, ensure_ascii=False))
    elif as_json:
        print_json(dataclasses.asdict(entry))
    else:
        for name in ("key", "stage", "reason", "code", "source", "location", "title", "media_type", "raw_sha256", "at"):
            if value := getattr(entry, name):
                click.echo(f"{name + ':':12} {value}")
        if entry.stage == "import":
            _show_rows(quarantine, entry)
            return
        for result in entry.results:
            click.echo(f"  {result.get('focus_node', '')} {result.get('path', '')}: {result.get('message', '')}")


def _show_rows(quarantine: Quarantine, entry: Entry) -> None:
    """Show why rows of a table could not be used, and the first of them."""
    for group in entry.results:
        click.echo(f"  {plural(int(group.get('count', 0)), 'row')}: {group.get('reason', '')}")
    first = list(itertools.islice(quarantine.rows(entry.key), SHOWN))
    for row in first:
        click.echo(f"  {row.get('file', '')}:{row.get('line', '')}: {row.get('reason', '')}")
    if len(first) == SHOWN:
        click.echo("  --rows shows all, with the rows themselves")


@quarantine_command.command("retry")
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@store_option
@json_option
@click.pass_context
def retry_command(context: click.Context, keys: tuple[str, ...], store: str | None, as_json: bool) -> int:
    """Read the kept inputs of entries again, all of them unless KEYs are given.

    Rows of tables are not tried again so: mend the table, and import the release again.

    Exit code 0; 5 when something is in quarantine still.
    """
    from crisiskg.cli.ingest import open_ingest, report_summary

    settings = settings_from(context, store=store)
    quarantine = _open(settings)
    entries = [quarantine.get(key) for key in keys] if keys else quarantine.entries()
    again = [entry for entry in entries if entry.raw_sha256]
    for entry in entries:
        if entry.stage == "import":
            click.echo(f"warning: {entry.key}: its table is not kept; mend {entry.source} and import it again", err=True)
        elif not entry.raw_sha256:
            click.echo(f"warning: {entry.key}: its input was never received; ingest {entry.source} again", err=True)
    if not again:
        click.echo(f"{plural(len(entries), 'entry', 'entries')}, none of which can be read again", err=True)
        return 5 if entries else 0
    with open_ingest(settings) as run:
        run.retry(again)
    return report_summary(run.summary, settings, as_json=as_json)


@quarantine_command.command("drop")
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@store_option
@click.pass_context
def drop_command(context: click.Context, keys: tuple[str, ...], store: str | None) -> None:
    """Throw entries away; the kept inputs stay."""
    quarantine = _open(settings_from(context, store=store))
    entries: list[Entry] = [quarantine.get(key) for key in keys]
    for entry in entries:
        quarantine.remove(entry.key)
    click.echo(f"{plural(len(entries), 'entry', 'entries')} dropped", err=True)
