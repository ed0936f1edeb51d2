"""Clusters of mentions in the making: what `resolve_coreference` works on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.records import EntityType, Mention

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Words that tell a person's sex.
_MALE = frozenset(
    [
        "mr",
        "mr.",
        "king",
        "prince",
        "emir",
        "sultan",
        "sheikh",
        "father",
        "brother",
        "son",
        "husband",
        "man",
        "boy",
        "spokesman",
        "chairman",
        "businessman",
        "policeman",
        "gunman",
        "lord",
        "sir",
        "monk",
        "priest",
        "pope",
        "imam",
        "cardinal",
        "bishop",
        "uncle",
        "grandfather",
        "widower",
        "schoolboy",
        "duke",
        "emperor",
    ]
)
_FEMALE = frozenset(
    [
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "miss",
        "queen",
        "princess",
        "mother",
        "sister",
        "daughter",
        "wife",
        "woman",
        "girl",
        "spokeswoman",
        "chairwoman",
        "businesswoman",
        "policewoman",
        "lady",
        "dame",
        "nun",
        "aunt",
        "grandmother",
        "widow",
        "schoolgirl",
        "duchess",
        "empress",
        "actress",
    ]
)


@dataclass(eq=False)
class Cluster:
    """Mentions that refer to the same thing.

    Attributes:
        mentions: The mentions, in the order in which they were tied.
        types: How much speaks for each type.
        names: Names by how often they occur.
        entry: What the reference data have of it.
        plural: Whether it is several people or things; None where unknown.
        sex: "m" or "f"; None where unknown.
        roles: Nouns that describe it, in lower case ("president", "colonel").
        first: Offset of the first mention.
        latest: The mention with which it last spoke of it.
        label: What it is called where the text only takes it up ("we": the publisher); None otherwise.
        words: Words of its mentions, in lower case.
        heads: Word vectors of the nouns that stood for it, of length 1, by lemma; None for a noun without vector.
        owners: Identities of the clusters whose names or owners its nominals held ("Malian army": that of Mali).
        states: Those of them that are states.
        spoken: How often the text spoke of it so far.
        quoted: Whether its last mention stood in a quotation.
        opening: Whether the first sentence of the text, as a rule its title, speaks of it.
        sentence: Number of the sentence with its last mention; -1 before it has been spoken of.
        forms: Its mentions, in lower case.
        last: Offset at which the text last spoke of it; -1 before it has.
    """

    mentions: list[Mention] = field(default_factory=list)
    types: Counter[EntityType] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    entry: Entry | None = None
    plural: bool | None = None
    sex: str | None = None
    roles: set[str] = field(default_factory=set)
    first: int = 1 << 60
    last: int = -1
    latest: Mention | None = None
    label: str | None = None
    words: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    heads: dict[str, NDArray[np.float32] | None] = field(default_factory=dict)
    owners: set[int] = field(default_factory=set)
    states: set[int] = field(default_factory=set)
    spoken: int = 0
    quoted: bool = False
    opening: bool = False
    sentence: int = -1

    @property
    def type(self) -> EntityType:
        """The type with most votes; that of the reference data where there is an entry."""
        if self.entry is not None:
            return self.entry.type
        return max(self.types, key=self.types.__getitem__) if self.types else "Organization"

    @property
    def coarse(self) -> str:
        """Person, Organization, Location, PopulationGroup or NamedEvent."""
        return coarse(self.type)

    def add(self, mention: Mention, weight: float = 1.0) -> None:
        """Tie a mention to the cluster."""
        self.mentions.append(mention)
        if mention.kind != "pronoun":
            self.types[mention.type] += weight * (3 if mention.kind == "name" else 1)  # type: ignore[assignment]
        if mention.kind == "name":
            self.names[mention.text] += 1
        self.first = min(self.first, mention.start)
        self.forms.add(mention.text.lower())
        self.words.update(mention.text.lower().split())

    def describe(self, words: list[str]) -> None:
        """Note nouns and titles that stand for it: they tell its sex and by which nouns it may be taken up."""
        title_words = name_words().title_lower
        for word in words:
            lower = word.lower()
            if lower in _MALE:
                self.sex = "m"
            elif lower in _FEMALE:
                self.sex = "f"
            if lower.rstrip(".") in title_words or len(lower) > 3:
                self.roles.add(lower)

    def absorb(self, other: Cluster) -> None:
        """Take over the mentions of another cluster."""
        self.mentions += other.mentions
        self.types += other.types
        self.names += other.names
        self.entry = self.entry or other.entry
        self.sex = self.sex or other.sex
        self.plural = self.plural if self.plural is not None else other.plural
        self.roles |= other.roles
        self.first = min(self.first, other.first)
        self.forms |= other.forms
        self.words |= other.words
        self.last = max(self.last, other.last)
        self.heads |= other.heads
        self.owners |= other.owners
        self.states |= other.states
        self.spoken += other.spoken
        self.opening = self.opening or other.opening
        if other.sentence > self.sentence:
            self.sentence, self.quoted = other.sentence, other.quoted


def coarse(kind: EntityType) -> str:
    """Return the coarse type of a type.

    >>> coarse("ArmedGroup"), coarse("State")
    ('Organization', 'Location')
    """
    if kind in ORGANIZATIONS:
        return "Organization"
    return "Location" if kind in ("State", "Place") else kind
