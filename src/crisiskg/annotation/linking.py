"""Links entities to the reference data and to settlements; where that is not sure, says why not.

Homonyms are told apart by what else the text names: states, the places that are certain, "Alexandria, Egypt".
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

from crisiskg.annotation.gazetteer import Entry, Gazetteer
from crisiskg.annotation.known_items import item_of_organization, item_of_place
from crisiskg.annotation.local_linking import best_item, local_candidates, local_items
from crisiskg.annotation.local_reference import LocalItem
from crisiskg.annotation.organization_items import item_on_sign
from crisiskg.annotation.place_hints import count_counties, count_us_states, read_hints, us_state_of, us_states
from crisiskg.annotation.place_linking import Candidate, Context, choose, division_candidate, settlement_candidate
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.settlements import Division, Settlement, fold_name
from crisiskg.iris import mint_dataset_entity, mint_wikidata_entity

#: Least share of the best place among all of that name for a link.
THRESHOLD = 0.5
#: Least share of another place of a name for it to win over the place of the reference data that has this name.
OVERRIDE = 0.8
#: Weight of being in the reference data: what is there is spoken of more often than its inhabitants say.
_KNOWN = 1.0
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
    pending: list[int] = []
    local: dict[int, list[LocalItem]] = {}
    for index, entity in enumerate(entities):
        entry = reading.entries.get(entity.id)
        mentions = named.get(entity.id, [])
        names = [mention.text for mention in mentions]
        if entry is None and names and gazetteer.local is not None:
            local[index] = local_items(gazetteer.local, names, entity.type, _day(reading))
        if entry is None and entity.type == "Person" and names:
            entry = _office_holder(reading, mentions, gazetteer, countries)
            if entry is not None:
                reading.entries[entity.id] = entry
        if entry is not None:
            entities[index] = _linked(
                entity, entry, gazetteer, 0.95 if " " in entity.name or len(gazetteer.senses(entity.name)) == 1 else 0.85
            )
            if (
                names
                and entry.type in ("Place", "State")
                and entity.type in ("Place", "State")
                and _has_homonyms(entry, gazetteer)
            ):
                pending.append(index)
        elif entity.type == "Place" and names:
            abbreviated = _us_state(reading, mentions, gazetteer)
            if abbreviated is not None:
                reading.entries[entity.id] = abbreviated
                entities[index] = _linked(entity, abbreviated, gazetteer, 0.9)
            elif not _has_article(reading, mentions) and (
                local.get(index) or gazetteer.places(entity.name) or gazetteer.divisions(entity.name)
            ):
                pending.append(index)
            else:
                entities[index] = replace(entity, gap="not-in-gazetteer")
        elif names:
            entities[index] = _linked_locally(reading, entity, local.get(index, []), countries, gazetteer)
        elif entity.type == "Place" and (code := _code_of_part(reading, entity, gazetteer)) is not None:
            entities[index] = replace(entity, iso3=code)
    _settle(reading, entities, pending, countries, gazetteer, named, local)
    for index, entity in enumerate(entities):
        entities[index] = _with_item(entity, countries, named=bool(named.get(entity.id)))
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


def _with_item(entity: Entity, countries: Counter[str], *, named: bool) -> Entity:
    """Add the Wikidata item of a city or organization that the reference data know without one, or not at all."""
    if entity.wikidata is not None or not named:
        return entity
    if entity.type == "Place":
        return replace(entity, wikidata=item_of_place(entity.geonames))
    known = item_of_organization(entity.name, entity.type, countries)
    if known is None and entity.iri is None:
        known = item_on_sign(entity.name, entity.type, countries)
    if known is None:
        return entity
    if entity.iri is not None:
        return replace(entity, wikidata=known.wikidata)
    iri = mint_wikidata_entity(known.wikidata)
    return replace(entity, name=known.label, iri=iri, wikidata=known.wikidata, score=0.85, gap=None)


def _linked_locally(
    reading: Reading, entity: Entity, items: list[LocalItem], countries: Counter[str], gazetteer: Gazetteer
) -> Entity:
    """Link to what a user has imported, or say why not."""
    item, score = best_item(items, entity.type, countries)
    if item is None:
        return replace(entity, gap="ambiguous" if items else "not-in-gazetteer")
    reading.entries[entity.id] = item.entry
    return _linked(entity, item.entry, gazetteer, score)


def _day(reading: Reading) -> dt.date | None:
    return reading.published.latest if reading.published is not None else None


def _has_homonyms(entry: Entry, gazetteer: Gazetteer) -> bool:
    """Whether other places have the name of an entry: Athens in Ohio, Georgia in the United States."""
    places = [place for place in gazetteer.places(entry.label) if place.geonames != entry.geonames and place.main]
    return bool(places) or (entry.type == "State" and bool(gazetteer.divisions(entry.label)))


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
    day = _day(reading)
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


# --------------------------------------------------------------------------------------------------------------------- places
def _settle(
    reading: Reading,
    entities: list[Entity],
    pending: list[int],
    countries: Counter[str],
    gazetteer: Gazetteer,
    named: dict[str, list[Mention]],
    local: dict[int, list[LocalItem]],
) -> None:
    """Choose what the names of places mean: those without reference entry, and those whose entry has homonyms."""
    if not pending:
        return
    text = reading.document.text
    context = Context(Counter(countries), count_us_states(text) + count_counties(text, gazetteer))
    for state in _of_publisher(reading, gazetteer):
        context.countries.update(_countries(state, gazetteer))
    hints = [read_hints(text, named[entities[index].id], gazetteer) for index in pending]
    candidates = [_candidates(entities[index].name, reading.entries.get(entities[index].id), gazetteer) for index in pending]
    for options, index in zip(candidates, pending, strict=True):
        _add_local(options, local.get(index, []))
    for index, options, hint, (best, share) in zip(pending, candidates, hints, choose(candidates, hints, context), strict=True):
        entity = entities[index]
        entry = reading.entries.get(entity.id)
        if entry is not None:
            if best is None or best.target is entry or share < (0.5 if hint.regions or hint.countries else OVERRIDE):
                continue
            del reading.entries[entity.id]
            entity = replace(entity, name=named[entity.id][0].text, wikidata=None, iri=None, geonames=None, subtype=None)
        if best is None or share < THRESHOLD:
            entities[index] = replace(entity, gap="ambiguous" if len(options) > 1 else "below-threshold")
            continue
        entities[index] = _placed(reading, entity, best, share, gazetteer)


def _candidates(name: str, entry: Entry | None, gazetteer: Gazetteer) -> list[Candidate]:
    """Return the places that a name may mean; the entry that it is linked to stands for the settlement or division that it is."""
    found = [settlement_candidate(place) for place in gazetteer.places(name)]
    found.extend(division_candidate(division) for division in gazetteer.divisions(name))
    if entry is None or entry.lat is None or entry.lon is None:
        return found
    code = next(iter(_countries(entry, gazetteer)), "")
    same = [one for one in found if isinstance(one.target, Settlement) and one.target.geonames == entry.geonames]
    if same:
        found.remove(same[0])
        return [replace(same[0], target=entry, prior=same[0].prior + _KNOWN), *found]
    division = _division_of(entry, found, gazetteer)
    if division is not None:
        found.remove(division)
        return [replace(division, target=entry, prior=division.prior + _KNOWN), *found]
    most = max((one.prior for one in found), default=0.0)
    return [Candidate(entry, code, "", entry.lat, entry.lon, max(most, 12.0) + _KNOWN, True), *found]


def _add_local(candidates: list[Candidate], items: list[LocalItem]) -> None:
    """Add imported places to the candidates; one that is a settlement already stands in its place."""
    for one in local_candidates(items):
        entry = one.target
        assert isinstance(entry, Entry)
        same = [c for c in candidates if isinstance(c.target, Settlement) and c.target.geonames == entry.geonames]
        if same:
            candidates[candidates.index(same[0])] = replace(same[0], target=entry)
        else:
            candidates.append(one)


def _division_of(entry: Entry, candidates: list[Candidate], gazetteer: Gazetteer) -> Candidate | None:
    """Return the candidate that is the division which an entry of the reference data describes."""
    codes = {state.iso2 for iri in entry.wholes if (state := gazetteer.entries.get(iri)) is not None and state.iso2}
    for one in candidates:
        if isinstance(one.target, Division) and one.target.order == 1 and one.country in codes:
            return one
    return None


def _placed(reading: Reading, entity: Entity, best: Candidate, share: float, gazetteer: Gazetteer) -> Entity:
    """Return an entity with the point and the codes of its place."""
    target, score = best.target, round(min(share, 0.95), 3)
    if isinstance(target, Division) and target.order == 1:
        target = _reference_division(target, gazetteer) or target
    if isinstance(target, Entry):
        reading.entries[entity.id] = target
        linked = _linked(entity, target, gazetteer, score)
        return linked if linked.iso3 else replace(linked, iso3=_country_code(best.country, gazetteer))
    if isinstance(target, Settlement):
        iri, geonames = mint_dataset_entity("gn", str(target.geonames)), target.geonames
    else:
        iri, geonames = mint_dataset_entity("admin", target.code), None
    return replace(
        entity,
        iri=iri,
        geonames=geonames,
        iso3=_country_code(target.country, gazetteer),
        lat=target.lat,
        lon=target.lon,
        accuracy_m=target.accuracy_m,
        score=score,
    )


def _reference_division(division: Division, gazetteer: Gazetteer) -> Entry | None:
    """Return the entry of the reference data for a first-order division."""
    for form in (division.name, f"{division.name} (state)", f"{division.name} (U.S. state)"):
        for entry, kind in gazetteer.senses(form):
            states = [gazetteer.entries.get(iri) for iri in entry.wholes]
            if kind == "name" and entry.type == "Place" and any(s is not None and s.iso2 == division.country for s in states):
                return entry
    return None


def _us_state(reading: Reading, mentions: list[Mention], gazetteer: Gazetteer) -> Entry | None:
    """Return the state of the US that an abbreviation stands for: "Conn.", "W.Va."."""
    text = reading.document.text
    for mention in mentions:
        name = mention.text + ("." if text[mention.end : mention.end + 1] == "." else "")
        if len(name) < 8 and (code := us_state_of(name)) is not None:
            label = next(label for label, other in us_states().items() if other == code)
            found = [division for division in gazetteer.divisions(label) if division.code == f"US.{code}"]
            return _reference_division(found[0], gazetteer) if found else None
    return None


def _of_publisher(reading: Reading, gazetteer: Gazetteer) -> list[Entry]:
    """Return the states that a publisher's name holds: "Ghana News Agency", "The Ugandan Monitor"."""
    words = (reading.document.publisher or "").split()
    return [entry for word in words for entry, _ in gazetteer.senses(word) if entry.type == "State" and entry.end is None]
