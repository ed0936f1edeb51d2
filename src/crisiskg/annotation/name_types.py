"""Decides what kind of thing a name names: a small linear model over the name, the words beside it, and all its occurrences.

The weights (data/name_types.json) were trained by bench/train_name_types.py; the file says on which sets.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Doc

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.weights import read_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from crisiskg.annotation.gazetteer import Gazetteer
    from crisiskg.annotation.names import Name

#: Classes of the model. Kinds of organizations and states are told by other means; "Other" is no actor, place or event.
CLASSES: tuple[str, ...] = ("Person", "Organization", "Place", "PopulationGroup", "NamedEvent", "Other")

#: How far spaCy's label is trusted beyond what the training sets say, which are poor in companies and in today's news.
ANCHOR = 0.5
_ANCHORS = {"PERSON": 0, "ORG": 1, "GPE": 2, "LOC": 2, "FAC": 2}

_LOCATIVE = frozenset(
    [
        "in",
        "at",
        "near",
        "from",
        "to",
        "toward",
        "towards",
        "into",
        "outside",
        "inside",
        "around",
        "across",
        "through",
        "throughout",
    ]
)
_SPEECH = frozenset(
    [
        "say",
        "tell",
        "add",
        "announce",
        "warn",
        "claim",
        "argue",
        "insist",
        "write",
        "deny",
        "accuse",
        "urge",
        "vow",
        "promise",
        "call",
        "ask",
        "think",
        "believe",
    ]
)


class NameTyper:
    """The model: a row of weights for each feature, a column for each class."""

    def __init__(self, weights: dict[str, Sequence[float]], dense: Sequence[Sequence[float]], bias: Sequence[float]) -> None:
        """Keep the weights.

        Args:
            weights: Weights by feature, one number a class.
            dense: Weights by dimension of the word vectors, one number a class.
            bias: One number a class.
        """
        self._dense = np.array(dense, dtype=np.float32)
        self._index = {feature: number for number, feature in enumerate(weights)}
        self._rows = np.array(list(weights.values()) or [[0.0] * len(CLASSES)], dtype=np.float32)
        self._bias = np.array(bias, dtype=np.float32)

    def logits(self, features: Sequence[str]) -> NDArray[np.float32]:
        """Return the sums of the weights, one a class."""
        index = self._index
        rows = [index[feature] for feature in features if feature in index]
        return self._bias + self._rows[rows].sum(axis=0) if rows else self._bias.copy()

    def probabilities(self, doc: Doc, names: list[Name], gazetteer: Gazetteer) -> list[NDArray[np.float64]]:
        """Return the probability of each class for each name of a text.

        What the same words elsewhere in the text, and longer names that end in them, speak for counts as well.
        """
        own = [self.logits(features) for features in all_features(doc, names, gazetteer)]
        for name, logits in zip(names, own, strict=True):
            vector = meaning(doc, name)
            if vector is not None and len(vector) == len(self._dense):
                logits += vector @ self._dense
            labels = {token.ent_type_ for token in doc[name.start : name.end]}
            anchor = _ANCHORS.get(next(iter(labels))) if len(labels) == 1 else None
            if anchor is not None:
                logits[anchor] += ANCHOR
        texts = [doc[name.start : name.end].text for name in names]
        shared: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
        for text, logits in zip(texts, own, strict=True):
            shared[text].append(logits)
        found = []
        common = {text: 0.5 * np.mean(same, axis=0) * min(len(same), 3) ** 0.25 for text, same in shared.items() if len(same) > 1}
        for text, logits in zip(texts, own, strict=True):
            joint = 0.5 * logits + common[text] if text in common else logits
            scaled = np.exp((joint - joint.max()).astype(np.float64))
            found.append(scaled / scaled.sum())
        return found


@cache
def name_typer() -> NameTyper:
    """Return the trained model.

    Raises:
        ModelUnavailable: the file of weights is missing or not the expected one.
    """
    found = json.loads(read_weights("name_types.json"))
    scale = found["scale"]
    return NameTyper(
        {feature: [number / scale for number in row] for feature, row in found["weights"].items()},
        [[number / scale for number in row] for row in found["dense"]],
        found["bias"],
    )


def meaning(doc: Doc, name: Name) -> NDArray[np.float32] | None:
    """Return the mean of the word vectors of a name, of length 1; None where none of its words has one."""
    vectors = [token.vector for token in doc[name.start : name.end] if token.has_vector and token.is_alpha]
    if not vectors:
        return None
    mean = vectors[0] if len(vectors) == 1 else np.mean(vectors, axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length else None


def all_features(doc: Doc, names: list[Name], gazetteer: Gazetteer) -> list[list[str]]:
    """Return the features of each name of a text."""
    own = [_features(doc, name, gazetteer) for name in names]
    groups: dict[str, list[int]] = defaultdict(list)
    last_words: dict[str, set[str]] = defaultdict(set)
    first_words: dict[str, set[str]] = defaultdict(set)
    for number, name in enumerate(names):
        groups[doc[name.start : name.end].text].append(number)
        if name.end - name.start > 1:
            last_words[doc[name.end - 1].text].add(name.type or "-")
            first_words[doc[name.start].text].add(name.type or "-")
    for text, members in groups.items():
        common: set[str] = set()
        for number in members:
            common.update(
                feature
                for feature in own[number]
                if feature.startswith(("label=", "before=", "after=", "role=", "rule="))
                and "&p" not in feature
                and "&f" not in feature
            )
        shared = [f"any:{feature}" for feature in sorted(common)]
        if " " not in text:
            shared += [f"ends:{kind}" for kind in sorted(last_words.get(text, ()))]
            shared += [f"begins:{kind}" for kind in sorted(first_words.get(text, ()))]
        shared.append(f"often={min(len(members), 4)}")
        for number in members:
            own[number] += shared
    return own


def _features(doc: Doc, name: Name, gazetteer: Gazetteer) -> list[str]:
    words = name_words()
    span = doc[name.start : name.end]
    first, last = span[0], span[-1]
    text = span.text
    before = doc[name.start - 1] if name.start else None
    after = doc[name.end] if name.end < len(doc) else None
    labels = {token.ent_type_ or "-" for token in span}
    label = "+".join(sorted(labels))
    exact = (name.start == 0 or doc[name.start - 1].ent_type_ != first.ent_type_ or first.ent_iob_ == "B") and (
        after is None or after.ent_iob_ != "I"
    )
    found = [
        f"label={label}",
        f"exact={exact}&{label}",
        f"rule={name.type}&{name.source}",
        f"length={min(len(span), 5)}",
        f"shape={_shape(text)}",
        f"last={last.lower_}",
        f"first={first.lower_}",
        f"end3={last.lower_[-3:]}",
        f"end4={last.lower_[-4:]}",
        f"start3={first.lower_[:3]}",
        f"tag={last.tag_}",
        f"upper={text.isupper() and len(text) > 1}&{len(span) == 1}",
    ]
    previous = before.lower_ if before is not None and not before.is_space else "^"
    following = after.lower_ if after is not None and not after.is_space else "$"
    found += [
        f"previous={previous}",
        f"following={following}",
        f"label={label}&previous={previous}",
        f"label={label}&following={following}",
    ]
    if before is not None:
        if before.lower_ in _LOCATIVE:
            found.append("before=locative")
        elif before.text in words.title or before.lower_ in words.title_lower:
            found.append("before=title")
        elif before.text == "(":
            found.append("before=(")
        elif before.lower_ == "the":
            found.append("before=the")
        elif before.text == ",":
            found.append("before=,")
        if name.start > 1:
            found.append(f"previous2={doc[name.start - 2].lower_}")
    if after is not None:
        if after.text in ("'s", "’s"):
            found.append("after='s")
        elif after.text == ")":
            found.append("after=)")
        elif after.text == ",":
            found.append("after=,")
        elif after.pos_ in ("VERB", "AUX"):
            found.append("after=verb")
        elif after.pos_ == "NOUN":
            found.append("after=noun")
            found.append(f"noun={after.lemma_.lower()}")
        if name.end + 1 < len(doc):
            found.append(f"following2={doc[name.end + 1].lower_}")
    root = span.root
    found.append(f"role={root.dep_}")
    found.append(f"role={root.dep_}&{label}")
    if root.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj", "poss", "compound", "appos", "agent", "amod"):
        found.append(f"governor={root.dep_}:{root.head.lemma_.lower()}")
        if root.dep_ == "nsubj" and root.head.lemma_ in _SPEECH:
            found.append("speaks")
    for sense, kind in gazetteer.senses(text):
        found.append(f"sense={sense.type}&{kind}")
    settlements = gazetteer.places(text) if len(text) > 2 else ()
    if settlements:
        best = max(settlements, key=lambda place: place.population * (3 if place.main else 1))
        found.append(f"settlement={len(str(best.population))}&{best.main}")
    else:
        found.append("settlement=no")
    head = words.organization.get(last.text)
    if head is not None and len(span) > 1:
        found.append(f"head={head}")
    for known, test in _WORD_LISTS:
        if len(span) > 1 and test(last.text):
            found.append(f"head={known}")
    if len(span) > 1 and any(token.text in ("of", "for") for token in span):
        kind_of = words.organization.get(first.text, "-")
        found.append(f"of={kind_of}")
    return found


_WORD_LISTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("event", lambda word: word in name_words().event or word in name_words().event_lower),
    ("place", lambda word: word in name_words().place),
    ("population", lambda word: word in name_words().population),
)


def _shape(text: str) -> str:
    shape = re.sub(r"[A-ZÀ-Þ]", "X", text)
    shape = re.sub(r"[a-zß-ÿ]", "x", shape)
    shape = re.sub(r"\d", "d", shape)
    return re.sub(r"(.)\1{2,}", r"\1\1", shape)[:12]
