"""Gives back capitals to a text that has lost them, so that a model which leans on them can read it. Length and offsets stay.

Capitals go to sentences' starts, to names of the reference data, and to words that are not English: in an English text two of
them in a row, one behind a title, or one in brackets behind a name ("(xyz)") are a name.
"""

from __future__ import annotations

import re
from functools import cache

from crisiskg.annotation.english_words import EnglishWords
from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.lexicon import name_words

#: Share of capitals among letters below which a text has lost them; usual prose has two per cent or more.
LOST = 0.004
#: Letters that a text must have to be judged.
ENOUGH = 200

_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?")
_SENTENCE_START = re.compile(r"(?:\A|(?<!\.[a-z])[.!?][\"”']?\s+|\n\s*)[\"“'(]*([a-zà-ÿ])")
_LONGEST = 7
#: Words within a person's name, and within any name, that keep their small letter.
_NAME_PARTICLES = frozenset({"de", "la", "las", "los", "del", "al", "y", "da", "dos", "do", "van", "von", "bin"})
_PARTICLES = _NAME_PARTICLES | {"of", "the", "and", "for", "in"}
#: An abbreviation behind the name it stands for: "front (xyz)".
_BRACKETED = re.compile(r"[^\W\d_][\"”]? {1,2}\(([a-zà-ÿ]{2,8}(?:-[a-z0-9]{1,3})?)\)")
#: What may stand between two words of one name.
_GAP = re.compile(r" {1,2}\Z")
_DAYS_TEXT = """
monday tuesday wednesday thursday friday saturday sunday january february april june july august september october november
december
"""
#: Names of days and months that mean nothing else.
_DAYS = frozenset(_DAYS_TEXT.split())
_POSSESSIVE = re.compile(r"['’]s$")
_INITIAL = re.compile(r"[a-zà-ÿ]\.\Z")
#: Shortest word that, not being English, is taken for a name by itself.
_SHORTEST = 3
#: Words that are names too, but hardly ever in a text that tells one from the other by capitals alone.
_COMMON = frozenset(
    {
        "turkey",
        "china",
        "march",
        "may",
        "polish",
        "who",
        "car",
        "aid",
        "plan",
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


def restore_capitals(text: str, gazetteer: Gazetteer, english: EnglishWords | None = None) -> str:
    """Return a text of the same length with capitals at sentences' starts, in known names and in words that are no English.

    Args:
        text: A text in lower case; any other is returned as it is.
        gazetteer: The names that are known.
        english: The words that are English (`english_words.EnglishWords`); where there are none, only known names are restored.
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
            if match.group() not in _PARTICLES:
                _raise(found, match.start())
                if taken == 1 and _is_acronym(match.group(), gazetteer):
                    for offset in range(match.start(), match.end()):
                        _raise(found, offset)
        number += max(taken, 1)
    if english:
        for start, end, whole in _foreign(text, words, gazetteer, english):
            for offset in range(start, end if whole else start + 1):
                _raise(found, offset)
    return "".join(found)


def _foreign(text: str, words: list[re.Match[str]], gazetteer: Gazetteer, english: EnglishWords) -> list[tuple[int, int, bool]]:
    """Return start and end of each word that is a name because it is no English, and whether all its letters are capitals.

    A word that is English and a person's name as well ("hector", "ortega") is a name beside a word that is not English.
    """
    acronyms = {match.group(1) for match in _BRACKETED.finditer(text) if match.group(1) not in english}
    plain = [match.group().rstrip(".") for match in words]
    strange = [len(word) >= _SHORTEST and word not in _COMMON and word not in acronyms and word not in english for word in plain]
    persons, titles = gazetteer.person_words, _titles()
    names: set[str] = set()
    beside: set[int] = set()
    for number, is_strange in enumerate(strange):
        if not is_strange:
            continue
        before, behind = _neighbour(text, words, number, -1), _neighbour(text, words, number, 1)
        for other, may_be in ((before, english.may_be_given_name), (behind, english.may_be_surname)):
            if other is None:
                continue
            word = plain[other]
            if strange[other] or (word in persons and word not in titles and may_be(word)):
                names.add(plain[number])
                beside.add(other)
        if before is not None and (plain[before] in titles or _INITIAL.match(words[before].group())):
            names.add(plain[number])
    found = []
    for number, (match, word) in enumerate(zip(words, plain, strict=True)):
        bare = _POSSESSIVE.sub("", word)
        if bare in acronyms:
            found.append((match.start(), match.start() + len(bare), True))
        elif number in beside or word in names or bare in names or word in _DAYS:
            found.append((match.start(), match.end(), False))
    return found


@cache
def _titles() -> frozenset[str]:
    """Titles before persons' names in lower case, without their points."""
    words = name_words()
    return words.title_lower | {title.lower().rstrip(".") for title in words.title}


def _neighbour(text: str, words: list[re.Match[str]], number: int, step: int) -> int | None:
    """Return the number of the word beside another with nothing but a blank, or particles of names, between; None for none."""
    at = number + step
    if not 0 <= at < len(words):
        return None
    first, second = sorted((words[at], words[number]), key=re.Match.start)
    if not _GAP.match(text[first.end() : second.start()]) or (first.group().endswith(".") and not _is_short(first.group())):
        return None
    return _neighbour(text, words, at, step) if words[at].group() in _NAME_PARTICLES else at


def _is_short(word: str) -> bool:
    """Whether a word with a point behind it is an initial or a title cut short, not the end of a sentence."""
    return bool(_INITIAL.match(word)) or word.rstrip(".") in _titles()


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
