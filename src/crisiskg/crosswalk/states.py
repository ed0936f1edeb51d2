"""States of the reference data, found by code or name and day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from crisiskg.crosswalk.code_periods import CODE_PERIODS, DATASET_NAMES, CodePeriod
from crisiskg.errors import UnknownName
from crisiskg.namespaces import BASE, CKG, CKGC, GN, RDF, RDFS, SKOS, WD
from crisiskg.vocabulary import reference_quads

#: Schemes of codes that a property of the reference data holds.
_PROPERTIES = {
    "iso2": "iso2",
    "iso3": "iso3",
    "iso-numeric": "isoNumeric",
    "m49": "m49",
    "gw": "gwCode",
    "cow": "cowCode",
    "fips": "fips",
}
#: All schemes, with what their codes are.
SCHEMES = {
    "iso2": "ISO 3166-1 alpha-2, two letters; withdrawn ones until the day on which they were",
    "iso3": "ISO 3166-1 alpha-3, three letters; withdrawn ones until the day on which they were",
    "iso-numeric": "ISO 3166-1 numeric, three digits",
    "m49": "M49 of the United Nations, three digits",
    "gw": "Gleditsch and Ward, a number; UCDP writes these",
    "cow": "Correlates of War, a number",
    "fips": "FIPS 10-4, two letters; GDELT writes these for places",
    "cameo": "CAMEO, three letters; GDELT writes these for actors",
    "wikidata": "Wikidata item, Q and a number",
    "geonames": "GeoNames, a number",
    "iso-3166-2": "ISO 3166-2 of first-order divisions, as far as the reference data have them",
    "p-code": "P-codes of first-order divisions, as far as the reference data have them",
}
#: Letters of CAMEO that are not those of ISO, by the latter.
_CAMEO = {"ROU": "ROM", "TLS": "TMP", "XKX": "KSV"}
_FAR_PAST, _FAR_FUTURE = "0001-01-01", "9999-12-31"


class CodedState(NamedTuple):
    """A state with its codes and the days between which it exists.

    Attributes:
        iri: IRI of the reference entity.
        label: English name.
        names: Other names, acronyms included.
        same_as: IRIs of the same state elsewhere.
        codes: Its own code in each scheme that has one.
        begin: First day, "YYYY-MM-DD"; far in the past where the reference data do not say.
        end: Last day; far in the future where it lasts.
        successors: IRIs of the states that followed.
        is_sovereign: Whether it is a state, not a territory or division with codes of its own.
        within: IRIs of the states that a territory or division is part of.
    """

    iri: str
    label: str
    names: tuple[str, ...]
    same_as: tuple[str, ...]
    codes: dict[str, str]
    begin: str
    end: str
    successors: tuple[str, ...]
    is_sovereign: bool
    within: tuple[str, ...] = ()

    def holds(self, at: str | None) -> bool:
        """Tell whether it existed on a day; None asks for today's states."""
        return self.end == _FAR_FUTURE if at is None else self.begin <= at <= self.end


class Holding(NamedTuple):
    """A state that has a code for a period.

    Attributes:
        state: The state.
        begin: First day, "YYYY-MM-DD".
        end: Last day.
    """

    state: CodedState
    begin: str
    end: str

    def holds(self, at: str | None) -> bool:
        """Tell whether the state has the code on a day; None asks for today."""
        return self.end == _FAR_FUTURE if at is None else self.begin <= at <= self.end


class Crosswalk:
    """Finds states by code or name.

    Args:
        states: All states, of whatever time, and territories.
        divisions: First-order divisions of states.
        periods: Codes that states have beside their own.
        names: Names beside their own: the name and the last part of the state's IRI.
    """

    def __init__(
        self,
        states: Iterable[CodedState],
        divisions: Iterable[CodedState] = (),
        periods: Iterable[CodePeriod] = (),
        names: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.states = tuple(states)
        self.divisions = tuple(divisions)
        self._by_iri = {state.iri: state for state in (*self.states, *self.divisions)}
        self._by_code: dict[tuple[str, str], list[Holding]] = {}
        self._by_name: dict[str, list[CodedState]] = {}
        for state in (*self.states, *self.divisions):
            for scheme, code in state.codes.items():
                self._by_code.setdefault((scheme, _normal(scheme, code)), []).append(Holding(state, state.begin, state.end))
        local = {state.iri.rpartition("/")[2]: state for state in self.states}
        for period in periods:
            of = local.get(period.item)
            if of is not None:
                held = Holding(of, period.begin or of.begin, period.end or of.end)
                self._by_code.setdefault((period.scheme, _normal(period.scheme, period.code)), []).append(held)
        for state in self.states:
            for name in dict.fromkeys((state.label, *state.names)):
                self._by_name.setdefault(fold(name), []).append(state)
        for name, item in names:
            if item in local and local[item] not in self._by_name.get(fold(name), ()):
                self._by_name.setdefault(fold(name), []).append(local[item])

    def state(self, scheme: str, code: str, at: str | None = None) -> CodedState | None:
        """Return the state that has a code on a day.

        Args:
            scheme: One of `SCHEMES`.
            code: The code; leading zeros of numeric codes may be missing.
            at: Day, "YYYY-MM-DD"; None asks for the state of today, or the last one that had the code.

        Returns:
            The state; None where none has the code then.

        Raises:
            UnknownName: there is no such scheme.

        >>> load_crosswalk().state("iso3", "ZAR", "1980-05-01").label
        'Democratic Republic of the Congo'
        """
        held = self.holdings(scheme, code)
        then = [holding for holding in held if holding.holds(at)]
        if then:
            return max(then, key=lambda holding: (holding.state.is_sovereign, holding.begin)).state
        return max(held, key=lambda holding: holding.end).state if at is None and held else None

    def holdings(self, scheme: str, code: str) -> list[Holding]:
        """Return the states that have or had a code, in order of time.

        Args:
            scheme: One of `SCHEMES`.
            code: The code.

        Raises:
            UnknownName: there is no such scheme.

        >>> [(held.state.label, held.begin) for held in load_crosswalk().holdings("gw", "365")][-2:]
        [('Soviet Union', '1922-12-30'), ('Russia', '1991-12-26')]
        """
        if scheme not in SCHEMES:
            raise UnknownName(f"there is no scheme {scheme[:60]!r}; there are {', '.join(SCHEMES)}")
        return sorted(self._by_code.get((scheme, _normal(scheme, code)), ()), key=lambda held: (held.begin, held.state.iri))

    def in_year(self, scheme: str, code: str, year: int) -> CodedState | None:
        """Return the state that has a code in some part of a year; of two the one that has it in the middle, else at the end.

        Args:
            scheme: One of `SCHEMES`.
            code: The code.
            year: The year.

        >>> load_crosswalk().in_year("gw", "626", 2011).label
        'South Sudan'
        """
        for day in (f"{year:04}-07-01", f"{year:04}-12-31", f"{year:04}-01-01"):
            found = self.state(scheme, code, day)
            if found is not None:
                return found
        return None

    def code_of(self, state: CodedState, scheme: str, at: str | None = None) -> str | None:
        """Return the code of a state in a scheme: its own, else one that it has beside on that day.

        Args:
            state: The state.
            scheme: One of `SCHEMES`.
            at: Day, "YYYY-MM-DD", or None for any.
        """
        own = state.codes.get(scheme)
        if own is not None:
            return own
        for (of, code), held in self._by_code.items():
            if of == scheme and any(each.state is state and (at is None or each.holds(at)) for each in held):
                return code
        return None

    def of_name(self, name: str) -> list[CodedState]:
        """Return all states of a name, of whatever time, in order of time."""
        found = {state.iri: state for part in _spellings(name) for state in self._by_name.get(fold(part), ())}
        return sorted(found.values(), key=lambda state: (state.begin, state.iri))

    def named(self, name: str, at: str | None = None) -> CodedState | None:
        """Return the state of a name on a day, as for `state`; "Russia (Soviet Union)" is looked up by both of its names."""
        parts = _spellings(name)
        for part in parts:
            found = _pick(self._by_name.get(fold(part), ()), at)
            if found is not None:
                return found
        return None

    def get(self, iri: str) -> CodedState | None:
        """Return the state, territory or division of an IRI; None where there is none."""
        return self._by_iri.get(iri)


def fold(name: str) -> str:
    """Return a name for comparing: without case, accents, dots and an article.

    >>> fold("The Côte d’Ivoire")
    'cote d ivoire'
    """
    plain = name
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name.replace("’", " ")).encode("ascii", "ignore").decode("ascii")
    words = "".join(char if char.isalnum() else " " for char in plain.lower()).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name, and the names that it may stand for: the one in brackets, then the one before them, and so on.

    >>> _spellings("DR Congo (Zaire)"), _spellings("Congo, Republic of")
    (('DR Congo (Zaire)', 'Zaire', 'DR Congo'), ('Congo, Republic of', 'Republic of Congo'))
    """
    outer, _, inner = name.partition("(")
    inner = inner.rstrip(") ")
    parts = [name, inner, outer.strip()] if inner else [name]
    for part in tuple(parts):
        first, comma, rest = part.partition(", ")
        if comma and "," not in rest:
            parts.append(f"{rest} {first}".strip())
        if "/" in part:
            parts.extend(each.strip() for each in part.split("/"))
    return tuple(dict.fromkeys(part for part in parts if part))


def _normal(scheme: str, code: str) -> str:
    text = code.strip().upper()
    if scheme in ("gw", "cow", "m49", "iso-numeric", "geonames"):
        return text.lstrip("0") or "0"
    return text


def _pick(found: Iterable[CodedState], at: str | None) -> CodedState | None:
    """Return the state that holds on the day, sovereign ones first, else the one nearest to it."""
    candidates = list(found)
    if not candidates:
        return None
    then = [state for state in candidates if state.holds(at)]
    if then:
        return max(then, key=lambda state: (state.is_sovereign, state.begin))
    if at is None:
        return max(candidates, key=lambda state: state.end)
    return None


@cache
def load_crosswalk(base: str = BASE) -> Crosswalk:
    """Read the states of the reference data, once in a process.

    Args:
        base: Base of the IRIs of data.

    >>> load_crosswalk().state("gw", "365", "1990-01-01").label
    'Soviet Union'
    """
    facts: dict[str, dict[str, list[str]]] = {}
    for quad in reference_quads(base):
        value = quad.object.value if isinstance(quad.object, (ox.NamedNode, ox.Literal)) else ""
        facts.setdefault(str(quad.subject).strip("<>"), {}).setdefault(quad.predicate.value, []).append(value)
    states, divisions = [], []
    for iri, told in facts.items():
        sovereign = CKG + "State" in told.get(RDF + "type", ())
        codes = {scheme: told[CKG + name][0] for scheme, name in _PROPERTIES.items() if CKG + name in told}
        if sovereign or codes:
            states.append(_state(iri, told, codes, sovereign))
        elif CKGC + "place-admin1" in told.get(CKG + "placeKind", ()):
            notations = told.get(SKOS + "notation", ())
            codes = {("iso-3166-2" if "-" in code else "p-code"): code for code in notations}
            divisions.append(_state(iri, told, codes, sovereign))
    return Crosswalk(states, divisions, CODE_PERIODS, DATASET_NAMES)


def _state(iri: str, told: dict[str, list[str]], codes: dict[str, str], is_sovereign: bool) -> CodedState:
    """Make a state of what the reference data tell of it."""
    same = tuple(told.get(SKOS + "exactMatch", ()))
    if "iso3" in codes:
        codes["cameo"] = _CAMEO.get(codes["iso3"], codes["iso3"])
    for other in same:
        if other.startswith(WD):
            codes["wikidata"] = other[len(WD) :]
        elif other.startswith(GN):
            codes["geonames"] = other[len(GN) :].rstrip("/")
    begins = told.get(CKG + "earliestBegin") or told.get(CKG + "latestBegin") or [_FAR_PAST]
    ends = told.get(CKG + "latestEnd") or told.get(CKG + "earliestEnd") or [_FAR_FUTURE]
    return CodedState(
        iri,
        told[RDFS + "label"][0],
        (*told.get(SKOS + "altLabel", ()), *told.get(CKG + "acronym", ())),
        same,
        codes,
        begins[0],
        ends[0],
        tuple(told.get(CKG + "succeededBy", ())),
        is_sovereign,
        tuple(told.get(CKG + "isPartOf", ())),
    )
