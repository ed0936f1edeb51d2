"""Files of a store that are damaged: what is told, what is mended, and that nothing is lost in silence."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg import errors
from crisiskg.cli import main as crisiskg_main
from crisiskg.engine_errors import damage, engine_errors
from crisiskg.generations import Generations
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.settings import load_settings
from crisiskg.store import OxigraphStore
from crisiskg.writing.change import GraphEdit
from crisiskg.writing.redo import Redo
from crisiskg.writing.requests import WriteRequest
from crisiskg.writing.writer import Writer

A, B, C = (f"https://example.org/graph/{name}" for name in "abc")


def quads(graph: str, number: int = 300) -> list[ox.Quad]:
    p, g = ox.NamedNode("https://example.org/p"), ox.NamedNode(graph)
    return [ox.Quad(ox.NamedNode(f"https://example.org/{n}"), p, ox.Literal(f"{graph} {n}"), g) for n in range(number)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "store"
    with OxigraphStore(folder) as store:
        for graph in (A, B):
            store.replace_graph(graph, quads(graph))
            store.flush()
        store.publish()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of a store with two graphs. Garbage is not collected, so that an error that keeps a store open is seen."""
    copy = tmp_path / "store"
    shutil.copytree(made, copy)
    gc.disable()
    yield copy
    gc.enable()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        crisiskg_main(list(arguments))
    return int(str(caught.value.code or 0))


def tables(folder: Path) -> list[Path]:
    return sorted((folder / "db").glob("*.sst"))


def flip(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 0x20
    path.write_bytes(content)


def all_read(folder: Path) -> None:
    """Open a store and read it in every way."""
    with OxigraphStore(folder) as store:
        store.graphs()
        store.digest(A)
        list(store.quads())
        assert store.ask("ASK { ?s ?p ?o }")
        store.select("SELECT * { GRAPH ?g { ?s ?p ?o } }")
        store.construct("CONSTRUCT WHERE { ?s ?p ?o }")
        store.verify()


# --- tables and manifest ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["flipped", "cut", "gone"])
def test_damaged_tables_are_told_wherever_they_are_read(folder: Path, tmp_path: Path, how: str) -> None:
    told: list[tuple[str, str]] = []
    for number in range(len(tables(folder))):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(folder, copy)
        table = tables(copy)[number]
        if how == "flipped":
            flip(table, 0.01)
        elif how == "cut":
            table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
        else:
            table.unlink()
        for _ in range(2):  # the first error must not leave the store locked
            try:
                all_read(copy)
            except errors.StoreCorrupt as error:
                told.append((error.message.replace(str(copy), "STORE"), str(error.hint)))
    assert len(told) >= 2
    for message, hint in told:
        assert message.startswith("the store STORE is damaged: ")
        assert "STORE/db" not in message.partition("damaged")[2]
        assert "crisiskg restore" in hint


@pytest.mark.parametrize("name", ["MANIFEST-*", "CURRENT"])
def test_damaged_manifest_is_told(folder: Path, name: str) -> None:
    path = next((folder / "db").glob(name))
    path.write_bytes(path.read_bytes()[:-1])
    flip(path)
    for check in (True, False):
        with pytest.raises(errors.StoreCorrupt, match="is damaged: it cannot be opened") as caught:
            OxigraphStore(folder, check=check)
        assert "\n" not in caught.value.message


def test_content_that_this_process_has_checked_is_not_read_again(folder: Path) -> None:
    db = ox.Store(folder / "db")
    db.remove(quads(A)[0])
    db.flush()
    del db
    OxigraphStore(folder, checked=1).drop_graph(B)
    for checked in (0, 9):  # 9 is more than there is: another store was put in its place
        with pytest.raises(errors.StoreCorrupt, match="lost acknowledged content"):
            OxigraphStore(folder, checked=checked)


def test_verify_tells_of_damage_with_exit_code_7(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for table in tables(folder):
        flip(table, 0.01)
    assert run("verify", "--store", str(folder)) == 7
    told = capsys.readouterr().err
    assert "is damaged" in told
    assert "crisiskg restore" in told
    assert "Traceback" not in told


def test_damage_that_is_met_while_writing_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Damaged:
        def __init__(self, real: ox.Store) -> None:
            self._real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

        def extend(self, *_: object) -> None:
            raise RuntimeError("Corruption: block checksum mismatch")

        update = bulk_extend = flush = backup = extend

    store = OxigraphStore(folder)
    store._db = Damaged(store._database)  # type: ignore[assignment]
    store.replace_graph(C, quads(C))
    with pytest.raises(errors.StoreCorrupt, match=r"graph/c cannot be written: block checksum mismatch"):
        store.flush()
    store._broken = None
    with pytest.raises(errors.StoreCorrupt, match=r"graph/a cannot be written"):
        store.replace_graph(A, quads(A)[:3])
    with pytest.raises(errors.StoreCorrupt, match="cannot be published"):
        store._checkpoint(folder / "generations" / "x")
    with pytest.raises(errors.StoreCorrupt, match="cannot be flushed"):
        store._flush_db()
    store.close()


def test_errors_that_are_no_damage_are_not_called_so(tmp_path: Path) -> None:
    assert damage(OSError(28, "No space left on device"), tmp_path, "x") is None
    assert damage(RuntimeError("the function is not known"), tmp_path, "x") is None
    with pytest.raises(errors.StoreError, match="failed: x: No space left on device") as caught, engine_errors(tmp_path, "x"):
        raise OSError(28, "No space left on device")
    assert not isinstance(caught.value, errors.StoreCorrupt)


def test_lock_is_told_from_a_folder_with_lock_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "lock"
    OxigraphStore(folder).close()
    next((folder / "db").glob("MANIFEST-*")).unlink()
    with pytest.raises(errors.StoreCorrupt):
        OxigraphStore(folder)
    shutil.rmtree(folder)
    with OxigraphStore(folder), pytest.raises(errors.StoreLocked):
        OxigraphStore(folder)


# --- pending ----------------------------------------------------------------------------------------------------------


def killed_while_writing(folder: Path, names: bytes) -> None:
    """Leave a store as an ingest that is killed does: graph C is written, and nobody was told."""
    db = ox.Store(folder / "db")
    db.extend(quads(C))
    db.flush()
    (folder / "pending").write_bytes(names)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(f"{A}\n{C}\n".encode(), id="whole"),
        pytest.param(f"{A}\n{C}\n".encode().replace(b"/c", b"/\xe3"), id="flipped-bit-in-the-name"),
        pytest.param(b"\xff\xfe\x00garbage\n", id="garbage"),
        pytest.param(f"{C}\n{A[:9]}".encode() + b"\xc3", id="torn"),
    ],
)
def test_damaged_pending_file_harms_nothing(folder: Path, names: bytes) -> None:
    killed_while_writing(folder, names)
    with OxigraphStore(folder) as store:
        assert store.verify().sound
        assert store.digest(C) == canonical_digest(quads(C))[1]
        assert not (folder / "pending").exists()


def test_names_with_line_separators_are_one_name(folder: Path) -> None:
    graph = "https://example.org/graph/\u2028x"
    with OxigraphStore(folder) as store:
        store.replace_graph(graph, [ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(graph)) for q in quads(A)])
        store._open.flush()
        shutil.copytree(folder, folder.with_name("killed"))
    with OxigraphStore(folder.with_name("killed")) as store:
        assert store.verify().sound
        assert store.digest(graph)


def test_pending_that_cannot_be_read_at_all_is_told(folder: Path) -> None:
    (folder / "pending").mkdir()
    with pytest.raises(errors.StoreError, match="the file pending"):
        OxigraphStore(folder)


# --- redo -------------------------------------------------------------------------------------------------------------


def redo_of(folder: Path) -> bytes:
    edits = (
        GraphEdit(A, None, (), True, False),
        GraphEdit(C, (), tuple(n_quads_lines(quads(C))), False, True, *canonical_digest(quads(C))),
    )
    Redo(2, edits).write(folder / "redo")
    return (folder / "redo").read_bytes()


def test_damaged_redo_file_of_which_nothing_was_applied_is_forgotten(folder: Path) -> None:
    whole = redo_of(folder)
    for place in (0.01, 0.02, 0.5):
        (folder / "redo").write_bytes(whole)
        flip(folder / "redo", place)
        with OxigraphStore(folder) as store:
            assert store.graphs() == [A, B]
        assert not (folder / "redo").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"null", b"{}", b"9" * 5000, b"[" * 100_000])
def test_redo_file_with_a_right_sum_and_no_sense_is_forgotten(folder: Path, content: bytes) -> None:
    content += b"\n"
    (folder / "redo").write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    with OxigraphStore(folder) as store:
        assert store.verify().sound


def test_half_of_a_change_whose_redo_file_is_damaged_is_told(folder: Path) -> None:
    redo_of(folder)
    flip(folder / "redo")
    db = ox.Store(folder / "db")
    db.remove_graph(ox.NamedNode(A))
    db.extend(quads(C)[:100])
    db.flush()
    del db
    for _ in range(2):
        with pytest.raises(errors.StoreCorrupt, match="a part of a change") as caught:
            OxigraphStore(folder)
        assert "crisiskg verify --repair" in str(caught.value.hint)
    assert run("verify", "--store", str(folder)) == 7
    assert run("verify", "--repair", "--store", str(folder)) == 0
    with OxigraphStore(folder) as store:
        assert store.verify().sound
    assert not (folder / "redo").exists()


# --- journal, pointer and facts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"[" * 100_000 + b"\n"])
def test_journal_that_is_lost_is_told(folder: Path, content: bytes | None) -> None:
    (folder / "journal.jsonl").unlink()
    if content is not None:
        (folder / "journal.jsonl").write_bytes(content)
    with pytest.raises(errors.StoreCorrupt, match=r"journal of the store .* is lost") as caught:
        OxigraphStore(folder)
    assert "crisiskg verify --repair" in str(caught.value.hint)
    assert run("verify", "--repair", "--store", str(folder)) == 0
    OxigraphStore(folder).close()


@pytest.mark.parametrize("content", [b"", b"\xff", b"1\xb2", "²".encode(), b"9" * 5000, b"-1", b"7"])
def test_damaged_pointer_is_written_anew_by_the_next_write(folder: Path, content: bytes) -> None:
    (folder / "CURRENT").write_bytes(content)
    (folder / "generations" / "²").mkdir()
    (folder / "generations" / ("9" * 5000)[:200]).mkdir()
    with pytest.raises(errors.StoreError, match=r"CURRENT|is missing"):
        Generations(folder).newest()
    assert Generations(folder).is_published() is False
    writer = Writer(load_settings(store=str(folder)))
    try:
        outcome = writer.write(WriteRequest("put", b"<urn:a> <urn:a> 1 .", "text/turtle", graph=C))
    finally:
        writer.close()
    assert outcome.status == "written"
    assert Generations(folder).newest()[0] == outcome.generation


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"null", b'{"journal": "2"}', b"9" * 5000, b"[" * 100_000])
def test_damaged_facts_of_a_generation_are_as_none(folder: Path, content: bytes) -> None:
    (folder / "generations" / "000000000001.json").write_bytes(content)
    assert Generations(folder).journal_number(1) is None
    with OxigraphStore(folder) as store:
        assert store.is_published() is False
        store.publish()
        assert store.is_published() is True


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"null", b"{}", b"9" * 5000, b"[" * 100_000, b'{"format": 1, "base_iri": "no IRI"}', b'{"format": 1}'],
)
def test_damaged_description_is_told(folder: Path, content: bytes) -> None:
    (folder / "store.json").write_bytes(content)
    with pytest.raises(errors.StoreCorrupt, match=r"store\.json cannot be read") as caught:
        OxigraphStore(folder)
    assert "Restore it from a copy" in str(caught.value.hint)


@pytest.mark.parametrize("name", ["pending", "redo", "CURRENT", "store.json", "generations/000000000001.json", "journal.jsonl"])
def test_flipped_bits_of_small_files_are_survived(folder: Path, name: str) -> None:
    """Whatever one flipped bit makes of a small file: the store opens, or one sentence tells why not."""
    (folder / "pending").write_text(f"{A}\n", "utf-8")
    if name == "redo":
        redo_of(folder)
    before = {path: (folder / path).read_bytes() for path in ("pending", "journal.jsonl", name)}
    size = len(before[name])
    for place in range(0, size, max(1, size // 9)):
        for path, content in before.items():
            (folder / path).write_bytes(content)
        content = before[name]
        (folder / name).write_bytes(content[:place] + bytes([content[place] ^ (0x80 >> place % 8)]) + content[place + 1 :])
        with contextlib.suppress(errors.StoreError, errors.InvalidParameter), OxigraphStore(folder) as store:
            store.is_published()
