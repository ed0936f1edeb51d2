"""Tells who publishes a document: from the address, from a copyright line, or from a voice that speaks of itself."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from crisiskg.sources.pages.lexicon import load

_FIRST_PERSON = re.compile(r"\b(?:I|me|my|we|us|our)\b")
_QUOTED = re.compile(r"“[^”]{0,2000}”|\"[^\"\n]{0,2000}\"")


@cache
def _known() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """Return name, pattern of all its forms and hosts of each publisher of the list."""
    found = []
    for entry in load("publishers")["names"]:
        forms = sorted({entry["name"], *entry["aliases"]}, key=len, reverse=True)
        pattern = re.compile(r"(?<![\w-])(?:" + "|".join(re.escape(form) for form in forms) + r")(?![\w-])")
        found.append((entry["name"], pattern, tuple(entry["hosts"])))
    return tuple(found)


def by_url(url: str | None) -> str | None:
    """Return the publisher whose host an address names.

    >>> by_url("https://www.crisisgroup.org/africa/mali")
    'International Crisis Group'
    """
    try:
        host = (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return None
    matches = [
        (len(known), name) for name, _, hosts in _known() for known in hosts if host == known or host.endswith(f".{known}")
    ]
    return max(matches)[1] if matches else None


def canonical(name: str | None) -> str | None:
    """Return the name by which the list knows a publisher, or the name as it is.

    >>> canonical("HRW"), canonical("Daily Example")
    ('Human Rights Watch', 'Daily Example')
    """
    if not name:
        return None
    for known, pattern, _ in _known():
        if pattern.fullmatch(name.strip()):
            return known
    return name.strip()


def by_voice(body: str, furniture: str = "") -> str | None:
    """Return the organization that speaks in a document in its own voice.

    Args:
        body: The document's text.
        furniture: Lines of the page that were left out; a copyright line among them names the publisher.

    Returns:
        Its name; None where none speaks of itself. That a document quotes an organization's staff is not enough.
    """
    scores: dict[str, int] = {}
    for text in (furniture, body[-3000:]):
        for match in _patterns()["copyright"].finditer(text):
            name = re.split(r"\.\s|\s+(?:All|all|Ltd|Inc|LLC)\b", match["name"])[0].strip(" .,")
            if len(name) > 2 and not _patterns()["not_names"].match(name) and _is_whole_line(text, match):
                scores[canonical(name) or name] = scores.get(canonical(name) or name, 0) + 3
    for match in _patterns()["about"].finditer(body[-4000:] + "\n" + furniture):
        name = re.sub(r"\AAbout ", "", match["name"])
        scores[canonical(name) or name] = scores.get(canonical(name) or name, 0) + 2
    unquoted = _QUOTED.sub(" ", body)
    first_person = bool(_FIRST_PERSON.search(unquoted))
    sentences = re.split(r"(?<=[.!?])\s+|\n+", unquoted)
    for name, pattern, _ in _known():  # most are not named at all
        if not pattern.search(unquoted) and name not in furniture:
            continue
        score = scores.get(name, 0) + sum(
            _weigh(sentence, pattern, first_person) for sentence in sentences if pattern.search(sentence)
        )
        if furniture and name in furniture:
            score += 3 if f"From {name}," in furniture else 1
        if score:
            scores[name] = score
    if not scores:
        return None
    best = max(scores, key=lambda name: scores[name])
    others = [score for name, score in scores.items() if name != best]
    return best if scores[best] >= 2 and scores[best] > max(others, default=0) else None


def _is_whole_line(text: str, match: re.Match[str]) -> bool:
    """Tell whether a copyright notice is a line of its own: that below a picture names the photographer."""
    start = text.rfind("\n", 0, match.start()) + 1
    return match.start() - start <= 3 and not re.search(
        r"getty|afp|reuters/|ap photo|photo", text[match.start() : match.end() + 40], re.IGNORECASE
    )


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = load("publishers")["patterns"]
    return {
        "copyright": re.compile(data["copyright"], re.IGNORECASE),
        "about": re.compile(data["about"]),
        "not_names": re.compile(data["not_names"], re.IGNORECASE),
    }


def _weigh(sentence: str, pattern: re.Pattern[str], first_person: bool) -> int:
    """Return how strongly a sentence that names an organization shows that it is the one that speaks."""
    data = load("publishers")["patterns"]
    name = pattern.pattern
    if re.search(data["spoken_about"].replace("{name}", name), sentence):
        own = data["weights"][-1]  # "..., X said today" is how X's own releases begin
        return int(own[0]) if re.search(own[2].replace("{name}", name), sentence) else 0
    score = 0
    for weight, ignore_case, form in data["weights"]:
        if re.search(form.replace("{name}", name), sentence, re.IGNORECASE if ignore_case else 0):
            score += weight
    weight, form = data["first_person_weight"]
    if first_person and re.search(form.replace("{name}", name), sentence):
        score += weight
    return score
