"""`sources.read` and `detect`: files, folders, patterns, streams, JSON Lines, encodings; a bad input never stops the others."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path

import malformed
import pytest

from crisiskg import sources
from crisiskg.documents import Document
from crisiskg.errors import EmptySource, MalformedSource, SourceError, SourceTooLarge, SourceUnavailable, UnsupportedSource
from crisiskg.settings import Settings, load_settings
from crisiskg.sources import SourceFailure, detect
from crisiskg.sources.text import clean, clean_keeping_offsets, decode, safe_url

GOOD = malformed.GOOD


def documents(source: object, **settings: object) -> list[Document]:
    found = list(sources.read(source, load_settings(**settings)))  # type: ignore[arg-type]
    assert all(isinstance(item, Document) for item in found), [item.message for item in found if isinstance(item, SourceFailure)]
    return found  # type: ignore[return-value]


def failure(source: object, **settings: object) -> SourceFailure:
    found = list(sources.read(source, load_settings(**settings)))  # type: ignore[arg-type]
    assert len(found) == 1
    assert isinstance(found[0], SourceFailure)
    return found[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("malformed")
    malformed.write_folder(made)
    return made


@pytest.mark.parametrize("case", malformed.CASES, ids=lambda case: case.name)
def test_a_malformed_input_gives_one_clear_sentence(case: malformed.Malformed, folder: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text(GOOD)
    before, bad, after = sources.read([good, folder / case.file, good])
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert isinstance(bad, SourceFailure)
    assert isinstance(bad.error, SourceError)
    assert bad.message.startswith(case.file)
    assert "\n" not in bad.message
    assert "Traceback" not in bad.message
    assert len(bad.message) < 300
    assert bad.raw is not None or ((isinstance(bad.error, SourceTooLarge) and "larger" in bad.message) or "longer" in bad.message)


def test_there_are_sixty_malformed_inputs() -> None:
    assert (
        len({case.name for case in malformed.CASES}) == len({case.file for case in malformed.CASES}) == len(malformed.CASES) >= 60
    )


@pytest.mark.parametrize("name", malformed.ODD_FILES)
def test_what_only_a_file_system_can_hold(name: str, folder: Path) -> None:
    assert isinstance(failure(folder / name).error, SourceError)


def test_a_folder_of_malformed_files_still_gives_the_good_ones(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_size < 1 << 20:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "zz-good.txt").write_text(GOOD)
    found = list(sources.read(tmp_path))
    assert [item.text for item in found if isinstance(item, Document)] == [GOOD]


def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.txt"
    path.write_text(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    assert "permission denied" in failure(path).message


def test_missing_files_and_patterns(tmp_path: Path) -> None:
    assert isinstance(failure(tmp_path / "none.txt").error, SourceUnavailable)
    assert "no file matches" in failure(f"{tmp_path}/*.txt").message
    assert isinstance(failure(tmp_path).error, EmptySource)
    assert isinstance(failure("bad\x00name").error, SourceUnavailable)
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "b.md").write_text(f"# Title\n\n{GOOD}\n")
    assert len(documents(f"{tmp_path}/*.txt")) == 1
    assert [document.source for document in documents(tmp_path)] == ["a.txt", "b.md"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / ".hidden.txt").write_text(GOOD)
    assert len(documents(tmp_path)) == 1


def test_a_stream_and_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    assert documents(io.BytesIO(GOOD.encode()))[0].source == "-"

    class Input:
        buffer = io.BytesIO(GOOD.encode())

    monkeypatch.setattr("sys.stdin", Input())
    assert documents("-")[0].text == GOOD


def test_raw_bytes_are_handed_over_before_they_are_parsed(tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "c.jsonl").write_text('{"text": "One."}\n{"text": 2}\n')
    found = list(sources.read(tmp_path, keep=kept.__setitem__))
    assert len(found) == 4
    assert set(kept.values()) == {GOOD.encode(), b"%PDF-1.7 broken", b'{"text": "One."}', b'{"text": 2}'}
    assert {item.raw_sha256 for item in found} == {hashlib.sha256(data).hexdigest() for data in kept.values()} == set(kept)


def test_too_slow_an_input_is_given_up_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(GOOD)
    slow = failure(tmp_path / "a.txt", read_time_limit_s=0.0001)
    assert isinstance(slow.error, SourceTooLarge)
    assert documents(tmp_path / "a.txt")


# --- JSON Lines -------------------------------------------------------------------------------------------------------


def test_json_lines_keep_text_and_fields() -> None:
    line = {
        "id": 7,
        "text": "Title\n\nSoldiers le\u0301ft.\x01 Menu\nShare on Facebook",
        "title": "Title",
        "url": "https://example.org/7",
        "published": "2015-05-29",
        "kind": "news",
        "publisher": "Example Times",
        "authors": ["Jane Doe", {"name": "Peter Roe", "part": "editor", "role": "Editor", "organization": "Example Times"}],
    }
    (document,) = documents(io.BytesIO(json.dumps(line).encode() + b"\n"))
    assert document.text == line["text"].replace("\x01", "\ufffd")  # type: ignore[attr-defined]
    assert (document.source_id, document.kind, document.publisher, document.title) == ("7", "news", "Example Times", "Title")
    assert document.published is not None
    assert str(document.published.exact) == "2015-05-29"
    assert [(who.name, who.part) for who in document.contributions] == [("Jane Doe", "author"), ("Peter Roe", "editor")]
    assert [region.kind for region in document.regions] == ["title", "body"]
    assert document.media_type == "application/jsonl"


def test_a_bad_line_costs_that_line_only(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(n), "text": f"Text {n}."}) for n in range(1000)]
    lines[10], lines[500] = "{broken", '{"text": ' + "[" * 100_000 + "]" * 100_000 + "}"
    path = tmp_path / "many.jsonl"
    path.write_text("\n".join(lines))
    found = list(sources.read(path))
    assert [item.location for item in found if isinstance(item, SourceFailure)] == ["line 11", "line 501"]
    assert [item.source_id for item in found if isinstance(item, Document)] == [str(n) for n in range(1000) if n not in (10, 500)]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text(json.dumps({"text": "a" * 5000}) + "\n" + json.dumps({"text": "b"}) + "\n")
    bad, good = sources.read(path, Settings(max_line_bytes=1000))
    assert isinstance(bad, SourceFailure)
    assert bad.location == "line 1"
    assert isinstance(good, Document)


@pytest.mark.parametrize(("published", "warned"), [("soon", True), ("2015", False), (None, False)])
def test_dates_that_cannot_be_read_are_told(published: str | None, warned: bool) -> None:
    (document,) = documents(io.BytesIO(json.dumps({"text": "A.", "published": published}).encode() + b"\n"))
    assert any("'published'" in warning for warning in document.warnings) is warned


def test_a_hostile_address_is_dropped_with_a_warning() -> None:
    (document,) = documents(io.BytesIO(b'{"text": "A.", "url": "javascript:alert(1)"}\n'))
    assert document.url is None
    assert any("address" in warning for warning in document.warnings)


def test_json_arrays_and_objects() -> None:
    assert [document.text for document in documents(io.BytesIO(b'[{"text": "A."}, {"text": "B."}]'))] == ["A.", "B."]
    assert documents(io.BytesIO(b'{\n "text": "A."\n}'))[0].text == "A."


# --- detection, encodings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "name", "media_type", "expected"),
    [
        (b"%PDF-1.4", "a.txt", None, "application/pdf"),
        (b"<!DOCTYPE html><html>", "a.txt", None, "text/html"),
        (b"\xef\xbb\xbf<html><body>", "-", None, "text/html"),
        (b"<?xml version='1.0'?><rss version='2.0'>", "feed", None, "application/rss+xml"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "a.xml", None, "application/rss+xml"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "x", None, "application/feed+json"),
        (b'{"text": "a"}\n{"text": "b"}\n', "-", None, "application/jsonl"),
        (b'{"text": "a"}', "a.json", None, "application/json"),
        (b"# Title\n", "a.md", None, "text/markdown"),
        (b"Title\n", "https://example.org/a", "text/markdown; charset=utf-8", "text/markdown"),
        (b"Soldiers left.", "-", None, "text/plain"),
        (b"[Photo] Soldiers left.", "-", None, "text/plain"),
        ("<html><body>".encode("utf-16"), "-", None, "text/html"),
        (b"<p>One</p><p>Two</p>", "-", None, "text/html"),
    ],
)
def test_detect(head: bytes, name: str, media_type: str | None, expected: str) -> None:
    assert detect(head, name, media_type) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "Soldiers left Dinguiraye on Wednesday – “before noon”, the café’s owner said naïvely. " * 3
    assert decode(text.encode(encoding)).text.strip("\ufeff") == text


def test_wrong_encodings_are_told() -> None:
    named = decode("Привет мир, это новости из города.".encode("cp1251"), "windows-1251")
    assert named.text.startswith("Привет")
    assert "not utf-16" in " ".join(decode("Cafés closed in the city.".encode("cp1252"), "utf-16").warnings) or decode(
        "Cafés closed in the city.".encode("cp1252"), "utf-16"
    ).text.startswith("Caf")
    damaged = decode("Брест ".encode() * 50 + b"\xff" + "Брест".encode())
    assert "U+FFFD" in damaged.warnings[0]
    broken = "The café’s “owner” left São Tomé – naïvely – for Côte d’Ivoire. ".encode().decode("cp1252", "replace")
    assert "\ufffd" in broken or "café" in decode(broken.encode()).text


def test_mojibake_is_repaired_and_told() -> None:
    wrong = ("The café in São Tomé and the naïve élan of Gorée. " * 2).encode().decode("cp1252")
    repaired = decode(wrong.encode())
    assert repaired.text.startswith("The café in São Tomé")
    assert "repaired" in repaired.warnings[0]


@pytest.mark.parametrize("char", [chr(n) for n in range(32) if chr(n) not in "\t\n\r\x0b\x0c"] + ["\x7f", "\x9b"])
def test_control_characters_are_replaced(char: str) -> None:
    assert clean(f"a{char}b")[0] == "a\ufffdb"
    assert clean_keeping_offsets(f"a{char}b")[0] == "a\ufffdb"


def test_bidirectional_controls() -> None:
    text, warnings = clean("user \u202etxt.exe\u202c said")
    assert text == "user txt.exe said"
    assert "bidirectional" in warnings[0]
    assert clean("\u200fسلام\u200c")[0] == "\u200fسلام\u200c"
    kept, warnings = clean_keeping_offsets("user \u202etxt")
    assert kept == "user \u202etxt"
    assert "bidirectional" in warnings[0]


def test_text_is_stored_in_nfc() -> None:
    assert clean("e\u0301\u00a0x\r\ny\u2028z")[0] == "é x\ny\nz"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a b",
        "http://",
        "https://u:p@example.org/",
        None,
        5,
        "https://e.org/<x>",
    ],
)
def test_only_plain_web_addresses_are_kept(url: object) -> None:
    assert safe_url(url) is None


def test_failures_of_each_kind_have_their_status() -> None:
    assert (UnsupportedSource.status, SourceTooLarge.status, MalformedSource.status) == (415, 413, 422)
