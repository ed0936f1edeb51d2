"""The command code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import json_option, print_json, print_table

if TYPE_CHECKING:
    from crisiskg.crosswalk import CodedState, Crosswalk


@click.command("code")
@click.argument("codes", nargs=-1, metavar="[CODE]…")
@click.option("--scheme", metavar="SCHEME", help="Scheme of the codes; --list shows all.")
@click.option("--at", metavar="DAY", help="Day on which the state had the code, as 1990-01-01; today where not given.")
@click.option("--name", "names", metavar="NAME", multiple=True, help="Name of a state or of one of its bodies; may be repeated.")
@click.option("--to", "target", metavar="SCHEME", help="Show only the code in this scheme.")
@click.option("--list", "list_schemes", is_flag=True, help="Show all schemes.")
@json_option
@click.pass_context
def code_command(
    context: click.Context,
    codes: tuple[str, ...],
    scheme: str | None,
    at: str | None,
    names: tuple[str, ...],
    target: str | None,
    list_schemes: bool,
    as_json: bool,
) -> int:
    """Say which state had a CODE of a scheme on a day, its codes in all schemes, and which states followed it.

    crisiskg code 365 --scheme gw --at 1990-01-01 shows the Soviet Union.
    """
    from crisiskg.crosswalk import SCHEMES, load_crosswalk
    from crisiskg.crosswalk.asking import state_of_code, state_of_name
    from crisiskg.errors import UnknownName

    if list_schemes:
        if as_json:
            print_json(SCHEMES)
        else:
            print_table(("scheme", "what its codes are"), list(SCHEMES.items()))
        return 0
    if not codes and not names:
        raise click.UsageError("give a code with --scheme, or a --name", context)
    if codes and scheme is None:
        raise click.UsageError(f"name the scheme of {codes[0]!r} with --scheme: {', '.join(SCHEMES)}", context)
    for given in (scheme, target):
        if given is not None and given not in SCHEMES:
            raise UnknownName(f"there is no scheme {given[:60]!r}; there are {', '.join(SCHEMES)}")
    day = _day(at)
    crosswalk = load_crosswalk()
    found = [(code, state_of_code(crosswalk, scheme or "", code, day)) for code in codes]
    found += [(name, state_of_name(crosswalk, name, day)) for name in names]
    if target is not None:
        return _print_codes(crosswalk, found, target, day, as_json=as_json)
    if as_json:
        print_json([_as_json(crosswalk, asked, state, day) for asked, state in found])
        return 0
    header = ("asked", "state", "from", "until", *SCHEMES, "part of", "followed by", "IRI")
    lines = [_line(crosswalk, asked, state, day) for asked, state in found]
    filled = [place for place in range(len(header)) if place < 4 or any(line[place] for line in lines)]
    print_table([header[place] for place in filled], [[line[place] for place in filled] for line in lines])
    if day is None and scheme is not None:
        _tell_others(crosswalk, scheme, found[: len(codes)])
    return 0


def _day(text: str | None) -> str | None:
    import datetime as dt

    from crisiskg.errors import InvalidParameter

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidParameter(f"--at must be a day such as 1990-01-01, not {text[:40]!r}") from error


def _print_codes(
    crosswalk: Crosswalk, found: list[tuple[str, CodedState]], target: str, day: str | None, *, as_json: bool
) -> int:
    from crisiskg.errors import NotFound

    codes = {asked: crosswalk.code_of(state, target, day) for asked, state in found}
    if as_json:
        print_json(codes)
        return 0
    missing = [state.label for asked, state in found if codes[asked] is None]
    if missing:
        raise NotFound(f"{missing[0]} has no code in the scheme {target}")
    for asked, _ in found:
        click.echo(codes[asked])
    return 0


def _labels(crosswalk: Crosswalk, iris: tuple[str, ...]) -> list[str]:
    return [other.label if (other := crosswalk.get(iri)) is not None else iri for iri in iris]


def _bounds(state: CodedState) -> tuple[str, str]:
    return ("" if state.begin < "0002" else state.begin, "" if state.end > "9998" else state.end)


def _line(crosswalk: Crosswalk, asked: str, state: CodedState, day: str | None) -> list[str]:
    from crisiskg.crosswalk import SCHEMES

    codes = [crosswalk.code_of(state, scheme, day) or "" for scheme in SCHEMES]
    within, after = _labels(crosswalk, state.within), _labels(crosswalk, state.successors)
    return [asked, state.label, *_bounds(state), *codes, ", ".join(within), ", ".join(after), state.iri]


def _as_json(crosswalk: Crosswalk, asked: str, state: CodedState, day: str | None) -> dict[str, Any]:
    from crisiskg.crosswalk import SCHEMES

    begin, end = _bounds(state)
    codes = {scheme: code for scheme in SCHEMES if (code := crosswalk.code_of(state, scheme, day)) is not None}
    others = [
        {"iri": iri, "label": label} for iri, label in zip(state.successors, _labels(crosswalk, state.successors), strict=True)
    ]
    return {
        "asked": asked,
        "iri": state.iri,
        "label": state.label,
        "begin": begin or None,
        "end": end or None,
        "is_sovereign": state.is_sovereign,
        "codes": codes,
        "names": list(dict.fromkeys(state.names)),
        "part_of": list(state.within),
        "followed_by": others,
        "same_as": list(state.same_as),
    }


def _tell_others(crosswalk: Crosswalk, scheme: str, found: list[tuple[str, CodedState]]) -> None:
    """Say on standard error that other states had a code at other times."""
    from crisiskg.crosswalk.asking import periods

    for asked, state in found:
        others = [held for held in crosswalk.holdings(scheme, asked) if held.state is not state]
        if others:
            click.echo(f"{asked}: at other times {periods(others)}; --at DAY asks for them", err=True)
