"""Numbers in words and digits: one grammar for times and quantities.

Nothing here reads more than 15 digits, so that no input can make a number expensive.
"""

from __future__ import annotations

import re


def word_list(text: str) -> list[str]:
    """Return the words of a table that is written as running text.

    >>> word_list("one two")
    ['one', 'two']
    """
    return text.split()


#: Cardinal words below one hundred. A hyphen or blank joins tens and units.
UNITS: dict[str, int] = {
    word: number
    for number, word in enumerate(
        word_list(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
            "eighteen nineteen"
        )
    )
}
TENS: dict[str, int] = {
    word: 10 * number for number, word in enumerate(word_list("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
}
SCALES: dict[str, int] = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "mn": 10**6,
    "bn": 10**9,
    "m": 10**6,
    "k": 1_000,
}
#: Words that stand for a number by custom.
SETS: dict[str, float] = {"dozen": 12, "score": 20, "fortnight": 14, "couple": 2, "pair": 2, "half": 0.5, "quarter": 0.25}

ORDINALS: dict[str, int] = (
    {
        word: number
        for number, word in enumerate(
            word_list(
                "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
                "fifteenth "
                "sixteenth seventeenth eighteenth nineteenth twentieth"
            ),
            start=1,
        )
    }
    | {"thirtieth": 30}
    | {
        f"{tens}-{word}": base + number
        for tens, base in (("twenty", 20), ("thirty", 30))
        for number, word in enumerate(word_list("first second third fourth fifth sixth seventh eighth ninth"), start=1)
        if base + number <= 31
    }
)

_SMALL = "|".join(sorted([*UNITS, *TENS], key=len, reverse=True))
_SCALE_WORDS = "hundred|thousand|million|billion|trillion"
#: Digits, with groups of three or a decimal part: "200,000", "1.5", "14 000" is not one (a blank is too often something else).
DIGITS = r"(?<![\w.,])(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,3})?(?![\d])"
#: A number in words: "twenty-five", "two hundred and six thousand", "a hundred".
WORDS = (
    rf"\b(?:(?:(?:{_SMALL})(?:[-\s](?:{_SMALL})){{0,1}}|a|an)"
    rf"(?:[\s-](?:{_SCALE_WORDS})(?:[\s-](?:and\s)?(?:{_SMALL})(?:[-\s](?:{_SMALL}))?)?){{1,4}}"
    rf"|(?:{_SMALL})(?:-(?:{_SMALL}))?|(?:{_SCALE_WORDS}))\b"
)

_TOKEN = re.compile(r"[\s-]+")


def parse_number(text: str) -> float | None:
    """Return the number that words or digits stand for.

    Args:
        text: At most a few words, such as "206", "1.5 million", "two hundred and six", "a dozen".

    Returns:
        The number; None where the words are none.

    >>> parse_number("two hundred and six thousand")
    206000.0
    >>> parse_number("1.5 million"), parse_number("twenty-five"), parse_number("half a dozen"), parse_number("cow")
    (1500000.0, 25.0, 6.0, None)
    """
    text = text.strip().lower()
    if len(text) > 80:
        return None
    total, current, seen = 0.0, 0.0, False
    factor = 1.0
    for word in _TOKEN.split(text):
        if word in ("", "and", "of"):
            continue
        if word in ("a", "an"):
            if not seen:
                current = 1.0
            continue
        if word in UNITS or word in TENS:
            current = (current if seen else 0.0) + UNITS.get(word, TENS.get(word, 0))
        elif word in SCALES:
            scale = SCALES[word]
            if scale == 100:
                current = (current or 1.0) * 100
            else:
                total += (current or 1.0) * scale
                current = 0.0
        elif word in SETS:
            value = SETS[word]
            if value < 1:
                factor *= value
            else:
                current = (current or 1.0) * value
        else:
            try:
                number = float(word.replace(",", ""))
            except ValueError:
                return None
            if not word[0].isdigit() or len(word) > 20:
                return None
            current = (current if seen else 0.0) + number
        seen = True
    if not seen:
        return None
    return (total + current if total + current else 1.0) * factor if factor != 1.0 else total + current


def parse_ordinal(text: str) -> int | None:
    """Return the number of an ordinal.

    >>> parse_ordinal("21st"), parse_ordinal("third"), parse_ordinal("last")
    (21, 3, None)
    """
    text = text.strip().lower()
    if (digits := text.rstrip("stndrh")) and digits.isdigit() and len(digits) <= 3:
        return int(digits)
    return ORDINALS.get(text.replace(" ", "-"))
