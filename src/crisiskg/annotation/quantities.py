"""Quantities: stated numbers of people and things, as ranges, with what they count.

"At least 148" is low and best 148, with no high. A number with "some" or "about" is told as the number. "Dozens" is
low 24 with no best.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from spacy.tokens import Token

from crisiskg.annotation.number_kinds import is_particle, number_kinds, rises, told_again, told_of
from crisiskg.annotation.number_words import DIGITS, WORDS, parse_number, word_list
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention, Quantity, QuantityKind

_SCALE = r"(?:[\s-](?:hundred|thousand|million|billion|trillion|mn|bn|dozen)\b)"
_NUMBER = rf"(?:{DIGITS}{_SCALE}?|(?:half(?:\sa|-a)?|a\shalf)[\s-]dozen\b|(?:a|two|three|four|several|a\sfew)\sdozen\b|{WORDS})"
_VAGUE = (
    r"(?:(?:several|many|a\sfew)\s(?:dozens?|hundred|thousand|million)\b|tens\sof\s(?:thousands|millions)\b|hundreds\sof\s(?:thousands|millions)\b"
    r"|thousands\sof\sthousands\b|dozens\b|scores\b|hundreds\b|thousands\b|millions\b|billions\b|several\b|a\sfew\b|a\shandful\sof\b)"
)
_FRACTION = (
    r"(?:(?:a|one)[\s-](?:half|third|quarter|fifth|tenth)|two[\s-]thirds|three[\s-]quarters"
    r"|(?:two|three|four)[\s-]fifths|half)\b(?![\s-]a?[\s-]?dozen)"
)
_LEFT = (
    r"(?P<atleast>at\sleast|no\sfewer\sthan|no\sless\sthan|not\sfewer\sthan|not\sless\sthan|a\sminimum\sof"
    r"|more\sthan|over|above|upwards?\sof|in\sexcess\sof|well\sover|just\sover|exceeding|greater\sthan)"
    r"|(?P<atmost>at\smost|up\sto|no\smore\sthan|not\smore\sthan|as\smany\sas|a\smaximum\sof|fewer\sthan|less\sthan|under|below)"
    r"|(?P<almost>nearly|almost|close\sto|just\sunder|approaching|not\squite)"
    r"|(?P<about>some|about|around|roughly|approximately|an\sestimated|estimated|perhaps|circa|ca\.|~)"
)
_CURRENCY = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "usd": "USD", "eur": "EUR", "gbp": "GBP"}
_MONEY_WORDS = {
    "dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "rouble": "RUB",
    "ruble": "RUB",
    "yuan": "CNY",
    "franc": "XAF",
    "cfa": "XAF",
}
_PATTERN = re.compile(
    rf"(?:\b(?:{_LEFT})\s)?(?P<between>\bbetween\s|\bfrom\s)?(?P<currency>US\$|[$€£]|\b(?:USD|EUR|GBP)\s)?\s?"
    rf"(?:(?P<fraction>\b{_FRACTION})|(?P<vague>\b{_VAGUE})|(?P<number>{_NUMBER})"
    rf"(?:(?:\s?[-–—]\s?|\s(?:to|and|or)\s)(?P<upper>(?:[$€£])?{_NUMBER}))?)"
    r"(?P<percent>\s?%|\s(?:per\scent|percent|percentage\spoints?)\b)?",
    re.IGNORECASE,
)
_VAGUE_RANGES: tuple[tuple[str, float], ...] = (
    ("hundreds of millions", 2e8),
    ("hundreds of thousands", 2e5),
    ("tens of millions", 2e7),
    ("tens of thousands", 2e4),
    ("dozen", 24),
    ("scores", 40),
    ("hundred", 200),
    ("thousand", 2000),
    ("million", 2e6),
    ("billion", 2e9),
    ("several", 3),
    ("few", 3),
    ("handful", 3),
)
_FRACTIONS = {"half": 50, "third": 100 / 3, "quarter": 25, "fifth": 20, "tenth": 10, "thirds": 200 / 3, "quarters": 75}
_NAMES_BEFORE = frozenset(
    word_list(
        "no number resolution article flight chapter page section figure paragraph line route unit building room house decree "
        "order law act item annex "
        "version model type class episode part volume brief day phase step highway"
    )
)
#: Of these, the ones that number what stands behind them also in lower case.
_COUNTED_BEFORE = frozenset(word_list("no number resolution article flight chapter page section paragraph episode"))
_TIME_UNITS = frozenset(
    word_list(
        "second minute hour day night week weekend fortnight month quarter year decade century morning evening time o'clock "
        "a.m. p.m."
    )
)
#: What a verb does to those whom a noun already calls hostages, prisoners or refugees.
_DONE = frozenset({"killed", "injured"})
_PEOPLE_TYPES = frozenset({"Person", "PopulationGroup", "ArmedGroup", "SecurityForce"})


def find_quantities(reading: Reading) -> None:
    """Find the stated numbers of a document and append them to `reading.quantities`, in order.

    Dates, durations, ages, and numbers that are part of a name ("Resolution 1701") are left out.

    Args:
        reading: Its sentences, mentions and times are read.
    """
    text = reading.document.text
    times = sorted((time.start, time.end) for time in reading.times)
    for sentence in reading.sentences:
        start, end = sentence.start_char, sentence.end_char
        if not _HINT.search(text, start, end):
            continue
        for match in _PATTERN.finditer(text, start, end):
            quantity = _quantity(reading, match, times)
            if quantity is not None:
                reading.quantities.append(quantity)


_HINT = re.compile(
    r"\d|\b(?:half|third|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|one|hundreds?|thousands?|millions?|dozens?|scores|several"
    r"|few|handful|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|quarter|billions?)\b",
    re.IGNORECASE,
)


def _quantity(reading: Reading, match: re.Match[str], times: list[tuple[int, int]]) -> Quantity | None:
    text = reading.document.text
    start = next(match.start(name) for name in ("currency", "fraction", "vague", "number") if match[name])
    end = match.end()
    at = bisect_right(times, (start, len(text))) - 1
    for index in (at, at + 1):
        if 0 <= index < len(times) and times[index][0] < end and start < times[index][1]:
            return None
    before = text[max(0, match.start() - 24) : start]
    if re.search(r"\bnot\s\Z", before) and _begin_of(match, start) == start:
        return None  # "12 people, not 20"
    if text[end : end + 1].isalnum() or text[start - 1 : start].isalnum() or re.search(r"[#№.\d/-]\Z", before):
        return None
    first, last = reading.tokens_of(start, end)
    head = _head(reading, first, last)
    numbers = _range(match, bound=not is_particle(reading, match))
    if numbers is None:
        return None
    if match["between"] and match["upper"] and numbers[2] is not None and rises(reading, match.start("between")):
        numbers = (numbers[2],) * 3  # "rose from 12 to 15": the first number held before
    low, best, high = numbers
    begin = _begin_of(match, start)
    if match["upper"] and match["between"]:
        begin = match.start("between")
    if (
        match["fraction"]
        and re.match(r"\s(?!of\b|the\b|its\b|their\b|his\b|her\b|as\b)[a-z]+\b", text[end : end + 24])
        and head.pos_ == "NOUN"
    ):
        return None  # "a third term"
    if re.search(r"\b(?:man|woman|boy|girl|child|son|daughter)\sof\s\Z", before):
        return None  # an age
    if match["percent"] or match["fraction"]:
        return Quantity("share", low, best, high, begin, end, _subject_of_share(reading, head), "percent")
    if match["currency"] or head.lemma_.lower() in _MONEY_WORDS:
        unit = _CURRENCY.get((match["currency"] or "").strip().lower()) or _MONEY_WORDS.get(head.lemma_.lower(), "USD")
        return Quantity(
            "money", low, best, high, begin, max(end, head.idx + len(head) if not match["currency"] else end), None, unit
        )
    if _is_name_or_time(reading, first, head, before, text, end):
        return None
    number_only = first <= head.i < last
    mention = None if number_only and head.pos_ == "NUM" else _mention(reading, head)
    if mention is None:
        mention = reading.mention_headed(head.i)
    if mention is not None and mention.kind == "name" and mention.start <= start and end <= mention.end and head.pos_ == "PROPN":
        return None
    kind = _kind(head, mention) or (told_again(reading, head) if number_only else None)
    if kind is None:
        if number_only:
            return None
        kind = "other"
    people = kind != "other"
    return Quantity(
        kind, low, best, high, begin, end, mention.id if mention else None, "people" if people else head.lemma_.lower()
    )


def _begin_of(match: re.Match[str], start: int) -> int:
    """Return where a number begins with the words that bound it: "at least 12"."""
    return next((match.start(name) for name in ("atleast", "atmost", "almost", "about") if match[name]), start)


def _range(match: re.Match[str], *, bound: bool) -> tuple[float | None, float | None, float | None] | None:
    """Return low, best and high as the words allow; None where they are no number.

    Args:
        match: A number with the words before it.
        bound: Whether "at least" and the like bound the number at all.
    """
    if match["vague"]:
        words = " ".join(match["vague"].lower().split())
        low = next(value for key, value in _VAGUE_RANGES if key in words)
        if match["atmost"]:
            return None, None, None
        return low, None, None
    if match["fraction"]:
        parts = re.split(r"[\s-]", match["fraction"].lower())
        if parts[-1] == "fifths":
            value: float | None = 20.0 * {"two": 2, "three": 3, "four": 4}[parts[0]]
        else:
            value = round(_FRACTIONS[parts[-1]], 1)
    else:
        value = parse_number(match["number"])
        if match["number"].lower() in ("one", "a", "an", "zero", "million", "thousand", "hundred", "billion"):
            value = parse_number(match["number"]) if match["number"].lower() == "one" or match["percent"] else None
    if value is None:
        return None
    if match["upper"]:
        upper = parse_number(match["upper"].lstrip("$€£"))
        if upper is not None:
            scale = re.search(r"(hundred|thousand|million|billion)", match["upper"], re.IGNORECASE)
            if scale and not re.search(r"[a-z]", match["number"], re.IGNORECASE) and value < upper:
                # "2 to 3 million": the scale goes for both
                factor = parse_number(scale[1]) or 1.0
                value = value * factor if value * factor <= upper else value
            if value < upper:
                return value, None, upper
            return None
    if match["atleast"] and bound:
        return value, value, None
    if match["atmost"]:
        return None, None, value
    if match["almost"]:
        return None, value, value
    return value, value, value


def _head(reading: Reading, first: int, last: int) -> Token:
    """Return the token that is counted: the noun of the number, or the number itself where it stands alone."""
    token = reading.doc[last - 1]
    for _ in range(6):
        if not first <= token.head.i < last or token.head.i == token.i:
            break
        token = token.head
    if token.pos_ == "ADP":  # "3,000 to 4,000" in two phrases: the first number is what is counted
        token = next((t for t in reading.doc[first:last] if t.pos_ == "NUM"), token)
    head = token.head
    if (
        token.dep_ in ("nummod", "amod", "quantmod", "compound", "det", "nmod", "poss")
        and head.i != token.i
        and head.pos_ in ("NOUN", "PROPN", "ADJ")
    ):
        return head
    # "hundreds of people", "eleven of them"
    for child in token.children:
        if child.lower_ == "of" and child.i >= token.i:
            found = next((below for below in child.children if below.dep_ == "pobj"), None)
            if found is not None and found.pos_ in ("NOUN", "PROPN", "NUM"):
                return found
    if last < len(reading.doc) and token.pos_ != "NOUN":
        following = reading.doc[last]
        if following.lemma_.lower() in number_kinds().by_noun and following.pos_ in ("ADJ", "NOUN", "VERB"):
            return following
    return token


def _is_name_or_time(reading: Reading, first: int, head: Token, before: str, text: str, end: int) -> bool:
    """Whether a number is part of a name, an age, a clock time or a length of time."""
    words = before.split()
    if (
        words
        and words[-1].lower().rstrip(".") in _NAMES_BEFORE
        and (words[-1][:1].isupper() or words[-1].lower().rstrip(".") in _COUNTED_BEFORE)
    ):
        return True
    if head.lemma_.lower() in _TIME_UNITS or re.match(
        r"[-\s](?:year|month|week|day|hour)s?\b", text[end : end + 8], re.IGNORECASE
    ):
        return True
    if re.match(r",?\s(?:years?\sold|year-old)|-year", text[end : end + 12]) or (words and words[-1].lower() in ("aged", "age")):
        return True
    token = reading.doc[first]
    if token.ent_type_ in ("DATE", "TIME", "ORDINAL", "LAW", "PRODUCT", "FAC"):
        return True
    return token.lower_ == "one" and (
        head.i == token.i or text[end : end + 4].lower() == " of " or text[end : end + 9].lower() == " another "
    )


def _mention(reading: Reading, head: Token) -> Mention | None:
    return reading.mention_headed(head.i) or reading.mention_at(head.i)


def _subject_of_share(reading: Reading, head: Token) -> str | None:
    """Return the id of the mention of what a share is taken of ("40 per cent of its GDP", "half of the migrants")."""
    for child in head.children:
        if child.lower_ == "of":
            for below in child.children:
                if below.dep_ == "pobj" and (mention := _mention(reading, below)) is not None:
                    return mention.id
    mention = _mention(reading, head)
    return mention.id if mention and mention.kind != "pronoun" else None


def _kind(head: Token, mention: Mention | None) -> QuantityKind | None:
    """Return what is counted; None where nothing says so."""
    kinds = number_kinds()
    lemma = head.lemma_.lower()
    noun_kind = kinds.by_noun.get(lemma) or kinds.by_noun.get(head.lower_)
    number_alone = head.pos_ == "NUM" or lemma in ("dozen", "hundred", "thousand", "million", "score", "several", "few", "more")
    people = (
        noun_kind is not None or number_alone or head.tag_ == "NNPS" or (mention is not None and mention.type in _PEOPLE_TYPES)
    )
    verb, role = _governor(head)
    word = verb.lemma_.lower() if verb is not None else ""
    deed = head.head.head if head.dep_ == "pobj" and head.head.lower_ == "of" else None
    by_deed = kinds.by_deed.get(deed.lemma_.lower()) if deed is not None and deed.pos_ == "NOUN" and people else None
    if by_deed is not None and noun_kind in (None, "people", "abducted", "arrested", "displaced"):
        return by_deed  # "the killing of 14 displaced persons"
    if noun_kind in ("abducted", "arrested", "displaced") and role == "object" and kinds.by_object.get(word) in _DONE:
        return kinds.by_object[word]  # "beheaded 21 hostages"
    if noun_kind not in (None, "people"):
        return noun_kind
    if number_alone and (told := told_of(head)) is not None:
        return told
    if not people:
        return None
    if verb is not None:
        if role == "object":
            found = kinds.by_object.get(word)
            if found is not None and (word not in kinds.needs_people or noun_kind is not None):
                return found
            for child in verb.children:  # "left 11 people dead"
                if child.dep_ in ("oprd", "acomp", "ccomp", "xcomp") and child.i > head.i and child.lower_ in kinds.by_noun:
                    return kinds.by_noun[child.lower_]
        elif role == "subject":
            found = kinds.by_subject.get(word)
            if found is None and any(c.dep_ == "dobj" and c.lemma_ == "life" for c in verb.children):
                found = "killed"  # "thirteen people lost their lives"
            if found is None and number_alone and kinds.by_object.get(word) in _DONE and not _has_object(verb):
                found = kinds.by_object[word]  # "and dozens wounded"
            if found is not None:
                return found
    # "some 200,000 driven from their homes", "12 dead and 30 wounded"
    for child in head.children:
        if child.dep_ in ("acl", "amod", "relcl") and child.tag_ in ("VBN", "JJ"):
            found = kinds.by_object.get(child.lemma_.lower()) or kinds.by_noun.get(child.lower_)
            if found is not None:
                return found
    if number_alone and noun_kind is None:
        return "people" if mention is not None and mention.type in _PEOPLE_TYPES else None
    return "people"


def _has_object(verb: Token) -> bool:
    return any(child.dep_ == "dobj" for child in verb.children)


def _governor(head: Token) -> tuple[Token | None, str]:
    """Return the verb that a counted noun belongs to, and whether it is its subject or object."""
    token = head
    for _ in range(6):
        dep, above = token.dep_, token.head
        if above.i == token.i:
            return None, ""
        if dep == "nsubj":
            return _predicate(above), "object" if above.tag_ == "VBN" and not _has_active_helper(above) else "subject"
        if dep == "advmod" and token.lower_ == "more" and above.pos_ == "VERB" and above.i < token.i:
            return above, "object"  # "wounded 40 more"
        if dep in ("nsubjpass", "dobj", "attr") or (dep == "pobj" and above.dep_ == "agent"):
            if dep == "pobj":
                return None, ""
            return above, "object"
        if dep in ("conj", "appos", "pobj", "prep", "nmod", "compound", "amod"):
            if dep == "pobj" and above.lower_ not in ("of", "including"):
                return None, ""
            token = above
            continue
        return None, ""
    return None, ""


def _has_active_helper(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lemma_ == "have" for child in verb.children)


def _predicate(verb: Token) -> Token:
    """Return what a linking verb says of its subject ("150 people were dead"), else the verb."""
    if verb.lemma_ in ("be", "remain", "lie"):
        for child in verb.children:
            if child.dep_ in ("acomp", "attr", "oprd"):
                return child
    return verb
