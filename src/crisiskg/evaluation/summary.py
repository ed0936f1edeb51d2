"""Adds up what the tasks say of each document: figures with intervals, confusions, reliability, the worst sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crisiskg.evaluation import attributions, coreference, events, links, mentions, places, relations, times
from crisiskg.evaluation.gold import GoldDocument
from crisiskg.evaluation.profile import Profile, profile_of
from crisiskg.evaluation.reliability import Reliability, reliability_of
from crisiskg.evaluation.sides import Side
from crisiskg.evaluation.tallies import Judgement, Mistake, Tally, Verdict

_TASKS = {
    "mentions": mentions.score,
    "links": links.score,
    "relations": relations.score,
    "events": events.score,
    "times": times.score,
    "places": places.score,
    "attributions": attributions.score,
    "coreference": coreference.score,
}
#: Draws of the bootstrap, and the seed that makes them the same each time.
_DRAWS = 1000
_SEED = 20150527
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)|\n+")
#: Sentences that are kept as the worst.
_WORST = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric over all documents.

    Attributes:
        tally: Counts.
        low: Lower end of the 95 per cent interval of the figure, over resampled documents.
        high: Upper end.
    """

    tally: Tally
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its mistakes.

    Attributes:
        document: Id of the document.
        start: Offset of the sentence.
        text: Its words.
        mistakes: Differences from gold, in order.
    """

    document: str
    start: int
    text: str
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What comes out.

    Attributes:
        documents: Documents of the gold.
        missing: Ids of documents without prediction; they count as empty.
        profile: What was scored.
        tasks: Figures by task and metric.
        confusions: Tables of confusions: how often gold said the one and the prediction the other.
        reliability: One for each kind of prediction with confidences.
        judgements: What these rest on.
        worst: Sentences with most mistakes, the worst first.
    """

    documents: int
    missing: tuple[str, ...]
    profile: Profile
    tasks: Mapping[str, Mapping[str, Figure]]
    confusions: Mapping[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    reliability: tuple[Reliability, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    worst: tuple[Sentence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it with JSON types only, without the single judgements."""
        return {
            "documents": self.documents,
            "missing": list(self.missing),
            "tasks": {
                task: {metric: _figure_json(figure) for metric, figure in figures.items()} for task, figures in self.tasks.items()
            },
            "confusions": {
                table: [
                    {"gold": gold, "predicted": predicted, "count": count} for (gold, predicted), count in counts.most_common()
                ]
                for table, counts in self.confusions.items()
            },
            "reliability": [
                {
                    "kind": one.kind,
                    "count": one.count,
                    "expected_calibration_error": round(one.error, 4),
                    "brier": round(one.brier, 4),
                    "error_by_chance": round(one.chance, 4),
                    "bins": [
                        {
                            "low": cell.low,
                            "high": cell.high,
                            "count": cell.count,
                            "confidence": round(cell.confidence, 4),
                            "right": round(cell.right, 4),
                        }
                        for cell in one.bins
                    ],
                }
                for one in self.reliability
            ],
            "worst": [
                {
                    "document": sentence.document,
                    "start": sentence.start,
                    "text": sentence.text,
                    "mistakes": [
                        {"task": m.task, "start": m.start, "end": m.end, "gold": m.gold, "predicted": m.predicted}
                        for m in sentence.mistakes
                    ],
                }
                for sentence in self.worst
            ],
        }


def evaluate(
    gold: Sequence[GoldDocument], predictions: Mapping[str, Mapping[str, Any]], profile: Profile | None = None
) -> Evaluation:
    """Hold predictions against gold.

    Args:
        gold: Documents with what is right.
        predictions: Objects of the annotation contract, by id; a document without one counts as empty.
        profile: What is scored; None means what the gold annotates.

    Returns:
        Figures of all documents together, micro-averaged, and what explains them.
    """
    profile = profile_of(gold) if profile is None else profile
    tallies: dict[str, dict[str, list[Tally]]] = {task: defaultdict(list) for task in profile.tasks}
    confusions: dict[str, Counter[tuple[str, str]]] = {}
    judgements: list[Judgement] = []
    worst: list[Sentence] = []
    for document in gold:
        text, record = document.document.text, predictions.get(document.id, {})
        scope = document.record.get("scope")
        true = Side(document.record, text)
        said = Side(record, text, (scope[0], scope[1]) if scope else None)
        verdicts = {task: _TASKS[task](true, said, profile) for task in profile.tasks}
        for task, verdict in verdicts.items():
            for metric, tally in verdict.tallies.items():
                tallies[task][metric].append(tally)
            judgements += verdict.judgements
            for table, counts in verdict.confusions.items():
                confusions.setdefault(table, Counter()).update(counts)
        worst += _sentences(document.id, text, record, verdicts.values())
    worst.sort(key=lambda sentence: (-len(sentence.mistakes), sentence.document, sentence.start))
    kinds = dict.fromkeys(judgement.kind for judgement in judgements)
    return Evaluation(
        len(gold),
        tuple(document.id for document in gold if document.id not in predictions),
        profile,
        {task: _figures(metrics) for task, metrics in tallies.items()},
        confusions,
        tuple(reliability_of(kind, [one for one in judgements if one.kind == kind]) for kind in kinds),
        tuple(judgements),
        tuple(worst[:_WORST]),
    )


def _figures(metrics: Mapping[str, list[Tally]]) -> dict[str, Figure]:
    """Add up each metric and draw its interval: documents are drawn with replacement, as often as there are documents."""
    import numpy as np

    found = {}
    for metric, parts in metrics.items():
        total = sum(parts, Tally())
        if not total.predicted and not total.gold:
            continue
        counts = np.array([(part.right, part.predicted, part.found, part.gold) for part in parts], dtype=float)
        random = np.random.default_rng(_SEED)
        weights = random.multinomial(len(parts), np.full(len(parts), 1 / len(parts)), size=_DRAWS)
        drawn = weights @ counts
        with np.errstate(divide="ignore", invalid="ignore"):
            precision, recall = np.nan_to_num(drawn[:, 0] / drawn[:, 1]), np.nan_to_num(drawn[:, 2] / drawn[:, 3])
            values = precision if total.is_share else np.nan_to_num(2 * precision * recall / (precision + recall))
        low, high = np.quantile(values, [0.025, 0.975])
        found[metric] = Figure(total, float(low), float(high))
    return found


def _sentences(document: str, text: str, record: Mapping[str, Any], verdicts: Iterable[Verdict]) -> list[Sentence]:
    """Return the sentences of a document that have mistakes."""
    bounds = _bounds(text, record)
    starts = [start for start, _ in bounds]
    found: dict[int, list[Mistake]] = defaultdict(list)
    for verdict in verdicts:
        for mistake in verdict.mistakes:
            found[max(bisect_right(starts, mistake.start) - 1, 0)].append(mistake)
    made = []
    for place, mistakes in found.items():
        start, end = bounds[place]
        ordered = sorted(mistakes, key=lambda mistake: (mistake.start, mistake.end, mistake.task))
        made.append(Sentence(document, start, text[start:end], tuple(ordered)))
    return made


def _bounds(text: str, record: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return the bounds of sentences: those of the prediction where it has them, else by closing marks and line breaks."""
    said = [
        (item[0], item[1])
        for item in record.get("sentences") or []
        if isinstance(item, list | tuple) and len(item) == 2 and all(isinstance(part, int) for part in item)
    ]
    if said:
        return sorted(said)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _figure_json(figure: Figure) -> dict[str, Any]:
    tally = figure.tally
    found: dict[str, Any] = {"value": round(tally.value, 4), "low": round(figure.low, 4), "high": round(figure.high, 4)}
    if tally.is_share:
        return {**found, "n": tally.predicted}
    return {
        **found,
        "precision": round(tally.precision, 4),
        "recall": round(tally.recall, 4),
        "gold": tally.gold,
        "predicted": tally.predicted,
    }
