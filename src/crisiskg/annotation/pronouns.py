"""Finds the pronouns that may refer to an actor or a place; empty ones ("it is clear that …") are left out."""

from __future__ import annotations

from spacy.tokens import Doc, Token

#: Pronouns by lower-cased form; those of the first person stand for whoever speaks or writes.
PERSONAL: dict[str, str] = {
    **dict.fromkeys(["he", "him", "his", "himself"], "he"),
    **dict.fromkeys(["she", "her", "hers", "herself"], "she"),
    **dict.fromkeys(["they", "them", "their", "theirs", "themselves"], "they"),
    **dict.fromkeys(["it", "its", "itself"], "it"),
    **dict.fromkeys(["i", "me", "my", "mine", "myself"], "i"),
    **dict.fromkeys(["we", "us", "our", "ours", "ourselves"], "we"),
}


def find_pronouns(doc: Doc) -> list[Token]:
    """Return the pronouns that may refer to an actor or a place, in order."""
    found = []
    for token in doc:
        lower = token.lower_
        if token.pos_ == "PRON" or token.tag_ in ("PRP", "PRP$", "WP", "WP$", "WDT"):
            if (lower in PERSONAL and not (lower == "it" and _is_expletive(token)) and token.text != "US") or (
                lower in ("who", "whom", "whose", "which", "that")
                and token.tag_ in ("WP", "WP$", "WDT")
                and relative_head(token) is not None
            ):
                found.append(token)
        elif lower == "where" and relative_head(token) is not None:
            found.append(token)
    return found


def relative_head(token: Token) -> Token | None:
    """Return the noun that a relative pronoun takes up; None where it begins no relative clause."""
    current = token
    for _ in range(5):
        if current.dep_ == "relcl":
            return current.head if current.head.i < token.i else None
        if current.head is current:
            return None
        current = current.head
    return None


def _is_expletive(token: Token) -> bool:
    """Whether "it" is empty: "it is clear that …", "it rains", "it took years"."""
    if token.dep_ == "expl":
        return True
    verb = token.head
    if token.dep_ in ("nsubj", "nsubjpass") and verb.lemma_ in (
        "be",
        "seem",
        "appear",
        "take",
        "become",
        "remain",
        "turn",
        "emerge",
        "rain",
        "snow",
    ):
        for child in verb.children:
            if child.dep_ in ("ccomp", "xcomp", "advcl", "csubj", "acl") and child.i > verb.i:
                return True
            if child.dep_ in ("acomp", "attr") and any(
                grand.dep_ in ("ccomp", "xcomp", "acl", "relcl") for grand in child.children
            ):
                return True
    return token.dep_ in ("nsubjpass",) and verb.lemma_ in ("say", "believe", "think", "expect", "report", "know", "fear", "hope")
