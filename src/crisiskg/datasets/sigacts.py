"""SIGACTS Iraq: attacks that the Coalition's forces noted from 2004 to 2007, as released by the United States military.

The table was made of printed pages, so that the headings of the pages stand among its rows and cells run over into the next ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from crisiskg.datasets.dataset import Dataset, Minter, Reader, event_of, time_fields
from crisiskg.datasets.records import Event, Record
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, day

C = Column
_COLUMNS = (
    C("time", "day and minute of the attack, or of its report", "bounds", ("date", "datetime"), is_needed=True),
    C("event_type", "weapon, or several with commas", "ckg:mode, ckg:sourceType", ("attack_type", "type"), is_needed=True),
    C("target", "who or what was attacked", "ckg:hasRecipient", is_needed=True),
    C("city", "town", "ckg:hasPlace", is_needed=True),
)

#: Weapons by folded name, with their modes; None where several modes are meant.
_WEAPONS: dict[str, tuple[str, str | None]] = {
    "aaa": ("AAA", "heavy-weapons"),
    "chemical": ("Chemical", "unconventional"),
    "cwied": ("CWIED", "explosives"),
    "efp": ("EFP", "explosives"),
    "grenade": ("Grenade", "explosives"),
    "hand grenade": ("Hand Grenade", "explosives"),
    "ied": ("IED", "explosives"),
    "indirect fire": ("Indirect Fire", "heavy-weapons"),
    "land mine": ("Land Mine", "explosives"),
    "mine": ("Mine", "explosives"),
    "mortar": ("Mortar", "heavy-weapons"),
    "multiple ieds": ("Multiple IEDs", "explosives"),
    "n/a": ("N/A", None),
    "other": ("Other", None),
    "rock": ("Rock", "primitive"),
    "rocket": ("Rocket", "heavy-weapons"),
    "rpg": ("RPG", "heavy-weapons"),
    "rpg/grenade": ("RPG/Grenade", None),
    "safire": ("SAFIRE", None),
    "sam": ("SAM", "heavy-weapons"),
    "small arms": ("Small Arms", "firearms"),
    "svbied": ("SVBIED", "suicide-attack"),
    "vbied": ("VBIED", "explosives"),
    "vest": ("Vest", "suicide-attack"),
    "wbied": ("WBIED", "explosives"),
}


class _Target(NamedTuple):
    """A target: its class where it is an actor, its name, and whether it is Iraq's."""

    kind: str | None
    label: str
    is_iraqi: bool = False


#: Targets by folded name, the longer of two that begin alike last.
_TARGETS = {
    "coalition": _Target("SecurityForce", "Coalition Forces"),
    "coalition forces": _Target("SecurityForce", "Coalition Forces"),
    "iraqi security forces": _Target("SecurityForce", "Iraqi Security Forces", is_iraqi=True),
    "host nation": _Target("SecurityForce", "Host Nation", is_iraqi=True),
    "civilian": _Target("PopulationGroup", "Civilians", is_iraqi=True),
    "civilians": _Target("PopulationGroup", "Civilians", is_iraqi=True),
    "enemy": _Target("ArmedGroup", "Enemy"),
    "government organization": _Target("GovernmentBody", "Government Organization", is_iraqi=True),
    "reconstruction operations center": _Target("GovernmentBody", "Reconstruction Operations Center", is_iraqi=True),
    "infrastructure": _Target(None, "Infrastructure"),
    "none": _Target(None, "None"),
}
#: Towns and provinces that the pages name often: what was cut off is completed by these.
_TOWNS = frozenset(
    (
        "Abu Ghraib",
        "Ad Dawr",
        "Al Amarah",
        "Al Habbaniyah",
        "Al Hillah",
        "Al Kut",
        "Al Mansuriyah",
        "Al Qaim",
        "Anbar",
        "Az Zubayr",
        "Babil",
        "Baghdad",
        "Balad",
        "Balad SouthEast",
        "Baqubah",
        "Basrah",
        "Bayji",
        "Diwaniyah",
        "Diyala",
        "Fallujah",
        "Hadithah",
        "Hammam al Alil",
        "Hawija",
        "Hit",
        "Husaybah",
        "Irbil",
        "Iskandariyah",
        "Jalula",
        "Karbala",
        "Kirkuk",
        "Latafiyah",
        "Mahmudiyah",
        "Mosul",
        "Muqudadiyah",
        "Mussayib",
        "Najaf",
        "Nasiriyah",
        "Ninawa",
        "Ramadi",
        "Salah ad Din",
        "Samarra",
        "Samarra East",
        "Samawah",
        "Taji",
        "Tall Afar",
        "Tall Afar Airfield",
        "Ta'mim",
        "Tikrit",
        "Tikrit East",
        "Wasit",
    )
)
_PROVINCES = frozenset(("Anbar", "Babil", "Diyala", "Ninawa", "Salah ad Din", "Ta'mim", "Wasit"))

_GAP = re.compile(r"\s{2,}")
_COMMA = re.compile(r"\s*,\s*")


class _Read(NamedTuple):
    """What the cells of a row mean, once they are put in order."""

    weapons: tuple[str, ...]
    mode: str | None
    target: _Target | None
    town: str | None
    repair: str | None


def _target(piece: str) -> _Target | None:
    """Return the target of a cell, which may be cut off at its end."""
    folded = piece.lower()
    found = _TARGETS.get(folded)
    if found is None and len(folded) > 7:
        found = next((target for name, target in _TARGETS.items() if name.startswith(folded)), None)
    return found


def _weapons(words: str) -> list[str] | None:
    """Return the weapons of a cell; None where one of them is none."""
    parts = [part for part in _COMMA.split(words.strip(" ,")) if part]
    found = [_WEAPONS.get(part.lower()) for part in parts]
    return [weapon[0] for weapon in found if weapon is not None] if parts and None not in found else None


def _cut_weapons(words: str) -> list[str]:
    """Return the weapons that can be told of a cell that was cut off; the last one by its beginning, if only one begins so."""
    *whole, last = [part for part in _COMMA.split(words.strip(" ,")) if part] or [""]
    made = [weapon for part in whole for weapon in _weapons(part) or ()]
    begun = [label for folded, (label, _) in _WEAPONS.items() if len(last) > 1 and folded.startswith(last.lower())]
    return made + (begun if len(begun) == 1 else [])


def _town(piece: str) -> tuple[str | None, bool]:
    """Return a town, and whether it was completed; None where several begin so."""
    if piece in _TOWNS:
        return piece, False
    begun = sorted(town for town in _TOWNS if town.startswith(piece))
    # "Tikri" is Tikrit, as Tikrit East begins with it; "Sama" may be Samarra or Samawah.
    one = bool(begun) and len(piece) > 2 and all(town.startswith(begun[0]) for town in begun)
    return (begun[0] if one else None), True


@lru_cache(1 << 14)
def read_cells(event_type: str, target: str, city: str) -> _Read:
    """Put in order what the printed page tore apart.

    Raises:
        RowError: the row is a heading, or has no weapon.

    >>> read_cells("Indirect Fir", "e   Coalition Forces   Ramad", "").town
    'Ramadi'
    """
    if event_type == "Attack Type":
        raise RowError("the row is a heading of a printed page")
    pieces = [piece for piece in _GAP.split(target) if piece]
    repairs = []
    weapons = _weapons(event_type)
    is_full = "," in event_type and len(event_type) > 10
    if weapons is None or (is_full and pieces and _target(pieces[0]) is None and pieces[0] not in _TOWNS):
        # What the first cell had no room for begins the second one.
        rest = pieces[0] if pieces and _target(pieces[0]) is None and pieces[0] != city else ""
        for joined in (f"{event_type}{rest}", f"{event_type} {rest}"):
            if rest and (mended := _weapons(joined)) is not None:
                weapons = mended
                pieces = pieces[1:]
                break
        else:
            weapons = weapons or _cut_weapons(event_type)
            if rest and rest not in _TOWNS:
                pieces = pieces[1:]
        if not weapons:
            raise RowError(f"{event_type[:60]!r} is no weapon of this table")
        repairs.append(f"the weapon {event_type!r} is cut off; it is read as {', '.join(weapons)}")
    whom: _Target | None = None
    towns: list[str] = []
    for piece in pieces:
        found_target = _target(piece)
        if found_target is not None:
            whom = whom or found_target
        else:
            towns.append(piece)
    # The town's own cell is whole, but at times holds the target, or both.
    own = [piece for piece in _GAP.split(city) if piece]
    own_towns = [piece for piece in own if _target(piece) is None]
    whom = whom or next((found for piece in own if (found := _target(piece)) is not None), None)
    town: str | None
    if own_towns:
        town = own_towns[-1]
    elif towns:
        town, is_completed = _town(towns[-1])
        if is_completed:
            repairs.append(f"the town {towns[-1]!r} is cut off; {f'it is read as {town}' if town else 'which it is is unknown'}")
        else:
            repairs.append(f"the town {town} stands in the column target")
    else:
        town = None
    modes = {_WEAPONS[weapon.lower()][1] for weapon in weapons}
    mode = modes.pop() if len(modes) == 1 else None
    return _Read(tuple(weapons), mode, whom, town, "; ".join(repairs) or None)


def _reader(minter: Minter) -> Reader:
    iraq = minter.state_by_code("iso3", "IRQ", "2005-01-01")
    of_iraq = iraq.iri if iraq is not None else None

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        told = read_cells(cells["event_type"], cells["target"], cells["city"])
        date = day(cells, "time")
        if date is None:
            raise RowError("the column time is empty")
        identifier = minter.content_id(cells["time"], cells["event_type"], cells["target"], cells["city"])
        event = minter.event(identifier)
        records: list[Record] = [iraq] if iraq is not None else []
        recipient: str | None = None
        if told.target is not None and told.target.kind is not None:
            actor = minter.actor(told.target.kind, told.target.label, None, of_iraq if told.target.is_iraqi else None)
            records.append(actor)
            recipient = actor.iri
        precision = "adm1" if told.town in _PROVINCES else "near" if told.town else "country"
        if told.town is not None:
            place = minter.place(told.town, None, precision, of_iraq)
            records.append(place)
            where = place.iri
        else:
            where = of_iraq or ""
        weapons = ", ".join(told.weapons)
        records += (
            minter.claim(row, event, identifier, source_type=weapons, repairs=(told.repair,) if told.repair is not None else ()),
            Event(
                event,
                f"{weapons} against {told.target.label if told.target else 'somebody'}, {told.town or 'Iraq'}",
                **event_of("ASSAULT"),
                mode=f"ASSAULT-{told.mode}" if told.mode is not None else None,
                recipients=(recipient,) if recipient is not None else (),
                actor_gap="not-stated",
                recipient_gap=_gap(told.target) if recipient is None else None,
                place=where or None,
                place_gap=None if where else "not-in-gazetteer",
                place_precision=precision,
                **time_fields(date, date, "day"),
            ),
        )
        return records

    return read


def _gap(target: _Target | None) -> str:
    return "not-an-actor" if target is not None and target.label == "Infrastructure" else "not-stated"


SIGACTS = Dataset(
    name="sigacts",
    title="SIGACTS Iraq 2004-2007",
    publisher="United States Department of Defense",
    homepage="https://esoc.princeton.edu/data/iraq-sigacts",
    license="https://creativecommons.org/publicdomain/mark/1.0/",
    may_republish=True,
    attribution="Significant activities in Iraq, as declassified by the United States military",
    form=Form(_COLUMNS),
    reader=_reader,
    identity="content",
    notes=(
        "Every event is ASSAULT. The attackers are not named.",
        "Headings of printed pages among the rows go to quarantine.",
        "Weapons, targets and towns that the pages cut off or moved into the next cell are put in order; ckg:repair says so.",
        "Without a town the place is the state.",
        "Rows have no id: they are known by their content, and equal ones are numbered.",
    ),
)
