"""Headlines that report in two halves: "Minister: the truce will hold", "Truce will hold: minister"."""

from __future__ import annotations

import re

from crisiskg.annotation.records import Mention
from crisiskg.annotation.speech_reader import Draft, SpeechReader

_COLON = re.compile(r":\s+")
#: A longer first line is no headline.
_MAX_CHARS = 200
#: Words, such as a title of office, that may stand beside the name of who speaks.
_WORDS_BESIDE = 3
#: What speaks: a state or place before a colon is what the report is about ("Mali: ten die in attack").
_NO_SPEAKERS = frozenset({"State", "Place", "PopulationGroup", "NamedEvent"})


def headline_drafts(reader: SpeechReader) -> list[Draft]:
    """Return what the title reports; nothing where neither half is a name, or the other half is no clause.

    Args:
        reader: The document with its parse.
    """
    text = reader.text
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    if end < 0 or end - start > _MAX_CHARS:
        return []
    for colon in _COLON.finditer(text, start, end):
        before, after = (start, colon.start()), (colon.end(), end)
        for half, other in ((before, after), (after, before)):
            speaker = _speaker(reader, *half)
            content = reader.trim(other)
            if speaker is None or content is None or not _is_clause(reader, *content):
                continue
            head = reader.reading.head_of(speaker).i
            span = reader.trim(half)
            return [Draft(-1, head, span, (colon.start(), colon.start() + 1), content, confidence=0.6)]
    return []


def _speaker(reader: SpeechReader, start: int, end: int) -> Mention | None:
    """Return the name that a half of a headline consists of, but for a few words before it."""
    for mention in reader.reading.mentions:
        if mention.kind != "name" or mention.type in _NO_SPEAKERS or mention.start < start or mention.end > end:
            continue
        if reader.text[mention.end : end].strip():
            continue
        if len(reader.text[start : mention.start].split()) <= _WORDS_BESIDE:
            return mention
    return None


def _is_clause(reader: SpeechReader, start: int, end: int) -> bool:
    """Whether words have a verb of their own, and are more than two."""
    syntax = reader.syntax
    first, last = syntax.token_at(start), syntax.token_at(end - 1)
    if last - first < 2:
        return False
    return any(syntax.pos[i] in ("VERB", "AUX") and syntax.tag[i] != "VBG" for i in range(first, last + 1))
