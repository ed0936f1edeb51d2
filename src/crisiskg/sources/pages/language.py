"""Tells the language of a text by its script and its commonest words: enough to set apart what is not English."""

from __future__ import annotations

import re

from crisiskg.sources.pages.lexicon import load

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("\u0400", "\u052f", "ru"),
    ("\u0370", "\u03ff", "el"),
    ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"),
    ("\u0900", "\u097f", "hi"),
    ("\u0980", "\u09ff", "bn"),
    ("\u0e00", "\u0e7f", "th"),
    ("\u1000", "\u109f", "my"),
    ("\u10a0", "\u10ff", "ka"),
    ("\u0530", "\u058f", "hy"),
    ("\u1200", "\u137f", "am"),
    ("\u3040", "\u30ff", "ja"),
    ("\uac00", "\ud7af", "ko"),
    ("\u4e00", "\u9fff", "zh"),
)
#: Letters that tell the languages of one script apart.
_MARKS: dict[str, tuple[tuple[str, str], ...]] = {
    "ru": (("uk", "їєґ"), ("sr", "ђћџ"), ("kk", "қғңұ")),
    "ar": (("ur", "ٹڈےں"), ("ps", "ښځډړ"), ("fa", "پچژگ")),
}


def detect_language(text: str) -> str:
    """Return the BCP 47 tag of the language of a text.

    Args:
        text: Its first 20,000 characters are looked at.

    Returns:
        A two-letter tag; "en" also for English too short to tell; "und" where it cannot be told.

    >>> detect_language("The government of Mali said on Friday that it would leave the force.")
    'en'
    >>> detect_language("Le gouvernement du Mali a annoncé que les soldats quitteraient le pays et la région.")
    'fr'
    """
    sample = text[:20_000]
    letters = [char for char in sample if char.isalpha()]
    if not letters:
        return "und"
    counts = {tag: sum(low <= char <= high for char in letters) for low, high, tag in _SCRIPTS}
    if counts["ja"] > 0.1 * len(letters):
        return "ja"
    script = max(counts, key=lambda tag: counts[tag])
    if counts[script] > 0.4 * len(letters):
        for tag, marks in _MARKS.get(script, ()):
            if sum(sample.count(mark) for mark in marks) > 0.005 * len(letters):
                return tag
        return script
    words = [word.lower() for word in _WORD.findall(sample)]
    scores = {tag: sum(word in known for word in words) / len(words) for tag, known in _common_words().items()}
    best = max(scores, key=lambda tag: scores[tag])
    if len(words) < 12:
        return best if scores[best] > 0.3 and scores[best] > 2 * scores["en"] else "en"
    if scores["en"] >= 0.15 and scores["en"] >= scores[best] * 0.8:
        return "en"
    if scores[best] < 0.08:
        return "en" if scores["en"] == scores[best] and scores["en"] > 0.03 else "und"
    return best


def _common_words() -> dict[str, frozenset[str]]:
    return {tag: frozenset(words.split()) for tag, words in load("languages").items()}
