"""The command validate."""

from __future__ import annotations

import dataclasses

import click

from crisiskg.cli.common import json_option, plural, print_json


@click.command("validate")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@json_option
@click.option("--report", is_flag=True, help="Write the SHACL reports in Turtle.")
def validate_command(files: tuple[str, ...], as_json: bool, report: bool) -> int:
    """Hold RDF files (Turtle, N-Triples, N-Quads, TriG, JSON-LD, RDF/XML) to the shapes.

    Exit code 0 when all conform; 5 when one does not; 3 when one cannot be read.
    """
    from crisiskg.errors import CallerError
    from crisiskg.validation import validate_file

    found = []
    unreadable = 0
    for file in files:
        try:
            found.append((file, validate_file(file)))
        except CallerError as error:
            unreadable += 1
            click.echo(f"error: {file}: {error.message}", err=True)
    if as_json:
        print_json([{"file": file, **dataclasses.asdict(result)} for file, result in found])
    for file, result in found if not as_json else ():
        if report:
            click.echo(result.turtle())
            continue
        click.echo(f"{file}: {'conforms' if result.conforms else plural(len(result.results), 'result')}")
        if result.conforms and not result.checked:
            click.echo(f"warning: {file}: no shape applies to anything in it", err=True)
        for one in result.results:
            click.echo(f"  {one.focus_node} {one.path}: {one.message}" + (f" ({one.value})" if one.value else ""))
    return 3 if unreadable else 0 if all(result.conforms for _, result in found) else 5
