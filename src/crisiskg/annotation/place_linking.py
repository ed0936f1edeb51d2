"""Chooses which place of a name is meant: every candidate of every name of a text is weighed, in the light of the other names.

A candidate is a settlement, a division (province, county) or a place of the reference data. Its weight is its inhabitants and
whether the name is its main one; what the text says right beside the name ("Alexandria, Egypt", "Gao in Mali"); and how well it
goes with the candidates of the other names: in one state, in one province, near by. The last is counted several times over, so
that names which are ambiguous alone settle each other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.settlements import Division, Settlement

#: Candidates of a name that are looked at beyond the first round.
KEPT = 20
#: Rounds in which the candidates are weighed again.
ROUNDS = 3
#: Distance in kilometres at which a place near by counts a third.
NEAR_KM = 80.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a name may mean.

    Attributes:
        target: The place.
        country: ISO 3166-1 alpha-2 code; empty where it lies in several or none.
        admin1: GeoNames code of its first-order division; empty where unknown.
        lat: Latitude in degrees, WGS 84.
        lon: Longitude in degrees, WGS 84.
        prior: Weight without the text; natural logarithm.
        main: Whether the name is its main one.
    """

    target: Settlement | Division | Entry
    country: str
    admin1: str
    lat: float
    lon: float
    prior: float
    main: bool


@dataclass(frozen=True, slots=True)
class Hints:
    """What a text says right beside a name.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes of states.
        regions: Countries and first-order divisions.
        division: Whether a word calls it a division: "Kandahar province".
        settlement: Whether a word calls it a settlement: "the city of Kandahar".
    """

    countries: frozenset[str] = frozenset()
    regions: frozenset[tuple[str, str]] = frozenset()
    division: bool = False
    settlement: bool = False


@dataclass(slots=True)
class Context:
    """What the whole text speaks of, apart from the names that are weighed.

    Attributes:
        countries: Mentions by ISO 3166-1 alpha-2 code.
        regions: Mentions by country and first-order division.
    """

    countries: Counter[str] = field(default_factory=Counter)
    regions: Counter[tuple[str, str]] = field(default_factory=Counter)


def settlement_candidate(place: Settlement) -> Candidate:
    """Return a settlement as a candidate.

    >>> hamlet = Settlement(1, "Oakton", 0.0, 0.0, "US", 0, "OH", True)
    >>> round(settlement_candidate(hamlet).prior, 1)
    5.5
    """
    prior = 0.75 * math.log(place.population + 300.0) + (1.2 if place.main else 0.0)
    return Candidate(place, place.country, place.admin1, place.lat, place.lon, prior, place.main)


def division_candidate(division: Division) -> Candidate:
    """Return a division as a candidate: less likely than a settlement of that name, unless the name says what it is."""
    prior = 0.75 * math.log(division.population + 300.0) + (1.2 if division.main else 0.0) - (1.5 if division.order == 1 else 3.5)
    return Candidate(division, division.country, division.admin1, division.lat, division.lon, prior, division.main)


def choose(
    names: Sequence[Sequence[Candidate]], hints: Sequence[Hints], context: Context
) -> list[tuple[Candidate | None, float]]:
    """Choose a candidate for each name.

    Args:
        names: Candidates of each name.
        hints: What stands beside each name.
        context: What else the text speaks of.

    Returns:
        For each name the best candidate and its share of the weight of all, in [0, 1]; None where it is a small place under
        another name of which nothing in the text speaks.
    """
    shares: list[list[tuple[Candidate, float]]] = []
    for candidates, hint in zip(names, hints, strict=True):
        weighed = [
            (candidate, _alone(candidate, hint) + _country_weight(candidate, context.countries)) for candidate in candidates
        ]
        weighed.sort(key=lambda pair: -pair[1])
        shares.append(_shares(weighed[:KEPT]))
    fixed = sum(context.countries.values())
    for _ in range(ROUNDS if len(names) > 1 or fixed or context.regions else 0):
        countries: Counter[str] = Counter(context.countries)
        regions: dict[tuple[str, str], float] = dict(context.regions)
        for pairs in shares:
            for candidate, share in pairs:
                if share >= 0.05:
                    countries[candidate.country] += share  # type: ignore[assignment]
                    region = candidate.country, candidate.admin1
                    regions[region] = regions.get(region, 0.0) + share
        settled = [(number, *pairs[0]) for number, pairs in enumerate(shares) if pairs and pairs[0][1] >= 0.5]
        shares = [
            _shares([(c, _weight(c, share, number, hints[number], countries, regions, settled)) for c, share in pairs])
            for number, pairs in enumerate(shares)
        ]
    return [_answer(pairs, hint, context) for pairs, hint in zip(shares, hints, strict=True)]


def _alone(candidate: Candidate, hint: Hints) -> float:
    """Weight by inhabitants, name, and what stands beside the name."""
    weight = candidate.prior
    if hint.countries:
        weight += 6.0 if candidate.country in hint.countries else -2.0
    if hint.regions:
        weight += 6.0 if (candidate.country, candidate.admin1) in hint.regions else -3.0
    is_division = isinstance(candidate.target, Division)
    if hint.division:
        weight += 4.0 if is_division else 0.0
    if hint.settlement and is_division:
        weight -= 4.0
    return weight


def _country_weight(candidate: Candidate, countries: Counter[str]) -> float:
    total = sum(countries.values())
    return 3.0 * math.sqrt(max(countries[candidate.country], 0.0) / total) if total else 0.0


def _weight(
    candidate: Candidate,
    own: float,
    number: int,
    hint: Hints,
    countries: Counter[str],
    regions: dict[tuple[str, str], float],
    settled: Iterable[tuple[int, Candidate, float]],
) -> float:
    """Weight with the other names; what this name itself added is taken off again."""
    weight = _alone(candidate, hint)
    total = sum(countries.values()) - 1.0
    if total > 0:
        weight += 3.0 * math.sqrt(max(countries[candidate.country] - own, 0.0) / total)
    if candidate.admin1:
        weight += 1.6 * math.log1p(max(regions.get((candidate.country, candidate.admin1), 0.0) - own, 0.0))
    near = 0.0
    for other, place, share in settled:
        if other != number and abs(place.lat - candidate.lat) < 2.5:
            near += share * math.exp(-_distance_km(candidate, place) / NEAR_KM)
    return weight + 1.2 * math.log1p(near)


def _distance_km(one: Candidate, other: Candidate) -> float:
    """Distance in kilometres on a flat map, which is enough for places near by."""
    east = (one.lon - other.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 111.2 * math.hypot(one.lat - other.lat, east)


def _shares(weighed: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Return candidates with their share of the whole, the largest first."""
    if not weighed:
        return []
    weighed.sort(key=lambda pair: -pair[1])
    top = weighed[0][1]
    parts = [math.exp(weight - top) for _, weight in weighed]
    total = sum(parts)
    return [(candidate, part / total) for (candidate, _), part in zip(weighed, parts, strict=True)]


def _answer(pairs: list[tuple[Candidate, float]], hint: Hints, context: Context) -> tuple[Candidate | None, float]:
    if not pairs:
        return None, 0.0
    best, _ = pairs[0]
    if isinstance(best.target, Division) and not hint.division:
        # Hamburg is a city and a state of one extent: without a word for the kind, the city.
        towns = (c for c, _ in pairs if isinstance(c.target, Settlement) and c.main and _distance_km(best, c) < 40.0)
        best = next(towns, best)
    # The city and the province around it are one answer: the text seldom tells them apart, and a reader need not.
    share = sum(part for other, part in pairs if other is best or _distance_km(best, other) < 40.0)
    spoken = context.countries[best.country] or hint.countries or hint.regions
    if not best.main and isinstance(best.target, Settlement) and best.target.population < 200_000 and not spoken:
        return None, 0.0
    return best, min(share, 1.0)
