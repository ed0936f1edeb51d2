"""Tells what kind of document a text is: by the page's own label, else by its wording."""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from crisiskg.documents import DocumentKind
from crisiskg.sources.pages.lexicon import load

_QUOTED = re.compile(r"“[^”]{0,2000}”|\"[^\"\n]{0,2000}\"")
_SINGULAR = re.compile(r"\b(?:I|my|me|myself)\b(?!\.)")
_PLURAL = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
_SAID = re.compile(r"\b(?:said|told|according to|reported|confirmed|announced|added)\b", re.IGNORECASE)
_TURNS = re.compile(r"(?m)^(?:Q|A|Question|Answer|[A-Z][\w.’' -]{2,40}):\s")


@cache
def _stance() -> re.Pattern[str]:
    return re.compile(load("kinds")["stance"], re.IGNORECASE)


@cache
def _cues() -> dict[str, tuple[re.Pattern[str], ...]]:
    return {
        kind: tuple(re.compile(cue if kind in {"news"} else f"(?i:{cue})") for cue in cues)
        for kind, cues in load("kinds")["cues"].items()
    }


def by_schema_type(name: str) -> DocumentKind | None:
    """Return the kind that a schema.org type stands for.

    >>> by_schema_type("NewsArticle")
    'news'
    """
    found = load("kinds")["schema_types"].get(name.rsplit("/", 1)[-1].lower())
    return cast("DocumentKind | None", found)


def by_wording(title: str, body: str, fallback: DocumentKind, *, furniture: str = "", signed: bool = False) -> DocumentKind:
    """Return the kind that the wording of a document speaks for.

    Args:
        title: Its title, or "".
        body: Its body; the first and last 6,000 characters are looked at.
        fallback: What it is where nothing speaks for a kind.
        furniture: Lines of the page that were left out; what labels an encyclopedia or a release may be among them.
        signed: Whether a byline or date stands in its head.
    """
    text = body if len(body) <= 12_000 else body[:6000] + "\n" + body[-6000:]
    scores = {kind: sum(1 for cue in cues if cue.search(text)) for kind, cues in _cues().items()}
    for kind in ("entry", "statement"):
        scores[kind] += sum(1 for cue in _cues()[kind] if furniture and cue.search(furniture))
    lowered = title.lower()
    for kind, labels in load("kinds")["labels"].items():
        if any(re.match(rf"{re.escape(label)}\s*[:|–-]", lowered) for label in labels):
            scores[kind] = scores.get(kind, 0) + 2
    if len(_TURNS.findall(text)) >= 4:
        scores["interview"] = scores.get("interview", 0) + 2
    unquoted = _QUOTED.sub(" ", text)
    words = max(len(unquoted.split()), 1)
    singular, stance, said = len(_SINGULAR.findall(unquoted)), len(_stance().findall(unquoted)), len(_SAID.findall(unquoted))
    if scores["podcast-episode"] >= 1:
        return "podcast-episode"
    if scores["entry"] >= 1:
        return "entry"
    if singular >= 2 and scores.get("interview", 0) == 0:
        scores["commentary"] = scores.get("commentary", 0) + 2
    elif stance * 150 >= words and stance >= 3 and said * 150 < words:
        scores["commentary"] = scores.get("commentary", 0) + 1 + (len(_PLURAL.findall(unquoted)) > 0)
    if said * 80 >= words and said >= 3:
        scores["news"] += 1
    if signed and said >= 1 and singular == 0:
        scores["news"] += 1
    best = max(scores, key=lambda kind: scores[kind])
    needed = 1 if best in {"statement", "report", "interview", "commentary"} else 2
    return cast("DocumentKind", best) if scores[best] >= needed and words >= 30 else fallback
