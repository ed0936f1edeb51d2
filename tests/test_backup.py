"""Backups: consistent while others write, checked byte by byte, never half-made; restored only when all of it is sound."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pyoxigraph as ox
import pytest
from commands import crisiskg

from crisiskg import errors
from crisiskg.backing_up import Backup, back_up, check, restore
from crisiskg.backing_up.pinned import journal_of, pinned
from crisiskg.backing_up.unfinished import unfinished_file, unfinished_folder, unfinished_name
from crisiskg.journal import read_entries
from crisiskg.settings import Settings, load_settings
from crisiskg.store import OxigraphStore, open_store
from crisiskg.writing.change import DEFAULT, Change, GraphEdit

FORMS = ["folder", "kg.tar", "kg.tar.gz", "kg.tgz"]
INPUT = b"what a document said"
KEY = "0" * 19 + "a"


def graph_iri(number: int) -> str:
    return f"https://example.org/graph/{number}"


def quads_of(number: int, version: int = 0, size: int = 20) -> list[ox.Quad]:
    graph = ox.NamedNode(graph_iri(number))
    predicate = ox.NamedNode("https://example.org/p")
    return [
        ox.Quad(ox.NamedNode(f"https://example.org/{number}/{i}"), predicate, ox.Literal(f"{version} é \n {i}"), graph)
        for i in range(size)
    ]


def make_store(folder: Path, graphs: int = 5) -> Path:
    """Make a store with two generations, an input, a quarantine entry, tokens, and a write that is flushed and not published."""
    with OxigraphStore(folder) as store:
        for number in range(graphs):
            store.replace_graph(graph_iri(number), quads_of(number))
        store.publish()
        store.replace_graph(graph_iri(0), quads_of(0, version=1))
        store.drop_graph(graph_iri(1))
        store.publish()
        store.replace_graph(graph_iri(77), quads_of(77))
        store.flush()
    sha256 = hashlib.sha256(INPUT).hexdigest()
    (folder / "raw" / sha256[:2]).mkdir(parents=True)
    (folder / "raw" / sha256[:2] / sha256).write_bytes(INPUT)
    (folder / "quarantine" / KEY).mkdir(parents=True)
    (folder / "quarantine" / KEY / "entry.json").write_text('{"key": "it"}')
    (folder / "quarantine" / KEY / "report.ttl").write_text("# report")
    (folder / "tokens.json").write_text("{}")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "kg")


def settings_of(store: Path | str, **more: object) -> Settings:
    return load_settings(store=str(store), **more)


def published(folder: Path) -> set[str]:
    """Return the quads that readers of a store see, as N-Quads lines."""
    number = int((folder / "CURRENT").read_text().split()[0])
    return {str(quad) for quad in ox.Store.read_only(str(folder / "generations" / f"{number:012d}"))}


def contents(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("form", FORMS)
def test_restored_store_is_the_one_backed_up(store: Path, tmp_path: Path, form: str) -> None:
    backup = back_up(settings_of(store), tmp_path / form)

    restored = restore(settings_of(tmp_path / "new"), tmp_path / form)

    assert (backup.generation, backup.graphs, backup.quads, backup.raw, backup.quarantined) == (2, 4, 80, 1, 1)
    assert restored.generation == 2
    assert restored.backup.fingerprint == backup.fingerprint
    assert published(tmp_path / "new") == published(store)
    for name in (f"raw/{hashlib.sha256(INPUT).hexdigest()[:2]}", f"quarantine/{KEY}"):
        for path in (store / name).iterdir():
            assert (tmp_path / "new" / name / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "new" / "tokens.json").stat().st_mode & 0o777 == 0o600
    with OxigraphStore(tmp_path / "new") as opened:
        assert opened.verify().sound
        assert opened.publish() == 3
    assert contents(tmp_path) == sorted([form, "kg", "new"])


@pytest.mark.parametrize("noted", [True, False], ids=["noted-at-publishing", "found-by-content"])
def test_journal_ends_with_what_the_generation_holds(store: Path, tmp_path: Path, noted: bool) -> None:
    assert len(list(read_entries(store / "journal.jsonl"))) == 8
    if not noted:
        for facts in (store / "generations").glob("*.json"):
            facts.unlink()

    backup = back_up(settings_of(store), tmp_path / "copy")

    assert backup.journal == 7
    assert (tmp_path / "copy" / "journal.jsonl").read_bytes().count(b"\n") == 7
    assert (store / "journal.jsonl").read_bytes().startswith((tmp_path / "copy" / "journal.jsonl").read_bytes())
    assert contents(tmp_path) == ["copy", "kg"]


def test_generation_that_no_part_of_the_journal_describes_is_refused(store: Path, tmp_path: Path) -> None:
    for facts in (store / "generations").glob("*.json"):
        facts.unlink()
    lines = (
        (store / "journal.jsonl").read_text().replace('"quads": 20, "sha256": "', '"quads": 20, "sha256": "0').splitlines(True)
    )
    (store / "journal.jsonl").write_text("".join(lines))

    with pytest.raises(errors.StoreCorrupt, match="does not describe its generation 2"):
        back_up(settings_of(store), tmp_path / "copy")
    assert contents(tmp_path) == ["kg"]


def test_journal_that_is_shorter_than_the_generation_is_refused(store: Path, tmp_path: Path) -> None:
    lines = (store / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (store / "journal.jsonl").write_bytes(b"".join(lines[:3]))

    with pytest.raises(errors.StoreCorrupt, match="ends after entry 3"):
        back_up(settings_of(store), tmp_path / "copy")


def test_default_graph_blank_nodes_and_empty_graphs_come_back(store: Path, tmp_path: Path) -> None:
    blank = ox.Quad(ox.BlankNode("b1"), ox.NamedNode("https://example.org/p"), ox.Literal(1), ox.DefaultGraph())
    with OxigraphStore(store) as opened:
        from crisiskg.journal import canonical_digest

        count, digest = canonical_digest([blank])
        default = GraphEdit(DEFAULT, (), (f"{blank} .",), existed=False, exists=True, quads=count, sha256=digest)
        opened.commit(Change((default, GraphEdit("urn:empty", (), (), existed=False, exists=True))))
        opened.publish()

    back_up(settings_of(store), tmp_path / "kg.tar")
    restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar")

    with OxigraphStore(tmp_path / "new") as opened:
        assert opened.verify().sound
        assert {DEFAULT, "urn:empty"} <= set(opened.graphs())
        assert list(opened.quads(DEFAULT)) == [blank]


WRITER = """
import sys
from pathlib import Path
from test_backup import graph_iri, quads_of
from crisiskg.store import OxigraphStore
folder = Path(sys.argv[1])
with OxigraphStore(folder, keep=1) as store:
    for version in range(1, 100_000):
        for number in range(8):
            store.replace_graph(graph_iri(number), quads_of(number, version, size=5))
        key = f"{version % 5:020x}"
        entry = folder / "quarantine" / key
        if entry.exists():
            import shutil
            shutil.rmtree(entry)
        else:
            entry.mkdir(parents=True)
            (entry / "entry.json").write_text("{}")
        store.publish()
        if version == 1:
            print("running", flush=True)
"""


def test_backup_while_a_writer_publishes_and_prunes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", WRITER, str(tmp_path / "kg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "running\n"
            taken: list[Backup] = []
            until = time.monotonic() + 20
            while len({backup.generation for backup in taken}) < 5 and time.monotonic() < until:
                taken.append(back_up(settings_of(tmp_path / "kg"), tmp_path / f"copy{len(taken)}.tar"))
        finally:
            process.kill()

    assert len({backup.generation for backup in taken}) >= 5
    last = {backup.generation: number for number, backup in enumerate(taken)}
    for number in last.values():
        backup = taken[number]
        folder = tmp_path / f"new{number}"
        restore(settings_of(folder), tmp_path / f"copy{number}.tar")
        with OxigraphStore(folder) as opened:
            assert opened.verify().sound
        versions = {line.split('"')[1].split()[0] for line in published(folder)}
        assert versions == {str(backup.generation)}, "a generation holds all graphs of one version"


# --- damage -------------------------------------------------------------------------------------------------------------


def test_flipped_byte_of_any_file_is_found_by_name(store: Path, tmp_path: Path) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file() and path.stat().st_size]

    assert len(files) > 10
    for path in files:
        before = path.read_bytes()
        middle = len(before) // 2
        path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        name = path.relative_to(tmp_path / "copy").as_posix()
        with pytest.raises(errors.CrisiskgError) as caught:
            restore(settings_of(tmp_path / "new"), tmp_path / "copy")
        assert (name in caught.value.message) or name == "backup.json"
        path.write_bytes(before)
    assert contents(tmp_path) == ["copy", "kg"]
    check(settings_of(tmp_path / "new"), tmp_path / "copy")


def test_missing_and_added_files_are_found_by_name(store: Path, tmp_path: Path) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    added = tmp_path / "copy" / "generation" / "000999.sst"
    added.write_bytes(b"")

    with pytest.raises(errors.StoreCorrupt, match=r"generation/000999\.sst: not in its list"):
        check(settings_of(store), tmp_path / "copy")

    added.unlink()
    (tmp_path / "copy" / "store.json").unlink()
    with pytest.raises(errors.StoreCorrupt, match=r"store\.json: missing"):
        check(settings_of(store), tmp_path / "copy")


@pytest.mark.parametrize("form", ["kg.tar", "kg.tar.gz"])
def test_archive_that_is_cut_off_anywhere_is_refused(store: Path, tmp_path: Path, form: str) -> None:
    back_up(settings_of(store), tmp_path / form)
    whole = (tmp_path / form).read_bytes()

    for part in (0, 1, 2, 300, 512, len(whole) // 3, len(whole) // 2, int(len(whole) * 0.99) - 12_000):
        (tmp_path / f"cut-{form}").write_bytes(whole[: max(part, 0)])
        with pytest.raises(errors.StoreCorrupt):
            restore(settings_of(tmp_path / "new"), tmp_path / f"cut-{form}")
        assert not (tmp_path / "new").exists()


def test_flipped_bytes_of_an_archive_are_never_restored_otherwise(store: Path, tmp_path: Path) -> None:
    back_up(settings_of(store, generations_kept=1), tmp_path / "kg.tar.gz")
    whole = (tmp_path / "kg.tar.gz").read_bytes()

    same = tmp_path / "same"
    restore(settings_of(same), tmp_path / "kg.tar.gz")
    found = tried = 0
    for place in range(11, len(whole), len(whole) // 25):
        (tmp_path / "flipped.tar.gz").write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        tried += 1
        try:
            check(settings_of(store), tmp_path / "flipped.tar.gz")
        except errors.StoreCorrupt:
            found += 1
            continue
        # The bit stood for nothing that is kept, such as the time of a member: what comes out must be the same.
        new = tmp_path / f"new-{place}"
        restore(settings_of(new), tmp_path / "flipped.tar.gz")
        with OxigraphStore(same) as before, OxigraphStore(new) as after:
            assert {graph: after.digest(graph) for graph in after.graphs()} == {g: before.digest(g) for g in before.graphs()}
    assert found > tried * 0.8


def test_backup_whose_journal_was_changed_with_its_digests_is_found(store: Path, tmp_path: Path) -> None:
    """Somebody who writes the list of digests anew gets no further than the comparison of journal and content."""
    back_up(settings_of(store), tmp_path / "copy")
    journal = tmp_path / "copy" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[-2])
    journal.write_bytes(b"".join([*lines[:-2], json.dumps({**entry, "sha256": "0" * 64}).encode() + b"\n", lines[-1]]))
    _write_digests(tmp_path / "copy")

    with pytest.raises(errors.StoreCorrupt, match=r"do not agree on https://example\.org/graph/0"):
        restore(settings_of(tmp_path / "new"), tmp_path / "copy")
    assert contents(tmp_path) == ["copy", "kg"]


def _write_digests(folder: Path) -> None:
    own = {"SHA256SUMS", "backup.json"}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in own]
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / "SHA256SUMS").write_text(sums)
    description = json.loads((folder / "backup.json").read_text())
    (folder / "backup.json").write_text(json.dumps({**description, "sums": hashlib.sha256(sums.encode()).hexdigest()}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"format": 2}, "has format 2", id="later-format"),
        pytest.param({"quads": 79}, "its counts are not those", id="counts"),
        pytest.param({"kind": "other"}, "cannot be read", id="kind"),
        pytest.param({"generation": "2"}, "cannot be read", id="type"),
        pytest.param({"generation": True}, "cannot be read", id="boolean"),
    ],
)
def test_description_that_says_something_else(store: Path, tmp_path: Path, change: dict[str, object], said: str) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    description = json.loads((tmp_path / "copy" / "backup.json").read_text())
    (tmp_path / "copy" / "backup.json").write_text(json.dumps({**description, **change}))

    with pytest.raises(errors.CrisiskgError, match=said):
        restore(settings_of(tmp_path / "new"), tmp_path / "copy")
    assert contents(tmp_path) == ["copy", "kg"]


# --- hostile archives -----------------------------------------------------------------------------------------------------


def _member(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"x", **more: object) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, len(data) if kind == tarfile.REGTYPE else 0
    for attribute, value in more.items():
        setattr(member, attribute, value)
    return member, data


HOSTILE = {
    "absolute": _member("/tmp/owned"),
    "parent": _member("../owned"),
    "parent-within": _member("generation/../../owned"),
    "dots": _member("generation/.."),
    "backslash": _member("raw\\..\\owned"),
    "nul-like": _member("store.json\x01"),
    "unknown-name": _member("README"),
    "deep": _member("generation/a/b"),
    "folder": _member("generation", tarfile.DIRTYPE),
    "symlink": _member("store.json", tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hardlink": _member("store.json", tarfile.LNKTYPE, linkname="/etc/passwd"),
    "character-device": _member("store.json", tarfile.CHRTYPE, devmajor=1, devminor=5),
    "block-device": _member("store.json", tarfile.BLKTYPE),
    "fifo": _member("store.json", tarfile.FIFOTYPE),
    "sparse": _member("store.json", tarfile.GNUTYPE_SPARSE),
    "unknown-type": _member("store.json", b"Z"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_member_is_refused(tmp_path: Path, name: str) -> None:
    member, data = HOSTILE[name]
    with tarfile.open(tmp_path / "kg.tar", "w") as tar:
        tar.addfile(member, io.BytesIO(data))

    with pytest.raises(errors.StoreCorrupt):
        restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar")
    assert contents(tmp_path) == ["kg.tar"]


def test_member_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "kg.tar", "w") as tar:
        for _ in range(2):
            member, data = _member("store.json")
            tar.addfile(member, io.BytesIO(data))

    with pytest.raises(errors.StoreCorrupt, match=r"store\.json twice"):
        restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar")


def test_header_that_claims_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    """A PAX header is read as a whole: one that unpacks to four gigabytes would be in memory before anybody looks at it."""
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 4 * 1024**3
    with gzip.open(tmp_path / "kg.tar.gz", "wb", 1) as file:
        file.write(header.tobuf())
        for _ in range(64):
            file.write(bytes(1_048_576))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(errors.StoreCorrupt, match="claims"):
        restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar.gz")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64_000


def test_chain_of_headers_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "kg.tar").open("wb") as file:
        for _ in range(5_000):
            header = tarfile.TarInfo("././@LongLink")
            header.type, header.size = tarfile.GNUTYPE_LONGNAME, 5
            file.write(header.tobuf(tarfile.GNU_FORMAT) + b"name\0".ljust(512, b"\0"))

    with pytest.raises(errors.StoreCorrupt):
        restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar")


def test_archive_larger_than_the_disk_is_refused(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(settings_of(store), tmp_path / "kg.tar.gz")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))

    with pytest.raises(errors.StoreError, match="no room for the backup"):
        restore(settings_of(tmp_path / "new"), tmp_path / "kg.tar.gz")
    assert contents(tmp_path) == ["kg", "kg.tar.gz"]


@pytest.mark.parametrize("where", ["store.json", "generation", "raw/link"])
def test_links_in_a_backup_folder_are_refused(store: Path, tmp_path: Path, where: str) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    path = tmp_path / "copy" / where
    if path.is_dir():
        shutil.move(path, tmp_path / "elsewhere")
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(tmp_path / "elsewhere" if where == "generation" else "/etc/passwd")

    with pytest.raises(errors.StoreCorrupt, match=r"is a link|is no regular file"):
        restore(settings_of(tmp_path / "new"), tmp_path / "copy")


def test_what_is_no_backup_at_all(store: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "empty").mkdir()

    with pytest.raises(errors.StoreCorrupt, match="is no tar archive"):
        check(settings_of(store), tmp_path / "notes.txt")
    with pytest.raises(errors.StoreCorrupt, match=r"has no backup\.json"):
        check(settings_of(store), tmp_path / "empty")
    with pytest.raises(errors.StoreCorrupt):
        check(settings_of(store), store)
    with pytest.raises(errors.NotFound):
        check(settings_of(store), tmp_path / "nothing")


# --- where to, and what is left of failures ---------------------------------------------------------------------------------


def test_target_that_exists_or_cannot_be(store: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "dangling.tar").symlink_to(tmp_path / "nowhere")

    for target, said in (
        ("there", "exists already"),
        ("dangling.tar", "exists already"),
        ("no/such/copy", "does not exist"),
        ("kg/copy", "within the store"),
        ("kg.zip", r"a folder, a \.tar or a \.tar\.gz"),
    ):
        with pytest.raises(errors.InvalidParameter, match=said):
            back_up(settings_of(store), tmp_path / target)


def test_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFound, match="no store"):
        back_up(settings_of(tmp_path / "kg"), tmp_path / "copy")
    OxigraphStore(tmp_path / "kg").close()
    with pytest.raises(errors.NotFound, match="no published generation"):
        back_up(settings_of(tmp_path / "kg"), tmp_path / "copy.tar")
    assert contents(tmp_path) == ["kg"]


def test_restore_replaces_nothing(store: Path, tmp_path: Path) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    before = published(store)

    with pytest.raises(errors.InvalidParameter, match="is not empty"):
        restore(settings_of(store), tmp_path / "copy")
    with pytest.raises(errors.InvalidParameter, match="does not exist"):
        restore(settings_of(tmp_path / "a" / "b"), tmp_path / "copy")
    assert published(store) == before

    (tmp_path / "empty").mkdir()
    restore(settings_of(tmp_path / "empty"), tmp_path / "copy")
    assert published(tmp_path / "empty") == before


@pytest.mark.parametrize("damaged", [False, True])
def test_restore_to_a_mounted_disk(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool) -> None:
    back_up(settings_of(store), tmp_path / "copy")
    disk = tmp_path / "disk"
    (disk / "lost+found").mkdir(parents=True)
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path) == disk)
    if damaged:
        (tmp_path / "copy" / "store.json").write_text("{}")
        with pytest.raises(errors.StoreCorrupt):
            restore(settings_of(disk), tmp_path / "copy")
        assert contents(disk) == ["lost+found"]
    else:
        restore(settings_of(disk), tmp_path / "copy")
        assert published(disk) == published(store)
        assert ".restore.unfinished" not in contents(disk)


def test_files_of_others_are_named(store: Path, tmp_path: Path) -> None:
    (store / "raw" / "notes").write_text("mine")
    (store / "raw" / "ab").mkdir(exist_ok=True)
    (store / "raw" / "ab" / ("a" * 64 + ".7.tmp")).write_text("being written")
    (store / "quarantine" / "mine").mkdir()

    ran = crisiskg("backup", "--store", store, tmp_path / "copy")

    assert ran.code == 0
    assert sorted(line.rpartition(" ")[2] for line in ran.err.splitlines()) == ["quarantine/mine", "raw/notes"]


def _limited(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process whose files may have 200 kB, as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-m", "crisiskg", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )


@pytest.mark.parametrize("form", ["folder", "kg.tar", "kg.tar.gz"])
def test_full_disk_leaves_nothing(store: Path, tmp_path: Path, form: str) -> None:
    data = os.urandom(400_000)
    sha256 = hashlib.sha256(data).hexdigest()
    (store / "raw" / sha256[:2]).mkdir(exist_ok=True)
    (store / "raw" / sha256[:2] / sha256).write_bytes(data)

    ran = _limited("backup", "--store", store, tmp_path / form)

    assert (ran.returncode, ran.stdout) == (6, "")
    assert "cannot be written: file too large" in ran.stderr
    assert contents(tmp_path) == ["kg"]

    back_up(settings_of(store), tmp_path / form)
    ran = _limited("restore", "--store", tmp_path / "new", tmp_path / form)
    assert ran.returncode == 6
    assert contents(tmp_path) == sorted([form, "kg"])


def _begin_long_backup(store: Path, target: Path) -> subprocess.Popen[str]:
    """Start a backup that takes long, and return once its temporary file is there."""
    sha256 = "ab" * 32
    (store / "raw" / "ab").mkdir(exist_ok=True)
    with (store / "raw" / "ab" / sha256).open("wb") as file:
        file.truncate(8 * 1024**3)
    process = subprocess.Popen(
        [sys.executable, "-m", "crisiskg", "backup", "--store", str(store), str(target)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(500):
        if unfinished_name(target).exists() and unfinished_name(target).stat().st_size > 100_000:
            return process
        time.sleep(0.02)
    process.kill()
    pytest.fail("the backup did not begin within ten seconds")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_backup_leaves_nothing(store: Path, tmp_path: Path, number: int) -> None:
    process = _begin_long_backup(store, tmp_path / "kg.tar.gz")
    process.send_signal(number)
    _, said = process.communicate(timeout=20)

    assert process.returncode == 130, said
    assert contents(tmp_path) == ["kg"]


def test_what_a_killed_backup_left_is_removed_by_the_next(store: Path, tmp_path: Path) -> None:
    process = _begin_long_backup(store, tmp_path / "kg.tar.gz")
    try:
        with pytest.raises(errors.InvalidParameter, match="another process is making"):
            back_up(settings_of(store), tmp_path / "kg.tar.gz")
    finally:
        process.kill()
        process.communicate()
    assert contents(tmp_path) == [".kg.tar.gz.unfinished", "kg"]

    shutil.rmtree(store / "raw" / "ab")
    back_up(settings_of(store), tmp_path / "kg.tar.gz")

    assert contents(tmp_path) == ["kg", "kg.tar.gz"]
    check(settings_of(store), tmp_path / "kg.tar.gz")


def test_two_backups_to_one_target_make_one(store: Path, tmp_path: Path) -> None:
    outcomes: list[object] = []

    def take() -> None:
        try:
            outcomes.append(back_up(settings_of(store), tmp_path / "kg.tar"))
        except errors.InvalidParameter as error:
            outcomes.append(error)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    check(settings_of(store), tmp_path / "kg.tar")


@pytest.mark.parametrize("make", [unfinished_file, unfinished_folder])
def test_unfinished_goes_with_its_maker(tmp_path: Path, make: Callable[[Path], AbstractContextManager[object]]) -> None:
    def fail() -> None:
        with make(tmp_path / "it"):
            assert contents(tmp_path) == [".it.unfinished"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert contents(tmp_path) == []


def test_many_files_need_no_more_handles_than_allowed(store: Path, tmp_path: Path) -> None:
    """A generation of more files than a process may have open by default is held none the less."""
    number = int((store / "CURRENT").read_text().split()[0])
    folder = store / "generations" / f"{number:012d}"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for extra in range(200):
        (folder / f"extra{extra}").write_bytes(b"")
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        with pinned(store) as generation:
            assert len(generation.files) > 200
            assert journal_of(store, generation, tmp_path) == 7
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- commands -----------------------------------------------------------------------------------------------------------


def test_commands(store: Path, tmp_path: Path) -> None:
    ran = crisiskg("backup", "--store", store, tmp_path / "kg.tar", "--json")
    taken = json.loads(ran.out)
    assert (ran.code, taken["generation"], taken["journal"]) == (0, 2, 7)

    ran = crisiskg("restore", tmp_path / "kg.tar", "--verify", "--json")
    assert (ran.code, json.loads(ran.out)["sound"], json.loads(ran.out)["fingerprint"]) == (0, True, taken["fingerprint"])

    ran = crisiskg("restore", tmp_path / "kg.tar", "--store", tmp_path / "new")
    assert ran.code == 0
    assert "generation 2, 4 graphs, 80 quads, 7 journal entries, 1 input, 1 in quarantine" in ran.out
    assert crisiskg("verify", "--store", tmp_path / "new").code == 0

    ran = crisiskg("restore", tmp_path / "kg.tar", "--store", tmp_path / "new")
    assert (ran.code, ran.out) == (2, "")
    assert "is not empty" in ran.err

    (tmp_path / "kg.tar").write_bytes((tmp_path / "kg.tar").read_bytes()[:5_000])
    ran = crisiskg("restore", tmp_path / "kg.tar", "--verify")
    assert (ran.code, ran.out) == (7, "")
    assert "Traceback" not in ran.err


# --- servers ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[str]:
    binary = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
    if not Path(binary).exists():
        pytest.skip("the PyPI package oxigraph, which holds the server, is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [binary, "serve", "--bind", f"127.0.0.1:{port}", "--union-default-graph"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            pytest.fail("oxigraph serve did not start within ten seconds")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.mark.server
def test_from_folder_to_server_and_back(store: Path, tmp_path: Path, server: str) -> None:
    remote = settings_of(server, work_folder=str(tmp_path / "work"))
    back_up(settings_of(store), tmp_path / "kg.tar")

    restored = restore(remote, tmp_path / "kg.tar")

    assert restored.differing == ()
    with open_store(remote) as opened:
        assert {str(quad) for quad in opened.quads()} == published(store)
    assert (tmp_path / "work" / "quarantine" / KEY / "entry.json").is_file()
    assert (tmp_path / "work" / "tokens.json").stat().st_mode & 0o777 == 0o600

    with pytest.raises(errors.InvalidParameter, match=r"not empty|has the graph"):
        restore(remote, tmp_path / "kg.tar")

    taken = back_up(remote, tmp_path / "server.tar.gz")
    assert (taken.kind, taken.graphs, taken.quads, taken.raw, taken.quarantined) == ("server", 4, 80, 1, 1)
    assert check(remote, tmp_path / "server.tar.gz").graphs == 4
    restore(settings_of(tmp_path / "new"), tmp_path / "server.tar.gz")
    assert published(tmp_path / "new") == published(store)
    assert (tmp_path / "new" / "tokens.json").is_file()
    with OxigraphStore(tmp_path / "new") as again:
        assert again.verify().sound


@pytest.mark.server
def test_restore_to_a_server_that_fails_takes_back_what_it_wrote(store: Path, tmp_path: Path, server: str) -> None:
    remote = settings_of(server, work_folder=str(tmp_path / "work"))
    back_up(settings_of(store), tmp_path / "copy")
    last = graph_iri(4)
    with open_store(remote) as opened:
        opened.replace_graph(last, quads_of(4, version=9))

        with pytest.raises(errors.InvalidParameter, match=f"has the graph {last}"):
            restore(remote, tmp_path / "copy")

        assert opened.graphs() == [last]
        assert {quad.object.value.split()[0] for quad in opened.quads()} == {"9"}  # type: ignore[union-attr]
    assert not (tmp_path / "work").exists()


@pytest.mark.server
def test_damaged_backup_of_a_server(tmp_path: Path, server: str) -> None:
    remote = settings_of(server, work_folder=str(tmp_path / "work"))
    with open_store(remote) as opened:
        opened.replace_graph(graph_iri(1), quads_of(1))
    back_up(remote, tmp_path / "copy")
    text = (tmp_path / "copy" / "graphs.nq").read_text()
    (tmp_path / "copy" / "graphs.nq").write_text(text.replace("0 é", "1 é", 1))

    with pytest.raises(errors.StoreCorrupt, match=r"graphs\.nq: changed"):
        check(remote, tmp_path / "copy")
    _write_digests(tmp_path / "copy")
    with pytest.raises(errors.StoreCorrupt, match=r"graph/1 is not what it was"):
        check(remote, tmp_path / "copy")


def test_server_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    remote = settings_of("http://127.0.0.1:9", work_folder=str(tmp_path / "work"))
    with pytest.raises(errors.StoreUnavailable):
        back_up(remote, tmp_path / "copy.tar")
    assert contents(tmp_path) == []
