"""Finds nominals ("the junta", "French forces", "nearly 200 soldiers") by their head word and the parse."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from crisiskg.annotation.lexicon import nominal_heads
from crisiskg.annotation.names import Name
from crisiskg.annotation.nominal_types import DIRECTIONS, is_literal, noun_type
from crisiskg.annotation.records import EntityType

_BEFORE = frozenset(
    [
        "det",
        "amod",
        "compound",
        "nmod",
        "nummod",
        "poss",
        "quantmod",
        "advmod",
        "predet",
        "neg",
        "npadvmod",
        "punct",
        "case",
        "conj",
        "cc",
    ]
)
_PREPOSITIONS = frozenset(
    [
        "of",
        "in",
        "from",
        "for",
        "at",
        "on",
        "to",
        "with",
        "near",
        "along",
        "across",
        "between",
        "under",
        "against",
        "inside",
        "outside",
        "around",
    ]
)
_TIME_LABELS = frozenset({"DATE", "TIME"})


@dataclass(slots=True)
class Nominal:
    """A nominal in the making.

    Attributes:
        start: First token.
        end: Token behind the last.
        head: Its head word.
        type: Its type.
    """

    start: int
    end: int
    head: int
    type: EntityType


def find_nominals(doc: Doc, names: list[Name]) -> list[Nominal]:
    """Return the nominals of a document, in order of their heads.

    Args:
        doc: The document in tokens.
        names: Its names; a word within a name is no nominal's head.
    """
    heads = nominal_heads()
    named: dict[int, Name] = {}
    for name in names:
        for index in range(name.start, name.end):
            named.setdefault(index, name)
    found: list[Nominal] = []
    for token in doc:
        if token.is_space or token.is_punct or token.i in named:
            continue
        tag = token.tag_
        if tag in ("NN", "NNS", "NNP", "NNPS"):
            kind = noun_type(token, heads, named)
            if kind is None or _is_predicate_of_name(token) or not is_literal(token, kind, named):
                continue
            start, end = _bounds(doc, token, named)
            found.append(Nominal(start, end, token.i, kind))
        elif tag in ("CD", "DT", "JJ", "JJS", "NN") and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj"):
            nominal = _number_or_adjective(doc, token, named)
            if nominal is not None:
                found.append(nominal)
    return found


def _number_or_adjective(doc: Doc, token: Token, named: dict[int, Name]) -> Nominal | None:
    """Return "the wounded", "at least 31" (were killed), "those who fled"; None for other words of that shape."""
    verb = token.head.lemma_.lower()
    harmed = verb in (
        "kill",
        "injure",
        "wound",
        "arrest",
        "detain",
        "displace",
        "abduct",
        "kidnap",
        "die",
        "flee",
        "execute",
        "hang",
        "behead",
    )
    if token.tag_ == "CD" and token.ent_type_ in ("CARDINAL", "") and harmed and not token.text.startswith(("19", "20")):
        start, end = _bounds(doc, token, named)
        return Nominal(start, end, token.i, "PopulationGroup")
    if (
        token.tag_ in ("JJ", "NN")
        and token.lower_
        in (
            "dead",
            "wounded",
            "injured",
            "displaced",
            "poor",
            "missing",
            "innocent",
            "detained",
        )
        and any(child.lower_ in ("the", "many") for child in token.children)
    ):
        start, end = _bounds(doc, token, named)
        return Nominal(start, end, token.i, "PopulationGroup")
    if token.lower_ == "those" and any(child.dep_ in ("relcl", "acl") for child in token.children):
        return Nominal(token.i, token.i + 1, token.i, "PopulationGroup")
    return None


def _is_predicate_of_name(token: Token) -> bool:
    """Whether a noun is a mere title before a name: "commander Gulmurod Khalimov" has its name as head."""
    return token.dep_ == "compound" and token.head.ent_type_ == "PERSON"


def _bounds(doc: Doc, head: Token, named: dict[int, Name]) -> tuple[int, int]:
    """Return a noun phrase without relative clause, apposition and second conjunct."""
    start, end = head.i, head.i + 1
    for child in reversed([child for child in head.lefts if child.dep_ in _BEFORE]):
        left = child.left_edge.i
        if child.right_edge.i + 1 < start:
            break
        if child.dep_ == "punct" and child.text not in ("-", "–", '"', "“", "”"):
            break
        start = left
    while start < head.i and (
        doc[start].is_space or doc[start].is_punct or doc[start].lower_ in ("and", "or", "but", "only", "also", "even", "when")
    ):
        start += 1
    if doc[start].lower_ in ("both", "all") and start + 1 < head.i and doc[start].dep_ == "predet":
        pass
    for child in head.rights:
        if child.i > end:
            break
        if child.dep_ == "prep" and child.lower_ in _PREPOSITIONS:
            right = child.right_edge.i + 1
            objects = [token for token in child.children if token.dep_ == "pobj"]
            if not objects or objects[0].ent_type_ in _TIME_LABELS or objects[0].tag_ == "VBG":
                break
            if child.lower_ != "of" and not (objects[0].i in named or objects[0].lemma_.lower() in nominal_heads()):
                break
            stop = right
            for token in doc[child.i : right]:
                if token.dep_ in ("relcl", "acl", "appos") or token.text in (",", "(", ";", ":", "—", "–"):
                    stop = min(stop, token.left_edge.i if token.dep_ in ("relcl", "acl", "appos") else token.i)
                    break
            if stop - start > 14 or stop <= child.i + 1:
                break
            end = stop
        elif child.dep_ in ("punct", "case") and child.text in ("'s", "’s", "-"):
            break
        else:
            break
    while end - 1 > head.i and (doc[end - 1].is_punct or doc[end - 1].is_space):
        end -= 1
    return start, end


def directional_places(doc: Doc, names: list[Name]) -> list[Nominal]:
    """Return the parts of places that a direction names: "northern Mali"; the place itself stays a name.

    Args:
        doc: The document in tokens.
        names: Its names.
    """
    found = []
    for name in names:
        if name.type not in ("State", "Place") or not name.start or name.demonym:
            continue
        if name.end < len(doc) and (doc[name.end].text in ("-", "–") or doc[name.end].text[:1].isupper()):
            continue
        start = name.start
        while start > 0 and (
            doc[start - 1].text in DIRECTIONS
            or (
                start < name.start
                and doc[start - 1].text in ("and", "-", "–")
                and start > 1
                and doc[start - 2].text in DIRECTIONS
            )
        ):
            start -= 1
        if start < name.start:
            found.append(Nominal(start, name.end, name.end - 1, "Place"))
    return found
