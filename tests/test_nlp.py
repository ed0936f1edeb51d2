import shutil

import pytest

from crisiskg.annotation import nlp
from crisiskg.annotation.nlp import CHUNK_CHARS, check_weights, load_language, model_folder, paragraph_breaks, read_docs
from crisiskg.documents import Document, Region
from crisiskg.errors import ModelUnavailable


def doc_of(document):
    return next(doc for _, doc in read_docs(load_language(), [document]))


def test_offsets_are_offsets_into_the_text():
    text = "Title of it\n\nThe army left.\tIt went home – «quietly».  \n\n\n Next line"
    doc = doc_of(Document(text))
    assert doc.text == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)


def test_no_sentence_and_no_name_crosses_a_line_break():
    text = "Islamic State\nCentral Asia\nThe head of the\nUnited Nations"
    doc = doc_of(Document(text))
    assert all("\n" not in sentence.text.strip() for sentence in doc.sents)
    assert all("\n" not in entity.text.strip() for entity in doc.ents)


def test_no_sentence_crosses_a_region():
    text = "Naz Modirzadeh Board Member The army left the town."
    doc = doc_of(Document(text, regions=(Region("byline", 0, 27), Region("body", 28, len(text)))))
    assert any(sentence.start_char == 28 for sentence in doc.sents)


def test_a_wrapped_line_is_no_paragraph():
    text = "The government said on Monday that its forces had taken the town and\nthat the rebels had fled to the hills."
    assert paragraph_breaks(Document(text)) == []
    assert paragraph_breaks(Document("Short line\nanother one")) == [11]


def test_long_text_is_cut_and_joined_without_loss():
    text = ("The army took the town of Kidal. " * 40 + "\n") * 40
    assert len(text) > 2 * CHUNK_CHARS
    doc = doc_of(Document(text))
    assert doc.text == text
    assert doc[len(doc) - 2].idx > 2 * CHUNK_CHARS


def test_text_without_any_break_is_cut_too():
    text = "word " * 10_000
    assert doc_of(Document(text)).text == text


def test_several_documents_keep_their_order():
    documents = [Document("One."), Document(""), Document("Three. " * 5000), Document("Four.")]
    found = list(read_docs(load_language(), documents))
    assert [document.text for document, _ in found] == [doc.text for _, doc in found] == [document.text for document in documents]


def test_a_folder_without_a_pipeline_is_refused(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"meta\.json"):
        model_folder(tmp_path)


def test_changed_weights_are_refused(tmp_path):
    (tmp_path / "ner").mkdir()
    shutil.copy(model_folder() / "ner" / "model", tmp_path / "ner" / "model")
    expected = {"ner/model": nlp.WEIGHTS["ner/model"]}
    check_weights(tmp_path, expected)
    with (tmp_path / "ner" / "model").open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        check_weights(tmp_path, expected)
    with pytest.raises(ModelUnavailable, match="lacks its file"):
        check_weights(tmp_path, {"parser/model": "0"})


def test_a_missing_distribution_is_named(monkeypatch):
    monkeypatch.setattr(nlp, "DISTRIBUTION", "no-such-distribution-of-a-model")
    with pytest.raises(ModelUnavailable, match="no-such-distribution-of-a-model"):
        model_folder()
