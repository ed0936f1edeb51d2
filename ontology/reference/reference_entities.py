"""Organizations of every kind, regions and situations: tables of entities that have one row each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from geonames import Circle
from reference_tables import Row, read_table
from turtle_writer import Node, day, link, string, words

from crisiskg.iris import slug
from crisiskg.namespaces import WD

_COLUMNS = frozenset(
    {
        "name", "class", "key", "ucdp_id", "acronyms", "aliases", "context_names", "demonyms", "begin", "end", "based_in",
        "active_in", "part_of", "members", "claimed_by", "kind", "places", "lat", "lon", "radius_km", "source",
    }
)  # fmt: skip
_CLASSES = frozenset(
    {
        "Organization", "ArmedGroup", "SecurityForce", "GovernmentBody", "PoliticalParty", "IntergovernmentalOrganization",
        "NongovernmentalOrganization", "MediaOrganization", "Company", "PopulationGroup", "Place", "Situation",
    }
)  # fmt: skip
_PLACE_KINDS = frozenset({"region", "admin1", "admin2", "settlement", "water", "mountain", "island", "camp", "territory", "site"})
_SITUATION_KINDS = frozenset({"war", "occupation", "ceasefire", "crisis", "election", "treaty", "named-event"})
_KEY = re.compile(r"(?:Q[1-9]\d*|x-[a-z0-9-]+)\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with its class and the path of its IRI."""

    row: Row
    kind: str
    path: str

    @property
    def name(self) -> str:
        """Its label."""
        return self.row.required("name")


class Names:
    """Finds the path of an entity by its label or alpha-3 code, over all tables."""

    def __init__(self, by_iso3: dict[str, str], by_label: dict[str, str]) -> None:
        self._paths = by_iso3 | by_label
        self._taken = {path: label for label, path in by_label.items()}

    def add(self, entry: Entry) -> None:
        """Make an entity known.

        Raises:
            TableError: another one has its label or its IRI.
        """
        if entry.path in self._taken:
            raise entry.row.error("name", f"gets the IRI {entry.path}, which {self._taken[entry.path]!r} has")
        if entry.name in self._paths:
            raise entry.row.error("name", "is there already")
        self._taken[entry.path] = entry.name
        self._paths[entry.name] = entry.path

    def label(self, path: str) -> str | None:
        """Return the label of the entity with this path."""
        return self._taken.get(path)

    def find(self, row: Row, column: str) -> list[str]:
        """Return links to the entities that a cell names.

        Raises:
            TableError: one is not known.
        """
        found = []
        for name in row.items(column):
            path = self._paths.get(name)
            if path is None:
                raise row.error(column, f"names {name!r}, which is neither an alpha-3 code nor a label of these tables")
            found.append(link(path))
        return found


def read_entries(table: str, kind: str | None = None) -> list[Entry]:
    """Read a table of entities.

    Args:
        table: File name without ".tsv".
        kind: Class of all its rows; None where the column "class" says it.

    Raises:
        TableError: a class or key is none.
    """
    entries = []
    for row in read_table(table, _COLUMNS):
        of = kind or row.required("class")
        if of not in _CLASSES:
            raise row.error("class", f"is none; possible are {', '.join(sorted(_CLASSES))}")
        key = row.text("key")
        if key and not _KEY.match(key):
            raise row.error("key", "is neither a Wikidata item such as Q863 nor of the form x-name")
        if not key:
            number = row.text("ucdp_id")
            key = f"ucdp-{number}" if number else f"x-{slug(row.required('name'), 120)}"
        entries.append(Entry(row, of, f"entity/{key}"))
    return entries


def entity_nodes(entries: Iterable[Entry], names: Names) -> Iterator[Node]:
    """Yield the nodes of entries in the order of their labels."""
    for entry in sorted(entries, key=lambda one: (one.name.casefold(), one.path)):
        row = entry.row
        node = Node(entry.path, f"ckg:{entry.kind}")
        node.add("rdfs:label", words(entry.name))
        node.add(
            "skos:altLabel", *(words(name) for name in row.items("aliases") + row.items("context_names") if name != entry.name)
        )
        node.add("ckg:acronym", *(words(name) for name in row.items("acronyms") if name != entry.name))
        node.add("ckg:contextualName", *(words(name) for name in row.items("context_names")))
        node.add("ckg:demonym", *(words(name) for name in row.items("demonyms")))
        bounds = row.bounds()
        node.add("ckg:earliestBegin", day(bounds.earliest_begin))
        node.add("ckg:latestBegin", day(bounds.latest_begin))
        node.add("ckg:earliestEnd", day(bounds.earliest_end))
        node.add("ckg:latestEnd", day(bounds.latest_end))
        for name, column in (
            ("ckg:basedIn", "based_in"),
            ("ckg:activeIn", "active_in"),
            ("ckg:isPartOf" if entry.kind != "Situation" else "ckg:partOfSituation", "part_of"),
            ("ckg:hasMemberState", "members"),
            ("ckg:claimedBy", "claimed_by"),
            ("ckg:hasPlace", "places"),
        ):
            node.add(name, *names.find(row, column))
        node.add("ckg:ucdpId", string(row.text("ucdp_id")) if row.text("ucdp_id") else None)
        key = entry.path.removeprefix("entity/")
        node.add("skos:exactMatch", link(WD + key) if key.startswith("Q") else None)
        node.add("dcterms:source", *(string(part) for part in row.required("source").split("; ")))
        _add_kind(node, entry)
        circle = _circle(row)
        if circle is not None:
            node.add("geo:hasDefaultGeometry", link(f"{node.path}/geometry"))
        yield node
        if circle is not None:
            yield circle.node(node.path)


def _add_kind(node: Node, entry: Entry) -> None:
    row = entry.row
    if entry.kind == "Place":
        if row.text("kind") not in _PLACE_KINDS:
            raise row.error("kind", f"is none; possible are {', '.join(sorted(_PLACE_KINDS))}")
        node.add("ckg:placeKind", f"ckgc:place-{row.text('kind')}")
    elif entry.kind == "Situation":
        if row.text("kind") not in _SITUATION_KINDS:
            raise row.error("kind", f"is none; possible are {', '.join(sorted(_SITUATION_KINDS))}")
        node.add("ckg:situationKind", f"ckgc:situation-{row.text('kind')}")
        node.add("ckg:factuality", "ckgc:fact-happened")


def _circle(row: Row) -> Circle | None:
    if not row.text("lat"):
        return None
    try:
        lat, lon, radius = (float(row.required(column)) for column in ("lat", "lon", "radius_km"))
    except ValueError:
        raise row.error("lat", "stands beside a latitude, longitude or radius that is no number") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180 and radius > 0):
        raise row.error("lat", "stands beside a point that is not on the globe or a radius that is not above 0")
    return Circle(lat, lon, int(radius * 1000))
