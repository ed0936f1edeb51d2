"""ACLED: political violence and demonstrations around the world, coded by hand.

Read are the exports of 31 columns, and the older ones of 29 or 31 with numbers for kinds of actors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Actor, Casualties, Event, Record, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, integer, month_bounds, needed, point, shifted, text

C = Column
_COLUMNS = (
    C("event_id_cnty", "id of the event: letters of the country and a number", "IRI of the event, ckg:recordId", is_needed=True),
    C("data_id", "number of the row, until 2023", "kept in the row"),
    C("event_id_no_cnty", "the id without its letters, until 2023", "kept in the row"),
    C("event_date", "day, or the middle of the week or month", "bounds", is_needed=True),
    C("year", "year", "repairs of the day"),
    C("time_precision", "1 day, 2 week, 3 month", "bounds, ckg:timePrecision", ("time_prec",)),
    C("disorder_type", "political violence, demonstrations, strategic developments", "kept in the row"),
    C("event_type", "one of six types", "ckg:eventType where the sub-type is not known"),
    C(
        "sub_event_type",
        "one of 25 types",
        "ckg:eventType, ckg:mode, ckg:context, ckg:sourceType",
        is_needed=True,
    ),
    C("actor1", "first actor", "ckg:hasActor, ckg:hasSideA", is_needed=True),
    C("assoc_actor_1", "allies of the first actor, a list", "ckg:hasActor", ("ally_actor_1",)),
    C("inter1", "kind of the first actor, in words or by number", "class of the actor"),
    C("actor2", "second actor", "ckg:hasActor and ckg:hasSideB, or ckg:hasRecipient"),
    C("assoc_actor_2", "allies of the second actor, a list", "as the second actor", ("ally_actor_2",)),
    C("inter2", "kind of the second actor", "class of the actor"),
    C("interaction", "kinds of both actors", "kept in the row"),
    C("civilian_targeting", "whether civilians were the target", "ckg:hasRecipient: then the second actor is"),
    C("iso", "ISO 3166 number of the country", "ckg:isPartOf of the place"),
    C("iso3", "ISO 3166 letters of the country, until 2023", "ckg:isPartOf of the place"),
    C("region", "region of the world", "kept in the row"),
    C("country", "name of the country", "ckg:isPartOf of the place", is_needed=True),
    C("admin1", "province", "label of the place where nothing finer is named"),
    C("admin2", "district", "kept in the row"),
    C("admin3", "smaller district", "kept in the row"),
    C("location", "place", "label of the place"),
    C("latitude", "degrees north", "geo:asWKT"),
    C("longitude", "degrees east", "geo:asWKT"),
    C("geo_precision", "1 place, 2 near it, 3 province", "ckg:placePrecision", ("geo_prec",)),
    C("source", "publishers of the reports, a list", "ckg:sourceWords"),
    C("source_scale", "whether they are local, national, …", "kept in the row"),
    C("notes", "the event in words", "label of the event where it is short; else kept in the row"),
    C("fatalities", "dead; 0 where none is known of", "casualties where it is above 0"),
    C("tags", "further marks, such as the size of a crowd", "kept in the row"),
    C("timestamp", "second of the last change", "kept in the row"),
)


class _Act(NamedTuple):
    """What a sub-event is: type, mode, contexts, and how its two actors take part.

    `parts` is "sides" where both act unless one of them is civilians or protesters; "against" where one always suffers; "crowd"
    where those who protest act; and "on-crowd" where something is done to them.
    """

    event_type: str
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    parts: str = "sides"


_DEMO = _Act("PROTEST", "demo", parts="crowd")
#: Sub-events, folded, and the acts that they are: the first is the event, the second a further one of the same row.
_ACTS: dict[str, tuple[_Act, ...]] = {
    "government regains territory": (_Act("ASSAULT", None, ("territory",)),),
    "non-state actor overtakes territory": (_Act("ASSAULT", None, ("territory",)),),
    "armed clash": (_Act("ASSAULT"),),
    "excessive force against protesters": (_DEMO, _Act("ASSAULT", None, ("repression",), "on-crowd")),
    "protest with intervention": (_DEMO, _Act("COERCE", None, (), "on-crowd")),
    "peaceful protest": (_DEMO,),
    "violent demonstration": (_Act("PROTEST", "riot"),),
    "mob violence": (_Act("PROTEST", "riot"),),
    "chemical weapon": (_Act("ASSAULT", "unconventional", ("cbrn",)),),
    "air/drone strike": (_Act("ASSAULT"),),
    "suicide bomb": (_Act("ASSAULT", "suicide-attack"),),
    "shelling/artillery/missile attack": (_Act("ASSAULT", "heavy-weapons"),),
    "remote explosive/landmine/ied": (_Act("ASSAULT", "explosives"),),
    "grenade": (_Act("ASSAULT", "explosives"),),
    "sexual violence": (_Act("ASSAULT", "sexual", parts="against"),),
    "attack": (_Act("ASSAULT", None, (), "against"),),
    "abduction/forced disappearance": (_Act("ASSAULT", "abduct", parts="against"),),
    "agreement": (_Act("SUPPORT", None, ("diplomatic",)),),
    "arrests": (_Act("COERCE", "arrest"),),
    "change to group/activity": (_Act("OTHER"),),
    "disrupted weapons use": (_Act("COERCE", "seize"),),
    "headquarters or base established": (_Act("MOBILIZE", "troops"),),
    "looting/property destruction": (_Act("COERCE", "seize"),),
    "non-violent transfer of territory": (_Act("RETREAT", "withdraw", ("territory",)),),
    "other": (_Act("OTHER"),),
}
#: Types of older exports, for rows whose sub-event is not known.
_TYPES = {
    "battles": (_Act("ASSAULT"),),
    "explosions/remote violence": (_Act("ASSAULT"),),
    "violence against civilians": (_Act("ASSAULT", None, (), "against"),),
    "protests": (_DEMO,),
    "riots": (_Act("PROTEST", "riot"),),
    "strategic developments": (_Act("OTHER"),),
}
#: Spellings of older exports.
_OTHER_NAMES = {
    "abduction / forced disappearance": "abduction/forced disappearance",
    "air / drone strike": "air/drone strike",
    "remote explosive/landmine/ied ": "remote explosive/landmine/ied",
    "looting / property destruction": "looting/property destruction",
}

#: What the notes must say for an air strike to be one of drones, or for an intervention to be an arrest or crowd control.
_DRONE = re.compile(r"\b(?:drones?|uavs?|unmanned)\b", re.IGNORECASE)
_PLANE = re.compile(r"\b(?:war ?planes?|jets?|aircraft|helicopters?|fighter|barrel bombs?)\b", re.IGNORECASE)
_CROWD = re.compile(
    r"\b(?:tear ?gas|rubber (?:bullets|pellets)|water cannons?|batons?|pepper spray|stun grenades?)\b", re.IGNORECASE
)
_ARREST = re.compile(r"\b(?:arrest\w*|detain\w*|detention)\b", re.IGNORECASE)
_DESTROY = re.compile(r"\b(?:burn\w*|torch\w*|destroy\w*|set (?:\w+ ){0,4}(?:on fire|ablaze)|demolish\w*|arson)\b", re.IGNORECASE)
_LOOT = re.compile(r"\b(?:loot\w*|stole|steal\w*|rob\w*|seiz\w*|confiscat\w*|rustl\w*|plunder\w*)\b", re.IGNORECASE)
_CEASEFIRE = re.compile(r"\b(?:cease-?fire|truce)\b", re.IGNORECASE)

#: Classes of actors by the kind in words or by its old number. Kinds 1 and 8 are states' own or others' forces.
_KINDS = {
    "1": "SecurityForce",
    "state forces": "SecurityForce",
    "2": "ArmedGroup",
    "rebel group": "ArmedGroup",
    "rebel groups": "ArmedGroup",
    "rebel forces": "ArmedGroup",
    "3": "ArmedGroup",
    "political militia": "ArmedGroup",
    "political militias": "ArmedGroup",
    "4": "ArmedGroup",
    "identity militia": "ArmedGroup",
    "identity militias": "ArmedGroup",
    "communal militias": "ArmedGroup",
    "5": "PopulationGroup",
    "rioters": "PopulationGroup",
    "6": "PopulationGroup",
    "protesters": "PopulationGroup",
    "7": "PopulationGroup",
    "civilians": "PopulationGroup",
    "8": "Organization",
    "external/other forces": "Organization",
    "external forces": "Organization",
    "other forces": "Organization",
}
_OF_STATE = re.compile(
    r"(?:Military Forces|Police Forces|Government|Air Force|Navy|Coast Guard|Civilians|Protesters|Rioters|Mutiny of "
    r"(?:Military|Police) Forces) (?:of|\()\s*(?:the )?([^()]+?)\)?(?: \(|\Z)"
)
_STATE_FORCE = re.compile(r"(?:Mutiny of )?(?:Military|Police) Forces of |Air Force of |Navy of ")
_GOVERNMENT = re.compile(r"(?:Former )?Government of ")
_PEACEKEEPERS = re.compile(
    r"\b(?:UN|UNITED NATIONS|AU|NATO|ECOWAS|MINUSCA|MONUSCO|UNMISS|MINUSMA|AMISOM|ATMIS)\b.*", re.IGNORECASE
)
_BAD_ID = re.compile(r"acled[-_ ]?undefined|undefined|nan|null|none|na", re.IGNORECASE)
_LONGEST_LABEL = 160


def _reader(minter: Minter) -> Reader:
    def state_of(cells: dict[str, str], at: str) -> State | None:
        iso3, number = text(cells, "iso3"), code(cells, "iso")
        found = minter.state_by_code("iso3", iso3, at) if iso3 else None
        found = found or (minter.state_by_code("iso-numeric", number, at) if number and number.isdigit() else None)
        return found or minter.state_by_name(needed(cells, "country"), at)

    def actor_of(name: str, inter: str | None, at: str, records: list[Record]) -> Actor:
        kind = _KINDS.get((inter or "").lower(), "Organization")
        if _STATE_FORCE.match(name):
            kind = "SecurityForce"
        elif _GOVERNMENT.match(name):
            kind = "GovernmentBody"
        elif kind == "SecurityForce" and _PEACEKEEPERS.match(name):
            kind = "Organization"
        match = _OF_STATE.match(name)
        state = minter.state_by_name(match[1], f"{at[:4]}-07-01") if match else None
        if state is not None:
            records.append(state)
        made: Actor = minter.actor(kind, name, None, state.iri if state is not None else None)
        records.append(made)
        return made

    def group(cells: dict[str, str], which: str, at: str, records: list[Record]) -> list[str]:
        name = text(cells, f"actor{which}")
        if name is None:
            return []
        found = [actor_of(name, code(cells, f"inter{which}"), at, records).iri]
        for ally in (text(cells, f"assoc_actor_{which}") or "").split(";"):
            if ally.strip():
                found.append(actor_of(ally.strip(), None, at, records).iri)
        return list(dict.fromkeys(found))

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = text(cells, "event_id_cnty")
        if identifier is None or _BAD_ID.fullmatch(identifier):
            raise RowError(
                f"the id {cells['event_id_cnty'][:40]!r} is none, and without it events would be confused with one another"
            )
        repairs: list[str] = []
        date = _day(cells, repairs)
        when = _time(date, integer(cells, "time_precision") or 1)
        sub_event, notes = needed(cells, "sub_event_type"), text(cells, "notes") or ""
        acts = _acts(sub_event, text(cells, "event_type"), notes)
        records: list[Record] = []
        first = group(cells, "1", date, records)
        second = group(cells, "2", date, records)
        if not first:
            raise RowError("the column actor1 is empty")
        where = _place(minter, cells, state_of(cells, date), records)
        event = minter.event(identifier)
        claim = minter.claim(
            row,
            event,
            identifier,
            source_type=sub_event,
            source_words=text(cells, "source"),
            repairs=tuple(repairs),
        )
        weak = tuple(_weakness(cells, which) for which in ("1", "2"))
        label = notes if 0 < len(notes) <= _LONGEST_LABEL else f"{sub_event}: {' - '.join(_sides(cells))}, {_location(cells)}"
        records.append(claim)
        for number, act in enumerate(acts, 1):
            is_last = number == len(acts)
            iri = event if number == 1 else minter.event(f"{identifier}-{number}")
            if number > 1:
                records.append(claim._replace(iri=f"{claim.iri}-{number}", about=iri))
            # The dead of the row are told once, with the act that can have caused them.
            dead = _dead(cells, iri, records[-1].iri, minter) if is_last else []
            records += dead
            records.append(
                Event(
                    iri,
                    label if len(acts) == 1 else f"{act.event_type}: {label}",
                    **event_of(act.event_type),
                    mode=f"{act.event_type}-{act.mode}" if act.mode else None,
                    contexts=act.contexts,
                    **_parts(act, first, second, weak, is_targeting=text(cells, "civilian_targeting") is not None),
                    **where,
                    quantities=tuple(quantity.iri for quantity in dead),
                    **when,
                )
            )
        return records

    return read


def _sides(cells: dict[str, str]) -> list[str]:
    return [name for column in ("actor1", "actor2") if (name := text(cells, column))]


def _location(cells: dict[str, str]) -> str:
    return text(cells, "location") or text(cells, "admin1") or needed(cells, "country")


def _weakness(cells: dict[str, str], which: str) -> str | None:
    """Return "civilians" or "protesters" where a side is of these, else None."""
    inter, name = (code(cells, f"inter{which}") or "").lower(), cells.get(f"actor{which}", "")
    if inter in ("7", "civilians") or (not inter and name.startswith("Civilians (")):
        return "civilians"
    return "protesters" if inter in ("6", "protesters") or (not inter and name.startswith("Protesters (")) else None


def _parts(act: _Act, first: list[str], second: list[str], weak: tuple[str | None, ...], *, is_targeting: bool) -> dict[str, Any]:
    """Return actors and recipients: sides without direction, unless civilians or protesters are attacked.

    Args:
        act: What was done.
        first: IRIs of the first side.
        second: IRIs of the second side.
        weak: For each side, whether it is civilians or protesters.
        is_targeting: Whether the row is marked as targeting civilians.
    """
    if act.parts == "crowd":
        crowds = [side for side, kind in ((first, weak[0]), (second, weak[1])) if kind == "protesters"] or [first]
        return {"actors": tuple(dict.fromkeys(iri for side in crowds for iri in side)), "recipient_gap": "not-stated"}
    # The victims are the second side, unless only the first one is weak.
    is_turned = weak[0] is not None and weak[1] is None
    if act.parts == "on-crowd":
        is_turned = weak[1] != "protesters"
    is_directed = act.parts != "sides" or is_targeting or (weak[0] is None) != (weak[1] is None)
    if is_directed:
        actors, recipients = (second, first) if is_turned else (first, second)
        return {
            "actors": tuple(actors),
            "recipients": tuple(recipients),
            "actor_gap": None if actors else "not-stated",
            "recipient_gap": None if recipients else "not-stated",
        }
    return {
        "actors": tuple(dict.fromkeys((*first, *second))),
        "side_a": first[0],
        "side_b": second[0] if second else None,
        "recipient_gap": "not-directed" if second else "not-stated",
    }


def _acts(sub_event: str, event_type: str | None, notes: str) -> tuple[_Act, ...]:
    """Return the acts of a row; the notes tell drones from planes, arrests from crowd control, arson from looting."""
    folded = " ".join(sub_event.lower().split())
    folded = _OTHER_NAMES.get(folded, folded)
    acts = _ACTS.get(folded) or _TYPES.get((event_type or "").lower())
    if acts is None:
        raise RowError(f"{sub_event[:60]!r} is no sub-event of ACLED")
    if folded == "air/drone strike":
        is_drone, is_plane = _DRONE.search(notes), _PLANE.search(notes)
        return (acts[0]._replace(mode="drone" if is_drone else "aerial"),) if bool(is_drone) != bool(is_plane) else acts
    if folded in ("protest with intervention", "excessive force against protesters"):
        first, second = acts
        if _CROWD.search(notes):
            second = _Act("ASSAULT", "crowd-control", second.contexts, "on-crowd")
        elif second.event_type == "COERCE":
            second = second._replace(mode="arrest" if _ARREST.search(notes) else "restrict")
        return first, second
    if folded == "looting/property destruction" and _DESTROY.search(notes) and not _LOOT.search(notes):
        return (_Act("ASSAULT", "destroy"),)
    if folded == "agreement" and _CEASEFIRE.search(notes):
        return (_Act("CONCEDE", None, ("military",)),)
    return acts


def _day(cells: dict[str, str], repairs: list[str]) -> str:
    date = day(cells, "event_date")
    if date is None:
        raise RowError("the column event_date is empty")
    year = integer(cells, "year")
    if int(date[:4]) < 1900:
        # "0025" is what a two-digit year becomes in some tools.
        if year is None or year % 100 != int(date[:4]):
            raise RowError(f"the column event_date has {cells['event_date'][:40]!r}, which is no day of this dataset")
        repairs.append(f"the year of {cells['event_date'][:40]} is read as {year}, as the column year has it")
        return f"{year:04d}{date[4:]}"
    if year is not None and year != int(date[:4]):
        raise RowError(f"event_date {date} is not in the year {year} of the column year")
    return date


def _time(date: str, precision: int) -> dict[str, Any]:
    """Return the bounds: the day, the week around it, or its month."""
    if precision == 1:
        return time_fields(date, date, "day")
    if precision == 2:
        return time_fields(shifted(date, -3), shifted(date, 3), "week")
    if precision == 3:
        return time_fields(*month_bounds(int(date[:4]), int(date[5:7])), "month")
    raise RowError(f"the column time_precision has {precision}; there are 1, 2 and 3")


_PRECISIONS = {1: "exact", 2: "near", 3: "adm1"}


def _place(minter: Minter, cells: dict[str, str], state: State | None, records: list[Record]) -> dict[str, Any]:
    stated = integer(cells, "geo_precision")
    precision = _PRECISIONS.get(stated or 0, "unknown")
    if state is not None:
        records.append(state)
    place = minter.place(
        _location(cells), point(cells, "latitude", "longitude"), precision, state.iri if state is not None else None
    )
    records.append(place)
    return {"place": place.iri, "place_precision": precision}


def _dead(cells: dict[str, str], event: str, record: str, minter: Minter) -> list[Casualties]:
    """Return the dead as a lowest number: ACLED takes the lowest of several reports. 0 says nothing, as it may mean unknown."""
    number = integer(cells, "fatalities")
    if number is None or number == 0:
        return []
    if number < 0:
        raise RowError(f"the column fatalities has {number}")
    return [minter.casualties(event, record, "killed", str(number), None, None)]


ACLED = Dataset(
    name="acled",
    title="Armed Conflict Location & Event Data",
    publisher="ACLED",
    homepage="https://acleddata.com/",
    license="https://acleddata.com/terms-and-conditions",
    may_republish=False,
    attribution="ACLED, with the day of access",
    form=Form(_COLUMNS),
    reader=_reader,
    notes=(
        "The two actors are sides without direction, except where one of them is civilians or protesters: then these are the "
        "recipient.",
        "A protest with intervention or excessive force is two events of one row: the protest, and what was done to those who "
        "protested, whose IRI ends in -2.",
        "The notes tell drones from planes, arrests from crowd control, and arson from looting.",
        "Deaths are a lowest number (ckg:low). 0 says nothing, as it means none or unknown.",
        "A day of precision 2 is the middle of a week, and one of precision 3 lies in the month. A point of precision 3 is the "
        "middle of a province.",
        "A row without id, or with the id acled-undefined, goes to quarantine.",
        "A year such as 0025 is read as the column year has it, and ckg:repair says so.",
    ),
)
