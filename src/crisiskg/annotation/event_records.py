"""Makes the records of events, with the attribution in whose content each is told and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.event_agreement import FoundEvent
from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.modality import FactualityReader
from crisiskg.annotation.records import Attribution, Event, Mention

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading


class EventRecorder:
    """Makes the records of the events of one document."""

    def __init__(self, reading: Reading, grammar: Grammar, factuality: FactualityReader, times: EventTimes) -> None:
        """Keep the reading and its attributions, the innermost first."""
        self.reading = reading
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.factuality = factuality
        self.times = times
        self.attributions = sorted(reading.attributions, key=lambda a: a.content[1] - a.content[0])

    def record(self, event_id: str, found: FoundEvent) -> Event:
        """Return the record of an event; the attribution in whose content it stands may weaken how it is told."""
        candidate, arguments, told = found.candidate, found.arguments, found.told
        token = candidate.token
        start, end = self._trigger_span(candidate)
        attribution = self._attribution(start, end)
        self._weigh_attribution(attribution, candidate, told)
        time = self.times.time_of(token, candidate.support, is_fact=told.is_fact)
        place, time_id = arguments.place, time.id if time is not None else None
        return Event(
            id=event_id,
            type=candidate.type,
            mode=candidate.mode,
            contexts=candidate.contexts,
            start=start,
            end=end,
            sentence=self.syntax.sentence_span(token),
            actor=tuple(m.id for m in arguments.actor),
            recipient=tuple(m.id for m in arguments.recipient),
            place=place.id if place is not None else None,
            origin=arguments.origin.id if arguments.origin is not None else None,
            destination=arguments.destination.id if arguments.destination is not None else None,
            time=time_id,
            status=told.status,
            polarity=told.polarity,
            certainty=told.certainty,
            condition=told.condition,
            attribution=attribution.id if attribution is not None else None,
            threatened=told.threatened,
            feared=told.feared,
            place_gap=self._place_gap(place),
            time_gap=None if time_id else "not-stated",
            confidence=self._confidence(candidate, arguments),
        )

    def _trigger_span(self, candidate: Candidate) -> tuple[int, int]:
        """Return the trigger's span: the word, with a particle right behind it."""
        syntax, token = self.syntax, candidate.token
        last = token
        for child in syntax.children[token]:
            if child == last + 1 and (
                syntax.dep[child] == "prt"
                or (
                    syntax.dep[child] == "advmod" and syntax.lower[child] in ("back", "down", "out", "off", "up", "away", "aside")
                )
            ):
                last = child
        first = token
        if token > 1 and syntax.lower[token - 1] == "-" and token - 2 in syntax.children[token]:
            first = token - 2  # "side-lining" in three tokens
        return syntax.span(first, last)

    def _attribution(self, start: int, end: int) -> Attribution | None:
        """Return the innermost attribution in whose content a trigger stands."""
        for attribution in self.attributions:
            a, b = attribution.content
            if a <= start and end <= b and not (attribution.cue and attribution.cue[0] < end and start < attribution.cue[1]):
                return attribution
        return None

    def _weigh_attribution(self, attribution: Attribution | None, candidate: Candidate, told: Factuality) -> None:
        """Let the kind of statement and its cue bear on what it holds."""
        if attribution is None:
            return
        if (
            attribution.kind in ("forecast", "recommendation")
            and self.syntax.tag[candidate.token] != "VBD"
            and not self._is_past(candidate.token)
            and not self._is_aside(candidate.token)
        ) and (
            self.syntax.pos[candidate.token] == "VERB"
            or told.status != "happened"
            or not self.factuality.is_known(candidate.token)
        ):
            told.weaken("hypothetical")
        if attribution.source is not None and not attribution.author:
            told.weaken(None, "probable")

    def _is_aside(self, token: int) -> bool:
        """Say whether a verb tells in a relative clause what is so anyway: "access to the bank, which X occupies"."""
        syntax, verb = self.syntax, self.grammar.clause_of(token)
        return syntax.dep[verb] == "relcl" and syntax.tag[verb] in ("VBZ", "VBP", "VBD") and not syntax.kids(verb, "aux")

    def _is_past(self, verb: int) -> bool:
        return any(
            self.syntax.lower[c] in ("has", "have", "had", "was", "were") for c in self.syntax.kids(verb, "aux", "auxpass")
        )

    def _place_gap(self, place: Mention | None) -> str | None:
        """Return why an event has no point on the map; None where it has one."""
        if place is None:
            return "not-stated"
        entity = self.reading.entity_of(place)
        return entity.gap if entity is not None else None

    def _confidence(self, candidate: Candidate, arguments: Arguments) -> float:
        """Return how sure trigger, type and participants are, from what the rules rest on."""
        if candidate.generic:
            return 0.3
        value = 0.62 if candidate.trigger.verb else 0.55
        value += min(0.12, 0.06 * len(candidate.trigger.conditions))
        value += 0.1 if arguments.actor else 0.0
        value += 0.1 if arguments.recipient else 0.0
        return round(min(value, 0.95), 2)
