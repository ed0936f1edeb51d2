"""Turns of a conversation that is written down: lines that open with the speaker ("HOST: …", "Okello: …")."""

from __future__ import annotations

import re
from collections import Counter

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Attribution
from crisiskg.annotation.speech_reader import Draft, SpeechReader

_TURN = re.compile(
    r"^[ \t]*(?P<who>[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ ][A-ZÀ-Þ][A-ZÀ-Þ.'’-]*){0,3})(?P<colon>:)[ \t]+(?P<said>\S[^\n]+)", re.MULTILINE
)
#: The same with a name in its usual letters; each such label must come back, as others open with "Note:" or a place.
_NAMED_TURN = re.compile(
    r"^[ \t]*(?P<who>[A-ZÀ-Þ][\w.'’-]{2,}(?:[ ](?:[a-zà-þ]{2,3}[ ])?[A-ZÀ-Þ][\w.'’-]*){0,4})(?P<colon>:)[ \t]+(?P<said>\S[^\n]+)",
    re.MULTILINE,
)
#: Labels that name nobody.
_NOBODY = frozenset({"question", "answer", "note", "source", "interview", "interviewer", "update", "photo", "caption"})
#: Turns that make a conversation; one label must come back, or they are headings ("NOTE: …").
_MIN_TURNS = 3


def turn_drafts(reader: SpeechReader) -> list[Draft]:
    """Return what each speaker says in a conversation; nothing in a text that is none.

    Args:
        reader: The document with its parse.
    """
    turns = list(_TURN.finditer(reader.text))
    speakers = Counter(turn["who"] for turn in turns)
    if len(turns) < _MIN_TURNS or len(speakers) < 2 or max(speakers.values()) < 2:
        turns = _named_turns(reader.text)
    out = []
    for turn in turns:
        content = reader.trim(turn.span("said"))
        if content is not None:
            head = reader.syntax.token_at(turn.end("who") - 1)
            out.append(Draft(-1, head, turn.span("who"), turn.span("colon"), content, confidence=0.8))
    return out


def _named_turns(text: str) -> list[re.Match[str]]:
    """Return the turns of an interview whose speakers have names in their usual letters; none where no two of them come back."""
    turns = list(_NAMED_TURN.finditer(text))
    speakers = Counter(turn["who"] for turn in turns)
    returning = {who for who, times in speakers.items() if times > 1}
    if len(returning) < 2 or len(turns) <= _MIN_TURNS:
        return []
    return [turn for turn in turns if turn["who"].lower() not in _NOBODY]


def is_turn(reading: Reading, attribution: Attribution) -> bool:
    """Say whether an attribution is a turn of a conversation: who speaks in it tells it plainly."""
    cue = attribution.cue
    return cue is not None and reading.document.text[cue[0] : cue[1]] == ":"
