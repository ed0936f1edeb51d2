"""Global Terrorism Database: attacks by groups and persons that are no state, since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crisiskg.crosswalk.kinds import kinds_by_name
from crisiskg.crosswalk.states import fold
from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.gtd_columns import COLUMNS
from crisiskg.datasets.records import Actor, Casualties, Event, Record, State
from crisiskg.datasets.tables import Form, Row
from crisiskg.datasets.values import RowError, code, day, decimal, integer, month_bounds, point, text, ymd

#: Kinds of attack, with type and mode. The mode of armed assaults follows from the weapon.
_MODES = {1: "targeted", 2: None, 3: "explosives", 4: "abduct", 5: "abduct", 6: "abduct", 7: "destroy", 8: "beat", 9: None}
_ATTACKS = {
    1: "Assassination",
    2: "Armed Assault",
    3: "Bombing/Explosion",
    4: "Hijacking",
    5: "Hostage Taking (Barricade Incident)",
    6: "Hostage Taking (Kidnapping)",
    7: "Facility/Infrastructure Attack",
    8: "Unarmed Assault",
    9: "Unknown",
}
_FIREARMS, _EXPLOSIVES, _INCENDIARY, _MELEE = 5, 6, 8, 9
_CBRN = (1, 2, 3, 4)
_TARGETS = {
    1: "Company",
    2: "GovernmentBody",
    3: "SecurityForce",
    4: "SecurityForce",
    7: "GovernmentBody",
    10: "MediaOrganization",
    12: "NongovernmentalOrganization",
    14: "PopulationGroup",
    17: "ArmedGroup",
    18: "PopulationGroup",
    22: "PoliticalParty",
}
_PLACES = {1: "exact", 2: "adm2", 3: "adm2", 4: "adm1", 5: "country"}
_NOBODY = frozenset({"unknown", "not applicable", "other", "none", "international", "multinational"})


def _reader(minter: Minter) -> Reader:
    kinds = kinds_by_name(minter.release.base)

    def state_of(name: str | None, at: str) -> State | None:
        if name is None:
            return None
        found = minter.crosswalk.named(name, at) or minter.crosswalk.named(name)
        if found is not None and not found.is_sovereign and found.within:
            found = minter.crosswalk.get(found.within[0])  # a territory such as Guadeloupe
        return minter.state_by_name(found.label, at if found.holds(at) else None) if found is not None else None

    def groups(cells: dict[str, str]) -> list[Actor]:
        made = []
        for which in ("", "2", "3"):
            name = _told(cells, f"gname{which}")
            if name is None:
                continue
            kind = kinds.get(fold(name), "ArmedGroup")
            if name.lower().startswith("unaffiliated individual"):
                kind = "PopulationGroup"
            made.append(minter.actor("ArmedGroup" if kind in ("State", "Place", "Person") else kind, name))
        return list(dict.fromkeys(made))

    def target(cells: dict[str, str], at: str, records: list[Record]) -> Actor | None:
        kind = _TARGETS.get(integer(cells, "targtype1") or 0, "Organization")
        nation = _told(cells, "natlty1_txt")
        of = state_of(nation, at)
        body, words = _told(cells, "corp1"), _told(cells, "targtype1_txt")
        if body is None and words is None:
            return None
        if of is not None:
            records.append(of)
        name = body or (f"{words} ({nation})" if nation else words or "")
        made: Actor = minter.actor(kind if body else "PopulationGroup", name, None, of.iri if of is not None else None)
        return made

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = code(cells, "eventid")
        if not identifier:
            raise RowError("the column eventid is empty, and without it the incident would be confused with others")
        event = minter.event(identifier)
        when = _time(cells)
        at = when["earliest_begin"]
        records: list[Record] = []
        country = _told(cells, "country_txt")
        state = state_of(country, at)
        if state is not None:
            records.append(state)
        name = _told(cells, "city") or _told(cells, "provstate") or country
        precision = _PLACES.get(integer(cells, "specificity") or 0, "unknown")
        if precision == "exact" and integer(cells, "vicinity") == 1:
            precision = "near"
        place = None
        if name is not None:
            of_state = state.iri if state is not None else None
            place = minter.place(name, point(cells, "latitude", "longitude"), precision, of_state)
            records.append(place)
        actors, victim = groups(cells), target(cells, at, records)
        records += actors
        if victim is not None:
            records.append(victim)
        attack = integer(cells, "attacktype1") or 9
        if attack not in _MODES:
            raise RowError(f"the column attacktype1 has {attack}; there are 1 to 9")
        status, factuality, certainty = _certainty(cells)
        claim = minter.claim(
            row,
            event,
            identifier,
            status=status,
            certainty=certainty,
            source_type=text(cells, "attacktype1_txt") or _ATTACKS[attack],
            source_words=text(cells, "scite1"),
        )
        quantities = _casualties(minter, cells, event, claim.iri, actors)
        records += [*quantities, claim]
        who = ", ".join(actor.label for actor in actors) or "unknown attackers"
        whom = _told(cells, "target1") or (victim.label if victim is not None else None)
        records.append(
            Event(
                event,
                f"{_ATTACKS[attack] if attack != 9 else 'Attack'} by {who}" + (f" on {whom}" if whom else ""),
                **event_of("ASSAULT"),
                factuality=factuality,
                mode=_mode(cells, attack),
                contexts=_contexts(cells),
                actors=tuple(actor.iri for actor in actors),
                recipients=(victim.iri,) if victim is not None and victim not in actors else (),
                actor_gap=None if actors else "not-stated",
                recipient_gap=None if victim is not None and victim not in actors else "not-stated",
                place=place.iri if place is not None else None,
                place_gap=None if place is not None else "not-stated",
                place_precision=precision if place is not None else None,
                quantities=tuple(quantity.iri for quantity in quantities),
                **when,
            )
        )
        return records

    return read


def _told(cells: dict[str, str], column: str) -> str | None:
    """Return what a cell says; None where it says that it is not known."""
    value = text(cells, column)
    return None if value is None or value.lower() in _NOBODY else value


def _number(cells: dict[str, str], column: str) -> str | None:
    """Return a number of people; -9 and -99 mean that it is not known.

    Raises:
        RowError: it is another negative number, or none.
    """
    value = decimal(cells, column)
    if value is None or value in ("-9", "-99"):
        return None
    if value.startswith("-"):
        raise RowError(f"the column {column} has {value}, which is no number of people")
    return value


def _time(cells: dict[str, str]) -> dict[str, Any]:
    year, month, number = integer(cells, "iyear"), integer(cells, "imonth"), integer(cells, "iday")
    if year is None or not 1900 <= year <= 2200:
        raise RowError(f"the column iyear has {cells['iyear'][:60]!r}, which is no year of this dataset")
    if not month or month < 0:
        first, last, precision = f"{year}-01-01", f"{year}-12-31", "year"
    elif month > 12:
        raise RowError(f"the column imonth has {month}")
    elif not number or number < 0:
        (first, last), precision = month_bounds(year, month), "month"
    else:
        first = last = ymd(year, month, number)
        precision = "day"
    when = time_fields(first, last, precision)
    ended = day(cells, "resolution", month_first=True) if integer(cells, "extended") == 1 else None
    if ended is not None and ended > last:
        when |= {"earliest_end": ended, "latest_end": ended, "time_precision": "interval"}
    return when


def _certainty(cells: dict[str, str]) -> tuple[str, str, str]:
    """Return status and certainty of the record and factuality of the event.

    A failed attack that hurt nobody was only meant; what is doubted, or laid to a group on suspicion, is claimed.
    """
    doubted = any(integer(cells, column) == 1 for column in ("doubtterr", "guncertain1", "guncertain2", "guncertain3"))
    certainty = "probable" if doubted else "certain"
    hurt = any(float(_number(cells, column) or 0) > 0 for column in ("nkill", "nwound", "nhostkid"))
    if integer(cells, "success") == 0 and not hurt:
        return "planned", "planned", certainty
    return "happened", "claimed" if doubted else "happened", certainty


def _mode(cells: dict[str, str], attack: int) -> str | None:
    """Return the mode, with its type."""
    weapon = integer(cells, "weaptype1")
    if integer(cells, "suicide") == 1:
        return "ASSAULT-suicide-attack"
    mode = _MODES[attack]
    if attack == 2:
        mode = {_FIREARMS: "firearms", _MELEE: "primitive", _EXPLOSIVES: "explosives", _INCENDIARY: "primitive"}.get(weapon or 0)
    elif attack == 8 and weapon in _CBRN:
        mode = "unconventional"
    return f"ASSAULT-{mode}" if mode else None


def _contexts(cells: dict[str, str]) -> tuple[str, ...]:
    contexts = () if integer(cells, "doubtterr") == 1 else ("terrorism",)
    return (*contexts, "cbrn") if integer(cells, "weaptype1") in _CBRN else contexts


def _casualties(minter: Minter, cells: dict[str, str], event: str, record: str, actors: list[Actor]) -> list[Casualties]:
    quantities = []
    for column, kind in (("nkill", "killed"), ("nwound", "injured"), ("nhostkid", "abducted"), ("nperpcap", "arrested")):
        number = _number(cells, column)
        if number is not None and (kind in ("killed", "injured") or number != "0"):
            quantities.append(minter.casualties(event, record, kind, None, number, None))
    if len(actors) == 1:
        for column, kind in (("nkillter", "killed"), ("nwoundte", "injured")):
            number = _number(cells, column)
            if number is not None and number != "0":
                quantities.append(minter.casualties(event, record, kind, None, number, None, actors[0].iri))
    return quantities


GTD = Dataset(
    name="gtd",
    title="Global Terrorism Database",
    publisher="National Consortium for the Study of Terrorism and Responses to Terrorism (START)",
    homepage="https://www.start.umd.edu/gtd/",
    license="https://www.start.umd.edu/gtd/terms-of-use/",
    may_republish=False,
    attribution="START, Global Terrorism Database, with the year of the release",
    form=Form(COLUMNS),
    reader=_reader,
    notes=(
        "Every incident is ASSAULT with the context terrorism, except where doubtterr says that this is doubted.",
        "An attack that failed and hurt nobody is planned (ckgc:fact-planned); one that is doubted, or laid to a group on "
        "suspicion, is probable and its event claimed.",
        "-9 and -99 mean that a number is not known. The number of dead includes attackers; dead attackers are told by "
        "themselves where one group is named.",
        "A day or month of 0 gives the bounds of the month or year. An incident of several days ends on its day of resolution.",
        "The recipient is the body of the first target, or the kind of its people; the second and third stay in the row.",
    ),
)
