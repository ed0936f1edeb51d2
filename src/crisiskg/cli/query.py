"""The commands query and sparql."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import F, print_json, print_table, settings_from, store_option
from crisiskg.errors import QuerySyntaxError, SourceUnavailable

if TYPE_CHECKING:
    from crisiskg.queries import NamedQuery
    from crisiskg.workers import Answer

#: Format by name: media type for SELECT and ASK, media type for CONSTRUCT and DESCRIBE; None where there is none.
FORMATS: dict[str, tuple[str | None, str | None]] = {
    "table": ("application/sparql-results+json", "text/turtle"),
    "json": ("application/sparql-results+json", "application/ld+json"),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "turtle": (None, "text/turtle"),
    "ntriples": (None, "application/n-triples"),
    "jsonld": (None, "application/ld+json"),
}


def _format_option() -> Callable[[F], F]:
    return click.option(
        "--format", "format_", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="Format of the answer."
    )


class _NamedQueries(click.Group):
    """Makes a command of each named query, with an option for each parameter."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of queries."""
        from crisiskg.queries import load_queries

        return list(load_queries())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:  # noqa: ARG002
        """Return the command of a query."""
        from crisiskg.queries import find_query

        return _command_of(find_query(cmd_name))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the query by its name; an unknown name is an error that lists the known ones."""
        name = args[0]
        return name, self.get_command(ctx, name), args[1:]


@click.group("query", cls=_NamedQueries, invoke_without_command=True, subcommand_metavar="[NAME [PARAMETERS]]")
@store_option
@click.option("--json", "as_json", is_flag=True, help="List the queries in JSON.")
@click.pass_context
def query_command(context: click.Context, store: str | None, as_json: bool) -> None:
    """Ask a named query; without a name, list them. crisiskg query NAME --help shows what one takes."""
    if store is not None:
        context.obj["store"] = store
    if context.invoked_subcommand is not None:
        return
    from crisiskg.queries import load_queries

    queries = load_queries().values()
    if as_json:
        print_json([_described(query) for query in queries])
    else:
        print_table(("name", "what", "parameters"), [(q.name, q.summary, _signature(q)) for q in queries])


def _signature(query: NamedQuery) -> str:
    options = [(f"--{p.name.replace('_', '-')}", p.required) for p in query.parameters]
    return " ".join(option if required else f"[{option}]" for option, required in options)


def _described(query: NamedQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "summary": query.summary,
        "description": query.description,
        "tags": list(query.tags),
        "parameters": [
            {"name": p.name, "kind": p.kind, "required": p.required, "default": p.default, "text": p.text}
            for p in query.parameters
        ],
        "example": dict(query.example),
    }


def _command_of(query: NamedQuery) -> click.Command:
    @click.pass_context
    def ask(context: click.Context, /, store: str | None, format_: str, show: bool, **values: str | None) -> None:
        from crisiskg.asking import base_iri, open_asker, selector
        from crisiskg.queries import bind

        settings = settings_from(context, store=store or context.obj.get("store"))
        asker = open_asker(settings, workers=1)
        try:
            given = {name: value for name, value in values.items() if value is not None}
            text = bind(query, given, selector(asker), base_iri(settings))
            if show:
                click.echo(text)
                return
            with asker.run(text, _media_types(format_)) as answer:
                _print_answer(answer, format_)
        finally:
            asker.close()

    options: list[click.Parameter] = [
        click.Option(
            [f"--{parameter.name.replace('_', '-')}", parameter.name],
            metavar=parameter.kind.upper(),
            help=parameter.text + (" (required)" if parameter.required else ""),
        )
        for parameter in query.parameters
    ]
    if query.limit is not None:
        options += [
            click.Option(["--limit"], metavar="INTEGER", help=f"Most rows; {query.limit} unless given."),
            click.Option(["--offset"], metavar="INTEGER", help="Rows that are passed over."),
        ]
    command = click.Command(query.name, callback=ask, params=options, help=f"{query.summary}.\n\n{query.description}")
    for decorate in (
        click.option("--show-query", "show", is_flag=True, help="Show the SPARQL text and do not ask it."),
        _format_option(),
        store_option,
    ):
        decorate(command)
    return command


@click.command("sparql")
@click.argument("query", required=False, default="-", metavar="[FILE|-|QUERY]")
@store_option
@_format_option()
@click.pass_context
def sparql_command(context: click.Context, query: str, store: str | None, format_: str) -> None:
    """Ask a SPARQL 1.1 query of your own, given as a file, on standard input (-), or as the argument itself.

    The prefixes of crisiskg (ckg:, ckgt:, ckgc:, rdfs:, …) need not be declared.
    """
    from crisiskg.asking import open_asker

    settings = settings_from(context, store=store)
    text = with_prefixes(_query_text(query, settings.max_query_bytes))
    asker = open_asker(settings, workers=1)
    try:
        with asker.run(text, _media_types(format_)) as answer:
            _print_answer(answer, format_)
    finally:
        asker.close()


def _query_text(query: str, limit: int) -> str:
    try:
        if query == "-":
            data = sys.stdin.buffer.read(limit + 1)
        elif not any(character.isspace() for character in query.strip()) and "{" not in query:
            with Path(query).open("rb") as file:
                data = file.read(limit + 1)
        else:
            return query
    except OSError as error:
        raise SourceUnavailable(f"the query {query!r} cannot be read: {error.strerror}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"the query {query!r} is not UTF-8 (byte {error.start})") from error


def with_prefixes(query: str) -> str:
    """Return a query with those of crisiskg's prefixes declared that it uses and does not declare itself.

    >>> with_prefixes("ASK { ?s a ckg:Event }").splitlines()[0]
    'PREFIX ckg: <https://w3id.org/crisiskg/ontology#>'
    """
    import re

    from crisiskg.namespaces import PREFIXES

    declared = {name.lower() for name in re.findall(r"\bPREFIX\s+([\w-]*):", query, re.IGNORECASE)}
    used = [name for name in PREFIXES if name not in declared and re.search(rf"(?<![\w?$@-]){name}:", query)]
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in used) + query


def _media_types(format_: str) -> list[str]:
    return [media for media in FORMATS[format_] if media is not None]


def _print_answer(answer: Answer, format_: str) -> None:
    if format_ == "table" and answer.kind == "bindings":
        header, lines = read_table(answer)
        print_table(header, lines)
        return
    if format_ == "table" and answer.kind == "boolean":
        import json

        click.echo("yes" if json.loads(answer.read())["boolean"] else "no")
        return
    out = sys.stdout.buffer
    for block in answer.blocks():
        out.write(block)
    if format_ == "json":
        out.write(b"\n")
    out.flush()


def read_table(answer: Answer) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of an answer; where a column has its label beside it, the IRI stands behind the label."""
    import json

    found = json.loads(answer.read())
    names: list[str] = found["head"]["vars"]
    rows: list[Mapping[str, Any]] = found["results"]["bindings"]
    shown = [name for name in names if not (name.endswith("Label") and name[:-5] in names)]
    lines = []
    for row in rows:
        line = []
        for name in shown:
            value = row.get(name, {}).get("value", "")
            label = row.get(f"{name}Label", {}).get("value")
            line.append(label or value)
        lines.append(line)
    return shown, lines
