"""One run of the matchers over a store: what they judge is compared with the log, and only what is new is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from crisiskg.errors import InvalidParameter
from crisiskg.identity.entities import read_entities
from crisiskg.identity.log import JudgementLog
from crisiskg.identity.matching import JUDGE, Thresholds, match_entities, renewal
from crisiskg.identity.records import Judgement, now
from crisiskg.store import OxigraphStore


@dataclass(slots=True)
class Ran:
    """What a run did.

    Attributes:
        kind: "entity" or "event".
        compared: Number of pairs that were compared; 0 where the matcher does not say.
        things: Number of entities or events; 0 where the matcher does not say.
        verdicts: Number of judgements by verdict.
        new: Number of judgements that the log did not have.
        taken_back: Number of judgements of earlier runs that were undone.
        notes: What else to know, a sentence each.
    """

    kind: str
    compared: int = 0
    things: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    new: int = 0
    taken_back: int = 0
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as a record."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def sentence(self) -> str:
        """Return it as one line."""
        what = {"entity": "entities", "event": "events"}[self.kind]
        counts = ", ".join(f"{self.verdicts.get(verdict, 0):,} {verdict}" for verdict in ("positive", "negative", "unsure"))
        head = f"{self.things:,} {what}, {self.compared:,} pairs: " if self.things else f"{what}: "
        return f"{head}{counts}; {self.new:,} new, {self.taken_back:,} taken back"


def run_entities(log: JudgementLog, positive: float, unsure: float, *, dry_run: bool = False) -> Ran:
    """Judge the entities of a store.

    Args:
        log: Log of an embedded store.
        positive: Score from which on two are judged the same.
        unsure: Score from which on a pair is left to a person; not above `positive`.
        dry_run: Whether nothing is written.

    Raises:
        InvalidParameter: the thresholds are in the wrong order.
    """
    if unsure > positive:
        raise InvalidParameter(f"identity_unsure is {unsure}, which must not be above identity_positive, {positive}")
    assert isinstance(log.store, OxigraphStore)
    found = match_entities(read_entities(log.store), now(), Thresholds(positive, unsure))
    ran = Ran("entity", found.pairs, found.entities)
    if found.large_blocks:
        ran.notes.append(
            f"{found.large_blocks} groups of entities with a word in common were too large to compare all their pairs."
        )
    return _write(log, found.judgements, JUDGE, ran, dry_run=dry_run)


def run_events(log: JudgementLog, *, dry_run: bool = False) -> Ran:
    """Judge the events of a store.

    Args:
        log: Log of an embedded store.
        dry_run: Whether nothing is written.
    """
    assert isinstance(log.store, OxigraphStore)
    from crisiskg.identity.events import JUDGE as EVENT_JUDGE
    from crisiskg.identity.events import match_events

    return _write(log, match_events(log.store, log), EVENT_JUDGE, Ran("event"), dry_run=dry_run)


def _write(log: JudgementLog, judgements: list[Judgement], judge: str, ran: Ran, *, dry_run: bool) -> Ran:
    ran.verdicts = dict(Counter(judgement.verdict for judgement in judgements))
    new, taken_back = renewal(log.items(), judgements, judge)
    ran.new, ran.taken_back = len(new), len(taken_back)
    if not dry_run:
        log.write(new, taken_back, judge)
    return ran
