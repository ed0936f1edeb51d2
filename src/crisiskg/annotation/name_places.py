"""Finds names that a text uses as places, whatever a model says: "the city of Kherson", "the fall of Konna"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.tokens import Doc

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import Name
from crisiskg.annotation.place_hints import us_state_of

if TYPE_CHECKING:
    from crisiskg.annotation.gazetteer import Gazetteer

#: Nouns whose "of X" names a place: "the town of X".
_KINDS = frozenset(
    [
        "city",
        "town",
        "village",
        "hamlet",
        "port",
        "district",
        "province",
        "region",
        "capital",
        "suburb",
        "municipality",
        "settlement",
        "enclave",
        "island",
        "county",
        "governorate",
        "neighbourhood",
        "neighborhood",
        "oblast",
        "prefecture",
        "commune",
    ]
)
_SEVERAL = frozenset(
    [
        "cities",
        "towns",
        "villages",
        "ports",
        "districts",
        "provinces",
        "regions",
        "capitals",
        "islands",
        "suburbs",
        "departments",
        "states",
    ]
)
#: What else a text may call a place behind a comma: "X, a hill above the town".
_FEATURES = _KINDS | frozenset(
    ["hill", "mountain", "river", "lake", "valley", "plain", "peak", "peninsula", "township", "locality", "outpost", "resort"]
)
#: What is done to places: "the siege of X".
_FATES = frozenset(
    [
        "siege",
        "fall",
        "capture",
        "recapture",
        "shelling",
        "bombardment",
        "encirclement",
        "liberation",
        "outskirts",
        "suburbs",
        "streets",
    ]
)
#: Lower-case nouns behind a place's name: "X province", "X airport".
_BEHIND = _KINDS | frozenset(
    [
        "camp",
        "airport",
        "airbase",
        "crossing",
        "valley",
        "prison",
        "dam",
        "bridge",
        "hospital",
        "road",
        "highway",
        "peninsula",
        "plain",
    ]
)
#: Prepositions that stand before places and hardly before persons.
_NEAR = frozenset({"near", "outside", "around", "toward", "towards", "into", "in", "at"})
_TAKEN = frozenset(
    [
        "capture",
        "recapture",
        "retake",
        "besiege",
        "shell",
        "bombard",
        "liberate",
        "overrun",
        "reach",
        "enter",
        "encircle",
        "occupy",
    ]
)
_ARTICLES = frozenset({"the", "a", "an", "another", "one"})


def settle_places(doc: Doc, names: list[Name], gazetteer: Gazetteer) -> None:
    """Make places of persons and organizations that the text uses as places.

    Args:
        doc: The document in tokens.
        names: Its names; types are changed in place.
        gazetteer: The settlements; weaker signs count only for names that it has.
    """
    surnames = {doc[name.end - 1].text for name in names if name.type == "Person" and name.end - name.start >= 2}
    shown: set[str] = set()
    for name in names:
        if not _is_open(name):
            continue
        text = doc[name.start : name.end].text
        if text in shown or (name.end - name.start == 1 and text in surnames) or text.isupper():
            continue
        if is_called_place(doc, name) or (gazetteer.places(text) and _is_used_as_place(doc, name)):
            shown.add(text)
    for name in names:
        if _is_open(name) and doc[name.start : name.end].text in shown and not _is_titled(doc, name):
            name.type, name.confidence = "Place", 0.75


def close_abbreviations(doc: Doc, names: list[Name]) -> None:
    """Take the last dot of a dotted abbreviation of a state of the US into its name: "W.Va." is cut into "W.Va" and ".".

    Args:
        doc: The document in tokens.
        names: Its names; ends are changed in place.
    """
    for name in names:
        last = doc[name.end - 1]
        if name.end == len(doc) or doc[name.end].text != "." or last.whitespace_ or "." not in last.text:
            continue
        if us_state_of(doc[name.start : name.end].text + ".") is not None:
            name.end += 1


def _is_open(name: Name) -> bool:
    return (
        name.type in ("Person", "Organization", None) and name.source not in ("reference", "part", "legal") and not name.demonym
    )


def _is_titled(doc: Doc, name: Name) -> bool:
    words = name_words()
    return name.start > 0 and (doc[name.start - 1].text in words.title or doc[name.start - 1].lower_ in words.title_lower)


def is_called_place(doc: Doc, name: Name) -> bool:
    """Whether the words beside a name call it a place: "the town of X", "X, a fishing village", "X province"."""
    start, end = name.start, name.end
    if start >= 2 and doc[start - 1].lower_ == "of" and (doc[start - 2].lower_ in _KINDS or doc[start - 2].lower_ in _SEVERAL):
        return True
    root = doc[start:end].root
    while root.dep_ == "conj" and root.head.i < root.i:
        root = root.head  # "the regions of Gao and Ménaka"
        if root.head.lower_ == "of" and root.head.head.lower_ in _SEVERAL:
            return True
    joined = [child for child in root.rights if child.dep_ == "conj"]
    if joined and root.head.lower_ == "of" and root.head.head.lower_ in _SEVERAL:
        return True
    if end < len(doc) and doc[end].text in _BEHIND and doc[end].text not in ("capital", "hospital") and doc[end].tag_ == "NN":
        # "Smith bridge" is rare; "Obama town hall" is not: the noun must end the phrase.
        return doc[end].dep_ != "compound" and doc[end - 1].head.i == end
    if end + 2 < len(doc) and doc[end].text == "," and doc[end + 1].lower_ in _ARTICLES:
        for token in doc[end + 2 : end + 6]:
            if token.lower_ in _FEATURES:
                # "X, a town south of Y" but not "Smith, a village elder"
                following = doc[token.i + 1] if token.i + 1 < len(doc) else None
                return following is None or following.pos_ in ("ADP", "PUNCT", "ADV", "PRON", "SCONJ", "VERB", "DET", "NUM")
            if token.pos_ not in ("ADJ", "NOUN", "PROPN", "VERB") and token.text != "-":
                break
    return False


def _is_used_as_place(doc: Doc, name: Name) -> bool:
    """Whether a name is used as places are: "near X", "the siege of X", "captured X"."""
    start = name.start
    if not start:
        return False
    before = doc[start - 1]
    if before.lower_ == "of" and start >= 2 and doc[start - 2].lower_ in _FATES:
        return True
    if before.lower_ in _NEAR and before.dep_ == "prep":
        return name.end >= len(doc) or doc[name.end].text not in ("'s", "’s", "'", "’")
    root = doc[start : name.end].root
    return root.dep_ == "dobj" and root.head.lemma_ in _TAKEN and before.i == root.head.i
