"""Each promise of THREAT_MODEL.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "THREAT_MODEL.md").read_text("utf-8")


def missing(text: str) -> list[str]:
    """Return the tests that a text names and that are not there, and promises that name none."""
    found = []
    for row in re.findall(r"^\| (P\d+) \|.*\| ([^|]*) \|$", text, re.MULTILINE):
        files = re.findall(r"`((?:api/)?test_\w+\.py)", row[1])
        if not files:
            found.append(f"{row[0]} names no test")
        for name in files:
            if not (ROOT / "tests" / name).is_file():
                found.append(name)
    code = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return found + [name for name in re.findall(r"::(test_\w+)", text) if f"def {name}(" not in code]


def test_promises_name_tests_that_exist() -> None:
    assert len(re.findall(r"^\| P\d+ \|", TEXT, re.MULTILINE)) >= 20
    assert missing(TEXT) == []


def test_a_promise_without_a_test_is_found() -> None:
    assert missing("| P1 | a | b | nothing |") == ["P1 names no test"]
    assert missing("| P1 | a | b | `test_nothing.py` |") == ["test_nothing.py"]
    assert missing(TEXT.replace("::test_late_query_is_ended", "::test_no_such")) == ["test_no_such_at_its_deadline"]
