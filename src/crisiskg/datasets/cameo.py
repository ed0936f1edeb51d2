"""CAMEO, the codebook of GDELT and ICEWS, and what its codes are in PLOVER.

Codes are strings: "010" makes a statement and "10" is a demand.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from crisiskg.datasets.cameo_codes import LINES
from crisiskg.datasets.values import RowError

#: Phrases of ICEWS that differ from the labels of `cameo_codes`, folded, and their codes.
_OTHER_PHRASES = {
    "engage in mediation": "045",
    "demand aid": "103",
    "demand easing of popular dissent": "1052",
    "disapprove": "110",
    "use violent repression": "175",
    "express intent to ease economic sanctions, boycott, embargo": "0354",
    "express intent to bring political reform": "034",
    "threaten to boycott, embargo, or sanction": "1312",
    "threaten with violent repression": "137",
    "threaten to halt international involvement (non-mediation)": "136",
    "engage in unconventional mass violence": "200",
    "abduct, hijack, take hostage": "181",
    "appeal for aid, not specified below": "023",
    "reject request for material aid": "122",
    "reject request or demand for economic aid": "1221",
    "decline to yield": "124",
    "meet at a third location": "044",
    "carry out vehicular bombing": "1832",
}

#: Three-letter codes of CAMEO for states where ISO 3166 has another, or had another since.
CAMEO_STATES = {
    "ROM": "ROU",
    "ZAR": "COD",
    "TMP": "TLS",
    "PAL": "PSE",
    "WSB": "PSE",
    "GZS": "PSE",
    "BAL": None,  # the Balkans
    "SCG": "SRB",
    "YUG": "SRB",
    "KSV": "XKX",
    "KOS": "XKX",
    "VAT": "VAT",
    "SOT": None,  # South Ossetia
    "DDR": None,
    "GER": "DEU",
    "HOL": "NLD",
}

#: Codes in the place of a state's that mean a region or kind of organization.
CAMEO_REGIONS = {
    "AFR": "Africa",
    "ASA": "Asia",
    "BLK": "Balkans",
    "CRB": "Caribbean",
    "CAU": "Caucasus",
    "CFR": "Central Africa",
    "CAS": "Central Asia",
    "CEU": "Central Europe",
    "EIN": "East Indies",
    "EAF": "Eastern Africa",
    "EEU": "Eastern Europe",
    "EUR": "Europe",
    "LAM": "Latin America",
    "MEA": "Middle East",
    "MDT": "Mediterranean",
    "NAF": "North Africa",
    "NMR": "North America",
    "PGS": "Persian Gulf",
    "SCN": "Scandinavia",
    "SAM": "South America",
    "SAS": "South Asia",
    "SEA": "Southeast Asia",
    "SAF": "Southern Africa",
    "WAF": "West Africa",
    "WST": "the West",
}


class CameoCode(NamedTuple):
    """One code of CAMEO.

    Attributes:
        code: Two digits for a root, three or four below it.
        label: What it stands for.
        event_type: Type of PLOVER, or "OTHER".
        mode: Mode with its type, or None.
        contexts: Contexts.
        is_reversed: Whether the source is the recipient: who hosts a visit is visited.
    """

    code: str
    label: str
    event_type: str
    mode: str | None
    contexts: tuple[str, ...]
    is_reversed: bool


@cache
def cameo_codes() -> dict[str, CameoCode]:
    """Return all codes.

    >>> cameo_codes()["1831"].mode
    'ASSAULT-suicide-attack'
    """
    found = {}
    for line in LINES.strip().splitlines():
        code, label, plover, contexts, turned = [*line.split("|"), "", ""][:5]
        event_type, dash, _ = plover.partition("-")
        found[code] = CameoCode(
            code, label, event_type, plover if dash else None, tuple(contexts.split()), is_reversed=turned == "<"
        )
    return found


@cache
def _phrases() -> dict[str, str]:
    found = {code.label.lower(): code.code for code in cameo_codes().values()}
    return {**_OTHER_PHRASES, **found}


@lru_cache(1 << 12)
def cameo_by_phrase(phrase: str) -> CameoCode | None:
    """Return the code of a phrase, such as ICEWS writes; None where it is none of CAMEO's.

    >>> cameo_by_phrase("fight with artillery and tanks").code
    '194'
    """
    code = _phrases().get(phrase.lower())
    return cameo_codes()[code] if code else None


@lru_cache(1 << 12)
def cameo_by_code(written: str) -> tuple[CameoCode, str | None]:
    """Return a code, and what had to be put right to find it.

    A code that the codebook lacks is read as the nearest one above it, and one that lost its leading zero in a spreadsheet gets
    it back where that leaves no doubt.

    Args:
        written: The code as a table has it.

    Returns:
        The code, and a sentence or None.

    Raises:
        RowError: nothing of it is a code of CAMEO.

    >>> cameo_by_code("13y")
    (CameoCode(code='13', label='Threaten', event_type='THREATEN', mode=None, contexts=(), is_reversed=False), \
"the CAMEO code '13y' is not in the codebook; it is read as 13")
    """
    codes = cameo_codes()
    found = codes.get(written)
    if found is not None:
        return found, None
    with_zero = codes.get(f"0{written}")
    if with_zero is not None:
        return with_zero, f"the CAMEO code {written!r} lacks its leading zero; it is read as 0{written}"
    for length in range(len(written) - 1, 1, -1):
        above = codes.get(written[:length])
        if above is not None:
            return above, f"the CAMEO code {written[:20]!r} is not in the codebook; it is read as {above.code}"
    raise RowError(f"there is no CAMEO code {written[:20]!r}; codes begin with 01 to 20")
