"""POLECAT: who did what to whom in the PLOVER codebook, coded from news in many languages by machine, since 2018."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from crisiskg.codebook import QUAD_CLASSES
from crisiskg.crosswalk.kinds import kinds_by_name
from crisiskg.crosswalk.states import fold
from crisiskg.datasets.actor_kinds import KIND_OF_SECTOR, kind_of_group, kind_of_name
from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.plover import mode_of
from crisiskg.datasets.records import Event, Place, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, needed, point, text
from crisiskg.namespaces import GN

C = Column


def _party_columns(role: str, sides: str) -> tuple[Column, ...]:
    low = role.lower()
    return (
        C(f"{role} Name", f"{low}s by resolved name, a list", sides),
        C(f"{role} Country", f"states of the {low}s, ISO 3166 letters, a list", f"ckg:isPartOf of the {low}"),
        C(f"{role} COW", f"states of the {low}s by the Correlates of War, a list", f"ckg:isPartOf of the {low}"),
        C(f"Primary {role} Sector", f"chief sector of the {low}", f"class of the {low}"),
        C(f"{role} Sectors", f"all sectors of the {low}s, a list", "kept in the row"),
        C(f"{role} Title", f"office of the {low}", f"a {low} with an office is a person"),
        C(f"{role} Name Raw", f"the {low}s in the words of the text, a list", f"name of the {low} where none is resolved"),
        C(f"Wikipedia {role} ID", f"articles of the {low}s, a list", "kept in the row"),
    )


_COLUMNS = (
    C("Event ID", "id of the event", "IRI of the event, ckg:recordId", is_needed=True),
    C("Event Date", "day", "bounds", is_needed=True),
    C("Event Type", "type of PLOVER", "ckg:eventType, ckg:sourceType", is_needed=True),
    C("Event Mode", "modes, a list", "ckg:mode where there is one of the type's; ckg:sourceType"),
    C("Intensity", "score", "kept in the row"),
    C("Quad Code", "quad class", "ckg:sourceQuadClass"),
    C("Contexts", "contexts of the whole article, a list", "kept in the row"),
    *_party_columns("Actor", "ckg:hasActor"),
    *_party_columns("Recipient", "ckg:hasRecipient"),
    C("Placename", "resolved place", "label of the place"),
    C("City", "town", "label of the place where none is resolved"),
    C("District", "district", "label of the place where nothing finer is named"),
    C("Province", "province", "label of the place where nothing finer is named"),
    C("Country", "state of the place, ISO 3166 letters or name", "ckg:isPartOf of the place"),
    C("Latitude", "degrees north", "geo:asWKT"),
    C("Longitude", "degrees east", "geo:asWKT"),
    C("GeoNames ID", "the place in GeoNames", "skos:exactMatch of the place"),
    C("Raw Placename", "the place in the words of the text", "kept in the row"),
    C("Feature Type", "what the place is in GeoNames", "ckg:placePrecision"),
    C("Source", "publisher of the article", "ckg:sourceWords"),
    C("Publication Date", "day of the article", "kept in the row"),
    C("Story People", "persons that the article names, a list", "kept in the row"),
    C("Story Organizations", "organizations that the article names, a list", "kept in the row"),
    C("Story Locations", "places that the article names, a list", "kept in the row"),
    C("Language", "language of the article", "kept in the row"),
    C("Version", "version of the coder", "kept in the row"),
)
_ORDER = tuple(column.name for column in _COLUMNS)

#: Precision of a place by the beginning of its feature type, and by the finest column that is filled.
_FEATURES = (("PPL", "exact"), ("ADM1", "adm1"), ("ADM2", "adm2"), ("ADM3", "adm2"), ("PCL", "country"), ("RGN", "area"))
_PLACES = (("Placename", "near"), ("City", "near"), ("District", "adm2"), ("Province", "adm1"), ("Country", "country"))


class _Party(NamedTuple):
    """One actor or recipient, and the records that it needs."""

    iri: str
    label: str
    records: tuple[Record, ...]


def _list(cells: dict[str, str], column: str) -> list[str | None]:
    """Return the values of a list; None for those that are a word for nothing.

    >>> _list({"x": "Chad; None"}, "x")
    ['Chad', None]
    """
    value = text(cells, column)
    parts = (part.strip() for part in value.split(";")) if value else ()
    return [None if part in ("", "None", "NA", "nan") else part for part in parts]


def _at(values: list[str | None], place: int, names: int) -> str | None:
    """Return the value that goes with a name: lists of one value hold for all names."""
    if len(values) == names:
        return values[place]
    return values[0] if len(values) == 1 else None


def _party_reader(minter: Minter) -> Callable[[str, str | None, str | None, str | None, str], _Party]:
    @lru_cache(1 << 17)
    def party(name: str, country: str | None, sector: str | None, title: str | None, year: str) -> _Party:
        at = f"{year}-07-01"
        state = minter.state_by_name(name, at)
        if state is not None:
            return _Party(state.iri, state.label, (state,))
        whose = minter.state_by_code("iso3", country, at) if country and len(country) == 3 else None
        whose = whose or (minter.state_by_name(country, at) if country else None)
        made = minter.actor(_kind(name, sector, title), name, None, whose.iri if whose is not None else None)
        return _Party(made.iri, name, (made,) if whose is None else (whose, made))

    return party


def _kind(name: str, sector: str | None, title: str | None) -> str:
    """Return the class of an actor: a person has a title or a person's name, others are known by name or sector."""
    known = kinds_by_name().get(fold(name))
    if known is None and title is not None:
        return "Person"
    guess = kind_of_name(name)
    if known is not None or guess == "Person":
        return guess
    return KIND_OF_SECTOR.get((sector or "").upper()) or (guess if name[:1].isupper() else kind_of_group(name))


def _reader(minter: Minter) -> Reader:
    party = _party_reader(minter)

    def parties(cells: dict[str, str], role: str, year: str) -> list[_Party]:
        raw = _list(cells, f"{role} Name Raw")
        names = _list(cells, f"{role} Name") or raw
        countries = _list(cells, f"{role} Country")
        sectors, titles = _list(cells, f"Primary {role} Sector"), _list(cells, f"{role} Title")
        found: dict[str, _Party] = {}
        for place, resolved in enumerate(names):
            name = resolved or _at(raw, place, len(names))
            if name is None:
                continue
            one = party(
                name,
                _at(countries, place, len(names)),
                _at(sectors, place, len(names)),
                _at(titles, place, len(names)),
                year,
            )
            found.setdefault(one.iri, one)
        return list(found.values())

    def place_of(cells: dict[str, str], at: str) -> tuple[str, str, list[Record]] | None:
        named = next(((name, precision) for column, precision in _PLACES if (name := text(cells, column))), None)
        if named is None:
            return None
        country = text(cells, "Country")
        state: State | None = None
        if country is not None:
            state = minter.state_by_code("iso3", country, at) if len(country) == 3 else None
            state = state or minter.state_by_name(country, at)
        feature = (text(cells, "Feature Type") or "").upper()
        precision = next((precision for begin, precision in _FEATURES if feature.startswith(begin)), named[1])
        if state is not None and precision == "country":
            return state.iri, precision, [state]
        number = code(cells, "GeoNames ID")
        same = (f"{GN}{number}/",) if number and number.isascii() and number.isdigit() else ()
        made: Place = minter.place(
            named[0], point(cells, "Latitude", "Longitude"), precision, state.iri if state is not None else None, same
        )
        return made.iri, precision, [made] if state is None else [state, made]

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = code(cells, "Event ID")
        if identifier is None:
            raise RowError("the column Event ID is empty, and without it the event would be confused with others")
        date = day(cells, "Event Date")
        if date is None:
            raise RowError("the column Event Date is empty")
        type_ = needed(cells, "Event Type").upper()
        if type_ not in QUAD_CLASSES:
            raise RowError(f"{type_[:40]!r} is no type of PLOVER; there are {', '.join(sorted(QUAD_CLASSES))}")
        modes = [mode for mode in _list(cells, "Event Mode") if mode is not None]
        mode, repairs = mode_of(type_, modes)
        actors, recipients = parties(cells, "Actor", date[:4]), parties(cells, "Recipient", date[:4])
        records: list[Record] = [record for one in (*actors, *recipients) for record in one.records]
        where = place_of(cells, date)
        if where is not None:
            records += where[2]
        event = minter.event(identifier)
        sides = " - ".join(", ".join(one.label for one in group) for group in (actors, recipients) if group)
        records += (
            minter.claim(
                row,
                event,
                identifier,
                source_type=f"{type_} {'; '.join(modes)}" if modes else type_,
                source_quad_class=text(cells, "Quad Code"),
                source_words=text(cells, "Source"),
                repairs=repairs,
            ),
            Event(
                event,
                f"{type_}: {sides}" if sides else type_,
                **event_of(type_),
                mode=mode,
                actors=tuple(one.iri for one in actors),
                recipients=tuple(one.iri for one in recipients),
                actor_gap=None if actors else "not-stated",
                recipient_gap=None if recipients else "not-stated",
                place=where[0] if where is not None else None,
                place_gap=None if where is not None else "not-stated",
                place_precision=where[1] if where is not None else None,
                **time_fields(date, date, "day"),
            ),
        )
        return records

    return read


POLECAT = Dataset(
    name="polecat",
    title="POLECAT Weekly Data",
    publisher="Political Instability Task Force and Harvard Dataverse",
    homepage="https://doi.org/10.7910/DVN/AJGVIT",
    license="https://doi.org/10.7910/DVN/AJGVIT",
    may_republish=False,
    attribution="Halterman and others, POLECAT Weekly Data, Harvard Dataverse",
    form=Form(_COLUMNS, {"events": _ORDER}, delimiter="\t", quoted=False, encoding="latin-1"),
    reader=_reader,
    notes=(
        "Contexts are those of the whole article, so that a battle in an article on elections has the context of elections: they "
        "stay in the row.",
        "The word None means that nothing is known.",
        "A mode that the type does not have is read as the one that means it, or left out; ckg:repair says so. Of several modes "
        "none is chosen.",
        "Lists are read in step: the second country is that of the second name. A list of one value holds for all.",
        "Columns that a header names and the rows lack, and tabs at the end of rows, do no harm.",
    ),
)
