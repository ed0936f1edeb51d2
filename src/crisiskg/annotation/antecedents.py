"""Chooses the antecedent of a pronoun or nominal among what the text spoke of before; "nothing here" is an answer too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from spacy.tokens import Token

from crisiskg.annotation.antecedent_features import Anaphor, antecedent_features, likeness
from crisiskg.annotation.antecedent_model import NETWORK_OF, antecedent_networks
from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.quotes import find_quotes
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention
from crisiskg.annotation.resolution import Resolution

#: Most candidates that are weighed for one anaphor: the last ones spoken of.
MOST = 12


class AntecedentChoice(Resolution):
    """The part of coreference that weighs candidates."""

    def __init__(self, reading: Reading, gazetteer: Gazetteer) -> None:
        """Find the quotations and start with nothing tied."""
        super().__init__(reading, gazetteer)
        self._quotes = [(quote.start, quote.end) for quote in find_quotes(reading.document.text)]
        self._quote_starts = [start for start, _ in self._quotes]
        self._merged: list[Cluster] = []
        self._spoken_by: tuple[Cluster, ...] | None = None
        self._turns: list[tuple[int, int]] | None = None
        self._issued: tuple[Cluster, ...] | None = None

    def merge(self, kept: Cluster, gone: Cluster) -> Cluster:
        """Make one cluster of two; what belonged to either belongs to it."""
        if kept is not gone:
            self._merged.append(gone)  # kept alive: its identity must not go to a new cluster
            for cluster in self.clusters.values():
                for held in (cluster.owners, cluster.states):
                    if id(gone) in held:
                        held.add(id(kept))
        return super().merge(kept, gone)

    def in_quotation(self, offset: int) -> bool:
        """Whether an offset lies within quotation marks."""
        at = bisect_right(self._quote_starts, offset) - 1
        return at >= 0 and offset < self._quotes[at][1]

    def touch(self, cluster: Cluster, mention: Mention) -> None:
        """Note that the text speaks of a cluster here; offsets ascend."""
        super().touch(cluster, mention)
        cluster.spoken += 1
        cluster.quoted = self.in_quotation(mention.start)
        cluster.sentence = self.sentence_of(self.reading.head_of(mention))
        cluster.opening = cluster.opening or cluster.sentence == 0

    def sentence_of(self, token: Token) -> int:
        """Return the number of the sentence that holds a token."""
        return self.sentence_number.get(self.reading.sentence_of(token.i).start, 0)

    def choose(self, anaphor: Anaphor, candidates: Sequence[Cluster], known: Sequence[bool]) -> tuple[Cluster | None, float]:
        """Choose what an anaphor stands for.

        Args:
            anaphor: The pronoun or nominal.
            candidates: What it may stand for, the last one spoken of first.
            known: Whether the nominal's noun takes up things of the candidate's type, one a candidate.

        Returns:
            The cluster, or None where nothing in the text is likelier; and the probability of that in [0, 1].
        """
        if not candidates:
            return None, 1.0
        rows = self.features(anaphor, candidates, known)
        shares = antecedent_networks()[NETWORK_OF[anaphor.kind]].probabilities(*rows)
        best = int(shares.argmax())
        return (candidates[best - 1] if best else None), float(shares[best])

    def features(
        self, anaphor: Anaphor, candidates: Sequence[Cluster], known: Sequence[bool]
    ) -> tuple[list[str], list[str], list[list[str]]]:
        """Return the features of "nothing is meant", of the anaphor, and of each candidate."""
        rows = []
        alike = likeness(anaphor, candidates)
        for rank, (cluster, fits, like) in enumerate(zip(candidates, known, alike, strict=True)):
            latest = cluster.latest
            assert latest is not None
            rows.append(antecedent_features(anaphor, cluster, latest, self.reading.head_of(latest), rank, fits, like))
        nothing = [f"0:{feature}" for feature in anaphor.features]
        nothing += ["0:", f"0:candidates={min(len(candidates), 8)}"]
        return nothing, anaphor.features, rows
