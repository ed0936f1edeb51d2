"""The commands backup and restore."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from crisiskg.cli.common import json_option, plural, print_json, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.backing_up import Backup


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@store_option
@json_option
@click.pass_context
def backup_command(context: click.Context, target: Path, store: str | None, as_json: bool) -> None:
    """Copy a store to TARGET: a new folder, .tar or .tar.gz.

    Others may read, write and publish meanwhile: the backup holds the newest generation and exactly the journal entries that
    belong to it, the kept inputs, the quarantine and the tokens, with a SHA-256 for every file. It gets its name only when it is
    complete. Of a server as store, all graphs are copied, one after the other.
    """
    from crisiskg.backing_up import back_up

    settings = settings_from(context, store=store)
    with _undone_by_sigterm():
        backup = back_up(settings, target)
    if as_json:
        print_json(dataclasses.asdict(backup))
        return
    click.echo(f"{target}: {_contents(backup)}")
    click.echo(f"fingerprint {backup.fingerprint}")
    for name in backup.left_out:
        click.echo(f"not in the backup, because crisiskg did not write it: {name}", err=True)


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path))
@store_option
@json_option
@click.option("--verify", is_flag=True, help="Only check the backup: unpack it to a temporary folder, and read it back there.")
@click.pass_context
def restore_command(context: click.Context, source: Path, store: str | None, as_json: bool, verify: bool) -> int:
    """Make a store out of the backup SOURCE, in a folder that is new or empty.

    Every file is held to its SHA-256, every graph to the journal; then the store is published and gets its name. To a server,
    the graphs are written and read back. Exit code 7 when the backup is damaged, or when a server gives back something else.
    """
    from crisiskg.backing_up import check, restore

    settings = settings_from(context, store=store)
    with _undone_by_sigterm():
        if verify:
            backup = check(settings, source)
            if as_json:
                print_json({"sound": True, **dataclasses.asdict(backup)})
            else:
                click.echo(f"{source} is sound: {_contents(backup)}")
                click.echo(f"fingerprint {backup.fingerprint}")
            return 0
        restored = restore(settings, source)
    if as_json:
        print_json(dataclasses.asdict(restored))
    else:
        shown = f", generation {restored.generation}" if restored.generation else ""
        click.echo(f"{restored.store}: {_contents(restored.backup)}, taken {restored.backup.at}{shown}")
        for graph in restored.differing:
            click.echo(f"the server gives it back otherwise than written: {graph}", err=True)
    return 7 if restored.differing else 0


def _contents(backup: Backup) -> str:
    parts = [plural(backup.graphs, "graph"), plural(backup.quads, "quad")]
    if backup.kind == "folder":
        parts.insert(0, f"generation {backup.generation}")
        parts.append(plural(backup.journal, "journal entry", "journal entries"))
    parts += [plural(backup.raw, "input"), f"{backup.quarantined} in quarantine"]
    return ", ".join(parts)


@contextlib.contextmanager
def _undone_by_sigterm() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end what is inside as Ctrl-C does, so that it takes back what is half done."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):  # not the main thread
            before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
