"""A folder of broken files with three good ones among them, through the command line, once.

Every broken input must end as one clear sentence in the quarantine with its bytes kept, and the good ones must be published.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import malformed
import pytest
from commands import Ran, crisiskg

pytestmark = pytest.mark.slow

#: Names that sort first, in the middle and last, so that a failure before each of them is seen.
GOOD = {
    "0-good.txt": f"Talks in Ansongo\n\n{malformed.GOOD}\n",
    "m-good.md": f"# Fighting near Gao\n\n{malformed.GOOD}\n",
    "zz-good.html": f"<html><body><h1>Retreat from Ansongo</h1><p>{malformed.GOOD}</p></body></html>",
}
#: Inputs whose bytes cannot be kept: never received, or more than may be received.
NOT_KEPT = {*malformed.ODD_FILES, "large.txt", "long.jsonl"}
#: Words that belong in a log, not in a sentence for the person who gave the file.
NO_SENTENCE = re.compile(
    r"Traceback|File \"|line \d+, in |Error:|Exception|<class|0x[0-9a-f]{6}|object at|\n|None\b|fault in crisiskg"
)


def ingest_in_a_process(home: Path) -> Ran:
    """Ingest the folder as a user does, without the variables of this process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRISISKG_")}
    found = subprocess.run(
        [sys.executable, "-m", "crisiskg", "ingest", "--store", "store", "--json", "inputs"],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Ran(found.returncode, found.stdout, found.stderr)


@dataclass(frozen=True)
class Ingested:
    """The folder that holds the store, how the run ended, and what it said."""

    home: Path
    ran: Ran
    summary: dict[str, Any]

    @property
    def waiting(self) -> dict[str, dict[str, Any]]:
        """Entries of the quarantine by source."""
        return {entry["source"]: entry for entry in self.summary["waiting"]}


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """Ingest the folder once."""
    home = tmp_path_factory.mktemp("malformed")
    folder = home / "inputs"
    folder.mkdir()
    malformed.write_folder(folder)
    for name, text in GOOD.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = ingest_in_a_process(home)
    return Ingested(home, ran, json.loads(ran.out))


def test_exit_code_says_that_something_is_in_quarantine(ingested: Ingested) -> None:
    assert (ingested.ran.code, ingested.ran.err) == (5, "")


def test_nothing_is_lost_on_the_way(ingested: Ingested) -> None:
    summary = ingested.summary
    bad = {case.file for case in malformed.CASES} | set(malformed.ODD_FILES)

    assert len(bad) >= 60
    assert summary["received"] == len(bad) + len(GOOD) == summary["published"] + summary["quarantined"]
    assert summary["published"] == len(GOOD)
    assert summary["failed"] == summary["quarantined"] == len(bad)
    assert {entry["source"] for entry in summary["waiting"]} == bad


def test_each_bad_input_has_one_clear_sentence(ingested: Ingested) -> None:
    for source, entry in ingested.waiting.items():
        reason = entry["reason"]
        assert reason.startswith(source), reason
        assert len(reason) < 300, reason
        assert not NO_SENTENCE.search(reason), reason
        assert entry["stage"] == "read"
        assert entry["code"] != "internal_error"


def test_the_measure_of_a_clear_sentence_can_fail() -> None:
    for text in ("Traceback (most recent call last):", "a.txt: ValueError: 3", "two\nlines", "<reader object at 0x7f00aa>"):
        assert NO_SENTENCE.search(text)


def test_the_good_documents_can_be_asked_for(ingested: Ingested) -> None:
    ran = crisiskg("query", "documents", "--store", ingested.home / "store", "--format", "csv")

    assert ran.code == 0, ran.err
    assert all(title in ran.out for title in ("Talks in Ansongo", "Fighting near Gao", "Retreat from Ansongo"))
    assert ran.out.count("\n") == 1 + len(GOOD)


def test_the_bytes_of_each_bad_input_are_kept(ingested: Ingested) -> None:
    for source, entry in ingested.waiting.items():
        if source in NOT_KEPT:
            assert "raw_sha256" not in entry
            assert entry["code"] in {"source_unavailable", "unsupported_source", "source_too_large"}, entry
            continue
        sha256 = entry["raw_sha256"]
        kept = (ingested.home / "store" / "raw" / sha256[:2] / sha256).read_bytes()
        assert hashlib.sha256(kept).hexdigest() == sha256
        whole = (ingested.home / "inputs" / source).read_bytes()
        # Of JSON Lines each line is an input of its own.
        assert kept == whole or kept in whole.splitlines(), source


def test_quarantine_lists_them_all(ingested: Ingested) -> None:
    listed = crisiskg("quarantine", "list", "--store", ingested.home / "store", "--json")
    table = crisiskg("quarantine", "list", "--store", ingested.home / "store")

    assert (listed.code, table.code) == (0, 0)
    entries = json.loads(listed.out)
    assert {entry["source"] for entry in entries} == set(ingested.waiting)
    assert {entry["key"] for entry in entries} == {entry["key"] for entry in ingested.summary["waiting"]}
    assert len(table.out.splitlines()) == 1 + len(entries)


def test_retry_reads_the_kept_bytes_again(ingested: Ingested) -> None:
    entry = ingested.waiting["picture.txt"]
    again = crisiskg("quarantine", "retry", entry["key"], "--store", ingested.home / "store", "--json")
    shown = crisiskg("quarantine", "show", entry["key"][:8], "--store", ingested.home / "store")

    assert again.code != 0
    summary = json.loads(again.out)
    assert (summary["received"], summary["quarantined"]) == (1, 1)
    assert summary["waiting"][0]["key"] == entry["key"]
    assert (shown.code, entry["reason"] in shown.out) == (0, True)


def test_retry_says_what_was_never_received(ingested: Ingested) -> None:
    entry = ingested.waiting["dangling.txt"]
    ran = crisiskg("quarantine", "retry", entry["key"], "--store", ingested.home / "store")

    assert ran.code == 5
    assert "never received" in ran.err
    assert "dangling.txt" in ran.err


def test_an_unknown_key_is_a_sentence(ingested: Ingested) -> None:
    ran = crisiskg("quarantine", "show", "ffffffffffffffffffff", "--store", ingested.home / "store")

    assert ran.code == 4
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err


def test_a_mended_input_is_published_and_leaves_the_quarantine(ingested: Ingested) -> None:
    """What was read with too low a limit is published by a retry under a higher one."""
    home = ingested.home / "limits"
    home.mkdir()
    (home / "long.txt").write_text(f"Retreat\n\n{malformed.GOOD}\n", encoding="utf-8")
    store = home / "store"
    first = crisiskg("--set", "max_document_chars=50", "ingest", "--store", store, "--json", home / "long.txt")
    key = json.loads(first.out)["waiting"][0]["key"]
    second = crisiskg("quarantine", "retry", key, "--store", store, "--json")
    listed = crisiskg("quarantine", "list", "--store", store, "--json")

    assert first.code == 3
    assert second.code == 0, second.err
    assert json.loads(second.out)["published"] == 1
    assert json.loads(listed.out) == []
