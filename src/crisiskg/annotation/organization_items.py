"""Wikidata items of companies, agencies, police forces, hospitals and universities, by the names that stand on their signs.

The table data/organization_items.tsv is compiled by ontology/reference/organization_items.py. It is asked last, only for what a
text names and the reader took for an organization, and makes no word a name. It is searched as it lies: lines sorted by name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import cast

from crisiskg.annotation.known_items import KnownItem
from crisiskg.annotation.name_companies import LEGAL_FORMS
from crisiskg.annotation.records import EntityType
from crisiskg.annotation.senses import fits
from crisiskg.annotation.settlements import fold_name

#: Name of the table.
ITEMS = "organization_items.tsv"
#: Words at the end of a company's name that a text may leave out.
_FORMS = frozenset(fold_name(form) for form in LEGAL_FORMS) | {"group", "holding", "holdings"}
_JOINING = frozenset({"&", "and"})
#: Types whose names are alike in many states.
_ALIKE: frozenset[EntityType] = frozenset({"GovernmentBody", "SecurityForce"})


def fold_organization(name: str) -> str:
    """Return the form under which names of organizations are compared: as places, and without legal forms and articles.

    >>> fold_organization("The Oakton Motor Co."), fold_organization("Oakton & Sons Holdings PLC")
    ('oakton motor', 'oakton and sons')
    """
    words = ["and" if word == "&" else word for word in fold_name(name.replace(",", " ")).split()]
    if len(words) > 1 and words[0] == "the":
        del words[0]
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
        if len(words) > 1 and words[-1] in _JOINING:
            words.pop()
    return " ".join(words)


@cache
def _lines() -> list[str]:
    """Lines of the table, sorted: folded name, item, type, states of which it needs one, label."""
    return files("crisiskg.annotation").joinpath("data", ITEMS).read_text(encoding="utf-8").splitlines()


def item_on_sign(name: str, kind: EntityType, countries: Counter[str]) -> KnownItem | None:
    """Return the one organization of a name that fits; None where the table has none, or several.

    One that is found in some states only must be at home in a state of which the text speaks. Ministries and police forces are
    called alike in many states: theirs must be the one of which it speaks most. A name of several words that no other
    organization of the table has needs no state.

    Args:
        name: The whole name.
        kind: Type that the text gives.
        countries: How often the text speaks of which state, by ISO 3166-1 alpha-2 code.
    """
    key = fold_organization(name)
    lines = _lines()
    found: list[tuple[KnownItem, frozenset[str]]] = []
    number = bisect_left(lines, key + "\t")
    while number < len(lines) and lines[number].startswith(key + "\t"):
        _, wikidata, type_, states, label = lines[number].split("\t")
        number += 1
        if fits(cast(EntityType, type_), kind, "name"):
            found.append((KnownItem(wikidata, cast(EntityType, type_), label, ""), frozenset(states.split())))
    most = max(countries.values(), default=0)
    at_home = [
        item for item, states in found if any(countries[s] and (item.type not in _ALIKE or countries[s] == most) for s in states)
    ]
    everywhere = [item for item, states in found if not states]
    chosen = at_home or everywhere or [item for item, _ in found if " " in key and item.type not in _ALIKE]
    return chosen[0] if len(chosen) == 1 else None
