import pytest

from crisiskg.annotation.contract import from_json, to_json
from crisiskg.annotation.pipeline import STAGES, Pipeline
from crisiskg.documents import Document
from crisiskg.settings import load_settings

TEXT = (
    "Gunmen in Gao\n\nBAMAKO – On 3 May 2021 gunmen killed at least four Malian soldiers near Gao, the army said. “We will "
    "answer,” said Colonel Moussa Diallo, the army’s spokesman. He blamed the Islamic State (IS).\n"
)


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline(load_settings())


def test_a_document_is_annotated_in_full(pipeline):
    found = pipeline.annotate(Document(TEXT, source_id="doc-1"))
    assert found.id == "doc-1"
    assert found.mentions
    assert found.entities
    assert found.times
    assert found.events
    assert from_json(to_json(found)) == found


def test_everything_points_into_the_text_and_to_what_is_there(pipeline):
    found = pipeline.annotate(Document(TEXT))
    mentions, entities = {m.id for m in found.mentions}, {e.id for e in found.entities}
    times, statements = {t.id for t in found.times}, {a.id for a in found.attributions}
    assert all(0 <= start < end <= len(TEXT) for start, end in found.sentences)
    assert all(m.entity is None or m.entity in entities for m in found.mentions)
    for event in found.events:
        assert TEXT[event.start : event.end].strip()
        assert {*event.actor, *event.recipient} <= mentions
        assert {event.place, event.origin, event.destination} - {None} <= mentions
        assert event.time is None or event.time in times
        assert event.attribution is None or event.attribution in statements
    for relation in found.relations:
        assert {relation.head, relation.tail} <= entities
    for quantity in found.quantities:
        assert quantity.subject is None or quantity.subject in mentions


def test_the_same_text_twice_gives_the_same(pipeline):
    document = Document(TEXT)
    first, second = pipeline.pipe([document, document])
    assert first == second == Pipeline(load_settings()).annotate(document)


def test_order_is_kept(pipeline):
    documents = [Document(f"Document {n}. The army left town {n}.", source_id=str(n)) for n in range(7)]
    assert [found.id for found in pipeline.pipe(documents)] == [str(n) for n in range(7)]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "x", "¿?", "1" * 5000, "a " * 2000, "“" * 200, "said " * 300, "\ufeffThe army left."]
)
def test_odd_texts_are_read(pipeline, text):
    found = pipeline.annotate(Document(text))
    assert all(0 <= start <= end <= len(text) for start, end in found.sentences)


def test_warnings_of_reading_are_kept(pipeline):
    assert "cut" in pipeline.annotate(Document("One.", warnings=("cut",))).warnings


def test_stages_stand_in_their_order():
    assert [name for name, _ in STAGES] == [
        "times",
        "dating",
        "quantities",
        "attributions",
        "relations",
        "events",
        "event_setting",
    ]


def test_nothing_is_loaded_before_the_first_document(monkeypatch):
    monkeypatch.setattr("crisiskg.annotation.nlp.load_language", lambda *_: pytest.fail("the model was loaded"))
    Pipeline(load_settings())
