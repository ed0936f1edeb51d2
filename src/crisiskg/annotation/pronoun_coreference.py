"""Ties pronouns: relative ones to their noun, personal ones to the likeliest antecedent, the first person to the speaker."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.antecedent_features import Anaphor
from crisiskg.annotation.antecedents import MOST
from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.disjoint_pronouns import cannot_be
from crisiskg.annotation.first_person import FirstPersonCoreference
from crisiskg.annotation.pronouns import PERSONAL, relative_head
from crisiskg.annotation.records import Mention

#: How many sentences back the antecedent of a pronoun may lie.
SENTENCES_BACK: dict[str, int] = {"he": 4, "she": 4, "they": 3, "it": 2}
#: What is done to towns and positions that were lost or are held by others: "The army retook it".
_TAKE_BACK = frozenset({"retake", "recapture", "reconquer", "regain", "liberate", "besiege", "overrun", "bombard"})
#: Probability that "it" behind such a verb is the place spoken of last.
_TAKEN = 0.7


class PronounCoreference(FirstPersonCoreference):
    """The part of coreference that ties pronouns."""

    def tie_pronoun(self, mention: Mention, token: Token) -> None:
        """Tie a pronoun to its antecedent; one that is not clear stays untied."""
        lower = token.lower_
        kind = PERSONAL.get(lower)
        if kind is None:
            self._relative(mention, token)
            return
        if kind in ("i", "we"):
            self.tie_first_person(mention, token, kind)
            return
        anaphor = Anaphor(
            self.reading,
            mention,
            token,
            self.sentence_of(token),
            plural=kind == "they",
            quoted=self.in_quotation(mention.start),
        )
        candidates = self.pronoun_candidates(anaphor)
        best, score = self.choose(anaphor, candidates, [False] * len(candidates))
        if kind == "it" and token.dep_ == "dobj" and token.head.lemma_ in _TAKE_BACK and (best is None or best.type != "Place"):
            place = next((cluster for cluster in candidates if cluster.type == "Place"), None)
            best, score = (place, _TAKEN) if place is not None else (best, score)
        if best is None:
            return
        self.tie(mention, best, score)
        self.touch(best, mention)
        if kind in ("he", "she"):
            best.sex = best.sex or ("m" if kind == "he" else "f")

    def pronoun_candidates(self, anaphor: Anaphor) -> list[Cluster]:
        """Return what a pronoun of the third person may stand for, the last one spoken of first."""
        kind, earliest = anaphor.kind, anaphor.sentence - SENTENCES_BACK[anaphor.kind]
        found = []
        for cluster in self.recent(anaphor.mention.start):
            if cluster.sentence < earliest:
                break
            if kind in ("he", "she"):
                fits = (
                    cluster.type == "Person"
                    and not cluster.plural
                    and (cluster.sex is None or cluster.sex == ("m" if kind == "he" else "f"))
                )
            elif kind == "they":
                fits = bool(cluster.plural) or cluster.coarse not in ("Person", "NamedEvent")
            else:
                fits = not cluster.plural and cluster.coarse not in ("Person", "PopulationGroup")
            if fits and cluster.latest is not None and cluster.latest.end <= anaphor.mention.start:
                if cluster.sentence == anaphor.sentence and self._is_other(anaphor, cluster):
                    continue
                found.append(cluster)
                if len(found) == MOST:
                    break
        return found

    def _is_other(self, anaphor: Anaphor, cluster: Cluster) -> bool:
        """Whether the sentence itself tells a pronoun from a cluster."""
        here = self.reading.sentence_of(anaphor.head.i).start_char
        return any(
            here <= mention.start < anaphor.mention.start and cannot_be(anaphor.head, self.reading.head_of(mention))
            for mention in cluster.mentions
        )

    def _relative(self, mention: Mention, token: Token) -> None:
        noun = relative_head(token)
        if noun is None:
            return
        for other in self.reading.mentions_at(noun.i):
            if other.id in self.owner and self.reading.head_of(other).i == noun.i and other.start < mention.start:
                cluster = self.owner[other.id]
                if token.lower_ in ("who", "whom") and cluster.coarse == "Location":
                    continue
                if token.lower_ == "where" and cluster.coarse not in ("Location", "Organization"):
                    continue
                self.tie(mention, cluster, 0.85)
                return
