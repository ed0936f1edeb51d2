"""Events as they are compared: when, where, what, who and how many dead, gathered from all graphs of a store."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from crisiskg.identity.canonical import CANONICAL
from crisiskg.namespaces import CKG, CKGC, CKGT, GEO, RDF, RDFS
from crisiskg.store import OxigraphStore

#: Precisions of places whose points are the middle of an area: distances from them mean nothing.
COARSE = frozenset(("adm1", "area", "country", "international", "unknown"))
#: Name of the source of all events of documents in `EventFacts.source`.
DOCUMENTS = "documents"

_POINT = re.compile(r"POINT\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)\s*\)\Z", re.IGNORECASE)
_LEVELS = 6


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who takes part in an event.

    Attributes:
        iri: Canonical IRI.
        name: Its label, or "".
        kind: Local name of its class, or "".
        state: IRI of the state whose body it is, or which it is; or "".
    """

    iri: str
    name: str = ""
    kind: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What is known of one event.

    Attributes:
        iri: Its IRI.
        source: Name of its dataset, or `DOCUMENTS`.
        graph: The graph that tells of it, so that events of one document are not compared.
        type: Event type, such as "ASSAULT".
        mode: Mode without its type, such as "aerial"; or "".
        quad: Quad class, or "".
        first: First day on which it may have begun, as ordinal (`datetime.date.toordinal`).
        last: Last day on which it may have ended.
        time_precision: Code, such as "day", "week" or "interval"; or "".
        states: IRIs of the states in which it took place.
        place: IRI of the place, or "".
        place_name: Name of the place, or "".
        point: Latitude and longitude in degrees, or None.
        place_precision: One of the codes of precision of places.
        actors: Who acted.
        recipients: Who was acted upon.
        directed: Whether the source tells who acted upon whom.
        dead: Lowest, best and highest number of dead, each None where not given; None where nothing is given.
        situation: IRI of the conflict, or "".
    """

    iri: str
    source: str
    graph: str
    type: str
    mode: str
    quad: str
    first: int
    last: int
    time_precision: str
    states: tuple[str, ...]
    place: str
    place_name: str
    point: tuple[float, float] | None
    place_precision: str
    actors: tuple[Party, ...]
    recipients: tuple[Party, ...]
    directed: bool
    dead: tuple[float | None, float | None, float | None] | None
    situation: str = ""

    @property
    def days(self) -> int:
        """Number of days on which it may have happened, at least 1."""
        return self.last - self.first + 1


def read_events(store: OxigraphStore) -> list[EventFacts]:
    """Gather the events that have days and a type and that happened, or are claimed to have, in the order of their IRIs.

    Args:
        store: An embedded store.

    Returns:
        The events. Those that are only planned, threatened, feared, hypothetical or denied are left out: they are no accounts
        of the same thing.
    """
    return _Reading(store).events()


class _Reading:
    """Reads property by property, which is many times faster than event by event."""

    def __init__(self, store: OxigraphStore) -> None:
        self.store = store
        self.base = store.base_iri
        self.canonical = dict(self._pairs(CANONICAL))
        self.parties: dict[str, Party] = {}
        self.places: dict[str, tuple[str, tuple[float, float] | None, float | None, tuple[str, ...], str]] = {}
        self.words: dict[str, str] = {}

    def events(self) -> list[EventFacts]:
        types = self._codes("eventType", CKGT)
        firsts, lasts = self._bounds(("earliestBegin", "latestBegin"), min), self._bounds(("latestEnd", "latestBegin"), max)
        facts = self._codes("factuality", f"{CKGC}fact-")
        modes, quads = self._codes("mode", CKGT), self._codes("quadClass", f"{CKGT}quad-")
        precisions = self._codes("timePrecision", f"{CKGC}precision-")
        place_precisions = self._codes("placePrecision", f"{CKGC}place-precision-")
        actors, recipients = self._many("hasActor"), self._many("hasRecipient")
        places, situations = self._many("hasPlace"), dict(self._pairs(CKG + "partOfSituation"))
        dead = self._dead()
        sources = {
            quad.subject.value: str(getattr(quad.graph_name, "value", ""))  # type: ignore[union-attr]
            for quad in self.store.match(None, CKG + "eventType")
        }
        found: list[EventFacts] = []
        for iri in sorted(types.keys() & firsts.keys()):
            if facts.get(iri, "happened") not in ("happened", "ongoing", "claimed"):
                continue
            first = firsts[iri]
            last = max(first, lasts.get(iri, first))
            place, label, point, precision, states = self._where(places.get(iri, ()))
            type_ = types[iri]
            found.append(
                EventFacts(
                    iri,
                    source_of(iri, self.base),
                    sources.get(iri, ""),
                    type_,
                    modes.get(iri, "").removeprefix(f"{type_}-"),
                    quads.get(iri, ""),
                    first,
                    last,
                    precisions.get(iri, ""),
                    states,
                    place,
                    label,
                    point,
                    place_precisions.get(iri, precision),
                    tuple(map(self._party, sorted(actors.get(iri, ())))),
                    tuple(map(self._party, sorted(recipients.get(iri, ())))),
                    iri in recipients and iri in actors,
                    dead.get(iri),
                    situations.get(iri, ""),
                )
            )
        return found

    def _pairs(self, property_: str) -> Iterator[tuple[str, str]]:
        for quad in self.store.match(None, property_):
            yield quad.subject.value, quad.object.value  # type: ignore[union-attr]

    def _codes(self, property_: str, prefix: str) -> dict[str, str]:
        known = self.words  # one string for a code, not one for each event
        return {iri: known.setdefault(value, value.removeprefix(prefix)) for iri, value in self._pairs(CKG + property_)}

    def _many(self, property_: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        known: dict[str, str] = {}
        for iri, value in self._pairs(CKG + property_):
            value = known.setdefault(value, value)
            found[iri] = (*found[iri], value) if iri in found else (value,)
        return found

    def _bounds(self, properties: tuple[str, ...], choose: object) -> dict[str, int]:
        found: dict[str, int] = {}
        for property_ in properties:
            for iri, value in self._pairs(CKG + property_):
                day = _ordinal(value)
                if day is not None:
                    found[iri] = choose(found.get(iri, day), day)  # type: ignore[operator]
        return found

    def _dead(self) -> dict[str, tuple[float | None, float | None, float | None]]:
        killed = {iri for iri, value in self._pairs(CKG + "quantityKind") if value == f"{CKGC}quantity-killed"}
        some_only = {iri for iri, _ in self._pairs(CKG + "counts")}
        numbers = [
            {iri: float(value) for iri, value in self._pairs(CKG + name) if iri in killed} for name in ("low", "best", "high")
        ]
        found: dict[str, tuple[float | None, float | None, float | None]] = {}
        for event, quantity in self._pairs(CKG + "hasQuantity"):
            # numbers of one side only are held against totals where there is no total
            if quantity in killed and (event not in found or quantity not in some_only):
                low, best, high = (each.get(quantity) for each in numbers)
                found[event] = (low, best, high)
        return found

    def _party(self, iri: str) -> Party:
        party = self.parties.get(iri)
        if party is None:
            name, kind, state = "", "", ""
            for quad in self.store.match(iri):
                property_, value = quad.predicate.value, str(getattr(quad.object, "value", ""))
                if property_ == RDFS + "label":
                    name = min(name or value, value)
                elif property_ == RDF + "type" and value.startswith(CKG):
                    kind = min(kind or value, value)
                elif property_ == CKG + "isPartOf":
                    state = min(state or value, value)
            kind = kind.removeprefix(CKG)
            iri_of_it = self.canonical.get(iri, iri)
            state = iri_of_it if kind == "State" else self.canonical.get(state, state)
            party = self.parties[iri] = Party(iri_of_it, name, kind, state)
        return party

    def _where(self, iris: tuple[str, ...]) -> tuple[str, str, tuple[float, float] | None, str, tuple[str, ...]]:
        """Return IRI, name and point of the finest of some places, its precision, and the states of all."""
        states: dict[str, None] = {}
        best: tuple[float, str, str, tuple[float, float] | None, str] | None = None
        for iri in sorted(iris):
            name, point, accuracy, of, kind = self._place(iri)
            states.update(dict.fromkeys(of))
            precision = _precision(kind, point, accuracy)
            rank = (accuracy or 25_000.0) if point is not None and kind != "State" else 2e6
            if best is None or rank < best[0]:
                best = rank, iri, name, point, precision
        if best is None:
            return "", "", None, "unknown", ()
        return best[1], best[2], best[3], best[4], tuple(sorted(states))

    def _place(self, iri: str) -> tuple[str, tuple[float, float] | None, float | None, tuple[str, ...], str]:
        known = self.places.get(iri)
        if known is not None:
            return known
        name, geometry, kinds, above = "", "", set(), []
        for quad in self.store.match(iri):
            property_, value = quad.predicate.value, str(getattr(quad.object, "value", ""))
            if property_ == RDFS + "label":
                name = min(name or value, value)
            elif property_ == GEO + "hasDefaultGeometry":
                geometry = value
            elif property_ == RDF + "type":
                kinds.add(value.removeprefix(CKG))
            elif property_ == CKG + "isPartOf":
                above.append(value)
        point, accuracy = self._geometry(geometry) if geometry else (None, None)
        kind = "State" if "State" in kinds else "Place"
        states = {self.canonical.get(iri, iri)} if kind == "State" else set(self._states(above))
        known = self.places[iri] = (name, point, accuracy, tuple(sorted(states)), kind)
        return known

    def _states(self, above: list[str]) -> Iterator[str]:
        seen: set[str] = set()
        level = above
        for _ in range(_LEVELS):
            higher: list[str] = []
            for iri in level:
                if iri in seen:
                    continue
                seen.add(iri)
                if next(self.store.match(iri, RDF + "type", CKG + "State"), None) is not None:
                    yield self.canonical.get(iri, iri)
                else:
                    higher += [quad.object.value for quad in self.store.match(iri, CKG + "isPartOf")]  # type: ignore[union-attr]
            level = higher

    def _geometry(self, iri: str) -> tuple[tuple[float, float] | None, float | None]:
        point, accuracy = None, None
        for quad in self.store.match(iri):
            value = str(getattr(quad.object, "value", ""))
            if quad.predicate.value == GEO + "asWKT" and (found := _POINT.search(value)):
                point = (float(found[2]), float(found[1]))
            elif quad.predicate.value == GEO + "hasMetricSpatialAccuracy":
                accuracy = float(value)
        return point, accuracy


def source_of(iri: str, base: str) -> str:
    """Return the name of the dataset of an event, from its IRI; events of documents have none.

    >>> source_of("https://example.org/dataset/acled/event/1", "https://example.org/")
    'acled'
    >>> source_of("https://example.org/event/1", "https://example.org/")
    'documents'
    """
    local = iri.removeprefix(base)
    return local.split("/", 2)[1] if local.startswith("dataset/") else DOCUMENTS


def _ordinal(value: str) -> int | None:
    try:
        return dt.date.fromisoformat(value[:10]).toordinal()
    except ValueError:  # before the year 1, or only a year
        return None


def _precision(kind: str, point: tuple[float, float] | None, accuracy: float | None) -> str:
    """Return the precision of a place of a document or of the reference data, which say it in metres."""
    if kind == "State":
        return "country"
    if point is None:
        return "unknown"
    for limit, precision in ((5_000, "exact"), (25_000, "near"), (60_000, "adm2"), (200_000, "adm1")):
        if (accuracy or 10_000) <= limit:
            return precision
    return "area"
