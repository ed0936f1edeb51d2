"""Ties nominals that the text itself explains: "a militia known as X", "the town of X", "the host is X", "Mali's capital"."""

from __future__ import annotations

import re

from spacy.tokens import Token

from crisiskg.annotation.antecedents import AntecedentChoice
from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.records import Mention
from crisiskg.annotation.resolution import compatible
from crisiskg.annotation.settlements import fold_name

#: Words between a nominal and the name that it goes by.
_GOES_BY = re.compile(
    r",?\s+(?:(?:who|which|that)\s+)?"
    r"(?:calls?\s+(?:itself|themselves|himself|herself)"
    r"|(?:is\s+|are\s+)?(?:also\s+|better\s+|commonly\s+|locally\s+)?(?:known|referred\s+to)\s+as"
    r"|(?:asked\s+(?:that\s+(?:he|she|they)\s+|to\s+)be\s+(?:called|named|identified)(?:\s+only)?(?:\s+as|\s+by)?)"
    r"|called|named|nicknamed|dubbed)\s+(?:the\s+)?[\"“‘]?"
)
#: How many characters such words may have.
_LONGEST = 60
#: Nouns that stand before the name of a place, "of" between: the place itself, and not a part of it.
_SETTLEMENTS = frozenset(
    ["city", "town", "village", "hamlet", "municipality", "port", "province", "island", "department", "governorate", "county"]
)


class NominalDefinitions(AntecedentChoice):
    """The part of coreference that ties nominals to the names that the text gives them."""

    def defined(self, mention: Mention, head: Token) -> Cluster | None:
        """Return the cluster of the name that a nominal is said to have; None where the text says none."""
        if head.lemma_.lower() == "capital":
            return self._capital(mention, head)
        return self._goes_by(mention, head) or self._of_name(head) or self._said_to_be(mention, head)

    def _goes_by(self, mention: Mention, head: Token) -> Cluster | None:
        """The name behind "known as" or "who call themselves"."""
        text = self.reading.document.text
        place = self.position.get(mention.id, 0)
        for other in self.reading.mentions[place + 1 : place + 6]:
            if other.kind != "name" or other.start < mention.end:
                continue
            if other.start - mention.end > _LONGEST or _GOES_BY.fullmatch(text, mention.end, other.start) is None:
                return None
            cluster = self.owner.get(other.id)
            plural = head.tag_ in ("NNS", "NNPS")
            return cluster if cluster is not None and compatible(mention.type, cluster.type, plural, cluster.plural) else None
        return None

    def _of_name(self, head: Token) -> Cluster | None:
        """The place in "the town of X"; "a town of X" lies in X."""
        if head.lemma_.lower() not in _SETTLEMENTS or head.tag_ == "NNS":
            return None
        if any(child.dep_ in ("amod", "nummod", "poss") or child.lower_ in ("a", "an", "no", "every") for child in head.lefts):
            return None
        behind = next((child for child in head.rights), None)
        if behind is None or behind.lower_ != "of" or behind.i != head.i + 1:
            return None
        start = behind.i + 1
        if start >= len(self.doc):
            return None
        for other in self.reading.mentions_at(start):
            cluster = self.owner.get(other.id)
            if other.kind == "name" and other.start == self.doc[start].idx and cluster is not None and cluster.type == "Place":
                return cluster
        return None

    def _said_to_be(self, mention: Mention, head: Token) -> Cluster | None:
        """The person in "the moderator is X"."""
        verb = head.head
        if mention.type != "Person" or head.dep_ != "nsubj" or verb.lemma_ != "be" or head.tag_ == "NNS":
            return None
        if any(child.dep_ in ("neg", "aux") for child in verb.children):
            return None
        for token in verb.rights:
            if token.dep_ != "attr" or token.pos_ != "PROPN":
                continue
            for other in self.reading.mentions_at(token.i):
                if other.kind == "name" and other.type == "Person" and other.id in self.owner:
                    return self.owner[other.id]
        return None

    def _capital(self, mention: Mention, head: Token) -> Cluster | None:
        """The city that is the capital of the state that is named with it, or the one capital that the text spoke of."""
        if head.tag_ == "NNS":
            return None
        span = self.reading.span_of(mention)
        states = [
            cluster.entry
            for other in self.reading.mentions_in(span.start, span.end)
            if other.kind == "name" and (cluster := self.owner.get(other.id)) is not None and cluster.entry is not None
        ]
        if states:
            return self._city_of(states[0])
        if len(span) > 2 or span[0].lower_ != "the":
            return None  # "the regional capital", "his capital"
        found = {
            id(cluster): cluster
            for cluster in self.recent(mention.start)
            if cluster.type == "Place" and any(self.gazetteer.state_of_capital(name) is not None for name in cluster.names)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def _city_of(self, state: Entry) -> Cluster | None:
        """The cluster of a state's capital as a place, wherever the text names it."""
        city = self.gazetteer.entries.get(state.capital or "")
        if city is None:
            return None
        found = self.by_entry.get(city.iri) or self.by_name.get((fold_name(city.label), coarse(city.type)))
        return found if found is not None and found.type == "Place" else None
