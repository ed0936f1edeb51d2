"""Tables with HXL hashtags: any columns under any heads, with a row of tags such as #event, #date and #affected+killed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Actor, Event, Place, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, decimal, month_bounds, point, text

C = Column
_KEPT = "kept in the row"
_COLUMNS = (
    C("#event+id", "id of the event or row", "IRI of the event, ckg:recordId", ("#event+code", "#meta+id")),
    C("#event", "name of the event or crisis", "label of the event", ("#event+name", "#crisis+name")),
    C("#event+type", "kind of the event", "ckg:eventType, ckg:sourceType", ("#crisis+type", "#cause")),
    C("#description", "the event in words", "label of the event where it has no name", ("#event+description",)),
    C("#date", "day, month or year of the event", "bounds", ("#date+occurred",)),
    C("#date+start", "first day", "bounds of the begin"),
    C("#date+end", "last day", "bounds of the end"),
    C("#country+code", "code of the state: ISO, or what its attribute says", "ckg:isPartOf of the place"),
    C("#country", "name of the state", "ckg:isPartOf of the place", ("#country+name",)),
    C("#adm1+code", "P-code of the province", "IRI of the place"),
    C("#adm1", "name of the province", "label of the place", ("#adm1+name",)),
    C("#adm2+code", "P-code of the district", "IRI of the place"),
    C("#adm2", "name of the district", "label of the place", ("#adm2+name",)),
    C("#adm3+code", "P-code of the smaller district", "IRI of the place"),
    C("#adm3", "name of the smaller district", "label of the place", ("#adm3+name",)),
    C("#loc", "name of the place", "label of the place", ("#loc+name",)),
    C("#loc+code", "code of the place", "IRI of the place"),
    C("#geo+lat", "degrees north", "geo:asWKT"),
    C("#geo+lon", "degrees east", "geo:asWKT"),
    C("#actor", "who acted", "ckg:hasActor", ("#actor+name", "#actor+perpetrator")),
    C("#actor+target", "who was acted upon", "ckg:hasRecipient", ("#actor+victim",)),
    C("#affected+killed", "dead", "casualties: killed"),
    C("#affected+injured", "injured", "casualties: injured"),
    C("#affected+displaced", "displaced", "casualties: displaced", ("#affected+idps",)),
    C("#affected+abducted", "abducted", "casualties: abducted"),
    C("#affected+arrested", "arrested", "casualties: arrested", ("#affected+detained",)),
    C("#meta+source", "who said so", "ckg:sourceWords", ("#source",)),
)
_NAMES = {known: column.name for column in _COLUMNS for known in (column.name, *column.other_names)}
#: Attributes that say nothing of what a column means: languages, vocabularies, totals.
_IDLE = re.compile(
    r"(?:i_|v_).*|[a-z]{2}|total|num|number|text|all|people|persons|value|orig|main|primary|reported|first|iso2|iso3"
)
#: Attributes of codes that say of which scheme they are.
_SCHEMES = {"iso2": "iso2", "v_iso2": "iso2", "iso3": "iso3", "v_iso3": "iso3", "v_m49": "m49", "v_fips": "fips"}

_TYPES: tuple[tuple[str, str, str | None], ...] = (
    (r"suicide", "ASSAULT", "suicide-attack"),
    (r"air.?strike|air attack|aerial|bombardment", "ASSAULT", "aerial"),
    (r"drone", "ASSAULT", "drone"),
    (r"shell|artillery|mortar|rocket|missile|heavy weapon", "ASSAULT", "heavy-weapons"),
    (r"\bied\b|explosi|bomb|mine\b|landmine|\buxo\b|\berw\b|grenade", "ASSAULT", "explosives"),
    (r"kidnap|abduct|hostage|disappear|hijack|carjack", "ASSAULT", "abduct"),
    (r"sexual|rape", "ASSAULT", "sexual"),
    (r"tortur", "ASSAULT", "torture"),
    (r"assassinat|execut", "ASSAULT", "targeted"),
    (r"arson|burn|destr|vandal|demolition", "ASSAULT", "destroy"),
    (r"shoot|gunfire|small arms", "ASSAULT", "firearms"),
    (r"arrest|detention|detain|imprison", "COERCE", "arrest"),
    (r"loot|robbery|theft|confiscat|seiz", "COERCE", "seize"),
    (r"riot|mob violence|violent demonstration", "PROTEST", "riot"),
    (r"protest|demonstration|march|sit-in", "PROTEST", "demo"),
    (r"strike\b", "PROTEST", "strike"),
    (r"threat|intimidat", "THREATEN", None),
    (r"ceasefire|truce", "RETREAT", "ceasefire"),
    (r"withdraw", "RETREAT", "withdraw"),
    (r"agreement|accord", "AGREE", None),
    (r"aid delivery|distribution|assistance", "AID", None),
    (r"deployment|mobili[sz]ation|troop", "MOBILIZE", "troops"),
    (
        r"attack|clash|battle|fight|armed|conflict|violence|assault|killing|murder|massacre|hostilit|combat|ambush|raid",
        "ASSAULT",
        None,
    ),
)
_KINDS_OF_TYPE = tuple((re.compile(pattern, re.IGNORECASE), type_, mode) for pattern, type_, mode in _TYPES)
_NUMBERS = ("killed", "injured", "displaced", "abducted", "arrested")
_LEVELS = (("#loc", "near"), ("#adm3", "adm2"), ("#adm2", "adm2"), ("#adm1", "adm1"), ("#country", "country"))
_PART_OF_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?\Z")


def column_of(tag: str) -> str | None:
    """Return the codebook's name of the column that a hashtag marks; None for what is kept in the row alone.

    Numbers of a part of the people, as in "#affected+killed+f", are no totals and give None.

    >>> column_of("#Affected +killed"), column_of("#affected+f+killed"), column_of("#adm1 +code +v_pcode")
    ('#affected+killed', None, '#adm1+code')
    """
    head, *attributes = [part.strip() for part in tag.lower().replace(" ", "").split("+")]
    for wanted in (attributes, [attribute for attribute in attributes if not _IDLE.fullmatch(attribute)]):
        if head == "#affected" and set(attributes) & {"f", "m"}:
            return None
        if head == "#country" and set(attributes) & set(_SCHEMES):
            return "#country+code"
        for known, name in _NAMES.items():
            first, *rest = known.split("+")
            if first == head and sorted(rest) == sorted(wanted):
                return name
    return None


def _reader(minter: Minter) -> Reader:
    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        names = (text(cells, "#event"), text(cells, "#event+type"), text(cells, "#description"))
        if not any((*names, *(text(cells, f"#affected+{kind}") for kind in _NUMBERS))):
            raise RowError("the row names no event, and no kind, description or number of victims of one")
        own = code(cells, "#event+id")
        identifier = own or minter.content_id(*cells.values())
        event = minter.event(identifier)
        when = _time(cells)
        at = when.get("earliest_begin")
        records: list[Record] = []
        state = _state(minter, cells, at)
        if state is not None:
            records.append(state)
        place, precision = _place(minter, cells, state)
        if place is not None and not isinstance(place, State):
            records.append(place)
        actor, recipient = (_actor(minter, text(cells, column), at) for column in ("#actor", "#actor+target"))
        records += [each for each in (actor, recipient) if each is not None]
        type_, mode = type_of(names[1] or names[0] or names[2] or "")
        claim = minter.claim(row, event, identifier, source_type=names[1], source_words=text(cells, "#meta+source"))
        quantities = []
        for kind in _NUMBERS:
            number = decimal(cells, f"#affected+{kind}")
            if number is not None and number.startswith("-"):
                raise RowError(f"the column #affected+{kind} has {number}, which is no number of people")
            if number is not None:
                quantities.append(minter.casualties(event, claim.iri, kind, None, number, None))
        label = names[0] or names[2] or names[1] or "event"
        return [
            *records,
            *quantities,
            claim,
            Event(
                event,
                label if len(label) <= 200 else f"{label[:199]}…",
                **event_of(type_),
                mode=mode,
                actors=(actor.iri,) if actor is not None else (),
                recipients=(recipient.iri,) if recipient is not None else (),
                actor_gap=None if actor is not None else "not-stated",
                recipient_gap=None if recipient is not None else "not-stated",
                place=place.iri if place is not None else None,
                place_gap=None if place is not None else "not-stated",
                place_precision=precision if place is not None else None,
                quantities=tuple(quantity.iri for quantity in quantities),
                **when,
            ),
        ]

    return read


def type_of(words: str) -> tuple[str, str | None]:
    """Return the type and mode that words for a kind of event stand for; ("OTHER", None) where none fits.

    >>> type_of("Air strike"), type_of("Flood")
    (('ASSAULT', 'ASSAULT-aerial'), ('OTHER', None))
    """
    for pattern, type_, mode in _KINDS_OF_TYPE:
        if pattern.search(words):
            return type_, f"{type_}-{mode}" if mode else None
    return "OTHER", None


def _state(minter: Minter, cells: dict[str, str], at: str | None) -> State | None:
    letters = text(cells, "#country+code")
    if letters is not None:
        schemes = ("m49",) if letters.isdigit() else ("iso3",) if len(letters) == 3 else ("iso2",)
        for scheme in schemes:
            found: State | None = minter.state_by_code(scheme, letters, at)
            if found is not None:
                return found
    name = text(cells, "#country")
    found = minter.state_by_name(name, at) if name is not None else None
    if found is None and name is None and letters is None:
        # P-codes begin with the letters of the state.
        for column in ("#adm1+code", "#adm2+code", "#adm3+code"):
            pcode = text(cells, column)
            if pcode is not None and pcode[:2].isalpha():
                by_letters: State | None = minter.state_by_code("iso3" if pcode[:3].isalpha() else "iso2", _letters(pcode), at)
                return by_letters
    return found


def _letters(pcode: str) -> str:
    return pcode[:3] if pcode[:3].isalpha() else pcode[:2]


def _place(minter: Minter, cells: dict[str, str], state: State | None) -> tuple[Place | State | None, str]:
    """Return the finest place that the row names, and its precision."""
    wkt = point(cells, "#geo+lat", "#geo+lon")
    of = state.iri if state is not None else None
    for column, precision in _LEVELS:
        name, pcode = text(cells, column), text(cells, f"{column}+code")
        if column == "#country":
            break
        if name is None and pcode is None:
            continue
        division = minter.crosswalk.state("p-code", pcode) if pcode else None
        same = (division.iri,) if division is not None else ()
        return minter.place(name or pcode, wkt, precision, of, same), precision
    if wkt is not None:
        return minter.place(state.label if state is not None else wkt, wkt, "near", of), "near"
    return state, "country"


def _actor(minter: Minter, name: str | None, at: str | None) -> Actor | State | None:
    if name is None:
        return None
    found: State | None = minter.state_by_name(name, at)
    if found is not None:
        return found
    made: Actor = minter.actor("Organization", name)
    return made


def _time(cells: dict[str, str]) -> dict[str, Any]:
    """Return the bounds that the row gives; why there are none, where it gives none."""
    start, end, whole = (_bounds(cells, column) for column in ("#date+start", "#date+end", "#date"))
    begin = start or whole or end
    if begin is None:
        return {"time_gap": "not-stated"}
    last = end or whole or begin
    if last[1] < begin[0]:
        raise RowError(f"the end {last[1]} is before the begin {begin[0]}")
    when = time_fields(begin[0], max(begin[1], last[1]), begin[2] if last == begin else "interval")
    if last != begin:
        when |= {"latest_begin": begin[1], "earliest_end": max(last[0], begin[0])}
    return when


def _bounds(cells: dict[str, str], column: str) -> tuple[str, str, str] | None:
    value = text(cells, column)
    if value is None:
        return None
    match = _PART_OF_DATE.match(value)
    if match is None:
        whole = day(cells, column)
        return (whole, whole, "day") if whole is not None else None
    year, month = int(match[1]), match[2]
    if month is None:
        return f"{year:04}-01-01", f"{year:04}-12-31", "year"
    if not 1 <= int(month) <= 12:
        raise RowError(f"the column {column} has {value!r}, which is no month")
    return (*month_bounds(year, int(month)), "month")


HXL = Dataset(
    name="hxl",
    title="Tables with HXL hashtags",
    publisher="the publisher of the table",
    homepage="https://hxlstandard.org/",
    license="https://data.humdata.org/faqs/licenses",
    may_republish=False,
    attribution="the publisher of the table, as its page says",
    form=Form(_COLUMNS, tags=column_of),
    reader=_reader,
    notes=(
        "Columns are known by the row of hashtags, which stands among the first 25 rows. The order of attributes does not "
        "matter; attributes of language, vocabulary and totals are passed over.",
        "Numbers of a part of the people, such as #affected+killed+f, are kept in the row.",
        "The type of an event follows from words of its kind or name; what no word tells is OTHER.",
        "A row without an id is known by its content, and equal ones are numbered.",
        "Terms are those of the table's publisher. As crisiskg does not know them, exports leave the rows out.",
    ),
)
