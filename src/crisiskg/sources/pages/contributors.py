"""Reads who contributed to a document: blocks of names, roles and account handles, bylines, and "X and Y talk with Z"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from crisiskg.documents import Contribution
from crisiskg.sources.pages.lexicon import load
from crisiskg.sources.pages.lines import byline_names
from crisiskg.sources.pages.publishers import canonical

_NAME_WORD = r"(?:(?:[A-ZÀ-ÖØ-ÞĀ-ŽḀ-Ỿ]|Mc|Mac|O[’']|D[’'])[\w’'-]*[\w]|[A-Z]\.)"
_SMALL = r"(?:de|la|von|van|der|den|bin|ibn|al|el|di|da|del|dos|ben|abu|ag|ould|mac|du|le|ter|bint|y)"
_NAME = re.compile(rf"{_NAME_WORD}(?:[ -](?:{_SMALL}[ -])*{_NAME_WORD}){{1,4}}")
_HANDLE = re.compile(r"@?[A-Za-z][A-Za-z0-9_.]{2,29}\Z")
_HONORIFIC = re.compile(r"\A(?:dr|prof|professor|sir|dame|mr|mrs|ms|amb|ambassador|col|gen|rev|hon)\.?\s+", re.IGNORECASE)
_IS_ROLE = re.compile(r"\A(?P<name>.{3,60}?),? (?:is|was|serves as|works as) (?:currently )?(?:an?|the)? ?(?P<role>[^.;]{3,200})")
_AT = re.compile(r"\s+(?:at|with|from|for)\s+(?:the\s+)?(?=[A-ZÀ-Þ])|\s*@\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A contribution found in lines: which lines say it.

    Attributes:
        contribution: Who, in which part and role; without offsets.
        lines: First and last line, counted in the block.
    """

    contribution: Contribution
    lines: tuple[int, int]


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(load("roles")[name].split())


def part_of_heading(folded: str) -> str | None:
    """Return the part that a heading such as "Contributors" or "Guests" announces; None where it announces none."""
    for part, headings in load("roles")["part_headings"].items():
        if folded in headings:
            return str(part)
    return None


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z]", "", decomposed.lower())


def has_role(text: str) -> bool:
    """Tell whether words say a role ("Project Director, Sahel")."""
    return any(word.strip(".,()").lower() in _words("role_words") for word in re.split(r"[\s/]+", text))


def is_name(text: str) -> bool:
    """Tell whether words are a person's name and nothing else.

    >>> is_name("Naz Modirzadeh"), is_name("Executive Vice President")
    (True, False)
    """
    bare = _HONORIFIC.sub("", text.strip().rstrip(",:"))
    return bool(_NAME.fullmatch(bare)) and not has_role(bare) and not has_organization(bare)


def has_organization(text: str) -> bool:
    """Tell whether words hold the name of an organization."""
    return any(word.strip(".,()").lower() in _words("organization_words") for word in text.split())


# --- handles ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def person_names(text: str) -> tuple[str, ...]:
    """Return what could be names of persons in a text, each once, in its order."""
    found: dict[str, None] = {}
    stop = _words("person_stop")
    for match in _NAME.finditer(text[:60_000]):
        words = match[0].split()
        while words and words[0].lower() in stop:
            words.pop(0)
        while words and words[-1].lower() in stop:
            words.pop()
        if len(words) >= 2:
            found.setdefault(re.sub(r"[’']s\Z", "", " ".join(words)), None)
            for size in (2, 3):  # "President Emmanuel Macron" also holds the name
                if len(words) > size:
                    found.setdefault(" ".join(words[-size:]), None)
    return tuple(found)


def match_handle(handle: str, names: Sequence[str]) -> str | None:
    """Return the name that an account handle is made of, where exactly one fits best.

    A handle fits when it is put together from beginnings of the words of a name, in any order, at least one of them long.

    >>> match_handle("atwoodr", ["Richard Atwood", "Richard Moncrieff"])
    'Richard Atwood'
    >>> match_handle("richmoncrieff", ["Richard Atwood", "Richard Moncrieff"])
    'Richard Moncrieff'
    """
    bare = _plain(handle)
    scored = sorted(((score, len(name), name) for name in names if (score := _fit(bare, name)) > 0), reverse=True)
    if not scored:
        return None
    best = [name for score, _, name in scored if score == scored[0][0]]
    # Shorter forms of the same name are no rivals.
    if any(other not in best[0] for other in best[1:]):
        return None
    return best[0]


def _fit(handle: str, name: str) -> float:
    """Return how much of a name a handle covers, 0 where it is not made of it."""
    words = [plain for word in re.split(r"[\s-]+", name) if (plain := _plain(word))]
    if len(words) < 2 or len(handle) < 4:
        return 0.0
    best = 0.0
    for candidate in _without_affixes(handle):
        score = _compose(candidate, words)
        if score:
            best = max(best, score - 0.5 * (len(handle) - len(candidate)))
    return best


def _without_affixes(handle: str) -> set[str]:
    forms = {handle}
    for affix in _words("handle_affixes"):
        for form in list(forms):
            if form.startswith(affix) and len(form) - len(affix) >= 5:
                forms.add(form[len(affix) :])
            if form.endswith(affix) and len(form) - len(affix) >= 5:
                forms.add(form[: -len(affix)])
    return forms


def _compose(handle: str, words: list[str]) -> float:
    """Return the best score of putting the handle together from beginnings of different words; 0 where that is impossible."""
    best = 0.0

    def extend(position: int, used: tuple[int, ...], score: float, longest: int, whole: int) -> None:
        nonlocal best
        if position == len(handle):
            if longest >= 4 or (longest >= 3 and whole):
                best = max(best, score + whole + len(used) / len(words))
            return
        for number, word in enumerate(words[:6]):
            if number in used:
                continue
            common = 0
            while common < len(word) and position + common < len(handle) and word[common] == handle[position + common]:
                common += 1
            for size in range(common, 0, -1):
                extend(
                    position + size, (*used, number), score + size, max(longest, size), whole + (size == len(word) and size >= 3)
                )

    extend(0, (), 0.0, 0, 0)
    return best


# --- roles ------------------------------------------------------------------------------------------------------------


def split_roles(text: str, publisher: str | None) -> list[tuple[str, str | None]]:
    """Return the roles in a line, each with the organization in which it is held.

    >>> split_roles("Board Member and Harvard Professor of Law and War", "Example Group")
    [('Board Member', 'Example Group'), ('Harvard Professor of Law and War', 'Harvard')]
    >>> split_roles("Senior Fellow at the Brookings Institution", None)
    [('Senior Fellow', 'Brookings Institution')]
    """
    text = text.strip(" ,;.")
    for match in re.finditer(r"\s+and\s+|\s*;\s*|\s+&\s+|\s*\|\s*", text):
        left, right = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if has_role(left) and has_role(right) and (_own_institution(right) or _begins_with_role(right)):
            return [*split_roles(left, publisher), *split_roles(right, publisher)]
    institution = _own_institution(text)
    at = _AT.search(text)
    if at:
        return [(text[: at.start()].strip(" ,"), _organization(text[at.end() :]))]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) >= 2 and has_role(parts[0]):
        for number in range(1, len(parts)):
            rest = ", ".join(parts[number:])
            if canonical(rest) != rest or (
                has_organization(parts[number]) and not has_role(parts[number]) and len(parts[number].split()) >= 2
            ):
                return [(", ".join(parts[:number]), _organization(rest))]
    of = re.search(r"\s+of\s+(?:the\s+)?(?=[A-ZÀ-Þ])", text)
    if of and not institution:
        rest = text[of.end() :]
        if canonical(rest) != rest or (
            has_organization(rest)
            and not re.search(r"\b(?:Programmes?|Programs?|Department)\b", rest)
            and "professor" not in text[: of.start()].lower()
        ):
            return [(text[: of.start()].strip(), _organization(rest))]
    return [(text, institution or publisher)]


def _organization(text: str) -> str:
    name = re.split(r"\s*[;(]|,\s+(?=[a-z])|\.\s", text.strip(" ,."), maxsplit=1)[0].strip(" ,.")
    return canonical(re.sub(r"\Athe\s+", "", name, flags=re.IGNORECASE)) or name


def _begins_with_role(text: str) -> bool:
    words = [word.strip(".,()").lower() for word in text.split()[:3]]
    known = _words("role_words") | _words("role_modifiers")
    return bool(words) and words[0] in known and any(word in _words("role_words") for word in words)


def _own_institution(text: str) -> str | None:
    """Return the institution before a role: "Harvard" of "Harvard Professor of Law"."""
    words = text.split()
    for position, word in enumerate(words[:6]):
        if word.strip(".,()").lower() in _words("role_words"):
            before = words[:position]
            while before and before[-1].strip(".,").lower() in _words("role_modifiers"):
                before.pop()
            name = " ".join(before)
            if not before or not all(part[:1].isupper() or part in {"of", "and", "&", "for", "the"} for part in before):
                return None
            if "," in name or any(part.lower() in _words("role_modifiers") for part in before):
                return None
            # A single word before a role is an institution where the role is one of teaching or research; else it may be a field.
            teaching = word.strip(".,()").lower() in {"professor", "lecturer", "fellow", "scholar", "dean"}
            known = canonical(name) != name or any(name == known for known in _known_names())
            return canonical(name) if teaching or known or has_organization(name) else None
    return None


@cache
def _known_names() -> frozenset[str]:
    return frozenset(entry["name"] for entry in load("publishers")["names"])


# --- blocks, bylines, sentences ---------------------------------------------------------------------------------------


def parse_block(lines: list[str], part: str, text: str, publisher: str | None) -> tuple[list[Entry], list[str]]:
    """Read a block of contributors.

    Args:
        lines: The lines below the heading.
        part: What the heading says that they are.
        text: The document, in which the names behind handles are looked for.
        publisher: Organization in which plain roles are held.

    Returns:
        The contributions, and the handles to which no name was found.
    """
    known = person_names(text)
    tokens = [_classify(line, known) for line in lines]
    entries: list[Entry] = []
    unmatched: list[str] = []
    for start, end in _group(tokens):
        group = tokens[start:end]
        names = [value for kind, value in group if kind == "name"]
        handles = [value for kind, value in group if kind == "handle"]
        roles = [value for kind, value in group if kind == "role"]
        if names:
            name = names[0]
        elif handles:
            found = match_handle(handles[0], known)
            if found is None:
                unmatched.append(handles[0])
            name = found or handles[0]
        else:
            continue
        held: list[tuple[str | None, str | None]] = [pair for role in roles for pair in split_roles(role, publisher)]
        held = held or [(None, None)]
        entries += [Entry(Contribution(name, part, role, organization), (start, end - 1)) for role, organization in held]
    return entries, unmatched


def _classify(line: str, known: Sequence[str]) -> tuple[str, str]:
    """Return what a line of a block is (name, role, handle, both or other) and its value."""
    text = line.strip(" •*-–—·\t")
    if is_name(text):
        return "name", _HONORIFIC.sub("", text.rstrip(",:"))
    if _HANDLE.match(text) and (text.startswith("@") or not has_role(text)):
        return ("handle", text) if text.startswith("@") or match_handle(text, known) or not text[0].isupper() else ("other", text)
    match = _IS_ROLE.match(text)
    if match and is_name(match["name"]):
        return "both", f"{_HONORIFIC.sub('', match['name'])}\t{match['role']}"
    pair = re.match(r"(.{3,60}?)\s*(?:,|\s[–—|-]\s|:|\()\s*(.{3,160}?)\)?\Z", text)
    if pair and is_name(pair[1]) and (has_role(pair[2]) or has_organization(pair[2])):
        return "both", f"{_HONORIFIC.sub('', pair[1])}\t{pair[2]}"
    if has_role(text) and len(text.split()) <= 25:
        return "role", text
    return "other", text


def _group(tokens: list[tuple[str, str]]) -> list[tuple[int, int]]:
    """Split the lines into entries so that each has one person and, if it can be, one role."""
    # Expand "both" and drop "other" by making them groups of their own.
    cost: list[float] = [0.0] + [float("inf")] * len(tokens)
    back = [0] * (len(tokens) + 1)
    for end in range(1, len(tokens) + 1):
        for start in range(max(0, end - 4), end):
            value = cost[start] + _cost([kind for kind, _ in tokens[start:end]])
            if value < cost[end]:
                cost[end], back[end] = value, start
    groups: list[tuple[int, int]] = []
    end = len(tokens)
    while end:
        groups.append((back[end], end))
        end = back[end]
    return groups[::-1]


def _cost(kinds: list[str]) -> float:
    if kinds in (["other"], ["both"]):
        return 0.5
    if "other" in kinds or "both" in kinds:
        return 100.0
    names, handles, roles = kinds.count("name"), kinds.count("handle"), kinds.count("role")
    if names > 1 or handles > 1:
        return 100.0
    if not names and not handles:
        return 5.0 * roles
    base = 0.0 if roles == 1 else 1.0 if roles == 0 else 0.6 * (roles - 1)
    return base + (0.2 if names and handles else 0.0)


def expand_both(entries_lines: list[str], part: str, publisher: str | None, known_text: str) -> list[Entry]:
    """Return the contributions of lines that hold name and role at once."""
    known = person_names(known_text)
    entries: list[Entry] = []
    for number, line in enumerate(entries_lines):
        kind, value = _classify(line, known)
        if kind == "both":
            name, role = value.split("\t", 1)
            for held, organization in split_roles(role, publisher):
                entries.append(Entry(Contribution(name, part, held, organization), (number, number)))
    return entries


def parse_byline(text: str) -> list[str]:
    """Return the names in a byline.

    >>> parse_byline("By Jane Doe and John Smith in Bamako")
    ['Jane Doe', 'John Smith']
    """
    names = byline_names(text)
    if names is None:
        return []
    names = re.split(r"\s+(?:in|at|for|on|from)\s+|\s+[|–—-]\s+|;", names)[0]
    found = []
    for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+|\s+with\s+", names):
        match = _NAME.match(_HONORIFIC.sub("", part.strip(" .")))
        if match and is_name(match[0]):
            found.append(match[0])
    return found


def bare_names(text: str) -> list[str]:
    """Return the names in a line that holds nothing but names.

    >>> bare_names("Jane Achieng and Tomas Havel"), bare_names("Burkina Faso"), bare_names("Jane ran")
    (['Jane Achieng', 'Tomas Havel'], [], [])
    """
    if len(text) > 200:
        return []
    parts = [part for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+", text.strip()) if part]
    stop = _words("person_stop")
    for part in parts:
        if (
            not is_name(part)
            or part.lower() in load("roles")["not_persons"]
            or any(word.lower() in stop for word in part.split())
        ):
            return []
    return [_HONORIFIC.sub("", part) for part in parts]


def parts_in_talk(text: str) -> dict[str, str]:
    """Return who is host and who is guest, from sentences such as "X and Y talk with Z about …"."""
    parts: dict[str, str] = {}
    talk = re.compile(load("roles")["talk"])
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text[:20_000]):
        match = talk.search(sentence)
        if not match:
            continue
        before, after = sentence[: match.start()], sentence[match.end() :]
        after = re.split(r"\s(?:about|on|regarding|to discuss|for a|respectively)\b", after)[0]
        hosts, guests = _names_in(before), _names_in(after)
        if hosts and guests:
            for name in hosts:
                parts.setdefault(name, "host")
            for name in guests:
                parts.setdefault(name, "guest")
    hosted = re.search(r"\b(?:[Hh]osted|[Pp]resented) by (?P<names>[^.\n]{3,120})", text[:20_000])
    for name in _names_in(hosted["names"]) if hosted else []:
        parts[name] = "host"
    return parts


def _names_in(text: str) -> list[str]:
    stop = _words("person_stop")
    found = []
    for match in _NAME.finditer(text):
        name = _HONORIFIC.sub("", match[0])
        words = name.split()
        if len(words) >= 2 and is_name(name) and words[0].lower() not in stop and not has_role(name):
            found.append(re.sub(r"[’']s\Z", "", name))
    return found
