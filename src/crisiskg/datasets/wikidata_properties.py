"""Which properties of Wikidata are read, of which things, and what a statement of each becomes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from crisiskg.datasets.records import ACTOR_KINDS
from crisiskg.datasets.tables import Column

ORGANIZATIONS = frozenset(ACTOR_KINDS) - {"Person", "PopulationGroup"}
ACTORS = frozenset(ACTOR_KINDS)
_PERSON, _STATE, _PLACE, _SITUATION, _OFFICE = (frozenset({kind}) for kind in ("Person", "State", "Place", "Situation", "Office"))
_GROUND = _STATE | _PLACE
_BODIES = frozenset({"GovernmentBody", "SecurityForce"})
_SEATED = ORGANIZATIONS - _BODIES - {"ArmedGroup"}


class Property(NamedTuple):
    """A property whose statements are rows.

    Attributes:
        id: Its id, such as "P39".
        meaning: What it says, in our words.
        subjects: Classes of things of which it is read.
        becomes: "membership" of the subject in the value; "leader", the value leads the subject; "office", an office that the
            subject holds; "holder", who holds the office that is the subject; or "relation".
        code: Code of the role or of the relation.
        default: Class of a value that the files and the reference data do not describe.
        title: Title of the role.
        is_inverse: Whether the value is the subject of the relation.
    """

    id: str
    meaning: str
    subjects: frozenset[str]
    becomes: Literal["membership", "leader", "office", "holder", "relation"]
    code: str = ""
    default: str = "Organization"
    title: str | None = None
    is_inverse: bool = False


P = Property
PROPERTIES: tuple[Property, ...] = (
    P("P39", "office that a person holds", _PERSON, "office"),
    P("P1308", "who holds the office", _OFFICE, "holder", default="Person"),
    P("P35", "head of state", _STATE, "leader", "head-of-state", "Person", "head of state"),
    P("P6", "head of government", _STATE, "leader", "head-of-government", "Person", "head of government"),
    P("P488", "who presides over the organization", ORGANIZATIONS, "leader", "head", "Person", "chairperson"),
    P("P169", "chief executive", ORGANIZATIONS, "leader", "head", "Person", "chief executive officer"),
    P("P1037", "who directs or manages the organization", ORGANIZATIONS, "leader", "head", "Person", "director or manager"),
    P("P3975", "secretary general", ORGANIZATIONS, "leader", "head", "Person", "secretary general"),
    P("P102", "political party of a person", _PERSON, "membership", "member", "PoliticalParty"),
    P("P463", "organization that the subject is a member of", ACTORS | _STATE, "membership", "member"),
    P("P241", "force in which a person serves, or that a unit is part of", _PERSON, "membership", "member", "SecurityForce"),
    P("P108", "employer of a person", _PERSON, "membership", "member", title="employee"),
    P("P27", "state of which a person is a citizen", _PERSON, "relation", "citizenOf", "State"),
    P("P551", "where a person lives", _PERSON, "relation", "livesIn", "Place"),
    P("P22", "father of a person", _PERSON, "relation", "parentOf", "Person", is_inverse=True),
    P("P25", "mother of a person", _PERSON, "relation", "parentOf", "Person", is_inverse=True),
    P("P40", "child of a person", _PERSON, "relation", "parentOf", "Person"),
    P("P26", "spouse of a person", _PERSON, "relation", "spouseOf", "Person"),
    P("P607", "conflict in which the subject takes part", ACTORS, "relation", "sideIn", "Situation"),
    P("P1344", "event in which the subject takes part", ACTORS | _STATE, "relation", "sideIn", "Situation"),
    P("P710", "who takes part in a conflict or event", _SITUATION, "relation", "sideIn", is_inverse=True),
    P("P112", "who founded the organization", ORGANIZATIONS, "relation", "foundedBy", "Person"),
    P("P749", "organization above it", ORGANIZATIONS, "relation", "partOf"),
    P("P355", "organization below it", ORGANIZATIONS, "relation", "partOf", is_inverse=True),
    P("P361", "organization that it is part of", ORGANIZATIONS, "relation", "partOf"),
    P("P159", "where an organization has its seat", ORGANIZATIONS, "relation", "basedIn", "Place"),
    P("P2541", "where an organization operates", ORGANIZATIONS, "relation", "activeIn", "Place"),
    P("P17", "state of a body or force", _BODIES, "relation", "agencyOf", "State"),
    P("P17", "state in which an armed group fights", frozenset({"ArmedGroup"}), "relation", "activeIn", "State"),
    P("P17", "state of another organization", _SEATED, "relation", "basedIn", "State"),
    P("P17", "state of a place", _PLACE, "relation", "locatedIn", "State"),
    P("P131", "division in which a place lies", _PLACE, "relation", "locatedIn", "Place"),
    P("P276", "where a place lies", _PLACE, "relation", "locatedIn", "Place"),
    P("P47", "neighbour of a state or place", _GROUND, "relation", "borders", "Place"),
    P("P36", "capital of a state or division", _GROUND, "relation", "capitalOf", "Place", is_inverse=True),
)
#: Classes that may be subject and object of a relation.
RANGES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "citizenOf": (_PERSON, _STATE),
    "livesIn": (_PERSON, _GROUND),
    "parentOf": (_PERSON, _PERSON),
    "spouseOf": (_PERSON, _PERSON),
    "sideIn": (ACTORS | _STATE, _SITUATION),
    "foundedBy": (ORGANIZATIONS, ACTORS | _STATE),
    "partOf": (ORGANIZATIONS, ORGANIZATIONS),
    "basedIn": (ORGANIZATIONS, _GROUND),
    "activeIn": (ORGANIZATIONS, _GROUND),
    "agencyOf": (_BODIES, _STATE),
    "locatedIn": (_PLACE, _GROUND),
    "borders": (_GROUND, _GROUND),
    "capitalOf": (_PLACE, _GROUND),
}
#: Classes that roles are held in.
HOLDERS = ACTORS | _STATE
SEATS = ORGANIZATIONS | _STATE

_BECOMES = {
    "membership": "ckg:Membership of the subject",
    "leader": "ckg:Membership of the value in the subject",
    "office": "ckg:Membership of the person in the state or organization of the office",
    "holder": "ckg:Membership of the value in the state or organization of the office",
    "relation": "ckg:Relationship",
}
#: What is taken of an item itself.
_OF_ITEM: tuple[tuple[str, str, str], ...] = (
    ("labels", "names by language", "label; English, else another as it stands, else the id"),
    ("aliases", "other names in English", "other names"),
    ("P31", "class of the item", "class; the first that is known, with those above it"),
    ("P279", "class above a class", "classes of items, where the files hold the class"),
    ("P625", "point of a place", "geo:asWKT"),
    ("P580", "when it began", "bounds of a situation; as qualifier those of a statement"),
    ("P582", "when it ended", "bounds of a situation; as qualifier those of a statement"),
    ("P585", "when it was", "bounds of a situation; as qualifier a day on which a statement holds"),
    ("P1319", "day before which it did not begin", "as qualifier the earliest begin"),
    ("P1326", "day after which it did not last", "as qualifier the latest end"),
    ("P1001", "state or organization to which an office belongs", "ckg:inOrganization"),
    ("P2389", "organization that an office directs", "ckg:inOrganization"),
    ("P642", "of what, as a qualifier of an office", "ckg:inOrganization"),
    ("P1906", "office of the head of state", "kind of the role"),
    ("P1313", "office of the head of government", "kind of the role"),
    ("P2388", "office of the head of an organization", "kind of the role"),
    ("P248", "work in which a statement stands", "ckg:sourceWords"),
    ("P143", "from where a statement was taken", "ckg:sourceWords"),
    ("P854", "address of a source", "ckg:sourceWords"),
)


def _columns() -> tuple[Column, ...]:
    """Return the codebook: one column for each property, whatever it becomes of things of different classes."""
    found = {name: Column(name, meaning, use) for name, meaning, use in _OF_ITEM}
    for each in PROPERTIES:
        what = _BECOMES[each.becomes]
        use = {"relation": f"{what}: {each.code}", "membership": f"{what}: {each.code}"}.get(each.becomes, what)
        use = f"{what}: {each.code}" if each.becomes == "leader" else use
        known = found.get(each.id)
        if known is not None:
            found[each.id] = Column(each.id, f"{known.meaning}; {each.meaning}", f"{known.use}; {each.code}")
        else:
            found[each.id] = Column(each.id, each.meaning, use)
    found["P17"] = found["P17"]._replace(use=f"{found['P17'].use}; ckg:hasPlace of a situation; ckg:inOrganization of an office")
    found["P276"] = found["P276"]._replace(use=f"{found['P276'].use}; ckg:hasPlace of a situation")
    return tuple(found.values())


COLUMNS = _columns()
