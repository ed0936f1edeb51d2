"""Codes that stood, or stand, for a state beside the one that the reference data give it, and between which days.

ISO 3166-3 lists letters that were withdrawn; publishers go on writing some of them. Gleditsch and Ward, and COW, give one number
to a state and to what it was before. States are named by their Wikidata items.
"""

from __future__ import annotations

from typing import NamedTuple


class CodePeriod(NamedTuple):
    """A code of a state for a period.

    Attributes:
        scheme: Name of the scheme.
        code: The code.
        item: Wikidata item of the state, or the last part of its IRI where it has none.
        begin: First day, "YYYY-MM-DD"; None where it is that of the state.
        end: Last day; None where it is that of the state.
        source: Where the fact is found.
    """

    scheme: str
    code: str
    item: str
    begin: str | None
    end: str | None
    source: str


_ISO3166_3 = "ISO 3166-3, codes of formerly used names of countries"
_GW = "Gleditsch-Ward list of states"
_COW = "COW state list"
_UCDP = "UCDP, which goes on writing it"


def _iso(item: str, end: str | None, iso2: str, iso3: str, number: str | None = None) -> tuple[CodePeriod, ...]:
    codes = (("iso2", iso2), ("iso3", iso3), ("iso-numeric", number), ("m49", number))
    return tuple(CodePeriod(scheme, code, item, None, end, _ISO3166_3) for scheme, code in codes if code)


CODE_PERIODS: tuple[CodePeriod, ...] = (
    # States that are no more.
    *_iso("Q15180", None, "SU", "SUN", "810"),
    *_iso("Q83286", None, "YU", "YUG", "890"),
    *_iso("Q37024", "2003-07-22", "YU", "YUG", "891"),
    CodePeriod("iso2", "CS", "Q37024", "2003-07-23", None, _ISO3166_3),
    CodePeriod("iso3", "SCG", "Q37024", "2003-07-23", None, _ISO3166_3),
    *_iso("Q33946", None, "CS", "CSK", "200"),
    *_iso("Q16957", None, "DD", "DDR", "278"),
    *_iso("gw-260", None, "DE", "DEU", "280"),
    *_iso("gw-680", None, "YD", "YMD", "720"),
    *_iso("gw-678", None, "YE", "YEM", "886"),
    # States of today under names of before.
    *_iso("Q974", "1997-07-13", "ZR", "ZAR"),
    *_iso("Q836", "1989-12-04", "BU", "BUR"),
    *_iso("Q574", None, "TP", "TMP"),
    *_iso("Q218", "2002-01-31", "RO", "ROM"),
    *_iso("Q962", "1977-12-31", "DY", "DHY"),
    *_iso("Q965", "1984-12-31", "HV", "HVO"),
    *_iso("Q954", "1980-12-31", "RH", "RHO"),
    *_iso("Q686", "1980-12-31", "NH", "NHB"),
    CodePeriod("iso-numeric", "230", "Q115", None, "1993-12-31", _ISO3166_3),
    CodePeriod("iso-numeric", "736", "Q1049", None, "2011-12-31", _ISO3166_3),
    # Kosovo has no code of ISO; these are in use.
    CodePeriod("iso3", "KOS", "Q1246", None, None, "PLOVER, list of states"),
    CodePeriod("iso3", "RKS", "Q1246", None, None, "in use by the World Bank before XKX"),
    # Numbers that pass from a state to what followed it.
    CodePeriod("gw", "365", "Q159", "1816-01-01", "1922-12-29", _GW),
    CodePeriod("cow", "365", "Q159", "1816-01-01", "1922-12-29", _COW),
    CodePeriod("gw", "710", "Q148", "1816-01-01", "1949-09-30", _GW),
    CodePeriod("cow", "710", "Q148", "1860-10-25", "1949-09-30", _COW),
    CodePeriod("gw", "640", "Q43", "1816-01-01", "1923-10-28", _GW),
    CodePeriod("cow", "640", "Q43", "1816-01-01", "1923-10-28", _COW),
    CodePeriod("gw", "255", "Q183", "1816-01-01", "1945-05-07", _GW),
    CodePeriod("cow", "255", "Q183", "1816-01-01", "1945-05-08", _COW),
    CodePeriod("gw", "751", "x-hyderabad-state", None, None, "UCDP, list of actors"),
    CodePeriod("gw", "345", "Q403", "2006-06-05", None, _UCDP),
    CodePeriod("cow", "345", "Q403", "2006-06-05", None, _COW),
    # Letters of CAMEO that are not those of ISO.
    CodePeriod("cameo", "ROM", "Q218", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "ZAR", "Q974", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "TMP", "Q574", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "KSV", "Q1246", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "KOS", "Q1246", None, None, "PLOVER, list of states"),
    CodePeriod("cameo", "PAL", "Q219060", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "WSB", "Q219060", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "GZS", "Q219060", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "YUG", "Q83286", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "YUG", "Q37024", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "SUN", "Q15180", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "CSK", "Q33946", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "DDR", "Q16957", None, None, "CAMEO codebook 1.1b3"),
    CodePeriod("cameo", "ROU", "Q218", None, None, "ISO, written in place of ROM"),
    CodePeriod("cameo", "TLS", "Q574", None, None, "ISO, written in place of TMP"),
    CodePeriod("cameo", "XKX", "Q1246", None, None, "written in place of KSV"),
    CodePeriod("cameo", "GER", "Q183", None, None, "written in place of DEU"),
    CodePeriod("cameo", "HOL", "Q55", None, None, "written in place of NLD"),
)

#: Names of states that datasets write and the reference data do not have, with the Wikidata item of the state.
DATASET_NAMES: tuple[tuple[str, str], ...] = (
    ("Yugoslavia", "Q37024"),
    ("Serbia", "Q37024"),
    ("FYR Macedonia", "Q221"),
    ("Macedonia FYR", "Q221"),
    ("South Korea", "Q884"),
    ("Rumania", "Q218"),
    ("Malagasy", "Q1019"),
    ("Tanganyika", "Q924"),
    ("German Federal Republic", "Q183"),
    ("People's Republic of the Congo", "Q971"),
    ("West Bank and Gaza Strip", "Q219060"),
    ("Northern Ireland", "Q145"),
    ("Yemen People's Republic", "gw-680"),
    ("Democratic Republic of Vietnam", "Q881"),
)
