"""Gazetteer: names of the reference data (states, organizations, armed groups, regions, leaders, wars) and of settlements.

The reference data are the Turtle files of the folder ontology/reference. They are read once a process; settlements stay in a file
(`crisiskg.annotation.settlements`) and are asked for name by name.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from crisiskg.annotation.records import EntityType
from crisiskg.annotation.settlements import Division, Settlement, Settlements, fold_name, open_settlements
from crisiskg.namespaces import CKG, CKGC, GEO, GN, RDF, RDFS, SKOS, WD
from crisiskg.resources import folder

if TYPE_CHECKING:
    from crisiskg.annotation.local_reference import LocalReference
    from crisiskg.settings import Settings

NameKind = Literal["name", "acronym", "demonym"]

_POINT = re.compile(r"POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)")
_FOLDED: dict[int, str] = {}

#: Words that are names only with a capital inside a sentence, or only where the text has said what they mean.
_GENERIC = frozenset(
    [
        "caliphate",
        "movement",
        "front",
        "party",
        "army",
        "group",
        "union",
        "league",
        "alliance",
        "council",
        "assembly",
        "congress",
        "coalition",
        "resistance",
        "government",
        "opposition",
        "state",
        "force",
        "forces",
        "guard",
        "police",
        "command",
        "brigade",
        "brigades",
        "organization",
        "organisation",
        "committee",
        "agency",
        "mission",
        "court",
        "bank",
        "fund",
        "office",
        "commission",
        "federation",
        "republic",
        "kingdom",
        "emirate",
        "emirates",
        "congo",
        "guinea",
        "north",
        "south",
        "east",
        "west",
        "centre",
        "center",
    ]
) - {"congo", "guinea", "emirates"}


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One thing of the reference data.

    Attributes:
        iri: Its IRI.
        type: Its type; NamedEvent for situations.
        label: Its name.
        names: Other names.
        acronyms: Its acronyms.
        demonyms: Adjectives and names of its people, for states and places.
        wikidata: Wikidata item.
        geonames: GeoNames id.
        iso2: ISO 3166-1 alpha-2 code, for states.
        iso3: ISO 3166-1 alpha-3 code, for states.
        lat: Latitude in degrees, WGS 84.
        lon: Longitude in degrees, WGS 84.
        accuracy_m: Radius in metres within which the point stands for the place.
        subtype: Kind of a situation.
        begin: First day on which it may have existed; None where open.
        end: Last day on which it may have existed; None where open.
        related: IRIs of its capital, neighbours, states of activity and seat, places and wholes.
        capital: IRI of its capital, for states.
        contextual: Names that mean it only where the text names it otherwise too ("the Caliphate").
        wholes: IRIs of what it is part of.
        claimed: Whether several states claim it.
    """

    iri: str
    type: EntityType
    label: str
    names: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    wikidata: str | None = None
    geonames: int | None = None
    iso2: str | None = None
    iso3: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    subtype: str | None = None
    begin: dt.date | None = None
    end: dt.date | None = None
    related: tuple[str, ...] = ()
    capital: str | None = None
    contextual: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    claimed: bool = False

    def covers(self, day: dt.date | None) -> bool:
        """Whether it may have existed on a day; true where the day is None."""
        return day is None or ((self.begin is None or self.begin <= day) and (self.end is None or day <= self.end))


@dataclass(frozen=True, slots=True)
class OfficeHolding:
    """A person of the reference data held an office of a state.

    Attributes:
        person: IRI of the person.
        organization: IRI of the state or organization.
        role: "head-of-state", "head-of-government" or another role kind.
        begin: First day on which the person may have held it.
        end: Last day on which the person may have held it; None where open.
    """

    person: str
    organization: str
    role: str
    begin: dt.date | None = None
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        """Whether the person may have held it on a day."""
        return (self.begin is None or self.begin <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Match:
    """A name of the gazetteer in a text: where, and what it may name."""

    start: int
    end: int
    senses: tuple[tuple[Entry, NameKind], ...]


@dataclass(eq=False)
class Gazetteer:
    """Names and what they name.

    Attributes:
        entries: Reference entries by IRI.
        holdings: Who held which office.
        settlements: Settlements by name; None where they were not loaded.
        local: Reference data that a user has imported; None where there are none.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    holdings: tuple[OfficeHolding, ...] = ()
    settlements: Settlements | None = None
    local: LocalReference | None = None
    _by_name: dict[str, list[tuple[Entry, NameKind]]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _by_fold: dict[str, list[tuple[Entry, NameKind]]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _by_context: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _by_first: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _by_iso2: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _capitals: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _by_person: dict[str, list[OfficeHolding]] = field(default_factory=lambda: defaultdict(list), repr=False)
    _surnames: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list), repr=False)

    def __post_init__(self) -> None:
        """Index the entries."""
        for entry in self.entries.values():
            for name in (entry.label, *entry.names):
                # "northern Mali" is a part of Mali that each text draws as it needs, not another name of a territory.
                if name == entry.label or not _DIRECTED.match(name):
                    self._add(name, entry, "name")
            for name in entry.contextual:
                self._by_context[_bare(name)].append(entry)
            for name in entry.acronyms:
                self._add(name, entry, "acronym")
            for name in entry.demonyms:
                self._add(name, entry, "demonym")
            if entry.iso2:
                self._by_iso2[entry.iso2].append(entry)
            if entry.type == "Person":
                self._surnames[fold_name(entry.label).rpartition(" ")[2]].append(entry)
            if entry.capital and entry.capital in self.entries:
                self._capitals[fold_name(self.entries[entry.capital].label)].append(entry)
        for holding in self.holdings:
            self._by_person[holding.person].append(holding)
        firsts: dict[str, set[str]] = defaultdict(set)
        for name in self._by_name:
            for first in _first_words(name):
                firsts[first].add(name)
        self._by_first = {first: sorted(names, key=lambda name: (-len(name), name)) for first, names in firsts.items()}

    def _add(self, name: str, entry: Entry, kind: NameKind) -> None:
        name = name.strip()
        if name.lower().startswith("the "):
            name = name[4:]
        if len(name) < 2:
            return
        folded = fold_name(name)
        if (entry, kind) not in self._by_fold[folded]:
            self._by_fold[folded].append((entry, kind))
        if folded in _GENERIC:
            return  # only `senses` finds it: the text must have said what it means
        for form in {fold_text(name), fold_text(name[:1].upper() + name[1:])}:
            if any(character.isupper() for character in form) and (entry, kind) not in self._by_name[form]:
                self._by_name[form].append((entry, kind))

    def matches(self, text: str, starts: Iterable[int]) -> Iterator[Match]:
        """Find the longest name at each of some places of a text.

        Args:
            text: The text as `fold_text` makes it, in which case, hyphens and accents matter no more than they should.
            starts: Offsets at which words begin, ascending.

        Yields:
            Matches that do not overlap.
        """
        free = 0
        by_first = self._by_first
        for start in starts:
            if start < free:
                continue
            word = _WORD.match(text, start)
            if word is None:
                continue
            for name in by_first.get(word.group(), ()):
                end = start + len(name)
                if text.startswith(name, start) and not text[end : end + 1].isalnum():
                    yield Match(start, end, tuple(self._by_name[name]))
                    free = end
                    break

    def senses(self, name: str) -> tuple[tuple[Entry, NameKind], ...]:
        """Return what a name may stand for, whatever its case, accents and hyphens; empty where it is unknown."""
        if name.lower().startswith("the "):
            name = name[4:]
        return tuple(self._by_fold.get(fold_name(name), ()))

    def contextual(self, name: str) -> tuple[Entry, ...]:
        """Return what a name may mean in a text that names that thing otherwise too."""
        found = dict.fromkeys(self._by_context.get(_bare(name), ()))
        return (*found, *(entry for entry, kind in self.senses(name) if kind == "name" and entry not in found))

    def places(self, name: str) -> tuple[Settlement, ...]:
        """Return the settlements with this name, main names and large ones first."""
        return self.settlements.named(name) if self.settlements is not None else ()

    def divisions(self, name: str) -> tuple[Division, ...]:
        """Return the provinces, districts and counties with this name, whole names and large ones first."""
        return self.settlements.divisions(name) if self.settlements is not None else ()

    def state_of_capital(self, name: str) -> Entry | None:
        """Return the state whose capital has this name; None where there is none or more than one."""
        states = self._capitals.get(fold_name(name), [])
        today = [state for state in states if state.end is None] or states
        return today[0] if len(today) == 1 else None

    def states_of_code(self, iso2: str) -> list[Entry]:
        """Return the entries with an ISO 3166-1 alpha-2 code."""
        return self._by_iso2.get(iso2, [])

    def persons_of_surname(self, surname: str) -> list[Entry]:
        """Return the persons whose name ends in this word."""
        return self._surnames.get(fold_name(surname), [])

    @cached_property
    def person_words(self) -> frozenset[str]:
        """Words of the names of persons, in lower case, of four letters or more."""
        persons = (entry for entry in self.entries.values() if entry.type == "Person")
        return frozenset(word for entry in persons for word in fold_name(entry.label).split() if len(word) > 3 and word.isalpha())

    def holdings_of(self, person: str) -> list[OfficeHolding]:
        """Return the offices that a person held, by the person's IRI."""
        return self._by_person.get(person, [])

    def persons_in_office(self, organization: str, role: str, day: dt.date) -> list[Entry]:
        """Return who may have held an office of a state on a day."""
        return [
            self.entries[holding.person]
            for holding in self.holdings
            if holding.organization == organization
            and holding.role == role
            and holding.covers(day)
            and holding.person in self.entries
        ]


_DIRECTED = re.compile(r"(?:the )?(?:(?:north|south)?(?:north|south|east|west)(?:ern)?|central) (?:of )?[A-Z]")
_WORD = re.compile(r"[^\s\-]+?(?=$|[\s\-,;:!?)\]}\"'’”]|\.(?:\s|$))|[^\s\-]+")


def _bare(name: str) -> str:
    folded = fold_name(name)
    return folded.removeprefix("the ")


def _first_words(name: str) -> set[str]:
    match = _WORD.match(name)
    found = {match.group()} if match else set()
    plain = re.match(r"\w+", name)
    return found | ({plain.group()} if plain else set())


def fold_text(text: str) -> str:
    """Return a text of the same length in which accents, kinds of hyphens and of apostrophes do not differ; case is kept.

    >>> fold_text("al‑Qaïda’s")
    "al Qaida's"
    """
    if text.isascii():
        return text.replace("-", " ")
    return "".join([_fold_character(character) for character in text])


@cache
def _fold_character(character: str) -> str:
    if character in "-‐‑‒–—":
        return " "
    if character in "‘’ʻʼ`´":
        return "'"
    if character.isascii():
        return character
    plain = unicodedata.normalize("NFKD", character)[:1]
    return plain if plain.isalpha() and plain.isascii() else character


def load_gazetteer(settings: Settings) -> Gazetteer:
    """Load the reference data and open the settlements.

    Args:
        settings: Which settlements and which imported reference data are used (`gazetteer_min_population`, `reference_base`).

    Raises:
        ModelUnavailable: the settlements are not there, or the imported reference data cannot be read.
    """
    from crisiskg.annotation.local_reference import LocalReference

    entries, holdings = read_reference(folder("ontology") / "reference")
    imported = Path(settings.reference_base)
    local = LocalReference(imported) if imported.is_file() else None
    return Gazetteer(entries, holdings, open_settlements(settings.gazetteer_min_population), local)


@cache
def read_reference(place: Path) -> tuple[dict[str, Entry], tuple[OfficeHolding, ...]]:
    """Read the Turtle files of a folder.

    Args:
        place: The folder; other files in it are left alone, a folder without Turtle files gives nothing.

    Returns:
        Entries by IRI, and who held which office.
    """
    from pyoxigraph import Literal as RdfLiteral
    from pyoxigraph import RdfFormat, parse

    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(place.glob("*.ttl")):
        with path.open("rb") as stream:
            for quad in parse(stream, format=RdfFormat.TURTLE):
                if isinstance(quad.object, RdfLiteral) and quad.object.language not in (None, "en"):
                    continue
                facts[quad.subject.value][quad.predicate.value].append(quad.object.value)
    types = set(get_args(EntityType))
    entries: dict[str, Entry] = {}
    holdings: list[OfficeHolding] = []
    for iri, about in facts.items():
        classes = {value.removeprefix(CKG) for value in about[RDF + "type"]}
        if "Membership" in classes:
            holdings.extend(_holdings(about))
            continue
        kind = "NamedEvent" if "Situation" in classes else next((name for name in sorted(classes) if name in types), None)
        label = next(iter(about[RDFS + "label"]), None)
        if kind is None or label is None:
            continue
        entries[iri] = _entry(iri, kind, label, about, facts)  # type: ignore[arg-type]
    return entries, tuple(holdings)


def _entry(iri: str, kind: EntityType, label: str, about: dict[str, list[str]], facts: dict[str, dict[str, list[str]]]) -> Entry:
    def first(name: str) -> str | None:
        return next(iter(about[CKG + name]), None)

    matches = about[SKOS + "exactMatch"]
    wikidata = next((value.removeprefix(WD) for value in matches if value.startswith(WD)), None)
    geonames = next((value.removeprefix(GN).strip("/") for value in matches if value.startswith(GN)), None)
    lat = lon = accuracy = None
    for geometry in about[GEO + "hasDefaultGeometry"]:
        for text in facts[geometry][GEO + "asWKT"]:
            if point := _POINT.search(text):
                lon, lat = float(point.group(1)), float(point.group(2))
        for text in facts[geometry][GEO + "hasMetricSpatialAccuracy"]:
            accuracy = float(text)
    related = [
        value
        for name in (
            "hasCapital",
            "borders",
            "isPartOf",
            "basedIn",
            "activeIn",
            "hasPlace",
            "hasMemberState",
            "inState",
            "claimedBy",
        )
        for value in about[CKG + name]
    ]
    subtype = first("situationKind")
    return Entry(
        iri=iri,
        type=kind,
        label=label,
        names=tuple(name for name in about[SKOS + "altLabel"] if name not in about[CKG + "contextualName"]),
        acronyms=tuple(about[CKG + "acronym"]),
        demonyms=tuple(about[CKG + "demonym"]),
        wikidata=wikidata,
        geonames=int(geonames) if geonames and geonames.isdigit() else None,
        iso2=first("iso2"),
        iso3=first("iso3"),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy,
        subtype=subtype.removeprefix(CKGC).removeprefix("situation-") if subtype else None,
        begin=_day(about, "earliestBegin", "latestBegin"),
        end=_day(about, "latestEnd", "earliestEnd"),
        related=tuple(dict.fromkeys(related)),
        capital=first("hasCapital"),
        contextual=tuple(about[CKG + "contextualName"]),
        wholes=tuple(about[CKG + "isPartOf"]),
        claimed=bool(about[CKG + "claimedBy"]),
    )


def _day(about: dict[str, list[str]], *names: str) -> dt.date | None:
    for name in names:
        for value in about[CKG + name]:
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                continue
    return None


def _holdings(about: dict[str, list[str]]) -> Iterator[OfficeHolding]:
    begin, end = _day(about, "earliestBegin"), _day(about, "latestEnd")
    for person in about[CKG + "hasMember"]:
        for organization in about[CKG + "inOrganization"]:
            for role in about[CKG + "roleKind"]:
                yield OfficeHolding(person, organization, role.removeprefix(CKGC).removeprefix("rolekind-"), begin, end)
