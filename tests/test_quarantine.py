from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.errors import NotFound, StoreCorrupt, StoreError
from crisiskg.quarantine import Entry, Quarantine
from crisiskg.raw import RawInputs

KEY, OTHER = "0123456789abcdef0123", "0123ffffffffffffffff"
ENTRY = Entry(KEY, "validate", "it lacks a label", "nonconforming", "a.txt", title="Über", results=({"path": "urn:p"},))


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine(tmp_path / "quarantine")


def test_entry_comes_back(quarantine: Quarantine) -> None:
    quad = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("o"), ox.NamedNode("urn:g"))
    kept = quarantine.put(ENTRY, report="# report", quads=[quad])
    assert kept.at.endswith("Z")
    assert quarantine.get(KEY) == kept
    assert quarantine.entries() == [kept]
    assert quarantine.report(KEY) == "# report"
    assert (quarantine.folder / KEY / "quads.nq").read_bytes() == b'<urn:s> <urn:p> "o" <urn:g> .\n'


def test_newer_entry_takes_the_place_of_the_older(quarantine: Quarantine) -> None:
    quarantine.put(ENTRY, report="# old")
    quarantine.put(Entry(KEY, "read", "it is empty", "empty_source", "a.txt"))
    assert quarantine.get(KEY).stage == "read"
    assert quarantine.report(KEY) is None


def test_beginning_of_a_key_is_enough_where_it_is_the_only_one(quarantine: Quarantine) -> None:
    quarantine.put(ENTRY)
    assert quarantine.get("0123").key == KEY
    quarantine.put(Entry(OTHER, "read", "it is empty", "empty_source", "b.txt"))
    with pytest.raises(NotFound, match="several entries begin"):
        quarantine.get("0123")
    assert quarantine.get("01234").key == KEY


@pytest.mark.parametrize("key", ["", "ff", "../../etc", "zz"])
def test_unknown_keys(quarantine: Quarantine, key: str) -> None:
    quarantine.put(ENTRY)
    with pytest.raises(NotFound):
        quarantine.get(key)


@pytest.mark.parametrize("key", ["../x", "short", KEY.upper()])
def test_key_is_no_path(quarantine: Quarantine, key: str) -> None:
    with pytest.raises(NotFound, match="twenty hexadecimal digits"):
        quarantine.put(Entry(key, "read", "x", "x", "x"))


def test_removing(quarantine: Quarantine) -> None:
    quarantine.put(ENTRY)
    assert quarantine.remove(KEY) is True
    assert quarantine.remove(KEY) is False
    assert quarantine.entries() == []


def test_broken_entry_is_named(quarantine: Quarantine) -> None:
    quarantine.put(ENTRY)
    (quarantine.folder / KEY / "entry.json").write_text("{")
    with pytest.raises(StoreError, match=KEY):
        quarantine.entries()


def test_raw_inputs_come_back(tmp_path: Path) -> None:
    import hashlib

    raw = RawInputs(tmp_path / "raw")
    data = b"\x00 bytes"
    sha256 = hashlib.sha256(data).hexdigest()
    raw.keep(sha256, data)
    raw.keep(sha256, data)
    assert raw.read(sha256) == data
    assert (tmp_path / "raw" / sha256[:2] / sha256).is_file()
    with pytest.raises(StoreError, match="another digest"):
        raw.keep("0" * 64, data)
    with pytest.raises(NotFound, match="no input"):
        raw.read("1" * 64)
    with pytest.raises(NotFound, match="no SHA-256"):
        raw.read("../../etc/passwd")
    (tmp_path / "raw" / sha256[:2] / sha256).write_bytes(b"changed!")
    with pytest.raises(StoreCorrupt, match="changed on disk"):
        raw.read(sha256)
