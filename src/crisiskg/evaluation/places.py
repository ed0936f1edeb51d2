"""Places: found, and where they are."""

from __future__ import annotations

import math
from typing import Any

from crisiskg.evaluation.matching import matched
from crisiskg.evaluation.profile import Profile
from crisiskg.evaluation.sides import Side, coarse
from crisiskg.evaluation.tallies import Mistake, Tally, Verdict

#: Distance within which a place counts as located, in kilometres (100 miles, as in the literature).
NEAR_KM = 161.0
#: Distance that stands for a place without coordinates: half of the Earth's circumference, in kilometres.
_FARTHEST_KM = 20_039.0
_EARTH_KM = 6371.0


def score(gold: Side, predicted: Side, profile: Profile) -> Verdict:
    """Compare places and states that are named.

    `located`: recognised, and within 161 km, of the same GeoNames id, or the same state (whose middle is a matter of
    convention). `accuracy161`: within 161 km, among those recognised. `geonames_id`: of the same id, among those.
    """
    del profile
    verdict = Verdict()
    said = list({m["span"]: m for m in predicted.of_kind("name") if coarse(m["type"]) == "Location"}.values())
    wanted = list({m["span"]: m for m in gold.mentions if coarse(m["type"]) == "Location" or m["type"] is None}.values())
    pairs = matched(said, wanted, lambda *_: True, (lambda m: m["span"], lambda m: m["span"]))
    unknown = {place for place, mention in enumerate(wanted) if gold.entity_of(mention).get("lat") is None}
    right = near = with_id = same_ids = compared = 0
    for one, other in pairs:
        if other in unknown:
            continue
        here, there = predicted.entity_of(said[one]), gold.entity_of(wanted[other])
        distance = _distance(here, there)
        compared += 1
        near += distance <= NEAR_KM
        same_id = bool(there.get("geonames")) and str(here.get("geonames") or "").rsplit("/", 1)[-1] == str(there["geonames"])
        same_state = bool(there.get("iso3")) and here.get("iso3") == there["iso3"] and said[one]["type"] == "State"
        with_id += bool(there.get("geonames"))
        same_ids += same_id
        if distance <= NEAR_KM or same_id or same_state:
            right += 1
        else:
            shown = f"{distance:,.0f} km away" if distance < _FARTHEST_KM else "no coordinates"
            verdict.mistakes.append(Mistake("places", wanted[other]["start"], wanted[other]["end"], _where(there), shown))
    verdict.tallies["recognition"] = Tally.matched(len(pairs), len(said), len(wanted))
    counted = len(said) - sum(other in unknown for _, other in pairs)
    verdict.tallies["located"] = Tally.matched(right, counted, len(wanted) - len(unknown))
    verdict.tallies["accuracy161"] = Tally.share(near, compared)
    verdict.tallies["geonames_id"] = Tally.share(same_ids, with_id)
    return verdict


def _where(entity: dict[str, Any]) -> str:
    return f"at {entity['lat']:.2f}, {entity['lon']:.2f}"


def _distance(here: dict[str, Any], there: dict[str, Any]) -> float:
    if here.get("lat") is None or here.get("lon") is None or there.get("lon") is None:
        return _FARTHEST_KM
    (first, second), (third, fourth) = ((math.radians(one["lat"]), math.radians(one["lon"])) for one in (here, there))
    chord = math.sin((third - first) / 2) ** 2 + math.cos(first) * math.cos(third) * math.sin((fourth - second) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))
