"""What a stated number counts by the words around it: the table of kinds, tolls, and numbers that another source gives."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, cast

from crisiskg.annotation.records import QuantityKind

if TYPE_CHECKING:
    from spacy.tokens import Token

    from crisiskg.annotation.reading import Reading

#: Kinds of which several sources give numbers.
_CASUALTIES = frozenset({"killed", "injured", "displaced", "abducted", "arrested"})
#: Verbs whose number behind "from" held before.
_CHANGES = frozenset({"rise", "climb", "grow", "increase", "jump", "go", "soar", "fall", "drop", "up", "revise"})


@dataclass(frozen=True, slots=True)
class NumberKinds:
    """Words by what is counted; see `data/number_kinds.toml`."""

    by_object: dict[str, QuantityKind]
    by_subject: dict[str, QuantityKind]
    by_noun: dict[str, QuantityKind]
    by_deed: dict[str, QuantityKind]
    needs_people: frozenset[str]


@cache
def number_kinds() -> NumberKinds:
    """Return the table of kinds, read once."""
    data = tomllib.loads(resources.files("crisiskg.annotation").joinpath("data/number_kinds.toml").read_text(encoding="utf-8"))
    tables: list[dict[str, QuantityKind]] = [{}, {}, {}, {}]
    for kind, entry in data.items():
        if kind == "needs_people":
            continue
        for table, key in zip(tables, ("object", "subject", "noun", "deed"), strict=True):
            for lemma in entry[key].split():
                table.setdefault(lemma, cast("QuantityKind", kind))
    by_object, by_subject, by_noun, by_deed = tables
    return NumberKinds(by_object, by_subject, by_noun, by_deed, frozenset(data["needs_people"]["verbs"].split()))


def told_of(head: Token) -> QuantityKind | None:
    """Return what a bare number counts where a noun beside its verb says so: "the death toll rose to 31"."""
    above = head.head
    if head.dep_ != "pobj" or above.lower_ not in ("to", "at", "of", "from") or above.head.pos_ not in ("VERB", "NOUN", "AUX"):
        return None
    kinds = number_kinds()
    told = (
        [above.head]
        if above.head.pos_ == "NOUN"
        else [c for c in above.head.children if c.dep_ in ("nsubj", "dobj", "nsubjpass")]
    )
    for noun in told:
        near = [noun, *(c for c in noun.children if c.dep_ in ("compound", "amod"))]
        near += [p for c in noun.children if c.lower_ == "of" for p in c.children if p.dep_ == "pobj"]
        if noun.lemma_.lower() not in ("toll", "number", "count", "tally", "dead", "figure"):
            continue
        for word in near:
            found = kinds.by_noun.get(word.lemma_.lower()) or kinds.by_noun.get(word.lower_)
            if found is not None and found != "people":
                return found
        if noun.lemma_.lower() == "toll" and not any(c.lower_ in ("on", "for", "of") for c in noun.children):
            return "killed"  # "put the toll at two", not "the toll on the road"
    return None


def rises(reading: Reading, offset: int) -> bool:
    """Whether a verb of change stands before a number: "rose from 12 to 15"."""
    index = reading.tokens_of(offset, offset + 1)[0]
    return index > 0 and reading.doc[index - 1].lemma_.lower() in _CHANGES


def told_again(reading: Reading, head: Token) -> QuantityKind | None:
    """Return what a bare number counts that another source gives for what was counted just before: "police spoke of seven"."""
    above = head.head
    if head.dep_ != "pobj" or above.head.pos_ != "VERB" or not reading.quantities:
        return None
    verb = above.head
    word = verb.lemma_.lower()
    if above.lower_ == "of":
        fits = word in ("speak", "talk")
    else:
        fits = (
            above.lower_ == "at"
            and word in ("put", "estimate", "give", "place", "set")
            and any(
                c.dep_ in ("dobj", "nsubjpass")
                and c.lemma_.lower() in ("it", "this", "number", "figure", "count", "total", "that")
                for c in verb.children
            )
        )
    last = reading.quantities[-1]
    begin = head.sent.start
    before = reading.doc[begin - 1].sent.start if begin else begin
    return last.kind if fits and last.kind in _CASUALTIES and last.start >= reading.doc[before].idx else None


def is_particle(reading: Reading, match: re.Match[str]) -> bool:
    """Whether "over" before a number belongs to the verb: "handed over three hostages"."""
    if (match["atleast"] or "").lower() != "over":
        return False
    index = reading.tokens_of(match.start("atleast"), match.end("atleast"))[0]
    return index > 0 and reading.doc[index - 1].lemma_.lower() in ("hand", "turn", "take", "win", "sign", "give", "bring")
