"""The command line, as scripts see it: exit codes, standard output, one clear sentence on standard error."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from graph_records import RUN, story

from crisiskg.annotation.records import Annotation
from crisiskg.cli import COMMANDS, run
from crisiskg.cli.common import print_table
from crisiskg.documents import Document
from crisiskg.errors import CrisiskgError
from crisiskg.vocabulary import reference_quads

KEY = story()[0].key


class Blank:
    """Stands for the pipeline: finds nothing, and fails where a text asks for it."""

    def __init__(self, settings: object) -> None:
        self.settings = settings

    def pipe(self, documents: Iterable[Document]) -> Iterator[Annotation]:
        for document in documents:
            if "FAIL" in document.text:
                raise RuntimeError("told to fail")
            yield Annotation(id=document.source_id or document.key)

    def annotate(self, document: Document) -> Annotation:
        return next(self.pipe([document]))


@pytest.fixture(scope="module")
def few_references() -> list[ox.Quad]:
    return reference_quads()[:300]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_references: list[ox.Quad]) -> Path:
    """Run in an empty folder, with a pipeline that loads no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crisiskg.annotation.pipeline.Pipeline", Blank)
    monkeypatch.setattr("crisiskg.ground.reference_quads", lambda _: few_references)
    monkeypatch.setattr("crisiskg.ingest.describe_run", lambda _: RUN)
    return tmp_path


def out(capsysbinary: pytest.CaptureFixture[bytes]) -> tuple[str, str]:
    captured = capsysbinary.readouterr()
    return captured.out.decode(), captured.err.decode()


# --- frame ------------------------------------------------------------------------------------------------------------


def test_help_is_quick_and_complete() -> None:
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = subprocess.run([sys.executable, "-m", "crisiskg", "--help"], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert all(name in found.stdout for name in COMMANDS)
    assert "130 interrupted" in " ".join(found.stdout.split())
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage:" in out(capsysbinary)[0]


def test_every_error_has_an_exit_code_that_is_documented() -> None:
    def below(kind: type[CrisiskgError]) -> Iterator[type[CrisiskgError]]:
        yield kind
        for sub in kind.__subclasses__():
            yield from below(sub)

    assert {kind.exit_code for kind in below(CrisiskgError)} <= {1, 2, 3, 4, 6, 7}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ingst"], 2, "Did you mean ingest?"),
        (["ingest"], 2, "Missing argument"),
        (["ingest", "--nope", "x"], 2, "No such option"),
        (["--set", "nonsense", "config"], 2, "NAME=VALUE"),
        (["--set", "no_such=1", "config"], 2, "no_such"),
        (["--set", "port=99999", "config"], 2, "port"),
        (["export", "--store", "none"], 4, "there is no store in none"),
        (["query", "events", "--store", "none"], 4, "there is no store in none"),
        (["sparql", "ASK {}", "--store", "none"], 4, "there is no store in none"),
        (["query", "evnts"], 4, ""),
        (["serve", "--store", "none"], 4, "there is no store in none"),
        (["verify", "--store", "none"], 4, "there is no store in none"),
        (["verify", "--store", "http://127.0.0.1:1/"], 2, "embedded store"),
        (["stats", "--store", "none"], 4, "there is no store in none"),
        (["quarantine", "list", "--store", "none"], 4, "there is no store in none"),
        (["annotate", "none.jsonl"], 3, "none.jsonl cannot be opened"),
        (["sparql", "none.rq", "--store", "none"], 3, "none.rq"),
    ],
)
def test_wrong_use(arguments: list[str], code: int, message: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    found = run(arguments)
    written, complained = out(capsysbinary)
    assert found == (2 if arguments == ["query", "evnts"] else code)
    assert complained.startswith("error: ")
    assert message in complained
    assert "Traceback" not in complained
    assert written == ""


def test_setting_that_does_not_exist(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["--set", "proceses=2", "config", "show"]) == 2
    assert out(capsysbinary)[1] == (
        "error: there is no setting 'proceses'; crisiskg config show lists them\nhint: Did you mean processes?\n"
    )


def test_empty_values_are_no_wish_for_everything(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "events", "--actor", "", "--store", str(filled_store)]) == 2
    assert "actor is empty" in out(capsysbinary)[1]
    assert run(["sparql", "", "--store", str(filled_store)]) == 2
    assert "the query is empty" in out(capsysbinary)[1]


def test_formats_that_do_not_fit_are_told_by_name(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["sparql", "ASK {}", "--format", "turtle", "--store", str(filled_store)]) == 2
    assert "can be had as table, json, csv, tsv, xml" in out(capsysbinary)[1]


def test_tables_speak_in_words_and_tell_where_they_end(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "events", "--limit", "1", "--store", str(filled_store)]) == 0
    written, complained = out(capsysbinary)
    assert "\thappened\t" in written
    assert "https://w3id.org/crisiskg" not in written
    assert complained == "there may be more than these 1 rows; --offset 1 shows what follows\n"


@pytest.mark.parametrize(("to", "code", "says"), [("/dev/full", 6, "no space left"), ("|", 0, ""), ("closed", 0, "")])
def test_output_that_takes_no_more(filled_store: Path, to: str, code: int, says: str) -> None:
    command = [sys.executable, "-m", "crisiskg", "export", "--store", str(filled_store)]
    if to == "closed":
        ended = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, timeout=30)
        assert (ended.returncode, ended.stderr) == (code, says)
        return
    if to == "|":
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stderr is not None
            child.stdout.readline()
            child.stdout.close()
            assert (child.wait(30), child.stderr.read()) == (code, says)
        return
    if not Path(to).exists():
        pytest.skip(f"this system has no {to}")
    with open(to, "w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert ended.returncode == code
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


def test_traceback_only_with_debug(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("crisiskg.settings.load_settings", fails)
    assert run(["config"]) == 1
    _, complained = out(capsysbinary)
    assert "a fault in crisiskg: RuntimeError: odd" in complained
    assert "Traceback" not in complained
    assert run(["--debug", "config"]) == 1
    assert "Traceback" in out(capsysbinary)[1]


# --- settings ---------------------------------------------------------------------------------------------------------


def test_flags_win_over_environment_and_this_over_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    def ports(*arguments: str) -> tuple[str, str]:
        assert run([*arguments, "config", "--json"]) == 0
        found = json.loads(out(capsysbinary)[0])["port"]
        return found["value"], found["origin"]

    assert ports() == ("8000", "default")
    (elsewhere / "crisiskg.toml").write_text("port = 8001\n")
    assert ports() == ("8001", "set")
    monkeypatch.setenv("CRISISKG_PORT", "8002")
    assert ports() == ("8002", "set")
    assert ports("--set", "port=8003") == ("8003", "set")


def test_passwords_are_not_shown(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setenv("CRISISKG_STORE_PASSWORD", "hunter2")
    assert run(["config"]) == 0
    assert "hunter2" not in out(capsysbinary)[0]


def test_broken_file_of_settings_is_named(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "crisiskg.toml").write_text("port = = 1")
    assert run(["config"]) == 2
    assert "crisiskg.toml" in out(capsysbinary)[1]


# --- ingest, export, quarantine, verify -------------------------------------------------------------------------------


def test_from_text_to_export(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "a.txt").write_text("A calm day in the north.\n")
    assert run(["ingest", "--store", "kg", "a.txt", "--json"]) == 0
    summary = json.loads(out(capsysbinary)[0])
    assert (summary["received"], summary["published"], summary["quarantined"]) == (1, 1, 0)
    assert run(["export", "--store", "kg"]) == 0
    first = out(capsysbinary)[0]
    lines = first.splitlines()
    assert lines == sorted(lines)
    assert any("A calm day in the north." in line for line in lines)
    assert run(["ingest", "--store", "kg", "a.txt", "--json"]) == 0
    assert json.loads(out(capsysbinary)[0])["unchanged"] == 1
    assert run(["export", "--store", "kg"]) == 0
    assert out(capsysbinary)[0] == first
    assert run(["verify", "--store", "kg"]) == 0
    assert run(["stats", "--store", "kg", "--json"]) == 0


def test_same_input_in_two_stores_gives_the_same_bytes(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "a.txt").write_text("A calm day in the north.\n")
    (elsewhere / "b.txt").write_text("Another one in the south.\n")
    exports = []
    for store, files in (("one", ["a.txt", "b.txt"]), ("two", ["b.txt", "a.txt"])):
        assert run(["ingest", "-q", "--store", store, *files]) == 0
        assert run(["export", "--store", store]) == 0
        exports.append(out(capsysbinary)[0])
    assert exports[0] == exports[1]


@pytest.mark.parametrize("format_", ["nquads", "trig", "turtle", "ntriples", "jsonld", "rdfxml"])
def test_export_formats_parse(filled_store: Path, format_: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["export", "--store", str(filled_store), "--part", "documents", "--format", format_]) == 0
    names = {
        "nquads": "N_QUADS",
        "trig": "TRIG",
        "turtle": "TURTLE",
        "ntriples": "N_TRIPLES",
        "jsonld": "JSON_LD",
        "rdfxml": "RDF_XML",
    }
    found = list(ox.parse(capsysbinary.readouterr().out, format=getattr(ox.RdfFormat, names[format_])))
    assert len(found) > 100


def test_export_of_one_graph(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["export", "--store", str(filled_store), "--graph", f"graph/document/{KEY}"]) == 0
    assert all(f"graph/document/{KEY}> ." in line for line in out(capsysbinary)[0].splitlines())
    assert run(["export", "--store", str(filled_store), "--graph", "graph/none"]) == 4


def test_what_cannot_be_read_waits(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "empty.txt").write_text("")
    (elsewhere / "good.txt").write_text("A calm day.")
    assert run(["ingest", "--store", "kg", "good.txt", "empty.txt", "missing.txt"]) == 5
    complained = out(capsysbinary)[1]
    assert "3 documents received: 1 published, 2 in quarantine (2 unreadable)" in complained
    assert run(["quarantine", "list", "--store", "kg", "--json"]) == 0
    entries = json.loads(out(capsysbinary)[0])
    assert {entry["source"] for entry in entries} == {"empty.txt", "missing.txt"}
    assert run(["quarantine", "show", entries[0]["key"][:8], "--store", "kg"]) == 0
    assert entries[0]["reason"] in out(capsysbinary)[0]
    assert run(["quarantine", "show", "ffff", "--store", "kg"]) == 4
    assert run(["ingest", "--store", "kg", "missing.txt"]) == 3


def test_failed_annotation_waits_until_it_is_tried_again(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (elsewhere / "a.txt").write_text("This will FAIL for now.")
    assert run(["ingest", "-q", "--store", "kg", "a.txt"]) == 5
    assert run(["quarantine", "retry", "--store", "kg"]) == 5
    monkeypatch.setattr(Blank, "pipe", lambda _, documents: (Annotation(id=document.key) for document in documents))
    assert run(["quarantine", "retry", "--store", "kg"]) == 0
    capsysbinary.readouterr()
    assert run(["quarantine", "list", "--store", "kg", "--json"]) == 0
    assert json.loads(out(capsysbinary)[0]) == []


def test_dry_run_leaves_no_trace(elsewhere: Path) -> None:
    (elsewhere / "a.txt").write_text("A calm day.")
    assert run(["ingest", "--dry-run", "--store", "kg", "a.txt"]) == 0
    assert {path.name for path in elsewhere.iterdir()} == {"a.txt"}


def test_store_that_is_written_to_is_locked(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    from crisiskg.store import OxigraphStore

    (elsewhere / "a.txt").write_text("A calm day.")
    with OxigraphStore(elsewhere / "kg"):
        assert run(["ingest", "--store", "kg", "a.txt"]) == 6
    assert "another process writes to the store" in out(capsysbinary)[1]


def test_damage_is_found_and_repaired(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "a.txt").write_text("A calm day.")
    assert run(["ingest", "-q", "--store", "kg", "a.txt"]) == 0
    db = ox.Store(elsewhere / "kg" / "db")
    db.update("DELETE WHERE { GRAPH ?g { ?d <https://w3id.org/crisiskg/ontology#text> ?t } }")
    db.flush()
    del db
    assert run(["verify", "--store", "kg"]) == 7
    assert "changed: https://w3id.org/crisiskg/id/graph/document/" in out(capsysbinary)[0]
    assert run(["ingest", "-q", "--store", "kg", "a.txt"]) == 7
    assert run(["verify", "--repair", "--store", "kg"]) == 0
    assert run(["ingest", "-q", "--store", "kg", "a.txt"]) == 0
    assert run(["verify", "--store", "kg"]) == 0


# --- query, sparql ----------------------------------------------------------------------------------------------------


def test_queries_are_listed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query"]) == 0
    assert "events\t" in out(capsysbinary)[0]
    assert run(["query", "--json"]) == 0
    assert {"events", "offices", "borders"} <= {query["name"] for query in json.loads(out(capsysbinary)[0])}


def test_named_query(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "events", "--recipient", "River Front", "--store", str(filled_store), "--format", "csv"]) == 0
    lines = out(capsysbinary)[0].splitlines()
    assert lines[0].startswith("event,eventLabel,type,")
    assert len(lines) == 2
    assert run(["query", "--store", str(filled_store), "events", "--format", "json"]) == 0
    assert json.loads(out(capsysbinary)[0])["results"]["bindings"]
    assert run(["query", "events", "--store", str(filled_store)]) == 0
    assert "Veranian Army" in out(capsysbinary)[0]


def test_wrong_parameters_of_a_named_query(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    store = ["--store", str(filled_store)]
    assert run(["query", "borders", *store]) == 2
    assert "needs state" in out(capsysbinary)[1]
    assert run(["query", "events", "--actor", "Atlantis", *store]) == 2
    assert "no entity is called 'Atlantis'" in out(capsysbinary)[1]
    assert run(["query", "events", "--from", "tomorrow", *store]) == 2
    assert run(["query", "events", "--colour", "red", *store]) == 2


def test_text_of_a_named_query(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["query", "events", "--show-query", "--store", str(filled_store)]) == 0
    assert "SELECT ?event" in out(capsysbinary)[0]


def test_own_query(
    filled_store: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    store = ["--store", str(filled_store)]
    query = "SELECT (COUNT(DISTINCT ?e) AS ?n) WHERE { ?e a ckg:Event }"
    assert run(["sparql", query, *store]) == 0
    expected = out(capsysbinary)[0]
    assert int(expected.split()[1]) > 2
    (elsewhere / "q.rq").write_text(query)
    assert run(["sparql", "q.rq", *store]) == 0
    assert out(capsysbinary)[0] == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(query.encode())))
    assert run(["sparql", "-", *store]) == 0
    assert out(capsysbinary)[0] == expected
    assert run(["sparql", "ASK { ?s a ckg:Event }", *store]) == 0
    assert out(capsysbinary)[0] == "yes\n"
    assert run(["sparql", "DESCRIBE <urn:x>", *store, "--format", "ntriples"]) == 0


@pytest.mark.parametrize("query", ["SELECT nonsense {", "DROP ALL {}", "SELECT * { SERVICE <http://x> { ?s ?p ?o } }"])
def test_refused_queries(filled_store: Path, query: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["sparql", query, "--store", str(filled_store)]) == 2
    assert out(capsysbinary)[1].startswith("error: ")


# --- annotate, validate, doctor ---------------------------------------------------------------------------------------


def test_annotate_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = b'{"id": "a", "text": "One."}\n\n{"id": "b", "text": "Two."}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(["annotate"]) == 0
    assert [json.loads(line)["id"] for line in out(capsysbinary)[0].splitlines()] == ["a", "b"]


def test_annotate_passes_over_what_fails(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "in.jsonl").write_bytes(
        b'{"id": "a", "text": "One."}\n{"id": \n\xff\n{"id": "b", "text": "FAIL"}\n{"id": "c", "text": "3"}'
    )
    assert run(["annotate", "in.jsonl"]) == 3
    written, complained = out(capsysbinary)
    assert [json.loads(line)["id"] for line in written.splitlines()] == ["a", "c"]
    assert "in.jsonl: line 2" in complained
    assert "line 3 is not UTF-8" in complained
    assert "b: a fault in crisiskg: RuntimeError" in complained
    assert "2 lines could not be read, 1 text could not be annotated" in complained


def test_annotate_in_several_processes(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("crisiskg.annotating.PIPELINE", "test_cli:Blank")
    lines = [{"id": f"t{n}", "text": "FAIL" if n == 3 else f"Text {n}."} for n in range(12)]
    (elsewhere / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(["--set", "processes=2", "annotate", "in.jsonl"]) == 5
    written, complained = out(capsysbinary)
    assert [json.loads(line)["id"] for line in written.splitlines()] == [f"t{n}" for n in range(12) if n != 3]
    assert "t3: a fault in crisiskg: RuntimeError" in complained


def test_annotate_with_lines_that_are_too_long(elsewhere: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    (elsewhere / "in.jsonl").write_text('{"id": "a", "text": "' + "x" * 500 + '"}\n{"id": "b", "text": "2"}\n')
    assert run(["--set", "max_line_bytes=100", "annotate", "in.jsonl"]) == 3
    written, complained = out(capsysbinary)
    assert [json.loads(line)["id"] for line in written.splitlines()] == ["b"]
    assert "longer than 100 bytes" in complained


def test_validate(elsewhere: Path, filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["export", "--store", str(filled_store), "--graph", f"graph/document/{KEY}"]) == 0
    (elsewhere / "good.nq").write_bytes(capsysbinary.readouterr().out)
    assert run(["validate", "good.nq"]) == 0
    (elsewhere / "bad.ttl").write_text("<urn:e> a <https://w3id.org/crisiskg/ontology#Event> .")
    assert run(["validate", "bad.ttl"]) == 5
    assert run(["validate", "bad.ttl", "--json"]) == 5
    capsysbinary.readouterr()
    (elsewhere / "broken.ttl").write_text("<urn:e> a")
    assert run(["validate", "broken.ttl", "good.nq"]) == 3


def test_doctor(filled_store: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr("crisiskg.cli.maintain._check_gazetteer", lambda _: "it loads")
    assert run(["doctor", "--store", str(filled_store), "--json"]) == 0
    found = {check["check"]: check["state"] for check in json.loads(out(capsysbinary)[0])}
    assert {"vocabulary", "shapes", "queries", "model", "store", "sandbox: network"} <= set(found)
    (filled := Path("broken")).mkdir()
    (filled / "store.json").write_text("{}")
    assert run(["doctor", "--store", "broken"]) == 6


# --- serve ------------------------------------------------------------------------------------------------------------


def test_serve_answers_until_it_is_told_to_stop(filled_store: Path) -> None:
    import signal
    import urllib.request

    command = [sys.executable, "-m", "crisiskg", "serve", "--store", str(filled_store), "--port", "0", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("serving ")
        url = line.split()[-1]
        with urllib.request.urlopen(f"{url}readyz", timeout=20) as response:
            assert json.load(response)["status"] == "ready"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stderr.close()
    assert process.returncode in (0, -signal.SIGTERM)


def test_port_that_is_taken(filled_store: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--store", str(filled_store), "--port", str(taken.getsockname()[1])]) == 2
    assert "already in use" in out(capsysbinary)[1]


def test_tables_that_are_too_wide_are_written_value_by_value(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    narrow = [("Mali", "Bamako")]
    print_table(("state", "capital"), narrow)
    assert "│" in out(capsysbinary)[0]
    print_table([f"column{n}" for n in range(9)], [["word " * 40, *["x" * 20] * 8]] * 2)
    written = out(capsysbinary)[0]
    assert "column0  word word" in written
    assert "│" not in written
    assert all(len(line) <= 80 for line in written.splitlines())
