"""The commands query and sparql."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import F, print_json, print_table, settings_from, store_option
from crisiskg.errors import InvalidParameter, NotAcceptable, QuerySyntaxError, SourceUnavailable
from crisiskg.namespaces import BASE

if TYPE_CHECKING:
    from crisiskg.identity.expansion import Expansion
    from crisiskg.queries import NamedQuery
    from crisiskg.workers import Answer, Pool

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
    from crisiskg.queries import asks_of_things

    @click.pass_context
    def ask(context: click.Context, /, store: str | None, format_: str, show: bool, **values: str | None) -> None:
        from crisiskg.asking import base_iri, open_asker, selector
        from crisiskg.queries import bind

        settings = settings_from(context, store=store or context.obj.get("store"))
        asker = open_asker(settings, workers=1)
        try:
            given = {name: value for name, value in values.items() if value is not None}
            for name, value in given.items():
                if not value.strip():
                    raise InvalidParameter(
                        f"{name} is empty", hint=f"Leave out --{name.replace('_', '-')} to ask for everything."
                    )
            text = bind(query, given, selector(asker), base_iri(settings))
            if show:
                click.echo(text)
                return
            with _ask(asker, text, format_) as answer:
                rows = _print_answer(answer, format_, base_iri(settings))
            limit = int(given.get("limit", query.limit or 0))
            if rows is not None and 0 < limit <= rows:
                following = int(given.get("offset", 0)) + limit
                click.echo(f"there may be more than these {rows} rows; --offset {following} shows what follows", err=True)
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
    if asks_of_things(query):
        options += [
            click.Option(
                ["--identity"], metavar="MODE", help="How far an IRI stands for all that are the same: none, exact, close."
            ),
            click.Option(
                ["--min"], metavar="SCORE", help="With --identity close: least score of unsure judgements; 0.8 unless given."
            ),
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
@click.option("--identity", metavar="MODE", help="How far an IRI stands for all that are the same: none, exact, close.")
@click.option(
    "--min", "least", metavar="SCORE", help="With --identity close: least score of unsure judgements; 0.8 unless given."
)
@click.pass_context
def sparql_command(
    context: click.Context, query: str, store: str | None, format_: str, identity: str | None, least: str | None
) -> None:
    """Ask a SPARQL 1.1 query of your own, given as a file, on standard input (-), or as the argument itself.

    The prefixes of crisiskg (ckg:, ckgt:, ckgc:, rdfs:, …) need not be declared.
    """
    from crisiskg.asking import base_iri, open_asker
    from crisiskg.identity.expansion import read_expansion

    settings = settings_from(context, store=store)
    expansion = read_expansion(identity, least)
    text = with_prefixes(query_text(query, settings.max_query_bytes))
    asker = open_asker(settings, workers=1)
    try:
        with _ask(asker, text, format_, expansion, base_iri(settings)) as answer:
            _print_answer(answer, format_, base_iri(settings))
    finally:
        asker.close()


def _ask(asker: Pool, text: str, format_: str, identity: Expansion | None = None, base: str = BASE) -> Answer:
    """Ask, and where the format does not fit the answer, say it by the names that --format takes."""
    try:
        return asker.run(text, _media_types(format_), identity=identity, data_base=base)
    except NotAcceptable as error:
        place = 0 if FORMATS[format_][0] is None else 1
        possible = [name for name, media in FORMATS.items() if media[place] is not None]
        raise NotAcceptable(f"this query has no answer in {format_}; its answer can be had as {', '.join(possible)}") from error


def query_text(query: str, limit: int) -> str:
    """Return the text of a query given as a file, as - for standard input, or as itself.

    Args:
        query: The argument.
        limit: Longest text that is read, in bytes.

    Raises:
        QuerySyntaxError: it is empty or not UTF-8.
        SourceUnavailable: the file cannot be read.
    """
    if not query.strip():
        raise QuerySyntaxError("the query is empty", hint="Give a file, - for standard input, or the query itself.")
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


def _print_answer(answer: Answer, format_: str, base: str) -> int | None:
    """Write an answer; return the number of its rows, where it has rows and they were counted."""
    if format_ == "table" and answer.kind == "bindings":
        header, lines = read_table(answer, base)
        print_table(header, lines)
        return len(lines)
    if format_ == "table" and answer.kind == "boolean":
        import json

        click.echo("yes" if json.loads(answer.read())["boolean"] else "no")
        return None
    out = sys.stdout.buffer
    for block in answer.blocks():
        out.write(block)
    if format_ == "json":
        out.write(b"\n")
    out.flush()
    return answer.rows


def read_table(answer: Answer, base: str) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of an answer as people read it: labels instead of IRIs, IRIs short, columns without values left out.

    The whole of it is what the other formats give.
    """
    import json

    found = json.loads(answer.read())
    names: list[str] = found["head"]["vars"]
    rows: list[Mapping[str, Any]] = found["results"]["bindings"]
    shown = [name for name in names if not (name.endswith("Label") and name[:-5] in names)]
    lines = []
    for row in rows:
        line = []
        for name in shown:
            term = row.get(name, {})
            value = str(term.get("value", ""))
            label = row.get(f"{name}Label", {}).get("value")
            line.append(label or (short_iri(value, base) if term.get("type") == "uri" else value))
        lines.append(line)
    kept = [place for place in range(len(shown)) if not lines or any(line[place] for line in lines)]
    return [shown[place] for place in kept], [[line[place] for place in kept] for line in lines]


def short_iri(iri: str, base: str) -> str:
    """Return an IRI as the parameters of named queries take it: a path below the base, or with a prefix; codes by their name.

    >>> short_iri("https://example.org/id/entity/Q912", "https://example.org/id/")
    'entity/Q912'
    >>> short_iri("https://w3id.org/crisiskg/code/fact-happened", "https://example.org/id/")
    'happened'
    """
    from crisiskg.namespaces import CKGC, CKGT, PREFIXES

    if iri.startswith(base):
        return iri[len(base) :]
    if iri.startswith(CKGC):
        return iri[len(CKGC) :].partition("-")[2] or iri[len(CKGC) :]
    if iri.startswith(CKGT):
        return iri[len(CKGT) :]
    for prefix, start in PREFIXES.items():
        if iri.startswith(start) and len(iri) > len(start):
            return f"{prefix}:{iri[len(start) :]}"
    return iri
