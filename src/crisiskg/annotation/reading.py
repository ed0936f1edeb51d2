"""Reading: the mutable state of one document while its annotation is made. Each stage adds its records to it.

Stages, in order: `find_mentions`, `resolve_coreference`, `link_entities`, `find_times`, `infer_publication`, `find_quantities`,
`find_attributions`, `find_relations`, `find_events`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from crisiskg.annotation.gazetteer import Entry, OfficeHolding
from crisiskg.annotation.records import (
    Annotation,
    Attribution,
    Entity,
    Event,
    Mention,
    Quantity,
    Relation,
    Span,
    TimeExpression,
)
from crisiskg.annotation.syntax import Syntax
from crisiskg.annotation.title_participles import mend_title_participles
from crisiskg.documents import DateBounds, Document, RegionKind

if TYPE_CHECKING:
    from crisiskg.annotation.learned import Learned
    from crisiskg.annotation.time_grammar import RawTime


@dataclass
class Reading:
    """One document while it is read.

    Attributes:
        document: What is read.
        doc: The whole text in tokens; `token.idx` is an offset into `document.text`. No sentence and no named entity crosses
            the end of a paragraph or of a region.
        sentences: Spans of `doc` that hold more than white space, in order.
        mentions: In order of the text, longer ones first where two start together. Set them with `set_mentions`.
        entities: What the mentions refer to, in order of first mention.
        published: Day of publication or its bounds, given or inferred.
        entries: Reference entry of an entity, by entity id, where its names have one.
        holdings: Offices that the reference data say a person held, by entity id.
        titles: Offices and ranks beside a person's name: id of the mention → the words ("President", "Colonel").
        learned: What the learned reader says of each word; None where it is switched off.
        time_candidates: Words that are times in their context, once they were looked for (`crisiskg.annotation.times`).
    """

    document: Document
    doc: Doc
    sentences: list[TokenSpan] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    times: list[TimeExpression] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    attributions: list[Attribution] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    published: DateBounds | None = None
    warnings: list[str] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    holdings: dict[str, tuple[OfficeHolding, ...]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    learned: Learned | None = field(default=None, repr=False)
    time_candidates: list[RawTime] | None = field(default=None, repr=False)
    _bounds: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)
    _heads: dict[str, int] = field(default_factory=dict, repr=False)
    _headed: dict[int, list[Mention]] = field(default_factory=dict, repr=False)
    _covering: dict[int, list[Mention]] = field(default_factory=dict, repr=False)
    _by_id: dict[str, Mention] = field(default_factory=dict, repr=False)
    _entity_by_id: dict[str, Entity] = field(default_factory=dict, repr=False)
    _entity_count: int = field(default=-1, repr=False)
    _starts: list[int] = field(default_factory=list, repr=False)
    _sentence_starts: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        """Find the sentences and index what is there."""
        self._starts = [token.idx for token in self.doc]
        if not self.sentences:
            self.sentences = [trimmed for sentence in self.doc.sents if (trimmed := _trim(sentence)) is not None]
        self._sentence_starts = [sentence.start for sentence in self.sentences]
        if self.published is None:
            self.published = self.document.published
        self.set_mentions(self.mentions)

    @cached_property
    def syntax(self) -> Syntax:
        """The parse as plain lists, made once for all stages; none of them changes it."""
        syntax = Syntax(self.doc)
        mend_title_participles(syntax, self.document)
        return syntax

    def set_mentions(self, mentions: list[Mention]) -> None:
        """Replace the mentions and index them by token."""
        self.mentions = sorted(mentions, key=lambda mention: (mention.start, -mention.end))
        self._bounds, self._heads, self._headed, self._covering = {}, {}, {}, {}
        self.time_candidates = None
        self._by_id = {mention.id: mention for mention in self.mentions}
        for mention in self.mentions:
            first, last = self.tokens_of(mention.start, mention.end)
            self._bounds[mention.id] = (first, last)
            head = self.doc[first:last].root.i
            self._heads[mention.id] = head
            self._headed.setdefault(head, []).append(mention)
            for index in range(first, last):
                self._covering.setdefault(index, []).append(mention)

    def tokens_of(self, start: int, end: int) -> Span:
        """Return the first token and the one behind the last that the characters [start, end) touch."""
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = first + 1
        while last < len(self._starts) and self._starts[last] < end:
            last += 1
        return first, last

    def span_of(self, mention: Mention) -> TokenSpan:
        """Return the tokens of a mention."""
        first, last = self._bounds[mention.id]
        return self.doc[first:last]

    def head_of(self, mention: Mention) -> Token:
        """Return the token on which the other tokens of a mention depend."""
        return self.doc[self._heads[mention.id]]

    def mention(self, mention_id: str) -> Mention:
        """Return the mention with this id."""
        return self._by_id[mention_id]

    def mentions_at(self, token_index: int) -> list[Mention]:
        """Return the mentions that cover a token, the longest first."""
        covering = self._covering.get(token_index, [])
        return sorted(covering, key=lambda mention: mention.start - mention.end)

    def mention_at(self, token_index: int) -> Mention | None:
        """Return the shortest mention that covers a token; None where there is none."""
        covering = self._covering.get(token_index)
        return min(covering, key=lambda mention: mention.end - mention.start) if covering else None

    def outer_mention_at(self, token_index: int) -> Mention | None:
        """Return the longest mention that covers a token; None where there is none."""
        covering = self._covering.get(token_index)
        return max(covering, key=lambda mention: mention.end - mention.start) if covering else None

    def mention_headed(self, token_index: int) -> Mention | None:
        """Return the longest mention whose head is the token; None where there is none."""
        headed = self._headed.get(token_index)
        return max(headed, key=lambda mention: mention.end - mention.start) if headed else None

    def mentions_in(self, first: int, last: int) -> Iterator[Mention]:
        """Yield the mentions that lie within tokens [first, last), in order."""
        low = bisect_right(self.mentions, self._starts[first] - 1, key=lambda mention: mention.start) if first < last else 0
        limit = self._starts[last] if last < len(self._starts) else len(self.document.text) + 1
        for mention in self.mentions[low:]:
            if mention.start >= limit:
                return
            if self._bounds[mention.id][1] <= last:
                yield mention

    def entity(self, entity_id: str | None) -> Entity | None:
        """Return the entity with this id; None for None or an unknown id."""
        if self._entity_count != len(self.entities):
            self._entity_by_id = {entity.id: entity for entity in self.entities}
            self._entity_count = len(self.entities)
        return self._entity_by_id.get(entity_id) if entity_id is not None else None

    def set_entities(self, entities: list[Entity]) -> None:
        """Replace the entities."""
        self.entities = entities
        self._entity_count = -1

    def entity_of(self, mention: Mention | None) -> Entity | None:
        """Return what a mention refers to; None where it is unresolved."""
        return self.entity(mention.entity) if mention is not None else None

    def sentence_of(self, token_index: int) -> TokenSpan:
        """Return the sentence that holds a token (the nearest one before it, for white space between sentences)."""
        return self.sentences[max(bisect_right(self._sentence_starts, token_index) - 1, 0)]

    def region_at(self, offset: int) -> RegionKind:
        """Return what the text at an offset is for; "body" where no region says otherwise."""
        for region in self.document.regions:
            if region.start <= offset < region.end:
                return region.kind
        return "body"

    def in_credits(self, offset: int) -> bool:
        """Say whether the text at an offset only names who made the document: a byline, a list of contributors."""
        return self.region_at(offset) in ("byline", "contributors")

    def annotation(self) -> Annotation:
        """Return what was found, frozen."""
        return Annotation(
            id=self.document.source_id or self.document.key,
            sentences=tuple((sentence.start_char, sentence.end_char) for sentence in self.sentences),
            mentions=tuple(self.mentions),
            entities=tuple(self.entities),
            times=tuple(self.times),
            relations=tuple(self.relations),
            events=tuple(self.events),
            attributions=tuple(self.attributions),
            quantities=tuple(self.quantities),
            published=self.published,
            warnings=tuple(self.warnings),
        )


def _trim(sentence: TokenSpan) -> TokenSpan | None:
    start, end = sentence.start, sentence.end
    doc = sentence.doc
    while start < end and doc[start].is_space:
        start += 1
    while end > start and doc[end - 1].is_space:
        end -= 1
    return doc[start:end] if start < end else None
