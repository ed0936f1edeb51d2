"""Compares names of actors and says how alike they are and in what they differ.

The distance between words is that of rapidfuzz. What is ours is which words of a name tell actors apart: "Front" and "Movement"
are kinds; "faction", "II" and "North" mark another group of the same root; names of states and their adjectives mean the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein
from rapidfuzz.fuzz import ratio
from rigour.text.translit import ascii_text

from crisiskg.crosswalk import load_crosswalk
from crisiskg.namespaces import CKG, RDFS, SKOS
from crisiskg.vocabulary import reference_quads


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLES = _words(
    "the a an of de del la las le les los el al ad ar as ash at ul ol ud du des da do dos e y et and und for in on to i yi wa wal"
)

_KIND_GROUPS = (
    "front jabhat jabha frente frontul",
    "movement harakat haraka movimiento mouvement movimento",
    "army jaysh jaish jeish ejercito armee",
    "party hizb hezb partido parti partiya",
    "brigade brigades liwa liwaa katibat kataib katibah brigadas",
    "battalion battalions",
    "force forces fuerzas quwat",
    "militia militias",
    "group groups jamaat jamaa jamiyat jamiyyat gamaa",
    "organization organisation tanzim munazzamat",
    "union unions",
    "congress",
    "council majlis",
    "cartel",
    "gang",
    "clan subclan",
    "tribe",
    "supporters",
    "alliance coalition",
    "league",
    "command",
    "company companies",
    "ministry",
    "committee",
    "division",
    "corps",
    "guard guards",
)
#: Words for what kind of body something is, with those that mean the same.
_KINDS = {word: group.split()[0] for group in _KIND_GROUPS for word in group.split()}
#: Kinds that are left out of names at will.
_LOOSE_KINDS = frozenset(
    word for word, kind in _KINDS.items() if kind in ("front", "movement", "party", "brigade", "group", "organization", "militia")
)
#: Words that many bodies of many states have in their names; a name of such words alone tells nobody apart.
_COMMON = _words(
    "national people peoples popular democratic islamic revolutionary revolution liberation united patriotic armed resistance "
    "freedom independence republican republic free defence defense self socialist communist workers worker general federal "
    "military political security new unity justice progress state salvation labour labor central provisional transitional "
    "supreme local volunteer rebel rebels rebellion government opposition reform nationalist transitory progressive conservative "
    "liberal christian muslim radical unionist change democracy development reconciliation civic citizens green peace patriots "
    "martyrs mujahideen holy homeland fatherland country land justice reconstruction salvation self-defense defenders tribal"
)
#: Words that mark another body of the same root: a splinter, a wing, a part, a successor.
_MARKERS = _words(
    "faction splinter breakaway dissident dissidents real renewed continuity provisional authentic alternative wing youth women "
    "io north south east west northern southern eastern western central upper lower new second third ii iii iv v vi vii "
    "junior senior jr sr younger elder remnants former anti pro reformed mainstream historical historic original"
)
#: Words that tell father from son.
_GENERATIONS = _words("jr sr junior senior ii iii iv younger elder")
_SAME = {
    "taleban": "taliban",
    "qaeda": "qaida",
    "organisation": "organization",
    "defence": "defense",
    "labour": "labor",
    "peoples": "people",
    "workers": "worker",
    "popular": "people",
    "centre": "center",
    "fighters": "fighter",
    "rebels": "rebel",
    "freedom": "freedom",
    "revolution": "revolutionary",
    "tahrir": "liberation",
}

_BODIES: tuple[tuple[str, str], ...] = (
    ("government", r"(?:the )?(?:government|govt|gov)"),
    ("armed forces", r"(?:military|military force|armed force|armed force force|defense force|military armed force|force armed)"),
    ("army", r"(?:army|army force|ground force|land force)"),
    ("navy", r"(?:navy|naval force)"),
    ("air force", r"(?:air force)"),
    ("police", r"(?:police|police force|police service|police constabulary)"),
    ("parliament", r"(?:parliament|legislature|congress|assembly)"),
    ("presidency", r"(?:president|presidency|head state|office president)"),
    ("intelligence service", r"(?:intelligence|intelligence service|secret service)"),
    ("militia", r"(?:militia)"),
    ("citizens", r"(?:citizens?)"),
    ("civilians", r"(?:civilians?)"),
    ("population", r"(?:population|people)"),
)
_BODY_PATTERNS = tuple((name, re.compile(pattern + r"\Z")) for name, pattern in _BODIES)
_BODY_FILL = _words("national royal republic federal central state")

#: Letters that transliterations write in several ways.
_SOUNDS = (
    *(("ph", "f"), ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("dj", "j")),
    *(("q", "k"), ("ck", "k"), ("c", "k"), ("z", "s"), ("v", "w"), ("aa", "a"), ("e", "i"), ("o", "u"), ("y", "i")),
)

_ISLAMIC = re.compile(r"islami(?:[iy]*ah?)?\Z")
_OWN_ACRONYM = re.compile(r"[(\[]\s*[A-Z][A-Za-z.-]?[A-Z.-]{0,6}[A-Z.]\s*[)\]]")
_YEARS = re.compile(r"\(\s*(\d{4})\s*[-–]\s*(\d{4})?\s*\)")
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_WORD = re.compile(r"[a-z]+|\d+")
_VOWELS = re.compile(r"[aeiouyw]+")
_MAX_PHRASE = 6


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name taken apart.

    Attributes:
        text: The name as written.
        words: Its words without articles, in lower case, in the form in which they are compared; states as "@" and their IRI.
        initials: First letters of its words, with and without articles.
        letters: Its letters alone where it is an acronym, else "".
        body: What body of a state it names, as in "Government of X"; else "".
        states: IRIs of the states that it names.
        parts: Number of actors that it lists, divided by commas.
        years: First and last year that it gives in brackets; 0 where it leaves one open. None where it gives none.
        acronyms: Words of it that are written in capitals, in lower case: they are alike only where they are equal.
    """

    text: str
    words: tuple[str, ...]
    initials: frozenset[str]
    letters: str
    body: str
    states: frozenset[str]
    parts: int
    years: tuple[int, int] | None
    acronyms: frozenset[str] = frozenset()

    @property
    def is_common(self) -> bool:
        """Whether all its words are such as many names have, so that the name alone tells nobody apart."""
        return all(word in _COMMON or word in _KINDS or word.startswith("@") or len(word) < 2 for word in self.words)


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How alike two names are.

    Attributes:
        score: 0 to 1.
        one: One name as written.
        other: The other.
        how: In a few words, why: "equal", "spelt alike", "one is the acronym of the other", ….
        is_acronym: Whether the likeness rests on letters alone, which several actors share.
        is_common: Whether the names are of words that many names have.
        differs: What tells them apart, in words; "" where nothing does.
        is_certain: Whether what tells them apart shows that they are different.
    """

    score: float
    one: str
    other: str
    how: str
    is_acronym: bool = False
    is_common: bool = False
    differs: str = ""
    is_certain: bool = False


@cache
def state_phrases() -> dict[tuple[str, ...], str]:
    """Return IRIs of states by the words of their names and adjectives."""
    crosswalk = load_crosswalk()
    found: dict[tuple[str, ...], str] = {}
    ambiguous: set[tuple[str, ...]] = set()
    for quad in reference_quads():
        if quad.predicate.value not in (RDFS + "label", SKOS + "altLabel", CKG + "demonym"):
            continue
        iri = str(getattr(quad.subject, "value", ""))
        state = crosswalk.get(iri)
        name = str(getattr(quad.object, "value", ""))
        if state is None or not state.is_sovereign or (name.isupper() and len(name) < 6):
            continue
        for spelling in {name, _BRACKETS.sub(" ", name), *(part for match in _BRACKETS.findall(name) for part in match)}:
            words = tuple(_WORD.findall(folded(spelling)))
            if not words or words == ("islamic", "republic"):
                continue
            if found.setdefault(words, iri) != iri:
                ambiguous.add(words)
    for words in ambiguous:  # "Congolese", "Yemen": today's state, or the sovereign one
        named = crosswalk.named(" ".join(words))
        if named is not None:
            found[words] = named.iri
        else:
            del found[words]
    return found


def folded(text: str) -> str:
    """Return a name in lower-case ASCII letters, other scripts transliterated, without apostrophes.

    >>> folded("Jam'iyyat-i Islami-yi Afghānistān")
    'jamiyyat-i islami-yi afghanistan'
    """
    plain = ascii_text(text) if not text.isascii() else text
    return re.sub(r"['’‘`ʿʾ\".]", "", plain).casefold()


@lru_cache(1 << 17)
def form_of(text: str) -> NameForm:
    """Take a name apart.

    >>> form_of("Government of Iraq").body, form_of("Iraqi Armed Forces").body, form_of("M23").letters
    ('government', 'armed forces', 'm23')
    """
    years = _years(text)
    plain = _without_own_acronym(_YEARS.sub(" ", text))
    parts = 1 + len(re.findall(r",\s+(?=\S)", _BRACKETS.sub(" ", plain)))
    raw = _WORD.findall(folded(plain))
    words, states = _with_states(raw)
    kept = [word for word in words if word not in _ARTICLES] or words
    canonical = tuple(map(_canonical, kept))
    capitals = re.findall(r"[^\W\d_]+|\d+", _BRACKETS.sub(" ", plain))
    is_acronym = bool(capitals) and not any(len(word) > 1 and not word.isupper() and not word.isdigit() for word in capitals)
    is_acronym = is_acronym and len("".join(capitals)) <= 8 and not _is_person_like(capitals)
    letters = "".join(_WORD.findall(folded(_BRACKETS.sub(" ", plain)))) if is_acronym else ""
    shouted = frozenset() if plain.isupper() else frozenset(map(folded, re.findall(r"\b[A-Z]{2,6}\b", plain)))
    initials = frozenset({"".join(word[0] for word in raw), "".join(word[0] for word in raw if word not in _ARTICLES)})
    return NameForm(text, canonical, initials, letters, _body(canonical, states), frozenset(states), parts, years, shouted)


def _canonical(word: str) -> str:
    if word.startswith("@"):
        return word
    if _ISLAMIC.match(word):
        return "islamic"
    if word.endswith("ul") and word[:-2] in _KINDS:
        word = word[:-2]
    elif word.startswith("wal") and len(word) > 6:
        word = word[3:]
    return _SAME.get(word, word)


def _without_own_acronym(text: str) -> str:
    """Return a name without the letters in brackets that stand for it: "Inkatha Freedom Party (IFP)"."""
    return _OWN_ACRONYM.sub(" ", text) if not text.isupper() and _OWN_ACRONYM.search(text) and len(text.split()) > 2 else text


def _is_person_like(words: list[str]) -> bool:
    return len(words) > 3


def _years(text: str) -> tuple[int, int] | None:
    match = _YEARS.search(text)
    return None if match is None else (int(match[1]), int(match[2] or 0))


def _with_states(raw: list[str]) -> tuple[list[str], set[str]]:
    phrases = state_phrases()
    words: list[str] = []
    states: set[str] = set()
    place = 0
    while place < len(raw):
        for length in range(min(_MAX_PHRASE, len(raw) - place), 0, -1):
            iri = phrases.get(tuple(raw[place : place + length]))
            if iri is not None:
                if "@" + iri not in words:
                    words.append("@" + iri)
                states.add(iri)
                place += length
                break
        else:
            words.append(raw[place])
            place += 1
    return words, states


def _body(words: tuple[str, ...], states: set[str]) -> str:
    if not states:
        return ""
    rest = " ".join(_KINDS.get(word, word) for word in words if not word.startswith("@") and word not in _BODY_FILL)
    return next((name for name, pattern in _BODY_PATTERNS if pattern.match(rest)), "") if rest else ""


@lru_cache(1 << 18)
def word_likeness(one: str, other: str) -> float:
    """Return how alike two words are, 0 to 1; numbers, states and short words are alike only where they are equal.

    >>> word_likeness("shabaab", "shabab") > 0.9, word_likeness("qaida", "qasim"), word_likeness("2", "3")
    (True, 0.0, 0.0)
    """
    if one == other:
        return 1.0
    if min(len(one), len(other)) >= 3 and one.isalpha() and other.isalpha() and _plain(one) == _plain(other):
        return 0.95
    if "@" in (one[0], other[0]) or one.isdigit() or other.isdigit() or min(len(one), len(other)) < 3:
        return 0.0
    if one in _MARKERS or other in _MARKERS:
        return 0.0
    if one.rstrip("s") == other.rstrip("s"):
        return 0.97
    if _KINDS.get(one, one) == _KINDS.get(other, other):
        return 0.95
    if one in _COMMON and other in _COMMON:
        return 0.0
    shorter = min(len(one), len(other))
    bones = skeleton(one)
    if bones == skeleton(other) and len(bones) >= 2 and shorter >= 4:
        apart = Levenshtein.distance(_plain(one), _plain(other))
        if apart <= (1 if len(bones) == 2 else 2) and (apart == 0 or JaroWinkler.similarity(_plain(one), _plain(other)) >= 0.85):
            return 0.95
    distance = Levenshtein.distance(one, other, score_cutoff=2)
    if (shorter >= 5 and distance == 1 and one[0] == other[0]) or (shorter >= 8 and distance == 2 and one[0] == other[0]):
        return max(0.9, JaroWinkler.similarity(one, other) - 0.03)
    return 0.0


@lru_cache(1 << 16)
def skeleton(word: str) -> str:
    """Return the consonants of a word as transliterations keep them.

    >>> skeleton("hezbollah") == skeleton("hizbullah"), skeleton("qaddafi") == skeleton("kadafi")
    (True, True)
    """
    plain = _plain(word)
    bare = plain[0] + _VOWELS.sub("", plain[1:]).replace("h", "")
    bare = ("a" + bare[1:]) if bare[0] in "aeiou" else bare
    return re.sub(r"(.)\1+", r"\1", bare)


def _plain(word: str) -> str:
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return re.sub(r"(.)\1+", r"\1", word)


def _weight(word: str) -> float:
    if word.startswith("@"):
        return 0.7
    if word in _KINDS:
        return 0.6
    if len(word) == 1 and not word.isdigit():
        return 0.5
    return 1.0


@lru_cache(1 << 17)
def compare(one: str, other: str, *, persons: bool = False) -> NameMatch:
    """Compare two names.

    Args:
        one: A name.
        other: Another.
        persons: Whether both are names of persons: initials stand for words then, and a word more counts less.

    >>> compare("Jamiat-e Islami", "Jam'iyyat-i Islami-yi").score > 0.85
    True
    >>> compare("Anti-Balaka", "Anti-Balaka - Mokom faction").differs
    'one is marked as faction'
    >>> compare("SDF", "SDF").is_acronym
    True
    """
    a, b = form_of(one), form_of(other)
    if a.parts != b.parts and not persons:
        return NameMatch(0.3, one, other, "spelt alike", differs="one lists more actors than the other", is_certain=True)
    if a.letters or b.letters:
        found = _compare_letters(a, b)
        if found is not None:
            return found
    if a.body and b.body:
        if a.body != b.body:
            return NameMatch(
                0.3, one, other, "named alike", differs=f"one is the {a.body}, the other the {b.body}", is_certain=True
            )
        if a.states != b.states:
            return NameMatch(0.3, one, other, "named alike", differs="they are bodies of different states", is_certain=True)
        return _with_years(a, b, NameMatch(1.0, one, other, f"both name the {a.body} of a state"))
    if bool(a.body) != bool(b.body) and a.states & b.states and (len(a.words) == 1 or len(b.words) == 1):
        return NameMatch(
            0.3, one, other, "named alike", differs=f"one is the {a.body or b.body} of a state, the other is not", is_certain=True
        )
    return _with_years(a, b, _compare_words(a, b, persons))


def _with_years(a: NameForm, b: NameForm, match: NameMatch) -> NameMatch:
    if a.years and b.years and a.years != b.years:
        (first, last), (begin, end) = a.years, b.years
        apart = (last and last <= begin) or (end and end <= first)
        told = f"one is of {first}-{last or ''}, the other of {begin}-{end or ''}"
        return NameMatch(min(match.score, 0.5), a.text, b.text, match.how, differs=told, is_certain=bool(apart))
    return match


def _compare_letters(a: NameForm, b: NameForm) -> NameMatch | None:
    """Compare names of which one is an acronym at least; None where its letters say nothing."""
    if a.letters and b.letters:
        if a.letters == b.letters:
            return NameMatch(1.0, a.text, b.text, "the same acronym", is_acronym=True)
        longer, shorter = sorted((a.letters, b.letters), key=len, reverse=True)
        told = "one has more letters than the other" if longer.startswith(shorter) else "their acronyms differ"
        return NameMatch(0.3, a.text, b.text, "acronyms", is_acronym=True, differs=told)
    short, long = (a, b) if a.letters else (b, a)
    inner = {folded(part).replace(" ", "").replace("-", "") for match in _BRACKETS.findall(long.text) for part in match if part}
    if len(short.letters) >= 2 and short.letters in inner:
        return NameMatch(0.95, a.text, b.text, "one gives the other as its acronym", is_acronym=True)
    if len(short.letters) >= 3 and short.letters in long.initials and not long.body:
        return NameMatch(0.85, a.text, b.text, "one is the first letters of the other", is_acronym=True)
    return None


def _compare_words(a: NameForm, b: NameForm, persons: bool) -> NameMatch:
    if a.words == b.words:
        how = "equal but for letters' case, accents and articles"
        return NameMatch(1.0, a.text, b.text, how, is_common=a.is_common, is_acronym=bool(a.letters and b.letters))
    letters = bool(a.letters or b.letters)
    exact = a.acronyms | b.acronyms

    def likeness(x: str, y: str) -> float:
        if x != y and (letters or x in exact or y in exact):
            return 0.0
        return _likeness(x, y, persons)

    pairs = sorted(
        ((likeness(x, y), i, j) for i, x in enumerate(a.words) for j, y in enumerate(b.words)), key=lambda pair: -pair[0]
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    matched = 0.0
    for alike, i, j in pairs:
        if alike <= 0:
            break
        if i in taken[0] or j in taken[1]:
            continue
        taken[0].add(i)
        taken[1].add(j)
        matched += alike * (_weight(a.words[i]) + _weight(b.words[j]))
    rest_a = [word for i, word in enumerate(a.words) if i not in taken[0]]
    rest_b = [word for j, word in enumerate(b.words) if j not in taken[1]]
    total = sum(map(_weight, a.words)) + sum(map(_weight, b.words))
    score = matched / total if total else 0.0
    if persons and (not rest_a or not rest_b):  # a middle name more
        score = max(score, matched / (total - 0.6 * sum(map(_weight, rest_a + rest_b))))
    joined_a, joined_b = ("".join(word for word in form.words if not word.startswith("@")) for form in (a, b))
    markers = [word for word in (*rest_a, *rest_b) if word in _MARKERS or word.isdigit() or len(word) == 1]
    together = (
        ratio(joined_a, joined_b) / 100
        if a.states == b.states and not markers and min(len(joined_a), len(joined_b)) >= 6
        else 0.0
    )
    common = a.is_common and b.is_common
    plain_rest = not any(word in _COMMON or word in _KINDS or word in exact for word in (*rest_a, *rest_b))
    if together > max(score, 0.9) and plain_rest and skeleton(joined_a) == skeleton(joined_b):
        how = "written alike but for spaces or a few letters"
        return NameMatch(together, a.text, b.text, how, is_common=common, is_acronym=letters)
    differs = ""
    initials = [{word for word in form.words if len(word) == 1} for form in (a, b)]
    generations = [word for word in markers if word in _GENERATIONS]
    if persons and (generations or (all(initials) and initials[0] != initials[1])):
        differs = f"one is marked as {', '.join(sorted(set(generations or initials[0] ^ initials[1])))}"
        score = min(score, 0.6)
    elif markers and not persons:
        differs = f"one is marked as {', '.join(sorted(set(markers)))}"
        score = min(score, 0.6)
    elif rest_a and rest_b:
        shown = [" ".join(_shown(word) for word in rest) for rest in (rest_a, rest_b)]
        differs = f"{shown[0]!r} in one stands against {shown[1]!r} in the other"
        score *= 0.85
    elif (rest_a or rest_b) and not common and not persons and all(word in _LOOSE_KINDS for word in (*rest_a, *rest_b)):
        score = max(score, 0.92)
        differs = f"{' '.join((*rest_a, *rest_b))!r} is in one alone"
    elif rest_a or rest_b:
        differs = f"{' '.join(_shown(word) for word in (*rest_a, *rest_b))!r} is in one alone"
    how = "spelt alike" if not differs else "in part alike"
    return NameMatch(round(score, 4), a.text, b.text, how, is_common=common, is_acronym=letters, differs=differs)


def _shown(word: str) -> str:
    if not word.startswith("@"):
        return word
    state = load_crosswalk().get(word[1:])
    return state.label if state else word[1:]


def _likeness(one: str, other: str, persons: bool) -> float:
    if persons and (len(one) == 1) != (len(other) == 1) and one[0] == other[0]:
        return 0.8
    return word_likeness(one, other)


def block_keys(name: str) -> set[str]:
    """Return keys of which names that may mean the same share one.

    >>> sorted(block_keys("Al-Shabaab") & block_keys("Shabab"))
    ['w:sb']
    """
    form = form_of(name)
    keys = {
        f"w:{skeleton(word)}"
        for word in form.words
        if not word.startswith("@") and len(word) > 2 and word not in _KINDS and word not in _COMMON
    }
    if form.letters:
        keys.add(f"l:{form.letters}")
    else:
        keys |= {f"l:{initials}" for initials in form.initials if len(initials) >= 3}
    if form.body:
        keys |= {f"b:{state}" for state in form.states}
    elif form.is_common:
        keys.add("c:" + " ".join(sorted(form.words)))
    for match in _BRACKETS.findall(name):
        keys |= {f"l:{folded(part).replace(' ', '')}" for part in match if part and part.replace("-", "").isupper()}
    if not keys:
        keys |= {f"s:{word}" for word in form.words}
    return keys
