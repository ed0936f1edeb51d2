"""What the learned reader is told of each token, and what it answers: shared by reading and by training, so that both agree.

A change here asks for the model to be trained again (`make train`); its card holds `LAYOUT`, and a model with another is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from crisiskg.annotation.names import ORGANIZATIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crisiskg.annotation.names import Name

#: Kinds of named things that the model tells apart; kinds of organizations, and states, are a second answer (`DETAILED_TYPES`).
NAME_TYPES: tuple[str, ...] = ("Person", "Organization", "Place", "PopulationGroup", "NamedEvent")
#: Tags of words in names: outside, or at the beginning of or inside a name of a type.
NAME_TAGS: tuple[str, ...] = ("O", *(f"{place}-{name_type}" for name_type in NAME_TYPES for place in "BI"))
#: Whether a word is a pronoun, or the head of a nominal and of which type.
NOMINAL_TAGS: tuple[str, ...] = ("O", *NAME_TYPES, "pronoun")
#: Event types, by their PLOVER names.
EVENT_TYPES: tuple[str, ...] = (
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "CONCEDE",
    "COOPERATE",
    "AID",
    "RETREAT",
    "REQUEST",
    "ACCUSE",
    "REJECT",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
)
#: Whether a word tells of an event, and of which type; "other" is a happening without one.
TRIGGER_TAGS: tuple[str, ...] = ("O", *EVENT_TYPES, "other")
#: Types of the annotation contract, for words of names and heads of nominals.
DETAILED_TYPES: tuple[str, ...] = ("Person", "State", "Place", "PopulationGroup", "NamedEvent", *sorted(ORGANIZATIONS))
#: Answers in the order of the model's output, each with its tags.
HEADS: dict[str, tuple[str, ...]] = {
    "names": NAME_TAGS,
    "nominals": NOMINAL_TAGS,
    "triggers": TRIGGER_TAGS,
    "types": DETAILED_TYPES,
}

_SHAPES = ("other", "lower", "title", "capitals", "initial", "mixed", "number")
_ENTITY_LABELS = (
    "CARDINAL",
    "DATE",
    "EVENT",
    "FAC",
    "GPE",
    "LANGUAGE",
    "LAW",
    "LOC",
    "MONEY",
    "NORP",
    "ORDINAL",
    "ORG",
    "PERCENT",
    "PERSON",
    "PRODUCT",
    "QUANTITY",
    "TIME",
    "WORK_OF_ART",
)
_TAGS = (
    "$",
    "''",
    ",",
    "-LRB-",
    "-RRB-",
    ".",
    ":",
    "ADD",
    "AFX",
    "CC",
    "CD",
    "DT",
    "EX",
    "FW",
    "HYPH",
    "IN",
    "JJ",
    "JJR",
    "JJS",
    "LS",
    "MD",
    "NFP",
    "NN",
    "NNP",
    "NNPS",
    "NNS",
    "PDT",
    "POS",
    "PRP",
    "PRP$",
    "RB",
    "RBR",
    "RBS",
    "RP",
    "SYM",
    "TO",
    "UH",
    "VB",
    "VBD",
    "VBG",
    "VBN",
    "VBP",
    "VBZ",
    "WDT",
    "WP",
    "WP$",
    "WRB",
    "XX",
    "_SP",
    "``",
)
_KNOWN = ("demonym", *DETAILED_TYPES)
_SHAPE_NUMBERS = {f"{shape}{start}": number for number, shape in enumerate(_SHAPES) for start in ("", "^")} | {
    f"{shape}^": len(_SHAPES) + number for number, shape in enumerate(_SHAPES)
}
_TAG_NUMBERS = {tag: number for number, tag in enumerate(_TAGS, 1)}
_ENTITY_NUMBERS = {label: 1 + 2 * number for number, label in enumerate(_ENTITY_LABELS)}
_KNOWN_NUMBERS = {kind: 1 + 2 * number for number, kind in enumerate(_KNOWN)}

#: Number of values of each feature of a token, in the order of the columns of `token_features`.
SIZES: tuple[int, ...] = (2 * len(_SHAPES), 1 + len(_TAGS), 1 + 2 * len(_ENTITY_LABELS), 1 + 2 * len(_KNOWN))
#: What a model must have been trained for.
LAYOUT: dict[str, object] = {
    "features": list(SIZES),
    "heads": {head: list(tags) for head, tags in HEADS.items()},
}

#: Most words that the model reads at once; a longer sentence is cut.
WINDOW = 48


def token_features(doc: Doc, known: Iterable[Name]) -> NDArray[np.int64]:
    """Return the features of the tokens of a document.

    Args:
        doc: The document, read by spaCy.
        known: The names of the reference data that stand in it.

    Returns:
        A row for each token: its shape and whether a sentence starts with it, its tag, spaCy's entity label, and what the
        reference data know at this place. 0 where there is nothing to tell.
    """
    found = np.zeros((len(doc), len(SIZES)), dtype=np.int64)
    for token in doc:
        row = found[token.i]
        row[0] = _SHAPE_NUMBERS[shape_of(token.text) + ("^" if token.is_sent_start else "")]
        row[1] = _TAG_NUMBERS.get(token.tag_, 0)
        if token.ent_iob_ in ("B", "I"):
            number = _ENTITY_NUMBERS.get(token.ent_type_, 0)
            row[2] = number + (token.ent_iob_ == "I") if number else 0
    # Longer names last: what stands within them says less.
    for name in sorted(known, key=lambda name: name.end - name.start):
        number = _KNOWN_NUMBERS.get("demonym" if name.demonym else name.type or "", 0)
        if number:
            found[name.start : name.end, 3] = number + 1
            found[name.start, 3] = number
    return found


def shape_of(text: str) -> str:
    """Return the shape of a word.

    >>> [shape_of(text) for text in ("Mali", "G5", "ISIL", "A", "troops", "McCain", "2015", ",")]
    ['title', 'number', 'capitals', 'initial', 'lower', 'mixed', 'number', 'other']
    """
    if any(character.isdigit() for character in text):
        return "number"
    if text.islower():
        return "lower"
    if text.isupper():
        return "capitals" if sum(map(str.isalpha, text)) > 1 else "initial"
    if text[:1].isupper():
        return "title" if text[1:].islower() or text.istitle() else "mixed"
    return "mixed" if any(character.isupper() for character in text) else "other"


def windows(sentences: Iterable[TokenSpan], most: int = WINDOW) -> Iterator[list[Token]]:
    """Join sentences that follow one another to windows of at most `most` words; white space is left out.

    Args:
        sentences: Sentences in order.
        most: Words of a window; a longer sentence is cut.

    Yields:
        The tokens of each window, at least one.
    """
    window: list[Token] = []
    for sentence in sentences:
        words = [token for token in sentence if not token.is_space]
        if len(window) + len(words) > most and window:
            yield window
            window = []
        while len(words) > most:
            yield words[:most]
            words = words[most:]
        window = window + words
    if window:
        yield window


def decode_names(scores: NDArray[np.float32]) -> list[tuple[int, int, int]]:
    """Return the names that tags say, by the best path on which no "I" follows another type's or "O".

    Args:
        scores: Logarithms of the probabilities of `NAME_TAGS`, a row for each word of a window.

    Returns:
        First word, word behind the last, and number of the type in `NAME_TYPES`.
    """
    if not len(scores):
        return []
    likeliest: list[int] = scores.argmax(axis=1).tolist()
    if all(tag == 0 or tag % 2 == 1 or before in (tag, tag - 1) for before, tag in zip([0, *likeliest], likeliest, strict=False)):
        return _spans(likeliest)  # the best tag of each word makes a path already
    best = scores[0].copy()
    best[2::2] = -np.inf
    back: list[NDArray[np.int64]] = []
    for row in scores[1:]:
        step = best[None, :] + _TRANSITIONS
        came = step.argmax(axis=1)
        back.append(came)
        best = step[np.arange(len(came)), came] + row
    path = [int(best.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return _spans(path[::-1])


def _spans(path: Sequence[int]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    start: int | None = None
    for index, tag in enumerate([*path, 0]):
        if start is not None and (tag == 0 or tag % 2 == 1):
            found.append((start, index, (path[start] - 1) // 2))
            start = None
        if tag % 2 == 1:
            start = index
    return found


def _transitions() -> NDArray[np.float32]:
    count = len(NAME_TAGS)
    found = np.zeros((count, count), dtype=np.float32)
    for after in range(2, count, 2):  # "I" of a type
        found[after, :] = -np.inf
        found[after, after] = found[after, after - 1] = 0.0
    return found


_TRANSITIONS = _transitions()
