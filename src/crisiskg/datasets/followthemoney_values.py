"""Reads the properties of entities of FollowTheMoney: texts, references, countries, dates and classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from crisiskg.crosswalk.things import things_by_item
from crisiskg.datasets.dataset import Minter
from crisiskg.datasets.periods import Period, period
from crisiskg.datasets.records import Actor, State
from crisiskg.datasets.values import RowError
from crisiskg.iris import mint_wikidata_entity
from crisiskg.namespaces import WD

#: Classes of schemas that are parties; an office is one of them here.
PARTIES: dict[str, str] = {
    "Person": "Person",
    "LegalEntity": "Organization",
    "Organization": "Organization",
    "Company": "Company",
    "PublicBody": "GovernmentBody",
    "Position": "Office",
}
#: Schemas of things that are no parties, and that others refer to.
ASSETS = frozenset(
    {
        *("Airplane", "Asset", "Contract", "CryptoWallet", "Event", "License", "Project", "RealEstate", "Security", "Vehicle"),
        "Vessel",
    }
)
#: Classes of organizations by topic, the first that an entity has.
_KIND_OF_TOPIC: tuple[tuple[str, str], ...] = (
    ("gov.igo", "IntergovernmentalOrganization"),
    ("pol.party", "PoliticalParty"),
    ("gov.security", "SecurityForce"),
    ("mil", "SecurityForce"),
    ("gov.soe", "Company"),
    ("gov", "GovernmentBody"),
    ("gov.national", "GovernmentBody"),
    ("gov.state", "GovernmentBody"),
    ("gov.muni", "GovernmentBody"),
    ("gov.executive", "GovernmentBody"),
    ("gov.legislative", "GovernmentBody"),
    ("gov.judicial", "GovernmentBody"),
    ("gov.admin", "GovernmentBody"),
    ("gov.financial", "GovernmentBody"),
)
#: Letters of countries that ISO does not have, with the item of the state, or a code of the crosswalk and its scheme.
_OTHER_CODES: dict[str, tuple[str, str]] = {
    "cshh": ("iso3", "CSK"),
    "csxx": ("iso3", "SCG"),
    "uk": ("iso2", "GB"),
    "el": ("iso2", "GR"),
}
#: Item of the European Union, whose letters are "eu".
UNION = "Q458"
_QID = re.compile(r"Q[1-9]\d*\Z", re.ASCII)
_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}\Z", re.ASCII)
_MOST_NAMES = 100
#: Properties with names, the best first.
_NAMES = ("name", "alias", "previousName", "abbreviation", "weakAlias")
_FINEST = ("day", "month", "year")


class Reference(NamedTuple):
    """A reference to another entity.

    Attributes:
        id: Its id.
        label: Its name, where it is nested in the line; None otherwise.
    """

    id: str
    label: str | None


def told(entity: dict[str, Any], name: str) -> list[str]:
    """Return the values of a property that are texts.

    >>> told({"properties": {"name": ["Tolm  Ltd", "", 7]}}, "name")
    ['Tolm Ltd', '7']
    """
    found = (entity.get("properties") or {}).get(name) or ()
    values = [found] if isinstance(found, str | int | float) else found
    return [text for value in values if isinstance(value, str | int | float) and (text := " ".join(str(value).split()))]


def references(entity: dict[str, Any], name: str) -> list[Reference]:
    """Return the entities that a property names, each once; nested ones too."""
    found = (entity.get("properties") or {}).get(name) or ()
    made: dict[str, Reference] = {}
    for value in [found] if isinstance(found, str | dict) else found:
        if isinstance(value, dict):
            id_, caption = value.get("id"), value.get("caption")
            if is_id(id_):
                made.setdefault(str(id_), Reference(str(id_), str(caption) if caption else None))
        elif is_id(value):
            made.setdefault(value, Reference(value, None))
    return list(made.values())


def is_id(value: object) -> bool:
    """Tell whether a value can be the id of an entity."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def label_of(entity: dict[str, Any]) -> str:
    """Return the name by which an entity is called: its caption, else its first name, else its id."""
    caption = entity.get("caption")
    if isinstance(caption, str) and caption.strip():
        return " ".join(caption.split())
    names = [name for property_ in _NAMES for name in told(entity, property_)]
    return names[0] if names else str(entity["id"])


def names_of(entity: dict[str, Any], label: str) -> tuple[str, ...]:
    """Return the other names of an entity."""
    names = dict.fromkeys(name for property_ in _NAMES for name in told(entity, property_))
    return tuple(name for name in names if name != label)[:_MOST_NAMES]


def kind_of(entity: dict[str, Any]) -> str | None:
    """Return the class of an entity that is a party or an office; None for others.

    >>> kind_of({"schema": "Organization", "properties": {"topics": ["pol.party"]}}), kind_of({"schema": "Vessel"})
    ('PoliticalParty', None)
    """
    kind = PARTIES.get(str(entity.get("schema")))
    if kind in ("Organization", "GovernmentBody"):
        topics = told(entity, "topics")
        return next((of for topic, of in _KIND_OF_TOPIC if topic in topics), kind)
    return kind


def wikidata_of(entity: dict[str, Any]) -> str | None:
    """Return the Wikidata item of an entity, by its property or its id."""
    found = [*told(entity, "wikidataId"), *told(entity, "qid"), str(entity.get("id"))]
    return next((one for one in found if _QID.match(one)), None)


def same_as(entity: dict[str, Any], item: str | None) -> tuple[str, ...]:
    """Return IRIs of an entity elsewhere: its Wikidata item, and its record in the register of legal entities.

    >>> same_as({"properties": {"leiCode": ["5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13"]}}, None)
    ('https://search.gleif.org/#/record/5493001KJTIIGC8Y1R12',)
    """
    codes = [code.upper() for code in told(entity, "leiCode")]
    legal = [f"https://search.gleif.org/#/record/{code}" for code in dict.fromkeys(codes) if is_lei(code)]
    return (*((WD + item,) if item is not None else ()), *legal)


def is_lei(code: str) -> bool:
    """Tell whether a code is a legal entity identifier, by its form and its check digits (ISO 17442)."""
    return _LEI.match(code) is not None and int("".join(str(int(char, 36)) for char in code)) % 97 == 1


def state_of(minter: Minter, code: str) -> State | Actor | None:
    """Return the state of a country's code, or the European Union; None where no state has it.

    A territory or a part of a state gives the state; four letters are a state that is no more, as in "suhh".

    Args:
        minter: Makes the records of the release.
        code: The code, two letters of ISO or one of those that FollowTheMoney adds.
    """
    letters = code.strip().lower()
    if letters == "eu":
        union = things_by_item()[UNION]
        return Actor(mint_wikidata_entity(UNION, minter.release.base), union.kind, union.label, same_as=(WD + UNION,))
    scheme, known = _OTHER_CODES.get(
        letters, ("iso2", letters.partition("-")[0][:2] if "-" in letters or len(letters) == 4 else letters)
    )
    if len(known) < 2 or not known.isalpha():
        return None
    found: State | None = minter.state_by_code(scheme, known.upper())
    if found is None:
        territory = minter.crosswalk.state(scheme, known.upper())
        for within in territory.within if territory is not None else ():
            found = found or minter.state_by_code("wikidata", within.rpartition("/")[2])
    return found


def states_of(minter: Minter, codes: Sequence[str], repairs: list[str]) -> list[State]:
    """Return the states of several codes, each once.

    Args:
        minter: Makes the records of the release.
        codes: The codes.
        repairs: Gets a sentence for a code that no state has.
    """
    found: dict[str, State] = {}
    for code in codes:
        state = state_of(minter, code)
        if isinstance(state, State):
            found.setdefault(state.iri, state)
        elif state is None and code.lower() not in ("zz", "xx"):
            repairs.append(f"no state has the code {code[:20]!r}; it is left out")
    return list(found.values())


def date(entity: dict[str, Any], names: Sequence[str], repairs: list[str]) -> Period | None:
    """Return the first date of several properties that can be read: of one with several values the most precise.

    Args:
        entity: The entity.
        names: The properties, the best first.
        repairs: Gets a sentence where values are left out.
    """
    for name in names:
        found: list[Period] = []
        for value in told(entity, name):
            try:
                found.append(period(value, name))
            except RowError as error:
                repairs.append(f"{error}; it is left out")
        if len(found) > 1:
            repairs.append(f"{name} has {len(found)} values; the most precise is taken, or the first of these")
        if found:
            return min(found, key=lambda each: (_FINEST.index(each.precision), each.first))
    return None
