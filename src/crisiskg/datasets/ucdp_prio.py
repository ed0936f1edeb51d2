"""UCDP/PRIO Armed Conflict Dataset: conflicts with at least 25 dead a year in battle, year by year since 1946."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Actor, Record, Relationship, Situation, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, integer, month_bounds, shifted, text
from crisiskg.iris import digest, mint_dataset_entity, mint_dataset_part

C = Column
_COLUMNS = (
    C("conflict_id", "number of the conflict", "IRI of the situation, ckg:recordId", ("conflict_new_id",), is_needed=True),
    C("location", "states whose government or territory it is about", "label and place of the situation"),
    C("side_a", "names of the governments of side A, a list", "subject of the opposition"),
    C("side_a_id", "numbers of these actors, a list", "IRI of the actors", ("side_a_new_id",)),
    C("side_a_2nd", "states that fight on side A, a list", "subject of an opposition, ally of side A"),
    C("side_b", "names of the opponents, a list", "object of the opposition"),
    C("side_b_id", "numbers of these actors, a list", "IRI of the actors", ("side_b_new_id",)),
    C("side_b_2nd", "states that fight on side B, a list", "ally of side B"),
    C("incompatibility", "1 territory, 2 government, 3 both", "label of the situation, qualifier of the opposition"),
    C("territory_name", "name of the territory", "label of the situation"),
    C("year", "the year", "bounds of the opposition", is_needed=True),
    C("intensity_level", "1 minor: 25 to 999 dead in battle, 2 war: 1000 or more", "qualifier of the opposition"),
    C("cumulative_intensity", "1 where the conflict ever passed 1000 dead", "kept in the row"),
    C("type_of_conflict", "1 extrasystemic, 2 interstate, 3 intrastate, 4 internationalized", "ckg:sourceType"),
    C("start_date", "day of the first death", "begin of the situation"),
    C("start_prec", "1 day, 2 some days, 3 and 4 month, 5 and more year", "bounds of the begin"),
    C("start_date2", "day on which this episode passed 25 dead a year", "begin of the opposition, in its first year"),
    C("start_prec2", "its precision, as above", "bounds of the begin"),
    C("ep_end", "1 where the episode ends in this year", "end of the opposition"),
    C("ep_end_date", "day on which it ended", "end of the opposition"),
    C("ep_end_prec", "its precision, as above", "bounds of the end"),
    C("gwno_a", "Gleditsch-Ward codes of side A, a list", "states of side A"),
    C("gwno_a_2nd", "Gleditsch-Ward codes of its allies, a list", "states of the allies"),
    C("gwno_b", "Gleditsch-Ward codes of side B where it is a state", "states of side B"),
    C("gwno_b_2nd", "Gleditsch-Ward codes of its allies, a list", "states of the allies"),
    C("gwno_loc", "Gleditsch-Ward codes of the location, a list", "place of the situation"),
    C("region", "region of the world", "kept in the row"),
    C("version", "version of the dataset", "kept in the row"),
)

_ABOUT = {"1": "territory", "2": "government", "3": "government and territory", "both": "government and territory"}
_INTENSITY = {1: "minor armed conflict", 2: "war"}
_TYPES = {
    "1": "extrasystemic",
    "2": "interstate",
    "3": "intrastate",
    "4": "internationalized intrastate",
    "II": "internationalized intrastate",
}


class _Party(NamedTuple):
    """Who fights, with the records that tell of it."""

    iri: str
    label: str
    records: tuple[Record, ...]


def _reader(minter: Minter) -> Reader:
    base = minter.release.base

    def state_in(number: str, year: int) -> State | None:
        found = minter.crosswalk.in_year("gw", number, year)
        return None if found is None else _state_of(minter, found.iri)

    def parties(cells: dict[str, str], which: str, year: int, repairs: list[str]) -> list[_Party]:
        names, numbers = _listed(cells, f"side_{which}"), _listed(cells, f"side_{which}_id")
        codes = _listed(cells, f"gwno_{which}")
        if not names:
            return [party for number in codes if (party := of_state(number, year, repairs)) is not None]
        if numbers and len(numbers) != len(names):
            whole = text(cells, f"side_{which}") or ""
            repairs.append(
                f"side_{which} has {len(names)} names and {len(numbers)} numbers; it is read as one actor without number"
            )
            names, numbers = [whole], []
        return [
            actor(
                name,
                numbers[place] if numbers else None,
                codes[place] if len(codes) == len(names) else None,
                year,
            )
            for place, name in enumerate(names)
        ]

    def of_state(number: str, year: int, repairs: list[str]) -> _Party | None:
        state = state_in(number, year)
        if state is None:
            repairs.append(f"no state had the Gleditsch-Ward code {number} in {year}; it is left out")
            return None
        return _Party(state.iri, state.label, (state,))

    def actor(name: str, number: str | None, gw: str | None, year: int) -> _Party:
        is_government = name.startswith("Government of ")
        state = None
        if is_government:
            state = (state_in(gw, year) if gw else None) or minter.state_by_name(name[len("Government of ") :], f"{year}-07-01")
        kind = "GovernmentBody" if is_government else "ArmedGroup"
        of = state.iri if state is not None else None
        if number:
            made: Actor = minter.actor(kind, name, number, of, iri=mint_dataset_entity("ucdp", number, base), ucdp_id=number)
        else:
            made = minter.actor(kind, name, None, of)
        return _Party(made.iri, name, (made, state) if state is not None else (made,))

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        conflict, year = code(cells, "conflict_id"), integer(cells, "year")
        if not conflict:
            raise RowError("the column conflict_id is empty, and without it the conflict would be confused with others")
        if year is None or not 1900 <= year <= 2200:
            raise RowError(f"the column year has {cells['year'][:60]!r}, which is no year of this dataset")
        repairs: list[str] = []
        sides = {which: parties(cells, which, year, repairs) for which in ("a", "a_2nd", "b", "b_2nd")}
        places = [
            state
            for number in _listed(cells, "gwno_loc") or (() if text(cells, "location") else _listed(cells, "gwno_a"))
            if (state := state_in(number, year)) is not None
        ]
        kind = text(cells, "type_of_conflict")
        kind = _TYPES.get((code(cells, "type_of_conflict") or "").upper(), kind)
        begin = _dated(cells, "start_date", "start_prec")
        situation = Situation(
            mint_dataset_part("ucdp", "conflict", conflict, base),
            _label(cells, conflict),
            located_in=tuple(dict.fromkeys(state.iri for state in places)) if text(cells, "location") else (),
            earliest_begin=begin[0],
            latest_begin=begin[1],
        )
        local = f"{conflict}-{year}"
        if not text(cells, "side_b"):
            # A derived table has a row for each state and direction.
            local += f"-{minter.content_id(*cells.values())}"
        claims = [minter.claim(row, situation.iri, local, source_type=kind, repairs=tuple(repairs))]
        about, level = text(cells, "incompatibility"), integer(cells, "intensity_level")
        if level is not None and level not in _INTENSITY:
            raise RowError(f"the column intensity_level has {level}; there are 1 and 2")
        words = [_ABOUT.get(code(cells, "incompatibility") or "", about), _INTENSITY.get(level or 0)]
        qualifier = ", ".join(word for word in words if word) or None
        bounds = _bounds(cells, year)
        relations = [
            *((one, "against", other, qualifier) for one in sides["a"] for other in sides["b"]),
            *((one, "against", other, qualifier) for one in sides["a_2nd"] for other in sides["b"]),
            *((one, "alliedWith", other, None) for one in sides["a_2nd"] for other in sides["a"]),
            *((one, "alliedWith", other, None) for one in sides["b_2nd"] for other in sides["b"]),
        ]
        told: list[Record] = []
        for one, relation, other, word in relations:
            if one.iri == other.iri:
                continue
            mark = digest(relation, one.iri, other.iri, length=10)
            iri = mint_dataset_part("ucdp-prio", "relationship", f"{conflict}-{year}-{mark}", base)
            told.append(Relationship(iri, one.iri, relation, other.iri, qualifier=word, **bounds))
            claims.append(minter.claim(row, iri, f"{local}-{mark}", source_type=kind))
        shared = [record for group in sides.values() for party in group for record in party.records]
        used = places if situation.located_in else []
        return [*used, *shared, situation, *told, *claims]

    return read


def _state_of(minter: Minter, iri: str) -> State | None:
    found = minter.crosswalk.get(iri)
    if found is None or not found.is_sovereign:
        return None
    return State(found.iri, found.label, found.same_as, found.codes.get("iso3"))


def _listed(cells: dict[str, str], column: str) -> list[str]:
    """Return the values of a list in a cell; "365, 2.0" are two codes.

    >>> _listed({"gwno_a": "365, 2.0"}, "gwno_a")
    ['365', '2']
    """
    values = [part.strip() for part in (text(cells, column) or "").replace(";", ",").split(",")]
    return [value.removesuffix(".0") if value[:-2].isdigit() else value for value in values if value]


def _label(cells: dict[str, str], conflict: str) -> str:
    """Return the name that GED gives the conflict, "India: Kashmir" or "Mali: Government"."""
    location = text(cells, "location")
    if location is None:
        return f"UCDP conflict {conflict}"
    return f"{location}: {text(cells, 'territory_name') or 'Government'}"


def _dated(cells: dict[str, str], column: str, precision: str) -> tuple[str | None, str | None]:
    """Return the first and the last day that a date of a precision may stand for."""
    stated = day(cells, column)
    if stated is None:
        return None, None
    level = integer(cells, precision) or 1
    if level == 1:
        return stated, stated
    if level == 2:
        return shifted(stated, -6), shifted(stated, 6)
    if level in (3, 4):
        return month_bounds(int(stated[:4]), int(stated[5:7]))
    return f"{stated[:4]}-01-01", f"{stated[:4]}-12-31"


def _bounds(cells: dict[str, str], year: int) -> dict[str, str]:
    """Return the part of the year in which the parties fought, as far as the row tells it."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    begin, end = (first, first), (last, last)
    started = _dated(cells, "start_date2", "start_prec2")
    if started[0] and started[1] and started[1] >= first:
        begin = (min(max(started[0], first), last), min(started[1], last))
    if integer(cells, "ep_end") == 1:
        ended = _dated(cells, "ep_end_date", "ep_end_prec")
        if ended[0] and ended[1] and ended[0] <= last and ended[1] >= begin[0]:
            end = (max(ended[0], begin[0]), min(ended[1], last))
    if begin[1] > end[1]:
        begin = (begin[0], end[1])
    return dict(
        zip(
            ("earliest_begin", "latest_begin", "earliest_end", "latest_end"),
            (begin[0], begin[1], max(end[0], begin[0]), end[1]),
            strict=True,
        )
    )


UCDP_PRIO = Dataset(
    name="ucdp-prio",
    title="UCDP/PRIO Armed Conflict Dataset",
    publisher="Uppsala Conflict Data Program and Peace Research Institute Oslo",
    homepage="https://ucdp.uu.se/downloads/",
    license="https://creativecommons.org/licenses/by/4.0/",
    may_republish=True,
    attribution="Uppsala Conflict Data Program and PRIO, UCDP/PRIO Armed Conflict Dataset, with the release's version",
    form=Form(_COLUMNS),
    reader=_reader,
    notes=(
        "A row is an account of a conflict, the same ckg:Situation as in UCDP GED, and of who fought whom in that year: a "
        "ckg:Relationship of type against for each pair, and alliedWith for those who fight on a side without being its first.",
        "Beginnings and ends have the bounds that their precision gives.",
        "Tables derived from it are read too: with Gleditsch-Ward codes alone, a row for each state.",
        "A code that no state had in the year is left out, and ckg:repair says so.",
    ),
)
