"""Tells of which class an actor is, where a dataset gives but a name, a sector or a word for many.

Machine-coded datasets name actors in three ways: by a state, by a word for unnamed people or bodies of a state ("Police
(Egypt)"), and by a proper name, of which they do not say whether it is a person's. What is decided here by words is a guess, and
docs/datasets.md says how often it errs.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crisiskg.crosswalk.kinds import kinds_by_name
from crisiskg.crosswalk.states import fold

#: Sectors of PLOVER and CAMEO, and role codes of GDELT, by class.
KIND_OF_SECTOR = {
    **dict.fromkeys(("COP", "MIL", "SPY"), "SecurityForce"),
    **dict.fromkeys(("GOV", "JUD", "LEG"), "GovernmentBody"),
    **dict.fromkeys(("REB", "INS", "SEP", "PRM", "UAF", "RAD"), "ArmedGroup"),
    **dict.fromkeys(("PTY", "OPP"), "PoliticalParty"),
    **dict.fromkeys(("BUS", "MNC"), "Company"),
    **dict.fromkeys(("IGO", "UNO"), "IntergovernmentalOrganization"),
    **dict.fromkeys(("NGO", "NGM"), "NongovernmentalOrganization"),
    **dict.fromkeys(("MED", "JRN"), "MediaOrganization"),
    **dict.fromkeys(("CVL", "REF", "CRM", "LAB", "AGR", "ELI", "REL", "SOC", "PRE", "MOD", "DEV"), "PopulationGroup"),
}

#: Words, in the order in which they are looked for; the first that is there decides.
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "PopulationGroup",
        r"media personnel|news editor|party member|opposition supporter|opposition activist|associated with the opposition|"
        r"owner or operator|lawyer/attorney|defense attorney|prisoner of war|protesting|striking|retired",
    ),
    ("PoliticalParty", r"government coalition|opposition coalition|coalition of opposition|ruling coalition|party president"),
    (
        "GovernmentBody",
        r"ministry|ministery|ministries|courts?|judges?|department|parliament|presidential|government|customs|civil aviation",
    ),
    ("ArmedGroup", r"liberation army|people's army|resistance army|republican army|rebel army|islamic army|army of islam"),
    (
        "PoliticalParty",
        r"party|parties|main opposition|ruling alliance|partido|parti|partei|janata|muslim league",
    ),
    (
        "SecurityForce",
        r"police|military|army|naval|navy|air force|airm[ae]n|air marshall|marine|marines|soldiers?|troops?|armed forces?|"
        r"security forces?|defen[cs]e forces?|gend[ae]rmerie|gendermarie|border patrol|border guards?|national guard|guards?|"
        r"commandos?|reserve personnel|coast guard|intelligence|secret agent|security service|chiefs? of staff|admiral|"
        r"general staff|peacekeep\w+|warship|aircraft carrier|uss|squadron|constabulary|attack helicopter|attack craft|"
        r"fighter bomber|spy plane",
    ),
    (
        "ArmedGroup",
        r"armed|rebels?|insurgents?|insurgency|militants?|militias?|separatists?|terrorists?|guerr?illas?|combatants?|"
        r"freedom fighters?|death squad|mujahid\w*|mujahed\w*|mujahideen|extremists?|resistance|gangs?|organized crime|cartel|"
        r"liberation front|liberation movement|liberation force|volunteer force|brigades?|jihad|martyrs|fighters|violent group|"
        r"paramilitar\w+",
    ),
    (
        "IntergovernmentalOrganization",
        r"united nations|un|european union|african union|arab league|international monetary fund|world bank|nato|"
        r"north atlantic treaty|association of southeast|organi[sz]ation of (?!iran)|economic community|"
        r"cooperation council|cooperation organi[sz]ation|commonwealth|international criminal court|world health|world trade",
    ),
    (
        "MediaOrganization",
        r"media|newspapers?|news|press|radio|television|tv|broadcasting|gazette|gazeta|herald|times|journal|tribune|magazine|"
        r"web site|daily",
    ),
    (
        "GovernmentBody",
        r"ministers?|secretary of state|foreign affairs|domestic affairs|cabinet|senate|legislature|assembly|assemblies|"
        r"house of|house speaker|congress|election commission|electoral|authorities|officials?|governors?|mayor|envoy|"
        r"attorney general|judiciary|associate justice|lawmakers?|representatives?|royal|secretariat|ombudsman|member of|"
        r"diplomats?|embassy|director general|treasury|state duma|commissioner|office|administration|administrative body|"
        r"head of state|prosecutors?|presidency|inspectorate|inspector general|federal|security council|national council|"
        r"central bank|national bank|bureau|agency|regulator|ambassador|consul|charge d'affaires|commission|undersecretary|"
        r"city manager|civil service|public sector|atomic energy|security advisor",
    ),
    (
        "NongovernmentalOrganization",
        r"human rights|civic group|labor union|trade union|unions?|foundation|associations?|society|federation|"
        r"confederation|ngo|non-governmental|greenpeace|amnesty|red cross|red crescent|watch|charity|observatory|"
        r"chamber of commerce|lawyers for|physicians",
    ),
    (
        "PopulationGroup",
        r"asylum|refugees?|detainees?|prisoners?|immigrants?|citizens?|population|men|women|children|students?|employees?|"
        r"workers?|criminals?|protesters?|activists?|victims?|villagers?|civilians?|indigenous|ethnic group|businessperson|"
        r"farmers?|medical personnel|attackers?|kidnappers?|murderers?|thief|looters?|rioters?|mob|journalists?|bloggers?|"
        r"professors?|scholars?|scientists?|engineers?|economists?|tourists?|pilgrims?|clergy|bishops?|archbishop|priests?|"
        r"imam|rabbi|people|peoples|settlers?|expatriates?|veterans?|the poor|dissidents?|believers?|families|residents",
    ),
    (
        "Company",
        r"company|corporation|corp|inc|ltd|plc|ag|gmbh|llc|bank|business|industry|industries|airlines?|airways|firm|motors?|"
        r"holdings?|stores?|group|electric|oil|gas|petroleum|energy|steel|pharmaceuticals?|telecom|ships?|tanker|insurance",
    ),
    (
        "Organization",
        r"university|college|school|education|hospital|healthcare|facility|institute|academy|church|archdiocese|monastery|"
        r"movement|council|committee|organi[sz]ation|alliance|front|club|team|league|center|centre|congregation|network|"
        r"forum|coalition|board|tribunal|temple|mosque|fund|project|programme|program|affairs|forces?",
    ),
    (
        "PopulationGroup",
        r"tribe|tribal|community|kurds?|uyghurs?|uighurs?|clan|diaspora|muslims?|christians?|hindus?|jews?|sikhs?",
    ),
)
_PATTERNS = tuple((kind, re.compile(rf"(?<![\w'])(?:{words})(?![\w'])", re.IGNORECASE)) for kind, words in _WORDS)
#: Words within a person's name that are written small.
_PARTICLES = frozenset(
    (
        "al",
        "el",
        "de",
        "del",
        "da",
        "das",
        "do",
        "dos",
        "di",
        "du",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "bin",
        "bint",
        "ibn",
        "ben",
        "abu",
        "ould",
        "zu",
        "y",
        "e",
        "the",
    )
)
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’`-]*\Z")
#: Words that begin or end no person's name.
_NO_PERSON = re.compile(
    r"(?<!\w)(?:state|province|city|river|island|region|east|west|south|north|southern|northern|eastern|western|central|africa|"
    r"asia|europe|america|actor|ltd|of|and|for|new|international|national|global|world|royal)(?!\w)",
    re.IGNORECASE,
)
#: Regions that take the part of an actor.
_REGIONS = frozenset(
    fold(name)
    for name in (
        "Africa",
        "Asia",
        "Central America",
        "Europe",
        "Latin America",
        "Middle East",
        "North America",
        "South America",
        "South Asia",
        "Southeast Asia",
        "Caribbean",
        "Persian Gulf",
        "Balkans",
        "Caucasus",
        "Scandinavia",
    )
)


def kind_of_group(words: str) -> str:
    """Return the class of unnamed people or bodies, by a word such as "Police".

    >>> kind_of_group("Lawyer/Attorney"), kind_of_group("Head of Government"), kind_of_group("Armed Gang")
    ('PopulationGroup', 'GovernmentBody', 'ArmedGroup')
    """
    return _kind_of_words(words) or "PopulationGroup"


@lru_cache(1 << 16)
def kind_of_name(name: str) -> str:
    """Return the class of a named actor that is no state: as the reference data have it, by its words, or by its form.

    >>> kind_of_name("Taliban"), kind_of_name("Angela Merkel"), kind_of_name("Ssangyong Motor"), kind_of_name("Alstom")
    ('ArmedGroup', 'Person', 'Company', 'Organization')
    """
    folded = fold(name)
    known = kinds_by_name().get(folded)
    if known in ("Place", "State") or folded in _REGIONS:
        return "PopulationGroup"
    return known or _kind_of_words(name) or ("Person" if _is_like_person(name) else "Organization")


def _kind_of_words(words: str) -> str | None:
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), None)


def _is_like_person(name: str) -> bool:
    """Tell whether a name has the form of a person's: two to six words, all but particles with a capital, none of a body."""
    words = name.replace('"', " ").split()
    if not 2 <= len(words) <= 6 or _NO_PERSON.search(name) or not all(_NAME_WORD.match(word) for word in words):
        return False
    if any(len(word) > 2 and word.isupper() and "." not in word for word in words):
        return False
    return words[0][0].isupper() and all(word[0].isupper() or word.lower().split("-", 1)[0] in _PARTICLES for word in words)
