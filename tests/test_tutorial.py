"""The tutorial is run: its commands give the output that it shows, its addresses answer, its Python examples hold.

In the output that the page shows, `…` stands for anything that is left out; lines on it alone stand for any number of lines.
Runs of white space count as one space, since tables through a pipe have tabs.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from commands import crisiskg
from starlette.testclient import TestClient

from crisiskg.api import create_app
from crisiskg.settings import load_settings

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


def steps(text: str) -> list[tuple[str, str]]:
    """Return the commands of the console blocks of a page, each with the output that is shown below it."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            found.append((command, shown))
    return found


def agrees(shown: str, real: str) -> bool:
    """Tell whether real output is what a page shows of it."""
    pieces = []
    for line in shown.splitlines():
        if line.strip() == "…":
            pieces.append(r"(?:.*\n)*?")
        else:
            words = [re.escape(" ".join(part.split())) for part in line.split("…")]
            pieces.append(r"[^\n]*".join(words) + "\n")
    lines = [" ".join(line.split()) for line in real.splitlines()]
    return re.fullmatch("".join(pieces), "".join(f"{line}\n" for line in lines)) is not None


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample corpus in it, as somebody has who unpacked the project."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "sample").symlink_to(ROOT / "sample")
    return folder


@pytest.fixture(scope="module")
def ran(home: Path) -> list[tuple[str, str, str]]:
    """Run all commands in order; return each with what the page shows and what it really wrote."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for name in [name for name in os.environ if name.startswith("CRISISKG_")]:
            patch.delenv(name)
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}")
        for command, shown in steps(PAGE):
            words = shlex.split(command)
            real = crisiskg(*words[1:], joined=True).out if words[0] == "crisiskg" else in_shell(command)
            found.append((command, shown, real))
    return found


def in_shell(command: str) -> str:
    """Run any other command."""
    result = subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return result.stdout


def test_every_command_gives_what_the_page_shows(ran: list[tuple[str, str, str]]) -> None:
    assert len(ran) >= 15
    wrong = [f"$ {command}\n{real}\ninstead of\n{shown}" for command, shown, real in ran if not agrees(shown, real)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("shown", "real", "expected"),
    [
        ("a  b\n", "a\tb\n", True),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b d\n", False),
        ("…\nc\n", "a\nb\nc\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("", "a\n", False),
        ("a.b\n", "axb\n", False),
    ],
)
def test_what_agrees(shown: str, real: str, expected: bool) -> None:
    assert agrees(shown, real) is expected


def test_every_address_answers(ran: list[tuple[str, str, str]], home: Path) -> None:
    addresses = re.findall(r"^curl 'http://127\.0\.0\.1:8000(/[^']*)'$", PAGE, re.MULTILINE)

    assert ran
    assert len(addresses) >= 3
    with TestClient(create_app(load_settings(store=str(home / "mystore"), query_workers=1))) as client:
        answers = {address: client.get(address) for address in addresses}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(addresses, 200)
    assert "Türkiye and the United Nations had brokered it" in answers["/q/events.csv?actor=Turkey"].text


def test_python_examples_hold() -> None:
    examples = doctest.DocTestParser().get_doctest(PAGE, {}, "tutorial", "docs/tutorial.md", 0)

    assert len(examples.examples) >= 10
    runner = doctest.DocTestRunner()
    said: list[str] = []
    runner.run(examples, out=said.append)
    assert runner.failures == 0, "".join(said)
