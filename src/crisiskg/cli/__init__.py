"""Command line. Each command lives in a module of its own that is imported when it is called, so that `--help` is quick."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from crisiskg import __version__
from crisiskg.errors import CrisiskgError, WorldError

#: Command: module, and its one line of help, so that the list of commands imports none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "ingest": ("ingest", "Read documents into a store."),
    "code": ("code", "Say which state had a code on a day, in all schemes."),
    "import": ("imports", "Write the tables of a dataset into a store."),
    "query": ("query", "Ask a named query; without a name, list them."),
    "sparql": ("query", "Ask a SPARQL query of your own."),
    "explain": ("explain", "Say what a SPARQL query will do and why it may be slow."),
    "serve": ("serve", "Serve a store: SPARQL, graph store, linked data, named queries, pages."),
    "export": ("export", "Write the graph to standard output, sorted."),
    "annotate": ("annotate", "Annotate texts: JSON Lines in, JSON Lines out."),
    "evaluate": ("evaluate", "Hold annotations against gold: figures, confusions, calibration."),
    "validate": ("validate", "Hold RDF files to the shapes."),
    "quarantine": ("quarantine", "Show what could not be published, and try it again."),
    "identity": ("identity", "Say which entities and events are the same, why, and undo it."),
    "reference": ("reference", "Import reference data of others, which linking then knows."),
    "stats": ("maintain", "Count what a store holds."),
    "verify": ("maintain", "Read a store back and compare it with its journal."),
    "backup": ("backup", "Copy a store, while others go on using it."),
    "restore": ("backup", "Make a store out of a backup, or check the backup."),
    "token": ("token", "Make, list and revoke tokens: who may write through the service."),
    "doctor": ("maintain", "Check that everything that crisiskg needs is there and sound."),
    "config": ("maintain", "Show the settings and where they can be set."),
}

EXIT_CODES = """Exit codes: 0 done; 1 a fault in crisiskg; 2 wrong use, parameter or query; 3 nothing could be read; 4 not found;
5 something went to quarantine, or does not conform; 6 the store or the world failed; 7 journal and store disagree;
130 interrupted."""


class _Group(click.Group):
    """Imports a command when it is called, and knows the others by their help alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; while help is shown, only its outline."""
        if cmd_name not in COMMANDS:
            return None
        module, text = COMMANDS[cmd_name]
        if ctx.resilient_parsing:
            return click.Command(cmd_name, help=text)
        found = getattr(importlib.import_module(f"crisiskg.cli.{module}"), f"{cmd_name}_command")
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may have been meant."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from difflib import get_close_matches

            close = get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"there is no command {name!r}; there are: {', '.join(COMMANDS)}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120}, epilog=EXIT_CODES)
@click.version_option(__version__, "-V", "--version", prog_name="crisiskg")
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, help="Any setting; see crisiskg config show.")
@click.pass_context
def root(context: click.Context, debug: bool, settings: tuple[str, ...]) -> None:
    """Read documents on conflict and crisis into a knowledge graph, every statement with the sentence that says it."""
    context.ensure_object(dict)
    context.obj.update(debug=debug, settings=_pairs(settings))


def _pairs(settings: Sequence[str]) -> dict[str, str]:
    found = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--set takes NAME=VALUE, not {setting!r}")
        found[name.strip().replace("-", "_")] = value
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with a documented code.

    Args:
        arguments: Words after the program's name; None means those of this process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name in ("stdout", "stderr"):  # closed by whoever started us
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - until the end
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code; messages go to standard error, never a traceback without --debug."""
    debug = "--debug" in arguments
    state: dict[str, Any] = {}
    try:
        code = root.main(list(arguments), prog_name="crisiskg", standalone_mode=False, obj=state)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except CrisiskgError as error:
        if debug:
            traceback.print_exc()
        _complain(error.message, error.hint)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "crisiskg"
        _complain(error.format_message(), f"{command} --help shows what is possible.")
        return 2
    except click.ClickException as error:
        _complain(error.format_message())
        return 2
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return 130
    except (BrokenPipeError, SystemExit):  # click makes an exit of a broken pipe
        # Whoever read has seen enough; writing to the closed pipe once more at exit would only complain.
        _forget_output()
        return 0
    except OSError as error:
        if debug:
            traceback.print_exc()
        _forget_output()
        where = f": {error.filename}" if error.filename else ""
        _complain(f"the system refuses to read or write{where}: {(error.strerror or str(error)).lower()}")
        return WorldError.exit_code
    except Exception as error:
        if debug:
            traceback.print_exc()
        _complain(f"a fault in crisiskg: {type(error).__name__}: {error}", "Run it again with --debug and report what it shows.")
        return 1


def _forget_output() -> None:
    """Write to nowhere what is still to be written to standard output, which takes no more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str, hint: str | None = None) -> None:
    message = " ".join(message.split())
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
