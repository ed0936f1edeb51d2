"""ICEWS coded event data: who did what to whom, coded from news by machine, 1995 to 2023.

Read are the published tables of 20 columns, and tables of five columns that were derived of them for research on knowledge
graphs: source, event phrase, target, date, origin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from crisiskg.datasets.actor_kinds import kind_of_group, kind_of_name
from crisiskg.datasets.cameo import CameoCode, cameo_by_code, cameo_by_phrase
from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Actor, Event, Place, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, needed, point, text

C = Column
_COLUMNS = (
    C("Event ID", "number of the event; unique together with its date", "IRI of the event, ckg:recordId"),
    C("Event Date", "day of the report", "bounds", ("date",), is_needed=True),
    C("Source Name", "who acts", "ckg:hasActor", ("source",), is_needed=True),
    C("Source Sectors", "sectors of the source, a list", "class of the actor"),
    C("Source Country", "state of the source", "ckg:isPartOf of the actor"),
    C(
        "Event Text",
        "label of the CAMEO code",
        "ckg:eventType, ckg:mode, ckg:context, ckg:sourceType",
        ("event",),
        is_needed=True,
    ),
    C("CAMEO Code", "code of CAMEO", "ckg:eventType, ckg:mode, ckg:context, ckg:sourceType"),
    C("Intensity", "score from -10, conflict, to 10, cooperation", "kept in the row"),
    C("Quad Code", "quad class, in copies that add it", "ckg:sourceQuadClass", ("QuadClass", "quad")),
    C("Target Name", "who is acted upon", "ckg:hasRecipient", ("target",), is_needed=True),
    C("Target Sectors", "sectors of the target, a list", "class of the recipient"),
    C("Target Country", "state of the target", "ckg:isPartOf of the recipient"),
    C("Story ID", "number of the article", "kept in the row"),
    C("Sentence Number", "number of the sentence in it", "kept in the row"),
    C("Publisher", "publisher of the article", "ckg:sourceWords"),
    C("City", "place", "label of the place"),
    C("District", "district", "label of the place where nothing finer is named"),
    C("Province", "province", "label of the place where nothing finer is named"),
    C("Country", "state of the place", "ckg:isPartOf of the place"),
    C("Latitude", "degrees north", "geo:asWKT"),
    C("Longitude", "degrees east", "geo:asWKT"),
    C("origin", "which derived collection the row comes from", "kept in the row"),
)
_ORDER = tuple(column.name for column in _COLUMNS if column.name not in ("Quad Code", "origin"))

#: Names of ICEWS for nobody in particular.
_NOBODY = frozenset(("Unspecified Actor", "Unidentified State Actor"))
#: Names of states that the reference data do not have.
_STATES = {"Palestinian Territory, Occupied": "Palestine", "Vatican City State": "Holy See"}
#: Finest column that is filled, and the precision of the place.
_PLACES = (("City", "near"), ("District", "adm2"), ("Province", "adm1"), ("Country", "country"))


class _Party(NamedTuple):
    """One side of a row: its IRI, and the records that it needs; without IRI nobody is named."""

    iri: str | None
    label: str
    records: tuple[Record, ...]


def split_group(name: str) -> tuple[str, str] | None:
    """Return the parts of a name that stands for unnamed people or bodies: which, and whose; None where it has not that form.

    >>> split_group("Police (Egypt)"), split_group("Clergy (Holy See (Vatican City State))"), split_group("Angela Merkel")
    (('Police', 'Egypt'), ('Clergy', 'Holy See (Vatican City State)'), None)
    """
    if not name.endswith(")"):
        return None
    depth = 0
    for place in range(len(name) - 1, 0, -1):
        char = name[place]
        depth += (char == ")") - (char == "(")
        if depth == 0:
            words = name[:place].rstrip()
            return (words, name[place + 1 : -1].strip()) if words else None
    return None


def _party_reader(minter: Minter) -> Callable[[str, str | None, str | None, str], _Party]:
    """Return a function from name, state, sectors and year to a party; states are those of the middle of the year."""

    def state_named(name: str, at: str) -> State | None:
        return minter.state_by_name(_STATES.get(name, name), at)

    @lru_cache(1 << 17)
    def party(name: str, country: str | None, sectors: str | None, year: str) -> _Party:
        if name in _NOBODY:
            return _Party(None, name, ())
        at = f"{year}-07-01"
        group = split_group(name)
        state = state_named(name, at)
        if state is not None and (group is None or minter.crosswalk.named(group[0], at) is not None):
            return _Party(state.iri, state.label, (state,))
        owner = group[1] if group else country
        whose = state_named(owner, at) if owner else None
        kind = kind_of_group(group[0]) if group else _kind_of_sectors(sectors) or kind_of_name(name)
        actor: Actor = minter.actor(kind, name, None, whose.iri if whose is not None else None)
        return _Party(actor.iri, name, (actor,) if whose is None else (whose, actor))

    return party


#: Words of the sector lists of ICEWS that tell the class of a named actor. Sectors such as "Executive" or "Elite" are those of
#: persons and bodies alike and tell nothing.
_SECTORS = (
    ("International Government Organization", "IntergovernmentalOrganization"),
    ("Nongovernmental Organization", "NongovernmentalOrganization"),
)


def _kind_of_sectors(sectors: str | None) -> str | None:
    return next((kind for words, kind in _SECTORS if words in sectors), None) if sectors else None


def _code_of(cells: dict[str, str]) -> tuple[CameoCode, str, str | None]:
    """Return the code, the source's own, and what was put right."""
    phrase, written = text(cells, "Event Text"), code(cells, "CAMEO Code")
    # The phrase decides where both are there: "10" is a demand, or a statement that lost its zero.
    found = cameo_by_phrase(phrase) if phrase else None
    if found is not None:
        if written and written not in (found.code, found.code.lstrip("0")) and not written.startswith(found.code):
            return found, written, f"the CAMEO code {written[:20]!r} is not that of {phrase!r}; it is read as {found.code}"
        return found, written or found.code, None
    if written is None:
        raise RowError(f"{(phrase or '')[:80]!r} is no event of CAMEO")
    by_code, repair = cameo_by_code(written)
    return by_code, written, repair


def _reader(minter: Minter) -> Reader:
    party = _party_reader(minter)

    def place_of(cells: dict[str, str], at: str) -> tuple[Place, str, State | None] | None:
        named = next(((name, precision) for column, precision in _PLACES if (name := text(cells, column))), None)
        if named is None:
            return None
        country = text(cells, "Country")
        state = minter.state_by_name(_STATES.get(country, country), f"{at[:4]}-07-01") if country else None
        wkt = point(cells, "Latitude", "Longitude")
        return minter.place(named[0], wkt, named[1], state.iri if state is not None else None), named[1], state

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        date = day(cells, "Event Date", month_first=True)
        if date is None:
            raise RowError("the column Event Date is empty")
        cameo, written, repair = _code_of(cells)
        year = date[:4]
        source = party(needed(cells, "Source Name"), text(cells, "Source Country"), text(cells, "Source Sectors"), year)
        target = party(needed(cells, "Target Name"), text(cells, "Target Country"), text(cells, "Target Sectors"), year)
        number = code(cells, "Event ID")
        identifier = f"{number}-{date}" if number else minter.content_id(*cells.values())
        event = minter.event(identifier)
        records: list[Record] = [*source.records, *target.records]
        where = place_of(cells, date) if "City" in cells else None
        if where is not None:
            records += (where[0],) if where[2] is None else (where[2], where[0])
        records.append(
            minter.claim(
                row,
                event,
                identifier,
                source_type=written,
                source_quad_class=text(cells, "Quad Code"),
                source_words=text(cells, "Publisher"),
                repairs=(repair,) if repair else (),
            )
        )
        actor, recipient = (target, source) if cameo.is_reversed else (source, target)
        records.append(
            Event(
                event,
                f"{cameo.label}: {source.label} - {target.label}",
                **event_of(cameo.event_type),
                mode=cameo.mode,
                contexts=cameo.contexts,
                actors=(actor.iri,) if actor.iri else (),
                recipients=(recipient.iri,) if recipient.iri else (),
                actor_gap=None if actor.iri else "not-stated",
                recipient_gap=None if recipient.iri else "not-stated",
                place=where[0].iri if where is not None else None,
                place_gap=None if where is not None else "not-stated",
                place_precision=where[1] if where is not None else None,
                **time_fields(date, date, "day"),
            )
        )
        return records

    return read


ICEWS = Dataset(
    name="icews",
    title="ICEWS Coded Event Data",
    publisher="Lockheed Martin and Harvard Dataverse",
    homepage="https://doi.org/10.7910/DVN/28075",
    license="https://doi.org/10.7910/DVN/28075",
    may_republish=False,
    attribution="Boschee and others, ICEWS Coded Event Data, Harvard Dataverse",
    form=Form(_COLUMNS, {"events": _ORDER}, quoted=False, encoding="latin-1"),
    reader=_reader,
    notes=(
        "The phrase decides the CAMEO code where phrase and number differ, as numbers lose their leading zeros; ckg:repair says "
        "so. A code that the codebook lacks, such as 13y, is read as the one above it.",
        "The day is that of the report, not always that of the event.",
        "Who hosts a visit (043) is the recipient, and the visitor the actor.",
        "A meeting told from both sides is two rows and two events, with the parties in turn.",
        "A name in brackets tells whose unnamed people or bodies are meant; of other names the class is a guess.",
        "Rows without an id are known by their content, and equal ones are numbered.",
    ),
)
