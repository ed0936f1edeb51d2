"""What the events of one document owe each other: an act of speech its addressee, a noun the doubt that verbs express."""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.syntax import Syntax

#: Types of speech whose content tells to whom they are addressed in effect.
_LENT = frozenset({"CONCEDE", "THREATEN"})
#: Types of deeds done to another deed, which concern whom that one concerns: "lifted its blockade of Yemen".
_LENT_BY_OBJECT = frozenset({"RETREAT", "REJECT", "AID", "SANCTION"})
_OBJECT_EDGES = frozenset({"dobj", "xcomp", "nsubjpass"})


@dataclass(slots=True)
class FoundEvent:
    """A trigger with all that was read around it.

    Attributes:
        candidate: The trigger, with its type.
        arguments: Who takes part, and where.
        told: How it is told.
    """

    candidate: Candidate
    arguments: Arguments
    told: Factuality


def lend_from_content(found: list[FoundEvent], syntax: Syntax) -> None:
    """Give an act of speech, or a deed done to another deed, that names nobody the recipient or place of what it is about.

    Who announces the withdrawal from a country concedes to that country; who lifts sanctions on it does so to that country.
    """
    by_token = {f.candidate.token: f for f in found}
    for f in found:
        above, steps = syntax.head[f.candidate.token], 0
        while above not in by_token and steps < 3 and syntax.head[above] != above:
            above, steps = syntax.head[above], steps + 1
        speech = by_token.get(above)
        if speech is None or speech is f or speech.arguments.recipient:
            continue
        taken = {m.entity for m in speech.arguments.actor}
        if speech.candidate.type == "AGREE" and not f.candidate.trigger.verb and speech.candidate.trigger.verb:
            # who agrees to the deployment of others agrees with them
            speech.arguments.recipient = [m for m in f.arguments.actor if m.entity not in taken and m.type != "Place"]
            continue
        done_to = speech.candidate.trigger.verb and syntax.dep[f.candidate.token] in _OBJECT_EDGES
        if speech.candidate.type not in _LENT and not (done_to and speech.candidate.type in _LENT_BY_OBJECT):
            continue
        speech.arguments.recipient = [m for m in f.arguments.recipient if m.entity not in taken]
        speech.arguments.place = speech.arguments.place or (f.arguments.place if f.arguments.recipient == [] else None)


def agree_on_plans(found: list[FoundEvent], syntax: Syntax) -> None:
    """Tell a nominal event as planned where the document's verbs tell the same one only as planned.

    "France's withdrawal from Mali" names what the president announces in the next sentence: the noun alone asserts nothing.
    The same event is one of the same type and mode with a participant or place in common.
    """
    told: dict[tuple[str | None, str | None, str], list[Factuality]] = {}
    for f in found:
        if f.candidate.trigger.verb:
            for entity in _entities(f.arguments):
                told.setdefault((f.candidate.type, f.candidate.mode, entity), []).append(f.told)
    for f in found:
        if f.candidate.trigger.verb or not f.told.is_fact or f.candidate.type is None or _is_counted(f.candidate.token, syntax):
            continue
        others = [t for e in _entities(f.arguments) for t in told.get((f.candidate.type, f.candidate.mode, e), ())]
        if not _entities(f.arguments):
            others = [
                t for (kind, mode, _), ts in told.items() if (kind, mode) == (f.candidate.type, f.candidate.mode) for t in ts
            ]
        if others and not any(t.is_fact for t in others):
            weakest = min(others, key=lambda t: (t.polarity == "negative", t.status == "hypothetical"))
            f.told.weaken("planned" if weakest.status in ("happened", "ongoing") else weakest.status, weakest.certainty)


def _is_counted(noun: int, syntax: Syntax) -> bool:
    """Say whether a noun comes with a number, which tells what has been: "600 dead", "forty arrests"."""
    return syntax.pos[syntax.head[noun]] == "NUM" or any(syntax.pos[x] == "NUM" for x in syntax.kids(noun, "nummod"))


def _entities(arguments: Arguments) -> list[str]:
    """Return ids of what takes part, each once, in an order that does not change from run to run."""
    mentions = [*arguments.actor, *arguments.recipient, arguments.place, arguments.origin, arguments.destination]
    return list(dict.fromkeys(m.entity for m in mentions if m is not None and m.entity is not None))
