"""Tells capitals that stand for the government there from capitals as places: "Paris said", but "in Paris"."""

from __future__ import annotations

from spacy.tokens import Doc, Token

from crisiskg.annotation.lexicon import name_words

#: Verbs whose subject may be the city itself.
_OF_CITIES = frozenset(
    [
        "be",
        "have",
        "see",
        "witness",
        "become",
        "remain",
        "lie",
        "fall",
        "host",
        "suffer",
        "wake",
        "celebrate",
        "experience",
        "lose",
        "need",
        "get",
        "include",
        "cover",
        "house",
        "boast",
        "offer",
        "mark",
        "attract",
        "contain",
        "begin",
        "start",
        "continue",
        "endure",
        "survive",
        "resemble",
        "face",
        "await",
        "feel",
        "look",
        "stand",
        "sit",
        "brace",
        "absorb",
        "enjoy",
        "record",
        "lack",
        "form",
        "shelter",
    ]
)


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
        return head.lemma_ in words.capital_verb or _acts(head)
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
        if head.lower_ == "to" and noun.lemma_ in ("talk", "speak", "appeal", "complain", "apologise", "apologize", "protest"):
            return True
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


def _acts(verb: Token) -> bool:
    """Whether a verb has an object or a content and is not one that cities are subjects of: "Washington put it on a list"."""
    return (
        verb.pos_ == "VERB"
        and verb.lemma_ not in _OF_CITIES
        and any(child.dep_ in ("dobj", "ccomp", "xcomp") and child.i > verb.i for child in verb.children)
    )


def _other_state(root: Token) -> bool:
    return any(child.dep_ == "conj" and child.ent_type_ in ("GPE", "NORP") for child in root.children)
