"""Ties "I" and "we": inside quotation marks to who speaks, outside to the author, the publisher or who issued the statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from crisiskg.annotation.antecedents import AntecedentChoice
from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.records import EntityType, Mention
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

#: The label of a turn in a written conversation.
_TURN = re.compile(r"^([A-ZÀ-Þ][^:.!?\n]{1,40}):[ \t]+\S", re.MULTILINE)
_MIN_TURNS = 4
#: Length of the part of a text in which its speaker is named before he begins.
_HEAD_CHARS = 500
_SPEECH_OF = re.compile(
    r"\b(?:remarks|statement|briefing|speech|address|testimony|lecture|interview)\b[^.\n]*"
    r"\b(?:by|of|from|with)\s+(?:[A-Z][\w.-]* )*\Z",
    re.IGNORECASE,
)
_TITLES = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|H\.E|Ambassador|General|Professor|President|Minister)\b\.?")
#: An office behind a speaker's name, in capitals; not a place and day ("Anna Vale, 4 May 2020" is an author).
_OFFICE = re.compile(
    r",\s+(?:(?:the|Deputy|Assistant|Acting|Special|Permanent|United|Under|UN|High|Executive|Vice)[ -])*[\w -]{0,40}?"
    r"\b(?:Representative|Envoy|Head|Director|Secretary|Chair|Chairperson|Chairman|Coordinator|Commissioner|Minister|President"
    r"|Ambassador|Adviser|Rapporteur|Commander|Spokesperson|Chief)\b"
)

#: Kinds of documents in which "we" outside quotation marks is the publisher.
_OWN_VOICE = frozenset({"commentary", "analysis", "report", "statement", "entry", "web-page", "podcast-episode"})

_WORDS = "statement|appeal|open letter|declaration|communiqué|communique|submission|resolution"
#: A title that says that somebody issues the text.
_ISSUED = re.compile(rf"\b(?:{_WORDS})\b", re.IGNORECASE)
#: What stands before the name of who issues it.
_BY = re.compile(rf"\b(?:{_WORDS})\s+(?:by|from|of)\s+(?:the\s+)?\Z", re.IGNORECASE)
#: Sentences at the start of a text in which its issuer is looked for: title and first sentence.
_OPENING = 2


class FirstPersonCoreference(AntecedentChoice):
    """The part of coreference that ties the first person."""

    def tie_first_person(self, mention: Mention, token: Token, kind: str) -> None:
        """Tie "I" or "we"; one of which nobody can say who speaks stays untied.

        Args:
            mention: The pronoun.
            token: Its token.
            kind: "i" or "we".
        """
        if self.in_quotation(mention.start):
            speaker = self._speaker(token, kind)
            if speaker is not None:
                self.tie(mention, speaker, 0.6)
            return
        turn = self._turn(mention.start)
        if turn is not None:
            speaker = self._named_at(*turn)
            if speaker is not None and kind == "i":
                self.tie(mention, speaker, 0.75)
            if kind == "i":
                return
        document = self.reading.document
        if kind == "i" and (speaker := self._speaker_of_text()) is not None:
            self.tie(mention, speaker, 0.75)
            return
        authors = [c.name for c in document.contributions if c.part == "author"]
        if kind == "we" and document.publisher:
            if document.kind in _OWN_VOICE:
                self.tie(mention, self._writer(document.publisher, "Organization"), 0.7)
        elif len(authors) == 1 and (kind == "i" or document.kind in _OWN_VOICE):
            self.tie(mention, self._writer(authors[0], "Person"), 0.7)
        elif kind == "we" and (issuer := self._issuer(mention)) is not None:
            self.tie(mention, issuer, 0.7)

    def _turn(self, offset: int) -> tuple[int, int] | None:
        """Return the label of the turn of a written conversation in which an offset lies: "Anna Vale: …" opens a line."""
        if self._turns is None:
            found = [match.span(1) for match in _TURN.finditer(self.reading.document.text)]
            labels = [self.reading.document.text[a:b] for a, b in found]
            self._turns = found if len(labels) >= _MIN_TURNS and 2 <= len(set(labels)) < len(labels) else []
        before = [span for span in self._turns if span[1] <= offset]
        return before[-1] if before else None

    def _named_at(self, start: int, end: int) -> Cluster | None:
        """Return the person whom a stretch of the text names, or whose surname it is."""
        text = self.reading.document.text
        for mention in self.reading.mentions:
            if mention.start >= end:
                break
            if mention.start >= start and mention.kind == "name" and (owner := self.owner.get(mention.id)) is not None:
                return owner if owner.type == "Person" else None
        last = fold_name(text[start:end]).split()[-1:]
        persons = [
            cluster
            for (name, family), cluster in self.by_name.items()
            if family == "Person" and last and name.split()[-1:] == last
        ]
        return persons[0] if len({id(cluster) for cluster in persons}) == 1 else None

    def _speaker_of_text(self) -> Cluster | None:
        """Return the one person whom the lines before the first sentence name as speaker: "Anna Vale, Head of the Mission".

        The name begins its line and is followed by an office, or the title calls the text his: "Remarks by Anna Vale".
        """
        if self._spoken_by is None:
            self._spoken_by = tuple(self._find_speakers())
        return self._spoken_by[0] if len({id(cluster) for cluster in self._spoken_by}) == 1 else None

    def _find_speakers(self) -> Iterator[Cluster]:
        text = self.reading.document.text
        for mention in self.reading.mentions:
            if mention.start >= _HEAD_CHARS:
                return
            owner = self.owner.get(mention.id)
            if mention.kind != "name" or owner is None or owner.type != "Person":
                continue
            first = text.rfind("\n", 0, mention.start) + 1
            line = text[first : (text.find("\n", mention.end) + 1 or len(text) + 1) - 1]
            if line.rstrip().endswith((".", "!", "?", ":")) or first + len(line) >= len(text):
                continue  # prose
            before, behind = text[first : mention.start], text[mention.end : first + len(line)]
            if _SPEECH_OF.search(before) or (first and not _TITLES.sub("", before).strip() and _OFFICE.match(behind)):
                yield owner

    def _speaker(self, token: Token, kind: str) -> Cluster | None:
        """Return who says a quotation: one person for "I", several people or a body for "we"."""
        number = self.sentence_of(token)
        for near in (number, number + 1, number - 1) if kind == "i" else (number,):
            if not 0 <= near < len(self.reading.sentences):
                continue
            for word in self.reading.sentences[near]:
                if word.lemma_ in _SPEECH and word.pos_ == "VERB" and not self.in_quotation(word.idx):
                    for speaker in self._subjects(word):
                        one = speaker.type == "Person" and not speaker.plural
                        if one if kind == "i" else not one and speaker.coarse in ("Organization", "PopulationGroup", "Person"):
                            return speaker
        return None

    def _subjects(self, verb: Token) -> Iterator[Cluster]:
        for child in verb.children:
            if child.dep_ == "nsubj" and not self.in_quotation(child.idx):
                for mention in self.reading.mentions_at(child.i):
                    if mention.id in self.owner and self.reading.head_of(mention).i == child.i:
                        yield self.owner[mention.id]

    def _issuer(self, pronoun: Mention) -> Cluster | None:
        """Return the organization that issues the text, where its title and first sentence say so.

        "A statement by the Harbour Watch"; under a title with such a word, the subject of the first sentence.
        """
        if self._issued is None:
            self._issued = tuple(self._find_issuer())
        return self._issued[0] if self._issued and self._issued[0].first < pronoun.start else None

    def _find_issuer(self) -> Iterator[Cluster]:
        text, sentences = self.reading.document.text, self.reading.sentences[:_OPENING]
        if len(sentences) < _OPENING:
            return
        title_end, end = sentences[0].end_char, sentences[-1].end_char
        issued = _ISSUED.search(text[:title_end]) is not None
        for mention in self.reading.mentions:
            if mention.start >= end:
                return
            cluster = self.owner.get(mention.id)
            if mention.kind != "name" or cluster is None or cluster.coarse != "Organization":
                continue
            head = self.reading.head_of(mention)
            if _BY.search(text[max(mention.start - 40, 0) : mention.start]) or (
                issued and mention.start >= title_end and head.dep_ == "nsubj" and head.head.dep_ == "ROOT"
            ):
                yield cluster

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
