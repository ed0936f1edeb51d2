"""Joins the stages of reading: document in, annotation out."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document

if TYPE_CHECKING:
    from crisiskg.annotation.gazetteer import Gazetteer
    from crisiskg.settings import Settings

#: Stages after the names, in order: module of this package, function that takes a Reading.
STAGES: tuple[tuple[str, str], ...] = (
    ("times", "find_times"),
    ("dating", "infer_publication"),
    ("quantities", "find_quantities"),
    ("attributions", "find_attributions"),
    ("relations", "find_relations"),
    ("events", "find_events"),
    ("event_setting", "find_setting"),
)


class Reader(Protocol):
    """An optional reader that takes the place of some of the rules (`crisiskg.readers`).

    Attributes:
        description: Name and version, for the provenance of claims.
        writes: What it writes: "mentions", "relations", "events". The calibration of the rules is not for these.
    """

    @property
    def description(self) -> str:
        """See above."""

    @property
    def writes(self) -> frozenset[str]:
        """See above."""

    def find_names(self, reading: Reading) -> None:
        """Change the mentions, before they are tied to entities."""

    def find_claims(self, reading: Reading) -> None:
        """Change what the last stages found."""


class Pipeline:
    """Reads documents. Loading takes about two seconds and 500 MB; nothing is loaded before the first document."""

    def __init__(self, settings: Settings, reader: Reader | None = None) -> None:
        """Keep the settings.

        Args:
            settings: Which spaCy pipeline and which part of the gazetteer are used.
            reader: What takes the place of some of the rules; None for the rules alone.
        """
        self.settings = settings
        self.reader = reader
        self._gazetteer: Gazetteer | None = None
        self._stages: list[Callable[[Reading], None]] | None = None

    @property
    def gazetteer(self) -> Gazetteer:
        """Names of the reference data and of settlements."""
        if self._gazetteer is None:
            from crisiskg.annotation.gazetteer import load_gazetteer

            self._gazetteer = load_gazetteer(self.settings)
            # Model and gazetteer stay for good: without this, each full collection of garbage walks through all of them.
            gc.collect()
            gc.freeze()
        return self._gazetteer

    @property
    def stages(self) -> list[Callable[[Reading], None]]:
        """Functions of the stages after the names, in order."""
        if self._stages is None:
            self._stages = []
            for module, function in STAGES:
                name = f"crisiskg.annotation.{module}"
                self._stages.append(getattr(importlib.import_module(name), function))
        return self._stages

    def annotate(self, document: Document) -> Annotation:
        """Read one document.

        Args:
            document: What to read; an empty text gives an empty annotation.

        Returns:
            All that was found.

        Raises:
            ModelUnavailable: spaCy's pipeline or the gazetteer is not installed or not what it should be.
        """
        return next(self.pipe([document]))

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        """Read documents, several at once where that is faster.

        Yields:
            One annotation for each document, in their order.

        Raises:
            ModelUnavailable: spaCy's pipeline or the gazetteer is not installed or not what it should be.
        """
        from crisiskg.annotation.calibration import calibrate, load_curves

        written = frozenset() if self.reader is None else self.reader.writes
        curves = {kind: curve for kind, curve in load_curves().items() if kind not in written}
        for reading in self.readings(documents):
            yield calibrate(reading.annotation(), curves)

    def readings(self, documents: Iterable[Document]) -> Iterator[Reading]:
        """Read documents and keep what the stages saw (tokens, confidences before calibration); for tools and tests."""
        from crisiskg.annotation.coreference import resolve_coreference
        from crisiskg.annotation.english_words import EnglishWords
        from crisiskg.annotation.learned import learned_reader
        from crisiskg.annotation.letter_case import restore_capitals
        from crisiskg.annotation.linking import link_entities
        from crisiskg.annotation.mentions import find_mentions
        from crisiskg.annotation.name_candidates import gazetteer_names
        from crisiskg.annotation.nlp import load_language, read_docs

        language = load_language(self.settings.spacy_model)
        learned = learned_reader() if self.settings.learned_reader else None
        gazetteer, english = self.gazetteer, EnglishWords(language)
        for document, doc in read_docs(language, documents, restore=lambda text: restore_capitals(text, gazetteer, english)):
            reading = Reading(document, doc)
            reading.warnings.extend(document.warnings)
            if learned is not None:
                reading.learned = learned.read(doc, reading.sentences, gazetteer_names(reading, gazetteer))
            find_mentions(reading, self.gazetteer)
            if self.reader is not None:
                self.reader.find_names(reading)
            resolve_coreference(reading, self.gazetteer)
            link_entities(reading, self.gazetteer)
            reading.holdings = {
                entity.id: tuple(held)
                for entity in reading.entities
                if entity.type == "Person" and entity.iri is not None and (held := self.gazetteer.holdings_of(entity.iri))
            }
            for stage in self.stages:
                stage(reading)
            if self.reader is not None:
                self.reader.find_claims(reading)
            yield reading
