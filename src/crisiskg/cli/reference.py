"""The commands of the local reference base."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from

if TYPE_CHECKING:
    from crisiskg.annotation.records import EntityType
    from crisiskg.reference.items import BadRow, Item

KINDS = ("wikidata", "sparql", "geonames", "ftm", "ucdp")

#: Refused rows that are shown one by one unless --all-refused is given; the others are counted.
SHOWN = 20


@click.group("reference")
def reference_command() -> None:
    """Import reference data of others, which linking then knows: Wikidata, GeoNames, FollowTheMoney, UCDP."""


def _read(kind: str, path: Path, default: EntityType | None) -> Iterator[Item | BadRow]:
    from crisiskg.reference.followthemoney import read_entities
    from crisiskg.reference.tables import read_geonames, read_sparql, read_ucdp_actors
    from crisiskg.reference.wikidata import read_wikidata

    if kind == "wikidata":
        return read_wikidata(path, default)
    if kind == "sparql":
        return read_sparql(path, default)
    return {"geonames": read_geonames, "ftm": read_entities, "ucdp": read_ucdp_actors}[kind](path)


@reference_command.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--base", metavar="FILE", help="The reference base; the setting reference_base.")
@click.option("--name", help="Name of the import, for list and remove; the file's name where not given.")
@click.option("--type", "kind_of_rest", metavar="TYPE", help="Type of items of Wikidata whose class is not known.")
@click.option("--all-refused", is_flag=True, help=f"Show every row that cannot be used, not only the first {SHOWN}.")
@json_option
@click.pass_context
def import_command(
    context: click.Context,
    kind: str,
    files: tuple[Path, ...],
    base: str | None,
    name: str | None,
    kind_of_rest: str | None,
    all_refused: bool,
    as_json: bool,
) -> int:
    r"""Read FILEs of a KIND into the reference base; an import of the same name is replaced.

    \b
    wikidata  dump in JSON (one entity a line), or documents of entities
    sparql    results of a query on Wikidata, JSON or CSV: ?item ?itemLabel …
    geonames  allCountries, cities500, a country: zip or text
    ftm       FollowTheMoney entities, JSON Lines (OpenSanctions)
    ucdp      UCDP actor dataset, CSV

    Files may be packed (gz, bz2, zip). Rows that cannot be used are named on standard error with line and reason.
    Exit code 0; 3 when nothing could be used.
    """
    from crisiskg.errors import InvalidParameter, NotFound
    from crisiskg.reference.base import ReferenceBase
    from crisiskg.reference.items import TYPES

    if kind_of_rest is not None and kind_of_rest not in TYPES:
        raise InvalidParameter(f"there is no type {kind_of_rest[:60]!r}; there are {', '.join(sorted(TYPES))}")
    if name is not None and len(files) > 1:
        raise InvalidParameter("--name is for one file")
    for path in files:
        if not path.is_file():
            raise NotFound(f"there is no file {path}")
    settings = settings_from(context, reference_base=base)
    added = []
    with ReferenceBase(Path(settings.reference_base)) as reference:
        for path in files:
            refused = _Refused(path.name, all_refused)
            rows = _read(kind, path, cast("EntityType | None", kind_of_rest))
            source = reference.add(name or path.name, kind, path.name, rows, refused)
            refused.close()
            added.append(source)
            if not as_json:
                click.echo(f"{source.name}: {plural(source.items, 'item')}, {plural(source.refused, 'row')} refused", err=True)
    if as_json:
        print_json([dataclasses.asdict(source) for source in added])
    return 0 if any(source.items for source in added) else 3


class _Refused:
    """Shows rows that cannot be used."""

    def __init__(self, file: str, all_rows: bool) -> None:
        self.file, self.all_rows, self.count = file, all_rows, 0

    def __call__(self, row: BadRow) -> None:
        self.count += 1
        if self.all_rows or self.count <= SHOWN:
            click.echo(f"{self.file}:{row.line}: {row.reason}", err=True)

    def close(self) -> None:
        """Say how many were not shown."""
        if not self.all_rows and self.count > SHOWN:
            more = plural(self.count - SHOWN, "more row")
            click.echo(f"{self.file}: {more} refused; --all-refused shows them", err=True)


@reference_command.command("list")
@click.option("--base", metavar="FILE", help="The reference base; the setting reference_base.")
@json_option
@click.pass_context
def list_command(context: click.Context, base: str | None, as_json: bool) -> None:
    """List the imports, oldest first."""
    from crisiskg.reference.base import ReferenceBase

    path = Path(settings_from(context, reference_base=base).reference_base)
    sources = []
    if path.is_file():
        with ReferenceBase(path) as reference:
            sources = reference.sources()
    if as_json:
        print_json([dataclasses.asdict(source) for source in sources])
        return
    header = ("name", "kind", "file", "added", "items", "refused")
    print_table(header, [(s.name, s.kind, s.file, s.added, str(s.items), str(s.refused)) for s in sources])


@reference_command.command("remove")
@click.argument("name")
@click.option("--base", metavar="FILE", help="The reference base; the setting reference_base.")
@click.pass_context
def remove_command(context: click.Context, name: str, base: str | None) -> None:
    """Remove the import NAME with all that it gave."""
    from crisiskg.errors import NotFound
    from crisiskg.reference.base import ReferenceBase

    path = Path(settings_from(context, reference_base=base).reference_base)
    if not path.is_file():
        raise NotFound(f"there is no reference base {path}")
    with ReferenceBase(path) as reference:
        count = reference.remove(name)
    click.echo(f"{plural(count, 'item')} removed", err=True)
