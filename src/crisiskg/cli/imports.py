"""The command import."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.datasets import Dataset
    from crisiskg.importing.plan import Group, Tally
    from crisiskg.importing.run import Outcome
    from crisiskg.importing.withdrawing import Withdrawal
    from crisiskg.settings import Settings
    from crisiskg.store import OxigraphStore

#: Groups of reasons, and events, that are shown one by one.
SHOWN = 20


@click.command("import")
@click.argument("dataset", required=False)
@click.argument("files", nargs=-1, metavar="FILE…")
@store_option
@click.option("--release", metavar="NAME", help="Name of the release; that of the first file where not given.")
@click.option("--keep-old", is_flag=True, help="Keep the releases that are there, instead of replacing them.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Read the first N rows only, and replace no release.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, but keep nothing anywhere.")
@click.option("--base-iri", metavar="IRI", help="Base of the IRIs of data, for a new store.")
@click.option("--deletions", is_flag=True, help="FILEs are lists of ids that the publisher deleted: take these events out.")
@click.option("--abandon", is_flag=True, help="Undo the import of a release that was not finished; FILE is its name.")
@click.option("--remove", is_flag=True, help="Remove a release, finished or not; FILE is its name.")
@click.option("--mapping", metavar="FILE", help="With DATASET rml: an RML mapping in Turtle, by which FILEs are read.")
@click.option("--name", metavar="NAME", help="With DATASET rml: the dataset's name in IRIs; the mapping's where not given.")
@click.option(
    "--license", "license_", metavar="IRI", help="With DATASET rml or followthemoney: the terms under which the files are used."
)
@click.option(
    "--engine",
    metavar="PYTHON",
    envvar="CRISISKG_RML_PYTHON",
    help="With DATASET rml: Python of an environment that has morph-kgc.",
)
@click.option("--list", "list_datasets", is_flag=True, help="List the datasets that can be imported.")
@click.option("--columns", is_flag=True, help="Print the codebook of DATASET: columns and what becomes of them.")
@json_option
@click.pass_context
def import_command(
    context: click.Context,
    dataset: str | None,
    files: tuple[str, ...],
    store: str | None,
    release: str | None,
    keep_old: bool,
    limit: int | None,
    dry_run: bool,
    base_iri: str | None,
    deletions: bool,
    abandon: bool,
    remove: bool,
    mapping: str | None,
    name: str | None,
    license_: str | None,
    engine: str | None,
    list_datasets: bool,
    columns: bool,
    as_json: bool,
) -> int:
    """Write the tables of a DATASET into a store, as a release with a named graph of its own.

    FILEs may be packed (gz, bz2, zip); delimiter, encoding and columns are told from them. Every row becomes a record with an
    event, or goes to quarantine with its line and the reason. The release takes the place of older ones of the dataset. An import
    that was interrupted goes on when the same command is given again; until it is whole, readers do not see it.

    The DATASET rml stands for tables of any kind, read by --mapping FILE.

    Exit code 0; 5 when rows went to quarantine; 3 when nothing could be used.
    """
    from crisiskg.datasets import find_dataset

    if list_datasets:
        return _list(as_json)
    if dataset is None:
        raise click.UsageError("name a dataset; crisiskg import --list shows them", context)
    if dataset == "rml":
        if columns or deletions or limit is not None:
            raise click.UsageError("rml goes with none of --columns, --deletions and --limit", context)
        chosen = _mapped(name, mapping)
    elif mapping is not None:
        raise click.UsageError("--mapping goes with the dataset rml only", context)
    else:
        chosen = find_dataset(dataset)
    if license_ is not None and dataset != "rml":
        chosen = _licensed(chosen, license_)
    if columns:
        return _columns(chosen, as_json)
    if sum((deletions, abandon, remove)) > 1:
        raise click.UsageError("--deletions, --abandon and --remove exclude each other", context)
    if not files:
        raise click.UsageError("name a release" if abandon or remove else "name the files of the release", context)
    settings = settings_from(context, store=store, base_iri=base_iri)
    if abandon or remove:
        return _remove(settings, chosen, files, only_unfinished=abandon)
    if deletions:
        return _delete(settings, chosen, files, as_json)
    if dataset == "rml":
        from crisiskg.cli.rml import import_by_mapping

        terms = {"mapping": mapping, "license_": license_, "engine": engine}
        return import_by_mapping(
            settings, chosen.name, files, release, **terms, keep_old=keep_old, dry_run=dry_run, as_json=as_json
        )
    return _import(settings, chosen, files, release, as_json=as_json, keep_old=keep_old, limit=limit, dry_run=dry_run)


def _mapped(name: str | None, mapping: str | None) -> Dataset:
    """Return the dataset of a user's mapping, as far as its name tells of it."""
    from crisiskg.datasets import all_datasets
    from crisiskg.datasets.tables import Form
    from crisiskg.errors import InvalidParameter
    from crisiskg.importing.rml_tables import mapped_dataset
    from crisiskg.iris import slug

    if name is None and mapping is None:
        raise InvalidParameter("crisiskg import rml needs --mapping FILE, or --name to remove a release")
    called = slug(name if name is not None else Path(mapping or "").stem)
    if not called or called in all_datasets() or called == "rml":
        raise InvalidParameter(f"{called!r} cannot be the name of a dataset of yours", hint="Give another one with --name.")
    return mapped_dataset(called, "", Form(()))


def _licensed(dataset: Dataset, license_: str) -> Dataset:
    """Return a dataset under the terms that the user names; exports go on leaving its rows out."""
    from crisiskg.cli.rml import checked_license
    from crisiskg.errors import InvalidParameter

    if not dataset.terms_vary:
        raise InvalidParameter(
            f"the terms of {dataset.name} are {dataset.license}; --license goes with rml and followthemoney only"
        )
    return dataclasses.replace(dataset, license=checked_license(license_))


def _list(as_json: bool) -> int:
    from crisiskg.datasets import all_datasets

    datasets = all_datasets().values()
    if as_json:
        names = ("name", "title", "publisher", "homepage", "license", "may_republish", "attribution", "identity", "notes")
        print_json([{name: getattr(dataset, name) for name in names} for dataset in datasets])
        return 0
    header = ("name", "title", "publisher", "licence", "rows may be republished")
    print_table(header, [(d.name, d.title, d.publisher, d.license, "yes" if d.may_republish else "no") for d in datasets])
    return 0


def _columns(dataset: Dataset, as_json: bool) -> int:
    if as_json:
        print_json([column._asdict() for column in dataset.form.columns])
        return 0
    lines = [
        (column.name, ", ".join(column.other_names), "yes" if column.is_needed else "", column.meaning, column.use)
        for column in dataset.form.columns
    ]
    print_table(("column", "also called", "needed", "what it holds", "what becomes of it"), lines)
    for note in dataset.notes:
        click.echo(note, err=True)
    return 0


def _import(
    settings: Settings,
    dataset: Dataset,
    files: tuple[str, ...],
    release: str | None,
    *,
    as_json: bool,
    keep_old: bool,
    limit: int | None,
    dry_run: bool,
) -> int:
    from crisiskg.errors import InvalidParameter
    from crisiskg.importing.plan import Table
    from crisiskg.importing.run import Import

    if "-" in files:
        raise InvalidParameter(
            "standard input cannot be imported: an import that is interrupted reads its files again",
            hint="Write the table to a file first.",
        )
    tables = [Table.of(Path(name)) for name in files]
    name = release if release is not None else release_of(tables[0].path)
    started = time.monotonic()
    with opened(settings, dry_run=dry_run) as store, progress(silent=as_json) as show:
        job = Import(dataset, name, tables, store, settings.base_iri, keep_old=keep_old, limit=limit)
        try:
            outcome = job.run(show)
        except KeyboardInterrupt:
            click.echo("interrupted; the same command goes on where it was", err=True)
            return 130
    return told(dataset, name, outcome, time.monotonic() - started, as_json=as_json, dry_run=dry_run)


def told(dataset: Dataset, release: str, outcome: Outcome, seconds: float, *, as_json: bool, dry_run: bool) -> int:
    """Print what an import did, and return the exit code."""
    if as_json:
        print_json(_as_json(dataset, release, outcome, seconds, dry_run=dry_run))
    else:
        _report(dataset, release, outcome, seconds, dry_run=dry_run)
    if not outcome.tally.records:
        return 3
    return 5 if outcome.tally.quarantined else 0


def release_of(path: Path) -> str:
    """Return the name of a release that is not given: the file's, without what tells its kind.

    >>> release_of(Path("GEDEvent_v24_1.csv.gz"))
    'GEDEvent_v24_1'
    """
    name = path.name
    while True:
        stem, dot, ending = name.rpartition(".")
        if not dot or not stem or ending.lower() not in ("gz", "bz2", "zip", "csv", "tsv", "tab", "txt", "json", "jsonl"):
            return name
        name = stem


@contextlib.contextmanager
def opened(settings: Settings, *, dry_run: bool = False, make: bool = True) -> Iterator[Any]:
    """Open the embedded store of the settings; None for a dry run."""
    from crisiskg.errors import InvalidParameter
    from crisiskg.interruption import uninterrupted
    from crisiskg.store import OxigraphStore, existing_folder, is_url

    if dry_run:
        yield None
        return
    if is_url(settings.store):
        raise InvalidParameter(
            "tables are imported into an embedded store, not into a server",
            hint="Import with --store DIR, then send crisiskg export --store DIR to the server, or restore a backup to it.",
        )
    folder = Path(settings.store)
    base = settings.base_iri if "base_iri" in settings.model_fields_set else None
    store = OxigraphStore(folder if make else existing_folder(folder), base, settings.generations_kept)
    try:
        yield store
    finally:
        with uninterrupted():
            store.close()


@contextlib.contextmanager
def progress(*, silent: bool) -> Iterator[Any]:
    """Show on a terminal how far an import is; yields a function that is called with what became of the rows, or None."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)
        started = time.monotonic()
        first: list[int] = []

        def show(tally: Tally) -> None:
            first.append(tally.rows) if not first else None
            rate = (tally.rows - first[0]) / max(time.monotonic() - started, 0.001)
            waiting = f", {tally.quarantined:,} in quarantine" if tally.quarantined else ""
            speed = f", {rate:,.0f} rows/s" if rate else ""
            bar.update(task, description=f"{tally.rows:,} rows, {tally.quads:,} quads{waiting}{speed}")

        yield show


def _as_json(dataset: Dataset, release: str, outcome: Outcome, seconds: float, *, dry_run: bool) -> dict[str, Any]:
    tally = dataclasses.asdict(outcome.tally)
    tally["reasons"] = [dataclasses.asdict(group) for group in outcome.tally.groups()]
    tally["repairs"] = list(tally["repairs"].values())
    return {
        "dataset": dataset.name,
        "release": release,
        "iri": outcome.release,
        "graph": outcome.graph,
        "dry_run": dry_run,
        "unchanged": outcome.unchanged,
        "resumed_rows": outcome.resumed_rows,
        "begun_anew": outcome.begun_anew,
        **tally,
        "unknown_columns": outcome.unknown_columns,
        "replaced": outcome.replaced,
        "withdrawn": _withdrawal_json(outcome.withdrawal),
        "withdrawn_file": str(outcome.withdrawn_file) if outcome.withdrawn_file else None,
        "quarantine": outcome.quarantine.key if outcome.quarantine else None,
        "generation": outcome.generation,
        "seconds": round(seconds, 3),
    }


def _withdrawal_json(found: Withdrawal | None) -> dict[str, Any] | None:
    if found is None:
        return None
    affected = [dict(zip(("event", "graph", "subject"), each, strict=True)) for each in found.affected]
    return {"events": found.events, "returned": found.returned, "affected": affected}


def _report(dataset: Dataset, release: str, outcome: Outcome, seconds: float, *, dry_run: bool) -> None:
    tally = outcome.tally

    def say(text: str) -> None:
        click.echo(text, err=True)

    if outcome.begun_anew:
        say(f"begun anew: {outcome.begun_anew}")
    if outcome.resumed_rows:
        say(f"{outcome.resumed_rows:,} rows were there from an import that was interrupted")
    if outcome.unknown_columns:
        say(f"columns that the codebook does not have, kept in the row alone: {', '.join(outcome.unknown_columns)}")
    would = "would be " if dry_run else ""
    same = " (unchanged: the store held just this already)" if outcome.unchanged else ""
    say(
        f"{dataset.name} {release}: {plural(tally.rows, 'row')} = {tally.records} {would}in the graph"
        f" + {tally.quarantined} {would}in quarantine{same}"
    )
    say(f"{plural(tally.events, 'event')}, {plural(tally.quads, 'quad')}, {seconds:.1f} s")
    _report_groups("quarantine", tally.groups())
    if tally.repaired:
        say(f"{plural(tally.repaired, 'row')} put right before they were read (ckg:repair)")
        _report_groups("repair", sorted(tally.repairs.values(), key=lambda group: -group.count))
    if tally.differing:
        say(f"{plural(tally.differing, 'value')} of shared actors and places that an earlier row had otherwise, not written:")
        for example in tally.examples[:3]:
            say(f"  {example}")
    for name in outcome.replaced:
        say(f"the release {name} was replaced")
    if outcome.withdrawal is not None:
        _report_withdrawal(outcome.withdrawal, outcome.withdrawn_file)
    if outcome.quarantine is not None:
        say(f"crisiskg quarantine show {outcome.quarantine.key} --rows shows the rows")


def _report_groups(word: str, groups: list[Group]) -> None:
    for group in groups[:SHOWN]:
        more = " …" if group.count > len(group.lines) else ""
        click.echo(f"{word}: {plural(group.count, 'row')}: {group.example} ({', '.join(group.lines)}{more})", err=True)
    if len(groups) > SHOWN:
        click.echo(f"{word}: and {len(groups) - SHOWN} more reasons; --json shows all", err=True)


def _report_withdrawal(found: Withdrawal, file: Path | None) -> None:
    if found.events:
        share = f" of {found.before}" if found.before else ""
        where = f"; {file} lists them" if file else ""
        click.echo(f"{plural(len(found.events), 'event')}{share} withdrawn: told of before, and no longer{where}", err=True)
    if found.returned:
        click.echo(f"{plural(found.returned, 'event')} told of again that had been withdrawn", err=True)
    for event, graph, subject in found.affected[:SHOWN]:
        click.echo(f"lost its support: {subject} in {graph} speaks of {event}", err=True)
    if len(found.affected) > SHOWN:
        click.echo(f"lost its support: and {len(found.affected) - SHOWN} more", err=True)


def _remove(settings: Settings, dataset: Dataset, releases: tuple[str, ...], *, only_unfinished: bool) -> int:
    from crisiskg.errors import NotFound
    from crisiskg.importing.run import abandon, remove

    with opened(settings, make=False) as store:
        for release in releases:
            if not (abandon if only_unfinished else remove)(store, dataset.name, release):
                what = "import under way" if only_unfinished else "release"
                raise NotFound(f"the store has no {what} {release[:60]!r} of {dataset.name}", hint=_releases(store, dataset))
            click.echo(f"{dataset.name} {release} removed", err=True)
    return 0


def _releases(store: OxigraphStore, dataset: Dataset) -> str:
    from crisiskg.importing.releases import prefix_of

    prefix = prefix_of(dataset.name, store.base_iri)
    known = [graph[len(prefix) :] for graph in store.journal.graphs() if graph.startswith(prefix)]
    begun = [graph[len(prefix) :] + " (not finished)" for graph in store.unfinished if graph.startswith(prefix)]
    return f"There are {', '.join(sorted([*known, *begun]))}." if known or begun else "There is none of this dataset."


def _delete(settings: Settings, dataset: Dataset, files: tuple[str, ...], as_json: bool) -> int:
    from crisiskg.errors import NotFound
    from crisiskg.importing.deletions import read_deletions
    from crisiskg.importing.withdrawing import delete_events
    from crisiskg.interruption import uninterrupted
    from crisiskg.iris import mint_dataset_part

    for name in files:
        if not Path(name).is_file():
            raise NotFound(f"there is no file {name}")
    with opened(settings, make=False) as store:
        ids = {
            mint_dataset_part(dataset.name, "event", identifier, store.base_iri): identifier
            for name in files
            for identifier in read_deletions(Path(name), dataset)
        }
        with uninterrupted():
            found, unknown = delete_events(store, dataset.name, ids)
            if found.events:
                store.publish()
    missing = [ids[event] for event in unknown]
    if as_json:
        print_json({"dataset": dataset.name, "withdrawn": _withdrawal_json(found), "unknown": missing})
    else:
        click.echo(f"{plural(len(ids), 'id')}: {len(found.events)} withdrawn, {len(missing)} not in the store", err=True)
        _report_withdrawal(found, None)
    return 0 if found.events else 3
