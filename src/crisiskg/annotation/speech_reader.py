"""What all readers of reported speech share: drafts of attributions, and the spans of sources, clauses and quotations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from crisiskg.annotation.quotes import Quote
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Span, StatementKind
from crisiskg.annotation.speech_lexicon import SpeechLexicon
from crisiskg.annotation.syntax import Syntax

#: First person of the author, outside quotations.
FIRST_PERSON = frozenset({"i", "we", "us", "me", "our", "my"})
_QUOTE_ENDS = re.compile(r"[,.!?…–—-]\s?[”\"’'»]|[”\"’'»]{1,2}\s?[,–—-]")
#: Place in capitals, with what may follow it (a state, a day, an agency in brackets), before the dash that opens a report.
_DATELINE = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ'’.\- ]{2,40}(?:,\s[^\n–—,]{2,25}){0,2}(?:\s\([^()\n]{2,30}\))?\s?(?:–|—|--|\s-)\s")
_EDGES = " \t\n\r\u00a0,;:.—–-“”\"‘’'()[]"


@dataclass(slots=True)
class Draft:
    """An attribution in the making.

    Attributes:
        cue_token: Token of the word of saying; -1 where a quote stands alone.
        source_token: Head of who says it; None where nobody is named.
        source: Span of who says it.
        cue: Span of the cue.
        content: Span of what is said.
        kind: What sort of statement it is.
        author: Whether the author of the text speaks.
        confidence: In [0, 1].
    """

    cue_token: int
    source_token: int | None
    source: Span | None
    cue: Span | None
    content: Span
    kind: StatementKind = "statement"
    author: bool = False
    addressee: str | None = None
    confidence: float = 0.8


class SpeechReader:
    """A document's parse, quotations and lexicon, with the questions that every rule asks of them."""

    def __init__(self, reading: Reading, syntax: Syntax, lexicon: SpeechLexicon, quotes: list[Quote]) -> None:
        self.reading, self.syntax, self.lexicon, self.quotes = reading, syntax, lexicon, quotes
        self.text = reading.document.text
        self.quote_starts = [quote.start for quote in quotes]
        self.bodies: tuple[frozenset[str], ...] | None = None  # names of who issues the text, once they are asked for

    def clause_span(self, clause: int, verb: int) -> Span:
        """Return the characters of a complement clause, without the words of saying that stand at its edge."""
        syntax = self.syntax
        first, last = syntax.edges(clause)
        if first <= verb <= last:  # the words of saying stand in the middle of what is said
            return syntax.span(first, last)
        bar = next((t for t in range(first, clause) if syntax.lower[t] == ";" and not self.in_quote(syntax.start[t])), None)
        if bar is not None and verb < first and bar > first:
            last = bar - 1  # the parse took what follows the semicolon for what is said; it stands right behind the verb
            return syntax.span(first + (syntax.lower[first] == "that" and first < last), last)
        first, last = self.between_bars(clause, first, last)
        while first < last and syntax.lower[first] in ("that", ",", ":", "“", '"', "''", "``"):
            first += 1
        return syntax.span(first, max(first, self.cut_at_new_clause(clause, last)))

    def between_bars(self, head: int, first: int, last: int) -> tuple[int, int]:
        """Return the part of a clause that holds its head, where semicolons outside quotations divide it.

        What stands on the other side of a semicolon is told by the teller of the text.
        """
        syntax = self.syntax
        for token in range(first, last + 1):
            if syntax.lower[token] != ";" or self.in_quote(syntax.start[token]):
                continue
            if token < head:
                first = token + 1
            else:
                last = token - 1
                break
        return first, last

    def cut_at_new_clause(self, head: int, last: int) -> int:
        """Return the last token of what is said where a clause of the teller is joined on (", and the envoy left")."""
        syntax = self.syntax
        for child in syntax.children[head]:
            if syntax.dep[child] != "conj" or child < head:
                continue
            if not any(syntax.dep[k] in ("nsubj", "nsubjpass", "expl") for k in syntax.children[child]):
                last = min(last, self.cut_at_new_clause(child, last)) if child < last else last
                continue
            first = syntax.edges(child)[0]
            if any(syntax.dep[k] == "mark" for k in syntax.children[child]) or self.in_quote(syntax.start[first]):
                continue
            before = first - 1
            while before > head and (syntax.dep[before] == "cc" or syntax.pos[before] == "SPACE"):
                before -= 1
            if syntax.lower[before] in (",", ";") or syntax.pos[head] in ("NOUN", "PROPN"):
                return before - 1 if syntax.lower[before] in (",", ";") else before
        return last

    def quote_beside(self, verb: int) -> Span | None:
        """Return the quotation that the sentence of a verb opens, closes or goes on with."""
        if not self.quotes:
            return None
        syntax = self.syntax
        sentence_start, sentence_end = syntax.sentence_span(verb)
        position = syntax.start[verb]
        best: Quote | None = None
        low = max(bisect_left(self.quote_starts, sentence_start) - 2, 0)
        for quote in self.quotes[low:]:
            if quote.start >= sentence_end:
                break
            if quote.end < sentence_start - 4 or quote.start <= position < quote.end or quote.words < 2:
                continue
            between = self.text[quote.end : position] if quote.end <= position else self.text[position : quote.start]
            if len(between) > 120 or re.search(r"[.!?]\s", between):
                continue
            before = self.text[max(0, quote.start - 2) : quote.start].strip()
            if quote.end <= sentence_start and self.text[quote.end - 1] != ",":
                continue
            if quote.end <= position and not _QUOTE_ENDS.search(self.text[max(0, quote.end - 2) : quote.end + 3]):
                continue
            if quote.start > position and before not in (",", ":", "") and not before.endswith((",", ":")):
                continue
            if not self.is_beside(quote, verb):
                continue
            if best is None or len(between) < abs(best.start - position):
                best = quote
        return (best.start, best.end) if best else None

    def is_beside(self, quote: Quote, verb: int) -> bool:
        """Whether only words that belong to the verb stand between it and a quotation."""
        syntax = self.syntax
        if quote.end <= syntax.start[verb]:
            low, high = syntax.token_at(quote.end), verb
        else:
            low, high = verb + 1, syntax.token_at(quote.start)
        if high - low > 25:
            return False
        own = set(syntax.subtree(verb))
        return all(i in own or syntax.pos[i] in ("PUNCT", "SPACE", "ADP", "ADV", "PART", "DET") for i in range(low, high))

    def source_span(self, head: int) -> Span:
        """Return the noun phrase without relative clauses and appositions; a longer name that it is part of stands whole."""
        syntax = self.syntax
        first, last = syntax.phrase(head)
        for child in syntax.children[head]:
            if (
                syntax.dep[child] == "prep"
                and child > head
                and syntax.lower[child] in ("in", "from", "at", "for", "with")
                and syntax.edges(child)[1] - child <= 5
            ) and child == last + 1:
                last = syntax.edges(child)[1]
        for child in syntax.children[head]:
            # "the ousted president, Kurmanbek Bakiyev": the name belongs to who says it, a description behind a name does not
            if (
                syntax.dep[child] == "appos"
                and syntax.pos[child] == "PROPN"
                and syntax.pos[head] != "PROPN"
                and last < child <= last + 6
            ):
                begin, end = syntax.phrase(child)
                if syntax.start[begin] - syntax.start[first] > syntax.end[end] - syntax.start[begin]:
                    first = begin  # a description longer than the name only says who that is
                last = max(last, end)
        members = [k for k in syntax.series(head) if k != head and syntax.pos[k] in ("NOUN", "PROPN", "PRON")]
        if members and syntax.head[members[0]] == head:
            last = max(last, syntax.phrase(members[-1])[1])
        while first < last and syntax.pos[first] in ("PUNCT", "SPACE", "CCONJ", "ADV"):
            first += 1
        while last > first and syntax.pos[last] in ("PUNCT", "SPACE"):
            last -= 1
        return syntax.span(first, last)

    def cue_span(self, verb: int) -> Span:
        """Return the verb with its particle ("called on", "pointed out")."""
        syntax = self.syntax
        particle = next((k for k in syntax.children[verb] if syntax.dep[k] == "prt" and k == verb + 1), verb)
        return syntax.span(verb, particle)

    def in_quote(self, offset: int) -> bool:
        """Say whether a character stands inside a quotation."""
        at = bisect_right(self.quote_starts, offset) - 1
        return at >= 0 and self.quotes[at].start <= offset < self.quotes[at].end

    def dateline_end(self, offset: int) -> int | None:
        """Return where the dateline ends in which a character stands ("LIMA, 3 May – "); None where it stands in none."""
        start = self.text.rfind("\n", 0, offset) + 1
        found = _DATELINE.match(self.text, start)
        return found.end() if found is not None and offset < found.end() else None

    def behind_dateline(self, span: Span) -> Span:
        """Return a span without the dateline at its beginning."""
        end = self.dateline_end(span[0])
        return (end, span[1]) if end is not None and end < span[1] else span

    def trim(self, span: Span) -> Span | None:
        """Cut white space, quotation marks and the conjunction from the edges of a span."""
        start, end = span
        while start < end and self.text[start] in _EDGES:
            start += 1
        while end > start and self.text[end - 1] in _EDGES:
            end -= 1
        if self.text[start : start + 5].lower() == "that " and end - start > 5:
            start += 5
        return (start, end) if start < end else None
