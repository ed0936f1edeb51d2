"""Which time the clause around a time expression speaks of, by the verb above it."""

from __future__ import annotations

from typing import NamedTuple

from spacy.tokens import Token

from crisiskg.annotation.number_words import word_list
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.time_grammar import RawTime

_FUTURE_PARTICIPLES = frozenset(word_list("schedule plan expect due set slate bind expire"))
_FUTURE_GOVERNORS = frozenset(
    word_list(
        "plan expect schedule promise vow intend aim want hope due set threaten prepare propose pledge agree offer seek order"
    )
)


class Clause(NamedTuple):
    """The clause around a time expression.

    Attributes:
        tense: -1 past, 1 future, 0 where it does not say, 2 where only a preposition points ahead.
        main: Whether the story goes on in it: no relative clause, no attribute of a noun.
        recent: Whether its verb stands in the present perfect ("has sent a chill"): the writer speaks of what is fresh.
    """

    tense: int
    main: bool
    recent: bool = False


PLAIN = Clause(0, False)


def clause_of(reading: Reading, raw: RawTime) -> Clause:
    """Return the clause that a candidate stands in."""
    first, last = reading.tokens_of(raw.start, raw.end)
    token = reading.doc[last - 1]
    while token.head.i != token.i and first <= token.head.i < last:
        token = token.head
    ahead = raw.relation in ("UNTIL", "BEFORE") or reading.doc[max(first - 1, 0)].lower_ == "for"
    main = True
    for _ in range(12):
        if token.pos_ in ("VERB", "AUX"):
            tense = _tense_of(token)
            if tense is not None:
                main = main and token.dep_ not in ("relcl", "acl")
                if ahead and not (tense < 0 and raw.relation == "BEFORE" and any(c.lower_ == "had" for c in token.lefts)):
                    tense = 1 if tense == 1 else 2  # but "had been collected by Wednesday" looks back
                helpers = {child.lower_ for child in token.lefts if child.dep_ == "aux"}
                return Clause(tense, main, tense < 0 and bool(helpers & {"has", "have", "'ve", "’ve"}) and len(helpers) == 1)
        elif token.pos_ in ("NOUN", "PROPN") and not first <= token.i < last:
            main = False
        if token.head.i == token.i:
            break
        token = token.head
    return Clause(2 if ahead else 0, main)


def _tense_of(verb: Token) -> int | None:
    """Return the tense of one verb; None where its governor decides."""
    helpers = {child.lower_: child for child in verb.lefts if child.dep_ in ("aux", "auxpass") or child.lower_ in ("to", "going")}
    words = set(helpers)
    if words & {"will", "shall", "'ll", "’ll", "wo", "would", "should", "must", "could", "may", "might", "can"}:
        # "would have", "may have" speak of what is past
        return -1 if "have" in words else 1
    if "to" in words:
        if "have" in words:
            return -1
        governor = verb.head
        if governor.lemma_ in _FUTURE_GOVERNORS or governor.lemma_ == "be":
            return 1 if governor.tag_ in ("VBZ", "VBP", "VBG", "VB") else 0
        return None if governor.i != verb.i else 0
    if verb.lemma_ in _FUTURE_PARTICIPLES and verb.tag_ in ("VBN", "JJ") and not words & {"has", "have", "had"}:
        return 0 if words & {"was", "were"} else 1
    if verb.lemma_ in _FUTURE_GOVERNORS and verb.tag_ in ("VBZ", "VBP"):
        return 1
    if words & {"had", "was", "were", "did", "has", "have", "'ve", "’ve", "'d"}:
        return -1
    if verb.tag_ == "VBD":
        return -1
    if verb.tag_ == "VBN":
        return -1 if not words & {"is", "are", "be", "being"} else 0
    if verb.tag_ in ("VBZ", "VBP"):
        return 0
    if verb.tag_ == "VBG" and not words:
        return None
    return None if verb.head.i != verb.i else 0
