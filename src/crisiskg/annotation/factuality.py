"""How a text tells an event: as fact, plan, wish, threat, fear or denial, how surely, and on which condition.

The words that decide stand in `data/factuality_cues.toml`; `crisiskg.annotation.modality` reads them in their sentences.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crisiskg.annotation.records import Certainty, Polarity, Span, Status

_STATUS_RANK = {"happened": 0, "ongoing": 0, "planned": 1, "hypothetical": 2}
_CERTAINTY_RANK = {"certain": 0, "probable": 1, "possible": 2}


@dataclass(slots=True)
class Factuality:
    """How an event is told.

    Attributes:
        status: happened, ongoing, planned or hypothetical.
        polarity: negative where it is said not to be so.
        certainty: How surely it is said.
        threatened: It is the content of a threat.
        feared: It is the content of a fear or a warning.
        condition: Span of the clause on which it depends.
        confirmed: What somebody claimed is confirmed by the text.
    """

    status: Status = "happened"
    polarity: Polarity = "positive"
    certainty: Certainty = "certain"
    threatened: bool = False
    feared: bool = False
    condition: Span | None = None
    confirmed: bool = False

    def weaken(self, status: Status | None = None, certainty: Certainty | None = None) -> None:
        """Lower status and certainty; never raise them."""
        if status is not None and _STATUS_RANK[status] > _STATUS_RANK[self.status]:
            self.status = status
        if certainty is not None and _CERTAINTY_RANK[certainty] > _CERTAINTY_RANK[self.certainty]:
            self.certainty = certainty

    @property
    def is_fact(self) -> bool:
        """Whether it may be told as having happened or going on."""
        return self.status in ("happened", "ongoing") and self.polarity == "positive"


@dataclass(frozen=True, slots=True)
class Cues:
    """Words that change factuality, by what they do.

    Attributes:
        governors: Effect of a governing word on what it governs.
        adverbs: Adverbs by what they say of their verb.
        adjectives: Adjectives by what they say of a nominal event.
        occurrence: Verbs that say of their subject that it takes place.
        commitment: Verbs whose clause in the conditional is a plan of their subject.
        conditions: Conjunctions of conditions.
        future_marks: Conjunctions behind which lies what is yet to come.
        lasting: Verbs of what goes on since a time: "has besieged the town since May".
        phases: Verbs that begin or carry on what they govern.
        failing: Verbs that say of their subject that it did not come about.
        enders: Verbs and nouns that end what they govern, so that it was under way.
    """

    governors: Mapping[str, str]
    adverbs: Mapping[str, frozenset[str]]
    adjectives: Mapping[str, frozenset[str]]
    occurrence: frozenset[str]
    commitment: frozenset[str]
    conditions: frozenset[str]
    future_marks: frozenset[str]
    lasting: frozenset[str]
    phases: frozenset[str]
    failing: frozenset[str]
    enders: frozenset[str]


@cache
def load_cues() -> Cues:
    """Return the cues that come with the package, read once.

    >>> load_cues().governors["fail"]
    'negative'
    """
    path = resources.files("crisiskg.annotation") / "data" / "factuality_cues.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    governors: dict[str, str] = {}
    for effect, words in tables["governors"].items():
        for word in words:
            governors.setdefault(word, effect)
    return Cues(
        governors=governors,
        adverbs={k: frozenset(v) for k, v in tables["adverbs"].items()},
        adjectives={k: frozenset(v) for k, v in tables["adjectives"].items()},
        occurrence=frozenset(tables["verbs"]["occurrence"]),
        commitment=frozenset(tables["verbs"]["commitment"]),
        conditions=frozenset(tables["marks"]["condition"]),
        future_marks=frozenset(tables["marks"]["future"]),
        lasting=frozenset(tables["verbs"]["lasting"]),
        phases=frozenset(tables["verbs"]["phases"]),
        failing=frozenset(tables["verbs"]["failing"]),
        enders=frozenset(tables["verbs"]["enders"]),
    )
