"""Tells capitals that stand for the government there from capitals as places: "Paris said", but "in Paris"."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from crisiskg.annotation.lexicon import name_words


def stands_for_government(doc: Doc, start: int, end: int) -> bool:
    """Whether a capital's name stands for the government there: "Paris said", "Moscow-led", "between Bamako and Paris".

    Args:
        doc: The document in tokens.
        start: First token of the name.
        end: Token behind the last.
    """
    words = name_words()
    root = doc[start:end].root
    if end + 1 < len(doc) and doc[end].text in ("-", "–") and not doc[end - 1].whitespace_:
        return doc[end + 1].lower_ in words.capital_suffix
    head = root.head
    while root.dep_ == "conj" and head is not root and head.pos_ == "PROPN":
        root, head = head, head.head
    if root.dep_ == "nsubj":
        return head.lemma_ in words.capital_verb
    if root.dep_ == "dobj":
        return head.lemma_ in words.capital_object
    if root.dep_ == "poss":
        return head.lower_ in words.capital_noun
    if root.dep_ == "compound":
        return False
    if root.dep_ == "pobj":
        if head.dep_ == "agent":
            return True
        noun = head.head
        if head.lower_ == "between":
            return noun.lemma_.lower() in words.capital_relation or noun.lower_ in words.capital_relation or _other_state(root)
        if head.lower_ == "with":
            return noun.lower_ in words.capital_relation or noun.lemma_ in (
                "negotiate",
                "agree",
                "talk",
                "break",
                "clash",
                "ally",
                "side",
                "align",
            )
        if head.lower_ in ("on", "against"):
            return noun.lower_ in ("pressure", "sanctions", "war", "embargo", "accusations")
    return False


def _other_state(root: Token) -> bool:
    return any(child.dep_ == "conj" and child.ent_type_ in ("GPE", "NORP") for child in root.children)
