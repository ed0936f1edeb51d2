"""Joins the stages of reading: document in, annotation out."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

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
)


class Pipeline:
    """Reads documents. Loading takes about two seconds and 500 MB; nothing is loaded before the first document."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings.

        Args:
            settings: Which spaCy pipeline and which part of the gazetteer are used.
        """
        self.settings = settings
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
        for reading in self.readings(documents):
            yield reading.annotation()

    def readings(self, documents: Iterable[Document]) -> Iterator[Reading]:
        """Read documents and keep what the stages saw (tokens, sentences); for tools and tests."""
        from crisiskg.annotation.coreference import resolve_coreference
        from crisiskg.annotation.letter_case import restore_capitals
        from crisiskg.annotation.linking import link_entities
        from crisiskg.annotation.mentions import find_mentions
        from crisiskg.annotation.nlp import load_language, read_docs

        language = load_language(self.settings.spacy_model)
        gazetteer = self.gazetteer
        for document, doc in read_docs(language, documents, restore=lambda text: restore_capitals(text, gazetteer)):
            reading = Reading(document, doc)
            reading.warnings.extend(document.warnings)
            find_mentions(reading, self.gazetteer)
            resolve_coreference(reading, self.gazetteer)
            link_entities(reading, self.gazetteer)
            reading.holdings = {
                entity.id: tuple(held)
                for entity in reading.entities
                if entity.type == "Person" and entity.iri is not None and (held := self.gazetteer.holdings_of(entity.iri))
            }
            for stage in self.stages:
                stage(reading)
            yield reading
