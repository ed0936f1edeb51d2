"""Attributions: who says, thinks, fears or asks what, and what the author judges, expects and recommends."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from crisiskg.annotation.author_voice import find_author_statements
from crisiskg.annotation.quotes import Quote, find_quotes
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Attribution, Mention, Span
from crisiskg.annotation.speech_finder import SpeechFinder
from crisiskg.annotation.speech_headlines import headline_drafts
from crisiskg.annotation.speech_lexicon import speech_lexicon
from crisiskg.annotation.speech_reader import Draft
from crisiskg.annotation.speech_turns import turn_drafts
from crisiskg.annotation.syntax import Syntax

_OPENING_MARKS = "“\"'‘`«"


def find_attributions(reading: Reading) -> None:
    """Find the attributions of a document and append them to `reading.attributions`, in order of their content.

    Args:
        reading: Its sentences, mentions and times are read.
    """
    if not len(reading.doc):
        return
    syntax = reading.syntax
    lexicon = speech_lexicon()
    text = reading.document.text
    quotes = find_quotes(text)
    finder = SpeechFinder(reading, syntax, lexicon, quotes)
    drafts = finder.find()
    drafts = _extend_over_quotes(drafts, quotes, text)
    drafts += finder.lone_quotes(drafts)
    drafts += headline_drafts(finder)
    turns = turn_drafts(finder)
    drafts = [draft for draft in drafts if not (draft.author and _within(draft.content, turns))] + turns
    taken = [draft.content for draft in drafts] + [(quote.start, quote.end) for quote in quotes]
    for author in find_author_statements(reading, syntax, lexicon, taken):
        drafts.append(Draft(-1, None, None, None, author.content, author.kind, True, confidence=author.confidence))
    _write(reading, syntax, _unique(drafts))


def _within(span: Span, turns: list[Draft]) -> bool:
    """Whether a span lies in a speaker's turn, where "I think" is not the author."""
    return any(turn.content[0] <= span[0] and span[1] <= turn.content[1] for turn in turns)


def _extend_over_quotes(drafts: list[Draft], quotes: list[Quote], text: str) -> list[Draft]:
    """Let what is said reach over the whole quotation that it is part of, and over one that goes on behind "he said"."""
    starts = [quote.start for quote in quotes]
    cues = sorted(draft.cue[0] for draft in drafts if draft.cue is not None)
    out = []
    for draft in drafts:
        start, end = draft.content
        cue = draft.cue
        quoted = text[max(start - 2, 0) : start + 1].lstrip()[:1] in _OPENING_MARKS
        reach = cue[1] if cue is not None else end
        for quote in quotes[max(bisect_left(starts, start) - 1, 0) :]:
            if quote.start > max(end, reach) + 300:
                break
            if cue is not None and quote.start <= cue[0] < quote.end:
                continue
            if quote.start < end and start < quote.end:
                if quote.start < start - 1 or quote.end > end + 1:
                    start, end = min(start, quote.start), max(end, quote.end)
                quoted = quoted or quote.start <= start + 1
                reach = max(reach, quote.end)
            elif cue is not None and quoted and quote.start > reach and draft.content[1] <= cue[0] and quote.words >= 2:
                if _goes_on_below(text, reach, quote, cues):
                    end = reach = quote.end
                    continue
                between = text[reach : quote.start].rstrip(_OPENING_MARKS + " \u00a0")
                spoken_by_another = bisect_left(cues, cue[1]) < bisect_left(cues, quote.start)
                following = bisect_left(cues, quote.end)
                if following < len(cues) and cues[following] - quote.end < 80:
                    tail = text[quote.end : cues[following]]
                    spoken_by_another = spoken_by_another or ("\n" not in tail and not re.search(r"[.!?]\s", tail[2:]))
                if (
                    "\n" in between
                    or spoken_by_another
                    or not between.endswith((".", ",", ":", ";"))
                    or re.search(r"[.!?]\s+[A-Z]\w* \w", between)
                ):
                    break
                end = reach = quote.end
        while end > start and text[end - 1] in ", \n":
            end -= 1
        out.append(replace(draft, content=(start, end)))
    return out


def _goes_on_below(text: str, reach: int, quote: Quote, cues: list[int]) -> bool:
    """Whether a quotation fills the paragraph right below one with "he said": the same speaker goes on.

    Args:
        text: The document's text.
        reach: Where the quotation so far, or its word of saying, ends.
        quote: The quotation below.
        cues: Beginnings of all words of saying, sorted.
    """
    rest, newline, lead = text[reach : quote.start].partition("\n")
    if not newline or len(rest) > 60 or lead.strip(_OPENING_MARKS + " \u00a0\n") or re.search(r"[.!?]\s+\w", rest):
        return False
    behind = text.find("\n", quote.end)
    behind = len(text) if behind < 0 else behind
    if text[quote.end : behind].strip("”\"'’» \u00a0"):
        return False
    at = bisect_left(cues, reach)
    return at >= len(cues) or cues[at] >= behind or quote.start <= cues[at] < quote.end


def _unique(drafts: list[Draft]) -> list[Draft]:
    """Drop what says the same twice: same source and content."""
    seen: dict[tuple[Span | None, Span], Draft] = {}
    for draft in drafts:
        if draft.content[0] >= draft.content[1]:
            continue
        key = (draft.source, draft.content)
        if key not in seen or draft.confidence > seen[key].confidence:
            seen[key] = draft
    return sorted(seen.values(), key=lambda draft: (draft.content[0], -draft.content[1], draft.cue or (0, 0)))


def _write(reading: Reading, syntax: Syntax, drafts: list[Draft]) -> None:
    times = reading.times
    time_starts = [time.start for time in times]
    records: list[Attribution] = []
    for number, draft in enumerate(drafts):
        mention = _mention_of(reading, syntax, draft.source_token)
        time = place = None
        if draft.cue_token >= 0:
            for child in syntax.children[draft.cue_token]:
                if syntax.dep[child] not in ("prep", "npadvmod", "advmod", "nmod"):
                    continue
                a, b = syntax.span(*syntax.edges(child))
                if draft.content[0] <= a < draft.content[1]:
                    continue
                if time is None:
                    at = bisect_left(time_starts, a)
                    if at < len(times) and times[at].start < b:
                        time = times[at].id
                if place is None and syntax.lower[child] in ("in", "at", "from"):
                    for below in syntax.kids(child, "pobj"):
                        found = reading.mention_headed(below)
                        if found is not None and found.type in ("Place", "State"):
                            place = found.id
        records.append(
            Attribution(
                f"a{number}",
                draft.source,
                draft.cue,
                draft.content,
                mention.entity if mention else None,
                draft.author,
                draft.kind,
                time,
                place,
                draft.addressee,
                None,
                draft.confidence,
            )
        )
    reading.attributions = _nested(records)


def _mention_of(reading: Reading, syntax: Syntax, token: int | None) -> Mention | None:
    """Return the mention of who says it; a relative pronoun stands for what it goes back to."""
    if token is None:
        return None
    found = reading.mention_headed(token) or reading.mention_at(token)
    if found is not None and found.entity is not None:
        return found
    antecedent = _antecedent(syntax, token)
    if antecedent != token:
        return reading.mention_headed(antecedent) or reading.mention_at(antecedent) or found
    return found


def _antecedent(syntax: Syntax, token: int) -> int:
    """Return what a relative pronoun goes back to, where the parse says so; otherwise the token itself."""
    if syntax.lower[token] not in ("who", "which", "that"):
        return token
    clause = syntax.head[token]
    while syntax.dep[clause] in ("xcomp", "conj", "ccomp") and syntax.head[clause] != clause:
        clause = syntax.head[clause]
    head = syntax.head[clause]
    return head if syntax.dep[clause] == "relcl" and syntax.pos[head] in ("NOUN", "PROPN", "PRON") else token


def _nested(records: list[Attribution]) -> list[Attribution]:
    """Say of each attribution within which other's content it stands: the smallest one that holds it."""
    out: list[Attribution] = []
    open_: list[Attribution] = []
    for record in records:
        anchor = record.cue or record.content
        open_ = [other for other in open_ if other.content[1] > record.content[0]]
        holders = [
            other
            for other in open_
            if other.content != record.content
            and other.content[0] <= min(anchor[0], record.content[0])
            and max(anchor[1], record.content[1]) <= other.content[1]
        ]
        holder = min(holders, key=lambda other: other.content[1] - other.content[0], default=None)
        out.append(replace(record, within=holder.id if holder else None))
        open_.append(record)
    return out
