"""Collects the quads of one document's named graph, and writes spans, passages and time bounds."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Quad

from crisiskg.annotation.records import Annotation, Span
from crisiskg.documents import DateBounds, Document
from crisiskg.errors import AnnotationError
from crisiskg.graph import terms
from crisiskg.graph.terms import ckg, code, oa
from crisiskg.iris import mint_document, mint_document_graph, mint_part

#: Characters before and behind a passage that it keeps, so that it is found again in an edited text.
CONTEXT_CHARS = 32

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The four bounds of something that lasts; None where nothing bounds it."""

    earliest_begin: dt.date | None = None
    latest_begin: dt.date | None = None
    earliest_end: dt.date | None = None
    latest_end: dt.date | None = None

    @classmethod
    def of_span(cls, days: DateBounds | None) -> Bounds:
        """Return the bounds of what took place somewhere within the days: on them exactly where they are one day."""
        if days is None:
            return cls()
        exact = days.exact
        return cls(days.earliest, exact, exact, days.latest)

    @classmethod
    def of_ends(cls, begin: DateBounds | None, finish: DateBounds | None) -> Bounds:
        """Return the bounds of what began within one stretch of days and ended within another."""
        return cls(
            begin.earliest if begin else None,
            begin.latest if begin else None,
            finish.earliest if finish else None,
            finish.latest if finish else None,
        )

    def surely_covers(self, other: Bounds) -> bool:
        """Tell whether all days on which the other may be lie between the latest begin and the earliest end."""
        if None in {self.latest_begin, self.earliest_end, other.earliest_begin, other.latest_end}:
            return False
        assert self.latest_begin
        assert self.earliest_end
        assert other.earliest_begin
        assert other.latest_end
        return self.latest_begin <= other.earliest_begin and self.earliest_end >= other.latest_end

    def may_cover(self, other: Bounds) -> bool:
        """Tell whether no bound excludes that both were at one time."""
        if self.earliest_begin and other.latest_end and self.earliest_begin > other.latest_end:
            return False
        return not (self.latest_end and other.earliest_begin and self.latest_end < other.earliest_begin)

    @property
    def begin_year(self) -> int | None:
        """The year in which it began, where only one is possible."""
        last = self.latest_begin or self.latest_end
        if self.earliest_begin and last and self.earliest_begin.year == last.year:
            return last.year
        return None


class Writer:
    """The quads of one document, each once.

    Attributes:
        document: What is written.
        annotation: What was found in it.
        base: Base IRI of data.
        iri: IRI of the document.
        run: IRI of the run.
    """

    def __init__(self, document: Document, annotation: Annotation, run: NamedNode, base: str) -> None:
        self.document = document
        self.annotation = annotation
        self.base = base
        self.key = document.key
        self.iri = NamedNode(mint_document(self.key, base))
        self.run = run
        self._graph = NamedNode(mint_document_graph(self.key, base))
        self._quads: dict[Quad, None] = {}
        self._passages: dict[Span, NamedNode] = {}
        self._seen: set[NamedNode] = set()
        self._used: set[NamedNode] = set()
        self._sentences = sorted(set(annotation.sentences))
        self._starts = [start for start, _ in self._sentences]
        self._length = len(document.text)

    def quads(self) -> list[Quad]:
        """Return what was written, in the order of writing."""
        return list(self._quads)

    def add(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal | None) -> None:
        """Write one statement; a value that is None is not known and not written."""
        if value is not None:
            self._quads[Quad(subject, predicate, value, self._graph)] = None
            if isinstance(value, NamedNode):
                self._used.add(value)

    def is_used(self, node: NamedNode) -> bool:
        """Tell whether a statement so far has this value."""
        return node in self._used

    def first(self, node: NamedNode) -> bool:
        """Tell whether a thing that may be written only once comes up for the first time."""
        if node in self._seen:
            return False
        self._seen.add(node)
        return True

    def part(self, kind: str, local: str) -> NamedNode:
        """Return the IRI of a part of the document."""
        return NamedNode(mint_part(self.key, kind, local, self.base))

    def words(self, span: Span, what: str) -> str:
        """Return the text of a span.

        Raises:
            AnnotationError: the span is empty or not within the text.
        """
        start, end = span
        if not 0 <= start < end <= self._length:
            raise AnnotationError(
                f"{what} has the offsets {start} to {end}, which are no stretch of a text of {self._length} characters"
            )
        return self.document.text[start:end]

    def span(self, node: NamedNode, kind: str, span: Span, what: str) -> None:
        """Write class, document, quote and offsets of a span."""
        self.add(node, terms.TYPE, ckg(kind))
        self.add(node, ckg("inDocument"), self.iri)
        self.add(node, ckg("quote"), terms.text(self.words(span, what)))
        self.add(node, ckg("start"), terms.integer(span[0]))
        self.add(node, ckg("end"), terms.integer(span[1]))

    def passage(self, span: Span, what: str) -> NamedNode:
        """Write a passage with the words around it, once, and return its IRI.

        Args:
            span: Its offsets.
            what: Whose passage it is, for the error.
        """
        found = self._passages.get(span)
        if found is not None:
            return found
        start, end = span
        node = self.part("passage", f"{start}-{end}")
        self.span(node, "Passage", span, what)
        body = self.document.text
        self.add(node, oa("prefix"), terms.text(body[max(0, start - CONTEXT_CHARS) : start]))
        self.add(node, oa("suffix"), terms.text(body[end : end + CONTEXT_CHARS]))
        self._passages[span] = node
        return node

    def sentences_of(self, span: Span) -> list[Span]:
        """Return the sentences that a span touches, or the span itself where no sentence does."""
        start, end = span
        position = max(0, bisect_right(self._starts, start) - 1)
        touched = []
        while position < len(self._sentences) and self._sentences[position][0] < end:
            if self._sentences[position][1] > start:
                touched.append(self._sentences[position])
            position += 1
        return touched or [span]

    def evidence(self, span: Span, what: str) -> list[NamedNode]:
        """Write the sentences that a span touches as passages and return their IRIs."""
        self.words(span, what)
        return [self.passage(sentence, f"a sentence of {what}") for sentence in self.sentences_of(span)]

    def passage_around(self, span: Span) -> NamedNode | None:
        """Return the passage that is written already and holds the whole span; None where there is none."""
        for start, end in self.sentences_of(span):
            if start <= span[0] and span[1] <= end:
                return self._passages.get((start, end))
        return None

    def bounds(self, node: NamedNode, bounds: Bounds, days: DateBounds | None = None, *, year: bool = True) -> None:
        """Write the four bounds, with precision and basis of the days that they come from."""
        for name, day in (
            ("earliestBegin", bounds.earliest_begin),
            ("latestBegin", bounds.latest_begin),
            ("earliestEnd", bounds.earliest_end),
            ("latestEnd", bounds.latest_end),
        ):
            self.add(node, ckg(name), terms.date(day) if day else None)
        if days is not None:
            self.add(node, ckg("timePrecision"), code("precision", days.precision))
            self.add(node, ckg("timeBasis"), code("basis", days.basis))
        if year and bounds.begin_year is not None:
            self.add(node, ckg("beginYear"), terms.integer(bounds.begin_year))


def index(records: Iterable[T], name: str, identifier: Callable[[T], str]) -> dict[str, T]:
    """Return records by their ids.

    Args:
        records: Records of one kind.
        name: What one of them is called, for the error.
        identifier: Gives a record's id.

    Raises:
        AnnotationError: two records have one id.
    """
    found: dict[str, T] = {}
    for record in records:
        key = identifier(record)
        if key in found:
            raise AnnotationError(f"the annotation has two {name} records with the id {key!r}; each needs its own")
        found[key] = record
    return found


def look_up(records: dict[str, T], key: str, name: str, user: str) -> T:
    """Return the record that another one names by its id.

    Raises:
        AnnotationError: there is none.
    """
    try:
        return records[key]
    except KeyError:
        raise AnnotationError(f"{user} names the {name} {key!r}, which the annotation does not hold") from None
