"""The templates as RML with an RML engine as oracle, and the import of tables by a user's mapping."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from crisiskg.cli import run as command
from crisiskg.datasets.records import Claim, State
from crisiskg.datasets.rml import mapping, read_tables, tables_of, write_tables
from crisiskg.datasets.templates import TEMPLATES, Constant, Line, is_many, write
from crisiskg.errors import InvalidParameter, LimitExceeded, MalformedSource, ModelUnavailable, NotFound
from crisiskg.importing import rml_tables
from crisiskg.importing.rml_engine import Engine, find_engine, run_engine
from crisiskg.importing.rml_mapping import ROW, ROW_COLUMN, match_sources, prepared, read_mapping

ROOT = Path(__file__).parent.parent
TEXTS = (
    "plain",
    'with "quotes"',
    "back\\slash",
    "two\nlines",
    "tab\there",
    "Zażółć – 東京",
    "comma, semicolon;",
    "  spaces ",
    "nan",
    "NULL",
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    own = ROOT / ".venv-rml" / "bin" / "python"
    for candidate in (None, own if own.exists() else None):
        try:
            return find_engine(candidate)
        except ModelUnavailable:
            continue
    pytest.skip("morph-kgc is not installed: make test makes an environment for it, CRISISKG_RML_PYTHON names another")


def invented(count: int) -> Iterator[Any]:
    """Yield records of all kinds with values of all kinds, some of them awkward."""
    chance = random.Random(7)

    def value(kind: str) -> str:
        if kind == "iri":
            return f"https://example.org/{chance.randrange(500)}/caf%C3%A9(x)?a=b&c='d'#é"
        return {
            "code": chance.choice(("ASSAULT-aerial", "war", "happened")),
            "integer": str(chance.randrange(-5, 10**6)),
            "decimal": f"{chance.randrange(10**4)}.5",
            "date": f"20{chance.randrange(10, 30)}-02-11",
            "wkt": f"POINT({chance.randrange(180)}.25 -{chance.randrange(90)}.5)",
        }.get(kind) or f"{chance.choice(TEXTS)} {chance.randrange(99)}"

    for number in range(count):
        template = chance.choice(TEMPLATES)
        kinds = {triple.field: triple.kind for triple in template.triples if isinstance(triple, Line)}
        values: dict[str, Any] = {}
        for field in template.record._fields:
            kind = kinds.get(field, "string")
            if field == "iri":
                values[field] = f"https://example.org/{template.record.__name__}/{number}"
            elif is_many(template, field):
                values[field] = tuple(value(kind) for _ in range(chance.choice((0, 0, 1, 2, 3))))
            elif "None" not in str(template.record.__annotations__[field]) or chance.random() < 0.7:
                values[field] = value(kind)
            else:
                values[field] = None
        yield template.record(**values)


def triples(text: str | Path) -> set[ox.Triple]:
    source = {"path": str(text)} if isinstance(text, Path) else {"input": text.encode("utf-8")}
    return {quad.triple for quad in ox.parse(**source, format=ox.RdfFormat.N_TRIPLES)}


def test_engine_makes_the_triples_of_the_templates(engine: Engine, tmp_path: Path) -> None:
    records = list(invented(4000))
    write_tables(records, tmp_path)
    ours = triples("".join(write(record) for record in records))
    theirs = triples(run_engine(engine, mapping(), tmp_path, time_limit_s=120))
    assert len(ours) > 20_000
    assert (ours - theirs, theirs - ours) == (set(), set())


def test_engine_agrees_on_rows_of_a_dataset(engine: Engine, tmp_path: Path) -> None:
    tables = load_bench("import_tables")
    tables.write_repeated(None, tmp_path / "table.csv", 500)
    records = list(tables.records_of(tmp_path / "table.csv"))
    write_tables(records, tmp_path)
    ours = triples("".join(write(record) for record in records))
    assert ours == triples(run_engine(engine, mapping(), tmp_path, time_limit_s=120))


def test_tables_give_the_records_back(tmp_path: Path) -> None:
    records = list(invented(800))
    assert write_tables(records, tmp_path) == 800
    order = {template.record: place for place, template in enumerate(TEMPLATES)}
    assert list(read_tables(tmp_path)) == sorted(records, key=lambda record: order[type(record)])


@pytest.mark.parametrize("record", [State("urn:s", ""), State("urn:s", "Chad", same_as=("",))])
def test_empty_text_is_refused_as_a_table_cannot_tell_it_from_none(record: State, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"urn:s: .*empty"):
        write_tables([record], tmp_path)


def test_document_has_every_line_of_every_template_and_reads_columns_that_there_are() -> None:
    quads = list(ox.parse(mapping("tables/").encode(), format=ox.RdfFormat.TURTLE, base_iri="urn:m"))
    predicates = [quad.object.value for quad in quads if quad.predicate.value.endswith("r2rml#predicate")]
    assert sorted(predicates) == sorted(triple.predicate for template in TEMPLATES for triple in template.triples)
    columns = {name: set(found) for template in TEMPLATES for name, found in tables_of(template).items()}
    sources = {quad.object.value for quad in quads if quad.predicate.value.endswith("#source")}
    assert {source.removeprefix("tables/") for source in sources} <= set(columns)
    references = {quad.object.value for quad in quads if quad.predicate.value.endswith("#reference")}
    assert references <= set().union(*columns.values())
    constants = {quad.object.value for quad in quads if quad.predicate.value.endswith("#constant")}
    of = {each.object for template in TEMPLATES for each in template.triples if isinstance(each, Constant) and not each.own}
    assert constants == of


# --- a user's mapping ---------------------------------------------------------------------------------------------------

PREFIXES = """
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix ckg: <https://w3id.org/crisiskg/ontology#> .
@prefix ckgc: <https://w3id.org/crisiskg/code/> .
@prefix ckgt: <https://w3id.org/crisiskg/event-type/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EVENTS = """
<#event> rml:logicalSource [ rml:source "incidents.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://example.org/incident/{nr}" ; rr:class ckg:Event ] ;
  rr:predicateObjectMap [ rr:predicate rdfs:label ;
    rr:objectMap [ rr:template "Attack in {town}" ; rr:termType rr:Literal ; rr:language "en" ] ] ;
  rr:predicateObjectMap [ rr:predicate ckg:eventType ; rr:object ckgt:ASSAULT ] ;
  rr:predicateObjectMap [ rr:predicate ckg:earliestBegin , ckg:latestBegin , ckg:earliestEnd , ckg:latestEnd ;
    rr:objectMap [ rml:reference "day" ; rr:datatype xsd:date ] ] ;
  rr:predicateObjectMap [ rr:predicate ckg:timePrecision ; rr:object ckgc:precision-day ] ;
  rr:predicateObjectMap [ rr:predicate ckg:hasActor ; rr:objectMap [ rml:reference "who" ; rr:termType rr:IRI ] ] .
"""
ACTORS = """
<#actor> rml:logicalSource [ rml:source "groups.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rml:reference "iri" ; rr:class ckg:ArmedGroup ] ;
  rr:predicateObjectMap [ rr:predicate rdfs:label ; rr:objectMap [ rml:reference "name" ; rr:language "en" ] ] .
"""
INCIDENTS = (
    "nr;day;town;who\n"
    "1;2031-03-01;Tolm;https://example.org/g/1\n"
    '2;2031-03-02;"Ost; ""North""";https://example.org/g/1\n'
    "3;2031-13-02;Ost;https://example.org/g/1\n"
    "4;2031-03-04;Ost;https://example.org/g/9\n"
    "5;2031-03-05;Ost;not an iri\n"
    "6;2031-03-06;Ost;\n"
    "7;2031-03-06\n"
    ";2031-03-07;Ost;https://example.org/g/1\n"
)
GROUPS = "iri,name\nhttps://example.org/g/1,Northern Front\n"


def tables(folder: Path, *, packed: bool = False) -> list[Path]:
    incidents, groups = folder / ("incidents.csv.gz" if packed else "incidents.csv"), folder / "groups.csv"
    incidents.write_bytes(gzip.compress(INCIDENTS.encode()) if packed else INCIDENTS.encode())
    groups.write_text(GROUPS, encoding="utf-8")
    return [incidents, groups]


def user_mapping(folder: Path, text: str = EVENTS + ACTORS) -> Path:
    path = folder / "my incidents.ttl"
    path.write_text(PREFIXES + text, encoding="utf-8")
    return path


def imitated(_engine: Engine, _mapping: str, folder: Path, **_: Any) -> Path:
    """Do what an engine does with the mapping above, so that the rest is tested where none is installed."""
    lines = []
    a, ckg = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "https://w3id.org/crisiskg/ontology#"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    for path in sorted(folder.glob("table-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("nr"):
                    event = f"<https://example.org/incident/{row['nr']}>"
                    town = row["town"].replace('"', '\\"')
                    lines += [f"{event} {a} <{ckg}Event>", f'{event} {label} "Attack in {town}"@en']
                    lines += [f"{event} <{ckg}eventType> <https://w3id.org/crisiskg/event-type/ASSAULT>"]
                    lines += [f"{event} <{ckg}timePrecision> <https://w3id.org/crisiskg/code/precision-day>"]
                    for bound in ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd"):
                        lines.append(f'{event} <{ckg}{bound}> "{row["day"]}"^^<http://www.w3.org/2001/XMLSchema#date>')
                    lines += [f"{event} <{ckg}hasActor> <{row['who']}>"] if row["who"] else []
                    lines.append(f'{event} <{ROW}> "{row[ROW_COLUMN]}"')
                elif row.get("iri"):
                    actor = f"<{row['iri']}>"
                    lines += [f"{actor} {a} <{ckg}ArmedGroup>", f'{actor} {label} "{row["name"]}"@en']
                    lines.append(f'{actor} <{ROW}> "{row[ROW_COLUMN]}"')
    made = folder / "made.nt"
    made.write_text("".join(f"{line} .\n" for line in lines), encoding="utf-8")
    return made


@pytest.fixture(params=["imitated", "real"])
def any_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "real":
        monkeypatch.setenv("CRISISKG_RML_PYTHON", str(request.getfixturevalue("engine").python))
        return
    monkeypatch.setattr(rml_tables, "run_engine", imitated)
    monkeypatch.setattr("crisiskg.importing.rml_engine.find_engine", lambda _: Engine(Path(sys.executable), "0"))


def run(*arguments: object) -> int:
    return command([str(argument) for argument in arguments])


def importing(folder: Path, files: list[Path], *more: object) -> int:
    terms = "https://example.org/terms"
    mapped = user_mapping(folder)
    return run(
        "import", "rml", *files, "--mapping", mapped, "--license", terms, "--store", folder / "kg", "--release", "1", *more
    )


@pytest.mark.usefixtures("any_engine")
def test_rows_of_any_table_become_events_or_go_to_quarantine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert importing(tmp_path, tables(tmp_path, packed=True), "--json") == 5
    said = json.loads(capsys.readouterr().out)
    assert (said["dataset"], said["rows"], said["records"], said["quarantined"], said["events"]) == ("my-incidents", 9, 4, 5, 3)
    places = {group["lines"][0]: group["example"] for group in said["reasons"]}
    assert set(places) == {f"incidents.csv.gz:{line}" for line in (4, 5, 6, 8, 9)}
    assert "xsd:date" in places["incidents.csv.gz:4"]
    assert "the shapes refuse it" in places["incidents.csv.gz:5"]  # an actor that nothing tells of
    assert "no triple" in places["incidents.csv.gz:6"]
    assert "2 cells" in places["incidents.csv.gz:8"]
    assert "nothing of the row" in places["incidents.csv.gz:9"]
    assert run("verify", "--store", tmp_path / "kg") == 0
    capsys.readouterr()
    assert run("export", "--store", tmp_path / "kg", "--part", "datasets") == 0
    assert capsys.readouterr().out == ""  # nobody said that its rows may be passed on
    assert run("export", "--store", tmp_path / "kg", "--part", "datasets", "--include-restricted") == 0
    graph = capsys.readouterr().out
    assert '"2;2031-03-02;\\"Ost; \\"\\"North\\"\\"\\";https://example.org/g/1"' in graph  # the row as it was
    assert graph.count("ontology#quadClass> <https://w3id.org/crisiskg/event-type/quad-material-conflict>") == 3
    assert re.search(r"incident/6> \S+actorGap> \S+gap-not-stated>", graph)
    assert ROW not in graph


@pytest.mark.parametrize("any_engine", ["imitated"], indirect=True)
@pytest.mark.usefixtures("any_engine")
def test_same_tables_change_nothing_and_a_release_can_be_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = tables(tmp_path)
    assert importing(tmp_path, files, "--dry-run", "--json") == 5
    assert json.loads(capsys.readouterr().out)["records"] == 4
    assert not (tmp_path / "kg").exists()
    importing(tmp_path, files)
    capsys.readouterr()
    importing(tmp_path, files, "--json")
    assert json.loads(capsys.readouterr().out)["unchanged"]
    assert run("import", "rml", "--name", "my incidents", "--remove", "1", "--store", tmp_path / "kg") == 0
    assert run("verify", "--store", tmp_path / "kg") == 0


def test_missing_engine_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRISISKG_RML_PYTHON", str(tmp_path / "nowhere"))
    with pytest.raises(ModelUnavailable, match=r"there is no .*nowhere") as error:
        find_engine()
    assert "pip install" in str(error.value.hint)
    assert importing(tmp_path, tables(tmp_path)) == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<#m> rr:logicalTable [ rr:tableName "t" ] .', "database"),
        ('<#m> rml:logicalSource [ rml:source "a.csv" ; rml:query "select 1" ] .', "a query"),
        ('<#m> rml:logicalSource [ rml:source "a.json" ; rml:referenceFormulation ql:JSONPath ] .', "JSONPath"),
        ("<#m> rml:logicalSource [ rml:source <https://example.org/a> ] .", "no file"),
        (EVENTS.replace("rr:termType rr:IRI", "rr:termType rr:BlankNode"), "blank nodes"),
    ],
)
def test_mapping_that_reads_more_than_tables_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match=said):
        read_mapping(user_mapping(tmp_path, text))


@pytest.mark.parametrize(("text", "said"), [("<#m> a rr:", "no Turtle"), ("<#m> a rr:TriplesMap .", "no RML mapping")])
def test_what_is_no_mapping_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(MalformedSource, match=said):
        read_mapping(user_mapping(tmp_path, text))
    with pytest.raises(NotFound):
        read_mapping(tmp_path / "none.ttl")


def test_sources_mean_files_by_name(tmp_path: Path) -> None:
    read = read_mapping(user_mapping(tmp_path))
    assert match_sources(read, [Path("x/groups.csv"), Path("incidents.csv.gz")]) == {"incidents.csv": 1, "groups.csv": 0}
    with pytest.raises(InvalidParameter, match=r"'groups\.csv', and no file has"):
        match_sources(read, [Path("incidents.csv")])
    with pytest.raises(InvalidParameter, match=r"does not read more\.csv"):
        match_sources(read, [Path("incidents.csv"), Path("groups.csv"), Path("more.csv")])
    alone = read_mapping(user_mapping(tmp_path, ACTORS))
    assert match_sources(alone, [Path("anything.tsv")]) == {"groups.csv": 0}


def test_columns_that_the_engine_would_overwrite_are_renamed(tmp_path: Path) -> None:
    text = ACTORS.replace('"name"', '"object"').replace(
        'rml:reference "iri"', 'rr:template "https://example.org/{subject}/{iri}"'
    )
    again = prepared(read_mapping(user_mapping(tmp_path, text)), {"groups.csv": "table-0.csv"})
    assert '"object_of_table"' in again
    assert '"https://example.org/{subject_of_table}/{iri}"' in again


def test_new_vocabulary_of_rml_is_read(tmp_path: Path) -> None:
    text = (
        "@prefix n: <http://w3id.org/rml/> . <#m> n:logicalSource "
        '[ n:source [ a n:FilePath ; n:path "groups.csv" ] ; n:referenceFormulation n:CSV ] .'
    )
    read = read_mapping(user_mapping(tmp_path, text))
    assert read.sources == ("groups.csv",)
    again = prepared(read, {"groups.csv": "table-0.csv"})
    assert '"table-0.csv"' in again
    assert "groups.csv" not in again
    assert "<http://w3id.org/rml/predicateObjectMap>" in again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--license", "https://example.org/t"), "--mapping"),
        (("--mapping", "MAP"), "--license"),
        (("--mapping", "MAP", "--license", "https://example.org/a b"), "no IRI"),
        (("--mapping", "MAP", "--license", "urn:t", "--name", "ucdp-ged"), "cannot be the name"),
        (("--mapping", "MAP", "--license", "urn:t", "--limit", "3"), "--limit"),
    ],
)
def test_wrong_options_are_told(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapped = user_mapping(tmp_path)
    given = [str(mapped) if each == "MAP" else each for each in arguments]
    assert run("import", "rml", tables(tmp_path)[0], "--store", tmp_path / "kg", *given) == 2
    assert said in capsys.readouterr().err


def script(folder: Path, text: str) -> Engine:
    """Return an "engine" that is a shell script."""
    path = folder / "engine.sh"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    path.chmod(0o755)
    return Engine(path, "0")


def test_engine_that_hangs_is_killed(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded):
        run_engine(script(tmp_path, "exec sleep 60"), "", tmp_path, time_limit_s=1.5)


def test_engine_that_fails_is_told_by_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(MalformedSource, match="column x is missing"):
        run_engine(script(tmp_path, "echo first; echo 'column x is missing' >&2; exit 1"), "", tmp_path)


def test_engine_has_no_network_and_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRISISKG_SECRET", "mine")
    code = "import os, socket; print(os.environ.get('CRISISKG_SECRET'), flush=True); socket.create_connection(('127.0.0.1', 9))"
    with pytest.raises(MalformedSource, match=r"PermissionError|Network is unreachable"):
        run_engine(script(tmp_path, f'exec {sys.executable} -c "{code}"'), "", tmp_path)
    assert (tmp_path / "engine.log").read_text(encoding="utf-8").startswith("None")


# --- the benchmark's tables ---------------------------------------------------------------------------------------------


def load_bench(name: str) -> Any:
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(ROOT / "bench"))


def test_benchmark_repeats_a_table_with_other_ids(tmp_path: Path) -> None:
    bench = load_bench("import_tables")
    table = tmp_path / "t.csv.gz"
    with gzip.open(table, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(list(bench.synthetic_rows(10)))
    bench.write_repeated(table, tmp_path / "t.csv", 25)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) == len(set(ids)) == 25
    claims = [record for record in bench.records_of(tmp_path / "t.csv") if isinstance(record, Claim)]
    assert len(claims) == 25


def test_digest_of_triples_knows_them_in_any_order_and_escape(tmp_path: Path) -> None:
    bench = load_bench("import_tables")
    one, other = tmp_path / "one.nt", tmp_path / "other.nt"
    one.write_text('<urn:a> <urn:p> "é" .\n<urn:b> <urn:p> "x" .\n', encoding="utf-8")
    other.write_text('<urn:b> <urn:p> "x" .\n<urn:a> <urn:p> "\\u00E9" .\n<urn:b> <urn:p> "x" .\n', encoding="utf-8")
    assert bench.digest_of_triples(one) == bench.digest_of_triples(other)
    assert bench.digest_of_triples(one)[0] == 2
