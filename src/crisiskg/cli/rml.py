"""crisiskg import rml: tables by a mapping of the user's."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crisiskg.settings import Settings


def import_by_mapping(
    settings: Settings,
    called: str,
    files: tuple[str, ...],
    release: str | None,
    *,
    mapping: str | None,
    license_: str | None,
    engine: str | None,
    keep_old: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import tables by an RML mapping, as the dataset `called`; return the exit code."""
    from crisiskg.cli import imports
    from crisiskg.errors import InvalidParameter
    from crisiskg.importing.plan import Table
    from crisiskg.importing.rml_engine import find_engine
    from crisiskg.importing.rml_mapping import read_mapping
    from crisiskg.importing.rml_tables import RmlImport
    from crisiskg.importing.run import Outcome

    if mapping is None:
        raise InvalidParameter("crisiskg import rml needs --mapping FILE.ttl")
    if license_ is None:
        raise InvalidParameter(
            "crisiskg import rml needs --license IRI, the terms under which the tables are used",
            hint="Such as https://creativecommons.org/licenses/by/4.0/.",
        )
    license_ = checked_license(license_)
    read = read_mapping(Path(mapping))
    chosen = find_engine(Path(engine) if engine else None)
    tables = [Table.of(Path(file)) for file in files]
    of = release if release is not None else imports.release_of(tables[0].path)
    began = time.monotonic()
    with imports.opened(settings, dry_run=dry_run) as store, imports.progress(silent=as_json) as show:
        job = RmlImport(called, license_, read, chosen, of, tables, store, settings.base_iri, keep_old=keep_old)
        try:
            outcome = job.run(show)
        except KeyboardInterrupt:
            click.echo("interrupted; the same command begins anew", err=True)
            return 130
    assert isinstance(outcome, Outcome)
    return imports.told(job.dataset, of, outcome, time.monotonic() - began, as_json=as_json, dry_run=dry_run)


def checked_license(license_: str) -> str:
    """Return the IRI of a licence.

    Raises:
        InvalidParameter: it is none.
    """
    from crisiskg.errors import InvalidParameter

    if not license_.startswith(("http://", "https://", "urn:")):
        raise InvalidParameter(
            f"--license needs an IRI, the terms under which the files are used, and {license_[:100]!r} is none",
            hint="Such as https://creativecommons.org/licenses/by/4.0/.",
        )
    if any(char.isspace() or char in '<>"{}|\\^`' for char in license_):
        raise InvalidParameter(f"{license_[:100]!r} is no IRI")
    return license_
