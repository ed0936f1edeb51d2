"""Ties pronouns: relative ones to their noun, personal ones to the likeliest antecedent, the first person to the speaker."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.pronouns import PERSONAL, relative_head
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType, Mention
from crisiskg.annotation.resolution import Resolution
from crisiskg.annotation.settlements import fold_name

_SPEECH = frozenset(
    [
        "say",
        "tell",
        "add",
        "announce",
        "warn",
        "claim",
        "argue",
        "insist",
        "write",
        "declare",
        "state",
        "note",
        "explain",
        "reply",
        "recall",
    ]
)


#: Kinds of documents in which "we" outside quotation marks is the publisher.
_OWN_VOICE = frozenset({"commentary", "analysis", "report", "statement", "entry", "web-page", "podcast-episode"})


class PronounCoreference(Resolution):
    """The part of coreference that ties pronouns."""

    def tie_pronoun(self, mention: Mention, token: Token) -> None:
        """Tie a pronoun to its antecedent; one that is not clear stays untied."""
        lower = token.lower_
        kind = PERSONAL.get(lower)
        if kind is None:
            self._relative(mention, token)
            return
        if kind in ("i", "we"):
            self._first_person(mention, token, kind)
            return
        best: Cluster | None = None
        best_score = 0.0
        limit = self.sentence_limit(token, 1 if kind == "it" else 3)
        sentence = self.reading.sentence_of(token.i)
        for cluster in self.recent(mention.start):
            if cluster.last < limit:
                break
            score = self._pronoun_score(kind, token, cluster, sentence.start_char)
            if score > best_score:
                best, best_score = cluster, score
        threshold = {"he": 0.5, "she": 0.5, "they": 1.0, "it": 1.2}[kind]
        if best is None or best_score < threshold:
            return
        self.tie(mention, best, min(0.9, 0.45 + 0.12 * best_score))
        self.touch(best, mention)
        if kind in ("he", "she"):
            best.sex = best.sex or ("m" if kind == "he" else "f")

    def _pronoun_score(self, kind: str, token: Token, cluster: Cluster, sentence_start: int) -> float:
        group = cluster.coarse
        if kind in ("he", "she"):
            if (
                cluster.type != "Person"
                or cluster.plural
                or (cluster.sex is not None and cluster.sex != ("m" if kind == "he" else "f"))
            ):
                return 0.0
            score = 1.0 + (0.3 if cluster.sex is not None else 0.0)
        elif kind == "they":
            if group in ("Location", "NamedEvent") and not cluster.plural:
                return 0.0
            if group == "Person" and not cluster.plural:
                return 0.0
            score = 1.5 if cluster.plural else (0.6 if group == "Organization" else 0.0)
            if score == 0.0:
                return 0.0
        else:
            if cluster.plural or group in ("Person", "PopulationGroup"):
                return 0.0
            score = {"Organization": 1.1, "Location": 0.7, "NamedEvent": 0.4}[group]
            if cluster.type == "State":
                score = 1.1
        antecedent = cluster.latest
        if antecedent is None:
            return 0.0
        head = self.reading.head_of(antecedent)
        if self._same_clause_object(token, head):
            return 0.0
        in_sentence = antecedent.start >= sentence_start
        role = head.dep_
        if role in ("nsubj", "nsubjpass"):
            score += 0.8
        elif role == "poss":
            score += 0.15
        elif role in ("pobj", "compound", "amod", "nmod"):
            score -= 0.3
        if antecedent.kind == "pronoun" and antecedent.text.lower() in PERSONAL:
            score += 0.5
        if in_sentence:
            score += 0.35
        distance = token.i - head.i
        score -= min(distance, 80) * 0.012
        if token.dep_ in ("nsubj", "nsubjpass") and role in ("nsubj", "nsubjpass"):
            score += 0.25
        if cluster.names:
            score += 0.15 + 0.05 * min(len(cluster.mentions), 4)
        return score

    @staticmethod
    def _same_clause_object(token: Token, head: Token) -> bool:
        """Whether pronoun and antecedent are subject and object of one verb, which only "himself" may be."""
        if token.lower_.endswith(("self", "selves")) or token.dep_ == "poss":
            # "Mali's its" cannot be; "its army" may go back to the subject
            return token.dep_ == "poss" and head.dep_ == "poss" and head.head is token.head
        return head.head is token.head and head.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj", "dative")

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

    def _first_person(self, mention: Mention, token: Token, kind: str) -> None:
        """Tie "I" and "we" inside quotation marks to the speaker, outside to the author or publisher that the text names."""
        if in_quotation(self.reading, mention.start):
            if kind != "i":
                return
            sentence = self.reading.sentence_of(token.i)
            number = self.sentence_number.get(sentence.start, 0)
            for near in (number, number + 1, number - 1):
                if not 0 <= near < len(self.reading.sentences):
                    continue
                for word in self.reading.sentences[near]:
                    if word.lemma_ in _SPEECH and word.pos_ == "VERB":
                        for child in word.children:
                            if child.dep_ != "nsubj" or in_quotation(self.reading, child.idx):
                                continue
                            for speaker in self.reading.mentions_at(child.i):
                                if speaker.id in self.owner and self.owner[speaker.id].type == "Person":
                                    self.tie(mention, self.owner[speaker.id], 0.6)
                                    return
            return
        document = self.reading.document
        authors = [c.name for c in document.contributions if c.part == "author"]
        if kind == "we" and document.publisher:
            if document.kind in _OWN_VOICE:
                self.tie(mention, self._writer(document.publisher, "Organization"), 0.7)
        elif len(authors) == 1 and (kind == "i" or document.kind in _OWN_VOICE):
            self.tie(mention, self._writer(authors[0], "Person"), 0.7)

    def _writer(self, name: str, kind: EntityType) -> Cluster:
        """Return the cluster of who writes: the publisher or the author, whom the text itself need not name."""
        family = coarse(kind)
        cluster = self.by_name.get((fold_name(name), family))
        if cluster is None:
            entry = next((entry for entry, _ in self.gazetteer.senses(name) if coarse(entry.type) == family), None)
            cluster = self.by_entry.get(entry.iri) if entry is not None else None
            if cluster is None:
                cluster = self.new()
                cluster.label, cluster.entry, cluster.plural = name, entry, False
                cluster.types[kind] += 1
                if entry is not None:
                    self.by_entry[entry.iri] = cluster
            self.by_name[(fold_name(name), family)] = cluster
        return cluster


def in_quotation(reading: Reading, offset: int) -> bool:
    """Whether an offset lies within quotation marks that its paragraph opens."""
    text = reading.document.text
    start = text.rfind("\n", 0, offset) + 1
    before = text[start:offset]
    opened = before.count("“") - before.count("”")
    return opened > 0 or before.count('"') % 2 == 1
