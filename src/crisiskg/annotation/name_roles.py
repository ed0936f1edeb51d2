"""Corrects types of names by what is done to them: who is arrested is no town, and what is besieged is no person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.tokens import Doc, Token

from crisiskg.annotation.names import Name

if TYPE_CHECKING:
    from crisiskg.annotation.gazetteer import Gazetteer

#: Verbs that are done to persons alone.
_TO_PERSONS_TEXT = """
arrest detain jail imprison sentence convict acquit behead stab lynch murder assassinate kidnap abduct interrogate torture
handcuff blindfold flog rape wound marry greet hug hang execute shoot kill interview extradite
"""
_TO_PERSONS = frozenset(_TO_PERSONS_TEXT.split())
#: Verbs that are done to persons where these words stand beside them: "took Omar away", "led him into custody".
_TAKES = frozenset({"take", "lead", "drag", "march", "haul", "whisk", "hold"})
_AWAY = frozenset({"away", "off", "prisoner", "hostage", "captive"})
_CUSTODY = frozenset({"custody", "detention", "prison", "jail", "hospital", "court"})
#: Verbs that are done to places alone, and those of which the settlements known decide.
_TO_PLACES = frozenset({"shell", "bombard", "besiege", "retake", "recapture", "blockade", "overrun", "garrison", "encircle"})
_TO_BOTH = frozenset({"attack", "bomb", "capture", "seize", "storm", "raid", "enter", "occupy", "liberate", "loot", "reach"})
_LOCATIVE = frozenset({"in", "at", "near", "to", "from", "of", "around", "outside", "towards", "toward", "into", "inside", "via"})


def settle_by_role(doc: Doc, names: list[Name], gazetteer: Gazetteer) -> None:
    """Correct types of persons and places that the verbs which govern them contradict.

    Args:
        doc: The document in tokens.
        names: Its names; types are changed in place.
        gazetteer: The settlements.
    """
    for name in names:
        if name.source in ("reference", "part", "legal") or name.type not in ("Place", "Person") or name.end - name.start > 2:
            continue
        verb = _governor(doc[name.start : name.end].root)
        if verb is None:
            continue
        same = [other for other in names if _text(doc, other) == _text(doc, name)]
        if name.type == "Place" and _is_done_to_persons(verb):
            if not any(_stands_as_place(doc, other) for other in same):
                _set(same, "Place", "Person")
        elif name.type == "Person" and name.end - name.start == 1 and _is_done_to_places(verb, _text(doc, name), gazetteer):
            longer = any(
                other.type == "Person" and other.end - other.start > 1 and doc[name.start].text in _text(doc, other).split()
                for other in names
            )
            if not longer and not _has_title(doc, name):
                _set(same, "Person", "Place")


def _text(doc: Doc, name: Name) -> str:
    return doc[name.start : name.end].text


def _set(names: list[Name], before: str, after: str) -> None:
    for name in names:
        if name.type == before and name.source not in ("reference", "part", "legal"):
            name.type, name.confidence = after, 0.7  # type: ignore[assignment]


def _governor(token: Token) -> Token | None:
    """Return the verb of which a name is the object, or the subject of its passive."""
    verb = token.head
    return verb if token.dep_ in ("dobj", "nsubjpass") and verb.i != token.i and verb.pos_ == "VERB" else None


def _is_done_to_persons(verb: Token) -> bool:
    lemma = verb.lemma_.lower()
    if lemma in _TO_PERSONS:
        return True
    if lemma not in _TAKES:
        return False
    for child in verb.children:
        if child.lower_ in _AWAY and child.dep_ in ("prt", "advmod", "oprd", "xcomp", "acomp"):
            return True
        if child.lower_ in ("into", "to") and any(below.lower_ in _CUSTODY for below in child.children):
            return True
    return False


def _is_done_to_places(verb: Token, text: str, gazetteer: Gazetteer) -> bool:
    lemma = verb.lemma_.lower()
    return lemma in _TO_PLACES or (lemma in _TO_BOTH and bool(gazetteer.places(text)))


def _stands_as_place(doc: Doc, name: Name) -> bool:
    """Whether a name stands as that of a place somewhere: behind a preposition of place, or before the name of its country."""
    before = doc[name.start - 1].lower_ if name.start else ""
    if before in _LOCATIVE:
        return True
    return name.end + 1 < len(doc) and doc[name.end].text == "," and doc[name.end + 1].ent_type_ == "GPE"


def _has_title(doc: Doc, name: Name) -> bool:
    return name.start > 0 and doc[name.start - 1].text[:1].isupper() and doc[name.start - 1].pos_ in ("PROPN", "NOUN")
