"""Lists of states: Gleditsch and Ward's, and COW's State System Membership."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crisiskg.crosswalk import CodedState
from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Actor, Membership, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, integer, needed, text, ymd
from crisiskg.iris import mint_dataset_entity, mint_dataset_part

C = Column
_COLUMNS = (
    C("code", "number of the state", "ckg:hasMember, ckg:recordId", ("gwcode", "gwno", "gwn", "ccode", "cown"), is_needed=True),
    C("letters", "letters of the state", "kept in the row", ("gwc", "gwabbrev", "stateabb", "cowc")),
    C(
        "name",
        "name of the state",
        "label of a state that the reference data lack",
        ("country_name", "statenme", "statename"),
        is_needed=True,
    ),
    C("start", "first day", "bounds of the begin", ("startdate", "begin")),
    C("end", "last day", "bounds of the end", ("enddate",)),
    C("styear", "year of the first day", "bounds of the begin"),
    C("stmonth", "month of the first day", "bounds of the begin"),
    C("stday", "the first day in its month", "bounds of the begin"),
    C("endyear", "year of the last day", "bounds of the end"),
    C("endmonth", "month of the last day", "bounds of the end"),
    C("endday", "the last day in its month", "bounds of the end"),
    C("microstate", "whether it is a microstate", "kept in the row"),
    C("version", "version of the list", "kept in the row"),
)
#: Lists end on the last day of a year where the state lasts; from here on that is no end.
_LAST_YEAR = 2011


def _reader_of(scheme: str, system: str) -> Callable[[Minter], Reader]:
    def make(minter: Minter) -> Reader:
        base = minter.release.base

        def read(row: Row) -> Sequence[Record]:
            cells = row.cells
            number, name = code(cells, "code"), needed(cells, "name")
            if not number or not number.isdigit():
                raise RowError(f"the column code has {(number or '')[:20]!r}, which is no number of a state")
            start, end = _day(cells, "start", "st"), _day(cells, "end", "end")
            if start is None:
                raise RowError("the row has no first day")
            if end is not None and end < start:
                raise RowError(f"the last day {end} is before the first day {start}")
            lasts = end is None or (end.endswith("-12-31") and int(end[:4]) >= _LAST_YEAR)
            state = _state(minter, scheme, number, start, None if lasts else end) or State(
                mint_dataset_entity(scheme, f"{number}-{start[:4]}", base), name
            )
            whole: Actor = minter.actor("Organization", system, "system")
            local = f"{number}-{start}"
            iri = mint_dataset_part(minter.release.dataset, "membership", local, base)
            membership = Membership(
                iri,
                state.iri,
                whole.iri,
                "member",
                earliest_begin=start,
                latest_begin=start,
                earliest_end=end,
                latest_end=None if lasts else end,
            )
            return [state, whole, membership, minter.claim(row, iri, local, source_type=f"{scheme} {number}")]

        return read

    return make


def _day(cells: dict[str, str], column: str, parts: str) -> str | None:
    """Return a day from one column, or from those of its year, month and day."""
    if text(cells, column) is not None:
        return day(cells, column)
    year, month, number = (integer(cells, f"{parts}{part}") for part in ("year", "month", "day"))
    return ymd(year, month or 1, number or 1) if year is not None else None


def _state(minter: Minter, scheme: str, number: str, start: str, end: str | None) -> State | None:
    """Return the state of the reference data that has the number in the period: the one at its end, else at its begin."""
    held = [each for each in minter.crosswalk.holdings(scheme, number) if each.begin <= (end or "9999") and each.end >= start]
    if not held:
        return None
    found: CodedState = held[-1].state
    return State(found.iri, found.label, found.same_as, found.codes.get("iso3"))


def _list(name: str, scheme: str, title: str, publisher: str, homepage: str, system: str) -> Dataset:
    return Dataset(
        name=name,
        title=title,
        publisher=publisher,
        homepage=homepage,
        license=homepage,
        may_republish=False,
        attribution=f"{publisher}, {title}, with its version",
        form=Form(_COLUMNS),
        reader=_reader_of(scheme, system),
        notes=(
            "A row is an account of a ckg:Membership: a state is part of the system of states between two days.",
            "The state is that of the reference data which has the number in that time; others are added, with the list's name.",
            "A last day at the end of 2011 or a later year is no end.",
        ),
    )


GW_STATES = _list(
    "gw-states",
    "gw",
    "List of independent states",
    "Gleditsch and Ward",
    "http://ksgleditsch.com/statelist.html",
    "System of states (Gleditsch and Ward)",
)
COW_STATES = _list(
    "cow-states",
    "cow",
    "State System Membership",
    "Correlates of War Project",
    "https://correlatesofwar.org/data-sets/state-system-membership/",
    "System of states (COW)",
)
