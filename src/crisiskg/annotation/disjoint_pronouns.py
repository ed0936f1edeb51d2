"""Whom a pronoun cannot stand for, by where both stand in a sentence.

An object is not its own subject ("the president made him governor"), and who is met in a phrase before the subject is not the
subject ("After a quarrel with Omar, he left", "After meeting Omar, he left").
"""

from __future__ import annotations

from spacy.tokens import Token

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_OBJECTS = frozenset({"dobj", "dative", "iobj", "oprd"})
#: What ties another party to what somebody does.
_BESIDE = frozenset({"with", "against", "from", "between", "alongside"})
#: Dependencies that go down into the parts of a name or of a phrase.
_WITHIN = frozenset({"appos", "conj", "compound", "nmod"})


def cannot_be(pronoun: Token, other: Token) -> bool:
    """Say whether a personal pronoun cannot stand for what another word of the same sentence names.

    Args:
        pronoun: "he", "him", "she", "they", "it", …
        other: Head of the name or noun that stands before it.
    """
    if pronoun.tag_ == "PRP$" or other.i > pronoun.i:
        return False
    return _is_subject_of(other, pronoun) or _is_met_before(other, pronoun)


def _is_subject_of(other: Token, pronoun: Token) -> bool:
    verb = pronoun.head
    if pronoun.dep_ in _SUBJECTS and verb.dep_ == "ccomp" and verb.pos_ in ("NOUN", "PROPN", "ADJ"):
        verb = verb.head  # "made him governor": a small clause
    elif pronoun.dep_ not in _OBJECTS:
        return False
    return other.head == verb and other.dep_ in _SUBJECTS


def _is_met_before(other: Token, pronoun: Token) -> bool:
    """Whether a word stands in a phrase before the subject as somebody else: "After a quarrel with its leader, Omar, he …"."""
    if pronoun.dep_ not in _SUBJECTS:
        return False
    while other.dep_ in _WITHIN:
        other = other.head
    if not (other.dep_ == "pobj" and other.head.lower_ in _BESIDE) and other.dep_ not in _OBJECTS:
        return False
    node = other.head
    for _ in range(8):
        if node.dep_ in ("prep", "advcl") and node.head == pronoun.head and node.i < pronoun.i:
            return node.dep_ == "prep" or not any(child.dep_ in _SUBJECTS for child in node.children)
        if node.head == node or (node.pos_ in ("VERB", "AUX") and node.dep_ not in ("pcomp", "advcl", "conj", "xcomp")):
            return False
        if any(child.dep_ in _SUBJECTS for child in node.children):
            return False
        node = node.head
    return False
