"""Lets the learned reader vote on names: where they are, and what they name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Doc

from crisiskg.annotation.learned import LearnedMention
from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.name_candidates import BETWEEN, trim_name
from crisiskg.annotation.names import ORGANIZATIONS, SHORT_FORMS, Name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crisiskg.annotation.learned import Learned
    from crisiskg.annotation.records import EntityType

#: Probability from which a name that nothing else found is taken; from which its extent wins over that of another; and from
#: which it takes in names of the reference data ("Power Corporation of Canada").
NEW, EXTENT, AROUND_KNOWN = 0.9, 0.6, 0.9
#: Weight of the learned reader's say on types against that of the linear model, which counts 1.
WEIGHT = 0.9
#: Probability from which a part of a name wins over the whole.
PART = 0.85
#: Sources whose extent is not put to the vote.
_SETTLED = frozenset({"reference", "part"})


def vote_spans(doc: Doc, names: list[Name], learned: Learned) -> list[Name]:
    """Return the names with those that the reader adds, and with its extent where it is surer of it.

    Args:
        doc: The document.
        names: What was found without it.
        learned: What the reader says of the document.
    """
    at: dict[int, list[Name]] = defaultdict(list)
    for name in names:
        for index in range(name.start, name.end):
            at[index].append(name)
    dropped: set[int] = set()
    added: list[Name] = []
    for mention in _rejoin(doc, learned.mentions, at):
        if mention.type is None:
            continue
        trimmed = trim_name(doc, mention.start, mention.end)
        if trimmed is None or not any(character.isupper() for character in doc[trimmed[0] : trimmed[1]].text):
            continue
        start, end = trimmed
        touching = list({id(name): name for index in range(start, end) for name in at.get(index, ())}.values())
        if any((name.start, name.end) == (start, end) for name in touching):
            continue
        known = [name for name in touching if name.source in _SETTLED]
        if mention.probability < (AROUND_KNOWN if known else EXTENT if touching else NEW):
            continue
        # What a legal form ends is a company's name throughout: "Kidder, Peabody and Co".
        if any(name.type == "Company" and (name.start < start or end < name.end) for name in touching):
            continue
        if any(_is_dated_event(doc, name) for name in touching) or not _may_be_one(doc, start, end):
            continue
        if mention.probability < PART and any(name.start <= start and end <= name.end for name in touching):
            continue
        if not all(_may_be_part(name, start, end, mention.type) for name in known):
            continue
        dropped.update(id(name) for name in touching if not _stands_inside(name, start, mention.type))
        # Kinds of organizations, and which places are states, are told by words and reference data.
        kind: EntityType = "Organization" if mention.type in ORGANIZATIONS else mention.type
        added.append(Name(start, end, "Place" if kind == "State" else kind, mention.probability, "learned"))
    return [name for name in names if id(name) not in dropped] + added


def _rejoin(doc: Doc, mentions: list[LearnedMention], at: dict[int, list[Name]]) -> list[LearnedMention]:
    """Return the reader's names with those put together that it cut in two, and without those that it cut out of another.

    Two persons do not stand beside one another with nothing between: "Maria" and "Lopez Ortega" are one. Other names do so, but
    not where all else sees one name.
    """
    found: list[LearnedMention] = []
    for mention in mentions:
        if mention.kind != "name":
            continue
        before = found[-1] if found else None
        if before is not None and mention.start - before.end == 1 and doc[before.end].text in ("and", "&"):
            if mention.type in ORGANIZATIONS and any(
                name.end >= mention.end and (name.type is None or name.type in ORGANIZATIONS) and name.source not in _SETTLED
                for name in at.get(before.start, ())
            ):
                found.pop()
            else:
                found.append(mention)
        elif before is None or before.end != mention.start or not doc[before.end - 1].whitespace_:
            found.append(mention)
        elif before.type == mention.type == "Person":
            joint = min(before.probability, mention.probability)
            found[-1] = LearnedMention(before.start, mention.end, "Person", "name", joint)
        elif any(name.end >= mention.end for name in at.get(before.start, ()) if name.source not in _SETTLED):
            found.pop()
        else:
            found.append(mention)
    return found


def _may_be_one(doc: Doc, start: int, end: int) -> bool:
    """Whether words may be one name: no short legal form and no word that stands between names is in their midst.

    Nor is a compound adjective a name: "Lisbon-based".
    """
    if any(doc[index].text in SHORT_FORMS or doc[index].text in BETWEEN for index in range(start, end - 1)):
        return False
    first, hyphen, last = doc[start].text.rpartition("-")
    return not (end - start == 1 and hyphen and first and len(last) > 3 and last.islower())


def _is_dated_event(doc: Doc, name: Name) -> bool:
    """Whether a name is one that a pattern settles: "1998 Ruvian general election"."""
    return name.type == "NamedEvent" and doc[name.start].text.isdigit() and doc[name.end - 1].text in name_words().event_lower


def _may_be_part(name: Name, start: int, end: int, outer: EntityType) -> bool:
    """Whether a name of the reference data may be part of a longer one: "Canada" in "Power Corporation of Canada".

    Not an organization that ends it: in "Kidal MNLA" the place only says which part of the group is meant.
    """
    if name.start < start or name.end > end or outer not in (*ORGANIZATIONS, "NamedEvent"):
        return False
    return outer == "NamedEvent" or not (name.type in ORGANIZATIONS and name.end == end)


def _stands_inside(name: Name, start: int, outer: EntityType) -> bool:
    """Whether the state that begins an organization's name is a mention of its own: "Malian" in "Malian Armed Forces"."""
    return name.start == start and outer in ORGANIZATIONS and name.source in _SETTLED and (name.type == "State" or name.demonym)


def learned_shares(doc: Doc, names: list[Name], learned: Learned) -> list[NDArray[np.float64]]:
    """Return how likely each of `NAME_TYPES`, and last no name, is for each name; names of the same words tell of each other.

    Args:
        doc: The document.
        names: Its names.
        learned: What the reader says of the document.
    """
    own = [np.log(learned.name_shares(name.start, name.end) + 1e-4) for name in names]
    same: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for name, shares in zip(names, own, strict=True):
        same[doc[name.start : name.end].text].append(shares)
    found = []
    for name, shares in zip(names, own, strict=True):
        others = same[doc[name.start : name.end].text]
        joint = 0.5 * shares + 0.5 * np.mean(others, axis=0)
        scaled = np.exp(joint - joint.max())
        found.append(scaled / scaled.sum())
    return found


def join_shares(
    shares: list[NDArray[np.float64]], learned: list[NDArray[np.float64]], weight: float = WEIGHT
) -> list[NDArray[np.float64]]:
    """Return the joint judgement of the linear model and the reader: the product of their shares, scaled to sum 1.

    Args:
        shares: Those of the linear model, for `NAME_TYPES` and "Other".
        learned: Those of the reader.
        weight: What the reader's count for, against 1.

    >>> join_shares([np.array([0.5, 0.5])], [np.array([0.9, 0.1])], 1.0)[0].round(2).tolist()
    [0.9, 0.1]
    """
    found = []
    for one, other in zip(shares, learned, strict=True):
        joint = np.log(one + 1e-6) + weight * np.log(other + 1e-6)
        scaled = np.exp(joint - joint.max())
        found.append(scaled / scaled.sum())
    return found
