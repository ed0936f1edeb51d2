"""State that the parts of coreference share: clusters, who owns which mention, what was spoken of last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from spacy.tokens import Token

from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.gazetteer import Entry, Gazetteer
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType, Mention
from crisiskg.annotation.senses import best_entry

#: Clusters, counted back from the last one spoken of, among which an antecedent is looked for.
REACH = 150
#: What stands before the short name of a state in its official one.
_OFFICIAL = re.compile(
    r"(?:(?:Federal|Islamic|People's|Arab|Socialist|United) )*(?:Republic|Kingdom|State|Sultanate|Government) of (?:the )?"
)


class Resolution:
    """Mentions and clusters of one document while they are tied.

    Attributes:
        owner: Cluster by mention id.
        scores: Probability in [0, 1] that a mention is tied rightly, by mention id.
        by_name: Cluster by folded name and coarse type.
        by_entry: Cluster by IRI of its reference entry.
    """

    def __init__(self, reading: Reading, gazetteer: Gazetteer) -> None:
        """Start with nothing tied."""
        self.reading = reading
        self.gazetteer = gazetteer
        self.doc = reading.doc
        self.day = reading.published.latest if reading.published is not None else None
        self.clusters: dict[int, Cluster] = {}
        self.owner: dict[str, Cluster] = {}
        self.scores: dict[str, float] = {}
        self.by_name: dict[tuple[str, str], Cluster] = {}
        self.by_entry: dict[str, Cluster] = {}
        self.by_word: dict[str, dict[int, Cluster]] = {}
        self.by_initials: dict[str, dict[int, Cluster]] = {}
        self.by_body: dict[tuple[str, str], Cluster] = {}
        self.by_lead: dict[tuple[str, int], Cluster] = {}
        self.order: dict[int, Cluster] = {}
        self.position = {mention.id: number for number, mention in enumerate(reading.mentions)}
        self.sentence_number = {sentence.start: number for number, sentence in enumerate(reading.sentences)}
        self._entries: dict[tuple[str, EntityType], Entry | None] = {}

    def new(self) -> Cluster:
        """Make a cluster."""
        cluster = Cluster()
        self.clusters[id(cluster)] = cluster
        return cluster

    def tie(self, mention: Mention, cluster: Cluster, score: float) -> None:
        """Put a mention into a cluster."""
        cluster.add(mention)
        self.owner[mention.id] = cluster
        self.scores[mention.id] = score

    def touch(self, cluster: Cluster, mention: Mention) -> None:
        """Note that the text speaks of a cluster here; offsets ascend."""
        cluster.last = mention.start
        cluster.latest = mention
        self.order.pop(id(cluster), None)
        self.order[id(cluster)] = cluster

    def merge(self, kept: Cluster, gone: Cluster) -> Cluster:
        """Make one cluster of two."""
        if kept is gone:
            return kept
        kept.absorb(gone)
        for mention in gone.mentions:
            self.owner[mention.id] = kept
        self.clusters.pop(id(gone), None)
        for key, cluster in self.by_name.items():
            if cluster is gone:
                self.by_name[key] = kept
        for iri, cluster in self.by_entry.items():
            if cluster is gone:
                self.by_entry[iri] = kept
        for key, cluster in self.by_body.items():
            if cluster is gone:
                self.by_body[key] = kept
        for lead, cluster in self.by_lead.items():
            if cluster is gone:
                self.by_lead[lead] = kept
        if self.order.pop(id(gone), None) is not None and id(kept) not in self.order:
            self.order[id(kept)] = kept
        for table in (self.by_word, self.by_initials):
            for found in table.values():
                if found.pop(id(gone), None) is not None:
                    found[id(kept)] = kept
        return kept

    def recent(self, before: int) -> Iterator[Cluster]:
        """Yield the clusters that were spoken of before an offset, the last one first."""
        for key in islice(reversed(self.order), REACH):
            if self.order[key].last < before:
                yield self.order[key]

    def sentence_limit(self, token: Token, count: int) -> int:
        """Return the offset at which the sentence that lies `count` sentences back begins."""
        sentences = self.reading.sentences
        if not sentences:
            return 0
        number = self.sentence_number.get(self.reading.sentence_of(token.i).start, 0)
        return int(sentences[max(number - count, 0)].start_char)

    def entry_of(self, mention: Mention) -> Entry | None:
        """Return the reference entry that a name stands for."""
        key = mention.text, mention.type
        if key not in self._entries:
            entry = best_entry(mention, self.gazetteer, self.day, self.reading)
            if entry is None and (official := _OFFICIAL.match(mention.text)) is not None:
                plain = best_entry(
                    replace(mention, text=mention.text[official.end() :], type="State"), self.gazetteer, self.day, self.reading
                )
                entry = plain if plain is not None and plain.type == "State" else None
            self._entries[key] = entry
        return self._entries[key]


def compatible(noun: EntityType, other: EntityType, plural: bool, other_plural: bool | None) -> bool:
    """Whether a nominal of one type may stand for an entity of another type.

    >>> compatible("Organization", "ArmedGroup", False, False), compatible("Person", "State", False, False)
    (True, False)
    """
    if other_plural is not None and plural != other_plural and not (noun in ORGANIZATIONS and other in ORGANIZATIONS):
        return False
    if noun == other:
        return True
    if noun == "Organization" and other in ORGANIZATIONS:
        return True
    if other == "Organization" and noun in ORGANIZATIONS:
        return True
    return {noun, other} in ({"PopulationGroup", "ArmedGroup"}, {"PopulationGroup", "SecurityForce"}) and plural == bool(
        other_plural
    )
