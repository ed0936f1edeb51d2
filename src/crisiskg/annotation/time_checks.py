"""Which candidates of the time grammar are times where they stand: "May" the month or the verb, 2013 the year or a number."""

from __future__ import annotations

import re

from spacy.tokens import Token

from crisiskg.annotation.number_words import word_list
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.time_grammar import DAYLIKE, MONTHS, RawTime

#: What may stand before a bare year or month that is meant as one.
_TEMPORAL = frozenset(
    word_list(
        "in of since by until till from to between before after during early late mid through throughout for and or around about "
        "circa "
        "last next this on within over across spring summer autumn fall winter"
    )
)
_MONEY = frozenset("$€£#")
_CIRCA = re.compile(r"(?:c\.|ca\.?|circa)\s\d", re.IGNORECASE)
_RATE = re.compile(r"(?:\b(?:once|twice|times|per|dollars|cents|\d)|\$\s?[\d,.]+|%)\s\Z", re.IGNORECASE)


def is_time(reading: Reading, raw: RawTime, text: str, lower_case: bool) -> bool:
    """Whether a candidate is a time where it stands."""
    kind = raw.kind
    words = text[raw.start : raw.end]
    if kind == "oldage":
        return False
    if kind == "fiscal" and raw["fy"]:
        return words.startswith(("FY", "the FY", "The FY"))
    core = words
    if (
        kind in ("month", "relmonth", "my", "mdy", "dmy", "dayrange", "rangeday", "weekday", "weekdays", "weekend", "holiday")
        and not lower_case
    ):
        name = raw["m"] or raw["w"] or raw["h"]
        at = core.lower().find(name)
        if at >= 0 and not core[at].isupper():
            return False
    if kind in ("clock", "numeric", "quarter", "ordinalday", "month", "year", "yearrange", "season", "holiday", "decade"):
        return _CHECKS[kind](reading, raw, text)
    if kind in ("duration", "span_before", "bareunits", "compound", "adverbset", "ago", "part_of", "set"):
        return _is_unit_time(reading, raw, text)
    if (
        kind == "relative"
        and raw["dir"] in ("that", "those", "these", "same", "current")
        and raw["u"].rstrip("s") in ("second", "minute", "hour")
    ):
        return False
    return not (kind in DAYLIKE and _inside_name(reading, raw))


def _token(reading: Reading, offset: int) -> Token:
    return reading.doc[reading.tokens_of(offset, offset + 1)[0]]


def _word_before(text: str, offset: int) -> str:
    match = re.search(r"([^\s(\[“\"]+)\s*[(\[“\"]?\Z", text[max(0, offset - 30) : offset])
    return match[1] if match else ""


def _inside_name(reading: Reading, raw: RawTime) -> bool:
    """Whether the words are a part of the name of an organization or person ("March 23 Movement", "Theresa May")."""
    first, _ = reading.tokens_of(raw.start, raw.end)
    for mention in reading.mentions_at(first):
        if mention.kind == "name" and mention.type != "NamedEvent" and mention.start <= raw.start and mention.end >= raw.end:
            return mention.end - mention.start > raw.end - raw.start or mention.type in ("Person", "Organization", "ArmedGroup")
    return False


def _check_month(reading: Reading, raw: RawTime, text: str) -> bool:
    token = _token(reading, raw.end - 1)
    before = _word_before(text, raw.start).lower()
    ambiguous = raw["m"].rstrip(".") in ("march", "may", "mar", "jan", "june", "april", "august")
    if raw["m"].endswith(".") is False and len(raw["m"]) == 3 and raw["m"] != "may" and before not in _TEMPORAL:
        return False
    previous = reading.doc[max(token.i - 1, 0)]
    if (
        ambiguous
        and previous.i != token.i
        and previous.pos_ == "PROPN"
        and previous.head.i in (token.i, token.head.i)
        and not raw.mod
    ):
        return False  # "Theresa May"
    if _inside_name(reading, raw) or (token.ent_type_ in ("PERSON", "ORG", "GPE", "FAC") and before not in _TEMPORAL):
        return False
    if raw.mod or before in _TEMPORAL or token.ent_type_ == "DATE":
        return not (
            ambiguous and token.pos_ in ("AUX", "VERB") and not raw.mod and before not in ("in", "since", "of", "last", "until")
        )
    return not ambiguous and token.pos_ in ("PROPN", "NOUN")


def _check_year(reading: Reading, raw: RawTime, text: str) -> bool:
    if raw.mod in ("START", "MID", "END") or raw.relation:
        return not _counts(reading, raw, text)
    before = _word_before(text, raw.start)
    if before[-1:] in _MONEY or _inside_name(reading, raw):
        return False
    if _CIRCA.match(text, raw.start):
        return True
    token = _token(reading, raw.start)
    low = before.lower().rstrip(",;:")
    year = int(raw["y"])
    if low in _TEMPORAL or low in MONTHS:
        return not _counts(reading, raw, text) and (year >= 1700 or low in ("in", "since", "of", "from"))
    if not 1800 <= year <= 2099 or _counts(reading, raw, text):
        return False
    if token.ent_type_ == "DATE":
        return True
    if text[max(0, raw.start - 1) : raw.start] in ("(", "[") and text[raw.end : raw.end + 1] in (")", "]", ",", ";", "–", "-"):
        return True
    # "the 2013 coup", "its 2015 report": a year before a noun; "Agenda 2063", "Resolution 1970" are names.
    following = reading.doc[token.i + 1] if token.i + 1 < len(reading.doc) else None
    return (
        following is not None
        and following.pos_ in ("NOUN", "ADJ", "PROPN")
        and following.tag_ not in ("NNS", "NNPS")
        and (low in ("the", "a", "its", "their", "his", "her", "this", "that", "whose") or low.endswith(("'s", "’s")))
    )


def _counts(reading: Reading, raw: RawTime, text: str) -> bool:
    """Whether a four-digit number counts what follows ("2000 people", "1800 metres")."""
    token = _token(reading, raw.end - 1)
    following = reading.doc[token.i + 1] if token.i + 1 < len(reading.doc) else None
    if following is None or raw.mod in ("START", "MID", "END"):
        return False
    if following.tag_ in ("NNS", "NNPS") and token.ent_type_ != "DATE" and token.dep_ == "nummod":
        return text[raw.end : following.idx].strip() == ""
    return following.lower_ in (
        "per",
        "percent",
        "km",
        "kilometres",
        "metres",
        "meters",
        "people",
        "troops",
        "soldiers",
        "men",
        "square",
    )


def _check_year_range(reading: Reading, raw: RawTime, text: str) -> bool:
    first = int(raw["y"])
    last = int(raw["z"]) if len(raw["z"]) == 4 else first // 100 * 100 + int(raw["z"])
    return (
        first < last <= first + 150
        and 1700 <= first <= 2099
        and not _counts(reading, raw, text)
        and not _inside_name(reading, raw)
    )


def _check_season(reading: Reading, raw: RawTime, text: str) -> bool:
    if raw["dir"] or raw["y"] or raw["dy"] or raw.mod:
        return not (raw["s"] == "fall" and _token(reading, raw.end - 1).pos_ == "VERB")
    before = _word_before(text, raw.start).lower()
    token = _token(reading, raw.end - 1)
    if token.pos_ != "NOUN" or (raw["s"] in ("fall", "spring") and not text[raw.start : raw.end].lower().startswith("the")):
        return token.pos_ == "NOUN" and before in ("in", "by", "since", "until", "before") and token.ent_type_ == "DATE"
    if raw["s"] == "fall" or text[raw.end : raw.end + 4].lower() == " of ":
        return False
    return before in _TEMPORAL or token.ent_type_ == "DATE"


def _check_holiday(reading: Reading, raw: RawTime, _: str) -> bool:
    token = _token(reading, raw.start)
    if raw["h"] in ("new year", "easter") and reading.doc[min(token.i + 2, len(reading.doc) - 1)].pos_ == "PROPN":
        return False
    return not _inside_name(reading, raw)


def _check_clock(reading: Reading, raw: RawTime, text: str) -> bool:
    del reading
    if raw["x"] or raw["x4"]:
        return True
    before = _word_before(text, raw.start).lower()
    if raw["cc"] == ".":
        return before in ("at",)
    return before in ("at", "by", "around", "about", "until", "from", "before", "after") and text[raw.end : raw.end + 1] not in (
        "%",
        ":",
    )


def _check_numeric(_: Reading, raw: RawTime, text: str) -> bool:
    first, second = int(raw["a"]), int(raw["b"])
    if text[max(0, raw.start - 2) : raw.start].lower().endswith(("v", "v.")):
        return False
    return (
        min(first, second) >= 1
        and max(first, second) <= 31
        and min(first, second) <= 12
        and (len(raw["y"]) == 4 or raw["sep"] == "/")
    )


def _check_quarter(_: Reading, raw: RawTime, text: str) -> bool:
    return text[raw.start] in "QH" and (bool(raw["y"]) or raw["q"].startswith("q"))


def _check_ordinal_day(reading: Reading, raw: RawTime, text: str) -> bool:
    """“By the 21st," is a day; "the 21st brigade" and "the third" are none."""
    before = _word_before(text, raw.start).lower()
    if before not in ("on", "by", "until", "since", "from", "to", "before", "after") and not raw.relation:
        return False
    token = _token(reading, raw.end - 1)
    following = reading.doc[token.i + 1] if token.i + 1 < len(reading.doc) else None
    return following is None or following.is_punct or following.pos_ in ("VERB", "AUX", "PRON", "DET", "ADP", "SCONJ", "CCONJ")


def _check_decade(_: Reading, raw: RawTime, text: str) -> bool:
    if raw["y"]:
        return True
    before = text[max(0, raw.start - 8) : raw.start].lower()
    the = text[raw.start : raw.end].lower().startswith("the ") or text[raw.start] in "’'‘"
    return the and not before.rstrip().endswith("in his") and not before.rstrip().endswith("her")


def _is_unit_time(reading: Reading, raw: RawTime, text: str) -> bool:
    kind = raw.kind
    tail = text[raw.end : raw.end + 12].lower()
    if kind == "adverbset":
        token = _token(reading, raw.start)
        if token.pos_ in ("NOUN", "PROPN") and raw["a"] not in ("annual", "annually"):
            return False
        if token.i + 1 < len(reading.doc) and reading.doc[token.i + 1].pos_ == "PROPN":
            return False  # "the Moscow daily Kommersant": a newspaper
        return not text[raw.start].isupper() or token.is_sent_start is True
    if kind == "part_of":
        return bool(raw["what"] == "quarter" or raw["y"] or raw["m"] or raw["rel"] or raw["the"]) and not tail.startswith(
            " final"
        )
    if kind == "ago" and not raw["n"] and raw["dir"] == "on":
        return False
    if kind == "ago" and raw["dir"] in ("before", "after") and not raw["n"] and not raw["u"].endswith("s"):
        return False
    if kind == "duration":
        if tail.lstrip("- ").startswith(("old", "of age")) or _RATE.search(text[max(0, raw.start - 12) : raw.start]):
            return False
        if raw["n2"] and len(raw["n"]) == 4 and raw["n"].isdigit() and not raw["n2"].isdigit():
            return False
        token = _token(reading, raw.end - 1)
        if raw["u"] == "night" and raw["n"] in ("a", "an") and (tail.startswith("-") or token.dep_ == "compound"):
            return False
        return not (
            raw["n"] in ("a", "an", "some", "many", "one") and raw["u"] in ("seconds", "minute") and tail.startswith(" of ")
        )
    if kind == "span_before" and not raw["n"] and not raw["u"].endswith("s"):
        return False
    if kind == "compound" and raw["u"] == "second":
        return False
    if kind == "bareunits":
        before = _word_before(text, raw.start).lower()
        if tail.lstrip().startswith(("of age", "old")):
            return False
        return before in _VAGUE_BEFORE or (
            _token(reading, raw.start).is_sent_start is True and tail.startswith((" after", " before", " later"))
        )
    return True


_VAGUE_BEFORE = frozenset(word_list("for in within after over last only took take takes lasted last lasts spent ,"))

_CHECKS = {
    "clock": _check_clock,
    "numeric": _check_numeric,
    "quarter": _check_quarter,
    "ordinalday": _check_ordinal_day,
    "month": _check_month,
    "year": _check_year,
    "yearrange": _check_year_range,
    "season": _check_season,
    "holiday": _check_holiday,
    "decade": _check_decade,
}
