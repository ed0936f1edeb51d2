"""The write path: nothing that is received is lost, nothing is written twice, nothing torn is shown."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import ByHand, accept
from graph_records import RUN, story
from test_annotating import Told

from crisiskg.annotating import Processes
from crisiskg.annotation.records import Annotation, Event
from crisiskg.documents import Document
from crisiskg.errors import MalformedSource, ModelUnavailable, StoreError
from crisiskg.ingest import Ingest, Summary, above_threshold
from crisiskg.iris import mint_document_graph
from crisiskg.quarantine import Quarantine
from crisiskg.settings import load_settings
from crisiskg.sources.text import SourceFailure
from crisiskg.store import OxigraphStore
from crisiskg.validation import Report, Result
from crisiskg.vocabulary import reference_quads

SETTINGS = load_settings(publish_every=2)
REFUSED = Report(
    False, (Result("urn:node", "urn:path", "", "urn:shape", "urn:component", "it lacks a label", "urn:violation"),), 1
)


def texts(*names: str) -> list[Document]:
    return [Document(text=f"Text of {name}.", source=name, source_id=name) for name in names]


def a_run(store: OxigraphStore | None, folder: Path | None, **parts: object) -> Ingest:
    given = {"settings": SETTINGS, "pipeline": ByHand({}), "validate": accept, "run": RUN, **parts}
    return Ingest(store=store, folder=folder, **given)  # type: ignore[arg-type]


def adds_up(summary: Summary) -> bool:
    return summary.received == summary.published + summary.quarantined


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[OxigraphStore]:
    with OxigraphStore(folder) as opened:
        yield opened


def test_documents_are_published(store: OxigraphStore, folder: Path) -> None:
    summary = a_run(store, folder).ingest(texts("a", "b", "c"))
    assert (summary.received, summary.published, summary.quarantined) == (3, 3, 0)
    assert summary.generation == store.generations.current()
    published = ox.Store.read_only(str(store.generations.newest()[1]))
    assert len(list(published.named_graphs())) == 3


def test_story_is_published_with_the_real_shapes(store: OxigraphStore, folder: Path) -> None:
    from crisiskg.validation import validate

    document, annotation = story()
    summary = a_run(store, folder, pipeline=ByHand({document.key: annotation}), validate=validate).ingest([document])
    assert [entry.reason for entry in summary.waiting] == []
    assert summary.published == 1


def test_unchanged_documents_are_not_written_again(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder).ingest(texts("a", "b"))
    before = store.journal.last
    summary = a_run(store, folder).ingest(texts("a", "b"))
    assert (summary.published, summary.unchanged) == (2, 2)
    assert store.journal.last == before
    assert summary.generation == 0


def test_new_text_replaces_the_old(store: OxigraphStore, folder: Path) -> None:
    old, new = texts("a")[0], dataclasses.replace(texts("a")[0], text="Another text.")
    assert old.key == new.key
    a_run(store, folder).ingest([old])
    summary = a_run(store, folder).ingest([new])
    assert summary.unchanged == 0
    values = [quad.object.value for quad in store.quads(mint_document_graph(new.key)) if isinstance(quad.object, ox.Literal)]
    assert "Another text." in values
    assert "Text of a." not in values


@pytest.fixture
def few_references(monkeypatch: pytest.MonkeyPatch) -> None:
    few = reference_quads()[:500]
    monkeypatch.setattr("crisiskg.ground.reference_quads", lambda _: few)


@pytest.mark.usefixtures("few_references")
def test_vocabulary_and_reference_are_loaded_once(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder).prepare()
    assert {graph.rpartition("/")[2] for graph in store.graphs()} == {"vocabulary", "reference", "runs"}
    before = store.journal.last
    a_run(store, folder).prepare()
    assert store.journal.last == before


@pytest.mark.usefixtures("few_references")
def test_runs_are_added_up(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder).prepare()
    a_run(store, folder, run=dataclasses.replace(RUN, software_version="9.9.9")).prepare()
    assert len(store.select("SELECT ?run WHERE { ?run a <https://w3id.org/crisiskg/ontology#Run> }")) == 2


def test_what_does_not_conform_waits(store: OxigraphStore, folder: Path) -> None:
    summary = a_run(store, folder, validate=lambda _: REFUSED).ingest(texts("a", "b"))
    assert adds_up(summary)
    assert summary.quarantined == 2
    assert store.graphs() == []
    entry = Quarantine(folder / "quarantine").entries()[0]
    assert (entry.stage, entry.code) == ("validate", "nonconforming")
    assert "it lacks a label" in entry.reason
    assert entry.results[0]["focus_node"] == "urn:node"
    assert "sh:ValidationReport" in (Quarantine(folder / "quarantine").report(entry.key) or "")
    assert (folder / "quarantine" / entry.key / "quads.nq").stat().st_size > 0


def test_old_version_stays_while_the_new_one_waits(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder).ingest(texts("a"))
    new = dataclasses.replace(texts("a")[0], text="Worse.")
    summary = a_run(store, folder, validate=lambda _: REFUSED).ingest([new])
    assert summary.quarantined == 1
    assert store.digest(mint_document_graph(new.key)) is not None


def test_published_document_leaves_quarantine(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder, validate=lambda _: REFUSED).ingest(texts("a"))
    a_run(store, folder).ingest(texts("a"))
    assert Quarantine(folder / "quarantine").entries() == []


def test_what_cannot_be_read_waits_with_its_bytes(store: OxigraphStore, folder: Path) -> None:
    import hashlib

    raw = b"\x00\x01"
    sha256 = hashlib.sha256(raw).hexdigest()
    failure = SourceFailure("a.pdf", MalformedSource("it is no PDF"), raw=raw, raw_sha256=sha256)
    run = a_run(store, folder)
    summary = run.ingest([failure, *texts("b")])
    assert (summary.received, summary.published, summary.quarantined, summary.failed) == (2, 1, 1, 1)
    entry = Quarantine(folder / "quarantine").entries()[0]
    assert (entry.stage, entry.reason) == ("read", "a.pdf: it is no PDF")
    assert run.raw is not None
    assert run.raw.read(sha256) == raw


class Failing(ByHand):
    """Fails on one document, in whatever company."""

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        for document in documents:
            if document.source == "bad":
                raise RuntimeError("no such token")
            yield from super().pipe([document])


def test_one_bad_document_does_not_stop_the_others(store: OxigraphStore, folder: Path) -> None:
    summary = a_run(store, folder, pipeline=Failing({})).ingest(texts("a", "bad", "c", "d"))
    assert adds_up(summary)
    assert (summary.published, summary.quarantined) == (3, 1)
    assert summary.waiting[0].stage == "annotate"
    assert "RuntimeError: no such token" in summary.waiting[0].reason


def test_several_processes_give_what_one_gives(tmp_path: Path) -> None:
    found = []
    for name, pipeline in (("one", Told(SETTINGS)), ("two", Processes(SETTINGS, 2, "test_annotating:Told"))):
        with OxigraphStore(tmp_path / name) as store:
            run = a_run(store, tmp_path / name, pipeline=pipeline)
            summary = run.ingest(texts("a", "b", "c", "d"))
            told = [Document(text=word, source=word) for word in ("FAIL now", "calm")]
            summary = run.ingest(told)
            assert adds_up(summary)
            assert (summary.published, summary.quarantined, summary.waiting[0].stage) == (5, 1, "annotate")
            found.append({graph: store.digest(graph) for graph in store.graphs()})
        if isinstance(pipeline, Processes):
            pipeline.close()
    assert found[0] == found[1]


def test_annotation_that_cannot_be_mapped_waits(store: OxigraphStore, folder: Path) -> None:
    document, annotation = story()
    beyond = dataclasses.replace(annotation.events[0], start=10**6, end=10**6 + 3)
    broken = dataclasses.replace(annotation, events=(beyond,))
    summary = a_run(store, folder, pipeline=ByHand({document.key: broken})).ingest([document])
    assert (summary.quarantined, summary.waiting[0].stage, summary.waiting[0].code) == (1, "build", "annotation_error")


def test_shapes_that_fail_are_no_loss(store: OxigraphStore, folder: Path) -> None:
    def fails(quads: object) -> Report:
        raise RecursionError("too deep")

    summary = a_run(store, folder, validate=fails).ingest(texts("a"))
    assert (summary.quarantined, summary.waiting[0].stage) == (1, "validate")


def test_missing_model_stops_everything(store: OxigraphStore, folder: Path) -> None:
    class Missing:
        def pipe(self, _: Iterable[Document]) -> Iterator[Annotation]:
            raise ModelUnavailable("there is no model")
            yield

    with pytest.raises(ModelUnavailable):
        a_run(store, folder, pipeline=Missing()).ingest(texts("a"))
    assert store.graphs() == []


def test_dry_run_keeps_nothing(tmp_path: Path) -> None:
    run = a_run(None, None)
    run.prepare()
    run.keep("0" * 64, b"not even this")
    summary = run.ingest(texts("a", "b"))
    assert (summary.received, summary.published, summary.generation) == (2, 2, 0)
    assert list(tmp_path.iterdir()) == []


def test_interruption_leaves_what_was_told(store: OxigraphStore, folder: Path) -> None:
    def interrupted() -> Iterator[Document]:
        yield from texts(*(f"t{n}" for n in range(20)))
        raise KeyboardInterrupt

    run = a_run(store, folder)
    with pytest.raises(KeyboardInterrupt):
        run.ingest(interrupted())
    assert run.summary.published == 16  # whole batches of eight
    assert len(store.graphs()) == 16
    assert store.verify().sound
    assert store.generations.current() == run.summary.generation > 0


def test_interruption_waits_until_a_write_is_whole(store: OxigraphStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(store, folder)
    append = store.journal.append

    def interrupted(*writes: object) -> object:
        try:
            return append(*writes)  # type: ignore[arg-type]
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(store.journal, "append", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.ingest(texts(*(f"t{n}" for n in range(40))))
    monkeypatch.undo()
    assert adds_up(run.summary)
    assert 0 < run.summary.published < 40
    assert store.verify().sound
    store.close()
    with OxigraphStore(folder) as again:
        assert again.verify().sound


@pytest.mark.usefixtures("few_references")
def test_lost_generations_are_published_again(store: OxigraphStore, folder: Path) -> None:
    a_run(store, folder).ingest(texts("a"))
    for found in (store.generations.path(store.generations.current() or 0), store.generations.pointer):
        shutil.rmtree(found) if found.is_dir() else found.write_text("no number")
        run = a_run(store, folder)
        run.prepare()
        assert run.ingest(texts("a")).unchanged == 1
        assert store.generations.is_published()


def test_failing_store_stops_and_tells(store: OxigraphStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = a_run(store, folder)

    def full(*_: object) -> None:
        raise StoreError("no space left")

    monkeypatch.setattr(store, "replace_graph", full)
    with pytest.raises(StoreError, match="no space"):
        run.ingest(texts("a"))
    assert run.summary.published == 0


def test_generations_are_published_on_the_way(store: OxigraphStore, folder: Path) -> None:
    seen: list[int] = []
    a_run(store, folder).ingest(texts(*(f"t{n}" for n in range(40))), lambda summary: seen.append(summary.generation))
    assert len(set(seen)) > 2


def test_threshold_leaves_out_what_is_unsure() -> None:
    _, annotation = story()
    low = dataclasses.replace(annotation, events=tuple(dataclasses.replace(event, confidence=0.4) for event in annotation.events))
    assert above_threshold(low, 0.5).events == ()
    assert above_threshold(low, 0.4).events == low.events
    assert above_threshold(low, 0.0) is low


def test_what_is_kept_out_is_counted_and_stays_in_the_annotation(store: OxigraphStore, folder: Path) -> None:
    document = Document(text="Gunmen attacked Gao.", source="a")
    event = Event("v0", "ASSAULT", None, (), 7, 15, (0, 20), confidence=0.4)
    annotation = Annotation(id="a", sentences=((0, 20),), events=(event,), warnings=("noticed",))
    given = {document.key: annotation}

    kept_out = a_run(store, folder, pipeline=ByHand(given), settings=load_settings(publish_threshold=0.5)).ingest([document])
    assert kept_out.withheld == {"events": 1, "relations": 0}
    assert kept_out.published == 1
    assert annotation.events == (event,)
    assert ("a", "noticed") in kept_out.warnings

    taken_in = a_run(store, folder, pipeline=ByHand(given)).ingest([document])
    assert taken_in.withheld == {"events": 0, "relations": 0}


def test_another_base_moves_the_reference_data(tmp_path: Path) -> None:
    base = "https://kg.example.org/id/"
    settings = load_settings(base_iri=base)
    with OxigraphStore(tmp_path / "s", base) as store:
        a_run(store, tmp_path / "s", settings=settings).prepare()
        assert store.ask(f"ASK {{ <{base}entity/Q912> a <https://w3id.org/crisiskg/ontology#State> }}")
        assert not store.ask('ASK { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://w3id.org/crisiskg/id/")) }')


def test_retry_reads_the_kept_input_again(store: OxigraphStore, folder: Path) -> None:
    import hashlib

    raw = b"A calm day in the north.\n"
    sha256 = hashlib.sha256(raw).hexdigest()
    first = a_run(store, folder, validate=lambda _: REFUSED)
    first.keep(sha256, raw)
    document = Document(text="A calm day in the north.", source="calm.txt", raw_sha256=sha256)
    first.ingest([document])
    again = a_run(store, folder)
    assert again.quarantine is not None
    summary = again.retry(again.quarantine.entries())
    assert (summary.received, summary.published) == (1, 1)
    assert again.quarantine.entries() == []
