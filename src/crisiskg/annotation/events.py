"""Events: who did what to whom, where and when, and whether it has happened.

One pass over the tokens finds triggers by the lexicon (`event_candidates`, `triggers`), participants and places by the parse
(`arguments`, `event_places`) and how it is told (`modality`); the rules where types meet stand in `event_types`, where events of
one document meet in `event_agreement`. docs/events.md says how events are coded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.adversaries import find_adversaries
from crisiskg.annotation.argument_model import ArgumentWeigher, argument_model
from crisiskg.annotation.arguments import ArgumentReader, Arguments
from crisiskg.annotation.casualties import attach_quantities
from crisiskg.annotation.content_nouns import JUDGING
from crisiskg.annotation.event_agreement import FoundEvent, agree_on_plans, lend_from_content
from crisiskg.annotation.event_candidates import CandidateFinder
from crisiskg.annotation.event_checks import EventChecks
from crisiskg.annotation.event_places import PlaceReader
from crisiskg.annotation.event_records import EventRecorder
from crisiskg.annotation.event_time_lending import lend_times
from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.event_types import Candidate, settle_types
from crisiskg.annotation.event_votes import vote
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.modality import FactualityReader
from crisiskg.annotation.movements import settle_movement
from crisiskg.annotation.object_parties import lend_from_objects
from crisiskg.annotation.preambles import Preambles
from crisiskg.annotation.property_owners import add_owners
from crisiskg.annotation.records import Mention
from crisiskg.annotation.syntax import MentionIndex
from crisiskg.annotation.triggers import load_lexicon

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: Types whose simple present tells an act that is done in saying it.
_SPEECH_TYPES = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN"})

#: Types whose nouns name what somebody says, and nouns of offers: they are there although others reject them.
_SAID_TYPES = frozenset({"ACCUSE", "REQUEST", "THREATEN"})
_OFFERS = frozenset({"offer", "proposal", "promise", "pledge"})


def find_events(reading: Reading) -> None:
    """Add the events of a document to its reading, in order of their triggers.

    Args:
        reading: Mentions, entities, times, quantities and attributions must be there.
    """
    EventFinder(reading).run()


class EventFinder:
    """Finds the events of one document."""

    def __init__(self, reading: Reading) -> None:
        """Index what the stages before have found."""
        self.reading = reading
        self.syntax = reading.syntax
        self.index = MentionIndex(self.syntax, reading.mentions)
        self.grammar = Grammar(self.syntax, {head: found[0].type for head, found in self.index.headed.items()})
        lexicon = load_lexicon()
        self.candidates = CandidateFinder(reading, self.grammar, self.index, lexicon)
        self.arguments = ArgumentReader(self.grammar, self.index, lexicon)
        self.model = argument_model()
        self.weigher = ArgumentWeigher(self.grammar, self.index)
        self.places = PlaceReader(self.grammar, self.index)
        self.factuality = FactualityReader(self.grammar)
        self.times = EventTimes(self.grammar, lexicon, reading.times)
        self.checks = EventChecks(reading, self.grammar, self.index)
        self.preambles = Preambles(reading)
        self.recorder = EventRecorder(reading, self.grammar, self.index, self.factuality, self.times)

    def run(self) -> None:
        """Find the events and append them to the reading."""
        found: list[FoundEvent] = []
        candidates = self.candidates.find()
        if self.reading.learned is not None:
            candidates = vote(candidates, self.reading.learned, self.candidates)
        for candidate in settle_types(candidates, self.grammar, self.index):
            arguments = self.arguments.read(candidate.token, candidate.trigger, candidate.support)
            if candidate.type == "THREATEN" and not arguments.recipient:
                arguments.recipient = self._threatened_home(candidate.token, arguments)
            if candidate.type in _SPEECH_TYPES and not arguments.actor:
                subject = self.preambles.subject_of(self.syntax, candidate.token)
                arguments.actor = [subject] if subject is not None and subject not in arguments.recipient else []
            self.places.read(candidate.token, candidate.support, arguments, candidate.trigger)
            if candidate.type is not None:
                self.weigher.add(candidate, arguments, self.model)
            self._leave_out_judges(candidate, arguments)
            headline = self.candidates.is_headline(candidate.token)
            told = self.factuality.read(
                candidate.token,
                material=candidate.type not in _SPEECH_TYPES,
                headline=self.candidates.is_title(candidate.token),
                said=candidate.type in _SAID_TYPES or candidate.trigger.lemma in _OFFERS,
            )
            self._weigh_support(candidate, arguments, told)
            self.checks.retype(candidate, arguments)
            if candidate.type != "CONSULT":
                self.checks.leave_out_contributors(arguments)
            if candidate.generic and not self._is_telling(candidate, arguments):
                continue
            dated = self.times.time_of(candidate.token, candidate.support, is_fact=told.is_fact) is not None
            if self.checks.tells_nothing(candidate, arguments, told, dated=dated, headline=headline):
                continue
            settle_movement(candidate, arguments, self.reading, self.syntax, self.index)
            found.append(FoundEvent(candidate, arguments, told))
        lend_from_content(found, self.syntax)
        lend_from_objects(found, self.arguments)
        add_owners(found, self.arguments)
        agree_on_plans(found, self.syntax)
        base = len(self.reading.events)
        events = [self.recorder.record(f"v{base + i}", f) for i, f in enumerate(found)]
        events = lend_times(events, self.reading)
        self.reading.events.extend(attach_quantities(events, self.reading, self.syntax))
        self.reading.relations.extend(find_adversaries(events, self.reading))

    def _leave_out_judges(self, candidate: Candidate, arguments: Arguments) -> None:
        """Take who condemns, welcomes or mourns an event out of its actors: "the bishops mourned the murder"."""
        syntax, token = self.syntax, candidate.token
        verb = syntax.head[token]
        if candidate.trigger.verb or syntax.dep[token] != "dobj" or syntax.lemma[verb] not in JUDGING or not arguments.actor:
            return
        judges = {m.id for s in self.grammar.subjects(verb) for m in self.arguments.fillers(s)}
        arguments.actor = [m for m in arguments.actor if m.id not in judges]

    def _threatened_home(self, verb: int, arguments: Arguments) -> list[Mention]:
        """Return the state that somebody threatens to return to: the one he served or is a citizen of."""
        if not any(self.syntax.lemma[x] in ("return", "come") for x in self.grammar.infinitives(verb)):
            return []
        by_id = self.index.by_id
        tails = {r.head: r.tail for r in self.reading.relations if r.type == "agencyOf"}
        states = {e.id for e in self.reading.entities if e.type == "State"}
        for actor in arguments.actor:
            for relation in self.reading.relations:
                if relation.head != actor.entity or relation.type not in ("agentOf", "citizenOf", "headOf", "memberOf"):
                    continue
                state = relation.tail if relation.tail in states else tails.get(relation.tail)
                mention = next((m for m in by_id.values() if m.entity == state and m.type == "State"), None)
                if state in states and mention is not None:
                    return [mention]
        return []

    def _is_telling(self, candidate: Candidate, arguments: Arguments) -> bool:
        """Say whether an event without a type is worth telling: it has a named party, and another party, place or time."""
        parties = [*arguments.actor, *arguments.recipient]
        if not any(m.kind == "name" and m.type not in ("Place", "NamedEvent") for m in parties):
            return False
        times = self.times.time_of(candidate.token, None, is_fact=True)
        return len(parties) > 1 or arguments.place is not None or times is not None

    def _weigh_support(self, candidate: Candidate, arguments: Arguments, told: Factuality) -> None:
        """Let a verb that denies or doubts take its subject out of the event: "denied that it directs the attacks"."""
        verb = candidate.support
        if verb is None or not arguments.actor or not told.is_fact:
            return
        of_verb = self.factuality.read(verb)
        if of_verb.is_fact:
            return
        subjects = {m.id for s in self.grammar.subjects(verb) for m in self.arguments.fillers(s)}
        if not subjects & {m.id for m in arguments.actor}:
            return
        if self.factuality.is_known(candidate.token):
            arguments.actor = [m for m in arguments.actor if m.id not in subjects]  # the deed is known, the doer is not
            return
        told.weaken(of_verb.status, of_verb.certainty)
        if of_verb.polarity == "negative":
            told.polarity = "negative"
