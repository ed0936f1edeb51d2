"""UCDP Georeferenced Event Dataset: deadly events of organized violence since 1989."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Actor, Event, Record, Situation, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, decimal, integer, month_bounds, needed, point, text, ymd
from crisiskg.iris import digest, mint_dataset_entity, mint_dataset_part, slug

C = Column
_COLUMNS = (
    C("id", "number of the event, the same in all releases", "IRI of the event, ckg:recordId", is_needed=True),
    C("relid", "readable id of the event", "kept in the row"),
    C("year", "calendar year", "bounds where no day is given", is_needed=True),
    C("month", "month, in copies that split the date", "bounds"),
    C("day", "day of the month, in copies that split the date", "bounds"),
    C("active_year", "whether the dyad passed 25 deaths that year", "kept in the row"),
    C("code_status", "whether the coders are done with it", "kept in the row"),
    C(
        "type_of_violence",
        "1 state-based, 2 non-state, 3 one-sided",
        "ckg:eventType, ckg:hasRecipient, ckg:sourceType",
        is_needed=True,
    ),
    C("conflict_dset_id", "number of the conflict before 2017", "kept in the row"),
    C("conflict_new_id", "number of the conflict", "IRI of the situation", ("conflict_id",)),
    C("conflict_name", "name of the conflict", "ckg:partOfSituation"),
    C("dyad_dset_id", "number of the dyad before 2017", "kept in the row"),
    C("dyad_new_id", "number of the dyad", "kept in the row", ("dyad_id",)),
    C("dyad_name", "name of the dyad", "label of the event"),
    C("side_a_dset_id", "number of side A before 2017", "kept in the row"),
    C("side_a_new_id", "number of side A", "IRI of the actor", ("side_a_id",)),
    C("side_a", "name of side A; in one-sided violence who kills", "ckg:hasActor, ckg:hasSideA", is_needed=True),
    C("side_b_dset_id", "number of side B before 2017", "kept in the row"),
    C("side_b_new_id", "number of side B", "IRI of the actor", ("side_b_id",)),
    C(
        "side_b",
        "name of side B; in one-sided violence the civilians",
        "ckg:hasActor, ckg:hasSideB, ckg:hasRecipient",
        is_needed=True,
    ),
    C("number_of_sources", "reports used; -1 where it was not recorded", "kept in the row"),
    C("source_article", "reports used, in one cell", "kept in the row"),
    C("source_office", "publishers of the reports", "kept in the row"),
    C("source_date", "days of the reports", "kept in the row"),
    C("source_headline", "headlines of the reports", "kept in the row"),
    C("source_original", "who said so to the reporters", "ckg:sourceWords"),
    C(
        "where_prec",
        "1 exact, 2 within 25 km, 3 district, 4 province, 5 line or area, 6 country, 7 sea or air",
        "ckg:placePrecision",
    ),
    C("where_coordinates", "name of the place of the point", "label of the place"),
    C("where_description", "the place in words", "kept in the row"),
    C("adm_1", "province", "label of the place where nothing finer is named"),
    C("adm_2", "district", "label of the place where nothing finer is named"),
    C("latitude", "degrees north", "geo:asWKT"),
    C("longitude", "degrees east", "geo:asWKT"),
    C("geom_wkt", "the point as WKT", "kept in the row"),
    C("priogrid_gid", "cell of PRIO-GRID", "kept in the row"),
    C("country", "name of the state", "ckg:isPartOf of the place", is_needed=True),
    C("country_id", "Gleditsch-Ward code of the state", "ckg:isPartOf of the place"),
    C("region", "region of the world", "kept in the row"),
    C("event_clarity", "1 one event, 2 several that cannot be told apart", "ckg:timePrecision"),
    C("date_prec", "1 day, 2 some days, 3 week, 4 month, 5 more", "ckg:timePrecision"),
    C("date_start", "first possible day", "bounds"),
    C("date_end", "last possible day", "bounds"),
    C("deaths_a", "best estimate of dead of side A", "casualties of side A"),
    C("deaths_b", "best estimate of dead of side B", "casualties of side B"),
    C("deaths_civilians", "best estimate of dead civilians", "kept in the row"),
    C("deaths_unknown", "best estimate of dead of unknown side", "kept in the row"),
    C("best", "best estimate of all dead", "ckg:best", ("best_death", "best_est", "deaths_best")),
    C("high", "highest estimate", "ckg:high", ("high_death", "high_est", "deaths_high")),
    C("low", "lowest estimate", "ckg:low", ("low_death", "low_est", "deaths_low")),
    C("gwnoa", "Gleditsch-Ward code of side A where it is a state", "ckg:isPartOf of side A"),
    C("gwnob", "Gleditsch-Ward code of side B where it is a state", "ckg:isPartOf of side B"),
)
#: Columns of the monthly candidate files without a header row.
_ORDER = tuple(column.name for column in _COLUMNS if column.name not in ("month", "day"))

_VIOLENCE = {"1": 1, "2": 2, "3": 3, "state-based violence": 1, "non-state violence": 2, "one-sided violence": 3}
_KINDS_OF_VIOLENCE = {1: "state-based violence", 2: "non-state violence", 3: "one-sided violence"}
_PLACE = {1: "exact", 2: "near", 3: "adm2", 4: "adm1", 5: "area", 6: "country", 7: "international"}
_TIME = {1: "day", 2: "interval", 3: "week", 4: "month", 5: "interval"}


def _reader(minter: Minter) -> Reader:
    dataset, base = minter.release.dataset, minter.release.base

    def state_of(cells: dict[str, str], code_column: str, name: str | None, at: str) -> State | None:
        number = code(cells, code_column)
        found = minter.state_by_code("gw", number, at) if number and number.lstrip("-").isdigit() else None
        return found or (minter.state_by_name(name, at) if name else None)

    def side(cells: dict[str, str], which: str, kind: str, at: str, records: list[Record]) -> Actor:
        name = needed(cells, f"side_{which}")
        state = None
        if name.startswith("Government of "):
            kind = "GovernmentBody"
            state = state_of(cells, f"gwno{which}", name[len("Government of ") :], at)
            if state is not None:
                records.append(state)
        number = code(cells, f"side_{which}_new_id")
        of = state.iri if state is not None else None
        if number:
            iri = mint_dataset_entity("ucdp", number, base)
            actor: Actor = minter.actor(kind, name, number, of, iri=iri, ucdp_id=number)
        else:
            actor = minter.actor(kind, name, None, of)
        records.append(actor)
        return actor

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = code(cells, "id")
        if not identifier:
            raise RowError("the column id is empty, and without it the event would be confused with others")
        event = minter.event(identifier)
        violence = _VIOLENCE.get((code(cells, "type_of_violence") or "").lower())
        if violence is None:
            raise RowError(f"the column type_of_violence has {cells['type_of_violence'][:60]!r}; there are 1, 2 and 3")
        records: list[Record] = []
        when = _time(cells)
        at = when["earliest_begin"]
        first = side(cells, "a", "ArmedGroup", at, records)
        last_kind = "PopulationGroup" if violence == 3 else "ArmedGroup"
        second = side(cells, "b", last_kind, at, records)
        repairs = []
        country = needed(cells, "country")
        state = state_of(cells, "country_id", country, at)
        if state is not None:
            records.append(state)
        precision = _PLACE.get(integer(cells, "where_prec") or 0, "unknown")
        wkt = point(cells, "latitude", "longitude")
        name = text(cells, "where_coordinates") or text(cells, "adm_2") or text(cells, "adm_1") or country
        place = minter.place(name, wkt, precision, state.iri if state is not None else None)
        records.append(place)
        low, best, high = (decimal(cells, column) for column in ("low", "best", "high"))
        numbers = [float(number) for number in (low, best, high) if number is not None]
        if numbers != sorted(numbers):
            repairs.append(f"low {low}, best {best}, high {high} are out of order; they are given in order")
            low, best, high = _in_order(low, best, high)
        claim = minter.claim(
            row,
            event,
            identifier,
            source_type=_KINDS_OF_VIOLENCE[violence],
            source_words=text(cells, "source_original"),
            repairs=tuple(repairs),
        )
        quantities = []
        if numbers:
            quantities.append(minter.casualties(event, claim.iri, "killed", low, best, high))
        for dead, whose in (("deaths_a", first), ("deaths_b", second)):
            number = decimal(cells, dead)
            if number is not None and number != "0" and whose.kind != "PopulationGroup":
                quantities.append(minter.casualties(event, claim.iri, "killed", None, number, None, whose.iri))
        situation = _situation(cells, dataset, base)
        if situation is not None:
            records.append(situation)
        records += quantities
        records.append(claim)
        one_sided = violence == 3
        records.append(
            Event(
                event,
                f"{text(cells, 'dyad_name') or f'{first.label} - {second.label}'}, {name}",
                **event_of("ASSAULT"),
                actors=(first.iri,) if one_sided or first == second else (first.iri, second.iri),
                recipients=(second.iri,) if one_sided else (),
                side_a=first.iri,
                side_b=second.iri,
                recipient_gap=None if one_sided else "not-directed",
                place=place.iri,
                place_precision=precision,
                situation=situation.iri if situation is not None else None,
                quantities=tuple(quantity.iri for quantity in quantities),
                **when,
            )
        )
        return records

    return read


def _time(cells: dict[str, str]) -> dict[str, Any]:
    """Return the bounds: first and last possible day, a split date, or the whole year."""
    start, end = day(cells, "date_start"), day(cells, "date_end")
    if start is not None:
        end = end or start
        if end < start:
            raise RowError(f"date_end {end} is before date_start {start}")
        stated = integer(cells, "date_prec")
        return time_fields(start, end, _TIME.get(stated or 0, "day" if start == end else "interval"))
    year, month, number = integer(cells, "year"), integer(cells, "month"), integer(cells, "day")
    if year is None or not 1900 <= year <= 2200:
        raise RowError(f"the column year has {cells.get('year', '')[:60]!r}, which is no year of this dataset")
    if month is None:
        return time_fields(f"{year}-01-01", f"{year}-12-31", "year")
    if not 1 <= month <= 12:
        raise RowError(f"the column month has {month}")
    if number is None:
        return time_fields(*month_bounds(year, month), "month")
    whole = ymd(year, month, number)
    return time_fields(whole, whole, "day")


def _in_order(low: str | None, best: str | None, high: str | None) -> tuple[str | None, str | None, str | None]:
    """Give three numbers in order: those that there are, each in the slot of its rank."""
    ordered = iter(sorted((number for number in (low, best, high) if number is not None), key=float))
    return tuple(None if number is None else next(ordered) for number in (low, best, high))  # type: ignore[return-value]


def _situation(cells: dict[str, str], dataset: str, base: str) -> Situation | None:
    name = text(cells, "conflict_name")
    if name is None:
        return None
    number = code(cells, "conflict_new_id")
    local = number or f"{slug(name)}-{digest(name, length=8)}"
    return Situation(mint_dataset_part("ucdp" if number else dataset, "conflict", local, base), name)


UCDP_GED = Dataset(
    name="ucdp-ged",
    title="UCDP Georeferenced Event Dataset",
    publisher="Uppsala Conflict Data Program",
    homepage="https://ucdp.uu.se/downloads/",
    license="https://creativecommons.org/licenses/by/4.0/",
    may_republish=True,
    attribution="Uppsala Conflict Data Program, UCDP Georeferenced Event Dataset, with the release's version",
    form=Form(_COLUMNS, {"candidate": _ORDER}),
    reader=_reader,
    notes=(
        "Every event is ASSAULT. State-based and non-state violence have two sides and no direction: both are actors, and "
        "ckg:recipientGap says so. One-sided violence has the civilians as recipient.",
        "Low, best and high that are out of order are given in order, and ckg:repair says so.",
        "A point of precision 4 or coarser is the middle of an area.",
    ),
)
