"""Grammar of time expressions: which words of a sentence say when, how long or how often. No calendar is consulted here.

Every repetition in these patterns is bounded, so the time taken grows with the length of the text and with nothing else.
Source of the classes: TIMEX3 (TimeML 1.2.1); patterns are our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crisiskg.annotation.number_words import ORDINALS, TENS, UNITS, word_list

MONTHS: dict[str, int] = {
    name: number
    for number, name in enumerate(
        word_list("january february march april may june july august september october november december"), start=1
    )
}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS: dict[str, int] = {
    name: number for number, name in enumerate(word_list("monday tuesday wednesday thursday friday saturday sunday"))
}
PARTS_OF_DAY: dict[str, str] = {"morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI"}
HOLIDAYS = (
    "christmas",
    "christmas eve",
    "christmas day",
    "boxing day",
    "new year's eve",
    "new year's day",
    "new year's",
    "new year",
    "easter",
    "easter sunday",
    "easter monday",
    "good friday",
)

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_YEAR = r"(?:1\d{3}|20\d{2})(?![\d]|,\d|\.\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\w]|[.,:]\d)"
_ORDINAL = "(?:" + "|".join(sorted(ORDINALS, key=len, reverse=True)).replace("-", "[- ]") + ")"
_DASH = r"\s?[-–—]\s?"
_TO = rf"(?:{_DASH}|\s(?:to|and|until|till|through|or)\s(?:the\s)?)"
_SMALL = "|".join(sorted([*UNITS, *TENS], key=len, reverse=True))
_COUNT = (
    rf"(?:half\s(?:a|an)|(?:a\s)?half[- ]a?[- ]?dozen|a\sdozen|a\squarter\sof\sa|a\scouple\sof|couple\sof|several|a\sfew|few|many"
    rf"|some|an?|(?:{_SMALL})(?:-(?:{_SMALL}))?(?:\shundred|\sthousand)?|a\shundred|a\sthousand|\d{{1,4}}(?:[.,]\d{{1,3}})?)"
)
_UNIT = r"(?:seconds|minutes?|hours?|days?|nights?|weekends?|weeks?|fortnights?|months?|quarters|years?|decades?|centur(?:y|ies))"
_WORKING = r"(?:(?:working|business|calendar|consecutive|straight|successive|long|full|whole|more|other)\s)?"
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_PART = r"(?:morning|afternoon|evening|night)"
_REL = r"(?:last|past|previous|preceding|next|coming|following|ensuing|this|current|same|that|these|those|upcoming)"
_HOLIDAY = (
    r"(?:Christmas(?:\s(?:Eve|Day))?|Boxing\sDay|New\sYear(?:[’']s)?(?:\s(?:Eve|Day))?"
    r"|Easter(?:\s(?:Sunday|Monday))?|Good\sFriday)"
)
_THAT_YEAR = r"\s(?:of\s)?(?P<ry>last|this|next)\syear\b"
_NTH = r"(?:first|second|third|fourth|final|last|1st|2nd|3rd|4th)"

#: kind → pattern; the first that matches at a place wins, so the longer forms stand first.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "iso",
        r"(?P<y>\d{4})(?P<sep>[-/])(?P<m>\d{2})(?P=sep)(?P<d>\d{2})"
        r"(?:[T ](?P<t>\d{2}:\d{2})(?::\d{2})?(?P<z>Z|[+-]\d{2}:\d{2})?)?(?![\d/-])",
    ),
    ("numeric", r"(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})(?![\d/]|\.\d)"),
    (
        "dayrange",
        rf"(?:(?:between|from)\s)?(?:the\s)?(?P<d>{_DAY}){_TO}(?P<e>{_DAY})\s(?:of\s)?(?P<m>{_MONTH})\b(?:,?\s(?P<y>{_YEAR}))?",
    ),
    ("dashday", rf"(?P<d>{_DAY})-(?P<m>{_MONTH})-(?P<y>{_YEAR})"),
    ("dmy", rf"(?:the\s)?(?P<d>{_DAY}|{_ORDINAL})\s(?:of\s)?(?P<m>{_MONTH})(?![\w’'-])(?:,?\s(?P<y>{_YEAR})|{_THAT_YEAR})?"),
    ("rangeday", rf"(?:(?:between|from)\s)?(?P<m>{_MONTH})\s(?P<d>{_DAY}){_TO}(?P<e>{_DAY})(?:,?\s(?P<y>{_YEAR}))?"),
    ("mdy", rf"(?P<m>{_MONTH})\s(?:the\s)?(?P<d>{_DAY}|{_ORDINAL})(?:,?\s(?P<y>{_YEAR})|{_THAT_YEAR})?"),
    (
        "my",
        rf"(?P<m>{_MONTH})(?:(?:,?(?:\sof)?\s|-)(?P<y>{_YEAR})|,?(?:\sof)?\s(?P<ry>last|this|next)\syear\b|\s[’'](?P<sy>\d\d)(?!\w))",
    ),
    ("weekend", rf"(?:over\s)?(?P<w>{_WEEKDAY})\sand\s(?P<v>{_WEEKDAY})"),
    (
        "weekday",
        rf"(?:(?P<dir>last|this|next|past|the\sfollowing|the\sprevious)\s)?(?P<w>{_WEEKDAY})\b(?:\s(?:of\s)?(?P<wk>last|this|next)\sweek\b|\s(?P<p>{_PART})\b|\s(?P<after>next|last)\b)?",
    ),
    ("weekdays", rf"(?P<w>{_WEEKDAY})s(?![\w’'])"),
    ("relmonth", rf"(?:the\s)?(?P<dir>last|this|next|past|previous|following|that)\s(?P<m>{_MONTH})\b"),
    ("month", rf"(?P<m>{_MONTH})(?![\w’-])"),
    (
        "months_of",
        rf"(?:the\s)?(?P<e>first|opening|last|final|closing)\s(?P<n>{_SMALL}|\d{{1,2}})\s(?P<u>months|weeks|days)\sof\s(?:(?P<m>{_MONTH})(?:\s(?P<my>{_YEAR}))?|(?P<y>{_YEAR})|(?P<ry>last|this|next)\syear\b|(?P<the>the\syear)\b)",
    ),
    (
        "part_of",
        rf"(?:the\s)?(?P<n>{_NTH})[\s-](?P<what>quarter|half)(?:\sof\s(?:(?:the\s)?(?P<rel>last|past|this|next|current|following|previous)\s(?P<ru>year|decade|century|month)|(?P<the>the\s(?:year|decade|month|century))|(?P<m>{_MONTH})(?:\s(?P<my>{_YEAR}))?|(?P<y>{_YEAR})))?",
    ),
    ("quarter", rf"(?P<q>[QH][1-4])(?:\sof)?(?:\s(?P<y>{_YEAR}))?\b"),
    (
        "fiscal",
        rf"(?:the\s)?(?:(?:fiscal|financial|budget)(?:\syear)?\s(?P<y>{_YEAR})(?:[-–/](?P<z>\d{{4}}|\d\d)(?!\d))?|FY\s?[’']?(?P<fy>20\d\d|\d\d)(?:[-–/](?P<fz>\d{{4}}|\d\d))?(?!\w))",
    ),
    (
        "yearrange",
        rf"(?:(?:between|from)\s)?(?P<y>(?:1[5-9]|20)\d{{2}})(?:{_DASH}|/|\s(?:to|and|until|through)\s)(?P<z>(?:1[5-9]|20)\d{{2}}|\d{{2}})(?![\w-]|[.,]\d)",
    ),
    (
        "decade",
        r"(?:the\s)?(?:(?P<mod>early|mid|late)[- ])?(?:(?P<y>(?:1[5-9]|20)\d0)[’']?s|[’'‘]?(?P<s>[2-9]0)s"
        r"|(?P<w>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties))\b",
    ),
    ("century", rf"(?:the\s)?(?:(?P<mod>early|mid|late)[- ])?(?P<n>1\d(?:th)|2[01]st|20th|{_ORDINAL})[\s-]century\b"),
    (
        "season",
        rf"(?:(?:the|a)\s)?(?:(?P<dir>last|this|next|past|previous|coming|following|same|that|second)\s)?(?P<s>{_SEASON})\b(?:\s(?:of\s)?(?P<y>{_YEAR})(?:[-–/](?P<z>\d{{4}}|\d\d)(?![\d-]))?|\sof\s(?P<dy>last|this|next)\syear)?",
    ),
    (
        "span_before",
        rf"(?:(?P<n>{_COUNT})(?P<half>\sand\sa\shalf)?\s)?{_WORKING}(?P<u>{_UNIT})(?P<half2>\sand\sa\shalf)?(?=\s(?:before|after)\s(?!that\b|this\b)\w)",
    ),
    (
        "ago",
        rf"(?:(?P<n>{_COUNT})(?P<half>\sand\sa\shalf)?\s)?{_WORKING}(?P<u>{_UNIT})(?P<half2>\sand\sa\shalf)?\s(?P<dir>ago|earlier|previously|later|afterwards?|from\snow|hence|before|after|on(?=\s?[,.;:]))\b",
    ),
    (
        "earlier",
        r"(?P<dir>earlier|later|early|late)\s(?:(?:in\s)?(?P<rel>the|this|that|last|next|the\ssame)\s(?P<u>day|week|month|year|decade)|(?P<today>today|yesterday|tonight))\b",
    ),
    (
        "day_deictic",
        r"(?:the\sday\s(?P<x>before\syesterday|after\stomorrow)|(?P<d>today|yesterday|tomorrow|tonight|overnight|last\snight|this\s(?:morning|afternoon|evening)|(?:yesterday|tomorrow)\s(?:morning|afternoon|evening|night)))\b",
    ),
    ("twice_removed", r"the\s(?P<u>week|weekend|month|year)\s(?P<x>before\slast|after\snext)\b"),
    (
        "anaphor",
        r"(?:the\s)?(?P<x>same|very\ssame|next|following|previous|preceding)\s(?P<u>day|night|morning|afternoon|evening)\b|that\s(?:same\s|very\s)?(?P<v>day|night|morning|afternoon|evening|week|month|year)\b|the\s(?P<z>day|night|week|month|year)\s(?P<dir>before|after)\b",
    ),
    ("relative", rf"(?:(?:the|our|these|those)\s)?(?P<dir>{_REL})\s(?:(?P<n>{_COUNT})\s)?{_WORKING}(?P<u>{_UNIT}|quarter)\b"),
    (
        "turn",
        rf"(?:the\s)?turn\sof\sthe\s(?:(?P<n>1\d(?:th)|2[01]st|20th|{_ORDINAL})[\s-]century|(?P<u>century|millennium|year))\b",
    ),
    (
        "edge_of_year",
        r"(?:the\s)?(?P<e>beginning|start|onset|end|close|middle|rest|remainder|course)\sof\s(?:the\s(?P<u>day|week|month|year|decade|century))\b|(?P<out>the\syear)(?=\s(?:is|was)\sout\b|\s(?:ends|ended)\b)|(?P<we>the\sweekend)\b",
    ),
    (
        "set",
        rf"(?P<x>every|each)\s(?:(?P<n>other|second|few|{_COUNT})\s)?(?:(?P<u>{_UNIT})|(?P<w>{_WEEKDAY})|(?P<p>{_PART})|(?P<s>{_SEASON})|(?P<m>{_MONTH}))\b",
    ),
    (
        "frequency",
        rf"(?:once|twice|thrice|(?:{_SMALL}|several|many|\d{{1,3}})\stimes)\s(?:an?|per|each|every)\s(?P<u>day|week|month|year)\b",
    ),
    ("adverbset", r"(?P<a>daily|nightly|weekly|fortnightly|monthly|quarterly|yearly|annual|annually|biannual)\b"),
    ("recent", r"(?:(?:the\s)?(?:more\s)?recent|these)\s(?P<u>days|weeks|months|years|decades)\b"),
    ("since_then", r"since\sthen\b|ever\ssince\b"),
    ("oldage", rf"(?:{_COUNT})[\s-](?:{_UNIT})[\s-]old\b|aged?\s(?:between\s)?\d{{1,3}}(?:\s?(?:-|–|to|and)\s?\d{{1,3}})?"),
    (
        "compound",
        rf"(?:(?P<n>{_SMALL}|\d{{1,4}}|half|quarter|decade|multi)(?:-(?P<n2>{_SMALL}))?)[-–](?P<u>second|minute|hour|day|night|week|fortnight|month|year|decade|century)s?(?:[-–](?:long|plus))?\b|(?P<lu>hour|day|night|week|month|year|decade)s?[-–]long\b|(?P<ru>{_SMALL}|\d{{1,3}})-\sto\s(?P<rn>{_SMALL}|\d{{1,3}})-(?P<rx>hour|day|week|month|year)\b",
    ),
    (
        "duration",
        rf"(?P<n>{_COUNT})(?P<half>\sand\sa\shalf)?(?:\s(?:to|or)\s(?P<n2>{_SMALL}|\d{{1,4}}))?\s{_WORKING}(?P<u>{_UNIT})(?P<half2>\sand\sa\shalf)?\b",
    ),
    ("bareunits", r"(?P<u>hours|days|weeks|months|years|decades|centuries)\b"),
    ("holiday", rf"(?P<h>{_HOLIDAY})(?![\w’'])(?:,?\s(?P<y>{_YEAR}))?"),
    ("ordinalday", r"the\s(?P<d>(?:3[01]|[12]?\d)(?:st|nd|rd|th)|" + _ORDINAL + r")(?![\w-])"),
    (
        "clock",
        r"(?P<h4>[01]\d|2[0-3])(?P<i4>[0-5]\d)\s?(?P<x4>UTC|GMT|hrs|local\stime)\b|(?P<h>[01]?\d|2[0-4])(?:(?P<c>[:.])(?P<i>[0-5]\d))?\s?(?P<x>a\.m\.|p\.m\.|am\b|pm\b|(?:UTC|GMT|CET|EST|EDT|PST)\b|local\stime\b|o[’']clock\b)|(?P<hh>[01]?\d|2[0-3])(?P<cc>[:.])(?P<ii>[0-5]\d)(?![\d]|[:.]\d)",
    ),
    ("year", r"(?P<y>(?:1[5-9]|20)\d{2})(?![\w%-]|[.,:/]\d)"),
)

#: Kinds that name a day of a month.
DAYLIKE = frozenset({"dmy", "dashday", "mdy", "dayrange", "rangeday", "iso", "numeric"})

_INNER = re.compile(r"\(\?P([<=])(\w+)")


def _compile() -> re.Pattern[str]:
    parts = []
    for kind, pattern in _PATTERNS:
        prefixed = _INNER.sub(lambda match, kind=kind: f"(?P{match[1]}{kind}_{match[2]}", pattern)  # type: ignore[misc]
        parts.append(f"(?P<{kind}>{prefixed})")
    return re.compile(r"(?<![\w$€£#])(?:" + "|".join(parts) + ")", re.IGNORECASE)


_SCANNER = _compile()
_SLOTS: dict[str, list[tuple[str, str]]] = {
    kind: [
        (name, name[len(kind) + 1 :])
        for name in _SCANNER.groupindex
        if name.startswith(f"{kind}_") and name not in dict(_PATTERNS)
    ]
    for kind, _ in _PATTERNS
}
#: A sentence without any of these holds no time expression; it is looked at with this one alone.
_ANY = re.compile(
    r"\d|\btwice\b|\bonce\b|millennium|January|February|March|April|\bMay\b|June|July|August|September|October|November|December|\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|"
    r"Sept?|Oct|Nov|Dec)\b|day|night|morning|evening|afternoon|tomorrow|hours?\b|minutes?\b|seconds|weeks?|weekend|month|year|decade|"
    r"centur|fortnight|spring|summer|autumn|\bfall\b|winter|quarter|\bhalf\b|annual|daily|nightly|ies\b|since\s|Christmas|Easter|the\s\w{4,12}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class RawTime:
    """Words of a time expression, not yet set into the calendar.

    Attributes:
        kind: Name of the pattern.
        start: Offset of its first character in the document's text.
        end: Offset behind its last.
        slots: What the pattern's parts matched, in lower case; parts that matched nothing are left out.
        mod: START, MID, END or APPROX, said by words before it ("early", "the end of", "about").
        relation: BEFORE, AFTER, SINCE or UNTIL, said by a preposition before it.
    """

    kind: str
    start: int
    end: int
    slots: dict[str, str] = field(default_factory=dict)
    mod: str | None = None
    relation: str | None = None

    def __getitem__(self, name: str) -> str:
        """Return what a part matched; "" where it matched nothing."""
        return self.slots.get(name, "")


_BEFORE = re.compile(
    r"(?:(?P<rel>\b(?:since|until|till|up\sto|before|prior\sto|ahead\sof|after|following|by|from))\s)?"
    r"(?:(?P<start>(?:the\s)?(?:very\s)?(?:early|beginning\sof|start\sof|onset\sof|(?:first|opening)\s(?:days?|weeks?|months?)\sof)(?:\s(?:in|of))?[\s-])"
    r"|(?P<mid>(?:the\s)?(?:mid|middle\sof|halfway\sthrough|midway\sthrough)[\s-]?)"
    r"|(?P<end>(?:the\s)?(?:very\s)?(?:late|end\sof|close\sof|(?:last|final|closing)\s(?:days?|weeks?|months?)\sof)(?:\s(?:in|of))?[\s-])"
    r"|(?P<approx>(?:around|about|circa|ca?\.|roughly|approximately|almost|nearly|some|over|more\sthan|less\sthan|fewer\sthan|under|at\sleast|up\sto|close\sto|(?:the\s)?better\spart\sof|well\sover|just\sover|just\sunder|barely)\s))?"
    r"(?P<night>(?:the\s)?(?:night|evening|morning|afternoon|eve|early\shours)\sof\s(?:the\s)?)?(?P<the>the\s)?\Z",
    re.IGNORECASE,
)
_WINDOW = 48


def scan(text: str, start: int, end: int) -> Iterator[RawTime]:
    """Yield the candidates in one sentence, in order, without overlap.

    Args:
        text: The document's text.
        start: Offset of the sentence.
        end: Offset behind it.

    Yields:
        Candidates; some of them are no times in their context ("May" the verb, "1701" the resolution).

    >>> [(raw.kind, raw.mod) for raw in scan("It began in early 2013 and took three days.", 0, 43)]
    [('year', 'START'), ('duration', None)]
    """
    if not _ANY.search(text, start, end):
        return
    for match in _SCANNER.finditer(text, start, end):
        kind = match.lastgroup
        assert kind is not None
        slots = {short: value.lower() for name, short in _SLOTS[kind] if (value := match[name]) is not None}
        raw = RawTime(kind, match.start(), match.end(), slots)
        _look_left(raw, text, start)
        yield raw


def _look_left(raw: RawTime, text: str, floor: int) -> None:
    """Take up the modifier and the preposition that stand before a candidate."""
    low = max(floor, raw.start - _WINDOW)
    window = text[low : raw.start]
    if not window:
        return
    found = _longest_tail(window)
    if found is None:
        return
    for name, mod in (("start", "START"), ("mid", "MID"), ("end", "END"), ("approx", "APPROX")):
        if found[name]:
            raw.mod = mod
            if name != "approx" or raw.kind in ("year", "month"):
                raw.start = low + found.start(name)
            elif name == "approx":
                pass
    if found["night"]:
        raw.slots["night"] = found["night"].lower()
        raw.start = min(raw.start, low + found.start("night"))
    relation = " ".join((found["rel"] or "").lower().split())
    if relation in ("before", "prior to", "ahead of", "after", "following"):
        raw.slots["outside"] = "yes"  # "by March" may be in March, "before March" is not
    raw.relation = {
        "since": "SINCE",
        "until": "UNTIL",
        "till": "UNTIL",
        "up to": "UNTIL",
        "before": "BEFORE",
        "prior to": "BEFORE",
        "ahead of": "BEFORE",
        "by": "BEFORE",
        "after": "AFTER",
        "following": "AFTER",
        "from": "AFTER",
    }.get(relation)
    if raw.kind in ("duration", "bareunits", "compound"):
        raw.relation = None


def _longest_tail(window: str) -> re.Match[str] | None:
    """Return the match of `_BEFORE` that reaches the end of the window and starts earliest, at a word."""
    for match in re.finditer(r"\b\w|\b(?=\w)", window):
        found = _BEFORE.match(window, match.start())
        if found and found.end() > found.start():
            return found
    return None
