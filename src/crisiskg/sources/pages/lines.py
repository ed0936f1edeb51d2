"""Lines of a page and their shape: running prose, like a title, page furniture, a byline, a date."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from crisiskg.sources.pages.dates import find_dates
from crisiskg.sources.pages.lexicon import load

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
_ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_URL_LINE = re.compile(r"(?:(?:source|url|link|from|original)\s*:\s*)?<?(https?://[^\s<>]+)>?\Z", re.IGNORECASE)
_BYLINE_NAMES = r"(?:\s*:\s*|\s+)(?P<names>(?:(?i:dr|prof|professor|col|gen|sir|dame|mr|mrs|ms)\.?\s+)?[A-ZÀ-ÞĀ-Ž].{2,200})\Z"
_CLOCK = re.compile(
    r"\b\d{1,2}[:.h]\d{2}(?:[:.]\d\d)?(?:\s*[ap]\.?m\.?)?(?:\s*\(?(?:gmt|utc|bst|est|edt|et|cet|cest|eat|pst)(?:[+-]\d+)?\)?)?",
    re.IGNORECASE,
)
#: Marks that pages set into text: of editing and of notes.
_MARK = re.compile(r"\s?\[\s?(?:edit|citation needed|\d{1,3})\s?\]", re.IGNORECASE)
_SEPARATOR = re.compile(r"(?:[-=_*#~•·—–+]\s?){3,}\Z")


@dataclass(slots=True)
class Line:
    """One line of a page; a paragraph, where lines were wrapped.

    Attributes:
        text: The line without white space around it.
        index: Its place among the lines.
        gap: Whether a blank line stands before it.
        heading: Level of a heading that markup gives it; 0 for none.
        folded: The text for comparing lines.
        words: Number of its words.
        ends_sentence: Whether it ends as a sentence does.
        prose: Whether it is running text.
    """

    text: str
    index: int = 0
    gap: bool = False
    heading: int = 0
    folded: str = field(init=False)
    words: int = field(init=False)
    ends_sentence: bool = field(init=False)
    prose: bool = field(init=False)
    _title_like: bool | None = field(init=False, default=None)
    _furniture: bool | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Take the measures that every test needs."""
        self.folded = fold(self.text)
        self.words = len(_WORD.findall(self.text))
        self.ends_sentence = bool(_ENDS_SENTENCE.search(self.text))
        self.prose = not self.heading and ((self.words >= 9 and self.ends_sentence) or self.words >= 28)

    @property
    def body(self) -> bool:
        """Whether it is a paragraph of a body rather than a caption or teaser."""
        return self.prose and (self.words >= 25 or (self.words >= 14 and self.ends_sentence))

    @property
    def title_like(self) -> bool:
        """Whether it could be a title or heading."""
        if self._title_like is None:
            self._title_like = self._looks_like_title()
        return self._title_like

    def _looks_like_title(self) -> bool:
        text = self.text
        if self.heading:
            return True
        if not 1 <= self.words <= 28 or len(text) > 200 or self.prose or not any(char.isalpha() for char in text):
            return False
        if text[-1] in ";:,-–—" or (text[-1] == "." and not re.search(r"(?:\.\.\.|[A-Z]\.[A-Z]\.|\bvs\.)\Z", text)):
            return False
        first = next(char for char in text if char.isalnum())
        return not first.islower() and not (
            is_furniture(self)
            or is_byline(text)
            or is_date_line(text)
            or is_breadcrumb(text)
            or is_separator(text)
            or page_url(text)
        )


def fold(text: str) -> str:
    """Return text for comparing lines: lower case, plain apostrophes, single spaces, no punctuation at its ends.

    >>> fold("  France’s  Troop Withdrawal! ")
    "france's troop withdrawal"
    """
    plain = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"').casefold()
    return " ".join(plain.split()).strip(" .,:;!?\"'-–—|#*")


# --- furniture --------------------------------------------------------------------------------------------------------


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = load("furniture")
    return (
        re.compile("(?:" + "|".join(data["lines"]) + r")[\s.:!›»>→]*\Z", re.IGNORECASE),
        re.compile("(?:" + "|".join(data["tail_headings"]) + r")[\s:]*\Z", re.IGNORECASE),
        re.compile("(?:" + data["contents_headings"] + r")[\s:]*\Z", re.IGNORECASE),
        re.compile("(?:" + data["generic_headings"] + r")[\s:]*\Z", re.IGNORECASE),
        re.compile(data["note_starts"], re.IGNORECASE),
    )


@cache
def _furniture_words() -> frozenset[str]:
    return frozenset(load("furniture")["words"].split())


@cache
def _sure_words() -> frozenset[str]:
    return frozenset(load("furniture")["sure_words"].split())


#: Words that say of a date that it is the one of publication, and small words of names.
_LABEL = re.compile(r"\b(?:published|posted|released|issued|updated|submitted|aired|dated)\b", re.IGNORECASE)
_SMALL = frozenset(
    {"a", "an", "and", "at", "by", "de", "del", "des", "du", "et", "for", "from", "hosted", "in", "la", "le", "of", "on", "the"}
)
_LENGTH = re.compile(r"\b\d+\s*(?:min(?:ute)?s?|pages?|pp?)\b\.?(?: read)?", re.IGNORECASE)


@cache
def _sections() -> frozenset[str]:
    return frozenset(load("furniture")["sections"].split())


@cache
def _byline() -> re.Pattern[str]:
    return re.compile(f"(?:{load('furniture')['bylines']}){_BYLINE_NAMES}", re.IGNORECASE)


@cache
def _date_lead() -> re.Pattern[str]:
    return re.compile(load("furniture")["date_leads"], re.IGNORECASE)


_FURNITURE_STOP = frozenset(["and", "or", "the", "to", "a", "of", "on", "in", "by", "for", "this", "with", "via"])


def is_furniture(line: Line) -> bool:
    """Tell whether a line belongs to the page and not to a document: menus, icon names, share and cookie lines, counters."""
    if line._furniture is None:
        line._furniture = _looks_like_furniture(line)
    return line._furniture


def _looks_like_furniture(line: Line) -> bool:
    text = line.text
    if len(text) <= 260 and _patterns()[0].match(text.strip("›»>→•·|*- ")):
        return not (line.prose and line.words > 45)
    if line.prose and line.words < 28:
        return False
    words = [word.lower() for word in _WORD.findall(text)]
    words = [word for word in words if word not in _FURNITURE_STOP and not word.isdigit()]
    if not words or line.ends_sentence:
        return False
    known = sum(word in _furniture_words() for word in words)
    if len(words) >= 6:
        # A site's sections are words of headlines too: they make a menu only where nothing else stands among its commands.
        sections = sum(word in _sections() and word not in _furniture_words() for word in words)
        return known >= 0.6 * len(words) or (known >= 2 and known + sections == len(words) and _menu(words))
    # Two or three words of a menu ("Home News Video"); a single one may be a heading.
    return (
        len(words) >= 2
        and known == len(words)
        and len(words) == len(set(words))
        and text[0].isupper()
        and "," not in text
        and _menu(words)
    )


def _menu(words: list[str]) -> bool:
    return any(word in _sure_words() for word in words)


def is_tail_heading(text: str) -> bool:
    """Tell whether a line heads a list of other documents ("Related content", "Most read")."""
    return len(text) <= 80 and bool(_patterns()[1].match(text.strip("›»>→•·|*-# ")))


def is_contents_heading(text: str) -> bool:
    """Tell whether a line heads a table of contents."""
    return len(text) <= 60 and bool(_patterns()[2].match(text))


def is_generic_heading(text: str) -> bool:
    """Tell whether a line is a heading that parts of documents have ("Introduction", "2. Background")."""
    return len(text) <= 120 and bool(_patterns()[3].match(text))


def is_note(text: str) -> bool:
    """Tell whether a paragraph is a note on the document ("N.B.", "Correction:", "This article was first published")."""
    return bool(_patterns()[4].match(text.lstrip("*†([ ")))


@cache
def _credit_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = load("furniture")
    return re.compile("(?:" + data["credits"] + ")", re.IGNORECASE), re.compile(data["captions"], re.IGNORECASE)


def is_credit(text: str) -> bool:
    """Tell whether a line says who made a picture, with or without a caption before it."""
    return len(text) <= 400 and bool(_credit_patterns()[0].match(text.strip(" ()[]")))


def caption_label(text: str) -> int:
    """Return the length of a label such as "Image caption, " at the start of a line; 0 where there is none."""
    found = _credit_patterns()[1].match(text)
    return found.end() if found else 0


# --- bylines, dates, breadcrumbs --------------------------------------------------------------------------------------


def is_byline(text: str) -> bool:
    """Tell whether a line says who wrote the document.

    >>> is_byline("By Jane Doe and John Smith in Bamako"), is_byline("By the time they left, nothing was left.")
    (True, False)
    """
    return byline_names(text) is not None


def byline_names(text: str) -> str | None:
    """Return the part of a byline behind "By"; None where the line is none."""
    if len(text) > 220:
        return None
    match = _byline().match(text)
    if not match:
        return None
    names = match["names"].strip()
    words = [word for word in re.split(r"[\s,&|]+", re.split(r"\s(?:in|at|for|on|from|–|-|\|)\s|,\s|\d", names)[0]) if word]
    small = {"and", "de", "la", "von", "van", "der", "bin", "ibn", "al", "el", "di", "da", "del", "ben", "abu"}
    if not words or len(words) > 14 or words[0].lower() in {"the", "a", "an", "this", "that", "our", "its", "his"}:
        return None
    if any(word[0].islower() and word.lower() not in small and "-" not in word for word in words):
        return None
    if text[-1:] == "." and len(words) > 4 and not text.lower().startswith(("reporting", "by")):
        return None
    return names


def is_date_line(text: str) -> bool:
    """Tell whether a line holds nothing but a date, with words such as "Published", a time of day, and who publishes.

    >>> is_date_line("Published 27 May 2015, 10:30 GMT"), is_date_line("On 27 May 2015 he appeared on a video.")
    (True, False)
    >>> is_date_line("Sahel Monitoring Desk, Niamey | 27 May 2015"), is_date_line("Herders near Boni, Mali, 27 May 2015")
    (True, False)
    """
    if len(text) > 160:
        return False
    found = find_dates(text)
    if not found:
        return False
    rest = text
    for date in reversed(found):
        rest = rest[: date.start] + " " + rest[date.end :]
    rest = _CLOCK.sub(" ", rest)
    if _is_masthead(rest, text[: found[0].start], text[found[-1].end :]):
        return True
    rest = _date_lead().sub(" ", rest)
    left = _WORD.findall(re.sub(r"\b\d+\s*min(?:ute)?s?(?: read)?\b", " ", rest, flags=re.IGNORECASE))
    return len(left) <= 2 and not any(len(word) > 14 for word in left) and not _ENDS_SENTENCE.search(text)


def _is_masthead(rest: str, before: str, behind: str) -> bool:
    """Tell whether a line without its dates names who publishes: names alone, one of them of a body that does so, or a label.

    Args:
        rest: The line without dates and times of day.
        before: What stands before the first date: it ends at a comma, bar or dash, or with a word such as "Released".
        behind: What stands behind the last: nothing but a time of day or a length of reading.
    """
    if re.search(r"[^\W\d_]", _LABEL.sub("", _LENGTH.sub("", _CLOCK.sub("", behind)))):
        return False
    if not (re.search(r"[,|·•–—:]\s*\Z", before) or (before.strip() and _LABEL.search(before))):
        return False
    words = [word for word in re.findall(r"[^\W_][\w’'.-]*", _LENGTH.sub(" ", rest)) if word.lower() not in _SMALL]
    if not 1 <= len(words) <= 14 or any(word[0].islower() for word in words if not _LABEL.match(word)):
        return False
    return any(word.lower().strip("’'s.") in _bodies() or word.lower() in _bodies() for word in words) or bool(
        _LABEL.search(rest)
    )


@cache
def _bodies() -> frozenset[str]:
    return frozenset(load("furniture")["publishing_bodies"].split())


@cache
def kind_labels() -> dict[str, str]:
    """Return the kind of document that each label stands for, by label in lower case."""
    return {label: kind for kind, labels in load("kinds")["labels"].items() for label in labels}


def is_breadcrumb(text: str) -> bool:
    """Tell whether a line says where in a site the page stands ("Podcast / Africa", "Home > News > Mali", "Commentary").

    >>> is_breadcrumb("Podcast / Africa"), is_breadcrumb("Russia / Ukraine war: what next?")
    (True, False)
    """
    return len(text) <= 140 and breadcrumb_kind(text) is not None


def breadcrumb_kind(text: str) -> str | None:
    """Return the kind of document that a breadcrumb line names; "" where it is one that names none; None where it is none."""
    bare = text.strip(" /|>›»•·")
    dates = find_dates(bare)
    for date in reversed(dates):
        bare = bare[: date.start] + bare[date.end :]
    bare = _CLOCK.sub("", bare)
    bare = re.sub(r"\b\d+[- ]min(?:ute)?s?(?: read)?\b", "", bare, flags=re.IGNORECASE)
    parts = [part.strip(" ,:-–—") for part in re.split(r"\s*[/|>›»•·]\s*", bare)]
    parts = [part for part in parts if part]
    if not parts or len(parts) > 6 or any(len(part.split()) > 5 for part in parts):
        return None
    labels = kind_labels()
    kinds = []
    for part in parts:
        name = re.sub(r"\s+(?:n[°ºo.]+\s*)?\d+\Z", "", part.lower())
        if name in labels:
            kinds.append(labels[name])
    first = parts[0].lower()
    if kinds and (len(parts) > 1 or len(parts[0].split()) <= 3):
        # "World news / Mali / Opinion": the kind that says more than "news" wins.
        return next((kind for kind in kinds if kind != "news"), kinds[0])
    if len(parts) >= 2 and first in {"home", "homepage", "start", "you are here"}:
        return ""
    return None


def is_separator(text: str) -> bool:
    """Tell whether a line is a rule ("-----")."""
    return bool(_SEPARATOR.match(text))


def page_url(text: str) -> str | None:
    """Return the address that a line consists of, with or without "Source:" before it."""
    match = _URL_LINE.match(text.strip())
    return match[1] if match else None


# --- from text to lines -----------------------------------------------------------------------------------------------


def split_lines(text: str, *, hyphens: bool = False) -> list[Line]:
    """Return the lines of a text, those that belong to one wrapped paragraph joined.

    Args:
        text: Clean text.
        hyphens: Whether a hyphen at the end of a line was set by the typesetter, as in PDF.
    """
    raw = [" ".join(_MARK.sub("", line).split()) for line in text.split("\n")]
    width = _wrap_width(raw)
    joined: list[Line] = []
    gap, previous = True, ""
    for line in raw:
        if not line:
            gap = True
            continue
        if not gap and width and joined and _continues(previous, line, width):
            joined[-1].text = _join(joined[-1].text, line, text if hyphens else None)
        else:
            joined.append(Line(line, gap=gap))
        previous, gap = line, False
    return [Line(line.text, index, line.gap) for index, line in enumerate(joined)]


def _wrap_width(lines: list[str]) -> int:
    """Return the width at which a text was wrapped; 0 where it was not."""
    lengths = sorted(len(line) for line in lines if line)
    if len(lengths) < 4:
        return 0
    width = lengths[min(len(lengths) - 1, int(len(lengths) * 0.97))]
    if not 35 <= width <= 140 or lengths[-1] > 1.6 * width:
        return 0
    pairs = full = 0
    for first, second in pairwise(lines):
        if first and second:
            pairs += 1
            full += _continues(first, second, width)
    return width if pairs >= 3 and full >= 0.5 * pairs else 0


def _continues(first: str, second: str, width: int) -> bool:
    """Tell whether the first word of the second line had no room on the first."""
    slack = width * 0.12
    if is_separator(first) or is_separator(second) or re.match(r"[•*–-]\s|\d+[.)]\s", second):
        return False
    return len(first) + 1 + len(second.split(" ", 1)[0]) > width - slack


def _join(first: str, second: str, text: str | None) -> str:
    if first.endswith("-") and len(first) > 2 and first[-2].isalpha() and second[:1].islower():
        head, tail = first.rsplit(" ", 1)[-1][:-1], second.split(" ", 1)[0].strip(".,;:!?")
        if text is not None and f"{head}-{tail}" not in text:
            return first[:-1] + second
        return first + second
    return f"{first} {second}"
