"""States of the reference data, found by code or name and day."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from crisiskg.errors import UnknownName
from crisiskg.namespaces import BASE, CKG, RDF, RDFS, SKOS
from crisiskg.vocabulary import reference_quads

#: Schemes of codes, each with the property that holds it.
SCHEMES = {
    "iso2": "iso2",
    "iso3": "iso3",
    "iso-numeric": "isoNumeric",
    "m49": "m49",
    "gw": "gwCode",
    "cow": "cowCode",
    "fips": "fips",
}
#: Last words in brackets of a name: another name of the same state, as in "DR Congo (Zaire)".
_FAR_PAST, _FAR_FUTURE = "0001-01-01", "9999-12-31"


class CodedState(NamedTuple):
    """A state with its codes and the days between which it exists.

    Attributes:
        iri: IRI of the reference entity.
        label: English name.
        names: Other names, acronyms included.
        same_as: IRIs of the same state elsewhere.
        codes: Codes by scheme.
        begin: First day, "YYYY-MM-DD"; far in the past where the reference data do not say.
        end: Last day; far in the future where it lasts.
        successors: IRIs of the states that followed.
        is_sovereign: Whether it is a state, not a territory with codes of its own.
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

    def holds(self, at: str | None) -> bool:
        """Tell whether it existed on a day; None asks for today's states."""
        return self.end == _FAR_FUTURE if at is None else self.begin <= at <= self.end


class Crosswalk:
    """Finds states by code or name.

    Args:
        states: All states, of whatever time.
    """

    def __init__(self, states: Iterable[CodedState]) -> None:
        self.states = tuple(states)
        self._by_iri = {state.iri: state for state in self.states}
        self._by_code: dict[tuple[str, str], list[CodedState]] = {}
        self._by_name: dict[str, list[CodedState]] = {}
        for state in self.states:
            for scheme, code in state.codes.items():
                self._by_code.setdefault((scheme, _normal(scheme, code)), []).append(state)
            for name in dict.fromkeys((state.label, *state.names)):
                self._by_name.setdefault(fold(name), []).append(state)

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
        """
        if scheme not in SCHEMES:
            raise UnknownName(f"there is no scheme {scheme!r}; there are {', '.join(SCHEMES)}")
        return _pick(self._by_code.get((scheme, _normal(scheme, code)), ()), at)

    def named(self, name: str, at: str | None = None) -> CodedState | None:
        """Return the state of a name on a day, as for `state`; "Russia (Soviet Union)" is looked up by both of its names."""
        outer, _, inner = name.partition("(")
        inner = inner.rstrip(") ")
        for part in dict.fromkeys((name, *((inner, outer) if inner else ()))):
            found = _pick(self._by_name.get(fold(part), ()), at)
            if found is not None and (at is None or found.holds(at)):
                return found
        return next(
            (found for part in (name, outer, inner) if part and (found := _pick(self._by_name.get(fold(part), ()), at))), None
        )

    def get(self, iri: str) -> CodedState | None:
        """Return the state of an IRI; None where it is no state."""
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


def _normal(scheme: str, code: str) -> str:
    text = code.strip().upper()
    if scheme in ("gw", "cow", "m49", "iso-numeric"):
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
    states = []
    for iri, told in facts.items():
        codes = {scheme: told[CKG + name][0] for scheme, name in SCHEMES.items() if CKG + name in told}
        sovereign = CKG + "State" in told.get(RDF + "type", ())
        if not (codes or sovereign):
            continue
        begins = told.get(CKG + "earliestBegin") or told.get(CKG + "latestBegin") or [_FAR_PAST]
        ends = told.get(CKG + "latestEnd") or told.get(CKG + "earliestEnd") or [_FAR_FUTURE]
        states.append(
            CodedState(
                iri,
                told[RDFS + "label"][0],
                (*told.get(SKOS + "altLabel", ()), *told.get(CKG + "acronym", ())),
                tuple(told.get(SKOS + "exactMatch", ())),
                codes,
                begins[0],
                ends[0],
                tuple(told.get(CKG + "succeededBy", ())),
                sovereign,
            )
        )
    return Crosswalk(states)
