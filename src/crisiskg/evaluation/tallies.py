"""What is counted: figures of one document, which add up to those of all; single judgements; mistakes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

#: In a table of confusions: predicted where gold has nothing, and gold where nothing is predicted.
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one metric in one document or in many.

    Attributes:
        right: Predictions that are right.
        predicted: Predictions that count.
        found: Gold items that are found; differs from `right` where one prediction answers several.
        gold: Gold items that count.
        is_share: Whether the figure is right / predicted, and not precision, recall and F1.
    """

    right: float = 0.0
    predicted: int = 0
    found: float = 0.0
    gold: int = 0
    is_share: bool = False

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.right + other.right,
            self.predicted + other.predicted,
            self.found + other.found,
            self.gold + other.gold,
            self.is_share or other.is_share,
        )

    @property
    def precision(self) -> float:
        """Share of the predictions that are right, in [0, 1]; 0 where there are none."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold items that are found, in [0, 1]; 0 where there are none."""
        return self.found / self.gold if self.gold else 0.0

    @property
    def value(self) -> float:
        """The figure: F1, or the share; in [0, 1].

        >>> Tally.matched(1, 2, 2).value
        0.5
        """
        if self.is_share:
            return self.precision
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @classmethod
    def matched(cls, right: float, predicted: int, gold: int, found: float | None = None) -> Tally:
        """Return the tally of a task with precision and recall."""
        return cls(right, predicted, right if found is None else found, gold)

    @classmethod
    def share(cls, right: float, total: int) -> Tally:
        """Return the tally of a share."""
        return cls(right, total, is_share=True)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One prediction that has a confidence.

    Attributes:
        kind: mentions, links, relations, events or attributions.
        group: What sort of prediction it is, as `crisiskg.annotation.calibration` names it.
        confidence: In [0, 1].
        right: Whether gold says the same.
    """

    kind: str
    group: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """One difference from gold.

    Attributes:
        task: Task in which it counts.
        start: Offset of the words at fault.
        end: Offset behind them.
        gold: What gold says there; None where it says nothing.
        predicted: What was predicted; None where nothing was.
    """

    task: str
    start: int
    end: int
    gold: str | None
    predicted: str | None


@dataclass(slots=True)
class Verdict:
    """What one task says of one document.

    Attributes:
        tallies: Counts by metric.
        judgements: Predictions with confidence, right or wrong.
        mistakes: Differences from gold.
        confusions: By table: how often gold said the one and the prediction the other.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    confusions: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def confuse(self, table: str, gold: str | None, predicted: str | None) -> None:
        """Note a pair for a table of confusions."""
        self.confusions.setdefault(table, Counter())[gold or NOTHING, predicted or NOTHING] += 1
