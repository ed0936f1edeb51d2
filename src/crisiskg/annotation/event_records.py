"""Makes the records of events, with the attribution in whose content each is told and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.content_nouns import FACTIVE, JUDGING, OFFICIAL, OPEN_CONTENT
from crisiskg.annotation.event_agreement import FoundEvent
from crisiskg.annotation.event_times import EventTimes
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.governors import SHARES
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.modality import FactualityReader
from crisiskg.annotation.records import Attribution, Event, Mention, TimeExpression
from crisiskg.annotation.speech_turns import is_turn
from crisiskg.annotation.syntax import MentionIndex

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: Types whose verbs tell what is said, not when what it is about takes place.
_WORDS = frozenset({"AGREE", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "SUPPORT", "CONCEDE"})


class EventRecorder:
    """Makes the records of the events of one document."""

    def __init__(
        self, reading: Reading, grammar: Grammar, index: MentionIndex, factuality: FactualityReader, times: EventTimes
    ) -> None:
        """Keep the reading and its attributions, the innermost first."""
        self.reading = reading
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.factuality = factuality
        self.times = times
        self.index = index
        self.attributions = sorted(reading.attributions, key=lambda a: a.content[1] - a.content[0])

    def record(self, event_id: str, found: FoundEvent) -> Event:
        """Return the record of an event; the attribution in whose content it stands may weaken how it is told."""
        candidate, arguments, told = found.candidate, found.arguments, found.told
        token = candidate.token
        start, end = self._trigger_span(candidate)
        attribution = self._attribution(start, end)
        self._weigh_attribution(attribution, candidate, told)
        time = self.times.time_of(token, candidate.support, is_fact=told.is_fact)
        self._weigh_time(time, candidate, told)
        place, time_id = arguments.place, time.id if time is not None else None
        return Event(
            id=event_id,
            type=candidate.type,
            mode=candidate.mode,
            contexts=candidate.contexts,
            start=start,
            end=end,
            sentence=self.syntax.sentence_span(token),
            actor=tuple(dict.fromkeys(self._named(m).id for m in arguments.actor)),
            recipient=tuple(dict.fromkeys(self._named(m).id for m in arguments.recipient)),
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

    def _named(self, mention: Mention) -> Mention:
        """Return who a pronoun stands for where a clause above it has him as its subject: "the rebels said they would attack"."""
        if mention.kind != "pronoun" or mention.entity is None or mention.id not in self.index.head:
            return mention
        syntax, token = self.syntax, self.index.head[mention.id]
        if syntax.dep[token] not in ("nsubj", "nsubjpass") or syntax.lower[token] not in ("he", "she", "it", "they", "who"):
            return mention
        for _ in range(12):
            above = syntax.head[token]
            if above == token:
                break
            for subject in syntax.kids(above, "nsubj", "nsubjpass"):
                found = self.index.at(subject) if subject != token else None
                if found is not None and found.entity == mention.entity and found.kind != "pronoun":
                    return found
            token = above
        return mention

    def _weigh_time(self, time: TimeExpression | None, candidate: Candidate, told: Factuality) -> None:
        """Tell as planned what takes place only after the document was made: "the talks on 15 October"."""
        published, syntax = self.reading.published, self.syntax
        if time is None or time.bounds is None or published is None or not told.is_fact:
            return
        if candidate.trigger.verb and candidate.type in _WORDS:
            return  # "invites you to a talk on Friday": the words are said today
        if time.bounds.earliest is None or published.latest is None or time.bounds.earliest <= published.latest:
            return
        verb = self.grammar.clause_of(candidate.support if candidate.support is not None else candidate.token)
        if syntax.tag[verb] not in ("VBD", "VBN") and not self._is_past(verb):
            told.weaken("planned")

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
        ) and (self.syntax.pos[candidate.token] == "VERB" or not told.is_fact or not self.factuality.is_known(candidate.token)):
            told.weaken("hypothetical")
        if attribution.source is None or attribution.author or told.confirmed or is_turn(self.reading, attribution):
            return
        if self._takes_for_granted(attribution, candidate):
            return
        told.weaken(None, "probable")

    def _takes_for_granted(self, attribution: Attribution, candidate: Candidate) -> bool:
        """Say whether what is said is told as known: "condemned the attack", "welcomed the truce", "recalls that X expelled it".

        Who judges an event takes it for granted, unless the noun leaves it open ("any attack", "threats of violence"). The same
        holds for the clause of a verb of remembering, noting or learning.
        """
        if attribution.cue is None:
            return False
        syntax = self.syntax
        cue = syntax.token_at(attribution.cue[0])
        lemma = syntax.lemma[cue]
        if syntax.pos[cue] != "VERB" or self.factuality.is_negated(cue):
            return False
        if any(syntax.lemma[x] in SHARES for x in syntax.kids(cue, "dobj")):
            # "claimed responsibility for the raid"
            return not candidate.trigger.verb and self.factuality.is_known(candidate.token)
        if lemma in OFFICIAL:
            return syntax.tag[cue] in ("VBZ", "VBP")
        if lemma in FACTIVE:
            return not any(syntax.tag[a] == "MD" for a in syntax.kids(cue, "aux"))
        if lemma not in JUDGING or any(k > cue for k in syntax.kids(cue, "ccomp")):
            return False
        objects = syntax.kids(cue, "nsubjpass") if syntax.is_passive(cue) else syntax.kids(cue, "dobj")
        judged = [y for x in objects for y in syntax.series(x)]
        token = candidate.token
        for _ in range(8):
            if token in judged:
                return syntax.lemma[token] not in OPEN_CONTENT
            if syntax.head[token] == token or syntax.lemma[token] in OPEN_CONTENT:
                return False
            token = syntax.head[token]
        return False

    def _is_aside(self, token: int) -> bool:
        """Say whether a verb tells what is so anyway: in a relative clause ("which X occupies") or as a participle."""
        syntax, verb = self.syntax, self.grammar.clause_of(token)
        if syntax.tag[token] == "VBN" and syntax.dep[token] in ("acl", "amod") and not syntax.kids(token, "aux"):
            return True  # "the mission authorised by the council"
        return syntax.dep[verb] == "relcl" and syntax.tag[verb] in ("VBZ", "VBP", "VBD") and not syntax.kids(verb, "aux")

    def _is_past(self, verb: int) -> bool:
        auxiliaries = self.factuality.verbs.clauses.auxiliaries(verb)
        return any(self.syntax.lower[c] in ("has", "have", "had", "was", "were") for c in auxiliaries)

    def _place_gap(self, place: Mention | None) -> str | None:
        """Return why an event has no point on the map; None where it has one."""
        if place is None:
            return "not-stated"
        entity = self.reading.entity_of(place)
        return entity.gap if entity is not None else None

    def _confidence(self, candidate: Candidate, arguments: Arguments) -> float:
        """Return how sure trigger, type and participants are.

        The shares were counted on texts labelled for training: type and trigger hold in about eight of ten cases, in seven where
        nobody takes part; the main clause is parsed best.
        """
        if candidate.generic:
            return 0.3
        value = 0.7 if not candidate.voted else 0.5
        value += 0.04 if arguments.actor else 0.0
        value += 0.04 if arguments.recipient else 0.0
        value += self._nearness(candidate)
        return round(value, 3)

    def _nearness(self, candidate: Candidate) -> float:
        """Return what the place of a trigger adds to its confidence: most in the main clause, nothing deep down."""
        syntax = self.syntax
        at = candidate.support if candidate.support is not None else candidate.token
        depth = 0
        while syntax.head[at] != at and depth < 4:
            depth += syntax.dep[at] != "conj"
            at = syntax.head[at]
        return 0.08 - 0.02 * depth
