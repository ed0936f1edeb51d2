"""Puts the names that a reader found in the place of those that the rules found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType, Mention


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name as a reader gives it.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last.
        type: Type of what it names.
        confidence: In [0, 1].
    """

    start: int
    end: int
    type: EntityType
    confidence: float


def put_names(reading: Reading, names: Iterable[FoundName], *, replacing: bool) -> None:
    """Put names among the mentions of a reading.

    Spans grow to whole tokens and lose white space. Of names that overlap the surest stays, the longer of equally sure ones.
    Nominals and pronouns stay where no name is; those that hold a name stay too.

    Args:
        reading: The document, after its mentions were found and before they are tied to entities.
        names: Names of the reader; those outside the text are passed over.
        replacing: Whether the names of the rules go, or stay where the reader has none.
    """
    chosen: list[FoundName] = []
    snapped = [name for name in (_snapped(reading, name) for name in names) if name is not None]
    for name in sorted(snapped, key=lambda name: (-name.confidence, name.start - name.end, name.start)):
        if all(name.end <= other.start or other.end <= name.start for other in chosen):
            chosen.append(name)
    spans = [(name.start, name.end) for name in chosen]

    def stays(mention: Mention) -> bool:
        touched = [span for span in spans if span[0] < mention.end and mention.start < span[1]]
        if mention.kind == "name":
            return not replacing and not touched
        # A description may hold a name ("the army of Mali"), and is none itself.
        return all(
            mention.start <= start and end <= mention.end and (start, end) != (mention.start, mention.end)
            for start, end in touched
        )

    text = reading.document.text
    kept = [mention for mention in reading.mentions if stays(mention)]
    made = [
        Mention("", name.start, name.end, text[name.start : name.end], name.type, "name", None, round(name.confidence, 3))
        for name in chosen
    ]
    titles = {(mention.start, mention.end): reading.titles.get(mention.id) for mention in reading.mentions}
    ordered = sorted([*kept, *made], key=lambda mention: (mention.start, -mention.end))
    numbered = [replace(mention, id=f"m{number}") for number, mention in enumerate(ordered)]
    reading.set_mentions(numbered)
    reading.titles = {
        mention.id: title for mention in numbered if (title := titles.get((mention.start, mention.end))) is not None
    }


def _snapped(reading: Reading, name: FoundName) -> FoundName | None:
    text = reading.document.text
    if not (0 <= name.start < name.end <= len(text)) or not text[name.start : name.end].strip():
        return None
    first, last = reading.tokens_of(name.start, name.end)
    while first < last and reading.doc[first].is_space:
        first += 1
    while last > first and reading.doc[last - 1].is_space:
        last -= 1
    if first >= last:
        return None
    token = reading.doc[last - 1]
    return replace(name, start=reading.doc[first].idx, end=token.idx + len(token))
