"""Chooses what a name of the reference data stands for: by type, date and the rest of the text."""

from __future__ import annotations

import datetime as dt
import re

from crisiskg.annotation.gazetteer import Entry, Gazetteer, NameKind
from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType, Mention


def best_entry(mention: Mention, gazetteer: Gazetteer, day: dt.date | None, reading: Reading) -> Entry | None:
    """Return the reference entry that a name stands for; None where it has none or none that fits.

    Args:
        mention: A name.
        gazetteer: The reference data.
        day: Day of publication; None where unknown.
        reading: The document, whose other names tell homonyms apart.
    """
    if mention.type == "PopulationGroup":
        return None
    senses = [sense for sense in gazetteer.senses(mention.text) if fits(sense[0].type, mention.type, sense[1])]
    if mention.type == "State" and all(entry.type != "State" for entry, _ in senses):
        capital = gazetteer.state_of_capital(mention.text)
        if capital is not None:
            return capital
    if not senses:
        # "the Caliphate": only beside another name of the same thing.
        text = reading.document.text
        for entry in gazetteer.contextual(mention.text):
            if (
                entry.type != "Person"
                and fits(entry.type, mention.type, "name")
                and any(_stands_in(n, text) for n in (entry.label, *entry.names, *entry.acronyms))
            ):
                return entry
        return None
    if len(senses) == 1:
        entry = senses[0][0]
        if entry.type == "Person" and " " not in mention.text:
            return None
        if mention.text in name_words().organization and not _is_at_home(entry, gazetteer, reading.document.text):
            return None  # "Congress" in a text on Bogotá
        return entry
    text = reading.document.text

    def weight(sense: tuple[Entry, NameKind]) -> tuple[float, int, str]:
        entry, kind = sense
        score = 0.0
        if entry.type == mention.type:
            score += 2.0
        if entry.covers(day):
            score += 1.5
        if entry.end is None:
            score += 0.5
        score += {"name": 0.5, "acronym": 0.3, "demonym": 0.2}[kind]
        if entry.label == mention.text:
            score += 1.0
        for iri in entry.related:
            related = gazetteer.entries.get(iri)
            if related is not None and related.label in text:
                score += 0.7
                break
        if entry.label in text and entry.label != mention.text:
            score += 1.5
        return score, len(entry.names), entry.iri

    return max(senses, key=weight)[0]


def _is_at_home(entry: Entry, gazetteer: Gazetteer, text: str) -> bool:
    """Whether a text names a state to which an entry belongs; true for entries of no state."""
    states = [related for iri in entry.related if (related := gazetteer.entries.get(iri)) is not None and related.type == "State"]
    named = [name for state in states for name in (state.label, *state.names, *state.acronyms, *state.demonyms)]
    return not named or any(_stands_in(name, text) for name in named)


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def fits(entry: EntityType, mention: EntityType, kind: NameKind) -> bool:
    """Whether a name marked as one type may stand for an entry of another.

    >>> fits("ArmedGroup", "Organization", "name"), fits("Person", "Place", "name")
    (True, False)
    """
    if entry == mention:
        return True
    if entry in ORGANIZATIONS and mention in ORGANIZATIONS:
        return True
    if kind == "demonym":
        return mention in ("State", "Place") and entry in ("State", "Place")
    return entry in ("State", "Place") and mention in ("State", "Place")
