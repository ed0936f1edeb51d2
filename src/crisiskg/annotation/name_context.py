"""Corrects types and extents of names by the words beside them: "the Sattorov administration", "ethnic Talysh"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spacy.tokens import Doc

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import ORGANIZATIONS, Name

if TYPE_CHECKING:
    from crisiskg.annotation.gazetteer import Gazetteer

#: What is called by the name of the person who leads it.
_LED = frozenset({"administration", "presidency", "premiership", "regime"})
#: Traditional short forms of the names of the states of the United States, with or without the last full stop.
_SHORT_STATE = re.compile(
    r"(?:Ala|Ariz|Ark|Calif|Colo|Conn|D\.C|Del|Fla|Ga|Ill|Ind|Kans?|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|N\.[CDHJMY]|Nebr?|Nev|"
    r"Okla|Ore|Pa|R\.I|S\.[CD]|Tenn|Tex|Va|Vt|W\.Va|Wash|Wis|Wyo)\.?\Z"
)
#: Units that are counted: "33rd Front", "2nd Battalion".
_UNIT_WORDS = frozenset(
    [
        "Army",
        "Battalion",
        "Brigade",
        "Company",
        "Corps",
        "Division",
        "Fleet",
        "Forces",
        "Front",
        "Group",
        "Infantry",
        "Regiment",
        "Squadron",
        "Wing",
    ]
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\Z")
#: What stands behind a hyphen and a person's name and is no part of it: "Omar Sattori-era".
_BEHIND_HYPHEN = frozenset({"led", "era", "run", "like", "style", "type", "time", "held", "born", "loyal", "free"})
#: Small words within names of persons.
_PARTICLES = frozenset({"ag", "al", "bin", "ibn", "bint", "ould", "ben", "de", "da", "dos", "del", "van", "von", "der"})


def settle_by_context(doc: Doc, names: list[Name], gazetteer: Gazetteer) -> None:
    """Correct the types that the words beside a name contradict.

    Args:
        doc: The document in tokens.
        names: Its names; types are changed in place.
        gazetteer: The settlements; "the Kherson administration" is named after a place.
    """
    groups = {name.start for name in names if name.type == "PopulationGroup"}
    plural = {name.start for name in names if _may_be_people(doc, name)}
    for name in names:
        if name.source in ("reference", "part", "legal") or name.demonym:
            continue
        if _is_operation(doc, name):
            name.type, name.confidence = "NamedEvent", 0.8
        elif _is_two_demonyms(doc, name, gazetteer):
            name.type, name.confidence = "PopulationGroup", 0.8
        elif _is_short_state(doc, name):
            name.type, name.confidence = "Place", 0.9
        elif name.type == "Organization" and _leads(doc, name) and not gazetteer.places(doc[name.start].text):
            name.type, name.confidence = "Person", 0.7
        elif name.type in (*ORGANIZATIONS, "Place") and name.start and doc[name.start - 1].lower_ == "ethnic":
            name.type, name.confidence = "PopulationGroup", 0.8
        elif name.start in plural and _stands_among_peoples(doc, name, plural, groups):
            name.type, name.confidence = "PopulationGroup", 0.7


def widen_names(doc: Doc, names: list[Name]) -> list[Name]:
    """Return the names with what belongs to them: the number of a unit, and the rest of a person's name.

    Args:
        doc: The document in tokens.
        names: Its names.
    """
    found: list[Name] = []
    for name in sorted(names, key=lambda name: (name.start, -name.end)):
        before = found[-1] if found else None
        if name.type in ORGANIZATIONS and name.start and _is_numbered(doc, name):
            name.start -= 1
        if name.type == "Person" and _goes_on(doc, name):
            name.end += 2
        if (
            before is not None
            and before.type == name.type == "Person"
            and name.start - before.end == 1
            and doc[before.end].text in _PARTICLES
            and not (before.source == "reference" and before.end - before.start > 1)
            and name.source != "reference"
        ):
            found[-1] = Name(before.start, name.end, "Person", min(before.confidence, name.confidence), name.source)
        else:
            found.append(name)
    return found


def _is_numbered(doc: Doc, name: Name) -> bool:
    """Whether a number that counts units stands before a name: "2nd Battalion", "82nd Airborne Division"."""
    return (
        _ORDINAL.match(doc[name.start - 1].text) is not None
        and any(token.text in _UNIT_WORDS for token in doc[name.start : name.end])
        and doc[name.start - 1].sent.start == doc[name.start].sent.start
    )


def _goes_on(doc: Doc, name: Name) -> bool:
    """Whether a person's name of two words or more goes on behind a hyphen in lower case: "Kim Dae" in "Kim Dae-jung"."""
    if name.end - name.start < 2 or name.end + 1 >= len(doc) or doc[name.end].text != "-":
        return False
    last = doc[name.end + 1]
    return (
        not doc[name.end - 1].whitespace_
        and not doc[name.end].whitespace_
        and last.is_lower
        and last.is_alpha
        and 2 <= len(last) <= 5
        and last.tag_ not in ("VBN", "VBD", "VBG", "IN", "JJ")
        and last.text not in _BEHIND_HYPHEN
    )


def _is_operation(doc: Doc, name: Name) -> bool:
    """Whether a name is that of a military operation: "Operation Red Harvest", not "Operation" alone."""
    return name.end - name.start > 1 and doc[name.start].text == "Operation" and doc[name.start + 1].text[:1].isupper()


def _is_two_demonyms(doc: Doc, name: Name, gazetteer: Gazetteer) -> bool:
    """Whether two demonyms make the name of a people: "Greek Cypriots"."""
    return name.end - name.start == 2 and all(
        (senses := gazetteer.senses(token.text)) and all(kind == "demonym" for _, kind in senses)
        for token in doc[name.start : name.end]
    )


def _is_short_state(doc: Doc, name: Name) -> bool:
    """Whether a name is the short form of a state behind a town: "Dunmore, Fla."."""
    if name.end - name.start != 1 or name.start < 2 or _SHORT_STATE.match(doc[name.start].text) is None:
        return False
    dotted = "." in doc[name.start].text or (name.end < len(doc) and doc[name.end].text == ".")
    return dotted and doc[name.start - 1].text == "," and doc[name.start - 2].text[:1].isupper()


def _leads(doc: Doc, name: Name) -> bool:
    """Whether one word, no acronym, stands before what is called by its leader's name: "the Sattorov administration"."""
    word = doc[name.start]
    return (
        name.end - name.start == 1
        and name.end < len(doc)
        and doc[name.end].text in _LED
        and not word.is_upper
        and word.ent_type_ != "NORP"
        and word.text not in name_words().organization
    )


def _may_be_people(doc: Doc, name: Name) -> bool:
    """Whether a name of one word has the form of a people's name in the plural, and nothing known behind it."""
    word = doc[name.start]
    return (
        name.type == "Organization"
        and name.end - name.start == 1
        and name.source in ("model", "words", "learned", "text")
        and word.tag_ in ("NNPS", "NNP", "NNS")
        and word.text.endswith("s")
        and len(word) > 3
        and not word.is_upper
        and word.text not in name_words().organization
    )


def _stands_among_peoples(doc: Doc, name: Name, plural: set[int], groups: set[int]) -> bool:
    """Whether a plural is listed with another one or with a people, and peoples are spoken of there."""
    sentence = doc[name.start].sent
    listed = any(
        name.start != other and sentence.start <= other < sentence.end and _is_listed_with(doc, name.start, other)
        for other in (plural | groups if doc[name.start].tag_ == "NNPS" else plural)  # "Americans and Airbus"
    )
    if not listed:
        return False
    before = doc[sentence.start - 1].sent.start if sentence.start else sentence.start
    return any(before <= other < sentence.end for other in groups)


def _is_listed_with(doc: Doc, one: int, other: int) -> bool:
    """Whether only commas, "and", articles and names with capitals stand between two words."""
    first, last = sorted((one, other))
    return last - first <= 8 and all(
        token.text in (",", "and", "or", "the", "&") or token.text[:1].isupper() for token in doc[first + 1 : last]
    )
