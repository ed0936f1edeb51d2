"""What speaks for one thing or another as the antecedent of a pronoun or a nominal: features for `antecedent_model`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from spacy.tokens import Token

from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.pronouns import PERSONAL
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Determiners of a nominal by what they say of it.
_DETERMINERS: dict[str, str] = {
    "the": "the",
    **dict.fromkeys(["this", "that", "these", "those", "such", "said", "same"], "this"),
    **dict.fromkeys(["a", "an"], "a"),
    **dict.fromkeys(["its", "his", "her", "their", "our", "my", "whose", "your"], "its"),
    **dict.fromkeys(["some", "any", "every", "each", "no", "several", "many", "most", "few", "another", "other"], "some"),
    **dict.fromkeys(["both", "all", "either", "neither"], "both"),
}
_SUBJECTS = frozenset(["nsubj", "nsubjpass"])
_ROLES = {
    "nsubj": "subject",
    "nsubjpass": "passive",
    "dobj": "object",
    "pobj": "prepositional",
    "poss": "owner",
    "compound": "before",
    "amod": "before",
    "nmod": "before",
    "appos": "apposed",
    "conj": "joined",
    "attr": "predicate",
    "agent": "agent",
    "ROOT": "root",
}
_BOUNDS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
_STEPS = tuple(sum(number >= bound for bound in _BOUNDS) for number in range(_BOUNDS[-1] + 1))


def step(number: int) -> int:
    """Return a number on a coarse scale, so that 20 and 21 count as alike.

    >>> [step(number) for number in (0, 1, 4, 6, 60, 500)]
    [0, 1, 3, 4, 9, 10]
    """
    return _STEPS[number] if number < len(_STEPS) else len(_BOUNDS)


def unit_vector(token: Token) -> NDArray[np.float32] | None:
    """Return the word vector of a token, of length 1; None where it has none."""
    if not token.has_vector:
        return None
    vector = np.asarray(token.vector, dtype=np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length else None


class Anaphor:
    """A pronoun or nominal that may take up something, with what is asked of it more than once.

    Attributes:
        mention: The pronoun or nominal.
        head: Its head word.
        kind: "he", "she", "they", "it" or "nominal".
        lemma: Lemma of its head in lower case.
        plural: Whether it is several people or things.
        sentence: Number of its sentence.
        modifiers: Lemmas of the adjectives and nouns before its head.
        owners: Clusters of the names and owners that it holds ("Malian army": that of Mali).
        states: Those of them that are states.
        vector: Word vector of its head, of length 1; None for pronouns and unknown words.
        features: What holds whatever the antecedent may be.
    """

    __slots__ = (
        "determiner",
        "features",
        "head",
        "kind",
        "lemma",
        "mention",
        "modifiers",
        "owners",
        "plural",
        "quoted",
        "role",
        "sentence",
        "states",
        "vector",
    )

    def __init__(
        self,
        reading: Reading,
        mention: Mention,
        head: Token,
        sentence: int,
        *,
        plural: bool,
        quoted: bool,
        modifiers: Sequence[str] = (),
        owners: frozenset[int] = frozenset(),
        states: frozenset[int] = frozenset(),
    ) -> None:
        """Note what the sentence says of it."""
        self.mention, self.head, self.sentence = mention, head, sentence
        self.kind = "nominal" if mention.kind == "nominal" else PERSONAL[head.lower_]
        self.lemma = head.lemma_.lower()
        self.plural, self.quoted, self.modifiers, self.owners, self.states = plural, quoted, modifiers, owners, states
        self.role = _ROLES.get(head.dep_, "other")
        self.vector = unit_vector(head) if self.kind == "nominal" else None
        first = reading.span_of(mention)[0]
        self.determiner = "-"
        if self.kind == "nominal":
            self.determiner = _DETERMINERS.get(first.lower_, "-" if first.i == head.i else "modified")
        self.features = self._features(first.is_sent_start is True)

    def _features(self, begins: bool) -> list[str]:
        head = self.head
        found = [f"kind={self.kind}", f"role={self.role}", f"plural={self.plural}", f"quoted={self.quoted}"]
        if begins:
            found.append("begins")
        if self.kind != "nominal":
            found += [f"form={head.lower_}", f"governor={head.head.lemma_.lower()}", f"tag={head.head.tag_}"]
            return found
        after = any(child.dep_ in ("relcl", "acl") for child in head.rights)
        of = any(child.dep_ == "prep" and child.lower_ == "of" for child in head.rights)
        found += [
            f"determiner={self.determiner}",
            f"lemma={self.lemma}",
            f"type={self.mention.type}",
            f"modifiers={min(len(self.modifiers), 3)}",
            f"determiner={self.determiner}&modifiers={min(len(self.modifiers), 2)}",
            f"determiner={self.determiner}&plural={self.plural}",
            f"tag={head.tag_}",
            f"owners={min(len(self.owners), 2)}",
        ]
        if of:
            found.append("of")
        if after:
            found.append("clause")
        if any(child.dep_ == "nummod" for child in head.lefts) or head.tag_ == "CD":
            found.append("counted")
        return found


def antecedent_features(
    anaphor: Anaphor, cluster: Cluster, latest: Mention, head: Token, rank: int, known: bool, like: float
) -> list[str]:
    """Return what speaks for or against one cluster.

    Args:
        anaphor: What is to be tied.
        cluster: What it may stand for; the text spoke of it before.
        latest: Its last mention.
        head: The head word of that.
        rank: How many candidates the text spoke of since, from 0.
        known: Whether the nominal's noun is one that takes up things of the cluster's type ("country": a state).
        like: How alike the nouns are, in [0, 1]; see `likeness`.
    """
    role = _ROLES.get(head.dep_, "other")
    kind, token = anaphor.kind, anaphor.head
    away = min(anaphor.sentence - cluster.sentence, 6)
    named = bool(cluster.names)
    number = "-" if cluster.plural is None else "same" if cluster.plural == anaphor.plural else "other"
    found = [
        f"c:rank={min(rank, 6)}",
        f"c:away={away}",
        f"c:tokens={step(token.i - head.i)}",
        f"c:type={cluster.type}",
        f"c:named={named}",
        f"c:size={step(len(cluster.mentions))}",
        f"c:spoken={step(cluster.spoken)}",
        f"c:latest={latest.kind}&{role}",
        f"c:roles={anaphor.role}&{role}",
        f"c:number={number}&{anaphor.plural}",
        f"c:away={away}&{role}",
        f"c:rank={min(rank, 3)}&{min(away, 2)}",
        f"c:quoted={anaphor.quoted}&{cluster.quoted}",
    ]
    if head.dep_ in _SUBJECTS and head.head.dep_ == "ROOT":
        found.append("c:main subject")
    if cluster.opening:
        found.append("c:title")
    if kind == "nominal":
        found += _nominal_features(anaphor, cluster, head, number, known, like)
        return found
    if latest.kind == "pronoun":
        found.append(f"c:pronoun={PERSONAL.get(head.lower_) == kind}")
    if head.head.lemma == token.head.lemma:
        found.append(f"c:governors={anaphor.role == role}")
    if head.head is token.head:
        found.append(f"c:sister={anaphor.role}&{role}")
    elif head.head is token.head.head or head.head.head is token.head:
        found.append(f"c:near={anaphor.role}&{role}")
    if kind in ("he", "she"):
        sex = "-" if cluster.sex is None else str(cluster.sex == ("m" if kind == "he" else "f"))
        found.append(f"c:sex={sex}&{named}")
    else:
        found += [
            f"c:kind={kind}&{cluster.type}&{number}",
            f"c:type={cluster.type}&{anaphor.role}",
            f"c:governor={token.head.lemma_.lower()}&{cluster.coarse}",
        ]
    return found


def _nominal_features(anaphor: Anaphor, cluster: Cluster, head: Token, number: str, known: bool, like: float) -> list[str]:
    lemma, determiner = anaphor.lemma, anaphor.determiner
    if cluster.latest is not None and cluster.latest.kind == "nominal" and head.lemma_.lower() == lemma:
        match = "latest"
    elif lemma in cluster.heads:
        match = "earlier"
    elif lemma in cluster.roles:
        match = "role"
    elif lemma in cluster.words:
        match = "word"
    elif cluster.entry is not None and lemma in _entry_words(cluster.entry):
        match = "reference"
    else:
        match = "no"
    alike = _type_match(anaphor.mention.type, cluster.type)
    named = bool(cluster.names)
    new = [word for word in anaphor.modifiers if word not in cluster.words and word not in cluster.roles]
    if not anaphor.modifiers:
        modifiers = "none"
    elif not new:
        modifiers = "held"
    else:
        modifiers = "some" if len(new) < len(anaphor.modifiers) else "new"
    if not anaphor.owners or not cluster.owners:
        owners = f"{bool(anaphor.owners)}-{bool(cluster.owners)}"
    else:
        owners = "shared" if anaphor.owners & cluster.owners else "other"
    itself = id(cluster) in anaphor.owners
    return [
        f"n:match={match}",
        f"n:match={match}&{determiner}&{number}",
        f"n:match={match}&{modifiers}",
        f"n:match={match}&{alike}&{named}",
        f"n:match={match}&{owners}",
        f"n:modifiers={modifiers}&{determiner}",
        f"n:owners={owners}",
        f"n:itself={itself}&{determiner}",
        f"n:known={known}&{determiner}&{modifiers}",
        f"n:types={anaphor.mention.type}&{cluster.type}",
        f"n:lemma={lemma}&{cluster.type}",
        f"n:alike={alike}&{number}&{named}",
        f"n:like={int(6 * like)}&{match == 'no'}&{determiner}",
    ]


@lru_cache(maxsize=4096)
def _entry_words(entry: Entry) -> frozenset[str]:
    return frozenset(word for name in (entry.label, *entry.names) for word in name.lower().split())


def _type_match(noun: str, other: str) -> str:
    if noun == other:
        return "same"
    if noun in ORGANIZATIONS and other in ORGANIZATIONS:
        return "general" if "Organization" in (noun, other) else "kind"
    return "other"


def likeness(anaphor: Anaphor, clusters: Sequence[Cluster]) -> list[float]:
    """Return how alike the head of a nominal and the likest noun of each cluster are.

    Args:
        anaphor: The nominal; a pronoun has no noun.
        clusters: The candidates.

    Returns:
        Cosines of word vectors in [0, 1], one a cluster; 0 where a noun is unknown or opposed.
    """
    vectors: list[NDArray[np.float32]] = []
    rows: list[int] = []
    own = anaphor.vector
    if own is not None:
        for row, cluster in enumerate(clusters):
            for vector in cluster.heads.values():
                if vector is not None:
                    vectors.append(vector)
                    rows.append(row)
    found = [0.0] * len(clusters)
    if own is not None and vectors:
        for row, cosine in zip(rows, (np.stack(vectors) @ own).tolist(), strict=True):
            found[row] = max(found[row], cosine)
    return found
