"""Lets the learned reader vote on triggers: it adds words that the lexicon lacks, and drops those that it holds to tell nothing.

Types of words that have an entry stay with the lexicon: on held-out documents the reader's were no better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crisiskg.annotation.event_types import Candidate
from crisiskg.annotation.triggers import Trigger

if TYPE_CHECKING:
    from crisiskg.annotation.event_candidates import CandidateFinder
    from crisiskg.annotation.learned import Learned

#: Probability from which a word without an entry tells an event of a type, and probability of telling any event below which
#: an entry is dropped; chosen on documents that were held out of training.
SURE, HARDLY = 0.8, 0.08
#: Modes that the reader has hardly seen, so that its silence says nothing.
_UNHEARD = frozenset({"martial-law", "curfew"})
#: Frames by type, for verbs and nouns that have no entry.
_VERB_FRAMES: Mapping[str, str] = {
    "AGREE": "tell",
    "CONSULT": "meet",
    "CONCEDE": "act_or_on",
    "COOPERATE": "meet",
    "AID": "give_object",
    "RETREAT": "act_or_on",
    "REQUEST": "tell",
    "THREATEN": "act_or_on",
    "PROTEST": "act_alone",
    "MOBILIZE": "send",
}
_NOUN_FRAMES: Mapping[str, str] = {
    "AGREE": "noun_between",
    "CONSULT": "noun_between",
    "COOPERATE": "noun_between",
    "AID": "noun_to",
    "REQUEST": "noun_to",
    "THREATEN": "noun_to",
    "COERCE": "noun_done_to",
    "SANCTION": "noun_done_to",
    "ASSAULT": "noun_attack",
}


def vote(candidates: list[Candidate], learned: Learned, finder: CandidateFinder) -> list[Candidate]:
    """Return the candidates with the reader's votes counted, in order of the text.

    Args:
        candidates: What the lexicon finds.
        learned: What the reader says of the document.
        finder: Knows what may tell an event at all.
    """
    kept = {c.token: c for c in candidates if c.type is None or c.mode in _UNHEARD or _chance(c.token, learned, finder) >= HARDLY}
    for found in learned.events:
        candidate = kept.get(found.token)
        lacking = candidate is None or candidate.type is None
        if found.type is None or not lacking or found.probability < SURE or not finder.may_tell(found.token):
            continue
        if not finder.is_settled(found.token):
            kept[found.token] = _added(found.token, found.type, finder)
    return [kept[token] for token in sorted(kept)]


def _chance(token: int, learned: Learned, finder: CandidateFinder) -> float:
    """Return the probability that a word tells any event; that of the first part counts too in a word of two ("side-lining")."""
    chance = 1 - float(learned.triggers[token, 0])
    if token > 1 and finder.syntax.lower[token - 1] == "-":
        chance = max(chance, 1 - float(learned.triggers[token - 2, 0]))
    return chance


def _added(token: int, kind: str, finder: CandidateFinder) -> Candidate:
    verb = finder.syntax.pos[token] == "VERB"
    frame = _VERB_FRAMES.get(kind, "act") if verb else _NOUN_FRAMES.get(kind, "noun_act")
    trigger = Trigger(finder.syntax.lemma[token], verb, kind, None, (), frame, ())
    return Candidate(token, trigger, None if verb else finder.support_of(token), kind, None, (), voted=True)
