"""Events: who did what to whom, where and when, and whether it has happened.

One pass over the tokens finds triggers by the lexicon (`triggers`), participants by the parse (`arguments`) and how it is told
(`factuality`); the rules where types meet stand in `event_types`. docs/events.md says how events are coded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisiskg.annotation.adversaries import find_adversaries
from crisiskg.annotation.arguments import ANSWERS, ArgumentReader, Arguments
from crisiskg.annotation.casualties import attach_quantities
from crisiskg.annotation.event_checks import EventChecks
from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.event_types import Candidate, settle_types
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.modality import FactualityReader
from crisiskg.annotation.movements import settle_movement
from crisiskg.annotation.records import Attribution, Event, Mention
from crisiskg.annotation.syntax import MentionIndex, Syntax
from crisiskg.annotation.triggers import Trigger, load_lexicon

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

_SKIPPED_REGIONS = frozenset({"byline", "contributors"})
_HEADLINE_REGIONS = frozenset({"title", "caption"})
#: Types of speech whose content tells to whom they are addressed in effect.
_LENT = frozenset({"CONCEDE", "THREATEN"})
#: What makes of a noun's event a lasting quality: "war-torn".
_SUFFIXES = frozenset(
    {"prone", "like", "era", "torn", "hit", "ridden", "affected", "proof", "plagued", "weary", "ravaged", "related", "free"}
)
_MONTHS = frozenset({"march", "may"})
#: Types whose simple present tells an act that is done in saying it.
_SPEECH_TYPES = frozenset({"AGREE", "CONSULT", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN"})


def find_events(reading: Reading) -> None:
    """Add the events of a document to its reading, in order of their triggers.

    Args:
        reading: Mentions, entities, times, quantities and attributions must be there.
    """
    EventFinder(reading).run()


@dataclass(slots=True)
class _Found:
    """A trigger with all that was read around it."""

    candidate: Candidate
    arguments: Arguments
    told: Factuality


class EventFinder:
    """Finds the events of one document."""

    def __init__(self, reading: Reading) -> None:
        """Index what the stages before have found."""
        self.reading = reading
        self.syntax = Syntax(reading.doc)
        self.grammar = Grammar(self.syntax)
        self.index = MentionIndex(self.syntax, reading.mentions)
        self.lexicon = load_lexicon()
        self.arguments = ArgumentReader(self.grammar, self.index, self.lexicon)
        self.factuality = FactualityReader(self.grammar)
        self.times = EventTimes(self.grammar, self.lexicon, reading.times)
        self.checks = EventChecks(reading, self.grammar, self.index)
        self.attributions = sorted(reading.attributions, key=lambda a: a.content[1] - a.content[0])

    def run(self) -> None:
        """Find the events and append them to the reading."""
        found: list[_Found] = []
        for candidate in settle_types(self.candidates(), self.grammar, self.index):
            arguments = self.arguments.read(candidate.token, candidate.trigger, candidate.support)
            if candidate.type == "THREATEN" and not arguments.recipient:
                arguments.recipient = self._threatened_home(candidate.token, arguments)
            self.arguments.places(candidate.token, candidate.support, arguments, candidate.trigger)
            headline = self._is_headline(candidate.token)
            told = self.factuality.read(candidate.token, material=candidate.type not in _SPEECH_TYPES, headline=headline)
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
            found.append(_Found(candidate, arguments, told))
        self._lend_from_content(found)
        self._agree_on_plans(found)
        base = len(self.reading.events)
        events = [self._event(f"v{base + i}", f) for i, f in enumerate(found)]
        self.reading.events.extend(attach_quantities(events, self.reading, self.syntax))
        self.reading.relations.extend(find_adversaries(events, self.reading))

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

    def _lend_from_content(self, found: list[_Found]) -> None:
        """Give an act of speech that names nobody the recipient or place of what it speaks of.

        Who announces the withdrawal from a country concedes to that country.
        """
        by_token = {f.candidate.token: f for f in found}
        for f in found:
            above, steps = self.syntax.head[f.candidate.token], 0
            while above not in by_token and steps < 3 and self.syntax.head[above] != above:
                above, steps = self.syntax.head[above], steps + 1
            speech = by_token.get(above)
            if speech is None or speech is f or speech.arguments.recipient:
                continue
            taken = {m.entity for m in speech.arguments.actor}
            if speech.candidate.type == "AGREE" and not f.candidate.trigger.verb and speech.candidate.trigger.verb:
                # who agrees to the deployment of others agrees with them
                speech.arguments.recipient = [m for m in f.arguments.actor if m.entity not in taken and m.type != "Place"]
                continue
            if speech.candidate.type not in _LENT:
                continue
            speech.arguments.recipient = [m for m in f.arguments.recipient if m.entity not in taken]
            speech.arguments.place = speech.arguments.place or (f.arguments.place if f.arguments.recipient == [] else None)

    def _agree_on_plans(self, found: list[_Found]) -> None:
        """Tell a nominal event as planned where the document's verbs tell the same one only as planned.

        "France's withdrawal from Mali" names what the president announces in the next sentence: the noun alone asserts nothing.
        The same event is one of the same type and mode with a participant or place in common.
        """
        told: dict[tuple[str | None, str | None, str], list[Factuality]] = {}
        for f in found:
            if f.candidate.trigger.verb:
                for entity in self._entities(f.arguments):
                    told.setdefault((f.candidate.type, f.candidate.mode, entity), []).append(f.told)
        for f in found:
            if f.candidate.trigger.verb or not f.told.is_fact or f.candidate.type is None:
                continue
            others = [t for e in self._entities(f.arguments) for t in told.get((f.candidate.type, f.candidate.mode, e), ())]
            if not self._entities(f.arguments):
                others = [
                    t for (kind, mode, _), ts in told.items() if (kind, mode) == (f.candidate.type, f.candidate.mode) for t in ts
                ]
            if others and not any(t.is_fact for t in others):
                weakest = min(others, key=lambda t: (t.polarity == "negative", t.status == "hypothetical"))
                f.told.weaken("planned" if weakest.status in ("happened", "ongoing") else weakest.status, weakest.certainty)

    def _entities(self, arguments: Arguments) -> set[str]:
        mentions = [*arguments.actor, *arguments.recipient, arguments.place, arguments.origin, arguments.destination]
        return {m.entity for m in mentions if m is not None and m.entity is not None}

    # ------------------------------------------------------------------ triggers

    def candidates(self) -> list[Candidate]:
        """Return the words that tell events, in order."""
        syntax, lexicon = self.syntax, self.lexicon
        verbs, nouns = lexicon.verbs, lexicon.nouns
        skipped = [(r.start, r.end) for r in self.reading.document.regions if r.kind in _SKIPPED_REGIONS]
        out: list[Candidate] = []
        for token in range(len(syntax)):
            pos = syntax.pos[token]
            if pos == "VERB":
                if syntax.lemma[token] not in verbs and self._is_generic(token):
                    if not any(a <= syntax.start[token] < b for a, b in skipped):
                        row = Trigger(syntax.lemma[token], True, None, None, (), "act", ())
                        out.append(Candidate(token, row, None, None, None, (), generic=True))
                    continue
                if syntax.lemma[token] not in verbs or syntax.dep[token] in ("aux", "auxpass"):
                    continue
                if (
                    syntax.dep[token] in ("amod", "compound", "nmod")
                    and syntax.tag[token] != "VBN"
                    and not self.grammar.objects(token)
                ):
                    continue
            elif pos in ("NOUN", "PROPN", "ADJ"):
                if syntax.lemma[token] not in nouns and syntax.lower[token] not in nouns:
                    continue
                if not self._is_nominal(token, pos):
                    continue
            else:
                continue
            if skipped and any(a <= syntax.start[token] < b for a, b in skipped):
                continue
            trigger = lexicon.match(self.grammar, token)
            if trigger is None:
                continue
            support = None if trigger.verb else self._support(token)
            out.append(Candidate(token, trigger, support, trigger.type, trigger.mode, trigger.contexts))
        return out

    def _is_generic(self, verb: int) -> bool:
        """Say whether a verb without an entry may tell a happening that fits no type: finite, and no state or speech."""
        syntax = self.syntax
        if syntax.lemma[verb] in self.lexicon.not_generic or syntax.tag[verb] not in ("VBD", "VBN", "VB", "VBG"):
            return False
        if syntax.dep[verb] not in ("ROOT", "conj", "ccomp", "relcl", "advcl"):
            return False
        return syntax.tag[verb] == "VBD" or bool(syntax.kids(verb, "aux", "auxpass"))

    def _is_nominal(self, token: int, pos: str) -> bool:
        """Say whether a noun can tell an event here: not inside a name, not as modifier of a thing."""
        syntax = self.syntax
        name = self.index.in_name(token)
        if name is not None and name.type != "NamedEvent":
            return False
        if token + 2 < len(syntax) and syntax.lower[token + 1] == "-" and syntax.lower[token + 2] in _SUFFIXES:
            return False  # "coup-prone"
        if (
            pos == "PROPN"
            and name is None
            and (syntax.lower[token] in _MONTHS or (self._title_case(token) and not self._is_headline(token)))
        ):
            return False
        if pos == "ADJ":
            return syntax.lower[token] in self.lexicon.nouns
        if syntax.dep[token] in ("compound", "nmod", "npadvmod") and syntax.pos[syntax.head[token]] in ("NOUN", "PROPN"):
            above = syntax.lemma[syntax.head[token]]
            return (
                above in ("attempt", "wave", "series", "campaign", "spree", "bid", "effort") and above not in self.lexicon.nouns
            )
        return True

    def _is_headline(self, token: int) -> bool:
        """Say whether a word stands in a title, where capitals mean nothing."""
        if self._region(token) in _HEADLINE_REGIONS:
            return True
        title = self.reading.document.title
        return title is not None and self.syntax.start[token] < len(title) and self.reading.document.text.startswith(title)

    def _title_case(self, token: int) -> bool:
        return self.reading.document.text[self.syntax.start[token]].isupper()

    def _support(self, noun: int) -> int | None:
        """Return the verb that carries a nominal event: of which it is object or subject, perhaps through a series."""
        syntax = self.syntax
        while syntax.dep[noun] == "conj":
            noun = syntax.head[noun]
        head, dep = syntax.head[noun], syntax.dep[noun]
        light = self.lexicon.light_verbs
        if dep in ("dobj", "nsubjpass") and syntax.lemma[head] in (light["act"] | light["apart"] | light["suffer"]):
            return head
        if dep == "pobj":
            verb = syntax.head[head]
            if syntax.lower[head] == "in" and syntax.lemma[verb] in ("engage", "participate", "part", "involve"):
                return verb if syntax.pos[verb] == "VERB" else None
            if syntax.lower[head] == "under" and syntax.lemma[verb] == "come":
                return verb
            if syntax.lower[head] == "with" and syntax.lemma[verb] in ANSWERS and syntax.pos[verb] == "VERB":
                return verb
        return None

    # ------------------------------------------------------------------ records

    def _event(self, event_id: str, found: _Found) -> Event:
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
            place_gap=self._place_gap(place.entity if place is not None else None, place is not None),
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
            and not self._perfect(candidate.token)
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

    def _perfect(self, verb: int) -> bool:
        return any(
            self.syntax.lower[c] in ("has", "have", "had", "was", "were") for c in self.syntax.kids(verb, "aux", "auxpass")
        )

    def _place_gap(self, entity_id: str | None, stated: bool) -> str | None:
        if not stated:
            return "not-stated"
        entity = self.reading.entity(entity_id)
        return entity.gap if entity is not None else None

    def _region(self, token: int) -> str:
        return self.reading.region_at(self.syntax.start[token]) if self.reading.document.regions else "body"

    def _confidence(self, candidate: Candidate, arguments: Arguments) -> float:
        """Return how sure trigger, type and participants are, from what the rules rest on."""
        if candidate.generic:
            return 0.3
        value = 0.62 if candidate.trigger.verb else 0.55
        value += min(0.12, 0.06 * len(candidate.trigger.conditions))
        value += 0.1 if arguments.actor else 0.0
        value += 0.1 if arguments.recipient else 0.0
        return round(min(value, 0.95), 2)
