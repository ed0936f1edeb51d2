"""The commands stats, verify, doctor and config."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crisiskg import __version__
from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from, store_option
from crisiskg.errors import CrisiskgError, InvalidParameter

if TYPE_CHECKING:
    from crisiskg.settings import Settings

_LIBRARIES = ("pyoxigraph", "rdflib", "pyshacl", "spacy", "fastapi", "uvicorn", "SPARQLWrapper", "lxml", "pypdf", "trafilatura")


@click.command("stats")
@store_option
@json_option
@click.pass_context
def stats_command(context: click.Context, store: str | None, as_json: bool) -> None:
    """Count what a store holds."""
    from crisiskg.asking import open_asker, selector
    from crisiskg.queries import find_query
    from crisiskg.store import is_url

    settings = settings_from(context, store=store)
    asker = open_asker(settings, workers=1)
    try:
        rows = selector(asker)(find_query("counts").text)
    finally:
        asker.close()
    found: dict[str, int | None] = {
        str(getattr(row["class"], "value", "")): int(str(getattr(row["number"], "value", "0"))) for row in rows
    }
    if not is_url(settings.store):
        from crisiskg.generations import Generations
        from crisiskg.quarantine import Quarantine

        folder = Path(settings.store)
        found["generation"] = Generations(folder).current()
        found["quarantined"] = len(Quarantine(folder / "quarantine").entries())
    if as_json:
        print_json(found)
    else:
        print_table(("what", "number"), [(name, str(number)) for name, number in found.items()])


@click.command("verify")
@store_option
@json_option
@click.option("--repair", is_flag=True, help="Make the journal say what the store holds, and name the documents that are lost.")
@click.pass_context
def verify_command(context: click.Context, store: str | None, as_json: bool, repair: bool) -> int:
    """Read every graph of a store back and compare it with the journal.

    Exit code 0 when they agree, or were made to; 7 when they do not.
    """
    from crisiskg.interruption import uninterrupted
    from crisiskg.store import OxigraphStore, existing_folder, is_url

    settings = settings_from(context, store=store)
    if is_url(settings.store):
        raise InvalidParameter("verify needs an embedded store: a server keeps no journal of ours", hint="Give --store DIR.")
    with OxigraphStore(existing_folder(settings.store), check=False) as opened:
        found = opened.verify()
        if repair and not found.sound:
            with uninterrupted():
                opened.accept(found)
                opened.publish()
    if as_json:
        print_json(
            {
                "sound": found.sound,
                "repaired": repair and not found.sound,
                "graphs": found.graphs,
                "quads": found.quads,
                "missing": list(found.missing),
                "changed": list(found.changed),
                "extra": list(found.extra),
                "unfinished": list(found.unfinished),
            }
        )
    else:
        for word, graphs in (("lost", found.missing), ("changed", found.changed), ("not in the journal", found.extra)):
            for graph in graphs:
                click.echo(f"{word}: {graph}")
        for graph in found.unfinished:
            click.echo(f"not finished, and not held against the journal: {graph}", err=True)
        agree = "store and journal agree" if found.sound else "store and journal do not agree"
        click.echo(f"{plural(found.graphs, 'graph')}, {plural(found.quads, 'quad')}: {agree}", err=True)
        if repair and not found.sound:
            click.echo("the journal now says what the store holds; ingest again what is lost or changed", err=True)
    return 0 if found.sound or repair else 7


@click.command("config")
@click.argument("action", type=click.Choice(["show"]), default="show")
@json_option
@click.pass_context
def config_command(context: click.Context, action: str, as_json: bool) -> None:
    """Show the settings: name, value, where it comes from, what it means.

    Flags win over environment variables (CRISISKG_ and the name in capitals), these over crisiskg.toml in the current folder.
    """
    del action
    settings = settings_from(context)
    fields = type(settings).model_fields
    rows = []
    for name, field in fields.items():
        value = getattr(settings, name)
        origin = "set" if name in settings.model_fields_set else "default"
        rows.append((name, "" if value is None else str(value), origin, field.description or ""))
    if as_json:
        print_json({name: {"value": value, "origin": origin, "text": text} for name, value, origin, text in rows})
    else:
        print_table(("setting", "value", "origin", "what it means"), rows)


@click.command("doctor")
@store_option
@json_option
@click.pass_context
def doctor_command(context: click.Context, store: str | None, as_json: bool) -> int:
    """Check that everything that crisiskg needs is there and sound: versions, data, model, sandbox, store.

    Where the store is a server, every promise is named that holds there, and what is downgraded.

    Exit code 0 when nothing is wrong; 6 when something is.
    """
    settings = settings_from(context, store=store)
    found = list(_examine(settings))
    wrong = [name for name, state, _ in found if state == "wrong"]
    if as_json:
        print_json([{"check": name, "state": state, "detail": detail} for name, state, detail in found])
    else:
        print_table(("check", "state", "detail"), found)
    return 6 if wrong else 0


def _examine(settings: Settings) -> Iterator[tuple[str, str, str]]:
    yield "crisiskg", "fine", f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES]
    yield "libraries", "fine", ", ".join(versions)
    for name, check in (
        ("vocabulary", _check_vocabulary),
        ("shapes", _check_shapes),
        ("queries", _check_queries),
        ("model", lambda: _check_model(settings)),
        ("gazetteer", lambda: _check_gazetteer(settings)),
    ):
        yield _result(name, check)
    from crisiskg.sandbox import capabilities

    for name, detail in capabilities().items():
        yield f"sandbox: {name}", "wrong" if "NOT" in detail else "fine", detail
    from crisiskg.store import is_url

    if is_url(settings.store):
        yield from _examine_server(settings)
    else:
        yield _result("store", lambda: _check_store(settings))


def _examine_server(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Say what the server of the store is, and which promises hold there."""
    from crisiskg.remote.checks import promises
    from crisiskg.remote.connection import Connection
    from crisiskg.remote.server import find_server

    connection = Connection.from_settings(settings)
    try:
        yield from promises(connection, find_server(connection, settings), settings.union_default_graph)
    except CrisiskgError as error:
        yield "store", "wrong", ". ".join(part for part in (error.message, error.hint) if part)
    finally:
        connection.close()


def _result(name: str, check: Callable[[], str]) -> tuple[str, str, str]:
    try:
        return name, "fine", check()
    except CrisiskgError as error:
        return name, "wrong", ". ".join(part for part in (error.message, error.hint) if part)
    except Exception as error:
        return name, "wrong", f"{type(error).__name__}: {error}"


def _check_vocabulary() -> str:
    from crisiskg.vocabulary import reference_quads, vocabulary_quads

    return f"{len(vocabulary_quads())} quads of vocabulary, {len(reference_quads())} of reference data"


def _check_shapes() -> str:
    from crisiskg.validation import validate

    return "they load" if validate([]).conforms else "they refuse an empty graph"


def _check_queries() -> str:
    from crisiskg.queries import load_queries

    return f"{len(load_queries())} named queries"


def _check_model(settings: Settings) -> str:
    from crisiskg.ingest import describe_run

    run = describe_run(settings)
    return f"{run.model_name}, SHA-256 of its weights {(run.model_sha256 or '')[:16]}…"


def _check_gazetteer(settings: Settings) -> str:
    from crisiskg.annotation.gazetteer import load_gazetteer

    load_gazetteer(settings)
    return "it loads"


def _check_store(settings: Settings) -> str:
    from crisiskg.asking import open_asker

    if not (Path(settings.store) / "store.json").is_file():
        return f"none yet in {settings.store}"
    asker = open_asker(settings, workers=1)
    try:
        with asker.run("ASK { ?s ?p ?o }") as answer:
            generation = answer.generation
    finally:
        asker.close()
    from crisiskg.journal import read_entries

    entries = sum(1 for _ in read_entries(Path(settings.store) / "journal.jsonl"))
    return f"{settings.store}: generation {generation}, {plural(entries, 'journal entry', 'journal entries')}"
