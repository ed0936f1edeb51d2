"""Answers which state had a code or a name on a day, or says from when to when one had it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from crisiskg.crosswalk.actor_names import read_actor_name
from crisiskg.crosswalk.states import SCHEMES, CodedState, Crosswalk, Holding, fold
from crisiskg.errors import NotFound

#: How many periods an error tells of.
_SHOWN = 6


def state_of_code(crosswalk: Crosswalk, scheme: str, code: str, at: str | None = None) -> CodedState:
    """Return the state that has a code on a day.

    Args:
        crosswalk: The crosswalk.
        scheme: One of `SCHEMES`.
        code: The code.
        at: Day, "YYYY-MM-DD"; None asks for the state of today, or the last one that had the code.

    Raises:
        UnknownName: there is no such scheme.
        NotFound: no state has it then; the message says which had it, and when.
    """
    found = crosswalk.state(scheme, code, at)
    if found is not None:
        return found
    held = crosswalk.holdings(scheme, code)
    if held:
        raise NotFound(f"no state had the {scheme} code {code[:40]} on {at}: {periods(held)}")
    elsewhere = [other for other in SCHEMES if other != scheme and crosswalk.holdings(other, code)]
    hint = None
    if elsewhere:
        told = "; ".join(f"--scheme {other}: {periods(crosswalk.holdings(other, code))}" for other in elsewhere[:3])
        hint = f"Other schemes have it: {told}."
    raise NotFound(f"no state has or had the {scheme} code {code[:40]!r}", hint=hint)


def state_of_name(crosswalk: Crosswalk, name: str, at: str | None = None) -> CodedState:
    """Return the state of a name on a day, also of the name of one of its bodies as UCDP and ACLED write it.

    Args:
        crosswalk: The crosswalk.
        name: The name.
        at: Day, "YYYY-MM-DD"; None asks for the state of today, or the last one of that name.

    Raises:
        NotFound: no state has it then; the message says which had it, and when.
    """
    found = crosswalk.named(name, at) or read_actor_name(crosswalk, name, at).state
    if found is not None:
        return found
    states = crosswalk.of_name(name)
    if states:
        held = periods(Holding(state, state.begin, state.end) for state in states)
        raise NotFound(f"no state called {name[:60]!r} existed on {at}: {held}")
    raise NotFound(f"no state is or was called {name[:60]!r}", hint=_close(crosswalk, name))


def periods(held: Iterable[Holding]) -> str:
    """Tell which states hold something and when, in words.

    >>> from crisiskg.crosswalk import load_crosswalk
    >>> periods(load_crosswalk().holdings("gw", "680"))
    'South Yemen had it from 1967-11-30 to 1990-05-21'
    """
    told = []
    for holding in held:
        if holding.end < "9999":
            when = f"until {holding.end}" if holding.begin < "0002" else f"from {holding.begin} to {holding.end}"
            told.append(f"{holding.state.label} had it {when}")
        else:
            told.append(f"{holding.state.label} has it" + ("" if holding.begin < "0002" else f" since {holding.begin}"))
    more = f", and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return ", ".join(told[:_SHOWN]) + more


def _close(crosswalk: Crosswalk, name: str) -> str | None:
    names = {fold(other): state.label for state in crosswalk.states for other in (state.label, *state.names)}
    labels = dict.fromkeys(names[match] for match in get_close_matches(fold(name), names, 3, 0.75))
    return f"Did you mean {' or '.join(labels)}?" if labels else None
