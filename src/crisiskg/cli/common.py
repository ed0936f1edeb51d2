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
    """Write a table: ruled and folded to the width of a terminal, separated by tabs elsewhere."""
    if not sys.stdout.isatty():
        click.echo("\t".join(header))
        for line in lines:
            click.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, header_style="bold", show_lines=False)
    for line in lines:
        table.add_row(*(Text(" ".join(_printable(cell).split())) for cell in line))
    Console().print(table)


def _printable(text: str) -> str:
    """Drop control characters, which a terminal would obey."""
    return "".join(character if character.isprintable() or character in "\n\t" else " " for character in text)


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> plural(1, "document"), plural(2, "entry", "entries")
    ('1 document', '2 entries')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
