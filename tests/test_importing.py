"""Import of tables: rows in = records + quarantined, each quad once, releases in place of each other, kills at any point."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from commands import Ran, crisiskg

from crisiskg.datasets import find_dataset
from crisiskg.datasets.dataset import Minter
from crisiskg.datasets.records import Record
from crisiskg.importing import run as importing
from crisiskg.importing.plan import Table
from crisiskg.importing.run import Import, Outcome
from crisiskg.iris import mint_dataset_part, mint_release, mint_release_graph
from crisiskg.namespaces import BASE, CKG, PROV, RDF, RDFS, SKOS
from crisiskg.store import OxigraphStore
from crisiskg.validation import Report, Result
from crisiskg.writing.points import IMPORT_POINTS

GED = find_dataset("ucdp-ged")
G1 = mint_release_graph("ucdp-ged", "24.1")
G2 = mint_release_graph("ucdp-ged", "25.1")
WITHDRAWN = "https://w3id.org/crisiskg/id/graph/withdrawn"
HEADER = ("id", "year", "type_of_violence", "conflict_name", "side_a", "side_b", "where_coordinates", "where_prec")
HEADER += ("latitude", "longitude", "country", "country_id", "date_start", "date_end", "date_prec", "low", "best", "high")


class Accepting:
    """Lets every row pass: tests of the writing need not wait for shapes."""

    def check(self, records: Sequence[Record]) -> Report | None:  # noqa: ARG002 - the protocol's signature
        return None


@pytest.fixture(autouse=True)
def _few_reference_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crisiskg.ground.reference_quads", lambda *_: [])
    monkeypatch.setattr("crisiskg.ground.vocabulary_quads", lambda *_: [])
    for module in ("provenance", "run"):  # the code may be edited while tests run
        monkeypatch.setattr(f"crisiskg.importing.{module}.made_with", lambda: "test")


def a_row(number: int | str, **more: object) -> dict[str, object]:
    place = int(number) % 5 if str(number).isdigit() else 0
    found: dict[str, object] = {
        "id": number,
        "year": 2020,
        "type_of_violence": 1,
        "conflict_name": "Ruritania: Government",
        "side_a": "Government of Ruritania",
        "side_b": f"Front {place}",
        "where_coordinates": f"Village {place}",
        "where_prec": 1,
        "latitude": 10 + place,
        "longitude": 20.5,
        "country": "Ruritania",
        "country_id": 9999,
        "date_start": "2020-03-01",
        "date_end": "2020-03-01",
        "date_prec": 1,
        "low": 1,
        "best": 2,
        "high": 3,
    }
    return found | more


def table(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def numbers(first: int, last: int) -> list[dict[str, object]]:
    return [a_row(number) for number in range(first, last + 1)]


def take(store: OxigraphStore | None, *paths: Path, release: str = "24.1", **more: bool | int) -> Outcome:
    tables = [Table.of(path) for path in paths]
    job = Import(GED, release, tables, store, "https://w3id.org/crisiskg/id/", check=Accepting(), **more)  # type: ignore[arg-type]
    return job.run()


def values(store: OxigraphStore, subject: str, predicate: str, graph: str = G1) -> list[str]:
    return sorted(str(getattr(quad.object, "value", "")) for quad in store.match(subject, predicate, None, graph))


def event(number: object) -> str:
    return mint_dataset_part("ucdp-ged", "event", str(number))


def events(store: OxigraphStore, graph: str = G1) -> set[str]:
    return {quad.subject.value for quad in store.match(None, RDF + "type", CKG + "Event", graph)}


def test_rows_are_records_or_in_quarantine_and_each_count_is_explained(tmp_path: Path) -> None:
    rows = [*numbers(1, 30), a_row(31, latitude=99), a_row(32, side_a=""), a_row(7, best=99), a_row(33, low=9)]
    path = table(tmp_path / "a.csv", rows)
    with OxigraphStore(tmp_path / "store") as store:
        outcome = take(store, path)
        tally = outcome.tally
        assert (tally.rows, tally.records, tally.quarantined, tally.events) == (34, 31, 3, 31)
        assert sum(group.count for group in tally.groups()) == 3
        assert {group.lines[0] for group in tally.groups()} == {"a.csv:32", "a.csv:33", "a.csv:34"}
        assert any("the id '7' stands on line 8 already" in group.example for group in tally.groups())
        assert tally.repaired == 1
        assert len(events(store)) == 31
        release = mint_release("ucdp-ged", "24.1")
        assert values(store, release, CKG + "rowCount") == ["34"]
        assert values(store, release, CKG + "eventCount") == ["31"]
        assert values(store, release, CKG + "quarantinedCount") == ["3"]
        assert values(store, release, CKG + "rawSha256") == [Table.of(path).sha256]
        assert store.verify().sound
        entry = store.entry(G1)
        assert entry is not None
        assert entry.sha256.startswith("sum:")
        assert entry.quads == tally.quads == sum(1 for _ in store.quads(G1))
    with OxigraphStore(tmp_path / "store") as store:
        assert store.is_published()
        assert store.verify().sound


def test_the_graph_of_the_release_conforms_to_the_shapes(tmp_path: Path) -> None:
    from crisiskg.validation import validate

    path = table(tmp_path / "a.csv", [a_row(1, country="Chad", country_id=483), a_row(2, type_of_violence=3)])
    with OxigraphStore(tmp_path / "store") as store:
        job = Import(GED, "24.1", [Table.of(path)], store, "")
        assert job.run().tally.records == 2
        report = validate(store.quads(G1))
        assert report.conforms, report.results[:3]


def test_a_row_that_the_shapes_refuse_goes_to_quarantine_with_the_results(tmp_path: Path) -> None:
    class Refusing:
        def check(self, records: Sequence[Record]) -> Report | None:
            if not any(getattr(record, "record_id", "") == "2" for record in records):
                return None
            return Report(False, (Result(event(2), CKG + "hasPlace", "", "urn:shape", "urn:c", "An event MUST be.", "urn:s"),))

    path = table(tmp_path / "a.csv", numbers(1, 3))
    with OxigraphStore(tmp_path / "store") as store:
        outcome = Import(GED, "24.1", [Table.of(path)], store, "", check=Refusing()).run()
        assert outcome.tally.quarantined == 1
        assert event(2) not in events(store)
        assert outcome.quarantine is not None
    shown = crisiskg("quarantine", "show", outcome.quarantine.key, "--store", tmp_path / "store", "--rows")
    (row,) = [json.loads(line) for line in shown.out.splitlines()]
    assert (row["line"], row["code"], row["results"][0]["message"]) == (3, "nonconforming", "An event MUST be.")


def test_a_fault_in_a_reader_costs_one_row_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event_of = Minter.event

    def broken(self: Minter, local: str) -> str:
        if local == "2":
            raise ZeroDivisionError("by zero")
        return event_of(self, local)

    monkeypatch.setattr(Minter, "event", broken)
    path = table(tmp_path / "a.csv", numbers(1, 3))
    with OxigraphStore(tmp_path / "store") as store:
        tally = take(store, path).tally
    assert (tally.records, tally.quarantined) == (2, 1)
    assert "ZeroDivisionError" in tally.groups()[0].example


@pytest.mark.parametrize("pack", ["gz", "bz2", "zip"])
def test_packed_tables_are_the_same_graph(tmp_path: Path, pack: str) -> None:
    plain = table(tmp_path / "a.csv", numbers(1, 20))
    data, packed = plain.read_bytes(), tmp_path / f"a.csv.{pack}"
    if pack == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.csv", data)
    else:
        packed.write_bytes({"gz": gzip.compress, "bz2": bz2.compress}[pack](data))
    digests = []
    for place, path in (("p", plain), ("q", packed)):
        with OxigraphStore(tmp_path / place) as store:
            take(store, path)
            digests.append({str(quad) for quad in store.quads(G1) if "rawSha256" not in str(quad)})
    assert digests[0] == digests[1]


def test_an_actor_that_a_later_row_calls_otherwise_keeps_its_label_and_gets_another_name(tmp_path: Path) -> None:
    header = (*HEADER, "side_b_new_id")
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        for number, name in enumerate(("Front", "The Front", "The Front", "Front"), 1):
            writer.writerow({**a_row(number, side_b=name), "side_b_new_id": 77})
    with OxigraphStore(tmp_path / "store") as store:
        take(store, path)
        actor = "https://w3id.org/crisiskg/id/entity/ucdp-77"
        assert values(store, actor, RDFS + "label") == ["Front"]
        assert values(store, actor, SKOS + "altLabel") == ["The Front"]
        assert store.verify().sound


def test_a_release_replaces_the_older_one_and_lists_what_lost_its_support(tmp_path: Path) -> None:
    first, second = table(tmp_path / "a.csv", numbers(1, 10)), table(tmp_path / "b.csv", numbers(4, 12))
    judgement = ox.Quad(
        ox.NamedNode("urn:judgement"), ox.NamedNode("urn:about"), ox.NamedNode(event(2)), ox.NamedNode("urn:judgements")
    )
    with OxigraphStore(tmp_path / "store") as store:
        take(store, first)
        store.replace_graph("urn:judgements", [judgement])
        outcome = take(store, second, release="25.1")
        assert outcome.replaced == ["24.1"]
        assert outcome.withdrawal is not None
        assert outcome.withdrawal.events == [event(1), event(2), event(3)]
        assert outcome.withdrawal.affected == [(event(2), "urn:judgements", "urn:judgement")]
        assert not store.has_graph(G1)
        assert events(store, G2) == {event(number) for number in range(4, 13)}
        assert values(store, event(2), CKG + "withdrawnFrom", WITHDRAWN) == [mint_release("ucdp-ged", "25.1")]
        assert len(values(store, event(2), PROV + "invalidatedAtTime", WITHDRAWN)) == 1
        assert outcome.withdrawn_file is not None
        assert len(outcome.withdrawn_file.read_text().splitlines()) == 3
        assert store.verify().sound
        back = take(store, table(tmp_path / "c.csv", numbers(2, 12)), release="26.1")
        assert back.withdrawal is not None
        assert (back.withdrawal.events, back.withdrawal.returned) == ([], 2)
        assert values(store, event(2), CKG + "withdrawnFrom", WITHDRAWN) == []
        assert store.verify().sound


def test_keep_old_and_a_limit_leave_the_older_release(tmp_path: Path) -> None:
    first, second = table(tmp_path / "a.csv", numbers(1, 10)), table(tmp_path / "b.csv", numbers(4, 12))
    with OxigraphStore(tmp_path / "store") as store:
        take(store, first)
        assert take(store, second, release="25.1", limit=3).tally.rows == 3
        assert store.has_graph(G1)
        assert take(store, second, release="25.1", keep_old=True).replaced == []
        assert (len(events(store)), len(events(store, G2))) == (10, 9)


def test_the_same_release_again_is_unchanged_or_takes_the_place_of_itself(tmp_path: Path) -> None:
    first, second = table(tmp_path / "a.csv", numbers(1, 10)), table(tmp_path / "b.csv", numbers(2, 11))
    with OxigraphStore(tmp_path / "store") as store:
        take(store, first)
        last = store.journal.last
        assert take(store, first).unchanged
        assert store.journal.last == last
        outcome = take(store, second)
        assert not outcome.unchanged
        assert outcome.withdrawal is not None
        assert outcome.withdrawal.events == [event(1)]
        assert len(events(store)) == 10
        assert store.verify().sound


def test_a_table_of_which_nothing_can_be_used_takes_nobodys_place(tmp_path: Path) -> None:
    first = table(tmp_path / "a.csv", numbers(1, 10))
    bad = table(tmp_path / "b.csv", [a_row(number, latitude=100) for number in range(3)])
    with OxigraphStore(tmp_path / "store") as store:
        take(store, first)
        outcome = take(store, bad, release="25.1")
        assert (outcome.tally.records, outcome.generation) == (0, 0)
        assert outcome.quarantine is not None
        assert len(events(store)) == 10
        assert not store.has_graph(G2)
        assert store.verify().sound


def test_deleted_events_go_with_their_rows_and_numbers(tmp_path: Path) -> None:
    store_folder = tmp_path / "store"
    with OxigraphStore(store_folder) as store:
        take(store, table(tmp_path / "a.csv", numbers(1, 5)))
        before = sum(1 for _ in store.quads(G1))
    deleted = tmp_path / "deleted.csv"
    deleted.write_text("id,deleted_timestamp\n2,1700000000\n77,1700000000\n", encoding="utf-8")
    done = crisiskg("import", "ucdp-ged", "--deletions", deleted, "--store", store_folder, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["withdrawn"]["events"], found["unknown"]) == ([event(2)], ["77"])
    with OxigraphStore(store_folder) as store:
        assert store.is_published()
        assert event(2) not in events(store)
        assert not [quad for quad in store.quads(G1) if str(quad.subject.value).startswith(event(2))]
        assert values(store, mint_release("ucdp-ged", "24.1"), CKG + "eventCount") == ["4"]
        assert values(store, event(2), CKG + "withdrawnFrom", WITHDRAWN) == [mint_release("ucdp-ged", "24.1")]
        assert sum(1 for _ in store.quads(G1)) < before
        assert store.verify().sound
    again = crisiskg("import", "ucdp-ged", "--deletions", deleted, "--store", store_folder)
    assert again.code == 3
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("name,time\nx,1\n", encoding="utf-8")
    assert "no column of ids" in crisiskg("import", "ucdp-ged", "--deletions", wrong, "--store", store_folder).err


def test_a_broken_archive_publishes_nothing_and_goes_on_when_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_QUADS", 10_000)
    plain = table(tmp_path / "a.csv", [a_row(number, conflict_name=os.urandom(100).hex()) for number in range(1500)])
    whole = gzip.compress(plain.read_bytes())
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(whole[: len(whole) * 3 // 4])
    folder = tmp_path / "store"
    ran = run_command(folder, packed)
    assert ran.code == 3
    assert "breaks off near line" in ran.err
    assert "same command" in ran.err
    with OxigraphStore(folder) as store:
        assert store.unfinished == {G1}
        assert not store.generations.is_published()
        found = store.verify()
        assert found.sound
        assert found.unfinished == (G1,)
    packed.write_bytes(whole)
    with OxigraphStore(folder) as store:
        outcome = take(store, packed)
        assert outcome.resumed_rows > 0
        assert outcome.tally.rows == outcome.tally.records == 1500
        assert store.verify().sound
        assert store.unfinished == frozenset()


def test_a_table_that_was_edited_meanwhile_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_QUADS", 400)
    path = table(tmp_path / "a.csv", numbers(1, 200))
    folder = tmp_path / "store"
    assert kill_at(folder, path, "chunk-noted") == -9
    table(path, [a_row(1, best=2.5), *numbers(2, 200)])
    with OxigraphStore(folder) as store:
        outcome = take(store, path)
        assert "others now" in outcome.begun_anew
        assert outcome.resumed_rows == 0
        assert len(events(store)) == 200
        assert store.verify().sound


PROGRAM = """
import sys
from crisiskg import ground
from crisiskg.importing import provenance, run
ground.reference_quads = lambda *_: []
ground.vocabulary_quads = lambda *_: []
provenance.made_with = run.made_with = lambda: "test"
run.CHUNK_QUADS = 400
from crisiskg.importing.plan import Table
from crisiskg.datasets import find_dataset
from crisiskg.store import OxigraphStore
from pathlib import Path
class Accepting:
    def check(self, records):
        return None
import crisiskg.store
crisiskg.store._PART = 500
with OxigraphStore(Path(sys.argv[1])) as store:
    run.Import(find_dataset("ucdp-ged"), sys.argv[3], [Table.of(Path(sys.argv[2]))], store, "", check=Accepting()).run()
"""


def kill_at(folder: Path, path: Path, point: str, release: str = "24.1") -> int:
    command = [sys.executable, "-c", PROGRAM, str(folder), str(path), release]
    done = subprocess.run(command, env=os.environ | {"CRISISKG_KILL_AT": point}, capture_output=True, check=False, timeout=60)
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, set[str]]:
    """Two tables, and what the second release holds when nothing comes between."""
    folder = tmp_path_factory.mktemp("wanted")
    rows = [*numbers(1, 60), a_row(60), a_row(61, latitude=99)]
    first, second = table(folder / "a.csv", rows), table(folder / "b.csv", [*numbers(11, 90), a_row(12)])
    with pytest.MonkeyPatch.context() as patch, OxigraphStore(folder / "store") as store:
        patch.setattr("crisiskg.ground.reference_quads", lambda *_: [])
        patch.setattr("crisiskg.ground.vocabulary_quads", lambda *_: [])
        patch.setattr("crisiskg.importing.provenance.made_with", lambda: "test")
        take(store, first)
        take(store, second, release="25.1")
        return first, second, {str(quad) for quad in store.quads(G2)}


@pytest.mark.parametrize("point", IMPORT_POINTS)
def test_killed_at_any_point_it_goes_on_to_the_same_end(tmp_path: Path, wanted: tuple[Path, Path, set[str]], point: str) -> None:
    first, second, content = wanted
    folder = tmp_path / "store"
    with OxigraphStore(folder) as store:
        take(store, first)
        shown = store.generations.newest()[0]
    assert kill_at(folder, second, point, "25.1") == -9
    with OxigraphStore(folder) as store:
        assert store.verify().sound
        if point != "import-published":
            assert store.generations.newest()[0] == shown, "half an import was published"
        outcome = take(store, second, release="25.1")
        assert {str(quad) for quad in store.quads(G2)} == content
        assert (outcome.tally.rows, outcome.tally.records, outcome.tally.quarantined) == (81, 80, 1)
        assert outcome.withdrawal is not None
        assert outcome.withdrawal.events == sorted(event(number) for number in range(1, 11))
        assert len(list(store.match(None, CKG + "withdrawnFrom", None, WITHDRAWN))) == 10
        assert not store.has_graph(G1)
        assert store.unfinished == frozenset()
        assert outcome.quarantine is not None
        assert store.is_published()
        assert store.verify().sound


def test_killed_again_and_again_it_comes_to_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    path = table(tmp_path / "long.csv", numbers(1, 40))
    for part in range(1, 4):
        assert kill_at(folder, path, "chunk-noted") == -9
        (progress,) = (folder / "imports").rglob("progress.json")
        assert json.loads(progress.read_text())["rows_of_file"] >= 10 * part
    with OxigraphStore(folder) as store:
        outcome = take(store, path)
        assert outcome.resumed_rows >= 30
        assert outcome.tally.records == 40
        assert store.verify().sound


def test_an_import_that_was_begun_can_be_abandoned(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    assert kill_at(folder, table(tmp_path / "a.csv", numbers(1, 60)), "chunk-noted") == -9
    assert crisiskg("import", "ucdp-ged", "--abandon", "24.1", "--store", folder).code == 0
    with OxigraphStore(folder) as store:
        assert not store.has_graph(G1)
        assert store.unfinished == frozenset()
        assert store.verify().sound
    ran = crisiskg("import", "ucdp-ged", "--abandon", "24.1", "--store", folder)
    assert (ran.code, "no import under way" in ran.err) == (4, True)
    assert not list((folder / "imports").rglob("*.json"))


def run_command(folder: Path, *words: object) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisiskg.importing.run.Checks", lambda *_: Accepting())
        return crisiskg("import", "ucdp-ged", *words, "--release", "24.1", "--store", folder)


def test_the_command_tells_what_became_of_the_rows(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    path = table(tmp_path / "a.csv", [*numbers(1, 5), a_row(6, latitude=99)])
    ran = run_command(folder, path)
    assert ran.code == 5
    assert "6 rows = 5 in the graph + 1 in quarantine" in ran.err
    assert "a.csv:7" in ran.err
    listed = crisiskg("quarantine", "list", "--store", folder)
    assert "ucdp-ged 24.1" in listed.out
    key = listed.out.splitlines()[1].split("\t")[0]
    assert "a.csv:7: the point 99, 20.5" in crisiskg("quarantine", "show", key, "--store", folder).out
    retried = crisiskg("quarantine", "retry", "--store", folder)
    assert (retried.code, "import it again" in retried.err) == (5, True)
    table(path, numbers(1, 6))
    again = run_command(folder, path, "--json")
    found = json.loads(again.out)
    assert (again.code, found["records"], found["quarantined"], found["quarantine"]) == (0, 6, 0, None)
    assert len(crisiskg("quarantine", "list", "--store", folder).out.splitlines()) == 1
    whole = crisiskg("import", "ucdp-ged", "--abandon", "24.1", "--store", folder)
    assert (whole.code, "is whole" in whole.err) == (2, True)
    assert crisiskg("import", "ucdp-ged", "--remove", "24.1", "--store", folder).code == 0
    assert crisiskg("verify", "--store", folder).code == 0


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    ran = run_command(folder, table(tmp_path / "a.csv", numbers(1, 5)), "--dry-run")
    assert (ran.code, folder.exists()) == (0, False)
    assert "5 would be in the graph" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nothing", "a.csv"], 2, "there is no dataset 'nothing'"),
        (["ucdp-ged"], 2, "name the files"),
        (["ucdp-ged", "missing.csv"], 4, "there is no file missing.csv"),
        (["ucdp-ged", "-"], 2, "standard input"),
        (["ucdp-ged", "{other}"], 3, "is no table of this dataset"),
        (["ucdp-ged", "{good}", "{good}"], 2, "same content"),
        (["ucdp-ged", "{good}", "--store", "http://localhost:1/sparql"], 2, "embedded store"),
        (["ucdp-ged", "{good}", "--release", "\t"], 2, "no name of a release"),
        ([], 2, "--list shows them"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(tmp_path: Path, words: list[str], code: int, told: str) -> None:
    other = tmp_path / "other.csv"
    other.write_text("name,colour\nx,red\n", encoding="utf-8")
    places = {"{other}": other, "{good}": table(tmp_path / "good.csv", numbers(1, 2))}
    given = [places.get(word, word) for word in words]
    ran = crisiskg("import", *given, *([] if "--store" in words else ["--store", tmp_path / "store"]))
    assert (ran.code, told in ran.err) == (code, True), ran.err


def test_datasets_and_their_columns_are_listed() -> None:
    listed = crisiskg("import", "--list")
    assert "ucdp-ged\tUCDP Georeferenced Event Dataset\tUppsala Conflict Data Program" in listed.out
    assert "type_of_violence" in crisiskg("import", "ucdp-ged", "--columns").out
    assert any(column["name"] == "best" for column in json.loads(crisiskg("import", "ucdp-ged", "--columns", "--json").out))


def test_two_files_are_one_release_and_an_id_is_refused_with_the_file_that_has_it(tmp_path: Path) -> None:
    first, second = table(tmp_path / "a.csv", numbers(1, 5)), table(tmp_path / "b.csv", numbers(5, 8))
    with OxigraphStore(tmp_path / "store") as store:
        tally = take(store, first, second).tally
        assert (tally.records, tally.quarantined) == (8, 1)
        (group,) = tally.groups()
        assert group.example == "the id '5' stands on line 6 of a.csv already"
        assert group.lines == ["b.csv:2"]
        assert store.verify().sound


def test_equal_rows_of_a_dataset_without_ids_are_numbered(tmp_path: Path) -> None:
    sigacts = find_dataset("sigacts")
    names = [column.name for column in sigacts.form.columns]
    cells = {"time": "2005-03-01 10:00:00", "event_type": "IED", "target": "Civilian", "city": "Mosul"}
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows([cells] * 3)
    tables = [Table.of(path)]
    with OxigraphStore(tmp_path / "store") as store:
        tally = Import(sigacts, "1", tables, store, "", check=Accepting()).run().tally
        graph = mint_release_graph("sigacts", "1")
        assert (tally.records, tally.quarantined) == (3, 0), tally.groups()
        found = sorted(iri.rpartition("/")[2] for iri in events(store, graph))
        assert [iri[16:] for iri in found] == ["", "-2", "-3"]
        assert store.verify().sound


def test_exports_leave_out_what_may_not_be_republished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    folder = tmp_path / "store"
    assert run_command(folder, table(tmp_path / "a.csv", numbers(1, 3))).code == 0
    open_export = crisiskg("export", "--store", folder)
    assert G1 in open_export.out
    closed = {"ucdp-ged": dataclasses.replace(GED, may_republish=False)}
    monkeypatch.setattr("crisiskg.datasets.all_datasets", lambda: closed)
    ran = crisiskg("export", "--store", folder)
    assert G1 not in ran.out
    assert f"left out: {G1}" in ran.err
    assert crisiskg("export", "--store", folder, "--include-restricted").out == open_export.out


def test_a_backup_of_a_store_with_releases_is_restored(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    assert run_command(folder, table(tmp_path / "a.csv", [*numbers(1, 30), a_row(1)])).code == 5
    assert kill_at(folder, table(tmp_path / "b.csv", numbers(1, 60)), "chunk-noted", "25.1") == -9
    with OxigraphStore(folder) as store:
        store.publish()  # as ingest would, while the other release is half there
    assert crisiskg("backup", tmp_path / "backup", "--store", folder).code == 0
    ran = crisiskg("restore", tmp_path / "backup", "--store", tmp_path / "other")
    assert ran.code == 0, ran.err
    with OxigraphStore(tmp_path / "other") as store:
        assert not store.has_graph(G2)
        assert len(events(store)) == 30
        assert store.verify().sound
    shown = crisiskg("quarantine", "list", "--store", tmp_path / "other")
    key = shown.out.splitlines()[1].split("\t")[0]
    assert "stands on line 2 already" in crisiskg("quarantine", "show", key, "--rows", "--store", tmp_path / "other").out


def test_states_have_iris_below_the_base_of_the_store(tmp_path: Path) -> None:
    base = "https://graph.example.org/id/"
    path = table(tmp_path / "t.csv", [a_row(1, country="Mali", country_id=432, side_a="Government of Mali")])
    with OxigraphStore(tmp_path / "store", base_iri=base) as store:
        assert take(store, path).tally.records == 1
        graph = mint_release_graph("ucdp-ged", "24.1", base)
        states = [quad.subject.value for quad in store.match(None, RDF + "type", CKG + "State", graph)]
        named = {quad.object.value for quad in store.match(None, None, None, graph) if isinstance(quad.object, ox.NamedNode)}
    assert states
    assert all(iri.startswith(base) for iri in states)
    assert not [iri for iri in named if iri.startswith(BASE)]
