"""The commands of identity: judge, explain, decide by hand, undo, review, pass on."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import F, json_option, plural, print_json, settings_from, store_option

if TYPE_CHECKING:
    from crisiskg.identity.log import JudgementLog
    from crisiskg.identity.records import Judgement, Verdict
    from crisiskg.settings import Settings

#: Judgements and pairs that are shown one by one.
SHOWN = 20


@click.group("identity")
def identity_command() -> None:
    """Say which entities and events are the same, why, and undo it."""


def _by_option() -> Callable[[F], F]:
    return click.option("--by", metavar="NAME", help="Who judges; the name of the user where not given.")


@contextmanager
def _opened(context: click.Context, store: str | None, *, writes: bool = True) -> Iterator[tuple[Settings, JudgementLog]]:
    """Open the store of the settings with its log of judgements; what was written is published at the end."""
    from crisiskg.identity.log import JudgementLog
    from crisiskg.store import existing_folder, is_url, open_store

    settings = settings_from(context, store=store)
    if not is_url(settings.store):
        existing_folder(settings.store)
    with open_store(settings) as opened:
        before = getattr(getattr(opened, "journal", None), "last", None)
        yield settings, JudgementLog(opened, None if hasattr(opened, "base_iri") else settings.base_iri)
        if writes and (before is None or opened.journal.last != before):  # type: ignore[union-attr]
            opened.publish()


def _name(given: str | None) -> str:
    """Return who judges.

    Raises:
        InvalidParameter: the name is one of this software's, or none is known.
    """
    from crisiskg.errors import InvalidParameter
    from crisiskg.identity.records import SOFTWARE

    if given is None:
        try:
            given = getpass.getuser()
        except (KeyError, OSError, ImportError):
            raise InvalidParameter("nobody is known to judge", hint="Give a name with --by.") from None
    if not given.strip() or given.startswith(SOFTWARE):
        raise InvalidParameter(f"{given!r} cannot judge by hand: names that begin with {SOFTWARE} are those of this software")
    return given.strip()


def _find(log: JudgementLog, text: str) -> str:
    """Return the IRI of an entity or event, given as IRI, as path below the base, or by name.

    Raises:
        NotFound: the store knows nothing of it.
        InvalidParameter: no entity has this name, or several have it.
    """
    from crisiskg.errors import NotFound
    from crisiskg.queries import find_entities

    if text.startswith("dataset/"):
        text = log.base + text
    found = [node.value for node in find_entities("entity", text, log.store.select, log.base)]
    iri = found[0] if len(found) == 1 else log.identity.canonical(found[0])
    import pyoxigraph as ox

    if not log.store.ask(f"ASK {{ {ox.NamedNode(iri)} ?p ?o }}") and not log.of(iri):
        raise NotFound(f"the store knows nothing of {iri}")
    return iri


def _labels(log: JudgementLog, iris: list[str]) -> dict[str, str]:
    """Return a label of each IRI that has one."""
    import pyoxigraph as ox

    found: dict[str, str] = {}
    for start in range(0, len(iris), 500):
        nodes = " ".join(str(ox.NamedNode(iri)) for iri in iris[start : start + 500])
        query = (
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
            f"SELECT ?s (MIN(STR(?l)) AS ?label) WHERE {{ VALUES ?s {{ {nodes} }} ?s rdfs:label ?l }} GROUP BY ?s"
        )
        for row in log.store.select(query):
            found[row["s"].value] = row["label"].value  # type: ignore[union-attr]
    return found


# --- run ------------------------------------------------------------------------------------------------------------------


@identity_command.command("run")
@store_option
@click.option("--entities", "only_entities", is_flag=True, help="Judge entities only.")
@click.option("--events", "only_events", is_flag=True, help="Judge events only.")
@click.option("--dry-run", is_flag=True, help="Read and check everything, but keep nothing anywhere.")
@json_option
@click.pass_context
def run_command(
    context: click.Context, store: str | None, only_entities: bool, only_events: bool, dry_run: bool, as_json: bool
) -> None:
    """Judge all pairs that may be the same. What a person judged stays; so does what is judged as before."""
    from crisiskg.errors import InvalidParameter
    from crisiskg.identity.running import run_entities, run_events
    from crisiskg.store import OxigraphStore

    both = only_entities == only_events
    with _opened(context, store, writes=not dry_run) as (settings, log):
        if not isinstance(log.store, OxigraphStore):
            raise InvalidParameter(
                "identity run needs an embedded store: it reads all entities", hint="Name a folder with --store."
            )
        done = []
        if both or only_entities:
            thresholds = (settings.identity_positive, settings.identity_unsure)
            done.append(run_entities(log, *thresholds, dry_run=dry_run))
        if both or only_events:
            done.append(run_events(log, dry_run=dry_run))
    if as_json:
        print_json([one.as_json() for one in done])
        return
    for one in done:
        click.echo(one.sentence())
        for line in one.notes:
            click.echo(line, err=True)


# --- explain --------------------------------------------------------------------------------------------------------------


@identity_command.command("explain")
@click.argument("iris", nargs=-1, required=True, metavar="IRI [IRI]")
@store_option
@json_option
@click.pass_context
def explain_command(context: click.Context, iris: tuple[str, ...], store: str | None, as_json: bool) -> None:
    """Say what an IRI is the same as and why, or why two are or are not the same. Names of entities will do."""
    from crisiskg.identity.explanation import explain_one, explain_two

    if len(iris) > 2:
        raise click.UsageError("name one IRI or two", context)
    with _opened(context, store, writes=False) as (settings, log):
        found = [_find(log, text) for text in iris]
        if len(found) == 2:
            told = explain_two(log, found[0], found[1], settings.identity_positive, settings.identity_unsure)
        else:
            told = explain_one(log, found[0])
        labels = _labels(log, sorted(told.iris()))
    if as_json:
        print_json(told.as_json(labels))
    else:
        click.echo("\n".join(told.lines(labels)))


# --- by hand --------------------------------------------------------------------------------------------------------------


@identity_command.command("accept")
@click.argument("one")
@click.argument("other")
@store_option
@_by_option()
@click.option("--reason", multiple=True, metavar="TEXT", help="Why; may be given several times.")
@click.pass_context
def accept_command(
    context: click.Context, one: str, other: str, store: str | None, by: str | None, reason: tuple[str, ...]
) -> None:
    """Judge that two are the same."""
    _judge(context, one, other, store, "positive", by, reason)


@identity_command.command("reject")
@click.argument("one")
@click.argument("other")
@store_option
@_by_option()
@click.option("--reason", multiple=True, metavar="TEXT", help="Why; may be given several times.")
@click.pass_context
def reject_command(
    context: click.Context, one: str, other: str, store: str | None, by: str | None, reason: tuple[str, ...]
) -> None:
    """Judge that two are different, and keep them apart."""
    _judge(context, one, other, store, "negative", by, reason)


def _judge(
    context: click.Context, one: str, other: str, store: str | None, verdict: Verdict, by: str | None, reasons: tuple[str, ...]
) -> None:
    from crisiskg.identity.records import judgement_iri

    with _opened(context, store) as (_, log):
        written = _decide(log, _find(log, one), _find(log, other), verdict, _name(by), reasons)
        members = log.identity.members(written.subject)
        joined = written.object in members
    click.echo(f"{judgement_iri(written, log.base).rsplit('/', 1)[-1]}: {written.subject} and {written.object} are ", nl=False)
    click.echo("the same" if verdict == "positive" else "different")
    if verdict == "positive" and not joined:
        click.echo("but they stay apart: others of theirs are judged different; crisiskg identity explain says which", err=True)
    if verdict == "negative" and joined:
        click.echo("but other judgements join them still; crisiskg identity explain says which", err=True)


def _decide(log: JudgementLog, one: str, other: str, verdict: Verdict, by: str, reasons: tuple[str, ...]) -> Judgement:
    """Write what a person judged, in the place of what persons judged of the pair before."""
    from crisiskg.identity.records import Judgement, kind_of, now

    new = Judgement(one, other, kind_of(one), verdict, None, reasons or ("Judged by hand.",), by, now())
    before = [
        iri for iri, known in log.items_of(one) if known.pair == new.pair and known.undone_at is None and known.is_of_person
    ]
    log.write([new], before, by)
    return new


@identity_command.command("undo")
@click.argument("ids", nargs=-1, metavar="[ID…]")
@store_option
@click.option("--by", metavar="NAME", help="All judgements of NAME, instead of IDs.")
@click.option("--since", metavar="TIME", help="With --by: those from TIME on, a day or a time.")
@click.option("--until", metavar="TIME", help="With --by: those before TIME.")
@click.option("--as", "undone_by", metavar="NAME", help="Who undoes; the name of the user where not given.")
@click.pass_context
def undo_command(
    context: click.Context,
    ids: tuple[str, ...],
    store: str | None,
    by: str | None,
    since: str | None,
    until: str | None,
    undone_by: str | None,
) -> None:
    """Take judgements back. They stay in the log as undone; what followed from them is gone."""
    from crisiskg.identity.records import canonical_time

    if bool(ids) == bool(by):
        raise click.UsageError("name the ids of judgements, or whose judgements with --by", context)
    if (since or until) and not by:
        raise click.UsageError("--since and --until go with --by", context)
    first, last = (None if time is None else canonical_time(time) for time in (since, until))
    with _opened(context, store) as (_, log):
        selection: Any = (
            [log.iri_of(text) for text in ids]
            if ids
            else lambda one: one.by == by and (first is None or one.at >= first) and (last is None or one.at < last)
        )
        undone = log.undo(selection, _name(undone_by))
    click.echo(f"{plural(len(undone), 'judgement')} undone")


# --- review ---------------------------------------------------------------------------------------------------------------


@identity_command.command("review")
@store_option
@_by_option()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="N pairs at most.")
@json_option
@click.pass_context
def review_command(context: click.Context, store: str | None, by: str | None, limit: int | None, as_json: bool) -> None:
    """Show the unsure pairs one after another, the most alike first, and take your verdicts."""
    from crisiskg.identity.records import effective

    with _opened(context, store) as (_, log):
        unsure = [one for one in effective(log.all()).values() if one.verdict == "unsure" and not one.is_of_person]
        unsure.sort(key=lambda one: (-(one.score or 0), one.pair))
        unsure = unsure[:limit]
        labels = _labels(log, sorted({iri for one in unsure for iri in one.pair}))
        if as_json:
            print_json([_as_json(one, labels) for one in unsure])
            return
        name = _name(by)
        counts = _ask(log, unsure, labels, name)
    click.echo(
        ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
        or ("no pair was judged" if unsure else "no pair is unsure")
    )


def _ask(log: JudgementLog, unsure: list[Judgement], labels: dict[str, str], name: str) -> dict[str, int]:
    answers: dict[str, Verdict] = {"s": "positive", "d": "negative", "u": "unsure"}
    counts: dict[str, int] = {}
    for number, one in enumerate(unsure, 1):
        click.echo(f"\n{number} of {len(unsure)}   score {one.score if one.score is not None else '-'}")
        for iri in (one.subject, one.object):
            click.echo(f"  {labels.get(iri, '')}\n    {iri}")
        for reason in one.reasons:
            click.echo(f"  - {reason}")
        try:
            answer = click.prompt(
                "(s)ame, (d)ifferent, (u)nsure for good, (n)ext, (q)uit",
                type=click.Choice(["s", "d", "u", "n", "q"]),
                show_choices=False,
            )
        except click.Abort:  # the end of the input
            click.echo()
            break
        if answer == "q":
            break
        if answer in answers:
            verdict = answers[answer]
            _decide(log, one.subject, one.object, verdict, name, ("Judged by hand in a review.",))
            counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def _as_json(judgement: Judgement, labels: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = judgement._asdict()
    found["reasons"] = list(judgement.reasons)
    for side in ("subject", "object"):
        found[f"{side}_label"] = labels.get(found[side])
    return found


# --- SSSOM ----------------------------------------------------------------------------------------------------------------


@identity_command.command("export")
@store_option
@click.option("--kind", type=click.Choice(["entity", "event"]), help="Judgements on entities, or on events, only.")
@click.option("--license", "license_iri", metavar="IRI", help="Licence of the set; CC BY 4.0 where not given.")
@click.option("--output", metavar="FILE", help="Where to write; standard output where not given.")
@click.pass_context
def export_command(
    context: click.Context, store: str | None, kind: str | None, license_iri: str | None, output: str | None
) -> None:
    """Write the judgements that stand as SSSOM, a table of mappings with metadata."""
    from crisiskg.errors import StoreError
    from crisiskg.identity.sssom import to_sssom

    with _opened(context, store, writes=False) as (_, log):
        chosen = [one for one in log.all() if one.undone_at is None and kind in (None, one.kind)]
        labels = _labels(log, sorted({iri for one in chosen for iri in one.pair}))
        more = {"license_iri": license_iri} if license_iri else {}
        text = to_sssom(chosen, labels, base=log.base, **more)
    if output is None:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror or error}") from error


@identity_command.command("import")
@click.argument("file")
@store_option
@click.option("--by", metavar="NAME", help="Who judged, where the file does not say.")
@click.pass_context
def import_command(context: click.Context, file: str, store: str | None, by: str | None) -> None:
    """Add the judgements of an SSSOM file; - reads standard input."""
    from crisiskg.errors import SourceError, UnsupportedSource
    from crisiskg.identity.sssom import UNKNOWN_JUDGE, from_sssom

    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror or error}") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnsupportedSource(f"{file} is not UTF-8: byte {error.start} cannot be read") from error
    judgements, left_out = from_sssom(text, "standard input" if file == "-" else file)
    if by is not None:
        judgements = [one._replace(by=_name(by)) if one.by == UNKNOWN_JUDGE else one for one in judgements]
    with _opened(context, store) as (_, log):
        new = log.add(judgements)
    click.echo(f"{plural(len(judgements), 'judgement')} read, {len(new)} of them new")
    for sentence in left_out[:SHOWN]:
        click.echo(sentence, err=True)
    if len(left_out) > SHOWN:
        click.echo(f"and {len(left_out) - SHOWN} more", err=True)
