"""Ranks what the local reference base has under a name, and links to it or says that it is not sure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from crisiskg.annotation.local_reference import LocalItem, LocalReference
from crisiskg.annotation.place_linking import Candidate
from crisiskg.annotation.records import EntityType
from crisiskg.annotation.senses import fits
from crisiskg.annotation.settlements import fold_name

#: Least distance between the best item and the next for a link.
MARGIN = 0.6


def local_items(local: LocalReference, names: Sequence[str], kind: EntityType, day: dt.date | None) -> list[LocalItem]:
    """Return the items whose type and time fit, under the longest of the names that has any.

    Args:
        local: The local reference base.
        names: Names that the text uses; a person's single word is none.
        kind: Type that the text gives.
        day: Day of publication; None where unknown.
    """
    for name in sorted(dict.fromkeys(names), key=lambda one: (-len(one), one)):
        if kind == "Person" and " " not in name:
            continue
        key = fold_name(name.removeprefix("the ").removeprefix("The "))
        found = [item for item in local.named(key) if fits(item.entry.type, kind, "name") and item.entry.covers(day)]
        if found:
            return found
    return []


def best_item(items: Sequence[LocalItem], kind: EntityType, countries: Counter[str]) -> tuple[LocalItem | None, float]:
    """Return the item that is meant and a probability in [0, 1]; None where another one is about as likely.

    Items of one thing that several imports hold count once.

    Args:
        items: What may be meant.
        kind: Type that the text gives.
        countries: How often the text speaks of which state, by ISO 3166-1 alpha-2 code.
    """
    total = sum(countries.values())

    def weigh(item: LocalItem) -> float:
        weight = 0.6 * item.weight + (0.5 if item.main else 0.0) + (0.8 if item.entry.type == kind else 0.0)
        return weight + (1.5 * countries[item.country] / total if total and item.country else 0.0)

    ranked = sorted(items, key=lambda item: (-weigh(item), item.entry.iri))
    if not ranked:
        return None, 0.0
    others = [item for item in ranked[1:] if item.entry.iri != ranked[0].entry.iri]
    margin = weigh(ranked[0]) - weigh(others[0]) if others else 2.0
    return (ranked[0], round(min(0.9, 0.6 + 0.15 * margin), 3)) if margin >= MARGIN else (None, 0.0)


def local_candidates(items: Sequence[LocalItem]) -> list[Candidate]:
    """Return the places among items that have a point as candidates of the model of places."""
    found: dict[str, Candidate] = {}
    for item in items:
        entry = item.entry
        if entry.type == "Place" and entry.lat is not None and entry.lon is not None and entry.iri not in found:
            # Inhabitants weigh as they do for settlements; numbers of Wikipedias are brought to about their range.
            prior = (item.weight if "/gn-" in entry.iri else 4.0 + 1.5 * item.weight) + (1.2 if item.main else 0.0)
            found[entry.iri] = Candidate(entry, item.country, item.admin1, entry.lat, entry.lon, prior, item.main)
    return list(found.values())
