"""Who issues a text and speaks in it of itself by name: "The Panel finds that …" in the Panel's own report.

What such a body finds is the author's own statement, not somebody's claim. It is known from the publisher and from the opening:
"report of the Panel of Experts", "Statement by the Ministry", a line with nothing but a name.
"""

from __future__ import annotations

import re

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.syntax import Syntax

_words = str.split
#: Verbs by which an author tells what is so.
FINDING = frozenset(
    _words(
        "find establish verify document determine confirm conclude note recall observe record identify reaffirm recognise "
        "recognize acknowledge ascertain show describe detail reveal demonstrate present cover register count"
    )
)
#: Nouns by which a text names itself.
_TEXTS = frozenset(
    _words(
        "report study paper notice statement document chapter section note briefing update communiqué communique annex brief "
        "finding"
    )
)
_NO_BODIES = frozenset({"Person", "Place", "State", "PopulationGroup", "NamedEvent"})
_KINDS = (
    "report|statement|communiqué|communique|notice|findings?|briefing|update|note|resolution|declaration|letter|press release"
)
#: What stands before the name of who issues a text.
_BEFORE = re.compile(
    rf"\b(?:{_KINDS}|published|issued|prepared|submitted|released)\b[^.\n]{{0,40}}?\b(?:of|by|from)\s+(?:the\s+)?\Z", re.I
)
#: The opening of a text: so many lines, each no longer than a heading.
_LINES, _HEADING = 8, 160


def issuing_bodies(reading: Reading) -> tuple[frozenset[str], ...]:
    """Return the words of the name of each body that issues a text, in lower case; empty where none is known.

    Args:
        reading: The document with its mentions.
    """
    found: dict[frozenset[str], None] = {}
    document, text = reading.document, reading.document.text
    if document.publisher:
        found[_name_words(document.publisher)] = None
    end = _opening_end(text)
    for mention in reading.mentions:
        if mention.start >= end:
            break
        if mention.kind != "name" or mention.type in _NO_BODIES:
            continue
        line = text[text.rfind("\n", 0, mention.start) + 1 : mention.start]
        behind = text.find("\n", mention.end)
        alone = not line.strip() and not text[mention.end : behind if behind >= 0 else len(text)].strip()
        if alone or _BEFORE.search(line):
            entity = reading.entity_of(mention)
            names = [mention.text] if entity is None else [mention.text, entity.name]
            for name in names:
                found[_name_words(name)] = None
    return tuple(words for words in found if words)


def is_own_voice(syntax: Syntax, bodies: tuple[frozenset[str], ...], source: int) -> bool:
    """Say whether who says something is the text itself or who issues it: "this report", "the Panel".

    Args:
        syntax: Its parse.
        bodies: Words of the names of who issues it.
        source: Head word of who says it.
    """
    kids = {syntax.lower[k] for k in syntax.children[source]}
    if syntax.lemma[source] in _TEXTS and kids & {"this", "present", "our"}:
        return True
    if not bodies or syntax.pos[source] not in ("NOUN", "PROPN"):
        return False
    first, last = syntax.phrase(source)
    words = frozenset(syntax.lower[t] for t in range(first, last + 1) if syntax.pos[t] not in ("DET", "PUNCT", "ADP", "SPACE"))
    return bool(words) and any(words <= body for body in bodies)


def _name_words(name: str) -> frozenset[str]:
    return frozenset(
        word for word in re.findall(r"[\w'’-]+", name.lower()) if word not in ("the", "of", "on", "for", "and", "in")
    )


def _opening_end(text: str) -> int:
    """Return where the headings at the beginning of a text end."""
    at = 0
    for _ in range(_LINES):
        end = text.find("\n", at)
        if end < 0 or end - at > _HEADING:
            break
        at = end + 1
    return at
