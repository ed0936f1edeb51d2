"""Turns of a conversation that is written down: lines that open with the speaker in capitals ("HOST: …")."""

from __future__ import annotations

import re
from collections import Counter

from crisiskg.annotation.speech_reader import Draft, SpeechReader

_TURN = re.compile(
    r"^[ \t]*(?P<who>[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ ][A-ZÀ-Þ][A-ZÀ-Þ.'’-]*){0,3})(?P<colon>:)[ \t]+(?P<said>\S[^\n]+)", re.MULTILINE
)
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
        return []
    out = []
    for turn in turns:
        content = reader.trim(turn.span("said"))
        if content is not None:
            head = reader.syntax.token_at(turn.end("who") - 1)
            out.append(Draft(-1, head, turn.span("who"), turn.span("colon"), content, confidence=0.8))
    return out
