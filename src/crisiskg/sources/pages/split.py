"""Tells apart the documents of one copied page: finds the line with which each begins.

The evidence is added up, because no single sign is sure: a title that stood in a list above, a breadcrumb before it, a byline or
date behind it, the end matter of another document or a rule before it. Headings of sections speak against.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from crisiskg.sources.pages.lexicon import load
from crisiskg.sources.pages.lines import (
    Line,
    is_breadcrumb,
    is_byline,
    is_contents_heading,
    is_credit,
    is_date_line,
    is_furniture,
    is_generic_heading,
    is_separator,
    is_tail_heading,
    page_url,
)

_THRESHOLD = 3
_LOOKAHEAD = 9
#: Lines in which the title of a document is looked for.
_HEAD = 300


@dataclass(frozen=True, slots=True)
class Segment:
    """The lines of one document.

    Attributes:
        start: Index of its first line; lines before its title belong to it (breadcrumbs, captions, menus).
        title: Index of its title; None where it has none.
        end: Index behind its last line.
    """

    start: int
    title: int | None
    end: int


def split(lines: list[Line]) -> list[Segment]:
    """Return the documents of a page, in order; one where nothing speaks for several."""
    if not lines:
        return []
    starts = _starts(lines)
    segments: list[Segment] = []
    begins = [(_lead_in(lines, title), title) for title in starts]
    if not begins:
        return [Segment(0, _first_title(lines, 0, len(lines)), len(lines))]
    head_end = begins[0][0]
    if _body_words(lines, 0, head_end) >= 40:  # more than a caption
        segments.append(Segment(0, _first_title(lines, 0, head_end), head_end))
    else:
        begins[0] = (0, begins[0][1])
    for number, (start, title) in enumerate(begins):
        end = begins[number + 1][0] if number + 1 < len(begins) else len(lines)
        segments.append(Segment(start, title, end))
    return segments


def _starts(lines: list[Line]) -> list[int]:
    """Return the indexes of the titles with which documents surely begin."""
    seen: dict[str, list[int]] = defaultdict(list)
    starts: list[int] = []
    places = _places(lines)
    words_before = [0, *accumulate(line.words if line.prose and not is_furniture(line) else 0 for line in lines)]
    first_prose = next((line.index for line in lines if line.prose), len(lines))
    shape: set[str] = set()
    since = 0
    first_shape: set[str] | None = None
    for line in lines:
        index = line.index
        earlier = seen[line.folded]
        earlier = earlier[:8] + earlier[8:][-8:]
        if line.title_like and _leads_to_body(lines, index) and not _stands_again_before_body(lines, line, places[line.folded]):
            markers = _markers(lines, index)
            score = _score(lines, line, earlier, markers)
            if first_shape and markers & first_shape & {"byline", "date"}:
                score += 1
            if not starts and index < first_prose and _follows_breadcrumb(lines, index):
                score += 1  # the head of a page stands at its top
            if "breadcrumb" in markers and _prose_behind(lines, index) >= 40:
                score += 1  # a teaser has a sentence behind it, a document more
            enough = words_before[index] - words_before[since] >= 30
            if score >= _THRESHOLD and (not starts or enough):
                starts.append(index)
                since = index
                shape = markers
                if first_shape is None:
                    first_shape = shape
            elif first_shape is None and not starts and "byline" in markers | shape:
                first_shape = markers
        if line.title_like:
            seen[line.folded].append(index)
    return starts


def _follows_breadcrumb(lines: list[Line], index: int) -> bool:
    """Tell whether a line stands right behind a breadcrumb, with no other title-like line between it and the body."""
    if index == 0 or not is_breadcrumb(lines[index - 1].text):
        return False
    following = next((line for line in lines[index + 1 :] if line.title_like or line.body), None)
    return following is not None and following.body


def _prose_behind(lines: list[Line], index: int) -> int:
    """Return the words of running text behind a line, up to the next line that is none."""
    words = 0
    for line in lines[index + 1 : index + 60]:
        if line.prose:
            words += line.words
        elif words:
            break
    return words


def _score(lines: list[Line], line: Line, earlier: list[int], markers: set[str]) -> int:
    listed = [index for index in earlier if not _in_contents(lines, index) and not _leads_directly_to_prose(lines, index)]
    score = 0
    if listed and (line.words >= 2 or len(listed) >= 2):
        score += 3
    if "breadcrumb" in markers:
        score += 2
    if "byline" in markers:
        score += 2
    if "date" in markers:
        score += 1 if line.words < 3 else 2
    if "url" in markers:
        score += 2
    if "rule" in markers:
        score += 2 if "long rule" not in markers else 3
    if "end matter" in markers:
        score += 2
    if line.words <= 1:
        score -= 1
    if is_generic_heading(line.text):
        score -= 3
    return score


def _markers(lines: list[Line], index: int) -> set[str]:
    """Return what stands around a title-like line that speaks for a document beginning there."""
    markers: set[str] = set()
    before = index - 1
    passed = 0
    while before >= 0 and passed < 4:
        text = lines[before].text
        if is_breadcrumb(text):
            markers.add("breadcrumb")
        elif is_separator(text):
            markers.add("rule")
            if len(text) >= 8:
                markers.add("long rule")
        elif page_url(text):
            markers.add("url")
        elif _is_end_matter(lines[before]):
            markers.add("end matter")
        elif is_date_line(text):
            markers.add("date before")
        elif lines[before].folded != lines[index].folded and not is_furniture(lines[before]):
            break
        before -= 1
        passed += 1
    if before >= 0 and not lines[before].prose and _in_end_section(lines, before):
        markers.add("end matter")
    after = index + 1
    passed = 0
    while after < len(lines) and passed < 5:
        text = lines[after].text
        if is_byline(text):
            markers.add("byline")
        elif is_date_line(text):
            markers.add("date")
        elif is_breadcrumb(text):
            markers.add("breadcrumb")
        elif page_url(text):
            markers.add("url")
        elif lines[after].body or (lines[after].title_like and passed > 1):
            break
        after += 1
        passed += 1
    return markers


def _is_end_matter(line: Line) -> bool:
    text = line.text
    return text.startswith(("©", "(c)", "Copyright")) or "all rights reserved" in line.folded or line.folded.startswith("tags:")


@cache
def _headings() -> frozenset[str]:
    return frozenset(name for names in load("roles")["part_headings"].values() for name in names)


def _in_end_section(lines: list[Line], index: int) -> bool:
    """Tell whether a line stands under "Contributors" or "Related content" with no prose between."""
    for back in range(index, max(-1, index - 25), -1):
        if lines[back].body:
            return False
        if lines[back].folded in _headings() or is_tail_heading(lines[back].text):
            return True
    return False


def _leads_to_body(lines: list[Line], index: int) -> bool:
    """Tell whether a body follows, with at most a few lines of a head between."""
    others = 0
    for line in lines[index + 1 : index + 1 + _LOOKAHEAD]:
        if line.body:
            return True
        text = line.text
        passing = (
            line.folded == lines[index].folded
            or is_byline(text)
            or is_date_line(text)
            or is_breadcrumb(text)
            or is_furniture(line)
            or is_credit(text)
            or is_separator(text)
            or page_url(text)
            or line.prose
        )
        if not passing:
            others += 1
            if others > 3:
                return False
            if line.title_like and (_repeats_later(lines, line) or is_tail_heading(text)):
                return False
    return False


def _places(lines: list[Line]) -> dict[str, list[int]]:
    """Return the indexes of the title-like lines of each wording."""
    places: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        if line.title_like:
            places[line.folded].append(line.index)
    return places


def _stands_again_before_body(lines: list[Line], line: Line, places: list[int]) -> bool:
    """Tell whether the same title comes again with a body behind it, so that this one only announces it."""
    return any(place > line.index + 1 and _leads_to_body(lines, place) for place in places[:50])


def _repeats_later(lines: list[Line], line: Line) -> bool:
    return any(other.folded == line.folded for other in lines[line.index + 1 : line.index + 400])


def _leads_directly_to_prose(lines: list[Line], index: int) -> bool:
    return index + 1 < len(lines) and lines[index + 1].body


def _in_contents(lines: list[Line], index: int) -> bool:
    """Tell whether a line stands in a table of contents rather than in a list of titles."""
    low = index
    while low > 0 and not lines[low - 1].prose and index - low < 60:
        low -= 1
    high = index
    while high + 1 < len(lines) and lines[high + 1].title_like and high - index < 60:
        high += 1
    for line in lines[low : index + 1]:
        if is_contents_heading(line.text):
            return True
    run = [line for line in lines[low : high + 1] if line.title_like]
    generic = sum(is_generic_heading(line.text) for line in run)
    return generic >= 2 and generic * 4 >= len(run)


def _lead_in(lines: list[Line], title: int) -> int:
    """Return the index of the first line that belongs to the head of a document: breadcrumbs, rules and addresses before it."""
    start = title
    while start > 0:
        line = lines[start - 1]
        if (
            is_breadcrumb(line.text)
            or is_separator(line.text)
            or page_url(line.text)
            or is_date_line(line.text)
            or (line.folded == lines[title].folded)
        ):
            start -= 1
        else:
            break
    return start


def _body_words(lines: list[Line], start: int, end: int) -> int:
    return sum(line.words for line in lines[start:end] if line.prose and not is_furniture(line))


def _first_title(lines: list[Line], start: int, end: int) -> int | None:
    """Return the likeliest title of a document whose beginning nothing else gives away."""
    part = lines[start:end][:_HEAD]
    marked = [line for line in part if line.heading == 1]
    if marked:
        return marked[0].index
    furnished = any(is_furniture(line) for line in part[:40])
    counts = Counter(line.folded for line in part)
    candidates: list[tuple[int, int]] = []
    proses = 0
    for line in part:
        if line.prose and not is_furniture(line):
            proses += 1
            if not furnished or (line.body and line.words >= 40) or proses > 2:
                break
        elif candidates and is_contents_heading(line.text):
            break
        elif line.title_like:
            markers = _markers(lines, line.index)
            score = (
                2 * len(markers & {"byline", "date", "breadcrumb"}) + (2 if line.words >= 4 else 0) + (2 if line.heading else 0)
            )
            score += 2 if counts[line.folded] > 1 else 0
            score -= 2 if line.words <= 2 and furnished else 0
            score -= 1 if is_credit(line.text) else 0
            score += 2 if _named_in_first_prose(part, line) else 0
            candidates.append((score, -line.index))
    if not candidates:
        return None
    best = max(candidates)
    return -best[1]


def _named_in_first_prose(lines: list[Line], title: Line) -> bool:
    """Tell whether the first paragraph behind a title takes up most of its words."""
    words = {word for word in title.folded.split() if len(word) > 3}
    first = next((line for line in lines if line.index > title.index and line.prose), None)
    return first is not None and len(words) >= 2 and sum(word in first.folded for word in words) >= 0.6 * len(words)
