"""The write path: input is kept, read, annotated, mapped, validated, and written or put into quarantine.

Every input and every document that was received is afterwards either published or in quarantine with a reason; nothing is lost
on the way. What the store already holds in the same form is not written again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from crisiskg.annotating import Annotating, Annotator, Failure, Here, Processes, failure_of
from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document
from crisiskg.errors import ModelUnavailable
from crisiskg.graph.build import build
from crisiskg.graph.runs import Run
from crisiskg.ground import lay_ground
from crisiskg.interruption import uninterrupted
from crisiskg.iris import digest, mint_document_graph
from crisiskg.journal import canonical_digest
from crisiskg.quarantine import Entry, Quarantine, Stage
from crisiskg.raw import RawInputs
from crisiskg.vocabulary import codebook_version

if TYPE_CHECKING:
    from crisiskg.generations import Generations
    from crisiskg.settings import Settings
    from crisiskg.sources.text import SourceFailure
    from crisiskg.store import Store
    from crisiskg.validation import Report

#: Writes are made to last after so many documents or so many seconds, whichever is first.
_FLUSH_DOCUMENTS = 50
_FLUSH_S = 1.0


Validator = Callable[[Iterable[ox.Quad]], "Report"]


@dataclass(slots=True)
class Summary:
    """What became of the inputs: received = published + quarantined, at any time.

    Attributes:
        received: Documents, and inputs that could not be read.
        published: Documents that are in the store, as acknowledged by it; unchanged ones count.
        unchanged: Documents of these that the store held already.
        quarantined: Documents and inputs that went to quarantine; unreadable ones count.
        failed: Inputs of these that could not be read.
        generation: Number of the generation published last; 0 where there is none.
        withheld: Claims that were found and kept out of the graph, below the setting publish_threshold, by kind.
        warnings: What readers of sources and of texts noticed, by source.
        waiting: The new entries of the quarantine.
    """

    received: int = 0
    published: int = 0
    unchanged: int = 0
    quarantined: int = 0
    failed: int = 0
    generation: int = 0
    withheld: dict[str, int] = field(default_factory=lambda: {"events": 0, "relations": 0})
    warnings: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)


class Ingest:
    """One run of the write path. It is the only writer of its store.

    Args:
        settings: Base IRI, thresholds, limits.
        pipeline: Annotates documents, here or in several processes.
        validate: Holds quads to the shapes.
        run: What reads, for provenance.
        store: Where to write; None only tries (nothing is kept anywhere).
        folder: Where raw inputs and the quarantine lie; needed with a store.
    """

    def __init__(
        self,
        settings: Settings,
        pipeline: Annotator | Here | Processes,
        validate: Validator,
        run: Run,
        store: Store | None = None,
        folder: Path | None = None,
    ) -> None:
        self._settings = settings
        self._base = settings.base_iri
        self._annotating: Annotating = pipeline if isinstance(pipeline, (Here, Processes)) else Here(pipeline)
        self._validate = validate
        self._run = run
        self._store = store
        self.raw = RawInputs(folder / "raw") if store is not None and folder is not None else None
        self.quarantine = Quarantine(folder / "quarantine") if store is not None and folder is not None else None
        self.summary = Summary()
        self._unflushed: list[Document] = []
        self._flushed_at = time.monotonic()
        self._since_publication = 0
        self._changed = False

    def prepare(self) -> None:
        """Bring vocabulary, reference data and the run into the store, where they are missing or another version.

        Raises:
            StoreError: the store or the installation is broken.
        """
        store = self._store
        if store is None:
            return
        self._changed = lay_ground(store, self._run, self._base) or self._changed
        generations: Generations | None = getattr(store, "generations", None)
        if generations is not None and not generations.is_published():
            self._changed = True  # readers have nothing to open

    def keep(self, sha256: str, data: bytes) -> None:
        """Keep the bytes of an input before anything else is done with it; readers call this."""
        if self.raw is not None:
            self.raw.keep(sha256, data)

    def ingest(self, items: Iterable[Document | SourceFailure], progress: Callable[[Summary], None] | None = None) -> Summary:
        """Take in documents and failures to read.

        Args:
            items: What readers yield.
            progress: Is called after each document.

        Returns:
            What became of them. An interruption leaves a consistent store; `summary` then says how far it came.

        Raises:
            ModelUnavailable: nothing can be annotated.
            StoreError: the store failed; what was acknowledged before stays.
        """
        try:
            for document, outcome in self._annotating.outcomes(self._readable(items)):
                with uninterrupted():
                    self.summary.received += 1
                    noticed = document.warnings if isinstance(outcome, Failure) else (*document.warnings, *outcome.warnings)
                    self.summary.warnings.extend((document.source, warning) for warning in dict.fromkeys(noticed))
                    if isinstance(outcome, Failure):
                        self._set_aside(document, "annotate", outcome)
                    else:
                        self._take(document, outcome)
                    self._flush_when_due()
                if progress is not None:
                    progress(self.summary)
        finally:
            with uninterrupted():
                self._finish()
            if progress is not None:
                progress(self.summary)
        return self.summary

    def retry(self, entries: Iterable[Entry], progress: Callable[[Summary], None] | None = None) -> Summary:
        """Read the kept inputs of quarantine entries again.

        Args:
            entries: Entries whose bytes are kept; those of one input are read once.
            progress: As for `ingest`.

        Returns:
            What became of all documents of these inputs.
        """
        from crisiskg.sources import read_bytes

        assert self.raw is not None
        assert self.quarantine is not None
        raw, quarantine = self.raw, self.quarantine
        by_input: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.raw_sha256:
                by_input.setdefault(entry.raw_sha256, []).append(entry)

        def again() -> Iterator[Document | SourceFailure]:
            for sha256, waiting in by_input.items():
                data = raw.read(sha256)
                source, media_type = waiting[0].source, waiting[0].media_type
                url = source if source.startswith(("http://", "https://")) else None
                yield from read_bytes(data, source, self._settings, media_type=media_type, url=url, keep=self.keep)

        summary = self.ingest(again(), progress)
        still = {entry.key for entry in summary.waiting}
        for entry in (entry for waiting in by_input.values() for entry in waiting):
            if entry.key not in still:
                quarantine.remove(entry.key)
        return summary

    def _readable(self, items: Iterable[Document | SourceFailure]) -> Iterator[Document]:
        """Yield the documents; what could not be read goes to quarantine."""
        for item in items:
            if isinstance(item, Document):
                yield item
            else:
                with uninterrupted():
                    self.summary.received += 1
                    self._fail_to_read(item)

    def _fail_to_read(self, failure: SourceFailure) -> None:
        raw_sha256 = failure.raw_sha256
        if failure.raw is not None:
            own = hashlib.sha256(failure.raw).hexdigest()
            raw_sha256 = raw_sha256 or own
            # One item of a feed comes with the digest of the whole feed, which was kept before it was read.
            if self.raw is not None and own == raw_sha256:
                self.raw.keep(own, failure.raw)
        key = digest(failure.source, failure.location, raw_sha256, length=20)
        error = failure.error
        self.summary.failed += 1
        self._quarantine(
            Entry(key, "read", failure.message, error.code, failure.source, location=failure.location, raw_sha256=raw_sha256)
        )

    def _take(self, document: Document, annotation: Annotation) -> None:
        published = above_threshold(annotation, self._settings.publish_threshold)
        self.summary.withheld["events"] += len(annotation.events) - len(published.events)
        self.summary.withheld["relations"] += len(annotation.relations) - len(published.relations)
        annotation = published
        try:
            quads = build(document, annotation, self._run, self._base)
        except Exception as error:
            self._set_aside(document, "build", failure_of(error))
            return
        graph = mint_document_graph(document.key, self._base)
        if self._store is not None and self._store.digest(graph) == canonical_digest(quads)[1]:
            # It was validated when it was written; the shapes may be newer, so a retry validates again.
            self.summary.unchanged += 1
            self._acknowledge(document)
            return
        try:
            report = self._validate(quads)
        except Exception as error:
            self._set_aside(document, "validate", failure_of(error), quads)
            return
        if not report.conforms:
            self._refuse(document, quads, report)
            return
        if self._store is None:
            self.summary.published += 1
            return
        self._store.replace_graph(graph, quads)
        self._changed = True
        self._unflushed.append(document)
        self._since_publication += 1

    def _refuse(self, document: Document, quads: list[ox.Quad], report: Report) -> None:
        results = tuple(_plain(result) for result in report.results)
        first = results[0] if results else {}
        where = " ".join(str(first[name]) for name in ("focus_node", "path") if first.get(name))
        more = f", and {len(results) - 1} more" if len(results) > 1 else ""
        reason = f"the shapes refuse it: {first.get('message') or 'no message'} ({where}){more}"
        self._quarantine(self._entry(document, "validate", reason, "nonconforming", results), report.turtle(), quads)

    def _set_aside(self, document: Document, stage: Stage, failure: Failure, quads: list[ox.Quad] | None = None) -> None:
        self._quarantine(self._entry(document, stage, failure.message, failure.code), None, quads)

    def _entry(self, document: Document, stage: Stage, reason: str, code: str, results: tuple[dict[str, str], ...] = ()) -> Entry:
        return Entry(
            document.key,
            stage,
            reason,
            code,
            document.source,
            location=document.source_id,
            raw_sha256=document.raw_sha256,
            media_type=document.media_type,
            title=document.title,
            results=results,
        )

    def _quarantine(self, entry: Entry, report: str | None = None, quads: list[ox.Quad] | None = None) -> None:
        if self.quarantine is not None:
            entry = self.quarantine.put(entry, report=report, quads=quads)
        self.summary.quarantined += 1
        self.summary.waiting.append(entry)

    def _acknowledge(self, document: Document) -> None:
        self.summary.published += 1
        if self.quarantine is not None:
            self.quarantine.remove(document.key)

    def _flush_when_due(self) -> None:
        due = len(self._unflushed) >= _FLUSH_DOCUMENTS or time.monotonic() - self._flushed_at >= _FLUSH_S
        if self._unflushed and due:
            self._flush()
        if self._store is not None and self._since_publication >= self._settings.publish_every:
            self.summary.generation = self._store.publish()
            self._since_publication = 0
            self._changed = False

    def _flush(self) -> None:
        if self._store is not None:
            self._store.flush()
        for document in self._unflushed:
            self._acknowledge(document)
        self._unflushed.clear()
        self._flushed_at = time.monotonic()

    def _finish(self) -> None:
        if self._store is None:
            return
        self._flush()
        if self._changed:
            self.summary.generation = self._store.publish()
            self._changed = False


def above_threshold(annotation: Annotation, threshold: float) -> Annotation:
    """Return the annotation without the events and relations below a confidence in [0, 1].

    >>> above_threshold(Annotation(id="d"), 0.5) == Annotation(id="d")
    True
    """
    if threshold <= 0:
        return annotation
    return dataclasses.replace(
        annotation,
        events=tuple(event for event in annotation.events if event.confidence >= threshold),
        relations=tuple(relation for relation in annotation.relations if relation.confidence >= threshold),
    )


def describe_run(settings: Settings) -> Run:
    """Return what reads documents under these settings, for provenance.

    Raises:
        ModelUnavailable: the spaCy pipeline is not installed.
    """
    from crisiskg import __version__
    from crisiskg.annotation.local_reference import imports_of
    from crisiskg.annotation.weights import weights_sha256
    from crisiskg.readers import described

    name, sha256 = _model(settings.spacy_model)
    reader = described(settings)
    if reader is not None:
        name = f"{name} and {reader}"
    return Run(
        __version__,
        model_name=name,
        model_sha256=sha256,
        codebook_version=codebook_version(),
        settings=(
            ("gazetteer_min_population", str(settings.gazetteer_min_population)),
            ("learned_reader", str(settings.learned_reader).lower()),
            ("models", weights_sha256()),
            ("publish_threshold", str(settings.publish_threshold)),
            *((("reference_base", imports),) if (imports := imports_of(Path(settings.reference_base))) else ()),
            # The rules alone are the same run as before there were other readers.
            *((("reader", reader),) if reader is not None else ()),
        ),
    )


def _model(chosen: Path | None) -> tuple[str, str]:
    """Return name with version, and one SHA-256 for all files of weights, of the spaCy pipeline in use."""
    from crisiskg.annotation.nlp import WEIGHTS, model_folder

    path = model_folder(chosen)
    try:
        meta = json.loads((path / "meta.json").read_text("utf-8"))
        files = [path / name for name in sorted(WEIGHTS) if (path / name).is_file()]
        total = hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files))
        return f"{meta['lang']}_{meta['name']} {meta['version']}", total.hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(f"the meta.json of the spaCy pipeline in {path} cannot be read") from error


def _plain(result: object) -> dict[str, str]:
    """Return a result of the shapes as strings, without what is empty."""
    found = dataclasses.asdict(result) if dataclasses.is_dataclass(result) and not isinstance(result, type) else {}
    return {name: str(value) for name, value in found.items() if value is not None}
