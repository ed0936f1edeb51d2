"""A store that is filled once and shared: one invented article with every kind of record, and one with hostile text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_records import RUN, story

from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document
from crisiskg.ingest import Ingest
from crisiskg.settings import Settings, load_settings
from crisiskg.store import OxigraphStore
from crisiskg.validation import Report
from crisiskg.vocabulary import reference_quads

HOSTILE = '<script>alert(1)</script> "quoted" & \u202ereversed'


class ByHand:
    """Gives documents the annotations that were written for them; an empty one otherwise."""

    def __init__(self, annotations: dict[str, Annotation]) -> None:
        self.annotations = annotations

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        for document in documents:
            yield self.annotations.get(document.key, Annotation(id=document.key))


def accept(quads: object) -> Report:
    """Accepts everything: tests of the store need not wait for shapes."""
    return Report(conforms=True)


@pytest.fixture(scope="session")
def filled_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a published store; read-only for tests."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    states = ox.NamedNode("https://w3id.org/crisiskg/ontology#State")
    quads = reference_quads()
    wanted = {quad.subject for quad in quads if quad.object == states}
    few = [quad for quad in quads if quad.subject in wanted]
    document, annotation = story()
    hostile = Document(text=f"{HOSTILE}\n\nNothing happened.", title=HOSTILE, source="hostile.txt", kind="text")
    with OxigraphStore(folder) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisiskg.ground.reference_quads", lambda _: few)
        run = Ingest(load_settings(), ByHand({document.key: annotation}), accept, RUN, store, folder)
        run.prepare()
        summary = run.ingest([document, hostile])
        assert (summary.published, summary.quarantined) == (2, 0)
    return folder


@pytest.fixture(scope="session")
def filled_settings(filled_store: Path) -> Settings:
    """Settings of the filled store."""
    return load_settings(store=str(filled_store), query_time_limit_s=3.0, query_workers=1, query_memory_mb=512)
