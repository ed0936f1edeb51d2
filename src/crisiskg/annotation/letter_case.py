"""Gives back capitals to a text that has lost them, so that a model which leans on them can read it. Length and offsets stay."""

from __future__ import annotations

import re

from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.lexicon import name_words

#: Share of capitals among letters below which a text has lost them; usual prose has two per cent or more.
LOST = 0.004
#: Letters that a text must have to be judged.
ENOUGH = 200

_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?")
_SENTENCE_START = re.compile(r"(?:\A|[.!?][\"”']?\s+|\n\s*)[\"“'(]*([a-zà-ÿ])")
_LONGEST = 7
#: Words that are names too, but hardly ever in a text that tells one from the other by capitals alone.
_COMMON = frozenset(
    {
        "turkey",
        "china",
        "march",
        "may",
        "polish",
        "who",
        "us",
        "is",
        "it",
        "in",
        "so",
        "as",
        "at",
        "an",
        "and",
        "the",
        "no",
        "one",
        "will",
        "can",
        "has",
        "had",
        "was",
        "are",
        "be",
        "am",
        "pm",
        "mr",
        "ms",
        "or",
        "if",
    }
)


def has_lost_capitals(text: str) -> bool:
    """Whether a text is in lower case throughout.

    >>> has_lost_capitals("guerrillas attacked the town. " * 20), has_lost_capitals("Guerrillas attacked the town. " * 20)
    (True, False)
    """
    letters = sum(map(str.isalpha, text))
    return letters >= ENOUGH and sum(map(str.isupper, text)) < LOST * letters


def restore_capitals(text: str, gazetteer: Gazetteer) -> str:
    """Return a text of the same length with capitals at sentences' starts, in known names and behind titles.

    Args:
        text: A text in lower case; any other is returned as it is.
        gazetteer: The names that are known.
    """
    if not has_lost_capitals(text):
        return text
    found = list(text)
    for match in _SENTENCE_START.finditer(text):
        _raise(found, match.start(1))
    words = list(_WORD.finditer(text))
    number = 0
    while number < len(words):
        taken = _known(text, words, number, gazetteer)
        for match in words[number : number + taken]:
            if match.group() not in ("of", "the", "and", "for", "in", "de", "la", "del", "al"):
                _raise(found, match.start())
                if taken == 1 and _is_acronym(match.group(), gazetteer):
                    for offset in range(match.start(), match.end()):
                        _raise(found, offset)
        number += max(taken, 1)
    return "".join(found)


def _raise(letters: list[str], offset: int) -> None:
    upper = letters[offset].upper()
    if len(upper) == 1:  # "ß" would make two
        letters[offset] = upper


def _known(text: str, words: list[re.Match[str]], number: int, gazetteer: Gazetteer) -> int:
    """Return how many words from here on make the longest known name; 0 where none does."""
    start = words[number].start()
    if words[number].group() in ("the", "a", "an"):
        return 0
    for count in range(min(_LONGEST, len(words) - number), 0, -1):
        phrase = text[start : words[number + count - 1].end()]
        if "\n" in phrase or (count == 1 and (phrase in _COMMON or len(phrase) < 3)):
            continue
        senses = gazetteer.senses(phrase)
        if count == 1 and senses and all(entry.type == "Person" for entry, _ in senses):
            continue
        if senses and (count > 1 or phrase not in name_words().event_lower):
            return count
    return 0


def _is_acronym(word: str, gazetteer: Gazetteer) -> bool:
    senses = gazetteer.senses(word)
    return bool(senses) and all(kind == "acronym" for _, kind in senses)
