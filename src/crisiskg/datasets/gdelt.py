"""GDELT event tables: what news reports say that somebody did to somebody, coded by machine every fifteen minutes.

Most rows are no distinct event: several rows tell of one, and many tell of none. So each is a report: its event is marked as
claimed, which keeps it out of what is shown as having happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from crisiskg.datasets.actor_kinds import KIND_OF_SECTOR, kind_of_name
from crisiskg.datasets.cameo import CAMEO_REGIONS, CAMEO_STATES, cameo_by_code
from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Event, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, point, text

C = Column


def _actor_columns(which: str, side: str, use: str) -> tuple[Column, ...]:
    name = f"Actor{which}"
    return (
        C(f"{name}Code", f"CAMEO code of the {side}: state, group and roles in one", "IRI of the actor"),
        C(f"{name}Name", f"name of the {side}", use),
        C(f"{name}CountryCode", f"state of the {side}, three letters of CAMEO", "the state, or ckg:isPartOf"),
        C(f"{name}KnownGroupCode", "international organization or armed group", "class of the actor"),
        C(f"{name}EthnicCode", "ethnic group", "kept in the row"),
        C(f"{name}Religion1Code", "religion", "kept in the row"),
        C(f"{name}Religion2Code", "second religion", "kept in the row"),
        C(f"{name}Type1Code", "first role, such as GOV or REB", "class of the actor"),
        C(f"{name}Type2Code", "second role", "kept in the row"),
        C(f"{name}Type3Code", "third role", "kept in the row"),
    )


def _geo_columns(which: str, what: str, uses: tuple[str, str, str, str]) -> tuple[Column, ...]:
    kind, name, country, coordinates = uses
    return (
        C(f"{which}Geo_Type", f"{what}: 1 state, 2 state of the USA, 3 town there, 4 town, 5 province", kind),
        C(f"{which}Geo_FullName", "its name, up to the state", name),
        C(f"{which}Geo_CountryCode", "its state, two letters of FIPS 10-4", country),
        C(f"{which}Geo_ADM1Code", "its province, FIPS", "kept in the row"),
        C(f"{which}Geo_ADM2Code", "its district, GAUL; in 2.0 only", "kept in the row"),
        C(f"{which}Geo_Lat", "degrees north", coordinates),
        C(f"{which}Geo_Long", "degrees east", coordinates),
        C(f"{which}Geo_FeatureID", "its number in GNS or GNIS", "kept in the row"),
    )


_KEPT = ("kept in the row",) * 4
_COLUMNS = (
    C("GLOBALEVENTID", "number of the event", "IRI of the event, ckg:recordId", is_needed=True),
    C("SQLDATE", "day of the event, as far as the text says so", "bounds", ("Day",), is_needed=True),
    C("MonthYear", "month", "kept in the row"),
    C("Year", "year", "kept in the row"),
    C("FractionDate", "part of the year", "kept in the row"),
    *_actor_columns("1", "source", "ckg:hasActor"),
    *_actor_columns("2", "target", "ckg:hasRecipient"),
    C("IsRootEvent", "whether it stands in the first paragraph", "kept in the row"),
    C("EventCode", "code of CAMEO, a string", "ckg:eventType, ckg:mode, ckg:context, ckg:sourceType", is_needed=True),
    C("EventBaseCode", "its first three digits", "kept in the row"),
    C("EventRootCode", "its first two digits", "tells 010 from 10 where zeros were lost"),
    C("QuadClass", "1 to 4, by rules of GDELT's own", "ckg:sourceQuadClass"),
    C("GoldsteinScale", "score from -10 to 10", "kept in the row"),
    C("NumMentions", "mentions in the first fifteen minutes", "kept in the row"),
    C("NumSources", "publishers in the first fifteen minutes", "kept in the row"),
    C("NumArticles", "articles in the first fifteen minutes", "kept in the row"),
    C("AvgTone", "tone of the articles", "kept in the row"),
    *_geo_columns("Actor1", "place of the source", _KEPT),
    *_geo_columns("Actor2", "place of the target", _KEPT),
    *_geo_columns(
        "Action", "place of the event", ("ckg:placePrecision", "label of the place", "ckg:isPartOf of the place", "geo:asWKT")
    ),
    C("DATEADDED", "when the row was added", "kept in the row"),
    C("SOURCEURL", "address of one article", "ckg:sourceWords"),
)
_ORDER = tuple(column.name for column in _COLUMNS)
#: GDELT 1.0: without districts, and before 2013 without the address.
_ORDER_1 = tuple(name for name in _ORDER if not name.endswith("_ADM2Code"))

_PRECISIONS = {"1": "country", "2": "adm1", "3": "near", "4": "near", "5": "adm1"}
#: Known groups that are no armed groups: organizations of states.
_OF_STATES = frozenset(
    (
        *("UNO", "IGO", "EEC", "NAT", "OAS", "OAU", "AFU", "ARL", "ASN", "BCA", "CIS", "COE", "CFA", "ECA", "EFT", "GCC", "GOE"),
        *("HIP", "IAE", "ICC", "ICJ", "IMF", "IAC", "IGC", "INP", "ITP", "JUR", "HCR", "NEP", "OIC", "OPC", "PAP", "SAA", "SCE"),
        *("SCO", "WAD", "WAM", "WAS", "WBK", "WCT", "WEF", "WFP", "WHO", "WTO", "WTR", "ADB", "AFB", "AEU", "ABD", "CEM", "CSS"),
    )
)
_NONGOVERNMENTAL = frozenset(("NGO", "NGM", "AMN", "IRC", "HRW", "MSF", "OXF", "PAX"))


class _Party(NamedTuple):
    """One side: its IRI, or None where nobody is named, and the records that it needs."""

    iri: str | None
    label: str
    records: tuple[Record, ...]


def cameo_state(minter: Minter, letters: str, at: str) -> State | None:
    """Return the state of a three-letter code of CAMEO on a day; None for regions and what is no state."""
    if letters in CAMEO_REGIONS:
        return None
    iso3 = CAMEO_STATES.get(letters, letters)
    return minter.state_by_code("iso3", iso3, at) if iso3 else None


def _kind(name: str, group: str | None, role: str | None) -> str:
    if group in _NONGOVERNMENTAL:
        return "NongovernmentalOrganization"
    if group in _OF_STATES:
        return "IntergovernmentalOrganization"
    if role is not None and role in KIND_OF_SECTOR:
        return KIND_OF_SECTOR[role]
    return kind_of_name(name.title())


def _party_reader(minter: Minter) -> Callable[[str, str, str, str, str, str], _Party]:
    @lru_cache(1 << 17)
    def party(letters: str, name: str, country: str, group: str, role: str, year: str) -> _Party:
        if not letters and not name:
            return _Party(None, "", ())
        state = cameo_state(minter, country, f"{year}-07-01") if country else None
        if state is not None and letters in (country, ""):
            return _Party(state.iri, state.label, (state,))
        label = name or CAMEO_REGIONS.get(letters, letters)
        kind = _kind(label, group or None, role or None) if letters not in CAMEO_REGIONS else "PopulationGroup"
        local = f"{letters}-{name}" if letters and name else letters or name
        made = minter.actor(kind, label, local, state.iri if state is not None else None)
        return _Party(made.iri, label, (made,) if state is None else (state, made))

    return party


def place_reader(minter: Minter) -> Callable[[str, str, str, str, str, str], tuple[str, str, tuple[Record, ...]] | None]:
    """Return a function from kind, name, state, coordinates and year to a place: its IRI, its precision and its records."""

    @lru_cache(1 << 16)
    def place_of(
        kind: str, name: str, fips: str, latitude: str, longitude: str, year: str
    ) -> tuple[str, str, tuple[Record, ...]] | None:
        if kind in ("", "0") or not name:
            return None
        precision = _PRECISIONS.get(kind)
        if precision is None:
            raise RowError(f"the kind of a place (Geo_Type) is {kind[:20]!r}; there are 0 to 5")
        state = minter.state_by_code("fips", fips, f"{year}-07-01") if fips else None
        if state is not None and precision == "country":
            return state.iri, precision, (state,)
        wkt = point({"Geo_Lat": latitude, "Geo_Long": longitude}, "Geo_Lat", "Geo_Long")
        made = minter.place(name, wkt, precision, state.iri if state is not None else None)
        return made.iri, precision, (made,) if state is None else (state, made)

    return place_of


def _reader(minter: Minter) -> Reader:
    party = _party_reader(minter)

    place_of = place_reader(minter)

    def side(cells: dict[str, str], which: str, year: str) -> _Party:
        name = f"Actor{which}"
        return party(
            cells.get(f"{name}Code", ""),
            cells.get(f"{name}Name", ""),
            cells.get(f"{name}CountryCode", ""),
            cells.get(f"{name}KnownGroupCode", ""),
            cells.get(f"{name}Type1Code", ""),
            year,
        )

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = code(cells, "GLOBALEVENTID")
        if identifier is None:
            raise RowError("the column GLOBALEVENTID is empty, and without it the event would be confused with others")
        date = day(cells, "SQLDATE")
        if date is None:
            raise RowError("the column SQLDATE is empty")
        written, root = cells["EventCode"], cells.get("EventRootCode", "")
        # "10" in root 1 or 01 is a statement that lost its zero; in root 10 it is a demand.
        whole = f"0{written}" if root.lstrip("0") == written[:1] and len(root.lstrip("0")) == 1 else written
        if written.startswith("0"):
            whole = written
        cameo, repair = cameo_by_code(whole)
        if whole != written:
            repair = f"the CAMEO code {written!r} lacks its leading zero; it is read as {whole}"
        source, target = side(cells, "1", date[:4]), side(cells, "2", date[:4])
        records: list[Record] = [*source.records, *target.records]
        where = place_of(
            cells.get("ActionGeo_Type", ""),
            cells.get("ActionGeo_FullName", ""),
            cells.get("ActionGeo_CountryCode", ""),
            cells.get("ActionGeo_Lat", ""),
            cells.get("ActionGeo_Long", ""),
            date[:4],
        )
        if where is not None:
            records += where[2]
        event = minter.event(identifier)
        actor, recipient = (target, source) if cameo.is_reversed else (source, target)
        sides = " - ".join(label for label in (source.label, target.label) if label)
        records += (
            minter.claim(
                row,
                event,
                identifier,
                certainty="possible",
                source_type=written,
                source_quad_class=text(cells, "QuadClass"),
                source_words=text(cells, "SOURCEURL"),
                repairs=(repair,) if repair else (),
            ),
            Event(
                event,
                f"{cameo.label}: {sides}" if sides else cameo.label,
                **event_of(cameo.event_type),
                factuality="claimed",
                mode=cameo.mode,
                contexts=cameo.contexts,
                actors=(actor.iri,) if actor.iri else (),
                recipients=(recipient.iri,) if recipient.iri else (),
                actor_gap=None if actor.iri else "not-stated",
                recipient_gap=None if recipient.iri else "not-stated",
                place=where[0] if where is not None else None,
                place_gap=None if where is not None else "not-stated",
                place_precision=where[1] if where is not None else None,
                **time_fields(date, date, "day"),
            ),
        )
        return records

    return read


GDELT = Dataset(
    name="gdelt",
    title="GDELT Event Database",
    publisher="The GDELT Project",
    homepage="https://www.gdeltproject.org/",
    license="https://www.gdeltproject.org/about.html#termsofuse",
    may_republish=True,
    attribution="The GDELT Project, with its address",
    form=Form(_COLUMNS, {"2.0": _ORDER, "1.0": _ORDER_1, "1.0 before April 2013": _ORDER_1[:-1]}, delimiter="\t", quoted=False),
    reader=_reader,
    notes=(
        "A row is a report: its event is claimed (ckgc:fact-claimed) and its record possible. Only other sources tell what "
        "happened.",
        "Tables have no header; 61 columns are version 2.0, 58 and 57 are version 1.0.",
        "The quad class follows from the type. GDELT counts investigations as material cooperation and protests as verbal "
        "conflict.",
        "States of actors are CAMEO's, those of places FIPS 10-4. Codes such as AFR and EUR are regions.",
        "The place is that of the action. The middle of a state or province is marked by ckg:placePrecision.",
    ),
)
