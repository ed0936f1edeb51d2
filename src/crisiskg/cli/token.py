"""The commands token add, list and revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.access import Tokens


@click.group("token")
def token_command() -> None:
    """Make, list and revoke tokens: who may write through the service, or operate it."""


def _tokens(context: click.Context, store: str | None) -> Tokens:
    from crisiskg.access import Tokens, tokens_path
    from crisiskg.store import existing_folder, is_url

    settings = settings_from(context, store=store)
    if not is_url(settings.store) and settings.tokens_file is None:
        existing_folder(settings.store)
    return Tokens(tokens_path(settings))


@token_command.command("add")
@click.argument("name")
@store_option
@click.option("--scope", "scopes", multiple=True, required=True, help="query, write or operate; may be given several times.")
@click.option("--days", type=click.IntRange(1, 36_500), help="Days after which it expires.")
@click.pass_context
def add_command(context: click.Context, name: str, store: str | None, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token for NAME and print it, this once: only its SHA-256 is kept.

    Scopes: query (longer time limit, own budget), write (SPARQL Update, Graph Store), operate (see and cancel all queries).
    A running service takes it at once.
    """
    secret = _tokens(context, store).add(name, scopes, days)
    click.echo(secret)
    click.echo("Keep it: it cannot be shown again. Send it as Authorization: Bearer TOKEN.", err=True)


@token_command.command("list")
@store_option
@json_option
@click.pass_context
def list_command(context: click.Context, store: str | None, as_json: bool) -> None:
    """List the tokens, without what they are."""
    found = _tokens(context, store).all()
    if as_json:
        fields = ("name", "scopes", "created", "expires")
        print_json([{field: getattr(token, field) for field in fields} for token in found])
        return
    rows = [(token.name, " ".join(token.scopes), token.created, token.expires or "never") for token in found]
    print_table(("name", "scopes", "created", "expires"), rows)
    click.echo(plural(len(found), "token"), err=True)


@token_command.command("revoke")
@click.argument("name")
@store_option
@click.pass_context
def revoke_command(context: click.Context, name: str, store: str | None) -> None:
    """Revoke the token of NAME. A running service refuses it at once."""
    _tokens(context, store).revoke(name)
    click.echo(f"revoked {name}", err=True)
