"""What several commands share: options, settings, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from crisiskg.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def store_option(function: F) -> F:
    """Add --store."""
    return click.option("--store", metavar="DIR|URL", help="Folder of the store, or URL of a SPARQL server.")(function)


def json_option(function: F) -> F:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(function)


def settings_from(context: click.Context, **flags: Any) -> Settings:
    """Return the settings under the flags of a command and --set.

    Raises:
        InvalidParameter: a value is not possible.
    """
    from crisiskg.settings import load_settings

    given = {name: value for name, value in flags.items() if value is not None}
    return load_settings(**{**context.obj.get("settings", {}), **given})


def print_json(value: Any) -> None:
    """Write a value as JSON, indented, letters as they are."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Write a table: ruled and folded on a terminal, or value by value where it is too narrow; separated by tabs elsewhere."""
    if not sys.stdout.isatty():
        click.echo("\t".join(header))
        for line in lines:
            click.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    cells = [[" ".join(_printable(cell).split()) for cell in line] for line in lines]
    if table_width(header, cells) > console.width:
        _print_records(header, cells, console.width)
        return
    table = Table(*header, header_style="bold", show_lines=False)
    for line in cells:
        table.add_row(*(Text(cell) for cell in line))
    console.print(table)


def table_width(header: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    """Return how wide a terminal must be for a table that can be read; long values may be folded, not below 24 characters.

    >>> table_width(["name", "what"], [["Mali", "x" * 100]])
    35
    """
    columns = [max([len(name), *(min(24, len(line[place])) for line in cells)]) for place, name in enumerate(header)]
    return sum(columns) + 3 * len(columns) + 1


def _print_records(header: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> None:
    """Write a line for each value, for tables that are too wide."""
    import textwrap

    indent = max(len(name) for name in header) + 2
    for number, line in enumerate(cells):
        if number:
            click.echo("─" * width)
        for name, cell in zip(header, line, strict=True):
            if cell:
                first = f"{name:{indent}}"
                click.echo(textwrap.fill(cell, width, initial_indent=first, subsequent_indent=" " * indent))


def _printable(text: str) -> str:
    """Drop control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in text)


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> plural(1, "document"), plural(2, "entry", "entries")
    ('1 document', '2 entries')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
