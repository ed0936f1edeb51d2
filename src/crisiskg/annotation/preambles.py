"""Who acts in the paragraphs of a resolution or communiqué: the subject stands alone before them.

"The Security Council," is a line of its own; "Recalling …," and "1. Demands that …;" go on from there.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention
from crisiskg.annotation.syntax import Syntax

#: A line with nothing but a noun phrase before a comma or colon.
_LINE = re.compile(r"^[ \t]*(?:The|We, the)\s(?P<who>[A-Z][^\n.;:?!\"“]{2,120})[,:][ \t]*$", re.MULTILINE)
_NO_SUBJECTS = frozenset({"Place", "NamedEvent"})
#: What stands before the first word of a paragraph: a number, a letter, a bullet.
_NUMBERING = re.compile(
    r"^[ \t]*(?:\(?(?:\d{1,3}|[ivxlc]{1,5}|[A-Za-z])[.)]|[-–—•*])?[ \t]*(?:(?:Further|Also|Strongly|Firmly)\s)?\Z"
)


class Preambles:
    """The lines of a document that only name who acts below them."""

    def __init__(self, reading: Reading) -> None:
        """Find the lines and whom each names."""
        self._text = reading.document.text
        self._starts: list[int] = []
        self._subjects: list[Mention] = []
        for line in _LINE.finditer(self._text):
            begin, end = line.span("who")
            named = [m for m in reading.mentions if begin - 4 <= m.start and m.end <= end and m.type not in _NO_SUBJECTS]
            longest = max(named, key=lambda m: (m.end - m.start, -m.start), default=None)
            if longest is not None and longest.start <= begin + 12:
                self._starts.append(line.end())
                self._subjects.append(longest)

    def subject_of(self, syntax: Syntax, verb: int) -> Mention | None:
        """Return who acts in a paragraph that opens with a verb; None where nobody is named above it.

        Args:
            syntax: The parse.
            verb: The verb that opens the paragraph, behind its number at most.
        """
        if not self._starts or syntax.tag[verb] not in ("VBZ", "VBP", "VB", "VBG", "NNS", "NNP", "NN"):
            return None
        at = bisect_right(self._starts, syntax.start[verb]) - 1
        if at < 0 or syntax.kids(verb, "nsubj", "nsubjpass"):
            return None
        line = self._text.rfind("\n", 0, syntax.start[verb]) + 1
        return self._subjects[at] if _NUMBERING.match(self._text[line : syntax.start[verb]]) else None
