"""Reliability: whether of the predictions with confidence 0.8 eight in ten are right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crisiskg.evaluation.tallies import Judgement

#: Bins of equal width over [0, 1].
BINS = 10
#: Draws of what chance does, and the seed that makes them the same each time.
_DRAWS = 100
_SEED = 20150527


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions whose confidences lie close together.

    Attributes:
        low: Lower end of the bin.
        high: Upper end of the bin.
        count: Predictions in it.
        confidence: Their mean confidence.
        right: Share of them that is right.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far the confidences of one kind of prediction can be taken for probabilities.

    Attributes:
        kind: Kind of prediction.
        count: Predictions.
        error: Expected calibration error: mean distance of confidence and share of right ones over the bins, weighted; in [0, 1].
        brier: Mean squared distance of confidence and truth (Brier score), in [0, 1].
        chance: The error that perfect probabilities of these values would show, on average, by chance alone.
        bins: Bins that are not empty.
    """

    kind: str
    count: int
    error: float
    brier: float
    chance: float
    bins: tuple[Bin, ...]


def reliability_of(kind: str, judgements: Iterable[Judgement]) -> Reliability:
    """Return how reliable confidences are.

    >>> reliability_of("events", [Judgement("events", "", 0.75, True), Judgement("events", "", 0.75, False)]).error
    0.25
    """
    cells: list[list[Judgement]] = [[] for _ in range(BINS)]
    total, squares = 0, 0.0
    for judgement in judgements:
        cells[min(int(judgement.confidence * BINS), BINS - 1)].append(judgement)
        total += 1
        squares += (judgement.confidence - judgement.right) ** 2
    bins = tuple(
        Bin(
            place / BINS,
            (place + 1) / BINS,
            len(cell),
            sum(judgement.confidence for judgement in cell) / len(cell),
            sum(judgement.right for judgement in cell) / len(cell),
        )
        for place, cell in enumerate(cells)
        if cell
    )
    error = sum(cell.count * abs(cell.confidence - cell.right) for cell in bins) / total if total else 0.0
    return Reliability(kind, total, error, squares / total if total else 0.0, _chance(cells) if total else 0.0, bins)


def _chance(cells: list[list[Judgement]]) -> float:
    """Draw which predictions are right from their confidences, many times, and return the mean error."""
    import numpy as np

    random = np.random.default_rng(_SEED)
    total, gaps = 0, 0.0
    for cell in cells:
        if cell:
            values = np.array([judgement.confidence for judgement in cell])
            right = random.binomial(1, np.clip(values, 0, 1), size=(_DRAWS, len(cell))).mean(axis=1)
            gaps += len(cell) * float(np.abs(right - values.mean()).mean())
            total += len(cell)
    return gaps / total
